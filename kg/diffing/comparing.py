"""What only one of two sides has.

In: two sides, and which graphs are wanted. Out: a `Comparison`: the statements that only the old or
only the new side has, graph after graph, in bounded memory.
Refuses: a graph that neither side has (X706), and to tell what is inferred from what is asserted
where graphs have no names (X711).

Where only one side has names of graphs, both are compared without. A side that is a file has the
ontology or has not; then so has the build that it is compared with.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from kg.diagnostics import Diagnostic, Misuse
from kg.diffing.sides import DESCRIPTION, BuildSide, Side
from kg.diffing.spooling import Spool
from kg.exporting.selection import INFERRED, ONTOLOGY
from kg.hints import listed
from kg.rdf.dataset import sort_lines, split, without_graph
from kg.store.provenance import PASSAGES, SHARED

_GRAPH = re.compile(r"<.*/graph/([^/]+)>")
# The order in which graphs are told: articles, what they share, what follows, the ontology.
_RANKS = {SHARED: 1, PASSAGES: 2, INFERRED: 3, ONTOLOGY: 4}
_OTHERS = 5


class Wanted(NamedTuple):
    """Which graphs are compared.

    Attributes:
        graphs: names after `graph/`, or beginnings of such, or IRIs; none: all.
        asserted: without what is inferred.
        inferred: only what is inferred.
        ontology: whether the ontology is compared.
    """

    graphs: tuple[str, ...] = ()
    asserted: bool = False
    inferred: bool = False
    ontology: bool = True

    def __call__(self, graph: str) -> bool:
        """Whether a graph is wanted, by its name as a token; empty: the default graph."""
        name = graph_name(graph)
        if self.graphs and not any(name.startswith(wish.strip("<>")) for wish in self.graphs):
            return graph[1:-1] in {wish.strip("<>") for wish in self.graphs}
        if (name == INFERRED and self.asserted) or (name == ONTOLOGY and not self.ontology):
            return False
        return name == INFERRED or not self.inferred


def graph_name(token: str) -> str:
    """What a person calls a graph: what follows `graph/`, else its IRI."""
    found = _GRAPH.fullmatch(token)
    return found[1] if found else token[1:-1]


class Comparison(NamedTuple):
    """What only one of two sides has.

    Attributes:
        old: the side before.
        new: the side after.
        is_merged: whether the names of graphs were left aside.
        changes: N-Quads lines behind `-` or `+`, by graph, then by subject; to be read often.
    """

    old: Side
    new: Side
    is_merged: bool
    changes: Spool

    def __bool__(self) -> bool:
        """Whether the sides differ."""
        return any(True for _ in self.changes)


def compare(old: Side, new: Side, wanted: Wanted = Wanted()) -> Comparison:  # noqa: B008
    """Compare two sides.

    Raises:
        Misuse: X706, X711. ContentError: X703, X710.
    """
    choice = _Choice(old, new, wanted)
    pairs = [choice.lines(side) for side in (old, new)]
    changes = Spool(sort_lines(_signed(*pairs), key=_order))
    choice.check()
    return Comparison(old, new, choice.is_merged, changes)


class _Choice:
    """What of two sides is compared."""

    def __init__(self, old: Side, new: Side, wanted: Wanted) -> None:
        self._sides, self._wanted = (old, new), wanted
        self._found = False
        self._known: dict[str, bool] = {}
        self.is_merged = old.is_named is not new.is_named
        unnamed = [side.name for side in self._sides if not side.is_named]
        if unnamed and (wanted.graphs or wanted.asserted or wanted.inferred):
            message = f"the graphs of `{unnamed[0]}` have no names to choose by"
            help_ = "compare with a syntax that keeps them: nq, trig or jsonld"
            raise Misuse([Diagnostic("X711", message, help=help_)])

    def lines(self, side: Side) -> Iterator[bytes]:
        """The statements of a side that are compared."""
        found = side.lines(self if self._limits(side) else None, self._common())
        return sort_lines(map(without_graph, found)) if self.is_merged else found

    def _limits(self, side: Side) -> bool:
        """Whether a side may have graphs that are not compared."""
        if self._wanted != Wanted():
            return side.is_named
        is_told = side.has_ontology or bool(side.inputs)
        return side.is_named and is_told and any(each.build for each in self._sides)

    def __call__(self, graph: str) -> bool:
        """Whether a graph is compared, by its name as a token."""
        if graph not in self._known:
            self._known[graph] = self._is_chosen(graph)
        return self._known[graph]

    def _is_chosen(self, graph: str) -> bool:
        if any(side.build for side in self._sides):
            if graph.endswith(DESCRIPTION):
                return False
            if graph_name(graph) == ONTOLOGY and not all(s.has_ontology for s in self._sides):
                return False
        is_wanted = self._wanted(graph)
        self._found = self._found or is_wanted
        return is_wanted

    def _common(self) -> Collection[str]:
        """Digests of files that both builds have, which need not be read."""
        digests = [set(s.digests().values()) for s in self._sides if isinstance(s, BuildSide)]
        return digests[0] & digests[1] if len(digests) == len(self._sides) else ()

    def check(self) -> None:
        """Refuse graphs that neither side has."""
        if self._wanted.graphs and not self._found:
            names = ", ".join(f"`{name}`" for name in self._wanted.graphs)
            message = f"neither side has a graph {names}"
            raise Misuse([Diagnostic("X706", message, help=_known_graphs(self._sides))])


def _known_graphs(sides: Iterable[Side]) -> str | None:
    builds = [side for side in sides if isinstance(side, BuildSide)]
    names = {graph_name(side.graph(path)) for side in builds for path in side.digests()}
    return f"graphs are named {listed(sorted(names))}" if names else None


def _signed(old: Iterator[bytes], new: Iterator[bytes]) -> Iterator[bytes]:
    """What only one of two sorted sides has, behind its sign."""
    left, right = next(old, None), next(new, None)
    while left is not None and right is not None:
        if left == right:
            left, right = next(old, None), next(new, None)
        elif left < right:
            yield b"-" + left
            left = next(old, None)
        else:
            yield b"+" + right
            right = next(new, None)
    if left is not None:
        yield from (b"-" + line for line in chain([left], old))
    if right is not None:
        yield from (b"+" + line for line in chain([right], new))


def _order(change: bytes) -> bytes:
    """By graph, then by subject: a node before those whose IRIs go on from its own."""
    graph = split(change)[3]
    rank = _RANKS.get(graph_name(graph), 0 if _GRAPH.fullmatch(graph) else _OTHERS)
    subject, _, rest = change[1:].partition(b" ")
    key = subject.removesuffix(b">"), rest
    return b"%c%s\0%s %s%c" % (rank, graph.encode(), *key, change[0])
