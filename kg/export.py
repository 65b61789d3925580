"""Graphs in the syntaxes that other tools read: a build's N-Quads files, or any N-Quads lines.

In: N-Quads (files or lines) and a style. Out: bytes on a stream, the same for the same statements.
Refuses: a graph that the build does not have (X706), and what RDF/XML cannot hold (X707).

The files are the source, not the store: the store rewrites literals. Turtle, N-Triples and RDF/XML
are the merge of all graphs; TriG, N-Quads and JSON-LD keep the graph names.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import groupby, islice
from pathlib import Path
from typing import BinaryIO

from pyoxigraph import Quad, RdfFormat, Triple, parse, serialize

from kg.dataset import read_lines, replacing, sort_lines, split, without_graph
from kg.diagnostics import ContentError, Diagnostic, Location, Misuse, Unavailable
from kg.hints import did_you_mean
from kg.store import Build
from kg.turtle import Style, subject_key, write_trig, write_turtle

# Lines that are parsed at once: enough to hide the cost of a call, too few to matter in memory.
BATCH = 4096
ONTOLOGY = "ontology"
CONTROL = rb"[\x00-\x08\x0b\x0c\x0e-\x1f]"
# What may follow the namespace in an XML name, for a property that ends in it.
XML_NAME = r"(?:.*[^\w.-])?[^\W\d][\w.-]*|.*[^\w.-][\d.-]+[^\W\d][\w.-]*"


def write(files: Iterable[Path], syntax: str, out: BinaryIO, style: Style) -> None:
    """Write N-Quads files in another syntax.

    Args:
        files: canonical N-Quads files; no two of them with blank nodes.
        syntax: one of `SYNTAXES`.
        out: binary stream.
        style: prefixes, base, subject order and head comment, where the syntax has them.

    Raises:
        ContentError: a file cannot be read, or RDF/XML cannot hold a term.
    """
    write_lines(read_lines(files), syntax, out, style)


def write_lines(lines: Iterable[bytes], syntax: str, out: BinaryIO, style: Style) -> None:
    """Write N-Quads lines, in any order, in another syntax; see `write`."""
    SYNTAXES[syntax](lines, out, style)


def _write_ntriples(lines: Iterable[bytes], out: BinaryIO, _: Style) -> None:
    out.writelines(sort_lines(map(without_graph, lines)))


def _write_nquads(lines: Iterable[bytes], out: BinaryIO, _: Style) -> None:
    out.writelines(sort_lines(lines))


def _write_turtle(lines: Iterable[bytes], out: BinaryIO, style: Style) -> None:
    write_turtle(map(split, _merged(lines, style)), out, style)


def _write_trig(lines: Iterable[bytes], out: BinaryIO, style: Style) -> None:
    statements = map(split, _by_graph(lines, style))
    write_trig(groupby(statements, key=lambda statement: statement[3]), out, style)


def _write_jsonld(lines: Iterable[bytes], out: BinaryIO, style: Style) -> None:
    serialize(_quads(_by_graph(lines, style)), out, RdfFormat.JSON_LD)
    out.write(b"\n")


def _write_rdfxml(lines: Iterable[bytes], out: BinaryIO, style: Style) -> None:
    triples = _named_in_xml(quad.triple for quad in _quads(_merged(lines, style)))
    prefixes = dict(style.prefixes)
    serialize(triples, XmlStream(out), RdfFormat.RDF_XML, prefixes=prefixes)  # type: ignore[arg-type]
    out.write(b"\n")


SYNTAXES: dict[str, Callable[[Iterable[bytes], BinaryIO, Style], None]] = {
    "ttl": _write_turtle,
    "nt": _write_ntriples,
    "trig": _write_trig,
    "nq": _write_nquads,
    "jsonld": _write_jsonld,
    "rdfxml": _write_rdfxml,
}
EXTENSIONS = {f".{syntax}": syntax for syntax in SYNTAXES} | {
    ".json": "jsonld",
    ".owl": "rdfxml",
    ".rdf": "rdfxml",
    ".xml": "rdfxml",
}


def _merged(lines: Iterable[bytes], style: Style) -> Iterator[bytes]:
    return sort_lines(map(without_graph, lines), subject_key(style))


def _by_graph(lines: Iterable[bytes], style: Style) -> Iterator[bytes]:
    key = subject_key(style)
    return sort_lines(lines, lambda line: split(line)[3].encode() + b"\0" + key(line))


def _quads(lines: Iterable[bytes]) -> Iterator[Quad]:
    lines = iter(lines)
    while batch := b"".join(islice(lines, BATCH)):
        yield from parse(batch, RdfFormat.N_QUADS)


def _named_in_xml(triples: Iterable[Triple]) -> Iterator[Triple]:
    for triple in triples:
        if not re.fullmatch(XML_NAME, triple.predicate.value):
            raise _unfit(f"the property <{triple.predicate.value}>, which does not end in a name")
        yield triple


def _unfit(what: str) -> ContentError:
    message = f"XML cannot hold {what}"
    return ContentError([Diagnostic("X707", message, help="choose another format")])


class XmlStream:
    """Makes the engine's XML readable: carriage returns as references, no control characters.

    XML parsers turn a bare carriage return into a line feed (XML 1.0, section 2.11).
    """

    def __init__(self, out: BinaryIO) -> None:
        """Write to `out`."""
        self._out = out

    def write(self, data: bytes) -> int:
        """Pass a piece on."""
        if found := re.search(CONTROL, data):
            raise _unfit(f"the control character U+{found[0][0]:04X} of a literal")
        self._out.write(data.replace(b"\r", b"&#13;"))
        return len(data)

    def flush(self) -> None:
        """Flush the stream beneath."""
        self._out.flush()


def select_files(build: Build, graphs: Collection[str] = ()) -> list[Path]:
    """The N-Quads files of some graphs of a build.

    Args:
        build: the build.
        graphs: names after `graph/` or graph IRIs; none means all but the ontology.

    Raises:
        Misuse: X706, the build has no such graph.
    """
    files = {path.stem: path for path in build.files()}
    if not graphs:
        return [path for name, path in files.items() if name != ONTOLOGY]
    names = [graph.strip("<>").removeprefix(f"{build.base}graph/") for graph in graphs]
    unknown = [name for name in names if name not in files]
    if unknown:
        raise Misuse(_no_graph(name, list(files)) for name in unknown)
    return [files[name] for name in dict.fromkeys(names)]


def check_whole(build: Build, files: Iterable[Path]) -> None:
    """Make sure that files of a build are as the build wrote them, before they go to others.

    Raises:
        Unavailable: X703, a file is damaged.
    """
    from hashlib import file_digest  # loads OpenSSL, which queries do without

    for path in files:
        name = path.relative_to(build.folder).as_posix()
        digest = ""
        with suppress(FileNotFoundError), path.open("rb") as stream:
            digest = file_digest(stream, "sha256").hexdigest()
        if digest != build.manifest["files"].get(name):
            message = f"`{name}` of the build is damaged or gone"
            found = Diagnostic("X703", message, Location(str(path)), help="run `kg build --force`")
            raise Unavailable([found])


def _no_graph(name: str, known: Sequence[str]) -> Diagnostic:
    help_ = did_you_mean(name, known) or f"graphs are named {', '.join(known[:8])}"
    return Diagnostic("X706", f"the build has no graph `{name}`", help=help_)


def build_style(build: Build, head: bool = False) -> Style:
    """The style for a build: its prefixes and base; with `head`, its counts and hash on top."""
    counts = ", ".join(f"{n} {name}" for name, n in sorted(build.manifest["counts"].items()))
    lines = f"{counts}\nRDFC-1.0 SHA-256 of the build: {build.manifest['hash']}" if head else ""
    return Style(build.prefixes, build.base, head=lines)


@contextmanager
def destination(path: Path | None) -> Iterator[BinaryIO]:
    """The stream for a command's data: a file that appears when it is whole, or standard output.

    A reader that has seen enough and closes the pipe is no error.

    Raises:
        Unavailable: X703, it cannot be written.
    """
    if path is not None:
        with replacing(path) as stream:
            yield stream
        return
    try:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # What is still buffered would be written, and fail, once more at exit.
        _abandon_output()
    except OSError as error:
        _abandon_output()
        message = f"standard output cannot be written: {(error.strerror or str(error)).lower()}"
        raise Unavailable([Diagnostic("X703", message)]) from error


def _abandon_output() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
