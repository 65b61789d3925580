"""Whoever the screen lets pass has no result of pySHACL; and with it, all results are the same."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, Triple, parse
from rdflib import Graph

from kg.building.workshop import Workshop
from kg.diagnostics import Findings
from kg.grounding.generate import generate
from kg.project.settings import load_project
from kg.rdf.rdflib_terms import to_graph
from kg.shapes.judging import Judge, Judgement
from kg.shapes.shacl import InapplicableError, Result, Shapes
from kg.shapes.validation import load_shapes

ROOT = Path(__file__).resolve().parent.parent

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
        return list(judge.article(article).results)  # type: ignore[arg-type]
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
            _ = [*judge.shared, *judge.article(article).results]  # type: ignore[arg-type]
        return
    assert Counter(judge.shared) == Counter(known)
    wanted = Counter(result for result in all_ if result not in known)
    assert Counter(judge.article(article).results) == wanted  # type: ignore[arg-type]


@many
@given(shapes_graphs, data_graphs, data_graphs, data_graphs)
def test_what_no_change_touches_need_not_be_judged_again(
    shapes_: str, shared_: str, later_: str, article_: str
) -> None:
    shapes, article = to_graph(graph(shapes_)), graph(article_)
    try:
        judge = Judge(Shapes(shapes), graph(shared_))
        later = Judge(Shapes(shapes), [*graph(shared_), *graph(later_)])
        for before, now in ((judge, later), (later, judge)):
            results, look = before.article(article)  # type: ignore[arg-type]
            said, says = before.said(), now.said()
            changed = {seen for seen in {*said, *says} if said.get(seen) != says.get(seen)}
            if results or look is None or not look.seen.isdisjoint(changed):
                continue
            if any(str(triple.subject) in changed for triple in article) or not now.is_sure:
                continue  # the ids of articles and of what they share are never the same
            if look.told.isdisjoint(now.around(changed.__contains__)):
                assert now.article(article) == Judgement((), look)  # type: ignore[arg-type]
    except InapplicableError:
        return


refusing = st.tuples(
    of((":S", ":T")),
    targets,
    of(("nodeKind sh:BlankNode", "property [ sh:path :p ; sh:maxCount 0 ]", "class :A")),
).map(lambda said: "{} a sh:NodeShape ; {} ; sh:{} .".format(*said))
REFUSED = ":S a sh:NodeShape ; sh:property [ sh:path :p ; sh:maxCount 0 ] ; sh:nodeKind sh:Literal"
few = st.lists(facts, max_size=3).map("\n".join)


@many
@example("", f"{REFUSED} ; sh:targetClass :A .", ":B rdfs:subClassOf :A .", ":a a :B .")
@example("", f"{REFUSED} ; sh:targetSubjectsOf :p .", "", ":a :p :b .")
@example("", f"{REFUSED} ; sh:targetObjectsOf :p .", "", ":a :p :b .")
@example("", f"{REFUSED} ; sh:targetClass :A .", ":a a :A .", ":a :p :b .")
@given(st.lists(refusing, max_size=2).map(" ".join), refusing, few, few)
def test_shapes_that_are_not_for_nodes_of_an_article_say_nothing_of_it(
    shapes_: str, more_: str, shared_: str, article_: str
) -> None:
    shared, article = graph(shared_), graph(article_)
    used = {str(term) for t in article for term in (t.predicate, t.object)}
    judges = [Judge(Shapes(to_graph(graph(each))), shared) for each in (shapes_, shapes_ + more_)]
    for before, now in (judges, judges[::-1]):
        results, look = before.article(article)  # type: ignore[arg-type]
        changed = {aim for _, aim in {*before.aims().items()} ^ {*now.aims().items()}}
        if results or look is None or not now.is_sure or None in changed:
            continue
        if used.isdisjoint(frozenset().union(*changed)):  # type: ignore[arg-type]
            assert now.article(article) == Judgement((), look)  # type: ignore[arg-type]


# What the screen settles by itself

CORE = {
    "class": (":x :q :v . :v a :B .", ":x :q :v .", "sh:path :q ; sh:class :A"),
    "datatype": (":x :q 1 .", ':x :q "1" .', "sh:path :q ; sh:datatype xsd:integer"),
    "nodeKind": (":x :q :v .", ":x :q 1 .", "sh:path :q ; sh:nodeKind sh:IRI"),
    "minCount": (":x :q 1 .", "", "sh:path :q ; sh:minCount 1"),
    "maxCount": ("", ":x :q 1 .", "sh:path :q ; sh:maxCount 0"),
    "minExclusive": (":x :q 2.5 .", ":x :q 2 .", "sh:path :q ; sh:minExclusive 2"),
    "minInclusive": (":x :q 2 .", ":x :q 1 .", "sh:path :q ; sh:minInclusive 2"),
    "maxExclusive": (":x :q 1 .", ":x :q 2 .", "sh:path :q ; sh:maxExclusive 2"),
    "maxInclusive": (":x :q 2 .", ":x :q 3 .", "sh:path :q ; sh:maxInclusive 2"),
    "minLength": (':x :q "é\\n" .', ':x :q "é" .', "sh:path :q ; sh:minLength 2"),
    "maxLength": (':x :q "\\n" .', ':x :q "ab" .', "sh:path :q ; sh:maxLength 1"),
    "pattern": (':x :q "cAb" .', ':x :q "b" .', 'sh:path :q ; sh:pattern "a" ; sh:flags "i"'),
    "languageIn": (':x :q "a"@de-AT .', ':x :q "a"@en .', 'sh:path :q ; sh:languageIn ( "de" )'),
    "uniqueLang": (
        ':x :q "a"@en , "a"@de .',
        ':x :q "a"@en , "b"@en .',
        "sh:path :q ; sh:uniqueLang true",
    ),
    "equals": (":x :q 1 ; :r 1 .", ":x :q 1 .", "sh:path :q ; sh:equals :r"),
    "disjoint": (":x :q 1 ; :r 2 .", ":x :q 1 ; :r 1 .", "sh:path :q ; sh:disjoint :r"),
    "lessThan": (":x :q 1 ; :r 2 .", ":x :q 2 ; :r 2 .", "sh:path :q ; sh:lessThan :r"),
    "lessThanOrEquals": (
        ":x :q 2 ; :r 2 .",
        ":x :q 3 ; :r 2 .",
        "sh:path :q ; sh:lessThanOrEquals :r",
    ),
    "not": ("", ":x a :C .", "sh:path ( :p [ sh:inversePath :p ] ) ; sh:not [ sh:class :C ]"),
    "and": (
        ":x :q 1 .",
        ":x :q 5 .",
        "sh:path :q ; sh:and ( [ sh:in ( 1 2 ) ] [ sh:in ( 1 3 ) ] )",
    ),
    "or": (":x :q 1 .", ":x :q 2 .", "sh:path :q ; sh:or ( [ sh:in ( 1 ) ] [ sh:class :A ] )"),
    "xone": (
        ":x :q 1 .",
        ":x :q 2 .",
        "sh:path :q ; sh:xone ( [ sh:in ( 1 2 ) ] [ sh:in ( 2 ) ] )",
    ),
    "node": (":x :q :v . :v a :A .", ":x :q :v .", "sh:path :q ; sh:node [ sh:class :A ]"),
    "property": (
        ":x :q :v . :v :r 1 .",
        ":x :q :v .",
        "sh:path :q ; sh:property [ sh:path :r ; sh:minCount 1 ]",
    ),
    "qualifiedValueShape": (
        ":x :q :v , 1 . :v a :A .",
        ":x :q :v , 1 .",
        "sh:path :q ; sh:qualifiedValueShape [ sh:class :A ] ; sh:qualifiedMinCount 1",
    ),
    "closed": (
        ":x :q :v . :v :r 1 .",
        ":x :q :v . :v :p 1 .",
        "sh:path :q ; sh:closed true ; sh:property [ sh:path :r ]",
    ),
    "hasValue": (":x :q 1 .", ":x :q 2 .", "sh:path :q ; sh:hasValue 1"),
    "in": (":x :q 1 .", ":x :q 2 .", "sh:path :q ; sh:in ( 1 )"),
}


def left(judge: Judge, article: list[Triple]) -> int:
    """How many shapes the screen leaves to pySHACL."""
    look = judge.look(article)  # type: ignore[arg-type]
    assert look
    return len(look.doubts)


@pytest.mark.parametrize("component", CORE)
def test_the_screen_settles_what_conforms_and_nothing_else(component: str) -> None:
    right, wrong, shape = CORE[component]
    shapes = Shapes(to_graph(graph(f":S sh:targetSubjectsOf :p ; sh:property [ {shape} ] .")))
    for data, number in ((right, 0), (wrong, 1)):
        article = graph(f":x :p :v . :B rdfs:subClassOf :A . {data}")
        judge = Judge(shapes, ())
        assert left(judge, article) == number  # type: ignore[arg-type]
        assert len(judge.article(article).results) == number  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("article", "number"),
    [
        (":other :p :v . :v a :A .", 0),
        (":other :r 1 .", 0),
        (":x :q 2 .", 1),
        (":y :q :x .", 1),
        (":A rdfs:subClassOf :C .", 0),
    ],
)
def test_what_articles_share_is_looked_at_again_where_an_article_touches_it(
    article: str, number: int
) -> None:
    shapes = (
        ":S a sh:NodeShape ; sh:targetNode :x ; sh:property [ sh:path :q ; sh:maxCount 1 ] , "
        "[ sh:path [ sh:inversePath :q ] ; sh:maxCount 0 ] ."
    )
    judge = Judge(Shapes(to_graph(graph(shapes))), graph(":x :q 1 ."))
    assert judge.shared == ()
    assert left(judge, graph(article)) == number  # type: ignore[arg-type]
    assert len(judge.article(graph(article)).results) == number  # type: ignore[arg-type]


def test_articles_of_the_project_need_no_pyshacl() -> None:
    shop = Workshop(load_project(ROOT))
    judge = Judge(load_shapes(shop.project), [*shop.ontology.core, *shop.authority_quads])
    for path in shop.project.mappings():
        article = shop.ground(path.stem, Findings())
        assert article
        look = judge.look(generate(article, shop.project.base, shop.ontology.text))
        assert look
        assert look.doubts == {}
