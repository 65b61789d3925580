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
from kg.resolving import Resolver
from kg.store import Build
from kg.terms import RDF, RDFS, SKOS, local_name
from kg.view import BuildView

MOST = 20_000
"""Nodes that are looked at: a key is pressed meanwhile."""
RESOURCE = RDFS + "Resource"
_MERGE = DefaultGraph()


class Suggestion(NamedTuple):
    """Something that could be written.

    Attributes:
        text: what would be written.
        label: what it means, in words.
        iri: of what it names; empty if it names nothing.
    """

    text: str
    label: str = ""
    iri: str = ""


def matching(found: Iterable[Suggestion], beginning: str) -> list[Suggestion]:
    """Those that begin so; if there are none, those with a word in id or label that does."""
    known, folded = list(found), beginning.casefold()
    exact = [suggestion for suggestion in known if suggestion.text.startswith(beginning)]
    return exact or [suggestion for suggestion in known if _has_word(suggestion, folded)]


def _has_word(suggestion: Suggestion, beginning: str) -> bool:
    words = f"{suggestion.text} {suggestion.label}".casefold()
    return any(words.startswith(beginning, start.start()) for start in re.finditer(r"\b\w", words))


class Suggestions:
    """Looks into one build."""

    def __init__(self, build: Build) -> None:
        """Look into a build; nothing is read yet."""
        self.build, self.view = build, BuildView(build)

    def nodes(self) -> list[Suggestion]:
        """What has a name: individuals and articles, by their ids."""
        named = self.view.store.quads_for_pattern(None, NamedNode(SKOS + "prefLabel"), None, _MERGE)
        found = self._labelled((quad.subject, quad.object) for quad in islice(named, MOST))
        return sorted([*found, *map(Suggestion, self.view.stems)])

    def members(self, class_: str) -> list[Suggestion]:
        """The individuals of a class, by their ids; of rdfs:Resource, all that have a name."""
        if class_ == RESOURCE:
            return self.nodes()
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


# Spans have their words as labels, and nobody calls one by its name.
_MEMBERS = """SELECT ?i ?label {{
  ?i a {} FILTER(isIRI(?i) && !CONTAINS(STR(?i), "#char="))
  OPTIONAL {{ ?i <http://www.w3.org/2000/01/rdf-schema#label> ?label }}
}} LIMIT {}"""
