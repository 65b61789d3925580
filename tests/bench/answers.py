"""Long answers: the time and the memory that `kg query` takes for a million rows."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

FORMATS = ("csv", "tsv", "json", "xml")
ROWS = (1, 1_000_000)
MEASURED = """
import resource, sys, time
from kg.cli import main
started = time.perf_counter()
try:
    main()
finally:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{time.perf_counter() - started:6.1f} s {peak:6} MB", file=sys.stderr)
"""


def measure(data: Path, format_: str, rows: int) -> str:
    """Time and peak of one process."""
    text = f"SELECT ?a ?b {{ ?a ?p ?x . ?b ?q ?y }} LIMIT {rows}"
    line = [sys.executable, "-c", MEASURED, "query", "--data", str(data), "-F", format_, text]
    pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    return subprocess.run(line, check=True, text=True, **pipes).stderr.strip("\n")


def main() -> None:
    """Print a line for each format and number of rows."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data.nt"
        data.write_text("".join(f'<x:{n}> <x:p> "v" .\n' for n in range(1000)), encoding="utf-8")
        for format_ in FORMATS:
            for rows in ROWS:
                print(f"{format_:5} {rows:9,} rows {measure(data, format_, rows)}")


if __name__ == "__main__":
    main()
