"""Changes of the inputs of a project, as they are made.

In: a project folder. Out: the names of what was changed, whenever something was.
Refuses: a folder that the system cannot watch (X725).

Each folder of inputs is watched by itself, so that the build folder and what lies beside it cost
nothing. Changes are gathered until there are none for a moment: editors write a file in several
steps. What changes while nobody waits is told at the next wait.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from watchfiles import Change, watch

from kg.diagnostics import Diagnostic, Unavailable
from kg.files import is_kept_aside
from kg.project.freshness import FOLDERS
from kg.project.settings import SETTINGS

_INPUTS = (*SETTINGS, ".txt", ".yaml", ".ttl")
_QUIET, _WAKING = 50, 100
"""Milliseconds: without a change, before those that were made are told; between looks around."""
_Changes = set[tuple[Change, str]]
_Folders = dict[str, tuple[int, int]]
_TOPS = {name.partition("/")[0] for name in FOLDERS}


class Watcher:
    """Watches the inputs of a project from when it is made."""

    def __init__(self, folder: Path) -> None:
        """Begin to watch.

        Args:
            folder: of the project.

        Raises:
            Unavailable: X725.
        """
        self._folder = folder.absolute()
        self._changed: _Changes = set()
        self._watched: _Folders = {}
        self._follow()

    def wait(self) -> list[str]:
        """Wait for changes; the names of the files, as places show them.

        Raises:
            Unavailable: X725, the project folder is gone.
        """
        while True:
            found = self._changed | self._gathered()
            self._changed = set()
            followed = self._follow()
            names = {name for _, path in found if (name := self._name(path))}
            if names or followed:
                # A folder is told of, and what editors write on the way, if there is nothing else.
                return sorted(name for name in names if name.endswith(_INPUTS)) or sorted(names)

    def _follow(self) -> bool:
        """Watch the folders that are there now, if they are others than before; says whether."""
        followed = False
        while (folders := self._folders()) != self._watched:
            followed, self._watched = True, folders
            self._changes = self._watch(folders)
            self._changed |= self._gathered()  # from now on nothing is missed
        return followed

    def _folders(self) -> _Folders:
        """The folders that there are, by what tells one from another of the same name."""
        found: _Folders = {}
        for name in ("", *FOLDERS):
            with suppress(OSError):
                state = (self._folder / name).stat()
                found[name] = state.st_dev, state.st_ino
        if "" not in found:
            raise _unwatched(self._folder, "it is gone")
        return found

    def _watch(self, folders: _Folders) -> Iterator[_Changes]:
        paths = {name: str(self._folder / name) for name in folders}
        # Some systems tell of a folder by its path without links.
        self._names = {form: name for name, p in paths.items() for form in (os.path.realpath(p), p)}
        return watch(
            *paths.values(),
            watch_filter=None,
            step=_QUIET,
            rust_timeout=_WAKING,
            yield_on_timeout=True,
            recursive=False,
        )

    def _gathered(self) -> _Changes:
        """What was changed, after a moment of quiet; nothing if there is nothing for a while."""
        try:
            return next(self._changes)
        except (OSError, RuntimeError) as error:
            raise _unwatched(self._folder, str(error).lower()) from error

    def _name(self, path: str) -> str:
        """The name of an input; empty if it is none, or what an editor keeps for itself."""
        if path in self._names:
            return self._names[path]
        parent, file = os.path.split(path)
        folder = self._names.get(parent)
        if folder is None or is_kept_aside(file):
            return ""
        return f"{folder}/{file}" if folder else file if file in (*SETTINGS, *_TOPS) else ""


def _unwatched(folder: Path, reason: str) -> Unavailable:
    message = f"`{folder}` cannot be watched: {reason}"
    help_ = "run `kg build` after changes, or see that the system lets you watch more folders"
    return Unavailable([Diagnostic("X725", message, help=help_)])
