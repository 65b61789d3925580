"""Canonical N-Quads: reading, sorting, hashing, comparing, and replacing files."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    parse,
)

from kg.diagnostics import ContentError
from kg.rdf import dataset

SAMPLE = Path(__file__).parent / "sample_build"
FILES = sorted(SAMPLE.rglob("*.nq"))
S, P, G = (NamedNode(f"https://example.org/{name}") for name in "spg")
XSD = "http://www.w3.org/2001/XMLSchema#"


def test_lines_are_sorted_by_code_point_and_come_once():
    quads = [Quad(S, P, Literal(form), G) for form in ("\U0001f54a", "ﬁ", "b", "a", "b")]
    lines = dataset.to_nquads(quads).decode().splitlines()
    assert [line.split('"')[1] for line in lines] == ["a", "b", "ﬁ", "\U0001f54a"]


def test_escapes_are_those_of_the_canonical_form():
    # https://www.w3.org/TR/rdf-canon/#canonical-quads
    quad = Quad(S, P, Literal('\t\b\n\r\f"\\\x00\x7f é\u200f'), G)
    expected = r'"\t\b\n\r\f\"\\\u0000\u007F é' + '\u200f" '
    assert expected in dataset.to_nquads([quad]).decode()


def test_blank_nodes_are_labelled_by_structure():
    def chain(one: str, two: str) -> list[Quad]:
        first, second = BlankNode(one), BlankNode(two)
        return [Quad(first, P, second, G), Quad(second, P, Literal("end"), G)]

    left, right = dataset.to_nquads(chain("x", "y")), dataset.to_nquads(chain("b", "a"))
    assert left == right
    assert b"_:c14n0" in left


def test_reading_back_gives_the_same_bytes():
    for path in FILES:
        assert dataset.to_nquads(dataset.read_quads(path)) == path.read_bytes()


def test_faulty_file_is_named(tmp_path):
    path = tmp_path / "x.nq"
    path.write_text("<https://example.org/s> nonsense .\n")
    with pytest.raises(ContentError, match=r"X703 `x\.nq` cannot be read: .*line 1"):
        list(dataset.read_quads(path))
    with pytest.raises(ContentError, match=r"X703 `none\.nq`"):
        list(dataset.read_lines([tmp_path / "none.nq"]))


def test_file_that_was_cut_off_is_refused(tmp_path):
    path = tmp_path / "x.nq"
    path.write_bytes(FILES[0].read_bytes()[:-1])
    with pytest.raises(ContentError, match="its last line is cut off"):
        list(dataset.read_lines([path]))


TERMS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"])).map(Literal),
    st.text(' <>_:@^"\\\n').map(Literal),
    st.text(' <>_:@^"\\').map(lambda form: Literal(form, language="en")),
    st.text(' <>_:@^"\\').map(lambda form: Literal(form, datatype=NamedNode(XSD + "token"))),
    st.sampled_from([S, P, BlankNode("b0")]),
)


@given(TERMS, st.sampled_from([G, DefaultGraph(), BlankNode("g")]))
def test_split_finds_the_terms_that_a_parser_finds(term, graph):
    quad = Quad(S, P, term, graph)
    line = f"{quad} .\n".encode()
    name = "" if graph == DefaultGraph() else str(graph)
    assert dataset.split(line) == (str(S), str(P), str(term), name)
    assert list(parse(dataset.without_graph(line), RdfFormat.N_QUADS)) == [Quad(S, P, term)]


@given(st.lists(st.integers(0, 50)), st.integers(1, 9))
def test_sorting_on_disk_equals_sorting_in_memory(numbers, run):
    lines = [b"%d\n" % number for number in numbers]
    assert list(dataset.sort_lines(lines, run=run)) == sorted(set(lines))
    backwards = list(dataset.sort_lines(lines, lambda line: bytes(255 - b for b in line), run=run))
    assert backwards == sorted(set(lines), key=lambda line: bytes(255 - b for b in line))


def test_canonical_files_joined_are_the_canonical_dataset():
    """So the SHA-256 of a file of one graph is the RDFC-1.0 hash of the graph."""
    whole = Dataset(quad for path in FILES for quad in parse(path=path))
    whole.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    text = "".join(sorted(f"{quad} .\n" for quad in whole))
    assert "_:c14n0" in text
    assert dataset.to_nquads(whole) == text.encode()


def test_difference_names_the_lines_of_each_side():
    left = [Quad(S, P, Literal("1"), G), Quad(S, P, BlankNode("x"), G)]
    right = [Quad(S, P, BlankNode("y"), G), Quad(S, P, Literal("2"), G)]
    found = dataset.difference(left, right)
    assert [line.split('"')[1] for line in found.only_left] == ["1"]
    assert [line.split('"')[1] for line in found.only_right] == ["2"]
    assert found
    assert not dataset.difference(left, reversed(left))


def write_and_fail(path: Path) -> None:
    with dataset.replacing(path) as stream:
        stream.write(b"half")
        raise ZeroDivisionError


def test_file_is_replaced_only_when_all_is_written(tmp_path):
    path = tmp_path / "out.ttl"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError):
        write_and_fail(path)
    assert path.read_text() == "old"
    with dataset.replacing(path) as stream:
        stream.write(b"new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_is_followed_and_permissions_are_kept(tmp_path):
    path, link = tmp_path / "out.ttl", tmp_path / "link.ttl"
    path.write_text("old")
    path.chmod(0o640)
    link.symlink_to(path)
    with dataset.replacing(link) as stream:
        stream.write(b"new")
    assert link.is_symlink()
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_what_is_no_plain_file_is_written_to_and_stays(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE)
    with dataset.replacing(pipe) as stream:
        stream.write(b"through")
    assert reader.communicate()[0] == b"through"
    assert pipe.is_fifo()
    with pytest.raises(ContentError, match="X703"), dataset.replacing(tmp_path):
        pass
    assert tmp_path.is_dir()


def test_folder_that_is_missing_is_reported(tmp_path):
    with pytest.raises(ContentError, match="X703"), dataset.replacing(tmp_path / "no" / "x"):
        pass
