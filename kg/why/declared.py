"""Where the ontology says something: the line of an axiom or of a triple.

In: the Turtle modules as they were built. Out: places. Refuses nothing: what is nowhere stated, or
stands in a module that has changed since, has no place.

A module is read only if it has the name of the subject.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from pyoxigraph import NamedNode, Triple

from kg.diagnostics import Location
from kg.ontology.descriptions import Descriptions, read_triples
from kg.ontology.expressions import Source
from kg.store.origins import Axiom
from kg.store.provenance import Provenance
from kg.terms import local_name

_FOLDER, _SUFFIX = "ontology/", ".ttl"


class Declarations:
    """The modules of the ontology of one build."""

    def __init__(self, provenance: Provenance) -> None:
        """Nothing is read yet."""
        self._provenance = provenance
        self._descriptions = cache(self._describe)
        self._triples = cache(self._parse)

    def triple(self, triple: Triple) -> Location | None:
        """Where a triple is stated."""
        for name in self._modules(str(triple.subject)):
            if place := self._descriptions(name).stated(triple):
                return place
        return None

    def axiom(self, axiom: Axiom) -> Location | None:
        """Where an axiom is stated."""
        for name in self._modules(axiom.subject):
            triples = self._triples(name)
            source = Source(triples)
            for triple in triples:
                ends = source.name(triple.subject), str(triple.predicate)
                if ends == axiom[:2] and source.name(triple.object) == axiom.object:
                    return self._descriptions(name).stated(triple)
        return None

    def begin(self, node: NamedNode) -> Location | None:
        """Where a term is described."""
        places = (self._descriptions(name).begin(node) for name in self._modules(str(node)))
        return next((place for place in places if place), None)

    def _modules(self, subject: str) -> Iterator[str]:
        """The modules that may speak of a subject."""
        word = local_name(subject.strip("<>"))
        for name in sorted(self._provenance.build.manifest["inputs"]):
            top = name.startswith(_FOLDER) and name.count("/") == 1 and name.endswith(_SUFFIX)
            if top and word in (self._provenance.text(name) or ""):
                yield name

    def _describe(self, name: str) -> Descriptions:
        return Descriptions(name, self._provenance.text(name) or "")

    def _parse(self, name: str) -> list[Triple]:
        return read_triples((self._provenance.text(name) or "").encode(), name)
