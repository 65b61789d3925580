"""What a store holds of our pushes, as it says itself: a graph with a record of each of our graphs.

In: a store, the base IRI of a project. Out: by graph, the digest of what was put there and seen to
be there, and how many triples that are.
Refuses: nothing; what is no record of a graph of the project is passed over.

A graph whose record has no digest is one that a push has begun to write and not seen through. New
content of graphs that the store has waits in graphs of its own, which have records, too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode, Triple

from kg.pushing.remote import Remote
from kg.terms import DCTERMS, PUBLISHED, RDF, XSD

VOID = PUBLISHED["void"]
PART = NamedNode(VOID + "subset")
IDENTIFIER = NamedNode(DCTERMS + "identifier")
TRIPLES = NamedNode(VOID + "triples")
TYPE = NamedNode(RDF + "type")
DATASET = NamedNode(VOID + "Dataset")
SCHEME = "sha256:"


class Record(NamedTuple):
    """What is recorded of a graph.

    Attributes:
        digest: SHA-256 of its canonical N-Quads, hexadecimal; empty: it is not known to be whole.
        triples: how many it was seen to have.
    """

    digest: str = ""
    triples: int = 0


Records = Mapping[str, Record]


def records_graph(base: str) -> str:
    """The name of the graph of records of a project."""
    return f"{base}pushed"


def staging_graph(base: str, name: str) -> str:
    """The graph in which the new content of a graph waits until all that is new is there."""
    return f"{records_graph(base)}/{name.removeprefix(base)}"


def is_staging(base: str, name: str) -> bool:
    """Whether new content of another graph waits in a graph."""
    return name.startswith(f"{records_graph(base)}/")


def read_records(remote: Remote, base: str) -> dict[str, Record]:
    """The records of a store, by graph.

    Only graphs of the project can have one: whatever else a store says, no other is touched.

    Raises:
        Unavailable: the store cannot be read.
    """
    values: dict[NamedNode, dict[NamedNode, str]] = defaultdict(dict)
    parts = []
    for quad in remote.read(records_graph(base)):
        if quad.predicate == PART and isinstance(quad.object, NamedNode):
            parts.append(quad.object)
        elif isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal):
            values[quad.subject][quad.predicate] = quad.object.value
    beginnings = f"{base}graph/", staging_graph(base, f"{base}graph/")
    ours = (part for part in parts if part.value.startswith(beginnings))
    return {part.value: _record(values[part]) for part in ours}


def _record(values: Mapping[NamedNode, str]) -> Record:
    digest, triples = values.get(IDENTIFIER, ""), values.get(TRIPLES, "")
    if digest.startswith(SCHEME) and triples.isdecimal():
        return Record(digest.removeprefix(SCHEME), int(triples))
    return Record()


def write_records(remote: Remote, base: str, records: Records) -> None:
    """Put records in the place of those that the store has.

    Raises:
        Unavailable: the store does not take them.
    """
    head = Triple(NamedNode(records_graph(base)), TYPE, DATASET)
    remote.put(records_graph(base), _text([head, *_triples(base, records)]))


def add_records(remote: Remote, base: str, records: Records) -> None:
    """Say of graphs, whose records have no digest so far, what they hold.

    Raises:
        Unavailable: the store does not take it.
    """
    remote.add(records_graph(base), _text(_triples(base, records)))


def _triples(base: str, records: Records) -> Iterable[Triple]:
    for name, record in records.items():
        graph = NamedNode(name)
        yield Triple(NamedNode(records_graph(base)), PART, graph)
        if record.digest:
            yield Triple(graph, IDENTIFIER, Literal(SCHEME + record.digest))
            number = Literal(str(record.triples), datatype=NamedNode(XSD + "integer"))
            yield Triple(graph, TRIPLES, number)


def _text(triples: Iterable[Triple]) -> bytes:
    return "".join(sorted(f"{triple} .\n" for triple in triples)).encode()
