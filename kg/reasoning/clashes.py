"""What facts must not do: the constraints of an ontology, checked after chaining.

In: `Axioms` and the facts of a finished chase. Out: contradictions, each as the rule of OWL 2 RL
that finds it, a sentence in which IRIs stand in `<>`, and the facts at odds. Refuses nothing.

Two IRIs are two things (the unique name assumption): where OWL alone would conclude that the values
of a functional property are one individual, there is a clash. Two literals are two if their values
differ.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal

from pyoxigraph import Literal, NamedNode

from kg.ontology.rules import NOTHING, TYPE, Axioms, Fact, Term
from kg.terms import RDF, RDFS, XSD

Found = tuple[str, str, tuple[Fact, ...]]

_INTEGERS = """integer long int short byte nonNegativeInteger positiveInteger nonPositiveInteger
negativeInteger unsignedLong unsignedInt unsignedShort unsignedByte"""
_STRINGS = "normalizedString token language Name NCName NMTOKEN"
# Derived datatypes share the values of their primitive; those of two primitives are disjoint.
PRIMITIVES: dict[str, str] = {
    **{XSD + name: XSD + "decimal" for name in _INTEGERS.split()},
    **{XSD + name: XSD + "string" for name in _STRINGS.split()},
    XSD + "dateTimeStamp": XSD + "dateTime",
}
# Ranges that hold the values of several primitives.
_WIDE: dict[str, frozenset[str]] = {
    RDF + "PlainLiteral": frozenset({XSD + "string", RDF + "langString"}),
}


class Facts:
    """Facts by class and by property, with the names of their terms."""

    def __init__(self, facts: Iterable[Fact], terms: list[Term | None], names: list[str]) -> None:
        self.names = names
        self.terms = terms
        self._members: dict[int, dict[int, None]] = defaultdict(dict)
        self._pairs: dict[int, list[Fact]] = defaultdict(list)
        for fact in facts:
            if fact[1] == TYPE:
                self._members[fact[2]][fact[0]] = None
            else:
                self._pairs[fact[1]].append(fact)

    def members(self, class_: int) -> Collection[int]:
        """The members of a class."""
        return self._members.get(class_, {}).keys()

    def pairs(self, role: int) -> list[Fact]:
        """The facts on a property."""
        return self._pairs.get(role, [])

    def by_end(self, role: int, end: int) -> Mapping[int, list[Fact]]:
        """The facts on a property by their subject (0) or their object (2)."""
        groups: dict[int, list[Fact]] = defaultdict(list)
        for fact in self.pairs(role):
            groups[fact[end]].append(fact)
        return groups

    def name(self, number: int) -> str:
        """A term or an expression as a message quotes it; the terms of an expression have marks."""
        name = self.names[number]
        return name if name.startswith(("(", "{", "not ", "inverse ")) else f"`{name}`"

    def listed(self, numbers: Iterable[int]) -> str:
        """Several terms as a message quotes them."""
        return ", ".join(map(self.name, numbers))

    def value(self, number: int) -> object:
        """What makes a value differ from others: its number, or the value of a literal."""
        term = self.terms[number]
        return value_of(term) if isinstance(term, Literal) else number


def value_of(literal: Literal) -> tuple[str, str, object]:
    """The value of a literal in a form that is equal for equal values."""
    datatype = primitive(literal.datatype.value)
    value: object = literal.value
    with suppress(ValueError, ArithmeticError, KeyError):
        value = _VALUES.get(datatype, str)(literal.value)
    return datatype, literal.language or "", value


def _boolean(form: str) -> bool:
    return {"1": True, "true": True, "0": False, "false": False}[form]


def _instant(form: str) -> datetime:
    moment = datetime.fromisoformat(form)
    return moment.astimezone(UTC) if moment.tzinfo else moment


_VALUES: dict[str, Callable[[str], object]] = {
    XSD + "boolean": _boolean,
    XSD + "dateTime": _instant,
    XSD + "decimal": Decimal,
    XSD + "double": float,
    XSD + "float": float,
}


def primitive(datatype: str) -> str:
    """The datatype whose values the values of a datatype are."""
    return PRIMITIVES.get(datatype, datatype)


def datatypes(range_: NamedNode) -> frozenset[str] | None:
    """The primitive datatypes of the literals that a range allows; None: all."""
    expected = primitive(range_.value)
    return None if expected == RDFS + "Literal" else _WIDE.get(expected, frozenset({expected}))


def constrained(axioms: Axioms) -> frozenset[int]:
    """The classes and properties that constraints speak of, besides those of literals' types."""
    pairs = (*axioms.disjoint_classes, *axioms.disjoint_properties)
    return frozenset(
        (
            NOTHING,
            *(number for one, other, _ in pairs for number in (one, other)),
            *(*axioms.functional, *axioms.inverse_functional),
            *(*axioms.asymmetric, *axioms.irreflexive),
            *(number for class_, _, role, _ in axioms.at_most for number in (class_, role)),
            *(class_ for class_, _ in axioms.enumerations),
            *(number for union, parts in axioms.unions for number in (union, *parts)),
            *(role for _, role, _ in axioms.denied),
        )
    )


def find_clashes(axioms: Axioms, facts: Facts) -> Iterator[Found]:
    """All contradictions between facts and axioms.

    Args:
        axioms: the ontology.
        facts: asserted and derived ones.

    Yields:
        Rule, message and facts, one item for each place where a constraint is broken.
    """
    for rule in _RULES:
        yield from rule(axioms, facts)


def _nothing(_axioms: Axioms, facts: Facts) -> Iterator[Found]:
    for member in facts.members(NOTHING):
        message = f"{facts.name(member)} is in a class that can have no members"
        yield "cls-nothing2", message, ((member, TYPE, NOTHING),)


def _disjoint_classes(axioms: Axioms, facts: Facts) -> Iterator[Found]:
    for one, other, rule in axioms.disjoint_classes:
        members = facts.members(other)
        for member in facts.members(one):
            if member in members:
                names = f"{facts.name(one)} and {facts.name(other)}"
                message = f"{facts.name(member)} is both {names}, which are disjoint"
                yield rule, message, ((member, TYPE, one), (member, TYPE, other))


def _disjoint_properties(axioms: Axioms, facts: Facts) -> Iterator[Found]:
    for one, other, rule in axioms.disjoint_properties:
        related = {(s, o) for s, _, o in facts.pairs(other)}
        for fact in facts.pairs(one):
            s, _, o = fact
            if (s, o) in related:
                names = f"both {facts.name(one)} and {facts.name(other)}"
                message = f"{facts.name(s)} has {facts.name(o)} as {names}, which are disjoint"
                yield rule, message, (fact, (s, other, o))


def _functional(axioms: Axioms, facts: Facts) -> Iterator[Found]:
    for role in axioms.functional:
        for subject, found in facts.by_end(role, 0).items():
            distinct = {facts.value(fact[2]): fact for fact in reversed(found)}
            if len(distinct) > 1:
                values = sorted(distinct.values())
                listed = facts.listed(fact[2] for fact in values)
                count = f"{len(values)} values for the functional {facts.name(role)}"
                yield "prp-fp", f"{facts.name(subject)} has {count}: {listed}", tuple(values)


def _inverse_functional(axioms: Axioms, facts: Facts) -> Iterator[Found]:
    for role in axioms.inverse_functional:
        for value, found in facts.by_end(role, 2).items():
            if len(found) > 1:
                found.sort()
                count = f"the value of {len(found)} things for the inverse functional"
                listed = facts.listed(fact[0] for fact in found)
                message = f"{facts.name(value)} is {count} {facts.name(role)}: {listed}"
                yield "prp-ifp", message, tuple(found)


def _asymmetric(axioms: Axioms, facts: Facts) -> Iterator[Found]:
    for role in axioms.asymmetric:
        related = set(facts.pairs(role))
        for fact in related:
            s, _, o = fact
            if s <= o and (o, role, s) in related:
                ends = f"{facts.name(s)} to {facts.name(o)} and back"
                message = f"{facts.name(role)} leads from {ends}, but it is asymmetric"
                yield "prp-asyp", message, (fact, (o, role, s))


def _irreflexive(axioms: Axioms, facts: Facts) -> Iterator[Found]:
    for role in axioms.irreflexive:
        for fact in facts.pairs(role):
            if fact[0] == fact[2]:
                link = f"{facts.name(role)} leads from {facts.name(fact[0])} to itself"
                yield "prp-irp", f"{link}, but it is irreflexive", (fact,)


def _at_most(axioms: Axioms, facts: Facts) -> Iterator[Found]:
    for class_, bound, role, filler in axioms.at_most:
        by_subject = facts.by_end(role, 0)
        fillers = None if filler is None else facts.members(filler)
        for member in facts.members(class_):
            links = by_subject.get(member, ())
            found = [fact for fact in links if fillers is None or fact[2] in fillers]
            distinct = {facts.value(fact[2]): fact for fact in reversed(found)}
            if len(distinct) > bound:
                values = sorted(distinct.values())
                listed = facts.listed(fact[2] for fact in values)
                count = f"{len(values)} values for {facts.name(role)}, at most {bound} allowed"
                kinds = () if filler is None else tuple((v[2], TYPE, filler) for v in values)
                rule = "cls-maxc" if filler is None else "cls-maxqc"
                premises = ((member, TYPE, class_), *values, *kinds)
                yield rule, f"{facts.name(member)} has {count}: {listed}", premises


def _enumerations(axioms: Axioms, facts: Facts) -> Iterator[Found]:
    for class_, allowed in axioms.enumerations:
        for member in facts.members(class_):
            if member not in allowed:
                message = f"{facts.name(member)} is none of {facts.listed(sorted(allowed))}"
                yield "cls-oo", message, ((member, TYPE, class_),)


def _unions(axioms: Axioms, facts: Facts) -> Iterator[Found]:
    """Members of a union that are in none of its classes, being in classes disjoint with each."""
    apart: dict[int, set[int]] = defaultdict(set)
    for one, other, _ in axioms.disjoint_classes:
        apart[one].add(other)
        apart[other].add(one)
    for union, classes in axioms.unions:
        barred = [sorted({d for a in axioms.above(c) for d in apart[a]}) for c in classes]
        for member in facts.members(union):
            found = [next((d for d in ds if member in facts.members(d)), None) for ds in barred]
            reasons = tuple(sorted({d for d in found if d is not None}))
            if None not in found and not any(member in facts.members(c) for c in classes):
                kinds = " and ".join(map(facts.name, reasons))
                message = (
                    f"{facts.name(member)} is in {kinds}, so it cannot be in {facts.name(union)}"
                )
                kept = (union, *reasons)
                yield "cls-uni", message, tuple((member, TYPE, class_) for class_ in kept)


def _data_ranges(axioms: Axioms, facts: Facts) -> Iterator[Found]:
    for role, datatype in axioms.data_ranges:
        if (allowed := datatypes(datatype)) is None:
            continue
        for fact in facts.pairs(role):
            term = facts.terms[fact[2]]
            if isinstance(term, Literal) and primitive(term.datatype.value) not in allowed:
                value = f"{facts.name(fact[2])} for {facts.name(role)} of {facts.name(fact[0])}"
                yield "dt-not-type", f"the value {value} is no `{datatype}`", (fact,)


def _denied(axioms: Axioms, facts: Facts) -> Iterator[Found]:
    for denied in axioms.denied:
        if denied in facts.pairs(denied[1]):
            s, p, o = map(facts.name, denied)
            yield "prp-npa1", f"{s} has {o} as {p}, which the ontology denies", (denied,)


_RULES: tuple[Callable[[Axioms, Facts], Iterator[Found]], ...] = (
    _nothing,
    _disjoint_classes,
    _disjoint_properties,
    _functional,
    _inverse_functional,
    _asymmetric,
    _irreflexive,
    _at_most,
    _enumerations,
    _unions,
    _data_ranges,
    _denied,
)
