"""One nanopublication for each entry of a mapping, and for what is inferred of each individual.

In: a build. Out: N-Quads lines. A nanopublication has four graphs: head, assertion (the facts),
provenance (article, words, lines of the mapping; for what is inferred, the assertions that it
follows from) and publication information.
Refuses: a build whose text layer marks nothing as evidence (O103).

Names follow from those of the individuals, so that a new build renames nothing. They are no trusty
URIs, and nothing is signed: whoever publishes them does that.

https://nanopub.net/guidelines/working_draft/
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby

from kg.exporting.facts import Evidence, Line, numbered_facts
from kg.exporting.placing import NO_ARTICLES, place_iri
from kg.exporting.premises import uses
from kg.exporting.selection import INFERRED, ONTOLOGY
from kg.project.settings import TEXT_PREFIX
from kg.rdf.dataset import Tokens, read_lines, split
from kg.store.embedded import Build
from kg.store.origins import Origin, line_origins
from kg.terms import DCTERMS, PROV, RDF, digest
from kg.textlayer import TextLayer

NP = "http://www.nanopub.org/nschema#"
TYPE = f"<{RDF}type>"
DERIVED, SOURCE = f"<{PROV}wasDerivedFrom>", f"<{PROV}hadPrimarySource>"
PART, LICENCE = f"<{DCTERMS}isPartOf>", f"<{DCTERMS}license>"
FOLDER = "nanopub/"
# What an IRI can have behind the base without becoming another one, or a name hard to tell apart.
PLAIN = re.compile(r"[^#?]+")


def nanopublications(build: Build, layer: Evidence, dataset: str, licence: str) -> Iterator[bytes]:
    """The nanopublications of a build; some lines come twice.

    Args:
        build: with the origins of its statements.
        layer: what is no fact.
        dataset: IRI of the data set that they belong to.
        licence: IRI; empty if there is none.
    """
    writer = _Writer(build, layer, dataset, licence)
    inferred: set[int] = set()
    for graph, lines in numbered_facts(build, layer):
        if graph == INFERRED:
            yield from writer.inferred(_noted(lines, inferred))
        else:
            yield from writer.stated(graph, lines)
    yield from writer.derived(inferred)


def _noted(lines: Iterable[Line], numbers: set[int]) -> Iterator[Line]:
    for line in lines:
        numbers.add(line.number)
        yield line


class _Entries:
    """Which individuals of one graph belong to which entries.

    One that is nested in another belongs to it, by its IRI; a time belongs to those that refer to
    it; all others are entries of their own.
    """

    def __init__(self, facts: Sequence[Tokens], times: frozenset[str]) -> None:
        self.subjects = {subject for subject, *_ in facts}
        self.times = {s for s, p, value, _ in facts if p == TYPE and value in times}
        self.users = defaultdict(set)
        for subject, _, value, _ in facts:
            if value in self.times and subject not in self.times:
                self.users[value].add(subject)

    def of(self, subject: str) -> set[str]:
        """The entries that an individual belongs to."""
        if self.users.get(subject):
            return {self._outer(user) for user in self.users[subject]}
        return {self._outer(subject)}

    def _outer(self, subject: str) -> str:
        parts = subject[:-1].split("/")
        ends = ("/".join(parts[:length]) + ">" for length in range(1, len(parts)))
        return next((end for end in ends if end in self.subjects), subject)


class _Writer:
    """Writes the four graphs of nanopublications."""

    def __init__(self, build: Build, layer: Evidence, dataset: str, licence: str) -> None:
        self.build, self.base, self.layer = build, build.base, layer
        self.dataset, self.licence = dataset, licence
        self.files = {path.stem: path for path in build.files()}
        text = TextLayer(build.prefixes[TEXT_PREFIX])
        self.times = frozenset({str(text("Time")), str(text("InferredTime"))})

    def iri(self, graph: str, subject: str) -> str:
        """The nanopublication of an entry (a token) of a graph."""
        local = subject[1:-1].removeprefix(self.base)
        if not PLAIN.fullmatch(local) or local == subject[1:-1]:
            local = digest(subject, 24)
        return f"{self.base}{FOLDER}{graph}/{local}"

    def stated(self, graph: str, lines: Iterable[Line]) -> Iterator[bytes]:
        """What an article or the authority states, entry by entry."""
        path = self.files[graph]
        origins = line_origins(path.with_name(f"{graph}.origins.json").read_bytes())
        facts = [(line, split(line.text)) for line in lines]
        entries = _Entries([tokens for _, tokens in facts], self.times)
        content = _by_subject(map(split, read_lines([path])))
        made = defaultdict(list)
        for line, tokens in facts:
            for entry in entries.of(tokens[0]):
                made[entry].append((tokens, origins[line.number]))
        for entry, rows in made.items():
            yield from self._entry(graph, entry, rows, content)

    def _entry(
        self,
        graph: str,
        entry: str,
        rows: Sequence[tuple[Tokens, Origin]],
        content: dict[str, list[Tokens]],
    ) -> Iterator[bytes]:
        name = self.iri(graph, entry)
        yield from self._frame(name)
        yield from (_line(name, "assertion", *tokens[:3]) for tokens, _ in rows)
        sources = {self._place(origin) for _, origin in rows if origin.place}
        spans = {span for _, origin in rows for span in origin.spans}
        if graph not in NO_ARTICLES:
            article = f"<{self.base}article/{graph}>"
            yield _link(name, SOURCE, article)
            iris = {f"{article[:-1]}#char={span.start},{span.end}>" for span in spans}
            sources |= {iri for iri in iris if iri in content}
        yield from (_link(name, DERIVED, source) for source in sources)
        about = {tokens[0] for tokens, _ in rows} | sources
        yield from self._evidence(name, about, content)

    def _evidence(
        self, name: str, about: Iterable[str], content: dict[str, list[Tokens]]
    ) -> Iterator[bytes]:
        """What tells how facts are known: of their subjects, and of the spans that it refers to."""
        pending, seen = list(about), set(about)
        while pending:
            rows = content.get(pending.pop(), ())
            is_evidence = self._has_class(rows)
            for subject, predicate, value, _ in rows:
                if is_evidence or predicate in self.layer.properties:
                    yield _line(name, "provenance", subject, predicate, value)
                    if value not in seen and self._has_class(content.get(value, ())):
                        seen.add(value)
                        pending.append(value)

    def inferred(self, lines: Iterable[Line]) -> Iterator[bytes]:
        """What is inferred, one individual after another."""
        for subject, group in groupby((split(line.text) for line in lines), key=lambda t: t[0]):
            name = self.iri(INFERRED, subject)
            yield from self._frame(name)
            yield _link(name, DERIVED, f"<{self.base}graph/{ONTOLOGY}>")
            yield from (_line(name, "assertion", *tokens[:3]) for tokens in group)

    def derived(self, facts: set[int]) -> Iterator[bytes]:
        """The assertions that inferred ones follow from."""
        for graph, used in uses(self.build, facts, self._inferred_name):
            entries = self._entries(graph)
            for use in used:
                subject = split(use.premise.text)[0]
                for source in self._sources(graph, subject, entries):
                    if source != f"<{use.target}#assertion>":
                        yield _link(use.target, DERIVED, source)

    def _inferred_name(self, line: bytes) -> str:
        return self.iri(INFERRED, split(line)[0])

    def _entries(self, graph: str) -> _Entries | None:
        if graph in (INFERRED, ONTOLOGY):
            return None
        content = list(_by_subject(map(split, read_lines([self.files[graph]]))).values())
        facts = [rows for rows in content if not self._has_class(rows)]
        return _Entries(list(chain.from_iterable(facts)), self.times)

    def _has_class(self, rows: Iterable[Tokens]) -> bool:
        return any(p == TYPE and o in self.layer.classes for _, p, o, _ in rows)

    def _sources(self, graph: str, subject: str, entries: _Entries | None) -> Iterator[str]:
        """What stands for a premise: an assertion; a span or the ontology as it is."""
        if graph == ONTOLOGY:
            yield f"<{self.base}graph/{ONTOLOGY}>"
        elif entries is None:
            yield f"<{self.iri(graph, subject)}#assertion>"
        elif subject not in entries.subjects:
            yield subject
        else:
            yield from (f"<{self.iri(graph, entry)}#assertion>" for entry in entries.of(subject))

    def _frame(self, name: str) -> Iterator[bytes]:
        """Head and publication information."""
        yield _line(name, "Head", f"<{name}>", TYPE, f"<{NP}Nanopublication>")
        for property_, graph in (
            ("hasAssertion", "assertion"),
            ("hasProvenance", "provenance"),
            ("hasPublicationInfo", "pubinfo"),
        ):
            yield _line(name, "Head", f"<{name}>", f"<{NP}{property_}>", f"<{name}#{graph}>")
        yield _line(name, "pubinfo", f"<{name}>", PART, f"<{self.dataset}>")
        if self.licence:
            yield _line(name, "pubinfo", f"<{name}>", LICENCE, f"<{self.licence}>")

    def _place(self, origin: Origin) -> str:
        assert origin.place is not None
        return f"<{place_iri(self.base, origin.place)}>"


def _by_subject(statements: Iterable[Tokens]) -> dict[str, list[Tokens]]:
    found = defaultdict(list)
    for statement in statements:
        found[statement[0]].append(statement)
    return found


def _link(name: str, predicate: str, value: str) -> bytes:
    return _line(name, "provenance", f"<{name}#assertion>", predicate, value)


def _line(name: str, graph: str, subject: str, predicate: str, value: str) -> bytes:
    return f"{subject} {predicate} {value} <{name}#{graph}> .\n".encode()
