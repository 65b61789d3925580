"""From the triples of an OWL 2 ontology to rules and constraints.

In: the ontology as triples. Out: `Axioms`: what follows from facts, what facts must not do, and
`uncovered`, the parts of axioms that have no rule here. Refuses nothing: what is no axiom is passed
over, what is an axiom and does not fit OWL 2 RL is listed.

Rules bear the names of OWL 2 Web Ontology Language Profiles, section 4.3
(https://www.w3.org/TR/owl2-profiles/#Reasoning_in_OWL_2_RL_and_RDF_Graphs_using_Rules).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import combinations, permutations
from operator import attrgetter

from pyoxigraph import BlankNode, NamedNode, Triple

from kg.ontology.expressions import CARDINALITIES, QUANTIFIERS, SWRL, Expression, Source, Term
from kg.ontology.rules import THING, TRIVIAL, TYPE, Axioms, Step, Uncovered
from kg.terms import OWL, RDF, RDFS

__all__ = ["Axioms", "Step", "Uncovered", "compile_axioms"]


def compile_axioms(ontology: Iterable[Triple]) -> Axioms:
    """Read the axioms of an ontology.

    Args:
        ontology: its triples, in any order; annotations and individuals among them are passed over.

    Returns:
        Tables that are the same for every order of the triples and every label of blank nodes.
    """
    compiler = _Compiler(Source(ontology))
    compiler.run()
    return compiler.axioms


class _Compiler:
    """Turns axiom after axiom, in a canonical order, into entries of the tables."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.axioms = Axioms()
        self._numbers: dict[str, int] = {}
        self._restrictions: list[tuple[str, int, int, int]] = []
        self.node(NamedNode(RDF + "type"))
        self.node(NamedNode(OWL + "Thing"))
        self.node(NamedNode(OWL + "Nothing"))

    def run(self) -> None:
        """Compile everything."""
        for axiom in self.source.axioms():
            predicate = axiom.predicate.value
            if predicate == RDF + "type":
                self._type(axiom)
            elif reader := _READERS.get(predicate):
                reader(self, axiom, axiom.subject, axiom.object)
            elif predicate.startswith(OWL) and predicate not in _SILENT:
                self.gap(axiom, "owl:" + predicate.removeprefix(OWL))
        self._order_restrictions()

    def gap(self, axiom: Triple, part: str) -> None:
        """Say that a part of an axiom is not used."""
        if (entry := Uncovered(axiom, part)) not in self.axioms.uncovered:
            self.axioms.uncovered.append(entry)

    def gaps(self, axiom: Triple, term: Term, *, left: bool) -> None:
        """List what of a class expression has no rule on this side of an inclusion."""
        for part in self.source.gaps(term, left=left):
            self.gap(axiom, part)

    def node(self, term: Term) -> int:
        """The number of a term, a class expression or an inverse; equal expressions share one."""
        name = self.source.name(term)
        if name not in self._numbers:
            shown = None if isinstance(term, BlankNode) else term
            self._numbers[name] = self.axioms.number(shown, name)
            if isinstance(term, BlankNode):
                self._anonymous(self._numbers[name], term)
        return self._numbers[name]

    def _anonymous(self, number: int, term: BlankNode) -> None:
        for expression in self.source.expressions(term):
            self.structure(number, expression, None)
        if inverse := self.source.inverse(term):
            self._inverse(number, self.node(inverse), None)

    # ------------------------------------------------------------------ class expressions

    def structure(self, number: int, expression: Expression, axiom: Triple | None) -> None:
        """Rules into and out of a class that an expression describes."""
        if expression.role is not None:
            self._restriction(number, expression)
            return
        parts = expression.parts
        if expression.kind == "oneOf":
            self._one_of(number, [self.node(part) for part in parts], Step("cls-oo", axiom))
        elif not self._on_literals(parts):
            _SETS[expression.kind](self, number, [self.node(part) for part in parts], axiom)

    def _on_literals(self, parts: Iterable[Term]) -> bool:
        return any(map(self.source.is_data_range, parts))

    def _one_of(self, number: int, members: list[int], step: Step) -> None:
        self.axioms.enumerations.append((number, frozenset(members)))
        self.axioms.given.extend(((member, TYPE, number), step) for member in members)

    def _intersection(self, number: int, members: list[int], axiom: Triple | None) -> None:
        for member in members:
            self.inclusion(number, member, Step("cls-int2", axiom))
            entry = number, tuple(members), Step("cls-int1", axiom)
            self.axioms.conjunctions[member].append(entry)

    def _union(self, number: int, members: list[int], axiom: Triple | None) -> None:
        self.axioms.unions.append((number, tuple(members)))
        for member in members:
            self.inclusion(member, number, Step("cls-uni", axiom))

    def _complement(self, number: int, members: list[int], _axiom: Triple | None) -> None:
        self.axioms.disjoint_classes.append((number, members[0], "cls-com"))

    def _restriction(self, number: int, expression: Expression) -> None:
        kind, on = expression.kind, expression.role
        if on is None or (kind != "hasValue" and self._on_literals(expression.parts)):
            return
        role, parts = self.node(on), [self.node(part) for part in expression.parts]
        if kind in _RESTRICTIONS:
            _RESTRICTIONS[kind](self, number, role, parts[0])
            self._restrictions.append((kind, role, parts[0], number))
        elif expression.bound is not None and not kind.startswith("min"):
            filler = parts[0] if parts and parts[0] != THING else None
            self.axioms.at_most.append((number, expression.bound, role, filler))

    def _some(self, number: int, role: int, filler: int) -> None:
        if filler == THING:
            self.axioms.domains[role].append((number, Step("cls-svf2", None)))
            return
        self.axioms.some_property[role].append((filler, number, Step("cls-svf1", None)))
        self.axioms.some_class[filler].append((role, number, Step("cls-svf1", None)))

    def _only(self, number: int, role: int, filler: int) -> None:
        if filler != THING:
            self.axioms.only_property[role].append((number, filler, Step("cls-avf", None)))
            self.axioms.only_class[number].append((role, filler, Step("cls-avf", None)))

    def _value(self, number: int, role: int, value: int) -> None:
        self.axioms.values[number].append((role, value, Step("cls-hv1", None)))
        self.axioms.has_value[role].append((value, number, Step("cls-hv2", None)))

    def _below(self, low: int, high: int) -> bool:
        return high == THING or high in self.axioms.above(low)

    def _order_restrictions(self) -> None:
        """scm-hv, scm-svf1/2, scm-avf1/2: restrictions on one property, or with one filler."""
        found = True
        while found:
            found = False
            for one, other in permutations(self._restrictions, 2):
                rule = self._implied(one, other)
                if rule and not self._below(one[3], other[3]):
                    self.inclusion(one[3], other[3], Step(rule, None))
                    found = True

    def _implied(self, a: tuple[str, int, int, int], b: tuple[str, int, int, int]) -> str | None:
        (kind, role, filler, _), (other, other_role, other_filler, _) = a, b
        if kind != other:
            return None
        if role == other_role and kind != "hasValue" and self._below(filler, other_filler):
            return "scm-svf1" if kind == "someValuesFrom" else "scm-avf1"
        low, high = (other_role, role) if kind == "allValuesFrom" else (role, other_role)
        if filler == other_filler and high in self.axioms.above(low, properties=True):
            return {"someValuesFrom": "scm-svf2", "allValuesFrom": "scm-avf2"}.get(kind, "scm-hv")
        return None

    # ------------------------------------------------------------------ class axioms

    def inclusion(self, low: int, high: int, step: Step) -> None:
        """Members of `low` are members of `high`."""
        if high not in (low, THING):
            self.axioms.super_classes[low].append((high, step))

    def _sub_class(self, axiom: Triple, low: Term, high: Term) -> None:
        if not self.source.is_data_range(low) and not self.source.is_data_range(high):
            self.inclusion(self.node(low), self.node(high), Step("cax-sco", axiom))
        self.gaps(axiom, low, left=True)
        self.gaps(axiom, high, left=False)

    def _equivalent_class(self, axiom: Triple, one: Term, other: Term) -> None:
        if not self.source.is_data_range(one) and not self.source.is_data_range(other):
            self.inclusion(self.node(one), self.node(other), Step("cax-eqc1", axiom))
            self.inclusion(self.node(other), self.node(one), Step("cax-eqc2", axiom))
        for term in (one, other):
            self.gaps(axiom, term, left=True)
            self.gaps(axiom, term, left=False)

    def _named_structure(self, axiom: Triple, subject: Term, value: Term) -> None:
        """owl:intersectionOf and its like, said of a class that has a name: a definition."""
        if isinstance(subject, BlankNode):
            return  # part of an axiom, which is read with it
        if self.source.is_data_range(subject):
            self.gap(axiom, "a datatype definition")
            return
        expression = self.source.set_of(axiom.predicate.value.removeprefix(OWL), value)
        self.structure(self.node(subject), expression, axiom)
        for left in (True, False):
            for part in self.source.expression_gaps(expression, left=left):
                self.gap(axiom, part)

    def _disjoint_union(self, axiom: Triple, subject: Term, members: Term) -> None:
        classes = [self.node(term) for term in self.source.items(members)]
        self._union(self.node(subject), classes, axiom)
        self._all_disjoint(classes)
        self.gap(axiom, "owl:unionOf in a superclass")

    def _all_disjoint(self, classes: list[int]) -> None:
        pairs = combinations(classes, 2)
        self.axioms.disjoint_classes.extend((one, other, "cax-adc") for one, other in pairs)

    def _disjoint(self, axiom: Triple, one: Term, other: Term) -> None:
        self.axioms.disjoint_classes.append((self.node(one), self.node(other), "cax-dw"))
        self.gaps(axiom, one, left=True)
        self.gaps(axiom, other, left=True)

    def _members(self, axiom: Triple, subject: Term, members: Term) -> None:
        items = self.source.items(members)
        if self.source.has_type(subject, OWL + "AllDisjointClasses"):
            self._all_disjoint([self.node(item) for item in items])
            for item in items:
                self.gaps(axiom, item, left=True)
        elif self.source.has_type(subject, OWL + "AllDisjointProperties"):
            pairs = combinations([self.node(item) for item in items], 2)
            entries = ((one, other, "prp-adp") for one, other in pairs)
            self.axioms.disjoint_properties.extend(entries)
        elif not self.source.has_type(subject, OWL + "AllDifferent"):
            self.gap(axiom, "owl:members")

    # ------------------------------------------------------------------ property axioms

    def _sub_property(self, axiom: Triple, low: Term, high: Term) -> None:
        self._property_inclusion(low, high, Step("prp-spo1", axiom))

    def _property_inclusion(self, low: Term, high: Term, step: Step) -> None:
        if low != high and not (isinstance(high, NamedNode) and high.value in TRIVIAL):
            self.axioms.super_properties[self.node(low)].append((self.node(high), step))

    def _equivalent_property(self, axiom: Triple, one: Term, other: Term) -> None:
        self._property_inclusion(one, other, Step("prp-eqp1", axiom))
        self._property_inclusion(other, one, Step("prp-eqp2", axiom))

    def _inverse_of(self, axiom: Triple, one: Term, other: Term) -> None:
        if not isinstance(one, BlankNode):
            self._inverse(self.node(one), self.node(other), axiom)

    def _inverse(self, one: int, other: int, axiom: Triple | None) -> None:
        self.axioms.inverses[one].append((other, Step("prp-inv1", axiom)))
        self.axioms.inverses[other].append((one, Step("prp-inv2", axiom)))

    def _domain(self, axiom: Triple, role: Term, class_: Term) -> None:
        if (number := self.node(class_)) != THING:
            self.axioms.domains[self.node(role)].append((number, Step("prp-dom", axiom)))
        self.gaps(axiom, class_, left=False)

    def _range(self, axiom: Triple, role: Term, class_: Term) -> None:
        if isinstance(class_, NamedNode) and self.source.is_data_range(class_):
            self.axioms.data_ranges.append((self.node(role), class_))
            if self.source.has_type(class_, RDFS + "Datatype"):
                self.gap(axiom, "a datatype definition")
            return
        self.gaps(axiom, class_, left=False)
        if not self.source.is_data_range(class_) and (number := self.node(class_)) != THING:
            self.axioms.ranges[self.node(role)].append((number, Step("prp-rng", axiom)))

    def _chain(self, axiom: Triple, role: Term, chain: Term) -> None:
        items = self.source.items(chain)
        if not items:
            self.gap(axiom, "an empty property chain")
            return
        left, step = self.node(items[0]), Step("prp-spo2", axiom)
        for position, item in enumerate(items[1:-1], start=2):
            names = " o ".join(self.source.name(link) for link in items[:position])
            left = self._compose(left, self.node(item), names, step)
        if len(items) == 1:
            self._property_inclusion(items[0], role, step)
        else:
            self._link(left, self.node(items[-1]), self.node(role), step)

    def _compose(self, left: int, right: int, name: str, step: Step) -> int:
        if name not in self._numbers:
            self._numbers[name] = self.axioms.number(None, name)
            self._link(left, right, self._numbers[name], step)
        return self._numbers[name]

    def _link(self, left: int, right: int, whole: int, step: Step) -> None:
        self.axioms.chains_left[left].append((right, whole, step))
        self.axioms.chains_right[right].append((left, whole, step))

    def _property_disjoint(self, _axiom: Triple, one: Term, other: Term) -> None:
        self.axioms.disjoint_properties.append((self.node(one), self.node(other), "prp-pdw"))

    # ------------------------------------------------------------------ types and assertions

    def _type(self, axiom: Triple) -> None:
        kind = axiom.object
        if isinstance(kind, BlankNode):
            self.gap(axiom, "a class assertion with an expression")
        elif isinstance(kind, NamedNode) and kind.value == SWRL + "Imp":
            self.gap(axiom, "a SWRL rule")
        elif isinstance(kind, NamedNode) and kind.value.startswith(OWL):
            self._characteristic(axiom, kind.value.removeprefix(OWL))

    def _characteristic(self, axiom: Triple, kind: str) -> None:
        if kind in _CHARACTERISTICS:
            _CHARACTERISTICS[kind](self.axioms).append(self.node(axiom.subject))
        elif kind == "SymmetricProperty":
            role = self.node(axiom.subject)
            self.axioms.inverses[role].append((role, Step("prp-symp", axiom)))
        elif kind == "TransitiveProperty":
            role = self.node(axiom.subject)
            self._link(role, role, role, Step("prp-trp", axiom))
        elif kind not in _DECLARATIONS:
            self.gap(axiom, "owl:" + kind)

    def _denied(self, _axiom: Triple, subject: Term, individual: Term) -> None:
        for role in self.source.objects(subject, OWL + "assertionProperty"):
            for key in ("targetIndividual", "targetValue"):
                for target in self.source.objects(subject, OWL + key):
                    fact = self.node(individual), self.node(role), self.node(target)
                    self.axioms.denied.append(fact)


_SETS: dict[str, Callable[[_Compiler, int, list[int], Triple | None], None]] = {
    "complementOf": _Compiler._complement,
    "intersectionOf": _Compiler._intersection,
    "unionOf": _Compiler._union,
}
_RESTRICTIONS: dict[str, Callable[[_Compiler, int, int, int], None]] = {
    "allValuesFrom": _Compiler._only,
    "hasValue": _Compiler._value,
    "someValuesFrom": _Compiler._some,
}
_READERS: dict[str, Callable[[_Compiler, Triple, Term, Term], None]] = {
    OWL + "complementOf": _Compiler._named_structure,
    OWL + "disjointUnionOf": _Compiler._disjoint_union,
    OWL + "disjointWith": _Compiler._disjoint,
    OWL + "equivalentClass": _Compiler._equivalent_class,
    OWL + "equivalentProperty": _Compiler._equivalent_property,
    OWL + "intersectionOf": _Compiler._named_structure,
    OWL + "inverseOf": _Compiler._inverse_of,
    OWL + "members": _Compiler._members,
    OWL + "oneOf": _Compiler._named_structure,
    OWL + "propertyChainAxiom": _Compiler._chain,
    OWL + "propertyDisjointWith": _Compiler._property_disjoint,
    OWL + "sourceIndividual": _Compiler._denied,
    OWL + "unionOf": _Compiler._named_structure,
    RDFS + "domain": _Compiler._domain,
    RDFS + "range": _Compiler._range,
    RDFS + "subClassOf": _Compiler._sub_class,
    RDFS + "subPropertyOf": _Compiler._sub_property,
}
_CHARACTERISTICS: dict[str, Callable[[Axioms], list[int]]] = {
    "AsymmetricProperty": attrgetter("asymmetric"),
    "FunctionalProperty": attrgetter("functional"),
    "InverseFunctionalProperty": attrgetter("inverse_functional"),
    "IrreflexiveProperty": attrgetter("irreflexive"),
}
# Types that say what a node is and nothing that could be inferred from it.
_DECLARATIONS = frozenset(
    {
        *("AllDifferent", "AllDisjointClasses", "AllDisjointProperties", "Annotation", "Axiom"),
        *("AnnotationProperty", "Class", "DataRange", "DatatypeProperty", "DeprecatedClass"),
        *("DeprecatedProperty", "NamedIndividual", "NegativePropertyAssertion", "ObjectProperty"),
        *("Ontology", "OntologyProperty", "Restriction", "Thing"),
    }
)
# Predicates that state no axiom by themselves: parts of expressions, annotations, and differences
# of individuals, which the unique name assumption states anyway.
_SILENT = frozenset(
    OWL + name
    for name in (
        *QUANTIFIERS,
        *CARDINALITIES,
        *("annotatedProperty", "annotatedSource", "annotatedTarget", "assertionProperty"),
        *("backwardCompatibleWith", "datatypeComplementOf", "deprecated", "differentFrom"),
        *("distinctMembers", "imports", "incompatibleWith", "onClass", "onDataRange"),
        *("onDatatype", "onProperties", "onProperty", "priorVersion", "targetIndividual"),
        *("targetValue", "versionIRI", "versionInfo", "withRestrictions"),
    )
)
