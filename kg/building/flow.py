"""The build: read, ground, generate, validate, reason, write; and nothing else.

In: a project folder. Out: a new generation of `build/`, made current only when it is whole, and a
`Summary`. Refuses whatever a stage refuses; then the previous build stays as it was. Every stage
that can run does, on what is sound, so that all errors are told at once.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

from pyoxigraph import NamedNode, Quad, RdfFormat, Triple, parse

from kg import __version__
from kg.building.articles import Articles, unite
from kg.building.lenders import Lender, lenders_of
from kg.building.passages import passage_quads, shared_passages
from kg.building.workshop import ArticleWork, Workshop
from kg.diagnostics import ContentError, Diagnostic, Findings, Location, Severity, Unavailable
from kg.exporting.syntaxes import CONTEXT, build_style, write
from kg.files import read_bytes
from kg.findings.recording import from_records, to_records
from kg.grounding.jsonld import context
from kg.project.documents import read_yaml
from kg.project.freshness import PARTS, Fingerprint, current_manifest, fingerprint, is_fresh
from kg.project.generations import generation, locked
from kg.project.manifest import FORMAT, Manifest, write_manifest
from kg.project.marks import MARKS, Digests
from kg.project.seeds import open_seed
from kg.project.settings import Project, load_project
from kg.project.shelves import input_files
from kg.project.strays import strays
from kg.project.wording import worded, wording
from kg.rdf.dataset import to_nquads
from kg.reasoning.contradictions import Trace
from kg.reasoning.derivations import AXIOMS, INDIVIDUALS
from kg.reasoning.entailment import Entailment, entail
from kg.shapes.validation import check_shapes, load_shapes
from kg.store.embedded import Build, create
from kg.store.origins import Origin, from_files, to_files
from kg.terms import PUBLISHED
from kg.text.quotes import Lines

Report = Callable[[str], None]
_Loaded = TypeVar("_Loaded")
_TOOLS = ("owlready2", "pyoxigraph", "pyshacl", "rdflib")
_DATA = ("authority", "passages", "inferred")
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


@dataclass(frozen=True, slots=True)
class Derived:
    """What the stages before writing bring: the shared part, and what follows from the facts."""

    workshop: Workshop
    entailment: Entailment


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
        digests = Digests(project.build / MARKS)
        prints = fingerprint(project, digests)
        previous = None if force else current_manifest(project)
        if previous and is_fresh(project, previous, prints):
            return Summary(previous, fresh=True, findings=tuple(from_records(previous["findings"])))
        lenders = [] if force else lenders_of(project.build, previous)
        with wording(project), generation(project.build, PARTS) as draft:
            run = Run(project, prints, previous or {}, lenders, draft, workers, report)
            summary = run.build()
        with suppress(OSError):  # the build is whole without it
            digests.remember()
        return summary


class Run:
    """One run of the stages, writing what they bring into a draft folder."""

    def __init__(
        self,
        project: Project,
        prints: Fingerprint,
        previous: Manifest,
        lenders: Sequence[Lender],
        draft: Path,
        workers: int,
        report: Report,
    ) -> None:
        self.project, self.prints, self.previous, self.draft = project, prints, previous, draft
        self.workers, self.report = workers, report
        self.articles = Articles(project, prints, lenders, draft, workers)
        self.findings = Findings()
        self.failed: Unavailable | None = None
        self.seconds: dict[str, float] = {}

    def build(self) -> Summary:
        """All stages; see `build`."""
        derived = self.derive()
        self.refuse()
        assert derived is not None  # an ontology that cannot be used has errors
        with self.stage("write"):
            manifest = self._write(derived.workshop, derived.entailment)
        return Summary(manifest, False, self.articles.reused, self.seconds, self.told())

    def told(self) -> tuple[Diagnostic, ...]:
        """All findings as people read them, by file and line."""
        return tuple(worded(finding, self.project) for finding in unite(self.findings))

    def refuse(self) -> None:
        """End the run if it has errors.

        Raises:
            ContentError: with all errors of all stages.
            Unavailable: the one thing wrong is that Java could not be run.
        """
        errors = [error for error in unite(self.findings) if error.severity is Severity.ERROR]
        if errors and self.failed and set(errors) <= set(self.failed.diagnostics):
            raise self.failed
        if errors:
            raise ContentError(errors)

    def derive(self) -> Derived | None:
        """All stages but the last, which writes; their findings are kept.

        Each stage works on what those before it left sound. Without a usable ontology nothing can
        be read but the form of files and shapes; the result is `None`.
        """
        with self.stage("read"):
            self.findings.extend(strays(self.project))
            workshop = self._tried(partial(Workshop, self.project, self.findings))
        with self.stage("articles"):
            if workshop:
                self._articles(workshop)
            else:
                self._documents()
        with self.stage("reason"), ThreadPoolExecutor(1) as beside:
            # The shapes of SHACL take seconds over a shapes graph, while HermiT is waited for.
            shapes = beside.submit(self._check_shapes)
            entailment = self._reason(workshop) if workshop else None
            self.findings.extend(shapes.result())
        return Derived(workshop, entailment) if workshop and entailment else None

    def _tried(self, load: Callable[[], _Loaded]) -> _Loaded | None:
        """What is loaded, or nothing if it has errors."""
        try:
            return load()
        except Unavailable:
            raise
        except ContentError as error:
            self.findings.extend(error.diagnostics)
            return None

    def _documents(self) -> None:
        """What is wrong with the form of the files, whatever their words may mean."""
        self._tried(partial(load_shapes, self.project))
        for path in [*self.project.authority(), *self.project.mappings()]:
            name = self.project.name(path)
            read_yaml(read_bytes(path, name), name, self.findings)
        for path in self.project.mappings():
            open_seed(self.project, path.stem, self.findings)

    def _check_shapes(self) -> list[Diagnostic]:
        known = self.previous.get("shapes") == self.prints.of("ontology/shapes/")
        return [] if known else check_shapes(self.project)

    def _reason(self, workshop: Workshop) -> Entailment | None:
        authority, *articles, passages = self._asserted()
        try:
            entailment = entail(
                workshop.ontology,
                articles,
                [authority, passages],
                basis=self.prints.of("ontology/"),
                previous=self.previous.get("owl"),
                tracer=self._traces,
            )
        except ContentError as error:
            self.failed = error if isinstance(error, Unavailable) else None
            self.findings.extend(error.diagnostics)
            return None
        self.findings.extend(entailment.findings)
        return entailment

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Announce a stage, and measure it."""
        self.report(name)
        start = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - start

    def _articles(self, workshop: Workshop) -> None:
        shared = workshop.shared()
        self.findings.extend(shared.findings)
        self.articles.save(shared)
        self.findings.extend(self.articles.work(workshop))
        self._passages(workshop)

    def _passages(self, workshop: Workshop) -> None:
        """What articles have in common word for word: a step that sees all of them at once."""
        stems = [path.stem for path in self.project.mappings()]
        seeds = [s for stem in stems if (s := open_seed(self.project, stem, self.findings))]
        quads = passage_quads(
            shared_passages(seeds),
            seeds,
            base=self.project.base,
            language=self.project.language,
            text=workshop.ontology.text,
        )
        self.articles.save(ArticleWork("passages", *to_files(quads)))

    # The whole graph

    def _asserted(self) -> list[Path]:
        """The N-Quads files of what the inputs say: authority, articles, shared passages."""
        shared = (self.draft / f"{name}.nq" for name in ("authority", "passages"))
        first, last = shared
        return [first, *self.articles.nquads(), last]

    def _traces(self, triples: Collection[Triple]) -> dict[Triple, list[Trace]]:
        """Where triples are from; all files are searched, because only contradictions ask."""
        found: dict[Triple, list[Trace]] = {triple: [] for triple in triples}
        for path in self._asserted():
            origins = path.with_name(f"{path.stem}.origins.json").read_bytes()
            for quad, origin in from_files(_quads(path), origins).items():
                if quad.triple in found and origin.place:
                    words = self._quoted(path.stem, origin) if origin.spans else None
                    found[quad.triple].append(Trace(origin.place, words))
        return found

    def _quoted(self, stem: str, origin: Origin) -> Location | None:
        """Where the words under a triple stand in the article."""
        seed = open_seed(self.project, stem, Findings())
        if seed is None:
            return None
        lines, span = Lines(seed.text), origin.spans[0]
        return Location(seed.name, *lines.position(span.start), *lines.position(span.end))

    def triples(self, entailment: Entailment) -> Iterator[Triple]:
        """What the inputs say, and what follows."""
        yield from (quad.triple for path in self._asserted() for quad in _quads(path))
        text = b"".join(b"%b .\n" % line for line in entailment.lines)
        yield from (quad.triple for quad in parse(text, RdfFormat.N_TRIPLES))

    def graphs(self, workshop: Workshop, entailment: Entailment) -> list[Path]:
        """The N-Quads files of all graphs; inferred triples and the ontology are written here."""
        start = f"{self.project.base}graph/"
        end = f" <{start}inferred> .\n".encode()
        self.articles.keep("inferred.nq", b"".join(line + end for line in entailment.lines))
        graph, own = NamedNode(f"{start}ontology"), workshop.ontology.graph.triples
        quads = (Quad(t.subject, t.predicate, t.object, graph) for t in own)
        self.articles.keep("ontology.nq", to_nquads(quads))
        return [*self._asserted(), self.draft / "inferred.nq", self.draft / "ontology.nq"]

    def _write(self, workshop: Workshop, entailment: Entailment) -> Manifest:
        """Write the graph in all its forms, the manifest last."""
        files = self.graphs(workshop, entailment)
        data = files[:-1]  # the ontology is stored, but it is no data
        own = workshop.ontology.assertions()
        for name, triples in ((AXIOMS, entailment.axioms), (INDIVIDUALS, own)):
            quads = (Quad(t.subject, t.predicate, t.object) for t in triples)
            self.articles.keep(name, to_nquads(quads))
        words = context(workshop.ontology, self.project.base, self.project.language)
        self.articles.keep(
            CONTEXT, json.dumps(words, ensure_ascii=False, indent=1).encode() + b"\n"
        )
        manifest = self._manifest(entailment)
        style = build_style(Build.known(self.draft, manifest), head=True)
        for syntax in ("ttl", "trig"):
            with (self.draft / f"kg.{syntax}").open("wb") as out:
                write(data, syntax, out, style)
        create(self.draft / "store", files)
        write_manifest(self.draft, manifest)
        return manifest

    def _hash(self) -> str:
        """One digest for the digests of all graphs of data, each of its RDFC-1.0 canonical form."""
        graphs = {name: self.articles.files[f"{name}.nq"] for name in _DATA}
        graphs |= {stem: record["files"][0] for stem, record in self.articles.records.items()}
        lines = (f"{self.project.base}graph/{name} {sha}\n" for name, sha in graphs.items())
        return sha256("".join(sorted(lines)).encode()).hexdigest()

    def _manifest(self, entailment: Entailment) -> dict[str, Any]:
        counts = {name: sum(r[name] for r in self.articles.records.values()) for name in _ASSERTED}
        shared = sum(_lines(self.draft / f"{name}.nq") for name in ("authority", "passages"))
        counts["asserted"] = counts.pop("quads") + shared
        counts["inferred"] = len(entailment.lines)
        articles = {name for names in input_files(self.articles.stems) for name in names}
        return {
            "format": FORMAT,
            "base": self.project.base,
            "language": self.project.language,
            "licence": self.project.licence,
            "prefixes": {**PUBLISHED, **self.project.namespaces},
            "files": self.articles.files,
            "fingerprint": self.prints.whole,
            "inputs": {n: sha for n, sha in self.prints.inputs.items() if n not in articles},
            "articles": self.articles.stems,
            "shelves": self.articles.shelves,
            "counts": {"articles": len(self.articles.stems), **counts},
            "hash": self._hash(),
            "findings": to_records(self.told()),
            "shapes": self.prints.of("ontology/shapes/"),
            "shacl": {"conforms": True, "engine": f"pySHACL {version('pyshacl')}"},
            "owl": entailment.record,
            "tools": {"newskg": __version__} | {name: version(name) for name in _TOOLS},
        }


def _quads(path: Path) -> Iterator[Quad]:
    return iter(parse(path=str(path), format=RdfFormat.N_QUADS))


def _lines(path: Path) -> int:
    return path.read_bytes().count(b"\n")
