"""What a person types for a node, a property or a value, and which term of the graph is meant.

In: words of a command line: an id, an IRI whole or relative to the base, a CURIE, a key of the
mapping language, a label, a literal. Out: the term.
Refuses: what the build does not know (W901, with the nearest id, label or alias), and what could be
several things (W902).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from kg.diagnostics import Diagnostic, Misuse
from kg.hints import closest
from kg.terms import RDF, RDFS, SKOS, kebab, local_name
from kg.why.view import TYPE, BuildView, Term

_NAMES = tuple(
    NamedNode(iri) for iri in (SKOS + "prefLabel", SKOS + "altLabel", SKOS + "hiddenLabel")
)
_LABEL = NamedNode(RDFS + "label")
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S+")
_SHOWN = 8


class Resolver:
    """Looks up words in one build."""

    def __init__(self, view: BuildView) -> None:
        """Look up in this build."""
        self.view, self.build = view, view.build

    # Nodes

    def node(self, words: str) -> NamedNode:
        """The individual, class or property that is meant.

        Raises:
            Misuse: W901, the build has nothing of that name; W902, it has several.
        """
        words = words.encode(errors="replace").decode()  # a command line may have other bytes
        found = list(dict.fromkeys(self._nodes(words)))
        if len(found) == 1:
            return found[0]
        raise Misuse([self._several(words, found) if found else self._unknown(words)])

    def _nodes(self, words: str) -> list[NamedNode]:
        """All nodes of that name, by the first way of naming that has any."""
        ways = (self._written, self._by_id, self._by_term, self._by_name)
        for way in (*ways, self._by_label, self._by_published_term, self._by_beginning):
            if found := [node for node in way(words) if self.view.knows(node)]:
                return found
        return []

    def _written(self, words: str) -> Iterator[NamedNode]:
        """An IRI or a CURIE."""
        iri = words.removeprefix("<").removesuffix(">")
        prefix, colon, rest = iri.partition(":")
        if _ABSOLUTE.fullmatch(iri):
            yield NamedNode(iri)
        elif colon and prefix in self.build.prefixes and _usable(rest):
            yield NamedNode(self.build.prefixes[prefix] + rest)
        elif _usable(iri):
            yield NamedNode(self.build.base + iri)

    def _by_id(self, words: str) -> Iterator[NamedNode]:
        """An id of a mapping file: unique over all kinds, or `article/id`."""
        if _usable(words):
            for kind in self._kinds():
                yield NamedNode(f"{self.build.base}{kind}/{words}")

    def _by_term(self, words: str) -> Iterator[NamedNode]:
        """A local name of the ontology."""
        if _usable(words):
            for namespace in self.view.namespaces:
                yield NamedNode(namespace + words)

    def _by_published_term(self, words: str) -> Iterator[NamedNode]:
        """A local name of a published vocabulary."""
        if _usable(words):
            for namespace in self.build.prefixes.values():
                yield NamedNode(namespace + words)

    def _by_name(self, words: str) -> Iterator[NamedNode]:
        """A label or an alias, written out."""
        language = self.build.language
        for predicate in _NAMES:
            yield from self.view.subjects(predicate, Literal(words, language=language))

    def _by_label(self, words: str) -> Iterator[NamedNode]:
        """The label of what has no name, such as a class or the words of a statement."""
        language = self.build.language
        for label in (Literal(words, language=language), Literal(words)):
            yield from self.view.subjects(_LABEL, label)

    def _by_beginning(self, words: str) -> Iterator[NamedNode]:
        """The beginning of the name of an article."""
        for stem in self.build.manifest["articles"]:
            if words and stem.startswith(words):
                yield NamedNode(f"{self.build.base}article/{stem}")

    def _kinds(self) -> list[str]:
        """The path segments of individuals in IRIs, as sections declare them."""
        declared = self.view.subjects(self.view.text("section"), None)
        return sorted(kebab(local_name(cls.value)) for cls in declared)

    # Properties

    def property(self, words: str) -> NamedNode:
        """The property that is meant: a key of the mapping language, a CURIE or an IRI.

        Raises:
            Misuse: W901 or W902.
        """
        if words == "a":
            return TYPE
        keyed = [*self.view.subjects(self.view.text("key"), Literal(words))]
        ways = (self._by_term, self._written, self._by_published_term)
        named = ([node for node in way(words) if self.view.knows(node)] for way in ways)
        found = list(dict.fromkeys(keyed or next(filter(None, named), [])))
        if len(found) == 1:
            return found[0]
        raise Misuse(
            [self._several(words, found) if found else self._no_property(words, self._keys())]
        )

    def _keys(self) -> list[str]:
        """The keys that a property has."""
        kinds = ("ObjectProperty", "DatatypeProperty")
        terms = (NamedNode(f"http://www.w3.org/2002/07/owl#{kind}") for kind in kinds)
        declared = {node for term in terms for node in self.view.subjects(TYPE, term)}
        return sorted({local_name(node.value) for node in declared} | {"a", "label", "alias"})

    def _no_property(self, words: str, keys: Iterable[str]) -> Diagnostic:
        near = closest(words, keys)
        help_ = f"did you mean `{near}`?" if near else "write a key of the mappings, or a CURIE"
        return Diagnostic("W901", f"the build knows no property `{words}`", help=help_)

    # Values

    def values(self, words: str, among: Iterable[Term]) -> list[Term]:
        """The values that are meant: those that are there, else whatever it can be.

        Args:
            words: an id, IRI, CURIE, label, or a literal with or without quotation marks; of a
                time, its date.
            among: the values that the property has.
        """
        if fitting := [term for term in among if self._is_called(term, words)]:
            return fitting
        if literal := _literal(words):
            return [literal]
        return [*dict.fromkeys(self._nodes(words))] or [Literal(words)]

    def _is_called(self, term: Term, words: str) -> bool:
        if isinstance(term, Literal):
            return words in (term.value, str(term))
        if not isinstance(term, NamedNode):
            return False
        iri = words.removeprefix("<").removesuffix(">")
        read = self.view.value(term, self.view.text("value"))  # a time is known by its date
        known = (term.value, self.view.short(term), local_name(term.value), self.view.label(term))
        dated = read.value if isinstance(read, Literal) else None
        return iri in (*known, dated, term.value.removeprefix(self.build.base))

    # What is wrong

    def _several(self, words: str, found: list[NamedNode]) -> Diagnostic:
        notes = tuple(
            f"`{self.view.short(node)}`: {self.view.label(node)}" for node in found[:_SHOWN]
        )
        message = f"`{words}` could be {len(found)} things"
        return Diagnostic("W902", message, None, notes, "write one of these IRIs")

    def _unknown(self, words: str) -> Diagnostic:
        known = dict(self._all_names())
        near = closest(words, known)
        help_ = "ids are those of the mapping files; `kg query` with a SELECT lists what there is"
        if near:
            node = self.view.short(known[near])
            help_ = f"did you mean `{near}`?" + ("" if near in node else f" ({node})")
        return Diagnostic("W901", f"the build knows nothing called `{words}`", help=help_)

    def _all_names(self) -> Iterator[tuple[str, NamedNode]]:
        """Every id, label and alias of an individual, with what it names."""
        for predicate in _NAMES[:2]:
            for quad in self.view.store.quads_for_pattern(None, predicate, None):
                if isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal):
                    yield local_name(quad.subject.value), quad.subject
                    yield quad.object.value, quad.subject
        for stem in self.build.manifest["articles"]:
            yield stem, NamedNode(f"{self.build.base}article/{stem}")


def _usable(words: str) -> bool:
    """Whether words can be part of an IRI."""
    return bool(words) and not re.search(r'[\x00-\x20<>"{}|\\^`]', words)


def _literal(words: str) -> Literal | None:
    """A literal as in Turtle: `"Tehran"@en`, `"2025-02-11"^^<...>`, `42`, `true`."""
    if not re.match(r'["\'\d.+-]|true$|false$', words):
        return None
    prefixes = f"@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix rdf: <{RDF}> . "
    try:
        found = next(parse(f"{prefixes} <x:s> <x:p> {words} .".encode(), RdfFormat.TURTLE)).object
    except SyntaxError:
        return None
    return found if isinstance(found, Literal) else None
