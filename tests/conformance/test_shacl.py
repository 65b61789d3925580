"""The W3C tests of SHACL core and SHACL-SPARQL, run through the project's own validation.

The tests lie outside the project, in `KG_CONFORMANCE` or beside the checkout; where they are
missing each is reported as not run, by name. `shacl.txt` lists them, so that none gets lost.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Triple, parse
from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.namespace import RDF, SH
from rdflib.term import Node

from kg.rdf.rdflib_terms import from_rdflib, to_graph
from kg.shapes.judging import Judge
from kg.shapes.shacl import InapplicableError, Result, Shapes, results

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("KG_CONFORMANCE") or ROOT.parent / "shared/conformance") / "shacl"
NAMES = (Path(__file__).parent / "shacl.txt").read_text(encoding="utf-8").split()
KNOWN: dict[str, str] = {}
"""Tests that are known to fail, with the reason. One that passes does not belong here."""

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
SHT = Namespace("http://www.w3.org/ns/shacl-test#")

Key = tuple[object, ...]


@cache
def read(path: Path) -> Graph:
    content = path.read_bytes()
    quads = parse(content, format=RdfFormat.TURTLE, base_iri=path.as_uri())
    return to_graph(quad.triple for quad in quads)


def to_path(iri: Node) -> Path:
    return Path(str(iri).removeprefix("file://"))


def collect(manifest: Path) -> Iterator[tuple[str, Graph, Node]]:
    """The tests of a manifest and of those that it includes: name, manifest, node."""
    graph, node = read(manifest), URIRef(manifest.as_uri())
    for included in sorted(graph.objects(node, MF.include)):
        yield from collect(to_path(included))
    for head in graph.objects(node, MF.entries):
        for test in Collection(graph, head):
            yield str(test).removeprefix(FOLDER.as_uri() + "/"), graph, test


@cache
def suite() -> dict[str, tuple[Graph, Node]]:
    return {name: (graph, node) for name, graph, node in collect(FOLDER / "manifest.ttl")}


def described(graph: Graph, node: Node | None) -> object:
    """A node in a form that is the same in every graph: a blank node is what is said of it.

    A list is its members: two tests have paths that are lists and something else besides.
    """
    if not isinstance(node, BNode):
        return node.n3() if node is not None else None
    if (node, RDF.first, None) in graph:
        return ("list", *(described(graph, member) for member in Collection(graph, node)))
    said = ((p.n3(), described(graph, o)) for p, o in graph.predicate_objects(node))
    return tuple(sorted(said, key=repr))


def key(result: Result, data: Graph, shapes: Graph) -> Key:
    in_data = (described(data, node) for node in (result.focus, result.value))
    in_shapes = (described(shapes, node) for node in (result.path, result.shape))
    return (*in_data, *in_shapes, result.component.n3(), result.severity.n3())


def outcome(data: Graph, shapes: Graph) -> list[Result] | None:
    """The results, or None where validation ends in a failure."""
    try:
        return list(Judge(Shapes(shapes), triples(data)).shared)
    except InapplicableError:
        return None


def triples(data: Graph) -> list[Triple]:
    return sorted((Triple(*map(from_rdflib, triple)) for triple in data), key=str)  # type: ignore[arg-type]


def actions(name: str) -> tuple[Graph, Graph]:
    """The data graph and the shapes graph of a test."""
    manifest, test = suite()[name]
    action = manifest.value(test, MF.action)
    graphs = (manifest.value(action, part) for part in (SHT.dataGraph, SHT.shapesGraph))
    data, shapes = (read(to_path(graph)) for graph in graphs)
    return data, shapes


def lacking(expected: list[Result], found: list[Result]) -> list[tuple[Node, Node]]:
    """What a test says of messages and SPARQL constraints and no result has."""
    stated = {(r.focus, m) for r in expected for m in r.messages}
    stated |= {(r.focus, r.constraint) for r in expected if isinstance(r.constraint, URIRef)}
    given = {(r.focus, m) for r in found for m in (*r.messages, r.constraint)}
    return sorted(stated - given)


def fault(name: str) -> str:
    """What is wrong with the outcome of a test; empty if nothing is."""
    manifest, test = suite()[name]
    expected = manifest.value(test, MF.result)
    data, shapes = actions(name)
    found = outcome(data, shapes)
    if found is None or expected == SHT.Failure:
        return "" if (found is None) == (expected == SHT.Failure) else f"found {found}"
    wanted = list(results(manifest))
    missing = Counter(key(r, manifest, manifest) for r in wanted)
    missing.subtract(key(r, data, shapes) for r in found)
    wrong = {key: number for key, number in missing.items() if number}
    if manifest.value(expected, SH.conforms) != Literal(not found):
        return f"conforms: {not found}"
    return f"{wrong} {lacking(wanted, found)}" if wrong or lacking(wanted, found) else ""


@pytest.mark.parametrize("name", NAMES)
def test_w3c(name: str) -> None:
    if not FOLDER.is_dir():
        pytest.skip(f"not run: {name}; there is no folder {FOLDER}")
    found = fault(name)
    if name in KNOWN:
        assert found, f"passes, though it is listed as failing: {KNOWN[name]}"
    else:
        assert not found


@pytest.mark.parametrize("name", NAMES)
def test_w3c_in_two_parts(name: str) -> None:
    """Half of the data as what articles share, and half as an article."""
    if not FOLDER.is_dir():
        pytest.skip(f"not run: {name}; there is no folder {FOLDER}")
    data, graph = actions(name)
    shapes, both = Shapes(graph), triples(data)
    half = both[::2]
    try:
        known = shapes.validate(to_graph(half))
        wanted = [result for result in shapes.validate(data) if result not in known]
    except InapplicableError:
        return
    assert Counter(Judge(shapes, half).article(both).results) == Counter(wanted)


def test_the_list_names_every_test_of_the_suite() -> None:
    if not FOLDER.is_dir():
        pytest.skip(f"not run: the list of tests; there is no folder {FOLDER}")
    assert sorted(suite()) == NAMES
    assert len([name for name in NAMES if name.startswith("core/")]) == 98
    assert len([name for name in NAMES if name.startswith("sparql/")]) == 22
    assert set(KNOWN) <= set(NAMES)


def test_a_wrong_outcome_is_seen() -> None:
    """The comparison itself: each part of a result counts."""
    ex = Namespace("urn:ex:")
    data, shapes = Graph(), Graph()
    one = Result(ex.a, ex.p, None, SH.Violation, SH.MinCountConstraintComponent, ex.S, None, ())
    for part, other in (
        ("focus", ex.b),
        ("path", ex.q),
        ("value", ex.v),
        ("severity", SH.Warning),
        ("component", SH.MaxCountConstraintComponent),
        ("shape", ex.T),
    ):
        changed = {name: getattr(one, name) for name in Result.__slots__} | {part: other}
        assert key(one, data, shapes) != key(Result(**changed), data, shapes), part
    assert RDF.type not in described(data, BNode())
