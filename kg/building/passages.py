"""Verbatim passages that articles share: the longest runs of words that two of them have in common.

In: articles. Out: `Passage`s, pairs of spans over the texts as stored, and the quads that say so,
so that two reports of one wording can be told from two confirmations.
Refuses: a least length below one word (`ValueError`).

Texts are compared as in `kg.text.quotes.fold`: runs of white space and kinds of quotation marks
count as equal, all else, case and punctuation included, must be. A passage begins and ends with a
word and takes along the punctuation that touches it in both articles; an apostrophe or a hyphen
joins words.

The cost: one look-up for each word of the corpus, and one step for each pair of places where two
articles agree. Articles that share nothing are never compared with one another.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from pyoxigraph import NamedNode

from kg.grounding.generate import SpanWriter
from kg.project.seeds import Seed
from kg.store.origins import Origin, Row, Statements
from kg.text.quotes import Folded, Span, at_boundary, fold
from kg.textlayer import TextLayer

WORDS = 8
"""The fewest words of a passage; shorter runs are often no more than a name with its titles."""

_WORD = re.compile(r"\w+(?:['-]\w+)*")


@dataclass(frozen=True, slots=True, order=True)
class Passage:
    """One wording in two articles: their stems, `left` before `right`, and the spans."""

    left: str
    left_span: Span
    right: str
    right_span: Span


@dataclass(frozen=True, slots=True)
class _Text:
    """An article as it is compared, with where its words begin and end."""

    stem: str
    folded: Folded
    words: Sequence[tuple[int, int]]

    def runs(self, size: int) -> Iterator[int]:
        """A hash of each run of `size` words, with what stands between them."""
        for (start, _), (_, end) in zip(self.words, self.words[size - 1 :], strict=False):
            yield hash(self.folded.text[start:end])

    def piece(self, word: int, *, first: bool) -> str:
        """A word with what stands between it and the word before, unless it is the first."""
        start = self.words[word][0] if first else self.words[word - 1][1]
        return self.folded.text[start : self.words[word][1]]

    def span(self, start: int, end: int) -> Span:
        return Span(self.folded.origin(start), self.folded.origin(end))


def shared_passages(seeds: Iterable[Seed], words: int = WORDS) -> list[Passage]:
    """The verbatim passages of at least so many words that any two articles have in common.

    A passage is maximal: no word can be added to either end. Where an article repeats a passage of
    another one, each place makes a pair; what an article shares only with itself makes none.

    Args:
        seeds: the articles; their order does not matter.
        words: the least length of a passage.

    Raises:
        ValueError: the least length is below 1.
    """
    if words < 1:
        raise ValueError("a passage has at least 1 word")
    texts = [_to_text(seed) for seed in sorted(seeds, key=lambda seed: seed.stem)]
    found: list[Passage] = []
    for (one, other), places in _places(texts, words).items():
        found += _passages(texts[one], texts[other], sorted(places), words)
    return sorted(found)


def _to_text(seed: Seed) -> _Text:
    folded = fold(seed.text)
    words: list[tuple[int, int]] = []
    for match in _WORD.finditer(folded.text):
        start, end = match.span()
        while not at_boundary(folded.text, end):  # the rest of a number, a combining mark
            end += 1
        if words and start < words[-1][1]:
            continue
        if words and not at_boundary(folded.text, start):
            start, _ = words.pop()
        words.append((start, end))
    return _Text(seed.stem, folded, words)


def _places(texts: Sequence[_Text], size: int) -> dict[tuple[int, int], list[tuple[int, int]]]:
    """For each two articles the pairs of words at which runs of the same hash begin."""
    first: dict[int, int] = {}
    shared: set[int] = set()
    for number, text in enumerate(texts):
        shared.update(run for run in text.runs(size) if first.setdefault(run, number) != number)
    begins: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for number, text in enumerate(texts):
        for word, run in enumerate(text.runs(size)):
            if run in shared:
                begins[run].append((number, word))
    places: defaultdict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for found in begins.values():
        for (one, i), (other, j) in combinations(found, 2):
            if one != other:
                places[one, other].append((i, j))
    return places


def _passages(
    left: _Text, right: _Text, places: Iterable[tuple[int, int]], size: int
) -> Iterator[Passage]:
    """Grow each pair of places to the right; those that a run before has passed are part of it.

    Nothing is left to grow to the left: one word earlier there would have been a place as well.
    """
    reached: dict[int, int] = {}
    for i, j in places:
        if i < reached.get(j - i, 0):
            continue
        count = _common(left, right, i, j)
        if count < size:  # two runs of one hash
            continue
        reached[j - i] = i + count
        (here, _), (_, end) = left.words[i], left.words[i + count - 1]
        (there, _), (_, other_end) = right.words[j], right.words[j + count - 1]
        before = _touching(left.folded.text[:here][::-1], right.folded.text[:there][::-1])
        after = _touching(left.folded.text[end:], right.folded.text[other_end:])
        yield Passage(
            left.stem,
            left.span(here - before, end + after),
            right.stem,
            right.span(there - before, other_end + after),
        )


def _common(left: _Text, right: _Text, i: int, j: int) -> int:
    """How many words from two places on are the same."""
    most, count = min(len(left.words) - i, len(right.words) - j), 0
    while count < most and left.piece(i + count, first=not count) == right.piece(
        j + count, first=not count
    ):
        count += 1
    return count


def _touching(one: str, other: str) -> int:
    """How many signs at the beginning are the same in both, up to a space or a word."""
    count = 0
    for here, there in zip(one, other, strict=False):
        if here != there or here.isspace() or here.isalnum() or here == "_":
            break
        count += 1
    return count


def passage_quads(
    passages: Iterable[Passage],
    seeds: Iterable[Seed],
    *,
    base: str,
    language: str,
    text: TextLayer,
) -> Statements:
    """The named graph of passages: two spans each, linked in both directions.

    Args:
        passages: from `shared_passages`.
        seeds: the articles that they are from.
        base: IRI that the IRIs of the data begin with.
        language: language tag of the articles.
        text: the terms of the text layer.
    """
    writers = {
        seed.stem: SpanWriter(seed, f"{base}article/{seed.stem}", language, text) for seed in seeds
    }
    same = str(text("sameWordingAs"))
    rows: dict[Row, Origin] = {}
    for passage in passages:
        sides = (passage.left, passage.left_span), (passage.right, passage.right_span)
        here, there = (writers[stem].node(span) for stem, span in sides)
        for (stem, span), link in zip(sides, ((here, there), (there, here)), strict=True):
            origin = Origin(None, (span,))
            rows |= dict.fromkeys(writers[stem].rows(span), origin)
            rows[link[0], same, link[1]] = origin
    return Statements(str(NamedNode(f"{base}graph/passages")), rows)
