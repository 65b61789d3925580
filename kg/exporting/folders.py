"""Folders of files that appear when they are whole.

In: a path. Out: an empty folder to write files into, which then takes that path, with the digests
of its files in `SHA256SUMS` (as `sha256sum -c` reads it).
Refuses: a folder that holds what was not written so (X703), for it would be lost.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kg.diagnostics import Diagnostic, Location, Misuse, Unavailable

SUMS = "SHA256SUMS"


@contextmanager
def replacing_folder(path: Path) -> Iterator[Path]:
    """A draft that takes the place of a folder when the block ends well; else nothing is left.

    The folder that it replaces is moved away first, so that for a moment there is none; never is
    there half of one.

    Args:
        path: of the folder; absent, empty, or written by this function before.

    Raises:
        Misuse: X703, there are other files in it. Unavailable: X703, it cannot be written.
    """
    target = Path(os.path.realpath(path))  # `resolve` stumbles over a link to itself
    draft, old = (
        target.with_name(f".{target.name}.{os.getpid()}.{end}") for end in ("part", "old")
    )
    try:
        _refuse_foreign(target, path)
        draft.mkdir(parents=True)
        try:
            yield draft
            _write_sums(draft)
            _exchange(draft, target, old)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except OSError as error:
        message = f"`{path}` cannot be written: {(error.strerror or str(error)).lower()}"
        raise Unavailable([Diagnostic("X703", message, Location(str(path)))]) from error


def _exchange(draft: Path, target: Path, old: Path) -> None:
    if not target.exists():
        draft.rename(target)
        return
    target.rename(old)
    try:
        draft.rename(target)
    except OSError:
        old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _write_sums(folder: Path) -> None:
    """Digests in the form of the coreutils, binary mode."""
    from hashlib import file_digest  # loads OpenSSL, which queries do without

    lines = []
    for file in sorted(folder.iterdir()):
        with file.open("rb") as stream:
            lines.append(f"{file_digest(stream, 'sha256').hexdigest()} *{file.name}\n")
    (folder / SUMS).write_text("".join(lines), encoding="utf-8", newline="\n")


def _refuse_foreign(target: Path, shown: Path) -> None:
    if not os.path.lexists(target):
        return
    names = {file.name for file in target.iterdir()}
    sums = target / SUMS
    lines = sums.read_text(encoding="utf-8").splitlines() if SUMS in names else []
    foreign = sorted(names - {SUMS} - {line.partition(" *")[2] for line in lines})
    if foreign:
        message = f"`{shown}` cannot be replaced: it holds `{foreign[0]}`, which no export wrote"
        help_ = "choose another folder, or empty this one"
        raise Misuse([Diagnostic("X703", message, Location(str(shown)), help=help_)])
