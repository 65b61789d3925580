"""How much a build has of each class, of each property and in each graph, as its manifest keeps it.

In: the store of a build; if little has changed since another one, the store and the numbers of
that. Out: `Statistics`. Refuses: a build without numbers, and records that are damaged (X703).

A triple counts once, however many graphs have it; what is inferred, no other graph of the data has.
What only the ontology says does not count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from pyoxigraph import DefaultGraph, Literal, NamedNode, QuerySolutions, Store, Triple

from kg.store.embedded import Build
from kg.terms import RDF

INFERRED, ONTOLOGY = "inferred", "ontology"
STATISTICS = "statistics"
FEW = 16
"""To look a triple up in two stores takes as long as to count so many."""
_TYPE = NamedNode(RDF + "type")
_PROPERTIES = "SELECT ?name (COUNT(*) AS ?number) { ?s ?name ?o } GROUP BY ?name"
_CLASSES = f"SELECT ?name (COUNT(*) AS ?number) {{ ?s {_TYPE} ?name }} GROUP BY ?name"
_SUBJECTS = "SELECT (COUNT(DISTINCT ?s) AS ?number) { ?s ?p ?o }"


class Number(NamedTuple):
    """How many there are."""

    asserted: int = 0
    inferred: int = 0

    @property
    def total(self) -> int:
        """Both."""
        return self.asserted + self.inferred


@dataclass(frozen=True, slots=True)
class Statistics:
    """The numbers of a build.

    Attributes:
        subjects: nodes of which something is said.
        classes: of each class, by IRI: how many nodes are said to be of it.
        properties: of each property, by IRI: how many triples have it.
        graphs: of each graph that is of no article, by name: how many statements it has.
    """

    subjects: int
    classes: Mapping[str, Number]
    properties: Mapping[str, Number]
    graphs: Mapping[str, int]

    @property
    def triples(self) -> Number:
        """How many triples there are."""
        found = self.properties.values()
        return Number(sum(n.asserted for n in found), sum(n.inferred for n in found))

    def to_json(self) -> dict[str, Any]:
        """The numbers as the manifest has them."""
        return {
            "subjects": self.subjects,
            "classes": dict(self.classes),
            "properties": dict(self.properties),
            "graphs": dict(self.graphs),
        }


def from_json(document: Mapping[str, Any]) -> Statistics:
    """The numbers that a manifest has."""
    classes, properties = (
        {iri: Number(*numbers) for iri, numbers in document[name].items()}
        for name in ("classes", "properties")
    )
    return Statistics(document["subjects"], classes, properties, document["graphs"])


def statistics_of(build: Build) -> Statistics:
    """The numbers of a finished build, without counting.

    Raises:
        Unavailable: X703, the manifest is damaged.
    """
    return from_json(build.manifest[STATISTICS])


def graph_sizes(build: Build) -> Iterator[tuple[str, int]]:
    """How many statements each graph has, by its name after `graph/`; in the order of the build.

    Raises:
        Unavailable: X703, the records of the articles are damaged or gone.
    """
    shared = statistics_of(build).graphs
    for path in build.files():
        name = path.stem
        yield name, shared[name] if name in shared else build.shelves.record(name)["quads"]


def count(store: Store, base: str, graphs: Mapping[str, int]) -> Statistics:
    """Count what a store has.

    Args:
        store: of a build.
        base: IRI that the IRIs of its graphs begin with.
        graphs: the sizes of those that are of no article.
    """
    tally = _Tally(store, base)
    tally.count()
    return tally.statistics(graphs)


def recount(
    before: tuple[Store, Statistics],
    store: Store,
    base: str,
    graphs: Mapping[str, int],
    triples: Iterable[Triple],
) -> Statistics:
    """The numbers of a store, by those of one that is little different.

    Args:
        before: the other store, and its numbers.
        store: as for `count`.
        base: as for `count`.
        graphs: as for `count`.
        triples: all that some graph of the one store has and the same graph of the other has not.
    """
    old, known = before
    found = set(triples)
    if FEW * len(found) > known.triples.total:
        return count(store, base, graphs)
    tally, earlier = _Tally(store, base, known), _Tally(old, base)
    for triple in found:
        tally.add(triple, earlier.place(triple), -1)
        tally.add(triple, tally.place(triple), 1)
    for subject in {triple.subject for triple in found}:
        tally.subjects += tally.is_subject(subject) - earlier.is_subject(subject)
    return tally.statistics(graphs)


class _Tally:
    """Numbers of a store while they are counted; each for what is asserted and what is inferred."""

    def __init__(self, store: Store, base: str, known: Statistics | None = None) -> None:
        self._store = store
        self._inferred, ontology = (
            NamedNode(f"{base}graph/{name}") for name in (INFERRED, ONTOLOGY)
        )
        self._ontology, self._apart = ontology, {DefaultGraph(), ontology}
        self.subjects = known.subjects if known else 0
        self.classes = _counters(known.classes if known else {})
        self.properties = _counters(known.properties if known else {})

    def place(self, triple: Triple) -> int | None:
        """0 if it is asserted, 1 if it is inferred; None if the data do not have it."""
        found = self._store.quads_for_pattern(triple.subject, triple.predicate, triple.object)
        graphs = {quad.graph_name for quad in found} - self._apart
        return int(graphs == {self._inferred}) if graphs else None

    def is_subject(self, node: Any) -> bool:  # noqa: ANN401  (the library's union of terms)
        """Whether the data say something of a node."""
        found = self._store.quads_for_pattern(node, None, None)
        return any(quad.graph_name not in self._apart for quad in found)

    def add(self, triple: Triple, place: int | None, number: int) -> None:
        """Count a triple so many times more."""
        if place is None:
            return
        self.properties[place][triple.predicate.value] += number
        if triple.predicate == _TYPE and isinstance(triple.object, NamedNode):
            self.classes[place][triple.object.value] += number

    def count(self) -> None:
        """Count everything: the default graph is the merge of all, that of the ontology too."""
        asserted, inferred = self.properties
        inferred.update(self._numbers(_PROPERTIES, self._inferred))
        asserted.update(self._numbers(_PROPERTIES))
        asserted.subtract(inferred)
        asserted, inferred = self.classes
        inferred.update(self._numbers(_CLASSES, self._inferred))
        asserted.update(self._numbers(_CLASSES))
        asserted.subtract(inferred)
        own = list(self._store.quads_for_pattern(None, None, None, self._ontology))
        for quad in own:
            if self.place(quad.triple) is None:
                self.add(quad.triple, 0, -1)
        self.subjects = self._numbers(_SUBJECTS)[""]
        self.subjects -= sum(not self.is_subject(node) for node in {quad.subject for quad in own})

    def _numbers(self, query: str, graph: NamedNode | None = None) -> Counter[str]:
        found = self._store.query(query, default_graph=graph)
        assert isinstance(found, QuerySolutions)
        numbers: Counter[str] = Counter()
        for *names, number in found:
            assert isinstance(number, Literal)
            numbers[names[0].value if names and isinstance(names[0], NamedNode) else ""] += int(
                number.value
            )
        return numbers

    def statistics(self, graphs: Mapping[str, int]) -> Statistics:
        """The numbers."""
        return Statistics(
            self.subjects, _joined(self.classes), _joined(self.properties), dict(graphs)
        )


_Counters = tuple[Counter[str], Counter[str]]


def _counters(known: Mapping[str, Number]) -> _Counters:
    asserted = Counter({iri: number.asserted for iri, number in known.items()})
    return asserted, Counter({iri: number.inferred for iri, number in known.items()})


def _joined(counters: _Counters) -> dict[str, Number]:
    asserted, inferred = counters
    found = {iri: Number(asserted[iri], inferred[iri]) for iri in sorted({*asserted, *inferred})}
    return {iri: number for iri, number in found.items() if number.total and iri}
