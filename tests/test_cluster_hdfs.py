"""Builds from HDFS into it, by the protocol WebHDFS, as a stand-in for its servers speaks it.

https://hadoop.apache.org/docs/stable/hadoop-project-dist/hadoop-hdfs/WebHDFS.html
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest

from kg.cluster.archive import Archive, build_shards
from kg.cluster.hands import here
from kg.cluster.storage import Storage

PREFIX = "/webhdfs/v1"
Answer = tuple[int, bytes]
pytestmark = pytest.mark.usefixtures("quick")


class Node(BaseHTTPRequestHandler):
    """Name node and data node in one; the files lie in a folder."""

    root: Path
    protocol_version = "HTTP/1.1"

    def handle_any(self) -> None:
        url = urlsplit(self.path)
        options = dict(parse_qsl(url.query))
        name = f"{self.command}_{options['op']}".lower()
        operation: Callable[[Path, dict[str, str]], Answer] = getattr(self, name)
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if name in ("put_create", "post_append", "get_open") and "there" not in options:
            self.send(307, b"", Location=f"http://{self.headers['Host']}{self.path}&there=1")
            return
        self.content = content
        path = self.root / unquote(url.path).removeprefix(PREFIX).lstrip("/")
        try:
            self.send(*operation(path, options))
        except FileNotFoundError as error:
            found = {"exception": "FileNotFoundException", "message": str(error)}
            self.send(404, json.dumps({"RemoteException": found}).encode())

    do_GET = do_PUT = do_POST = do_DELETE = handle_any  # noqa: N815  (names of the library)

    def send(self, status: int, content: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *words: Any) -> None:
        """Nobody reads it."""

    def get_liststatus(self, path: Path, options: dict[str, str]) -> Answer:
        inside = [status(each, each.name) for each in path.iterdir()]
        return 200, json.dumps({"FileStatuses": {"FileStatus": inside}}).encode()

    def get_getfilestatus(self, path: Path, options: dict[str, str]) -> Answer:
        return 200, json.dumps({"FileStatus": status(path, "")}).encode()

    def get_open(self, path: Path, options: dict[str, str]) -> Answer:
        start = int(options.get("offset", 0))
        return 200, path.read_bytes()[start : start + int(options.get("length", 1 << 40))]

    def put_create(self, path: Path, options: dict[str, str]) -> Answer:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.content)
        return 201, b""

    def post_append(self, path: Path, options: dict[str, str]) -> Answer:
        path.write_bytes(path.read_bytes() + self.content)
        return 200, b""

    def put_mkdirs(self, path: Path, options: dict[str, str]) -> Answer:
        path.mkdir(parents=True, exist_ok=True)
        return 200, b'{"boolean": true}'

    def put_rename(self, path: Path, options: dict[str, str]) -> Answer:
        """No file gets the name of another one; that is told by a word in a sound answer."""
        target = self.root / options["destination"].lstrip("/")
        if target.exists():
            return 200, b'{"boolean": false}'
        path.rename(target)
        return 200, b'{"boolean": true}'

    def delete_delete(self, path: Path, options: dict[str, str]) -> Answer:
        path.unlink()
        return 200, b'{"boolean": true}'


def status(path: Path, name: str) -> dict[str, Any]:
    kind = "DIRECTORY" if path.is_dir() else "FILE"
    return {"pathSuffix": name, "type": kind, "length": path.stat().st_size}


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Where the folder `hdfs` is served."""
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")
    (tmp_path / "hdfs").mkdir()
    kind = type("Here", (Node,), {"root": tmp_path / "hdfs"})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"webhdfs://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def shard(place: Path | str, target: Path | str) -> Archive:
    return build_shards(place, str(target), nullcontext(here), per=2)


def contents(target: Path) -> dict[str, bytes]:
    files = (path for path in target.rglob("*") if path.is_file())
    return {path.relative_to(target).as_posix(): path.read_bytes() for path in files}


def test_an_archive_goes_from_hdfs_to_hdfs(lay, url: str, tmp_path: Path) -> None:
    """And a second time, when the manifest is there and another one is to take its place."""
    folder = lay()
    there = tmp_path / "hdfs/project"
    for more in ("", "# seen\n"):
        mapping = min((folder / "mappings").glob("*.yaml"))
        mapping.write_text(mapping.read_text(encoding="utf-8") + more, encoding="utf-8")
        shutil.copytree(folder, there, dirs_exist_ok=True)
        shard(folder, tmp_path / "target")
        shard(f"{url}/project", f"{url}/archive")
        assert contents(tmp_path / "hdfs/archive") == contents(tmp_path / "target")


def test_a_host_is_part_of_an_address() -> None:
    """Workers have to find it, too."""
    for url in ("webhdfs://name.example:9870/archive", "s3://bucket/archive", "memory://archive"):
        assert Storage(url).url == url
    assert Storage("archive").url == f"file://{Path('archive').absolute()}"
