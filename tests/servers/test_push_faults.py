"""`kg push` into a store that does everything wrong that stores do, and never a word too much."""

from __future__ import annotations

import os
import re
import signal
import ssl
import subprocess
import sys
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

import pytest
import trustme
from click.testing import CliRunner, Result

from kg.cli import main
from kg.rdf.dataset import split, without_graph

USER, PASSWORD, TOKEN = "anna", "päss", "sesame"
CREDENTIALS = ("KG_ENDPOINT_USER", "KG_ENDPOINT_PASSWORD", "KG_ENDPOINT_TOKEN")
ROOT = Path(__file__).parents[2]


class Fault(NamedTuple):
    """What goes wrong with a request.

    Attributes:
        status: of the answer.
        headers: of the answer.
        content: of the answer.
        keeps: how many lines of the graph, or operations of an update, are kept; None: none, and
            what was there stays.
        drops: the connection ends in the middle of the request.
        waits: nothing is answered until the test is over.
    """

    status: int = 204
    headers: tuple[tuple[str, str], ...] = ()
    content: str = ""
    keeps: int | None = None
    drops: bool = False
    waits: bool = False


FINE = Fault(200)  # a request between those that go wrong
UPDATES = "application/sparql-update"
ROWS = (("Content-Type", "text/tab-separated-values"),)
PAGE = Fault(200, (("Content-Type", "text/html"),), "<!DOCTYPE html><title>Welcome</title>")
Key = tuple[str, str]
# How a store says what it is: one that takes a graph at a time, and one that takes many.
ONE_BY_ONE, MANY = "Virtuoso/0.0.0", "Oxigraph/0.0.0"


class World:
    """What a store holds, what it was asked, and what is to go wrong."""

    def __init__(self) -> None:
        self.graphs: dict[str, str] = {}
        self.asked: list[Key] = []
        self.faults: dict[Key, list[Fault]] = {}
        self.counts: dict[str, int] = {}
        self.kind = ONE_BY_ONE
        self.guard: str = ""
        self.ends: int | None = None
        self.go_on = threading.Event()
        self.reached = threading.Event()

    def fault(self, method: str, graph: str, *faults: Fault) -> None:
        """Let the next requests for a graph go wrong."""
        self.faults[method, graph] = list(faults)

    def later(self, method: str, graph: str, fault: Fault) -> None:
        """Let the request for a graph after the next one go wrong."""
        self.faults[method, graph] = [FINE, fault]


class Server(BaseHTTPRequestHandler):
    """The Graph Store Protocol and a counter of triples, over a world."""

    protocol_version = "HTTP/1.1"
    world: World

    def do_HEAD(self) -> None:
        self.answer(200, (("Server", self.world.kind),))

    def do_GET(self) -> None:
        if query := self.parameter("query"):
            self.handled("COUNT", re.findall("<(.*)>", query)[0])
        else:
            self.handled("GET", self.parameter("graph"))

    def do_PUT(self) -> None:
        self.handled(self.command, self.parameter("graph"))

    def do_POST(self) -> None:
        self.handled("POST" if self.parameter("graph") else self.many(), self.parameter("graph"))

    def many(self) -> str:
        names = {"application/x-www-form-urlencoded": "COUNTS", UPDATES: "UPDATE"}
        return names.get(self.headers["Content-Type"], "QUADS")

    def do_DELETE(self) -> None:
        self.do_PUT()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass

    def parameter(self, name: str) -> str:
        return parse_qs(urlsplit(self.path).query).get(name, [""])[0]

    def handled(self, method: str, graph: str) -> None:
        world, name = self.world, graph.rpartition("/")[2]
        faults = world.faults.get((method, name), [])
        world.asked.append((method, name))
        if faults and faults[0].drops:
            self.rfile.read(int(self.headers.get("Content-Length", 0)) // 2)
            self.close_connection = bool(faults.pop(0))
            return
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        if not self.admitted():
            self.answer(401, (("WWW-Authenticate", f'{world.guard} realm="r"'),))
        elif faults and faults[0] is not FINE:
            self.go_wrong(faults.pop(0), graph, body)
        else:
            del faults[:1]
            self.go_right(method, graph, body)

    def admitted(self) -> bool:
        world, basic = self.world, b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        given = self.headers.get("Authorization", "")
        if world.ends is not None and given:
            world.ends -= 1
        known = given in (f"Basic {basic}", f"Bearer {TOKEN}")
        return not world.guard or (known and (world.ends is None or world.ends >= 0))

    def go_wrong(self, fault: Fault, graph: str, body: str) -> None:
        if fault.waits:
            self.world.reached.set()
            self.world.go_on.wait(60)
        if fault.keeps is not None and self.headers["Content-Type"] == UPDATES:
            self.update(body.split(" ;\n")[: fault.keeps])
        elif fault.keeps is not None and not graph:
            self.keep(body.splitlines(keepends=True)[: fault.keeps])
        elif fault.keeps is not None:
            self.world.graphs[graph] = "".join(body.splitlines(keepends=True)[: fault.keeps])
        port = str(self.server.server_address[1])
        headers = [(name, value.replace("PORT", port)) for name, value in fault.headers]
        self.answer(fault.status, tuple(headers), fault.content)

    def go_right(self, method: str, graph: str, body: str) -> None:
        graphs, text = self.world.graphs, (("Content-Type", "application/n-triples"),)
        if method == "COUNT":
            number = self.world.counts.get(graph, graphs.get(graph, "").count("\n"))
            self.answer(200, ROWS, f"?n\n{number}\n")
        elif method == "COUNTS":
            names = re.findall("<(.*?)>", parse_qs(body)["query"][0])
            numbers = {n: self.world.counts.get(n, graphs.get(n, "").count("\n")) for n in names}
            rows = (f"<{name}>\t{number}\n" for name, number in numbers.items())
            self.answer(200, ROWS, "?g\t?n\n" + "".join(rows))
        elif method == "UPDATE":
            self.update(body.split(" ;\n"))
            self.answer(204)
        elif method == "QUADS":
            self.keep(body.splitlines(keepends=True))
            self.answer(204)
        elif method == "GET":
            self.answer(200 if graph in graphs else 404, text, graphs.get(graph, ""))
        elif method == "DELETE":
            self.answer(204 if graphs.pop(graph, None) is not None else 404)
        else:
            graphs[graph] = (graphs.get(graph, "") if method == "POST" else "") + body
            self.answer(204)

    def update(self, operations: list[str]) -> None:
        for operation in operations:
            graph, *places = re.findall("<(.*?)>", operation)
            if operation.startswith("DROP SILENT GRAPH"):
                self.world.graphs.pop(graph, None)
            else:
                assert operation.startswith("INSERT {")
                held = self.world.graphs.get(graph, "").splitlines(keepends=True)
                held += self.world.graphs.get(places[0], "").splitlines(keepends=True)
                self.world.graphs[graph] = "".join(dict.fromkeys(held))

    def keep(self, lines: list[str]) -> None:
        for line in lines:
            name = split(line.encode())[3][1:-1]
            added = without_graph(line.encode()).decode()
            if added not in (held := self.world.graphs.get(name, "")):
                self.world.graphs[name] = held + added

    def answer(self, status: int, headers: tuple[Key, ...] = (), content: str = "") -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content.encode())))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content.encode())


class Quiet(ThreadingHTTPServer):
    """Clients that go away are no news."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        pass


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    for name in (*CREDENTIALS, "NETRC"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("kg.pushing.web.back_off", lambda _: 0.0)
    return World()


@contextmanager
def serving(world: World, context: ssl.SSLContext | None = None) -> Iterator[int]:
    handler = type("Handler", (Server,), {"world": world})
    with Quiet(("127.0.0.1", 0), handler) as running:
        if context:
            running.socket = context.wrap_socket(running.socket, server_side=True)
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running.server_address[1]
        world.go_on.set()
        running.shutdown()


@pytest.fixture
def url(world: World) -> Iterator[str]:
    with serving(world) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def project(builds, tmp_path: Path) -> Path:
    """Three graphs of three triples."""
    graphs = {name: builds.plain(name, "1", "2", "3") for name in ("a", "b", "c")}
    return builds.make_build(tmp_path / "project", graphs)


def push(project: Path, url: str, *arguments: str) -> Result:
    arguments = ("--project", str(project), "push", url, *arguments)
    return CliRunner().invoke(main, arguments, catch_exceptions=False)


def recorded(world: World) -> set[str]:
    """The graphs that the store has on record as loaded."""
    text = "".join(content for name, content in world.graphs.items() if name.endswith("/pushed"))
    return {name.rpartition("/")[2] for name in re.findall(r"<(\S+)> \S+/identifier> ", text)}


def whole(world: World, project: Path) -> set[str]:
    """The graphs that the store has as they are in the build."""
    found = set()
    for path in (project / "build/current/articles").glob("*.nq"):
        lines = path.read_bytes().splitlines(keepends=True)
        content = b"".join(map(without_graph, lines)).decode()
        found |= {
            n for n, held in world.graphs.items() if n.endswith(f"/{path.stem}") and held == content
        }
    return {name.rpartition("/")[2] for name in found}


def told(done: Result) -> str:
    """The findings of a push that fails, without secrets and without a success."""
    assert done.stdout == ""
    assert not any(secret in done.output for secret in (PASSWORD, TOKEN, "Authorization"))
    return done.stderr


ALL = {"a", "b", "c"}


def test_the_store_of_these_tests_can_be_right(world: World, url: str, project: Path) -> None:
    done = push(project, url)
    assert (done.exit_code, done.stderr) == (0, "")
    assert "3 graphs sent; 9 triples, as in the build" in done.stdout
    assert recorded(world) == whole(world, project) == ALL


# What passes


AGAIN = (("Retry-After", "0"),)


@pytest.mark.parametrize(
    ("method", "graph"),
    [("PUT", "b"), ("PUT", "pushed"), ("POST", "pushed"), ("COUNT", "b"), ("GET", "pushed")],
)
@pytest.mark.parametrize(
    "fault",
    [Fault(drops=True), *(Fault(status, AGAIN) for status in (429, 500, 502, 503, 504))],
    ids=lambda fault: "drops" if fault.drops else str(fault.status),
)
def test_what_passes_is_tried_again(
    world: World, url: str, project: Path, method: str, graph: str, fault: Fault, builds
) -> None:
    if method == "POST":
        more = {str(n): builds.plain(str(n), "1") for n in range(25)}
        builds.make_build(project, more)
    world.fault(method, graph, fault, fault)
    done = push(project, url)
    assert done.exit_code == 0, done.output
    assert world.faults[method, graph] == [], "it did not go wrong"
    assert done.stderr.count("trying again in 0 s") == 2
    names = {path.stem for path in (project / "build/current/articles").glob("*.nq")}
    assert recorded(world) == whole(world, project) == names


def test_a_store_is_waited_for_as_long_as_it_asks(world, url, project, monkeypatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("kg.pushing.web.pause", pauses.append)
    world.fault("PUT", "a", Fault(503, (("Retry-After", "7"),)), Fault(503))
    world.fault("PUT", "b", Fault(429, (("Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT"),)))
    assert push(project, url).exit_code == 0
    assert pauses == [7.0, 0.0, 0.0]


def test_a_redirect_within_the_server_is_followed_with_what_is_sent(world, url, project) -> None:
    world.fault("PUT", "b", Fault(307, (("Location", "/elsewhere?x=1"),)))
    assert push(project, url).exit_code == 0
    assert whole(world, project) == ALL


# Many graphs in one request


@pytest.fixture
def taking_many(world: World) -> World:
    world.kind = MANY
    return world


def test_new_graphs_go_in_one_request(taking_many: World, url: str, project: Path) -> None:
    done = push(project, url)
    assert "3 graphs sent; 9 triples, as in the build" in done.stdout
    assert recorded(taking_many) == whole(taking_many, project) == ALL
    assert taking_many.asked == [
        ("GET", "pushed"),
        ("COUNTS", ""),
        ("PUT", "pushed"),
        ("QUADS", ""),
        ("COUNTS", ""),
        ("PUT", "pushed"),
        ("GET", "pushed"),
    ]
    taking_many.asked.clear()
    assert "nothing to send, 3 unchanged" in push(project, url).stdout
    assert taking_many.asked == [("GET", "pushed"), ("COUNTS", "")]


@pytest.mark.parametrize(
    "fault", [Fault(drops=True), Fault(503, AGAIN), Fault(504, AGAIN, keeps=9)], ids=str
)
def test_many_graphs_are_sent_again_if_that_may_help(
    taking_many: World, url: str, project: Path, fault: Fault
) -> None:
    taking_many.fault("QUADS", "", fault, fault)
    done = push(project, url)
    assert done.exit_code == 0, done.output
    assert recorded(taking_many) == whole(taking_many, project) == ALL


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault(507, (), "no space left"), "does not take 3 graphs at once: 507"),
        (Fault(413), "let the server take larger requests"),
        (PAGE, "answers with a web page instead of saying that it has 3 graphs at once"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else "",
)
def test_many_graphs_that_are_not_taken_are_told(
    taking_many: World, url: str, project: Path, fault: Fault, said: str
) -> None:
    taking_many.fault("QUADS", "", fault)
    done = push(project, url)
    assert done.exit_code == 3
    found = told(done)
    assert said in found
    assert "graphs to change: 3" in found
    assert "graph/b` is not verified: it has 0 triples, expected 3" in found
    assert recorded(taking_many) == set()
    assert "3 graphs sent" in push(project, url).stdout


def test_the_number_of_requests_hardly_grows_with_that_of_graphs(
    taking_many: World, url: str, builds, tmp_path: Path
) -> None:
    graphs = {f"n{n:04}": builds.plain(f"n{n:04}", "1") for n in range(1000)}
    folder = builds.make_build(tmp_path / "thousand", graphs)
    assert "1,000 graphs sent; 1,000 triples" in push(folder, url).stdout
    asked = [method for method, _ in taking_many.asked]
    assert {method: asked.count(method) for method in asked} == {
        "GET": 2,
        "COUNTS": 40,
        "PUT": 2,
        "QUADS": 1,
        "POST": 1,
    }


def test_of_many_doubtful_graphs_some_are_named(taking_many, url, many) -> None:
    taking_many.fault("QUADS", "", Fault(507))
    found = told(push(many, url))
    assert found.count("is not verified") == 5
    assert "25 more graphs are not verified" in found


@pytest.mark.parametrize("keeps", [None, 0, 4])
def test_a_store_that_keeps_less_of_many_graphs_is_not_believed(
    taking_many: World, url: str, project: Path, keeps: int | None
) -> None:
    taking_many.fault("QUADS", "", Fault(204, keeps=keeps))
    done = push(project, url)
    assert done.exit_code == 1
    assert told(done).count("error[P904]") == (2 if keeps else 3)
    assert recorded(taking_many) == ({"a"} if keeps else set())
    assert push(project, url).exit_code == 0
    assert recorded(taking_many) == whole(taking_many, project) == ALL


@pytest.mark.parametrize(
    "content",
    [
        "",
        "?g\t?n\n",
        "?g\t?n\n<x:other>\t1\n",
        "?g\n<https://example.org/pushed/graph/a>\n",
        "?g\t?n\n<https://example.org/pushed/graph/a>\tmany\n",
        "?n\n1\n",
    ],
)
def test_counts_that_are_none_are_refused(taking_many, url, project, content: str) -> None:
    taking_many.fault("COUNTS", "", Fault(200, ROWS, content))
    done = push(project, url)
    assert done.exit_code == 3
    assert "no graph of the store has been changed" in told(done)
    assert not taking_many.graphs


# What lasts


@pytest.mark.parametrize(
    ("fault", "code", "said"),
    [
        (Fault(drops=True), "P901", "no connection can be made"),
        (Fault(503, AGAIN), "P903", "does not take `https://example.org/pushed/graph/b`: 503"),
        (Fault(503, (("Retry-After", "3600"),)), "P903", "503 Service Unavailable"),
        (Fault(507, (), "no space left"), "P903", "507 Insufficient Storage"),
        (Fault(405), "P903", "405 Method Not Allowed"),
        (Fault(413), "P903", "413"),
        (Fault(400, (), "line 3: bad IRI"), "P903", "it says: line 3: bad IRI"),
        (PAGE, "P903", "answers with a web page instead of saying that it has"),
        (PAGE._replace(keeps=3), "P903", "answers with a web page"),
        (Fault(307, (("Location", "http://localhost:PORT/"),)), "P903", "another server"),
        (Fault(307, (("Location", "/store"),)), "P901", "redirects more than 10 times"),
        (Fault(303, (("Location", "/done"),)), "P903", "303 See Other"),
        (Fault(403), "P902", "403 Forbidden"),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, str) else "",
)  # fmt: skip
def test_a_store_that_fails_half_way_is_told_as_it_is(
    world: World, url: str, project: Path, fault: Fault, code: str, said: str
) -> None:
    world.fault("PUT", "b", *[fault] * 20)
    done = push(project, url, "--attempts", "2")
    assert done.exit_code == 3
    found = told(done)
    assert f"error[{code}]" in found
    assert said in found
    assert "graphs to change: 3; changed and verified: 1; as they were: 1" in found
    held = 3 if fault.keeps else 0
    assert f"`https://example.org/pushed/graph/b` is not verified: it has {held} triples" in found
    assert recorded(world) == {"a"}
    world.faults.clear()
    world.asked.clear()
    assert "2 graphs sent, 1 unchanged" in push(project, url).stdout
    assert ("PUT", "a") not in world.asked, "what is verified is not sent again"
    assert recorded(world) == whole(world, project) == ALL


@pytest.mark.parametrize("keeps", [None, 0, 2])
def test_a_store_that_says_yes_and_keeps_less_is_not_believed(
    world: World, url: str, project: Path, keeps: int | None
) -> None:
    world.fault("PUT", "b", Fault(204, keeps=keeps))
    done = push(project, url)
    assert done.exit_code == 1
    found = told(done)
    assert "error[P904]" in found
    assert f"it has {keeps or 0} triples, expected 3" in found
    assert "graphs to change: 3; changed and verified: 2" in found
    assert recorded(world) == whole(world, project) == {"a", "c"}
    assert "1 graph sent, 2 unchanged" in push(project, url).stdout


def test_a_store_that_counts_wrongly_is_not_believed(world, url, project) -> None:
    world.counts["https://example.org/pushed/graph/b"] = 5
    world.fault("COUNT", "b", Fault(200, (("Content-Type", "text/csv"),), "n\n0\n"))
    done = push(project, url)
    assert done.exit_code == 1
    assert "it has 5 triples, expected 3" in told(done)
    assert recorded(world) == {"a", "c"}


@pytest.mark.parametrize(
    "content", ["", "?n\n", "?n\nabc\n", "?n\n-1\n", "?n\n1\n2\n", "?a\t?b\n1\t2\n"]
)
def test_a_count_that_is_none_is_refused(world, url, project, content: str) -> None:
    answer = Fault(200, (("Content-Type", "text/tab-separated-values"),), content)
    world.fault("COUNT", "a", answer)
    done = push(project, url)
    assert done.exit_code == 3
    assert "no graph of the store has been changed" in told(done)
    assert not world.graphs


def test_a_store_that_loses_its_records_is_told(world, url, project) -> None:
    world.fault("PUT", "pushed", Fault(204), Fault(204))
    done = push(project, url)
    assert done.exit_code == 1
    assert "does not hold the records of this push" in told(done)


def test_a_slow_store_is_given_up(world: World, url: str, project: Path) -> None:
    world.fault("PUT", "b", Fault(waits=True))
    done = push(project, url, "--timeout", "0.5", "--attempts", "1")
    assert done.exit_code == 3
    found = told(done)
    assert "it has not answered within 0.5 seconds" in found
    assert "changed and verified: 1; as they were: 1" in found
    assert recorded(world) == {"a"}


def test_a_store_that_is_gone_can_say_nothing(world: World, url: str, project: Path) -> None:
    world.fault("PUT", "b", *[Fault(drops=True)] * 9)
    world.fault("COUNT", "b", Fault(200, (("Content-Type", "text/csv"),), "n\n0\n"), Fault(500))
    found = told(push(project, url))
    assert "graph/b` may be as it was, new, or a part of either: the store does not say" in found


def test_a_store_that_does_not_remove_is_told(world, url, project, builds) -> None:
    push(project, url)
    builds.make_build(project, {"a": builds.plain("a", "1", "2", "3")})
    world.fault("UPDATE", "", Fault(200))
    done = push(project, url, "--prune")
    assert done.exit_code == 1
    found = told(done)
    assert "the store has not removed `https://example.org/pushed/graph/b`" in found
    assert "it has 3 triples, expected none" in found
    assert names(world) == {"a", "b", "pushed"}
    assert push(project, url, "--prune").exit_code == 0
    assert names(world) == {"a", "pushed"}


# What is there stays until all that is new is there


def names(world: World) -> set[str]:
    """All graphs of the store; those that only wait have longer names."""
    return {name.removeprefix(BASE).removeprefix("graph/") for name in world.graphs}


BASE = "https://example.org/pushed/"
NEW = ("3", "4", "5")


@pytest.fixture(params=[ONE_BY_ONE, MANY])
def either_kind(request: pytest.FixtureRequest, world: World) -> None:
    world.kind = request.param


@pytest.fixture
def changed(world: World, url: str, project: Path, builds) -> Path:
    """A project whose three graphs the store has; then all of them have changed."""
    assert push(project, url).exit_code == 0
    world.asked.clear()
    return builds.make_build(project, {name: builds.plain(name, *NEW) for name in ALL})


def values(world: World, name: str) -> str:
    """The values that a graph of the store has."""
    return "".join(re.findall('"(.)"', world.graphs.get(f"{BASE}graph/{name}", "")))


@pytest.mark.usefixtures("either_kind")
def test_new_content_takes_the_place_of_the_old(world: World, url: str, changed: Path) -> None:
    done = push(changed, url)
    assert (done.exit_code, done.stderr) == (0, "")
    assert "3 graphs sent; 9 triples, as in the build" in done.stdout
    assert [values(world, name) for name in sorted(ALL)] == ["345"] * 3
    assert recorded(world) == whole(world, changed) == ALL
    assert names(world) == {*ALL, "pushed"}
    switches = world.asked.count(("UPDATE", ""))
    assert switches == (2 if world.kind == MANY else 4), "one for each, and one to tidy up"


@pytest.mark.usefixtures("either_kind")
@pytest.mark.parametrize("fault", [Fault(507), Fault(204, keeps=1)], ids=str)
def test_if_one_fails_all_stay_as_they_were(
    world: World, url: str, changed: Path, fault: Fault
) -> None:
    is_many = world.kind == MANY
    world.fault("QUADS" if is_many else "PUT", "" if is_many else "b", fault)
    done = push(changed, url)
    assert done.exit_code == (3 if fault.status == 507 else 1)
    assert "no graph of the store has been changed" in told(done)
    assert [values(world, name) for name in sorted(ALL)] == ["123"] * 3
    assert recorded(world) >= ALL
    world.asked.clear()
    assert "3 graphs sent; 9 triples" in push(changed, url).stdout
    assert ("PUT", "a") not in world.asked, "what waits is not sent again"
    assert whole(world, changed) == ALL
    assert names(world) == {*ALL, "pushed"}


@pytest.mark.usefixtures("taking_many")
@pytest.mark.parametrize("moment", ["sending", "switching", "tidying"])
@pytest.mark.parametrize("is_same", [True, False], ids=["same", "other"])
def test_a_push_that_is_killed_leaves_all_as_it_was_or_all_new(
    world: World, url: str, changed: Path, builds, moment: str, is_same: bool
) -> None:
    waits = Fault(waits=True, keeps=0)
    if moment == "sending":
        world.fault("QUADS", "", waits)
    elif moment == "switching":
        world.fault("UPDATE", "", waits)
    else:
        world.later("UPDATE", "", waits)
    process = subprocess.Popen(
        [sys.executable, "-m", "kg", "--project", str(changed), "push", url],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert world.reached.wait(60)
    process.kill()
    process.wait(60)
    world.go_on.set()
    state = "345" if moment == "tidying" else "123"
    assert [values(world, name) for name in sorted(ALL)] == [state] * 3
    assert moment == "sending" or f"{BASE}pushed/graph/a" in world.graphs
    if not is_same:
        builds.make_build(changed, {name: builds.plain(name, "7") for name in ("a", "c", "d")})
    plan = push(changed, url, "--dry-run").stdout
    assert ("discard pushed/graph/b" in plan) is (moment == "sending" or not is_same)
    assert push(changed, url, "--prune", "--verify").exit_code == 0
    expected = ALL if is_same else {"a", "c", "d"}
    assert recorded(world) == whole(world, changed) == expected
    assert names(world) == {*expected, "pushed"}, "something waits for ever"


@pytest.mark.parametrize(
    ("keeps", "said"),
    [
        (0, "graph/b` is as it was"),
        (1, "graph/b` is not verified: it has 0 triples, expected 3"),
        (2, "graph/b` has its new content, which is not on record"),
    ],
)
def test_a_store_without_transactions_is_told_graph_by_graph(
    world: World, url: str, changed: Path, keeps: int, said: str
) -> None:
    world.later("UPDATE", "", Fault(507, keeps=keeps))
    done = push(changed, url)
    assert done.exit_code == 3
    found = told(done)
    assert "does not replace 1 graph: 507 Insufficient Storage" in found
    assert "graphs to change: 3; changed and verified: 1; as they were: 1" in found
    assert said in found
    assert f"graphs whose new content waits under `{BASE}pushed/` for the next push: 3" in found
    assert [values(world, name) for name in "ac"] == ["345", "123"]
    assert push(changed, url).exit_code == 0
    assert recorded(world) == whole(world, changed) == ALL
    assert names(world) == {*ALL, "pushed"}


@pytest.mark.usefixtures("either_kind")
@pytest.mark.parametrize("keeps", [0, 1, 99])
def test_a_switch_that_is_asked_for_again_loses_nothing(
    world: World, url: str, changed: Path, keeps: int
) -> None:
    world.fault("UPDATE", "", *[Fault(504, AGAIN, keeps=keeps)] * 2)
    assert push(changed, url).exit_code == 0
    assert recorded(world) == whole(world, changed) == ALL


def test_an_old_graph_that_stays_is_not_taken_for_the_new_one(
    world: World, url: str, changed: Path
) -> None:
    world.later("UPDATE", "", Fault(204))
    done = push(changed, url, "--verify")
    assert done.exit_code == 1
    found = told(done)
    assert f"the store has not given its new content to `{BASE}graph/b`" in found
    assert "they are as many, and others" in found
    assert recorded(world) == {"a", "c"}


def test_a_store_that_takes_no_updates_is_given_a_graph_where_it_belongs(
    world: World, url: str, changed: Path
) -> None:
    world.fault("PUT", "b", Fault(507))
    done = push(changed, url, "--store", "generic")
    assert "graphs to change: 3; changed and verified: 1; as they were: 1" in told(done)
    assert [values(world, name) for name in sorted(ALL)] == ["345", "123", "123"]
    assert push(changed, url, "--store", "generic").exit_code == 0
    assert recorded(world) == whole(world, changed) == ALL


# Ends


@pytest.fixture
def many(builds, tmp_path: Path) -> Path:
    graphs = {f"n{n:02}": builds.plain(f"n{n:02}", "1", "2") for n in range(30)}
    return builds.make_build(tmp_path / "many", graphs)


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGKILL, -9), (signal.SIGINT, 130)], ids=["kill", "ctrl-c"]
)
def test_a_push_goes_on_where_it_was_ended(
    world: World, url: str, many: Path, number: int, status: int
) -> None:
    world.fault("PUT", "n25", Fault(waits=True))
    process = subprocess.Popen(
        [sys.executable, "-m", "kg", "--project", str(many), "push", url],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert world.reached.wait(60)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (status, "")
    saved = 20 if number == signal.SIGKILL else 25
    if number == signal.SIGINT:
        assert "interrupted: graphs to change: 30; changed and verified: 25" in err
    assert len(recorded(world)) == saved
    assert recorded(world) <= whole(world, many)
    assert f"{30 - saved} graphs sent, {saved} unchanged" in push(many, url).stdout
    assert len(recorded(world)) == 30


# Who asks


def test_credentials_are_given_when_they_are_asked_for(world, url, project, monkeypatch) -> None:
    world.guard = "Basic"
    assert "401" in told(push(project, url))
    monkeypatch.setenv("KG_ENDPOINT_USER", USER)
    monkeypatch.setenv("KG_ENDPOINT_PASSWORD", PASSWORD)
    done = push(project, url)
    assert done.exit_code == 0
    assert PASSWORD not in done.output
    assert recorded(world) == ALL


def test_a_token_is_given(world, url, project, monkeypatch) -> None:
    world.guard = "Bearer"
    monkeypatch.setenv("KG_ENDPOINT_TOKEN", TOKEN)
    done = push(project, url)
    assert done.exit_code == 0
    assert TOKEN not in done.output


def test_credentials_of_the_netrc_file_are_given(world, url, project, monkeypatch, tmp_path):
    world.guard = "Basic"
    path = tmp_path / "netrc"
    path.write_text(f"machine 127.0.0.1 login {USER} password {PASSWORD}\n", encoding="utf-8")
    path.chmod(0o600)
    monkeypatch.setenv("NETRC", str(path))
    assert push(project, url).exit_code == 0


@pytest.mark.parametrize("secret", ["KG_ENDPOINT_TOKEN", "KG_ENDPOINT_PASSWORD"])
def test_credentials_that_end_half_way_are_told(
    world: World, url: str, project: Path, monkeypatch, secret: str
) -> None:
    world.guard, world.ends = "Basic", 7
    monkeypatch.setenv("KG_ENDPOINT_USER", USER)
    monkeypatch.setenv(secret, TOKEN if secret.endswith("TOKEN") else PASSWORD)
    done = push(project, url)
    assert done.exit_code == 3
    found = told(done)
    assert "error[P902]: the store asks for other credentials: 401 Unauthorized" in found
    assert "graphs to change: 3; changed and verified: 1; as they were: 1; verified, but" in found
    assert "graph/b` may be as it was, new, or a part of either" in found
    assert recorded(world) == set()
    world.ends = None
    assert push(project, url).exit_code == 0
    assert recorded(world) == ALL


def test_credentials_in_an_address_are_refused(project: Path) -> None:
    done = push(project, f"http://{USER}:{PASSWORD}@127.0.0.1:9/")
    assert (done.exit_code, "Q609" in done.stderr) == (2, True)
    assert PASSWORD not in done.output


def test_a_password_is_asked_for_on_a_terminal(world, url, project, terminal) -> None:
    world.guard = "Basic"
    command = [sys.executable, "-m", "kg", "--project", str(project), "push", url]
    screen = terminal(command, folder=project)
    screen.await_("User name for http://127.0.0.1")
    screen.type(f"{USER}\r")
    screen.await_("Password")
    screen.type(f"{PASSWORD}\r")
    assert "3 graphs sent" in screen.await_("3 graphs sent")
    assert screen.end() == 0
    assert PASSWORD not in screen.text


def test_a_certificate_must_be_vouched_for(world, project, monkeypatch, tmp_path) -> None:
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with serving(world, context) as port:
        done = push(project, f"https://localhost:{port}")
        assert "its certificate is not trusted" in told(done)
        assert not world.asked
        authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
        assert push(project, f"https://localhost:{port}").exit_code == 0


def test_a_proxy_is_asked_instead(world: World, url: str, project: Path, monkeypatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", url)
    monkeypatch.setenv("http_proxy", url)
    assert push(project, "http://store.invalid/").exit_code == 0
    assert recorded(world) == ALL


# What is shown


def test_progress_is_shown_on_a_terminal_only(world, url, project, terminal) -> None:
    world.fault("PUT", "c", Fault(waits=True, keeps=3))
    command = [sys.executable, "-m", "kg", "--project", str(project), "push", url]
    screen = terminal(command, folder=project)
    screen.await_("67%")
    world.go_on.set()
    assert screen.end() == 0
    assert "3 graphs sent" in screen.text
    assert "%" not in push(project, url).output
