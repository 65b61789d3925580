"""The embedded store: made from N-Quads files, reopened for reading, and found in a build folder.

In: canonical N-Quads files; a build folder. Out: a `pyoxigraph.Store`; a `Build`.
Refuses: no build (X702); a build or a store that is damaged, locked or of another version (X703).

The default graph of every store made here holds the merge of all named graphs. The engine's own
union of graphs gives one answer for each graph that has the triple (oxigraph issue 1919), so that
a query over it would count what two articles both say twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from zlib import crc32

from pyoxigraph import RdfFormat, Store

from kg.diagnostics import Diagnostic, Location, Unavailable
from kg.hints import did_you_mean
from kg.project.manifest import MANIFEST, read_head, read_manifest
from kg.project.shelves import NQUADS, Shelves
from kg.rdf.dataset import read_lines, without_graph
from kg.store.tables import record
from kg.upward import find_project

HELP = "run `kg build`"
WANTED = "name the folder of a project that is built, of its builds, or of one build"
SEAL = "kg.seal"
BUILD = "build"
KEPT = f"{BUILD}/.generations"
"""Where a project has its builds, and those that are kept by name."""


def create(path: Path, files: Iterable[Path]) -> None:
    """Make a store from N-Quads files in one bulk load.

    Args:
        path: a folder that does not exist yet.
        files: N-Quads files; their blank node labels must not collide.

    Raises:
        ContentError: X703, a file cannot be read. Unavailable: X703, the store cannot be made.
    """
    with making(path):
        store = Store(str(path))
        stream = _Stream(_with_merge(read_lines(files)))
        store.bulk_load(stream, RdfFormat.N_QUADS)  # type: ignore[arg-type]
        store.flush()
        del store  # it writes to its files as long as it is open
        seal(path)


@contextmanager
def making(path: Path) -> Iterator[None]:
    """While a store is made: what the engine refuses is told.

    Raises:
        Unavailable: X703, the store cannot be made.
    """
    try:
        yield
    except (OSError, SyntaxError, RuntimeError) as error:
        message = f"the store cannot be made: {error}"
        help_ = "see that the disk has room"
        found = Diagnostic("X703", message, Location(path.name), help=help_)
        raise Unavailable([found]) from error


def seal(path: Path, before: Path | None = None) -> None:
    """Write down how a finished store looks, so that damage is seen when it is opened, or later.

    Args:
        path: of the store.
        before: a store from which it has tables.
    """
    record(path, before)
    (path / SEAL).write_text(_seal(path), encoding="utf-8")


def _seal(path: Path) -> str:
    """Name and checksum of the engine's list of its files, with their sizes.

    The engine checks everything else; of a list that is cut off it would take what is left, and
    answer without the rest.
    """
    name = (path / "CURRENT").read_text(encoding="utf-8").rstrip("\n")
    return f"{name} {crc32((path / name).read_bytes()):08x}\n"


def _with_merge(lines: Iterable[bytes]) -> Iterator[bytes]:
    for line in lines:
        yield line
        yield without_graph(line)


class _Stream:
    """Lines as the binary stream that the bulk loader reads: one load for any number of files.

    Of a stream, the loader only calls `read`.
    """

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines = lines
        self._rest = b""

    def read(self, size: int) -> bytes:
        held, parts = len(self._rest), [self._rest]
        while held < size and (line := next(self._lines, b"")):
            held += len(line)
            parts.append(line)
        text = b"".join(parts)
        self._rest = text[size:]
        return text[:size]


def open_read_only(path: Path) -> Store:
    """Open a store that `create` made; any number of readers may have it open.

    Raises:
        Unavailable: X702, there is none; X703, it is damaged or cannot be read.
    """
    if not path.exists():
        raise _missing(path)
    try:
        if (path / SEAL).read_bytes() != _seal(path).encode():
            raise _damaged(path, "the store is not as the build wrote it")
        return Store.read_only(str(path))
    except (OSError, RuntimeError, ValueError) as error:
        raise _damaged(path, f"the store cannot be opened: {error}") from error


@dataclass(frozen=True)
class Build:
    """A finished build; stays the same while newer builds replace `build/current`.

    Attributes:
        folder: the folder of this one build, without symbolic links.
        head: what `manifest.json` begins with.
    """

    # No slots: what is read on first use is kept in the instance's dictionary.
    folder: Path
    head: dict[str, Any]

    @classmethod
    def known(cls, folder: Path, manifest: dict[str, Any]) -> Build:
        """A build whose whole manifest need not be read, or is not written yet."""
        build = cls(folder, manifest)
        build.__dict__["manifest"] = manifest
        return build

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What the whole `manifest.json` says, read at first use.

        Raises:
            Unavailable: X703, it is damaged.
        """
        try:
            return read_manifest(self.folder)
        except (FileNotFoundError, ValueError) as error:
            raise _damaged(self.folder / MANIFEST, str(error)) from error

    @cached_property
    def store(self) -> Store:
        """The store, opened read-only at first use.

        Raises:
            Unavailable: it is missing or damaged.
        """
        return open_read_only(self.folder / "store")

    def read(self, name: str) -> bytes:
        """A file of the build, which must be as it was written.

        Raises:
            Unavailable: X703, it is not, or cannot be read.
        """
        from hashlib import sha256  # loads OpenSSL, which queries do without

        path = self.folder / name
        try:
            content = path.read_bytes()
        except OSError as error:
            reason = f"`{path.name}` cannot be read: {error.strerror or error}"
            raise _damaged(path, reason) from error
        if sha256(content).hexdigest() != self.digest(path):
            raise _damaged(path, f"`{path.name}` is not what the build wrote")
        return content

    @property
    def base(self) -> str:
        """The base IRI of the data."""
        return str(self.head["base"])

    @property
    def language(self) -> str:
        """The language of its labels."""
        return str(self.head["language"])

    @property
    def prefixes(self) -> dict[str, str]:
        """Prefix to namespace: the project's own and the published ones."""
        return dict(self.head["prefixes"])

    @cached_property
    def shelves(self) -> Shelves:
        """The articles."""
        return Shelves(self.folder, self.manifest)

    def files(self) -> list[Path]:
        """The N-Quads files: shared individuals, articles, passages, inferred, ontology."""
        names = ("authority.nq", "passages.nq", "inferred.nq", "ontology.nq")
        shared = [self.folder / name for name in names if name in self.manifest["files"]]
        return [*shared[:1], *map(self.shelves.nquads, self.shelves.stems), *shared[1:]]

    def file(self, graph: str) -> Path:
        """The N-Quads file of a graph, by the name of the graph after `graph/`."""
        path = self.folder / f"{graph}{NQUADS}"
        return path if path.name in self.manifest["files"] else self.shelves.nquads(graph)

    def digest(self, path: Path) -> str:
        """The SHA-256 that a file had when the build wrote it; empty if it wrote none.

        Raises:
            Unavailable: X703, the records of the articles are damaged or gone.
        """
        name = path.relative_to(self.folder).as_posix()
        found = self.manifest["files"].get(name)
        return str(found or self.shelves.digest(path))

    def input(self, name: str) -> str:
        """The SHA-256 of an input file; empty if the build has none of that name.

        Raises:
            Unavailable: X703, the records of the articles are damaged or gone.
        """
        return str(self.manifest["inputs"].get(name) or self.shelves.input(name))

    @cached_property
    def inputs(self) -> dict[str, str]:
        """The digests of all input files, by name.

        Raises:
            Unavailable: X703, the records of the articles are damaged or gone.
        """
        return {**self.manifest["inputs"], **self.shelves.inputs()}


def open_build(folder: Path) -> Build:
    """Find the current build.

    Args:
        folder: the project's build folder, or the folder of one build.

    Raises:
        Unavailable: X702, there is no build; X703, its manifest is damaged or of another version.
    """
    current = folder / "current"
    # Resolved once: a build that finishes meanwhile must not mix its files with these.
    place = (current if current.exists() else folder).resolve()
    try:
        return Build(place, read_head(place))
    except FileNotFoundError as error:
        raise _missing(folder) from error
    except ValueError as error:
        raise _damaged(place / MANIFEST, str(error)) from error


def find_build(name: str, project: Path) -> Build:
    """The build that a person names.

    Args:
        name: a folder: of a project, of its builds or of one build; or the name of a kept build.
        project: the folder of the project that keeps it.

    Raises:
        Unavailable: X702, there is no build; X703, see `open_build`.
    """
    if (folder := build_folder(name, project)) is not None:
        return open_build(folder)
    around = [*Path(name).parents, find_project(Path(name)) / BUILD]
    if near := next((place for place in around if _has_build(place)), None):
        raise _missing(Path(name), f"name the build that it is part of: `{near}`")
    if not Path(name).is_dir():
        what = f"`{name}` is no folder, and no build that the project keeps"
        help_ = did_you_mean(name, sorted(path.name for path in (project / KEPT).glob("*")))
        raise Unavailable([Diagnostic("X702", what, help=help_ or WANTED)])
    raise _missing(Path(name), WANTED)


def build_folder(name: str, project: Path) -> Path | None:
    """The folder of the build that a person names, for `open_build`; None if there is none."""
    path, kept = Path(name), project / KEPT / name
    if not path.exists():
        return kept if kept.is_dir() else None
    return next((folder for folder in (path, path / BUILD) if _has_build(folder)), None)


def _has_build(folder: Path) -> bool:
    return any((folder / part).exists() for part in ("current", MANIFEST))


def _missing(folder: Path, help_: str = HELP) -> Unavailable:
    return Unavailable([Diagnostic("X702", f"there is no build in `{folder}`", help=help_)])


def _damaged(path: Path, message: str) -> Unavailable:
    return Unavailable(
        [Diagnostic("X703", message, Location(str(path)), help="run `kg build --force`")]
    )
