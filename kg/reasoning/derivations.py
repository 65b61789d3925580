"""How inferred triples of a build follow, found when somebody asks.

In: a build, and triples that it inferred. Out: a `Derivation` of each. Refuses: a build whose files
lack what it was closed under, or what follows (X703).

The rules are read backward from a triple, one step further each time, until the asserted triples
that were met lead to it. These are closed as the build closed all, and so the derivation is the one
that was found first there: no shorter one exists, and no triple rests on itself. Of what follows
from a long way off, such as the end of a chain of links, the whole way is found at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property

from pyoxigraph import RdfFormat, Triple, parse

from kg.diagnostics import Diagnostic, Location, Unavailable
from kg.ontology.axioms import compile_axioms
from kg.ontology.expressions import Source
from kg.ontology.rules import Fact
from kg.reasoning.closure import Derivation as Found
from kg.reasoning.closure import close
from kg.reasoning.stored import Stored
from kg.store.embedded import Build
from kg.store.origins import Axiom

AXIOMS, INDIVIDUALS = "axioms.nt", "individuals.nt"
"""The files of a build that say what it was closed under: axioms, and facts of the ontology."""
DEEP = 16
"""After so many single steps each is twice as far as the last."""


@dataclass(frozen=True, slots=True)
class Derivation:
    """How a triple follows: a rule of OWL 2 RL, the axiom, the triples that it starts from."""

    rule: str
    axiom: Axiom | None
    premises: tuple[Triple, ...]


class Derivations:
    """The derivations in one build; what has been found is kept."""

    def __init__(self, build: Build) -> None:
        """Read nothing yet."""
        self._build = build
        self._found: dict[Triple, Found] = {}

    def of(self, triple: Triple) -> Derivation:
        """How an inferred triple follows.

        Raises:
            Unavailable: X703, the build does not have what it follows from.
        """
        return self.all([triple])[triple]

    def all(self, triples: Collection[Triple]) -> dict[Triple, Derivation]:
        """How inferred triples follow, found together.

        Raises:
            Unavailable: X703, the build does not have what they follow from.
        """
        if unknown := [triple for triple in triples if triple not in self._found]:
            self._find(unknown)
        found = {triple: self._found[triple] for triple in triples}
        return {
            triple: Derivation(why.rule, self._axiom(why.axiom), why.premises)
            for triple, why in found.items()
        }

    def _find(self, triples: Collection[Triple]) -> None:
        cone, depth = _Cone(self._stored, filter(None, map(self._stored.fact, triples))), 0
        while True:
            steps = 1 if depth < DEEP else depth
            cone.widen(steps)
            depth += steps
            inferred = close(cone.asserted, self._stored.axioms).inferred
            if depth > DEEP and not cone.front:  # nothing else leads to any of these
                self._found |= inferred
            if all(triple in inferred for triple in triples):
                self._found |= {triple: inferred[triple] for triple in triples}
                return
            if not cone.front:
                raise _damaged(self._build)

    def _axiom(self, axiom: Triple | None) -> Axiom | None:
        if axiom is None:
            return None
        name = self._source.name
        return Axiom(name(axiom.subject), name(axiom.predicate), name(axiom.object))

    @cached_property
    def _axioms(self) -> list[Triple]:
        return self._read(AXIOMS)

    @cached_property
    def _source(self) -> Source:
        return Source(self._axioms)

    @cached_property
    def _stored(self) -> Stored:
        build, axioms = self._build, compile_axioms(self._axioms)
        return Stored(build.store, build.base, axioms, self._read(INDIVIDUALS))

    def _read(self, name: str) -> list[Triple]:
        quads = parse(self._build.read(name), RdfFormat.N_TRIPLES)
        return [quad.triple for quad in quads]


class _Cone:
    """What may lead to some facts, in ever more steps.

    Attributes:
        front: facts whose premises have not been looked for yet.
        asserted: triples that have been met, whose premises nobody asks for.
    """

    def __init__(self, stored: Stored, facts: Iterable[Fact]) -> None:
        self._stored = stored
        self.front = list(dict.fromkeys(facts))
        self.asserted: list[Triple] = []
        self._seen = set(self.front)

    def widen(self, steps: int) -> None:
        """Go some steps further."""
        stored = self._stored
        for _ in range(steps):
            front, self.front = self.front, []
            for fact in front:
                for premises in stored.backward.reasons(fact, stored):
                    for premise in premises:
                        self._meet(premise)

    def _meet(self, fact: Fact) -> None:
        if fact in self._seen:
            return
        self._seen.add(fact)
        if self._stored.asserted(fact):
            self.asserted.append(self._stored.triple(fact))
        else:
            self.front.append(fact)


def _damaged(build: Build) -> Unavailable:
    message, help_ = (
        "the build lacks what its inferred triples follow from",
        "run `kg build --force`",
    )
    return Unavailable([Diagnostic("X703", message, Location(str(build.folder)), help=help_)])
