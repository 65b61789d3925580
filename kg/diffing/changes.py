"""Changes as people think of them: by graph, by subject, by property.

In: a comparison, and what is known of its nodes. Out: for each graph that differs, its subjects
with what was and what is; what belongs to the text layer is only counted, unless all is asked for.
Refuses nothing. Graphs and subjects come one after another, so that any number takes no memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby
from typing import NamedTuple

from kg.diffing.causes import Cause, causes, causes_of
from kg.diffing.comparing import Comparison, graph_name
from kg.diffing.knowing import Knowledge
from kg.diffing.moving import Moves
from kg.diffing.sides import DESCRIPTION
from kg.exporting.selection import INFERRED, ONTOLOGY
from kg.rdf.dataset import Tokens, split
from kg.rdf.turtle import RDF_TYPE


class Part(StrEnum):
    """What a graph is."""

    FACTS = "facts"
    INFERRED = "inferred"
    ONTOLOGY = "ontology"
    DESCRIPTION = "description"


class Status(StrEnum):
    """What became of a subject."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class Property(NamedTuple):
    """What differs in one property of a subject, as tokens."""

    predicate: str
    removed: tuple[str, ...]
    added: tuple[str, ...]


class Subject(NamedTuple):
    """What differs in one subject in one graph."""

    node: str
    status: Status
    properties: tuple[Property, ...]


@dataclass(slots=True)
class Counts:
    """How many statements of a part differ.

    Attributes:
        added: values that are new.
        removed: values that are gone.
        changed: values that have taken the place of others.
        layer: statements of the text layer, and those that only moved with their words.
    """

    added: int = 0
    removed: int = 0
    changed: int = 0
    layer: int = 0

    def add(self, property_: Property) -> None:
        """Count what differs in a property: an old and a new value make one that has changed."""
        both = min(len(property_.added), len(property_.removed))
        self.changed += both
        self.added += len(property_.added) - both
        self.removed += len(property_.removed) - both


@dataclass(slots=True)
class GraphChanges:
    """What differs in one graph.

    Attributes:
        graph: its name as a token; empty for the default graph.
        name: what a person calls it.
        part: what it is.
        causes: the files that have changed and that it may depend on.
        subjects: the subjects that differ; to be read once, before what follows.
        counts: of its statements.
        layer: subjects of the text layer by what became of them and by class (a token).
        relinked: subjects that were there before and rest on other words.
        moved: statements that only moved with their words.
    """

    graph: str
    name: str
    part: Part
    causes: list[Cause]
    subjects: Iterator[Subject]
    counts: Counts = field(default_factory=Counts)
    layer: dict[Status, Counter[str]] = field(
        default_factory=lambda: {status: Counter() for status in Status}
    )
    relinked: int = 0
    moved: int = 0


@dataclass(slots=True)
class Differences:
    """What differs between two sides.

    Attributes:
        comparison: of the sides.
        knowledge: of the nodes.
        moves: what has only moved.
        full: whether the text layer is told, too.
        counts: by part, of the graphs that have been read.
    """

    comparison: Comparison
    knowledge: Knowledge
    moves: Moves
    full: bool
    causes: list[Cause]
    counts: dict[Part, Counts] = field(default_factory=dict)

    def graphs(self) -> Iterator[GraphChanges]:
        """The graphs that differ, in order; each is read before the next one is asked for."""
        self.counts.clear()
        for graph, group in groupby(map(_signed, self.comparison.changes), lambda c: c.parts[3]):
            name = graph_name(graph) if graph else ""
            part = _part(graph, name)
            found = GraphChanges(graph, name, part, causes_of(name, self.causes), iter(()))
            found.subjects = self._subjects(group, found)
            found.counts = self.counts.setdefault(part, Counts())
            yield found

    def _subjects(self, changes: Iterable[_Change], graph: GraphChanges) -> Iterator[Subject]:
        for node, group in groupby(changes, lambda change: change.parts[0]):
            found = list(group)
            kept = [change for change in found if self.full or not self.moves(change.line)]
            graph.moved += len(found) - len(kept)
            subject = self._subject(node, kept)
            if not self.full:
                facts = self._facts(subject, graph)
                graph.counts.layer += len(found) - sum(map(_size, facts))
                subject = subject._replace(properties=facts)
            for property_ in subject.properties:
                graph.counts.add(property_)
            if subject.properties:
                yield subject

    def _subject(self, node: str, changes: list[_Change]) -> Subject:
        values: dict[str, tuple[list[str], list[str]]] = {}
        for is_new, (_, predicate, value, _), _ in changes:
            values.setdefault(predicate, ([], []))[is_new].append(value)
        properties = tuple(
            Property(predicate, tuple(removed), tuple(added))
            for predicate, (removed, added) in sorted(values.items(), key=_type_first)
        )
        return Subject(node, self._status(node, properties), properties)

    def _status(self, node: str, properties: tuple[Property, ...]) -> Status:
        if all(p.added and not p.removed for p in properties):
            return Status.CHANGED if node[1:-1] in self.knowledge.old else Status.ADDED
        if all(p.removed and not p.added for p in properties):
            return Status.CHANGED if node[1:-1] in self.knowledge.new else Status.REMOVED
        return Status.CHANGED

    def _facts(self, subject: Subject, graph: GraphChanges) -> tuple[Property, ...]:
        """The properties that are facts; the others are counted."""
        if not subject.properties:
            return ()
        if self.knowledge.is_evidence(subject.node):
            for cls in self.knowledge.classes(subject.node):
                graph.layer[subject.status][cls] += self.knowledge.is_own(cls)
            return ()
        known = self.knowledge.evidence.properties
        facts = tuple(p for p in subject.properties if p.predicate not in known)
        others = {p.predicate for p in subject.properties} - {p.predicate for p in facts}
        is_known = subject.status is Status.CHANGED
        graph.relinked += is_known and bool(others - self.knowledge.digest)
        return facts


class _Change(NamedTuple):
    """A line of a comparison, read."""

    is_new: bool
    parts: Tokens
    line: bytes


def _signed(change: bytes) -> _Change:
    return _Change(change[:1] == b"+", split(change[1:]), change)


def _size(property_: Property) -> int:
    return len(property_.added) + len(property_.removed)


def _type_first(item: tuple[str, object]) -> tuple[bool, str]:
    return item[0] != RDF_TYPE, item[0]


def _part(graph: str, name: str) -> Part:
    if graph.endswith(DESCRIPTION):
        return Part.DESCRIPTION
    return {INFERRED: Part.INFERRED, ONTOLOGY: Part.ONTOLOGY}.get(name, Part.FACTS)


def differences(comparison: Comparison, knowledge: Knowledge, *, full: bool = False) -> Differences:
    """What differs, in words of the domain.

    Args:
        comparison: of two sides.
        knowledge: of the nodes that it names.
        full: whether the text layer is told, too, and what only moved.
    """
    moves = Moves(comparison.changes if not full else (), knowledge.digest)
    found = causes(comparison.old, comparison.new)
    return Differences(comparison, knowledge, moves, full, found)
