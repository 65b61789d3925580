"""Export into packed files and into folders of files: all there, each once, or nothing at all."""

from __future__ import annotations

import gzip
import io
import shutil
import subprocess
import sys
from collections import Counter
from hashlib import sha256
from pathlib import Path

import pytest
from backports import zstd
from click.testing import CliRunner
from pyoxigraph import NamedNode, RdfFormat, parse

from kg.commands import export as commands
from kg.commands.export import command
from kg.diagnostics import ContentError, Diagnostic, Misuse, Unavailable
from kg.exporting import packing
from kg.exporting.folders import SUMS
from kg.sparql.loading import Source, load

SAMPLE = Path(__file__).parent / "sample_build"
FORMATS = {"ttl": RdfFormat.TURTLE, "nt": RdfFormat.N_TRIPLES, "trig": RdfFormat.TRIG}
FORMATS |= {"nq": RdfFormat.N_QUADS, "jsonld": RdfFormat.JSON_LD, "rdf": RdfFormat.RDF_XML}
GRAPH = "https://example.org/newskg/graph/"
DESCRIPTION = NamedNode("https://example.org/newskg/dataset#description")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    shutil.copytree(SAMPLE, tmp_path / "build" / "one")
    (tmp_path / "build" / "current").symlink_to("one")
    return tmp_path


def run(project: Path, *arguments: str):
    done = CliRunner().invoke(command, list(arguments), obj=project)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def quads(*paths: Path) -> set:
    formats = {path: FORMATS[path.suffixes[0][1:]] for path in paths}
    return {quad for path, form in formats.items() for quad in parse(unpacked(path), form)}


def unpacked(path: Path) -> bytes:
    content = path.read_bytes()
    openers = {".gz": gzip.decompress, ".zst": zstd.decompress}
    return openers.get(path.suffix, bytes)(content)


def written(folder: Path) -> list[Path]:
    """The files with data."""
    return sorted(path for path in folder.iterdir() if path.name not in (SUMS, "void.ttl"))


def whole(project: Path, *options: str, form: str = "nq") -> set:
    return set(parse(run(project, "-F", form, *options).stdout_bytes, FORMATS[form]))


# Packed


@pytest.mark.parametrize("name", ["x.ttl.gz", "x.nq.zst", "x.TRIG.GZ"])
def test_the_extension_tells_syntax_and_packing(project, name):
    run(project, "-o", str(project / name))
    plain = project / f"plain.{name.split('.')[1].lower()}"
    run(project, "-o", str(plain))
    assert unpacked((project / name).rename(project / name.lower())) == plain.read_bytes()


@pytest.mark.parametrize("end", packing.PACKINGS)
def test_what_is_packed_is_the_same_each_time_and_can_be_queried(project, end):
    first = run(project, "-F", f"ttl{end}").stdout_bytes
    path = project / f"other-name.ttl{end}"
    run(project, "-o", str(path))
    assert path.read_bytes() == first
    assert len(load([Source(str(path))]).view.store) == len(whole(project, form="ttl"))


def test_a_dash_is_standard_output(project):
    assert run(project, "-o", "-").stdout_bytes == run(project).stdout_bytes != b""
    assert not Path("-").exists()


@pytest.mark.parametrize("value", ["tar", "ttl.bz2", "ttl.", ".gz"])
def test_an_unknown_format_is_refused(project, value):
    done = run(project, "-F", value)
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"`{value}` is none of ttl, nt" in done.stderr


# Which graphs


def names(found: set) -> set[str]:
    return {quad.graph_name.value.removeprefix(GRAPH) for quad in found}


@pytest.mark.parametrize(
    ("options", "graphs"),
    [
        ([], {"authority", "001_e03186edf4a8495b", "003_73cb7c800c9f6d9a", "inferred"}),
        (["--asserted"], {"authority", "001_e03186edf4a8495b", "003_73cb7c800c9f6d9a"}),
        (["--inferred"], {"inferred"}),
        (["--inferred", "--ontology"], {"inferred", "ontology"}),
        (["--graph", "authority", "--graph", f"<{GRAPH}inferred>"], {"authority", "inferred"}),
        (["--graph", "authority", "--ontology"], {"authority", "ontology"}),
        (["--graph", "auth"], {"authority"}),
    ],
)
def test_options_choose_graphs(project, options, graphs):
    assert names(whole(project, *options)) == graphs


def test_options_that_contradict_are_refused(project):
    assert "choose one of" in run(project, "--asserted", "--inferred").stderr
    assert "choose one of" in run(project, "--asserted", "--graph", "authority").stderr


def test_the_head_says_that_it_is_a_part(project):
    head = run(project, "--inferred").stdout.splitlines()[:3]
    assert head[0] == "# what is inferred; part of a build of"
    assert "part of" not in run(project).stdout


# In a folder


@pytest.mark.parametrize("by", ["article", "class", "7", "1", "100000"])
@pytest.mark.parametrize("form", ["nq", "trig", "ttl.gz", "nt", "jsonld.zst", "rdfxml"])
def test_the_files_together_hold_the_whole(project, by, form):
    run(project, "--split", by, "-F", form, "-o", str(project / "out"))
    syntax = "rdf" if form == "rdfxml" else form.partition(".")[0]
    found = quads(*written(project / "out"))
    content = run(project, "-F", form.partition(".")[0]).stdout_bytes
    assert found == {
        quad for quad in parse(content, FORMATS[syntax]) if quad.graph_name != DESCRIPTION
    }


@pytest.mark.parametrize("by", ["article", "class", "5"])
def test_no_statement_is_in_two_files_and_no_subject_in_two_with_its_graph(project, by):
    run(project, "--split", by, "-F", "nq", "-o", str(project / "out"))
    files = {path.name: quads(path) for path in written(project / "out")}
    assert len(files) > 1
    statements = Counter(quad for found in files.values() for quad in found)
    assert set(statements.values()) == {1}
    subjects = Counter(
        key for found in files.values() for key in {(q.subject, q.graph_name) for q in found}
    )
    assert set(subjects.values()) == {1}


def test_a_file_for_each_article(project):
    run(project, "--split", "article", "-F", "nq.gz", "-o", str(project / "out"))
    found = {path.name: names(quads(path)) for path in written(project / "out")}
    assert found == {
        f"{name}.nq.gz": {name}
        for name in ("001_e03186edf4a8495b", "003_73cb7c800c9f6d9a", "authority", "inferred")
    }


def test_a_file_for_each_class_has_the_most_specific_one(project):
    # Persons are agents, too, by what is inferred.
    run(project, "--split", "class", "-F", "nt", "-o", str(project / "out"))
    files = {path.stem for path in written(project / "out")}
    assert {"news-Person", "text-Span", "oa-TextQuoteSelector"} <= files
    assert "baqeri" not in (project / "out" / "news-Agent.nt").read_text()
    person = (project / "out" / "news-Person.nt").read_text()
    assert {line.split()[0].rpartition("/")[2] for line in person.splitlines()} == {
        "abdullah-al-raisi>",
        "mohammad-baqeri>",
    }


def test_files_of_a_number_of_statements(project):
    run(project, "--split", "7", "-F", "nt", "-o", str(project / "out"))
    counts = {path.stem: path.read_bytes().count(b"\n") for path in written(project / "out")}
    assert list(counts)[:2] == ["part-00001", "part-00002"]
    for path in written(project / "out"):
        subjects = {line.split()[0] for line in path.read_text().splitlines()}
        assert counts[path.stem] <= 7 or len(subjects) == 1


def test_the_ontology_is_never_divided(project):
    run(project, "--split", "3", "-F", "nq", "--ontology", "-o", str(project / "out"))
    there = project / "build" / "one" / "ontology.nq"
    assert (project / "out" / "ontology.nq").read_bytes() == there.read_bytes()


def test_classes_that_differ_in_case_or_have_no_prefix_get_files_of_their_own(project, settle):
    one = project / "build" / "one"
    article = one / "articles" / "001_e03186edf4a8495b.nq"
    kinds = ["ontology#Person", "ontology#PERSON", "other/Person", "other#Person", "other#x é/"]
    lines = [
        f"<x:{n}> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> "
        f"<https://example.org/newskg/{kind.replace(' ', '%20')}> <{GRAPH}{article.stem}> .\n"
        for n, kind in enumerate(kinds)
    ]
    article.write_text("".join(lines))
    settle(one)
    graph = article.stem
    run(project, "--split", "class", "--graph", graph, "-F", "nt", "-o", str(project / "out"))
    files = written(project / "out")
    assert len({path.name.casefold() for path in files}) == len(kinds)
    assert all(path.read_bytes().count(b"\n") == 1 for path in files)
    assert all(path.name.isascii() and "%" not in path.name for path in files)


@pytest.mark.parametrize("by", ["article", "class", "9"])
def test_the_same_files_each_time_and_sums_that_can_be_checked(project, by):
    for place, seed in (("a", "1"), ("b", "2")):
        code = "import sys; from pathlib import Path; from kg.commands.export import command;"
        code += "command(sys.argv[2:], obj=Path(sys.argv[1]))"
        line = ["--split", by, "-F", "trig.zst", "-o", str(project / place)]
        environment = {"PYTHONHASHSEED": seed, "PYTHONPATH": str(SAMPLE.parent.parent)}
        subprocess.run(
            [sys.executable, "-c", code, str(project), *line], check=True, env=environment
        )
    first, second = ({p.name: p.read_bytes() for p in (project / f).iterdir()} for f in "ab")
    assert first == second
    for line in first[SUMS].decode().splitlines():
        digest, name = line.split(" *")
        assert sha256(first.pop(name)).hexdigest() == digest
    assert list(first) == [SUMS]


def test_a_folder_of_an_earlier_export_is_replaced(project):
    out = project / "out"
    run(project, "--split", "1", "-F", "nt", "-o", str(out))
    run(project, "--split", "article", "-o", str(out))
    assert {path.suffix for path in written(out)} == {".ttl"}
    assert [path.name for path in project.iterdir() if path.name.startswith(".")] == []


def test_a_folder_with_other_files_is_left_alone(project):
    out = project / "out"
    run(project, "--split", "article", "-o", str(out))
    before = {path.name for path in out.iterdir()}
    (out / "notes.txt").write_text("mine")
    with pytest.raises(Misuse, match=r"it holds `notes\.txt`, which no export wrote"):
        run(project, "--split", "class", "-o", str(out))
    assert {path.name for path in out.iterdir()} == before | {"notes.txt"}


def test_a_file_in_place_of_the_folder_is_left_alone(project):
    (project / "out").write_text("mine")
    with pytest.raises(Unavailable, match="cannot be written: not a directory"):
        run(project, "--split", "class", "-o", str(project / "out"))
    assert (project / "out").read_text() == "mine"


def half(lines, syntax, out, style):
    out.write(next(iter(lines)))
    raise ContentError([Diagnostic("X703", "broken")])


def test_half_a_folder_is_never_left(project, monkeypatch):
    out = project / "out"
    run(project, "--split", "article", "-o", str(out))
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    monkeypatch.setattr(commands, "write_lines", half)
    with pytest.raises(ContentError, match="broken"):
        run(project, "--split", "class", "-o", str(out))
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert sorted(p.name for p in project.iterdir()) == ["build", "out"]


def test_the_old_folder_comes_back_if_the_new_one_cannot_take_its_place(project, monkeypatch):
    out = project / "out"
    run(project, "--split", "article", "-o", str(out))
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    rename = Path.rename

    def refuse(self, target):
        if self.name.endswith(".part"):
            raise PermissionError(13, "Permission denied")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(Unavailable, match="permission denied"):
        run(project, "--split", "class", "-o", str(out))
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert sorted(p.name for p in project.iterdir()) == ["build", "out"]


def test_a_split_needs_a_folder(project):
    for output in ([], ["-o", "-"]):
        done = run(project, "--split", "class", *output)
        assert done.exit_code == 2
        assert "name the folder" in done.stderr


@pytest.mark.parametrize("value", ["0", "-1", "graph", "1.5", ""])
def test_an_unknown_split_is_refused(project, value):
    done = run(project, f"--split={value}", "-o", str(project / "out"))
    assert done.exit_code == 2
    assert "none of article, class and the numbers from 1" in done.stderr


def test_packing_leaves_the_stream_open():
    out = io.BytesIO()
    with packing.packing(out, ".gz") as packed:
        packed.write(b"x")
    assert gzip.decompress(out.getvalue()) == b"x"
