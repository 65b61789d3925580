r"""Characters that JSON writes as two escapes, which YAML does not know: `\ud83c\udf0c`.

In: the text of a YAML file. Out: a text of the same length that a YAML reader takes, and the values
that it stands for. Refuses nothing: an escape that is half a character stays, for the reader to
refuse.

A character beyond U+FFFF is written in JSON as the two halves that UTF-16 has for it (RFC 8259,
section 7), and a mapping file may be written in JSON.
"""

from __future__ import annotations

import re
from bisect import bisect_left

_HIGH, _LOW = r"\\u[dD][89abAB][0-9a-fA-F]{2}", r"\\u[dD][c-fC-F][0-9a-fA-F]{2}"
PAIR = _HIGH + _LOW
HALF = re.compile(r"\\(?:u|U0000)[dD][89a-fA-F][0-9a-fA-F]{2}")
_PAIRS = re.compile(rf"(?<!\\)((?:\\\\)*)({PAIR})")
_PRIVATE = range(0xE000, 0xF900)


def spelled(text: str) -> str:
    """Text of YAML with each pair as the one escape that YAML has for it."""
    return _PAIRS.sub(lambda found: rf"{found[1]}\U{ord(_joined(found[2])):08x}", text)


def _joined(pair: str) -> str:
    units = bytes.fromhex(pair[2:6] + pair[8:])
    return units.decode("utf-16-be")


class Pairs:
    """The pairs of one text; in `readable`, a character that the text has nowhere stands for each.

    All else keeps its place, so that what a reader says of places holds.
    """

    def __init__(self, text: str) -> None:
        """Look for pairs."""
        matches = _PAIRS.finditer(text) if "\\u" in text else ()
        found = [(match.start(2), match[2]) for match in matches]
        mark = _unused(text) if found else None
        self.readable, self._found = text, found if mark else []
        if mark:
            self._escaped = rf"\u{ord(mark):04x}" * 2
            self._stand_in = re.compile(f"{mark * 2}|{re.escape(self._escaped)}")
            self.readable = _PAIRS.sub(lambda match: match[1] + self._escaped, text)

    @property
    def any(self) -> bool:
        """Whether there are any."""
        return bool(self._found)

    def restored(self, value: str, start: int, end: int) -> str:
        """What a value means that a reader found in `readable` between two offsets."""
        first, last = (bisect_left(self._found, (at,)) for at in (start, end))
        if first == last:
            return value
        pairs = iter(pair for _, pair in self._found[first:last])
        # Without quotation marks, or in single ones, the escapes are characters like others.
        return self._stand_in.sub(
            lambda found: next(pairs) if found[0] == self._escaped else _joined(next(pairs)), value
        )


def _unused(text: str) -> str | None:
    """A character for private use that is neither in the text nor written there as an escape."""
    used = set(re.findall("(?=([ef][0-9a-f]{3}))", text.lower())) | set(text)
    return next((chr(code) for code in _PRIVATE if not {f"{code:04x}", chr(code)} & used), None)
