"""`kg export`: the build in the syntax that another tool reads.

In: the build. Out: one document on standard output or in a file.
Refuses: a file extension that names no syntax.
"""

from __future__ import annotations

from pathlib import Path

import click

from kg.commands.opening import open_project
from kg.export import (
    EXTENSIONS,
    SYNTAXES,
    build_style,
    check_whole,
    destination,
    select_files,
    write,
)


@click.command("export")
@click.option(
    "-F",
    "--format",
    "syntax",
    type=click.Choice(list(SYNTAXES)),
    help="Syntax. Without it: the extension of -o; else Turtle.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to a file.")
@click.option(
    "--graph", "graphs", multiple=True, metavar="NAME", help="Only this graph; repeatable."
)
@click.pass_obj
def command(
    project: Path, syntax: str | None, output: Path | None, graphs: tuple[str, ...]
) -> None:
    """Write the last build as one document.

    Turtle, N-Triples and RDF/XML hold the merge of all graphs, TriG, N-Quads and JSON-LD the named
    graphs. The ontology is left out unless it is named: `--graph ontology`.
    """
    if syntax is None:
        syntax = "ttl" if output is None else EXTENSIONS.get(output.suffix.lower())
    if syntax is None:
        raise click.UsageError(f"the extension of {output} names no syntax: choose one with -F")
    build = open_project(project)
    files = select_files(build, graphs)
    check_whole(build, files)
    with destination(output) as out:
        write(files, syntax, out, build_style(build, head=not graphs))
