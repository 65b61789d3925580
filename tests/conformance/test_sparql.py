"""The W3C tests of SPARQL 1.1 queries, updates and result formats, run by `kg query --data`.

The tests lie outside the project, in `KG_CONFORMANCE` or beside the checkout; where they are
missing each is reported as not run, by name. `sparql.txt` lists them, so that none gets lost.

The tests of the entailment regimes and of federation are not of these languages. `python
tests/conformance/test_sparql.py` says how many tests pass by the engine alone, and how many by the
command.
"""

from __future__ import annotations

import csv
import io
import os
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import NamedTuple

import pytest
from click.testing import CliRunner
from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Store,
    parse,
    parse_query_results,
)
from rdflib import RDF, RDFS, Graph, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from kg.commands.query import command
from kg.diagnostics import ContentError

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("KG_CONFORMANCE") or ROOT.parent / "shared/conformance") / "sparql11"
FOLDER = FOLDER.resolve()
NAMES = (Path(__file__).parent / "sparql.txt").read_text(encoding="utf-8").split()
EMPTY = "an update without an operation is taken for a query without a form"
NETWORK = "LOAD reaches the network only with leave, which the test does not give"
KNOWN = {
    "syntax-update-1/manifest#test_38": EMPTY,
    "syntax-update-1/manifest#test_39": EMPTY,
    "syntax-update-1/manifest#test_40": EMPTY,
    "update-silent/manifest#load-into-silent": NETWORK,
    "update-silent/manifest#load-silent": NETWORK,
}
"""Tests that are known to fail, with the reason. One that passes does not belong here."""

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
QT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
RS = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/result-set#")
XSD = "http://www.w3.org/2001/XMLSchema#"
UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
MANIFESTS = ("query", "results", "update")
ROW, ORDER = NamedNode("urn:row"), NamedNode("urn:order")
Rows = list[dict[str, NamedNode | BlankNode | Literal]]


class Case(NamedTuple):
    """A test: its kind, the query, its data, the named graphs, and the file of the result.

    For updates, `before` and `after` are the files of the data sets with the names of their graphs.
    """

    kind: str
    query: Path
    data: tuple[Path, ...] = ()
    named: tuple[Path, ...] = ()
    result: Path | None = None
    before: tuple[tuple[Path, str], ...] = ()
    after: tuple[tuple[Path, str], ...] = ()

    @property
    def is_update(self) -> bool:
        return "Update" in self.kind or self.query.suffix == ".ru"


@cache
def read(path: Path) -> Graph:
    return Graph().parse(path, publicID=path.as_uri(), format="turtle")


def to_path(iri: Node | None) -> Path:
    return Path(str(iri).removeprefix("file://"))


def collect(manifest: Path) -> Iterator[tuple[str, Case]]:
    """The tests of a manifest and of those that it includes."""
    graph = read(manifest)
    for head in graph.objects(URIRef(manifest.as_uri()), MF.include):
        for included in Collection(graph, head):
            yield from collect(to_path(included))
    for head in graph.objects(URIRef(manifest.as_uri()), MF.entries):
        for test in Collection(graph, head):
            name = f"{manifest.parent.name}/manifest#{str(test).rpartition('#')[2]}"
            yield name, described(graph, test)


def described(graph: Graph, test: Node) -> Case:
    kind = str(graph.value(test, RDF.type)).rpartition("#")[2]
    action, result = graph.value(test, MF.action), graph.value(test, MF.result)
    if "Syntax" in kind:
        return Case(kind, to_path(action))
    if kind == "UpdateEvaluationTest":
        before, after = graphs(graph, action), graphs(graph, result)
        return Case(kind, to_path(graph.value(action, UT.request)), before=before, after=after)
    data, named = (
        tuple(sorted(map(to_path, graph.objects(action, part)))) for part in (QT.data, QT.graphData)
    )
    return Case(kind, to_path(graph.value(action, QT.query)), data, named, to_path(result))


def graphs(graph: Graph, node: Node | None) -> tuple[tuple[Path, str], ...]:
    """The files of a data set; the default graph has no name."""
    found = [(to_path(file), "") for file in graph.objects(node, UT.data)]
    found += [
        (to_path(graph.value(each, UT.graph)), str(graph.value(each, RDFS.label)))
        for each in graph.objects(node, UT.graphData)
    ]
    return tuple(sorted(found))


@cache
def suite() -> dict[str, Case]:
    manifests = (FOLDER / f"manifest-sparql11-{name}.ttl" for name in MANIFESTS)
    return {name: test for manifest in manifests for name, test in collect(manifest)}


# Results as rows of terms, whose order and blank node labels do not matter


def number(literal: Literal) -> Literal:
    """What is computed has no one written form: the same for numbers of the same value and type."""
    numeric = re.fullmatch(r".*#(decimal|double|float|integer)", literal.datatype.value)
    try:
        value = Decimal(literal.value).normalize() if numeric else literal.value
    except InvalidOperation:
        return literal
    return Literal(str(value), datatype=literal.datatype) if numeric else literal


def canonical(rows: Rows) -> Counter[str]:
    quads = []
    for index, row in enumerate(rows):
        node = BlankNode(f"row{index}")
        quads.append(Quad(node, ROW, Literal("a row")))
        for name, term in row.items():
            value = number(term) if isinstance(term, Literal) else term
            quads.append(Quad(node, NamedNode(f"urn:column:{name}"), value))
    return canonical_quads(quads)


def canonical_quads(quads: list[Quad]) -> Counter[str]:
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return Counter(map(str, dataset))


class Result(NamedTuple):
    """A result: columns and rows, a boolean, or a graph."""

    columns: tuple[str, ...] = ()
    rows: Rows | None = None
    boolean: bool | None = None
    graph: list[Quad] | None = None

    def difference(self, other: Result, *, in_order: bool) -> str:
        """How two results differ; empty if they do not."""
        if self.graph is not None or other.graph is not None:
            left, right = (canonical_quads(result.graph or []) for result in (self, other))
            return "" if left == right else f"graphs differ: {left} {right}"
        if self.boolean is not None or other.boolean is not None:
            return "" if self.boolean == other.boolean else f"{self.boolean}, {other.boolean}"
        same = (tuple if in_order else frozenset)(self.columns)
        if same != (tuple if in_order else frozenset)(other.columns):
            return f"columns differ: {self.columns} {other.columns}"
        left, right = canonical(self.rows or []), canonical(other.rows or [])
        as_many = len(self.rows or []) == len(other.rows or [])
        return "" if as_many and left == right else f"rows differ: {left} {right}"


def from_engine(found: QuerySolutions | QueryBoolean) -> Result:
    if isinstance(found, QueryBoolean):
        return Result(boolean=bool(found))
    columns = tuple(variable.value for variable in found.variables)
    return Result(columns, [{n: row[n] for n in columns if row[n] is not None} for row in found])


FORMATS = {
    ".srx": QueryResultsFormat.XML,
    ".srj": QueryResultsFormat.JSON,
    ".tsv": QueryResultsFormat.TSV,
}


def from_csv(text: str) -> Result:
    header, *lines = csv.reader(io.StringIO(text, newline=""))
    return Result(
        tuple(header), [dict(zip(header, map(cell, line), strict=True)) for line in lines]
    )


def cell(text: str) -> BlankNode | Literal:
    if text.startswith("_:"):
        return BlankNode(text[2:])
    return number(Literal(text, datatype=NamedNode(XSD + "decimal"))) if text else Literal("")


def expected(path: Path) -> Result:
    if path.suffix in FORMATS:
        return from_engine(parse_query_results(path=path, format=FORMATS[path.suffix]))
    if path.suffix == ".csv":
        return from_csv(path.read_text(encoding="utf-8"))
    graph = Graph().parse(path, publicID=path.as_uri())
    if (result_set := graph.value(None, RDF.type, RS.ResultSet)) is None:
        return Result(graph=quads(path))
    if (boolean := graph.value(result_set, RS.boolean)) is not None:
        return Result(boolean=str(boolean) == "true")
    return described_rows(graph, result_set, path)


def described_rows(graph: Graph, result_set: Node, path: Path) -> Result:
    """A result that is written down as a graph, its terms read by the engine, as they stand."""
    data = Store()
    data.extend(quads(path))
    found = data.query(
        "PREFIX rs: <http://www.w3.org/2001/sw/DataAccess/tests/result-set#> "
        "SELECT ?row ?name ?value { ?set rs:solution ?row OPTIONAL { ?row rs:binding ?b . "
        "?b rs:variable ?name ; rs:value ?value } }"
    )
    rows: dict[str, dict[str, NamedNode | BlankNode | Literal]] = {}
    for row in found:
        bound = rows.setdefault(str(row["row"]), {})
        bound |= {row["name"].value: row["value"]} if row["name"] else {}
    return Result(tuple(map(str, graph.objects(result_set, RS.resultVariable))), [*rows.values()])


def quads(path: Path, name: NamedNode | None = None) -> list[Quad]:
    format_ = RdfFormat.from_extension(path.suffix[1:])
    found = parse(path=path, format=format_, base_iri=path.as_uri(), rename_blank_nodes=True)
    return [Quad(q.subject, q.predicate, q.object, *([name] if name else [])) for q in found]


# Two ways to answer: ours, and the bare engine


def ours(test: Case) -> Result:
    """By the command, with the data as files."""
    if test.is_update:
        return Result(graph=updated(test))
    named = [word for path in test.named for word in ("--named", str(path))]
    data = [word for path in test.data for word in ("--data", str(path))]
    sources = [*data, *named] or ["--data", os.devnull, "--data-format", "nt"]
    wanted = "csv" if test.kind == "CSVResultFormatTest" else "json"
    arguments = ["-f", str(test.query), *sources, "--no-union", "-F"]
    if is_graph := re.search(r"\b(CONSTRUCT|DESCRIBE)\b", test.query.read_text(), re.IGNORECASE):
        wanted = "nt"
    elif test.result and test.result.suffix == ".tsv":
        wanted = "tsv"
    done = CliRunner().invoke(command, [*arguments, wanted], obj=FOLDER)
    if isinstance(done.exception, ContentError):
        raise done.exception
    assert done.exit_code == 0, done.output
    if is_graph:
        return Result(graph=list(parse(done.stdout_bytes, RdfFormat.N_TRIPLES)))
    if wanted == "csv":
        return from_csv(done.stdout_bytes.decode())
    syntax = QueryResultsFormat.from_extension(wanted)
    return from_engine(parse_query_results(done.stdout_bytes, syntax))


def updated(test: Case) -> list[Quad]:
    """What the command gives for an update, the data being one file of N-Quads."""
    with NamedTemporaryFile(suffix=".nq") as file:
        file.write("".join(f"{quad} .\n" for quad in data_set(test.before)).encode())
        file.flush()
        line = ["-f", str(test.query), "--data", file.name, "-F", "nq"]
        done = CliRunner().invoke(command, line, obj=FOLDER)
    if isinstance(done.exception, ContentError):
        raise done.exception
    assert done.exit_code == 0, done.output
    return list(parse(done.stdout_bytes, RdfFormat.N_QUADS))


def data_set(files: tuple[tuple[Path, str], ...]) -> list[Quad]:
    named = ((path, NamedNode(name) if name else None) for path, name in files)
    return [quad for path, name in named for quad in quads(path, name)]


def bare(test: Case) -> Result:
    """By the engine alone."""
    store = Store()
    if test.is_update:
        store.extend(data_set(test.before))
        store.update(test.query.read_text(encoding="utf-8"), base_iri=test.query.as_uri())
        return Result(graph=list(store))
    for path in test.data:
        store.extend(quads(path))
    for path in test.named:
        store.add_graph(NamedNode(path.as_uri()))
        store.extend(quads(path, NamedNode(path.as_uri())))
    found = store.query(test.query.read_text(encoding="utf-8"), base_iri=test.query.as_uri())
    if isinstance(found, QuerySolutions) and test.kind == "CSVResultFormatTest":
        text = found.serialize(format=QueryResultsFormat.CSV)
        return from_csv((text or b"").decode())
    if isinstance(found, QuerySolutions | QueryBoolean):
        return from_engine(found)
    return Result(graph=[Quad(*triple) for triple in found])


def is_well_formed(test: Case, answer: Callable[[Case], Result]) -> bool:
    try:
        answer(test)
    except SyntaxError:
        return False
    except ContentError as error:
        return all(finding.code != "Q601" for finding in error.diagnostics)
    except RuntimeError:  # well formed, but it cannot be answered
        return True
    return True


def fault(name: str, answer: Callable[[Case], Result] = ours) -> str:
    """What is wrong with the outcome of a test; empty if nothing is."""
    test = suite()[name]
    if test.result is None and test.kind != "UpdateEvaluationTest":
        wanted = test.kind.startswith("Positive")
        return "" if is_well_formed(test, answer) == wanted else f"well formed: {not wanted}"
    try:
        found = answer(test)
    except (ContentError, RuntimeError) as error:
        return str(error)
    if test.result is None:
        return found.difference(Result(graph=data_set(test.after)), in_order=False)
    return found.difference(expected(test.result), in_order=test.result.suffix in (".csv", ".tsv"))


@pytest.fixture
def in_the_folder_of(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Go where the query lies: relative IRIs of queries are relative to where one is."""
    return lambda name: monkeypatch.chdir(suite()[name].query.parent)


@pytest.mark.parametrize("name", NAMES)
def test_w3c(name: str, in_the_folder_of: Callable[[str], None]) -> None:
    if not FOLDER.is_dir():
        pytest.skip(f"not run: {name}; there is no folder {FOLDER}")
    in_the_folder_of(name)
    found = fault(name)
    if name in KNOWN:
        assert found, f"passes, though it is listed as failing: {KNOWN[name]}"
    else:
        assert not found


def test_the_list_names_every_test_of_the_suite() -> None:
    if not FOLDER.is_dir():
        pytest.skip(f"not run: the list of tests; there is no folder {FOLDER}")
    assert sorted(suite()) == NAMES
    assert set(KNOWN) <= set(NAMES)
    assert len(NAMES) - len(KNOWN) >= 490


def test_a_wrong_outcome_is_seen() -> None:
    """The comparison itself: each part of a result counts."""
    node, one = BlankNode("a"), Literal(1)
    whole = Result(("x", "y"), [{"x": node, "y": one}, {"x": node, "y": one}])
    renamed = Result(("x", "y"), [{"x": BlankNode("b"), "y": one}] * 2)
    assert not whole.difference(renamed, in_order=True)
    for other in (
        Result(("y", "x"), whole.rows),
        Result(("x", "y"), [{"x": node, "y": one}]),
        Result(("x", "y"), [{"x": node, "y": one}, {"x": BlankNode("c"), "y": one}]),
        Result(("x", "y"), [{"x": node, "y": one}, {"x": node, "y": Literal("1")}]),
        Result(("x", "y"), [{"x": node, "y": one}, {"x": node}]),
        Result(boolean=True),
        Result(graph=[Quad(ROW, ROW, ROW)]),
    ):
        assert whole.difference(other, in_order=True)
    assert Result(boolean=True).difference(Result(boolean=False), in_order=False)


if __name__ == "__main__":
    for way in (bare, ours):
        failing = []
        for test_name, test in suite().items():
            os.chdir(test.query.parent)
            failing += [test_name] if fault(test_name, way) else []
        print(
            f"{way.__name__}: {len(suite()) - len(failing)} of {len(suite())}", *failing, sep="\n  "
        )
        sys.stdout.flush()
