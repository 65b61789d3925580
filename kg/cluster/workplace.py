"""The work on one shard, wherever it is done.

In: what all articles share, as `Work`; a `Parcel`. Out: a `Shard`, its files written.
Refuses: another version of the engine than the one that asks (X721); what cannot be read or
written (X722, X703).

Whatever a shard needs comes with the work or is fetched, so that machines need not see the same
files. The articles are worked on as in every build, by `kg.building.workshop`.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from shutil import rmtree
from tempfile import gettempdir
from uuid import uuid4

from kg.building.workshop import Workshop
from kg.cluster.shards import (
    ARTICLES,
    KINDS,
    PRINTS,
    RECORD,
    Parcel,
    Shard,
    described,
    file_of,
    from_json,
    name_of,
    to_json,
)
from kg.cluster.storage import Storage
from kg.diagnostics import Diagnostic, Findings, Unavailable
from kg.project.freshness import engine
from kg.project.settings import Project
from kg.project.shelves import Record, input_files


@dataclass(frozen=True, slots=True)
class Work:
    """What all shards share; it is sent once to each machine.

    Attributes:
        project: its folder is not the worker's.
        files: name to content: what articles share, and the articles in which stray quotes are
            looked for.
        stems: the names of all articles.
        basis: digest of all that articles share.
        engine: digest of the code that asks.
        source: URL of the project, where articles and mappings are read; empty if they are sent.
        target: where shards are written.
        force: make shards anew that are there.
    """

    project: Project
    files: Mapping[str, bytes]
    stems: tuple[str, ...]
    basis: str
    engine: str
    source: str
    target: str
    force: bool = False


class Workplace:
    """A process that makes shards."""

    def __init__(self, work: Work) -> None:
        """Load what articles share.

        Raises:
            Unavailable: X721, this is another version of the engine; X722, a location is of no kind
                that can be used here.
        """
        if work.engine != engine():
            raise _other_version()
        self.work, self._target = work, Storage(work.target)
        self._source = Storage(work.source) if work.source else None
        self._folder = Path(gettempdir(), f"kg-{uuid4().hex}")
        project = replace(work.project, folder=self._folder)
        with self._laid({}):
            # The shared part is reported by who asks.
            self._workshop = Workshop(project, Findings(), stems=work.stems)

    @contextmanager
    def _laid(self, files: Mapping[str, bytes]) -> Iterator[None]:
        """The project, as far as it is needed, for as long: a worker may be ended any time."""
        try:
            for name, content in {**self.work.files, **files}.items():
                path = self._folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            yield
        finally:
            rmtree(self._folder, ignore_errors=True)

    def shard(self, parcel: Parcel) -> Shard:
        """Make a shard, unless it is there.

        Raises:
            Unavailable: X722, a location cannot be read or written.
            ContentError: a file is larger than any of its kind.
        """
        if self._source is None:
            return self._shard(parcel.stems, parcel.files or {})
        names = [name for pair in input_files(parcel.stems) for name in pair]
        files = self._source.read_all(names)
        return replace(self._shard(parcel.stems, files), inputs=files)

    def _shard(self, stems: Sequence[str], files: Mapping[str, bytes]) -> Shard:
        inputs = {
            stem: [_digest(files.get(name)) for name in names]
            for stem, names in zip(stems, input_files(stems), strict=True)
        }
        name = name_of(self.work.basis, inputs)
        kept = None if self.work.force else self._there(name)
        return kept or self._made(name, inputs, files)

    def _there(self, name: str) -> Shard | None:
        """The shard of that name, if all of it is as it was written and would be made again so."""
        content = self._target.read(file_of(name, RECORD))
        with suppress(ValueError):
            found = from_json(content or b"")
            files = {kind: self._target.read(file_of(name, end)) for kind, end in KINDS.items()}
            contents = {kind: content for kind, content in files.items() if content is not None}
            known = {kind: described(content) for kind, content in contents.items()}
            if known == found.files and self._stands(found):
                return replace(found, contents=contents)
        return None

    def _stands(self, shard: Shard) -> bool:
        """Whether articles that came or went since change nothing for those of a shard."""
        stems = dict.fromkeys(self.work.stems)
        records = shard.articles.values()
        return all(
            stems.keys().isdisjoint(record["ids"]) and stems.keys() >= set(record["cites"])
            for record in records
        )

    # Making

    def _made(
        self, name: str, inputs: Mapping[str, list[str]], files: Mapping[str, bytes]
    ) -> Shard:
        with self._laid(files):
            works = [self._workshop.article(stem) for stem in inputs]
        records = {
            work.stem: work.record(inputs[work.stem]) | {"bytes": len(work.nquads)}
            for work in works
        }
        contents = {
            ARTICLES: b"".join(work.nquads for work in works),
            PRINTS: b"".join(array("Q", work.prints) for work in works),
        }
        if not all(record["inputs"] for record in records.values()):
            return Shard("", {}, records, contents)
        return self._written(name, contents, records)

    def _written(self, name: str, contents: dict[str, bytes], records: dict[str, Record]) -> Shard:
        for kind, content in contents.items():
            self._target.write(file_of(name, KINDS[kind]), content)
        files = {kind: described(content) for kind, content in contents.items()}
        shard = Shard(name, files, records, contents)
        self._target.write(file_of(name, RECORD), to_json(shard))
        return shard


def _digest(content: bytes | None) -> str:
    return "" if content is None else sha256(content).hexdigest()


def _other_version() -> Unavailable:
    message = "a machine of the cluster has another version of `kg`"
    help_ = "install the same version on all machines"
    return Unavailable([Diagnostic("X721", message, help=help_)])
