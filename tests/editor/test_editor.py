"""A real editor's view of mapping files: the YAML language server, spoken to over pipes.

`npm ci --prefix tests/editor` installs the server; `KG_EDITOR` names another folder that has it.
Where it or Node.js is missing each test is reported as not run, by name. `▮` marks the pointer.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from threading import Timer
from typing import Any

import pytest

from kg.schema.writing import FILES, Kind

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("KG_EDITOR") or Path(__file__).parent)
SERVER = FOLDER / "node_modules/yaml-language-server/bin/yaml-language-server"
NODE = shutil.which("node")
HEAD = "# yaml-language-server: $schema={}\n"
PATIENCE = 120  # seconds for one answer: a server that is dead must not hold the tests up

CAPABILITIES = {
    "textDocument": {
        "completion": {
            "completionItem": {"snippetSupport": True, "documentationFormat": ["markdown"]}
        },
        "hover": {"contentFormat": ["markdown"]},
    },
    "workspace": {"configuration": True},
}
SETTINGS = {
    "yaml": {
        "validate": True,
        "hover": True,
        "completion": True,
        "schemaStore": {"enable": False},
        "kubernetesCRDStore": {"enable": False},
    }
}


class Server:
    """The language server as a process; one request at a time (Language Server Protocol 3.17)."""

    def __init__(self, folder: Path) -> None:
        command = [str(NODE), str(SERVER), "--stdio"]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder
        )
        self.numbers = count(1)
        self.diagnostics: dict[str, list[dict[str, Any]]] = {}
        opening = {"rootUri": folder.as_uri(), "capabilities": CAPABILITIES}
        self.ask("initialize", opening | {"processId": os.getpid()})
        self.tell("initialized", {})

    def ask(self, method: str, params: object) -> Any:
        number = next(self.numbers)
        self.send(id=number, method=method, params=params)
        while True:
            message = self.receive()
            if message.get("id") == number and "method" not in message:
                assert "error" not in message, message
                return message["result"]
            self.react(message)

    def tell(self, method: str, params: object) -> None:
        self.send(method=method, params=params)

    def send(self, **message: object) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def receive(self) -> dict[str, Any]:
        assert self.process.stdout
        watchdog = Timer(PATIENCE, self.process.kill)
        watchdog.start()
        try:
            head = b"".join(iter(self.process.stdout.readline, b"\r\n"))
            length = re.search(rb"Content-Length: (\d+)", head)
            assert length, "the server has ended"
            return json.loads(self.process.stdout.read(int(length[1])))
        finally:
            watchdog.cancel()

    def react(self, message: dict[str, Any]) -> None:
        """Keep what the server tells; answer what it asks."""
        if message.get("method") == "textDocument/publishDiagnostics":
            self.diagnostics[message["params"]["uri"]] = message["params"]["diagnostics"]
        elif message.get("method") == "workspace/configuration":
            asked = message["params"]["items"]
            self.send(id=message["id"], result=[SETTINGS.get(a.get("section")) for a in asked])
        elif "id" in message:
            self.send(id=message["id"], result=None)

    def open(self, path: Path, text: str) -> str:
        """Open a document and wait until the server has checked it."""
        uri = path.as_uri()
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": document})
        while uri not in self.diagnostics:
            self.react(self.receive())
        return uri

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()


class Editor:
    """Documents beside a mapping of this project, as somebody writes them."""

    def __init__(self, server: Server) -> None:
        self.server = server

    def open(self, text: str, kind: Kind = Kind.MAPPING) -> tuple[str, dict[str, int]]:
        schema = ROOT / FILES[kind]
        path = schema.parent / f"not-saved-{next(self.server.numbers)}.yaml"
        written = HEAD.format(schema.name) + text
        before = written.partition("▮")[0].split("\n")
        uri = self.server.open(path, written.replace("▮", ""))
        return uri, {"line": len(before) - 1, "character": len(before[-1])}

    def at(self, method: str, text: str, kind: Kind) -> Any:
        uri, position = self.open(text, kind)
        asked = {"textDocument": {"uri": uri}, "position": position}
        return self.server.ask(f"textDocument/{method}", asked)

    def offers(self, text: str, kind: Kind = Kind.MAPPING) -> dict[str, dict[str, Any]]:
        """What completion offers at the pointer, by label."""
        found = self.at("completion", text, kind)
        items = found["items"] if isinstance(found, dict) else found
        return {item["label"]: item for item in items}

    def says(self, text: str) -> str:
        """What is shown when the pointer rests."""
        return self.at("hover", text, Kind.MAPPING)["contents"]["value"]

    def complains(self, text: str) -> list[tuple[int, str]]:
        """The messages, each with its line; the line that names the schema is 0."""
        uri, _ = self.open(text)
        found = self.server.diagnostics[uri]
        return sorted((each["range"]["start"]["line"], each["message"]) for each in found)


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    server = Server(ROOT)
    yield server
    server.end()


@pytest.fixture
def editor(request: pytest.FixtureRequest) -> Editor:
    if NODE is None or not SERVER.is_file():
        missing = "Node.js" if NODE is None else f"the YAML language server in {FOLDER}"
        pytest.skip(f"not run: {request.node.name}; {missing} is missing")
    return Editor(request.getfixturevalue("running"))


EVENT = "events:\n  a-b:\n    a: {}\n    "
STATEMENT = "statements:\n  - speaker: iran\n    "


# ---------------------------------------------------------------- completion


def test_sections_are_offered(editor: Editor) -> None:
    offered = editor.offers("▮")
    assert {"article", "events", "statements", "mentions", "background"} <= set(offered)
    assert "settlements" not in offered  # only authority files have them
    shared = editor.offers("▮", Kind.AUTHORITY)
    assert {"persons", "settlements"} <= set(shared)
    assert not {"article", "mentions", "statements"} & set(shared)


def test_keys_of_the_kind_are_offered_with_their_definitions(editor: Editor) -> None:
    visit, meeting = (set(editor.offers(EVENT.format(kind) + "▮")) for kind in ("Visit", "Meeting"))
    assert visit - meeting == {"visitor", "inResponseTo"}
    assert {"participant", "place", "time", "modality", "quote"} <= meeting
    assert not {"speaker", "id", "with"} & meeting
    said = editor.offers(EVENT.format("Meeting") + "part▮")["participant"]["documentation"]
    assert said["value"].startswith("Links an event to an agent that takes part in it")


def test_kinds_are_offered(editor: Editor) -> None:
    offered = editor.offers("events:\n  a-b:\n    a: ▮")
    assert set(offered) >= {"Meeting", "Visit", "Plan"}
    assert offered["Visit"]["documentation"].startswith("A visitor's stay in another country")


def test_individuals_are_offered_by_class(editor: Editor) -> None:
    persons = editor.offers(EVENT.format("Meeting") + "participant: ▮")
    assert {"mohammad-baqeri", "oman", "iran-armed-forces"} <= set(persons)
    assert not {"tehran", "occurred", "bilateral-relations"} & set(persons)
    assert persons["mohammad-baqeri"]["documentation"] == "Mohammad Baqeri (Person)"
    listed = editor.offers(EVENT.format("Meeting") + "participant: [oman, ▮]")
    assert "mohammad-baqeri" in listed
    below = editor.offers(EVENT.format("Meeting") + "place:\n      - ▮")
    assert "tehran" in below
    assert "mohammad-baqeri" not in below


def test_enumerations_are_those_of_the_kind(editor: Editor) -> None:
    events = editor.offers(EVENT.format("Meeting") + "modality: ▮")
    assert set(events) == {
        "claimed", "invited", "occurred", "offered", "ongoing", "planned", "proposed",
    }  # fmt: skip
    assert "took place" in events["occurred"]["documentation"]
    plans = editor.offers(EVENT.format("Plan") + "modality: ▮")
    assert set(plans) == {"claimed", "offered", "planned", "proposed"}


def test_a_new_entry_is_offered_as_a_whole(editor: Editor) -> None:
    by_id = editor.offers("events:\n  ▮")["Arrival (new entry)"]["insertText"]
    assert re.sub(r"\$\{?\d(:id\})?", "_", by_id).split() == [
        "_:", "a:", "Arrival", "label:", "_", "modality:", "_", "place:", "_", "visitor:", "_",
        "quote:", "_",
    ]  # fmt: skip
    listed = editor.offers("statements:\n  - ▮")["Statement (new entry)"]["insertText"]
    keys = re.findall(r"(\w+):", listed)
    assert keys == ["act", "cue", "mode", "speaker", "topic", "quote"]


def test_entries_of_a_group_and_nested_entries_have_their_keys(editor: Editor) -> None:
    group = (
        "statements:\n  - with: {a: Narration}\n    entries:\n      - topic: defense-cooperation\n"
    )
    narration = set(editor.offers(group + "        ▮"))
    assert {"about", "quote", "id"} <= narration
    assert "speaker" not in narration  # the article's own voice has none
    stance = set(editor.offers(STATEMENT + "stance:\n      ▮"))
    assert {"toward", "attitude"} <= stance
    assert "speaker" not in stance
    assert "words" in editor.offers(EVENT.format("Meeting") + "time:\n      ▮")


def test_time_expressions_are_shown_by_example(editor: Editor) -> None:
    assert "on Tuesday evening" in editor.offers(EVENT.format("Meeting") + "time: ▮")


# ---------------------------------------------------------------- definitions


SHOWN = [
    ("eve▮nts:\n  a-b: {quote: x}", "Something that takes place"),
    (EVENT.format("Vis▮it") + "quote: x", "The kind of the entry"),
    (EVENT.format("Visit") + "visi▮tor: oman", "an agent that comes to see"),
    (EVENT.format("Visit") + "visitor: om▮an", "`oman`: Oman (State)"),
    (EVENT.format("Visit") + "modality: plan▮ned", "`planned`: planned (Modality): "),
    (STATEMENT + "quo▮te: x", "Links an entry to a span of the article"),
]


@pytest.mark.parametrize(("text", "said"), SHOWN, ids=[said for _, said in SHOWN])
def test_definitions_are_shown(text: str, said: str, editor: Editor) -> None:
    assert said in editor.says(text)


# ---------------------------------------------------------------- faults


WHOLE = {"label": "x", "modality": "occurred", "quote": "x"}


def event(kind: str, **values: object) -> str:
    lines = {"a": kind, **WHOLE, **values}
    return "events:\n  a-b:\n" + "".join(f"    {k}: {v}\n" for k, v in lines.items() if v != "-")


def statement(**values: object) -> str:
    whole = {"speaker": "iran", "mode": "indirect", "act": "praise", "topic": "hospitality"}
    lines = {"a": "Statement", **whole, "quote": "x", **values}
    body = "".join(f"    {k}: {v}\n" for k, v in lines.items() if v != "-")
    return "statements:\n  -" + body[3:]


FAULTS = [
    ("evnts: {}", 1, "Property evnts is not allowed."),
    (
        event("Arrival", visitor="iran", partcipant="oman"),
        8,
        "Property partcipant is not allowed.",
    ),
    (
        event("Meeting", participant="[iran, oman]", visitor="iran"),
        8,
        "Property visitor is not allowed.",
    ),
    (event("Arrival"), 2, 'Missing property "visitor".'),
    (event("Arrival", visitor="iran", quote="-"), 2, 'Missing property "quote".'),
    (event("Arrival", visitor="tehran"), 7, "Value is not accepted. Valid values: "),
    (event("Arrival", visitor="iran", modality="happened"), 5, "Value is not accepted. Valid"),
    (event("Arival", visitor="iran"), 3, "Value is not accepted. Valid values: "),
    (event("Arrival", visitor="iran", label=""), 4, "Incorrect type. Expected"),
    (event("Arrival", visitor="iran", modality="[occurred, planned]"), 5, "too many items"),
    (event("Visit"), 2, "a visit found without `visitor`, expected at least 1"),
    ("events:\n  A B: {modality: occurred, quote: x}", 2, "lower-case words joined by hyphens"),
    ("events:\n  tehran: {modality: occurred, quote: x}", 2, "the id is taken"),
    ("events: nothing", 1, "Incorrect type. Expected"),
    (statement(mode="direct", topic="military-training"), 2, "found without `quotation`"),
    (statement(topic="-"), 2, 'Missing property "topic".'),
]


@pytest.mark.parametrize(("text", "line", "said"), FAULTS, ids=[said for *_, said in FAULTS])
def test_faults_are_shown_at_their_lines(text: str, line: int, said: str, editor: Editor) -> None:
    found = editor.complains(text)
    assert any(at == line and said in message for at, message in found), found


@pytest.mark.parametrize("kind", Kind)
def test_the_files_of_this_project_have_no_faults(kind: Kind, editor: Editor) -> None:
    """As they are: each names its schema in its first line."""
    paths = sorted((ROOT / FILES[kind]).parent.glob("*.yaml"))
    assert len(paths) >= 5
    for path in paths:
        uri = editor.server.open(path, path.read_text(encoding="utf-8"))
        assert editor.server.diagnostics[uri] == [], path.name


def test_without_its_first_line_a_file_is_not_checked(editor: Editor) -> None:
    path = ROOT / "mappings/without-a-schema.yaml"
    uri = editor.server.open(path, "evnts: {}\n")
    assert editor.server.diagnostics[uri] == []
