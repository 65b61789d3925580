"""Files as the user wrote them: UTF-8 text, and strict YAML in which every key and value has a
place.

In: a path and its bytes. Out: text, or a tree of `Text`, `List` and `Map` nodes whose scalars are
all strings.
Refuses: other encodings, duplicate keys, anchors, aliases, tags, block scalars, several documents,
and nesting deeper than `MAX_DEPTH`. YAML's own guesses (`no`, `12:30`, `2025-02-12`) never happen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NoReturn

import yaml

from kg.diagnostics import Diagnostic, Edit, Findings, Location
from kg.project.malformed import cause
from kg.project.scalars import LOADER, Written, written_out
from kg.project.surrogates import Pairs
from kg.text.quotes import Lines

MAX_DEPTH = 32
MAX_NODES = 200_000
"""Keys and values of a document: a mapping of a long article has some thousands."""

_MOST_FAULTS = 100
_WRITE_OUT = (
    "write the value out on the line of its key, in quotation marks if it begins with a sign"
)
_BLOCKS = ("|", ">")
_UNREADABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What YAML does not allow (https://yaml.org/spec/1.1/#c-printable)."""


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar, as a string; `written` is how the file has it."""

    text: str
    place: Location
    written: Written | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class List:
    """A YAML sequence."""

    items: tuple[Node, ...]
    place: Location


@dataclass(frozen=True, slots=True)
class Map:
    """A YAML mapping in the order of the file; its keys are unique.

    `repeated` are the pairs whose key has been there before: they are refused (D102), but what they
    declare has been seen.
    """

    pairs: tuple[tuple[Text, Node], ...]
    place: Location
    repeated: tuple[tuple[Text, Node], ...] = ()

    def get(self, key: str) -> Node | None:
        """The value of a key, if it is there."""
        return next((value for name, value in self.pairs if name.text == key), None)

    def key(self, key: str) -> Text | None:
        """The key itself with its place, if it is there."""
        return next((name for name, _ in self.pairs if name.text == key), None)


Node = Text | List | Map


def decode(content: bytes, name: str, findings: Findings) -> str | None:
    """The text of a file in UTF-8, or a finding D101 at the first byte that is not."""
    help_ = "save the file as UTF-8 without a byte order mark"
    if content.startswith(b"\xef\xbb\xbf"):
        findings.error(
            "D101", "the file starts with a byte order mark", Location(name, 1, 1), help=help_
        )
        return None
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        place = _point(name, content[: error.start].decode("utf-8"))
        found = f"byte 0x{content[error.start]:02x}, expected UTF-8 text"
        findings.error("D101", f"the file is not UTF-8: found {found}", place, help=help_)
        return None
    before, nul, _ = text.partition("\x00")
    if nul:
        found = "the file has a NUL character, expected text"
        findings.error("D101", found, _point(name, before), help="delete that character")
        return None
    return text


def _point(name: str, before: str) -> Location:
    """The character behind `before`."""
    lines = re.split(r"\r\n?|\n", before)
    return Location(name, len(lines), len(lines[-1]) + 1)


def read_yaml(content: bytes, name: str, findings: Findings) -> Map | None:
    """The document of a YAML file whose root is a mapping; an empty file is an empty mapping.

    Args:
        content: the file's bytes.
        name: the path to show in places.
        findings: takes D101 to D105; the result is `None` if the file cannot be used at all.
    """
    text = decode(content, name, findings)
    if text is None:
        return None
    if odd := _UNREADABLE.search(text):
        message = f"the YAML is not well formed: found the control character U+{ord(odd[0]):04X}"
        place = _point(name, text[: odd.start()])
        findings.error("D103", message, place, help="delete that character")
        return None
    pairs = Pairs(text)
    try:
        events = yaml.parse(pairs.readable, Loader=LOADER)
        root = _Composer(name, text, pairs, findings).compose(events)
    except yaml.MarkedYAMLError as error:
        findings.add(_malformed(error, text, name))
        return None
    except _Abandoned:
        return None
    if root is None:
        return Map((), Location(name, 1, 1))
    if not isinstance(root, Map):
        found = "a list" if isinstance(root, List) else "plain text"
        findings.error("D105", f"found {found}, expected sections with entries", root.place)
        return None
    return root


def _malformed(error: yaml.MarkedYAMLError, text: str, name: str) -> Diagnostic:
    """D103, where the fault begins."""
    found, lines = cause(error, text), Lines(text)

    def place(start: int, end: int) -> Location:
        return Location(name, *lines.position(start), *lines.position(min(end, len(text))))

    return Diagnostic(
        "D103",
        f"the YAML is not well formed: {found.message}",
        place(found.start, found.end),
        help=found.help,
        fixes=tuple(Edit(place(start, end), new) for start, end, new in found.changes),
    )


class _Abandoned(Exception):
    """The rest of the document cannot be read sensibly; the finding has been kept."""


class _Composer:
    """Builds nodes out of YAML events; PyYAML's own composer lets tags and duplicates pass."""

    def __init__(self, name: str, text: str, pairs: Pairs, findings: Findings) -> None:
        self.name, self.text, self.pairs, self.findings = name, text, pairs, findings
        self.lines, self.has_pairs = Lines(text), pairs.any
        self.nodes = self.faults = 0

    def compose(self, events: Iterator[yaml.Event]) -> Node | None:
        next(events)
        event = next(events)
        if isinstance(event, yaml.StreamEndEvent):
            return None
        root = self.node(next(events), events, 0)
        next(events)
        event = next(events)
        if not isinstance(event, yaml.StreamEndEvent):
            self.unused("a second document", event, "write it into a file of its own")
        return root

    def node(self, event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> Node:
        self.nodes += 1
        if self.nodes > MAX_NODES or depth > MAX_DEPTH:
            self.abandon(event)
        if isinstance(event, yaml.AliasEvent):
            self.unused("an alias", event)
            return Text("", self.place(event))
        if event.anchor:  # type: ignore[attr-defined]  # all others have one, or None
            self.unused("an anchor", event)
        if event.tag:  # type: ignore[attr-defined]
            self.unused("a tag", event)
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(event, events, depth)
        return self.mapping(event, events, depth)

    def abandon(self, event: yaml.Event) -> NoReturn:
        """End at what no person writes by hand: memory and time are bounded with it."""
        if self.nodes > MAX_NODES:
            message = f"the file has more than {MAX_NODES:,} keys and values"
            self.fault("D107", message, self.place(event), help="divide it")
        else:
            self.unused(f"nesting deeper than {MAX_DEPTH}", event, "take some levels away")
        raise _Abandoned

    def scalar(self, event: yaml.ScalarEvent) -> Text:
        first, last = event.start_mark, event.end_mark
        assert first  # marks are only missing from events that programs make
        assert last
        start, end, value = first.index, last.index, str(event.value)
        written = Written(self.text, start, end)
        if self.has_pairs:
            value = self.pairs.restored(value, start, end)
        if event.style in _BLOCKS:
            fixes = written_out(written, self.name, value)
            self.unused("a block scalar", event, fixes=fixes)
        return Text(value, Location(self.name, *self.lines.stretch(start, end)), written)

    def sequence(self, start: yaml.Event, events: Iterator[yaml.Event], depth: int) -> List:
        items = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            items.append(self.node(event, events, depth + 1))
        return List(tuple(items), self.place(start, event))

    def mapping(self, start: yaml.Event, events: Iterator[yaml.Event], depth: int) -> Map:
        pairs: dict[str, tuple[Text, Node]] = {}
        repeated: list[tuple[Text, Node]] = []
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key = self.node(event, events, depth + 1)
            value = self.node(next(events), events, depth + 1)
            if not isinstance(key, Text) or not key.text.strip():
                self.fault("D105", "a key has no words, expected text", key.place)
            elif key.text in pairs:
                self.duplicate(key, pairs[key.text][0])
                repeated.append((key, value))
            else:
                pairs[key.text] = (key, value)
        return Map(tuple(pairs.values()), self.place(start, event), tuple(repeated))

    def fault(
        self,
        code: str,
        message: str,
        place: Location,
        *,
        notes: tuple[str, ...] = (),
        help: str | None = None,  # noqa: A002  (the word users see)
        related: tuple[tuple[str, Location], ...] = (),
        fixes: tuple[Edit, ...] = (),
    ) -> None:
        self.faults += 1
        found = Diagnostic(code, message, place, notes, help, related, fixes=fixes)
        self.findings.add(found)
        if self.faults >= _MOST_FAULTS:
            raise _Abandoned

    def duplicate(self, key: Text, first: Text) -> None:
        self.fault(
            "D102",
            f"key `{key.text}` appears twice in one mapping",
            key.place,
            notes=("YAML readers silently keep the last",),
            help="delete one, or put both values into one list",
            related=(("first used here", first.place),),
        )

    def unused(
        self,
        what: str,
        event: yaml.Event,
        help_: str | None = None,
        fixes: tuple[Edit, ...] = (),
    ) -> None:
        self.fault(
            "D104",
            f"{what} is not part of the mapping language",
            self.place(event),
            notes=() if help_ else ("every value is plain text whose place can be shown",),
            help=help_ or _WRITE_OUT,
            fixes=fixes,
        )

    def place(self, event: yaml.Event, end: yaml.Event | None = None) -> Location:
        first, last = event.start_mark, (end or event).end_mark
        assert first  # marks are only missing from events that programs make
        assert last
        # Not by the marks' lines: YAML 1.1 ends lines at U+0085, U+2028 and U+2029, editors do not.
        return Location(self.name, *self.lines.stretch(first.index, last.index))
