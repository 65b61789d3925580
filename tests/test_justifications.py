"""Justifications: enough to contradict, and nothing too much; each contradiction by itself."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from kg.ontology.axioms import compile_axioms
from kg.reasoning.closure import close
from kg.reasoning.consistency import reason
from kg.reasoning.justifications import justify, justify_empty, justify_hidden
from kg.reasoning.minimal import shrink

EX = "http://example.org/"
HEAD = f"""@prefix : <{EX}> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""


def read(text: str) -> list[Triple]:
    return [quad.triple for quad in parse(HEAD + text, format=RdfFormat.TURTLE)]


ONTOLOGY = read(
    """:Animal a owl:Class . :Cat a owl:Class ; rdfs:subClassOf :Animal .
    :Dog a owl:Class ; rdfs:subClassOf :Animal . :Stone a owl:Class .
    [] a owl:AllDisjointClasses ; owl:members ( :Cat :Dog ) . :Animal owl:disjointWith :Stone .
    :keeps a owl:ObjectProperty ; rdfs:domain :Animal ; rdfs:range :Animal .
    :mate a owl:ObjectProperty, owl:FunctionalProperty ; rdfs:domain :Dog .
    :over a owl:ObjectProperty, owl:AsymmetricProperty .
    :Unused a owl:Class ; rdfs:subClassOf :Animal ."""
)


def found(facts: str) -> list[tuple[set[Triple], set[str]]]:
    closure = close(read(facts), compile_axioms(ONTOLOGY))
    return [
        (set(one.facts), {axiom.predicate.value.rpartition("#")[2] for axiom in one.axioms})
        for one in justify(closure, ONTOLOGY)
    ]


def test_a_contradiction_names_its_facts_and_its_axioms() -> None:
    assert found(":x a :Cat ; :mate :y . :z a :Dog .") == [
        (set(read(":x a :Cat ; :mate :y .")), {"domain", "members"})
    ]


def test_contradictions_are_told_one_by_one() -> None:
    facts = ":x a :Cat, :Dog . :y :mate :a, :b . :s a :Stone . :c :keeps :s ."
    assert sorted(len(facts) for facts, _ in found(facts)) == [2, 2, 2]


def test_all_values_of_a_functional_property_are_told_at_once() -> None:
    ((facts, axioms),) = found(":y :mate :a, :b, :c .")
    assert len(facts) == 3
    assert axioms == {"type"}


def test_what_follows_from_a_contradiction_that_is_told_is_not_told_again() -> None:
    """That x is a stone and, being a cat, an animal, is one thing, however many classes say so."""
    assert len(found(":x a :Cat, :Animal, :Stone . :y a :Cat .")) == 1


def contradicts(facts: list[Triple], axioms: list[Triple]) -> bool:
    return bool(close(facts, compile_axioms(axioms)).clashes)


NAMES = [NamedNode(EX + name) for name in "uvw"]
CLASSES = [NamedNode(EX + name) for name in ("Animal", "Cat", "Dog", "Stone")]
ROLES = [NamedNode(EX + name) for name in ("keeps", "mate", "over")]
A = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
TYPED = st.builds(Triple, st.sampled_from(NAMES), st.just(A), st.sampled_from(CLASSES))
RELATED = st.builds(Triple, st.sampled_from(NAMES), st.sampled_from(ROLES), st.sampled_from(NAMES))


@settings(max_examples=60, deadline=None)
@given(st.lists(TYPED | RELATED, unique=True, max_size=10))
def test_a_justification_is_enough_and_nothing_in_it_too_much(facts: list[Triple]) -> None:
    closure = close(facts, compile_axioms(ONTOLOGY))
    justified = justify(closure, ONTOLOGY)
    assert bool(justified) == bool(closure.clashes)
    for one in justified:
        assert set(one.facts) <= set(facts)
        assert contradicts(list(one.facts), ONTOLOGY)
        if one.clash and one.clash.rule not in ("prp-fp", "prp-ifp"):  # all values are told
            for fact in one.facts:
                rest = [other for other in one.facts if other != fact]
                found = close(rest, compile_axioms(ONTOLOGY)).clashes
                assert one.clash.premises not in [clash.premises for clash in found]
    sets = [frozenset(one.facts) for one in justified]
    assert not any(one < other for one in sets for other in sets)
    for clash in closure.clashes:  # each is told, or one that it holds
        grounds = set(closure.grounds(clash.premises))
        assert any(one <= grounds for one in sets)


@given(st.sets(st.integers(0, 30), min_size=1, max_size=4))
def test_the_smallest_part_is_found_in_few_runs(wanted: set[int]) -> None:
    runs = 0

    def holds(some: list[int]) -> bool:
        nonlocal runs
        runs += 1
        return wanted <= set(some)

    assert set(shrink(range(31), holds, 1000)) == wanted
    assert runs <= 6 * len(wanted) + 2


def test_used_up_runs_give_too_much_rather_than_too_little() -> None:
    some = shrink(range(31), lambda items: 30 in items and 3 in items, 3)
    assert {3, 30} <= set(some)


def test_a_class_without_members_names_its_axioms() -> None:
    ontology = ONTOLOGY + read(":Odd a owl:Class ; rdfs:subClassOf :Cat, :Stone .")
    axioms = justify_empty(ontology, EX + "Odd")
    assert len(axioms) == 4
    assert sum(axiom.subject == NamedNode(EX + "Odd") for axiom in axioms) == 2


def test_what_only_hermit_sees_is_told_with_its_axioms() -> None:
    ontology = ONTOLOGY + read(
        """:Gala a owl:Class ; rdfs:subClassOf
            [ a owl:Restriction ; owl:onProperty :keeps ; owl:someValuesFrom :Cat ] .
        :Stroll a owl:Class ; rdfs:subClassOf
            [ a owl:Restriction ; owl:onProperty :keeps ; owl:allValuesFrom :Dog ] ."""
    )
    facts = read(":x a :Gala, :Stroll . :y a :Cat . :z a :Gala .")
    assert close(facts, compile_axioms(ontology)).clashes == ()
    (one,) = justify_hidden(ontology, facts)
    assert set(one.facts) == set(read(":x a :Gala, :Stroll ."))
    assert len(one.axioms) == 3
    kept = [axiom for axiom in one.axioms if axiom.subject in (NamedNode(EX + "Gala"),)]
    assert len(kept) == 1
    assert not reason(ontology, facts).consistent
