"""Shards: how articles are divided, and what is written down of each part.

In: names of articles; their digests; what a worker made of them. Out: groups of names; the name of
a shard; its record as JSON and back. Refuses: a record that is none (`ValueError`).

A shard is a run of articles in the order of their names. It ends behind a name whose checksum says
so, so that articles that come or go change one shard and not all those after them. Its name is a
digest of all that it was made from: whoever makes it makes the same bytes, and what lies under the
name need not be made again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from zlib import crc32

from kg.project.shelves import Record

VERSION = 2
"""Of the form of shards and of their manifest."""
FOLDER = "shards"
PER = 500
"""So many articles has a shard on average: some seconds of work, 16 MB of N-Quads."""
MOST = 4
"""So many times the average it has at most."""
ARTICLES, PRINTS = "articles", "prints"
KINDS = {ARTICLES: ".nq", PRINTS: ".prints"}
"""The files of a shard: N-Quads, and the fingerprints by which shared passages are found."""
RECORD = ".json"


@dataclass(frozen=True, slots=True)
class Parcel:
    """The articles of one shard.

    Attributes:
        stems: their names, sorted.
        files: the content of articles and mappings, by name; None if workers read them themselves.
    """

    stems: tuple[str, ...]
    files: Mapping[str, bytes] | None = None


@dataclass(frozen=True, slots=True)
class Shard:
    """What was made of the articles of one shard.

    Attributes:
        name: of the shard; empty if it has errors and was not written.
        files: of each kind, its SHA-256, `bytes` and `lines`.
        articles: the record of each, with how many `bytes` of N-Quads and `prints` are its own.
        contents: of each kind, the content of the file.
        inputs: the content of articles and mappings that the worker read.
        kept: it was there already.
    """

    name: str
    files: dict[str, dict[str, Any]]
    articles: dict[str, Record]
    contents: dict[str, bytes] = field(default_factory=dict)
    inputs: Mapping[str, bytes] = field(default_factory=dict)
    kept: bool = False

    @property
    def entry(self) -> dict[str, Any]:
        """What the manifest says of it."""
        stems = sorted(self.articles)
        return {
            "name": self.name,
            "articles": len(stems),
            "first": stems[0],
            "last": stems[-1],
            "files": self.files,
        }


def divide(stems: Iterable[str], per: int = PER) -> Iterator[tuple[str, ...]]:
    """Divide articles into shards.

    Args:
        stems: their names, sorted.
        per: how many a shard has on average; four times as many at most.
    """
    group: list[str] = []
    for stem in stems:
        group.append(stem)
        if crc32(stem.encode()) % per == 0 or len(group) >= MOST * per:
            yield tuple(group)
            group = []
    if group:
        yield tuple(group)


def name_of(basis: str, inputs: Mapping[str, list[str]]) -> str:
    """The name of a shard.

    Args:
        basis: digest of all that articles share.
        inputs: of each article, the digests of its files.
    """
    return sha256(_dump([VERSION, basis, inputs])).hexdigest()[:32]


def file_of(name: str, end: str) -> str:
    """The path of a file of a shard, below the folder of the result."""
    return f"{FOLDER}/{name}{end}"


def described(content: bytes) -> dict[str, Any]:
    """What is written down of a file."""
    digest, lines = sha256(content).hexdigest(), content.count(b"\n")
    return {"sha256": digest, "bytes": len(content), "lines": lines}


def to_json(shard: Shard) -> bytes:
    """The record of a shard, which is written last: what has one is whole."""
    return _dump({"name": shard.name, "files": shard.files, "articles": shard.articles})


def from_json(content: bytes) -> Shard:
    """The shard that a record tells of, without the contents.

    Raises:
        ValueError: it is no record.
    """
    try:
        return Shard(**json.loads(content), kept=True)
    except (TypeError, RecursionError) as error:
        raise ValueError("no record of a shard") from error


def _dump(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
