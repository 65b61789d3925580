"""Settings and folders of a project, and what is refused of them."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from kg.diagnostics import ContentError, Location, Severity, Unavailable
from kg.project.freshness import fingerprint
from kg.project.settings import Project, load_project
from kg.project.strays import strays

GOOD = """
base = "https://example.org/data/"
language = "EN-gb"

[namespaces]
own = "https://example.org/data/own#"
text = "https://example.org/text#"
"""


def project(tmp_path: Path, settings: str = GOOD, name: str = "kg.toml") -> Project:
    (tmp_path / name).write_text(settings, encoding="utf-8")
    return load_project(tmp_path)


def faults(
    tmp_path: Path, settings: str, name: str = "kg.toml"
) -> list[tuple[str, Location | None]]:
    with pytest.raises(ContentError) as raised:
        project(tmp_path, settings, name)
    assert {d.code for d in raised.value.diagnostics} == {"D106"}
    return [(d.message, d.place) for d in raised.value.diagnostics]


def test_settings_are_read_from_kg_toml(tmp_path: Path) -> None:
    found = project(tmp_path)
    assert found.base == "https://example.org/data/"
    assert found.language == "en-gb"
    assert set(found.namespaces) == {"own", "text"}
    assert found.folder == tmp_path
    assert found.build == tmp_path / "build"


def test_settings_are_read_from_pyproject(tmp_path: Path) -> None:
    text = '[project]\nbase = 1\n[tool.kg]\nbase = "https://e.org/"\n'
    text += '[tool.kg.namespaces]\ntext = "https://e.org/t#"\n'
    found = project(tmp_path, text, "pyproject.toml")
    assert (found.base, found.language, found.settings) == (
        "https://e.org/",
        "en",
        "pyproject.toml",
    )


def test_kg_toml_wins_over_pyproject(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.kg]\nbase = 1\n")
    assert project(tmp_path).settings == "kg.toml"


@pytest.mark.parametrize("text", [None, "", "[tool]\nkg = 1\n", "[tool.other]\n"])
def test_a_folder_without_settings_is_wrong_use(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(Unavailable) as raised:
        load_project(tmp_path)
    assert [d.code for d in raised.value.diagnostics] == ["X701"]
    assert raised.value.exit_status == 3
    assert "kg init" in (raised.value.diagnostics[0].help or "")


@pytest.mark.parametrize(
    "base",
    [
        '"https://example.org"',
        '"https://example.org/data#"',
        '"example.org/"',
        '"https://example.org/a b/"',
        '"https://example.org/<x>/"',
        "7",
        "[]",
    ],
)
def test_a_base_that_cannot_be_is_refused(tmp_path: Path, base: str) -> None:
    settings = GOOD.replace('"https://example.org/data/"', base, 1)
    ((message, place),) = faults(tmp_path, settings)
    assert "expected an IRI that ends in `/`" in message
    assert place is not None
    assert place.line == 2


@pytest.mark.parametrize("tag", ['""', '"en us"', '"日本"', '"e-"', "true", '"toolongtag"'])
def test_a_language_that_cannot_be_is_refused(tmp_path: Path, tag: str) -> None:
    ((message, place),) = faults(tmp_path, GOOD.replace('"EN-gb"', tag))
    assert "expected a language tag" in message
    assert place is not None
    assert place.line == 3


def test_all_faults_of_the_settings_are_told_at_once(tmp_path: Path) -> None:
    found = faults(tmp_path, 'langage = "en"\n[namespaces]\nown = "x"\n')
    assert [message.split(",")[0] for message, _ in found] == [
        "setting `base` is missing",
        "setting `langage` is unknown",
        "setting `namespaces` lacks the prefix `text`",
        "setting `namespaces.own` is `x`",
    ]


def test_places_in_pyproject_are_below_its_header(tmp_path: Path) -> None:
    text = '[tool.x]\nbase = "no"\n\n[tool.kg]\nbase = "no"\n[tool.kg.namespaces]\ntext = "no"\n'
    places = [place for _, place in faults(tmp_path, text, "pyproject.toml")]
    assert [place.line for place in places if place] == [5, 7]


@pytest.mark.parametrize("text", ["base = ", "[namespaces", "a = 1\na = 2\n", "x = '\x01'"])
def test_what_is_no_toml_is_refused(tmp_path: Path, text: str) -> None:
    ((message, _),) = faults(tmp_path, text)
    assert message.startswith("the settings ")


def test_settings_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "kg.toml").write_bytes(b'base = "\xff"')
    with pytest.raises(ContentError) as raised:
        load_project(tmp_path)
    assert [d.code for d in raised.value.diagnostics] == ["D106"]


def test_inputs_are_listed_in_a_fixed_order_and_hidden_files_left_out(tmp_path: Path) -> None:
    names = ["seeds/b.txt", "seeds/a.txt", "seeds/.c.txt", "mappings/a.yaml", "mappings/.b.yaml"]
    names += ["mappings/authority/z.yaml", "mappings/README.md", "ontology/o.ttl"]
    names += ["ontology/shapes/s.ttl", "ontology/examples/x.ttl", "ontology/questions/01-q.rq"]
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    found = project(tmp_path)
    assert found.inputs() == [
        "kg.toml",
        "seeds/a.txt",
        "seeds/b.txt",
        "mappings/a.yaml",
        "mappings/authority/z.yaml",
        "ontology/o.ttl",
        "ontology/shapes/s.ttl",
    ]
    assert [found.name(path) for path in found.questions()] == ["ontology/questions/01-q.rq"]


def test_a_folder_of_another_normal_form_is_found(tmp_path: Path) -> None:
    folder = tmp_path / unicodedata.normalize("NFD", "é")
    folder.mkdir()
    assert project(folder).folder == folder


@pytest.mark.parametrize("name", ["x.yaml~", "#x.yaml#", ".#x.yaml", ".x.yaml.swp", "x.swp"])
def test_what_editors_keep_of_a_file_is_no_file_that_nothing_reads(
    name: str, lay: Callable[..., Path]
) -> None:
    folder = lay()
    before = fingerprint(load_project(folder))
    (folder / "mappings" / name).write_text("persons:", encoding="utf-8")
    project = load_project(folder)
    assert not [found for found in strays(project) if found.code == "S103"]
    assert fingerprint(project) == before


def test_settings_that_others_hide_are_told(lay: Callable[..., Path]) -> None:
    folder = lay()
    hidden = folder / "pyproject.toml"
    hidden.write_text('[project]\nname = "x"\n', encoding="utf-8")
    assert not list(strays(load_project(folder)))
    hidden.write_text('[project]\nname = "x"\n[tool.kg]\nbase = "x:"\n', encoding="utf-8")
    [found] = strays(load_project(folder))
    assert (found.code, found.severity) == ("S103", Severity.WARNING)
    assert found.place == Location("pyproject.toml", 3, 1)
    assert "as there is a `kg.toml`" in found.message
