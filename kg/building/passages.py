"""Verbatim passages that articles share: the longest runs of words that two of them have in common.

In: articles. Out: `Passage`s, pairs of spans over the texts as stored, and the quads that say so,
so that two reports of one wording can be told from two confirmations.
Refuses: a least length below one word (`ValueError`).

Texts are compared as in `kg.text.quotes.fold`: runs of white space and kinds of quotation marks
count as equal, all else, case and punctuation included, must be. A passage begins and ends with a
word and takes along the punctuation that touches it in both articles; an apostrophe or a hyphen
joins words.

The cost: some steps for each word of the corpus, and one for each pair of places where two articles
agree. Articles that share nothing are never compared with one another, nor read again: what is
needed of each is its `fingerprints`, which depend on nothing else and may be kept.
"""

from __future__ import annotations

import json
import re
from array import array
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from pyoxigraph import NamedNode

from kg.grounding.generate import SpanWriter
from kg.project.seeds import Seed
from kg.store.origins import Origin, Row, Statements
from kg.text.quotes import Folded, Span, at_boundary, fold
from kg.textlayer import TextLayer

WORDS = 8
"""The fewest words of a passage; shorter runs are often no more than a name with its titles."""

_WORD = re.compile(r"\w+(?:['-]\w+|(?<=\d)[.,](?=\d)\w+)*")
_MARK = re.compile("[\u0300-\u1fff\u200c\u200d\u20d0-\u20ff\u2c00-\U0010ffff]")
"""All combining marks and joiners, and many letters."""
_MODULUS = 0x13198A2E037073CB
"""A prime, so that what one run has in another place than another one still tells them apart."""
_MOST = 10_000_000
"""Fingerprints that are compared at a time: a set of so many takes about 700 MB."""

Prints = Sequence[int]
Places = dict[tuple[str, str], list[tuple[int, int]]]


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
    known = {seed.stem: seed for seed in seeds}
    prints = {stem: fingerprints(known[stem].text, words) for stem in sorted(known)}
    return joined_passages(prints, known.__getitem__, words)


def fingerprints(text: str, words: int = WORDS) -> Prints:
    """A number below 2^61 for each run of so many words of an article, the same in every process.

    Equal runs, with what stands between their words, have equal numbers; those of two other runs
    are hardly ever equal: they are remainders of the run read as one number (Karp and Rabin).

    Raises:
        ValueError: the number of words is below 1.
    """
    _refuse_less(words)
    folded = fold(text).text
    found = _words(folded)
    runs = zip(found, found[words - 1 :], strict=False)
    numbers = (int.from_bytes(folded[start:end].encode(), "big") for (start, _), (_, end) in runs)
    return array("Q", [number % _MODULUS for number in numbers])


def joined_passages(
    prints: Mapping[str, Prints], seed: Callable[[str], Seed], words: int = WORDS
) -> list[Passage]:
    """The passages of articles of which the fingerprints are known; see `shared_passages`.

    Args:
        prints: of each article, by stem.
        seed: gives an article; it is asked for those that share something.
        words: what the fingerprints were made with.

    Raises:
        ValueError: the least length is below 1.
    """
    _refuse_less(words)
    text = lru_cache(maxsize=256)(lambda stem: _to_text(seed(stem)))
    found: list[Passage] = []
    for (one, other), places in sorted(_places(prints).items()):
        found += _passages(text(one), text(other), sorted(places), words)
    return sorted(found)


def renewed_passages(
    known: Iterable[Passage],
    changed: Collection[str],
    prints: Mapping[str, Prints],
    seed: Callable[[str], Seed],
    words: int = WORDS,
) -> list[Passage]:
    """The passages of articles, from those that were found before some of them changed.

    Args:
        known: what was found before.
        changed: the articles that are new, are gone or have another text.
        prints: the fingerprints of all articles that there are now.
        seed: gives an article.
        words: the least length of a passage.
    """
    gone = frozenset(changed)
    wanted = {number for stem in gone & prints.keys() for number in prints[stem]}
    near = {
        stem: numbers
        for stem, numbers in prints.items()
        if stem in gone or not wanted.isdisjoint(numbers)
    }
    found = joined_passages(near, seed, words) if wanted else []
    kept = (passage for passage in known if not gone & {passage.left, passage.right})
    return sorted([*kept, *(p for p in found if gone & {p.left, p.right})])


def to_json(passages: Iterable[Passage]) -> bytes:
    """Passages, so that the next build need not find them again; a line for each."""
    rows = (json.dumps([p.left, *p.left_span, p.right, *p.right_span]) for p in passages)
    return "".join(f"{row}\n" for row in rows).encode()


def from_json(content: bytes) -> list[Passage]:
    """The passages that `to_json` was given."""
    rows = map(json.loads, content.splitlines())
    return [Passage(left, Span(a, b), right, Span(c, d)) for left, a, b, right, c, d in rows]


def _refuse_less(words: int) -> None:
    if words < 1:
        raise ValueError("a passage has at least 1 word")


def _to_text(seed: Seed) -> _Text:
    folded = fold(seed.text)
    return _Text(seed.stem, folded, _words(folded.text))


def _words(text: str) -> list[tuple[int, int]]:
    """Where the words of a folded text begin and end."""
    found = [match.span() for match in _WORD.finditer(text)]
    return _whole(found, text) if _MARK.search(text) else found


def _whole(parts: Iterable[tuple[int, int]], text: str) -> list[tuple[int, int]]:
    """Words of which a pattern finds the parts between combining marks and joiners."""
    words: list[tuple[int, int]] = []
    for start, end in parts:
        while not at_boundary(text, end):
            end += 1
        if words and start < words[-1][1]:
            continue
        if words and not at_boundary(text, start):
            start, _ = words.pop()
        words.append((start, end))
    return words


def _places(prints: Mapping[str, Prints]) -> Places:
    """For each two articles the pairs of words at which runs of the same number begin."""
    parts = 1 + sum(map(len, prints.values())) // _MOST
    places: defaultdict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for part in range(parts):
        for found in _begins(prints, _shared(prints, part, parts)):
            for (one, i), (other, j) in combinations(found, 2):
                if one != other:
                    places[one, other].append((i, j))
    return places


def _shared(prints: Mapping[str, Prints], part: int, parts: int) -> set[int]:
    """The numbers that several articles have, of those that leave a remainder."""
    seen: set[int] = set()
    shared: set[int] = set()
    for numbers in prints.values():
        own = {n for n in numbers if n % parts == part} if parts > 1 else set(numbers)
        shared |= seen & own
        seen |= own
    return shared


def _begins(prints: Mapping[str, Prints], shared: set[int]) -> Iterable[list[tuple[str, int]]]:
    """Where each of some numbers stands: the article and the word, in order."""
    begins: defaultdict[int, list[tuple[str, int]]] = defaultdict(list)
    for stem, numbers in sorted(prints.items()):
        if not shared.isdisjoint(numbers):
            for word, number in enumerate(numbers):
                if number in shared:
                    begins[number].append((stem, word))
    return begins.values()


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
        before = _touching(_backward(left, here), _backward(right, there))
        after = _touching(_forward(left, end), _forward(right, other_end))
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


def _backward(text: _Text, start: int) -> Iterator[str]:
    return (text.folded.text[at] for at in range(start - 1, -1, -1))


def _forward(text: _Text, end: int) -> Iterator[str]:
    return (text.folded.text[at] for at in range(end, len(text.folded.text)))


def _touching(one: Iterable[str], other: Iterable[str]) -> int:
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
