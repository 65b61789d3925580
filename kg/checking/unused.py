"""What a project declares and nothing needs.

In: the workshop of a project and the triples of its graph. Out: findings: individuals of authority
files that nothing names (M211), terms of the ontology that nothing uses (O105). Refuses nothing.

To be named by a shape or a question is to be needed, too. The text layer is the engine's own, and
so are the individuals of its classes. An individual of the ontology is a value to choose from: it
is needed as long as another one of its class is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pyoxigraph import NamedNode, Triple

from kg.building.workshop import Workshop
from kg.diagnostics import Diagnostic, Findings, Location, Severity
from kg.files import read_bytes
from kg.ontology.declarations import Ontology, load_turtle
from kg.project.seeds import open_seed
from kg.project.settings import Project
from kg.terms import OWL, RDFS, to_curie

_KINDS = ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty", "NamedIndividual")
_DERIVED = {OWL + "propertyChainAxiom", OWL + "inverseOf", OWL + "equivalentClass"}
"""Predicates that say when their subject holds: what follows from an axiom is used by it."""

_NAME = re.compile(r"<([^<>\s]*)>|([A-Za-z][\w.-]*:[\w.-]*\w)")


def unused(workshop: Workshop, triples: Iterable[Triple]) -> Iterator[Diagnostic]:
    """What nothing needs.

    Args:
        workshop: of a project without errors.
        triples: of the graph: asserted and inferred.
    """
    named = set(_named(triples))
    wanted = _in_shapes(workshop.project) | _in_questions(workshop.project)
    yield from _individuals(workshop, named | wanted | _in_articles(workshop))
    yield from _terms(workshop, named | wanted | set(_in_axioms(workshop.ontology)))


def _named(triples: Iterable[Triple]) -> Iterator[str]:
    """What triples name, but for their own subjects."""
    for triple in triples:
        yield triple.predicate.value
        if isinstance(triple.object, NamedNode) and triple.object != triple.subject:
            yield triple.object.value


def _in_articles(workshop: Workshop) -> set[str]:
    """What has a name that occurs in an article, though a mapping may say that another is meant."""
    stems = workshop.project.stems()
    seeds = (open_seed(workshop.project, stem, Findings()) for stem in stems)
    hits = (hit for seed in seeds if seed for hit in workshop.names.find(seed.text))
    return {key for hit in hits for key in hit.keys}


def _in_shapes(project: Project) -> set[str]:
    files = ((path, project.name(path)) for path in project.shapes())
    return {iri for file in files for iri in _named(load_turtle(*file, Findings()))}


def _in_questions(project: Project) -> set[str]:
    """What questions name: IRIs, whole or relative to the base, and terms with a prefix."""
    found = set()
    for path in project.questions():
        for iri, curie in _NAME.findall(read_bytes(path, project.name(path)).decode()):
            prefix, _, name = curie.partition(":")
            found |= {iri, project.base + iri, project.namespaces.get(prefix, "") + name}
    return found


def _in_axioms(ontology: Ontology) -> Iterator[str]:
    stated = [t for t in ontology.core if t.predicate.value != RDFS + "isDefinedBy"]
    yield from _named(stated)
    yield from (t.subject.value for t in stated if t.predicate.value in _DERIVED)  # type: ignore[union-attr]


def _individuals(workshop: Workshop, needed: set[str]) -> Iterator[Diagnostic]:
    layer = workshop.ontology.text.namespace
    for node in workshop.authority_nodes:
        if node.shared and node.iri not in needed and not node.types[0].startswith(layer):
            yield Diagnostic(
                "M211",
                f"<{node.iri}> is named by no article, and by no other individual",
                node.place,
                help="delete the entry, or name the individual where an article speaks of it",
                severity=Severity.WARNING,
            )


def _terms(workshop: Workshop, needed: set[str]) -> Iterator[Diagnostic]:
    """One note for each file."""
    files: dict[str, list[tuple[Location, str]]] = {}
    prefixes = workshop.project.namespaces
    for iri in _declared(workshop.ontology):
        place = workshop.ontology.sources.begin(NamedNode(iri))
        if place and not _is_needed(iri, needed, workshop.ontology):
            files.setdefault(place.path, []).append((place, to_curie(iri, prefixes)))
    for found in map(sorted, files.values()):
        names = ", ".join(f"`{name}`" for _, name in found)
        message = f"no mapping, shape, axiom or question uses {names}"
        yield Diagnostic(
            "O105", message, found[0][0], help="delete what is not needed", severity=Severity.NOTE
        )


def _declared(ontology: Ontology) -> list[str]:
    """The terms of the project's own modules, the text layer apart."""
    own = tuple(ns for ns in ontology.prefixes.values() if ns != ontology.text.namespace)
    found = (node.value for kind in _KINDS for node in ontology.graph.instances(OWL + kind))
    return [iri for iri in dict.fromkeys(found) if iri.startswith(own)]


def _is_needed(iri: str, needed: set[str], ontology: Ontology) -> bool:
    if iri in needed:
        return True
    types = set(ontology.types(iri)) - {OWL + "NamedIndividual"}
    alike = (other for other in ontology.individuals.values() if other in needed)
    return any(not types.isdisjoint(ontology.types(other)) for other in alike)
