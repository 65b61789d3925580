"""A mapping's meaning as a JSON-LD 1.1 document.

In: a `GroundedArticle` (or the nodes of the authority) and the ontology. Out: a document whose
context comes from the ontology: keys are the mapping keys, defaults are filled in, identifiers are
minted. Any JSON-LD processor reads the same triples from it as `kg.grounding.generate` writes,
except for what grounding adds beneath the entries: spans with their selectors, mentions, and fact
nodes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pyoxigraph import Literal, NamedNode

from kg.grounding.grounded import GroundedArticle, GroundedNode, span_node
from kg.ontology.declarations import Ontology, Property, ValueKind
from kg.terms import DATATYPES, PUBLISHED, RDF, to_curie
from kg.text.quotes import Span

Json = dict[str, Any]


def context(ontology: Ontology, base: str, language: str) -> Json:
    """The JSON-LD context of a project: one term for each key and each class of its ontology."""
    terms: Json = {"@version": 1.1, "@base": base}
    terms |= (prefixes := _prefixes(ontology))
    terms |= {"a": "@type", "id": "@id"}
    terms |= {name: _curie(iri, prefixes) for name, iri in ontology.class_names.items()}
    for key, property_ in sorted(ontology.properties.items()):
        terms[key] = _term(property_, prefixes, language)
    return {"@context": terms}


def expand(article: GroundedArticle, ontology: Ontology, base: str, language: str) -> Json:
    """The document of one article: its named graph with all its nodes."""
    writer = _Writer(ontology, base, article.iri)
    source: Json = {
        "id": writer.short(article.iri),
        "a": writer.curie(ontology.text("Article").value),
        "rdfs:label": article.seed.stem,
        writer.curie(ontology.text("sha256").value): article.seed.sha256,
        writer.curie(ontology.text("characters").value): {
            "@value": str(len(article.seed.text)),
            "@type": "xsd:integer",
        },
    }
    nodes = [source, *(writer.node(node) for node in article.nodes)]
    graph = {"id": f"graph/{article.seed.stem}", "@graph": nodes}
    return context(ontology, base, language) | graph


def expand_authority(
    nodes: Iterable[GroundedNode], ontology: Ontology, base: str, language: str
) -> Json:
    """The document of the shared individuals."""
    writer = _Writer(ontology, base, None)
    graph = {"id": "graph/authority", "@graph": [writer.node(node) for node in nodes]}
    return context(ontology, base, language) | graph


def _term(property_: Property, prefixes: Mapping[str, str], language: str) -> Json:
    term: Json = {"@id": _curie(property_.iri, prefixes)}
    if property_.kind is not ValueKind.LITERAL:
        return term | {"@type": "@id"}
    datatype = property_.range[0] if property_.range else RDF + "langString"
    if datatype == RDF + "langString":
        return term | {"@language": language}
    return term | ({"@type": _curie(datatype, prefixes)} if datatype in DATATYPES else {})


def _prefixes(ontology: Ontology) -> dict[str, str]:
    """The prefixes that no key shadows: with a key `time`, IRIs of `time:` are written in full."""
    taken = {*ontology.properties, *ontology.class_names}
    known = {**PUBLISHED, **ontology.prefixes}
    return {prefix: namespace for prefix, namespace in known.items() if prefix not in taken}


def _curie(iri: str, prefixes: Mapping[str, str]) -> str:
    curie = to_curie(iri, prefixes)
    return iri if curie.startswith("<") else curie


class _Writer:
    """Writes nodes as JSON objects, by the keys of the mapping language."""

    def __init__(self, ontology: Ontology, base: str, article: str | None) -> None:
        self.ontology, self.base, self.article = ontology, base, article
        self.prefixes = _prefixes(ontology)
        self.keys = {p.iri: p for p in ontology.properties.values()}
        self.names = {iri: name for name, iri in ontology.class_names.items()}

    def node(self, node: GroundedNode) -> Json:
        values: dict[str, list[str | Json]] = {}
        if node.types:
            values["a"] = [self.names.get(cls) or self.curie(cls) for cls in node.types]
        if self.article and not node.shared and node.iri != self.article:
            source = self.curie(self.ontology.text("inArticle").value)
            values[source] = [{"id": self.short(self.article)}]
        for fact in node.facts:
            property_ = self.keys.get(fact.predicate)
            key = property_.key if property_ else self.curie(fact.predicate)
            values.setdefault(key, []).append(self.value(fact.object, property_))
        single = {key: found[0] if len(found) == 1 else found for key, found in values.items()}
        return {"id": self.short(node.iri), **single}

    def value(self, value: NamedNode | Literal | Span, property_: Property | None) -> str | Json:
        if isinstance(value, Literal):
            return self.literal(value, property_)
        term = span_node(self.article or "", value) if isinstance(value, Span) else value
        iri = self.short(term.value)
        # The context says of a key that its values are IRIs; of other predicates it says nothing.
        return iri if property_ and property_.kind is not ValueKind.LITERAL else {"id": iri}

    def literal(self, value: Literal, property_: Property | None) -> str | Json:
        """Lexical forms travel as text, so that no processor rewrites a number."""
        if property_ and property_.range and property_.range[0] == value.datatype.value:
            return value.value
        if value.language:
            return {"@value": value.value, "@language": value.language}
        return {"@value": value.value, "@type": self.curie(value.datatype.value)}

    def short(self, iri: str) -> str:
        curie = self.curie(iri)
        return iri.removeprefix(self.base) if curie == iri else curie

    def curie(self, iri: str) -> str:
        return _curie(iri, self.prefixes)
