"""A build folder of any number of statements, made without a build, to ask queries of.

In: a build of this project. Out: its graphs again and again, each time with individuals, events and
articles of other names, loaded as the build loads them; the ontology once.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from kg.project.manifest import read_manifest, write_manifest
from kg.store.embedded import create

BASE = b"https://example.org/newskg/"
KINDS = b"article|event|fact|graph|group|organization|person|statement|stance|tenure|time"
OWN = re.compile(rb"(<%s(?:%s)/[\w-]+)" % (BASE, KINDS))
"""The IRIs of a copy's own, up to where its number goes."""


def copies(build: Path) -> Iterator[bytes]:
    """The statements of one copy after the other, without end."""
    once = {"ontology.nq", "passages.nq"}
    files = [path for path in sorted(build.rglob("*.nq")) if path.name not in once]
    text = b"".join(path.read_bytes() for path in files)
    pieces = OWN.split(text)
    number = 0
    while True:
        mark = b"-%d" % number
        yield b"".join(p + mark if n % 2 else p for n, p in enumerate(pieces))
        number += 1


def make_large(build: Path, folder: Path, least: int) -> int:
    """Make the build folder of at least so many statements; the number of them."""
    folder.mkdir(parents=True)
    ontology, data = folder / "ontology.nq", folder / "articles.nq"
    shutil.copyfile(build / "ontology.nq", ontology)
    total = ontology.read_bytes().count(b"\n")
    with data.open("wb") as out:
        for text in copies(build):
            out.write(text)
            total += text.count(b"\n")
            if total >= least:
                break
    create(folder / "store", [ontology, data])
    write_manifest(folder, read_manifest(build))
    return total
