"""Changes as JSON for programs.

In: `Differences`. Out: pieces of one JSON document; graphs and subjects one after another, so that
any number takes no memory. Refuses nothing.

Terms are written as in the results of SPARQL (https://www.w3.org/TR/sparql11-results-json/), with a
label where there is one.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, parse

from kg.diffing.causes import Cause
from kg.diffing.changes import Differences, GraphChanges, Property, Subject
from kg.diffing.places import Grounds
from kg.diffing.sides import Side
from kg.store.provenance import Quote
from kg.terms import XSD


def to_json(differences: Differences) -> Iterator[str]:
    """The document, piece by piece."""
    comparison, writer = differences.comparison, _Writer(differences)
    head = {
        "old": _side(comparison.old),
        "new": _side(comparison.new),
        "merged": comparison.is_merged,
        "causes": list(map(_cause, differences.causes)),
    }
    yield _dump(head)[:-1] + ', "graphs": ['
    for number, graph in enumerate(differences.graphs()):
        yield ",\n" if number else "\n"
        yield from writer.graph(graph)
    counts = {part: asdict(found) for part, found in differences.counts.items()}
    yield f'],\n"counts": {_dump(counts)}}}\n'


class _Writer:
    """Writes one graph after another."""

    def __init__(self, differences: Differences) -> None:
        self.knowledge = differences.knowledge
        sides = (differences.comparison.old, differences.comparison.new)
        self.grounds = [Grounds(side) for side in sides]

    def graph(self, graph: GraphChanges) -> Iterator[str]:
        head = {
            "graph": graph.graph[1:-1] or None,
            "name": graph.name,
            "part": graph.part,
            "causes": list(map(_cause, graph.causes)),
        }
        yield _dump(head)[:-1] + ', "subjects": ['
        for number, subject in enumerate(graph.subjects):
            yield (",\n  " if number else "\n  ") + _dump(self.subject(subject, graph))
        layer: dict[str, Any] = {
            status: self._by_iri(found) for status, found in graph.layer.items()
        }
        tail = {"textLayer": {**layer, "relinked": graph.relinked, "moved": graph.moved}}
        yield "], " + _dump(tail)[1:]

    def subject(self, subject: Subject, graph: GraphChanges) -> dict[str, Any]:
        return {
            **self.term(subject.node, is_new=True),
            "classes": [cls[1:-1] for cls in self.knowledge.classes(subject.node)],
            "status": subject.status,
            "properties": [self.property(p, subject.node, graph.name) for p in subject.properties],
        }

    def property(self, property_: Property, node: str, graph: str) -> dict[str, Any]:
        def values(tokens: tuple[str, ...], is_new: bool) -> list[dict[str, Any]]:
            return [self.value(graph, node, property_.predicate, t, is_new) for t in tokens]

        return {
            "property": property_.predicate[1:-1],
            "removed": values(property_.removed, False),
            "added": values(property_.added, True),
        }

    def value(
        self, graph: str, node: str, predicate: str, token: str, is_new: bool
    ) -> dict[str, Any]:
        ground = self.grounds[is_new](graph, node, predicate, token)
        found = self.term(token, is_new=is_new)
        if ground.place:
            found["place"] = str(ground.place)
        if ground.rule:
            found["rule"] = ground.rule
        if ground.quotes:
            found["quotes"] = list(map(_quote, ground.quotes))
        return found

    def term(self, token: str, *, is_new: bool) -> dict[str, Any]:
        found = _term(token)
        if found["type"] != "literal" and (label := self._label(token, is_new)):
            found["label"] = label
        return found

    def _label(self, token: str, is_new: bool) -> str:
        if token.startswith("_:"):
            return self.knowledge.short(token)
        return self.knowledge.label(token, is_new)

    @staticmethod
    def _by_iri(found: Counter[str]) -> dict[str, int]:
        return {cls[1:-1]: number for cls, number in sorted(found.items()) if number}


def _term(token: str) -> dict[str, Any]:
    term = next(iter(parse(f"<a:> <a:> {token} .", RdfFormat.N_TRIPLES))).object
    if isinstance(term, NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, BlankNode):
        return {"type": "bnode", "value": term.value}
    if not isinstance(term, Literal):
        return {"type": "triple", "value": token}
    found = {"type": "literal", "value": term.value}
    if term.language:
        found["xml:lang"] = term.language
    elif term.datatype.value != XSD + "string":
        found["datatype"] = term.datatype.value
    return found


def _side(side: Side) -> dict[str, Any]:
    return {"name": side.name, "hash": side.build.manifest["hash"] if side.build else None}


def _cause(cause: Cause) -> dict[str, str]:
    return {"file": cause.file, "how": cause.how}


def _quote(quote: Quote) -> dict[str, Any]:
    return {
        "article": quote.article,
        "start": quote.span.start,
        "end": quote.span.end,
        "words": quote.words,
        "place": str(quote.place) if quote.place else None,
    }


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
