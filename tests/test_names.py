"""Names in texts: the five articles, competition by length, and properties over made-up texts."""

from __future__ import annotations

import re
import time
from collections.abc import Collection, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.text.names import NameHit, NameIndex
from kg.text.quotes import Span

SEEDS = Path(__file__).parent.parent / "seeds"

NAMES: dict[str, tuple[str, ...]] = {
    "Mohammad Baqeri": ("mohammad-baqeri",),
    "Baqeri": ("mohammad-baqeri",),
    "Bagheri": ("mohammad-baqeri",),
    "General Bagheri": ("mohammad-baqeri",),
    "Abdullah Khamis Al Raisi": ("abdullah-al-raisi",),
    "Al Raisi": ("abdullah-al-raisi",),
    "Shihab bin Tariq Al Said": ("shihab-al-said",),
    "Iran": ("iran",),
    "Oman": ("oman",),
    "Sea of Oman": ("sea-of-oman",),
    "Tehran": ("tehran",),
}


def seed(number: str) -> str:
    """The text of an article as stored, line ends untouched."""
    (path,) = SEEDS.glob(f"{number}_*.txt")
    return path.read_bytes().decode("utf-8")


def places(hits: list[NameHit]) -> list[tuple[int, int, str]]:
    return [(hit.span.start, hit.span.end, "/".join(hit.keys)) for hit in hits]


def find(
    names: Mapping[str, Collection[str]],
    text: str,
    settled: Mapping[str, Collection[str]] | None = None,
) -> list[tuple[int, int, str]]:
    return places(NameIndex(names).find(text, settled))


# The articles: offsets counted by hand


def test_names_of_the_fourth_article() -> None:
    hits = NameIndex(NAMES).find(seed("004"))
    people = [hit for hit in hits if hit.keys not in {("iran",), ("oman",), ("tehran",)}]
    assert places(people) == [
        (245, 260, "mohammad-baqeri"),  # Major General [Mohammad Baqeri], the longer name
        (355, 379, "abdullah-al-raisi"),
        (694, 700, "mohammad-baqeri"),
        (1008, 1014, "mohammad-baqeri"),
        (1408, 1419, "sea-of-oman"),
        (1421, 1427, "mohammad-baqeri"),
        (2111, 2117, "mohammad-baqeri"),
        (2153, 2161, "abdullah-al-raisi"),
        (2465, 2473, "abdullah-al-raisi"),
        (2778, 2786, "abdullah-al-raisi"),
        (2867, 2873, "mohammad-baqeri"),
    ]
    oman = [hit.span.start for hit in hits if hit.keys == ("oman",)]
    assert oman == [416, 1073, 1585, 2026, 2173, 2530, 2628]  # not in "Sea of Oman"


def test_a_no_break_space_is_a_space() -> None:
    text = seed("002")
    bagheri = [hit.span for hit in NameIndex(NAMES).find(text) if hit.surface == "General Bagheri"]
    assert Span(1278, 1293) in bagheri
    assert Span(1605, 1620) in bagheri
    assert text[1285] == text[1612] == "\u00a0"


def test_names_are_no_parts_of_words() -> None:
    text = seed("003")
    starts = {hit.span.start for hit in NameIndex({"Iran": ["iran"]}).find(text)}
    assert 0 not in starts  # "Iranian military chief"
    assert 63 in starts  # "Iran’s Chief"


# Word boundaries


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Oman", True),
        ("Oman’s", True),
        ("Oman's", True),
        ("“Oman”", True),
        ("(Oman)", True),
        ("Iran-Oman ties", True),
        ("Oman-Iran ties", True),
        ("Oman.", True),
        ("😀Oman😀", True),
        ("Omani", False),
        ("xOman", False),
        ("Oman2", False),
        ("Oman_", False),
        ("_Oman", False),
        ("Oman\u0301", False),
        ("\u200cOman", False),
        ("oman", False),
        ("OMAN", False),
        ("O man", False),
    ],
)
def test_name_stands_on_word_boundaries(text: str, found: bool) -> None:
    assert bool(find({"Oman": ["oman"]}, text)) is found


@pytest.mark.parametrize(
    ("surface", "text", "span"),
    [
        ("Al Raisi", "so Al\r\n \u00a0Raisi said", (3, 14)),
        ("  Al\nRaisi ", "so Al Raisi said", (3, 11)),
        ("O'Neil", "so O’Neil said", (3, 9)),
        ("O’Neil", "so O'Neil’s car", (3, 9)),
        ('"Abu X"', "so “Abu X” said", (3, 10)),
        ("(ret.)", "Smith (ret.) said", (6, 12)),
        ("U.S.", "the U.S. plan", (4, 8)),
        ("A*", "the A* team", (4, 6)),
        (".*", "the .* of it", (4, 6)),
        ("سلطنة عمان", "في سلطنة عمان اليوم", (3, 13)),
        ("e\u0301x", "an e\u0301x y", (3, 6)),
        ("😀", "a 😀 b", (2, 3)),
        ("deep-rooted", "a deep\u2011rooted b", (2, 13)),
    ],
)
def test_surfaces_and_texts_are_compared_folded(
    surface: str, text: str, span: tuple[int, int]
) -> None:
    assert find({surface: ["k"]}, text) == [(*span, "k")]


# Competition


@pytest.mark.parametrize(
    ("names", "text", "expected"),
    [
        ("a b|a", "a b a", [(0, 3, "a b"), (4, 5, "a")]),
        ("a b|b c", "a b c", [(0, 3, "a b")]),  # leftmost first
        ("a|a b c", "a b d", [(0, 1, "a")]),  # the longer one fails late
        ("a b c|b", "a b d", [(2, 3, "b")]),
        ("a b|a b’s x", "a b’s", [(0, 3, "a b")]),
        ("a|b", "a b a", [(0, 1, "a"), (2, 3, "b"), (4, 5, "a")]),
        ("a a", "a a a", [(0, 3, "a a")]),
        ("a", "", []),
        ("a b", "a  \n  b", [(0, 7, "a b")]),
    ],
)
def test_leftmost_longest(names: str, text: str, expected: list[tuple[int, int, str]]) -> None:
    assert find({name: [name] for name in names.split("|")}, text) == expected


def test_one_surface_of_two_individuals_has_both_keys() -> None:
    (hit,) = NameIndex({"Khamis": ["z-khamis", "a-khamis"]}).find("said Khamis")
    assert hit == NameHit(Span(5, 11), "Khamis", ("a-khamis", "z-khamis"))
    assert not hit.settled


def test_keys_are_sorted() -> None:
    keys = tuple("abcdefghijklmnop")
    assert NameIndex({"they": keys[::-1]}).find("they")[0].keys == keys


def test_pairs_and_spellings_of_one_surface_unite() -> None:
    index = NameIndex([("Al Said", "b"), ("Al\u00a0Said", "a"), ("Al Said", "b")])
    (hit,) = index.find("of Al Said")
    assert (hit.keys, hit.surface) == (("a", "b"), "Al Said")
    assert NameIndex([("Al\u00a0Said", "a"), ("Al Said", "b")]).find("Al Said")[0] == NameHit(
        Span(0, 7), "Al Said", ("a", "b")
    )


@pytest.mark.parametrize(
    ("settled", "text", "expected"),
    [
        ({"Khamis": ["b"]}, "Khamis", [(0, 6, "b", True)]),  # over an equal surface
        ({"Khamis": ["b"]}, "Ali Khamis", [(0, 10, "c", False)]),  # a longer name is longer
        (
            {"the Ali": ["d"]},
            "the Ali Khamis",
            [(0, 7, "d", True), (8, 14, "a/b", False)],
        ),  # leftmost
        ({"Ali": ["d"]}, "Ali Khamis, Ali", [(0, 10, "c", False), (12, 15, "d", True)]),
        ({"Khamis bin": ["d"]}, "Khamis bin", [(0, 10, "d", True)]),
        ({"Khamis bin": ["d"]}, "Khamis ben", [(0, 6, "a/b", False)]),
        ({"both sides": ["x", "y"]}, "both\nsides", [(0, 10, "x/y", True)]),
        ({"he": ["d"]}, "he, the heir, He", [(0, 2, "d", True)]),
        ({}, "Khamis", [(0, 6, "a/b", False)]),
    ],
)
def test_settled_surfaces(
    settled: dict[str, list[str]], text: str, expected: list[tuple[int, int, str, bool]]
) -> None:
    index = NameIndex({"Khamis": ["a", "b"], "Ali Khamis": ["c"]})
    hits = index.find(text, settled)
    assert [
        (*place, hit.settled) for place, hit in zip(places(hits), hits, strict=True)
    ] == expected


def test_settled_surfaces_hold_for_one_text() -> None:
    index = NameIndex({"Khamis": ["a", "b"]})
    assert places(index.find("Khamis, he", {"Khamis": ["a"], "he": ["a"]})) == [
        (0, 6, "a"),
        (8, 10, "a"),
    ]
    assert places(index.find("Khamis, he")) == [(0, 6, "a/b")]


# Refused


@pytest.mark.parametrize("surface", ["", " ", "\n\u00a0"])
def test_blank_surface_is_refused(surface: str) -> None:
    with pytest.raises(ValueError, match="blank"):
        NameIndex({surface: ["k"]})
    with pytest.raises(ValueError, match="blank"):
        NameIndex([(surface, "k")])
    with pytest.raises(ValueError, match="blank"):
        NameIndex().find("text", {surface: ["k"]})


def test_surface_without_keys_is_refused() -> None:
    with pytest.raises(ValueError, match="`Oman` has no keys"):
        NameIndex({"Oman": []})
    with pytest.raises(ValueError, match="`he` has no keys"):
        NameIndex().find("text", {"he": ()})


def test_one_string_is_no_collection_of_keys() -> None:
    with pytest.raises(TypeError, match="`Oman`"):
        NameIndex({"Oman": "oman"})


# Properties

SURFACES = st.dictionaries(
    st.text("abA é'", min_size=1, max_size=5).filter(str.strip),
    st.lists(st.sampled_from("xyz"), min_size=1, max_size=2),
    max_size=6,
)
TEXTS = st.text("abA é' \n\u00a0’_.", max_size=30)


def normal(text: str) -> str:
    """The tolerances written a second time, for the tests only."""
    return re.sub("[‘’]", "'", re.sub(r"\s+", " ", text).strip())


def naive(names: Mapping[str, Collection[str]], text: str) -> list[tuple[int, int, str]]:
    """Try every stretch of the text, leftmost first, longest first."""
    table: dict[str, set[str]] = {}
    for surface, keys in names.items():
        table.setdefault(normal(surface), set()).update(keys)
    found, start = [], 0
    while start < len(text):
        for end in range(len(text), start, -1):
            part = text[start:end]
            cut = any(re.fullmatch(r"\w\w", text[max(0, i - 1) : i + 1]) for i in (start, end))
            if normal(part) in table and part == part.strip() and not cut:
                found.append((start, end, "/".join(sorted(table[normal(part)]))))
                start = end - 1
                break
        start += 1
    return found


@given(SURFACES, TEXTS)
def test_hits_are_those_of_a_naive_search(names: dict[str, list[str]], text: str) -> None:
    assert find(names, text) == naive(names, text)


@given(SURFACES, SURFACES, TEXTS)
def test_settled_surfaces_compete_as_if_they_were_in_the_index(
    names: dict[str, list[str]], settled: dict[str, list[str]], text: str
) -> None:
    over = {normal(surface) for surface in settled}
    rest = {surface: keys for surface, keys in names.items() if normal(surface) not in over}
    hits = NameIndex(names).find(text, settled)
    assert places(hits) == naive({**rest, **settled}, text)
    assert all(hit.settled is (normal(hit.surface) in over) for hit in hits)


@given(SURFACES, TEXTS)
def test_hits_never_overlap_and_come_in_order(names: dict[str, list[str]], text: str) -> None:
    hits = NameIndex(names).find(text)
    ends = [0, *(hit.span.end for hit in hits)]
    assert all(hit.span.start >= end for hit, end in zip(hits, ends, strict=False))
    assert all(normal(hit.span.exact(text)) == normal(hit.surface) for hit in hits)


@given(SURFACES, TEXTS)
def test_the_order_of_the_surfaces_does_not_matter(names: dict[str, list[str]], text: str) -> None:
    backwards = {surface: keys[::-1] for surface, keys in reversed(names.items())}
    assert NameIndex(names).find(text) == NameIndex(backwards).find(text)


# Size: the limits are some ten times what was measured


def test_names_that_are_not_in_a_text_change_nothing() -> None:
    text = seed("004") * 100
    many = {f"General {n} of Iran": [str(n)] for n in range(50_000)} | dict(NAMES)
    few, full = NameIndex(NAMES), NameIndex(many)
    assert few.find(text) == full.find(text)


@pytest.mark.parametrize(
    ("names", "text", "count"),
    [
        ({"a a a": ["k"]}, "a " * 500_000, 166_666),
        ({"a " * n + "z": ["k"] for n in range(1, 15)}, "a " * 500_000, 0),
        ({"aaa": ["k"]}, "a" * 1_000_000, 0),
        ({"a b": ["k"]}, "a" + " " * 1_000_000 + "b", 1),
    ],
)
def test_a_million_characters_take_seconds_at_most(
    names: dict[str, list[str]], text: str, count: int
) -> None:
    start = time.perf_counter()
    assert len(NameIndex(names).find(text)) == count
    assert time.perf_counter() - start < 20
