"""A new project is green at once, also from an installed wheel and outside the repository."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from kg.building.flow import build
from kg.checking.check import check
from kg.diagnostics import Misuse, Unavailable
from kg.project.starting import start_project

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as its wheel holds it, unpacked far from the repository."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    [archive] = folder.glob("*.whl")
    with zipfile.ZipFile(archive) as content:
        content.extractall(folder / "site")
    return folder / "site"


@pytest.fixture
def kg(wheel: Path, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """The command of the wheel, run in an empty folder."""

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "kg", *words],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(wheel)},
            capture_output=True,
            text=True,
        )

    return run


def test_the_wheel_explains_its_codes(
    kg: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    assert "error[D102]: " in kg("explain", "D102").stdout
    assert '"id": "D102"' in kg("check", "--format", "sarif").stdout


def test_a_project_made_by_the_wheel_checks_builds_and_answers(
    kg: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    assert kg("init", "mine").returncode == 0
    checked = kg("--project", "mine", "check")
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "1 mapping, 1 question: 0 errors, 0 warnings" in checked.stdout
    built = kg("--project", "mine", "build")
    assert built.returncode == 0, built.stderr
    asked = kg(
        "--project", "mine", "query", "-F", "csv", "SELECT ?l { ?m a news:Meeting ; rdfs:label ?l }"
    )
    assert list(csv.reader(asked.stdout.splitlines())) == [
        ["l"],
        ["Meeting of Ortiz and Berg, March 2025"],
    ]
    data = (tmp_path / "mine" / "build" / "kg.ttl").read_text(encoding="utf-8")
    assert "https://example.org/my-graph/" in data
    assert "https://example.org/newskg/person" not in data


def test_the_wheel_has_the_ontology_and_its_types(wheel: Path) -> None:
    packed = wheel / "kg" / "template" / "ontology"
    for source in [
        *(ROOT / "ontology").glob("*.ttl"),
        *(ROOT / "ontology" / "shapes").glob("*.ttl"),
    ]:
        assert (packed / source.relative_to(ROOT / "ontology")).read_bytes() == source.read_bytes()
    assert (wheel / "kg" / "py.typed").is_file()


def test_the_readme_of_a_new_project_is_ten_lines_and_its_commands_work(
    kg: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    start_project(tmp_path / "mine")
    lines = (tmp_path / "mine" / "README.md").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 10
    commands = [line.strip() for line in lines if line.startswith("    kg ")]
    assert len(commands) == 4
    for command in commands:
        words = command.partition("  #")[0].removeprefix("kg ")
        done = subprocess.run(
            ["bash", "-c", f"{sys.executable} -m kg {words}"],
            cwd=tmp_path / "mine",
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(Misuse, match="X705"):
        start_project(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
    with pytest.raises(Misuse, match="X705"):
        start_project(tmp_path / "notes.txt")
    with pytest.raises(Unavailable, match="X703"):
        start_project(tmp_path / "notes.txt" / "project")


def test_a_fault_put_into_a_new_project_is_found(tmp_path: Path) -> None:
    start_project(tmp_path / "mine")
    assert check(tmp_path / "mine") == ()
    mapping = tmp_path / "mine" / "mappings" / "harbour-talks.yaml"
    text = mapping.read_text(encoding="utf-8")
    mapping.write_text(text.replace("place: port-alba", "place: norland"), encoding="utf-8")
    [finding] = check(tmp_path / "mine")
    assert finding.code == "M204"
    assert finding.place is not None
    assert finding.place.line == text.splitlines().index("    place: port-alba") + 1


def test_the_ontology_can_be_changed_without_touching_the_engine(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    start_project(folder)
    with (folder / "ontology" / "places.ttl").open("a", encoding="utf-8") as ontology:
        ontology.write(
            "news:harbourOf a owl:ObjectProperty ; rdfs:domain news:City ;\n"
            '    rdfs:range news:State ; rdfs:label "harbour of"@en .\n'
        )
    authority = folder / "mappings" / "authority" / "individuals.yaml"
    text = authority.read_text(encoding="utf-8")
    authority.write_text(
        text.replace("a: City\n", "a: City\n    harbourOf: norland\n"), encoding="utf-8"
    )
    summary = build(folder)
    assert summary.manifest["counts"]["articles"] == 1
    assert "news:harbourOf <state/norland>" in (folder / "build" / "kg.ttl").read_text(
        encoding="utf-8"
    )
