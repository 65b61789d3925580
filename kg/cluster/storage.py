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
            self.url = self._files.unstrip_protocol(self._root)
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

    def sizes(self, folder: str) -> dict[str, int]:
        """The names of the files of a folder, and how many bytes each has; none if it is not there.

        Raises:
            Unavailable: X722.
        """
        with self._told("cannot be read"), suppress(FileNotFoundError):
            self._files.invalidate_cache()
            listed = self._files.ls(self._path(folder), detail=True)
            found = {each["name"].rpartition("/")[2]: each for each in listed}
            return {name: each["size"] for name, each in found.items() if each["type"] == "file"}
        return {}

    def remove(self, names: Iterable[str]) -> None:
        """Remove files.

        Raises:
            Unavailable: X722.
        """
        with self._told("cannot be written"):
            for name in names:
                self._files.rm_file(self._path(name))

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        """Every kind of location has errors of its own, which have no class in common."""
        try:
            yield
        except FileNotFoundError:
            raise
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
