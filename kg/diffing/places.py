"""Where facts of a comparison are from: lines of mappings and words of articles.

In: two sides. Out: for a statement of a side that is a build, its place and its words.
Refuses: builds whose files lack something (X703).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pyoxigraph import RdfFormat, Triple, parse

from kg.diagnostics import Location
from kg.diffing.sides import BuildSide, Side
from kg.exporting.selection import INFERRED, ONTOLOGY
from kg.reasoning.derivations import Derivations
from kg.store.provenance import Provenance, Quote


class Ground(NamedTuple):
    """Why a side has a statement.

    Attributes:
        place: the line of a mapping.
        quotes: the words of articles.
        rule: of what is inferred, the rule of OWL 2 RL that it follows by.
    """

    place: Location | None = None
    quotes: tuple[Quote, ...] = ()
    rule: str = ""


NONE = Ground()


class Grounds:
    """The grounds of statements on one side; what a graph needs is let go with the graph."""

    def __init__(self, side: Side) -> None:
        """Of a side that is a build; of another there are none."""
        self._side = side if isinstance(side, BuildSide) else None
        self._graph = ""
        self._provenance: Provenance | None = None
        self._derivations = Derivations(self._side.build) if self._side else None

    def __call__(self, graph: str, subject: str, predicate: str, value: str) -> Ground:
        """The ground of a statement.

        Args:
            graph: the name after `graph/`; empty if names were left aside.
            subject: with the others, a token of N-Triples.
            predicate: see there.
            value: see there.
        """
        if self._side is None or graph == ONTOLOGY or "_:" in (subject[:2], value[:2]):
            return NONE
        triple = next(iter(parse(f"{subject} {predicate} {value} .", RdfFormat.N_TRIPLES))).triple
        provenance = self._of(self._side, graph)
        graphs = [graph] if graph else provenance.graphs(triple)
        return next(self._grounds(provenance, graphs, triple), NONE)

    def _of(self, side: BuildSide, graph: str) -> Provenance:
        if self._provenance is None or graph != self._graph:
            self._graph, self._provenance = graph, Provenance(side.build, side.project)
        return self._provenance

    def _grounds(
        self, provenance: Provenance, graphs: list[str], triple: Triple
    ) -> Iterator[Ground]:
        for graph in graphs:
            if graph == INFERRED and self._derivations:
                yield Ground(rule=self._derivations.of(triple).rule)
            elif graph != ONTOLOGY:
                origin = provenance.origin(graph, triple)
                quotes = (provenance.quote(graph, span) for span in origin.spans)
                yield Ground(origin.place, tuple(quotes))
