"""What shells offer: by the protocol of their scripts, and in the shells themselves."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kg.cli import VERBS
from kg.diagnostics import CODES

MEETING = "baqeri-al-raisi-meeting-2023"


@pytest.fixture
def offered(kg, real) -> Callable[..., list[str]]:
    """What bash is offered for a line: `offered("kg sh")`."""

    def complete(line: str, folder: Path = real.folder, breaks: str = "=:") -> list[str]:
        asked = {"_KG_COMPLETE": "bash_complete", "COMP_LINE": line, "COMP_WORDBREAKS": breaks}
        found = kg(folder=folder, env=asked)
        assert (found.returncode, found.stderr) == (0, "")
        return found.stdout.split()

    return complete


def plain(*words: str) -> list[str]:
    return [f"plain,{word}" for word in words]


# What is offered


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("kg sh", plain("shell", "show")),
        ("kg --pro", plain("--project")),
        ("kg check --f", plain("--format", "--fail-on", "--fix")),
        ("kg query -F mark", plain("markdown")),
        ("kg query --format=mark", plain("markdown")),
        ("kg query meet", plain("meetings")),
        ("kg query meetings --pe", plain("--person")),
        ("kg query meetings --person mohammad-ba", plain("mohammad-baqeri")),
        ("kg query meetings --person=mohammad-ba", plain("mohammad-baqeri")),
        ("kg query meetings --since ", plain()),
        ("kg query -F csv meetings --with pe", plain("person=")),
        ("kg query meetings --with person=mohammad-ba", plain("mohammad-baqeri")),
        ("kg query meetings --person mohammad-baqeri stan", plain()),
        ("kg query -f ontology/questions/stances.rq --with tow", plain("toward=")),
        ("kg query stances --attitude prai", plain("praise")),
        ("kg query --graph 003", plain("003_73cb7c800c9f6d9a")),
        ("kg export --graph ont", plain("ontology")),
        ("kg query meetings --plot t", plain("timeline")),
        ("kg query --data pyp", ["file,pyp"]),
        ("kg query -o pyp", ["file,pyp"]),
        ("kg show mohammad-ba", plain("mohammad-baqeri")),
        ("kg show Mohammad", plain("mohammad-baqeri")),
        ("kg show 003", plain("003_73cb7c800c9f6d9a")),
        (f"kg why {MEETING} part", plain("participant")),
        (f"kg why {MEETING} participant ", plain("abdullah-al-raisi", "mohammad-baqeri")),
        ("kg explain g30", plain(*sorted(code for code in CODES if code.startswith("G30")))),
        ("kg coverage 003", plain("003_73cb7c800c9f6d9a")),
        ("kg expand auth", plain("authority")),
        ("kg schema ", plain("mapping", "authority")),
        ("kg completion z", plain("zsh")),
        ("kg show 'mohammad-ba", plain("mohammad-baqeri")),
        ("kg query meetings ", plain("--person", "--since", "--until", "--modality")),
        ("kg query meetings --plot timeline:un", plain("until=")),
        ("kg query meetings --plot timeline:when=day,wha", plain("day,what=")),
        ("kg query meetings --plot timeline:when=d", plain("day")),
        ("kg query --data-format n", plain("nt", "nq", "n3")),
        ("kg diff --data-format trig", plain("trig")),
        ("kg shell -F mark", plain("markdown")),
        ("kg why -q meet", plain("meetings")),
        ("kg why -q meetings --per", plain("--person")),
        ("kg why -q meetings --person mohammad-ba", plain("mohammad-baqeri")),
        ("kg why -q meetings --person mohammad-baqeri --modality occ", plain("occurred")),
        ("kg why -q meetings --with person=mohammad-ba", plain("mohammad-baqeri")),
        ("kg why -F j", plain("json")),
        ("kg export -F n", plain("nt", "nq")),
        ("kg export -F nq.", plain("nq.gz", "nq.zst")),
        ("kg export --split a", plain("article")),
        ("kg export --profile l", plain("lean")),
        ("kg push --store fu", plain("fuseki")),
        ("kg check --format s", plain("sarif")),
        ("kg check --fail-on w", plain("warning")),
        ("kg conflicts --format j", plain("json")),
        ("kg coverage -F h", plain("html")),
        ("kg stats --by pro", plain("property")),
        ("kg show -F m", plain("markdown")),
    ],
)
def test_a_line_is_completed(line: str, expected: list[str], offered) -> None:
    assert offered(line) == expected


def test_all_verbs_are_offered(offered) -> None:
    assert offered("kg ") == plain(*sorted(VERBS))


def test_only_individuals_of_the_class_of_a_parameter_are_offered(offered) -> None:
    people = offered("kg query meetings --person ")
    assert "plain,mohammad-baqeri" in people
    assert f"plain,{MEETING}" not in people
    assert f"plain,{MEETING}" in offered("kg show ")


def test_where_bash_takes_a_word_as_a_whole_all_of_it_is_offered(offered) -> None:
    whole = offered("kg query meetings --person=mohammad-ba", breaks=" ")
    assert whole == plain("--person=mohammad-baqeri")


def test_another_project_can_be_named(offered, real, tmp_path) -> None:
    line = f"kg --project {real.folder} show mohammad-ba"
    assert offered(line, folder=tmp_path) == plain("mohammad-baqeri")


def test_zsh_and_fish_are_told_what_a_word_means(kg, real) -> None:
    line = "kg query meetings --person=mohammad-ba"
    asked = {"_KG_COMPLETE": "zsh_complete", "COMP_WORDS": line, "COMP_CWORD": "3"}
    found = kg(folder=real.folder, env=asked).stdout
    assert found == "plain\n--person=mohammad-baqeri\nMohammad Baqeri\n"
    asked = {"_KG_COMPLETE": "fish_complete", "COMP_WORDS": line, "COMP_CWORD": line.split()[-1]}
    found = kg(folder=real.folder, env=asked).stdout
    assert found == "plain,--person=mohammad-baqeri\tMohammad Baqeri\n"


# Never a message


@pytest.mark.parametrize(
    "line",
    [
        *("show ", "show 'it", "show \\", "why x ", "why x y ", "coverage ", "expand "),
        *("query ", "query meetings --", "query x --with a=", "query --graph ", "query --at "),
        *("query x --plot bar:count=", "why -q ", "why -q x --", "why -q x --a ", "export -F "),
    ],
)
def test_without_a_project_there_is_nothing_to_say(line: str, offered, tmp_path) -> None:
    offered(f"kg {line}", folder=tmp_path)


def test_without_a_build_queries_are_offered_and_individuals_are_not(
    offered, copy_project, tmp_path
) -> None:
    folder = copy_project(tmp_path)
    assert offered("kg query meetings --per", folder=folder) == plain("--person")
    assert offered("kg query meetings --person m", folder=folder) == []
    assert offered("kg show m", folder=folder) == []


def test_a_damaged_build_offers_nothing(offered, real, tmp_path) -> None:
    folder = shutil.copytree(real.folder, tmp_path / "copy")
    (folder / "build" / "current" / "manifest.json").write_text("{")
    assert offered("kg show m", folder=folder) == []


def test_a_query_that_cannot_be_read_has_no_parameters(offered, lay) -> None:
    folder = lay(files={"ontology/questions/odd.rq": b"# param x: nothing\nSELECT \xff"})
    assert offered("kg query od", folder=folder) == plain("odd")
    assert "plain,--x" not in offered("kg query odd --", folder=folder)


def test_control_characters_of_labels_do_not_reach_the_terminal(kg, lay) -> None:
    text = "# title: a\x1b[31mb\x07c\nSELECT * { ?s ?p ?o }"
    folder = lay(files={"ontology/questions/red.rq": text})
    asked = {"_KG_COMPLETE": "zsh_complete", "COMP_WORDS": "kg query re", "COMP_CWORD": "2"}
    assert kg(folder=folder, env=asked).stdout == "plain\nred\na [31mb c\n"


# Light

PROBE = """
import json, os, sys
from kg.cli import main
from kg.commands.completing import complete
try:
    complete(main)
finally:
    print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""
HEAVY = {
    "multiprocessing",
    "owlready2",
    "oxrdflib",
    "pyshacl",
    "rdflib",
    "requests",
    "rich.console",
}


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_completing_a_verb_loads_no_heavy_library(verb: str, real, root) -> None:
    found = subprocess.run(
        [sys.executable, "-c", PROBE],
        cwd=real.folder,
        env={
            "PYTHONPATH": str(root),
            "_KG_COMPLETE": "bash_complete",
            "COMP_LINE": f"kg {verb} --",
            "PATH": "",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert "plain,--help" in found.stdout
    loaded = set(json.loads(found.stderr))
    assert f"kg.commands.{verb}" in loaded
    assert loaded & HEAVY == set()


# In the shells

SHELLS = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
    "fish": ["fish", "--no-config", "-i"],
}
READY = {
    "bash": ['eval "$(kg completion bash)"'],
    "zsh": ["autoload -Uz compinit; compinit -D -u", 'eval "$(kg completion zsh)"'],
    "fish": ["kg completion fish | source"],
}


@pytest.fixture(params=sorted(SHELLS))
def shell(request: pytest.FixtureRequest, terminal, real, tmp_path):
    """A shell on a terminal that has read its script, in the folder of the real project."""
    if not shutil.which(request.param):
        pytest.skip(f"not run: {request.node.name}; {request.param} is missing")
    kg = tmp_path / "kg"
    kg.write_text(f'#!/bin/sh\nexec {sys.executable} -m kg "$@"\n')
    kg.chmod(0o755)
    env = {"PATH": f"{tmp_path}:/usr/bin:/bin", "PS1": "$ ", "HOME": str(tmp_path)}
    started = terminal(SHELLS[request.param], folder=real.folder, env=env)
    for line in READY[request.param]:
        started.type(f"{line}\r")
    started.type("echo rea''dy\r")
    started.await_("\nready")
    return started


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("kg expl", "kg explain"),
        ("kg query meet", "kg query meetings"),
        ("kg query meetings --per", "kg query meetings --person"),
        ("kg query meetings --person mohammad-b", "--person mohammad-baqeri"),
        ("kg query meetings --person=mohammad-b", "--person=mohammad-baqeri"),
        ("kg query meetings --with person=mohammad-b", "--with person=mohammad-baqeri"),
        ("kg query --format mark", "--format markdown"),
        ("kg query -o pypr", "-o pyproject.toml"),
        ("kg show 'mohammad-b", "mohammad-baqeri'"),
    ],
)
def test_a_tabulator_completes_the_word(typed: str, completed: str, shell) -> None:
    shell.type(typed)
    shell.await_(typed)
    shell.type("\t")
    shell.await_(completed)


def test_a_parameter_and_its_value_are_completed_without_a_space_between(shell) -> None:
    shell.type("kg query meetings --with pers\t")
    shell.await_("--with person=")
    shell.type("mohammad-b\t")
    shell.await_("--with person=mohammad-baqeri")


def test_outside_a_project_the_line_stays_as_it_is(shell, tmp_path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    shell.type(f"cd {empty}\r")
    shell.type("kg show moh\t")
    shell.type("zz")
    assert "rror" not in shell.await_("kg show mohzz")


def test_a_script_is_for_a_shell_that_is_known(kg, tmp_path) -> None:
    refused = kg("completion", "csh", folder=tmp_path)
    assert refused.returncode == 2
    assert "'bash', 'zsh', 'fish'" in refused.stderr
