"""Grounding: entries tied to exact words, times with their proof, names to individuals."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kg.building.workshop import Workshop
from kg.diagnostics import Diagnostic, Findings
from kg.grounding.grounded import GroundedArticle, GroundedNode
from kg.project.settings import load_project
from kg.text.quotes import Span

BASE = "https://example.org/case/"
CLUB = BASE + "ontology#"
TEXT = "https://example.org/newskg/text#"
ARTICLE = (
    "Wednesday, 12 February 2025. Ada Brandt met Iven Holm on Monday. She said: “The dome leaks.”\n"
)
Ground = Callable[..., tuple[GroundedArticle, list[Diagnostic]]]


@pytest.fixture(scope="module")
def workshop(tmp_path_factory, laid_out: Callable[..., Path]) -> Workshop:
    return Workshop(load_project(laid_out(tmp_path_factory.mktemp("club") / "project")))


@pytest.fixture
def ground(workshop: Workshop) -> Ground:
    def ground(mapping: str, article: str = ARTICLE) -> tuple[GroundedArticle, list[Diagnostic]]:
        folder, findings = workshop.project.folder, Findings()
        (folder / "mappings/tower.yaml").write_text(mapping, encoding="utf-8")
        (folder / "seeds/tower.txt").write_bytes(article.encode())
        grounded = workshop.ground("tower", findings)
        assert grounded is not None
        return grounded, list(findings)

    return ground


def fine(result: tuple[GroundedArticle, list[Diagnostic]]) -> GroundedArticle:
    assert result[1] == []
    return result[0]


def node(article: GroundedArticle, end: str) -> GroundedNode:
    (found,) = [node for node in article.nodes if node.iri.endswith(end)]
    return found


def facts(found: GroundedNode) -> dict[str, str]:
    """The facts of a node by the local names of their predicates."""
    return {
        fact.predicate.rpartition("#")[2]: str(getattr(fact.object, "value", fact.object))
        for fact in found.facts
    }


# Identifiers


@pytest.mark.parametrize(
    ("mapping", "iri"),
    [
        ("events: {dome-talk: {quote: on Monday}}", "event/dome-talk"),
        ("events: [{id: talk, quote: on Monday}]", "event/tower/talk"),
        ("events: [{quote: on Monday}]", "event/tower/54-63"),
        ("events: [{quote: [on Monday, The dome]}]", "event/tower/54-63"),
        ("events: [{a: Meeting, quote: on Monday}]", "event/tower/54-63"),
    ],
)
def test_identifiers_come_from_ids_else_from_words(mapping: str, iri: str, ground: Ground) -> None:
    (found,) = fine(ground(mapping)).nodes
    assert found.iri == BASE + iri


def test_identifiers_survive_a_new_neighbour(ground: Ground) -> None:
    entry = "  - {speaker: ada-brandt, tone: calm, verdict: {marks: 1}, quote: She said}\n"
    other = "  - {speaker: iven-holm, tone: calm, quote: The dome leaks}\n"
    before = fine(ground("remarks:\n" + entry)).nodes
    after = fine(ground("remarks:\n" + other + entry)).nodes
    assert {n.iri for n in before} < {n.iri for n in after}


def test_nested_nodes_are_named_by_their_content(ground: Ground) -> None:
    text = "remarks: [{verdict: [{marks: 1}, {marks: 2}, {marks: 1}], quote: She said}]"
    nested = [n.iri for n in fine(ground(text)).nodes if "/verdict-" in n.iri]
    assert len(nested) == len(set(nested)) == 2
    assert all(iri.startswith(BASE + "remark/tower/65-73/verdict-") for iri in nested)


def test_two_entries_on_the_same_words_must_agree(ground: Ground) -> None:
    one, other = "{tone: calm, quote: She said}", "{tone: angry, quote: She said}"
    assert len(fine(ground(f"remarks: [{one}, {one}]")).nodes) == 1
    _, findings = ground(f"remarks: [{one}, {other}]")
    assert [d.code for d in findings] == ["M208"]
    assert findings[0].related
    assert (
        len(fine(ground(f"remarks: [{one}, {other}]".replace("angry,", "angry, id: x,"))).nodes)
        == 2
    )


# Words


def test_evidence_is_the_exact_characters(ground: Ground) -> None:
    article = "She saw\u00a0the\n“old tower” – it’s high.\n"
    text = "background: [{quote: 'saw the \"old tower\" … it''s', reason: x}]"
    (span,) = fine(ground(text, article)).nodes[0].spans
    assert span.exact(article) == "saw\u00a0the\n“old tower” – it’s"


def test_inner_quotes_are_sought_in_the_words_of_the_entry_first(ground: Ground) -> None:
    article = "Brandt said yes. Holm said no.\n"
    text = "remarks: [{cue: said, quote: Holm said no}]"
    remark = fine(ground(text, article)).nodes[0]
    assert facts(remark)["cue"] == str(Span(22, 26))


def test_nested_entries_rest_on_their_own_words_else_on_those_around(ground: Ground) -> None:
    text = "remarks: [{verdict: [{marks: 1, quote: dome}, {marks: 2}], quote: The dome leaks}]"
    article = fine(ground(text))
    spans = {facts(n)["marks"]: n.spans for n in article.nodes if "/verdict-" in n.iri}
    assert spans == {"1": (Span(80, 84),), "2": (Span(76, 90),)}


def test_what_is_not_found_is_not_generated(ground: Ground) -> None:
    article, findings = ground("events: [{quote: nowhere}, {quote: on Monday}]")
    assert [d.code for d in findings] == ["G301"]
    assert [n.iri for n in article.nodes] == [BASE + "event/tower/54-63"]


@pytest.mark.parametrize(
    ("mapping", "codes"),
    [
        ("events: [{quote: dome, place: vessel-hill}, {a: Meeting}]", ["G303"]),
        ("events: [{quote: Holm … Brandt}]", ["G301"]),
        ("events: [{quote: HOLM}]", ["G301"]),
        ("events: [{quote: Hol}]", ["G301"]),
        ("events: [{quote: a}, {quote: on}]", ["G301"]),
        ("events: [{quote: ...}]", ["D105"]),
        ("remarks: [{cue: met, quote: She said}]", ["G301"]),
        ("mentions: {The mayor: ada-brandt}", ["G305"]),
        ("mentions: {Brand: ada-brandt}", ["G305"]),
        ("mentions: {'[She] left': ada-brandt}", ["G305"]),
        ("mentions: {'She [said': ada-brandt}", ["D105"]),
        ("mentions: {'[Sh]e said': ada-brandt}", ["D105"]),
    ],
)
def test_what_is_refused(mapping: str, codes: list[str], ground: Ground) -> None:
    assert [finding.code for finding in ground(mapping)[1]] == codes


def test_an_ambiguous_quote_gets_a_longer_one_that_is_not(ground: Ground) -> None:
    article = "The dome leaks. The dome is old.\n"
    _, (finding,) = ground("events: [{quote: The dome}]", article)
    assert finding.code == "G302"
    assert len(finding.related) == 2
    longer = (finding.help or "").split("`")[1]
    assert ground(f"events: [{{quote: '{longer}'}}]", article)[1] == []


def test_the_nearest_text_is_shown_with_its_place(ground: Ground) -> None:
    _, (finding,) = ground("events: [{quote: Ada Brandt met Ivan Holm}]")
    assert "`Ada Brandt met [-Ivan-]{+Iven+} Holm`" in finding.notes[0]
    assert "`Ada Brandt met Iven Holm`" in str(finding.help)
    ((_, place),) = finding.related
    assert (place.path, place.line, place.column) == ("seeds/tower.txt", 1, 30)


# Times

DATED = "article: {date: 'Wednesday, 12 February 2025'}\n"


def test_the_date_of_the_article_is_read_first_wherever_it_stands(ground: Ground) -> None:
    event = "events: [{time: on Monday, quote: met Iven Holm on Monday}]\n"
    for mapping in (DATED + event, event + DATED):
        time = node(fine(ground(mapping)), "time/tower/54-63")
        assert facts(time) == {
            "label": "on Monday",
            "words": str(Span(54, 63)),
            "granularity": TEXT + "day",
            "dayOfWeek": "http://www.w3.org/2006/time#Monday",
            "value": "2025-02-10",
            "earliest": "2025-02-10",
            "latest": "2025-02-10",
            "rule": TEXT + "weekday",
            "anchor": BASE + "time/tower/0-27",
        }


def test_an_undated_article_is_undated(ground: Ground) -> None:
    time = node(fine(ground("events: [{time: on Monday, quote: on Monday}]")), "time/tower/54-63")
    assert set(facts(time)) == {"label", "words", "granularity", "dayOfWeek"}


def test_an_inference_stays_recognisable(ground: Ground) -> None:
    text = """events: [{quote: on Monday, time: {words: on Monday, value: 2025-02-10,
        basis: ada-brandt, reason: her diary, confidence: low}}]"""
    time = node(fine(ground(text)), "time/tower/54-63")
    assert time.types == (TEXT + "InferredTime",)
    assert facts(time)["rule"] == TEXT + "inference"
    assert facts(time)["reason"] == "her diary"


def test_a_date_may_be_inferred_without_words(ground: Ground) -> None:
    text = """events: [{quote: The dome leaks, time: {value: 2025-02, basis: ada-brandt,
        reason: her diary, confidence: high}}]"""
    article = fine(ground(text))
    (time,) = [n for n in article.nodes if TEXT + "InferredTime" in n.types]
    assert "/time-" in time.iri
    assert facts(time)["granularity"] == TEXT + "month"
    assert time.spans == (Span(76, 90),)


@pytest.mark.parametrize(
    ("time", "code"),
    [
        ("{words: on Monday, value: 2025-02-11}", "G307"),
        ("{words: on Monday, value: 2025-02-30}", "G307"),
        ("{words: on Monday, value: 2025-13}", "G307"),
        ("{words: on Monday, value: soon}", "G307"),
        ("{words: on Monday, value: 2025-02-03}", "G307"),
        ("{words: The dome}", "G306"),
        ("The dome", "G306"),
        ("{reason: nobody knows, value: 2025-02-10}", "G308"),
        ("{value: 2025-02-10}", "G308"),
    ],
)
def test_times_that_are_refused(time: str, code: str, ground: Ground) -> None:
    text = f"{DATED}events: [{{quote: on Monday. She said … The dome, time: {time}}}]"
    assert [finding.code for finding in ground(text)[1]] == [code]


# Names


def names(article: GroundedArticle) -> list[tuple[str, list[str]]]:
    text = article.seed.text
    return [
        (n.span.exact(text), [iri.rpartition("/")[2] for iri in n.denotes]) for n in article.names
    ]


def test_names_of_the_authority_are_found(ground: Ground) -> None:
    assert names(fine(ground("article: {}\n"))) == [
        ("Ada Brandt", ["ada-brandt"]),
        ("Iven Holm", ["iven-holm"]),
    ]


def test_the_longest_name_wins_and_words_are_whole(ground: Ground) -> None:
    article = "Lena Holm met Holm’s aunt, and Holmes met Ada\u00a0Brandt in brandt.\n"
    assert names(fine(ground("article: {}\n", article))) == [
        ("Lena Holm", ["lena-holm"]),
        ("Holm", ["iven-holm"]),
        ("Ada\u00a0Brandt", ["ada-brandt"]),
    ]


def test_labels_of_concepts_are_no_names(ground: Ground) -> None:
    assert names(fine(ground("article: {}\n", "She saw comets.\n"))) == []


def test_individuals_of_the_article_have_names_too(ground: Ground) -> None:
    text = "events: {dome-talk: {label: The dome, quote: on Monday}}"
    assert ("The dome", ["dome-talk"]) in names(fine(ground(text)))


def test_mentions_settle_what_names_cannot(ground: Ground) -> None:
    text = "mentions: {'[She] said': ada-brandt, Iven Holm: lena-holm}"
    assert names(fine(ground(text)))[1:] == [("Iven Holm", ["lena-holm"]), ("She", ["ada-brandt"])]


def test_a_mark_wins_over_a_name_at_its_place(ground: Ground) -> None:
    article = "Holm came. Holm sat.\n"
    text = "mentions: {'[Holm] sat': lena-holm}"
    assert names(fine(ground(text, article))) == [("Holm", ["iven-holm"]), ("Holm", ["lena-holm"])]


def test_a_name_of_two_must_be_settled(ground: Ground) -> None:
    article = "Brandt came. Brandt sat.\n"
    own = "places: {brandt-square: {label: Brandt, quote: sat}}\n"
    _, (finding,) = ground(own, article)
    assert finding.code == "G304"
    assert finding.message == "`Brandt` could be `ada-brandt` or `brandt-square`"
    assert len(finding.related) == 1, "one finding for a name, however often it occurs"
    settled = own + "mentions: {Brandt: brandt-square}"
    assert names(fine(ground(settled, article))) == [("Brandt", ["brandt-square"])] * 2
