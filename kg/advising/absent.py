"""Terms of a query that the data do not have, and what was probably meant.

In: a query, the store that it asks, and a reader of its terms. Out: its IRIs that no triple has,
and for each the term that is most like it.
Refuses: nothing.

Left out is what may well be absent: what must not match (MINUS, NOT EXISTS, `!=`), what is asked
elsewhere (SERVICE), names of functions and datatypes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from pyoxigraph import NamedNode, Store

from kg.diagnostics import ContentError
from kg.hints import closest
from kg.sparql.grammar import Token, Tree
from kg.sparql.meaning import Reader
from kg.sparql.phrases import Part, first_token, keywords
from kg.terms import RDF, XSD, local_name

MOST = 200_000
"""Triples that are looked at for words that were meant."""
ELSEWHERE = ("Minus", "SelectClause", "Service", "Template", "Text")
TYPE = RDF + "type"


class Absent(NamedTuple):
    """An IRI that no triple has, where it stands, and whether it should be a property there."""

    token: Token
    iri: str
    is_property: bool


def absent(query: Tree, store: Store, reader: Reader) -> list[Absent]:
    """The IRIs of a query that the store does not have, each once."""
    found: dict[str, Absent] = {}
    for token, is_property in _iris(query.parts[1:], is_property=False):
        try:
            node = reader.iri(token.text)
        except (ContentError, SyntaxError, ValueError):  # a relative IRI without a base
            continue
        if not node.value.startswith(XSD) and not knows(store, node):
            found.setdefault(node.value, Absent(token, node.value, is_property))
    return list(found.values())


def knows(store: Store, node: NamedNode) -> bool:
    """Whether a store has an IRI anywhere."""
    ways = ((node, None, None), (None, node, None), (None, None, node))
    some = (next(store.quads_for_pattern(*way), None) for way in ways)
    return any(quad is not None for quad in some) or store.contains_named_graph(node)


def _iris(parts: Iterable[Part], *, is_property: bool) -> Iterator[tuple[Token, bool]]:
    for part in parts:
        if isinstance(part, Token) or part.rule in ELSEWHERE or _is_negative(part):
            continue
        if part.rule == "Iri":
            yield first_token(part), is_property
        elif part.rule in ("FunctionCall", "Primary") and part.trees("Arguments"):
            yield from _iris(part.trees("Arguments"), is_property=False)
        else:
            is_path = is_property or part.rule in ("Path", "PathPrimary")
            yield from _iris(part.parts, is_property=is_path and part.rule != "Expression")


def _is_negative(part: Tree) -> bool:
    if part.rule == "BuiltIn":
        return first_token(part).keyword == "NOT"
    if part.rule == "Relation":
        return "!=" in _words(part) or "NOT" in keywords(part)
    return part.rule == "PathPrimary" and "!" in _words(part)


def _words(part: Tree) -> list[str]:
    return [token.text for token in part.parts if isinstance(token, Token)]


class Vocabulary:
    """The IRIs of a store, as far as it is looked through, to find what was meant."""

    def __init__(self, store: Store) -> None:
        """Look through a store."""
        self._properties: set[str] = set()
        self._classes: set[str] = set()
        self._nodes: set[str] = set()
        for quad in islice(store.quads_for_pattern(None, None, None), MOST):
            self._properties.add(quad.predicate.value)
            ends = {end.value for end in (quad.subject, quad.object) if isinstance(end, NamedNode)}
            self._nodes |= ends
            if quad.predicate.value == TYPE and isinstance(quad.object, NamedNode):
                self._classes.add(quad.object.value)

    def meant(self, iri: str, *, is_property: bool) -> str | None:
        """The IRI that was probably meant: of the same name, else the one that is most like it."""
        name = local_name(iri)
        namespace = iri.removesuffix(name)
        beside = {node for node in self._nodes if node.removesuffix(local_name(node)) == namespace}
        for terms in (self._properties,) if is_property else (beside, self._classes):
            names: dict[str, str] = {}
            for term in sorted(terms, key=lambda term: (not term.startswith(namespace), term)):
                names.setdefault(local_name(term), term)
            near = name if name in names else closest(name, names) if name else None
            if near is not None:
                return names[near]
        return None
