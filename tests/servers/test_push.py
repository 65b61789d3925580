"""`kg push` into real triple stores, each read back and compared without any code of ours."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest
import requests
from click.testing import CliRunner, Result
from pyoxigraph import Quad, RdfFormat, parse
from requests.auth import HTTPDigestAuth

from kg.answers.kinds import KINDS
from kg.cli import main
from kg.pushing.updates import replacing
from kg.rdf.dataset import difference
from kg.store.embedded import open_build


class Served(NamedTuple):
    """A store that runs: what is pushed to, and where its graphs and answers are."""

    name: str
    url: str
    graphs: str
    query: str
    auth: HTTPDigestAuth | None = None

    def ask(self, method: str, address: str, **options: Any) -> requests.Response:
        answer = requests.request(method, address, auth=self.auth, timeout=60, **options)
        if method != "GET":
            answer.raise_for_status()
        return answer

    def empty(self) -> None:
        """Forget what earlier tests have put there."""
        parameters = {"query": "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }"}
        headers = {"Accept": "application/sparql-results+json"}
        found = self.ask("GET", self.query, params=parameters, headers=headers).json()
        for row in found["results"]["bindings"]:
            if row["g"]["value"].startswith("https://example.org/"):
                self.ask("DELETE", self.graphs, params={"graph": row["g"]["value"]})

    def read(self, graph: str) -> list[Quad]:
        """A graph as the store gives it."""
        headers = {"Accept": "application/n-triples"}
        answer = self.ask("GET", self.graphs, params={"graph": graph}, headers=headers)
        if answer.status_code == 404:
            return []
        answer.raise_for_status()
        return [Quad(*triple) for triple in parse(answer.content, RdfFormat.N_TRIPLES)]

    def write(self, graph: str, content: str) -> None:
        """Do what others may do to a store."""
        options = {"params": {"graph": graph}, "headers": {"Content-Type": "text/turtle"}}
        self.ask("PUT", self.graphs, data=content.encode(), **options)


INTEGER, DECIMAL = (f'"^^<http://www.w3.org/2001/XMLSchema#{n}>' for n in ("integer", "decimal"))
REWRITES = {
    "oxigraph": [("nonNegativeInteger>", "integer>")],
    "virtuoso": [
        ('"P1DT2H"', '"93600.0"'),
        ('"PT1M"', '"60.0"'),
        ('"P1Y"', '"12"'),
        (f"12345678901234567890{INTEGER}", f"12345678901234567890{DECIMAL}"),
        ("30:00.12+03:30", "30:00.120+03:30"),
    ],
}
TOLD = {
    "oxigraph": ["derived datatypes become what they are derived from"],
    "virtuoso": [
        "dates and times are written in another form",
        "durations are given back as numbers",
        "integers of more than 64 bits become decimals",
    ],
}
STORES = ["oxigraph", "fuseki", "fuseki-tdb2", "rdf4j", "rdf4j-native", "virtuoso"]
DBA = "dba"


@pytest.fixture(scope="module", params=STORES)
def running(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], Served]]:
    """Every store that can be had, started when it is asked for."""
    with ExitStack() as stack:
        yield cache(lambda: stack.enter_context(served(request.param, request, tmp_path_factory)))


@contextmanager
def served(
    name: str, request: pytest.FixtureRequest, folders: pytest.TempPathFactory
) -> Iterator[Served]:
    start = request.getfixturevalue(name.partition("-")[0])
    if name == "oxigraph":
        with start() as url:
            yield Served(name, url, f"{url}/store", f"{url}/query")
    elif name == "virtuoso":
        with start() as url:
            graphs, query = f"{url}/sparql-graph-crud-auth", f"{url}/sparql-auth"
            yield Served(name, url, graphs, query, HTTPDigestAuth(DBA, DBA))
    elif name.startswith("rdf4j"):
        with start(*(["openrdf:NativeStore"] if "native" in name else [])) as url:
            yield Served(name, url, f"{url}/rdf-graphs/service", url)
    else:
        place = ["--tdb2", "--update", "--loc", str(folders.mktemp("database"))]
        with start(*(place if "tdb2" in name else ["--mem"]), "/kg") as url:
            yield Served(name, f"{url}/kg", f"{url}/kg/data", f"{url}/kg/query")


@pytest.fixture
def store(
    running: Callable[[], Served],
    needs: Callable[..., None],
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> Served:
    """Every store, with nothing in it."""
    name = request.node.callspec.params["running"]
    if name == "virtuoso":
        needs("virtuoso-t")
        monkeypatch.setenv("KG_ENDPOINT_USER", DBA)
        monkeypatch.setenv("KG_ENDPOINT_PASSWORD", DBA)
    elif name != "oxigraph":
        needs()
    running().empty()
    return running()


@pytest.fixture(scope="module")
def oxigraph_server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    with served("oxigraph", request, tmp_path_factory) as found:
        yield found


@pytest.fixture
def plain(oxigraph_server: Served) -> Served:
    """One store with nothing in it, for what does not depend on which it is."""
    oxigraph_server.empty()
    return oxigraph_server


@pytest.fixture
def project(builds: ModuleType, tmp_path: Path) -> Callable[[dict[str, bytes]], Path]:
    """A project with a build of some graphs; a second call is another build of the same."""
    return lambda graphs: builds.make_build(tmp_path / "project", graphs)


def push(project: Path, *arguments: str) -> Result:
    return CliRunner().invoke(
        main, ["--project", str(project), "push", *arguments], catch_exceptions=False
    )


def pushed(project: Path, *arguments: str) -> str:
    """What a push that succeeds says."""
    done = push(project, *arguments)
    assert done.exit_code == 0, done.output
    return done.stdout


def asked(url: str, *arguments: str) -> Result:
    """What `kg query` prints of a store at an address; it knows no project."""
    line = ["--project", "/nonexistent", "query", "--endpoint", url, *arguments]
    done = CliRunner().invoke(main, line, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done


def assert_holds(store: Served, project: Path, but: str = "") -> None:
    """Compare every graph of a build with what a store gives back, but for what it rewrites."""
    rewrites = REWRITES.get(store.name, [])
    build = open_build(project / "build")
    for path in build.files():
        text = path.read_text(encoding="utf-8")
        for old, new in rewrites:
            text = text.replace(old, new)
        mine = [Quad(q.subject, q.predicate, q.object) for q in parse(text, RdfFormat.N_QUADS)]
        assert bool(mine) is (path.stem != but)
        assert not difference(mine, store.read(f"{build.base}graph/{path.stem}"))


# Every store


def test_the_five_articles_are_there_as_they_were_built(store: Served, real) -> None:
    said = pushed(real.folder, store.url, "--verify")
    assert re.search(r" 9 graphs sent; [\d,]+ triples, as in the build\n", said)
    assert "9 graphs read back: the same\n" in said
    assert_holds(store, real.folder)
    again = pushed(real.folder, store.url)
    assert "nothing to send, 9 unchanged;" in again


def test_what_stores_stumble_over_is_there_as_it_was_sent(
    store: Served, project, builds: ModuleType
) -> None:
    folder = project({"hard": builds.hard(), "inferred": builds.plain("inferred", "x")})
    said = pushed(folder, store.url, "--verify")
    assert "2 graphs read back: the same\n" in said
    rewritten = re.findall(r"^    (.*)\n", said, re.MULTILINE)
    assert [sentence.partition(" (")[0].partition(",")[0] for sentence in rewritten] == TOLD.get(
        store.name, []
    )
    assert_holds(store, folder)


def test_a_second_push_sends_what_has_changed_and_replaces_it(
    store: Served, project, builds: ModuleType
) -> None:
    pushed(project({"a": builds.hard().replace(b"graph/hard", b"graph/a")}), store.url)
    folder = project({"a": builds.plain("a", "new"), "b": builds.plain("b", "1", "2")})
    said = pushed(folder, store.url, "--dry-run")
    assert re.findall(r"send +graph/(\w+) +\d+ triples?  (\w+)", said) == [
        ("a", "changed"),
        ("b", "new"),
    ]
    assert len(store.read(f"{builds.BASE}graph/a")) > 1, "a dry run changes nothing"
    assert "2 graphs sent; 3 triples" in pushed(folder, store.url)
    assert_holds(store, folder)


def test_new_content_takes_the_place_of_the_old_at_once_or_graph_by_graph(
    store: Served, project, builds: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    blank = builds.hard().replace(b"graph/hard", b"graph/d")
    old = {name: builds.plain(name, *map(str, range(2000))) for name in "abc"} | {"d": blank}
    before = project(old)
    pushed(before, store.url)
    folder = project({name: builds.plain(name, *map(str, range(1000, 4000))) for name in "abcd"})
    with monkeypatch.context() as patch:
        patch.setattr("kg.pushing.remote.replacing", failing_at("b", replacing))
        failed = push(folder, store.url, "--attempts", "1")
    assert failed.exit_code == 3
    lengths = {name: len(store.read(f"{builds.BASE}graph/{name}")) for name in "abcd"}
    if store.name == "virtuoso":
        assert "graphs to change: 4; changed and verified: 1; as they were: 2" in failed.stderr
        assert "graph/b` has its new content" in failed.stderr
        assert lengths == {"a": 3000, "b": 3000, "c": 2000, "d": lengths["d"]}
    else:
        assert failed.stderr.count("` is as it was") == 4
        project(old)
        assert_holds(store, before)
    project({name: builds.plain(name, *map(str, range(1000, 4000))) for name in "abcd"})
    assert "4 graphs sent; 12,000 triples" in pushed(folder, store.url, "--verify")
    assert_holds(store, folder)
    assert not store.read(f"{builds.BASE}pushed/graph/a")
    assert "nothing to send, 4 unchanged" in pushed(folder, store.url)


def failing_at(name: str, replacing: Callable[[str, str], str]) -> Callable[[str, str], str]:
    """An update that does what it should for a graph, and then cannot go on."""

    def fails(graph: str, place: str) -> str:
        text = replacing(graph, place)
        return f"{text} ;\nLOAD <http://127.0.0.1:9/>" if graph.endswith(f"/{name}") else text

    return fails


def test_graphs_that_are_gone_are_removed_only_if_asked_for_and_others_never(
    store: Served, project, builds: ModuleType
) -> None:
    foreign = [f"{builds.BASE}graph/theirs", "https://example.org/elsewhere"]
    for name in foreign:
        store.write(name, "<x:s> <x:p> <x:o> .")
    pushed(project({"a": builds.plain("a", "1"), "b": builds.plain("b", "1")}), store.url)
    folder = project({"a": builds.plain("a", "1")})
    assert "1 unchanged, 1 left" in pushed(folder, store.url)
    assert store.read(f"{builds.BASE}graph/b")
    assert "1 unchanged, 1 removed" in pushed(folder, store.url, "--prune")
    assert not store.read(f"{builds.BASE}graph/b")
    assert pushed(folder, store.url, "--prune", "--verify").count("\n") == 3
    assert all(store.read(name) for name in foreign)


def test_a_graph_that_is_empty_now_is_empty_in_the_store(
    store: Served, project, builds: ModuleType
) -> None:
    pushed(project({"inferred": builds.plain("inferred", "1")}), store.url)
    folder = project({"inferred": b"", "a": builds.plain("a", "1")})
    pushed(folder, store.url, "--verify")
    assert not store.read(f"{builds.BASE}graph/inferred")
    assert "nothing to send, 2 unchanged" in pushed(folder, store.url)


def test_other_forms_of_the_same_value_are_told(store: Served, project, builds) -> None:
    values = [("01", "integer"), ("1.0E-2", "double"), ("1", "boolean")]
    folder = project({"forms": builds.typed("forms", *values, ("x", "string"))})
    said = pushed(folder, store.url, "--verify")
    assert ("numbers are written in another form" in said) is (
        store.name in ("oxigraph", "fuseki-tdb2", "virtuoso")
    )


def test_a_graph_larger_than_updates_may_be_is_sent_whole(store: Served, project, builds) -> None:
    folder = project({"large": builds.plain("large", *map(str, range(20_000)))})
    assert "20,000 triples" in pushed(folder, store.url)
    assert_holds(store, folder)


def test_many_small_graphs_are_there(store: Served, project, builds) -> None:
    graphs = {f"n{n}": builds.plain(f"n{n}", str(n), f"{n} a") for n in range(230)}
    blank = builds.hard().replace(b"graph/hard", b"graph/blank")
    folder = project(graphs | {"blank": blank, "inferred": b""})
    assert "232 graphs sent" in pushed(folder, store.url)
    assert_holds(store, folder, but="inferred")
    assert "nothing to send, 232 unchanged" in pushed(folder, store.url)


def test_blank_nodes_that_are_sent_again_are_not_doubled(store: Served, project, builds) -> None:
    folder = project({"hard": builds.hard()})
    pushed(folder, store.url)
    store.ask("DELETE", store.graphs, params={"graph": f"{builds.BASE}pushed"})
    assert "1 graph sent" in pushed(folder, store.url)
    assert_holds(store, folder)


@pytest.mark.parametrize(
    ("value", "datatype", "spoilt"),
    [
        ("-0044-03-15", "date", "-044-03-15"),
        ("PT60S", "duration", "60.6"),
        ("abc", "integer", "0"),
    ],
)
def test_what_a_store_spoils_is_no_other_form(
    store: Served, project, builds, value: str, datatype: str, spoilt: str
) -> None:
    folder = project({"spoilt": builds.typed("spoilt", (value, datatype))})
    done = push(folder, store.url, "--verify")
    if store.name != "virtuoso":
        assert done.exit_code == 0, done.output
        return
    assert done.exit_code == 1
    line = f'<https://example.org/pushed/0> <https://example.org/pushed/value> "{spoilt}"'
    assert f"not sent: {line}" in done.stderr


def test_what_two_forms_of_a_value_become_is_counted_as_one(store: Served, project, builds) -> None:
    value = f"<{builds.BASE}s> <{builds.BASE}value>"
    forms = [f'{value} "{n}{INTEGER} <{builds.BASE}graph/two> .\n' for n in ("01", "1")]
    folder = project({"two": "".join(forms).encode()})
    said = pushed(folder, store.url)
    assert "as in the build" in said
    assert "nothing to send, 1 unchanged" in pushed(folder, store.url)


@pytest.mark.parametrize("text", ["SELECT ?s ?p ?o", "CONSTRUCT { ?s ?p ?o }"])
def test_every_address_that_is_pushed_to_can_be_asked(
    store: Served, project, builds, text: str
) -> None:
    folder = project({"a": builds.plain("a", "1", "2")})
    pushed(folder, store.url)
    for part in ("", "/", *KINDS[store.name.partition("-")[0]].parts):
        url = store.url + part
        said = asked(url, f"{text} {{ GRAPH <{builds.BASE}graph/a> {{ ?s ?p ?o }} }}")
        assert sorted(re.findall(r'"(\d)"', said.stdout)) == ["1", "2"], url


def test_what_only_named_graphs_have_is_told_and_found_in_their_union(
    store: Served, project, builds
) -> None:
    folder = project({"a": builds.plain("a", "1", "2"), "b": builds.plain("b", "3")})
    pushed(folder, store.url)
    values = f"SELECT ?v {{ ?s <{builds.BASE}value> ?v }} ORDER BY ?v"
    plain, union = asked(store.url, values), asked(store.url, values, "--union")
    assert union.stdout.split() == ["?v", '"1"', '"2"', '"3"']
    assert "Q629" not in union.stderr
    has_union = store.name.startswith(("rdf4j", "virtuoso"))
    assert (plain.stdout == union.stdout) is has_union
    assert ("warning[Q629]" in plain.stderr) is not has_union
    inside = f"SELECT ?g {{ ?s <{builds.BASE}value> '3' . GRAPH ?g {{ ?s ?p ?o }} }}"
    assert f"{builds.BASE}graph/b" in asked(store.url, inside, "--union").stdout


# Stores without the Graph Store Protocol


class Refusing(BaseHTTPRequestHandler):
    """Hands on to a store what is no request of the Graph Store Protocol."""

    store: Served
    status: int
    told: tuple[str, ...] = ("Content-Type", "Server", "Fuseki-Request-Id")

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        where = self.store.url + self.path.removeprefix("/behind")
        if where.partition("?")[0] == self.store.graphs:
            self.send_error(self.status)
            return
        headers = {n: v for n, v in self.headers.items() if n in ("Accept", "Content-Type")}
        answer = requests.request(self.command, where, data=body, headers=headers, timeout=60)
        self.send_response_only(answer.status_code)
        for name in self.told:
            if name in answer.headers:
                self.send_header(name, answer.headers[name])
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.content)

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_PUT(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        self.do_GET()

    def do_DELETE(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@contextmanager
def refusing(store: Served, status: int) -> Iterator[str]:
    """The address of a store whose Graph Store Protocol is switched off."""
    handler = type("Handler", (Refusing,), {"store": store, "status": status})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_address[1]}/behind"
        running.shutdown()


@pytest.fixture
def updated(
    request: pytest.FixtureRequest,
    needs: Callable[..., None],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Served]:
    if request.param != "oxigraph":
        needs()
    with served(request.param, request, tmp_path_factory) as found:
        yield found


@pytest.mark.parametrize(
    ("updated", "status"),
    [
        ("oxigraph", 404),
        ("oxigraph", 405),
        ("oxigraph", 501),
        ("fuseki", 404),
        ("fuseki-tdb2", 405),
    ],
    indirect=["updated"],
)
def test_a_store_without_the_protocol_is_written_to_by_updates(
    updated: Served, project, builds, status: int
) -> None:
    many, more = (builds.plain("many", *map(str, range(n, 12_345))) for n in (0, 100))
    folder = project({"hard": builds.hard(), "many": many, "inferred": b""})
    with refusing(updated, status) as url:
        said = pushed(folder, url, "--verify")
        assert ", by SPARQL UPDATE\n" in said
        assert "3 graphs sent" in said
        assert "3 graphs read back: the same" in said
        assert_holds(updated, folder, but="inferred")
        graphs = {"hard": builds.plain("hard", "x"), "many": more}
        folder = project(graphs | {"inferred": builds.hard().replace(b"/hard>", b"/inferred>")})
        assert "3 graphs sent" in pushed(folder, url)
        assert_holds(updated, folder)
        folder = project({"hard": builds.plain("hard", "x")})
        assert "nothing to send, 1 unchanged, 2 removed" in pushed(folder, url, "--prune")
        assert not updated.read(f"{builds.BASE}graph/many")


def test_addresses_of_queries_and_updates_can_be_named(plain: Served, project, builds) -> None:
    folder = project({"hard": builds.hard()})
    arguments = (f"{plain.url}/query", "--update", f"{plain.url}/update")
    with refusing(plain, 404):
        assert "1 graph sent" in pushed(folder, *arguments, "--verify")
    assert_holds(plain, folder)
    assert "nothing to send" in pushed(folder, f"{plain.url}/query", "--store", "update")
    assert "not the address of an endpoint" in push(folder, plain.url, "--update", "x").stderr


def test_an_endpoint_that_says_nothing_of_itself_takes_updates_if_it_does(
    fuseki, needs, project, builds
) -> None:
    needs()
    folder = project({"hard": builds.hard()})
    with fuseki("--mem", "/kg") as root:
        store = Served("fuseki", f"{root}/kg", f"{root}/kg/data", f"{root}/kg/query")
        with refusing(store, 404) as url, silent():
            said = pushed(folder, url, "--verify")
        assert ": server of SPARQL UPDATE\n" in said
        assert_holds(store, folder)


@contextmanager
def silent() -> Iterator[None]:
    """Let servers keep to themselves what they are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Refusing, "told", ("Content-Type",))
        yield


# One store


def test_what_others_have_changed_is_sent_again(plain: Served, project, builds) -> None:
    folder = project({"a": builds.plain("a", "1", "2"), "b": builds.plain("b", "1")})
    pushed(folder, plain.url)
    plain.write(f"{builds.BASE}graph/a", "<x:s> <x:p> 1, 2, 3 .")
    assert "changed by others: 3 triples, 2 were sent" in pushed(folder, plain.url, "--dry-run")
    assert "1 graph sent, 1 unchanged" in pushed(folder, plain.url)
    assert_holds(plain, folder)


def test_a_change_that_keeps_the_number_is_found_by_comparing(
    plain: Served, project, builds
) -> None:
    folder = project({"a": builds.plain("a", "1", "2")})
    pushed(folder, plain.url)
    plain.write(f"{builds.BASE}graph/a", "<x:s> <x:p> 1, 2 .")
    assert "nothing to send" in pushed(folder, plain.url)
    done = push(folder, plain.url, "--verify")
    assert done.exit_code == 1
    assert "error[P904]" in done.stderr
    assert "not sent: <x:s> <x:p>" in done.stderr
    assert "not seen through" in pushed(folder, plain.url, "--dry-run")
    assert "1 graph sent" in pushed(folder, plain.url, "--verify")
    assert_holds(plain, folder)


def test_a_graph_that_no_push_has_written_is_replaced_only_if_asked_for(
    plain: Served, project, builds
) -> None:
    folder = project({"a": builds.plain("a", "1"), "b": builds.plain("b", "1")})
    plain.write(f"{builds.BASE}graph/b", "<x:s> <x:p> <x:o> .")
    done = push(folder, plain.url)
    assert done.exit_code == 2
    assert "error[P905]" in done.stderr
    assert not plain.read(f"{builds.BASE}graph/a"), "something was sent"
    assert "2 graphs sent" in pushed(folder, plain.url, "--take-over")
    assert_holds(plain, folder)


def test_a_graph_that_is_there_as_it_is_sent_is_no_obstacle(plain: Served, project, builds) -> None:
    folder = project({"a": builds.plain("a", "1")})
    plain.write(f"{builds.BASE}graph/a", f'<{builds.BASE}a> <{builds.BASE}value> "1" .')
    assert "there, but by no push" in pushed(folder, plain.url, "--dry-run")
    assert "1 graph sent" in pushed(folder, plain.url)


def test_records_of_graphs_that_are_not_ours_are_not_believed(
    plain: Served, project, builds
) -> None:
    folder, theirs = project({"a": builds.plain("a", "1")}), "https://example.org/elsewhere"
    pushed(folder, plain.url)
    plain.write(theirs, "<x:s> <x:p> <x:o> .")
    part = "<http://rdfs.org/ns/void#subset>"
    plain.write(f"{builds.BASE}pushed", f"<{builds.BASE}pushed> {part} <{theirs}> .")
    pushed(folder, plain.url, "--prune", "--take-over")
    assert plain.read(theirs)


def test_a_damaged_build_is_not_pushed(plain: Served, project, builds) -> None:
    folder = project({"a": builds.plain("a", "1")})
    path = folder / "build/current/articles/a.nq"
    path.write_bytes(path.read_bytes().replace(b'"1"', b'"2"'))
    done = push(folder, plain.url)
    assert (done.exit_code, "X703" in done.stderr) == (3, True)
    assert not plain.read(f"{builds.BASE}graph/a")


@pytest.mark.parametrize("end", ["", "/", "/store", "/query", "/update"])
def test_any_address_of_a_store_will_do(plain: Served, project, builds, end: str) -> None:
    folder = project({"a": builds.plain("a", "1")})
    assert "Oxigraph server" in pushed(folder, plain.url + end)
    assert_holds(plain, folder)


def test_an_unknown_store_needs_its_protocol_only(plain: Served, project, builds) -> None:
    folder = project({"a": builds.plain("a", "1", "2")})
    said = pushed(folder, plain.graphs, "--store", "generic", "--verify")
    assert "1 graph read back: the same" in said
    assert_holds(plain, folder)
