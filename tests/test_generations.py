"""Builds replace one another whole: killed at whatever moment, locked, swapped under a reader."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from filelock import FileLock

from kg.diagnostics import Unavailable
from kg.project.freshness import PARTS
from kg.project.generations import generation, locked

# Builds a generation of three files and dies by SIGKILL at the n-th event of the file system.
KILLED = """
import os, signal, sys
from pathlib import Path
from kg.project.freshness import PARTS
from kg.project.generations import generation, locked

build, text, last = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
EVENTS = ("open", "os.mkdir", "os.rename", "os.symlink", "os.remove", "os.rmdir", "os.listdir",
          "os.scandir", "os.unlink", "shutil.rmtree", "tempfile.mkdtemp")
count = 0

def die(event, arguments):
    global count
    if event in EVENTS and (count := count + 1) > last:
        os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(die)
with locked(build, -1, lambda: None), generation(build, PARTS) as draft:
    for name in ("kg.ttl", "manifest.json"):
        (draft / name).write_text(text)
    (draft / "store").mkdir()
    (draft / "store" / "data").write_text(text)
"""


def write(build: Path, text: str) -> None:
    with locked(build, -1, lambda: None), generation(build, PARTS) as draft:
        for name in ("kg.ttl", "manifest.json"):
            (draft / name).write_text(text)
        (draft / "store").mkdir()
        (draft / "store" / "data").write_text(text)


def read(build: Path) -> set[str]:
    """What the files of the current build say; one text if it is whole."""
    current = (build / "current").resolve(strict=True)
    return {(current / name).read_text() for name in ("kg.ttl", "manifest.json", "store/data")}


def test_killed_at_every_event_of_the_file_system(tmp_path: Path, root: Path) -> None:
    build = tmp_path / "build"
    write(build, "0")
    before, moment, seen = "0", 0, set()
    while True:
        text = str(moment + 1)
        done = subprocess.run(
            [sys.executable, "-c", KILLED, str(build), text, str(moment)],
            env={**os.environ, "PYTHONPATH": str(root)},
            check=False,
        )
        assert read(build) in ({before}, {text})
        seen.add(read(build) == {text})
        before = next(iter(read(build)))
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL
        moment += 1
    assert moment >= 15, "the file system was hardly used"
    assert seen == {True, False}, "no kill fell before the swap, or none after it"
    assert (build / "kg.ttl").read_text() == before


def test_a_failing_build_leaves_the_previous_one(tmp_path: Path) -> None:
    write(tmp_path / "build", "old")

    def fail() -> None:
        with generation(tmp_path / "build", PARTS) as draft:
            (draft / "kg.ttl").write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert read(tmp_path / "build") == {"old"}
    assert len(list((tmp_path / "build/.generations").iterdir())) == 1


def test_remains_of_killed_builds_go(tmp_path: Path) -> None:
    write(tmp_path / "build", "old")
    remains = tmp_path / "build/.generations/killed"
    remains.mkdir()
    (remains / "kg.ttl").write_text("half")
    write(tmp_path / "build", "new")
    assert not remains.exists()
    assert read(tmp_path / "build") == {"new"}


def test_what_people_look_for_stands_beside_current(tmp_path: Path) -> None:
    write(tmp_path / "build", "old")
    write(tmp_path / "build", "new")
    assert (tmp_path / "build/kg.ttl").read_text() == "new"
    assert (tmp_path / "build/store/data").read_text() == "new"
    assert (tmp_path / "build/.gitignore").read_text() == "*\n"
    left = sorted(path.name for path in (tmp_path / "build").iterdir())
    assert not [name for name in left if name.endswith((".link", ".part"))]


def test_a_reader_never_sees_two_builds_or_none(tmp_path: Path) -> None:
    build = tmp_path / "build"
    write(build, "0")
    stop = threading.Event()
    seen: list[set[str]] = []
    absent: list[OSError] = []

    def look() -> None:
        while not stop.is_set():
            try:
                folder = build / (build / "current").readlink()
            except OSError as error:
                absent.append(error)
                continue
            with suppress(FileNotFoundError):  # two builds later its folder goes
                seen.append({(folder / name).read_text() for name in ("kg.ttl", "manifest.json")})

    readers = [threading.Thread(target=look) for _ in range(2)]
    for reader in readers:
        reader.start()
    for number in range(1, 60):
        write(build, str(number))
    stop.set()
    for reader in readers:
        reader.join()
    assert absent == []
    assert all(len(texts) == 1 for texts in seen)
    assert len({min(texts) for texts in seen}) > 1, "no swap fell between two readings"


def test_the_second_waits_for_the_first(tmp_path: Path) -> None:
    held, waited = threading.Event(), threading.Event()

    def first() -> None:
        with locked(tmp_path, 0, lambda: pytest.fail("nobody was there")):
            held.set()
            assert waited.wait(10)

    thread = threading.Thread(target=first)
    thread.start()
    assert held.wait(10)
    with locked(tmp_path, -1, waited.set):
        assert waited.is_set()
    thread.join()


def test_who_waits_too_long_is_told(tmp_path: Path) -> None:
    with (
        FileLock(tmp_path / ".lock"),
        pytest.raises(Unavailable) as raised,
        locked(tmp_path, 0.1, lambda: None),
    ):
        pass
    assert [finding.code for finding in raised.value.diagnostics] == ["X704"]
    assert raised.value.exit_status == 3


def test_the_lock_is_let_go_when_a_build_fails(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), locked(tmp_path, 0, lambda: None):
        raise ZeroDivisionError
    with locked(tmp_path, 0, lambda: pytest.fail("still locked")):
        pass


def test_a_build_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "build").write_text("")
    with pytest.raises(Unavailable) as raised, locked(tmp_path / "build", 0, lambda: None):
        pass
    assert [finding.code for finding in raised.value.diagnostics] == ["X703"]


def test_what_stands_in_the_way_of_a_link_is_refused(tmp_path: Path) -> None:
    """A folder of that name is somebody's: it is not removed."""
    (tmp_path / "build/kg.ttl").mkdir(parents=True)
    with pytest.raises(Unavailable) as raised:
        write(tmp_path / "build", "new")
    assert [finding.code for finding in raised.value.diagnostics] == ["X703"]
    assert (tmp_path / "build/kg.ttl").is_dir()


def test_others_may_read_a_build_if_they_may_read_its_folder(tmp_path: Path) -> None:
    build = tmp_path / "build"
    build.mkdir(mode=0o755)
    build.chmod(0o755)
    with generation(build, PARTS) as draft:
        pass
    assert draft.stat().st_mode & 0o777 == 0o755
