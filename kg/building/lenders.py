"""Earlier builds of a project, finished or not, that lend what they made of articles.

In: the folder of a build. Out: records of articles, and their files in another build.
Refuses nothing: what is damaged or gone is not lent.

The files of a shelf on which nothing changed are not looked at: who reads them finds out whether
they are whole.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache, cached_property
from hashlib import sha256
from pathlib import Path

from kg.building.common import Common, from_json
from kg.diagnostics import Unavailable
from kg.project.generations import link_or_copy, unfinished
from kg.project.shelves import (
    ARTICLES,
    COMMON,
    NQUADS,
    ORIGINS,
    RECORDS,
    Record,
    Records,
    folder_of,
    read_prints,
    read_records,
    shelf_of,
)
from kg.store.embedded import Build

Unchanged = Callable[[str, Record], bool]
"""Of a stem and its record: whether it can be taken over as it is."""


class Lender:
    """An earlier build."""

    def __init__(self, folder: Path, finished: Build | None = None) -> None:
        """Nothing is read yet.

        Args:
            folder: of the build.
            finished: the build, if it was finished; of another one the files must do.
        """
        self._folder, self._finished = folder, finished
        self._read: dict[str, Records] = {}
        self._prints = cache(self._read_prints)

    @cached_property
    def _digits(self) -> int:
        with suppress(OSError):
            listed = (self._folder / ARTICLES).iterdir()
            folders = (path.name for path in listed if path.is_dir())
            return len(next(folders, ""))
        return 0

    def _shelf(self, shelf: str) -> Records:
        if shelf not in self._read:
            self._read[shelf] = Records("", {})
            path, finished = self._folder / folder_of(shelf) / RECORDS, self._finished
            with suppress(Unavailable, KeyError):
                found = finished.shelves.records(shelf) if finished else read_records(path)
                self._read[shelf] = found
        return self._read[shelf]

    def record(self, stem: str) -> Record | None:
        """What the build knows of an article."""
        return self._shelf(shelf_of(stem, self._digits)).articles.get(stem)

    @cached_property
    def common(self) -> Common | None:
        """What articles shared when they were worked on, if it is known."""
        with suppress(OSError, ValueError, Unavailable):
            path = self._folder / COMMON
            return from_json(self._finished.read(COMMON) if self._finished else path.read_bytes())
        return None

    def prints(self, stem: str) -> Sequence[int]:
        """The fingerprints of an article.

        Raises:
            Unavailable: X703, they are damaged or gone.
        """
        return self._prints(shelf_of(stem, self._digits))[stem]

    def _read_prints(self, shelf: str) -> dict[str, memoryview]:
        return read_prints(self._folder / folder_of(shelf), self._shelf(shelf))

    def whole(self, shelf: str, stems: list[str], unchanged: Unchanged) -> Records | None:
        """The records of a shelf that has these articles and no others, all unchanged."""
        found = self._shelf(shelf) if self._digits == len(shelf) else Records("", {})
        known = found.articles
        same = known.keys() == set(stems) and all(unchanged(s, known[s]) for s in stems)
        with suppress(Unavailable):  # fingerprints that are damaged are made anew
            return found if same and self._prints(shelf) else None
        return None

    def link(self, shelf: str, place: Path) -> None:
        """Have a shelf of the build be a shelf of another one, too."""
        mine = os.path.realpath(self._folder / folder_of(shelf))
        place.symlink_to(os.path.relpath(mine, os.path.realpath(place.parent)))

    def copy(self, stem: str, record: Record, folder: Path) -> bool:
        """Put the files of an article into a folder, if they are as the build wrote them."""
        mine = self._folder / folder_of(shelf_of(stem, self._digits))
        names = (f"{stem}{NQUADS}", f"{stem}{ORIGINS}")
        with suppress(OSError, Unavailable):
            self.prints(stem)
            if [_digest(mine / name) for name in names] == record["files"]:
                for name in names:
                    link_or_copy(mine / name, folder / name)
                return True
        return False


def lenders_of(build: Path, before: Build | None) -> list[Lender]:
    """The builds of a build folder that can lend: the current one, and one that was not finished.

    Args:
        build: the project's build folder.
        before: the current build, if there is one.
    """
    found = [Lender(before.folder, before)] if before else []
    return found + [Lender(folder) for folder in unfinished(build)]


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()
