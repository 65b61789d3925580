"""What the commands cost as whole processes, beside what they are measured against.

Each pair runs in turn, A B A B …, after one warm-up; printed are medians of wall time and their
ratio.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from kg.project.manifest import write_manifest

ROOT = Path(__file__).resolve().parents[2]
RUNS = 15
BIN = Path(sys.executable).parent
ARTICLES = 100_000
# As where it is installed: modules are compiled once.
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
KG = [str(BIN / "kg")]
QUERY = """
SELECT ?speaker (COUNT(?s) AS ?statements) {
  ?s a <https://example.org/newskg/ontology#Statement> ;
    <https://example.org/newskg/ontology#speaker> ?speaker
} GROUP BY ?speaker ORDER BY ?speaker
"""
BARE = f"""
import os, sys
from pyoxigraph import QueryResultsFormat, Store
Store.read_only("build/store").query({QUERY!r}).serialize(sys.stdout.buffer, QueryResultsFormat.TSV)
sys.stdout.buffer.flush()
os._exit(0)
"""
RDFLIB = f"""
import rdflib
graph = rdflib.Graph().parse("build/kg.ttl")
for row in graph.query({QUERY!r}):
    print(*row, sep="\\t")
"""


@dataclass(frozen=True)
class Pair:
    """Two commands, and the ratio of A to B that is aimed at."""

    title: str
    aim: str
    ours: Sequence[str]
    other: Sequence[str]


PAIRS = [
    Pair(
        "kg build, nothing changed / python importing click and pyoxigraph",
        "at most 3",
        [*KG, "build"],
        [sys.executable, "-c", "import click, pyoxigraph"],
    ),
    Pair(
        "kg query / oxigraph query",
        "at most 3",
        [*KG, "query", "-F", "tsv", QUERY],
        [
            str(BIN / "oxigraph"),
            "query",
            "--location",
            "build/store",
            "--query",
            QUERY,
            "--results-format",
            "tsv",
        ],
    ),
    Pair(
        "kg query / python with pyoxigraph alone",
        "as close to 1 as click lets it",
        [*KG, "query", "-F", "tsv", QUERY],
        [sys.executable, "-c", BARE],
    ),
    Pair(
        "kg query --timeout 60 / kg query",
        "at most 2",
        [*KG, "query", "--timeout", "60", "-F", "tsv", QUERY],
        [*KG, "query", "-F", "tsv", QUERY],
    ),
    Pair(
        f"kg query of a build whose manifest has {ARTICLES:,} articles / of five",
        "1",
        [*KG, "query", "--at", "many", "-F", "tsv", QUERY],
        [*KG, "query", "--at", "build/current", "-F", "tsv", QUERY],
    ),
    Pair(
        "kg query / rdflib parsing kg.ttl and asking the same",
        "at most 1/8 (0.125)",
        [*KG, "query", "-F", "tsv", QUERY],
        [sys.executable, "-c", RDFLIB],
    ),
]


def timed(command: Sequence[str], folder: Path) -> float:
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, env=ENVIRONMENT, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def compare(pair: Pair, folder: Path) -> str:
    timed(pair.ours, folder), timed(pair.other, folder)
    times = [(timed(pair.ours, folder), timed(pair.other, folder)) for _ in range(RUNS)]
    ours, other = (median(column) for column in zip(*times, strict=True))
    ratio = median(a / b for a, b in times)
    return f"{ours * 1000:7.0f} ms {other * 1000:7.0f} ms {ratio:6.2f}  {pair.aim:20} {pair.title}"


def make_large(build: Path, large: Path) -> None:
    """The same build with the manifest that it would have with many more articles."""
    large.mkdir()
    (large / "store").symlink_to(build / "store")
    said = json.loads((build / "manifest.json").read_text(encoding="utf-8"))
    said["articles"] = [f"{said['articles'][0]}-{number}" for number in range(ARTICLES)]
    write_manifest(large, said)


def main() -> None:
    with TemporaryDirectory() as place:
        folder = Path(place)
        for name in ("seeds", "mappings", "ontology"):
            shutil.copytree(ROOT / name, folder / name)
        shutil.copyfile(ROOT / "pyproject.toml", folder / "pyproject.toml")
        first = timed([*KG, "build"], folder)
        print(f"first build of the five articles: {first:.1f} s")
        make_large((folder / "build/current").resolve(), folder / "many")
        print(f"{'A':>10} {'B':>10} {'A/B':>6}  {'aim':20} A / B   (medians of {RUNS} runs)")
        for pair in PAIRS:
            print(compare(pair, folder))


if __name__ == "__main__":
    main()
