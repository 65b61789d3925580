"""Terms in the place of parameters, and the way back to the query as it was written.

In: the text of a query, and terms for some of its variables. Out: a `Bound` query, which knows
where in the written text each of its characters comes from.
Refuses: nothing; whether a term can stand somewhere is for the grammar to say.

Terms are written by the serializer of the engine, so that no value can be read as anything but one
term. What is found in a bound query is told of the text that its author wrote.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode

from kg.diagnostics import ContentError, Diagnostic, Location
from kg.sparql.grammar import Token, scan

Term = NamedNode | Literal


class Swap(NamedTuple):
    """A stretch of the written text, and the stretch of the bound one that stands for it."""

    start: int
    stop: int
    bound_start: int
    bound_stop: int


@dataclass(frozen=True, slots=True)
class Bound:
    """A query with terms in the place of variables.

    Attributes:
        text: as it is asked.
        written: as its author wrote it.
        swaps: what was exchanged, in the order of the text.
    """

    text: str
    written: str
    swaps: tuple[Swap, ...]

    def told(self, found: Diagnostic, name: str) -> Diagnostic:
        """A finding about the bound query, at the places of the written one.

        Args:
            found: whose places count in `text` where they are of the query.
            name: of the query, for places.
        """
        place = found.place and self._written(found.place, name)
        related = tuple((words, self._written(other, name)) for words, other in found.related)
        return replace(found, place=place, related=related)

    def failure(self, error: ContentError, name: str) -> ContentError:
        """The same for an error: its findings, and the text that it shows."""
        sources = error.sources | {name: self.written}
        return type(error)((self.told(found, name) for found in error.diagnostics), sources)

    def _written(self, place: Location, name: str) -> Location:
        if place.path != name or not place.line:
            return place
        start = self._back(_offset(self.text, place.line, place.column))
        if not place.end_line:
            return Location(name, *_counted(self.written, start))
        end = self._back(_offset(self.text, place.end_line, place.end_column), is_end=True)
        return Location(name, *_counted(self.written, start), *_counted(self.written, end))

    def _back(self, at: int, *, is_end: bool = False) -> int:
        """Where a character of the bound text comes from; one of a term, from its variable."""
        shift = 0
        for swap in self.swaps:
            if at - is_end < swap.bound_start:
                break
            if at - is_end < swap.bound_stop:
                return swap.stop if is_end else swap.start
            shift = swap.stop - swap.bound_stop
        return at + shift


def _offset(text: str, line: int, column: int) -> int:
    start = 0
    for _ in range(line - 1):
        start = text.find("\n", start) + 1
    return start + max(column - 1, 0)


def _counted(text: str, at: int) -> tuple[int, int]:
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def bind(text: str, terms: Mapping[str, Term]) -> Bound:
    """The query with terms in the place of variables; `BOUND` of one of them is true."""
    pieces, swaps, end, length = [], list[Swap](), 0, 0
    tokens = scan(text)
    for index, token in enumerate(tokens):
        term = terms.get(token.text[1:]) if token.kind == "variable" else None
        if term is not None:
            start, stop, words = _replaced(tokens, index, str(term))
            pieces += [text[end:start], words]
            length += start - end + len(words)
            swaps.append(Swap(start, stop, length - len(words), length))
            end = stop
    return Bound("".join([*pieces, text[end:]]), text, tuple(swaps))


def _replaced(tokens: Sequence[Token], index: int, term: str) -> tuple[int, int, str]:
    """What of the text gives way to a term, from where to where."""
    token = tokens[index]
    if index > 1 and tokens[index - 2].keyword == "BOUND":
        after = tokens[index + 1]
        return tokens[index - 2].start, after.start + len(after.text), "true"
    return token.start, token.start + len(token.text), f" {term} "
