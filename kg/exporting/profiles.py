"""The forms in which the same facts leave: lean, standard, with evidence, as nanopublications.

In: a build, a profile, and which graphs are wanted. Out: N-Quads lines in no order.
Refuses: a build whose text layer marks nothing as evidence (O103).

Lean is a part of standard, standard a part of evidence; the assertions of all nanopublications
together are lean.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from enum import StrEnum
from pathlib import Path

from kg.exporting.describing import dataset_iri
from kg.exporting.facts import evidence, facts
from kg.exporting.nanopubs import FOLDER, nanopublications
from kg.exporting.reification import with_evidence
from kg.exporting.selection import ONTOLOGY
from kg.exporting.syntaxes import CONTEXT
from kg.rdf.dataset import read_lines, split
from kg.store.embedded import Build


class Profile(StrEnum):
    """How much is told of each fact besides the fact."""

    LEAN = "lean"
    STANDARD = "standard"
    EVIDENCE = "evidence"
    NANOPUB = "nanopub"


def statements(build: Build, profile: Profile, graphs: Collection[str]) -> Iterator[bytes]:
    """The statements of some graphs in a profile, as N-Quads lines; some come twice.

    What is a fact depends on all graphs, so all are read whichever are wanted.

    Args:
        build: whose data; the ontology is none.
        profile: the form.
        graphs: names of those that are wanted.
    """
    data = [path for path in build.files() if path.stem != ONTOLOGY]
    if profile is Profile.STANDARD:
        return read_lines(path for path in data if path.stem in graphs)
    layer = evidence(build)
    if profile is Profile.LEAN:
        lines = facts(read_lines(data), layer)
    elif profile is Profile.EVIDENCE:
        lines = with_evidence(build, layer)
    else:
        licence = build.manifest.get("licence", "")
        lines = nanopublications(build, layer, dataset_iri(build), licence)
    origin = origin_of(build.base)
    return (line for line in lines if origin(split(line)[3]) in graphs)


def origin_of(base: str) -> Callable[[str], str]:
    """From the name of a graph (a token) to that of the graph of the build that it is from."""
    graph, nanopub = f"<{base}graph/", f"<{base}{FOLDER}"

    def origin(token: str) -> str:
        if token.startswith(nanopub):
            return token[len(nanopub) :].partition("/")[0]
        return token[len(graph) : -1]

    return origin


def read_files(build: Build, profile: Profile, chosen: Iterable[Path]) -> list[Path]:
    """The files of a build that a profile is made from.

    Args:
        build: with all its files.
        profile: the form.
        chosen: the files of the graphs that are wanted.
    """
    context = [path for path in (build.folder / CONTEXT,) if path.exists()]
    if profile is Profile.STANDARD:
        return [*chosen, *context]
    files = [*build.files(), *context]
    if profile is Profile.LEAN:
        return files
    origins = [path.with_name(f"{path.stem}.origins.json") for path in files]
    return files + sorted(path for path in origins if path.exists())
