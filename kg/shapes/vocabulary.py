"""The words of mapping files for terms of RDF: keys for properties, ids for individuals.

In: the ontology and the individuals that mappings can name. Out: words in backticks, as a person
would write them; for what mappings have no word, the IRI in angle brackets. Refuses nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from pyoxigraph import NamedNode

from kg.hints import did_you_mean
from kg.mapping.individuals import Individual
from kg.ontology.declarations import Ontology, Property, ValueKind
from kg.terms import XSD, local_name

LISTED = 8
"""So many individuals are named; of more, only a few as examples."""
_EXAMPLES = 3


class Vocabulary:
    """What an author of mappings can write."""

    def __init__(self, ontology: Ontology, individuals: Mapping[str, Individual]) -> None:
        """Words for the terms of an ontology and for individuals by id."""
        self._ontology, self._individuals = ontology, individuals

    def property(self, iri: str) -> Property | None:
        """The property as a key of mapping files, if authors write it."""
        return self._properties.get(iri)

    def fits(self, property_: Property, types: Iterable[str]) -> bool:
        """Whether individuals of these classes may have the property."""
        return not property_.domain or self._ontology.is_a(types, property_.domain)

    def key(self, iri: str) -> str:
        """A property as authors know it."""
        found = self.property(iri)
        return f"`{found.key}`" if found else f"<{iri}>"

    def term(self, term: object) -> str:
        """An individual by its id, a class by its name, a literal by its form."""
        if not isinstance(term, NamedNode):
            return f"`{getattr(term, 'value', term)}`"
        return f"`{self._ids[term.value]}`" if term.value in self._ids else f"<{term.value}>"

    def classes(self, classes: Iterable[str]) -> str:
        """Classes as `a:` names them, with an article."""
        return " or ".join(map(self._class, classes))

    def types(self, node: object) -> list[str]:
        """The classes that the ontology gives an individual of its own."""
        return self._ontology.types(node.value) if isinstance(node, NamedNode) else []

    def _class(self, iri: str) -> str:
        name = local_name(iri)
        known = self._ontology.class_names.get(name) == iri
        return f"{'an' if name[:1] in 'AEIOU' else 'a'} {f'`{name}`' if known else f'<{iri}>'}"

    def members(self, classes: Iterable[str]) -> str:
        """Who could be written where an individual of these classes is expected."""
        classes = list(classes)
        found = [f"`{id_}`" for id_ in sorted(self._members(classes))]
        if not found:
            return f"the id of {self.classes(classes)}"
        if len(found) <= LISTED:
            return f"{listed(found)} ({self.classes(classes)})"
        return f"the id of {self.classes(classes)}, such as {listed(found[:_EXAMPLES])}"

    def meant(self, term: object, classes: Iterable[str], iris: Iterable[str]) -> str | None:
        """Which individual of these classes or IRIs was probably meant by the id of another."""
        word = self._ids.get(term.value) if isinstance(term, NamedNode) else None
        fitting = [*self._members(list(classes)), *(self._ids[i] for i in iris if i in self._ids)]
        names = {id_: self._individuals[id_].names for id_ in fitting if id_ != word}
        return did_you_mean(word, names, names) if word else None

    def _members(self, classes: list[str]) -> Iterator[str]:
        for id_, individual in self._individuals.items():
            if self._ontology.is_a(individual.types, classes):
                yield id_

    def values(self, property_: Property) -> str:
        """What could be written as a value of a key, by its range alone."""
        if property_.kind is ValueKind.QUOTE:
            return "words of the article"
        if property_.kind is ValueKind.TIME:
            return "the words of the article that tell the time"
        if property_.kind is ValueKind.REFERENCE:
            return self.members(property_.range) if property_.range else "an id"
        datatypes = [f"<{iri}>" for iri in property_.range if iri.startswith(XSD)]
        return " or ".join(datatypes) or "text"

    @cached_property
    def _properties(self) -> dict[str, Property]:
        return {found.iri: found for found in self._ontology.properties.values()}

    @cached_property
    def _ids(self) -> dict[str, str]:
        return {individual.iri: id_ for id_, individual in self._individuals.items()}


def listed(words: Iterable[str], conjunction: str = "or") -> str:
    """Words as a list in a sentence."""
    *most, last = words
    return f"{', '.join(most)} {conjunction} {last}" if most else last
