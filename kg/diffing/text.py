"""Changes as text for people, in the manner of `diff`.

In: `Differences`. Out: lines with the sign that they begin with. Refuses nothing.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from kg.diffing.changes import Counts, Differences, GraphChanges, Part, Property, Status, Subject
from kg.diffing.places import Grounds
from kg.rdf.cells import UNSEEN
from kg.rdf.turtle import RDF_TYPE
from kg.store.provenance import Quote
from kg.terms import LABELS, RDFS

_LABELS = (f"<{RDFS}label>", f"<{LABELS[0]}>")
_QUOTES, _LENGTH, _CAUSES = 2, 160, 4
"""Quotes of a subject that are shown, characters of each, causes of a graph."""
_SIGNS = {Status.ADDED: "+", Status.REMOVED: "-", Status.CHANGED: " "}


class Line(NamedTuple):
    """A line of text, and its kind: `+`, `-`, `@` (a heading), or a blank."""

    kind: str
    text: str


def to_text(differences: Differences) -> Iterator[Line]:
    """All of it, graph after graph, then a summary; nothing if nothing differs."""
    comparison = differences.comparison
    if not comparison:
        return
    writer = _Text(differences)
    yield Line("-", f"--- {comparison.old.name}")
    yield Line("+", f"+++ {comparison.new.name}")
    if comparison.is_merged:
        yield Line(" ", "    graphs are compared without their names: one side has none")
    for graph in differences.graphs():
        if graph.part is Part.DESCRIPTION and not differences.full:
            deque(graph.subjects, maxlen=0)  # the summary counts what follows from the rest
            continue
        yield Line(" ", "")
        yield from writer.graph(graph)
    yield Line(" ", "")
    yield from (Line(" ", text) for text in summary(differences.counts))


class _Text:
    """Lines about one graph after another."""

    def __init__(self, differences: Differences) -> None:
        self.knowledge, self.moves = differences.knowledge, differences.moves
        self.grounds = Grounds(differences.comparison.new)

    def graph(self, graph: GraphChanges) -> Iterator[Line]:
        """A heading, the subjects, and what was only counted."""
        heading = graph.name or "all graphs"
        why = _few([str(cause) for cause in graph.causes])
        yield Line("@", f"{heading}  ({why})" if why else heading)
        for subject in graph.subjects:
            if self.knowledge.is_part(subject.node):
                continue
            yield from self.subject(subject, graph)
        if graph.name in self.moves.articles:
            spans = self.moves.spans.get(graph.name, 0)
            yield Line(" ", f"  the text has changed: {spans:,} spans moved with their words")
        elif graph.moved:
            yield Line(" ", f"  {graph.moved // 2:,} statements moved with the words of articles")
        if layer := self.layer(graph):
            yield Line(" ", f"  text layer: {layer}")

    def subject(self, subject: Subject, graph: GraphChanges) -> Iterator[Line]:
        """A heading and a line for each value, then the words that carry what is new."""
        sign = _SIGNS[subject.status]
        yield Line(sign, f"{sign} {self._heading(subject)}")
        quotes: dict[Quote, None] = {}
        for property_ in subject.properties:
            if self._is_told(property_, subject, graph):
                continue
            verb = "a" if property_.predicate == RDF_TYPE else self._short(property_.predicate)
            for value in property_.removed:
                yield Line("-", f"-   {verb}  {self._value(value, False)}")
            for value in property_.added:
                ground = self.grounds(graph.name, subject.node, property_.predicate, value)
                quotes |= dict.fromkeys(ground.quotes)
                why = f"  ({ground.place or ground.rule})" if ground.place or ground.rule else ""
                yield Line("+", f"+   {verb}  {self._value(value, True)}{why}")
        label = self.knowledge.label(subject.node, True)
        told = [quote for quote in quotes if quote.words != label]
        yield from (Line(" ", f"      {words}") for words in _quoted(told))

    def layer(self, graph: GraphChanges) -> str:
        """What became of the text layer, in numbers."""
        parts = []
        for status, number in graph.layer.items():
            if words := self._numbers(+number):
                parts.append(f"{words} {status}")
        if graph.relinked:
            parts.append(f"other words for {graph.relinked:,} of the nodes")
        return "; ".join(parts)

    def _numbers(self, found: Counter[str]) -> str:
        return ", ".join(f"{number:,} {self._short(cls)}" for cls, number in sorted(found.items()))

    def _is_told(self, property_: Property, subject: Subject, graph: GraphChanges) -> bool:
        """Whether headings say it: the article; of what is new or gone, the class and the label."""
        if property_.predicate == self.knowledge.in_article:
            articles = {*property_.added, *property_.removed}
            return all(token.endswith(f"/{graph.name}>") for token in articles)
        whole = subject.status is not Status.CHANGED
        return whole and property_.predicate in (RDF_TYPE, *_LABELS)

    def _heading(self, subject: Subject) -> str:
        is_new = subject.status is not Status.REMOVED
        classes = ", ".join(map(self._short, self.knowledge.classes(subject.node)))
        words = (self.knowledge.label(subject.node, is_new), self._short(subject.node), classes)
        return "  ".join(filter(None, map(_shown, words)))

    def _value(self, token: str, is_new: bool) -> str:
        label = self.knowledge.label(token, is_new) if token[0] == "<" else ""
        return _shown(f"{label}  {self._short(token)}" if label else self._short(token))

    def _short(self, token: str) -> str:
        return self.knowledge.short(token)


def _shown(text: str) -> str:
    """A text on one line, in which nothing can move the cursor of a terminal."""
    return re.sub(UNSEEN, "\ufffd", text.replace("\n", " "))


def _few(words: list[str]) -> str:
    rest = len(words) - _CAUSES
    return ", ".join(words[:_CAUSES]) + (f" and {rest} more" if rest > 0 else "")


def _quoted(quotes: list[Quote]) -> Iterator[str]:
    """The first words, each where it stands."""
    for quote in quotes[:_QUOTES]:
        words = _shown(quote.words)
        if len(words) > _LENGTH:
            half = _LENGTH // 2
            words = f"{words[:half].rsplit(' ', 1)[0]} … {words[-half:].split(' ', 1)[-1]}"
        yield f"“{words}”  ({quote.place or quote.article})"
    if len(quotes) > _QUOTES:
        yield f"and {len(quotes) - _QUOTES:,} more quotes"


def summary(counts: Mapping[Part, Counts]) -> Iterator[str]:
    """How much differs: a line for each part."""
    for part in Part:
        if part in counts:
            found = counts[part]
            numbers = (
                (found.added, "added"),
                (found.removed, "removed"),
                (found.changed, "changed"),
            )
            words = [f"{number:,} {how}" for number, how in numbers if number]
            parts = [", ".join(words)] if words else []
            parts += [f"{found.layer:,} statements of the text layer"] if found.layer else []
            yield f"{part}: {'; '.join(parts)}"
