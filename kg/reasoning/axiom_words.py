"""Rules and axioms in words.

In: the name of a rule of OWL 2 RL; an axiom as `kg.store.origins` keeps it. Out: a phrase; the
axiom in Manchester syntax with short names. Refuses nothing: a rule without a phrase is called by
its name.

https://www.w3.org/TR/owl2-profiles/ (section 4.3), https://www.w3.org/TR/owl2-manchester-syntax/
"""

from __future__ import annotations

import re
from collections.abc import Callable

from kg.store.origins import Axiom
from kg.terms import OWL, RDF, RDFS

RULES = {
    "cax-eqc1": "equivalent classes: a member of one is a member of the other",
    "cax-eqc2": "equivalent classes: a member of one is a member of the other",
    "cax-sco": "subclass: a member of the narrower class is one of the wider",
    "cls-avf": "values only of a class: each value is a member of it",
    "cls-hv1": "a given value: every member of the class has it",
    "cls-hv2": "a given value: whatever has it is a member of the class",
    "cls-int1": "definition: what meets every part of it is a member",
    "cls-int2": "definition: a member meets every part of it",
    "cls-oo": "enumeration: the class lists it as a member",
    "cls-svf1": "some value of a class: what has one is a member",
    "cls-svf2": "some value: what has one is a member",
    "cls-uni": "union: a member of a part is a member of the whole",
    "prp-dom": "domain: what has the property is of this class",
    "prp-eqp1": "equivalent properties: what holds by one holds by the other",
    "prp-eqp2": "equivalent properties: what holds by one holds by the other",
    "prp-inv1": "inverse: the same link, read from the other end",
    "prp-inv2": "inverse: the same link, read from the other end",
    "prp-rng": "range: a value of the property is of this class",
    "prp-spo1": "subproperty: what holds by the narrower holds by the wider",
    "prp-spo2": "chain of properties: one link after the other makes this one",
    "prp-symp": "symmetric property: it holds in both directions",
    "prp-trp": "transitive property: two links in a row make one",
}
"""Rules that `kg.ontology.axioms` uses, each as a phrase."""

_WORDS = {
    RDFS + "domain": "Domain",
    RDFS + "range": "Range",
    RDFS + "subClassOf": "SubClassOf",
    RDFS + "subPropertyOf": "SubPropertyOf",
    RDF + "type": "Characteristics:",
    OWL + "disjointUnionOf": "DisjointUnionOf",
    OWL + "equivalentClass": "EquivalentTo",
    OWL + "equivalentProperty": "EquivalentTo",
    OWL + "intersectionOf": "EquivalentTo intersection",
    OWL + "inverseOf": "InverseOf",
    OWL + "oneOf": "EquivalentTo one of",
    OWL + "unionOf": "EquivalentTo union",
}
_CHARACTERISTIC = re.compile(f"<{re.escape(OWL)}(\\w+)Property>")


def rule_words(rule: str) -> str:
    """A phrase for a rule."""
    if rule.startswith("scm-"):
        return "a restriction that another one implies"
    return RULES.get(rule, rule)


def axiom_words(axiom: Axiom, short: Callable[[str], str]) -> str:
    """An axiom in Manchester syntax.

    Args:
        axiom: its parts, with IRIs in angle brackets.
        short: gives the short form of an IRI in angle brackets.
    """
    predicate = axiom.predicate.strip("<>")
    subject, object_ = _shorten(axiom.subject, short), axiom.object
    if predicate == OWL + "propertyChainAxiom":
        links = " o ".join(_shorten(object_, short).strip("()").split())
        return f"{links} SubPropertyOf {subject}"
    if characteristic := _CHARACTERISTIC.fullmatch(object_):
        object_ = characteristic[1]
    word = _WORDS.get(predicate) or short(axiom.predicate)
    return f"{subject} {word} {_shorten(object_, short)}"


def _shorten(text: str, short: Callable[[str], str]) -> str:
    return re.sub(r"<[^<>\s]*>", lambda match: short(match[0]), text)
