"""Builds from an object store into one: a server of S3 on this machine, sound and unsound."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from pathlib import Path
from threading import Lock, Thread
from typing import Any

import fsspec
import pytest
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

from kg.building.flow import build
from kg.cluster.archive import Archive, build_shards
from kg.cluster.hands import here
from kg.cluster.storage import Storage
from kg.diagnostics import Unavailable
from kg.project.shelves import Shelves

ROOT = Path(__file__).resolve().parent.parent
GENERATOR = ROOT / "tests/bench/corpus.py"
QUICK = ROOT / "tests/quick_kg.py"
pytestmark = pytest.mark.usefixtures("quick")
KEY, PROJECT, WELL = "AKIDOFTHESETESTS", "s3://archive/project", 0
BUSY = b"<Error><Code>ServiceUnavailable</Code><Message>Reduce your rate.</Message></Error>"
UNKNOWN = (
    b"<Error><Code>InvalidAccessKeyId</Code><Message>The AWS Access Key Id you provided does not "
    b"exist in our records.</Message></Error>"
)
Fault = Callable[[int, str, str], str]
"""Of the number of a request, its method and its path: `busy`, `drop`, or nothing."""


class Server:
    """An object store that knows one key, and fails as it is told.

    Attributes:
        fault: what goes wrong.
        made: records of shards that were put.
    """

    def __init__(self) -> None:
        self._store = DomainDispatcherApplication(create_backend_app)
        self._server = make_server("127.0.0.1", 0, self._answer, True, request_handler=Silent)
        self._lock, self._number = Lock(), 0
        self.fault: Fault = sound
        self.made: set[str] = set()
        Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def environment(self) -> dict[str, str]:
        """What whoever uses it has to know; nothing of the user's own is looked at."""
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self._server.port}",
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_MAX_ATTEMPTS": "5",
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
        }

    def close(self) -> None:
        self._server.shutdown()

    def _answer(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        with self._lock:
            self._number += 1
            fault = self.fault(self._number, method, path)
        if KEY not in environ.get("HTTP_AUTHORIZATION", ""):
            return refused(start, "403 Forbidden", UNKNOWN)
        if fault == "busy":
            return refused(start, "503 Service Unavailable", BUSY)
        if fault == "drop":
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        found = list(self._store(environ, start))
        if method == "PUT" and path.endswith(".json") and "/shards/" in path:
            self.made.add(path)
        return found


def refused(start: Any, status: str, reason: bytes) -> list[bytes]:
    headers = [("Content-Type", "application/xml"), ("Content-Length", str(len(reason)))]
    start(status, headers)
    return [reason]


class Silent(WSGIRequestHandler):
    """Says nothing of requests, nor of connections that were dropped."""

    def log(self, kind: str, message: str, *args: Any) -> None:
        """Nobody reads it."""

    def connection_dropped(self, error: BaseException, environ: Any = None) -> None:
        """As it was meant."""


def sound(number: int, method: str, path: str) -> str:
    return ""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """One for all; each test has folders of its own."""
    made = Server()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in made.environment.items():
            patch.setenv(name, value)
        fsspec.get_filesystem_class("s3").clear_instance_cache()
        fsspec.filesystem("s3").mkdir("archive")
        yield made
        fsspec.get_filesystem_class("s3").clear_instance_cache()
    made.close()


@pytest.fixture(autouse=True)
def well(server: Server) -> Iterator[None]:
    """Whatever went wrong is over."""
    yield
    server.fault = sound


@pytest.fixture(scope="module")
def project(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up archive, built here, and copied there."""
    folder = tmp_path_factory.mktemp("s3") / "archive"
    subprocess.run([sys.executable, str(GENERATOR), str(folder), "--articles", "80"], check=True)
    store = fsspec.filesystem("s3")
    store.put(f"{folder}/", "archive/project/", recursive=True)
    build(folder)
    return folder


def shard(target: str) -> Archive:
    return build_shards(PROJECT, target, nullcontext(here), per=5)


def compared(project: Path, url: str) -> None:
    """What lies there is, to the byte, what a build on one machine has, and nothing else."""
    folder = (project / "build/current").resolve()
    shelves = Shelves(folder, json.loads((folder / "manifest.json").read_bytes()))
    target = Storage(url)
    said = json.loads(target.read("manifest.json") or b"")
    files = [f"shards/{entry['name']}.nq" for entry in said["shards"]]
    found = target.read_all(files)
    whole = b"".join(shelves.nquads(stem).read_bytes() for stem in shelves.stems)
    assert b"".join(found[name] for name in files) == whole
    for name, entry in said["shared"].items():
        assert target.read(f"shards/{entry['name']}.nq") == (folder / f"{name}.nq").read_bytes()
    ends = (".nq", ".prints", ".json")
    names = {f"{entry['name']}{end}" for entry in said["shards"] for end in ends}
    assert target.sizes("shards").keys() == names | {
        f"{entry['name']}.nq" for entry in said["shared"].values()
    }


def test_an_archive_goes_from_bucket_to_bucket(server: Server, project: Path) -> None:
    shard("s3://archive/sound")
    compared(project, "s3://archive/sound")
    again = shard("s3://archive/sound")
    assert again.kept == len(again.manifest["shards"])


@pytest.mark.parametrize("fault", ["busy", "drop"])
def test_requests_that_fail_are_made_again(server: Server, project: Path, fault: str) -> None:
    """One of thirteen is answered with 503, or not at all."""
    server.fault = lambda number, *_: fault if number % 13 == 0 else ""
    shard(f"s3://archive/{fault}")
    server.fault = sound
    compared(project, f"s3://archive/{fault}")


def test_a_server_that_is_gone_ends_the_build_and_the_next_goes_on(
    server: Server, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    fsspec.get_filesystem_class("s3").clear_instance_cache()
    server.made.clear()
    server.fault = lambda *_: "busy" if len(server.made) >= 3 else ""
    with pytest.raises(Unavailable, match=r"X722 `s3://archive/(gone|project)` cannot be"):
        shard("s3://archive/gone")
    server.fault = sound
    assert Storage("s3://archive/gone").read("manifest.json") is None
    assert shard("s3://archive/gone").kept >= 3
    compared(project, "s3://archive/gone")
    fsspec.get_filesystem_class("s3").clear_instance_cache()


def test_a_bucket_that_is_not_there(server: Server, project: Path) -> None:
    with pytest.raises(Unavailable, match=r"X722 `s3://nowhere/there` cannot be written"):
        shard("s3://nowhere/there")


def command(server: Server, target: str, **changes: str) -> subprocess.Popen[str]:
    """`kg build`, as a process of its own, with two workers."""
    words = ["--on", "local", "--workers", "2", "--from", PROJECT, "--to", target]
    return subprocess.Popen(
        [sys.executable, str(QUICK), "build", *words, "--per-shard", "4"],
        cwd=Path(__file__).parent,
        env={**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", **changes},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("place", ["target", "project"])
def test_wrong_credentials_are_told(server: Server, project: Path, place: str) -> None:
    target = "s3://archive/secret" if place == "target" else "memory://archive"
    process = command(server, target, AWS_ACCESS_KEY_ID="AKIDOFSOMEBODYELSE")
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 3
    url = target if place == "target" else PROJECT
    assert f"error[X722]: `{url}` cannot be read" in errors
    # An answer to a question about a file has no body that could say more.
    assert re.search("= note: (Forbidden|.* does not exist in our records)", errors)
    assert "credentials" in errors
    assert "Traceback" not in errors


def workers(parent: int) -> list[int]:
    """The processes of a build that make a shard at the moment."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if path.read_bytes().startswith(b"ray::_make"):
                found.append(int(path.parent.name))
        except OSError:
            continue
    return [pid for pid in found if parent in ancestors(pid)]


def ancestors(pid: int) -> Iterator[int]:
    while pid > 1:
        try:
            stat = Path(f"/proc/{pid}/stat").read_text()
        except OSError:
            return
        pid = int(stat.rpartition(")")[2].split()[1])
        yield pid


def test_a_worker_that_is_killed_leaves_no_gap(server: Server, project: Path) -> None:
    server.made.clear()
    # A request takes a while, as over a network, so that there is a middle to be killed in.
    server.fault = lambda *_: str(time.sleep(0.05) or "")
    process = command(server, "s3://archive/killed")
    deadline, killed = time.monotonic() + 240, 0
    while not killed:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        for pid in workers(process.pid)[:1] if len(server.made) >= 3 else ():
            os.kill(pid, signal.SIGKILL)
            killed = pid
        time.sleep(0.02)
    assert Storage("s3://archive/killed").read("manifest.json") is None
    output, errors = process.communicate(timeout=240)
    assert process.returncode == 0, errors + output
    assert re.search(r"s3://archive/killed: manifest.json, shards/\*.nq \(\d+ shards", output)
    compared(project, "s3://archive/killed")
