"""Grounded nodes to statements, each with its origin.

In: a `GroundedArticle` or the nodes of the authority. Out: the triples of one named graph with the
mapping line and the spans that each rests on. Refuses nothing: what cannot be said was refused
before. No blank nodes; every IRI follows from ids, spans or content.

Terms are written as text here, for most of them are made only to be written: what comes from a
mapping by way of pyoxigraph's terms, which check and escape it; what is counted or derived from
that by appending to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import Literal, NamedNode

from kg.grounding.grounded import Fact, GroundedArticle, GroundedNode, MentionedName
from kg.project.seeds import Seed
from kg.store.origins import Origin, Row, Statements
from kg.terms import OA, RDF, RDFS, XSD, digest
from kg.text.quotes import Span, context
from kg.textlayer import TextLayer

TYPE, LABEL = NamedNode(RDF + "type"), NamedNode(RDFS + "label")
_TYPE, _LABEL = str(TYPE), str(LABEL)
_SUBJECT, _PREDICATE, _OBJECT = (f"<{RDF}{name}>" for name in ("subject", "predicate", "object"))
_RESOURCE, _QUOTE, _POSITION, _SOURCE, _SELECTOR, _EXACT, _PREFIX, _SUFFIX, _START, _END = (
    f"<{OA}{name}>"
    for name in (
        *("SpecificResource", "TextQuoteSelector", "TextPositionSelector", "hasSource"),
        *("hasSelector", "exact", "prefix", "suffix", "start", "end"),
    )
)


def generate(article: GroundedArticle, base: str, text: TextLayer) -> Statements:
    """What is said in one article's named graph.

    Where several lines say the same, the first one in the mapping is the origin.
    """
    writer = _Writer(text, SpanWriter(article.seed, article.iri, article.language, text))
    writer.article(article, f"{base}fact/{article.seed.stem}/")
    return Statements(str(NamedNode(f"{base}graph/{article.seed.stem}")), writer.rows)


def generate_authority(nodes: Iterable[GroundedNode], base: str, text: TextLayer) -> Statements:
    """What is said of the shared individuals, in a named graph of their own."""
    writer = _Writer(text, None)
    for node in nodes:
        writer.node(node)
    return Statements(str(NamedNode(f"{base}graph/authority")), writer.rows)


class SpanWriter:
    """Writes spans of one article as Web Annotation specific resources with two selectors each.

    https://www.w3.org/TR/annotation-model/#selectors
    """

    def __init__(self, seed: Seed, article: str, language: str, text: TextLayer) -> None:
        """Write nothing yet.

        Args:
            seed: the article that the spans are stretches of.
            article: its IRI.
            language: language tag of its words.
            text: the terms of the text layer.
        """
        self.text, self.article = seed.text, str(NamedNode(article))
        self.tag = str(Literal("", language=language)).removeprefix('""')
        self.in_article = str(text("inArticle"))
        self.types = [str(text("Span"))]
        self.mention_types = [*self.types, str(text("Mention"))]

    def node(self, span: Span) -> str:
        """A span's own node, as `kg.grounding.grounded.span_node` names it."""
        return f"{self.article[:-1]}#char={span.start},{span.end}>"

    def rows(self, span: Span, *, mention: bool = False) -> list[Row]:
        """What is said of a span, which may be the mention of a name."""
        node = self.node(span)
        quote, position = f"{node[:-1]}/quote>", f"{node[:-1]}/position>"
        exact, prefix, suffix = map(_string, (span.exact(self.text), *context(span, self.text)))
        return [
            *[(node, _TYPE, cls) for cls in (self.mention_types if mention else self.types)],
            (node, _TYPE, _RESOURCE),
            (node, _LABEL, exact + self.tag),
            (node, _SOURCE, self.article),
            (node, self.in_article, self.article),
            (node, _SELECTOR, quote),
            (node, _SELECTOR, position),
            (quote, _TYPE, _QUOTE),
            (quote, _EXACT, exact),
            (quote, _PREFIX, prefix),
            (quote, _SUFFIX, suffix),
            (position, _TYPE, _POSITION),
            (position, _START, _integer(span.start)),
            (position, _END, _integer(span.end)),
        ]


class _Writer:
    """Writes the rows of one named graph; without spans, those of what articles share."""

    def __init__(self, text: TextLayer, spans: SpanWriter | None) -> None:
        self.text, self.spans = text, spans
        self.rows: dict[Row, Origin] = {}

    def add(self, rows: Iterable[Row], origin: Origin) -> None:
        keep = self.rows.setdefault
        for row in rows:
            keep(row, origin)

    def article(self, article: GroundedArticle, facts: str) -> None:
        """All of an article; `facts` is what the IRIs of its facts begin with."""
        assert self.spans
        self.add(self.source(article), Origin(article.place, (Span(0, len(article.seed.text)),)))
        for node in article.nodes:
            self.node(node)
            if node.shared:
                self.fact_nodes(node, facts, self.spans)
        for name in article.names:
            self.name(name, self.spans)
        for span in sorted(article.spans() - {name.span for name in article.names}):
            self.add(self.spans.rows(span), Origin(None, (span,)))

    def source(self, article: GroundedArticle) -> Iterator[Row]:
        node, seed = str(NamedNode(article.iri)), article.seed
        yield node, _TYPE, str(self.text("Article"))
        yield node, _LABEL, _string(seed.stem)
        yield node, str(self.text("sha256")), _string(seed.sha256)
        yield node, str(self.text("characters")), _integer(len(seed.text))

    def node(self, node: GroundedNode) -> None:
        subject, origin = str(NamedNode(node.iri)), Origin(node.place, node.spans)
        for cls, place in node.classes():
            self.add([(subject, _TYPE, f"<{cls}>")], Origin(place, node.spans))
        if self.spans and not node.shared and subject != self.spans.article:
            self.add([(subject, self.spans.in_article, self.spans.article)], origin)
        for fact in node.facts:
            origin = Origin(fact.place, node.spans)
            self.rows.setdefault((subject, f"<{fact.predicate}>", self.term(fact.object)), origin)

    def fact_nodes(self, node: GroundedNode, facts: str, spans: SpanWriter) -> None:
        """Plain triples that say which article states a fact of a node that articles share."""
        types = [Fact(TYPE.value, NamedNode(cls), place) for cls, place in node.classes()]
        quote, fact_class = self.text("quote"), str(self.text("Fact"))
        words = [(str(quote), spans.node(span)) for span in node.spans]
        for fact in (*types, *node.facts):
            if fact.predicate == quote.value:
                continue
            object_ = self.term(fact.object)
            subject = f"<{facts}{digest(f'{node.iri} {fact.predicate} {object_}')}>"
            said = (
                (_TYPE, fact_class),
                (_SUBJECT, f"<{node.iri}>"),
                (_PREDICATE, f"<{fact.predicate}>"),
                (_OBJECT, object_),
                (spans.in_article, spans.article),
                *words,
            )
            self.add([(subject, *pair) for pair in said], Origin(fact.place, node.spans))

    def name(self, name: MentionedName, spans: SpanWriter) -> None:
        subject, denotes = spans.node(name.span), str(self.text("denotes"))
        denoted = [(subject, denotes, str(NamedNode(iri))) for iri in name.denotes]
        origin = Origin(name.place, (name.span,))
        self.add([*spans.rows(name.span, mention=True), *denoted], origin)

    def term(self, object_: NamedNode | Literal | Span) -> str:
        if isinstance(object_, Span):
            assert self.spans  # what articles share has no words
            return self.spans.node(object_)
        return str(object_)


def _string(words: str) -> str:
    return str(Literal(words))


def _integer(number: int) -> str:
    return f'"{number}"^^<{XSD}integer>'
