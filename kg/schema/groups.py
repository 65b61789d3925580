"""JSON Schema for lists of entries: entries without ids of their own, and groups with defaults.

In: the definitions of entries. Out: definitions of the items of lists. A key that a group gives
under `with` need not stand in its entries; which kind they are of may be said there too.
Refuses: nothing. In groups inside groups only the keys are looked at.
"""

from __future__ import annotations

from typing import Any

from kg.schema.entries import Entries, Kinds, named
from kg.schema.values import reference

Json = dict[str, Any]

_PARTS = [{"required": ["with"]}, {"required": ["entries"]}]
_GROUP: Json = {"type": "object", "anyOf": _PARTS}
_STATED: Json = {"type": "object", "anyOf": [{"required": ["a"]}, *_PARTS]}
_NAME: Json = {
    "title": "id",
    "description": "A local name, by which other entries of this file can name this one.",
    "allOf": [reference("new")],
}


class Groups:
    """Definitions of the items of lists."""

    def __init__(self, entries: Entries) -> None:
        self.entries = entries

    def item(self, section: str) -> Json:
        """An item of a list: an entry, or a group of entries."""

        def make() -> Json:
            entry = {"allOf": [self.entries.entry(section), {"properties": {"id": _NAME}}]}
            return {"type": "object", "if": _GROUP, "then": self._group(section), "else": entry}

        return self.entries.define(f"item-{self.entries.slot(section)}", make)

    def _group(self, section: str) -> Json:
        """Defaults and the entries that they are for."""

        def make() -> Json:
            return {
                **self._frame(section, self._member(section)),
                "allOf": [*self._by_default(section), *self._asked(section)],
            }

        return self.entries.define(f"group-{self.entries.slot(section)}", make)

    def _frame(self, section: str, member: Json) -> Json:
        kinds = self.entries.kinds(section)
        defaults = {"properties": {"a": self.entries.kind((section,), kinds)}}
        said = "Keys and values that all entries of the group share."
        return {
            "title": "group",
            "properties": {
                "with": {
                    "title": "with",
                    "description": said,
                    "allOf": [self.entries.loose(section), defaults],
                },
                "entries": {
                    "title": "entries",
                    "description": "The entries of the group; their own values win.",
                    "type": "array",
                    "items": member,
                },
            },
            "required": ["with", "entries"],
            "additionalProperties": False,
        }

    def _member(self, section: str) -> Json:
        """An entry of a group: its keys, if it says of which kind it is."""

        def make() -> Json:
            kinds = self.entries.usable(section)
            body, several = self.entries.body, self.entries.loose(section)
            own = {"a": self.entries.kind((section,), kinds), "id": _NAME}
            entry = {
                "properties": own,
                "allOf": self.entries.by_kind(None, self.entries.kinds(section), body, several),
            }
            inner = self._inner(section)
            return {"type": "object", "if": _GROUP, "then": inner, "else": entry}

        return self.entries.define(f"member-{self.entries.slot(section)}", make)

    def _inner(self, section: str) -> Json:
        """A group inside a group."""
        name = f"inner-{self.entries.slot(section)}"

        def make() -> Json:
            entry = {"allOf": [self.entries.loose(section), {"properties": {"id": _NAME}}]}
            items = {"type": "object", "if": _GROUP, "then": reference(name), "else": entry}
            return self._frame(section, items)

        return self.entries.define(name, make)

    def _by_default(self, section: str) -> list[Json]:
        """The keys of entries that leave it to the group of which kind they are."""
        kinds, several = self.entries.kinds(section), _unstated(self.entries.loose(section))
        found = self.entries.by_kind(
            section, kinds, lambda cls: _unstated(self.entries.body(cls)), several
        )
        return [
            {"if": _defaults(choice["if"]), "then": _members(choice["then"])} for choice in found
        ]

    def _asked(self, section: str) -> list[Json]:
        """For each key that entries of some kinds must have: that group or entry has it."""
        kinds = self.entries.usable(section)
        asking = {cls: self.entries.required(cls) for cls in kinds}
        keys = sorted(set().union(*asking.values()) - {self.entries.quote})
        found = [
            condition
            for key in keys
            for condition in self._asked_key(
                key, section, tuple(cls for cls in kinds if key in asking[cls])
            )
        ]
        if self.entries.is_quoted(section):
            found += self._asked_key(self.entries.quote, section, self.entries.kinds(section))
        return found

    def _asked_key(self, key: str, section: str, asking: Kinds) -> list[Json]:
        lacks = _defaults({"not": {"required": [key]}})
        must = {"required": [key]}
        if set(asking) == set(self.entries.kinds(section)):
            return [{"if": lacks, "then": _members({"if": _GROUP, "else": must})}]
        stated = {"if": named(*asking), "then": must}
        implied = [named(*asking)]
        if section in asking:
            implied.append({"not": {"required": ["a"]}})
        unsaid = {"allOf": [lacks, _defaults({"anyOf": implied})]}
        return [
            {"if": lacks, "then": _members(stated)},
            {"if": unsaid, "then": _members(_unstated(must))},
        ]


def _defaults(schema: Json) -> Json:
    """That the defaults of a group meet a schema."""
    return {"properties": {"with": schema}, "required": ["with"]}


def _members(schema: Json) -> Json:
    """That each entry of a group meets a schema."""
    return {"properties": {"entries": {"items": schema}}}


def _unstated(schema: Json) -> Json:
    """That an entry meets a schema, unless it says itself of which kind it is, or is a group."""
    return {"if": _STATED, "else": schema}
