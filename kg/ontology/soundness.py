"""Turtle that is well formed and yet cannot be read as an ontology or as shapes.

In: the triples of one Turtle file. Out: findings. Refuses: triple terms (O101), lists that do not
end or end twice, declarations whose IRI ends without a name, and nodes without a name inside one
another beyond `MAX_DEPTH` (O110), which nobody writes by hand and no reasoner survives.

https://www.w3.org/TR/owl2-mapping-to-rdf/#Parsing_of_the_Ontology_Header_and_Declarations
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from pyoxigraph import BlankNode, NamedNode, Triple

from kg.diagnostics import Findings, Location
from kg.ontology.descriptions import Descriptions
from kg.terms import OWL, RDF, local_name

MAX_DEPTH = 64
_FIRST, _REST, _TYPE = (NamedNode(RDF + name) for name in ("first", "rest", "type"))
_NIL = NamedNode(RDF + "nil")
_DECLARED = frozenset(
    OWL + kind
    for kind in (
        "AnnotationProperty",
        "Class",
        "DatatypeProperty",
        "NamedIndividual",
        "ObjectProperty",
    )
)


def check_sound(triples: Sequence[Triple], text: str, name: str, findings: Findings) -> None:
    """Report what no reader of ontologies could make sense of.

    Args:
        triples: of one file.
        text: the file, in which places are looked for.
        name: the path to show in places.
        findings: takes O101 and O110.
    """
    places = Descriptions(name, text)

    def report(code: str, message: str, node: Any, help_: str) -> None:  # noqa: ANN401
        found = places.begin(node) if isinstance(node, NamedNode | BlankNode) else None
        findings.error(code, message, found or Location(name), help=help_)

    if term := next((t for t in triples if isinstance(t.object, Triple)), None):
        message = "the Turtle has a triple about a triple, which neither OWL nor SHACL knows"
        report("O101", message, term.subject, "delete it, or describe a node of its own")
        return
    for node in _nameless(triples):
        message = f"<{node.value}> is declared, but its IRI ends without a name"
        report("O110", message, node, "add the name behind `#` or `/`")
    for cell in _broken_lists(triples):
        message = "an RDF list does not end, or has two members or two ends in one place"
        report("O110", message, cell, "write it in parentheses")
    if deep := _too_deep(triples):
        message = f"more than {MAX_DEPTH} nodes without a name are nested"
        report("O110", message, deep, "give some of them a name")


def _nameless(triples: Iterable[Triple]) -> list[NamedNode]:
    return [
        t.subject
        for t in triples
        if isinstance(t.subject, NamedNode)
        and not local_name(t.subject.value)
        and t.predicate == _TYPE
        and getattr(t.object, "value", "") in _DECLARED
    ]


def _broken_lists(triples: Iterable[Triple]) -> list[object]:
    """Cells of lists that are not one member and one rest, or that nothing ends."""
    members: defaultdict[object, int] = defaultdict(int)
    rests: defaultdict[object, list[object]] = defaultdict(list)
    for triple in triples:
        if triple.predicate == _FIRST:
            members[triple.subject] += 1
        elif triple.predicate == _REST:
            rests[triple.subject].append(triple.object)
    cells = dict.fromkeys([*members, *rests])
    if broken := [cell for cell in cells if members[cell] != 1 or len(rests[cell]) != 1]:
        return broken[:1]
    ended: set[object] = {_NIL}
    for cell in cells:
        if not _ends(cell, rests, ended):
            return [cell]
    return []


def _ends(cell: object, rests: dict[object, list[object]], ended: set[object]) -> bool:
    """Whether a list comes to its end; `ended` takes all its cells then."""
    trail: set[object] = set()
    while cell not in ended:
        if cell in trail or cell not in rests:
            return False
        trail.add(cell)
        cell = rests[cell][0]
    ended |= trail
    return True


def _too_deep(triples: Iterable[Triple]) -> BlankNode | None:
    """A node without a name that stands too deep; members of a list stand beside one another."""
    inner: defaultdict[object, list[tuple[BlankNode, int]]] = defaultdict(list)
    led_to: set[object] = set()
    for triple in triples:
        if isinstance(triple.object, BlankNode):
            inner[triple.subject].append((triple.object, int(triple.predicate != _REST)))
            led_to.add(triple.object)
    open_ = [found for node, below in inner.items() if node not in led_to for found in below]
    deepest: dict[BlankNode, int] = {}
    while open_:
        node, depth = open_.pop()
        if depth > MAX_DEPTH:
            return node
        if depth > deepest.get(node, -1):
            deepest[node] = depth
            open_ += [(below, depth + more) for below, more in inner.get(node, ())]
    return None
