"""Queries that are called by name, on the real articles, through the command."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Protocol

import pytest

Command = Callable[..., CompletedProcess[str]]
QUESTIONS = Path(__file__).parent.parent / "ontology" / "questions"
NAMED = sorted(path.stem for path in QUESTIONS.glob("[a-z]*.rq"))


class Built(Protocol):
    folder: Path


def test_the_list_tells_what_each_query_answers_and_what_it_asks_for(
    real: Built, kg: Command
) -> None:
    listed = json.loads(kg("query", "--list", "-F", "json", folder=real.folder).stdout)
    named = [query for query in listed if not query["question"]]
    assert [query["name"] for query in named] == NAMED
    assert len(named) >= 12
    assert all(query["title"] and query["description"] for query in named)
    meetings = next(query for query in named if query["name"] == "meetings")
    person, since, _, modality = meetings["parameters"]
    assert person["type"] == "news:Agent"
    assert since == {
        "name": "since",
        "type": "xsd:date",
        "required": False,
        "choices": [],
        "default": None,
        "description": "only meetings on this day or later",
    }
    assert modality["default"] == "occurred"
    table = kg("query", "--list", folder=real.folder).stdout
    assert "Who met whom, when and where" in table
    assert "person? since? until? modality=occurred" in table.replace("\n", " ")


def test_values_by_option_and_by_pair_are_the_same(real: Built, kg: Command) -> None:
    expected = (QUESTIONS / "meetings.csv").read_text(encoding="utf-8")
    for options in (
        ["--with", "person=mohammad-baqeri", "--with", "since=2025-01-01"],
        ["--person", "mohammad-baqeri", "--since", "2025-01-01"],
        ["--person=Mohammad Baqeri", "--with", "since=2025-01-01"],
        ["--person=person/mohammad-baqeri", "--since=2025-01-01"],
    ):
        found = kg("query", "meetings", *options, "-F", "csv", folder=real.folder)
        assert found.stdout == expected, found.stderr


@pytest.mark.parametrize("name", NAMED)
def test_open_parameters_give_more_than_the_example(real: Built, kg: Command, name: str) -> None:
    if name == "sources":  # whose parameter must be given
        found = kg("query", name, folder=real.folder)
        assert (found.returncode, "parameter `of` has no value" in found.stderr) == (2, True)
        return
    rows = list(csv.reader(kg("query", name, "-F", "csv", folder=real.folder).stdout.splitlines()))
    with (QUESTIONS / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        example = list(csv.reader(stream))
    assert rows[0] == example[0]
    assert len(rows) >= len(example) > 1


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["meeting"], 2, "did you mean `meetings`?"),
        (["meetings", "--person", "baqeri-mohammad"], 2, "no individual of `news:Agent`"),
        (["meetings", "--since", "yesterday"], 2, "parameter `since` is `yesterday`"),
        (["meetings", "--whom", "x"], 2, "the query has no parameter `whom`"),
        (["meetings", "--with", "since"], 2, "expected `--with since=...`"),
        (["ASK {}", "--outptu", "x"], 2, "No such option '--outptu'"),
        (["meetings", "ASK {}"], 2, "give one query, found 2"),
        (["meetings", "--person", "x> } DELETE { ?s"], 2, "no individual of `news:Agent`"),
    ],
)
def test_what_cannot_be_asked_says_what_could(
    real: Built, kg: Command, arguments: list[str], status: int, words: str
) -> None:
    found = kg("query", *arguments, folder=real.folder)
    assert found.returncode == status
    assert words in " ".join(found.stderr.split())
    assert not found.stdout


def test_a_text_is_never_read_as_sparql(real: Built, kg: Command) -> None:
    hostile = '") || true || CONTAINS("'
    found = kg("query", "quotations", "--containing", hostile, "-F", "csv", folder=real.folder)
    assert found.stdout.splitlines() == ["article,speaker,mode,words"]


def test_a_query_in_a_file_takes_values_too(real: Built, kg: Command, tmp_path: Path) -> None:
    query = tmp_path / "mine.rq"
    query.write_text("# param who: news:Person\nASK { $who news:nationality <state/oman> }")
    for who, answer in (("abdullah-al-raisi", "true"), ("mohammad-baqeri", "false")):
        found = kg("query", "-f", str(query), "--who", who, folder=real.folder)
        assert found.stdout.strip() == answer
