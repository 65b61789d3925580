"""Cards as text, Markdown and JSON.

In: a `Card`. Out: what a console prints; Markdown; objects that `json` can write. Words are given
as they are, in whatever script; the text keeps to the width of the console.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pyoxigraph import Literal
from rich.console import Group as Lines
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from kg.why.card import Card, Group, Scoped, Value, When
from kg.why.rendering import quote_json, term_json
from kg.why.view import BuildView

Json = dict[str, Any]
MOST = 12
"""So many values of a property are shown unless all are asked for."""
_LONGEST = 90


def to_text(card: Card, view: BuildView, *, everything: bool = False) -> Lines:
    """A card for a console.

    Args:
        card: of a node.
        view: gives short names.
        everything: show long lists in full.
    """
    return Lines(*_Text(view, None if everything else MOST).card(card))


class _Text:
    def __init__(self, view: BuildView, most: int | None) -> None:
        self.view, self.most = view, most

    def card(self, card: Card) -> Iterator[RenderableType]:
        short = self.view.short(card.node)
        yield Text(card.label or short, "bold").append(f"  {short}", "not bold cyan")
        yield from self.about(card)
        if card.names:
            yield from self.section("names as written", self.names(card))
        if card.facts:
            yield from self.section("facts", self.table(card.facts))
        for property_ in dict.fromkeys(scoped.property for scoped in card.scoped):
            found = [scoped for scoped in card.scoped if scoped.property == property_]
            label = self.view.label(property_) or self.view.short(property_)
            yield from self.section(f"by article (← {label})", self.scoped(found))
        for group in card.links:
            yield from self.section(f"← {group.label} ({len(group.values)})", self.links(group))

    def about(self, card: Card) -> Iterator[Text]:
        stated = [v.label or self.view.short(v.term) for v in card.classes if not v.inferred]
        follows = [v.label or self.view.short(v.term) for v in card.classes if v.inferred]
        line = Text(", ".join(stated))
        if follows:
            line.append(f"  inferred: {', '.join(follows)}", "dim")
        if line:
            yield line
        if card.labels:
            yield Text("also: ", "dim").append(
                ", ".join(words for words, _ in card.labels), "not dim"
            )
        if card.definition:
            yield Text(card.definition, "italic")
        for place in card.places:
            yield Text(str(place), "cyan")

    def section(self, title: str, body: RenderableType) -> Iterator[RenderableType]:
        yield Text()
        yield Text(title, "bold")
        yield Padding(body, (0, 0, 0, 2), expand=False)

    def names(self, card: Card) -> Table:
        grid = _grid(2)
        for name in card.names[: self.most]:
            counts = (f"{self.view.short_stem(stem)} ×{count}" for stem, count in name.articles)
            grid.add_row(Text(name.words), Text(", ".join(counts), "dim"))
        self.rest(grid, len(card.names))
        return grid

    def table(self, groups: Iterable[Group]) -> Table:
        grid = _grid(3)
        for group in groups:
            for number, value in enumerate(group.values[: self.most]):
                label = "" if number else group.label
                grid.add_row(Text(label), self.value(value), self.said(value))
            self.rest(grid, len(group.values))
        return grid

    def scoped(self, found: Iterable[Scoped]) -> Table:
        grid = _grid(2)
        for scoped in found:
            facts = [
                f"{group.label}: {', '.join(self.words(value) for value in group.values)}"
                for group in scoped.facts
            ]
            stem = self.view.short_stem(scoped.article)
            grid.add_row(Text(stem, "dim"), Text(" · ".join(facts)))
            for quote in scoped.quotes:
                grid.add_row(Text(), Text(f"“{_flat(quote.words)}”", "italic"))
        return grid

    def links(self, group: Group) -> Table:
        grid = _grid(3)
        for value in group.values[: self.most]:
            grid.add_row(Text(when_words(value.when)), self.value(value), self.said(value))
        self.rest(grid, len(group.values))
        return grid

    def rest(self, grid: Table, count: int) -> None:
        if self.most is not None and count > self.most:
            grid.add_row(Text(), Text(f"and {count - self.most} more (--all)", "dim"))

    def words(self, value: Value) -> str:
        return value.label or self.view.short(value.term)

    def value(self, value: Value) -> Text:
        text = Text(_cut(_flat(self.words(value))))
        if value.when and value.label not in (when.value for when in value.when):
            dated = self.view.is_a(value.term, "Time")
            text.append(f" = {when_words(value.when)}" if dated else "")
        if value.label and not isinstance(value.term, Literal):
            text.append(f" {self.view.short(value.term)}", "cyan")
        return text

    def said(self, value: Value) -> Text:
        if value.inferred:
            return Text("inferred", "yellow")
        return Text(", ".join(map(self.view.short_stem, value.graphs)), "dim")


def _grid(columns: int) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    for _ in range(columns):
        grid.add_column(overflow="fold")
    return grid


def _flat(words: str) -> str:
    return " ".join(words.split())


def _cut(words: str) -> str:
    return words if len(words) <= _LONGEST else words[:_LONGEST].rsplit(" ", 1)[0] + " …"


def when_words(times: Iterable[When]) -> str:
    """Dates, each once; one that its author inferred is marked by a question mark."""
    return ", ".join(f"{time.value}{'?' if time.inferred else ''}" for time in times)


# Markdown


def to_markdown(card: Card, view: BuildView) -> str:
    """A card as CommonMark, with everything."""
    return "\n".join(_Markdown(view).card(card)) + "\n"


class _Markdown:
    def __init__(self, view: BuildView) -> None:
        self.view = view

    def card(self, card: Card) -> Iterator[str]:
        yield f"# {_escaped(card.label or card.node.value)}"
        yield f"\n`{self.view.short(card.node)}`: " + ", ".join(map(self.value, card.classes))
        if card.definition:
            yield f"\n{_escaped(card.definition)}"
        if card.labels:
            yield "\nAlso: " + ", ".join(_escaped(words) for words, _ in card.labels)
        if card.names:
            yield "\n## Names as written\n"
            for name in card.names:
                counts = ", ".join(f"{article} ×{count}" for article, count in name.articles)
                yield f"- {_escaped(name.words)} ({counts})"
        if card.facts:
            yield "\n## Facts\n"
            yield from (line for group in card.facts for line in self.group(group))
        if card.scoped:
            yield "\n## By article\n"
            yield from (line for scoped in card.scoped for line in self.scoped(scoped))
        for group in card.links:
            yield f"\n## ← {_escaped(group.label)}\n"
            yield from (f"- {self.dated(value)}" for value in group.values)

    def group(self, group: Group) -> Iterator[str]:
        for value in group.values:
            yield f"- {_escaped(group.label)}: {self.dated(value)}"

    def scoped(self, scoped: Scoped) -> Iterator[str]:
        facts = "; ".join(
            f"{_escaped(group.label)}: {', '.join(self.name(v) for v in group.values)}"
            for group in scoped.facts
        )
        yield f"- {scoped.article}: {facts}"
        yield from (f"  > {_escaped(_flat(quote.words))}" for quote in scoped.quotes)

    def dated(self, value: Value) -> str:
        dates = when_words(value.when)
        return f"{dates} {self.value(value)}" if dates else self.value(value)

    def value(self, value: Value) -> str:
        return f"{self.name(value)} ({', '.join(value.graphs) or 'inferred'})"

    def name(self, value: Value) -> str:
        return _escaped(_flat(value.label)) or f"`{self.view.short(value.term)}`"


def _escaped(words: str) -> str:
    """Words that Markdown must not read as its own."""
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>#|" else sign for sign in words)


# JSON


def to_json(card: Card) -> Json:
    """A card with everything, values as in SPARQL results."""
    return {
        "node": card.node.value,
        "label": card.label,
        "labels": [{"words": words, "kind": kind} for words, kind in card.labels],
        "definition": card.definition,
        "classes": [_value(value) for value in card.classes],
        "places": [str(place) for place in card.places],
        "names": [{"words": n.words, "articles": dict(n.articles)} for n in card.names],
        "facts": [_group(group) for group in card.facts],
        "byArticle": [_scoped(scoped) for scoped in card.scoped],
        "links": [_group(group) for group in card.links],
        "quotes": [quote_json(quote) for quote in card.quotes],
    }


def _group(group: Group) -> Json:
    return {
        "property": group.property.value,
        "label": group.label,
        "values": [_value(value) for value in group.values],
    }


def _scoped(scoped: Scoped) -> Json:
    return {
        "node": scoped.node.value,
        "property": scoped.property.value,
        "article": scoped.article,
        "facts": [_group(group) for group in scoped.facts],
        "quotes": [quote_json(quote) for quote in scoped.quotes],
    }


def _value(value: Value) -> Json:
    return {
        **term_json(value.term),
        "label": value.label,
        "graphs": list(value.graphs),
        "inferred": value.inferred,
        "when": [{"value": when.value, "inferred": when.inferred} for when in value.when],
    }
