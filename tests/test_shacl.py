"""What a shapes graph says of a data graph, where pySHACL by itself would say otherwise."""

from __future__ import annotations

import pytest
from pyoxigraph import RdfFormat, parse
from rdflib import Graph, URIRef
from rdflib.namespace import SH

from kg.rdf.rdflib_terms import from_rdflib, to_graph, to_rdflib
from kg.shapes.shacl import InapplicableError, Result, Shapes

HEAD = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix : <urn:x:> .
@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


def graph(turtle: str) -> Graph:
    return to_graph(quad.triple for quad in parse(HEAD + turtle, format=RdfFormat.TURTLE))


def found(data: str, shapes: str) -> list[Result]:
    return Shapes(graph(shapes)).validate(graph(data))


def test_results_that_only_detail_another_are_not_results() -> None:
    results = found(
        ":a a :A ; :p :b .",
        ":S a sh:NodeShape ; sh:targetClass :A ; sh:property [ sh:path :p ; sh:node :T ] . "
        ":T a sh:NodeShape ; sh:property [ sh:path :q ; sh:minCount 1 ] .",
    )
    assert [(r.component, r.value) for r in results] == [
        (SH.NodeConstraintComponent, URIRef("urn:x:b"))
    ]


@pytest.mark.parametrize("form", ['"a"', '"a"^^xsd:string'])
def test_a_query_finds_a_string_however_it_is_written(form: str) -> None:
    shape = ':S a sh:NodeShape ; sh:targetClass :A ; sh:sparql [ sh:select """%s""" ] .'
    query = 'SELECT $this WHERE { $this <urn:x:p> "a" }'
    assert len(found(f":a a :A ; :p {form} .", shape % query)) == 1


@pytest.mark.parametrize(("flag", "number"), [("true", 1), ("false", 0), ('"1"^^xsd:boolean', 0)])
def test_only_true_activates_a_constraint(flag: str, number: int) -> None:
    shape = f":S a sh:NodeShape ; sh:targetClass :A ; sh:closed {flag} ; sh:ignoredProperties ( ) ."
    assert len(found(":a a :A .", shape)) == number


def test_prefixes_follow_imports() -> None:
    shapes = (
        ":S a sh:NodeShape ; sh:targetClass :A ; sh:sparql [ sh:prefixes :one ; "
        'sh:select "SELECT $this WHERE { $this ex:p ?value }" ] . :one owl:imports :two . '
        ':two owl:imports :three , :one . :three sh:declare [ sh:prefix "ex" ; '
        'sh:namespace "urn:x:"^^xsd:anyURI ] .'
    )
    assert len(found(":a a :A ; :p :b .", shapes)) == 1


def test_the_shapes_graph_is_seen_beside_the_data_and_not_in_it() -> None:
    shape = ':S a sh:NodeShape ; sh:targetClass :A ; :marks :p ; sh:sparql [ sh:select """%s""" ] .'
    inside = "SELECT $this WHERE { GRAPH $shapesGraph { $currentShape <urn:x:marks> ?p } }"
    outside = "SELECT $this WHERE { BIND ($shapesGraph AS ?g) ?s <urn:x:marks> ?p }"
    data = ":a a :A ; :p :b ."
    assert len(found(data, shape % inside)) == 1
    assert len(found(data, shape % outside)) == 0
    assert len(found(":a a :A ; :marks :b .", shape % outside)) == 1


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT $this WHERE { $this ?p ?o MINUS { $this ?p 1 } }", "MINUS"),
        ("SELECT $this WHERE { $this nope:p ?o }", "nope"),
        ("SELECT $this WHERE {", "Select"),
    ],
)
def test_a_query_that_cannot_be_asked_names_its_shape(query: str, said: str) -> None:
    good = ":R a sh:NodeShape ; sh:targetClass :A ; sh:class :A ."
    bad = f':S a sh:NodeShape ; sh:targetClass :A ; sh:sparql [ sh:select """{query}""" ] .'
    with pytest.raises(InapplicableError, match=said) as caught:
        found(":a a :A .", good + bad)
    assert caught.value.shape == URIRef("urn:x:S")


def test_terms_come_back_as_they_were() -> None:
    turtle = ':a :p "a", "a"@en, 007, "1e2"^^xsd:double, 80.10, "x"^^:t, [], :b .'
    triples = {quad.triple for quad in parse(HEAD + turtle, format=RdfFormat.TURTLE)}
    for triple in triples:
        assert from_rdflib(to_rdflib(triple.object)) == triple.object


def test_what_pyshacl_logs_is_not_shown(lay, kg) -> None:
    shape = (
        "club:S a sh:NodeShape ; sh:targetClass club:Agent ; sh:minCount 'x' ; sh:path club:on ."
    )
    names = (
        "@prefix club: <https://example.org/case/ontology#> .\n"
        "@prefix sh: <http://www.w3.org/ns/shacl#> .\n"
    )
    result = kg("check", folder=lay(files={"ontology/shapes/odd.ttl": names + shape}))
    assert result.returncode == 1
    assert result.stderr.startswith("error[")
