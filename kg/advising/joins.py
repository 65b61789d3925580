"""Parts of a query that no variable joins: every row of the one goes with every row of the other.

In: the phrases of a query. Out: the first phrases of two such parts, for each group that has any.
Refuses: nothing.

Joined are patterns that share a variable, and those that a FILTER, BIND or MINUS compares. A
pattern with a constant subject gives few rows, VALUES gives those that were written down, and
aggregates without groups give one: none of them is a part of its own. In ASK, EXISTS and MINUS,
parts without a common variable are what they look like: conditions that must all hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kg.sparql.grammar import Token, Tree
from kg.sparql.paths import Triple, unfolded
from kg.sparql.phrases import Part, child, first_token, keywords, text_of, visible

Names = frozenset[str]
AGGREGATES = {"AVG", "COUNT", "GROUP_CONCAT", "MAX", "MIN", "SAMPLE", "SUM"}


class Apart(NamedTuple):
    """Two parts of a group that nothing joins: a first phrase of each."""

    first: Part
    second: Part


class _Piece(NamedTuple):
    """What gives rows in a group, or joins what does.

    Attributes:
        names: the variables that it holds together.
        at: its phrase, if it makes rows by itself.
    """

    names: Names
    at: Part | None = None


def products(query: Tree, same: Iterable[Names] = ()) -> Iterator[Apart]:
    """The groups of a query that are products, each with two parts that are not joined.

    Args:
        query: its phrases.
        same: sets of variables that were probably meant to be one.
    """
    (form,) = query.trees()[1:2]
    if form.rule != "AskQuery":
        for where in form.trees("WhereClause"):
            yield from _group(where.parts[-1], [_Piece(names) for names in same])


def _group(group: Part, around: list[_Piece]) -> Iterator[Apart]:
    if not isinstance(group, Tree):
        return
    for select in group.trees("SubSelect"):
        yield from _sub_select(select, around)
    items = [item for patterns in group.trees("Patterns") for item in patterns.trees()]
    pieces = [(item, piece) for item in items for piece in _pieces(item)]
    yield from _apart([*around, *(piece for _, piece in pieces)])
    for item in items:
        part = item.parts[0]
        if item.rule == "NotTriples" and isinstance(part, Tree) and part.rule != "Minus":
            others = _union(piece.names for other, piece in pieces if other is not item)
            for inner in part.trees("Group"):
                yield from _group(inner, [*around, _Piece(others)])


def _sub_select(select: Tree, around: list[_Piece]) -> Iterator[Apart]:
    """A sub-SELECT: only its columns are joined to what is around it."""
    outside = frozenset(visible(select)) & _union(piece.names for piece in around)
    for where in select.trees("WhereClause"):
        yield from _group(where.parts[-1], [_Piece(outside)])


def _union(names: Iterable[Names]) -> Names:
    return frozenset().union(*names)


def _pieces(item: Tree) -> Iterator[_Piece]:
    if item.rule == "TriplesBlock":
        yield from (_piece(subject, triple) for subject, triple in unfolded(item))
        return
    part = item.parts[0]
    if isinstance(part, Token):
        yield _Piece(frozenset(visible(item)))
    elif part.rule in ("Filter", "Bind", "Minus"):
        yield _Piece(frozenset(t.text[1:] for t in part.tokens() if t.kind == "variable"))
    else:
        yield _Piece(frozenset(visible(part)), part if _makes_rows(part) else None)


def _piece(subject: Tree, triple: Triple) -> _Piece:
    verb = text_of(triple.path) if triple.path.rule == "Var" else ""
    ends = [end for end in (triple.subject, verb, triple.value) if end[:1] in ("?", "$", "_")]
    makes_rows = triple.subject in ends
    return _Piece(frozenset(end[1:] for end in ends), subject if makes_rows else None)


def _makes_rows(part: Tree) -> bool:
    """Whether a part holds patterns that give many rows."""
    for select in (s for group in part.trees("Group") for s in group.trees("SubSelect")):
        modifier = child(select, "Modifier")
        grouped = modifier is not None and child(modifier, "GroupClause") is not None
        if keywords(select.parts[0]) & AGGREGATES and not grouped:
            return False
    return any(end for end in visible(part)) and not _is_table(part)


def _is_table(part: Tree) -> bool:
    """Whether a part has no triple patterns, such as VALUES in braces."""
    waiting: list[Tree] = [part]
    while waiting:
        tree = waiting.pop()
        if tree.rule == "TriplesBlock":
            return False
        waiting.extend(tree.trees())
    return True


def _apart(pieces: Iterable[_Piece]) -> Iterator[Apart]:
    """The first two parts that no variable joins."""
    joined: list[tuple[Names, Part | None]] = []
    for names, at in (piece for piece in pieces if piece.names):
        together = [one for one in joined if one[0] & names]
        joined = [one for one in joined if not one[0] & names]
        parts = [part for _, part in together if part is not None] + ([at] if at else [])
        first = min(parts, key=lambda part: first_token(part).start, default=None)
        joined.append((names | _union(one[0] for one in together), first))
    starts = sorted((part for _, part in joined if part), key=lambda p: first_token(p).start)
    if len(starts) > 1:
        yield Apart(starts[0], starts[1])
