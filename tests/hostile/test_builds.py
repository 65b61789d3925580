"""Hostile build folders, disks, streams and moments: nothing half done or believed blindly."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from pyoxigraph import Literal, RdfFormat, parse

CURRENT = "build/current"
MAPPING = "mappings/tower.yaml"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
ALL = "SELECT * { ?s ?p ?o }"
CHANGED = "# another line\narticle:\n  date: Wednesday, 12 February 2025\n"
VERBS = {
    "query": ("query", COUNT),
    "export": ("export", "-F", "nq"),
    "show": ("show", "ada-brandt"),
    "why": ("why", "ada-brandt"),
    "stats": ("stats", "--by", "graph"),
}


def generations(project: Path) -> set[str]:
    return {path.name for path in (project / "build/.generations").iterdir()}


def finished(project: Path) -> set[Path]:
    """Builds whose manifest, which is written last, is there."""
    return {path.parent.resolve() for path in project.glob("build/.generations/*/manifest.json")}


def answers(kg_in, project: Path) -> tuple[bytes, bytes]:
    """What the build says."""
    counted = kg_in("query", COUNT, cwd=project)
    exported = kg_in("export", "-F", "nq", cwd=project)
    assert (counted.status, exported.status) == (0, 0), counted.err + exported.err
    return counted.out, exported.out


# Damaged builds


def parts(finished: Path) -> list[str]:
    """Every file of a build; those of the store by their kind, for it names them as it likes."""
    current = (finished / CURRENT).resolve()
    return sorted(
        path.relative_to(current).as_posix() for path in current.rglob("*") if path.is_file()
    )


def damage(file: Path, how: str) -> None:
    """A file removed, cut, emptied, of zeros, with one bit changed, or replaced by another."""
    content = file.read_bytes()
    middle = len(content) // 2
    flipped = (
        content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :] if content else b"x"
    )
    forms = {
        "cut": content[:middle],
        "emptied": b"",
        "zeroed": bytes(len(content)),
        "flipped": flipped,
        "replaced": b"[" * 10_000,
    }
    file.unlink() if how == "removed" else file.write_bytes(forms[how])


@pytest.mark.parametrize("how", ["removed", "cut", "emptied", "zeroed", "flipped", "replaced"])
def test_a_damaged_build_is_told_or_answers_as_before_and_is_mended(
    how: str, finished: Path, project: Path, kg_in
) -> None:
    """Each file of a build in turn: never a traceback, never another answer, and a way out."""
    before = answers(kg_in, finished)
    whole = (*before, kg_in("query", ALL, cwd=finished).out)
    told = 0
    # The engine counts over a block with a wrong bit without end; to go through it is safe.
    asked = {**VERBS, "query": ("query", ALL if how == "flipped" else COUNT)}
    if how == "flipped":  # and a search in such a block may end the process (`std::bad_alloc`)
        del asked["show"], asked["why"]
    for part in parts(finished):
        file = (project / CURRENT).resolve() / part
        content = file.read_bytes()
        damage(file, how)
        for verb, *arguments in asked.values():
            outcome = kg_in(verb, *arguments, cwd=project)
            assert "Traceback" not in outcome.err, f"{part}: {outcome.err}"
            assert outcome.status in (0, 3), f"{part}: {verb}: {outcome}"
            told += outcome.status != 0
            if outcome.status == 0 and verb in ("query", "export"):
                assert outcome.out in whole, f"{part}: {verb} says something else"
        file.write_bytes(content)
    assert told > 10
    assert answers(kg_in, project) == before


def test_nothing_damaged_is_taken_over(finished: Path, project: Path, kg_in) -> None:
    """Files of articles that were cut between lines, where nothing else would show it."""
    for name in ("articles/tower.nq", "articles/tower.origins.json"):
        file = (project / CURRENT).resolve() / name
        lines = file.read_bytes().splitlines(keepends=True)
        file.write_bytes(b"".join(lines[: len(lines) // 2]))
    assert kg_in("export", cwd=project).status == 3
    (project / "seeds/other.txt").write_text("Nothing of note.\n")
    (project / "mappings/other.yaml").write_text("article: {}\n")
    assert kg_in("build", cwd=project).status == 0
    whole = (finished / CURRENT / "articles/tower.nq").read_bytes()
    assert (project / CURRENT / "articles/tower.nq").read_bytes() == whole


@pytest.mark.parametrize("part", ["store/CURRENT", "manifest.json", "articles/tower.nq"])
def test_the_help_for_a_damaged_build_helps(
    part: str, finished: Path, project: Path, kg_in
) -> None:
    ((project / CURRENT).resolve() / part).write_bytes(b"damaged")
    broken = [kg_in(*arguments, cwd=project) for arguments in VERBS.values()]
    assert 3 in [outcome.status for outcome in broken]
    assert any("run `kg build --force`" in outcome.err for outcome in broken)
    assert kg_in("build", "--force", cwd=project).status == 0
    assert answers(kg_in, project) == answers(kg_in, finished)


MANIFESTS = {
    "older": lambda said: {**said, "format": 2},
    "newer": lambda said: {**said, "format": 99},
    "a-list": lambda said: [said],
    "without-counts": lambda said: {k: v for k, v in said.items() if k != "counts"},
    "articles-a-number": lambda said: {**said, "articles": 5},
    "prefixes-a-list": lambda said: {**said, "prefixes": ["a"]},
    "another-hash": lambda said: {**said, "hash": "0" * 64},
    "another-fingerprint": lambda said: {**said, "fingerprint": "0" * 64},
    "nested": lambda said: {**said, "owl": json.loads("[" * 900 + "]" * 900)},
}


@pytest.mark.parametrize("name", MANIFESTS)
def test_a_manifest_of_another_form_is_told_and_replaced(
    name: str, finished: Path, project: Path, kg_in, refused
) -> None:
    file = (project / CURRENT).resolve() / "manifest.json"
    file.write_text(json.dumps(MANIFESTS[name](json.loads(file.read_bytes()))))
    refused("query", COUNT, cwd=project, expected=f"X703 {file}")
    assert kg_in("build", cwd=project).status == 0
    assert answers(kg_in, project) == answers(kg_in, finished)


# Build folders that others have made


def point(path: Path, target: str) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    path.symlink_to(target)


@pytest.mark.parametrize("target", ["nowhere", ".generations/gone", "current", "/dev/null", ".."])
def test_current_that_points_elsewhere(target: str, finished: Path, project: Path, kg_in) -> None:
    point(project / CURRENT, target)
    assert kg_in("query", COUNT, cwd=project).status == 3
    assert kg_in("build", cwd=project).status == 0
    assert answers(kg_in, project) == answers(kg_in, finished)


@pytest.mark.parametrize("name", [".generations", ".gitignore", ".lock", "kg.ttl", "current"])
def test_links_of_a_build_folder_harm_nothing_outside(
    name: str, tmp_path: Path, project: Path, kg_in, seen
) -> None:
    """A project from elsewhere may come with a build folder whose links lead to what is dear."""
    dear = tmp_path / "dear"
    (dear / "folder").mkdir(parents=True)
    (dear / "file").write_text("dear\n")
    (dear / "folder/file").write_text("dear\n")
    before = seen(dear)
    is_folder = name in (".generations", "current")
    point(project / "build" / name, str(dear if is_folder else dear / "file"))
    (project / MAPPING).write_text(CHANGED)
    outcome = kg_in("build", cwd=project)
    assert "Traceback" not in outcome.err
    assert outcome.status in (0, 3), outcome.err
    assert seen(dear) == before


@pytest.mark.parametrize(
    "name", ["build", "build/.lock", "build/.generations", "build/current", "build/kg.ttl"]
)
@pytest.mark.parametrize("kind", ["file", "folder", "pipe"])
def test_what_stands_in_the_way_of_a_build(name: str, kind: str, project: Path, kg_in) -> None:
    path = project / name
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    if kind == "folder":
        (path / "full").mkdir(parents=True)
    else:
        path.touch() if kind == "file" else os.mkfifo(path)
    (project / MAPPING).write_text(CHANGED)
    outcome = kg_in("build", cwd=project)
    assert "Traceback" not in outcome.err
    if outcome.status:
        assert (outcome.status, outcome.found[0][0]) == (3, "X703"), outcome.err
    else:
        assert kg_in("query", COUNT, cwd=project).status == 0


@pytest.mark.parametrize(
    ("name", "mode", "expected"),
    [
        ("build", 0o555, "X703 build"),
        ("build/.generations", 0o555, "X703 build"),
        ("build", 0o000, "X703 build"),
        (MAPPING, 0o000, f"X703 {MAPPING}"),
        ("seeds/tower.txt", 0o000, "X703 seeds/tower.txt"),
        ("mappings/authority/all.yaml", 0o000, "X703 mappings/authority/all.yaml"),
        ("ontology/club.ttl", 0o000, "X703 ontology/club.ttl"),
        ("seeds", 0o000, "X703 seeds"),
        ("mappings", 0o000, "X703 mappings"),
        ("mappings", 0o444, "X703 mappings"),
        ("ontology/shapes", 0o000, "X703 ontology/shapes"),
        ("kg.toml", 0o000, "X703 kg.toml"),
    ],
)
def test_what_may_not_be_read_or_written(name, mode, expected, project: Path, refused) -> None:
    (project / MAPPING).write_text(CHANGED)
    path = project / name
    before = path.stat().st_mode
    path.chmod(mode)
    try:
        refused("build", cwd=project, expected=expected, obeying=True)
    finally:
        path.chmod(before)


@pytest.mark.parametrize("verb", VERBS)
def test_a_build_that_may_not_be_read(verb: str, project: Path, refused) -> None:
    current = (project / CURRENT).resolve()
    for path in current.rglob("*"):
        path.chmod(0o000) if path.is_file() else None
    refused(*VERBS[verb], cwd=project, expected="X703", obeying=True)


# Full disks


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[tuple[Path, dict[str, int]]]:
    """A file system of 200 KiB; where none can be mounted, a folder and a limit for files."""
    place = tmp_path / "disk"
    place.mkdir()
    options = ["-t", "tmpfs", "-o", "size=200k", "tmpfs", str(place)]
    mounted = not subprocess.run(["mount", *options], capture_output=True, check=False).returncode
    yield place, {} if mounted else {"largest": SMALL}
    if mounted:
        subprocess.run(["umount", str(place)], check=True)


SMALL = 16_384
"""Bytes: too few for a store, a mapping with its ontology, and what a new project has."""


def test_a_build_on_a_full_disk_leaves_the_previous_one(
    project: Path, small_disk: tuple[Path, dict[str, int]], refused
) -> None:
    place, limit = small_disk
    point(project / "build", str(place))
    refused("build", cwd=project, expected="X703", **limit)
    assert list((place / ".generations").iterdir()) == []


@pytest.mark.parametrize("largest", [1, 100, 2000, SMALL])
def test_files_that_cannot_grow_end_a_build(largest: int, project: Path, refused) -> None:
    (project / MAPPING).write_text(CHANGED)
    refused("build", cwd=project, expected="X703", largest=max(largest, 2000))


def test_a_check_without_room_for_its_draft(project: Path, small_disk, refused) -> None:
    place, limit = small_disk
    refused("check", cwd=project, expected="X703", TMPDIR=str(place), **limit)


def test_a_new_project_on_a_full_disk_leaves_nothing(tmp_path: Path, kg_in) -> None:
    outcome = kg_in("init", "new", cwd=tmp_path, largest=SMALL)
    assert outcome.status == 3, outcome.err
    assert "Traceback" not in outcome.err
    assert list(tmp_path.iterdir()) == []


TOLD = (
    "check",
    "coverage",
    "conflicts",
    "expand tower",
    "export",
    "show ada-brandt",
    "why ada-brandt",
)


@pytest.mark.parametrize(
    "line", [*TOLD, f"query {COUNT}", "check --format json", "--help", "--version"]
)
def test_output_to_a_full_disk_is_no_success(line: str, project: Path, kg_in) -> None:
    verb, _, rest = line.partition(" ")
    arguments = [verb, *([rest] if verb == "query" else rest.split())]
    outcome = kg_in(*arguments, cwd=project, stdout="/dev/full")
    assert "Traceback" not in outcome.err
    assert (outcome.status, outcome.found) == (3, [("X703", "")]), outcome.err


def test_messages_to_a_full_disk_keep_the_exit_status(project: Path, kg_in) -> None:
    (project / MAPPING).write_text("zz: 1\n")
    assert kg_in("build", cwd=project, stderr="/dev/full").status == 1
    assert kg_in("check", cwd=project, stdout="/dev/full", stderr="/dev/full").status in (1, 3)


@pytest.mark.parametrize("line", [*TOLD, "query -", "build"])
def test_closed_streams(line: str, project: Path, kg_in) -> None:
    closed = kg_in(*line.split(), cwd=project, stdin=None, stdout=None)
    assert "Traceback" not in closed.err
    assert closed.status in (0, 1, 3), closed.err
    assert kg_in(*line.split(), cwd=project, stdout=None, stderr=None).status in (0, 1, 3)


WRITTEN = ("export -F nq", "check --format json", f"query -F json {COUNT}")


def verb_of(line: str) -> list[str]:
    """The words of a command line; a query is one."""
    head, query, rest = line.partition("SELECT")
    return head.split() + ([query + rest] if query else [])


@pytest.mark.parametrize("before", ["", "what was there"])
@pytest.mark.parametrize("line", WRITTEN)
def test_a_file_on_a_full_disk_is_whole_or_as_it_was(
    line: str, before: str, project: Path, small_disk: tuple[Path, dict[str, int]], refused
) -> None:
    place, limit = small_disk
    out = place / "out.nq"
    if before:
        out.write_text(before)
    filler = place / "filler"  # all of it but a page
    filler.write_bytes(bytes(shutil.disk_usage(place).free - 4096) if not limit else b"")
    limit = {"largest": 16} if limit else {}
    verb = verb_of(f"check --format json -o {out}" if "check" in line else f"{line} -o {out}")
    (project / MAPPING).write_text("zz: 1\n" * 200)  # a report of more than a page
    if "query" in line:
        verb = [*verb_of(f"query -F json -o {out}"), ALL]
    refused(*verb, cwd=project, expected="X703", **limit)
    assert sorted(path.name for path in place.iterdir()) == (
        ["filler", "out.nq"] if before else ["filler"]
    )
    assert not before or out.read_text() == before


@pytest.mark.parametrize("path", ["/dev/full", "gone/out.nq", ".", "seeds"])
def test_export_to_what_takes_nothing(path: str, project: Path, refused) -> None:
    refused("export", "-F", "nq", "-o", path, cwd=project, expected="X703")


# Moments


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_an_ended_build_leaves_the_previous_one(sent: int, project: Path, kg_in) -> None:
    draw = random.Random(sent)
    for number in range(6):
        (project / MAPPING).write_text(f"# {number}\n{CHANGED}")
        moment = draw.random() * 0.4
        before = (project / CURRENT).resolve()

        def end(process: int, moment: float = moment) -> None:
            time.sleep(moment)
            with suppress(ProcessLookupError):  # it has ended
                os.kill(process, sent)

        outcome = kg_in("build", cwd=project, started=end, leaving=True)
        assert "Traceback" not in outcome.err, outcome.err
        # One that is ended in its last moments has put its build in place, whole.
        assert (project / CURRENT).resolve() in {before, *finished(project)}
        assert kg_in("query", COUNT, cwd=project).status == 0
    assert kg_in("build", cwd=project).status == 0
    assert len(generations(project)) <= 2


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("line", [*WRITTEN, "build"])
def test_no_draft_is_left_by_ctrl_c(line: str, sent: int, project: Path, kg_in) -> None:
    """At any moment: the file is whole, or not there; nothing else is there."""
    draw = random.Random(f"{line} {sent}")
    before = {path.name for path in project.iterdir()}
    verb = verb_of(line)
    for _ in range(8):
        (project / MAPPING).write_text(f"# {draw.random()}\n{CHANGED}")
        moment = draw.random() * 0.15

        def end(process: int, moment: float = moment) -> None:
            time.sleep(moment)
            with suppress(ProcessLookupError):  # it has ended
                os.kill(process, sent)

        target = [] if line == "build" else ["-o", "out.nq"]
        outcome = kg_in(*verb, *target, cwd=project, started=end, leaving=True)
        assert "Traceback" not in outcome.err, outcome.err
        assert {path.name for path in project.iterdir()} - before <= {"out.nq"}
        assert outcome.status or target == [] or (project / "out.nq").stat().st_size
        (project / "out.nq").unlink(missing_ok=True)


def test_a_build_goes_on_when_the_one_that_it_waits_for_is_killed(project: Path, root) -> None:
    command = [sys.executable, "-m", "kg", "build"]
    options = {
        "cwd": project,
        "env": {**os.environ, "PYTHONPATH": str(root)},
        "stdout": subprocess.PIPE,
        "stderr": subprocess.PIPE,
        "text": True,
    }
    (project / MAPPING).write_text(CHANGED)
    first = subprocess.Popen(command, **options)
    while len(generations(project)) < 2 and first.poll() is None:
        time.sleep(0.001)
    os.kill(first.pid, signal.SIGSTOP)  # at work, and holding the lock
    second = subprocess.Popen(command, **options)
    assert second.stderr
    assert second.stderr.readline() == "waiting for another build\n"
    first.kill()
    first.communicate()
    out, err = second.communicate(timeout=120)
    assert (second.returncode, err) == (0, "")
    assert "build/: kg.ttl" in out
    assert len(generations(project)) <= 2, "remains pile up"


def test_a_working_folder_that_is_gone(tmp_path: Path, kg_in) -> None:
    for arguments in VERBS.values():
        gone = tmp_path / "gone"
        gone.mkdir()
        outcome = kg_in(*arguments, cwd=gone, without_folder=True)
        assert "Traceback" not in outcome.err
        assert outcome.status in (2, 3), outcome.err


# What is asked


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (b"SELECT \xff", "D101 <query>"),
        ("SELECT ?s { " * 3000, "Q601 <query>:1:"),
        ("SELECT ?n { BIND(" + "!" * 60_000 + "1 AS ?n) }", "Q601 <query>:1:"),
        ("SELECT * { ?s ?p ?o " + "MINUS {?s ?p ?o} " * 5000 + "}", "Q601 <query>:1:"),
        ("SELECT * { ?s " + "|".join(["<a:b>"] * 20_000) + " ?o }", "Q601 <query>:1:"),
        ("SELECT * { " + "{?s ?p ?o} UNION " * 20_000 + "{} }", "Q601 <query>:1:"),
        (
            f"SELECT * {{ {' '.join(f'?v{n} ?p ?v{n + 1} .' for n in range(1000))} }}",
            "Q601 <query>:1:",
        ),
        (f"SELECT * {{ ?s ?p {', '.join(f'?v{n}' for n in range(1000))} }}", "Q601 <query>:1:"),
        ("SELECT * { ?s ?p \ud800 }", "Q601 <query>"),
        ("\ufeff\u202eSELECT", "Q601 <query>"),
        ("", "Q601 <query>"),
        ("DROP ALL", "Q601 <query>:1:1"),
        ("LOAD <file:///etc/passwd>", "Q601 <query>:1:1"),
        (
            "SELECT * FROM <file:///etc/passwd> { SERVICE <http://127.0.0.1:9/> {} }",
            "Q605 <query>:1:",
        ),
    ],
    ids=range(14),
)
def test_a_hostile_query(query: str | bytes, expected: str, project: Path, refused) -> None:
    text = query if isinstance(query, bytes) else query.encode(errors="surrogatepass")
    if "\ud800" in str(query):
        expected = "D101 <query>"
    refused("query", "-", cwd=project, stdin=text, expected=expected.replace("<query>", "<stdin>"))
    if len(text) < 100_000:
        refused("query", text, cwd=project, expected=expected)


def test_many_values_are_no_nesting(project: Path, kg_in) -> None:
    query = f"SELECT (COUNT(*) AS ?n) {{ VALUES (?a ?b) {{ {'(1 2) ' * 5000} }} }}"
    assert kg_in("query", query, cwd=project).out == b"?n\n5000\n"


@pytest.mark.parametrize("file", ["/dev/zero", ".", "gone.rq", "/dev/full"])
def test_a_query_file_that_is_none(file: str, project: Path, kg_in) -> None:
    outcome = kg_in("query", "-f", file, cwd=project)
    assert "Traceback" not in outcome.err
    assert outcome.status in (1, 3)
    assert outcome.found[0][0] in ("D107", "X703")


@pytest.mark.parametrize("width", ["wide", "0", "-5", "1", "9" * 30])
def test_widths_of_terminals(width: str, project: Path, kg_in) -> None:
    outcome = kg_in("query", "-F", "table", COUNT, cwd=project, COLUMNS=width)
    assert outcome.status == 0, outcome.err


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_encodings_of_terminals(encoding: str, project: Path, kg_in) -> None:
    (project / "mappings/tower.yaml").write_text("événements: “…” 🔭\n")
    for arguments in (
        ("check",),
        ("check", "--format", "json"),
        ("coverage",),
        ("expand", "tower"),
    ):
        outcome = kg_in(*arguments, cwd=project, PYTHONIOENCODING=encoding)
        assert "Traceback" not in outcome.err
        assert outcome.status == 1


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "..", "", "\x00"[:0], "a" * 5000, "\udcff"]
)
@pytest.mark.parametrize("verb", ["expand", "coverage", "show", "why"])
def test_names_that_lead_elsewhere(verb: str, name: str, project: Path, kg_in, seen) -> None:
    before = seen(project)
    outcome = kg_in(verb, name, cwd=project)
    assert "Traceback" not in outcome.err
    assert outcome.status in (1, 2, 3), outcome.err
    assert "root:" not in outcome.out.decode()
    assert seen(project) == before


# What is odd and yet right


def test_words_reach_the_graph_as_written(project: Path, kg_in) -> None:
    """What YAML 1.1 takes for false, for numbers, for times and for dates."""
    values = ["no", "12:30", "0123", "1e3", "2025-02-12", "~", "null", "0x1F", ".inf", "=", "<<"]
    events = "".join(
        f"  event-{n}: {{a: Event, code: '{value}', motto: {value}, "
        "quote: Ada Brandt met Iven Holm at the old tower}\n"
        for n, value in enumerate(values)
    )
    (project / MAPPING).write_text(
        f"article: {{date: 'Wednesday, 12 February 2025'}}\nevents:\n{events}"
    )
    outcome = kg_in("build", cwd=project)
    assert outcome.status == 0, outcome.err
    quads = list(parse(path=str(project / CURRENT / "articles/tower.nq"), format=RdfFormat.N_QUADS))
    for name in ("code", "motto"):
        found = [q.object for q in quads if q.predicate.value.endswith(f"#{name}")]
        assert sorted(o.value for o in found if isinstance(o, Literal)) == sorted(values)


SCRIPTS = {
    "right-to-left": "قال العميد: “نلتقي” ثم غادر.",
    "combining": "Zoe\u0301 dit «\u202foui\u202f» a\u0300 midi.",
    "emoji": "🔭👩\u200d🔬 The dome 👩\u200d🔬🔭 opens 🇮🇷.",
    "joined": "می\u200cخواهم بروم.",
    "beyond": "𝔄𝔡𝔞 met 𝔅 at 𝟙𝟚.",
    "paragraphs": "One line ends\n\nand another\r\n\r\nbegins\rhere.",
    "separators": "One\u2028two\u2029three\u0085four.",
    "controls": "Bell \x07 and escape \x1b[31m stand here.",
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_spans_of_all_scripts_are_exact(name: str, project: Path, kg_in) -> None:
    """The whole article quoted, its white space folded: the span is its exact characters."""
    text = SCRIPTS[name]
    quote = json.dumps(" ".join(text.split()), ensure_ascii=False)
    (project / "seeds/tower.txt").write_bytes(text.encode())
    (project / MAPPING).write_text(
        f"remarks:\n- speaker: ada-brandt\n  tone: calm\n  quote: {quote}\n"
    )
    outcome = kg_in("build", cwd=project)
    assert outcome.status == 0, outcome.err
    quads = list(parse(path=str(project / CURRENT / "articles/tower.nq"), format=RdfFormat.N_QUADS))
    exact = {q.object.value for q in quads if q.predicate.value.endswith("#exact")}
    assert text in exact
    assert kg_in("export", "-F", "ttl", cwd=project).status == 0


def test_two_thousand_articles_without_a_mapping(project: Path, kg_in) -> None:
    for number in range(2000):
        (project / f"seeds/many-{number}.txt").write_text("Words.\n")
    outcome = kg_in("check", cwd=project)
    assert outcome.status == 0
    assert outcome.err.count("S102") >= 2000


CIRCLES = {
    "broader": (
        "mappings/authority/more.yaml",
        "subjects:\n  a: {label: a, broader: b}\n  b: {label: b, broader: a}\n",
        None,
    ),
    "part": (
        MAPPING,
        "events:\n"
        + "".join(
            f"  {one}: {{a: Event, part: {other}, quote: Brandt said after the meeting}}\n"
            for one, other in (("one", "two"), ("two", "one"))
        ),
        "R501",
    ),
    "part-of-itself": (
        MAPPING,
        "events:\n  one: {a: Event, part: one, quote: Brandt said after the meeting}\n",
        "R501",
    ),
    "classes": (
        "ontology/odd.ttl",
        "@prefix : <https://example.org/case/ontology#> . "
        "@prefix owl: <http://www.w3.org/2002/07/owl#> . "
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> ."
        ":A a owl:Class ; rdfs:subClassOf :B . :B a owl:Class ; rdfs:subClassOf :A ."
        ":p a owl:ObjectProperty ; rdfs:subPropertyOf :q ; owl:inverseOf :q ."
        ":q a owl:ObjectProperty ; rdfs:subPropertyOf :p .",
        None,
    ),
}


@pytest.mark.parametrize("name", CIRCLES)
def test_circles_end(name: str, project: Path, kg_in) -> None:
    file, content, code = CIRCLES[name]
    (project / file).write_text(content)
    outcome = kg_in("build", cwd=project)
    assert "Traceback" not in outcome.err
    assert outcome.status == (1 if code else 0), outcome.err
    assert not code or code in [found for found, _ in outcome.found]


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory, finished: Path, kg_in) -> Path:
    """A thousand events, each part of the next; where the last one was, all of them were."""
    folder = tmp_path_factory.mktemp("chain") / "project"
    shutil.copytree(finished, folder, symlinks=True)
    (folder / "ontology/odd.ttl").write_text(
        "@prefix : <https://example.org/case/ontology#> . "
        "@prefix owl: <http://www.w3.org/2002/07/owl#> . "
        ":place owl:propertyChainAxiom ( :part :place ) ."
    )
    said = [f"part: e{n + 1}" for n in range(999)] + ["place: vessel-hill"]
    events = (
        f"  e{n}: {{a: Event, {what}, quote: Brandt said after the meeting}}\n"
        for n, what in enumerate(said)
    )
    (folder / MAPPING).write_text("events:\n" + "".join(events))
    outcome = kg_in("build", cwd=folder)
    assert outcome.status == 0, outcome.err
    return folder


@pytest.mark.parametrize(
    "line",
    [
        "why e0",
        "why e0 place vessel-hill",
        "why e0 place -F json",
        "why -q ASKED",
        "query --evidence -F json ASKED",
        "show e0",
        "show vessel-hill",
    ],
)
def test_a_chain_of_a_thousand_links_is_explained_to_its_end(line: str, chain, kg_in) -> None:
    asked = "SELECT ?place { <event/e0> club:place ?place }"
    arguments = [asked if word == "ASKED" else word for word in line.split()]
    outcome = kg_in(*arguments, cwd=chain)
    assert (outcome.status, outcome.err) == (0, "")
    if "place" in line or "ASKED" in line:
        assert "Brandt said after the meeting" in outcome.out.decode()
    if line == "why e0 place vessel-hill":
        text = outcome.out.decode()
        assert "… and 990 steps more, from:" in text
        assert "mappings/tower.yaml:1001:" in text
    if line.endswith("place -F json"):
        assert '"between": 990' in outcome.out.decode()
