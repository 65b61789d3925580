"""Text in figures: how wide it is, and where its lines end.

In: text. Out: widths and lines, for the font that is beside this module. It covers Latin, Greek,
Cyrillic, Arabic, Persian and Hebrew letters and is among the widest of the usual ones, so that what
is laid out for it has room in the others, too.
Refuses: nothing; letters that the font does not have count as wide ones.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import takewhile
from pathlib import Path

from fontTools.ttLib import TTFont

FONT = Path(__file__).parent.parent / "fonts" / "DejaVuSans.ttf"
FAMILY = "DejaVu Sans"
# In em: the widest picture characters of the usual fonts.
_WIDEST = 1.4
_UNSEEN = ("Mn", "Me", "Cf")


@cache
def _advances() -> dict[int, float]:
    """The width of each character of the font, in em."""
    font = TTFont(FONT, lazy=True)
    widths, em = font["hmtx"].metrics, font["head"].unitsPerEm
    return {code: widths[name][0] / em for code, name in font.getBestCmap().items()}


def has_all(text: str) -> bool:
    """Whether the font has every character of a text."""
    return all(ord(c) in _advances() or unicodedata.category(c) in _UNSEEN for c in text)


def width(text: str, size: float) -> float:
    """How wide a line of text is at most."""
    return size * sum(
        0.0 if unicodedata.category(c) in _UNSEEN else _advances().get(ord(c), _WIDEST)
        for c in text
    )


def is_rightward(text: str) -> bool:
    """Whether a text begins at the right: its first letter with a direction says so."""
    directions = (unicodedata.bidirectional(c) for c in text)
    return next((d for d in directions if d in ("L", "R", "AL")), "L") != "L"


def wrap(text: str, room: float, size: float, most: int) -> list[str]:
    """The lines of a text, so many at most; the last one ends in `…` if there are more."""
    lines = [""]
    for word in re.split(r"[ \t\n]+", text):
        joined = f"{lines[-1]} {word}".lstrip()
        if width(joined, size) <= room:
            lines[-1] = joined
        else:
            lines += _pieces(word, room, size)
    lines = [line for line in lines if line] or [""]
    if len(lines) <= most:
        return lines
    return [*lines[: most - 1], _cut(lines[most - 1], room, size)]


def _pieces(word: str, room: float, size: float) -> list[str]:
    """A word, in pieces if it is wider than a line; marks stay with their letters."""
    pieces = [""]
    for character in word:
        loose = unicodedata.category(character) not in _UNSEEN
        if loose and pieces[-1] and width(pieces[-1] + character, size) > room:
            pieces.append("")
        pieces[-1] += character
    return pieces


def _cut(line: str, room: float, size: float) -> str:
    fits = takewhile(lambda n: width(line[:n] + "…", size) <= room, range(len(line) + 1))
    return line[: max(fits, default=0)].rstrip() + "…"
