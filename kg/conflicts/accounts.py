"""What each article says of the things that are compared, value by value, with its words.

In: the quads of one article with their origins, and what the authority says of individuals.
Out: `Account`s: the values that the article gives to one thing in one aspect. Refuses nothing.

A thing is what several articles can speak of: an individual with an id of the project, or, for
individuals of a class with `text:comparedBy`, the value of that property. A time without bounds is
no value, for no other time can contradict it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode, Quad

from kg.conflicts.comparing import Aspect, Comparison, Content, Interval, Term, is_part_of
from kg.diagnostics import Location
from kg.grounding.generate import LABEL, TYPE
from kg.store.origins import Origin
from kg.terms import SKOS
from kg.text.quotes import Span, fold
from kg.textlayer import TextLayer

CLASSES, NAMES = Aspect("a"), Aspect("mentions")
"""Compared without a property: the classes of shared individuals, and names as written."""

_LABELS = (SKOS + "prefLabel", SKOS + "altLabel", SKOS + "hiddenLabel")

Said = Mapping[str, list[tuple[Term, Origin]]]
Facts = Mapping[str, Said]
"""Objects with their origins, by subject and predicate."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value that an article gives.

    Attributes:
        content: what it is compared by.
        term: as the graph has it.
        spans: the words that carry it.
        place: the line that says so.
    """

    content: Content
    term: Term
    spans: tuple[Span, ...]
    place: Location | None


@dataclass(frozen=True, slots=True)
class Account:
    """What one article says of a thing in one aspect.

    Attributes:
        article: its stem.
        thing: IRI.
        aspect: what it speaks of.
        values: in the order of the text.
    """

    article: str
    thing: str
    aspect: Aspect
    values: tuple[Value, ...]

    @property
    def contents(self) -> frozenset[Content]:
        """What is compared."""
        return frozenset(value.content for value in self.values)


@dataclass(frozen=True, slots=True)
class Individuals:
    """Classes and names of individuals, by IRI; each name with the line that declares it."""

    types: dict[str, tuple[str, ...]] = field(default_factory=dict)
    names: dict[str, dict[str, Location | None]] = field(default_factory=dict)


def to_facts(quads: Mapping[Quad, Origin]) -> Facts:
    """Quads by subject and predicate."""
    found: dict[str, dict[str, list[tuple[Term, Origin]]]] = {}
    for quad, origin in quads.items():
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode | Literal):
            said = found.setdefault(quad.subject.value, {})
            said.setdefault(quad.predicate.value, []).append((quad.object, origin))
    return found


def to_individuals(facts: Facts) -> Individuals:
    """The classes and the names that these facts give."""
    found = Individuals()
    for iri, said in facts.items():
        if TYPE.value in said:
            found.types[iri] = tuple(cls.value for cls, _ in said[TYPE.value])
        for words, origin in (name for label in _LABELS for name in said.get(label, ())):
            found.names.setdefault(iri, {}).setdefault(_folded(words.value), origin.place)
    return found


def _folded(words: str) -> str:
    return fold(words).text


def bounds(term: Term, facts: Facts, text: TextLayer) -> Interval | None:
    """The days between which a time lies, if it has been resolved."""
    said = facts.get(term.value, {}) if isinstance(term, NamedNode) else {}
    first, last = (said.get(text(name).value) for name in ("earliest", "latest"))
    return Interval(first[0][0].value, last[0][0].value) if first and last else None


def period(article: str, facts: Facts, text: TextLayer) -> Interval:
    """When an article can have been written, as far as it says.

    The date that it bears; else any day from the first on that it tells of, because news looks
    ahead from something that has begun.

    Args:
        article: its IRI.
        facts: its named graph.
        text: the terms of the text layer.
    """
    dates = facts.get(article, {}).get(text("date").value, [])
    stated = [found for date, _ in dates if (found := bounds(date, facts, text))]
    times = (bounds(NamedNode(node), facts, text) for node in facts)
    told = [found.earliest for found in times if found]
    return stated[0] if stated else Interval(min(told)) if told else Interval()


def accounts(
    article: str, facts: Facts, authority: Individuals, comparison: Comparison
) -> list[Account]:
    """What an article says of things that other articles can speak of, by thing and key.

    Args:
        article: its stem.
        facts: its named graph.
        authority: the individuals that articles share.
        comparison: what is compared.
    """
    return list(_Reader(article, facts, authority, comparison).accounts())


class _Reader:
    """Reads the accounts of one article."""

    def __init__(
        self, article: str, facts: Facts, authority: Individuals, comparison: Comparison
    ) -> None:
        self.article, self.facts = article, facts
        self.own, self.authority = to_individuals(facts), authority
        self.comparison, self.text = comparison, comparison.text
        self.found: defaultdict[tuple[str, Aspect], dict[Content, Value]] = defaultdict(dict)

    def accounts(self) -> Iterator[Account]:
        for node, said in self.facts.items():
            if self.text("inArticle").value in said:
                self.local(node, said)
            elif self.text("quote").value in said:  # selectors have none
                self.shared(node, said)
        self.names()
        for (thing, aspect), values in sorted(self.found.items(), key=_by_thing_and_key):
            ordered = sorted(values.values(), key=lambda value: (value.spans, str(value.term)))
            yield Account(self.article, thing, aspect, tuple(ordered))

    def shared(self, node: str, said: Said) -> None:
        """What is said of an individual with an id of the project."""
        for cls, origin in said.get(TYPE.value, ()):
            self.add(node, CLASSES, cls, origin)
        self.aspects(node, said, self.own.types.get(node, ()))

    def local(self, node: str, said: Said) -> None:
        """What is said of an individual of this article, as said of what it is compared by."""
        types = self.own.types.get(node, ())
        for key in self.comparison.meeting_points(types):
            rest = {predicate: objects for predicate, objects in said.items() if predicate != key}
            for thing, _ in said.get(key, ()):
                self.aspects(thing.value, rest, types)

    def aspects(self, thing: str, said: Said, types: Iterable[str]) -> None:
        scoped = self.comparison.is_time_scoped(types)
        for predicate, objects in said.items():
            if aspect := self.comparison.aspects.get(predicate):
                about = Aspect(aspect.key, aspect.means, aspect.time_scoped or scoped)
                for term, origin in objects:
                    self.add(thing, about, term, origin)

    def add(
        self, thing: str, aspect: Aspect, term: Term, origin: Origin, content: Content | None = None
    ) -> None:
        """Keep a value; one that is given twice has the words of both, and the first line."""
        if content is None:
            content = bounds(term, self.facts, self.text) if self.is_time(term) else term
        if content is not None:
            values = self.found[thing, aspect]
            first = values.get(content, Value(content, term, (), origin.place))
            spans = tuple(sorted({*first.spans, *origin.spans}))
            values[content] = Value(content, first.term, spans, first.place)

    def is_time(self, term: Term) -> bool:
        types = self.own.types.get(term.value, ()) if isinstance(term, NamedNode) else ()
        return self.comparison.ontology.is_a(types, (self.text("Time").value,))

    def names(self) -> None:
        """The full names by which the article calls individuals, compared as `fold` has them.

        What stands for somebody without being a name, such as a pronoun, is left out.
        """
        found: defaultdict[str, list[tuple[str, Literal, Origin]]] = defaultdict(list)
        for said in self.facts.values():
            for thing, origin in said.get(self.text("denotes").value, ()):
                words = said[LABEL.value][0][0]
                name, known = _folded(words.value), self.known_names(thing.value)
                if name in known and isinstance(words, Literal):
                    found[thing.value].append((name, words, Origin(known[name], origin.spans)))
        for iri, forms in found.items():
            if self.comparison.is_named(self.types(iri)):
                full = _fullest({name for name, _, _ in forms})
                for name, words, origin in forms:
                    if name in full:
                        self.add(iri, NAMES, words, origin, Literal(name))

    def types(self, thing: str) -> tuple[str, ...]:
        return (*self.authority.types.get(thing, ()), *self.own.types.get(thing, ()))

    def known_names(self, thing: str) -> dict[str, Location | None]:
        return self.own.names.get(thing, {}) | self.authority.names.get(thing, {})


def _by_thing_and_key(item: tuple[tuple[str, Aspect], object]) -> tuple[str, str]:
    (thing, aspect), _ = item
    return thing, aspect.key


def _fullest(names: Iterable[str]) -> list[str]:
    """The names that are not part of a longer one of the same article."""
    known = list(names)
    return [name for name in known if not any(is_part_of(name, other) for other in known)]
