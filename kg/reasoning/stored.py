"""The facts of a finished build, looked up in its store as rules need them.

In: a store with one graph for what is inferred, one for the ontology and one for each article; the
`Axioms` that it was closed under. Out: whether facts hold or are asserted, and the ends of links.
Refuses nothing.

The store holds no facts about nodes without an IRI, such as class expressions. Whether these hold
is found from the rules that lead to them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store, Triple

from kg.ontology.rules import TYPE, Axioms, Fact, Term
from kg.reasoning.backward import Backward

_MERGE = DefaultGraph()


class Stored:
    """Facts as triples of numbers.

    Attributes:
        axioms: of the ontology.
        backward: the same, by what they conclude.
    """

    def __init__(self, store: Store, base: str, axioms: Axioms, own: Iterable[Triple]) -> None:
        """Read nothing yet.

        Args:
            store: of a build.
            base: the base IRI of its data.
            axioms: that it was closed under.
            own: the facts among the triples of the ontology.
        """
        self.axioms, self.backward = axioms, Backward(axioms)
        self._store, self._own = store, frozenset(own)
        self._inferred = NamedNode(f"{base}graph/inferred")
        self._ontology = NamedNode(f"{base}graph/ontology")
        self._ids, self._terms = dict(axioms.ids), list(axioms.terms)
        self._open: set[Fact] = set()

    # Numbers

    def number(self, term: Term) -> int:
        """The number of a term."""
        if term not in self._ids:
            self._ids[term] = len(self._terms)
            self._terms.append(term)
        return self._ids[term]

    def fact(self, triple: Triple) -> Fact | None:
        """A triple as a fact; None if no axiom speaks of it."""
        role = self.axioms.ids.get(triple.predicate)
        if role is None or (role == TYPE and triple.object not in self.axioms.ids):
            return None
        return self.number(triple.subject), role, self.number(triple.object)

    def triple(self, fact: Fact) -> Triple:
        """A fact that is not hidden."""
        s, p, o = (self._terms[number] for number in fact)
        return Triple(s, p, o)  # type: ignore[arg-type]

    def hides(self, fact: Fact) -> bool:
        """Whether the store has no such facts."""
        hidden = self.axioms.hidden
        return fact[1] in hidden or (fact[1] == TYPE and fact[2] in hidden)

    def is_literal(self, number: int) -> bool:
        """Whether a term is a literal."""
        return isinstance(self._terms[number], Literal)

    # Facts

    def asserted(self, fact: Fact) -> bool:
        """Whether an input states a fact."""
        if self.hides(fact) or self.is_literal(fact[0]):
            return False
        triple = self.triple(fact)
        return triple in self._own or any(map(self._states, self._quads(triple)))

    def _quads(self, triple: Triple) -> Iterator[Quad]:
        return self._store.quads_for_pattern(triple.subject, triple.predicate, triple.object)

    def _states(self, quad: Quad) -> bool:
        graph = quad.graph_name
        return graph not in (_MERGE, self._inferred, self._ontology)

    def has(self, fact: Fact) -> bool:
        """Whether a fact holds."""
        if self.hides(fact):
            return self._follows(fact)
        if self.is_literal(fact[0]):
            return False
        triple = self.triple(fact)
        quads = self._quads(triple)
        return triple in self._own or any(
            q.graph_name == self._inferred or self._states(q) for q in quads
        )

    def _follows(self, fact: Fact) -> bool:
        """Whether a step leads to a hidden fact; not by way of itself."""
        if fact in self._open:
            return False
        self._open.add(fact)
        try:
            return next(self.backward.reasons(fact, self), None) is not None
        finally:
            self._open.discard(fact)

    # Links

    def objects(self, role: int, subject: int) -> Iterable[int]:
        """What a property leads to."""
        if role in self.axioms.hidden:
            yield from self._hidden_objects(role, subject)
        elif not self.is_literal(subject):
            s, p = self._terms[subject], self._terms[role]
            quads = self._store.quads_for_pattern(s, p, None, _MERGE)  # type: ignore[arg-type]
            yield from (self.number(quad.object) for quad in quads if self._holds(quad.triple))

    def subjects(self, role: int, object_: int) -> Iterable[int]:
        """Where a property comes from."""
        if role in self.axioms.hidden:
            yield from self._hidden_subjects(role, object_)
        else:
            p, o = self._terms[role], self._terms[object_]
            quads = self._store.quads_for_pattern(None, p, o, _MERGE)  # type: ignore[arg-type]
            yield from (self.number(quad.subject) for quad in quads if self._holds(quad.triple))

    def _holds(self, triple: Triple) -> bool:
        """The merge has triples of the ontology, too, of which not all are facts."""
        return triple not in self._no_facts or self.has(self.fact(triple))  # type: ignore[arg-type]

    @cached_property
    def _no_facts(self) -> frozenset[Triple]:
        quads = self._store.quads_for_pattern(None, None, None, self._ontology)
        return frozenset(quad.triple for quad in quads) - self._own

    # A property without an IRI is the inverse of one that has one, or the beginning of a chain.

    def _hidden_objects(self, role: int, subject: int) -> Iterator[int]:
        for other in self.backward.inverses[role]:
            yield from self.subjects(other, subject)
        for left, right in self.backward.chains[role]:
            for middle in self.objects(left, subject):
                yield from self.objects(right, middle)

    def _hidden_subjects(self, role: int, object_: int) -> Iterator[int]:
        for other in self.backward.inverses[role]:
            yield from self.objects(other, object_)
        for left, right in self.backward.chains[role]:
            for middle in self.subjects(right, object_):
                yield from self.subjects(left, middle)
