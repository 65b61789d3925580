"""Figures of answers: timelines, bars and graphs, as SVG, PNG or HTML.

In: an `Answer`, what was said of the figure, and a stream. Out: the picture, the same for the same
answer.
Refuses: an answer that has no such figure, none of its columns, no rows or too many (Q630), and a
file that is no picture (Q607).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

from kg.diagnostics import Diagnostic, Misuse
from kg.figures.bars import bars
from kg.figures.columns import Columns, Rows, choose, refusal
from kg.figures.drawing import Body, Heading, html_bytes, png_bytes, svg_bytes
from kg.figures.kinds import AND, FACT, FIGURES
from kg.figures.network import network
from kg.figures.timeline import timeline
from kg.hints import did_you_mean
from kg.rdf.cells import Row, Wording, tally
from kg.sparql.answers import Answer, Form, evaluation

SUFFIXES = (".svg", ".png", ".html", ".htm")
MOST = 400
"""Rows of a figure; nobody reads more of them."""
_DRAW: dict[str, Callable[[Rows], Body]] = {"timeline": timeline, "bar": bars, "graph": network}


TITLES = {"timeline": "Timeline", "bar": "Bar chart", "graph": "Graph"}
"""Of figures of queries that have none."""


class Request(NamedTuple):
    """What is to be drawn.

    Attributes:
        figure: of `FIGURES`.
        roles: columns by role.
    """

    figure: str
    roles: Mapping[str, str]


class NothingToDraw(Misuse):
    """The answer has no rows (Q630); why it has none is for the query to tell."""


def read_request(text: str, header: Mapping[str, Mapping[str, str]]) -> Request:
    """What `--plot` says: a figure, and perhaps columns: `timeline:when,what` or `bar:count=n`.

    Args:
        text: of the option.
        header: what the head of the query says of each figure; used if the option names no columns.

    Raises:
        Misuse: Q630, there is no such figure.
    """
    figure, colon, rest = text.partition(":")
    if figure not in FIGURES:
        help_ = did_you_mean(figure, FIGURES) or "see `kg query --help`"
        raise refusal(f"there is no figure `{figure}`, expected one of {', '.join(FIGURES)}", help_)
    if not colon:
        return Request(figure, header.get(figure, {}))
    needed = iter(role.name for role in FIGURES[figure] if role.needed)
    pairs = (part.strip() for part in rest.split(",") if part.strip())
    named = (part.partition("=") for part in pairs)
    return Request(figure, {(a if e else next(needed, a)): (b if e else a) for a, e, b in named})


def check_suffix(path: Path) -> None:
    """Make sure that a file is a picture.

    Raises:
        Misuse: Q607.
    """
    if path.suffix.lower() not in SUFFIXES:
        message = (
            f"the extension of `{path}` names no picture, expected one of {', '.join(SUFFIXES)}"
        )
        raise Misuse([Diagnostic("Q607", message, help="name the file with -o")])


def write_plot(
    answer: Answer,
    request: Request,
    heading: Heading,
    suffix: str,
    out: BinaryIO,
    wording: Wording,
) -> None:
    """Draw an answer.

    Args:
        answer: not yet read.
        request: what is drawn.
        heading: around it; the number of rows is added to its source.
        suffix: of `SUFFIXES`.
        out: binary stream.
        wording: how terms are put in words.

    Raises:
        NothingToDraw: Q630, the answer has no rows.
        Misuse: Q630, it has no such figure.
        ContentError: the evaluation failed on the way.
    """
    rows = _rows(answer, request, wording)
    body = _DRAW[request.figure](rows)
    heading = heading._replace(source=f"{heading.source} · {tally(len(rows.cells))}")
    if suffix == ".svg":
        out.write(svg_bytes(heading, body))
    elif suffix == ".png":
        out.write(png_bytes(heading, body))
    else:
        cells = [[cell.words for cell in row] for row in rows.cells]
        out.write(html_bytes(heading, body, rows.names, cells))


def _rows(answer: Answer, request: Request, wording: Wording) -> Rows:
    names, terms = _read(answer, request.figure)
    if not terms:
        message = "there is nothing to draw: the answer has no rows"
        help_ = "leave out a condition, or a value of a parameter"
        raise NothingToDraw([Diagnostic("Q630", message, help=help_)])
    if len(terms) > MOST:
        message = f"the answer has more than {MOST} rows, which no reader of a figure takes in"
        raise refusal(message, "narrow the query, or draw the first rows with LIMIT")
    columns = Columns.of(names, terms)
    roles = choose(request.figure, request.roles, columns)
    cells = next(wording._replace(full=False).pages(terms))
    facts = frozenset(filter(None, re.split(rf"\s*[{AND},]\s*", request.roles.get(FACT, ""))))
    return Rows(names, terms, cells, roles, facts)


def _read(answer: Answer, figure: str) -> tuple[Sequence[str], list[Row]]:
    """The names of the columns, and as many rows as a figure can have, and one."""
    if answer.form is Form.BOOLEAN:
        raise refusal("a truth value has no figure", "ask by SELECT")
    if answer.form is Form.GRAPH and figure != "graph":
        raise refusal(f"a graph cannot be drawn as a {figure}", "ask by SELECT, or draw a `graph`")
    with evaluation():
        rows = list(islice(cast(Any, answer.result), MOST + 1))
    if answer.form is Form.GRAPH:
        # The engine gives triples in an order of its own.
        triples = sorted(rows, key=str)
        return ("from", "edge", "to"), [(t.subject, t.predicate, t.object) for t in triples]
    return answer.variables, [tuple(row) for row in rows]
