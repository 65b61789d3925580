"""Differences between articles, side by side, as text for people and as JSON for tools.

In: `Conflicts`. Out: text; objects that `json` can write, always in the same order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from pyoxigraph import NamedNode

from kg.building.passages import Passage
from kg.conflicts.accounts import Account, Value
from kg.conflicts.differences import Conflicts, Difference, Kind, Settlement
from kg.diagnostics import Location
from kg.text.quotes import Span

_QUOTES, _LENGTH = 2, 160
"""Of the words under a value so many quotes are shown, each up to so many characters."""


def to_text(conflicts: Conflicts) -> str:
    """Differences by thing and key: what each article says, in which words, and how they differ."""
    shown = _Text(conflicts)
    blocks = [
        "\n".join(shown.thing(thing, list(found)))
        for thing, found in groupby(conflicts.differences, lambda d: d.left.thing)
    ]
    blocks += ["\n".join(map(_unused, conflicts.unused))] if conflicts.unused else []
    return "\n\n".join([*blocks, _summary(conflicts.differences)])


def _summary(differences: Iterable[Difference]) -> str:
    found = list(differences)
    kinds = Counter(difference.kind for difference in found)
    counts = [f"{kinds[kind]} {kind}" for kind in reversed(Kind) if kinds[kind]]
    total = f"{len(found)} differences" if len(found) != 1 else "1 difference"
    not_settled = sum(difference.is_open for difference in found)
    return f"{total}: {', '.join(counts)}; {not_settled} unsettled" if found else total


def _unused(settlement: Settlement) -> str:
    return (
        f"unused settlement `{settlement.id}` ({settlement.place}): "
        f"no articles differ in `{settlement.settles}` of `{settlement.concerns}`"
    )


class _Text:
    """Lines about one thing after another."""

    def __init__(self, conflicts: Conflicts) -> None:
        self.conflicts = conflicts

    def thing(self, thing: str, differences: list[Difference]) -> Iterator[str]:
        label = self.conflicts.label(NamedNode(thing))
        yield f"{label} <{thing.removeprefix(self.conflicts.base)}>"
        differing = (d for d in differences if d.kind is not Kind.SAME_WORDING)
        for key, found in groupby(differing, lambda d: d.left.aspect.key):
            yield from self.aspect(key, list(found))
        worded = [(d.passage, d) for d in differences if d.passage]
        for passage in sorted({passage for passage, _ in worded}):
            keys = [d.left.aspect.key for under, d in worded if under == passage]
            yield from self.passage(passage, keys)

    def aspect(self, key: str, differences: list[Difference]) -> Iterator[str]:
        yield f"  {key}"
        accounts = {side.article: side for d in differences for side in (d.left, d.right)}
        for article in sorted(accounts):
            yield from self.account(accounts[article])
        verdicts = {(d.kind, d.closer, d.settlement): None for d in differences}
        for kind, closer, settlement in verdicts:
            pairs = [
                f"{d.left.article} / {d.right.article}"
                for d in differences
                if (d.kind, d.closer, d.settlement) == (kind, closer, settlement)
            ]
            by = f" ({closer} says more)" if closer else ""
            yield f"    = {kind}{by}: {', '.join(pairs)}"
            if settlement:
                yield f"      settled: {settlement.reason} ({settlement.place})"

    def account(self, account: Account) -> Iterator[str]:
        values = ", ".join(self.conflicts.label(value.term) for value in account.values)
        yield f"    {account.article}: {values}"
        spans = sorted({span for value in account.values for span in value.spans})
        for span in spans[:_QUOTES]:
            yield f"      {self.quote(account.article, span)}"
        if len(spans) > _QUOTES:
            yield f"      and {len(spans) - _QUOTES} more"
        yield f"      {', '.join(_lines(account.values))}"

    def passage(self, passage: Passage, keys: list[str]) -> Iterator[str]:
        yield f"  {', '.join(keys)}"
        yield f"    = {Kind.SAME_WORDING}: {passage.left} / {passage.right}"
        yield f"      {self.quote(passage.left, passage.left_span)}"
        yield f"      {self.quote(passage.right, passage.right_span)}"

    def quote(self, article: str, span: Span) -> str:
        place = self.conflicts.place(article, span)
        return f"{place}: “{_shortened(self.conflicts.words(article, span))}”"


def _lines(values: Iterable[Value]) -> list[str]:
    """The lines that give the values, each once."""
    places = sorted({(v.place.path, v.place.line) for v in values if v.place})
    return [f"{path}:{line}" for path, line in places]


def _shortened(words: str) -> str:
    """A quote that fits on a line: what is in the middle gives way."""
    if len(words) <= _LENGTH:
        return words
    half = _LENGTH // 2
    return f"{words[:half].rsplit(' ', 1)[0]} … {words[-half:].split(' ', 1)[-1]}"


def to_json(conflicts: Conflicts) -> dict[str, Any]:
    """All differences one by one, both sides in full, and the settlements that settle nothing."""
    return {
        "differences": [_difference(d, conflicts) for d in conflicts.differences],
        "unused": [_settlement(settlement) for settlement in conflicts.unused],
    }


def _difference(difference: Difference, conflicts: Conflicts) -> dict[str, Any]:
    thing, passage = NamedNode(difference.left.thing), difference.passage
    sides = passage and (
        (passage.left, passage.left_span),
        (passage.right, passage.right_span),
    )
    return {
        "thing": thing.value,
        "label": conflicts.label(thing),
        "key": difference.left.aspect.key,
        "kind": difference.kind.value,
        "closer": difference.closer,
        "settled": difference.settlement and _settlement(difference.settlement),
        "passage": sides and [_quote(article, span, conflicts) for article, span in sides],
        "articles": [_account(side, conflicts) for side in (difference.left, difference.right)],
    }


def _settlement(settlement: Settlement) -> dict[str, Any]:
    return {
        "id": settlement.id,
        "concerns": settlement.concerns,
        "settles": settlement.settles,
        "between": sorted(settlement.between),
        "reason": settlement.reason,
        "place": _place(settlement.place),
    }


def _account(account: Account, conflicts: Conflicts) -> dict[str, Any]:
    values = [
        {
            "value": value.term.value,
            "label": conflicts.label(value.term),
            "quotes": [_quote(account.article, span, conflicts) for span in value.spans],
            "place": _place(value.place),
        }
        for value in account.values
    ]
    return {"article": account.article, "values": values}


def _quote(article: str, span: Span, conflicts: Conflicts) -> dict[str, Any]:
    return {
        "article": article,
        "start": span.start,
        "end": span.end,
        "words": conflicts.words(article, span),
        "place": _place(conflicts.place(article, span)),
    }


def _place(place: Location | None) -> str | None:
    return str(place) if place else None
