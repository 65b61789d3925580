"""What an ontology means, apart from how its terms are called and explained.

In: its triples, in the order of the files. Out: a digest that names and documentation do not
change. Refuses nothing.

Blank nodes are numbered in that order: to write the same in another order may change the digest,
to write something else always does.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from pyoxigraph import BlankNode, NamedNode, Triple

from kg.terms import DCTERMS, LABELS, OWL, RDFS, SKOS

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
