"""Findings as JSON values, so that a build can say again what it has found.

In: diagnostics. Out: JSON values, and the same diagnostics back. Refuses nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kg.diagnostics import Diagnostic, Edit, Location, Severity

Json = dict[str, Any]


def to_records(findings: Iterable[Diagnostic]) -> list[Json]:
    """Findings as JSON values, in their order."""
    return [
        {
            "code": found.code,
            "message": found.message,
            "place": found.place,
            "notes": list(found.notes),
            "help": found.help,
            "related": [list(pair) for pair in found.related],
            "severity": found.severity.value,
            "fixes": [list(edit) for edit in found.fixes],
        }
        for found in findings
    ]


def from_records(records: Iterable[Json]) -> list[Diagnostic]:
    """The findings that `to_records` was given."""
    return [
        Diagnostic(
            code=record["code"],
            message=record["message"],
            place=Location(*record["place"]) if record["place"] else None,
            notes=tuple(record["notes"]),
            help=record["help"],
            related=tuple((message, Location(*place)) for message, place in record["related"]),
            severity=Severity(record["severity"]),
            fixes=tuple(Edit(Location(*place), text) for place, text in record["fixes"]),
        )
        for record in records
    ]
