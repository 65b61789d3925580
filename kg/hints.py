"""Near misses: what a person probably meant.

In: a word and the words that would have been right. Out: the nearest of them, or nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

SIMILARITY = 0.6
"""Below this ratio a suggestion misleads more often than it helps (`difflib` ratio, 0 to 1)."""


def closest(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate most like `word`, letter case apart, if one is like it enough."""
    from difflib import get_close_matches  # only what went wrong needs it

    by_folded = {candidate.casefold(): candidate for candidate in sorted(candidates)}
    found = get_close_matches(word.casefold(), by_folded, n=1, cutoff=SIMILARITY)
    return by_folded[found[0]] if found else None


def did_you_mean(word: str, candidates: Iterable[str]) -> str | None:
    """The suggestion as a sentence for a diagnostic's help."""
    found = closest(word, candidates)
    return f"did you mean `{found}`?" if found else None
