"""What follows from single triples, found once for all triples of one form.

In: `Axioms`, and triples as texts. Out: `Form`s: what to write for such a triple, and which facts
about its ends other rules and constraints need. Refuses nothing.

What one triple leads to depends on its property, on its class or on whether it ends in a literal,
and seldom on more: an ontology has some hundred forms, and a graph of any size no more.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kg.ontology.rules import TYPE, Axioms, Fact
from kg.reasoning.clashes import constrained, datatypes, primitive
from kg.reasoning.steps import single
from kg.terms import RDF, XSD

SUBJECT, OBJECT, LITERAL = -1, -2, -3
"""What stands for the ends of a triple in the facts of a form."""
Piece = tuple[int, bytes, int]


@dataclass(frozen=True, slots=True)
class Form:
    """What follows from every triple of one form.

    Attributes:
        pieces: of the triples to write: an end, a text, an end; 0 is the subject, 1 the object, and
            2 nothing.
        joins: facts that rules join with others, the triple's own among them.
        watched: facts that constraints speak of, likewise.
        datatypes: primitive ones that a literal may have; None: any.
    """

    pieces: tuple[Piece, ...]
    joins: tuple[Fact, ...]
    watched: tuple[Fact, ...]
    datatypes: frozenset[str] | None


class Forms:
    """The forms of triples under an ontology.

    Attributes:
        tokens: the terms of the ontology as N-Triples; None for what has no IRI.
        numbers: of these tokens.
        hidden: numbers of what no result mentions.
    """

    def __init__(self, axioms: Axioms) -> None:
        """No form has been met yet."""
        self.axioms, self.hidden = axioms, axioms.hidden
        self.tokens = [None if term is None else str(term).encode() for term in axioms.terms]
        self.numbers = {token: n for n, token in enumerate(self.tokens) if token is not None}
        self._type = self.tokens[TYPE]
        values = {value for found in axioms.has_value.values() for value, _, _ in found}
        self._special = {token: n for token, n in self.numbers.items() if n in values}
        self._joining = axioms.joined()
        tables = (axioms.some_class, axioms.only_class, axioms.conjunctions)
        self._joining_classes = frozenset(
            c for table in tables for c, found in table.items() if found
        )
        self._constrained = constrained(axioms)
        self.ranges: dict[int, list[frozenset[str]]] = {}
        for role, range_ in axioms.data_ranges:
            if allowed := datatypes(range_):
                self.ranges.setdefault(role, []).append(allowed)
        self._known: dict[Fact, Form | None] = {}

    def of(self, subject: bytes, predicate: bytes, object_: bytes) -> Form | None:
        """The form of a triple; None if nothing follows and nothing needs it."""
        role = self.numbers.get(predicate)
        if role is None:
            return None
        if role == TYPE:
            end = self.numbers.get(object_)
            if end is None:
                return None
        else:
            end = self._special.get(object_, LITERAL if object_[0] == 34 else OBJECT)
        key = self._special.get(subject, SUBJECT), role, end
        try:
            return self._known[key]
        except KeyError:
            return self._known.setdefault(key, self._form(key))

    def _form(self, fact: Fact) -> Form | None:
        facts = self._reached(fact)
        pieces = tuple(self._piece(new) for new in facts[1:] if not self.hides(new))
        joins = tuple(filter(self._joins, facts))
        watched = tuple(filter(self.watches, facts))
        form = Form(pieces, joins, watched, self._allowed(facts))
        return None if form == Form((), (), (), None) else form

    def _reached(self, fact: Fact) -> list[Fact]:
        """A fact and all that follows from it alone."""
        found = {fact: None}
        queue = [fact]
        for reached in queue:  # grows meanwhile
            for new, _ in single(self.axioms, reached, literal=self._is_literal(reached[2])):
                if new not in found:
                    found[new] = None
                    queue.append(new)
        return queue

    def _is_literal(self, number: int) -> bool:
        return number == LITERAL or (number >= 0 and (self.tokens[number] or b"")[:1] == b'"')

    def hides(self, fact: Fact) -> bool:
        """Whether no result mentions a fact."""
        return fact[1] in self.hidden or (fact[1] == TYPE and fact[2] in self.hidden)

    def _joins(self, fact: Fact) -> bool:
        return fact[2] in self._joining_classes if fact[1] == TYPE else fact[1] in self._joining

    def watches(self, fact: Fact) -> bool:
        """Whether a constraint speaks of a fact."""
        return fact[2 if fact[1] == TYPE else 1] in self._constrained

    def _piece(self, fact: Fact) -> Piece:
        (start, before), (end, after) = self._end(fact[0]), self._end(fact[2])
        return start, b" ".join((before, self.tokens[fact[1]] or b"", after)), end

    def _end(self, number: int) -> tuple[int, bytes]:
        if number < 0:
            return int(number != SUBJECT), b""
        return 2, self.tokens[number] or b""

    def _allowed(self, facts: Iterable[Fact]) -> frozenset[str] | None:
        """What a literal may be; nothing at all if the ontology itself gives a wrong value."""
        found = [a for fact in facts for a in self.ranges.get(fact[1], ()) if fact[2] == LITERAL]
        wrong = any(self.misfits(fact[1], self.tokens[fact[2]]) for fact in facts if fact[2] >= 0)
        found += [frozenset()] if wrong else []
        return frozenset.intersection(*found) if found else None

    def misfits(self, role: int, token: bytes | None) -> bool:
        """Whether a term is a literal of a datatype that the property does not allow."""
        if token is None or token[:1] != b'"' or role not in self.ranges:
            return False
        return any(datatype_of(token) not in allowed for allowed in self.ranges[role])


def datatype_of(literal: bytes) -> str:
    """The primitive datatype of a literal in N-Triples."""
    end = literal[literal.rindex(b'"') + 1 :]
    if end.startswith(b"^^"):
        return primitive(end[3:-1].decode())
    return RDF + "langString" if end else XSD + "string"
