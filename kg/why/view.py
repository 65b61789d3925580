"""The merged graph of a build, seen from single nodes.

In: a build. Out: values, labels and short names of nodes. Refuses nothing: what is not there has no
values.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property
from itertools import takewhile

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Triple

from kg.ontology.expressions import Source
from kg.rdf.turtle import Shortener
from kg.store.embedded import Build
from kg.terms import PUBLISHED, RDF, RDFS, SKOS
from kg.textlayer import TextLayer

Term = NamedNode | BlankNode | Literal | Triple
TYPE = NamedNode(RDF + "type")
_LABELS = tuple(map(NamedNode, (SKOS + "prefLabel", RDFS + "label")))
_MERGE = DefaultGraph()


class BuildView:
    """Reads one node after another."""

    def __init__(self, build: Build) -> None:
        """Look at a build; nothing is read yet."""
        self.build, self.store = build, build.store
        self.text = TextLayer(build.prefixes["text"])
        self._shorten = Shortener(build.prefixes, build.base)

    @cached_property
    def stems(self) -> list[str]:
        """The names of the articles, sorted."""
        return sorted(self.build.manifest["articles"])

    def short_stem(self, stem: str) -> str:
        """The first words of an article's name that no other has; every command takes them."""
        at = bisect_left(self.stems, stem)
        beside = [*self.stems[max(0, at - 1) : at], *self.stems[at + 1 : at + 2]]
        shared = max((_common(stem, other) for other in beside), default=0)
        rest = re.search(r"[._-]", stem[shared + 1 :])
        return stem[: shared + 1 + rest.start()] if rest else stem

    @property
    def namespaces(self) -> list[str]:
        """The namespaces of the project's own ontology."""
        return [ns for prefix, ns in self.build.prefixes.items() if prefix not in PUBLISHED]

    def objects(self, subject: NamedNode, predicate: NamedNode) -> list[Term]:
        """The values of a property, in a fixed order."""
        found = self.store.quads_for_pattern(subject, predicate, None, _MERGE)
        return sorted((quad.object for quad in found), key=str)

    def nodes(self, subject: NamedNode, predicate: NamedNode) -> list[NamedNode]:
        """The values that have an IRI."""
        return [o for o in self.objects(subject, predicate) if isinstance(o, NamedNode)]

    def value(self, subject: NamedNode, predicate: NamedNode) -> Term | None:
        """The first value of a property, if it has any."""
        return next(iter(self.objects(subject, predicate)), None)

    def facts(self, subject: NamedNode) -> list[Triple]:
        """All triples of a subject, in a fixed order."""
        found = self.store.quads_for_pattern(subject, None, None, _MERGE)
        return sorted((quad.triple for quad in found), key=str)

    def links(self, object_: NamedNode) -> list[Triple]:
        """All triples that point at a node, in a fixed order."""
        found = self.store.quads_for_pattern(None, None, object_, _MERGE)
        return sorted((quad.triple for quad in found), key=str)

    def subjects(self, predicate: NamedNode, object_: Term | None) -> Iterator[NamedNode]:
        """The nodes that have this value of a property, or any value of it."""
        for quad in self.store.quads_for_pattern(None, predicate, object_, _MERGE):
            if isinstance(quad.subject, NamedNode):
                yield quad.subject

    def has(self, triple: Triple) -> bool:
        """Whether the build says so."""
        s, p, o = triple.subject, triple.predicate, triple.object
        return next(self.store.quads_for_pattern(s, p, o, _MERGE), None) is not None

    def knows(self, node: NamedNode) -> bool:
        """Whether anything is said of a node, or by it."""
        found = (
            self.store.quads_for_pattern(node, None, None, _MERGE),
            self.store.quads_for_pattern(None, None, node, _MERGE),
            self.store.quads_for_pattern(None, node, None, _MERGE),
        )
        return any(next(quads, None) is not None for quads in found)

    def is_a(self, node: Term, name: str) -> bool:
        """Whether a node is of a class of the text layer."""
        return isinstance(node, NamedNode) and self.has(Triple(node, TYPE, self.text(name)))

    def label(self, term: Term) -> str:
        """The words for a term: its label; of a literal, its form; else nothing."""
        if isinstance(term, Literal):
            return term.value
        if isinstance(term, NamedNode):
            for predicate in _LABELS:
                if isinstance(found := self.value(term, predicate), Literal):
                    return found.value
        return ""

    def short(self, term: Term) -> str:
        """A term as in a query: CURIE, IRI relative to the base, or literal; an expression of the
        ontology in Manchester syntax.
        """
        if isinstance(term, BlankNode):
            named = self._expressions.name(term)
            return re.sub(r"<[^<>\s]*>", lambda iri: self._shorten(iri[0]), named)
        return self._shorten(str(term))

    @cached_property
    def _expressions(self) -> Source:
        graph = NamedNode(f"{self.build.base}graph/ontology")
        quads = self.store.quads_for_pattern(None, None, None, graph)
        return Source(quad.triple for quad in quads)

    def short_token(self, token: str) -> str:
        """The same for a term in N-Triples."""
        return self._shorten(token)

    def triple(self, triple: Triple) -> str:
        """A triple as in a query."""
        predicate = "a" if triple.predicate == TYPE else self.short(triple.predicate)
        return f"{self.short(triple.subject)} {predicate} {self.short(triple.object)}"


def _common(one: str, other: str) -> int:
    """How many characters at the beginning are the same."""
    return len(list(takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))))
