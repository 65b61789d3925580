"""Files and folders of a project as the file system has them.

In: paths. Out: the bytes of plain files; the files of a folder.
Refuses: what is no plain file or cannot be read (X703), what is larger than any file of its kind
(D107), and names that are not UTF-8 (D108). Reading a pipe might never end, reading a device fills
the memory, and a folder that cannot be listed must not look empty.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from kg.diagnostics import ContentError, Diagnostic, Location, Unavailable
from kg.hints import closest

LARGEST = 8 << 20
"""Bytes of a text that a person writes: more than any book."""

LARGEST_GRAPH = 256 << 20
"""Bytes of a module of an ontology."""

# Opening a pipe must not wait for somebody to write to it; a system without the flag has none.
_FLAGS = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


def is_kept_aside(name: str) -> bool:
    """Whether a file is hidden, or what an editor keeps of another one while it is written."""
    return name.startswith(".") or name.endswith(("~", ".swp", "#"))


def read_bytes(path: Path, name: str, largest: int = LARGEST) -> bytes:
    """The bytes of a plain file.

    Args:
        path: the file.
        name: the path to show in places.
        largest: how many bytes it may have.

    Raises:
        Unavailable: X703, the file cannot be read. ContentError: D107, it is too large.
    """
    with _opened(path, name) as stream:
        size = os.fstat(stream.fileno()).st_size
        # To ask for the most at once would take four times as long: room is made for it.
        content = b"" if size > largest else stream.read(size + 1)
        if len(content) > size:  # it has grown
            content += stream.read(largest - size)
    if len(content) <= largest >= size:
        return content
    message = f"`{name}` has more than {largest >> 20} MiB, which no file of its kind needs"
    raise ContentError(
        [Diagnostic("D107", message, Location(name), help="divide it, or delete it")]
    )


def read_beginning(path: Path, name: str, most: int) -> bytes:
    """The first bytes of a plain file; see `read_bytes`."""
    with _opened(path, name) as stream:
        return stream.read(most)


@contextmanager
def _opened(path: Path, name: str) -> Iterator[BinaryIO]:
    try:
        with open(path, "rb", opener=lambda file, flags: os.open(file, flags | _FLAGS)) as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                raise _unreadable(name, "it is a pipe or a device")
            yield stream
    except OSError as error:
        raise _unreadable(name, (error.strerror or "unreadable").lower()) from error


def _unreadable(name: str, reason: str) -> Unavailable:
    help_ = "check that it is a plain file that you may read"
    message = f"`{name}` cannot be read: {reason}"
    return Unavailable([Diagnostic("X703", message, Location(name), help=help_)])


def meant(path: Path) -> str | None:
    """For a file that is not there, the suggestion of one that is beside it."""
    if path.exists():
        return None
    try:
        names = {beside.name: str(beside) for beside in path.parent.iterdir()}
    except OSError:
        return None
    found = closest(path.name, names)
    return f"did you mean `{names[found]}`?" if found is not None else None


def list_files(folder: Path, name: str, suffix: str) -> list[str]:
    """The names of the files of a folder that have a suffix, sorted; none if there is no folder.

    Names and not paths: an archive has so many that a path for each is felt.

    Args:
        folder: to list.
        name: the path to show in places.
        suffix: the end of the names; what `is_kept_aside` is left out.

    Raises:
        Unavailable: X703, the folder cannot be read. ContentError: D108, a name is not UTF-8.
    """
    try:
        names = os.listdir(folder)  # noqa: PTH208  (no path for each)
        found = sorted(name for name in names if name.endswith(suffix))
    except OSError as error:
        if isinstance(error, FileNotFoundError) and not folder.is_symlink():
            return []
        message = f"`{name}` cannot be read: {(error.strerror or 'unreadable').lower()}"
        help_ = "check that it is a folder that you may read"
        raise Unavailable([Diagnostic("X703", message, Location(name), help=help_)]) from error
    shown = [file for file in found if not is_kept_aside(file)]
    if odd := [file for file in shown if not _is_text(file)]:
        raise ContentError(_misnamed(file, name) for file in odd)
    return shown


def _is_text(name: str) -> bool:
    """Whether a name is UTF-8; other bytes come as lone surrogates."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _misnamed(name: str, folder: str) -> Diagnostic:
    shown = name.encode(errors="backslashreplace").decode()
    message = f"the name of a file is not UTF-8: `{shown}`"
    return Diagnostic("D108", message, Location(folder), help="rename the file")
