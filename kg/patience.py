"""A limit of computing time for work in Python that may never end, such as a search by a pattern.

In: seconds. Out: the work is done in time. Refuses: work that takes longer (`LateError`).

The system counts the time that this process computes, so that a busy machine makes nothing late,
and tells the main thread by a signal; Python looks for signals even inside a regular expression.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from types import FrameType

_AGAIN = 0.5
"""Seconds until the next signal: libraries that catch everything swallow the exception."""


class LateError(BaseException):
    """The time is up. No `Exception`, which libraries take for an answer of their own.

    `where` is what was made of the place where the work was.
    """

    def __init__(self, where: object) -> None:
        super().__init__(where)
        self.where = where


@contextmanager
def patience(seconds: float, locate: Callable[[FrameType | None], object]) -> Iterator[None]:
    """End the block when it has computed for so long.

    Only the main thread can arrange that, and not on Windows; elsewhere there is no limit.

    Args:
        seconds: of computing.
        locate: says where the work is, from the frame that is being executed.

    Raises:
        LateError: the time is up.
    """
    if not hasattr(signal, "setitimer") or current_thread() is not main_thread():
        yield
        return
    late: list[LateError] = []

    def end(_: int, frame: FrameType | None) -> None:
        late.append(LateError(locate(frame)))
        raise late[0]

    before = signal.signal(signal.SIGVTALRM, end)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds, _AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
    if late:
        raise late[0]
