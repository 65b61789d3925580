"""`kg export`: the build in the syntax that another tool reads.

In: the build. Out: one document on standard output or in a file, or several in a folder.
Refuses: a file extension that names no syntax, and options that do not go together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import click

from kg.commands import suggesting
from kg.commands.opening import open_project
from kg.exporting.describing import DCAT, SPDX, Exported
from kg.exporting.describing import describe as describe_build
from kg.exporting.folders import replacing_folder
from kg.exporting.nanopubs import NP
from kg.exporting.packing import PACKINGS, packing
from kg.exporting.profiles import Profile, read_files, statements
from kg.exporting.selection import ONTOLOGY, Selection, check_whole, select_files
from kg.exporting.splitting import Piece, pieces
from kg.exporting.syntaxes import EXTENSIONS, NAMED, SYNTAXES, build_style, destination, write_lines
from kg.rdf.dataset import read_lines
from kg.rdf.turtle import Style
from kg.store.embedded import Build

STDOUT = Path("-")
MEDIA_TYPES = {
    "ttl": "text/turtle",
    "nt": "application/n-triples",
    "nq": "application/n-quads",
    "trig": "application/trig",
    "jsonld": "application/ld+json",
    "rdfxml": "application/rdf+xml",
}
PACKED = {"": "", ".gz": "application/gzip", ".zst": "application/zstd"}
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
    shell_complete=suggesting.formats,
    help=f"{', '.join(SYNTAXES)}; packed: ttl.gz, nq.zst. Without it: by -o; else Turtle.",
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Write to a file; `-`: to stdout."
)
@click.option(
    "--split",
    callback=_split,
    metavar="BY",
    shell_complete=suggesting.among(SPLITS),
    help="Write files into the folder -o: one an `article`, one a `class`, or of N statements.",
)
@click.option(
    "--profile",
    type=click.Choice([profile.value for profile in Profile]),
    default=Profile.STANDARD.value,
    show_default=True,
    help="How much is told of each fact besides the fact.",
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
@click.option("--describe", is_flag=True, help="Only the description of the data set.")
@click.pass_obj
def command(
    project: Path,
    wanted: Format | None,
    output: Path | None,
    split: str | int | None,
    profile: str,
    graphs: tuple[str, ...],
    asserted: bool,
    inferred: bool,
    ontology: bool,
    describe: bool,
) -> None:
    """Write the last build as one document, or as several.

    Turtle, N-Triples and RDF/XML hold the merge of all graphs, TriG, N-Quads and JSON-LD the named
    graphs. The ontology is left out unless it is asked for.

    Profiles: `lean` has only facts, `standard` the words that carry them, too, `evidence` a node
    for each fact with its words and its lines in the mappings, `nanopub` a nanopublication for each
    entry.
    """
    selection = Selection(graphs, asserted, inferred, ontology)
    chosen = Profile(profile)
    output = None if output == STDOUT else output
    format_ = wanted or _by_extension(output, chosen, bool(split))
    _check_selection(selection, chosen, split, describe)
    _check_nanopub(format_, chosen, split, selection)
    content = _content(open_project(project), chosen, selection, describe)
    if split is None:
        _write(content, format_, output)
    elif output is None:
        raise click.UsageError("name the folder of the files with -o")
    else:
        _write_pieces(content, split, format_, output)


def _by_extension(output: Path | None, profile: Profile, is_folder: bool) -> Format:
    if output is None or is_folder:
        return Format("trig" if profile is Profile.NANOPUB else "ttl", "")
    end = output.suffix.lower()
    packed = end if end in PACKINGS else ""
    syntax = EXTENSIONS.get(Path(output.stem).suffix.lower() if packed else end)
    if syntax is None:
        raise click.UsageError(f"the extension of {output} names no syntax: choose one with -F")
    return Format(syntax, packed)


def _check_selection(
    selection: Selection, profile: Profile, split: str | int | None, describe: bool
) -> None:
    if sum([bool(selection.graphs), selection.asserted, selection.inferred]) > 1:
        raise click.UsageError("choose one of --graph, --asserted and --inferred")
    if describe and (selection.words or split or profile is not Profile.STANDARD):
        raise click.UsageError("the description is of the whole: give --describe by itself")


def _check_nanopub(
    format_: Format, profile: Profile, split: str | int | None, selection: Selection
) -> None:
    if profile is not Profile.NANOPUB:
        return
    if format_.syntax not in NAMED:
        known = ", ".join(syntax for syntax in SYNTAXES if syntax in NAMED)
        raise click.UsageError(f"nanopublications are named graphs: choose one of {known}")
    if split == "class":
        raise click.UsageError("nanopublications are of no class: split by article or by number")
    if selection.ontology:
        raise click.UsageError("nanopublications hold no ontology: leave out --ontology")


class _Content(NamedTuple):
    """What is written.

    Attributes:
        build: that it is of.
        prefixes: besides those of the build.
        lines: statements, without those of the ontology.
        ontology: its file, if it is wanted.
        words: which part of the build it is; empty for the whole.
        is_whole: whether all of the data are there, in whatever profile.
    """

    build: Build
    prefixes: dict[str, str]
    lines: Iterator[bytes]
    ontology: list[Path]
    words: str
    is_whole: bool = False

    def style(self, part: str = "") -> Style:
        """The style, with all of that in the head."""
        words = ", ".join(word for word in (self.words, part) if word)
        style = build_style(self.build, head=True, part=words)
        return style._replace(prefixes={**self.prefixes, **style.prefixes})


def _content(build: Build, profile: Profile, selection: Selection, describe: bool) -> _Content:
    files = select_files(build, selection)
    check_whole(build, read_files(build, profile, files))
    if describe:
        return _description(build)
    lines = statements(build, profile, {path.stem for path in files} - {ONTOLOGY})
    is_whole = not selection.words
    words = "" if profile is Profile.STANDARD else f"profile {profile}"
    words = ", ".join(word for word in (words, selection.words) if word)
    prefixes = {"np": NP} if profile is Profile.NANOPUB else {}
    whole = [path for path in files if path.stem == ONTOLOGY]
    return _Content(build, prefixes, lines, whole, words, is_whole)


def _description(build: Build, files: Iterable[Exported] = ()) -> _Content:
    prefixes = {"dcat": DCAT} | ({"spdx": SPDX} if files else {})
    return _Content(build, prefixes, describe_build(build, files), [], "description")


def _write(content: _Content, format_: Format, output: Path | None) -> None:
    """All of the data as TriG have their description with them; nanopublications have their own."""
    if format_.syntax == "trig" and content.is_whole and "np" not in content.prefixes:
        lines = chain(content.lines, describe_build(content.build))
        content = content._replace(prefixes={"dcat": DCAT}, lines=lines)
    lines = chain(content.lines, read_lines(content.ontology))
    with destination(output) as stream, packing(stream, format_.packing) as out:
        write_lines(lines, format_.syntax, out, content.style())


def _write_pieces(content: _Content, by: str | int, format_: Format, folder: Path) -> None:
    """The ontology is a piece of its own: its blank nodes would come apart."""
    divided = pieces(content.lines, content.build, by, format_.syntax, content.style())
    whole = (Piece(ONTOLOGY, "", read_lines([path])) for path in content.ontology)
    with replacing_folder(folder) as draft:
        written = []
        for piece in chain(divided, whole):
            path = draft / f"{piece.name}{format_.extension}"
            written.append(Exported(path, MEDIA_TYPES[format_.syntax], PACKED[format_.packing]))
            with path.open("wb") as stream, packing(stream, format_.packing) as out:
                write_lines(piece.lines, format_.syntax, out, content.style(piece.what))
        if content.is_whole:
            about = _description(content.build, written)
            with (draft / "void.ttl").open("wb") as out:
                write_lines(about.lines, "ttl", out, about.style())
