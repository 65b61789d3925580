"""Answers of queries in the formats that people and programs read.

In: an `Answer` and a stream. Out: a table, blocks, Markdown or HTML for people; CSV, TSV, JSON or
XML as the W3C defines them; the columns in the order of the query; a graph in the syntaxes of
`kg.exporting.syntaxes`.
Refuses: a format that does not fit the form of the query, and an unknown file extension (Q607).

https://www.w3.org/TR/sparql11-results-csv-tsv/, https://www.w3.org/TR/sparql11-results-json/,
https://www.w3.org/TR/rdf-sparql-XMLres/
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions

from kg.answers.pages import write_html, write_markdown, write_verdict
from kg.answers.tables import write_blocks, write_table
from kg.diagnostics import Diagnostic, Misuse
from kg.exporting.syntaxes import SYNTAXES, XmlStream, write_lines
from kg.rdf.cells import Wording
from kg.sparql.answers import Answer, Form, evaluation

STANDARD = {
    "csv": QueryResultsFormat.CSV,
    "tsv": QueryResultsFormat.TSV,
    "json": QueryResultsFormat.JSON,
    "xml": QueryResultsFormat.XML,
}
READABLE = {
    "table": write_table,
    "vertical": write_blocks,
    "markdown": write_markdown,
    "html": write_html,
}
GRAPHS = {name: name for name in SYNTAXES if name != "rdfxml"} | {"xml": "rdfxml"}
FORMATS = tuple(dict.fromkeys([*READABLE, *STANDARD, *GRAPHS]))
EXTENSIONS = {f".{name}": name for name in FORMATS} | {
    ".htm": "html",
    ".md": "markdown",
    ".rdf": "xml",
    ".srj": "json",
    ".srx": "xml",
    ".txt": "table",
}


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
    fitting = tuple(GRAPHS) if answer.form is Form.GRAPH else (*READABLE, *STANDARD)
    if wanted is None:
        return "ttl" if answer.form is Form.GRAPH else "table" if terminal else "tsv"
    if wanted not in fitting:
        kind = "a graph" if answer.form is Form.GRAPH else "rows"
        message = f"format `{wanted}` does not fit a query whose answer is {kind}"
        raise Misuse([Diagnostic("Q607", message, help=f"choose one of {', '.join(fitting)}")])
    return wanted


def write_answer(answer: Answer, format_: str, out: BinaryIO, wording: Wording) -> None:
    """Write an answer while it is evaluated.

    Args:
        answer: not yet read.
        format_: from `choose_format`.
        out: binary stream.
        wording: for people, how terms are put in words; its style is that of graphs.

    Raises:
        ContentError: the evaluation failed on the way.
    """
    with evaluation():
        result = answer.result
        if isinstance(result, QuerySolutions):
            _write_rows(answer.variables, result, format_, out, wording)
        elif not isinstance(result, QueryBoolean):
            lines = (f"{triple} .\n".encode() for triple in result)
            write_lines(lines, GRAPHS[format_], out, wording.style)
        elif format_ == "html":
            write_verdict(bool(result), out)
        elif format_ in ("json", "xml"):
            _serialize(result, format_, out)
        else:
            out.write(b"true\n" if result else b"false\n")


def _write_rows(
    variables: tuple[str, ...],
    rows: QuerySolutions,
    format_: str,
    out: BinaryIO,
    wording: Wording,
) -> None:
    if format_ in READABLE:
        READABLE[format_](variables, rows, out, wording)
    else:
        _serialize(rows, format_, out)


def _serialize(result: QuerySolutions | QueryBoolean, format_: str, out: BinaryIO) -> None:
    stream = XmlStream(out) if format_ == "xml" else out
    result.serialize(stream, STANDARD[format_])  # type: ignore[arg-type]
    out.write(b"\n" if format_ in ("json", "xml") else b"")
