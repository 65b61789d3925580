"""What `kg check` writes for tools: JSON, SARIF, annotations and JUnit XML, by their schemas."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import xmlschema
from jsonschema import Draft4Validator, Draft202012Validator

from kg.checking.check import check
from kg.diagnostics import CODES, Diagnostic, Edit, Location, Severity
from kg.findings.annotations import to_annotations
from kg.findings.junit import to_junit
from kg.findings.reports import Report, repository_path, to_json
from kg.findings.sarif import FINGERPRINT, ROOT, to_sarif
from kg.project.settings import load_project

HERE = Path(__file__).parent
JSON_SCHEMA = json.loads((HERE.parent / "kg/docs/check-report.schema.json").read_text("utf-8"))
SARIF_SCHEMA = json.loads((HERE / "schemas/sarif-2.1.0-rtm.5.json").read_text("utf-8"))
JUNIT = xmlschema.XMLSchema(HERE / "schemas/junit-10.xsd")
TEXT = "first\r\n  key: [東京, “Ada”] {0}\nlast"
PLACE = Location("map pings/é.yaml", 2, 9, 2, 11)


def report(folder: Path, *findings: Diagnostic, **attributes: Any) -> Report:
    (folder / PLACE.path).parent.mkdir(exist_ok=True)
    (folder / PLACE.path).write_bytes(TEXT.encode())
    return Report(folder, findings, (PLACE.path,), mappings=1, **attributes)


FULL = Diagnostic(
    "G301",
    "found `{0}`, 100 %: see [this](that)",
    PLACE,
    ("a note,\nof two lines",),
    "do: this, or that",
    (("here, too", Location(PLACE.path, 3, 1, 3, 5)), ("the file", Location("other.txt"))),
    Severity.WARNING,
    (Edit(PLACE, "Kyoto"), Edit(Location("other.txt", 1, 1, 1, 1), "x")),
)
BARE = Diagnostic("X701", "this is no project")


@pytest.fixture
def broken(lay) -> Report:
    """A real check of a project with faults of several stages."""
    folder = lay(HERE / "cases/several-faults-at-once")
    project = load_project(folder)
    names = tuple(project.inputs())
    findings = check(folder)
    assert len({finding.code for finding in findings}) > 5
    return Report(folder, findings, names, mappings=1, exit_status=1)


# JSON


def test_json_has_the_parts_of_a_finding(tmp_path: Path) -> None:
    document = to_json(report(tmp_path, FULL, exit_status=0))
    Draft202012Validator(JSON_SCHEMA).validate(document)
    where = {"path": PLACE.path, "line": 2, "column": 9, "end_line": 2, "end_column": 11}
    where |= {"start": 15, "end": 17, "text": "東京"}
    (found,) = document["findings"]
    assert (found["code"], found["severity"], found["title"]) == ("G301", "warning", CODES["G301"])
    assert (found["message"], found["place"]) == (FULL.message, where)
    assert (found["notes"], found["help"]) == (list(FULL.notes), FULL.help)
    assert [item["place"]["text"] for item in found["related"]] == ["last", None]
    assert found["fixes"][0] == {"place": where, "replacement": "Kyoto"}
    assert document["summary"]["warnings"] == 1
    assert TEXT[where["start"] : where["end"]] == where["text"]


def test_json_names_a_section_of_the_catalogue(tmp_path: Path, root: Path) -> None:
    (found,) = to_json(report(tmp_path, FULL))["findings"]
    path, _, anchor = found["documentation"].partition("#")
    assert f"\n### {anchor.upper()}\n" in (root / path).read_text(encoding="utf-8")


def test_json_of_a_real_check_keeps_to_its_schema(broken: Report) -> None:
    document = json.loads(json.dumps(to_json(broken)))
    Draft202012Validator(JSON_SCHEMA).validate(document)
    for finding in document["findings"]:
        place = finding["place"]
        assert place["line"]
        text = (broken.folder / place["path"]).read_bytes().decode("utf-8-sig")
        assert text[place["start"] : place["end"]] == place["text"]


@pytest.mark.parametrize("part", ["format", "version", "tool", "summary", "findings"])
def test_the_json_schema_misses_what_is_not_there(tmp_path: Path, part: str) -> None:
    document = to_json(report(tmp_path, FULL))
    del document[part]
    assert not Draft202012Validator(JSON_SCHEMA).is_valid(document)


def test_the_json_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(JSON_SCHEMA)


# SARIF


def regions(document: object) -> Iterator[dict[str, Any]]:
    """Every region of a log, wherever it stands."""
    if isinstance(document, dict):
        yield from (document[name] for name in ("region", "deletedRegion") if name in document)
        document = list(document.values())
    if isinstance(document, list):
        for part in document:
            yield from regions(part)


def valid_sarif(document: dict[str, Any]) -> dict[str, Any]:
    """The run of a log that keeps to the published schema and to what Errata 01 adds."""
    Draft4Validator(SARIF_SCHEMA, format_checker=Draft4Validator.FORMAT_CHECKER).validate(document)
    assert all({"startLine", "charOffset", "byteOffset"} & set(r) for r in regions(document))
    (run,) = document["runs"]
    assert re.fullmatch(r"[a-zA-Z]{2}(-[a-zA-Z]{2})?", run["language"])
    return run


@pytest.mark.parametrize("findings", [(), (FULL,), (BARE,), (FULL, BARE, FULL)], ids=len)
def test_sarif_keeps_to_the_published_schema(tmp_path: Path, findings) -> None:
    run = valid_sarif(to_sarif(report(tmp_path, *findings)))
    assert [result["ruleId"] for result in run["results"]] == [f.code for f in findings]


def test_the_published_schema_refuses_what_it_should(tmp_path: Path) -> None:
    document = to_sarif(report(tmp_path, FULL))
    document["runs"][0]["results"][0]["level"] = "fatal"
    assert not Draft4Validator(SARIF_SCHEMA).is_valid(document)


def test_sarif_of_a_real_check(broken: Report) -> None:
    run = valid_sarif(json.loads(json.dumps(to_sarif(broken))))
    rules, files = run["tool"]["driver"]["rules"], run["artifacts"]
    assert run["columnKind"] == "unicodeCodePoints"
    assert len(run["results"]) == len(broken.findings)
    for result, finding in zip(run["results"], broken.findings, strict=True):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == finding.code
        physical = result["locations"][0]["physicalLocation"]
        at, region = physical["artifactLocation"], physical["region"]
        assert files[at["index"]]["location"]["uri"] == at["uri"] == finding.place.path
        assert at["uriBaseId"] in run["originalUriBaseIds"]
        text = (broken.folder / unquote(at["uri"])).read_text(encoding="utf-8")
        start = region["charOffset"]
        assert text[start : start + region["charLength"]] == region["snippet"]["text"]
    prints = [result["partialFingerprints"][FINGERPRINT] for result in run["results"]]
    assert len(set(prints)) == len(prints)


def test_sarif_rules_say_what_the_catalogue_says() -> None:
    run = valid_sarif(to_sarif(Report(Path(), ())))
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    assert rules["S102"]["defaultConfiguration"] == {"level": "warning"}
    for code, rule in rules.items():
        assert rule["shortDescription"]["text"] == CODES[code]
        assert "**What mends it.**" in rule["help"]["markdown"]
        assert rule["fullDescription"]["text"]


def test_sarif_messages_hold_no_placeholders_and_no_links(tmp_path: Path) -> None:
    (result,) = to_sarif(report(tmp_path, FULL))["runs"][0]["results"]
    assert result["message"]["text"].startswith("found `{{0}}`, 100 %: see [this\\](that)\nnote: ")


def test_sarif_fixes_are_those_of_the_finding(tmp_path: Path) -> None:
    (result,) = to_sarif(report(tmp_path, FULL))["runs"][0]["results"]
    (fix,) = result["fixes"]
    first, second = fix["artifactChanges"]
    assert first["artifactLocation"]["uri"] == "map%20pings/%C3%A9.yaml"
    (replacement,) = first["replacements"]
    assert replacement["insertedContent"] == {"text": "Kyoto"}
    region = replacement["deletedRegion"]
    assert (region["startColumn"], region["endColumn"]) == (9, 11)
    assert second["replacements"][0]["deletedRegion"]["endColumn"] == 1  # an insertion


def fingerprints(folder: Path, place: Location, number: int = 1) -> list[str]:
    found = Report(folder, (Diagnostic("M202", "wrong", place),) * number)
    return [r["partialFingerprints"][FINGERPRINT] for r in to_sarif(found)["runs"][0]["results"]]


def test_a_finding_keeps_its_fingerprint_while_its_line_moves(tmp_path: Path) -> None:
    (tmp_path / "f.yaml").write_text("key: value\nother: value\n")
    before = fingerprints(tmp_path, Location("f.yaml", 1, 1, 1, 4))
    other = fingerprints(tmp_path, Location("f.yaml", 2, 1, 2, 6))
    (tmp_path / "f.yaml").write_text("new: line\n\nkey: value\n")
    after = fingerprints(tmp_path, Location("f.yaml", 3, 1, 3, 4))
    assert before == after != other
    assert len(set(fingerprints(tmp_path, Location("f.yaml", 3, 1), 3))) == 3


def test_paths_are_those_of_the_repository(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    folder = tmp_path / "deep" / "project"
    folder.mkdir(parents=True)
    assert repository_path(folder) == "deep/project"
    assert repository_path(tmp_path) == ""
    found = report(folder, FULL, root=repository_path(folder))
    (result,) = to_sarif(found)["runs"][0]["results"]
    at = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert (at["uriBaseId"], at["uri"]) == (ROOT, "deep/project/map%20pings/%C3%A9.yaml")
    assert "file=deep/project/map pings/é.yaml," in to_annotations(found)


def test_a_file_outside_of_the_project_has_a_whole_uri(tmp_path: Path) -> None:
    finding = Diagnostic("X703", "unreadable", Location(str(tmp_path / "a b.rq")))
    found = valid_sarif(to_sarif(Report(tmp_path, (finding,), root="deep")))
    at = found["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert at["uri"] == (tmp_path / "a b.rq").as_uri()
    assert "uriBaseId" not in at


# Annotations of a workflow


def test_annotations_are_escaped(tmp_path: Path) -> None:
    odd = Diagnostic(
        "M202", "100 %\r\nof a:b,c", Location("a,b:c%.yaml", 2, 3, 2, 9), help="do\nit"
    )
    assert to_annotations(report(tmp_path, odd)) == (
        "::error file=a%2Cb%3Ac%25.yaml,line=2,endLine=2,col=3,endColumn=9,"
        "title=M202%3A an unknown key::100 %25%0D%0Aof a:b,c%0Ahelp: do%0Ait\n"
    )


def test_annotations_name_columns_only_within_one_line(tmp_path: Path) -> None:
    several = Diagnostic("M202", "wrong", Location("f.yaml", 2, 3, 4, 9))
    assert "file=f.yaml,line=2,endLine=4,title=" in to_annotations(report(tmp_path, several))
    whole = Diagnostic("M202", "wrong", Location("f.yaml"))
    assert "error file=f.yaml,title=" in to_annotations(report(tmp_path, whole))
    assert "error title=X701" in to_annotations(report(tmp_path, BARE))


@pytest.mark.parametrize(
    ("severity", "command"),
    [(Severity.ERROR, "error"), (Severity.WARNING, "warning"), (Severity.NOTE, "notice")],
)
def test_annotations_have_the_severity(tmp_path: Path, severity: Severity, command: str) -> None:
    finding = Diagnostic("M202", "wrong", severity=severity)
    assert to_annotations(report(tmp_path, finding)).startswith(f"::{command} title=")


def test_each_finding_is_one_line(broken: Report) -> None:
    lines = to_annotations(broken).splitlines()
    assert len(lines) == len(broken.findings)
    assert all(re.match(r"::(error|warning|notice) file=[^,]+,line=\d+,", line) for line in lines)


# JUnit XML


def valid_junit(text: str) -> ET.Element:
    JUNIT.validate(text)
    return ET.fromstring(text)


def test_junit_has_a_case_for_each_file(broken: Report) -> None:
    suite = valid_junit(to_junit(broken))[0]
    cases = {case.get("name"): case for case in suite}
    assert set(cases) == set(broken.files)
    failed = {f.place.path for f in broken.findings if f.severity is Severity.ERROR}
    assert {name for name, case in cases.items() if case.find("failure") is not None} == failed
    assert int(suite.get("failures")) == len(failed)
    assert int(suite.get("tests")) == len(cases)
    for finding in broken.findings:
        assert f"[{finding.code}]: {finding.message}" in cases[finding.place.path].findtext(
            "failure"
        )


def test_junit_holds_warnings_as_output(tmp_path: Path) -> None:
    suite = valid_junit(to_junit(report(tmp_path, FULL)))[0]
    assert suite.get("failures") == "0"
    assert suite[0].findtext("system-out").startswith("warning[G301]: ")


def test_junit_has_a_case_for_what_lies_in_no_file(tmp_path: Path) -> None:
    suite = valid_junit(to_junit(report(tmp_path, BARE)))[0]
    assert [case.get("name") for case in suite] == [PLACE.path, "project"]


@pytest.mark.parametrize("odd", ["\x00", "\x1b", "\ufffe", "\x0b", "\udce9", "]]>", "<&\"'>"])
def test_junit_is_xml_whatever_the_files_hold(tmp_path: Path, odd: str) -> None:
    finding = Diagnostic("M202", f"a{odd}b", Location(f"a{odd}.yaml"))
    suite = valid_junit(to_junit(report(tmp_path, finding)))[0]
    message = suite[1].find("failure").get("message")
    assert message == f"M202: a{odd if odd.isprintable() else '�'}b"
