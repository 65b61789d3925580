"""Sources of `kg query`: builds and parts of them, files of any syntax, compressed or not."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import shutil
import sys
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner
from filelock import FileLock
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Store, parse, serialize

from kg.answers.sources import Wanted, view_of_build
from kg.cli import main
from kg.commands.query import command
from kg.diagnostics import ContentError, Misuse
from kg.project.generations import generation
from kg.rdf.dataset import read_lines, split, without_graph
from kg.sparql.answers import Context
from kg.sparql.graphs import View
from kg.sparql.loading import Source, load
from kg.sparql.query import ask
from kg.sparql.written import KEPT, XSD, from_stored, is_kept, to_stored
from kg.store import embedded as store

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

SAMPLE = Path(__file__).parent / "sample_build"
BASE = "https://example.org/newskg/"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("project")
    make(folder / "build", "one", SAMPLE)
    return folder


def make(build: Path, name: str, source: Path) -> None:
    """One more finished build in a build folder."""
    shutil.copytree(source, build / name)
    made = store.open_build(build / name)
    store.create(made.folder / "store", made.files())
    link = build / "current"
    link.unlink(missing_ok=True)
    link.symlink_to(name)


def query(project: Path, *arguments: str, stdin: bytes | None = None) -> str:
    done = CliRunner().invoke(command, list(arguments), obj=project, input=stdin)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.stdout


def rows(project: Path, *arguments: str, stdin: bytes | None = None) -> list[str]:
    """The rows of a CSV answer, sorted."""
    return sorted(query(project, *arguments, "-F", "csv", stdin=stdin).splitlines()[1:])


def statements(*names: str) -> set[bytes]:
    """The triples of some files of the sample, each once."""
    files = [path for path in SAMPLE.rglob("*.nq") if path.stem in names]
    assert len(files) == len(names)
    return set(map(without_graph, read_lines(files)))


# Builds


def everything() -> list[str]:
    return [path.stem for path in SAMPLE.rglob("*.nq")]


def test_asserted_and_inferred_are_parts_of_the_whole(project):
    inferred = statements("inferred")
    asserted = statements(*(name for name in everything() if name != "inferred"))
    assert inferred
    assert rows(project, "--inferred", COUNT) == [str(len(inferred))]
    assert rows(project, "--asserted", COUNT) == [str(len(asserted))]
    assert rows(project, COUNT) == [str(len(asserted | inferred))]


@pytest.mark.parametrize(
    "written", ["authority", f"<{BASE}graph/authority>", "graph/authority", "aut"]
)
def test_a_graph_is_named_by_name_or_iri_or_a_beginning(project, written):
    assert rows(project, "--graph", written, COUNT) == [str(len(statements("authority")))]


def test_of_several_graphs_each_triple_counts_once(project):
    names = everything()
    options = [word for name in names for word in ("--graph", name)]
    merged = statements(*names)
    assert len(merged) < sum(len(statements(name)) for name in names), "no triple stands in two"
    assert rows(project, *options, COUNT) == [str(len(merged))]
    distinct = "SELECT (COUNT(*) AS ?n) { SELECT DISTINCT ?s ?p ?o { ?s ?p ?o } }"
    assert rows(project, *options, distinct) == [str(len(merged))]


def test_named_graphs_stay_what_they_are_whatever_the_default_graph_is(project):
    inside = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
    expected = rows(project, inside)
    for option in (["--asserted"], ["--inferred"], ["--graph", "authority"], ["--no-union"]):
        assert rows(project, *option, inside) == expected
    assert rows(project, "--no-union", COUNT) == ["0"]


def test_a_graph_that_is_not_there_is_refused_with_the_nearest(project):
    with pytest.raises(Misuse) as caught:
        query(project, "--graph", "autority", COUNT)
    (finding,) = caught.value.diagnostics
    assert (finding.code, finding.help) == ("X706", "did you mean `authority`?")


@pytest.mark.parametrize("at", ["other", "other/build", "other/build/one", "./other/", "kept"])
def test_another_build_is_asked_at_its_folder(project, tmp_path, monkeypatch, at):
    monkeypatch.chdir(tmp_path)
    make(tmp_path / "other/build", "one", SAMPLE)
    make(tmp_path / "build/.generations", "kept", SAMPLE)
    assert rows(tmp_path, "--at", at, COUNT) == rows(project, COUNT)


@pytest.mark.parametrize("at", [".", "..", "build"])
def test_a_build_is_found_from_where_one_stands(project, tmp_path, monkeypatch, at):
    make(tmp_path / "build", "one", SAMPLE)
    (tmp_path / "inner").mkdir()
    monkeypatch.chdir(tmp_path / "inner" if at == ".." else tmp_path)
    assert rows(tmp_path, "--at", at, COUNT) == rows(project, COUNT)


@pytest.mark.parametrize(
    ("at", "message", "help_"),
    [
        ("none", "`none` is no folder", "name the folder of a project that is built"),
        ("kpet", "`kpet` is no folder", "did you mean `kept`?"),
        ("empty", "there is no build in `empty`", "name the folder of a project that is built"),
        ("build/one/store", "there is no build in", "part of: `build/one`"),
        ("build/one/manifest.json", "there is no build in", "part of: `build/one`"),
        ("ontology", "there is no build in `ontology`", "part of: `"),
    ],
)
def test_a_folder_without_a_build_is_refused_with_what_is_wanted(
    tmp_path, monkeypatch, at, message, help_
):
    make(tmp_path / "build", "one", SAMPLE)
    for folder in ("empty", "ontology", "build/.generations/kept"):
        (tmp_path / folder).mkdir(parents=True)
    if at == "ontology":
        (tmp_path / "kg.toml").touch()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ContentError) as caught:
        query(tmp_path, "--at", at, COUNT)
    (found,) = caught.value.diagnostics
    assert (found.code, caught.value.exit_status) == ("X702", 3)
    assert message in found.message
    assert help_ in found.help


def smaller(folder: Path) -> Path:
    """The sample as if nothing followed."""
    shutil.copytree(SAMPLE, folder)
    (folder / "inferred.nq").write_bytes(b"")
    return folder


def test_readers_never_wait_for_a_build_and_see_the_previous_one(tmp_path):
    """A build that holds the lock and has written half of its files."""
    build = tmp_path / "build"
    make(build, "one", SAMPLE)
    before = rows(tmp_path, COUNT)
    (build / ".generations").mkdir()
    going_on, seen = threading.Event(), threading.Event()

    def another() -> None:
        with FileLock(build / ".lock"), generation(build, ()) as draft:
            shutil.copytree(smaller(tmp_path / "smaller"), draft, dirs_exist_ok=True)
            going_on.set()
            assert seen.wait(60)
            made = store.open_build(draft)
            store.create(draft / "store", made.files())

    thread = threading.Thread(target=another)
    thread.start()
    assert going_on.wait(60)
    assert rows(tmp_path, COUNT) == before
    opened = view_of_build(store.open_build(build), Wanted())
    seen.set()
    thread.join()
    after = rows(tmp_path, COUNT)
    assert int(after[0]) < int(before[0])
    answer = ask(opened, COUNT, Context({}))
    assert [row["n"].value for row in answer.result] == before, "an open reader keeps its build"


def test_the_store_of_the_real_build_has_what_its_files_have(real):
    """What the build generates is canonical, so that the store rewrites none of it."""
    build = store.open_build(real.folder / "build")
    lines = {split(line) for line in read_lines(build.files())}
    named = (quad for quad in build.store if quad.graph_name != DefaultGraph())
    kept = {split(f"{quad} .\n".encode()) for quad in named}
    blank = {line for line in lines | kept if any(token.startswith("_:") for token in line)}
    assert len(lines) > 10_000
    assert len(lines - blank) > 0.9 * len(lines)
    assert kept - blank == lines - blank
    objects = {quad.object for quad in build.store if isinstance(quad.object, Literal)}
    assert all(is_kept(literal) for literal in objects)


# Files

TURTLE = b"""@prefix : <http://example.org/> .
:a :p :b , 7 , "\xd8\xb3\xd8\xa7\xd9\x84\xd9\x85"@fa . :b :p [ :q "x\\ty" ] .
"""
ABOUT_A = "SELECT ?o { <http://example.org/a> ?p ?o }"
OF_A = ["7", "http://example.org/b", "سالم"]
SYNTAXES = {
    "ttl": RdfFormat.TURTLE,
    "nt": RdfFormat.N_TRIPLES,
    "rdf": RdfFormat.RDF_XML,
    "jsonld": RdfFormat.JSON_LD,
    "n3": RdfFormat.N3,
    "trig": RdfFormat.TRIG,
    "nq": RdfFormat.N_QUADS,
    "json": RdfFormat.JSON_LD,
    "owl": RdfFormat.RDF_XML,
}


def written(syntax: str) -> bytes:
    triples = [quad.triple for quad in load_quads(TURTLE)]
    format_ = RdfFormat.TURTLE if syntax == "n3" else SYNTAXES[syntax]
    data = serialize(triples, format=format_)
    assert data
    return data


def load_quads(turtle: bytes) -> Store:
    quads = Store()
    quads.load(turtle, RdfFormat.TURTLE)
    return quads


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_every_syntax_is_read(tmp_path, syntax):
    path = tmp_path / f"data.{syntax}"
    path.write_bytes(written(syntax))
    assert rows(tmp_path, "--data", str(path), ABOUT_A) == OF_A
    assert rows(tmp_path, "--data", str(path), COUNT) == ["5"]


PACKERS = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstd.compress,
}


@pytest.mark.parametrize("packer", PACKERS)
def test_every_compression_is_read(tmp_path, packer):
    path = tmp_path / f"data.ttl.{packer}"
    path.write_bytes(PACKERS[packer](TURTLE))
    assert rows(tmp_path, "--data", str(path), ABOUT_A) == OF_A
    bare = path.rename(tmp_path / "data")
    assert rows(tmp_path, "--data", str(bare), "--data-format", "ttl", ABOUT_A) == OF_A


@pytest.mark.parametrize("packer", PACKERS)
def test_a_compressed_file_that_is_cut_off_is_refused(tmp_path, packer):
    path = tmp_path / f"data.nt.{packer}"
    content = "".join(f"<x:{n}> <x:{n * 7919 % 9973}> <x:o> .\n" for n in range(9999))
    packed = PACKERS[packer](content.encode())
    path.write_bytes(packed[: len(packed) // 2])
    with pytest.raises(ContentError) as caught:
        query(tmp_path, "--data", str(path), COUNT)
    (finding,) = caught.value.diagnostics
    assert finding.code in ("X703", "Q608")
    assert finding.place.path == str(path)


def test_standard_input_holds_data(tmp_path):
    assert rows(tmp_path, "--data", "-", "--data-format", "ttl", ABOUT_A, stdin=TURTLE) == OF_A
    packed = gzip.compress(TURTLE)
    assert rows(tmp_path, "--data", "-", "--data-format", "ttl", ABOUT_A, stdin=packed) == OF_A


def test_several_files_are_one_dataset_with_blank_nodes_of_their_own(tmp_path):
    for name in ("one.ttl", "two.ttl"):
        (tmp_path / name).write_text("_:b <x:p> <x:o> . <x:s> <x:p> <x:o> .")
    both = ["--data", str(tmp_path / "one.ttl"), "--data", str(tmp_path / "two.ttl")]
    assert rows(tmp_path, *both, COUNT) == ["3"]


def test_a_named_file_is_a_graph_of_its_own(tmp_path):
    path = tmp_path / "named file.ttl"
    path.write_text("<> <x:p> <x:o> .")
    graphs = "SELECT ?g ?s { GRAPH ?g { ?s ?p ?o } }"
    assert rows(tmp_path, "--named", str(path), graphs) == [f"{path.as_uri()},{path.as_uri()}"]
    assert rows(tmp_path, "--named", str(path), COUNT) == ["1"]
    assert rows(tmp_path, "--named", str(path), "--no-union", COUNT) == ["0"]
    (tmp_path / "empty.ttl").write_text("")
    empty = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { } }"
    assert rows(tmp_path, "--named", str(path), "--named", str(tmp_path / "empty.ttl"), empty) == [
        "2"
    ]


DATASET = "<x:s> <x:p> <x:o> . <x:g> { <x:s> <x:p> <x:o> , 1 } <x:h> { <x:s> <x:p> <x:o> , 2 }"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], "3"),
        (["--no-union"], "1"),
        (["--graph", "x:g"], "2"),
        (["--graph", "x:g", "--graph", "<x:h>"], "3"),
    ],
)
def test_graphs_of_a_file_are_merged_or_chosen(tmp_path, options, expected):
    path = tmp_path / "data.trig"
    path.write_text(DATASET)
    assert rows(tmp_path, "--data", str(path), *options, COUNT) == [expected]


def test_prefixes_and_base_of_the_files_are_known(tmp_path):
    (tmp_path / "a.ttl").write_text(
        "@base <http://b.example/> . @prefix e: <http://e/> . <s> e:p 1 ."
    )
    text = "SELECT * { <s> e:p ?o ; !rdf:type ?o }"
    assert query(tmp_path, "--data", str(tmp_path / "a.ttl"), text) == "?o\n1\n"
    declared = "PREFIX e: <x:> SELECT * { <s> e:p ?o }"
    assert query(tmp_path, "--data", str(tmp_path / "a.ttl"), declared) == "?o\n"


def test_prefixes_of_the_project_are_known_to_files(project, tmp_path):
    (tmp_path / "a.nt").write_text(f"<x:s> <{BASE}ontology#speaker> <{BASE}person/one> .")
    text = "SELECT ?s { ?s news:speaker ?o }"
    assert rows(project, "--data", str(tmp_path / "a.nt"), text) == ["x:s"]


def test_every_file_that_cannot_be_read_is_reported_with_its_place(tmp_path):
    (tmp_path / "a.ttl").write_text("<x:s> <x:p>\n  <x:o")
    (tmp_path / "b.jsonld").write_text('{"a":\n ]')
    (tmp_path / "c.n3").write_text("{ <x:a> <x:b> <x:c> } => { } .")
    (tmp_path / "d.jsonld").write_text('{"@context": "http://schema.org/", "a": 1}')
    names = ["a.ttl", "b.jsonld", "c.n3", "d.jsonld", "none.ttl"]
    options = [word for name in names for word in ("--data", str(tmp_path / name))]
    with pytest.raises(ContentError) as caught:
        query(tmp_path, *options, COUNT)
    found = [(Path(d.place.path).name, d.place.line, d.code) for d in caught.value.diagnostics]
    assert sorted(found) == [
        ("a.ttl", 2, "Q608"),
        ("b.jsonld", 2, "Q608"),
        ("c.n3", 0, "Q608"),
        ("d.jsonld", 0, "Q608"),
        ("none.ttl", 0, "X703"),
    ]


@pytest.mark.parametrize(
    "options",
    [
        ["--data", "a.ttl", "--endpoint", "http://127.0.0.1:9/"],
        ["--data", "a.ttl", "--at", "build"],
        ["--data", "a.ttl", "--asserted"],
        ["--endpoint", "http://127.0.0.1:9/", "--inferred"],
        ["--endpoint", "http://127.0.0.1:9/", "--no-union"],
        ["--asserted", "--inferred"],
        ["--graph", "authority", "--no-union"],
        ["--data-format", "ttl"],
        ["--data", "-", "-"],
        ["--data", "a.ttl", "--evidence"],
        ["--asserted", "--evidence"],
    ],
)
def test_options_that_do_not_go_together_are_refused(project, options):
    done = CliRunner().invoke(
        command, [*options, *([] if "-" in options else ["ASK {}"])], obj=project
    )
    assert done.exit_code == 2
    assert done.stderr.startswith("Usage:")


# Literals as they are written

LITERALS = """@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . <x:s> <x:p> 007, 7, 1.50, 1.5,
  "5"^^xsd:int, 2.0e0, true, "1"^^xsd:boolean, "2020-01-01T00:00:00+00:00"^^xsd:dateTime, "7" ."""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(STR(?o) AS ?x) { ?s ?p ?o FILTER(?o = 7) }", "007 7"),
        ("?o { ?s ?p ?o FILTER(sameTerm(?o, 007)) }", "007"),
        ("?p { ?s ?p 007 }", "x:p"),
        ("?p { ?s ?p 07 }", ""),
        ("?o { VALUES ?o { 1.5000 1.50 } ?s ?p ?o }", "1.50"),
        ("?o { ?s ?p ?o FILTER(DATATYPE(?o) = xsd:int) }", "5"),
        ("(DATATYPE(?o) AS ?d) { ?s ?p ?o FILTER(?o = 5) }", f"{XSD}int"),
        ("?o { ?s ?p ?o FILTER(isNumeric(?o)) } ORDER BY DESC(?o) LIMIT 2 OFFSET 2", "5 2.0e0"),
        ("(MIN(?o) AS ?x) { ?s ?p ?o FILTER(?o > 1.5) }", "2.0e0"),
        ("(SUM(DISTINCT ?o) AS ?x) { ?s ?p ?o FILTER(?o < 2) }", "3"),
        ("(SUM(?o) AS ?x) { ?s ?p ?o FILTER(?o < 2) }", "3"),
        ("(COUNT(DISTINCT ?o) AS ?x) { ?s ?p ?o FILTER(?o < 2) }", "2"),
        ("?n { ?s ?p ?o BIND(?o * 2 AS ?n) } GROUP BY ?n HAVING (MAX(?o) > 2)", "10 14"),
        ("?n { ?s ?p ?o BIND(?o * 2 AS ?n) } GROUP BY ?n HAVING (SAMPLE(?o) < 2)", "3"),
        ("(GROUP_CONCAT(?o) AS ?x) { ?s ?p ?o FILTER(?o = 2) }", "2.0e0"),
        ("(IF(?o = 5, ?o, 1.0) AS ?x) { ?s ?p ?o FILTER(?o = 5) }", "5"),
        ("(COALESCE(?none, ?o) AS ?x) { ?s ?p ?o FILTER(?o = 2) }", "2.0e0"),
        ("(?o + 1 AS ?x) { ?s ?p ?o FILTER(?o = 2) }", "3"),
        ("(BOUND(?o) AS ?x) { ?s ?p ?o FILTER(?o = 2) }", "true"),
        ('(STRDT("007", xsd:integer) AS ?x) { }', "007"),
        ("(007 AS ?x) (007 + 1 AS ?y) { }", "007,8"),
        ("?o { ?s ?p ?o FILTER(?o IN (2, 5)) }", "2.0e0 5"),
        ("(STR(?o) AS ?x) { ?s ?p ?o FILTER(YEAR(?o) = 2020) }", "2020-01-01T00:00:00+00:00"),
        ("?s { ?s ?p ?o FILTER(?o < '2020-01-02T00:00:00Z'^^xsd:dateTime) }", "x:s"),
        ("?o { ?s ?p ?o FILTER(?o) FILTER(DATATYPE(?o) = xsd:boolean) }", "1 true"),
        ("?a { ?s ?p ?a , ?b FILTER(?a = ?b && !sameTerm(?a, ?b)) }", "007 1 1.5 1.50 7 true"),
    ],
)  # fmt: skip
def test_literals_are_terms_as_they_are_written_and_values_where_values_count(
    tmp_path, text, expected
):
    (tmp_path / "a.ttl").write_text(LITERALS)
    found = rows(tmp_path, "--data", str(tmp_path / "a.ttl"), f"SELECT {text}")
    assert found == sorted(expected.split())


def test_graphs_of_answers_have_literals_as_they_are_written(tmp_path):
    (tmp_path / "a.ttl").write_text(LITERALS)
    text = "CONSTRUCT { ?s <x:q> ?o , 02.50 } { ?s ?p ?o FILTER(?o < 2) }"
    found = query(tmp_path, "--data", str(tmp_path / "a.ttl"), text, "-F", "nt")
    forms = [line.split('"')[1] for line in found.splitlines()]
    assert forms == ["02.50", "1.5", "1.50"]


def test_a_number_in_a_query_is_a_term_of_its_own_over_a_build_too(project):
    assert query(project, "ASK { ?s ?p 1.50 }") == "false\n"
    assert query(project, "SELECT (1.50 AS ?x) { }") == "?x\n1.50\n"


forms = st.one_of(
    *(st.from_regex(pattern, fullmatch=True) for pattern in KEPT.values()),
    st.from_regex(r"[+-]?[0-9]{0,3}(\.[0-9]{0,3})?([eE][+-]?[0-9])?", fullmatch=True),
    st.from_regex(r"20[0-9]{2}-0[1-3]-[0-3][0-9](Z|\+00:00)?", fullmatch=True),
    st.from_regex(r"20[0-9]{2}-01-01T[0-2]4:00:00(\.[0-9]{1,2})?(Z|\+00:00)?", fullmatch=True),
    st.sampled_from(["P12M", "PT36H", "INF", "NaN", "12:00:00.50", "--02-30", "x", ""]),
)  # fmt: skip
DATATYPES = """
boolean byte date dateTime dateTimeStamp dayTimeDuration decimal double duration float gYearMonth
int integer long nonNegativeInteger string time unsignedByte
"""
datatypes = st.sampled_from(DATATYPES.split())


@given(forms, datatypes)
def test_what_is_kept_is_kept_and_the_rest_comes_back_as_written(form, datatype):
    literal = Literal(form, datatype=NamedNode(XSD + datatype))
    data = Store()
    data.add(Quad(NamedNode("x:s"), NamedNode("x:p"), literal))
    (quad,) = data
    assert is_kept(literal) == (quad.object == literal)
    stored = to_stored(literal)
    assert is_kept(stored)
    assert from_stored(stored) == literal


def test_data_come_back_as_they_are_written(tmp_path):
    (tmp_path / "a.ttl").write_text(LITERALS)
    data = load([Source(str(tmp_path / "a.ttl"))])
    found = ask(data.view, "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }", Context({})).result
    wanted = {quad.object for quad in parse(LITERALS, RdfFormat.TURTLE)}
    assert {triple.object for triple in found} == wanted


def test_merging_keeps_literals_that_stand_for_others():
    coded = Store()
    seven = to_stored(Literal("07", datatype=NamedNode(XSD + "integer")))
    for graph in ("x:g", "x:h"):
        coded.add(Quad(NamedNode("x:s"), NamedNode("x:p"), seven, NamedNode(graph)))
    view = View(coded, (NamedNode("x:g"), NamedNode("x:h")), is_coded=True)
    answer = ask(view, "SELECT ?o { ?s ?p ?o FILTER(?o = 7) }", Context({}))
    assert [row["o"].value for row in answer.result] == ["07"]


def test_json_of_an_answer_over_files(tmp_path):
    (tmp_path / "a.ttl").write_text("<x:s> <x:p> 007 .")
    found = query(
        tmp_path, "--data", str(tmp_path / "a.ttl"), "SELECT * { ?s ?p ?o }", "-F", "json"
    )
    assert json.loads(found)["results"]["bindings"][0]["o"]["value"] == "007"


def test_a_syntax_that_there_is_not_is_refused(kg, tmp_path):
    (tmp_path / "a.ttl").write_text("<a:b> <c:d> 1 .")
    found = kg("query", "--data", "a.ttl", "--data-format", "turtel", "ASK {}", folder=tmp_path)
    assert (found.returncode, found.stdout) == (2, "")
    assert "Q609]: there is no syntax `turtel`, expected one of ttl, nt, nq" in found.stderr


def test_shards_and_folders_are_told_for_what_they_are(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"format": "newskg shards 2"}')
    for option, told in (("--at", "is of shards"), ("--data", "is a directory")):
        result = CliRunner().invoke(main, ["query", option, str(tmp_path), "ASK {}"])
        assert result.exit_code != 0
        assert told in result.output
        assert "--force" not in result.output
