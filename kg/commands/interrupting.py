"""Ctrl-C while the engine works.

In: work that spends its time outside of Python. Out: an end at once, without a word; shells see
exit status 130.

Python would act on the signal only when the engine gives control back to the main thread, which may
take hours. So the system ends the process; and where a file is being written, a second thread,
which the engine lets run, takes away what is not whole and then does the same.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from kg.exporting.syntaxes import destination
from kg.rdf.dataset import draft_of

if TYPE_CHECKING:
    from socket import socket

STATUS = 128
"""What shells add to the number of a signal."""
_drafts: set[Path] = set()
"""What is being written, and must not stay behind when the process ends at once."""


@contextmanager
def interruptible() -> Iterator[None]:
    """Let Ctrl-C end the process while the block runs; only the main thread can arrange that."""
    try:
        before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    except ValueError:
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def written(path: Path | None) -> Iterator[BinaryIO]:
    """The stream for the data of a verb, of which nothing is left if the process is told to end.

    Raises:
        Unavailable: X703, it cannot be written.
    """
    cleaned = nullcontext() if path is None else _cleaned(draft_of(path, os.getpid()))
    with cleaned, destination(path) as out:
        yield out


@contextmanager
def _cleaned(draft: Path) -> Iterator[None]:
    """Remove a draft when a signal tells the process to end while the block runs."""
    from socket import socketpair  # a wakeup descriptor must be a socket on Windows
    from threading import Thread, current_thread, main_thread

    if current_thread() is not main_thread():
        yield
        return
    ear, mouth = socketpair()
    mouth.setblocking(False)
    Thread(target=_clean, args=(ear, draft), daemon=True).start()
    signals = (signal.SIGINT, signal.SIGTERM)
    # The handlers do nothing: what matters is that the system tells the ear.
    before = [signal.signal(number, lambda *_: None) for number in signals]
    told = signal.set_wakeup_fd(mouth.fileno())
    _drafts.add(draft)
    try:
        yield
    finally:
        _drafts.discard(draft)
        signal.set_wakeup_fd(told)
        for number, handler in zip(signals, before, strict=True):
            signal.signal(number, handler)
        mouth.close()


def drop_drafts() -> None:
    """Take away what is not whole, before the process is ended."""
    for draft in _drafts:
        draft.unlink(missing_ok=True)


def _clean(ear: socket, draft: Path) -> None:
    with ear:
        if told := ear.recv(1):
            draft.unlink(missing_ok=True)
            os._exit(STATUS + told[0])
