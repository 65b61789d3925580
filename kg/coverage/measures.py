"""How much of the articles the graph holds, and how much of the graph the articles carry.

In: the workshop of a project, and stems of articles. Out: a `Coverage`: figures, uncovered
passages, passages set aside and triples without words, by article and for the corpus.
Refuses: a stem without mapping (S101), and whatever reading and grounding refuse.

What counts:

- Evidence is what an entry quotes: the spans of its node, of the times and of the nodes nested in
  it. Words that a quote elides count as quoted: its span reaches from the first word to the last.
  That a name occurs is no evidence, and `background` is counted apart.
- A *word* is carried when evidence holds any of its characters. Quotes end at the edges of words.
- A *sentence* carries facts when at least half of its words are carried: a sentence of which only
  the date is quoted says nothing yet. Else it is set aside when at least half of its words are
  either carried or set aside; else it is uncovered. A sentence carried to its last word is *whole*.
- *Characters* are those of words: white space and punctuation carry nothing by themselves. So
  100 % of characters means that no passage is uncovered.
- An *uncovered passage* is a longest run of words of one sentence that are neither carried nor set
  aside; those of sentences that count as carrying are listed too.
- A *triple* is grounded when its origin has words. Class, digest and length of the article rest on
  all of its text and are counted apart. Authority files need no words: their triples do not count.

Shares leave out what is set aside or apart. They are rounded down, so that 100 % means all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from operator import attrgetter

from kg.building.workshop import Workshop
from kg.diagnostics import Findings, Location
from kg.grounding.generate import generate
from kg.grounding.grounded import GroundedArticle, GroundedNode
from kg.project.stems import find_stem
from kg.store.origins import Statements
from kg.terms import local_name
from kg.text.quotes import Lines, Span
from kg.text.sentences import split, words


@dataclass(frozen=True, slots=True)
class Tally:
    """Of so many things, how many are held, and how many are left out of the account."""

    total: int
    held: int
    apart: int

    @property
    def missing(self) -> int:
        """How many are neither held nor left out."""
        return self.total - self.held - self.apart

    @property
    def percent(self) -> float:
        """The share held of those in the account, rounded down to a tenth; of nothing, all."""
        counted = self.total - self.apart
        return self.held * 1000 // counted / 10 if counted else 100.0

    def falls_below(self, percent: float) -> bool:
        """Whether the share, unrounded, is less than this."""
        return self.held * 100 < percent * (self.total - self.apart)

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.total + other.total, self.held + other.held, self.apart + other.apart)


@dataclass(frozen=True, slots=True)
class Figures:
    """The numbers of an article or of the corpus.

    Attributes:
        sentences: held are those that carry facts; apart are those set aside.
        whole: sentences carried to the last word.
        characters: of words; held in evidence, apart in passages set aside.
        triples: held are those grounded in words; apart are those that describe the file.
        entries: section and number of its entries.
        spans: stretches of text that entries quote.
    """

    sentences: Tally
    whole: int
    characters: Tally
    triples: Tally
    entries: tuple[tuple[str, int], ...]
    spans: int

    def __add__(self, other: Figures) -> Figures:
        entries = Counter(dict(self.entries)) + Counter(dict(other.entries))
        return Figures(
            self.sentences + other.sentences,
            self.whole + other.whole,
            self.characters + other.characters,
            self.triples + other.triples,
            tuple(sorted(entries.items())),
            self.spans + other.spans,
        )


NOTHING = Figures(Tally(0, 0, 0), 0, Tally(0, 0, 0), Tally(0, 0, 0), (), 0)


@dataclass(frozen=True, slots=True)
class Word:
    """A word of an article, and whether evidence or else a passage set aside holds it."""

    span: Span
    carried: bool
    aside: bool

    @property
    def covered(self) -> bool:
        """Whether anything holds it."""
        return self.carried or self.aside


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with its words."""

    span: Span
    words: tuple[Word, ...]

    @property
    def carries(self) -> bool:
        """Whether at least half of its words are carried."""
        return 2 * sum(word.carried for word in self.words) >= len(self.words)

    @property
    def is_aside(self) -> bool:
        """Whether it is set aside: it does not carry, but at least half of its words are held."""
        held = sum(word.covered for word in self.words)
        return not self.carries and 2 * held >= len(self.words)

    @property
    def is_whole(self) -> bool:
        """Whether every word is carried."""
        return all(word.carried for word in self.words)

    def uncovered(self) -> Iterator[Span]:
        """The longest runs of words that nothing holds."""
        for covered, run in groupby(self.words, key=attrgetter("covered")):
            if not covered:
                spans = [word.span for word in run]
                yield Span(spans[0].start, spans[-1].end)


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of an article to show, with the reason where it was set aside."""

    span: Span
    place: Location
    text: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Ungrounded:
    """A triple without words, in the words of mapping files, and the line that says so."""

    place: Location
    text: str


@dataclass(frozen=True, slots=True)
class Carrier:
    """A node with the words that it rests on.

    Attributes:
        node: what is said.
        kind: the section of its entry; for a time, which no section holds, `time`.
        spans: its words.
        aside: whether it sets them aside.
        nested: whether it stands inside another node.
    """

    node: GroundedNode
    kind: str
    spans: tuple[Span, ...]
    aside: bool
    nested: bool


@dataclass(frozen=True, slots=True)
class ArticleCoverage:
    """What of one article is carried, and by what."""

    article: GroundedArticle
    figures: Figures
    sentences: tuple[Sentence, ...]
    carriers: tuple[Carrier, ...]
    uncovered: tuple[Passage, ...]
    aside: tuple[Passage, ...]
    ungrounded: tuple[Ungrounded, ...]

    @property
    def stem(self) -> str:
        """The name of the article."""
        return self.article.seed.stem


@dataclass(frozen=True, slots=True)
class Coverage:
    """The coverage of several articles."""

    articles: tuple[ArticleCoverage, ...]

    @property
    def figures(self) -> Figures:
        """Those of all articles together."""
        return sum((article.figures for article in self.articles), NOTHING)


def cover(workshop: Workshop, stems: Sequence[str] = ()) -> Coverage:
    """Measure articles.

    Args:
        workshop: of the project.
        stems: the articles, or beginnings of their names; without any, all that have a mapping.

    Raises:
        Misuse: an article has no mapping.
        ContentError: a mapping has errors; all of them.
    """
    known = workshop.project.stems()
    chosen = dict.fromkeys(find_stem(stem, known) for stem in stems or known)
    findings = Findings()
    grounded = [workshop.ground(stem, findings) for stem in chosen]
    findings.raise_errors()
    return Coverage(tuple(_Measure(found, workshop).read() for found in grounded if found))


class _Measure:
    """Measures one article."""

    def __init__(self, article: GroundedArticle, workshop: Workshop) -> None:
        self.article, self.workshop = article, workshop
        self.text, self.lines = article.seed.text, Lines(article.seed.text)
        self.layer = workshop.ontology.text

    def read(self) -> ArticleCoverage:
        sentences = tuple(self.sentences())
        ungrounded = tuple(self.ungrounded())
        uncovered = [self.passage(span) for sentence in sentences for span in sentence.uncovered()]
        return ArticleCoverage(
            article=self.article,
            figures=self.figures(sentences, len(ungrounded)),
            sentences=sentences,
            carriers=self.carriers,
            uncovered=tuple(uncovered),
            aside=tuple(sorted(self.aside(), key=attrgetter("span"))),
            ungrounded=ungrounded,
        )

    # The words that carry

    @cached_property
    def carriers(self) -> tuple[Carrier, ...]:
        nodes = self.article.nodes
        known = {node.iri for node in nodes}
        found = (self.carrier(node, node.iri.rpartition("/")[0] in known) for node in nodes)
        return tuple(found)

    def carrier(self, node: GroundedNode, nested: bool) -> Carrier:
        aside = self.workshop.ontology.is_a(node.types, (self.layer("Background").value,))
        return Carrier(node, self.kind(node), tuple(sorted(set(node.spans))), aside, nested)

    def kind(self, node: GroundedNode) -> str:
        segment = node.iri.removeprefix(self.workshop.project.base).partition("/")[0]
        sections = self.workshop.ontology.sections.values()
        return next((section.key for section in sections if section.kind == segment), segment)

    def sentences(self) -> Iterator[Sentence]:
        carried = self.marked(span for c in self.carriers if not c.aside for span in c.spans)
        aside = self.marked(span for c in self.carriers if c.aside for span in c.spans)
        for span in split(self.text):
            if found := words(self.text, span):
                yield Sentence(span, tuple(_word(word, carried, aside) for word in found))

    def marked(self, spans: Iterable[Span]) -> bytearray:
        """One byte a character: whether one of the spans holds it."""
        marks = bytearray(len(self.text))
        for span in set(spans):
            marks[span.start : span.end] = b"\1" * (span.end - span.start)
        return marks

    # What is to be shown

    def aside(self) -> Iterator[Passage]:
        reason = self.layer("reason").value
        for carrier in self.carriers:
            if carrier.aside:
                said = [f.object for f in carrier.node.facts if f.predicate == reason]
                why = str(getattr(said[0], "value", "")) if said else ""
                yield from (self.passage(span, why) for span in carrier.spans)

    def passage(self, span: Span, reason: str | None = None) -> Passage:
        start, end = self.lines.position(span.start), self.lines.position(span.end)
        place = Location(self.article.seed.name, *start, *end)
        return Passage(span, place, span.exact(self.text), reason)

    # The other direction

    @cached_property
    def statements(self) -> Statements:
        return generate(self.article, self.workshop.project.base, self.layer)

    def ungrounded(self) -> Iterator[Ungrounded]:
        for quad, origin in self.statements.items():
            if not origin.spans:
                terms = (quad.subject, quad.predicate, quad.object)
                text = " ".join(_short(getattr(term, "value", "")) for term in terms)
                yield Ungrounded(origin.place or self.article.place, text)

    # Figures

    def figures(self, sentences: Sequence[Sentence], ungrounded: int) -> Figures:
        found = [word for sentence in sentences for word in sentence.words]
        all_of_it = (Span(0, len(self.text)),)
        of_file = sum(origin.spans == all_of_it for origin in self.statements.rows.values())
        total = len(self.statements)
        return Figures(
            sentences=Tally(
                len(sentences),
                sum(sentence.carries for sentence in sentences),
                sum(sentence.is_aside for sentence in sentences),
            ),
            whole=sum(sentence.is_whole for sentence in sentences),
            characters=Tally(
                _length(found),
                _length(word for word in found if word.carried),
                _length(word for word in found if word.aside),
            ),
            triples=Tally(total, total - ungrounded - of_file, of_file),
            entries=self.entries(),
            spans=len({span for carrier in self.carriers for span in carrier.spans}),
        )

    def entries(self) -> tuple[tuple[str, int], ...]:
        sections = self.workshop.ontology.sections
        top = (c.kind for c in self.carriers if not c.nested and c.kind in sections)
        return tuple(sorted(Counter(top).items()))


def _word(span: Span, carried: bytearray, aside: bytearray) -> Word:
    is_carried = any(carried[span.start : span.end])
    return Word(span, is_carried, not is_carried and any(aside[span.start : span.end]))


def _length(words: Iterable[Word]) -> int:
    return sum(word.span.end - word.span.start for word in words)


def _short(value: str) -> str:
    return local_name(value) if ":" in value else f'"{value}"'
