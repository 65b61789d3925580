"""Answers of queries in the formats that people and programs read.

In: an `Answer` and a stream. Out: a table; CSV, TSV, JSON or XML as the W3C defines them, with
the columns in the order of the query; a graph in the syntaxes of `kg.export`.
Refuses: a format that does not fit the form of the query, and an unknown file extension (Q607).

https://www.w3.org/TR/sparql11-results-csv-tsv/, https://www.w3.org/TR/sparql11-results-json/,
https://www.w3.org/TR/rdf-sparql-XMLres/
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from shutil import get_terminal_size
from typing import BinaryIO

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    Triple,
)

from kg.diagnostics import Diagnostic, Misuse
from kg.export import SYNTAXES, XmlStream, write_lines
from kg.query import Answer, Form, evaluation
from kg.turtle import Shortener, Style

STANDARD = {
    "csv": QueryResultsFormat.CSV,
    "tsv": QueryResultsFormat.TSV,
    "json": QueryResultsFormat.JSON,
    "xml": QueryResultsFormat.XML,
}
GRAPHS = {name: name for name in SYNTAXES if name != "rdfxml"} | {"xml": "rdfxml"}
FORMATS = tuple(dict.fromkeys(["table", *STANDARD, *GRAPHS]))
EXTENSIONS = {f".{name}": name for name in FORMATS} | {
    ".rdf": "xml",
    ".srj": "json",
    ".srx": "xml",
    ".txt": "table",
}
Term = NamedNode | BlankNode | Literal | Triple
# Rows that share one layout: enough to measure columns, few enough to hold.
PAGE = 1000


def choose_format(
    answer: Answer, wanted: str | None, path: Path | None, terminal: bool = False
) -> str:
    """The format for an answer: as wanted, else by the file's extension, else by where it goes.

    Raises:
        Misuse: the format does not fit the query, or the extension is unknown.
    """
    if wanted is None and path is not None:
        wanted = EXTENSIONS.get(path.suffix.lower())
        if wanted is None:
            known = ", ".join(sorted(EXTENSIONS))
            message = f"the extension of `{path}` names no format, expected one of {known}"
            raise Misuse([Diagnostic("Q607", message, help="name the format with -F")])
    fitting = tuple(GRAPHS) if answer.form is Form.GRAPH else ("table", *STANDARD)
    if wanted is None:
        return "ttl" if answer.form is Form.GRAPH else "table" if terminal else "tsv"
    if wanted not in fitting:
        kind = "a graph" if answer.form is Form.GRAPH else "rows"
        message = f"format `{wanted}` does not fit a query whose answer is {kind}"
        raise Misuse([Diagnostic("Q607", message, help=f"choose one of {', '.join(fitting)}")])
    return wanted


def write_answer(answer: Answer, format_: str, out: BinaryIO, style: Style) -> None:
    """Write an answer while it is evaluated.

    Args:
        answer: not yet read.
        format_: from `choose_format`.
        out: binary stream.
        style: prefixes and base for tables and graphs.

    Raises:
        ContentError: the evaluation failed on the way.
    """
    with evaluation():
        result = answer.result
        if not isinstance(result, QuerySolutions | QueryBoolean):
            lines = (f"{triple} .\n".encode() for triple in result)
            write_lines(lines, GRAPHS[format_], out, style)
        elif format_ in ("json", "xml"):
            stream = XmlStream(out) if format_ == "xml" else out
            result.serialize(stream, STANDARD[format_])  # type: ignore[arg-type]
            out.write(b"\n")
        elif isinstance(result, QueryBoolean):
            out.write(b"true\n" if result else b"false\n")
        elif format_ == "table":
            _write_table(answer.variables, result, out, style)
        else:
            result.serialize(out, STANDARD[format_])


def _write_table(
    variables: tuple[str, ...], rows: QuerySolutions, out: BinaryIO, style: Style
) -> None:
    """Pages of rows as tables, each page laid out on its own, and the number of rows."""
    from rich.console import Console  # 50 ms that only a table is worth

    text = io.TextIOWrapper(out, encoding="utf-8", write_through=True)
    terminal = out.isatty()
    width = None if terminal else get_terminal_size((120, 24)).columns
    console = Console(file=text, width=width, force_terminal=terminal)
    shorten = Shortener(style.prefixes, style.base)
    cells = ([_cell(term, shorten) for term in row] for row in rows)
    count = 0
    while page := list(islice(cells, PAGE)):
        count += len(page)
        console.print(_page(variables, page))
    if not count:
        console.print(_page(variables, []))
    console.print(f"({count} {'row' if count == 1 else 'rows'})", highlight=False)
    text.detach()


def _page(variables: Iterable[str], cells: Iterable[list[str]]) -> object:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for variable in variables:
        table.add_column(Text(variable), overflow="fold")
    for row in cells:
        table.add_row(*map(Text, row))
    return table


def _cell(term: Term | None, shorten: Shortener) -> str:
    """Literals without their quotation marks and datatypes, IRIs as short as they can be."""
    if term is None:
        return ""
    return term.value if isinstance(term, Literal) else shorten(str(term))
