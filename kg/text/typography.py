"""Quotes that differ from their article in typography alone, and what to change in them.

In: a quote that `kg.text.quotes.find` does not find, and the text of the article. Out: the changes
that make it a quote with exactly one hit. Refuses (None): a quote whose words are not in the
article, or in more than one place, however it is set.

What counts as typography, beyond what `find` takes as equal:

- dashes, minus signs and hyphens (`-`, `--`, `–`, `—`, `−`), with or without spaces round them;
- quotation marks of every kind, `«»`, `‹›` and doubled single marks included;
- forms of the ellipsis: `. . .`, `..`, `[...]`, `(…)`; and one at the edge of a quote, which elides
  nothing;
- ligatures (`ﬁ`) and presentation forms; accents as characters of their own;
- invisible characters: zero-width spaces and joiners, soft hyphens, directional marks.

Letter case, spelling, accents and missing marks are no typography.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from kg.text.quotes import Span, find, fold, occurrences

_HIDDEN = "\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
_DASH = "-\u2010-\u2015\u2043\u2212\u2e3a\u2e3b\ufe58\ufe63\uff0d"
_QUOTE = "'\"`´‘’‚‛“”„‟′″ʼ«»‹›＇＂〝〞〟"
_MARKS = "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u0670\u06d6-\u06ed\u3099\u309a"
_DOTS = r"(?:[…⋯‥]|\.{2,}|\.(?:\s\.)+)"
_TOKEN = re.compile(
    rf"(?P<dots>[\[(]\s*{_DOTS}\s*[\])]|{_DOTS})"
    rf"|(?P<dash>[\s{_HIDDEN}]*(?:--{{1,2}}|[{_DASH}])[\s{_HIDDEN}]*)"
    rf"|(?P<quote>''|<<|>>|‘‘|’’|``|´´|‚‚|,,|[{_QUOTE}])"
    rf"|(?P<space>[{_HIDDEN}]*\s[\s{_HIDDEN}]*)"
    rf"|(?P<hidden>[{_HIDDEN}]+)"
    r"|(?P<form>[\ufb00-\ufb06\ufb13-\ufb17\ufb1d-\ufdff\ufe70-\ufefc])"
    rf"|(?P<letter>\w[{_MARKS}]+)"
)
_FOLDED = {"dots": "…", "dash": "-", "quote": '"', "space": " ", "hidden": ""}


class Change(NamedTuple):
    """Other text for the characters `start` to `end` (exclusive) of a quote."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class _Loose:
    """A text without its typography; character k comes from `starts[k]` to `starts[k + 1]`."""

    text: str
    starts: Sequence[int]


def changes(quote: str, text: str, inside: Sequence[Span] = ()) -> tuple[Change, ...] | None:
    """What to change in `quote`, so that it has exactly one hit; None if that is not certain.

    It is certain where the words of the quote stand in one place only, typography apart, and the
    quote as it is stands nowhere. With `inside`, only places that lie inside one of these count.
    """
    loose, hay = _loosen(quote), _loosen(text)
    anchors = list(_anchors(loose.text))
    if not anchors or find(quote, text):
        return None
    readings = [r for r in _readings(loose.text, anchors, hay.text) if _is_in(r, hay, inside)]
    if len(readings) != 1:
        return None
    found = tuple(_joined(_changes(quote, loose, anchors, text, hay, readings[0])))
    return found if len(find(applied(quote, found), text, inside)) == 1 else None


def applied(quote: str, wanted: Sequence[Change]) -> str:
    """The quote with its changes."""
    for change in reversed(wanted):
        quote = quote[: change.start] + change.text + quote[change.end :]
    return quote


@lru_cache(maxsize=4)
def _loosen(text: str) -> _Loose:
    out: list[str] = []
    starts: list[int] = []
    end = 0
    for match in _TOKEN.finditer(text):
        out.append(text[end : match.start()])
        starts.extend(range(end, match.start()))
        folded = _fold(match)
        out.append(folded)
        # the first character stands for the whole of what was folded, the others for nothing
        starts.extend([match.start(), *[match.end()] * (len(folded) - 1)][: len(folded)])
        end = match.end()
    out.append(text[end:])
    return _Loose("".join(out), [*starts, *range(end, len(text) + 1)])


def _fold(match: re.Match[str]) -> str:
    if match.lastgroup in _FOLDED:
        return _FOLDED[match.lastgroup]
    return unicodedata.normalize("NFKC" if match.lastgroup == "form" else "NFC", match[0])


def _anchors(loose: str) -> Iterator[tuple[int, int]]:
    """Where the parts of a loosened quote stand that are not elided."""
    for match in re.finditer(r"[^…\s](?:[^…]*[^…\s])?", loose):
        yield match.span()


_Reading = list[int]


def _readings(loose: str, anchors: list[tuple[int, int]], hay: str) -> Iterator[_Reading]:
    """The places of all anchors, for each place of the first that can be carried to the last."""
    words = [loose[start:end] for start, end in anchors]
    for first in occurrences(words[0], hay):
        places, end = [first], first + len(words[0])
        for word in words[1:]:
            at = next(occurrences(word, hay, end), None)
            if at is None:
                return
            places.append(at)
            end = at + len(word)
        yield places


def _is_in(reading: _Reading, hay: _Loose, inside: Sequence[Span]) -> bool:
    first, last = hay.starts[reading[0]], hay.starts[reading[-1]]
    return not inside or any(span.start <= first and last < span.end for span in inside)


def _changes(
    quote: str,
    loose: _Loose,
    anchors: list[tuple[int, int]],
    text: str,
    hay: _Loose,
    reading: _Reading,
) -> Iterator[Change]:
    end = 0
    for (first, last), place in zip(anchors, reading, strict=True):
        yield from _elision(quote, end, loose.starts[first])
        for k in range(last - first):
            here = slice(loose.starts[first + k], loose.starts[first + k + 1])
            there = slice(hay.starts[place + k], hay.starts[place + k + 1])
            if fold(quote[here]).text != fold(text[there]).text:
                yield _tight(quote, here.start, here.stop, text[there])
        end = loose.starts[last]
    yield from _elision(quote, end, len(quote))


def _joined(changes: Iterable[Change]) -> Iterator[Change]:
    last: Change | None = None
    for change in changes:
        if last and last.end == change.start:
            last = Change(last.start, change.end, last.text + change.text)
        else:
            if last:
                yield last
            last = change
    if last:
        yield last


def _elision(quote: str, start: int, end: int) -> Iterator[Change]:
    """Write `…` for an elision that is written otherwise; one at an edge goes."""
    words = quote[start:end].strip()
    if not words:
        return
    if start == 0 or end == len(quote):
        yield Change(start, end, "")
    elif fold(words).text != "…":
        start += quote[start:end].index(words)
        yield Change(start, start + len(words), "…")


def _tight(quote: str, start: int, end: int, text: str) -> Change:
    """A change that leaves white space alone which both sides have."""
    text = " ".join(text.split(" ")) if text.isspace() else re.sub(r"\s+", " ", text)
    if quote[start:end][:1].isspace() and text[:1] == " ":
        start, text = start + len(quote[start:end]) - len(quote[start:end].lstrip()), text[1:]
    if quote[start:end][-1:].isspace() and text[-1:] == " ":
        end, text = start + len(quote[start:end].rstrip()), text[:-1]
    return Change(start, end, text)
