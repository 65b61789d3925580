"""What is compared across articles, and which of two values says more.

In: the annotations of an ontology (`text:compared`, `text:comparedBy`, `text:namesCompared`,
`text:timeScoped`), and triples that put individuals in order. Out: a `Comparison`; an `Order`.
Refuses: a `text:compared` that is neither `value` nor `attribution` (D105).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import product

from pyoxigraph import Literal, NamedNode, Quad

from kg.diagnostics import Findings, Location
from kg.ontology.declarations import Ontology
from kg.terms import OWL, RDFS, SKOS

Term = NamedNode | Literal

MEANINGS = ("value", "attribution")


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """The first and the last day that a time can fall on, as ISO 8601 dates."""

    earliest: str = "0001-01-01"
    latest: str = "9999-12-31"

    def covers(self, other: Interval) -> bool:
        """Whether `other` lies inside this interval, or is equal to it."""
        return self.earliest <= other.earliest and other.latest <= self.latest

    def is_apart_from(self, other: Interval) -> bool:
        """Whether no day is in both."""
        return self.latest < other.earliest or other.latest < self.earliest


Content = Term | Interval
"""What a value is compared by: a time by its days, all else by itself."""


@dataclass(frozen=True, slots=True)
class Aspect:
    """Something about which articles can differ.

    Attributes:
        key: of the mapping language.
        means: what a difference is, one of `MEANINGS`.
        time_scoped: whether articles of different dates may differ in it.
    """

    key: str
    means: str = "value"
    time_scoped: bool = False


class Comparison:
    """What an ontology has compared.

    Attributes:
        aspects: by the IRI of the property.
    """

    def __init__(self, ontology: Ontology) -> None:
        """Read the annotations.

        Raises:
            ContentError: D105.
        """
        self.ontology, self.text = ontology, ontology.text
        self._scoped = self._true_of("timeScoped")
        self._named = self._true_of("namesCompared")
        self._keyed = {
            t.subject: t.object.value
            for t in ontology.core
            if t.predicate == self.text("comparedBy") and isinstance(t.object, NamedNode)
        }
        findings = Findings()
        self.aspects = dict(self._aspects(findings))
        findings.raise_errors()

    def meeting_points(self, types: Iterable[str]) -> list[str]:
        """The properties by which individuals of these classes are brought together."""
        above = {NamedNode(a) for cls in types for a in self.ontology.superclasses(cls)}
        return sorted({self._keyed[cls] for cls in above if cls in self._keyed})

    def is_time_scoped(self, types: Iterable[str]) -> bool:
        """Whether what is said of individuals of these classes holds at the time of an article."""
        return self.ontology.is_a(types, self._scoped)

    def is_named(self, types: Iterable[str]) -> bool:
        """Whether the names of individuals of these classes are compared."""
        return self.ontology.is_a(types, self._named)

    def _true_of(self, name: str) -> frozenset[str]:
        return frozenset(
            t.subject.value
            for t in self.ontology.core
            if t.predicate == self.text(name)
            and isinstance(t.subject, NamedNode)
            and isinstance(t.object, Literal)
            and t.object.value in ("true", "1")
        )

    def _aspects(self, findings: Findings) -> Iterator[tuple[str, Aspect]]:
        for property_ in self.ontology.properties.values():
            above = self._above(property_.iri)
            stated = [means for iri in above for means in self._meanings(iri, findings)]
            if stated:
                scoped = not self._scoped.isdisjoint(above)
                yield property_.iri, Aspect(property_.key, stated[0], scoped)

    def _above(self, property_: str) -> list[str]:
        """A property and those above it, nearest first."""
        found = [property_]
        for iri in found:
            above = self.ontology.graph.named(NamedNode(iri), RDFS + "subPropertyOf")
            found += [parent for parent in above if parent not in found]
        return found

    def _meanings(self, property_: str, findings: Findings) -> Iterator[str]:
        name = self.text("compared")
        for stated in self.ontology.graph.objects(NamedNode(property_), name.value):
            if stated.value in MEANINGS:
                yield stated.value
            else:
                findings.error(
                    "D105",
                    f"<{name.value}> of <{property_}> is `{stated.value}`, "
                    "expected `value` or `attribution`",
                    Location("ontology"),
                )


def is_part_of(words: str, others: str) -> bool:
    """Whether a text has some of the words of another one, in the same order, and no other words.

    So "Ada Brandt" is part of "Ada Maria Brandt", and says less.
    """
    rest = iter(others.split())
    return words != others and all(word in rest for word in words.split())


class Order:
    """Which value says more than another: the place inside, the class below, the shorter time.

    Individuals are in order by the transitive properties of the ontology, which are taken to lead
    from the smaller to the larger, and by `skos:broader`; classes by their hierarchy; texts by
    their words, so that a full name says more than a part of it.
    """

    def __init__(self, ontology: Ontology) -> None:
        transitive = {node.value for node in ontology.graph.instances(OWL + "TransitiveProperty")}
        self._upward = transitive | {SKOS + "broader"}
        self._ontology = ontology
        self._parents: defaultdict[str, set[str]] = defaultdict(set)

    def learn(self, quads: Iterable[Quad]) -> None:
        """Take up which individuals lie below which."""
        for quad in quads:
            if (
                quad.predicate.value in self._upward
                and isinstance(quad.subject, NamedNode)
                and isinstance(quad.object, NamedNode)
            ):
                self._parents[quad.subject.value].add(quad.object.value)

    def says_more(self, one: Collection[Content], other: Collection[Content]) -> bool:
        """Whether one article says what the other says, only more precisely.

        Each value on either side must have its like on the other: a value that the other article
        has nothing of is another value, not a closer one.
        """
        pairs = [(a, b) for a, b in product(one, other) if self.is_below(a, b)]
        return {a for a, _ in pairs} == set(one) and {b for _, b in pairs} == set(other)

    def is_below(self, one: Content, other: Content) -> bool:
        """Whether the first value lies below the second, or is equal to it."""
        if one == other:
            return True
        if isinstance(one, Interval) and isinstance(other, Interval):
            return other.covers(one)
        if isinstance(one, Literal) and isinstance(other, Literal):
            return is_part_of(other.value, one.value)
        if isinstance(one, NamedNode) and isinstance(other, NamedNode):
            return other.value in self._above(one.value)
        return False

    def _above(self, iri: str) -> set[str]:
        seen, todo = set(self._ontology.superclasses(iri)), [iri]
        while todo:
            fresh = self._parents.get(todo.pop(), set()) - seen
            seen |= fresh
            todo += fresh
        return seen
