"""Dates of articles that rest on one another: each borrowed, and none stated.

In: what each article says its date rests on. Out: findings. Refuses: a circle (G308).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kg.diagnostics import Diagnostic, Location

Rests = Mapping[str, Mapping[str, Location]]
"""For each article, the articles that its date is borrowed from, and where it says so."""


def circles(rests: Rests) -> Iterator[Diagnostic]:
    """One finding for each circle, at the first of its articles.

    Args:
        rests: of all articles.
    """
    told: set[str] = set()
    for stem in sorted(rests):
        way = _way_back(stem, rests)
        if way and told.isdisjoint(way):
            told.update(way)
            places = [rests[one][after] for one, after in zip(way, [*way[1:], stem], strict=True)]
            yield Diagnostic(
                "G308",
                f"the dates of {' and '.join(f'`{one}`' for one in way)} rest on one another"
                if len(way) > 1
                else f"the date of `{stem}` rests on itself",
                places[0],
                notes=("a date that is borrowed in a circle is stated nowhere",),
                help="take one of them from words, or leave it out",
                related=tuple(("and this on that", place) for place in places[1:]),
            )


def _way_back(start: str, rests: Rests) -> list[str]:
    """The shortest way from an article over what dates rest on back to it; empty if none is."""
    ways = [[start]]
    seen: set[str] = set()
    for way in ways:
        for after in sorted(rests.get(way[-1], ())):
            if after == start:
                return way
            if after not in seen:
                seen.add(after)
                ways.append([*way, after])
    return []
