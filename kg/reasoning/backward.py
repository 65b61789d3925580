"""The rules of OWL 2 RL read backward: from which facts a fact may follow.

In: `Axioms`, a fact, and the facts that hold. Out: the premises of each step that leads to it from
facts that hold. Refuses nothing; whether the premises rest on the fact itself is not asked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from kg.ontology.rules import TYPE, Axioms, Fact, Table
from kg.reasoning.steps import Known

Premises = tuple[Fact, ...]


class Backward:
    """The rules by what they conclude.

    Attributes:
        inverses: property to its inverses.
        chains: property to the pairs of properties that make it.
    """

    def __init__(self, axioms: Axioms) -> None:
        """Turn the tables of an ontology round."""
        self._given = {fact for fact, _ in axioms.given}
        self._narrower, self._parts = (
            _turned(axioms.super_classes),
            _turned(axioms.super_properties),
        )
        self._domains, self._ranges = _turned(axioms.domains), _turned(axioms.ranges)
        self.inverses = _turned(axioms.inverses)
        self._values: Table[tuple[int, int]] = defaultdict(list)
        for class_, values in axioms.values.items():
            for role, value, _ in values:
                self._values[role].append((class_, value))
        # Of these, the table has what the rule concludes in the middle of its entries.
        self._valued = _turned_middle(axioms.has_value)
        self._some = _turned_middle(axioms.some_property)
        self.chains = _turned_middle(axioms.chains_left)
        self._only: Table[tuple[int, int]] = defaultdict(list)
        for role, fillers in axioms.only_property.items():
            for class_, filler, _ in fillers:
                self._only[filler].append((role, class_))
        entries = (entry for found in axioms.conjunctions.values() for entry in found)
        self._wholes: Table[tuple[int, ...]] = defaultdict(list)
        for whole, members, _ in dict.fromkeys(entries):
            self._wholes[whole].append(members)

    def reasons(self, fact: Fact, known: Known) -> Iterator[Premises]:
        """The premises of each step that leads to a fact; those that are cheap to look up first."""
        if fact in self._given:
            yield ()
        if fact[1] == TYPE:
            yield from self._of_classes(fact, known)
            yield from self._of_links(fact, known)
        else:
            yield from self._of_relation(fact, known)

    def _of_classes(self, fact: Fact, known: Known) -> Iterator[Premises]:
        """cax-sco, cax-eqc, cls-int, cls-uni, cls-hv2: a membership by what else the member is."""
        s, _, class_ = fact
        for below in self._narrower[class_]:
            if known.has(premise := (s, TYPE, below)):
                yield (premise,)
        for members in self._wholes[class_]:
            premises = tuple((s, TYPE, member) for member in members)
            if all(map(known.has, premises)):
                yield premises
        for role, value in self._valued[class_]:
            if known.has(premise := (s, role, value)):
                yield (premise,)

    def _of_links(self, fact: Fact, known: Known) -> Iterator[Premises]:
        """prp-dom, prp-rng, cls-svf1, cls-svf2, cls-avf: a membership by the member's links."""
        s, _, class_ = fact
        for role in self._domains[class_]:
            for end in known.objects(role, s):
                yield ((s, role, end),)
        for role in self._ranges[class_]:
            for start in known.subjects(role, s):
                yield ((start, role, s),)
        for role, filler in self._some[class_]:
            for end in known.objects(role, s):
                if known.has((end, TYPE, filler)):
                    yield (s, role, end), (end, TYPE, filler)
        for role, whole in self._only[class_]:
            for start in known.subjects(role, s):
                if known.has((start, TYPE, whole)):
                    yield (start, TYPE, whole), (start, role, s)

    def _of_relation(self, fact: Fact, known: Known) -> Iterator[Premises]:
        """prp-spo1, prp-eqp, prp-inv, prp-symp, cls-hv1, prp-spo2, prp-trp."""
        s, p, o = fact
        for part in self._parts[p]:
            if known.has(premise := (s, part, o)):
                yield (premise,)
        for role in self.inverses[p]:
            if not known.is_literal(s) and known.has(premise := (o, role, s)):
                yield (premise,)
        for class_, value in self._values[p]:
            if value == o and known.has(premise := (s, TYPE, class_)):
                yield (premise,)
        for left, right in self.chains[p]:
            for middle in known.objects(left, s):
                if known.has((middle, right, o)):
                    yield (s, left, middle), (middle, right, o)


def _turned(table: Table[Any]) -> Table[int]:
    """From what follows to what it follows from."""
    found: Table[int] = defaultdict(list)
    for start, entries in table.items():
        for end, _ in entries:
            if start not in found[end]:
                found[end].append(start)
    return found


def _turned_middle(table: Table[Any]) -> Table[tuple[int, int]]:
    """The same for entries that name another premise, too."""
    found: Table[tuple[int, int]] = defaultdict(list)
    for start, entries in table.items():
        for other, end, _ in entries:
            if (start, other) not in found[end]:
                found[end].append((start, other))
    return found
