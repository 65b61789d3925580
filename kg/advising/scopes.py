"""Variables of a query that have no value where they are used, and MINUS that takes nothing away.

In: the phrases of a query. Out: `Unbound` uses and `Idle` parts, in the order of the text.
Refuses: nothing.

A group is evaluated by itself: what stands in it does not see the variables of the group around
it, but for the filters of an OPTIONAL, and what EXISTS looks for. A variable that BOUND or COALESCE
asks about is one that may have no value, and is not reported.

https://www.w3.org/TR/sparql11-query/#variableScope (section 18.2.1)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from kg.sparql.grammar import Token, Tree
from kg.sparql.phrases import Part, child, columns, first_token, star, visible, walk

Names = frozenset[str]
ASKED = ("BOUND", "COALESCE")
CLAUSES = ("GroupClause", "HavingClause", "OrderClause")


class Unbound(NamedTuple):
    """A use of a variable that nothing gives a value there.

    Attributes:
        token: the variable.
        seen: the variables that have values there.
        later: the variable gets its value behind this place, in the same group.
        shown: it is a column of the answer, or a part of a graph.
    """

    token: Token
    seen: Names
    later: bool = False
    shown: bool = False


class Idle(NamedTuple):
    """A MINUS that shares no variable with what stands before it."""

    token: Token


Oddity = Unbound | Idle


def oddities(query: Tree) -> Iterator[Oddity]:
    """What of a query cannot do what it was written for."""
    asked = _asked(query)
    for oddity in _query(query):
        if not (isinstance(oddity, Unbound) and oddity.token.text[1:] in asked):
            yield oddity


def _asked(query: Tree) -> Names:
    """The variables that some condition takes to have no value at times."""
    calls = (p for p in walk(query) if p.rule == "BuiltIn" and first_token(p).keyword in ASKED)
    return frozenset(name for call in calls for name in _names(call))


def _names(part: Part) -> Names:
    tokens = part.tokens() if isinstance(part, Tree) else [part]
    return frozenset(token.text[1:] for token in tokens if token.kind == "variable")


def _seen(parts: Iterable[Part]) -> Names:
    return frozenset(name for part in parts for name in visible(part))


def _query(query: Tree) -> Iterator[Oddity]:
    form, values = query.parts[1:]
    assert isinstance(form, Tree)
    if form.rule == "SelectQuery":
        yield from _select(form, values)
        return
    where = [*form.trees("WhereClause"), *form.trees("ShortConstruct")]
    for clause in form.trees("WhereClause"):
        yield from _group(_group_of(clause))
    if where:
        seen = _seen([*where, values])
        shown = [
            p for p in form.parts if isinstance(p, Tree) and p.rule in ("Template", "VarOrIri")
        ]
        yield from (Unbound(token, seen, shown=True) for token in _missing(shown, seen))
        yield from _modifiers(form, seen)


def _group_of(part: Tree) -> Tree:
    group = part.parts[-1]
    assert isinstance(group, Tree)
    return group


def _select(select: Tree, values: Part) -> Iterator[Oddity]:
    clause, where = select.parts[0], child(select, "WhereClause")
    assert isinstance(clause, Tree)
    assert where is not None
    yield from _group(_group_of(where))
    seen = _seen([where, values])
    seen |= _aliases(select.trees("Modifier"))
    if star(clause) is None:
        yield from _columns(clause, seen)
        seen |= frozenset(columns(select))
    yield from _modifiers(select, seen)


def _columns(clause: Tree, seen: Names) -> Iterator[Oddity]:
    before: Part | None = None
    for part in clause.parts:
        if isinstance(part, Tree) and part.rule == "Var":
            token = first_token(part)
            is_new = isinstance(before, Token) and before.keyword == "AS"
            if not is_new and token.text[1:] not in seen:
                yield Unbound(token, seen, shown=True)
            seen |= {token.text[1:]} if is_new else set()
        elif isinstance(part, Tree):
            yield from _expression(part, seen)
        before = part


def _modifiers(form: Tree, seen: Names) -> Iterator[Oddity]:
    for modifier in form.trees("Modifier"):
        for clause in modifier.trees(*CLAUSES):
            yield from _expression(clause, seen | _aliases([clause]))


def _aliases(parts: Iterable[Tree]) -> Names:
    """The variables that `(expression AS ?v)` gives values in some clauses."""
    pairs = (
        (before, after)
        for part in parts
        for phrase in walk(part)
        for before, after in pairwise(phrase.parts)
    )
    return frozenset(
        first_token(after).text[1:]
        for before, after in pairs
        if isinstance(before, Token) and before.keyword == "AS"
    )


def _missing(parts: Iterable[Part], seen: Names) -> Iterator[Token]:
    """The variables of some parts that are not seen; those of groups inside are left out."""
    waiting = list(parts)[::-1]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Token):
            if part.kind == "variable" and part.text[1:] not in seen:
                yield part
        elif part.rule != "Group":
            waiting.extend(reversed(part.parts))


def _groups(part: Tree) -> Iterator[Tree]:
    """The groups of EXISTS in an expression, without those inside them."""
    waiting = [part]
    while waiting:
        tree = waiting.pop()
        if tree.rule == "Group":
            yield tree
        else:
            waiting.extend(reversed(tree.trees()))


def _expression(part: Tree, seen: Names, within: Names = frozenset()) -> Iterator[Oddity]:
    """Uses in an expression of what is not seen, `within` being what has a value later on."""
    for token in _missing([part], seen):
        yield Unbound(token, seen, later=token.text[1:] in within)
    for group in _groups(part):
        yield from _group(group, seen | within)


def _group(group: Tree, outer: Names = frozenset(), left: Names = frozenset()) -> Iterator[Oddity]:
    """What is odd in a group.

    Args:
        group: between braces.
        outer: what EXISTS has put in the place of variables.
        left: what the filters of an OPTIONAL see besides.
    """
    whole, before = _seen([group]) | outer, outer
    for select in group.trees("SubSelect"):
        yield from _select(select, select.parts[-1])
    for item in (item for patterns in group.trees("Patterns") for item in patterns.trees()):
        (part, *_) = item.parts
        if isinstance(part, Tree) and item.rule == "NotTriples":
            yield from _item(part, before, whole, outer, left)
        before |= _seen([item])


def _item(part: Tree, before: Names, whole: Names, outer: Names, left: Names) -> Iterator[Oddity]:
    if part.rule == "Filter":
        yield from _expression(part, whole | left)
    elif part.rule == "Bind":
        (expression,) = part.trees("Expression")
        yield from _expression(expression, before, whole)
    elif part.rule == "Minus":
        (group,) = part.trees("Group")
        if not before & _seen([group]):
            yield Idle(first_token(part))
        yield from _group(group, outer)
    else:
        is_optional = part.rule == "Optional"
        for group in part.trees("Group"):
            yield from _group(group, outer, before | left if is_optional else frozenset())
