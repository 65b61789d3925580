"""SHA-256 digests of input files, remembered from build to build with what tells of a change.

In: the file where they are kept, names and paths of inputs. Out: digests.
Refuses: an input that cannot be read (`Unavailable`, `ContentError`); a memory that cannot be read
is an empty one.

A file is read again unless its size, inode and times of change are as they were. The time of the
inode's change cannot be set back by a program, so a file that was put back with its old time is
seen as well. A file that changed just before it was looked at could change once more within the
same tick of the clock: it is read again the next time.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from kg.diagnostics import ContentError, Unavailable
from kg.files import LARGEST_GRAPH, read_bytes

MARKS = ".inputs"
TICK = 2_000_000_000
"""Nanoseconds: the coarsest clock of a file system in use, that of FAT."""


class Digests:
    """The digests of files, and the marks by which they are known again."""

    def __init__(self, memory: Path) -> None:
        """Recall what was remembered.

        Args:
            memory: the file where it is kept.
        """
        self._memory, self._now = memory, time.time_ns()
        self._known = _recall(memory)
        self._found: dict[str, tuple[str, str]] = {}

    def of(self, name: str, path: str) -> str:
        """The digest of a file, in hexadecimal; it is read only if it may have changed.

        Raises:
            Unavailable, ContentError: it cannot be read, or is too large.
        """
        mark = self._mark(path)
        digest, known = self._known.get(name, ("", ""))
        if not mark or mark != known:
            digest = sha256(read_bytes(Path(path), name, LARGEST_GRAPH)).hexdigest()
        self._found[name] = digest, mark
        return digest

    def _mark(self, path: str) -> str:
        """What tells that a file has changed; empty if nothing does."""
        try:
            found = os.stat(path)  # noqa: PTH116  (a path for each takes longer than this)
        except OSError:
            return ""
        if max(found.st_mtime_ns, found.st_ctime_ns) > self._now - TICK:
            return ""
        return f"{found.st_size}.{found.st_mtime_ns}.{found.st_ctime_ns}.{found.st_ino}"

    def remember(self) -> None:
        """Keep the digests of all files that were asked for, and of no others.

        Raises:
            OSError: the file cannot be written.
        """
        draft = self._memory.with_name(f"{self._memory.name}.{os.getpid()}.part")
        draft.unlink(missing_ok=True)
        lines = (f"{digest} {mark} {name}\n" for name, (digest, mark) in self._found.items())
        draft.write_text("".join(lines), encoding="utf-8")
        draft.replace(self._memory)


def _recall(memory: Path) -> dict[str, tuple[str, str]]:
    known: dict[str, tuple[str, str]] = {}
    with suppress(Unavailable, ContentError, ValueError):
        for line in read_bytes(memory, memory.name, LARGEST_GRAPH).decode().splitlines():
            digest, mark, name = line.split(" ", 2)
            known[name] = digest, mark
    return known
