"""A store of any number of statements, made without a build, to ask queries of.

In: a build of this project. Out: its graphs again and again, each time with individuals, events and
articles of other names, loaded as the build loads them; the ontology once.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from kg.store.embedded import Build, create

BASE = b"https://example.org/newskg/"
KINDS = b"article|event|fact|graph|group|organization|person|statement|stance|tenure|time"
OWN = re.compile(rb"(<%s(?:%s)/[\w-]+)" % (BASE, KINDS))
"""The IRIs of a copy's own, up to where its number goes."""


def copies(build: Build) -> Iterator[bytes]:
    """The statements of one copy after the other, without end."""
    once = {"ontology.nq", "passages.nq"}
    pieces = OWN.split(
        b"".join(path.read_bytes() for path in build.files() if path.name not in once)
    )
    number = 0
    while True:
        mark = b"-%d" % number
        yield b"".join(piece + mark if n % 2 else piece for n, piece in enumerate(pieces))
        number += 1


def make_large(build: Build, folder: Path, least: int) -> int:
    """Fill a folder with the store of at least so many statements; the number of them."""
    folder.mkdir(parents=True)
    ontology, data = folder / "ontology.nq", folder / "articles.nq"
    shutil.copyfile(build.folder / "ontology.nq", ontology)
    total = ontology.read_bytes().count(b"\n")
    with data.open("wb") as out:
        for text in copies(build):
            out.write(text)
            total += text.count(b"\n")
            if total >= least:
                break
    create(folder / "store", [ontology, data])
    return total
