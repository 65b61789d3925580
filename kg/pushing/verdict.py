"""Whether a store holds a graph as it was sent.

In: the file of a graph, what a store gives back of it, what the store is known to rewrite.
Out: what is missing, what is too much, and which rewrites there were.
Refuses: nothing.

Blank nodes are compared by RDFC-1.0. Literals of other forms are the same if the store is known to
rewrite their datatype, and if the value is the same; that is told by our own store, which has one
form for each value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode, Quad, Store

from kg.pushing.stores import Rewrite
from kg.rdf.dataset import difference, read_quads
from kg.terms import XSD

DATATYPES = {
    Rewrite.NUMBERS: "decimal double float integer",
    Rewrite.DERIVED: (
        "byte dateTimeStamp int long negativeInteger nonNegativeInteger nonPositiveInteger "
        "positiveInteger short unsignedByte unsignedInt unsignedLong unsignedShort"
    ),
    Rewrite.BOOLEANS: "boolean",
    Rewrite.MOMENTS: "date dateTime gDay gMonth gMonthDay gYear gYearMonth time",
    Rewrite.DURATIONS: "dayTimeDuration duration yearMonthDuration",
}
REWRITES = {XSD + name: rewrite for rewrite, names in DATATYPES.items() for name in names.split()}
SOME = NamedNode("x:")


class Verdict(NamedTuple):
    """How what a store gives back differs from what it was given.

    Attributes:
        missing: statements that it lacks, as N-Triples lines without line ends.
        extra: statements that it was not given.
        rewritten: what it is known to write otherwise, and has.
    """

    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    rewritten: frozenset[Rewrite] = frozenset()

    @property
    def is_same(self) -> bool:
        """Whether it holds what it was given."""
        return not self.missing and not self.extra


def judge(path: Path, given_back: Iterable[Quad], rewrites: frozenset[Rewrite]) -> Verdict:
    """Compare the file of a graph with what a store gives back.

    Args:
        path: canonical N-Quads.
        given_back: the triples, as quads of whatever graph.
        rewrites: what the store is known to do.
    """
    mine, theirs = list(_bare(read_quads(path))), list(_bare(given_back))
    if not difference(mine, theirs):
        return Verdict()
    rest = difference(_alike(mine, rewrites), _alike(theirs, rewrites))
    changed = _literals(mine) - _literals(theirs)
    found = frozenset(rewrite for literal in changed if (rewrite := _rewrite(literal)))
    return Verdict(rest.only_left, rest.only_right, found & rewrites)


def _literals(quads: Iterable[Quad]) -> set[Literal]:
    return {quad.object for quad in quads if isinstance(quad.object, Literal)}


def _bare(quads: Iterable[Quad]) -> Iterator[Quad]:
    for quad in quads:
        yield Quad(quad.subject, quad.predicate, quad.object)


def _alike(quads: Iterable[Quad], rewrites: frozenset[Rewrite]) -> Iterator[Quad]:
    for quad in quads:
        if isinstance(quad.object, Literal) and _rewrite(quad.object) in rewrites:
            yield Quad(quad.subject, quad.predicate, _one_form(quad.object))
        else:
            yield quad


def _rewrite(literal: Literal) -> Rewrite | None:
    """What may become of a literal."""
    return Rewrite.LANGUAGES if literal.language else REWRITES.get(literal.datatype.value)


@lru_cache(1 << 16)
def _one_form(literal: Literal) -> Literal:
    if literal.language:
        return Literal(literal.value, language=literal.language.lower())
    store = Store()
    store.add(Quad(SOME, SOME, literal))
    (quad,) = store
    assert isinstance(quad.object, Literal)
    return quad.object
