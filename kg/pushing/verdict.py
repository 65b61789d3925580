"""Whether a store holds a graph as it was sent.

In: the file of a graph, what a store gives back of it, what the store is known to rewrite.
Out: what is missing, what is too much, and which rewrites there were.
Refuses: nothing.

Blank nodes are compared by RDFC-1.0. Literals of other forms are the same if the store is known to
rewrite their datatype, and if the value is the same; that is told by our own store, which has one
form for each value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode, Quad, Store

from kg.answers.kinds import Rewrite
from kg.rdf.dataset import difference, read_quads
from kg.terms import XSD

NAMES = {
    Rewrite.NUMBERS: "decimal double float integer",
    Rewrite.DERIVED: (
        "byte dateTimeStamp int long negativeInteger nonNegativeInteger nonPositiveInteger "
        "positiveInteger short unsignedByte unsignedInt unsignedLong unsignedShort"
    ),
    Rewrite.BOOLEANS: "boolean",
    Rewrite.MOMENTS: "date dateTime gDay gMonth gMonthDay gYear gYearMonth time",
    Rewrite.DURATIONS: "dayTimeDuration duration yearMonthDuration",
    Rewrite.SECONDS: "dayTimeDuration duration yearMonthDuration",
    Rewrite.LARGE: "integer",
    Rewrite.LANGUAGES: "",
}
DATATYPES = {
    rewrite: frozenset(XSD + name for name in names.split()) for rewrite, names in NAMES.items()
}
DURATION = re.compile(
    r"(?P<sign>-?)P(?:(?P<Y>\d+)Y)?(?:(?P<M>\d+)M)?(?:(?P<D>\d+)D)?"
    r"(?:T(?:(?P<h>\d+)H)?(?:(?P<m>\d+)M)?(?:(?P<s>[\d.]+)S)?)?"
)
MONTHS = {"Y": 12, "M": 1}
SECONDS = {"D": 86_400, "h": 3600, "m": 60, "s": 1}
LONG = 1 << 63
SOME = NamedNode("x:")
Rewrites = frozenset[Rewrite]


class Verdict(NamedTuple):
    """How what a store gives back differs from what it was given.

    Attributes:
        missing: statements that it lacks, as N-Triples lines without line ends.
        extra: statements that it was not given.
        rewritten: what it is known to write otherwise, and has.
    """

    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    rewritten: Rewrites = frozenset()

    @property
    def is_same(self) -> bool:
        """Whether it holds what it was given."""
        return not self.missing and not self.extra


def judge(path: Path, given_back: Iterable[Quad], rewrites: Rewrites) -> Verdict:
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
    changed = _literals(mine) ^ _literals(theirs)
    found = frozenset(r for r in rewrites if any(_becomes(r, literal) for literal in changed))
    return Verdict(rest.only_left, rest.only_right, found)


def _bare(quads: Iterable[Quad]) -> Iterator[Quad]:
    for quad in quads:
        yield Quad(quad.subject, quad.predicate, quad.object)


def _literals(quads: Iterable[Quad]) -> set[Literal]:
    return {quad.object for quad in quads if isinstance(quad.object, Literal)}


def _alike(quads: Iterable[Quad], rewrites: Rewrites) -> Iterator[Quad]:
    """The same with one form for all that the store holds to be the same."""
    for quad in quads:
        if isinstance(quad.object, Literal):
            yield Quad(quad.subject, quad.predicate, _one_form(quad.object, rewrites))
        else:
            yield quad


@lru_cache(1 << 16)
def _one_form(literal: Literal, rewrites: Rewrites) -> Literal:
    for rewrite in sorted(rewrites):
        if _concerns(rewrite, literal):
            literal = FORMS.get(rewrite, _stored)(literal)
    return literal


def _concerns(rewrite: Rewrite, literal: Literal) -> bool:
    if literal.language:
        return rewrite is Rewrite.LANGUAGES
    return literal.datatype.value in DATATYPES[rewrite]


def _becomes(rewrite: Rewrite, literal: Literal) -> bool:
    """Whether a literal has another form by a rewrite."""
    return _concerns(rewrite, literal) and FORMS.get(rewrite, _stored)(literal) != literal


def _stored(literal: Literal) -> Literal:
    """The form that our own store has for a value."""
    store = Store()
    store.add(Quad(SOME, SOME, literal))
    (quad,) = store
    assert isinstance(quad.object, Literal)
    return quad.object


def _in_small_letters(literal: Literal) -> Literal:
    return Literal(literal.value, language=str(literal.language).lower())


def _decimal_if_large(literal: Literal) -> Literal:
    digits = literal.value.removeprefix("-")
    is_large = digits.isdecimal() and int(digits) >= LONG
    return Literal(literal.value, datatype=NamedNode(f"{XSD}decimal")) if is_large else literal


def _number(literal: Literal) -> Literal:
    """A duration as the number of its months, or else of its seconds."""
    found = DURATION.fullmatch(literal.value)
    if found is None:
        value = literal.value.removesuffix(".0")
        return Literal(value, datatype=literal.datatype)
    has_months = any(found[unit] for unit in MONTHS)
    units = MONTHS if has_months else SECONDS
    total = sum(Decimal(found[unit] or 0) * size for unit, size in units.items())
    return Literal(f"{found['sign']}{total:f}".removesuffix(".0"), datatype=literal.datatype)


FORMS = {
    Rewrite.LANGUAGES: _in_small_letters,
    Rewrite.LARGE: _decimal_if_large,
    Rewrite.SECONDS: _number,
}
