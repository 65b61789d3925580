"""What a build says of itself: `manifest.json`.

In: the folder of a build. Out: its manifest, or only the head of it, to the letter as the build
wrote it.
Refuses: what is no manifest, or is damaged, or of another version (`ValueError`), and that of
shards (X703).

The head is what every query needs. It stands first and has a checksum of its own, so that opening a
build takes no longer when it has more articles.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from zlib import crc32

from kg.diagnostics import Diagnostic, Unavailable
from kg.files import LARGEST_GRAPH, read_beginning, read_bytes

Manifest = dict[str, Any]

FORMAT = 6
SHARDS = "newskg shards"
"""What the format of the manifest of a build by a cluster begins with."""
MANIFEST = "manifest.json"
HEAD = ("format", "base", "language", "prefixes")
LONGEST_HEAD = 1 << 16
"""Bytes of a head: more than prefixes ever need."""
ALTERED = "the manifest is not as the build wrote it"
_OPEN = b'"checksum": "00000000"'
_CHECKSUM = rb'"checksum": "([0-9a-f]{8})"'
# The end of the head: the checksum of what stands before.
_END = re.compile(rb'"head": "([0-9a-f]{8})"')


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest of a build, with checksums of its own text."""
    head = {name: manifest[name] for name in HEAD if name in manifest}
    rest = {name: value for name, value in manifest.items() if name not in (*head, "head")}
    start = _dump(head)[:-2] + b',\n "head": '
    text = start + b'"%08x",' % crc32(start) + _dump({**rest, "checksum": "00000000"})[1:] + b"\n"
    closed = text.replace(_OPEN, b'"checksum": "%08x"' % crc32(text), 1)
    (folder / MANIFEST).write_bytes(closed)


def _dump(part: Manifest) -> bytes:
    return json.dumps(part, indent=1, ensure_ascii=False, sort_keys=True).encode()


def read_head(folder: Path) -> Manifest:
    """The head of the manifest of a build; see `read_manifest`."""
    path = folder / MANIFEST
    if not path.exists():
        raise FileNotFoundError(path)
    content = read_beginning(path, MANIFEST, LONGEST_HEAD)
    end = _END.search(content)
    if end and int(end[1], 16) == crc32(content[: end.start(1) - 1]):
        return _checked(json.loads(content[: end.end()] + b"}"), path)
    read_manifest(folder)  # tells what is wrong, if it is more than the head
    raise ValueError(ALTERED)


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a build.

    Args:
        folder: of the build.

    Raises:
        FileNotFoundError: there is none. Unavailable, ContentError: it cannot be read, or is of
            shards.
        ValueError: it is damaged, or of another version; says which.
    """
    path = folder / MANIFEST
    if not path.exists():
        raise FileNotFoundError(path)
    content = read_bytes(path, MANIFEST, LARGEST_GRAPH)
    try:
        manifest = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ValueError("the manifest is not JSON") from error
    checked = _checked(manifest, path)
    stated = re.search(_CHECKSUM, content)
    if not stated or int(stated[1], 16) != crc32(content.replace(stated[0], _OPEN, 1)):
        raise ValueError(ALTERED)
    return checked


def _checked(manifest: object, path: Path) -> Manifest:
    kind = manifest.get("format") if isinstance(manifest, dict) else None
    if str(kind).startswith(SHARDS):
        message = f"`{path}` is of shards, and no build of this machine"
        help_ = "query its files with `kg query --data FILE`, or load them into a store"
        raise Unavailable([Diagnostic("X703", message, help=help_)])
    if not isinstance(manifest, dict) or kind != FORMAT:
        raise ValueError("the build was made by another version of kg")
    return manifest
