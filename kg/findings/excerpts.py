"""Lines of the user's files as a terminal shows them, with carets under the words that are meant.

In: places, and the files or texts that they point into. Out: source lines, offsets, excerpts.
Refuses nothing: a place that cannot be found has no lines and no offsets.

Columns are code points; a terminal has cells. A cell is not a code point: East Asian characters and
emoji take two, combining marks none. Right-to-left text is shown in the order of the file, which is
where terminals that do not reorder it have the carets; what reorders a line on its own (controls
such as U+202E) is shown as U+FFFD.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from itertools import accumulate
from pathlib import Path

from click import style
from rich.cells import split_graphemes

from kg.diagnostics import ContentError, Location
from kg.files import LARGEST_GRAPH, read_bytes

WIDTH = 100
"""Cells of a source line to show: articles have paragraphs of thousands of characters."""
_BEFORE = 20
"""Cells to show before the place, where the line is cut."""
UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
"""What a terminal would obey instead of showing it: controls, directions, line separators."""
_BLANK = re.compile(r"[\x00-\x1f]")
_LINE_END = re.compile(r"\r\n?|\n")

_DENSE = 4
"""Code points a cell: more than the scripts in use need."""

_Span = tuple[int, int, int]
Lines = Callable[[str], list[str]]


def visible(text: str) -> str:
    """A text in which nothing can move the cursor of a terminal; code point for code point."""
    return UNSEEN.sub("\ufffd", _BLANK.sub(" ", text))


class Sources:
    """The files of a project, and texts that are no files, by the path that places have.

    Attributes:
        text: of a path, without a byte order mark; nothing if it cannot be read.
        lines: of a path; none if it cannot be read.
    """

    def __init__(self, folder: Path, texts: Mapping[str, str] | None = None) -> None:
        """Read from `folder`; `texts` come first."""
        self._folder, self._texts = folder, dict(texts or {})
        self.text = cache(self._read)  # many findings are in one file
        self.lines: Lines = cache(self._split)
        self._starts = cache(self._line_starts)

    def _read(self, path: str) -> str | None:
        if path in self._texts:
            return self._texts[path]
        try:
            content = read_bytes(self._folder / path, path, LARGEST_GRAPH)
        except (ContentError, ValueError):  # a place may name what is no path, such as `<query>`
            return None
        return content.decode("utf-8-sig", errors="replace")

    def _split(self, path: str) -> list[str]:
        text = self.text(path)
        return [] if text is None else _LINE_END.split(text)

    def _line_starts(self, path: str) -> list[int]:
        text = self.text(path)
        ends = () if text is None else (found.end() for found in _LINE_END.finditer(text))
        return [0, *ends]

    def span(self, place: Location) -> tuple[int, int] | None:
        """Start and end of a place in code points of the text, end exclusive."""
        if not place.line:
            return None
        lines, starts = self.lines(place.path), self._starts(place.path)
        last = place.end_line or place.line
        if not place.line <= last <= len(lines):
            return None
        start = starts[place.line - 1] + max(place.column - 1, 0)
        end = starts[last - 1] + max(place.end_column - 1, 0) if place.end_line else start + 1
        whole = starts[-1] + len(lines[-1])
        return min(start, whole), min(max(start, end), whole)

    def words(self, place: Location) -> str:
        """The text of a place."""
        span = self.span(place)
        return (self.text(place.path) or "")[slice(*span)] if span else ""


def excerpt(place: Location, lines: Lines, width: int = WIDTH) -> list[str]:
    """The line of a place with carets under it; only a window of a long line.

    Args:
        place: what to show.
        lines: the lines of a path.
        width: cells that the line may take.
    """
    source = lines(place.path) if place.line else []
    if not 0 < place.line <= len(source):
        return []
    line, start = source[place.line - 1], max(place.column - 1, 0)
    end = max(_end(place, len(line)), start + 1)
    spans, text = _window(line, start, width)
    gap = sum(size for _, b, size in spans if b <= start) + max(0, start - len(line))
    under = sum(size for a, b, size in spans if a < end and b > start)
    carets = "^" * max(1, min(under, split_graphemes(text)[1] - gap))
    mark = "…" if spans and spans[0][0] else ""
    return [f"   | {mark}{text}", f"   | {' ' * (len(mark) + gap)}{style(carets, fg='red')}"]


def _window(line: str, start: int, width: int) -> tuple[list[_Span], str]:
    """What to show of a line: its graphemes, with offsets into the line, and their text."""
    first = max(0, start - _DENSE * _BEFORE)  # a line may have millions of code points
    piece = visible(line[first : start + _DENSE * width])
    spans, cells = split_graphemes(piece)
    if cells > width or len(piece) < len(line):
        before = reversed([size for _, b, size in spans if first + b <= start])
        spans = spans[sum(total > _BEFORE for total in accumulate(before)) :]
    totals = accumulate(size for _, _, size in spans)
    shown = [span for span, total in zip(spans, totals, strict=True) if total <= width]
    text = "".join(piece[a:b] for a, b, _ in shown).rstrip()
    return [(first + a, first + b, size) for a, b, size in shown], text


def _end(place: Location, length: int) -> int:
    """Where the carets stop: a place without an end is one character wide."""
    if not place.end_line:
        return place.column
    return place.end_column - 1 if place.end_line == place.line else length
