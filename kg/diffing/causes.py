"""Why a graph differs: the files that it was built from and that have changed.

In: two sides. Out: for each graph, the changed files that it may depend on. Refuses nothing: a
side that does not say what it was built from has no causes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from kg.diffing.sides import Side
from kg.exporting.selection import INFERRED, ONTOLOGY
from kg.store.provenance import PASSAGES

_SHAPES, _ONTOLOGY, _AUTHORITY = "ontology/shapes/", "ontology/", "mappings/authority/"
_MAPPINGS, _SEEDS = "mappings/", "seeds/"


class Cause(NamedTuple):
    """A file that one side was built with and the other was not.

    Attributes:
        file: by its name in the project; of a tool, its name.
        how: `changed`, `added` or `removed`; of a tool, its versions.
    """

    file: str
    how: str

    def __str__(self) -> str:
        return f"{self.file} {self.how}"


def causes(old: Side, new: Side) -> list[Cause]:
    """What the sides were built from differently, shapes apart: they make no statement."""
    if not (old.inputs and new.inputs):
        return []
    files = [
        Cause(name, how)
        for name in sorted({*old.inputs, *new.inputs})
        if (how := _how(old.inputs.get(name), new.inputs.get(name)))
        and not name.startswith(_SHAPES)
    ]
    return files + _tools(
        *(side.build.manifest["tools"] if side.build else {} for side in (old, new))
    )


def _how(old: str | None, new: str | None) -> str:
    if old == new:
        return ""
    return "added" if old is None else "removed" if new is None else "changed"


def _tools(old: Mapping[str, str], new: Mapping[str, str]) -> list[Cause]:
    both = sorted(old.keys() & new.keys())
    return [Cause(name, f"{old[name]} → {new[name]}") for name in both if old[name] != new[name]]


def causes_of(graph: str, found: list[Cause]) -> list[Cause]:
    """Those among the causes that a graph may depend on.

    Args:
        graph: its name after `graph/`.
        found: all causes.
    """
    return [cause for cause in found if _matters(graph, cause.file)]


def _matters(graph: str, file: str) -> bool:
    if graph == INFERRED or file.startswith(_ONTOLOGY):
        return True
    if graph == ONTOLOGY:
        return False
    if file.startswith(_SEEDS):
        return graph == PASSAGES or file == f"{_SEEDS}{graph}.txt"
    if file.startswith(_AUTHORITY):
        return graph != PASSAGES
    if file.startswith(_MAPPINGS):
        return file == f"{_MAPPINGS}{graph}.yaml"
    return True  # settings and tools
