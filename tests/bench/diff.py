"""What `kg diff` takes for two large files, one statement in a thousand of which differs.

    python tests/bench/diff.py [MILLIONS]

Each row is one process of `kg diff`: the files as N-Quads in random order, so that both have to be
sorted. Beside it `sort` and `comm` of the coreutils find the same lines, and no more: neither
subjects, nor values that changed, nor blank nodes. The processor time, and the memory that one
process took at most.
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BASE = "https://example.org/diff/"
BLOCK = 100_000
COMM = "sort {0} > {0}.sorted; sort {1} > {1}.sorted; comm -3 {0}.sorted {1}.sorted"


def fill(path: Path, number: int, changed: int) -> None:
    """A file of so many statements, of which one in a thousand has a value of its own."""
    chance = random.Random(changed)
    with path.open("w", encoding="utf-8") as out:
        for start in range(0, number, BLOCK):
            lines = [_line(n, changed) for n in range(start, min(start + BLOCK, number))]
            chance.shuffle(lines)
            out.writelines(lines)


def _line(n: int, changed: int) -> str:
    value = f"value {n} in words, " + (f"side {changed}" if n % 1000 == 0 else "on both sides")
    return f'<{BASE}n/{n // 8}> <{BASE}p{n % 8}> "{value}"@en <{BASE}graph/g{n // BLOCK}> .\n'


def main() -> None:
    """Print a line for each way."""
    millions = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    with tempfile.TemporaryDirectory() as place:
        files = [Path(place) / name for name in ("old.nq", "new.nq")]
        for side, path in enumerate(files):
            fill(path, int(millions * 1_000_000), side)
        old, new = map(str, files)
        kg = [sys.executable, "-m", "kg", "diff", old, new]
        for name, command in (
            ("kg diff", kg),
            ("kg diff -F rdfpatch", [*kg, "-F", "rdfpatch"]),
            ("sort and comm", ["sh", "-c", COMM.format(old, new)]),
        ):
            print(f"{name:20} {measured(command)}", flush=True)


def measured(command: list[str]) -> str:
    """Processor time and memory, in another process that has no other children."""
    code = (
        "import resource, subprocess, sys\n"
        "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)\n"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print(f'{used.ru_utime + used.ru_stime:8.1f} s {used.ru_maxrss // 1024:6} MB')\n"
    )
    line = [sys.executable, "-c", code, *command]
    done = subprocess.run(line, check=True, cwd=ROOT, text=True, stdout=subprocess.PIPE)
    return done.stdout.rstrip()


if __name__ == "__main__":
    main()
