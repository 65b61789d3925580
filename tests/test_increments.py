"""Whatever was changed, and in whatever order: a build equals a build from nothing, to the byte."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from kg.building import flow
from kg.building.articles import Articles
from kg.building.flow import build
from kg.diagnostics import ContentError
from kg.project import shelves
from kg.project.generations import unfinished
from kg.project.shelves import digits_for
from kg.rdf.dataset import to_nquads
from kg.reasoning import entailment
from kg.store.embedded import open_build

HOSTS = {"ada-brandt": "Ada Brandt", "iven-holm": "Iven Holm", "lena-holm": "Lena Holm"}
WORDING = "The old dome on the hill above the town was said to leak in the winter."
LINE = "# somebody was here\n"


@pytest.fixture(autouse=True)
def _no_java(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes seconds and sees no change of these tests: HermiT, and the shapes of shapes."""
    monkeypatch.setattr(entailment, "find_java", lambda: None)
    monkeypatch.setattr(flow, "check_shapes", lambda _: [])


@pytest.fixture(params=["one shelf", "several shelves"])
def _shelved(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "several shelves":
        monkeypatch.setattr(shelves, "FEW", 3)
        monkeypatch.setattr(shelves, "SHELF", 2)


class Editor:
    """A project that somebody works on at random."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.random = folder, Random(seed)
        for stem in ("a1", "a2", "b1", "b2", "c1", "c2"):
            self.write_article(stem)

    def stem(self) -> str:
        return self.random.choice(sorted(path.stem for path in (self.folder / "seeds").iterdir()))

    def write_article(self, stem: str) -> None:
        host, guest = self.random.sample(sorted(HOSTS), 2)
        said = f"{HOSTS[host]} met {HOSTS[guest]} at the {stem} tower on Monday evening"
        wording = self.random.choice([WORDING, "", f"{WORDING} {WORDING}"])
        kind = self.random.choice(["Meeting", "Visit"])
        text = f"VESSEL HILL, 12 February 2025. {said}. {wording}\n"
        (self.folder / f"seeds/{stem}.txt").write_text(text)
        (self.folder / f"mappings/{stem}.yaml").write_text(
            f"article:\n  date: 12 February 2025\nevents:\n"
            f"  {kind.lower()}-{self.random.randint(1, 3)}:\n    a: {kind}\n    label: A {kind}\n"
            f"    participant: [{host}, {guest}]\n    quote: {said}\n"
        )

    def edit(self) -> str:
        """Change something; says what."""
        edits: list[Callable[[], None]] = [
            lambda: self.write_article(self.stem()),
            lambda: self.write_article(f"{self.random.choice('abc')}{self.random.randint(1, 5)}"),
            self.drop,
            lambda: self.add(f"mappings/{self.stem()}.yaml", LINE),
            lambda: self.add(f"seeds/{self.stem()}.txt", WORDING + "\n"),
            self.rename,
            lambda: self.add("ontology/shapes/club.ttl", LINE),
            self.axiom,
            self.call,
            self.demand,
            lambda: self.join("the old dome", "Nobody", "VESSEL HILL"),
        ]
        edit = self.random.choice(edits)
        edit()
        return edit.__name__

    def drop(self) -> None:
        stem = self.stem()
        if len(list((self.folder / "seeds").iterdir())) > 2:
            (self.folder / f"seeds/{stem}.txt").unlink()
            (self.folder / f"mappings/{stem}.yaml").unlink()

    def add(self, name: str, line: str) -> None:
        with (self.folder / name).open("a") as file:
            file.write(line)

    def rename(self) -> None:
        """Give somebody another alias; some stand in texts."""
        path = self.folder / "mappings/authority/all.yaml"
        before, found = path.read_text().split("    alias: ", 1)
        aliases = ["Brandt", "A. B.", "Ada B.", "Monday evening", "the b1 tower", "old dome"]
        rest = found.partition("\n")[2]
        path.write_text(f"{before}    alias: {self.random.choice(aliases)}\n{rest}")

    def call(self) -> None:
        """Call a term otherwise."""
        term = self.random.choice(["Meeting", "Visit", "calm", "participant"])
        name = self.random.randint(1, 10**6)
        self.add("ontology/club.ttl", f'club:{term} rdfs:label "called {name}"@en .\n')

    def demand(self) -> None:
        """Have a shape demand something, of what only articles tell or of what all share."""
        target, path = self.random.choice(
            [
                ("Meeting", "club:place"),
                ("Visit", "club:seats"),
                ("Trip", "club:place"),
                ("Event", "( club:participant club:seats )"),
                ("Person", "[ sh:inversePath club:participant ]"),
                ("Person", "[ sh:inversePath club:speaker ]"),
                ("Meeting", "( club:participant skos:altLabel )"),
            ]
        )
        number = self.random.choice(["sh:minCount 1", "sh:maxCount 2", "sh:maxCount 0"])
        self.add(
            "ontology/shapes/club.ttl",
            f"club:Demand{self.random.randint(1, 10**6)} a sh:NodeShape ;"
            f" sh:targetClass club:{target} ; sh:property [ sh:path {path} ; {number} ;"
            f' sh:severity sh:Warning ; sh:message "not as demanded"@en ] .\n',
        )

    def join(self, *aliases: str) -> None:
        """Add somebody who goes by one of some names."""
        path, number = self.folder / "mappings/authority/all.yaml", self.random.randint(1, 10**6)
        alias = self.random.choice(aliases)
        new = f"persons:\n  guest-{number}:\n    label: Guest {number}\n    alias: {alias}\n"
        path.write_text(path.read_text().replace("persons:\n", new))

    def axiom(self) -> None:
        """Say something more of classes and properties."""
        new = f"club:New{self.random.randint(1, 10**6)}"
        declared = f'{new} a owl:Class ; rdfs:label "new"@en .'
        axioms = [
            f"{declared} club:Agent rdfs:subClassOf {new} .",
            f"{declared} club:Visit rdfs:subClassOf {new} .",
            f"{declared} {new} rdfs:subClassOf club:Meeting .",
            f"{declared} club:speaker rdfs:range {new} .",
            f"{declared} club:participant rdfs:range {new} .",
            f"{new} a owl:ObjectProperty ; owl:inverseOf club:participant .",
            "club:Trip a owl:Class . club:Visit rdfs:subClassOf club:Trip .",
            "club:Trip a owl:Class ; rdfs:subClassOf club:Event .",
        ]
        self.state(self.random.choice(axioms))

    def state(self, axiom: str) -> None:
        """Add an axiom to the ontology."""
        self.add("ontology/club.ttl", f"{axiom}\n")


def with_prefix(folder: Path) -> None:
    path = folder / "ontology/shapes/club.ttl"
    names = "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
    path.write_text(names + path.read_text())


def files(folder: Path) -> dict[str, bytes]:
    """All files of the current build but the store, whose files the engine names as it likes."""
    return files_of((folder / "build/current").resolve())


def files_of(current: Path) -> dict[str, bytes]:
    # A shelf may be a link, and then everything on it is a file of the build all the same.
    found = {
        path.relative_to(current).as_posix(): path.read_bytes()
        for pattern in ("*", "articles/*", "articles/*/*")
        for path in current.glob(pattern)
        if path.is_file()
    }
    return {**found, "store": to_nquads(open_build(current).store)}


def from_nothing(folder: Path, place: Path) -> dict[str, bytes]:
    shutil.copytree(folder, place, ignore=shutil.ignore_patterns("build"))
    build(place, force=True)
    return files(place)


@pytest.fixture
def project(lay: Callable[..., Path]) -> Path:
    folder = lay()
    for name in ("seeds/tower.txt", "mappings/tower.yaml"):
        (folder / name).unlink()
    with_prefix(folder)
    shutil.rmtree(folder / "build", ignore_errors=True)
    return folder


@pytest.mark.usefixtures("_shelved")
@pytest.mark.parametrize("seed", range(16))
def test_edits_in_any_order_give_what_a_build_from_nothing_gives(
    seed: int, project: Path, tmp_path: Path
) -> None:
    editor = Editor(project, seed)
    build(project)
    done: list[str] = []
    for number in range(5):
        done.append(editor.edit())
        build(project)
        now, whole = files(project), from_nothing(project, tmp_path / f"whole-{number}")
        assert sorted(n for n in {*now, *whole} if now.get(n) != whole.get(n)) == [], done


@pytest.mark.usefixtures("_shelved")
def test_only_the_article_that_changed_is_worked_on(project: Path) -> None:
    editor = Editor(project, 1)
    assert build(project).reused == 0
    editor.add("mappings/b1.yaml", LINE)
    assert build(project).reused == 5


def alias(editor: Editor, words: str) -> None:
    path = editor.folder / "mappings/authority/all.yaml"
    path.write_text(path.read_text().replace("alias: Holm", f"alias: [Holm, {words}]"))


def shape(editor: Editor, path: str, targets: str = "club:Meeting , club:Visit") -> None:
    editor.add(
        "ontology/shapes/club.ttl",
        f"club:Demand a sh:NodeShape ; sh:targetClass {targets} ;"
        f" sh:property [ sh:path {path} ; sh:minCount 2 ; sh:severity sh:Warning ;"
        ' sh:message "not as demanded"@en ] .\n',
    )


@pytest.mark.usefixtures("_shelved")
@pytest.mark.parametrize(
    ("edit", "taken", "checked"),
    [
        # Four articles name him: SHACL looks at what is said of him; one text has the words.
        (lambda e: alias(e, "the old sailor"), 6, 4),
        (lambda e: alias(e, "the b1 tower"), 5, 3),
        (lambda e: e.add("mappings/authority/all.yaml", "# nothing\n"), 6, 0),
        (lambda e: e.join("Nobody"), 6, 0),
        (lambda e: e.call(), 6, 0),
        (lambda e: shape(e, "club:participant"), 6, 6),
        (lambda e: shape(e, "club:place"), 0, 0),  # each article has a warning now
        (lambda e: shape(e, "club:participant", "club:Visit"), 6, 3),
        (lambda e: shape(e, "club:participant", "club:Remark"), 6, 0),
        (lambda e: shape(e, "( club:participant club:participant )", "club:Visit"), 3, 0),
        (lambda e: shape(e, "[ sh:inversePath club:participant ]", "club:Remark"), 6, 6),
        (lambda e: shape(e, "skos:altLabel", "club:Person"), 6, 6),
        # An axiom concerns whoever writes with its terms, or names individuals of its classes.
        (
            lambda e: e.state("club:Being a owl:Class . club:Agent rdfs:subClassOf club:Being ."),
            0,
            0,
        ),
        (
            lambda e: e.state("club:Guest a owl:Class . club:participant rdfs:range club:Guest ."),
            0,
            0,
        ),
        (lambda e: e.state("club:Trip a owl:Class . club:Visit rdfs:subClassOf club:Trip ."), 3, 0),
        (lambda e: e.state("club:Gala a owl:Class ; rdfs:subClassOf club:Meeting ."), 3, 0),
        (lambda e: e.state("club:Guest a owl:Class . club:speaker rdfs:range club:Guest ."), 6, 0),
        (lambda e: e.state("club:part a owl:TransitiveProperty ."), 6, 0),
    ],
)
def test_only_what_a_change_of_the_shared_part_concerns_is_done_again(
    edit: Callable[[Editor], None], taken: int, checked: int, project: Path, tmp_path: Path
) -> None:
    editor = Editor(project, 4)
    build(project)
    edit(editor)
    done = build(project)
    assert (done.reused, done.checked) == (taken, checked)
    assert files(project) == from_nothing(project, tmp_path / "whole")


def test_a_shelf_on_which_nothing_changed_is_taken_over_as_a_whole(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelves, "FEW", 3)
    monkeypatch.setattr(shelves, "SHELF", 2)
    editor = Editor(project, 1)
    build(project)
    assert digits_for(6) == 1
    first = {path.name: path.resolve() for path in (project / "build/articles").iterdir()}
    assert len(first) > 2
    for line in range(3):  # builds come and go, the shelf stays
        editor.add("mappings/b1.yaml", f"# {line}\n")
        build(project)
        now = {path.name: path.resolve() for path in (project / "build/articles").iterdir()}
        assert [name for name in first if now[name] != first[name]] == [shelves.shelf_of("b1", 1)]
    assert files(project)


def test_a_build_that_was_refused_leaves_its_articles_to_the_next(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelves, "FEW", 3)
    monkeypatch.setattr(shelves, "SHELF", 2)
    editor = Editor(project, 1)
    editor.add("mappings/c2.yaml", "nonsense: yes\n")
    with pytest.raises(ContentError):
        build(project)
    assert len(unfinished(project / "build")) == 1
    editor.write_article("c2")
    assert build(project).reused == 5
    assert unfinished(project / "build") == []


@pytest.mark.parametrize("seed", range(4))
def test_the_build_before_stays_whole_until_there_is_a_newer_one(
    seed: int, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelves, "FEW", 3)
    monkeypatch.setattr(shelves, "SHELF", 2)
    editor = Editor(project, seed)
    build(project)
    for _ in range(6):
        before, there = (project / "build/current").resolve(), files(project)
        sound = {path: path.read_bytes() for path in project.glob("mappings/*.yaml")}
        for path, content in sound.items():
            path.write_bytes(content + b"# all shelves are made anew\n")
            if editor.random.random() < 0.5:
                break
        build(project)
        assert files_of(before) == there
        now = files(project)
        editor.add("mappings/b1.yaml", "nonsense: yes\n")
        with pytest.raises(ContentError):
            build(project)
        assert (files_of(before), files(project)) == (there, now)
        editor.write_article("b1")


def test_a_build_that_was_interrupted_leaves_the_shelves_that_were_done(
    project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(shelves, "FEW", 3)
    monkeypatch.setattr(shelves, "SHELF", 2)
    Editor(project, 1)
    close, closed = Articles._close, []

    def interrupted(articles: Articles, shelf: str, stems: list[str]) -> None:
        if len(closed) == 2:
            raise KeyboardInterrupt
        close(articles, shelf, stems)
        closed.extend(stems)

    with monkeypatch.context() as patched:
        patched.setattr(Articles, "_close", interrupted)
        with pytest.raises(KeyboardInterrupt):
            build(project)
    assert build(project).reused == len(closed) == 2
    assert files(project) == from_nothing(project, tmp_path / "whole")


def test_a_project_under_a_link_keeps_its_builds_and_their_shelves(
    project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(shelves, "FEW", 3)
    monkeypatch.setattr(shelves, "SHELF", 2)
    editor, link = Editor(project, 1), tmp_path / "link"
    link.symlink_to(project)
    build(link)
    editor.add("mappings/c2.yaml", "nonsense: yes\n")
    with pytest.raises(ContentError):
        build(link)
    assert (project / "build/current/manifest.json").exists()
    editor.write_article("c2")
    build(link)
    for line in range(2):
        editor.add("mappings/b1.yaml", f"# {line}\n")
        assert build(link).reused == 5
    assert files(project) == from_nothing(project, tmp_path / "whole")


def test_an_article_that_takes_the_id_of_an_entry_is_refused(project: Path) -> None:
    editor = Editor(project, 1)
    path = project / "mappings/a1.yaml"
    path.write_text(path.read_text().replace("  meeting-", "  q").replace("  visit-", "  q"))
    build(project)
    id_ = next(line for line in path.read_text().splitlines() if line.startswith("  q"))
    editor.write_article(id_.strip(" :"))
    with pytest.raises(ContentError, match="M206"):
        build(project)


@pytest.mark.usefixtures("_shelved")
@pytest.mark.parametrize("name", ["inferred.nq", "articles/**/b1.nq"])
def test_nothing_is_told_from_damaged_files_of_the_build_before(
    name: str, project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("kg.building.articles.FEW_OF", 1)
    editor = Editor(project, 1)
    build(project)
    path = next((project / "build/current").resolve().glob(name))
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[::2]))
    editor.write_article("b1")
    build(project)
    assert files(project) == from_nothing(project, tmp_path / "whole")


def test_passages_that_another_version_found_are_found_again(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = Editor(project, 1)
    for stem in ("a1", "a2"):
        editor.add(f"seeds/{stem}.txt", WORDING + "\n")
    build(project)
    found = (project / "build/current/passages.json").read_bytes()
    assert found
    monkeypatch.setattr("kg.building.sharing.joined_passages", lambda *_: [])
    monkeypatch.setattr("kg.project.freshness.engine", lambda: "another")
    build(project)
    assert not (project / "build/current/passages.json").read_bytes()


def test_a_pipe_among_the_builds_is_swept(project: Path) -> None:
    editor = Editor(project, 1)
    build(project)
    os.mkfifo(project / "build/.generations/pipe")
    editor.add("mappings/b1.yaml", LINE)
    build(project)
    assert not (project / "build/.generations/pipe").exists()


def test_damaged_fingerprints_of_a_shelf_are_made_anew(
    project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(shelves, "FEW", 3)
    monkeypatch.setattr(shelves, "SHELF", 2)
    editor = Editor(project, 1)
    build(project)
    other = next(
        s for s in ("a1", "a2", "c1", "c2") if shelves.shelf_of(s, 1) != shelves.shelf_of("b1", 1)
    )
    damaged = project / "build/articles" / shelves.shelf_of(other, 1) / "prints.bin"
    damaged.write_bytes(damaged.read_bytes()[:-8])
    editor.add("mappings/b1.yaml", LINE)
    build(project)
    assert files(project) == from_nothing(project, tmp_path / "whole")
