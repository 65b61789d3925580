"""What answers queries: a build, files or an endpoint, behind one small protocol.

In: a build or data, and which of its graphs are wanted. Out: a `Source`.
Refuses: a graph that is not there (X706).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import NamedTuple, Protocol

from pyoxigraph import NamedNode

from kg.diagnostics import Diagnostic, Misuse
from kg.hints import begun, did_you_mean, listed
from kg.sparql.answers import Answer, Context
from kg.sparql.graphs import View
from kg.sparql.query import ask
from kg.store.embedded import Build
from kg.terms import local_name

INFERRED = "inferred"
LANGUAGE = "en"
# More names than these are no help to a reader.


class Source(Protocol):
    """Something that answers queries.

    Attributes:
        prefixes: known to its queries without declaration.
        base: base IRI of relative IRIs in its queries.
        language: tag of texts that parameters of its queries hold.
    """

    @property
    def prefixes(self) -> Mapping[str, str]:
        """See the class."""

    @property
    def base(self) -> str | None:
        """See the class."""

    @property
    def language(self) -> str:
        """See the class."""

    def answer(self, text: str, name: str) -> Answer:
        """Start to answer a query.

        Args:
            text: the query.
            name: its path, for places.

        Raises:
            ContentError: it cannot be answered.
        """


class Stored(NamedTuple):
    """A source that is a store on this machine."""

    view: View
    prefixes: Mapping[str, str]
    base: str | None
    language: str = LANGUAGE
    allow_service: bool = False

    def answer(self, text: str, name: str) -> Answer:
        """Start to answer a query; see `Source`."""
        return ask(self.view, text, Context(self.prefixes, self.base, name, self.allow_service))


class Wanted(NamedTuple):
    """Which graphs of a source make its default graph; without any, all of them, merged.

    Attributes:
        asserted: all but what is inferred.
        inferred: only what is inferred.
        graphs: these; by name or IRI.
        union: False: none, so that only GRAPH finds anything.
    """

    asserted: bool = False
    inferred: bool = False
    graphs: Sequence[str] = ()
    union: bool = True


def view_of_build(build: Build, wanted: Wanted) -> View:
    """The view of a build with the graphs that are wanted.

    Raises:
        Misuse: X706, the build has no such graph.
    """
    view = View(build.store)
    if wanted.graphs:
        return with_graphs(view, wanted.graphs, build.prefixes, build.base)
    inferred = NamedNode(f"{build.base}graph/{INFERRED}")
    if wanted.inferred:
        return view._replace(default=(inferred,))
    if wanted.asserted:
        return view._replace(default=[name for name in view.graphs() if name != inferred])
    return view if wanted.union else view._replace(default=())


def with_graphs(
    view: View, graphs: Sequence[str], prefixes: Mapping[str, str], base: str | None
) -> View:
    """The view whose default graph is the merge of some of its named graphs.

    Args:
        view: of a source.
        graphs: as they are written; see `iris_of_graphs`.
        prefixes: of CURIEs.
        base: of names.

    Raises:
        Misuse: X706, there is no such graph.
    """
    known = {name.value for name in view.graphs()}
    found = iris_of_graphs(graphs, known, prefixes, base)
    return view._replace(default=[NamedNode(iri) for iri in found])


def iris_of_graphs(
    graphs: Sequence[str], known: Set[str], prefixes: Mapping[str, str], base: str | None
) -> list[str]:
    """The IRIs of graphs that people name, each once.

    Args:
        graphs: IRIs, CURIEs, names after `graph/` of the base, local names, or the beginning of
            one name.
        known: the IRIs of all graphs.
        prefixes: of the CURIEs.
        base: of the names.

    Raises:
        Misuse: X706, there is no such graph.
    """
    found = {graph: _find(graph, known, prefixes, base) for graph in graphs}
    if unknown := [graph for graph, iri in found.items() if iri is None]:
        raise Misuse(_unknown(graph, known, base) for graph in unknown)
    return [iri for iri in found.values() if iri]


def _find(graph: str, known: Set[str], prefixes: Mapping[str, str], base: str | None) -> str | None:
    prefix, _, local = graph.partition(":")
    written = graph.removeprefix("<").removesuffix(">")
    candidates = [written, f"{base}graph/{written}", f"{base}{written}"]
    candidates += [prefixes[prefix] + local] if prefix in prefixes else []
    exact = [iri for iri in candidates if iri in known]
    found = exact[:1] or begun(f"{base}graph/{written}", known) or _by_local_name(written, known)
    return found[0] if len(found) == 1 else None


def _by_local_name(name: str, known: Set[str]) -> list[str]:
    names = {iri: local_name(iri) for iri in known}
    meant = begun(name, names.values())
    return [iri for iri in known if names[iri] in meant]


def _unknown(graph: str, known: Set[str], base: str | None) -> Diagnostic:
    names = sorted(iri.removeprefix(f"{base}graph/") for iri in known)
    all_of_them = f"graphs are named {listed(names)}" if names else "there are no named graphs"
    message = f"there is no graph `{graph}`"
    return Diagnostic("X706", message, help=did_you_mean(graph, names) or all_of_them)
