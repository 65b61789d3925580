"""Conditions on an entry as JSON Schema, with what is known of how well they say what is meant.

In: schemas for an entry. Out: `Formula`s, joined by and, or and not; and conditions as editors
report them best. Refuses: nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Formula:
    """A schema for an entry: `true` for all, `false` for none.

    Where it is not exact it takes more entries than what is meant, so that it must not be negated.
    """

    schema: Json | bool
    exact: bool = True


ANY, NONE, UNKNOWN = Formula(True), Formula(False), Formula(True, exact=False)


def all_of(parts: Iterable[Formula]) -> Formula:
    """What meets every part."""
    found = list(parts)
    exact = all(part.exact for part in found)
    schemas = [part.schema for part in found if part.schema is not True]
    if False in schemas:
        return NONE
    if len(schemas) < 2:
        return Formula(schemas[0] if schemas else True, exact)
    return Formula({"allOf": schemas}, exact)


def any_of(parts: Iterable[Formula]) -> Formula:
    """What meets one of the parts."""
    found = list(parts)
    exact = all(part.exact for part in found)
    schemas = [part.schema for part in found if part.schema is not False]
    if True in schemas:
        return Formula(True, exact)
    if len(schemas) < 2:
        return Formula(schemas[0] if schemas else False, exact)
    return Formula({"anyOf": schemas}, exact)


def none_of(part: Formula) -> Formula:
    """What does not meet a part; unknown, if the part takes too much."""
    if not part.exact:
        return UNKNOWN
    schema = part.schema
    return Formula(not schema if isinstance(schema, bool) else {"not": schema})


def at_least(count: int, keys: list[str], *, exact: bool) -> Formula:
    """That some keys have so many values; of several keys together, that one has a value."""
    if count == 0:
        return ANY
    if count == 1 or len(keys) > 1:
        schema = any_of(Formula({"required": [key]}) for key in keys).schema
        return Formula(schema, exact and count == 1)
    many = {"type": "array", "minItems": count}
    return Formula({"required": keys, "properties": {keys[0]: many}}, exact=False)


def at_most(count: int, keys: list[str]) -> Formula:
    """That each key has no more values; that two that are written are the same is not seen."""
    if count == 0:
        return Formula({"properties": dict.fromkeys(keys, False)})
    return Formula({"properties": {key: {"maxItems": count} for key in keys}}, exact=False)


def among(key: str, words: Iterable[str]) -> Formula:
    """That the values of a key are some of these words."""
    enum = {"enum": sorted(words)}
    return Formula({"properties": {key: {"anyOf": [enum, {"type": "array", "items": enum}]}}})


def holding(key: str, word: str) -> Formula:
    """That one of the values of a key is this word."""
    value = {"enum": [word]}
    either = {"anyOf": [value, {"type": "array", "contains": value}]}
    return Formula({"required": [key], "properties": {key: either}})


def to_condition(schema: Json, message: str) -> Json:
    """A choice as `if` and `then`: an editor then says what is missing, not all that might be.

    Args:
        schema: for an entry.
        message: what to say of an entry that does not meet it.
    """
    saying = {"errorMessage": message} if message else {}
    parts = schema.get("anyOf", [schema])
    asked = [part for part in parts if _is_presence(part)] or parts[-1:]
    others = [part for part in parts if part not in asked]
    then = {**asked[0], **saying}
    if len(asked) > 1 or "anyOf" in asked[0]:
        choices: list[Json] = []
        for choice in (each for part in asked for each in _choices(part)):
            choices += [] if choice in choices else [choice]
        then = {"anyOf": [{**choice, **saying} for choice in choices]}
    if not others:
        return then
    spared = others[0] if len(others) == 1 else {"anyOf": others}
    return {"if": spared["not"] if list(spared) == ["not"] else {"not": spared}, "then": then}


def _choices(part: Json) -> list[Json]:
    found: list[Json] = part.get("anyOf", [part])
    return found


def _is_presence(part: Json) -> bool:
    return all(list(choice) == ["required"] for choice in _choices(part))
