"""Queries with a name that a project keeps in folders of its own: the setting `queries`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from kg.project.settings import load_project

SETTINGS = (Path(__file__).parent / "cases/_base/kg.toml").read_text(encoding="utf-8")
TITLED = """# title: Classes by their names
# description: The classes of the ontology whose names have some letters.
# param letters: xsd:string = e - the letters
# example: letters=Person
SELECT ?class { ?class a owl:Class FILTER(CONTAINS(STR(?class), $letters)) } ORDER BY ?class
"""


def with_queries(lay, setting: str, files: dict[str, str]) -> Path:
    folder = lay(files=files)
    shutil.rmtree(folder / "build")  # it only says that the shapes are legal
    (folder / "kg.toml").write_text(f"queries = {setting}\n{SETTINGS}", encoding="utf-8")
    return folder


@pytest.mark.parametrize("setting", ['["queries", "more/queries"]', '"queries"'])
def test_own_queries_are_listed_and_asked_like_the_others(lay, kg, setting: str) -> None:
    files = {"queries/terms.rq": TITLED, "more/queries/all.rq": "ASK { ?s ?p ?o }\n"}
    folder = with_queries(lay, setting, files | {"ontology/questions/01-any.rq": "ASK {}\n"})
    listed = json.loads(kg("query", "--list", "-F", "json", folder=folder).stdout)
    names = ["terms", "any"] if setting == '"queries"' else ["all", "terms", "any"]
    assert [query["name"] for query in listed] == names
    terms = next(query for query in listed if query["name"] == "terms")
    assert (terms["title"], terms["question"]) == ("Classes by their names", False)
    asked = ("query", "terms", "--data", "ontology/club.ttl", "-F", "csv")
    classes = kg(*asked, folder=folder).stdout.splitlines()
    found = kg(*asked, "--letters", "Person", folder=folder)
    person = found.stdout.splitlines()
    assert [iri.rpartition("#")[2] for iri in person] == ["class", "Person"], found.stderr
    assert len(classes) > len(person)
    assert set(person) < set(classes)


def test_one_name_for_two_queries_is_refused_across_folders(lay, kg) -> None:
    files = {"queries/any.rq": "ASK {}\n", "ontology/questions/01-any.rq": "ASK {}\n"}
    result = kg("query", "any", folder=with_queries(lay, '["queries"]', files))
    assert result.returncode == 1
    assert "error[Q614]: two queries are named `any`" in result.stderr


@pytest.mark.parametrize("setting", ['["nowhere"]', "5", '["queries", 5]', '"kg.toml"'])
def test_what_names_no_folders_is_refused(lay, kg, setting: str) -> None:
    folder = with_queries(lay, setting, {"queries/terms.rq": TITLED})
    result = kg("check", folder=folder)
    assert result.returncode == 1
    assert "error[D106]: setting `queries` is " in result.stderr
    assert "expected folders that are there" in result.stderr


def test_without_the_setting_there_are_none(lay) -> None:
    assert load_project(lay()).queries == ()
