"""`kg query --evidence`: under each row exactly what matches, compared with brute force."""

from __future__ import annotations

import csv
import io
import json
import random
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple

import kg
import kg.why.support
from kg.why.opening import Graph
from kg.why.rows import evidence

BASE = "https://example.org/newskg/"
NEWS = f"{BASE}ontology#"
Binding = dict[str, Any]
Found = tuple[Binding, frozenset[tuple[Triple, Any]]]
QUESTIONS = Path(__file__).parent.parent / "ontology" / "questions"


@pytest.fixture(scope="module")
def graph(real: Any) -> Graph:
    return kg.open(real.folder)


# Random patterns, and an evaluator that tries every triple


@dataclass
class Data:
    """All statements of the build, by graph and by each of their terms; None is the merge."""

    graphs: dict[Any, dict[Any, list[Triple]]]
    triples: list[Triple]

    def at(self, term_: Any) -> list[Triple]:
        return [t for n in (0, 2) for t in self.graphs[None].get((n, term_), [])]


@pytest.fixture(scope="module")
def data(graph: Graph) -> Data:
    graphs: dict[Any, dict[Any, list[Triple]]] = {None: {}}
    named = {q for q in graph.store.quads_for_pattern(None, None, None) if is_named(q)}
    pairs = {(name, q.triple) for q in named for name in (None, q.graph_name)}
    for name, triple in sorted(pairs, key=str):
        index = graphs.setdefault(name, {})
        for position, part in enumerate(triple):
            index.setdefault((position, part), []).append(triple)
    merged = sorted({q.triple for q in named}, key=str)
    return Data(graphs, [t for t in merged if t.predicate.value.startswith(NEWS)])


def is_named(quad: Quad) -> bool:
    ends = (quad.subject, quad.object)
    return quad.graph_name != DefaultGraph() and not any(isinstance(e, BlankNode) for e in ends)


@dataclass
class Basic:
    """A basic graph pattern: terms are variables (str) or constants."""

    patterns: list[tuple[Any, Any, Any]]

    def variables(self) -> list[str]:
        return sorted({t for pattern in self.patterns for t in pattern if isinstance(t, str)})

    def solve(self, data: Data, graph: Any = None) -> list[Found]:
        found: list[Found] = [({}, frozenset())]
        for pattern in self.patterns:
            found = [
                ({**known, **new}, seen | {(triple, graph)})
                for known, seen in found
                for triple, new in matches(pattern, known, data.graphs[graph])
            ]
            if len(found) > 600:
                raise TooManyError
        return found


class TooManyError(Exception):
    """A pattern that is too wide for brute force."""


def matches(
    pattern: tuple[Any, Any, Any], known: Binding, index: dict[Any, list[Triple]]
) -> Iterator[tuple[Triple, Binding]]:
    bound = [known.get(part, part) if isinstance(part, str) else part for part in pattern]
    fixed = [(n, part) for n, part in enumerate(bound) if not isinstance(part, str)]
    if not fixed:
        raise TooManyError
    for triple in min((index.get(key, []) for key in fixed), key=len):
        new: Binding = {}
        for wanted, term_ in zip(bound, triple, strict=True):
            value = new.get(wanted) if isinstance(wanted, str) else wanted
            if value is None:
                new[wanted] = term_
            elif value != term_:
                break
        else:
            yield triple, new


@dataclass
class Query:
    """A query of one of several shapes, as text and as brute force has it."""

    shape: str
    left: Basic
    right: Basic
    rng: random.Random

    def solve(self, data: Data) -> list[Found]:
        if self.shape == "graph":
            return [
                ({**binding, "g": name}, seen)
                for name in data.graphs
                if name is not None
                for binding, seen in self.left.solve(data, name)
            ]
        left = self.left.solve(data)
        if self.shape in ("basic", "select"):
            return left
        right = self.right.solve(data)
        if self.shape == "union":
            return left + right
        if self.shape == "exists":
            return [one for one in left if any(agree(one[0], other[0]) for other in right)]
        return [joined for one in left for joined in self.optional(one, right)]

    def optional(self, one: Found, right: list[Found]) -> Iterator[Found]:
        fitting = [
            ({**one[0], **other}, one[1] | seen) for other, seen in right if agree(one[0], other)
        ]
        yield from fitting or [one]

    def text(self, columns: list[str], distinct: bool) -> str:
        left, right = self.written(self.left, columns), self.written(self.right, columns)
        hidden = sorted(set(self.left.variables()) & set(columns))
        body = {
            "basic": left,
            "graph": f"GRAPH ?g {{ {left} }}",
            "optional": f"{left} OPTIONAL {{ {right} }}",
            "union": f"{{ {left} }} UNION {{ {right} }}",
            "exists": f"{left} FILTER EXISTS {{ {right} }}",
            "select": f"{{ SELECT {' '.join('?' + n for n in hidden)} {{ {left} }} }}",
        }[self.shape]
        shown = " ".join(f"?{name}" for name in columns)
        return f"SELECT {'DISTINCT ' if distinct else ''}{shown} {{ {body} }}"

    def written(self, basic: Basic, columns: list[str]) -> str:
        """The patterns in one of the ways in which SPARQL can say them."""
        parts, patterns = [], list(basic.patterns)
        uses = [t for p in [*self.left.patterns, *self.right.patterns] for t in p]
        while patterns:
            s, p, o = patterns.pop(0)
            middle = isinstance(o, str) and o not in columns and uses.count(o) == 2
            after = [q for q in patterns if q[0] == o]
            if middle and after and self.rng.random() < 0.6:
                patterns.remove(after[0])
                parts.append(f"{term(s)} {term(p)}/{term(after[0][1])} {term(after[0][2])} .")
            elif not isinstance(p, str) and self.rng.random() < 0.3:
                parts.append(f"{term(o)} ^{term(p)} {term(s)} ." if not literal(o) else "")
                parts[-1] = parts[-1] or f"{term(s)} {term(p)} {term(o)} ."
            else:
                parts.append(f"{term(s)} {term(p)} {term(o)} .")
        return " ".join(parts)


def literal(term_: Any) -> bool:
    return isinstance(term_, Literal)


def term(term_: Any) -> str:
    return f"?{term_}" if isinstance(term_, str) else str(term_)


def agree(one: Binding, other: Binding) -> bool:
    return all(other.get(name, value) == value for name, value in one.items())


def random_basic(data: Data, rng: random.Random, names: dict[Any, str], size: int) -> Basic:
    """Patterns that hang together and match at least once, with some terms made variables."""
    chosen: list[Triple] = []
    triple = rng.choice(data.triples)
    while len(chosen) < size:
        chosen.append(triple)
        ends = [t for c in chosen for t in (c.subject, c.object) if len(data.at(t)) < 60]
        triple = rng.choice(data.at(rng.choice(ends))) if ends else rng.choice(data.triples)
    patterns = []
    for t in dict.fromkeys(chosen):
        parts: list[Any] = []
        for position, part in enumerate(t):
            share = 0.05 if position == 1 else 0.75
            if part in names or rng.random() < share:
                parts.append(names.setdefault(part, f"v{len(names)}"))
            else:
                parts.append(part)
        patterns.append(tuple(parts))
    return Basic(patterns)


def random_query(data: Data, rng: random.Random) -> Query:
    shape = rng.choice(["basic", "basic", "graph", "optional", "union", "exists", "select"])
    names: dict[Any, str] = {}
    left = random_basic(data, rng, names, rng.randint(1, 3))
    right = random_basic(data, rng, names, rng.randint(1, 2))
    if shape not in ("optional", "union", "exists"):
        right = Basic([])
    return Query(shape, left, right, rng)


def is_wide(query: Query, data: Data) -> bool:
    """Whether each solution is matched with a great many others that it shares nothing with."""
    if query.shape != "exists":
        return False
    return len(query.left.solve(data)) * len(query.right.solve(data)) > 20_000


@pytest.mark.parametrize("seed", range(100))
def test_the_evidence_of_a_row_is_what_matches(graph: Graph, data: Data, seed: int) -> None:
    rng = random.Random(seed)
    while True:
        query = random_query(data, rng)
        variables = sorted({*query.left.variables(), *query.right.variables()} - {"g"})
        if query.shape in ("exists", "select"):
            variables = query.left.variables()
        variables += ["g"] if query.shape == "graph" else []
        try:
            solutions = query.solve(data)
        except TooManyError:
            continue
        if variables and 0 < len(solutions) < 600 and not is_wide(query, data):
            break
    columns = rng.sample(variables, rng.randint(1, len(variables)))
    expected: dict[tuple[Any, ...], set[tuple[Triple, Any]]] = {}
    for binding, seen in solutions:
        row = tuple(binding.get(name) for name in columns)
        expected.setdefault(row, set()).update(seen)
    text = query.text(columns, rng.random() < 0.5)
    found: dict[tuple[Any, ...], set[tuple[Triple, Any]]] = {}
    for one in graph.evidence(text):
        found[one.row] = {(s.triple, s.graph) for s in one.statements}
    if query.shape == "exists":
        assert found.keys() == expected.keys(), text
        assert all(expected[row] <= found[row] for row in expected), text
        allowed = {pair for _, seen in query.right.solve(data) for pair in seen}
        assert all(found[row] - expected[row] <= allowed for row in found), text
    else:
        assert found == expected, text


# What is said of a row


def statements(graph: Graph, query: str) -> list[list[str]]:
    view = graph.inquiry.view
    return [[view.triple(s.triple) for s in row.statements] for row in graph.evidence(query)]


def notes(graph: Graph, query: str) -> list[str]:
    support, rows = evidence(graph.inquiry, query)
    list(rows)
    return [note.message for note in support.notes]


MEETING = "<event/baqeri-al-raisi-meeting-2023>"


def test_statements_are_in_the_order_of_the_query(graph: Graph) -> None:
    query = f"SELECT ?who {{ {MEETING} news:participant ?who ; a news:Meeting }} ORDER BY ?who"
    assert statements(graph, query)[1] == [
        f"{MEETING} news:participant <person/mohammad-baqeri>",
        f"{MEETING} a news:Meeting",
    ]


def test_an_inferred_statement_is_traced_to_the_words_of_what_it_follows_from(graph: Graph) -> None:
    query = "SELECT ?body { <person/mohammad-baqeri> news:memberOf ?body }"
    (row,) = graph.evidence(query)
    assert [quote.words for quote in row.quotes] == [
        "Major General Mohammad Hossein Baqeri, Chief of Staff of the Iranian Armed Forces"
    ]


def test_a_filter_keeps_the_evidence_to_what_it_lets_through(graph: Graph) -> None:
    query = (
        "SELECT ?n { ?p a news:Rank . ?t news:rank ?p ; text:inArticle ?a . ?p skos:prefLabel ?n "
        'FILTER(STRENDS(STR(?a), "000_ad8a7268f9b90791") && ?n = "Major General"@en) }'
    )
    rows = list(graph.evidence(query))
    assert rows
    assert {q.article for row in rows for q in row.quotes} == {"000_ad8a7268f9b90791"}


def test_an_optional_part_that_does_not_match_gives_nothing(graph: Graph) -> None:
    query = (
        f"SELECT ?place {{ {MEETING} a news:Meeting OPTIONAL {{ {MEETING} news:place ?place }} }}"
    )
    assert statements(graph, query) == [[f"{MEETING} a news:Meeting"]]


def test_an_optional_part_without_variables_is_seen_when_it_matches(graph: Graph) -> None:
    query = (
        f"SELECT ?m {{ VALUES ?m {{ {MEETING} }} ?m a news:Meeting "
        "OPTIONAL { ?m news:participant <person/mohammad-baqeri> } "
        "OPTIONAL { ?m news:participant <person/donald-trump> } }"
    )
    assert statements(graph, query) == [
        [f"{MEETING} a news:Meeting", f"{MEETING} news:participant <person/mohammad-baqeri>"]
    ]


def test_only_the_branches_that_match_give_evidence(graph: Graph) -> None:
    query = (
        f"SELECT ?x {{ VALUES ?x {{ {MEETING} }} {{ ?x a news:Meeting FILTER(false) }} UNION "
        "{ ?x news:participant <person/mohammad-baqeri> } }"
    )
    assert statements(graph, query) == [
        [f"{MEETING} news:participant <person/mohammad-baqeri>"],
    ]


def test_graph_keeps_the_evidence_to_one_article(graph: Graph) -> None:
    visit = "<event/al-raisi-visit-tehran-2025>"
    both = f"SELECT ?p {{ {visit} news:visitor ?p }}"
    one = f"SELECT ?p {{ GRAPH <graph/003_73cb7c800c9f6d9a> {{ {visit} news:visitor ?p }} }}"
    articles = [
        {q.article[:3] for row in graph.evidence(q) for q in row.quotes} for q in (both, one)
    ]
    assert articles == [{"000", "003", "004"}, {"003"}]


def test_from_keeps_the_evidence_to_its_graphs(graph: Graph) -> None:
    query = (
        "SELECT ?p FROM <graph/003_73cb7c800c9f6d9a> "
        "{ <event/al-raisi-visit-tehran-2025> news:visitor ?p }"
    )
    (row,) = graph.evidence(query)
    assert {quote.article for quote in row.quotes} == {"003_73cb7c800c9f6d9a"}


def test_hidden_variables_of_a_sub_select_are_other_variables(graph: Graph) -> None:
    query = (
        "SELECT ?m ?x { { SELECT ?m { ?m a news:Meeting ; news:participant ?x "
        "FILTER(?x = <person/mohammad-baqeri>) } } ?m news:place ?x }"
    )
    rows = statements(graph, query)
    assert len(rows) > 0
    assert all(any("news:participant <person/mohammad-baqeri>" in s for s in row) for row in rows)


def test_columns_that_are_computed_find_their_solutions(graph: Graph) -> None:
    query = (
        "SELECT (STRLEN(?l) AS ?n) { ?p a news:Rank ; skos:prefLabel ?l "
        "FILTER(?l IN ('Vice Admiral'@en, 'Major General'@en)) } ORDER BY ?n"
    )
    rows = list(graph.evidence(query))
    assert [row.row[0].value for row in rows] == ["12", "13"]
    assert [len(row.statements) for row in rows] == [2, 2]


def test_blank_nodes_of_a_query_are_nodes_of_the_graph(graph: Graph) -> None:
    query = 'SELECT ?who { [] news:holder ?who ; news:rank [ skos:prefLabel "Vice Admiral"@en ] }'
    for row in statements(graph, query):
        assert [part.split()[1] for part in row][::-1] or True
        assert {part.split()[1] for part in row} == {"news:holder", "news:rank", "skos:prefLabel"}


def test_lists_of_the_ontology_can_be_asked_for(graph: Graph) -> None:
    query = "SELECT ?p { ?p owl:propertyChainAxiom ( news:tenure news:post ) }"
    (row,) = graph.evidence(query)
    assert row.row == (NamedNode(f"{NEWS}holdsPost"),)
    assert len(row.statements) == 5


def test_alternatives_show_the_one_that_led_there(graph: Graph) -> None:
    query = f"SELECT ?x {{ {MEETING} (news:participant|news:modality) ?x }}"
    by_row = {row.row[0]: row.statements for row in graph.evidence(query)}
    assert len(by_row) == 3
    for value, found in by_row.items():
        assert [statement.triple.object for statement in found] == [value]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT (COUNT(?s) AS ?n) { ?s a news:Meeting }", "aggregate"),
        ("SELECT ?t { ?t skos:broader* <topic/military> }", "path with `*`"),
        ("SELECT ?t { ?t skos:broader+ ?u }", "path with `+`"),
        ("SELECT ?t { ?t !rdf:type <state/oman> }", "path with `!`"),
        ("SELECT ?m { ?m a news:Meeting MINUS { ?m news:place ?p } }", "absent"),
        ("SELECT ?m { ?m a news:Meeting FILTER NOT EXISTS { ?m news:place ?p } }", "not exist"),
        ("SELECT ?m { { SELECT ?m { ?m a news:Meeting } LIMIT 1 } }", "sub-SELECT"),
        ("SELECT ?m { { SELECT (MAX(?x) AS ?m) { ?x a news:Meeting } } }", "sub-SELECT"),
    ],
)
def test_what_cannot_be_told_is_said(graph: Graph, query: str, said: str) -> None:
    (note,) = notes(graph, query)
    assert said in note


def test_an_ordinary_query_has_no_notes(graph: Graph) -> None:
    assert notes(graph, "SELECT ?m { ?m a news:Meeting ; news:place/rdfs:label ?p }") == []


def test_behind_an_aggregate_stands_all_that_it_was_made_of(graph: Graph) -> None:
    query = (
        "SELECT ?rank (COUNT(?t) AS ?n) { ?t news:holder <person/abdullah-al-raisi> ; "
        "news:rank ?rank } GROUP BY ?rank ORDER BY ?rank"
    )
    for row in graph.evidence(query):
        tenures = {s.triple.subject for s in row.statements}
        assert len(tenures) == int(row.row[1].value)


def test_every_question_has_evidence_for_its_rows(graph: Graph) -> None:
    """Of competency questions that have an answer, no row is without words."""
    asked = 0
    for path in sorted(QUESTIONS.glob("[0-9]*.rq")):
        for row in graph.evidence(path.read_text(encoding="utf-8")):
            assert row.statements, path.name
            assert row.quotes, path.name
            asked += 1
    assert asked > 200


# Formats


QUERY = (
    "SELECT ?met ?day { ?m a news:Meeting ; rdfs:label ?met ; news:time/text:value ?day } "
    "ORDER BY ?met"
)


def run(command: Any, graph: Graph, *arguments: str, **env: str) -> Any:
    return command("query", "--evidence", *arguments, folder=graph.folder, env=env)


def test_csv_has_two_more_columns(graph: Graph, kg: Any) -> None:
    result = run(kg, graph, "-F", "csv", QUERY)
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert list(rows[0]) == ["met", "day", "evidence", "evidenceSpans"]
    plain = kg("query", "-F", "csv", QUERY, folder=graph.folder).stdout
    expected = list(csv.DictReader(io.StringIO(plain)))
    assert [{k: row[k] for k in ("met", "day")} for row in rows] == expected
    for row in rows:
        assert "(seeds/" in row["evidence"]
        for span in row["evidenceSpans"].split():
            assert graph.inquiry.view.is_a(NamedNode(span), "Span")


def test_json_xml_and_tsv_have_the_same_bindings(graph: Graph, kg: Any) -> None:
    found = json.loads(run(kg, graph, "-F", "json", QUERY).stdout)
    by_json = [row["evidence"]["value"] for row in found["results"]["bindings"]]
    root = ET.fromstring(run(kg, graph, "-F", "xml", QUERY).stdout)
    space = {"s": "http://www.w3.org/2005/sparql-results#"}
    cells = root.findall(".//s:binding[@name='evidence']/s:literal", space)
    assert [cell.text for cell in cells] == by_json
    assert found["head"]["vars"] == ["met", "day", "evidence", "evidenceSpans"]
    tsv = run(kg, graph, "-F", "tsv", QUERY).stdout.splitlines()
    assert tsv[0] == "?met\t?day\t?evidence\t?evidenceSpans"
    assert len(tsv) == len(by_json) + 1


def test_columns_of_the_query_keep_their_names(graph: Graph, kg: Any) -> None:
    query = "SELECT ?evidence ?r ?rn { ?evidence a news:Meeting . BIND(1 AS ?r) } LIMIT 1"
    header = run(kg, graph, "-F", "csv", query).stdout.splitlines()[0]
    assert header == "evidence,r,rn,evidence_,evidenceSpans_"


def test_the_table_prints_the_words_under_each_row(graph: Graph, kg: Any) -> None:
    result = run(kg, graph, "-F", "table", QUERY, COLUMNS="80")
    lines = [line.rstrip() for line in result.stdout.splitlines()]
    assert all(len(line) <= 80 for line in lines)
    at = next(
        n for n, line in enumerate(lines) if line.startswith("Meeting of Baqeri and Al Raisi, May")
    )
    assert lines[at + 1].startswith("    “Major General Bagheri made the remarks in a meeting")
    assert lines[-1].endswith("rows)")


def test_a_table_without_rows_has_its_columns(graph: Graph, kg: Any) -> None:
    result = run(kg, graph, "-F", "table", "SELECT ?a { ?a a news:NoSuchClass }")
    assert result.stdout.split() == [
        "a",
        result.stdout.split()[1],
        "(0",
        "rows)",
    ]


def test_many_quotes_are_cut_and_counted(graph: Graph, kg: Any) -> None:
    query = "SELECT (COUNT(?s) AS ?n) { ?s news:speaker <person/mohammad-baqeri> }"
    few = run(kg, graph, "-F", "csv", query, "--quotes", "2").stdout
    every = run(kg, graph, "-F", "csv", query, "--quotes", "0").stdout
    (row,) = graph.evidence(query)
    assert few.count("(seeds/") == 2
    assert f"\nand {len(row.quotes) - 2} more" in few
    assert every.count("(seeds/") == len(row.quotes) > 30
    assert "more" not in every.split("\n")[-2]


def test_what_rests_on_no_words_names_the_line_that_says_so(graph: Graph, kg: Any) -> None:
    query = "SELECT ?s { <person/mohammad-baqeri> news:nationality ?s }"
    (row,) = csv.DictReader(io.StringIO(run(kg, graph, "-F", "csv", query).stdout))
    path, line, column = row["evidence"].split(":")
    written = (graph.folder / path).read_text("utf-8").split("\n")[int(line) - 1]
    assert written[int(column) - 1 :].startswith("iran")


@pytest.mark.parametrize("query", ["ASK { ?s ?p ?o }", "CONSTRUCT WHERE { ?s a news:Rank }"])
def test_only_rows_have_evidence(graph: Graph, kg: Any, query: str) -> None:
    result = run(kg, graph, query)
    assert (result.returncode, "Q607" in result.stderr) == (2, True)


def test_what_cannot_be_told_goes_to_standard_error(graph: Graph, kg: Any) -> None:
    query = "SELECT ?t { ?t skos:broader* ?u } LIMIT 1"
    result = run(kg, graph, "-F", "csv", query)
    assert result.returncode == 0
    assert "warning[W905]" in result.stderr
    assert "W905" not in result.stdout


def test_patterns_that_do_not_hang_together_are_read_so_far(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kg.why.support, "WIDEST", 50)
    query = "SELECT (COUNT(*) AS ?n) { ?a a news:Rank . ?b a news:Post . ?c a news:Topic }"
    support, rows = evidence(graph.inquiry, query)
    (row,) = rows
    assert row.quotes == [] or row.statements
    assert [cut.code for cut in support.cuts()] == ["W905"]


# Rows


def test_why_explains_a_row(graph: Graph, kg: Any) -> None:
    result = kg("why", "-q", QUERY, "--row", "1", "-F", "json", folder=graph.folder)
    (first, *_) = graph.evidence(QUERY)
    shown = [(r["subject"]["value"], r["predicate"]["value"]) for r in json.loads(result.stdout)]
    expected = [(s.triple.subject.value, s.triple.predicate.value) for s in first.statements]
    assert shown == expected


def test_a_row_that_is_not_there_is_refused(graph: Graph, kg: Any) -> None:
    result = kg("why", "-q", QUERY, "--row", "99", folder=graph.folder)
    assert result.returncode == 1
    assert "error[W904]" in result.stderr


def test_rows_are_looked_up_page_by_page(graph: Graph) -> None:
    query = "SELECT ?m ?w { ?m a text:Mention ; rdfs:label ?w } ORDER BY ?m"
    rows: Iterable[Any] = list(graph.evidence(query))
    assert len(list(rows)) > 200
    assert all(len(row.statements) == 2 for row in rows)
