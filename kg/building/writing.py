"""The last stage of a build: the graph in all its forms, and what the build says of itself.

In: the articles and what follows from them, in a draft folder; the build before. Out: the rest of
the draft: inferred triples, ontology, Turtle and TriG, the store, the manifest.
Refuses: a disk that takes no more (X703).

What grows with the archive is written only where it changed: the store is made from the one before,
and an archive that nobody would read as one text is not written as one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pyoxigraph import NamedNode, Quad, RdfFormat, parse

from kg import __version__
from kg.building.articles import Articles, Changed
from kg.diagnostics import Diagnostic
from kg.exporting.syntaxes import CONTEXT, build_style, write
from kg.findings.recording import to_records
from kg.grounding.jsonld import context
from kg.ontology.declarations import Ontology
from kg.project.freshness import Fingerprint
from kg.project.manifest import FORMAT, MANIFEST, Manifest, write_manifest
from kg.project.settings import Project
from kg.project.shelves import ARTICLES, input_files
from kg.rdf.dataset import read_lines, to_nquads
from kg.reasoning.derivations import AXIOMS, INDIVIDUALS
from kg.reasoning.entailment import Entailment
from kg.store.embedded import Build, create, open_read_only
from kg.store.renewal import Change, change_of, renew
from kg.store.statistics import STATISTICS, Statistics, count, recount, statistics_of
from kg.terms import PUBLISHED

READABLE = 100_000
"""So many statements at most are written as one text, too; `kg export` writes any number."""
INFERRED = "inferred.nq"
_TEXTS = {"ttl": "kg.ttl", "trig": "kg.trig"}
_TOOLS = ("owlready2", "pyoxigraph", "pyshacl", "rdflib")
_DATA = ("authority", "passages", "inferred")
_COUNTED = ("nodes", "spans", "mentions", "entries", "quads")


class Writer:
    """Writes what a build holds besides the articles."""

    def __init__(self, project: Project, articles: Articles, before: Build | None) -> None:
        """Write nothing yet.

        Args:
            project: the project.
            articles: of the draft, all done.
            before: the build before, if there is one that is whole.
        """
        self.project, self.articles, self.before = project, articles, before
        self.draft = articles.draft

    def graphs(self, ontology: Ontology, entailment: Entailment) -> list[Path]:
        """The N-Quads files of all graphs; inferred triples and the ontology are written here."""
        end = inferred_end(self.project.base)
        self.articles.keep(INFERRED, b"".join(line + end for line in entailment.lines))
        self.articles.keep("ontology.nq", ontology_nquads(ontology, self.project.base))
        return [*self.articles.files, self.draft / INFERRED, self.draft / "ontology.nq"]

    def write(
        self,
        ontology: Ontology,
        entailment: Entailment,
        prints: Fingerprint,
        findings: Iterable[Diagnostic],
    ) -> Manifest:
        """Write everything, the manifest last; returns the manifest.

        Raises:
            Unavailable: X703, the store cannot be made.
        """
        files = self.graphs(ontology, entailment)
        for name, triples in ((AXIOMS, entailment.axioms), (INDIVIDUALS, ontology.assertions())):
            quads = (Quad(t.subject, t.predicate, t.object) for t in triples)
            self.articles.keep(name, to_nquads(quads))
        words = context(ontology, self.project.base, self.project.language)
        text = json.dumps(words, ensure_ascii=False, indent=1).encode() + b"\n"
        self.articles.keep(CONTEXT, text)
        manifest = self._manifest(entailment, prints, findings)
        # The ontology is stored, but it is no data.
        self._write_texts(files[:-1], manifest)
        changes = self._changes()
        self._store(files, changes)
        manifest[STATISTICS] = self._statistics(changes).to_json()
        write_manifest(self.draft, manifest)
        return manifest

    def _write_texts(self, data: list[Path], manifest: Manifest) -> None:
        style = build_style(Build.known(self.draft, manifest), head=True)
        for syntax, name in _TEXTS.items():
            if name in manifest["parts"]:
                with (self.draft / name).open("wb") as out:
                    write(data, syntax, out, style)

    # The store

    def _store(self, files: list[Path], changes: list[Change] | None) -> None:
        if self.before and changes is not None:
            renew(self.draft / "store", self.before.folder / "store", changes)
        else:
            create(self.draft / "store", files)

    def _statistics(self, changes: list[Change] | None) -> Statistics:
        """The numbers of the store; those of the build before are kept up with what changed."""
        base, store = self.project.base, open_read_only(self.draft / "store")
        graphs = {name: _lines(self.draft / f"{name}.nq") for name in (*_DATA, "ontology")}
        if not self.before or changes is None or STATISTICS not in self.before.manifest:
            return count(store, base, graphs)
        lines = (line for change in changes for line in (*change.removed, *change.added))
        triples = (quad.triple for quad in parse(b"".join(lines), RdfFormat.N_QUADS))
        before = self.before.store, statistics_of(self.before)
        return recount(before, store, base, graphs, triples)

    def _changes(self) -> list[Change] | None:
        """What became of the graphs since the build before; None if the store is better made anew.

        The blank nodes of an ontology have other names in the store: if something is said of one
        that was not said before, or the other way round, it is loaded with all the rest.
        """
        changed = self.articles.changes if self.before else None
        if self.before is None or changed is None:
            return None
        others = [
            Changed(name, self.before.file(name), self.draft / f"{name}.nq")
            for name in ("inferred", "ontology")
            if self._has_changed(name)
        ]
        with suppress(OSError):  # of a build that is damaged nothing is shared
            found = [change_of(graph.before, graph.now) for graph in (*changed, *others)]
            return None if any(map(_is_nameless, found)) else found
        return None

    def _has_changed(self, name: str) -> bool:
        assert self.before
        file = f"{name}.nq"
        return bool(self.before.manifest["files"].get(file) != self.articles.shared[file])

    # What the build says of itself

    def _manifest(
        self, entailment: Entailment, prints: Fingerprint, findings: Iterable[Diagnostic]
    ) -> dict[str, Any]:
        counts = self._counts(entailment)
        inputs = {name for names in input_files(self.articles.stems) for name in names}
        return {
            "format": FORMAT,
            **common_facts(self.project),
            "parts": _parts(counts),
            "files": self.articles.shared,
            "fingerprint": prints.whole,
            "engine": self.articles.engine,
            "inputs": {name: sha for name, sha in prints.inputs.items() if name not in inputs},
            "articles": self.articles.stems,
            "shelves": self.articles.shelves,
            "counts": counts,
            "hash": self._hash(),
            "findings": to_records(findings),
            "shapes": prints.of("ontology/shapes/"),
            "owl": entailment.record,
        }

    def _counts(self, entailment: Entailment) -> dict[str, int]:
        records = self.articles.records.values()
        counts = {name: sum(record[name] for record in records) for name in _COUNTED}
        shared = sum(_lines(self.draft / f"{name}.nq") for name in ("authority", "passages"))
        counts["asserted"] = counts.pop("quads") + shared
        return {
            "articles": len(self.articles.stems),
            **counts,
            "inferred": len(entailment.lines),
        }

    def _hash(self) -> str:
        """One digest for the digests of all graphs of data, each of its RDFC-1.0 canonical form."""
        graphs = {name: self.articles.shared[f"{name}.nq"] for name in _DATA}
        graphs |= {stem: record["files"][0] for stem, record in self.articles.records.items()}
        lines = (f"{self.project.base}graph/{name} {sha}\n" for name, sha in graphs.items())
        return sha256("".join(sorted(lines)).encode()).hexdigest()


def common_facts(project: Project) -> dict[str, Any]:
    """What the manifest of every sound build says, of whatever kind the build is."""
    return {
        "base": project.base,
        "language": project.language,
        "licence": project.licence,
        "prefixes": {**PUBLISHED, **project.namespaces},
        "shacl": {"conforms": True, "engine": f"pySHACL {version('pyshacl')}"},
        "tools": {"newskg": __version__} | {name: version(name) for name in _TOOLS},
    }


def ontology_nquads(ontology: Ontology, base: str) -> bytes:
    """The named graph of the ontology, as canonical N-Quads."""
    graph = NamedNode(f"{base}graph/ontology")
    triples = ontology.graph.triples
    return to_nquads(Quad(t.subject, t.predicate, t.object, graph) for t in triples)


def _is_nameless(change: Change) -> bool:
    return any(b"_:" in line for lines in change for line in lines)


def _parts(counts: dict[str, int]) -> list[str]:
    """What a build folder holds for people."""
    texts = _TEXTS.values() if counts["asserted"] + counts["inferred"] <= READABLE else ()
    return [*texts, ARTICLES, "store", MANIFEST]


def inferred_lines(build: Build) -> Iterator[bytes]:
    """The lines of `inferred.nq` as reasoning has them: without the graph."""
    end = inferred_end(build.base)
    return (line.removesuffix(end) for line in read_lines([build.file("inferred")]))


def inferred_end(base: str) -> bytes:
    """What makes an inferred triple, without its final dot, a line of N-Quads."""
    return f" <{base}graph/inferred> .\n".encode()


def _lines(path: Path) -> int:
    return path.read_bytes().count(b"\n")
