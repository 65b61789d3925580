"""Profiles of export: four forms of the same facts, none of which turns a claim into a fact."""

from __future__ import annotations

import json
import logging
import os
import random
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest
import rdflib
from click.testing import CliRunner
from nanopub import Nanopub
from nanopub.utils import MalformedNanopubError
from pyoxigraph import NamedNode, Quad, RdfFormat, Store, Triple, parse
from rdflib.namespace import DCTERMS, PROV, RDF, RDFS

from kg.commands.export import command
from kg.diagnostics import ContentError, Unavailable
from kg.project.manifest import write_manifest
from kg.store.embedded import open_build

TESTS = Path(__file__).parent
PROFILES = ("lean", "standard", "evidence", "nanopub")
TEXT = "https://example.org/newskg/text#"
OA_SOURCE = "http://www.w3.org/ns/oa#hasSource"
NP = "http://www.nanopub.org/nschema#"
REIFIED = {RDF.subject: 0, RDF.predicate: 1, RDF.object: 2}
EVIDENCE = f"""
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX text: <{TEXT}>
"""
NODES = "SELECT DISTINCT ?x { ?m text:evidence true . ?c rdfs:subClassOf* ?m . ?x a ?c }"
PROPERTIES = """SELECT DISTINCT ?x {
    ?m text:evidence true .
    { ?x rdfs:subPropertyOf* ?m }
    UNION { ?c rdfs:subClassOf* ?m . ?q rdfs:domain|rdfs:range ?c . ?x rdfs:subPropertyOf* ?q }
}"""


def run(folder: Path, *arguments: str):
    done = CliRunner().invoke(command, list(arguments), obj=folder)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


@pytest.fixture(scope="module")
def court(tmp_path_factory, kg) -> Path:
    folder = tmp_path_factory.mktemp("court") / "court"
    shutil.copytree(TESTS / "projects" / "court", folder)
    for module in ("text.ttl", "shapes/text.ttl"):
        shutil.copyfile(TESTS.parent / "ontology" / module, folder / "ontology" / module)
    assert kg("build", folder=folder).returncode == 0
    return folder


@pytest.fixture(scope="module", params=["news", "court"])
def project(request, real, court) -> Path:
    return real.folder if request.param == "news" else court


@pytest.fixture(scope="module")
def forms(project) -> dict[str, set[Quad]]:
    """The four profiles as N-Quads."""
    found = {}
    for name in PROFILES:
        content = run(project, "--profile", name, "-F", "nq").stdout_bytes
        found[name] = set(parse(content, RdfFormat.N_QUADS))
        assert len(found[name]) == content.count(b"\n") > 100
    return found


def iri(term) -> str:
    return term.value if isinstance(term, NamedNode) else ""


@pytest.fixture(scope="module")
def marked(project) -> tuple[set[str], set[str]]:
    """Individuals and properties that are evidence, as another engine's closure finds them."""
    store = Store.read_only(str(project / "build" / "current" / "store"))
    nodes, properties = (
        {iri(row["x"]) for row in store.query(EVIDENCE + query)} for query in (NODES, PROPERTIES)
    )
    pairs = store.query(EVIDENCE + "SELECT ?a ?b { ?a owl:inverseOf ?b }")
    inverse = [(iri(row["a"]), iri(row["b"])) for row in pairs]
    properties |= {a for pair in inverse for a, b in (pair, pair[::-1]) if b in properties}
    return nodes, properties


# Lean


def missing_from_lean(forms, marked) -> set[Quad]:
    """What is no evidence, and what lean has all the same."""
    nodes, properties = marked
    facts = {
        quad
        for quad in forms["standard"]
        if iri(quad.subject) not in nodes and quad.predicate.value not in properties
    }
    return facts ^ forms["lean"]


def test_lean_is_standard_without_evidence(forms, marked):
    assert forms["lean"] < forms["standard"]
    assert missing_from_lean(forms, marked) == set()


def test_lean_refers_to_nothing_that_it_leaves_out(forms, marked):
    assert [quad for quad in forms["lean"] if iri(quad.object) in marked[0]] == []


def test_lean_keeps_the_words_of_statements_and_the_modality_of_events(real):
    found = set(
        parse(run(real.folder, "--profile", "lean", "-F", "nq").stdout_bytes, RdfFormat.N_QUADS)
    )
    news = "https://example.org/newskg/ontology#"
    of = defaultdict(set)
    for quad in found:
        of[quad.subject].add(quad.predicate.value)
    kinds = defaultdict(set)
    for quad in found:
        if quad.predicate.value == str(RDF.type):
            kinds[iri(quad.object)].add(quad.subject)
    assert len(kinds[f"{news}Statement"]) == 82
    assert all(str(RDFS.label) in of[node] for node in kinds[f"{news}Statement"])
    assert len(kinds[f"{news}Event"]) == 26
    assert all(f"{news}modality" in of[node] for node in kinds[f"{news}Event"])


# Evidence


def nodes_of_facts(quads) -> dict:
    """Node to subject, predicate and object."""
    found: dict = defaultdict(lambda: [None, None, None])
    for quad in quads:
        place = REIFIED.get(rdflib.URIRef(quad.predicate.value))
        if place is not None:
            found[quad.subject][place] = quad.object
    return found


def without_evidence(forms) -> list[Quad]:
    """The facts whose node, in their own graph, does not lead to words or to lines of a mapping."""
    quads = forms["evidence"]
    out = defaultdict(set)
    for quad in quads:
        out[quad.subject, quad.predicate.value].add(quad.object)
    triples = nodes_of_facts(quads)
    spans = {q.subject for q in quads if iri(q.object) == f"{TEXT}Span"}
    graph = {q.subject: q.graph_name for q in quads if q.predicate.value == str(RDF.subject)}
    node = {(*map(str, parts), str(graph.get(name))): name for name, parts in triples.items()}

    def holds(name, fact: Quad, seen: frozenset) -> bool:
        quotes = out[name, f"{TEXT}quote"]
        sources = out[name, str(PROV.wasDerivedFrom)]
        if "/article/" in "".join(map(str, out[name, f"{TEXT}inArticle"])):
            whole = fact.subject in out[name, f"{TEXT}inArticle"]
            return bool(quotes or whole) and quotes <= spans and bool(sources)
        ends = [s for s in sources if "#line=" in iri(s) or iri(s).endswith("graph/ontology")]
        chains = [s for s in sources if s not in ends]
        return bool(sources) and all(s in triples and s not in seen for s in chains)

    return [
        fact
        for fact in forms["lean"]
        if (name := node.get((*map(str, fact.triple), str(fact.graph_name)))) is None
        or not holds(name, fact, frozenset())
    ]


def test_evidence_holds_the_standard_and_covers_each_fact(forms):
    assert forms["standard"] < forms["evidence"]
    assert without_evidence(forms) == []


def test_each_node_of_a_fact_is_whole_and_says_what_the_graph_says(forms):
    facts = {Triple(*parts) for parts in nodes_of_facts(forms["evidence"]).values()}
    assert None not in {part for triple in facts for part in triple}
    assert facts <= {quad.triple for quad in forms["standard"]}
    assert {quad.triple for quad in forms["lean"]} <= facts


def test_evidence_adds_nothing_but_nodes_of_facts(forms):
    added = forms["evidence"] - forms["standard"]
    assert {quad.subject.value.rpartition("fact/")[1] for quad in added} == {"fact/"}
    terms = {*REIFIED, RDF.type, PROV.wasDerivedFrom}
    own = {f"{TEXT}inArticle", f"{TEXT}quote"}
    assert {quad.predicate.value for quad in added} == {*map(str, terms), *own}
    classes = {iri(quad.object) for quad in added if quad.predicate.value == str(RDF.type)}
    assert classes == {str(RDF.Statement), f"{TEXT}Fact"}


def test_there_are_no_triple_terms_and_no_blank_nodes(forms):
    for quads in forms.values():
        assert {type(quad.subject).__name__ for quad in quads} == {"NamedNode"}
        assert {type(quad.object).__name__ for quad in quads} == {"NamedNode", "Literal"}


# Nanopublications


def assertions(quads) -> set[Quad]:
    """The facts, each in the graph of the build that it is from."""
    found = set()
    for quad in quads:
        base, _, rest = quad.graph_name.value.partition("nanopub/")
        if rest.endswith("#assertion"):
            found.add(Quad(*quad.triple, NamedNode(f"{base}graph/{rest.partition('/')[0]}")))
    return found


def publications(quads) -> dict[str, list[Quad]]:
    found = defaultdict(list)
    for quad in quads:
        found[quad.graph_name.value.partition("#")[0]].append(quad)
    return found


def checked(quads) -> bool:
    """Whether the validator of the nanopub library takes it."""
    content = "".join(f"{quad} .\n" for quad in quads)
    graph = rdflib.ConjunctiveGraph()
    graph.parse(data=content, format="nquads")
    return Nanopub(rdf=graph).is_valid


@pytest.fixture
def quiet():
    """rdflib logs literals that Python cannot hold."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


def test_assertions_are_the_facts(forms):
    assert assertions(forms["nanopub"]) == forms["lean"]


def test_the_validator_takes_each_nanopublication(forms, quiet):
    found = publications(forms["nanopub"])
    assert len(found) > 50
    assert all(checked(quads) for quads in found.values())


@pytest.mark.parametrize("graph", ["Head", "assertion", "provenance", "pubinfo"])
def test_the_validator_refuses_one_that_lacks_a_graph(forms, graph, quiet):
    whole = min(publications(forms["nanopub"]).values(), key=str)
    part = [quad for quad in whole if not quad.graph_name.value.endswith(graph)]
    with pytest.raises(MalformedNanopubError):
        assert checked(part)


def test_there_is_one_for_each_entry(real):
    quads = set(
        parse(run(real.folder, "--profile", "nanopub", "-F", "nq").stdout_bytes, RdfFormat.N_QUADS)
    )
    heads = [q.subject.value for q in quads if iri(q.object) == f"{NP}Nanopublication"]
    assert len(heads) == len(set(heads))
    shelves = open_build(real.current).shelves
    records = {stem: shelves.record(stem) for stem in shelves.stems}
    counted = {stem: sum(f"nanopub/{stem}/" in head for head in heads) for stem in records}
    texts = {s: (real.folder / "mappings" / f"{s}.yaml").read_text() for s in records}
    # An article of which the mapping says nothing has a digest and a label all the same.
    unsaid = {stem: "\narticle:" not in f"\n{text}" for stem, text in texts.items()}
    assert counted == {s: record["entries"] + unsaid[s] for s, record in records.items()}
    assert sum(unsaid.values()) == 1


def test_provenance_says_article_words_and_lines(real):
    quads = list(
        parse(run(real.folder, "--profile", "nanopub", "-F", "nq").stdout_bytes, RdfFormat.N_QUADS)
    )
    for name, whole in publications(quads).items():
        links = {iri(q.object) for q in whole if q.predicate.value == str(PROV.wasDerivedFrom)}
        sources = {iri(q.object) for q in whole if q.predicate.value == str(PROV.hadPrimarySource)}
        stem = name.partition("nanopub/")[2].partition("/")[0]
        if stem == "inferred":
            assert sources == set()
            assert any(link.endswith("#assertion") for link in links) or all(
                link.endswith("graph/ontology") for link in links
            )
        elif stem == "authority":
            assert all("/mappings/authority/" in link for link in links)
        else:
            assert {source.rpartition("/")[2] for source in sources} == {stem}
            assert any(f"mappings/{stem}.yaml#line=" in link for link in links)
            described = {q.subject.value for q in whole if q.predicate.value == OA_SOURCE}
            assert {link for link in links if "#char=" in link} <= described


def test_what_one_rests_on_is_there(forms):
    graphs = {quad.graph_name.value for quad in forms["nanopub"]}
    used = {
        name
        for quad in forms["nanopub"]
        if (name := iri(quad.object)).endswith("#assertion") and "/nanopub/" in name
    }
    assert used
    assert used <= graphs


# A claim is no fact


def test_no_profile_states_more_than_the_build(project, forms):
    """Whatever is not in a node of a fact, a head, provenance or information is in the build."""
    stated = {
        quad
        for path in (project / "build" / "current").rglob("*.nq")
        if path.stem != "ontology"
        for quad in parse(path=path)
    }
    assert forms["standard"] == stated
    assert forms["lean"] < stated
    assert assertions(forms["nanopub"]) < stated
    assert {q for q in forms["evidence"] if "/fact/" not in q.subject.value} < stated


def test_words_of_speakers_only_stand_in_literals_of_statements_and_spans(real):
    """A stance is never a link between the two: it stays a node that a statement shows."""
    content = run(real.folder, "--profile", "lean", "-F", "nq").stdout_bytes
    news = "https://example.org/newskg/ontology#"
    quads = list(parse(content, RdfFormat.N_QUADS))
    agents = {q.subject for q in quads if iri(q.object) == f"{news}Agent"}
    between = {
        q.predicate.value.removeprefix(news)
        for q in quads
        if q.subject in agents and q.object in agents
    }
    assert between == {"memberOf", "nationality", "ofState"}


# Tests that must be able to fail


@pytest.mark.parametrize("seed", range(12))
def test_a_fact_that_is_lost_or_added_is_seen(forms, marked, seed):
    chance = random.Random(seed)
    lost = chance.choice(sorted(forms["lean"], key=str))
    for name in PROFILES[:3]:
        less = forms | {name: forms[name] - {lost}}
        seen = [
            not (less["lean"] <= less["standard"]) or missing_from_lean(less, marked),
            not (less["standard"] <= less["evidence"]) or without_evidence(less),
        ]
        assert any(seen), name
    asserted = sorted((q for q in forms["nanopub"] if "#assertion" in str(q.graph_name)), key=str)
    others = [q for q in asserted if asserted.count(q) == 1]
    dropped = forms["nanopub"] - {chance.choice(others)}
    times = {q.subject for q in forms["lean"] if iri(q.object).endswith(("#Time", "#InferredTime"))}
    if not forms["nanopub"] - dropped <= {q for q in asserted if q.subject in times}:
        assert assertions(dropped) != forms["lean"]


def test_any_triple_of_a_node_of_a_fact_that_is_lost_is_seen(forms):
    chance = random.Random(3)
    for predicate in (*REIFIED, PROV.wasDerivedFrom):
        added = sorted(forms["evidence"] - forms["standard"], key=str)
        single = [q for q in added if q.predicate.value == str(predicate)]
        node = chance.choice(single).subject
        lost = {quad for quad in single if quad.subject == node}
        assert without_evidence(forms | {"evidence": forms["evidence"] - lost}), predicate


# Terms, readers, bytes


def test_terms_that_profiles_add_are_published(forms):
    standard = {quad.predicate.value for quad in forms["standard"]}
    used = {quad.predicate.value for quads in forms.values() for quad in quads} - standard
    nanopub = {f"{NP}has{name}" for name in ("Assertion", "Provenance", "PublicationInfo")}
    published = (RDF, PROV, DCTERMS)
    assert {
        term for term in used if not any(rdflib.URIRef(term) in space for space in published)
    } == nanopub


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("form", ["trig", "jsonld"])
def test_rdflib_reads_the_same(real, profile, form, monkeypatch):
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)
    content = run(real.folder, "--profile", profile, "-F", form).stdout
    graph = rdflib.Dataset()
    graph.parse(data=content, format={"jsonld": "json-ld"}.get(form, form))
    back = parse(graph.serialize(format="nquads"), RdfFormat.N_QUADS)
    there = {q for q in back if not q.graph_name.value.endswith("/dataset#description")}
    lines = run(real.folder, "--profile", profile, "-F", "nq").stdout_bytes
    assert there == set(parse(lines, RdfFormat.N_QUADS))


@pytest.mark.parametrize("profile", PROFILES)
def test_the_same_bytes_whatever_the_hash_seed(court, profile):
    code = "import sys; from pathlib import Path; from kg.commands.export import command;"
    code += "command(['--profile', sys.argv[2], '-F', 'trig'], obj=Path(sys.argv[1]))"
    line = [sys.executable, "-c", code, str(court), profile]
    first, second = (
        subprocess.run(
            line, check=True, capture_output=True, env={**os.environ, "PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    )
    assert first == second != b""


@pytest.mark.parametrize("profile", PROFILES)
def test_one_graph_is_what_the_whole_has_of_it(court, forms, profile, project):
    stem = sorted((project / "build" / "current" / "articles").glob("*.nq"))[0].stem
    content = run(project, "--profile", profile, "-F", "nq", "--graph", stem).stdout_bytes
    expected = {
        quad
        for quad in forms[profile]
        if any(f"{kind}/{stem}" in quad.graph_name.value for kind in ("graph", "nanopub"))
    }
    assert set(parse(content, RdfFormat.N_QUADS)) == expected != set()


@pytest.mark.parametrize("by", ["article", "40"])
@pytest.mark.parametrize("profile", PROFILES)
def test_profiles_can_be_divided(court, tmp_path, profile, by):
    out = tmp_path / "out"
    run(court, "--profile", profile, "-F", "nq", "--split", by, "-o", str(out))
    files = [path for path in out.iterdir() if path.suffix == ".nq"]
    found = [set(parse(path=path)) for path in files]
    whole = set(parse(run(court, "--profile", profile, "-F", "nq").stdout_bytes, RdfFormat.N_QUADS))
    assert set().union(*found) == whole
    assert sum(map(len, found)) == len(whole)
    if profile == "nanopub":
        names = [name for quads in found for name in publications(quads)]
        assert len(names) == len(set(names))


# Wrong use


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-F", "ttl"], "choose one of trig, nq, jsonld"),
        (["-o", "x.rdf"], "choose one of trig, nq, jsonld"),
        (["--split", "class", "-o", "out"], "split by article or by number"),
        (["--ontology"], "leave out --ontology"),
    ],
)
def test_what_nanopublications_cannot_be(court, arguments, message):
    done = run(court, "--profile", "nanopub", *arguments)
    assert done.exit_code == 2
    assert message in done.stderr


def test_nanopublications_are_trig_unless_asked(court):
    default = run(court, "--profile", "nanopub").stdout_bytes
    assert default == run(court, "--profile", "nanopub", "-F", "trig").stdout_bytes
    assert b"@prefix np: " in default


def test_a_build_that_marks_nothing_as_evidence_is_refused(tmp_path):
    shutil.copytree(TESTS / "sample_build", tmp_path / "build")
    with pytest.raises(ContentError, match="marks nothing as `text:evidence`"):
        run(tmp_path, "--profile", "lean")


def test_damaged_origins_are_refused(court, tmp_path):
    shutil.copytree((court / "build" / "current").resolve(), tmp_path / "build")
    path = next((tmp_path / "build" / "articles").glob("*.origins.json"))
    path.write_bytes(path.read_bytes()[:-2])
    with pytest.raises(Unavailable, match="is damaged"):
        run(tmp_path, "--profile", "evidence")


def test_the_licence_is_told(court, tmp_path):
    folder = tmp_path / "build"
    shutil.copytree((court / "build" / "current").resolve(), folder)
    licence = "https://example.org/licence"
    write_manifest(
        folder, json.loads((folder / "manifest.json").read_bytes()) | {"licence": licence}
    )
    quads = list(
        parse(run(tmp_path, "--profile", "nanopub", "-F", "nq").stdout_bytes, RdfFormat.N_QUADS)
    )
    stated = [q for q in quads if q.predicate.value == str(DCTERMS.license)]
    assert {iri(quad.object) for quad in stated} == {licence}
    assert len(stated) == len(publications(quads))
