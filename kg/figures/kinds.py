"""The figures that an answer can be drawn as, and what a column can be to each of them.

In: nothing. Out: `FIGURES`, and what is wrong with what the head of a query says of one.
Refuses: nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

AND = "+"
"""Between several columns of one role."""


class Kind(StrEnum):
    """What a column holds."""

    TIME = "times"
    NUMBER = "numbers"
    TRUTH = "truth values"
    NODE = "IRIs"
    TEXT = "text"
    NOTHING = "nothing"


NAMES = (Kind.NODE, Kind.TEXT)
ANY = tuple(Kind)


class Role(NamedTuple):
    """What a column can be to a figure.

    Attributes:
        name: how it is called.
        kinds: what the column may hold.
        needed: whether the figure needs it.
        guessed: what a column without a fitting name must hold to be taken for it.
        also: other names of a column that is meant.
    """

    name: str
    kinds: tuple[Kind, ...]
    needed: bool = False
    guessed: tuple[Kind, ...] = ()
    also: tuple[str, ...] = ()


FIGURES: dict[str, tuple[Role, ...]] = {
    "timeline": (
        Role("when", (Kind.TIME,), True, (Kind.TIME,), ("from", "start", "earliest")),
        Role("until", (Kind.TIME,), also=("to", "end", "latest")),
        Role("what", ANY, True, NAMES),
        Role("kind", ANY),
        Role("told", ANY),
        Role("inferred", (Kind.TRUTH,)),
        Role("note", ANY),
    ),
    "bar": (
        Role("what", ANY, True, (*NAMES, Kind.TIME)),
        Role("count", (Kind.NUMBER,), True, (Kind.NUMBER,)),
        Role("kind", ANY),
        Role("told", ANY),
    ),
    "graph": (
        Role("from", ANY, True, (Kind.NODE,)),
        Role("edge", ANY),
        Role("to", ANY, True, (Kind.NODE,)),
        Role("count", (Kind.NUMBER,)),
        Role("told", ANY),
    ),
}
FACT = "fact"
"""Not a column but what the column `told` says of facts."""


def faults(figure: str, roles: Mapping[str, str], variables: Collection[str]) -> Iterator[str]:
    """What is wrong with the columns of a figure, as far as a query shows it before it is asked.

    Args:
        figure: its name.
        roles: columns by role.
        variables: of the query.
    """
    if figure not in FIGURES:
        yield f"there is no figure `{figure}`, expected one of {', '.join(FIGURES)}"
        return
    known = [*(role.name for role in FIGURES[figure]), FACT]
    for role, columns in roles.items():
        if role not in known:
            yield f"a {figure} has no `{role}`, expected one of {', '.join(known)}"
        elif role != FACT:
            missing = [name for name in columns.split(AND) if name not in variables]
            yield from (
                f"column `{name}` of figure `{figure}` is not in the query" for name in missing
            )
