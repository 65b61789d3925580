"""Single values of a YAML file as they are written: with quotation marks, escapes and line breaks.

In: where a value stands in its file, and what shall be other in it. Out: the edits of the file that
bring it about, as small as the style of the value allows. Refuses (no edits): what the style cannot
hold, and values that cannot be read back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import yaml

from kg.diagnostics import Edit, Location
from kg.project.surrogates import PAIR, spelled
from kg.text.quotes import Lines
from kg.text.typography import Change, applied

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The reader of YAML: the one in C, where it is there."""


class Written(NamedTuple):
    """Where a value stands in the text of its file, quotation marks included; end exclusive."""

    document: str
    start: int
    end: int

    @property
    def source(self) -> str:
        """The value as it is written."""
        return self.document[self.start : self.end]


def edits(written: Written, name: str, value: str, changes: Sequence[Change]) -> tuple[Edit, ...]:
    """The edits of file `name` that make `changes` in the value written there; () if none can.

    White space counts as in quotes: any run of it is a single space.
    """
    wanted = applied(value, changes)
    contexts = [c for c in _CONTEXTS if _read(c.format(written.source)) == value.split()]
    for found in (_small(written.source, value, changes), _whole(written.source, wanted)):
        if found is None or not contexts:
            continue
        source = applied(written.source, found)
        if all(_read(context.format(source)) == wanted.split() for context in contexts):
            return tuple(_edit(written, name, change) for change in found)
    return ()


def as_written(text: str) -> str:
    """Text as the value of a key: bare, or in single quotation marks if need be."""
    return text if _read(_CONTEXTS[0].format(text)) == text.split() else in_marks(text)


def written_out(written: Written, name: str, value: str) -> tuple[Edit, ...]:
    """The edit that writes a block scalar on one line; () if that would change its line breaks."""
    text, header = value.strip(), written.source.partition("\n")[0]
    if not text or "\n" in text or "#" in header or text != " ".join(text.split()):
        return ()
    plain = all(_read(context.format(text)) == text.split() for context in _CONTEXTS)
    end = len(written.source.rstrip())
    return (_edit(written, name, Change(0, end, text if plain else in_marks(text))),)


def _edit(written: Written, name: str, change: Change) -> Edit:
    lines = Lines(written.document)
    first = lines.position(written.start + change.start)
    return Edit(Location(name, *first, *lines.position(written.start + change.end)), change.text)


_CONTEXTS = ("- {}", "[ {} ]")
"""A value reads differently in a list of brackets, where commas part the items."""


def _read(text: str) -> list[str] | None:
    """The words of the only value of a list."""
    try:
        events = list(yaml.parse(spelled(text), Loader=LOADER))
    except yaml.YAMLError:
        return None
    kinds = (yaml.StreamStartEvent, yaml.DocumentStartEvent, yaml.SequenceStartEvent)
    ends = (yaml.SequenceEndEvent, yaml.DocumentEndEvent, yaml.StreamEndEvent)
    if [type(event) for event in events] != [*kinds, yaml.ScalarEvent, *ends]:
        return None
    return next(event.value.split() for event in events if isinstance(event, yaml.ScalarEvent))


def _whole(source: str, wanted: str) -> list[Change] | None:
    """The value in single quotation marks, unless it is a block."""
    return None if source[:1] in "|>" else [Change(0, len(source), in_marks(wanted))]


def in_marks(value: str) -> str:
    """A value in quotation marks, its white space made single; double ones if that is simpler."""
    words = " ".join(value.split())
    if "'" in words and not set('"\\') & set(words) and words.isprintable():
        return f'"{words}"'
    return "'" + words.replace("'", "''") + "'"


def _small(source: str, value: str, changes: Sequence[Change]) -> list[Change] | None:
    """The changes of the value as changes of what is written; None where the two do not agree."""
    pieces = list(_pieces(source))
    places = _places(pieces, value)
    if places is None:
        return None
    style = source[:1]
    found = []
    for change in changes:
        start = places[change.start][0] if change.start < len(places) else pieces[-1].end
        end = places[change.end - 1][1] if change.end > change.start else start
        found.append(Change(start, end, _encoded(change.text, style)))
    return found


class _Piece(NamedTuple):
    """A character of the value, or a run of white space, and where it is written."""

    text: str
    start: int
    end: int


_ESCAPED = PAIR + r"|\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|\r?\n[ \t]*|.)"
_UNITS = {"'": r"''|\s+|.", '"': _ESCAPED + r"|\s+|."}


def _pieces(source: str) -> Iterator[_Piece]:
    """The characters of a value as written, one white space for each run."""
    style = source[:1]
    start, end = (1, len(source) - 1) if style in ("'", '"') else (0, len(source))
    if style in ("|", ">"):
        start = (source + "\n").index("\n") + 1
    last: _Piece | None = None
    for match in re.compile(_UNITS.get(style, r"\s+|."), re.DOTALL).finditer(source, start, end):
        text = _decoded(match[0], style)
        piece = _Piece(text, match.start(), match.end())
        if last and text.isspace() and last.text.isspace():
            last = _Piece(" ", last.start, piece.end)
            continue
        if last:
            yield last
        last = piece if text else None
    if last:
        yield last


def _decoded(unit: str, style: str) -> str:
    if unit.isspace():
        return " "
    if style == "'":
        return unit[:1]
    if style == '"' and len(unit) > 1:
        read = _decoded_escape(unit)
        return " " if read.isspace() else read
    return unit


def _decoded_escape(unit: str) -> str:
    events = yaml.parse(f'"{spelled(unit)}"', Loader=LOADER)
    return next(event.value for event in events if isinstance(event, yaml.ScalarEvent))


def _places(pieces: Sequence[_Piece], value: str) -> list[tuple[int, int]] | None:
    """Where each character of the value is written."""
    places: list[tuple[int, int]] = []
    at = 0
    for match in re.finditer(r"\s+|\S", value):
        unit = " " if match[0].isspace() else match[0]
        if at < len(pieces) and pieces[at].text == " " != unit:
            at += 1  # white space at the edges of what is written is no part of the value
        if at == len(pieces) or pieces[at].text != unit:
            return None if unit != " " else places + [places[-1]] * len(match[0])
        places += [pieces[at][1:]] * len(match[0])
        at += 1
    return places


def _encoded(text: str, style: str) -> str:
    if style == "'":
        return text.replace("'", "''")
    if style == '"':
        return text.replace("\\", "\\\\").replace('"', '\\"')
    return text
