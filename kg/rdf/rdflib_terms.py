"""Terms and triples of pyoxigraph as those of rdflib, and back.

In: terms of one library. Out: the same terms of the other; lexical forms are kept as they are.
Refuses: triple terms (`TypeError`), which the project does not use.
"""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import BlankNode, NamedNode, Quad, Triple
from pyoxigraph import Literal as OxLiteral
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import XSD
from rdflib.term import Node


def to_graph(triples: Iterable[Triple | Quad]) -> Graph:
    """The triples as an rdflib graph."""
    graph = Graph(bind_namespaces="none")
    for triple in triples:
        graph.add(
            (to_rdflib(triple.subject), to_rdflib(triple.predicate), to_rdflib(triple.object))
        )
    return graph


def to_rdflib(term: object) -> Node:
    """An rdflib term for a pyoxigraph term.

    A string has no datatype then: to rdflib `"a"` and `"a"^^xsd:string` are two terms, and what it
    reads in a query is the former.

    Raises:
        TypeError: for a triple term.
    """
    if isinstance(term, NamedNode):
        return URIRef(term.value)
    if isinstance(term, BlankNode):
        return BNode(term.value)
    if isinstance(term, OxLiteral):
        if term.language:
            return Literal(term.value, lang=term.language)
        datatype = URIRef(term.datatype.value)
        return Literal(
            term.value, datatype=None if datatype == XSD.string else datatype, normalize=False
        )
    raise TypeError(f"unexpected term {term!r}")


def from_rdflib(term: Node) -> NamedNode | BlankNode | OxLiteral:
    """The pyoxigraph term for an rdflib term.

    Raises:
        TypeError: for what is no term of RDF.
    """
    if isinstance(term, URIRef):
        return NamedNode(term)
    if isinstance(term, BNode):
        return BlankNode(term)
    if isinstance(term, Literal):
        if term.language:
            return OxLiteral(str(term), language=term.language)
        return OxLiteral(str(term), datatype=NamedNode(term.datatype or XSD.string))
    raise TypeError(f"unexpected term {term!r}")
