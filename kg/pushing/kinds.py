"""Kinds of triple stores: what is known of each, and how patient a client is with them.

In: nothing. Out: `KINDS` by name, the rewrites that a store may do, waiting times. Refuses nothing;
light on purpose, for the command line lists the kinds.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

WAITING = 300.0
"""Seconds for a piece of an answer: a store may answer only when it has read all of a graph."""
ATTEMPTS = 5
"""How often a request that fails for the moment is sent."""


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
        query: where queries are answered; None: nowhere that is known.
        quads: where several graphs can be added by one request, a transaction; None: nowhere. Such
            a store also counts several graphs by one query.
        parts: ends of addresses that name a part of the store, not the store.
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
    parts: tuple[str, ...] = ()
    rewrites: frozenset[Rewrite] = frozenset()
    signs: tuple[tuple[str, str], ...] = ()
    path: str = ""
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
            ("/data", "/get", "/query", "/sparql", "/update", "/upload"),
            VALUES | {Rewrite.LANGUAGES},
            (("Server", r"Apache Jena Fuseki \(([\d.]+)"), ("Fuseki-Request-Id", "")),
            update="/update",
            switched=10_000,
        ),
        Kind(
            "virtuoso",
            "OpenLink Virtuoso",
            "/sparql-graph-crud-auth",
            "/sparql-auth",
            None,
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
            ("/rdf-graphs/service", "/rdf-graphs", "/statements"),
            path=r"/repositories/[^/]+(?=/|$)",
            update="/statements",
            switched=1000,  # the stack of its parser overflows somewhere below 5,000
        ),
        Kind("generic", "server of the Graph Store Protocol"),
        Kind("update", "server of SPARQL UPDATE", None, "", update=""),
    )
}
