"""What is checked of a node: the shapes that have it as a target, and what they demand.

In: a node, its classes and properties, the SHACL files as they were built. Out: `Check`s.
Refuses nothing: a file that has changed since the build is left out.

A shape is told by its messages, which say what was expected; a constraint without one by its path
and parameters. Targets of SHACL-SPARQL are passed over.
https://www.w3.org/TR/shacl/#targets (section 2.1.3)
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg.diagnostics import Location
from kg.ontology.descriptions import Descriptions, read_triples
from kg.store.provenance import INFERRED, Provenance
from kg.terms import OWL, RDFS, SH, local_name
from kg.why.view import TYPE, BuildView, Term

_FOLDER, _SUFFIX = "ontology/shapes/", ".ttl"
_SUBCLASS = NamedNode(RDFS + "subClassOf")
_CLASSES = (NamedNode(RDFS + "Class"), NamedNode(OWL + "Class"))
_SEVERITY, _MESSAGE, _PATH = (NamedNode(SH + name) for name in ("severity", "message", "path"))
_TARGETS = ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf")
_PARTS = frozenset(NamedNode(SH + name) for name in ("property", "node", *_TARGETS))
_SILENT = _PARTS | {_SEVERITY, _MESSAGE, _PATH, TYPE, NamedNode(SH + "name")}


@dataclass(frozen=True, slots=True)
class Demand:
    """What a shape demands, in the words of its author; `severity` is the local name."""

    words: str
    severity: str


@dataclass(frozen=True, slots=True)
class Check:
    """A shape that a node must conform to.

    Attributes:
        shape: its IRI.
        place: where it is described.
        demands: in the order of the file.
    """

    shape: NamedNode
    place: Location | None
    demands: tuple[Demand, ...]


def checks(node: NamedNode, view: BuildView, provenance: Provenance) -> list[Check]:
    """The shapes that have a node as their target, by file and place."""
    target = _Target(node, view, provenance)
    names = sorted(provenance.build.manifest["inputs"])
    files = (name for name in names if name.startswith(_FOLDER) and name.endswith(_SUFFIX))
    found = [check for name in files for check in _File(name, provenance, view).checks(target)]
    return sorted(found, key=lambda check: (check.place or Location(""), check.shape.value))


class _Target:
    """A node as targets of shapes see it: only what is asserted counts."""

    def __init__(self, node: NamedNode, view: BuildView, provenance: Provenance) -> None:
        self.node, self.view, self.provenance = node, view, provenance
        stated = [t for t in view.facts(node) if self._is_stated(t)]
        self.out = {t.predicate for t in stated}
        self.incoming = {t.predicate for t in view.links(node) if self._is_stated(t)}
        self.classes = self._above([t.object for t in stated if t.predicate == TYPE])

    def _is_stated(self, triple: Triple) -> bool:
        return self.provenance.graphs(triple) != [INFERRED]

    def _above(self, classes: list[Term]) -> Collection[Term]:
        seen = dict.fromkeys(classes)
        for cls in classes:  # grows meanwhile
            if isinstance(cls, NamedNode):
                new = [above for above in self.view.nodes(cls, _SUBCLASS) if above not in seen]
                seen.update(dict.fromkeys(new))
                classes += new
        return seen

    def fits(self, kind: str, value: Term) -> bool:
        """Whether a target declaration of this kind means the node."""
        meant: dict[str, Collection[Term]] = {
            "targetClass": self.classes,
            "targetNode": (self.node,),
            "targetSubjectsOf": self.out,
            "targetObjectsOf": self.incoming,
        }
        return value in meant[kind]


class _File:
    """One SHACL file."""

    def __init__(self, name: str, provenance: Provenance, view: BuildView) -> None:
        text = provenance.text(name) or ""
        self.triples = read_triples(text.encode(), name)
        self.places, self.view = Descriptions(name, text), view
        self.index: dict[object, list[Triple]] = {}
        for triple in self.triples:
            self.index.setdefault(triple.subject, []).append(triple)

    def checks(self, target: _Target) -> Iterator[Check]:
        for shape in self.index:
            if isinstance(shape, NamedNode) and self.is_meant(shape, target):
                demands = dict.fromkeys(self.demands(shape, "Violation"))
                yield Check(shape, self.places.begin(shape), tuple(demands))

    def is_meant(self, shape: NamedNode, target: _Target) -> bool:
        declared = {NamedNode(SH + kind): kind for kind in _TARGETS}
        for triple in self.index[shape]:
            kind = declared.get(triple.predicate)
            if kind and target.fits(kind, triple.object):
                return True
        types = [t.object for t in self.index[shape] if t.predicate == TYPE]
        return shape in target.classes and any(cls in types for cls in _CLASSES)

    def demands(self, shape: object, severity: str) -> Iterator[Demand]:
        """The messages of a shape and of its property shapes; else their parameters."""
        own = self.values(shape, _SEVERITY)
        severity = local_name(own[0].value) if own and isinstance(own[0], NamedNode) else severity
        messages = [m.value for m in self.values(shape, _MESSAGE) if isinstance(m, Literal)]
        parts = self.values(shape, NamedNode(SH + "property"))
        if messages:
            yield Demand(messages[0], severity)
        elif words := self.parameters(shape):
            yield Demand(words, severity)
        for part in parts:
            yield from self.demands(part, severity)

    def parameters(self, shape: object) -> str:
        paths = [self.words(path) for path in self.values(shape, _PATH)]
        told = [
            f"{local_name(t.predicate.value)} {self.words(t.object)}"
            for t in self.index.get(shape, ())
            if t.predicate.value.startswith(SH) and t.predicate not in _SILENT
        ]
        return f"{' '.join(paths)}: {', '.join(told)}" if paths and told else ", ".join(told)

    def words(self, term: Term) -> str:
        return "…" if isinstance(term, BlankNode) else self.view.short(term)

    def values(self, subject: object, predicate: NamedNode) -> list[Term]:
        return [t.object for t in self.index.get(subject, ()) if t.predicate == predicate]
