"""What the ontology declares becomes the words of the mapping language."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kg.diagnostics import ContentError
from kg.ontology.declarations import Ontology, ValueKind, load_ontology
from kg.project.settings import load_project
from kg.textlayer import TEXT_TERMS

CLUB = "https://example.org/case/ontology#"
TEXT = "https://example.org/newskg/text#"
HEAD = """
@prefix club: <https://example.org/case/ontology#> .
@prefix text: <https://example.org/newskg/text#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
Load = Callable[[str], Ontology]


@pytest.fixture
def load(lay: Callable[..., Path]) -> Load:
    def load(extra: str = "") -> Ontology:
        return load_ontology(load_project(lay(files={"ontology/extra.ttl": HEAD + extra})))

    return load


def refused(load: Load, extra: str) -> list[tuple[str, str]]:
    with pytest.raises(ContentError) as raised:
        load(extra)
    return [(d.code, d.message) for d in raised.value.diagnostics]


def test_keys_are_local_names_of_own_properties(load: Load) -> None:
    keys = load().properties
    assert keys["speaker"].iri == CLUB + "speaker"
    assert keys["quote"].iri == TEXT + "quote"
    assert keys["label"].iri.endswith("core#prefLabel")
    assert "prefLabel" not in keys, "a published property has a key only by `text:key`"


def test_generated_properties_are_no_keys(load: Load) -> None:
    keys = load().properties
    assert not {"inArticle", "denotes", "hasSelector", "dayOfWeek", "inScheme"} & set(keys)


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("cue", ValueKind.QUOTE),
        ("quote", ValueKind.QUOTE),
        ("time", ValueKind.TIME),
        ("date", ValueKind.TIME),
        ("speaker", ValueKind.REFERENCE),
        ("verdict", ValueKind.REFERENCE),
        ("seats", ValueKind.LITERAL),
        ("label", ValueKind.LITERAL),
    ],
)
def test_ranges_say_how_values_are_read(load: Load, key: str, kind: ValueKind) -> None:
    assert load().properties[key].kind is kind


def test_unions_count_as_their_members(load: Load) -> None:
    assert load().properties["about"].range == (CLUB + "Agent", CLUB + "Event")


def test_domain_and_range_are_inherited_from_the_nearest_property_above(load: Load) -> None:
    keys = load(
        """
        club:chair a owl:ObjectProperty ; rdfs:subPropertyOf club:host .
        club:deputy a owl:ObjectProperty ; rdfs:subPropertyOf club:chair ; rdfs:range club:Person .
        club:loop a owl:ObjectProperty ; rdfs:subPropertyOf club:loop .
        """
    ).properties
    assert keys["chair"].domain == (CLUB + "Event",)
    assert keys["chair"].range == (CLUB + "Agent",)
    assert keys["deputy"].range == (CLUB + "Person",)
    assert keys["loop"].range == ()


def test_superclasses_lead_through_definitions(load: Load) -> None:
    ontology = load(
        """
        club:Host a owl:Class ; owl:equivalentClass [ owl:intersectionOf ( club:Person
            [ a owl:Restriction ; owl:onProperty club:host ; owl:someValuesFrom owl:Thing ] ) ] .
        club:One a owl:Class ; rdfs:subClassOf club:Two .
        club:Two a owl:Class ; rdfs:subClassOf club:One .
        """
    )
    assert ontology.is_a([CLUB + "Host"], [CLUB + "Agent"])
    assert not ontology.is_a([CLUB + "Host"], [CLUB + "Event"])
    assert ontology.superclasses(CLUB + "One") == {CLUB + "One", CLUB + "Two"}
    assert ontology.is_notion([CLUB + "Tone"])
    assert not ontology.is_notion([CLUB + "Person"])


def test_sections_have_the_kind_of_their_class(load: Load) -> None:
    extra = 'club:NightWatch a owl:Class ; text:section "watches" .'
    sections = load(extra).sections
    assert (sections["watches"].iri, sections["watches"].kind) == (
        CLUB + "NightWatch",
        "night-watch",
    )
    assert sections["article"].iri == TEXT + "Article"


def test_individuals_can_be_named_by_their_local_names(load: Load) -> None:
    ontology = load()
    assert ontology.individuals["calm"] == CLUB + "calm"
    assert CLUB + "Tone" in ontology.types(CLUB + "calm")


def test_alignments_are_stored_but_not_reasoned_over(lay: Callable[..., Path]) -> None:
    text = HEAD + "club:Person rdfs:subClassOf <http://xmlns.com/foaf/0.1/Person> ."
    ontology = load_ontology(load_project(lay(files={"ontology/alignments.ttl": text})))
    aligned = [t for t in ontology.graph.triples if "foaf" in str(t.object)]
    assert len(aligned) == 1
    assert not [t for t in ontology.core if "foaf" in str(t.object)]


def test_blank_nodes_of_two_files_stay_apart(lay: Callable[..., Path]) -> None:
    node = "_:x rdfs:comment 'a comment' ."
    files = {"ontology/one.ttl": HEAD + node, "ontology/two.ttl": HEAD + node}
    ontology = load_ontology(load_project(lay(files=files)))
    nodes = {t.subject for t in ontology.core if getattr(t.object, "value", "") == "a comment"}
    assert len(nodes) == 2


@pytest.mark.parametrize(
    ("extra", "code", "words"),
    [
        ('club:x a owl:ObjectProperty ; text:key "speaker" .', "O102", "speaker"),
        ('club:x a owl:ObjectProperty ; text:key "entries" .', "O102", "the mapping language"),
        ("text:speaker a owl:ObjectProperty .", "O102", "speaker"),
        ('club:X a owl:Class ; text:section "remarks" .', "O102", "remarks"),
        ("text:angry a owl:NamedIndividual .", "O102", "angry"),
        ("club:x a ;", "O101", "Turtle"),
        ("nobody:x a owl:Class .", "O101", "nobody"),
    ],
)
def test_what_collides_or_is_no_turtle_is_refused(
    load: Load, extra: str, code: str, words: str
) -> None:
    ((found, message),) = refused(load, extra)
    assert found == code
    assert words in message


def test_every_missing_term_of_the_text_layer_is_told(lay: Callable[..., Path]) -> None:
    folder = lay(files={"ontology/text.ttl": HEAD})
    with pytest.raises(ContentError) as raised:
        load_ontology(load_project(folder))
    assert [d.code for d in raised.value.diagnostics] == ["O103"] * len(TEXT_TERMS)


def test_terms_that_the_engine_does_not_list_are_our_bug(load: Load) -> None:
    with pytest.raises(KeyError):
        load().text("speaker")


def test_the_real_ontology_is_read(root: Path) -> None:
    ontology = load_ontology(load_project(root))
    assert {"article", "events", "statements", "persons", "mentions"} <= set(ontology.sections)
    kinds = {property_.kind for property_ in ontology.properties.values()}
    assert kinds == set(ValueKind)
    assert len(ontology.classes) > 40
