"""The examples beside the ontology: right ones pass every layer, wrong ones fail in just one.

Each pair in `ontology/examples` is an article and its mapping. They are put into a project of
their own, with the ontology, the shapes and the authority files of this one. Three layers look:

- mapping: reading and grounding (`kg.mapping`, `kg.grounding`);
- SHACL: pySHACL on the quads, in view of the authority and the ontology (`kg.shapes.validation`);
- OWL: contradictions that the closure finds and HermiT's verdict (`kg.reasoning`).

What the mapping layer rejects reaches the others without the fault: the entries and the lines of
`mentions` in which a finding lies are left out, then those that name something left out, until
reading and grounding are clean.
"""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Triple

from kg.building.workshop import Workshop
from kg.diagnostics import CODES, Diagnostic, Findings, Location
from kg.grounding.generate import generate
from kg.grounding.grounded import GroundedArticle
from kg.ontology.axioms import compile_axioms
from kg.ontology.declarations import Graph, load_turtle
from kg.project.documents import List, Map, Node, read_yaml
from kg.project.settings import load_project
from kg.reasoning.closure import Clash, Closure, close
from kg.reasoning.consistency import reason
from kg.reasoning.showing import without_text_layer
from kg.shapes.shacl import Result, owner
from kg.terms import OWL, PUBLISHED, RDF, SH, local_name

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "ontology" / "examples"
LAYERS = ("mapping", "SHACL", "OWL")
PROVED_BY = {"mapping": set(), "SHACL": {"shape"}, "OWL": {"axiom"}}
TYPE = NamedNode(RDF + "type")


@dataclass(frozen=True, slots=True)
class Example:
    """A mapping, its article beside it, and what its first lines say of it."""

    path: Path
    header: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return self.path.stem

    def all(self, key: str) -> list[str]:
        return [value for name, value in self.header if name == key]

    def one(self, key: str) -> str:
        (value,) = self.all(key)
        return value


def read_examples(folder: str) -> list[Example]:
    found = []
    for path in sorted((EXAMPLES / folder).glob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        head = re.match(r"(?:# [\w-]+: .+\n)*", text)[0]
        pairs = (line.removeprefix("# ").split(": ", 1) for line in head.splitlines())
        found.append(Example(path, tuple((key, value) for key, value in pairs)))
    return found


VALID, INVALID = read_examples("valid"), read_examples("invalid")
CONTRADICTORY = [e for e in INVALID if e.one("rejected-by") == "OWL"]
CONSISTENT = [e for e in (*VALID, *INVALID) if e not in CONTRADICTORY]


# ---------------------------------------------------------------- the layers


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the layers say of an example, and the triples that the last two were shown."""

    mapping: list[Diagnostic]
    shacl: tuple[Result, ...]
    closure: Closure
    entries: int
    triples: list[Triple]

    def rejecting(self) -> set[str]:
        refused = any(str(r.severity) == SH + "Violation" for r in self.shacl)
        said = (self.mapping, refused, self.closure.clashes)
        return {name for name, found in zip(LAYERS, said, strict=True) if found}


class Bench:
    """A project made of all examples, loaded once, and what the layers say of each."""

    def __init__(self, folder: Path) -> None:
        self.shop = Workshop(load_project(folder))
        self.axioms = compile_axioms(self.shop.ontology.core)
        self.authority = [quad.triple for quad in self.shop.authority_quads]
        self.outcome = cache(self._outcome)

    def _outcome(self, stem: str) -> Outcome:
        shop, findings = self.shop, Findings()
        shop.ground(stem, findings)
        article = self.free_of_faults(stem)
        quads = generate(article, shop.project.base, shop.ontology.text)
        triples = [quad.triple for quad in quads]
        results = shop.validator.article(quads).results
        closure = close([*triples, *self.authority], self.axioms)
        return Outcome(list(findings), results, closure, article.entries, triples)

    def facts(self, examples: Iterable[Example]) -> list[Triple]:
        """What HermiT is shown of some examples, as in a build."""
        own = [t for example in examples for t in self.outcome(example.path.stem).triples]
        return without_text_layer(dict.fromkeys([*own, *self.authority]), self.shop.ontology)

    def free_of_faults(self, stem: str) -> GroundedArticle:
        """The article by what is left of its mapping without the entries that hold a finding."""
        name = f"mappings/{stem}.yaml"
        path = self.shop.project.folder / name
        while True:
            findings = Findings()
            article = self.shop.ground(stem, findings)
            places = [f.place for f in findings if f.place and f.place.path == name]
            if article and not places:
                return article
            before = path.read_bytes()
            document = read_yaml(before, name, Findings())
            path.write_text(json.dumps(reduced(document, places)), encoding="utf-8")
            assert path.read_bytes() != before


def reduced(document: Map, places: list[Location]) -> dict[str, object]:
    """A mapping without the entries in which a place lies; JSON is YAML, too."""
    sections = ((k, v) for k, v in document.pairs if not is_hit(k.place, k.place, places))
    return {key.text: kept for key, value in sections if (kept := entries(value, places))}


def entries(section: Node, places: list[Location]) -> object:
    if isinstance(section, Map):
        pairs = ((k, v) for k, v in section.pairs if not is_hit(k.place, v.place, places))
        return {key.text: plain(value) for key, value in pairs}
    items = (group(item, places) for item in section.items)
    return [item for item in items if item]


def group(item: Map, places: list[Location]) -> object:
    """An entry of a list, if nothing lies in it; of a group those entries, if its defaults hold."""
    under = item.get("entries")
    if under is None:
        return None if is_hit(item.place, item.place, places) else plain(item)
    if is_hit(item.place, under.place, [p for p in places if p < under.place]):
        return None
    return {"with": plain(item.get("with")), "entries": entries(under, places)}


def is_hit(first: Location, last: Location, places: list[Location]) -> bool:
    start, end = (first.line, first.column), (last.end_line, last.end_column)
    return any(start <= (place.line, place.column) < end for place in places)


def plain(node: Node) -> object:
    if isinstance(node, Map):
        return {key.text: plain(value) for key, value in node.pairs}
    return [plain(item) for item in node.items] if isinstance(node, List) else node.text


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    folder = tmp_path_factory.mktemp("examples")
    settings = load_project(ROOT)
    spaces = "".join(f'{prefix} = "{iri}"\n' for prefix, iri in settings.namespaces.items())
    head = f'base = "{settings.base}"\nlanguage = "{settings.language}"\n'
    (folder / "kg.toml").write_text(f"{head}[namespaces]\n{spaces}", encoding="utf-8")
    ignored = shutil.ignore_patterns("examples", "questions")
    shutil.copytree(ROOT / "ontology", folder / "ontology", ignore=ignored)
    shutil.copytree(ROOT / "mappings" / "authority", folder / "mappings" / "authority")
    (folder / "seeds").mkdir()
    for example in (*VALID, *INVALID):
        shutil.copy(example.path, folder / "mappings")
        shutil.copy(example.path.with_suffix(".txt"), folder / "seeds")
    return Bench(folder)


# ---------------------------------------------------------------- the files


def test_there_are_enough_examples_of_every_kind():
    kinds = Counter(example.one("rejected-by") for example in INVALID)
    assert len(VALID) >= 14
    assert set(kinds) == set(LAYERS)
    assert all(kinds[layer] >= least for layer, least in zip(LAYERS, (18, 32, 8), strict=True))


def test_every_file_is_half_of_a_pair_with_a_name_of_its_own():
    files = [path for folder in ("valid", "invalid") for path in (EXAMPLES / folder).iterdir()]
    pairs = {(path.parent, path.stem) for path in files}
    expected = {folder / f"{stem}{end}" for folder, stem in pairs for end in (".yaml", ".txt")}
    assert set(files) == expected
    assert len({stem for _, stem in pairs}) == len(pairs)
    assert all(re.fullmatch(r"\d\d(-[a-z0-9]+)+", stem) for _, stem in pairs)


@pytest.mark.parametrize("example", INVALID, ids=str)
def test_the_first_lines_of_a_wrong_example_say_what_is_wrong(example: Example):
    keys = [key for key, _ in example.header]
    layer = example.one("rejected-by")
    assert keys[:3] == ["rejected-by", "because", "code"]
    assert set(keys[3:]) == PROVED_BY[layer]
    assert example.one("code") in CODES


@pytest.mark.parametrize("example", VALID, ids=str)
def test_the_first_lines_of_a_right_example_say_what_it_shows(example: Example):
    keys = [key for key, _ in example.header]
    assert keys[0] == "shows"
    assert set(keys[1:]) == {"entails"}


# ---------------------------------------------------------------- right examples


@pytest.mark.parametrize("example", VALID, ids=str)
def test_a_right_example_passes_every_layer_without_a_warning(example: Example, bench: Bench):
    outcome = bench.outcome(example.path.stem)
    assert outcome.mapping == []
    assert outcome.shacl == ()
    assert outcome.closure.clashes == ()
    assert outcome.entries


@pytest.mark.parametrize("example", VALID, ids=str)
def test_a_right_example_entails_what_it_says(example: Example, bench: Bench):
    outcome = bench.outcome(example.path.stem)
    known = {*outcome.triples, *outcome.closure.inferred}
    for line in example.all("entails"):
        assert any(matches(triple, line, bench) for triple in known), line


def matches(triple: Triple, line: str, bench: Bench) -> bool:
    pattern = [term(word, bench) for word in line.split()]
    ends = (triple.subject, triple.predicate, triple.object)
    return all(wanted in (None, found) for wanted, found in zip(pattern, ends, strict=True))


def term(word: str, bench: Bench) -> NamedNode | None:
    """`?`, `a`, `prefix:name`, an IRI relative to the base, or the local name of a domain term."""
    project = bench.shop.project
    prefix, _, name = word.partition(":")
    prefixes = {**PUBLISHED, **project.namespaces}
    if word in ("?", "a"):
        return {"?": None, "a": TYPE}[word]
    if prefix in prefixes and name:
        return NamedNode(prefixes[prefix] + name)
    return NamedNode((project.base if "/" in word else project.namespaces["news"]) + word)


def test_most_of_what_right_examples_entail_is_written_nowhere(bench: Bench):
    inferred = 0
    for example in VALID:
        closure = bench.outcome(example.path.stem).closure
        inferred += sum(
            any(matches(triple, line, bench) for triple in closure.inferred)
            for line in example.all("entails")
        )
    assert inferred >= 20


# ---------------------------------------------------------------- wrong examples


@pytest.mark.parametrize("example", INVALID, ids=str)
def test_a_wrong_example_is_rejected_by_its_layer_and_by_no_other(example: Example, bench: Bench):
    outcome = bench.outcome(example.path.stem)
    assert outcome.rejecting() == {example.one("rejected-by")}


@pytest.mark.parametrize("example", INVALID, ids=str)
def test_a_wrong_example_is_rejected_for_its_one_reason(example: Example, bench: Bench):
    outcome, layer = bench.outcome(example.path.stem), example.one("rejected-by")
    if layer == "mapping":
        assert {finding.code for finding in outcome.mapping} == {example.one("code")}
    elif layer == "SHACL":
        assert example.one("code") == "V401"
        assert shapes_hit(outcome, bench) == {example.one("shape")}
    else:
        assert example.one("code") == "R501"
        assert {label(clash) for clash in outcome.closure.clashes} == {example.one("axiom")}


@pytest.mark.parametrize("example", INVALID, ids=str)
def test_the_other_layers_are_shown_something(example: Example, bench: Bench):
    assert bench.outcome(example.path.stem).entries, "add an entry that is free of the fault"


@pytest.mark.parametrize("example", CONTRADICTORY, ids=str)
def test_hermit_refuses_what_contradicts_the_ontology(example: Example, bench: Bench):
    assert not reason(bench.shop.ontology.core, bench.facts([example])).consistent


def test_hermit_accepts_all_other_examples_together(bench: Bench):
    verdict = reason(bench.shop.ontology.core, bench.facts(CONSISTENT))
    assert verdict.consistent
    assert verdict.unsatisfiable == ()


# ---------------------------------------------------------------- what the examples leave out

RANGE = "the mapping layer refuses values of another class (M204)"
ENGINE = "the engine writes these nodes; no mapping can make a wrong one"
TIMES = "the engine writes times with their proof, and refuses what lacks grounds (G306 to G308)"
FIXED = "its members are declared in the ontology alone; mappings have no section for them"
BOTH = "OWL refuses the same (a functional property), so that no example fails here alone"

UNREACHED_SHAPES = {
    **dict.fromkeys(
        (
            "news:FacilityShape",
            "news:GroupShape",
            "news:InResponseToShape",
            "news:NewsAgencyShape",
            "news:OrganizationShape",
            "news:PersonShape",
        ),
        RANGE,
    ),
    **dict.fromkeys(("news:StateShape", "news:TerritoryShape"), BOTH),
    **dict.fromkeys(
        (
            "news:ActShape",
            "news:AttitudeShape",
            "news:ModalityShape",
            "news:ModeShape",
            "text:ConfidenceShape",
            "text:GranularityShape",
            "text:PartOfDayShape",
            "text:TimeRuleShape",
        ),
        FIXED,
    ),
    **dict.fromkeys(
        (
            "text:FactShape",
            "text:MentionShape",
            "text:SpanShape",
            "text:TextPositionSelectorShape",
            "text:TextQuoteSelectorShape",
        ),
        ENGINE,
    ),
    **dict.fromkeys(
        (
            "text:InferredTimeShape",
            "text:TimeAnchorShape",
            "text:TimeGranularityShape",
            "text:TimePartOfDayShape",
            "text:TimeProofShape",
            "text:TimeShape",
            "text:TimeWordsShape",
        ),
        TIMES,
    ),
}

SECTIONS = "no section takes entries of two of these kinds, and values are checked (M204)"
SHAPES = "a shape refuses the same (sh:maxCount, sh:disjoint, or what both kinds require)"

UNREACHED_AXIOMS = {
    "disjoint Group Organization Person State": SECTIONS,
    (
        "disjoint Agent Article Background Concept Event Fact Place Post Rank Span Stance "
        "Statement Tenure Time Utterance"
    ): SECTIONS,
    (
        "disjoint Article Background Concept DayOfWeek Fact Span TextPositionSelector "
        "TextQuoteSelector Time"
    ): ENGINE,
    "disjoint Concept ConceptScheme": FIXED,
    "disjoint Confidence Granularity PartOfDay": FIXED,
    "disjoint Confidence PartOfDay TimeRule": FIXED,
    "disjoint Act Confidence Modality Mode PartOfDay TimeRule Topic": FIXED,
    "disjoint Attitude Confidence Granularity Modality Mode PartOfDay Topic": FIXED,
    "disjoint JointStatement Narration": SHAPES,
    "disjoint-properties addressee presumedAddressee": SHAPES,
    **dict.fromkeys(
        (
            "functional holder",
            "functional mode",
            "functional occasion",
            "functional postIn",
            "functional renders",
            "functional territoryOf",
        ),
        SHAPES,
    ),
    **dict.fromkeys(("functional confidence", "functional date", "functional reason"), SHAPES),
    **dict.fromkeys(
        (
            "functional anchor",
            "functional earliest",
            "functional granularity",
            "functional latest",
            "functional partOfDay",
            "functional rule",
            "functional value",
        ),
        TIMES,
    ),
    **dict.fromkeys(("functional characters", "functional sha256"), ENGINE),
}


def shapes_hit(outcome: Outcome, bench: Bench) -> set[str]:
    graph = bench.shop.validator.shapes.graph
    found = {owner(graph, r.shape) for r in outcome.shacl if str(r.severity) == SH + "Violation"}
    return {shorten(str(shape), bench) for shape in found if shape}


def shorten(iri: str, bench: Bench) -> str:
    spaces = bench.shop.project.namespaces
    return next(f"{p}:{iri.removeprefix(ns)}" for p, ns in spaces.items() if iri.startswith(ns))


def refusing_shapes(path: Path, bench: Bench) -> set[str]:
    """The node shapes of a file that can refuse something, by themselves or by a property shape."""
    graph = Graph(load_turtle(path, path.name, Findings()))
    violation = NamedNode(SH + "Violation")
    found = set()
    for node in graph.instances(SH + "NodeShape"):
        parts = [node, *graph.objects(node, SH + "property")]
        if any(violation in graph.objects(part, SH + "severity") for part in parts):
            found.add(shorten(node.value, bench))
    return found


def test_every_file_of_shapes_refuses_some_example(bench: Bench):
    hit = {shape for e in INVALID for shape in e.all("shape")}
    for path in sorted((ROOT / "ontology" / "shapes").glob("*.ttl")):
        assert refusing_shapes(path, bench) & hit, path.name


def test_every_shape_refuses_some_example_or_is_listed(bench: Bench):
    files = sorted((ROOT / "ontology" / "shapes").glob("*.ttl"))
    refusing = {shape for path in files for shape in refusing_shapes(path, bench)}
    hit = {shape for e in INVALID for shape in e.all("shape")}
    assert hit <= refusing
    assert refusing - hit == set(UNREACHED_SHAPES)


RULES = {
    "cax-adc": "disjoint",
    "cax-dw": "disjoint",
    "prp-pdw": "disjoint-properties",
    "prp-fp": "functional",
    "prp-asyp": "asymmetric",
}


def label(clash: Clash) -> str:
    """A clash as the first lines of an example name it: kind of axiom, and terms at odds."""
    kind = RULES[clash.rule]
    terms = {t.object if kind == "disjoint" else t.predicate for t in clash.premises}
    return " ".join([kind, *sorted({local_name(found.value) for found in terms})])


def constraints(core: list[Triple]) -> Iterator[tuple[str, list[NamedNode]]]:
    """The axioms that facts can break: kind and terms."""
    graph = Graph(core)
    for triple in core:
        predicate, subject, object_ = triple.predicate.value, triple.subject, triple.object
        if predicate == OWL + "members":
            yield "disjoint", list(graph.members(object_))
        elif predicate == OWL + "disjointWith":
            yield "disjoint", [subject, object_]
        elif predicate == OWL + "propertyDisjointWith":
            yield "disjoint-properties", [subject, object_]
        elif triple.predicate == TYPE and object_.value.startswith(OWL):
            kind = local_name(object_.value).removesuffix("Property").lower()
            if kind in ("functional", "asymmetric", "inversefunctional", "irreflexive"):
                yield kind, [subject]


def named(kind: str, terms: list[NamedNode]) -> str:
    return " ".join([kind, *sorted(local_name(found.value) for found in terms)])


def is_broken_by(kind: str, terms: list[NamedNode], axiom: str) -> bool:
    broken, *names = axiom.split()
    return kind == broken and set(names) <= {local_name(found.value) for found in terms}


def test_every_constraint_of_the_ontology_refuses_some_example_or_is_listed(bench: Bench):
    axioms = list(constraints(bench.shop.ontology.core))
    broken = [e.one("axiom") for e in CONTRADICTORY]
    left = {
        named(kind, terms)
        for kind, terms in axioms
        if not any(is_broken_by(kind, terms, axiom) for axiom in broken)
    }
    assert len(axioms) >= 30
    assert left == set(UNREACHED_AXIOMS)


def made_up(kind: str, terms: list[NamedNode], data: bool) -> Iterator[Triple]:
    """Facts that break an axiom; of many disjoint classes, each pair."""
    one, two = NamedNode("urn:one"), NamedNode("urn:two")
    if kind == "disjoint":
        for pair in combinations(terms, 2):
            node = NamedNode("urn:" + "+".join(local_name(found.value) for found in pair))
            yield from (Triple(node, TYPE, found) for found in pair)
    elif kind == "functional" and data:
        yield from (Triple(one, terms[0], Literal(form)) for form in ("a", "b"))
    elif kind == "functional":
        yield from (Triple(NamedNode("urn:three"), terms[0], other) for other in (one, two))
    elif kind == "asymmetric":
        yield from (Triple(s, terms[0], o) for s, o in ((one, two), (two, one)))
    else:
        yield from (Triple(one, found, two) for found in terms)


def test_every_constraint_of_the_ontology_is_broken_by_made_up_facts(bench: Bench):
    core = bench.shop.ontology.core
    data = {t.subject for t in core if t.object == NamedNode(OWL + "DatatypeProperty")}
    for kind, terms in constraints(core):
        facts = list(made_up(kind, terms, terms[0] in data))
        clashes = close(facts, bench.axioms).clashes
        found = {label(clash) for clash in clashes if clash.rule in RULES}
        pairs = combinations(terms, 2) if kind == "disjoint" else [terms]
        expected = {named(kind, list(group)) for group in pairs}
        assert expected <= found, f"{kind} {terms}"
