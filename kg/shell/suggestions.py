"""What a build has that could be written next: individuals, keys, values, graphs.

In: a build, and what has been written so far. Out: `Suggestion`s in the order of their texts.
Refuses: nothing; what a build does not have is not suggested.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice
from typing import Any, NamedTuple, cast

from pyoxigraph import DefaultGraph, Literal, NamedNode

from kg.diagnostics import Misuse
from kg.store.embedded import Build
from kg.terms import OWL, RDF, RDFS, SKOS, local_name
from kg.why.resolving import Resolver
from kg.why.view import BuildView

MOST = 20_000
"""Nodes that are looked at: a key is pressed meanwhile."""
RESOURCE = RDFS + "Resource"
_MERGE = DefaultGraph()


class Suggestion(NamedTuple):
    """Something that could be written.

    Attributes:
        text: what would be written.
        label: what it is called.
        iri: of what it names; empty if it names nothing.
        meaning: its definition, of a term of the ontology.
    """

    text: str
    label: str = ""
    iri: str = ""
    meaning: str = ""


def matching(found: Iterable[Suggestion], beginning: str) -> list[Suggestion]:
    """Those that begin so; if there are none, those with a word in id or label that does."""
    known, folded = list(found), beginning.casefold()
    exact = [suggestion for suggestion in known if suggestion.text.startswith(beginning)]
    return exact or [suggestion for suggestion in known if has_word(suggestion, folded)]


def has_word(suggestion: Suggestion, beginning: str) -> bool:
    """Whether a word of its text or its label begins so, letter case apart."""
    words = f"{suggestion.text} {suggestion.label}".casefold()
    return any(words.startswith(beginning, start.start()) for start in re.finditer(r"\b\w", words))


class Suggestions:
    """Looks into one build."""

    def __init__(self, build: Build) -> None:
        """Look into a build; nothing is read yet."""
        self.build, self.view = build, BuildView(build)
        self._members: dict[str, list[Suggestion]] = {}

    def nodes(self) -> list[Suggestion]:
        """What has a name: individuals and articles, by their ids."""
        named = self.view.store.quads_for_pattern(None, NamedNode(SKOS + "prefLabel"), None, _MERGE)
        found = self._labelled((quad.subject, quad.object) for quad in islice(named, MOST))
        articles = (Suggestion(s, "", f"{self.build.base}article/{s}") for s in self.view.stems)
        return sorted([*found, *articles])

    def members(self, class_: str) -> list[Suggestion]:
        """The individuals of a class, by their ids; of rdfs:Resource, all that have a name."""
        if class_ not in self._members:
            found = self.nodes() if class_ == RESOURCE else self._of_class(class_)
            self._members[class_] = found
        return self._members[class_]

    def _of_class(self, class_: str) -> list[Suggestion]:
        rows = cast(Any, self.view.store.query(_MEMBERS.format(NamedNode(class_), MOST)))
        return sorted(self._labelled((row["i"], row["label"]) for row in rows))

    def keys(self, subject: str) -> list[Suggestion]:
        """The properties that a node has, as keys of the mapping language or CURIEs."""
        with_value = {fact.predicate for fact in self._facts(subject)}
        return sorted(map(self._key, with_value))

    def values(self, subject: str, key: str) -> list[Suggestion]:
        """The values that a node has of a property."""
        try:
            property_ = Resolver(self.view).property(key)
        except Misuse:
            return []
        found = (fact.object for fact in self._facts(subject) if fact.predicate == property_)
        return sorted({self._value(term) for term in found})

    @cached_property
    def graphs(self) -> list[Suggestion]:
        """The named graphs, as `--graph` takes them."""
        start = f"{self.build.base}graph/"
        names = (name.value for name in self.view.store.named_graphs() if name.value)
        return sorted(Suggestion(iri.removeprefix(start), "", iri) for iri in names)

    @cached_property
    def classes(self) -> list[Suggestion]:
        """The classes of the ontology, by their CURIEs, the project's own first."""
        return self._terms("Class")

    @cached_property
    def properties(self) -> list[Suggestion]:
        """The properties of the ontology, by their CURIEs, the project's own first."""
        return self._terms("ObjectProperty", "DatatypeProperty", "AnnotationProperty")

    def range(self, property_: str) -> list[str]:
        """The classes that the values of a property are of, as far as the ontology says."""
        rows = cast(Any, self.view.store.query(_RANGE.format(NamedNode(property_))))
        return sorted(row["class"].value for row in rows)

    def _terms(self, *kinds: str) -> list[Suggestion]:
        iris = {
            node.value
            for kind in kinds
            for node in self.view.subjects(NamedNode(RDF + "type"), NamedNode(OWL + kind))
        }
        own = tuple(self.view.namespaces)
        terms = (term for term in map(self._term, iris) if not term.text.startswith("<"))
        return sorted(terms, key=lambda term: (not term.iri.startswith(own), term))

    def _term(self, iri: str) -> Suggestion:
        node = NamedNode(iri)
        meaning = self.view.value(node, NamedNode(SKOS + "definition"))
        words = meaning.value if isinstance(meaning, Literal) else ""
        return Suggestion(self.view.short(node), self.view.label(node), iri, words)

    def _facts(self, subject: str) -> Sequence[Any]:
        try:
            return self.view.facts(Resolver(self.view).node(subject))
        except Misuse:
            return []

    def _key(self, property_: NamedNode) -> Suggestion:
        iri, label = property_.value, self.view.label(property_)
        own = any(iri.startswith(namespace) for namespace in self.view.namespaces)
        if iri == RDF + "type":
            return Suggestion("a", "", iri)
        return Suggestion(local_name(iri) if own else self.view.short(property_), label, iri)

    def _value(self, term: Any) -> Suggestion:  # noqa: ANN401  (of any kind)
        if isinstance(term, NamedNode):
            id_ = local_name(term.value)
            return Suggestion(id_, self.view.label(term), term.value)
        return Suggestion(term.value if isinstance(term, Literal) else str(term))

    def _labelled(self, rows: Iterable[tuple[object, object]]) -> Iterator[Suggestion]:
        """Individuals by id; where several have one, by their IRIs relative to the base."""
        labels: dict[str, str] = {}
        for node, label in rows:
            if isinstance(node, NamedNode):
                labels.setdefault(node.value, label.value if isinstance(label, Literal) else "")
        ids = Counter(map(local_name, labels))
        for iri, label in labels.items():
            id_ = local_name(iri)
            yield Suggestion(
                id_ if ids[id_] == 1 else iri.removeprefix(self.build.base), label, iri
            )


_RANGE = """PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
SELECT DISTINCT ?class {{
  {} rdfs:subPropertyOf*/rdfs:range/(owl:unionOf/rdf:rest*/rdf:first)? ?class
  FILTER(isIRI(?class))
}}"""
# Spans have their words as labels, and nobody calls one by its name.
_MEMBERS = """SELECT ?i ?label {{
  ?i a {} FILTER(isIRI(?i) && !CONTAINS(STR(?i), "#char="))
  OPTIONAL {{ ?i <http://www.w3.org/2000/01/rdf-schema#label> ?label }}
}} LIMIT {}"""
