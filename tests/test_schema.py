"""The JSON Schema of mapping files: it takes what `kg` takes, and refuses what it can see.

Right files come from all projects here; wrong ones from the golden cases, the wrong examples of the
ontology, and a mapping that is broken in one place after another. What a schema cannot see is
listed in `UNSEEN`, by code.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from kg.diagnostics import Findings
from kg.documents import List, Map, Node, read_yaml
from kg.project import load_project
from kg.schema import Kind, schemas
from kg.starting import start_project

ROOT = Path(__file__).parent.parent
COURT = ROOT / "tests/projects/court"
CASES = ROOT / "tests/cases"
EXAMPLES = ROOT / "ontology/examples"
TEXT_LAYER = ("ontology/text.ttl", "ontology/shapes/text.ttl")

UNSEEN = {
    "D102": "a key that appears twice: a YAML reader shows one of them",
    "D104": "anchors, tags and block scalars: a YAML reader has taken them away",
    "G301": "whether a quote stands in the article",
    "G302": "whether it stands there once",
    "G304": "names that could denote several individuals",
    "G305": "words under `mentions`",
    "G306": "whether a rule reads a time expression",
    "G307": "the calendar",
    "G308": "whether a date follows from its words",
    "M203": "ids: those of a mapping's own entries cannot be listed beforehand",
    "M208": "two entries on the same words",
    "R501": "contradictions between facts",
    "V402": "recommendations",
}
"""Codes whose faults a schema does not look for, and why."""

# ---------------------------------------------------------------- reading as an editor does


def guess(text: str) -> object:
    """What YAML 1.2 takes a plain scalar for."""
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    if re.fullmatch(r"[-+]?[0-9]+", text):
        return int(text)
    if re.fullmatch(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", text):
        return float(text)
    return text


def plain(node: Node | None, read: Callable[[str], object]) -> Any:
    if node is None:
        return None
    if isinstance(node, Map):
        return {key.text: plain(value, read) for key, value in node.pairs}
    if isinstance(node, List):
        return [plain(value, read) for value in node.items]
    return read(node.text)


def content(path: Path, read: Callable[[str], object] = guess) -> Any:
    """A file as an editor has it; what only our reader refuses is passed over."""
    document = read_yaml(path.read_bytes(), path.name, Findings())
    assert document is not None
    return plain(document, read)


@cache
def validators(folder: Path) -> dict[Kind, Draft7Validator]:
    found = {kind: json.loads(text) for kind, text in schemas(folder).items()}
    for schema in found.values():
        Draft7Validator.check_schema(schema)
    return {kind: Draft7Validator(schema) for kind, schema in found.items()}


def faults(folder: Path, path: Path, read: Callable[[str], object] = guess) -> list[str]:
    kind = Kind.AUTHORITY if path.parent.name == "authority" else Kind.MAPPING
    found = validators(folder)[kind].iter_errors(content(path, read))
    return [f"{error.json_path}: {error.message}" for error in found]


def files(folder: Path) -> Iterator[Path]:
    project = load_project(folder)
    yield from project.mappings()
    yield from project.authority()


# ---------------------------------------------------------------- right files


@pytest.fixture(scope="module")
def court(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The court with the text layer of this project, which it does not keep twice."""
    folder = tmp_path_factory.mktemp("court") / "court"
    shutil.copytree(COURT, folder)
    for name in TEXT_LAYER:
        shutil.copyfile(ROOT / name, folder / name)
    return folder


@pytest.mark.parametrize("read", [guess, str], ids=["guessed", "text"])
@pytest.mark.parametrize("name", ["this one", "court"])
def test_all_files_of_a_project_are_taken(
    name: str, court: Path, read: Callable[[str], object]
) -> None:
    folder = court if name == "court" else ROOT
    found = {path: faults(folder, path, read) for path in files(folder)}
    assert len(found) > 5
    assert {path.name: wrong for path, wrong in found.items() if wrong} == {}


def test_a_new_project_is_taken(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    start_project(folder)
    assert [faults(folder, path) for path in files(folder)] == [[], []]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This project with all examples as its articles."""
    folder = tmp_path_factory.mktemp("library")
    for name in ("pyproject.toml", "mappings/authority", "ontology"):
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copyfile)(source, target)
    (folder / "seeds").mkdir()
    for path in [*EXAMPLES.glob("*/*.txt"), *(ROOT / "seeds").glob("*.txt")]:
        shutil.copyfile(path, folder / "seeds" / path.name)
    return folder


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("valid/*.yaml")), ids=lambda p: p.stem)
def test_right_examples_are_taken(path: Path, library: Path) -> None:
    assert faults(library, path) == []


# ---------------------------------------------------------------- wrong files

WRONG = sorted(EXAMPLES.glob("invalid/*.yaml"))
HARD = {
    "37-meeting-of-one": "how many there are under several keys together",
    "51-speaks-to-herself": "values of two keys that must differ",
    "60-alias-that-is-the-label": "values of two keys that must differ",
    "61-meeting-of-one-known-agent": "how many there are under several keys together",
}


@pytest.mark.parametrize("path", WRONG, ids=lambda p: p.stem)
def test_wrong_examples_are_refused(path: Path, library: Path) -> None:
    code = re.search(r"^# code: (\w+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert code
    seen = code[1] not in UNSEEN and path.stem not in HARD
    assert bool(faults(library, path)) == seen


CASE = {
    "id-taken-in-authority": "ids of other authority files, which the schema lists as known",
    "id-taken-in-same-file": "one id in two sections",
    "individual-of-this-file-of-wrong-class": "the classes of a mapping's own entries",
    "shared-id-of-two-kinds": "what other mappings say",
    "shared-id-with-two-labels": "what other mappings say",
}
"""Golden cases whose fault a schema cannot see although it sees others of the same code."""
CLOSED = {"individual-unknown"}
"""Golden cases of a code of `UNSEEN` that are seen: no mapping can declare such an individual."""


UNREADABLE = {"root-not-keys", "yaml-too-deep"}


def overlays() -> list[Path]:
    """Golden cases whose faults are in mappings or authority files that are well-formed YAML."""
    found = []
    for case in sorted(CASES.glob("[!_]*")):
        errors = case / "expected.errors"
        text = errors.read_text(encoding="utf-8") if errors.is_file() else ""
        codes = set(re.findall(r"^error\[(\w+)\]", text, re.MULTILINE))
        readable = codes and codes.isdisjoint({"D101", "D103"}) and case.name not in UNREADABLE
        if readable and (case / "mappings").is_dir() and all(code[0] in "DMGV" for code in codes):
            found.append(case)
    return found


@pytest.mark.parametrize("case", overlays(), ids=lambda path: path.name)
def test_wrong_cases_are_refused(case: Path, lay: Callable[..., Path]) -> None:
    text = (case / "expected.errors").read_text(encoding="utf-8")
    codes = set(re.findall(r"^error\[(\w+)\]", text, re.MULTILINE))
    folder = lay(case)
    shutil.rmtree(folder / "mappings")
    shutil.copytree(CASES / "_base/mappings", folder / "mappings")
    found = [fault for path in case.glob("mappings/**/*.yaml") for fault in faults(folder, path)]
    seen = case.name in CLOSED or (codes - set(UNSEEN) and case.name not in CASE)
    assert bool(found) == bool(seen), found
