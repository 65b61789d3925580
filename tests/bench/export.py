"""What `kg export` takes for many statements, beside the engine's own dump of the same.

    python tests/bench/export.py [MILLIONS]

The graphs of the five articles are repeated under new names. Each row is one process: the processor
time and the memory that it took at most. Both write to a file in the same folder; the engine dumps
a store that holds the same statements. Ours read the files of the build, merge and sort; the
engine's dump is in no order.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COMMON = """
import resource, sys, time
from pathlib import Path
folder = Path(sys.argv[1])
def done(start):
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{time.process_time() - start:.2f} {peak}")
"""
OURS = """
from kg.exporting.syntaxes import build_style, write
from kg.exporting.selection import select_files
from kg.store.embedded import Build
from kg.terms import PUBLISHED
files = {path.name: "" for path in folder.glob("*.nq")}
stems = sorted(path.stem for path in folder.glob("articles/*.nq"))
said = {"base": "https://example.org/newskg/", "prefixes": PUBLISHED, "files": files}
said |= {"articles": stems, "shelves": {"": ""}}
build = Build.known(folder, said)
start = time.process_time()
with (folder / "out").open("wb") as out:
    write(select_files(build), sys.argv[2], out, build_style(build))
done(start)
"""
ENGINE = """
from pyoxigraph import DefaultGraph, RdfFormat, Store
store = Store.read_only(str(folder / "store"))
end = {"rdfxml": "rdf"}.get(sys.argv[2], sys.argv[2])
format = RdfFormat.from_extension(end)
start = time.process_time()
with (folder / "out").open("wb") as out:
    store.dump(out, format, from_graph=None if format.supports_datasets else DefaultGraph())
done(start)
"""
LOAD = """
from kg.exporting.selection import select_files
from kg.store.embedded import Build, create
files = {path.name: "" for path in folder.glob("*.nq")}
stems = sorted(path.stem for path in folder.glob("articles/*.nq"))
said = {"files": files, "articles": stems, "shelves": {"": ""}}
create(folder / "store", select_files(Build.known(folder, said)))
"""


def python(code: str, *arguments: str) -> str:
    line = [sys.executable, "-c", COMMON + code, *arguments]
    return subprocess.run(line, check=True, cwd=ROOT, text=True, stdout=subprocess.PIPE).stdout


def repeat(build: Path, folder: Path, least: int) -> int:
    """Fill a folder like that of a build with at least so many statements; the number of them."""
    (folder / "articles").mkdir()
    for name in ("authority", "passages", "inferred"):
        shutil.copyfile(build / f"{name}.nq", folder / f"{name}.nq")
    articles = sorted(build.glob("articles/*.nq"))
    total = number = 0
    while total < least:
        for path in articles:
            stem = f"{number:07}"
            lines = path.read_bytes().replace(path.stem.encode(), stem.encode()).splitlines(True)
            (folder / "articles" / f"{stem}.nq").write_bytes(b"".join(sorted(lines)))
            total, number = total + len(lines), number + 1
    return total


def main() -> None:
    millions = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    subprocess.run([sys.executable, "-m", "kg", "build"], cwd=ROOT, check=True)
    with tempfile.TemporaryDirectory() as place:
        total = repeat(ROOT / "build" / "current", Path(place), int(millions * 1_000_000))
        python(LOAD, place)
        print(f"\n{total:,} statements   kg export          engine's dump      speed, ours to its")
        for syntax in ("nq", "nt", "trig", "ttl", "jsonld", "rdfxml"):
            (ours, our_peak), (other, peak) = (
                python(code, place, syntax).split() for code in (OURS, ENGINE)
            )
            ratio = float(other) / float(ours)
            print(
                f"{syntax:22} {ours:>7} s {our_peak:>5} MB {other:>7} s {peak:>5} MB {ratio:8.2f}"
            )


if __name__ == "__main__":
    main()
