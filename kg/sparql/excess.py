"""Queries that are too much for the engine, however well formed they are.

In: the tokens of a query. Out: the first of them that is too much, if there is one.
Refuses: nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from kg.sparql.grammar import Token

DEEPEST = 100
MOST_PARTS = 2500
MOST_PATTERNS = 300
"""The engine orders patterns in a time that grows with the cube of their number: here, seconds."""


def excess(tokens: Sequence[Token]) -> Token | None:
    """The first token of a query that is nested too deeply or has too many parts, if there is one.

    The engine answers each part inside the one before, on a stack that it does not watch: at some
    thousands the process ends without a word (seen with pyoxigraph 0.5.13).
    """
    depth = parts = patterns = inside = 0
    block = 0  # the depth of a block of VALUES, which may be as long as it likes
    keyword = ""
    for token in tokens:
        if token.kind == "mark":
            depth += (token.text in "{[(") - (token.text in "}])")
            inside += (token.text == "(") - (token.text == ")")
            patterns += token.text in "{.;/" or (token.text == "," and not inside)
        if token.text == "{" and keyword == "VALUES":
            block = depth
        block = 0 if depth < block else block
        keyword = token.keyword or ("" if token.text == "{" else keyword)
        parts += token.kind in ("mark", "word") and token.text != "," and not block
        if depth > DEEPEST or parts > MOST_PARTS or patterns > MOST_PATTERNS:
            return token
    return None
