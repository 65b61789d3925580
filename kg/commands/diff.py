"""`kg diff`: what differs between two builds or exports.

In: two builds, projects, or files of RDF. Out: the differences on standard output or in a file.
Exit status: 0 if there are none, 1 if there are; 2 and 3 if the two could not be compared.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.commands.showing import coloured
from kg.commands.suggesting import builds, graphs, syntaxes
from kg.diagnostics import ContentError, Misuse, Unavailable
from kg.exporting.syntaxes import destination

if TYPE_CHECKING:
    from kg.diffing.comparing import Comparison
    from kg.diffing.text import Line

COLOURS = {"+": "green", "-": "red", "@": "cyan"}


@click.command("diff")
@click.argument("old", required=False, shell_complete=builds)
@click.argument("new", required=False, shell_complete=builds)
@click.option(
    "-F",
    "--format",
    "form",
    type=click.Choice(["text", "json", "rdfpatch"]),
    default="text",
    show_default=True,
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to a file.")
@click.option(
    "--graph",
    "chosen",
    multiple=True,
    metavar="NAME",
    shell_complete=graphs,
    help="Only the graphs whose names begin so; repeatable.",
)
@click.option("--asserted", is_flag=True, help="Only what is asserted.")
@click.option("--inferred", is_flag=True, help="Only what is inferred.")
@click.option("--no-ontology", is_flag=True, help="Without the ontology.")
@click.option("--full", is_flag=True, help="The text layer, too: spans, mentions, offsets.")
@click.option(
    "--data-format",
    metavar="SYNTAX",
    shell_complete=syntaxes,
    help="Syntax of files; else by extension.",
)
@click.pass_context
def command(
    ctx: click.Context,
    old: str | None,
    new: str | None,
    form: str,
    output: Path | None,
    chosen: tuple[str, ...],
    asserted: bool,
    inferred: bool,
    no_ontology: bool,
    full: bool,
    data_format: str | None,
) -> None:
    """Show what has changed from OLD to NEW.

    Each is a project, the folder of a build, or RDF: a file in any syntax, packed or not, `-` for
    standard input, or the folder of an export. Without NEW, the current build is meant; without
    both, it is compared with the build before, as long as that is kept.

    Exit status: 0, nothing differs; 1, something does; 2 or 3, they could not be compared.
    """
    if sum([bool(chosen), asserted, inferred]) > 1:
        raise click.UsageError("choose one of --graph, --asserted and --inferred")
    opening = import_module("kg.diffing.opening")  # help and completion do without
    wanted = opening.Wanted(chosen, asserted, inferred, not no_ontology)
    try:
        found = opening.compare_named(old, new, ctx.obj, wanted, data_format)
        is_coloured = output is None and coloured(sys.stdout)
        pieces = _pieces(form, found, ctx.obj, full=full, is_coloured=is_coloured)
        with destination(output) as stream:
            stream.writelines(pieces)
    except (Misuse, Unavailable):
        raise
    except ContentError as error:  # status 1 says that the two differ
        raise Unavailable(error.diagnostics, error.sources) from error
    ctx.exit(1 if found else 0)


def _pieces(
    form: str, found: Comparison, project: Path, *, full: bool, is_coloured: bool
) -> Iterable[bytes]:
    if form == "rdfpatch":
        patch: Iterable[bytes] = import_module("kg.diffing.patch").to_patch(found)
        return patch
    differences = import_module("kg.diffing.opening").in_words(found, project, full=full)
    if form == "json":
        return (
            piece.encode() for piece in import_module("kg.diffing.records").to_json(differences)
        )
    lines = import_module("kg.diffing.text").to_text(differences)
    return _coloured(lines) if is_coloured else (f"{line.text}\n".encode() for line in lines)


def _coloured(lines: Iterable[Line]) -> Iterator[bytes]:
    for line in lines:
        yield f"{click.style(line.text, fg=COLOURS.get(line.kind))}\n".encode()
