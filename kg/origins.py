"""The origin of every quad of an article, kept beside its canonical N-Quads.

In: quads with origins. Out: canonical N-Quads and a JSON document with one origin a line, and back.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from pyoxigraph import Quad

from kg.dataset import to_nquads
from kg.diagnostics import Location
from kg.generate import Origin
from kg.quotes import Span


def to_files(quads: Mapping[Quad, Origin]) -> tuple[bytes, bytes]:
    """Canonical N-Quads, and the origins of its lines as JSON."""
    ordered = sorted(quads.items(), key=lambda item: str(item[0]))
    numbers: dict[Origin, int] = {}
    lines = [numbers.setdefault(origin, len(numbers)) for _, origin in ordered]
    document = {"origins": [_to_json(origin) for origin in numbers], "lines": lines}
    return to_nquads(quads), json.dumps(document, separators=(",", ":")).encode() + b"\n"


def from_files(quads: Iterable[Quad], origins: bytes) -> dict[Quad, Origin]:
    """The origin of each quad; `quads` in the order of the canonical N-Quads."""
    document = json.loads(origins)
    known = [_from_json(item) for item in document["origins"]]
    return {quad: known[line] for quad, line in zip(quads, document["lines"], strict=True)}


def _to_json(origin: Origin) -> list[object]:
    place = origin.place
    shown = (
        [place.path, place.line, place.column, place.end_line, place.end_column] if place else None
    )
    return [shown, [[span.start, span.end] for span in origin.spans]]


def _from_json(item: list[list[object]]) -> Origin:
    place, spans = item
    return Origin(Location(*place) if place else None, tuple(Span(*span) for span in spans))  # type: ignore[arg-type, misc]
