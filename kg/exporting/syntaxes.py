"""Graphs in the syntaxes that other tools read: a build's N-Quads files, or any N-Quads lines.

In: N-Quads (files or lines) and a style. Out: bytes on a stream, the same for the same statements.
Refuses: what RDF/XML cannot hold (X707).

The files are the source, not the store: the store rewrites literals. Turtle, N-Triples and RDF/XML
are the merge of all graphs; TriG, N-Quads and JSON-LD keep the graph names.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby, islice
from pathlib import Path
from typing import BinaryIO

from pyoxigraph import Quad, RdfFormat, Triple, parse, serialize

from kg.diagnostics import ContentError, Diagnostic, Unavailable
from kg.exporting.compaction import write_compacted
from kg.rdf.dataset import read_lines, replacing, sort_lines, split, without_graph
from kg.rdf.turtle import Style, subject_key, write_trig, write_turtle
from kg.store.embedded import Build

# Lines that are parsed at once: enough to hide the cost of a call, too few to matter in memory.
BATCH = 4096
CONTEXT = "context.jsonld"
"""The file of a build with the context of JSON-LD."""
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
    quads = _quads(_by_graph(lines, style))
    if style.context:
        write_compacted(quads, out, style.context)
        return
    serialize(quads, out, RdfFormat.JSON_LD)
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


NAMED = frozenset({"trig", "nq", "jsonld"})
"""The syntaxes that keep the names of graphs."""


def arranged(lines: Iterable[bytes], syntax: str, style: Style) -> Iterator[bytes]:
    """The statements that a syntax tells apart, each once, those of a subject together."""
    return _by_graph(lines, style) if syntax in NAMED else _merged(lines, style)


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


def build_style(build: Build, head: bool = False, part: str = "") -> Style:
    """The style for a build: its prefixes and base; with `head`, its counts and hash on top.

    Args:
        build: what is written, or what it is from.
        head: whether there is a comment on top.
        part: which part of the build is written, in words; empty for the whole.
    """
    context = build.folder / CONTEXT
    plain = Style(build.prefixes, build.base)
    if context.exists():
        plain = plain._replace(context=json.loads(context.read_bytes()))
    if not head:
        return plain
    counts = ", ".join(f"{n} {name}" for name, n in sorted(build.manifest["counts"].items()))
    start = f"{part}; part of a build of\n" if part else ""
    lines = f"{start}{counts}\nSHA-256 of the build: {build.manifest['hash']}"
    return plain._replace(head=lines)


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
