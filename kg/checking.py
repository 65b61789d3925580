"""The check: everything that a build would refuse, and the competency questions; nothing is
written.

In: a project folder. Out: all findings of all stages that could run.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from kg.diagnostics import Diagnostic
from kg.flow import Report, Run
from kg.freshness import current_manifest, fingerprint
from kg.project import load_project
from kg.questions import ask_questions, check_questions
from kg.schema import stale_schemas
from kg.store import create, open_read_only
from kg.terms import PUBLISHED


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
    prefixes = {**PUBLISHED, **project.namespaces}
    with TemporaryDirectory() as draft:
        run = Run(project, fingerprint(project), previous, Path(draft), workers, report)
        derived = run.derive()
        with run.stage("questions"):
            run.findings.extend(check_questions(project, prefixes))
            if derived and not run.findings.errors():
                run.findings.extend(stale_schemas(derived.workshop))
                store = run.draft / "store"
                create(store, run.graphs(derived.workshop, derived.entailment))
                run.findings.extend(ask_questions(project, open_read_only(store), prefixes))
    return run.told()
