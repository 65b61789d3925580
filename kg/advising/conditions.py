"""The parts of a query that every row must pass: triple patterns, filters and their like.

In: the phrases of a query. Out: a `Condition` for each, in the order of the text, and one that does
not restrict for each OPTIONAL and BIND, which take no row away. Refuses: nothing.

A UNION is one as a whole; what stands in GRAPH, in braces or in a sub-SELECT is looked into.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from kg.advising.joins import AGGREGATES
from kg.sparql.grammar import Token, Tree
from kg.sparql.paths import Triple, unfolded
from kg.sparql.phrases import Part, child, keywords, text_of, tokens_of


class Condition(NamedTuple):
    """A part of a query that every row must pass.

    Attributes:
        word: `pattern`, or the word of SPARQL that it begins with.
        phrase: that is left out without it; the block of a pattern.
        tokens: its own.
        triple: of a pattern.
        number: of a pattern in its block.
        graph: what stands after the GRAPH that it is in.
        inner: it stands in a sub-SELECT.
        restricts: rows must pass it; false for OPTIONAL and BIND.
    """

    word: str
    phrase: Tree
    tokens: tuple[Token, ...]
    triple: Triple | None = None
    number: int = 0
    graph: str | None = None
    inner: bool = False
    restricts: bool = True

    def holds(self, start: int) -> bool:
        """Whether a token that starts there is one of its own."""
        return any(token.start == start for token in self.tokens)


class _Where(NamedTuple):
    """Where a group stands."""

    graph: str | None = None
    inner: bool = False


def elements(query: Tree) -> list[Condition]:
    """All conditions of a query, and what stands between them: OPTIONAL and BIND."""
    _, form, values = query.parts
    assert isinstance(form, Tree)
    assert isinstance(values, Tree)
    found = [*_of_form(form, _Where()), *_whole(values, _Where())]
    return sorted(found, key=lambda condition: condition.tokens[0].start)


def is_opened(form: Tree) -> bool:
    """Whether the rows of a form of query are not the solutions of its pattern: they are opened."""
    if form.rule not in ("SelectQuery", "SubSelect"):
        return True
    modifier = child(form, "Modifier")
    grouped = modifier is not None and child(modifier, "GroupClause") is not None
    return not grouped and bool(keywords(form.parts[0]) & AGGREGATES)


def _of_form(form: Tree, where: _Where) -> Iterator[Condition]:
    for clause in form.trees("WhereClause"):
        yield from _of_group(clause.trees("Group")[0], where)
    for modifier in () if is_opened(form) else form.trees("Modifier"):
        for clause in modifier.trees("HavingClause", "Offset", "Limit"):
            if clause.rule != "Limit" or text_of(clause.parts[-1]) == "0":
                yield from _whole(clause, where)
    for values in form.trees("ValuesClause"):
        yield from _whole(values, where)


def _whole(phrase: Tree, where: _Where) -> Iterator[Condition]:
    """A phrase that is one condition, if there is anything in it."""
    if tokens := tuple(phrase.tokens()):
        yield Condition(tokens[0].keyword or "UNION", phrase, tokens, inner=where.inner)


def _of_group(group: Tree, where: _Where) -> Iterator[Condition]:
    for select in group.trees("SubSelect"):
        yield from _of_form(select, where._replace(inner=True))
    for item in (item for patterns in group.trees("Patterns") for item in patterns.trees()):
        if item.rule == "TriplesBlock":
            yield from _of_block(item, where)
        else:
            yield from _of_item(item, where)


def _of_item(item: Tree, where: _Where) -> Iterator[Condition]:
    part = item.parts[0]
    rule = part.rule if isinstance(part, Tree) else ""
    groups = part.trees("Group") if isinstance(part, Tree) else []
    if isinstance(part, Tree) and rule == "Graph":
        yield from _of_group(groups[0], where._replace(graph=text_of(part.parts[1])))
    elif rule == "Union" and len(groups) == 1:
        yield from _of_group(groups[0], where)
    elif rule != "Service":
        for whole in _whole(item, where):
            yield whole._replace(restricts=rule not in ("Bind", "Optional"))


def _of_block(block: Tree, where: _Where) -> Iterator[Condition]:
    seen: Part | None = None
    for number, (subject, triple) in enumerate(unfolded(block)):
        tokens = _tokens(subject, triple, is_first=subject is not seen)
        yield Condition("pattern", block, tokens, triple, number, where.graph, where.inner)
        seen = subject


def _tokens(subject: Tree, triple: Triple, *, is_first: bool) -> tuple[Token, ...]:
    """Of a triple pattern: verb and object; of the first of its phrase, all from the subject on."""
    value = tokens_of(triple.at)
    verb = [token for token in tokens_of(triple.path) if 0 <= token.start < value[0].start]
    head = tokens_of(subject.parts[0])
    is_first = is_first and bool(verb) and head[-1].start < verb[0].start
    return (*(head if is_first else ()), *verb, *value)
