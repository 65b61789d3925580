"""What SHACL shapes ask of the entry of one class, as far as JSON Schema can say it.

In: the triples of the shapes, and the ontology. Out: for each class its `Rules`: limits on the
values of single keys, keys that must be there, and conditions that tie keys together.
Refuses: nothing. What a shape says of inverse paths, sequences, values of other nodes or by SPARQL
is left out, so that no mapping is refused that a build would take. Recommendations (`sh:Warning`)
are kept apart.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode

from kg.ontology.declarations import Graph, Ontology, Property, ValueKind
from kg.schema.formulas import (
    ANY,
    NONE,
    UNKNOWN,
    Formula,
    all_of,
    among,
    any_of,
    at_least,
    at_most,
    holding,
    none_of,
    to_condition,
)
from kg.terms import DATATYPES, RDF, RDFS, SH, SKOS, XSD

Json = dict[str, Any]
Node = NamedNode | BlankNode | Literal

_SAID = {RDF + "type", RDFS + "label", RDFS + "comment", SKOS + "definition"} | {
    SH + name for name in ("severity", "message", "name", "description", "order", "group")
}
"""What may stand at a shape without asking anything of the data."""
_BOUNDS = {
    "minInclusive": "minimum",
    "maxInclusive": "maximum",
    "minExclusive": "exclusiveMinimum",
    "maxExclusive": "exclusiveMaximum",
}
_PORTABLE = re.compile(r"(?:[^\\(]|\\[dswDSW.()\[\]{}+*?^$|/\\-]|\((?!\?)|\(\?:)*")
"""Regular expressions that mean the same in XPath, ECMAScript and Python."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the values of one key must be.

    Attributes:
        least: how many there must be where the key stands.
        most: how many there may be; `None` for any number.
        words: the only words that may stand there, sorted.
        facets: keywords of JSON Schema for each value, with their parameters.
    """

    least: int = 0
    most: int | None = None
    words: tuple[str, ...] | None = None
    facets: tuple[tuple[str, str | float], ...] = ()

    def also(self, other: Limits) -> Limits:
        """Both at once."""
        mosts = [most for most in (self.most, other.most) if most is not None]
        words = [set(words) for words in (self.words, other.words) if words is not None]
        return Limits(
            max(self.least, other.least),
            min(mosts, default=None),
            tuple(sorted(set.intersection(*words))) if words else None,
            tuple(dict.fromkeys((*self.facets, *other.facets))),
        )


@dataclass(slots=True)
class Rules:
    """What an entry of one class must be.

    Attributes:
        limits: by key.
        required: keys that it must have.
        recommended: keys that it should have.
        conditions: schemas that the entry as a whole must meet.
        possible: whether any entry can be of this class and no class below it.
    """

    limits: dict[str, Limits] = field(default_factory=dict)
    required: set[str] = field(default_factory=set)
    recommended: set[str] = field(default_factory=set)
    conditions: list[Json] = field(default_factory=list)
    possible: bool = True

    def limit(self, key: str, limits: Limits) -> None:
        """Ask more of the values of a key."""
        self.limits[key] = self.limits.get(key, Limits()).also(limits)


def datatype(property_: Property) -> str:
    """The datatype that literals of a property are read as."""
    stated = property_.range[0] if property_.range else RDF + "langString"
    return stated if stated in DATATYPES else XSD + "string"


def read_rules(
    shapes: Graph, ontology: Ontology, words: Mapping[str, str]
) -> Callable[[str], Rules]:
    """What the shapes ask of an entry of each class.

    Args:
        shapes: all SHACL files.
        ontology: gives keys and classes.
        words: the id of each individual that is known, by IRI.
    """
    return _Shapes(shapes, ontology, words).rules


class _Shapes:
    def __init__(self, shapes: Graph, ontology: Ontology, words: Mapping[str, str]) -> None:
        self.shapes, self.ontology, self.words = shapes, ontology, words
        self.keys = {p.iri: p for p in ontology.properties.values()}
        self.of_class = self.targets("targetClass")
        self.of_subjects = self.targets("targetSubjectsOf")

    def targets(self, kind: str) -> list[tuple[Node, str]]:
        """Each shape with the class or property that it targets."""
        found = [t for t in self.shapes.triples if t.predicate.value == SH + kind]
        pairs = {(t.subject, t.object.value): None for t in found}  # type: ignore[union-attr]
        return list(pairs)  # type: ignore[arg-type]

    def rules(self, cls: str) -> Rules:
        rules, above = Rules(), self.above(cls)
        for shape, target in self.of_class:
            if target in above and self.is_active(shape):
                take = self.take_property if self.has(shape, "path") else self.take
                take(shape, cls, rules)
        for shape, target in self.of_subjects:
            if self.can_have(cls, target) and self.is_active(shape):
                self.take_for(self.keys[target].key, shape, cls, rules)
        return rules

    def above(self, cls: str) -> set[str]:
        """A class and those above it, as SHACL sees them: by `rdfs:subClassOf` alone."""
        seen, todo = {cls}, [cls]
        while todo:
            parents = self.ontology.graph.objects(NamedNode(todo.pop()), RDFS + "subClassOf")
            fresh = {p.value for p in parents if isinstance(p, NamedNode)} - seen
            seen |= fresh
            todo += fresh
        return seen

    def can_have(self, cls: str, iri: str) -> bool:
        found = self.keys.get(iri)
        return found is not None and (not found.domain or self.ontology.is_a((cls,), found.domain))

    # Shapes of entries

    def take(self, shape: Node, cls: str, rules: Rules) -> None:
        for part in self.values(shape, "property"):
            self.take_property(part, cls, rules)
        rest = [c for c in self.constraints(shape) if c[0] != "property"]
        found = self.conjunction(rest, cls)
        if self.is_violation(shape):
            self.add(found, self.message(shape), rules)
        elif isinstance(found.schema, dict) and list(found.schema) == ["required"]:
            rules.recommended.update(found.schema["required"])

    def take_property(self, shape: Node, cls: str, rules: Rules) -> None:
        key = self.key(shape)
        if not self.is_active(shape):
            return
        if not self.is_violation(shape):
            rules.recommended |= {key} if key and self.number(shape, "minCount") else set()
        elif key:
            limits = self.limits(shape, key)
            rules.limit(key, limits)
            rules.required |= {key} if limits.least else set()
            held = [self.count("hasValue", v, [key]) for v in self.values(shape, "hasValue")]
            self.add(all_of(held), self.message(shape), rules)
        else:
            self.add(self.formula(shape, cls), self.message(shape), rules)

    def take_for(self, key: str, shape: Node, cls: str, rules: Rules) -> None:
        """A shape of whatever has a key; what it says of that key holds wherever it stands."""
        parts = [p for p in self.values(shape, "property") if self.is_active(p)]
        for part in filter(self.is_violation, parts):
            if self.key(part) == key:
                rules.limit(key, self.limits(part, key))
            found = self.formula(part, cls)
            if found.schema is not True:
                lacks = Formula({"not": {"required": [key]}})
                self.add(any_of([lacks, found]), self.message(part), rules)

    def add(self, found: Formula, message: str, rules: Rules) -> None:
        schema = found.schema
        if schema is False:
            rules.possible = False
        elif isinstance(schema, dict) and list(schema) == ["required"]:
            rules.required.update(schema["required"])
        elif isinstance(schema, dict):
            rules.conditions.append(to_condition(schema, message))

    def limits(self, shape: Node, key: str) -> Limits:
        """What a shape says of each value of a key."""
        words = [self.alternatives(v) for v in self.values(shape, "in") if self.is_plain(key)]
        once = self.is_text(key) and self.has(shape, "uniqueLang")
        return Limits(
            self.number(shape, "minCount") or 0,
            1 if once else self.number(shape, "maxCount"),
            tuple(sorted(words[0])) if words else None,
            tuple(self.facets(shape, key)),
        )

    def facets(self, shape: Node, key: str) -> Iterator[tuple[str, str | float]]:
        """What a shape says of the form of values. Numbers are compared where YAML reads them."""
        if self.is_text(key) and not self.has(shape, "flags"):
            patterns = (p.value for p in self.values(shape, "pattern"))
            yield from (("pattern", p) for p in patterns if _PORTABLE.fullmatch(p))
        if self.is_text(key):
            found = ((name, self.number(shape, name)) for name in ("minLength", "maxLength"))
            yield from ((name, number) for name, number in found if number is not None)
        elif datatype(self.ontology.properties[key]) in (XSD + "integer", XSD + "decimal"):
            for name, keyword in _BOUNDS.items():
                yield from ((keyword, float(v.value)) for v in self.values(shape, name))

    def is_text(self, key: str) -> bool:
        """Whether values are kept as they are written, so that a shape sees the same."""
        found, text = self.ontology.properties[key], (XSD + "string", RDF + "langString")
        return found.kind is ValueKind.LITERAL and datatype(found) in text

    def is_plain(self, key: str) -> bool:
        """Whether a mapping writes values as the shapes do: as text, or as an id for an IRI."""
        return self.ontology.properties[key].kind is ValueKind.REFERENCE or self.is_text(key)

    # Shapes as formulas

    def formula(self, shape: Node, cls: str) -> Formula:
        """A schema that takes every entry of a class that conforms to a shape."""
        if not self.is_active(shape):
            return ANY
        if self.has(shape, "path"):
            return self.path(shape)
        return self.conjunction(list(self.constraints(shape)), cls)

    def constraints(self, shape: Node) -> Iterator[tuple[str, Node]]:
        """What a shape asks: the local name of each constraint, and its parameter."""
        for predicate in sorted(self.shapes.index.get(shape, ())):
            if predicate not in _SAID and not predicate.startswith(SH + "target"):
                name = predicate.removeprefix(SH)
                yield from ((name, value) for value in self.shapes.objects(shape, predicate))

    def conjunction(self, constraints: list[tuple[str, Node]], cls: str) -> Formula:
        by_name: dict[str, Callable[[Node, str], Formula]] = {
            "or": lambda v, c: any_of(self.formula(m, c) for m in self.shapes.members(v)),
            "and": lambda v, c: all_of(self.formula(m, c) for m in self.shapes.members(v)),
            "not": lambda v, c: none_of(self.formula(v, c)),
            "node": self.formula,
            "property": self.formula,
            "class": self.membership,
        }
        return all_of(by_name.get(name, _unknown)(value, cls) for name, value in constraints)

    def membership(self, wanted: Node, cls: str) -> Formula:
        """Whether an entry of a class is of another; times get theirs only when they are read."""
        if wanted.value in self.above(cls):
            return ANY
        is_time = self.ontology.text("Time").value in self.above(cls)
        return UNKNOWN if is_time else NONE

    def path(self, shape: Node) -> Formula:
        """What a property shape asks of an entry."""
        keys = self.keys_of(self.values(shape, "path")[0])
        if keys is None:
            return UNKNOWN
        return all_of(self.count(name, value, keys) for name, value in self.constraints(shape))

    def count(self, name: str, value: Node, keys: list[str]) -> Formula:
        """What one constraint of a property shape asks."""
        if name == "path":
            return ANY
        if name in ("minCount", "qualifiedMinCount"):
            return at_least(int(value.value), keys, exact=name == "minCount")
        if name == "maxCount":
            return at_most(int(value.value), keys)
        if name in ("in", "hasValue") and len(keys) == 1 and self.is_plain(keys[0]):
            words = self.alternatives(value) if name == "in" else [self.word(value)]
            return among(keys[0], words) if name == "in" else holding(keys[0], words[0])
        return UNKNOWN

    def alternatives(self, head: Node) -> list[str]:
        return [self.word(member) for member in self.shapes.members(head)]

    def word(self, term: Node) -> str:
        """How a mapping writes a term."""
        return self.words.get(term.value, term.value)

    def keys_of(self, path: Node) -> list[str] | None:
        """The keys of a path that is one property or a choice of several; else `None`."""
        if isinstance(path, NamedNode):
            return [self.keys[path.value].key] if path.value in self.keys else None
        for head in self.shapes.objects(path, SH + "alternativePath"):
            found = [self.keys_of(member) for member in self.shapes.members(head)]
            return None if None in found else [key for keys in found for key in keys or ()]
        return None

    def key(self, shape: Node) -> str | None:
        path = self.values(shape, "path")
        keys = self.keys_of(path[0]) if path and isinstance(path[0], NamedNode) else None
        return keys[0] if keys else None

    # Triples

    def values(self, shape: Node, name: str) -> list[Node]:
        return list(self.shapes.objects(shape, SH + name))

    def has(self, shape: Node, name: str) -> bool:
        return bool(self.values(shape, name))

    def number(self, shape: Node, name: str) -> int | None:
        found = [v.value for v in self.values(shape, name) if v.value.isdigit()]
        return int(found[0]) if found else None

    def is_active(self, shape: Node) -> bool:
        return [v.value for v in self.values(shape, "deactivated")] not in (["true"], ["1"])

    def is_violation(self, shape: Node) -> bool:
        return all(v.value == SH + "Violation" for v in self.values(shape, "severity"))

    def message(self, shape: Node) -> str:
        return min((v.value for v in self.values(shape, "message")), default="")


def _unknown(_: Node, __: str) -> Formula:
    return UNKNOWN
