"""A build whose result is shards at a location, made by whatever processes there are.

In: a project; where to write; who makes the shards. Out: shards and, when all are whole, a manifest
that names them. Refuses whatever a build refuses; then the manifest is as it was.

The stages are those of every build, and what needs the facts of several articles is done with the
same code on the same machine: closure, shared passages, HermiT. Others work on single articles.
"""

from __future__ import annotations

import json
import re
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
from kg.building.sharing import share
from kg.building.workshop import Workshop
from kg.building.writing import Writer, common_facts
from kg.cluster.gathered import COUNTED, Gathered
from kg.cluster.hands import Spread
from kg.cluster.inputs import Inputs, inputs
from kg.cluster.shards import (
    FOLDER,
    KINDS,
    PER,
    RECORD,
    VERSION,
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
from kg.project.manifest import MANIFEST, SHARDS, Manifest
from kg.project.seeds import MOST
from kg.project.settings import Project, load_project
from kg.project.shelves import NQUADS, input_files
from kg.project.wording import wording
from kg.reasoning.entailment import Entailment

FORMAT = f"{SHARDS} {VERSION}"
SHARED = ("authority", "passages", "inferred", "ontology")
"""The graphs that are of no article."""
_OURS = re.compile(r"([a-z]+-)?[0-9a-f]{32}(\.inferred)?\.(nq|prints|json)(\.[0-9a-f]{32}\.part)?")
"""Names of files in the folder of shards that a build may remove; the one before had others."""


@dataclass(frozen=True, slots=True)
class Archive:
    """What a build of shards did.

    Attributes:
        manifest: as written.
        kept: shards that were there.
        seconds: wall time per stage.
        findings: warnings and notes; errors are raised.
        sources: of a project elsewhere, the texts that findings are in, by URL.
    """

    manifest: Manifest
    kept: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    findings: tuple[Diagnostic, ...] = ()
    sources: dict[str, str] = field(default_factory=dict)


def build_shards(
    place: Path | str,
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
        place: the folder of the project, or the URL of one.
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
    storage = Storage(target)
    before = _before(storage)
    with inputs(place) as files, TemporaryDirectory(prefix="kg-") as draft:
        project = load_project(files.folder)
        with wording(project):
            run = _Run(project, files, Path(draft), storage, before, report, progress)
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
    kind = str(found.get("format")) if isinstance(found, dict) else ""
    if kind.startswith(SHARDS):
        return found if kind == FORMAT else {}  # of another version
    message = f"`{storage.url}` has a `{MANIFEST}` that is not of shards"
    raise Unavailable([Diagnostic("X722", message, help="choose an empty folder")])


class _Run(Run):
    """A run of the stages in which shards take the place of the articles' files."""

    def __init__(
        self,
        project: Project,
        inputs: Inputs,
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
        self.articles: Gathered = Gathered(project, prints, draft)
        self.inputs, self.previous = inputs, before
        self.storage, self.kept = storage, 0
        self.entries: list[dict[str, Any]] = []

    def archive(self, spread: Spread, per: int, force: bool) -> Archive:
        """All stages; see `build_shards`."""
        self._make: Callable[[Work], Iterator[Shard]] = lambda work: spread(
            replace(work, force=force), self._parcels(per)
        )
        derived = self.derive()
        self.refuse()
        assert derived is not None  # an ontology that cannot be used has errors
        with self.stage("write"):
            manifest = self._manifest(derived.workshop.ontology, derived.entailment)
            self._seal(manifest)
        told = self.told()
        findings = tuple(map(self.inputs.told, told))
        return Archive(manifest, self.kept, self.seconds, findings, self.inputs.texts(told))

    def origins(self, path: Path) -> bytes:
        """The origins of statements; of an article they are made anew, as only errors need them."""
        shared = path.parent == self.draft
        return super().origins(path) if shared else self._workshop.article(path.stem).origins

    def _documents(self) -> None:
        stems = self.articles.stems
        self.inputs.need(name for names in input_files(stems) for name in names)
        super()._documents()

    def _articles(self, workshop: Workshop) -> None:
        self._workshop = workshop
        shared = workshop.shared()
        self.findings.extend(shared.findings)
        self.articles.save(shared)
        self._spread()
        records = {stem: self.articles.records[stem] for stem in self.articles.stems}
        self.findings.extend(together(records))
        share(self.articles, None, workshop.ontology.text)

    def _spread(self) -> None:
        """Have all shards made, and take them up."""
        done, total = 0, len(self.articles.stems)
        for shard in self._make(self._work()):
            done += len(shard.articles)
            self.inputs.take(shard.inputs)
            self.articles.take(shard)
            self.entries.append(shard.entry)
            self.kept += shard.kept
            self.progress(done, total)
        self.entries.sort(key=itemgetter("first"))

    def _work(self) -> Work:
        """What all shards share."""
        return Work(
            project=self.project,
            files={**self.common, **self._some_seeds()},
            stems=tuple(self.project.articles()),
            basis=self.prints.of(""),
            engine=engine(),
            source=self.inputs.source,
            target=self.storage.url,
        )

    def _some_seeds(self) -> dict[str, bytes]:
        """The articles in which the quotes are looked for that another lacks."""
        found, seeds = {}, self.project.seeds()[:MOST]
        self.inputs.need(map(self.project.name, seeds))
        for path in seeds:
            with suppress(ContentError):  # told when its turn comes
                found[self.project.name(path)] = read_bytes(path, path.name)
        return found

    def _parcels(self, per: int) -> Iterator[Parcel]:
        for stems in divide(self.articles.stems, per):
            if self.inputs.source:
                yield Parcel(stems)
                continue
            names = [name for pair in input_files(stems) for name in pair]
            found = {name: self.project.folder / name for name in names}
            there = {n: path for n, path in found.items() if n.endswith(".yaml") or path.is_file()}
            yield Parcel(stems, {name: read_bytes(path, name) for name, path in there.items()})

    # What is declared whole

    def _manifest(self, ontology: Ontology, entailment: Entailment) -> Manifest:
        shared, counts = self._shared(ontology, entailment), self.articles.counts
        own = sum(shared[name]["lines"] for name in ("authority", "passages"))
        return {
            "format": FORMAT,
            **common_facts(self.project),
            "counts": {
                "articles": len(self.articles.stems),
                **{name: counts[name] for name in COUNTED[:-1]},
                "asserted": counts["quads"] + own,
                "inferred": len(entailment.lines),
            },
            "shared": shared,
            "shards": self.entries,
            "findings": to_records(self.told()),
            "engine": self.prints.engine,
            "inputs": self.prints.inputs,
            "shapes": self.prints.of("ontology/shapes/"),
            "owl": entailment.record,
        }

    def _shared(self, ontology: Ontology, entailment: Entailment) -> dict[str, Any]:
        """Write the graphs that are of no article; returns what the manifest says of each."""
        Writer(self.project, self.articles, None).graphs(ontology, entailment)
        said = {}
        for name in SHARED:
            content = (self.draft / f"{name}{NQUADS}").read_bytes()
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
