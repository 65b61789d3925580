"""Quotes of a mapping to spans of its article, with findings a person can act on.

In: a `Quote` and where to look. Out: its one span. Refuses: a quote that is not there (G301, with
the nearest passage) and one that is there more than once (G302, with a longer quote that is not).
"""

from __future__ import annotations

from collections.abc import Sequence

from kg.diagnostics import Findings, Location
from kg.extension import unique_extension
from kg.likeness import nearest
from kg.mapping import Quote
from kg.quotes import Lines, Span, find
from kg.scalars import edits
from kg.seeds import Seed
from kg.typography import changes


class Evidence:
    """Looks up quotes in one article."""

    def __init__(self, seed: Seed, findings: Findings) -> None:
        self.seed, self.findings = seed, findings
        self._lines = Lines(seed.text)

    def outer(self, quote: Quote) -> Span | None:
        """The span of a quote that an entry rests on: once in the whole article."""
        return self._only(quote, (), "the article")

    def inner(self, quote: Quote, spans: Sequence[Span]) -> Span | None:
        """The span of words inside the entry's own quotes; in the whole article if it has none."""
        return self._only(quote, spans, "the quote of this entry" if spans else "the article")

    def place(self, span: Span) -> Location:
        """Where a span stands in the file of the article."""
        start, end = self._lines.position(span.start), self._lines.position(span.end)
        return Location(self.seed.name, *start, *end)

    def _only(self, quote: Quote, inside: Sequence[Span], where: str) -> Span | None:
        try:
            hits = find(quote.text, self.seed.text, inside)
        except ValueError:
            self.findings.error(
                "D105", "the quote has no words, expected words of the article", quote.place
            )
            return None
        if len(hits) == 1:
            return hits[0]
        if hits:
            self._ambiguous(quote, hits, where)
        else:
            self._missing(quote, inside, where)
        return None

    def _missing(self, quote: Quote, inside: Sequence[Span], where: str) -> None:
        elsewhere = find(quote.text, self.seed.text) if inside else []
        near = nearest(quote.text, self.seed.text)
        span = elsewhere[0] if elsewhere else near.span if near else None
        relation = "the words stand elsewhere" if elsewhere else "the nearest text"
        changed = changes(quote.text, self.seed.text, inside)
        self.findings.error(
            "G301",
            f"`{quote.text}` is not in {where}",
            quote.place,
            notes=[f"{relation}: `{span.exact(self.seed.text)}`"] if span else [],
            help="quote the words that carry this too"
            if elsewhere
            else "write it as the article does, or let `kg check --fix` do so"
            if changed
            else "copy the words exactly as the article has them; `…` may stand for words between",
            related=[(relation, self.place(span))] if span else [],
            fixes=edits(quote.written, quote.place.path, quote.text, changed)
            if changed and quote.written
            else (),
        )

    def _ambiguous(self, quote: Quote, hits: list[Span], where: str) -> None:
        longer = unique_extension(hits[0], self.seed.text)
        self.findings.error(
            "G302",
            f"`{quote.text}` occurs {len(hits)} times in {where}, expected once",
            quote.place,
            help=f"quote more of it, for instance `{longer}`" if longer else "quote more of it",
            related=[("it occurs here", self.place(hit)) for hit in hits],
        )
