"""`kg check`: what a build would refuse, and the competency questions, without writing.

In: a project. Out: its findings. As text they are messages for a person, on standard error, with
the verdict on standard output; in every other format, and in a file (`-o`), they are the data that
was asked for, whole even where the check itself could not be done.
Refuses nothing: what cannot be checked is a finding too.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import click

from kg.commands.showing import count, more, show
from kg.diagnostics import ContentError, Diagnostic, Severity
from kg.exporting.syntaxes import EXTENSIONS, destination
from kg.findings.annotations import to_annotations
from kg.findings.junit import to_junit
from kg.findings.rendering import render
from kg.findings.reports import Report, repository_path, to_json
from kg.findings.sarif import to_sarif
from kg.project.settings import Project, load_project


def _text(report: Report) -> str:
    return render(report.findings, report.folder) + "\n" if report.findings else ""


def _document(of: Callable[[Report], object]) -> Callable[[Report], str]:
    return lambda report: json.dumps(of(report), indent=1, ensure_ascii=False) + "\n"


FORMATS: dict[str, Callable[[Report], str]] = {
    "text": _text,
    "json": _document(to_json),
    "sarif": _document(to_sarif),
    "github": to_annotations,
    "junit": to_junit,
}
FOUND, READ, GROUNDED, WHOLE = "settings", "read", "articles", "whole"
"""Stages of a check, of those that it may not come to."""
ENVIRONMENT = 3
"""Exit status: a file cannot be read, a tool is missing; the check is not whole."""


@click.command(help="Report everything that a build would refuse, and unanswered questions.")
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMATS)),
    default="text",
    help="text for people; json, sarif, github (annotations of a workflow) or junit for tools.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write the findings there.")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning"]),
    default="error",
    help="The least severity that makes the exit status 1.",
)
@click.option(
    "--report",
    "shacl",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the SHACL validation report there: .ttl, .nt, .jsonld, ...",
)
@click.option("--workers", type=click.IntRange(1), help="Processes for the articles.")
@click.option("--fix", "fix", flag_value="write", help="Write certain fixes first; show the diff.")
@click.option(
    "--diff", "fix", flag_value="show", help="Show what --fix would change, and leave it."
)
@click.pass_context
def command(
    ctx: click.Context,
    form: str,
    output: Path | None,
    fail_on: str,
    shacl: Path | None,
    workers: int | None,
    fix: str | None,
) -> None:
    """Check the project; exit status 1 if there are findings of that severity."""
    if shacl and shacl.suffix not in EXTENSIONS:
        raise click.BadParameter(f"expected an extension out of {', '.join(EXTENSIONS)}: {shacl}")
    gc.enable()  # as in a build
    if fix:
        import_module("kg.commands.mending").mend_files(
            ctx.obj, writing=fix == "write", err=form != "text"
        )
    report = examine(ctx.obj, fail_on=Severity(fail_on), workers=workers, shacl=shacl)
    with suppress(BrokenPipeError):  # the status says the same to whoever has read enough
        _tell(report, form, output)
    ctx.exit(report.exit_status)


def _tell(report: Report, form: str, output: Path | None) -> None:
    if form == "text" and output is None:
        if report.findings:
            show(report.findings, report.folder)
    else:
        with destination(output) as out:
            out.write(FORMATS[form](report).encode(errors="backslashreplace"))
    if form == "text" or output is not None:
        click.echo(_verdict(report))


def examine(
    folder: Path, *, fail_on: Severity, workers: int | None, shacl: Path | None = None
) -> Report:
    """Check a project and sum up; settings that cannot be read are findings like any other."""
    report, stages = Report(folder, (), root=repository_path(folder)), list[str]()
    try:
        project = load_project(folder)
        stages.append(FOUND)
        report = _described(report, project)
        # Validators take a second to load, which help and completion do without.
        check = import_module("kg.checking.check").check
        findings = check(folder, workers=workers, shacl=shacl, report=stages.append)
        status = _status(findings, fail_on)
    except ContentError as error:
        findings, status = error.diagnostics, error.exit_status
    return replace(report, findings=findings, exit_status=status, stages=tuple(stages))


def _described(report: Report, project: Project) -> Report:
    mappings, questions = project.mappings(), project.questions()
    files = sorted({*project.inputs(), *map(project.name, questions)})
    return replace(report, files=tuple(files), mappings=len(mappings), questions=len(questions))


def _status(findings: tuple[Diagnostic, ...], fail_on: Severity) -> int:
    """The exit status: 3 if the check is not whole, 1 if a finding is grave enough, else 0."""
    if any(f.code[0] == "X" and f.severity is Severity.ERROR for f in findings):
        return ENVIRONMENT
    grave = {Severity.ERROR, fail_on}
    return 1 if any(finding.severity in grave for finding in findings) else 0


def _verdict(report: Report) -> str:
    """The last lines: what was checked, what was found, where more is said of it, and what was not.

    What has errors keeps what follows from being checked; nothing that was not looked at is counted
    as if it had been.
    """
    errors, warnings, notes = (report.count(severity) for severity in Severity)
    found = f"{count(errors, 'error')}, {count(warnings, 'warning')}"
    found += f", {count(notes, 'note')}" if notes else ""
    mappings, questions = count(report.mappings, "mapping"), count(report.questions, "question")
    if WHOLE in report.stages:
        return f"{mappings}, {questions}: {found}{more(report.findings)}"
    left = [f"the answers to {questions}"] if report.questions else []
    left += ["coverage", "what nothing uses", "schemas for editors"]
    done = mappings
    if READ not in report.stages:
        done = "files and folders" if FOUND in report.stages else "settings"
        left = ["everything else"]
    elif GROUNDED not in report.stages:
        done, left = "ontology and form of files", ["what the mappings say", *left]
    unchecked = f"not checked before that is mended: {', '.join(left)}"
    return f"{done}: {found}{more(report.findings)}\n{unchecked}"
