"""Mapping files read against the ontology: typed entries whose every part has a place.

In: the `Outline` of one file, the `Ontology`, and the individuals that may be named. Out: a
`Mapping`.
Refuses: unknown keys, classes and individuals, values of the wrong class or datatype, keys on
classes that do not have them. Nothing here looks at an article: that is `kg.grounding.ground`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass

from pyoxigraph import Literal

from kg.diagnostics import Findings, Location
from kg.hints import closest, did_you_mean
from kg.mapping.individuals import LOST, Classes, Individual, a, either
from kg.mapping.outline import Item, Outline
from kg.ontology.declarations import KEYWORDS, Ontology, Property, Section, ValueKind
from kg.project.documents import List, Map, Node, Text
from kg.project.scalars import Written
from kg.terms import DATATYPES, RDF, XSD, digest, local_name, to_literal


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
        faulty: whether some of its keys cannot be read.
        kinds: where each of the classes stands, if there are several.
        unread: IRIs of properties that it has, or is likely meant to have, without a usable value.
    """

    types: tuple[str, ...]
    claims: tuple[Claim, ...]
    place: Location
    section: Section | None = None
    id: str | None = None
    shared: bool = False
    faulty: bool = False
    unread: frozenset[str] = frozenset()
    kinds: tuple[Location, ...] = ()


@dataclass(frozen=True, slots=True)
class NameRule:
    """A line of `mentions`: words of the article and the individuals that they denote."""

    words: str
    denotes: tuple[str, ...]
    place: Location
    written: Written | None = None


@dataclass(frozen=True, slots=True)
class Mapping:
    """One mapping file: its entries and its `mentions`; `partial` if some cannot be read.

    `start` is where it says that it is of an article, else where it says anything.
    """

    path: str
    start: Location
    entries: tuple[Entry, ...]
    names: tuple[NameRule, ...]
    partial: bool = False


def read_mapping(
    outline: Outline,
    *,
    language: str,
    ontology: Ontology,
    individuals: AbstractMapping[str, Individual],
    displaced: Iterable[str] = (),
    findings: Findings,
) -> Mapping:
    """Read one mapping or authority file.

    Args:
        outline: the file.
        language: language tag of labels.
        ontology: gives keys and classes.
        individuals: all that the file may name, its own included.
        displaced: classes of entries that lack an id of their own, see `individuals.Declared`.
        findings: takes D105 and M202 to M210.
    """
    reader = _Reader(language, ontology, individuals, tuple(displaced), findings)
    return reader.read(outline)


class _Reader:
    """Reads what the entries of one file say."""

    def __init__(
        self,
        language: str,
        ontology: Ontology,
        individuals: AbstractMapping[str, Individual],
        displaced: tuple[str, ...],
        findings: Findings,
    ) -> None:
        self.language, self.ontology = language, ontology
        self.individuals, self.displaced, self.findings = individuals, displaced, findings
        self.classes = Classes(ontology, findings)
        self.text = ontology.text
        self.unknown: dict[str, list[tuple[Text, tuple[str, ...]]]] = {}

    def read(self, outline: Outline) -> Mapping:
        entries = tuple(map(self.item, outline.items))
        rules = tuple(self.rules(outline.mentions)) if outline.mentions else ()
        self.refuse_unknown()
        return Mapping(outline.path, outline.start, entries, rules, outline.partial)

    def item(self, item: Item) -> Entry:
        before = len(self.findings)
        types, claims = self.body(item.body, (item.section.iri,))
        name = item.name.text if item.name else None
        faulty, unread = len(self.findings) > before, self.unread(item.body, claims)
        kinds = self.classes.places(item.body)
        return Entry(
            types, claims, item.place, item.section, name, item.shared, faulty, unread, kinds
        )

    def body(
        self, body: Map, classes: tuple[str, ...]
    ) -> tuple[tuple[str, ...], tuple[Claim, ...]]:
        """The classes and the claims of an entry."""
        types, certain = self.classes.read(body, classes)
        certain = certain and (body.key("a") is not None or all(map(self.is_known, body.pairs)))
        foreign: list[tuple[Text, Property]] = []
        claims: list[Claim] = []
        for key, node in body.pairs:
            property_ = self.ontology.properties.get(key.text)
            if key.text in KEYWORDS:
                self.misplaced(key)
            elif property_ is None:
                self.unknown_key(key, types)
            elif not self.fits(property_, types, certain):
                foreign.append((key, property_))
            else:
                claims += self.claims(property_, node)
        self.foreign_keys(foreign, types)
        return types, tuple(claims)

    def is_known(self, pair: tuple[Text, Node]) -> bool:
        """Whether a key is a word of the mapping language or of the ontology."""
        return pair[0].text in KEYWORDS or pair[0].text in self.ontology.properties

    def unread(self, body: Map, claims: Iterable[Claim]) -> frozenset[str]:
        """What an entry speaks of without a usable value; an unknown key may mean the nearest."""
        known, said = self.ontology.properties, {claim.property.iri for claim in claims}
        keys = [key.text for key, _ in body.pairs if key.text not in KEYWORDS]
        meant = (key if key in known else closest(key, known) for key in keys)
        return frozenset(known[key].iri for key in meant if key) - said

    def fits(self, property_: Property, types: tuple[str, ...], certain: bool) -> bool:
        """Whether an entry of these classes may have a property; in doubt it may."""
        if not property_.domain or self.ontology.is_a(types, property_.domain):
            return True
        return not certain and self.ontology.overlap(types, property_.domain)

    def claims(self, property_: Property, node: Node) -> Iterator[Claim]:
        items = node.items if isinstance(node, List) else (node,)
        if not items:
            self.findings.error("D105", f"`{property_.key}` has no value", node.place)
        for item in items:
            value = self.value(property_, item)
            if value is not None:
                yield Claim(property_, value, item.place)

    def misplaced(self, key: Text) -> None:
        if key.text == "a":
            return
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
        properties, labels = self.ontology.properties, self.ontology.graph.labels
        names = {name: labels(properties[name].iri) for name in fitting}
        help_ = did_you_mean(key.text, fitting, names)
        self.findings.error(
            "M202",
            f"key `{key.text}` is not declared in the ontology",
            key.place,
            notes=[]
            if help_
            else [f"keys of {either(map(local_name, types))}: {', '.join(fitting)}"],
            help=help_,
        )

    def foreign_keys(self, foreign: list[tuple[Text, Property]], types: tuple[str, ...]) -> None:
        """Refuse keys of other classes; what one `a:` could put right is one fault."""
        kinds = [pair for pair in foreign if self.ontology.overlap(types, pair[1].domain)]
        for pair in foreign:
            if pair not in kinds:
                self.foreign_key(*pair, types)
        if kinds:
            more = [
                (f"key `{key.text}` belongs to {either(map(local_name, p.domain))}", key.place)
                for key, p in kinds[1:]
            ]
            self.foreign_key(*kinds[0], types, more)

    def foreign_key(
        self,
        key: Text,
        property_: Property,
        types: tuple[str, ...],
        related: Iterable[tuple[str, Location]] = (),
    ) -> None:
        found, expected = either(map(local_name, types)), either(map(local_name, property_.domain))
        self.findings.error(
            "M207",
            f"key `{key.text}` belongs to {expected}, found in an entry of {found}",
            key.place,
            help="move it to an entry of that class, or say with `a:` what this entry is",
            related=related,
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
            classes = either(map(local_name, reach))
            self.findings.error(
                "D105",
                f"`{property_.key}` does not say what it is, expected {classes}",
                node.place,
                help="say it with `a:`",
            )
            return None
        types, claims = self.body(node, reach)
        unread, kinds = self.unread(node, claims), self.classes.places(node)
        return Entry(types, claims, node.place, unread=unread, kinds=kinds)

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
        found, reach = self.find(node, property_.range), property_.range
        if not reach or self.ontology.is_a(found.types, reach) or self.could_be(found, reach):
            return Reference(found.iri)
        self.findings.error(
            "M204",
            f"`{property_.key}` is `{node.text}`, found {a(found.types, ' and ')}, "
            f"expected {a(reach)}",
            node.place,
            help=self.suggestion(node.text, reach),
            related=[("declared here", found.place)] if found.place else [],
        )
        return None

    def suggestion(self, word: str, reach: tuple[str, ...]) -> str | None:
        """Individuals of the classes wanted that are called like this, or all if they are few."""
        names = {name: known.names for name, known in self.individuals.items()}
        fitting = [
            name
            for name, other in self.individuals.items()
            if not reach or self.ontology.is_a(other.types, reach)
        ]
        if help_ := did_you_mean(word, fitting, names):
            return help_
        if 0 < len(fitting) <= _FEW:
            return f"use one of {', '.join(sorted(fitting))}"
        return None if word in self.individuals else did_you_mean(word, self.individuals, names)

    def could_be(self, found: Individual, reach: tuple[str, ...]) -> bool:
        """Whether an individual that is not known well may be of one of these classes."""
        return found.vague and (not found.types or self.ontology.overlap(found.types, reach))

    def find(self, node: Text, reach: tuple[str, ...] = ()) -> Individual:
        """The individual of an id; one that is lost if there is none."""
        found = self.individuals.get(node.text)
        if found is None:
            found = Individual(LOST + digest(node.text), (), vague=True)
            if not self.ontology.overlap(self.displaced, reach or self.displaced):
                self.unknown.setdefault(node.text, []).append((node, reach))
        return found

    def refuse_unknown(self) -> None:
        """One finding for an id, however often it is named."""
        for word, ((node, reach), *others) in self.unknown.items():
            # The keys of `with` are read once for each entry under it, at one place.
            elsewhere = dict.fromkeys(
                other.place for other, _ in others if other.place != node.place
            )
            self.findings.error(
                "M203",
                f"individual `{word}` is not declared",
                node.place,
                notes=["an id is declared in this file, in mappings/authority, or in the ontology"],
                help=self.suggestion(word, reach),
                related=[("and here", place) for place in elsewhere],
            )

    def rules(self, mentions: Map) -> Iterator[NameRule]:
        for key, value in mentions.pairs:
            items = value.items if isinstance(value, List) else (value,)
            named = [item for item in items if isinstance(item, Text) and item.text.strip()]
            if not items or len(named) < len(items):
                message = f"`{key.text}` does not name what it denotes, expected one id or a list"
                self.findings.error("D105", message, value.place)
            denotes = tuple(self.find(item).iri for item in named)
            yield NameRule(key.text, denotes, key.place, key.written)


_FEW = 12
"""More ids than these are no help to a reader."""
