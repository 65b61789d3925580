"""A build in several files: one a graph, one a class, or of a number of statements each.

In: the N-Quads files of a build, and how to divide them. Out: pieces, each with a name that can be
that of a file anywhere and stays the same from build to build, and its lines; one after another,
in bounded memory. Each statement is in one piece, with all others of its subject (and graph).
Refuses nothing.

The ontology is always a piece of its own: it has blank nodes, which would come apart.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from kg.dataset import read_lines, sort_lines, split
from kg.export import arranged
from kg.selection import ONTOLOGY
from kg.store import Build
from kg.terms import OWL, RDFS, digest, to_curie
from kg.turtle import RDF_TYPE, Style

UNTYPED = "untyped"
SUBCLASS = f"<{RDFS}subClassOf>"
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
    files: Iterable[Path], build: Build, by: str | int, syntax: str, style: Style
) -> Iterator[Piece]:
    """Divide the graphs of a build; each piece must be used up before the next one is asked for.

    Args:
        files: of `kg.selection.select_files`.
        build: that they are of.
        by: `article`: a piece for each graph; `class`: for each class, of which a subject's most
            specific one counts; a number: as many statements at most, more if one subject has more.
        syntax: that will be written: it decides whether statements of two graphs are one.
        style: that they will be written in.
    """
    if by == "article":
        yield from (_graph(path) for path in files)
        return
    files = list(files)
    data = read_lines(path for path in files if path.stem != ONTOLOGY)
    if by == "class":
        yield from _by_class(data, build)
    else:
        yield from _by_number(arranged(data, syntax, style), int(by))
    yield from (_graph(path) for path in files if path.stem == ONTOLOGY)


def _graph(path: Path) -> Piece:
    return Piece(path.stem, f"graph {path.stem}", read_lines([path]))


def _by_number(lines: Iterable[bytes], most: int) -> Iterator[Piece]:
    for number, group in groupby(_numbered(lines, most), key=itemgetter(0)):
        yield Piece(f"part-{number:05}", f"number {number}", (line for _, line in group))


def _numbered(lines: Iterable[bytes], most: int) -> Iterator[tuple[int, bytes]]:
    number, room = 1, most
    for _, group in groupby(lines, key=lambda line: split(line)[::3]):
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


def superclasses(build: Build) -> dict[str, set[str]]:
    """Class to all named classes above it, as tokens, by what the ontology states."""
    direct: dict[str, set[str]] = {}
    for path in build.files():
        if path.stem == ONTOLOGY:
            for subject, predicate, value, _ in map(split, read_lines([path])):
                if predicate == SUBCLASS and value[0] == "<":
                    direct.setdefault(subject, set()).add(value)
    return {cls: _reached(cls, direct) for cls in direct}


def _reached(start: str, edges: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    pending = [start]
    while pending:
        fresh = edges.get(pending.pop(), set()) - found
        found |= fresh
        pending += fresh
    return found


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
