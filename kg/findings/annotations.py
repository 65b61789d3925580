"""Findings as workflow commands, which GitHub shows beside the lines of a change.

In: a report. Out: lines such as `::error file=...,line=...,title=...::message`.
Refuses nothing: where a finding has no place, it is shown with the run.

GitHub keeps ten errors and ten warnings of a step, and reads columns only within one line
(https://docs.github.com/actions/reference/workflow-commands-for-github-actions).
"""

from __future__ import annotations

from kg.diagnostics import CODES, Diagnostic, Location, Severity
from kg.findings.reports import Report

_COMMAND = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def to_annotations(report: Report) -> str:
    """One line for each finding; empty if there is none."""
    return "".join(f"{_annotation(finding, report)}\n" for finding in report.findings)


def _annotation(finding: Diagnostic, report: Report) -> str:
    properties = _place(finding.place, report) if finding.place else {}
    properties["title"] = f"{finding.code}: {CODES[finding.code]}"
    listed = ",".join(f"{name}={_escape_property(value)}" for name, value in properties.items())
    return f"::{_COMMAND[finding.severity]} {listed}::{_escape(message(finding))}"


def _place(place: Location, report: Report) -> dict[str, str]:
    found = {"file": report.path(place)}
    if place.line:
        found |= {"line": str(place.line), "endLine": str(place.end_line or place.line)}
        if place.end_line in (0, place.line):
            end = str(place.end_column or place.column)
            found |= {"col": str(place.column), "endColumn": end}
    return found


def message(finding: Diagnostic) -> str:
    """A finding in words only: the sentence, its notes, and the help."""
    notes = [f"note: {note}" for note in finding.notes]
    return "\n".join(
        [finding.message, *notes, *([f"help: {finding.help}"] if finding.help else [])]
    )


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape(text).replace(":", "%3A").replace(",", "%2C")
