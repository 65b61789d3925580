"""The articles of a build: taken over from the build before, or worked on by one process or more.

In: a project, digests of its inputs, the build before, and a draft folder. Out: N-Quads and origins
of each article in the draft, a record of each for the manifest, and findings.
Refuses: what `kg.building.workshop` refuses, and an id that articles use for two things (M206).
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from hashlib import sha256
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread
from typing import Any

from kg.building.workshop import ArticleWork, Workshop
from kg.diagnostics import Diagnostic, Findings, Location, Unavailable
from kg.findings.recording import from_records, to_records
from kg.project.freshness import Fingerprint
from kg.project.manifest import Manifest
from kg.project.settings import Project
from kg.shapes.shacl import Result
from kg.shapes.violations import merge
from kg.text.circles import circles

_SHARED = ("mappings/authority/", "ontology/", "pyproject.toml", "kg.toml")


class Articles:
    """The work on all articles of a project.

    Attributes:
        records: what the manifest says of each article.
        files: digests of the files written.
        results: what SHACL says of each; nothing of those taken over.
        reused: how many were taken over.
    """

    def __init__(
        self,
        project: Project,
        prints: Fingerprint,
        previous: Manifest,
        draft: Path,
        workers: int,
    ) -> None:
        self.project, self.prints, self.previous = project, prints, previous
        self.draft, self.workers = draft, workers
        self.records: dict[str, Manifest] = {}
        self.files: dict[str, str] = {}
        self.results: dict[str, tuple[Result, ...] | None] = {}
        self.reused = 0

    def work(self, workshop: Workshop) -> Iterator[Diagnostic]:
        """Work on all articles, and say what is wrong with them."""
        (self.draft / "articles").mkdir()
        stems = [path.stem for path in self.project.mappings()]
        keys = {stem: self._key(stem) for stem in stems}
        todo = [stem for stem in stems if not self._reuse(stem, keys[stem], stems)]
        for work in self._work(workshop, todo):
            self.save(work, "articles/")
            self.records[work.stem] = {
                "key": keys[work.stem],
                "cites": list(work.cites),
                "shares": {id_: [iri, name, *at] for id_, (iri, name, at) in work.shares.items()},
                "rests": {other: list(place) for other, place in work.rests.items()},
                "findings": to_records(work.findings),
                **work.counts,
            }
        # What several articles find fault with in one place of the authority is one finding.
        records = self.records.values()
        yield from merge(found for record in records for found in from_records(record["findings"]))
        yield from self._two_in_one()
        yield from circles(
            {stem: _places(record["rests"]) for stem, record in self.records.items()}
        )

    def save(self, work: ArticleWork, folder: str = "") -> None:
        """Write the N-Quads and origins of an article, or of something like one."""
        self.results[work.stem] = work.results
        self.keep(f"{folder}{work.stem}.nq", work.nquads)
        self.keep(f"{folder}{work.stem}.origins.json", work.origins)

    def keep(self, name: str, content: bytes) -> None:
        """Write a file of the build, whose digest the manifest tells."""
        (self.draft / name).write_bytes(content)
        self.files[name] = sha256(content).hexdigest()

    def _two_in_one(self) -> Findings:
        """An id that articles share is of one kind and has one label, or it is two individuals."""
        findings = Findings()
        seen: dict[str, tuple[str, str, Location]] = {}
        for _, record in sorted(self.records.items()):
            for id_, (iri, label, *at) in record["shares"].items():
                place = Location(*at)
                first, name, where = seen.setdefault(id_, (iri, label, place))
                if first != iri:
                    message = f"id `{id_}` makes <{iri}> here and <{first}> elsewhere"
                elif label and name and label != name:
                    message = f"id `{id_}` is labelled `{label}` here and `{name}` elsewhere"
                else:
                    continue
                findings.error(
                    "M206",
                    message,
                    place,
                    help="write the same in both places, or choose another id here",
                    related=[("declared here", where)],
                )
        return findings

    def _key(self, stem: str) -> str:
        return self.prints.of(*_SHARED, f"seeds/{stem}.txt", f"mappings/{stem}.yaml")

    def _reuse(self, stem: str, key: str, stems: list[str]) -> bool:
        """Take over what the previous build made of an article, if nothing it rests on changed."""
        record = self.previous.get("articles", {}).get(stem, {})
        old = self.project.build / "current" / "articles"
        files = [old / f"{stem}.nq", old / f"{stem}.origins.json"]
        if record.get("key") != key or not set(record["cites"]) <= set(stems):
            return False
        if not all(map(self._is_whole, files)):
            return False
        for file in files:
            self.keep(f"articles/{file.name}", file.read_bytes())
        self.records[stem] = record
        self.reused += 1
        return True

    def _is_whole(self, file: Path) -> bool:
        """Whether a file of the previous build is there, and as that build wrote it."""
        if not file.is_file():
            return False
        digest = sha256(file.read_bytes()).hexdigest()
        return bool(digest == self.previous["files"].get(f"articles/{file.name}"))

    def _work(self, workshop: Workshop, stems: list[str]) -> Iterable[ArticleWork]:
        if self.workers <= 1 or len(stems) <= 1:
            return map(workshop.article, stems)
        return self._spread(stems)

    def _spread(self, stems: list[str]) -> Iterator[ArticleWork]:
        # Fresh interpreters: a fork would keep the lock of the build folder if this process dies.
        with ProcessPoolExecutor(
            self.workers, get_context("spawn"), _start_worker, (self.project,)
        ) as pool:
            try:
                yield from pool.map(_work, stems)
            except BrokenProcessPool as error:
                message = "a process that worked on articles was ended"
                help_ = "see that there is memory for all, or ask for fewer with `--workers`"
                raise Unavailable([Diagnostic("X708", message, help=help_)]) from error


def _places(rests: dict[str, list[Any]]) -> dict[str, Location]:
    return {stem: Location(*place) for stem, place in rests.items()}


def unite(findings: Iterable[Diagnostic]) -> list[Diagnostic]:
    """One finding for an id that several files name and nobody declares (M203)."""
    found: dict[tuple[str, str], Diagnostic] = {}
    for finding in sorted(findings, key=Diagnostic.sort_key):
        key = finding.message if finding.code == "M203" else str(len(found))
        first = found.setdefault((finding.code, key), finding)
        if first is not finding and finding.place:
            more = (("and here", finding.place), *finding.related)
            found[finding.code, key] = replace(first, related=first.related + more)
    return list(found.values())


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
