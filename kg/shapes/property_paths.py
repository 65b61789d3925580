"""SHACL property paths: read from a shapes graph, and followed through data.

In: a node of a shapes graph that is a path; quads. Out: a `Path`; the trails that it takes from a
node, each with the quads on it. Refuses nothing: what is no path leads nowhere.

https://www.w3.org/TR/shacl/#property-paths (section 2.3.1)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from pyoxigraph import NamedNode, Quad
from rdflib import Graph, URIRef
from rdflib.collection import Collection
from rdflib.namespace import RDF, SH
from rdflib.term import Node

_REPEATED = {
    SH.zeroOrMorePath: (0, True),
    SH.oneOrMorePath: (1, True),
    SH.zeroOrOnePath: (0, False),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One property, or one read from its value to its subject."""

    iri: str
    inverse: bool = False


@dataclass(frozen=True, slots=True)
class Sequence:
    """One path after the other."""

    parts: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """Any of several paths."""

    parts: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Repeated:
    """A path, repeated: from no time or once on, up to once or without end."""

    part: Path
    least: int
    endless: bool


Path = Step | Sequence | Choice | Repeated
NOWHERE = Choice(())


def read_path(shapes: Graph, node: Node | None) -> Path:
    """The path that a node of a shapes graph describes."""
    return _read(shapes, node, frozenset())


def first(path: Path) -> Path:
    """The first part of a path."""
    return first(path.parts[0]) if isinstance(path, Sequence) and path.parts else path


def _read(shapes: Graph, node: Node | None, within: frozenset[Node]) -> Path:
    if isinstance(node, URIRef):
        return Step(str(node))
    if node is None or node in within:
        return NOWHERE
    inner = within | {node}
    if (node, RDF.first, None) in shapes:
        return Sequence(tuple(_read(shapes, part, inner) for part in Collection(shapes, node)))
    if (parts := shapes.value(node, SH.alternativePath)) is not None:
        return Choice(tuple(_read(shapes, part, inner) for part in Collection(shapes, parts)))
    if (part := shapes.value(node, SH.inversePath)) is not None:
        return _inverse(_read(shapes, part, inner))
    for predicate, (least, endless) in _REPEATED.items():
        if (part := shapes.value(node, predicate)) is not None:
            return Repeated(_read(shapes, part, inner), least, endless)
    return NOWHERE


def _inverse(path: Path) -> Path:
    if isinstance(path, Step):
        return Step(path.iri, not path.inverse)
    if isinstance(path, Repeated):
        return Repeated(_inverse(path.part), path.least, path.endless)
    parts = tuple(map(_inverse, path.parts))
    return Choice(parts) if isinstance(path, Choice) else Sequence(parts[::-1])


class Trail(NamedTuple):
    """Where a path has led, and through which quads."""

    end: object
    quads: tuple[Quad, ...] = ()


class Links:
    """Quads by subject and by object."""

    def __init__(self, quads: Iterable[Quad]) -> None:
        """Index the quads."""
        self._from: dict[object, list[Quad]] = defaultdict(list)
        self._to: dict[object, list[Quad]] = defaultdict(list)
        for quad in quads:
            self._from[quad.subject].append(quad)
            self._to[quad.object].append(quad)

    def leaving(self, node: object) -> list[Quad]:
        """The quads that a node is the subject of."""
        return self._from.get(node, [])

    def reaching(self, node: object) -> list[Quad]:
        """The quads that a node is the object of."""
        return self._to.get(node, [])

    def types(self, node: object) -> list[str]:
        """The classes that quads give a node."""
        kind = NamedNode(RDF.type)
        return [q.object.value for q in self.leaving(node) if q.predicate == kind]  # type: ignore[union-attr]

    def follow(self, path: Path, node: object) -> list[Trail]:
        """The trails of a path from a node, one for each value node."""
        found: dict[object, Trail] = {}
        for trail in self._follow(path, Trail(node)):
            found.setdefault(trail.end, trail)
        return list(found.values())

    def _follow(self, path: Path, trail: Trail) -> Iterator[Trail]:
        if isinstance(path, Step):
            yield from self._step(path, trail)
        elif isinstance(path, Repeated):
            yield from self._repeat(path, trail)
        elif isinstance(path, Choice):
            for part in path.parts:
                yield from self._follow(part, trail)
        else:
            reached = [trail]
            for part in path.parts:
                reached = [after for before in reached for after in self._follow(part, before)]
            yield from reached

    def _step(self, step: Step, trail: Trail) -> Iterator[Trail]:
        near = self.reaching(trail.end) if step.inverse else self.leaving(trail.end)
        for quad in near:
            if quad.predicate.value == step.iri:
                end = quad.subject if step.inverse else quad.object
                yield Trail(end, (*trail.quads, quad))

    def _repeat(self, path: Repeated, trail: Trail) -> Iterator[Trail]:
        if not path.least:
            yield trail
        seen, reached = {trail.end}, [trail]
        while reached:
            further = [after for before in reached for after in self._follow(path.part, before)]
            reached = []
            for after in further:
                yield after
                if path.endless and after.end not in seen:
                    seen.add(after.end)
                    reached.append(after)
