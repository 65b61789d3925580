"""Kinds of triple stores: what is known of each, and how patient a client is with them.

In: nothing, or an address and the headers of what answers there. Out: `KINDS` by name, the rewrites
that a store may do, waiting times; the kind that is told, and where it answers queries. Refuses
nothing; light on purpose, for the command line lists the kinds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import urlsplit

WAITING = 300.0
"""Seconds for a piece of an answer: a store may answer only when it has read all of a graph."""
ATTEMPTS = 5
"""How often a request that fails for the moment is sent."""
BAD = 400


class Rewrite(StrEnum):
    """What a store may write otherwise than it was given, meaning the same."""

    NUMBERS = "numbers are written in another form (`01` as `1`)"
    DERIVED = "derived datatypes become what they are derived from (`xsd:long`: `xsd:integer`)"
    BOOLEANS = "booleans are written in another form (`1` as `true`)"
    MOMENTS = "dates and times are written in another form (`+00:00` as `Z`)"
    DURATIONS = "durations are written in another form (`PT60S` as `PT1M`)"
    SECONDS = "durations are given back as numbers, of seconds or of months"
    LARGE = "integers of more than 64 bits become decimals"
    LANGUAGES = "language tags are written in small letters (`en-GB` as `en-gb`)"


VALUES = frozenset({Rewrite.NUMBERS, Rewrite.BOOLEANS, Rewrite.MOMENTS, Rewrite.DURATIONS})


@dataclass(frozen=True, slots=True)
class Kind:
    """What is to be known of a kind of stores.

    Attributes:
        name: as the command line has it.
        title: as people have it.
        graphs: where the Graph Store Protocol is spoken, behind the address of the store; None:
            nowhere, so that graphs are written by updates and read by queries.
        query: where queries of who writes to it are answered; None: nowhere that is known.
        asked: ends of addresses where queries are answered; whoever may ask can use the first.
        quads: where several graphs can be added by one request, a transaction; None: nowhere. Such
            a store also counts several graphs by one query.
        parts: ends of addresses that name a part of the store, not the store.
        is_nested: whether a server has several stores, each below its address.
        update: where updates are taken; None: nowhere that is known.
        switched: how many graphs one update, a transaction, gives other content; 1: an update is
            no transaction.
        rewrites: what it writes otherwise.
        signs: headers of a response, and what in them gives the kind away.
        path: what of the path of an address gives it away.
    """

    name: str
    title: str
    graphs: str | None = ""
    query: str | None = None
    quads: str | None = None
    asked: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    rewrites: frozenset[Rewrite] = frozenset()
    signs: tuple[tuple[str, str], ...] = ()
    path: str = ""
    is_nested: bool = False
    update: str | None = None
    switched: int = 1


KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "oxigraph",
            "Oxigraph server",
            "/store",
            "/query",
            "/store",
            ("/query",),
            ("/store", "/query", "/update"),
            VALUES | {Rewrite.DERIVED, Rewrite.LANGUAGES},
            (("Server", r"Oxigraph/([\d.]+)"),),
            update="/update",
            switched=10_000,
        ),
        Kind(
            "fuseki",
            "Apache Jena Fuseki",
            "/data",
            "/query",
            "/data",
            ("/query", "/sparql", ""),
            ("/data", "/get", "/query", "/sparql", "/update", "/upload"),
            VALUES | {Rewrite.LANGUAGES},
            (("Server", r"Apache Jena Fuseki \(([\d.]+)"), ("Fuseki-Request-Id", "")),
            is_nested=True,
            update="/update",
            switched=10_000,
        ),
        Kind(
            "virtuoso",
            "OpenLink Virtuoso",
            "/sparql-graph-crud-auth",
            "/sparql-auth",
            None,
            ("/sparql", "/sparql-auth"),
            ("/sparql-graph-crud-auth", "/sparql-graph-crud", "/sparql-auth", "/sparql"),
            VALUES | {Rewrite.SECONDS, Rewrite.LARGE, Rewrite.LANGUAGES},
            (("Server", r"Virtuoso/([\d.]+)"),),
            update="/sparql-auth",
        ),
        Kind(
            "rdf4j",
            "RDF4J server",
            "/rdf-graphs/service",
            "",
            "/statements",
            ("",),
            ("/rdf-graphs/service", "/rdf-graphs", "/statements"),
            path=r"/repositories/[^/]+(?=/|$)",
            update="/statements",
            switched=1000,  # the stack of its parser overflows somewhere below 5,000
        ),
        Kind("generic", "server of the Graph Store Protocol"),
        Kind("update", "server of SPARQL UPDATE", None, "", update=""),
    )
}


class Sign(NamedTuple):
    """What an address and its answer tell: a kind, the address of the store, and its version."""

    kind: Kind
    root: str
    version: str = ""


def told_by_address(url: str) -> Sign | None:
    """The store whose address tells what it is."""
    path = urlsplit(url).path
    kinds = (kind for kind in KINDS.values() if kind.path and re.search(kind.path, path))
    return next((Sign(kind, root(url, kind)) for kind in kinds), None)


def told_by_headers(url: str, headers: Mapping[str, str]) -> Sign | None:
    """The store at an address that the headers of its answer tell."""
    for kind in KINDS.values():
        for header, pattern in kind.signs:
            if header in headers and (found := re.search(pattern, headers[header])):
                return Sign(kind, root(url, kind), found[1] if found.groups() else "")
    return None


def place_of_queries(url: str, status: int, headers: Mapping[str, str]) -> str | None:
    """Where a store answers queries, if a query was sent to the store itself or to another part.

    Args:
        url: that was asked.
        status: of the response; 404 for a page, which is no answer either.
        headers: of the response.
    """
    by_address = told_by_address(url)
    sign = by_address or told_by_headers(url, headers)
    if sign is None or not sign.kind.asked:
        return None
    end = _whole(url).rstrip("/").removeprefix(sign.root)
    # The endpoint may be there itself, and answer, or refuse the query.
    if not end and status <= BAD and not by_address:
        return None
    place = sign.root + (end if end in sign.kind.asked else sign.kind.asked[0])
    return None if place == _whole(url) else place


def root(url: str, kind: Kind) -> str:
    """The address of a store, from that of one of its parts."""
    found = _whole(url).rstrip("/")
    for part in kind.parts:
        if not (kind.is_nested and urlsplit(found).path == part):  # it has the name of a part
            found = found.removesuffix(part)
    return found


def _whole(url: str) -> str:
    """An address as far as its path goes."""
    return url.partition("#")[0].partition("?")[0]
