"""Whoever the screen lets pass has no result of pySHACL; and with it, all results are the same."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, Triple, parse
from rdflib import Graph

from kg.rdf.rdflib_terms import to_graph
from kg.shapes.judging import Judge
from kg.shapes.shacl import InapplicableError, Result, Shapes

HEAD = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix : <urn:x:> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
NODES = (":a", ":b", ":c", ":d", "_:n")
CLASSES = (":A", ":B", ":C")
PROPERTIES = (":p", ":q", ":r")
LITERALS = (
    *('""', '"a"', '"a b"', '"Straße"', '"a"@en', '"b"@en', '"a"@de-CH', '"10"'),
    *("1", "2", "10", "-3", "1.5", "2.0", "1e0", "true", "false", '"1"^^xsd:int'),
    *('"2025-02-11"^^xsd:date', '"2025-02-30"^^xsd:date', '"2024-02-11Z"^^xsd:date'),
    *('"2025-02-11T10:00:00"^^xsd:dateTime', '"2025-02-11T10:00:00Z"^^xsd:dateTime'),
    *('"2025-02-11T12:00:00+02:00"^^xsd:dateTime', '"2025"^^xsd:gYear', '"01"^^xsd:integer'),
    *('"x"^^xsd:integer', '"NaN"^^xsd:double', '"2025-02"^^xsd:gYearMonth', '"x"^^:own'),
    *('"1"^^xsd:boolean', '"a"^^xsd:anyURI', '"P1D"^^xsd:duration', '"x"^^xsd:byte'),
)
DATATYPES = (
    *("xsd:string", "rdf:langString", "xsd:integer", "xsd:decimal", "xsd:date", "xsd:dateTime"),
    *("xsd:boolean", "xsd:gYear", "xsd:gYearMonth", "xsd:double", ":own", "xsd:int", "xsd:anyURI"),
    "rdfs:Literal",
)


def graph(turtle: str) -> list[Triple]:
    return [quad.triple for quad in parse(HEAD + turtle, format=RdfFormat.TURTLE)]


# Shapes and data at random

of = st.sampled_from
terms = of((*NODES, *CLASSES, *LITERALS))


def paths(depth: int = 2) -> st.SearchStrategy[str]:
    plain = of(PROPERTIES)
    if not depth:
        return plain
    inner = paths(depth - 1)
    some = st.lists(inner, min_size=2, max_size=3).map(" ".join)
    return st.one_of(
        plain,
        plain.map("[ sh:inversePath {} ]".format),
        inner.map("[ sh:zeroOrMorePath {} ]".format),
        inner.map("[ sh:oneOrMorePath {} ]".format),
        inner.map("[ sh:zeroOrOnePath {} ]".format),
        some.map("( {} )".format),
        some.map("[ sh:alternativePath ( {} ) ]".format),
        inner.map("[ sh:inversePath {} ]".format),
    )


def of_values(depth: int) -> st.SearchStrategy[str]:
    """Constraints that any shape may have."""
    inner = shapes(depth - 1) if depth else of(("[]", "[ sh:class :A ]"))
    some = st.lists(inner, min_size=1, max_size=3).map(" ".join)
    number = of((0, 1, 2, 3))
    literal = of(LITERALS)
    listed = st.lists(terms, max_size=4).map(" ".join)
    tags = st.lists(of(('"en"', '"de"', '"de-CH"', '"*"')), min_size=1, max_size=2).map(" ".join)
    kinds = ("IRI", "BlankNode", "Literal", "BlankNodeOrIRI", "BlankNodeOrLiteral", "IRIOrLiteral")
    bounds = ("minExclusive", "minInclusive", "maxExclusive", "maxInclusive")
    return st.one_of(
        of(CLASSES).map("sh:class {}".format),
        of(DATATYPES).map("sh:datatype {}".format),
        of(kinds).map("sh:nodeKind sh:{}".format),
        st.tuples(of(bounds), literal).map(lambda said: "sh:{} {}".format(*said)),
        st.tuples(of(("minLength", "maxLength")), number).map(lambda s: "sh:{} {}".format(*s)),
        of(('"a"', '"^[0-9]+$"', '"A" ; sh:flags "i"', '"^b" ; sh:flags "m"')).map(
            "sh:pattern {}".format
        ),
        tags.map("sh:languageIn ( {} )".format),
        st.tuples(of(("equals", "disjoint")), of(PROPERTIES)).map(lambda s: "sh:{} {}".format(*s)),
        terms.filter(lambda term: term != "_:n").map("sh:hasValue {}".format),
        listed.filter(lambda terms: "_:n" not in terms).map("sh:in ( {} )".format),
        inner.map("sh:not {}".format),
        st.tuples(of(("and", "or", "xone")), some).map(lambda s: "sh:{} ( {} )".format(*s)),
        node_shapes(depth - 1).map("sh:node {}".format) if depth else of(["sh:node :Named"]),
        property_shapes(depth - 1).map("sh:property {}".format) if depth else of(["sh:class :B"]),
        st.tuples(of(("true", "false")), of(PROPERTIES)).map(
            lambda said: "sh:closed {} ; sh:ignoredProperties ( rdf:type {} )".format(*said)
        ),
        of(("sh:deactivated true", "sh:severity sh:Warning", 'sh:message "m"')),
        of(('sh:sparql [ sh:select "SELECT $this WHERE { $this <urn:x:p> 1 }" ]',)),
    )


def of_paths(depth: int) -> st.SearchStrategy[str]:
    """Constraints that only property shapes may have."""
    inner = shapes(depth - 1) if depth else of(("[ sh:class :A ]", "[ sh:nodeKind sh:IRI ]"))
    less = of(("lessThan", "lessThanOrEquals"))
    return st.one_of(
        st.tuples(of(("minCount", "maxCount")), of((0, 1, 2))).map(lambda s: "sh:{} {}".format(*s)),
        of(("true", "false", '"1"^^xsd:boolean')).map("sh:uniqueLang {}".format),
        st.tuples(less, of(PROPERTIES)).map(lambda said: "sh:{} {}".format(*said)),
        st.tuples(inner, of(("Min", "Max")), of((0, 1, 2)), of(("true", "false"))).map(
            lambda s: (
                "sh:qualifiedValueShape {} ; sh:qualified{}Count {} ; "
                "sh:qualifiedValueShapesDisjoint {}".format(*s)
            )
        ),
    )


def node_shapes(depth: int) -> st.SearchStrategy[str]:
    constraints = st.lists(of_values(depth), min_size=1, max_size=2).map(" ; ".join)
    return constraints.map("[ {} ]".format) | of([":Named"])


def property_shapes(depth: int) -> st.SearchStrategy[str]:
    constraints = of_values(depth) | of_paths(depth) | of_paths(depth)
    several = st.lists(constraints, min_size=1, max_size=2).map(" ; ".join)
    return st.tuples(paths(), several).map(lambda said: "[ sh:path {} ; {} ]".format(*said))


def shapes(depth: int) -> st.SearchStrategy[str]:
    return node_shapes(depth) | property_shapes(depth)


either = of_values(2) | of_values(2).map("sh:not [ {} ]".format)
targets = st.one_of(
    of(CLASSES).map("sh:targetClass {}".format),
    of((*NODES[:4], '"a"', "1")).map("sh:targetNode {}".format),
    of(PROPERTIES).map("sh:targetSubjectsOf {}".format),
    of(PROPERTIES).map("sh:targetObjectsOf {}".format),
    of(["a rdfs:Class"]),
)
shapes_graphs = st.lists(
    st.tuples(
        of((":S", ":T", ":A")),
        st.lists(targets, min_size=1, max_size=2).map(" ; ".join),
        st.lists(either, min_size=1, max_size=2).map(" ; ".join),
    ).map(lambda said: "{} a sh:NodeShape ; {} ; {} .".format(*said)),
    min_size=1,
    max_size=3,
).map(lambda parts: ":Named a sh:NodeShape ; sh:class :B . " + " ".join(parts))
facts = st.one_of(
    st.tuples(of(NODES), of(PROPERTIES), terms),
    st.tuples(of(NODES), st.just("a"), of(CLASSES)),
    st.tuples(of(CLASSES), st.just("rdfs:subClassOf"), of(CLASSES)),
).map(lambda said: "{} {} {} .".format(*said))
data_graphs = st.lists(facts, max_size=14).map("\n".join)


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """rdflib tells of each literal that it cannot read."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


def bare(data: list[Triple], shapes: Graph) -> list[Result] | None:
    """What pySHACL says of all; None if it refuses."""
    try:
        return Shapes(shapes).validate(to_graph(data))
    except InapplicableError:
        return None


def judged(judge: Judge, article: list[Triple]) -> list[Result] | None:
    try:
        return list(judge.article(article))  # type: ignore[arg-type]
    except InapplicableError:
        return None


many = settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@many
@given(shapes_graphs, data_graphs, data_graphs)
def test_results_are_those_of_pyshacl_over_everything(
    shapes_: str, shared_: str, article_: str
) -> None:
    shapes, shared, article = to_graph(graph(shapes_)), graph(shared_), graph(article_)
    known, all_ = bare(shared, shapes), bare([*shared, *article], shapes)
    judge = Judge(Shapes(shapes), shared)
    if known is None or all_ is None:
        with pytest.raises(InapplicableError):
            _ = [*judge.shared, *judge.article(article)]  # type: ignore[arg-type]
        return
    assert Counter(judge.shared) == Counter(known)
    wanted = Counter(result for result in all_ if result not in known)
    assert Counter(judge.article(article)) == wanted  # type: ignore[arg-type]
