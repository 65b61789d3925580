"""Quotes to spans: the five articles, wrong quotes, and properties over made-up texts."""

from __future__ import annotations

import re
import sys
import time
import unicodedata
from collections.abc import Callable
from itertools import combinations_with_replacement
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kg.text.extension import unique_extension
from kg.text.likeness import SIMILAR, nearest
from kg.text.quotes import (
    Lines,
    Span,
    at_boundary,
    context,
    find,
    find_marked,
    fold,
    occurrences,
)

SEEDS = Path(__file__).parent.parent / "seeds"


def seed(number: str) -> str:
    """The text of an article as stored, line ends untouched."""
    (path,) = SEEDS.glob(f"{number}_*.txt")
    return path.read_bytes().decode("utf-8")


def exact(quote: str, text: str) -> list[str]:
    return [span.exact(text) for span in find(quote, text)]


# The articles: offsets counted by hand

FOUND = [
    ("001", "early on Monday", 132, 147),
    ("001", "Major General Bagheri made the remarks … early on Monday.", 17, 148),
    ("001", "Major General Bagheri thanked … deep-rooted.", 150, 335),
    ("001", "Major General Bagheri thanked ... deep\u2011rooted.", 150, 335),
    ("002", "Major General Bagheri further pointed out", 1272, 1313),  # U+00A0 in the article
    ("002", "further pointed out. The Chief of General Staff", 1294, 1342),  # `.\xa0\n` between
    ("003", "“the only way” to confront Israel", 156, 189),
    ("003", '"the only way" to confront Israel', 156, 189),
    ("003", "Iran's Chief of Staff", 63, 84),
    ("004", "“occupying and terrorist regime,”", 652, 685),  # straight marks in the article
    ("004", "Al Raisi arrived … on Monday evening", 2778, 2822),
    ("000", "on Tuesday evening", 594, 612),
]


@pytest.mark.parametrize(("number", "quote", "start", "end"), FOUND)
def test_quote_of_an_article_has_its_one_span(
    number: str, quote: str, start: int, end: int
) -> None:
    assert find(quote, seed(number)) == [Span(start, end)]


@pytest.mark.parametrize(
    ("number", "quote"),
    [
        ("001", "early on monday"),  # case
        ("001", "early on Tuesday"),  # another word
        ("001", "arly on Monday"),  # begins inside a word
        ("001", "early on Mon"),  # ends inside a word
        ("001", "the Omani authorities, specially"),
        ("001", "deep–rooted"),  # a dash is not a hyphen
        ("001", "deep rooted"),
        ("000", "TEHRAN - Senior"),  # nor is a hyphen a dash
        ("003", "population of 2"),  # cuts the number 2.3
        ("003", "3 million"),
        ("003", "Iran … Iran’s Chief of Staff of the Armed Forces Major"),  # wrong order
        ("003", "… the only way"),  # an ellipsis at the edge must stand in the article
        ("003", "said on Tuesday …"),
        ("004", "«occupying and terrorist regime,»"),
    ],
)
def test_wrong_quote_has_no_span(number: str, quote: str) -> None:
    assert find(quote, seed(number)) == []


def test_a_quote_that_occurs_three_times_has_three_spans() -> None:
    expected = [Span(1040, 1053), Span(1336, 1349), Span(1513, 1526)]
    assert find("Iran and Oman", seed("003")) == expected


@pytest.mark.parametrize("quote", ["", " ", "\n\u00a0", "…", "...", " … ", "… …", "....", "…\n..."])
def test_quote_without_words_is_refused(quote: str) -> None:
    with pytest.raises(ValueError, match="needs words"):
        find(quote, "some words … and more")
    with pytest.raises(ValueError, match="needs words"):
        nearest(quote, "some words … and more")


# White space and marks


def test_every_white_space_character_matches_every_other() -> None:
    spaces = [chr(c) for c in range(sys.maxunicode + 1) if chr(c).isspace()]
    assert len(spaces) > 20
    for space in spaces:
        assert find("a b", f"x a{space}{space}b") == [Span(2, 6)]
        assert find(f"a{space}b", "x a b") == [Span(2, 5)]


@pytest.mark.parametrize("quote", [" a b ", "a b\n", "\u202fa\u00a0\n b\t"])
def test_white_space_at_the_edges_of_a_quote_is_no_part_of_the_span(quote: str) -> None:
    assert find(quote, "\n  a \r\n b  c") == [Span(3, 9)]


@pytest.mark.parametrize("mark", list("'‘’‚‛′`´ʼ＇"))
def test_single_marks_match_each_other(mark: str) -> None:
    assert find("Iran's navy", f"x Iran{mark}s navy") == [Span(2, 13)]
    assert find(f"Iran{mark}s navy", "x Iran’s navy") == [Span(2, 13)]
    assert find('Iran"s navy', f"x Iran{mark}s navy") == []


@pytest.mark.parametrize("mark", list('"“”„‟″＂'))
def test_double_marks_match_each_other(mark: str) -> None:
    assert find('"the only way"', f"is {mark}the only way{mark} out") == [Span(3, 17)]
    assert find("''the only way''", f"is {mark}the only way{mark} out") == []


def test_hyphens_match_each_other_and_no_dash() -> None:
    for one in "-\u2010\u2011":
        for other in "-\u2010\u2011":
            assert find(f"deep{one}rooted", f"a deep{other}rooted tie") == [Span(2, 13)]
        for dash in "\u2012–—―\u00ad−":
            assert find(f"deep{one}rooted", f"a deep{dash}rooted tie") == []


def test_hits_may_overlap() -> None:
    assert find("ha ha", "ha ha ha") == [Span(0, 5), Span(3, 8)]
    assert find("a a a a", "a a a a a") == [Span(0, 7), Span(2, 9)]
    assert find("a a a b", "a a a b b") == [Span(0, 7)]  # its beginning repeats, it does not


# Elision


@pytest.mark.parametrize(
    ("quote", "text", "expected"),
    [
        ("A … B", "A x B y B", [(0, 5)]),  # shortest reach
        ("A … B", "A x A y B", [(0, 9), (4, 9)]),  # two beginnings, one end: two readings
        ("A … B", "A x B A y B", [(0, 5), (6, 11)]),
        ("A … B", "B A", []),
        ("A … B", "A B", [(0, 3)]),  # nothing left out
        ("A … A", "A", []),  # no anchor may serve twice
        ("A … A", "x A y A", [(2, 7)]),
        ("A … B … C", "A B x B C y C", [(0, 9)]),
        ("A ... B … C", "A x B y C", [(0, 9)]),
        ("A … … B", "A x B", [(0, 5)]),
        ("A…B", "A x B", [(0, 5)]),
        ("A....B", "A x B", [(0, 5)]),
        ("Iran … ’s", "Iran’s", [(0, 6)]),
        ("A … B", "xA B A Bx A B", [(5, 13), (10, 13)]),  # anchors end at words, too
    ],
)
def test_elision(quote: str, text: str, expected: list[tuple[int, int]]) -> None:
    assert find(quote, text) == [Span(*pair) for pair in expected]


@pytest.mark.parametrize(
    ("quote", "text", "expected"),
    [
        ("we … go", "then we … go home", [(5, 12)]),  # the ellipsis of the text itself
        ("we ... go", "then we … go home", [(5, 12)]),
        ("we … go", "then we ... go home", [(5, 14)]),
        ("well…", "oh well… maybe", [(3, 8)]),
        ("well...", "oh well… maybe", [(3, 8)]),
        ("well…", "oh well..... maybe", [(3, 12)]),
        ("well… maybe", "oh well… maybe", [(3, 14)]),
        ("… maybe", "oh well … maybe", [(8, 15)]),
        ("well … maybe …", "well x maybe, well y maybe …", [(0, 28), (14, 28)]),
        ("we … go", "we … go, we never go", [(0, 7), (9, 20)]),  # two readings: the author decides
        ("wait.", "wait...", []),
    ],
)
def test_ellipsis_in_the_text(quote: str, text: str, expected: list[tuple[int, int]]) -> None:
    assert find(quote, text) == [Span(*pair) for pair in expected]


# Inner quotes


def test_inner_quote_is_found_inside_the_outer_only() -> None:
    text = seed("003")
    outer = find("Back in October 2024, … the Indian Ocean", text)
    assert outer == [Span(1491, 1640)]
    assert find("Iran and Oman", text, outer) == [Span(1513, 1526)]
    assert find("Baqeri", text, outer) == []
    assert find("Iran … Ocean and", text, outer) == []  # reaches out of it
    first = Span(0, 1100)
    assert find("Iran and Oman", text, [first, *outer]) == [Span(1040, 1053), Span(1513, 1526)]


def test_a_span_may_fill_the_outer_one() -> None:
    assert find("b c", "a b c d", [Span(2, 5)]) == [Span(2, 5)]
    assert find("b c", "a b c d", [Span(2, 4)]) == []
    assert find("b c", "a b c d", [Span(3, 7)]) == []


@pytest.mark.parametrize(
    ("quote", "expected"),
    [
        ("[He] also underlined that", [(1172, 1174)]),
        ("He also [underlined] that development", [(1180, 1190)]),
        ("[Baqeri] invited Oman", [(1398, 1404)]),
        ("[Iran and Oman]", [(1040, 1053), (1336, 1349), (1513, 1526)]),
        ("[he] also underlined", []),
        ("[Iran]'s Chief of Staff", [(63, 67)]),
    ],
)
def test_marked_part_of_a_quote(quote: str, expected: list[tuple[int, int]]) -> None:
    assert find_marked(quote, seed("003")) == [Span(*pair) for pair in expected]


def test_marked_part_keeps_its_place_behind_folded_runs() -> None:
    text = "so  \n he... then\u00a0\u00a0he   went; he  went"
    assert find_marked("then [he] went", text) == [Span(18, 20)]
    assert find_marked("then\n [he]  went", text) == [Span(18, 20)]
    assert find_marked("[he] went", text, [Span(27, 40)]) == [Span(29, 31)]


@pytest.mark.parametrize(
    "quote", ["he said", "[he", "he] said", "[] said", "[ ] said", "[a] and [b]", "[[a]] b", ""]
)
def test_marked_quote_needs_one_mark(quote: str) -> None:
    with pytest.raises(ValueError, match="exactly one"):
        find_marked(quote, "he said")


@pytest.mark.parametrize("quote", ["[h]e said", "h[e] said", "[he s]aid", "so[ he] said"])
def test_mark_encloses_whole_words(quote: str) -> None:
    with pytest.raises(ValueError, match="whole words"):
        find_marked(quote, "so he said")


def test_marked_quote_takes_no_elision() -> None:
    with pytest.raises(ValueError, match="no elision"):
        find_marked("[he] … that", "he said that")


# Words


@pytest.mark.parametrize(
    ("text", "index", "expected"),
    [
        ("ab", 1, False),
        ("a1", 1, False),
        ("a_", 1, False),
        ("a-b", 1, True),
        ("a’s", 1, True),
        ("e\u0301 x", 1, False),  # a letter and its accent
        ("e\u0301x", 2, False),
        ("e\u0301 x", 2, True),
        ("می\u200cخواهم", 2, False),  # a joiner inside a Persian word
        ("می\u200cخواهم", 3, False),
        ("😀a", 1, True),
        ("😀\u200d😀", 1, False),  # one sign made of two
        ("😀\u200d😀", 2, False),
        ("☹\ufe0f", 1, False),
        (" \u0301", 1, True),
        ("2.3", 1, False),
        ("2.3", 2, False),
        ("1,000", 2, False),
        ("2. 3", 1, True),
        ("in 2, 3", 4, True),
        ("v.3", 1, True),
        (".5", 1, True),
        ("ab", 0, True),
        ("ab", 2, True),
        ("", 0, True),
    ],
)
def test_word_boundaries(text: str, index: int, expected: bool) -> None:
    assert at_boundary(text, index) is expected


@pytest.mark.parametrize(
    ("quote", "text", "expected"),
    [
        ("😀 ok", "x 😀\u00a0ok 😀", [(2, 6)]),
        ("سلطان عمان", "قال سلطان عمان إن", [(4, 14)]),
        ("سلط", "قال سلطان عمان", []),
        ("cafe", "cafe\u0301 cafe", [(6, 10)]),
        ("a.b", "axb a.b", [(4, 7)]),  # no character is a pattern
        ("(a+)+$ [x]{2}", "go (a+)+$  [x]{2} on", [(3, 17)]),
        (r"\d \1", r"2 2 \d \1", [(4, 9)]),
        ("𝒳 y", "𝒳 y", [(0, 3)]),  # code points, not UTF-16 units
    ],
)
def test_unusual_characters(quote: str, text: str, expected: list[tuple[int, int]]) -> None:
    assert find(quote, text) == [Span(*pair) for pair in expected]


# Properties

LETTERS = st.text("abcXYZéßñжш中اب", min_size=1, max_size=5)
WORDS = st.one_of(LETTERS, st.sampled_from(["e\u0301", "2.3", "1,000", "a_b", "😀", "a.b*"]))
SEPARATORS = st.sampled_from(
    [" ", "  ", "\n", "\r\n", "\u00a0", "\u202f \n", ", ", " – ", "’ ", ": “"]
)


@st.composite
def texts_with_a_part(draw: st.DrawFn) -> tuple[str, int, int]:
    """A text made of words, and the ends of some run of its words."""
    words = draw(st.lists(st.tuples(WORDS, SEPARATORS), min_size=1, max_size=12))
    text, edges = "", []
    for word, separator in words:
        edges.append((len(text), len(text) + len(word)))
        text += word + separator
    first = draw(st.integers(0, len(edges) - 1))
    last = draw(st.integers(first, len(edges) - 1))
    return text, edges[first][0], edges[last][1]


@given(texts_with_a_part())
def test_any_run_of_words_is_found_at_its_place(part: tuple[str, int, int]) -> None:
    text, start, end = part
    assert Span(start, end) in find(text[start:end], text)


@given(texts_with_a_part(), st.data())
def test_other_spaces_and_marks_change_nothing(
    part: tuple[str, int, int], data: st.DataObject
) -> None:
    text, start, end = part
    quote = text[start:end]
    space = data.draw(st.text(" \n\u00a0\u2009\t", min_size=1, max_size=3))
    other = re.sub(r"\s+", lambda _: space, quote)
    other = other.translate({ord("’"): "'", ord("“"): '"'})
    assert find(f"{space}{other}{space}", text) == find(quote, text)


def normal(text: str) -> str:
    """The tolerances written a second time, for the tests only."""
    text = re.sub(r"\s+", " ", text).strip()
    return re.sub("[‘’]", "'", re.sub("[“”]", '"', text))


SMALL = st.text("aab  \n\u00a0'’“\"_.", max_size=14)


def crosses_no_word(text: str, index: int) -> bool:
    pair = text[max(0, index - 1) : index + 1]
    return not (0 < index < len(text) and re.fullmatch(r"\w\w", pair))


@given(SMALL, st.text("ab \n'\"’_.", min_size=1, max_size=4))
def test_spans_are_those_of_an_exhaustive_search(text: str, quote: str) -> None:
    assume(normal(quote) and "..." not in text + quote)
    expected = [
        Span(start, end)
        for start in range(len(text))
        for end in range(start + 1, len(text) + 1)
        if normal(text[start:end]) == normal(quote)
        and text[start:end].strip() == text[start:end]
        and crosses_no_word(text, start)
        and crosses_no_word(text, end)
    ]
    assert find(quote, text) == expected


@given(st.text("AB x\n", max_size=16), st.sampled_from(["A … B", "A … A", "A … B … A", "B…x…x"]))
def test_elided_spans_are_those_of_a_naive_search(text: str, quote: str) -> None:
    anchors = [part.strip() for part in quote.split("…")]
    tokens = [(m.start(), m.end()) for m in re.finditer(r"\S+", text)]
    expected = []
    for at, (start, _) in enumerate(tokens):
        rest = list(anchors)
        for low, high in tokens[at:]:
            if text[low:high] == rest[0] or (len(rest) == len(anchors) and low != start):
                rest.pop(0)
            if len(rest) == len(anchors):
                break  # the first word must be the first anchor
            if not rest:
                expected.append(Span(start, high))
                break
    assert find(quote, text) == expected


@given(SMALL, st.text("aab \n'\"’_…", max_size=6))
def test_a_span_has_the_words_of_its_quote_and_clean_edges(text: str, quote: str) -> None:
    assume(quote.strip("… \n"))
    for span in find(quote, text):
        found = span.exact(text)
        assert 0 <= span.start < span.end <= len(text)
        assert found == found.strip()
        words = iter(re.findall(r"\w+", found))
        assert all(word in words for word in re.findall(r"\w+", quote))  # in this order
        if "…" not in quote:
            assert re.findall(r"\w+", found) == re.findall(r"\w+", quote)


@given(st.text())
def test_folding_keeps_the_way_back(text: str) -> None:
    folded = fold(text)
    assert folded.origin(0) == 0
    assert folded.origin(len(folded.text)) == len(text)
    for index, char in enumerate(folded.text):
        start, end = folded.origin(index), folded.origin(index + 1)
        assert folded.index(start) == index
        assert end == start + 1 or text[start:end].isspace() or set(text[start:end]) == {"."}
        assert char == text[start] or end > start + 1 or char in " '\"-"


@given(st.text("ab ", max_size=30), st.text("ab ", min_size=1, max_size=3), st.integers(1, 5))
def test_occurrences_are_complete_also_of_periodic_needles(
    text: str, unit: str, times: int
) -> None:
    needle = unit * times
    expected = [
        at
        for at in range(len(text) - len(needle) + 1)
        if text.startswith(needle, at)
        and crosses_no_word(text, at)
        and crosses_no_word(text, at + len(needle))
    ]
    assert list(occurrences(needle, text)) == expected


# Help for a quote that is missing or ambiguous


@pytest.mark.parametrize(
    ("number", "quote", "expected"),
    [
        ("001", "early on Tuesday", "early on Monday"),
        (
            "003",
            "on Monday that “the only way” to confront",
            "on Tuesday that “the only way” to confront",
        ),
        ("003", "Major General Mohammad Bagheri said", "Major General Mohammad Baqeri said"),
        ("003", "JOINT MARITIME RESCUE", "joint maritime rescue"),
        ("001", "arly on Monday", "early on Monday"),
        (
            "002",
            "Major General Bagheri further points out",
            "Major General\u00a0Bagheri further pointed out",
        ),
        ("000", "TEHRAN - Senior military officials", "TEHRAN – Senior military officials"),
    ],
)
def test_nearest_passage(number: str, quote: str, expected: str) -> None:
    text = seed(number)
    near = nearest(quote, text)
    assert near is not None
    assert near.span.exact(text) == expected
    assert SIMILAR <= near.ratio <= 1
    assert near.anchor == fold(quote).text


def test_nearest_passage_of_a_long_quote_with_a_word_left_out() -> None:
    text = seed("004")
    (span,) = find("Al Raisi also acknowledged … economic stability.", text)
    quote = span.exact(text).replace("deep-rooted ", "").replace("reiterated", "repeated")
    near = nearest(quote, text)
    assert near is not None
    assert near.span == span
    assert near.ratio > 0.9


def test_nearest_passage_is_sought_for_the_anchor_that_fails() -> None:
    text = seed("001")
    near = nearest("Major General Bagheri made … early on Tuesday.", text)
    assert near is not None
    assert near.anchor == "early on Tuesday."
    assert near.span.exact(text) == "early on Monday."
    backwards = nearest("early on Monday … Major General Bagheri made", text)
    assert backwards is not None
    assert (backwards.span, backwards.ratio) == (Span(17, 43), 1.0)


@pytest.mark.parametrize("quote", ["the dam broke in winter", "zzz", "qwertz uiop", "☃"])
def test_nothing_is_near(quote: str) -> None:
    assert nearest(quote, seed("003")) is None


def test_nothing_is_near_in_an_empty_text() -> None:
    assert nearest("words", "") is None
    assert nearest("words", " \n") is None


@given(texts_with_a_part(), st.text("abXYZ ,", min_size=1, max_size=12))
def test_nearest_is_word_aligned_and_inside_the_text(
    part: tuple[str, int, int], quote: str
) -> None:
    assume(quote.strip())
    text = part[0]
    near = nearest(quote, text)
    if near is not None:
        found = near.span.exact(text)
        assert found == found.strip() != ""
        assert at_boundary(text, near.span.start)
        assert at_boundary(text, near.span.end)


@given(texts_with_a_part())
def test_a_quote_that_stands_there_is_its_own_nearest(part: tuple[str, int, int]) -> None:
    text, start, end = part
    near = nearest(text[start:end], text)
    assert near is not None
    assert near.ratio == 1.0
    assert fold(near.span.exact(text)).text.lower() == fold(text[start:end]).text.lower()


def test_unique_extension_takes_the_fewest_words() -> None:
    text = seed("003")
    spans = find("Iran and Oman", text)
    assert [unique_extension(span, text) for span in spans] == [
        "Iran and Oman are",
        "Iran and Oman share",
        "Iran and Oman held",
    ]
    assert unique_extension(find("The Omani official", seed("002"))[1], seed("002")) == (
        "The Omani official concluded"
    )


@pytest.mark.parametrize(
    ("text", "span", "expected"),
    [
        ("a x. b x. c x", Span(7, 8), "b x"),
        ("x’s and x and x", Span(0, 1), "x’s"),
        ("x’s y. x’s z", Span(0, 1), "x’s y"),
        ("x, one\n  x", Span(9, 10), "one x"),  # white space made single
        ("a b c", Span(2, 3), "b"),  # has one hit already
        ("x x x", Span(2, 3), "x x x"),
        ("q x r q x r", Span(2, 3), "x r q"),
        ("go x. go x.", Span(0, 2), "go x. go"),  # one word more has two hits, too
        ("x… y, x… z", Span(0, 1), "x… y"),  # the ellipsis of the text elides nothing
        ("x… y z x… q y", Span(0, 1), "x… y z"),  # but here `x… y` has a second reading
    ],
)
def test_unique_extension(text: str, span: Span, expected: str) -> None:
    assert unique_extension(span, text) == expected


def test_no_extension_where_the_text_repeats_itself() -> None:
    text = "so it goes on and on " * 100
    assert unique_extension(find("it goes", text)[50], text) is None


@given(texts_with_a_part())
def test_an_extension_has_one_hit_around_the_span(part: tuple[str, int, int]) -> None:
    text, start, end = part
    longer = unique_extension(Span(start, end), text)
    if longer is not None:
        (hit,) = find(longer, text)
        assert hit.covers(Span(start, end))
    else:
        assert len(find(text[start:end], text)) != 1


# Selectors and lines


def test_context_is_exact_and_clipped() -> None:
    text = seed("001")
    assert context(Span(132, 147), text) == (
        "ral Abdullah bin Khamis Arraisi ",
        ".\n\nMajor General Bagheri thanked",
    )
    assert context(Span(132, 147), text, 6) == ("raisi ", ".\n\nMaj")
    assert context(Span(1, 16), text, 4) == (" ", " Maj")
    assert context(Span(0, len(text)), text) == ("", "")
    assert [len(side) for side in context(Span(500, 600), text)] == [32, 32]


def test_positions_count_from_one_in_code_points() -> None:
    lines = Lines("ab\nc😀d\r\ne\rf\n")
    offsets = [lines.position(offset) for offset in (0, 2, 3, 5, 8, 9, 10, 11, 12)]
    assert offsets == [
        (1, 1), (1, 3), (2, 1), (2, 3), (3, 1), (3, 2), (4, 1), (4, 2), (5, 1),
    ]  # fmt: skip
    assert Lines("").position(0) == (1, 1)
    assert Lines("a\u2028b\x0bc").position(4) == (1, 5)  # no line for an editor


@pytest.mark.parametrize("offset", [-1, 4])
def test_position_outside_the_text_is_refused(offset: int) -> None:
    with pytest.raises(ValueError, match="outside"):
        Lines("abc").position(offset)


def test_a_stretch_has_the_positions_of_its_ends() -> None:
    text = "ab\nc😀d\r\ne\rf\n"
    lines = Lines(text)
    for start, end in combinations_with_replacement(range(len(text) + 1), 2):
        assert lines.stretch(start, end) == (*lines.position(start), *lines.position(end))
    for start, end in ((12, 13), (0, 13), (13, 13)):
        with pytest.raises(ValueError, match="outside"):
            lines.stretch(start, end)


def test_spans_sort_and_cover() -> None:
    assert sorted([Span(3, 4), Span(1, 9), Span(1, 2)]) == [Span(1, 2), Span(1, 9), Span(3, 4)]
    assert Span(1, 9).covers(Span(1, 9))
    assert not Span(1, 9).covers(Span(0, 2))
    assert not Span(1, 9).covers(Span(8, 10))


# Large and hostile texts: the limits are some ten times what was measured

MILLION = 1_000_000
PERIODIC = "a " * (MILLION // 2)
HOSTILE: list[tuple[str, Callable[[], object]]] = [
    ("missing", lambda: find("no such words", PERIODIC)),
    ("almost, all the way", lambda: find("a " * 5000 + "b", PERIODIC)),
    ("long and overlapping", lambda: find("a " * 50_000, PERIODIC)),
    ("inside words only", lambda: find("ab" * 500, "ab" * (MILLION // 2))),
    ("elision without end", lambda: find("a … a … a … b", PERIODIC)),
    ("one run of spaces", lambda: find("a b", "a" + " " * MILLION + "b")),
    ("one run of stops", lambda: find("a … b", "a" + "." * MILLION + "b")),
    ("one word", lambda: nearest("aaab aab", "a" * MILLION)),
    ("nearest, periodic", lambda: nearest("a b " * 700 + "c", "a b b " * (MILLION // 6))),
    ("nearest, short words", lambda: nearest("a b " * 99 + "c", "a b b " * (MILLION // 6))),
    ("nearest, long quote", lambda: nearest("ab c" * (MILLION // 4), "ab d" * (MILLION // 4))),
    (
        "extension, periodic",
        lambda: unique_extension(Span(MILLION // 2, MILLION // 2 + 1), PERIODIC),
    ),
    ("extension, one apart", lambda: unique_extension(Span(0, 1), PERIODIC + "b")),
]


@pytest.mark.parametrize(("name", "search"), HOSTILE, ids=[name for name, _ in HOSTILE])
def test_a_million_characters_take_seconds_at_most(name: str, search: Callable[[], object]) -> None:
    fold.cache_clear()
    start = time.perf_counter()
    search()
    assert time.perf_counter() - start < 8, name


def test_the_last_words_of_a_large_text_are_found() -> None:
    text = unicodedata.normalize("NFC", seed("002") * 330)[:MILLION] + " The very last words."
    assert find("The very … words.", text) == [Span(len(text) - 20, len(text))]
    near = nearest("The vary last word", text)
    assert near is not None
    assert near.span == Span(len(text) - 20, len(text) - 1)
