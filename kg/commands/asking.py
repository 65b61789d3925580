"""The query that a verb is given.

In: an argument, a file or standard input. Out: the text, and the name that places have.
Refuses: no query or two of them, and a file that cannot be read (D101, X703).
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kg.diagnostics import ContentError, Diagnostic, Location
from kg.query import INLINE


def read_query(query: str | None, file: Path | None) -> tuple[str, str]:
    """The text of a query and its name, from an argument, a file or standard input."""
    if (query is None) == (file is None):
        raise click.UsageError(
            "give one query: as an argument, with -f FILE, or - for standard input"
        )
    if query == "-":
        return sys.stdin.read(), "<stdin>"
    if file is None:
        return query or "", INLINE
    try:
        return file.read_text(encoding="utf-8-sig"), str(file)
    except (OSError, UnicodeDecodeError) as error:
        code = "D101" if isinstance(error, UnicodeDecodeError) else "X703"
        message = f"the query cannot be read: {error}"
        raise ContentError([Diagnostic(code, message, Location(str(file)))]) from error
