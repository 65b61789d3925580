"""What the page on stores shows is run, against these stores, and its output compared.

A section of the page is a test: its commands run in a copy of a project in which those that the
page begins with have run. A command that ends in `&` is a server, which is awaited, and ended with
the test; stores that the page only speaks to are started by fixtures. Ports are other than shown.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "kg/docs/stores.md").read_text(encoding="utf-8")
BEGINNING, *SECTIONS = re.split(r"^## (?=.)", PAGE, flags=re.MULTILINE)
JAR = "jena-fuseki-server.jar"
REPOSITORY = "http://localhost:8080/rdf4j-server/repositories/kg"
Places = dict[str, str]


@pytest.fixture(scope="module")
def documents(loaded: Callable[[Path], ModuleType]) -> ModuleType:
    """How commands of pages are run and compared."""
    return loaded(ROOT / "tests" / "test_docs.py")


@pytest.fixture(scope="module")
def begun(documents: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project in which the first commands of the page have run."""
    session = documents.copy_project(tmp_path_factory.mktemp("recipes"))
    for command, shown in shown_commands(documents, BEGINNING):
        run(documents, session, command, shown)
    return Path(session.folder)


def shown_commands(documents: ModuleType, text: str) -> list[tuple[str, str]]:
    found = [pair for block in documents.BLOCK.findall(text) for pair in documents.commands(block)]
    assert len(found) >= 2
    return found


def run(documents: ModuleType, session: Any, command: str, shown: str) -> None:
    found = session.run(command)
    assert documents.matches(shown, found), f"$ {command}\n{found}\n--- shown:\n{shown}"


@contextmanager
def stores(section: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[Places]:
    """What the page names and what is meant by it; stores that it does not start are running."""
    value, places = request.getfixturevalue, {}
    new_port = value("new_port")
    with ExitStack() as stack:
        if "isql-vt" in section:
            value("needs")("virtuoso-t")
            sql = str(new_port())
            url = stack.enter_context(value("virtuoso")(allowed=str(folder), sql=sql))
            places |= {"http://localhost:8890": url, "localhost:1111": f"localhost:{sql}"}
        elif JAR in section or REPOSITORY in section:
            value("needs")()
        if REPOSITORY in section:
            places[REPOSITORY] = stack.enter_context(value("rdf4j")())
        if JAR in section:
            places[JAR] = str(value("fuseki_jar")())
        for port in ("7878", "3030"):
            places |= {f"localhost:{port}": f"localhost:{(other := new_port())}"}
            places[f"--port {port}"] = f"--port {other}"
        yield places


@pytest.mark.parametrize("section", SECTIONS, ids=lambda text: text.partition("\n")[0])
def test_every_recipe_gives_the_output_shown(
    section: str,
    begun: Path,
    documents: ModuleType,
    server: Callable[..., Any],
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> None:
    session = documents.Session(tmp_path / "project")
    shutil.copytree(begun, session.folder, symlinks=True)
    with stores(section, session.folder, request) as places, ExitStack() as stack:
        for name, meant in places.items():
            section = section.replace(name, meant)
        for command, shown in shown_commands(documents, section):
            if command.endswith(" &"):
                stack.enter_context(server(*background(command, section, session.folder)))
            else:
                run(documents, session, command, shown)


def background(command: str, section: str, folder: Path) -> tuple[list[str], str, Path]:
    """The command of a server, where it answers, and where it may write."""
    ports = re.findall(r"(?:localhost:|--port )(\d+)", command)
    address = re.search(rf"http://localhost:{ports[0]}/\S*?query", section)
    assert address
    line = ["bash", "-c", f"exec {command.removesuffix(' &')}"]
    return line, f"{address[0]}?query=ASK%7B%7D", folder / f"{ports[0]}.log"


def test_every_store_of_push_has_a_recipe() -> None:
    titles = " ".join(section.partition("\n")[0] for section in SECTIONS)
    for name in ("Oxigraph", "Fuseki", "RDF4J", "GraphDB", "Virtuoso"):
        assert name in titles
