"""A project of another field, rulings of a court: the engine builds and answers it unchanged."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, NamedNode, QueryResultsFormat

import kg

TESTS = Path(__file__).parent
COURT = TESTS / "projects" / "court"
QUESTIONS = sorted((COURT / "ontology" / "questions").glob("*.rq"))
LAW = "https://example.org/rulings/ontology#"
PREFIXES = {
    "law": LAW,
    "oa": "http://www.w3.org/ns/oa#",
    "text": "https://example.org/newskg/text#",
}
ENTAILED = ("issuedBy", "judged", "represents", "restsOn", "sitsOn")


def copy_court(folder: Path) -> Path:
    """The project with the text layer of the main one, which it does not keep twice."""
    shutil.copytree(COURT, folder)
    for module in ("text.ttl", "shapes/text.ttl"):
        shutil.copyfile(TESTS.parent / "ontology" / module, folder / "ontology" / module)
    return folder


def rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def codes(folder: Path) -> set[str]:
    return {finding.code for finding in kg.check(folder)}


@pytest.fixture(scope="module")
def court(tmp_path_factory):
    folder = copy_court(tmp_path_factory.mktemp("projects") / "court")
    assert kg.build(folder).findings == ()
    return kg.open(folder)


@pytest.fixture
def copy(tmp_path):
    return copy_court(tmp_path / "court")


def test_no_copy_of_the_text_layer_is_kept():
    assert sorted(p.name for p in (COURT / "ontology").rglob("*.ttl")) == ["law.ttl", "law.ttl"]


def test_there_are_questions_and_each_says_what_it_asks():
    assert len(QUESTIONS) >= 5
    for path in QUESTIONS:
        lines = path.read_text(encoding="utf-8").splitlines()
        assert lines[0].startswith("# title: ")
        assert lines[1].startswith("# description: ")


@pytest.mark.parametrize("path", QUESTIONS, ids=lambda path: path.stem)
def test_question_is_answered_in_full(court, path):
    solutions = court.store.query(path.read_text(encoding="utf-8"), prefixes=PREFIXES)
    found = solutions.serialize(format=QueryResultsFormat.CSV).decode().splitlines()
    expected = path.with_suffix(".csv").read_text(encoding="utf-8").splitlines()
    assert found[0] == expected[0]
    assert sorted(found[1:]) == sorted(expected[1:])


@pytest.mark.parametrize("name", ENTAILED)
def test_what_the_questions_ask_for_is_written_nowhere(court, name):
    quads = court.store.quads_for_pattern(None, NamedNode(LAW + name), None, None)
    assert {quad.graph_name for quad in quads} == {
        DefaultGraph(),  # the merge of all graphs
        NamedNode("https://example.org/rulings/graph/inferred"),
    }


def test_a_lost_line_changes_an_answer(copy):
    rewrite(copy / "mappings" / "103-greyfen-v-solane.yaml", "    follows: brackwater-ruling\n", "")
    assert codes(copy) == {"Q603"}


def test_the_shapes_of_the_project_are_used(copy):
    rewrite(copy / "mappings" / "014-solane-v-greyfen.yaml", "docket: TC 14/2031", "docket: 14")
    assert codes(copy) == {"V401"}


def test_the_axioms_of_the_project_are_used(copy):
    rewrite(
        copy / "mappings" / "authority" / "parties.yaml",
        "a: PublicAuthority",
        "a: [PublicAuthority, Company]",
    )
    assert codes(copy) == {"R501"}


def test_reports_may_disagree_on_what_a_court_decided(copy):
    path = copy / "mappings" / "021-sellmouth-v-brackwater.yaml"
    old = "    decides: solane-v-greyfen\n"
    rewrite(path, old, old + "    outcome: dismissed\n")
    assert codes(copy) == set()
