"""Command lines of `kg`, run one after another: here, or in a process that Ctrl-C may end.

In: the words of a command line. Out: its exit status; what it prints is on the streams as always.
Refuses: nothing.

The engine of queries cannot be stopped from within, so the prompt has a second process do the work,
which lives until it is interrupted; the next command line gets a new one.
"""

from __future__ import annotations

import gc
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from kg.commands.showing import show
from kg.diagnostics import Diagnostic

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

Run = Callable[[Sequence[str]], int]
BUG = 70
"""Exit status of a fault of the program itself (EX_SOFTWARE of sysexits.h)."""
INTERRUPTED = 128 + signal.SIGINT
GRACE = 1.0
"""Seconds that a process has to end by itself."""


def run_here(line: Sequence[str]) -> int:
    """Run a command line in this process; a fault of the program does not end it."""
    try:
        import_module("kg.cli").main(list(line), prog_name="kg")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception:  # the prompt lives on
        traceback.print_exc()
        return BUG
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


class Worker:
    """A process that runs command lines on the terminal of this one."""

    def __init__(self, folder: Path) -> None:
        """Start it, so that it is ready when it is needed; messages name files of `folder`."""
        self._folder = folder
        self._start()

    def _start(self) -> None:
        from multiprocessing import get_context  # only the prompt needs it

        context = get_context("spawn")  # a fork would inherit the threads of the prompt half
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()

    def __call__(self, line: Sequence[str]) -> int:
        """Run a command line, until it ends or the user gives it up by Ctrl-C."""
        try:
            self._connection.send(tuple(line))
            status: int = self._connection.recv()
        except (EOFError, OSError):
            return self._ended()
        except KeyboardInterrupt:
            return self._given_up()
        return status

    def _given_up(self) -> int:
        """The terminal has told the other process, too; if it does not hear, it is ended."""
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # once is enough
        try:
            if not self._connection.poll(GRACE) or not self._has_answered():
                self._process.kill()
                self._process.join()
                self._start()
        finally:
            signal.signal(signal.SIGINT, before)
        return INTERRUPTED

    def _has_answered(self) -> bool:
        try:
            self._connection.recv()
        except (EOFError, OSError):
            return False
        return True

    def _ended(self) -> int:
        """The other process is gone: by Ctrl-C, or against anybody's will."""
        self._process.join()
        code = self._process.exitcode or 0
        self._start()
        if code != -signal.SIGINT:
            message = f"the process that worked on the query was ended, with status {code}"
            help_ = "see that there is memory for the answer, or ask for less"
            show([Diagnostic("X708", message, help=help_)], self._folder)
        return 128 - code if code < 0 else code


def _serve(connection: Connection) -> None:
    """Run command lines until nobody sends any more."""
    gc.enable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    import_module("kg.commands.query")  # while the first query is typed
    while True:
        try:
            line = connection.recv()
        except (EOFError, OSError):
            return
        signal.signal(signal.SIGINT, signal.default_int_handler)
        status = run_here(line)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        connection.send(status)
