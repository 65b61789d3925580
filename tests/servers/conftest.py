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
    spec = importlib.util.spec_from_file_location("fetch", Path(__file__).with_name("fetch.py"))
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
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*command, *arguments], cwd=log.parent, stdout=output, stderr=subprocess.STDOUT
            )
        try:
            url = f"http://127.0.0.1:{port}"
            await_answer(process, f"{url}/$/ping", log)
            yield url
        finally:
            process.terminate()
            process.wait()

    return run


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
