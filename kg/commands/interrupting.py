"""Ctrl-C while the engine works.

In: work that spends its time outside of Python. Out: an end at once, without a word; shells see
exit status 130.

Python would act on the signal only when the engine gives control back, which may take hours, and
no other thread runs meanwhile: so the system ends the process. A file of `-o` that is not whole
never takes the place of another; its hidden draft may be left behind.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def interruptible() -> Iterator[None]:
    """Let Ctrl-C end the process while the block runs; only the main thread can arrange that."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
