"""Findings on standard error, for all verbs.

In: diagnostics. Out: their text, in colour on a terminal.

NO_COLOR turns colour off, FORCE_COLOR and CLICOLOR_FORCE turn it on where there is no terminal
(https://no-color.org, https://force-color.org, https://bixense.com/clicolors).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from kg.diagnostics import DAMAGE, ContentError, Diagnostic, Severity, Unavailable

if TYPE_CHECKING:
    from rich.console import Console


def show(
    diagnostics: Iterable[Diagnostic], folder: Path, sources: Mapping[str, str] | None = None
) -> None:
    """Print findings on stderr; `sources` holds texts that are no files of the project."""
    from shutil import get_terminal_size  # this, too, which loads libraries of compression

    rendering = import_module("kg.findings.rendering")  # only needed once there is something to say
    found, colour = list(diagnostics), coloured(sys.stderr)
    options = {"width": get_terminal_size().columns} if sys.stderr.isatty() else {}
    text = rendering.render(found, folder, sources, colour=colour, **options)
    click.echo(text + "\n", err=True, color=colour)
    if len(found) > rendering.MANY:
        click.echo(rendering.tally(found) + "\n", err=True)


def coloured(stream: TextIO) -> bool:
    """Whether a stream gets colours."""
    if os.environ.get("NO_COLOR"):
        return False
    if any(
        os.environ.get(name, "0") not in ("", "0") for name in ("FORCE_COLOR", "CLICOLOR_FORCE")
    ):
        return True
    wanted = os.environ.get("CLICOLOR") != "0" and os.environ.get("TERM") != "dumb"
    return wanted and stream.isatty()


def console() -> Console:
    """Standard output as rich sees it: as wide as the terminal, or 120 columns in a pipe."""
    from shutil import get_terminal_size

    from rich.console import Console  # 50 ms that only text for people is worth

    terminal = sys.stdout.isatty()
    width = None if terminal else get_terminal_size((120, 24)).columns
    return Console(width=width, force_terminal=terminal, highlight=False)


def count(number: int, word: str) -> str:
    """A number with its noun: `1 error`, `2 errors`."""
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def more(diagnostics: Sequence[Diagnostic]) -> str:
    """Where more is said of the first of the gravest findings; nothing if there is none."""
    ranks = list(Severity)
    first = min(diagnostics, key=lambda found: ranks.index(found.severity), default=None)
    return f"; `kg explain {first.code}` says more" if first else ""


def tell(failure: ContentError, folder: Path) -> None:
    """Show what is wrong, and how much it is."""
    with suppress(OSError):  # a full disk may hold the messages, too; the exit status tells
        show(failure.diagnostics, folder, failure.sources)
        found = failure.diagnostics
        click.echo(count(len(found), "error") + more(found), err=True)


def environment(error: OSError | RuntimeError) -> ContentError:
    """What the machine refuses outside the places that expect it: a full disk, a damaged store."""
    if str(error).startswith(DAMAGE):
        message = f"the store of the build is damaged: {error}"
        return Unavailable([Diagnostic("X703", message, help="run `kg build --force`")])
    if isinstance(error, OSError):
        what = f"`{error.filename}`" if error.filename else "standard output"
        reason = (error.strerror or str(error)).lower()
        return Unavailable([Diagnostic("X703", f"{what} cannot be read or written: {reason}")])
    raise error
