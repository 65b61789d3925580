"""What a person types for a node, a property or a value, and which term of the graph is meant.

In: words of a command line: an id, an IRI whole or relative to the base, a CURIE, a key of the
mapping language, a label, a literal. Out: the term.
Refuses: what the build does not know (W901, with the nearest id, label or alias), and what could be
several things (W902).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from kg.answers.naming import Namer, asking
from kg.diagnostics import Diagnostic, Misuse
from kg.hints import closest
from kg.terms import RDF, local_name
from kg.why.view import TYPE, BuildView, Term


class Resolver:
    """Looks up words in one build."""

    def __init__(self, view: BuildView) -> None:
        """Look up in this build."""
        self.view, build = view, view.build
        self._namer = Namer(asking(build.store), build.prefixes, build.base, build.language)

    # Nodes

    def node(self, words: str) -> NamedNode:
        """The individual, class or property that is meant.

        Raises:
            Misuse: W901, the build has nothing of that name; W902, it has several.
        """
        found = self._namer.called(words)
        if len(found) == 1:
            return NamedNode(next(iter(found)))
        raise Misuse([self._several(words, found) if found else self._unknown(words)])

    # Properties

    def property(self, words: str) -> NamedNode:
        """The property that is meant: a key of the mapping language, a CURIE or an IRI.

        Raises:
            Misuse: W901 or W902.
        """
        if words == "a":
            return TYPE
        keyed = [node.value for node in self.view.subjects(self.view.text("key"), Literal(words))]
        found = dict.fromkeys(keyed, "") or self._namer.term(words)
        if len(found) == 1:
            return NamedNode(next(iter(found)))
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
        return [*map(NamedNode, self._namer.called(words))] or [Literal(words)]

    def _is_called(self, term: Term, words: str) -> bool:
        if isinstance(term, Literal):
            return words in (term.value, str(term))
        if not isinstance(term, NamedNode):
            return False
        iri = words.removeprefix("<").removesuffix(">")
        read = self.view.value(term, self.view.text("value"))  # a time is known by its date
        known = (term.value, self.view.short(term), local_name(term.value), self.view.label(term))
        dated = read.value if isinstance(read, Literal) else None
        return iri in (*known, dated, term.value.removeprefix(self.view.build.base))

    # What is wrong

    def _several(self, words: str, found: Mapping[str, str]) -> Diagnostic:
        message = f"`{words}` could be {len(found)} things"
        notes = self._namer.candidates(found)
        return Diagnostic("W902", message, None, notes, "write one of these IRIs")

    def _unknown(self, words: str) -> Diagnostic:
        usual = "ids are those of the mapping files; `kg query` with a SELECT lists what there is"
        help_ = self._namer.meant(words) or usual
        return Diagnostic("W901", f"the build knows nothing called `{words}`", help=help_)


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
