"""What differs between two builds or exports: exact, in words, and as a patch."""

from __future__ import annotations

import json
import random
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, parse, serialize

import kg
from kg.diagnostics import Unavailable
from kg.diffing import comparing, spooling
from kg.diffing.changes import Part
from kg.diffing.comparing import Comparison, compare
from kg.diffing.patch import to_patch
from kg.diffing.sides import open_side
from kg.rdf import dataset

EX = "http://example.org/"
GOLDEN = Path(__file__).parent / "golden_diffs"
EDITS = {
    "mapping": ("mappings/001_e03186edf4a8495b.yaml", "invitee: oman\n", "invitee: iran\n"),
    "text": ("seeds/001_e03186edf4a8495b.txt", "2023-05-08 Major", "2023-05-08 TEHRAN - Major"),
    "alias": (
        "mappings/authority/persons.yaml",
        "alias: [Mohammad Hossein Baqeri,",
        "alias: [Mohammad Hossein Bagheri,",
    ),
    "axiom": (
        "ontology/events.ttl",
        "news:Meeting a owl:Class ;\n    rdfs:subClassOf news:Event ;",
        "news:Meeting a owl:Class ;\n    rdfs:subClassOf news:Event , [ a owl:Restriction ;\n"
        "        owl:onProperty news:participant ; owl:someValuesFrom news:Agent ] ;",
    ),
}
"""By name: a file of the real project, words in it, and what stands there instead."""

# Random datasets


nodes = st.integers(0, 4).map(lambda n: NamedNode(f"{EX}n{n}"))
blanks = st.integers(0, 3).map(lambda n: BlankNode(f"b{n}"))
literals = st.sampled_from(
    [
        Literal("a _:c14n0 b\n\"\\'"),
        Literal("سلام", language="fa"),
        Literal("2025-02", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#gYearMonth")),
        Literal("1"),
    ]
)
graphs = st.sampled_from([NamedNode(f"{EX}graph/a"), NamedNode(f"{EX}graph/inferred")])
ground = st.builds(Quad, nodes, nodes, nodes | literals, graphs)
open_ = st.builds(Quad, nodes | blanks, nodes, nodes | blanks | literals, graphs)


def written(folder: Path, name: str, quads: Any) -> str:
    """A file with some statements."""
    path = folder / name
    path.write_bytes(serialize(quads, format=RdfFormat.N_QUADS))
    return str(path)


def compared(old: str, new: str) -> Comparison:
    sides = [open_side(side, Path()) for side in (old, new)]
    return compare(*sides)


def applied(patch: bytes, to: set[Quad]) -> set[Quad]:
    """What a patch makes of a dataset; a statement is deleted that is there, added that is not."""
    found = set(to)
    first, *lines, last = patch.decode().splitlines()
    assert (first, last) == ("TX .", "TC .")
    for line in lines:
        code, rest = line.split(" ", 1)
        (quad,) = parse(rest, RdfFormat.N_QUADS)
        assert (quad in found) is {"D": True, "A": False}[code]
        (found.add if code == "A" else found.remove)(quad)
    return found


@settings(deadline=None)
@given(old=st.sets(ground), new=st.sets(ground))
def test_the_patch_makes_the_new_side_of_the_old_one(tmp_path_factory, old, new) -> None:
    folder = tmp_path_factory.mktemp("sides")
    found = compared(written(folder, "old.nq", old), written(folder, "new.nq", new))
    assert applied(b"".join(to_patch(found)), old) == new
    assert bool(found) is (old != new)


@settings(deadline=None)
@given(old=st.lists(open_, max_size=8), new=st.lists(open_, max_size=8), seed=st.integers())
def test_sides_differ_if_they_are_not_isomorphic(tmp_path_factory, old, new, seed) -> None:
    folder = tmp_path_factory.mktemp("sides")
    names = random.Random(seed).sample(range(100), 4)
    shuffled = [renamed(quad, names) for quad in old]
    files = [
        written(folder, f"{name}.nq", quads)
        for name, quads in (("old", old), ("shuffled", shuffled), ("new", new))
    ]
    assert not compared(files[0], files[1])
    assert bool(compared(files[0], files[2])) is bool(dataset.difference(old, new))


def renamed(quad: Quad, names: list[int]) -> Quad:
    def term(found: Any) -> Any:
        return (
            BlankNode(f"z{names[int(found.value[1:])]}") if isinstance(found, BlankNode) else found
        )

    return Quad(term(quad.subject), quad.predicate, term(quad.object), quad.graph_name)


def test_what_does_not_fit_into_memory_is_compared_all_the_same(tmp_path, monkeypatch) -> None:
    def quads(numbers: Any) -> list[Quad]:
        made = [Quad(*[NamedNode(f"{EX}{n % m}") for m in (97, 7, 1000, 3)]) for n in numbers]
        random.Random(1).shuffle(made)
        return made

    old, new = quads(range(3000)), quads(range(900, 3500))
    files = [written(tmp_path, name, side) for name, side in (("o.nq", old), ("n.nq", new))]
    whole = list(compared(*files).changes)
    monkeypatch.setattr(spooling, "_HELD", 100)
    in_runs = [
        list(dataset.sort_lines(open_side(file, tmp_path)._sorted, run=50)) for file in files
    ]
    assert len(whole) == len(set(old) ^ set(new))
    assert list(comparing._signed(*map(iter, in_runs))) == sorted(whole, key=lambda c: c[1:])


# The real project


@pytest.fixture(scope="module")
def edited(real, kg, tmp_path_factory) -> Any:
    """The real project with one edit, built: `edited(name)`."""
    made: dict[str, Path] = {}

    def make(name: str) -> Path:
        if name not in made:
            folder = tmp_path_factory.mktemp("edited") / name
            shutil.copytree(real.folder, folder, symlinks=True)
            file, old, new = EDITS[name]
            content = (folder / file).read_text(encoding="utf-8")
            assert content.count(old) == 1
            (folder / file).write_text(content.replace(old, new), encoding="utf-8")
            result = kg("build", folder=folder)
            assert result.returncode == 0, result.stderr
            made[name] = folder
        return made[name]

    return make


@pytest.mark.parametrize("name", EDITS)
def test_a_change_is_told_as_a_person_has_read_it(name, real, edited, kg, request) -> None:
    before = real.folder / "build"
    result = kg("diff", str(before), folder=edited(name))
    found = result.stdout.replace(str(before), "BEFORE")
    path = GOLDEN / f"{name}.txt"
    if request.config.getoption("--update-cases"):
        path.write_text(found, encoding="utf-8")
    assert (found, result.stderr, result.returncode) == (path.read_text("utf-8"), "", 1)


def test_nothing_differs_from_itself(real, kg, tmp_path) -> None:
    """A build, its exports in all syntaxes that keep graphs or do not, packed and in pieces."""
    exports = [tmp_path / f"build.{end}" for end in ("nq.gz", "ttl", "trig.zst", "jsonld", "rdf")]
    for path in exports:
        assert kg("export", "-o", str(path), folder=real.folder).returncode == 0
    pieces = tmp_path / "pieces"
    split = ("--ontology", "--split", "article", "-F", "nq")
    assert kg("export", *split, "-o", str(pieces), folder=real.folder).returncode == 0
    for other in (real.folder, real.current, *exports, pieces):
        result = kg("diff", str(other), folder=real.folder)
        assert (result.stdout, result.stderr, result.returncode) == ("", "", 0), other


def test_the_build_before_is_compared_without_arguments(real, edited, kg) -> None:
    folder = edited("alias")
    named = kg("diff", str(real.folder), folder=folder)
    before = kg("diff", folder=folder)
    assert before.stdout.replace("the build before", str(real.folder)) == named.stdout
    kept = next(
        path.name
        for path in (folder / "build/.generations").iterdir()
        if path != (folder / "build/current").resolve()
    )
    assert kg("diff", kept, folder=folder).stdout == before.stdout.replace("the build before", kept)


def test_there_is_no_build_before_the_first(real, kg) -> None:
    result = kg("diff", folder=real.folder)
    assert result.returncode == 3
    assert "error[X702]: the project keeps no build before the current one" in result.stderr


def test_a_patch_of_the_build_brings_an_export_up_to_date(real, edited, kg, tmp_path) -> None:
    export = tmp_path / "before.nq"
    assert kg("export", "-o", str(export), folder=real.folder).returncode == 0
    folder, patch = edited("text"), tmp_path / "changes.rdfp"
    result = kg("diff", str(export), "-F", "rdfpatch", "-o", str(patch), folder=folder)
    assert (result.stdout, result.returncode) == ("", 1)
    made = applied(patch.read_bytes(), set(parse(path=export)))
    assert kg("diff", written(tmp_path, "made.nq", made), folder=folder).returncode == 0


def test_graphs_are_chosen(real, edited, kg) -> None:
    def headings(*options: str) -> list[str]:
        found = kg("diff", str(real.folder), *options, folder=edited("mapping")).stdout
        return [line.split("  ")[0] for line in found.splitlines() if line.endswith("changed)")]

    assert headings() == ["001_e03186edf4a8495b", "inferred"]
    assert headings("--graph", "001") == headings("--asserted") == ["001_e03186edf4a8495b"]
    assert headings("--inferred") == ["inferred"]
    none = kg("diff", str(real.folder), "--graph", "002", folder=edited("mapping"))
    assert (none.stdout, none.returncode) == ("", 0)
    unknown = kg("diff", str(real.folder), "--graph", "005", folder=edited("mapping"))
    assert "error[X706]: neither side has a graph `005`" in unknown.stderr
    axiom = kg("diff", str(real.folder), "--no-ontology", folder=edited("axiom"))
    assert (axiom.stdout, axiom.returncode) == ("", 0)


def test_programs_read_what_people_read(real, edited, kg) -> None:
    folder = edited("mapping")
    result = kg("diff", str(real.folder), "-F", "json", folder=folder)
    document = json.loads(result.stdout)
    graph, inferred = document["graphs"]
    file = {"file": "mappings/001_e03186edf4a8495b.yaml", "how": "changed"}
    assert document["causes"] == graph["causes"] == [file]
    assert (graph["name"], inferred["part"]) == ("001_e03186edf4a8495b", "inferred")
    (subject,) = graph["subjects"]
    assert subject["label"] == "Invitation of Oman to international naval joint drills"
    assert subject["status"] == "changed"
    (changed,) = subject["properties"]
    (gone,), (new,) = changed["removed"], changed["added"]
    assert (gone["label"], new["label"]) == ("Oman", "Iran")
    path, line, _ = new["place"].split(":")
    assert "invitee: iran" in (folder / path).read_text("utf-8").splitlines()[int(line) - 1]
    assert new["quotes"][0]["words"].startswith("he said, inviting Oman")
    assert document["counts"]["facts"]["changed"] == 1


def test_the_text_layer_is_told_in_full(real, edited, kg) -> None:
    folder = edited("mapping")
    short = kg("diff", str(real.folder), folder=folder).stdout
    full = kg("diff", str(real.folder), "--full", folder=folder).stdout
    assert "text:Fact" in short
    assert "rdf:predicate  invitee" not in short
    assert re.search(r"^\+   rdf:predicate  invitee  news:invitee", full, re.MULTILINE)


def test_causes_are_known_from_exports_that_describe_themselves(real, edited, kg, tmp_path) -> None:
    files = [tmp_path / name for name in ("before.trig", "after.trig")]
    for folder, file in zip((real.folder, edited("mapping")), files, strict=True):
        assert kg("export", "-o", str(file), folder=folder).returncode == 0
    shown = kg("diff", *map(str, files), folder=real.folder).stdout
    assert "001_e03186edf4a8495b  (mappings/001_e03186edf4a8495b.yaml changed)" in shown
    assert re.search(r"^description: .*changed", shown, re.MULTILINE)
    assert "dcterms:identifier" not in shown
    full = kg("diff", *map(str, files), "--full", folder=real.folder).stdout
    assert "+   dcterms:identifier" in full


# Any files


@pytest.fixture
def files(tmp_path: Path) -> Iterator[Any]:
    """Write files in a folder that is no project."""

    def write(**contents: str) -> Path:
        for name, content in contents.items():
            (tmp_path / name.replace("_", ".")).write_text(content, encoding="utf-8")
        return tmp_path

    return write


def test_files_of_others_are_compared_outside_of_projects(files, kg) -> None:
    folder = files(
        a_ttl='@prefix ex: <http://example.org/> . ex:ada ex:in 1901 ; ex:name "Ada" .',
        b_nt='<http://example.org/ada> <http://example.org/name> "Ada\\u0020B." .',
    )
    result = kg("diff", "a.ttl", "b.nt", folder=folder)
    assert result.stdout.splitlines() == [
        "--- a.ttl",
        "+++ b.nt",
        "",
        "all graphs",
        "  ex:ada",
        "-   ex:in  1901",
        '-   ex:name  "Ada"',
        '+   ex:name  "Ada B."',
        "",
        "facts: 1 removed, 1 changed",
    ]
    assert result.returncode == 1
    assert kg("diff", "-", "b.nt", "--data-format", "ttl", folder=folder, stdin="").returncode == 1


def test_a_patch_adds_prefixes_and_keeps_those_of_the_store(files, kg) -> None:
    folder = files(
        a_ttl="@prefix a: <http://a.example/> . @prefix b: <http://b.example/> . a:a a:a b:b .",
        b_ttl="@prefix a: <http://a.example/new#> . @prefix c: <http://c.example/> . c:a c:b 1 .",
    )
    result = kg("diff", "a.ttl", "b.ttl", "-F", "rdfpatch", folder=folder)
    integer = "http://www.w3.org/2001/XMLSchema#integer"
    assert result.stdout.splitlines() == [
        "TX .",
        'PA "a" "http://a.example/new#" .',
        'PA "c" "http://c.example/" .',
        "D <http://a.example/a> <http://a.example/a> <http://b.example/b> .",
        f'A <http://c.example/a> <http://c.example/b> "1"^^<{integer}> .',
        "TC .",
    ]


def test_names_of_graphs_do_not_count_where_one_side_has_none(files, kg) -> None:
    folder = files(
        a_trig="@prefix : <http://example.org/> . :g { :a :b :c } :h { :a :b :c , :d }",
        b_ttl="@prefix : <http://example.org/> . :a :b :c , :d .",
    )
    assert kg("diff", "a.trig", "b.ttl", folder=folder).returncode == 0
    files(b_ttl="@prefix : <http://example.org/> . :a :b :c .")
    result = kg("diff", "a.trig", "b.ttl", folder=folder)
    assert "graphs are compared without their names" in result.stdout
    assert "facts: 1 removed" in result.stdout


def test_origins_are_found_where_graphs_are_merged(real, edited, kg, tmp_path) -> None:
    export, folder = tmp_path / "before.ttl", edited("mapping")
    assert kg("export", "-o", str(export), folder=real.folder).returncode == 0
    shown = kg("diff", str(export), folder=folder).stdout
    assert "news:invitee  Iran  <state/iran>  (mappings/001_e03186edf4a8495b.yaml:" in shown
    assert "news:involves  Iran  <state/iran>  (prp-spo1)" in shown


def test_what_cannot_be_read_is_no_difference(files, kg) -> None:
    folder = files(a_ttl="<a> <b> <c> .", b_ttl="<a> <b> .", c_dat="")
    for other, code in (("b.ttl", "Q608"), ("none.ttl", "X703")):
        result = kg("diff", "a.ttl", other, folder=folder)
        assert (result.stdout, result.returncode) == ("", 3)
        assert f"error[{code}]" in result.stderr
    assert kg("diff", "a.ttl", "c.dat", folder=folder).returncode == 2
    assert kg("diff", "a.ttl", folder=folder).returncode == 3


def clique(size: int) -> str:
    """Blank nodes each of which refers to all others."""
    numbers = range(size)
    return "\n".join(f"_:b{a} <{EX}p> _:b{b} ." for a in numbers for b in numbers if a != b)


def test_blank_nodes_that_cannot_be_told_apart_are_given_up(files, monkeypatch) -> None:
    monkeypatch.setattr("kg.diffing.blanks.PATIENCE", 0.5)
    folder = files(old_nt=clique(12), new_nt=clique(12))
    with pytest.raises(Unavailable) as refused:
        compared(str(folder / "old.nt"), str(folder / "new.nt"))
    (found,) = refused.value.diagnostics
    assert found.code == "X710"
    assert "old.nt` has 12 blank nodes that take too long to tell apart" in found.message


def test_alike_blank_nodes_that_can_be_told_apart_are(files) -> None:
    star = "\n".join(f"_:hub <{EX}p> _:s{n} ." for n in range(30))
    text = f"{clique(7)}\n{star}\n"
    turned = "\n".join(reversed(text.replace("_:b", "_:z").splitlines()))
    less = turned.replace(f"_:hub <{EX}p> _:s7 .", "")
    folder = files(old_nt=text, new_nt=turned, less_nt=less)
    assert not compared(str(folder / "old.nt"), str(folder / "new.nt"))
    assert compared(str(folder / "old.nt"), str(folder / "less.nt"))


def test_colours_are_for_terminals(files, kg) -> None:
    folder = files(a_ttl="<a> <b> <c> .", b_ttl="")
    colour = {"FORCE_COLOR": "1", "NO_COLOR": ""}
    shown = kg("diff", "a.ttl", "b.ttl", folder=folder, env=colour).stdout
    assert "\x1b[31m-   " in shown
    kg("diff", "a.ttl", "b.ttl", "-o", "out.txt", folder=folder, env=colour)
    assert "\x1b" not in (folder / "out.txt").read_text("utf-8")


def test_python_has_the_differences(real, edited) -> None:
    found = kg.diff(real.folder, edited("mapping"))
    graph = next(found.graphs())
    (subject,) = graph.subjects
    assert subject.node == "<https://example.org/newskg/event/naval-drills-invitation-2023>"
    assert [str(cause) for cause in graph.causes] == ["mappings/001_e03186edf4a8495b.yaml changed"]
    assert found.counts[Part.FACTS].changed == 1
