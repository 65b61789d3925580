"""Shapes as functions, as far as they can be evaluated exactly.

In: a shape of a shapes graph, and what evaluates each parameter. Out: a `Conforms`: whether a node
conforms to the shape; where that is not certain, the facts are marked as unsure. Refuses
(`UnscreenedError`): shapes with anything that no function is known for, or that pySHACL refuses.

Nothing is left out where the outcome is clear before the end: what an evaluation looks at is noted,
and pySHACL might fail over the rest. https://www.w3.org/TR/shacl/#shapes (section 2)
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rdflib import BNode, Graph, URIRef
from rdflib import Literal as RdflibLiteral
from rdflib.namespace import RDF, RDFS, SH, XSD
from rdflib.term import Node

from kg.rdf.rdflib_terms import from_rdflib
from kg.shapes.facts import Facts
from kg.shapes.following import Follow, UnscreenedError, follow, members
from kg.shapes.term_text import IRI, Term, quantity
from kg.terms import SH as NAMESPACE

Conforms = Callable[[Facts, Term], bool]
Check = Callable[[Facts, Term, Collection[Term]], bool]
"""Whether the value nodes of a focus node meet a constraint."""


@dataclass(frozen=True, slots=True)
class Each:
    """A constraint that each value node meets by itself: all the tests hold of it."""

    tests: Sequence[Conforms]


Constraint = Check | Each

_DEPTH = 15
"""pySHACL goes no deeper into shapes within shapes."""
_TRUE = RdflibLiteral("true", datatype=XSD.boolean)
_SILENT = frozenset(
    SH[word]
    for word in (
        *("name", "description", "message", "severity", "order", "group", "defaultValue"),
        *("targetNode", "targetClass", "targetSubjectsOf", "targetObjectsOf", "path", "flags"),
        *("deactivated", "prefixes", "declare"),
    )
)
"""Properties of a shape that are no constraints."""


def to_text(node: Node) -> Term:
    """A node of a shapes graph as a term of the data."""
    return str(from_rdflib(node))


def _itself(_facts: Facts, node: Term) -> Collection[Term]:
    """The value nodes of a node shape."""
    return (node,)


def _all_met(constraints: Iterable[Constraint], values: Follow) -> Conforms:
    checks: list[Check] = []
    tests: list[Conforms] = []
    for constraint in constraints:
        if isinstance(constraint, Each):
            tests += constraint.tests
        else:
            checks.append(constraint)

    def met(facts: Facts, node: Term) -> bool:
        found, is_met = values(facts, node), True
        for check in checks:
            is_met = check(facts, node, found) and is_met
        for value in found:
            for test in tests:
                is_met = test(facts, value) and is_met
        return is_met

    return met


class Compiler:
    """Shapes as functions."""

    def __init__(
        self, graph: Graph, components: Mapping[Node, Callable[[Compiler, Node], Constraint]]
    ) -> None:
        """Compile shapes of a shapes graph whose flags are `true` or `false`."""
        self.graph, self._components = graph, components
        self._open: list[Node] = []
        self._extended = any(
            (None, predicate, SH.ConstraintComponent) in graph
            for predicate in (RDF.type, RDFS.subClassOf)
        )

    def conforms(self, shape: Node) -> Conforms:
        """What a shape says of a node (section 3.4).

        Raises:
            UnscreenedError: something of it has no exact equivalent.
        """
        if self.has(shape, SH.deactivated):  # section 2.1.3.5
            return lambda _facts, _node: True
        if self._extended or shape in self._open or len(self._open) >= _DEPTH:
            raise UnscreenedError(shape)
        self._open.append(shape)
        try:
            constraints = list(self._constraints(shape))
            is_path = self.is_path(shape)
            values = follow(self.graph, self.one(shape, SH.path)) if is_path else _itself
        finally:
            self._open.pop()
        return _all_met(constraints, values)

    def _constraints(self, shape: Node) -> Iterator[Constraint]:
        done = set()
        for predicate in dict.fromkeys(self.graph.predicates(shape)):
            build = self._components.get(predicate)
            if build is None and str(predicate).startswith(NAMESPACE) and predicate not in _SILENT:
                raise UnscreenedError(predicate)
            if build is not None and build not in done:
                done.add(build)
                yield build(self, shape)

    # What a shape says

    def all(self, shape: Node, parameter: Node) -> list[Node]:
        """The values of a parameter."""
        return list(self.graph.objects(shape, parameter))

    def one(self, shape: Node, parameter: Node) -> Node:
        """The only value of a parameter."""
        values = self.all(shape, parameter)
        if len(values) != 1:
            raise UnscreenedError(parameter)
        return values[0]

    def terms(self, shape: Node, parameter: Node) -> list[Term]:
        """The values of a parameter as terms of the data."""
        return list(map(to_text, self.all(shape, parameter)))

    def properties(self, shape: Node, parameter: Node) -> list[Term]:
        """The values of a parameter, which are properties."""
        values = self.terms(shape, parameter)
        if not all(value[0] == IRI for value in values):
            raise UnscreenedError(parameter)
        return values

    def has(self, shape: Node, parameter: Node) -> bool:
        """Whether a parameter is true."""
        values = self.all(shape, parameter)
        return bool(values) and self.one(shape, parameter) == _TRUE

    def number(self, shape: Node, parameter: Node) -> int | None:
        """The only value of a parameter, a number from 0; None if there is no value."""
        if not self.all(shape, parameter):
            return None
        found = quantity(to_text(self.one(shape, parameter)))
        if found is None or not isinstance(found[1], int) or found[1] < 0:
            raise UnscreenedError(parameter)
        return found[1]

    def text(self, value: Node) -> str:
        """A plain string."""
        if not isinstance(value, RdflibLiteral) or value.datatype or value.language:
            raise UnscreenedError(value)
        return str(value)

    def is_path(self, shape: Node) -> bool:
        """Whether a shape is a property shape (section 2.3)."""
        typed = (shape, RDF.type, SH.PropertyShape) in self.graph
        return typed or (shape, SH.path, None) in self.graph

    def only_on_path(self, shape: Node, parameter: Node) -> None:
        """Refuse a parameter that node shapes must not have."""
        if not self.is_path(shape):
            raise UnscreenedError(parameter)

    def inner(self, shape: Node, parameter: Node) -> list[Conforms]:
        """The shapes that a parameter names."""
        return list(map(self._named, self.all(shape, parameter)))

    def listed(self, shape: Node, parameter: Node) -> list[list[Conforms]]:
        """The shapes in each list that a parameter names."""
        lists = [members(self.graph, head) for head in self.all(shape, parameter)]
        if not all(lists):
            raise UnscreenedError(parameter)
        return [list(map(self._named, parts)) for parts in lists]

    def _named(self, shape: Node) -> Conforms:
        if not isinstance(shape, URIRef | BNode):
            raise UnscreenedError(shape)
        return self.conforms(shape)
