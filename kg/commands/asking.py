"""The query that a verb is given.

In: an argument, a file or standard input. Out: the text, and the name that places have.
Refuses: no query or two of them, and a file that cannot be read (D101, D107, X703).
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from kg.diagnostics import ContentError, Diagnostic, Location, Unavailable
from kg.files import LARGEST
from kg.query import INLINE


def read_query(query: str | None, file: Path | None) -> tuple[str, str]:
    """The text of a query and its name, from an argument, a file or standard input."""
    if (query is None) == (file is None):
        raise click.UsageError(
            "give one query: as an argument, with -f FILE, or - for standard input"
        )
    if query == "-":
        content, name = sys.stdin.buffer.read(LARGEST + 1), "<stdin>"
    elif file is None:
        content, name = os.fsencode(query or ""), INLINE
    else:
        content, name = _read_file(file), str(file)
    return _decode(content, name), name


def _read_file(file: Path) -> bytes:
    """As much of a query as any has; it may come through a pipe, and a device need not end."""
    try:
        with file.open("rb") as stream:
            return stream.read(LARGEST + 1)
    except OSError as error:
        message = f"the query cannot be read: {(error.strerror or str(error)).lower()}"
        raise Unavailable([Diagnostic("X703", message, Location(str(file)))]) from error


def _decode(content: bytes, name: str) -> str:
    if len(content) > LARGEST:
        message = f"the query has more than {LARGEST >> 20} MiB, which no query needs"
        raise ContentError([Diagnostic("D107", message, Location(name))])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"the query is not UTF-8: found byte 0x{content[error.start]:02x}"
        raise ContentError([Diagnostic("D101", message, Location(name))]) from error
