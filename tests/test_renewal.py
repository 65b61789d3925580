"""A store that is made from an earlier one is the store that would be made from nothing."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, Store

from kg.diagnostics import Unavailable
from kg.rdf.dataset import to_nquads
from kg.store.embedded import create, open_read_only
from kg.store.renewal import change_of, renew
from kg.store.tables import damaged

X = "https://example.org/"
XSD = "http://www.w3.org/2001/XMLSchema#"
NODES = st.sampled_from([NamedNode(f"{X}{name}") for name in "ab"])
NUMBERS = [Literal(n, datatype=NamedNode(f"{XSD}integer")) for n in ("7", "007", "8")]
OBJECTS = st.one_of(NODES, st.sampled_from(NUMBERS))
GRAPHS = ("one", "two", "three")
GRAPH = st.frozensets(st.tuples(NODES, st.just(NamedNode(f"{X}p")), OBJECTS), max_size=6)
DATASET = st.dictionaries(st.sampled_from(GRAPHS), GRAPH)
A, P = NamedNode(f"{X}a"), NamedNode(f"{X}p")


def write(folder: Path, data: dict) -> dict[str, Path]:
    """The graphs of a dataset as files."""
    folder.mkdir()
    for name, triples in data.items():
        quads = (Quad(*triple, NamedNode(f"{X}graph/{name}")) for triple in triples)
        (folder / f"{name}.nq").write_bytes(to_nquads(quads))
    return {name: folder / f"{name}.nq" for name in data}


def content(store: Store) -> set[str]:
    return {str(quad) for quad in store}


@given(DATASET, st.lists(DATASET, min_size=1, max_size=3))
@example({"one": {(A, P, NUMBERS[0]), (A, P, NUMBERS[1])}}, [{"one": {(A, P, NUMBERS[0])}}])
@example({"one": {(A, P, A)}, "two": {(A, P, A)}}, [{"two": {(A, P, A)}}])
@settings(max_examples=60, deadline=None)
def test_the_same_store_as_from_nothing(first: dict, later: list[dict]) -> None:
    with tempfile.TemporaryDirectory() as place:
        before = write(Path(place, "0"), first)
        create(Path(place, "store-0"), before.values())
        for number, data in enumerate(later, 1):
            after = write(Path(place, str(number)), data)
            names = sorted({*before, *after})
            changes = [change_of(before.get(name), after.get(name)) for name in names]
            old, new = Path(place, f"store-{number - 1}"), Path(place, f"store-{number}")
            untouched = content(open_read_only(old))
            renew(new, old, changes)
            create(Path(place, f"whole-{number}"), after.values())
            whole = open_read_only(Path(place, f"whole-{number}"))
            assert content(open_read_only(new)) == content(whole)
            assert content(open_read_only(old)) == untouched
            assert damaged(new) == []
            before = after


def test_a_reader_of_the_old_store_goes_on(tmp_path: Path) -> None:
    before = write(tmp_path / "0", {"one": {(A, P, A)}})
    after = write(tmp_path / "1", {"one": {(A, P, NUMBERS[0])}})
    create(tmp_path / "old", before.values())
    reader = open_read_only(tmp_path / "old")
    renew(tmp_path / "new", tmp_path / "old", [change_of(before["one"], after["one"])])
    assert len(content(reader)) == 2
    assert {str(quad.object) for quad in open_read_only(tmp_path / "new")} == {str(NUMBERS[0])}
    assert {str(quad.object) for quad in reader} == {str(A)}


def test_damage_of_a_table_that_two_stores_share_is_found_in_both(tmp_path: Path) -> None:
    files = write(tmp_path / "0", {"one": {(A, P, A)}})
    create(tmp_path / "old", files.values())
    table = next((tmp_path / "old").glob("*.sst"))
    flipped = bytearray(table.read_bytes())
    flipped[10] ^= 1
    table.write_bytes(flipped)
    assert damaged(tmp_path / "old") == [table.name]
    renew(tmp_path / "new", tmp_path / "old", [])
    assert damaged(tmp_path / "new") == [table.name]
    table.unlink()
    assert damaged(tmp_path / "old") == [table.name]


def test_a_store_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as raised:
        renew(tmp_path / "new", tmp_path / "gone", [])
    assert [found.code for found in raised.value.diagnostics] == ["X703"]
