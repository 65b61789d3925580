"""A build as an rdflib Dataset, for programs that know rdflib.

In: a store of `kg.store.embedded` and prefixes. Out: `rdflib.Dataset` over that same store, nothing
copied. Refuses: every change (`TypeError`).

Apart from `kg.store.embedded`, because rdflib takes longer to import than a query to answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NoReturn

from oxrdflib import OxigraphStore
from pyoxigraph import Store
from rdflib import Dataset, Graph
from rdflib.graph import DATASET_DEFAULT_GRAPH_ID
from rdflib.term import Node

Pattern = tuple[Node | None, Node | None, Node | None]
Matched = tuple[Node, Node, Node]


class ReadOnlyStore(OxigraphStore):
    """A finished store: graphs can be named and read, not changed."""

    def add_graph(self, graph: object) -> None:
        """`Dataset.graph(iri)` calls this before reading; there is nothing to do."""

    def triples(
        self,
        triple_pattern: Pattern,
        context: Graph | None = None,
    ) -> Iterator[tuple[Matched, Iterator[Graph | None]]]:
        """Without a context, the named graphs only: the default graph repeats what they have."""
        for triple, contexts in super().triples(triple_pattern, context):
            graphs = list(contexts)
            graph = graphs[0]
            if context is None and graph and graph.identifier == DATASET_DEFAULT_GRAPH_ID:
                continue
            yield triple, iter(graphs)

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("a build is read-only: change its sources and build again")

    add = addN = remove = remove_graph = update = _refuse  # noqa: N815  (names of rdflib)


def to_dataset(store: Store, prefixes: Mapping[str, str]) -> Dataset:
    """An rdflib Dataset over an open store.

    Its default graph is the merge of all graphs; `quads()` lists the named graphs.

    Args:
        store: a store of `kg.store.embedded`.
        prefixes: bound for queries and serializers.
    """
    dataset = Dataset(store=ReadOnlyStore(store=store))
    for prefix, namespace in prefixes.items():
        dataset.bind(prefix, namespace)
    return dataset
