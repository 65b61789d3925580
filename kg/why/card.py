"""All that the graph has on one node, arranged as a reader would ask for it.

In: a node of a build. Out: a `Card`: labels, names as written, facts, what single articles state of
it, and what links to it, each with the articles that say so.
Refuses nothing: of an unknown node the card is empty.

What is special about a class or a property follows from the annotations of the text layer: nodes of
a class with `text:comparedBy` are what one article states of the node that this property gives, and
stand together by article; a value of class `text:Time` dates what has it. Inferred links that are
another link read from its other end, or by a wider property, are left out: the other one is there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

from kg.diagnostics import Location
from kg.store.provenance import INFERRED, Quote
from kg.terms import RDF, RDFS, SKOS
from kg.why.reasons import Explainer
from kg.why.view import TYPE, Term

_LABELS = {
    SKOS + "prefLabel": "label",
    SKOS + "altLabel": "alias",
    SKOS + "hiddenLabel": "hidden",
    RDFS + "label": "label",
}
_DEFINITION = NamedNode(SKOS + "definition")
_REIFIED = frozenset(RDF + name for name in ("subject", "predicate", "object"))
# The same link from the other end, or by a wider property.
_REPEATS = frozenset({"prp-inv1", "prp-inv2", "prp-symp", "prp-spo1", "prp-eqp1", "prp-eqp2"})


@dataclass(frozen=True, slots=True)
class When:
    """A time of something: its value and bounds, and whether the author inferred it."""

    value: str
    earliest: str
    inferred: bool


@dataclass(frozen=True, slots=True)
class Value:
    """A node or literal that a fact gives.

    Attributes:
        term: itself.
        label: in words.
        graphs: the articles that say so; `authority`, `ontology`; empty if it is inferred.
        when: of a time, its value; of a node that has times, these.
    """

    term: Term
    label: str
    graphs: tuple[str, ...]
    when: tuple[When, ...] = ()

    @property
    def inferred(self) -> bool:
        """Whether nobody states it."""
        return not self.graphs


@dataclass(frozen=True, slots=True)
class Group:
    """The values of one property, or the nodes that link to the card's by it."""

    property: NamedNode
    label: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Name:
    """A form as written, and how often each article has it."""

    words: str
    articles: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Scoped:
    """What one article states of the node, on a node of its own.

    Attributes:
        node: its IRI.
        property: by which it names the node of the card.
        article: that states it.
        facts: what it says.
        quotes: the words.
    """

    node: NamedNode
    property: NamedNode
    article: str
    facts: tuple[Group, ...]
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """All that the graph has on a node.

    Attributes:
        node: its IRI.
        label: by which lists show it.
        labels: the others, each with what it is (`alias`, `hidden`, `label`).
        definition: in the words of the author, if there is one.
        classes: that are stated, with their articles, and that follow.
        places: the entries that declare it.
        names: as written, the most frequent first.
        facts: its own, by property.
        scoped: what single articles state of it, by article.
        links: what points at it, by property, in time order.
        quotes: the words of its entries.
    """

    node: NamedNode
    label: str
    labels: tuple[tuple[str, str], ...]
    definition: str
    classes: tuple[Value, ...]
    places: tuple[Location, ...]
    names: tuple[Name, ...]
    facts: tuple[Group, ...]
    scoped: tuple[Scoped, ...]
    links: tuple[Group, ...]
    quotes: tuple[Quote, ...]


def make_card(node: NamedNode, explainer: Explainer) -> Card:
    """The card of a node."""
    return _Maker(node, explainer).card(explainer)


class _Maker:
    def __init__(self, node: NamedNode, explainer: Explainer) -> None:
        self.node, self.view, self.provenance = node, explainer.view, explainer.provenance
        self.derivations = explainer.derivations
        self.text = self.view.text
        self.own = self.view.facts(node)
        self.incoming = [t for t in self.view.links(node) if t.predicate.value not in _REIFIED]
        self.keyed = set(self._keyed())

    def _keyed(self) -> Iterator[NamedNode]:
        """The nodes that are what one article states of this one."""
        for cls in self.view.subjects(self.text("comparedBy"), None):
            for property_ in self.view.nodes(cls, self.text("comparedBy")):
                for triple in self.incoming:
                    subject = triple.subject
                    if triple.predicate == property_ and isinstance(subject, NamedNode):
                        yield subject

    def card(self, explainer: Explainer) -> Card:
        classes = [t for t in self.own if t.predicate == TYPE]
        sources = [s for t in classes if self.graphs(t) for s in explainer.reason(t).sources]
        definition = self.view.value(self.node, _DEFINITION)
        label = self.view.label(self.node)
        return Card(
            node=self.node,
            label=label,
            labels=tuple(found for found in self.labels() if found != (label, "label")),
            definition=definition.value if isinstance(definition, Literal) else "",
            classes=tuple(self.value(t, t.object) for t in classes),
            places=tuple(dict.fromkeys(s.place for s in sources if s.place)),
            names=tuple(self.names()),
            facts=self.groups(self.facts(self.own), forward=True),
            scoped=tuple(self.scoped()),
            links=self.groups(self.links(), forward=False),
            quotes=tuple(dict.fromkeys(q for s in sources for q in s.quotes)),
        )

    def labels(self) -> Iterator[tuple[str, str]]:
        for triple in self.own:
            kind = _LABELS.get(triple.predicate.value)
            if kind and isinstance(triple.object, Literal) and self.graphs(triple):
                yield triple.object.value, kind

    def names(self) -> list[Name]:
        found: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
        for triple in self.incoming:
            if triple.predicate == self.text("denotes") and isinstance(triple.subject, NamedNode):
                for article in self.graphs(triple):
                    found[self.view.label(triple.subject)][article] += 1
        names = [Name(words, tuple(sorted(where.items()))) for words, where in found.items()]
        return sorted(names, key=lambda n: (-sum(count for _, count in n.articles), n.words))

    def scoped(self) -> list[Scoped]:
        found = [s for node in sorted(self.keyed, key=str) for s in self._scoped(node)]
        return sorted(found, key=lambda scoped: (scoped.article, scoped.node.value))

    def _scoped(self, node: NamedNode) -> Iterator[Scoped]:
        own = self.view.facts(node)
        told = next(t for t in own if t.object == self.node)
        kept = [t for t in self.facts(own) if t.object != self.node]
        for article in self.graphs(told):
            spans = self.provenance.origin(article, told).spans
            quotes = tuple(self.provenance.quote(article, span) for span in spans)
            facts = self.groups(kept, forward=True)
            yield Scoped(node, told.predicate, article, facts, quotes)

    def facts(self, triples: Iterable[Triple]) -> Iterator[Triple]:
        """What a node says of itself, without labels, classes and what describes the text."""
        hidden = {TYPE, _DEFINITION, self.text("quote"), self.text("inArticle")}
        for triple in triples:
            labels = triple.predicate.value in _LABELS
            if triple.predicate not in hidden and not labels and self.is_news(triple):
                yield triple

    def links(self) -> Iterator[Triple]:
        for triple in self.incoming:
            told = triple.subject in self.keyed or self.is_layer(triple.subject)
            if not told and self.is_news(triple):
                yield triple

    def is_layer(self, node: Term) -> bool:
        """Whether a node only describes words or a fact, which the card shows as such."""
        return self.view.is_a(node, "Span") or self.view.is_a(node, "Fact")

    def is_news(self, triple: Triple) -> bool:
        """Whether it says more than a link that is shown."""
        graphs = self.provenance.graphs(triple)
        return graphs != [INFERRED] or self.derivations.of(triple).rule not in _REPEATS

    def groups(self, triples: Iterable[Triple], *, forward: bool) -> tuple[Group, ...]:
        found: defaultdict[NamedNode, list[Value]] = defaultdict(list)
        for triple in triples:
            end = triple.object if forward else triple.subject
            found[triple.predicate].append(self.value(triple, end))
        ordered = sorted(found.items(), key=lambda item: self.label(item[0]))
        return tuple(Group(p, self.label(p), tuple(_in_time(values))) for p, values in ordered)

    def value(self, triple: Triple, end: Term) -> Value:
        return Value(end, self.view.label(end), self.graphs(triple), tuple(self.times(end)))

    def times(self, end: Term) -> Iterator[When]:
        """The values of a time, or of the times that a node has."""
        if not isinstance(end, NamedNode):
            return
        nodes = [end] if self.view.is_a(end, "Time") else self._times_of(end)
        found = (self._when(node) for node in nodes)
        known = {when.value: when for when in sorted(filter(None, found), key=_least_sure)}
        yield from sorted(known.values(), key=lambda when: when.earliest)

    def _times_of(self, node: NamedNode) -> list[NamedNode]:
        ends = (triple.object for triple in self.view.facts(node))
        return [e for e in ends if isinstance(e, NamedNode) and self.view.is_a(e, "Time")]

    def _when(self, time: NamedNode) -> When | None:
        value, first = (self.view.value(time, self.text(n)) for n in ("value", "earliest"))
        if isinstance(value, Literal) and isinstance(first, Literal):
            return When(value.value, first.value, self.view.is_a(time, "InferredTime"))
        return None

    def graphs(self, triple: Triple) -> tuple[str, ...]:
        return tuple(graph for graph in self.provenance.graphs(triple) if graph != INFERRED)

    def label(self, property_: NamedNode) -> str:
        return self.view.label(property_) or self.view.short(property_)


def _least_sure(when: When) -> bool:
    """Of two times of one value, the one that an article states comes last and stays."""
    return not when.inferred


def _in_time(values: list[Value]) -> list[Value]:
    """Those with a time in its order, then the others by article and place in the text."""
    return sorted(values, key=lambda v: (v.when[0].earliest if v.when else "~", *_natural(v.term)))


def _natural(term: Term) -> tuple[tuple[int, str], ...]:
    """Numbers in an IRI count as numbers: `.../97-120` comes before `.../105-130`."""
    parts = str(term).replace("-", "/").split("/")
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in parts)
