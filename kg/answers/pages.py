"""Answers as Markdown and as HTML.

In: rows of terms, how to put them in words, and a stream. Out: a table in GitHub's Markdown, or a
page that is whole in itself: it loads nothing, and runs nothing.
Refuses: nothing; whatever a text holds is shown, never obeyed.

https://github.github.com/gfm/#tables-extension-
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import BinaryIO

from kg.rdf.cells import Cell, Row, Wording, tally

# What Markdown may read as its own; bare addresses and names of pictures, too.
MARKS = r"[\\`*_\[\]<>|~&$@]|:(?=//|[\w+-]+:)|(?<=www)\."
HEAD = """<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>Answer</title>
<style>
body { font: 1rem/1.4 system-ui, sans-serif; margin: 2rem; }
table { border-collapse: collapse; }
th, td { border: 1px solid #8888; padding: .3rem .6rem; text-align: start; vertical-align: top; }
td { white-space: pre-wrap; overflow-wrap: anywhere; }
small { opacity: .6; }
</style>
</head>
<body>
"""
FOOT = "</body>\n</html>\n"


def write_markdown(
    variables: Sequence[str], rows: Iterable[Row], out: BinaryIO, wording: Wording
) -> None:
    """Write the rows as a table in Markdown."""
    # A table has one column at least.
    heads = list(map(_marked, variables)) or [""]
    out.write(_line(heads) + _line(["---"] * len(heads)))
    for page in wording.pages(rows):
        out.writelines(_line(map(_in_markdown, row) if row else [""]) for row in page)


def _line(cells: Iterable[str]) -> bytes:
    return f"| {' | '.join(cells)} |\n".encode()


def _in_markdown(cell: Cell) -> str:
    return f"{_marked(cell.words)} ({_marked(cell.id)})" if cell.id else _marked(cell.words)


def _marked(text: str) -> str:
    """A text that Markdown shows as it is, on one line."""
    return re.sub(MARKS, r"\\\g<0>", text.strip()).replace("\n", "<br>")


def write_html(
    variables: Sequence[str], rows: Iterable[Row], out: BinaryIO, wording: Wording
) -> None:
    """Write the rows as a page; a browser shows them while they come."""
    heads = "".join(f'<th scope="col">{_escaped(name)}</th>' for name in variables)
    out.write(f"{HEAD}<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n".encode())
    count = 0
    for page in wording.pages(rows):
        count += len(page)
        out.writelines(f"<tr>{''.join(map(_in_html, row))}</tr>\n".encode() for row in page)
    out.write(f"</tbody>\n</table>\n<p>{tally(count)}</p>\n{FOOT}".encode())


def write_verdict(verdict: bool, out: BinaryIO) -> None:
    """Write the answer to a yes-or-no question as a page."""
    out.write(f"{HEAD}<p>{str(verdict).lower()}</p>\n{FOOT}".encode())


def _in_html(cell: Cell) -> str:
    title = f' title="{_escaped(cell.iri)}"' if cell.iri else ""
    id_ = f" <small><bdi>{_escaped(cell.id)}</bdi></small>" if cell.id else ""
    # The id is apart, so that the words alone tell the direction.
    return f'<td dir="auto"{title}>{_escaped(cell.words)}{id_}</td>'


def _escaped(text: str) -> str:
    from html import escape  # its table of names is nothing that other formats wait for

    return escape(text)
