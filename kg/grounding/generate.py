"""Grounded nodes to quads, each with its origin.

In: a `GroundedArticle` or the nodes of the authority. Out: quads of one named graph with the
mapping line and the spans that each rests on. Refuses nothing: what cannot be said was refused
before. No blank nodes; every IRI follows from ids, spans or content.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import Literal, NamedNode, Quad

from kg.grounding.grounded import Fact, GroundedArticle, GroundedNode, MentionedName, span_node
from kg.project.seeds import Seed
from kg.store.origins import Origin
from kg.terms import OA, RDF, RDFS, XSD, digest
from kg.text.quotes import Span, context
from kg.textlayer import TextLayer

TYPE = NamedNode(RDF + "type")
LABEL = NamedNode(RDFS + "label")


def generate(article: GroundedArticle, base: str, text: TextLayer) -> dict[Quad, Origin]:
    """The quads of one article's named graph.

    Where several lines say the same, the first one in the mapping is the origin.
    """
    writer = _Writer(NamedNode(f"{base}graph/{article.seed.stem}"), text, article.iri)
    quads: dict[Quad, Origin] = {}
    for quad, origin in writer.article(article, base):
        quads.setdefault(quad, origin)
    return quads


def generate_authority(
    nodes: Iterable[GroundedNode], base: str, text: TextLayer
) -> dict[Quad, Origin]:
    """The quads of the shared individuals, in a named graph of their own."""
    writer = _Writer(NamedNode(f"{base}graph/authority"), text, None)
    return {quad: origin for node in nodes for quad, origin in writer.node(node)}


class _Writer:
    """Writes the quads of one named graph."""

    def __init__(self, graph: NamedNode, text: TextLayer, article: str | None) -> None:
        self.graph, self.text, self.article_iri = graph, text, article

    def article(self, article: GroundedArticle, base: str) -> Iterator[tuple[Quad, Origin]]:
        yield from self.source(article)
        for node in article.nodes:
            yield from self.node(node)
            if node.shared:
                yield from self.fact_nodes(node, f"{base}fact/{article.seed.stem}/")
        for name in article.names:
            yield from self.name(name, article)
        for span in sorted(article.spans() - {name.span for name in article.names}):
            yield from self.span(span, article, "Span", Origin(None, (span,)))

    def source(self, article: GroundedArticle) -> Iterator[tuple[Quad, Origin]]:
        origin = Origin(article.place, (Span(0, len(article.seed.text)),))
        node = NamedNode(article.iri)
        yield self.quad(node, TYPE, self.text("Article")), origin
        yield self.quad(node, LABEL, Literal(article.seed.stem)), origin
        yield self.quad(node, self.text("sha256"), Literal(article.seed.sha256)), origin
        yield self.quad(node, self.text("characters"), _integer(len(article.seed.text))), origin

    def node(self, node: GroundedNode) -> Iterator[tuple[Quad, Origin]]:
        subject = NamedNode(node.iri)
        for cls in node.types:
            yield self.quad(subject, TYPE, NamedNode(cls)), Origin(node.place, node.spans)
        if self.article_iri and not node.shared and node.iri != self.article_iri:
            yield self.stated_in(subject), Origin(node.place, node.spans)
        for fact in node.facts:
            predicate = NamedNode(fact.predicate)
            yield (
                self.quad(subject, predicate, self.term(fact.object)),
                Origin(fact.place, node.spans),
            )

    def fact_nodes(self, node: GroundedNode, stem: str) -> Iterator[tuple[Quad, Origin]]:
        """Plain triples that say which article states a fact of a node that articles share."""
        types = [Fact(TYPE.value, NamedNode(cls), node.place) for cls in node.types]
        for fact in (*types, *node.facts):
            if fact.predicate == self.text("quote").value:
                continue
            object_ = self.term(fact.object)
            name = digest(f"{node.iri} {fact.predicate} {object_}")
            subject, origin = NamedNode(stem + name), Origin(fact.place, node.spans)
            yield self.quad(subject, TYPE, self.text("Fact")), origin
            yield self.quad(subject, NamedNode(RDF + "subject"), NamedNode(node.iri)), origin
            yield (
                self.quad(subject, NamedNode(RDF + "predicate"), NamedNode(fact.predicate)),
                origin,
            )
            yield self.quad(subject, NamedNode(RDF + "object"), object_), origin
            yield self.stated_in(subject), origin
            for span in node.spans:
                yield self.quad(subject, self.text("quote"), self.span_node(span)), origin

    def name(self, name: MentionedName, article: GroundedArticle) -> Iterator[tuple[Quad, Origin]]:
        origin = Origin(name.place, (name.span,))
        yield from self.span(name.span, article, "Mention", origin)
        subject = self.span_node(name.span)
        for iri in name.denotes:
            yield self.quad(subject, self.text("denotes"), NamedNode(iri)), origin

    def span(
        self, span: Span, article: GroundedArticle, cls: str, origin: Origin
    ) -> Iterator[tuple[Quad, Origin]]:
        types = ("Span",) if cls == "Span" else ("Span", cls)
        seed, language = article.seed, article.language
        for quad in span_quads(
            span, seed, article.iri, language, types, graph=self.graph, text=self.text
        ):
            yield quad, origin

    def span_node(self, span: Span) -> NamedNode:
        return span_node(self.article_iri or "", span)

    def term(self, object_: NamedNode | Literal | Span) -> NamedNode | Literal:
        return self.span_node(object_) if isinstance(object_, Span) else object_

    def stated_in(self, subject: NamedNode) -> Quad:
        return self.quad(subject, self.text("inArticle"), NamedNode(self.article_iri or ""))

    def quad(self, subject: NamedNode, predicate: NamedNode, object_: NamedNode | Literal) -> Quad:
        return Quad(subject, predicate, object_, self.graph)


def span_quads(
    span: Span,
    seed: Seed,
    article: str,
    language: str,
    types: Iterable[str] = ("Span",),
    *,
    graph: NamedNode,
    text: TextLayer,
) -> Iterator[Quad]:
    """A span as a Web Annotation specific resource with a quote and a position selector.

    https://www.w3.org/TR/annotation-model/#selectors

    Args:
        span: what to describe.
        seed: the article that it is a stretch of.
        article: IRI of the article.
        language: language tag of its words.
        types: classes of the text layer, by local name.
        graph: the named graph to write into.
        text: the terms of the text layer.
    """
    node = span_node(article, span)
    quote, position = NamedNode(f"{node.value}/quote"), NamedNode(f"{node.value}/position")
    exact, (prefix, suffix) = span.exact(seed.text), context(span, seed.text)
    rows: list[tuple[NamedNode, NamedNode, NamedNode | Literal]] = [
        *((node, TYPE, text(name)) for name in types),
        (node, TYPE, _oa("SpecificResource")),
        (node, LABEL, Literal(exact, language=language)),
        (node, _oa("hasSource"), NamedNode(article)),
        (node, text("inArticle"), NamedNode(article)),
        (node, _oa("hasSelector"), quote),
        (node, _oa("hasSelector"), position),
        (quote, TYPE, _oa("TextQuoteSelector")),
        (quote, _oa("exact"), Literal(exact)),
        (quote, _oa("prefix"), Literal(prefix)),
        (quote, _oa("suffix"), Literal(suffix)),
        (position, TYPE, _oa("TextPositionSelector")),
        (position, _oa("start"), _integer(span.start)),
        (position, _oa("end"), _integer(span.end)),
    ]
    return (Quad(subject, predicate, object_, graph) for subject, predicate, object_ in rows)


def _oa(name: str) -> NamedNode:
    return NamedNode(OA + name)


def _integer(number: int) -> Literal:
    return Literal(str(number), datatype=NamedNode(XSD + "integer"))
