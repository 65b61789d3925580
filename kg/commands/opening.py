"""The build that a verb reads.

In: the project folder of the command line, and another build if one is named. Out: a build.
Refuses: a folder that is no project (X701), and a project without a build (X702).
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from kg.commands.guarding import guarded
from kg.diagnostics import Unavailable
from kg.store.embedded import Build, find_build, open_build


def open_project(folder: Path) -> Build:
    """The current build of a project; its settings are only read to say what is wrong."""
    try:
        return guarded(open_build(folder / "build"))
    except Unavailable:
        import_module("kg.project.settings").load_project(folder)
        raise


def open_at(folder: Path, at: str | None) -> Build:
    """The current build of a project, or another one by its name or folder."""
    return open_project(folder) if at is None else guarded(find_build(at, folder))
