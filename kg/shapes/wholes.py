"""What single shapes say, each with all that it refers to.

In: a shapes graph, and some of its shapes. Out: a digest of each, the same in whatever order the
graph was written. Refuses nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pyoxigraph import NamedNode, Quad
from rdflib import Graph
from rdflib.term import Node

from kg.rdf.dataset import to_nquads
from kg.rdf.rdflib_terms import from_rdflib
from kg.terms import digest


def wholes(graph: Graph, shapes: Iterable[Node]) -> dict[Node, str]:
    """The digests of shapes."""
    return {shape: digest(to_nquads(_about(graph, shape)).decode(), 32) for shape in shapes}


def _about(graph: Graph, shape: Node) -> Iterator[Quad]:
    """All triples that lead on from a shape."""
    reached, open_ = {shape}, [shape]
    while open_:
        node = open_.pop()
        subject: Any = from_rdflib(node)
        for property_, value in graph.predicate_objects(node):
            yield Quad(subject, NamedNode(str(property_)), from_rdflib(value))
            if value not in reached:
                reached.add(value)
                open_.append(value)
