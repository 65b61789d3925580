"""Nodes that have only moved with the words that name them.

In: changes, and the articles whose text has changed. Out: `Moves`: which statements are on both
sides, but for the places of words. Refuses nothing.

A node of an article is named by the characters that it rests on. If the text gets longer at the
beginning, all of them have other names, and nothing else has changed. The words of the spans tell
which is which: those that both sides have, in the same order, are the same.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from difflib import SequenceMatcher

from kg.rdf.dataset import split
from kg.terms import RDFS

_LABEL = f"<{RDFS}label>"
_CHARACTERS = re.compile(r"<(.*)#char=(\d+),(\d+)>")
_PLACE = re.compile(rb"/([^/<>#]+)(#char=|/)(\d+)([,-])(\d+)(?=[>/])")
MOST = 1_000_000
"""Statements about moved nodes that are held in memory; of more, none counts as moved."""

Place = tuple[int, int]


class Moves:
    """What has moved.

    Attributes:
        articles: the names of the articles whose text has changed.
        spans: how many spans of each have moved.
    """

    def __init__(self, changes: Iterable[bytes], digest: Collection[str]) -> None:
        """Find what has moved.

        Args:
            changes: may be read several times.
            digest: the property that has the digest of an article, if it is known.
        """
        self.articles = _changed_texts(changes, digest) if digest else set()
        self._places = _places(changes, self.articles) if self.articles else {}
        self.spans = {stem: len(places) for stem, places in self._places.items()}
        self._moved = self._find(changes) if self._places else frozenset()

    def __call__(self, change: bytes) -> bool:
        """Whether a statement is on the other side, too, with the words in another place."""
        if not self._moved:
            return False
        return (change[1:] if change[:1] == b"+" else self._renamed(change[1:])) in self._moved

    def _find(self, changes: Iterable[bytes]) -> frozenset[bytes]:
        names = [f"/{stem}".encode() for stem in self._places]
        sides: dict[bytes, set[bytes]] = {b"-": set(), b"+": set()}
        for change in changes:
            if any(name in change for name in names):
                line = change[1:] if change[:1] == b"+" else self._renamed(change[1:])
                sides[change[:1]].add(line)
                if sum(map(len, sides.values())) > MOST:
                    return frozenset()
        return frozenset(sides[b"-"] & sides[b"+"])

    def _renamed(self, line: bytes) -> bytes:
        """A statement of the old side, with the places of its words on the new side."""
        return _PLACE.sub(self._new_place, line)

    def _new_place(self, found: re.Match[bytes]) -> bytes:
        places = self._places.get(found[1].decode(), {})
        start, end = places.get((int(found[3]), int(found[5])), (0, 0))
        return b"/%s%s%d%s%d" % (found[1], found[2], start, found[4], end) if end else found[0]


def _changed_texts(changes: Iterable[bytes], digest: Collection[str]) -> set[str]:
    """The articles whose digest has changed, by name."""
    signs: dict[str, set[bytes]] = {}
    for change in changes:
        subject, found, *_ = split(change[1:])
        if found in digest:
            signs.setdefault(subject[1:-1].rpartition("/")[2], set()).add(change[:1])
    return {stem for stem, found in signs.items() if len(found) > 1}


def _places(changes: Iterable[bytes], stems: set[str]) -> dict[str, dict[Place, Place]]:
    """For each article, where spans were, and where the same words are now."""
    words: dict[str, dict[bytes, list[tuple[Place, str]]]] = {
        stem: {b"-": [], b"+": []} for stem in stems
    }
    for change in changes:
        subject, predicate, value, _ = split(change[1:])
        found = _CHARACTERS.fullmatch(subject) if predicate == _LABEL else None
        if found and (stem := found[1].rpartition("/")[2]) in words:
            words[stem][change[:1]].append(((int(found[2]), int(found[3])), value))
    return {stem: _aligned(sides[b"-"], sides[b"+"]) for stem, sides in words.items()}


def _aligned(old: list[tuple[Place, str]], new: list[tuple[Place, str]]) -> dict[Place, Place]:
    old, new = (sorted(set(side)) for side in (old, new))
    left, right = ([words for _, words in side] for side in (old, new))
    blocks = SequenceMatcher(None, left, right, autojunk=False).get_matching_blocks()
    found = {}
    for start, other, size in blocks:
        for i in range(size):
            found[old[start + i][0]] = new[other + i][0]
    return found
