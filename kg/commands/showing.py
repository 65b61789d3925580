"""Findings on standard error, for all verbs.

In: diagnostics. Out: their text, in colour on a terminal unless NO_COLOR is set.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from importlib import import_module
from pathlib import Path

import click

from kg.diagnostics import Diagnostic


def show(
    diagnostics: Iterable[Diagnostic], folder: Path, sources: Mapping[str, str] | None = None
) -> None:
    """Print findings on stderr; `sources` holds texts that are no files of the project."""
    rendering = import_module("kg.rendering")  # only needed once there is something to say
    colour = sys.stderr.isatty() and not os.environ.get("NO_COLOR")
    click.echo(rendering.render(diagnostics, folder, sources, colour=colour) + "\n", err=True)


def count(number: int, word: str) -> str:
    """A number with its noun: `1 error`, `2 errors`."""
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"
