"""What inferred facts rest on, for builds of any size.

In: a build, and the facts among its inferred statements. Out: each line that such a fact starts
from, file after file, with what stands for the fact.
Refuses nothing.

Derivations name premises by file and line. They are sorted by those, so that each file is read
once, from the start.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from kg.exporting.facts import Line
from kg.exporting.selection import INFERRED
from kg.rdf.dataset import read_lines, sort_lines
from kg.store.embedded import Build
from kg.store.origins import DERIVATIONS, Derivations


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
    """
    files = {path.stem: path for path in build.files()}
    derivations = Derivations((build.folder / DERIVATIONS).read_bytes())
    numbers = {stem: number for number, stem in enumerate(files)}
    lines = enumerate(read_lines([files[INFERRED]]))
    requests = (
        f"{numbers[stem]:09} {at:012} {name(line)}\n".encode()
        for number, line in lines
        if number in wanted
        for stem, at in _premises(number, derivations, wanted)
    )
    for number, group in groupby(sort_lines(requests), key=lambda line: line[:9]):
        stem = list(files)[int(number)]
        yield stem, _answers(stem, group, read_lines([files[stem]]))


def _premises(
    number: int, derivations: Derivations, wanted: Collection[int]
) -> Iterator[tuple[str, int]]:
    pending = [number]
    while pending:
        for stem, at in derivations[pending.pop()].premises:
            if stem == INFERRED and at not in wanted:
                pending.append(at)
            else:
                yield stem, at


def _answers(stem: str, requests: Iterable[bytes], lines: Iterable[bytes]) -> Iterator[Use]:
    numbered = enumerate(lines)
    for number, group in groupby(requests, key=lambda line: int(line[10:22])):
        text = next(line for at, line in numbered if at == number)
        for request in group:
            yield Use(Line(stem, number, text), request[23:-1].decode())
