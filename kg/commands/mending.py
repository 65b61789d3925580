"""`kg check --fix` and `--diff`: certain fixes, shown as a diff, written if asked.

In: the project folder. Out: a unified diff, in colour on a terminal unless NO_COLOR is set.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from kg.checking.fixes import diff, mend, write
from kg.diagnostics import ContentError

_COLOUR = {"+": "green", "-": "red", "@": "cyan"}


def mend_files(folder: Path, *, writing: bool, err: bool) -> None:
    """Show what certain fixes change, on stderr if stdout is for machines; then write it."""
    try:
        files = mend(folder)
    except ContentError:
        return  # the check that follows says what cannot be read
    stream = sys.stderr if err else sys.stdout
    text = diff(files)
    if stream.isatty() and not os.environ.get("NO_COLOR"):
        text = "\n".join(click.style(line, _COLOUR.get(line[:1])) for line in text.split("\n"))
    click.echo(text, nl=False, err=err)
    if writing:
        write(files)
