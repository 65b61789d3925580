"""Bars: for each name a number, as many rows on one bar as have that name.

In: rows with a name and a number each. Out: the body of a figure.
Refuses: a number that has no length, or none at all (Q630).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from math import floor, isfinite, log10

from kg.figures.columns import Rows, refusal
from kg.figures.drawing import (
    LEADING,
    MARGIN,
    SIZE,
    SMALL,
    WIDTH,
    Body,
    Element,
    element,
    paint,
    stroke,
    titled,
    write,
)
from kg.figures.lettering import width, wrap

NAMES = 300.0
"""Width of the names at most."""
HEIGHT = 16.0
GAP = 10.0


def bars(rows: Rows) -> Body:
    """The bars of rows that have the columns `what` and `count`.

    Raises:
        Misuse: Q630, a count is no finite number.
    """
    counts = [_count(rows, at) for at in range(len(rows.cells))]
    named: dict[str, list[int]] = {}
    for at in range(len(rows.cells)):
        named.setdefault(rows.words(at, "what") or "–", []).append(at)
    reach = _reach(counts, list(named.values()))
    names = min(NAMES, max(width(name, SIZE) for name in named))
    room = max(width(_sum(counts, of), SIZE) for of in named.values())
    scale = _Scale(names + GAP, *reach, room, all(count == int(count) for count in counts))
    group = element("g")
    back, list_ = element("g", group), element("g", group)
    y = SIZE * LEADING * 1.6
    for name, of in named.items():
        y += _bar(list_, rows, counts, name, of, scale, y, names) + 7
    _axis(back, scale, y)
    caption = wrap(_column(rows), names, SMALL, 1)
    write(back, caption, names, SMALL / 2, size=SMALL, tone="dim", anchor="end")
    told = [f"Bars of {len(rows.cells)} rows.", *(_told(rows, at) for at in range(len(rows.cells)))]
    return Body(group, WIDTH - 2 * MARGIN, y, rows.legend(), told)


class _Scale:
    """Where numbers are between the names and the right margin."""

    def __init__(self, left: float, least: float, most: float, room: float, whole: bool) -> None:
        before = room + 8 if least < 0 else 0.0
        self.left = left + before
        self.right = WIDTH - 2 * MARGIN - room - 8
        self.step = max(_step(most - least, 6), 1.0 if whole else 0.0)
        self.least, self.most = least, most

    def x(self, number: float) -> float:
        return self.left + (self.right - self.left) * (number - self.least) / (
            self.most - self.least
        )


def _count(rows: Rows, at: int) -> Decimal:
    text = getattr(rows.term(at, "count"), "value", "")
    try:
        number = Decimal(text or "0")
    except InvalidOperation:
        number = Decimal("NaN")
    if not isfinite(number):
        message = f"`{text}` in column `{_column(rows)}` has no length, expected a finite number"
        raise refusal(message, "leave such rows out with FILTER")
    return number


def _column(rows: Rows) -> str:
    return rows.names[rows.roles["count"][0]]


def _reach(counts: Sequence[Decimal], bars_: Sequence[Sequence[int]]) -> tuple[float, float]:
    """From the lowest to the highest end of a bar; both sides of zero add up on their own."""
    low = min(float(sum(min(counts[at], Decimal(0)) for at in of)) for of in bars_)
    high = max(float(sum(max(counts[at], Decimal(0)) for at in of)) for of in bars_)
    return low, high if high > low else low + 1


def _sum(counts: Sequence[Decimal], of: Sequence[int]) -> str:
    return f"{sum((counts[at] for at in of), Decimal(0)):,f}"


def _step(reach: float, most: int) -> float:
    """The roundest distance that fits so many times at most."""
    rough = 10.0 ** floor(log10(reach / most))
    return next(rough * times for times in (1, 2, 5, 10, 20) if reach / (rough * times) <= most)


def _bar(
    parent: Element,
    rows: Rows,
    counts: Sequence[Decimal],
    name: str,
    of: Sequence[int],
    scale: _Scale,
    y: float,
    names: float,
) -> float:
    lines = wrap(name, names, SIZE, 3)
    height = max(len(lines) * SIZE * LEADING, HEIGHT)
    middle = y + height / 2
    write(parent, lines, names, y + (height - (len(lines) - 1) * SIZE * LEADING) / 2, anchor="end")
    ends = {True: 0.0, False: 0.0}
    for at in sorted(of, key=lambda at: rows.looks[at].number or 0):
        side = counts[at] >= 0
        start, ends[side] = ends[side], ends[side] + float(counts[at])
        _part(parent, rows, at, sorted((scale.x(start), scale.x(ends[side]))), middle)
    if ends[True] or not ends[False]:
        write(parent, [_sum(counts, of)], scale.x(ends[True]) + 6, middle)
    else:
        write(parent, [_sum(counts, of)], scale.x(ends[False]) - 6, middle, anchor="end")
    return height


def _part(parent: Element, rows: Rows, at: int, reach: Sequence[float], y: float) -> None:
    broad = max(reach[1] - reach[0] - 2.4, 0.4)
    item = titled(parent, rows.told(at))
    look = paint(rows.looks[at])
    top = y - HEIGHT / 2
    element("rect", item, x=reach[0] + 1.2, y=top, width=broad, height=HEIGHT, **look)


def _axis(back: Element, scale: _Scale, height: float) -> None:
    number = -(-scale.least // scale.step) * scale.step
    while number <= scale.most * 1.0001:
        x = scale.x(number)
        element(
            "line",
            back,
            x1=x,
            x2=x,
            y1=SIZE * LEADING,
            y2=height,
            **stroke("dim" if not number else "grid"),
        )
        shown = f"{round(number, 9):,.9f}".rstrip("0").rstrip(".")
        write(back, [shown or "0"], x, SMALL / 2, size=SMALL, tone="dim", anchor="middle")
        number = round((round(number / scale.step) + 1) * scale.step, 9)


def _told(rows: Rows, at: int) -> str:
    more = rows.words(at, "kind")
    return f"{rows.words(at, 'what')}{f' ({more})' if more else ''}: {rows.words(at, 'count')}"
