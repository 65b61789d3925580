"""Findings on standard error, for all verbs.

In: diagnostics. Out: their text, in colour on a terminal unless NO_COLOR is set.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.diagnostics import Diagnostic

if TYPE_CHECKING:
    from rich.console import Console


def show(
    diagnostics: Iterable[Diagnostic], folder: Path, sources: Mapping[str, str] | None = None
) -> None:
    """Print findings on stderr; `sources` holds texts that are no files of the project."""
    rendering = import_module("kg.rendering")  # only needed once there is something to say
    colour = sys.stderr.isatty() and not os.environ.get("NO_COLOR")
    click.echo(rendering.render(diagnostics, folder, sources, colour=colour) + "\n", err=True)


def console() -> Console:
    """Standard output as rich sees it: as wide as the terminal, or 120 columns in a pipe."""
    from rich.console import Console  # 50 ms that only text for people is worth

    terminal = sys.stdout.isatty()
    width = None if terminal else int(os.environ.get("COLUMNS", "120"))
    return Console(width=width, force_terminal=terminal, highlight=False)


def count(number: int, word: str) -> str:
    """A number with its noun: `1 error`, `2 errors`."""
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"
