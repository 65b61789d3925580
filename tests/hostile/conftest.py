"""Hostile projects: each command in a process of its own, under limits, over a finished build."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest

NURSERY = Path(__file__).with_name("nursery.py")
MEMORY = 700
"""Mebibytes that no command may reach: the engine with all its libraries has 200."""
HEAD = re.compile(r"^(error|warning|note)\[([A-Z]\d{3})\]: (.*)(?:\n  --> (.*))?", re.MULTILINE)

Content = str | bytes | Callable[[Path], None]


@dataclass(frozen=True)
class Outcome:
    """What a command did: exit status, streams, peak memory."""

    status: int | None
    out: bytes
    err: str
    memory: int

    @property
    def found(self) -> list[tuple[str, str]]:
        """The code and the place of every error."""
        heads = HEAD.findall(self.err)
        return [(code, place) for severity, code, _, place in heads if severity == "error"]


class Nursery:
    """Runs commands in forks of a process that has the engine loaded."""

    def __init__(self, scratch: Path, root: Path) -> None:
        self.scratch = scratch
        environment = {**os.environ, "PYTHONPATH": str(root)}
        self.process = subprocess.Popen(
            [sys.executable, str(NURSERY)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __call__(
        self,
        *arguments: str | bytes,
        cwd: Path,
        stdin: bytes | str | None = b"",
        stdout: str | None = "",
        stderr: str | None = "",
        largest: int = 0,
        obeying: bool = False,
        without_folder: bool = False,
        leaving: bool = False,
        started: Callable[[int], None] = lambda _: None,
        **changes: str,
    ) -> Outcome:
        """Run `kg ARGUMENTS`; a stream that is None is closed, one that has a name is opened.

        Args:
            arguments: of the command line.
            cwd: where.
            stdin: its content, or the name of a file.
            stdout, stderr: names of files, such as /dev/full; empty to see what is written.
            largest: bytes that a file may have.
            obeying: modes of files hold, though tests run as root.
            without_folder: the working folder is gone.
            leaving: temporary files may be left, because the command is ended from outside.
            started: told the process id.
            changes: of the environment.
        """
        names = {name: self.scratch / name for name in ("stdin", "stdout", "stderr")}
        for path in names.values():
            path.write_bytes(b"")
        if isinstance(stdin, bytes):
            names["stdin"].write_bytes(stdin)
            stdin = str(names["stdin"])
        folder = self.scratch / "tmp"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        job = {
            "arguments": [os.fsencode(argument).hex() for argument in arguments],
            "cwd": str(cwd),
            "stdin": stdin,
            "stdout": str(names["stdout"]) if stdout == "" else stdout,
            "stderr": str(names["stderr"]) if stderr == "" else stderr,
            "largest": largest,
            "obeying": obeying,
            "without_folder": without_folder,
            "env": {**os.environ, "NO_COLOR": "1", "TMPDIR": str(folder), **changes},
        }
        assert self.process.stdin
        assert self.process.stdout
        print(json.dumps(job), file=self.process.stdin, flush=True)
        started(json.loads(self.process.stdout.readline())["pid"])
        ended = json.loads(self.process.stdout.readline())
        outcome = Outcome(
            ended["status"],
            names["stdout"].read_bytes(),
            names["stderr"].read_bytes().decode(errors="replace"),
            ended["memory"],
        )
        assert leaving or list(folder.iterdir()) == [], "temporary files are left"
        return outcome


@pytest.fixture(scope="session")
def kg_in(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Iterator[Nursery]:
    """Run a command: `kg_in("build", cwd=folder)`."""
    nursery = Nursery(tmp_path_factory.mktemp("nursery"), root)
    yield nursery
    nursery.process.communicate()


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory, laid_out, kg_in) -> Path:
    """The project of the golden cases with a finished build. Nobody changes it."""
    folder = laid_out(tmp_path_factory.mktemp("hostile") / "project")
    shutil.rmtree(folder / "build")
    (folder / "ontology/shapes/text.ttl").unlink()  # to check it takes three seconds a build
    outcome = kg_in("build", cwd=folder)
    assert outcome.status == 0, outcome.err
    return folder


@pytest.fixture
def project(tmp_path: Path, finished: Path) -> Path:
    """A copy of the finished project, for a test to spoil."""
    folder = tmp_path / "project"
    shutil.copytree(finished, folder, symlinks=True)
    return folder


def spoil(folder: Path, files: Mapping[str, Content | None]) -> None:
    """Put files into a project: text, bytes, None to remove one, or a function that makes one."""
    for name, content in files.items():
        path = folder / os.fsdecode(name)
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        path.unlink(missing_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        if callable(content):
            content(path)
        elif content is not None:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())


@pytest.fixture(scope="session")
def spoiling() -> Callable[[Path, Mapping[str, Content | None]], None]:
    """Put files into a project: `spoiling(folder, {name: content})`."""
    return spoil


def snapshot(folder: Path) -> dict[str, object]:
    """Everything in a folder: kinds, modes, contents, where links lead."""
    found: dict[str, object] = {}
    for parent, folders, files in os.walk(folder):
        for name in [*folders, *files]:
            path = Path(parent, name)
            status = path.lstat()
            content: object = status.st_size
            if path.is_symlink():
                content = str(path.readlink())
            elif stat.S_ISREG(status.st_mode) and status.st_size < 1 << 26:
                content = sha256(path.read_bytes()).hexdigest()
            elif stat.S_ISDIR(status.st_mode):
                content = ""
            found[os.path.relpath(path, folder)] = (status.st_mode, content)
    return found


@pytest.fixture(scope="session")
def seen() -> Callable[[Path], dict[str, object]]:
    """Everything in a folder, to compare: `seen(folder)`."""
    return snapshot


@pytest.fixture
def refused(kg_in: Nursery) -> Callable[..., Outcome]:
    """Run a command that must refuse, leave the folder as it was, and keep within bounds.

    `expected` has lines of a code and a place (a place may be left out) that must be among the
    errors; the exit status is that of the first code: 3 for `X`, 2 for X705, else 1.
    """

    def run(
        *arguments: str | bytes, cwd: Path, expected: str, status: int = 0, **options
    ) -> Outcome:
        before = snapshot(cwd)
        outcome = kg_in(*arguments, cwd=cwd, **options)
        told = f"{outcome.status}: {outcome.err[-3000:]}"
        assert "Traceback" not in outcome.err, told
        for line in expected.splitlines():
            code, _, place = line.partition(" ")
            same = [at for found, at in outcome.found if found == code]
            assert any(at == place or at.startswith(place) for at in same), f"no {line} in {told}"
        assert outcome.status == (status or _status(expected)), told
        assert outcome.memory < MEMORY, f"{outcome.memory} MiB"
        assert snapshot(cwd) == before, told
        return outcome

    return run


def _status(expected: str) -> int:
    if expected.startswith("X705"):
        return 2
    return 3 if expected.startswith("X") else 1
