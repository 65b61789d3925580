"""Why YAML is not well formed: the usual causes, at their own place.

In: the text of a file and the error of the YAML reader, whose place is where it noticed, not where
the fault is. Out: a `Cause`: what is wrong, where it begins, and one action; with edits where these
are certain. Refuses nothing: what is none of the usual causes is told as the reader tells it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import yaml

from kg.project.scalars import LOADER, in_marks
from kg.project.surrogates import HALF, Pairs, spelled
from kg.text.typography import Change

_KEY = r"[\w.-]+"
_ENDED = ("found unexpected end of stream", "found unexpected document indicator")
_MISPLACED = "cannot start any token|node content|(?:keys|entries|values) are not allowed"
_WIDTHS, _LARGE = (2, 4, 8), 1_000_000


@dataclass(frozen=True, slots=True)
class Cause:
    """What is wrong, between which offsets, what to do, and the changes of the text if certain."""

    message: str
    start: int
    end: int
    help: str
    changes: tuple[Change, ...] = ()


def cause(error: yaml.MarkedYAMLError, text: str) -> Cause:
    """The cause of an error in `text`, by the first rule that knows it."""
    return next(found for rule in _RULES if (found := rule(_Fault(error, text))))


class _Fault:
    """An error with what stands around it."""

    def __init__(self, error: yaml.MarkedYAMLError, text: str) -> None:
        mark = error.problem_mark or error.context_mark
        self.text, self.at = text, mark.index if mark else 0
        self.problem, self.context = error.problem or "", error.context or ""
        self.opened = error.context_mark.index if error.context_mark else self.at

    @cached_property
    def last(self) -> yaml.Token | None:
        """The last token in front of the place where the reader noticed; only values count."""
        kinds = (yaml.ScalarToken, yaml.AliasToken, yaml.FlowSequenceEndToken)
        found = None
        for token in _tokens(self.text):
            if token.start_mark.index >= self.at:
                break
            found = token
        return found if isinstance(found, (*kinds, yaml.FlowMappingEndToken)) else None

    def line(self, at: int) -> tuple[int, int]:
        """Start and end of a line, without what ends it."""
        start = max(self.text.rfind(end, 0, at) for end in "\r\n") + 1
        ends = [found for end in "\r\n" if (found := self.text.find(end, at)) >= 0]
        return start, min(ends, default=len(self.text))

    def value(self, start: int) -> str:
        """The rest of the line of `start`, without white space and comment."""
        rest = self.text[start : self.line(start)[1]]
        return re.split(r"[ \t]+#", rest)[0].rstrip()

    def number(self, at: int) -> int:
        """The line of an offset, counted from 1."""
        return len(re.split(r"\r\n?|\n", self.text[:at]))

    def goes_on(self, at: int) -> bool:
        """Whether the line below is indented deeper and has no key, like more of the value."""
        line, below = self.line(at)[0], self.text[self.line(at)[1] :].lstrip("\r\n")
        depth, deeper = (re.match(" *", words) for words in (self.text[line:], below))
        key = re.match(rf" *(?:-\s|{_KEY}:(?:\s|$))", below)
        return bool(depth and deeper and deeper.end() > depth.end() and not key)

    def indented(self, at: int) -> str:
        """What stands before an offset on its line."""
        return self.text[self.line(at)[0] : at]


def _tokens(text: str) -> Iterator[yaml.Token]:
    try:
        yield from yaml.scan(Pairs(text).readable, Loader=LOADER)
    except yaml.YAMLError:
        return


def _tab(fault: _Fault) -> Cause | None:
    at, (start, end) = fault.at, fault.line(fault.at)
    indented = re.match(r"[ \t]*", fault.text[start:end])
    tab = fault.text.find("\t", start, start + (indented.end() if indented else 0))
    at = at if fault.text.startswith("\t", at) else tab
    if at < 0:
        return None
    what = "a tab stands where only spaces may"
    return Cause(what, at, at + 1, "indent with spaces", tuple(_spaces(fault.text)))


def _spaces(text: str) -> list[Change]:
    """Spaces for the tabs of indentation, if the text reads the same whatever their width."""
    tabs = [
        (line.start() + tab.start(), line.start() + tab.end())
        for line in re.finditer(r"(?m)^[ \t]*(?:-[ \t]+)*", text)
        for tab in re.finditer(r"\t+", line[0])
    ]
    choices = [
        [Change(start, end, " " * (end - start) * width) for start, end in tabs]
        for width in _WIDTHS
    ]
    readings = {_read(_changed(text, changes)) for changes in choices if len(text) <= _LARGE}
    return choices[0] if len(readings) == 1 and None not in readings else []


def _changed(text: str, changes: list[Change]) -> str:
    for change in reversed(changes):
        text = text[: change.start] + change.text + text[change.end :]
    return text


def _read(text: str) -> tuple[tuple[str, str], ...] | None:
    try:
        events = list(yaml.parse(spelled(text), Loader=LOADER))
    except yaml.YAMLError:
        return None
    return tuple((type(event).__name__, getattr(event, "value", "")) for event in events)


def _unclosed(fault: _Fault) -> Cause | None:
    """A quotation mark that is closed nowhere, or by the one that should open the next value."""
    opened, closed = fault.opened, len(fault.text)
    if fault.problem not in _ENDED:
        last = fault.last
        if not isinstance(last, yaml.ScalarToken) or last.plain:
            return None
        opened, closed = last.start_mark.index, last.end_mark.index
        if not re.search(rf"\n[ \t]*(?:- +)?(?:{_KEY}:(?:\s|$)|- )", fault.text[opened:closed]):
            return None
    mark, line = fault.text[opened], fault.number(opened)
    inside = "" if mark == '"' else "; inside, write it twice"
    help_ = f"close it in line {line}{inside}"
    if closed < len(fault.text):
        help_ += f"; now the mark in line {fault.number(closed)} closes it"
    return Cause("a quotation mark is not closed", opened, opened + 1, help_)


def _followed(fault: _Fault) -> Cause | None:
    """A value in quotation marks or brackets with more behind it."""
    last = fault.last
    if last is None or getattr(last, "plain", False):
        return None
    end = last.end_mark.index
    if fault.text[end : fault.at].strip(" \t") or fault.number(end) != fault.number(fault.at):
        return None
    start = last.start_mark.index
    if not isinstance(last, yaml.ScalarToken):
        start = _value_start(fault, start)
    value, mark = fault.value(start), fault.text[start]
    if mark in "*&":
        return _begins(fault, start)
    inner = value[1:-1]  # such as `'the members' dome'`; but `"one" and "two"` are two
    one = mark in "'\"" and value.endswith(mark) and not re.search(rf"\s{mark}\S", inner)
    whole = inner if one else value
    behind = "its quotation mark" if mark in "'\"" else f"`{fault.text[end - 1]}`"
    message = f"the value ends at {behind}, and more follows"
    help_ = f"put the whole value in quotation marks: `{in_marks(whole)}`"
    return Cause(message, start, start + len(value), help_)


def _value_start(fault: _Fault, at: int) -> int:
    """Where the value of a line begins: behind its key or its hyphen."""
    start, end = fault.line(at)
    key = re.match(rf"[ \t]*(?:- +)*(?:{_KEY}:[ \t]+)?", fault.text[start:end])
    return start + (key.end() if key else 0)


def _comment(fault: _Fault) -> Cause | None:
    """A value of several lines, one of which a comment cuts off."""
    last = fault.last
    if not isinstance(last, yaml.ScalarToken) or not last.plain:
        return None
    end = last.end_mark.index
    comment = re.compile(r"[ \t]+#[^\r\n]*").match(fault.text, end)
    if not comment or fault.number(fault.at) != fault.number(end) + 1:
        return None
    return Cause(
        "the value ends before ` #`, which begins a comment, and more follows",
        comment.end() - len(comment[0].lstrip()),
        comment.end(),
        "put the whole value in quotation marks",
    )


def _colon(fault: _Fault) -> Cause | None:
    """`: ` where there is no key: in a value, or behind what should be a key and is not."""
    if fault.problem != "mapping values are not allowed in this context":
        return None
    last = fault.last
    if not isinstance(last, yaml.ScalarToken):
        return None
    start = last.start_mark.index
    if fault.number(start) == fault.number(fault.at):
        help_ = "put the value in quotation marks"
        if not fault.goes_on(start):
            help_ += f": `{in_marks(fault.value(start))}`"
        return Cause("`: ` stands in a value", fault.at, fault.at + 1, help_)
    return _no_key(fault, start) or _too_deep(fault, start)


def _no_key(fault: _Fault, start: int) -> Cause | None:
    """A line that should be a key with a value: the colon is missing, or a space."""
    words = fault.value(start)
    dash = re.match(rf"(-)({_KEY}:\s)", fault.text[fault.line(start)[0] : start].lstrip())
    if dash:
        at = start - len(fault.indented(start).lstrip())
        return Cause("a space is missing behind `-`", at, at + 1, f"write `- {dash[2].strip()} …`")
    key = re.match(rf"({_KEY}:)(\S.*)", words)
    if key:
        message, help_ = f"a space is missing behind `{key[1]}`", f"write `{key[1]} {key[2]}`"
        return Cause(message, start, start + len(words), help_)
    if fault.indented(start).strip(" -"):
        return None
    if " " in words:
        message, first = "the line has no key", words.replace(" ", ": ", 1)
        help_ = f"indent it deeper to go on with the value above it, or write `{first}`"
    else:
        message, help_ = f"`:` is missing behind `{words}`", f"write `{words}:`"
    return Cause(message, start, start + len(words), help_)


def _too_deep(fault: _Fault, start: int) -> Cause:
    """A key that is indented, and so read as a further line of the value above."""
    line = fault.line(fault.at)[0]
    key = fault.text[line : fault.at].strip()
    above = fault.indented(start)
    column = len(above) - len(above.lstrip(" -")) + 1
    message = f"`{key}` is indented deeper than the keys above it"
    at = fault.at - len(fault.text[line : fault.at].lstrip())
    return Cause(message, at, fault.at, f"begin it in column {column}")


def _simple_key(fault: _Fault) -> Cause | None:
    if fault.problem != "could not find expected ':'":
        return None
    return _no_key(fault, fault.opened)


def _begins(fault: _Fault, at: int | None = None) -> Cause | None:
    """A sign that means something at the beginning of a value."""
    contexts = ("block scalar", "an anchor", "an alias", "a tag", "a directive")
    if at is None:
        at = fault.opened if fault.context.endswith(contexts) else fault.at
        if at == fault.at and not re.search(_MISPLACED, fault.problem):
            return None
    value = fault.value(at)
    if not value:
        return None
    kind = "value" if fault.indented(at).strip(" -") else "line"
    help_ = f"put the value in quotation marks: `{in_marks(value)}`"
    sign = "a backtick" if value[0] == "`" else f"`{value[0]}`"
    return Cause(f"a {kind} cannot begin with {sign}", at, at + len(value), help_)


def _brackets(fault: _Fault) -> Cause | None:
    if not fault.context.startswith("while parsing a flow"):
        return None
    start, end = fault.opened, fault.line(fault.opened)[1]
    closing = "}" if fault.text.startswith("{", start) else "]"
    if closing not in fault.text[start:end]:
        what = f"`{'{' if closing == '}' else '['}` is not closed"
        help_ = f"close it with `{closing}`, or put the value in quotation marks"
        return Cause(what, start, start + 1, help_)
    help_ = "put values that hold commas, colons or brackets in quotation marks"
    return Cause(f"`,` or `{closing}` is missing", fault.at, fault.at + 1, help_)


def _escape(fault: _Fault) -> Cause | None:
    if "escape" not in fault.problem and "hexdecimal" not in fault.problem:
        return None
    at = fault.text.rfind("\\", 0, fault.at + 1)
    if at < 0:  # tags have escapes, too, written with `%`
        return None
    if half := HALF.match(fault.text, at):
        message = f"`{half[0]}` is half a character"
        help_ = "write the character itself, or both of its halves"
        return Cause(message, at, half.end(), help_)
    shown = fault.text[at : at + 2]
    message = f"`{shown}` is no escape that YAML knows"
    help_ = "write `\\\\` for a backslash" if shown != "\\'" else "write `'` without a backslash"
    return Cause(message, at, at + 2, help_)


def _line_start(fault: _Fault) -> Cause | None:
    """A line that cannot go on with what is above it, whatever its indentation."""
    end = fault.line(fault.at)[1]
    words, at = fault.text[fault.at : end].strip(), fault.at
    if fault.indented(at).strip() or not words:
        return None
    if "document start" in fault.problem:
        return _behind_the_end(fault)
    if words[0] in ",]}:":
        message = f"a line cannot begin with `{words[0]}`"
        return Cause(message, at, at + 1, "delete it, or put the value in quotation marks")
    if re.match(r"-[^\s-]", words):
        return Cause("a space is missing behind `-`", at, at + 1, f"write `- {words[1:]}`")
    return _indentation(fault, words)


def _indentation(fault: _Fault, words: str) -> Cause:
    """A line whose indentation fits no level above it, or an entry without its hyphen."""
    at, indent = fault.at, len(fault.indented(fault.at))
    levels = _levels(fault.text[: at - indent])
    if "'-' indicator" in fault.problem and indent in levels:
        inner = min((level for level in levels if level > indent), default=indent + 2)
        message = "a line of a list begins without `- `"
        help_ = f"write `- {words}`, or indent it by {inner} to keep it in the entry above"
        return Cause(message, at, at + len(words), help_)
    if indent in levels:
        help_ = "put it under a key of its own" if words.startswith("- ") else "give it a key"
        return Cause("the line has no place among the keys", at, at + len(words), help_)
    expected = " or ".join(str(level) for level in sorted(levels))
    message = f"the line is indented by {indent}, expected {expected}"
    help_ = "indent it like the lines that it belongs to"
    return Cause(message, at - indent, at + len(words), help_)


def _behind_the_end(fault: _Fault) -> Cause:
    end = fault.line(fault.at)[1]
    if re.search(r"^\.\.\.", fault.text[: fault.at], re.MULTILINE):
        return Cause("`...` ends the document above this line", fault.at, end, "delete it")
    message = "the line is indented less than the first one"
    return Cause(message, fault.at, end, "begin both in the same column")


def _levels(above: str) -> set[int]:
    """The columns at which a further line may begin."""
    levels: list[int] = []
    for line in re.split(r"\r\n?|\n", above):
        found = re.match(r"( *)((?:- +)*)(.*)", line)
        if found and found[3] and not found[3].startswith("#"):
            levels = [level for level in levels if level < len(found[1])]
            levels += {len(found[1]), len(found[1]) + len(found[2])}
    return set(levels)


def _other(fault: _Fault) -> Cause:
    help_ = "put quotation marks round a value that holds `: ` or starts with a special sign"
    return Cause(fault.problem or fault.context, fault.at, fault.at + 1, help_)


_RULES = (
    _tab,
    _unclosed,
    _escape,
    _comment,
    _followed,
    _colon,
    _simple_key,
    _brackets,
    _begins,
    _line_start,
    _other,
)
