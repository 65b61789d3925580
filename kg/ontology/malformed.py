"""What is wrong with Turtle that cannot be parsed, where, and what to write instead.

In: the text of a file and what the parser says. Out: one finding (O101).
Refuses: nothing; what cannot be told better has the words of the parser.

The parser sees what is missing only at what comes next, often a line later: the place is where it
is missing.

https://www.w3.org/TR/turtle/#sec-grammar
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from kg.diagnostics import Diagnostic, Location
from kg.hints import closest
from kg.sparql.grammar import Token, scan
from kg.terms import PUBLISHED
from kg.text.quotes import Lines

CLOSING = {"[": "]", "(": ")"}
UNDECLARED = re.compile(r"The prefix (\S*): has not been declared")
DECLARED = re.compile(r"(?im)^\s*@?prefix\s+([\w-]*):")
UNCLOSED = ("Line jumps", "Unexpected end", "IRI code point")
UNENDED = ("A dot is expected", "Triples should be followed", "Unexpected end")

LONGEST = 1 << 20
"""Characters of a text in which the cause of a fault is looked for."""


class _Said(NamedTuple):
    """What is said of a fault: the sentence, a stretch of one line, help, where it is seen."""

    message: str
    start: int
    end: int
    help: str | None = None
    seen: int | None = None


def malformed(text: str, name: str, error: Exception) -> Diagnostic:
    """The finding for Turtle that cannot be parsed.

    Args:
        text: of the file.
        name: the path to show in places.
        error: of the parser.
    """
    line, column = getattr(error, "lineno", None) or 1, getattr(error, "offset", None) or 1
    lines, reason = Lines(text), str(getattr(error, "msg", error)).partition(": ")[2]
    at = min(lines.offset(line, column), len(text)) if line <= text.count("\n") + 1 else len(text)
    said = _Fault(text, at, reason).said() if len(text) <= LONGEST else None
    place = Location(name, line, column, line, getattr(error, "end_offset", None) or column + 1)
    if "is not a valid" not in reason:  # it begins with a word of its own
        reason = reason[:1].lower() + reason[1:]
    if said is None:
        return Diagnostic("O101", f"the Turtle is not well formed: {reason}", place)
    start = lines.position(said.start)
    place = Location(name, *start, start[0], start[1] + said.end - said.start)
    message = f"the Turtle is not well formed: {said.message}"
    note = f"the parser says: {reason}"
    seen = () if said.seen is None else (("seen here", _point(name, lines, said.seen)),)
    return Diagnostic("O101", message, place, (note,), said.help, seen)


def _point(name: str, lines: Lines, at: int) -> Location:
    line, column = lines.position(at)
    return Location(name, line, column, line, column + 1)


class _Fault:
    """One fault, at what the parser could not read."""

    def __init__(self, text: str, at: int, reason: str) -> None:
        self.text, self.at, self.reason = text, at, reason
        self.tokens = list(scan(text))
        index = bisect_left(self.tokens, at, key=lambda token: token.start)
        self.before, self.rest = self.tokens[:index], self.tokens[index:]

    def said(self) -> _Said | None:
        """What is wrong, if that can be told."""
        if found := UNDECLARED.match(self.reason):
            return self.undeclared(found[1])
        return self.unclosed() or self.bracket() or self.unended() or self.value()

    def undeclared(self, prefix: str) -> _Said:
        own = DECLARED.findall(self.text)
        near = prefix if prefix in PUBLISHED else closest(prefix, {*own, *PUBLISHED})
        help_ = "declare it at the top of the file: `@prefix NAME: <IRI> .`"
        if near is not None:
            line = f"`@prefix {near}: <{PUBLISHED[near]}> .`" if near not in own else ""
            meant = f"did you mean `{near}:`?" if near != prefix else ""
            help_ = " ".join(
                part for part in (meant, f"declare it: {line}" if line else "") if part
            )
        end = self.at + len(prefix) + 1
        return _Said(f"prefix `{prefix}:` is not declared", self.at, end, help_)

    def unclosed(self) -> _Said | None:
        """A string or an IRI without an end: what opens it is no token by itself."""
        found = (n for n, t in enumerate(self.tokens) if t.text in ("'", '"', "<"))
        number = next(found, None)
        if number is None or not any(word in self.reason for word in UNCLOSED):
            return None
        opened, mark = self.tokens[number], self.tokens[number].text
        start, before = opened.start, self.text[opened.start - 2 : opened.start]
        if mark * 2 == before:  # the beginning of a long string looks like an empty one
            start, mark = start - 2, mark * 3
        if start > self.at:
            return None
        end = start + len(self.text[start:].splitlines()[0].rstrip())
        if mark == "<":
            help_ = "close it with `>`; a space in it is written `%20`"
            return _Said("an IRI is not closed, or holds a space", start, end, help_)
        more = "" if len(mark) > 1 else f"; text of several lines stands between `{mark * 3}`"
        return _Said("a string is not closed", start, end, f"close it with `{mark}`{more}")

    def bracket(self) -> _Said | None:
        opened: list[Token] = []
        for token in self.before:
            if token.text in CLOSING:
                opened.append(token)
            elif token.text in CLOSING.values() and opened:
                opened.pop()
        found = self.rest[0] if self.rest else None
        if opened and (found is None or found.text in (".", *CLOSING.values())):
            start, close = opened[-1].start, CLOSING[opened[-1].text]
            message = f"`{opened[-1].text}` is not closed"
            return _Said(message, start, start + 1, f"close it with `{close}`", self.at)
        if found is not None and found.text in CLOSING.values() and not opened:
            return _Said(
                f"`{found.text}` closes nothing", found.start, found.start + 1, "delete it"
            )
        return None

    def unended(self) -> _Said | None:
        """A full stop, semicolon or comma that is missing behind what was read."""
        if not self.reason.startswith(UNENDED) or not self.before:
            return None
        last = self.before[-1]
        end = last.start + len(last.text)
        if not self.rest:
            if last.text in (";", ","):
                help_ = f"write `.` instead of `{last.text}`, or go on"
                return _Said("the last statement has no end", last.start, end, help_)
            return _Said("the last statement has no end", end, end + 1, "end it with ` .`")
        sign, why = self.sign(end, self.rest)
        message = f"`{sign}` is missing before `{self.rest[0].text}`"
        return _Said(message, end, end + 1, f"write ` {sign}` there, for {why}", self.rest[0].start)

    def sign(self, end: int, rest: Sequence[Token]) -> tuple[str, str]:
        """What is missing between two tokens, as lines and indentation tell."""
        first, between = rest[0].start, self.text[end : rest[0].start]
        indented = self.text[:first].rpartition("\n")[2].strip() == "" and first > 0
        is_new = len(rest) > 1 and rest[1].text == "a"
        if "\n" not in between and not is_new:
            return ",", "another value of the same property follows"
        column = first - (self.text.rfind("\n", 0, first) + 1)
        if is_new or column == 0 or not indented:
            return ".", "a statement on another subject follows"
        return ";", "another property of the same subject follows"

    def value(self) -> _Said | None:
        """What cannot be a subject, a property or a value."""
        found = self.rest[0] if self.rest else None
        if found is None or "is not a valid" not in self.reason:
            return None
        end = found.start + len(found.text)
        if found.kind == "word":
            help_ = "write it with its prefix, or between quotation marks if it is text"
            return _Said(f"`{found.text}` has no prefix", found.start, end, help_)
        if found.text in (".", ";", ",") and self.before and "object" in self.reason:
            last = self.before[-1]
            message = f"a value is missing behind `{last.text}`"
            return _Said(message, last.start, last.start + len(last.text), None, found.start)
        return None
