"""How times were read: the way from the words to the value, told so that one can count it again."""

from __future__ import annotations

import re
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import NamedNode

import kg
from kg.why.opening import Graph
from kg.why.proofs import TimeProof, prove, tell
from kg.why.view import TYPE

TESTS = Path(__file__).parent
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@pytest.fixture(scope="module")
def real_graph(real: Any) -> Graph:
    return kg.open(real.folder)


@pytest.fixture(scope="module")
def court(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    folder = tmp_path_factory.mktemp("proofs") / "court"
    shutil.copytree(TESTS / "projects" / "court", folder)
    for module in ("text.ttl", "shapes/text.ttl"):
        shutil.copyfile(TESTS.parent / "ontology" / module, folder / "ontology" / module)
    kg.build(folder)
    return kg.open(folder)


def proofs(graph: Graph) -> dict[str, TimeProof]:
    view = graph.inquiry.view
    times = {
        *view.subjects(TYPE, view.text("Time")),
        *view.subjects(TYPE, view.text("InferredTime")),
    }
    return {time.value.removeprefix(graph.build.base): prove(time, view) for time in times}


def test_the_proof_of_each_rule_in_the_articles(real_graph: Graph) -> None:
    found = proofs(real_graph)
    told = {(proof.words, proof.steps, proof.value) for proof in found.values()}
    assert {
        ("2023-05-08", "the words give day, month and year: Monday 2023-05-08", "2023-05-08"),
        ("early on Monday", "the last Monday on or before Monday 2023-05-08", "2023-05-08"),
        ("on Monday evening", "the last Monday on or before Wednesday 2025-02-12", "2025-02-10"),
        ("on Tuesday evening", "the last Tuesday on or before Wednesday 2025-02-12", "2025-02-11"),
        ("October 2024", "the words give month and year: October 2024", "2024-10"),
        (
            "on Tuesday",
            "not read from the words but inferred by the author of the mapping; "
            "2025-02-11 is a Tuesday",
            "2025-02-11",
        ),
        ("on Monday", "the words count from a day, and there is none to count from", None),
    } <= told
    rules = {proof.rule.value.rpartition("#")[2] for proof in found.values() if proof.rule}
    assert rules == {"calendarDate", "weekday", "monthOfYear", "inference"}


def test_the_proof_of_each_rule_of_another_project(court: Graph) -> None:
    told = {(proof.words, proof.steps, proof.value) for proof in proofs(court).values()}
    assert {
        ("Wednesday, 12 March 2031", "the words give day, month and year: Wednesday 2031-03-12",
         "2031-03-12"),
        ("on Wednesday", "the last Wednesday on or before Wednesday 2031-03-12", "2031-03-12"),
        ("on 4\xa0March", "the most recent 4 March on or before Wednesday 2031-03-12",
         "2031-03-04"),
        ("in October 2030", "the words give month and year: October 2030", "2030-10"),
    } <= told  # fmt: skip


@pytest.mark.parametrize("project", ["real_graph", "court"])
def test_every_proof_can_be_counted_again(project: str, request: pytest.FixtureRequest) -> None:
    """The sentence alone, read by another program, leads to the value."""
    counted = 0
    for name, proof in proofs(request.getfixturevalue(project)).items():
        if proof.value is None:
            assert proof.rule is None, name
            continue
        counted += count_again(proof.steps) == proof.value
        if proof.rule.value.endswith("#inference"):
            assert proof.reason, name
            assert proof.basis, name
            assert proof.confidence, name
        else:
            assert count_again(proof.steps) == proof.value, (name, proof.steps)
    assert counted >= 5


def count_again(steps: str) -> str | None:
    """The value that a sentence gives, found by trying one day after another."""
    if found := re.search(r"the last (\w+day) (on or )?before \w+ (\S+)", steps):
        return search(
            found[3], -1, 0 if found[2] else 1, lambda d: WEEKDAYS[d.weekday()] == found[1]
        )
    if found := re.search(r"the most recent (\d+) (\w+) on or before \w+ (\S+)", steps):
        wanted = f"{int(found[1])} {found[2]}"
        return search(found[3], -1, 0, lambda d: f"{d.day} {d:%B}" == wanted)
    if found := re.search(r"day, month and year: \w+ (\S+)", steps):
        return found[1]
    if found := re.search(r"month and year: (\w+) (\d+)", steps):
        months = [date(2000, n, 1).strftime("%B") for n in range(1, 13)]
        return f"{found[2]}-{months.index(found[1]) + 1:02}"
    return None


def search(base: str, step: int, away: int, fits: Any) -> str:
    day = date.fromisoformat(base) + timedelta(step * away)
    while not fits(day):
        day += timedelta(step)
    return day.isoformat()


@pytest.mark.parametrize(
    ("rule", "words", "value", "steps"),
    [
        ("weekday", "last Wednesday", "2025-02-05",
         "the last Wednesday before Wednesday 2025-02-12"),
        ("weekday", "next Monday", "2025-02-17", "the first Monday after Wednesday 2025-02-12"),
        ("relativeDay", "yesterday", "2025-02-11", "the day before Wednesday 2025-02-12"),
        ("relativeDay", "tonight", "2025-02-12", "the day itself, Wednesday 2025-02-12"),
        ("relativeDay", "tomorrow", "2025-02-13", "the day after Wednesday 2025-02-12"),
        ("yearNumber", "in 2024", "2024", "the words give the year: 2024"),
        ("monthName", "in October", "2024-10",
         "the last October up to February 2025, from Wednesday 2025-02-12"),
        ("monthName", "last February", "2024-02",
         "the last February before February 2025, from Wednesday 2025-02-12"),
        ("monthName", "next February", "2026-02",
         "the first February after February 2025, from Wednesday 2025-02-12"),
        ("monthName", "this October", "2025-10",
         "the October of 2025, from Wednesday 2025-02-12"),
        ("relativeMonth", "last month", "2025-01",
         "the month before that of Wednesday 2025-02-12"),
        ("relativeMonth", "this month", "2025-02", "the month of Wednesday 2025-02-12"),
        ("relativeYear", "next year", "2026", "the year after that of Wednesday 2025-02-12"),
    ],
)  # fmt: skip
def test_every_rule_has_its_words(rule: str, words: str, value: str, steps: str) -> None:
    assert tell(rule, words, value, "2025-02-12") == steps


def test_an_unread_time_says_why(real_graph: Graph) -> None:
    assert tell(None, "", None, None) == "there are no words to read"
    assert tell(None, "one fine day", None, None) == "no rule knows `one`"


def test_the_anchor_is_the_date_of_the_article_with_its_words(real_graph: Graph) -> None:
    proof = proofs(real_graph)["time/001_e03186edf4a8495b/132-147"]
    article = NamedNode(f"{real_graph.build.base}article/001_e03186edf4a8495b")
    view = real_graph.inquiry.view
    assert view.nodes(article, view.text("date")) == [proof.anchor]
    assert (proof.anchor_value, proof.anchor_words) == ("2023-05-08", "2023-05-08")
    assert proof.part_of_day == "early"
