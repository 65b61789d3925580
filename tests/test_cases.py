"""Golden cases: every folder of `tests/cases` is a project and what must come of it.

A case lays its files over `_base` and holds either `expected.nq`, the canonical N-Quads of all its
articles, or `expected.errors`, all findings as the terminal shows them. Adding one needs no Python.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from kg.checking import check
from kg.diagnostics import ContentError
from kg.project import load_project
from kg.workshop import Workshop

CASES = Path(__file__).parent / "cases"
EXPECTED = ("expected.nq", "expected.errors")
FOLDERS = sorted(
    path for path in CASES.iterdir() if path.is_dir() and not path.name.startswith("_")
)


def generated(folder: Path, plain: Callable[..., str]) -> tuple[str, str]:
    """The N-Quads of all articles of a project, or the findings of those that have any."""
    project = load_project(folder)
    workshop = Workshop(project)
    articles = [workshop.article(path.stem) for path in project.mappings()]
    if findings := [finding for article in articles for finding in article.findings]:
        return "expected.errors", plain(findings, folder)
    return "expected.nq", "".join(article.nquads.decode() for article in articles)


def checked(folder: Path, plain: Callable[..., str]) -> tuple[str, str]:
    """All findings on a project as `kg check` shows them; its N-Quads if there are none."""
    try:
        findings = check(folder)
    except ContentError as error:
        findings = error.diagnostics
    if findings:
        return "expected.errors", plain(findings, folder)
    return generated(folder, plain)


@pytest.mark.parametrize("case", FOLDERS, ids=lambda path: path.name)
def test_case(
    case: Path, lay: Callable[..., Path], plain: Callable[..., str], request: pytest.FixtureRequest
) -> None:
    look = generated if (case / "expected.nq").is_file() else checked
    name, found = look(lay(case), plain)
    if request.config.getoption("--update-cases"):
        for other in EXPECTED:
            (case / other).unlink(missing_ok=True)
        (case / name).write_text(found, encoding="utf-8")
    present = [expected for expected in EXPECTED if (case / expected).is_file()]
    assert present == [name], f"{case.name} must hold {name} alone; it gives:\n{found}"
    assert found == (case / name).read_text(encoding="utf-8")


def test_findings_keep_to_the_style_guide() -> None:
    """Lower case, no final stop, no Python, and a place in a file that the user wrote."""
    for path in sorted(CASES.glob("*/expected.errors")):
        for block in path.read_text(encoding="utf-8").strip().split("\n\n"):
            head, *rest = block.split("\n")
            sentence = re.fullmatch(r"(?:error|warning|note)\[[A-Z]\d{3}\]: (.+)", head)
            assert sentence, f"{path.parent.name}: {head}"
            assert not sentence[1].endswith("."), f"{path.parent.name}: {head}"
            assert not sentence[1][0].isupper() or sentence[1].split()[0].isupper(), head
            assert rest, f"{path.parent.name}: neither place nor help: {head}"
            assert rest[0].startswith("  --> "), f"{path.parent.name}: no place: {head}"


def test_findings_are_sorted_by_file_and_line() -> None:
    for path in sorted(CASES.glob("*/expected.errors")):
        places = re.findall(
            r"^  --> ([^:\n]+)(?::(\d+):(\d+))?$", path.read_text("utf-8"), re.MULTILINE
        )
        keys = [(file, int(line or 0), int(column or 0)) for file, line, column in places]
        assert keys == sorted(keys), path.parent.name
