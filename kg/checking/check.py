"""The check: everything that a build would refuse, and the competency questions; nothing is
written.

In: a project folder. Out: all findings of all stages that could run.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from rdflib import Graph

from kg.building.flow import Derived, Report, Run, build_before
from kg.building.lenders import lenders_of
from kg.building.writing import Writer
from kg.checking.surplus import Behind
from kg.checking.threshold import refuse_gaps
from kg.checking.undeclared import undeclared
from kg.checking.unused import unused
from kg.diagnostics import Diagnostic
from kg.exporting.syntaxes import EXTENSIONS, destination, write_lines
from kg.project.freshness import fingerprint
from kg.project.settings import load_project
from kg.questions.competency import ask_questions, check_questions
from kg.rdf.turtle import Style
from kg.schema.writing import stale_schemas
from kg.shapes.report import report_lines
from kg.shapes.validation import load_shapes
from kg.store.embedded import create, open_read_only
from kg.terms import PUBLISHED

WHOLE = "whole"
"""The stage of what can only be told of a graph that has no errors."""


def check(
    folder: Path | str = ".",
    *,
    workers: int | None = None,
    report: Report = lambda _: None,
    shacl: Path | None = None,
) -> tuple[Diagnostic, ...]:
    """Check a project.

    Args:
        folder: the project.
        workers: processes that share the articles; None: as many as are worth it.
        report: told the name of each stage as it starts.
        shacl: where to write the SHACL validation report; its extension names the syntax.

    Returns:
        Errors, warnings and notes, by file and line.

    Raises:
        NoProject: X701, not a project. ContentError: its settings are wrong.
        Unavailable: the report cannot be written.
    """
    project = load_project(Path(folder))
    before = build_before(project)
    prefixes = {**PUBLISHED, **project.namespaces}
    # Of an article that is taken over there are findings, but no results.
    lenders = [] if shacl else lenders_of(project.build, before)
    with TemporaryDirectory() as draft:
        run = Run(project, fingerprint(project), before, lenders, Path(draft), workers, report)
        derived = run.derive()
        with run.stage("questions"):
            run.findings.extend(check_questions(project, prefixes))
        if derived and not run.findings.errors():
            with run.stage(WHOLE):
                run.findings.extend(_of_the_whole(run, derived, prefixes))
    if shacl:
        _write_report(run, shacl)
    return run.told()


def _of_the_whole(run: Run, derived: Derived, prefixes: dict[str, str]) -> Iterator[Diagnostic]:
    """What can only be told of a graph that has no errors."""
    workshop, store = derived.workshop, run.draft / "store"
    yield from refuse_gaps(workshop)
    yield from stale_schemas(workshop)
    yield from unused(workshop, run.triples(derived.entailment))
    yield from undeclared(workshop)
    writer = Writer(run.project, run.articles, None)
    create(store, writer.graphs(workshop.ontology, derived.entailment))
    behind = Behind(run.draft, run.project.base, prefixes, run.traces)
    yield from ask_questions(run.project, open_read_only(store), prefixes, behind.lines)


def _write_report(run: Run, path: Path) -> None:
    """The SHACL report on all that has been validated; it names the files that have not."""
    project, found = run.project, run.articles.results
    results = [result for results in found.values() for result in results or ()]
    shapes = load_shapes(project).graph if results else Graph()
    lines = report_lines(results, shapes, sorted(_unvalidated(run)))
    style = Style({**PUBLISHED, **project.namespaces}, project.base)
    with destination(path) as out:
        write_lines(lines, EXTENSIONS[path.suffix], out, style)


def _unvalidated(run: Run) -> Iterator[str]:
    """The mapping files that have not been validated, or not as a whole."""
    faulty = {f.place.path for f in run.findings.errors() if f.place and f.code[0] not in "VRQ"}
    for path in [*run.project.mappings(), *run.project.authority()]:
        name = run.project.name(path)
        stem = path.stem if name.count("/") == 1 else "authority"
        if name in faulty or run.articles.results.get(stem) is None:
            yield name
