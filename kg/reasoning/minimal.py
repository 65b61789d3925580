"""The smallest part of a list that still has a property.

In: items, and a test that holds for all of them together. Out: a part of them for which it holds,
and for no part of that part. Refuses nothing; where the runs of the test are used up, the answer
may hold too much.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")


class _UsedUpError(Exception):
    """No run is left."""


def shrink(items: Iterable[T], holds: Callable[[list[T]], bool], runs: int) -> tuple[T, ...]:
    """A minimal part of the items for which the test holds.

    The shortest beginning of the list for which it holds ends with an item that is needed. It is
    set aside, and the search goes on before it, until what was set aside is enough by itself: for k
    items out of n that takes about k times log2(n) runs.

    Args:
        items: in an order in which those that are rather left out stand last.
        holds: for a list, and then for every list that has its items and more.
        runs: how often the test may be run.

    Returns:
        The items, the last first, or nothing if the test does not hold for all of them.
    """
    left = iter(range(runs))

    def enough(some: list[T]) -> bool:
        if next(left, None) is None:
            raise _UsedUpError
        return holds(some)

    needed: list[T] = []
    rest = list(items)
    try:
        if not enough(rest):
            return ()
        while rest and not enough(needed):
            length = _shortest(rest, lambda beginning: enough([*needed, *beginning]))
            needed.append(rest[length - 1])
            rest = rest[: length - 1]
    except _UsedUpError:
        return (*needed, *rest)
    return tuple(needed)


def _shortest(items: list[T], enough: Callable[[list[T]], bool]) -> int:
    """The length of the shortest beginning that is enough, given that the whole list is."""
    too_short, long = 0, len(items)
    while long - too_short > 1:
        middle = (too_short + long) // 2
        if enough(items[:middle]):
            long = middle
        else:
            too_short = middle
    return long
