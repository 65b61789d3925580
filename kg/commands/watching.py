"""`kg build --watch`: a build at once, and another one whenever an input is saved.

In: a project folder, and what builds it. Out: for each round its findings, as a build shows them,
and a line with the time, what was changed and what came of it; status 130 at Ctrl-C.
Refuses: an installation without the extra `watch`, and folders that cannot be watched (X725).

A round that fails changes nothing of the build before, and the watching goes on.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from kg.commands.build import show_result
from kg.commands.showing import environment, tell
from kg.diagnostics import ContentError, Diagnostic, Unavailable
from kg.project.settings import NoProject, load_project

if TYPE_CHECKING:
    from kg.building.flow import Summary
    from kg.project.watching import Watcher

Build = Callable[[bool], "Summary"]
NAMED = 3
"""So many files at most are named in a line."""


def watch(folder: Path, build: Build, force: bool) -> NoReturn:
    """Build, and build again after each change, until the process is interrupted.

    Args:
        folder: of the project.
        build: builds it; told whether to redo everything.
        force: let the first build do so.

    Raises:
        NoProject: X701, the folder is no project. Unavailable: X725.
    """
    _expect_project(folder)
    watcher = _watcher(folder)
    _round(folder, build, force)
    click.echo("waiting for changes; Ctrl-C ends this")
    while True:
        names = watcher.wait()
        if sys.stdout.isatty() and os.environ.get("TERM") != "dumb":
            click.clear()
        _round(folder, build, names=names)


def _expect_project(folder: Path) -> None:
    """Settings that are wrong can be mended while they are watched; a folder without any cannot."""
    try:
        load_project(folder)
    except NoProject:
        raise
    except ContentError:
        return


def _watcher(folder: Path) -> Watcher:
    if find_spec("watchfiles") is None:
        message = "watching needs watchfiles, which is not installed"
        help_ = "install the extra `watch`: `pip install 'newskg[watch]'`"
        raise Unavailable([Diagnostic("X725", message, help=help_)])
    watcher: Watcher = import_module("kg.project.watching").Watcher(folder)
    return watcher


def _round(
    folder: Path, build: Build, force: bool = False, names: Sequence[str] | None = None
) -> None:
    """One build, and the line that says what came of it; the first one has its summary, too."""
    start, said = time.monotonic(), "not built; the build before stays as it was"
    try:
        result = build(force)
    except ContentError as error:
        tell(error, folder)
    except BrokenPipeError:  # nobody reads any more
        raise
    except (OSError, RuntimeError) as error:
        tell(environment(error), folder)
    else:
        show_result(result, folder, whole=names is None)
        said = _said(result)
    took = f"({time.monotonic() - start:.2f} s)"
    click.echo(f"{time.strftime('%H:%M:%S')}  {_listed(names or ())}{said} {took}")


def _said(result: Summary) -> str:
    """What a build came to."""
    if result.fresh:
        return "nothing has changed since the last build"
    counts = result.manifest["counts"]
    worked, articles = counts["articles"] - result.reused, counts["articles"]
    triples = f"{counts['asserted']:,} triples asserted, {counts['inferred']:,} inferred"
    return f"built, {worked:,} of {articles:,} articles anew: {triples}"


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:NAMED])
    rest = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return f"{shown}{rest}: " if names else ""
