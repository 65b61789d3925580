"""A limit of time that holds, whatever the engine does.

In: a command line, and seconds. Out: what the same command line does in another process, which this
one ends when the time is up.
Refuses: a command that takes longer (Q615), and one whose process is ended from outside (X708).

The engine cannot be stopped from within: while it builds indexes, nothing of its process runs. The
other process has the streams of this one, so that rows come as they are found and none are held
here.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from kg.diagnostics import Diagnostic, Unavailable
from kg.rdf.dataset import draft_of

MARK = "KG_LIMITED"
"""What the environment of the other process has: the seconds that are left to it."""
GRACE = 2.0
"""Seconds after which the other process ends itself, should nobody be left to end it."""
# The same modules as here, wherever they come from.
START = """
import sys
sys.path[:], sys.argv[0] = {path!r}, {name!r}
from kg.__main__ import run
run()
"""
SHELL = 128
"""What shells add to the number of a signal that has ended a process."""


def is_limited() -> bool:
    """Whether this is the other process; then the system ends it, should all else fail."""
    seconds = os.environ.get(MARK)
    if seconds and hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, float(seconds) + GRACE)
    return bool(seconds)


def run_limited(arguments: Sequence[str], seconds: float, output: Path | None) -> int:
    """Do what a command line says in another process.

    Args:
        arguments: the command line without its first word.
        seconds: that it may take.
        output: a file that it writes; nothing that is not whole is left of it.

    Returns:
        Its exit status.

    Raises:
        Unavailable: Q615, it takes longer; X708, it was ended.
    """
    code = START.format(path=sys.path, name=sys.argv[0])
    line = [sys.executable, "-c", code, *arguments]
    process = subprocess.Popen(line, env=os.environ | {MARK: str(seconds)})
    try:
        with _ending():
            status = process.wait(seconds)
    except subprocess.TimeoutExpired as error:
        raise _late(seconds) from error
    finally:
        process.kill()
        process.wait()
        if output is not None:
            draft_of(output, process.pid).unlink(missing_ok=True)
    if status < 0 and -status != signal.SIGINT:
        message = f"the process that worked on the query was ended by signal {-status}"
        help_ = "see that there is memory for the answer, or ask for less"
        raise Unavailable([Diagnostic("X708", message, help=help_)])
    return SHELL - status if status < 0 else status


@contextmanager
def _ending() -> Iterator[None]:
    """Let a request to end reach the other process, too."""

    def end(number: int, _: object) -> None:
        sys.exit(SHELL + number)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _late(seconds: float) -> Unavailable:
    unit = "second" if seconds == 1 else "seconds"
    message = f"the query has taken longer than {seconds:g} {unit}, and was ended"
    note = "what has been printed, if anything, is not the whole answer"
    help_ = "give it longer with `--timeout`, or ask for less"
    return Unavailable([Diagnostic("Q615", message, notes=(note,), help=help_)])
