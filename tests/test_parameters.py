"""Queries with a head: titles, parameters with types, values that become terms and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, Store

from kg.answers.naming import Namer
from kg.diagnostics import ContentError, Misuse
from kg.questions.binding import bind
from kg.questions.named import find_query, finder, named_queries
from kg.questions.parameters import read_header, to_terms
from kg.sparql.grammar import first_fault, scan
from kg.terms import PUBLISHED, RDF, RDFS, SKOS, XSD

CLUB = "https://example.org/club#"
PREFIXES = {**PUBLISHED, "club": CLUB}
QUERY = """# title: Members, and since when
# description: Those who joined,
#   the first one first.
# param who?: club:Member - only this member
# param since: xsd:date = 2020-01-01 - joined on this day or later
# param rank: club:Rank in (gold, silver) = gold
# example: who="Ada Byron" since=2021-05-01
SELECT ?m { ?m club:rank $rank ; club:joined ?d FILTER(?d >= $since)
  FILTER(!BOUND($who) || ?m = $who) }
"""


def store() -> Store:
    def node(name: str) -> NamedNode:
        return NamedNode(f"https://example.org/data/{name}")

    rows = [
        (node("member/ada"), RDF + "type", NamedNode(CLUB + "Member")),
        (node("member/ada"), RDFS + "label", Literal("Ada Byron", language="en")),
        (node("member/ada"), SKOS + "altLabel", Literal("The Countess", language="en")),
        (node("member/ada"), SKOS + "altLabel", Literal("la comtesse", language="fr")),
        (node("member/ada"), SKOS + "hiddenLabel", Literal("AB", language="en")),
        (node("member/bob"), RDF + "type", NamedNode(CLUB + "Member")),
        (node("member/bob"), SKOS + "altLabel", Literal("AB", language="en")),
        (node("town/ada"), RDF + "type", NamedNode(CLUB + "Town")),
        (node("town/ada"), RDFS + "label", Literal("The Countess", language="en")),
        (NamedNode(CLUB + "gold"), RDF + "type", NamedNode(CLUB + "Rank")),
        (NamedNode(CLUB + "silver"), RDF + "type", NamedNode(CLUB + "Rank")),
        (node("member/ada"), CLUB + "rank", NamedNode(CLUB + "gold")),
        (node("member/bob"), CLUB + "rank", NamedNode(CLUB + "gold")),
    ]
    found = Store()
    found.extend(Quad(s, NamedNode(p), o) for s, p, o in rows)
    for name, day in (("ada", "2021-06-01"), ("bob", "2022-01-01")):
        value = Literal(day, datatype=NamedNode(XSD + "date"))
        found.add(Quad(node(f"member/{name}"), NamedNode(CLUB + "joined"), value))
    return found


def ask(query: str) -> list[tuple[str, ...]]:
    rows = store().query(query)
    return [tuple(term.value if term else "" for term in row) for row in rows]


def resolve(word: str, class_: str) -> NamedNode:
    return finder(Namer(ask, PREFIXES, "https://example.org/data/", "en"), PREFIXES)(word, class_)


def answer(**values: str) -> list[str]:
    header = read_header(QUERY, "members.rq", PREFIXES)
    query = bind(QUERY, to_terms(header, values, resolve, "en")).text
    return sorted(row["m"].value[-3:] for row in store().query(query, prefixes=PREFIXES))


def test_a_head_gives_title_description_and_parameters() -> None:
    header = read_header(QUERY, "members.rq", PREFIXES)
    assert header.title == "Members, and since when"
    assert header.description == "Those who joined, the first one first."
    assert list(header.parameters) == ["who", "since", "rank"]
    assert header.parameters["who"].open
    assert header.parameters["since"].default == "2020-01-01"
    assert header.parameters["since"].words == "joined on this day or later"
    assert header.parameters["rank"].choices == ("gold", "silver")
    assert header.example == {"who": "Ada Byron", "since": "2021-05-01"}


def test_values_narrow_the_answer_and_open_parameters_do_not() -> None:
    assert answer() == ["ada", "bob"]
    assert answer(since="2021-12-31") == ["bob"]
    assert answer(rank="silver") == []


@pytest.mark.parametrize(
    "word",
    [
        *("ada", "Ada Byron", "The Countess", "la comtesse"),
        *("https://example.org/data/member/ada", "<https://example.org/data/member/ada>"),
        *("member/ada", "<member/ada>"),
    ],
)
def test_an_individual_has_many_names(word: str) -> None:
    assert answer(who=word) == ["ada"]


def test_a_name_of_two_is_refused_with_both() -> None:
    with pytest.raises(Misuse) as caught:
        answer(who="AB")
    (found,) = caught.value.diagnostics
    assert found.message == "`AB` is the name of 2 individuals"
    assert found.notes == ("`<member/ada>`: Ada Byron", "`<member/bob>`")


def test_what_has_the_name_and_another_class_is_told() -> None:
    with pytest.raises(Misuse) as caught:
        answer(who="club:gold")
    assert caught.value.diagnostics[0].notes == ("it is the name of `club:gold`",)


@pytest.mark.parametrize(
    ("word", "help_"),
    [
        ("bbo", "did you mean `bob`?"),
        ("ada byron", "did you mean `Ada Byron` (<member/ada>)?"),
        ("Byron", "did you mean `Ada Byron` (<member/ada>)?"),
        ("xyz", "use one of ada, bob"),
        ('x" } { ?i ?p', "use one of ada, bob"),
        ("\udcff\\", "use one of ada, bob"),
    ],
)
def test_a_name_that_nobody_has_is_refused_with_a_way_out(word: str, help_: str) -> None:
    with pytest.raises(Misuse) as caught:
        answer(who=word)
    assert caught.value.diagnostics[0].help == help_


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"since": "soon"}, "parameter `since` is `soon`, expected"),
        ({"since": "2021-02-30"}, "parameter `since` is `2021-02-30`, expected"),
        ({"rank": "bronze"}, "parameter `rank` is `bronze`, expected one of gold, silver"),
        ({"who": "gold"}, "`gold` is no individual of `club:Member`"),
        ({"whom": "ada"}, "the query has no parameter `whom`"),
    ],
)
def test_values_of_another_type_are_refused(values: dict[str, str], message: str) -> None:
    with pytest.raises(Misuse) as caught:
        answer(**values)
    assert [d.code for d in caught.value.diagnostics] == ["Q612"]
    assert message in caught.value.diagnostics[0].message


def test_a_parameter_without_a_value_is_named() -> None:
    text = "# param who: club:Member\nASK { $who ?p ?o }"
    header = read_header(text, "q.rq", PREFIXES)
    with pytest.raises(Misuse) as caught:
        to_terms(header, {}, resolve, "en")
    assert "parameter `who` has no value" in caught.value.diagnostics[0].message


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("# title: x\n# param who: member\nASK { $who ?p ?o }", 2),
        ("# param who: nowhere:Member\nASK { $who ?p ?o }", 1),
        ("# param who: club:Member\nASK { ?s ?p ?o }", 1),
        ("# param who: club:Member\nSELECT $who { $who ?p ?o }", 1),
        ("# param who: club:Member\nSELECT ?o { $who ?p ?o } GROUP BY $who", 1),
    ],
)
def test_heads_that_cannot_be_used_are_refused(text: str, line: int) -> None:
    with pytest.raises(ContentError) as caught:
        read_header(text, "q.rq", PREFIXES)
    assert [(d.code, d.place and d.place.line) for d in caught.value.diagnostics] == [
        ("Q611", line)
    ]


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_no_value_is_read_as_anything_but_itself(value: str) -> None:
    text = "SELECT ?v { BIND($x AS ?v) }"
    bound = bind(text, {"x": Literal(value)}).text
    assert len(scan(bound)) == len(scan(text))
    assert not first_fault(scan(bound))
    assert [row["v"].value for row in Store().query(bound)] == [value]


def test_a_variable_of_the_same_name_in_a_string_or_comment_stays() -> None:
    text = 'ASK { ?s ?p "$x" FILTER(BOUND( $x ) && ?s = ?x) } # ?x'
    bound = bind(text, {"x": NamedNode("urn:a")}).text
    assert bound == 'ASK { ?s ?p "$x" FILTER(true && ?s =  <urn:a> ) } # ?x'


def test_queries_have_the_names_of_their_files(tmp_path: Path) -> None:
    for name in ("02-who.rq", "members.rq"):
        (tmp_path / name).write_text("ASK {}")
    queries = named_queries([tmp_path])
    assert [(q.name, q.question) for q in queries.values()] == [("members", False), ("who", True)]
    with pytest.raises(Misuse, match="there is no query named `member`") as caught:
        find_query("member", queries)
    assert caught.value.diagnostics[0].help == "did you mean `members`?"
    (tmp_path / "who.rq").write_text("ASK {}")
    with pytest.raises(ContentError, match="two queries are named `who`"):
        named_queries([tmp_path])
