"""`kg why`: the lines and words behind a node, a triple or a row of an answer.

In: names as a person types them, or a query and the number of a row. Out: a tree of reasons on
standard output, or JSON.
Refuses: names that the build does not know; a triple that the graph does not have (exit status 1).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.answers.sources import Stored
from kg.commands.asking import locate, no_option, read_query, split_words, with_values
from kg.commands.opening import open_project
from kg.commands.showing import console, show
from kg.commands.suggesting import Asking, keys, names, nodes, pairs, parameters, values
from kg.sparql.graphs import View

if TYPE_CHECKING:
    from kg.why.inquiry import Inquiry, Why
    from kg.why.reasons import Reason

MOST = 3
"""Words that name something: a subject, a property and a value."""


@click.command("why", cls=Asking, context_settings={"ignore_unknown_options": True})
@click.argument("subject", required=False, shell_complete=nodes)
@click.argument("predicate", required=False, shell_complete=keys)
@click.argument("value", required=False, shell_complete=values)
@click.argument("rest", nargs=-1, metavar="", shell_complete=parameters)
@click.option(
    "-q",
    "--query",
    metavar="QUERY | NAME",
    shell_complete=names,
    help="A row of the answer to this query instead.",
)
@click.option("-f", "--file", type=click.Path(path_type=Path), help="The query, from a file.")
@click.option(
    "--with",
    "pairs",
    multiple=True,
    metavar="NAME=VALUE",
    shell_complete=pairs,
    help="Give a parameter of the query its value.",
)
@click.option("--row", type=click.IntRange(1), help="Which row of it; without, the first.")
@click.option("-F", "--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def command(
    project: Path,
    subject: str | None,
    predicate: str | None,
    value: str | None,
    rest: tuple[str, ...],
    query: str | None,
    file: Path | None,
    pairs: tuple[str, ...],
    row: int | None,
    form: str,
) -> None:
    """Show why the graph has SUBJECT, the values of its PREDICATE, or one VALUE.

    SUBJECT is an id of the mappings, a CURIE, an IRI (whole, or relative to the base), or a label;
    PREDICATE a key of the mappings or a CURIE; VALUE one of these or a literal; of a time, its
    date. With a query, in SPARQL or by its name, and the values of its parameters (`--with
    NAME=VALUE`, or `--NAME VALUE` for short): why the answer has a row.
    """
    words = [word for word in (subject, predicate, value, *rest) if word is not None]
    asked = query is not None or file is not None
    _check(words, asked, of_query=bool(pairs) or row is not None)
    opening = import_module("kg.why.inquiry")  # help and completion do without
    inquiry = opening.Inquiry(open_project(project), project)
    if asked:
        _, given = split_words(words, pairs)
        found = opening.Why(None, _behind_row(inquiry, project, query, file, given, row or 1))
    else:
        found = inquiry.why(*words)
    if form == "json":
        click.echo(json.dumps(_json(found, inquiry), indent=1, ensure_ascii=False))
    else:
        _print(found, inquiry)
    if warnings := inquiry.warnings():
        show(warnings, project)


def _check(words: Sequence[str], asked: bool, *, of_query: bool) -> None:
    """Refuse words that name nothing, and what is for queries where there is none."""
    if asked and words and not words[0].startswith("--"):
        raise click.UsageError("name a SUBJECT, or give a query with -q or -f, not both")
    if asked:
        return
    if wrong := [word for word in words if len(word) > 2 and word.startswith("--")]:
        raise no_option(wrong[0].partition("=")[0])
    if of_query:
        raise click.UsageError("--row and --with are for a query: give it with -q or -f")
    if not words:
        raise click.UsageError("name a SUBJECT, or give a query with -q or -f")
    if len(words) > MOST:
        raise click.UsageError(f"found {len(words)} words, expected SUBJECT, PREDICATE and VALUE")


def _behind_row(
    inquiry: Inquiry,
    project: Path,
    query: str | None,
    file: Path | None,
    values: Mapping[str, str],
    row: int,
) -> Sequence[Reason]:
    """The reasons of a row of a query, with what cannot be told of it on standard error."""
    text, name = read_query(*locate(query, file, project))
    build = inquiry.view.build
    source = Stored(View(build.store), build.prefixes, build.base, build.language)
    asked = with_values(text, name, values, source)
    with asked.in_place():
        rows = import_module("kg.why.rows")  # loads what only queries need
        support, evidence = rows.why_row(inquiry, asked.text, row, asked.name)
    if notes := asked.told((*support.notes, *support.cuts())):
        show(notes, project, {name: asked.written})
    reasons: Sequence[Reason] = evidence.reasons
    return reasons


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
