"""The catalogue of codes: complete, true to what findings look like, and shown by `kg explain`.

Every code is fired once by a golden case, which its section of the catalogue names.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from kg.diagnostics import CODES
from kg.findings.catalogue import DOCUMENT, explanations, stages

HERE = Path(__file__).parent
CASES = HERE / "cases"
HOW = "tests/cases/README.md says what a new code needs"


def fired(paths: Iterable[Path]) -> set[str]:
    """The codes that modules name."""
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in paths)
    found = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant))
    words = {node.value for node in found if isinstance(node.value, str)}
    return {word for word in words if re.fullmatch(r"[A-Z]\d{3}", word)}


def test_every_code_can_be_fired(root: Path) -> None:
    paths = [path for path in (root / "kg").rglob("*.py") if path.name != "diagnostics.py"]
    assert fired(paths) == set(CODES)


def golden() -> dict[str, list[str]]:
    """The codes that each golden case expects, in order."""
    return {
        path.parent.name: re.findall(
            r"^\w+\[([A-Z]\d{3})\]: ", path.read_text(encoding="utf-8"), re.MULTILINE
        )
        for path in sorted(CASES.glob("*/expected.errors"))
    }


def named_cases() -> dict[str, str]:
    """The golden case that the section of each code names in the catalogue."""
    page = DOCUMENT.read_text(encoding="utf-8")
    sections = re.split(r"^### ", page, flags=re.MULTILINE)[1:]
    return {part[:4]: (re.findall(r"<!-- case: (\S+) -->", part) or [""])[0] for part in sections}


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_a_golden_case_of_its_own(code: str) -> None:
    """A case that `kg/docs/errors.md` names, in which the code is the only finding."""
    assert golden().get(named_cases().get(code, "")) == [code], HOW


def test_catalogue_explains_every_code() -> None:
    assert list(explanations()) == list(CODES), HOW
    assert {code: said.title for code, said in explanations().items()} == CODES, HOW
    assert set(stages()) == {code[0] for code in CODES}
    for code, said in explanations().items():
        assert len(said.meaning) > 40, code
        assert said.mending != said.body, code
        assert said.meaning.endswith("."), code
        assert said.mending.endswith("."), code


@pytest.mark.parametrize("code", CODES)
def test_severities_of_the_catalogue_are_those_of_the_findings(code: str) -> None:
    findings = (CASES / named_cases()[code] / "expected.errors").read_text(encoding="utf-8")
    assert findings.startswith(f"{explanations()[code].severity}[{code}]: ")


# kg explain


def test_explain_prints_a_section(kg, tmp_path: Path) -> None:
    result = kg("explain", "g301", "[D102]", folder=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    said = explanations()
    assert result.stdout == f"{said['G301'].markdown}\n{said['D102'].markdown}"
    assert "<!--" not in result.stdout
    assert "error[G301]: " in result.stdout


def test_explain_lists_all_codes_by_stage(kg, tmp_path: Path) -> None:
    result = kg("explain", folder=tmp_path)
    assert re.findall(r"^  ([A-Z]\d{3})  (.+)$", result.stdout, re.MULTILINE) == list(CODES.items())
    assert re.findall(r"^\S.*$", result.stdout, re.MULTILINE) == list(stages().values())


@pytest.mark.parametrize(
    ("code", "help_"),
    [("G31", "did you mean `G301`?"), ("hello", "`kg explain` lists all codes")],
)
def test_explain_refuses_an_unknown_code(code: str, help_: str, kg, tmp_path: Path) -> None:
    result = kg("explain", code, folder=tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    assert f"there is no code `{code.upper()}`; {help_}" in result.stderr
