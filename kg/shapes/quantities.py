"""Literals whose value is known beyond doubt: numbers, dates and times in their usual forms.

In: a literal. Out: its value among those that it can be compared with. Refuses nothing: of a form
that readers may take in different ways, it says nothing (None).

https://www.w3.org/TR/xmlschema11-2/
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pyoxigraph import Literal

from kg.terms import RDF, XSD

Quantity = tuple[str, Any]
"""A kind, and a value that can be compared with the others of its kind."""

_INTEGER = re.compile(r"[+-]?[0-9]{1,99}")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,99}(\.[0-9]{1,99})?")
_DOUBLE = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,15})?([eE][+-]?[0-9]{1,2})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_READ: dict[str, tuple[re.Pattern[str], Callable[[str], Any], str]] = {
    XSD + "integer": (_INTEGER, int, "number"),
    XSD + "decimal": (_DECIMAL, Decimal, "number"),
    XSD + "double": (_DOUBLE, float, "number"),
    XSD + "float": (_DOUBLE, float, "number"),
    XSD + "date": (_DATE, date.fromisoformat, "date"),
    XSD + "dateTime": (_MOMENT, datetime.fromisoformat, "moment"),
}
_SOUND = {
    XSD + "string": re.compile(r".*", re.DOTALL),
    XSD + "anyURI": re.compile(r"[!-~]*"),
    XSD + "boolean": re.compile(r"true|false"),
    XSD + "gYear": re.compile(r"[1-9][0-9]{3}"),
    XSD + "gYearMonth": re.compile(r"[1-9][0-9]{3}-(0[1-9]|1[0-2])"),
}
_STANDARD = ("http://www.w3.org/",)


def quantity(literal: Literal) -> Quantity | None:
    """The value of a literal, if its form is beyond doubt."""
    read = _READ.get(literal.datatype.value)
    if read is None or not read[0].fullmatch(literal.value):
        return None
    _, convert, kind = read
    try:
        value = convert(literal.value)
    except ValueError:  # a day that the calendar does not have
        return None
    zoned = isinstance(value, datetime) and value.tzinfo is not None
    return (f"{kind} of a zone" if zoned else kind), value


def is_sound(literal: Literal) -> bool:
    """Whether a literal is well typed beyond doubt; False says nothing."""
    datatype = literal.datatype.value
    if datatype in _SOUND:
        return _SOUND[datatype].fullmatch(literal.value) is not None
    if datatype == RDF + "langString":
        return bool(literal.language)
    return not datatype.startswith(_STANDARD) or quantity(literal) is not None
