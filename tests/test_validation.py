"""Shapes that are no legal SHACL are refused in bounded time, however they hang together."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kg.project import load_project
from kg.validation import check_shapes

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
