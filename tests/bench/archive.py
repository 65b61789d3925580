"""Builds of an archive: from nothing, with nothing changed, and after single changes.

    python tests/bench/archive.py FOLDER [--table FILE]

In: a project that `corpus.py` made; it is copied, not changed. Out: for each build the time of the
whole process, the processor time of it and its workers, and the memory that one process took at
most; beside the first one what `oxigraph load` takes to load the N-Quads that it made.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

SETTLING = 2.5
"""Seconds after which a file that was written counts as one that was not just written."""


@dataclass(frozen=True)
class Run:
    """What a command took."""

    title: str
    seconds: float
    processor: float
    megabytes: int
    told: str

    @property
    def row(self) -> str:
        """A row of the table."""
        took = f"{self.seconds:.2f} | {self.processor:.2f} | {self.megabytes}"
        return f"| {self.title} | {took} | {self.told} |"


def run(title: str, *command: str | Path) -> Run:
    """Run a command; its own figures and those of its workers."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    output = process.stdout.read() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{title}: ended with {status}")
    taken = re.search(r"nothing was done|([\d,]+ unchanged articles) taken over(.*)", output)
    return Run(
        title,
        time.perf_counter() - start,
        usage.ru_utime + usage.ru_stime,
        usage.ru_maxrss // 1024,
        taken[0].replace(" taken over", "") if taken else "",
    )


def runs(project: Path, store: Path) -> Iterator[Run]:
    """All builds, one after another, and the load."""

    def build(title: str) -> Run:
        time.sleep(SETTLING)
        return run(title, sys.executable, "-m", "kg", "--project", project, "build")

    yield build("from nothing")
    files = sorted((project / "build/current").glob("**/*.nq"))
    oxigraph = shutil.which("oxigraph") or "oxigraph"
    yield run("`oxigraph load` of the result", oxigraph, "load", "-l", store, "-f", *files)
    for title, change in CHANGES.items():
        change(project)
        yield build(title)


def edit(pattern: str, old: str, new: str) -> Callable[[Path], None]:
    """A change of the first file of a name; without `old`, `new` is put behind its text."""

    def change(project: Path) -> None:
        path = min(project.glob(pattern))
        text = path.read_text(encoding="utf-8")
        changed = re.sub(old, new, text, count=1) if old else text + new
        assert changed != text
        path.write_text(changed, encoding="utf-8")

    return change


CHANGES: dict[str, Callable[[Path], None]] = {
    "nothing changed": lambda _: None,
    "a comment in a mapping": edit("mappings/*.yaml", "", "# seen\n"),
    "another value in a mapping": edit(
        "mappings/*.yaml", r"act: (?!assertion)\S+", "act: assertion"
    ),
    "a sentence in an article": edit("seeds/*.txt", "", "Nothing else was said on that day.\n"),
    "a comment in the authority": edit("mappings/authority/*.yaml", "", "# seen\n"),
    "another alias of a person": edit(
        "mappings/authority/persons.yaml", r"alias: \[", r"\g<0>Zz, "
    ),
    "another label of a post": edit("mappings/authority/posts.yaml", "label: ", r"\g<0>The "),
    "another label of a class": edit("ontology/events.ttl", '"visit"@en', '"call"@en'),
    "another shape": edit("ontology/shapes/events.ttl", "sh:maxCount 1", "sh:maxCount 2"),
    "a class below another": edit(
        "ontology/events.ttl", "", "news:Call a owl:Class ; rdfs:subClassOf news:Visit .\n"
    ),
    "an axiom that only reasoning uses": edit(
        "ontology/events.ttl", "", "news:visitor a owl:AsymmetricProperty .\n"
    ),
}


def main() -> None:
    """Measure, and print or write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--table", type=Path)
    given = parser.parse_args()
    with TemporaryDirectory() as place:
        project = Path(place, "project")
        shutil.copytree(given.folder, project, ignore=shutil.ignore_patterns("build"))
        count = len(list((project / "mappings").glob("*.yaml")))
        head = f"| {count:,} articles | s | processor s | MB | taken over |"
        rows = [head, "|---|---|---|---|---|"]
        print(*rows, sep="\n")
        for done in runs(project, Path(place, "store")):
            rows.append(done.row)
            print(done.row, flush=True)
    if given.table:
        given.table.write_text("\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
