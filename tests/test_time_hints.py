"""What is said where a time cannot be read, or is at odds with the calendar."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.text.time_hints import calendar_facts, named, readable_forms, readable_part
from kg.text.times import WEEKDAYS, Contradiction, check, resolve

WEDNESDAY = date(2025, 2, 12)


@pytest.mark.parametrize(
    ("words", "value", "facts"),
    [
        ("on Monday", "2025-02-11", ["2025-02-10 is a Monday", "2025-02-11 is a Tuesday"]),
        ("Monday 11 February", "2025-02-11", ["the nearest Mondays are 2025-02-10 and 2025-02-17"]),
        ("on Monday", "2025-02-30", ["the nearest day of the calendar is Friday 2025-02-28"]),
        ("on Monday", "2025-02-03", ["2025-02-10 is a Monday", "2025-02-03 is a Monday"]),
        ("yesterday", "2025-02-12", ["2025-02-11 is a Tuesday", "2025-02-12 is a Wednesday"]),
        ("on Sunday", "2025-13-31", []),
        ("on Sunday", "0000-01-01", []),
        ("in October", "2024-09", []),
    ],
)
def test_facts_of_the_calendar(words: str, value: str, facts: list[str]) -> None:
    read = resolve(words, WEDNESDAY)
    assert not isinstance(read, Contradiction)
    wrong = check(read, value)
    assert wrong is not None
    assert list(calendar_facts(wrong)) == facts


def test_the_calendar_has_an_end() -> None:
    wrong = Contradiction("9999-12-31 is a Friday, the words say Sunday", "Friday", "Sunday")
    assert list(calendar_facts(wrong)) == ["the nearest Sundays are 9999-12-26"]


def test_a_weekday_of_the_article_itself() -> None:
    wrong = resolve("Thursday, 12 February 2025", None)
    assert isinstance(wrong, Contradiction)
    assert list(calendar_facts(wrong)) == ["the nearest Thursdays are 2025-02-06 and 2025-02-13"]


@given(st.dates(), st.sampled_from(WEEKDAYS))
def test_the_nearest_days_have_that_weekday(day: date, weekday: str) -> None:
    wrong = Contradiction(f"{day} is not that", "", weekday)
    [fact] = calendar_facts(wrong)
    if WEEKDAYS[day.weekday()] == weekday:
        assert fact == f"{day} is a {weekday}"
        return
    near = [date.fromisoformat(word) for word in fact.split() if word[0].isdigit()]
    assert near
    assert all(named(other) == f"{weekday} {other}" for other in near)
    assert all(abs((other - day).days) < 7 for other in near)


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ("after the Monday meeting", "the Monday"),
        ("in the second week of May 2023", "May 2023"),
        ("two days after Monday, 8 May 2023", "Monday, 8 May 2023"),
        ("(yesterday)", "yesterday"),
        ("between Monday and Friday", "Friday"),
        ("after the meeting", None),
        ("", None),
        ("  ", None),
    ],
)
def test_the_part_that_a_rule_reads(words: str, part: str | None) -> None:
    assert readable_part(words) == part


@given(
    st.lists(st.sampled_from(["on", "Monday", "May", "2023", "8", "last", "x", ","]), max_size=9)
)
def test_a_part_is_read_by_a_rule_and_stands_in_the_words(tokens: list[str]) -> None:
    words = " ".join(tokens)
    part = readable_part(words)
    assert part is None or part in words
    if part is not None:
        read = resolve(part, WEDNESDAY)
        assert not isinstance(read, Contradiction)
        assert read.rule


def test_forms_of_the_unit_that_is_named() -> None:
    assert "month (" in readable_forms("some months ago")
    assert "day (" not in readable_forms("some months ago")
    assert all(f"{unit} (" in readable_forms("later") for unit in ("day", "month", "year"))
