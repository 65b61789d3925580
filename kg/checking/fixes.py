"""Certain fixes: the edits that findings carry, applied to mapping files and tried out first.

In: a project folder. Out: `Mended` files, with a diff to show; nothing is written before `write`.
Refuses: an edit after which a file has no fewer errors than before, and to write a file that has
changed in the meantime (X703).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

from kg.building.workshop import Workshop
from kg.diagnostics import ContentError, Diagnostic, Edit, Findings, Location, Unavailable
from kg.files import read_bytes
from kg.project.settings import Project, load_project
from kg.rdf.dataset import replacing
from kg.text.quotes import Lines

_Errors = Callable[[bytes], list[Diagnostic]]
_ROUNDS = 8
"""So often may a fix bring another to light before a file is given up."""

_UNREADABLE = {"D101", "D103"}
"""What hides all other errors of a file, so that mending it brings them to light."""


@dataclass(frozen=True, slots=True)
class Mended:
    """A file with its certain fixes: its path, its name in the project, what it holds and shall."""

    path: Path
    name: str
    before: bytes
    after: bytes


def mend(folder: Path | str) -> tuple[Mended, ...]:
    """Find and try out all certain fixes of a project's mapping files; writes nothing.

    Returns:
        The files that have any, by name. Fixes that come to light by fixes are among them, so that
        a second run finds nothing.

    Raises:
        NoProject: X701, not a project. ContentError: its settings are wrong. Unavailable: X703, a
            file cannot be read.
    """
    project = load_project(Path(folder))
    drafts: dict[str, bytes] = {}
    for path in project.authority() if _shared_errors(project, drafts) else ():
        _improve(path, project.name(path), drafts, lambda _: _shared_errors(project, drafts))
    if any(project.mappings()) and not _shared_errors(project, drafts):
        workshop = Workshop(project, drafts=drafts)
        for path in project.mappings():
            _improve(path, project.name(path), drafts, _errors_of(workshop, path.stem))
    files = {project.name(path): path for path in (*project.authority(), *project.mappings())}
    return tuple(
        Mended(files[name], name, read_bytes(files[name], name), after)
        for name, after in sorted(drafts.items())
        if after != read_bytes(files[name], name)
    )


def diff(files: Iterable[Mended]) -> str:
    """What mending changes, as a unified diff that `patch -p1` takes."""
    return "".join(line for file in files for line in _diff(file))


def write(files: Iterable[Mended]) -> None:
    """Write mended files, each at once or not at all; links and permissions stay.

    Raises:
        Unavailable: X703, a file cannot be read, or is no longer what was mended.
        ContentError: X703, it cannot be written.
    """
    for file in files:
        if read_bytes(file.path, file.name) != file.before:
            message = f"`{file.name}` was changed by someone else while it was being mended"
            help_ = "run `kg check --fix` again"
            raise Unavailable([Diagnostic("X703", message, Location(file.name), help=help_)])
        with replacing(file.path) as stream:
            stream.write(file.after)


def apply(content: bytes, edits: Iterable[Edit]) -> bytes:
    """The content of a file with edits that do not overlap; all other bytes stay as they are."""
    text = content.decode()
    lines = Lines(text)
    for start, end, new in sorted((_stretch(lines, edit) for edit in edits), reverse=True):
        text = text[:start] + new + text[end:]
    return text.encode()


def _stretch(lines: Lines, edit: Edit) -> tuple[int, int, str]:
    place = edit.place
    start = lines.offset(place.line, place.column)
    return start, lines.offset(place.end_line, place.end_column), edit.text


def _errors_of(workshop: Workshop, stem: str) -> _Errors:
    """The errors that reading and grounding find in a mapping; it stands in the drafts already."""

    def errors(_content: bytes) -> list[Diagnostic]:
        findings = Findings()
        workshop.ground(stem, findings)
        return findings.errors()

    return errors


def _shared_errors(project: Project, drafts: dict[str, bytes]) -> list[Diagnostic]:
    try:
        Workshop(project, drafts=drafts)
    except Unavailable:
        raise
    except ContentError as error:
        return list(error.diagnostics)
    return []


def _improve(path: Path, name: str, drafts: dict[str, bytes], errors: _Errors) -> None:
    """Replace the draft of a file by better ones until there is none."""
    content = read_bytes(path, name)

    def tried(draft: bytes) -> list[Diagnostic]:
        drafts[name] = draft
        return errors(draft)

    found = tried(content)
    while better := _better(content, found, name, tried):
        content, found = better
    drafts[name] = content


def _better(
    content: bytes, found: Sequence[Diagnostic], name: str, tried: _Errors
) -> tuple[bytes, list[Diagnostic]] | None:
    for edits in _choices(found, name):
        draft, left = _followed(content, edits, name, tried)
        if _measure(left) < _measure(found):
            return draft, left
    return None


def _followed(
    content: bytes, edits: Sequence[Edit], name: str, tried: _Errors
) -> tuple[bytes, list[Diagnostic]]:
    """The file with edits, and with those of what they bring to light: cues hide behind quotes."""
    left: list[Diagnostic] = []
    for _ in range(_ROUNDS):
        content = apply(content, edits)
        left = tried(content)
        edits = next(_choices(left, name), ())
        if not edits:
            break
    return content, left


def _measure(found: Sequence[Diagnostic]) -> tuple[bool, int]:
    return any(finding.code in _UNREADABLE for finding in found), len(found)


def _choices(found: Sequence[Diagnostic], name: str) -> Iterator[tuple[Edit, ...]]:
    """All fixes of a file together, then those of each finding by themselves."""
    own = [f.fixes for f in found if f.fixes and all(e.place.path == name for e in f.fixes)]
    together: list[Edit] = []
    for fixes in own:
        if not any(_overlap(edit, other) for edit in fixes for other in together):
            together += fixes
    if together:
        yield tuple(together)
    if len(own) > 1:
        yield from own


def _overlap(one: Edit, other: Edit) -> bool:
    return one.place[1:3] <= other.place[3:5] and other.place[1:3] <= one.place[3:5]


def _diff(file: Mended) -> Iterator[str]:
    before, after = _lines(file.before), _lines(file.after)
    for line in unified_diff(before, after, f"a/{file.name}", f"b/{file.name}"):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _lines(content: bytes) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+", content.decode())
