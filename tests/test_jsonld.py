"""`kg expand` means what the build generates: PyLD, an independent processor, reads the same."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyld import jsonld
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from kg.building.workshop import Workshop
from kg.checking.expansion import expand_mapping
from kg.project.settings import load_project
from kg.terms import RDF

BASE = "https://example.org/newskg/"
# What grounding adds beneath the entries: spans with their selectors, mentions, and fact nodes.
GROUNDED = re.compile(rf"{BASE}(article/[^#]+#char=|fact/)")
STEMS = sorted(path.stem for path in (Path(__file__).parent.parent / "seeds").glob("*.txt"))


def no_network(url: str, options: dict[str, Any]) -> None:
    pytest.fail(f"the document asks the network for {url}")


def read(document: dict[str, Any]) -> set[str]:
    """The quads that PyLD finds in a document, as lines of N-Quads."""
    dataset = jsonld.to_rdf(copy.deepcopy(document), {"documentLoader": no_network})
    return {
        str(Quad(term(t["subject"]), term(t["predicate"]), term(t["object"]), NamedNode(graph)))
        for graph, triples in dataset.items()
        for t in triples
    }


def term(found: dict[str, str]) -> NamedNode | Literal:
    if found["type"] == "IRI":
        return NamedNode(found["value"])
    assert found["type"] == "literal", f"a blank node: {found}"
    if "language" in found:
        return Literal(found["value"], language=found["language"])
    return Literal(found["value"], datatype=NamedNode(found["datatype"]))


def generated(file: Path) -> set[str]:
    """The quads of a build, without the nodes that grounding adds."""
    found = parse(path=str(file), format=RdfFormat.N_QUADS)
    return {str(quad) for quad in found if not GROUNDED.match(quad.subject.value)}


def file_of(build: Path, stem: str) -> Path:
    return build / "authority.nq" if stem == "authority" else build / f"articles/{stem}.nq"


@pytest.fixture(scope="module")
def expanded(real) -> Callable[[str], dict[str, Any]]:
    documents: dict[str, dict[str, Any]] = {}

    def expand(stem: str) -> dict[str, Any]:
        if stem not in documents:
            documents[stem] = expand_mapping(real.folder, stem)
        return documents[stem]

    return expand


@pytest.mark.parametrize("stem", [*STEMS, "authority"])
def test_an_independent_processor_reads_the_generated_triples(stem: str, real, expanded) -> None:
    found = read(expanded(stem))
    assert found == generated(file_of(real.current, stem))
    assert len(found) > 100


def test_what_is_left_out_is_what_grounding_adds(real) -> None:
    """Only spans, selectors and fact nodes are left out, and there are many of them."""
    for stem in STEMS:
        quads = list(parse(path=str(file_of(real.current, stem)), format=RdfFormat.N_QUADS))
        types = {
            quad.object.value.rpartition("#")[2]
            for quad in quads
            if GROUNDED.match(quad.subject.value) and quad.predicate.value == RDF + "type"
        }
        selectors = {"SpecificResource", "TextQuoteSelector", "TextPositionSelector"}
        assert types == {"Span", "Mention", "Fact", *selectors}


def test_one_changed_triple_of_the_build_is_seen(real, expanded) -> None:
    stem = STEMS[0]
    found, expected = read(expanded(stem)), generated(file_of(real.current, stem))
    for line in sorted(expected)[:: len(expected) // 10]:
        assert found != expected - {line}
        assert found != expected - {line} | {line.replace(BASE, BASE + "x")}


def values(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value of a document."""
    if isinstance(node, dict):
        return [found for key, value in node.items() for found in values(value, (*path, key))]
    if isinstance(node, list):
        return [found for at, value in enumerate(node) for found in values(value, (*path, at))]
    return [path]


def test_one_changed_value_of_the_document_is_seen(real, expanded) -> None:
    """Every value counts: whichever is changed, other triples are read."""
    stem = STEMS[3]
    document, expected = expanded(stem), generated(file_of(real.current, stem))
    paths = values(document["@graph"])
    assert len(paths) > 100
    for path in paths[:: len(paths) // 12]:
        changed = copy.deepcopy(document)
        node: Any = changed["@graph"]
        for key in path[:-1]:
            node = node[key]
        node[path[-1]] = "en-x-other" if path[-1] == "@language" else f"{node[path[-1]]}x"
        assert read(changed) != expected, path


def test_the_command_prints_the_document(real, expanded, kg) -> None:
    result = kg("expand", STEMS[0], folder=real.folder)
    assert (result.returncode, result.stderr) == (0, "")
    assert json.loads(result.stdout) == expanded(STEMS[0])
    assert kg("expand", f"mappings/{STEMS[0]}.yaml", folder=real.folder).stdout == result.stdout


def test_an_unknown_mapping_is_wrong_use(real, kg) -> None:
    result = kg("expand", "autority", folder=real.folder)
    assert (result.returncode, result.stdout) == (2, "")
    assert "did you mean `authority`?" in result.stderr


def test_a_mapping_with_faults_is_not_expanded(lay, kg) -> None:
    folder = lay(files={"mappings/tower.yaml": "remarks:\n  - speaker: nobody\n"})
    result = kg("expand", "tower", folder=folder)
    assert (result.returncode, result.stdout) == (1, "")
    assert "error[M203]" in result.stderr


ODD = """
events:
  opening:
    a: Meeting
    seats: +0020
    fee: 02.50
    open: true
    code: "null"
    page: https://example.org/12:30
    motto: "@id: x, \\\\ \\" \\u2028"
    label: tower/opening
    alias: [event/opening, "club:Event"]
    time: on Monday
    quote: The hall opened on Monday.
remarks:
  - id: first
    speaker: ada-brandt
    tone: calm
    about: [star-club, opening]
    cue: opened
    verdict: {on: star-club, marks: 007}
    quote: The hall opened on Monday.
"""


def test_values_that_a_processor_could_rewrite(lay) -> None:
    """Numbers, booleans, and strings that look like IRIs or keywords come through as written."""
    files = {"seeds/tower.txt": "The hall opened on Monday.\n", "mappings/tower.yaml": ODD}
    folder = lay(files=files)
    document = expand_mapping(folder, "tower")
    quads = Workshop(load_project(folder)).article("tower").nquads
    base = re.compile(r"https://example.org/case/(article/[^#]+#char=|fact/)")
    found = parse(quads, format=RdfFormat.N_QUADS)
    assert read(document) == {str(q) for q in found if not base.match(q.subject.value)}


def test_context_has_every_key_and_class(expanded, root: Path) -> None:
    workshop = Workshop(load_project(root))
    context = expanded("authority")["@context"]
    assert set(workshop.ontology.properties) <= set(context)
    assert set(workshop.ontology.class_names) <= set(context)
    assert context["@base"] == BASE
    assert context["@version"] == 1.1
