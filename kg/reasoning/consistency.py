"""OWL 2 DL reasoning: is everything consistent, what else follows, and what contradicts what.

In: the ontology and the facts as triples. Out: a `Verdict`: is it consistent, which classes can
have no members, and what HermiT adds to the closure; on request a smallest set of facts that cannot
hold together. Refuses: what `kg.reasoning.hermit` refuses (`NoJavaError`, `Unavailable`,
`ContentError`).

Different IRIs are different individuals here. Each individual gets a number of its own as value of
a functional property, which is as good as owl:AllDifferent and grows with the individuals, not with
their pairs: with 2,000 individuals HermiT took 0.8 s so, and 22 s with owl:AllDifferent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

from kg.ontology.axioms import compile_axioms
from kg.ontology.rules import Term
from kg.reasoning.closure import close
from kg.reasoning.hermit import TIMEOUT, Engine, NoJavaError, find_java
from kg.reasoning.minimal import shrink
from kg.terms import OWL, RDF, RDFS, XSD

__all__ = ["Checker", "NoJavaError", "Verdict", "explain", "find_java", "reason"]

RUNS = 60

_A = NamedNode(RDF + "type")
_SUB_CLASS = NamedNode(RDFS + "subClassOf")
_NOTHING = NamedNode(OWL + "Nothing")
_IDENTITY = NamedNode("urn:kg:identity")
_BUILT_IN = (OWL, RDF, RDFS, XSD)
_LABELS = ("label", "comment", "seeAlso", "isDefinedBy")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What HermiT says.

    Attributes:
        engine: names and versions of what was run.
        consistent: ontology and facts do not contradict one another.
        unsatisfiable: IRIs of the classes that can have no members.
        subclasses: pairs of named classes, the narrower first, that the axioms do not state.
        types: pairs of individual and class that the closure does not find, not even with
            `subclasses` added to the ontology; empty unless asked for.
    """

    engine: str
    consistent: bool
    unsatisfiable: tuple[str, ...] = ()
    subclasses: frozenset[tuple[str, str]] = frozenset()
    types: frozenset[tuple[str, str]] = frozenset()


def reason(
    ontology: Iterable[Triple],
    facts: Iterable[Triple],
    *,
    types: bool = False,
    timeout: float = TIMEOUT,
) -> Verdict:
    """Classify the ontology and check the facts against it.

    Args:
        ontology: its triples; annotations, headers and imports are left aside.
        facts: triples about individuals; their number decides the time, so leave out what no
            axiom speaks of. Without any, the ontology alone is looked at.
        types: also find the classes of each individual, which can take far longer.
        timeout: seconds after which a run of HermiT is ended.

    Raises:
        NoJavaError: there is no Java (R503).
        Unavailable: Java failed or took too long (R503).
        ContentError: the ontology is not in OWL 2 DL (R503).
    """
    problem = _Problem(ontology, Engine(timeout))
    facts = list(facts)
    found = problem.classify(())
    if found is None or (facts and not problem.consistent(facts)):
        return Verdict(problem.engine.name, consistent=False)
    broken: set[Term] = {t.subject for t in found if t.object == _NOTHING and _tells(t.subject)}
    subclasses = _new_subclasses(problem.ontology, found)
    return Verdict(
        problem.engine.name,
        consistent=True,
        unsatisfiable=tuple(sorted(map(_iri, broken))),
        subclasses=frozenset((_iri(t.subject), _iri(t.object)) for t in subclasses),
        types=_new_types(problem, facts, subclasses) if types else frozenset(),
    )


def explain(
    ontology: Iterable[Triple], facts: Iterable[Triple], *, runs: int = RUNS
) -> tuple[Triple, ...]:
    """Facts that cannot all hold, as few as possible: without any one of them the rest can.

    The closure is asked first, HermiT only about contradictions that the closure does not see.

    Args:
        ontology: its triples.
        facts: triples about individuals.
        runs: how often HermiT may be run; when they are used up, the answer may hold too much.

    Returns:
        The facts, or nothing if all of them can hold or if the ontology contradicts itself.

    Raises:
        Unavailable, ContentError: as `reason`.
    """
    ontology, ordered = list(ontology), sorted(set(facts), key=str)
    axioms = compile_axioms(ontology)
    closure = close(ordered, axioms)
    if closure.clashes:
        grounds = [closure.grounds(clash.premises) for clash in closure.clashes]
        few = min(grounds, key=lambda found: (len(found), *map(str, found)))
        return shrink(few, lambda some: bool(close(some, axioms).clashes), len(few) ** 2 + 2)
    problem = _Problem(ontology, Engine())
    return shrink(ordered, lambda some: not problem.consistent(some), runs)


class Checker:
    """HermiT's word on some facts, asked about one set of axioms after another.

    Raises:
        NoJavaError: there is no Java.
    """

    def __init__(self, facts: Iterable[Triple]) -> None:
        """Facts that stay the same."""
        self._facts, self._engine = list(facts), Engine()

    def contradicts(self, axioms: Iterable[Triple]) -> bool:
        """Whether facts and axioms cannot all hold.

        Raises:
            Unavailable, ContentError: as `reason`.
        """
        return not _Problem(axioms, self._engine).consistent(self._facts)


class _Problem:
    """An ontology before HermiT, with changing facts."""

    def __init__(self, ontology: Iterable[Triple], engine: Engine) -> None:
        given = list(ontology)
        self.engine = engine
        self._left_aside = _annotations(given)
        self.ontology = self._logical(given)

    def _logical(self, triples: Iterable[Triple]) -> list[Triple]:
        """What states something; imports would be fetched from the network."""
        return [
            t
            for t in dict.fromkeys(triples)
            if t.predicate not in self._left_aside and t.subject not in self._left_aside
        ]

    def _with(self, facts: Iterable[Triple]) -> list[Triple]:
        triples = [*self.ontology, *self._logical(facts)]
        return [*triples, *_different(triples)]

    def classify(self, facts: Iterable[Triple]) -> list[Triple] | None:
        """What follows for classes, and for individuals; None if inconsistent."""
        return self.engine.classify(self._with(facts))

    def consistent(self, facts: Iterable[Triple]) -> bool:
        """Do the facts agree with the ontology?"""
        return self.engine.consistent(self._with(facts))


def _annotations(ontology: Iterable[Triple]) -> set[Term]:
    """Predicates and subjects that state nothing: annotation properties, headers, imports."""
    kinds = (NamedNode(OWL + "AnnotationProperty"), NamedNode(OWL + "Ontology"))
    found: set[Term] = {t.subject for t in ontology if t.predicate == _A and t.object in kinds}
    return found | {NamedNode(RDFS + name) for name in _LABELS} | {NamedNode(OWL + "imports")}


def _different(triples: Iterable[Triple]) -> Iterator[Triple]:
    """What tells individuals apart: a number each, as the value of a functional property."""
    for kind in ("DatatypeProperty", "FunctionalProperty"):
        yield Triple(_IDENTITY, _A, NamedNode(OWL + kind))
    for number, individual in enumerate(sorted(_individuals(triples), key=str)):
        yield Triple(individual, _IDENTITY, Literal(number))


def _individuals(triples: Iterable[Triple]) -> set[NamedNode]:
    """The nodes with a type of the ontology, and those that statements with its properties join."""
    found: set[Term] = set()
    for t in triples:
        if t.predicate == _A:
            found |= set() if _iri(t.object).startswith(_BUILT_IN) else {t.subject}
        elif not t.predicate.value.startswith(_BUILT_IN):
            found |= {t.subject, t.object}
    return {node for node in found if isinstance(node, NamedNode)}


def _new_subclasses(ontology: Iterable[Triple], found: Iterable[Triple]) -> list[Triple]:
    """Subsumptions of named classes that the axioms do not state in so many words."""
    axioms = compile_axioms(ontology)
    pairs: set[tuple[Term, Term]] = set()
    for t in found:
        if t.predicate.value == RDFS + "subClassOf":
            pairs.add((t.subject, t.object))
        elif t.predicate.value == OWL + "equivalentClass":
            pairs |= {(t.subject, t.object), (t.object, t.subject)}
    return [
        Triple(low, _SUB_CLASS, high)
        for low, high in sorted(pairs, key=str)
        if isinstance(low, NamedNode) and isinstance(high, NamedNode)
        if _tells(low) and _tells(high)
        if axioms.ids.get(high) not in axioms.above(axioms.ids.get(low, -1))
    ]


def _new_types(
    problem: _Problem, facts: list[Triple], subclasses: list[Triple]
) -> frozenset[tuple[str, str]]:
    """Memberships that the closure does not find."""
    ontology = [*problem.ontology, *subclasses]
    known = {*ontology, *facts, *close([*ontology, *facts], compile_axioms(ontology)).inferred}
    return frozenset(
        (_iri(t.subject), _iri(t.object))
        for t in problem.classify(facts) or ()
        if t.predicate == _A and t not in known and _tells(t.object)
    )


def _tells(class_: Term) -> bool:
    """Is it a class of the ontology, not of OWL itself?"""
    return not _iri(class_).startswith(OWL)


def _iri(node: Term) -> str:
    return node.value if isinstance(node, NamedNode) else ""
