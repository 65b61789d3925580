"""A build in several files: one a graph, one a class, or of a number of statements each.

In: N-Quads lines of a build, and how to divide them. Out: pieces, each with a name that can be that
of a file anywhere and stays the same from build to build, and its lines; one after another, in
bounded memory. Each statement is in one piece, with all others of its subject (and graph), or with
its nanopublication.
Refuses nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from kg.exporting.facts import superclasses
from kg.exporting.nanopubs import FOLDER
from kg.exporting.profiles import origin_of
from kg.exporting.syntaxes import arranged
from kg.rdf.dataset import sort_lines, split
from kg.rdf.turtle import RDF_TYPE, Style
from kg.store.embedded import Build
from kg.terms import OWL, digest, to_curie

UNTYPED = "untyped"
# What everything is an instance of tells nothing.
IDLE = {f"<{OWL}Thing>", f"<{OWL}NamedIndividual>"}
# In names of files that every system takes, and that no shell wants quoted.
UNSAFE = re.compile(r"[^A-Za-z0-9_.-]")


class Piece(NamedTuple):
    """One file to be: its name without extension, what it holds in words, its lines."""

    name: str
    what: str
    lines: Iterable[bytes]


def pieces(
    lines: Iterable[bytes], build: Build, by: str | int, syntax: str, style: Style
) -> Iterator[Piece]:
    """Divide statements of a build; each piece must be used up before the next one is asked for.

    Args:
        lines: without blank nodes, which would come apart.
        build: that they are of.
        by: `article`: a piece for each graph; `class`: for each class, of which a subject's most
            specific one counts; a number: as many statements at most, more if what belongs together
            has more.
        syntax: that will be written: it decides whether statements of two graphs are one.
        style: that they will be written in.
    """
    if by == "article":
        return _by_graph(lines, build.base)
    if by == "class":
        return _by_class(lines, build)
    return _by_number(arranged(lines, syntax, style), int(by), f"<{build.base}{FOLDER}")


def _by_graph(lines: Iterable[bytes], base: str) -> Iterator[Piece]:
    origin = origin_of(base)

    def name(line: bytes) -> str:
        return origin(split(line)[3])

    ordered = sort_lines(lines, key=lambda line: name(line).encode() + b" " + line)
    for graph, group in groupby(ordered, key=name):
        yield Piece(graph, f"graph {graph}", group)


def _by_number(lines: Iterable[bytes], most: int, nanopub: str) -> Iterator[Piece]:
    def unit(line: bytes) -> tuple[str, str]:
        subject, _, _, graph = split(line)
        return ("", graph.partition("#")[0]) if graph.startswith(nanopub) else (subject, graph)

    numbered = _numbered(lines, most, unit)
    for number, group in groupby(numbered, key=itemgetter(0)):
        yield Piece(f"part-{number:05}", f"number {number}", (line for _, line in group))


def _numbered(
    lines: Iterable[bytes], most: int, unit: Callable[[bytes], object]
) -> Iterator[tuple[int, bytes]]:
    number, room = 1, most
    for _, group in groupby(lines, key=unit):
        whole = list(group)
        if len(whole) > room and room < most:
            number, room = number + 1, most
        room -= len(whole)
        yield from ((number, line) for line in whole)


def _by_class(lines: Iterable[bytes], build: Build) -> Iterator[Piece]:
    choose = _chooser(build)
    tagged = sort_lines(_tagged(sort_lines(lines), choose))
    namer = _namer(build.prefixes)
    for cls, group in groupby(tagged, key=lambda line: line.partition(b" ")[0].decode()):
        what = f"class {to_curie(cls[1:-1], build.prefixes)}" if cls != UNTYPED else "without class"
        yield Piece(namer(cls), what, (line.partition(b" ")[2] for line in group))


def _tagged(lines: Iterable[bytes], choose: Callable[[set[str]], str]) -> Iterator[bytes]:
    """Lines with the class of their subject in front."""
    for _, group in groupby(lines, key=lambda line: line.partition(b" ")[0]):
        whole = list(group)
        parts = map(split, whole)
        tag = choose({value for _, predicate, value, _ in parts if predicate == RDF_TYPE}).encode()
        yield from (tag + b" " + line for line in whole)


def _chooser(build: Build) -> Callable[[set[str]], str]:
    """The most specific of some classes; of several, the first by IRI."""
    above = superclasses(build)
    known: dict[frozenset[str], str] = {}

    def choose(classes: set[str]) -> str:
        key = frozenset(classes)
        if key not in known:
            wider = {
                c for cls in classes for c in above.get(cls, ()) if cls not in above.get(c, ())
            }
            known[key] = min(classes - wider - IDLE or classes, default=UNTYPED)
        return known[key]

    return choose


def _namer(prefixes: Mapping[str, str]) -> Callable[[str], str]:
    """Classes to names of files: `news:Meeting` is `news-Meeting`.

    A digest is added where a name does not tell its class: without a prefix, or beside one that
    differs in case only, which some systems take for the same.
    """
    used: set[str] = set()

    def name(cls: str) -> str:
        iri = cls.strip("<>")
        curie = to_curie(iri, prefixes)
        is_clear = not curie.startswith("<") or cls == UNTYPED
        found = UNSAFE.sub("-", curie if is_clear and cls != UNTYPED else re.split("[/#]", iri)[-1])
        if not is_clear or found.casefold() in used:
            found = f"{found}-{digest(iri, 8)}"
        used.add(found.casefold())
        return found

    return name
