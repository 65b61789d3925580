"""`kg query`: a SPARQL query over the build.

In: a query as argument, file or standard input. Out: the answer on standard output or in a file.
Refuses: no query or two of them.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kg.commands.opening import open_project
from kg.commands.showing import show
from kg.diagnostics import ContentError, Diagnostic, Location
from kg.export import build_style, destination
from kg.query import INLINE, run
from kg.results import FORMATS, choose_format, write_answer


@click.command("query")
@click.argument("query", required=False)
@click.option("-f", "--file", type=click.Path(path_type=Path), help="Read the query from a file.")
@click.option(
    "-F",
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    help="Format of the answer. Without it: the extension of -o; else a table on a terminal, "
    "TSV in a pipe, and Turtle for a graph.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to a file.")
@click.pass_obj
def command(
    project: Path, query: str | None, file: Path | None, format_: str | None, output: Path | None
) -> None:
    """Answer a SPARQL QUERY (`-`: from standard input) over the last build.

    Patterns see all graphs at once; GRAPH looks into single ones. The project's prefixes and the
    usual published ones need no declaration; relative IRIs such as <person/...> mean the data.
    """
    text, name = _read_query(query, file)
    build = open_project(project)
    answer = run(build.store, text, build.prefixes, base=build.base, name=name)
    if answer.warnings:
        show(answer.warnings, project)
    chosen = choose_format(answer, format_, output, sys.stdout.isatty())
    with destination(output) as out:
        write_answer(answer, chosen, out, build_style(build))


def _read_query(query: str | None, file: Path | None) -> tuple[str, str]:
    if (query is None) == (file is None):
        raise click.UsageError(
            "give one query: as an argument, with -f FILE, or - for standard input"
        )
    if query == "-":
        return sys.stdin.read(), "<stdin>"
    if file is None:
        return query or "", INLINE
    try:
        return file.read_text(encoding="utf-8-sig"), str(file)
    except (OSError, UnicodeDecodeError) as error:
        code = "D101" if isinstance(error, UnicodeDecodeError) else "X703"
        message = f"the query cannot be read: {error}"
        raise ContentError([Diagnostic(code, message, Location(str(file)))]) from error
