"""What a shape demands, in the words of mapping files.

In: nodes of a shapes graph. Out: phrases: what a value must be, what a node must have, and what an
author can write so that it does. Refuses nothing: what it has no words for it passes over.

https://www.w3.org/TR/shacl/#core-components (section 4)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import NamedNode
from rdflib import Graph, URIRef
from rdflib.collection import Collection
from rdflib.namespace import RDF, SH
from rdflib.term import Node

from kg.ontology.declarations import Property
from kg.rdf.rdflib_terms import from_rdflib
from kg.shapes.property_paths import Choice, Path, Repeated, Step, read_path
from kg.shapes.vocabulary import Vocabulary, listed

DEPTH = 6
"""Shapes within shapes beyond this depth are not put into words."""

_PHRASES: dict[Node, str] = {
    SH.datatype: "a literal of {}",
    SH.hasValue: "{}",
    SH.minInclusive: "at least {}",
    SH.maxInclusive: "at most {}",
    SH.minExclusive: "above {}",
    SH.maxExclusive: "below {}",
    SH.minLength: "text of at least {} characters",
    SH.maxLength: "text of at most {} characters",
    SH.pattern: "text that matches {}",
    SH.equals: "the same values as {}",
    SH.disjoint: "no value of {}",
    SH.lessThan: "less than each value of {}",
    SH.lessThanOrEquals: "at most each value of {}",
}
_KINDS: dict[Node, str] = {
    SH.IRI: "an individual",
    SH.BlankNode: "a node without a name",
    SH.Literal: "a literal",
    SH.BlankNodeOrIRI: "an individual or a node without a name",
    SH.BlankNodeOrLiteral: "a literal or a node without a name",
    SH.IRIOrLiteral: "an individual or a literal",
}
_JOINED: dict[Node, str] = {SH["or"]: " or ", SH.xone: " or ", SH["and"]: " and "}
_HAVING = "one with "
_PARAMETERS = (
    *(SH["in"], SH["class"], SH.nodeKind, *_PHRASES, SH.languageIn),
    *(*_JOINED, SH["not"], SH.node, SH.property),
)
_COUNTS = (
    SH.minCount,
    SH.maxCount,
    SH.qualifiedValueShape,
    SH.qualifiedMinCount,
    SH.qualifiedMaxCount,
)
_LEAST = (SH.minCount, SH.qualifiedMinCount)
COMPARED = (SH.equals, SH.disjoint, SH.lessThan, SH.lessThanOrEquals)
"""Parameters that compare the values of two paths."""
_INNER = (SH["not"], SH["and"], SH["or"], SH.xone, SH.node, SH.property, RDF.first, RDF.rest)
_PLAIN = {*_INNER, RDF.type, SH.name, SH.description, SH.message, SH.severity}
_OF_VALUES = {*_PLAIN, *_PARAMETERS, *COMPARED, *_COUNTS, SH.path}


class Demands:
    """The shapes of a project in words."""

    def __init__(self, shapes: Graph, vocabulary: Vocabulary) -> None:
        """Words for the shapes of a shapes graph."""
        self.shapes, self._words = shapes, vocabulary

    # What a value must be

    def condition(self, shape: Node, depth: int = DEPTH) -> str:
        """What a value must be to conform to a shape; empty if nothing can be said of it."""
        phrases = (self.phrase(shape, parameter, depth) for parameter in _PARAMETERS)
        return " and ".join(filter(None, phrases))

    def phrase(self, shape: Node, parameter: Node, depth: int = DEPTH) -> str:
        """What a parameter of a shape demands of a value."""
        values = self.all(shape, parameter)
        if not values or not depth:
            return ""
        if parameter in _JOINED:
            return " and ".join(self._joined(head, _JOINED[parameter], depth) for head in values)
        if parameter == SH["class"]:
            return self._words.classes(map(str, values))
        if parameter == SH.property:
            return self._with(shape, depth)
        return " and ".join(filter(None, (self._one(parameter, v, depth) for v in values)))

    def _one(self, parameter: Node, value: Node, depth: int) -> str:
        """What one value of a parameter demands."""
        if parameter in (SH["in"], SH.languageIn):
            members = self.members(value)
            several = "one of " if len(members) > 1 else ""
            prefix = several if parameter == SH["in"] else "text in "
            return f"{prefix}{listed(map(self.term, members))}"
        if parameter in (SH["not"], SH.node):
            inner = self.condition(value, depth - 1)
            return f"not {inner}" if inner and parameter == SH["not"] else inner
        if parameter == SH.nodeKind:
            return _KINDS.get(value, f"<{value}>")
        return _PHRASES[parameter].format(self.term(value))

    def _joined(self, head: Node, conjunction: str, depth: int) -> str:
        phrases = [self.condition(part, depth - 1) for part in self.members(head)]
        return conjunction.join(dict.fromkeys(phrases)) if all(phrases) else ""

    def _with(self, shape: Node, depth: int) -> str:
        parts = [self.need(part, depth - 1) for part in self.all(shape, SH.property)]
        return f"{_HAVING}{listed(filter(None, parts), 'and')}" if any(parts) else ""

    # What a node must have

    def need(self, shape: Node, depth: int = DEPTH) -> str:
        """What a node must have to conform to a property shape."""
        path = self.path(read_path(self.shapes, self.shapes.value(shape, SH.path)))
        condition = self.condition(shape, depth)
        if self.all(shape, SH.qualifiedValueShape):
            return self.qualified(shape, depth)
        if not self._is_counted(shape):
            return f"{condition} as {path}" if condition else ""
        number = self.number(shape, SH.minCount, SH.maxCount)
        return f"{number} {path}" + (f" that is {condition}" if condition else "")

    def qualified(self, shape: Node, depth: int = DEPTH) -> str:
        """How many values of which kind a qualified property shape demands."""
        path = self.path(read_path(self.shapes, self.shapes.value(shape, SH.path)))
        number = self.number(shape, SH.qualifiedMinCount, SH.qualifiedMaxCount)
        inner = self.all(shape, SH.qualifiedValueShape)
        return f"{number} {path} that is {self.condition(inner[0], depth)}"

    def number(self, shape: Node, least: Node, most: Node) -> str:
        """How many values a shape allows."""
        low = next(iter(self.all(shape, least)), None)
        high = next(iter(self.all(shape, most)), None)
        if low is None or str(low) == "0":
            return "no" if str(high) == "0" else f"at most {high}"
        if high is None:
            return f"at least {low}"
        return f"exactly {low}" if str(low) == str(high) else f"{low} to {high}"

    def alternatives(self, shape: Node, parameter: Node) -> list[str]:
        """The members of sh:or, sh:xone or sh:and, each as what it demands.

        What asks for more comes first: to add what is missing is more natural than to change what
        is there.
        """
        parts = [part for head in self.all(shape, parameter) for part in self.members(head)]
        return [self._alternative(part) for part in sorted(parts, key=self._is_of_values)]

    def _is_of_values(self, part: Node) -> bool:
        """Whether a shape asks for other values, and not for more of them."""
        inner = [part, *self.all(part, SH.property)]
        return not any(self.all(one, count) for one in inner for count in _LEAST)

    def inner(self, shape: Node) -> str:
        """What sh:node demands, without the words that make it a condition."""
        return self.phrase(shape, SH.node).removeprefix(_HAVING)

    def _alternative(self, part: Node) -> str:
        is_path = (part, SH.path, None) in self.shapes
        return self.need(part) if is_path else self.condition(part).removeprefix(_HAVING)

    def _is_counted(self, shape: Node) -> bool:
        return bool(self.all(shape, SH.minCount) or self.all(shape, SH.maxCount))

    # What an author can write

    def writable(self, shape: Node) -> str:
        """What can be written as a value that conforms to a shape; empty if nothing is known."""
        if values := self.phrase(shape, SH["in"]):
            return values
        if classes := self._classes(shape):
            return self._words.members(classes)
        return "" if (shape, SH.node, None) in self.shapes else self.condition(shape)

    def meant(self, shape: Node, value: object) -> str | None:
        """Which value that conforms to a shape was probably meant by one that does not."""
        listed_ = (str(m) for head in self.all(shape, SH["in"]) for m in self.members(head))
        return self._words.meant(value, self._classes(shape), listed_)

    def _classes(self, shape: Node) -> list[str]:
        """The classes one of which a value must have."""
        classes = self.all(shape, SH["class"])
        for parameter in (SH["or"], SH.xone):
            for head in self.all(shape, parameter):
                inner = [self.all(part, SH["class"]) for part in self.members(head)]
                classes += [found for part in inner for found in part] if all(inner) else []
        return list(map(str, classes))

    def wanted(self, shape: Node) -> str:
        """What can be written where a shape misses a value."""
        for parameter in (SH.hasValue, SH.qualifiedValueShape):
            for value in self.all(shape, parameter):
                return self.term(value) if parameter == SH.hasValue else self.writable(value)
        return self.writable(shape)

    def additions(self, path: Path, types: Iterable[str], values: str = "") -> list[str]:
        """The keys that give a node a value by a path, each with what to write there.

        Only what is asserted counts, so the key of an inverse property is none of them.

        Args:
            path: of a property shape.
            types: classes of the node; keys that they cannot have are left out if others are left.
            values: what can be written, if more is known than the range of the key.
        """
        found = list(self._additions(path, values))
        kinds = list(types)
        fitting = [item for item in found if item[0] is None or self._words.fits(item[0], kinds)]
        keys: dict[str, list[str]] = {}
        for _, key, value in fitting or found:
            keys.setdefault(value, []).append(key)
        return [f"{listed(dict.fromkeys(same))}: {value}" for value, same in keys.items()]

    def _additions(self, path: Path, values: str) -> Iterator[tuple[Property | None, str, str]]:
        """Keys with their values; the property where it is one of the node itself."""
        if isinstance(path, Step):
            if key := self._words.property(path.iri):
                yield self._key(key, values) if not path.inverse else self._elsewhere(key)
        elif isinstance(path, Repeated):
            yield from self._additions(path.part, values)
        elif isinstance(path, Choice):
            for part in path.parts:
                yield from self._additions(part, values)
        else:
            yield from self._nested(path.parts, values)

    def _key(self, key: Property, values: str) -> tuple[Property | None, str, str]:
        return key, f"`{key.key}`", values or self._words.values(key)

    def _elsewhere(self, key: Property) -> tuple[Property | None, str, str]:
        entry = self._words.classes(key.domain) if key.domain else "another entry"
        return None, f"`{key.key}` in the entry of {entry}", "the id of this one"

    def _nested(
        self, parts: tuple[Path, ...], values: str
    ) -> Iterator[tuple[Property | None, str, str]]:
        """Keys of entries within entries."""
        first, *rest = parts
        if not rest:
            yield from self._additions(first, values)
            return
        for fit, key, _ in self._additions(first, ""):
            for _, inner, value in self._nested(tuple(rest), values):
                yield fit, f"{key} with {inner}", value

    def allowed(self, shape: Node) -> list[Node]:
        """The properties that a closed shape allows."""
        paths = [self.shapes.value(part, SH.path) for part in self.all(shape, SH.property)]
        ignored = [p for head in self.all(shape, SH.ignoredProperties) for p in self.members(head)]
        return [path for path in [*paths, *ignored] if isinstance(path, URIRef)]

    def paths(self, shape: Node, parameter: Node) -> list[Path]:
        """The paths that a constraint made of shapes follows from a node.

        There are none if it looks at anything else, such as the class of the node.
        """
        found: dict[Path, None] = {}
        seen, todo = set[Node](), self.all(shape, parameter)
        while todo:
            node = todo.pop(0)
            head, predicates = self.shapes.value(node, SH.path), set(self.shapes.predicates(node))
            if not (predicates <= _PLAIN if head is None else predicates <= _OF_VALUES):
                return []
            compared = [name for other in COMPARED for name in self.all(node, other)]
            found.update((read_path(self.shapes, p), None) for p in (head, *compared) if p)
            seen.add(node)
            inner = _INNER if head is None else ()
            todo += [part for key in inner for part in self.all(node, key) if part not in seen]
        return list(found)

    # Words

    def path(self, path: Path) -> str:
        """A path by the keys of its properties."""
        if isinstance(path, Step):
            return f"{'inverse ' if path.inverse else ''}{self._words.key(path.iri)}"
        if isinstance(path, Repeated):
            return self.path(path.part)
        parts = list(dict.fromkeys(map(self.path, path.parts)))
        if isinstance(path, Choice):
            return listed(parts) if parts else "nothing"
        return " of ".join(parts[::-1])

    def term(self, term: Node) -> str:
        """A node of the shapes graph as authors know it."""
        found = from_rdflib(term)
        if isinstance(found, NamedNode) and self._words.property(found.value):
            return self._words.key(found.value)
        return self._words.term(found)

    def all(self, shape: Node, parameter: Node) -> list[Node]:
        """The values of a parameter of a shape, in a fixed order."""
        return sorted(self.shapes.objects(shape, parameter), key=str)

    def members(self, head: Node) -> list[Node]:
        """The members of a list of the shapes graph."""
        return list(Collection(self.shapes, head))
