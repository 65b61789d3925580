"""Where every asserted triple of a build is from, kept beside its N-Quads.

In: `Statements`. Out: canonical N-Quads and a JSON document, and back. Refuses nothing.

`*.origins.json` of an article holds `origins` (a place in a mapping, the spans of the words) and
`lines`, the number of an origin for each line of the N-Quads.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from pyoxigraph import Quad, RdfFormat, parse

from kg.diagnostics import Location
from kg.text.quotes import Span


class Origin(NamedTuple):
    """Why a quad is there: the line of the mapping and the words of the article."""

    place: Location | None
    spans: tuple[Span, ...] = ()


Row = tuple[str, str, str]
"""Subject, predicate and object as canonical N-Quads has them."""


class Statements(Mapping[Quad, Origin]):
    """The triples of one named graph, each with its origin; none of them has a blank node.

    They are held as text: to make a `Quad` of each takes five times as long as to write them, and
    is only done when the quads are asked for.
    """

    def __init__(self, graph: str, rows: Mapping[Row, Origin]) -> None:
        """Take rows as they are.

        Args:
            graph: the graph name as N-Quads has it.
            rows: each with its origin.
        """
        self.graph, self.rows = graph, rows

    @cached_property
    def _quads(self) -> dict[Quad, Origin]:
        quads = parse(_to_nquads(self.rows, self.graph), RdfFormat.N_QUADS)
        return dict(zip(quads, self.rows.values(), strict=True))

    def __getitem__(self, quad: Quad) -> Origin:
        """The origin of a quad."""
        return self._quads[quad]

    def __iter__(self) -> Iterator[Quad]:
        """The quads, in the order in which they were generated."""
        return iter(self._quads)

    def __len__(self) -> int:
        """How many triples there are."""
        return len(self.rows)


class Axiom(NamedTuple):
    """An axiom as text: subject, predicate and object as N-Triples, expressions in Manchester
    syntax.
    """

    subject: str
    predicate: str
    object: str


_JSON = json.JSONEncoder(separators=(",", ":"))


def to_files(statements: Statements) -> tuple[bytes, bytes]:
    """Canonical N-Quads, and the origins of its lines as JSON."""
    ordered = sorted(statements.rows)
    known, lines = _numbered(map(statements.rows.__getitem__, ordered))
    origins = _JSON.encode({"origins": known, "lines": lines}).encode() + b"\n"
    return _to_nquads(ordered, statements.graph), origins


def _to_nquads(rows: Iterable[Row], graph: str) -> bytes:
    # No term is the beginning of another but a literal, and what follows sorts after the space.
    end = f" {graph} .\n"
    return end.join([*map(" ".join, rows), ""]).encode()


def _numbered(origins: Iterable[Origin]) -> tuple[list[Origin], list[int]]:
    """Each origin once, in the order of their first use, and the number of each in that order.

    One is looked up by what it says once, and by its identity from then on: it has dozens of parts.
    """
    origins = list(origins)
    ids = list(map(id, origins))
    numbers: dict[Origin, int] = {}
    number_of = {
        id_: numbers.setdefault(origin, len(numbers))
        for id_, origin in dict(zip(ids, origins, strict=True)).items()
    }
    return list(numbers), list(map(number_of.__getitem__, ids))


def from_files(quads: Iterable[Quad], origins: bytes) -> dict[Quad, Origin]:
    """The origin of each quad; `quads` in the order of the canonical N-Quads."""
    return dict(zip(quads, line_origins(origins), strict=True))


def line_origins(origins: bytes) -> list[Origin]:
    """The origin of each line of the canonical N-Quads."""
    document = json.loads(origins)
    known = [_from_json(item) for item in document["origins"]]
    return [known[line] for line in document["lines"]]


def _from_json(item: list[list[object]]) -> Origin:
    place, spans = item
    return Origin(Location(*place) if place else None, tuple(Span(*span) for span in spans))  # type: ignore[arg-type, misc]
