"""Longer quotes: how many words more make a quote that stands in several places stand in one.

In: the place that is meant, and the text of the article. Out: the longer quote. Refuses nothing:
where a text repeats itself there is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice, takewhile

from kg.text.quotes import Span, anchors_of, at_boundary, find, fold, occurrences

# Words and signs such as ☃; no punctuation, so that none stands at the edge of a longer quote
_WORDS = re.compile(r"\w+(?:[-'.,]\w+)*|[^\w\s!-/:-@\[-`{-~…«»–—]+")
_ELISION = re.compile(r"\s*(?:…|\.{3,})\s*")
_WORDS_AROUND, _CHARACTERS_AROUND = 24, 400


def unique_extension(span: Span, text: str) -> str | None:
    """Return the quote around `span`, grown by the fewest words, that has exactly one hit.

    Of equals the one that takes in the least punctuation is taken, then the one that grows behind;
    the span's own words, when they have one hit already (the quote was elided); None, when 24 more
    words on either side will not do. White space is given as single spaces.
    """
    folded = fold(text)
    hay, start, end = folded.text, folded.index(span.start), folded.index(span.end)
    lefts, rights = [start, *_cuts_before(hay, start)], [end, *_cuts_after(hay, end)]
    others = _other_reaches(hay, lefts, rights)
    candidates = (
        (i + j, _signs(hay[left:start]) + _signs(hay[end:right]), i, left, right)
        for i, left in enumerate(lefts)
        for j, right in enumerate(rights)
        if all(i > before or j > after for before, after in others)
    )
    for *_, left, right in islice(sorted(candidates), 8):
        wanted = Span(folded.origin(left), folded.origin(right))
        quote = " ".join(wanted.exact(text).split())
        if find(quote, text) == [wanted]:
            return quote
    return None


def unique_elision(quote: str, span: Span, text: str) -> str | None:
    """Return an elided `quote` with its first part grown, so that it has its hit at `span` only.

    None where the quote is not elided, or no longer first part will do.
    """
    first, _, rest = _ELISION.sub("…", quote.strip(" …")).partition("…")
    if not rest:
        return None
    folded = fold(text)
    end = folded.origin(folded.index(span.start) + len(anchors_of(first)[0]))
    grown = unique_extension(Span(span.start, end), text)
    hits = find(f"{grown} … {rest}", text) if grown else []
    return f"{grown} … {rest}" if len(hits) == 1 and hits[0].covers(span) else None


def _signs(words: str) -> int:
    return len(re.findall(r"[^\w\s]", words))


def _cuts_after(hay: str, end: int) -> Iterator[int]:
    """Ends of the words behind `end`, nearest first."""
    words = _WORDS.finditer(hay, end, end + _CHARACTERS_AROUND)
    cuts = (match.end() for match in islice(words, _WORDS_AROUND))
    return (cut for cut in cuts if at_boundary(hay, cut))


def _cuts_before(hay: str, start: int) -> Iterator[int]:
    """Starts of the words before `start`, nearest first."""
    words = list(_WORDS.finditer(hay, max(0, start - _CHARACTERS_AROUND), start))
    cuts = (match.start() for match in islice(reversed(words), _WORDS_AROUND))
    return (cut for cut in cuts if at_boundary(hay, cut))


def _other_reaches(hay: str, lefts: Sequence[int], rights: Sequence[int]) -> set[tuple[int, int]]:
    """For each other place of the same words: how many cuts on either side it shares."""
    start, end = lefts[0], rights[0]
    before = [hay[cut:start] for cut in lefts[1:]]
    after = [hay[end:cut] for cut in rights[1:]]
    reaches: set[tuple[int, int]] = set()
    for at in occurrences(hay[start:end], hay):
        if at != start:
            left = (hay.endswith(words, 0, at) for words in before)
            right = (hay.startswith(words, at + end - start) for words in after)
            reaches.add((sum(takewhile(bool, left)), sum(takewhile(bool, right))))
        if (len(before), len(after)) in reaches:
            break  # no cut tells the two apart: nothing more can be learnt
    return reaches
