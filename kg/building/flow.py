"""The build: read, ground, generate, validate, reason, write; and nothing else.

In: a project folder. Out: a new generation of `build/`, made current only when it is whole, and a
`Summary`. Refuses whatever a stage refuses; then the previous build stays as it was. Every stage
that can run does, on what is sound, so that all errors are told at once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

from pyoxigraph import Quad, RdfFormat, Triple, parse

from kg.building.across import unite
from kg.building.articles import Articles, Progress
from kg.building.lenders import Lender, lenders_of
from kg.building.sharing import share
from kg.building.workshop import Workshop
from kg.building.writing import Writer, inferred_lines
from kg.diagnostics import ContentError, Diagnostic, Findings, Location, Severity, Unavailable
from kg.files import read_bytes
from kg.findings.recording import from_records
from kg.ontology.declarations import Ontology
from kg.ontology.meaning import meaning
from kg.project.documents import read_yaml
from kg.project.freshness import PARTS, Fingerprint, current_manifest, fingerprint, is_fresh
from kg.project.generations import CURRENT, generation, locked
from kg.project.manifest import Manifest
from kg.project.marks import MARKS, Digests
from kg.project.seeds import open_seed
from kg.project.settings import Project, load_project
from kg.project.shelves import ORIGINS
from kg.project.strays import strays
from kg.project.wording import worded, wording
from kg.reasoning.contradictions import Trace
from kg.reasoning.entailment import Earlier, Entailment, entail
from kg.shapes.validation import check_shapes, load_shapes
from kg.store.embedded import Build
from kg.store.origins import Origin, from_files
from kg.terms import digest
from kg.text.quotes import Lines

Report = Callable[[str], None]
_Loaded = TypeVar("_Loaded")


@dataclass(frozen=True, slots=True)
class Summary:
    """What a build did.

    Attributes:
        manifest: of the current build.
        fresh: nothing had changed, and nothing was done.
        reused: articles taken over from the previous build.
        checked: how many of these were validated again.
        seconds: wall time per stage.
        findings: warnings and notes; errors are raised.
    """

    manifest: Manifest
    fresh: bool = False
    reused: int = 0
    checked: int = 0
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
    workers: int | None = None,
    waiting: float = -1,
    report: Report = lambda _: None,
    progress: Progress = lambda *_: None,
) -> Summary:
    """Build the knowledge graph of a project.

    Args:
        folder: the project.
        force: redo everything, whatever the previous build can lend.
        workers: processes that share the articles; the result is the same for any number. None:
            as many as there are processors, if there are articles enough.
        waiting: seconds to wait for another build of the project; negative: until it ends.
        report: told the name of each stage as it starts.
        progress: told, after each article, how many are done, and of how many.

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
        before = None if force else build_before(project)
        if before and is_fresh(project, before.manifest, prints):
            findings = from_records(before.manifest["findings"])
            return Summary(before.manifest, fresh=True, findings=tuple(findings))
        lenders = [] if force else lenders_of(project.build, before)
        with wording(project), generation(project.build, PARTS) as draft:
            run = Run(project, prints, before, lenders, draft, workers, report, progress)
            summary = run.build()
        with suppress(OSError):  # the build is whole without it
            digests.remember()
        return summary


def build_before(project: Project) -> Build | None:
    """The current build of a project, if there is one that is whole."""
    manifest = current_manifest(project)
    return Build.known((project.build / CURRENT).resolve(), manifest) if manifest else None


class Run:
    """One run of the stages, writing what they bring into a draft folder."""

    def __init__(
        self,
        project: Project,
        prints: Fingerprint,
        before: Build | None,
        lenders: Sequence[Lender],
        draft: Path,
        workers: int | None = None,
        report: Report = lambda _: None,
        progress: Progress = lambda *_: None,
    ) -> None:
        self.project, self.prints, self.before, self.draft = project, prints, before, draft
        self.previous: Manifest = before.manifest if before else {}
        self.report, self.progress = report, progress
        self.articles = Articles(project, prints, before, lenders, draft, workers)
        self.findings = Findings()
        self.failed: Unavailable | None = None
        self.seconds: dict[str, float] = {}

    def build(self) -> Summary:
        """All stages; see `build`."""
        with ThreadPoolExecutor(1) as beside:
            derived = self.derive(beside)
            if self.findings.errors():
                self._hear(derived)
            self.refuse()
            assert derived is not None  # an ontology that cannot be used has errors
            told = self.told()
            with self.stage("write"):
                writer = Writer(self.project, self.articles, self.before)
                ontology, entailment = derived.workshop.ontology, derived.entailment
                manifest = writer.write(ontology, entailment, self.prints, told)
            with self.stage("reason"):
                self._hear(derived)
        self.refuse()
        reused, checked = self.articles.reused, self.articles.checked
        return Summary(manifest, False, reused, checked, self.seconds, told)

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

    def derive(self, beside: Executor | None = None) -> Derived | None:
        """All stages but the last, which writes; their findings are kept.

        Args:
            beside: has HermiT check the facts in its own time; `_hear` waits for it. Without it,
                its word is waited for.

        Each stage works on what those before it left sound. Without a usable ontology nothing can
        be read but the form of files and shapes; the result is `None`.
        """
        with self.stage("read"):
            self.findings.extend(strays(self.project))
            workshop = self._tried(partial(Workshop, self.project, self.findings))
        with self.stage("articles" if workshop else "documents"):
            if workshop:
                self._articles(workshop)
            else:
                self._documents()
        with self.stage("reason"), ThreadPoolExecutor(1) as aside:
            # The shapes of SHACL take seconds over a shapes graph, while HermiT is waited for.
            shapes = aside.submit(self._check_shapes)
            entailment = self._reason(workshop, beside) if workshop else None
            self.findings.extend(shapes.result())
        return Derived(workshop, entailment) if workshop and entailment else None

    def _hear(self, derived: Derived | None) -> None:
        """Wait for what HermiT says of the facts."""
        if derived:
            with self._telling():
                self.findings.extend(derived.entailment.hidden())

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """What reasoning refuses is a finding."""
        try:
            yield
        except ContentError as error:
            self.failed = error if isinstance(error, Unavailable) else None
            self.findings.extend(error.diagnostics)

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

    def _reason(self, workshop: Workshop, beside: Executor | None = None) -> Entailment | None:
        if beside is None:
            with ThreadPoolExecutor(1) as own:
                entailment = self._reason(workshop, own)
                self._hear(Derived(workshop, entailment) if entailment else None)
                return entailment
        authority, *articles, passages = self.files()
        basis = self._basis(workshop.ontology)
        with self._telling():
            entailment = entail(
                workshop.ontology,
                articles,
                [authority, passages],
                beside,
                basis=basis,
                previous=self.previous.get("owl"),
                tracer=self.traces,
                earlier=self._earlier(basis),
            )
            self.findings.extend(entailment.findings)
            return entailment
        return None

    def _basis(self, ontology: Ontology) -> str:
        """A digest of what reasoning rests on besides the facts."""
        parts = (self.articles.engine, meaning(ontology.core), *map(str, ontology.assertions()))
        return digest("\n".join(parts), 64)

    def _earlier(self, basis: str) -> Earlier | None:
        """What the build before inferred, if it was on the same basis."""
        known = self.previous.get("owl", {}).get("ontology") == basis
        changed = self.articles.changes if known else None
        if self.before is None or changed is None:
            return None
        stated = {
            name: [quad.triple for quad in _quads(to)] if to else [] for name, _, to in changed
        }
        inferred = partial(inferred_lines, self.before)
        return Earlier(self.before.store, self.project.base, inferred, stated)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Announce a stage, and measure it."""
        self.report(name)
        start = time.perf_counter()
        yield
        spent = time.perf_counter() - start
        self.seconds[name] = self.seconds.get(name, 0) + spent

    def _articles(self, workshop: Workshop) -> None:
        shared = workshop.shared()
        self.findings.extend(shared.findings)
        self.articles.save(shared)
        self.findings.extend(self.articles.work(workshop, self.progress))
        share(self.articles, self.before, workshop.ontology.text)

    # The whole graph

    def files(self) -> list[Path]:
        """The N-Quads files that reasoning reads: authority, articles, shared passages."""
        return self.articles.files

    def traces(self, triples: Collection[Triple]) -> dict[Triple, list[Trace]]:
        """Where triples are from; all files are searched, because only what is wrong asks."""
        found: dict[Triple, list[Trace]] = {triple: [] for triple in triples}
        for path in self.files():
            quads = list(_quads(path))
            if found.keys().isdisjoint(quad.triple for quad in quads):
                continue
            for quad, origin in from_files(quads, self.origins(path)).items():
                if quad.triple in found and origin.place:
                    words = self._quoted(path.stem, origin) if origin.spans else None
                    found[quad.triple].append(Trace(origin.place, words))
        return found

    def origins(self, path: Path) -> bytes:
        """The origins of the statements of an N-Quads file."""
        return path.with_name(f"{path.stem}{ORIGINS}").read_bytes()

    def _quoted(self, stem: str, origin: Origin) -> Location | None:
        """Where the words under a triple stand in the article."""
        seed = open_seed(self.project, stem, Findings())
        if seed is None:
            return None
        lines, span = Lines(seed.text), origin.spans[0]
        return Location(seed.name, *lines.position(span.start), *lines.position(span.end))

    def triples(self, entailment: Entailment) -> Iterator[Triple]:
        """What the inputs say, and what follows."""
        yield from (quad.triple for path in self.articles.files for quad in _quads(path))
        text = b"".join(b"%b .\n" % line for line in entailment.lines)
        yield from (quad.triple for quad in parse(text, RdfFormat.N_TRIPLES))


def _quads(path: Path) -> Iterator[Quad]:
    return iter(parse(path=str(path), format=RdfFormat.N_QUADS))
