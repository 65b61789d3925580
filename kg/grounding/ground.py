"""Grounding: every entry of a mapping tied to exact words of its article.

In: a `Mapping`, its `Seed`, and the names of the project. Out: a `GroundedArticle`: flat nodes with
IRIs, facts and evidence spans, times with their proof, and the names found in the text.
Refuses: entries without words (G303), two local entries on the same words (M208), and all that
`kg.grounding.evidence`, `kg.grounding.dating` and `kg.grounding.naming` refuse. All findings of the
article are collected.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pyoxigraph import Literal, NamedNode

from kg.diagnostics import Findings, Location
from kg.grounding.dating import Anchor, Dated, date_entry
from kg.grounding.evidence import Evidence
from kg.grounding.grounded import Fact, GroundedArticle, GroundedNode
from kg.grounding.mismatch import Others
from kg.grounding.naming import find_names
from kg.mapping.entries import Claim, Entry, Mapping, Quote, Reference
from kg.ontology.declarations import Ontology, ValueKind
from kg.project.seeds import Seed
from kg.terms import RDFS, SLUG, digest, local_name
from kg.text.names import NameIndex
from kg.text.quotes import Span


def ground(
    mapping: Mapping,
    seed: Seed,
    *,
    base: str,
    language: str,
    ontology: Ontology,
    names: NameIndex,
    own_names: Iterable[tuple[str, str]] = (),
    findings: Findings,
    others: Others = tuple,
) -> GroundedArticle:
    """Tie the entries of one mapping to the words of its article.

    Args:
        mapping: what was read from the YAML file.
        seed: the article of the same stem.
        base: IRI that the IRIs of the data begin with.
        language: language tag of the article.
        ontology: gives the text layer.
        names: the words to look for in every article, each with the IRI of what it names.
        own_names: such words of this article alone.
        findings: takes M208 and G301 to G308.
        others: gives the articles in which to look for quotes that this one lacks.
    """
    grounder = _Grounder(seed, base, language, ontology, findings, others)
    grounder.date_article(mapping)
    for entry in mapping.entries:
        if not grounder.is_article(entry):
            grounder.entry(entry)
    return GroundedArticle(
        seed=seed,
        iri=grounder.article,
        language=language,
        place=mapping.start,
        entries=len(mapping.entries),
        nodes=tuple(grounder.found.values()),
        names=tuple(find_names(mapping, own_names, grounder.evidence, names, findings)),
        undated=grounder.undated,
    )


def ground_authority(
    mapping: Mapping, base: str, ontology: Ontology, findings: Findings
) -> list[GroundedNode]:
    """The nodes of an authority file, which has no article and needs no words.

    Args:
        mapping: what was read from the file.
        base: IRI that the IRIs of the data begin with.
        ontology: gives the text layer.
        findings: takes M207 for what only the mapping of an article can hold.
    """
    _refuse_words(mapping, findings)
    seed = Seed("", mapping.path, "", "")
    grounder = _Grounder(seed, base, "", ontology, Findings())
    for entry in mapping.entries:
        if entry.shared and grounder.is_usable(entry):
            grounder.entered = entry.place
            grounder.node(entry, grounder.iri(entry, ()), ())
    return list(grounder.found.values())


def _refuse_words(mapping: Mapping, findings: Findings) -> None:
    claims = [c for entry in mapping.entries for c in _words(entry)]
    places = [(f"`{claim.property.key}` takes words", claim.place) for claim in claims]
    places += [(f"`{rule.words}` under `mentions` is words", rule.place) for rule in mapping.names]
    for what, place in places:
        findings.error(
            "M207",
            f"{what} of an article, found in a file of shared individuals, which has none",
            place,
            help="move it to the mapping of the article that says so",
        )


def _words(entry: Entry) -> Iterator[Claim]:
    for claim in entry.claims:
        if claim.property.kind in (ValueKind.QUOTE, ValueKind.TIME):
            yield claim
        elif isinstance(claim.value, Entry):
            yield from _words(claim.value)


def _quoted(entry: Entry) -> Iterator[Quote]:
    """All words of the article that an entry has, in nested entries too."""
    for claim in entry.claims:
        if isinstance(claim.value, Quote):
            yield claim.value
        elif isinstance(claim.value, Entry):
            yield from _quoted(claim.value)


class _Grounder:
    """Grounds the entries of one article; its date first, because times count from it."""

    def __init__(
        self,
        seed: Seed,
        base: str,
        language: str,
        ontology: Ontology,
        findings: Findings,
        others: Others = tuple,
    ) -> None:
        self.seed, self.base, self.language = seed, base, language
        self.ontology, self.findings = ontology, findings
        self.text, self.quote_iri = ontology.text, ontology.text("quote").value
        self.article = f"{base}article/{seed.stem}"
        self.evidence = Evidence(seed, findings, others)
        self.anchor: Anchor | None = None
        self.undated = False
        self.entered: Location | None = None
        self.found: dict[str, GroundedNode] = {}

    def date_article(self, mapping: Mapping) -> None:
        """Ground what is said of the article itself, and note if its date cannot be read."""
        before = len(self.findings)
        own = [entry for entry in mapping.entries if self.is_article(entry)]
        for entry in own:
            self.entry(entry)
        faulty = any(entry.faulty for entry in own) if own else mapping.partial
        self.undated = self.anchor is None and (faulty or len(self.findings) > before)

    def entry(self, entry: Entry) -> None:
        self.entered = entry.place
        quotes = list(self.quotes(entry))
        spans = tuple(self.outer(entry, quotes))
        silent = None if quotes or self.text("quote").value in entry.unread else self.silent(entry)
        if silent:
            self.findings.error(
                "G303",
                "the entry has no quote, expected the words of the article that carry it",
                silent,
                notes=["no fact enters the graph without its words"],
                help="add `quote:` with words copied from the article",
            )
        elif self.is_usable(entry) and (self.is_article(entry) or spans):
            self.node(entry, self.iri(entry, spans), spans)

    def is_usable(self, entry: Entry) -> bool:
        """Whether an IRI can be made of its id; M206 has been said of others."""
        return entry.id is None or SLUG.fullmatch(entry.id) is not None

    def outer(self, entry: Entry, quotes: Sequence[Quote]) -> Iterator[Span]:
        """The spans of an entry's quotes; what else it quotes must lie in them."""
        words = [quote for quote in _quoted(entry) if quote not in quotes]
        for quote in quotes:
            beside = [other for other in quotes if other is not quote]
            if span := self.evidence.outer(quote, beside, words):
                yield span

    def silent(self, entry: Entry) -> Location | None:
        """What an entry without a quote cannot say; the date of an article speaks for itself."""
        if not self.is_article(entry):
            return entry.place
        return next((claim.place for claim in entry.claims if not self.is_words(claim)), None)

    def is_words(self, claim: Claim) -> bool:
        if claim.property.kind is ValueKind.TIME and isinstance(claim.value, Entry):
            words = self.text("words").value
            return any(inner.property.iri == words for inner in claim.value.claims)
        return claim.property.kind is ValueKind.QUOTE

    def quotes(self, entry: Entry) -> Iterator[Quote]:
        for claim in entry.claims:
            if self.is_quote(claim) and isinstance(claim.value, Quote):
                yield claim.value

    def iri(self, entry: Entry, spans: Sequence[Span]) -> str:
        if self.is_article(entry):
            return self.article
        kind = entry.section.kind if entry.section else ""
        if entry.shared:
            return f"{self.base}{kind}/{entry.id}"
        name = entry.id or f"{spans[0].start}-{spans[0].end}"
        return f"{self.base}{kind}/{self.seed.stem}/{name}"

    def node(self, entry: Entry, iri: str, spans: tuple[Span, ...]) -> NamedNode:
        facts = [Fact(self.text("quote").value, span, entry.place) for span in spans]
        facts += [
            Fact(claim.property.iri, object_, claim.place)
            for claim in entry.claims
            if not self.is_quote(claim) and (object_ := self.object(claim, iri, spans))
        ]
        if iri == self.article:
            spans = self.carrying(facts)
        elif entry.section and spans and not entry.shared:
            facts.append(self.label(spans[0].exact(self.seed.text), entry.place))
        return self.keep(
            GroundedNode(
                iri,
                entry.types,
                tuple(facts),
                spans,
                entry.place,
                entry.shared,
                self.entered,
                entry.kinds,
            )
        )

    def carrying(self, facts: Sequence[Fact]) -> tuple[Span, ...]:
        """The words that facts name themselves, or that carry the nodes they name."""
        found = {fact.object for fact in facts if isinstance(fact.object, Span)}
        named = (self.found.get(f.object.value) for f in facts if isinstance(f.object, NamedNode))
        return tuple(sorted(found.union(*(node.spans for node in named if node))))

    def label(self, words: str, place: Location) -> Fact:
        """What has no name of its own is called by its words."""
        return Fact(RDFS + "label", Literal(words, language=self.language), place)

    def object(
        self, claim: Claim, iri: str, spans: Sequence[Span]
    ) -> NamedNode | Literal | Span | None:
        value = claim.value
        if isinstance(value, Reference):
            return NamedNode(value.iri)
        if isinstance(value, Literal):
            return value
        if isinstance(value, Quote):
            return self.evidence.inner(value, spans)
        own = f"{iri}/{local_name(claim.property.iri)}-{digest(_signature(value), 8)}"
        if self.ontology.is_a(value.types, (self.text("Time").value,)):
            return self.time(value, own, spans, dates_article=iri == self.article)
        quotes = [span for q in self.quotes(value) if (span := self.evidence.inner(q, spans))]
        return self.node(value, own, tuple(quotes) or tuple(spans))

    def time(
        self, entry: Entry, iri: str, spans: Sequence[Span], *, dates_article: bool
    ) -> NamedNode | None:
        quotes = [c.value for c in entry.claims if c.property.iri == self.text("words").value]
        found = [s for q in quotes if isinstance(q, Quote) and (s := self.evidence.inner(q, spans))]
        if len(found) != len(quotes):
            return None
        words = found[0].exact(self.seed.text) if found else None
        if found:
            iri = f"{self.base}time/{self.seed.stem}/{found[0].start}-{found[0].end}"
        anchor = None if dates_article else self.anchor
        dated = self.dated(entry, words, anchor)
        if dated is None:
            return None
        if dates_article and dated.day:
            self.anchor = Anchor(iri, dated.day)
        label = [self.label(words, entry.place)] if words else []
        facts = (*self.time_claims(entry, found, iri), *dated.facts, *label)
        words_of = tuple(found or spans)
        return self.keep(
            GroundedNode(iri, (dated.cls,), facts, words_of, entry.place, entry=self.entered)
        )

    def dated(self, entry: Entry, words: str | None, anchor: Anchor | None) -> Dated | None:
        findings = Findings()
        dated = date_entry(entry, words, anchor, self.ontology, findings)
        lacking = "G308" if self.undated else ""  # it may follow from the date of the article
        self.findings.extend(finding for finding in findings if finding.code != lacking)
        return dated

    def time_claims(self, entry: Entry, found: Sequence[Span], iri: str) -> Iterator[Fact]:
        """What the author says of the time; its value comes with the proof."""
        for claim in entry.claims:
            if claim.property.iri == self.text("words").value:
                yield Fact(claim.property.iri, found[0], claim.place)
            elif claim.property.iri != self.text("value").value and (
                object_ := self.object(claim, iri, found)
            ):
                yield Fact(claim.property.iri, object_, claim.place)

    def keep(self, node: GroundedNode) -> NamedNode:
        other = self.found.setdefault(node.iri, node)
        if other is not node and not other.same_as(node):
            self.findings.error(
                "M208",
                "two entries rest on the same words and say different things",
                node.place,
                help="give one an `id`, or quote the words that carry it alone",
                related=[("the other entry", other.place)],
            )
        return NamedNode(node.iri)

    def is_quote(self, claim: Claim) -> bool:
        return claim.property.iri == self.quote_iri

    def is_article(self, entry: Entry) -> bool:
        return self.text("Article").value in entry.types


def _signature(entry: Entry) -> str:
    """The content of a nested entry as text: what its IRI is made from, wherever it stands."""
    return "\n".join([*entry.types, *(f"{c.property.iri} {_value(c)}" for c in entry.claims)])


def _value(claim: Claim) -> str:
    value = claim.value
    if isinstance(value, Quote):
        return value.text
    if isinstance(value, Reference):
        return value.iri
    return str(value) if isinstance(value, Literal) else _signature(value)
