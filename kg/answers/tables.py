"""Answers for a terminal: tables, and for wide rows a block for each.

In: rows of terms, how to put them in words, and a stream. Out: text as wide as the terminal, or
120 columns in a pipe.
Refuses: nothing.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, BinaryIO

from kg.rdf.cells import Cell, Row, Wording, tally

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

# What the table puts between two columns.
GAP = 3
LEFT_OUT = "ids are left out to fit; -F vertical has room for them"


def write_table(
    variables: Sequence[str], rows: Iterable[Row], out: BinaryIO, wording: Wording
) -> None:
    """Write pages of rows as tables, each laid out on its own, and the number of rows."""
    count, cut = 0, False
    with console_on(out) as console:
        for page in wording.pages(rows):
            count += len(page)
            room = console.width - GAP * (len(variables) - 1)
            identified = _identified(variables, page, room)
            cut |= any(c.id and at not in identified for row in page for at, c in enumerate(row))
            console.print(_table(variables, page, identified))
        note = f"; {LEFT_OUT}" if cut else ""
        console.print(f"({tally(count)}{note})", highlight=False)


def write_blocks(
    variables: Sequence[str], rows: Iterable[Row], out: BinaryIO, wording: Wording
) -> None:
    """Write each row as a block with a line for each column, and the number of rows."""
    count = 0
    with console_on(out) as console:
        for page in wording.pages(rows):
            for row in page:
                count += 1
                console.rule(f"{count:,}", align="left", style="dim", characters="─")
                console.print(_block(variables, row))
        console.print(f"({tally(count)})", highlight=False)


@contextmanager
def console_on(out: BinaryIO) -> Iterator[Console]:
    """A console that writes to a binary stream, and leaves a closed pipe to its user."""
    from shutil import get_terminal_size

    from rich.console import Console  # 50 ms that only text for people is worth

    class Quiet(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    text = io.TextIOWrapper(out, encoding="utf-8", write_through=True)
    terminal = out.isatty()
    width = None if terminal else get_terminal_size((120, 24)).columns
    try:
        yield Quiet(file=text, width=width, force_terminal=terminal)
    finally:
        text.detach()


def _identified(variables: Sequence[str], page: list[list[Cell]], room: int) -> set[int]:
    """The columns that have room for ids beside labels; the widest give way first."""
    from rich.cells import cell_len

    def width(cells: Iterable[str]) -> int:
        return max((cell_len(line) for cell in cells for line in cell.split("\n")), default=0)

    columns = [[row[at] for row in page] for at in range(len(variables))]
    heads = list(map(cell_len, variables))
    plain = [max(h, width(c.words for c in cs)) for h, cs in zip(heads, columns, strict=True)]
    whole = [
        max(h, width(f"{c.words}  {c.id}" if c.id else c.words for c in cs))
        for h, cs in zip(heads, columns, strict=True)
    ]
    widest = sorted(range(len(variables)), key=lambda at: whole[at])
    while (
        widest and sum(whole[at] if at in widest else plain[at] for at in range(len(plain))) > room
    ):
        widest.pop()
    return set(widest)


def _table(variables: Sequence[str], page: list[list[Cell]], identified: set[int]) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for variable in variables:
        table.add_column(wrapping()(variable), overflow="fold")
    for row in page:
        table.add_row(*(_text(cell, at in identified) for at, cell in enumerate(row)))
    return table


def _block(variables: Sequence[str], row: list[Cell]) -> Table:
    from rich.table import Table

    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="bold", overflow="fold")
    grid.add_column(overflow="fold")
    for variable, cell in zip(variables, row, strict=True):
        grid.add_row(wrapping()(variable), _text(cell, True))
    return grid


def _text(cell: Cell, identified: bool) -> Text:
    """The words, and the id if there is room for it, or if the words name others as well."""
    text = wrapping()(cell.words)
    if cell.id and (identified or cell.shared):
        text.append(f"  {cell.id}", "dim")
    return text


@cache
def wrapping() -> type[Text]:
    """Texts whose further lines begin with a word.

    Behind a word that is longer than a line, the library leaves the space for the next line.
    """
    from rich.containers import Lines
    from rich.text import Text

    class Wrapping(Text):
        def wrap(self, *args: Any, **options: Any) -> Lines:  # noqa: ANN401  (as the library has them)
            lines = Lines()
            for paragraph in self.split(allow_blank=True):
                first, *rest = paragraph.wrap(*args, **options)
                begun = (line[len(line.plain) - len(line.plain.lstrip()) :] for line in rest)
                lines.extend([first, *(line for line in begun if line)])
            return lines

    return Wrapping
