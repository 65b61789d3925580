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


def load(name: str) -> ModuleType:
    """A module of this folder, which is no package."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def needs(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Report a test as not run if there are no servers: `needs()`."""

    def check() -> None:
        for name, there in [("KG_SERVERS", os.environ.get("KG_SERVERS")), ("Java", JAVA)]:
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
    artifact = fetching.artifacts()["fuseki"]

    @contextmanager
    def run(*arguments: str) -> Iterator[str]:
        jar = Path(os.environ["KG_SERVERS"]) / artifact.file_name
        fault = artifact.fault(jar)
        assert not fault
        port = str(free_port())
        command = [str(JAVA), "-Xmx1g", "-jar", str(jar), "--localhost", "--ping", "--port", port]
        log = tmp_path_factory.mktemp("fuseki") / "log"
        url = f"http://127.0.0.1:{port}"
        with running([*command, *arguments], f"{url}/$/ping", log):
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
