"""Export: every syntax holds the same graph for three readers, and the same bytes each time."""

from __future__ import annotations

import io
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import rdflib
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, parse

from kg.commands.export import command
from kg.diagnostics import ContentError, Misuse
from kg.exporting import syntaxes
from kg.exporting.selection import Selection, select_files
from kg.rdf.dataset import read_lines, split, to_nquads
from kg.rdf.turtle import Shortener, Style, subject_key, write_turtle
from kg.store import embedded

SAMPLE = Path(__file__).parent / "sample_build"
BASE = "https://example.org/newskg/"
BUILD = embedded.open_build(SAMPLE)
DATA = select_files(BUILD)
QUADS = {quad for path in DATA for quad in parse(path=path)}
TRIPLES = {quad.triple for quad in QUADS}
READ = {
    "ttl": RdfFormat.TURTLE,
    "nt": RdfFormat.N_TRIPLES,
    "trig": RdfFormat.TRIG,
    "nq": RdfFormat.N_QUADS,
    "jsonld": RdfFormat.JSON_LD,
    "rdfxml": RdfFormat.RDF_XML,
}
NAMED = ("trig", "nq", "jsonld")
ODD = "https://example.org/"


def written(syntax: str, files=DATA, style: Style | None = None) -> bytes:
    out = io.BytesIO()
    syntaxes.write(files, syntax, out, style or syntaxes.build_style(BUILD))
    return out.getvalue()


def of_quads(quads, syntax: str, style: Style = Style()) -> bytes:  # noqa: B008  (frozen)
    out = io.BytesIO()
    syntaxes.write_lines((f"{quad} .\n".encode() for quad in quads), syntax, out, style)
    return out.getvalue()


def expected(syntax: str) -> set:
    return QUADS if syntax in NAMED else {Quad(*triple) for triple in TRIPLES}


@pytest.mark.parametrize("syntax", READ)
def test_pyoxigraph_reads_back_the_same(syntax):
    assert set(parse(written(syntax), READ[syntax])) == expected(syntax)


@pytest.mark.parametrize("syntax", READ)
def test_rdflib_reads_back_the_same(syntax, monkeypatch):
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)
    graph = rdflib.Dataset()
    names = {"ttl": "turtle", "nq": "nquads", "jsonld": "json-ld", "rdfxml": "xml"}
    graph.parse(data=written(syntax), format=names.get(syntax, syntax))
    back = parse(graph.serialize(format="nquads"), RdfFormat.N_QUADS)
    default = "urn:x-rdflib:default"
    found = {
        Quad(*quad.triple) if getattr(quad.graph_name, "value", default) == default else quad
        for quad in back
    }
    assert found == expected(syntax)


RAPPER = {"ttl": "turtle", "nt": "ntriples", "trig": "trig", "nq": "nquads", "rdfxml": "rdfxml"}


@pytest.mark.parametrize("syntax", RAPPER)
def test_rapper_reads_back_the_same(syntax, tmp_path):
    # raptor has no reader of JSON-LD.
    path = tmp_path / "x"
    path.write_bytes(written(syntax))
    output = "nquads" if syntax in NAMED else "ntriples"
    command = ["rapper", "-q", "-i", RAPPER[syntax], "-o", output, str(path)]
    done = subprocess.run(command, capture_output=True, check=True)
    assert done.stderr == b""
    assert set(parse(done.stdout, RdfFormat.N_QUADS)) == expected(syntax)


def test_sample_has_what_is_hard_to_write():
    text = written("ttl").decode()
    for piece in ("محمد باقری", "عبد الله الرئيسي", "#char=0,10/quote", r"\"", r"\n", "gYearMonth"):
        assert piece in text


@pytest.mark.parametrize("syntax", READ)
def test_same_bytes_whatever_the_order_and_the_hash_seed(syntax, tmp_path):
    lines = list(read_lines(DATA))
    random.Random(7).shuffle(lines)
    out = io.BytesIO()
    syntaxes.write_lines(lines, syntax, out, syntaxes.build_style(BUILD))
    assert out.getvalue() == written(syntax)
    code = (
        "import sys; from pathlib import Path; from kg.exporting import selection, syntaxes;"
        "from kg.store.embedded import open_build; b = open_build(Path(sys.argv[1]));"
        "style = syntaxes.build_style(b);"
        "syntaxes.write(selection.select_files(b), sys.argv[2], sys.stdout.buffer, style)"
    )
    for seed in ("1", "2"):
        command = [sys.executable, "-c", code, str(SAMPLE), syntax]
        environment = {**os.environ, "PYTHONHASHSEED": seed, "LC_ALL": "C", "TZ": "Asia/Tehran"}
        done = subprocess.run(command, capture_output=True, check=True, env=environment)
        assert done.stdout == written(syntax)


TURTLE = """\
# 2 articles, 3 spans
# SHA-256 of the build: {hash}
@base <https://example.org/newskg/> .
@prefix news: <https://example.org/newskg/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

<person/abdullah-al-raisi> a news:Person ;
    skos:prefLabel "Abdullah al-Raisi"@en, "عبد الله الرئيسي"@ar .

<person/mohammad-baqeri> a news:Person ;
    skos:prefLabel "Mohammad Baqeri"@en, "محمد باقری"@fa ;
    skos:altLabel "Baqeri"@en, "Mohammad Bagheri"@en ;
    news:nationality <state/iran> .

<state/iran> a news:State ;
    skos:prefLabel "Iran"@en .
"""


def test_turtle_to_the_byte():
    files = select_files(BUILD, Selection(["authority"]))
    text = written("ttl", files, syntaxes.build_style(BUILD, head=True)).decode()
    assert text == TURTLE.format(hash=BUILD.manifest["hash"])


def test_trig_to_the_byte():
    files = select_files(BUILD, Selection([f"{BASE}graph/inferred"]))
    assert written("trig", files).decode() == (
        "@base <https://example.org/newskg/> .\n"
        "@prefix news: <https://example.org/newskg/ontology#> .\n"
        "\n"
        "<graph/inferred> {\n"
        "    <event/baqeri-arraisi-2023> a news:Event ;\n"
        "        news:involves <person/abdullah-al-raisi>, <person/mohammad-baqeri> .\n"
        "    <person/abdullah-al-raisi> a news:Agent .\n"
        "    <person/mohammad-baqeri> a news:Agent .\n"
        "    <state/iran> a news:Agent .\n"
        "}\n"
    )


def test_subjects_come_by_kind_and_then_by_iri():
    subjects = [
        "article/b",
        "article/a#char=0,1",
        "article/a",
        "event/x",
        "time/t",
        "zoo/z",
        "https://elsewhere.org/",
    ]
    lines = [
        f"<{subject if ':' in subject else BASE + subject}> <x:p> <x:o> .\n".encode()
        for subject in subjects
    ]
    style = Style(base=BASE, kinds=("article", "*", "time", "article#"))
    ordered = [
        split(line)[0][1:-1].removeprefix(BASE) for line in sorted(lines, key=subject_key(style))
    ]
    assert ordered == [
        "article/a",
        "article/b",
        "event/x",
        "zoo/z",
        "time/t",
        "article/a#char=0,1",
        "https://elsewhere.org/",
    ]


def test_an_iri_comes_before_its_own_fragments():
    style = Style(base=BASE, kinds=("*",))
    lines = [
        f"<{BASE}a/{end}> <x:p> <x:o> .\n".encode() for end in ("s#c", "s/q", "s", "s-2", "s#b")
    ]
    ordered = [split(line)[0][1:-1] for line in sorted(lines, key=subject_key(style))]
    assert ordered[0] == f"{BASE}a/s"


@pytest.mark.parametrize(
    ("token", "short"),
    [
        ("<https://example.org/newskg/ontology#Person>", "news:Person"),
        ("<https://example.org/newskg/ontology#a.b>", "news:a.b"),
        ("<https://example.org/newskg/ontology#a.>", "<ontology#a.>"),
        ("<https://example.org/newskg/ontology#>", "<ontology#>"),
        ("<https://example.org/newskg/article/1#char=0,10>", "<article/1#char=0,10>"),
        ("<https://example.org/newskg/>", "<https://example.org/newskg/>"),
        ("<https://example.org/newskg/a:b>", "<https://example.org/newskg/a:b>"),
        ("<https://example.org/newskg//x>", "<https://example.org/newskg//x>"),
        ("<https://example.org/newskg/x/../y>", "<https://example.org/newskg/x/../y>"),
        ("<https://example.org/newskg/x/.>", "<https://example.org/newskg/x/.>"),
        ("<https://example.org/newskg/x?y=a:b/c>", "<x?y=a:b/c>"),
        ('"7"^^<http://www.w3.org/2001/XMLSchema#integer>', "7"),
        ('"007"^^<http://www.w3.org/2001/XMLSchema#integer>', '"007"^^xsd:integer'),
        ('"-0"^^<http://www.w3.org/2001/XMLSchema#integer>', '"-0"^^xsd:integer'),
        ('"true"^^<http://www.w3.org/2001/XMLSchema#boolean>', "true"),
        ('"1.0"^^<http://www.w3.org/2001/XMLSchema#decimal>', '"1.0"^^xsd:decimal'),
        ('"a^^<b>"', '"a^^<b>"'),
        ('"x"@en-gb', '"x"@en-gb'),
        ("_:c14n0", "_:c14n0"),
    ],
)
def test_shortening_is_lossless(token, short):
    prefixes = {"news": f"{BASE}ontology#", "xsd": "http://www.w3.org/2001/XMLSchema#"}
    shorten = Shortener(prefixes, BASE)
    assert shorten(token) == short
    head = "".join(f"@prefix {p}: <{iri}> .\n" for p, iri in prefixes.items())
    document = f"@base <{BASE}> .\n{head}<x:s> <x:p> {short} ."
    (quad,) = parse(document.encode(), RdfFormat.TURTLE)
    assert token.startswith("_:") or str(quad.object) == token


def test_the_longest_namespace_wins_and_only_used_prefixes_are_declared():
    prefixes = {"ex": ODD, "deep": f"{ODD}deep#", "unused": "https://unused.org/"}
    text = of_quads(
        [Quad(NamedNode(f"{ODD}deep#x"), NamedNode(f"{ODD}p"), Literal("1"))],
        "ttl",
        Style(prefixes),
    )
    assert text.decode() == (
        f'@prefix deep: <{ODD}deep#> .\n@prefix ex: <{ODD}> .\n\ndeep:x ex:p "1" .\n'
    )


IRIS = st.from_regex(
    r"(a|b/c|d/|f\.|g/\.\./h|i%20j|k\(l\)|é|:m|~n|o,p=q|\?r)+(#(char=0,10|/|\.|\?s|é)*)?",
    fullmatch=True,
)
LITERALS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"])).map(Literal),
    st.text('"\\\r\n\t <>^@').map(lambda form: Literal(form, language="fa")),
    st.from_regex(r"[-+]?[0-9]{1,3}", fullmatch=True).map(
        lambda form: Literal(form, datatype=NamedNode("http://www.w3.org/2001/XMLSchema#integer"))
    ),
)
NODES = IRIS.map(lambda rest: NamedNode(ODD + rest))


@settings(deadline=None)
@given(st.lists(st.builds(Quad, NODES, NODES, st.one_of(NODES, LITERALS), NODES), max_size=8))
def test_any_statement_survives_turtle_and_trig(quads):
    style = Style({"ex": ODD, "f": f"{ODD}f."}, base=ODD)
    back = set(parse(of_quads(quads, "trig", style), RdfFormat.TRIG))
    assert back == set(quads)
    turtle = set(parse(of_quads(quads, "ttl", style), RdfFormat.TURTLE))
    assert turtle == {Quad(*quad.triple) for quad in quads}


def test_merge_writes_a_shared_triple_once():
    quads = [
        Quad(NamedNode(f"{ODD}s"), NamedNode(f"{ODD}p"), Literal("1"), NamedNode(f"{ODD}{g}"))
        for g in "abc"
    ]
    assert of_quads(quads, "nt").count(b"\n") == 1
    assert of_quads(quads, "nq").count(b"\n") == 3
    assert of_quads(quads, "ttl").count(b'"1"') == 1


def test_ontology_is_left_out_unless_named():
    assert b"owl#Class" not in written("nt")
    ontology = select_files(BUILD, Selection(["ontology"]))
    assert set(parse(written("nq", ontology), RdfFormat.N_QUADS)) == set(parse(path=ontology[0]))


def test_blank_nodes_of_the_ontology_survive_turtle():
    files = select_files(BUILD, Selection(["ontology"]))
    back = parse(written("ttl", files), RdfFormat.TURTLE)
    there = (Quad(*quad.triple) for quad in parse(path=files[0]))
    assert to_nquads(back) == to_nquads(there)


def test_unknown_graph_is_wrong_use():
    with pytest.raises(Misuse, match="no graph `authorty`") as caught:
        select_files(BUILD, Selection(["authorty"]))
    assert caught.value.diagnostics[0].help == "did you mean `authority`?"


def test_carriage_returns_survive_xml():
    triple = Triple(NamedNode(f"{ODD}s"), NamedNode(f"{ODD}p"), Literal("a\r\nb\rc"))
    text = of_quads([triple], "rdfxml")
    graph = rdflib.Graph().parse(data=text, format="xml")
    assert [str(value) for value in graph.objects()] == ["a\r\nb\rc"]


@pytest.mark.parametrize(
    ("triple", "reason"),
    [
        (Triple(NamedNode("x:s"), NamedNode("x:p"), Literal("\x07")), r"control character U\+0007"),
        (Triple(NamedNode("x:s"), NamedNode(f"{ODD}123"), Literal("")), "does not end in a name"),
        (Triple(NamedNode("x:s"), NamedNode(f"{ODD}a/"), Literal("")), "does not end in a name"),
    ],
)
def test_what_xml_cannot_hold_is_refused(triple, reason):
    with pytest.raises(ContentError, match=reason):
        of_quads([triple], "rdfxml")


@pytest.mark.parametrize("end", ["p", "a.b", "9p", "-p", "1.2-p", "p9", "é", "a(b", "p-1"])
def test_what_is_accepted_as_xml_name_is_one(end):
    triple = Triple(NamedNode(f"{ODD}s"), NamedNode(f"{ODD}x#{end}"), Literal("v"))
    graph = rdflib.Graph().parse(data=of_quads([triple], "rdfxml"), format="xml")
    assert [str(predicate) for predicate in graph.predicates()] == [f"{ODD}x#{end}"]


def test_memory_is_bounded_by_runs(monkeypatch, tmp_path):
    # The same bytes when hardly anything is held in memory.
    before = {syntax: written(syntax) for syntax in READ}
    monkeypatch.setattr("kg.rdf.dataset.sort_lines.__kwdefaults__", {"run": 3})
    monkeypatch.setattr(syntaxes, "BATCH", 2)
    assert {syntax: written(syntax) for syntax in READ} == before


@pytest.fixture
def project(tmp_path):
    place = tmp_path / "build"
    shutil.copytree(SAMPLE, place / "one")
    (place / "current").symlink_to("one")
    return tmp_path


def invoke(project: Path, *arguments: str):
    return CliRunner().invoke(command, list(arguments), obj=project)


def test_command_writes_turtle_to_standard_output(project):
    done = invoke(project)
    assert done.exit_code == 0
    assert done.stdout_bytes == written("ttl", style=syntaxes.build_style(BUILD, head=True))


@pytest.mark.parametrize(
    ("name", "syntax"),
    [
        ("x.nt", "nt"),
        ("x.rdf", "rdfxml"),
        ("x.jsonld", "jsonld"),
        ("x.nq", "nq"),
    ],
)
def test_command_guesses_the_syntax_from_the_file(project, name, syntax):
    path = project / name
    done = invoke(project, "-o", str(path))
    assert (done.exit_code, done.stdout_bytes) == (0, b"")
    style = syntaxes.build_style(BUILD, head=True)
    assert path.read_bytes() == written(syntax, style=style)


def test_command_refuses_an_unknown_extension(project):
    done = invoke(project, "-o", str(project / "x.docx"))
    assert done.exit_code == 2
    assert "choose one with -F" in done.stderr
    assert not (project / "x.docx").exists()


def test_command_leaves_the_old_file_when_it_fails(project):
    path = project / "x.nt"
    path.write_text("old")
    damaged = project / "build" / "one" / "authority.nq"
    damaged.write_bytes(damaged.read_bytes()[:-1])
    done = invoke(project, "-o", str(path))
    assert isinstance(done.exception, ContentError)
    assert path.read_text() == "old"


def test_closed_pipe_is_quiet(project, settle):
    code = (
        "import sys; from pathlib import Path; from kg.commands.export import command;"
        "command(['-F', 'nt'], obj=Path(sys.argv[1]))"
    )
    article = project / "build" / "one" / "articles" / "003_73cb7c800c9f6d9a.nq"
    line = "<x:s{0}> <x:p> <x:o> <https://example.org/newskg/graph/003_73cb7c800c9f6d9a> .\n"
    article.write_text("".join(sorted(line.format(n) for n in range(20000))))
    settle(project / "build" / "one")
    command_line = [sys.executable, "-c", code, str(project)]
    with subprocess.Popen(command_line, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_groups_are_streamed():
    """The writer asks for the next subject only after the block of the last one is done."""
    seen = []

    def statements():
        for number in range(3):
            seen.append(number)
            yield f"<x:{number}>", "<x:p>", f'"{number}"', ""

    out = io.BytesIO()
    write_turtle(statements(), out, Style())
    assert seen == [0, 1, 2]
    assert out.getvalue() == b'\n<x:0> <x:p> "0" .\n\n<x:1> <x:p> "1" .\n\n<x:2> <x:p> "2" .\n'
