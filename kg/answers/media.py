"""Answers of endpoints by their media types.

In: an HTTP response. Out: an `Answer`, read while the response comes in.
Refuses: what is no result of a query, or is cut off (X717).

https://www.w3.org/TR/sparql11-protocol/#query-success (section 2.1.6)
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, TypeVar, cast
from urllib.parse import urljoin

import requests
from pyoxigraph import (
    Literal,
    QueryBoolean,
    QueryResultsFormat,
    RdfFormat,
    parse,
    parse_query_results,
)

from kg.diagnostics import Diagnostic, Severity, Unavailable
from kg.sparql.answers import Answer, Form, to_answer
from kg.sparql.solutions import Stream, solutions

RESULTS = {
    "application/sparql-results+json": QueryResultsFormat.JSON,
    "application/sparql-results+xml": QueryResultsFormat.XML,
    "text/tab-separated-values": QueryResultsFormat.TSV,
    "application/json": QueryResultsFormat.JSON,
    "application/xml": QueryResultsFormat.XML,
    "text/xml": QueryResultsFormat.XML,
    "text/csv": QueryResultsFormat.CSV,
}
GRAPHS = {
    "application/n-triples": RdfFormat.N_TRIPLES,
    "text/turtle": RdfFormat.TURTLE,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "application/ld+json": RdfFormat.JSON_LD,
    "application/n-quads": RdfFormat.N_QUADS,
    "application/trig": RdfFormat.TRIG,
    "application/x-turtle": RdfFormat.TURTLE,
    "text/plain": RdfFormat.N_TRIPLES,
    "application/xml": RdfFormat.RDF_XML,
    "text/xml": RdfFormat.RDF_XML,
    "text/rdf+n3": RdfFormat.TURTLE,
    "application/json": RdfFormat.JSON_LD,
}
ROWS = (
    "application/sparql-results+json, application/sparql-results+xml;q=0.8, "
    "text/tab-separated-values;q=0.6, text/csv;q=0.1"
)
TRIPLES = (
    "application/n-triples, text/turtle;q=0.9, application/rdf+xml;q=0.6, application/ld+json;q=0.4"
)
Format = TypeVar("Format")
# Small, so that the first rows of a slow answer do not wait for more.
PIECE = 1 << 13
# Virtuoso answers ASK with a row.
FAKE_ASK = "__ASK_RETVAL"
ENDS = ("/query", "/sparql")
"""How addresses of endpoints end, most of them."""
CSV_LOSS = "the endpoint answers in CSV, which does not tell IRIs and numbers from strings"


def read_answer(response: requests.Response, is_graph: bool, is_ask: bool) -> Answer:
    """The answer in a response.

    Args:
        response: a success, its body not yet read.
        is_graph: whether the query asks for a graph.
        is_ask: whether it asks for a boolean.

    Raises:
        Unavailable: X717, the response is not the answer of such a query.
    """
    pieces = _pieces(response)
    first = next(pieces, b"")
    stream = Stream(chain([first], pieces))
    media = media_type(response)
    if is_page(media, first):
        raise _unreadable("it is a web page", elsewhere(response.url))
    if is_ask and first.strip() in (b"true", b"false"):
        return to_answer(_boolean(first.strip() == b"true"))
    if is_graph:
        return _graph(stream, _known(GRAPHS, media, first), response.url)
    answer = _rows(stream, _known(RESULTS, media, first))
    if is_ask and answer.variables == (FAKE_ASK,):
        return to_answer(_boolean(any(row[0].value == "1" for row in cast(Any, answer.result))))
    if is_ask != (answer.form is Form.BOOLEAN):
        raise _unreadable("it is not of the form that the query has", None)
    return answer


def _pieces(response: requests.Response) -> Iterator[bytes]:
    try:
        yield from response.iter_content(PIECE)
    except requests.RequestException as error:
        if isinstance(error.args[0] if error.args else None, TimeoutError):
            raise _unreadable("it stopped", "give it longer with `--timeout`") from error
        raise _unreadable("it is cut off", "ask again, or ask for less") from error


def media_type(response: requests.Response) -> str:
    """The media type that a response says it has."""
    return response.headers.get("Content-Type", "").partition(";")[0].strip().lower()


def is_page(media: str, first: bytes) -> bool:
    """Whether what a server answers is a web page, by its media type and its first bytes."""
    start = first[:200].lstrip().lower()
    return media in ("text/html", "application/xhtml+xml") or start.startswith(
        (b"<!doctype html", b"<html")
    )


def elsewhere(url: str) -> str:
    """What to try where a server is, and no endpoint; nothing is asked to find out.

    Args:
        url: that was asked; behind `?` is the query.
    """
    root, _, fragment = url.partition("?")[0].partition("#")
    if page := re.match("/dataset/([^/]+)", fragment):  # of the pages of Apache Jena Fuseki
        root = urljoin(root, page[1])
    root = root.rstrip("/")
    if root.endswith(ENDS):
        return "is this the address of the endpoint itself?"
    likely = " or ".join(f"`{root}{end}`" for end in ENDS)
    return f"the endpoint is a part of what is there: it may be {likely}"


def _known(formats: Mapping[str, Format], media: str, first: bytes) -> Format:
    """The format of a media type; where a server says nothing that helps, by the first byte."""
    if media in formats:
        return formats[media]
    guesses = {b"{": "application/json", b"[": "application/json", b"<": "application/xml"}
    guess = guesses.get(first.lstrip()[:1], "")
    if media in ("", "application/octet-stream", "text/plain") and guess in formats:
        return formats[guess]
    expected = ", ".join(f"`{name}`" for name in list(formats)[:4])
    found = f"`{media}`" if media else "no media type"
    raise _unreadable(f"it is {found}, expected one of {expected}", None)


def _rows(stream: Stream, format_: QueryResultsFormat) -> Answer:
    if format_ == QueryResultsFormat.CSV:
        return _csv(stream)
    try:
        return to_answer(parse_query_results(cast(Any, stream), format_))
    except SyntaxError as error:
        raise _unreadable(f"it is not well formed: {error.msg}", None) from error


def _csv(stream: Stream) -> Answer:
    lines = csv.reader(io.TextIOWrapper(io.BufferedReader(_Raw(stream)), "utf-8", newline=""))
    header = next(lines, [])
    rows = ([Literal(cell) if cell else None for cell in line] for line in lines)
    loss = Diagnostic("X717", CSV_LOSS, severity=Severity.WARNING)
    return to_answer(solutions(header, rows))._replace(warnings=(loss,))


class _Raw(io.RawIOBase):
    """A stream that can be decoded while it is read."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401  (any writable buffer)
        found = self._stream.read(len(buffer))
        buffer[: len(found)] = found
        return len(found)


def _graph(stream: Stream, format_: RdfFormat, base: str) -> Answer:
    quads = parse(cast(Any, stream), format_, base_iri=base)
    return Answer(Form.GRAPH, (), (quad.triple for quad in quads))


def _boolean(value: bool) -> QueryBoolean:
    """The engine has no other way to make one."""
    text = f'{{"head":{{}},"boolean":{str(value).lower()}}}'
    return cast(QueryBoolean, parse_query_results(text, QueryResultsFormat.JSON))


def _unreadable(reason: str, help_: str | None) -> Unavailable:
    message = f"the answer of the endpoint cannot be read: {reason}"
    return Unavailable([Diagnostic("X717", message, help=help_)])
