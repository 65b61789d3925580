"""Which graphs of a build are wanted, as files.

In: a build, and what is wanted of it. Out: the N-Quads files that hold it.
Refuses: a graph that the build does not have (X706), and files that are damaged (X703).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from kg.diagnostics import Diagnostic, Location, Misuse, Unavailable
from kg.hints import begun, did_you_mean, listed
from kg.store.embedded import Build

INFERRED, ONTOLOGY = "inferred", "ontology"


class Selection(NamedTuple):
    """What is wanted of a build.

    Attributes:
        graphs: names after `graph/` or the beginnings of such, or IRIs; none: all but the ontology.
        asserted: without what is inferred.
        inferred: only what is inferred.
        ontology: the ontology besides.
    """

    graphs: Sequence[str] = ()
    asserted: bool = False
    inferred: bool = False
    ontology: bool = False

    @property
    def words(self) -> str:
        """What it is, in words; empty for all of the data."""
        parts = [f"graph {graph}" for graph in self.graphs]
        parts += ["what is asserted"] if self.asserted else []
        parts += ["what is inferred"] if self.inferred else []
        parts += ["with the ontology"] if self.ontology else []
        return ", ".join(parts)


def select_files(build: Build, selection: Selection = Selection()) -> list[Path]:  # noqa: B008
    """The N-Quads files of some graphs of a build, in the order of the build.

    Raises:
        Misuse: X706, the build has no such graph.
    """
    files = {path.stem: path for path in build.files()}
    chosen = set(_names(build, selection.graphs, files) or files.keys() - {ONTOLOGY})
    if selection.asserted:
        chosen.discard(INFERRED)
    if selection.inferred:
        chosen &= {INFERRED}
    if selection.ontology:
        chosen.add(ONTOLOGY)
    return [path for name, path in files.items() if name in chosen]


def _names(build: Build, graphs: Iterable[str], known: Collection[str]) -> list[str]:
    names = [graph.strip("<>").removeprefix(f"{build.base}graph/") for graph in graphs]
    found = {name: begun(name, known) for name in names}
    if unknown := [name for name in names if len(found[name]) != 1]:
        raise Misuse(_no_graph(name, list(known)) for name in unknown)
    return [name for [name] in found.values()]


def _no_graph(name: str, known: Sequence[str]) -> Diagnostic:
    help_ = did_you_mean(name, known) or f"graphs are named {listed(known)}"
    return Diagnostic("X706", f"the build has no graph `{name}`", help=help_)


def check_whole(build: Build, files: Iterable[Path]) -> None:
    """Make sure that files of a build are as the build wrote them, before they go to others.

    Raises:
        Unavailable: X703, a file is damaged.
    """
    from hashlib import file_digest  # loads OpenSSL, which queries do without

    for path in files:
        name = path.relative_to(build.folder).as_posix()
        digest = ""
        with suppress(FileNotFoundError), path.open("rb") as stream:
            digest = file_digest(stream, "sha256").hexdigest()
        if digest != build.digest(path):
            message = f"`{name}` of the build is damaged or gone"
            found = Diagnostic("X703", message, Location(str(path)), help="run `kg build --force`")
            raise Unavailable([found])
