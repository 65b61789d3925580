"""Endpoints: a real server, and one that does everything wrong that servers do."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import socket
import ssl
import subprocess
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import trustme
from click.testing import CliRunner
from pyoxigraph import NamedNode

from kg.answers.endpoint import Endpoint
from kg.answers.kinds import place_of_queries
from kg.answers.media import elsewhere
from kg.commands.query import command
from kg.diagnostics import ContentError
from kg.sparql.answers import evaluation

# A real server

QUADS = """@prefix : <http://example.org/> .
:s :p :o , 007 , "x"@en . :g { :s :p :o . :o :q :z } :h { :s :p :o . :o :r "a\\nb" }
<http://example.org/data/graph/001_a> { :s :p :o , 5 . :o :r 5 }
"""


@pytest.fixture(scope="module")
def oxigraph() -> Iterator[str]:
    """An Oxigraph server with the quads above."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = Path(sys.executable).with_name("oxigraph")
    address = f"127.0.0.1:{port}"
    process = subprocess.Popen(
        [str(program), "serve", "--bind", address],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(600):
            with suppress(requests.ConnectionError):
                requests.put(
                    f"http://{address}/store",
                    data=QUADS,
                    headers={"Content-Type": "application/trig"},
                    timeout=60,
                ).raise_for_status()
                break
            time.sleep(0.1)
        yield f"http://{address}/query"
    finally:
        process.terminate()
        process.wait()


def ask(url: str, text: str, *options: str, folder: Path = Path("/nonexistent")) -> str:
    """What `kg query --endpoint` prints; a finding is raised."""
    arguments = ["--endpoint", url, *options, text]
    done = CliRunner().invoke(command, arguments, obj=folder)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.stdout


PREFIX = "PREFIX : <http://example.org/> "


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT ?z ?a { GRAPH ?z { ?a :q ?o } }", "?z\t?a\n<E#g>\t<E#o>\n"),
        ("SELECT * { GRAPH ?z { ?o ?a :z } }", "?z\t?o\t?a\n<E#g>\t<E#o>\t<E#q>\n"),
        ("SELECT * { :o ?p ?o }", "?p\t?o\n"),
        ("SELECT ?o { GRAPH :h { :o :r ?o } }", '?o\n"a\\nb"\n'),
        ("ASK { :s :p :o }", "true\n"),
        ("ASK { :s :p :none }", "false\n"),
        ("CONSTRUCT { ?o :is ?g } { GRAPH ?g { ?o :q :z } }", "<E#o> <E#is> <E#g> .\n"),
        ("DESCRIBE :o", "<E#o> <E#q> <E#z> .\n"),
    ],
)  # fmt: skip
def test_a_real_endpoint_answers_as_a_store_on_this_machine(oxigraph, text, expected):
    if text.startswith("DESCRIBE"):
        text = "DESCRIBE :o FROM :g"
    is_graph = text.startswith(("CONSTRUCT", "DESCRIBE"))
    options = ["-F", "nt"] if is_graph else []
    assert ask(oxigraph, PREFIX + text, *options) == expected.replace("E#", "http://example.org/")


def test_a_long_query_is_sent_in_the_body(oxigraph):
    values = " ".join(f"<http://example.org/{number}>" for number in range(5000))
    text = f"{PREFIX}SELECT (COUNT(*) AS ?n) {{ VALUES ?x {{ {values} }} }}"
    assert ask(oxigraph, text) == "?n\n5000\n"


def test_graphs_are_chosen_by_the_protocol(oxigraph):
    options = ["--graph", "http://example.org/g", "--graph", "http://example.org/h"]
    assert ask(oxigraph, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", *options) in ("?n\n3\n", "?n\n4\n")


@pytest.mark.parametrize("named", ["h", "<http://example.org/h>", "e:h", "001", "001_a"])
def test_graphs_of_an_endpoint_are_named_as_those_of_a_build(oxigraph, tmp_path, named):
    settings = 'base = "http://example.org/data/"\n[namespaces]\ntext = "https://x.example/#"\n'
    (tmp_path / "kg.toml").write_text(settings + 'e = "http://example.org/"\n', encoding="utf-8")
    graph = "http://example.org/h" if "h" in named else "http://example.org/data/graph/001_a"
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    expected = ask(oxigraph, f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}")
    assert ask(oxigraph, count, "--graph", named, folder=tmp_path) == expected


def test_a_graph_that_an_endpoint_does_not_have_is_told_with_those_that_it_has(oxigraph):
    with pytest.raises(ContentError) as caught:
        ask(oxigraph, "ASK {}", "--graph", "008")
    (found,) = caught.value.diagnostics
    assert (found.code, found.message) == ("X706", "there is no graph `008`")
    assert "http://example.org/data/graph/001_a" in found.help


def test_published_prefixes_are_declared_for_the_endpoint(oxigraph):
    assert ask(oxigraph, "ASK { ?s rdf:type owl:Class }") == "false\n"


def test_prefixes_and_base_of_the_project_are_declared_for_the_endpoint(oxigraph, tmp_path):
    settings = 'base = "http://example.org/"\n[namespaces]\ntext = "https://x.example/#"\n'
    (tmp_path / "kg.toml").write_text(settings + 'e = "http://example.org/"\n', encoding="utf-8")
    assert ask(oxigraph, "ASK { <s> e:p <o> }", folder=tmp_path) == "true\n"
    assert ask(oxigraph, "PREFIX e: <x:> ASK { <s> e:p <o> }", folder=tmp_path) == "false\n"
    assert ask(oxigraph, "BASE <x:> ASK { <s> e:p <o> }", folder=tmp_path) == "false\n"


def findings(url: str, text: str = "ASK {}", *options: str) -> list[str]:
    with pytest.raises(ContentError) as caught:
        ask(url, text, *options)
    return [
        f"{d.code} {d.message}{''.join(f' ({note})' for note in d.notes)}"
        for d in caught.value.diagnostics
    ]


def test_what_an_endpoint_cannot_parse_is_explained_here(oxigraph):
    assert findings(oxigraph, "SELECT ?s { ?s a newz:X }")[0].startswith(
        "Q601 unknown prefix `newz:` in query"
    )
    assert findings(oxigraph, "SELECT ?s { ?s a }") == [
        "Q601 unexpected `}` in query (expected `*`, `+`, `/`, `?`, `|` or an object)"
    ]


def test_service_is_refused_without_leave(oxigraph):
    text = "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"
    assert findings(oxigraph, text)[0].startswith("Q605")


def test_paths_of_a_server_that_are_no_endpoint(oxigraph):
    (found,) = findings(oxigraph.replace("/query", "/elsewhere"))
    assert found.startswith("X716 the endpoint fails: 404 Not Found (it says:")


# Addresses, and default graphs


@pytest.mark.parametrize(
    ("url", "server", "status", "place"),
    [
        ("http://h/", "Oxigraph/0.5", 404, "http://h/query"),
        ("http://h/store", "Oxigraph/0.5", 400, "http://h/query"),
        ("http://h/update", "Oxigraph/0.5", 200, "http://h/query"),
        ("http://h/of/mine", "Oxigraph/0.5", 400, None),
        ("http://h/of/mine", "Oxigraph/0.5", 200, None),
        ("http://h/query", "Oxigraph/0.5", 400, None),
        ("http://h/kg/data", "Apache Jena Fuseki (5.6.0)", 400, "http://h/kg/query"),
        ("http://h/kg", "Apache Jena Fuseki (5.6.0)", 400, None),
        ("http://h/data", "Apache Jena Fuseki (5.6.0)", 200, None),
        ("http://h/repositories/a/statements", "", 200, "http://h/repositories/a"),
        ("http://h/repositories/a?x=y", "", 400, None),
        ("http://h/repositories/a", "", 404, None),
        ("http://h/repositories/a/", "", 404, "http://h/repositories/a"),
        ("http://h/sparql-graph-crud", "Virtuoso/07.20 (Linux)", 500, "http://h/sparql"),
        ("http://h/query", "nginx", 404, None),
    ],
)
def test_where_a_store_answers_queries(url, server, status, place):
    assert place_of_queries(url, status, {"Server": server}) == place


def test_the_address_of_a_store_is_enough(oxigraph):
    root = oxigraph.removesuffix("/query")
    text = "SELECT ?s { GRAPH <http://example.org/h> { ?s <http://example.org/r> ?o } }"
    assert ask(root, text) == ask(f"{root}/store", text) == ask(oxigraph, text)
    assert findings(root, "SELECT ?s { ?s a }")[0].startswith("Q601 unexpected `}` in query")


@pytest.fixture
def named_only(oxigraph: str) -> Iterator[str]:
    """The same server without what it has in its default graph."""
    root = oxigraph.removesuffix("/query")
    requests.delete(f"{root}/store?default", timeout=60).raise_for_status()
    yield oxigraph
    requests.put(
        f"{root}/store", data=QUADS, headers={"Content-Type": "application/trig"}, timeout=60
    ).raise_for_status()


def warned(url: str, text: str, *options: str) -> bool:
    """Whether `kg query` says that the default graph is empty."""
    line = ["--endpoint", url, *options, text]
    return "warning[Q629]" in CliRunner().invoke(command, line, obj=Path("/nonexistent")).stderr


def test_an_empty_default_graph_is_told_where_it_may_be_the_reason(named_only):
    for text in (
        "SELECT ?s { ?s ?p ?o }",
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
        "ASK { ?s ?p ?o }",
        "DESCRIBE <http://example.org/s>",
        "CONSTRUCT WHERE { ?s ?p ?o }",
        "SELECT ?g { GRAPH ?g { ?s ?p ?o } ?s ?q 'none' }",
    ):
        assert warned(named_only, text), text
        assert not warned(named_only, text, "--quiet")
        assert not warned(named_only, text, "--union")
    for text in (
        "SELECT ?s { GRAPH ?g { ?s ?p 'none' } }",
        "SELECT ?s FROM <http://example.org/none> { ?s ?p ?o }",
        "SELECT ?g { GRAPH ?g { ?s ?p ?o } }",
    ):
        assert not warned(named_only, text), text


def test_of_a_default_graph_with_something_in_it_nothing_is_told(oxigraph):
    assert not warned(oxigraph, "SELECT ?s { ?s ?p 'none' }")


def test_the_union_is_of_all_named_graphs(named_only):
    text = f"{PREFIX}SELECT DISTINCT ?g {{ :o :r ?r GRAPH ?g {{ :o :q :z }} }}"
    assert ask(named_only, text, "--union") == "?g\n<http://example.org/g>\n"
    assert ask(named_only, text) == "?g\n"


def test_a_name_that_is_not_known_may_be_in_a_named_graph(named_only, tmp_path):
    path = tmp_path / "who.rq"
    path.write_text("# title: Who\n# param who: rdfs:Resource\nSELECT ?p { ?who ?p ?o }\n")
    with pytest.raises(ContentError) as caught:
        ask(named_only, "--with=who=nobody", f"--file={path}")
    assert [found.code for found in caught.value.diagnostics] == ["Q612", "Q629"]


# A server that goes wrong in every way

ROWS = {"head": {"vars": ["a", "b"]}, "results": {"bindings": []}}
ROW = {"a": {"type": "uri", "value": "x:s"}, "b": {"type": "literal", "value": "é\t\n"}}
FILLED = {**ROWS, "results": {"bindings": [ROW]}}
TRUE = '{"head":{},"boolean":true}'
JSON = "application/sparql-results+json"
XML = """<sparql xmlns="http://www.w3.org/2005/sparql-results#"><head><variable name="a"/></head>
<results><result><binding name="a"><uri>x:s</uri></binding></result></results></sparql>"""


class Reply(NamedTuple):
    """What a path answers with."""

    content: str | bytes = TRUE
    media: str = JSON
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    stop_at: int | None = None


REPLIES: dict[str, Reply] = {
    "/json": Reply(json.dumps(FILLED)),
    "/plain-json": Reply(json.dumps(FILLED), "application/json; charset=utf-8"),
    "/untyped-json": Reply(json.dumps(FILLED), ""),
    "/xml": Reply(XML, "application/sparql-results+xml"),
    "/plain-xml": Reply(XML, "text/xml"),
    "/untyped-xml": Reply(XML, "text/plain"),
    "/tsv": Reply("?a\n<x:s>\n", "text/tab-separated-values"),
    "/csv": Reply('a,b\r\nx:s,"1,5"\r\n,\r\n', "text/csv"),
    "/turtle": Reply("<s> <x:p> 007 .", "text/turtle"),
    "/ntriples": Reply("<x:s> <x:p> <x:o> .\n", "application/n-triples"),
    "/rdfxml": Reply(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:x="x:">'
        '<rdf:Description rdf:about="x:s"><x:p rdf:resource="x:o"/></rdf:Description></rdf:RDF>',
        "application/rdf+xml",
    ),
    "/jsonld": Reply('{"@id": "x:s", "x:p": {"@id": "x:o"}}', "application/ld+json"),
    "/gzip": Reply(gzip.compress(TRUE.encode()), headers=(("Content-Encoding", "gzip"),)),
    "/bare": Reply("true\n", "text/boolean"),
    "/virtuoso": Reply(
        '{"head":{"vars":["__ASK_RETVAL"]},"results":{"bindings":[{"__ASK_RETVAL":'
        '{"type":"typed-literal","value":"1",'
        '"datatype":"http://www.w3.org/2001/XMLSchema#integer"}}]}}'
    ),
    "/page": Reply("<!DOCTYPE html><title>Query form</title>", "text/html"),
    "/hidden-page": Reply("<html><body>Query form</body></html>", "application/xml"),
    "/image": Reply(b"\x89PNG", "image/png"),
    "/empty": Reply(""),
    "/garbage": Reply("{ this is no JSON"),
    "/broken-gzip": Reply(b"no gzip", headers=(("Content-Encoding", "gzip"),)),
    "/cut": Reply(json.dumps({**FILLED, "results": {"bindings": [ROW] * 9999}}), stop_at=50_000),
    "/cut-turtle": Reply("<x:s> <x:p> <x:o> .\n" * 9999 + "<x:s>", "text/turtle"),
    "/bad": Reply("Virtuoso 37000 Error SP030: SPARQL compiler", "text/plain", 400),
    "/bad-page": Reply("<html>no</html>", "text/html", 400),
    "/missing": Reply("", "text/plain", 404),
    "/error": Reply("Out of memory", "text/plain", 500),
    "/busy": Reply("later", "text/plain", 503, (("Retry-After", "120"),)),
    "/loop": Reply("", "", 302, (("Location", "/loop"),)),
    "/moved": Reply("", "", 301, (("Location", "/here"),)),
    "/kept": Reply("", "", 307, (("Location", "/here"),)),
    "/away": Reply("", "", 302, (("Location", "http://localhost:PORT/basic"),)),
}
USER, PASSWORD, TOKEN, NONCE = "anna", "päss", "sesame", "n0nce"


class Server(BaseHTTPRequestHandler):
    """Answers by path, and remembers what it was asked."""

    protocol_version = "HTTP/1.1"
    asked: list[tuple[str, str, dict[str, str], dict[str, list[str]]]] = []  # noqa: RUF012
    go_on = threading.Event()

    def do_GET(self) -> None:
        self.reply(parse_qs(urlsplit(self.path).query))

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.reply(parse_qs(self.rfile.read(length).decode()))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass

    def reply(self, parameters: dict[str, list[str]]) -> None:
        path = urlsplit(self.path).path
        self.asked.append((self.command, path, dict(self.headers), parameters))
        if path == "/silent":
            self.go_on.wait(60)
        elif path == "/stuck":
            self.stuck()
        elif path == "/endless":
            self.endless()
        elif path == "/here":
            self.send(Reply() if "query" in parameters else Reply("", "text/plain", 400))
        elif path in ("/basic", "/digest", "/bearer"):
            self.send(self.guarded(path[1:]))
        else:
            self.send(REPLIES[path])

    def guarded(self, scheme: str) -> Reply:
        given = self.headers.get("Authorization", "")
        basic = b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if given in (f"Bearer {TOKEN}", f"Basic {basic}") or self.digest_fits(given):
            return Reply()
        asks = {
            "digest": f'Digest realm="r", nonce="{NONCE}", qop="auth", algorithm=MD5',
            "basic": 'Basic realm="r"',
            "bearer": "Bearer",
        }
        return Reply("who?", "text/plain", 401, (("WWW-Authenticate", asks[scheme]),))

    def digest_fits(self, given: str) -> bool:
        part = dict(re.findall(r'(\w+)="?([^",]+)"?', given))
        if not given.startswith("Digest "):
            return False

        def md5(*words: str) -> str:
            return hashlib.md5(":".join(words).encode()).hexdigest()

        user, place = md5(USER, "r", PASSWORD), md5(self.command, part["uri"])
        wanted = md5(user, NONCE, part["nc"], part["cnonce"], "auth", place)
        return part["username"] == USER and part["response"] == wanted

    def send(self, reply: Reply) -> None:
        content = reply.content.encode() if isinstance(reply.content, str) else reply.content
        self.send_response(reply.status)
        if reply.media:
            self.send_header("Content-Type", reply.media)
        for name, value in reply.headers:
            self.send_header(name, value.replace("PORT", str(self.server.server_address[1])))
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: reply.stop_at])
        if reply.stop_at is not None:
            self.close_connection = True

    def stuck(self) -> None:
        """Half of an answer, and then nothing."""
        self.send_response(200)
        self.send_header("Content-Type", JSON)
        self.send_header("Content-Length", "9999")
        self.end_headers()
        self.wfile.write(b'{"head":{"vars":["a"]},"results":{"bindings":[')
        self.wfile.flush()
        self.go_on.wait(60)

    def endless(self) -> None:
        """A first row at once; the second only when the first has been read."""
        self.send_response(200)
        self.send_header("Content-Type", JSON)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        row = json.dumps(ROW).encode()
        for piece in (b'{"head":{"vars":["a","b"]},"results":{"bindings":[' + row + b",", None):
            if piece is None:
                assert self.go_on.wait(60), "the first row was not given before the second came"
                piece = row + b"]}}"
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.wfile.flush()
        self.wfile.write(b"0\r\n\r\n")


class Quiet(ThreadingHTTPServer):
    """Clients that go away are no news."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for name in ("KG_ENDPOINT_USER", "KG_ENDPOINT_PASSWORD", "KG_ENDPOINT_TOKEN", "NETRC"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Server, "asked", [])
    monkeypatch.setattr(Server, "go_on", threading.Event())
    with Quiet(("127.0.0.1", 0), Server) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_address[1]}"
        Server.go_on.set()
        running.shutdown()


SELECT = "SELECT ?a ?b { ?a ?p ?b }"
UNREAD = "X717 the answer of the endpoint cannot be read:"
ONE_COLUMN = "?a\n<x:s>\n"
TWO_COLUMNS = '?a\t?b\n<x:s>\t"é\\t\\n"\n'


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/json", TWO_COLUMNS),
        ("/plain-json", TWO_COLUMNS),
        ("/untyped-json", TWO_COLUMNS),
        ("/xml", ONE_COLUMN),
        ("/plain-xml", ONE_COLUMN),
        ("/untyped-xml", ONE_COLUMN),
        ("/tsv", ONE_COLUMN),
    ],
)
def test_rows_are_read_in_every_format(server, path, expected):
    assert ask(server + path, SELECT) == expected


def test_rows_in_csv_are_read_with_a_warning(server):
    done = CliRunner().invoke(command, ["--endpoint", f"{server}/csv", SELECT], obj=Path("/none"))
    assert done.stdout == '?a\t?b\n"x:s"\t"1,5"\n\t\n'
    assert "warning[X717]: the endpoint answers in CSV" in done.stderr


@pytest.mark.parametrize("path", ["/ntriples", "/rdfxml", "/jsonld"])
def test_graphs_are_read_in_every_format(server, path):
    assert ask(server + path, "DESCRIBE <x:s>", "-F", "nt") == "<x:s> <x:p> <x:o> .\n"


def test_relative_iris_of_a_graph_are_of_the_endpoint_and_literals_as_written(server):
    shown = ask(f"{server}/turtle", "DESCRIBE <x:s>", "-F", "nt")
    number = '"007"^^<http://www.w3.org/2001/XMLSchema#integer>'
    assert shown == f"<{server}/s> <x:p> {number} .\n"


@pytest.mark.parametrize("path", ["/gzip", "/bare", "/virtuoso", "/moved", "/kept"])
def test_booleans_are_read(server, path):
    assert ask(server + path, "ASK {}") == "true\n"


def test_what_is_sent(server):
    ask(f"{server}/json?default=1", SELECT, "--graph", "x:g", "--graph", "x:h")
    ask(f"{server}/ntriples", f"DESCRIBE <x:{'s' * 3000}>")
    (method, _, headers, sent), (posted, _, more, body) = Server.asked
    assert (method, sent) == (
        "GET",
        {"query": [SELECT], "default-graph-uri": ["x:g", "x:h"], "default": ["1"]},
    )
    assert headers["Accept"].startswith("application/sparql-results+json, ")
    assert "gzip" in headers["Accept-Encoding"]
    assert (posted, list(body)) == ("POST", ["query"])
    assert more["Content-Type"] == "application/x-www-form-urlencoded"
    assert more["Accept"].startswith("application/n-triples, text/turtle")


@pytest.mark.parametrize("path", ["/moved", "/kept"])
def test_a_redirected_post_stays_one_with_its_query(server, path):
    assert ask(server + path, f"ASK {{ FILTER('{'x' * 3000}' = '') }}") == "true\n"
    assert [(method, path) for method, path, _, _ in Server.asked] == [
        ("POST", path),
        ("POST", "/here"),
    ]


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("/page", SELECT, f"{UNREAD} it is a web page"),
        ("/hidden-page", SELECT, f"{UNREAD} it is a web page"),
        ("/image", SELECT, f"{UNREAD} it is `image/png`, expected"),
        ("/json", "DESCRIBE <x:s>", f"{UNREAD} it is `application/sp"),
        ("/turtle", SELECT, f"{UNREAD} it is `text/turtle`"),
        ("/json", "ASK {}", f"{UNREAD} it is not of the form"),
        ("/gzip", SELECT, f"{UNREAD} it is not of the form"),
        ("/empty", SELECT, f"{UNREAD} it is not well formed"),
        ("/garbage", SELECT, f"{UNREAD} it is not well formed"),
        ("/broken-gzip", SELECT, f"{UNREAD} it is cut off"),
        ("/cut", SELECT, f"{UNREAD} it is cut off"),
        ("/cut-turtle", "DESCRIBE <x:s>", "X717 the answer is cut off or not well formed"),
        ("/bad", SELECT, "Q610 the endpoint refuses the query: 400 Bad Request (it says: Vir"),
        ("/bad-page", SELECT, "Q610 the endpoint refuses the query: 400 Bad Request"),
        ("/missing", SELECT, "X716 the endpoint fails: 404 Not Found"),
        ("/error", SELECT, "X716 the endpoint fails: 500 Internal Server Error (it says: Out "),
        ("/busy", SELECT, "X716 the endpoint fails: 503 Service Unavailable (it says: later)"),
        ("/loop", SELECT, "X716 the endpoint `URL` cannot be asked: it redirects more than 10"),
        ("/basic", SELECT, "X716 the endpoint asks for other credentials: 401 Unauthorized"),
    ],
)  # fmt: skip
def test_what_goes_wrong_is_said(server, path, text, expected):
    (found,) = findings(server + path, text)
    assert found.startswith(expected.replace("URL", server + path))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://h.org/?query=x", "`https://h.org/query` or `https://h.org/sparql`"),
        ("https://h.org/ds?query=x", "`https://h.org/ds/query` or `https://h.org/ds/sparql`"),
        ("https://h.org/#/dataset/ds/query", "`https://h.org/ds/query` or `https://h.org/ds/spar"),
        ("https://h.org/sparql", "is this the address"),
    ],
)
def test_what_may_be_the_address_is_said(url, expected):
    assert expected in elsewhere(url)


@pytest.mark.parametrize(("path", "reason"), [("/silent", "X716"), ("/stuck", "X717")])
def test_an_endpoint_that_is_slow_is_given_up(server, path, reason):
    with pytest.raises(ContentError) as caught, evaluation():
        list(Endpoint(server + path, {}, waiting=0.3).answer(SELECT, "<query>").result)
    assert [found.code for found in caught.value.diagnostics] == [reason]


def test_nobody_there():
    assert findings("http://127.0.0.1:9/") == [
        "X716 the endpoint `http://127.0.0.1:9/` cannot be asked: no connection can be made"
    ]
    (found,) = findings("http://nobody.invalid/")
    assert found.startswith("X716")


@pytest.mark.parametrize(
    "url", ["x.ttl", "ftp://x.example/", "http://", "http://anna:secret@x.example/sparql"]
)
def test_what_is_no_address_is_refused(url):
    (found,) = findings(url)
    assert found.startswith("Q609")
    assert "secret" not in found


def test_the_first_row_is_there_before_the_last_one_is_sent(server):
    rows = iter(Endpoint(f"{server}/endless", {}).answer(SELECT, "<query>").result)
    assert next(rows)["a"] == NamedNode("x:s")
    Server.go_on.set()
    assert len(list(rows)) == 1


# Credentials


def credentials(kind: str, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    if kind == "token":
        monkeypatch.setenv("KG_ENDPOINT_TOKEN", TOKEN)
    elif kind == "environment":
        monkeypatch.setenv("KG_ENDPOINT_USER", USER)
        monkeypatch.setenv("KG_ENDPOINT_PASSWORD", PASSWORD)
    else:
        (folder / "netrc").write_text(
            f"machine 127.0.0.1 login {USER} password {PASSWORD}\n", encoding="utf-8"
        )
        (folder / "netrc").chmod(0o600)
        monkeypatch.setenv("NETRC", str(folder / "netrc"))


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/bearer", "token"),
        ("/basic", "environment"),
        ("/digest", "environment"),
        ("/basic", "netrc"),
        ("/digest", "netrc"),
    ],
)
@pytest.mark.parametrize("text", ["ASK {}", f"ASK {{ FILTER('{'x' * 3000}' = '') }}"])
def test_credentials_are_given_when_they_are_asked_for(
    server, path, kind, text, monkeypatch, tmp_path
):
    credentials(kind, monkeypatch, tmp_path)
    assert ask(server + path, text) == "true\n"
    if kind != "token":
        assert "Authorization" not in Server.asked[0][2], (
            "they were sent before they were asked for"
        )


@pytest.mark.parametrize("kind", ["token", "environment", "netrc"])
def test_credentials_stay_with_the_host_that_was_named(server, kind, monkeypatch, tmp_path):
    credentials(kind, monkeypatch, tmp_path)
    (found,) = findings(f"{server}/away")
    assert found.startswith("X716 the endpoint asks for other credentials")
    assert not any(
        "Authorization" in headers for _, path, headers, _ in Server.asked if path == "/basic"
    )


def test_wrong_credentials_are_said(server, monkeypatch):
    monkeypatch.setenv("KG_ENDPOINT_USER", "somebody")
    for path in ("/basic", "/digest"):
        (found,) = findings(server + path)
        assert found.startswith("X716 the endpoint asks for other credentials: 401")


# Certificates


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def secure(authority: trustme.CA, server: str) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with Quiet(("127.0.0.1", 0), Server) as running:
        running.socket = context.wrap_socket(running.socket, server_side=True)
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"https://localhost:{running.server_address[1]}/gzip"
        running.shutdown()


def test_a_certificate_that_nobody_vouches_for_is_refused(secure):
    (found,) = findings(secure)
    assert found.endswith("its certificate is not trusted")


def test_a_certificate_of_ones_own_authority_is_taken(secure, authority, monkeypatch, tmp_path):
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    assert ask(secure, "ASK {}") == "true\n"
