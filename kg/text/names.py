"""Names in a text: every place where a known surface stands, and the keys it may denote.

In: surfaces (a name, an alias, a spelling) with the keys they stand for, once for a project; then
one text after another, each with the surfaces that its own author has settled.
Out: `NameHit`s, leftmost first, the longest surface at each place, never overlapping.
Refused: a surface without characters or without keys (`ValueError`).

Surface and text are compared as in `kg.text.quotes`: any white space equals any other, straight
marks equal curly ones; case counts. A hit begins and ends on a word boundary, so "Oman" is not in
"Omani" nor in "Oman_2"; an apostrophe or a hyphen ends a word ("Oman’s", "Iran-Oman").

The cost of a text: one look-up for each of its words, and where some surface begins with that word,
one for each distinct length of such surfaces; the number of surfaces does not enter.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from kg.text.quotes import Span, at_boundary, fold

_TOKEN = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True, slots=True, order=True)
class NameHit:
    """One occurrence of a surface.

    `surface` is written as in the index (the words of the text are in `span`); `keys` are sorted.
    More than one key is an ambiguity, unless the author `settled` it: then all of them are meant.
    """

    span: Span
    surface: str
    keys: tuple[str, ...]
    settled: bool = False


@dataclass(frozen=True, slots=True)
class _Entry:
    length: int
    surface: str
    keys: tuple[str, ...]


class _Table:
    """Folded surfaces by text, and by first token the lengths worth trying, longest first."""

    __slots__ = ("entries", "lengths")

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        grouped: dict[str, tuple[set[str], set[str]]] = {}
        for surface, key in pairs:
            surfaces, keys = grouped.setdefault(_folded(surface), (set(), set()))
            surfaces.add(surface)
            keys.add(key)
        self.entries = {
            name: _Entry(len(name), min(surfaces), tuple(sorted(keys)))
            for name, (surfaces, keys) in grouped.items()
        }
        sizes: dict[str, set[int]] = {}
        for name in grouped:
            sizes.setdefault(_TOKEN.findall(name)[0], set()).add(len(name))
        self.lengths = {token: sorted(found, reverse=True) for token, found in sizes.items()}

    def longest(self, token: str, text: str, start: int) -> _Entry | None:
        """The longest surface that stands at `start`, where `token` has been read."""
        for length in self.lengths.get(token, ()):
            entry = self.entries.get(text[start : start + length])
            if entry and at_boundary(text, start) and at_boundary(text, start + length):
                return entry
        return None


class NameIndex:
    """All surfaces of a project, built once and asked for each text.

    Args:
        names: surface -> keys, or pairs of a surface and a key. The same surface may come again,
            also in another spelling of its white space or marks: keys are united.

    Raises:
        ValueError: a surface is blank or has no keys.
    """

    __slots__ = ("_table",)

    def __init__(
        self, names: Mapping[str, Collection[str]] | Iterable[tuple[str, str]] = ()
    ) -> None:
        self._table = _Table(_pairs(names) if isinstance(names, Mapping) else names)

    def find(
        self, text: str, settled: Mapping[str, Collection[str]] | None = None
    ) -> list[NameHit]:
        """Find the names in `text`, leftmost-longest.

        `settled` surfaces hold for this text only. They compete by length like all others and win
        over an equal surface of the index.

        Raises:
            ValueError: a settled surface is blank or has no keys.
        """
        return list(self._scan(text, _Table(_pairs(settled or {}))))

    def _scan(self, text: str, settled: _Table) -> Iterator[NameHit]:
        folded = fold(text)
        end = 0
        for match in _TOKEN.finditer(folded.text):
            start = match.start()
            if start < end or not (match[0] in self._table.lengths or match[0] in settled.lengths):
                continue
            known = self._table.longest(match[0], folded.text, start)
            own = settled.longest(match[0], folded.text, start)
            hit = max(filter(None, (own, known)), key=lambda entry: entry.length, default=None)
            if hit:
                end = start + hit.length
                span = Span(folded.origin(start), folded.origin(end))
                yield NameHit(span, hit.surface, hit.keys, hit is own)


def _folded(surface: str) -> str:
    folded = fold(surface).text.strip()
    if not folded:
        raise ValueError("a name needs characters: this one is blank")
    return folded


def _pairs(names: Mapping[str, Collection[str]]) -> Iterator[tuple[str, str]]:
    for surface, keys in names.items():
        if isinstance(keys, str):  # a str is a collection of its letters: never meant here
            raise TypeError(f"the keys of `{surface}` must be a collection, not one string")
        if not keys:
            raise ValueError(f"the name `{surface}` has no keys")
        yield from ((surface, key) for key in keys)
