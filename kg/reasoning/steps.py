"""The rules of OWL 2 RL, applied once: what a fact leads to.

In: `Axioms`, a fact, and what else is known. Out: facts with the step that leads to them, and their
premises. Refuses nothing.

What needs one premise follows whatever else is known (`single`); what needs more asks for the
others (`joined`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from kg.ontology.rules import TYPE, Axioms, Fact, Step

Follows = tuple[Fact, Step, tuple[Fact, ...]]


class Known(Protocol):
    """Facts that rules look up."""

    def has(self, fact: Fact) -> bool:
        """Whether a fact is known."""
        ...

    def objects(self, role: int, subject: int) -> Iterable[int]:
        """What a property leads to."""
        ...

    def subjects(self, role: int, object_: int) -> Iterable[int]:
        """Where a property comes from."""
        ...

    def is_literal(self, number: int) -> bool:
        """Whether a term is a literal, which is the subject of nothing."""
        ...


def single(axioms: Axioms, fact: Fact, *, literal: bool) -> Iterator[tuple[Fact, Step]]:
    """What follows from a fact alone.

    Args:
        axioms: of the ontology.
        fact: on a property, or a membership.
        literal: whether its object is a literal.
    """
    if fact[1] == TYPE:
        return _of_member(axioms, fact)
    return _of_relation(axioms, fact, literal=literal)


def _of_member(axioms: Axioms, fact: Fact) -> Iterator[tuple[Fact, Step]]:
    """cax-sco, cax-eqc, cls-int2, cls-uni, cls-hv1."""
    s, _, class_ = fact
    for above, step in axioms.super_classes.get(class_, ()):
        yield (s, TYPE, above), step
    for role, value, step in axioms.values.get(class_, ()):
        yield (s, role, value), step


def _of_relation(axioms: Axioms, fact: Fact, *, literal: bool) -> Iterator[tuple[Fact, Step]]:
    """prp-spo1, prp-eqp, prp-dom, cls-svf2, cls-hv2, prp-inv, prp-symp, prp-rng."""
    s, p, o = fact
    for role, step in axioms.super_properties.get(p, ()):
        yield (s, role, o), step
    for class_, step in axioms.domains.get(p, ()):
        yield (s, TYPE, class_), step
    for value, class_, step in axioms.has_value.get(p, ()):
        if value == o:
            yield (s, TYPE, class_), step
    if not literal:
        for role, step in axioms.inverses.get(p, ()):
            yield (o, role, s), step
        for class_, step in axioms.ranges.get(p, ()):
            yield (o, TYPE, class_), step


def joined(axioms: Axioms, fact: Fact, known: Known) -> Iterator[Follows]:
    """What follows from a fact together with others that are known, itself among them."""
    return (_member_joined if fact[1] == TYPE else _relation_joined)(axioms, fact, known)


def _relation_joined(axioms: Axioms, fact: Fact, known: Known) -> Iterator[Follows]:
    """prp-spo2, prp-trp, cls-svf1, cls-avf: a relation and what is known of its ends."""
    s, p, o = fact
    for after, whole, step in axioms.chains_left.get(p, ()):
        for end in known.objects(after, o):
            yield (s, whole, end), step, (fact, (o, after, end))
    for before, whole, step in axioms.chains_right.get(p, ()):
        for start in known.subjects(before, s):
            yield (start, whole, o), step, ((start, before, s), fact)
    for filler, class_, step in axioms.some_property.get(p, ()):
        if known.has((o, TYPE, filler)):
            yield (s, TYPE, class_), step, (fact, (o, TYPE, filler))
    for class_, filler, step in axioms.only_property.get(p, ()):
        if known.has((s, TYPE, class_)) and not known.is_literal(o):
            yield (o, TYPE, filler), step, ((s, TYPE, class_), fact)


def _member_joined(axioms: Axioms, fact: Fact, known: Known) -> Iterator[Follows]:
    """cls-svf1, cls-avf, cls-int1: a membership and what else is known of the member."""
    s, _, class_ = fact
    for role, whole, step in axioms.some_class.get(class_, ()):
        for start in known.subjects(role, s):
            yield (start, TYPE, whole), step, ((start, role, s), fact)
    for role, filler, step in axioms.only_class.get(class_, ()):
        for end in known.objects(role, s):
            if not known.is_literal(end):
                yield (end, TYPE, filler), step, (fact, (s, role, end))
    for whole, members, step in axioms.conjunctions.get(class_, ()):
        premises = tuple((s, TYPE, member) for member in members)
        if all(map(known.has, premises)):
            yield (s, TYPE, whole), step, premises
