"""What `kg push` takes beside curl: the same graphs into the same stores, in one run each.

    KG_SERVERS=FOLDER python tests/bench/push.py [RUNS] [MILLIONS]

`python tests/servers/fetch.py FOLDER` brings Fuseki; without it or Java, only Oxigraph is measured.
Each run starts a store anew, warms it with one graph, and sends all of them: by one process of
curl, which puts one file after another over one connection, in the format that stores read fastest;
and by one process of `kg push`, which also reads and checks the build, asks what is there, counts
what has arrived and writes records. Sides take turns; medians are printed, and the processor time
of the client. Few large graphs and many small ones are measured apart.
"""

from __future__ import annotations

import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from runpy import run_path
from statistics import median
from urllib.error import URLError
from urllib.request import Request, urlopen

from kg.rdf.dataset import without_graph

ROOT = Path(__file__).resolve().parents[2]
BUILDS = run_path(str(ROOT / "tests" / "servers" / "builds.py"))
BASE = BUILDS["BASE"]
WORDS = "value {n} of graph {g}, in as many words as a label has"
SHAPES = {"10 graphs": 10, "1,000 graphs": 1000}
NTRIPLES = "Content-Type: application/n-triples"
Server = Callable[[int], tuple[list[str], str, str, str]]
Run = dict[str, tuple[float, float]]


def fill(project: Path, graphs: int, triples: int) -> None:
    """A build of so many graphs, and beside it the same graphs as N-Triples files."""
    content = {f"g{g}": b"".join(_lines(g, triples // graphs)) for g in range(graphs)}
    BUILDS["make_build"](project, content)
    plain = project / "plain"
    plain.mkdir()
    for name, text in content.items():
        lines = text.splitlines(keepends=True)
        (plain / f"{name}.nt").write_bytes(b"".join(map(without_graph, lines)))


def _lines(g: int, number: int) -> list[bytes]:
    graph, start = f"{BASE}graph/g{g}", f"<{BASE}n/{g}"
    words = (WORDS.format(n=n, g=g) for n in range(number))
    lines = (
        f'{start}/{n // 8}> <{BASE}p{n % 8}> "{text}"@en <{graph}> .\n'
        for n, text in enumerate(words)
    )
    return sorted(map(str.encode, lines))


@contextmanager
def served(command: list[str], ready: str, folder: Path) -> Iterator[None]:
    """A server until the block ends."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, cwd=folder, **quiet)
    try:
        while not answers(ready):
            assert process.poll() is None, f"{command[0]} has ended"
            time.sleep(0.2)
        yield
    finally:
        process.terminate()
        process.wait()


def answers(url: str) -> bool:
    """Whether a server is there."""
    try:
        with urlopen(url, timeout=5):
            return True
    except (URLError, OSError):
        return False


def oxigraph(port: int) -> tuple[list[str], str, str, str]:
    """Command, sign of life, address to push to, address of the Graph Store Protocol."""
    program = shutil.which("oxigraph") or str(Path(sys.executable).with_name("oxigraph"))
    url = f"http://127.0.0.1:{port}"
    return [program, "serve", "--bind", f"127.0.0.1:{port}"], url, url, f"{url}/store"


def fuseki(port: int) -> tuple[list[str], str, str, str]:
    """The same of Fuseki, with a data set in memory."""
    (jar,) = Path(os.environ["KG_SERVERS"]).glob("jena-fuseki-server-*.jar")
    url = f"http://127.0.0.1:{port}"
    command = ["java", "-Xmx4g", "-jar", str(jar), "--localhost", "--ping", "--port", str(port)]
    return [*command, "--mem", "/kg"], f"{url}/$/ping", f"{url}/kg", f"{url}/kg/data"


def curl(project: Path, url: str, graphs: str) -> list[str]:
    """One process that puts all files, over one connection."""
    config = project / "curl"
    parts = (
        f'silent\nfail\noutput = "/dev/null"\nupload-file = "{path}"\nheader = "{NTRIPLES}"\n'
        f'url = "{graphs}?graph={BASE}graph/{path.stem}"\n'
        for path in sorted((project / "plain").iterdir())
    )
    config.write_text("next\n".join(parts), encoding="utf-8")
    return ["curl", "-K", str(config)]


def kg(project: Path, url: str, graphs: str) -> list[str]:
    """One push."""
    return [sys.executable, "-m", "kg", "--project", str(project), "push", url]


def warm(graphs: str, project: Path) -> None:
    """Let a store load what it needs for such a request."""
    content = next((project / "plain").iterdir()).read_bytes()
    headers = {"Content-Type": "application/n-triples"}
    request = Request(f"{graphs}?graph={BASE}warm", content, headers, method="PUT")
    urlopen(request, timeout=300).close()


def timed(command: list[str]) -> tuple[float, float]:
    """Seconds, and seconds of the processor, of a process."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, used


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def measure(store: Server, project: Path) -> Run:
    """Seconds of each side, and seconds of its processor."""
    found: Run = {}
    for side in (curl, kg):
        command, ready, url, graphs = store(free_port())
        with served(command, ready, project):
            warm(graphs, project)
            found[side.__name__] = timed(side(project, url, graphs))
    return found


def main() -> None:
    """Print a line for each store and shape."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    triples = int(float(sys.argv[2] if len(sys.argv) > 2 else 1) * 1_000_000)
    stores = [oxigraph] + ([fuseki] if "KG_SERVERS" in os.environ and shutil.which("java") else [])
    with tempfile.TemporaryDirectory() as place:
        for name, graphs in SHAPES.items():
            fill(Path(place) / name, graphs, triples)
        print(
            f"{triples:,} triples, {runs} runs      curl      kg push   ratio   client's processor"
        )
        for store in stores:
            for name in SHAPES:
                runs_of = [measure(store, Path(place) / name) for _ in range(runs)]
                print(f"{store.__name__:10} {name:15} {told(runs_of)}", flush=True)


def told(runs: list[Run]) -> str:
    """Medians; ratios are taken run by run, for both sides share what the machine does besides."""
    ratio = median(run["kg"][0] / run["curl"][0] for run in runs)
    times, used = (
        [median(run[side][n] for run in runs) for side in ("curl", "kg")] for n in (0, 1)
    )
    return f"{times[0]:7.2f} s {times[1]:10.2f} s {ratio:7.2f}   {used[0]:.2f} s, {used[1]:.2f} s"


if __name__ == "__main__":
    main()
