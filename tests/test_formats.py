"""Answers for people: tables in words, blocks, Markdown and HTML; long answers, and their end."""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
import time
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from pyoxigraph import Literal, QuerySolutions, RdfFormat, Store
from rich.cells import cell_len

from kg.answers import results
from kg.rdf.cells import PAGE, Wording
from kg.rdf.labels import Labels, labels_of
from kg.rdf.turtle import Style
from kg.sparql import query

ROOT = Path(__file__).resolve().parent.parent
PREFIXES = {"n": "http://example.org/n#", "skos": "http://www.w3.org/2004/02/skos/core#"}
STYLE = Style(PREFIXES, "http://example.org/")
DATA = """
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix n: <http://example.org/n#> .
@base <http://example.org/> .
n:Person rdfs:label "person"@en, "شخص"@ar .
n:knows rdfs:label "knows" .
<p/1> a n:Person ; skos:prefLabel "محمد باقری"@fa, "Mohammad Baqeri"@en ; rdfs:label "M. B."@en .
<p/2> a n:Person ; skos:prefLabel "عبد الله الرئيسي"@ar ; n:knows <p/1> .
<p/3> a n:Person ; rdfs:label "Twin" . <p/4> a n:Person ; rdfs:label "Twin" .
<p/5> a n:Person ; n:age 7 .
"""
PERSONS = "SELECT ?p ?type { ?p a ?type } ORDER BY ?p"
HOSTILE = [
    "<script>alert(1)</script>",
    "a | b \\| c \\",
    "![x](http://evil/x.png) [y](javascript:z) <http://evil> http://evil www.evil.org",
    "**bold** _it_ `code` ~~gone~~ $x$ &amp; &lt;",
    "line\nline\r\nline",
    '" onload="x',
    "\x1b[31mred \x00 \u202eetirw",
    "محمد\u200cباقری \u200f(א)",
    "北京 👩‍👩‍👧 e\u0301",
]


@pytest.fixture(scope="module")
def people() -> Store:
    store = Store()
    store.load(DATA.encode(), RdfFormat.TURTLE)
    return store


def written(store: Store, text: str, format_: str, **options) -> str:
    out = io.BytesIO()
    answer = query.run(store, text, STYLE.prefixes, base=STYLE.base)
    options = {"labels": labels_of(store, "en")} | options
    results.write_answer(answer, format_, out, Wording(STYLE, **options))
    return out.getvalue().decode()


def rows(shown: str) -> list[str]:
    """The lines of a table, with two blanks at most between words."""
    lines = (re.sub(" {3,}", "   ", line.strip()) for line in shown.splitlines())
    return [line for line in lines if line.strip(" ─")]


def test_a_table_shows_labels_with_ids_where_there_is_room(people, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    assert rows(written(people, PERSONS, "table")) == [
        "p   type",
        "Mohammad Baqeri  <p/1>   person  n:Person",
        "عبد الله الرئيسي  <p/2>   person  n:Person",
        "Twin  <p/3>   person  n:Person",
        "Twin  <p/4>   person  n:Person",
        "<p/5>   person  n:Person",
        "(5 rows)",
    ]


def test_a_narrow_table_leaves_ids_out_but_where_labels_are_the_same(people, monkeypatch):
    monkeypatch.setenv("COLUMNS", "30")
    shown = written(people, PERSONS, "table")
    assert rows(shown)[1:6] == [
        "Mohammad Baqeri   person",
        "عبد الله الرئيسي   person",
        "Twin  <p/3>   person",
        "Twin  <p/4>   person",
        "<p/5>   person",
    ]
    assert "".join(shown.split()).endswith("(5rows;idsareleftouttofit;-Fverticalhasroomforthem)")


def test_no_line_of_a_cell_begins_with_the_space_behind_a_long_word(people, monkeypatch):
    monkeypatch.setenv("COLUMNS", "12")
    query = 'SELECT ?x { VALUES ?x { "abcdefghijklmnopqrst uvw xyz" "  a b" } }'
    shown = written(people, query, "table").splitlines()
    assert [line[1:].rstrip() for line in shown[3:-2]] == [
        "abcdefghij",
        "klmnopqrst",
        "uvw xyz",
        "  a b",
    ]
    blocks = written(people, query, "vertical").splitlines()
    assert [line.rstrip() for line in blocks[1:5]] == [
        "x  abcdefghi",
        "   jklmnopqr",
        "   st uvw",
        "   xyz",
    ]


def test_full_terms_are_those_of_n_triples(people):
    shown = written(people, "SELECT ?p ?l { ?p n:age ?l }", "table", full=True)
    number = '"7"^^<http://www.w3.org/2001/XMLSchema#integer>'
    assert rows(shown)[1:] == [f"<http://example.org/p/5>   {number}", "(1 row)"]


def test_literals_are_shown_without_datatype_and_language(people):
    shown = written(people, 'SELECT ("x"@en AS ?a) (1.5 AS ?b) (UUID() = ?z AS ?c) {}', "table")
    assert rows(shown)[1] == "x   1.5"


@pytest.mark.parametrize("format_", ["table", "vertical"])
@pytest.mark.parametrize("width", [24, 40, 79])
def test_no_line_is_wider_than_the_terminal_and_no_word_is_lost(monkeypatch, format_, width):
    monkeypatch.setenv("COLUMNS", str(width))
    words = "北京大学 is a 大学 in 北京, and محمد باقری is not there; " + "x" * 60
    text = f'SELECT ?a ?b {{ VALUES (?a ?b) {{ ("{words}" <http://example.org/p/{"y" * 50}>) }} }}'
    shown = written(Store(), text, format_)
    assert max(map(cell_len, shown.splitlines())) <= width
    for sign in set(words) - {" "}:
        assert shown.count(sign) >= words.count(sign), sign


def test_nothing_in_a_text_moves_the_cursor(people):
    text = 'SELECT ("\\u001b[31mred\\u202e \\u200F\\u200C" AS ?x) {}'
    for format_ in ("table", "vertical"):
        shown = written(people, text, format_)
        assert "\ufffd[31mred\ufffd \u200f\u200c" in shown
        assert "\x1b" not in shown


def test_a_block_for_each_row(people, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    text = 'SELECT DISTINCT ?p ("two\\nlines" AS ?words) ?none { ?p skos:prefLabel ?l } ORDER BY ?p'
    assert [line.rstrip() for line in written(people, text, "vertical").splitlines()] == [
        "1 " + "─" * 38,
        "p      Mohammad Baqeri  <p/1>",
        "words  two",
        "       lines",
        "none",
        "2 " + "─" * 38,
        "p      عبد الله الرئيسي  <p/2>",
        "words  two",
        "       lines",
        "none",
        "(2 rows)",
    ]


def test_labels_are_asked_for_in_few_queries_and_once(people):
    asked = []

    def ask(text: str) -> QuerySolutions:
        asked.append(text)
        return people.query(text)

    many = "SELECT ?p ?q ?t { ?p a ?t . ?q a ?t . ?x a ?t . ?y a ?t . ?z a ?t . ?w a ?t }"
    shown = written(people, many, "table", labels=Labels(ask, "en"))
    assert "(15,625 rows)" in shown
    assert len(asked) <= 2 * 16
    iris = [iri for text in asked for iri in re.findall("<[^>]*>", text)]
    assert max(map(iris.count, [f"<http://example.org/p/{n}>" for n in range(1, 6)])) == 2


@pytest.mark.parametrize(
    ("format_", "options"),
    [(name, {}) for name in ("csv", "tsv", "json", "xml")] + [("table", {"full": True})],
)
def test_labels_are_only_asked_for_where_they_are_shown(people, format_, options):
    def ask(text: str) -> QuerySolutions:
        raise AssertionError(text)

    assert "p/1" in written(people, PERSONS, format_, labels=Labels(ask, "en"), **options)


@pytest.mark.parametrize(("language", "label"), [("en", "person"), ("ar", "شخص"), ("fa", "person")])
def test_the_label_in_the_language_of_the_project(people, language, label):
    iri = "http://example.org/n#Person"
    assert labels_of(people, language)([iri, "http://example.org/none"]) == {
        iri: label if language != "fa" else labels_of(people, "fa")([iri])[iri]
    }


# Markdown and HTML


def values(texts: list[str]) -> str:
    return f"SELECT ?v {{ VALUES ?v {{ {' '.join(str(Literal(text)) for text in texts)} }} }}"


class Page(HTMLParser):
    """The cells of a page, and its tags."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.cells: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "td":
            self.cells.append("")
        if tag == "br":
            self.cells[-1] += "\n"

    def handle_data(self, data):
        if self.tags and self.tags[-1][0] not in ("style", "title") and self.cells:
            self.cells[-1] += data.removesuffix("\n") if data.isspace() else data


def seen(text: str) -> str:
    """A hostile text as people may see it."""
    return text.replace("\r\n", "\n").translate(dict.fromkeys([0x1B, 0, 0x202E], "\ufffd"))


def test_html_shows_hostile_texts_and_obeys_none():
    text = written(Store(), values(HOSTILE), "html")
    page = Page(text)
    assert page.cells[:-1] == [seen(text) for text in HOSTILE][:-1]
    assert page.cells[-1].startswith(HOSTILE[-1])
    page_tags = "html head meta title style body table thead tr th tbody td p"
    assert " ".join(dict.fromkeys(tag for tag, _ in page.tags)) == page_tags
    assert not {"src", "href", "onload"} & {name for _, found in page.tags for name in found}
    assert all(found == {"dir": "auto"} for tag, found in page.tags if tag == "td")
    assert "default-src 'none'" in text
    assert "<p>9 rows</p>" in text


def test_html_has_labels_ids_and_iris(people):
    text = written(people, "SELECT ?p { <p/2> n:knows ?p }", "html")
    assert (
        '<tr><td dir="auto" title="http://example.org/p/1">Mohammad Baqeri '
        "<small><bdi>&lt;p/1&gt;</bdi></small></td></tr>"
    ) in text


def test_markdown_shows_hostile_texts_and_obeys_none():
    text = written(Store(), values(HOSTILE), "markdown")
    assert len(text.splitlines()) == 2 + len(HOSTILE)
    reader = MarkdownIt("gfm-like", {"html": True, "linkify": False})
    page = Page(reader.render(text))
    assert page.cells == [seen(text) for text in HOSTILE]
    assert {tag for tag, _ in page.tags} == {"table", "thead", "tbody", "tr", "th", "td", "br"}


def test_markdown_to_the_byte(people):
    assert written(people, "SELECT ?p ?q { ?p n:knows ?q }", "markdown") == (
        "| p | q |\n| --- | --- |\n| عبد الله الرئيسي (\\<p/2\\>) | Mohammad Baqeri (\\<p/1\\>) |\n"
    )


@pytest.mark.parametrize(
    ("format_", "expected"),
    [("vertical", "true\n"), ("markdown", "true\n"), ("html", "<p>true</p>\n")],
)
def test_yes_or_no(people, format_, expected):
    assert expected in written(people, "ASK {}", format_)


@pytest.mark.parametrize(
    ("path", "format_"),
    [("a.md", "markdown"), ("a.html", "html"), ("a.HTM", "html"), ("a.txt", "table")],
)
def test_the_extension_names_the_format(people, path, format_):
    answer = query.run(people, "ASK {}", {})
    assert results.choose_format(answer, None, Path(path)) == format_


# Processes

ENDLESS = "SELECT ?a ?b ?c { ?a ?p ?x . ?b ?q ?y . ?c ?r ?z . ?d ?s ?u . ?e ?t ?v . ?f ?g ?h }"
SILENT = ENDLESS.replace("?a ?b ?c", "(COUNT(*) AS ?n)", 1)
MEMORY = """
import resource, sys
from kg.cli import main
try:
    main()
finally:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(peak, file=sys.stderr)
"""


def start(folder: Path, *arguments: str, code: str = "from kg.cli import run; run()"):
    data = folder / "data.nt"
    if not data.exists():
        data.write_text("".join(f'<x:{n}> <x:p> "v" .\n' for n in range(1000)))
    options = ("--quiet", "--data", str(data))  # the product is meant
    line = [sys.executable, "-c", code, "query", *options, *arguments]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(line, cwd=folder, env=environment, **pipes)


@pytest.mark.parametrize("format_", ["tsv", "table", "json", "html"])
def test_ctrl_c_ends_an_answer_that_is_read(tmp_path, format_):
    with start(tmp_path, ENDLESS, "-F", format_) as process:
        assert process.stdout.read(20_000)
        process.send_signal(signal.SIGINT)
        process.stdout.read()
        assert process.stderr.read() == b""
    assert process.returncode == -signal.SIGINT  # which shells tell as 130


READY = """
import signal
from kg.cli import run
arrange = signal.signal
signal.signal = lambda *given: (arrange(*given), print("ready", flush=True))[0]
run()
"""


def test_ctrl_c_ends_a_query_that_finds_nothing(tmp_path):
    (tmp_path / "answer.csv").write_text("older")
    with start(tmp_path, SILENT, "-o", "answer.csv", code=READY) as process:
        assert process.stdout.readline() == b"ready\n"
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        assert (process.stdout.read(), process.stderr.read()) == (b"", b"")
    assert process.returncode == -signal.SIGINT
    assert (tmp_path / "answer.csv").read_text() == "older"


@pytest.mark.parametrize("format_", ["csv", "table", "vertical", "markdown", "html", "xml"])
def test_a_closed_pipe_is_quiet_in_every_format(tmp_path, format_):
    with start(tmp_path, ENDLESS, "-F", format_) as process:
        assert process.stdout.read(1000)
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


@pytest.mark.parametrize("format_", ["tsv", "json", "markdown"])
def test_the_memory_that_an_answer_takes_does_not_grow_with_it(tmp_path, format_):
    def peak(limit: int) -> int:
        text = f"SELECT ?a ?b {{ ?a ?p ?x . ?b ?q ?y }} LIMIT {limit}"
        with start(tmp_path, text, "-F", format_, "-o", os.devnull, code=MEMORY) as process:
            _, told = process.communicate()
        return int(told.split()[-1])

    assert peak(20 * PAGE) < peak(2 * PAGE) + 16
