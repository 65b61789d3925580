"""A store made from an earlier one: what did not change is shared with it, not written again.

In: the folder of a finished store, and the lines that graphs lost and gained. Out: the folder of
another store, as `kg.store.embedded.create` would have made it. Refuses what `create` refuses.

The engine never writes to a file of sorted tables again once it is finished, so both stores can
have it under a name of their own; its lists and journals are copied.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from pyoxigraph import DefaultGraph, Quad, RdfFormat, Store, parse

from kg.project.generations import link_or_copy
from kg.store.embedded import SEAL, making, seal
from kg.store.tables import RECORD, TABLE

_OWN = {RECORD, SEAL, "LOCK", "LOG"}
"""What belongs to one store only."""


class Change(NamedTuple):
    """What became of a named graph.

    Attributes:
        removed: its lines (canonical N-Quads) that are gone.
        added: lines that are new.
        kept: the other lines, as far as they may become the same as a removed one in the store,
            which knows `7` and `007` as one number.
    """

    removed: Sequence[bytes]
    added: Sequence[bytes]
    kept: Sequence[bytes] = ()


def renew(path: Path, old: Path, changes: Iterable[Change]) -> None:
    """Make a store from an earlier one.

    Args:
        path: a folder that does not exist yet.
        old: a store of `create` or `renew`; it stays as it is.
        changes: of all graphs that changed.

    Raises:
        Unavailable: X703, the store cannot be made.
    """
    with making(path):
        _share(old, path)
        store = Store(str(path))
        _apply(store, list(changes))
        store.flush()
        del store  # it writes to its files as long as it is open
        seal(path, old)


def _share(old: Path, new: Path) -> None:
    new.mkdir()
    for file in old.iterdir():
        if file.name in _OWN or file.name.startswith("LOG.old"):
            continue
        if file.suffix == TABLE:
            link_or_copy(file, new / file.name)
        else:
            shutil.copyfile(file, new / file.name)


def _apply(store: Store, changes: Sequence[Change]) -> None:
    gone = [quad for change in changes for quad in _quads(change.removed)]
    for quad in gone:
        store.remove(quad)
    lines = (line for change in changes for line in (*change.added, *change.kept))
    for quad in _quads(lines):
        store.add(quad)
        store.add(_merged(quad))
    # The default graph has what any named graph has.
    for quad in gone:
        if not _is_named(store, quad):
            store.remove(_merged(quad))


def _is_named(store: Store, quad: Quad) -> bool:
    found = store.quads_for_pattern(quad.subject, quad.predicate, quad.object)
    return any(not isinstance(other.graph_name, DefaultGraph) for other in found)


def _merged(quad: Quad) -> Quad:
    return Quad(quad.subject, quad.predicate, quad.object)


def _quads(lines: Iterable[bytes]) -> Iterator[Quad]:
    return iter(parse(b"".join(lines), RdfFormat.N_QUADS))


def change_of(before: Path | None, after: Path | None) -> Change:
    """What became of a graph, by its N-Quads files; None: the graph is not there.

    Raises:
        OSError: a file cannot be read.
    """
    old, new = _lines(before), _lines(after)
    here, there = set(old), set(new)
    removed = [line for line in old if line not in there]
    literals = {_place(line) for line in removed if b'"' in line}
    return Change(
        removed,
        [line for line in new if line not in here],
        [line for line in new if line in here and _place(line) in literals],
    )


def _lines(path: Path | None) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True) if path else []


def _place(line: bytes) -> bytes:
    """Subject and predicate of a line."""
    return b" ".join(line.split(b" ", 2)[:2])
