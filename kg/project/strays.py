"""Files of a project that a build does not read, though somebody may think so.

In: a project. Out: findings: articles without mapping (S102), files that nothing reads (S103).
Refuses: articles whose names cannot stand in an IRI (S101).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kg.diagnostics import Diagnostic, Location, Severity
from kg.project.settings import Project, is_stem

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
    yield from _unusable(project)
    yield from (
        _colliding(*map(project.name, pair)) for pair in _differing_in_case(project.seeds())
    )
    yield from _unmapped(project)
    for folder, suffixes in _READ.items():
        for path in stray_files(project, folder):
            name, expected = project.name(path), f"`*{suffixes[0]}`"
            kind = "folder" if path.is_dir() else "file"
            message = f"{kind} `{name}` is not read, expected {expected} in `{folder}/`"
            help_ = f"rename it, or move it out of `{folder}/`"
            yield _warning("S103", message, name, help_)


def stray_files(project: Project, folder: str) -> list[Path]:
    """The files of an input folder that nothing reads; documents and hidden files apart."""
    root, suffixes = project.folder / folder, (*_READ[folder], *_DOCUMENTS)
    found = root.iterdir() if root.is_dir() else ()
    return sorted(
        path
        for path in found
        if not path.name.startswith(".") and not _is_read(path, project.name(path), suffixes)
    )


def _is_read(path: Path, name: str, suffixes: tuple[str, ...]) -> bool:
    if path.is_dir():
        return name.startswith("ontology/") or name in _FOLDERS
    return path.name.endswith(suffixes)


def _unusable(project: Project) -> Iterator[Diagnostic]:
    seeds = project.files("seeds", ".txt")
    named = {path.stem for path in seeds}
    alone = [path for path in project.files("mappings", ".yaml") if path.stem not in named]
    for path in [*seeds, *alone]:
        if not is_stem(path.stem):
            found = f"`{path.stem}` cannot name an article"
            taken = "`authority`, `inferred`, `ontology` and `passages` are taken"
            yield Diagnostic(
                "S101",
                f"{found}, expected letters, digits, `-`, `_` and `.`",
                Location(project.name(path)),
                (f"the name becomes part of IRIs; {taken}",),
                "rename the article and its mapping",
            )


def _differing_in_case(paths: list[Path]) -> list[tuple[Path, Path]]:
    """Files whose names are one name where file systems ignore letter case."""
    folded: dict[str, Path] = {}
    return [
        (path, first) for path in paths if (first := folded.setdefault(_fold(path), path)) != path
    ]


def _fold(path: Path) -> str:
    return path.name.casefold()


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
    mapped = {path.stem for path in project.mappings()}
    for path in project.seeds():
        if path.stem not in mapped:
            name = project.name(path)
            message = f"article `{name}` has no mapping and is left out"
            yield _warning("S102", message, name, f"write `mappings/{path.stem}.yaml`")


def _warning(code: str, message: str, name: str, help_: str) -> Diagnostic:
    return Diagnostic(code, message, Location(name), help=help_, severity=Severity.WARNING)
