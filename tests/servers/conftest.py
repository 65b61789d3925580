"""Triple stores as processes on loopback, for tests that speak to real ones.

`python tests/servers/fetch.py FOLDER` brings their files; `KG_SERVERS` names the folder. Where that
or Java is missing, tests that need them are reported as not run, by name.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import requests

PATIENCE = 180  # seconds until a server must answer: one that is dead must not hold the tests up
JAVA = shutil.which("java")


@pytest.fixture(scope="session")
def fetching() -> ModuleType:
    """The script that brings the servers."""
    return load("fetch")


@pytest.fixture(scope="session")
def builds() -> ModuleType:
    """Builds made by hand, for pushing."""
    return load("builds")


@pytest.fixture(scope="session")
def loaded() -> Callable[[Path], ModuleType]:
    """Modules by their files."""
    return load_file


def load(name: str) -> ModuleType:
    """A module of this folder, which is no package."""
    return load_file(Path(__file__).with_name(f"{name}.py"))


def load_file(path: Path) -> ModuleType:
    name = f"loaded_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec
    assert spec.loader
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def new_port() -> Callable[[], int]:
    """Ports that nobody listens at."""
    return free_port


@pytest.fixture(scope="session")
def server() -> Callable[..., Any]:
    """A server by its command, as a context."""
    return running


@pytest.fixture
def needs(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Report a test as not run if there are no servers: `needs()`, `needs("virtuoso-t")`."""

    def check(program: str = "") -> None:
        wanted = [("KG_SERVERS", os.environ.get("KG_SERVERS")), ("Java", JAVA)]
        for name, there in [(program, shutil.which(program))] if program else wanted:
            if not there:
                pytest.skip(f"not run: {request.node.name}; {name} is missing")

    return check


@pytest.fixture(scope="session")
def oxigraph(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Any]:
    """An Oxigraph server with nothing in it, as a context: `with oxigraph() as url`."""

    @contextmanager
    def run() -> Iterator[str]:
        address = f"127.0.0.1:{free_port()}"
        program = Path(sys.executable).with_name("oxigraph")
        log = tmp_path_factory.mktemp("oxigraph") / "log"
        with running([str(program), "serve", "--bind", address], f"http://{address}/", log) as url:
            yield url.rstrip("/")

    return run


@pytest.fixture(scope="session")
def fuseki(fetching: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    """A Fuseki with arguments of its own, as a context: `with fuseki("--mem", "/kg") as url`."""

    @contextmanager
    def run(*arguments: str) -> Iterator[str]:
        jar = fetched(fetching, "fuseki")
        port = str(free_port())
        command = [str(JAVA), "-Xmx1g", "-jar", str(jar), "--localhost", "--ping", "--port", port]
        log = tmp_path_factory.mktemp("fuseki") / "log"
        url = f"http://127.0.0.1:{port}"
        with running([*command, *arguments], f"{url}/$/ping", log):
            yield url

    return run


@pytest.fixture(scope="session")
def fuseki_jar(fetching: ModuleType) -> Callable[[], Path]:
    """The file of Fuseki, when it is asked for."""
    return lambda: fetched(fetching, "fuseki")


def fetched(fetching: ModuleType, name: str) -> Path:
    """The file of an artifact, which must be the right one."""
    artifact = fetching.artifacts()[name]
    path = Path(os.environ["KG_SERVERS"]) / artifact.file_name
    fault = artifact.fault(path)
    assert not fault
    return path


REPOSITORY = """
@prefix rep: <http://www.openrdf.org/config/repository#> .
@prefix sr: <http://www.openrdf.org/config/repository/sail#> .
@prefix sail: <http://www.openrdf.org/config/sail#> .
[] a rep:Repository ; rep:repositoryID "kg" ; rep:repositoryImpl
  [ rep:repositoryType "openrdf:SailRepository" ; sr:sailImpl [ sail:sailType "SAIL" ] ] .
"""


@pytest.fixture(scope="session")
def rdf4j(fetching: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    """An RDF4J server with one repository, as a context: `with rdf4j() as url`, its address."""

    @contextmanager
    def run(sail: str = "openrdf:MemoryStore") -> Iterator[str]:
        folder, port = tmp_path_factory.mktemp("rdf4j"), str(free_port())
        runner, application = fetched(fetching, "jetty"), fetched(fetching, "rdf4j")
        data = f"-Dorg.eclipse.rdf4j.appdata.basedir={folder}"
        place = ["--host", "127.0.0.1", "--port", port, "--path", "/rdf4j-server"]
        command = [str(JAVA), "-Xmx1g", data, "-jar", str(runner), *place, str(application)]
        server = f"http://127.0.0.1:{port}/rdf4j-server"
        with running(command, f"{server}/protocol", folder / "log"):
            url = f"{server}/repositories/kg"
            made = requests.put(
                url,
                REPOSITORY.replace("SAIL", sail),
                headers={"Content-Type": "text/turtle"},
                timeout=60,
            )
            made.raise_for_status()
            yield url

    return run


VIRTUOSO = """
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
[TempDatabase]
DatabaseFile = virtuoso-temp.db
TransactionFile = virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
DirsAllowed = {allowed}
NumberOfBuffers = 10000
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = .
"""


@pytest.fixture(scope="session")
def virtuoso(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    """A Virtuoso of user `dba` with password `dba`, as a context: `with virtuoso() as url`.

    It may read the files of a folder that is allowed, and listens to SQL at a port that is given.
    """

    @contextmanager
    def run(allowed: str = ".", sql: str = "") -> Iterator[str]:
        folder, http = tmp_path_factory.mktemp("virtuoso"), free_port()
        settings = VIRTUOSO.format(sql=sql or free_port(), http=http, allowed=allowed)
        (folder / "virtuoso.ini").write_text(settings, encoding="utf-8")
        command = ["virtuoso-t", "+configfile", "virtuoso.ini", "+foreground"]
        url = f"http://127.0.0.1:{http}"
        with running(command, f"{url}/sparql", folder / "log"):
            yield url

    return run


@contextmanager
def running(command: list[str], url: str, log: Path) -> Iterator[str]:
    """A server, from when it answers at an address; what it says goes into a file."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=log.parent, stdout=output, stderr=subprocess.STDOUT)
    try:
        await_answer(process, url, log)
        yield url
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def await_answer(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    """Wait until a server that has just been started answers."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            if requests.get(url, timeout=5).ok:
                return
        except requests.RequestException:
            time.sleep(0.2)
    raise AssertionError(log.read_text(encoding="utf-8", errors="replace"))
