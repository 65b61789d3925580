"""Time expressions: tables of the rules, what they refuse, and properties over the calendar."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.text.times import (
    MONTHS,
    WEEKDAYS,
    Contradiction,
    Resolved,
    Result,
    Unresolved,
    bounds,
    check,
    resolve,
)

MONDAY = date(2023, 5, 8)  # the date of article 001
WEDNESDAY = date(2025, 2, 12)  # the date of article 000

DAYS = st.dates(date(1600, 1, 1), date(2400, 12, 31))


def resolved(words: str, anchor: date | None) -> Resolved:
    result = resolve(words, anchor)
    assert isinstance(result, Resolved), result
    return result


def unresolved(words: str, anchor: date | None) -> Unresolved:
    result = resolve(words, anchor)
    assert isinstance(result, Unresolved), result
    return result


# The five articles; the values were read off a calendar


@pytest.mark.parametrize(
    ("words", "anchor", "rule", "value", "part"),
    [
        ("2023-05-08", None, "calendarDate", "2023-05-08", None),  # 001, its date line
        ("early on Monday", MONDAY, "weekday", "2023-05-08", "early"),  # 001
        ("today", MONDAY, "relativeDay", "2023-05-08", None),  # 001
        ("2025-02-12", None, "calendarDate", "2025-02-12", None),  # 000, its date line
        ("on Tuesday evening", WEDNESDAY, "weekday", "2025-02-11", "evening"),  # 000
        ("on Monday evening", WEDNESDAY, "weekday", "2025-02-10", "evening"),  # 000
        ("Back in October 2024", WEDNESDAY, "monthOfYear", "2024-10", None),  # 000
        ("Back in October 2024", None, "monthOfYear", "2024-10", None),  # 003
    ],
)
def test_times_of_the_articles(
    words: str, anchor: date | None, rule: str, value: str, part: str | None
) -> None:
    result = resolved(words, anchor)
    assert (result.rule, result.value, result.part_of_day) == (rule, value, part)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("on Monday", Unresolved("", "weekday", "day", 0)),  # 002
        ("on Tuesday", Unresolved("", "weekday", "day", 1)),  # 003, 004
        ("on Monday evening", Unresolved("", "weekday", "day", 0, "evening")),  # 004
        ("last month", Unresolved("", "relativeMonth", "month")),  # 003
    ],
)
def test_times_of_the_undated_articles_keep_what_is_known(words: str, expected: Unresolved) -> None:
    result = unresolved(words, None)
    assert "none to count from" in result.reason
    assert replace(result, reason="") == expected


# The rules, counted from Wednesday 2025-02-12


@pytest.mark.parametrize(
    ("words", "rule", "value"),
    [
        ("Wednesday", "weekday", "2025-02-12"),  # the base day itself
        ("on Thursday", "weekday", "2025-02-06"),
        ("last Wednesday", "weekday", "2025-02-05"),
        ("last Tuesday", "weekday", "2025-02-11"),
        ("next Wednesday", "weekday", "2025-02-19"),
        ("next Thursday", "weekday", "2025-02-13"),
        ("by Friday", "weekday", "2025-02-07"),
        ("yesterday", "relativeDay", "2025-02-11"),
        ("today", "relativeDay", "2025-02-12"),
        ("tomorrow", "relativeDay", "2025-02-13"),
        ("in October", "monthName", "2024-10"),
        ("in February", "monthName", "2025-02"),  # the base month itself
        ("in March", "monthName", "2024-03"),
        ("last February", "monthName", "2024-02"),
        ("last January", "monthName", "2025-01"),
        ("next February", "monthName", "2026-02"),
        ("next March", "monthName", "2025-03"),
        ("this March", "monthName", "2025-03"),
        ("this January", "monthName", "2025-01"),
        ("May", "monthName", "2024-05"),
        ("last month", "relativeMonth", "2025-01"),
        ("this month", "relativeMonth", "2025-02"),
        ("next month", "relativeMonth", "2025-03"),
        ("last year", "relativeYear", "2024"),
        ("this year", "relativeYear", "2025"),
        ("next year", "relativeYear", "2026"),
        ("May 8", "calendarDate", "2024-05-08"),
        ("12 February", "calendarDate", "2025-02-12"),  # the base day itself
        ("on the 13th of February", "calendarDate", "2024-02-13"),
        ("29 February", "calendarDate", "2024-02-29"),
        ("Tuesday, Feb. 11", "calendarDate", "2025-02-11"),
    ],
)
def test_words_that_count_from_the_anchor(words: str, rule: str, value: str) -> None:
    result = resolved(words, WEDNESDAY)
    assert (result.rule, result.value, result.needs_anchor) == (rule, value, True)
    without = unresolved(words, None)
    assert (without.rule, without.granularity) == (rule, result.granularity)
    assert (without.weekday, without.month, without.day) == (
        result.weekday,
        result.month,
        result.day,
    )


@pytest.mark.parametrize("anchor", [None, WEDNESDAY, date(1999, 12, 31)])
@pytest.mark.parametrize(
    ("words", "rule", "value"),
    [
        ("8 May 2023", "calendarDate", "2023-05-08"),
        ("8th May, 2023", "calendarDate", "2023-05-08"),
        ("on the 8th of May 2023", "calendarDate", "2023-05-08"),
        ("May 8, 2023", "calendarDate", "2023-05-08"),
        ("May 8 2023", "calendarDate", "2023-05-08"),
        ("May the 8th, 2023", "calendarDate", "2023-05-08"),
        ("on Monday, May 8, 2023", "calendarDate", "2023-05-08"),
        ("Monday 8 May 2023", "calendarDate", "2023-05-08"),
        ("Mon., 8 May 2023", "calendarDate", "2023-05-08"),
        ("Monday, 2023-05-08", "calendarDate", "2023-05-08"),
        ("on  Monday ,\n\u00a0May 8,2023", "calendarDate", "2023-05-08"),
        ("ON MONDAY, MAY 8, 2023", "calendarDate", "2023-05-08"),
        ("29 February 2024", "calendarDate", "2024-02-29"),
        ("in October 2024", "monthOfYear", "2024-10"),
        ("October, 2024", "monthOfYear", "2024-10"),
        ("October of 2024", "monthOfYear", "2024-10"),
        ("Sept. 2024", "monthOfYear", "2024-09"),
        ("2024-10", "monthOfYear", "2024-10"),
        ("early October 2024", "monthOfYear", "2024-10"),
        ("late in October 2024", "monthOfYear", "2024-10"),
        ("2024", "yearNumber", "2024"),
        ("in 2024", "yearNumber", "2024"),
        ("in the year 2024", "yearNumber", "2024"),
        ("back in late 2024", "yearNumber", "2024"),
    ],
)
def test_words_that_stand_by_themselves(
    words: str, rule: str, value: str, anchor: date | None
) -> None:
    result = resolved(words, anchor)
    assert (result.rule, result.value, result.needs_anchor) == (rule, value, False)
    assert result.part_of_day is None


@pytest.mark.parametrize(
    ("words", "value", "part"),
    [
        ("early on Monday", "2025-02-10", "early"),
        ("on early Monday", "2025-02-10", "early"),
        ("early Monday", "2025-02-10", "early"),
        ("late Friday", "2025-02-07", "late"),
        ("Monday night", "2025-02-10", "night"),
        ("on Monday morning", "2025-02-10", "morning"),
        ("early Monday morning", "2025-02-10", "morning"),
        ("early on the morning of Monday", "2025-02-10", "morning"),
        ("on Monday in the early evening", "2025-02-10", "evening"),
        ("at noon on Monday", "2025-02-10", "noon"),
        ("on Monday at noon", "2025-02-10", "noon"),
        ("last Monday evening", "2025-02-10", "evening"),
        ("on the evening of 8 May", "2024-05-08", "evening"),
        ("on the night of the 8th of May 2023", "2023-05-08", "night"),
        ("on Monday evening, May 8, 2023", "2023-05-08", "evening"),
        ("May 8, 2023, in the afternoon", "2023-05-08", "afternoon"),
        ("yesterday evening", "2025-02-11", "evening"),
        ("early today", "2025-02-12", "early"),
        ("tomorrow at noon", "2025-02-13", "noon"),
        ("tonight", "2025-02-12", "night"),
        ("late tonight", "2025-02-12", "night"),
        ("last night", "2025-02-11", "night"),
        ("this morning", "2025-02-12", "morning"),
        ("early this afternoon", "2025-02-12", "afternoon"),
    ],
)
def test_parts_of_the_day(words: str, value: str, part: str) -> None:
    result = resolved(words, WEDNESDAY)
    assert (result.value, result.part_of_day, result.granularity) == (value, part, "day")


@pytest.mark.parametrize(
    ("words", "weekday", "month", "day"),
    [
        ("Monday", 0, None, None),
        ("2023-05-08", None, 5, 8),
        ("Monday, 8 May 2023", 0, 5, 8),
        ("October 2024", None, 10, None),
        ("yesterday", None, None, None),
        ("2024", None, None, None),
    ],
)
def test_only_what_the_words_name_is_set(
    words: str, weekday: int | None, month: int | None, day: int | None
) -> None:
    result = resolved(words, WEDNESDAY)
    assert (result.weekday, result.month, result.day) == (weekday, month, day)


@pytest.mark.parametrize("number", range(7))
def test_every_weekday_and_its_abbreviation(number: int) -> None:
    name = WEEKDAYS[number]
    expected = str(date(2025, 2, 3 + number))  # a Monday and the days after it
    for words in (name, name.upper(), name[:3], f"{name[:3]}."):
        assert resolved(f"on {words}", date(2025, 2, 9)).value == expected


@pytest.mark.parametrize(
    ("words", "number"), [("Tues.", 1), ("Weds", 2), ("Thur.", 3), ("Thurs", 3)]
)
def test_other_abbreviations(words: str, number: int) -> None:
    assert resolved(words, WEDNESDAY).weekday == number


@pytest.mark.parametrize(
    ("anchor", "value"),
    [
        (date(2024, 2, 29), "2024-02-29"),
        (date(2024, 2, 28), "2020-02-29"),
        (date(2023, 5, 8), "2020-02-29"),
        (date(1904, 2, 28), "1896-02-29"),  # 1900 was no leap year
    ],
)
def test_the_29th_of_february_is_sought_in_leap_years(anchor: date, value: str) -> None:
    assert resolved("29 February", anchor).value == value


@pytest.mark.parametrize("number", range(1, 13))
def test_every_month_and_its_abbreviation(number: int) -> None:
    name = MONTHS[number - 1]
    for words in (name, name.lower(), name[:3], f"{name[:3]}."):
        assert resolved(f"in {words} 2024", None).value == f"2024-{number:02}"
        assert resolved(f"{words} 3, 2024", None).value == f"2024-{number:02}-03"


# What no rule reads


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("", "there are no words"),
        (" \n", "there are no words"),
        ("Monday recently", "no rule knows `recently`"),
        ("in recent years", "no rule knows `recent`"),
        ("last week", "no rule knows `week`"),
        ("before Monday", "no rule knows `before`"),
        ("until October 2024", "no rule knows `until`"),
        ("at 10:30 on Monday", "no rule knows `10:30`"),
        ("mid-October", "no rule knows `mid-october`"),
        ("the end of 2024", "no rule knows `end`"),
        ("on Mondays", "no rule knows `mondays`"),
        ("the 1990s", "no rule knows `1990s`"),
        ("not on Monday", "no rule knows `not`"),
        ("٨ May 2023", "no rule knows `٨`"),
        ("Lundi", "no rule knows `lundi`"),
        ("Monday Tuesday", "no rule reads these words in this order"),
        ("Monday on", "no rule reads these words in this order"),
        ("of Monday", "no rule reads these words in this order"),
        ("on on Monday", "no rule reads these words in this order"),
        ("in the morning", "no rule reads these words in this order"),
        ("the 8th", "no rule reads these words in this order"),
        ("8", "no rule reads these words in this order"),
        ("on the", "no rule reads these words in this order"),
        ("8-10 May 2023", "no rule reads these words in this order"),
        ("next May 8", "no rule reads these words in this order"),
        ("this 2024", "no rule reads these words in this order"),
        ("October evening", "no rule reads these words in this order"),
        ("20245", "no rule reads these words in this order"),
        ("0024", "no rule reads these words in this order"),
        ("8 May 23", "no rule reads these words in this order"),
        ("2023-5-8", "no rule reads these words in this order"),
        ("2023-05-08T10", "no rule knows `2023-05-08t10`"),
        ("on Monday; May 8", "no rule knows `monday;`"),
        ("early " * 20 + "Monday", "no more than 100 characters"),
    ],
)
def test_words_that_no_rule_reads(words: str, reason: str) -> None:
    result = unresolved(words, WEDNESDAY)
    assert reason in result.reason
    assert replace(result, reason="") == Unresolved("")


@pytest.mark.parametrize(
    "words", ["the morning of Monday evening", "early on late Monday", "tonight in the morning"]
)
def test_two_parts_of_a_day_are_one_too_many(words: str) -> None:
    result = unresolved(words, WEDNESDAY)
    assert result.reason == "the words name two parts of a day"
    assert result.part_of_day is None


def test_this_weekday_is_left_open() -> None:
    result = unresolved("this Monday", WEDNESDAY)
    assert (result.rule, result.granularity, result.weekday) == ("weekday", "day", 0)


def test_a_weekday_beside_a_day_without_year_must_fit_the_most_recent_one() -> None:
    result = unresolved("Monday, May 8", WEDNESDAY)
    assert result.reason == "the most recent such day, 2024-05-08, is a Wednesday"
    assert (result.weekday, result.month, result.day) == (0, 5, 8)
    assert resolved("Wednesday, May 8", WEDNESDAY).value == "2024-05-08"


@pytest.mark.parametrize(
    ("words", "candidates"),
    [
        ("12/02/2025", ("2025-12-02", "2025-02-12")),
        ("on 2.12.2025", ("2025-02-12", "2025-12-02")),
        ("12-02-2025", ("2025-12-02", "2025-02-12")),
        ("25/12/2025", ("2025-12-25",)),  # still not a form that is read
        ("02/02/2025", ("2025-02-02",)),
        ("30/2/2025", ()),
        ("12/02-2025", ()),
    ],
)
def test_dates_in_numbers_are_ambiguous(words: str, candidates: tuple[str, ...]) -> None:
    result = resolve(words, WEDNESDAY)
    if words == "30/2/2025":
        assert isinstance(result, Contradiction)
        return
    assert isinstance(result, Unresolved)
    assert sorted(result.candidates) == sorted(candidates)


@pytest.mark.parametrize(
    ("words", "anchor"),
    [
        ("yesterday", date.min),
        ("on Sunday", date.min),  # 0001-01-01 is a Monday
        ("last month", date.min),
        ("last year", date(1, 5, 5)),
        ("in October", date(1, 5, 5)),
        ("8 May", date(1, 5, 5)),
        ("tomorrow", date.max),
        ("next year", date.max),
        ("next month", date.max),
        ("next Friday", date.max),
    ],
)
def test_the_calendar_has_ends(words: str, anchor: date) -> None:
    assert "1 to 9999" in unresolved(words, anchor).reason


# Contradictions


@pytest.mark.parametrize("anchor", [None, WEDNESDAY])
@pytest.mark.parametrize(
    ("words", "message", "found", "expected"),
    [
        (
            "Monday, 9 May 2023",
            "2023-05-09 is a Tuesday, the words say Monday",
            "Monday",
            "Tuesday",
        ),
        (
            "on Tuesday evening, May 8, 2023",
            "2023-05-08 is a Monday, the words say Tuesday",
            "Tuesday",
            "Monday",
        ),
        ("31 April 2023", "April 2023 has 30 days, the words say 31", "31", "1 to 30"),
        ("April 31", "April has 30 days, the words say 31", "31", "1 to 30"),
        ("29 February 2023", "February 2023 has 28 days, the words say 29", "29", "1 to 28"),
        ("30 February", "February has 29 days, the words say 30", "30", "1 to 29"),
        ("0 May 2023", "May 2023 has 31 days, the words say 0", "0", "1 to 31"),
        ("2023-02-30", "February 2023 has 28 days, the words say 30", "30", "1 to 28"),
        ("2023-13-01", "there is no month 13", "13", "1 to 12"),
        ("2023-00", "there is no month 0", "0", "1 to 12"),
        (
            "32/12/2025",
            "`32/12/2025` is not a day of the calendar in either order",
            "32/12/2025",
            "a day of the calendar",
        ),
    ],
)
def test_words_at_odds_with_the_calendar(
    words: str, message: str, found: str, expected: str, anchor: date | None
) -> None:
    assert resolve(words, anchor) == Contradiction(message, found, expected)


# A stated value


@pytest.mark.parametrize(
    ("words", "anchor", "stated"),
    [
        ("on Tuesday", None, "2025-02-11"),
        ("on Monday evening", None, "2025-02-10"),
        ("on Tuesday", WEDNESDAY, "2025-02-11"),
        ("last month", None, "2025-01"),
        ("last month", WEDNESDAY, "2025-01"),
        ("in October", None, "2024-10"),
        ("in October 2024", None, "2024-10"),
        ("last year", None, "2024"),
        ("2024", None, "2024"),
        ("May 8", None, "2023-05-08"),
        ("Monday, May 8", WEDNESDAY, "2023-05-08"),
        ("12/02/2025", None, "2025-02-12"),
        ("in recent years", None, "2020"),  # nothing known, nothing contradicted
    ],
)
def test_a_stated_value_that_agrees(words: str, anchor: date | None, stated: str) -> None:
    result = resolve(words, anchor)
    assert not isinstance(result, Contradiction)
    assert check(result, stated) is None


@pytest.mark.parametrize(
    ("words", "anchor", "stated", "message"),
    [
        ("on Monday", None, "2025-02-11", "2025-02-11 is a Tuesday, the words say Monday"),
        (
            "on Monday",
            WEDNESDAY,
            "2025-02-03",
            "the words give 2025-02-10 by rule weekday, not 2025-02-03",
        ),
        ("8 May 2023", None, "2023-05-09", "the words give 2023-05-08 by rule calendarDate"),
        ("on Monday", None, "2025-02", "the words give a day, `2025-02` is a month"),
        ("in October 2024", None, "2024-10-05", "the words give a month, `2024-10-05` is a day"),
        ("2024", None, "2024-10", "the words give a year, `2024-10` is a month"),
        ("last month", None, "2025", "the words give a month, `2025` is a year"),
        ("in October", None, "2024-11", "2024-11 is in November, the words say October"),
        ("May 8", None, "2023-06-08", "2023-06-08 is in June, the words say May"),
        ("May 8", None, "2023-05-09", "2023-05-09 is day 9 of its month, the words say 8"),
        ("Monday, May 8", None, "2024-05-08", "2024-05-08 is a Wednesday, the words say Monday"),
        ("12/02/2025", None, "2025-02-13", "can mean 2025-02-12 or 2025-12-02, not 2025-02-13"),
        ("in recent years", None, "recently", "`recently` is not a date"),
        ("on Monday", None, "2025-02-31", "February 2025 has 28 days"),
        ("on Monday", None, "2025-13-01", "`2025-13-01` is in month 13; a year has 12"),
    ],
)
def test_a_stated_value_that_disagrees(
    words: str, anchor: date | None, stated: str, message: str
) -> None:
    result = resolve(words, anchor)
    assert not isinstance(result, Contradiction)
    contradiction = check(result, stated)
    assert contradiction is not None
    assert message in contradiction.message
    assert contradiction.found != contradiction.expected


def test_an_inferred_value_is_bound_by_the_words_and_not_by_the_rule() -> None:
    result = resolved("on Monday", WEDNESDAY)
    assert check(result, "2025-02-17", inferred=True) is None
    wrong = check(result, "2025-02-18", inferred=True)
    assert wrong == Contradiction(
        "2025-02-18 is a Tuesday, the words say Monday", "Tuesday", "Monday"
    )
    assert check(resolved("8 May 2023", None), "2022-05-08", inferred=True) is not None
    assert check(resolved("last month", WEDNESDAY), "2024-12", inferred=True) is None
    assert check(resolved("last month", WEDNESDAY), "2024", inferred=True) is not None


# Values


@pytest.mark.parametrize(
    ("value", "first", "last"),
    [
        ("2023-05-08", date(2023, 5, 8), date(2023, 5, 8)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2023-02", date(2023, 2, 1), date(2023, 2, 28)),
        ("1900-02", date(1900, 2, 1), date(1900, 2, 28)),
        ("2024-12", date(2024, 12, 1), date(2024, 12, 31)),
        ("2024", date(2024, 1, 1), date(2024, 12, 31)),
        ("0001", date(1, 1, 1), date(1, 12, 31)),
        ("9999", date(9999, 1, 1), date(9999, 12, 31)),
    ],
)
def test_bounds(value: str, first: date, last: date) -> None:
    assert bounds(value) == (first, last)


@pytest.mark.parametrize(
    "value",
    [
        "", "20230508", "2023-5-8", "2023-05-08Z", "2023-05-08+03:30", "2023-05-08T00:00:00",
        " 2023", "2023\n", "2023-05-", "-2023", "+2023", "12023", "0000", "0000-05", "2023-00",
        "2023-13", "2023-05-00", "2023-05-32", "2023-02-29", "2023-W19-1", "٢٠٢٣", "2023/05/08",
        "8 May 2023",
    ],
)  # fmt: skip
def test_values_that_are_refused(value: str) -> None:
    with pytest.raises(ValueError, match="`"):
        bounds(value)


# Properties


@given(DAYS, st.integers(0, 6))
def test_a_weekday_is_the_most_recent_one_the_base_day_included(anchor: date, number: int) -> None:
    result = resolved(f"on {WEEKDAYS[number]}", anchor)
    assert result.earliest == result.latest == date.fromisoformat(result.value)
    assert 0 <= (anchor - result.earliest).days <= 6
    assert result.earliest.weekday() == number == result.weekday


@given(DAYS, st.integers(0, 6))
def test_last_and_next_exclude_the_base_day(anchor: date, number: int) -> None:
    last = resolved(f"last {WEEKDAYS[number]}", anchor).earliest
    following = resolved(f"next {WEEKDAYS[number]}", anchor).earliest
    assert last.weekday() == following.weekday() == number
    assert 1 <= (anchor - last).days <= 7
    assert 1 <= (following - anchor).days <= 7


@given(DAYS, st.integers(1, 12))
def test_a_month_is_the_most_recent_one_the_base_month_included(anchor: date, number: int) -> None:
    name = MONTHS[number - 1]
    plain = resolved(f"in {name}", anchor).earliest
    last = resolved(f"last {name}", anchor).earliest
    following = resolved(f"next {name}", anchor).earliest
    assert {plain.month, last.month, following.month} == {number}
    back = [(anchor.year - d.year) * 12 + anchor.month - d.month for d in (plain, last, following)]
    assert 0 <= back[0] <= 11
    assert 1 <= back[1] <= 12
    assert 1 <= -back[2] <= 12


@given(DAYS)
def test_neighbouring_months_meet(anchor: date) -> None:
    last, this, following = (resolved(f"{w} month", anchor) for w in ("last", "this", "next"))
    assert this.earliest <= anchor <= this.latest
    assert last.latest + timedelta(1) == this.earliest
    assert following.earliest - timedelta(1) == this.latest
    years = [resolved(f"{word} year", anchor).value for word in ("last", "this", "next")]
    assert years == [str(anchor.year + step) for step in (-1, 0, 1)]
    assert this.latest.day == monthrange(anchor.year, anchor.month)[1]


@given(DAYS, DAYS)
def test_a_day_without_year_is_its_most_recent_date(day: date, anchor: date) -> None:
    result = resolved(f"{MONTHS[day.month - 1]} {day.day}", anchor)
    found = result.earliest
    assert (found.month, found.day) == (day.month, day.day)
    assert found <= anchor
    if (day.month, day.day) != (2, 29):
        assert (anchor - found).days <= 365


@given(DAYS)
def test_every_way_of_writing_a_date_gives_that_date(day: date) -> None:
    month, weekday = MONTHS[day.month - 1], WEEKDAYS[day.weekday()]
    ways = (
        str(day),
        f"{day.day} {month} {day.year}",
        f"{month} {day.day}, {day.year}",
        f"on {weekday}, {month} {day.day}, {day.year}",
        f"{weekday} evening, the {day.day}th of {month} {day.year}",
    )
    for words in ways:
        result = resolved(words, None)
        assert (result.value, result.granularity) == (str(day), "day")
        assert check(result, str(day)) is None


@given(DAYS, st.integers(0, 6))
def test_a_stated_day_must_be_the_named_weekday(day: date, number: int) -> None:
    result = unresolved(WEEKDAYS[number], None)
    assert (check(result, str(day)) is None) is (day.weekday() == number)
    written = resolve(f"{WEEKDAYS[number]}, {day}", None)
    assert isinstance(written, Contradiction) is (day.weekday() != number)


PIECES = st.sampled_from(
    [
        *("on", "in", "at", "by", "back", "early", "late", "the", "of", "this", "last", "next"),
        *("Monday", "May", "8", "8th", "2023", "31", "2023-05-08", "month", "year", "today"),
        *("night", "to", ",", "-", "/", ".", "\u00a0", "é", "😀"),
    ]
)


@given(
    st.one_of(st.text(max_size=30), st.lists(PIECES, max_size=8).map(" ".join)), st.none() | DAYS
)
def test_no_words_break_it_and_every_result_is_consistent(words: str, anchor: date | None) -> None:
    result: Result = resolve(words, anchor)
    if isinstance(result, Resolved):
        assert bounds(result.value) == (result.earliest, result.latest)
        assert check(result, result.value) is None
        assert len(result.value) == {"day": 10, "month": 7, "year": 4}[result.granularity]
        assert anchor or not result.needs_anchor
        assert result.weekday in (None, result.earliest.weekday())
    elif isinstance(result, Unresolved):
        assert result.reason
    else:
        assert result.found != result.expected


@given(st.text("0123456789-", max_size=12))
def test_bounds_accept_exactly_what_the_calendar_has(value: str) -> None:
    try:
        first, last = bounds(value)
    except ValueError:
        return
    assert value in (str(first), str(first)[:7], str(first)[:4])
    assert first <= last
    assert (first.day == 1) or value == str(first)
