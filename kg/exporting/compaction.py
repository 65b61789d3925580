"""JSON-LD in the words of the mapping language.

In: quads, those of a graph and of a subject together, and the context of a project. Out: bytes of a
document with one node a line, in bounded memory.
Refuses nothing: what has no word in the context is a CURIE or an IRI, and what a word would make
another value is written out.

https://www.w3.org/TR/json-ld11/
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any, BinaryIO

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad

from kg.rdf.turtle import RELATIVE
from kg.terms import RDF, XSD, to_curie

Json = dict[str, Any]
TYPE, STRING = f"{RDF}type", f"{XSD}string"
CACHED = 50_000


def write_compacted(quads: Iterable[Quad], out: BinaryIO, context: Mapping[str, Any]) -> None:
    """Write a document.

    Args:
        quads: sorted by graph, then by subject.
        out: binary stream.
        context: of `kg.grounding.jsonld.context`.
    """
    compactor = Compactor(context["@context"])
    head = json.dumps(context["@context"], ensure_ascii=False, indent=1)
    out.write(f'{{"@context": {head},\n"@graph": ['.encode())
    start = "\n"
    for name, group in groupby(quads, key=lambda quad: quad.graph_name):
        for piece in _graph(name, group, compactor):
            out.write((start + piece).encode())
            start = ",\n"
    out.write(b"\n]}\n")


def _graph(
    name: NamedNode | BlankNode | DefaultGraph, quads: Iterable[Quad], compactor: Compactor
) -> Iterator[str]:
    nodes = (
        compactor.node(subject, group)
        for subject, group in groupby(quads, key=lambda quad: quad.subject)
    )
    lines = (json.dumps(node, ensure_ascii=False) for node in nodes)
    if isinstance(name, DefaultGraph):
        yield from lines
        return
    opening = json.dumps({"id": compactor.reference(name)}, ensure_ascii=False)[:-1]
    line = f'{opening}, "@graph": [\n{next(lines)}'
    for following in lines:
        yield line
        line = following
    yield f"{line}]}}"


class Compactor:
    """Terms to values of JSON, by the words of a context."""

    def __init__(self, terms: Mapping[str, Any]) -> None:
        """Take in the terms of a context that `kg.grounding.jsonld` made."""
        self._base: str = terms["@base"]
        plain = {key: value for key, value in terms.items() if isinstance(value, str)}
        self._prefixes = {key: value for key, value in plain.items() if value[-1:] in "/#"}
        self._prefixes.pop("@base", None)
        self._definitions = {key: value for key, value in terms.items() if isinstance(value, dict)}
        self._keys = {self._expand(value["@id"]): key for key, value in self._definitions.items()}
        self._classes = {
            self._expand(value): key
            for key, value in plain.items()
            if key not in self._prefixes and not key.startswith("@") and not value.startswith("@")
        }
        # What stands for a keyword does so wherever an IRI is expected (section 5.2.2 of the API).
        self._aliases = {key for key, value in plain.items() if value.startswith("@")}
        self._known: dict[str, str] = {}

    def _expand(self, word: str) -> str:
        prefix, colon, local = word.partition(":")
        return self._prefixes[prefix] + local if colon and prefix in self._prefixes else word

    def node(self, subject: NamedNode | BlankNode, quads: Iterable[Quad]) -> Json:
        """A subject with all that is said of it."""
        types: list[str] = []
        values: dict[str, list[Any]] = {}
        for _, predicate, value, _ in quads:
            if predicate.value == TYPE and not isinstance(value, Literal):
                types.append(self.word(value))
            else:
                key = self._keys.get(predicate.value) or self.curie(predicate.value)
                values.setdefault(key, []).append(self.value(key, value))
        node: Json = {"id": self.reference(subject)}
        if types:
            node["a"] = _single(types)
        return node | {key: _single(values[key]) for key in sorted(values)}

    def word(self, term: NamedNode | BlankNode) -> str:
        """A class by its word."""
        return self._classes.get(term.value) or self._full(term)

    def reference(self, term: NamedNode | BlankNode) -> str:
        """An IRI as short as it can be where the context expects one."""
        if isinstance(term, NamedNode) and term.value.startswith(self._base):
            short = self.curie(term.value)
            rest = term.value[len(self._base) :]
            if short == term.value and self._is_relative(rest):
                return rest
        return self._full(term)

    def _is_relative(self, rest: str) -> bool:
        return bool(re.fullmatch(RELATIVE, rest)) and ":" not in rest and rest not in self._aliases

    def _full(self, term: NamedNode | BlankNode) -> str:
        return self.curie(term.value) if isinstance(term, NamedNode) else str(term)

    def curie(self, iri: str) -> str:
        """An IRI with a prefix, if one fits."""
        if iri not in self._known:
            if len(self._known) > CACHED:
                self._known.clear()
            curie = to_curie(iri, self._prefixes)
            self._known[iri] = iri if curie.startswith("<") else curie
        return self._known[iri]

    def value(self, key: str, value: Any) -> str | Json:  # noqa: ANN401  (any term)
        """An object: bare where the definition of the key says what else there is to know."""
        definition = self._definitions.get(key, {})
        if not isinstance(value, Literal):
            reference = self.reference(value)
            return reference if definition.get("@type") == "@id" else {"id": reference}
        if value.language:
            tagged = definition.get("@language") == value.language
            return value.value if tagged else {"@value": value.value, "@language": value.language}
        datatype = value.datatype.value
        if "@type" in definition and self._expand(definition["@type"]) == datatype:
            return value.value
        if datatype != STRING:
            return {"@value": value.value, "@type": self.curie(datatype)}
        return (
            {"@value": value.value} if definition.keys() & {"@type", "@language"} else value.value
        )


def _single(values: list[Any]) -> Any:  # noqa: ANN401  (any JSON)
    return values[0] if len(values) == 1 else values
