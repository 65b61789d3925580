"""Kinds of triple stores: where they listen, and what they are known to change.

In: an address, and what answers there. Out: a `Kind`, and the addresses of its parts.
Refuses: a server that gives no sign of what it is (P906).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import urlsplit

from kg.diagnostics import Diagnostic, Misuse
from kg.pushing.web import Client, Request


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
        graphs: where the Graph Store Protocol is spoken, behind the address of the store.
        query: where queries are answered; None: nowhere that is known.
        parts: ends of addresses that name a part of the store, not the store.
        rewrites: what it writes otherwise.
        signs: headers of a response, and what in them gives the kind away.
        path: what of the path of an address gives it away.
    """

    name: str
    title: str
    graphs: str = ""
    query: str | None = None
    parts: tuple[str, ...] = ()
    rewrites: frozenset[Rewrite] = frozenset()
    signs: tuple[tuple[str, str], ...] = ()
    path: str = ""


KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "oxigraph",
            "Oxigraph server",
            "/store",
            "/query",
            ("/store", "/query", "/update"),
            VALUES | {Rewrite.DERIVED, Rewrite.LANGUAGES},
            (("Server", r"Oxigraph/([\d.]+)"),),
        ),
        Kind(
            "fuseki",
            "Apache Jena Fuseki",
            "/data",
            "/query",
            ("/data", "/get", "/query", "/sparql", "/update", "/upload"),
            VALUES | {Rewrite.LANGUAGES},
            (("Server", r"Apache Jena Fuseki \(([\d.]+)"), ("Fuseki-Request-Id", "")),
        ),
        Kind(
            "virtuoso",
            "OpenLink Virtuoso",
            "/sparql-graph-crud-auth",
            "/sparql-auth",
            ("/sparql-graph-crud-auth", "/sparql-graph-crud", "/sparql-auth", "/sparql"),
            VALUES | {Rewrite.SECONDS, Rewrite.LARGE, Rewrite.LANGUAGES},
            (("Server", r"Virtuoso/([\d.]+)"),),
        ),
        Kind(
            "rdf4j",
            "RDF4J server",
            "/rdf-graphs/service",
            "",
            ("/rdf-graphs/service", "/rdf-graphs", "/statements"),
            path=r"/repositories/[^/]+(?=/|$)",
        ),
        Kind("generic", "server of the Graph Store Protocol"),
    )
}


class Store(NamedTuple):
    """A store: its kind, and the addresses of its parts."""

    kind: Kind
    url: str
    version: str = ""

    @property
    def title(self) -> str:
        """What it is, with its version if it tells that."""
        return f"{self.kind.title} {self.version}".strip()

    @property
    def graphs(self) -> str:
        """Where graphs are put and read."""
        return self.url + self.kind.graphs

    @property
    def query(self) -> str | None:
        """Where queries are answered, if that is known."""
        return None if self.kind.query is None else self.url + self.kind.query


def find_store(client: Client, name: str | None) -> Store:
    """The store at the address of a client.

    Args:
        client: speaks to it.
        name: of its kind; None: as its answers and its address tell.

    Raises:
        Misuse: P906, it gives no sign of what it is. Unavailable: it cannot be asked.
    """
    if name is not None:
        return Store(KINDS[name], _root(client.url, KINDS[name]))
    path = urlsplit(client.url).path
    for kind in KINDS.values():
        if kind.path and re.search(kind.path, path):
            return Store(kind, _root(client.url, kind))
    # Some stores answer GET with all that they hold.
    headers = client.send(Request("HEAD", client.url)).headers
    for kind in KINDS.values():
        for header, pattern in kind.signs:
            if header in headers and (found := re.search(pattern, headers[header])):
                version = found[1] if found.groups() else ""
                return Store(kind, _root(client.url, kind), version)
    raise _unknown(client.url)


def _root(url: str, kind: Kind) -> str:
    root = url.partition("#")[0].partition("?")[0].rstrip("/")
    for part in kind.parts:
        root = root.removesuffix(part)
    return root


def _unknown(url: str) -> Misuse:
    message = f"`{url}` gives no sign of what kind of store it is"
    help_ = f"say so with `--store`: {', '.join(KINDS)}"
    return Misuse([Diagnostic("P906", message, help=help_)])
