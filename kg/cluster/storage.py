"""Files at a location of any kind that fsspec reaches: a folder, an object store, HDFS.

In: a URL or a path. Out: bytes, sizes, and files that are whole or not there.
Refuses: the extra `cluster` is missing (X721); a location that cannot be read or written (X722).

A reader never sees half a file: object stores show an object when all of it is there, and
elsewhere a file is written beside its place and then given its name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from posixpath import dirname
from typing import Any
from uuid import uuid4

from kg.diagnostics import Diagnostic, Unavailable

PART = ".part"
"""The end of the names of files that are being written."""


class Storage:
    """A folder, wherever it is.

    Attributes:
        url: of the folder, such that every process that reaches it understands it.
    """

    def __init__(self, url: str) -> None:
        """Find out who reads and writes there; nothing is read yet.

        Args:
            url: of the folder; a path is one on this machine.

        Raises:
            Unavailable: X721, fsspec is missing; X722, nobody knows this kind of location.
        """
        try:
            from fsspec.asyn import AsyncFileSystem  # an extra, which only clusters need
            from fsspec.core import url_to_fs
        except ImportError as error:
            raise missing() from error
        self.url = url
        with self._told("cannot be used"):
            self._files, self._root = url_to_fs(url)
            # A path is another one elsewhere; of a URL, fsspec might leave out the host.
            self.url = url if "://" in url else self._files.unstrip_protocol(self._root)
        # Those of object stores are asynchronous.
        self._at_once = isinstance(self._files, AsyncFileSystem)

    def _path(self, name: str) -> str:
        return f"{self._root.rstrip('/')}/{name}"

    def read(self, name: str) -> bytes | None:
        """The content of a file; None if there is none.

        Raises:
            Unavailable: X722.
        """
        with self._told("cannot be read"), suppress(FileNotFoundError):
            content: bytes = self._files.cat_file(self._path(name))
            return content
        return None

    def read_all(self, names: Iterable[str]) -> dict[str, bytes]:
        """The contents of files, many at a time where the location can; of those that are there.

        Raises:
            Unavailable: X722.
        """
        wanted = list(names)
        with self._told("cannot be read"):
            paths = list(map(self._path, wanted))
            contents = self._files.cat_ranges(paths, None, None, on_error="return")
            found = zip(wanted, contents, strict=True)
            there = {n: each for n, each in found if not isinstance(each, FileNotFoundError)}
            for each in there.values():
                if isinstance(each, BaseException):
                    raise each
            return there
        return {}

    def write(self, name: str, content: bytes) -> None:
        """Write a file; it may be there already.

        Raises:
            Unavailable: X722.
        """
        path = self._path(name)
        with self._told("cannot be written"):
            if self._at_once:
                self._files.pipe_file(path, content)
                return
            self._files.makedirs(dirname(path), exist_ok=True)
            part = f"{path}.{uuid4().hex}{PART}"
            self._files.pipe_file(part, content)
            self._files.mv(part, path)
            if self._files.exists(part):  # HDFS gives no file the name of another one
                self._files.rm_file(path)
                self._files.mv(part, path)

    def sizes(self, folder: str) -> dict[str, int]:
        """The names of the files of a folder, and how many bytes each has; none if it is not there.

        Raises:
            Unavailable: X722.
        """
        found = self._listed(folder) or {}
        return {name: each["size"] for name, each in found.items() if each["type"] == "file"}

    def entries(self, folder: str) -> dict[str, bool] | None:
        """What a folder holds, and whether each is a folder; None if it is not there.

        Raises:
            Unavailable: X722.
        """
        found = self._listed(folder)
        if found is None:
            return None
        return {name: each["type"] == "directory" for name, each in found.items()}

    def _listed(self, folder: str) -> dict[str, dict[str, Any]] | None:
        with self._told("cannot be read"), suppress(FileNotFoundError):
            self._files.invalidate_cache()
            path = self._path(folder).rstrip("/")
            listed = self._files.ls(path, detail=True)
            # Object stores may have an empty object with the name of the folder itself.
            inside = (each for each in listed if each["name"].rstrip("/") != path)
            found = {each["name"].rstrip("/").rpartition("/")[2]: each for each in inside}
            return {name: each for name, each in found.items() if name not in ("", ".", "..")}
        return None

    def remove(self, names: Iterable[str]) -> None:
        """Remove files.

        Raises:
            Unavailable: X722.
        """
        with self._told("cannot be written"):
            for name in names:
                with suppress(FileNotFoundError):
                    self._files.rm_file(self._path(name))

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        """Every kind of location has errors of its own, which have no class in common."""
        try:
            yield
        except Exception as error:
            message, reason = f"`{self.url}` {what}", str(error).partition("\n")[0]
            help_ = "check the address, and the credentials that its kind of location asks for"
            if isinstance(error, ImportError):
                help_ = "install what fsspec needs for it, on every machine that works"
            found = Diagnostic("X722", message, notes=(reason,) if reason else (), help=help_)
            raise Unavailable([found]) from error


def missing() -> Unavailable:
    """What is said where the extra is not installed."""
    message = "builds on a cluster need Ray and fsspec, which are not installed"
    help_ = "install the extra `cluster`: `pip install 'newskg[cluster]'`"
    return Unavailable([Diagnostic("X721", message, help=help_)])
