"""The build: read, ground, generate, validate, reason, write; and nothing else.

In: a project folder. Out: a new generation of `build/`, made current only when it is whole, and a
`Summary`. Refuses whatever a stage refuses; then the previous build stays as it was.
"""

from __future__ import annotations

import gc
import json
import os
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from importlib.metadata import version
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread
from typing import Any

from pyoxigraph import NamedNode, Quad, RdfFormat, Triple, parse

from kg import __version__
from kg.dataset import rdfc_hash, to_nquads
from kg.diagnostics import Diagnostic, Findings, Location, Severity
from kg.entailment import Entailment, entail
from kg.export import build_style, write
from kg.expressions import Source
from kg.freshness import PARTS, Fingerprint, current_manifest, fingerprint, is_fresh
from kg.generations import generation, locked
from kg.manifest import FORMAT, MANIFEST, Manifest
from kg.origins import DERIVATIONS, Origin, from_files, to_files, write_derivations
from kg.passages import passage_quads, shared_passages
from kg.project import Project, load_project
from kg.shacl import Result
from kg.store import Build, create
from kg.terms import PUBLISHED
from kg.validation import check_shapes
from kg.violations import merge
from kg.wording import worded, wording
from kg.workshop import ArticleWork, Workshop

Report = Callable[[str], None]
_TOOLS = ("owlready2", "pyoxigraph", "pyshacl", "rdflib")
_SHARED = ("mappings/authority/", "ontology/", "pyproject.toml", "kg.toml")
_ASSERTED = ("nodes", "spans", "mentions", "entries", "quads")


@dataclass(frozen=True, slots=True)
class Summary:
    """What a build did.

    Attributes:
        manifest: of the current build.
        fresh: nothing had changed, and nothing was done.
        reused: articles taken over from the previous build.
        seconds: wall time per stage.
        findings: warnings and notes; errors are raised.
    """

    manifest: Manifest
    fresh: bool = False
    reused: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    findings: tuple[Diagnostic, ...] = ()


def build(
    folder: Path | str = ".",
    *,
    force: bool = False,
    workers: int = 1,
    waiting: float = -1,
    report: Report = lambda _: None,
) -> Summary:
    """Build the knowledge graph of a project.

    Args:
        folder: the project.
        force: redo everything, whatever the previous build can lend.
        workers: processes that share the articles; the result is the same for any number.
        waiting: seconds to wait for another build of the project; negative: until it ends.
        report: told the name of each stage as it starts.

    Returns:
        What was done.

    Raises:
        ContentError: the files of the project have errors; the previous build is untouched.
        Unavailable: the build folder cannot be written, or another build goes on too long.
    """
    project = load_project(Path(folder))
    with locked(project.build, waiting, partial(report, "waiting for another build")):
        prints = fingerprint(project)
        previous = None if force else current_manifest(project)
        if previous and is_fresh(project, previous, prints):
            return Summary(previous, fresh=True)
        with wording(project), generation(project.build, PARTS) as draft:
            return Run(project, prints, previous or {}, draft, workers, report).build()


class Run:
    """One run of the stages, writing what they bring into a draft folder."""

    def __init__(
        self,
        project: Project,
        prints: Fingerprint,
        previous: Manifest,
        draft: Path,
        workers: int,
        report: Report,
    ) -> None:
        self.project, self.prints, self.previous, self.draft = project, prints, previous, draft
        self.workers, self.report = workers, report
        self.findings = Findings()
        self.seconds: dict[str, float] = {}
        self.records: dict[str, Manifest] = {}
        self.files: dict[str, str] = {}
        self.results: dict[str, tuple[Result, ...] | None] = {}
        self.reused = 0

    def build(self) -> Summary:
        """All stages; see `build`."""
        workshop, entailment = self.derive()
        with self.stage("write"):
            manifest = self._write(workshop, entailment)
        findings = tuple(worded(finding, self.project) for finding in self.findings)
        return Summary(manifest, False, self.reused, self.seconds, findings)

    def derive(self) -> tuple[Workshop, Entailment]:
        """All stages but the last, which writes.

        Raises:
            ContentError: at the end of the first stage that has errors, with all of that stage.
        """
        with self.stage("read"):
            workshop = Workshop(self.project)
            stems = self._stems()
        with self.stage("articles"):
            self._authority(workshop)
            self._articles(workshop, stems)
            self.findings.raise_errors()
            self._passages(workshop, stems)
        with self.stage("reason"), ThreadPoolExecutor(1) as beside:
            # The shapes of SHACL take seconds over a shapes graph, while HermiT is waited for.
            shapes = beside.submit(self._check_shapes)
            entailment = self._reason(workshop)
            self.findings.extend(shapes.result())
        self.findings.raise_errors()
        return workshop, entailment

    def _check_shapes(self) -> list[Diagnostic]:
        known = self.previous.get("shapes") == self.prints.of("ontology/shapes/")
        return [] if known else check_shapes(self.project)

    def _reason(self, workshop: Workshop) -> Entailment:
        triples = list({quad.triple for path in self._asserted() for quad in _quads(path)})
        entailment = entail(
            workshop.ontology,
            triples,
            basis=self.prints.of("ontology/"),
            previous=self.previous.get("owl"),
            origin=self._origin,
        )
        self.findings.extend(entailment.findings)
        return entailment

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Announce a stage, and measure it."""
        self.report(name)
        start = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - start

    # Articles

    def _stems(self) -> list[str]:
        """The articles that have a mapping; those that have none are named in a warning."""
        mapped = [path.stem for path in self.project.mappings()]
        for path in self.project.seeds():
            if path.stem not in mapped:
                name = self.project.name(path)
                message = f"article `{name}` has no mapping and is left out"
                help_ = f"write `mappings/{path.stem}.yaml`"
                self.findings.add(
                    Diagnostic(
                        "S102", message, Location(name), help=help_, severity=Severity.WARNING
                    )
                )
        return mapped

    def _authority(self, workshop: Workshop) -> None:
        self.results["authority"] = workshop.validator.shared
        self.findings.extend(workshop.validate_authority())
        nquads, origins = to_files(workshop.authority_quads)
        self._save("authority", nquads, origins)

    def _articles(self, workshop: Workshop, stems: list[str]) -> None:
        (self.draft / "articles").mkdir()
        keys = {stem: self._key(stem) for stem in stems}
        todo = [stem for stem in stems if not self._reuse(stem, keys[stem], stems)]
        found: list[Diagnostic] = []
        for work in self._work(workshop, todo):
            found += work.findings
            self.results[work.stem] = work.results
            self._save(f"articles/{work.stem}", work.nquads, work.origins)
            self.records[work.stem] = {
                "key": keys[work.stem],
                "cites": list(work.cites),
                "shares": {id_: [iri, name, *at] for id_, (iri, name, at) in work.shares.items()},
                **work.counts,
            }
        # What several articles find fault with in one place of the authority is one finding.
        self.findings.extend(merge(found))
        self._refuse_two_in_one()

    def _passages(self, workshop: Workshop, stems: list[str]) -> None:
        """What articles have in common word for word: a step that sees all of them at once."""
        seeds = [seed for stem in stems if (seed := workshop.seed(stem, self.findings))]
        quads = passage_quads(
            shared_passages(seeds),
            seeds,
            base=self.project.base,
            language=self.project.language,
            text=workshop.ontology.text,
        )
        self._save("passages", *to_files(quads))

    def _refuse_two_in_one(self) -> None:
        """An id that articles share is of one kind and has one label, or it is two individuals."""
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
                self.findings.error(
                    "M206",
                    message,
                    place,
                    help="write the same in both places, or choose another id here",
                    related=[("declared here", where)],
                )

    def _key(self, stem: str) -> str:
        return self.prints.of(*_SHARED, f"seeds/{stem}.txt", f"mappings/{stem}.yaml")

    def _reuse(self, stem: str, key: str, stems: list[str]) -> bool:
        """Take over what the previous build made of an article, if nothing it rests on changed."""
        record = self.previous.get("articles", {}).get(stem, {})
        old = self.project.build / "current" / "articles"
        files = [old / f"{stem}.nq", old / f"{stem}.origins.json"]
        if record.get("key") != key or not set(record["cites"]) <= set(stems):
            return False
        if record["warnings"] or not all(map(self._is_whole, files)):
            return False
        for file in files:
            self._keep(f"articles/{file.name}", file.read_bytes())
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
            yield from pool.map(_work, stems)

    def _save(self, name: str, nquads: bytes, origins: bytes) -> None:
        self._keep(f"{name}.nq", nquads)
        self._keep(f"{name}.origins.json", origins)

    def _keep(self, name: str, content: bytes) -> None:
        """Write a file of the build, whose digest the manifest tells."""
        (self.draft / name).write_bytes(content)
        self.files[name] = sha256(content).hexdigest()

    # The whole graph

    def _asserted(self) -> list[Path]:
        """The N-Quads files of what the inputs say: authority, articles, shared passages."""
        articles = sorted((self.draft / "articles").glob("*.nq"))
        return [self.draft / "authority.nq", *articles, self.draft / "passages.nq"]

    def _origin(self, triple: Triple) -> Origin | None:
        """Why a triple is there; files are searched, because only contradictions ask."""
        for path in self._asserted():
            origins = path.with_name(f"{path.stem}.origins.json").read_bytes()
            for quad, origin in from_files(_quads(path), origins).items():
                if quad.triple == triple and origin.place:
                    return origin
        return None

    def graphs(self, workshop: Workshop, entailment: Entailment) -> list[Path]:
        """The N-Quads files of all graphs; inferred triples and the ontology are written here."""
        for name, triples in (
            ("inferred", entailment.inferred),
            ("ontology", workshop.ontology.graph.triples),
        ):
            graph = NamedNode(f"{self.project.base}graph/{name}")
            quads = (Quad(t.subject, t.predicate, t.object, graph) for t in triples)
            self._keep(f"{name}.nq", to_nquads(quads))
        return [*self._asserted(), self.draft / "inferred.nq", self.draft / "ontology.nq"]

    def _write(self, workshop: Workshop, entailment: Entailment) -> Manifest:
        """Write the graph in all its forms, the manifest last."""
        files = self.graphs(workshop, entailment)
        data = files[:-1]  # the ontology is stored, but it is no data
        derivations = write_derivations(
            entailment.inferred, files, Source(workshop.ontology.core).name
        )
        self._keep(DERIVATIONS, derivations)
        manifest = self._manifest(entailment, rdfc_hash(data))
        style = build_style(Build(self.draft, manifest), head=True)
        for syntax in ("ttl", "trig"):
            with (self.draft / f"kg.{syntax}").open("wb") as out:
                write(data, syntax, out, style)
        create(self.draft / "store", files)
        (self.draft / MANIFEST).write_text(
            json.dumps(manifest, indent=1, ensure_ascii=False, sort_keys=True) + "\n",
            encoding="utf-8",
        )
        return manifest

    def _manifest(self, entailment: Entailment, hash_: str) -> dict[str, Any]:
        counts = {name: sum(r[name] for r in self.records.values()) for name in _ASSERTED}
        shared = sum(_lines(self.draft / f"{name}.nq") for name in ("authority", "passages"))
        counts["asserted"] = counts.pop("quads") + shared
        counts["inferred"] = len(entailment.inferred)
        return {
            "format": FORMAT,
            "base": self.project.base,
            "language": self.project.language,
            "prefixes": {**PUBLISHED, **self.project.namespaces},
            "files": self.files,
            "fingerprint": self.prints.whole,
            "inputs": self.prints.inputs,
            "articles": self.records,
            "counts": {"articles": len(self.records), **counts},
            "hash": hash_,
            "warnings": len(self.findings),
            "shapes": self.prints.of("ontology/shapes/"),
            "shacl": {"conforms": True, "engine": f"pySHACL {version('pyshacl')}"},
            "owl": entailment.record,
            "tools": {"newskg": __version__} | {name: version(name) for name in _TOOLS},
        }


def _quads(path: Path) -> Iterator[Quad]:
    return iter(parse(path=str(path), format=RdfFormat.N_QUADS))


def _lines(path: Path) -> int:
    return path.read_bytes().count(b"\n")


_workshop: Workshop


def _start_worker(project: Project) -> None:
    """Load the shared part once for a worker process, which ends when the build does, however."""
    global _workshop
    gc.enable()  # `kg.__main__` turned it off
    Thread(target=_end_with_parent, daemon=True).start()
    _workshop = Workshop(project)


def _end_with_parent() -> None:
    if parent := parent_process():
        parent.join()
        os._exit(1)


def _work(stem: str) -> ArticleWork:
    return _workshop.article(stem)
