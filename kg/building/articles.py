"""The articles of a build: taken over from earlier builds, or worked on by one process or more.

In: a project, digests of its inputs, earlier builds, and a draft folder. Out: N-Quads and origins
of each article on its shelf in the draft, a record of each, and findings.
Refuses: what `kg.building.workshop` refuses, and an id that articles use for two things (M206).
"""

from __future__ import annotations

import gc
import os
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from functools import cached_property, partial
from hashlib import sha256
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread
from typing import NamedTuple

from kg.building.across import together
from kg.building.common import Fate, Shift, recorded
from kg.building.lenders import Lender
from kg.building.outcome import ArticleWork, Checked
from kg.building.pieces import around, common
from kg.building.workshop import Workshop
from kg.diagnostics import Diagnostic, Findings, Unavailable
from kg.project.freshness import Fingerprint
from kg.project.seeds import read_words
from kg.project.settings import SETTINGS, Project
from kg.project.shelves import (
    COMMON,
    NQUADS,
    ORIGINS,
    PRINTS,
    RECORDS,
    Record,
    Records,
    digits_for,
    dump_records,
    folder_of,
    input_files,
    read_prints,
    shelf_of,
)
from kg.shapes.shacl import Result
from kg.store.embedded import Build

FEW_OF = 4
"""If more than one article in so many changed, all is made anew."""
WORTH = 250
"""So many articles take about as long as to start a process that works on them."""
_AT_ONCE = 16
"""So many articles are handed to a process together; one by one costs a tenth of the work."""
Progress = Callable[[int, int], None]
_SHARED = ("mappings/authority/", "ontology/", *SETTINGS)


class Changed(NamedTuple):
    """A graph that changed, with its N-Quads files in the build before and in this one."""

    name: str
    before: Path | None
    now: Path | None


class Job(NamedTuple):
    """An article to work on, or to validate again if an earlier build lends its N-Quads."""

    stem: str
    lent: Path | None = None


class Articles:
    """The work on all articles of a project.

    Attributes:
        stems: their names, sorted.
        records: what the build knows of each.
        shared: digests of the files written that are of no article.
        shelves: digests of the records of each shelf.
        results: what SHACL says of each; nothing of those taken over.
        reused: how many were taken over.
        checked: how many of these were validated again.
        engine: digest of the code that works on them.
    """

    def __init__(
        self,
        project: Project,
        prints: Fingerprint,
        before: Build | None,
        lenders: Sequence[Lender],
        draft: Path,
        workers: int | None,
    ) -> None:
        self.project, self._before, self.lenders = project, before, lenders
        self.draft, self.workers = draft, workers
        self.stems = project.stems()
        self.records: dict[str, Record] = {}
        self.shared: dict[str, str] = {}
        self.shelves: dict[str, str] = {}
        self.results: dict[str, tuple[Result, ...] | None] = {}
        self.reused = self.checked = 0
        self._lent: dict[str, Record] = {}
        self._shifts: list[tuple[Lender, Shift]] = []
        self._prints: dict[str, Sequence[int]] = {}
        self._held: dict[str, Records] = {}
        self._digests = [prints.of(*of) for of in (_SHARED, SETTINGS)]
        self.engine = prints.of()
        self._inputs = {
            stem: [prints.inputs.get(name, "") for name in names]
            for stem, names in zip(self.stems, input_files(self.stems), strict=True)
        }
        self._names = set(project.articles())
        self._folders: dict[str, Path] = {}
        self._digits = digits_for(len(self.stems))

    def work(self, workshop: Workshop, progress: Progress) -> Iterator[Diagnostic]:
        """Work on all articles, and say what is wrong with them.

        Args:
            workshop: the shared part.
            progress: told, after each article, how many are done, and of how many.
        """
        self._compare(workshop)
        shelves: dict[str, list[str]] = {"": []} if not self._digits else {}
        for stem in self.stems:
            shelves.setdefault(shelf_of(stem, self._digits), []).append(stem)
        todo = [job for shelf in sorted(shelves) for job in self._borrow(shelf, shelves[shelf])]
        left = Counter(shelf_of(job.stem, self._digits) for job in todo)
        for done, work in enumerate(self._work(workshop, todo), 1):
            self._keep_checked(work) if isinstance(work, Checked) else self._keep_article(work)
            progress(done, len(todo))
            shelf = shelf_of(work.stem, self._digits)
            left[shelf] -= 1
            if not left[shelf]:
                self._close(shelf, shelves[shelf])
        yield from together({stem: self.records[stem] for stem in self.stems})

    def _compare(self, workshop: Workshop) -> None:
        """Find out, before anything else, what has changed of what articles share."""
        now = common(workshop, *self._digests)
        self.keep(COMMON, now.to_json())
        self._shifts = [(by, Shift(by.common, now, around(workshop))) for by in self.lenders]

    def _keep_checked(self, work: Checked) -> None:
        """Record an article that was taken over, and validated again."""
        self.records[work.stem] = self._lent.pop(work.stem) | recorded(work.uses)
        self.results[work.stem] = ()
        self.reused += 1
        self.checked += 1

    def _keep_article(self, work: ArticleWork) -> None:
        """Write what an article brought, and record it."""
        self.results[work.stem] = work.results
        self._prints[work.stem] = work.prints
        for suffix, content in ((NQUADS, work.nquads), (ORIGINS, work.origins)):
            path = self.folder(work.stem) / f"{work.stem}{suffix}"
            path.unlink(missing_ok=True)  # what an earlier build lent is its own
            path.write_bytes(content)
        self.records[work.stem] = work.record(self._inputs[work.stem])

    def save(self, work: ArticleWork) -> None:
        """Write the N-Quads and origins of something like an article."""
        self.results[work.stem] = work.results
        self.keep(f"{work.stem}{NQUADS}", work.nquads)
        self.keep(f"{work.stem}{ORIGINS}", work.origins)

    def keep(self, name: str, content: bytes) -> None:
        """Write a file of the build, whose digest the manifest tells."""
        (self.draft / name).write_bytes(content)
        self.shared[name] = sha256(content).hexdigest()

    def folder(self, stem: str) -> Path:
        """Where the files of an article lie."""
        shelf = shelf_of(stem, self._digits)
        if shelf not in self._folders:
            self._folders[shelf] = self.draft / folder_of(shelf)
        return self._folders[shelf]

    @cached_property
    def files(self) -> list[Path]:
        """The N-Quads files of what the inputs say: authority, articles, shared passages."""
        first, last = (self.draft / f"{name}{NQUADS}" for name in ("authority", "passages"))
        return [first, *map(self._nquads, self.stems), last]

    def _nquads(self, stem: str) -> Path:
        return self.folder(stem) / f"{stem}{NQUADS}"

    def texts(self) -> dict[str, str]:
        """The SHA-256 of all articles, by name."""
        return {stem: text for stem, (text, _) in self._inputs.items()}

    def prints(self) -> dict[str, Sequence[int]]:
        """The fingerprints of all articles, by name."""
        found: dict[str, Sequence[int]] = {}
        for shelf, records in self._held.items():
            found |= read_prints(self.draft / folder_of(shelf), records)
        return dict(sorted(found.items()))

    @cached_property
    def changes(self) -> list[Changed] | None:
        """The graphs of inputs that are not as in the build before; read when all are done.

        None if there is none before, if it is damaged, or if so many changed that little is the
        same.
        """
        with suppress(Unavailable):
            if self._before and self._before.store:
                found = list(self._changed(self._before))
                if FEW_OF * len(found) <= len(self.stems):
                    _check(self._before, found)
                    return found
        return None

    def _changed(self, before: Build) -> Iterator[Changed]:
        known = set(before.shelves.stems)
        for stem in sorted({*known, *self.stems}):
            is_old, is_new = stem in known, stem in self.records
            if not (is_old and is_new and self._is_same(stem, before)):
                there = before.shelves.nquads(stem) if is_old else None
                yield Changed(stem, there, self._nquads(stem) if is_new else None)
        for name in ("authority", "passages"):
            file = f"{name}{NQUADS}"
            if before.manifest["files"].get(file) != self.shared[file]:
                yield Changed(name, before.folder / file, self.draft / file)

    def _is_same(self, stem: str, before: Build) -> bool:
        return bool(before.shelves.record(stem)["files"][0] == self.records[stem]["files"][0])

    # What earlier builds lend

    def _borrow(self, shelf: str, stems: list[str]) -> list[Job]:
        """Take over what earlier builds made of the articles of a shelf; returns what is left."""
        folder = self.draft / folder_of(shelf)
        folder.parent.mkdir(exist_ok=True)
        if shelf:
            for lender, shift in self._shifts:
                if records := lender.whole(shelf, stems, partial(self._is_kept, shift)):
                    lender.link(shelf, folder)
                    self._took(shelf, records)
                    return []
        folder.mkdir()
        left = [job for stem in stems if (job := self._job(stem, folder))]
        self.reused += len(stems) - len(left)
        if not left:
            self._close(shelf, stems)
        return left

    def _took(self, shelf: str, records: Records) -> None:
        self.records |= records.articles
        self._held[shelf] = records
        self.reused += len(records.articles)
        self.shelves[shelf] = self._digest(shelf)

    def _digest(self, shelf: str) -> str:
        return sha256((self.draft / folder_of(shelf) / RECORDS).read_bytes()).hexdigest()

    def _job(self, stem: str, folder: Path) -> Job | None:
        """What is to be done about an article that cannot be taken over as it is."""
        for lender, shift in self._shifts:
            record = lender.record(stem)
            fate = self._fate(shift, stem, record) if record else Fate.WORK
            if record and fate is not Fate.WORK and lender.copy(stem, record, folder):
                self._prints[stem] = lender.prints(stem)
                if fate is Fate.CHECK:
                    self._lent[stem] = record
                    return Job(stem, folder / f"{stem}{NQUADS}")
                self.records[stem] = record
                return None
        return Job(stem)

    def _fate(self, shift: Shift, stem: str, record: Record) -> Fate:
        """What becomes of an article that an earlier build has."""
        if record["inputs"] != self._inputs[stem] or not self._names.isdisjoint(record["ids"]):
            return Fate.WORK
        if not all(cited in self._inputs for cited in record["cites"]):
            return Fate.WORK
        return shift.fate(record, partial(read_words, self.project, stem))

    def _is_kept(self, shift: Shift, stem: str, record: Record) -> bool:
        return self._fate(shift, stem, record) is Fate.KEEP

    def _close(self, shelf: str, stems: list[str]) -> None:
        """All articles of a shelf are there: write down what is known of them."""
        prints = b"".join(array("Q", self._prints.pop(stem)) for stem in stems)
        path = self.draft / folder_of(shelf) / RECORDS
        path.with_name(PRINTS).write_bytes(prints)
        known = {stem: self.records[stem] for stem in stems}
        self._held[shelf] = Records(sha256(prints).hexdigest(), known)
        content = dump_records(self._held[shelf])
        part = path.with_name(f"{RECORDS}.part")
        part.write_bytes(content)
        part.replace(path)  # whole, or not there: the next build may go on from it
        self.shelves[shelf] = sha256(content).hexdigest()

    def _work(self, workshop: Workshop, jobs: list[Job]) -> Iterable[ArticleWork | Checked]:
        workers = self.workers or min(os.cpu_count() or 1, len(jobs) // WORTH)
        if workers <= 1 or len(jobs) <= 1:
            return map(partial(_do, workshop), jobs)
        return self._spread(jobs, workers)

    def _spread(self, jobs: list[Job], workers: int) -> Iterator[ArticleWork | Checked]:
        # Fresh interpreters: a fork would keep the lock of the build folder if this process dies.
        with ProcessPoolExecutor(
            workers, get_context("spawn"), _start_worker, (self.project,)
        ) as pool:
            few = max(1, min(_AT_ONCE, len(jobs) // (4 * workers)))
            try:
                yield from pool.map(_work, jobs, chunksize=few)
            except BrokenProcessPool as error:
                message = "a process that worked on articles was ended"
                help_ = "see that there is memory for all, or ask for fewer with `--workers`"
                raise Unavailable([Diagnostic("X708", message, help=help_)]) from error


def _check(before: Build, changed: Iterable[Changed]) -> None:
    """See that the files of a build are as it wrote them from which changes are told.

    Raises:
        Unavailable: X703, one is not.
    """
    shared = (before.file("inferred"), before.file("ontology"))
    for path in (*shared, *(graph.before for graph in changed)):
        if path:
            before.read(path.relative_to(before.folder).as_posix())


_workshop: Workshop


def _start_worker(project: Project) -> None:
    """Load the shared part once for a worker process, which ends when the build does, however."""
    global _workshop
    gc.enable()  # `kg.__main__` turned it off
    Thread(target=_end_with_parent, daemon=True).start()
    _workshop = Workshop(project, Findings())  # the main process reports the shared part


def _end_with_parent() -> None:
    if parent := parent_process():
        parent.join()
        os._exit(1)


def _work(job: Job) -> ArticleWork | Checked:
    return _do(_workshop, job)


def _do(workshop: Workshop, job: Job) -> ArticleWork | Checked:
    checked = workshop.check(job.stem, job.lent) if job.lent else None
    return checked or workshop.article(job.stem)
