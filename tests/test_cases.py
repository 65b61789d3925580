"""Golden cases: every folder of `tests/cases` is a project and what must come of it.

What a case may hold is written in `tests/cases/README.md`. Adding one needs no Python, unless it
breaks what no file can break: then it names a function of `FAULTS`.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from urllib.parse import unquote_plus

import pytest
import requests
from click.testing import CliRunner, Result
from filelock import FileLock
from urllib3 import HTTPResponse

from kg.building.workshop import Workshop
from kg.checking.check import check
from kg.cli import main
from kg.diagnostics import ContentError
from kg.files import LARGEST
from kg.project.settings import load_project
from kg.pushing.web import Request
from kg.reasoning import entailment
from kg.store.origins import Origin, Statements

CASES = Path(__file__).parent / "cases"
EXPECTED = ("expected.nq", "expected.errors", "expected.status")
FOLDERS = sorted(
    path for path in CASES.iterdir() if path.is_dir() and not path.name.startswith("_")
)


def old_text_layer(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A text layer of an older version, which lacks a term."""
    path = folder / "ontology/text.ttl"
    layer = path.read_text(encoding="utf-8")
    assert "\ntext:partOfDay a " in layer
    older = layer.replace("\ntext:partOfDay a ", "\ntext:dayPart a ")
    path.write_text(older, encoding="utf-8")


def large_mapping(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mapping that no person wrote."""
    (folder / "mappings/tower.yaml").write_text(f"events: [{'a,' * (LARGEST // 2)}]")


def no_mappings(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A project of which half is elsewhere."""
    shutil.rmtree(folder / "mappings")
    for article in (folder / "seeds").iterdir():
        article.unlink()


def odd_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file whose name is in another encoding than the system's."""
    Path(os.fsdecode(bytes(folder / "mappings") + b"/caf\xe9.yaml")).touch()


def no_java(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without Java."""
    monkeypatch.setattr(entailment, "find_java", lambda: None)


def no_figures(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation without the extra that draws."""
    monkeypatch.setattr("kg.commands.plotting.find_spec", lambda _: None)


def no_watching(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation without the extra that watches."""
    monkeypatch.setattr("kg.commands.watching.find_spec", lambda _: None)


def few_blank_nodes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Less memory for statements with blank nodes than two files have."""
    monkeypatch.setattr("kg.diffing.blanks.MOST", 3)


def no_origins(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Grounding refuses what has no words; should it ever fail to, the next stage does."""
    name = "<https://example.org/case/x>"
    wordless = Statements(name, {(name, name, name): Origin(None)})
    monkeypatch.setattr("kg.building.workshop.generate", lambda *_: wordless)


def running_build(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another build of the same project."""
    (folder / "build").mkdir(exist_ok=True)
    lock = FileLock(folder / "build/.lock")
    lock.acquire()
    monkeypatch.setattr(running_build, "lock", lock, raising=False)  # held until the test ends


def ended_workers(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes that the system ends, for instance because memory is short."""
    monkeypatch.setattr("kg.building.articles._start_worker", _end_at_once)


def _end_at_once(*_: object) -> None:
    os._exit(9)


def response(status: int, media: str, content: str) -> requests.Response:
    """What a server answers, without a server."""
    made = requests.Response()
    made.status_code, made.reason = status, HTTPStatus(status).phrase
    made.headers["Content-Type"] = media
    made.raw = HTTPResponse(io.BytesIO(content.encode()), preload_content=False)
    return made


def responding(monkeypatch: pytest.MonkeyPatch, status: int, media: str, content: str) -> None:
    """An endpoint that answers everything alike; nothing reaches the network."""

    def answer(_: object, url: str, *__: object) -> requests.Response:
        made = response(status, media, content)
        made.url = url
        return made

    monkeypatch.setattr("kg.answers.endpoint._once", answer)


def refusing_endpoint(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An endpoint that does not answer this query."""
    responding(monkeypatch, 400, "text/plain", "the estimated time of 4,000 s exceeds the limit")


def web_page(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page for people at the address of an endpoint."""
    responding(monkeypatch, 200, "text/html", "<!DOCTYPE html><title>SPARQL</title>")


def named_graphs_only(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An endpoint that finds nothing but with GRAPH."""

    def answer(_: object, url: str, *__: object) -> requests.Response:
        if "query=ASK" not in url:
            return response(200, "text/tab-separated-values", "?hill\n")
        is_there = str("GRAPH" in url).lower()
        text = f'{{"head": {{}}, "boolean": {is_there}}}'
        return response(200, "application/sparql-results+json", text)

    monkeypatch.setattr("kg.answers.endpoint._once", answer)


def pushing(
    monkeypatch: pytest.MonkeyPatch, graphs: dict[str, str], forgets: str = "/none"
) -> None:
    """A store that holds some graphs and takes others, all but one."""

    def answer(_: object, request: Request) -> requests.Response:
        parameters = dict(request.parameters)
        counts = {name: text.count("\n") for name, text in graphs.items()}
        if query := parameters.get("query"):
            (graph,) = re.findall("<(.*)>", query)
            number = counts.get(graph, 0)
            return response(200, "text/tab-separated-values", f"?n\n{number}\n")
        if isinstance(request.body, bytes) and request.body.startswith(b"query="):
            asked = re.findall("<(.*?)>", unquote_plus(request.body.decode()))
            rows = "".join(f"<{name}>\t{counts.get(name, 0)}\n" for name in dict.fromkeys(asked))
            return response(200, "text/tab-separated-values", f"?g\t?n\n{rows}")
        if request.method == "HEAD":
            made = response(200, "", "")
            made.headers["Server"] = "Oxigraph/0.5.13"
            return made
        graph = parameters.get("graph", "")
        if request.method in ("PUT", "POST") and not graph.endswith(forgets):
            assert request.body
            body = request.body if isinstance(request.body, bytes) else b"".join(request.body)
            if request.method == "PUT":
                graphs[graph] = ""
            for line in body.decode().splitlines(keepends=True):
                name = graph or line.rsplit(maxsplit=2)[1][1:-1]
                if not name.endswith(forgets):
                    graphs[name] = graphs.get(name, "") + line
        if request.method in ("PUT", "POST"):
            return response(204, "", "")
        status = 200 if graph in graphs else 404
        return response(status, "application/n-triples", graphs.get(graph, ""))

    monkeypatch.setattr("kg.pushing.web.Client._once", answer)


def forgetful_store(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A triple store that says that it has a graph, and does not keep it."""
    pushing(monkeypatch, {}, forgets="/inferred")


def foreign_graph(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A triple store in which somebody else has a graph of a name of ours."""
    pushing(monkeypatch, {"https://example.org/case/graph/authority": "<x:s> <x:p> <x:o> .\n"})


def suspicious_store(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A triple store that wants to know who asks."""
    answer = response(401, "text/plain", "who are you?")
    monkeypatch.setattr("kg.pushing.web.Client._once", lambda *_: answer)


def page_for_a_store(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page for people at the address of a triple store."""
    answer = response(200, "text/html", "<!DOCTYPE html><title>Welcome</title>")
    monkeypatch.setattr("kg.pushing.web.Client._once", lambda *_: answer)


FAULTS = {
    fault.__name__: fault
    for fault in (
        old_text_layer,
        large_mapping,
        no_mappings,
        odd_name,
        no_java,
        no_figures,
        no_watching,
        few_blank_nodes,
        no_origins,
        running_build,
        ended_workers,
        refusing_endpoint,
        web_page,
        named_graphs_only,
        forgetful_store,
        foreign_graph,
        suspicious_store,
        page_for_a_store,
    )
}


def generated(folder: Path, plain: Callable[..., str]) -> dict[str, str]:
    """The N-Quads of all articles of a project, or the findings of those that have any."""
    project = load_project(folder)
    workshop = Workshop(project)
    articles = [workshop.article(path.stem) for path in project.mappings()]
    if findings := [finding for article in articles for finding in article.findings]:
        return {"expected.errors": plain(findings, folder)}
    return {"expected.nq": "".join(article.nquads.decode() for article in articles)}


def checked(folder: Path, plain: Callable[..., str]) -> dict[str, str]:
    """All findings on a project as `kg check` shows them; its N-Quads if there are none."""
    try:
        findings = check(folder)
    except ContentError as error:
        findings = error.diagnostics
    if findings:
        return {"expected.errors": plain(findings, folder)}
    return generated(folder, plain)


def run(line: str) -> Result:
    command, *arguments = shlex.split(line)
    assert command == "kg", line
    return CliRunner().invoke(main, arguments, catch_exceptions=False)


def commanded(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What the last command of a script says on standard error, and its exit status."""
    monkeypatch.chdir(folder)
    monkeypatch.setattr("kg.building.flow.check_shapes", lambda _: [])
    *before, last = script.splitlines()
    for line in before:
        if line.startswith("kg "):
            assert run(line).exit_code == 0, line
        else:
            subprocess.run(["bash", "-c", line], check=True)
    result = run(last)
    first = re.search(r"^\w+\[[A-Z]\d{3}\]: ", result.stderr, re.MULTILINE)
    assert first, f"no finding: {result.output}"
    said = re.sub(r"^[\d,]+ errors?\b.*\n", "", result.stderr[first.start() :], flags=re.MULTILINE)
    found = said.replace(str(folder), "/project").rstrip("\n") + "\n"
    return {"expected.errors": found, "expected.status": f"{result.exit_code}\n"}


@pytest.mark.parametrize("case", FOLDERS, ids=lambda path: path.name)
def test_case(
    case: Path,
    lay: Callable[..., Path],
    plain: Callable[..., str],
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = lay(case)
    if (case / "command").is_file():
        shutil.rmtree(folder / "build", ignore_errors=True)  # it says that the shapes are legal
    if (case / "fault").is_file():
        FAULTS[(case / "fault").read_text(encoding="utf-8").strip()](folder, monkeypatch)
    if (case / "command").is_file():
        script = (case / "command").read_text(encoding="utf-8")
        found = commanded(folder, script, monkeypatch)
    else:
        look = generated if (case / "expected.nq").is_file() else checked
        found = look(folder, plain)
    if request.config.getoption("--update-cases"):
        for name in EXPECTED:
            (case / name).unlink(missing_ok=True)
        for name, text in found.items():
            (case / name).write_text(text, encoding="utf-8")
    present = {name for name in EXPECTED if (case / name).is_file()}
    assert present == set(found), f"{case.name} must hold {set(found)}; it gives:\n{found}"
    for name, text in found.items():
        assert text == (case / name).read_text(encoding="utf-8")


def test_findings_keep_to_the_style_guide() -> None:
    """Lower case, no final stop, no Python, and a place in a file that the user wrote, or a way."""
    for path in sorted(CASES.glob("*/expected.errors")):
        for block in path.read_text(encoding="utf-8").strip().split("\n\n"):
            head, *rest = block.split("\n")
            sentence = re.fullmatch(r"(?:error|warning|note)\[[A-Z]\d{3}\]: (.+)", head)
            assert sentence, f"{path.parent.name}: {head}"
            assert not sentence[1].endswith("."), f"{path.parent.name}: {head}"
            first = sentence[1].split()[0]
            assert not first[0].isupper() or any(c.isupper() for c in first[1:]), head
            assert rest, f"{path.parent.name}: neither place nor help: {head}"
            placeless = any((path.parent / name).is_file() for name in ("command", "fault"))
            assert rest[0].startswith("  --> ") or placeless, f"{path.parent.name}: no place"


def test_findings_are_sorted_by_file_and_line() -> None:
    for path in sorted(CASES.glob("*/expected.errors")):
        places = re.findall(
            r"^  --> ([^:\n]+)(?::(\d+):(\d+))?$", path.read_text("utf-8"), re.MULTILINE
        )
        keys = [(file, int(line or 0), int(column or 0)) for file, line, column in places]
        assert keys == sorted(keys), path.parent.name
