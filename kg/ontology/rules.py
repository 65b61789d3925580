"""Rules and constraints of forward chaining, as tables over numbers.

In: nothing. Out: `Axioms`, which `kg.ontology.axioms` fills from an ontology,
`kg.reasoning.closure` chains over and `kg.reasoning.clashes` checks. Refuses nothing.

Terms are numbered, and so are class expressions, inverses and the beginnings of property chains:
a number without an IRI is a node that facts may pass through and that no result mentions.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TypeVar

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg.terms import OWL

Term = NamedNode | BlankNode | Literal | Triple
Fact = tuple[int, int, int]
V = TypeVar("V")
Table = defaultdict[int, list[V]]

TYPE, THING, NOTHING = 0, 1, 2
TRIVIAL = frozenset({OWL + "Thing", OWL + "topObjectProperty", OWL + "topDataProperty"})


@dataclass(frozen=True, slots=True)
class Step:
    """One rule of the specification applied to one axiom; `axiom` is None inside an expression."""

    rule: str
    axiom: Triple | None


@dataclass(frozen=True, slots=True)
class Uncovered:
    """An axiom of which forward chaining does not use all; `part` says which part."""

    axiom: Triple
    part: str


def _table() -> Table[V]:
    return defaultdict(list)


@dataclass(frozen=True, slots=True)
class Axioms:
    """An ontology in the form that chaining needs. The numbers index `terms` and `names`."""

    ids: dict[Term, int] = field(default_factory=dict)
    terms: list[Term | None] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)
    uncovered: list[Uncovered] = field(default_factory=list)
    # From one fact on a property, by the property: what follows, and why.
    super_properties: Table[tuple[int, Step]] = field(default_factory=_table)
    inverses: Table[tuple[int, Step]] = field(default_factory=_table)
    domains: Table[tuple[int, Step]] = field(default_factory=_table)
    ranges: Table[tuple[int, Step]] = field(default_factory=_table)
    has_value: Table[tuple[int, int, Step]] = field(default_factory=_table)
    # From one membership, by the class.
    super_classes: Table[tuple[int, Step]] = field(default_factory=_table)
    values: Table[tuple[int, int, Step]] = field(default_factory=_table)
    # From two facts or more, by each property or class that takes part.
    chains_left: Table[tuple[int, int, Step]] = field(default_factory=_table)
    chains_right: Table[tuple[int, int, Step]] = field(default_factory=_table)
    some_property: Table[tuple[int, int, Step]] = field(default_factory=_table)
    some_class: Table[tuple[int, int, Step]] = field(default_factory=_table)
    only_property: Table[tuple[int, int, Step]] = field(default_factory=_table)
    only_class: Table[tuple[int, int, Step]] = field(default_factory=_table)
    conjunctions: Table[tuple[int, tuple[int, ...], Step]] = field(default_factory=_table)
    # From no fact at all: members of enumerations.
    given: list[tuple[Fact, Step]] = field(default_factory=list)
    # What facts must not do.
    disjoint_classes: list[tuple[int, int, str]] = field(default_factory=list)
    disjoint_properties: list[tuple[int, int, str]] = field(default_factory=list)
    functional: list[int] = field(default_factory=list)
    inverse_functional: list[int] = field(default_factory=list)
    asymmetric: list[int] = field(default_factory=list)
    irreflexive: list[int] = field(default_factory=list)
    at_most: list[tuple[int, int, int, int | None]] = field(default_factory=list)
    enumerations: list[tuple[int, frozenset[int]]] = field(default_factory=list)
    unions: list[tuple[int, tuple[int, ...]]] = field(default_factory=list)
    data_ranges: list[tuple[int, NamedNode]] = field(default_factory=list)
    denied: list[Fact] = field(default_factory=list)

    def number(self, term: Term | None, name: str) -> int:
        """A new number for a term, or (with None) for a node that has no IRI."""
        number = len(self.names)
        self.terms.append(term)
        self.names.append(name)
        if term is not None:
            self.ids[term] = number
        if term is None or (isinstance(term, NamedNode) and term.value in TRIVIAL):
            self.hidden.add(number)
        return number

    def above(self, number: int, *, properties: bool = False) -> set[int]:
        """A class with all classes above it, or a property with all properties above it."""
        table = self.super_properties if properties else self.super_classes
        seen, open_nodes = {number}, [number]
        while open_nodes:
            new = {node for node, _ in table.get(open_nodes.pop(), ())} - seen
            seen |= new
            open_nodes.extend(new)
        return seen

    def joined(self) -> frozenset[int]:
        """The properties whose facts rules look up by one of their ends."""
        tables = (self.chains_left, self.chains_right, self.some_property, self.only_property)
        return frozenset(role for table in tables for role, rules in table.items() if rules)
