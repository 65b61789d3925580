"""The algebra of queries and the plan of the engine, as `kg query --explain` shows them."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import pytest

from kg.sparql.algebra import algebra
from kg.sparql.grammar import Tree, parse, scan
from kg.store import embedded as store

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "tests/sample_build"
QUESTIONS = sorted((ROOT / "ontology/questions").glob("*.rq"))


def of(text: str) -> str:
    tree = parse(scan(text))
    assert isinstance(tree, Tree)
    return " ".join(algebra(tree).split())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ASK {}", "(ask (unit))"),
        ("SELECT * { ?s ?p 1 }", "(bgp (triple ?s ?p 1))"),
        ("SELECT ?s { ?s a <x>, <y> }", "(project (?s) (bgp (triple ?s a <x>) (triple ?s a <y>)))"),
        ("SELECT * { ?s <p>+ ?o ; <q> 1 }", "(join (bgp (triple ?s <q> 1)) (path ?s <p>+ ?o))"),
        (
            "SELECT DISTINCT ?s { ?s ?p ?o } LIMIT 2",
            "(slice _ 2 (distinct (project (?s) (bgp (triple ?s ?p ?o)))))",
        ),
        ("SELECT REDUCED * {} OFFSET 1", "(slice 1 _ (reduced (unit)))"),
        (
            "SELECT * { ?s ?p ?o OPTIONAL { ?s <q> ?v FILTER(?v > ?o) } }",
            "(leftjoin (bgp (triple ?s ?p ?o)) (bgp (triple ?s <q> ?v)) (> ?v ?o))",
        ),
        (
            "SELECT * { FILTER(?o = 1) ?s ?p ?o MINUS { ?s <q> 2 } }",
            "(filter (= ?o 1) (minus (bgp (triple ?s ?p ?o)) (bgp (triple ?s <q> 2))))",
        ),
        (
            "SELECT * { { ?a <p> 1 } UNION { ?a <p> 2 } UNION { ?a <p> 3 } ?a <q> ?b }",
            "(join (union (union (bgp (triple ?a <p> 1)) (bgp (triple ?a <p> 2)))"
            " (bgp (triple ?a <p> 3))) (bgp (triple ?a <q> ?b)))",
        ),
        ("SELECT * { GRAPH ?g { ?s ?p ?o } }", "(graph ?g (bgp (triple ?s ?p ?o)))"),
        (
            "SELECT * { SERVICE SILENT <u> { ?s ?p ?o } }",
            "(service silent <u> (bgp (triple ?s ?p ?o)))",
        ),
        (
            "SELECT * { ?s ?p ?o BIND(STRLEN(?o) * 2 - 1 AS ?n) }",
            "(extend ((?n (- (* (strlen ?o) 2) 1))) (bgp (triple ?s ?p ?o)))",
        ),
        ("SELECT * { VALUES ?x { 1 UNDEF } }", "(table ?x { 1 UNDEF })"),
        ("SELECT ?x { ?x ?p 1 } VALUES ?x { <a> }", None),
        (
            "SELECT ?k (COUNT(*) AS ?n) { ?s ?k ?o } GROUP BY ?k HAVING (COUNT(*) > 1)"
            " ORDER BY DESC(?n) ?k",
            "(project (?k ?n) (order ((desc ?n) ?k) (extend ((?n ?.0)) (filter (> ?.0 1)"
            " (group (?k) ((?.0 (count *))) (bgp (triple ?s ?k ?o)))))))",
        ),
        (
            "SELECT (GROUP_CONCAT(DISTINCT ?o; SEPARATOR='; ') AS ?all) { ?s ?p ?o }",
            "(project (?all) (extend ((?all ?.0)) (group () ((?.0 (group_concat distinct ?o"
            " (separator '; ')))) (bgp (triple ?s ?p ?o)))))",
        ),
        (
            "SELECT * { ?s ?p ?o FILTER(?o NOT IN (1, 2) && (!BOUND(?p) || <f>(?o, 'x'@en))) }",
            "(filter (&& (notin ?o (1 2)) (|| (! (bound ?p)) (<f> ?o 'x'@en)))"
            " (bgp (triple ?s ?p ?o)))",
        ),
        (
            "SELECT * { ?s ?p ?o FILTER NOT EXISTS { ?o ?p ?s } }",
            "(filter (notexists (bgp (triple ?o ?p ?s))) (bgp (triple ?s ?p ?o)))",
        ),
        (
            "SELECT * { { SELECT ?s { ?s ?p ?o } LIMIT 1 } }",
            "(slice _ 1 (project (?s) (bgp (triple ?s ?p ?o))))",
        ),
        (
            "CONSTRUCT { ?s <q> ?o } WHERE { ?s <p> ?o }",
            "(construct { ?s <q> ?o } (bgp (triple ?s <p> ?o)))",
        ),
        ("CONSTRUCT WHERE { ?s <p> 1 } LIMIT 3", None),
        ("DESCRIBE <x> ?y { ?y <p> 1 }", "(describe (<x> ?y) (bgp (triple ?y <p> 1)))"),
        ("DESCRIBE <x>", "(describe (<x>) (unit))"),
    ],
)
def test_operators_are_those_of_the_definition(text: str, expected: str | None) -> None:
    found = of(text)
    assert found.count("(") == found.count(")")
    if expected is not None:
        assert found == expected


@pytest.mark.parametrize("path", QUESTIONS, ids=lambda path: path.stem)
def test_every_question_of_the_project_has_an_algebra(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    shown = of(text)
    assert shown.count("(") == shown.count(")")
    tokens = scan(text)
    names = {token.text[1:] for token in tokens if token.kind == "variable"}
    assert names <= set(re.findall(r"[?$](\w+)", shown))


def test_long_operators_have_a_line_each() -> None:
    tree = parse(scan(QUESTIONS[0].read_text(encoding="utf-8")))
    lines = algebra(tree).splitlines()
    assert len(lines) > 1
    assert all(line.startswith(" ") for line in lines[1:])


# The command


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("explained")
    shutil.copytree(SAMPLE, folder / "build" / "one")
    (folder / "build" / "current").symlink_to("one")
    built = store.open_build(folder / "build")
    store.create(built.folder / "store", built.files())
    return folder


COUNT = "SELECT ?kind (COUNT(*) AS ?n) { ?node a ?kind } GROUP BY ?kind ORDER BY ?kind LIMIT 3"


def test_the_plan_has_rows_and_times_of_each_operator(kg, project: Path) -> None:
    result = kg("query", "--explain", "-F", "csv", COUNT, folder=project)
    assert result.stdout == kg("query", "-F", "csv", COUNT, folder=project).stdout
    assert "(slice _ 3\n  (project (?kind ?n)" in result.stderr
    assert "what the engine is asked" not in result.stderr
    plan = result.stderr.partition("plan of the engine")[2]
    found = re.findall(r"^ +([\d,]+) +\d+\.\d ms +(\w+)", plan, re.MULTILINE)
    assert found[0] == ("3", "Slice")
    assert dict(map(reversed, found))["QuadPattern"] != "0"


def test_what_is_asked_in_the_place_of_a_query_is_shown(kg, project: Path) -> None:
    query = "SELECT ?g { GRAPH ?g { ?a a ?b MINUS { ?a a ?g } } }"
    result = kg("query", "--explain", "--quiet", query, folder=project)
    asked = result.stderr.partition("what the engine is asked, which answers this rightly")[2]
    assert "(union" in asked
    assert "AntiJoin" in asked


def test_without_the_command_of_the_engine_the_algebra_is_shown(project: Path) -> None:
    """As for data in files, of which there is no store on disk."""
    import subprocess

    code = "import shutil; shutil.which = lambda *_, **__: None; from kg.cli import run; run()"
    line = [sys.executable, "-c", code, "query", "--explain", COUNT]
    environment = {"PYTHONPATH": str(ROOT), "PATH": ""}
    done = subprocess.run(line, cwd=project, env=environment, capture_output=True, text=True)
    assert "(project (?kind ?n)" in done.stderr
    assert done.stderr.endswith("its command does: `pip install 'newskg[explain]'`\n")


def test_of_files_the_algebra_is_shown(kg, project: Path) -> None:
    data = next((project / "build/one/articles").glob("*.nq"))
    result = kg("query", "--explain", "--data", str(data), COUNT, folder=project)
    assert "(project (?kind ?n)" in result.stderr
    assert result.stderr.endswith("it is shown for whole builds\n")


def test_a_query_that_is_not_well_formed_is_not_explained(kg, project: Path) -> None:
    result = kg("query", "--explain", "SELECT {", folder=project)
    assert result.returncode == 1
    assert "algebra" not in result.stderr
