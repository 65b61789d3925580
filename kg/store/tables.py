"""Checksums of the tables of a store, by which damage is found without the engine.

In: the folder of a finished store. Out: a record beside its tables; the tables that are not as it
says.
Refuses: nothing. The engine never writes to a table again, so the record of an earlier store holds
for those that a later one shares with it.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from zlib import crc32

RECORD = "kg.tables"
TABLE = ".sst"
_PIECE = 1 << 20


def record(store: Path, before: Path | None = None) -> None:
    """Write down the checksums of the tables.

    Args:
        store: the folder of a finished store.
        before: a store from which it has tables, whose checksums are known.
    """
    known = _recorded(before) if before else {}
    tables = sorted(store.glob(f"*{TABLE}"))
    sums = {table.name: known.get(table.name) or _checksum(table) for table in tables}
    (store / RECORD).write_text(json.dumps(sums, indent=0), encoding="utf-8")


def damaged(store: Path) -> list[str]:
    """The names of tables that are gone or not as they were recorded."""
    return [name for name, stated in _recorded(store).items() if _state(store / name) != stated]


def _recorded(store: Path) -> dict[str, str]:
    with suppress(OSError, ValueError):
        return {str(k): str(v) for k, v in json.loads((store / RECORD).read_bytes()).items()}
    return {}


def _state(table: Path) -> str:
    with suppress(OSError):
        return _checksum(table)
    return ""


def _checksum(table: Path) -> str:
    found = 0
    with table.open("rb") as content:
        while piece := content.read(_PIECE):
            found = crc32(piece, found)
    return f"{found:08x}"
