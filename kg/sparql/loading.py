"""RDF files as something to query, whatever they are written in and compressed with.

In: paths, or standard input. Out: `Data`: a view of a store in memory, and the prefixes and the
base that the files declare.
Refuses: a file that cannot be read (X703), that is not well formed (Q608, with its place), or whose
syntax cannot be told (Q609).

Literals are kept as they are written (`kg.sparql.written`). With several files, blank nodes of one
are never those of another.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, QuadParser, RdfFormat, Store, parse

from kg.diagnostics import ContentError, Diagnostic, Location, Misuse, Unavailable, joined
from kg.files import meant
from kg.hints import did_you_mean
from kg.sparql.graphs import View
from kg.sparql.written import to_stored

STDIN = "-"
PACKED = (".bz2", ".gz", ".xz", ".zst")
SYNTAXES = {
    "ttl": RdfFormat.TURTLE,
    "nt": RdfFormat.N_TRIPLES,
    "nq": RdfFormat.N_QUADS,
    "trig": RdfFormat.TRIG,
    "n3": RdfFormat.N3,
    "jsonld": RdfFormat.JSON_LD,
    "xml": RdfFormat.RDF_XML,
}
EXTENSIONS = {f".{name}": name for name in SYNTAXES} | {
    ".json": "jsonld",
    ".owl": "xml",
    ".rdf": "xml",
    ".rdfs": "xml",
    ".turtle": "ttl",
}


class Source(NamedTuple):
    """A file to read: its path (`-`: standard input), and whether it is a graph of its own."""

    path: str
    is_named: bool = False

    @property
    def name(self) -> str:
        """What places call it."""
        return "<stdin>" if self.path == STDIN else self.path

    @property
    def iri(self) -> str:
        """The base IRI of its relative IRIs, and the name of its graph."""
        return (
            Path.cwd().as_uri() + "/" if self.path == STDIN else Path(self.path).resolve().as_uri()
        )


class Data(NamedTuple):
    """What some files hold.

    Attributes:
        view: their statements.
        prefixes: that they declare; of two with one name, that of the first file.
        base: the base IRI that they declare; None if there is none, or several.
    """

    view: View
    prefixes: dict[str, str]
    base: str | None


def load(sources: Sequence[Source], syntax: str | None = None, *, union: bool = True) -> Data:
    """Read files into memory.

    Args:
        sources: at least one.
        syntax: one of `SYNTAXES`, for all files; None: what each extension says.
        union: whether patterns outside GRAPH see the merge of all graphs.

    Raises:
        Unavailable: X703, files cannot be read. ContentError: Q608, all are there, and some are
            not well formed. Each that cannot be read is reported.
        Misuse: Q609, the syntax of a file cannot be told, or there is none of that name.
    """
    loader = _Loader(union, rename=len(sources) > 1)
    if syntax is not None and syntax not in SYNTAXES:
        message = f"there is no syntax `{syntax}`, expected one of {', '.join(SYNTAXES)}"
        raise Misuse([Diagnostic("Q609", message, help=did_you_mean(syntax, SYNTAXES))])
    chosen = [(source, SYNTAXES[syntax or _syntax(source)]) for source in sources]
    errors = []
    for source, format_ in chosen:
        try:
            loader.read(source, format_)
        except ContentError as error:
            errors.append(error)
    if errors:
        raise joined(errors)
    (base,) = loader.bases if len(loader.bases) == 1 else (None,)
    return Data(View(loader.store, is_coded=loader.is_coded), loader.prefixes, base)


def _syntax(source: Source) -> str:
    path = Path(source.path)
    extension = Path(path.stem).suffix if path.suffix.lower() in PACKED else path.suffix
    if (syntax := EXTENSIONS.get(extension.lower())) is not None:
        return syntax
    if source.path != STDIN and (path.is_dir() or not path.exists()):
        with _reading(source):  # says what is wrong with it
            pass
    message = f"the syntax of `{source.name}` cannot be told"
    help_ = f"name it with `--data-format`: {', '.join(SYNTAXES)}"
    raise Misuse([Diagnostic("Q609", message, help=help_)])


class _Loader:
    """Fills a store."""

    def __init__(self, union: bool, rename: bool) -> None:
        self.store = Store()
        self.prefixes: dict[str, str] = {}
        self.bases: set[str] = set()
        self.is_coded = False
        self._union, self._rename = union, rename

    def read(self, source: Source, format_: RdfFormat) -> None:
        with _parsing(source, format_, self._rename) as parser:
            self.store.bulk_extend(self._quads(parser, source))
        if source.is_named:
            self.store.add_graph(NamedNode(source.iri))
        self.prefixes = parser.prefixes | self.prefixes
        if parser.base_iri not in (None, source.iri):
            self.bases.add(parser.base_iri)

    def _quads(self, parser: QuadParser, source: Source) -> Iterator[Quad]:
        default = DefaultGraph()
        own = NamedNode(source.iri) if source.is_named else default
        for quad in parser:
            subject, predicate, value, graph = quad
            if type(value) is Literal and (kept := to_stored(value)) is not value:
                value, self.is_coded = kept, True
            name = own if graph == default else graph
            yield Quad(subject, predicate, value, name)
            if self._union and name != default:
                yield Quad(subject, predicate, value)


@contextmanager
def parsing(
    source: Source, syntax: str | None = None, *, rename: bool = False
) -> Iterator[QuadParser]:
    """The statements of a file one after another, for what need not be held in memory.

    Args:
        source: the file.
        syntax: one of `SYNTAXES`; None: what the extension says.
        rename: whether blank nodes get labels that no other file has.

    Raises:
        ContentError: X703, Q608: the file cannot be read; in the block, too.
        Misuse: Q609, its syntax cannot be told.
    """
    with _parsing(source, SYNTAXES[syntax or _syntax(source)], rename) as parser:
        yield parser


@contextmanager
def _parsing(source: Source, format_: RdfFormat, rename: bool) -> Iterator[QuadParser]:
    with _reading(source) as stream:
        yield parse(
            cast(Any, stream),
            format_,
            base_iri=source.iri,
            rename_blank_nodes=rename,
            without_named_graphs=source.is_named or format_ == RdfFormat.N3,
        )


@contextmanager
def _reading(source: Source) -> Iterator[BinaryIO]:
    """The bytes of a file, unpacked; what goes wrong while they are read is a diagnostic."""
    try:
        with _opened(source) as stream:
            yield _unpacked(stream)
    except SyntaxError as error:
        raise _malformed(source, error) from error
    except OSError as error:
        reason = getattr(error, "strerror", None) or str(error)
        message = f"`{source.name}` cannot be read: {reason[:1].lower()}{reason[1:]}"
        found = Diagnostic("X703", message, Location(source.name), help=meant(Path(source.path)))
        raise Unavailable([found]) from error


@contextmanager
def _opened(source: Source) -> Iterator[io.BufferedReader]:
    if source.path == STDIN:
        yield io.BufferedReader(cast(Any, sys.stdin.buffer))
        return
    with Path(source.path).open("rb") as stream:
        yield stream


def _unpacked(stream: io.BufferedReader) -> BinaryIO:
    """By the first bytes, not by the name: standard input has none."""
    start = stream.peek(6)
    for magic, unpack in UNPACK.items():
        if start.startswith(magic):
            return cast(BinaryIO, _Unpacked(unpack(stream)))
    return stream


class _Unpacked:
    """A stream whose every failure is an OSError: each library has exceptions of its own."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        try:
            return self._stream.read(size)
        except Exception as error:
            raise OSError(f"it cannot be unpacked: {error}") from error


# Each module is only loaded for files that need it.


def _gzip(stream: BinaryIO) -> BinaryIO:
    import gzip

    return cast(BinaryIO, gzip.open(stream))


def _bzip2(stream: BinaryIO) -> BinaryIO:
    import bz2

    return cast(BinaryIO, bz2.open(stream))


def _xz(stream: BinaryIO) -> BinaryIO:
    import lzma

    return cast(BinaryIO, lzma.open(stream))


def _zstandard(stream: BinaryIO) -> BinaryIO:
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd

    return cast(BinaryIO, zstd.open(stream))


UNPACK: dict[bytes, Callable[[BinaryIO], BinaryIO]] = {
    b"\x1f\x8b": _gzip,
    b"BZh": _bzip2,
    b"\xfd7zXZ": _xz,
    b"\x28\xb5\x2f\xfd": _zstandard,
}


def _malformed(source: Source, error: SyntaxError) -> ContentError:
    line, column = error.lineno or 0, error.offset or 0
    end = (error.end_lineno or line, error.end_offset or column + 1)
    place = Location(source.name, line, column, *end) if line else Location(source.name)
    words = str(error.msg).partition(": ")
    reason = words[2] if words[0].startswith("Parser error") else str(error.msg)
    help_ = None
    if "amed graphs" in reason:
        help_ = "read it with `--data`" if source.is_named else "formulas of N3 are no statements"
    if "LoadDocumentCallback" in reason:
        reason = "it takes its context from the network"
        help_ = "put the context into the file"
    message = f"the data are not well formed: {reason[:1].lower()}{reason[1:]}"
    return ContentError([Diagnostic("Q608", message, place, help=help_)])
