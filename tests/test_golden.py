"""Whole outputs of commands over the real build, as files that a person has read.

Each file of `tests/golden` begins with the command. `--update-cases` writes what comes now.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest

FILES = sorted((Path(__file__).parent / "golden").glob("*.txt"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_output_is_the_one_that_was_read(
    path: Path, real: Any, kg: Any, request: pytest.FixtureRequest
) -> None:
    first, _, expected = path.read_text(encoding="utf-8").partition("\n")
    arguments = shlex.split(first.removeprefix("$ kg "))
    result = kg(*arguments, folder=real.folder, env={"COLUMNS": "100"})
    lines = (line.rstrip() for line in (result.stdout + result.stderr).split("\n"))
    found = "\n".join(lines)
    if request.config.getoption("--update-cases"):
        path.write_text(f"{first}\n{found}", encoding="utf-8")
    assert found == expected


def test_there_are_outputs() -> None:
    assert len(FILES) >= 10
