"""`kg check`: what a build would refuse, and the competency questions, without writing."""

from __future__ import annotations

import gc
import json
from pathlib import Path

import click

from kg.checking import check
from kg.commands.mending import mend_files
from kg.commands.showing import count, show
from kg.diagnostics import Severity
from kg.project import load_project
from kg.rendering import to_json


@click.command(help="Report everything that a build would refuse, and unanswered questions.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.option("--workers", type=click.IntRange(1), default=1, help="Processes for the articles.")
@click.option("--fix", "fix", flag_value="write", help="Write certain fixes first; show the diff.")
@click.option(
    "--diff", "fix", flag_value="show", help="Show what --fix would change, and leave it."
)
@click.pass_context
def command(ctx: click.Context, form: str, workers: int, fix: str | None) -> None:
    """Check the project; exit status 1 if there are errors."""
    gc.enable()  # as in a build
    if fix:
        mend_files(ctx.obj, writing=fix == "write", err=form != "text")
    findings = check(ctx.obj, workers=workers)
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    if form == "json":
        click.echo(
            json.dumps([to_json(finding) for finding in findings], indent=1, ensure_ascii=False)
        )
    else:
        if findings:
            show(findings, ctx.obj)
        click.echo(_verdict(ctx.obj, errors, len(findings) - errors))
    ctx.exit(1 if errors else 0)


def _verdict(folder: Path, errors: int, others: int) -> str:
    project = load_project(folder)
    mappings, questions = len(project.mappings()), len(project.questions())
    asked = f"{count(mappings, 'mapping')}, {count(questions, 'question')}"
    return f"{asked}: {count(errors, 'error')}, {count(others, 'warning')}"
