"""`kg why`: the lines and words behind a node, a triple or a row of an answer.

In: names as a person types them. Out: a tree of reasons on standard output, or JSON.
Refuses: names that the build does not know; a triple that the graph does not have (exit status 1).
"""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.commands.asking import read_query
from kg.commands.opening import open_project
from kg.commands.showing import console, show
from kg.commands.suggesting import keys, nodes, values

if TYPE_CHECKING:
    from kg.why.inquiry import Inquiry, Why


@click.command("why")
@click.argument("subject", required=False, shell_complete=nodes)
@click.argument("predicate", required=False, shell_complete=keys)
@click.argument("value", required=False, shell_complete=values)
@click.option("-q", "--query", help="A row of the answer to this query instead.")
@click.option("-f", "--file", type=click.Path(path_type=Path), help="The query, from a file.")
@click.option("--row", type=click.IntRange(1), default=1, show_default=True, help="Which row.")
@click.option("-F", "--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def command(
    project: Path,
    subject: str | None,
    predicate: str | None,
    value: str | None,
    query: str | None,
    file: Path | None,
    row: int,
    form: str,
) -> None:
    """Show why the graph has SUBJECT, the values of its PREDICATE, or one VALUE.

    SUBJECT is an id of the mappings, a CURIE, an IRI (whole, or relative to the base), or a label;
    PREDICATE a key of the mappings or a CURIE; VALUE one of these or a literal; of a time, its
    date. With a query: why the answer has a row.
    """
    if (subject is None) == (query is None and file is None):
        raise click.UsageError("name a SUBJECT, or give a query with -q or -f")
    asking = import_module("kg.why.inquiry")  # help and completion do without
    inquiry = asking.Inquiry(open_project(project), project)
    if subject is None:
        text, name = read_query(query, file)
        rows = import_module("kg.why.rows")  # loads what only queries need
        support, evidence = rows.why_row(inquiry, text, row, name)
        found = asking.Why(None, evidence.reasons)
        if notes := (*support.notes, *support.cuts()):
            show(notes, project, {name: text})
    else:
        found = inquiry.why(subject, predicate, value)
    if form == "json":
        click.echo(json.dumps(_json(found, inquiry), indent=1, ensure_ascii=False))
    else:
        _print(found, inquiry)
    if warnings := inquiry.warnings():
        show(warnings, project)


def _json(found: Why, inquiry: Inquiry) -> object:
    rendering = import_module("kg.why.rendering")
    if found.individual:
        return rendering.individual_json(found.individual, inquiry.view)
    return [rendering.to_json(reason, inquiry.view) for reason in found.reasons]


def _print(found: Why, inquiry: Inquiry) -> None:
    text = import_module("kg.why.rendering").WhyText(inquiry.provenance, inquiry.view)
    out = console()
    if found.individual:
        out.print(text.individual(found.individual))
    for reason in found.reasons:
        out.print(text.reason(reason))
