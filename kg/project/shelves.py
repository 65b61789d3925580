"""How the articles of a build lie in its folder, and what it knows of each.

In: the folder of a build. Out: where the files of an article are; its record.
Refuses: records that are damaged or gone (X703).

The N-Quads and the origins of an article are files with its name, in `articles/`. An archive of
more than `FEW` articles is divided over shelves, folders below `articles/` named by the first
digits of a checksum of the name, so that a build can take over a shelf on which nothing changed as
a whole, by a link: the cost of a change does not grow with the archive. On each shelf lies
`records.json`:

    prints    digest of `prints.bin`: the fingerprints of the texts, one after another
    articles  stem to record: inputs and files (digests of article and mapping, of N-Quads and
              origins), what it cites, declares (ids), shares, rests on, and of what is common to
              all articles sees and tells (`kg.building.common`), findings and counts
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple
from zlib import crc32

from kg.diagnostics import Diagnostic, Location, Unavailable

FEW = 256
"""So many articles at most lie on a single shelf."""
SHELF = 128
"""So many at most, on average, lie on each of several."""
ARTICLES, RECORDS, PRINTS = "articles", "records.json", "prints.bin"
COMMON = "common.json"
"""In the folder of the build: what its articles share, see `kg.building.common`."""
NQUADS, ORIGINS = ".nq", ".origins.json"
Record = dict[str, Any]
INPUTS = ("seeds", "mappings")


def input_files(stems: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The names of article and mapping."""
    return ((f"seeds/{stem}.txt", f"mappings/{stem}.yaml") for stem in stems)


def digits_for(count: int) -> int:
    """How many hexadecimal digits the names of shelves have for so many articles; 0: one shelf."""
    if count <= FEW:
        return 0
    digits = 1
    while count > SHELF * 16**digits:
        digits += 1
    return digits


def shelf_of(stem: str, digits: int) -> str:
    """The name of the shelf of an article; empty if there is only one."""
    return f"{crc32(stem.encode()):08x}"[:digits]


def folder_of(shelf: str) -> str:
    """The folder of a shelf, below that of the build."""
    return f"{ARTICLES}/{shelf}" if shelf else ARTICLES


class Records(NamedTuple):
    """What `records.json` of a shelf says."""

    prints: str
    articles: dict[str, Record]


def dump_records(records: Records) -> bytes:
    """The content of `records.json`."""
    document = {**records._asdict(), "articles": dict(sorted(records.articles.items()))}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def read_records(path: Path, digest: str = "") -> Records:
    """What `records.json` of a shelf says.

    Args:
        path: of the file.
        digest: SHA-256 that it must have; empty for a build that was not finished.

    Raises:
        Unavailable: X703, it is damaged or gone.
    """
    from hashlib import sha256  # loads OpenSSL, which queries do without

    try:
        content = path.read_bytes()
        if digest and sha256(content).hexdigest() != digest:
            raise _damaged(path)
        document = json.loads(content)
        found = Records(**document)
        if not isinstance(found.articles, dict):
            raise _damaged(path)
        return found
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise _damaged(path) from error


class Shelves:
    """The articles of a finished build.

    Attributes:
        stems: their names, sorted.
    """

    def __init__(self, folder: Path, manifest: dict[str, Any]) -> None:
        """Nothing is read yet.

        Args:
            folder: of the build.
            manifest: of the build, with the names of the articles and the digests of the records.
        """
        self.folder = folder
        self.stems: list[str] = manifest["articles"]
        self._digests: dict[str, str] = manifest["shelves"]
        self._digits = len(next(iter(self._digests), ""))
        self._read: dict[str, Records] = {}

    def nquads(self, stem: str) -> Path:
        """The N-Quads file of an article."""
        return self.folder / folder_of(shelf_of(stem, self._digits)) / f"{stem}{NQUADS}"

    def record(self, stem: str) -> Record:
        """What the build knows of an article.

        Raises:
            Unavailable: X703, the records are damaged or gone.
        """
        shelf = shelf_of(stem, self._digits)
        found = self.records(shelf).articles.get(stem)
        if found is None:
            raise _damaged(self.folder / folder_of(shelf) / RECORDS)
        return found

    def records(self, shelf: str) -> Records:
        """What the build knows of the articles of a shelf.

        Raises:
            Unavailable: X703, the records are damaged or gone. KeyError: there is no such shelf.
        """
        if shelf not in self._read:
            path = self.folder / folder_of(shelf) / RECORDS
            self._read[shelf] = read_records(path, self._digests[shelf])
        return self._read[shelf]

    def digest(self, path: Path) -> str:
        """The SHA-256 that a file of an article had when it was written."""
        kind = int(path.name.endswith(ORIGINS))
        stem = path.name.removesuffix((NQUADS, ORIGINS)[kind])
        return str(self.record(stem)["files"][kind])

    def input(self, name: str) -> str:
        """The SHA-256 of an article or a mapping, by the name of the file; empty if it is none."""
        path = PurePosixPath(name)
        kind = INPUTS.index(path.parent.name) if path.parent.name in INPUTS else None
        if kind is None or path.stem not in self.stems:
            return ""
        return str(self.record(path.stem)["inputs"][kind])

    def inputs(self) -> dict[str, str]:
        """The SHA-256 of all articles, and of all mappings, by the names of the files."""
        files = zip(self.stems, input_files(self.stems), strict=True)
        return {
            name: str(digest)
            for stem, names in files
            for name, digest in zip(names, self.record(stem)["inputs"], strict=True)
        }


def read_prints(folder: Path, records: Records) -> dict[str, memoryview]:
    """The fingerprints of the articles of a shelf, as unsigned numbers of 64 bits.

    Raises:
        Unavailable: X703, they are damaged or gone.
    """
    from hashlib import sha256  # loads OpenSSL, which queries do without

    path = folder / PRINTS
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _damaged(path) from error
    if sha256(content).hexdigest() != records.prints:
        raise _damaged(path)
    numbers, found, start = memoryview(content).cast("Q"), {}, 0
    for stem in sorted(records.articles):
        end = start + records.articles[stem]["prints"]
        found[stem] = numbers[start:end]
        start = end
    return found


def _damaged(path: Path) -> Unavailable:
    message = f"`{path.parent.name}/{path.name}` of the build is damaged or gone"
    found = Diagnostic("X703", message, Location(str(path)), help="run `kg build --force`")
    return Unavailable([found])
