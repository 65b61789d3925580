"""What a query sees of a store: the graphs that make its default graph, and its named graphs.

In: a store and the names of graphs. Out: a `View` that answers queries.
Refuses: nothing.

The engine's own union of graphs finds a triple once for each graph that has it; SPARQL's default
graph is a merge, which has it once. So several graphs are merged into a store in memory first,
unless it makes no difference to the answer.

https://www.w3.org/TR/sparql11-query/#rdfDataset (section 13)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QuerySolutions,
    QueryTriples,
    Store,
)

Graph = NamedNode | BlankNode | DefaultGraph
Term = NamedNode | BlankNode | Literal
Result = QuerySolutions | QueryBoolean | QueryTriples


class View(NamedTuple):
    """A store and what of it is seen.

    Attributes:
        store: the data.
        default: the graphs that make the default graph; None: the store's own default graph.
        named: the named graphs; None: all.
        is_coded: whether the store holds literals that stand for others (`kg.sparql.written`).
    """

    store: Store
    default: Sequence[Graph] | None = None
    named: Sequence[NamedNode | BlankNode] | None = None
    is_coded: bool = False

    def ask(
        self,
        text: str,
        prefixes: Mapping[str, str],
        base: str | None,
        functions: Mapping[NamedNode, Callable[..., Any]] | None = None,
        aggregates: Mapping[NamedNode, Callable[[], Any]] | None = None,
    ) -> Result:
        """Evaluate a query as the engine does, without a word on whether that is right.

        Raises:
            SyntaxError: the query is not well formed.
        """
        return self.store.query(
            text,
            prefixes=dict(prefixes),
            base_iri=base,
            default_graph=None if self.default is None else list(self.default),
            named_graphs=None if self.named is None else list(self.named),
            custom_functions=dict(functions or {}),
            custom_aggregate_functions=dict(aggregates or {}),
        )

    def has(self, term: Term) -> bool:
        """Whether the default graph has a term as subject or object."""
        subject = None if isinstance(term, Literal) else term
        found = (
            quad
            for graph in self._default()
            for quad in chain(
                self.store.quads_for_pattern(subject, None, None, graph) if subject else (),
                self.store.quads_for_pattern(None, None, term, graph),
            )
        )
        return next(found, None) is not None

    def graphs(self) -> Sequence[NamedNode | BlankNode]:
        """The names of the named graphs."""
        return list(self.store.named_graphs()) if self.named is None else self.named

    def has_graph(self, name: Term) -> bool:
        """Whether there is a named graph of a name."""
        if self.named is not None:
            return name in self.named
        return isinstance(name, NamedNode) and self.store.contains_named_graph(name)

    def merged(self) -> View:
        """The same with the graphs of the default graph merged, each triple once."""
        if self.default is None or len(self.default) < 2:
            return self
        store = Store()
        store.bulk_extend(self._quads())
        for name in self.graphs():
            store.add_graph(name)
        return View(store, is_coded=self.is_coded)

    def _default(self) -> Sequence[Graph]:
        return (DefaultGraph(),) if self.default is None else self.default

    def _quads(self) -> Iterator[Quad]:
        for graph in self._default():
            for quad in self.store.quads_for_pattern(None, None, None, graph):
                yield Quad(quad.subject, quad.predicate, quad.object)
        for graph in self.graphs():
            yield from self.store.quads_for_pattern(None, None, None, graph)
