"""Findings as JUnit XML, which most CI servers show as test results.

In: a report. Out: XML of the form that Jenkins documents (its schema `junit-10.xsd`): each file
that was checked is a test case, failed if it has errors; warnings and notes are its output.
Refuses nothing: characters that XML 1.0 cannot hold become U+FFFD.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from kg.diagnostics import Diagnostic, Severity
from kg.findings.rendering import render
from kg.findings.reports import Report

SUITE = "kg check"
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2


def to_junit(report: Report) -> str:
    """The report as a document with one test suite."""
    cases: dict[str, list[Diagnostic]] = {name: [] for name in report.files}
    for finding in report.findings:
        name = finding.place.path if finding.place else "project"
        cases.setdefault(name, []).append(finding)
    failed = sum(bool(_errors(found)) for found in cases.values())
    totals = {"tests": str(len(cases)), "failures": str(failed), "errors": "0"}
    suites = Element("testsuites", {"name": SUITE, **totals})
    suite = SubElement(suites, "testsuite", {"name": SUITE, **totals, "skipped": "0"})
    for name, found in cases.items():
        _add_case(suite, name, found, report)
    indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(suites, encoding="unicode") + "\n"


def _errors(findings: Sequence[Diagnostic]) -> list[Diagnostic]:
    return [finding for finding in findings if finding.severity is Severity.ERROR]


def _add_case(suite: Element, name: str, findings: Sequence[Diagnostic], report: Report) -> None:
    folder = PurePosixPath(name).parent.as_posix().replace("/", ".").strip(".")
    case = SubElement(
        suite, "testcase", {"classname": legal(folder or "project"), "name": legal(name)}
    )
    errors = _errors(findings)
    others = [finding for finding in findings if finding not in errors]
    if errors:
        first, rest = errors[0], len(errors) - 1
        said = f"{first.code}: {first.message}" + (f" (and {rest} more)" if rest else "")
        failure = SubElement(case, "failure", {"type": first.code, "message": legal(said)})
        failure.text = legal(render(errors, report.folder))
    if others:
        SubElement(case, "system-out").text = legal(render(others, report.folder))


def legal(text: str) -> str:
    """A text that XML can hold."""
    return _ILLEGAL.sub("\ufffd", text)
