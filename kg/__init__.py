"""News articles to a knowledge graph that can be trusted line by line.

The Python face of the command `kg`:

    import kg

    summary = kg.build("path/to/project")
    graph = kg.open("path/to/project")
    graph.store.query(...)      # a pyoxigraph store
    graph.dataset               # the same store as an rdflib Dataset

Both names are loaded when they are first used, so that `import kg` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kg.building.flow import Summary, build
    from kg.checking.check import check
    from kg.diagnostics import ContentError, Diagnostic, Misuse, Unavailable
    from kg.diffing.changes import Differences
    from kg.diffing.opening import diff
    from kg.schema.writing import schemas
    from kg.why.opening import Graph, open  # noqa: A004  (`kg.open` is the name users read)

__version__ = "0.1.0"

_HOMES = {
    "ContentError": "kg.diagnostics",
    "Diagnostic": "kg.diagnostics",
    "Differences": "kg.diffing.changes",
    "Graph": "kg.why.opening",
    "Misuse": "kg.diagnostics",
    "Summary": "kg.building.flow",
    "Unavailable": "kg.diagnostics",
    "build": "kg.building.flow",
    "check": "kg.checking.check",
    "diff": "kg.diffing.opening",
    "open": "kg.why.opening",
    "schemas": "kg.schema.writing",
}
__all__ = [
    "ContentError",
    "Diagnostic",
    "Differences",
    "Graph",
    "Misuse",
    "Summary",
    "Unavailable",
    "build",
    "check",
    "diff",
    "open",
    "schemas",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401  (any of the names above)
    """Load a name of the API when it is first used (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'kg' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
