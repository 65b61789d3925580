"""`kg check` as a process: exit status, streams, files, colours, and many findings."""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kg.checking.check import check
from kg.diagnostics import CODES, Diagnostic, Location, Severity
from kg.findings.rendering import render, tally
from kg.questions import competency as questions

HERE = Path(__file__).parent
GOOD = HERE / "cases/good-event-with-facts"
WARNING = HERE / "cases/article-without-mapping"
ERROR = HERE / "cases/quote-not-found"
UNREADABLE = HERE / "cases/article-is-a-folder"
FORMATS = ["text", "json", "sarif", "github", "junit"]
VERDICT = r"\d+ mappings?(, \d+ questions?)?: \d+ errors?, \d+ warnings?.*\n(not checked.*\n)?"


@pytest.mark.parametrize(
    ("case", "arguments", "status"),
    [
        (GOOD, [], 0),
        (GOOD, ["--fail-on", "warning"], 0),
        (WARNING, [], 0),
        (WARNING, ["--fail-on", "warning"], 1),
        (WARNING, ["--fail-on", "warning", "--format", "sarif"], 1),
        (ERROR, [], 1),
        (ERROR, ["--format", "github"], 1),
        (ERROR, ["--fail-on", "never"], 2),
        (ERROR, ["--format", "xml"], 2),
        (UNREADABLE, [], 3),
        (UNREADABLE, ["--format", "json"], 3),
    ],
)
def test_exit_status(case: Path, arguments: list[str], status: int, lay, kg) -> None:
    result = kg("check", *arguments, folder=lay(case))
    assert result.returncode == status, result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("form", FORMATS)
def test_a_folder_that_is_no_project_is_as_if_it_were_not_there(
    form: str, tmp_path: Path, kg
) -> None:
    result = kg("check", "--format", form, folder=tmp_path)
    assert result.returncode == 3
    assert "X701" in (result.stderr if form == "text" else result.stdout)


def test_a_folder_that_cannot_be_read_is_no_fault_of_the_settings(lay, kg) -> None:
    folder = lay()
    shutil.rmtree(folder / "seeds")
    (folder / "seeds").touch()
    result = kg("check", folder=folder)
    assert result.returncode == 3
    assert result.stdout.startswith("files and folders: 1 error, 0 warnings; `kg explain X703`")
    (folder / "kg.toml").unlink()
    assert kg("check", folder=folder).stdout.startswith("settings: 1 error, 0 warnings")


def test_settings_that_cannot_be_read_are_in_the_report(lay, kg) -> None:
    folder = lay(files={"kg.toml": "base = ["})
    result = kg("check", "--format", "json", folder=folder)
    assert (result.returncode, result.stderr) == (1, "")
    document = json.loads(result.stdout)
    assert [finding["code"] for finding in document["findings"]] == ["D106"]
    assert document["summary"]["exit_status"] == 1


@pytest.fixture(scope="module")
def project(laid_out, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with one error."""
    return laid_out(tmp_path_factory.mktemp("check"), ERROR)


def test_text_is_a_message_and_the_verdict_is_the_output(project: Path, kg) -> None:
    result = kg("check", folder=project)
    assert result.stderr == (ERROR / "expected.errors").read_text(encoding="utf-8") + "\n"
    assert re.fullmatch(VERDICT, result.stdout)
    first, second = result.stdout.splitlines()
    assert first.endswith("1 error, 0 warnings; `kg explain G301` says more")
    assert second.startswith("not checked before that is mended: ")


@pytest.mark.parametrize(
    ("path", "content", "done", "left"),
    [
        ("kg.toml", "base = [", "settings: 1 error", "everything else"),
        (
            "ontology/extra.ttl",
            "x:y",
            "ontology and form of files: 1 error",
            "what the mappings say",
        ),
        ("mappings/tower.yaml", "events: []", "1 mapping, 1 question: ", None),
        ("mappings/tower.yaml", "event: {}", "1 mapping: 1 error", "the answers to 1 question"),
    ],
)
def test_the_verdict_says_what_was_not_checked(lay, kg, path, content, done, left) -> None:
    question = {f"ontology/questions/01.{end}": "ASK {}" for end in ("rq", "csv")}
    result = kg("check", folder=lay(files={**question, path: content}))
    assert result.stdout.startswith(done), result.stdout
    assert ("not checked before that is mended: " in result.stdout) == (left is not None)
    assert left is None or f": {left}" in result.stdout


@pytest.mark.parametrize("form", FORMATS[1:])
def test_other_formats_are_the_output(form: str, project: Path, kg) -> None:
    result = kg("check", "--format", form, folder=project)
    assert result.stderr == ""
    assert "G301" in result.stdout
    assert not re.search(VERDICT, result.stdout)


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_takes_the_findings_and_leaves_the_verdict(
    form: str, project: Path, kg, tmp_path: Path
) -> None:
    file = tmp_path / "report"
    result = kg("check", "--format", form, "-o", str(file), folder=project)
    assert (result.returncode, result.stderr) == (1, "")
    assert re.fullmatch(VERDICT, result.stdout)
    assert "G301" in file.read_text(encoding="utf-8")


def test_nothing_found_is_an_empty_report(lay, kg) -> None:
    folder = lay(GOOD)
    assert json.loads(kg("check", "--format", "json", folder=folder).stdout)["findings"] == []
    assert kg("check", "--format", "github", folder=folder).stdout == ""
    assert kg("check", "-o", "report.txt", folder=folder).returncode == 0
    assert (folder / "report.txt").read_text() == ""


def test_the_verdict_explains_the_gravest(lay, kg) -> None:
    result = kg("check", folder=lay(WARNING, ERROR))
    first = re.findall(r"^\w+\[(\w+)\]", result.stderr, re.MULTILINE)
    assert sorted(first) == ["G301", "S102"]
    assert "`kg explain G301` says more" in result.stdout
    assert "`kg explain S102` says more" in kg("check", folder=lay(WARNING)).stdout


# Colours


def on_terminal(folder: Path, columns: int = 100, **environment: str) -> str:
    """What `kg check` says on standard error if that is a terminal."""
    ours, theirs = pty.openpty()
    plain = {"PATH": os.environ["PATH"], "PYTHONPATH": str(HERE.parent), "TERM": "xterm"}
    process = subprocess.Popen(
        [sys.executable, "-m", "kg", "check"],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env=plain | {"COLUMNS": str(columns)} | environment,
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        shown += piece
    process.wait()
    os.close(ours)
    return shown.decode().replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [
        ({}, True),
        ({"NO_COLOR": "1"}, False),
        ({"NO_COLOR": ""}, True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        ({"TERM": "dumb"}, False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, True),
        ({"CLICOLOR": "0"}, False),
    ],
)
def test_colours_on_a_terminal(project: Path, environment: dict[str, str], coloured: bool) -> None:
    assert ("\x1b[31m" in on_terminal(project, **environment)) == coloured


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [
        ({"NO_COLOR": ""}, False),
        ({"NO_COLOR": "", "FORCE_COLOR": "1"}, True),
        ({"NO_COLOR": "", "CLICOLOR_FORCE": "1"}, True),
        ({"NO_COLOR": "", "CLICOLOR_FORCE": "0"}, False),
        ({"NO_COLOR": "1", "CLICOLOR_FORCE": "1"}, False),
    ],
)
def test_colours_in_a_pipe(project: Path, kg, environment: dict[str, str], coloured: bool) -> None:
    result = kg("check", folder=project, env=environment)
    assert ("\x1b[31m" in result.stderr) == coloured
    assert "\x1b" not in result.stdout


@pytest.mark.parametrize("streams", [("stdout",), ("stderr",), ("stdout", "stderr")])
def test_errors_are_errors_to_whoever_does_not_read_them(project: Path, streams) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    others = dict.fromkeys({"stdout", "stderr"} - {*streams}, subprocess.DEVNULL)
    line = [sys.executable, "-m", "kg", "check"]
    closed = dict.fromkeys(streams, writer)
    assert subprocess.run(line, cwd=project, check=False, **closed, **others).returncode == 1
    os.close(writer)


def test_files_never_have_colours(project: Path, kg, tmp_path: Path) -> None:
    file = tmp_path / "report.txt"
    kg("check", "-o", str(file), folder=project, env={"NO_COLOR": "", "FORCE_COLOR": "1"})
    assert file.read_text(encoding="utf-8") == (ERROR / "expected.errors").read_text("utf-8")


@pytest.mark.parametrize("columns", [40, 70, 200])
def test_source_lines_keep_to_the_terminal(project: Path, columns: int) -> None:
    lines = on_terminal(project, columns, NO_COLOR="1").split("\n")
    excerpts = [line for line in lines if line.startswith("   | ")]
    assert len(excerpts) == 4
    assert max(map(len, excerpts)) <= columns
    assert any("^^" in line for line in excerpts)


# Many findings


def test_many_findings_are_counted_by_code() -> None:
    findings = [Diagnostic("M202", "x")] * 1100 + [Diagnostic("G301", "x")] * 20
    assert tally(findings).split("\n") == [
        f"  1,100  M202  {CODES['M202']}",
        f"     20  G301  {CODES['G301']}",
    ]


def test_more_than_a_hundred_findings_end_with_the_counts(lay, kg) -> None:
    unknown = "".join(f"  tower-{n}: {{wrong: x, quote: Ada Brandt met}}\n" for n in range(101))
    folder = lay(files={"mappings/tower.yaml": f"events:\n{unknown}"})
    result = kg("check", folder=folder)
    assert result.stderr.count("error[M202]") == 101
    assert re.search(r"\n\n  +101  M202  an unknown key\n", result.stderr)
    assert "101 errors" in result.stdout


def test_few_findings_are_not_counted(project: Path, kg) -> None:
    assert CODES["G301"] not in kg("check", folder=project).stderr


def test_long_sentences_are_cut(tmp_path: Path) -> None:
    assert len(render([Diagnostic("M202", "x" * 10_000_000, Location("f"))], tmp_path)) < 1100


def test_a_question_without_end_is_told_and_the_others_are_asked(lay, monkeypatch) -> None:
    monkeypatch.setattr(questions, "PATIENCE", 2.0)
    joined = " ".join(f"?a{n} ?b{n} ?c{n} ." for n in range(5))
    asked = {"01-endless": joined, "02-answered": "?s a club:Event"}
    files = {
        f"ontology/questions/{name}.{end}": text
        for name, said in asked.items()
        for end, text in (("rq", f"SELECT (COUNT(*) AS ?n) {{ {said} }}"), ("csv", "n\n77\n"))
    }
    found = [f for f in check(lay(files=files)) if f.severity is Severity.ERROR]
    assert [(f.code, str(f.place)) for f in found] == [
        ("Q602", "ontology/questions/01-endless.rq:1:1"),
        ("Q603", "ontology/questions/02-answered.csv:2:1"),
    ]
    assert found[0].message == "the question could not be answered in 2 seconds"
