"""What differs between two builds or exports: the way from names to differences.

In: what a person calls two sides. Out: a `Comparison`, or `Differences` in words of the domain.
Refuses: sides that are not there or cannot be read.
"""

from __future__ import annotations

from pathlib import Path

from kg.diagnostics import Diagnostic, Unavailable
from kg.diffing.changes import Differences, differences
from kg.diffing.comparing import Comparison, Wanted, compare
from kg.diffing.knowing import Knowledge
from kg.diffing.sides import BuildSide, open_previous, open_side
from kg.store.embedded import Build, open_build
from kg.upward import find_project

CURRENT = "the current build"


def diff(
    old: Path | str | None = None,
    new: Path | str | None = None,
    *,
    project: Path | str | None = None,
    wanted: Wanted = Wanted(),  # noqa: B008
    full: bool = False,
) -> Differences:
    """What differs between two states of a graph: what `kg diff` shows.

    Args:
        old: a project, the folder of a build, the name of a build that the project keeps, a file of
            RDF, or a folder of such files; None: the build before the current one.
        new: the same; None: the current build.
        project: the folder; None: the one that the current folder is in.
        wanted: which graphs are compared.
        full: whether the text layer is told, too.

    Raises:
        Unavailable: a side is not there or cannot be read. Misuse: the sides have no such graph.
    """
    folder = find_project(Path()) if project is None else Path(project)
    names = [None if side is None else str(side) for side in (old, new)]
    return in_words(compare_named(names[0], names[1], folder, wanted), folder, full=full)


def compare_named(
    old: str | None, new: str | None, project: Path, wanted: Wanted, syntax: str | None = None
) -> Comparison:
    """Compare what a person calls two sides; see `diff`.

    Args:
        old: see `diff`.
        new: see `diff`.
        project: the folder of the project.
        wanted: which graphs are compared.
        syntax: of files, if their extensions do not tell it.
    """
    before = open_previous(project) if old is None else open_side(old, project, syntax)
    if before is None:
        message = "the project keeps no build before the current one"
        help_ = "name what to compare with; `kg export -o before.nq.gz` keeps a build"
        raise Unavailable([Diagnostic("X702", message, help=help_)])
    if new is not None:
        return compare(before, open_side(new, project, syntax), wanted)
    return compare(before, BuildSide(CURRENT, open_build(project / "build")), wanted)


def in_words(comparison: Comparison, project: Path, *, full: bool = False) -> Differences:
    """The changes of a comparison in words of the domain.

    Args:
        comparison: of two sides.
        project: whose ontology puts files in words, if neither side is a build.
        full: see `diff`.
    """
    return differences(comparison, Knowledge(comparison, _around(comparison, project)), full=full)


def _around(comparison: Comparison, project: Path) -> Build | None:
    if comparison.old.build or comparison.new.build:
        return None
    try:
        return open_build(project / "build")
    except Unavailable:
        return None
