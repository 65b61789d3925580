"""JSON Schema for the entries of mapping files: their keys, their kinds, and groups with defaults.

In: the ontology, what the shapes ask of each class, and the schemas of values. Out: definitions.
An entry is of the kind that `a` names, so that each kind has its keys and no others; where `a` is a
list, the keys of all kinds will do.
Refuses: nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

from kg.ontology.declarations import Property, ValueKind
from kg.schema.rules import Limits, Rules
from kg.schema.values import Values, reference, slot
from kg.schema.words import Words
from kg.terms import digest, local_name

Json = dict[str, Any]
Kinds = tuple[str, ...]

WORDS = (ValueKind.QUOTE, ValueKind.TIME)
"""What only the mapping of an article can hold."""

_LIST: Json = {"type": "array"}
_SILENT: Json = {"doNotSuggest": True}
_GROUNDS = ("value", "basis", "reason", "confidence")


class Entries:
    """Definitions of entries, each made when it is first referred to."""

    def __init__(
        self, values: Values, rules: Callable[[str], Rules], words: Words, *, of_article: bool
    ) -> None:
        """Start without definitions.

        Args:
            values: schemas of values.
            rules: what the shapes ask of each class.
            words: what to say of classes and keys.
            of_article: whether entries rest on words of an article, or are shared.
        """
        self.values, self.words, self.of_article = values, words, of_article
        self.ontology = values.ontology
        self.rules = rules
        self._keys = cache(self._find_keys)
        self.definitions: dict[str, Json] = {}
        self.quote = self._key_of("quote")

    def define(self, name: str, make: Callable[[], Json]) -> Json:
        """A reference to a definition; it may refer to itself."""
        if name not in self.definitions:
            self.definitions[name] = {}
            self.definitions[name] = make()
        return reference(name)

    # Classes and keys

    def slot(self, *classes: str) -> str:
        """Some classes as part of the name of a definition."""
        return "-".join(slot(cls, self.ontology.prefixes) for cls in classes)

    def _key_of(self, name: str) -> str:
        """The key of a term of the text layer."""
        iri = self.ontology.text(name).value
        return next((p.key for p in self.ontology.properties.values() if p.iri == iri), "")

    def kinds(self, *reach: str) -> Kinds:
        """The classes that `a` can name, from some classes downwards."""
        found = self.ontology.class_names.values()
        return tuple(cls for cls in found if self.ontology.is_a((cls,), reach))

    def usable(self, *reach: str, nested: bool = False) -> Kinds:
        """Those kinds that an entry here can be of."""
        return tuple(cls for cls in self.kinds(*reach) if self._can_be(cls, nested=nested))

    def _can_be(self, cls: str, *, nested: bool = False) -> bool:
        """Whether the keys that an entry of a class must have are keys that it can have."""
        required = self.required(cls)
        if nested and self.of_article:
            required -= {self.quote}  # the words around a nested entry are its own
        elif self.is_quoted(cls):
            required |= {self.quote}
        return self.rules(cls).possible and required <= set(self._keys(cls))

    def is_quoted(self, cls: str) -> bool:
        """Whether an entry of a class must have a quote."""
        article = self.ontology.text("Article").value
        return self.of_article and not self.ontology.is_a((cls,), (article,))

    def _is_time(self, cls: str) -> bool:
        return self.ontology.is_a((cls,), (self.ontology.text("Time").value,))

    def required(self, cls: str) -> set[str]:
        """Keys that the shapes ask for; what a time is turns out only when it is read."""
        return set() if self._is_time(cls) else set(self.rules(cls).required)

    def _find_keys(self, cls: str) -> dict[str, Property]:
        """The keys that an entry of a class can have."""
        limits = self.rules(cls).limits
        return {
            key: p
            for key, p in sorted(self.ontology.properties.items())
            if (not p.domain or self.ontology.is_a((cls,), p.domain))
            and (self.of_article or p.kind not in WORDS)
            and limits.get(key, Limits()).most != 0
        }

    # The value of a key

    def _key(self, property_: Property, limits: Limits | None = None) -> Json:
        """What stands at a key: a value or a list of values."""
        asked = limits if limits and limits.least > 1 else replace(limits or Limits(), least=0)
        mark = "" if asked == Limits() else f"-{digest(repr(asked), 6)}"
        return self.define(f"key-{property_.key}{mark}", lambda: self._described(property_, asked))

    def _described(self, property_: Property, limits: Limits) -> Json:
        one = self._one(property_, limits)
        many: Json = {"type": "array", "minItems": max(1, limits.least), "items": one}
        if limits.most is not None:
            many["maxItems"] = limits.most
        said = {"title": property_.key, **self.words.of(property_.iri)}
        return {**said, "anyOf": [many] if limits.least > 1 else [one, many]}

    def _one(self, property_: Property, limits: Limits) -> Json:
        if limits.words is not None:
            return self.values.among(limits.words)
        plain = self.define(f"value-{property_.key}", lambda: _any(self._alternatives(property_)))
        facets = [{keyword: parameter} for keyword, parameter in limits.facets]
        return {"allOf": [plain, *facets]} if facets else plain

    def _alternatives(self, property_: Property) -> list[Json]:
        found = self.values.single(property_)
        if property_.range and property_.kind in (ValueKind.REFERENCE, ValueKind.TIME):
            return [*found, self.nested(property_.range)]
        return found or [{"not": {}}]

    # The body of an entry

    def body(self, cls: str) -> Json:
        """The keys of an entry of one kind; whether it has them all is not asked here."""
        return self.define(
            f"keys-{self.slot(cls)}",
            lambda: self._closed(
                {"title": local_name(cls), **self.words.of(cls)},
                {k: self._key(p, self._limits(cls, k)) for k, p in self._keys(cls).items()},
            ),
        )

    def _limits(self, cls: str, key: str) -> Limits:
        return self.rules(cls).limits.get(key, Limits())

    def loose(self, *reach: str) -> Json:
        """The keys of all kinds: for defaults, and for entries of several kinds."""

        def make() -> Json:
            keys = {k: p for cls in self.kinds(*reach) for k, p in self._keys(cls).items()}
            return self._closed({}, {key: self._key(p) for key, p in sorted(keys.items())})

        return self.define(f"any-{self.slot(*reach)}", make)

    def _closed(self, said: Json, properties: Json) -> Json:
        """An entry that has these keys only; who refers to it says what `a` and `id` may be."""
        own = {"a": _SILENT, "id": _SILENT}
        return {
            "type": "object",
            **said,
            "properties": own | properties,
            "additionalProperties": False,
        }

    def _whole(self, cls: str) -> Json:
        """An entry of one kind with all that it must have."""
        return _both(self.body(cls), self._asked(cls))

    def _asked(self, cls: str) -> Json:
        def make() -> Json:
            if self._is_time(cls):
                return self._of_time()
            required = sorted(self.required(cls) - {self.quote})
            conditions = self.rules(cls).conditions
            asked: Json = {"required": required} if required else {}
            return asked | ({"allOf": conditions} if conditions else {})

        name = f"rules-{self.slot(cls)}"
        found = self.define(name, make)
        return found if self.definitions[name] else {}

    def _of_time(self) -> Json:
        """A time has words, or it is inferred and says from what."""
        grounds = [self._key_of(name) for name in _GROUNDS]
        return {"if": {"not": {"required": [self._key_of("words")]}}, "then": {"required": grounds}}

    # Kinds

    def kind(self, reach: Kinds, usable: Kinds) -> Json:
        """The value of `a`: a class of which an entry can be, or a list of classes."""

        def make() -> Json:
            said = "The kind of the entry: a class, or a list of classes."
            many = {"type": "array", "minItems": 1, "items": self._classes(self.kinds(*reach))}
            return {"title": "a", "description": said, "anyOf": [self._classes(usable), many]}

        nested = "" if usable == self.usable(*reach) else "nested-"
        return self.define(f"a-{nested}{self.slot(*reach)}", make)

    def _classes(self, kinds: Kinds) -> Json:
        names = {local_name(cls): cls for cls in sorted(kinds, key=local_name)}
        said = [self.words.of(cls).get("description", "") for cls in names.values()]
        return {"enum": list(names), "enumDescriptions": said}

    def by_kind(
        self, base: str | None, kinds: Kinds, then: Callable[[str], Json], several: Json
    ) -> list[Json]:
        """For each kind what an entry of it must meet; for `base` where no kind is named."""
        others = tuple(cls for cls in kinds if cls != base)
        found = [{"if": named(cls), "then": then(cls)} for cls in others]
        found.append({"if": _stating(_LIST), "then": several})
        if base in kinds:
            stated = [{"enum": [local_name(cls) for cls in others]}] if others else []
            other = _stating({"anyOf": [*stated, _LIST]})
            found.append({"if": {"not": other}, "then": then(str(base))})
        return found

    def entry(self, section: str) -> Json:
        """An entry of a section, of whatever kind."""

        def make() -> Json:
            kinds = self.usable(section)
            asked = [] if section in kinds else ["a"]
            asked += [self.quote] if self.is_quoted(section) else []
            return {
                "type": "object",
                "title": local_name(section),
                "properties": {"a": self.kind((section,), kinds)},
                **({"required": asked} if asked else {}),
                **self._carried(section),
                "allOf": self.by_kind(section, kinds, self._whole, self.loose(section)),
            }

        return self.define(f"entry-{self.slot(section)}", make)

    def snippets(self, section: str, *, by_id: bool) -> list[Json]:
        """For each kind an entry to fill in, with the keys that it must and should have."""
        return [
            {
                "label": f"{local_name(cls)} (new entry)",
                "description": self.words.of(cls).get("description", local_name(cls)),
                "body": _numbered(self._skeleton(cls, section), by_id=by_id),
            }
            for cls in self.usable(section)
        ]

    def _skeleton(self, cls: str, section: str) -> list[str]:
        """The keys of a new entry; `a` with its value."""
        rules, keys = self.rules(cls), self._keys(cls)
        asked = self.required(cls) | rules.recommended
        quote = [self.quote] if self.is_quoted(section) else []
        kind = [f"a: {local_name(cls)}"] if cls != section else []
        return [*kind, *(k for k in keys if k in asked and k not in quote), *quote]

    def _carried(self, section: str) -> Json:
        """What an article says in other words than those of the text needs a quote."""
        if not self.of_article or self.is_quoted(section):
            return {}
        keys = self._keys(section)
        unquoted = [key for key, p in keys.items() if p.kind not in WORDS]
        unsaid = {"type": "object", "not": {"required": [self._key_of("words")]}}
        times = [
            {"properties": {key: unsaid}, "required": [key]}
            for key, p in keys.items()
            if p.kind is ValueKind.TIME
        ]
        asked = {"if": {"anyOf": times}, "then": {"required": [self.quote]}}
        return {"dependencies": {key: [self.quote] for key in unquoted}} | (asked if times else {})

    def nested(self, reach: Kinds) -> Json:
        """Keys in the place of an id; where several classes are possible, `a` says which."""

        def make() -> Json:
            kinds = self.usable(*reach, nested=True)
            base = reach[0] if len(reach) == 1 else None
            return {
                "type": "object",
                "properties": {"a": self.kind(reach, kinds), "id": False},
                **({} if base in kinds else {"required": ["a"]}),
                "allOf": self.by_kind(base, kinds, self._whole, self.loose(*reach)),
            }

        return self.define(f"nested-{self.slot(*reach)}", make)


def named(*classes: str) -> Json:
    """That `a` names one of these classes."""
    names = [local_name(cls) for cls in classes]
    return _stating({"const": names[0]} if len(names) == 1 else {"enum": names})


def _stating(kind: Json) -> Json:
    """An entry whose `a` meets a schema; an entry that is still empty, in an editor, does not."""
    return {"type": "object", "properties": {"a": kind}, "required": ["a"]}


def _numbered(keys: list[str], *, by_id: bool) -> Json:
    """The body of a snippet: a place to fill in behind each key, in order."""
    found = [(key, *rest) for key, *rest in (k.split(": ") for k in keys)]
    body = {
        k: rest[0] if rest else f"${n}" for n, (k, *rest) in enumerate(found, 2 if by_id else 1)
    }
    return {"${1:id}": body} if by_id else body


def _any(schemas: list[Json]) -> Json:
    return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}


def _both(first: Json, second: Json) -> Json:
    return {"allOf": [first, second]} if second else first
