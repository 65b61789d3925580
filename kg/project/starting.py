"""A new project: settings, the ontology with its shapes, and one short example that builds at once.

In: a folder that is empty or not there yet. Out: the files of a project.
Refuses: a folder that holds anything (X705), so that nobody's work is overwritten.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from kg.diagnostics import Diagnostic, Location, Misuse, Unavailable

_TEMPLATE = Path(__file__).parent.parent / "template"
_RENAMED = {"gitignore": ".gitignore"}  # under its own name it would hide files from packaging


def start_project(folder: Path) -> list[str]:
    """Make a project.

    Args:
        folder: where; must be empty or absent.

    Returns:
        The files made, relative to the folder, sorted.

    Raises:
        Misuse: X705, the folder holds something.
        Unavailable: X703, it cannot be written.
    """
    absent = not os.path.lexists(folder)
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            message = f"`{folder}` is not an empty folder"
            raise Misuse(
                [Diagnostic("X705", message, help="name a folder that does not exist yet")]
            )
        return sorted(_copy(source, folder / name) for name, source in _sources().items())
    except OSError as error:
        _clear(folder, absent)
        reason = (error.strerror or str(error)).lower()
        message = f"`{folder}` cannot be written: {reason}"
        raise Unavailable([Diagnostic("X703", message, Location(str(folder)))]) from error


def _clear(folder: Path, absent: bool) -> None:
    """Half a project is none: leave the folder empty, or absent, as it was."""
    for path in folder.glob("*") if folder.is_dir() else ():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    if absent and folder.is_dir():
        folder.rmdir()


def _sources() -> dict[str, Path]:
    """Where each file of a new project comes from."""
    example, ontology = _TEMPLATE / "project", _ontology()
    files = {path.relative_to(example).as_posix(): path for path in _files(example)}
    for path in _files(ontology):
        name = path.relative_to(ontology).as_posix()
        if name.removeprefix("shapes/").count("/") == 0:  # neither questions nor examples
            files[f"ontology/{name}"] = path
    return {_RENAMED.get(name, name): path for name, path in files.items()}


def _ontology() -> Path:
    """The ontology packed into the wheel; in a source tree, the folder beside the package."""
    packed = _TEMPLATE / "ontology"
    return packed if packed.is_dir() else _TEMPLATE.parent.parent / "ontology"


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def _copy(source: Path, target: Path) -> str:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    return target.as_posix()
