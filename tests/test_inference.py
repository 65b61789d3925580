"""What is found file after file, or after a change, is what all triples lead to at once."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Store, Triple, parse

from kg.diagnostics import ContentError
from kg.rdf.dataset import to_nquads
from kg.reasoning.changes import update
from kg.reasoning.closure import Axioms, Closure, close, compile_axioms
from kg.reasoning.stored import Stored
from kg.reasoning.streaming import Streamed, stream

EX = "http://example.org/"
PREFIXES = f"""
@prefix : <{EX}> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
CLASSES = st.sampled_from([f":C{n}" for n in range(4)])
ROLES = st.sampled_from([f":p{n}" for n in range(4)])
NODES = st.sampled_from([f":i{n}" for n in range(6)])
ENDS = st.one_of(NODES, st.sampled_from(['"a"', '"b"@en', "1", '"2024-01-01"^^xsd:date']))


def made(template: str, **parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.fixed_dictionaries(parts).map(lambda found: template.format(**found))


PATHS = st.one_of(ROLES, made("[ owl:inverseOf {p} ]", p=ROLES))
EXPRESSIONS = st.one_of(
    CLASSES,
    made("[ owl:onProperty {p} ; owl:someValuesFrom {c} ]", p=PATHS, c=CLASSES),
    made("[ owl:onProperty {p} ; owl:someValuesFrom owl:Thing ]", p=ROLES),
    made("[ owl:onProperty {p} ; owl:allValuesFrom {c} ]", p=ROLES, c=CLASSES),
    made("[ owl:onProperty {p} ; owl:hasValue {i} ]", p=ROLES, i=ENDS),
    made("[ owl:intersectionOf ( {c} {d} ) ]", c=CLASSES, d=CLASSES),
    made("[ owl:unionOf ( {c} {d} ) ]", c=CLASSES, d=CLASSES),
    made("[ owl:oneOf ( {i} {j} ) ]", i=NODES, j=NODES),
    made('[ owl:onProperty {p} ; owl:maxCardinality "1"^^xsd:nonNegativeInteger ]', p=ROLES),
    made(
        '[ owl:onProperty {p} ; owl:onClass {c} ; owl:maxQualifiedCardinality "1"'
        "^^xsd:nonNegativeInteger ]",
        p=ROLES,
        c=CLASSES,
    ),
)
KINDS = st.sampled_from(
    ["Symmetric", "Transitive", "Functional", "InverseFunctional", "Asymmetric"]
)
RULES = [
    made("{c} rdfs:subClassOf {d} .", c=EXPRESSIONS, d=EXPRESSIONS),
    made("{c} owl:equivalentClass {d} .", c=CLASSES, d=EXPRESSIONS),
    made("{p} rdfs:subPropertyOf {q} .", p=ROLES, q=ROLES),
    made("{p} owl:inverseOf {q} .", p=ROLES, q=ROLES),
    made("{p} rdfs:domain {c} .", p=ROLES, c=EXPRESSIONS),
    made("{p} rdfs:range {c} .", p=ROLES, c=EXPRESSIONS),
    made("{p} owl:propertyChainAxiom ( {q} {r} ) .", p=ROLES, q=PATHS, r=PATHS),
    made("{p} owl:propertyChainAxiom ( {q} {r} {s} ) .", p=ROLES, q=PATHS, r=PATHS, s=PATHS),
    made("{p} a owl:{k}Property .", p=ROLES, k=KINDS),
]
CONSTRAINTS = [
    made("{p} a owl:IrreflexiveProperty .", p=ROLES),
    made("{c} owl:disjointWith {d} .", c=CLASSES, d=CLASSES),
    made("{c} owl:disjointUnionOf ( {d} {e} ) .", c=CLASSES, d=CLASSES, e=CLASSES),
    made("{p} owl:propertyDisjointWith {q} .", p=ROLES, q=ROLES),
    made("{p} rdfs:range {d} .", p=ROLES, d=st.sampled_from(["xsd:integer", "xsd:string"])),
    made(
        "[] a owl:NegativePropertyAssertion ; owl:sourceIndividual {i} ;"
        " owl:assertionProperty {p} ; owl:targetIndividual {j} .",
        i=NODES,
        p=ROLES,
        j=NODES,
    ),
]
ONTOLOGY = st.lists(st.one_of(RULES + CONSTRAINTS), min_size=1, max_size=8)
FACTS = st.lists(
    st.tuples(
        st.one_of(
            made("{i} a {c} .", i=NODES, c=CLASSES),
            made("{i} {p} {j} .", i=NODES, p=ROLES, j=ENDS),
        ),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=12,
)


def read(lines: list[str]) -> list[Triple]:
    return [q.triple for q in parse(PREFIXES + "\n".join(lines), format=RdfFormat.TURTLE)]


def written(folder: Path, facts: list[tuple[str, int]]) -> list[Path]:
    """Facts as files; the number of a fact is that of its file."""
    files = []
    for number in range(4):
        graph = NamedNode(f"{EX}graph/{number}")
        triples = read([fact for fact, file in facts if file == number])
        files.append(folder / f"{number}.nq")
        quads = (Quad(t.subject, t.predicate, t.object, graph) for t in triples)
        files[-1].write_bytes(to_nquads(quads))
    return files


def streamed(axioms: list[str], facts: list[tuple[str, int]], batch: int) -> Streamed:
    """Facts of number 0 are told by the ontology itself."""
    with TemporaryDirectory() as folder:
        own, *files = written(Path(folder), facts)
        told = (quad.triple for quad in parse(path=own, format=RdfFormat.N_QUADS))
        return stream(compile_axioms(read(axioms)), files, told, batch=batch)


@settings(deadline=None, max_examples=300, suppress_health_check=list(HealthCheck))
@given(ONTOLOGY, FACTS, st.sampled_from([0, 3, 1000]))
def test_files_lead_to_what_their_triples_lead_to_at_once(
    axioms: list[str], facts: list[tuple[str, int]], batch: int
) -> None:
    whole = close(read([fact for fact, _ in facts]), compile_axioms(read(axioms)))
    found = streamed(axioms, facts, batch)
    assert found.lines == sorted(str(triple).encode() for triple in whole.inferred)
    assert set(found.around.clashes) == set(whole.clashes)


def test_which_values_are_counted_is_told_elsewhere() -> None:
    one = '"1"^^xsd:nonNegativeInteger'
    limit = f"[ owl:onProperty :p0 ; owl:onClass :C0 ; owl:maxQualifiedCardinality {one} ]"
    axioms = [f":C0 rdfs:subClassOf {limit} ."]
    facts = [(":i0 a :C0 .", 1), (":i1 a :C0 .", 2), (":i0 :p0 :i0 .", 1), (":i0 :p0 :i1 .", 3)]
    (clash,) = streamed(axioms, facts, 0).around.clashes
    assert clash.rule == "cls-maxqc"


def test_values_of_a_class_from_which_nothing_follows_are_counted() -> None:
    one = '"1"^^xsd:nonNegativeInteger'
    limit = f"[ owl:onProperty :p1 ; owl:onClass :C0 ; owl:maxQualifiedCardinality {one} ]"
    axioms = [f":p1 rdfs:domain {limit} .", ":p1 owl:inverseOf :p3 ."]
    facts = [(":i0 a :C0 .", 0), (":i1 a :C0 .", 0), (":i1 :p3 :i3 .", 0), (":i3 :p1 :i0 .", 0)]
    (clash,) = streamed(axioms, facts, 0).around.clashes
    assert clash.rule == "cls-maxqc"


@pytest.mark.parametrize("content", [b"<a:s> <a:p> <a:o> <a:g> .", b"<a:s> <a:p> <a:o> <a:g>"])
def test_a_file_that_is_cut_off_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.nq"
    path.write_bytes(b"<a:r> <a:p> <a:o> <a:g> .\n" + content)
    with pytest.raises(ContentError, match="X703"):
        stream(compile_axioms([]), [path], ())


# After a change


EDITS = st.lists(st.tuples(st.integers(1, 3), FACTS), min_size=1, max_size=5)


class Kept:
    """A store that is changed as a build would change it."""

    def __init__(self, axioms: list[str], own: list[Triple]) -> None:
        self.axioms: Axioms = compile_axioms(read(axioms))
        self.own, self.graphs = own, dict[str, list[Triple]]()
        self.store = Store()
        self.fill("ontology", {*read(axioms), *own})
        self.fill("inferred", self.closed({}).inferred)

    def closed(self, graphs: dict[str, list[Triple]]) -> Closure:
        """Everything from nothing."""
        return close([*self.own, *(t for some in graphs.values() for t in some)], self.axioms)

    def fill(self, name: str, triples: Iterable[Triple]) -> None:
        graph = NamedNode(f"{EX}graph/{name}")
        self.store.remove_graph(graph)
        self.store.extend(Quad(t.subject, t.predicate, t.object, graph) for t in triples)
        merge = {quad.triple for quad in self.store if quad.graph_name != DefaultGraph()}
        self.store.clear_graph(DefaultGraph())
        self.store.extend(Quad(t.subject, t.predicate, t.object) for t in merge)

    def inferred(self) -> set[Triple]:
        graph = NamedNode(f"{EX}graph/inferred")
        return {q.triple for q in self.store.quads_for_pattern(None, None, None, graph)}

    def edit(self, name: str, triples: list[Triple]) -> None:
        """Change a graph; a change that leads to a contradiction is refused, and must be."""
        graphs = self.graphs | {name: triples}
        whole = self.closed(graphs)
        before = self.inferred()
        stored = Stored(self.store, EX, self.axioms, self.own)
        change = update(stored, {name: triples})
        assert change.clashing == bool(whole.clashes)
        if change.clashing:
            return
        assert change.added == sorted(str(t).encode() for t in whole.inferred if t not in before)
        assert change.removed == sorted(str(t).encode() for t in before if t not in whole.inferred)
        self.graphs = graphs
        self.fill(name, triples)
        self.fill("inferred", whole.inferred)


@settings(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))
@given(ONTOLOGY, FACTS, EDITS)
def test_a_change_leads_to_what_a_closure_from_nothing_does(
    axioms: list[str], own: list[tuple[str, int]], edits: list[tuple[int, list[tuple[str, int]]]]
) -> None:
    kept = Kept(axioms, read([fact for fact, number in own if number == 0]))
    assume(not kept.closed({}).clashes)
    for number, facts in edits:
        kept.edit(str(number), read([fact for fact, _ in facts]))
