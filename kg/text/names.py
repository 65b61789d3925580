"""Names in a text: every place where a known surface stands, and the keys it may denote.

In: surfaces (a name, an alias, a spelling) with the keys they stand for, once for a project; then
one text after another, each with the surfaces that its own author has settled.
Out: `NameHit`s, leftmost first, the longest surface at each place, never overlapping.
Refused: a surface without characters or without keys (`ValueError`).

Surface and text are compared as in `kg.text.quotes`: any white space equals any other, straight
marks equal curly ones; case counts. A hit begins and ends on a word boundary, so "Oman" is not in
"Omani" nor in "Oman_2"; an apostrophe or a hyphen ends a word ("Oman’s", "Iran-Oman").

The surfaces of a project are sought all at once, by an automaton (Aho and Corasick): the cost of a
text grows with the text and with the surfaces that stand in it, not with the number of surfaces.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation

from kg.text.quotes import Span, at_boundary, fold, occurrences


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


class _Entry(NamedTuple):
    """A surface as texts are searched for it, as it is reported, and its keys."""

    folded: str
    surface: str
    keys: tuple[str, ...]
    settled: bool


def _entries(pairs: Iterable[tuple[str, str]], *, settled: bool = False) -> list[_Entry]:
    grouped: dict[str, tuple[set[str], set[str]]] = {}
    for surface, key in pairs:
        surfaces, keys = grouped.setdefault(_folded(surface), (set(), set()))
        surfaces.add(surface)
        keys.add(key)
    return [
        _Entry(name, min(surfaces), tuple(sorted(keys)), settled)
        for name, (surfaces, keys) in grouped.items()
    ]


class NameIndex:
    """All surfaces of a project, built once and asked for each text.

    Args:
        names: surface -> keys, or pairs of a surface and a key. The same surface may come again,
            also in another spelling of its white space or marks: keys are united.

    Raises:
        ValueError: a surface is blank or has no keys.
    """

    __slots__ = ("_automaton", "_entries")

    def __init__(
        self, names: Mapping[str, Collection[str]] | Iterable[tuple[str, str]] = ()
    ) -> None:
        self._entries = _entries(_pairs(names) if isinstance(names, Mapping) else names)
        surfaces = (entry.folded for entry in self._entries)
        # The automaton of the least memory that does not search slowly: 20,000 names take 4 MB.
        self._automaton = AhoCorasick(surfaces, implementation=Implementation.ContiguousNFA)

    def find(
        self, text: str, settled: Mapping[str, Collection[str]] | None = None
    ) -> list[NameHit]:
        """Find the names in `text`, leftmost-longest.

        `settled` surfaces hold for this text only. They compete by length like all others and win
        over an equal surface of the index.

        Raises:
            ValueError: a settled surface is blank or has no keys.
        """
        own = _entries(_pairs(settled or {}), settled=True)
        return list(self._chosen(text, own))

    def _chosen(self, text: str, own: Iterable[_Entry]) -> Iterator[NameHit]:
        folded = fold(text)
        found = [*self._known(folded.text), *_settled(folded.text, own)]
        found.sort(key=lambda hit: (hit[0], -hit[1], not hit[2].settled))
        reached = 0
        for start, end, entry in found:
            if start >= reached:
                reached = end
                span = Span(folded.origin(start), folded.origin(end))
                yield NameHit(span, entry.surface, entry.keys, entry.settled)

    def _known(self, folded: str) -> Iterator[tuple[int, int, _Entry]]:
        """Where surfaces of the index stand on word boundaries, one inside another included."""
        for number, start, end in self._automaton.find_matches_as_indexes(folded, overlapping=True):
            if at_boundary(folded, start) and at_boundary(folded, end):
                yield start, end, self._entries[number]


def _settled(folded: str, own: Iterable[_Entry]) -> Iterator[tuple[int, int, _Entry]]:
    # They are few, and another automaton for each text would take longer than to seek them singly.
    for entry in own:
        for start in occurrences(entry.folded, folded):
            yield start, start + len(entry.folded), entry


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
