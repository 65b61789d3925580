"""Source lines on a terminal: carets stand under the words, whatever cells the characters take."""

from __future__ import annotations

from pathlib import Path

import pytest
from click import unstyle
from rich.cells import cell_len

from kg.diagnostics import Location
from kg.findings.excerpts import Sources, excerpt, visible

FAMILY = "👨\u200d👩\u200d👧"


def shown(line: str, words: str, width: int = 100) -> tuple[str, str]:
    """The two rows for the first occurrence of some words, without their lead."""
    start = line.index(words)
    place = Location("f.yaml", 1, start + 1, 1, start + len(words) + 1)
    source, carets = map(unstyle, excerpt(place, lambda _: [line], width))
    assert source[:5] == carets[:5] == "   | "
    return source[5:], carets[5:]


@pytest.mark.parametrize(
    ("line", "words", "cells"),
    [
        ("quote: 東京の会談 said", "東京", 4),
        ("東京 met Ada", "Ada", 3),
        ("re\u0301sume\u0301: Ada met", "Ada", 3),
        ("note: re\u0301sume\u0301 x", "re\u0301sume\u0301", 6),
        (f"{FAMILY} met Ada", "Ada", 3),
        (f"Ada met {FAMILY} here", FAMILY, 2),
        ("👍🏽 Ada", "Ada", 3),
        ("quote: مُحَمَّد قال", "مُحَمَّد", 4),
        ("a\tb\tAda", "Ada", 3),
        ("\u202eAda\u202c met", "Ada", 3),
        ("zero\u200bwidth Ada", "Ada", 3),
    ],
    ids=ascii,
)
def test_carets_stand_under_the_cells_of_the_words(line: str, words: str, cells: int) -> None:
    source, carets = shown(line, words)
    before = visible(line[: line.index(words)])
    assert carets == " " * cell_len(before) + "^" * cells
    assert source == visible(line)


def test_a_combining_mark_is_shown_under_its_letter() -> None:
    assert shown("cafe\u0301 bar", "\u0301") == ("cafe\u0301 bar", "   ^")


@pytest.mark.parametrize("width", [30, 60, 100])
@pytest.mark.parametrize("filler", ["x", "東", "e\u0301", FAMILY])
def test_long_lines_keep_to_the_width(filler: str, width: int) -> None:
    line = filler * 200 + "HERE" + filler * 200
    source, carets = shown(line, "HERE", width)
    assert source.startswith("…")
    assert width - 2 <= cell_len(source) <= width + 1
    assert carets.endswith("^^^^")
    assert cell_len(source[: source.index("HERE")]) == carets.index("^")


def test_lines_of_millions_of_characters_are_cut_about_the_place() -> None:
    line = "é" * 5_000_000 + "HERE" + "é" * 5_000_000
    source, carets = shown(line, "HERE")
    assert source.index("HERE") == carets.index("^") == 21


def test_a_place_at_the_end_of_a_line_stands_behind_it() -> None:
    rows = excerpt(Location("f.yaml", 1, 4), lambda _: ["abc"])
    assert list(map(unstyle, rows)) == ["   | abc", "   |    ^"]


@pytest.mark.parametrize("odd", ["\x1b[2J", "\x07", "\x9b", "\u202e", "\u2066", "\u2028"])
def test_nothing_of_a_file_moves_the_cursor(odd: str) -> None:
    source, _ = shown(f"a{odd}b Ada", "Ada")
    assert source.isprintable()
    assert len(source) == len(f"a{odd}b Ada")


def test_offsets_are_those_of_the_text(tmp_path: Path) -> None:
    text = "one\r\ntwo 東京\rthree\n"
    (tmp_path / "f.yaml").write_bytes(b"\xef\xbb\xbf" + text.encode())
    sources = Sources(tmp_path)
    for words in ("one", "東京", "three", "two 東京\rthr"):
        start = text.index(words)
        before = text[:start].replace("\r\n", "\n").replace("\r", "\n")
        inside = words.replace("\r", "\n")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        end_line = line + inside.count("\n")
        last = len(inside) - inside.rfind("\n") if "\n" in inside else column + len(inside)
        place = Location("f.yaml", line, column, end_line, last)
        assert sources.span(place) == (start, start + len(words))
        assert sources.words(place) == words


@pytest.mark.parametrize(
    "place", [Location("f.yaml"), Location("f.yaml", 9, 1), Location("gone.yaml", 1, 1)]
)
def test_a_place_that_is_not_there_has_no_offsets(tmp_path: Path, place: Location) -> None:
    (tmp_path / "f.yaml").write_text("one line")
    assert Sources(tmp_path).span(place) is None
    assert Sources(tmp_path).words(place) == ""
