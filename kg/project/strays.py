"""Files of a project that a build does not read, though somebody may think so.

In: a project. Out: findings: articles without mapping (S102), files that nothing reads (S103).
Refuses: articles whose names cannot stand in an IRI (S101), and a folder that is missing (S105).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from itertools import starmap
from pathlib import Path

from kg.diagnostics import Diagnostic, Location, Severity
from kg.files import is_kept_aside
from kg.project.settings import Project, hidden_settings, is_stem

_READ = {
    "seeds": (".txt",),
    "mappings": (".yaml",),
    "mappings/authority": (".yaml",),
    "ontology": (".ttl",),
    "ontology/shapes": (".ttl",),
    "ontology/questions": (".rq", ".csv"),
}
"""What is read in each folder."""

_FOLDERS = {"mappings/authority"}
_DOCUMENTS = (".md", ".schema.json")


def strays(project: Project) -> Iterator[Diagnostic]:
    """What lies in the folders of a project and does not enter the build."""
    yield from _missing(project)
    yield from _unusable(project)
    yield from starmap(_colliding, _differing_in_case(_articles(project).values()))
    yield from _unmapped(project)
    for folder, suffixes in _READ.items():
        for path in stray_files(project, folder):
            name, expected = project.name(path), f"`*{suffixes[0]}`"
            kind = "folder" if path.is_dir() else "file"
            message = f"{kind} `{name}` is not read, expected {expected} in `{folder}/`"
            help_ = f"rename it, or move it out of `{folder}/`"
            yield _warning("S103", message, Location(name), help_)
    if place := hidden_settings(project):
        message = f"the settings in `{place.path}` are not read, as there is a `{project.settings}`"
        yield _warning("S103", message, place, "keep them in one of the two files")


def _missing(project: Project) -> Iterator[Diagnostic]:
    """Folders without which there is no graph: as if all articles were gone."""
    for folder in ("seeds", "mappings"):
        if not (project.folder / folder).is_dir():
            message = f"there is no folder `{folder}/`, expected the articles and their mappings"
            help_ = "put it back; a project without articles has an empty one"
            yield Diagnostic("S105", message, Location(folder), help=help_)


def stray_files(project: Project, folder: str) -> list[Path]:
    """The files of an input folder that nothing reads, and that somebody may mean to be read."""
    root, suffixes = project.folder / folder, (*_READ[folder], *_DOCUMENTS)
    with os.scandir(root) if root.is_dir() else nullcontext(()) as entries:
        found = [entry for entry in entries if not is_kept_aside(entry.name)]
    return sorted(root / entry.name for entry in found if not _is_read(entry, folder, suffixes))


def _is_read(entry: os.DirEntry[str], folder: str, suffixes: tuple[str, ...]) -> bool:
    if entry.is_dir():
        return folder.startswith("ontology") or f"{folder}/{entry.name}" in _FOLDERS
    return entry.name.endswith(suffixes)


def _unusable(project: Project) -> Iterator[Diagnostic]:
    seeds, mappings = _stems(project, "seeds", ".txt"), _stems(project, "mappings", ".yaml")
    for stem, name in {**mappings, **seeds}.items():
        if not is_stem(stem):
            found = f"`{stem}` cannot name an article"
            taken = "`authority`, `inferred`, `ontology` and `passages` are taken"
            yield Diagnostic(
                "S101",
                f"{found}, expected letters, digits, `-`, `_` and `.`",
                Location(name),
                (f"the name becomes part of IRIs; {taken}",),
                "rename the article and its mapping",
            )


def _stems(project: Project, folder: str, suffix: str) -> dict[str, str]:
    """The names of files without folder and suffix, with the whole names."""
    skipped = len(folder) + 1
    return {name[skipped : -len(suffix)]: name for name in project.names(folder, suffix)}


def _articles(project: Project) -> dict[str, str]:
    """The names of the articles, with those of their files."""
    return {stem: n for stem, n in _stems(project, "seeds", ".txt").items() if is_stem(stem)}


def _differing_in_case(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Files whose names are one name where file systems ignore letter case."""
    folded: dict[str, str] = {}
    for name in names:
        if (first := folded.setdefault(name.casefold(), name)) != name:
            yield name, first


def _colliding(name: str, first: str) -> Diagnostic:
    return Diagnostic(
        "S101",
        f"`{name}` and `{first}` differ in letter case only",
        Location(name),
        ("many file systems take them for one file",),
        "rename one of the articles and its mapping",
    )


def _unmapped(project: Project) -> Iterator[Diagnostic]:
    """The articles that have no mapping."""
    mapped = set(project.stems())
    for stem, name in _articles(project).items():
        if stem not in mapped:
            message = f"article `{name}` has no mapping and is left out"
            yield _warning("S102", message, Location(name), f"write `mappings/{stem}.yaml`")


def _warning(code: str, message: str, place: Location, help_: str) -> Diagnostic:
    return Diagnostic(code, message, place, help=help_, severity=Severity.WARNING)
