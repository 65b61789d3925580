"""Coverage-guided fuzzing of what reads text that people write.

    python tests/fuzz/run.py [NAME ...] [options of libFuzzer, such as -atheris_runs=100000]

Without a name all targets run, each in a process of its own and for a fixed number of inputs.
Seeds are the real mappings, articles and questions. What breaks a promise is written to a file
`crash-...` in the current folder.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import atheris

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

with atheris.instrument_imports(include=["kg", "yaml"]):
    import invariants

WORDS = [
    "on",
    "Monday",
    "last",
    "next",
    "early",
    "May",
    "October",
    "2024",
    "2025-02-12",
    "evening",
    "the",
    "morning",
    "of",
    "12",
    "Feb",
]


def documents(data: bytes) -> None:
    invariants.yaml_document(data)


def quotes(data: bytes) -> None:
    """A quote, a line break of its own kind, and the text; or words taken out of the text."""
    made = atheris.FuzzedDataProvider(data)
    start, length = made.ConsumeIntInRange(0, 2000), made.ConsumeIntInRange(0, 60)
    words, text = made.ConsumeUnicodeNoSurrogates(40), made.ConsumeUnicodeNoSurrogates(2000)
    invariants.folding(text)
    invariants.quote(words, text)
    invariants.quote(text[start : start + length], text)
    invariants.quote(f"{text[start : start + 8]}…{words}", text)


def times(data: bytes) -> None:
    made = atheris.FuzzedDataProvider(data)
    day = date(1900, 1, 1) + timedelta(days=made.ConsumeIntInRange(0, 80000))
    parts = [made.PickValueInList(WORDS) for _ in range(made.ConsumeIntInRange(0, 5))]
    words = " ".join([*parts, made.ConsumeUnicodeNoSurrogates(30)])
    for anchor in (day, None, date.min, date.max):
        invariants.time_expression(words, anchor)


def sparql(data: bytes) -> None:
    invariants.sparql(data.decode("utf-8", errors="replace"))


TARGETS: dict[str, Callable[[bytes], None]] = {
    "documents": documents,
    "quotes": quotes,
    "times": times,
    "sparql": sparql,
}
USUAL = {
    "documents": ["-atheris_runs=6000", "-max_len=3000"],
    "quotes": ["-atheris_runs=3000", "-max_len=400"],
    "times": ["-atheris_runs=30000", "-max_len=100"],
    "sparql": ["-atheris_runs=2500", "-max_len=1000"],
}


def seeds(name: str) -> list[bytes]:
    files = {
        "documents": [
            *ROOT.glob("mappings/**/*.yaml"),
            *ROOT.glob("tests/cases/*/mappings/*.yaml"),
        ],
        "quotes": ROOT.glob("seeds/*.txt"),
        "sparql": ROOT.glob("ontology/questions/*.rq"),
    }
    return [path.read_bytes()[:4000] for path in sorted(files.get(name, ()))]


def main(arguments: list[str]) -> int:
    names = [word for word in arguments if word in TARGETS]
    options = [word for word in arguments if word not in TARGETS]
    if len(names) != 1:
        return max(_apart(name, options) for name in names or TARGETS)
    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(seeds(names[0])):
            (Path(corpus) / str(number)).write_bytes(seed)
        given = ["-seed=1", *USUAL[names[0]], *options, corpus]
        atheris.Setup([__file__, *given], TARGETS[names[0]])
        atheris.Fuzz()  # ends the process
    return 0


def _apart(name: str, options: list[str]) -> int:
    print(f"-- {name}", flush=True)
    return subprocess.run([sys.executable, __file__, name, *options], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
