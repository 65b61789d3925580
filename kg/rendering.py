"""Diagnostics as text for people and as JSON for tools.

In: diagnostics and the project folder, whose files supply the lines to show. Out: text.
Refuses nothing: a line that cannot be read is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from click import style, unstyle

from kg.diagnostics import Diagnostic, Location, Severity

_COLOUR = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}
_WIDTH = 100
"""Characters of a source line to show: articles have paragraphs of thousands of characters."""
_LONGEST = 1000
"""Characters of a sentence to show: it may quote what a file has in the place of a word."""
# What a terminal would obey instead of showing it: controls, marks of direction, line separators.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


def render(
    diagnostics: Iterable[Diagnostic],
    folder: Path,
    sources: Mapping[str, str] | None = None,
    *,
    colour: bool = False,
) -> str:
    """All findings as text, each with its place, the line with carets, notes and help."""
    lines = _reader(folder, sources or {})
    text = "\n\n".join(_render(diagnostic, lines) for diagnostic in diagnostics)
    return text if colour else unstyle(text)


def to_json(diagnostic: Diagnostic) -> dict[str, Any]:
    """One finding with the same parts as the text."""
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        "place": _place_json(diagnostic.place),
        "notes": list(diagnostic.notes),
        "help": diagnostic.help,
        "related": [
            {"message": message, "place": _place_json(place)}
            for message, place in diagnostic.related
        ],
        "fixes": [
            {"place": _place_json(place), "replacement": text} for place, text in diagnostic.fixes
        ],
    }


def _place_json(place: Location | None) -> dict[str, Any] | None:
    if place is None:
        return None
    return {
        "path": place.path,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
    }


def _reader(folder: Path, sources: Mapping[str, str]) -> Callable[[str], list[str]]:
    @cache
    def lines(path: str) -> list[str]:
        if path in sources:
            return sources[path].splitlines()
        try:
            text = (folder / path).read_bytes().decode("utf-8-sig", errors="replace")
        except (OSError, ValueError):  # a place may name what is no path, such as `<query>`
            return []
        return re.split(r"\r\n?|\n", text)

    return lines


def _render(diagnostic: Diagnostic, lines: Callable[[str], list[str]]) -> str:
    head = style(
        f"{diagnostic.severity}[{diagnostic.code}]", fg=_COLOUR[diagnostic.severity], bold=True
    )
    rows = [f"{head}{style(': ' + _visible(diagnostic.message), bold=True)}"]
    if diagnostic.place:
        rows += [f"  --> {_visible(str(diagnostic.place))}", *excerpt(diagnostic.place, lines)]
    for message, place in diagnostic.related:
        rows += [f"  ::: {_visible(f'{place}: {message}')}", *excerpt(place, lines)]
    rows += [f"   = note: {_visible(note)}" for note in diagnostic.notes]
    if diagnostic.help:
        rows.append(style("   = help: ", fg="green") + _visible(diagnostic.help))
    return "\n".join(rows)


def _visible(words: str) -> str:
    """Words as one line of bounded length that a terminal shows as they are."""
    cut = words if len(words) <= _LONGEST else f"{words[:_LONGEST]} …"
    return _UNSEEN.sub(lambda found: found[0].encode("unicode_escape").decode(), cut)


def excerpt(place: Location, lines: Callable[[str], list[str]]) -> list[str]:
    """The line of a place with carets under it; only a window of a long line."""
    source = lines(place.path) if place.line else []
    if not 0 < place.line <= len(source):
        return []
    line, start = source[place.line - 1], max(place.column - 1, 0)
    end = _end(place, len(line))
    left = max(0, start - 20) if len(line) > _WIDTH else 0
    shown = _UNSEEN.sub(" ", line[left : left + _WIDTH]).rstrip()
    carets = "^" * max(1, min(end, left + len(shown)) - start)
    mark = "…" if left else ""
    gap = " " * (start - left + len(mark))
    return [f"   | {mark}{shown}", f"   | {gap}{style(carets, fg='red')}"]


def _end(place: Location, length: int) -> int:
    """Where the carets stop: a place without an end is one character wide."""
    if not place.end_line:
        return place.column
    return place.end_column - 1 if place.end_line == place.line else length
