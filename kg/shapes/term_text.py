"""Terms as canonical N-Triples writes them: equal if their text is; what literals are worth.

In: the text of a term. Out: its kind, its form, and its value among those that it can be compared
with. Refuses nothing: of a form that readers may take in different ways, it says nothing (None).

https://www.w3.org/TR/n-triples/ https://www.w3.org/TR/xmlschema11-2/
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, parse

from kg.terms import XSD

Term = str
IRI, BLANK, LITERAL = "<", "_", '"'
"""What the text of each kind of term begins with."""
Quantity = tuple[str, Any]
"""A kind, and a value that can be compared with the others of its kind."""

_INTEGER = re.compile(r"[+-]?[0-9]{1,99}")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,99}(\.[0-9]{1,99})?")
_DOUBLE = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,15})?([eE][+-]?[0-9]{1,2})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(_DATE.pattern + r"T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})?")
_READ: dict[str, tuple[re.Pattern[str], Callable[[str], Any], str]] = {
    f"^^<{XSD}integer>": (_INTEGER, int, "number"),
    f"^^<{XSD}decimal>": (_DECIMAL, Decimal, "number"),
    f"^^<{XSD}double>": (_DOUBLE, float, "number"),
    f"^^<{XSD}float>": (_DOUBLE, float, "number"),
    f"^^<{XSD}date>": (_DATE, date.fromisoformat, "date"),
    f"^^<{XSD}dateTime>": (_MOMENT, datetime.fromisoformat, "moment"),
}
_SOUND = {
    f"^^<{XSD}anyURI>": re.compile(r"[!-~]*"),
    f"^^<{XSD}boolean>": re.compile(r"true|false"),
    f"^^<{XSD}gYear>": re.compile(r"[1-9][0-9]{3}"),
    f"^^<{XSD}gYearMonth>": re.compile(r"[1-9][0-9]{3}-(0[1-9]|1[0-2])"),
}
_STANDARD = "^^<http://www.w3.org/"


def to_term(text: Term) -> NamedNode | BlankNode | Literal:
    """The term that a text is of."""
    (quad,) = parse(f"<a:> <a:> {text} .", RdfFormat.N_TRIPLES)
    term: NamedNode | BlankNode | Literal = quad.object
    return term


def form(text: Term) -> str:
    """An IRI or the lexical form of a literal (SPARQL 1.1, section 17.4.2.5)."""
    inner = text[1:-1] if text[0] == IRI else text[1 : text.rindex('"')]
    return to_term(text).value if "\\" in inner else inner


def kind(literal: Term) -> str:
    """What follows the form of a literal: `@` and a tag, `^^` and a datatype, or nothing."""
    return literal[literal.rindex('"') + 1 :]


def quantity(text: Term) -> Quantity | None:
    """The value of a literal, if its form is beyond doubt."""
    return _value(text) if text[0] == LITERAL and kind(text) in _READ else None


@lru_cache(maxsize=4096)  # articles have the same dates, and offsets of the same few thousands
def _value(literal: Term) -> Quantity | None:
    pattern, convert, sort = _READ[kind(literal)]
    written = form(literal)
    if not pattern.fullmatch(written):
        return None
    try:
        value = convert(written)
    except ValueError:  # a day that the calendar does not have
        return None
    zoned = isinstance(value, datetime) and value.tzinfo is not None
    return (f"{sort} of a zone" if zoned else sort), value


def is_sound(literal: Term) -> bool:
    """Whether a literal is well typed beyond doubt; False says nothing."""
    suffix = kind(literal)
    if suffix in _SOUND:
        return _SOUND[suffix].fullmatch(form(literal)) is not None
    return not suffix.startswith(_STANDARD) or quantity(literal) is not None
