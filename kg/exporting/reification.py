"""Each fact with the words that carry it, in plain RDF 1.1.

In: a build. Out: its statements, and for each fact a node (`rdf:Statement`) with subject, predicate
and object; for what an article states, the article and the spans (`text:Fact`); for what is
inferred, the facts that it follows from; for all that is written by hand, the lines of the mapping.
Refuses: a build whose text layer marks nothing as evidence (O103).

https://www.w3.org/TR/rdf11-mt/#reification
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from kg.exporting.facts import Evidence, Line, numbered_facts
from kg.exporting.placing import NO_ARTICLES, fact_iri, place_iri
from kg.exporting.premises import uses
from kg.exporting.selection import INFERRED, ONTOLOGY
from kg.project.settings import TEXT_PREFIX
from kg.rdf.dataset import read_lines, split
from kg.store.embedded import Build
from kg.store.origins import Origin, line_origins
from kg.terms import PROV, RDF
from kg.textlayer import TextLayer

TYPE, STATEMENT = f"<{RDF}type>", f"<{RDF}Statement>"
PARTS = (f"<{RDF}subject>", f"<{RDF}predicate>", f"<{RDF}object>")
DERIVED = f"<{PROV}wasDerivedFrom>"


def with_evidence(build: Build, layer: Evidence) -> Iterator[bytes]:
    """All statements of a build and a node for each fact, as N-Quads lines; some come twice.

    Args:
        build: with the origins of its statements.
        layer: what is no fact.
    """
    yield from read_lines(path for path in build.files() if path.stem != ONTOLOGY)
    writer = _Writer(build)
    inferred: set[int] = set()
    for graph, lines in numbered_facts(build, layer):
        if graph == INFERRED:
            for line in lines:
                inferred.add(line.number)
                yield from writer.node(line)
        else:
            yield from writer.stated(graph, lines)
    yield from writer.derived(inferred)


class _Writer:
    """Writes nodes of facts."""

    def __init__(self, build: Build) -> None:
        self.build, self.base = build, build.base
        self.text = TextLayer(build.prefixes[TEXT_PREFIX])
        self.files = {path.stem: path for path in build.files()}

    def stated(self, graph: str, lines: Iterable[Line]) -> Iterator[bytes]:
        """The nodes of facts that an article or the authority states."""
        path = self.files[graph]
        origins = line_origins(path.with_name(f"{graph}.origins.json").read_bytes())
        spans = set() if graph in NO_ARTICLES else self._spans(path)
        for line in lines:
            yield from self.node(line)
            yield from self._origin(line, origins[line.number], spans)

    def derived(self, facts: set[int]) -> Iterator[bytes]:
        """What inferred facts follow from; premises that are no facts get a node here."""
        for graph, used in uses(self.build, facts, lambda line: self._name(INFERRED, line)):
            if graph == ONTOLOGY:
                links = {(use.target, f"{self.base}graph/{ONTOLOGY}") for use in used}
                yield from (self._link(target, source) for target, source in links)
                continue
            premises: dict[int, Line] = {}
            for use in used:
                premises[use.premise.number] = use.premise
                yield self._link(use.target, self._name(graph, use.premise.text))
            if graph != INFERRED:
                yield from self.stated(graph, premises.values())

    def node(self, line: Line) -> Iterator[bytes]:
        """Subject, predicate and object."""
        node = f"<{self._name(line.graph, line.text)}>"
        tokens = split(line.text)
        rows = [(TYPE, STATEMENT), *zip(PARTS, tokens[:3], strict=True)]
        if line.graph not in NO_ARTICLES:
            rows.append((TYPE, str(self.text("Fact"))))
            article = f"<{self.base}article/{line.graph}>"
            rows.append((str(self.text("inArticle")), article))
        yield from (f"{node} {p} {o} {tokens[3]} .\n".encode() for p, o in rows)

    def _origin(self, line: Line, origin: Origin, spans: set[str]) -> Iterator[bytes]:
        node = f"<{self._name(line.graph, line.text)}>"
        graph = split(line.text)[3]
        if origin.place:
            place = place_iri(self.base, origin.place)
            yield f"{node} {DERIVED} <{place}> {graph} .\n".encode()
        for span in origin.spans:
            iri = f"<{self.base}article/{line.graph}#char={span.start},{span.end}>"
            if iri in spans:
                yield f"{node} {self.text('quote')} {iri} {graph} .\n".encode()

    def _spans(self, path: Path) -> set[str]:
        """The spans that an article's graph describes; an article as a whole is none."""
        end = f" {TYPE} {self.text('Span')} "
        lines = (line.decode() for line in read_lines([path]))
        return {line.partition(" ")[0] for line in lines if end in line}

    def _name(self, graph: str, line: bytes) -> str:
        return fact_iri(self.base, graph, line)

    def _link(self, target: str, source: str) -> bytes:
        return f"<{target}> {DERIVED} <{source}> <{self.base}graph/{INFERRED}> .\n".encode()
