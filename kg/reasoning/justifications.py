"""Why facts contradict an ontology: the fewest facts and axioms that cannot all hold.

In: the ontology, the facts, and the contradictions that the closure found, or HermiT's word that
there is one. Out: `Justification`s, one for each contradiction that stands by itself.
Refuses: what `kg.reasoning.hermit` refuses.

Facts are taken away first, then axioms, as long as the contradiction remains. The closure is asked
as often as needed, HermiT a limited number of times; when its runs are used up, more may be named
than is needed. Of the axioms only those are tried that share words with the facts, nearest first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from pyoxigraph import BlankNode, NamedNode, Triple

from kg.ontology.axioms import Axioms, compile_axioms
from kg.ontology.expressions import Source
from kg.reasoning.closure import Clash, Closure, close
from kg.reasoning.consistency import Checker, explain
from kg.reasoning.minimal import shrink
from kg.terms import OWL, RDF, RDFS, XSD

RUNS = 40
"""How often HermiT may be run for the facts of one contradiction, and for its axioms."""
SEVERAL = 3
"""So many contradictions are looked for that only HermiT sees."""

_A = NamedNode(RDF + "type")
_KINDS = "Class ObjectProperty DatatypeProperty AnnotationProperty NamedIndividual Ontology"
_DECLARED = {NamedNode(OWL + name) for name in _KINDS.split()}
_BUILT_IN = (OWL, RDF, RDFS, XSD)
_ENOUGH = 10_000
Contradicts = Callable[[list[Triple]], bool]


@dataclass(frozen=True, slots=True)
class Justification:
    """Facts and axioms that cannot all hold, while all can without any one of them.

    Attributes:
        facts: asserted.
        axioms: the first triple of each.
        clash: what the closure finds; None for a contradiction that only HermiT sees.
    """

    facts: tuple[Triple, ...]
    axioms: tuple[Triple, ...]
    clash: Clash | None = None


def justify(closure: Closure, ontology: Iterable[Triple]) -> list[Justification]:
    """The contradictions that the closure found; of those on the same facts, the plainest."""
    parts = _Parts(ontology)
    axioms = compile_axioms(parts.triples)
    found: dict[frozenset[Triple], tuple[Clash, tuple[Triple, ...]]] = {}
    for clash in sorted(closure.clashes, key=lambda c: _distance(c, closure)):
        grounds = closure.grounds(clash.premises)
        facts = shrink(grounds, partial(_clashes, clash, axioms), len(grounds) ** 2 + 2)
        found.setdefault(frozenset(facts), (clash, facts))
    alone = [facts for facts in found if not any(other < facts for other in found)]
    return [_by_closure(*found[facts], parts) for facts in alone]


def _distance(clash: Clash, closure: Closure) -> tuple[int, str, str]:
    """How many of the facts at odds nobody wrote."""
    return sum(fact in closure.inferred for fact in clash.premises), clash.rule, clash.message


def _clashes(clash: Clash, axioms: Axioms, facts: Iterable[Triple]) -> bool:
    """Whether this very contradiction is there; the order of what is at odds may be another."""
    found = close(facts, axioms).clashes
    return any(c.rule == clash.rule and {*c.premises} == {*clash.premises} for c in found)


def _by_closure(clash: Clash, facts: tuple[Triple, ...], parts: _Parts) -> Justification:
    def contradicts(axioms: list[Triple]) -> bool:
        return _clashes(clash, compile_axioms(axioms), facts)

    return Justification(facts, parts.needed(facts, contradicts, _ENOUGH), clash)


def justify_hidden(
    ontology: Iterable[Triple], facts: Iterable[Triple], *, runs: int = RUNS
) -> list[Justification]:
    """The contradictions that only HermiT sees, as far as they have no fact in common.

    Raises:
        Unavailable, ContentError: as `kg.reasoning.consistency.reason`.
    """
    parts, left = _Parts(ontology), list(facts)
    found: list[Justification] = []
    while len(found) < SEVERAL and (few := explain(parts.triples, left, runs=runs)):
        found.append(Justification(few, parts.needed(few, Checker(few).contradicts, runs)))
        left = [fact for fact in left if fact not in few]
    return found


def justify_empty(
    ontology: Iterable[Triple], class_: str, *, runs: int = RUNS
) -> tuple[Triple, ...]:
    """The axioms by which a class can have no members."""
    parts = _Parts(ontology)
    member = [Triple(NamedNode("urn:kg:member"), _A, NamedNode(class_))]

    def contradicts(axioms: list[Triple]) -> bool:
        return bool(close(member, compile_axioms(axioms)).clashes)

    found = parts.needed(member, contradicts, _ENOUGH)
    return found or parts.needed(member, Checker(member).contradicts, runs)


@dataclass(frozen=True, slots=True)
class _Part:
    """One axiom: its first triple, all its triples, and the terms of the ontology in it."""

    head: Triple
    triples: tuple[Triple, ...]
    terms: frozenset[object]


class _Parts:
    """An ontology taken apart into axioms."""

    def __init__(self, ontology: Iterable[Triple]) -> None:
        self.triples = list(ontology)
        self._about: dict[object, list[Triple]] = defaultdict(list)
        for triple in self.triples:
            self._about[triple.subject].append(triple)
        self._declared = [t for t in self.triples if _is_declaration(t)]
        led = {t.object for t in self.triples if isinstance(t.object, BlankNode)}
        heads = [
            t
            for t in Source(self.triples).axioms()
            if not _is_declaration(t) and t.subject not in led
        ]
        self._parts = list({self._part(head).triples: self._part(head) for head in heads}.values())

    def _part(self, head: Triple) -> _Part:
        """An axiom with all that hangs together with it by nodes without a name."""
        triples = dict.fromkeys([head])
        todo = [node for node in (head.subject, head.object) if isinstance(node, BlankNode)]
        for node in todo:  # grows meanwhile
            for triple in self._about[node]:
                if triple not in triples or triple == head:
                    triples[triple] = None
                    known = not isinstance(triple.object, BlankNode) or triple.object in todo
                    todo += [] if known else [triple.object]  # type: ignore[list-item]
        ordered = (
            tuple(sorted(triples, key=str)) if isinstance(head.subject, BlankNode) else triples
        )
        return _Part(head, tuple(ordered), frozenset(_terms(triples)))

    def needed(
        self, facts: Iterable[Triple], contradicts: Contradicts, runs: int
    ) -> tuple[Triple, ...]:
        """The first triples of the axioms that a contradiction needs."""
        for ring in self._rings(_terms(facts)):
            if contradicts(self._with(ring)):
                kept = shrink(ring, lambda some: contradicts(self._with(some)), runs)
                return tuple(part.head for part in kept)
        return ()

    def _rings(self, terms: Iterable[object]) -> Iterator[list[_Part]]:
        """Axioms that share terms with the facts, then those that share terms with these, ..."""
        reached, found, rest = set(terms), list[_Part](), self._parts
        while new := [part for part in rest if not part.terms.isdisjoint(reached)]:
            found += new
            rest = [part for part in rest if part not in new]
            reached.update(*(part.terms for part in new))
            yield list(found)

    def _with(self, parts: Iterable[_Part]) -> list[Triple]:
        return [*self._declared, *(triple for part in parts for triple in part.triples)]


def _is_declaration(triple: Triple) -> bool:
    named = isinstance(triple.subject, NamedNode)
    return named and triple.predicate == _A and triple.object in _DECLARED


def _terms(triples: Iterable[Triple]) -> Iterator[object]:
    """The IRIs in triples that are none of OWL's own."""
    for triple in triples:
        for term in (triple.subject, triple.predicate, triple.object):
            if isinstance(term, NamedNode) and not term.value.startswith(_BUILT_IN):
                yield term
