"""The axioms and class expressions in an ontology, found among its triples.

In: triples of an OWL 2 ontology (https://www.w3.org/TR/owl2-mapping-to-rdf/). Out: `Source`: axioms
in a canonical order, the structure of class expressions, a name for each, and what of an expression
has no rule in OWL 2 RL. Refuses nothing: a node that no construct explains has no structure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg.terms import OWL, RDF, RDFS, XSD

Term = NamedNode | BlankNode | Literal | Triple

LISTS = frozenset({"intersectionOf", "unionOf", "oneOf"})
SETS = ("complementOf", "intersectionOf", "oneOf", "unionOf")
QUANTIFIERS = ("allValuesFrom", "hasSelf", "hasValue", "someValuesFrom")
CARDINALITIES = (
    "cardinality",
    "maxCardinality",
    "maxQualifiedCardinality",
    "minCardinality",
    "minQualifiedCardinality",
    "qualifiedCardinality",
)
# What has a rule as the narrower side of an inclusion (left) and as the wider side (right).
# The right side has more than OWL 2 RL allows, since different IRIs are different individuals.
LEFT = frozenset({"intersectionOf", "unionOf", "someValuesFrom", "hasValue", "oneOf"})
RIGHT = frozenset(
    {
        "allValuesFrom",
        "complementOf",
        "hasValue",
        "intersectionOf",
        "maxCardinality",
        "maxQualifiedCardinality",
        "oneOf",
    }
)
WORDS = {
    "allValuesFrom": "only",
    "someValuesFrom": "some",
    "hasValue": "value",
    "hasSelf": "Self",
    "intersectionOf": " and ",
    "unionOf": " or ",
}
BUILT_IN_DATATYPES = frozenset(
    {RDFS + "Literal", RDF + "langString", RDF + "PlainLiteral", RDF + "XMLLiteral"}
)
SWRL = "http://www.w3.org/2003/11/swrl#"
AXIOMS = frozenset(RDFS + name for name in ("domain", "range", "subClassOf", "subPropertyOf"))


@dataclass(frozen=True, slots=True)
class Expression:
    """A class expression: its construct (`someValuesFrom`), property, operands and number."""

    kind: str
    role: Term | None
    parts: tuple[Term, ...]
    bound: int | None = None

    def __str__(self) -> str:
        """The construct as OWL names it."""
        return "owl:" + self.kind


class Source:
    """An ontology as a graph, seen as axioms and expressions."""

    def __init__(self, ontology: Iterable[Triple]) -> None:
        self._objects: dict[tuple[Term, str], list[Term]] = defaultdict(list)
        self._candidates: list[Triple] = []
        self._names: dict[Term, str] = {}
        self._open: set[Term] = set()
        self._loops: set[Term] = set()  # expressions that contain themselves
        for triple in dict.fromkeys(ontology):
            predicate = triple.predicate.value
            self._objects[triple.subject, predicate].append(triple.object)
            if predicate.startswith(OWL) or predicate in AXIOMS or self._typed(triple):
                self._candidates.append(triple)

    @staticmethod
    def _typed(triple: Triple) -> bool:
        """Is it a type that is no class of the ontology?"""
        kind = triple.object
        special = isinstance(kind, NamedNode) and kind.value.startswith((OWL, SWRL))
        return triple.predicate.value == RDF + "type" and (special or isinstance(kind, BlankNode))

    def axioms(self) -> list[Triple]:
        """The triples that may state an axiom, in an order that no label of a node decides."""
        return sorted(self._candidates, key=self._key)

    def _key(self, triple: Triple) -> tuple[str, str, str]:
        name = self.name(triple.subject)
        subject = "" if name.startswith("_:") else name
        return triple.predicate.value, subject, self.name(triple.object)

    def objects(self, subject: Term, predicate: str) -> list[Term]:
        """The values of a predicate, in canonical order."""
        found = self._objects.get((subject, predicate), [])
        return sorted(found, key=self.name) if len(found) > 1 else found

    def has_type(self, subject: Term, kind: str) -> bool:
        """Is this type stated?"""
        return NamedNode(kind) in self._objects.get((subject, RDF + "type"), ())

    def items(self, head: Term) -> tuple[Term, ...]:
        """The members of an RDF list, as far as it is well formed."""
        members: list[Term] = []
        seen: set[Term] = set()
        while head not in seen and (first := self._objects.get((head, RDF + "first"))):
            seen.add(head)
            members.append(first[0])
            head = next(iter(self._objects.get((head, RDF + "rest"), ())), head)
        return tuple(members)

    def inverse(self, term: BlankNode) -> Term | None:
        """The property whose inverse a node without a name is."""
        return next(iter(self.objects(term, OWL + "inverseOf")), None)

    def expressions(self, term: Term) -> list[Expression]:
        """The class expressions that a node is: one, unless a class with a name has several."""
        return [*self._sets(term), *self._restrictions(term)]

    def _sets(self, term: Term) -> Iterator[Expression]:
        for kind in SETS:
            for value in self.objects(term, OWL + kind):
                yield self.set_of(kind, value)

    def set_of(self, kind: str, value: Term) -> Expression:
        """The expression that a value of owl:intersectionOf and its like describes."""
        return Expression(kind, None, self.items(value) if kind in LISTS else (value,))

    def _restrictions(self, term: Term) -> Iterator[Expression]:
        for role in self.objects(term, OWL + "onProperty"):
            for kind in QUANTIFIERS:
                for value in self.objects(term, OWL + kind):
                    yield Expression(kind, role, (value,))
            for kind in CARDINALITIES:
                for value in self.objects(term, OWL + kind):
                    if isinstance(value, Literal) and value.value.isdecimal():
                        yield Expression(kind, role, self._filler(term), int(value.value))

    def _filler(self, term: Term) -> tuple[Term, ...]:
        return tuple(
            value for key in ("onClass", "onDataRange") for value in self.objects(term, OWL + key)
        )

    def is_data_range(self, term: Term) -> bool:
        """Does a node stand for literals?"""
        if isinstance(term, NamedNode):
            built_in = term.value.startswith(XSD) or term.value in BUILT_IN_DATATYPES
            return built_in or self.has_type(term, RDFS + "Datatype")
        if isinstance(term, Literal) or self.has_type(term, RDFS + "Datatype"):
            return True
        return not self._loops_at(term) and any(
            self.is_data_range(part) for e in self._sets(term) for part in e.parts
        )

    def _loops_at(self, term: Term) -> bool:
        self.name(term)
        return term in self._loops

    # ------------------------------------------------------------------ names

    def name(self, term: Term) -> str:
        """A term in N-Triples, an expression as in the Manchester syntax with IRIs in brackets."""
        if not isinstance(term, BlankNode):
            return str(term)
        if term in self._open:
            self._loops.add(term)
            return str(term)
        if term not in self._names:
            self._open.add(term)
            self._names[term] = self._structure(term) or str(term)
            self._open.remove(term)
        return self._names[term]

    def _structure(self, term: BlankNode) -> str:
        if items := self.items(term):
            return f"({' '.join(map(self.name, items))})"
        if inverse := self.inverse(term):
            return f"inverse {self.name(inverse)}"
        return " and ".join(map(self._written, self.expressions(term)))

    def _written(self, expression: Expression) -> str:
        parts = [self.name(part) for part in expression.parts]
        if expression.role is None:
            return self._written_set(expression.kind, parts)
        role = self.name(expression.role)
        if expression.bound is None:
            return f"({' '.join([role, WORDS[expression.kind], *parts])})"
        word = expression.kind.removesuffix("ardinality").removesuffix("Qualified")[:3]
        word = word if word in ("min", "max") else "exactly"
        return f"({' '.join([role, word, str(expression.bound), *parts])})"

    @staticmethod
    def _written_set(kind: str, parts: list[str]) -> str:
        if kind == "oneOf":
            return f"{{{', '.join(parts)}}}"
        return f"not {parts[0]}" if kind == "complementOf" else f"({WORDS[kind].join(parts)})"

    # ------------------------------------------------------------------ what has no rule

    def gaps(self, term: Term, *, left: bool) -> Iterator[str]:
        """The parts of a class expression that forward chaining does not use.

        Args:
            term: the expression.
            left: it is the narrower side of an inclusion; else the wider one.
        """
        if self.is_data_range(term):
            yield "a datatype"
        elif isinstance(term, NamedNode):
            if left and term.value == OWL + "Thing":
                yield "owl:Thing in a subclass"
        elif found := () if self._loops_at(term) else self.expressions(term):
            for expression in found:
                yield from self.expression_gaps(expression, left=left)
        else:
            yield "an expression that is not read"

    def expression_gaps(self, expression: Expression, *, left: bool) -> Iterator[str]:
        """The same for the structure that a class with a name has."""
        kind = expression.kind
        if kind not in (LEFT if left else RIGHT):
            yield f"{expression} in a {'subclass' if left else 'superclass'}"
        elif kind not in ("hasValue", "oneOf"):
            inner = left or kind in ("complementOf", "maxQualifiedCardinality")
            for part in expression.parts:
                if not (isinstance(part, NamedNode) and part.value == OWL + "Thing"):
                    yield from self.gaps(part, left=inner)
