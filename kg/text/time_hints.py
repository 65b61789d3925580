"""What helps where a time cannot be read: facts of the calendar, and the words that a rule reads.

In: the words of a time expression, or a contradiction between them and a value. Out: notes and help
for a person. Refuses nothing.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date

from kg.text.times import WEEKDAYS, Contradiction, resolve

_DAY = re.compile(r"(?<![\d(])(\d{4})-(\d\d)-(\d\d)(?!\d)")
_MOST = 12
"""No time expression that a rule reads has more words."""
_LONGEST = 60
_SOME_DAY = date(2024, 2, 29)
_FORMS = {
    "day": "a day (`8 May 2023`, `Monday`, `last Friday`, `yesterday`)",
    "month": "a month (`October 2024`, `in October`, `last month`)",
    "year": "a year (`2024`, `this year`)",
}


def named(day: date) -> str:
    """A day with its weekday: `Wednesday 2025-02-12`."""
    return f"{WEEKDAYS[day.weekday()]} {day}"


def calendar_facts(wrong: Contradiction) -> Iterator[str]:
    """What the calendar says of the days that a contradiction speaks of."""
    for year, month, number in map(_numbers, dict.fromkeys(_DAY.findall(wrong.message))):
        if not (year and 1 <= month <= 12):
            continue
        last = monthrange(year, month)[1]
        day = date(year, month, max(1, min(number, last)))
        weekdays = {wrong.found, wrong.expected} & set(WEEKDAYS) - {WEEKDAYS[day.weekday()]}
        if number != day.day:
            yield f"the nearest day of the calendar is {named(day)}"
        elif not weekdays:
            yield f"{day} is a {WEEKDAYS[day.weekday()]}"
        yield from (_nearest(day, weekday) for weekday in weekdays)


def _numbers(found: tuple[str, str, str]) -> tuple[int, int, int]:
    year, month, day = found
    return int(year), int(month), int(day)


def _nearest(day: date, weekday: str) -> str:
    back = (day.weekday() - WEEKDAYS.index(weekday)) % 7
    days = (day.toordinal() - back, day.toordinal() - back + 7)
    near = [date.fromordinal(n) for n in days if 1 <= n <= date.max.toordinal()]
    return f"the nearest {weekday}s are {' and '.join(map(str, near))}"


def readable_part(words: str) -> str | None:
    """The longest stretch of some words that a rule reads, the last one of several."""
    tokens = list(re.finditer(r"[^\s,;()“”]+", words))[:_LONGEST]
    for length in range(min(_MOST, len(tokens)), 0, -1):
        for first in range(len(tokens) - length, -1, -1):
            part = words[tokens[first].start() : tokens[first + length - 1].end()]
            if _is_read(part):
                return part
    return None


def _is_read(words: str) -> bool:
    """Whether a rule reads these words, whatever day they count from."""
    found = resolve(words, _SOME_DAY)
    return not isinstance(found, Contradiction) and found.granularity is not None


def readable_forms(words: str) -> str:
    """The forms that rules read: those of the unit that the words name, else all."""
    units = [unit for unit in _FORMS if re.search(rf"\b{unit}s?\b", words, re.IGNORECASE)]
    *most, last = (_FORMS[unit] for unit in units or _FORMS)
    forms = f"{', '.join(most)} or {last}" if most else last
    return f"rules read {forms}, with `early`, `late` or a part of the day beside it"
