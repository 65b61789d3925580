"""Quotes to spans: where in an article do these words stand?

In: a quote as a person wrote it down, and the decoded text of the article as stored.
Out: `Span`s over the text in Python code points, 0-based, start inclusive, end exclusive. The text
itself is never normalised: a span always covers the exact characters of the article.
Refused: an empty quote, a quote that is nothing but an elision (`ValueError`).

What counts as equal (both sides are *folded*, see `fold`):

- any run of white space (`str.isspace`: line breaks, U+00A0, U+202F, ...) and any other such run;
- the single marks ' ‘ ’ ‚ ‛ ′ ` ´ ʼ ＇ among themselves, the double marks " “ ” „ ‟ ″ ＂ likewise;
- hyphen-minus, hyphen U+2010 and non-breaking hyphen U+2011. Dashes (–, —) stay what they are: they
  are other signs, and a hyphen joins words where a dash parts them;
- `…` and three or more full stops.

Nothing else: case, spelling, accents, guillemets and invisible characters must be as in the text.

An ellipsis *inside* a quote elides words: the parts around it, the anchors, must follow one another
in the text, each as near as possible after the one before (shortest reach). Every occurrence of the
first anchor that can be carried to the last one is a hit of its own, so one hit means one reading;
an ellipsis that stands in the text is just an elision of nothing. An ellipsis at the edge of a
quote has nothing to reach for and must stand in the text.

A quote may not begin or end inside a word (`at_boundary`).
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

_SPACES = (
    "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007"
    "\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
_CLASSES = {" ": _SPACES, "'": "‘’‚‛′`´ʼ＇", '"': "“”„‟″＂", "-": "\u2010\u2011"}
_FOLD = {char: to for to, chars in _CLASSES.items() for char in chars if char != to}
_ODD = re.compile(f"[{''.join(_FOLD)}]")
# Apart and written out, so that each is sought by its first characters: ten times as quick.
_SPACE_RUN, _DOT_RUN = re.compile("  +"), re.compile(r"\.\.\.+")
_JOINERS = "\u200c\u200d"
_MARKED = re.compile(r"([^\[\]]*)\[([^\[\]]+)\]([^\[\]]*)")


class Span(NamedTuple):
    """A stretch of a text: code points, 0-based, `start` inclusive, `end` exclusive.

    The convention of the Web Annotation TextPositionSelector, but over the text as stored.
    """

    start: int
    end: int

    def exact(self, text: str) -> str:
        """Return the characters of `text` that the span covers."""
        return text[self.start : self.end]

    def covers(self, other: Span) -> bool:
        """Whether `other` lies inside this span (or is equal to it)."""
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True)
class Folded:
    """A text in the form in which it is compared, and the way back to the text as stored."""

    text: str
    runs: Sequence[int]
    removed: Sequence[int]

    def origin(self, index: int) -> int:
        """The place in the stored text of a place in the folded one (for starts and for ends)."""
        return index + self.removed[bisect_left(self.runs, index)]

    def index(self, offset: int) -> int:
        """The place in the folded text of an `offset` in the stored one."""
        starts = range(len(self.runs))
        ahead = bisect_left(starts, offset, key=lambda run: self.runs[run] + self.removed[run])
        return offset - self.removed[ahead]


# A stage asks for many quotes of one article in a row; folding is the larger part of a search
@lru_cache(maxsize=4)
def fold(text: str) -> Folded:
    """Fold `text`: one character for each class of the module docstring, runs made single."""
    flat = _ODD.sub(lambda odd: _FOLD[odd[0]], text)
    if "  " not in flat and "..." not in flat:
        return Folded(flat, (), (0,))
    found = sorted(run.span() for runs in (_SPACE_RUN, _DOT_RUN) for run in runs.finditer(flat))
    removed = list(accumulate((end - start - 1 for start, end in found), initial=0))
    runs = [start - before for (start, _), before in zip(found, removed, strict=False)]
    return Folded(_DOT_RUN.sub("…", _SPACE_RUN.sub(" ", flat)), runs, removed)


def at_boundary(text: str, index: int) -> bool:
    """Whether a quote or a name may begin or end at `index` of `text`.

    Inside a word is: between two letters, digits or underscores, between a character and the
    combining mark or joiner that belongs to it, and inside a number such as 2.3 or 1,000.
    """
    if not 0 < index < len(text):
        return True
    before, after = text[index - 1], text[index]
    if before.isspace() or after.isspace():
        return True
    if _extends(after) or before in _JOINERS:
        return False
    if _is_word(before) and _is_word(after):
        return False
    return not _in_number(text[max(0, index - 2) : index], text[index : index + 2])


def _extends(char: str) -> bool:
    return char > "\u02ff" and (char in _JOINERS or unicodedata.category(char)[0] == "M")


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_" or _extends(char)


def _in_number(before: str, after: str) -> bool:
    if before[-1] in ".,":
        return before[:-1].isdecimal() and after[0].isdecimal()
    return after[0] in ".," and before[-1].isdecimal() and after[1:].isdecimal()


def find(quote: str, text: str, inside: Sequence[Span] = ()) -> list[Span]:
    """Find every span of `text` that `quote` matches, in the order of the text.

    With `inside`, only spans that lie inside one of these. One hit is exactly one reading; none and
    several are for the caller to refuse.

    Raises:
        ValueError: the quote is empty or holds nothing but an elision.
    """
    folded = fold(text)
    first, *others = anchors_of(quote)
    readings = [(at, at + len(first)) for at in occurrences(first, folded.text)]
    for anchor in others:
        readings = list(_reach(readings, list(occurrences(anchor, folded.text)), len(anchor)))
    return _inside(inside, (Span(folded.origin(s), folded.origin(e)) for s, e in readings))


def find_marked(quote: str, text: str, inside: Sequence[Span] = ()) -> list[Span]:
    """Find what stands in square brackets: `[he] underlined that` gives each such "he".

    The quote without its brackets is looked for as by `find`; the spans are those of the marked
    words alone.

    Raises:
        ValueError: not exactly one pair of brackets, an elision, or a mark inside a word.
    """
    match = _MARKED.fullmatch(quote.strip())
    parts = [fold(part).text for part in match.groups()] if match else []
    if not parts or not parts[1].strip() or "…" in "".join(parts).strip("…"):
        raise ValueError("a marked quote needs exactly one [marked part] and no elision")
    folded, needle = fold(text), "".join(parts)
    start, end = len(parts[0]), len(parts[0]) + len(parts[1])
    if parts[1] != parts[1].strip() or not at_boundary(needle, start) & at_boundary(needle, end):
        raise ValueError("the brackets of a marked quote must enclose whole words")
    places = occurrences(needle, folded.text)
    spans = (Span(folded.origin(at + start), folded.origin(at + end)) for at in places)
    return _inside(inside, spans)


def _inside(outer: Sequence[Span], spans: Iterable[Span]) -> list[Span]:
    return [span for span in spans if not outer or any(one.covers(span) for one in outer)]


def anchors_of(quote: str) -> list[str]:
    """Split a quote at its inner ellipses; those at its edges belong to the words beside them.

    Raises:
        ValueError: the quote is empty or holds nothing but an elision.
    """
    folded = fold(quote).text.strip()
    body = folded.strip("… ")
    if not body:
        raise ValueError("a quote needs words: this one is empty or holds only an elision")
    lead, tail = folded[: folded.index(body)], folded[folded.index(body) + len(body) :]
    anchors = [part.strip() for part in body.split("…") if part.strip()]
    anchors[0] = lead + anchors[0]
    anchors[-1] += tail
    return anchors


def occurrences(needle: str, folded: str, start: int = 0) -> Iterator[int]:
    """Yield where `needle` stands in `folded` on word boundaries, overlaps included.

    Linear in the text also where hits overlap: one period on, only a period need be compared.
    """
    at, size, period = folded.find(needle, start), len(needle), _period(needle)
    last = needle[size - period :]
    while at >= 0:
        if at_boundary(folded, at) and at_boundary(folded, at + size):
            yield at
        again = period and folded.startswith(last, at + size)
        at = at + period if again else folded.find(needle, at + 1)


def _period(needle: str) -> int:
    """The shortest period of `needle` up to half its length, else 0."""
    half = needle[: len(needle) - len(needle) // 2]
    at = needle.find(half, 1)  # were there a shorter period, its half would recur before
    return at if at > 0 and needle.startswith(needle[at:]) else 0


def _reach(
    readings: Iterable[tuple[int, int]], places: Sequence[int], length: int
) -> Iterator[tuple[int, int]]:
    """Carry each reading on to the nearest of `places` behind it; drop it when there is none."""
    for start, end in readings:
        ahead = bisect_left(places, end)
        if ahead < len(places):
            yield start, places[ahead] + length


def context(span: Span, text: str, width: int = 32) -> tuple[str, str]:
    """Return oa:prefix and oa:suffix of a TextQuoteSelector: up to `width` characters each."""
    return text[max(0, span.start - width) : span.start], text[span.end : span.end + width]


class Lines:
    """The lines of a text, for people: `\\n`, `\\r\\n` and `\\r` end a line, as in editors."""

    __slots__ = ("_length", "_starts")

    def __init__(self, text: str) -> None:
        self._length = len(text)
        self._starts = [0, *(match.end() for match in re.finditer(r"\r\n?|\n", text))]

    def position(self, offset: int) -> tuple[int, int]:
        """Return line and column of `offset`, both counted from 1 (columns in code points).

        Raises:
            ValueError: the offset lies outside the text (its end is inside).
        """
        if not 0 <= offset <= self._length:
            raise ValueError(f"offset {offset} is outside a text of {self._length} characters")
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def stretch(self, start: int, end: int) -> tuple[int, int, int, int]:
        """The positions of two offsets, of which the second is not before the first.

        Raises:
            ValueError: the second lies outside the text.
        """
        line, column = self.position(start)
        if line < len(self._starts) and end >= self._starts[line]:
            return line, column, *self.position(end)
        if end > self._length:
            self.position(end)
        return line, column, line, column + end - start

    def offset(self, line: int, column: int) -> int:
        """The way back from a line and a column."""
        return self._starts[line - 1] + column - 1
