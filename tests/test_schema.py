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
from click.testing import CliRunner
from jsonschema import Draft7Validator
from jsonschema.exceptions import best_match

from kg.checking.check import check
from kg.cli import main
from kg.diagnostics import Findings, Severity
from kg.project.documents import List, Map, Node, read_yaml
from kg.project.settings import load_project
from kg.project.starting import start_project
from kg.schema.writing import FILES, Kind, schemas

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
    "quote-cut-short-by-comment": "words after a number sign, which a YAML reader takes away",
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


# ---------------------------------------------------------------- right files, broken in one place

Breaking = Callable[[dict[str, Any]], None]


def entries_of(mapping: dict[str, Any]) -> list[dict[str, Any]]:
    """All entries with keys of their own, those of groups included."""
    found = []
    for key, section in mapping.items():
        if key not in ("article", "mentions"):
            items = section.values() if isinstance(section, dict) else section
            groups = [item for item in items if "entries" in item]
            found += [item for item in items if "entries" not in item]
            found += [entry for group in groups for entry in group["entries"]]
    return found


def first(mapping: dict[str, Any], kind: str) -> dict[str, Any]:
    return next(entry for entry in entries_of(mapping) if entry.get("a") == kind)


def rename(entry: dict[str, Any], key: str, new: str) -> None:
    entry[new] = entry.pop(key)


BREAKINGS: dict[str, Breaking] = {
    "unknown section": lambda m: rename(m, "events", "happenings"),
    "unknown key": lambda m: entries_of(m)[0].update(colour="red"),
    "misspelt key": lambda m: rename(entries_of(m)[0], "quote", "qoute"),
    "no quote": lambda m: entries_of(m)[-1].pop("quote"),
    "empty quote": lambda m: entries_of(m)[0].update(quote=""),
    "quote of an elision": lambda m: entries_of(m)[0].update(quote="…"),
    "quote without value": lambda m: entries_of(m)[0].update(quote=None),
    "empty list of quotes": lambda m: entries_of(m)[0].update(quote=[]),
    "quote with keys": lambda m: entries_of(m)[0].update(quote={"words": "x"}),
    "list in a list": lambda m: entries_of(m)[0].update(quote=[["x"]]),
    "unknown kind": lambda m: first(m, "Meeting").update(a="Gathering"),
    "kind of another section": lambda m: first(m, "Meeting").update(a="City"),
    "kind without value": lambda m: first(m, "Meeting").update(a=None),
    "key of another class": lambda m: first(m, "Meeting").update(speaker="iran"),
    "key of another kind": lambda m: first(m, "Meeting").update(visitor="iran"),
    "no modality": lambda m: first(m, "Meeting").pop("modality"),
    "two modalities": lambda m: first(m, "Meeting").update(modality=["occurred", "planned"]),
    "unknown modality": lambda m: first(m, "Meeting").update(modality="happened"),
    "value of another class": lambda m: first(m, "Meeting").update(place="mohammad-baqeri"),
    "place that is no id": lambda m: first(m, "Meeting").update(place="Tehran, Iran"),
    "nobody": lambda m: first(m, "Meeting").update(participant=[]),
    "id under an id": lambda m: first(m, "Meeting").update(id="a-b"),
    "id that is no slug": lambda m: rename(m["events"], next(iter(m["events"])), "A Meeting"),
    "id that is taken": lambda m: rename(m["events"], next(iter(m["events"])), "tehran"),
    "section of text": lambda m: m.update(events="none"),
    "section without value": lambda m: m.update(statements=None),
    "entry of text": lambda m: m["events"].update({"a-b": "a meeting"}),
    "group without entries": lambda m: m["statements"].append({"with": {"mode": "indirect"}}),
    "group with a key": lambda m: m["statements"].append({"with": {}, "entries": [], "x": "y"}),
    "statement without topic": lambda m: m["statements"].append(
        {
            "with": {"speaker": "iran", "act": "call"},
            "entries": [{"mode": "indirect", "quote": "x"}],
        }
    ),
    "statement by nobody": lambda m: m["statements"].append(
        {"mode": "indirect", "act": "call", "topic": "hospitality", "quote": "x"}
    ),
    "narrator": lambda m: m["statements"].append(
        {"a": "Narration", "speaker": "iran", "topic": "hospitality", "quote": "x"}
    ),
    "time without words": lambda m: first(m, "Meeting").update(time={"reason": "x"}),
    "time with a strange value": lambda m: first(m, "Meeting").update(
        time={"words": "on Monday", "value": "the 8th"}
    ),
    "article with an id": lambda m: m["article"].update(id="x"),
    "background without reason": lambda m: m.update(background=[{"quote": "x"}]),
    "mention of nobody": lambda m: m.setdefault("mentions", {}).update(he=[]),
    "mention with half a mark": lambda m: m.setdefault("mentions", {}).update({"[he": "iran"}),
    "stance of a word": lambda m: m["statements"].append(
        {
            "speaker": "iran",
            "mode": "indirect",
            "act": "call",
            "topic": "hospitality",
            "quote": "x",
            "stance": {"toward": "iran", "attitude": "cold"},
        }
    ),
}


@pytest.mark.parametrize("name", BREAKINGS)
def test_what_breaks_a_right_mapping_is_refused(name: str) -> None:
    validator = validators(ROOT)[Kind.MAPPING]
    tried = 0
    for path in load_project(ROOT).mappings():
        mapping = content(path)
        try:
            BREAKINGS[name](mapping)
        except (StopIteration, KeyError):  # this article has no such entry
            continue
        tried += 1
        assert not validator.is_valid(mapping), path.name
    assert tried >= 2


# ---------------------------------------------------------------- what an editor reads


def test_definitions_come_from_the_ontology() -> None:
    schema = validators(ROOT)[Kind.MAPPING].schema
    keys = schema["definitions"]["keys-news:Meeting"]
    assert keys["description"] == "Two or more agents come together to talk."
    assert "Links an event" in schema["definitions"]["key-participant"]["description"]
    persons = schema["definitions"]["ids-news:Person"]
    assert len(persons["enum"]) == len(persons["enumDescriptions"])
    assert "Mohammad Baqeri (Person)" in persons["enumDescriptions"]


def test_another_ontology_has_another_schema(court: Path) -> None:
    schema = validators(court)[Kind.MAPPING].schema
    assert set(schema["properties"]) == {
        "advocates", "arguments", "article", "background", "cases", "courts", "grounds", "hearings",
        "holdings", "judges", "mentions", "orders", "parties", "rulings",
    }  # fmt: skip
    party = schema["definitions"]["entry-law:Party"]
    assert "a" in party["required"]  # no party is without a kind
    assert "Appellant" not in json.dumps(party["properties"]["a"])


# ---------------------------------------------------------------- the command


def run(folder: Path, *words: str) -> Any:
    return CliRunner().invoke(main, ["--project", str(folder), "schema", *words])


def test_the_command_prints_the_same_bytes_each_time(kg: Any, tmp_path: Path) -> None:
    shown = [kg("schema", folder=ROOT, env={"PYTHONHASHSEED": seed}).stdout for seed in "01"]
    assert shown[0] == shown[1] == schemas(ROOT)[Kind.MAPPING]
    done = run(ROOT, "authority", "-o", str(tmp_path / "a.json"))
    assert done.exit_code == 0, done.output
    assert (tmp_path / "a.json").read_text(encoding="utf-8") == schemas(ROOT)[Kind.AUTHORITY]


def test_the_schemas_of_this_project_are_up_to_date() -> None:
    for kind, name in FILES.items():
        kept = (ROOT / name).read_text(encoding="utf-8")
        assert kept == schemas(ROOT)[kind], "run `kg schema --write`"


def test_every_file_names_its_schema() -> None:
    for folder in (ROOT, ROOT / "kg/template/project"):
        for kind, name in FILES.items():
            paths = list((folder / name).parent.glob("*.yaml"))
            assert paths
            for path in paths:
                line = path.read_text(encoding="utf-8").partition("\n")[0]
                assert line == f"# yaml-language-server: $schema={Path(name).name}", (path, kind)


def test_schemas_are_written_once_and_noted_when_they_are_old(lay: Callable[..., Path]) -> None:
    folder = lay()
    assert [f for f in check(folder) if f.code == "S110"] == []  # nobody asked for schemas
    assert run(folder, "--write").stderr.count("wrote ") == 2
    assert run(folder, "--write").stderr == ""
    assert [f for f in check(folder) if f.code == "S110"] == []
    shared = folder / "mappings/authority/all.yaml"
    shared.write_text(shared.read_text("utf-8") + "  moons:\n    label: moons\n", encoding="utf-8")
    [note] = [f for f in check(folder) if f.code == "S110"]
    assert note.severity is Severity.NOTE
    run(folder, "--write")
    assert "moons" in (folder / FILES[Kind.MAPPING]).read_text(encoding="utf-8")


def test_a_new_project_has_schemas(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["init", str(tmp_path / "new")])
    assert done.exit_code == 0, done.output
    assert all((tmp_path / "new" / name).is_file() for name in FILES.values())
    assert run(tmp_path / "new", "--write").stderr == ""


def test_errors_of_the_shared_part_are_reported(lay: Callable[..., Path]) -> None:
    folder = lay(files={"mappings/authority/all.yaml": "persons:\n  x: {labl: X}\n"})
    done = run(folder)
    assert done.exit_code == 1
    assert "M202" in done.stderr
    assert done.stdout == ""


# ---------------------------------------------------------------- drafts


def test_a_draft_in_json_is_a_mapping(lay: Callable[..., Path], kg: Any) -> None:
    """As `kg/docs/drafting.md` has it: the schema, then the findings as JSON, then a mended one."""
    remark = {"speaker": "ada-brandt", "quote": "“We will mend the dome,” Brandt sad"}
    draft: dict[str, Any] = {"remarks": [{**remark, "tone": "gentle"}]}
    folder = lay()
    validator = validators(folder)[Kind.MAPPING]
    [fault] = validator.iter_errors(draft)
    assert list(best_match([fault]).absolute_path)[-1] == "tone"
    draft["remarks"][0]["tone"] = "calm"
    assert validator.is_valid(draft)

    path = folder / "mappings/tower.yaml"
    path.write_text(json.dumps(draft, ensure_ascii=False), encoding="utf-8")
    report = json.loads(kg("check", "--format", "json", folder=folder).stdout)
    assert [finding["code"] for finding in report["findings"]] == ["G301"]
    draft["remarks"][0]["quote"] = "“We will mend the dome,” Brandt said"
    path.write_text(json.dumps(draft, ensure_ascii=False), encoding="utf-8")
    mended = kg("check", "--format", "json", folder=folder)
    assert mended.returncode == 0, mended.stdout
