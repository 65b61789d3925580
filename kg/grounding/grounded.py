"""What grounding hands on: an article as flat nodes, each with its words.

In: nothing. Out: the data types that `kg.grounding.ground` fills and that generation, JSON-LD and
coverage read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from kg.diagnostics import Location
from kg.project.seeds import Seed
from kg.terms import SKOS
from kg.text.quotes import Span


@dataclass(frozen=True, slots=True)
class Fact:
    """One predicate and object of a node, and the mapping line that says so.

    An object that is a `Span` stands for that stretch of the article.
    """

    predicate: str
    object: NamedNode | Literal | Span
    place: Location


@dataclass(frozen=True, slots=True)
class GroundedNode:
    """A node of the article's graph.

    Attributes:
        iri: minted from its id, else its words, else its content.
        types: classes stated.
        facts: what is said of it.
        spans: the words that carry it.
        place: its entry in the mapping.
        shared: whether other articles may speak of the same node.
        kinds: where each of the classes stands, if there are several.
        entry: the entry of a section that it belongs to; its own, or the one around it.
    """

    iri: str
    types: tuple[str, ...]
    facts: tuple[Fact, ...]
    spans: tuple[Span, ...]
    place: Location
    shared: bool = False
    entry: Location | None = None
    kinds: tuple[Location, ...] = ()

    def classes(self) -> Iterator[tuple[str, Location]]:
        """The classes, each with the place that states it."""
        kinds = self.kinds if len(self.kinds) == len(self.types) else [self.place] * len(self.types)
        return zip(self.types, kinds, strict=True)

    def same_as(self, other: GroundedNode) -> bool:
        """Whether both say the same, wherever they stand in the mapping."""
        return (self.types, self.spans, _said(self)) == (other.types, other.spans, _said(other))

    def label(self) -> str:
        """Its first name, if it has one."""
        labels = (fact.object for fact in self.facts if fact.predicate == SKOS + "prefLabel")
        return next((term.value for term in labels if isinstance(term, Literal)), "")


def _said(node: GroundedNode) -> frozenset[tuple[str, str]]:
    return frozenset((fact.predicate, str(fact.object)) for fact in node.facts)


@dataclass(frozen=True, slots=True)
class MentionedName:
    """A name in the text and what it denotes; `place` is the line that settles it, if one does."""

    span: Span
    denotes: tuple[str, ...]
    place: Location | None


@dataclass(frozen=True, slots=True)
class GroundedArticle:
    """All that one article says, tied to its words.

    Attributes:
        seed: the article.
        iri: of the article.
        language: language tag of its words.
        place: the mapping.
        entries: how many the mapping has.
        nodes: what they say.
        names: who and what is named where.
        undated: its date cannot be read, so that its times lack it.
    """

    seed: Seed
    iri: str
    language: str
    place: Location
    entries: int
    nodes: tuple[GroundedNode, ...]
    names: tuple[MentionedName, ...]
    undated: bool = False

    def spans(self) -> set[Span]:
        """Every span that carries a node or that a fact points at; names apart."""
        carrying = {span for node in self.nodes for span in node.spans}
        return carrying | {
            fact.object
            for node in self.nodes
            for fact in node.facts
            if isinstance(fact.object, Span)
        }

    def shares(self) -> dict[str, tuple[str, str, Location]]:
        """The ids that it declares for all articles: IRI, label and place of each."""
        shared = (node for node in self.nodes if node.shared)
        return {
            node.iri.rpartition("/")[2]: (node.iri, node.label(), node.place) for node in shared
        }


def span_node(article: str, span: Span) -> NamedNode:
    """The IRI of a span: `#char=start,end`, code points from 0, end exclusive (after RFC 5147)."""
    return NamedNode(f"{article}#char={span.start},{span.end}")
