"""The description of the data set, against counts and digests that are taken in another way."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from hashlib import sha256
from pathlib import Path

import pytest
import rdflib
from click.testing import CliRunner
from pyoxigraph import CanonicalizationAlgorithm, Dataset, RdfFormat, Store, parse
from rdflib.namespace import DCAT, DCTERMS, OWL, PROV, RDF, RDFS, SH, VOID

from kg.commands.export import command
from kg.project.manifest import write_manifest
from kg.project.settings import load_project

BASE = "https://example.org/newskg/"
DATASET = rdflib.URIRef(f"{BASE}dataset")


def run(folder: Path, *arguments: str):
    done = CliRunner().invoke(command, list(arguments), obj=folder)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def read(folder: Path) -> rdflib.Graph:
    return rdflib.Graph().parse(data=run(folder, "--describe").stdout, format="turtle")


@pytest.fixture(scope="module")
def description(real) -> rdflib.Graph:
    return read(real.folder)


@pytest.fixture(scope="module")
def data(real) -> rdflib.Graph:
    return rdflib.Graph().parse(data=run(real.folder).stdout, format="turtle")


def number(graph: rdflib.Graph, subject, predicate) -> int:
    (value,) = graph.objects(subject, predicate)
    return int(value)


def test_the_numbers_are_those_that_another_reader_counts(description, data):
    assert number(description, DATASET, VOID.triples) == len(data)
    assert number(description, DATASET, VOID.distinctSubjects) == len(set(data.subjects()))
    assert number(description, DATASET, VOID.properties) == len(set(data.predicates()))
    assert number(description, DATASET, VOID.classes) == len(set(data.objects(None, RDF.type)))


@pytest.mark.parametrize(
    ("link", "term", "measure", "of"),
    [
        (VOID.classPartition, VOID["class"], VOID.entities, RDF.type),
        (VOID.propertyPartition, VOID.property, VOID.triples, None),
    ],
)
def test_each_class_and_property_is_counted(description, data, link, term, measure, of):
    parts = list(description.objects(DATASET, link))
    told = {description.value(part, term): number(description, part, measure) for part in parts}
    assert len(told) == len(parts)
    assert told == Counter(o if of else p for _, p, o in data if of in (None, p))


def test_each_graph_is_counted(description, real):
    content = run(real.folder, "-F", "nq", "--ontology").stdout_bytes
    counted = Counter(quad.graph_name.value for quad in parse(content, RdfFormat.N_QUADS))
    told = {str(graph) for graph in description.objects(DATASET, VOID.subset)}
    assert told == counted.keys()
    for graph, size in counted.items():
        assert number(description, rdflib.URIRef(graph), VOID.triples) == size


def test_inputs_have_the_digests_of_the_files(description, real):
    project = load_project(real.folder)
    expected = set(project.inputs())
    activity = description.value(DATASET, PROV.wasGeneratedBy)
    used = list(description.objects(activity, PROV.used))
    assert {str(description.value(file, RDFS.label)) for file in used} == expected
    for file in used:
        path = real.folder / str(description.value(file, RDFS.label))
        digest = sha256(path.read_bytes()).hexdigest()
        assert str(description.value(file, DCTERMS.identifier)) == f"SHA-256 {digest}"


def test_the_hash_is_that_of_the_canonical_form(description, real):
    """Of each graph, and of the whole: of the list of its graphs of data with their hashes."""
    lines = []
    for graph in description.objects(DATASET, VOID.subset):
        content = run(real.folder, "-F", "nq", "--graph", str(graph)).stdout_bytes
        dataset = Dataset(parse(content, RdfFormat.N_QUADS))
        dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
        canonical = "".join(sorted(f"{quad} .\n" for quad in dataset)).encode()
        hash_ = sha256(canonical).hexdigest()
        assert str(description.value(graph, DCTERMS.identifier)) == f"RDFC-1.0 SHA-256 {hash_}"
        lines.append(f"{graph} {hash_}\n")
    whole = sha256("".join(sorted(line for line in lines if "/ontology " not in line)).encode())
    told = str(description.value(DATASET, DCTERMS.identifier))
    assert told == f"SHA-256 {whole.hexdigest()}"


def test_versions_verdicts_and_prefixes_are_told(description):
    modules = set(description.objects(DATASET, DCTERMS.conformsTo))
    assert len(modules) == 6
    assert {str(description.value(module, OWL.versionInfo)) for module in modules} == {"0.1.0"}
    (report,) = description.subjects(RDF.type, SH.ValidationReport)
    assert description.value(report, SH.conforms).toPython() is True
    verdict = description.value(rdflib.URIRef(f"{DATASET}#reasoning"), DCTERMS.description)
    assert str(verdict).startswith("OWL 2 DL: consistent, by HermiT")
    assert "Java" not in verdict
    declared = {
        str(description.value(node, SH.prefix)): str(description.value(node, SH.namespace))
        for node in description.objects(DATASET, SH.declare)
    }
    assert declared["news"] == f"{BASE}ontology#"


def test_all_terms_are_published(description):
    spaces = (DCAT, DCTERMS, OWL, PROV, RDF, RDFS, SH, VOID)
    classes = set(description.objects(None, RDF.type))
    for term in {*description.predicates(), *classes}:
        assert any(term in space for space in spaces), term


def test_there_is_no_licence_unless_one_is_set(description, real, tmp_path):
    assert description.value(DATASET, DCTERMS.license) is None
    folder = tmp_path / "build"
    shutil.copytree(real.current, folder)
    licence = "https://creativecommons.org/licenses/by/4.0/"
    manifest = json.loads((folder / "manifest.json").read_bytes())
    write_manifest(folder, manifest | {"licence": licence})
    assert str(read(tmp_path).value(DATASET, DCTERMS.license)) == licence


def test_the_setting_is_read_and_told_to_the_build(lay):
    folder = lay()
    settings = folder / "kg.toml"
    text = settings.read_text()
    assert load_project(folder).licence == ""
    settings.write_text('licence = "https://example.org/licence"\n' + text)
    assert load_project(folder).licence == "https://example.org/licence"


def test_trig_of_the_whole_has_it_and_nothing_else_has(real):
    trig = set(parse(run(real.folder, "-F", "trig").stdout_bytes, RdfFormat.TRIG))
    lines = set(parse(run(real.folder, "-F", "nq").stdout_bytes, RdfFormat.N_QUADS))
    alone = run(real.folder, "--describe", "-F", "nq").stdout_bytes
    assert trig - lines == set(parse(alone, RdfFormat.N_QUADS)) != set()
    assert trig >= lines
    for options in (["--graph", "authority"], ["--asserted"]):
        assert b"dataset#description" not in run(real.folder, "-F", "trig", *options).stdout_bytes


def test_a_folder_of_files_has_it_beside_them(real, tmp_path):
    run(real.folder, "--split", "article", "-F", "nq", "-o", str(tmp_path / "out"))
    beside = set(rdflib.Graph().parse(tmp_path / "out" / "void.ttl"))
    assert beside > set(read(real.folder))
    run(real.folder, "--split", "article", "--inferred", "-o", str(tmp_path / "part"))
    assert not (tmp_path / "part" / "void.ttl").exists()


@pytest.mark.parametrize(
    "options",
    [["--graph", "authority"], ["--asserted"], ["--profile", "lean"], ["--split", "class"]],
)
def test_it_is_of_the_whole(real, options):
    done = run(real.folder, "--describe", *options, "-o", "x.ttl")
    assert done.exit_code == 2
    assert "give --describe by itself" in done.stderr


# Plain Turtle


def test_plain_turtle_tells_the_article_of_each_fact(real, data):
    """Of what an article states, the subject or a node of the fact names the article."""
    text = rdflib.Namespace("https://example.org/newskg/text#")
    of_facts = {
        (
            data.value(fact, RDF.subject),
            data.value(fact, RDF.predicate),
            data.value(fact, RDF.object),
            article,
        )
        for fact in data.subjects(RDF.type, text.Fact)
        for article in data.objects(fact, text.inArticle)
    }
    content = run(real.folder, "-F", "nq", "--asserted").stdout
    graphs = rdflib.Dataset()
    graphs.parse(data=content, format="nquads")
    seen = 0
    for s, p, o, graph in graphs.quads():
        stem = str(graph).rpartition("/")[2]
        article = rdflib.URIRef(f"{BASE}article/{stem}")
        if stem in ("authority", "passages") or "/quote" in s or "/position" in s:
            continue
        named = (s, text.inArticle, article) in data or s == article
        assert named or (s, p, o, article) in of_facts or p == text.quote, (s, p, o)
        seen += 1
    assert seen > 5000


def test_a_store_gives_back_what_it_was_given(real):
    """Literals are canonical: the engine's store, which rewrites others, keeps them."""
    content = run(real.folder, "-F", "nq").stdout_bytes
    store = Store()
    store.bulk_load(content, RdfFormat.N_QUADS)
    assert set(store) == set(parse(content, RdfFormat.N_QUADS))


def test_facts_read_in_the_order_of_a_sentence(real):
    block = run(real.folder).stdout.partition(" a text:Fact ;\n")[2].partition(" .\n")[0]
    keys = [line.split()[0] for line in block.splitlines()]
    assert keys[:3] == ["rdf:subject", "rdf:predicate", "rdf:object"]


@pytest.mark.parametrize("profile", ["lean", "standard", "evidence", "nanopub"])
def test_all_of_the_data_as_trig_have_the_description_with_them(real, description, profile):
    content = run(real.folder, "--profile", profile, "-F", "trig").stdout_bytes
    graphs = {str(quad.graph_name.value) for quad in parse(content, RdfFormat.TRIG)}
    assert (f"{DATASET}#description" in graphs) is (profile != "nanopub")
    dataset = rdflib.Dataset()
    dataset.parse(data=content, format="trig")
    told = set(dataset.graph(rdflib.URIRef(f"{DATASET}#description")))
    assert told == (set() if profile == "nanopub" else set(description))


@pytest.mark.parametrize(
    ("options", "media", "packing"),
    [
        (("--split", "article", "-F", "nq.gz"), "application/n-quads", "application/gzip"),
        (("--split", "500", "-F", "ttl", "--profile", "lean"), "text/turtle", None),
        (("--split", "article", "--profile", "nanopub"), "application/trig", None),
    ],
)
def test_the_files_are_distributions(real, tmp_path, options, media, packing):
    run(real.folder, *options, "-o", str(tmp_path / "files"))
    told = rdflib.Graph().parse(tmp_path / "files" / "void.ttl")
    names = {path.name for path in (tmp_path / "files").iterdir()} - {"void.ttl", "SHA256SUMS"}
    iana, spdx = "https://www.iana.org/assignments/media-types/", "http://spdx.org/rdf/terms#"
    found = set()
    for node in told.objects(DATASET, DCAT.distribution):
        name = str(told.value(node, DCTERMS.title))
        content = (tmp_path / "files" / name).read_bytes()
        assert told.value(node, RDF.type) == DCAT.Distribution
        assert int(told.value(node, DCAT.byteSize)) == len(content)
        assert told.value(node, DCAT.mediaType) == rdflib.URIRef(iana + media)
        packed = told.value(node, DCAT.compressFormat)
        assert packed == (rdflib.URIRef(iana + packing) if packing else None)
        checksum = told.value(node, rdflib.URIRef(f"{spdx}checksum"))
        value = str(told.value(checksum, rdflib.URIRef(f"{spdx}checksumValue")))
        assert value == sha256(content).hexdigest()
        found.add(name)
    assert found == names
    assert len(names) > 1


def test_a_part_of_the_data_has_no_description_with_it(real, tmp_path):
    run(real.folder, "--split", "article", "--asserted", "-o", str(tmp_path / "files"))
    assert not (tmp_path / "files" / "void.ttl").exists()
