"""`kg shell`: at a terminal, and with statements from a pipe."""

from __future__ import annotations

import os
import re
import shutil
import stat
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

COUNTED = "(COUNT(*) AS ?n)"
COUNT = f"SELECT {COUNTED} {{ ?m a news:Meeting }}"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


# From a pipe


@pytest.fixture
def piped(kg, real) -> Callable[..., object]:
    """Run the shell with statements on standard input: `piped("ASK {}", options=[...])`."""
    return lambda text, *options, **more: kg(
        "shell", *options, folder=more.pop("folder", real.folder), stdin=text, **more
    )


def test_answers_are_those_of_the_verb(piped, kg, real) -> None:
    found = piped(f"{COUNT}\n\nmeetings\n.run stances --attitude praise\n.show mohammad-baqeri\n")
    assert (found.returncode, found.stderr) == (0, "")
    lines = [("query", COUNT), ("query", "meetings"), ("query", "stances", "--attitude", "praise")]
    lines.append(("show", "mohammad-baqeri"))
    assert found.stdout == "".join(kg(*line, folder=real.folder).stdout for line in lines)


def test_a_query_of_several_lines_is_one_statement(piped) -> None:
    text = "SELECT ?m {\n ?m a news:Meeting\n}\nORDER BY ?m\nLIMIT 1\nASK {}\n"
    assert piped(text).stdout.splitlines()[0] == "?m"
    assert len(piped(text).stdout.splitlines()) == 3


def test_semicolons_end_statements(piped) -> None:
    text = "ASK {}; ASK { ?m a news:Meeting ;\n rdfs:label 5 };\n.format csv;\n"
    found = piped(f"{text}meetings --person Baqeri;")
    assert found.returncode == 0
    assert found.stdout.startswith("true\nfalse\nmeeting,day,")


@pytest.mark.parametrize("command", [".show mohammad-baqeri", ".why mohammad-baqeri nationality"])
@pytest.mark.parametrize("option", ["--data", "--endpoint", "--at"])
def test_what_is_told_of_the_build_is_not_told_where_others_are_asked(
    piped, tmp_path, option: str, command: str
) -> None:
    (tmp_path / "a.nt").write_text("<x:a> <x:p> <x:b> .\n")
    other = {"--data": tmp_path / "a.nt", "--endpoint": "http://localhost:1", "--at": tmp_path}
    found = piped(command, f"{option}={other[option]}")
    assert (found.returncode, found.stdout) == (2, "")
    name = command.split()[0]
    assert f"`{name}` tells of the build of the project, and `{option}=" in found.stderr
    assert f"`kg {name[1:]} mohammad-baqeri` asks the build" in " ".join(found.stderr.split())


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("", 0),
        ("# nothing\n", 0),
        ("ASK {}", 0),
        ("ASK {", 1),
        ("ASK }\n\nASK {}", 1),
        (".nothing\nASK {}", 2),
        ("ASK }\n\n.show\nASK {}", 2),
        (".run meetings --person nobody", 2),
        (".quit\nASK {", 0),
    ],
)
def test_the_status_is_that_of_the_gravest_failure(text: str, status: int, piped) -> None:
    assert piped(text).returncode == status


def test_a_statement_that_fails_does_not_keep_the_next_from_its_answer(piped) -> None:
    found = piped("SELECT * { ?s ?p }\n\nASK {}\n")
    assert found.stdout == "true\n"
    assert "   | SELECT * { ?s ?p }\n   |                  ^" in found.stderr


def test_without_a_build_each_statement_says_so(piped, tmp_path, copy_project) -> None:
    found = piped("ASK {}\n", folder=copy_project(tmp_path))
    assert found.returncode == 3
    assert "X702" in found.stderr


def test_a_format_holds_where_it_fits(piped) -> None:
    text = f".format csv\n{COUNT}\n\nCONSTRUCT {{ <a:b> <c:d> 1 }} {{}}\n\n.format json\nASK {{}}\n"
    found = piped(text)
    assert found.returncode == 0
    assert found.stdout.startswith("n\n6\n")
    assert "<a:b> <c:d> 1 ." in found.stdout
    assert '"boolean":true' in found.stdout


def test_options_of_queries_hold_for_all_of_them(piped, real) -> None:
    graph = "003_73cb7c800c9f6d9a"
    text = "SELECT ?s { ?s a news:Meeting }\n"
    assert len(piped(text).stdout.splitlines()) > len(
        piped(text, "--graph", graph, "-F", "csv").stdout.splitlines()
    )
    assert "1 row that `--limit` allows" in piped(text, "--limit", "1").stderr
    assert "written" in piped(text, "--time").stderr
    late = piped(ENDLESS, "--timeout", "0.5")
    assert (late.returncode, "Q615" in late.stderr) == (3, True)


def test_data_can_be_asked_instead_of_a_build(piped, tmp_path) -> None:
    (tmp_path / "a.ttl").write_text("<a:b> <c:d> 1 .")
    found = piped("SELECT * { ?s ?p ?o }", "--data", "a.ttl", folder=tmp_path)
    assert found.stdout.splitlines()[1] == "<a:b>\t<c:d>\t1"


def test_data_are_read_once_and_again_when_they_have_changed(piped, tmp_path) -> None:
    os.mkfifo(tmp_path / "pipe")  # which cannot be read twice
    (tmp_path / "a.ttl").write_text("<a:b> <c:d> 1 .")
    writer = threading.Thread(target=(tmp_path / "pipe").write_text, args=("<a:p> <c:d> 2 .",))
    writer.start()
    ask = "SELECT * { ?s ?p ?o } ORDER BY ?s\n\n"
    options = ("--data", "a.ttl", "--data", "pipe", "--data-format", "ttl", "-F", "csv")
    found = piped(ask * 2, *options, folder=tmp_path)
    writer.join()
    assert (found.stderr, found.stdout) == ("", "s,p,o\na:b,c:d,1\na:p,c:d,2\n" * 2)


def test_standard_input_cannot_hold_data_and_statements(piped) -> None:
    found = piped("ASK {}", "--data", "-")
    assert (found.returncode, "standard input holds the statements" in found.stderr) == (2, True)


def test_times_are_switched_on_and_off(piped) -> None:
    found = piped(".time on\nASK {}\n\n.time off\nASK {}\n\n.time maybe\n")
    assert found.stderr.count("written") == 1
    assert "expected `.time on` or `.time off`" in found.stderr


def test_words_behind_a_row_of_the_last_query(piped, kg, real) -> None:
    query = "SELECT ?m { ?m a news:Meeting } ORDER BY ?m"
    found = piped(f"{query}\n\n.why --row 2\n", "-F", "csv")
    told = kg("why", "-q", query, "--row", "2", folder=real.folder).stdout
    assert told
    assert found.stdout.endswith(told)


@pytest.mark.parametrize(
    "asked",
    [
        "meetings --person mohammad-baqeri -F csv",
        ".run meetings --with person=mohammad-baqeri --limit 2",
        ".run -f ontology/questions/meetings.rq --person=mohammad-baqeri",
    ],
)
def test_words_behind_a_row_of_a_query_that_has_a_name(asked: str, piped, kg, real) -> None:
    found = piped(f"{asked}\n.why --row=2\n", "-F", "csv")
    line = ("why", "-q", "meetings", "--person", "mohammad-baqeri", "--row", "2")
    told = kg(*line, folder=real.folder).stdout
    assert "May 2023" in told
    assert found.stdout.endswith(told), found.stderr


def test_words_behind_a_row_are_those_of_the_whole_build(piped) -> None:
    asked = "SELECT ?m { ?m a news:Meeting }\n\n.why --row 1\n"
    found = piped(asked, "--asserted")
    assert found.returncode == 2
    assert "`--asserted` asks others" in found.stderr
    assert "no query has been asked yet" in piped(".why --row 1").stderr


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (".shwo x", "there is no command `.shwo`; did you mean `.show`?"),
        (".format tabel", "there is no format `tabel`; did you mean `table`?"),
        ('.show "x', "no closing quotation"),
    ],
)
def test_what_is_wrong_with_a_command_is_told(command: str, message: str, piped) -> None:
    found = piped(command)
    assert found.returncode == 2
    assert message in found.stderr


def test_bytes_that_are_no_text_are_refused_at_their_place(real, root) -> None:
    import subprocess

    found = subprocess.run(
        [sys.executable, "-m", "kg", "shell"],
        cwd=real.folder,
        env={**os.environ, "PYTHONPATH": str(root), "LC_ALL": "C"},
        input=b"ASK { ?s ?p '\xff' }\n\nASK {}\n",
        capture_output=True,
        check=False,
    )
    assert (found.returncode, found.stdout) == (1, b"true\n")
    assert b"D101" in found.stderr


# At a terminal


@pytest.fixture
def shell(terminal, real, tmp_path):
    """The prompt over the real project, ready for a statement."""
    return _start(terminal, real.folder, tmp_path)


def _start(terminal, folder: Path, state: Path, *options: str):
    env = {"XDG_STATE_HOME": str(state), "HOME": str(state)}
    started = terminal([sys.executable, "-m", "kg", "shell", *options], folder=folder, env=env)
    started.await_(ready)
    return started


def ready(text: str) -> bool:
    """Whether the prompt waits for the next statement."""
    return text.endswith("\nkg>")


def test_a_query_is_answered_as_a_table(shell) -> None:
    assert "5 articles" in shell.text
    shell.type(f"{COUNT}\r")
    assert "(1 row)" in shell.await_("(1 row)")
    shell.await_(ready)


def test_data_that_have_changed_are_read_again_and_that_is_told(terminal, tmp_path) -> None:
    (tmp_path / "a.ttl").write_text("<a:b> <c:d> 1 .")
    shell = _start(terminal, tmp_path, tmp_path, "--data", "a.ttl")
    assert "asks a.ttl" in shell.text
    shell.type("SELECT ?o { ?s ?p ?o }\r")
    shell.await_("(1 row)")
    (tmp_path / "a.ttl").write_text("<a:b> <c:d> 1 , 77 .")
    shell.type("SELECT ?o { ?s ?p ?o }\r")
    told = shell.await_("(2 rows)")
    assert "what has changed is read again: a.ttl" in told
    shell.type("SELECT ?o { ?s ?p ?o }\r")
    assert shell.await_(lambda text: text.count("(2 rows)") == 2).count("again") == 1


def test_a_query_goes_on_until_it_is_whole(shell) -> None:
    shell.type("SELECT (COUNT(*) AS ?n) {\r")
    shell.await_("\n...")
    shell.type("?m a news:Meeting\r}\r")
    shell.await_("(1 row)")


def test_semicolons_end_what_is_typed(shell) -> None:
    shell.type("SELECT (1 AS ?one) {}; SELECT (22 AS ?more) {};\r")
    assert "22" in shell.await_(lambda text: text.count("(1 row)") == 2)


def test_an_empty_line_asks_what_is_missing(shell) -> None:
    shell.type("ASK {\r\r")
    assert "the query ends too early" in shell.await_("Q601")
    shell.await_(ready)


def test_after_a_fault_the_prompt_lives_on(shell) -> None:
    shell.type("SELECT * { ?s ?p }\r")
    assert "| SELECT * { ?s ?p }\n   |                  ^" in shell.await_("kg explain Q601")
    shell.type("ASK {}\r")
    shell.await_("\ntrue")


def test_control_c_gives_up_what_is_typed(shell) -> None:
    shell.type("SELECT nonsense")
    shell.await_("nonsense")
    shell.type("\x03ASK {}\r")
    shell.await_("\ntrue")


def test_control_c_gives_up_the_query_that_runs(shell) -> None:
    shell.type(f".format tsv\r{ENDLESS.replace(COUNTED, '(1 AS ?n)')}\r")
    shell.await_("\n1\n1\n")
    shell.type("\x03")
    shell.await_("interrupted")
    shell.await_(ready)
    shell.type("ASK {}\r")
    shell.await_("\ntrue")


def test_control_c_gives_up_a_query_without_rows_as_yet(shell) -> None:
    shell.type(f"{ENDLESS}\r")
    shell.await_(lambda text: text.endswith("?l }"))
    shell.type("\x03")
    shell.await_(ready)
    shell.type("ASK {}\r")
    shell.await_("\ntrue")


@pytest.mark.parametrize("leaving", ["\x04", ".quit\r"])
def test_leaving_is_no_failure(leaving: str, shell) -> None:
    shell.type(leaving)
    assert shell.end() == 0


def test_terms_are_offered_by_label_with_their_definition(shell) -> None:
    shell.type("SELECT ?m { ?m a meet")
    shell.await_("news:Meeting  meeting - Two or more agents come together to talk.")
    shell.type("\t")
    shell.await_("?m a news:Meeting\n")


def test_individuals_of_the_range_are_offered_first(shell) -> None:
    shell.type("SELECT ?m { ?m news:place \t")
    shell.await_("<place/")
    first = next(line for line in shell.text.splitlines() if line.startswith(" <"))
    assert first.startswith(" <place/")


def test_names_of_queries_and_values_of_their_parameters_are_offered(shell) -> None:
    shell.type("meet")
    shell.await_(lambda text: re.search(r"meetings +Who met whom", text))
    shell.type("\x03.run meetings --person mohammad-b")
    shell.await_("mohammad-baqeri  Mohammad Baqeri")


def test_commands_and_ids_are_offered(shell) -> None:
    shell.type(".sho")
    shell.await_(".show  all that the graph has on a node")
    shell.type("w mohammad-b\t")
    shell.await_(".show mohammad-baqeri")
    shell.type("\r\r")
    shell.await_("Chief of General Staff")


def test_formats_queries_and_help(shell) -> None:
    shell.type(".format vertical\r")
    shell.await_("rows as vertical, graphs as ttl")
    shell.type(f"{COUNT}\r")
    shell.await_("1 ────")
    shell.type(".queries\r")
    shell.await_("who-is-chief-commander")
    shell.type(".help\r")
    shell.await_("Ctrl-R looks for earlier ones")


def test_statements_are_remembered_for_the_user(shell, terminal, real, tmp_path) -> None:
    shell.type("ASK {\r}\r")
    shell.await_("\ntrue")
    shell.type("\x04")
    shell.end()
    kept = tmp_path / "kg" / "history"
    assert "+ASK {\n+}\n" in kept.read_text()
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    again = _start(terminal, real.folder, tmp_path)
    again.type("\x1b[A")
    again.await_("kg> ASK {\n... }")


def test_without_a_folder_for_it_nothing_is_remembered(terminal, real, tmp_path) -> None:
    (tmp_path / "kg").write_text("no folder")
    started = _start(terminal, real.folder, tmp_path)
    started.type("ASK {}\r")
    started.await_("\ntrue")


def test_the_newest_build_is_asked(terminal, real, tmp_path) -> None:
    folder = shutil.copytree(real.folder, tmp_path / "project", symlinks=True)
    current = folder / "build" / "current"
    kept = current.resolve()
    current.unlink()
    started = _start(terminal, folder, tmp_path)
    assert "X702" in started.text
    started.type("ASK { ?m a news:Meeting }\r")
    started.await_(lambda text: text.count("X702") > 2 and ready(text))
    current.symlink_to(kept)
    started.type("ASK { ?m a news:Meeting }\r")
    started.await_("\ntrue")
    started.type(".show mohammad-b")
    started.await_("Mohammad Baqeri")


def test_a_worker_that_is_ended_is_told_of_and_replaced(shell) -> None:
    shell.type(f"{ENDLESS}\r")
    shell.await_(lambda text: text.endswith("?l }"))
    _kill_worker(shell.child.pid)
    shell.await_("X708")
    shell.await_(ready)
    shell.type("ASK {}\r")
    shell.await_("\ntrue")


def _kill_worker(shell: int) -> None:
    """End the process that works for a shell, as the system does when memory runs out."""
    import os
    import signal

    children = Path(f"/proc/{shell}/task/{shell}/children").read_text().split()
    for child in map(int, children):
        if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
            os.kill(child, signal.SIGKILL)
            return
    pytest.fail("there is no worker")
