"""What a build says of itself: `manifest.json`.

In: the file. Out: its content, whose parts have the form that readers rely on.
Refuses: what is no manifest, or one of another version (`ValueError`).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kg.files import LARGEST_GRAPH, read_bytes

Manifest = dict[str, Any]

FORMAT = 2
MANIFEST = "manifest.json"
_FORM: dict[str, type | tuple[type, type]] = {
    "articles": (dict, dict),
    "base": str,
    "counts": (dict, int),
    "files": (dict, str),
    "findings": (list, dict),
    "fingerprint": str,
    "hash": str,
    "inputs": (dict, str),
    "language": str,
    "owl": dict,
    "prefixes": (dict, str),
    "shacl": dict,
    "shapes": str,
}
"""The type of each part; of a table, that of its values, too."""
_RECORD: dict[str, type | tuple[type, type]] = {
    "cites": (list, str),
    "findings": (list, dict),
    "key": str,
    "shares": (dict, list),
}


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
    try:
        manifest = json.loads(read_bytes(path, MANIFEST, LARGEST_GRAPH))
    except (ValueError, RecursionError) as error:
        raise ValueError("the manifest is not JSON") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise ValueError("the build was made by another version of kg")
    articles = manifest["articles"].values() if _fits(manifest, _FORM) else [None]
    if not all(_fits(record, _RECORD) for record in articles):
        raise ValueError("the manifest lacks a part, or has it in another form")
    return manifest


def _fits(table: object, form: dict[str, type | tuple[type, type]]) -> bool:
    return isinstance(table, dict) and all(_is(table.get(key), form[key]) for key in form)


def _is(value: object, wanted: type | tuple[type, type]) -> bool:
    if not isinstance(wanted, tuple):
        return isinstance(value, wanted)
    outer, inner = wanted
    if not isinstance(value, outer):
        return False
    items = value.values() if isinstance(value, dict) else value
    return all(isinstance(item, inner) for item in items)  # type: ignore[attr-defined]
