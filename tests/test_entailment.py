"""What is inferred from the five articles, compared with an independent OWL RL reasoner."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import owlrl
import pytest
import rdflib
from pyoxigraph import NamedNode, RdfFormat, Triple, parse
from rdflib.namespace import RDF, RDFS

from kg.ontology.axioms import compile_axioms
from kg.ontology.declarations import Ontology, load_ontology
from kg.project.settings import load_project
from kg.rdf.rdflib_terms import to_graph
from kg.reasoning.closure import close
from kg.reasoning.showing import without_text_layer

BASE = "https://example.org/newskg/"
ANNOTATIONS = {
    RDFS.label,
    RDFS.comment,
    RDFS.isDefinedBy,
    *(
        rdflib.SKOS[name]
        for name in ("definition", "example", "prefLabel", "altLabel", "hiddenLabel")
    ),
}


@pytest.fixture(scope="module")
def folder(real: Any) -> Path:
    return real.folder


@pytest.fixture(scope="module")
def ontology(folder: Path) -> Ontology:
    return load_ontology(load_project(folder))


def triples_of(folder: Path, *names: str) -> set[Triple]:
    files = [path for name in names for path in (folder / "build" / "current").glob(name)]
    assert files
    return {
        quad.triple for path in files for quad in parse(path=str(path), format=RdfFormat.N_QUADS)
    }


def closed(facts: Iterable[Triple], ontology: Ontology) -> set[Triple]:
    """What the engine infers from facts and from what the ontology says of its individuals."""
    asserted = [*facts, *ontology.assertions()]
    return set(close(asserted, compile_axioms(ontology.core)).inferred)


def without_labels(triples: Iterable[Triple]) -> set[Triple]:
    return {t for t in triples if t.predicate.value != str(RDFS.label)}


def by_owlrl(facts: Iterable[Triple], ontology: Ontology) -> set[Triple]:
    """What owlrl infers of the same individuals in the vocabulary of the ontology."""
    graph = to_graph(
        t for t in ontology.core if rdflib.URIRef(t.predicate.value) not in ANNOTATIONS
    )
    given = to_graph(facts)
    graph += given
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    vocabulary = (*ontology.prefixes.values(), str(rdflib.SKOS), str(rdflib.TIME))
    individuals = {rdflib.URIRef(iri) for iri in ontology.individuals.values()}
    individuals |= {term for s, _, o in given for term in (s, o) if str(term).startswith(BASE)}
    asserted = {*facts, *ontology.core}
    return {
        triple
        for s, p, o in graph
        if s in individuals and isinstance(o, rdflib.URIRef)
        if str(o if p == RDF.type else p).startswith(vocabulary)
        if (triple := Triple(NamedNode(s), NamedNode(p), NamedNode(o))) not in asserted
    }


def test_the_closure_of_the_articles_is_what_owlrl_infers(folder: Path, ontology: Ontology) -> None:
    facts = without_text_layer(triples_of(folder, "authority.nq", "articles/*.nq"), ontology)
    expected = by_owlrl(facts, ontology)
    assert len(expected) > 300
    assert without_labels(closed(facts, ontology)) == expected


def test_the_closure_of_an_article_with_its_text_layer_is_what_owlrl_infers(
    folder: Path, ontology: Ontology
) -> None:
    facts = [
        triple
        for triple in triples_of(folder, "articles/001_e03186edf4a8495b.nq")
        if rdflib.URIRef(triple.predicate.value) not in ANNOTATIONS
    ]
    expected = by_owlrl(facts, ontology)
    assert len(expected) > 100
    assert without_labels(closed(facts, ontology)) == expected


def test_what_is_written_is_the_closure_and_nothing_else(folder: Path, ontology: Ontology) -> None:
    asserted = triples_of(folder, "authority.nq", "articles/*.nq")
    written = triples_of(folder, "inferred.nq")
    assert written == closed(asserted, ontology)
    assert not written & asserted
    assert not written & set(ontology.core)


@pytest.mark.parametrize(
    "chain",
    ["partParticipant", "speakerOrganization", "holdsPost", "memberOf", "stanceHolder"],
)
def test_reasoning_adds_answers_that_nobody_wrote(
    chain: str, folder: Path, ontology: Ontology
) -> None:
    predicate = f"{ontology.prefixes['news']}{chain}"
    asserted = triples_of(folder, "authority.nq", "articles/*.nq")
    assert not any(t.predicate.value == predicate for t in asserted)
    assert any(t.predicate.value == predicate for t in triples_of(folder, "inferred.nq"))


def test_inferred_triples_live_in_a_graph_of_their_own(folder: Path) -> None:
    path = folder / "build" / "current" / "inferred.nq"
    graphs = {quad.graph_name.value for quad in parse(path=str(path), format=RdfFormat.N_QUADS)}
    assert graphs == {"https://example.org/newskg/graph/inferred"}
