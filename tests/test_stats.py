"""`kg stats`: the numbers of a build, against what its own export and its store say."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections import Counter
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from kg.project.settings import load_project

BASE = "https://example.org/newskg/"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


@pytest.fixture(scope="module")
def quads(kg, real) -> list:
    return list(parse(kg("export", "-F", "nq", "--ontology", folder=real.folder).stdout,
                      RdfFormat.N_QUADS))  # fmt: skip


def rows(kg, folder: Path, *arguments: str) -> list[list[str]]:
    """The rows of a table, with its head."""
    done = kg("stats", "-F", "csv", *arguments, folder=folder)
    assert (done.returncode, done.stderr) == (0, "")
    return list(csv.reader(io.StringIO(done.stdout)))


def graph(quad) -> str:
    return quad.graph_name.value.removeprefix(f"{BASE}graph/")


def triples(quads, *, inferred: bool) -> set:
    return {
        q.triple for q in quads if graph(q) != "ontology" and (graph(q) == "inferred") == inferred
    }


@pytest.mark.parametrize("by", ["class", "property"])
def test_classes_and_properties_are_counted_as_the_export_has_them(by, kg, real, quads):
    head, *found = rows(kg, real.folder, "--by", by)
    assert head == [by, "asserted", "inferred"]
    counted = []
    for inferred in (False, True):
        all_of_them = triples(quads, inferred=inferred)
        values = (
            triple.object.value if by == "class" else triple.predicate.value
            for triple in all_of_them
            if by == "property" or triple.predicate.value == TYPE
        )
        counted.append(Counter(values))
    told = {name: (int(asserted), int(inferred)) for name, asserted, inferred in found}
    assert told == {n: (counted[0][n], counted[1][n]) for n in {*counted[0], *counted[1]}}
    assert len(told) == len(found) > 40
    totals = [sum(numbers) for numbers in told.values()]
    assert totals == sorted(totals, reverse=True)


def test_each_graph_has_its_statements(kg, real, quads):
    head, *found = rows(kg, real.folder, "--by", "graph")
    assert head == ["graph", "statements"]
    told = {name.removeprefix(f"{BASE}graph/"): int(number) for name, number in found}
    assert told == Counter(map(graph, quads))


def test_each_article_has_its_numbers(kg, real, quads):
    head, *found = rows(kg, real.folder, "--by", "article")
    assert head == ["article", "entries", "nodes", "spans", "mentions", "statements"]
    stems = [name.removeprefix(f"{BASE}article/") for name, *_ in found]
    assert stems == load_project(real.folder).stems()
    sizes = Counter(map(graph, quads))
    assert [int(row[-1]) for row in found] == [sizes[stem] for stem in stems]
    counts = json.loads((real.current / "manifest.json").read_bytes())["counts"]
    for place, name in enumerate(head[1:-1], 1):
        assert sum(int(row[place]) for row in found) == counts[name]


def test_the_whole_is_told_first(kg, real, quads):
    head, *found = rows(kg, real.folder)
    assert head == ["of", "number"]
    told = {name: int(number) for name, number in found}
    data = [quad for quad in quads if graph(quad) != "ontology"]
    assert told["articles"] == 5
    assert told["graphs"] == len(set(map(graph, quads)))
    assert told["statements"] == len(data)
    assert told["different triples asserted"] == len(triples(quads, inferred=False))
    assert told["different triples inferred"] == len(triples(quads, inferred=True))
    assert told["subjects"] == len({quad.subject for quad in data})
    assert json.loads(kg("stats", "-F", "json", folder=real.folder).stdout) == told


def test_json_has_an_object_for_each_row(kg, real):
    found = json.loads(kg("stats", "--by", "class", "-F", "json", folder=real.folder).stdout)
    (meeting,) = (row for row in found if row.get("curie") == "news:Meeting")
    assert meeting == {
        "class": f"{BASE}ontology#Meeting",
        "curie": "news:Meeting",
        "asserted": 6,
        "inferred": 0,
    }


def test_people_see_labels(kg, real):
    shown = kg("stats", "--by", "class", "-F", "table", folder=real.folder).stdout
    assert "meeting  news:Meeting" in shown
    assert "(46 rows)" in shown


@pytest.mark.parametrize("by", [(), ("--by", "class"), ("--by", "property"), ("--by", "graph")])
def test_nothing_is_counted_when_it_is_asked(by, kg, real, tmp_path):
    """The statements themselves may be gone."""
    before = rows(kg, real.folder, *by)
    copied = tmp_path / "copied"
    shutil.copytree(real.current, copied)
    shutil.rmtree(copied / "store")
    for path in copied.glob("**/*.nq"):
        path.write_bytes(b"")
    assert rows(kg, real.folder, *by, "--at", str(copied)) == before


def test_a_format_of_graphs_is_refused(kg, real):
    done = kg("stats", "-F", "ttl", folder=real.folder)
    assert done.returncode == 2
    assert "'ttl' is not one of" in done.stderr


def test_a_project_without_a_build_is_told_what_to_do(kg, lay):
    folder = lay()
    shutil.rmtree(folder / "build", ignore_errors=True)
    done = kg("stats", folder=folder)
    assert done.returncode == 3
    assert "X702" in done.stderr
    assert "run `kg build`" in done.stderr
