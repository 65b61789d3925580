"""The check: everything that a build would refuse, and the competency questions; nothing is
written.

In: a project folder. Out: all findings of all stages that could run.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from kg.diagnostics import ContentError, Diagnostic
from kg.flow import Report, Run
from kg.freshness import current_manifest, fingerprint
from kg.project import load_project
from kg.questions import ask_questions
from kg.schema import stale_schemas
from kg.store import create, open_read_only
from kg.terms import PUBLISHED
from kg.wording import worded


def check(
    folder: Path | str = ".", *, workers: int = 1, report: Report = lambda _: None
) -> tuple[Diagnostic, ...]:
    """Check a project.

    Args:
        folder: the project.
        workers: processes that share the articles.
        report: told the name of each stage as it starts.

    Returns:
        Errors, warnings and notes, by file and line.

    Raises:
        Misuse: not a project. ContentError: its settings are wrong.
    """
    project = load_project(Path(folder))
    previous = current_manifest(project) or {}
    with TemporaryDirectory() as draft:
        run = Run(project, fingerprint(project), previous, Path(draft), workers, report)
        try:
            _ask(run)
        except ContentError as error:
            raised = set(error.diagnostics) - set(run.findings)
            run.findings.extend(raised)
    return tuple(worded(finding, project) for finding in run.findings)


def _ask(run: Run) -> None:
    workshop, entailment = run.derive()
    run.findings.extend(stale_schemas(workshop))
    with run.stage("questions"):
        store = run.draft / "store"
        create(store, run.graphs(workshop, entailment))
        prefixes = {**PUBLISHED, **run.project.namespaces}
        run.findings.extend(ask_questions(run.project, open_read_only(store), prefixes))
