"""`kg build --watch`: a process that builds while files are edited, as its user sees it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, Queue
from threading import Thread

import pytest
from filelock import FileLock

PATIENCE = 60
MAPPING = "mappings/tower.yaml"
BUILT = "built, 1 of 1 articles anew"
NOT_BUILT = "not built; the build before stays as it was"
NOTHING = "nothing has changed since the last build"
EVENT = """article:
  date: Wednesday, 12 February 2025
events:
  dome-meeting:
    a: Meeting
    label: {label}
    participant: [ada-brandt, iven-holm]
    quote: Ada Brandt met Iven Holm at the old tower on Monday evening.
"""


class Watching:
    """A process that watches a project; its lines, findings included, in the order they come."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.folder = folder
        env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), "NO_COLOR": "1"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "kg", "build", "--watch", *arguments],
            cwd=folder,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[str] = []
        self._coming: Queue[str] = Queue()
        Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._coming.put(line.rstrip("\n"))
        self._coming.put("(ended)")

    def until(self, wanted: str) -> list[str]:
        """The lines up to one that has some words in it."""
        found: list[str] = []
        deadline = time.monotonic() + PATIENCE
        while not (found and wanted in found[-1]):
            try:
                found.append(self._coming.get(timeout=max(0, deadline - time.monotonic())))
            except Empty:
                pytest.fail(f"never said: {wanted}\n" + "\n".join(found))
        self.lines += found
        return found

    def save(self, name: str, content: str) -> None:
        (self.folder / name).write_text(content, encoding="utf-8")

    def interrupt(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=PATIENCE)


@pytest.fixture
def watching() -> Iterator[Callable[..., Watching]]:
    started: list[Watching] = []

    def start(folder: Path, *arguments: str) -> Watching:
        started.append(Watching(folder, *arguments))
        return started[-1]

    yield start
    for each in started:
        each.process.kill()
        each.process.wait()


@pytest.fixture(scope="module")
def built(tmp_path_factory, laid_out, kg) -> Path:
    folder = laid_out(tmp_path_factory.mktemp("built") / "project")
    shutil.rmtree(folder / "build")
    assert kg("build", folder=folder).returncode == 0
    return folder


@pytest.fixture
def project(built, tmp_path) -> Path:
    """A project with a build."""
    return shutil.copytree(built, tmp_path / "project", symlinks=True)


@pytest.fixture
def ready(watching, project) -> Watching:
    """It has built, or seen that there is nothing to do, and waits."""
    found = watching(project)
    found.until("waiting for changes; Ctrl-C ends this")
    return found


def content(kg, folder: Path) -> str:
    """All that a build says."""
    done = kg("export", "-F", "nq", "--ontology", folder=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout


def anew(kg, folder: Path, place: Path) -> str:
    """What a build from nothing of the same inputs says."""
    shutil.copytree(folder, place, ignore=shutil.ignore_patterns("build"))
    done = kg("build", folder=place)
    assert done.returncode == 0, done.stderr
    return content(kg, place)


def test_each_save_is_built_and_ends_in_what_a_build_from_nothing_gives(ready, kg, tmp_path):
    assert ready.lines[0].startswith("  1 articles, ")
    assert re.fullmatch(rf"\d\d:\d\d:\d\d  {NOTHING} \(\d+\.\d\d s\)", ready.lines[-2])
    ready.save(MAPPING, EVENT.format(label="A meeting"))
    line = rf"\d\d:\d\d:\d\d  {MAPPING}: {BUILT}: .* inferred \(\d+\.\d\d s\)"
    assert re.fullmatch(line, ready.until(BUILT)[-1])
    assert "A meeting" in content(kg, ready.folder)
    ready.save("seeds/other.txt", "Ada Brandt lives on Vessel Hill.\n")
    ready.until("seeds/other.txt: built, 0 of 1")
    ready.save("mappings/other.yaml", "article: {}\n")
    ready.until("mappings/other.yaml: built, 1 of 2")
    shared = ready.folder / "mappings/authority"
    shared.rename(ready.folder / "elsewhere")
    ready.until(NOT_BUILT)
    (ready.folder / "elsewhere").rename(shared)
    ready.until(NOTHING)
    authority = ready.folder / "mappings/authority/all.yaml"
    ready.save(
        "mappings/authority/all.yaml",
        authority.read_text().replace("label: comets", "label: stars"),
    )
    ready.until("mappings/authority/all.yaml: built, 0 of 2")
    (ready.folder / "mappings/other.yaml").unlink()
    ready.until("mappings/other.yaml: built, 0 of 1")
    assert content(kg, ready.folder) == anew(kg, ready.folder, tmp_path / "anew")


def test_errors_are_shown_as_a_build_shows_them_until_they_are_mended(ready, kg):
    before = content(kg, ready.folder)
    ready.save(MAPPING, EVENT.format(label="A meeting").replace("iven-holm", "iven-hom"))
    shown = ready.until(NOT_BUILT)
    told = kg("build", folder=ready.folder)
    assert shown[:-1] == told.stderr.splitlines()
    assert shown[0] == "error[M203]: individual `iven-hom` is not declared"
    assert content(kg, ready.folder) == before
    ready.save(MAPPING, EVENT.format(label="A meeting"))
    assert len(ready.until(BUILT)) == 1
    ready.save(MAPPING, EVENT.format(label="A meeting"))
    ready.until(f"{MAPPING}: {NOTHING}")


def test_settings_that_are_wrong_or_gone_do_not_end_it(ready):
    settings = ready.folder / "kg.toml"
    text = settings.read_text()
    ready.save("kg.toml", "base = [")
    assert "error[D106]" in ready.until(f"kg.toml: {NOT_BUILT}")[0]
    settings.unlink()
    assert "error[X701]" in ready.until(f"kg.toml: {NOT_BUILT}")[0]
    ready.save("kg.toml", text)
    ready.until(f"kg.toml: {NOTHING}")
    ready.save("kg.toml", text.replace("case/", "other/", 1))
    ready.until(f"kg.toml: {BUILT}")


def test_settings_may_be_wrong_from_the_start(watching, project):
    folder = project
    text = (folder / "kg.toml").read_text()
    (folder / "kg.toml").write_text("base = [")
    started = watching(folder)
    started.until("waiting for changes")
    assert "error[D106]" in started.lines[0]
    started.save("kg.toml", text)
    started.until(f"kg.toml: {NOTHING}")


def test_a_file_that_is_replaced_as_editors_do_is_one_change(ready):
    path = ready.folder / MAPPING
    (path.parent / ".tower.yaml.swp").write_text("swap")
    path.rename(path.with_name("tower.yaml~"))
    (path.parent / "4913").touch()
    (path.parent / "4913").unlink()
    (path.parent / "tower.yaml.tmp").write_text(EVENT.format(label="A meeting"))
    (path.parent / "tower.yaml.tmp").replace(path)
    path.with_name("tower.yaml~").unlink()
    (path.parent / ".tower.yaml.swp").unlink()
    # Where the machine is slow, the steps may be seen apart; in the end the file is built.
    assert BUILT in ready.until(f"  {MAPPING}: {BUILT}")[-1]


def test_hidden_files_and_the_build_folder_are_left_alone(ready):
    for name in ("mappings/.tower.yaml.swp", "mappings/tower.yaml~", "mappings/#tower.yaml#",
                 "build/x.yaml", "build/current/x.ttl", "notes.txt"):  # fmt: skip
        ready.save(name, "nothing to see")
        (ready.folder / name).unlink()
        time.sleep(0.2)  # a round for each, if there were any
    ready.save(MAPPING, EVENT.format(label="A meeting"))
    assert len(ready.until(f"{MAPPING}: {BUILT}")) == 1


def test_what_changes_during_a_build_is_built_next(watching, project, kg, tmp_path):
    folder = project
    shutil.rmtree(folder / "build")
    started = watching(folder)
    deadline = time.monotonic() + PATIENCE
    while not list(folder.glob("build/.generations/*/articles")):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    started.save(MAPPING, EVENT.format(label="A late meeting"))
    started.until(f"{MAPPING}: ")
    assert content(kg, folder) == anew(kg, folder, tmp_path / "anew")
    assert "A late meeting" in content(kg, folder)


def test_it_waits_for_other_builds_and_sees_what_they_did(ready, kg):
    lock = FileLock(ready.folder / "build/.lock")
    with lock:
        ready.save(MAPPING, EVENT.format(label="A meeting"))
        ready.until("waiting for another build")
    ready.until(f"{MAPPING}: {BUILT}")


def test_a_build_that_may_not_wait_is_told_and_the_next_save_is_built(watching, project):
    started = watching(project, "--wait", "0")
    started.until("waiting for changes")
    with FileLock(started.folder / "build/.lock"):
        started.save(MAPPING, EVENT.format(label="A meeting"))
        assert any("error[X704]" in line for line in started.until(NOT_BUILT))
    started.save(MAPPING, EVENT.format(label="Another meeting"))
    started.until(f"{MAPPING}: {BUILT}")


def test_force_is_for_the_first_build(watching, project):
    started = watching(project, "--force")
    started.until(BUILT)
    started.save("ontology/notes.md", "a document that is no input")
    started.until("ontology/notes.md: built, 0 of 1 articles anew")


def test_ctrl_c_ends_it_without_a_word(ready):
    assert ready.interrupt() == 130
    assert ready.until("(ended)") == ["(ended)"]
    with FileLock(ready.folder / "build/.lock").acquire(timeout=0):
        assert not list(ready.folder.glob("build/.generations/*.part"))


def test_ctrl_c_during_a_build_leaves_the_one_before(ready, kg):
    before = content(kg, ready.folder)
    with FileLock(ready.folder / "build/.lock"):
        ready.save(MAPPING, EVENT.format(label="A meeting"))
        ready.until("waiting for another build")
        assert ready.interrupt() == 130
    assert ready.until("(ended)") == ["(ended)"]
    assert content(kg, ready.folder) == before


def test_a_project_that_is_removed_ends_it(ready):
    shutil.rmtree(ready.folder)
    assert ready.process.wait(timeout=PATIENCE) == 3
    assert "error[X725]" in "\n".join(ready.until("(ended)"))


def test_a_folder_that_is_no_project_is_not_watched(watching, tmp_path):
    started = watching(tmp_path)
    assert started.process.wait(timeout=PATIENCE) == 3
    assert "error[X701]" in started.until("(ended)")[0]


def test_a_terminal_shows_the_last_round_alone(terminal, project):
    folder = project
    screen = terminal([sys.executable, "-m", "kg", "build", "--watch"], folder)
    screen.await_("waiting for changes")
    (folder / MAPPING).write_text("events: [")
    assert "error[D103]" in screen.await_(NOT_BUILT)
    (folder / MAPPING).write_text(EVENT.format(label="A meeting"))
    shown = screen.await_(BUILT)
    assert "error" not in shown
    assert "waiting for changes" not in shown


def test_nothing_but_text_goes_into_a_pipe(ready):
    ready.save(MAPPING, "events: [")
    ready.until(NOT_BUILT)
    ready.save(MAPPING, EVENT.format(label="A meeting"))
    ready.until(BUILT)
    assert not any("\x1b" in line for line in ready.lines)
