"""Times as stretches of a line, as exact as they are written, and the marks of an axis of time.

In: lexical forms of xsd:date, dateTime, gYearMonth and gYear, and `A/B` of two of them. Out: a
`Moment`; `ticks` of an axis.
Refuses: nothing; what is no time between the years 1 and 9999 gives None.

https://www.w3.org/TR/xmlschema11-2/#dateTime
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from math import ceil
from typing import NamedTuple

XSD = "http://www.w3.org/2001/XMLSchema#"
DATATYPES = frozenset(
    XSD + name for name in ("date", "dateTime", "dateTimeStamp", "gYear", "gYearMonth")
)
_FORM = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)"
    r"(?:T(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d(?:\.\d+)?))?)?)?"
    r"(?P<zone>Z|[+-]\d\d:\d\d)?"
)
# How far apart marks are, in days, and how many months that is.
_STEPS = (
    *((hours / 24, 0) for hours in (1, 3, 6, 12)),
    *((float(days), 0) for days in (1, 2, 7, 14)),
    *((30.4 * months, months) for months in (1, 2, 3, 6)),
    *((365.25 * years, 12 * years) for years in (1, 2, 5, 10, 20, 50, 100, 500, 1000)),
)


class Moment(NamedTuple):
    """A time: the days from its beginning to its end, counted from the first day of year 1.

    Attributes:
        start: its beginning.
        end: its end, exclusive; that of an xsd:dateTime is its start.
        words: as people read it.
    """

    start: float
    end: float
    words: str


class Tick(NamedTuple):
    """A mark of an axis."""

    at: float
    words: str


def read_moment(text: str) -> Moment | None:
    """The moment of a lexical form, or of two with a slash between them."""
    first, slash, last = text.strip().partition("/")
    start, end = _read(first), _read(last) if slash else None
    return span(start, end) if start and end else None if slash else start


def _read(text: str) -> Moment | None:
    found = _FORM.fullmatch(text)
    if found is None:
        return None
    year, month, day = (int(found[name] or 1) for name in ("year", "month", "day"))
    try:
        start = date(year, month, day).toordinal()
        if found["hour"]:
            return _instant(start, found)
        after = (
            start + 1
            if found["day"]
            else _month(year * 12 + month - 1, 1 if found["month"] else 12)
        )
    except ValueError:
        return None
    return Moment(start, after, text.removesuffix(found["zone"] or ""))


def _month(months: int, later: int = 0) -> int:
    """The first day of a month, counted from year 0; that after the last year is beyond `date`."""
    year, month = divmod(months + later, 12)
    return date(year, month + 1, 1).toordinal() if year < 10_000 else date.max.toordinal() + 1


def _instant(day: int, found: re.Match[str]) -> Moment:
    hour, minute, second = int(found["hour"]), int(found["minute"]), float(found["second"])
    at = day + (hour * 60 + minute + second / 60) / 1440
    zone = found["zone"] or "Z"
    if zone != "Z":
        hours, minutes = zone[1:].split(":")
        at -= (int(hours) * 60 + int(minutes)) / 1440 * (-1 if zone[0] == "-" else 1)
    time = found[0].partition("T")[2].removesuffix(found["zone"] or "")
    words = f"{found[0].partition('T')[0]} {time.removesuffix(':00')}"
    return Moment(at, at, f"{words} {found['zone']}" if found["zone"] else words)


def span(first: Moment, last: Moment) -> Moment:
    """From the beginning of one moment to the end of another, whichever is earlier."""
    start, end = min(first.start, last.start), max(first.end, last.end)
    return Moment(start, end, _whole(start, end) or _both(first.words, last.words))


def _both(first: str, last: str) -> str:
    return first if first == last else f"{first} – {last}"


def _whole(start: float, end: float) -> str:
    """The month or the year that lies between two days; else nothing."""
    if start != int(start) or start < 1:
        return ""
    day = date.fromordinal(int(start))
    months = day.year * 12 + day.month - 1
    if day.day == 1 and _month(months, 1) == end:
        return f"{day:%Y-%m}"
    return f"{day:%Y}" if day.day == day.month == 1 and _month(months, 12) == end else ""


def ticks(start: float, end: float, most: int) -> list[Tick]:
    """The marks between two days, so many at most, at the roundest places."""
    for length, step in _STEPS:
        if (end - start) / length <= most:
            marks = _months(start, end, step) if step else _days(start, end, length)
            found = list(marks)
            if len(found) <= most:
                return found
    return []


def _days(start: float, end: float, step: float) -> Iterator[Tick]:
    # The first day of year 1 was a Monday: weeks begin on Mondays.
    for number in range(ceil((start - 1) / step), int((end - 1) // step) + 1):
        at = round(1 + number * step, 6)
        minutes = round(at % 1 * 1440)
        day = date.fromordinal(max(int(at), 1))
        yield Tick(at, f"{minutes // 60:02}:{minutes % 60:02}" if minutes else day.isoformat())


def _months(start: float, end: float, step: int) -> Iterator[Tick]:
    first, last = (
        date.fromordinal(min(max(int(at), 1), date.max.toordinal())) for at in (start, end)
    )
    months = range(first.year * 12 // step * step, last.year * 12 + last.month, step)
    for number in months:
        year, month = divmod(number, 12)
        if year > 0 and start <= (at := _month(number)) <= end:
            yield Tick(at, f"{year:04}" if step >= 12 else f"{year:04}-{month + 1:02}")
