"""Which statements of a build are facts, and which only tell how facts are known.

In: the ontology and the statements of a build. Out: the facts, and the number of the line that each
has in its file.
Refuses: a build whose text layer marks nothing as evidence (O103).

The ontology alone says which is which, by `text:evidence`: no term is named here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from kg.diagnostics import ContentError, Diagnostic
from kg.exporting.selection import ONTOLOGY
from kg.project.settings import TEXT_PREFIX
from kg.rdf.dataset import Tokens, read_lines, sort_lines, split
from kg.rdf.turtle import RDF_TYPE
from kg.store.embedded import Build
from kg.terms import OWL, RDFS
from kg.textlayer import TextLayer

SUBCLASS, SUBPROPERTY = f"<{RDFS}subClassOf>", f"<{RDFS}subPropertyOf>"
INVERSE = f"<{OWL}inverseOf>"
ENDS = (f"<{RDFS}domain>", f"<{RDFS}range>")


class Evidence(NamedTuple):
    """The classes and properties that tell how facts are known, as N-Triples tokens."""

    classes: frozenset[str]
    properties: frozenset[str]


class Line(NamedTuple):
    """A statement, with the name of its file and its number there, from 0."""

    graph: str
    number: int
    text: bytes


def evidence(build: Build) -> Evidence:
    """What the ontology of a build marks as evidence, with all that follows from it.

    Below a marked class or property all are meant; so are properties with such a class at one end,
    and their inverses.

    Raises:
        ContentError: O103, nothing is marked.
    """
    triples = _ontology(build)
    mark = f"<{TextLayer(build.prefixes[TEXT_PREFIX])('evidence').value}>"
    marked = {s for s, p, value, _ in triples if p == mark and value.startswith('"true"')}
    if not marked:
        message = "the text layer of the build marks nothing as `text:evidence`"
        help_ = "copy `text.ttl` from a project made by `kg init`, and build again"
        raise ContentError([Diagnostic("O103", message, help=help_)])
    classes = _below(marked, triples, SUBCLASS)
    ends = {s for s, p, value, _ in triples if p in ENDS and value in classes}
    properties = _below(marked | ends, triples, SUBPROPERTY)
    inverse = [(s, value) for s, p, value, _ in triples if p == INVERSE]
    inverses = {a for pair in inverse for a, b in (pair, pair[::-1]) if b in properties}
    return Evidence(frozenset(classes), frozenset(properties | inverses))


def _ontology(build: Build) -> list[Tokens]:
    files = [path for path in build.files() if path.stem == ONTOLOGY]
    return [split(line) for line in read_lines(files)]


def superclasses(build: Build) -> dict[str, set[str]]:
    """Class to all named classes above it, as tokens, by what the ontology states."""
    above = _edges(_ontology(build), SUBCLASS)
    return {cls: _reached([cls], above) - {cls} for cls in above}


def _below(start: Iterable[str], triples: Iterable[Tokens], predicate: str) -> set[str]:
    below = defaultdict(set)
    for lower, uppers in _edges(triples, predicate).items():
        for upper in uppers:
            below[upper].add(lower)
    return _reached(start, below)


def _edges(triples: Iterable[Tokens], predicate: str) -> dict[str, set[str]]:
    edges: dict[str, set[str]] = {}
    for subject, found, value, _ in triples:
        if found == predicate and value[0] == "<":
            edges.setdefault(subject, set()).add(value)
    return edges


def _reached(start: Iterable[str], edges: dict[str, set[str]]) -> set[str]:
    found = set(start)
    pending = list(found)
    while pending:
        fresh = edges.get(pending.pop(), set()) - found
        found |= fresh
        pending += fresh
    return found


def facts(lines: Iterable[bytes], layer: Evidence) -> Iterator[bytes]:
    """The facts among all statements of a build, those of a subject together.

    Whether a subject is evidence is told by its classes in all graphs.

    Args:
        lines: the statements, in any order.
        layer: what is evidence.
    """
    for _, group in groupby(sort_lines(lines), key=lambda line: line.partition(b" ")[0]):
        whole = [(line, split(line)) for line in group]
        if layer.classes.isdisjoint(parts[2] for _, parts in whole if parts[1] == RDF_TYPE):
            yield from (line for line, parts in whole if parts[1] not in layer.properties)


def numbered_facts(build: Build, layer: Evidence) -> Iterator[tuple[str, Iterator[Line]]]:
    """The facts of a build, file after file, in the order of the lines.

    Args:
        build: whose data; the ontology is none.
        layer: what is evidence.
    """
    files = {path.stem: path for path in build.files() if path.stem != ONTOLOGY}
    found = facts(read_lines(files.values()), layer)
    start = len(f"<{build.base}graph/")
    ordered = sort_lines(found, key=lambda line: line[line.rindex(b" <") :] + line)
    for graph, group in groupby(ordered, key=lambda line: split(line)[3][start:-1]):
        yield graph, _numbered(graph, group, read_lines([files[graph]]))


def _numbered(graph: str, wanted: Iterable[bytes], lines: Iterable[bytes]) -> Iterator[Line]:
    remaining = iter(wanted)
    line = next(remaining, None)
    for number, text in enumerate(lines):
        if text == line:
            yield Line(graph, number, text)
            line = next(remaining, None)
