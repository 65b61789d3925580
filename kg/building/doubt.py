"""What can be said of the rest while some entries have faults.

In: the outline of a file, its nodes and its errors; quads and shapes. Out: a `Doubt`: the nodes of
faulty entries, and what may hang on them. Refuses nothing.

An entry in which an error lies is faulty: what it says may be incomplete. One that names an unknown
individual is not: only that individual is in doubt, and what it is named for. A result of SHACL is
believed if nothing that its shape looks at belongs to a faulty entry, so that mending the entry
cannot make the result go away.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from pyoxigraph import NamedNode, Quad
from rdflib import BNode, Graph, URIRef
from rdflib.namespace import SH
from rdflib.term import Node as Term

from kg.diagnostics import Diagnostic
from kg.grounding.grounded import GroundedNode
from kg.mapping.individuals import LOST, Declared
from kg.mapping.outline import Outline
from kg.ontology.declarations import KEYWORDS, Ontology
from kg.project.documents import List, Map, Node
from kg.shapes.shacl import Result
from kg.store.origins import Statements

DEPTH = 4
"""Steps from a focus node that the paths of a shape are followed."""

_UNKNOWN = "M203"


@dataclass(frozen=True, slots=True)
class Doubt:
    """What faulty entries may make false.

    Attributes:
        nodes: IRIs of their nodes.
        predicates: IRIs of the properties that they speak of.
        open: they may speak of any property: keys or entries could not be read at all.
    """

    nodes: frozenset[str] = frozenset()
    predicates: frozenset[str] = frozenset()
    open: bool = False

    def __bool__(self) -> bool:
        return bool(self.nodes or self.open)

    def __or__(self, other: Doubt) -> Doubt:
        return Doubt(
            self.nodes | other.nodes, self.predicates | other.predicates, self.open or other.open
        )

    def __contains__(self, iri: str) -> bool:
        return iri in self.nodes or iri.startswith(LOST)

    def spread(self, results: Iterable[Result], nodes: Iterable[GroundedNode]) -> Doubt:
        """The doubt, and the entries that do not conform to a shape."""
        nodes = list(nodes)
        wrong = {str(result.focus) for result in results if _is_grave(result)}
        entries = {node.entry for node in nodes if node.iri in wrong}
        return self | Doubt(frozenset(wrong | {n.iri for n in nodes if n.entry in entries}))

    def sound(self, statements: Statements) -> Statements:
        """The statements that do not speak of what is in doubt."""
        rows = {row: why for row, why in statements.rows.items() if not self._of(row[0], row[2])}
        return Statements(statements.graph, rows)

    def _of(self, *terms: str) -> bool:
        """Whether one of some terms, as N-Quads has them, is in doubt."""
        return any(term[0] == "<" and term[1:-1] in self for term in terms)


def doubt(
    outline: Outline,
    declared: Declared,
    nodes: Collection[GroundedNode],
    errors: Iterable[Diagnostic],
    ontology: Ontology,
) -> Doubt:
    """What the errors of one file put in doubt."""
    wrong = [error.place for error in errors if error.place and error.code != _UNKNOWN]
    places = [place for place in wrong if place.path == outline.path]
    faulty = [item for item in outline.items if any(map(item.holds, places))]
    entries = {item.place for item in faulty}
    named = [declared.individuals[i.name.text] for i in faulty if i.name]
    iris = {individual.iri for individual in named}
    keys = {key for item in faulty for key in _keys(item.body)}
    known = ontology.properties
    return _of_the_unknown(nodes) | Doubt(
        frozenset(iris | {node.iri for node in nodes if node.entry in entries}),
        frozenset(known[key].iri for key in keys if key in known),
        open=outline.partial or not keys <= set(known),
    )


def _of_the_unknown(nodes: Iterable[GroundedNode]) -> Doubt:
    """What it may be that references without an individual are meant for."""
    facts = [
        (fact.predicate, fact.object.value)
        for node in nodes
        for fact in node.facts
        if isinstance(fact.object, NamedNode) and fact.object.value.startswith(LOST)
    ]
    return Doubt(frozenset(iri for _, iri in facts), frozenset(predicate for predicate, _ in facts))


def _keys(node: Node) -> Iterator[str]:
    """All keys of an entry, those of entries inside it included."""
    if isinstance(node, Map):
        for key, value in node.pairs:
            yield from () if key.text in KEYWORDS else (key.text,)
            yield from _keys(value)
    elif isinstance(node, List):
        for item in node.items:
            yield from _keys(item)


def _is_grave(result: Result) -> bool:
    return result.severity not in (SH.Warning, SH.Info)


@dataclass(frozen=True)
class Trust:
    """Judges the results of one validation.

    Attributes:
        doubt: what is not sound.
        quads: what was validated, and what it refers to.
        shapes: the shapes graph.
    """

    doubt: Doubt
    quads: Iterable[Quad]
    shapes: Graph

    def believed(self, results: Iterable[Result], nodes: Iterable[GroundedNode]) -> list[Result]:
        """The results that hold however the faults are mended.

        A recommendation is not believed where it looks at an entry that violates a shape.
        """
        held = [result for result in results if self._believes(result)]
        wider = replace(self, doubt=self.doubt.spread(held, nodes))
        return [
            result
            for result in held
            if str(result.focus) in wider.doubt or _is_grave(result) or wider._believes(result)
        ]

    def _believes(self, result: Result) -> bool:
        if not self.doubt:
            return True
        forward, backward = self._looks_at(result.shape)
        if SH.select in forward or (backward and self.doubt.open):
            return False  # a query may look anywhere
        if {str(p) for p in backward} & self.doubt.predicates:
            return False
        return not any(
            iri in self.doubt for iri in self._reach(str(result.focus), forward, backward)
        )

    def _looks_at(self, source: Term) -> tuple[set[Term], set[Term]]:
        """The predicates that a shape names, forward and inverse, its property shapes apart."""
        forward: set[Term] = set()
        backward: set[Term] = set()
        seen, todo = {source}, [(source, False)]
        while todo:
            node, inverse = todo.pop()
            for predicate, term in self.shapes.predicate_objects(node):
                if node == source and predicate == SH.property:
                    continue  # its results have a source of their own
                forward.add(predicate) if predicate == SH.select else None
                turned = inverse or predicate == SH.inversePath
                if isinstance(term, URIRef):
                    (backward if turned else forward).add(term)
                if term not in seen and (
                    isinstance(term, BNode) or (term, None, None) in self.shapes
                ):
                    seen.add(term)
                    todo.append((term, turned))
        return forward, backward

    def _reach(self, focus: str, forward: set[Term], backward: set[Term]) -> set[str]:
        """The nodes that a shape can see from its focus node."""
        steps = {(str(p), False) for p in forward} | {(str(p), True) for p in backward}
        seen = edge = {focus}
        for _ in range(DEPTH):
            found = {other for node in edge for step, other in self._edges[node] if step in steps}
            edge = found - seen
            seen = seen | edge
        return seen

    @cached_property
    def _edges(self) -> Mapping[str, list[tuple[tuple[str, bool], str]]]:
        edges: dict[str, list[tuple[tuple[str, bool], str]]] = defaultdict(list)
        for quad in self.quads:
            subject, predicate, object_ = (str(getattr(t, "value", "")) for t in quad.triple)
            edges[subject].append(((predicate, False), object_))
            edges[object_].append(((predicate, True), subject))
        return edges
