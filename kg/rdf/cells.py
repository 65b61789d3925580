"""Terms as people read them: labels instead of IRIs, literals without their datatypes.

In: rows of terms. Out: rows of cells: words, and beside a label the short form of the IRI.
Refuses: nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg.rdf.labels import Labels
from kg.rdf.turtle import Shortener, Style

Term = NamedNode | BlankNode | Literal | Triple
Row = Sequence[Term | None]
# Rows that are read, and laid out, together: enough to measure columns, few enough to hold.
PAGE = 1000
# What a reader would obey instead of showing it: controls, embeddings and overrides of direction.
# Marks of direction and joiners stay: Arabic, Persian and Hebrew texts are written with them.
UNSEEN = "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"


class Cell(NamedTuple):
    """A term in words.

    Attributes:
        words: the label, the literal's text, or the term itself.
        id: the short form of an IRI that has a label; else empty.
        iri: of the term; empty for others.
        shared: whether another term on the page has the same label.
    """

    words: str
    id: str = ""
    iri: str = ""
    shared: bool = False


class Wording(NamedTuple):
    """How terms are put in words.

    Attributes:
        style: prefixes and base of short forms.
        labels: where labels are looked up; None: IRIs stay without labels.
        full: whether terms stay as they are, in N-Triples.
    """

    style: Style = Style()
    labels: Labels | None = None
    full: bool = False

    def pages(self, rows: Iterable[Row]) -> Iterator[list[list[Cell]]]:
        """The rows as cells, so many at a time as are laid out together; one page at least."""
        rows, shorten = iter(rows), Shortener(self.style.prefixes, self.style.base)
        yield self._page(list(islice(rows, PAGE)), shorten)
        while page := list(islice(rows, PAGE)):
            yield self._page(page, shorten)

    def _page(self, rows: list[Row], shorten: Shortener) -> list[list[Cell]]:
        if self.full:
            return [[Cell(_shown(str(term)) if term else "") for term in row] for row in rows]
        iris = {term.value for row in rows for term in row if isinstance(term, NamedNode)}
        labels = self.labels(iris) if self.labels else {}
        named = defaultdict(set)
        for iri, label in labels.items():
            named[label].add(iri)

        def cell(term: Term | None) -> Cell:
            if term is None:
                return Cell("")
            if isinstance(term, Literal):
                return Cell(_shown(term.value))
            short, iri = _shown(shorten(str(term))), getattr(term, "value", "")
            if isinstance(term, NamedNode) and (label := labels.get(iri, "").strip()):
                return Cell(_shown(label), short, iri, len(named[labels[iri]]) > 1)
            return Cell(short, "", iri if isinstance(term, NamedNode) else "")

        return [list(map(cell, row)) for row in rows]


def _shown(text: str) -> str:
    """A text in which nothing can move the cursor of a terminal but the end of a line."""
    return re.sub(UNSEEN, "\ufffd", text.replace("\r\n", "\n").replace("\t", " "))


def tally(count: int) -> str:
    """How many rows there are."""
    return f"{count:,} {'row' if count == 1 else 'rows'}"
