"""SHACL validation of one article after the other, with pySHACL for what is not certain.

In: shapes; what all articles share; the quads of one article. Out: the `Result`s that they are at
fault for, the same as pySHACL has for all of it in one graph. Refuses: shapes that pySHACL cannot
apply (`InapplicableError`).

An article is validated together with what all articles share; a result that the shared part has by
itself is not one of the article.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property

from pyoxigraph import Quad, Triple
from rdflib import Graph

from kg.rdf.rdflib_terms import to_graph
from kg.shapes.facts import OddFactsError, to_rows
from kg.shapes.following import UnscreenedError
from kg.shapes.screening import Doubts, Ground, Screen
from kg.shapes.shacl import Result, Shapes
from kg.shapes.term_text import to_term
from kg.store.origins import Statements


class Judge:
    """Shapes, and what all articles share."""

    def __init__(self, shapes: Shapes, shared: Iterable[Triple | Quad]) -> None:
        """Judge articles that share triples."""
        self._shapes, self._shared = shapes, list(shared)

    @cached_property
    def shared(self) -> tuple[Result, ...]:
        """What is wrong with the shared part by itself.

        Raises:
            InapplicableError: a shape cannot be applied.
        """
        doubts = self._ground.doubts if self._ground else None
        return self._decided(self._graph, doubts) if doubts != {} else ()

    def article(self, quads: Statements | Iterable[Quad]) -> tuple[Result, ...]:
        """What is wrong with the quads of an article, seen with all that they refer to.

        Raises:
            InapplicableError: a shape cannot be applied.
        """
        known, doubts = self.shared, self.doubts(quads)
        if doubts == {}:
            return ()
        with self._merged(quads) as merged:
            found = self._decided(merged, doubts)
        return tuple(result for result in found if result not in known)

    def doubts(self, quads: Statements | Iterable[Quad]) -> Doubts | None:
        """What the screen leaves to pySHACL of an article; None is everything."""
        if self._ground is None:
            return None
        try:
            with self._shapes.in_time():
                return self._ground.article(to_rows(quads))
        except OddFactsError:
            return None

    @cached_property
    def _ground(self) -> Ground | None:
        try:
            with self._shapes.in_time():
                return Ground(Screen(self._shapes.ready), to_rows(self._shared))
        except (OddFactsError, UnscreenedError):
            return None

    @cached_property
    def _graph(self) -> Graph:
        return to_graph(self._shared)

    @contextmanager
    def _merged(self, quads: Statements | Iterable[Quad]) -> Iterator[Graph]:
        """The shared part with an article, for as long as it takes."""
        added = [triple for triple in to_graph(quads) if triple not in self._graph]
        try:
            for triple in added:
                self._graph.add(triple)
            yield self._graph
        finally:
            for triple in added:
                self._graph.remove(triple)

    def _decided(self, data: Graph, doubts: Doubts | None) -> tuple[Result, ...]:
        if doubts is not None:
            terms = {shape: list(map(to_term, nodes)) for shape, nodes in doubts.items()}
            return tuple(sorted(self._shapes.validate(data, terms), key=_order))
        return tuple(sorted(self._shapes.validate(data), key=_order))


def _order(result: Result) -> tuple[str, ...]:
    return tuple(str(getattr(result, name)) for name in Result.__slots__)
