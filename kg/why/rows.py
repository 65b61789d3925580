"""Rows of answers with the words that they rest on.

In: an `Inquiry` and the text of a SELECT query. Out: `Evidence` for each row.
Refuses: a query that cannot be answered or has no rows (Q601, Q602, Q605, Q607), and a row that the
answer does not have (W904).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kg.diagnostics import ContentError, Diagnostic, Location
from kg.sparql.answers import INLINE
from kg.sparql.query import run
from kg.store.provenance import Quote
from kg.why.inquiry import Inquiry
from kg.why.reasons import Reason
from kg.why.support import Row, Statement, Support, words_under


@dataclass(frozen=True, slots=True)
class Evidence:
    """A row of an answer and the words under it.

    Attributes:
        row: the values, in the order of the columns.
        statements: that the query matched, in the order of the query.
        reasons: of the statements.
    """

    row: Row
    statements: tuple[Statement, ...]
    reasons: tuple[Reason, ...]

    @property
    def quotes(self) -> list[Quote]:
        """The words, each once; one that is part of another is left out."""
        return words_under(self.reasons)


def evidence(
    inquiry: Inquiry, query: str, name: str = INLINE
) -> tuple[Support, Iterator[Evidence]]:
    """The rows of a SELECT query, each with the words that it rests on.

    Args:
        inquiry: whose build is asked.
        query: its text.
        name: its path, for places.

    Returns:
        What is known of the query (its columns, and notes on what cannot be told), and the rows
        while they are evaluated.

    Raises:
        ContentError: Q601, Q602, Q605: the query cannot be answered.
        Misuse: Q607, it has no rows.
    """
    build = inquiry.view.build
    answer = run(build.store, query, build.prefixes, base=build.base, name=name)
    support = Support(build, query, answer, name)
    return support, _rows(support, inquiry)


def _rows(support: Support, inquiry: Inquiry) -> Iterator[Evidence]:
    for found in support.rows():
        reasons = (support.reason(one, inquiry.explainer) for one in found.statements)
        yield Evidence(found.row, found.statements, tuple(filter(None, reasons)))


def why_row(inquiry: Inquiry, query: str, row: int, name: str = INLINE) -> tuple[Support, Evidence]:
    """Why an answer has a row.

    Args:
        inquiry: whose build is asked.
        query: its text.
        row: its number, from 1.
        name: its path, for places.

    Raises:
        ContentError: W904, there is no such row; Q601, Q602, Q605.
        Misuse: Q607, the query has no rows.
    """
    support, rows = evidence(inquiry, query, name)
    count = 0
    for count, found in enumerate(rows, 1):
        if count == row:
            return support, found
    has = f"the answer has {count} {'row' if count == 1 else 'rows'}, and no row {row}"
    raise ContentError([Diagnostic("W904", has, Location(name), help="rows count from 1")])
