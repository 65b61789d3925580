"""Why a time has its value: the words, the rule, the day counted from, and the arithmetic between.

In: a time of the text layer. Out: a `TimeProof`. Refuses nothing: of a time that has no value the
proof says why not.

The rules are those of `kg.text.times`; what they did is told here in words of the calendar, so that
a reader can do it again with a wall calendar.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from pyoxigraph import Literal, NamedNode

from kg.terms import local_name
from kg.text.times import MONTHS, WEEKDAYS, Unresolved, bounds, resolve
from kg.why.view import BuildView


@dataclass(frozen=True, slots=True)
class TimeProof:
    """How a time was read.

    Attributes:
        time: the node.
        words: the time expression as the article has it; empty for a date inferred without words.
        rule: of the text layer; None if the words have no value.
        value: day, month or year; None if the words have no value.
        anchor: the time that the rule counts from.
        anchor_value: its day.
        anchor_words: as the article has them.
        steps: from the words to the value, in words of the calendar.
        earliest: the first day that it can be.
        latest: the last one.
        part_of_day: as the words name it.
        basis: the individual through which the value was inferred.
        basis_article: the article that it was borrowed from.
        reason: the author's, for an inferred or an undated time.
        confidence: of the inference.
    """

    time: NamedNode
    words: str
    rule: NamedNode | None
    value: str | None
    anchor: NamedNode | None
    anchor_value: str | None
    anchor_words: str
    steps: str
    earliest: str | None
    latest: str | None
    part_of_day: str | None
    basis: NamedNode | None
    basis_article: NamedNode | None
    reason: str | None
    confidence: str | None


def prove(time: NamedNode, view: BuildView) -> TimeProof:
    """The proof of a time of the text layer."""
    return _Prover(time, view).proof()


class _Prover:
    def __init__(self, time: NamedNode, view: BuildView) -> None:
        self.time, self.view = time, view

    def proof(self) -> TimeProof:
        anchor = self.node("anchor")
        counted = self.literal("value", anchor) if anchor else None
        words, value, rule = self.words(self.time), self.literal("value"), self.node("rule")
        return TimeProof(
            time=self.time,
            words=words,
            rule=rule,
            value=value,
            anchor=anchor,
            anchor_value=counted,
            anchor_words=self.words(anchor) if anchor else "",
            steps=tell(local_name(rule.value) if rule else None, words, value, counted),
            earliest=self.literal("earliest"),
            latest=self.literal("latest"),
            part_of_day=self.named("partOfDay"),
            basis=self.node("basis"),
            basis_article=self.node("basisArticle"),
            reason=self.literal("reason"),
            confidence=self.named("confidence"),
        )

    def node(self, name: str) -> NamedNode | None:
        return next(iter(self.view.nodes(self.time, self.view.text(name))), None)

    def named(self, name: str) -> str | None:
        return self.view.label(node) if (node := self.node(name)) else None

    def literal(self, name: str, subject: NamedNode | None = None) -> str | None:
        found = self.view.value(subject or self.time, self.view.text(name))
        return found.value if isinstance(found, Literal) else None

    def words(self, time: NamedNode) -> str:
        spans = self.view.nodes(time, self.view.text("words"))
        return " … ".join(self.view.label(span) for span in spans)


def tell(rule: str | None, words: str, value: str | None, anchor: str | None) -> str:
    """The way from the words to the value.

    Args:
        rule: local name of the rule; None if there is no value.
        words: the time expression.
        value: day, month or year.
        anchor: the day that is counted from, for rules that count.
    """
    if rule is None or value is None:
        return _open(words)
    telling = _TELLING.get(rule)
    if telling is None:
        known = f"; {value} is a {_weekday_of(value)}" if len(value) == 10 else ""
        return f"not read from the words but inferred by the author of the mapping{known}"
    base = date.fromisoformat(anchor) if anchor else None
    return telling(_Reading(words.lower(), value, bounds(value)[0], base))


@dataclass(frozen=True, slots=True)
class _Reading:
    """What a rule has read: `day` is the first day of the value."""

    words: str
    value: str
    day: date
    base: date | None

    @property
    def step(self) -> str:
        """The word that says which of them, if there is one."""
        found = re.search(r"\b(last|this|next)\b", self.words)
        return found[0] if found else ""

    @property
    def from_(self) -> str:
        return _day(self.base) if self.base else "no day"


def _open(words: str) -> str:
    if not words:
        return "there are no words to read"
    read = resolve(words, None)
    return read.reason if isinstance(read, Unresolved) else "the words were not read"


def _weekday_of(value: str) -> str:
    return WEEKDAYS[date.fromisoformat(value).weekday()]


def _day(day: date) -> str:
    return f"{WEEKDAYS[day.weekday()]} {day.isoformat()}"


def _month(day: date) -> str:
    return f"{MONTHS[day.month - 1]} {day.year}"


def _calendar_date(found: _Reading) -> str:
    if found.base is None:
        return f"the words give day, month and year: {_day(found.day)}"
    name = f"{found.day.day} {MONTHS[found.day.month - 1]}"
    return f"the most recent {name} on or before {found.from_}"


def _weekday(found: _Reading) -> str:
    name = WEEKDAYS[found.day.weekday()]
    how = {"last": "the last {} before", "next": "the first {} after"}
    return f"{how.get(found.step, 'the last {} on or before').format(name)} {found.from_}"


def _relative_day(found: _Reading) -> str:
    away = found.day - (found.base or found.day)
    how = {-1: "the day before", 0: "the day itself,", 1: "the day after"}
    return f"{how[away // timedelta(days=1)]} {found.from_}"


def _month_name(found: _Reading) -> str:
    base = found.base or found.day
    name = MONTHS[found.day.month - 1]
    how = {
        "last": f"the last {name} before {_month(base)}",
        "next": f"the first {name} after {_month(base)}",
        "this": f"the {name} of {base.year}",
    }
    return how.get(found.step, f"the last {name} up to {_month(base)}") + f", from {found.from_}"


def _relative(unit: str) -> Callable[[_Reading], str]:
    def told(found: _Reading) -> str:
        how = {"last": f"the {unit} before that of", "next": f"the {unit} after that of"}
        return f"{how.get(found.step, f'the {unit} of')} {found.from_}"

    return told


_TELLING: dict[str, Callable[[_Reading], str]] = {
    "calendarDate": _calendar_date,
    "weekday": _weekday,
    "relativeDay": _relative_day,
    "monthOfYear": lambda found: f"the words give month and year: {_month(found.day)}",
    "yearNumber": lambda found: f"the words give the year: {found.day.year}",
    "monthName": _month_name,
    "relativeMonth": _relative("month"),
    "relativeYear": _relative("year"),
}
