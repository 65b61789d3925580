"""Everything that the documents show is run, and its output compared.

The examples of the catalogue of findings are what golden cases give. Elsewhere, a `console` block
holds commands behind `$ ` and their output; they run in order, in a copy of the project, on a
pseudo-terminal of 100 columns. A line `...` stands for any lines, and what a build prints of its
durations is not compared. `python tests/test_docs.py` writes all of that anew.
"""

from __future__ import annotations

import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from dataclasses import dataclass
from fcntl import ioctl
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [
    "README.md",
    *(f"kg/docs/{name}.md" for name in ("diff", "export", "query", "shell", "why")),
]
CATALOGUE = ROOT / "kg/docs/errors.md"
CASES = ROOT / "tests/cases"
EXAMPLE = re.compile(r"^(<!-- case: (\S+) -->\n)(.*?)<!-- end -->\n", re.MULTILINE | re.DOTALL)
LANGUAGES = {".yaml": "yaml", ".ttl": "turtle", ".rq": "sparql", ".toml": "toml", ".txt": "text"}
AROUND = 8  # lines of a file before and after the place of a finding
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PYTHON = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHELL = re.compile(r"^```sh\n(.*?)\n```$", re.MULTILINE | re.DOTALL)
DURATION = re.compile(r"(?:(?<=  ) +)?\d+\.\d+ (m?s)\b")
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
COLUMNS = 100


@dataclass
class Session:
    """A copy of the project in which commands run one after another."""

    folder: Path

    def run(self, command: str) -> str:
        """What a person would see: standard output on a terminal, then messages."""
        ours, theirs = pty.openpty()
        ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, COLUMNS, 0, 0))
        process = subprocess.Popen(
            ["bash", "-c", command],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=theirs,
            stderr=subprocess.STDOUT if "check" in command else subprocess.PIPE,
            env=os.environ | {"TERM": "dumb", "NO_COLOR": "1", "LC_ALL": "C.UTF-8"},
        )
        os.close(theirs)
        shown = b"".join(_read(ours)).decode()
        errors = process.communicate()[1] or b""
        return tidy(shown + errors.decode())


def _read(descriptor: int) -> Iterator[bytes]:
    while True:
        try:
            piece = os.read(descriptor, 65536)
        except OSError:  # the other end is closed
            piece = b""
        if not piece:
            os.close(descriptor)
            return
        yield piece


def tidy(text: str) -> str:
    """Without control sequences, ends of lines and durations, which differ from run to run."""
    lines = CONTROL.sub("", text).replace("\r\n", "\n").split("\n")
    kept = "\n".join(line.rstrip() for line in lines)
    return DURATION.sub(r"0.0 \1", kept).strip("\n")


def commands(block: str) -> list[tuple[str, str]]:
    """The commands of a block with the output shown for each."""
    parts = re.split(r"^\$ (.*)$", block, flags=re.MULTILINE)[1:]
    return [(parts[i], tidy(parts[i + 1])) for i in range(0, len(parts), 2)]


def matches(shown: str, found: str) -> bool:
    """Whether the output is the one shown, in which `...` stands for any lines."""
    pattern = "\n".join(
        r"(?:.*\n)*?.*" if line == "..." else re.escape(line) for line in shown.split("\n")
    )
    return re.fullmatch(pattern, found) is not None


# The catalogue of findings


def example(case: Path) -> str:
    """What a golden case shows: the lines that are at fault, the command, and what it says."""
    findings = (case / "expected.errors").read_text(encoding="utf-8")
    place = re.search(r"^  --> ([^:\n]+)(?::(\d+))?", findings, re.MULTILINE)
    shown = snippet(case / place[1], place[1], int(place[2] or 1)) if place else ""
    commands = ["kg check"]
    if (case / "command").is_file():
        commands = (case / "command").read_text(encoding="utf-8").splitlines()
    lines = "".join(f"$ {command}\n" for command in commands)
    return f"{shown}\n```console\n{lines}{findings}```\n\n"


def snippet(path: Path, name: str, line: int) -> str:
    """The lines of a file round a place; nothing if a reader of the page could not see them."""
    if not path.is_file() or path.suffix not in LANGUAGES:
        return ""
    lines = path.read_bytes().decode("utf-8", errors="replace").splitlines()
    first = max(0, line - AROUND)
    if not "".join(part := lines[first : line + AROUND]).isprintable():
        return ""
    text = "\n".join(part)
    return f"\n`{name}`\n\n```{LANGUAGES[path.suffix]}\n{text}\n```\n"


def with_examples(page: str) -> str:
    """The catalogue with the examples that the golden cases give now."""
    return EXAMPLE.sub(lambda m: f"{m[1]}{example(CASES / m[2])}<!-- end -->\n", page)


def test_examples_of_the_catalogue_are_golden_cases() -> None:
    page = CATALOGUE.read_text(encoding="utf-8")
    assert EXAMPLE.search(page)
    assert with_examples(page) == page, "run: python tests/test_docs.py"


def copy_project(place: Path) -> Session:
    folder = place / "project"
    folder.mkdir()
    for name in ("pyproject.toml", "seeds", "mappings", "ontology"):
        source = ROOT / name
        copy = shutil.copytree if source.is_dir() else shutil.copyfile
        copy(source, folder / name)
    return Session(folder)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_command_shown_gives_the_output_shown(document: str, tmp_path: Path) -> None:
    session = copy_project(tmp_path)
    blocks = BLOCK.findall((ROOT / document).read_text(encoding="utf-8"))
    assert blocks
    for command, shown in (pair for block in blocks for pair in commands(block)):
        found = session.run(command)
        assert matches(shown, found), f"$ {command}\n{found}\n--- shown:\n{shown}"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_python_example_runs(document: str, tmp_path: Path) -> None:
    session = copy_project(tmp_path)
    for example in PYTHON.findall((ROOT / document).read_text(encoding="utf-8")):
        done = subprocess.run(
            [sys.executable, "-c", example], cwd=session.folder, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines() == ["5", "True", "5", "mappings/authority/persons.yaml"]


def test_ci_runs_the_commands_of_the_readme() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    shown = SHELL.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    assert shown == ["pip install '.[all]' && kg build", "pip install '.[all,test]' && pytest"]
    for command in shown:
        assert f"pip install -q {command.removeprefix('pip install ')}\n" in script


def test_an_output_that_differs_is_seen() -> None:
    assert matches("a\n...\nd", "a\nb\nc\nd")
    assert not matches("a\n...\nd", "a\nb\nc\ne")
    assert not matches("2 rows", "3 rows")


def rewrite(document: Path, folder: Path) -> None:
    """Write the outputs of all commands into a document."""
    session = copy_project(folder)

    def replaced(match: re.Match[str]) -> str:
        lines = []
        for command, shown in commands(match[1]):
            found = session.run(command)
            shown = shown if shown and matches(shown, found) else found
            lines.append(f"$ {command}\n{shown}\n" if shown else f"$ {command}\n")
        return "```console\n" + "".join(lines) + "```"

    document.write_text(BLOCK.sub(replaced, document.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    from tempfile import TemporaryDirectory

    page = CATALOGUE.read_text(encoding="utf-8")
    CATALOGUE.write_text(with_examples(page), encoding="utf-8")
    for name in DOCUMENTS:
        with TemporaryDirectory() as place:
            rewrite(ROOT / name, Path(place))
