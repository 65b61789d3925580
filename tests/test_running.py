"""How `kg query` runs: limits of time and rows, times of steps, exit statuses, and being ended."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from kg.commands.query import command
from kg.store.tables import damaged

ROOT = Path(__file__).resolve().parent.parent
ROWS = 1000
EVERY = "SELECT ?a { ?a <x:p> ?v }"
PAIRS = "SELECT ?a ?b { ?a ?p ?x . ?b ?q ?y . ?c ?r ?z . ?d ?s ?u . ?e ?t ?v . ?f ?g ?h }"
SILENT = PAIRS.replace("?a ?b", "(COUNT(*) AS ?n)", 1)
# A graph, rows and a verdict that take for ever, and that begin to come at once or never.
ENDLESS = [PAIRS, SILENT, PAIRS.replace("SELECT ?a ?b", "CONSTRUCT { ?a <x:q> ?b } WHERE")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A folder with data; no project."""
    folder = tmp_path_factory.mktemp("running")
    lines = (f'<x:{n}> <x:p> "v" .\n' for n in range(ROWS))
    (folder / "data.nt").write_text("".join(lines), encoding="utf-8")
    return folder


@pytest.fixture
def ask(kg, folder):
    """Ask the data: `ask(query, *options)`."""
    return lambda *arguments, **more: kg(
        "query", "--data", "data.nt", *arguments, folder=folder, **more
    )


def start(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    line = [sys.executable, "-m", "kg", "query", "--quiet", "--data", "data.nt", *arguments]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(line, cwd=folder, env=environment, start_new_session=True, **pipes)


def children(process: int) -> list[int]:
    """The processes that a process has started."""
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process)], capture_output=True)
    return [int(line) for line in found.stdout.split()]


def until(condition) -> None:
    """Wait for something that must come."""
    for _ in range(600):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("it has not come")


def is_there(process: int) -> bool:
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def drafts(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.endswith(".part")]


# Time


@pytest.mark.parametrize("query", ENDLESS, ids=["rows", "nothing", "graph"])
def test_a_query_is_ended_when_its_time_is_up(ask, query: str) -> None:
    result = ask("--timeout", "1.5", "--quiet", query)
    assert result.returncode == 3
    assert result.stderr.startswith(
        "error[Q615]: the query has taken longer than 1.5 seconds, and was ended\n"
    )
    assert "not the whole answer" in result.stderr


def test_why_it_takes_so_long_is_told_with_the_time(ask) -> None:
    told = ask("--timeout", "1.5", SILENT).stderr
    reason, end = "warning[Q627]: nothing joins this part", "error[Q615]: the query has taken"
    assert 0 <= told.find(reason) < told.find(end)
    malformed = ask("--timeout", "60", SILENT.replace("COUNT", "CUONT")).stderr
    assert "Q627" not in malformed


def test_what_came_in_time_is_there(ask) -> None:
    rows = ask("--timeout", "2", "-F", "csv", PAIRS).stdout.splitlines()
    assert rows[0] == "a,b"
    assert len(rows) > ROWS


@pytest.mark.parametrize("format_", ["csv", "json", "md", "html"])
def test_a_file_stays_as_it_was_when_time_is_up(ask, folder: Path, format_: str) -> None:
    answer = folder / f"answer.{format_}"
    answer.write_text("older")
    assert ask("--timeout", "1.5", "-o", answer.name, PAIRS).returncode == 3
    assert answer.read_text() == "older"
    assert drafts(folder) == []


def test_an_answer_in_time_is_as_without_a_limit(ask, folder: Path) -> None:
    limited, plain = (ask(*limit, EVERY) for limit in (["--timeout", "60"], []))
    assert (limited.stdout, limited.stderr, limited.returncode) == (plain.stdout, "", 0)
    assert ask("--timeout", "60", "-o", "in-time.csv", EVERY).returncode == 0
    assert len((folder / "in-time.csv").read_text().splitlines()) == ROWS + 1


def test_standard_input_and_findings_pass_through_a_limit(ask) -> None:
    assert ask("--timeout", "60", "-F", "csv", "-", stdin="ASK {}").stdout == "true\n"
    result = ask("--timeout", "60", "-", stdin="ASK {")
    assert result.returncode == 1
    assert result.stderr.count("error[Q601]") == 1


def test_a_limit_holds_for_an_endpoint(kg, folder: Path) -> None:
    """One that takes the call and never answers."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        result = kg("query", "--endpoint", url, "--timeout", "1.5", EVERY, folder=folder)
    assert result.returncode == 3
    assert result.stderr.startswith("error[Q615]")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_both_processes_end_when_one_is_told_to(folder: Path, number: int) -> None:
    with start(folder, "--timeout", "300", "-o", "told.csv", PAIRS) as process:
        until(lambda: drafts(folder))
        (worker,) = children(process.pid)
        process.send_signal(number)
        assert process.stderr.read() == b""
    assert process.returncode == 128 + number
    assert not is_there(worker)
    assert drafts(folder) == []
    assert not (folder / "told.csv").exists()


def test_ctrl_c_at_a_terminal_reaches_both(folder: Path) -> None:
    with start(folder, "--timeout", "300", PAIRS) as process:
        assert process.stdout.read(10_000)
        (worker,) = children(process.pid)
        os.killpg(process.pid, signal.SIGINT)
        process.stdout.read()
        assert process.stderr.read() == b""
    assert process.returncode == 130
    assert not is_there(worker)


def test_a_worker_that_is_left_alone_ends_itself(folder: Path) -> None:
    with start(folder, "--timeout", "2", SILENT) as process:
        until(lambda: children(process.pid))
        (worker,) = children(process.pid)
        process.kill()
    until(lambda: not is_there(worker))


def test_a_worker_that_is_ended_from_outside_is_told(folder: Path) -> None:
    with start(folder, "--timeout", "300", "-o", "ended.csv", PAIRS) as process:
        until(lambda: drafts(folder))
        (worker,) = children(process.pid)
        os.kill(worker, signal.SIGKILL)
        said = process.stderr.read()
    assert process.returncode == 3
    assert said.startswith(b"error[X708]: the process that worked on the query was ended by signal")
    assert drafts(folder) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_no_draft_is_left_by_a_process_that_is_told_to_end(folder: Path, number: int) -> None:
    (folder / "older.csv").write_text("older")
    with start(folder, "-o", "older.csv", PAIRS) as process:
        until(lambda: drafts(folder))
        process.send_signal(number)
        assert process.stderr.read() == b""
    assert process.returncode == 128 + number
    assert drafts(folder) == []
    assert (folder / "older.csv").read_text() == "older"


# Rows


def test_a_limit_of_rows_is_the_outermost(ask) -> None:
    result = ask("--limit", "3", "-F", "csv", f"{EVERY} ORDER BY DESC(?a) LIMIT 5")
    assert result.stdout.splitlines() == ["a", "x:999", "x:998", "x:997"]
    assert result.stderr.startswith("note[Q616]: the answer has more than the 3 rows")
    assert result.returncode == 0


@pytest.mark.parametrize("limit", ["5", "6"])
def test_nothing_is_said_of_a_limit_that_is_not_reached(ask, limit: str) -> None:
    result = ask("--limit", limit, "-F", "csv", f"{EVERY} LIMIT 5")
    assert (len(result.stdout.splitlines()), result.stderr) == (6, "")


@pytest.mark.parametrize("format_", ["table", "vertical", "markdown", "html", "json", "xml"])
def test_a_limit_is_for_all_formats(ask, format_: str) -> None:
    answers = [
        ask("-F", format_, *options).stdout
        for options in (["--limit", "2", f"{EVERY} ORDER BY ?a"], [f"{EVERY} ORDER BY ?a LIMIT 2"])
    ]
    assert answers[0] == answers[1]


def test_a_limit_counts_statements_of_a_graph_once(ask) -> None:
    query = "CONSTRUCT { ?a <x:is> ?o } WHERE { ?a <x:p> 'v' . VALUES ?o { 1 1 1 } }"
    result = ask("--limit", "4", "-F", "nt", query)
    assert len(set(result.stdout.splitlines())) == 4
    assert "note[Q616]" in result.stderr


def test_an_answer_without_columns_keeps_its_rows(ask) -> None:
    query = "SELECT * { <x:1> <x:p> 'v' }"
    assert ask("--limit", "1", "-F", "json", query).stdout == ask("-F", "json", query).stdout
    bindings = json.loads(ask("--time", "-F", "json", query).stdout)["results"]["bindings"]
    assert bindings == [{}]


# Exit status


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("ASK { <x:1> ?p ?o }", 0),
        ("ASK { <x:none> ?p ?o }", 1),
        ("SELECT ?o { <x:1> ?p ?o }", 1),
        ("SELECT ?o { <x:none> ?p ?o }", 0),
        ("CONSTRUCT WHERE { <x:1> ?p ?o }", 1),
        ("CONSTRUCT WHERE { <x:none> ?p ?o }", 0),
        ("SELECT * { <x:1> <x:p> 'v' }", 1),
        ("ASK { <x:1>", 2),
        ("SELECT (<x:unknown>(1) AS ?x) {}", 2),
    ],
)
def test_the_exit_status_is_the_answer(ask, query: str, status: int) -> None:
    asked = ask("--exit-code", "--quiet", query)
    assert asked.returncode == status
    assert ask("--exit-code", "--timeout", "60", query).returncode == status
    plain = ask("--quiet", query)
    assert plain.returncode == (1 if status == 2 else 0)
    assert (asked.stdout, bool(asked.stderr)) == (plain.stdout, status == 2)


def test_no_answer_in_time_is_neither_yes_nor_no(ask) -> None:
    assert ask("--exit-code", "--timeout", "1", SILENT).returncode == 3


# Times

MS = r"\d+\.\d ms"


@pytest.mark.parametrize(
    ("query", "steps"),
    [
        (EVERY, f"parse {MS} · first row {MS} · all 1,000 rows {MS} · written {MS}"),
        ("SELECT ?a { ?a <x:none> ?b }", f"parse {MS} · all 0 rows {MS} · written {MS}"),
        ("ASK {}", f"parse {MS} · evaluated {MS} · written {MS}"),
        (
            "CONSTRUCT WHERE { <x:1> ?p ?o }",
            f"parse {MS} · first row {MS} · all 1 statement {MS} · .*",
        ),
    ],
)
def test_the_time_of_each_step_is_told(ask, query: str, steps: str) -> None:
    result = ask("--time", "--quiet", query)
    assert re.fullmatch(f"  open {MS} · {steps}\n", result.stderr)
    assert result.stdout == ask(query).stdout


def test_times_of_rows_lie_within_one_another(ask) -> None:
    slow = "SELECT ?a ?b { ?a <x:p> ?v . ?b <x:p> ?w } ORDER BY STR(?b) STR(?a)"
    said = ask("--time", "--limit", "5", slow).stderr
    first, every, written = map(float, re.findall(r"([\d.]+) ms", said)[2:])
    assert 0 < first <= every <= written


# A store that is damaged


@pytest.fixture(scope="module")
def flipped(real, tmp_path_factory) -> Path:
    """The real project, with one bit wrong in a block of each table of the store."""
    project = tmp_path_factory.mktemp("flipped") / "project"
    shutil.copytree(real.folder, project, symlinks=True)
    for table in (project / "build/current/store").glob("*.sst"):
        content = bytearray(table.read_bytes())
        if len(content) > 10_000:
            content[len(content) // 3] ^= 4
            table.write_bytes(content)
    return project


@pytest.mark.parametrize(
    "line",
    [
        ("query", "SELECT * { ?s ?p ?o }"),
        ("query", "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"),
        ("query", "SELECT ?s { ?s ?p ?o } ORDER BY ?o", "-o", "rows.csv"),
        ("query", "--at", "build/current", "SELECT (MAX(?o) AS ?n) { ?s ?p ?o }"),
        ("query", "--timeout", "200", "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"),
        ("show", "mohammad-baqeri"),
        ("why", "mohammad-baqeri", "nationality"),
    ],
)
def test_a_damaged_block_is_told_and_no_query_counts_on_over_it(
    kg, flipped: Path, line: tuple[str, ...]
) -> None:
    done = kg(*line, folder=flipped)
    assert done.returncode == 3, done.stderr
    assert "error[X703]: the store of the build is damaged" in done.stderr
    assert "help: run `kg build --force`" in done.stderr
    assert "Traceback" not in done.stderr
    assert not [path for path in flipped.iterdir() if "rows.csv" in path.name]


def test_a_store_that_is_whole_may_be_asked_for_long(real, monkeypatch) -> None:
    looked = []
    monkeypatch.setattr("kg.commands.guarding.SECONDS", 0)
    monkeypatch.setattr(
        "kg.store.tables.damaged", lambda store: looked.append(damaged(store)) or looked[0]
    )
    chain = "SELECT (COUNT(*) AS ?n) { ?a ?p ?b . ?b ?q ?c . ?c ?r ?d }"
    done = CliRunner().invoke(command, [chain], obj=real.folder)
    assert (done.exit_code, looked) == (0, [[]])
