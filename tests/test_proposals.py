"""What is proposed at the cursor of a query."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kg.shell.proposals import propose
from kg.shell.suggestions import Suggestions
from kg.store.embedded import open_build

BAQERI = "<person/mohammad-baqeri>"


@pytest.fixture(scope="module")
def suggestions(real) -> Suggestions:
    return Suggestions(open_build(real.folder / "build"))


@pytest.fixture
def proposed(suggestions) -> Callable[..., list[str]]:
    """The texts that are proposed: `proposed(before, after)`."""

    def texts(before: str, after: str = "") -> list[str]:
        queries = {"meetings": "Who met whom"}
        return [found.text for found in propose(before, after, suggestions, queries)]

    return texts


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("meet", ["meetings"]),
        ("sel", ["SELECT"]),
        ("SELECT * { ?m a meet", ["news:Meeting"]),
        ("SELECT * { ?m a news:Meet", ["news:Meeting"]),
        ("SELECT * { ?m a NEWS:meet", ["news:Meeting"]),
        ("SELECT * { ?m news:partic", ["news:participant"]),
        ("SELECT * { ?m news:participant mohammad", [BAQERI]),
        ("SELECT * { ?m news:participant Mohammad", [BAQERI]),
        ("SELECT * { ?m news:participant <person/moham", [BAQERI]),
        ("SELECT * { ?m news:participant <moham", [BAQERI]),
        ("SELECT * { ?m a news:Meeting . OPT", ["OPTIONAL"]),
        ("SELECT * { ?m a news:Meeting } ord", ["ORDER"]),
        ("SELECT * { FILTER(strsta", ["STRSTARTS"]),
        ("SELECT * { ?meeting a news:Meeting . ?mee", ["?meeting"]),
        ('SELECT * { ?m rdfs:label "meet', []),
        ("SELECT * {} # meet", []),
        ("SELECT * { ?m a nothing-like-it", []),
    ],
)
def test_the_word_at_the_cursor_is_completed(before: str, expected: list[str], proposed) -> None:
    assert proposed(before) == expected


def test_a_term_is_shown_with_its_label_and_its_definition(suggestions) -> None:
    (found,) = propose("SELECT * { ?m a meet", "", suggestions, {})
    assert (found.text, found.length) == ("news:Meeting", 4)
    assert found.label == "meeting - Two or more agents come together to talk."


def test_individuals_of_the_range_come_first(proposed) -> None:
    found = proposed("SELECT * { ?m news:place ")
    assert found[0].startswith("<place/")
    last = max(at for at, text in enumerate(found) if text.startswith("<place/"))
    assert last < found.index(BAQERI)


@pytest.mark.parametrize(
    "before",
    [
        "SELECT * { ?m news:participant ",
        "SELECT * { ?m news:participant <person/abdullah-al-raisi>, ",
        "SELECT * { ?m news:place ?where ; news:participant ",
        "SELECT * { ?m <https://example.org/newskg/ontology#participant> ",
    ],
)
def test_the_property_is_found_that_a_value_is_of(before: str, proposed) -> None:
    found = proposed(before)
    assert found.index(BAQERI) < found.index("<place/tehran>")


def test_behind_a_only_classes_are_proposed(proposed) -> None:
    found = proposed("SELECT * { ?m a ")
    assert "news:Meeting" in found
    assert BAQERI not in found
    assert "news:participant" not in found


def test_where_a_property_stands_there_are_properties_and_variables(proposed) -> None:
    found = proposed("SELECT * { ?m ", "?what ?x }")
    assert found[0].startswith(("news:", "text:"))
    assert {"news:participant", "a", "?m", "?what"} <= set(found)
    assert BAQERI not in found


def test_after_a_fault_all_is_proposed(proposed) -> None:
    assert "news:Meeting" in proposed("SELECT } news:Meet")


def test_without_a_build_there_are_variables_and_words_of_sparql() -> None:
    found = [each.text for each in propose("SELECT ?x { ", "", None, {})]
    assert found[:2] == ["?x", "SELECT"]
    assert {"OPTIONAL", "FILTER", "UNION"} <= set(found)
