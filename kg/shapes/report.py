"""The SHACL validation report of a whole project, for tools that read such reports.

In: the results of all articles and of what they share. Out: the report as N-Quads lines, the same
for the same results. Refuses nothing: what could not be validated is named in the report, which
says then that the project does not conform.

A shape or path without a name is described in the report, as far as it hangs together without a
name. https://www.w3.org/TR/shacl/#validation-report (section 3.6)
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from rdflib import BNode, Graph
from rdflib.term import Node

from kg.rdf.rdflib_terms import from_rdflib
from kg.shapes.shacl import Result
from kg.terms import RDF, RDFS, SH, XSD

_TYPE = NamedNode(RDF + "type")
_REPORT = BlankNode("report")
_PARTS = {
    "focus": "focusNode",
    "path": "resultPath",
    "value": "value",
    "severity": "resultSeverity",
    "component": "sourceConstraintComponent",
    "shape": "sourceShape",
    "constraint": "sourceConstraint",
}


def report_lines(
    results: Iterable[Result], shapes: Graph, missing: Collection[str] = ()
) -> list[bytes]:
    """The report as N-Triples lines.

    Args:
        results: of all articles and of the authority, in any order.
        shapes: the shapes graph that they refer to.
        missing: names of files that could not be validated.
    """
    found = sorted(set(results), key=_order)
    conforms = not found and not missing
    triples = [*_head(conforms, missing), *_body(found), *_described(found, shapes)]
    return [f"{triple} .\n".encode() for triple in dict.fromkeys(triples)]


def _order(result: Result) -> tuple[str, ...]:
    return tuple(str(getattr(result, name)) for name in Result.__slots__)


def _head(conforms: bool, missing: Collection[str]) -> Iterator[Triple]:
    yield Triple(_REPORT, _TYPE, _sh("ValidationReport"))
    truth = Literal(str(conforms).lower(), datatype=NamedNode(XSD + "boolean"))
    yield Triple(_REPORT, _sh("conforms"), truth)
    for name in missing:
        comment = Literal(f"not validated as a whole, because of other errors: {name}")
        yield Triple(_REPORT, NamedNode(RDFS + "comment"), comment)


def _body(results: list[Result]) -> Iterator[Triple]:
    for number, result in enumerate(results, 1):
        node = BlankNode(f"result{number:0{len(str(len(results)))}}")
        yield Triple(_REPORT, _sh("result"), node)
        yield Triple(node, _TYPE, _sh("ValidationResult"))
        for part, name in _PARTS.items():
            if (term := getattr(result, part)) is not None:
                yield Triple(node, _sh(name), from_rdflib(term))
        for message in result.messages:
            yield Triple(node, _sh("resultMessage"), from_rdflib(message))


def _described(results: list[Result], shapes: Graph) -> Iterator[Triple]:
    """What the shapes graph says of its nodes without a name that results refer to."""
    todo = [n for r in results for n in (r.path, r.shape, r.constraint) if isinstance(n, BNode)]
    seen: set[Node] = set()
    while todo:
        node = todo.pop()
        if node in seen:
            continue
        seen.add(node)
        for _, predicate, value in shapes.triples((node, None, None)):
            yield Triple(from_rdflib(node), NamedNode(str(predicate)), from_rdflib(value))  # type: ignore[arg-type]
            todo += [value] if isinstance(value, BNode) else []


def _sh(name: str) -> NamedNode:
    return NamedNode(SH + name)
