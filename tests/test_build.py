"""The build of the five real articles: same bytes, nothing redone, never half a build."""

from __future__ import annotations

import json
import math
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path

import pytest
from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    Triple,
    parse,
)

import kg as kg_api
from kg.building.flow import build
from kg.building.workshop import Workshop
from kg.checking.check import check
from kg.diagnostics import ContentError, Findings
from kg.project.freshness import fingerprint
from kg.project.settings import load_project
from kg.rdf.dataset import difference
from kg.reasoning import entailment
from kg.store.embedded import Build, open_build
from kg.store.origins import from_files
from kg.terms import OA, RDF

BASE = "https://example.org/newskg/"
TEXT = BASE + "text#"
CHANGED = "003_73cb7c800c9f6d9a"
COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
KILLS = 20

# Laid on the path of a build: folders are listed backwards, as another file system might do.
BACKWARDS = """
import os

list_, scan = os.listdir, os.scandir

class Backwards:
    def __init__(self, path):
        with scan(path) as entries:
            self.entries = iter(sorted(entries, key=lambda entry: entry.name, reverse=True))
    def __iter__(self): return self.entries
    def __next__(self): return next(self.entries)
    def __enter__(self): return self
    def __exit__(self, *_): return None
    def close(self): return None

os.scandir = lambda path=".": Backwards(path)
os.listdir = lambda path=".": sorted(list_(path), reverse=True)
"""


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a build but the store, whose files the engine names as it likes."""
    files = (path for path in folder.rglob("*") if path.is_file())
    named = {path.relative_to(folder).as_posix(): path for path in files}
    return {n: path.read_bytes() for n, path in named.items() if not n.startswith("store/")}


def changes(one: Mapping[str, bytes], other: Mapping[str, bytes]) -> list[str]:
    """The names of files that differ, or that only one build has."""
    return sorted(n for n in {*one, *other} if one.get(n) != other.get(n))


def data_files(folder: Path) -> list[Path]:
    """The N-Quads files that hold data; the ontology is no data."""
    articles = sorted(folder.glob("articles/*.nq"))
    return [folder / "authority.nq", *articles, folder / "passages.nq", folder / "inferred.nq"]


def hash_of(files: Iterable[Path]) -> str:
    """The hash of a build, as the documents describe it: from the RDFC-1.0 hash of each graph."""
    lines = []
    for file in files:
        dataset = Dataset(parse(path=str(file), format=RdfFormat.N_QUADS))
        dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
        canonical = "".join(sorted(f"{quad} .\n" for quad in dataset)).encode()
        name = next((quad.graph_name.value for quad in dataset), f"{BASE}graph/{file.stem}")
        lines.append(f"{name} {sha256(canonical).hexdigest()}\n")
    return sha256("".join(sorted(lines)).encode()).hexdigest()


def quads(*files: Path) -> list[Quad]:
    return [quad for file in files for quad in parse(path=str(file), format=RdfFormat.N_QUADS)]


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory, copy_project: Callable[..., Path], kg) -> Path:
    """The same articles built from nothing on what might be another machine."""
    folder = copy_project(tmp_path_factory.mktemp("x") / "deep" / "elsewhere ü", lambda f: f[::-1])
    site = tmp_path_factory.mktemp("site")
    (site / "sitecustomize.py").write_text(BACKWARDS)
    path = f"{site}{os.pathsep}{Path(__file__).parent.parent}"
    env = {"PYTHONHASHSEED": "4711", "TZ": "Pacific/Chatham", "LC_ALL": "tr_TR.UTF-8"}
    result = kg("build", "--workers", "2", folder=folder, env={**env, "PYTHONPATH": path})
    assert result.returncode == 0, result.stderr
    return (folder / "build" / "current").resolve()


@pytest.fixture(scope="module")
def work(tmp_path_factory, real) -> Path:
    """A copy of the real build that tests may rebuild; each leaves it as it was."""
    folder = tmp_path_factory.mktemp("work") / "project"
    shutil.copytree(real.folder, folder, symlinks=True)
    return folder


@pytest.fixture
def mapping(work: Path) -> Iterator[Path]:
    """A mapping of the copy, put back as it was."""
    path = work / "mappings" / f"{CHANGED}.yaml"
    before = path.read_bytes()
    yield path
    path.write_bytes(before)


# Same input, same bytes


def test_same_bytes_on_another_machine(real, elsewhere: Path) -> None:
    assert changes(contents(real.current), contents(elsewhere)) == []


def test_every_kind_of_file_is_compared(real) -> None:
    names = set(contents(real.current))
    stems = [path.stem for path in (real.folder / "mappings").glob("*.yaml")]
    assert len(stems) == 5
    expected = {"context.jsonld", "kg.ttl", "kg.trig", "manifest.json", "ontology.nq"}
    expected |= {"axioms.nt", "individuals.nt", "inferred.nq"}
    for name in ("authority", "passages"):
        expected |= {f"{name}.nq", f"{name}.origins.json"}
    expected |= {f"articles/{stem}{end}" for stem in stems for end in (".nq", ".origins.json")}
    expected |= {"articles/prints.bin", "articles/records.json", "common.json"}
    expected.add("passages.json")
    assert names == expected


def test_one_changed_byte_is_seen(real) -> None:
    before = contents(real.current)
    after = {**before, "kg.ttl": before["kg.ttl"][:-2] + b"!\n"}
    assert changes(before, after) == ["kg.ttl"]
    assert changes(before, {n: c for n, c in before.items() if n != "kg.trig"}) == ["kg.trig"]


def test_stores_hold_the_same(real, elsewhere: Path) -> None:
    stores = [Build(folder, {}).store for folder in (real.current, elsewhere)]
    assert not difference(*stores)
    assert len(stores[0]) > 10_000


# Nothing is redone


def state(folder: Path) -> dict[str, tuple[int, int]]:
    found = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        found[path.relative_to(folder).as_posix()] = (status.st_mtime_ns, status.st_ino)
    return found


@pytest.mark.parametrize("part", ["store", "kg.ttl"])
def test_a_build_that_has_lost_a_part_is_made_again(part: str, tmp_path, copy_project, kg) -> None:
    folder = copy_project(tmp_path / "project")
    assert kg("build", folder=folder).returncode == 0
    lost = folder / "build" / "current" / part
    before = contents(folder / "build" / "current")
    shutil.rmtree(lost) if lost.is_dir() else lost.unlink()
    again = kg("build", folder=folder)
    assert "5 unchanged articles taken over" in again.stdout
    assert contents(folder / "build" / "current") == before
    assert kg("query", "ASK { ?s ?p ?o }", folder=folder).stdout == "true\n"


def test_nothing_is_done_when_nothing_changed(real, kg) -> None:
    before = state(real.folder)
    result = kg("build", folder=real.folder)
    assert result.returncode == 0, result.stderr
    assert "nothing was done" in result.stdout
    assert result.stdout.splitlines()[:6] == real.output.splitlines()[:6]
    assert state(real.folder) == before


def test_one_changed_mapping_rebuilds_one_article_and_readers_keep_reading(
    real, work: Path, mapping: Path, kg
) -> None:
    """There and back again: what comes of the second change equals a build from nothing."""
    reader = open_build(work / "build")
    answer = str(next(iter(reader.store.query(COUNT))))
    before = contents(work / "build" / "current")
    original = mapping.read_bytes()

    mapping.write_bytes(b"# one line more\n" + original)
    result = kg("build", folder=work)
    assert result.returncode == 0, result.stderr
    assert "4 unchanged articles taken over" in result.stdout
    there = contents(work / "build" / "current")
    changed = [f"articles/{CHANGED}.origins.json", "articles/records.json", "manifest.json"]
    assert changes(before, there) == changed

    mapping.write_bytes(original)
    result = kg("build", folder=work)
    assert "4 unchanged articles taken over" in result.stdout
    assert changes(contents(work / "build" / "current"), contents(real.current)) == []
    assert str(next(iter(reader.store.query(COUNT)))) == answer
    assert not reader.folder.exists(), "the reader was not put to the test"


def test_an_article_that_goes_and_comes_back(real, work: Path, kg) -> None:
    """The inferred triples of the whole graph follow: both builds equal one from nothing."""
    gone = [work / "seeds" / f"{CHANGED}.txt", work / "mappings" / f"{CHANGED}.yaml"]
    kept = {path: path.read_bytes() for path in gone}
    for path in gone:
        path.unlink()
    try:
        result = kg("build", folder=work)
        assert result.returncode == 0, result.stderr
        files = contents(work / "build" / "current")
        assert f"articles/{CHANGED}.nq" not in files
        assert f"/{CHANGED}".encode() not in files["kg.ttl"]  # settlements name it as a text
        assert f"/{CHANGED}".encode() not in files["inferred.nq"]
    finally:
        for path, content in kept.items():
            path.write_bytes(content)
    assert kg("build", folder=work).returncode == 0
    assert changes(contents(work / "build" / "current"), contents(real.current)) == []


# Never half a build


def usable(folder: Path) -> str:
    """Check that the current build is whole and answers; returns its fingerprint."""
    current = open_build(folder / "build")
    files = [*data_files(current.folder), current.folder / "ontology.nq"]
    triples = {quad.triple for quad in quads(*files)}
    assert str(next(iter(current.store.query(COUNT)))["n"].value) == str(len(triples))
    assert hash_of(data_files(current.folder)) == current.manifest["hash"]
    for name in ("kg.ttl", "kg.trig"):
        text = (current.folder / name).read_bytes()
        assert current.manifest["hash"].encode() in text[:500]
        assert text.endswith((b".\n", b"}\n"))
    return str(current.manifest["fingerprint"])


def killed_after(folder: Path, seconds: float, environment: dict[str, str]) -> float:
    """Start a build and end it by SIGKILL; returns how long it took if it ended before that."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "kg", "build"],
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        assert process.wait() in (0, -signal.SIGKILL)
        return math.inf
    assert process.returncode == 0
    return time.perf_counter() - start


def test_killed_at_any_moment_a_whole_build_remains(
    real, work: Path, mapping: Path, kg, root: Path
) -> None:
    """Kills are spread over the whole of a build, each at a random point of its share."""
    original = mapping.read_bytes()
    environment = {**os.environ, "PYTHONPATH": str(root)}
    mapping.write_bytes(original + b"# -1\n")
    start = time.perf_counter()
    assert kg("build", folder=work).returncode == 0
    duration = time.perf_counter() - start
    before = usable(work)
    current = (work / "build" / "current").resolve()
    untouched = state(current)
    draw = random.Random(20250212)
    moments = [(number + draw.random()) / KILLS for number in range(KILLS)]
    killed = 0
    for number, moment in enumerate(moments):
        mapping.write_bytes(original + f"# {number}\n".encode())
        took = killed_after(work, moment * duration, environment)
        killed, duration = killed + math.isinf(took), min(duration, took)
        if (work / "build" / "current").resolve() == current:
            assert state(current) == untouched
            assert open_build(work / "build").store.query(COUNT)
        else:
            assert usable(work) == fingerprint(load_project(work)).whole != before
            current = (work / "build" / "current").resolve()
            before, untouched = usable(work), state(current)
    assert killed >= 15, f"only {killed} of {KILLS} builds were killed before their end"
    mapping.write_bytes(original)
    assert kg("build", folder=work).returncode == 0
    assert changes(contents(work / "build" / "current"), contents(real.current)) == []
    assert len(list((work / "build" / ".generations").iterdir())) <= 2, "remains pile up"


def test_a_failing_build_leaves_the_previous_one(work: Path, mapping: Path, kg) -> None:
    before = contents(work / "build" / "current")
    mapping.write_bytes(mapping.read_bytes() + b"wrong: []\n")
    result = kg("build", folder=work)
    assert result.returncode == 1
    assert result.stdout == ""
    assert re.search(r"^error\[M201\]: section `wrong`", result.stderr)
    assert result.stderr.endswith("1 error; `kg explain M201` says more\n")
    assert contents(work / "build" / "current") == before
    asked = kg("query", "ASK { ?s a news:Meeting }", folder=work)
    assert (asked.returncode, asked.stdout) == (0, "true\n")


def test_two_builds_at_once(lay, root: Path) -> None:
    folder = lay(
        files={"seeds/tower.txt": "Nothing of note.\n", "mappings/tower.yaml": "article: {}\n"}
    )
    shutil.rmtree(folder / "build")
    command = [sys.executable, "-m", "kg", "build"]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    both = [subprocess.Popen(command, cwd=folder, env=environment, **pipes) for _ in range(2)]
    answers = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sorted(errors for _, errors in answers) == ["", "waiting for another build\n"]
    open_build(folder / "build")


# Without Java


def test_without_java_the_closure_is_written_and_a_note_given(lay, monkeypatch) -> None:
    monkeypatch.setattr(entailment, "find_java", lambda: None)
    folder = lay()
    shutil.rmtree(folder / "build")
    summary = build(folder)
    assert [(d.code, d.severity) for d in summary.findings] == [("R503", "note")]
    assert summary.manifest["owl"]["engine"] is None
    assert summary.manifest["counts"]["inferred"] > 0


# Workers


def test_workers_find_the_same_faults(lay) -> None:
    wrong = "remarks:\n  - speaker: nobody\n    quote: not there\n"
    files = {f"seeds/{stem}.txt": "The dome leaks.\n" for stem in ("one", "two")}
    files |= {f"mappings/{stem}.yaml": wrong for stem in ("one", "two")}
    alone, shared = (check(lay(files=files), workers=workers) for workers in (1, 2))
    assert [d.code for d in alone] == ["M203", "G301", "G301"]
    assert alone == shared


# Every fact has its words


def number(term: object) -> int:
    assert isinstance(term, Literal)
    return int(term.value)


def wrong_spans(found: list[Quad], texts: Mapping[str, str]) -> list[str]:
    """The spans whose offsets, selectors and words do not agree with the article."""
    said = {(q.subject.value, q.predicate.value): q.object for q in found}
    spans = {q.subject.value for q in found if q.object == NamedNode(TEXT + "Span")}
    wrong = []
    for iri in sorted(spans):
        match = re.fullmatch(rf"{re.escape(BASE)}article/(.+)#char=(\d+),(\d+)", iri)
        if match is None:
            wrong.append(f"{iri}: not the IRI of a span")
            continue
        text, start, end = texts[match[1]], int(match[2]), int(match[3])
        quote, position = f"{iri}/quote", f"{iri}/position"
        expected = {
            (quote, OA + "exact"): Literal(text[start:end]),
            (quote, OA + "prefix"): Literal(text[max(0, start - 32) : start]),
            (quote, OA + "suffix"): Literal(text[end : end + 32]),
            (iri, OA + "hasSource"): NamedNode(f"{BASE}article/{match[1]}"),
            (iri, TEXT + "inArticle"): NamedNode(f"{BASE}article/{match[1]}"),
        }
        wrong += [
            f"{key}: {said.get(key)}" for key, value in expected.items() if said.get(key) != value
        ]
        if (number(said[position, OA + "start"]), number(said[position, OA + "end"])) != (
            start,
            end,
        ):
            wrong.append(f"{position}: other offsets than its IRI")
    return wrong if spans else ["there are no spans"]


@pytest.fixture(scope="module")
def texts(real) -> dict[str, str]:
    return {p.stem: p.read_bytes().decode() for p in (real.folder / "seeds").glob("*.txt")}


@pytest.fixture(scope="module")
def article_quads(real) -> list[Quad]:
    return quads(*real.current.glob("articles/*.nq"))


def test_spans_are_the_words_of_the_article(article_quads, texts) -> None:
    assert wrong_spans(article_quads, texts) == []


def with_changed(found: list[Quad], predicate: str, change: Callable[[Quad], Quad]) -> list[Quad]:
    """The quads with the first one of a predicate changed."""
    index = next(i for i, quad in enumerate(found) if quad.predicate.value == predicate)
    return [*found[:index], change(found[index]), *found[index + 1 :]]


def shifted(quad: Quad) -> Quad:
    one_on = Literal(str(number(quad.object) + 1), datatype=quad.object.datatype)
    return Quad(quad.subject, quad.predicate, one_on, quad.graph_name)


def shortened(quad: Quad) -> Quad:
    return Quad(quad.subject, quad.predicate, Literal(quad.object.value[:-1]), quad.graph_name)


@pytest.mark.parametrize(
    ("predicate", "change"),
    [
        (OA + "start", shifted),
        (OA + "end", shifted),
        (OA + "exact", shortened),
        (OA + "suffix", shortened),
    ],
)
def test_one_changed_offset_or_word_is_seen(article_quads, texts, predicate, change) -> None:
    assert len(wrong_spans(with_changed(article_quads, predicate, change), texts)) == 1


def test_one_changed_character_of_an_article_is_seen(article_quads, texts) -> None:
    stem = min(texts)
    assert wrong_spans(article_quads, {**texts, stem: "x" + texts[stem]})


def test_articles_are_pinned_by_their_digest(article_quads, texts) -> None:
    said = {
        q.subject.value: q.object for q in article_quads if q.predicate.value == TEXT + "sha256"
    }
    expected = {stem: sha256(text.encode()).hexdigest() for stem, text in texts.items()}
    assert {iri.rpartition("/")[2]: term.value for iri, term in said.items()} == expected


@pytest.mark.parametrize("stem", ["000_ad8a7268f9b90791", CHANGED])
def test_one_changed_word_in_text_or_mapping_fails_the_build(
    stem: str, tmp_path: Path, copy_project
) -> None:
    folder = copy_project(tmp_path)
    workshop = Workshop(load_project(folder))
    findings = Findings()
    assert workshop.ground(stem, findings) is not None
    assert len(findings) == 0

    mapping, seed = folder / f"mappings/{stem}.yaml", folder / f"seeds/{stem}.txt"
    original = mapping.read_text(encoding="utf-8")
    quote = re.search(r"^ +quote: (\w+) (\w+)", original, re.MULTILINE)
    assert quote
    mapping.write_text(original.replace(quote[0], f"{quote[0]}x", 1), encoding="utf-8")
    workshop.ground(stem, findings)
    assert [d.code for d in findings.errors()] == ["G301"]

    mapping.write_text(original, encoding="utf-8")
    seed.write_text(seed.read_text(encoding="utf-8").replace(quote[2], f"{quote[2]}x"))
    workshop.ground(stem, findings)
    assert len(findings.errors()) > 1


# Every triple has a why


def test_every_quad_has_an_origin(real, texts) -> None:
    files = [real.current / "authority.nq", *sorted(real.current.glob("articles/*.nq"))]
    for file in files:
        found = quads(file)
        origins = from_files(found, file.with_suffix(".origins.json").read_bytes())
        assert len(origins) == len(found) > 50
        for quad, origin in origins.items():
            assert origin.place or origin.spans, quad
            if origin.place:
                line = (real.folder / origin.place.path).read_text("utf-8").split("\n")
                assert 1 <= origin.place.line <= len(line)
                assert origin.place.column <= len(line[origin.place.line - 1]) + 1
            for span in origin.spans:
                assert texts[file.stem][span.start : span.end].strip()


def test_origins_lead_to_the_line_that_says_so(real) -> None:
    """The individuals of a domain fact are named on the line that its origin points to."""
    file = real.current / f"articles/{CHANGED}.nq"
    origins = from_files(quads(file), file.with_suffix(".origins.json").read_bytes())
    lines = (real.folder / f"mappings/{CHANGED}.yaml").read_text("utf-8").split("\n")
    seen = 0
    for quad, origin in origins.items():
        person = re.fullmatch(rf"{BASE}person/([a-z-]+)", getattr(quad.object, "value", ""))
        if person and quad.predicate.value.startswith(BASE + "ontology#"):
            place = origin.place
            assert place.path == f"mappings/{CHANGED}.yaml"
            assert lines[place.line - 1][place.column - 1 : place.end_column - 1] == person[1]
            seen += 1
    assert seen > 10


def test_facts_of_shared_nodes_are_stated_triples_with_words(article_quads) -> None:
    by_subject: dict[str, dict[str, list[object]]] = {}
    for quad in article_quads:
        said = by_subject.setdefault(quad.subject.value, {})
        said.setdefault(quad.predicate.value, []).append(quad.object)
    triples = {quad.triple for quad in article_quads}
    facts = [said for iri, said in by_subject.items() if iri.startswith(BASE + "fact/")]
    assert len(facts) > 50
    for said in facts:
        subject, predicate, object_ = (said[RDF + n][0] for n in ("subject", "predicate", "object"))
        assert Triple(subject, predicate, object_) in triples
        assert said[TEXT + "quote"]
        assert len(said[TEXT + "inArticle"]) == 1


# The graph as a whole


def test_data_has_no_blank_nodes(real) -> None:
    for file in data_files(real.current):
        found = quads(file)
        assert found
        assert not [q for q in found if BlankNode in (type(q.subject), type(q.object))]


def test_each_file_is_one_named_graph(real) -> None:
    for file in data_files(real.current):
        graph = NamedNode(f"{BASE}graph/{file.stem}")
        assert {quad.graph_name for quad in quads(file)} == {graph}


def test_files_are_canonical_nquads(real) -> None:
    for file in [*data_files(real.current), real.current / "ontology.nq"]:
        lines = file.read_bytes().split(b"\n")
        assert lines.pop() == b""
        assert lines == sorted(set(lines))
        if file.name != "ontology.nq":
            assert sorted(f"{quad} .".encode() for quad in quads(file)) == lines


def test_turtle_and_trig_hold_the_data(real) -> None:
    data = quads(*data_files(real.current))
    turtle = {q.triple for q in parse(path=str(real.current / "kg.ttl"), format=RdfFormat.TURTLE)}
    trig = set(parse(path=str(real.current / "kg.trig"), format=RdfFormat.TRIG))
    assert turtle == {quad.triple for quad in data}
    assert trig == set(data)


def test_store_holds_the_data_the_ontology_and_their_merge(real) -> None:
    files = [*data_files(real.current), real.current / "ontology.nq"]
    stored = Dataset(Build(real.current, {}).store)
    named = [quad for quad in stored if quad.graph_name != DefaultGraph()]
    merged = [quad.triple for quad in stored if quad.graph_name == DefaultGraph()]
    assert len(named) == len(quads(*files))
    assert len(merged) == len(set(merged))
    assert set(merged) == {quad.triple for quad in named}


def test_manifest_counts_what_is_there(real) -> None:
    manifest = json.loads((real.current / "manifest.json").read_bytes())
    counts, articles = manifest["counts"], quads(*real.current.glob("articles/*.nq"))
    typed = [q for q in articles if q.predicate.value == RDF + "type"]
    spans = {q.subject for q in typed if q.object.value == TEXT + "Span"}
    mentions = {q.subject for q in typed if q.object.value == TEXT + "Mention"}
    assert counts["articles"] == 5
    shared = quads(real.current / "authority.nq", real.current / "passages.nq")
    assert counts["asserted"] == len(articles) + len(shared)
    assert counts["inferred"] == len(quads(real.current / "inferred.nq")) > 500
    assert counts["mentions"] == len(mentions)
    assert len(spans - mentions) <= counts["spans"] <= len(spans)
    assert manifest["hash"] == hash_of(data_files(real.current))
    assert manifest["owl"]["consistent"] is True
    assert manifest["shacl"]["conforms"] is True


def test_manifest_names_every_input(real) -> None:
    inputs = open_build(real.current).inputs
    project = load_project(real.folder)
    expected = {n: sha256((real.folder / n).read_bytes()).hexdigest() for n in project.inputs()}
    assert inputs == expected
    assert {name.split("/")[0] for name in inputs} >= {"seeds", "mappings", "ontology"}


def test_asserted_data_is_not_touched_by_reasoning(real) -> None:
    inferred = {quad.triple for quad in quads(real.current / "inferred.nq")}
    asserted = {quad.triple for quad in quads(*data_files(real.current)[:-1])}
    assert not inferred & asserted


def test_python_api_hands_out_the_graph(real) -> None:
    graph = kg_api.open(real.folder)
    assert graph.manifest["counts"]["articles"] == 5
    assert bool(graph.store.query("ASK { ?s a <https://example.org/newskg/ontology#Meeting> }"))
    with pytest.raises(ContentError):
        kg_api.open(real.folder / "seeds")


@pytest.mark.parametrize("name", ["other", "tower-again"])
def test_passages_do_not_hang_on_names(name: str, lay, monkeypatch) -> None:
    """With its ending, the name of a file may stand before that of another one; without, behind."""
    monkeypatch.setattr(entailment, "find_java", lambda: None)
    monkeypatch.setattr("kg.building.flow.check_shapes", lambda _: [])
    folder = lay()
    shutil.rmtree(folder / "build")
    text = (folder / "seeds/tower.txt").read_text(encoding="utf-8")
    (folder / f"seeds/{name}.txt").write_text(f"{text}\nNobody saw it.\n", encoding="utf-8")
    shutil.copy(folder / "mappings/tower.yaml", folder / f"mappings/{name}.yaml")
    build(folder)
    shared = (folder / "build/current/passages.json").read_text(encoding="utf-8").splitlines()
    lefts, rights = ({json.loads(row)[at] for row in shared} for at in (0, 3))
    assert lefts | rights == {"tower", name}
