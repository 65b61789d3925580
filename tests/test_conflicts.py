"""What articles state differently: found, told apart by kind, settled, and shown with its words."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad

import kg
from kg.conflicts.accounts import bounds, period, to_facts
from kg.conflicts.comparing import Comparison, Interval, Order, is_part_of
from kg.conflicts.differences import Conflicts, find_conflicts
from kg.conflicts.rendering import to_json, to_text
from kg.diagnostics import ContentError
from kg.ontology.declarations import load_ontology
from kg.project.settings import load_project
from kg.store.origins import Origin
from kg.terms import RDF, SKOS, XSD
from kg.textlayer import TextLayer

CLUB = "https://example.org/case/ontology#"
BASE = "https://example.org/case/"
TEXT = TextLayer("https://example.org/newskg/text#")

ONTOLOGY = """
@prefix club: <https://example.org/case/ontology#> .
@prefix text: <https://example.org/newskg/text#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

club:place text:compared "value" .
club:time text:compared "value" .
club:seats text:compared "value" .
club:participant text:compared "attribution" .
club:fee text:compared "value" ; text:timeScoped true .
club:Person text:namesCompared true .
club:guest a owl:ObjectProperty ; rdfs:subPropertyOf club:participant .
club:inside a owl:ObjectProperty , owl:TransitiveProperty ;
    rdfs:domain club:Place ; rdfs:range club:Place .

club:Office a owl:Class ; text:section "offices" ;
    text:comparedBy club:holder ; text:timeScoped true .
club:Treasurer a owl:Class ; rdfs:subClassOf club:Office .
club:holder a owl:ObjectProperty ; rdfs:domain club:Office ; rdfs:range club:Person ;
    text:compared "value" .
club:title a owl:ObjectProperty ; rdfs:domain club:Office ; rdfs:range club:Subject ;
    text:compared "value" .
"""

AUTHORITY = """
persons:
  ada-brandt: {label: Ada Brandt, alias: [Ada Maria Brandt, Brandt, A. Brand]}
  iven-holm: {label: Iven Holm, alias: Holm}
places:
  vessel-hill: {label: Vessel Hill}
  old-tower: {label: old tower, inside: vessel-hill}
  river-house: {label: river house}
subjects:
  keeper: {label: keeper}
  head-keeper: {label: head keeper, broader: keeper}
  treasurer: {label: treasurer}
"""

SEEDS = {
    "early": (
        "2020-01-05. Ada Brandt met Iven Holm in the old tower on Sunday. There were 3 seats, "
        "and the fee was 2. The keeper Ada Brandt spoke first and for a very long time."
    ),
    "late": (
        "2024-03-06. Ada Maria Brandt met people on Vessel Hill in January 2020. "
        "Of 3 seats one was free; the fee was 5. Treasurer Brandt left."
    ),
    "undated": (
        "Last, A. Brand met nobody in the river house. There were 4 seats, and the fee was 7. "
        "The keeper Ada Brandt spoke first and for a very long time. Head keeper Brandt it was."
    ),
}

MAPPINGS = {
    "early": """
article: {date: 2020-01-05}
events:
  talk:
    a: Meeting
    place: old-tower
    time: on Sunday
    seats: 3
    fee: 2
    participant: [ada-brandt, iven-holm]
    quote:
      - Ada Brandt met Iven Holm in the old tower on Sunday.
      - There were 3 seats, and the fee was 2.
  speech:
    participant: ada-brandt
    place: old-tower
    quote: The keeper Ada Brandt spoke first and for a very long time.
offices:
  - holder: ada-brandt
    title: keeper
    quote: The keeper Ada Brandt spoke first
""",
    "late": """
article: {date: 2024-03-06}
events:
  talk:
    place: vessel-hill
    time: in January 2020
    seats: 3
    fee: 5
    participant: ada-brandt
    quote: Ada Maria Brandt met people on Vessel Hill in January 2020. … the fee was 5.
offices:
  - a: Treasurer
    holder: ada-brandt
    title: treasurer
    quote: Treasurer Brandt left.
""",
    "undated": """
events:
  talk:
    place: river-house
    seats: 4
    fee: 7
    participant: ada-brandt
    quote: A. Brand met nobody in the river house. There were 4 seats, and the fee was 7.
  speech:
    participant: ada-brandt
    quote: The keeper Ada Brandt spoke first and for a very long time.
offices:
  - holder: ada-brandt
    title: head-keeper
    quote: Head keeper Brandt it was.
""",
}

Row = tuple[str, str, str, str, str]

EXPECTED: set[Row] = {
    ("talk", "a", "early", "late", "more specific"),
    ("talk", "a", "early", "undated", "more specific"),
    ("talk", "place", "early", "late", "more specific"),
    ("talk", "place", "early", "undated", "value"),
    ("talk", "place", "late", "undated", "value"),
    ("talk", "time", "early", "late", "more specific"),
    ("talk", "seats", "early", "undated", "value"),
    ("talk", "seats", "late", "undated", "value"),
    ("talk", "fee", "early", "late", "time-scoped"),
    ("talk", "fee", "early", "undated", "value"),
    ("talk", "fee", "late", "undated", "value"),
    ("talk", "participant", "early", "late", "attribution"),
    ("talk", "participant", "early", "undated", "attribution"),
    ("speech", "participant", "early", "undated", "same wording"),
    ("ada-brandt", "title", "early", "late", "time-scoped"),
    ("ada-brandt", "title", "early", "undated", "more specific"),
    ("ada-brandt", "title", "late", "undated", "value"),
    ("ada-brandt", "mentions", "early", "late", "more specific"),
    ("ada-brandt", "mentions", "early", "undated", "value"),
    ("ada-brandt", "mentions", "late", "undated", "value"),
}


def files() -> Iterator[tuple[str, str]]:
    yield "ontology/comparing.ttl", ONTOLOGY
    yield "mappings/authority/all.yaml", AUTHORITY
    for stem, text in SEEDS.items():
        yield f"seeds/{stem}.txt", text
        yield f"mappings/{stem}.yaml", MAPPINGS[stem]


@pytest.fixture(scope="module")
def club(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """Three articles that differ in every way, built once; tests only read it."""
    folder = tmp_path_factory.mktemp("club")
    shutil.copytree(root / "tests/cases/_base", folder, dirs_exist_ok=True)
    for name in ("ontology/text.ttl", "ontology/shapes/text.ttl"):
        shutil.copyfile(root / name, folder / name)
    for name in ("seeds/tower.txt", "mappings/tower.yaml"):
        (folder / name).unlink()
    for name, content in files():
        (folder / name).write_text(content, encoding="utf-8")
    kg.build(folder)
    return folder


@pytest.fixture
def change(club: Path, tmp_path: Path) -> Callable[..., Path]:
    """A copy of the project in which some words are others, built anew."""

    def copy(name: str, old: str, new: str, *, build: bool = True) -> Path:
        folder = tmp_path / "club"
        shutil.copytree(club, folder, symlinks=True)
        path = folder / name
        content = path.read_text(encoding="utf-8") if path.exists() else ""
        assert content.count(old) == 1 or not content
        path.write_text(content.replace(old, new) if content else new, encoding="utf-8")
        if build:
            kg.build(folder)
        return folder

    return copy


def rows(found: Conflicts) -> set[Row]:
    listed = [
        (
            d.left.thing.rpartition("/")[2],
            d.left.aspect.key,
            d.left.article,
            d.right.article,
            d.kind.value,
        )
        for d in found.differences
    ]
    assert len(listed) == len(set(listed))
    return set(listed)


# ---------------------------------------------------------------- kinds


def test_every_kind_of_difference(club: Path) -> None:
    assert rows(find_conflicts(club)) == EXPECTED
    assert {row[-1] for row in EXPECTED} == {
        "value",
        "attribution",
        "time-scoped",
        "more specific",
        "same wording",
    }


def test_the_article_that_says_more_is_named(club: Path) -> None:
    found = find_conflicts(club).differences
    closer = {(d.left.aspect.key, d.right.article): d.closer for d in found if d.closer}
    assert closer == {
        ("a", "late"): "early",
        ("a", "undated"): "early",
        ("place", "late"): "early",
        ("time", "late"): "early",
        ("title", "undated"): "undated",
        ("mentions", "late"): "late",
    }


def test_same_wording_names_the_passage(club: Path) -> None:
    (same,) = [d for d in find_conflicts(club).differences if d.kind.value == "same wording"]
    assert same.passage
    words = same.passage.left_span.exact(SEEDS["early"])
    assert words == "The keeper Ada Brandt spoke first and for a very long time."
    assert same.passage.right_span.exact(SEEDS["undated"]) == words


def test_agreement_in_own_words_is_no_difference(club: Path) -> None:
    assert not any(row[1:4] == ("seats", "early", "late") for row in rows(find_conflicts(club)))


def test_a_longer_least_length_makes_no_shared_wording(club: Path) -> None:
    found = rows(find_conflicts(club, words=13))
    assert found == {row for row in EXPECTED if row[-1] != "same wording"}


def test_what_only_one_article_says_is_no_difference(club: Path) -> None:
    assert not any(row[:2] == ("speech", "place") for row in EXPECTED)
    places = {
        d.left.thing for d in find_conflicts(club).differences if d.left.aspect.key == "place"
    }
    assert places == {f"{BASE}event/talk"}


CHANGES = {
    "another value": (
        "mappings/late.yaml",
        "seats: 3",
        "seats: 5",
        {("talk", "seats", "early", "late", "value")},
        set(),
    ),
    "the same value": (
        "mappings/undated.yaml",
        "seats: 4",
        "seats: 3",
        set(),
        {row for row in EXPECTED if row[1] == "seats"},
    ),
    "no date": (
        "mappings/late.yaml",
        "article: {date: 2024-03-06}",
        "",
        {
            ("talk", "fee", "early", "late", "value"),
            ("ada-brandt", "title", "early", "late", "value"),
        },
        {row for row in EXPECTED if row[-1] == "time-scoped"},
    ),
    "an annotation less": (
        "ontology/comparing.ttl",
        'club:participant text:compared "attribution" .',
        "",
        set(),
        {row for row in EXPECTED if row[1] == "participant"},
    ),
    "another meaning": (
        "ontology/comparing.ttl",
        'club:seats text:compared "value"',
        'club:seats text:compared "attribution"',
        {(*row[:4], "attribution") for row in EXPECTED if row[1] == "seats"},
        {row for row in EXPECTED if row[1] == "seats"},
    ),
    "nothing transitive": (
        "ontology/comparing.ttl",
        "owl:ObjectProperty , owl:TransitiveProperty",
        "owl:ObjectProperty",
        {("talk", "place", "early", "late", "value")},
        {("talk", "place", "early", "late", "more specific")},
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_of_one_line(name: str, change: Callable[..., Path]) -> None:
    path, old, new, gained, lost = CHANGES[name]
    found = rows(find_conflicts(change(path, old, new)))
    assert found - EXPECTED == gained
    assert EXPECTED - found == lost


def test_a_property_below_a_compared_one_is_compared(change: Callable[..., Path]) -> None:
    folder = change("mappings/late.yaml", "participant: ada-brandt", "guest: ada-brandt")
    path = folder / "mappings/undated.yaml"
    old = path.read_text(encoding="utf-8")
    path.write_text(
        old.replace("    fee: 7\n    participant: ada-brandt", "    fee: 7\n    guest: iven-holm"),
        encoding="utf-8",
    )
    kg.build(folder)
    found = rows(find_conflicts(folder))
    assert ("talk", "guest", "late", "undated", "attribution") in found


def test_an_annotation_that_means_nothing_is_refused(change: Callable[..., Path]) -> None:
    folder = change(
        "ontology/comparing.ttl",
        'club:seats text:compared "value"',
        ('club:seats text:compared "valu"'),
    )
    with pytest.raises(ContentError) as error:
        find_conflicts(folder)
    (finding,) = error.value.diagnostics
    assert finding.code == "D105"
    assert "is `valu`, expected `value` or `attribution`" in finding.message


# ---------------------------------------------------------------- order and dates


def below(*pairs: tuple[str, str]) -> list[Quad]:
    inside = NamedNode(f"{CLUB}inside")
    return [Quad(NamedNode(CLUB + a), inside, NamedNode(CLUB + b)) for a, b in pairs]


@pytest.fixture(scope="module")
def order(club: Path) -> Order:
    made = Order(load_ontology(load_project(club)))
    made.learn(below(("hut", "hill"), ("hill", "land"), ("isle", "sea"), ("x", "y"), ("y", "x")))
    made.learn([Quad(NamedNode("c:1"), NamedNode(SKOS + "broader"), NamedNode("c:2"))])
    made.learn([Quad(NamedNode("c:2"), NamedNode(f"{CLUB}host"), NamedNode("c:3"))])
    return made


def terms(names: str) -> list[NamedNode]:
    return [NamedNode(CLUB + name) for name in names.split()]


SAYS_MORE = [
    ("hut", "hill", True),
    ("hut", "land", True),
    ("land", "hut", False),
    ("hut", "hut", True),
    ("hut hill", "hill", True),
    ("hut isle", "hill sea", True),
    ("hut", "hill sea", False),
    ("hut isle", "hill", False),
    ("hut isle", "hut", False),
    ("hill", "sea", False),
    ("x", "y", True),
    ("y", "x", True),
    ("Meeting", "Event", True),
    ("Event", "Meeting", False),
]


@pytest.mark.parametrize(("one", "other", "expected"), SAYS_MORE)
def test_says_more(order: Order, one: str, other: str, expected: bool) -> None:
    assert order.says_more(terms(one), terms(other)) is expected


def test_concepts_are_in_order_by_broader_and_by_nothing_else(order: Order) -> None:
    one, two, three = (NamedNode(f"c:{number}") for number in (1, 2, 3))
    assert order.is_below(one, two)
    assert not order.is_below(two, one)
    assert not order.is_below(two, three)


def test_times_are_in_order_by_their_days(order: Order) -> None:
    day, month = Interval("2020-01-05", "2020-01-05"), Interval("2020-01-01", "2020-01-31")
    other = Interval("2020-01-31", "2020-02-02")
    assert order.is_below(day, month)
    assert not order.is_below(month, day)
    assert not order.is_below(other, month)
    assert not order.is_below(day, Literal("2020-01-05"))
    assert day.is_apart_from(other)
    assert not month.is_apart_from(other)


NAMES = [
    ("Brandt", "Ada Brandt", True),
    ("Ada Brandt", "Ada Maria Brandt", True),
    ("Ada Brandt", "Ada Brandt", False),
    ("Brandt Ada", "Ada Maria Brandt", False),
    ("Ada Ada", "Ada Brandt", False),
    ("A. Brand", "Ada Brandt", False),
]


@pytest.mark.parametrize(("one", "other", "expected"), NAMES)
def test_part_of_a_name(one: str, other: str, expected: bool) -> None:
    assert is_part_of(one, other) is expected


def facts(*times: tuple[str, str, str], date: str = "") -> dict[Quad, Origin]:
    quads = {}
    for name, first, last in times:
        for predicate, day in (("earliest", first), ("latest", last)):
            literal = Literal(day, datatype=NamedNode(XSD + "date"))
            quads[Quad(NamedNode(BASE + name), TEXT(predicate), literal)] = Origin(None)
    if date:
        quads[Quad(NamedNode(BASE), TEXT("date"), NamedNode(BASE + date))] = Origin(None)
    return quads


PERIODS = [
    (facts(("d", "2024-03-06", "2024-03-06"), date="d"), Interval("2024-03-06", "2024-03-06")),
    (
        facts(("d", "2024-03-06", "2024-03-06"), ("t", "2020-01-01", "2020-01-31"), date="d"),
        Interval("2024-03-06", "2024-03-06"),
    ),
    (
        facts(("s", "2024-03-06", "2024-03-06"), ("t", "2020-01-01", "2020-01-31")),
        Interval("2020-01-01"),
    ),
    (facts(("t", "2020-01-01", "2020-01-31"), date="d"), Interval("2020-01-01")),
    ({}, Interval()),
]


@pytest.mark.parametrize(("quads", "expected"), PERIODS)
def test_period_of_an_article(quads: dict[Quad, Origin], expected: Interval) -> None:
    assert period(BASE, to_facts(quads), TEXT) == expected


def test_a_time_without_bounds_has_none() -> None:
    assert bounds(NamedNode("c:t"), {}, TEXT) is None
    assert bounds(Literal("2020"), {}, TEXT) is None


def test_what_an_ontology_has_compared(club: Path) -> None:
    comparison = Comparison(load_ontology(load_project(club)))
    means = {iri.removeprefix(CLUB): a.means for iri, a in comparison.aspects.items()}
    assert means == dict.fromkeys(("place", "time", "seats", "fee", "holder", "title"), "value") | {
        "participant": "attribution",
        "guest": "attribution",
        "host": "attribution",
    }
    assert comparison.aspects[f"{CLUB}fee"].time_scoped
    assert not comparison.aspects[f"{CLUB}seats"].time_scoped
    assert comparison.meeting_points([f"{CLUB}Treasurer"]) == [f"{CLUB}holder"]
    assert comparison.meeting_points([f"{CLUB}Event"]) == []
    assert comparison.is_named([f"{CLUB}Person"])
    assert not comparison.is_named([f"{CLUB}Place", RDF + "Bag"])


# ---------------------------------------------------------------- settlements

SETTLEMENT = """
settlements:
  seats-of-the-talk:
    concerns: talk
    settles: seats
    reason: a fourth seat was brought in later
"""
SETTLED = "mappings/authority/settlements.yaml"


def settled(found: Conflicts) -> set[Row]:
    kept = tuple(d for d in found.differences if d.settlement)
    return rows(Conflicts(kept, (), found.labels, found.base, found.seeds))


def test_a_settlement_covers_one_key_of_one_thing(change: Callable[..., Path]) -> None:
    found = find_conflicts(change(SETTLED, "", SETTLEMENT))
    assert rows(found) == EXPECTED
    assert settled(found) == {row for row in EXPECTED if row[:2] == ("talk", "seats")}
    assert not found.unused
    open_ = {row for row in EXPECTED if row[-1] in ("value", "attribution")}
    assert rows(found.unsettled()) == open_ - settled(found)


def test_a_settlement_can_be_limited_to_articles(change: Callable[..., Path]) -> None:
    found = find_conflicts(change(SETTLED, "", SETTLEMENT + "    between: [early, undated]\n"))
    assert settled(found) == {("talk", "seats", "early", "undated", "value")}


UNUSED = {
    "another thing": ("concerns: talk", "concerns: speech"),
    "another key": ("settles: seats", "settles: open"),
    "agreeing articles": ("settles: seats", "settles: seats\n    between: [early, late]"),
    "only more specific": ("settles: seats", "settles: time"),
    "only the same wording": ("talk\n    settles: seats", "speech\n    settles: participant"),
}


@pytest.mark.parametrize("name", UNUSED)
def test_a_settlement_of_nothing_is_reported(name: str, change: Callable[..., Path]) -> None:
    found = find_conflicts(change(SETTLED, "", SETTLEMENT.replace(*UNUSED[name])))
    assert settled(found) == set()
    (unused,) = found.unused
    assert unused.id == "seats-of-the-talk"
    line = "unused settlement `seats-of-the-talk` (mappings/authority/settlements.yaml:3:3): "
    assert line in to_text(found)
    assert [settlement["id"] for settlement in to_json(found)["unused"]] == ["seats-of-the-talk"]


@pytest.mark.parametrize("line", ["concerns: talk", "settles: seats", "reason: a fourth"])
def test_a_settlement_says_what_and_why(line: str, change: Callable[..., Path]) -> None:
    kept = [part for part in SETTLEMENT.splitlines() if line not in part]
    with pytest.raises(ContentError) as error:
        change(SETTLED, "", "\n".join(kept))
    assert {finding.code for finding in error.value.diagnostics} == {"V401"}


# ---------------------------------------------------------------- output


def test_both_sides_are_shown_with_words_and_lines(club: Path) -> None:
    text = to_text(find_conflicts(club))
    assert (
        """
  seats
    early: 3
      seeds/early.txt:1:13: “Ada Brandt met Iven Holm in the old tower on Sunday.”
      seeds/early.txt:1:66: “There were 3 seats, and the fee was 2.”
      mappings/early.yaml:8
    late: 3
      seeds/late.txt:1:13: “Ada Maria Brandt met people on Vessel Hill in January 2020. \
Of 3 seats one was free; the fee was 5.”
      mappings/late.yaml:7
    undated: 4
      seeds/undated.txt:1:7: “A. Brand met nobody in the river house. \
There were 4 seats, and the fee was 7.”
      mappings/undated.yaml:5
    = value: early / undated, late / undated
"""
        in text
    )
    assert "\n    = more specific (early says more): early / late\n" in text
    assert (
        """
  participant
    = same wording: early / undated
      seeds/early.txt:1:105: “The keeper Ada Brandt spoke first and for a very long time.”
      seeds/undated.txt:1:86: “The keeper Ada Brandt spoke first and for a very long time.”
"""
        in text
    )
    assert "Ada Brandt <person/ada-brandt>" in text
    assert "    late: 2020-01 (“in January 2020”)\n" in text
    assert text.endswith(
        "20 differences: 9 value, 2 attribution, 2 time-scoped, 6 more specific, 1 same wording; "
        "11 unsettled"
    )


def test_settled_differences_show_the_reason(change: Callable[..., Path]) -> None:
    text = to_text(find_conflicts(change(SETTLED, "", SETTLEMENT)))
    place = "mappings/authority/settlements.yaml:3:3"
    assert f"\n      settled: a fourth seat was brought in later ({place})\n" in text
    assert text.endswith("; 9 unsettled")


def test_json_has_both_sides_in_full(club: Path) -> None:
    found = find_conflicts(club)
    document = to_json(found)
    assert len(document["differences"]) == len(found.differences)
    (place,) = [
        d
        for d in document["differences"]
        if (d["key"], [side["article"] for side in d["articles"]]) == ("place", ["early", "late"])
    ]
    assert (place["thing"], place["label"]) == (f"{BASE}event/talk", "event/talk")
    assert (place["kind"], place["closer"], place["settled"]) == ("more specific", "early", None)
    left = place["articles"][0]["values"]
    assert left[0] | {"quotes": []} == {
        "value": f"{BASE}place/old-tower",
        "label": "old tower",
        "quotes": [],
        "place": "mappings/early.yaml:6:12",
    }
    assert left[0]["quotes"][0] == {
        "article": "early",
        "start": 12,
        "end": 64,
        "words": "Ada Brandt met Iven Holm in the old tower on Sunday.",
        "place": "seeds/early.txt:1:13",
    }
    for difference in document["differences"]:
        for side in difference["articles"]:
            for value in side["values"]:
                assert value["place"]
                for quote in value["quotes"]:
                    text = SEEDS[side["article"]]
                    assert text[quote["start"] : quote["end"]] == quote["words"]


def run(folder: Path, *arguments: str, seed: str = "0") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["python", "-m", "kg", "--project", str(folder), "conflicts", *arguments],
        env=os.environ
        | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(kg.__file__).parent.parent)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_the_command_prints_the_same_in_every_run(club: Path) -> None:
    outputs = {run(club, "--format", "json", seed=seed).stdout for seed in ("1", "2")}
    assert len(outputs) == 1
    assert json.loads(outputs.pop()) == json.loads(json.dumps(to_json(find_conflicts(club))))
    assert run(club).stdout == to_text(find_conflicts(club)) + "\n"


def test_unsettled_conflicts_give_the_exit_status(club: Path, change: Callable[..., Path]) -> None:
    assert run(club).returncode == 0
    result = run(club, "--unsettled")
    assert result.returncode == 1
    assert "more specific" not in result.stdout
    assert result.stdout.endswith("11 differences: 9 value, 2 attribution; 11 unsettled\n")
    things = {"talk": ("place", "seats", "fee", "participant"), "ada-brandt": ("title", "mentions")}
    entries = [
        f"  {thing}-{key}: {{concerns: {thing}, settles: {key}, reason: as it is}}"
        for thing, keys in things.items()
        for key in keys
    ]
    folder = change(SETTLED, "", "\n".join(["settlements:", *entries]))
    result = run(folder, "--unsettled")
    assert (result.returncode, result.stdout) == (0, "0 differences\n")


def test_an_old_build_is_refused(change: Callable[..., Path]) -> None:
    folder = change("seeds/late.txt", "Treasurer", "The treasurer", build=False)
    result = run(folder)
    assert result.returncode == 3
    assert result.stdout == ""
    assert "error[X702]: the build is older than `seeds/late.txt`" in result.stderr


def test_no_build_is_refused(change: Callable[..., Path]) -> None:
    folder = change("seeds/late.txt", "Treasurer", "The treasurer", build=False)
    shutil.rmtree(folder / "build")
    assert run(folder).returncode == 3


# ---------------------------------------------------------------- the articles

ARTICLES = {
    ("abdullah-al-raisi", "rank", "000", "001", "time-scoped"),
    ("abdullah-al-raisi", "rank", "001", "003", "time-scoped"),
    ("abdullah-al-raisi", "rank", "001", "004", "time-scoped"),
    ("abdullah-al-raisi", "post", "000", "004", "same wording"),
    ("abdullah-al-raisi", "mentions", "000", "001", "value"),
    ("mohammad-baqeri", "mentions", "000", "003", "more specific"),
    ("mohammad-baqeri", "mentions", "001", "003", "value"),
    ("iran-chief-of-staff", "mentions", "000", "004", "value"),
    ("maritime-security-belt-2025", "modality", "003", "004", "value"),
    ("baqeri-al-raisi-meeting-2025", "place", "003", "004", "more specific"),
    ("al-raisi-visit-tehran-2025", "modality", "000", "003", "value"),
    ("al-raisi-visit-tehran-2025", "modality", "000", "004", "value"),
    ("al-raisi-arrival-tehran-2025", "time", "000", "004", "same wording"),
    ("rescue-exercise-2024", "time", "000", "003", "same wording"),
    ("rescue-exercise-2024", "place", "000", "003", "value"),
}


def short(found: Conflicts) -> set[Row]:
    return {(thing, key, a[:3], b[:3], kind) for thing, key, a, b, kind in rows(found)}


def test_differences_between_the_articles(real) -> None:
    found = find_conflicts(real.folder)
    assert short(found) >= ARTICLES
    assert found.unused == ()
    assert found.unsettled().differences == ()


def test_a_rank_changed_in_one_mapping_is_a_new_difference(real, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    shutil.copytree(real.folder, folder, symlinks=True)
    path = folder / "mappings/004_9614a30015a03f39.yaml"
    old = path.read_text(encoding="utf-8")
    assert old.count("rank: vice-admiral") == 1
    path.write_text(old.replace("rank: vice-admiral", "rank: admiral"), encoding="utf-8")
    kg.build(folder)
    before, after = short(find_conflicts(real.folder)), short(find_conflicts(folder))
    rank = ("abdullah-al-raisi", "rank")
    assert after - before == {(*rank, "000", "004", "value"), (*rank, "003", "004", "value")}
    assert before - after == {
        (*rank, "000", "004", "same wording"),
        (*rank, "001", "004", "time-scoped"),
    }
