"""`kg check --report`: the SHACL report of a whole project, read back by rdflib."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rdflib import RDF, RDFS, BNode, Graph, Literal, Namespace
from rdflib.collection import Collection
from rdflib.compare import isomorphic
from rdflib.namespace import SH, SKOS

CASES = Path(__file__).parent / "cases"
CLUB = Namespace("https://example.org/case/ontology#")
DATA = Namespace("https://example.org/case/")
SHARED = CASES / "shape-violated-by-what-is-shared"
REQUIRED = {SH.focusNode, SH.resultSeverity, SH.sourceConstraintComponent, SH.sourceShape}

Layout = Callable[..., Path]


def reported(folder: Path, kg: Any, name: str, *options: str, **env: str) -> bytes:
    run = kg("check", "--report", name, *options, folder=folder, env=env)
    assert run.returncode in (0, 1), run.stderr
    return (folder / name).read_bytes()


def read(folder: Path, kg: Any, name: str = "report.ttl") -> Graph:
    reported(folder, kg, name)
    return Graph().parse(folder / name)


def report_of(graph: Graph) -> Any:
    (report,) = graph.subjects(RDF.type, SH.ValidationReport)
    return report


def test_a_report_says_the_same_in_every_syntax(lay: Layout, kg: Any) -> None:
    folder = lay(CASES / "shape-finds-wrong-values")
    graphs = [read(folder, kg, f"report.{end}") for end in ("ttl", "nt", "jsonld")]
    report = report_of(graphs[0])
    results = list(graphs[0].objects(report, SH.result))
    assert len(results) == 22
    assert graphs[0].value(report, SH.conforms) == Literal(False)
    for result in results:
        parts = set(graphs[0].predicates(result))
        assert parts >= REQUIRED | {SH.resultMessage, RDF.type}
    assert isomorphic(graphs[0], graphs[1])
    assert isomorphic(graphs[0], graphs[2])


def test_a_result_has_all_its_parts(lay: Layout, kg: Any) -> None:
    graph = read(lay(CASES / "shape-finds-wrong-values"), kg)
    (result,) = graph.subjects(SH.sourceConstraintComponent, SH.InConstraintComponent)
    assert graph.value(result, SH.resultPath) == CLUB.tone
    assert graph.value(result, SH.value) == CLUB.angry
    assert graph.value(result, SH.resultSeverity) == SH.Violation
    assert str(graph.value(result, SH.focusNode)).startswith(DATA.remark)
    shape = graph.value(result, SH.sourceShape)
    assert isinstance(shape, BNode)
    assert graph.value(shape, SH.path) == CLUB.tone
    assert list(Collection(graph, graph.value(shape, SH["in"]))) == [CLUB.calm]


def test_a_path_without_a_name_is_described(lay: Layout, kg: Any) -> None:
    graph = read(lay(CASES / "shape-misses-values"), kg)
    paths = [p for p in graph.objects(None, SH.resultPath) if isinstance(p, BNode)]
    assert CLUB.occasion in {graph.value(path, SH.inversePath) for path in paths}
    lists = [list(Collection(graph, p)) for p in paths if (p, RDF.first, None) in graph]
    assert [CLUB.verdict, CLUB.on] in lists


def test_results_of_all_articles_and_of_the_authority_are_merged(lay: Layout, kg: Any) -> None:
    graph = read(lay(SHARED), kg)
    report = report_of(graph)
    found = {
        (graph.value(result, SH.focusNode), graph.value(result, SH.resultPath))
        for result in graph.objects(report, SH.result)
    }
    meeting = DATA["event/tower-meeting"]
    assert found == {
        (DATA["person/una-reed"], SKOS.prefLabel),
        (meeting, CLUB.participant),
        (meeting, CLUB.code),
    }


def test_the_bytes_depend_on_nothing_but_the_project(lay: Layout, kg: Any) -> None:
    folder = lay(SHARED)
    first = reported(folder, kg, "a.ttl", PYTHONHASHSEED="1")
    assert b"sh:result" in first
    assert reported(folder, kg, "b.ttl", "--workers", "2", PYTHONHASHSEED="2") == first


def test_a_project_without_results_conforms(lay: Layout, kg: Any) -> None:
    graph = read(lay(CASES / "good-event-with-facts"), kg)
    assert graph.value(report_of(graph), SH.conforms) == Literal(True)
    assert len(graph) == 2


def test_what_could_not_be_validated_does_not_conform(lay: Layout, kg: Any) -> None:
    graph = read(lay(CASES / "quote-not-found"), kg)
    report = report_of(graph)
    assert graph.value(report, SH.conforms) == Literal(False)
    assert not list(graph.objects(report, SH.result))
    (comment,) = graph.objects(report, RDFS.comment)
    assert "mappings/tower.yaml" in comment


@pytest.mark.parametrize("name", ["report.xlsx", "report"])
def test_an_unknown_extension_is_wrong_use(name: str, lay: Layout, kg: Any) -> None:
    folder = lay()
    run = kg("check", "--report", name, folder=folder)
    assert run.returncode == 2
    assert ".jsonld" in run.stderr
    assert not (folder / name).exists()
