"""RDF datasets as canonical N-Quads: written, read back, sorted, hashed and compared.

In: pyoxigraph quads, or N-Quads files with one statement a line. Out: bytes, lines, quads.
Refuses: a file that is cut off or that is not N-Quads (`ContentError`, X703).

Files are joined as bytes, line by line: UTF-8 sorts like code points, and a dataset that does not
fit into memory is sorted in runs on disk. The blank nodes of one file keep their labels, so no two
files that are joined may both have blank nodes (only the ontology graph has any).
"""

from __future__ import annotations

import heapq
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import BinaryIO, NamedTuple

from pyoxigraph import CanonicalizationAlgorithm, Dataset, Quad, RdfFormat, parse

from kg.diagnostics import ContentError, Diagnostic, Location, Unavailable

# 500,000 lines are about 150 MB of text: the most that a sort holds before it goes to disk.
RUN = 500_000

Key = Callable[[bytes], bytes]
Tokens = tuple[str, str, str, str]


class Difference(NamedTuple):
    """What only one of two datasets has, as canonical N-Quads lines without line ends."""

    only_left: tuple[str, ...]
    only_right: tuple[str, ...]

    def __bool__(self) -> bool:
        """Whether the datasets differ."""
        return bool(self.only_left or self.only_right)


def to_nquads(quads: Iterable[Quad]) -> bytes:
    """Canonical N-Quads: RDFC-1.0 blank node labels, one statement a line, sorted, each once.

    https://www.w3.org/TR/rdf-canon/#canonical-quads
    """
    lines = {f"{quad} .\n" for quad in quads}
    if any("_:" in line for line in lines):
        dataset = Dataset(parse("".join(lines), RdfFormat.N_QUADS))
        dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
        lines = {f"{quad} .\n" for quad in dataset}
    return "".join(sorted(lines)).encode()


def read_quads(path: Path) -> Iterator[Quad]:
    """The quads of one N-Quads file, in the order of the file.

    Raises:
        ContentError: the file cannot be read or is not N-Quads.
    """
    try:
        yield from parse(path=path, format=RdfFormat.N_QUADS)
    except (OSError, SyntaxError) as error:
        raise _unreadable(path, str(error)) from error


def read_lines(paths: Iterable[Path]) -> Iterator[bytes]:
    """The lines of N-Quads files, with their line ends.

    Raises:
        ContentError: a file cannot be read, or its last line is cut off.
    """
    for path in paths:
        try:
            with path.open("rb") as stream:
                line = b"\n"
                for line in stream:
                    yield line
        except OSError as error:
            raise _unreadable(path, error.strerror or str(error)) from error
        if not line.endswith(b"\n"):
            raise _unreadable(path, "its last line is cut off")


def read_triples(path: Path) -> list[bytes]:
    """The statements of a canonical N-Quads file of one graph, without the name of the graph.

    Raises:
        ContentError: the file cannot be read, its last line is cut off, or a line is of another
            graph.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from error
    end = content.find(b"\n") + 1
    graph = content[content.rfind(b" <", 0, end) : end]
    # No literal has a line end, so that what is split by one can only be a whole line.
    *triples, rest = content.split(graph) if graph else [content]
    if rest or content.count(b"\n") != len(triples):
        raise _unreadable(path, "its last line is cut off, or it has several graphs")
    return triples


def _unreadable(path: Path, reason: str) -> ContentError:
    message = f"`{path.name}` cannot be read: {reason}"
    help_ = "delete the `build` folder and run `kg build` again"
    return ContentError([Diagnostic("X703", message, Location(str(path)), help=help_)])


def split(line: bytes) -> Tokens:
    """A line of canonical N-Quads as the texts of subject, predicate, object and graph name.

    The graph name is empty for the default graph. A space in the last token can only come from a
    literal, and then the token has a quotation mark, which no IRI and no label can have.
    """
    subject, predicate, rest = line.decode().removesuffix(" .\n").split(" ", 2)
    head, space, last = rest.rpartition(" ")
    if space and last[0] in "<_" and '"' not in last:
        return subject, predicate, head, last
    return subject, predicate, rest, ""


def without_graph(line: bytes) -> bytes:
    """The same statement as an N-Triples line."""
    return "{} {} {} .\n".format(*split(line)[:3]).encode()


def sort_lines(
    lines: Iterable[bytes], key: Key | None = None, *, run: int = RUN
) -> Iterator[bytes]:
    """The lines sorted, each once, in bounded memory.

    Args:
        lines: complete lines; more than `run` of them are sorted through temporary files.
        key: what to sort by; equal lines must have equal keys and different lines different ones.
        run: how many lines to hold in memory.
    """
    spilled: list[Iterable[bytes]] = []
    held: list[bytes] = []
    for line in lines:
        held.append(line)
        if len(held) >= run:
            spilled.append(_spill(sorted(set(held), key=key)))
            held = []
    merged = heapq.merge(*spilled, sorted(set(held), key=key), key=key)
    return (line for line, _ in groupby(merged))


def _spill(lines: Iterable[bytes]) -> Iterable[bytes]:
    import tempfile  # 5 ms that only data beyond one run have to pay

    stream = tempfile.TemporaryFile()  # noqa: SIM115  (closed with its last reference)
    stream.writelines(lines)
    stream.seek(0)
    return stream


def difference(left: Iterable[Quad], right: Iterable[Quad]) -> Difference:
    """Compare two datasets by their canonical lines; equal blank node structures are equal."""
    here, there = (frozenset(to_nquads(side).decode().split("\n")) for side in (left, right))
    return Difference(tuple(sorted(here - there)), tuple(sorted(there - here)))


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A binary stream that takes the place of a file only when everything has been written.

    A link is followed, the permissions of the file that is replaced are kept, and what is no plain
    file, such as a pipe or a device, is written to as it is.

    Raises:
        Unavailable: X703, the folder or the file cannot be written.
    """
    target = Path(os.path.realpath(path))
    try:
        if target.exists() and not target.is_file():
            with target.open("wb") as stream:
                yield stream
            return
        yield from _replaced(target)
    except OSError as error:
        message = f"`{path}` cannot be written: {(error.strerror or str(error)).lower()}"
        raise Unavailable([Diagnostic("X703", message)]) from error


def draft_of(path: Path, process: int) -> Path:
    """Where a process, by its number, writes what shall take the place of a file."""
    target = Path(os.path.realpath(path))  # `resolve` stumbles over a link to itself
    return target.with_name(f".{target.name}.{process}.part")


def _replaced(target: Path) -> Iterator[BinaryIO]:
    draft = draft_of(target, os.getpid())
    try:
        with draft.open("wb") as stream:
            yield stream
        if target.exists():
            draft.chmod(target.stat().st_mode)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
