"""JSON Schema for the values of mapping files: text, typed literals, times and ids.

In: the individuals that are known, and the ontology. Out: schemas for single values, and the
definitions that they refer to. Every scalar of a mapping is read as a string, but an editor sees
the numbers and booleans that YAML guesses: both are taken.
Refuses: nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kg.ontology.declarations import Ontology, Property, ValueKind
from kg.schema.rules import datatype
from kg.schema.words import Known
from kg.terms import RDF, SLUG, XSD, to_curie

Json = dict[str, Any]

TIME_EXAMPLES = ("2025-02-12", "on Tuesday evening", "October 2024", "yesterday", "last month")
"""Time expressions of several rules, for an editor to offer."""

_SLUGS: Json = {
    "pattern": f"^(?:{SLUG.pattern})$",
    "patternErrorMessage": "an id is of lower-case words joined by hyphens",
}
TEXT: Json = {
    "if": {"type": ["array", "object", "null"]},
    "then": {"type": "string"},
    "else": {"pattern": r"\S"},
}
"""Any scalar with words. A plain list of types would make editors offer `true` and `false`."""
_QUOTE: Json = {**TEXT, "else": {"pattern": r"[^\s…]"}}
"""Words of an article: more than an elision."""


def _text(pattern: str) -> Json:
    return {"type": "string", "pattern": f"^(?:{pattern})$"}


_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_WHOLE: Json = {"type": "integer"}
_FORMS: dict[str, list[Json]] = {
    XSD + "integer": [_WHOLE, _text(r"[+-]?[0-9]+")],
    XSD + "decimal": [{"type": "number"}, _text(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")],
    XSD + "boolean": [{"enum": [True, False, "true", "false"]}],
    XSD + "date": [_text(_DAY)],
    XSD + "gYearMonth": [_text(r"[0-9]{4}-(?:0[1-9]|1[0-2])")],
    XSD + "gYear": [_WHOLE, _text(r"[0-9]{4}")],
    XSD + "dateTime": [_text(_DAY + r"T[0-9:.Z+-]+")],
    XSD + "anyURI": [_text(r'[A-Za-z][A-Za-z0-9+.-]*:[^\s<>"{}|\\^`]+')],
    RDF + "langString": [TEXT],
    XSD + "string": [TEXT],
}


class Values:
    """Schemas for values; those for ids refer to definitions that this object makes."""

    def __init__(
        self, known: Iterable[Known], ontology: Ontology, declarable: Iterable[str]
    ) -> None:
        """Sort the individuals by class.

        Args:
            known: what mappings can name.
            ontology: gives the classes.
            declarable: classes whose individuals the file itself can declare.
        """
        self.ontology, self.declarable = ontology, tuple(declarable)
        self.by_name = {each.name: each for each in known}
        self.groups: dict[tuple[str, ...], list[str]] = {}
        for each in self.by_name.values():
            self.groups.setdefault(each.types, []).append(each.name)

    def definitions(self, *, of_article: bool) -> dict[str, Json]:
        """The ids of each class, all ids, those that a new entry cannot have, and any new id."""
        found = {self.name(types): self.among(names) for types, names in self.groups.items()}
        taken = [name for name, each in self.by_name.items() if of_article or not each.shared]
        known: Json = {"anyOf": [reference(name) for name in sorted(found)] or [{"enum": [""]}]}
        return found | {
            "known": known,
            "taken": reference("known") if of_article else {"enum": sorted(taken)},
            "new": {"type": ["string", "integer", "boolean"], **_SLUGS, **_unless("known")},
            "id": {**_SLUGS, **_unless("taken")},
        }

    def mentions(self) -> Json:
        """Words of the article, and whom they denote; brackets mark one part of a passage."""
        one = {"anyOf": self.ids(())}
        many = {"type": "array", "minItems": 1, "items": one}
        return {
            "type": "object",
            "propertyNames": {
                "if": {"pattern": r"\["},
                "then": {
                    "pattern": r"^[^\[\]]*\[[^\[\]]*[^\[\]\s][^\[\]]*\][^\[\]]*$",
                    "patternErrorMessage": "brackets mark one part of the words: `[he] said`",
                },
                "else": {"pattern": r"\S"},
            },
            "additionalProperties": {"anyOf": [one, many]},
        }

    def name(self, types: tuple[str, ...]) -> str:
        """What the definition of the ids of some classes is called."""
        return "-".join(["ids", *(slot(cls, self.ontology.prefixes) for cls in types)])

    def among(self, words: Iterable[str]) -> Json:
        """An enumeration, with what is known of its members."""
        forms = {form: word for word in sorted(words) for form in _forms(word)}
        said = [known.words if (known := self.by_name.get(w)) else "" for w in forms.values()]
        return {"enum": list(forms)} | ({"enumDescriptions": said} if any(said) else {})

    def single(self, property_: Property) -> list[Json]:
        """What one value of a property may be, nested entries apart."""
        if property_.iri == self.ontology.text("value").value:
            return [_WHOLE, _text(r"[0-9]{4}(?:-[0-9]{2}){0,2}")]
        if property_.kind is ValueKind.TIME:
            return [{**_QUOTE, "examples": list(TIME_EXAMPLES)}]
        if property_.kind is ValueKind.QUOTE:
            return [_QUOTE]
        if property_.kind is ValueKind.LITERAL:
            return _FORMS[datatype(property_)]
        return self.ids(property_.range)

    def ids(self, reach: tuple[str, ...]) -> list[Json]:
        """Ids of individuals of some classes; of any, if there are no classes."""
        fitting = [t for t in sorted(self.groups) if not reach or self.ontology.is_a(t, reach)]
        found = [reference(self.name(types)) for types in fitting]
        own = not reach or self.ontology.is_a(self.declarable, reach)
        return found + ([reference("new")] if own else [])


def reference(name: str) -> Json:
    """A reference to a definition."""
    return {"$ref": f"#/definitions/{name}"}


def slot(iri: str, prefixes: Mapping[str, str]) -> str:
    """The IRI as part of the name of a definition, which stands in JSON pointers."""
    return re.sub(r"[^\w:.-]", "-", to_curie(iri, prefixes), flags=re.ASCII)


def _unless(taken: str) -> Json:
    """That a word is none of those taken; as a pattern, because an editor shows its message."""
    said = "the id is taken: by the ontology, an authority file, or the name of an article"
    return {"if": reference(taken), "then": {"pattern": "(?!)", "patternErrorMessage": said}}


def _forms(word: str) -> Iterator[str | float | bool]:
    """A word as YAML readers give it: as text, and as what they take it for."""
    yield word
    if re.fullmatch(r"[0-9]+", word):
        yield int(word)
    elif re.fullmatch(r"[0-9]+(\.[0-9]+|e[0-9]+)", word):
        yield float(word)
    elif word in ("true", "false"):
        yield word == "true"
