"""What of a shapes graph the rules of SHACL's syntax let through, and a validator would not refuse.

In: the triples of one file of shapes. Out: findings O104. Refuses: words of the SHACL namespace
that the validator does not apply (misspelt ones among them), patterns that are no regular
expressions, and queries that reach for files or for the network.

A validator passes over what it does not know, and then data would pass that nobody checked.
https://www.w3.org/TR/shacl/
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg.diagnostics import Findings, Location
from kg.hints import did_you_mean
from kg.ontology.descriptions import Descriptions
from kg.sparql.grammar import scan
from kg.terms import RDF, SH

APPLIED = frozenset(
    """
    alternativePath and ask class closed datatype deactivated declare defaultValue description
    disjoint equals flags group hasValue ignoredProperties in inversePath labelTemplate languageIn
    lessThan lessThanOrEquals maxCount maxExclusive maxInclusive maxLength message minCount
    minExclusive minInclusive minLength name namespace node nodeKind nodeValidator not
    oneOrMorePath optional or order parameter path pattern prefix prefixes property
    propertyValidator qualifiedMaxCount qualifiedMinCount qualifiedValueShape
    qualifiedValueShapesDisjoint select severity shapesGraph sparql targetClass targetNode
    targetObjectsOf targetSubjectsOf uniqueLang validator xone zeroOrMorePath zeroOrOnePath
    """.split()  # noqa: SIM905  (a list of words reads best as words)
)
"""Properties of SHACL Core and SHACL-SPARQL."""

_LEADING = frozenset(
    {RDF + "first", RDF + "rest"}
    | {
        SH + word
        for word in ("and", "node", "not", "or", "property", "qualifiedValueShape", "xone")
    }
)
_REACHING = {"FROM", "LOAD", "SERVICE"}
_CODE_POINT = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")


def check_constraints(triples: Iterable[Triple], text: str, name: str, findings: Findings) -> None:
    """Report what a validator would pass over or must not run.

    Args:
        triples: of one file of shapes.
        text: the file, in which places are looked for.
        name: the path to show in places.
        findings: takes O104.
    """
    places, triples = Descriptions(name, text), list(triples)
    for shape in _circular(triples):
        place = places.begin(shape) or Location(name)
        message = "a shape refers to itself, and SHACL does not say what that means"
        findings.error("O104", message, place, help="end the circle in a shape of its own")
    for triple in triples:
        word = triple.predicate.value.removeprefix(SH)
        if word != triple.predicate.value and (fault := _fault(word, triple.object)):
            message, help_ = fault
            place = places.stated(triple) or _begin(places, triple) or Location(name)
            findings.error("O104", message, place, help=help_)


def _circular(triples: Iterable[Triple]) -> list[NamedNode]:
    """Shapes with a name that other shapes, or lists of them, lead back to (section 3.4.3)."""
    inner: defaultdict[object, list[object]] = defaultdict(list)
    for triple in triples:
        if triple.predicate.value in _LEADING:
            inner[triple.subject].append(triple.object)
    return [node for node in inner if isinstance(node, NamedNode) and _leads_back(node, inner)]


def _leads_back(start: object, inner: Mapping[object, list[object]]) -> bool:
    seen: set[object] = set()
    open_ = list(inner[start])
    while open_:
        node = open_.pop()
        if node == start:
            return True
        if node not in seen:
            seen.add(node)
            open_ += inner.get(node, ())
    return False


def _begin(places: Descriptions, triple: Triple) -> Location | None:
    node = triple.subject
    return places.begin(node) if isinstance(node, NamedNode | BlankNode) else None


def _fault(word: str, value: object) -> tuple[str, str | None] | None:
    """What is wrong with a value of a property of SHACL, and what mends it."""
    if word not in APPLIED:
        help_ = did_you_mean(f"sh:{word}", [f"sh:{known}" for known in APPLIED])
        return f"`sh:{word}` is no property that the validator applies", help_
    if not isinstance(value, Literal):
        return None
    if word == "pattern" and (reason := _unreadable(value.value)):
        return f"a pattern is no regular expression: {reason}", "correct it, or escape its signs"
    if word in ("ask", "select") and (found := _reaching(value.value)):
        message = f"a query of the shapes has {found}, which reaches beyond the data"
        return message, "ask the data only"
    return None


def _unreadable(pattern: str) -> str | None:
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        return str(error)
    return None


def _reaching(query: str) -> str | None:
    """A keyword that reads other sources, also if it is written in escapes (SPARQL 1.1, 19.2)."""
    plain = _CODE_POINT.sub(lambda found: chr(min(int(found[1] or found[2], 16), 0x10FFFF)), query)
    words = {token.keyword for text in (query, plain) for token in scan(text)}
    return next(iter(sorted(words & _REACHING)), None)
