"""JSON-LD in the words of the mapping language, read by three processors."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
import rdflib
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from pyld import jsonld
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from kg.commands.export import command
from kg.exporting.compaction import Compactor
from kg.exporting.syntaxes import write_lines
from kg.rdf.turtle import Style

ODD = "https://example.org/x/"
XSD = "http://www.w3.org/2001/XMLSchema#"
CONTEXT = {
    "@context": {
        "@version": 1.1,
        "@base": ODD,
        "o": f"{ODD}o#",
        "xsd": XSD,
        "a": "@type",
        "id": "@id",
        "Thing": "o:Thing",
        "knows": {"@id": "o:knows", "@type": "@id"},
        "name": {"@id": "o:name", "@language": "en"},
        "age": {"@id": "o:age", "@type": "xsd:integer"},
        "note": {"@id": "o:note", "@type": "xsd:string"},
        "code": {"@id": "o:code"},
    }
}


def run(folder: Path, *arguments: str) -> str:
    done = CliRunner().invoke(command, list(arguments), obj=folder)
    assert done.exit_code == 0, done.output
    return done.stdout


def written(quads) -> str:
    out = io.BytesIO()
    lines = (f"{quad} .\n".encode() for quad in quads)
    write_lines(lines, "jsonld", out, Style({"o": f"{ODD}o#"}, ODD, context=CONTEXT))
    return out.getvalue().decode()


@pytest.fixture(scope="module", params=[[], ["--ontology"], ["--profile", "nanopub"]], ids=str)
def both(request, real) -> tuple[str, set[Quad]]:
    """The document, and what it should say."""
    lines = run(real.folder, "-F", "nq", *request.param).encode()
    return run(real.folder, "-F", "jsonld", *request.param), set(parse(lines, RdfFormat.N_QUADS))


def without_blanks(quads) -> set[Quad]:
    return {quad for quad in quads if "_:" not in f"{quad.subject}{quad.object}"}


def test_the_engine_reads_it(both):
    document, expected = both
    found = set(parse(document.encode(), RdfFormat.JSON_LD))
    assert len(found) == len(expected)
    assert without_blanks(found) == without_blanks(expected)


def test_rdflib_reads_it(both, monkeypatch):
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)
    document, expected = both
    graph = rdflib.Dataset()
    graph.parse(data=document, format="json-ld")
    found = set(parse(graph.serialize(format="nquads"), RdfFormat.N_QUADS))
    assert len(found) == len(expected)
    assert without_blanks(found) == without_blanks(expected)


def test_an_independent_processor_reads_it(both):
    def refuse(url: str, options: dict[str, Any]) -> None:
        pytest.fail(f"the document asks the network for {url}")

    document, expected = both
    text = jsonld.to_rdf(
        json.loads(document), {"documentLoader": refuse, "format": "application/n-quads"}
    )
    found = set(parse(text.encode(), RdfFormat.N_QUADS))
    assert len(found) == len(expected)
    assert without_blanks(found) == without_blanks(expected)


def test_it_speaks_as_mappings_do(real):
    document = json.loads(run(real.folder, "-F", "jsonld"))
    graphs = {graph["id"]: graph["@graph"] for graph in document["@graph"]}
    nodes = {node["id"]: node for node in graphs["graph/001_e03186edf4a8495b"]}
    assert nodes["event/baqeri-al-raisi-meeting-2023"] == {
        "id": "event/baqeri-al-raisi-meeting-2023",
        "a": "Meeting",
        "label": "Meeting of Baqeri and Al Raisi, May 2023",
        "modality": "news:occurred",
        "participant": ["person/abdullah-al-raisi", "person/mohammad-baqeri"],
        "quote": "article/001_e03186edf4a8495b#char=17,148",
        "time": "time/001_e03186edf4a8495b/132-147",
    }


def test_a_node_stands_on_a_line(real):
    lines = run(real.folder, "-F", "jsonld", "--graph", "authority").splitlines()
    nodes = [line for line in lines if line.startswith('{"id"') and '"@graph"' not in line]
    assert len(nodes) == len({re.match(r'{"id": "([^"]+)"', line)[1] for line in nodes}) > 50


LOCAL = st.sampled_from(
    [
        "o#knows",
        "o#name",
        "o#age",
        "o#note",
        "o#code",
        "o#Thing",
        "o#o.k",
        "o#",
        "a",
        "b/c",
        "d:e",
        "o:x",
        "a#f",
        "../g",
        "./h",
        "//i",
        "?q",
        "knows",
        "id",
        "@id",
        "é",
        "x/",
    ]
)
IRIS = LOCAL.map(lambda rest: NamedNode(ODD + rest))
OTHERS = st.sampled_from(["urn:o:x", f"{XSD}integer", "https://example.org/x", "mailto:a@b"])
NODES = IRIS | OTHERS.map(NamedNode)
FORMS = st.sampled_from(["", "x", "7", "true", "o:knows", "@id", '\u2028\\"\n', "https://a/"])
TYPES = st.sampled_from(["string", "integer", "boolean", "date", "anyURI"])
LITERALS = (
    FORMS.map(Literal)
    | st.builds(lambda form, tag: Literal(form, language=tag), FORMS, st.sampled_from(["en", "fa"]))
    | st.builds(lambda form, end: Literal(form, datatype=NamedNode(XSD + end)), FORMS, TYPES)
)
TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
STATEMENTS = st.builds(Quad, NODES, NODES, NODES | LITERALS, NODES) | st.builds(
    Quad, NODES, st.just(TYPE), NODES
)


@settings(deadline=None)
@given(st.lists(STATEMENTS, max_size=8))
def test_any_statement_survives(quads):
    document = written(quads)
    assert set(parse(document.encode(), RdfFormat.JSON_LD)) == set(quads)
    text = jsonld.to_rdf(json.loads(document), {"format": "application/n-quads"})
    assert set(parse(text.encode(), RdfFormat.N_QUADS)) == set(quads)


def test_what_a_key_would_change_is_written_out():
    compactor = Compactor(CONTEXT["@context"])
    seven = Literal("7", datatype=NamedNode(f"{XSD}integer"))
    assert compactor.value("age", seven) == "7"
    assert compactor.value("age", Literal("7")) == {"@value": "7"}
    assert compactor.value("name", Literal("x", language="fa")) == {
        "@value": "x",
        "@language": "fa",
    }
    assert compactor.value("code", NamedNode(f"{ODD}b")) == {"id": "b"}
    assert compactor.value("knows", NamedNode(f"{ODD}a")) == f"{ODD}a"  # `a` means `@type`
