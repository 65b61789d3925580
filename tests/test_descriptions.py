"""Places of Turtle terms: for every triple of real files, and for every form of the grammar."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    NamedNode,
    Quad,
    RdfFormat,
    Triple,
    parse,
)

from kg.diagnostics import Location
from kg.ontology.descriptions import Descriptions, Sources, read_triples

ROOT = Path(__file__).resolve().parent.parent
FILES = sorted([*(ROOT / "ontology").rglob("*.ttl"), *(ROOT / "tests").rglob("*.ttl")])


def excerpt(text: str, place: Location | None) -> str:
    """What a place covers."""
    assert place is not None
    starts = [0, *(n + 1 for n, char in enumerate(text) if char == "\n")]
    start = starts[place.line - 1] + place.column - 1
    return text[start : starts[place.end_line - 1] + place.end_column - 1]


def canonical(triples: Iterable[Triple]) -> Dataset:
    dataset = Dataset(Quad(t.subject, t.predicate, t.object) for t in triples)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


def well_formed(files: list[Path]) -> Iterator[Path]:
    for path in files:
        try:
            read_triples(path.read_bytes(), path.name)
        except SyntaxError:
            continue
        yield path


def test_every_triple_of_the_project_has_a_place_that_shows_it() -> None:
    seen = 0
    for path in well_formed(FILES):
        text = path.read_text(encoding="utf-8")
        document = Descriptions(path.name, text)
        for triple in read_triples(path.read_bytes(), path.name):
            shown = excerpt(text, document.stated(triple))
            if isinstance(triple.object, NamedNode):
                name = triple.object.value.rpartition("#")[2].rpartition("/")[2]
                assert name in shown or (name, shown) == ("nil", ")"), f"{path}: {triple}"
            begin = excerpt(text, document.begin(triple.subject))
            if isinstance(triple.subject, NamedNode):
                assert triple.subject.value.endswith(begin.partition(":")[2].rstrip(">"))
            seen += 1
    assert seen > 3000


def test_no_two_triples_of_a_file_stand_at_one_place() -> None:
    for path in well_formed(FILES):
        document = Descriptions(path.name, path.read_text(encoding="utf-8"))
        triples = set(read_triples(path.read_bytes(), path.name))
        named = [t for t in triples if "rdf-syntax-ns#" not in t.predicate.value]
        assert len({document.stated(t) for t in named}) == len(named), path


TEXT = """@prefix : <https://example.org/a#> .
PREFIX b: <https://example.org/b/>
:a :p 1 , -2.5 , "x" , 'y'@en , '''z
z'''^^b:t .
:a a :C ; # a comment: [ is no bracket
   :q [ :r [ :s true ] ; :t ( 1 [ :u :v ] ) ] , [ :r b:c\\-d ] ;; .
<https://example.org/e\\u0041> :p () , [] .
[ :w "root" ] :x _:l . _:l :y _:m . _:m :z _:l .
@base <https://example.org/base/> .
<rel> :p <#frag> .
"""


def test_every_form_of_turtle_is_read() -> None:
    document = Descriptions("a.ttl", TEXT)
    triples = read_triples(TEXT.encode(), "a.ttl")
    shown = {
        triple.predicate.value.rpartition("#")[2]: excerpt(TEXT, document.stated(triple))
        for triple in triples
    }
    assert shown["s"] == ":s true"
    assert shown["u"] == ":u :v"
    assert shown["w"] == ':w "root"'
    assert shown["z"] == ":z _:l"
    assert shown["p"] == ":p <#frag>"
    assert shown["x"] == ":x _:l"
    assert None not in {document.stated(triple) for triple in triples}
    names = ("a#a", "eA", "base/rel")
    begins = [document.begin(NamedNode(f"https://example.org/{name}")) for name in names]
    assert [place.line for place in begins if place] == [5, 7, 10]


def test_a_node_is_described_where_it_gets_its_class() -> None:
    document = Descriptions("a.ttl", TEXT)
    assert document.begin(NamedNode("https://example.org/a#a")) == Location("a.ttl", 5, 1, 5, 3)
    assert document.begin(NamedNode("https://example.org/a#C")) is None
    assert document.stated(Triple(BlankNode("no"), NamedNode("urn:x"), NamedNode("urn:y"))) is None


def test_labels_of_blank_nodes_are_the_same_each_time_and_shared_by_no_two_files() -> None:
    one, again, other = (read_triples(TEXT.encode(), name) for name in ("a", "a", "b"))
    assert one == again
    blank = [{t.subject for t in ts if isinstance(t.subject, BlankNode)} for ts in (one, other)]
    assert blank[0]
    assert not blank[0] & blank[1]


def test_labels_change_nothing_else() -> None:
    plain = parse(TEXT.encode(), format=RdfFormat.TURTLE)
    assert canonical(read_triples(TEXT.encode(), "a")) == canonical([q.triple for q in plain])


def test_deep_nesting_has_a_place() -> None:
    deep = "@prefix : <urn:x:> . :a " + ":p [ " * 3000 + ":q 1" + " ]" * 3000 + " ."
    document = Descriptions("deep.ttl", deep)
    inner = next(t for t in read_triples(deep.encode(), "deep.ttl") if t.predicate.value[-1] == "q")
    assert excerpt(deep, document.stated(inner)) == ":q 1"


@pytest.mark.parametrize("name", ["first.ttl", "second.ttl"])
def test_the_file_that_says_it_is_found(name: str, tmp_path: Path) -> None:
    for number, file in enumerate(("first.ttl", "second.ttl")):
        text = f"@prefix : <urn:x:> . :{file[:-4]} a [ :p {number} ] ."
        (tmp_path / file).write_text(text)
    sources = Sources((path, path.name) for path in sorted(tmp_path.iterdir()))
    place = sources.begin(NamedNode(f"urn:x:{name[:-4]}"))
    assert place
    assert (place.path, place.column) == (name, 22)
    for triple in read_triples((tmp_path / name).read_bytes(), name):
        found = sources.stated(triple)
        assert found
        assert found.path == name
