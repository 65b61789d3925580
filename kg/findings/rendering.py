"""Diagnostics as text for people.

In: diagnostics and the project folder, whose files supply the lines to show. Out: text.
Refuses nothing: a line that cannot be read is left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from click import style, unstyle

from kg.diagnostics import CODES, Diagnostic, Severity
from kg.findings.excerpts import UNSEEN, WIDTH, Sources, excerpt

_COLOUR = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}
_GUTTER = 6
"""Cells that stand before a source line: `   | ` and the mark of a cut."""
_NARROWEST = 30
_LONGEST = 1000
"""Characters of a sentence to show: it may quote what a file has in the place of a word."""
MANY = 100
"""More findings than anybody reads: they are counted by code too."""


def render(
    diagnostics: Iterable[Diagnostic],
    folder: Path,
    sources: Mapping[str, str] | None = None,
    *,
    colour: bool = False,
    width: int = WIDTH + _GUTTER,
) -> str:
    """All findings as text, each with its place, the line with carets, notes and help.

    Args:
        diagnostics: what to show.
        folder: the project.
        sources: texts that are no files of the project, by name.
        colour: whether to mark parts with the colours of a terminal.
        width: cells that a source line may take; sentences are left whole, for copying.
    """
    files, room = Sources(folder, sources), max(width - _GUTTER, _NARROWEST)
    text = "\n\n".join(_render(diagnostic, files, room) for diagnostic in diagnostics)
    return text if colour else unstyle(text)


def _render(diagnostic: Diagnostic, files: Sources, room: int) -> str:
    mark = style(
        f"{diagnostic.severity}[{diagnostic.code}]", fg=_COLOUR[diagnostic.severity], bold=True
    )
    rows = [mark + style(f": {_visible(diagnostic.message)}", bold=True)]
    if place := diagnostic.place:
        rows += [f"  --> {_visible(str(place))}", *excerpt(place, files.lines, room)]
    for message, place in diagnostic.related:
        rows.append(f"  ::: {_visible(str(place))}: {_visible(message)}")
        rows += excerpt(place, files.lines, room)
    rows += [f"   = note: {_visible(note)}" for note in diagnostic.notes]
    if diagnostic.help:
        rows.append(style("   = help: ", fg="green") + _visible(diagnostic.help))
    if diagnostic.fixes:
        rows.append(style("   = fix: ", fg="green") + "certain; `kg check --fix` makes it")
    return "\n".join(rows)


def _visible(words: str) -> str:
    """Words as one line of bounded length that a terminal shows as they are."""
    cut = words if len(words) <= _LONGEST else f"{words[:_LONGEST]} …"
    return UNSEEN.sub(lambda found: found[0].encode("unicode_escape").decode(), cut)


def tally(diagnostics: Iterable[Diagnostic]) -> str:
    """How many findings there are of each code, the most frequent first."""
    counts = Counter(diagnostic.code for diagnostic in diagnostics)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    column = max((len(f"{number:,}") for number in counts.values()), default=0)
    return "\n".join(f"  {number:>{column},}  {code}  {CODES[code]}" for code, number in ordered)
