"""What an ontology means, apart from how its terms are called and explained.

In: its triples, in the order of the files, or its declarations. Out: digests that names and
documentation do not change: of all that it says, or of what each term is to mapping files. Refuses
nothing.

Blank nodes are numbered in that order: to write the same in another order may change the digest,
to write something else always does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from hashlib import sha256

from pyoxigraph import BlankNode, NamedNode, Triple

from kg.ontology.declarations import Ontology
from kg.terms import DCTERMS, LABELS, OWL, RDFS, SKOS, digest

_NAMING = (
    *LABELS,
    *(f"{RDFS}{name}" for name in ("label", "comment", "seeAlso", "isDefinedBy")),
    *(f"{SKOS}{name}" for name in ("definition", "example", "note", "scopeNote", "historyNote")),
    *(f"{SKOS}{name}" for name in ("changeNote", "editorialNote")),
    *(f"{OWL}{name}" for name in ("versionInfo", "versionIRI", "priorVersion")),
)


def meaning(triples: Iterable[Triple]) -> str:
    """A digest of what triples say, but for names and documentation."""
    numbers: dict[str, str] = {}
    lines = sorted(_line(triple, numbers) for triple in triples if not _is_naming(triple))
    return sha256("\n".join(lines).encode()).hexdigest()


def meanings(ontology: Ontology) -> dict[str, str]:
    """A digest, by IRI, of what each class or property is to whoever reads mapping files.

    That of a class has what all classes below it are: an individual may be of one of them, too.
    Other axioms (inverses, chains, disjointness, cardinality) say what follows from facts, not how
    they are read.
    """
    lines: dict[str, list[str]] = defaultdict(list)
    for found in ontology.properties.values():
        lines[found.iri].append(f"{found.key} {found.kind} {found.domain} {found.range}")
    for section in ontology.sections.values():
        lines[section.iri].append(f"{section.key} {section.kind}")
    for name, iri in ontology.class_names.items():
        lines[iri].append(name)
    for class_ in ontology.classes:
        above = sorted(ontology.superclasses(class_))
        for broad in above:
            lines[broad].append(f"{class_} {above}")
    return {iri: digest("\n".join(sorted(said))) for iri, said in lines.items()}


def _is_naming(triple: Triple) -> bool:
    predicate = triple.predicate.value
    nodes = isinstance(triple.subject, NamedNode) and not isinstance(triple.object, BlankNode)
    return nodes and (predicate in _NAMING or predicate.startswith(DCTERMS))


def _line(triple: Triple, numbers: dict[str, str]) -> str:
    terms = (triple.subject, triple.predicate, triple.object)
    return " ".join(
        numbers.setdefault(term.value, f"_:{len(numbers)}")
        if isinstance(term, BlankNode)
        else str(term)
        for term in terms
    )
