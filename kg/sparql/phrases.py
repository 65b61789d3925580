"""Queries as phrases: what stands in them, which variables they show, and their text again.

In: phrases of `kg.sparql.grammar`. Out: their tokens, the phrases of a rule, the variables in
scope, and a `Renderer` that gives back the text with some phrases changed. Refuses: nothing.

https://www.w3.org/TR/sparql11-query/#variableScope (section 18.2.1)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from kg.sparql.grammar import Token, Tree

Part = Tree | Token
# Inside these, no variable is in scope outside.
HIDDEN = ("Filter", "Minus", "Modifier", "BuiltIn", "Expression")
Scope = TypeVar("Scope")


def walk(part: Part) -> Iterator[Tree]:
    """A phrase and all phrases in it, in the order of the text."""
    waiting = [part]
    while waiting:
        found = waiting.pop()
        if isinstance(found, Tree):
            yield found
            waiting.extend(reversed(found.parts))


def tokens_of(part: Part) -> list[Token]:
    """The tokens of a part, in the order of the text."""
    return part.tokens() if isinstance(part, Tree) else [part]


def first_token(part: Part) -> Token:
    """The first token of a part, which must have one."""
    while isinstance(part, Tree):
        part = part.parts[0]
    return part


def text_of(part: Part, between: str = "") -> str:
    """The tokens of a phrase, without comments and the spaces of the query."""
    return between.join(token.text for token in tokens_of(part))


def keywords(part: Part) -> set[str]:
    """The words of a phrase, in capitals."""
    return {token.keyword for token in tokens_of(part)} - {""}


def child(phrase: Tree, rule: str) -> Tree | None:
    """The first part of a phrase that follows a rule."""
    return next(iter(phrase.trees(rule)), None)


def visible(part: Part) -> dict[str, None]:
    """The names of the variables that a pattern shows outside, in the order of the text."""
    found: dict[str, None] = {}
    waiting = [part]
    while waiting:
        here = waiting.pop()
        if isinstance(here, Token):
            found |= {here.text[1:]: None} if here.kind == "variable" else {}
        elif here.rule in ("SubSelect", "SelectQuery"):
            found |= columns(here)
        elif here.rule not in HIDDEN:
            waiting.extend(reversed(here.parts))
    return found


def columns(select: Tree, values: Part | None = None) -> dict[str, None]:
    """The names of the columns of a SELECT, in the order of the text.

    Args:
        select: a SelectQuery or SubSelect.
        values: a VALUES clause that stands after it.
    """
    clause, *others = select.parts
    assert isinstance(clause, Tree)
    if star(clause) is None:
        return visible(clause)
    found: dict[str, None] = {}
    for part in [*others, *([values] if values else [])]:
        found |= visible(part)
    return found


def star(clause: Tree) -> Token | None:
    """The `*` of SELECT *, if a SELECT clause is one."""
    last = clause.parts[-1]
    return last if isinstance(last, Token) and last.text == "*" else None


class Renderer(Generic[Scope]):
    """Gives back the text of a query; what is registered by rule or kind of token is changed.

    Attributes:
        changes: by rule of the grammar, what to write for a phrase in a scope.
    """

    def __init__(self, text: str, query: Tree) -> None:
        """Render phrases of a query."""
        self.text = text
        self.changes: dict[str, Callable[[Tree, Scope], str]] = {}
        self._gaps: dict[int, str] = {}
        end = 0
        for token in tokens_of(query):
            # Spaces and comments; a comment ends with its line, before the next token.
            self._gaps[token.start] = text[end : token.start]
            end = token.start + len(token.text)

    def render(self, part: Part, scope: Scope) -> str:
        """The text of a part, with the gap before it."""
        if isinstance(part, Token):
            return self.gap(part) + self.word(part, scope)
        change = self.changes.get(part.rule)
        return change(part, scope) if change else self.parts(part, scope)

    def gap(self, token: Token) -> str:
        """Spaces and comments before a token."""
        return self._gaps[token.start]

    def as_written(self, phrase: Tree) -> str:
        """The text of a phrase, nothing changed."""
        return "".join(self.gap(token) + token.text for token in tokens_of(phrase))

    def parts(self, phrase: Tree, scope: Scope) -> str:
        """The text of a phrase, whose parts may be changed."""
        return "".join([self.render(part, scope) for part in phrase.parts])

    def word(self, token: Token, scope: Scope) -> str:  # noqa: ARG002  (for those who change tokens)
        """The text of a token."""
        return token.text
