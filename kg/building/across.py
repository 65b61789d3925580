"""What is wrong with articles that only all of them together tell.

In: the records of all articles. Out: findings, those of single articles included.
Refuses: an id that articles use for two things (M206), and dates that rest on one another in a
circle.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from kg.diagnostics import Diagnostic, Findings, Location
from kg.findings.recording import from_records
from kg.project.shelves import Record
from kg.shapes.violations import merge
from kg.text.circles import circles


def together(records: Mapping[str, Record]) -> Iterator[Diagnostic]:
    """What is wrong with articles, by themselves and together.

    Args:
        records: of all articles, in the order of their names; of each, `findings`, `shares` and
            `rests` are looked at.
    """
    # What several articles find fault with in one place of the authority is one finding.
    every = records.values()
    yield from merge(found for record in every for found in from_records(record["findings"]))
    yield from _two_in_one(every)
    yield from circles({stem: _places(record["rests"]) for stem, record in records.items()})


def _two_in_one(records: Iterable[Record]) -> Findings:
    """An id that articles share is of one kind and has one label, or it is two individuals."""
    findings = Findings()
    seen: dict[str, tuple[str, str, Location]] = {}
    for record in records:
        for id_, (iri, label, *at) in record["shares"].items():
            place = Location(*at)
            first, name, where = seen.setdefault(id_, (iri, label, place))
            if first != iri:
                message = f"id `{id_}` makes <{iri}> here and <{first}> elsewhere"
            elif label and name and label != name:
                message = f"id `{id_}` is labelled `{label}` here and `{name}` elsewhere"
            else:
                continue
            findings.error(
                "M206",
                message,
                place,
                help="write the same in both places, or choose another id here",
                related=[("declared here", where)],
            )
    return findings


def _places(rests: dict[str, list[Any]]) -> dict[str, Location]:
    return {stem: Location(*place) for stem, place in rests.items()}


def unite(findings: Iterable[Diagnostic]) -> list[Diagnostic]:
    """One finding for an id that several files name and nobody declares (M203)."""
    found: dict[tuple[str, str], Diagnostic] = {}
    for finding in sorted(findings, key=Diagnostic.sort_key):
        key = finding.message if finding.code == "M203" else str(len(found))
        first = found.setdefault((finding.code, key), finding)
        if first is not finding and finding.place:
            more = (("and here", finding.place), *finding.related)
            found[finding.code, key] = replace(first, related=first.related + more)
    return list(found.values())
