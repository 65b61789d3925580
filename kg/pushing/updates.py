"""The texts of updates: content into graphs, from graph to graph, and away.

In: names of graphs, N-Triples. Out: SPARQL 1.1 Update, in pieces that stores take.
Refuses: nothing.

https://www.w3.org/TR/sparql11-update/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

# Some stores take no more than 5,000 triples in one INSERT DATA; long literals make it large.
INSERTED_TRIPLES, INSERTED_BYTES = 1000, 1 << 20
DROP = "DROP SILENT GRAPH <{0}>"
# MOVE and COPY would do; in a TDB2 dataset of Fuseki 5.6, they lose triples that both graphs have.
COPY = "INSERT {{ GRAPH <{0}> {{ ?s ?p ?o }} }} WHERE {{ GRAPH <{1}> {{ ?s ?p ?o }} }}"
# A store may read \\u0041 before all else, even where the backslash is itself behind a backslash.
_ESCAPES = re.compile(rb"(\\+)([uU])")


def joined(operations: Iterable[str]) -> str:
    """Operations as one update."""
    return " ;\n".join(operations)


def replacing(graph: str, place: str) -> str:
    """Give a graph the content of another one; without one, no content."""
    drop = DROP.format(graph)
    return joined([drop, COPY.format(graph, place)]) if place else drop


def insertions(graph: str, blocks: Iterable[bytes], *, anew: bool) -> Iterator[str]:
    """Updates that add triples to a graph, one after another.

    All that has blank nodes goes in one update, for in another one their names mean others.

    Args:
        graph: its name.
        blocks: N-Triples, in whole lines; read twice.
        anew: whether the first update takes away what is there.
    """
    tied = [line for line in _lines(blocks) if b"_:" in line]
    others = (line for line in _lines(blocks) if b"_:" not in line)
    for number, lines in enumerate(_pieces(tied, others)):
        content = b"".join(map(_escaped, lines)).decode()
        insert = f"INSERT DATA {{ GRAPH <{graph}> {{\n{content}}} }}"
        yield joined([DROP.format(graph), insert]) if anew and not number else insert


def _lines(blocks: Iterable[bytes]) -> Iterator[bytes]:
    for block in blocks:
        yield from block.splitlines(keepends=True)


def _pieces(first: Sequence[bytes], others: Iterable[bytes]) -> Iterator[list[bytes]]:
    piece, size = list(first), sum(map(len, first))
    for line in others:
        if piece and (len(piece) >= INSERTED_TRIPLES or size + len(line) > INSERTED_BYTES):
            yield piece
            piece, size = [], 0
        piece.append(line)
        size += len(line)
    yield piece


def _escaped(line: bytes) -> bytes:
    """The same where escapes of code points are read before strings are, and where they are not."""
    return _ESCAPES.sub(_plain, line) if b"\\u" in line or b"\\U" in line else line


def _plain(found: re.Match[bytes]) -> bytes:
    if len(found[1]) % 2:
        return found[0]
    return found[1] + b"\\u%04x" % ord(found[2])
