"""Work that may take longer than it is worth, done in another process that can be ended.

In: what gives results one after another, and seconds. Out: the results that came in time.
Refuses: nothing. What fails in the other process has no more results.

The engine does not give control back while it looks for a row, so that nothing in this process
could end it. The other process is a copy of this one, so that data that were loaded into memory are
there; where the system has no such copies (Windows), there are no results.
"""

from __future__ import annotations

import os
import pickle
import select
import signal
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")
_PIECE = 1 << 16


class Timely(NamedTuple, Generic[T]):
    """The results of some work that came in time, and whether these are all."""

    results: list[T]
    is_whole: bool


def in_time(work: Callable[[], Iterable[T]], seconds: float) -> Timely[T]:
    """The results of some work that come within so many seconds.

    Args:
        work: gives results that can be pickled; it runs in a copy of this process.
        seconds: when to end it.
    """
    if sys.platform == "win32":
        return Timely([], is_whole=False)
    reader, writer = os.pipe()
    with warnings.catch_warnings():
        # Threads of the store are not in the copy; a store that is only read does without them.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        os.close(reader)
        _work(work, writer, seconds)
    os.close(writer)
    try:
        content, is_whole = _read(reader, seconds)
        return Timely(list(_results(content)), is_whole)
    finally:
        os.close(reader)
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _work(work: Callable[[], Iterable[object]], writer: int, seconds: float) -> None:
    """Write the results of the work, and end this process without a word."""
    try:
        # Should nobody be left to end this process, the system does.
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, seconds + 1)
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(nothing, stream)
        for result in work():
            content = pickle.dumps(result)
            content = len(content).to_bytes(8) + content
            while content:
                content = content[os.write(writer, content) :]
    finally:
        os._exit(0)


def _read(reader: int, seconds: float) -> tuple[bytes, bool]:
    """What is written until the other end is closed, or time is over; and which of them it was."""
    end, found = time.monotonic() + seconds, bytearray()
    while (left := end - time.monotonic()) > 0 and select.select([reader], [], [], left)[0]:
        piece = os.read(reader, _PIECE)
        if not piece:
            return bytes(found), True
        found += piece
    return bytes(found), False


def _results(content: bytes) -> Iterator[T]:
    """The results that are whole."""
    start = 0
    while len(content) >= (first := start + 8):
        end = first + int.from_bytes(content[start:first])
        if len(content) < end:
            return
        yield pickle.loads(content[first:end])
        start = end
