"""The closure against hand-written examples, against owlrl, and against itself in another order."""

from __future__ import annotations

import random
from pathlib import Path

import owlrl
import pytest
import rdflib
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, NamedNode, RdfFormat, Triple, parse, serialize

from kg.ontology.expressions import Source
from kg.reasoning.closure import Axioms, Closure, close, compile_axioms

EX = "http://example.org/"
PREFIXES = f"""
@prefix : <{EX}> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix swrl: <http://www.w3.org/2003/11/swrl#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
OWL = "http://www.w3.org/2002/07/owl#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
ONTOLOGY = Path(__file__).parent.parent / "ontology"


def read(text: str) -> list[Triple]:
    return [quad.triple for quad in parse(PREFIXES + text, format=RdfFormat.TURTLE)]


def one(text: str) -> Triple:
    (triple,) = read(text)
    return triple


def run(axioms: str, facts: str) -> Closure:
    return close(read(facts), compile_axioms(read(axioms)))


# ---------------------------------------------------------------------- one example a rule

RULES: dict[str, tuple[str, str, str]] = {
    # rule: axioms, facts, everything that follows
    "cax-sco": (":A rdfs:subClassOf :B . :B rdfs:subClassOf :C .", ":x a :A .", ":x a :B, :C ."),
    "cax-eqc1": (":A owl:equivalentClass :B .", ":x a :A .", ":x a :B ."),
    "cax-eqc2": (":A owl:equivalentClass :B .", ":x a :B .", ":x a :A ."),
    "prp-spo1": (":p rdfs:subPropertyOf :q .", ':x :p :y, "v" .', ':x :q :y, "v" .'),
    "prp-eqp1": (":p owl:equivalentProperty :q .", ":x :p :y .", ":x :q :y ."),
    "prp-eqp2": (":p owl:equivalentProperty :q .", ":x :q :y .", ":x :p :y ."),
    "prp-inv1": (":p owl:inverseOf :q .", ':x :p :y, "v" .', ":y :q :x ."),
    "prp-inv2": (":p owl:inverseOf :q .", ":x :q :y .", ":y :p :x ."),
    "prp-symp": (":p a owl:SymmetricProperty .", ":x :p :y .", ":y :p :x ."),
    "prp-trp": (
        ":p a owl:TransitiveProperty .",
        ":x :p :y . :y :p :z . :z :p :w .",
        ":x :p :z, :w . :y :p :w .",
    ),
    "prp-dom": (":p rdfs:domain :A .", ":x :p :y .", ":x a :A ."),
    "prp-rng": (":p rdfs:range :A .", ':x :p :y, "v" .', ":y a :A ."),
    "prp-spo2": (
        ":r owl:propertyChainAxiom ( :p :q :s ) .",
        ":x :p :y . :y :q :z . :z :s :w .",
        ":x :r :w .",
    ),
    "cls-int1": (
        ":A owl:equivalentClass [ owl:intersectionOf ( :B :C ) ] .",
        ":x a :B, :C . :y a :B .",
        ":x a :A .",
    ),
    "cls-int2": (
        ":A rdfs:subClassOf [ owl:intersectionOf ( :B :C ) ] .",
        ":x a :A .",
        ":x a :B, :C .",
    ),
    "cls-uni": (
        ":A owl:equivalentClass [ owl:unionOf ( :B :C ) ] .",
        ":x a :B . :y a :C . :z a :A .",
        ":x a :A . :y a :A .",
    ),
    "cls-svf1": (
        "[ owl:onProperty :p ; owl:someValuesFrom :B ] rdfs:subClassOf :A .",
        ":x :p :y . :y a :B . :u :p :v .",
        ":x a :A .",
    ),
    "cls-svf2": (
        "[ owl:onProperty :p ; owl:someValuesFrom owl:Thing ] rdfs:subClassOf :A .",
        ":x :p :y .",
        ":x a :A .",
    ),
    "cls-avf": (
        ":A rdfs:subClassOf [ owl:onProperty :p ; owl:allValuesFrom :B ] .",
        ":x a :A ; :p :y . :u :p :v .",
        ":y a :B .",
    ),
    "cls-hv1": (
        ":A rdfs:subClassOf [ owl:onProperty :p ; owl:hasValue :v ] .",
        ":x a :A .",
        ":x :p :v .",
    ),
    "cls-hv2": (
        "[ owl:onProperty :p ; owl:hasValue :v ] rdfs:subClassOf :A .",
        ":x :p :v . :y :p :w .",
        ":x a :A .",
    ),
    "cls-oo": (":A owl:oneOf ( :x :y ) .", ":x a :B .", ":x a :A . :y a :A ."),
    "scm-svf1": (
        """:A rdfs:subClassOf [ owl:onProperty :p ; owl:someValuesFrom :B ] .
        :B rdfs:subClassOf :C .
        [ owl:onProperty :p ; owl:someValuesFrom :C ] rdfs:subClassOf :D .""",
        ":x a :A .",
        ":x a :D .",
    ),
    "scm-svf2": (
        """:A rdfs:subClassOf [ owl:onProperty :p ; owl:someValuesFrom :B ] .
        :p rdfs:subPropertyOf :q .
        [ owl:onProperty :q ; owl:someValuesFrom :B ] rdfs:subClassOf :D .""",
        ":x a :A .",
        ":x a :D .",
    ),
    "scm-avf1": (
        """:A rdfs:subClassOf [ owl:onProperty :p ; owl:allValuesFrom :B ] .
        :B rdfs:subClassOf :C .
        [ owl:onProperty :p ; owl:allValuesFrom :C ] rdfs:subClassOf :D .""",
        ":x a :A .",
        ":x a :D .",
    ),
    "scm-avf2": (
        """:A rdfs:subClassOf [ owl:onProperty :q ; owl:allValuesFrom :B ] .
        :p rdfs:subPropertyOf :q .
        [ owl:onProperty :p ; owl:allValuesFrom :B ] rdfs:subClassOf :D .""",
        ":x a :A .",
        ":x a :D .",
    ),
}
COMBINED: dict[str, tuple[str, str, str]] = {
    "a definition by a role": (
        """:Official owl:equivalentClass [ owl:intersectionOf ( :Person
        [ owl:onProperty :holds ; owl:someValuesFrom :Post ] ) ] .
        :holds owl:propertyChainAxiom ( :tenure :post ) ; rdfs:range :Post .
        :holder owl:inverseOf :tenure .""",
        ":x a :Person . :t :holder :x ; :post :p . :y a :Person .",
        ":x :tenure :t ; :holds :p ; a :Official . :p a :Post .",
    ),
    "an inverse inside a chain": (
        ":r owl:propertyChainAxiom ( [ owl:inverseOf :p ] :q ) .",
        ":y :p :x . :y :q :z .",
        ":x :r :z .",
    ),
    "a chain that feeds itself": (
        ":p owl:propertyChainAxiom ( :p :q ) . :q a owl:TransitiveProperty .",
        ":x :p :a . :a :q :b . :b :q :c .",
        ":x :p :b, :c . :a :q :c .",
    ),
    "two chains with one beginning": (
        ":r owl:propertyChainAxiom ( :p :q :s ) , ( :p :q :u ) .",
        ":a :p :b . :b :q :c . :c :s :d ; :u :e .",
        ":a :r :d, :e .",
    ),
    "a restriction on an inverse": (
        "[ owl:onProperty [ owl:inverseOf :p ] ; owl:someValuesFrom :B ] rdfs:subClassOf :A .",
        ":y :p :x . :y a :B .",
        ":x a :A .",
    ),
    "a value that is a literal": (
        ':A owl:equivalentClass [ owl:onProperty :p ; owl:hasValue "v" ] .',
        ':x :p "v" . :y a :A . :z :p "w" .',
        ':x a :A . :y :p "v" .',
    ),
    "a definition without owl:equivalentClass": (
        ":A owl:intersectionOf ( :B :C ) .",
        ":x a :B, :C . :y a :A .",
        ":x a :A . :y a :B, :C .",
    ),
    "a disjoint union": (":A owl:disjointUnionOf ( :B :C ) .", ":x a :B .", ":x a :A ."),
    "a circle of subclasses": (
        ":A rdfs:subClassOf :B . :B rdfs:subClassOf :C . :C rdfs:subClassOf :A .",
        ":x a :B .",
        ":x a :A, :C .",
    ),
    "a link of a thing to itself": (
        ":p a owl:TransitiveProperty .",
        ":x :p :y . :y :p :x .",
        ":x :p :x . :y :p :y .",
    ),
    "a filler that is found late": (
        """[ owl:onProperty :p ; owl:someValuesFrom :B ] rdfs:subClassOf :A .
        :C rdfs:subClassOf :B .""",
        ":x :p :y . :y a :C .",
        ":y a :B . :x a :A .",
    ),
    "a link that is found late": (
        """:A rdfs:subClassOf [ owl:onProperty :p ; owl:allValuesFrom :B ] .
        :q rdfs:subPropertyOf :r . :r rdfs:subPropertyOf :s . :s rdfs:subPropertyOf :p .""",
        ":x a :A ; :q :y .",
        ":x :r :y ; :s :y ; :p :y . :y a :B .",
    ),
    "a member that is found late": (
        """:A rdfs:subClassOf [ owl:onProperty :p ; owl:allValuesFrom :B ] .
        :D rdfs:subClassOf :C . :C rdfs:subClassOf :A .""",
        ":x a :D ; :p :y .",
        ":x a :C, :A . :y a :B .",
    ),
    "two definitions of one class": (
        ":A owl:intersectionOf ( :B :C ) , ( :D :E ) .",
        ":x a :D, :E .",
        ":x a :A, :B, :C .",
    ),
    "what is trivial": (
        ":A rdfs:subClassOf owl:Thing . :p rdfs:subPropertyOf owl:topObjectProperty ; "
        "rdfs:range owl:Thing ; rdfs:domain owl:Thing . :q rdfs:range xsd:string .",
        ':x a :A ; :p :y ; :q "v" .',
        "",
    ),
}


@pytest.mark.parametrize("name", [*RULES, *COMBINED])
def test_follows_exactly(name: str) -> None:
    axioms, facts, expected = (RULES | COMBINED)[name]
    assert set(run(axioms, facts).inferred) == set(read(expected))


@pytest.mark.parametrize("rule", RULES)
def test_derivation_names_the_rule(rule: str) -> None:
    axioms, facts, _ = RULES[rule]
    derivations = run(axioms, facts).inferred.values()
    assert rule in {derivation.rule for derivation in derivations}
    assert all(derivation.axiom is not None for derivation in derivations)


def test_derivation_shows_axiom_and_premises() -> None:
    closure = run(*COMBINED["a definition by a role"][:2])
    official = closure.inferred[one(":x a :Official .")]
    assert official.rule == "cls-int1"
    assert official.axiom is not None
    assert official.axiom.subject == NamedNode(EX + "Official")
    assert official.premises == (
        one(":x a :Person ."),
        one(":x :holds :p ."),
        one(":p a :Post ."),
    )
    holds = closure.inferred[one(":x :holds :p .")]
    assert (holds.rule, holds.premises) == (
        "prp-spo2",
        (one(":x :tenure :t ."), one(":t :post :p .")),
    )
    assert set(closure.grounds([one(":x a :Official .")])) == set(
        read(":x a :Person . :t :holder :x ; :post :p .")
    )


def test_a_long_chain_shows_every_link() -> None:
    axioms, facts, expected = RULES["prp-spo2"]
    derivation = run(axioms, facts).inferred[one(expected)]
    assert derivation.premises == (one(":x :p :y ."), one(":y :q :z ."), one(":z :s :w ."))


def test_grounds_of_an_asserted_triple_is_itself() -> None:
    closure = run(":A rdfs:subClassOf :B .", ":x a :A .")
    assert closure.grounds([one(":x a :A .")]) == (one(":x a :A ."),)


def test_asserted_triples_are_not_inferred() -> None:
    assert run(":A rdfs:subClassOf :B .", ":x a :A, :B .").inferred == {}


# ---------------------------------------------------------------------- clashes

CLASHES: dict[str, tuple[str, str, str, str, str]] = {
    # name: rule, axioms, facts that clash, facts that nearly do, words of the message
    "disjoint classes": (
        "cax-dw",
        ":A owl:disjointWith :B . :C rdfs:subClassOf :A .",
        ":x a :C, :B .",
        ":x a :C . :y a :B .",
        f"`<{EX}x>` is both `<{EX}A>` and `<{EX}B>`",
    ),
    "all disjoint classes": (
        "cax-adc",
        "[] a owl:AllDisjointClasses ; owl:members ( :A :B :C ) .",
        ":x a :B, :C .",
        ":x a :B . :y a :C .",
        f"both `<{EX}B>` and `<{EX}C>`",
    ),
    "complement": (
        "cls-com",
        ":A rdfs:subClassOf [ owl:complementOf :B ] .",
        ":x a :A, :B .",
        ":x a :A .",
        f"not <{EX}B>",
    ),
    "disjoint union": (
        "cax-adc",
        ":A owl:disjointUnionOf ( :B :C ) .",
        ":x a :B, :C .",
        ":x a :A, :B .",
        "disjoint",
    ),
    "nothing": (
        "cls-nothing2",
        ":A rdfs:subClassOf owl:Nothing .",
        ":x a :A .",
        ":x a :B .",
        "can have no members",
    ),
    "disjoint properties": (
        "prp-pdw",
        ":p owl:propertyDisjointWith :q . :r rdfs:subPropertyOf :p .",
        ":x :r :y ; :q :y .",
        ":x :r :y ; :q :z .",
        f"has `<{EX}y>` as both",
    ),
    "all disjoint properties": (
        "prp-adp",
        "[] a owl:AllDisjointProperties ; owl:members ( :p :q :r ) .",
        ":x :q :y ; :r :y .",
        ":x :q :y . :y :r :x .",
        "disjoint",
    ),
    "asymmetric": (
        "prp-asyp",
        ":p a owl:AsymmetricProperty .",
        ":x :p :y . :y :p :x .",
        ":x :p :y . :y :p :z .",
        "asymmetric",
    ),
    "asymmetric with itself": (
        "prp-asyp",
        ":p a owl:AsymmetricProperty .",
        ":x :p :x .",
        ":x :p :y .",
        "asymmetric",
    ),
    "irreflexive": (
        "prp-irp",
        """:p a owl:IrreflexiveProperty . :r rdfs:subPropertyOf :p ;
        owl:propertyChainAxiom ( :p :q ) .""",
        ":x :p :y . :y :q :x .",
        ":x :p :y . :y :q :z .",
        "to itself",
    ),
    "functional": (
        "prp-fp",
        ":p a owl:FunctionalProperty . :q rdfs:subPropertyOf :p .",
        ":x :p :y ; :q :z .",
        ":x :p :y ; :q :y . :w :p :z .",
        f"2 values for the functional `<{EX}p>`: `<{EX}y>`, `<{EX}z>`",
    ),
    "functional with literals": (
        "prp-fp",
        ":p a owl:FunctionalProperty .",
        ':x :p 1, "1" .',
        ":x :p 1, 01, 1.0, '1'^^xsd:int .",
        "2 values",
    ),
    "inverse functional": (
        "prp-ifp",
        ":p a owl:InverseFunctionalProperty .",
        ":x :p :y . :z :p :y .",
        ":x :p :y, :z .",
        "2 things",
    ),
    "at most": (
        "cls-maxc",
        ":A rdfs:subClassOf [ owl:onProperty :p ; owl:maxCardinality 2 ] .",
        ":x a :A ; :p :u, :v, :w .",
        ":x a :A ; :p :u, :v . :y :p :u, :v, :w .",
        "at most 2",
    ),
    "at most of a class": (
        "cls-maxqc",
        ":A rdfs:subClassOf [ owl:onProperty :p ; owl:onClass :B ; owl:maxQualifiedCardinality 1 ]"
        " .",
        ":x a :A ; :p :u, :v . :u a :B . :v a :B .",
        ":x a :A ; :p :u, :v . :u a :B .",
        "at most 1",
    ),
    "exactly": (
        "cls-maxc",
        ":A rdfs:subClassOf [ owl:onProperty :p ; owl:cardinality 1 ] .",
        ":x a :A ; :p :u, :v .",
        ":x a :A ; :p :u .",
        "at most 1",
    ),
    "enumeration": (
        "cls-oo",
        ":p rdfs:range [ owl:oneOf ( :u :v ) ] .",
        ":x :p :w .",
        ":x :p :u, :v .",
        f"`<{EX}w>` is none of `<{EX}u>`, `<{EX}v>`",
    ),
    "union": (
        "cls-uni",
        """:p rdfs:range [ owl:unionOf ( :A :B ) ] . :A rdfs:subClassOf :S .
        :S owl:disjointWith :C . :B owl:disjointWith :D .""",
        ":x :p :y . :y a :C, :D .",
        ":x :p :y . :y a :C .",
        f"it cannot be in (<{EX}A> or <{EX}B>)",
    ),
    "datatype": (
        "dt-not-type",
        ":p rdfs:range xsd:integer .",
        ":x :p 'three' .",
        ":x :p 3, 4.0 .",
        "is no `<http://www.w3.org/2001/XMLSchema#integer>`",
    ),
    "denied": (
        "prp-npa1",
        """[] a owl:NegativePropertyAssertion ; owl:sourceIndividual :x ; owl:assertionProperty :p ;
        owl:targetIndividual :y . :q rdfs:subPropertyOf :p .""",
        ":x :q :y .",
        ":y :q :x .",
        "denies",
    ),
}


@pytest.mark.parametrize("name", CLASHES)
def test_clash(name: str) -> None:
    rule, axioms, facts, _, words = CLASHES[name]
    closure = run(axioms, facts)
    assert [clash.rule for clash in closure.clashes] == [rule]
    (clash,) = closure.clashes
    assert words in clash.message
    assert clash.premises
    assert set(clash.premises) <= {*read(facts), *closure.inferred}
    assert run(axioms, "").clashes == ()
    grounds = closure.grounds(clash.premises)
    assert set(grounds) <= set(read(facts))
    assert close(grounds, compile_axioms(read(axioms))).clashes == closure.clashes


@pytest.mark.parametrize("name", CLASHES)
def test_what_nearly_clashes_does_not(name: str) -> None:
    _, axioms, _, facts, _ = CLASHES[name]
    assert run(axioms, facts).clashes == ()


def test_values_of_literals() -> None:
    axioms = ":p a owl:FunctionalProperty ."
    same = [
        ":x :p '2025-02-11T18:30:00Z'^^xsd:dateTime, '2025-02-11T20:30:00+02:00'^^xsd:dateTime .",
        ":x :p 'true'^^xsd:boolean, '1'^^xsd:boolean .",
        ":x :p '1.0'^^xsd:double, '1'^^xsd:double .",
    ]
    assert [run(axioms, facts).clashes for facts in same] == [(), (), ()]
    assert run(axioms, ":x :p 'a'@en, 'a'@de .").clashes
    assert run(axioms, ":x :p '1'^^xsd:double, '1'^^xsd:decimal .").clashes
    assert run(axioms, ":x :p 'x'^^xsd:double, 'y'^^xsd:double .").clashes


def test_plain_literal_and_literal_as_ranges() -> None:
    assert run(":p rdfs:range rdf:PlainLiteral .", ":x :p 'a', 'a'@en .").clashes == ()
    assert run(":p rdfs:range rdf:PlainLiteral .", ":x :p 1 .").clashes
    assert run(":p rdfs:range rdfs:Literal .", ":x :p 1, 'a' .").clashes == ()
    assert run(":p rdfs:range rdf:langString .", ":x :p 'a' .").clashes


# ---------------------------------------------------------------------- what is not covered

UNCOVERED: dict[str, str] = {
    ":A rdfs:subClassOf [ owl:onProperty :p ; owl:someValuesFrom :B ] .": (
        "owl:someValuesFrom in a superclass"
    ),
    ":A rdfs:subClassOf [ owl:unionOf ( :B :C ) ] .": "owl:unionOf in a superclass",
    "[ owl:complementOf :B ] rdfs:subClassOf :A .": "owl:complementOf in a subclass",
    "[ owl:onProperty :p ; owl:allValuesFrom :B ] rdfs:subClassOf :A .": (
        "owl:allValuesFrom in a subclass"
    ),
    ":A rdfs:subClassOf [ owl:onProperty :p ; owl:minCardinality 2 ] .": (
        "owl:minCardinality in a superclass"
    ),
    ":A rdfs:subClassOf [ owl:onProperty :p ; owl:hasSelf true ] .": "owl:hasSelf in a superclass",
    ":A rdfs:subClassOf [ owl:onProperty :p ; owl:someValuesFrom xsd:string ] .": (
        "owl:someValuesFrom in a superclass"
    ),
    "[ owl:onProperty :p ; owl:someValuesFrom xsd:string ] rdfs:subClassOf :A .": "a datatype",
    ":A rdfs:subClassOf [ owl:intersectionOf ( :B [ owl:unionOf ( :C :D ) ] ) ] .": (
        "owl:unionOf in a superclass"
    ),
    ":A owl:disjointWith [ owl:complementOf :B ] .": "owl:complementOf in a subclass",
    ":p rdfs:domain [ owl:unionOf ( :B :C ) ] .": "owl:unionOf in a superclass",
    ":p rdfs:range [ a rdfs:Datatype ; owl:oneOf ( 'a' 'b' ) ] .": "a datatype",
    ":p rdfs:range [ owl:onProperty :p ] .": "an expression that is not read",
    "owl:Thing rdfs:subClassOf :A .": "owl:Thing in a subclass",
    ":A owl:hasKey ( :p ) .": "owl:hasKey",
    ":A owl:unionOf ( :B :C ) .": "owl:unionOf in a superclass",
    ":A owl:complementOf :B .": "owl:complementOf in a subclass",
    ":x owl:sameAs :y .": "owl:sameAs",
    ":p a owl:ReflexiveProperty .": "owl:ReflexiveProperty",
    ":x a [ owl:unionOf ( :A :B ) ] .": "a class assertion with an expression",
    ":r owl:propertyChainAxiom () .": "an empty property chain",
    ":rule a swrl:Imp .": "a SWRL rule",
    ":D a rdfs:Datatype ; owl:equivalentClass [ a rdfs:Datatype ; owl:oneOf ( 1 2 ) ] .": (
        "a datatype"
    ),
}


@pytest.mark.parametrize("axioms", UNCOVERED)
def test_uncovered_is_listed(axioms: str) -> None:
    triples = read(axioms)
    found = compile_axioms(triples).uncovered
    assert UNCOVERED[axioms] in {entry.part for entry in found}
    assert {entry.axiom for entry in found} <= set(triples)


@pytest.mark.parametrize("rule", set(RULES) - {"cls-uni", "scm-svf1", "scm-svf2"})
def test_what_has_a_rule_is_not_listed(rule: str) -> None:
    one_way = rule not in ("scm-avf1", "scm-avf2")
    assert (compile_axioms(read(RULES[rule][0])).uncovered == []) is one_way


def test_sides_change_under_a_complement() -> None:
    union = ":A rdfs:subClassOf [ owl:complementOf [ owl:unionOf ( :B :C ) ] ] ."
    assert compile_axioms(read(union)).uncovered == []
    only = ":A rdfs:subClassOf [ owl:complementOf [ owl:onProperty :p ; owl:allValuesFrom :B ] ] ."
    (gap,) = compile_axioms(read(only)).uncovered
    assert gap.part == "owl:allValuesFrom in a subclass"


def test_annotations_and_individuals_are_no_axioms() -> None:
    text = """<http://example.org/> a owl:Ontology ; owl:versionInfo "1" ; owl:imports :other .
    :A a owl:Class ; rdfs:label "a" ; rdfs:comment "b" . :x a :A, owl:NamedIndividual ; :p :y .
    :p a owl:ObjectProperty . [] a owl:AllDifferent ; owl:distinctMembers ( :x :y ) ."""
    axioms = compile_axioms(read(text))
    assert axioms.uncovered == []
    assert close(read(":x a :A ."), axioms) == Closure()


def test_expressions_that_contain_themselves_end() -> None:
    b = BlankNode("b")
    loop = [
        Triple(NamedNode(EX + "A"), NamedNode(RDFS + "subClassOf"), b),
        Triple(b, NamedNode(OWL + "complementOf"), b),
    ]
    compiled = compile_axioms(loop)
    assert {entry.part for entry in compiled.uncovered} == {"an expression that is not read"}
    assert close(read(":x a :A ."), compiled).inferred == {}
    rest = [
        Triple(NamedNode(EX + "r"), NamedNode(OWL + "propertyChainAxiom"), b),
        Triple(b, NamedNode(RDF + "first"), NamedNode(EX + "p")),
        Triple(b, NamedNode(RDF + "rest"), b),
    ]
    assert set(close(read(":x :p :y ."), compile_axioms(rest)).inferred) == {one(":x :r :y .")}


# ---------------------------------------------------------------------- against owlrl


def to_rdflib(triples: list[Triple]) -> rdflib.Graph:
    graph = rdflib.Graph()
    graph.parse(data=serialize(triples, format=RdfFormat.N_TRIPLES), format="nt")
    return graph


STRUCTURES = {OWL + name for name in ("onProperty", "intersectionOf", "unionOf", "oneOf")}


def with_shared_expressions(ontology: list[Triple]) -> list[Triple]:
    """Equal expressions as one node: they are one class, though no rule of OWL 2 RL says so."""
    source = Source(ontology)
    shared: dict[str, BlankNode] = {}

    def one_node(term):
        return shared.setdefault(source.name(term), term) if isinstance(term, BlankNode) else term

    return [Triple(one_node(t.subject), t.predicate, one_node(t.object)) for t in ontology]


def with_owlrl(ontology: list[Triple], facts: list[Triple]) -> set[Triple]:
    """What owlrl infers about the individuals of the facts, without what is trivial."""
    ontology = with_shared_expressions(ontology)
    # scm-cls starts from owl:Class, which every restriction is.
    typed = [
        Triple(t.subject, NamedNode(RDF + "type"), NamedNode(OWL + "Class"))
        for t in ontology
        if t.predicate.value in STRUCTURES
    ]
    graph = to_rdflib([*ontology, *typed, *facts])
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    individuals = {term for s, p, o in to_rdflib(facts) for term in (s, o)} - set(
        to_rdflib(facts).objects(None, rdflib.RDF.type)
    )
    skip = {rdflib.OWL.sameAs, rdflib.OWL.differentFrom, rdflib.OWL.topObjectProperty}
    kept = rdflib.Graph()
    for s, p, o in graph:
        named = not isinstance(o, rdflib.BNode) and isinstance(p, rdflib.URIRef)
        typed = p != rdflib.RDF.type or o not in (rdflib.OWL.Thing, rdflib.OWL.Nothing)
        if s in individuals and isinstance(s, rdflib.URIRef) and named and typed and p not in skip:
            kept.add((s, p, o))
    text = kept.serialize(format="nt")
    return {quad.triple for quad in parse(text, format=RdfFormat.N_TRIPLES)} - set(facts)


@pytest.mark.parametrize("name", [*RULES, *COMBINED])
def test_hand_written_examples_agree_with_owlrl(name: str) -> None:
    axioms, facts, _ = (RULES | COMBINED)[name]
    if name == "a disjoint union":  # owlrl does not know owl:disjointUnionOf
        axioms = ":A owl:unionOf ( :B :C ) . :B owl:disjointWith :C ."
    expected = set(run(axioms, facts).inferred)
    if name == "cls-oo":  # :y is in the ontology only
        expected -= {one(":y a :A .")}
    assert with_owlrl(read(axioms), read(facts)) == expected


CLASS_NAMES = [f":C{n}" for n in range(5)]
PROPERTIES = [f":p{n}" for n in range(5)]
INDIVIDUALS = [f":i{n}" for n in range(5)]
classes, properties = st.sampled_from(CLASS_NAMES), st.sampled_from(PROPERTIES)
individuals = st.sampled_from(INDIVIDUALS)
roles = st.one_of(properties, properties.map(lambda p: f"[ owl:inverseOf {p} ]"))


def form(template: str, **parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.fixed_dictionaries(parts).map(lambda found: template.format(**found))


expressions = st.one_of(
    classes,
    form("[ owl:onProperty {p} ; owl:someValuesFrom {c} ]", p=roles, c=classes),
    form("[ owl:onProperty {p} ; owl:someValuesFrom owl:Thing ]", p=properties),
    form("[ owl:onProperty {p} ; owl:allValuesFrom {c} ]", p=properties, c=classes),
    form("[ owl:onProperty {p} ; owl:hasValue {i} ]", p=properties, i=individuals),
    form("[ owl:intersectionOf ( {c} {d} ) ]", c=classes, d=classes),
    form("[ owl:unionOf ( {c} {d} ) ]", c=classes, d=classes),
    form(
        "[ owl:intersectionOf ( {c} [ owl:onProperty {p} ; owl:someValuesFrom {d} ] ) ]",
        c=classes,
        p=properties,
        d=classes,
    ),
)
one_axiom = st.one_of(
    form("{c} rdfs:subClassOf {d} .", c=expressions, d=expressions),
    form("{c} owl:equivalentClass {d} .", c=classes, d=expressions),
    form("{p} rdfs:subPropertyOf {q} .", p=properties, q=properties),
    form("{p} owl:equivalentProperty {q} .", p=properties, q=properties),
    form("{p} owl:inverseOf {q} .", p=properties, q=properties),
    form("{p} a owl:SymmetricProperty .", p=properties),
    form("{p} a owl:TransitiveProperty .", p=properties),
    form("{p} rdfs:domain {c} .", p=properties, c=expressions),
    form("{p} rdfs:range {c} .", p=properties, c=expressions),
    form("{p} owl:propertyChainAxiom ( {q} {r} ) .", p=properties, q=roles, r=roles),
    form("{p} owl:propertyChainAxiom ( {q} {r} {s} ) .", p=properties, q=roles, r=roles, s=roles),
)
one_fact = st.one_of(
    form("{i} a {c} .", i=individuals, c=classes),
    form("{i} {p} {j} .", i=individuals, p=properties, j=individuals),
    form("{i} {p} {j} .", i=individuals, p=properties, j=individuals),
)
texts = st.lists(one_axiom, min_size=1, max_size=7), st.lists(one_fact, min_size=1, max_size=7)
DECLARED = [f"{c} a owl:Class ." for c in CLASS_NAMES] + [
    f"{p} a owl:ObjectProperty ." for p in PROPERTIES
]
quick = settings(deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)


@settings(quick, max_examples=150)
@given(*texts)
def test_generated_ontologies_agree_with_owlrl(axioms: list[str], facts: list[str]) -> None:
    ontology, asserted = read("\n".join(axioms + DECLARED)), read("\n".join(facts))
    # Every individual has a type, so that those which only the ontology names count on both sides.
    asserted += read("\n".join(f"{i} a :Individual ." for i in INDIVIDUALS))
    expected = with_owlrl(ontology, asserted)
    assert set(close(asserted, compile_axioms(ontology)).inferred) == expected


# ---------------------------------------------------------------------- derivations and order


def check_derivations(asserted: list[Triple], closure: Closure) -> None:
    known = set(asserted)
    for triple, derivation in closure.inferred.items():
        assert triple not in known
        assert set(derivation.premises) <= known
        known.add(triple)
    for clash in closure.clashes:
        assert set(clash.premises) <= known


def relabelled(ontology: list[Triple], seed: int) -> list[Triple]:
    """The same ontology in another order and with other labels of its blank nodes."""
    source = random.Random(seed)
    labels: dict[BlankNode, BlankNode] = {}

    def other(term):
        if isinstance(term, BlankNode):
            return labels.setdefault(term, BlankNode(f"b{source.getrandbits(60):x}"))
        return term

    triples = [Triple(other(t.subject), t.predicate, other(t.object)) for t in ontology]
    source.shuffle(triples)
    return triples


def written(closure: Closure) -> list[object]:
    """A closure without the labels of blank nodes."""
    derivations = [
        (t, d.rule, d.axiom and (str(d.axiom.subject)[:2], d.axiom.predicate), d.premises)
        for t, d in closure.inferred.items()
    ]
    return [derivations, closure.clashes]


@settings(quick, max_examples=60)
@given(*texts, st.integers(0, 2**32))
def test_derivations_hold_and_do_not_depend_on_order(
    axioms: list[str], facts: list[str], seed: int
) -> None:
    ontology, asserted = read("\n".join(axioms)), read("\n".join(facts))
    closure = close(asserted, compile_axioms(ontology))
    check_derivations(asserted, closure)
    shuffled = random.Random(seed).sample(asserted, len(asserted))
    again = close(iter(shuffled), compile_axioms(iter(relabelled(ontology, seed))))
    assert written(again) == written(closure)


@settings(quick, max_examples=60)
@given(*texts)
def test_each_derivation_is_enough(axioms: list[str], facts: list[str]) -> None:
    """The grounds of a triple entail it without the other facts."""
    ontology, asserted = read("\n".join(axioms)), read("\n".join(facts))
    compiled = compile_axioms(ontology)
    closure = close(asserted, compiled)
    for triple in closure.inferred:
        grounds = closure.grounds([triple])
        assert set(grounds) <= set(asserted)
        assert triple in close(grounds, compiled).inferred


@pytest.mark.parametrize("name", CLASHES)
def test_clashes_do_not_depend_on_order(name: str) -> None:
    _, axioms, facts, _, _ = CLASHES[name]
    ontology, asserted = read(axioms), read(facts)
    closure = close(asserted, compile_axioms(ontology))
    check_derivations(asserted, closure)
    for seed in range(5):
        again = close(reversed(asserted), compile_axioms(relabelled(ontology, seed)))
        assert written(again) == written(closure)


def test_closing_twice_with_the_same_axioms_gives_the_same() -> None:
    axioms, facts, _ = COMBINED["a definition by a role"]
    compiled = compile_axioms(read(axioms))
    before = len(compiled.names)
    assert close(read(facts), compiled) == close(read(facts), compiled)
    assert len(compiled.names) == before


def test_a_closure_is_closed() -> None:
    axioms, facts, _ = COMBINED["a definition by a role"]
    compiled = compile_axioms(read(axioms))
    everything = [*read(facts), *close(read(facts), compiled).inferred]
    assert close(everything, compiled).inferred == {}


# ---------------------------------------------------------------------- the project's ontology


def project() -> list[Triple]:
    """The axioms of ontology/*.ttl; annotations would only slow owlrl down."""
    triples = [q.triple for path in sorted(ONTOLOGY.glob("*.ttl")) for q in parse(path=str(path))]
    annotations = {
        t.subject for t in triples if t.object == NamedNode(OWL + "AnnotationProperty")
    } | {NamedNode(RDFS + name) for name in LABELS}
    return [t for t in triples if t.predicate not in annotations]


LABELS = ("label", "comment", "isDefinedBy", "seeAlso")


def some_facts(ontology: list[Triple], axioms: Axioms, seed: int) -> list[Triple]:
    """Individuals of every class, joined by every object property."""
    source = random.Random(seed)
    kinds = {name: [] for name in ("Class", "ObjectProperty")}
    for t in ontology:
        for name, found in kinds.items():
            if t.object == NamedNode(OWL + name) and isinstance(t.subject, NamedNode):
                found.append(t.subject)
    individuals = [NamedNode(f"{EX}data/{n}") for n in range(3 * len(kinds["Class"]))]
    typed = [
        Triple(individual, NamedNode(RDF + "type"), kinds["Class"][n % len(kinds["Class"])])
        for n, individual in enumerate(individuals)
    ]
    linked = [
        Triple(source.choice(individuals), role, source.choice(individuals))
        for role in kinds["ObjectProperty"]
        for _ in range(3)
    ]
    return typed + linked


def test_the_ontology_of_the_project_agrees_with_owlrl() -> None:
    ontology = project()
    axioms = compile_axioms(ontology)
    # Random links break functional properties, which owlrl answers with owl:sameAs.
    plain = [t for t in ontology if "FunctionalProperty" not in str(t.object)]
    types = [t for t in ontology if t.predicate.value == RDF + "type"]
    individuals = {t.subject for t in types if not str(t.object).startswith(f"<{OWL}")}
    own = [t for t in ontology if t.subject in individuals]
    facts = some_facts(ontology, axioms, seed=1) + own
    closure = close(facts, axioms)
    check_derivations(facts, closure)
    assert len(closure.inferred) > len(facts) / 2
    assert set(closure.inferred) == with_owlrl(plain, facts)


def test_the_ontology_of_the_project_contradicts_itself_nowhere() -> None:
    ontology = project()
    assert close(ontology, compile_axioms(ontology)).clashes == ()


# ---------------------------------------------------------------------- size


def test_inferences_grow_with_the_facts() -> None:
    axioms = compile_axioms(
        read(
            """:A rdfs:subClassOf :B . :B rdfs:subClassOf :C . :p owl:inverseOf :q .
            :r owl:propertyChainAxiom ( :p :s ) . :s rdfs:range :A ."""
        )
    )

    for size in (2_000, 40_000):
        facts = [
            Triple(NamedNode(f"{EX}{n}"), NamedNode(EX + "ps"[n % 2]), NamedNode(f"{EX}{(n + 1)}"))
            for n in range(size)
        ]
        assert len(close(facts, axioms).inferred) == size // 2 * 5
