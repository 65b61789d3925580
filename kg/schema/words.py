"""What an editor says of classes, keys and ids: the definitions of the ontology.

In: the ontology, and the entries of the authority files. Out: descriptions for JSON Schema, and
each individual that mappings can name, in words.
Refuses: nothing; what has no definition goes without.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pyoxigraph import Literal, NamedNode

from kg.mapping.entries import Entry
from kg.mapping.individuals import Individual
from kg.ontology.declarations import Ontology
from kg.terms import OWL, RDFS, SKOS, local_name

Json = dict[str, Any]

_LABEL = (SKOS + "prefLabel", RDFS + "label")
_DEFINITION = (SKOS + "definition", RDFS + "comment")


@dataclass(frozen=True, slots=True)
class Known:
    """An individual that mappings can name.

    Attributes:
        name: its id.
        iri: the individual.
        types: its classes.
        words: its label, its classes and its definition.
        shared: whether an authority file declares it.
    """

    name: str
    iri: str
    types: tuple[str, ...]
    words: str
    shared: bool


class Words:
    """Finds labels and definitions in one language."""

    def __init__(self, ontology: Ontology, language: str) -> None:
        self.ontology, self.language = ontology, language

    def of(self, iri: str) -> Json:
        """Description of a class or a property, with an example where the ontology has one."""
        said, example = self.said(iri, _DEFINITION), self.said(iri, (SKOS + "example",))
        if not said:
            return {}
        shown = f"{said}\n\nExample: `{example}`" if example and "`" not in example else said
        return {"description": said, "markdownDescription": shown}

    def said(self, iri: str, predicates: Iterable[str]) -> str:
        """The first text that the ontology says by one of these predicates."""
        for predicate in predicates:
            objects = self.ontology.graph.objects(NamedNode(iri), predicate)
            found = [text for text in objects if isinstance(text, Literal)]
            if found:
                ours = [text.value for text in found if text.language == self.language]
                return min(ours or [text.value for text in found])
        return ""

    def known(
        self, individuals: Mapping[str, Individual], entries: Iterable[Entry]
    ) -> Iterator[Known]:
        """Each individual in words.

        Args:
            individuals: by id, from the ontology, the authority files and the articles.
            entries: of the authority files.
        """
        shared = {entry.id: entry for entry in entries if entry.id}
        for name, individual in sorted(individuals.items()):
            entry = shared.get(name)
            label, said = (
                (_stated(entry, _LABEL), _stated(entry, _DEFINITION))
                if entry
                else (self.said(individual.iri, _LABEL), self.said(individual.iri, _DEFINITION))
            )
            types = tuple(sorted(t for t in individual.types if not t.startswith(OWL)))
            kinds = ", ".join(local_name(cls) for cls in types)
            words = f"{label} ({kinds})" if label and kinds else label or kinds
            yield Known(
                name,
                individual.iri,
                types,
                f"{words}: {said}" if said else words,
                entry is not None,
            )


def _stated(entry: Entry, predicates: Iterable[str]) -> str:
    for claim in entry.claims:
        if claim.property.iri in predicates and isinstance(claim.value, Literal):
            return claim.value.value
    return ""
