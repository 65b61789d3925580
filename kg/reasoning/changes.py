"""What follows after a change, from what followed before it.

In: the facts of a finished build, and of some graphs all triples that they state now. Out: a
`Change`: what is inferred now and was not before, what no longer is, and where facts may clash.
Refuses nothing.

Delete and rederive: whatever a lost fact led to is taken back, unless it is seen at once to rest on
others; then what still follows is put in again, with all that the new facts lead to. The cost is
that of the facts around the change. The result is that of a closure from nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pyoxigraph import Triple

from kg.ontology.rules import TYPE, Fact
from kg.reasoning.clashes import Facts, constrained, find_clashes
from kg.reasoning.steps import joined, single
from kg.reasoning.stored import Stored

_DEPTH = 3
"""So many steps are gone back to see that a fact rests on others."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a change of some graphs changes in what is inferred.

    Attributes:
        added: triples that are inferred now, as N-Triples without the final dot, sorted.
        removed: triples that no longer are.
        clashing: whether facts contradict the ontology now.
    """

    added: list[bytes]
    removed: list[bytes]
    clashing: bool


def update(before: Stored, changed: Mapping[str, Iterable[Triple]]) -> Change:
    """Derive what a change of some graphs changes.

    Args:
        before: the facts of a build, under an ontology that stays the same.
        changed: the name of each graph that changes, to all triples that it states now; none for a
            graph that goes.
    """
    update = _Update(before, {name: set(triples) for name, triples in changed.items()})
    update.run()
    return update.change()


class _Now:
    """The facts that hold now, as far as is known: those before, without some, and with others."""

    def __init__(self, before: Stored) -> None:
        self._before = before
        self.gone: set[Fact] = set()
        self.come: dict[Fact, None] = {}
        self._objects: dict[tuple[int, int], list[int]] = {}
        self._subjects: dict[tuple[int, int], list[int]] = {}

    def add(self, fact: Fact) -> None:
        """Take up a fact."""
        s, p, o = fact
        self.come[fact] = None
        self._objects.setdefault((p, s), []).append(o)
        self._subjects.setdefault((p, o), []).append(s)

    def has(self, fact: Fact) -> bool:
        """Whether a fact holds."""
        return fact in self.come or (fact not in self.gone and self._before.has(fact))

    def objects(self, role: int, subject: int) -> Iterator[int]:
        """What a property leads to."""
        yield from tuple(self._objects.get((role, subject), ()))
        for end in self._before.objects(role, subject):
            fact = subject, role, end
            if fact not in self.gone and fact not in self.come:
                yield end

    def subjects(self, role: int, object_: int) -> Iterator[int]:
        """Where a property comes from."""
        yield from tuple(self._subjects.get((role, object_), ()))
        for start in self._before.subjects(role, object_):
            fact = start, role, object_
            if fact not in self.gone and fact not in self.come:
                yield start

    def is_literal(self, number: int) -> bool:
        """Whether a term is a literal."""
        return self._before.is_literal(number)


class _Update:
    """One change, from the assertions to what follows."""

    def __init__(self, before: Stored, changed: Mapping[str, set[Triple]]) -> None:
        self._before, self._axioms, self._now = before, before.axioms, _Now(before)
        self._hidden = constrained(before.axioms) & before.axioms.hidden
        self._graphs = [before.graph(name) for name in changed]
        then = {triple for graph in self._graphs for triple in before.triples(graph)}
        stated = {triple for triples in changed.values() for triple in triples}
        self._stated = set(filter(None, map(before.fact, stated)))
        self._lost = [f for f in map(before.fact, then) if f and not self._asserted(f)]
        self._new = [f for f in self._stated if not before.asserted(f)]

    def _asserted(self, fact: Fact) -> bool:
        """Whether an input states a fact now."""
        return fact in self._stated or self._before.asserted(fact, self._graphs)

    def run(self) -> None:
        """Take back, and put in again."""
        self._take_back()
        again = [fact for fact in self._now.gone if self._rests(fact)]
        self._put_in([*(fact for fact in self._new if not self._now.has(fact)), *again])

    # What no longer holds

    def _take_back(self) -> None:
        before, gone, queue = self._before, self._now.gone, list(self._lost)
        for fact in queue:  # grows meanwhile
            if fact in gone or self._asserted(fact) or self._proven(fact, _DEPTH, ()):
                continue
            gone.add(fact)
            literal = before.is_literal(fact[2])
            queue += [new for new, _ in single(self._axioms, fact, literal=literal)]
            queue += [new for new, _, _ in joined(self._axioms, fact, before)]

    def _proven(self, fact: Fact, depth: int, above: tuple[Fact, ...]) -> bool:
        """Whether a few steps lead to a fact from what is stated now, none of them in a circle."""
        above = (*above, fact)
        return any(
            all(self._stands(premise, depth, above) for premise in premises)
            for premises in self._before.backward.reasons(fact, self._before)
        )

    def _stands(self, fact: Fact, depth: int, above: tuple[Fact, ...]) -> bool:
        if fact in above or fact in self._now.gone:
            return False
        return self._asserted(fact) or (depth > 1 and self._proven(fact, depth - 1, above))

    # What holds now

    def _rests(self, fact: Fact) -> bool:
        """Whether a step leads to a fact that was taken back from facts that were not."""
        found = self._before.backward.reasons(fact, self._now)
        return next(found, None) is not None

    def _put_in(self, queue: list[Fact]) -> None:
        now, axioms = self._now, self._axioms
        for fact in queue:
            now.add(fact)
        for fact in queue:  # grows meanwhile
            literal = now.is_literal(fact[2])
            found = [new for new, _ in single(axioms, fact, literal=literal)]
            found += [new for new, _, _ in joined(axioms, fact, now)]
            for new in found:
                if not now.has(new):
                    now.add(new)
                    queue.append(new)

    # What is told

    def change(self) -> Change:
        """What is inferred now and was not, what no longer is, and whether facts clash."""
        before = self._before
        added: list[bytes] = []
        removed: list[bytes] = []
        for fact in {*self._lost, *self._new, *self._now.gone, *self._now.come}:
            if before.hides(fact):
                continue
            then = before.infers(fact)
            if then != (self._now.has(fact) and not self._asserted(fact)):
                (removed if then else added).append(str(before.triple(fact)).encode())
        return Change(sorted(added), sorted(removed), self._clashes())

    def _clashes(self) -> bool:
        """Before, nothing did: what clashes now has a node of a new fact."""
        if not self._now.come:
            return False
        facts = dict.fromkeys(self._now.come)
        for node in self._touched():
            facts.update(dict.fromkeys(self._about(node)))
        found = find_clashes(self._axioms, Facts(facts, *self._before.names()))
        return next(found, None) is not None

    def _touched(self) -> set[int]:
        """The nodes of new facts, and those with such values as an axiom counts by their class."""
        nodes = {node for s, p, o in self._now.come for node in ((s,) if p == TYPE else (s, o))}
        counted = {role for _, _, role, _ in self._axioms.at_most}
        return nodes | {s for o in nodes for role in counted for s in self._now.subjects(role, o)}

    def _about(self, node: int) -> Iterator[Fact]:
        """What constraints may need to know of a node."""
        axioms, now = self._axioms, self._now
        yield from (fact for fact in self._before.about(node) if fact not in now.gone)
        for number in self._hidden:
            if now.has((node, TYPE, number)):
                yield node, TYPE, number
            yield from ((node, number, end) for end in now.objects(number, node))
        for role in (*axioms.inverse_functional, *axioms.asymmetric):
            yield from ((start, role, node) for start in now.subjects(role, node))
        for _, _, role, filler in axioms.at_most:
            kinds = ((end, TYPE, filler) for end in now.objects(role, node) if filler is not None)
            yield from filter(now.has, kinds)
