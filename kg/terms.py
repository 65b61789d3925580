"""Words of RDF: published namespaces, CURIEs, IRI minting and canonical lexical forms.

In: strings from settings and mapping files. Out: IRIs and `pyoxigraph` literals in canonical form.
Refuses: a lexical form that its datatype does not allow (`ValueError` with what was expected).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime

from pyoxigraph import Literal, NamedNode

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
XSD = "http://www.w3.org/2001/XMLSchema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
LABELS = (SKOS + "prefLabel", SKOS + "altLabel", SKOS + "hiddenLabel")
"""The names of an individual, those that are only looked for included."""
OA = "http://www.w3.org/ns/oa#"
TIME = "http://www.w3.org/2006/time#"
DCTERMS = "http://purl.org/dc/terms/"
PROV = "http://www.w3.org/ns/prov#"
SH = "http://www.w3.org/ns/shacl#"

PUBLISHED: dict[str, str] = {
    "dcterms": DCTERMS,
    "foaf": "http://xmlns.com/foaf/0.1/",
    "oa": OA,
    "org": "http://www.w3.org/ns/org#",
    "owl": OWL,
    "prov": PROV,
    "rdf": RDF,
    "rdfs": RDFS,
    "schema": "https://schema.org/",
    "sh": SH,
    "skos": SKOS,
    "time": TIME,
    "void": "http://rdfs.org/ns/void#",
    "xsd": XSD,
}

_MOST_DIGITS = 1000
LOCAL_NAME = re.compile(r"[A-Za-z_][\w.-]*(?<!\.)", re.ASCII)
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def kebab(name: str) -> str:
    """`TimeRule` as `time-rule`: the form of a kind in an IRI."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()


def local_name(iri: str) -> str:
    """What follows the last `#` or `/`."""
    return iri[max(iri.rfind("#"), iri.rfind("/")) + 1 :]


def to_curie(iri: str, prefixes: Mapping[str, str]) -> str:
    """The IRI as `prefix:name` if a prefix fits (longest namespace first), else in brackets."""
    for prefix, namespace in sorted(prefixes.items(), key=lambda item: -len(item[1])):
        rest = iri[len(namespace) :]
        if iri.startswith(namespace) and LOCAL_NAME.fullmatch(rest):
            return f"{prefix}:{rest}"
    return f"<{iri}>"


def digest(content: str, length: int = 12) -> str:
    """The first hexadecimal digits of the SHA-256 of a text: names what has no other name."""
    from hashlib import sha256  # loads OpenSSL, which queries do without

    return sha256(content.encode()).hexdigest()[:length]


def _bound(number: str) -> None:
    """Python, and with it SHACL, reads no number of thousands of digits."""
    if len(number) > _MOST_DIGITS:
        raise ValueError(f"a number of at most {_MOST_DIGITS:,} digits")


def _canonical_integer(form: str) -> str:
    if not re.fullmatch(r"[+-]?\d+", form, re.ASCII):
        raise ValueError("a whole number such as 42")
    _bound(form)
    return str(int(form))


def _canonical_decimal(form: str) -> str:
    if not re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)", form, re.ASCII):
        raise ValueError("a decimal number such as 2.5")
    from decimal import Decimal, InvalidOperation  # queries need no numbers of any length

    _bound(form)
    try:
        number = f"{Decimal(form):f}"
    except InvalidOperation as error:
        raise ValueError("a decimal number such as 2.5") from error
    number = number.rstrip("0").rstrip(".") if "." in number else number
    return number.removeprefix("-") if number in ("-0", "-") else number or "0"


def _canonical_boolean(form: str) -> str:
    if form not in ("true", "false"):
        raise ValueError("`true` or `false`")
    return form


def _canonical_date(form: str) -> str:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", form, re.ASCII):
        raise ValueError("a date such as 2025-02-11")
    try:
        return date.fromisoformat(form).isoformat()
    except ValueError as error:
        raise ValueError("a date that the calendar has, such as 2025-02-11") from error


def _canonical_month(form: str) -> str:
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", form, re.ASCII):
        raise ValueError("a month such as 2024-10")
    return form


def _canonical_year(form: str) -> str:
    if not re.fullmatch(r"\d{4}", form, re.ASCII):
        raise ValueError("a year such as 2024")
    return form


def _canonical_datetime(form: str) -> str:
    pattern = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d*[1-9])?(Z|[+-](?!00:00)\d{2}:\d{2})?"
    if not re.fullmatch(pattern, form, re.ASCII):
        raise ValueError("a date and time such as 2025-02-11T18:30:00Z")
    try:
        datetime.fromisoformat(form)
    except ValueError as error:
        raise ValueError("a date and time that the calendar has") from error
    return form


def _canonical_iri(form: str) -> str:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+", form):
        raise ValueError("an absolute IRI such as https://example.org/page")
    return form


_CANONICAL: dict[str, Callable[[str], str]] = {
    XSD + "integer": _canonical_integer,
    XSD + "decimal": _canonical_decimal,
    XSD + "boolean": _canonical_boolean,
    XSD + "date": _canonical_date,
    XSD + "gYearMonth": _canonical_month,
    XSD + "gYear": _canonical_year,
    XSD + "dateTime": _canonical_datetime,
    XSD + "anyURI": _canonical_iri,
    XSD + "string": str,
}
DATATYPES = frozenset(_CANONICAL) | {RDF + "langString"}


def to_literal(form: str, datatype: str, language: str) -> Literal:
    """A typed literal in canonical lexical form, so that a store gives back what it was given.

    Args:
        form: the lexical form as the user wrote it.
        datatype: IRI out of `DATATYPES`; `rdf:langString` takes `language`.
        language: the project's language tag, lower case.

    Raises:
        ValueError: the form is not in the datatype's lexical space; says what was expected.
    """
    if datatype == RDF + "langString":
        return Literal(form, language=language)
    return Literal(_CANONICAL[datatype](form), datatype=NamedNode(datatype))
