"""SHACL property paths as functions: from a node to the values that a path leads to.

In: a node of a shapes graph that is a path. Out: a `Follow`. Refuses (`UnscreenedError`): paths
that pySHACL may refuse, or follow otherwise than the specification says.

https://www.w3.org/TR/shacl/#property-paths (section 2.3.1)
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from rdflib import BNode, Graph, URIRef
from rdflib.namespace import RDF, SH
from rdflib.term import Node

from kg.shapes.facts import Facts
from kg.shapes.property_paths import Choice, Path, Repeated, Step, read_path
from kg.shapes.term_text import Term

Follow = Callable[[Facts, Term], Collection[Term]]
_REPEATED = (SH.zeroOrMorePath, SH.oneOrMorePath, SH.zeroOrOnePath)
_DEPTH = 10
"""pySHACL follows no path whose parts lie as deep as that."""


class UnscreenedError(Exception):
    """What a shape says has no exact equivalent here; pySHACL decides."""


def members(graph: Graph, head: Node) -> list[Node]:
    """The members of a well-formed RDF list.

    Raises:
        UnscreenedError: it is none.
    """
    found, seen = [], set()
    while head != RDF.nil:
        first, rest = list(graph.objects(head, RDF.first)), list(graph.objects(head, RDF.rest))
        if len(first) != 1 or len(rest) != 1 or head in seen:
            raise UnscreenedError("a list that is none")
        seen.add(head)
        found += first
        head = rest[0]
    return found


def follow(shapes: Graph, node: Node) -> Follow:
    """The path that a node of a shapes graph describes.

    Raises:
        UnscreenedError: it is a path of an unusual form.
    """
    if not _is_plain(shapes, node, 0):
        raise UnscreenedError("a path")
    return _follow(read_path(shapes, node))


def _is_plain(shapes: Graph, node: Node, depth: int) -> bool:
    """Whether a path is of one of the forms of section 2.3.1 and nothing besides."""
    if isinstance(node, URIRef):
        return node != RDF.nil
    if not isinstance(node, BNode) or depth >= _DEPTH:
        return False
    said = list(shapes.predicate_objects(node))
    if {predicate for predicate, _ in said} == {RDF.first, RDF.rest}:
        parts = members(shapes, node)
        # To pySHACL, each member of a list lies deeper than the one before.
        return len(parts) > 1 and all(
            _is_plain(shapes, part, depth + place) for place, part in enumerate(parts, 1)
        )
    predicate, value = said[0] if len(said) == 1 else (None, node)
    if predicate == SH.inversePath:
        return isinstance(value, URIRef)
    if predicate == SH.alternativePath:
        parts = members(shapes, value)
        return len(parts) > 1 and all(_is_plain(shapes, part, depth + 1) for part in parts)
    return predicate in _REPEATED and _is_plain(shapes, value, depth + 1)


def _follow(path: Path) -> Follow:
    if isinstance(path, Step):
        return _step(f"<{path.iri}>", path.inverse)
    if isinstance(path, Repeated):
        return _repeat(_follow(path.part), path.least, path.endless)
    parts = [_follow(part) for part in path.parts]
    return _choose(parts) if isinstance(path, Choice) else _pass(parts)


def _step(predicate: Term, inverse: bool) -> Follow:
    """Predicate paths (2.3.1.1) and their inverse (2.3.1.4)."""
    if inverse:
        return lambda facts, node: facts.subjects(predicate, node)
    return lambda facts, node: facts.objects(node, predicate)


def _pass(parts: list[Follow]) -> Follow:
    """Sequence paths (2.3.1.2)."""

    def along(facts: Facts, node: Term) -> Collection[Term]:
        reached: Collection[Term] = (node,)
        for part in parts:
            reached = _each(after for before in reached for after in part(facts, before))
        return reached

    return along


def _choose(parts: list[Follow]) -> Follow:
    """Alternative paths (2.3.1.3)."""
    return lambda facts, node: _each(value for part in parts for value in part(facts, node))


def _repeat(part: Follow, least: int, endless: bool) -> Follow:
    """Zero-or-more, one-or-more and zero-or-one paths (2.3.1.5 to 2.3.1.7)."""

    def along(facts: Facts, node: Term) -> Collection[Term]:
        found = {} if least else {node: None}
        open_ = list(part(facts, node))
        while open_:
            value = open_.pop()
            if value not in found:
                found[value] = None
                open_ += part(facts, value) if endless else ()
        return found

    return along


def _each(nodes: Iterable[Term]) -> dict[Term, None]:
    """Each node once, in an order that is always the same: what is looked at depends on it."""
    return dict.fromkeys(nodes)
