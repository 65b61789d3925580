"""Why the graph says what it says: every triple of the real build down to lines and words."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, Triple

import kg
from kg.opening import Graph
from kg.provenance import INFERRED, ONTOLOGY, SHARED

BASE = "https://example.org/newskg/"
NEWS = f"{BASE}ontology#"


@pytest.fixture(scope="module")
def graph(real: Any) -> Graph:
    return kg.open(real.folder)


def statements(graph: Graph) -> Iterator[Quad]:
    """Every statement of every named graph; blank nodes are parts of axioms, which have no name."""
    for quad in graph.store.quads_for_pattern(None, None, None):
        ends = (quad.subject, quad.object)
        if quad.graph_name != DefaultGraph() and not any(isinstance(n, BlankNode) for n in ends):
            yield quad


def text_of(graph: Graph, article: str) -> str:
    return (graph.folder / "seeds" / f"{article}.txt").read_bytes().decode()


def news(subject: str, predicate: str, object_: str) -> Triple:
    return Triple(NamedNode(BASE + subject), NamedNode(NEWS + predicate), NamedNode(BASE + object_))


# Every triple has a why


def test_every_statement_is_explained_down_to_words_lines_or_axioms(graph: Graph) -> None:
    inferred = 0
    for quad in statements(graph):
        reason = graph.inquiry.explainer.reason(quad.triple)
        inferred += quad.graph_name == NamedNode(f"{BASE}graph/{INFERRED}")
        assert bool(reason.sources) != bool(reason.step), quad
        for leaf in reason.leaves():
            assert leaf.sources, f"{leaf.triple} is asserted by nobody"
            assert all(is_grounded(source) for source in leaf.sources), leaf
    assert inferred == graph.manifest["counts"]["inferred"] > 1000


def is_grounded(source: Any) -> bool:
    """An article gives words, an authority file a line, and the ontology speaks for itself."""
    if source.graph == SHARED:
        return source.place is not None
    return source.graph == ONTOLOGY or bool(source.quotes)


def test_the_graphs_of_a_reason_are_those_that_have_the_triple(graph: Graph) -> None:
    by_triple: dict[Triple, set[str]] = {}
    for quad in statements(graph):
        name = quad.graph_name.value.removeprefix(f"{BASE}graph/")
        by_triple.setdefault(quad.triple, set()).add(name)
    for triple, names in by_triple.items():
        reason = graph.inquiry.explainer.reason(triple)
        found = {source.graph for source in reason.sources} or {INFERRED}
        assert found == names


def test_every_quote_stands_at_its_place_in_its_sentence(graph: Graph) -> None:
    seen = set()
    for quad in statements(graph):
        seen.update(graph.inquiry.explainer.reason(quad.triple).quotes())
    assert len(seen) > 400
    for quote in seen:
        text = text_of(graph, quote.article)
        assert text[quote.span.start : quote.span.end] == quote.words
        assert quote.sentence[quote.start :].startswith(quote.words)
        line = text.split("\n")[quote.place.line - 1][quote.place.column - 1 :]
        assert line.startswith(quote.words.split("\n")[0])


def test_every_line_of_a_mapping_exists_and_names_what_it_says(graph: Graph) -> None:
    reason = graph.why("baqeri-al-raisi-meeting-2023", "participant", "mohammad-baqeri").reasons[0]
    place = reason.sources[0].place
    line = (graph.folder / place.path).read_text("utf-8").splitlines()[place.line - 1]
    assert line[place.column - 1 : place.end_column - 1] == "mohammad-baqeri"


# Inferred triples


def test_an_inferred_triple_follows_from_asserted_ones_by_an_axiom(graph: Graph) -> None:
    reason = graph.why("mohammad-baqeri", "memberOf").reasons[0]
    assert reason.step.rule == "prp-spo2"
    assert reason.step.axiom.subject == f"<{NEWS}memberOf>"
    assert [leaf.triple.predicate.value.removeprefix(NEWS) for leaf in reason.leaves()] == [
        "holder",
        "post",
        "postIn",
    ]


def test_premises_come_together_in_the_conclusion(graph: Graph) -> None:
    """An oracle for chains and inverses: the ends of the premises are those of the conclusion."""
    checked = 0
    for quad in statements(graph):
        step = graph.inquiry.explainer.reason(quad.triple).step
        if step and step.rule in ("prp-spo2", "prp-inv1", "prp-inv2", "prp-spo1"):
            ends = [(p.triple.subject, p.triple.object) for p in step.premises]
            if step.rule.startswith("prp-inv"):
                ends = [(o, s) for s, o in ends]
            assert ends[0][0] == quad.subject
            assert ends[-1][1] == quad.object
            assert all(one[1] == other[0] for one, other in pairwise(ends))
            checked += 1
    assert checked > 500


@pytest.fixture
def copy(real: Any, tmp_path: Path) -> Path:
    folder = tmp_path / "copy"
    shutil.copytree(real.folder, folder, symlinks=True)
    return folder


def test_a_changed_origin_is_seen(copy: Path) -> None:
    """The proof that the test above can fail: another number of an origin gives other words."""
    before = kg.open(copy).why("baqeri-al-raisi-meeting-2023", "participant").reasons[0]
    path = copy / "build/current/articles/001_e03186edf4a8495b.origins.json"
    document = json.loads(path.read_text())
    document["lines"] = [0] * len(document["lines"])
    path.write_text(json.dumps(document))
    after = kg.open(copy).why("baqeri-al-raisi-meeting-2023", "participant").reasons[0]
    assert before.sources != after.sources


def test_a_changed_derivation_is_seen(copy: Path) -> None:
    path = copy / "build/current/inferred.origins.json"
    path.write_text(path.read_text().replace(",\n[", ",\n[1", 50))
    graph = kg.open(copy)
    with pytest.raises((AssertionError, IndexError, kg.ContentError)):
        test_premises_come_together_in_the_conclusion(graph)


def test_a_missing_file_of_a_build_is_refused(copy: Path) -> None:
    (copy / "build/current/inferred.origins.json").unlink()
    with pytest.raises(kg.Unavailable, match="X703"):
        kg.open(copy).why("mohammad-baqeri", "memberOf")
