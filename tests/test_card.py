"""`kg show`: the card of a node has everything that the graph has on it, once."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from typing import Any

import pytest
from pyoxigraph import NamedNode

import kg
from kg.store.provenance import INFERRED
from kg.why.card import Card
from kg.why.card_rendering import to_json, to_markdown, to_text
from kg.why.opening import Graph

BASE = "https://example.org/newskg/"


@pytest.fixture(scope="module")
def graph(real: Any) -> Graph:
    return kg.open(real.folder)


@pytest.fixture(scope="module")
def person(graph: Graph) -> Card:
    return graph.show("mohammad-baqeri")


def rows(graph: Graph, query: str) -> list[list[str]]:
    found = graph.store.query(query, prefixes=graph.build.prefixes, base_iri=graph.build.base)
    return [[term.value for term in row] for row in found]


def test_names_are_counted_by_article(graph: Graph, person: Card) -> None:
    query = """SELECT ?w ?a (COUNT(?m) AS ?n) { ?m text:denotes <person/mohammad-baqeri> ;
        rdfs:label ?w ; text:inArticle/rdfs:label ?a } GROUP BY ?w ?a"""
    expected = {(words, article): int(n) for words, article, n in rows(graph, query)}
    found = {(name.words, article): n for name in person.names for article, n in name.articles}
    assert found == expected
    totals = [sum(count for _, count in name.articles) for name in person.names]
    assert totals == sorted(totals, reverse=True)


def test_what_one_article_states_stands_by_article(person: Card) -> None:
    articles = Counter(scoped.article[:3] for scoped in person.scoped)
    assert articles == {"000": 1, "001": 1, "002": 2, "003": 1, "004": 1}
    for scoped in person.scoped:
        assert {group.label for group in scoped.facts} <= {"post", "rank"}
        assert [quote.article for quote in scoped.quotes] == [scoped.article]


@pytest.mark.parametrize(
    "name", ["mohammad-baqeri", "al-raisi-visit-tehran-2025", "iran", "vice-admiral", "tehran"]
)
def test_every_asserted_link_is_on_the_card_once(graph: Graph, name: str) -> None:
    """Apart from what describes words and facts, and labels, which have parts of their own."""
    card, view = graph.show(name), graph.inquiry.view
    shown: Counter[tuple[str, str]] = Counter()
    for group in (*card.facts, *card.links):
        shown.update((group.property.value, str(value.term)) for value in group.values)
    shown.update((s.property.value, str(s.node)) for s in card.scoped)
    expected = set()
    for triple in view.facts(card.node):
        end = triple.object
        literal = not isinstance(end, NamedNode) or triple.predicate.value.endswith("#type")
        if not literal and not view.is_a(end, "Span"):
            expected.add((triple, str(end)))
    for triple in view.links(card.node):
        if not view.is_a(triple.subject, "Span") and not view.is_a(triple.subject, "Fact"):
            expected.add((triple, str(triple.subject)))
    stated = {
        (triple.predicate.value, end)
        for triple, end in expected
        if graph.inquiry.provenance.graphs(triple) != [INFERRED]
    }
    assert stated <= set(shown)
    assert set(shown.values()) == {1}
    assert set(shown) <= {(triple.predicate.value, end) for triple, end in expected}


def test_each_value_has_the_articles_that_say_so(graph: Graph) -> None:
    card = graph.show("al-raisi-visit-tehran-2025")
    by_value = {str(v.label): v for group in card.facts for v in group.values}
    assert by_value["occurred"].graphs == ("000_ad8a7268f9b90791",)
    assert [graph[:3] for graph in by_value["ongoing"].graphs] == ["003", "004"]
    assert by_value["territory of Iran"].inferred
    assert not by_value["Tehran"].inferred


def test_links_with_a_time_come_first_in_its_order(graph: Graph) -> None:
    card = graph.show("mohammad-baqeri")
    for group in card.links:
        dated = [value.when[0].earliest for value in group.values if value.when]
        assert dated == sorted(dated)
        assert all(value.when for value in group.values[: len(dated)])
    (meetings,) = [group for group in card.links if group.property.value.endswith("#participant")]
    assert [[w.value for w in value.when] for value in meetings.values][:2] == [
        ["2023-05-08"],
        ["2025-02-11"],
    ]
    assert [value.when[0].inferred for value in meetings.values[:2]] == [False, True]


def test_what_repeats_another_link_is_left_out(person: Card) -> None:
    properties = {group.property.value.rpartition("#")[2] for group in person.links}
    assert "participant" in properties
    assert "involves" not in properties  # a wider property of the same link
    assert "heldBy" not in properties  # the inverse of a fact that is shown


def test_json_has_the_whole_card(graph: Graph, kg: Any, person: Card) -> None:
    result = kg("show", "mohammad-baqeri", "-F", "json", folder=graph.folder)
    found = json.loads(result.stdout)
    assert found == to_json(person)
    assert found["label"] == "Mohammad Baqeri"
    assert {group["label"] for group in found["facts"]} == {
        "nationality",
        "holds post",
        "member of",
    }


def test_text_keeps_to_the_width_and_cuts_long_lists(graph: Graph, kg: Any) -> None:
    few = kg("show", "mohammad-baqeri", folder=graph.folder, env={"COLUMNS": "70"}).stdout
    every = kg(
        "show", "mohammad-baqeri", "--all", folder=graph.folder, env={"COLUMNS": "70"}
    ).stdout
    assert max(len(line) for line in few.splitlines()) <= 70
    assert "and 29 more (--all)" in few
    assert "more (--all)" not in every


def test_markdown_escapes_what_it_would_read_as_its_own(graph: Graph) -> None:
    text = to_markdown(graph.show("al-raisi-visit-tehran-2025"), graph.inquiry.view)
    assert text.startswith("# Visit of Al Raisi to Tehran, February 2025\n")
    assert "- 2025-02-11? Meeting of Baqeri and Al Raisi in Tehran, February 2025" in text


ARABIC = {
    "kg.toml": (
        'base = "https://example.org/case/"\nlanguage = "ar"\n[namespaces]\n'
        'club = "https://example.org/case/ontology#"\ntext = "https://example.org/newskg/text#"\n'
    ),
    "seeds/tower.txt": (
        "اجتمعت ليلى حداد مع سمير نصر في البرج القديم. وقالت ليلى حداد إن القبة تسرب الماء.\n"
    ),
    "mappings/tower.yaml": (
        "events:\n  tower-meeting:\n    a: Meeting\n    label: اجتماع البرج\n"
        "    participant: [layla-haddad, samir-nasr]\n"
        "    quote: اجتمعت ليلى حداد مع سمير نصر في البرج القديم.\n"
    ),
    "mappings/authority/all.yaml": (
        "persons:\n  layla-haddad: {label: ليلى حداد}\n  samir-nasr: {label: سمير نصر}\n"
    ),
}


def test_words_of_any_script_are_given_as_they_are(lay: Any, kg: Any) -> None:
    folder = lay(files=ARABIC)
    shutil.rmtree(folder / "build")
    assert kg("build", folder=folder).returncode == 0
    shown = kg("show", "ليلى حداد", folder=folder, env={"COLUMNS": "60"})
    assert shown.returncode == 0, shown.stderr
    assert "ليلى حداد  <person/layla-haddad>" in shown.stdout
    assert "tower ×2" in shown.stdout
    why = kg("why", "tower-meeting", "participant", "سمير نصر", folder=folder)
    assert "⟦اجتمعت ليلى حداد مع سمير نصر في البرج القديم.⟧" in why.stdout
    found = json.loads(kg("show", "layla-haddad", "-F", "json", folder=folder).stdout)
    assert found["names"] == [{"words": "ليلى حداد", "articles": {"tower": 2}}]


def test_text_is_made_for_any_console(graph: Graph, person: Card) -> None:
    assert to_text(person, graph.inquiry.view).renderables
