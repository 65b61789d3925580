"""SHACL validation of one article after the other, with pySHACL for what is not certain.

In: shapes; what all articles share; the quads of one article. Out: a `Judgement`: the `Result`s
that they are at fault for, the same as pySHACL has for all of it in one graph, and what of the
shared part was looked at. Refuses: shapes that pySHACL cannot apply (`InapplicableError`).

An article is validated together with what all articles share; a result that the shared part has by
itself is not one of the article.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import NamedTuple

from pyoxigraph import Quad, Triple
from rdflib import Graph

from kg.rdf.rdflib_terms import to_graph
from kg.shapes.facts import OddFactsError, Seen, to_rows
from kg.shapes.following import UnscreenedError
from kg.shapes.screening import Doubts, Ground, Look, Screen
from kg.shapes.shacl import Result, Shapes
from kg.shapes.term_text import Term, to_term
from kg.store.origins import Statements


class Judgement(NamedTuple):
    """What SHACL says of an article.

    Attributes:
        results: that the shared part has not by itself.
        look: what was looked at; None if that was everything, or if pySHACL had to decide, which
            does not tell.
    """

    results: tuple[Result, ...]
    look: Look | None = None


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

    def article(self, quads: Statements | Iterable[Quad]) -> Judgement:
        """What is wrong with the quads of an article, seen with all that they refer to.

        Raises:
            InapplicableError: a shape cannot be applied.
        """
        known, look = self.shared, self.look(quads)
        if look and not look.doubts:
            return Judgement((), look if look.is_partial else None)
        with self._merged(quads) as merged:
            found = self._decided(merged, look.doubts if look else None)
        return Judgement(tuple(result for result in found if result not in known))

    def look(self, quads: Statements | Iterable[Quad]) -> Look | None:
        """What the screen says of an article; None if it leaves everything to pySHACL."""
        if self._ground is None:
            return None
        try:
            with self._shapes.in_time():
                return self._ground.article(to_rows(quads))
        except OddFactsError:
            return None

    @property
    def is_sure(self) -> bool:
        """Whether there can be articles about which pySHACL need not be asked."""
        return self._ground is not None and not self._ground.unscreened

    def said(self) -> dict[Seen, str]:
        """Digests of all that can be looked at in the shared part; empty if nobody could tell."""
        return self._ground.said() if self._ground else {}

    def aims(self) -> dict[str, frozenset[Term] | None]:
        """See `Ground.aims`; empty if pySHACL decides everything."""
        return self._ground.aims() if self._ground else {}

    def around(self, changed: Callable[[Seen], bool]) -> set[Seen]:
        """What an article must not tell of if it is not to be judged again.

        Args:
            changed: whether something is no longer said in the shared part as it was.
        """
        return self._ground.around(changed) if self._ground else set()

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
