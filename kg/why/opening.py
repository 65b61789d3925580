"""`kg.open`: a finished build for Python programs.

In: a project folder. Out: a `Graph`: the pyoxigraph store, the same store as an rdflib Dataset, and
the manifest. Refuses: a folder without a build (X702).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pyoxigraph import Store
from rdflib import Dataset

from kg.project.settings import load_project
from kg.store.embedded import Build, open_build
from kg.store.rdflib_view import to_dataset
from kg.why.card import Card, make_card
from kg.why.inquiry import Inquiry, Why
from kg.why.rows import Evidence, evidence


@dataclass(frozen=True)
class Graph:
    """A build, open for reading; it stays the same while newer builds are made.

    Attributes:
        build: its folder, files and prefixes.
        folder: of the project.
    """

    build: Build
    folder: Path

    @property
    def manifest(self) -> dict[str, Any]:
        """What the build holds: counts, digests of the inputs, verdicts, tools."""
        return self.build.manifest

    @property
    def store(self) -> Store:
        """The embedded store.

        Its default graph is the merge of all named graphs already; `use_default_graph_as_union`
        would count each triple twice.
        """
        return self.build.store

    @cached_property
    def dataset(self) -> Dataset:
        """The same store as an rdflib Dataset; nothing is copied."""
        return to_dataset(self.store, self.build.prefixes)

    @cached_property
    def inquiry(self) -> Inquiry:
        """The build as one asks it for reasons; what has been read is kept."""
        return Inquiry(self.build, self.folder)

    def why(self, subject: str, predicate: str | None = None, value: str | None = None) -> Why:
        """Why a node, the values of a property, or a triple are in the graph.

        Args:
            subject: an id, IRI, CURIE, relative IRI or label.
            predicate: a key of the mapping language, CURIE or IRI.
            value: as `subject`, or a literal.

        Raises:
            Misuse: W901, W902: a name that the build does not know, or knows several of.
            ContentError: W903, the graph does not say so.
            Unavailable: X703, the files of the build are damaged.
        """
        return self.inquiry.why(subject, predicate, value)

    def evidence(self, query: str) -> Iterator[Evidence]:
        """The rows of a SELECT query, each with the statements it matched and their words.

        Args:
            query: SPARQL; the project's prefixes are known.

        Raises:
            ContentError: Q601, Q602, Q605: the query cannot be answered.
            Misuse: Q607, it has no rows.
        """
        return evidence(self.inquiry, query)[1]

    def show(self, name: str) -> Card:
        """All that the graph has on a node, as a card.

        Args:
            name: an id, IRI, CURIE, relative IRI or label.

        Raises:
            Misuse: W901, W902: a name that the build does not know, or knows several of.
            Unavailable: X703, the files of the build are damaged.
        """
        return make_card(self.inquiry.resolver.node(name), self.inquiry.explainer)


def open(folder: Path | str = ".") -> Graph:  # noqa: A001  (`kg.open` is the name users read)
    """Open the current build of a project.

    Args:
        folder: the project.

    Raises:
        NoProject: X701, not a project.
        Unavailable: there is no build, or it is damaged.
    """
    project = load_project(Path(folder))
    return Graph(open_build(project.build), project.folder)
