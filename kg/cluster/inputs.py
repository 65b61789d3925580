"""The files of a project, in a folder of this machine or wherever fsspec reaches.

In: a path, or the URL of a folder. Out: a folder on this machine that a build can read.
Refuses: a location that has no settings of a project (X701) or that cannot be read (X722).

Of a project elsewhere, what articles share is copied. Articles and mappings are read by workers,
who hand them on with what they made of them; until then, an empty file tells that there is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from kg.cluster.storage import Storage
from kg.diagnostics import ContentError, Diagnostic, Location, Unavailable
from kg.project.settings import SETTINGS, NoProject

_SHARED: dict[str, str | tuple[str, ...]] = {
    "": tuple(SETTINGS),
    "mappings/authority": ".yaml",
    "ontology": ".ttl",
    "ontology/shapes": ".ttl",
}
"""The folders of which files are copied, and how the names of these end."""
_NAMED = ("seeds", "mappings", "ontology/questions")
"""The folders of which only the names of files are asked for."""
_AT_ONCE = 500
"""So many files are fetched together."""


class Inputs:
    """The files of a project.

    Attributes:
        folder: of the project on this machine.
        source: URL of the folder from which workers read; empty if only this machine can.
    """

    def __init__(self, folder: Path, url: str = "") -> None:
        """Copy nothing yet.

        Args:
            folder: the project; an empty folder if it is elsewhere.
            url: where it is, as the user knows it, if it is not in the folder.

        Raises:
            Unavailable: X721, X722, nobody here reads this kind of location.
        """
        self.folder, self._url = folder, url.rstrip("/")
        self._storage = Storage(url) if url else None
        self.source = self._storage.url if self._storage else ""
        self._named: set[str] = set()
        self._here: set[str] = set()

    def copy(self) -> None:
        """Copy what articles share, and note the names of all else.

        Raises:
            Unavailable: X722, the location cannot be read.
        """
        assert self._storage  # what is here need not be copied
        for folder in (*_SHARED, *_NAMED):
            entries = self._storage.entries(folder)
            if entries is not None:
                (self.folder / folder).mkdir(parents=True, exist_ok=True)
            for name, is_folder in (entries or {}).items():
                self._note(f"{folder}/{name}".lstrip("/"), is_folder)
        self.need(filter(_is_shared, self._named))

    def _note(self, name: str, is_folder: bool) -> None:
        path = self.folder / name
        if is_folder:
            path.mkdir(exist_ok=True)
        else:
            path.touch()
            self._named.add(name)

    def need(self, names: Iterable[str]) -> None:
        """See that some files of the project have their content on this machine, if there are any.

        Raises:
            Unavailable: X722, they cannot be read.
        """
        wanted = sorted((self._named - self._here).intersection(names))
        for at in range(0, len(wanted), _AT_ONCE):
            assert self._storage  # else there are no names
            self.take(self._storage.read_all(wanted[at : at + _AT_ONCE]))

    def take(self, files: Mapping[str, bytes]) -> None:
        """Take up what somebody has read."""
        for name, content in files.items():
            (self.folder / name).write_bytes(content)
        self._here |= files.keys()

    # Findings, which name files where the user has them

    def told(self, found: Diagnostic) -> Diagnostic:
        """A finding with the URLs of files in the place of their names."""
        if not self.source:
            return found
        notes = tuple(map(self._worded, found.notes))
        return replace(
            found,
            message=self._worded(found.message),
            place=found.place and self._placed(found.place),
            notes=notes,
            help=found.help and self._worded(found.help),
            related=tuple((text, self._placed(place)) for text, place in found.related),
            fixes=(),  # what is elsewhere, nobody mends from here
        )

    def _worded(self, text: str) -> str:
        return text.replace(str(self.folder), self._url)

    def _placed(self, place: Location) -> Location:
        path = self._worded(place.path)
        inside = not Path(path).is_absolute() and "://" not in path
        return place._replace(path=f"{self._url}/{path}" if inside else path)

    def texts(self, findings: Iterable[Diagnostic]) -> dict[str, str]:
        """The texts that findings of a project elsewhere show lines of, by URL."""
        places = [
            place
            for found in findings
            for place in (found.place, *(place for _, place in found.related))
            if place and place.line
        ]
        names = {place.path for place in places} & self._named
        with suppress(Unavailable):  # then the lines are not shown
            self.need(names)
        return {
            f"{self._url}/{name}": (self.folder / name).read_text("utf-8-sig", errors="replace")
            for name in names & self._here
        }


@contextmanager
def inputs(place: Path | str) -> Iterator[Inputs]:
    """The files of a project; those that are elsewhere are here as long as the block lasts.

    Args:
        place: a folder of this machine, or the URL of one.

    Raises:
        Unavailable: X721, X722, the location cannot be read.
        NoProject: X701, the block found no settings.
        ContentError: what else the block raises, with the places of files as the user knows them.
    """
    if "://" not in str(place):
        yield Inputs(Path(place))
        return
    with TemporaryDirectory(prefix="kg-") as folder:
        found = Inputs(Path(folder), str(place))
        try:
            found.copy()
            yield found
        except NoProject as error:
            raise NoProject([_no_project(str(place))]) from error
        except ContentError as error:
            texts = {**error.sources, **found.texts(error.diagnostics)}
            raise type(error)(map(found.told, error.diagnostics), texts) from error


def _is_shared(name: str) -> bool:
    folder, _, file = name.rpartition("/")
    return file.endswith(_SHARED[folder]) if folder in _SHARED else False


def _no_project(url: str) -> Diagnostic:
    message = f"`{url}` is not a project folder"
    note = "found neither `kg.toml` nor `[tool.kg]` in `pyproject.toml`"
    return Diagnostic("X701", message, notes=(note,), help="name the folder that has one of them")
