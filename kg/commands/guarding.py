"""A look at the store of a build while a verb works on it for long.

In: a build that is opened. Out: the same build.
Refuses: a store whose tables are not as the build wrote them (X703); the process ends.

Over a damaged block, the engine counts and sorts for ever, and takes memory until there is none. A
query that is answered in time is not burdened.
"""

from __future__ import annotations

import os
from contextlib import suppress
from importlib import import_module
from threading import Timer

import click

from kg.commands.interrupting import drop_drafts
from kg.commands.showing import show
from kg.diagnostics import Diagnostic, Unavailable
from kg.store.embedded import Build

SECONDS = 2.0
"""So long a verb may work before its store is looked at."""
GUARDED = "kg.guarded"


def guarded(build: Build) -> Build:
    """The build, of which damage ends the verb that works on it for long."""
    context = click.get_current_context()
    if GUARDED not in context.meta:
        timer = context.meta[GUARDED] = Timer(SECONDS, _look, [build])
        timer.daemon = True
        timer.start()
        context.call_on_close(timer.cancel)
    return build


def _look(build: Build) -> None:
    """Say what is damaged, if anything is, and end the process, which the engine would not."""
    tables = import_module("kg.store.tables")  # only long work needs it
    if not (damaged := tables.damaged(build.folder / "store")):
        return
    message = f"the store of the build is damaged: `{damaged[0]}` is not as the build wrote it"
    with suppress(OSError, ValueError):  # nobody may be there to read it
        show([Diagnostic("X703", message, help="run `kg build --force`")], build.folder)
    drop_drafts()
    os._exit(Unavailable.exit_status)
