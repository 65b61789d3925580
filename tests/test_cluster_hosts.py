"""A cluster over several hosts: network namespaces that this test makes, with an address each.

Only an administrator of Linux can make them; elsewhere the test is reported as not run, by name.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path

import pytest

from kg.cluster.archive import build_shards
from kg.cluster.hands import here

ROOT = Path(__file__).resolve().parent.parent
GENERATOR = ROOT / "tests/bench/corpus.py"
HEAD, PORT = 0, 6379
PATIENCE = 120.0
"""Seconds until a host must have joined."""
# The network has no other hosts than these, and no way out.
ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": str(ROOT),
    "NO_COLOR": "1",
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_AUTH_MODE": "disabled",
}
NODE = ("--num-cpus=1", f"--object-store-memory={80 << 20}", "--disable-usage-stats", "--block")
QUICK = ROOT / "tests/quick_kg.py"
pytestmark = pytest.mark.usefixtures("quick")


def run(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True)


def may_make_hosts() -> bool:
    """Whether this process may make network namespaces, and links between them."""
    if not shutil.which("ip"):
        return False
    try:
        with Hosts(2):
            return True
    except subprocess.CalledProcessError:
        return False


class Hosts:
    """Hosts in a star: the first one has a link to each of the others, and forwards."""

    def __init__(self, number: int) -> None:
        self.names = [f"kg-{os.getpid()}-{host}" for host in range(number)]

    def __enter__(self) -> Hosts:
        with ExitStack() as stack:
            for name in self.names:
                run("ip", "netns", "add", name)
                stack.callback(run, "ip", "netns", "del", name)
            for host, name in enumerate(self.names):
                run("ip", "-n", name, "link", "set", "lo", "up")
                self._join(host) if host else self._begin()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def address(self, host: int) -> str:
        return f"10.79.0.{10 + host}"

    def _begin(self) -> None:
        head = self.names[HEAD]
        run("ip", "-n", head, "address", "add", f"{self.address(HEAD)}/32", "dev", "lo")
        forward = "echo 1 > /proc/sys/net/ipv4/ip_forward"
        run("ip", "netns", "exec", head, "sh", "-c", forward)

    def _join(self, host: int) -> None:
        head, name, port = self.names[HEAD], self.names[host], f"port{host}"
        link = ("link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", name)
        run("ip", "-n", head, *link)
        run("ip", "-n", head, "link", "set", port, "up")
        run("ip", "-n", head, "route", "add", self.address(host), "dev", port)
        run("ip", "-n", name, "address", "add", f"{self.address(host)}/32", "dev", "eth0")
        run("ip", "-n", name, "link", "set", "eth0", "up")
        run("ip", "-n", name, "route", "add", self.address(HEAD), "dev", "eth0")
        way = ("via", self.address(HEAD), "dev", "eth0")
        run("ip", "-n", name, "route", "add", "10.79.0.0/24", *way)

    def start(self, host: int, *words: str, **options: object) -> subprocess.Popen[str]:
        """A process on a host, and all that it starts, in a group of their own."""
        return subprocess.Popen(
            ["ip", "netns", "exec", self.names[host], *words],
            env=ENVIRONMENT,
            text=True,
            start_new_session=True,
            **options,  # type: ignore[call-overload]
        )

    def pids(self, host: int) -> list[int]:
        """All processes of a host."""
        command = ["ip", "netns", "pids", self.names[host]]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        return [int(word) for word in done.stdout.split()]

    def lose(self, host: int) -> None:
        """End all that runs on a host, at once."""
        while pids := self.pids(host):
            for pid in pids:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
            time.sleep(0.1)


@contextmanager
def cluster(number: int, folder: Path) -> Iterator[Hosts]:
    """Ray on so many hosts."""
    address = f"10.79.0.10:{PORT}"
    with Hosts(number) as hosts, ExitStack() as stack:
        for host in range(number):
            role = ("--head", f"--port={PORT}", "--include-dashboard=false")
            role = (f"--address={address}",) if host else role
            words = ("start", *role, f"--node-ip-address={hosts.address(host)}", *NODE)
            stack.callback(hosts.lose, host)
            join(hosts, host, words, folder / f"host{host}.log")
        yield hosts


def join(hosts: Hosts, host: int, words: tuple[str, ...], log: Path) -> None:
    """Start Ray on a host; it gives up after half a minute, which a busy machine may need."""
    deadline = time.monotonic() + PATIENCE
    while "-- --block" not in (log.read_text() if log.exists() else ""):
        with log.open("w") as out:
            command = (sys.executable, "-m", "ray.scripts.scripts", *words)
            process = hosts.start(host, *command, stdout=out, stderr=out)
        while process.poll() is None and "-- --block" not in log.read_text():
            time.sleep(0.1)
        assert time.monotonic() < deadline, log.read_text()


def content(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_a_host_that_is_lost_leaves_no_gap(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Three hosts make an archive; one of them goes in the middle."""
    if not may_make_hosts():
        pytest.skip(f"not run: {request.node.name}; network namespaces cannot be made here")
    project = tmp_path / "archive"
    subprocess.run([sys.executable, GENERATOR, project, "--articles", "200"], check=True)
    command = [sys.executable, str(QUICK), "build", "--per-shard", "5"]
    target, expected = tmp_path / "target", tmp_path / "expected"
    with cluster(3, tmp_path) as hosts:
        on = ["--on", f"{hosts.address(HEAD)}:{PORT}"]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "cwd": project}
        build = hosts.start(HEAD, *command, *on, "--to", str(target), **pipes)
        deadline = time.monotonic() + PATIENCE
        while len(list(target.glob("shards/*.json"))) < 5:
            assert build.poll() is None, build.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.01)
        hosts.lose(2)
        output, errors = build.communicate(timeout=PATIENCE)
        assert build.returncode == 0, errors + output
    build_shards(project, str(expected), nullcontext(here), per=5)
    assert content(target) == content(expected)
