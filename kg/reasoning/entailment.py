"""What follows from the facts: the closure that is written, and HermiT's word on consistency.

In: the ontology and the quads of all articles and the authority. Out: an `Entailment`: inferred
triples and the verdict, or findings. The closure covers everything; HermiT sees the facts without
the text layer, because its cost explodes with the number of individuals.
Refuses: facts that contradict the ontology (R501) and classes that can have no members (R502).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

from pyoxigraph import NamedNode, Triple

from kg.diagnostics import Diagnostic, Severity
from kg.grounding.generate import TYPE
from kg.ontology.axioms import compile_axioms
from kg.ontology.declarations import Ontology
from kg.reasoning.closure import Closure, Derivation, close
from kg.reasoning.consistency import Verdict, find_java, reason
from kg.reasoning.contradictions import Contradictions, Tracer
from kg.reasoning.justifications import Justification, justify, justify_empty, justify_hidden
from kg.terms import OA, RDFS, digest

SUBCLASS = NamedNode(RDFS + "subClassOf")
Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Entailment:
    """What reasoning brought.

    Attributes:
        inferred: triples that nobody wrote, in a fixed order, each with why it follows.
        record: the verdict for the manifest; `key` says what it was reached on.
        findings: contradictions; notes where HermiT was not run.
    """

    inferred: dict[Triple, Derivation]
    record: Record
    findings: tuple[Diagnostic, ...]


def entail(
    ontology: Ontology,
    triples: Collection[Triple],
    *,
    basis: str,
    previous: Record | None,
    tracer: Tracer,
) -> Entailment:
    """Close the triples under the ontology, and have HermiT check them.

    Args:
        ontology: the axioms; alignments are left out.
        triples: asserted, of all articles and the authority.
        basis: digest of the ontology's files and the engine.
        previous: the record of an earlier build; its verdict stands if nothing it rests on changed.
        tracer: finds the lines and words behind asserted triples, for messages.
    """
    triples = [*triples, *ontology.assertions()]
    closure = close(triples, compile_axioms(ontology.core))
    telling = Contradictions(ontology.core, ontology.sources, tracer)
    if closure.clashes:
        found = justify(closure, ontology.core)
        return Entailment({}, {}, tuple(map(telling.facts, found)))
    facts = without_text_layer(triples, ontology)
    key = digest("\n".join([basis, *sorted(map(str, facts))]), 64)
    if previous and previous.get("key") == key and (previous.get("engine") or not find_java()):
        return _accept(ontology, triples, closure, previous)
    if not find_java():
        return replace(_accept(ontology, triples, closure, _unchecked(key)), findings=(_NO_JAVA,))
    verdict = reason(ontology.core, facts)
    if not verdict.consistent or verdict.unsatisfiable:
        return Entailment({}, {}, tuple(_refusals(verdict, ontology, facts, telling)))
    record = {
        "key": key,
        "engine": verdict.engine,
        "consistent": True,
        "individuals": len({triple.subject for triple in facts}),
        "subclasses": sorted(map(list, verdict.subclasses)),
    }
    return _accept(ontology, triples, closure, record)


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


def _accept(
    ontology: Ontology, triples: Collection[Triple], closure: Closure, record: Record
) -> Entailment:
    """The closure, under the subsumptions between named classes that only HermiT saw, too."""
    extra = [
        Triple(NamedNode(below), SUBCLASS, NamedNode(above))
        for below, above in record.get("subclasses", ())
    ]
    if extra:
        closure = close(triples, compile_axioms([*ontology.core, *extra]))
    return Entailment(closure.inferred, record, ())


def _unchecked(key: str) -> Record:
    return {"key": key, "engine": None, "consistent": None, "subclasses": []}


_NO_JAVA = Diagnostic(
    "R503",
    "HermiT was not run because there is no Java; the OWL RL closure found no contradiction",
    notes=(
        "the closure is complete for hierarchies, inverses and chains, not for all of OWL 2 DL",
    ),
    help="install the extra `reason`, which brings a Java runtime, or any Java from version 11 on",
    severity=Severity.NOTE,
)


def _refusals(
    verdict: Verdict, ontology: Ontology, facts: list[Triple], telling: Contradictions
) -> list[Diagnostic]:
    core = ontology.core
    if verdict.unsatisfiable:
        return [telling.empty(cls, justify_empty(core, cls)) for cls in verdict.unsatisfiable]
    found = justify_hidden(core, facts) or [Justification((), ())]
    return list(map(telling.facts, found))
