"""Solutions from rows: what did not come from the engine, in the engine's own form.

In: columns and rows of terms. Out: `QuerySolutions`, made while the rows are read, so that one
code writes them all.
Refuses: nothing.

The rows pass through SPARQL TSV, which keeps every term as it is. It cannot tell how many rows an
answer without columns has; so those are JSON.
https://www.w3.org/TR/sparql11-results-csv-tsv/#tsv
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pyoxigraph import QueryResultsFormat, QuerySolutions, parse_query_results

from kg.sparql.graphs import Term

Cells = Sequence[Term | None]


def solutions(columns: Sequence[str], rows: Iterable[Cells]) -> QuerySolutions:
    """Solutions with these columns, in this order.

    Args:
        columns: names of variables.
        rows: a term or None for each column.
    """
    format_ = QueryResultsFormat.TSV if columns else QueryResultsFormat.JSON
    stream = Stream(_lines(columns, rows) if columns else _empty(rows))
    found = parse_query_results(stream, format_)  # type: ignore[arg-type]
    assert isinstance(found, QuerySolutions)
    return found


def _lines(columns: Sequence[str], rows: Iterable[Cells]) -> Iterator[bytes]:
    yield ("\t".join(f"?{name}" for name in columns) + "\n").encode()
    for row in rows:
        cells = ["" if term is None else str(term).replace("\t", "\\t") for term in row]
        yield ("\t".join(cells) + "\n").encode()


def _empty(rows: Iterable[Cells]) -> Iterator[bytes]:
    yield b'{"head":{"vars":[]},"results":{"bindings":['
    for index, _ in enumerate(rows):
        yield b",{}" if index else b"{}"
    yield b"]}}"


class Stream:
    """Pieces of bytes as the binary stream that the engine reads; it only calls `read`."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        """Read from these pieces."""
        self._pieces = pieces
        self._rest = b""

    def read(self, size: int) -> bytes:
        """At most so many bytes; none at the end.

        Gives what there is at once: a row must not wait for the next one.
        """
        while not self._rest and (piece := next(self._pieces, None)) is not None:
            self._rest = piece
        found, self._rest = self._rest[:size], self._rest[size:]
        return found
