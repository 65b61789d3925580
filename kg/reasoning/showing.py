"""Which facts HermiT is shown: all of them if they are few, else those of the first articles.

In: the ontology, and N-Quads files of articles and of what they share. Out: `Shown`: facts of the
domain about a limited number of individuals. Refuses: files that cannot be read (X703).

Articles are taken whole, in their order, with whatever the authority and the ontology say of the
individuals that they name, and of those that these lead to. So HermiT's word is one on the ontology
and some articles together, and it stays the same when others change.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Triple

from kg.grounding.generate import TYPE
from kg.ontology.declarations import Ontology
from kg.ontology.rules import Term
from kg.rdf.dataset import read_quads
from kg.terms import OA

LIMIT = 1_000
"""So many individuals HermiT checks in seconds; twice as many may take minutes."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Facts of the domain.

    Attributes:
        facts: of the articles and the shared individuals that they name.
        individuals: how many they are about.
        articles: how many they are from.
    """

    facts: list[Triple]
    individuals: int
    articles: int


def show(ontology: Ontology, articles: Sequence[Path], shared: Iterable[Path], limit: int) -> Shown:
    """Choose facts about a limited number of individuals.

    Raises:
        ContentError: a file cannot be read.
    """
    choice = _Choice(ontology, shared, limit)
    taken = 0
    for path in articles:
        if not choice.take([quad.triple for quad in read_quads(path)]):
            break
        taken += 1
    facts = choice.facts(whole=taken == len(articles))
    return Shown(facts, len({triple.subject for triple in facts}), taken)


class _Choice:
    def __init__(self, ontology: Ontology, shared: Iterable[Path], limit: int) -> None:
        self._ontology, self._limit = ontology, limit
        told = (quad.triple for path in shared for quad in read_quads(path))
        self._shared = [*told, *ontology.assertions()]
        self._about: dict[Term, list[Triple]] = defaultdict(list)
        for triple in without_text_layer(self._shared, ontology):
            self._about[triple.subject].append(triple)
        self._taken: dict[Triple, None] = {}
        self._individuals: set[Term] = set()

    def take(self, triples: list[Triple]) -> bool:
        """Take an article, unless it is one too many."""
        own = without_text_layer(triples, self._ontology)
        reached = set(self._reached(own)) | self._individuals
        if len(reached) > self._limit:
            return False
        self._individuals = reached
        self._taken.update(dict.fromkeys(triples))
        return True

    def _reached(self, facts: Iterable[Triple]) -> Iterator[Term]:
        """The individuals that facts are about, and the shared ones that they lead to."""
        open_ = list(facts)
        yield from (triple.subject for triple in open_)
        seen = set(self._individuals)
        while open_:
            triple = open_.pop()
            for node in (triple.subject, triple.object):
                if node in self._about and node not in seen:
                    seen.add(node)
                    yield node
                    open_ += self._about[node]

    def facts(self, *, whole: bool) -> list[Triple]:
        """What was taken, with all that is shared if there is room for it."""
        shared = self._shared
        if not whole or len(self._individuals | self._about.keys()) > self._limit:
            shared = [t for node in self._individuals for t in self._about.get(node, ())]
        return without_text_layer(dict.fromkeys([*self._taken, *shared]), self._ontology)


def without_text_layer(triples: Iterable[Triple], ontology: Ontology) -> list[Triple]:
    """The facts of the domain: no articles, spans, mentions, times, labels or published terms."""
    kept = list(triples)
    own = tuple(ns for ns in ontology.prefixes.values() if ns != ontology.text.namespace)
    layer = (ontology.text.namespace, OA)
    text = {
        t.subject
        for t in kept
        if t.predicate == TYPE and t.object.value.startswith(layer)  # type: ignore[union-attr]
    }
    return [
        t
        for t in kept
        if t.subject not in text
        and t.object not in text
        and (t.predicate.value.startswith(own) or t.predicate == TYPE)
    ]
