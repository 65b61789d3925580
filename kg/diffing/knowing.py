"""What is known of the nodes that changes name: labels, classes, short forms, what is evidence.

In: a comparison, and the build of the project around it, if there is one. Out: `Knowledge`.
Refuses nothing: what is not known is shown as it is.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, RdfFormat, parse

from kg.diagnostics import ContentError
from kg.diffing.comparing import Comparison
from kg.diffing.sides import Side
from kg.exporting.facts import Evidence, evidence, superclasses
from kg.ontology.expressions import Source
from kg.project.settings import TEXT_PREFIX
from kg.rdf.dataset import split
from kg.rdf.labels import labels_of
from kg.rdf.turtle import RDF_TYPE, Shortener
from kg.store.embedded import Build
from kg.terms import LABELS, PUBLISHED
from kg.textlayer import TextLayer

MOST = 200_000
"""IRIs whose labels are looked up: more differences than that are not read by people."""
_TYPE = NamedNode(RDF_TYPE[1:-1])
_PREFERRED = f"<{LABELS[0]}>"


@dataclass(frozen=True, slots=True)
class Known:
    """What one side says of nodes: their labels and classes, by IRI."""

    labels: Mapping[str, str]
    classes: Mapping[str, Collection[str]]

    def __contains__(self, iri: str) -> bool:
        return iri in self.labels or iri in self.classes


class Knowledge:
    """What is known of the nodes that the changes of a comparison name.

    Attributes:
        old: what the old side says.
        new: what the new side says.
        digest: the property that has the digest of an article, as a token, if it is known.
        in_article: the property that has the article of a node; empty if it is not known.
        evidence: what only tells how facts are known.
    """

    def __init__(self, comparison: Comparison, around: Build | None) -> None:
        """Look up what the changes name."""
        builds = [comparison.new.build, comparison.old.build, around]
        self._build = next((build for build in builds if build), None)
        iris = set(islice(_iris(comparison.changes), MOST))
        self.old, self.new = (look_up(side, iris) for side in (comparison.old, comparison.new))
        text = TextLayer(self._build.prefixes[TEXT_PREFIX]) if self._build else None
        self.digest = {str(text("sha256"))} if text else set()
        self.in_article = str(text("inArticle")) if text else ""
        self.evidence = Evidence(frozenset(), frozenset())
        self._above: dict[str, set[str]] = {}
        if self._build:
            with suppress(ContentError):  # an old text layer; then all is shown as facts
                self.evidence = evidence(self._build)
            self._above = superclasses(self._build)
        self._shorten = _shortener(comparison, self._build)
        triples = {quad.triple for quad in _labelled(comparison.changes)}
        self._expressions = Source(triples)
        self._parts = {str(t.object) for t in triples if isinstance(t.object, BlankNode)}

    def label(self, token: str, is_new: bool) -> str:
        """The label of a node on one side; that of the other if there is none."""
        sides = (self.new, self.old) if is_new else (self.old, self.new)
        found = (side.labels.get(token[1:-1], "") for side in sides)
        return next(filter(None, found), "")

    def classes(self, token: str) -> list[str]:
        """The classes of a node on either side that are above no other of them, as tokens."""
        iri = token[1:-1]
        found = {*self.old.classes.get(iri, ()), *self.new.classes.get(iri, ())}
        above = {upper for cls in found for upper in self._above.get(cls, ())}
        return sorted(found - above)

    def is_evidence(self, token: str) -> bool:
        """Whether a node only tells how facts are known."""
        iri = token[1:-1]
        found = {*self.old.classes.get(iri, ()), *self.new.classes.get(iri, ())}
        return not self.evidence.classes.isdisjoint(found)

    def is_part(self, token: str) -> bool:
        """Whether a node is a blank node that another statement shows as its value."""
        return token in self._parts

    def is_own(self, cls: str) -> bool:
        """Whether a class is of no published vocabulary."""
        return not cls[1:-1].startswith(tuple(PUBLISHED.values()))

    def short(self, token: str) -> str:
        """A term as in a query; a class expression in Manchester syntax."""
        if token.startswith("_:"):
            name = self._expressions.name(BlankNode(token[2:]))
            return re.sub(r"<[^<>\s]*>", lambda iri: self._shorten(iri[0]), name)
        return self._shorten(token)


def look_up(side: Side, iris: Collection[str]) -> Known:
    """What a side says of nodes."""
    return _in_store(side.build, iris) if side.build else _in_notes(side.notes(), iris)


def _in_store(build: Build, iris: Collection[str]) -> Known:
    classes = defaultdict(set)
    for iri in iris:
        for quad in build.store.quads_for_pattern(NamedNode(iri), _TYPE, None, DefaultGraph()):
            classes[iri].add(str(quad.object))
    return Known(labels_of(build.store, build.language)(iris), classes)


def _in_notes(notes: Iterable[bytes], iris: Collection[str]) -> Known:
    """Of several labels the preferred one counts, then the first."""
    labels: dict[str, tuple[bool, str]] = {}
    classes = defaultdict(set)
    for subject, predicate, value, _ in map(split, notes):
        iri = subject[1:-1]
        if iri not in iris:
            continue
        if predicate == RDF_TYPE:
            classes[iri].add(value)
        elif value[0] == '"':
            found = predicate != _PREFERRED, value
            labels[iri] = min(labels.get(iri, found), found)
    return Known({iri: _form(value) for iri, (_, value) in labels.items()}, classes)


def _form(token: str) -> str:
    """The text of a literal."""
    term = next(iter(parse(f"<a:> <a:> {token} .", RdfFormat.N_TRIPLES))).object
    return term.value if isinstance(term, Literal) else ""


def _iris(changes: Iterable[bytes]) -> Iterator[str]:
    """The nodes that changes name, each once as long as that is cheap to tell."""
    last = ""
    for change in changes:
        subject, _, value, _ = split(change[1:])
        if subject != last and subject[0] == "<":
            last = subject
            yield subject[1:-1]
        if value[0] == "<" and value[1] != "<":
            yield value[1:-1]


def _labelled(changes: Iterable[bytes]) -> Iterator[Quad]:
    """The statements that have blank nodes."""
    for change in changes:
        if b"_:" in change:
            yield from parse(change[1:], RdfFormat.N_QUADS)


def _shortener(comparison: Comparison, build: Build | None) -> Shortener:
    declared = comparison.old.prefixes | comparison.new.prefixes
    if build is None:
        return Shortener(PUBLISHED | declared)
    return Shortener(PUBLISHED | declared | build.prefixes, build.base)
