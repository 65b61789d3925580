"""Time expressions to calendar values, by few rules, or not at all.

In: the words of a time expression as an article has them, and the day to count from (the anchor:
the article's own date, or None for an undated article).
Out: `Resolved` with the rule that did it, `Unresolved` with what the words say nevertheless, or a
`Contradiction` where the words are at odds with the calendar.
Refused (left `Unresolved`): every word that no rule knows, numeric dates such as 12/02/2025, weeks,
ranges, times of the clock. Nothing is searched for inside the words: a rule reads them all.

The rules, named as the individuals of the text layer:

- calendarDate: 2023-05-08; 8 May 2023; May 8, 2023, each also behind its weekday, which must agree.
  Without a year: the most recent such date, the base day included; a weekday must agree with it.
- weekday: Monday = the most recent such day, the base day included; last Monday = the most recent
  one before the base day; next Monday = the first one after it. (This Monday says neither.)
- relativeDay: today, yesterday, tomorrow, tonight, last night, this morning/afternoon/evening.
- monthOfYear: October 2024; 2024-10. yearNumber: 2024.
- monthName: October = the most recent such month, the base month included; last, next: as for
  weekdays; this October = the one of the base year.
- relativeMonth, relativeYear: last, this, next month or year.

Around them may stand: back, on, in, at, by, the, early, late, and for a day its part ("on Tuesday
evening", "late Friday", "the morning of 8 May"; early Monday morning is morning). Before a month or
a year, early and late narrow nothing. Abbreviations (Feb., Tues.) are known; case does not matter.

Values are xsd:date, xsd:gYearMonth, xsd:gYear (https://www.w3.org/TR/xmlschema11-2/), the year of
four digits, without time zone.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from typing import Literal, NamedTuple

Granularity = Literal["day", "month", "year"]

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
"""Names of the days of the week, at the index that `date.weekday` gives."""

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
"""Names of the months; January is at index 0."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """Words that name one day, month or year.

    `weekday` (0 = Monday) and `part_of_day` are set only where the words name them; `month` and
    `day` likewise. `needs_anchor`: the value was counted from the anchor.
    """

    rule: str
    granularity: Granularity
    value: str
    earliest: date
    latest: date
    weekday: int | None = None
    part_of_day: str | None = None
    needs_anchor: bool = False
    month: int | None = None
    day: int | None = None


@dataclass(frozen=True, slots=True)
class Unresolved:
    """Words that the rules cannot bring to a value, why, and what they say nevertheless.

    `candidates` are the values of words that can be read in more than one way.
    """

    reason: str
    rule: str | None = None
    granularity: Granularity | None = None
    weekday: int | None = None
    part_of_day: str | None = None
    month: int | None = None
    day: int | None = None
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two things that cannot both hold: what was `found`, and what was `expected` in its place."""

    message: str
    found: str
    expected: str


Result = Resolved | Unresolved | Contradiction


def bounds(value: str) -> tuple[date, date]:
    """Return the first and the last day of an xsd:date, xsd:gYearMonth or xsd:gYear value.

    Raises:
        ValueError: not such a value, not in the calendar, or with a time zone.
    """
    match = _VALUE.fullmatch(value)
    if not match:
        raise ValueError(f"`{value}` is not a date (2023-05-08), month (2023-05) or year (2023)")
    year, first, last = int(match[1]), int(match[2] or 1), int(match[2] or 12)
    if not 1 <= first <= 12:
        raise ValueError(f"`{value}` is in month {first}; a year has 12")
    day, length = int(match[3] or 1), monthrange(year, last)[1]
    if not 1 <= day <= length:
        raise ValueError(f"`{value}` is not a day: {MONTHS[last - 1]} {year} has {length} days")
    return date(year, first, day), date(year, last, int(match[3] or length))


def resolve(words: str, anchor: date | None) -> Result:
    """Resolve a time expression against `anchor` by the rules of the module docstring."""
    plain = _plain(words)
    if len(plain) > _LONGEST:
        return Unresolved(f"a time expression has no more than {_LONGEST} characters")
    try:
        for pattern, rule in _grammar():
            if match := pattern.fullmatch(plain):
                return _apply(rule, match, anchor)
    except OverflowError:
        return Unresolved("the words lead out of the years 1 to 9999 of the calendar")
    return Unresolved(_why_unread(plain))


def check(
    result: Resolved | Unresolved, stated: str, *, inferred: bool = False
) -> Contradiction | None:
    """Check a value that a person states for words against all that the words say.

    `stated` must be a legal value, as fine as the words, equal to what a rule resolved, and agree
    with a weekday, month or day that the words name. With `inferred` the person gives a reason of
    their own, so that a value counted from the anchor does not bind, only what the words name.
    """
    try:
        first, _ = bounds(stated)
    except ValueError as error:
        return Contradiction(str(error), stated, "a date, month or year")
    granularity = {4: "year", 7: "month", 10: "day"}[len(stated)]
    if result.granularity and granularity != result.granularity:
        message = f"the words give a {result.granularity}, `{stated}` is a {granularity}"
        return Contradiction(message, granularity, result.granularity)
    binding = isinstance(result, Resolved) and not (inferred and result.needs_anchor)
    if isinstance(result, Resolved) and binding and stated != result.value:
        message = f"the words give {result.value} by rule {result.rule}, not {stated}"
        return Contradiction(message, stated, result.value)
    return _disagreement(result, stated, first)


def _disagreement(result: Resolved | Unresolved, stated: str, first: date) -> Contradiction | None:
    """What the words name against the calendar day (or first day) of the stated value."""
    named = (
        (result.weekday, first.weekday(), "is a {}", WEEKDAYS),
        (result.month, first.month, "is in {}", ("", *MONTHS)),
        (result.day, first.day, "is day {} of its month", range(32)),
    )
    for said, actual, phrase, names in named:
        if said is not None and said != actual:
            found, expected = str(names[actual]), str(names[said])
            message = f"{stated} {phrase.format(found)}, the words say {expected}"
            return Contradiction(message, found, expected)
    candidates = result.candidates if isinstance(result, Unresolved) else ()
    if candidates and stated not in candidates:
        expected = " or ".join(candidates)
        return Contradiction(f"the words can mean {expected}, not {stated}", stated, expected)
    return None


# The words: lower case, single spaces, no space before a comma, abbreviations without their stop

_LONGEST = 100
_VALUE = re.compile(r"(?!0000)([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


def _plain(words: str) -> str:
    text = re.sub(r"\s*,\s*", ", ", " ".join(words.split()).lower())
    return re.sub(r"(?<=[a-z])\.(?=[ ,]|$)", "", text)


def _numbered(names: tuple[str, ...], start: int, **short: int) -> dict[str, int]:
    """Full names, three-letter abbreviations and some more, to their numbers."""
    full = {name.lower(): number for number, name in enumerate(names, start)}
    return full | {name[:3]: number for name, number in full.items()} | short


_WEEKDAY = _numbered(WEEKDAYS, 0, tues=1, weds=2, thur=3, thurs=3)
_MONTH = _numbered(MONTHS, 1, sept=9)
_RELATIVE_DAY = {"yesterday": -1, "last": -1, "today": 0, "to": 0, "this": 0, "tomorrow": 1}
_STEP = {"last": -1, "this": 0, "next": 1}
_PARTS = ("morning", "noon", "afternoon", "evening", "night")
_OTHERS = ("back", "early", "late", "on", "in", "at", "by", "the", "of", "month", "year", "tonight")
_KNOWN = {*_WEEKDAY, *_MONTH, *_RELATIVE_DAY, *_STEP, *_PARTS, *_OTHERS} - {"to"}


def _why_unread(plain: str) -> str:
    for token in plain.replace(",", " ").split():
        if token not in _KNOWN and not re.fullmatch(r"[0-9/.-]+(?:st|nd|rd|th)?", token):
            return f"no rule knows `{token}`"
    return "no rule reads these words in this order" if plain else "there are no words"


# The rules: each turns words that its pattern has read into a value


@dataclass(frozen=True, slots=True)
class _Said:
    """What the words name by themselves; two `parts` of the day are one too many."""

    parts: tuple[str, ...]
    weekday: int | None
    year: int | None
    month: int | None
    day: int | None


_Reading = str | Unresolved | Contradiction
_Reader = Callable[[re.Match[str], _Said, date], _Reading]


class _Rule(NamedTuple):
    """One way of writing times. One that `counts` needs an anchor; others are given any day."""

    name: str
    granularity: Granularity
    counts: bool
    read: _Reader
    words: str


def _apply(rule: _Rule, match: re.Match[str], anchor: date | None) -> Result:
    said = _said(match.groupdict(), rule.granularity)
    if impossible := _impossible(said):
        return impossible
    if len(said.parts) > 1:
        reading: _Reading = Unresolved("the words name two parts of a day")
    elif rule.counts and not anchor:
        reading = Unresolved("the words count from a day, and there is none to count from")
    else:
        reading = rule.read(match, said, anchor or date.max)
    return _result(rule, said, reading)


def _result(rule: _Rule, said: _Said, reading: _Reading) -> Result:
    part = said.parts[0] if len(said.parts) == 1 else None
    if isinstance(reading, str):
        first, last = bounds(reading)
        found = Resolved(rule.name, rule.granularity, reading, first, last, said.weekday, part)
        return replace(found, needs_anchor=rule.counts, month=said.month, day=said.day)
    if isinstance(reading, Unresolved):
        known = replace(reading, rule=rule.name, granularity=rule.granularity, part_of_day=part)
        return replace(known, weekday=said.weekday, month=said.month, day=said.day)
    return reading


def _said(groups: dict[str, str | None], granularity: Granularity) -> _Said:
    month, year, day = groups.get("month"), groups.get("year"), groups.get("day")
    nouns = tuple(word for name, word in groups.items() if name.startswith("noun") and word)
    mods = tuple(word for name, word in groups.items() if name.startswith("mod") and word)
    return _Said(
        (nouns or mods) if granularity == "day" else (),
        _WEEKDAY.get(groups.get("weekday") or ""),
        int(year) if year else None,
        _MONTH.get(month, 0) or int(month) if month else None,
        int(day) if day else None,
    )


def _impossible(said: _Said) -> Contradiction | None:
    if said.month is None:
        return None
    if not 1 <= said.month <= 12:
        return Contradiction(f"there is no month {said.month}", str(said.month), "1 to 12")
    length = monthrange(said.year or 2024, said.month)[1]  # some year has a 29th of February
    if said.day is None or 1 <= said.day <= length:
        return None
    year = f" {said.year}" if said.year else ""
    message = f"{MONTHS[said.month - 1]}{year} has {length} days, the words say {said.day}"
    return Contradiction(message, str(said.day), f"1 to {length}")


def _full_date(_match: re.Match[str], said: _Said, _anchor: date) -> _Reading:
    found = date(said.year or 0, said.month or 0, said.day or 0)
    if said.weekday is None or said.weekday == found.weekday():
        return str(found)
    named, actual = WEEKDAYS[said.weekday], WEEKDAYS[found.weekday()]
    return Contradiction(f"{found} is a {actual}, the words say {named}", named, actual)


def _yearless(_match: re.Match[str], said: _Said, anchor: date) -> _Reading:
    for year in range(anchor.year, max(0, anchor.year - 9), -1):  # 1896 to 1904: no 29 February
        found = _date(year, said.month or 0, said.day or 0)
        if found and found <= anchor:
            if said.weekday in (None, found.weekday()):
                return str(found)
            actual = WEEKDAYS[found.weekday()]
            return Unresolved(f"the most recent such day, {found}, is a {actual}")
    raise OverflowError


def _numeric(match: re.Match[str], said: _Said, _anchor: date) -> _Reading:
    one, two, year = int(match["one"]), int(match["two"]), said.year or 0
    days = (_date(year, two, one), _date(year, one, two))
    if candidates := tuple(dict.fromkeys(str(day) for day in days if day)):
        reason = "a date in numbers may have the day or the month first"
        return Unresolved(reason, candidates=candidates)
    expected = "a day of the calendar"
    return Contradiction(f"`{match[0]}` is not {expected} in either order", match[0], expected)


def _date(year: int, month: int, day: int) -> date | None:
    known = 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]
    return date(year, month, day) if known else None


def _weekday(match: re.Match[str], said: _Said, anchor: date) -> _Reading:
    if match["step"] == "this":
        return Unresolved("`this` may mean the last such day as well as the next one")
    return str(anchor + timedelta(_turn(anchor.weekday(), said.weekday or 0, 7, match["step"])))


def _relative_day(match: re.Match[str], _said: _Said, anchor: date) -> _Reading:
    return str(anchor + timedelta(_RELATIVE_DAY[match["relative"].strip()]))


def _written(_match: re.Match[str], said: _Said, _anchor: date) -> _Reading:
    return f"{said.year}-{said.month:02}" if said.month else str(said.year)


def _month(match: re.Match[str], said: _Said, anchor: date) -> _Reading:
    return _month_from(anchor, _turn(anchor.month, said.month or 0, 12, match["step"]))


def _relative(match: re.Match[str], _said: _Said, anchor: date) -> _Reading:
    months, length = (12, 4) if match["unit"] == "year" else (1, 7)
    return _month_from(anchor, months * _STEP[match["step"]])[:length]


def _turn(now: int, wanted: int, cycle: int, step: str | None) -> int:
    """How far it is from `now` to `wanted` in a cycle of days or months."""
    back, on = (now - wanted - 1) % cycle + 1, (wanted - now - 1) % cycle + 1
    return {"this": wanted - now, "next": on, "last": -back}.get(step or "", -(back % cycle))


def _month_from(anchor: date, months: int) -> str:
    year, month = divmod(anchor.year * 12 + anchor.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise OverflowError
    return f"{year:04}-{month + 1:02}"


def _either(name: str, words: Collection[str]) -> str:
    return f"(?P<{name}>{'|'.join(words)})"


_D, _M, _Y = _either("weekday", _WEEKDAY), _either("month", _MONTH), r"(?P<year>[1-9][0-9]{3})"
_S = f"{_either('step', _STEP)} "
_MOD = "(?:(?P<mod{}>early|late) )?"
_LEAD = f"(?:back )?{_MOD.format(1)}(?:(?:on|in|at|by) )?(?:the )?{_MOD.format(2)}"
_BEFORE = f"(?:{_either('noun1', _PARTS)}(?: of| on)?(?: the)? )?"
_AFTER = f"(?:,?(?: in| at)?(?: the)?(?: (?P<mod3>early|late))? {_either('noun2', _PARTS)})?"
_ON = f"(?:{_D}(?: {_either('noun3', _PARTS)})?,? (?:the )?)?"
_NTH = "(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?"
_DAY_MONTH, _MONTH_DAY = f"{_ON}{_NTH}(?: of)? {_M}", f"{_ON}{_M} (?:the )?{_NTH}"
_ISO_MONTH = f"{_Y}-(?P<month>[0-9]{{2}})"
_NUMERIC = f"(?P<one>[0-9]{{1,2}})(?P<by>[/.-])(?P<two>[0-9]{{1,2}})(?P=by){_Y}"
_THIS_PART = "(?P<relative>this) (?P<noun3>morning|afternoon|evening)"

_RULES = (
    _Rule("weekday", "day", True, _weekday, f"(?:{_S})?{_D}"),
    _Rule("calendarDate", "day", False, _full_date, f"{_DAY_MONTH},? {_Y}"),
    _Rule("calendarDate", "day", False, _full_date, f"{_MONTH_DAY},? {_Y}"),
    _Rule("calendarDate", "day", False, _full_date, f"{_ON}{_ISO_MONTH}-(?P<day>[0-9]{{2}})"),
    _Rule("calendarDate", "day", True, _yearless, _DAY_MONTH),
    _Rule("calendarDate", "day", True, _yearless, _MONTH_DAY),
    _Rule("calendarDate", "day", False, _numeric, _NUMERIC),
    _Rule("relativeDay", "day", True, _relative_day, "(?P<relative>today|yesterday|tomorrow)"),
    _Rule("relativeDay", "day", True, _relative_day, "(?P<relative>to|last )(?P<noun3>night)"),
    _Rule("relativeDay", "day", True, _relative_day, _THIS_PART),
    _Rule("monthOfYear", "month", False, _written, f"{_M}(?: of|,)? {_Y}"),
    _Rule("monthOfYear", "month", False, _written, _ISO_MONTH),
    _Rule("monthName", "month", True, _month, f"(?:{_S})?{_M}"),
    _Rule("relativeMonth", "month", True, _relative, f"{_S}(?P<unit>month)"),
    _Rule("yearNumber", "year", False, _written, f"(?:year )?{_Y}"),
    _Rule("relativeYear", "year", True, _relative, f"{_S}(?P<unit>year)"),
)


@cache
def _grammar() -> list[tuple[re.Pattern[str], _Rule]]:
    """The rules in the order in which they are tried; compiled at the first use."""
    before, after = {"day": (_BEFORE, _AFTER)}, ("", "")
    around = ((rule, *before.get(rule.granularity, after)) for rule in _RULES)
    return [(re.compile(_LEAD + front + rule.words + back), rule) for rule, front, back in around]
