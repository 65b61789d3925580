"""A timeline: rows in the order of time, each with its mark on one axis and its words beside it.

In: rows with a time each. Out: the body of a figure.
Refuses: nothing; rows without a time come last, without a mark.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kg.figures.columns import Rows
from kg.figures.drawing import (
    LEADING,
    MARGIN,
    SIZE,
    SMALL,
    WIDTH,
    Body,
    Element,
    element,
    fill,
    mark,
    paint,
    stroke,
    titled,
    write,
)
from kg.figures.lettering import width, wrap
from kg.figures.moments import Moment, read_moment, span, ticks

STRIP = 250.0
"""Width of the axis."""
GAP = 16.0
RADIUS = 5.0
UNDATED = "no date"
_MOST = 6
"""Lines of words of a row."""
_TALL = 700.0
"""From this height on the axis has its marks below, too."""


class _Row(NamedTuple):
    at: int
    moment: Moment | None

    @property
    def words(self) -> str:
        return self.moment.words if self.moment else UNDATED


class _Frame(NamedTuple):
    """Where things are from left to right: dates, axis, words; and the days that the axis has."""

    axis: float
    words: float
    first: float
    last: float

    def x(self, day: float) -> float:
        return self.axis + STRIP * (day - self.first) / (self.last - self.first)


def timeline(rows: Rows) -> Body:
    """The timeline of rows that have a column `when`."""
    ordered = _ordered(rows)
    frame = _frame(ordered)
    group, back = element("g"), element("g")
    group.append(back)
    y, above = SIZE * LEADING * 1.6, ""
    list_ = element("g", group)
    for row in ordered:
        if row.words != above:
            y += 6 if above else 0
            element("line", back, x1=0, x2=WIDTH - 2 * MARGIN, y1=y - 2, y2=y - 2, **stroke("grid"))
            y += 6
        y += _draw(list_, rows, row, frame, y, row.words != above) + 5
        above = row.words
    _axis(back, frame, y)
    told = [_summary(ordered), *(_told(rows, row) for row in ordered)]
    return Body(group, WIDTH - 2 * MARGIN, y + (SMALL if y > _TALL else 0), rows.legend(), told)


def _ordered(rows: Rows) -> list[_Row]:
    found = [_Row(at, _moment(rows, at)) for at in range(len(rows.cells))]
    dated = [row for row in found if row.moment]
    dated.sort(key=lambda row: row.moment or ())
    return [*dated, *(row for row in found if not row.moment)]


def _moment(rows: Rows, at: int) -> Moment | None:
    found = [
        moment
        for role in ("when", "until")
        if (moment := read_moment(getattr(rows.term(at, role), "value", "")))
    ]
    return span(found[0], found[-1]) if found else None


def _frame(rows: Sequence[_Row]) -> _Frame:
    moments = [row.moment for row in rows if row.moment]
    first = min((moment.start for moment in moments), default=1.0)
    last = max((moment.end for moment in moments), default=2.0)
    margin = max((last - first) * 0.04, 0.25)
    dates = max(width(line, SIZE) for row in rows for line in _date_lines(row))
    return _Frame(dates + GAP, dates + STRIP + 2 * GAP, first - margin, last + margin)


def _date_lines(row: _Row) -> list[str]:
    return wrap(row.words, 190, SIZE, 3)


def _draw(parent: Element, rows: Rows, row: _Row, frame: _Frame, y: float, dated: bool) -> float:
    """Draw a row whose upper edge is at `y`; gives its height."""
    item = titled(parent, rows.told(row.at))
    middle = y + SIZE * LEADING / 2
    end = WIDTH - 2 * MARGIN
    element(
        "rect", item, x=0, y=y, width=end, height=SIZE * LEADING, **fill("paper"), fill_opacity=0
    )
    left = write(item, _date_lines(row), 0, middle, tone="dim") if dated else 0.0
    if row.moment:
        element(
            "line", item, x1=frame.axis, x2=frame.words - 6, y1=middle, y2=middle, **stroke("grid")
        )
        _mark(item, rows, row.at, row.moment, frame, middle)
        return max(left, _write(item, rows, row.at, frame.words, middle))
    mark(item, rows.looks[row.at], frame.words + RADIUS, middle, RADIUS)
    return max(left, _write(item, rows, row.at, frame.words + 3.6 * RADIUS, middle))


def _write(item: Element, rows: Rows, at: int, x: float, y: float) -> float:
    """Write the words of a row; gives their height."""
    room = WIDTH - 2 * MARGIN - x
    high = write(item, wrap(rows.words(at, "what"), room, SIZE, _MOST), x, y)
    if note := rows.words(at, "note"):
        lines = wrap(note, room, SMALL, 2)
        high += write(item, lines, x, y + high - 1, size=SMALL, tone="dim")
    return high


def _mark(item: Element, rows: Rows, at: int, moment: Moment, frame: _Frame, y: float) -> None:
    entry = rows.looks[at]
    x, broad = frame.x(moment.start), frame.x(moment.end) - frame.x(moment.start)
    if broad <= 2 * RADIUS or moment.end - moment.start <= 1:
        mark(item, entry, x + broad / 2, y, RADIUS)
        return
    element("rect", item, x=x, y=y - 3.5, width=broad, height=7, rx=3.5, **paint(entry))
    if entry.dashed and not entry.hollow:
        filled = paint(entry._replace(dashed=False))
        element("rect", item, x=x + 3.5, y=y - 1, width=broad - 7, height=2, **filled)


def _axis(back: Element, frame: _Frame, height: float) -> None:
    for tick in ticks(frame.first, frame.last, int(STRIP // 72)):
        x = frame.x(tick.at)
        element("line", back, x1=x, x2=x, y1=SIZE * LEADING, y2=height, **stroke("grid"))
        for y in (SMALL / 2, height + SMALL)[: 2 if height > _TALL else 1]:
            write(back, [tick.words], x, y, size=SMALL, tone="dim", anchor="middle")


def _summary(ordered: Sequence[_Row]) -> str:
    dated = [row for row in ordered if row.moment]
    if not dated:
        return f"A timeline of {len(ordered)} rows without a date."
    latest = max(dated, key=lambda row: row.moment.end if row.moment else 0)
    reach = (
        dated[0].words if dated[0].words == latest.words else f"{dated[0].words} to {latest.words}"
    )
    without = f", {len(ordered) - len(dated)} without a date" if len(ordered) > len(dated) else ""
    return f"A timeline of {len(ordered)} rows, {reach}{without}, in the order of time."


def _told(rows: Rows, row: _Row) -> str:
    more = ", ".join(filter(None, (rows.words(row.at, role) for role in ("kind", "told"))))
    return f"{row.words}: {rows.words(row.at, 'what')}{f' ({more})' if more else ''}"
