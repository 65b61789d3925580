"""What is said of a query besides its answer: mistakes that its text shows, with their place."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.advising.emptiness import reasons
from kg.advising.mistakes import mistakes, read, unused_prefixes
from kg.advising.suspicion import may_be_odd
from kg.commands.query import command
from kg.diagnostics import Diagnostic

ROOT = Path(__file__).resolve().parent.parent
QUERIES = [*ROOT.glob("ontology/questions/*.rq"), *ROOT.glob("tests/projects/**/*.rq")]


def found(text: str) -> list[str]:
    """The codes of the mistakes of a query, each with the words that it points at."""
    query = read(text, "q")
    assert query is not None, text
    lines = text.split("\n")
    return [
        f"{one.code} {lines[one.place.line - 1][one.place.column - 1 : one.place.end_column - 1]}"
        for one in mistakes(query)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT ?nam { ?s rdfs:label ?name }", ["Q623 ?nam"]),
        ("SELECT (COUNT(?x) AS ?n) { ?s ?p ?o }", ["Q623 ?x"]),
        ("SELECT ?s { ?s ?p ?o } ORDER BY ?q", ["Q623 ?q"]),
        ("SELECT (SUM(?o) AS ?n) { ?s ?p ?o } GROUP BY ?q", ["Q623 ?q"]),
        ("SELECT (SUM(?o) AS ?n) { ?s ?p ?o } HAVING (SUM(?q) > 1)", ["Q623 ?q"]),
        ("CONSTRUCT { ?s a ?kind } { ?s ?p ?o }", ["Q623 ?kind"]),
        ("DESCRIBE ?x { ?s ?p ?o }", ["Q623 ?x"]),
        ("SELECT * { ?s ?p ?o { FILTER(?o > 3) } }", ["Q623 ?o"]),
        ("SELECT * { ?s ?p ?o OPTIONAL { ?s ?q ?t { FILTER(?o > ?s) } } }", ["Q623 ?o", "Q623 ?s"]),
        ("SELECT * { GRAPH ?g { ?s ?p ?o FILTER(?g = <x:g>) } }", ["Q623 ?g"]),
        ("SELECT * { BIND(?o + 1 AS ?n) ?s ?p ?o }", ["Q623 ?o"]),
        ("SELECT * { ?s ?p ?o FILTER EXISTS { ?s ?q ?t FILTER(?u > ?t) } }", ["Q623 ?u"]),
        ("SELECT * { ?s ?p ?o { SELECT ?s { ?s ?q ?t FILTER(?o > ?t) } } }", ["Q623 ?o"]),
        ("SELECT ?s ?t { { SELECT ?s { ?s ?p ?t } } }", ["Q623 ?t"]),
        ("SELECT ?o { ?s :by ?person . ?persn :name ?o }", ["Q624 ?persn"]),
        ("SELECT ?o { ?s :by ?person ; :on ?dates . ?person :at ?o, ?Person }", ["Q624 ?Person"]),
        ("SELECT ?s ?t { ?s a :A . ?t a :B }", ["Q627 ?t a :B"]),
        ("SELECT * { ?s :p ?o ; :q ?u . [ a :B ] :r ?t }", ["Q627 [ a :B ] :r ?t"]),
        ("SELECT * { ?s :p ?o OPTIONAL { ?t :q ?u } }", ["Q627 OPTIONAL { ?t :q ?u }"]),
        ("SELECT * { { SELECT * { ?s :p ?o . ?t :q ?u } } }", ["Q627 ?t :q ?u"]),
        ("SELECT * { ?s :p ?o MINUS { ?t :q ?u } }", ["Q628 MINUS"]),
        ("SELECT * { MINUS { ?t :q ?u } ?t :p ?o }", ["Q628 MINUS"]),
    ],
)
def test_mistakes_are_found_where_they_are(text: str, expected: list[str]) -> None:
    assert found(text) == expected
    assert may_be_odd(text)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?s { ?s ?p ?o }",
        "SELECT * { ?s :p ?o FILTER(!BOUND($given) || ?o > $given) }",
        "SELECT (COALESCE(?x, 1) AS ?y) { ?s ?p ?o }",
        "SELECT (COUNT(*) AS ?n) (?n + 1 AS ?m) { ?s ?p ?o } HAVING (?n > 1) ORDER BY ?m",
        "SELECT ?y (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY (YEAR(?o) AS ?y)",
        "SELECT * { ?s ?p ?o OPTIONAL { ?s ?q ?t FILTER(?o > ?t) } }",
        "SELECT * { ?s ?p ?o FILTER EXISTS { ?s ?q ?t FILTER(?o > ?t) } }",
        "SELECT * { { ?s :p ?o } UNION { ?t :q ?o } ?o :r ?u }",
        "SELECT ?x { ?s ?p ?o } VALUES ?x { 1 2 }",
        "SELECT * { ?first :p ?o1 . ?first :q ?o2 , ?date1 , ?date2 }",
        "SELECT (COUNT(?name) AS ?names) { ?s :name ?name }",
        "SELECT * { ?s a :A . ?t a :B FILTER(?s != ?t) }",
        "SELECT * { ?s a :A . ?t a :B BIND(?s = ?t AS ?same) }",
        "SELECT * { ?s a :A . ?t a :B MINUS { ?s :p ?t } }",
        "SELECT * { ?s a :A . <x:a> :name ?name }",
        "SELECT * { ?s a :A . VALUES ?t { 1 2 } }",
        "SELECT * { ?s a :A { SELECT (COUNT(*) AS ?n) { ?t a :B } } }",
        "SELECT * { ?s :p ?t OPTIONAL { ?s :q ?u . ?t :r ?v } }",
        "SELECT * { ?s ?p ?o . ?p a :A }",
        "SELECT * { ?s :p/:q ?o . ?o ^:r ?u }",
        "ASK { ?s a :A . ?t a :B }",
        "SELECT * { ?s a :A FILTER EXISTS { ?t a :B } }",
        "SELECT * { ?s :p ?o MINUS { ?s :q ?u } }",
        "DESCRIBE <x:a>",
        "CONSTRUCT WHERE { ?s ?p ?o }",
    ],
)
def test_what_is_meant_so_is_no_mistake(text: str) -> None:
    assert found(text) == []


def test_no_query_of_a_project_is_warned_of() -> None:
    assert len(QUERIES) > 100
    texts = {path.name: path.read_text(encoding="utf-8") for path in QUERIES}
    warned = {name: found(text) for name, text in texts.items()}
    assert {name: codes for name, codes in warned.items() if codes} == {}
    assert [name for name, text in texts.items() if unused_prefixes(read(text, name))] == []


def test_prefixes_that_are_not_used_are_found() -> None:
    text = "PREFIX a: <x:a> PREFIX b: <x:b>\nPREFIX : <x:> SELECT * { ?s a :A ; b:p ?a }"
    places = [f"{one.place} {one.message}" for one in unused_prefixes(read(text, "q"))]
    assert places == ["q:1:8 prefix `a:` is declared and not used"]


NAMES = st.sampled_from(["?s", "?some", "?sum", "?name", "?nam", ":a", "?o"])
TRIPLE = st.builds("{} {} {}".format, NAMES, st.sampled_from([":p", "a", "?p"]), NAMES)
SHOWN = st.lists(NAMES.filter(lambda name: name[0] == "?"), min_size=1).map(" ".join)


@settings(deadline=None)
@given(st.lists(TRIPLE, min_size=1, max_size=4).map(" . ".join), st.just("*") | SHOWN)
def test_what_is_left_alone_has_no_mistakes(body: str, shown: str) -> None:
    text = f"SELECT {shown} {{ {body} }}"
    if not may_be_odd(text):
        assert found(text) == []


# The command

DATA = '<x:a> <x:p> <x:b> . <x:b> <x:p> "b" .'
ODD = "SELECT ?a ?nothing { ?a <x:p> ?b }"


@pytest.fixture
def ask(tmp_path: Path):
    (tmp_path / "data.nt").write_text(DATA.replace(" . ", " .\n"))

    def run(*words: str):
        return CliRunner().invoke(
            command, ["--data", str(tmp_path / "data.nt"), *words], obj=tmp_path
        )

    return run


def test_a_warning_leaves_the_answer_alone(ask) -> None:
    done = ask("-F", "csv", ODD)
    assert (done.exit_code, len(done.stdout.splitlines())) == (0, 3)
    assert done.stderr.startswith("warning[Q623]: `?nothing` never has a value\n  --> <query>:1:11")


def test_quiet_hides_warnings(ask) -> None:
    done = ask("-F", "csv", "--quiet", ODD)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout


@pytest.mark.parametrize("quiet", [(), ("--quiet",)])
def test_strict_makes_errors_of_warnings(ask, quiet: tuple[str, ...]) -> None:
    done = ask("--strict", *quiet, ODD)
    assert done.stdout == ""
    assert [d.code for d in done.exception.diagnostics] == ["Q623"]
    assert [d.severity for d in done.exception.diagnostics] == ["error"]
    assert done.exception.exit_status == 1


def test_a_query_that_is_not_well_formed_is_only_refused(ask) -> None:
    done = ask("SELECT (SUM(?x, ?y) AS ?s) { ?a <x:p> ?b }")
    assert {d.code for d in done.exception.diagnostics} == {"Q601"}
    assert done.stderr == ""


# An empty answer

NONE = 'SELECT ?a { ?a <x:p> "c" }'


@pytest.mark.parametrize("format_", ["csv", "tsv", "json", "xml", "table", "vertical", "html"])
def test_an_answer_without_rows_is_explained_in_every_format(ask, format_: str) -> None:
    assert "note[Q626]: no triple matches this pattern" in ask("-F", format_, NONE).stderr
    assert ask("-F", format_, NONE.replace('"c"', '"b"')).stderr == ""


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("ASK { <x:b> <x:p> <x:a> }", []),
        ("ASK { <x:b> <x:p> <x:c> }", ["Q621"]),
        ("ASK { <x:b> <x:p> ?o }", []),
        ("CONSTRUCT { ?a <x:q> 1 } { ?a <x:p> 1 }", ["Q626"]),
        ("SELECT (COUNT(*) AS ?n) { ?a <x:p> 1 }", ["Q626"]),
        ("SELECT (MAX(?a) AS ?n) { ?a <x:p> 1 }", ["Q626"]),
        ("SELECT (MAX(?o) AS ?n) { ?a <x:p> ?o }", []),
        ("SELECT (COUNT(?q) - 10 AS ?n) { ?a <x:p> ?o, ?q }", []),
        ("SELECT ?a { ?a <x:p> ?o } OFFSET 5", ["Q626"]),
        ("SELECT ?a { ?a <x:p> ?o } LIMIT 0", ["Q626"]),
        ("SELECT ?a { ?a <x:p> ?o } GROUP BY ?a HAVING (COUNT(*) > 5)", ["Q626"]),
        ("PREFIX x: <x:> SELECT ?a { ?a <x:p> 1 }", ["Q622", "Q626"]),
        ('SELECT ?a { ?a <x:p> ?o FILTER(?o = "b"@en) }', ["Q625"]),
        ("SELECT ?a { ?a <x:p> 1 OPTIONAL { ?a <x:z> 2 } }", ["Q626", "Q621"]),
        ("SELECT ?a { ?a <x:p> ?o OPTIONAL { ?a <x:z> 2 } }", []),
    ],
)
def test_what_is_told_of_an_answer(ask, text: str, codes: list[str]) -> None:
    assert re.findall(r"\[(Q\d+)\]", ask(text).stderr) == codes


GIVEN_UP = "note[Q626]: the search for why no row passes was given up after 1.5 seconds\n"


@pytest.mark.parametrize(
    ("text", "first"),
    [(NONE, "no triple matches this pattern"), ("ASK { <x:b> <x:p> <x:c> }", "neither the data")],
)
def test_a_search_for_reasons_that_is_given_up_is_told_with_what_it_found(
    ask, monkeypatch, text: str, first: str
) -> None:
    def slow(*about) -> Iterator[Diagnostic]:
        yield from reasons(*about)
        time.sleep(600)

    monkeypatch.setattr("kg.commands.advising.SECONDS", 1.5)
    monkeypatch.setattr("kg.advising.emptiness.reasons", slow)
    found, given_up, *_ = ask(text).stderr.split("\n\n")
    assert first in found
    assert given_up.startswith(GIVEN_UP)
    assert "= help: ask with fewer conditions" in given_up


@pytest.mark.parametrize("text", [NONE, "ASK { <x:b> <x:p> <x:a> }"])
def test_a_search_for_reasons_that_finds_none_in_time_says_so(ask, monkeypatch, text: str) -> None:
    monkeypatch.setattr("kg.commands.advising.SECONDS", 1.5)
    monkeypatch.setattr("kg.advising.emptiness.reasons", lambda *_: iter(lambda: time.sleep(9), 1))
    assert ask(text).stderr.startswith(GIVEN_UP)


def test_quiet_asks_for_no_reasons(ask) -> None:
    assert ask("--quiet", NONE).stderr == ""


def test_strict_ends_with_an_error_for_mistakes_only(ask) -> None:
    assert ask("--strict", NONE).exit_code == 0
    wrong = ask("--strict", "-F", "csv", "SELECT ?a { ?a <x:z> ?o }")
    assert wrong.stdout == "a\n"
    assert [d.code for d in wrong.exception.diagnostics] == ["Q621"]


def test_where_no_row_is_hoped_for_only_mistakes_are_told(ask) -> None:
    assert ask("--exit-code", NONE).stderr == ""
    assert "Q621" in ask("--exit-code", "SELECT ?a { ?a <x:z> ?o }").stderr


def test_names_that_an_ontology_lacks_are_told_though_there_are_rows(kg, real) -> None:
    text = "SELECT ?m ?l { ?m a news:Meeting OPTIONAL { ?m news:lable ?l } }"
    done = kg("query", text, folder=real.folder)
    assert len(done.stdout.splitlines()) > 1
    assert "warning[Q621]: neither the data nor their ontology have `news:lable`" in done.stderr
    assert "did you mean `rdfs:label`?" in done.stderr
    strict = kg("query", "--strict", text, folder=real.folder)
    assert (strict.stdout, strict.returncode) == ("", 1)


def test_an_answer_without_rows_is_explained_on_a_terminal(real) -> None:
    ours, theirs = pty.openpty()
    text = 'SELECT ?m { ?m a news:Meeting ; rdfs:label "None" }'
    line = [sys.executable, "-m", "kg", "query", text]
    environment = {"PYTHONPATH": str(ROOT), "TERM": "xterm"}
    done = subprocess.run(
        line, cwd=real.folder, env=environment, stdout=theirs, stderr=subprocess.PIPE, check=True
    )
    os.close(theirs)
    assert b"(0 rows)" in os.read(ours, 10_000)
    os.close(ours)
    assert b"note[Q626]" in done.stderr


def test_evidence_of_no_rows_is_explained(kg, real) -> None:
    text = 'SELECT ?m { ?m a news:Meeting ; rdfs:label "None" }'
    assert "note[Q626]" in kg("query", "--evidence", text, folder=real.folder).stderr


def test_most_queries_are_not_read(real) -> None:
    """Neither what reads queries nor what explains them is loaded for a query of plain patterns."""
    code = (
        "import sys; from kg.cli import main\ntry: main()\n"
        "finally: print({'kg.advising.mistakes', 'kg.advising.emptiness'} & set(sys.modules))"
    )
    text = "SELECT ?m ?l { ?m a news:Meeting ; rdfs:label ?l }"
    line = [sys.executable, "-c", code, "query", text]
    done = subprocess.run(
        line, cwd=real.folder, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True
    )
    assert done.stdout.splitlines()[-1] == "set()"
