"""Shapes that are no legal SHACL are refused in bounded time, however they hang together."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kg.checking.check import check
from kg.project.settings import load_project
from kg.shapes import shacl
from kg.shapes.validation import check_shapes

HEAD = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix rdf:
<http://www.w3.org/1999/02/22-rdf-syntax-ns#> . @prefix : <https://example.org/> .\n"""


@pytest.mark.parametrize(
    ("shapes", "named"),
    [
        (':S a sh:NodeShape ; sh:property [ sh:path :p ; sh:minCount "x" ] .', "example.org/S"),
        ('_:a sh:property _:b . _:b sh:property _:a ; sh:path :p ; sh:minCount "x" .', "without a"),
    ],
)
def test_an_illegal_shape_is_named_by_its_owner(
    shapes: str, named: str, lay: Callable[..., Path]
) -> None:
    folder = lay(files={"ontology/shapes/odd.ttl": HEAD + shapes})
    found = [f for f in check_shapes(load_project(folder)) if "odd.ttl" in str(f.place)]
    assert found
    assert {finding.code for finding in found} == {"O104"}
    assert all(named in finding.message for finding in found)


PATTERN = 'sh:property [ sh:path skos:prefLabel ; sh:pattern "^(([A-Za-z .])+)+!$" ]'
JOINED = " ".join(f"?a{n} ?b{n} ?c{n} ." for n in range(4))
REGEX = r"FILTER regex(?l, \"^(([A-Za-z .])+)+!$\")"
ENDLESS = {
    "pattern": PATTERN,
    "inside-another": f"sh:or ( [ {PATTERN} ] )",
    "joins": f'sh:sparql [ sh:select "SELECT $this {{ {JOINED} }}" ]',
    "swallowed": f'sh:sparql [ sh:select "SELECT $this {{ $this skos:prefLabel ?l {REGEX} }}" ]',
}


@pytest.mark.parametrize("name", ENDLESS)
def test_a_shape_that_computes_without_end_is_named(
    name: str, lay: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once, whatever the number of articles; what is right about the other shapes is still told."""
    monkeypatch.setattr(shacl, "PATIENCE", 0.5)
    shapes = (
        "@prefix club: <https://example.org/case/ontology#> .\n"
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
        f"club:Endless a sh:NodeShape ; sh:targetClass club:Person ; {ENDLESS[name]} .\n"
    )
    person = "persons:\n  long: {label: " + "Ada of the Tower on the Hill " * 3 + "}\n"
    folder = lay(
        files={
            "ontology/shapes/odd.ttl": HEAD + shapes,
            "mappings/authority/more.yaml": person,
            "seeds/one.txt": "The dome leaks.\n",
            "mappings/one.yaml": "article: {}\n",
        }
    )
    found = [finding for finding in check(folder) if finding.code == "O106"]
    assert len(found) == 1
    assert "club:Endless" in found[0].message
    assert str(found[0].place).startswith("ontology/shapes/odd.ttl:5:1")
    assert found[0].notes == ("it computes for more than 0.5 seconds",)
    assert found[0].help
    assert found[0].help.startswith("simplify it")


def test_a_query_of_a_thousand_patterns_in_a_shape_is_refused(lay: Callable[..., Path]) -> None:
    patterns = " ".join(f"?v{n} ?p{n} ?v{n + 1} ." for n in range(1000))
    shapes = (
        f"{HEAD}@prefix club: <https://example.org/case/ontology#> .\n"
        "club:Odd a sh:NodeShape ; sh:targetClass club:Person ;"
        f" sh:sparql [ sh:select 'SELECT $this {{ {patterns} }}' ] ."
    )
    folder = lay(files={"ontology/shapes/odd.ttl": shapes})
    found = [finding for finding in check(folder) if finding.code == "O106"]
    assert [finding.message for finding in found] == [
        "the shape `club:Odd` cannot be applied to the data"
    ]
    assert "too many parts" in found[0].notes[0]
