"""Mapping files read against the ontology: typed entries whose every part has a place.

In: the `Outline` of one file, the `Ontology`, and the individuals that may be named. Out: a
`Mapping`.
Refuses: unknown keys, classes and individuals, ids that are taken, values of the wrong class or
datatype, keys on classes that do not have them. Nothing here looks at an article: that is
`kg.ground`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass

from pyoxigraph import Literal

from kg.diagnostics import Findings, Location
from kg.documents import List, Map, Node, Text
from kg.hints import did_you_mean
from kg.ontology import KEYWORDS, Ontology, Property, Section, ValueKind
from kg.outline import Item, Outline
from kg.scalars import Written
from kg.terms import DATATYPES, OWL, RDF, SLUG, XSD, local_name, to_literal


@dataclass(frozen=True, slots=True)
class Individual:
    """Something that mapping files can name: its IRI, its classes, and where it is declared."""

    iri: str
    types: tuple[str, ...]
    place: Location | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """Words that must stand in the article; `written` is how the mapping has them."""

    text: str
    place: Location
    written: Written | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """An individual named by its id."""

    iri: str


@dataclass(frozen=True, slots=True)
class Claim:
    """One key with one value."""

    property: Property
    value: Quote | Reference | Literal | Entry
    place: Location


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a mapping file: what it describes and what it says of it.

    Attributes:
        types: the most specific classes stated.
        claims: keys and values in the order of the file.
        place: the id, or the first key.
        section: where it stands; `None` for a nested entry.
        id: the id written down, if any.
        shared: whether the id belongs to the project, not to one article.
    """

    types: tuple[str, ...]
    claims: tuple[Claim, ...]
    place: Location
    section: Section | None = None
    id: str | None = None
    shared: bool = False


@dataclass(frozen=True, slots=True)
class NameRule:
    """A line of `mentions`: words of the article and the individuals that they denote."""

    words: str
    denotes: tuple[str, ...]
    place: Location
    written: Written | None = None


@dataclass(frozen=True, slots=True)
class Mapping:
    """One mapping file: its entries and its `mentions`."""

    path: str
    entries: tuple[Entry, ...]
    names: tuple[NameRule, ...]


def declare(
    outline: Outline,
    *,
    stem: str,
    base: str,
    ontology: Ontology,
    known: AbstractMapping[str, Individual],
    findings: Findings,
) -> dict[str, Individual]:
    """The individuals that a file declares, by id.

    Args:
        outline: the file.
        stem: of the article; part of the IRI of what is local to it.
        base: IRI that the IRIs of the data begin with.
        ontology: gives the classes.
        known: individuals declared elsewhere; their ids are taken.
        findings: takes M206.
    """
    found: dict[str, Individual] = {}
    classes = _Classes(ontology, Findings())  # faults of `a:` are reported when the entry is read
    for item in outline.items:
        if item.name and _is_free(
            item.name, found.get(item.name.text) or known.get(item.name.text), findings
        ):
            scope = item.section.kind if item.shared else f"{item.section.kind}/{stem}"
            types = classes.read(item.body, (item.section.iri,))
            iri = f"{base}{scope}/{item.name.text}"
            found[item.name.text] = Individual(iri, types, item.name.place)
    return found


def _is_free(name: Text, taken: Individual | None, findings: Findings) -> bool:
    if not SLUG.fullmatch(name.text):
        findings.error(
            "M206",
            f"id `{name.text}` is not usable, expected lower-case words joined by hyphens",
            name.place,
            notes=["the id becomes part of an IRI"],
        )
        return False
    if taken:
        findings.error(
            "M206",
            f"id `{name.text}` is taken by {_a(taken.types, ' and ')}",
            name.place,
            notes=[]
            if taken.place
            else ["the ontology declares it, or it is the name of an article"],
            help="name the individual that exists, or choose another id",
            related=[("declared here", taken.place)] if taken.place else [],
        )
    return taken is None


def read_mapping(
    outline: Outline,
    *,
    language: str,
    ontology: Ontology,
    individuals: AbstractMapping[str, Individual],
    findings: Findings,
) -> Mapping:
    """Read one mapping or authority file.

    Args:
        outline: the file.
        language: language tag of labels.
        ontology: gives keys and classes.
        individuals: all that the file may name, its own included.
        findings: takes D105 and M202 to M210.
    """
    return _Reader(language, ontology, individuals, findings).read(outline)


class _Classes:
    """Reads `a:`."""

    def __init__(self, ontology: Ontology, findings: Findings) -> None:
        self.ontology, self.findings = ontology, findings

    def read(self, body: Map, classes: tuple[str, ...]) -> tuple[str, ...]:
        """The classes named by `a:`, each of which must be below one of `classes`."""
        stated = body.get("a")
        if stated is None:
            return classes
        items = stated.items if isinstance(stated, List) and stated.items else (stated,)
        found = [cls for item in items if (cls := self.one(item, classes))]
        return tuple(found) or classes

    def one(self, node: Node, classes: tuple[str, ...]) -> str | None:
        expected = _or(local_name(c) for c in classes)
        if not isinstance(node, Text) or not node.text.strip():
            message = f"`a` does not name a class, expected a kind of {expected}"
            self.findings.error("D105", message, node.place)
            return None
        word = node.text
        cls = self.ontology.class_names.get(word)
        if cls and self.ontology.is_a((cls,), classes):
            return cls
        names = self.ontology.class_names
        below = [name for name in names if self.ontology.is_a((names[name],), classes)]
        wrong = f"a kind of {expected}" if cls else "declared in the ontology"
        self.findings.error(
            "M204" if cls else "M210",
            f"class `{word}` is not {wrong}",
            node.place,
            notes=[f"kinds of {expected}: {', '.join(below)}"],
            help=did_you_mean(word, below),
        )
        return None


class _Reader:
    """Reads what the entries of one file say."""

    def __init__(
        self,
        language: str,
        ontology: Ontology,
        individuals: AbstractMapping[str, Individual],
        findings: Findings,
    ) -> None:
        self.language, self.ontology = language, ontology
        self.individuals, self.findings = individuals, findings
        self.classes = _Classes(ontology, findings)
        self.text = ontology.text

    def read(self, outline: Outline) -> Mapping:
        entries = tuple(map(self.item, outline.items))
        rules = tuple(self.rules(outline.mentions)) if outline.mentions else ()
        return Mapping(outline.path, entries, rules)

    def item(self, item: Item) -> Entry:
        types = self.classes.read(item.body, (item.section.iri,))
        claims = tuple(self.all_claims(item.body, types))
        name = item.name.text if item.name else None
        return Entry(types, claims, item.place, item.section, name, item.shared)

    def all_claims(self, body: Map, types: tuple[str, ...]) -> Iterator[Claim]:
        for key, node in body.pairs:
            if key.text not in KEYWORDS:
                yield from self.claims(key, node, types)
            elif key.text != "a":
                self.misplaced(key)

    def claims(self, key: Text, node: Node, types: tuple[str, ...]) -> Iterator[Claim]:
        property_ = self.ontology.properties.get(key.text)
        if property_ is None:
            self.unknown_key(key, types)
            return
        if property_.domain and not self.ontology.is_a(types, property_.domain):
            self.foreign_key(key, property_, types)
            return
        items = node.items if isinstance(node, List) else (node,)
        if not items:
            self.findings.error("D105", f"`{key.text}` has no value", node.place)
        for item in items:
            value = self.value(property_, item)
            if value is not None:
                yield Claim(property_, value, item.place)

    def misplaced(self, key: Text) -> None:
        self.findings.error(
            "M207",
            f"key `{key.text}` belongs to a list of entries, found inside one entry",
            key.place,
            help="write `- id: ...` for an id inside a list, `- with:` and `entries:` for a group",
        )

    def unknown_key(self, key: Text, types: tuple[str, ...]) -> None:
        fitting = sorted(
            p.key
            for p in self.ontology.properties.values()
            if not p.domain or self.ontology.is_a(types, p.domain)
        )
        help_ = did_you_mean(key.text, fitting)
        self.findings.error(
            "M202",
            f"key `{key.text}` is not declared in the ontology",
            key.place,
            notes=[] if help_ else [f"keys of {_or(map(local_name, types))}: {', '.join(fitting)}"],
            help=help_,
        )

    def foreign_key(self, key: Text, property_: Property, types: tuple[str, ...]) -> None:
        found, expected = _or(map(local_name, types)), _or(map(local_name, property_.domain))
        self.findings.error(
            "M207",
            f"key `{key.text}` belongs to {expected}, found in an entry of {found}",
            key.place,
            help="move it to an entry of that class, or say with `a:` what this entry is",
        )

    def value(self, property_: Property, node: Node) -> Quote | Reference | Literal | Entry | None:
        if isinstance(node, List):
            self.findings.error("D105", f"`{property_.key}` has a list inside a list", node.place)
            return None
        if isinstance(node, Map):
            return self.nested(property_, node)
        if not node.text.strip():
            self.findings.error("D105", f"`{property_.key}` has no value", node.place)
            return None
        if property_.kind is ValueKind.QUOTE:
            return Quote(node.text, node.place, node.written)
        if property_.kind is ValueKind.TIME:
            words = Quote(node.text, node.place, node.written)
            claim = Claim(self.ontology.properties["words"], words, node.place)
            return Entry((self.text("Time").value,), (claim,), node.place)
        if property_.kind is ValueKind.LITERAL:
            return self.literal(property_, node)
        return self.reference(property_, node)

    def nested(self, property_: Property, node: Map) -> Entry | None:
        reach = property_.range
        if property_.kind in (ValueKind.QUOTE, ValueKind.LITERAL) or not reach:
            self.findings.error("D105", f"`{property_.key}` has keys, expected a value", node.place)
            return None
        if len(reach) > 1 and not node.key("a"):
            classes = _or(map(local_name, reach))
            self.findings.error(
                "D105",
                f"`{property_.key}` does not say what it is, expected {classes}",
                node.place,
                help="say it with `a:`",
            )
            return None
        types = self.classes.read(node, reach)
        return Entry(types, tuple(self.all_claims(node, types)), node.place)

    def literal(self, property_: Property, node: Text) -> Literal | None:
        datatype = property_.range[0] if property_.range else RDF + "langString"
        if datatype not in DATATYPES:
            datatype = XSD + "string"
        try:
            return to_literal(node.text, datatype, self.language)
        except ValueError as error:
            message = f"`{property_.key}` is `{node.text}`, expected {error}"
            self.findings.error("M205", message, node.place)
            return None

    def reference(self, property_: Property, node: Text) -> Reference | None:
        found = self.find(node, property_.range)
        if found is None:
            return None
        if property_.range and not self.ontology.is_a(found.types, property_.range):
            is_, expected = _a(found.types, " and "), _a(property_.range)
            self.findings.error(
                "M204",
                f"`{property_.key}` is `{node.text}`, found {is_}, expected {expected}",
                node.place,
                related=[("declared here", found.place)] if found.place else [],
            )
            return None
        return Reference(found.iri)

    def find(self, node: Text, reach: tuple[str, ...] = ()) -> Individual | None:
        """The individual of an id; of classes in `reach`, if the ontology limits them."""
        found = self.individuals.get(node.text)
        if found is None:
            fitting = [
                name
                for name, other in self.individuals.items()
                if not reach or self.ontology.is_a(other.types, reach)
            ]
            help_ = did_you_mean(node.text, fitting) or did_you_mean(node.text, self.individuals)
            few = 0 < len(fitting) <= _FEW and not help_
            self.findings.error(
                "M203",
                f"individual `{node.text}` is not declared",
                node.place,
                notes=["an id is declared in this file, in mappings/authority, or in the ontology"],
                help=f"use one of {', '.join(sorted(fitting))}" if few else help_,
            )
        return found

    def rules(self, mentions: Map) -> Iterator[NameRule]:
        for key, value in mentions.pairs:
            items = value.items if isinstance(value, List) else (value,)
            named = [item for item in items if isinstance(item, Text) and item.text.strip()]
            if not items or len(named) < len(items):
                message = f"`{key.text}` does not name what it denotes, expected one id or a list"
                self.findings.error("D105", message, value.place)
            found = [self.find(item) for item in named]
            yield NameRule(key.text, tuple(f.iri for f in found if f), key.place, key.written)


_FEW = 12
"""More ids than these are no help to a reader."""


def _or(words: Iterable[str]) -> str:
    return " or ".join(words)


def _a(classes: Iterable[str], joined: str = " or ") -> str:
    """Classes with an article: `an Order or a Rule`; that it is an individual goes unsaid."""
    words = [local_name(cls) for cls in classes if not cls.startswith(OWL)]
    return joined.join(f"an {word}" if word[0] in "AEIOU" else f"a {word}" for word in words)
