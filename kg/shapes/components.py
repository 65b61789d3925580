"""The constraint components of SHACL Core as functions, each as pySHACL evaluates it.

In: a shape of a shapes graph, and a parameter of it. Out: a `Constraint` of value nodes. Refuses
(`UnscreenedError`): what pySHACL might take as an error, or as something that is not written here.

https://www.w3.org/TR/shacl/#core-components (section 4)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from functools import partial
from operator import ge, gt, le, lt
from typing import Any

from rdflib import URIRef
from rdflib.namespace import RDFS, SH
from rdflib.term import Node

from kg.shapes.compiling import Check, Compiler, Conforms, Constraint, Each, to_text
from kg.shapes.facts import TYPE, Facts
from kg.shapes.following import UnscreenedError, members
from kg.shapes.term_text import BLANK, IRI, LITERAL, Term, form, is_sound, kind, quantity
from kg.terms import RDF, XSD

_KINDS: dict[Node, str] = {
    SH.IRI: IRI,
    SH.BlankNode: BLANK,
    SH.Literal: LITERAL,
    SH.BlankNodeOrIRI: BLANK + IRI,
    SH.BlankNodeOrLiteral: BLANK + LITERAL,
    SH.IRIOrLiteral: IRI + LITERAL,
}
_FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE}
_EVERYTHING = (TYPE, to_text(RDFS.Resource))


def _each(test: Conforms) -> Each:
    return Each((test,))


# Value types (section 4.1)


def _class(compiler: Compiler, shape: Node) -> Each:
    return Each(list(map(_of_class, compiler.terms(shape, SH["class"]))))


def _of_class(class_: Term) -> Conforms:
    return lambda facts, value: class_ in facts.classes(value)


def _datatype(compiler: Compiler, shape: Node) -> Each:
    datatype = compiler.one(shape, SH.datatype)
    if datatype in (RDFS.Literal, RDFS.Datatype) or not isinstance(datatype, URIRef):
        raise UnscreenedError(datatype)
    tagged = str(datatype) == RDF + "langString"
    suffix = "" if str(datatype) == XSD + "string" else f"^^<{datatype}>"

    def test(facts: Facts, value: Term) -> bool:
        found = kind(value) if value[0] == LITERAL else None
        if found is None or (found[:1] != "@" if tagged else found != suffix):
            return False
        facts.unsure |= not is_sound(value)
        return True

    return _each(test)


def _node_kind(compiler: Compiler, shape: Node) -> Each:
    kinds = _KINDS.get(compiler.one(shape, SH.nodeKind))
    if kinds is None:
        raise UnscreenedError(SH.nodeKind)
    return _each(lambda _facts, value: value[0] in kinds)


# Cardinality (section 4.2)


def _min_count(compiler: Compiler, shape: Node) -> Check:
    compiler.only_on_path(shape, SH.minCount)
    least = compiler.number(shape, SH.minCount) or 0
    return lambda _facts, _node, values: len(values) >= least


def _max_count(compiler: Compiler, shape: Node) -> Check:
    compiler.only_on_path(shape, SH.maxCount)
    most = compiler.number(shape, SH.maxCount) or 0
    return lambda _facts, _node, values: len(values) <= most


# Value ranges (section 4.3)


def _compared(facts: Facts, value: Term, bound: Term, holds: Callable[[Any, Any], bool]) -> bool:
    """Whether two literals compare so; of those that may not be comparable it is unsure."""
    one, other = quantity(value), quantity(bound)
    if one is None or other is None or one[0] != other[0]:
        facts.unsure = True
        return False
    return holds(one[1], other[1])


def _range(parameter: URIRef, holds: Callable[[Any, Any], bool]) -> Callable[..., Each]:
    def build(compiler: Compiler, shape: Node) -> Each:
        bounds = compiler.terms(shape, parameter)
        if not all(map(quantity, bounds)):
            raise UnscreenedError(parameter)
        return Each([partial(_compared, bound=bound, holds=holds) for bound in bounds])

    return build


# Strings (section 4.4)


def _length(parameter: URIRef, holds: Callable[[int, int], bool]) -> Callable[..., Each]:
    def build(compiler: Compiler, shape: Node) -> Each:
        bound = compiler.number(shape, parameter) or 0
        if parameter == SH.minLength and not bound:
            return Each(())
        return _each(lambda _, value: value[0] != BLANK and holds(len(form(value)), bound))

    return build


def _pattern(compiler: Compiler, shape: Node) -> Each:
    signs = compiler.text(compiler.one(shape, SH.flags)) if compiler.all(shape, SH.flags) else ""
    flags = sum(flag for sign, flag in _FLAGS.items() if sign in signs.lower())
    try:
        found = [
            re.compile(compiler.text(pattern), flags).search
            for pattern in compiler.all(shape, SH.pattern)
        ]
    except (re.error, OverflowError, RecursionError) as error:
        raise UnscreenedError(SH.pattern) from error

    def test(_: Facts, value: Term) -> bool:
        return value[0] != BLANK and None not in [search(form(value)) for search in found]

    return _each(test)


def _language(value: Term) -> str:
    """The language tag of a value, in lower case; empty if it has none."""
    suffix = kind(value) if value[0] == LITERAL else ""
    return suffix[1:].lower() if suffix[:1] == "@" else ""


def _language_in(compiler: Compiler, shape: Node) -> Each:
    listed = members(compiler.graph, compiler.one(shape, SH.languageIn))
    wanted = {compiler.text(member).lower() for member in listed}

    def test(_: Facts, value: Term) -> bool:
        language = _language(value)
        known = {"*", language, language.split("-")[0]} if language else set()
        return not wanted.isdisjoint(known)

    return _each(test)


def _unique_lang(compiler: Compiler, shape: Node) -> Check:
    compiler.only_on_path(shape, SH.uniqueLang)
    active = compiler.has(shape, SH.uniqueLang)

    def check(_facts: Facts, _node: Term, values: Collection[Term]) -> bool:
        tags = [language for language in map(_language, values) if language]
        return not active or len(set(tags)) == len(tags)

    return check


# Property pairs (section 4.5)


def _equals(compiler: Compiler, shape: Node) -> Check:
    others = compiler.properties(shape, SH.equals)
    return lambda facts, node, values: (
        False not in [set(values) == set(facts.objects(node, other)) for other in others]
    )


def _disjoint(compiler: Compiler, shape: Node) -> Check:
    others = compiler.properties(shape, SH.disjoint)
    return lambda facts, node, values: (
        False not in [set(values).isdisjoint(facts.objects(node, other)) for other in others]
    )


def _less(parameter: URIRef, holds: Callable[[Any, Any], bool]) -> Callable[..., Check]:
    def build(compiler: Compiler, shape: Node) -> Check:
        compiler.only_on_path(shape, parameter)
        others = compiler.properties(shape, parameter)

        def check(facts: Facts, node: Term, values: Collection[Term]) -> bool:
            bounds = [bound for other in others for bound in facts.objects(node, other)]
            return False not in [
                _compared(facts, value, bound, holds) for value in values for bound in bounds
            ]

        return check

    return build


# Logic (section 4.6)


def _not(compiler: Compiler, shape: Node) -> Each:
    inner = compiler.inner(shape, SH["not"])
    return _each(lambda facts, value: True not in [conforms(facts, value) for conforms in inner])


def _joined(parameter: URIRef, holds: Callable[[list[bool]], bool]) -> Callable[..., Each]:
    def build(compiler: Compiler, shape: Node) -> Each:
        return Each([_list(inner, holds) for inner in compiler.listed(shape, parameter)])

    return build


def _list(inner: list[Conforms], holds: Callable[[list[bool]], bool]) -> Conforms:
    return lambda facts, value: holds([conforms(facts, value) for conforms in inner])


# Shapes (section 4.7)


def _node(compiler: Compiler, shape: Node) -> Each:
    if any(map(compiler.is_path, compiler.all(shape, SH.node))):
        raise UnscreenedError(SH.node)
    return Each(compiler.inner(shape, SH.node))


def _property(compiler: Compiler, shape: Node) -> Each:
    if not all(map(compiler.is_path, compiler.all(shape, SH.property))):
        raise UnscreenedError(SH.property)
    return Each(compiler.inner(shape, SH.property))


def _qualified(compiler: Compiler, shape: Node) -> Check:
    compiler.only_on_path(shape, SH.qualifiedValueShape)
    least, most = (
        compiler.number(shape, count) for count in (SH.qualifiedMinCount, SH.qualifiedMaxCount)
    )
    wanted = compiler.one(shape, SH.qualifiedValueShape)
    if least is None and most is None:
        raise UnscreenedError(SH.qualifiedValueShape)
    (conforms,) = compiler.inner(shape, SH.qualifiedValueShape)
    others = [compiler.conforms(other) for other in _siblings(compiler, shape, wanted)]

    def check(facts: Facts, _node: Term, values: Collection[Term]) -> bool:
        found = [conforms(facts, value) for value in values]
        taken = [True in [other(facts, value) for other in others] for value in values]
        number = sum(fits and not away for fits, away in zip(found, taken, strict=True))
        return number >= (least or 0) and (most is None or number <= most)

    return check


def _siblings(compiler: Compiler, shape: Node, wanted: Node) -> set[Node]:
    """The sibling shapes (section 4.7.3)."""
    if not compiler.has(shape, SH.qualifiedValueShapesDisjoint):
        return set()
    parents = compiler.graph.subjects(SH.property, shape)
    beside = {other for parent in parents for other in compiler.all(parent, SH.property)}
    return {n for other in beside for n in compiler.all(other, SH.qualifiedValueShape)} - {wanted}


# Other constraints (section 4.8)


def _closed(compiler: Compiler, shape: Node) -> Each:
    compiler.one(shape, SH.closed)
    if not compiler.has(shape, SH.closed):
        return Each(())
    inner = compiler.all(shape, SH.property)
    paths = [to_text(compiler.one(part, SH.path)) for part in inner]
    lists = compiler.all(shape, SH.ignoredProperties)
    ignored = [to_text(part) for head in lists for part in members(compiler.graph, head)]
    allowed = {*paths, *ignored}

    def test(facts: Facts, value: Term) -> bool:
        return all(said[0] in allowed or said == _EVERYTHING for said in facts.said(value))

    return _each(test)


def _has_value(compiler: Compiler, shape: Node) -> Check:
    wanted = compiler.terms(shape, SH.hasValue)
    return lambda _facts, _node, values: False not in [value in values for value in wanted]


def _in(compiler: Compiler, shape: Node) -> Each:
    listed = members(compiler.graph, compiler.one(shape, SH["in"]))
    allowed = frozenset(map(to_text, listed))
    return _each(lambda _, value: value in allowed)


COMPONENTS: dict[Node, Callable[[Compiler, Node], Constraint]] = {
    SH["class"]: _class,
    SH.datatype: _datatype,
    SH.nodeKind: _node_kind,
    SH.minCount: _min_count,
    SH.maxCount: _max_count,
    SH.minExclusive: _range(SH.minExclusive, gt),
    SH.minInclusive: _range(SH.minInclusive, ge),
    SH.maxExclusive: _range(SH.maxExclusive, lt),
    SH.maxInclusive: _range(SH.maxInclusive, le),
    SH.minLength: _length(SH.minLength, ge),
    SH.maxLength: _length(SH.maxLength, le),
    SH.pattern: _pattern,
    SH.languageIn: _language_in,
    SH.uniqueLang: _unique_lang,
    SH.equals: _equals,
    SH.disjoint: _disjoint,
    SH.lessThan: _less(SH.lessThan, lt),
    SH.lessThanOrEquals: _less(SH.lessThanOrEquals, le),
    SH["not"]: _not,
    SH["and"]: _joined(SH["and"], all),
    SH["or"]: _joined(SH["or"], any),
    SH.xone: _joined(SH.xone, lambda found: sum(found) == 1),
    SH.node: _node,
    SH.property: _property,
    SH.qualifiedValueShape: _qualified,
    SH.qualifiedMinCount: _qualified,
    SH.qualifiedMaxCount: _qualified,
    SH.qualifiedValueShapesDisjoint: _qualified,
    SH.closed: _closed,
    SH.ignoredProperties: _closed,
    SH.hasValue: _has_value,
    SH["in"]: _in,
}
"""What evaluates a parameter."""
