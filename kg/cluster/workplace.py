"""The work on one shard, wherever it is done.

In: what all articles share, as `Work`; a `Parcel`. Out: a `Shard`, its files written.
Refuses: another version of the engine than the one that asks (X721); what cannot be read or
written (X722, X703).

Whatever a shard needs comes with the work or is fetched, so that machines need not see the same
files. The articles are worked on as in every build, by `kg.building.workshop`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from shutil import rmtree
from tempfile import gettempdir
from typing import Any
from uuid import uuid4

from kg.building.workshop import Workshop
from kg.building.writing import inferred_end
from kg.cluster.inference import Inference
from kg.cluster.shards import (
    ARTICLES,
    INFERRED,
    KINDS,
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
from kg.project.shelves import input_files


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
        authority: N-Quads of the authority.
        inferred: what follows from it.
        subclasses: of which classes only HermiT saw that they are below others.
        target: where shards are written.
        force: make shards anew that are there.
    """

    project: Project
    files: Mapping[str, bytes]
    stems: tuple[str, ...]
    basis: str
    engine: str
    authority: bytes
    inferred: tuple[bytes, ...]
    target: str
    force: bool = False
    subclasses: tuple[tuple[str, str], ...] = ()


class Workplace:
    """A process that makes shards."""

    def __init__(self, work: Work) -> None:
        """Load what articles share.

        Raises:
            Unavailable: X721, this is another version of the engine; X722, the target is of no kind
                that can be used here.
        """
        if work.engine != engine():
            raise _other_version()
        self.work, self._target = work, Storage(work.target)
        self._folder = Path(gettempdir(), f"kg-{uuid4().hex}")
        project, base = replace(work.project, folder=self._folder), work.project.base
        with self._laid({}):
            # The shared part is reported by who asks.
            self._workshop = Workshop(project, Findings(), stems=work.stems)
        ontology = self._workshop.ontology
        self._inference = Inference(ontology, base, work.subclasses, work.authority, work.inferred)
        self._end = inferred_end(base)

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
            Unavailable: X722, the target cannot be read or written.
            ContentError: a file is larger than any of its kind.
        """
        files = parcel.files or {}
        inputs = {
            stem: [_digest(files.get(name)) for name in names]
            for stem, names in zip(parcel.stems, input_files(parcel.stems), strict=True)
        }
        name = name_of(self.work.basis, inputs)
        kept = None if self.work.force else self._there(name)
        return kept or self._made(name, inputs, files)

    def _there(self, name: str) -> Shard | None:
        """The shard of that name, if all of it is as it was written and would be made again so."""
        content = self._target.read(file_of(name, RECORD))
        with suppress(ValueError):
            found = from_json(content or b"")
            texts = {kind: self._target.read(file_of(name, end)) for kind, end in KINDS.items()}
            whole = all(
                _digest(texts[kind]) == said["sha256"] for kind, said in found.files.items()
            )
            return found if whole and self._stands(found) else None
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
        self._inference.renew()
        texts: dict[str, list[bytes]] = {kind: [] for kind in KINDS}
        records, clashing = {}, {}
        inferred: set[bytes] = set()
        with self._laid(files):
            for work in map(self._workshop.article, inputs):
                records[work.stem] = work.record(inputs[work.stem])
                lines, clashes = self._inference.article(work.nquads)
                if clashes:
                    clashing[work.stem] = work.nquads, work.origins
                texts[ARTICLES].append(work.nquads)
                inferred.update(lines)
        texts[INFERRED] = [line + self._end for line in sorted(inferred)]
        sound = not clashing and all(record["inputs"] for record in records.values())
        contents = {kind: b"".join(text) for kind, text in texts.items()}
        return self._written(name, contents, records) if sound else Shard("", {}, records, clashing)

    def _written(
        self, name: str, contents: Mapping[str, bytes], records: dict[str, dict[str, Any]]
    ) -> Shard:
        for kind, content in contents.items():
            self._target.write(file_of(name, KINDS[kind]), content)
        files = {kind: described(content) for kind, content in contents.items()}
        shard = Shard(name, files, records)
        self._target.write(file_of(name, RECORD), to_json(shard))
        return shard


def _digest(content: bytes | None) -> str:
    return "" if content is None else sha256(content).hexdigest()


def _other_version() -> Unavailable:
    message = "a machine of the cluster has another version of `kg`"
    help_ = "install the same version on all machines"
    return Unavailable([Diagnostic("X721", message, help=help_)])
