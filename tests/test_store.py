"""The embedded store: made in bulk, reopened, found through the manifest, and seen by rdflib."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from rdflib import URIRef
from rdflib.namespace import SKOS

from kg.diagnostics import ContentError, Unavailable
from kg.project.manifest import HEAD, LONGEST_HEAD
from kg.store import embedded as store
from kg.store.rdflib_view import to_dataset

SAMPLE = Path(__file__).parent / "sample_build"
BASE = "https://example.org/newskg/"
EVENT = f"<{BASE}event/baqeri-arraisi-2023>"


@pytest.fixture
def folder(tmp_path):
    """A build folder as `kg build` leaves it."""
    place = tmp_path / "build"
    shutil.copytree(SAMPLE, place / "one")
    (place / "current").symlink_to("one")
    build = store.open_build(place)
    store.create(build.folder / "store", build.files())
    return place


def number(opened, query: str) -> int:
    return int(next(opened.query(query))[0].value)


def test_named_graphs_hold_what_the_files_hold(folder):
    build = store.open_build(folder)
    lines = sum(path.read_bytes().count(b"\n") for path in build.files())
    count = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
    assert number(build.store, count) == lines == 59


def test_what_two_articles_both_say_is_one_triple(folder):
    build = store.open_build(folder)
    said = f"{EVENT} a <{BASE}ontology#Meeting>"
    assert number(build.store, f"SELECT (COUNT(*) AS ?n) {{ GRAPH ?g {{ {said} }} }}") == 2
    assert number(build.store, f"SELECT (COUNT(*) AS ?n) {{ {said} }}") == 1


def test_any_piece_size_of_the_bulk_stream_gives_the_same_text():
    lines = [b"a" * length + b"\n" for length in (0, 5, 1, 17, 3)]
    for size in (1, 2, 7, 100):
        stream = store._Stream(iter(lines))
        assert b"".join(iter(lambda: stream.read(size), b"")) == b"".join(lines)  # noqa: B023


def test_order_of_build_files(folder):
    names = [path.stem for path in store.open_build(folder).files()]
    articles = ["001_e03186edf4a8495b", "003_73cb7c800c9f6d9a"]
    assert names == ["authority", *articles, "inferred", "ontology"]


def test_faulty_quads_make_no_store(tmp_path):
    path = tmp_path / "x.nq"
    path.write_text("<https://example.org/s> <https://example.org/p> <o> .\n")
    with pytest.raises(Unavailable, match="X703 the store cannot be made"):
        store.create(tmp_path / "store", [path])


def test_an_open_build_survives_its_successor(folder):
    build = store.open_build(folder)
    shutil.copytree(SAMPLE, folder / "two")
    (folder / "current").unlink()
    (folder / "current").symlink_to("two")
    assert build.folder.name == "one"
    assert number(build.store, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") == 57


def test_two_readers_at_once(folder):
    code = (
        "import sys; from pathlib import Path; from kg.store.embedded import open_read_only as o;"
        "print(sum(1 for _ in o(Path(sys.argv[1])).query('SELECT ?s {?s ?p ?o}')))"
    )
    build = store.open_build(folder)
    assert build.store is build.store
    command = [sys.executable, "-c", code, str(build.folder / "store")]
    assert subprocess.run(command, capture_output=True, check=True).stdout.strip() == b"57"


def test_no_build(tmp_path):
    with pytest.raises(Unavailable, match="X702 there is no build") as caught:
        store.open_build(tmp_path)
    assert caught.value.exit_status == 3
    assert caught.value.diagnostics[0].help == "run `kg build`"


def test_store_folder_is_missing(folder):
    shutil.rmtree(folder / "one" / "store")
    with pytest.raises(Unavailable, match="X702"):
        _ = store.open_build(folder).store


@pytest.mark.parametrize("text", ["", "[]", "{", '{"format": 0}', "\udc80"])
def test_damaged_manifest(folder, text):
    (folder / "one" / "manifest.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(Unavailable, match="X703"):
        store.open_build(folder)


def test_opening_reads_the_head_of_a_manifest_only(folder):
    """However many articles there are; what is read besides is checked when it is read."""
    file = folder / "one" / "manifest.json"
    content = file.read_bytes()
    start = content.index(b'"articles"')
    assert max(content.index(f'"{name}"'.encode()) for name in HEAD) < start < LONGEST_HEAD
    file.write_bytes(content[:start])
    build = store.open_build(folder)
    assert (build.base, build.language) == (BASE, "en")
    with pytest.raises(Unavailable, match="X703 the manifest is not JSON"):
        _ = build.manifest


@pytest.mark.parametrize(
    ("before", "after"),
    [('"language": "en"', '"language": "de"'), ('ontology#"', 'ontology/"'), (": 3\n", ": 4\n")],
)
def test_a_manifest_that_was_altered_is_told(folder, before, after):
    file = folder / "one" / "manifest.json"
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after, 1))
    with pytest.raises(Unavailable, match="X703 the manifest is not as the build wrote it"):
        _ = store.open_build(folder).manifest


def test_damaged_store(folder):
    for path in (folder / "one" / "store").iterdir():
        if path.name.startswith("MANIFEST"):
            path.write_bytes(b"rubbish")
    with pytest.raises(Unavailable, match="X703 the store is not as the build wrote it"):
        _ = store.open_build(folder).store


def test_manifest_gives_prefixes_and_base(folder):
    build = store.open_build(folder)
    assert build.base == BASE
    assert build.prefixes == json.loads((SAMPLE / "manifest.json").read_text())["prefixes"]


def test_queries_do_without_rdflib():
    code = "import sys, kg.commands.query; print({'rdflib', 'rich', 'yaml'} & set(sys.modules))"
    command = [sys.executable, "-c", code]
    assert subprocess.run(command, capture_output=True, check=True).stdout == b"set()\n"


@pytest.fixture
def view(folder):
    build = store.open_build(folder)
    return to_dataset(build.store, build.prefixes)


def test_rdflib_sees_the_merge_and_the_named_graphs(view):
    assert len(view) == 57
    assert len(list(view.quads((None, None, None, None)))) == 59
    assert len(view.graph(URIRef(f"{BASE}graph/authority"))) == 11
    person = URIRef(f"{BASE}person/mohammad-baqeri")
    assert {str(name) for name in view.objects(person, SKOS.altLabel)} == {
        "Baqeri",
        "Mohammad Bagheri",
    }


def test_rdflib_asks_with_the_prefixes_of_the_build(view):
    rows = view.query("SELECT (COUNT(*) AS ?n) { ?event a news:Meeting }")
    assert [int(row.n) for row in rows] == [1]


def test_rdflib_changes_nothing(view):
    triple = (URIRef("https://example.org/s"), URIRef("https://example.org/p"), URIRef("x:y"))
    with pytest.raises(TypeError, match="read-only"):
        view.add(triple)
    with pytest.raises(TypeError, match="read-only"):
        view.remove((None, None, None))
    assert len(view) == 57


def test_bulk_load_reports_a_file_that_is_cut_off(tmp_path):
    path = tmp_path / "x.nq"
    path.write_bytes((SAMPLE / "authority.nq").read_bytes()[:-5])
    with pytest.raises(ContentError, match="cut off"):
        store.create(tmp_path / "store", [path])
