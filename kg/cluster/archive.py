"""A build whose result is shards at a location, made by whatever processes there are.

In: a project; where to write; who makes the shards. Out: shards and, when all are whole, a manifest
that names them. Refuses whatever a build refuses; then the manifest is as it was.

The stages are those of every build. Each article is validated, and what follows from it and from
what all articles share is written beside it. Between articles, only what needs no look at all facts
is checked: ids that two use for different things, dates that rest on one another in a circle.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field, replace
from hashlib import sha256
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from kg.building.across import together
from kg.building.articles import Progress
from kg.building.flow import Report, Run
from kg.building.outcome import ArticleWork
from kg.building.workshop import Workshop
from kg.building.writing import common_facts, inferred_end, ontology_nquads
from kg.cluster.hands import Spread
from kg.cluster.shards import (
    FOLDER,
    INFERRED,
    KINDS,
    PER,
    RECORD,
    Parcel,
    Shard,
    described,
    divide,
    file_of,
)
from kg.cluster.storage import Storage
from kg.cluster.workplace import Work
from kg.diagnostics import ContentError, Diagnostic, Unavailable
from kg.files import LARGEST_GRAPH, read_bytes
from kg.findings.recording import to_records
from kg.ontology.declarations import Ontology
from kg.project.freshness import Fingerprint, engine
from kg.project.manifest import MANIFEST, Manifest
from kg.project.seeds import MOST
from kg.project.settings import Project, load_project
from kg.project.shelves import NQUADS, ORIGINS, input_files
from kg.project.wording import wording
from kg.store.origins import Statements, to_files

FORMAT = "newskg shards 1"
COUNTED = ("entries", "nodes", "spans", "mentions", "quads")
_OURS = re.compile(r"([a-z]+-)?[0-9a-f]{32}(\.inferred)?\.(nq|json)(\.[0-9a-f]{32}\.part)?")
"""Names of files in the folder of shards that a build may remove."""
_KNOWN = ("findings", "shares", "rests")
"""What is kept in memory of each article."""


@dataclass(frozen=True, slots=True)
class Archive:
    """What a build of shards did.

    Attributes:
        manifest: as written.
        kept: shards that were there.
        seconds: wall time per stage.
        findings: warnings and notes; errors are raised.
    """

    manifest: Manifest
    kept: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    findings: tuple[Diagnostic, ...] = ()


def build_shards(
    folder: Path | str,
    target: str,
    hands: AbstractContextManager[Spread],
    *,
    per: int = PER,
    force: bool = False,
    report: Report = lambda _: None,
    progress: Progress = lambda *_: None,
) -> Archive:
    """Build a project into shards.

    Args:
        folder: the project.
        target: URL or path of the folder to write.
        hands: has the shards made; entered when the location and the settings are seen to be sound.
        per: how many articles a shard has on average.
        force: make shards anew that are there.
        report: told the name of each stage as it starts.
        progress: told, after each shard, how many articles are done, and of how many.

    Raises:
        ContentError: the project has errors; nothing is declared whole.
        Unavailable: X708, X721, X722: the cluster or the location cannot do it.
    """
    project, storage = load_project(Path(folder)), Storage(target)
    before = _before(storage)
    with wording(project), TemporaryDirectory(prefix="kg-") as draft:
        run = _Run(project, Path(draft), storage, before, report, progress)
        report("cluster")
        with hands as spread:
            return run.archive(spread, per, force)


def _before(storage: Storage) -> Manifest:
    """The manifest of an earlier build of shards; nothing if there is none."""
    content = storage.read(MANIFEST)
    if content is None:
        return {}
    found: Any = None
    with suppress(ValueError, RecursionError):
        found = json.loads(content)
    if isinstance(found, dict) and found.get("format") == FORMAT:
        return found
    message = f"`{storage.url}` has a `{MANIFEST}` that is not of shards"
    raise Unavailable([Diagnostic("X722", message, help="choose an empty folder")])


class _Run(Run):
    """A run of the stages in which shards take the place of the articles' files."""

    def __init__(
        self,
        project: Project,
        draft: Path,
        storage: Storage,
        before: Manifest,
        report: Report,
        progress: Progress,
    ) -> None:
        names = [name for name in project.inputs() if not name.startswith(("seeds/", "mappings/"))]
        names += [project.name(path) for path in project.authority()]
        self.common = {n: read_bytes(project.folder / n, n, LARGEST_GRAPH) for n in sorted(names)}
        digests = {name: sha256(content).hexdigest() for name, content in self.common.items()}
        prints = Fingerprint(digests, engine())
        super().__init__(project, prints, None, (), draft, None, report, progress)
        self.previous = before
        self.storage, self.kept = storage, 0
        self.entries: list[dict[str, Any]] = []
        self.clashing: list[str] = []
        self.counts: Counter[str] = Counter()

    def archive(self, spread: Spread, per: int, force: bool) -> Archive:
        """All stages; see `build_shards`."""
        self._make: Callable[[Work], Iterator[Shard]] = lambda work: spread(
            replace(work, force=force), self._parcels(per)
        )
        derived = self.derive()
        self.refuse()
        assert derived is not None  # an ontology that cannot be used has errors
        with self.stage("write"):
            manifest = self._manifest(derived.workshop.ontology, derived.entailment.record)
            self._seal(manifest)
        return Archive(manifest, self.kept, self.seconds, self.told())

    def files(self) -> list[Path]:
        """The authority, and the articles whose facts clash by themselves; these are few."""
        return [self.draft / f"{n}{NQUADS}" for n in ("authority", *self.clashing, "passages")]

    def _articles(self, workshop: Workshop) -> None:
        shared = workshop.shared()
        self.findings.extend(shared.findings)
        nothing = to_files(Statements("", {}))
        for work in (shared, ArticleWork("passages", *nothing)):
            self.articles.save(work)
        first = self._reason(workshop)
        self.inferred = tuple(first.lines) if first else ()
        self.previous = {**self.previous, "owl": first.record if first else {}}
        self._spread(self._work(shared.nquads))
        records = {stem: self.articles.records[stem] for stem in self.articles.stems}
        self.findings.extend(together(records))

    def _work(self, authority: bytes) -> Work:
        """What all shards share."""
        subclasses = tuple((b, a) for b, a in self.previous["owl"].get("subclasses", ()))
        basis = [self.prints.of(""), json.dumps(subclasses)]
        return Work(
            project=self.project,
            files={**self.common, **self._some_seeds()},
            stems=tuple(self.project.articles()),
            basis=sha256("\n".join(basis).encode()).hexdigest(),
            engine=engine(),
            authority=authority,
            inferred=self.inferred,
            target=self.storage.url,
            subclasses=subclasses,
        )

    def _some_seeds(self) -> dict[str, bytes]:
        """The articles in which the quotes are looked for that another lacks."""
        found = {}
        for path in self.project.seeds()[:MOST]:
            with suppress(ContentError):  # told when its turn comes
                found[self.project.name(path)] = read_bytes(path, path.name)
        return found

    def _parcels(self, per: int) -> Iterator[Parcel]:
        for stems in divide(self.articles.stems, per):
            names = [name for pair in input_files(stems) for name in pair]
            found = {name: self.project.folder / name for name in names}
            there = {n: path for n, path in found.items() if n.endswith(".yaml") or path.is_file()}
            yield Parcel(stems, {name: read_bytes(path, name) for name, path in there.items()})

    def _spread(self, work: Work) -> None:
        """Have all shards made, and keep what is needed of each."""
        done, total = 0, len(self.articles.stems)
        for shard in self._make(work):
            done += len(shard.articles)
            for stem, record in shard.articles.items():
                self.counts.update({name: record.get(name, 0) for name in COUNTED})
                self.articles.records[stem] = {name: record[name] for name in _KNOWN}
            for stem, contents in shard.clashing.items():
                self.clashing.append(stem)
                for end, content in zip((NQUADS, ORIGINS), contents, strict=True):
                    (self.draft / f"{stem}{end}").write_bytes(content)
            self.entries.append(shard.entry)
            self.kept += shard.kept
            self.progress(done, total)
        self.clashing.sort()
        self.entries.sort(key=itemgetter("first"))

    # What is declared whole

    def _manifest(self, ontology: Ontology, owl: Manifest) -> Manifest:
        shared = self._shared(ontology)
        own = sum(entry["files"][INFERRED]["lines"] for entry in self.entries)
        counts = {
            "articles": len(self.articles.stems),
            **{name: self.counts[name] for name in COUNTED[:-1]},
            "asserted": self.counts["quads"] + shared["authority"]["lines"],
            "inferred": own + shared["inferred"]["lines"],
        }
        return {
            "format": FORMAT,
            **common_facts(self.project),
            "counts": counts,
            "shared": shared,
            "shards": self.entries,
            "findings": to_records(self.told()),
            "engine": self.prints.engine,
            "inputs": self.prints.inputs,
            "shapes": self.prints.of("ontology/shapes/"),
            "owl": owl,
        }

    def _shared(self, ontology: Ontology) -> dict[str, Any]:
        """Write the graphs that are of no article; returns what the manifest says of each."""
        base = self.project.base
        end = inferred_end(base)
        contents = {
            "authority": (self.draft / f"authority{NQUADS}").read_bytes(),
            "inferred": b"".join(line + end for line in self.inferred),
            "ontology": ontology_nquads(ontology, base),
        }
        said = {}
        for name, content in contents.items():
            known = described(content)
            said[name] = {"name": f"{name}-{known['sha256'][:32]}", **known}
            self.storage.write(file_of(said[name]["name"], NQUADS), content)
        return said

    def _seal(self, manifest: Manifest) -> None:
        """See that all is there, write the manifest, and remove what it does not name.

        Raises:
            Unavailable: X722, a file is missing that a worker has written.
        """
        wanted = {f"{each['name']}{NQUADS}": each["bytes"] for each in manifest["shared"].values()}
        for entry in self.entries:
            name, files = entry["name"], entry["files"]
            wanted |= {f"{name}{end}": files[kind]["bytes"] for kind, end in KINDS.items()}
        found = self.storage.sizes(FOLDER)
        if lacking := [name for name, size in wanted.items() if found.get(name) != size]:
            raise _unseen(self.storage, lacking)
        text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True)
        self.storage.write(MANIFEST, text.encode() + b"\n")
        records = {f"{entry['name']}{RECORD}" for entry in self.entries}
        stale = [name for name in found.keys() - wanted.keys() - records if _OURS.fullmatch(name)]
        self.storage.remove(f"{FOLDER}/{name}" for name in sorted(stale))


def _unseen(storage: Storage, lacking: list[str]) -> Unavailable:
    message = f"`{storage.url}` lacks {len(lacking)} files that were written there"
    notes = (f"such as `{FOLDER}/{min(lacking)}`",)
    help_ = "name a location that all machines see as the same, and build again"
    return Unavailable([Diagnostic("X722", message, notes=notes, help=help_)])
