"""Updates of files: what they would hold, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kg.commands.query import command
from kg.diagnostics import ContentError

DATA = """@prefix : <http://example.org/> .
:s :p :o ; :n 007 .
:g { :s :p :o }
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "data.trig"
    path.write_text(DATA, encoding="utf-8")
    return path


def updated(data: Path, text: str, *options: str) -> Result:
    line = ["--data", str(data), *options, f"PREFIX : <http://example.org/> {text}"]
    return CliRunner().invoke(command, line, obj=Path("/nonexistent"))


def lines(data: Path, text: str) -> list[str]:
    """The statements after an update, in short."""
    done = updated(data, text, "-F", "nq")
    assert done.exit_code == 0, done.output
    return done.stdout.replace("http://example.org/", "").splitlines()


OLD = ['<s> <n> "007"^^<http://www.w3.org/2001/XMLSchema#integer> .', "<s> <p> <o> ."]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("INSERT DATA { GRAPH :h { :a :b :c } }", [*OLD, "<s> <p> <o> <g> .", "<a> <b> <c> <h> ."]),
        ("DELETE DATA { :s :p :o }", [OLD[0], "<s> <p> <o> <g> ."]),
        ("DELETE WHERE { GRAPH ?g { ?s ?p ?o } }", OLD),
        ("CLEAR ALL", []),
        ("DROP GRAPH :g ; INSERT DATA { :a :b :c }", ["<a> <b> <c> .", *OLD]),
        ("DELETE { ?s ?p ?o } INSERT { ?s ?p :new } WHERE { ?s ?p ?o . ?s :p :o }",
         ["<s> <n> <new> .", "<s> <p> <new> .", "<s> <p> <o> <g> ."]),
        ("INSERT { :new :is ?o } WHERE { GRAPH :g { ?s :p ?o } }",
         ["<new> <is> <o> .", *OLD, "<s> <p> <o> <g> ."]),
    ],
)  # fmt: skip
def test_what_files_would_hold_is_written_and_they_stay(data: Path, text, expected) -> None:
    assert sorted(lines(data, text)) == sorted(expected)
    assert data.read_text(encoding="utf-8") == DATA


def test_the_syntax_is_trig_unless_another_is_asked_for(data: Path, tmp_path: Path) -> None:
    assert ":g {" in updated(data, "INSERT DATA { :a :b :c }").stdout
    out = tmp_path / "out.ttl"
    assert updated(data, "DROP GRAPH :g", "-o", str(out)).exit_code == 0
    assert ':s :n "007"^^xsd:integer' in out.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("INSERT DATA { :a :b }", "Q601"),
        ("INSERT DATA { :a :b nope:c }", "Q601"),
        ("LOAD :elsewhere", "Q605"),
        ("INSERT { ?s :q ?o } WHERE { SERVICE :x { ?s ?p ?o } }", "Q605"),
        ("INSERT DATA { :a :n 08 }", "Q606"),
        ("INSERT { ?s :q 1 } WHERE { ?s :n ?n FILTER(?n > 5) }", "Q606"),
        ("INSERT { ?s :q 1 } WHERE { GRAPH ?g { ?s :p ?o MINUS { ?s :q ?g } } }", "Q606"),
        ("INSERT { ?s :q 1 } WHERE { GRAPH :none { VALUES ?s { :a } } }", "Q606"),
        ("CREATE GRAPH :g", "Q602"),
    ],
)
def test_what_cannot_be_done_or_not_rightly_is_refused(data: Path, text: str, code: str) -> None:
    done = updated(data, text)
    assert isinstance(done.exception, ContentError)
    assert {found.code for found in done.exception.diagnostics} == {code}
    assert done.stdout == ""


def test_the_place_of_what_is_not_well_formed_is_told(data: Path) -> None:
    done = updated(data, "\nINSERT DATA { :a :b }")
    assert isinstance(done.exception, ContentError)
    (found,) = done.exception.diagnostics
    assert found.place
    assert (found.place.line, found.place.column) == (2, 21)


def test_a_syntax_that_cannot_hold_the_graphs_is_refused(data: Path) -> None:
    done = updated(data, "INSERT DATA { :a :b :c }", "-F", "ttl")
    assert isinstance(done.exception, ContentError)
    assert [found.code for found in done.exception.diagnostics] == ["Q607"]


@pytest.mark.parametrize(
    "options", [["--limit", "1"], ["--exit-code"], ["--time"], ["-F", "table"], ["--with", "a=b"]]
)
def test_options_that_are_for_answers_are_refused(data: Path, options: list[str]) -> None:
    assert updated(data, "CLEAR ALL", *options).exit_code == 2


def test_a_file_that_is_read_is_not_written(data: Path) -> None:
    done = updated(data, "CLEAR ALL", "-o", str(data))
    assert (done.exit_code, data.read_text(encoding="utf-8")) == (2, DATA)
    assert "stay as they are" in done.stderr
