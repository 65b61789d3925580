"""Terms that shapes name and nothing declares: a shape of which nothing is ever asked.

In: the workshop of a project. Out: findings: undeclared terms (O107), files without a statement
(S104). Refuses nothing.

SHACL takes any IRI for a class or a property, so that one that is misspelt finds no fault with
anything. Only terms in the namespaces of the project are looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pyoxigraph import NamedNode, Triple

from kg.building.workshop import Workshop
from kg.diagnostics import Diagnostic, Findings, Location, Severity
from kg.hints import did_you_mean
from kg.ontology.declarations import load_turtle
from kg.ontology.descriptions import Sources
from kg.terms import RDF, SH, local_name, to_curie


def undeclared(workshop: Workshop) -> Iterator[Diagnostic]:
    """What shapes name and nothing declares."""
    project, own = workshop.project, tuple(workshop.project.namespaces.values())
    files = {path: load_turtle(path, project.name(path), Findings()) for path in project.shapes()}
    shapes = {triple.subject for triples in files.values() for triple in triples}
    declared = _declared(workshop)
    for path, triples in files.items():
        if not triples:
            yield _silent(project.name(path))
        sources = Sources([(path, project.name(path))])
        for triple in _naming(triples):
            term = triple.object
            if term.value.startswith(own) and term not in shapes and term.value not in declared:  # type: ignore[union-attr]
                place = sources.stated(triple) or Location(project.name(path))
                yield _unknown(term.value, place, declared, workshop)  # type: ignore[union-attr]


def _declared(workshop: Workshop) -> set[str]:
    told = (triple.subject for triple in workshop.ontology.graph.triples)
    named = {term.value for term in told if isinstance(term, NamedNode)}
    return named | {found.iri for found in workshop.individuals.values()}


def _naming(triples: Iterable[Triple]) -> Iterator[Triple]:
    """What says of what a shape speaks: parameters of SHACL, members of lists."""
    for triple in triples:
        is_said = triple.predicate.value.startswith((SH, RDF + "first"))
        if is_said and isinstance(triple.object, NamedNode):
            yield triple


def _unknown(iri: str, place: Location, declared: Iterable[str], workshop: Workshop) -> Diagnostic:
    prefixes = workshop.project.namespaces
    near = _near(iri, list(declared))
    return Diagnostic(
        "O107",
        f"nothing declares `{to_curie(iri, prefixes)}`, so that this demands nothing",
        place,
        help=near or "declare it in the ontology, or correct its name",
        severity=Severity.WARNING,
    )


def _near(iri: str, declared: Sequence[str]) -> str | None:
    return did_you_mean(local_name(iri), sorted({local_name(name) for name in declared}))


def _silent(name: str) -> Diagnostic:
    message, help_ = "the file says nothing", "write its shapes, or delete it"
    return Diagnostic("S104", message, Location(name), help=help_, severity=Severity.WARNING)
