"""Mapping files against the ontology: what entries say; nothing wrong passes in silence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode

from kg.building.workshop import Workshop
from kg.diagnostics import Diagnostic, Findings
from kg.mapping.entries import Claim, Entry, Mapping, Quote, Reference, read_mapping
from kg.mapping.individuals import Individual, declare
from kg.mapping.outline import outline
from kg.ontology.declarations import Ontology, load_ontology
from kg.project.documents import read_yaml
from kg.project.settings import load_project
from kg.terms import XSD

BASE = "https://example.org/case/"
CLUB = BASE + "ontology#"
TEXT = "https://example.org/newskg/text#"
KNOWN = {
    "ada": Individual(BASE + "person/ada", (CLUB + "Person",)),
    "club": Individual(BASE + "society/club", (CLUB + "Society",)),
    "calm": Individual(CLUB + "calm", (CLUB + "Tone",)),
}


@pytest.fixture(scope="module")
def ontology(tmp_path_factory, laid_out: Callable[..., Path]) -> Ontology:
    return load_ontology(load_project(laid_out(tmp_path_factory.mktemp("club") / "project")))


def read(text: str, ontology: Ontology) -> tuple[Mapping, list[Diagnostic]]:
    findings = Findings()
    document = read_yaml(text.encode(), "m.yaml", findings)
    assert document is not None
    shape = outline(document, ontology, findings)
    own = declare(shape, stem="a", base=BASE, ontology=ontology, known=KNOWN, findings=findings)
    known = {**KNOWN, **own.individuals}
    mapping = read_mapping(
        shape, language="en", ontology=ontology, individuals=known, findings=findings
    )
    return mapping, list(findings)


def only(text: str, ontology: Ontology) -> Entry:
    mapping, findings = read(text, ontology)
    assert findings == []
    (entry,) = mapping.entries
    return entry


def said(entry: Entry) -> dict[str, list[object]]:
    found: dict[str, list[object]] = {}
    for claim in entry.claims:
        found.setdefault(claim.property.key, []).append(claim.value)
    return found


def test_an_entry_of_a_map_has_an_id_that_the_project_shares(ontology: Ontology) -> None:
    entry = only("events: {opening: {quote: x}}", ontology)
    assert (entry.id, entry.shared, entry.types) == ("opening", True, (CLUB + "Event",))
    assert entry.section is not None
    assert entry.section.kind == "event"


def test_an_entry_of_a_list_is_local(ontology: Ontology) -> None:
    assert (only("events: [{quote: x}]", ontology).id, only("events: [{}]", ontology).shared) == (
        None,
        False,
    )
    entry = only("events: [{id: first, quote: x}]", ontology)
    assert (entry.id, entry.shared) == ("first", False)
    assert list(said(entry)) == ["quote"]


def test_a_narrows_the_class(ontology: Ontology) -> None:
    assert only("events: [{a: Meeting}]", ontology).types == (CLUB + "Meeting",)
    assert only("events: [{a: [Meeting, Visit]}]", ontology).types == (
        CLUB + "Meeting",
        CLUB + "Visit",
    )


def test_defaults_fill_in_and_the_entry_wins(ontology: Ontology) -> None:
    text = """
    remarks:
      - with: {speaker: ada, tone: calm, cue: said}
        entries:
          - quote: one
          - {cue: [a, b], quote: two}
          - with: {tone: calm, about: club}
            entries: [{quote: three}]
    """
    mapping, findings = read(text, ontology)
    assert findings == []
    cues = [[q.text for q in said(e)["cue"] if isinstance(q, Quote)] for e in mapping.entries]
    assert cues == [["said"], ["a", "b"], ["said"]]
    assert all(said(e)["speaker"] == [Reference(BASE + "person/ada")] for e in mapping.entries)
    assert said(mapping.entries[2])["about"] == [Reference(BASE + "society/club")]
    assert "about" not in said(mapping.entries[1])


def test_places_of_defaults_are_where_they_stand(ontology: Ontology) -> None:
    text = "remarks:\n  - with: {speaker: ada}\n    entries:\n      - quote: one\n"
    mapping, _ = read(text, ontology)
    speaker, quote = mapping.entries[0].claims
    assert (speaker.place.line, quote.place.line) == (2, 4)
    assert mapping.entries[0].place.line == 4


def test_values_are_typed_by_the_range(ontology: Ontology) -> None:
    entry = only("events: [{seats: 007, motto: no, code: 12:30}]", ontology)
    assert said(entry) == {
        "seats": [Literal("7", datatype=NamedNode(XSD + "integer"))],
        "motto": [Literal("no", language="en")],
        "code": [Literal("12:30")],
    }


def test_times_have_a_short_and_a_long_form(ontology: Ontology) -> None:
    short = only("events: [{time: on Monday}]", ontology).claims[0].value
    long = only("events: [{time: {words: on Monday, value: 2025-02-10}}]", ontology).claims[0].value
    assert isinstance(short, Entry)
    assert isinstance(long, Entry)
    assert short.types == long.types == (TEXT + "Time",)
    assert list(said(short)) == ["words"]
    assert list(said(long)) == ["words", "value"]


def test_a_nested_entry_is_of_the_range(ontology: Ontology) -> None:
    entry = only("remarks: [{verdict: {on: club, marks: 3}}]", ontology)
    (claim,) = entry.claims
    assert isinstance(claim, Claim)
    assert isinstance(claim.value, Entry)
    assert claim.value.types == (CLUB + "Verdict",)
    assert claim.value.section is None
    union = only("remarks: [{about: {a: Meeting, seats: 2}}]", ontology).claims[0].value
    assert isinstance(union, Entry)
    assert union.types == (CLUB + "Meeting",)


def test_mentions_name_one_or_several(ontology: Ontology) -> None:
    mapping, findings = read("mentions: {She: ada, They: [ada, club]}", ontology)
    assert findings == []
    names = [
        (rule.words, [iri.rpartition("/")[2] for iri in rule.denotes]) for rule in mapping.names
    ]
    assert names == [("She", ["ada"]), ("They", ["ada", "club"])]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("nothing: []", ["M201"]),
        ("events: [{nothing: 1}]", ["M202"]),
        ("remarks: [{speaker: nobody}]", ["M203"]),
        ("remarks: [{speaker: club}]", ["M204"]),
        ("events: [{a: Person}]", ["M204"]),
        ("events: [{seats: few}]", ["M205"]),
        ("events: [{open: 'True'}]", ["M205"]),
        ("events: {Opening: {}}", ["M206"]),
        ("events: {ada: {}}", ["M206"]),
        ("events: [{id: ada}]", ["M206"]),
        ("events: [{id: x}, {id: x}]", ["M206"]),
        ("events: [{speaker: ada}]", ["M207"]),
        ("events: {x: {id: y}}", ["M207"]),
        ("events: {x: {with: {}, entries: []}}", ["M207", "M207"]),
        ("article: {id: x}", ["M207"]),
        ("remarks: [{verdict: {id: x}}]", ["M207"]),
        ("events: [{a: Party}]", ["M210"]),
        ("events: [{a: []}]", ["D105"]),
        ("events: [{a: ''}]", ["D105"]),
        ("events: [{a: [[Meeting]]}]", ["D105"]),
        ("events: [{place: []}]", ["D105"]),
        ("events: [{place: ''}]", ["D105"]),
        ("events: [{seats: [[1]]}]", ["D105"]),
        ("events: [{seats: {a: b}}]", ["D105"]),
        ("remarks: [{about: {seats: 1}}]", ["D105"]),
        ("events: text", ["D105"]),
        ("events: [text]", ["D105"]),
        ("events: {x: [text]}", ["D105"]),
        ("events: [{id: {}}]", ["D105"]),
        ("article: []", ["D105"]),
        ("mentions: []", ["D105"]),
        ("mentions: {She: {a: b}}", ["D105"]),
        ("mentions: {She: []}", ["D105"]),
        ("mentions: {She: [ada, [ada]]}", ["D105"]),
        ("remarks: [{with: {tone: calm}}]", ["D105"]),
        ("remarks: [{entries: []}]", ["D105"]),
        ("remarks: [{with: [], entries: []}]", ["D105"]),
        ("remarks: [{with: {}, entries: x}]", ["D105"]),
        ("remarks: [{with: {}, entries: [], tone: calm}]", ["D105"]),
    ],
)
def test_what_is_refused(text: str, codes: list[str], ontology: Ontology) -> None:
    assert [finding.code for finding in read(text, ontology)[1]] == codes


@pytest.mark.parametrize(
    ("text", "help_"),
    [
        ("evnts: []", "did you mean `events`?"),
        ("events: [{seat: 1}]", "did you mean `seats`?"),
        ("remarks: [{speaker: adda}]", "did you mean `ada`?"),
        ("events: [{a: Meetng}]", "did you mean `Meeting`?"),
        ("remarks: [{tone: gentle}]", "use one of calm"),
    ],
)
def test_what_was_probably_meant_is_told(text: str, help_: str, ontology: Ontology) -> None:
    assert [finding.help for finding in read(text, ontology)[1]] == [help_]


def test_all_faults_of_a_file_are_told_at_once(ontology: Ontology) -> None:
    text = (
        "events:\n  x: {seats: few, a: Party}\nnothing: 1\nremarks:\n  - {speaker: nobody, to: x}\n"
    )
    found = [(d.code, d.place.line) for d in read(text, ontology)[1] if d.place]
    assert found == [("M205", 2), ("M210", 2), ("M201", 3), ("M203", 5), ("M202", 5)]


KEY_WORDS = """article events remarks mentions persons background a id with entries quote words
value time date cue speaker about verdict seats label alias reason basis x [She] opening Q"""
VALUES = """Meeting|Time|ada-brandt|calm|x|opening|2025-02-30|2025-02-10|1|Ada|…|[Ada]|tower|
Brandt said|vessel-hill|on Monday|Wednesday, 12 February 2025|Ada Brandt met|the dome|A B|Brandt"""
KEYS = st.sampled_from(["", "…", "[", *KEY_WORDS.split()])
SCALARS = st.sampled_from(VALUES.replace("\n", "").split("|"))
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
SECTION = st.lists(st.dictionaries(KEYS, TREES, max_size=5), max_size=2) | st.dictionaries(
    KEYS, st.dictionaries(KEYS, TREES, max_size=5), max_size=2
)


def to_yaml(node: object) -> str:
    """A tree as flow YAML."""
    if isinstance(node, dict):
        return "{" + ", ".join(f"'{k}': {to_yaml(v)}" for k, v in node.items()) + "}"
    if isinstance(node, list):
        return "[" + ", ".join(map(to_yaml, node)) + "]"
    return "'" + str(node).replace("'", "") + "'"


@settings(
    max_examples=250, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(st.dictionaries(KEYS, SECTION | TREES, max_size=4))
def test_no_mapping_ends_in_a_traceback(club_workshop: Workshop, tree: dict[str, object]) -> None:
    """Whatever a person writes: it is grounded, or findings say why not."""
    path = club_workshop.project.folder / "mappings/tower.yaml"
    path.write_text(to_yaml(tree), encoding="utf-8")
    work = club_workshop.article("tower")
    assert work.nquads or work.findings


@pytest.fixture(scope="module")
def club_workshop(tmp_path_factory, laid_out: Callable[..., Path]) -> Workshop:
    return Workshop(load_project(laid_out(tmp_path_factory.mktemp("fuzz") / "project")))
