"""The facts of a finished build, looked up in its store as rules need them.

In: a store with one graph for what is inferred, one for the ontology and one for each article; the
`Axioms` that it was closed under. Out: whether facts hold or are asserted, and the ends of links.
Refuses nothing.

The store gives numbers and dates in canonical form, which is how builds write them. It holds no
facts about nodes without an IRI, such as class expressions: whether these
hold is found from the rules that lead to them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import cached_property

from pyoxigraph import DefaultGraph, Literal, NamedNode, Store, Triple

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
        self._base = base
        self._inferred, self._ontology = self.graph("inferred"), self.graph("ontology")
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

    def names(self) -> tuple[list[Term | None], list[str]]:
        """All terms that have a number, and their names."""
        new = self._terms[len(self.axioms.names) :]
        return self._terms, [*self.axioms.names, *map(str, new)]

    # Graphs

    def graph(self, name: str) -> NamedNode:
        """The graph of an article, or of what is shared."""
        return NamedNode(f"{self._base}graph/{name}")

    def triples(self, graph: NamedNode) -> Iterator[Triple]:
        """What a graph states."""
        quads = self._store.quads_for_pattern(None, None, None, graph)
        return (quad.triple for quad in quads)

    def _graphs(self, fact: Fact) -> Iterator[object]:
        """The graphs that have a fact; the merge is none."""
        if not self.hides(fact) and not self.is_literal(fact[0]):
            t = self.triple(fact)
            quads = self._store.quads_for_pattern(t.subject, t.predicate, t.object)
            graphs = (quad.graph_name for quad in quads)
            yield from (g for g in graphs if g not in (_MERGE, self._ontology))
            if t in self._own:
                yield self._ontology

    # Facts

    def asserted(self, fact: Fact, without: Collection[NamedNode] = ()) -> bool:
        """Whether an input states a fact, some graphs left aside."""
        graphs = self._graphs(fact)
        return any(graph != self._inferred and graph not in without for graph in graphs)

    def infers(self, fact: Fact) -> bool:
        """Whether a fact is in the graph of what is inferred."""
        return self._inferred in self._graphs(fact)

    def has(self, fact: Fact) -> bool:
        """Whether a fact holds."""
        if self.hides(fact):
            return self._follows(fact)
        return next(self._graphs(fact), None) is not None

    def about(self, node: int) -> Iterator[Fact]:
        """The facts that have a node as their subject."""
        if not self.is_literal(node):
            quads = self._store.quads_for_pattern(self._terms[node], None, None, _MERGE)  # type: ignore[arg-type]
            facts = (self.fact(quad.triple) for quad in quads if self._holds(quad.triple))
            yield from (fact for fact in facts if fact)

    def _follows(self, fact: Fact) -> bool:
        """Whether a step leads to a hidden fact; not by way of itself."""
        if fact in self._open or self.is_literal(fact[0]):
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
        if triple not in self._no_facts:
            return True
        fact = self.fact(triple)
        return fact is not None and self.has(fact)

    @cached_property
    def _no_facts(self) -> frozenset[Triple]:
        quads = self._store.quads_for_pattern(None, None, None, self._ontology)
        return frozenset(quad.triple for quad in quads) - self._own

    # A property without an IRI is the inverse of one that has one, or the beginning of a chain.

    def _hidden_objects(self, role: int, subject: int) -> Iterator[int]:
        for other in () if self.is_literal(subject) else self.backward.inverses[role]:
            yield from self.subjects(other, subject)
        for left, right in self.backward.chains[role]:
            for middle in self.objects(left, subject):
                yield from self.objects(right, middle)

    def _hidden_subjects(self, role: int, object_: int) -> Iterator[int]:
        for other in self.backward.inverses[role]:
            yield from (n for n in self.objects(other, object_) if not self.is_literal(n))
        for left, right in self.backward.chains[role]:
            for middle in self.subjects(right, object_):
                yield from self.subjects(left, middle)
