"""The project that a folder lies in, as git finds its repository.

In: a folder. Out: the nearest folder, itself or above, that has the settings of a project. Refuses
nothing; light on purpose, for every verb starts here. Whether the settings are right is told by
`kg.project.settings`.
"""

from __future__ import annotations

from pathlib import Path


def find_project(folder: Path) -> Path:
    """The project around a folder; the folder as it is given if it is one, or lies in none."""
    for candidate in (folder, *folder.absolute().parents):
        if _has_settings(candidate):
            return candidate
    return folder


def _has_settings(folder: Path) -> bool:
    try:
        if (folder / "kg.toml").is_file():
            return True
        shared = folder / "pyproject.toml"
        return shared.is_file() and b"[tool.kg" in shared.read_bytes()
    except OSError:  # a folder above that may not be looked into
        return False
