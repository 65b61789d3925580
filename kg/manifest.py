"""What a build says of itself: `manifest.json`.

In: the folder of a build. Out: its manifest, to the letter as the build wrote it.
Refuses: what is no manifest, or is damaged, or of another version (`ValueError`).
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from zlib import crc32

from kg.files import LARGEST_GRAPH, read_bytes

Manifest = dict[str, Any]

FORMAT = 3
MANIFEST = "manifest.json"
_OPEN = b'"checksum": "00000000"'
_CHECKSUM = re.compile(rb'"checksum": "([0-9a-f]{8})"')


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest of a build, with a checksum of its own text."""
    open_ = {**manifest, "checksum": "00000000"}
    text = json.dumps(open_, indent=1, ensure_ascii=False, sort_keys=True).encode() + b"\n"
    closed = text.replace(_OPEN, b'"checksum": "%08x"' % crc32(text), 1)
    (folder / MANIFEST).write_bytes(closed)


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a build.

    Args:
        folder: of the build.

    Raises:
        FileNotFoundError: there is none. Unavailable, ContentError: it cannot be read.
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
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise ValueError("the build was made by another version of kg")
    stated = _CHECKSUM.search(content)
    if not stated or int(stated[1], 16) != crc32(content.replace(stated[0], _OPEN, 1)):
        raise ValueError("the manifest is not as the build wrote it")
    return manifest
