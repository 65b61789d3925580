"""Lines that are kept for reading them again.

In: lines. Out: the same lines in the same order, as often as they are asked for, one reading after
another. Refuses nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from tempfile import SpooledTemporaryFile

_HELD = 1 << 26
"""Bytes that stay in memory; more go to disk."""


class Spool:
    """Lines in memory, or, if there are many, in a file that is gone with the process."""

    def __init__(self, lines: Iterable[bytes] = ()) -> None:
        """Keep lines."""
        self._file = SpooledTemporaryFile(max_size=_HELD)  # noqa: SIM115  (closed with its object)
        self._file.writelines(lines)

    def write(self, line: bytes) -> None:
        """Keep one more."""
        self._file.write(line)

    def __iter__(self) -> Iterator[bytes]:
        self._file.seek(0)
        return iter(self._file.readline, b"")
