"""How many rows an answer has, how long the engine takes for them, and where to stop.

In: an `Answer` and a limit. Out: the same answer, watched while it is read.
Refuses: nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from time import perf_counter
from typing import Any, TypeVar

from pyoxigraph import QueryBoolean, QuerySolutions

from kg.sparql.answers import Answer
from kg.sparql.solutions import solutions

T = TypeVar("T")


class Meter:
    """Watches one answer.

    Attributes:
        rows: read so far; of a graph, its statements as they come, of which two may be the same.
        unit: what these are called.
        first: seconds that the engine took for the first row; None while there is none.
        seconds: that the engine took for all rows so far.
        is_cut: whether there are more rows than the limit lets through.
        holds: whether the answer is yes; None for rows and graphs.
    """

    def __init__(self, limit: int | None = None) -> None:
        """Watch an answer, of which `limit` rows at most are let through."""
        self.rows, self.unit = 0, "row"
        self.first: float | None = None
        self.seconds = 0.0
        self.is_cut = False
        self.holds: bool | None = None
        self._limit = limit

    def watch(self, start: Callable[[], Answer]) -> Answer:
        """The answer that `start` begins to evaluate, watched."""
        began = perf_counter()
        answer = start()
        self.seconds = perf_counter() - began
        result: Any = answer.result
        if isinstance(result, QueryBoolean):
            self.holds, self.first = bool(result), self.seconds
            return answer
        if isinstance(result, QuerySolutions):
            rows = map(list, self.timed(result))
            return answer._replace(result=solutions(answer.variables, rows))
        self.unit = "statement"
        return answer._replace(result=self.timed(result if self._limit is None else _once(result)))

    def timed(self, rows: Iterable[T]) -> Iterator[T]:
        """The rows, up to the limit, each counted and timed."""
        source = iter(rows)
        while True:
            began = perf_counter()
            row = next(source, None)
            self.seconds += perf_counter() - began
            if row is None:
                return
            if self.rows == self._limit:
                self.is_cut = True
                return
            self.rows += 1
            self.first = self.seconds if self.first is None else self.first
            yield row


def _once(statements: Iterable[T]) -> Iterator[T]:
    """Each statement once; as many are remembered as the limit lets through."""
    seen = set[T]()
    for statement in statements:
        if statement not in seen:
            seen.add(statement)
            yield statement
