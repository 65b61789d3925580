"""Quads of an article: what they say, the words and the line behind each, and no blank node."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, parse

from kg.building.workshop import Workshop
from kg.diagnostics import Findings, Location
from kg.grounding.generate import generate, generate_authority
from kg.project.settings import load_project
from kg.store.origins import Origin, Statements, from_files, to_files
from kg.terms import OA, RDF, XSD
from kg.text.quotes import Span

BASE = "https://example.org/case/"
CLUB = BASE + "ontology#"
TEXT = "https://example.org/newskg/text#"
ARTICLE = NamedNode(BASE + "article/tower")
GRAPH = NamedNode(BASE + "graph/tower")
MAPPING = """article:
  date: 12 February 2025
events:
  tower-meeting:
    a: Meeting
    participant: [ada-brandt, iven-holm]
    quote: Ada met Iven
remarks:
  - speaker: ada-brandt
    tone: calm
    quote: Ada met Iven
"""
Generated = Statements


@pytest.fixture(scope="module")
def workshop(tmp_path_factory, laid_out: Callable[..., Path]) -> Workshop:
    files = {
        "seeds/tower.txt": "12 February 2025. Ada met Iven Holm.\n",
        "mappings/tower.yaml": MAPPING,
    }
    folder = laid_out(tmp_path_factory.mktemp("club") / "project", files=files)
    return Workshop(load_project(folder))


@pytest.fixture(scope="module")
def quads(workshop: Workshop) -> Generated:
    findings = Findings()
    grounded = workshop.ground("tower", findings)
    assert grounded is not None
    assert list(findings) == []
    return generate(grounded, BASE, workshop.ontology.text)


def has(quads: Generated, subject: str, predicate: str, object_: object) -> bool:
    if isinstance(object_, str):
        object_ = NamedNode(object_)
    return Quad(NamedNode(subject), NamedNode(predicate), object_, GRAPH) in quads


def test_all_quads_are_in_the_graph_of_the_article(quads: Generated) -> None:
    assert {quad.graph_name for quad in quads} == {GRAPH}
    assert not [q for q in quads if BlankNode in (type(q.subject), type(q.object))]


def test_the_article_is_pinned(quads: Generated, workshop: Workshop) -> None:
    from hashlib import sha256

    content = (workshop.project.folder / "seeds/tower.txt").read_bytes()
    assert has(quads, ARTICLE.value, RDF + "type", TEXT + "Article")
    assert has(quads, ARTICLE.value, TEXT + "sha256", Literal(sha256(content).hexdigest()))
    integer = NamedNode(XSD + "integer")
    count = Literal(str(len(content.decode())), datatype=integer)
    assert has(quads, ARTICLE.value, TEXT + "characters", count)


def test_what_is_local_names_its_article_and_what_is_shared_does_not(quads: Generated) -> None:
    within = {q.subject.value for q in quads if q.predicate.value == TEXT + "inArticle"}
    subjects = {q.subject.value for q in quads}
    shared = {BASE + "event/tower-meeting", ARTICLE.value}
    selectors = {s for s in subjects if s.endswith(("/quote", "/position"))}
    assert within == subjects - shared - selectors
    assert BASE + "remark/tower/18-30" in within


def test_facts_of_a_shared_node_are_stated_with_their_words(quads: Generated) -> None:
    facts = {q.subject for q in quads if q.object == NamedNode(TEXT + "Fact")}
    said = {
        tuple(
            next(
                q.object.value
                for q in quads
                if (q.subject, q.predicate.value) == (fact, RDF + part)
            )
            for part in ("subject", "predicate", "object")
        )
        for fact in facts
    }
    meeting = BASE + "event/tower-meeting"
    assert said == {
        (meeting, RDF + "type", CLUB + "Meeting"),
        (meeting, CLUB + "participant", BASE + "person/ada-brandt"),
        (meeting, CLUB + "participant", BASE + "person/iven-holm"),
    }
    for fact in facts:
        assert has(quads, fact.value, TEXT + "quote", ARTICLE.value + "#char=18,30")


def test_a_span_has_both_selectors(quads: Generated) -> None:
    span = ARTICLE.value + "#char=18,30"
    assert has(quads, span, RDF + "type", TEXT + "Span")
    assert has(quads, span, RDF + "type", OA + "SpecificResource")
    assert has(quads, span, OA + "hasSource", ARTICLE.value)
    assert has(quads, span + "/quote", OA + "exact", Literal("Ada met Iven"))
    assert has(quads, span + "/quote", OA + "prefix", Literal("12 February 2025. "))
    assert has(quads, span + "/quote", OA + "suffix", Literal(" Holm.\n"))
    integer = NamedNode(XSD + "integer")
    assert has(quads, span + "/position", OA + "start", Literal("18", datatype=integer))
    assert has(quads, span + "/position", OA + "end", Literal("30", datatype=integer))


def test_a_mention_denotes(quads: Generated) -> None:
    span = ARTICLE.value + "#char=26,35"
    assert has(quads, span, RDF + "type", TEXT + "Mention")
    assert has(quads, span, TEXT + "denotes", BASE + "person/iven-holm")


def test_every_quad_has_a_line_or_words(quads: Generated) -> None:
    assert all(origin.place or origin.spans for origin in quads.values())
    quad = Quad(
        NamedNode(BASE + "event/tower-meeting"),
        NamedNode(CLUB + "participant"),
        NamedNode(BASE + "person/iven-holm"),
        GRAPH,
    )
    place = Location("mappings/tower.yaml", 6, 31, 6, 40)
    assert quads[quad] == Origin(place, (Span(18, 30),))


def test_generating_twice_gives_the_same_bytes(quads: Generated, workshop: Workshop) -> None:
    grounded = workshop.ground("tower", Findings())
    assert grounded is not None
    again = generate(grounded, BASE, workshop.ontology.text)
    backwards = Statements(quads.graph, dict(reversed(quads.rows.items())))
    assert to_files(again) == to_files(backwards) == to_files(quads)
    assert list(again.items()) == list(quads.items())


def test_origins_come_back_from_their_file(quads: Generated) -> None:
    nquads, origins = to_files(quads)
    assert from_files(parse(nquads, format=RdfFormat.N_QUADS), origins) == quads


def test_origins_of_another_file_are_refused(quads: Generated) -> None:
    nquads, origins = to_files(quads)
    found = list(parse(nquads, format=RdfFormat.N_QUADS))
    with pytest.raises(ValueError, match="zip"):
        from_files(found[1:], origins)


def test_the_authority_needs_no_words(workshop: Workshop) -> None:
    nodes = workshop.authority_nodes
    quads = generate_authority(nodes, BASE, workshop.ontology.text)
    assert {quad.graph_name.value for quad in quads} == {BASE + "graph/authority"}
    assert all(origin.place and not origin.spans for origin in quads.values())
    assert not [q for q in quads if q.predicate.value == TEXT + "inArticle"]
    labels = {q.object for q in quads if q.subject.value == BASE + "person/ada-brandt"}
    assert Literal("Ada Brandt", language="en") in labels
