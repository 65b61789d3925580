"""The coverage that the settings ask for.

In: the workshop of a project. Out: at most one finding.
Refuses: articles of which fewer sentences carry facts than the setting `coverage` says (C801).
"""

from __future__ import annotations

from collections.abc import Iterator

from kg.building.workshop import Workshop
from kg.coverage.measures import Coverage, cover
from kg.diagnostics import Diagnostic, Location

_SHOWN = 6
"""Places of sentences without facts; `kg coverage` shows all of them."""


def refuse_gaps(workshop: Workshop) -> Iterator[Diagnostic]:
    """What is wrong if fewer sentences carry facts than the settings ask for."""
    percent = workshop.project.coverage
    coverage = cover(workshop) if percent is not None else Coverage(())
    sentences = coverage.figures.sentences
    if percent is None or not sentences.falls_below(percent):
        return
    first, *more = list(_gaps(coverage))[:_SHOWN]
    yield Diagnostic(
        "C801",
        f"{sentences.percent} % of the sentences carry facts, expected at least {percent:g} %",
        first,
        (f"{sentences.missing} of {sentences.total} carry none and are not set aside",),
        "write entries for these words, or set them aside under `background` with a reason",
        tuple(("no entry carries these words either", place) for place in more),
    )


def _gaps(coverage: Coverage) -> Iterator[Location]:
    """The words without facts of the sentences that carry none."""
    for article in coverage.articles:
        gaps = [s.span for s in article.sentences if not (s.carries or s.is_aside)]
        for passage in article.uncovered:
            if any(gap.start <= passage.span.start < gap.end for gap in gaps):
                yield passage.place
