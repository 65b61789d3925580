"""Builds replace one another whole: at any moment `build/current` is a finished build or absent.

In: a project's build folder. Out: a folder to write a build into, made current by one atomic
rename. A build that fails, or is killed, leaves `current` as it was; its remains go when the next
one starts. Symbolic links do this; where the system refuses them (Windows without developer mode)
it is an X703.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

from kg.diagnostics import Diagnostic, Location, Unavailable

CURRENT = "current"
_GENERATIONS = ".generations"


@contextmanager
def locked(build: Path, waiting: float, on_wait: Callable[[], None]) -> Iterator[None]:
    """Hold the lock of a build folder; the system lets go of it when the process ends, however.

    Args:
        build: the folder, made if need be.
        waiting: seconds to wait for another build; negative for as long as it takes.
        on_wait: called once if there is another build.

    Raises:
        Unavailable: X704, the other build goes on; X703, the folder cannot be written.
    """
    try:
        build.mkdir(parents=True, exist_ok=True)
        lock = FileLock(build / ".lock")
        _acquire(lock, waiting, on_wait)
    except OSError as error:
        raise _unwritable(build, error) from error
    try:
        yield
    finally:
        lock.release()


def _acquire(lock: BaseFileLock, waiting: float, on_wait: Callable[[], None]) -> None:
    try:
        lock.acquire(timeout=0)
    except Timeout:
        on_wait()
        try:
            lock.acquire(timeout=waiting)
        except Timeout as error:
            message = "another build of this project is running"
            raise Unavailable([Diagnostic("X704", message, help="wait for it to end")]) from error


@contextmanager
def generation(build: Path, parts: Iterable[str]) -> Iterator[Path]:
    """A fresh folder that becomes the current build if the block ends well.

    The caller holds the lock. What is neither current nor new is removed.

    Args:
        build: the build folder.
        parts: what people look for in it, such as `kg.ttl`; links to these move with `current`.

    Raises:
        Unavailable: X703, the folder cannot be written.
    """
    try:
        _sweep(build)
        draft = Path(tempfile.mkdtemp(dir=build / _GENERATIONS))
        draft.chmod(stat.S_IMODE(build.stat().st_mode))  # `mkdtemp` keeps others out
        try:
            yield draft
            _point(build / CURRENT, draft.relative_to(build))
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
        for name in parts:
            _point(build / name, Path(CURRENT, name))
    except OSError as error:
        raise _unwritable(build, error) from error


def _sweep(build: Path) -> None:
    folder, ignored = build / _GENERATIONS, build / ".gitignore"
    for path in (folder, ignored):
        if path.is_symlink():  # what it leads to is none of ours, and must not be swept
            path.unlink()
    folder.mkdir(exist_ok=True)
    ignored.write_text("*\n", encoding="utf-8")
    kept = Path(os.path.realpath(build / CURRENT))  # `resolve` stumbles over a link to itself
    for old in folder.iterdir():
        if old != kept:
            shutil.rmtree(old, ignore_errors=True)


def _point(link: Path, target: Path) -> None:
    if link.is_symlink() and link.readlink() == target:
        return
    draft = link.with_name(f".{link.name}.{os.getpid()}.link")
    draft.unlink(missing_ok=True)
    draft.symlink_to(target, target_is_directory=True)
    draft.replace(link)


def _unwritable(path: Path, error: OSError) -> Unavailable:
    reason = (error.strerror or str(error)).lower()
    message = f"`{path.name}` cannot be written: {reason}"
    help_ = "see that you may write there and that the disk has room; `build` may be deleted"
    return Unavailable([Diagnostic("X703", message, Location(path.name), help=help_)])
