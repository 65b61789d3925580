"""The results of benchmarks as one page, with the machine and the versions that they are of.

    python tests/bench/table.py PAGE [--only NAME ...] [--articles 1000] [--millions 1]
                                [--morph PYTHON]

In: the names of benchmarks, all by default, and sizes; the Python that has Morph-KGC. Out: the
page, in Markdown, with what each of them prints. Refuses: nothing; of a benchmark that fails the
page says so.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

BENCH = Path(__file__).parent
PACKAGES = ("newskg", "pyoxigraph", "oxigraph", "rdflib", "pyshacl", "owlready2", "watchfiles")
BUSY = 0.5
"""So much other work for each processor is told: times are longer then, ratios less sure."""


class Sizes(NamedTuple):
    """How much is measured, a project of so many articles, and the Python of Morph-KGC."""

    articles: int
    millions: float
    project: Path
    morph: tuple[str, ...]


class Benchmark(NamedTuple):
    """What is run, and what its numbers mean."""

    title: str
    arguments: Callable[[Sizes], Sequence[str]]


BENCHMARKS = {
    "commands": Benchmark("Whole commands, each beside what it is measured against", lambda _: ()),
    "validation": Benchmark(
        "SHACL over an archive, beside pySHACL by itself",
        lambda sizes: ("50", "200", str(sizes.articles)),
    ),
    "generation": Benchmark(
        "From YAML and text to N-Quads, beside tools that make the same from JSON",
        lambda sizes: (str(sizes.project), "--articles", str(sizes.articles), *sizes.morph),
    ),
    "archive": Benchmark(
        "Builds: from nothing, unchanged, and after single changes, beside `oxigraph load`",
        lambda sizes: (str(sizes.project),),
    ),
    "queries": Benchmark(
        "Queries of large graphs, beside the engine that is asked",
        lambda sizes: (str(sizes.project.parent / "stores"), "--millions", str(sizes.millions)),
    ),
    "growth": Benchmark("How single steps grow with what they are given", lambda _: ()),
}


def run(name: str, *arguments: str) -> str:
    """What a benchmark prints."""
    command = [sys.executable, str(BENCH / f"{name}.py"), *arguments]
    print(f"{name} ...", file=sys.stderr, flush=True)
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    return done.stdout if done.returncode == 0 else f"it ended with status {done.returncode}\n"


def machine() -> Iterator[str]:
    """Processor, memory and versions; nothing that names the machine."""
    cpuinfo = Path("/proc/cpuinfo")
    models = re.findall(r"model name\s*:\s*(.*)", cpuinfo.read_text()) if cpuinfo.exists() else []
    model, count = (models or [platform.machine()])[0], os.cpu_count() or 1
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    yield f"{model}, {count} processors, {memory:.0f} GiB of memory, {platform.system()}; Python "
    yield f"{platform.python_version()}, {', '.join(versions())}."
    if (load := os.getloadavg()[0]) > BUSY * count:
        yield f" Measured beside other work (load {load:.0f}): times are longer than they need be."


def versions() -> Iterator[str]:
    """The versions of what is measured, as far as it is installed."""
    for package in PACKAGES:
        try:
            yield f"{package} {version(package)}"
        except PackageNotFoundError:
            continue


def page(names: Sequence[str], sizes: Sizes) -> Iterator[str]:
    """The page, section by section."""
    yield "# How fast it is\n\nWritten by `python tests/bench/table.py`. Times are of one machine; "
    yield "ratios, each measured in one run, travel.\n\n"
    yield "".join(machine()) + "\n"
    for name in names:
        printed = run(name, *BENCHMARKS[name].arguments(sizes)).strip("\n")
        yield f"\n## {BENCHMARKS[name].title}\n\n`tests/bench/{name}.py`\n\n"
        yield f"{printed}\n" if "|---|" in printed else f"```text\n{printed}\n```\n"


def main() -> None:
    """Run benchmarks and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("page", type=Path)
    parser.add_argument("--only", nargs="+", choices=BENCHMARKS, default=list(BENCHMARKS))
    parser.add_argument("--articles", type=int, default=1000)
    parser.add_argument("--millions", type=float, default=1)
    parser.add_argument("--morph", metavar="PYTHON")
    given = parser.parse_args()
    with TemporaryDirectory() as place:
        morph = ("--morph", given.morph) if given.morph else ()
        sizes = Sizes(given.articles, given.millions, Path(place, "project"), morph)
        if not {"archive", "generation"}.isdisjoint(given.only):
            run("corpus", str(sizes.project), "--articles", str(given.articles), "--seed", "1")
        given.page.write_text("".join(page(given.only, sizes)), encoding="utf-8")


if __name__ == "__main__":
    main()
