"""`kg export`: the build in the syntax that another tool reads.

In: the build. Out: one document on standard output or in a file, or several in a folder.
Refuses: a file extension that names no syntax, and options that do not go together.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import click

from kg.commands import suggesting
from kg.commands.opening import open_project
from kg.dataset import read_lines
from kg.export import EXTENSIONS, SYNTAXES, build_style, destination, write_lines
from kg.folders import replacing_folder
from kg.packing import PACKINGS, packing
from kg.selection import Selection, check_whole, select_files
from kg.splitting import pieces
from kg.store import Build

STDOUT = Path("-")
SPLITS = ("article", "class")


class Format(NamedTuple):
    """A syntax, and the extension of a packing; empty for none."""

    syntax: str
    packing: str

    @property
    def extension(self) -> str:
        """Of files in this format."""
        return (".rdf" if self.syntax == "rdfxml" else f".{self.syntax}") + self.packing


def _format(_: click.Context, __: click.Parameter, value: str | None) -> Format | None:
    """`ttl`, `nq.gz`: a syntax, and how it is packed."""
    if value is None:
        return None
    syntax, dot, end = value.lower().partition(".")
    if syntax not in SYNTAXES or (dot and f".{end}" not in PACKINGS):
        packings = " or ".join(f"`{name}`" for name in PACKINGS)
        known = ", ".join(SYNTAXES)
        message = f"`{value}` is none of {known}, with {packings} behind it or not"
        raise click.BadParameter(message)
    return Format(syntax, dot + end)


def _split(_: click.Context, __: click.Parameter, value: str | None) -> str | int | None:
    """`article`, `class`, or a number of statements."""
    if value is None or value in SPLITS:
        return value
    if value.isdecimal() and int(value) > 0:
        return int(value)
    raise click.BadParameter(f"`{value}` is none of article, class and the numbers from 1")


@click.command("export")
@click.option(
    "-F",
    "--format",
    "wanted",
    callback=_format,
    metavar="FORMAT",
    help=f"{', '.join(SYNTAXES)}; packed: ttl.gz, nq.zst. Without it: by -o; else Turtle.",
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Write to a file; `-`: to stdout."
)
@click.option(
    "--split",
    callback=_split,
    metavar="BY",
    help="Write files into the folder -o: one an `article`, one a `class`, or of N statements.",
)
@click.option(
    "--graph",
    "graphs",
    multiple=True,
    metavar="NAME",
    shell_complete=suggesting.graphs,
    help="Only this graph; repeatable.",
)
@click.option("--asserted", is_flag=True, help="Only what is asserted.")
@click.option("--inferred", is_flag=True, help="Only what is inferred.")
@click.option("--ontology", is_flag=True, help="The ontology, too.")
@click.pass_obj
def command(
    project: Path,
    wanted: Format | None,
    output: Path | None,
    split: str | int | None,
    graphs: tuple[str, ...],
    asserted: bool,
    inferred: bool,
    ontology: bool,
) -> None:
    """Write the last build as one document, or as several.

    Turtle, N-Triples and RDF/XML hold the merge of all graphs, TriG, N-Quads and JSON-LD the named
    graphs. The ontology is left out unless it is asked for.
    """
    if sum([bool(graphs), asserted, inferred]) > 1:
        raise click.UsageError("choose one of --graph, --asserted and --inferred")
    selection = Selection(graphs, asserted, inferred, ontology)
    output = None if output == STDOUT else output
    format_ = wanted or _by_extension(output, bool(split))
    build = open_project(project)
    files = select_files(build, selection)
    check_whole(build, files)
    if split is None:
        _write(build, files, selection.words, format_, output)
    elif output is None:
        raise click.UsageError("name the folder of the files with -o")
    else:
        _write_pieces(build, files, split, format_, output)


def _by_extension(output: Path | None, is_folder: bool) -> Format:
    if output is None or is_folder:
        return Format("ttl", "")
    end = output.suffix.lower()
    packed = end if end in PACKINGS else ""
    syntax = EXTENSIONS.get(Path(output.stem).suffix.lower() if packed else end)
    if syntax is None:
        raise click.UsageError(f"the extension of {output} names no syntax: choose one with -F")
    return Format(syntax, packed)


def _write(
    build: Build, files: list[Path], part: str, format_: Format, output: Path | None
) -> None:
    style = build_style(build, head=True, part=part)
    with destination(output) as stream, packing(stream, format_.packing) as out:
        write_lines(read_lines(files), format_.syntax, out, style)


def _write_pieces(
    build: Build, files: list[Path], by: str | int, format_: Format, folder: Path
) -> None:
    plain = build_style(build)
    with replacing_folder(folder) as draft:
        for piece in pieces(files, build, by, format_.syntax, plain):
            style = build_style(build, head=True, part=piece.what)
            with (
                (draft / f"{piece.name}{format_.extension}").open("wb") as stream,
                packing(stream, format_.packing) as out,
            ):
                write_lines(piece.lines, format_.syntax, out, style)
