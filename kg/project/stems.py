"""Names of articles as people type them on a command line.

In: a word and the stems of a project. Out: the stem that is meant. Refuses: a word that fits none
or several (S101).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from kg.diagnostics import Diagnostic, Misuse
from kg.hints import begun, did_you_mean


def find_stem(word: str, known: Sequence[str]) -> str:
    """The stem written out, as a path, or by a beginning that no other has.

    Raises:
        Misuse: S101, no stem or several begin so.
    """
    wanted = PurePath(word).stem
    found = begun(wanted, known)
    if len(found) == 1:
        return found[0]
    message = (
        f"`{word}` could be {' or '.join(found)}" if found else f"there is no mapping `{word}`"
    )
    raise Misuse([Diagnostic("S101", message, help=did_you_mean(wanted, known))])
