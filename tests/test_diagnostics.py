"""The catalogue of codes, and how findings are shown.

Every code is fired once: by a golden case of `tests/cases`, or, where no file of a user can do it,
by a function below.
"""

from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock
from pyoxigraph import NamedNode, Quad, Store

from kg import entailment
from kg.checking import check
from kg.diagnostics import (
    CODES,
    ContentError,
    Diagnostic,
    Edit,
    Findings,
    Location,
    Misuse,
    Severity,
)
from kg.export import select_files, write
from kg.flow import build
from kg.origins import Origin
from kg.project import load_project
from kg.query import run
from kg.rendering import render, to_json
from kg.results import choose_format
from kg.starting import start_project
from kg.store import Build, open_build
from kg.turtle import Style
from kg.workshop import Workshop

CASES = Path(__file__).parent / "cases"
Lay = Callable[..., Path]
QUAD = Quad(*[NamedNode("https://example.org/x")] * 4)


def triple_without_words(lay: Lay, monkeypatch: pytest.MonkeyPatch) -> list[Diagnostic]:
    """Grounding refuses what would lead here; should it ever fail to, this does."""
    monkeypatch.setattr("kg.workshop.generate", lambda *_: {QUAD: Origin(None)})
    return list(Workshop(load_project(lay())).article("tower").findings)


def hide_java(lay: Lay, monkeypatch: pytest.MonkeyPatch) -> list[Diagnostic]:
    monkeypatch.setattr(entailment, "find_java", lambda: None)
    return list(check(lay()))


def no_project(lay: Lay, monkeypatch: pytest.MonkeyPatch) -> list[Diagnostic]:
    folder = lay()
    (folder / "kg.toml").unlink()
    load_project(folder)
    return []


def no_build(lay: Lay, monkeypatch: pytest.MonkeyPatch) -> list[Diagnostic]:
    folder = lay()
    (folder / "build/current/manifest.json").unlink()
    open_build(folder / "build")
    return []


def unreadable_file(lay: Lay, monkeypatch: pytest.MonkeyPatch) -> list[Diagnostic]:
    folder = lay()
    (folder / "seeds/folder.txt").mkdir()
    build(folder)
    return []


def running_build(lay: Lay, monkeypatch: pytest.MonkeyPatch) -> list[Diagnostic]:
    folder = lay()
    with FileLock(folder / "build/.lock"):
        build(folder, waiting=0.1)
    return []


def full_folder(lay: Lay, monkeypatch: pytest.MonkeyPatch) -> list[Diagnostic]:
    start_project(lay())
    return []


def no_such_graph(lay: Lay, monkeypatch: pytest.MonkeyPatch) -> list[Diagnostic]:
    folder = lay()
    (folder / "authority.nq").write_text("")
    select_files(Build(folder, {"base": "https://example.org/case/", "prefixes": {}}), ["tower"])
    return []


def unspeakable_term(lay: Lay, monkeypatch: pytest.MonkeyPatch) -> list[Diagnostic]:
    file = lay() / "odd.nq"
    file.write_text("<https://example.org/s> <https://example.org/1> <https://example.org/o> .\n")
    write([file], "rdfxml", io.BytesIO(), Style())
    return []


def ask(query: str) -> list[Diagnostic]:
    answer = run(Store(), query, {})
    return list(answer.warnings)


def unanswerable_query(lay: Lay, monkeypatch: pytest.MonkeyPatch) -> list[Diagnostic]:
    class Broken:
        def query(self, *_: object, **__: object) -> None:
            raise RuntimeError("the disk is gone")

    run(Broken(), "ASK {}", {})  # type: ignore[arg-type]
    return []


def trap(lay: Lay, monkeypatch: pytest.MonkeyPatch) -> list[Diagnostic]:
    return ask("SELECT ?s { GRAPH ?g { ?s ?p ?o MINUS { ?s a ?o } } }")


def unfit_format(lay: Lay, monkeypatch: pytest.MonkeyPatch) -> list[Diagnostic]:
    choose_format(run(Store(), "ASK {}", {}), "ttl", None, terminal=False)
    return []


def oversized_file(lay: Lay, monkeypatch: pytest.MonkeyPatch) -> list[Diagnostic]:
    return list(check(lay(files={"mappings/tower.yaml": f"events: [{'a,' * 200_000}]"})))


def file_of_another_encoding(lay: Lay, monkeypatch: pytest.MonkeyPatch) -> list[Diagnostic]:
    return list(check(lay(files={os.fsdecode(b"mappings/\xff.yaml"): ""})))


ELSEWHERE = {
    "D107": oversized_file,
    "D108": file_of_another_encoding,
    "G309": triple_without_words,
    "Q602": unanswerable_query,
    "Q606": trap,
    "Q607": unfit_format,
    "R503": hide_java,
    "X701": no_project,
    "X702": no_build,
    "X703": unreadable_file,
    "X704": running_build,
    "X705": full_folder,
    "X706": no_such_graph,
    "X707": unspeakable_term,
}
"""Codes that no file of a project can fire: they lie in the machine, a query or a command."""


def golden() -> Iterator[tuple[str, str]]:
    """Every finding that some golden case expects: its code and its first line."""
    for path in sorted(CASES.glob("*/expected.errors")):
        text = path.read_text(encoding="utf-8")
        yield from re.findall(r"^\w+\[([A-Z]\d{3})\]: (.*)$", text, re.MULTILINE)


def test_every_code_is_fired() -> None:
    by_cases = {code for code, _ in golden()}
    assert by_cases | set(ELSEWHERE) == set(CODES)
    assert not by_cases & set(ELSEWHERE), "a golden case is enough"


@pytest.mark.parametrize("code", sorted(ELSEWHERE))
def test_codes_that_no_file_can_fire(code: str, lay: Lay, monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        found = ELSEWHERE[code](lay, monkeypatch)
    except ContentError as error:
        found = list(error.diagnostics)
    assert [finding.code for finding in found] == [code]
    assert not found[0].message.endswith(".")


def test_codes_are_listed_once_and_belong_to_a_stage(root: Path) -> None:
    source = (root / "kg" / "diagnostics.py").read_text(encoding="utf-8")
    listed = re.findall(r'^    "([A-Z]\d{3})":', source, re.MULTILINE)
    assert listed == sorted(listed, key=lambda code: ("DSOMGVRQX".index(code[0]), code))
    assert len(listed) == len(set(listed)) == len(CODES)


def test_engine_uses_every_code(root: Path) -> None:
    modules = [path for path in (root / "kg").rglob("*.py") if path.name != "diagnostics.py"]
    source = "\n".join(path.read_text(encoding="utf-8") for path in modules)
    assert set(re.findall(r'"([DSOMGVRQX]\d{3})"', source)) == set(CODES)


def test_unknown_code_is_our_bug() -> None:
    with pytest.raises(ValueError, match="Z999"):
        Diagnostic("Z999", "nothing")


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


def test_json_has_the_parts_of_the_text() -> None:
    place = Location("f.yaml", 1, 2, 3, 4)
    finding = Diagnostic("M202", "wrong", place, ("why",), "do this", (("also", place),))
    finding = replace(finding, fixes=(Edit(place, "right"),))
    parts = json.loads(json.dumps(to_json(finding)))
    where = {"path": "f.yaml", "line": 1, "column": 2, "end_line": 3, "end_column": 4}
    assert parts == {
        "code": "M202",
        "severity": "error",
        "message": "wrong",
        "place": where,
        "notes": ["why"],
        "help": "do this",
        "related": [{"message": "also", "place": where}],
        "fixes": [{"place": where, "replacement": "right"}],
    }
