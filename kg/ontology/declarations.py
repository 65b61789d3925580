"""What the ontology declares: the words, sections and value types of the mapping language.

In: the Turtle modules of a project. Out: an `Ontology`: classes with their superclasses,
properties by mapping key, sections, declared individuals, and the triples themselves.
Refuses: Turtle that does not parse (O101), two terms for one key (O102), a text layer that lacks a
term (O103).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg.diagnostics import Findings, Location
from kg.files import LARGEST_GRAPH, read_bytes
from kg.ontology.descriptions import Sources, read_triples
from kg.ontology.malformed import malformed
from kg.ontology.soundness import check_sound
from kg.project.settings import TEXT_PREFIX, Project
from kg.terms import OWL, RDF, RDFS, SKOS, kebab, local_name
from kg.textlayer import TEXT_TERMS, TextLayer

ALIGNMENTS = "alignments"
"""Stem of the module that only links outward; it is stored and queried, but not reasoned over."""

KEYWORDS = frozenset({"a", "id", "with", "entries"})
"""Keys of the mapping language itself; no property may claim them."""

_PROPERTY_KINDS = ("ObjectProperty", "DatatypeProperty", "AnnotationProperty")


class ValueKind(StrEnum):
    """How the value of a key is read."""

    REFERENCE = "reference"
    LITERAL = "literal"
    QUOTE = "quote"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Property:
    """A property that a mapping file may use as a key.

    Attributes:
        iri: the property.
        key: its word in mapping files.
        kind: how values are read.
        domain: classes whose individuals may have it; empty for all.
        range: classes that values belong to, or one datatype.
    """

    iri: str
    key: str
    kind: ValueKind
    domain: tuple[str, ...]
    range: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A top-level key of mapping files: the class of its entries and their path segment in IRIs."""

    key: str
    iri: str
    kind: str


@dataclass(slots=True)
class Graph:
    """Triples of the ontology, indexed by subject and predicate."""

    triples: list[Triple]
    index: dict[object, dict[str, list[NamedNode | BlankNode | Literal]]] = field(init=False)

    def __post_init__(self) -> None:
        self.index = defaultdict(lambda: defaultdict(list))
        for triple in self.triples:
            self.index[triple.subject][triple.predicate.value].append(triple.object)  # type: ignore[arg-type]

    def objects(self, subject: object, predicate: str) -> list[NamedNode | BlankNode | Literal]:
        """The objects of a subject and predicate, in the order of the files."""
        return self.index[subject][predicate] if subject in self.index else []

    def members(self, head: object) -> Iterator[NamedNode | BlankNode | Literal]:
        """The members of an RDF list."""
        while first := self.objects(head, RDF + "first"):
            yield first[0]
            head = self.objects(head, RDF + "rest")[0]

    def named(self, subject: object, predicate: str) -> list[str]:
        """The IRIs among the objects; an `owl:unionOf` counts as its members."""
        result: list[str] = []
        for node in self.objects(subject, predicate):
            if isinstance(node, NamedNode):
                result.append(node.value)
            for head in self.objects(node, OWL + "unionOf"):
                result += [m.value for m in self.members(head) if isinstance(m, NamedNode)]
        return result

    def labels(self, iri: str) -> tuple[str, ...]:
        """The names that a term goes by, whatever their kind."""
        kinds = (RDFS + "label", SKOS + "prefLabel", SKOS + "altLabel", SKOS + "hiddenLabel")
        found = (term for kind in kinds for term in self.objects(NamedNode(iri), kind))
        return tuple(term.value for term in found if isinstance(term, Literal))

    def instances(self, cls: str) -> list[NamedNode]:
        """The IRIs declared to be of a class, in the order of the files."""
        wanted = NamedNode(cls)
        return [
            t.subject
            for t in self.triples
            if t.object == wanted
            and t.predicate.value == RDF + "type"
            and isinstance(t.subject, NamedNode)
        ]


@dataclass
class Ontology:
    """The declarations of all modules, ready for reading mapping files."""

    graph: Graph
    core: list[Triple]
    text: TextLayer
    prefixes: dict[str, str]
    classes: frozenset[str]
    properties: dict[str, Property]
    sections: dict[str, Section]
    individuals: dict[str, str]
    sources: Sources
    _above: dict[str, frozenset[str]] = field(default_factory=dict)

    def superclasses(self, cls: str) -> frozenset[str]:
        """A class and all named classes above it."""
        if cls not in self._above:
            seen, todo = {cls}, [cls]
            while todo:
                fresh = set(self._parents(todo.pop())) - seen
                seen |= fresh
                todo += fresh
            self._above[cls] = frozenset(seen)
        return self._above[cls]

    def is_a(self, classes: Iterable[str], wanted: Collection[str]) -> bool:
        """Whether one of `classes` is, or is below, one of `wanted`."""
        return any(not self.superclasses(cls).isdisjoint(wanted) for cls in classes)

    def overlap(self, classes: Collection[str], others: Collection[str]) -> bool:
        """Whether a class of the ontology is below one of each."""
        return any(self.is_a((cls,), classes) and self.is_a((cls,), others) for cls in self.classes)

    def types(self, iri: str) -> list[str]:
        """The classes that an individual of the ontology is declared to be of."""
        return self.graph.named(NamedNode(iri), RDF + "type")

    def assertions(self) -> list[Triple]:
        """What the ontology itself says of its individuals: classes, relations and labels."""
        named = set(self.individuals.values())
        roles = {p.value for p in self.graph.instances(OWL + "ObjectProperty")}
        roles |= {RDF + "type", SKOS + "prefLabel"}
        return [
            t
            for t in self.core
            if isinstance(t.subject, NamedNode)
            and t.subject.value in named
            and t.predicate.value in roles
            and not t.object.value.startswith(OWL)  # type: ignore[union-attr]
        ]

    def is_notion(self, classes: Iterable[str]) -> bool:
        """Whether these are classes of SKOS concepts, whose labels are no names to look for."""
        return self.is_a(classes, (SKOS + "Concept",))

    @cached_property
    def class_names(self) -> dict[str, str]:
        """Classes by local name, as `a:` names them."""
        return {local_name(iri): iri for iri in sorted(self.classes)}

    def _parents(self, cls: str) -> list[str]:
        node = NamedNode(cls)
        parents = self.graph.named(node, RDFS + "subClassOf")
        for definition in self.graph.objects(node, OWL + "equivalentClass"):
            for head in self.graph.objects(definition, OWL + "intersectionOf"):
                parents += [m.value for m in self.graph.members(head) if isinstance(m, NamedNode)]
        return [parent for parent in parents if parent in self.classes or parent.startswith(SKOS)]


def load_turtle(path: Path, name: str, findings: Findings) -> list[Triple]:
    """The triples of a Turtle file; no two files share a blank node.

    Args:
        path: the file.
        name: the path to show in places.
        findings: takes O101 and O110.
    """
    content = read_bytes(path, name, LARGEST_GRAPH)
    try:
        triples = read_triples(content, name)
    except (SyntaxError, ValueError) as error:
        findings.add(malformed(content.decode("utf-8-sig", errors="replace"), name, error))
        return []
    check_sound(triples, content.decode("utf-8-sig", errors="replace"), name, findings)
    return triples


def load_ontology(project: Project) -> Ontology:
    """Read all modules of a project's ontology.

    Raises:
        ContentError: O101 to O103.
    """
    findings = Findings()
    core: list[Triple] = []
    aligned: list[Triple] = []
    for path in project.ontology():
        triples = load_turtle(path, project.name(path), findings)
        (aligned if path.stem == ALIGNMENTS else core).extend(triples)
    findings.raise_errors()
    sources = Sources((path, project.name(path)) for path in project.ontology())
    reader = _Reader(Graph([*core, *aligned]), Graph(core), project, sources, findings)
    ontology = reader.read()
    findings.raise_errors()
    return ontology


class _Reader:
    """Turns declarations into keys and sections, and keeps what collides or is missing."""

    def __init__(
        self, graph: Graph, core: Graph, project: Project, sources: Sources, findings: Findings
    ) -> None:
        self.graph, self.core, self.project, self.findings = graph, core, project, findings
        self.text = TextLayer(project.namespaces[TEXT_PREFIX])
        self.sources = sources

    def read(self) -> Ontology:
        self.check_text_layer()
        return Ontology(
            graph=self.graph,
            core=self.core.triples,
            text=self.text,
            prefixes=self.project.namespaces,
            classes=frozenset(c.value for c in self.core.instances(OWL + "Class")),
            properties=self.properties(),
            sections=self.sections(),
            individuals=self.individuals(),
            sources=self.sources,
        )

    def collide(self, message: str, iri: str, *others: str | None, help_: str) -> None:
        """Two declarations that cannot both be: at the later one, the other beside it."""
        places = [self.sources.begin(NamedNode(found)) for found in (iri, *others) if found]
        related = [("declared here, too", place) for place in places[1:] if place]
        place = places[0] or Location("ontology")
        self.findings.error("O102", message, place, help=help_, related=related)

    def check_text_layer(self) -> None:
        declared = {t.subject for t in self.core.triples}
        for name in sorted(TEXT_TERMS):
            if self.text(name) not in declared:
                self.findings.error(
                    "O103",
                    f"the text layer does not declare `{TEXT_PREFIX}:{name}`",
                    Location("ontology/text.ttl"),
                    help="copy `text.ttl` from a project made by `kg init`",
                )

    def properties(self) -> dict[str, Property]:
        found: dict[str, Property] = {}
        for kind in _PROPERTY_KINDS:
            for node in self.core.instances(OWL + kind):
                if (key := self.key(node)) is not None:
                    self.claim(key, node.value, found)
                    found[key] = self.to_property(node, key, kind)
        return found

    def claim(self, key: str, iri: str, found: dict[str, Property]) -> None:
        other = found[key].iri if key in found else None
        if key in KEYWORDS or (other and other != iri):
            taken = f"<{other}>" if other else "the mapping language"
            self.collide(
                f"<{iri}> would have the mapping key `{key}`, which is taken by {taken}",
                iri,
                other,
                help_="rename one, or give it another key with `text:key`",
            )

    def key(self, node: NamedNode) -> str | None:
        if self.core.objects(node, self.text("generated").value):
            return None
        stated = self.core.objects(node, self.text("key").value)
        if stated:
            return stated[0].value
        own = any(node.value.startswith(ns) for ns in self.project.namespaces.values())
        return local_name(node.value) if own else None

    def to_property(self, node: NamedNode, key: str, declared: str) -> Property:
        reach = self.inherited(node, RDFS + "range")
        return Property(
            iri=node.value,
            key=key,
            kind=self.value_kind(reach, declared),
            domain=tuple(self.inherited(node, RDFS + "domain")),
            range=tuple(reach),
        )

    def inherited(self, node: NamedNode, predicate: str) -> list[str]:
        """The domain or range of a property, else that of the nearest property above it."""
        todo, seen = [node.value], {node.value}
        while todo:
            current = NamedNode(todo.pop(0))
            if found := self.core.named(current, predicate):
                return found
            above = set(self.core.named(current, RDFS + "subPropertyOf")) - seen
            seen |= above
            todo += sorted(above)
        return []

    def value_kind(self, reach: list[str], declared: str) -> ValueKind:
        if self.text("Span").value in reach:
            return ValueKind.QUOTE
        if self.text("Time").value in reach:
            return ValueKind.TIME
        return ValueKind.REFERENCE if declared == "ObjectProperty" else ValueKind.LITERAL

    def sections(self) -> dict[str, Section]:
        found: dict[str, Section] = {}
        for triple in self.core.triples:
            if triple.predicate == self.text("section") and isinstance(triple.subject, NamedNode):
                key, iri = triple.object.value, triple.subject.value  # type: ignore[union-attr]
                if key in found:
                    self.collide(
                        f"section `{key}` is claimed by <{found[key].iri}> and <{iri}>",
                        iri,
                        found[key].iri,
                        help_="give one of them another `text:section`",
                    )
                found[key] = Section(key, iri, kebab(local_name(iri)))
        return found

    def individuals(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for node in self.core.instances(OWL + "NamedIndividual"):
            name = local_name(node.value)
            if found.setdefault(name, node.value) != node.value:
                self.collide(
                    f"individuals <{found[name]}> and <{node.value}> share a local name",
                    node.value,
                    found[name],
                    help_="rename one: mappings know individuals by their local names",
                )
        return found
