"""Quotes of a mapping to spans of its article, with findings a person can act on.

In: a `Quote` and where to look. Out: its one span. Refuses: a quote that is not there (G301), one
that is there more than once (G302), and one that is cut short by a comment of YAML (D105).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from kg.diagnostics import Diagnostic, Edit, Findings, Location
from kg.grounding.mismatch import Explainer, Others, Sought
from kg.mapping.entries import Quote
from kg.project.scalars import in_marks
from kg.project.seeds import Seed
from kg.text.quotes import Lines, Span, find

_COMMENT = re.compile(r"[ \t]+#[^\r\n]*")


class Evidence:
    """Looks up quotes in one article; `others` gives the articles to search for what it lacks."""

    def __init__(self, seed: Seed, findings: Findings, others: Others = tuple) -> None:
        self.seed, self.findings = seed, findings
        self._explainer = Explainer(seed, others)

    def outer(
        self, quote: Quote, beside: Iterable[Quote] = (), words: Iterable[Quote] = ()
    ) -> Span | None:
        """The span of a quote that an entry rests on: once in the whole article.

        `beside` are the other quotes of the entry, `words` what must lie in one of them all: where
        the quote is ambiguous, they may leave one place only.
        """
        sought = Sought(quote, (), "the article")
        hits = self._hits(sought)
        if hits and len(hits) > 1:
            meant = self._meant(hits, list(beside), list(words))
            self.findings.add(self._explainer.ambiguous(sought, hits, meant))
        return hits[0] if hits and len(hits) == 1 else None

    def inner(self, quote: Quote, spans: Sequence[Span]) -> Span | None:
        """The span of words inside the entry's own quotes; in the whole article if it has none."""
        where = "the quote of this entry" if spans else "the article"
        sought = Sought(quote, spans, where)
        hits = self._hits(sought)
        if hits and len(hits) > 1:
            self.findings.add(self._explainer.ambiguous(sought, hits, None))
        return hits[0] if hits and len(hits) == 1 else None

    def place(self, span: Span) -> Location:
        """Where a span stands in the file of the article."""
        return self._explainer.place(span)

    def _hits(self, sought: Sought) -> list[Span] | None:
        """The places of a quote; None where it has been refused."""
        quote = sought.quote
        try:
            hits = find(quote.text, self.seed.text, sought.inside)
        except ValueError:
            message = "the quote has no words, expected words of the article"
            self.findings.error("D105", message, quote.place)
            return None
        if cut := self._cut_short(quote):
            self.findings.add(cut)
            return None
        if not hits:
            self.findings.add(self._explainer.missing(sought))
        return hits or None

    def _cut_short(self, quote: Quote) -> Diagnostic | None:
        """A number sign behind a space ends a bare value; here the article goes on with it."""
        written = quote.written
        if not written or written.source[:1] in "'\"|>":
            return None
        comment = _COMMENT.match(written.document, written.end)
        if not comment or not find(f"{quote.text} {comment[0].split()[0]}", self.seed.text):
            return None
        lines, path = Lines(written.document), quote.place.path
        place = Location(path, *lines.position(written.end), *lines.position(comment.end()))
        rest = self._continued(quote.text, comment[0])
        value = in_marks(quote.text + rest)
        end = lines.position(written.end + len(rest))
        edit = Edit(Location(path, *lines.position(written.start), *end), value)
        return Diagnostic(
            "D105",
            f"the value ends before `{comment[0].strip()}`, which YAML takes for a comment",
            place,
            notes=("the article goes on with a number sign, too",),
            help=f"put the whole value in quotation marks: `{value}`",
            fixes=(edit,) if rest else (),
        )

    def _continued(self, text: str, comment: str) -> str:
        """As much of a comment as goes on with the article; one behind it may be meant as such."""
        ends = [match.start() for match in re.finditer(r"(?<=\S)[ \t]+#", comment)]
        parts = (comment[:end] for end in [len(comment), *reversed(ends)])
        return next((part for part in parts if find(text + part, self.seed.text)), "")

    def _meant(
        self, hits: Sequence[Span], beside: Sequence[Quote], words: Sequence[Quote]
    ) -> Span | None:
        """The only one of several places in which the entry's own words can be."""
        text = self.seed.text
        others = [span for quote in beside if _says(quote) for span in find(quote.text, text)]
        bound = [word.text for word in words if _says(word)]
        free = [word for word in bound if not (others and find(word, text, others))]
        left = [hit for hit in hits if all(find(word, text, [hit]) for word in free)]
        return left[0] if len(left) == 1 else None


def _says(quote: Quote) -> bool:
    return bool(quote.text.strip(" .…\t\r\n\u00a0"))
