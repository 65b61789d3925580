"""Names of places and facts in what is exported.

In: a build, and places and statements of it. Out: IRIs, all below the base of the project.
Refuses nothing.
"""

from __future__ import annotations

from urllib.parse import quote

from kg.diagnostics import Location
from kg.exporting.selection import INFERRED
from kg.rdf.dataset import split
from kg.terms import digest

SHARED, PASSAGES = "authority", "passages"
NO_ARTICLES = frozenset({SHARED, PASSAGES, INFERRED})
"""The graphs of no single article."""


def place_iri(base: str, place: Location) -> str:
    """Lines of a file: the twelfth is `mappings/a.yaml#line=11,12` (after RFC 5147)."""
    return f"{base}{quote(place.path)}#line={max(place.line - 1, 0)},{place.end_line or place.line}"


def fact_iri(base: str, graph: str, line: bytes) -> str:
    """The node for a statement of a graph, the same that a build gives it if it has one."""
    subject, predicate, value, _ = split(line)
    # Graphs of no single article can have millions of facts, too many for names so short.
    length = 24 if graph in NO_ARTICLES else 12
    name = digest(f"{subject[1:-1]} {predicate[1:-1]} {value}", length)
    return f"{base}fact/{graph}/{name}"
