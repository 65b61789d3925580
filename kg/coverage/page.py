"""Coverage as one HTML page: every article, coloured by what its words carry.

In: a `Coverage` and the workshop that it was measured in. Out: a document that needs no other file
and no network; its content security policy allows neither. It reads without JavaScript: each
stretch of text links to the entries that it carries, and the script shows them beside the text.
Refuses nothing; whatever comes from files passes through `_text` or `_tag`, which escape it.
"""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from html import escape
from itertools import groupby, pairwise
from operator import attrgetter
from typing import NewType

from pyoxigraph import Literal

from kg.building.workshop import Workshop
from kg.coverage.measures import ArticleCoverage, Carrier, Coverage, Figures, Tally
from kg.grounding.grounded import Fact, GroundedNode
from kg.terms import RDFS, SKOS, local_name
from kg.text.quotes import Span

Html = NewType("Html", str)
"""Markup; the texts in it have been escaped."""

_LABELS = (SKOS + "prefLabel", RDFS + "label")


def to_html(coverage: Coverage, workshop: Workshop) -> str:
    """The page."""
    kinds = _kinds(coverage)
    glossary = _Glossary(coverage, workshop)
    articles = [_Article(*item, glossary, kinds) for item in enumerate(coverage.articles)]
    body = (
        _tag("header", _tag("h1", _text("Coverage")), _table(coverage), _legend(coverage, kinds)),
        _tag("main", *(article.section() for article in articles)),
        _tag("aside", id="facts", hidden="", aria_live="polite", aria_label="What the words say"),
        Html(f"<script>{_SCRIPT}</script>"),
    )
    page = _tag("html", _head(kinds), _tag("body", *body), lang=workshop.project.language)
    return f"<!doctype html>\n{page}\n"


def _kinds(coverage: Coverage) -> tuple[str, ...]:
    """What entries are coloured by; what is set aside has a look of its own."""
    carriers = [c for article in coverage.articles for c in article.carriers]
    return tuple(sorted({c.kind for c in carriers if not c.nested and not c.aside}))


# Markup


def _text(value: str) -> Html:
    return Html(escape(value))


def _tag(name: str, *children: Html, **attributes: str) -> Html:
    """An element; `class_` stands for `class`, `aria_live` for `aria-live`."""
    pairs = [(key.rstrip("_").replace("_", "-"), value) for key, value in attributes.items()]
    shown = "".join(f' {key}="{escape(value)}"' for key, value in pairs)
    return Html(f"<{name}{shown}>{''.join(children)}</{name}>")


def _head(kinds: Sequence[str]) -> Html:
    digest = b64encode(sha256(_SCRIPT.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
    return Html(
        '<head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">'
        f"<title>Coverage</title><style>{_STYLE}{_kind_styles(kinds)}</style></head>"
    )


def _kind_styles(kinds: Sequence[str]) -> str:
    """A colour and a lane under the text for each kind; `.m` marks several entries of one kind."""
    depth = _LANE * len(kinds)
    rules = [f".text{{line-height:calc(1.4em + {depth}px)}}.w{{padding-bottom:{depth}px}}"]
    for number in range(len(kinds)):
        colour = f"var(--c{number % _COLOURS})"
        rules.append(f".k{number}{{--l{number}:{colour}}}.m{number}{{--s{number}:3px}}")
        rules.append(f".t{number}{{--tint:{colour}}}")
    lanes = [
        f"linear-gradient(var(--l{n},#0000),var(--l{n},#0000)) "
        f"0 calc(100% - {_LANE * (len(kinds) - 1 - n)}px)/100% var(--s{n},1.5px) no-repeat,"
        for n in range(len(kinds))
    ]
    tint = "color-mix(in srgb,var(--tint,#0000) 13%,transparent)"
    rules.append(f".swatch{{background:{tint}}}.w{{background:{''.join(lanes)}{tint}}}")
    return "".join(rules)


# Figures


def _table(coverage: Coverage) -> Html:
    head = ("article", "sentences", "carrying facts", "whole", "set aside", "characters", "triples")
    rows = [
        _row(_tag("a", _text(a.stem), href=f"#a{n}"), a.figures)
        for n, a in enumerate(coverage.articles)
    ]
    rows.append(_row(_text("corpus"), coverage.figures))
    header = _tag("tr", *(_tag("th", _text(name), scope="col") for name in head))
    return _tag("div", _tag("table", _tag("thead", header), _tag("tbody", *rows)), class_="wide")


def _row(name: Html, figures: Figures) -> Html:
    sentences, triples = figures.sentences, figures.triples
    cells = (
        str(sentences.total),
        _share(sentences),
        str(figures.whole),
        str(sentences.apart),
        _share(figures.characters),
        f"{triples.held + triples.apart:,} of {triples.total:,} grounded",
    )
    return _tag("tr", _tag("th", name, scope="row"), *(_tag("td", _text(cell)) for cell in cells))


def _share(tally: Tally) -> str:
    return f"{tally.held:,} ({tally.percent} %)"


def _legend(coverage: Coverage, kinds: Sequence[str]) -> Html:
    carriers = [c for a in coverage.articles for c in a.carriers if not c.nested]
    counts = Counter(carrier.kind for carrier in carriers)
    items = [
        _tag("li", _tag("span", _text(kind), class_=f"swatch t{n}"), _text(f" {counts[kind]}"))
        for n, kind in enumerate(kinds)
    ]
    missing = sum(len(article.uncovered) for article in coverage.articles)
    aside = sum(len(article.aside) for article in coverage.articles)
    items += [
        _tag("li", _tag("mark", _text("uncovered")), _text(f" {missing}")),
        _tag("li", _tag("span", _text("set aside"), class_="apart"), _text(f" {aside}")),
        _tag("li", _tag("span", _text("name"), class_="name"), _text(" of someone or something")),
    ]
    return _tag("ul", *items, class_="legend")


# What nodes are called


class _Glossary:
    """Words for IRIs: labels of individuals, keys of properties, local names of the rest."""

    def __init__(self, coverage: Coverage, workshop: Workshop) -> None:
        ontology = workshop.ontology
        self.quote = ontology.text("quote").value
        self.keys = {p.iri: p.key for p in ontology.properties.values()}
        nodes = [node for article in coverage.articles for node in article.article.nodes]
        nodes += workshop.authority_nodes
        self.labels = {node.iri: text for node in nodes if (text := _label(node.facts))}

    def name(self, iri: str) -> str:
        """The label of an individual, else its local name."""
        return self.labels.get(iri) or local_name(iri)

    def key(self, iri: str) -> str:
        """The key of a property in mapping files."""
        return self.keys.get(iri) or local_name(iri)

    def shows(self, fact: Fact) -> bool:
        """Whether a fact is worth a line: quotes and labels stand in the head of the entry."""
        return fact.predicate != self.quote and fact.predicate not in _LABELS


def _label(facts: Iterable[Fact]) -> str:
    found = {f.predicate: f.object.value for f in facts if isinstance(f.object, Literal)}
    return next((found[label] for label in _LABELS if label in found), "")


# Articles


class _Article:
    """One article: its text, then its entries."""

    def __init__(
        self, number: int, found: ArticleCoverage, glossary: _Glossary, kinds: Sequence[str]
    ) -> None:
        self.number, self.found, self.glossary, self.kinds = number, found, glossary, kinds
        self.text = found.article.seed.text
        shown = sorted((c for c in found.carriers if not c.nested), key=attrgetter("spans"))
        self.cards = {f"a{number}-{n}": carrier for n, carrier in enumerate(shown, 1)}
        self.ids = {carrier.node.iri: card for card, carrier in self.cards.items()}
        self.nested = {c.node.iri: c.node for c in found.carriers if c.nested}
        self.missing = [passage.span for passage in found.uncovered]

    def section(self) -> Html:
        sentences = self.found.figures.sentences
        said = f"{sentences.held} of {sentences.total} sentences carry facts"
        entries = [self.card(card, carrier) for card, carrier in self.cards.items()]
        return _tag(
            "section",
            _tag("h2", _text(self.found.stem)),
            _tag("p", _text(f"{self.found.article.seed.name} · {said}"), class_="note"),
            _tag("div", *self.lines(), class_="text"),
            _tag("details", _tag("summary", _text(f"{len(entries)} entries")), *entries),
            id=f"a{self.number}",
        )

    # The text

    def lines(self) -> Iterator[Html]:
        start = 0
        for line in self.text.splitlines(keepends=True):
            if line.strip():
                yield _tag("p", *self.pieces(Span(start, start + len(line.rstrip()))))
            start += len(line)

    def pieces(self, line: Span) -> Iterator[Html]:
        """A line in stretches on each of which the same entries rest."""
        spans = [*self.missing, *(span for c in self.cards.values() for span in c.spans)]
        for start, end in pairwise(_cuts(line, spans)):
            yield self.piece(Span(start, end))

    def piece(self, span: Span) -> Html:
        text = Html("".join(self.parts(span)))
        if any(missing.covers(span) for missing in self.missing):
            return _tag("mark", text, title="no entry carries these words")
        cards = [card for card, c in self.cards.items() if any(s.covers(span) for s in c.spans)]
        if not cards:
            return text
        cards.sort(key=lambda card: _extent(self.cards[card]))
        look = " ".join(self.look([self.cards[card] for card in cards]))
        return _tag("a", text, href=f"#{cards[0]}", class_=look, data_e=" ".join(cards))

    def parts(self, span: Span) -> Iterator[Html]:
        """A stretch of text with its names marked; the title of a name is what it denotes."""
        at = span.start
        for name in self.found.article.names:
            start, end = max(name.span.start, at), min(name.span.end, span.end)
            if start < end:
                denoted = ", ".join(self.glossary.name(iri) for iri in name.denotes)
                yield _text(self.text[at:start])
                yield _tag("span", _text(self.text[start:end]), class_="name", title=denoted)
                at = end
        yield _text(self.text[at : span.end])

    def look(self, carriers: Sequence[Carrier]) -> Iterator[str]:
        """Class names: a lane for each kind, the tint of the nearest entry."""
        yield "w"
        counts = Counter(c.kind for c in carriers if not c.aside)
        for number, kind in enumerate(self.kinds):
            if counts[kind]:
                yield f"k{number}"
            if counts[kind] > 1:
                yield f"m{number}"
        if counts:
            yield f"t{self.kinds.index(next(iter(counts)))}"
        else:
            yield "apart"

    # The entries

    def card(self, card: str, carrier: Carrier) -> Html:
        node = carrier.node
        look = "apart" if carrier.aside else f"swatch t{self.kinds.index(carrier.kind)}"
        classes = ", ".join(local_name(cls) for cls in node.types)
        # What is local to the article has no name of its own: its words stand below.
        title = _tag("strong", _text(self.glossary.name(node.iri) if node.shared else ""))
        quotes = (_tag("q", _text(span.exact(self.text))) for span in carrier.spans)
        return _tag(
            "article",
            _tag("h3", _tag("span", _text(carrier.kind), class_=look), _text(f" {classes}")),
            title,
            _tag("div", *quotes, class_="quotes"),
            _tag("dl", *self.facts(node)),
            _tag("p", _text(str(node.place)), class_="note"),
            id=card,
        )

    def facts(self, node: GroundedNode) -> Iterator[Html]:
        shown = [fact for fact in node.facts if self.glossary.shows(fact)]
        for predicate, found in groupby(shown, key=attrgetter("predicate")):
            yield _tag("dt", _text(self.glossary.key(predicate)))
            yield from (_tag("dd", self.value(fact), title=str(fact.place)) for fact in found)

    def value(self, fact: Fact) -> Html:
        value = fact.object
        if isinstance(value, Span):
            return _tag("q", _text(value.exact(self.text)))
        if isinstance(value, Literal):
            return _text(value.value)
        if value.value in self.nested:
            return _tag("dl", *self.facts(self.nested[value.value]))
        name = _text(self.glossary.name(value.value))
        card = self.ids.get(value.value)
        return _tag("a", name, href=f"#{card}") if card else name


def _cuts(line: Span, spans: Iterable[Span]) -> list[int]:
    """Where the look of a line can change, both of its ends included."""
    ends = {end for span in spans for end in (span.start, span.end)}
    return sorted({line.start, line.end} | {end for end in ends if line.start < end < line.end})


def _extent(carrier: Carrier) -> int:
    return sum(span.end - span.start for span in carrier.spans)


_COLOURS = 8
_LANE = 4
"""Pixels for the line of one kind of entry: kinds that overlap have their lines side by side."""
_STYLE = """
:root{color-scheme:light dark;--bg:#fdfdfb;--fg:#1c1e21;--soft:#5c6370;--line:#d9dbe0;--panel:#fff;
--gap:#b3261e;--gapbg:#fde3e1;--on:#fff1b8;--c0:#0b62c4;--c1:#b4530a;--c2:#12773a;--c3:#8e24aa;
--c4:#0e7490;--c5:#7a5c00;--c6:#5b3fd0;--c7:#a3195b}
@media(prefers-color-scheme:dark){:root{--bg:#15171b;--fg:#e6e7ea;--soft:#a3a9b5;--line:#343842;
--panel:#1d2026;--gap:#ff8a80;--gapbg:#4a1d1b;--on:#4b4215;--c0:#6cb0ff;--c1:#ffa35c;--c2:#5fd38d;
--c3:#d891f0;--c4:#4fd0e3;--c5:#e0bd4a;--c6:#a99bff;--c7:#ff8fbf}}
*{box-sizing:border-box}
body{display:grid;grid-template-columns:minmax(0,44rem) minmax(18rem,1fr);gap:0 2.5rem;
align-items:start;margin:0 auto;padding:1.5rem;max-width:76rem;background:var(--bg);
color:var(--fg);font:16px/1.5 system-ui,sans-serif}
header{grid-column:1/-1}h1{margin:0 0 .5rem;font-size:1.6rem}
h2{margin:2.5rem 0 0;font-size:1.15rem}h3{margin:0;font-size:.9rem}
a{color:inherit}:focus-visible{outline:2px solid var(--c0);outline-offset:2px}
.wide{overflow-x:auto}table{border-collapse:collapse;font-size:.9rem}
th,td{padding:.25rem .9rem .25rem 0;text-align:right;white-space:nowrap;font-weight:400;
border-bottom:1px solid var(--line);font-variant-numeric:tabular-nums}
th:first-child{text-align:left}tbody tr:last-child>*{font-weight:700;border:0}
.legend{display:flex;flex-wrap:wrap;gap:.5rem 1.4rem;margin:1rem 0 0;padding:0;list-style:none}
.note{margin:.1rem 0;color:var(--soft);font-size:.85rem;overflow-wrap:anywhere}
.legend{font-size:.9rem}
.text{font-family:Georgia,"Times New Roman",serif;font-size:1.06rem}
.text p{margin:.6rem 0;white-space:pre-wrap;overflow-wrap:break-word}
.w{text-decoration:none;-webkit-box-decoration-break:clone;box-decoration-break:clone}
.swatch{padding:.1rem .35rem;border-bottom:3px solid var(--tint)}
mark{padding:0 .15em;color:var(--gap);background:var(--gapbg);border:1px dashed}
.apart,a.w.apart{padding:.1rem .2rem;color:var(--soft);font-style:italic;
background:repeating-linear-gradient(135deg,transparent 0 5px,var(--line) 5px 6px)}
.name{text-decoration:underline dotted var(--soft) 1px;text-underline-offset:2px}
a.w.on{background-color:var(--on)}
details{margin:1rem 0;font-size:.9rem}summary{cursor:pointer;color:var(--soft)}
article{margin:.8rem 0;padding:.6rem .8rem;border:1px solid var(--line);border-radius:6px;
background:var(--panel)}article p{margin:.2rem 0}
article:target{border-color:var(--c0);box-shadow:0 0 0 1px var(--c0)}
.quotes{color:var(--soft);font-family:Georgia,serif}.quotes q{display:block}
dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.05rem .7rem;margin:.3rem 0}
dt{grid-column:1;color:var(--soft)}dd{grid-column:2;margin:0;overflow-wrap:anywhere}dl dl{margin:0}
#facts{position:sticky;top:1rem;max-height:calc(100vh - 2rem);overflow:auto;font-size:.88rem}
#facts .quotes{display:none}
@media(max-width:64rem){body{display:block}
#facts{position:fixed;inset:auto 0 0;max-height:42vh;padding:.2rem 1rem;background:var(--bg);
border-top:1px solid var(--line);box-shadow:0 -4px 16px #0003}}
@media print{#facts{display:none}
.w,mark,.swatch{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
"""
_SCRIPT = """
const panel = document.getElementById('facts');
let lit = [], pinned = false;
const element = (name, ...children) => {
  const made = document.createElement(name);
  made.append(...children);
  return made;
};
const light = ids => {
  lit.forEach(node => node.classList.remove('on'));
  lit = ids.flatMap(id => [...document.querySelectorAll(`[data-e~="${id}"]`)]);
  lit.forEach(node => node.classList.add('on'));
};
const copy = id => element('article', ...document.getElementById(id).cloneNode(true).childNodes);
const names = place => [...place.querySelectorAll('.name')].map(
  name => element('p', element('q', name.textContent), ' is ' + name.title));
const show = place => {
  const ids = place.dataset.e.split(' '), cards = ids.map(copy), named = names(place);
  cards.forEach((card, at) => card.dataset.c = ids[at]);
  panel.replaceChildren(...cards, ...named.length ? [element('article', ...named)] : []);
  panel.hidden = false;
  panel.scrollTop = 0;
  light(ids);
};
const look = event => {
  const place = event.target.closest('[data-e]'), card = event.target.closest('#facts [data-c]');
  if (place && (!pinned || event.type === 'focusin')) show(place);
  else if (card) light([card.dataset.c]);
};
addEventListener('mouseover', look);
addEventListener('focusin', look);
addEventListener('click', event => {
  const place = event.target.closest('[data-e]');
  if (!event.target.closest('#facts')) pinned = Boolean(place);
  if (!place || !event.detail) return;  // the Enter key follows the link to the entry
  event.preventDefault();
  show(place);
});
addEventListener('keydown', event => {
  if (event.key === 'Escape') { pinned = false; panel.hidden = true; light([]); }
});
"""
