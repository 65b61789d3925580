"""Why the graph says what it says: every triple of the real build down to lines and words."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, Triple

import kg
from kg.diagnostics import Diagnostic, Severity
from kg.findings.recording import to_records
from kg.store.provenance import INFERRED, ONTOLOGY, SHARED
from kg.terms import RDF
from kg.why.opening import Graph

ROOT = Path(__file__).parent.parent
BASE = "https://example.org/newskg/"
NEWS = f"{BASE}ontology#"
TEXT = f"{BASE}text#"


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


def test_an_article_is_said_by_its_key(graph: Graph) -> None:
    """Not by the first line of the file, which is a comment for editors."""
    for path in sorted((graph.folder / "mappings").glob("*.yaml")):
        lines = path.read_text(encoding="utf-8").splitlines()
        first = next(line for line in lines if not line.startswith("#"))
        key = "article:" if "article:" in lines else first
        node = NamedNode(f"{BASE}article/{path.stem}")
        kind = Triple(node, NamedNode(f"{RDF}type"), NamedNode(f"{TEXT}Article"))
        (source,) = graph.inquiry.explainer.reason(kind).sources
        assert lines[source.place.line - 1] == key, path.name


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


def test_an_axiom_is_shown_with_its_line(graph: Graph) -> None:
    for quad in statements(graph):
        step = graph.inquiry.explainer.reason(quad.triple).step
        if step is not None:
            assert step.place is not None, step.axiom
            lines = (graph.folder / step.place.path).read_text("utf-8").splitlines()
            word = step.axiom.predicate.strip("<>").rpartition("#")[2]
            stated = "\n".join(lines[max(0, step.place.line - 4) : step.place.line])
            assert word in stated or word == "type", step


# Damage is seen


@pytest.fixture
def copy(real: Any, tmp_path: Path) -> Path:
    folder = tmp_path / "copy"
    shutil.copytree(real.folder, folder, symlinks=True)
    return folder


@pytest.fixture
def change(copy: Path, settle: Callable[..., None]) -> Callable[[str, str], None]:
    """Write another text into a file of the build, as if the build had written it."""

    def write(name: str, new: str) -> None:
        (copy / "build/current" / name).write_text(new, encoding="utf-8")
        settle(copy / "build/current")

    return write


def test_a_changed_origin_is_seen(copy: Path, change) -> None:
    """The proof that the tests above can fail: another number of an origin gives other words."""
    name = "articles/001_e03186edf4a8495b.origins.json"
    before = kg.open(copy).why("baqeri-al-raisi-meeting-2023", "participant").reasons[0]
    document = json.loads((copy / "build/current" / name).read_text("utf-8"))
    document["lines"] = [0] * len(document["lines"])
    change(name, json.dumps(document))
    after = kg.open(copy).why("baqeri-al-raisi-meeting-2023", "participant").reasons[0]
    assert before.sources != after.sources


def test_an_inferred_triple_whose_axiom_is_missing_is_not_explained(copy: Path, change) -> None:
    """The proof that derivations rest on what the build was closed under."""
    assert kg.open(copy).why("mohammad-baqeri", "memberOf").reasons[0].step
    lines = (copy / "build/current/axioms.nt").read_text("utf-8").splitlines(keepends=True)
    change("axioms.nt", "".join(line for line in lines if "propertyChainAxiom" not in line))
    with pytest.raises(kg.Unavailable, match="X703"):
        kg.open(copy).why("mohammad-baqeri", "memberOf")


@pytest.mark.parametrize("name", ["axioms.nt", "individuals.nt", "authority.nq"])
def test_a_damaged_or_missing_file_of_a_build_is_refused(copy: Path, name: str) -> None:
    path = copy / "build/current" / name
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(kg.Unavailable, match="X703"):
        kg.open(copy).why("mohammad-baqeri", "memberOf")
    path.unlink()
    with pytest.raises(kg.Unavailable, match="X703"):
        kg.open(copy).why("mohammad-baqeri", "memberOf")


def test_lines_of_a_file_that_has_changed_are_not_shown(copy: Path, kg: Any) -> None:
    for name in ("mappings/001_e03186edf4a8495b.yaml", "seeds/001_e03186edf4a8495b.txt"):
        path = copy / name
        path.write_bytes(b"# another first line\n" + path.read_bytes())
    result = kg("why", "baqeri-al-raisi-meeting-2023", "participant", folder=copy)
    assert result.returncode == 0
    assert result.stderr.count("warning[W906]") == 2
    assert "participant: [" not in result.stdout
    assert "⟦Major General Bagheri made the remarks in a meeting" in result.stdout
    assert "seeds/001_e03186edf4a8495b.txt:1" not in result.stdout


# Names that people type


@pytest.mark.parametrize(
    ("words", "iri"),
    [
        ("mohammad-baqeri", "person/mohammad-baqeri"),
        ("person/mohammad-baqeri", "person/mohammad-baqeri"),
        ("<person/mohammad-baqeri>", "person/mohammad-baqeri"),
        (f"{BASE}person/mohammad-baqeri", "person/mohammad-baqeri"),
        (f"<{BASE}person/mohammad-baqeri>", "person/mohammad-baqeri"),
        ("Mohammad Baqeri", "person/mohammad-baqeri"),
        ("Bagheri", "person/mohammad-baqeri"),
        ("occurred", "ontology#occurred"),
        ("news:Meeting", "ontology#Meeting"),
        ("Meeting", "ontology#Meeting"),
        ("000_ad8a7268f9b90791", "article/000_ad8a7268f9b90791"),
        ("000", "article/000_ad8a7268f9b90791"),
        ("time/001_e03186edf4a8495b/132-147", "time/001_e03186edf4a8495b/132-147"),
    ],
)
def test_a_node_has_many_names(graph: Graph, words: str, iri: str) -> None:
    assert graph.why(words).individual.node == NamedNode(BASE + iri)


@pytest.mark.parametrize(
    ("words", "iri"),
    [
        ("a", "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"),
        ("label", "http://www.w3.org/2004/02/skos/core#prefLabel"),
        ("alias", "http://www.w3.org/2004/02/skos/core#altLabel"),
        ("nationality", f"{NEWS}nationality"),
        ("news:nationality", f"{NEWS}nationality"),
        (f"<{NEWS}nationality>", f"{NEWS}nationality"),
    ],
)
def test_a_property_has_its_key_and_its_iris(graph: Graph, words: str, iri: str) -> None:
    for reason in graph.why("mohammad-baqeri", words).reasons:
        assert reason.triple.predicate == NamedNode(iri)


@pytest.mark.parametrize(
    "words", ["Bagheri", '"Bagheri"@en', '"Bagheri"@en ', "bagheri"], ids=lambda w: w.strip()
)
def test_a_literal_is_written_with_or_without_marks(graph: Graph, words: str) -> None:
    if words == "bagheri":
        with pytest.raises(kg.ContentError, match="W903"):
            graph.why("mohammad-baqeri", "alias", words)
    else:
        (reason,) = graph.why("mohammad-baqeri", "alias", words.strip()).reasons
        assert reason.triple.object.value == "Bagheri"


@pytest.mark.parametrize(
    ("words", "near"),
    [
        ("mohamad-baqeri", "mohammad-baqeri"),
        ("Mohamad Baqeri", "Mohammad Baqeri"),
        ("Baghery", "Bagheri"),
        ("001_e03186edf4a8495", "001_e03186edf4a8495b"),
    ],
)
def test_an_unknown_name_gets_the_nearest_one(graph: Graph, words: str, near: str) -> None:
    if near in graph.manifest["articles"]:
        assert graph.why(words).individual.label == near  # the beginning of its name
        return
    with pytest.raises(kg.Misuse, match="W901") as caught:
        graph.why(words)
    assert f"`{near}`" in caught.value.diagnostics[0].help


def test_a_name_of_several_things_is_refused_with_all_of_them(graph: Graph) -> None:
    with pytest.raises(kg.Misuse, match="W902") as caught:
        graph.why("the two sides")
    assert len(caught.value.diagnostics[0].notes) > 1


def test_what_is_missing_is_told_with_what_is_near(graph: Graph) -> None:
    with pytest.raises(kg.ContentError, match="W903") as caught:
        graph.why("mohammad-baqeri", "speaker", "abdullah-al-raisi")
    (found,) = caught.value.diagnostics
    assert any("gives <person/mohammad-baqeri> no news:speaker" in note for note in found.notes)
    assert any("speaks of both" in note for note in found.notes)
    assert caught.value.exit_status == 1


# Shapes and findings


def test_a_node_is_told_the_shapes_that_check_it(graph: Graph) -> None:
    found = {
        check.shape.value for check in graph.why("baqeri-al-raisi-meeting-2023").individual.checks
    }
    assert {f"{NEWS}EventShape", f"{NEWS}MeetingShape"} <= found
    assert f"{NEWS}VisitShape" not in found


def test_the_findings_on_its_lines_are_told(copy: Path, settle) -> None:
    line = kg.open(copy).why("baqeri-al-raisi-meeting-2023").individual.sources[0].place
    finding = Diagnostic("V402", "an event without weather", line, severity=Severity.WARNING)
    settle(copy / "build/current", findings=to_records([finding]))
    graph = kg.open(copy)
    assert graph.why("baqeri-al-raisi-meeting-2023").individual.findings == (finding,)
    assert graph.why("mohammad-baqeri").individual.findings == ()


# A light start


def test_why_and_show_load_no_heavy_library(real: Any) -> None:
    probe = (
        "import sys; from kg.cli import main\n"
        "try: main()\n"
        "finally: print(sorted(sys.modules), file=sys.stderr)"
    )
    for arguments in (["why", "mohammad-baqeri", "memberOf"], ["show", "mohammad-baqeri"]):
        result = subprocess.run(
            [sys.executable, "-c", probe, *arguments],
            cwd=real.folder,
            env={"PYTHONPATH": str(ROOT), "PATH": ""},
            capture_output=True,
            text=True,
            check=False,
        )
        assert "mohammad-baqeri" in result.stdout
        loaded = set(ast.literal_eval(result.stderr.splitlines()[-1]))
        assert not loaded & {"rdflib", "pyshacl", "owlready2", "yaml", "oxrdflib"}
