"""`kg query`: a SPARQL query over the build, over files, or over an endpoint.

In: a query as argument, file or standard input. Out: the answer on standard output or in a file.
Refuses: no query or two of them, and options that do not go together.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

import click

from kg.cells import Wording
from kg.commands.advising import Adviser, advice_options
from kg.commands.asking import locate, read_query, split_words, with_values
from kg.commands.interrupting import interruptible
from kg.commands.sourcing import Choice, open_chosen_build, open_source, source_options
from kg.export import destination
from kg.labels import labels_of
from kg.results import FORMATS, choose_format, write_answer
from kg.sources import Source, Stored, Wanted
from kg.turtle import Style


@click.command("query", context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[QUERY | NAME]")
@click.option("-f", "--file", type=click.Path(path_type=Path), help="Read the query from a file.")
@click.option("--list", "listed", is_flag=True, help="Show the queries that have a name.")
@click.option(
    "--with", "pairs", multiple=True, metavar="NAME=VALUE", help="Give a parameter its value."
)
@click.option(
    "-F",
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    help="Format of the answer. Without it: the extension of -o; else a table on a terminal, "
    "TSV in a pipe, and Turtle for a graph.",
)
@click.option("--full", is_flag=True, help="For people, too: terms in N-Triples, not in words.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to a file.")
@click.option("--evidence", is_flag=True, help="With each row, the words that it rests on.")
@click.option(
    "--quotes",
    type=click.IntRange(0),
    default=10,
    show_default=True,
    help="Show at most so many quotes with a row; 0 means all.",
)
@advice_options
@source_options
@click.pass_obj
def command(
    project: Path,
    words: tuple[str, ...],
    file: Path | None,
    listed: bool,
    pairs: tuple[str, ...],
    format_: str | None,
    full: bool,
    output: Path | None,
    evidence: bool,
    quotes: int,
    strict: bool,
    quiet: bool,
    choice: Choice,
) -> None:
    """Answer a SPARQL QUERY (`-`: from standard input) over the last build.

    Patterns see all graphs at once; GRAPH looks into single ones. The project's prefixes and the
    usual published ones need no declaration; relative IRIs such as <person/...> mean the data.

    A query with a NAME is a file of the project (`--list`); `--with NAME=VALUE`, or `--NAME VALUE`
    for short, gives its parameters their values: ids, labels or IRIs of individuals, or literals.
    """
    query, values = split_words(words, pairs)
    if listed:
        import_module("kg.commands.listing").list_queries(project, format_)
        return
    if query == "-" and "-" in (*choice.data, *choice.named):
        raise click.UsageError("standard input holds the query or the data, not both")
    if evidence and not (choice.is_build and choice.wanted == Wanted()):
        raise click.UsageError("--evidence is for whole builds")
    text, name = read_query(*locate(query, file, project))
    click.get_current_context().with_resource(interruptible())
    source = open_source(project, choice)
    text = with_values(text, name, values, source)
    adviser = Adviser(project, text, name, strict, quiet)
    if evidence:
        _with_evidence(adviser, choice, format_, _wording(source, full), output, quotes)
        return
    answer = source.answer(text, name)
    adviser.before(answer.warnings)
    chosen = choose_format(answer, format_, output, sys.stdout.isatty())
    with destination(output) as out:
        write_answer(answer, chosen, out, _wording(source, full))


def _wording(source: Source, full: bool) -> Wording:
    style = Style(source.prefixes, source.base or "")
    # What an endpoint is asked is what the user asks, and nothing else.
    labels = labels_of(source.view.store, source.language) if isinstance(source, Stored) else None
    return Wording(style, labels, full)


def _with_evidence(
    adviser: Adviser,
    choice: Choice,
    format_: str | None,
    wording: Wording,
    output: Path | None,
    quotes: int,
) -> None:
    rendering = import_module("kg.support_rendering")  # only evidence needs it
    project = adviser.project
    inquiry = import_module("kg.inquiry").Inquiry(open_chosen_build(project, choice), project)
    support, rows = import_module("kg.rows").evidence(inquiry, adviser.text, adviser.name)
    adviser.before((*support.answer.warnings, *support.notes))
    chosen = choose_format(support.answer, format_, output, sys.stdout.isatty())
    with destination(output) as out:
        if chosen == "table":
            rendering.write_table(support.variables, rows, out, wording, most=quotes)
        else:
            base = inquiry.view.build.base
            rendering.write_results(
                support.variables, rows, out, base, format_=chosen, wording=wording, most=quotes
            )
    adviser.tell((*support.cuts(), *inquiry.warnings()))
