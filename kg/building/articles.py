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
from functools import cached_property
from hashlib import sha256
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread
from typing import NamedTuple

from kg.building.across import together
from kg.building.lenders import Lender
from kg.building.outcome import ArticleWork
from kg.building.workshop import Workshop
from kg.diagnostics import Diagnostic, Findings, Unavailable
from kg.project.freshness import Fingerprint
from kg.project.settings import Project
from kg.project.shelves import (
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
_SHARED = ("mappings/authority/", "ontology/", "pyproject.toml", "kg.toml")


class Changed(NamedTuple):
    """A graph that changed, with its N-Quads files in the build before and in this one."""

    name: str
    before: Path | None
    now: Path | None


class Articles:
    """The work on all articles of a project.

    Attributes:
        stems: their names, sorted.
        records: what the build knows of each.
        shared: digests of the files written that are of no article.
        shelves: digests of the records of each shelf.
        results: what SHACL says of each; nothing of those taken over.
        reused: how many were taken over.
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
        self.reused = 0
        self._prints: dict[str, Sequence[int]] = {}
        self._held: dict[str, Records] = {}
        self._basis, self.engine = prints.of(*_SHARED), prints.of()
        self._inputs = {
            stem: [prints.inputs.get(name, "") for name in names]
            for stem, names in zip(self.stems, input_files(self.stems), strict=True)
        }
        self._names = {path.stem for path in project.seeds()}
        self._digits = digits_for(len(self.stems))

    def work(self, workshop: Workshop, progress: Progress) -> Iterator[Diagnostic]:
        """Work on all articles, and say what is wrong with them.

        Args:
            workshop: the shared part.
            progress: told, after each article, how many are done, and of how many.
        """
        shelves: dict[str, list[str]] = {"": []} if not self._digits else {}
        for stem in self.stems:
            shelves.setdefault(shelf_of(stem, self._digits), []).append(stem)
        todo = [stem for shelf in sorted(shelves) for stem in self._lent(shelf, shelves[shelf])]
        left = Counter(shelf_of(stem, self._digits) for stem in todo)
        for done, work in enumerate(self._work(workshop, todo), 1):
            self._keep_article(work)
            progress(done, len(todo))
            shelf = shelf_of(work.stem, self._digits)
            left[shelf] -= 1
            if not left[shelf]:
                self._close(shelf, shelves[shelf])
        yield from together({stem: self.records[stem] for stem in self.stems})

    def _keep_article(self, work: ArticleWork) -> None:
        """Write what an article brought, and record it."""
        self.results[work.stem] = work.results
        self._prints[work.stem] = work.prints
        for suffix, content in ((NQUADS, work.nquads), (ORIGINS, work.origins)):
            (self.folder(work.stem) / f"{work.stem}{suffix}").write_bytes(content)
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
        return self.draft / folder_of(shelf_of(stem, self._digits))

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

    def _lent(self, shelf: str, stems: list[str]) -> list[str]:
        """Take over what earlier builds made of the articles of a shelf; returns the others."""
        folder = self.draft / folder_of(shelf)
        folder.parent.mkdir(exist_ok=True)
        if shelf:
            for lender in self.lenders:
                if records := lender.whole(shelf, stems, self._is_unchanged):
                    lender.link(shelf, folder)
                    return self._took(shelf, stems, records)
        folder.mkdir()
        lent = {stem: record for stem in stems if (record := self._borrow(stem, folder))}
        self.records |= lent
        self.reused += len(lent)
        if len(lent) == len(stems):
            self._close(shelf, stems)
        return [stem for stem in stems if stem not in lent]

    def _took(self, shelf: str, stems: list[str], records: Records) -> list[str]:
        self.records |= records.articles
        self._held[shelf] = records
        self.reused += len(stems)
        self.shelves[shelf] = self._digest(shelf)
        return []

    def _digest(self, shelf: str) -> str:
        return sha256((self.draft / folder_of(shelf) / RECORDS).read_bytes()).hexdigest()

    def _borrow(self, stem: str, folder: Path) -> Record | None:
        for lender in self.lenders:
            record = lender.record(stem)
            usable = record and self._is_unchanged(stem, lender.shared(stem), record)
            if record and usable and lender.copy(stem, record, folder):
                self._prints[stem] = lender.prints(stem)
                return record
        return None

    def _is_unchanged(self, stem: str, shared: str, record: Record) -> bool:
        """Whether nothing that the work on an article rests on has changed."""
        same = shared == self._basis and record["inputs"] == self._inputs[stem]
        if not same or not self._names.isdisjoint(record["ids"]):
            return False
        return all(cited in self._inputs for cited in record["cites"])

    def _close(self, shelf: str, stems: list[str]) -> None:
        """All articles of a shelf are there: write down what is known of them."""
        prints = b"".join(array("Q", self._prints.pop(stem)) for stem in stems)
        path = self.draft / folder_of(shelf) / RECORDS
        path.with_name(PRINTS).write_bytes(prints)
        known = {stem: self.records[stem] for stem in stems}
        self._held[shelf] = Records(self._basis, sha256(prints).hexdigest(), known)
        content = dump_records(self._held[shelf])
        part = path.with_name(f"{RECORDS}.part")
        part.write_bytes(content)
        part.replace(path)  # whole, or not there: the next build may go on from it
        self.shelves[shelf] = sha256(content).hexdigest()

    def _work(self, workshop: Workshop, stems: list[str]) -> Iterable[ArticleWork]:
        workers = self.workers or min(os.cpu_count() or 1, len(stems) // WORTH)
        if workers <= 1 or len(stems) <= 1:
            return map(workshop.article, stems)
        return self._spread(stems, workers)

    def _spread(self, stems: list[str], workers: int) -> Iterator[ArticleWork]:
        # Fresh interpreters: a fork would keep the lock of the build folder if this process dies.
        with ProcessPoolExecutor(
            workers, get_context("spawn"), _start_worker, (self.project,)
        ) as pool:
            few = max(1, min(_AT_ONCE, len(stems) // (4 * workers)))
            try:
                yield from pool.map(_work, stems, chunksize=few)
            except BrokenProcessPool as error:
                message = "a process that worked on articles was ended"
                help_ = "see that there is memory for all, or ask for fewer with `--workers`"
                raise Unavailable([Diagnostic("X708", message, help=help_)]) from error


def _check(before: Build, changed: Iterable[Changed]) -> None:
    """See that the files of a build are as it wrote them from which changes are told.

    Raises:
        Unavailable: X703, one is not.
    """
    for path in (before.file("inferred"), *(graph.before for graph in changed)):
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


def _work(stem: str) -> ArticleWork:
    return _workshop.article(stem)
