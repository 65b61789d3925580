"""Builds replace one another whole: at any moment `build/current` is a finished build or absent.

In: a project's build folder. Out: a folder to write a build into, made current by one atomic
rename. The one before it stays, too, until there is a newer one. A build that fails, or is killed,
leaves both as they were; whole shelves of articles that it had done are kept for the next one, all
else goes, at the latest when that one starts. Symbolic links do this; where the system refuses them
(Windows without developer mode) it is an X703.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

from kg.diagnostics import Diagnostic, Location, Unavailable
from kg.project.manifest import MANIFEST
from kg.project.shelves import ARTICLES, COMMON, RECORDS

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

    The caller holds the lock. Then the build that was current before is kept, and no other.

    Args:
        build: the build folder.
        parts: what people look for in it, such as `kg.ttl`; links to these move with `current`.

    Raises:
        Unavailable: X703, the folder cannot be written.
    """
    build = _real(build)
    try:
        before = _current(build)
        _prepare(build)
        _sweep(build, [*_finished(build), *unfinished(build)])
        draft = Path(tempfile.mkdtemp(dir=build / _GENERATIONS))
        draft.chmod(stat.S_IMODE(build.stat().st_mode))  # `mkdtemp` keeps others out
        try:
            yield draft
            _point(build / CURRENT, draft.relative_to(build))
        except OSError:
            shutil.rmtree(draft, ignore_errors=True)
            raise
        except BaseException:
            _leave(draft)
            raise
        _sweep(build, [draft, before])
        for name in parts:
            if (draft / name).exists():
                _point(build / name, Path(CURRENT, name))
            elif (build / name).is_symlink():
                (build / name).unlink()
    except OSError as error:
        raise _unwritable(build, error) from error


def _prepare(build: Path) -> None:
    folder, ignored = build / _GENERATIONS, build / ".gitignore"
    for path in (folder, ignored):
        if path.is_symlink():  # what it leads to is none of ours, and must not be swept
            path.unlink()
    folder.mkdir(exist_ok=True)
    ignored.write_text("*\n", encoding="utf-8")


def _sweep(build: Path, kept: list[Path]) -> None:
    """Remove all builds but some, and the shelves that these have links to."""
    shelved = _shelved(kept)
    for old in (build / _GENERATIONS).iterdir():
        if old not in kept:
            _remove(old, shelved)


def _real(path: Path) -> Path:
    """Without links, as the paths are that builds are compared by: a folder has one path only."""
    return Path(os.path.realpath(path))  # `resolve` stumbles over a link to itself


def _current(build: Path) -> Path:
    return _real(build / CURRENT)


def _shelved(builds: Iterable[Path]) -> set[Path]:
    """The shelves of other builds that these have links to."""
    found: set[Path] = set()
    for build in builds:
        with suppress(OSError):
            links = (path for path in (build / ARTICLES).iterdir() if path.is_symlink())
            found.update(map(_real, links))
    return found


def _remove(old: Path, shelved: set[Path]) -> None:
    """Remove a build, but not its shelves that another build has links to."""
    if not any(path.is_relative_to(old) for path in shelved):
        _discard(old)
        return
    for path in [*(old / ARTICLES).iterdir(), *old.iterdir()]:
        if path.name != ARTICLES and path not in shelved:
            _discard(path)


def _discard(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _leave(draft: Path) -> None:
    """Keep, of a build that is not finished, the articles that the next one can take over."""
    if not _has_articles(draft):
        shutil.rmtree(draft, ignore_errors=True)
    for path in draft.iterdir() if draft.exists() else ():
        if path.name not in (ARTICLES, COMMON):
            _discard(path)


def _has_articles(folder: Path) -> bool:
    """Whether there are whole shelves of articles; a few articles are sooner done than kept."""
    return any((folder / ARTICLES).glob(f"*/{RECORDS}"))


def unfinished(build: Path) -> list[Path]:
    """The last build that was ended or refused and has articles to take over, if there is one."""
    build = _real(build)
    finished = _finished(build)
    # What is left of an older build has shelves, too, but finished ones use them.
    used = _shelved(finished)
    left = [
        path
        for path in _all(build)
        if path not in finished
        and _has_articles(path)
        and not any(shelf.is_relative_to(path) for shelf in used)
    ]
    return sorted(left, key=lambda path: path.stat().st_mtime_ns)[-1:]


def previous(build: Path) -> Path | None:
    """The build that was current before, as long as it is kept.

    A build that was killed when it was all but whole is younger than the current one.
    """
    build = _real(build)
    current = _current(build)
    older = [path for path in _all(build) if 0 < _made(path) <= _made(current) and path != current]
    return max(older, key=_made, default=None)


def _made(build: Path) -> int:
    """When a build was whole; 0 if it is not."""
    with suppress(OSError):
        return (build / MANIFEST).stat().st_mtime_ns
    return 0


def _finished(build: Path) -> list[Path]:
    """The builds that somebody may read: the current one, and the one before."""
    before = previous(build)
    return [_current(build), before] if before else [_current(build)]


def _all(build: Path) -> list[Path]:
    with suppress(OSError):
        return list((build / _GENERATIONS).iterdir())
    return []


def link_or_copy(source: Path, target: Path) -> None:
    """Give a file that is never written again a second name, or copy it where there can be none.

    Raises:
        OSError: the file cannot be read, or the target not be written.
    """
    try:
        os.link(source, target)
    except OSError:  # another file system, or one without links
        shutil.copyfile(source, target)


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
