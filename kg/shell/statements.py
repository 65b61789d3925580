"""Statements as they are typed, line by line: queries, and commands that begin with a full stop.

In: text that may go on. Out: whether it is whole, and of many lines the statements among them.
Refuses: nothing; what is wrong is a statement too, and whoever runs it tells what is wrong.

SPARQL has no sign that ends a query. A query that could end goes on with the next line if both
together are one, such as `LIMIT 5`; an empty line ends it, and so does a semicolon, as elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import Enum

from kg.sparql.answers import FORMS
from kg.sparql.grammar import Fault, parse, scan

NAME = re.compile(r"[\w-]+")
COMMAND = re.compile(r"\s*\.[a-z]+\b")
END = ";"
# The beginning of a string of several lines, which is not closed: `""` and one more.
_OPEN = re.compile(r"\"\"\"|'''")


class State(Enum):
    """What has been typed.

    Attributes:
        EMPTY: nothing, or a comment.
        OPEN: the beginning of a statement.
        WHOLE: a statement.
        WRONG: what no continuation makes a statement.
    """

    EMPTY = 0
    OPEN = 1
    WHOLE = 2
    WRONG = 3


def is_command(text: str) -> bool:
    """Whether it is a command of the prompt and no query."""
    return COMMAND.match(text) is not None


def is_call(text: str) -> bool:
    """Whether it is the name of a query, perhaps with options, and not the first word of one."""
    word, _, rest = text.strip().removesuffix(END).rstrip().partition(" ")
    is_name = NAME.fullmatch(word) is not None and word.upper() not in (*FORMS, "PREFIX", "BASE")
    return is_name and (not rest.strip() or (rest.lstrip().startswith("-") and "\n" not in rest))


def state(text: str) -> State:
    """Whether a text is a statement, or the beginning of one."""
    if is_command(text) or is_call(text):
        return State.WHOLE
    tokens = scan(text)
    if not tokens:
        return State.EMPTY
    first, rest = _first(text)
    if first:
        return state(rest) if scan(rest) else State.WHOLE
    if any(token.kind == "mark" and _OPEN.match(text, token.start - 2) for token in tokens):
        return State.OPEN
    found = parse(tokens)
    if not isinstance(found, Fault):
        return State.WHOLE
    return State.OPEN if found.at == len(tokens) else State.WRONG


def statements(lines: Iterable[str]) -> Iterator[str]:
    """The statements of a text, each as soon as it is known to be whole.

    Args:
        lines: of the text, each with its end.
    """
    held = ""
    for line in lines:
        if held and _ends(held, line):
            yield held
            held = ""
        *whole, held = pieces(held + line)
        yield from whole
        if is_command(held) or not held.strip():
            yield from [held] if held.strip() else []
            held = ""
    if state(held) is not State.EMPTY:
        yield held


def pieces(text: str) -> list[str]:
    """The queries of a text that a semicolon ends, without it, and at last what is left."""
    whole = []
    while (parts := _first(text))[0]:
        whole.append(parts[0])
        text = parts[1]
    return [*whole, text]


def _first(text: str) -> tuple[str, str]:
    """The query that a semicolon ends before another can, and what follows; else nothing, and all.

    Within a query there are semicolons, too: it ends one where what is before is whole.
    """
    tokens = scan(text)
    found = parse(tokens) if END in text else None
    at = found.at if isinstance(found, Fault) else len(tokens)
    if at == len(tokens) or tokens[at].text != END or isinstance(parse(tokens[:at]), Fault):
        return "", text
    return text[: tokens[at].start], text[tokens[at].start + 1 :]


def _ends(held: str, line: str) -> bool:
    """Whether a line does not go on with what is held."""
    before = state(held)
    if before in (State.EMPTY, State.OPEN):
        return False
    if is_command(line) or not line.strip():
        return True
    return before is State.WHOLE and state(held + line) is State.WRONG
