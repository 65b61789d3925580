"""What a check found, as one object, and as JSON for tools that draft or mend mappings.

In: findings and the project that they are on. Out: a `Report`; its JSON, whose form is described by
`kg/docs/check-report.schema.json`.
Refuses nothing: what a finding does not have is null or empty in the JSON.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from kg import __version__
from kg.diagnostics import CODES, Diagnostic, Location, Severity
from kg.findings.excerpts import Sources

VERSION = 1
"""Of the JSON: a part that goes or changes its meaning makes it a new one, a new part does not."""
CATALOGUE = "kg/docs/errors.md"


@dataclass(frozen=True)
class Report:
    """What a check found.

    Attributes:
        folder: the project.
        findings: sorted by file and line.
        files: every file that was checked, as places name it.
        mappings: how many of them are mappings.
        questions: how many of them are questions.
        exit_status: of the command.
        stages: that the check has come to.
        root: path of the project below the root of the repository; empty if it is that root.
    """

    folder: Path
    findings: tuple[Diagnostic, ...]
    files: tuple[str, ...] = ()
    mappings: int = 0
    questions: int = 0
    exit_status: int = 0
    stages: tuple[str, ...] = ()
    root: str = ""

    @cached_property
    def sources(self) -> Sources:
        """The files that the findings point into."""
        return Sources(self.folder)

    def count(self, severity: Severity) -> int:
        """How many findings are of a severity."""
        return Counter(finding.severity for finding in self.findings)[severity]

    def path(self, place: Location) -> str:
        """The path of a place from the root of the repository, which is where CI tools look."""
        inside = self.root and not Path(place.path).is_absolute()
        return f"{self.root}/{place.path}" if inside else place.path


def repository_path(folder: Path) -> str:
    """Where a project lies below the root of its repository; empty if it is that, or in none."""
    folder = folder.absolute()
    for root in (folder, *folder.parents):
        if (root / ".git").exists():
            path = folder.relative_to(root).as_posix()
            return "" if path == "." else path
    return ""


def anchor(code: str) -> str:
    """Where the catalogue explains a code, from the root of this software's repository."""
    return f"{CATALOGUE}#{code.lower()}"


def to_json(report: Report) -> dict[str, Any]:
    """A report as an object of the form that `kg/docs/check-report.schema.json` describes."""
    return {
        "format": "kg check",
        "version": VERSION,
        "tool": {"name": "newskg", "version": __version__},
        "summary": {
            "mappings": report.mappings,
            "questions": report.questions,
            "errors": report.count(Severity.ERROR),
            "warnings": report.count(Severity.WARNING),
            "notes": report.count(Severity.NOTE),
            "exit_status": report.exit_status,
        },
        "findings": [_finding(finding, report.sources) for finding in report.findings],
    }


def _finding(finding: Diagnostic, sources: Sources) -> dict[str, Any]:
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "title": CODES[finding.code],
        "message": finding.message,
        "place": _place(finding.place, sources) if finding.place else None,
        "related": [
            {"message": message, "place": _place(place, sources)}
            for message, place in finding.related
        ],
        "notes": list(finding.notes),
        "help": finding.help,
        "fixes": [
            {"place": _place(edit.place, sources), "replacement": edit.text}
            for edit in finding.fixes
        ],
        "documentation": anchor(finding.code),
    }


def _place(place: Location, sources: Sources) -> dict[str, Any]:
    """A place by lines and columns and by offsets; all of them count code points."""
    start, end = sources.span(place) or (None, None)
    return {
        "path": place.path,
        "line": place.line or None,
        "column": place.column or None,
        "end_line": place.end_line or None,
        "end_column": place.end_column or None,
        "start": start,
        "end": end,
        "text": sources.words(place) if start is not None else None,
    }
