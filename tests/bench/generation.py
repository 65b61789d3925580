"""Triples a second from YAML and text to N-Quads, beside tools that make the same from JSON.

    python tests/bench/generation.py FOLDER [--articles 1000] [--morph PYTHON]

In: a project, such as `corpus.py` makes; the Python of an environment that has Morph-KGC (it wants
another rdflib, so it needs one of its own).
Out: a table. Refuses: tools that make other triples than we do.

Ours reads YAML and text, grounds quotes, names and times, and writes canonical N-Quads and origins:
all of the work on an article but SHACL, and none of what is loaded once. The others are given more
than half of the work: Morph-KGC gets the finished triples as JSON, by kind of object, so that a
mapping of few rules makes exactly the same quads (they are compared); the parsers of JSON-LD get
what `kg expand` prints, in memory, which lacks spans and mentions. The time of each is taken after
its start. What runs in one process is measured in processor time, which other work on the machine
disturbs less; two processes, and one beside this one, on the wall.

RMLMapper is not here: what it needs is not all on Maven Central.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import rdflib
from pyoxigraph import Literal, Quad, RdfFormat, parse

from kg.building.workshop import Workshop
from kg.diagnostics import Findings
from kg.grounding.generate import generate
from kg.grounding.jsonld import expand
from kg.project.settings import load_project
from kg.store.origins import to_files

RUNS = 3
MORPH = """
import json, sys, time
import morph_kgc
clock = {"1": time.process_time, "2": time.perf_counter}[sys.argv[3]]
start = clock()
triples = morph_kgc.materialize_set(sys.argv[1])
seconds = clock() - start
with open(sys.argv[2], "w", encoding="utf-8") as out:
    out.writelines(f"{triple} .\\n" for triple in triples)
print(json.dumps(seconds))
"""
RML = """
@prefix rr: <http://www.w3.org/ns/r2rml#> . @prefix rml: <http://semweb.mmlab.be/ns/rml#> .
@prefix ql: <http://semweb.mmlab.be/ns/ql#> . @base <https://example.org/rules/> .
"""
RULE = """
<rule{number}> a rr:TriplesMap ;
  rml:logicalSource [ rml:source "{source}" ; rml:referenceFormulation ql:JSONPath ;
    rml:iterator "$[*]" ] ;
  rr:subjectMap [ rml:reference "s" ; rr:termType rr:IRI ;
    rr:graphMap [ rml:reference "g" ; rr:termType rr:IRI ] ] ;
  rr:predicateObjectMap [ rr:predicateMap [ rml:reference "p" ; rr:termType rr:IRI ] ;
    rr:objectMap [ rml:reference "o" ; {kind} ] ] .
"""


class Worker:
    """The work on articles in one process; the shared part of the project is loaded once."""

    def __init__(self, folder: Path) -> None:
        self.workshop = Workshop(load_project(folder))

    def nquads(self, stem: str) -> bytes:
        article = self.workshop.ground(stem, Findings())
        assert article
        shop = self.workshop
        return to_files(generate(article, shop.project.base, shop.ontology.text))[0]

    def document(self, stem: str) -> str:
        article = self.workshop.ground(stem, Findings())
        assert article
        project = self.workshop.project
        return json.dumps(expand(article, self.workshop.ontology, project.base, project.language))


_worker: Worker


def load(folder: Path, barrier: Any) -> None:
    global _worker
    _worker = Worker(folder)
    barrier.wait()  # so that none begins while another one loads


def work(stem: str) -> int:
    return _worker.nquads(stem).count(b"\n")


def spread(folder: Path, stems: list[str], processes: int) -> float:
    """Triples a second of so many processes."""
    context = get_context("spawn")
    barrier = context.Barrier(processes + 1)
    with ProcessPoolExecutor(processes, context, load, (folder, barrier)) as pool:
        waiting = [pool.submit(int) for _ in range(processes)]  # starts all of them
        barrier.wait()
        [future.result() for future in waiting]
        jobs = [lambda: sum(pool.map(work, stems, chunksize=20))] * RUNS
        return max(rate(job, time.perf_counter) for job in jobs)


def rate(job: Callable[[], int], clock: Callable[[], float] = time.process_time) -> float:
    """Triples a second of a job that says how many it made."""
    start = clock()
    made = job()
    return made / (clock() - start)


def prepare(quads: Iterable[Quad], folder: Path) -> Path:
    """Quads as JSON by kind of object, and rules of RML that make them of it."""
    rows: defaultdict[str, list[dict[str, str]]] = defaultdict(list)
    for quad in quads:
        row = {"s": quad.subject.value, "p": quad.predicate.value, "o": quad.object.value}  # type: ignore[union-attr]
        rows[kind(quad.object)].append(row | {"g": quad.graph_name.value})  # type: ignore[union-attr]
    rules = RML
    for number, (name, found) in enumerate(rows.items()):
        source = folder / f"{number}.json"
        source.write_text(json.dumps(found), encoding="utf-8")
        rules += RULE.format(number=number, source=source, kind=name)
    (folder / "rules.ttl").write_text(rules, encoding="utf-8")
    return folder / "rules.ttl"


def kind(term: object) -> str:
    if not isinstance(term, Literal):
        return "rr:termType rr:IRI"
    if term.language:
        return f'rr:language "{term.language}"'
    plain = term.datatype.value.endswith("#string")
    return "rr:termType rr:Literal" if plain else f"rr:datatype <{term.datatype.value}>"


def morph(python: str, rules: Path, processes: int, expected: set[Quad]) -> float:
    """Triples a second of Morph-KGC."""
    settings, made = rules.with_name("settings.ini"), rules.with_name("morph.nq")
    settings.write_text(
        f"[CONFIGURATION]\noutput_format: N-QUADS\nlogging_level: ERROR\n"
        f"number_of_processes: {processes}\n[source]\nmappings: {rules}\n"
    )
    script = rules.with_name("run_morph.py")
    script.write_text(MORPH)
    command = [python, str(script), str(settings), str(made), str(processes)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    compare("Morph-KGC", made, expected)
    return len(expected) / float(done.stdout.split("\n")[-2])


def compare(tool: str, made: Path, expected: set[Quad]) -> None:
    found = set(parse(path=made, format=RdfFormat.N_QUADS))
    if found != expected:
        lacking, more = len(expected - found), len(found - expected)
        sys.exit(f"{tool} lacks {lacking:,} quads and has {more:,} others")


def with_rdflib(documents: list[str]) -> int:
    return sum(len(rdflib.Dataset().parse(data=text, format="json-ld")) for text in documents)


def with_pyoxigraph(documents: list[str]) -> int:
    return sum(1 for text in documents for _ in parse(text, RdfFormat.JSON_LD))


def show(name: str, found: float, ours: float) -> None:
    print(f"{name:44} {found:>12,.0f} {ours / found:>8.1f} x", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--articles", type=int, default=1000)
    parser.add_argument("--morph", metavar="PYTHON")
    given = parser.parse_args()
    worker = Worker(given.folder)
    stems = [path.stem for path in worker.workshop.project.mappings()][: given.articles]
    print(f"{len(stems):,} articles\n{'':44} {'triples/s':>12} {'ours is':>10}")
    job = lambda: sum(worker.nquads(stem).count(b"\n") for stem in stems)  # noqa: E731
    one = max(rate(job) for _ in range(RUNS))
    alone, two = (spread(given.folder, stems, number) for number in (1, 2))
    show("kg, YAML and text, one process", one, one)
    show("kg, one process beside this one, on the wall", alone, two)
    show("kg, two processes, on the wall", two, two)
    with TemporaryDirectory() as name:
        expected = set(parse(b"".join(map(worker.nquads, stems)), RdfFormat.N_QUADS))
        rules = prepare(expected, Path(name))
        if given.morph:
            for processes, ours in ((1, one), (2, two)):
                rates = [morph(given.morph, rules, processes, expected) for _ in range(RUNS)]
                show(f"Morph-KGC, prepared JSON, processes: {processes}", max(rates), ours)
    documents = [worker.document(stem) for stem in stems[:200]]
    for title, read in (("rdflib", with_rdflib), ("pyoxigraph", with_pyoxigraph)):
        rates = [rate(lambda read=read: read(documents)) for _ in range(RUNS)]
        show(f"{title}, documents of kg expand", max(rates), one)


if __name__ == "__main__":
    main()
