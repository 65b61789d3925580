"""Findings as SARIF 2.1.0, which code hosts, editors and CI servers read.

In: a report. Out: one SARIF log with one run, as an object for JSON.
Refuses nothing: a finding without a place is a result without locations.

Source: OASIS SARIF Version 2.1.0, Plus Errata 01; sections are named where they decide.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

from kg import __version__
from kg.diagnostics import Diagnostic, Edit, Location
from kg.findings.annotations import message
from kg.findings.catalogue import Explanation, explanations, stages
from kg.findings.reports import Report

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
ROOT = "SRCROOT"
FINGERPRINT = "kgFinding/v1"
_ROOT_IS = "The root of the repository; outside of one, the project folder."

Json = dict[str, Any]


def to_sarif(report: Report) -> Json:
    """The report as a SARIF log."""
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [_Run(report).to_json()]}


class _Run:
    """One run of the check: its results refer to rules and files by number."""

    def __init__(self, report: Report) -> None:
        self.report = report
        paths = [*report.files, *_paths(report.findings)]
        self.files = {path: number for number, path in enumerate(dict.fromkeys(paths))}
        self.rules = {code: number for number, code in enumerate(explanations())}
        self.seen: Counter[str] = Counter()

    def to_json(self) -> Json:
        return {
            "tool": {"driver": _driver()},
            "automationDetails": {"id": "kg-check/"},
            "invocations": [
                {
                    "executionSuccessful": self.report.exit_status in (0, 1),
                    "exitCode": self.report.exit_status,
                }
            ],
            "language": "en",
            "columnKind": "unicodeCodePoints",
            "defaultEncoding": "UTF-8",
            "newlineSequences": ["\r\n", "\n", "\r"],
            "originalUriBaseIds": {ROOT: {"description": {"text": _ROOT_IS}}},
            "artifacts": [
                {"location": self._artifact(path), "roles": ["analysisTarget"]}
                for path in self.files
            ],
            "results": [self._result(finding) for finding in self.report.findings],
        }

    def _artifact(self, path: str) -> Json:
        """A file, relative to the root of the repository if it lies in the project (3.4)."""
        if Path(path).is_absolute():
            return {"uri": Path(path).as_uri(), "index": self.files[path]}
        uri = quote(self.report.path(Location(path)), errors="surrogateescape")
        return {"uri": uri, "uriBaseId": ROOT, "index": self.files[path]}

    def _result(self, finding: Diagnostic) -> Json:
        result: Json = {
            "ruleId": finding.code,
            "ruleIndex": self.rules[finding.code],
            "level": finding.severity.value,
            "message": {"text": escape(message(finding))},
            "partialFingerprints": {FINGERPRINT: self._fingerprint(finding)},
        }
        if finding.place:
            result["locations"] = [{"physicalLocation": self._physical(finding.place)}]
        if finding.related:
            result["relatedLocations"] = [
                {
                    "id": number,
                    "physicalLocation": self._physical(place),
                    "message": {"text": escape(said)},
                }
                for number, (said, place) in enumerate(finding.related, 1)
            ]
        if finding.fixes:
            result["fixes"] = [self._fix(finding.fixes, finding.help)]
        return result

    def _physical(self, place: Location) -> Json:
        found: Json = {"artifactLocation": self._artifact(place.path)}
        if place.line:
            words = self.report.sources.words(place)
            found["region"] = self._region(place) | ({"snippet": {"text": words}} if words else {})
        return found

    def _region(self, place: Location) -> Json:
        """Lines and columns count from 1, the end column is exclusive (3.30)."""
        region = {"startLine": place.line, "endLine": place.end_line or place.line}
        if place.column:
            region["startColumn"] = place.column
            region["endColumn"] = place.end_column or place.column + 1
        if span := self.report.sources.span(place):
            region |= {"charOffset": span[0], "charLength": span[1] - span[0]}
        return region

    def _fix(self, edits: Iterable[Edit], help_: str | None) -> Json:
        """All edits of a finding are one fix, file by file (3.55)."""
        changes: dict[str, list[Json]] = {}
        for place, text in edits:
            replacement = {"deletedRegion": self._region(place), "insertedContent": {"text": text}}
            changes.setdefault(place.path, []).append(replacement)
        return {
            "description": {"text": escape(help_ or "mend it")},
            "artifactChanges": [
                {"artifactLocation": self._artifact(path), "replacements": replacements}
                for path, replacements in changes.items()
            ],
        }

    def _fingerprint(self, finding: Diagnostic) -> str:
        """The same while the finding stays, wherever its line moves to (3.27.16)."""
        place = finding.place or Location("")
        lines = self.report.sources.lines(place.path) if place.line else []
        line = lines[place.line - 1].strip() if 0 < place.line <= len(lines) else ""
        parts = "\0".join([finding.code, self.report.path(place), line, finding.message])
        self.seen[parts] += 1
        return sha256(f"{parts}\0{self.seen[parts]}".encode()).hexdigest()[:32]


def _paths(findings: Iterable[Diagnostic]) -> Iterable[str]:
    """Every file that some finding names."""
    for finding in findings:
        yield from (finding.place.path,) if finding.place else ()
        yield from (place.path for _, place in finding.related)
        yield from (edit.place.path for edit in finding.fixes)


def _driver() -> Json:
    return {
        "name": "kg",
        "fullName": f"newskg {__version__}: kg check",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(said) for said in explanations().values()],
    }


def _rule(said: Explanation) -> Json:
    return {
        "id": said.code,
        "shortDescription": {"text": escape(said.title)},
        "fullDescription": {"text": escape(said.meaning)},
        "help": {"text": escape(f"{said.meaning} {said.mending}"), "markdown": braces(said.body)},
        "defaultConfiguration": {"level": said.severity.value},
        "properties": {"tags": [stages()[said.code[0]]]},
    }


def braces(text: str) -> str:
    """A text without placeholders (3.11.5)."""
    return text.replace("{", "{{").replace("}", "}}")


def escape(text: str) -> str:
    """A plain text without placeholders and links (3.11.6); brackets elsewhere stay as they are."""
    return braces(text).replace("](", "\\](")
