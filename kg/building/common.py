"""What articles share, in pieces: which articles a change of it concerns.

In: what the shared part of a project says now, and what it said when an article was worked on; what
was used of it then. Out: the `Fate` of an article: kept, validated again, or worked on again.
Refuses: a file of pieces that is damaged (`ValueError`).

The work on an article uses the shared part in four ways. It writes with classes and properties of
the ontology. It asks for individuals by id, and gets IRI and classes. It seeks all names in the
text. SHACL looks at what is said of nodes, and which classes are above others. All but the names
are noted with each article (`Uses`); whether a text has a name is found out when the name comes or
goes. Whatever else there is to use (settings, the text layer, this program) is one piece, the
basis; whatever cannot be told apart for certain counts as used.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import Enum
from functools import cached_property
from typing import Any
from zlib import crc32

from kg.shapes.facts import Seen
from kg.shapes.screening import Look
from kg.text.names import NameIndex

Around = Callable[[set[str]], set[str]]
_DIGITS = 8


class Fate(Enum):
    """What becomes of an article that an earlier build has."""

    KEEP = "kept"
    CHECK = "validated again"
    WORK = "worked on again"


@dataclass(frozen=True, slots=True)
class Common:
    """The pieces.

    Attributes:
        exact: digest of all files; if it is equal, nothing has changed.
        basis: digest of what every article rests on.
        shapes: digests of shapes, each with the terms by which an article has focus nodes of it;
            None if any article can have some. Empty if SHACL cannot tell what it looks at.
        terms: classes and properties: IRI to a digest of what they are to mapping files.
        individuals: id to IRI, classes, and what else matters to who names it.
        said: of what SHACL can look at: mark to digests.
        names: the words to look for in texts, each with the IRI of what it names.
    """

    exact: str
    basis: str
    shapes: dict[str, list[str] | None]
    terms: dict[str, str]
    individuals: dict[str, list[str]]
    said: dict[str, str]
    names: list[list[str]]

    def to_json(self) -> bytes:
        """The content of a file."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def from_json(content: bytes) -> Common:
    """The pieces that `Common.to_json` wrote.

    Raises:
        ValueError: the content is damaged.
    """
    try:
        return Common(**json.loads(content))
    except (TypeError, RecursionError) as error:
        raise ValueError("the pieces are damaged") from error


@dataclass(frozen=True, slots=True)
class Uses:
    """What the work on an article used of what articles share, as marks one after another.

    Attributes:
        sees: terms that it is written with, individuals that it names, what SHACL looked at.
        tells: what it says that SHACL may look at from the shared part.
    """

    sees: str
    tells: str


def uses(look: Look, named: Iterable[str], terms: Iterable[str]) -> Uses:
    """What was used.

    Args:
        look: of SHACL at the article.
        named: the individuals, as N-Triples has them.
        terms: the IRIs of classes and properties.
    """
    sees = map(mark, {*look.seen, *named, *terms})
    return Uses(_joined(sees), _joined(map(mark, look.told)))


def recorded(uses: Uses | None) -> dict[str, str | None]:
    """What a build keeps of it."""
    return asdict(uses) if uses else {"sees": None, "tells": None}


def mark(seen: Seen) -> str:
    """Eight digits for a node, or for a property and its value; two with the same count as one."""
    text = seen if isinstance(seen, str) else " ".join(seen)
    return f"{crc32(text.encode()):08x}"


def _joined(marks: Iterable[str]) -> str:
    return "".join(sorted(set(marks)))


def _marks(joined: str) -> set[str]:
    return {joined[at : at + _DIGITS] for at in range(0, len(joined), _DIGITS)}


class Shift:
    """What has changed of what articles share."""

    def __init__(self, before: Common | None, now: Common, around: Around) -> None:
        """Compare.

        Args:
            before: the pieces when the articles were worked on; None if nobody knows.
            now: the pieces as they are.
            around: what must not be told by an article that is to be kept, as marks, if what has
                these marks is said no more, or otherwise.
        """
        self.before, self.now, self._look_around = before, now, around

    def fate(self, record: Mapping[str, Any], text: Callable[[], str]) -> Fate:
        """What becomes of an article whose own files have not changed.

        Args:
            record: of the article, with its ids and `Uses`.
            text: gives its words.
        """
        if self.before is None or self.before.basis != self.now.basis:
            return Fate.WORK
        if self.before.exact == self.now.exact:
            return Fate.KEEP
        if record["sees"] is None or not self._ids.isdisjoint(record["ids"]):
            return Fate.WORK
        sees, tells = _marks(record["sees"]), _marks(record["tells"])
        if not self._named.isdisjoint(sees) or self._is_named(text):
            return Fate.WORK
        same = sees.isdisjoint(self._said) and tells.isdisjoint(self._around)
        return Fate.KEEP if same and not self._is_aimed_at(sees) else Fate.CHECK

    def _is_aimed_at(self, sees: set[str]) -> bool:
        """Whether a shape that is no longer the same may be about nodes of an article."""
        return None in self._aims or not self._aims.isdisjoint(sees)

    def _is_named(self, text: Callable[[], str]) -> bool:
        return bool(self._words) and bool(self._names.find(text()))

    @cached_property
    def _terms(self) -> set[str]:
        assert self.before
        return _changed(self.before.terms, self.now.terms)

    @cached_property
    def _aims(self) -> set[str | None]:
        assert self.before
        before, now = self.before.shapes, self.now.shapes
        changed = [
            known[of] for of in _changed(before, now) for known in (before, now) if of in known
        ]
        if None in changed:
            return {None}
        return {mark(term) for aim in changed for term in aim or ()}

    @cached_property
    def _ids(self) -> set[str]:
        """The ids whose individuals are no longer the same, or whose classes are not."""
        assert self.before
        before, now, terms = self.before.individuals, self.now.individuals, self._terms
        of_these = (id_ for id_, (_, *types) in now.items() if not terms.isdisjoint(types))
        return _changed(before, now).union(of_these if terms else ())

    @cached_property
    def _named(self) -> set[str]:
        """Marks of the terms and individuals that are no longer the same."""
        assert self.before
        both = (self.before.individuals, self.now.individuals)
        found = (known[id_][0] for known in both for id_ in self._ids if id_ in known)
        return {mark(iri) for iri in self._terms}.union(mark(f"<{iri}>") for iri in found)

    @cached_property
    def _said(self) -> set[str]:
        assert self.before
        return _changed(self.before.said, self.now.said)

    @cached_property
    def _around(self) -> set[str]:
        return self._look_around(self._said) if self._said else set()

    @cached_property
    def _words(self) -> list[str]:
        assert self.before
        before, now = ({(words, iri) for words, iri in c.names} for c in (self.before, self.now))
        return sorted({words for words, _ in before ^ now})

    @cached_property
    def _names(self) -> NameIndex:
        return NameIndex((words, "") for words in self._words)


def _changed(before: Mapping[str, object], now: Mapping[str, object]) -> set[str]:
    same = {key for key, value in before.items() if key in now and now[key] == value}
    return {*before, *now} - same
