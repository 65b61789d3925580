"""Near misses: what a person probably meant.

In: a word and the words that would have been right, with the names they go by. Out: the nearest of
them, or nothing: a wrong suggestion misleads more than none.

A word is meant if it is the same but for letter case, accents and what joins its parts; if it is a
few slips away, a slip being a letter too many, too few, wrong, or exchanged with its neighbour; or
if it has parts of the right word and no others (`brandt` for `ada-brandt`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence

MOST = 3
"""More candidates that are equally near are no help."""

_LISTED = 10
_LETTERS_A_SLIP = 4
"""One slip is allowed in so many letters, but one in any word of more than two."""

_PART = r"[A-Z]?[^\W\d_A-Z]+|[A-Z]+|\d+"


def begun(word: str, known: Iterable[str]) -> list[str]:
    """The name that is written out, or else all that begin so, for people shorten long names."""
    names = list(known)
    return [word] if word in names else [name for name in names if word and name.startswith(word)]


def listed(names: Sequence[str]) -> str:
    """Names for a message; of many the first ones, and how many more there are."""
    rest = len(names) - _LISTED
    return ", ".join(names[:_LISTED]) + (f" and {rest} more" if rest > 0 else "")


def closest(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate that was probably meant; of several, the first in the alphabet."""
    return next(iter(nearest_of(word, candidates)), None)


def did_you_mean(
    word: str, candidates: Iterable[str], names: Mapping[str, Collection[str]] | None = None
) -> str | None:
    """The suggestion as a sentence for a diagnostic's help.

    Args:
        word: what was written.
        candidates: what would have been right.
        names: other names of candidates: by candidate.
    """
    known = sorted(candidates)
    called = [key for key in known if _plain(word) in map(_plain, (names or {}).get(key, ()))]
    if 0 < len(called) <= MOST and _plain(word) not in map(_plain, called):
        return f"`{word}` is a name of {_either(called, ' and of ')}: write the id"
    found = nearest_of(word, known, names)
    return f"did you mean {_either(found, ' or ')}?" if found else None


def nearest_of(
    word: str, candidates: Iterable[str], names: Mapping[str, Collection[str]] | None = None
) -> list[str]:
    """The candidates that are nearest, if they are near enough and few."""
    known = sorted(candidates) if word else []
    for near in (_same, _few_slips):
        if found := near(word, known):
            return found[:MOST]
    parts = _sharing(word, known, names or {})
    return parts if len(parts) <= MOST else []


def _either(words: Iterable[str], joined: str) -> str:
    return joined.join(f"`{word}`" for word in words)


def _plain(word: str) -> str:
    """Letters and digits alone, in lower case, without accents."""
    letters = unicodedata.normalize("NFKD", word.casefold())
    return "".join(char for char in letters if char.isalnum())


def _same(word: str, known: Iterable[str]) -> list[str]:
    plain = _plain(word)
    return [candidate for candidate in known if plain and _plain(candidate) == plain]


def _few_slips(word: str, known: Iterable[str]) -> list[str]:
    """All with the fewest slips."""
    one, allowed = word.casefold(), _allowed(word)
    counted = [
        (count, candidate)
        for candidate in known
        if abs(len(candidate) - len(word)) <= allowed
        and (count := slips(one, candidate.casefold(), allowed)) <= allowed
    ]
    fewest = min((count for count, _ in counted), default=0)
    return [candidate for count, candidate in counted if count == fewest]


def _allowed(word: str) -> int:
    letters = sum(char.isalnum() for char in word)
    return max(letters // _LETTERS_A_SLIP, 1 if letters > 2 else 0)


def slips(one: str, other: str, most: int) -> int:
    """Slips between two words; more than `most` are not counted further.

    The optimal string alignment distance (Boytsov 2011, doi:10.1145/1963190.1963191, section 2).
    """
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, char in enumerate(one, 1):
        row = [i]
        for j, wanted in enumerate(other, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (char != wanted))
            if i > 1 < j and char == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
        before, last = last, row
    return min(last[-1], most + 1)


def _sharing(word: str, known: Iterable[str], names: Mapping[str, Collection[str]]) -> list[str]:
    """Those that have all parts of the word, or all of whose parts the word has; slips apart."""
    wanted = _parts([word])
    if not any(len(part) > 3 for part in wanted):
        return []
    found = []
    for candidate in known:
        own = _parts([candidate])
        if _within(wanted, own | _parts(names.get(candidate, ()))) or (
            _within(own, wanted) and 2 * len(own) > len(wanted)
        ):
            found.append(candidate)
    return found


def _parts(words: Iterable[str]) -> frozenset[str]:
    return frozenset(part.casefold() for word in words for part in re.findall(_PART, word))


def _within(some: frozenset[str], others: frozenset[str]) -> bool:
    """Whether each of some parts is among others, or a slip from a long one."""
    return bool(some) and all(
        part in others or (len(part) > 4 and any(slips(part, other, 1) <= 1 for other in others))
        for part in some
    )
