"""What to say of a quote that is nowhere in an article, or in several places.

In: the quote, where it was looked for, and the article. Out: a `Diagnostic` with the words that
differ, the places that may be meant, and one action; with edits where these are certain. Refuses
nothing: it only explains what `kg.grounding.evidence` refuses.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from kg.diagnostics import Diagnostic, Edit, Location
from kg.mapping.entries import Quote
from kg.project.scalars import as_written, edits
from kg.project.seeds import Seed
from kg.text.extension import unique_elision, unique_extension
from kg.text.likeness import Nearest, differences, nearest, word_diff
from kg.text.quotes import Lines, Span, anchors_of, find, fold, occurrences
from kg.text.typography import Change, changes

MOST = 5
"""More places than these are counted, not shown."""

_LONG, _ALIKE = 160, 0.85
_COPY = "copy the words exactly as the article has them; `…` may stand for words between"
_Places = tuple[tuple[str, Location], ...]
Others = Callable[[], Iterable[Seed]]


@dataclass(frozen=True, slots=True)
class Sought:
    """A quote and where it was looked for: `inside` these spans, called `where` in messages."""

    quote: Quote
    inside: Sequence[Span]
    where: str


@dataclass(frozen=True, slots=True)
class _Clue:
    """What may help: notes, places, an action, and edits if it is certain."""

    notes: tuple[str, ...] = ()
    related: _Places = ()
    help: str = _COPY
    fixes: tuple[Edit, ...] = ()


class Explainer:
    """Explains for one article; `others` gives the other articles of the project."""

    def __init__(self, seed: Seed, others: Others) -> None:
        self.seed, self.others = seed, others

    @cached_property
    def _lines(self) -> Lines:
        return Lines(self.seed.text)

    def place(self, span: Span) -> Location:
        """Where a span stands in the file of the article."""
        return _place(span, self.seed, self._lines)

    # Nowhere

    def missing(self, sought: Sought) -> Diagnostic:
        """G301, with the best clue there is."""
        clues = (self._otherwise_set, self._elsewhere, self._in_other_order, self._around)
        clue = next((found for one in clues if (found := one(sought))), _Clue())
        quote = sought.quote
        message = f"`{quote.text}` is not in {sought.where}"
        return Diagnostic(
            "G301", message, quote.place, clue.notes, clue.help, clue.related, fixes=clue.fixes
        )

    def _otherwise_set(self, sought: Sought) -> _Clue | None:
        """The same words in other typography: the only clue that is certain."""
        quote = sought.quote
        wanted = changes(quote.text, self.seed.text, sought.inside)
        if not wanted or not quote.written:
            return None
        notes = [_set_otherwise(quote.text, change) for change in wanted[:MOST]]
        found = edits(quote.written, quote.place.path, quote.text, wanted)
        near = nearest(quote.text, self.seed.text)
        related = (("the words stand here", self.place(near.span)),) if near else ()
        return _Clue(
            tuple(dict.fromkeys(notes)),
            related,
            "write it as the article does",
            found,
        )

    def _elsewhere(self, sought: Sought) -> _Clue | None:
        hits = find(sought.quote.text, self.seed.text) if sought.inside else []
        if not hits:
            return None
        related = tuple(("the words stand here", self.place(hit)) for hit in hits[:MOST])
        return _Clue(_more(hits), related, "quote the words that carry this too")

    def _in_other_order(self, sought: Sought) -> _Clue | None:
        """Parts of an elided quote that are all there, but not one behind the other."""
        parts, folded = anchors_of(sought.quote.text), fold(self.seed.text)
        starts = [next(occurrences(part, folded.text), None) for part in parts]
        places = [
            (start, part) for start, part in zip(starts, parts, strict=True) if start is not None
        ]
        if len(parts) < 2 or len(places) < len(parts):
            return None
        spans = [Span(folded.origin(at), folded.origin(at + len(part))) for at, part in places]
        related = tuple((f"`{p}`", self.place(s)) for (_, p), s in zip(places, spans, strict=True))
        ordered = [start for start, _ in places] == sorted(start for start, _ in places)
        help_ = "quote them in one piece" if ordered else "put them in the order of the article"
        return _Clue(("every part is there, but not one behind the other",), related, help_)

    def _around(self, sought: Sought) -> _Clue | None:
        """What is like the quote in this article, or the quote itself in another."""
        near = nearest(sought.quote.text, self.seed.text)
        others = tuple(self._in_others(sought))
        if others and (near is None or near.ratio < _ALIKE):
            return _Clue(
                (), others, "quote words of this article, or move the entry to that mapping"
            )
        return self._near(sought, near, others) if near else None

    def _near(self, sought: Sought, near: Nearest, others: _Places) -> _Clue:
        passage = " ".join(near.span.exact(self.seed.text).split())
        notes = list(_differences(near.anchor, passage))
        if near.anchor != fold(sought.quote.text).text.strip():
            notes.insert(0, f"of the parts of the quote, `{near.anchor}` is not found")
        help_ = f"if that is what you mean, write `{as_written(passage)}`"
        related = (("the nearest text", self.place(near.span)), *others)
        return _Clue(tuple(notes), related, help_ if len(passage) <= _LONG else _COPY)

    def _in_others(self, sought: Sought) -> Iterator[tuple[str, Location]]:
        if len(sought.quote.text.split()) < 3:
            return  # so few words stand in many articles and say nothing
        for seed in self.others():
            if seed.stem != self.seed.stem and (hits := find(sought.quote.text, seed.text)):
                place = _place(hits[0], seed, Lines(seed.text))
                yield "these words stand in another article", place
                return

    # In several places

    def ambiguous(self, sought: Sought, hits: Sequence[Span], meant: Span | None) -> Diagnostic:
        """G302, each place with a quote that stands only there; `meant` is the one possible."""
        quote = sought.quote
        longer = [self._longer(sought, hit) for hit in hits[:MOST]]
        related = tuple(
            (f"here it is `{more}`" if more else "it occurs here", self.place(hit))
            for hit, more in zip(hits, longer, strict=False)
        )
        certain = self._longer(sought, meant) if meant else None
        best = certain or next(filter(None, longer), None)
        help_ = (
            f"quote more of it, for instance `{as_written(best)}`" if best else "quote more of it"
        )
        notes = (*_more(hits), *(self._forced(meant) if meant else ()))
        fixes = self._replaced(quote, certain) if certain else ()
        message = f"`{quote.text}` occurs {len(hits)} times in {sought.where}, expected once"
        return Diagnostic("G302", message, quote.place, notes, help_, related, fixes=fixes)

    def _forced(self, meant: Span) -> Iterator[str]:
        line, column = self._lines.position(meant.start)
        yield f"what else the entry quotes is only in the one at {line}:{column}"

    def _replaced(self, quote: Quote, text: str) -> tuple[Edit, ...]:
        if not quote.written:
            return ()
        return edits(
            quote.written, quote.place.path, quote.text, (Change(0, len(quote.text), text),)
        )

    def _longer(self, sought: Sought, hit: Span) -> str | None:
        """A longer quote with this place only, which does not leave what it was looked for in."""
        text, quote = self.seed.text, sought.quote.text
        around = next((span for span in sought.inside if span.covers(hit)), None)
        if around is None:
            return unique_elision(quote, hit, text) or unique_extension(hit, text)
        here = Span(hit.start - around.start, hit.end - around.start)
        longer = unique_extension(here, around.exact(text))
        return longer if longer and len(find(longer, text, sought.inside)) == 1 else None


def _place(span: Span, seed: Seed, lines: Lines) -> Location:
    return Location(seed.name, *lines.position(span.start), *lines.position(span.end))


def _more(hits: Sequence[Span]) -> tuple[str, ...]:
    more = len(hits) - MOST
    return (f"and {more} more place{'s' if more > 1 else ''}",) if more > 0 else ()


def _differences(quote: str, passage: str) -> Iterator[str]:
    """How the quote differs; marks between words of another direction would be shown elsewhere."""
    if not any(unicodedata.bidirectional(char) in ("R", "AL") for char in quote + passage):
        yield f"[-quote-] against {{+article+}}: `{word_diff(quote, passage)}`"
        return
    for has, shall in differences(quote, passage)[:MOST]:
        there = f"has `{shall}`" if shall else "has nothing"
        yield f"the article {there} where the quote has {f'`{has}`' if has else 'nothing'}"


def _set_otherwise(quote: str, change: Change) -> str:
    has, shall = quote[change.start : change.end].strip(), change.text.strip()
    if not shall and fold(has).text.strip(".…()[]⋯‥ ") == "":
        return f"`{has}` at the edge of a quote elides nothing"
    if shall == "…":
        return f"words between are elided by `…`, not by `{has}`"
    there = _named(shall) if shall else "nothing"
    return f"the article has {there} where the quote has {_named(has)}"


def _named(words: str) -> str:
    """Characters that look alike, or like nothing, with their names."""
    if not words.isprintable():
        return "".join(char if char.isprintable() else f"<U+{ord(char):04X}>" for char in words)
    name = f" ({unicodedata.name(words, 'no name').lower()})" if len(words) == 1 else ""
    return f"`{words}`{name}"
