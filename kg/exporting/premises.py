"""What inferred facts rest on, for builds of any size.

In: a build, and the facts among its inferred statements. Out: each line that such a fact starts
from, file after file, with what stands for the fact.
Refuses: a build that lacks what its inferred triples follow from (X703).

Derivations are found for many facts together. Their premises are sorted by file and line, so that
each file is read once, from the start.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import groupby, islice
from typing import NamedTuple

from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from kg.exporting.facts import Line
from kg.exporting.selection import INFERRED
from kg.rdf.dataset import read_lines, sort_lines
from kg.reasoning.derivations import Derivations
from kg.store.embedded import Build

_TOGETHER = 2_000
"""The derivations of so many facts are found at a time."""


class Use(NamedTuple):
    """A line that something was inferred from, and what stands for that."""

    premise: Line
    target: str


def uses(
    build: Build, wanted: Collection[int], name: Callable[[bytes], str]
) -> Iterator[tuple[str, Iterator[Use]]]:
    """The premises of inferred facts, by the file that they are in.

    What is inferred but no fact is passed over: its own premises stand for it.

    Args:
        build: that inferred the facts.
        wanted: the lines of the facts, in the file of what is inferred.
        name: a line of that file to what stands for it; without a space.

    Raises:
        Unavailable: X703, the build lacks something.
    """
    files = {path.stem: path for path in build.files()}
    lines = enumerate(read_lines([files[INFERRED]]))
    facts = [line for number, line in lines if number in wanted]
    requests = _Finder(build, list(files), facts).requests(name)
    for number, group in groupby(sort_lines(requests), key=lambda line: line[:9]):
        stem = list(files)[int(number)]
        yield stem, _answers(stem, group, read_lines([files[stem]]))


class _Finder:
    """Finds the premises of inferred facts."""

    def __init__(self, build: Build, stems: list[str], facts: list[bytes]) -> None:
        """The lines of the facts, and the names of all files."""
        self._store, self._facts, self._known = build.store, facts, set(facts)
        self._graph = f"{build.base}graph/"
        self._numbers = {stem: number for number, stem in enumerate(stems)}
        self._derivations = Derivations(build)

    def requests(self, name: Callable[[bytes], str]) -> Iterator[bytes]:
        """File and line of each premise, and what stands for the fact, in lines to be sorted."""
        remaining = iter(self._facts)
        while lines := list(islice(remaining, _TOGETHER)):
            found = self._premises([next(parse(line, RdfFormat.N_QUADS)).triple for line in lines])
            for line, premises in zip(lines, found, strict=True):
                for number, premise in premises:
                    # No line of canonical N-Quads has a tab.
                    yield b"%09d %b\t%b\n" % (number, premise, name(line).encode())

    def _premises(self, triples: list[Triple]) -> Iterator[list[tuple[int, bytes]]]:
        """The premises of each triple, those of what is inferred and no fact instead of it."""
        derived = self._derivations.all(triples)
        for triple in triples:
            pending, found = [*derived[triple].premises], []
            while pending:
                premise = pending.pop()
                stem = self._stem(premise)
                line = f"{premise} <{self._graph}{stem}> .".encode()
                if stem == INFERRED and line + b"\n" not in self._known:
                    pending += self._derivations.of(premise).premises
                else:
                    found.append((self._numbers[stem], line))
            yield found

    def _stem(self, triple: Triple) -> str:
        """The first file that has a triple."""
        quads = self._store.quads_for_pattern(triple.subject, triple.predicate, triple.object)
        names = (q.graph_name.value for q in quads if isinstance(q.graph_name, NamedNode))
        return min((n.removeprefix(self._graph) for n in names), key=self._numbers.__getitem__)


def _answers(stem: str, requests: Iterable[bytes], lines: Iterable[bytes]) -> Iterator[Use]:
    numbered = enumerate(lines)
    for premise, group in groupby(requests, key=lambda line: line[10 : line.index(b"\t")] + b"\n"):
        number = next(at for at, line in numbered if line == premise)
        for request in group:
            target = request[request.index(b"\t") + 1 : -1].decode()
            yield Use(Line(stem, number, premise), target)
