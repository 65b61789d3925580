"""Answers with the words that each row rests on.

In: the rows of a query with their evidence. Out: a table with the quotes under each row; the other
formats of rows with two more columns: the words with their places, and the IRIs of their spans.
Refuses nothing.

Of many quotes only so many are shown; the last line says how many there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import BinaryIO

from pyoxigraph import Literal
from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from kg.answers.results import write_answer
from kg.answers.tables import console_on, wrapping
from kg.findings.excerpts import visible
from kg.rdf.cells import PAGE, Wording, tally
from kg.sparql.answers import Answer, Form
from kg.sparql.solutions import Cells, solutions
from kg.store.provenance import Quote
from kg.why.rows import Evidence

MOST = 10
"""So many quotes of a row are shown unless another number is asked for; 0 means all."""
_GAP = 2


def columns(variables: Sequence[str]) -> tuple[str, str]:
    """Names for the two columns that no column of the query has."""
    words, spans = "evidence", "evidenceSpans"
    while words in variables or spans in variables:
        words, spans = f"{words}_", f"{spans}_"
    return words, spans


def lines(found: Evidence, most: int) -> list[str]:
    """The words under a row with their places; where there are none, the lines that say so."""
    quotes = found.quotes
    told = [f"“{_flat(quote.words)}” ({_where(quote)})" for quote in quotes]
    shown = told or list(dict.fromkeys(_places(found)))
    return _first(shown, most)


def _first(shown: list[str], most: int) -> list[str]:
    if not most or len(shown) <= most:
        return shown
    return [*shown[:most], f"and {len(shown) - most} more"]


def _places(found: Evidence) -> Iterator[str]:
    for reason in found.reasons:
        for leaf in reason.leaves():
            yield from (str(source.place) for source in leaf.sources if source.place)


def _where(quote: Quote) -> str:
    return str(quote.place) if quote.place else f"seeds/{quote.article}.txt"


def _flat(words: str) -> str:
    return " ".join(words.split())


# Machine formats


def write_results(
    variables: Sequence[str],
    rows: Iterable[Evidence],
    out: BinaryIO,
    base: str,
    *,
    format_: str,
    wording: Wording,
    most: int = MOST,
) -> None:
    """Write all rows in a format other than the table, as answers without evidence are written."""
    names = (*variables, *columns(variables))
    result = solutions(names, (_cells(found, base, most) for found in rows))
    answer = Answer(Form.SOLUTIONS, names, result)
    write_answer(answer, format_, out, wording)


def _cells(found: Evidence, base: str, most: int) -> Cells:
    quotes = found.quotes[: most or None]
    spans = (f"{base}article/{q.article}#char={q.span.start},{q.span.end}" for q in quotes)
    words, where = "\n".join(lines(found, most)), " ".join(spans)
    return [*found.row, Literal(words) if words else None, Literal(where) if where else None]


# The table


def write_table(
    variables: Sequence[str],
    rows: Iterable[Evidence],
    out: BinaryIO,
    wording: Wording,
    *,
    most: int = MOST,
) -> None:
    """Rows as tables, each page laid out on its own, with the words under each row."""
    remaining, count = iter(rows), 0
    with console_on(out) as console:
        while (page := list(islice(remaining, PAGE))) or not count:
            console.print(_page(variables, page, wording, console.width, most))
            count += len(page)
            if not page:
                break
        console.print(f"({tally(count)})", highlight=False)


def _page(
    variables: Sequence[str], page: list[Evidence], wording: Wording, width: int, most: int
) -> Group:
    (worded,) = wording.pages(found.row for found in page)
    cells = [[f"{c.words}  {c.id}" if c.id else c.words for c in row] for row in worded]
    widths = _widths([list(variables), *cells], width)
    body: list[RenderableType] = [_line(variables, widths, "bold"), Rule(style="dim")]
    for row, found in zip(cells, page, strict=True):
        body.append(_line(row, widths))
        told = (Text(visible(line), "dim") for line in lines(found, most))
        body += [Padding(text, (0, 0, 0, 4), expand=False) for text in told]
    return Group(*body)


def _line(cells: Iterable[str], widths: Sequence[int], style: str = "") -> Table:
    grid = Table.grid(padding=(0, _GAP, 0, 0))
    for width in widths:
        grid.add_column(width=width, overflow="fold")
    grid.add_row(*(wrapping()(visible(cell), style) for cell in cells))
    return grid


def _widths(rows: list[list[str]], available: int) -> list[int]:
    """The width of each column; the widest give way until all fit."""
    widths = [max(1, *map(cell_len, column)) for column in zip(*rows, strict=True)]
    while sum(widths) + _GAP * len(widths) > available and max(widths) > 8:
        widths[widths.index(max(widths))] -= 1
    return widths
