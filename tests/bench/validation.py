"""What SHACL validation takes article by article, beside pySHACL by itself over all of it.

    python tests/bench/validation.py [ARTICLES ...] [--faults SHARE]

A made-up archive (`corpus.py`) is generated once; then each row is one process, which reads the
statements and validates them: article by article as a build does, over the one graph of all, and,
for the first twenty articles, one graph for each with what they share. Told are the processor time
of validation alone, for each article, and the memory that the process took at most.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = 20
COMMON = """
import logging, resource, sys, time
from pathlib import Path
from kg.project.settings import load_project
from kg.shapes.validation import load_shapes
logging.disable(logging.WARNING)
folder = Path(sys.argv[1])
files = sorted((folder / "statements").glob("*.nq"))
shapes = load_shapes(load_project(folder))
seconds, found = 0.0, 0
"""
GENERATE = """
import sys
from pathlib import Path
from kg.building.workshop import Workshop
from kg.diagnostics import Findings
from kg.grounding.generate import generate
from kg.project.settings import load_project
from kg.rdf.dataset import to_nquads
from kg.store.origins import to_files
folder = Path(sys.argv[1])
shop = Workshop(load_project(folder), Findings())
target = folder / "statements"
target.mkdir()
shared = [*shop.ontology.core, *(quad.triple for quad in shop.authority_quads)]
(folder / "shared.nt").write_text("".join(f"{triple} .\\n" for triple in shared))
for stem in shop.project.mappings():
    article = shop.ground(stem.stem, Findings())
    if article:
        statements = generate(article, shop.project.base, shop.ontology.text)
        (target / f"{stem.stem}.nq").write_bytes(to_files(statements)[0])
"""
OURS = """
from pyoxigraph import parse
from kg.rdf.dataset import split
from kg.shapes.judging import Judge
from kg.store.origins import Origin, Statements
judge = Judge(shapes, [quad.triple for quad in parse(path=str(folder / "shared.nt"))])
start = time.process_time()
found += len(judge.shared)
seconds += time.process_time() - start
for path in files:
    rows = [split(line)[:3] for line in path.open("rb")]
    statements = Statements("", dict.fromkeys(rows, Origin(None)))
    start = time.process_time()
    found += len(judge.article(statements))
    seconds += time.process_time() - start
"""
MERGED = """
from rdflib import Graph
shared = Graph().parse(folder / "shared.nt")
def graph(paths):
    data = "".join(path.read_text().replace(f" <{base}{path.stem}> .", " .") for path in paths)
    return shared + Graph().parse(data=data, format="nt")
base = load_project(folder).base + "graph/"
groups = [[path] for path in files[:SAMPLE]] if SAMPLE else [files]
for group in groups:
    data = graph(group)
    start = time.process_time()
    found += len(shapes.validate(data))
    seconds += time.process_time() - start
files = [path for group in groups for path in group]
"""
DONE = """
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(len(files), seconds / len(files) * 1000, found, peak)
"""


def python(code: str, folder: Path) -> list[str]:
    """The words that some code prints, run in a process of its own."""
    line = [sys.executable, "-c", code, str(folder)]
    found = subprocess.run(line, check=True, cwd=ROOT, text=True, stdout=subprocess.PIPE)
    return found.stdout.split()


def measure(folder: Path, articles: int, faults: float) -> None:
    """Print the rows of one archive."""
    arguments = [str(folder), "--articles", str(articles), "--faults", str(faults)]
    corpus = [sys.executable, str(ROOT / "tests/bench/corpus.py"), *arguments]
    subprocess.run(corpus, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    python(GENERATE, folder)
    ways = {
        "article by article": OURS,
        "pySHACL, all in one graph": f"SAMPLE = 0\n{MERGED}",
        "pySHACL, one graph for each": f"SAMPLE = {SAMPLE}\n{MERGED}",
    }
    ours = None
    for title, code in ways.items():
        number, took, found, peak = python(COMMON + code + DONE, folder)
        ours = ours or float(took)
        ratio = float(took) / ours
        print(f"{title:28} {number:>8} {float(took):9.2f} {ratio:7.1f} {found:>8} {peak:>7}")


def main() -> None:
    """Measure archives of several sizes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("articles", type=int, nargs="*", default=[50, 200])
    parser.add_argument("--faults", type=float, default=0.05)
    options = parser.parse_args()
    print(f"{'way':28} {'articles':>8} {'ms each':>9} {'ratio':>7} {'results':>8} {'peak MB':>7}")
    for articles in options.articles:
        with tempfile.TemporaryDirectory() as folder:
            measure(Path(folder) / "archive", articles, options.faults)


if __name__ == "__main__":
    main()
