"""Why the graph says something: a tree from a triple down to mappings and words of articles.

In: triples of a build. Out: for each a `Reason`: who asserts it, where and in which words; or the
rule and the axiom that it follows by, and the reasons of the triples that it follows from; and for
a time how it was read. Refuses: a triple that the graph does not have (W903), with what is near it.

The derivation of an inferred triple is the first that was found by forward chaining in breadth, so
none that is much shorter exists. Equal triples have one `Reason`, however often they are used.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

from kg.diagnostics import ContentError, Diagnostic, Location
from kg.findings.recording import from_records
from kg.reasoning.derivations import Derivation, Derivations
from kg.store.origins import Axiom, Origin
from kg.store.provenance import INFERRED, ONTOLOGY, PASSAGES, Provenance, Quote
from kg.text.quotes import Span
from kg.why.checks import Check, checks
from kg.why.declared import Declarations
from kg.why.proofs import TimeProof, prove
from kg.why.view import TYPE, BuildView

_NEAR = 4
"""So many triples are shown that are near one that is missing."""


@dataclass(frozen=True, slots=True)
class Source:
    """One graph that asserts a triple.

    Attributes:
        graph: stem of an article, or `authority`, `passages`, `ontology`.
        place: the line that says so; None for what the engine finds by itself in the article.
        quotes: the words that carry it; authority and ontology have none.
        via: lines that led the engine there, each with what it has to do with it.
    """

    graph: str
    place: Location | None
    quotes: tuple[Quote, ...]
    via: tuple[tuple[str, Location], ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """How an inferred triple follows.

    Attributes:
        rule: of OWL 2 RL (https://www.w3.org/TR/owl2-profiles/, section 4.3).
        axiom: of the ontology.
        place: where the ontology states the axiom; None for one that only the reasoner found.
        premises: what it follows from, in the order of the rule.
    """

    rule: str
    axiom: Axiom | None
    place: Location | None
    premises: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a triple is in the graph.

    Attributes:
        triple: what is said.
        sources: the graphs that assert it; empty if it is inferred.
        step: how it follows, if it is inferred.
        time: how the time was read that the triple gives, or is about.
    """

    triple: Triple
    sources: tuple[Source, ...]
    step: Step | None = None
    time: TimeProof | None = None

    def leaves(self) -> Iterator[Reason]:
        """The asserted triples that it rests on, each once, in the order of the tree."""
        return (reason for reason in self.below() if reason.step is None)

    def below(self) -> Iterator[Reason]:
        """It and all that it rests on, each once, in the order of the tree."""
        stack: list[Reason] = [self]
        seen: set[Triple] = set()
        while stack:
            reason = stack.pop()
            if reason.triple not in seen:
                seen.add(reason.triple)
                yield reason
                stack.extend(reversed(reason.step.premises if reason.step else ()))

    def quotes(self) -> list[Quote]:
        """All words that it rests on, each once."""
        found = (q for leaf in self.leaves() for s in leaf.sources for q in s.quotes)
        return list(dict.fromkeys(found))


class Explainer:
    """Explains triples of one build; what has been explained is kept."""

    def __init__(self, provenance: Provenance, view: BuildView) -> None:
        """Explain from these files, and this graph."""
        self.provenance, self.view = provenance, view
        self.declarations = Declarations(provenance)
        self.derivations = Derivations(provenance.build)
        self._known: dict[Triple, Reason] = {}

    def reason(self, triple: Triple) -> Reason:
        """Why a triple is in the graph.

        Raises:
            ContentError: W903, it is not.
            Unavailable: X703, the files of the build are damaged.
        """
        open_ = [triple]
        while open_:  # not by calls: chains of links may be longer than Python's stack
            current = open_[-1]
            derivation = None if current in self._known else self._derivation(current)
            premises = derivation.premises if derivation else ()
            if ahead := [premise for premise in premises if premise not in self._known]:
                open_.extend(reversed(ahead))
                continue
            open_.pop()
            if current not in self._known:
                self._known[current] = self._explain(current, derivation)
        return self._known[triple]

    def _derivation(self, triple: Triple) -> Derivation | None:
        """How a triple follows; None if it is asserted."""
        graphs = self.provenance.graphs(triple)
        if not graphs:
            raise ContentError([missing(triple, self.view)])
        return self.derivations.of(triple) if graphs == [INFERRED] else None

    def _explain(self, triple: Triple, derivation: Derivation | None) -> Reason:
        """The reason for a triple, when those of its premises are known."""
        if derivation is None:
            graphs = self.provenance.graphs(triple)
            sources = tuple(self._source(graph, triple) for graph in graphs if graph != INFERRED)
            return Reason(triple, sources, None, self._time(triple))
        premises = tuple(self._known[premise] for premise in derivation.premises)
        axiom = derivation.axiom
        place = self.declarations.axiom(axiom) if axiom else None
        step = Step(derivation.rule, axiom, place, premises)
        return Reason(triple, (), step, self._time(triple))

    def _source(self, graph: str, triple: Triple) -> Source:
        if graph == ONTOLOGY:
            return Source(graph, self.declarations.triple(triple), ())
        origin = self.provenance.origin(graph, triple)
        article = self._article(triple.subject) if graph == PASSAGES else graph
        quotes = tuple(self.provenance.quote(article, span) for span in origin.spans)
        via = () if origin.place else tuple(self._via(graph, triple, origin))
        return Source(graph, origin.place, quotes, via)

    def _article(self, node: object) -> str:
        """The article of a span."""
        start = f"{self.view.build.base}article/"
        iri = node.value if isinstance(node, NamedNode) else ""
        return iri.removeprefix(start).partition("#")[0]

    def _time(self, triple: Triple) -> TimeProof | None:
        for node in (triple.object, triple.subject):
            if isinstance(node, NamedNode) and self.view.is_a(node, "Time"):
                return prove(node, self.view)
        return None

    # What the engine finds by itself

    def _via(self, graph: str, triple: Triple, origin: Origin) -> Iterator[tuple[str, Location]]:
        """The lines that make the engine describe these words."""
        found = dict[tuple[str, Location], None]()
        for span in origin.spans:
            node = NamedNode(self._span_iri(self._article(triple.subject) or graph, span))
            for label, place in (*self._names(node), *self._uses(node, graph)):
                found[label, place] = None
        yield from found

    def _span_iri(self, article: str, span: Span) -> str:
        return f"{self.view.build.base}article/{article}#char={span.start},{span.end}"

    def _names(self, span: NamedNode) -> Iterator[tuple[str, Location]]:
        """The label or alias by which a name was found."""
        words = self.view.label(span)
        for node in self.view.nodes(span, self.view.text("denotes")):
            for triple in self.view.facts(node):
                if isinstance(triple.object, Literal) and triple.object.value == words:
                    for source in self.reason(triple).sources:
                        if source.place:
                            yield f"a name of {self.view.short(node)}", source.place

    def _uses(self, span: NamedNode, graph: str) -> Iterator[tuple[str, Location]]:
        """What points at a span."""
        for triple in self.view.links(span):
            if graph in self.provenance.graphs(triple) and not self.view.is_a(
                triple.subject, "Fact"
            ):
                origin = self.provenance.origin(graph, triple)
                if origin.place:
                    what = f"{self.view.short(triple.predicate)} of"
                    yield f"{what} {self.view.short(triple.subject)}", origin.place


# What is not in the graph


def missing(triple: Triple, view: BuildView) -> Diagnostic:
    """That the graph does not say something, and what it says instead."""
    notes = [*_elsewhere(triple, view)]
    help_ = f"see what it says: `kg show {view.short(triple.subject).strip('<>')}`"
    return Diagnostic(
        "W903", f"the graph does not say {view.triple(triple)}", None, tuple(notes), help_
    )


def _elsewhere(triple: Triple, view: BuildView) -> Iterator[str]:
    subject, predicate, object_ = triple.subject, triple.predicate, triple.object
    if not isinstance(subject, NamedNode):
        return
    facts = view.facts(subject)
    same = [t for t in facts if t.predicate == predicate]
    yield from _listed("it says", same, view)
    if facts and not same:
        yield f"it gives {view.short(subject)} no {view.short(predicate)} at all"
    yield from _listed(
        "it says", (t for t in facts if t.object == object_ and t.predicate != predicate), view
    )
    if isinstance(object_, NamedNode):
        back = (t for t in view.facts(object_) if t.object == subject)
        yield from _listed("the other way round it says", back, view)
        yield from _told(subject, object_, view)


def _listed(how: str, triples: Iterable[Triple], view: BuildView) -> Iterator[str]:
    found = list(triples)
    for triple in found[:_NEAR]:
        yield f"{how} {view.triple(triple)}"
    if len(found) > _NEAR:
        yield f"and {len(found) - _NEAR} more like it"


def _told(one: NamedNode, other: NamedNode, view: BuildView) -> Iterator[str]:
    """Nodes of single articles, such as a claim, that speak of both."""
    ends = [
        {triple.subject for triple in view.links(node) if isinstance(triple.subject, NamedNode)}
        for node in (one, other)
    ]
    both = sorted(ends[0] & ends[1], key=str)
    found = [
        node
        for node in both
        if view.value(node, view.text("inArticle")) and not view.is_a(node, "Fact")
    ]
    for node in found[:_NEAR]:
        yield f"{view.short(node)} speaks of both: {_shortened(view.label(node))}"


def _shortened(words: str) -> str:
    return words if len(words) <= 100 else words[:100].rsplit(" ", 1)[0] + " …"


# Individuals


@dataclass(frozen=True, slots=True)
class Individual:
    """Why a node is in the graph.

    Attributes:
        node: the individual, or a term of the ontology.
        label: of the node.
        stated: reasons of the classes that are stated; of a node without a class, of one triple.
        inferred: reasons of the classes that follow.
        time: how it was read, if it is a time.
        checks: the shapes that it conforms to.
        findings: of the build, on the lines that speak of it.
    """

    node: NamedNode
    label: str
    stated: tuple[Reason, ...]
    inferred: tuple[Reason, ...]
    time: TimeProof | None
    checks: tuple[Check, ...] = ()
    findings: tuple[Diagnostic, ...] = ()

    @property
    def sources(self) -> list[Source]:
        """The entries that declare it, each with its words."""
        return list(dict.fromkeys(source for reason in self.stated for source in reason.sources))


def individual(node: NamedNode, explainer: Explainer) -> Individual:
    """Why a node is in the graph: the entries that declare it."""
    view = explainer.view
    triples = [t for t in view.facts(node) if t.predicate == TYPE] or view.facts(node)[:1]
    reasons = [explainer.reason(triple) for triple in triples or view.links(node)[:1]]
    return Individual(
        node,
        view.label(node),
        tuple(reason for reason in reasons if reason.step is None),
        tuple(reason for reason in reasons if reason.step),
        prove(node, view) if view.is_a(node, "Time") else None,
        tuple(checks(node, view, explainer.provenance)),
        tuple(_findings(node, explainer)),
    )


def _findings(node: NamedNode, explainer: Explainer) -> Iterator[Diagnostic]:
    """The findings of the build on a line that says something of a node."""
    found = from_records(explainer.provenance.build.manifest["findings"])
    if not found:
        return
    reasons = (explainer.reason(triple) for triple in explainer.view.facts(node))
    lines = {(s.place.path, s.place.line) for r in reasons for s in r.sources if s.place}
    for finding in found:
        places = [finding.place, *(place for _, place in finding.related)]
        if any(place and (place.path, place.line) in lines for place in places):
            yield finding
