"""Queries: right answers, columns in order, the standard formats, faults with their place."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    Quad,
    QueryResultsFormat,
    RdfFormat,
    Store,
    Triple,
    parse,
)

from kg.answers import results
from kg.commands.query import command
from kg.diagnostics import ContentError, Misuse
from kg.rdf.cells import Wording
from kg.rdf.turtle import Style
from kg.sparql import query
from kg.sparql.grammar import NAMES, first_fault, scan
from kg.store import embedded as store

SAMPLE = Path(__file__).parent / "sample_build"
BASE = "https://example.org/newskg/"
PREFIXES = store.open_build(SAMPLE).prefixes
WORDING = Wording(Style(PREFIXES, BASE))


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project folder with a finished build."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(SAMPLE, folder / "build" / "one")
    (folder / "build" / "current").symlink_to("one")
    build = store.open_build(folder / "build")
    store.create(build.folder / "store", build.files())
    return folder


@pytest.fixture(scope="module")
def opened(project):
    return store.open_build(project / "build").store


def answer(opened: Store, text: str, format_: str = "csv", **options) -> str:
    out = io.BytesIO()
    found = query.run(opened, text, PREFIXES, base=BASE, **options)
    results.write_answer(found, format_, out, WORDING)
    return out.getvalue().decode()


def faults(text: str, prefixes=PREFIXES) -> list[str]:
    with pytest.raises(ContentError) as caught:
        query.run(Store(), text, prefixes, base=BASE)
    return [f"{d.code} {d.place} {d.message}" for d in caught.value.diagnostics]


# Answers


def test_patterns_see_the_merge_of_all_graphs(opened):
    counted = "SELECT (COUNT(*) AS ?n) { ?event a news:Meeting ; news:participant ?person }"
    assert answer(opened, counted) == "n\r\n2\r\n"


def test_without_union_only_named_graphs_are_seen(opened):
    counted = "SELECT (COUNT(*) AS ?n) { ?event a news:Meeting }"
    assert answer(opened, counted, union=False) == "n\r\n0\r\n"
    inside = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?event a news:Meeting } }"
    assert answer(opened, inside, union=False) == "n\r\n2\r\n"


def test_from_chooses_the_graph(opened):
    text = "SELECT (COUNT(*) AS ?n) FROM <graph/authority> { ?s ?p ?o }"
    assert answer(opened, text) == answer(opened, text, union=False) == "n\r\n11\r\n"


def test_from_named_leaves_the_default_graph_empty(opened):
    text = "SELECT (COUNT(*) AS ?n) FROM NAMED <graph/authority> { ?s ?p ?o }"
    assert answer(opened, text) == "n\r\n0\r\n"


def test_relative_iris_mean_the_data(opened):
    assert answer(opened, "ASK { <person/mohammad-baqeri> a news:Agent }") == "true\n"
    assert answer(opened, "BASE <x:> ASK { <person/mohammad-baqeri> a news:Agent }") == "false\n"


def test_a_declared_prefix_wins(opened):
    assert answer(opened, "ASK { ?s a news:Person }") == "true\n"
    assert answer(opened, "PREFIX news: <x:> ASK { ?s a news:Person }") == "false\n"


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("SELECT * { ?s ?p ?o }", "s,p,o"),
        ("select distinct * { ?zebra a ?ape . ?zebra skos:prefLabel ?mule }", "zebra,ape,mule"),
        ("SELECT * { ?b ?a ?c FILTER(?c != ?a) } ORDER BY ?a", "b,a,c"),
        ('# ?a ?b\nSELECT * { ?z ?p \'?y\' . ?z ?o """?x \\" ?w""" }', "z,p,o"),
        ("SELECT * { { SELECT ?y (COUNT(*) AS ?b) { ?y a ?z } GROUP BY ?y } ?y a ?a }", "y,b,a"),
        ("PREFIX e: <x:?a> SELECT REDUCED * { $s <x:#?b> ?p }", "s,p"),
        ("SELECT * { ?s (news:a/news:b)* ?a }", "s,a"),
        ("SELECT * { }", ""),
        ("SELECT ?o ?s { ?s ?p ?o }", "o,s"),
        ("SELECT (COUNT(*) AS ?n) ?s { ?s ?p ?o } GROUP BY ?s", "n,s"),
        ("SELECT ?z ?a { { SELECT * { ?z ?p ?a } } }", "z,a"),
    ],
)
def test_columns_are_in_the_order_of_the_query(opened, text, columns):
    assert answer(opened, text).split("\r\n")[0] == columns
    assert query.run(opened, text, PREFIXES).variables == tuple(filter(None, columns.split(",")))


def test_reordered_columns_carry_their_own_values(opened):
    text = "SELECT * { ?z news:nationality ?a }"
    assert answer(opened, text, "tsv") == (
        f"?z\t?a\n<{BASE}person/mohammad-baqeri>\t<{BASE}state/iran>\n"
    )


# Formats

ROWS = """SELECT ?x ?literal { VALUES (?x ?literal ?n) {
  (<http://example/x> "String" 1) (<http://example/x> "String-with-dquote\\"" 2)
  (UNDEF "Missing 'x'" 3) (UNDEF UNDEF 4) (<http://example/x> UNDEF 5)
  (<http://example/x> "String-with-lang"@en 6) (<http://example/x> 123 7)
  ("a,b\\r\\nc\\td" "2025-02-11"^^xsd:date 8) ("محمد" "\\\\"@fa 9) } } ORDER BY ?n"""


def test_csv_to_the_byte(opened):
    # After the example of https://www.w3.org/TR/sparql11-results-csv-tsv/, section 3.
    assert answer(opened, ROWS, "csv") == (
        "x,literal\r\n"
        "http://example/x,String\r\n"
        'http://example/x,"String-with-dquote"""\r\n'
        ",Missing 'x'\r\n"
        ",\r\n"
        "http://example/x,\r\n"
        "http://example/x,String-with-lang\r\n"
        "http://example/x,123\r\n"
        '"a,b\r\nc\td",2025-02-11\r\n'
        "محمد,\\\r\n"
    )


def test_tsv_to_the_byte(opened):
    # After the example of https://www.w3.org/TR/sparql11-results-csv-tsv/, section 4.
    assert answer(opened, ROWS, "tsv") == (
        "?x\t?literal\n"
        '<http://example/x>\t"String"\n'
        '<http://example/x>\t"String-with-dquote\\""\n'
        "\t\"Missing 'x'\"\n"
        "\t\n"
        "<http://example/x>\t\n"
        '<http://example/x>\t"String-with-lang"@en\n'
        "<http://example/x>\t123\n"
        '"a,b\\r\\nc\\td"\t"2025-02-11"^^<http://www.w3.org/2001/XMLSchema#date>\n'
        '"محمد"\t"\\\\"@fa\n'
    )


THREE = """SELECT ?hpage ?age ?name { VALUES (?hpage ?age ?name) {
  (<http://work.example.org/> UNDEF "<Bob> &\\r\\n\\"سالم\\""@en) (UNDEF 7 UNDEF) } }"""


def test_json_to_the_byte(opened):
    # https://www.w3.org/TR/sparql11-results-json/, section 3
    assert answer(opened, THREE, "json") == (
        '{"head":{"vars":["hpage","age","name"]},"results":{"bindings":['
        '{"hpage":{"type":"uri","value":"http://work.example.org/"},'
        '"name":{"type":"literal","value":"<Bob> &\\r\\n\\"سالم\\"","xml:lang":"en"}},'
        '{"age":{"type":"literal","value":"7",'
        '"datatype":"http://www.w3.org/2001/XMLSchema#integer"}}]}}\n'
    )


def test_xml_to_the_byte(opened):
    # https://www.w3.org/TR/rdf-sparql-XMLres/, section 2
    assert answer(opened, THREE, "xml") == (
        '<?xml version="1.0"?><sparql xmlns="http://www.w3.org/2005/sparql-results#"><head>'
        '<variable name="hpage"/><variable name="age"/><variable name="name"/></head><results>'
        '<result><binding name="hpage"><uri>http://work.example.org/</uri></binding>'
        '<binding name="name"><literal xml:lang="en">'
        "&lt;Bob&gt; &amp;&#13;\n&quot;سالم&quot;</literal></binding></result>"
        '<result><binding name="age">'
        '<literal datatype="http://www.w3.org/2001/XMLSchema#integer">7</literal></binding></result>'
        "</results></sparql>\n"
    )


@pytest.mark.parametrize(
    ("format_", "text"),
    [
        ("csv", "true\n"),
        ("tsv", "true\n"),
        ("table", "true\n"),
        ("json", '{"head":{},"boolean":true}\n'),
        (
            "xml",
            '<?xml version="1.0"?><sparql xmlns="http://www.w3.org/2005/sparql-results#">'
            "<head></head><boolean>true</boolean></sparql>\n",
        ),
    ],
)
def test_ask(opened, format_, text):
    assert answer(opened, "ASK { ?s ?p ?o }", format_) == text


def test_table_shortens_iris_and_keeps_other_scripts(opened, monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    text = (
        "SELECT ?type ?name ?s { ?s a ?type ; skos:prefLabel ?name FILTER(lang(?name) != 'en') } "
    )
    shown = answer(opened, text + "ORDER BY ?type ?name", "table")
    assert [line.split() for line in shown.splitlines() if line.strip(" ─")] == [
        ["type", "name", "s"],
        ["news:Agent", "عبد", "الله", "الرئيسي", "<person/abdullah-al-raisi>"],
        ["news:Agent", "محمد", "باقری", "<person/mohammad-baqeri>"],
        ["news:Person", "عبد", "الله", "الرئيسي", "<person/abdullah-al-raisi>"],
        ["news:Person", "محمد", "باقری", "<person/mohammad-baqeri>"],
        ["(4", "rows)"],
    ]


def test_table_takes_no_markup_from_data(opened):
    shown = answer(opened, 'SELECT ("[red]x[/red] :boom:" AS ?v) {}', "table")
    assert "[red]x[/red] :boom:" in shown
    assert "(1 row)" in shown


def test_table_without_rows_shows_its_columns(opened):
    shown = answer(opened, "SELECT ?who { ?who a <x:none> }", "table")
    assert "who" in shown
    assert "(0 rows)" in shown


GRAPH = "CONSTRUCT { ?s a ?type ; skos:prefLabel ?name } { ?s a ?type ; skos:prefLabel ?name }"


def test_turtle_of_a_query_to_the_byte(opened):
    text = "CONSTRUCT { <state/iran> ?p ?o } { <state/iran> ?p ?o }"
    assert answer(opened, text, "ttl") == (
        f"@base <{BASE}> .\n"
        f"@prefix news: <{BASE}ontology#> .\n"
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
        "\n"
        "<state/iran> a news:Agent, news:State ;\n"
        '    skos:prefLabel "Iran"@en .\n'
    )


@pytest.mark.parametrize(
    ("format_", "syntax"),
    [
        ("ttl", RdfFormat.TURTLE),
        ("nt", RdfFormat.N_TRIPLES),
        ("nq", RdfFormat.N_QUADS),
        ("trig", RdfFormat.TRIG),
        ("jsonld", RdfFormat.JSON_LD),
        ("xml", RdfFormat.RDF_XML),
    ],
)
def test_graph_formats_hold_the_same_graph(opened, format_, syntax):
    asked = set(opened.query(GRAPH, prefixes=PREFIXES))
    assert len(asked) == 11
    back = {quad.triple for quad in parse(answer(opened, GRAPH, format_).encode(), syntax)}
    assert back == asked


def test_describe(opened):
    text = answer(opened, "DESCRIBE <state/iran>", "nt")
    assert [line.rsplit(" ", 2)[1] for line in text.splitlines()] == [
        f"<{BASE}ontology#Agent>",
        f"<{BASE}ontology#State>",
        '"Iran"@en',
    ]


def test_rows_are_written_while_they_are_found(tmp_path):
    many = Store()
    many.extend(Quad(NamedNode(f"x:{n}"), NamedNode("x:p"), Literal(n)) for n in range(2000))

    class Pipe(io.BytesIO):
        def write(self, data):
            if self.tell() > 10_000:
                raise BrokenPipeError
            return super().write(data)

    # 2,000 * 2,000 * 2,000 rows would not end.
    endless = query.run(many, "SELECT ?a ?b ?c { ?a ?p ?x . ?b ?p ?y . ?c ?p ?z }", {})
    with pytest.raises(BrokenPipeError):
        results.write_answer(endless, "csv", Pipe(), WORDING)


@pytest.mark.parametrize(
    ("text", "wanted", "path", "terminal", "chosen"),
    [
        ("SELECT * {?s ?p ?o}", None, None, False, "tsv"),
        ("SELECT * {?s ?p ?o}", None, None, True, "table"),
        ("ASK {}", None, None, True, "table"),
        (GRAPH, None, None, True, "ttl"),
        ("SELECT * {?s ?p ?o}", None, "x.SRJ", True, "json"),
        ("SELECT * {?s ?p ?o}", "csv", "x.json", True, "csv"),
        (GRAPH, None, "x.rdf", False, "xml"),
    ],
)
def test_choice_of_format(opened, text, wanted, path, terminal, chosen):
    found = query.run(opened, text, PREFIXES)
    assert results.choose_format(found, wanted, path and Path(path), terminal) == chosen


@pytest.mark.parametrize(
    ("text", "wanted", "path", "message"),
    [
        ("ASK {}", "ttl", None, "format `ttl` does not fit a query whose answer is rows"),
        (GRAPH, "csv", None, "format `csv` does not fit a query whose answer is a graph"),
        (GRAPH, None, "x.json", "format `json` does not fit"),
        ("ASK {}", None, "x.pdf", "the extension of `x.pdf` names no format"),
    ],
)
def test_format_that_does_not_fit(opened, text, wanted, path, message):
    found = query.run(opened, text, PREFIXES)
    with pytest.raises(Misuse, match=re.escape(message)):
        results.choose_format(found, wanted, path and Path(path))


# Faults


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "<query>:1:1 the query ends too early"),
        ("SELEC ?x { ?x ?y ?z }", "<query>:1:1 unexpected `SELEC` in query"),
        ("SELECT ?a { ?a ?b }", "<query>:1:19 unexpected `}` in query"),
        ("SELECT ?x, ?y { ?x a ?y }", "<query>:1:10 unexpected `,` in query"),
        ("SELECT ?x {\n  ?x a ?y .\n  FILTER ?y > 3 }", "<query>:3:10 unexpected `?y` in query"),
        ("SELECT ?x { ?x a ?y } ORDER ?x", "<query>:1:29 unexpected `?x` in query"),
        ("SELECT ?x { ?x a ?y } LIMIT", "<query>:1:28 the query ends too early"),
        ("SELECT ?x { ?x a ?y }}", "<query>:1:22 unexpected `}` in query"),
        ("SELECT ?x {\n ?x a ?y \n\n", "<query>:2:9 the query ends too early"),
        ("SELECT ?x { ?x ?y 'open }\n}", "<query>:1:19 a string is not closed"),
        ("SELECT ?x { ?x a newz:Person }", "<query>:1:18 unknown prefix `newz:` in query"),
        ("SELECT ?سلام { ?سلام a foo:b }", "<query>:1:24 unknown prefix `foo:` in query"),
        ("SELECT ?x { ?x a <not an iri> }", "<query>:1:18 unexpected `<` in query"),
        (
            "INSERT DATA { <x:a> <x:b> 1 }",
            "<query>:1:1 `INSERT` begins an update, expected a query",
        ),
        ("PREFIX x: <x:> delete where { ?s ?p ?o }", "<query>:1:16 `delete` begins an update"),
        ("CLEAR ALL", "<query>:1:1 `CLEAR` begins an update"),
        ("ASK { ?s ?p INSERT }", "<query>:1:13 unexpected `INSERT` in query"),
        ("ASK { ?s ?p ?o FILTER(foo(?o)) }", "<query>:1:23 unexpected `foo` in query"),
        ("SELECT (?x AS ?x) { ?x ?y ?z }", "<query> the SELECT overrides an existing variable"),
        ("SELECT ?x (COUNT(*) AS ?n) {?x ?y ?z}", "<query>:1:8 `?x` is shown beside an aggregate"),
        ("SELECT ?x ?y {?x a ?y} GROUP BY ?y", "<query>:1:8 `?x` is shown beside an aggregate"),
        (
            "SELECT ?x {{SELECT ?x (MAX(?z) AS ?n) WHERE {?x ?y ?z}} ?x a ?a}",
            "<query>:1:20 `?x` is shown beside an aggregate",
        ),
        ("SELECT ?x (?z + 1 AS ?y) (?y AS ?x) {?x ?b ?z}", "<query> the SELECT overrides"),
    ],
)
def test_fault_has_its_place(text, expected):
    (fault,) = faults(text)
    assert fault.startswith(f"Q601 {expected}")


def test_all_unknown_prefixes_are_reported_at_once():
    assert [fault.split(" in ")[0] for fault in faults("ASK { a:b c:d e:f }")] == [
        "Q601 <query>:1:7 unknown prefix `a:`",
        "Q601 <query>:1:11 unknown prefix `c:`",
        "Q601 <query>:1:15 unknown prefix `e:`",
    ]


@pytest.mark.parametrize(
    ("text", "help_", "note"),
    [
        ("ASK { ?s a newz:X }", "did you mean `news:`?", "known prefixes are `news:`, `oa:`"),
        ("ASK { ?s a qqq:X }", "declare it: `PREFIX qqq: <...>`", "known prefixes are"),
        ("SELECT ?x { ?x a ?y } ODER BY ?x", "did you mean `ORDER`?", "expected `GROUP`, `HAVING`"),
        ("SELECT ?x WHERE ?x", None, "expected `{`"),
        ("SELECT ?x { ?x a ?y } LIMIT ten", None, "expected a number"),
    ],
)
def test_fault_says_what_was_expected(text, help_, note):
    with pytest.raises(ContentError) as caught:
        query.run(Store(), text, {"news": "x:", "oa": "y:"})
    (fault,) = caught.value.diagnostics
    assert fault.help == help_
    assert fault.notes[0].startswith(note)


def test_carets_cover_the_token():
    with pytest.raises(ContentError) as caught:
        query.run(Store(), "ASK {\n  ?s a newz:Person }", PREFIXES, name="q.rq")
    place = caught.value.diagnostics[0].place
    assert (place.path, place.line, place.column, place.end_column) == ("q.rq", 2, 8, 13)


def test_service_is_refused_unless_allowed(opened):
    text = "SELECT * { # SERVICE\n SERVICE SILENT <http://127.0.0.1:9/> { ?s ?p ?o } }"
    assert faults(text) == [
        "Q605 <query>:2:2 the query asks another endpoint by SERVICE, which is not allowed here"
    ]
    assert answer(opened, "SELECT * { ?service ?p 'SERVICE' }").startswith("service,p")
    assert answer(opened, text, allow_service=True)


def test_service_that_fails_is_reported(opened):
    text = "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"
    with pytest.raises(ContentError, match="Q602 the query could not be answered"):
        answer(opened, text, allow_service=True)


QUADS = """
<x:s> <x:p> <x:o> ; <x:q> <x:o> . <x:o> <x:p> <x:z> .
<x:g> { <x:s> <x:p> <x:o> ; <x:q> <x:o> . }
<x:h> { <x:s> <x:p> <x:o> . <x:o> <x:p> <x:z> . }
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("?g ?n { GRAPH ?g { SELECT (COUNT(*) AS ?n) { ?s <x:q> ?o } } }", "x:g,1 x:h,0"),
        ("?g ?s { GRAPH ?g { ?s <x:p> ?o MINUS { ?a <x:q> ?b } } }", "x:g,x:s x:h,x:o x:h,x:s"),
        ("?g ?x { GRAPH ?g { VALUES ?x { 1 } } }", "x:g,1 x:h,1"),
        ("?g ?s { GRAPH ?g { ?s <x:p> ?o FILTER(BOUND(?g)) } }", ""),
        ("?g ?h { GRAPH ?g { GRAPH ?h { <x:s> <x:q> ?o } } }", "x:g,x:g x:h,x:g"),
        ("?x { GRAPH <x:none> { SELECT (COUNT(*) AS ?x) { } } }", ""),
        ("(COUNT(*) AS ?n) FROM <x:g> FROM <x:h> { ?s ?p ?o }", "3"),
        ("(COUNT(*) AS ?n) FROM <x:g> FROM NAMED <x:h> { ?s ?p ?o GRAPH ?g { ?s ?p ?o } }", "1"),
        ("?o { <x:s> <x:p>|<x:q> ?o }", "x:o x:o"),
        ("DISTINCT ?o { <x:s> <x:p>|<x:q> ?o }", "x:o"),
        ("?o { <x:s> (<x:p>|<x:q>)/<x:p> ?o }", "x:z x:z"),
        ("?o { <x:s> (<x:p>|<x:q>)+ ?o }", "x:o x:z"),
        ("?o { <x:s> !(<x:r>|^<x:r>) ?o }", "x:o x:o"),
        ("?a { [] <x:p>|<x:q> ?a ; <x:q> _:b . _:b <x:p> ?c }", "x:o x:o"),
        ("?s { ?s <x:p>* <x:none> }", "x:none"),
        ("?s { GRAPH <x:g> { ?s <x:p>? <x:z> } }", "x:z"),
        ("?s { GRAPH <x:h> { ?s <x:p>? <x:z> } }", "x:o x:z"),
        ("(GROUP_CONCAT(?o) AS ?l) { <x:s> <x:p>|<x:q> ?o }", "x:o x:o"),
        ("(GROUP_CONCAT(DISTINCT ?p; SEPARATOR='+') AS ?l) { ?s ?p <x:z> }", "x:p"),
        ("(BNODE('a') = BNODE('a') AS ?x) (BNODE('a') = BNODE('b') AS ?y) { }", "true,false"),
        ("(COUNT(DISTINCT ?x) AS ?n) { ?s <x:p> ?o BIND(BNODE('a') AS ?x) }", "2"),
    ],
)
def test_what_the_engine_alone_answers_wrongly_is_answered_rightly(text, expected):
    quads = Store()
    quads.load(QUADS.encode(), RdfFormat.TRIG)
    alone = quads.query(f"SELECT {text}").serialize(format=QueryResultsFormat.CSV).decode()
    rows = answer(quads, f"SELECT {text}").split("\r\n")[1:-1]
    assert sorted(" ".join(rows).split()) == sorted(expected.split())
    if text not in AS_THE_ENGINE:
        assert sorted(alone.split("\r\n")[1:-1]) != sorted(rows)


AS_THE_ENGINE = (
    "DISTINCT ?o { <x:s> <x:p>|<x:q> ?o }",
    "?o { <x:s> (<x:p>|<x:q>)+ ?o }",
    "(BNODE('a') = BNODE('a') AS ?x) (BNODE('a') = BNODE('b') AS ?y) { }",
    "(COUNT(*) AS ?n) FROM <x:g> FROM NAMED <x:h> { ?s ?p ?o GRAPH ?g { ?s ?p ?o } }",
    "?s { GRAPH <x:h> { ?s <x:p>? <x:z> } }",
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT * { BIND(BNODE('a') AS ?x) BIND(BNODE('a') AS ?y) }", "BNODE with an argument"),
        ("SELECT (COUNT(DISTINCT *) AS ?n) { [] <x:p>|<x:q> ?o }", "COUNT(DISTINCT *) over"),
        ("SELECT * { ?s " + "/".join(["(<x:p>|<x:q>)"] * 9) + " ?o }", "more than 256"),
        ("SELECT * { GRAPH ?g { MINUS { } } }", "GRAPH over graphs that blank nodes name"),
        ("SELECT * { <<( ?s ?p ?o )>> ?q ?z }", "syntax beyond SPARQL 1.1"),
    ],
)
def test_what_cannot_be_answered_rightly_is_refused(text, message):
    quads = Store()
    quads.add(Quad(NamedNode("x:s"), NamedNode("x:p"), Literal(1), BlankNode()))
    with pytest.raises(ContentError, match=re.escape(message)) as caught:
        query.run(quads, text, {})
    assert [d.code for d in caught.value.diagnostics] == ["Q606"]


def test_a_group_for_each_graph_is_written_flat_enough_for_many_graphs():
    many = Store()
    for number in range(3000):
        quad = Quad(NamedNode("x:s"), NamedNode("x:p"), Literal(number), NamedNode(f"x:{number}"))
        many.add(quad)
    text = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s <x:p> ?o MINUS { ?a <x:q> ?b } } }"
    assert answer(many, text) == "n\r\n3000\r\n"


GOOD = [
    "SELECT (COUNT(DISTINCT ?s) AS ?n) (GROUP_CONCAT(?o; SEPARATOR=', ') AS ?l) { ?s ?p ?o }",
    "SELECT ?s { ?s ^rdf:type|!(a|^rdf:type)/rdfs:label+ ?o . FILTER(-1 < ?o && ?o IN (1, -2)) }",
    "ASK { ?s a [ rdfs:label 'x'@en-GB, 1.5e3, true ; ] . [] a () . (1 _:b) a <x:y> }",
    "CONSTRUCT WHERE { ?s ?p ?o . ?o ?q '''it's''' } LIMIT 3 OFFSET 2",
    "CONSTRUCT { ?s ?p ?o } FROM <x:g> { ?s ?p ?o BIND(IF(BOUND(?s), 1, 2) AS ?n) }",
    "DESCRIBE ?s <x:y> { ?s ?p ?o MINUS { ?s a ?o } OPTIONAL { ?s ?p 2 } { } UNION { } }",
    "SELECT * { VALUES (?a ?b) { (1 UNDEF) ('x'^^xsd:date <x:y>) } FILTER NOT EXISTS { ?a ?p 1 } }",
    "SELECT ?g { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g HAVING (COUNT(*) > 1) ORDER BY DESC(?g) ?g",
    "BASE <x:> PREFIX : <#> SELECT ?x { ?x :p :q.r, :s\\,t, :u%20v } VALUES ?x { :a }",
]


@pytest.mark.parametrize("text", GOOD)
def test_grammar_has_no_fault_to_find_in_a_good_query(text):
    query.run(Store(), text, PREFIXES | {"rdf": "r:"}, base="x:")
    assert first_fault(scan(text)) is None


def diagnostics(text: str):
    """What a query is refused with; anything but a diagnostic fails the test."""
    try:
        query.run(Store(), text, PREFIXES | {"rdf": "r:"}, base="x:")
    except ContentError as error:
        return error.diagnostics
    return None


@given(st.sampled_from(GOOD), st.data())
def test_a_missing_token_is_accepted_or_explained(text, data):
    tokens = scan(text)
    gone = tokens[data.draw(st.integers(0, len(tokens) - 1))]
    found = diagnostics(text[: gone.start] + " " + text[gone.start + len(gone.text) :])
    assert found is None or all(fault.message for fault in found)


@given(st.text(st.sampled_from("{}()[]<>?*:;,.'\"\\#@^|!=&ab 1\né")))
def test_any_text_is_accepted_or_explained(text):
    assert diagnostics(text) != ()


def test_nesting_is_never_too_deep_to_explain():
    text = "ASK { FILTER(" + "(" * 5000 + "1"
    assert first_fault(scan(text)).at == len(scan(text))


def test_every_function_name_is_one_of_the_engine():
    for name in NAMES.split():
        arguments = ["", "?a", "?a, ?a", "?a, ?a, ?a"]
        calls = [f"SELECT ({name}({given}) AS ?x) {{}}" for given in arguments]
        assert any(accepted(text) for text in calls), name


def accepted(text: str) -> bool:
    try:
        Store().query(text)
    except SyntaxError:
        return False
    return True


# The command


def invoke(project: Path, *arguments: str, stdin: str | None = None):
    return CliRunner().invoke(command, list(arguments), obj=project, input=stdin)


SHORT = "SELECT ?s { ?s a news:State }"


def test_command_takes_the_query_inline_from_a_file_and_from_standard_input(project, tmp_path):
    path = tmp_path / "q.rq"
    path.write_text(SHORT, encoding="utf-8")
    expected = f"?s\n<{BASE}state/iran>\n"
    for done in (
        invoke(project, SHORT),
        invoke(project, "-f", str(path)),
        invoke(project, "-", stdin=SHORT),
    ):
        assert (done.exit_code, done.stdout, done.stderr) == (0, expected, "")


def test_command_writes_to_a_file(project, tmp_path):
    path = tmp_path / "answer.json"
    done = invoke(project, SHORT, "-o", str(path))
    assert (done.exit_code, done.stdout) == (0, "")
    assert json.loads(path.read_text())["head"] == {"vars": ["s"]}


@pytest.mark.parametrize("arguments", [[], [SHORT, "-f", "q.rq"], [SHORT, "-F", "pdf"]])
def test_command_used_wrongly(project, arguments):
    assert invoke(project, *arguments).exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "status", "code"),
    [
        (["SELECT ?"], 1, "Q601"),
        (["ASK {}", "-F", "ttl"], 2, "Q607"),
        (["-f", "none.rq"], 3, "X703"),
        (["--data", "none.ttl", "ASK {}"], 3, "X703"),
        (["--data", "none", "ASK {}"], 3, "X703"),
    ],
)
def test_command_refuses(project, arguments, status, code):
    error = invoke(project, *arguments).exception
    assert isinstance(error, ContentError)
    assert (error.exit_status, error.diagnostics[0].code) == (status, code)


def test_each_file_that_cannot_be_read_is_told(project):
    data = ["--data", "/none.ttl", "--data", __file__, "--data-format", "ttl"]
    error = invoke(project, *data, "ASK {}").exception
    assert isinstance(error, ContentError)
    assert error.exit_status == 3
    assert {found.code for found in error.diagnostics} == {"X703", "Q608"}


def test_command_without_a_build(tmp_path):
    error = invoke(tmp_path, "ASK {}").exception
    assert isinstance(error, ContentError)
    assert (error.exit_status, error.diagnostics[0].code) == (3, "X701")
    settings = 'base = "https://example.org/"\n[namespaces]\ntext = "https://example.org/text#"\n'
    (tmp_path / "kg.toml").write_text(settings, encoding="utf-8")
    error = invoke(tmp_path, "ASK {}").exception
    assert isinstance(error, ContentError)
    assert (error.exit_status, error.diagnostics[0].code) == (3, "X702")


def test_query_file_that_is_no_text(project, tmp_path):
    path = tmp_path / "q.rq"
    path.write_bytes(b"\xff\xfe")
    error = invoke(project, "-f", str(path)).exception
    assert isinstance(error, ContentError)
    assert error.diagnostics[0].code == "D101"


def test_closed_pipe_is_quiet(project):
    code = (
        "import sys; from pathlib import Path; from kg.commands.query import command;"
        "command([sys.argv[2], '--quiet'], obj=Path(sys.argv[1]))"
    )
    text = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    line = [sys.executable, "-c", code, str(project), text]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"?a\t?b\t?c\t?d\t?e\t?f\t?g\t?h\t?i\n"
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
    assert process.returncode == 0


@pytest.mark.parametrize("format_", ["tsv", "ttl", "trig", "jsonld", "xml"])
def test_graph_answers_are_the_same_bytes_for_any_hash_seed(project, format_):
    code = (
        "import sys; from pathlib import Path; from kg.commands.query import command;"
        "command(sys.argv[2:], obj=Path(sys.argv[1]))"
    )
    text = SHORT if format_ == "tsv" else GRAPH
    outputs = set()
    for seed in ("1", "2", "3"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        line = [sys.executable, "-c", code, str(project), text, "-F", format_]
        done = subprocess.run(line, capture_output=True, check=True, env=environment)
        outputs.add(done.stdout)
    assert len(outputs) == 1
    assert outputs != {b""}


def test_a_triple_found_twice_is_written_once():
    twice = Store()
    for graph in ("x:1", "x:2"):
        twice.add(Quad(*Triple(NamedNode("x:s"), NamedNode("x:p"), Literal(1)), NamedNode(graph)))
    found = query.run(twice, "CONSTRUCT { ?s ?p ?o } { GRAPH ?g { ?s ?p ?o } }", {})
    out = io.BytesIO()
    results.write_answer(found, "nt", out, WORDING)
    assert out.getvalue().count(b"\n") == 1
