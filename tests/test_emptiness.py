"""Why a query has no rows: what is said is true, by brute force; and it is said in time.

Random queries are made of parts, each on a line of its own, so that a finding tells by its line
which part it is about. What it says is then checked against the data, and against the answers of
the bare engine to the query without that part.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import NamedTuple

from hypothesis import event, example, given, settings
from hypothesis import strategies as st
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Store, parse

from kg.advising.emptiness import reasons
from kg.advising.mistakes import read
from kg.bounded import in_time
from kg.sparql.answers import Context
from kg.sparql.graphs import View

PREFIXES = {"x": "x:", "xsd": "http://www.w3.org/2001/XMLSchema#"}
CONTEXT = Context(PREFIXES, None, "q")
DATE = NamedNode(PREFIXES["xsd"] + "date")


class Part(NamedTuple):
    """A line of a query: a triple pattern as three words, or anything else as one."""

    words: tuple[str, ...]

    @property
    def is_triple(self) -> bool:
        return len(self.words) == 3

    def __str__(self) -> str:
        return " ".join(self.words) + (" ." if self.is_triple else "")


def shared(part: Part, after: Part) -> bool:
    return part.is_triple and after.is_triple and part.words[0] == after.words[0]


def written(parts: list[Part], frame: tuple[str, str]) -> str:
    """A query with a part a line; two triples in a row of one subject share it."""
    lines = [frame[0]]
    for number, part in enumerate(parts):
        words = part.words[1:] if number and shared(*parts[number - 1 : number + 1]) else part.words
        goes_on = number + 1 < len(parts) and shared(*parts[number : number + 2])
        lines.append(" ".join(words) + (" ;" if goes_on else " ." if part.is_triple else ""))
    return "\n".join([*lines, frame[1]])


SUBJECTS = ["?s", "?s", "?s", "?t", "?u", "x:a", "x:b", "x:zz"]
PATHS = ["x:p", "x:q", "x:name", "x:on", "x:name", "x:on", "?v", "x:p/x:q", "x:absent"]
OBJECTS = [
    *SUBJECTS,
    '"Ada"',
    '"Ada"@en',
    '"2024-05-02"',
    '"2024-05-02"^^xsd:date',
    "7",
    '"7"',
    "?n",
]
SENSIBLE = [
    *("?s x:name ?n", "?s x:on ?n", "?s x:p ?t", "?t x:q ?u", "?t x:p x:c", "?s x:q x:a"),
    *('?s x:name "Ada"', '?s x:name "Adah"@en', '?s x:on "2024-05-02"', "?s x:on 7"),
]
TRIPLE = st.tuples(*map(st.sampled_from, (SUBJECTS, PATHS, OBJECTS))) | st.sampled_from(
    [tuple(words.split(" ")) for words in SENSIBLE]
)
OTHER = st.sampled_from(
    [
        'FILTER(?n = "Ada")',
        'FILTER(?n IN ("7", "Ada"@en))',
        'VALUES ?n { "Ada" 7 }',
        'FILTER(?n > "2024-01-01")',
        "FILTER(?n < 5)",
        'FILTER(CONTAINS(?s, "a"))',
        "FILTER(?s != ?t)",
        "FILTER NOT EXISTS { ?s x:p ?t }",
        "OPTIONAL { ?s x:q ?u }",
        "MINUS { ?s x:p ?t }",
        "VALUES ?s { x:a x:zz }",
        "{ ?s x:p ?t } UNION { ?t x:q ?s }",
        "BIND(?n AS ?m)",
    ]
)
PARTS = st.lists(st.builds(Part, TRIPLE | OTHER.map(lambda word: (word,))), min_size=1, max_size=5)
FRAMES = [
    ("SELECT * {", "}"),
    ("SELECT DISTINCT ?s {", "}"),
    ("SELECT (COUNT(*) AS ?k) {", "}"),
    ("SELECT ?s (COUNT(*) AS ?k) {", "} GROUP BY ?s"),
    ("SELECT * { GRAPH x:g {", "} }"),
    ("SELECT * { { SELECT * {", "} } }"),
    ("SELECT * { {", "} } LIMIT 3"),
    ("ASK {", "}"),
    ("CONSTRUCT { ?s x:found true } {", "}"),
]
END = st.sampled_from([NamedNode(f"x:{name}") for name in "abc"])
VALUE = st.sampled_from(
    [
        Literal("Ada", language="en"),
        Literal("Ada"),
        Literal("2024-05-02", datatype=DATE),
        Literal(7),
    ]
)
GRAPH = st.sampled_from([DefaultGraph(), NamedNode("x:g"), NamedNode("x:h")])
QUAD = st.builds(
    Quad, END, st.sampled_from([NamedNode("x:p"), NamedNode("x:q")]), END, GRAPH
) | st.builds(Quad, END, st.sampled_from([NamedNode("x:name"), NamedNode("x:on")]), VALUE, GRAPH)

A, B, C = (NamedNode(f"x:{name}") for name in "abc")
P, Q, NAME, ON = (NamedNode(f"x:{name}") for name in ("p", "q", "name", "on"))
ALWAYS = [
    *(Quad(A, P, B), Quad(B, Q, C), Quad(A, NAME, Literal("Ada", language="en"))),
    Quad(A, ON, Literal("2024-05-02", datatype=DATE)),
]


def opened(frame: tuple[str, str]) -> tuple[str, str]:
    """The frame that shows the solutions of a query whose answer is no table of them."""
    if re.match(r"ASK|CONSTRUCT|SELECT \(", frame[0]):
        return ("SELECT * {", frame[1])
    return frame


def count(store: Store, parts: list[Part], frame: tuple[str, str]) -> int:
    text = written(parts, opened(frame))
    return sum(1 for _ in store.query(text, prefixes=PREFIXES))


def terms(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def rows_said(note: str) -> int:
    found = re.search(r"there (?:is|are) ([\d,]+) rows?", note)
    assert found, note
    return int(found[1].replace(",", ""))


def tagged(term: object) -> object:
    return (term.datatype, term.language) if isinstance(term, Literal) else type(term)


class Claims:
    """Checks what is said of one query without rows."""

    def __init__(self, store: Store, parts: list[Part], frame: tuple[str, str]) -> None:
        self.store, self.parts, self.frame = store, parts, frame
        self.text = written(parts, frame)

    def said(self) -> Iterator:
        """The findings, those that were replaced left out."""
        query = read(self.text, "q")
        assert query is not None
        found = reasons(query, View(self.store), CONTEXT)
        return iter({(one.code, one.place): one for one in found}.values())

    def check(self, one) -> None:
        """Whatever a finding says is so."""
        number = one.place.line - 2
        part = self.parts[number]
        rest = [*self.parts[:number], *self.parts[number + 1 :]]
        caret = self.text.split("\n")[one.place.line - 1][one.place.column - 1 :][
            : one.place.end_column - one.place.column
        ]
        for note in one.notes:
            if note.startswith("without this"):
                assert count(self.store, rest, self.frame) == rows_said(note), note
            elif note.startswith("with `") and " and " not in note:
                assert terms(note) == terms(one.help)
                better = [*self.parts]
                new = terms(one.help)[0]
                better[number] = Part(tuple(self.corrected(w, caret, new) for w in part.words))
                assert count(self.store, better, self.frame) == rows_said(note), (note, better)
            elif note.startswith("with those alone"):
                assert count(self.store, self.parts[:number], self.frame) == rows_said(note)
                assert count(self.store, self.parts[: number + 1], self.frame) == 0
            elif note.startswith("there are rows with"):
                for term in terms(note):
                    better = [*self.parts]
                    better[number] = Part((*part.words[:2], term))
                    assert count(self.store, better, self.frame) > 0, (note, term)
            elif note.startswith("no triple has the property"):
                assert not any(self.matches(("?a", part.words[1], "?b")))
            elif note.startswith("outside this GRAPH"):
                assert any(self.matches(part.words, everywhere=True))
        for note, place in one.related:
            others = [*self.parts[: place.line - 2], *self.parts[place.line - 1 :]]
            assert count(self.store, others, self.frame) == rows_said(note), note
        if one.code == "Q621":
            iri = NamedNode(caret)
            assert all(
                iri not in (q.subject, q.predicate, q.object, q.graph_name) for q in self.store
            )
        elif one.message == "no triple matches this pattern":
            assert not any(self.matches(part.words))
        elif one.message.startswith("the data have"):
            *held, lacks = terms(one.message)
            assert all(any(self.matches((*part.words[:2], has))) for has in held)
            assert not any(self.matches((*part.words[:2], lacks)))
        elif one.message.startswith("there are rows with"):
            *held, lacks = terms(one.message)
            assert any(self.matches((*part.words[:2], lacks)))
            for has in held:
                better = [*self.parts]
                better[number] = Part((*part.words[:2], has))
                assert count(self.store, better, self.frame) > 0, has
        elif " holds `" in one.message:
            name, *held, lacks = terms(one.message)
            shown = (f"SELECT DISTINCT {name} {{", "}")
            rows = self.store.query(written(rest, shown), prefixes=PREFIXES)
            values = {row[name[1:]] for row in rows}
            assert {self.term(has) for has in held} <= values
            assert self.term(lacks) not in values
        elif one.code == "Q625":
            name, _, literal = (*terms(one.message)[:1], None, terms(one.message)[-1])
            shown = (f"SELECT DISTINCT {name} {{", "}")
            values = self.store.query(written(rest, shown), prefixes=PREFIXES)
            tag = tagged(self.term(literal))
            assert all(tagged(row[name[1:]]) != tag for row in values)
        elif one.message.startswith("no row passes"):
            assert any(note.startswith("without this") for note in one.notes)

    @staticmethod
    def corrected(word: str, caret: str, new: str) -> str:
        return word.replace(caret, new) if caret in word else word

    def matches(self, words: tuple[str, ...], *, everywhere: bool = False) -> Iterator[Quad]:
        """The triples that a pattern matches, found by looking at each."""
        inside = NamedNode("x:g") if "GRAPH" in self.frame[0] else DefaultGraph()
        inside = DefaultGraph() if everywhere else inside
        if "/" in words[1]:
            first, second = words[1].split("/")
            for one in self.matches((words[0], first, "?between"), everywhere=everywhere):
                end = str(one.subject) if words[2] == words[0] else words[2]
                if isinstance(one.object, NamedNode):
                    rest = (str(one.object), second, end)
                    yield from self.matches(rest, everywhere=everywhere)
            return
        for quad in self.store.quads_for_pattern(None, None, None, inside):
            ends = dict[str, object]()
            pairs = zip(words, (quad.subject, quad.predicate, quad.object), strict=True)
            if all(
                ends.setdefault(w, t) == t if w[0] == "?" else self.term(w) == t for w, t in pairs
            ):
                yield quad

    @staticmethod
    def term(word: str) -> object:
        head = "".join(f"@prefix {name}: <{iri}> . " for name, iri in PREFIXES.items())
        return next(parse(f"{head} <x:> <x:> {word} .", RdfFormat.TURTLE)).object


LESS = [Part(("?s", "x:on", "?n")), Part(("FILTER(?n < 5)",))]


BETWEEN = [
    Part(("FILTER NOT EXISTS { ?s x:p ?t }",)),
    Part(("?s", "x:name", "?n")),
    Part(("?s", "x:on", "?n")),
    Part(("OPTIONAL { ?s x:q ?u }",)),
]


MIXED = [Quad(B, NAME, Literal("Ben")), Quad(C, NAME, Literal("Ada", language="fr"))]
NAMED = Part(("?s", "x:name", "?n"))
ADA = Part(('FILTER(?n = "Ada")',))


@example(MIXED, [NAMED, ADA], FRAMES[0])
@example(
    [*MIXED, Quad(B, NAME, Literal("Ada"))], [Part(("?s", "x:name", '"Ada"')), *LESS[:1]], FRAMES[0]
)
@example([Quad(A, ON, Literal(7))], LESS, FRAMES[0])
@example([], LESS, FRAMES[0])
@example([], BETWEEN, FRAMES[0])
@given(st.lists(QUAD, max_size=8), PARTS, st.sampled_from(FRAMES))
@settings(max_examples=250, deadline=None)
def test_whatever_is_said_is_true(quads: list[Quad], parts: list[Part], frame) -> None:
    store = Store()
    store.extend([*ALWAYS, *quads])
    claims = Claims(store, parts, frame)
    try:
        rows = count(store, parts, frame)
    except SyntaxError:
        return  # such as a BIND of a variable that has a value before it
    found = list(claims.said())
    if rows:
        assert found == [] or not frame[0].startswith("SELECT (COUNT")
        return
    for one in found:
        event(f"{one.code} {one.message[:12]}")
        claims.check(one)


def test_a_literal_is_told_with_the_tag_that_its_words_have() -> None:
    """Though other things have names without a tag, so that the kinds of values are no reason."""
    store = Store()
    store.extend([*ALWAYS, Quad(B, NAME, Literal("Ben"))])
    for part in ('FILTER(?n = "Ada")', 'FILTER(?n IN ("Bo", "Ada"))', 'VALUES ?n { "Ada" }'):
        (found,) = (
            one
            for one in Claims(store, [NAMED, Part((part,))], FRAMES[0]).said()
            if one.code == "Q625"
        )
        assert found.message == '`?n` holds `"Ada"@en`, and not `"Ada"`'
        assert found.help == 'write `"Ada"@en`'
        assert 'with `"Ada"@en` there is 1 row' in found.notes
    (found,) = Claims(store, [Part(("?s", "x:name", '"Ada"'))], FRAMES[0]).said()
    assert found.message == 'the data have `"Ada"@en` there, and not `"Ada"`'


# The other process


def test_work_gives_what_comes_in_time() -> None:
    def work() -> Iterator[int]:
        yield from (1, 2)
        time.sleep(60)
        yield 3

    started = time.monotonic()
    assert in_time(work, 0.5) == ([1, 2], False)
    assert time.monotonic() - started < 30


def test_work_that_fails_gives_what_came_before(capfd) -> None:
    def work() -> Iterator[str]:
        yield "ä" * 1_000_000
        raise ValueError("no more")

    assert in_time(work, 30) == (["ä" * 1_000_000], True)
    assert capfd.readouterr() == ("", "")


def test_a_store_on_disk_can_be_asked_from_the_other_process(tmp_path) -> None:
    Store(str(tmp_path)).extend(ALWAYS)
    store = Store.read_only(str(tmp_path))
    query = "SELECT * { ?s ?p ?o }"
    assert in_time(lambda: [len(list(store.query(query)))], 30).results == [len(ALWAYS)]
