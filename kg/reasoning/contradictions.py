"""Contradictions as findings at both ends: the mapping lines with their words, and the axioms.

In: `Justification`s, the lines and words behind facts, and the places of the ontology.
Out: diagnostics R501 and R502. Refuses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from pyoxigraph import BlankNode, NamedNode, Triple

from kg.diagnostics import Diagnostic, Location
from kg.ontology.descriptions import Sources
from kg.ontology.expressions import Source
from kg.reasoning.axiom_words import axiom_words
from kg.reasoning.justifications import Justification
from kg.store.origins import Axiom
from kg.terms import OWL, RDF

_LISTED = 5
_TYPE = RDF + "type"
_GROUPS = {
    OWL + "AllDisjointClasses": "disjoint classes",
    OWL + "AllDisjointProperties": "disjoint properties",
    OWL + "AllDifferent": "different individuals",
}


class Trace(NamedTuple):
    """Where a fact is from: a line of a mapping, and the words of the article."""

    place: Location | None
    words: Location | None = None


Traces = Mapping[Triple, Sequence[Trace]]
Tracer = Callable[[Collection[Triple]], Traces]


class Contradictions:
    """Tells contradictions between facts and an ontology."""

    def __init__(self, ontology: Iterable[Triple], sources: Sources, tracer: Tracer) -> None:
        """Tell with the words and places of an ontology, and the lines that `tracer` finds."""
        self._triples = list(ontology)
        self._source, self._sources, self._tracer = Source(self._triples), sources, tracer

    def facts(self, found: Sequence[Justification]) -> list[Diagnostic]:
        """R501: for each, facts that cannot all hold."""
        # Every article is read for this, so it is done once.
        traces = self._tracer({fact for each in found for fact in each.facts})
        return [self._clash(each, traces) for each in found]

    def _clash(self, found: Justification, traces: Traces) -> Diagnostic:
        lines = [line for fact in found.facts for line in self._lines(fact, traces.get(fact, ()))]
        lines.sort(key=lambda line: line[1].place or Location(""))
        if not lines:
            return self._itself(found)
        says, first = found.clash.message if found.clash else _jointly(found.facts), lines[0]
        rule = f"rule {found.clash.rule} of OWL 2 RL" if found.clash else "found by HermiT"
        return Diagnostic(
            "R501",
            f"the facts contradict the ontology: {says}",
            first[1].place,
            notes=(f"this line says {first[0]}", rule),
            help="correct one of these lines, or the ontology if it asks for too much",
            related=(*self._beside(lines), *self._axioms(found.axioms)),
        )

    def _itself(self, found: Justification) -> Diagnostic:
        """R501: axioms that contradict one another without any fact."""
        return Diagnostic(
            "R501",
            "the ontology contradicts itself",
            Location("ontology"),
            notes=("no mapping has a part in it",),
            help="take back what was last changed in the ontology",
            related=tuple(self._axioms(found.axioms)),
        )

    def empty(self, class_: str, axioms: tuple[Triple, ...]) -> Diagnostic:
        """R502: a class that can have no members."""
        return Diagnostic(
            "R502",
            f"class <{class_}> can have no members",
            self._sources.begin(NamedNode(class_)) or Location("ontology"),
            notes=("its axioms contradict one another",),
            help="change or delete one of these axioms" if axioms else None,
            related=tuple(self._axioms(axioms)),
        )

    # Facts

    def _lines(self, fact: Triple, traces: Sequence[Trace]) -> Iterator[tuple[str, Trace]]:
        """The lines that state a fact; one that nobody mapped is stated by the ontology."""
        known = [trace for trace in traces if trace.place]
        for trace in known[:_LISTED] or [Trace(self._sources.stated(fact))]:
            if trace.place:
                yield _said(fact), trace

    def _beside(self, lines: list[tuple[str, Trace]]) -> Iterator[tuple[str, Location]]:
        shown: set[Location] = set()
        for number, (says, trace) in enumerate(lines):
            if number and trace.place:
                yield f"and this one says {says}", trace.place
            if trace.words and trace.words not in shown:
                shown.add(trace.words)
                yield "the words", trace.words

    # Axioms

    def _axioms(self, axioms: Iterable[Triple]) -> Iterator[tuple[str, Location]]:
        for axiom in axioms:
            if place := self._sources.stated(axiom) or self._sources.begin(axiom.subject):  # type: ignore[arg-type]
                yield f"the axiom: {self._worded(axiom)}", place

    def _worded(self, axiom: Triple) -> str:
        if isinstance(axiom.subject, BlankNode):
            return self._group(axiom.subject)
        names = map(self._source.name, (axiom.subject, axiom.object))
        subject, object_ = names
        return axiom_words(Axiom(subject, str(axiom.predicate), object_), lambda iri: iri)

    def _group(self, node: BlankNode) -> str:
        """An axiom on several terms, such as owl:AllDisjointClasses."""
        kinds = [o.value for o in self._source.objects(node, _TYPE) if isinstance(o, NamedNode)]
        for key in ("members", "distinctMembers"):
            for head in self._source.objects(node, OWL + key):
                names = ", ".join(map(self._source.name, self._source.items(head)))
                return f"{_GROUPS.get(kinds[0] if kinds else '', 'an axiom')}: {names}"
        return "an axiom without a name"


def _jointly(facts: Sequence[Triple]) -> str:
    said = [_said(fact) for fact in facts[:_LISTED]]
    more = [f"{len(facts) - _LISTED} more facts"] if len(facts) > _LISTED else []
    return f"{', and '.join([*said, *more])}: that cannot all hold"


def _said(fact: Triple) -> str:
    if fact.predicate.value == _TYPE:
        return f"{fact.subject} is a {fact.object}"
    return f"{fact.subject} {fact.predicate} {fact.object}"
