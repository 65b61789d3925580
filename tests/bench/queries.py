"""Queries of large graphs: `kg query` beside the engine that it asks, and beside other engines.

    python tests/bench/queries.py FOLDER [--millions 1 10] [--table FILE] [--jena JAR] [--comunica BIN]

In: a folder for the stores, which are made where they are not there yet. Out: a table in Markdown,
also in a file. All are whole processes that write CSV, one after the other in each round; printed
are medians of seconds. Ratios are of `kg query` to `oxigraph query`: of wall time, and of the
processor time that each takes beyond what it takes to start.

Others are asked once. Jena asks a TDB2 store of its own (`--jena` is the jar of Fuseki, which has
ARQ). Comunica and rdflib have no store: they read the file, and are asked of the smallest graph
only; Comunica reads it for each query, rdflib once.
"""  # noqa: E501  (a command line)

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from statistics import median

from stored import make_large

from kg.project.manifest import write_manifest
from kg.store.embedded import SEAL, open_build

ROOT = Path(__file__).resolve().parents[2]
OXIGRAPH = str(Path(sys.executable).parent / "oxigraph")
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
BASE = "https://example.org/newskg/"
PREFIXES = f"PREFIX news: <{BASE}ontology#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
QUERIES = {
    "start-up: one row, nothing looked up": "SELECT (1 AS ?one) { }",
    "selective: the meetings of one person, with places": f"""
SELECT ?meeting ?place {{
  ?meeting news:participant <{BASE}person/mohammad-baqeri-0> ; news:place ?place }}""",
    "GROUP BY: statements of each speaker": """
SELECT ?speaker (COUNT(?statement) AS ?n) { ?statement a news:Statement ; news:speaker ?speaker }
GROUP BY ?speaker ORDER BY DESC(?n) ?speaker LIMIT 20""",
    "join: who met whom and spoke there": """
SELECT ?one ?other (COUNT(?said) AS ?n) {
  ?meeting a news:Meeting ; news:participant ?one, ?other .
  ?said news:occasion ?meeting ; news:speaker ?one . FILTER(STR(?one) != STR(?other)) }
GROUP BY ?one ?other ORDER BY DESC(?n) ?one ?other LIMIT 20""",
    "search: labels that match": """
SELECT ?thing ?label {
  ?thing rdfs:label ?label . FILTER(REGEX(STR(?label), "exercise of .* 2024")) }
ORDER BY ?thing LIMIT 20""",
    "scan: 1,000,000 rows": "SELECT ?s ?p ?o { ?s ?p ?o } LIMIT 1000000",
}
BARE = """
import os, sys
from pyoxigraph import QueryResultsFormat, Store
answer = Store.read_only(sys.argv[1]).query(sys.argv[2])
answer.serialize(sys.stdout.buffer, QueryResultsFormat.CSV)
sys.stdout.buffer.flush()
os._exit(0)
"""
RDFLIB = """
import sys, time, rdflib
start = time.perf_counter()
graph = rdflib.Graph(bind_namespaces="none").parse(sys.argv[1], format="nt")
print(time.perf_counter() - start, flush=True)
for text in sys.argv[2:]:
    start = time.perf_counter()
    graph.query(text).serialize(format="csv")
    print(time.perf_counter() - start, flush=True)
"""
DUMP = """
import sys
from pyoxigraph import DefaultGraph, RdfFormat, Store
Store.read_only(sys.argv[1]).dump(sys.argv[2], RdfFormat.N_TRIPLES, from_graph=DefaultGraph())
"""
Command = Callable[[str], Sequence[str]]


@dataclass(frozen=True)
class Timing:
    """Seconds until the first byte of an answer and until its end; and of processor time."""

    first: float
    whole: float
    work: float


def ask(command: Sequence[str]) -> Timing:
    start, before = time.perf_counter(), worked()
    with subprocess.Popen(
        command, cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout
        process.stdout.read(1)
        first = time.perf_counter() - start
        while process.stdout.read(1 << 20):
            pass
    if process.returncode:
        raise SystemExit(f"status {process.returncode}: {' '.join(command)}")
    return Timing(first, time.perf_counter() - start, worked() - before)


def worked() -> float:
    """Processor time of all processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def stored(folder: Path) -> dict[str, Command]:
    """The engines that ask the store of a build folder."""
    kg, store = [sys.executable, "-m", "kg", "query", "-F", "csv"], str(folder / "store")
    engine = [OXIGRAPH, "query", "--location", store, "--results-format", "csv", "--query"]
    return {
        "kg query": lambda text: [*kg, "--at", str(folder), text],
        "oxigraph query": lambda text: [*engine, text],
        "pyoxigraph alone": lambda text: [sys.executable, "-c", BARE, store, text],
    }


def jena(folder: Path, jar: Path) -> Command:
    """ARQ over a TDB2 store, which is made where it is not there."""
    java = ["java", "-cp", str(jar)]
    if not (place := folder / "tdb2").is_dir():
        load = [*java, "tdb2.tdbloader", f"--loc={place}", str(triples(folder))]
        subprocess.run(load, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return lambda text: [*java, "tdb2.tdbquery", f"--loc={place}", "--results=CSV", text]


def triples(folder: Path) -> Path:
    """The merged graph as N-Triples."""
    path = folder / "merged.nt"
    if not path.exists():
        line = [sys.executable, "-c", DUMP, str(folder / "store"), str(path)]
        subprocess.run(line, check=True)
    return path


def rdflib_times(folder: Path) -> tuple[float, list[float]]:
    """What rdflib takes to read the graph, and for each query."""
    texts = [PREFIXES + text for text in QUERIES.values()]
    line = [sys.executable, "-c", RDFLIB, str(triples(folder)), *texts]
    told = subprocess.run(line, check=True, text=True, stdout=subprocess.PIPE).stdout
    reading, *asking = map(float, told.split())
    return reading, asking


def measure(engines: dict[str, Command], text: str, runs: int) -> dict[str, Timing]:
    """Medians for each engine, asked in turn after a round that is not counted."""
    rounds = [
        {name: ask(command(PREFIXES + text)) for name, command in engines.items()}
        for _ in range(runs + 1)
    ][min(runs, 1) :]
    return {
        name: Timing(
            *(
                median(getattr(each[name], field.name) for each in rounds)
                for field in fields(Timing)
            )
        )
        for name in engines
    }


def seconds(value: float) -> str:
    return f"{value:.2f}" if value < 100 else f"{value:.0f}"


def rows(folder: Path, said: argparse.Namespace, is_smallest: bool) -> list[list[str]]:
    """The table of one graph; the first row has the names of the columns."""
    engines, others = stored(folder), others_of(folder, said, is_smallest)
    table = [["query", *engines, *others, "first byte of kg", "of oxigraph", "wall", "work"]]
    started: dict[str, Timing] = {}
    for number, (title, text) in enumerate(QUERIES.items()):
        found = measure(engines, text, said.runs)
        started = started or found
        ours, engine = found["kg query"], found["oxigraph query"]
        times = [each.whole for each in found.values()] + [all_[number] for all_ in others.values()]
        times += [ours.first, engine.first]
        ratio = f"{ours.whole / engine.whole:.2f}"
        table.append([title, *map(seconds, times), ratio, work(found, started)])
        print("  ".join(table[-1]), flush=True)
    return table


def others_of(folder: Path, said: argparse.Namespace, is_smallest: bool) -> dict[str, list[float]]:
    """What other engines take for each query, asked once."""
    commands: dict[str, Command] = {}
    if said.jena:
        commands["Jena ARQ"] = jena(folder, said.jena)
    if said.comunica and is_smallest:
        line = [str(said.comunica), str(triples(folder)), "-t", "text/csv", "-q"]
        commands["Comunica"] = lambda text: [*line, text]
    found = {
        name: [ask(command(PREFIXES + text)).whole for text in QUERIES.values()]
        for name, command in commands.items()
    }
    if is_smallest:
        reading, times = rdflib_times(folder)
        found[f"rdflib, after {reading:.0f} s of reading"] = times
    return found


def work(found: dict[str, Timing], started: dict[str, Timing]) -> str:
    """The ratio of processor times beyond start-up, where there is enough of it to tell."""
    ours, engine = (
        found[name].work - started[name].work for name in ("kg query", "oxigraph query")
    )
    return f"{ours / engine:.2f}" if engine > 0.05 else ""


def markdown(table: list[list[str]]) -> str:
    lines = [" | ".join(row) for row in table]
    lines.insert(1, " | ".join(["---", *["---:"] * (len(table[0]) - 1)]))
    return "".join(f"| {line} |\n" for line in lines)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure queries of large graphs.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--millions", type=float, nargs="+", default=[1.0, 10.0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--table", type=Path, help="write the table to a file, too")
    parser.add_argument("--jena", type=Path, help="a jar with ARQ and TDB2")
    parser.add_argument("--comunica", type=Path, help="the command comunica-sparql-file")
    said = parser.parse_args()
    subprocess.run([sys.executable, "-m", "kg", "build"], cwd=ROOT, check=True)
    build, parts = open_build(ROOT / "build"), []
    for number, millions in enumerate(sorted(said.millions)):
        folder = said.folder.resolve() / f"{millions:g}"
        if not (folder / "store" / SEAL).exists():
            make_large(build, folder, int(millions * 1_000_000))
        write_manifest(folder, build.manifest)  # one of an older version would be refused
        parts.append(f"## {millions:g} million statements\n\n")
        parts.append(markdown(rows(folder, said, is_smallest=number == 0)))
        parts.append("\n")
    text = "".join(parts)
    print(text)
    if said.table:
        said.table.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
