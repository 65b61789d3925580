"""The codes, findings as data, and how they are shown as text."""

from __future__ import annotations

import pickle
import re
from pathlib import Path

import pytest

from kg.diagnostics import (
    CODES,
    ContentError,
    Diagnostic,
    Edit,
    Findings,
    Location,
    Misuse,
    Severity,
    Unavailable,
)
from kg.findings.rendering import render


def test_codes_are_listed_once_and_belong_to_a_stage(root: Path) -> None:
    source = (root / "kg" / "diagnostics.py").read_text(encoding="utf-8")
    listed = re.findall(r'^    "([A-Z]\d{3})":', source, re.MULTILINE)
    assert listed == sorted(listed, key=lambda code: ("DSOMGVRQPWXC".index(code[0]), code))
    assert len(listed) == len(set(listed)) == len(CODES)


def test_unknown_code_is_our_bug() -> None:
    with pytest.raises(ValueError, match="Z999"):
        Diagnostic("Z999", "nothing")


@pytest.mark.parametrize("kind", [ContentError, Misuse, Unavailable])
def test_errors_cross_from_a_worker_process(kind: type[ContentError]) -> None:
    """As they are: a worker that cannot send its error would end all the others."""
    place = Location("a.yaml", 1, 2, 1, 5)
    found = Diagnostic(
        "M203",
        "unknown",
        place,
        ("a note",),
        "help",
        (("declared here", place),),
        Severity.WARNING,
        (Edit(place, "known"),),
    )
    told = pickle.loads(pickle.dumps(kind([found], {"<query>": "text"})))
    assert type(told) is kind
    assert told.diagnostics == (found,)
    assert told.sources == {"<query>": "text"}
    assert (told.exit_status, str(told)) == (kind.exit_status, "M203 unknown")


def test_findings_are_kept_in_order_and_raised_together() -> None:
    findings = Findings()
    findings.error("M202", "later", Location("b.yaml", 2, 1))
    findings.error("M203", "column", Location("a.yaml", 10, 9))
    findings.error("M202", "first", Location("a.yaml", 9, 1))
    findings.add(Diagnostic("V402", "only a warning", severity=Severity.WARNING))
    assert [finding.message for finding in findings] == [
        "only a warning",
        "first",
        "column",
        "later",
    ]
    with pytest.raises(ContentError) as raised:
        findings.raise_errors()
    assert [d.message for d in raised.value.diagnostics] == ["first", "column", "later"]
    assert raised.value.exit_status == 1
    assert Misuse.exit_status == 2


def test_warnings_do_not_end_a_stage() -> None:
    findings = Findings()
    findings.add(Diagnostic("V402", "only a warning", severity=Severity.WARNING))
    findings.raise_errors()


def shown(tmp_path: Path, line: str, place: Location) -> list[str]:
    (tmp_path / "f.yaml").write_text(line, encoding="utf-8")
    return render([Diagnostic("M202", "wrong", place)], tmp_path).split("\n")[2:]


def test_carets_stand_under_the_words(tmp_path: Path) -> None:
    rows = shown(tmp_path, "first\n  key: value\n", Location("f.yaml", 2, 8, 2, 13))
    assert rows == ["   |   key: value", "   |        ^^^^^"]


def test_a_place_without_an_end_has_one_caret(tmp_path: Path) -> None:
    assert shown(tmp_path, "key: value", Location("f.yaml", 1, 1)) == ["   | key: value", "   | ^"]


def test_carets_stop_at_the_end_of_the_first_line(tmp_path: Path) -> None:
    rows = shown(tmp_path, "a: >\n  b\n", Location("f.yaml", 1, 4, 2, 4))
    assert rows == ["   | a: >", "   |    ^"]


def test_long_lines_are_cut_about_the_place(tmp_path: Path) -> None:
    line = "x" * 300 + "HERE" + "y" * 300
    rows = shown(tmp_path, line, Location("f.yaml", 1, 301, 1, 305))
    assert rows[0] == "   | …" + "x" * 20 + "HERE" + "y" * 76
    assert rows[1].index("^") == rows[0].index("HERE")
    assert rows[1].count("^") == 4


@pytest.mark.parametrize("odd", ["\u2028", "\x0b", "\x0c", "\x85", "\x1c"])
def test_lines_are_counted_as_editors_do(tmp_path: Path, odd: str) -> None:
    rows = shown(tmp_path, f"a{odd}b\nsecond\n", Location("f.yaml", 2, 1, 2, 7))
    assert rows == ["   | second", "   | ^^^^^^"]


def test_control_characters_do_not_reach_the_terminal(tmp_path: Path) -> None:
    rows = shown(tmp_path, "a\x1b[31mred\tb\x00c", Location("f.yaml", 1, 1, 1, 2))
    assert rows[0] == "   | a [31mred b c"


@pytest.mark.parametrize(
    "place", [Location("gone.yaml", 3, 1), Location("f.yaml", 9, 1), Location("f.yaml")]
)
def test_a_line_that_is_not_there_is_left_out(tmp_path: Path, place: Location) -> None:
    assert shown(tmp_path, "one line", place) == []


def test_colour_changes_nothing_but_colour(tmp_path: Path) -> None:
    finding = Diagnostic("M202", "wrong", Location("f.yaml", 1, 1, 1, 4), ("why",), "do this")
    (tmp_path / "f.yaml").write_text("key: value")
    coloured = render([finding], tmp_path, colour=True)
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[\d*m", "", coloured) == render([finding], tmp_path)
