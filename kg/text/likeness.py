"""The passage of an article that is most like a quote which it does not have.

In: the quote and the text of the article. Out: a `Nearest`, or nothing below `SIMILAR`; the words
in which the two differ. Refused: a quote without words (`ValueError`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from heapq import nlargest
from itertools import accumulate

from kg.text.quotes import Span, anchors_of, at_boundary, fold, occurrences

SIMILAR = 0.6
"""The least similarity at which a passage is worth showing to the author."""

_CHARACTERS, _WORDS = re.compile(r"(?s)."), re.compile(r"\S+")
# difflib is quadratic at best: characters are compared up to this length, words beyond it (without
# the most frequent), and a quote longer than the second limit is judged by its beginning
_BY_CHARACTER, _COMPARED, _WINDOWS = 160, 3000, 4
_AROUND, _DIFFERENCES = 3, 6


@dataclass(frozen=True, slots=True)
class Nearest:
    """The passage most like a quote that was not found.

    `anchor` is the part of the quote that was compared: the whole quote, or of an elided quote the
    first anchor that has no place after the ones before it.
    """

    span: Span
    ratio: float
    anchor: str


def nearest(quote: str, text: str) -> Nearest | None:
    """Find the passage most like a quote that has no hit, or None below `SIMILAR`.

    Case is ignored here, the passage is word-aligned, and of equals the first is taken. The time is
    linear in the text; the costly comparison is made for a few windows only.

    Raises:
        ValueError: as for `find`.
    """
    folded = fold(text)
    anchor = _unplaced(anchors_of(quote), folded.text)
    hay, needle = _lower(folded.text), _lower(anchor[:_COMPARED])
    same = next(occurrences(needle, hay), None)
    passages = [_aligned(needle, hay, at) for at in _windows(needle, hay) if same is None]
    passages += [(1.0, at, at + len(needle)) for at in (same,) if at is not None]
    ratio, start, end = max(passages, key=lambda passage: passage[0], default=(0.0, 0, 0))
    if ratio < SIMILAR:
        return None
    return Nearest(Span(folded.origin(start), folded.origin(end)), ratio, anchor)


def word_diff(quote: str, passage: str) -> str:
    """The passage with the words that the quote has instead: `on [-Sunday-]{+Monday+} evening`.

    Words that are the same for `quotes.find` are left out but for a few at each difference, and
    so are differences beyond the first ones.
    """
    here, there = quote.split(), passage.split()
    groups = list(_matcher(here, there).get_grouped_opcodes(_AROUND))
    shown = [" ".join(_words_of(group, here, there)) for group in groups[:_DIFFERENCES]]
    if not shown:
        return passage
    before = groups[0][0][1] > 0
    after = groups[-1][-1][2] < len(here) or len(groups) > _DIFFERENCES
    return ("… " if before else "") + " … ".join(shown) + (" …" if after else "")


def differences(quote: str, passage: str) -> list[tuple[str, str]]:
    """The words of the quote and those of the passage, wherever they are not the same."""
    here, there = quote.split(), passage.split()
    codes = _matcher(here, there).get_opcodes()
    return [
        (" ".join(here[i:j]), " ".join(there[k:m])) for kind, i, j, k, m in codes if kind != "equal"
    ]


def _matcher(here: Sequence[str], there: Sequence[str]) -> SequenceMatcher[str]:
    one, other = ([fold(word).text for word in words] for words in (here, there))
    return SequenceMatcher(None, one, other, autojunk=len(one) + len(other) > _COMPARED)


def _words_of(
    group: Sequence[tuple[str, int, int, int, int]], here: list[str], there: list[str]
) -> Iterator[str]:
    for kind, i, j, k, m in group:
        out, into = " ".join(here[i:j]), " ".join(there[k:m])
        if kind == "equal":
            yield into
        else:
            yield (f"[-{out}-]" if out else "") + (f"{{+{into}+}}" if into else "")


def _unplaced(anchors: Sequence[str], folded: str) -> str:
    end = 0
    for anchor in anchors:
        at = next(occurrences(anchor, folded, end), None)
        if at is None:
            return anchor
        end = at + len(anchor)
    return anchors[0]


def _lower(text: str) -> str:
    lower = text.lower()
    return lower if len(lower) == len(text) else text  # offsets must survive (İ grows)


def _windows(needle: str, hay: str) -> list[int]:
    """Starts of the few windows that share most three-character runs with `needle`."""
    size, width = min(3, len(needle)), len(needle)
    grams = {needle[at : at + size] for at in range(width - size + 1)}
    hits = list(accumulate((hay[at : at + size] in grams for at in range(len(hay))), initial=0))
    starts = range(0, len(hay), max(1, width // 4))
    scores = ((hits[min(at + width, len(hay))] - hits[at], -at) for at in starts)
    chosen: list[int] = []
    for score, at in nlargest(_WINDOWS * 8, scores):
        if score and len(chosen) < _WINDOWS and all(abs(at + c) >= width // 2 for c in chosen):
            chosen.append(-at)
    return chosen


def _aligned(needle: str, hay: str, at: int) -> tuple[float, int, int]:
    """Align `needle` with the text about `at`: the ratio, and the place of the passage."""
    unit = _CHARACTERS if len(needle) <= _BY_CHARACTER else _WORDS
    low, high = max(0, at - len(needle) // 2), at + len(needle) * 3 // 2
    units, wanted = [m.span() for m in unit.finditer(hay, low, high)], unit.findall(needle)
    matcher = SequenceMatcher(None, unit.findall(hay, low, high), wanted, unit is _WORDS)
    blocks = matcher.get_matching_blocks()
    longest = max(blocks, key=lambda block: block.size)
    if not longest.size:
        return 0.0, 0, 0
    solid = [block for block in blocks if block.size >= min(longest.size, 3)]
    # the outermost blocks may be there by chance, so that the ends by the longest compete
    starts = {max(0, block.a - block.b) for block in (solid[0], longest)}
    ends = {min(len(units), block.a - block.b + len(wanted)) for block in (solid[-1], longest)}
    places = [_snapped(hay, units[s][0], units[e - 1][1]) for s in starts for e in ends if s < e]
    rated = []
    for start, end in sorted(places):
        matcher.set_seq1(unit.findall(hay, start, end))
        rated.append((matcher.ratio(), start, end))
    return max(rated, key=lambda passage: passage[0])


def _snapped(hay: str, start: int, end: int) -> tuple[int, int]:
    """Grow to whole words (up to a point: a text may be one endless word) and drop edge spaces."""
    left = (at for at in range(start, max(-1, start - 100), -1) if at_boundary(hay, at))
    right = (at for at in range(end, min(len(hay), end + 100) + 1) if at_boundary(hay, at))
    start, end = next(left, start), next(right, end)
    passage = hay[start:end]
    return start + len(passage) - len(passage.lstrip()), end - len(passage) + len(passage.rstrip())
