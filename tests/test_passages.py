"""Passages that articles share: found wherever they stand, to the character, and never invented."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Store

from kg.building.passages import (
    Passage,
    fingerprints,
    joined_passages,
    passage_quads,
    shared_passages,
)
from kg.diagnostics import Findings
from kg.grounding.generate import SpanWriter
from kg.project.seeds import Seed, read_seed
from kg.terms import OA, PUBLISHED
from kg.text.quotes import Span, fold
from kg.textlayer import TextLayer

BASE = "https://example.org/newskg/"
TEXT = TextLayer("https://example.org/newskg/text#")


def seed(stem: str, text: str) -> Seed:
    return Seed(stem, f"seeds/{stem}.txt", text, "")


def found(left: str, right: str, words: int) -> list[tuple[str, str]]:
    """The shared passages of two texts, as each has them."""
    passages = shared_passages([seed("a", left), seed("b", right)], words)
    assert all((p.left, p.right) == ("a", "b") for p in passages)
    return [(p.left_span.exact(left), p.right_span.exact(right)) for p in passages]


# ---------------------------------------------------------------- tables

ALIKE = {
    "in the middle": ("one two three four", "zero two three five", ["two three"]),
    "whole texts": ("one two", "one two", ["one two"]),
    "at either edge": ("one two x y", "q one two", ["one two"]),
    "with the full stop": ("It is so. Then", "that It is so.", ["It is so."]),
    "without a full stop that differs": ("it is so.", "it is so, said", ["it is so"]),
    "without what ends the sentence before": ("Yes. One two.", "No. One two.", ["One two."]),
    "inside quotation marks": ("x “one two” y", "z “one two” w", ["“one two”"]),
    "two passages": ("a b x c d", "c d y a b", ["a b", "c d"]),
    "longest, not its parts": ("a b c d", "x a b c y", ["a b c"]),
    "a passage that one text repeats": ("a b", "a b x a b", ["a b", "a b"]),
    "a number as one word": ("over 2.3 million", "over 2.3 million", ["over 2.3 million"]),
    "hyphens join words": ("the well-known sea", "the well-known sea", ["the well-known sea"]),
}
UNLIKE = {
    "too short": ("one x two", "one y two"),
    "other case": ("One two", "one two"),
    "other punctuation between": ("one, two", "one two"),
    "part of a word": ("cannot say", "not say"),
    "part of a number": ("over 2.3", "over 2.4"),
    "part of a joined word": ("a US-led", "a US-made"),
    "part of a joined number": ("a 1,000-ton", "a 1,000-man"),
    "another apostrophe": ("the Omans", "the Oman’s"),
    "a combining mark": ("le cafe", "le cafe\u0301"),
    "nothing": ("", "one two"),
    "signs only": ("… — !", "… — !"),
}


@pytest.mark.parametrize("name", ALIKE)
def test_shared(name: str) -> None:
    left, right, expected = ALIKE[name]
    pairs = found(left, right, 2)
    assert sorted(here for here, _ in pairs) == expected
    assert all(here == there for here, there in pairs)


@pytest.mark.parametrize("name", UNLIKE)
def test_not_shared(name: str) -> None:
    assert found(*UNLIKE[name], 2) == []


def test_white_space_and_quotation_marks_are_compared_as_quotes_are() -> None:
    left, right = "He\u00a0said “we\n\ncan’t” now", 'so He said "we can\'t"'
    assert found(left, right, 4) == [("He\u00a0said “we\n\ncan’t”", 'He said "we can\'t"')]


def test_one_word_is_the_least_length() -> None:
    assert found("a x b", "b y a", 1) == [("a", "a"), ("b", "b")]
    with pytest.raises(ValueError, match="at least 1"):
        shared_passages([], 0)


def test_what_an_article_repeats_by_itself_is_no_passage() -> None:
    assert shared_passages([seed("a", "one two three one two three")], 2) == []


def test_each_two_articles_make_a_pair() -> None:
    passages = shared_passages([seed(stem, f"{stem} one two") for stem in "cab"], 2)
    assert [(p.left, p.right) for p in passages] == [("a", "b"), ("a", "c"), ("b", "c")]
    assert {span for p in passages for span in (p.left_span, p.right_span)} == {Span(2, 9)}


# ---------------------------------------------------------------- properties

SPACES = st.sampled_from([" ", "\n", "  ", "\u00a0", "\u202f\n"])


@st.composite
def planted(draw: st.DrawFn) -> tuple[list[Seed], set[Passage]]:
    """Articles of words of their own, some passages of common words put between them, and where."""
    least, texts, places = 4, [], []
    passages = [
        [f"p{number}w{word}" for word in range(draw(st.integers(1, 9)))]
        for number in range(draw(st.integers(1, 4)))
    ]
    for stem in ("a", "b"):
        text, where = f"{stem}0", {}
        for number in draw(st.permutations(range(len(passages)))):
            text += draw(SPACES)
            start = len(text)
            text += "".join(word + draw(SPACES) for word in passages[number])
            where[number] = Span(start, len(text.rstrip()))
            text += f"{stem}{number + 1}"
        texts.append(seed(stem, text))
        places.append(where)
    long = [number for number, words in enumerate(passages) if len(words) >= least]
    return texts, {Passage("a", places[0][n], "b", places[1][n]) for n in long}


@given(planted())
def test_planted_passages_are_found_to_the_character_and_no_others(
    case: tuple[list[Seed], set[Passage]],
) -> None:
    seeds, expected = case
    assert set(shared_passages(seeds, 4)) == expected


def naive(left: str, right: str, least: int) -> set[tuple[Span, Span]]:
    """Every run of words that cannot grow, by comparing all pairs of places."""
    one, other, result = left.split(), right.split(), set()
    for i in range(len(one)):
        for j in range(len(other)):
            if one[i] != other[j] or (i and j and one[i - 1] == other[j - 1]):
                continue
            size = 0
            while (
                i + size < len(one) and j + size < len(other) and one[i + size] == other[j + size]
            ):
                size += 1
            if size >= least:
                begin, there = len(" ".join([*one[:i], ""])), len(" ".join([*other[:j], ""]))
                length = len(" ".join(one[i : i + size]))
                result.add((Span(begin, begin + length), Span(there, there + length)))
    return result


FEW_WORDS = st.lists(st.sampled_from(["a", "bb", "c"]), max_size=25).map(" ".join)


@given(FEW_WORDS, FEW_WORDS, st.integers(1, 4))
def test_the_index_finds_what_comparing_everything_finds(left: str, right: str, least: int) -> None:
    passages = shared_passages([seed("a", left), seed("b", right)], least)
    assert len(passages) == len(set(passages))
    assert {(p.left_span, p.right_span) for p in passages} == naive(left, right, least)


ODD = st.text(st.sampled_from("ab 1.,-'’“”…\u00a0\n\u0301"), max_size=40)


@given(ODD, ODD, st.integers(1, 3))
def test_both_sides_have_the_same_words(left: str, right: str, least: int) -> None:
    for here, there in found(left, right, least):
        assert fold(here).text == fold(there).text
        assert here.strip() == here


@given(st.permutations([seed(s, f"{s} a b c x a b {s}") for s in "pqrs"]))
def test_the_order_of_articles_does_not_matter(seeds: list[Seed]) -> None:
    passages = shared_passages(seeds, 2)
    assert passages == sorted(passages) == shared_passages(sorted(seeds, key=lambda s: s.stem), 2)


def test_the_seed_of_hashes_does_not_matter(root: Path) -> None:
    program = (
        "from kg.building.passages import shared_passages as f\nfrom kg.project.seeds import Seed\n"
        "print(f([Seed(s, s, f'{s} a b c x c d {s} d b c', '') for s in 'pqr'], 2))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONPATH": str(root), "PYTHONHASHSEED": number},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for number in ("1", "2")
    }
    assert len(outputs) == 1
    assert "Span" in outputs.pop()


# ---------------------------------------------------------------- quads


def test_quads_are_spans_that_know_each_other() -> None:
    seeds = [seed("a", "one two three"), seed("b", "zero one two")]
    passages = shared_passages(seeds, 2)
    quads = passage_quads(passages, seeds, base=BASE, language="en", text=TEXT)
    store = Store()
    store.extend(quads)
    left, right = f"{BASE}article/a#char=0,7", f"{BASE}article/b#char=5,12"
    same = store.quads_for_pattern(None, TEXT("sameWordingAs"), None, None)
    pairs = {(quad.subject.value, quad.object.value) for quad in same}
    assert pairs == {(left, right), (right, left)}
    assert {quad.graph_name.value for quad in quads} == {f"{BASE}graph/passages"}
    for stem, span in (("a", Span(0, 7)), ("b", Span(5, 12))):
        article, known = f"{BASE}article/{stem}", next(s for s in seeds if s.stem == stem)
        written = set(SpanWriter(known, article, "en", TEXT).rows(span))
        assert len(written) == 14
        assert written <= set(quads.rows)
        assert {quads.rows[row].spans for row in written} == {(span,)}
    assert len(quads) == 2 * 14 + 2


def test_no_passages_no_quads() -> None:
    assert passage_quads([], [seed("a", "x")], base=BASE, language="en", text=TEXT) == {}


# ---------------------------------------------------------------- the articles


@pytest.fixture(scope="module")
def articles(root: Path) -> dict[str, Seed]:
    read = {}
    for path in sorted((root / "seeds").glob("*.txt")):
        name = f"seeds/{path.name}"
        read[path.stem[:3]] = read_seed(path.read_bytes(), path.stem, name, Findings())
    return read


SHARED = {
    ("000", "003"): (
        "Back in October 2024, Iran and Oman held a joint maritime rescue and relief exercise "
        "involving the naval forces of both countries in the Indian Ocean and the Strait of Hormuz."
    ),
    ("000", "004"): (
        "Al Raisi arrived in Tehran on Monday evening at the official invitation of Major General"
    ),
    ("001", "002"): "Major General Bagheri made the remarks in a meeting with",
}


@pytest.mark.parametrize("pair", SHARED, ids="-".join)
def test_passages_of_the_articles(articles: dict[str, Seed], pair: tuple[str, str]) -> None:
    seeds = [articles[stem] for stem in pair]
    here = {p.left_span.exact(seeds[0].text) for p in shared_passages(seeds)}
    there = {p.right_span.exact(seeds[1].text) for p in shared_passages(seeds)}
    assert SHARED[pair] in here & there


def test_unrelated_articles_share_nothing(articles: dict[str, Seed]) -> None:
    pairs = {(p.left[:3], p.right[:3]) for p in shared_passages(articles.values())}
    assert pairs == {*SHARED, ("001", "003"), ("003", "004")}


CONFIRMED = """
ASK {
  ?one a text:Fact ; rdf:subject ?thing ; rdf:predicate ?p ; rdf:object ?o ;
    text:inArticle ?a ; text:quote ?q .
  ?two a text:Fact ; rdf:subject ?thing ; rdf:predicate ?p ; rdf:object ?o ;
    text:inArticle ?b ; text:quote ?r .
  FILTER (?a != ?b)
  ?q oa:hasSelector [ oa:start ?qs ; oa:end ?qe ] .
  ?r oa:hasSelector [ oa:start ?rs ; oa:end ?re ] .
  %s { ?v text:sameWordingAs ?w . ?v text:inArticle ?a . ?w text:inArticle ?b .
    ?v oa:hasSelector [ oa:start ?vs ; oa:end ?ve ] . FILTER (?qs < ?ve && ?vs < ?qe)
    ?w oa:hasSelector [ oa:start ?ws ; oa:end ?we ] . FILTER (?rs < ?we && ?ws < ?re) }
}
"""


def test_one_wording_is_told_from_two_confirmations() -> None:
    """Two reports each of two things: of one in the same words, of the other in their own."""
    seeds = [
        seed("a", "The boat left at noon. It was green."),
        seed("b", "So green. The boat left."),
    ]
    spans = {"left": (Span(0, 13), Span(10, 23)), "green": (Span(23, 36), Span(0, 9))}
    lines = []
    for thing, places in spans.items():
        for article, span in zip(seeds, places, strict=True):
            node = f"<{BASE}article/{article.stem}#char={span.start},{span.end}>"
            lines.append(
                f"<{BASE}fact/{article.stem}/{thing}> a text:Fact ; rdf:subject <{BASE}{thing}> ; "
                f"rdf:predicate rdf:value ; rdf:object true ; text:quote {node} ; "
                f"text:inArticle <{BASE}article/{article.stem}> . {node} "
                f"oa:hasSelector [ oa:start {span.start} ; oa:end {span.end} ] ."
            )
    quads = passage_quads(shared_passages(seeds, 3), seeds, base=BASE, language="en", text=TEXT)
    store = Store()
    prefixes = PUBLISHED | {"text": TEXT.namespace}
    store.update("INSERT DATA { " + " ".join(lines) + " }", prefixes=prefixes)
    for quad in quads:
        store.update(f"INSERT DATA {{ {quad.triple} }}")

    def holds(thing: str, clause: str) -> bool:
        query = CONFIRMED.replace("?thing", f"<{BASE}{thing}>") % clause
        return bool(store.query(query, prefixes=prefixes))

    assert store.query(f"ASK {{ ?s <{OA}exact> 'The boat left' }}")
    assert holds("left", "FILTER EXISTS")
    assert not holds("left", "FILTER NOT EXISTS")
    assert holds("green", "FILTER NOT EXISTS")
    assert not holds("green", "FILTER EXISTS")


# ---------------------------------------------------------------- one article at a time


def test_fingerprints_are_the_same_in_every_process() -> None:
    assert list(fingerprints("one, two three", 2)) == [1148050968999507064, 50540020213240978]
    assert list(fingerprints("too short", 8)) == list(fingerprints("", 1)) == []


@given(st.lists(st.sampled_from(["one", "two", "three-fold", "1,000", ",", "’s"]), max_size=30))
def test_runs_have_equal_fingerprints_when_their_words_are_equal(parts: list[str]) -> None:
    text = " ".join(parts)
    alone = list(fingerprints(text, 3))
    assert list(fingerprints(f"before, {text} … after", 3))[1 : len(alone) + 1] == alone


def test_only_articles_that_share_something_are_read() -> None:
    seeds = {s.stem: s for s in (seed("a", "x one two"), seed("b", "one two"), seed("c", "y z"))}
    read: list[str] = []

    def give(stem: str) -> Seed:
        read.append(stem)
        return seeds[stem]

    prints = {stem: fingerprints(s.text, 2) for stem, s in seeds.items()}
    assert joined_passages(prints, give, 2) == shared_passages(seeds.values(), 2)
    assert read == ["a", "b"]


def test_fingerprints_are_compared_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    seeds = [seed(stem, f"{stem} one two three, four one two") for stem in "cab"]
    whole = shared_passages(seeds, 2)
    monkeypatch.setattr("kg.building.passages._MOST", 4)
    assert shared_passages(seeds, 2) == whole
