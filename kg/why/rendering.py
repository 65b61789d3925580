"""Reasons as text for people and as JSON for tools.

In: a `Reason` or an `Individual`. Out: trees for a console; objects that `json` can write. A
quote is marked by `⟦⟧` in its sentence, and what has been shown once is not shown in full again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text
from rich.tree import Tree

from kg.diagnostics import Location
from kg.findings.excerpts import excerpt
from kg.reasoning.axiom_words import axiom_words, rule_words
from kg.store.provenance import ONTOLOGY, PASSAGES, SHARED, Provenance, Quote
from kg.why.checks import Check
from kg.why.proofs import TimeProof
from kg.why.reasons import Individual, Reason, Source, Step
from kg.why.view import TYPE, BuildView, Term

Json = dict[str, Any]
_LONGEST = 600
"""Of a longer sentence, what is in the middle gives way."""
_DEEPEST = 8
"""Of a longer chain of steps, what is between gives way: its ends say what it rests on."""
_GRAPHS = {
    SHARED: "stated in an authority file, which needs no words",
    PASSAGES: "found by comparing the articles word for word",
    ONTOLOGY: "stated in the ontology",
}


class WhyText:
    """Lays out reasons for a console; of what was shown before, only the triple is repeated."""

    def __init__(self, provenance: Provenance, view: BuildView) -> None:
        """Show lines of these files."""
        self.provenance, self.view = provenance, view
        self._shown: set[Triple] = set()
        self._quoted: set[Quote] = set()

    def reason(self, reason: Reason) -> Tree:
        """Why one triple is there."""
        root = Tree("", hide_root=True, guide_style="dim")
        self._add(root, reason)
        return root

    def individual(self, found: Individual) -> Tree:
        """Why a node is there."""
        head = Text(self.view.short(found.node), "bold")
        if found.label and found.label != self.view.short(found.node):
            head.append(f"  {found.label}", "not bold")
        tree = Tree(Group(head, *self._classes(found)), guide_style="dim")
        self._shown.update(reason.triple for reason in found.stated)
        for source in found.sources:
            tree.add(Group(*self._source(source)))
        for reason in found.inferred:
            self._add(tree, reason)
        if found.time:
            tree.add(Group(*self._time(found.time)))
        for check in found.checks:
            tree.add(Group(*self._check(check)))
        for finding in found.findings:
            tree.add(
                Text(f"{finding.severity}[{finding.code}]: ", "yellow").append(finding.message)
            )
        return tree

    def _check(self, check: Check) -> Iterator[RenderableType]:
        head = Text("checked by ", "green").append(self.view.short(check.shape), "default")
        yield head.append(f"  {check.place}" if check.place else "", "cyan")
        for demand in check.demands:
            mark = "" if demand.severity == "Violation" else f"{demand.severity.lower()}: "
            yield Padding(Text(mark + demand.words, "dim"), (0, 0, 0, 2), expand=False)

    def _classes(self, found: Individual) -> Iterator[Text]:
        classes = [self.view.short(r.triple.object) for r in found.stated if _is_type(r.triple)]
        if classes:
            yield Text("a " + ", ".join(classes), "dim")

    def _add(self, tree: Tree, reason: Reason, depth: int = 0) -> None:
        if reason.triple in self._shown:
            tree.add(Text(self.view.triple(reason.triple), "bold").append("  (above)", "not bold"))
            return
        self._shown.add(reason.triple)
        branch = tree.add(Group(*self._head(reason)))
        for source in reason.sources:
            branch.add(Group(*self._source(source)))
        premises, between = premises_of(reason, depth)
        if between:
            branch.add(Text(f"… and {between:,} steps more, from:", "dim"))
        for premise in premises:
            self._add(branch, premise, depth + 1)
        if reason.time:
            branch.add(Group(*self._time(reason.time)))

    def _head(self, reason: Reason) -> Iterator[RenderableType]:
        yield Text(self.view.triple(reason.triple), "bold")
        if words := self._labels(reason.triple):
            yield Text(words, "dim")
        if reason.step:
            yield from self._step(reason.step)

    def _labels(self, triple: Triple) -> str:
        """The triple in the labels of its terms, unless that says nothing new."""
        terms: list[Term] = [triple.subject, triple.predicate, triple.object]
        if all(isinstance(t, Literal) or not self.view.label(t) for t in (terms[0], terms[2])):
            return ""
        labels = [_cut(self.view.label(t) or self.view.short(t), 70) for t in terms]
        return " · ".join([labels[0], "a" if _is_type(triple) else labels[1], labels[2]])

    def _step(self, step: Step) -> Iterator[RenderableType]:
        words = f"{rule_words(step.rule)} ({step.rule})"
        yield Text("inferred by ", "yellow").append(words, "default")
        if step.axiom:
            axiom = axiom_words(step.axiom, self.view.short_token)
            where = Text(f"  {step.place}" if step.place else "", "not dim cyan")
            line = Text("axiom ", "dim").append(axiom, "not dim").append(where)
            yield Padding(line, (0, 0, 0, 2), expand=False)

    # Sources

    def _source(self, source: Source) -> Iterator[RenderableType]:
        if source.graph in _GRAPHS:
            yield Text(_GRAPHS[source.graph], "green")
        else:
            how = "stated by " if source.place else "found in "
            yield Text(how, "green").append(source.graph, "default")
        if source.place:
            yield from self._line(source.place)
        for what, place in source.via:
            yield from self._line(place, what)
        for quote in source.quotes:
            yield from self._quote(quote)

    def _line(self, place: Location, what: str = "") -> Iterator[Text]:
        yield Text(str(place), "cyan").append(f": {what}" if what else "", "default")
        for line in excerpt(place, self._lines):
            yield Text.from_ansi(line, no_wrap=True, overflow="ellipsis")

    def _lines(self, path: str) -> list[str]:
        return (self.provenance.text(path) or "").splitlines()

    def _quote(self, quote: Quote) -> Iterator[RenderableType]:
        where = Text(str(quote.place) if quote.place else f"seeds/{quote.article}.txt", "cyan")
        if quote.whole:
            yield where.append(": the whole article", "default")
        elif quote in self._quoted:
            yield where.append(": the words above", "default")
        else:
            self._quoted.add(quote)
            yield where
            yield Padding(marked(quote), (0, 0, 0, 2), expand=False)

    # Times

    def _time(self, proof: TimeProof) -> Iterator[RenderableType]:
        yield Text("how the time was read", "green")
        words = f"“{proof.words}”" if proof.words else "no words"
        anchor = f", the date of the article (“{proof.anchor_words}”)" if proof.anchor else ""
        value = f" = {proof.value}" if proof.value else ""
        yield Text(f"{words} → {proof.steps}{anchor}{value}")
        for name, told in self._proof_lines(proof):
            line = Text(f"{name}: ", "dim").append(told, "not dim")
            yield Padding(line, (0, 0, 0, 2), expand=False)

    def _proof_lines(self, proof: TimeProof) -> Iterator[tuple[str, str]]:
        if proof.rule:
            yield "rule", self.view.short(proof.rule)
        if proof.value and proof.earliest != proof.latest:
            yield "days", f"{proof.earliest} to {proof.latest}"
        if proof.part_of_day:
            yield "part of the day", proof.part_of_day
        if proof.basis:
            yield "inferred from", f"{self.view.short(proof.basis)} {self.view.label(proof.basis)}"
        if proof.basis_article:
            yield "as dated by", self.view.label(proof.basis_article)
        if proof.reason:
            yield "reason", proof.reason
        if proof.confidence:
            yield "confidence", proof.confidence


def premises_of(reason: Reason, depth: int) -> tuple[Sequence[Reason], int]:
    """What to show below a reason, and how many inferred triples between are left out."""
    direct = reason.step.premises if reason.step else ()
    if depth < _DEEPEST or all(premise.step is None for premise in direct):
        return direct, 0
    below = list(reason.below())[1:]
    leaves = [one for one in below if one.step is None]
    return leaves, len(below) - len(leaves)


def _is_type(triple: Triple) -> bool:
    return triple.predicate == TYPE


def marked(quote: Quote) -> Text:
    """A sentence with the quote in it marked; one that is all quote is marked at its ends."""
    end = quote.start + len(quote.words)
    before, after = quote.sentence[: quote.start], quote.sentence[end:]
    words = _cut(quote.words, _LONGEST)
    text = Text(_tail(before), "dim")
    text.append(f"⟦{_flat(words)}⟧", "bold").append(_cut(_flat(after), 200), "dim")
    return text


def _flat(words: str) -> str:
    """On one line: breaks of the article are no breaks here."""
    return " ".join(words.split("\n"))


def _tail(words: str) -> str:
    flat = _flat(words)
    return flat if len(flat) <= 200 else "… " + flat[-200:].split(" ", 1)[-1]


def _cut(words: str, longest: int) -> str:
    if len(words) <= longest:
        return words
    half = longest // 2
    return f"{words[:half].rsplit(' ', 1)[0]} … {words[-half:].split(' ', 1)[-1]}"


# JSON


def to_json(reason: Reason, view: BuildView) -> Json:
    """A reason as the text shows it; premises that came before have the triple only.

    Where a chain of steps is too long, `premises` are the asserted triples at its end, and
    `between` tells how many inferred ones are left out.
    """
    return _Json(view).reason(reason)


def individual_json(found: Individual, view: BuildView) -> Json:
    """Why a node is there."""
    written = _Json(view)
    return {
        "node": found.node.value,
        "label": found.label,
        "classes": [str(r.triple.object) for r in found.stated if _is_type(r.triple)],
        "sources": [written.source(source) for source in found.sources],
        "inferred": [written.reason(reason) for reason in found.inferred],
        "time": found.time and written.time(found.time),
        "shapes": [
            {
                "shape": check.shape.value,
                "place": _place(check.place),
                "demands": [{"words": d.words, "severity": d.severity} for d in check.demands],
            }
            for check in found.checks
        ],
        "findings": [
            {"code": f.code, "severity": f.severity.value, "message": f.message}
            for f in found.findings
        ],
    }


class _Json:
    def __init__(self, view: BuildView) -> None:
        self.view = view
        self._written: set[Triple] = set()

    def reason(self, reason: Reason, depth: int = 0) -> Json:
        triple = reason.triple
        head: Json = {
            "subject": term_json(triple.subject),
            "predicate": term_json(triple.predicate),
            "object": term_json(triple.object),
        }
        if triple in self._written:
            return {**head, "above": True}
        self._written.add(triple)
        return {
            **head,
            "sources": [self.source(source) for source in reason.sources],
            "inferred": reason.step and self.step(reason, reason.step, depth),
            "time": reason.time and self.time(reason.time),
        }

    def step(self, reason: Reason, step: Step, depth: int) -> Json:
        premises, between = premises_of(reason, depth)
        return {
            "rule": step.rule,
            "words": rule_words(step.rule),
            "axiom": step.axiom and list(step.axiom),
            "manchester": step.axiom and axiom_words(step.axiom, self.view.short_token),
            "place": _place(step.place),
            "premises": [self.reason(premise, depth + 1) for premise in premises],
            **({"between": between} if between else {}),
        }

    def source(self, source: Source) -> Json:
        return {
            "graph": source.graph,
            "place": _place(source.place),
            "via": [{"what": what, "place": _place(place)} for what, place in source.via],
            "quotes": [quote_json(quote) for quote in source.quotes],
        }

    def time(self, proof: TimeProof) -> Json:
        anchor = proof.anchor and {
            "time": proof.anchor.value,
            "value": proof.anchor_value,
            "words": proof.anchor_words,
        }
        return {
            "time": proof.time.value,
            "words": proof.words,
            "rule": proof.rule and proof.rule.value,
            "steps": proof.steps,
            "anchor": anchor,
            "value": proof.value,
            "earliest": proof.earliest,
            "latest": proof.latest,
            "partOfDay": proof.part_of_day,
            "basis": proof.basis and proof.basis.value,
            "basisArticle": proof.basis_article and proof.basis_article.value,
            "reason": proof.reason,
            "confidence": proof.confidence,
        }


def quote_json(quote: Quote) -> Json:
    """Words of an article, with their place and their sentence."""
    return {
        "article": quote.article,
        "start": quote.span.start,
        "end": quote.span.end,
        "words": quote.words,
        "place": _place(quote.place),
        "sentence": None if quote.whole else quote.sentence,
    }


def term_json(term: Term) -> Json:
    """A term as in the JSON results of SPARQL (https://www.w3.org/TR/sparql11-results-json/)."""
    if isinstance(term, NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, Literal):
        kind = {"xml:lang": term.language} if term.language else {"datatype": term.datatype.value}
        return {"type": "literal", "value": term.value, **kind}
    return {"type": "bnode" if isinstance(term, BlankNode) else "triple", "value": str(term)}


def _place(place: Location | None) -> str | None:
    return str(place) if place else None
