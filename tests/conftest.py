"""What tests share: golden cases as projects, the command `kg`, one build of the real articles."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pexpect
import pyte
import pytest

from kg.diagnostics import ContentError, Diagnostic
from kg.findings.rendering import render
from kg.project.freshness import fingerprint
from kg.project.manifest import FORMAT, write_manifest
from kg.project.settings import load_project
from kg.project.shelves import (
    ARTICLES,
    NQUADS,
    ORIGINS,
    RECORDS,
    Records,
    dump_records,
    read_records,
)

ROOT = Path(__file__).resolve().parent.parent
CASES = ROOT / "tests" / "cases"
BASE = CASES / "_base"
TEXT_LAYER = ("ontology/text.ttl", "ontology/shapes/text.ttl")
LINES, COLUMNS = 40, 120
INPUTS = ("pyproject.toml", "seeds", "mappings", "ontology")

Layout = Callable[..., Path]
Command = Callable[..., subprocess.CompletedProcess[str]]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-cases",
        action="store_true",
        help="write what cases give now over what they expect; read the diff before you commit",
    )


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


def lay_out(folder: Path, *overlays: Path, files: Mapping[str, str | bytes] | None = None) -> Path:
    """A project of the golden cases: the base, the text layer, then overlays, then single files."""
    shutil.copytree(BASE, folder, dirs_exist_ok=True)
    for name in TEXT_LAYER:
        shutil.copyfile(ROOT / name, folder / name)
    shapes = _shape_files(folder)
    for overlay in overlays:
        shutil.copytree(overlay, folder, dirs_exist_ok=True)
    for name, content in (files or {}).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    if _shape_files(folder) == shapes:
        _pass_shapes(folder)
    return folder


def _shape_files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "ontology/shapes").iterdir()}


def _pass_shapes(folder: Path) -> None:
    """Say that the base's own shapes are legal: checking them takes three seconds a case."""
    try:
        digest = fingerprint(load_project(folder)).of("ontology/shapes/")
    except ContentError:
        return
    current = folder / "build" / "current"
    current.mkdir(parents=True)
    empty: dict[str, Any] = {"files": {}, "articles": [], "shelves": {}}
    write_manifest(current, {"format": FORMAT, "shapes": digest, **empty})


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest() if path.exists() else ""


def _settle(build: Path, **said: Any) -> None:
    """Write manifest and records of a build whose files were changed, as if it had written them.

    Args:
        build: the folder, with a manifest or without.
        said: what the manifest shall say otherwise.
    """
    file = build / "manifest.json"
    manifest = json.loads(file.read_bytes()) if file.exists() else {"format": FORMAT}
    names = {*manifest.get("files", {}), *(path.name for path in build.glob(f"*{NQUADS}"))}
    files = {name: _digest(build / name) for name in sorted(names) if (build / name).exists()}
    shelf = build / ARTICLES
    shelf.mkdir(exist_ok=True)
    known = read_records(shelf / RECORDS).articles if (shelf / RECORDS).exists() else {}
    stems = sorted(path.stem for path in shelf.glob(f"*{NQUADS}"))
    records = {
        stem: {
            "inputs": ["", ""],
            **known.get(stem, {}),
            "files": [_digest(shelf / f"{stem}{end}") for end in (NQUADS, ORIGINS)],
        }
        for stem in stems
    }
    (shelf / RECORDS).write_bytes(dump_records(Records("", records)))
    manifest |= {
        "files": files,
        "articles": stems,
        "shelves": {"": _digest(shelf / RECORDS)},
        **said,
    }
    write_manifest(build, manifest)


@pytest.fixture(scope="session")
def settle() -> Callable[..., None]:
    """Have a build whose files were changed be as if it had written them."""
    return _settle


@pytest.fixture
def lay(tmp_path: Path) -> Layout:
    """Lay out a project: `lay(*overlays, files={...})`, each time in a new folder."""
    numbers = iter(range(100))

    def place(*overlays: Path, files: Mapping[str, str | bytes] | None = None) -> Path:
        return lay_out(tmp_path / f"project-{next(numbers)}", *overlays, files=files)

    return place


@pytest.fixture(scope="module")
def quick() -> Iterator[None]:
    """Leave out what takes seconds and is the same in every build, as `quick_kg.py` does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kg.building.flow.check_shapes", lambda _: [])
        patch.setattr("kg.reasoning.entailment.find_java", lambda: None)
        yield


@pytest.fixture(scope="session")
def laid_out() -> Layout:
    """Lay out a project in a folder of one's own: `laid_out(folder, *overlays, files={...})`."""
    return lay_out


@pytest.fixture(scope="session")
def plain() -> Callable[[list[Diagnostic] | tuple[Diagnostic, ...], Path], str]:
    """Findings as the terminal shows them, without colour."""
    return lambda findings, folder: render(findings, folder) + "\n"


def environment(**changes: str) -> dict[str, str]:
    """The environment of a subprocess that runs this checkout, whatever is installed."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", **changes}


@pytest.fixture(scope="session")
def kg() -> Command:
    """Run the command in a process of its own: `kg("build", folder=..., env={...})`."""

    def run(
        *arguments: str, folder: Path, env: dict[str, str] | None = None, stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "kg", *arguments],
            cwd=folder,
            env=environment(**(env or {})),
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=300,
            check=False,
        )

    return run


def copy_inputs(target: Path, order: Callable[[list[Path]], list[Path]] = sorted) -> Path:
    """The inputs of the real project in another folder, its files created in a chosen order."""
    files = [ROOT / name for name in INPUTS if (ROOT / name).is_file()]
    for name in INPUTS:
        files += [path for path in (ROOT / name).rglob("*") if path.is_file()]
    for path in order(files):
        copy = target / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    return target


@pytest.fixture(scope="session")
def copy_project() -> Callable[..., Path]:
    """Copy the inputs of the real project: `copy_project(folder, order)`."""
    return copy_inputs


@dataclass(frozen=True)
class RealBuild:
    """The five articles, built once from nothing in a temporary folder. Tests only read it."""

    folder: Path
    output: str
    seconds: float

    @property
    def current(self) -> Path:
        """The folder of the finished build."""
        return (self.folder / "build" / "current").resolve()


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory, kg: Command) -> RealBuild:
    """The build that the whole session shares."""
    folder = copy_inputs(tmp_path_factory.mktemp("real"))
    start = time.perf_counter()
    result = kg("build", folder=folder, env={"PYTHONHASHSEED": "1", "TZ": "UTC", "LC_ALL": "C"})
    assert result.returncode == 0, result.stderr + result.stdout
    return RealBuild(folder, result.stdout, time.perf_counter() - start)


class Terminal:
    """A program on a pseudo-terminal, and what its user would see."""

    def __init__(self, command: list[str], folder: Path, env: Mapping[str, str]) -> None:
        self.child = pexpect.spawn(
            command[0], command[1:], cwd=folder, env=dict(env), dimensions=(LINES, COLUMNS)
        )
        self.screen = pyte.Screen(COLUMNS, LINES)
        # Editors of lines ask where the cursor is.
        self.screen.write_process_input = self.child.send
        self.stream = pyte.ByteStream(self.screen)

    @property
    def text(self) -> str:
        """What is on the screen."""
        return "\n".join(line.rstrip() for line in self.screen.display).rstrip()

    def type(self, keys: str) -> None:
        """Press keys, one after another."""
        self.child.send(keys)

    def await_(self, wanted: Callable[[str], object] | str) -> str:
        """Wait until the screen shows something, and return all that it shows."""
        shows = (lambda text: wanted in text) if isinstance(wanted, str) else wanted
        deadline = time.monotonic() + 30
        while not shows(self.text):
            assert time.monotonic() < deadline, f"not on the screen: {wanted}\n{self.text}"
            self._read()
        return self.text

    def _read(self) -> None:
        try:
            self.stream.feed(self.child.read_nonblocking(4096, timeout=0.1))
        except pexpect.TIMEOUT:
            return
        except pexpect.EOF:
            pytest.fail(f"the program has ended\n{self.text}")

    def end(self) -> int | None:
        """Wait for the end of the program; its exit status, if it ended by itself."""
        self.child.expect(pexpect.EOF, timeout=60)
        self.stream.feed(self.child.before)
        self.child.close()
        return self.child.exitstatus


@pytest.fixture
def terminal() -> Iterator[Callable[..., Terminal]]:
    """Start a program on a terminal: `terminal(command, folder=..., env={...})`."""
    started: list[Terminal] = []

    def start(command: list[str], folder: Path, env: dict[str, str] | None = None) -> Terminal:
        changes = {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **(env or {})}
        started.append(Terminal(command, folder, environment(**changes)))
        return started[-1]

    yield start
    for each in started:
        each.child.close(force=True)
