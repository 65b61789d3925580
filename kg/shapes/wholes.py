"""What single shapes say, each with all that it refers to.

In: a shapes graph, and some of its shapes. Out: a digest of each. Refuses nothing.

Blank nodes are numbered in the order in which they are met: to write the same in another order may
change a digest, to write something else always does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rdflib import BNode, Graph
from rdflib.term import Node

from kg.terms import digest


def wholes(graph: Graph, shapes: Iterable[Node]) -> dict[Node, str]:
    """The digests of shapes."""
    return {shape: _digest(graph, _reached(graph, [shape])) for shape in shapes}


def _reached(graph: Graph, open_: list[Node]) -> dict[Node, None]:
    """The nodes that triples lead to, in the order in which they are met."""
    found = dict.fromkeys(open_)
    while open_:
        ahead = [node for node in graph.objects(open_.pop()) if node not in found]
        found |= dict.fromkeys(ahead)
        open_ += ahead
    return found


def _digest(graph: Graph, nodes: Iterable[Node]) -> str:
    numbers: dict[Node, str] = {}

    def name(node: Node) -> str:
        return (
            numbers.setdefault(node, f"_:{len(numbers)}") if isinstance(node, BNode) else node.n3()
        )

    def lines() -> Iterator[str]:
        for node in nodes:
            for property_, value in graph.predicate_objects(node):
                yield f"{name(node)} {property_.n3()} {name(value)}"

    return digest("\n".join(lines()), 32)
