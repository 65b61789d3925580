"""Time expressions of a mapping to nodes that carry the value and its proof.

In: an entry of class `text:Time` and the words around it. Out: a `GroundedNode` with the words,
the rule, the anchor, the granularity, the value and its bounds; of an undated weekday just what is
known.
Refuses: words that no rule reads (G306), a stated value that the words or the calendar contradict
(G307), and a value that does not follow from the words but lacks its grounds (G308).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from pyoxigraph import Literal, NamedNode

from kg.diagnostics import Findings, Location
from kg.grounding.grounded import Fact
from kg.mapping.entries import Entry
from kg.ontology.declarations import Ontology
from kg.terms import TIME, XSD
from kg.text.time_hints import calendar_facts, named, readable_forms, readable_part
from kg.text.times import WEEKDAYS, Contradiction, Resolved, Unresolved, bounds, check, resolve

_resolve = lru_cache(maxsize=4096)(resolve)
"""Archives say "on Monday" of the same day again and again."""
_DATATYPES = {10: "date", 7: "gYearMonth", 4: "gYear"}
_GROUNDS = ("value", "basis", "reason", "confidence")
_GRANULARITY = {10: "day", 7: "month", 4: "year"}


@dataclass(frozen=True, slots=True)
class Anchor:
    """The time that relative words count from: its node and its day."""

    iri: str
    day: date


@dataclass(frozen=True, slots=True)
class Dated:
    """What is known of a time: the class of its node, the proof, and the day if it has one."""

    cls: str
    facts: tuple[Fact, ...]
    day: date | None


def date_entry(
    entry: Entry, words: str | None, anchor: Anchor | None, ontology: Ontology, findings: Findings
) -> Dated | None:
    """Resolve a time by the rules of `kg.text.times`, or take the value that its author infers.

    Args:
        entry: of class `text:Time`; may state a value, and its basis and reason.
        words: the time expression as the article has it; `None` for a date inferred without words.
        anchor: the date of the article, if it has one.
        ontology: gives the text layer.
        findings: takes G306 to G308.
    """
    return _Dating(entry, words, anchor, ontology, findings).run()


class _Dating:
    def __init__(
        self,
        entry: Entry,
        words: str | None,
        anchor: Anchor | None,
        ontology: Ontology,
        findings: Findings,
    ) -> None:
        self.entry, self.words, self.anchor = entry, words, anchor
        self.text, self.findings = ontology.text, findings
        self.stated = self.literal("value")

    def run(self) -> Dated | None:
        if self.repeats("words") or self.repeats("value"):
            return None
        day = self.anchor.day if self.anchor else None
        read = _resolve(self.words, day) if self.words else Unresolved("there are no words")
        if isinstance(read, Contradiction):
            self.contradiction(read, self.entry.place)
            return None
        if self.stated and (wrong := check(read, self.stated[0], inferred=self.has("reason"))):
            self.contradiction(wrong, self.stated[1])
            return None
        if isinstance(read, Resolved) and (not self.stated or self.stated[0] == read.value):
            return self.resolved(read)
        if self.stated or self.has("basis"):
            return self.inferred(read)
        if isinstance(read, Unresolved) and read.granularity is None and not self.has("reason"):
            self.unread(read)
            return None
        return Dated(self.iri("Time"), tuple(self.known(read)), None)

    def resolved(self, read: Resolved) -> Dated:
        facts = [
            *self.known(read),
            *self.value(read.value),
            self.fact("rule", self.named(read.rule)),
        ]
        if read.needs_anchor and self.anchor:
            facts.append(self.fact("anchor", NamedNode(self.anchor.iri)))
        day = read.earliest if read.granularity == "day" else None
        return Dated(self.iri("Time"), tuple(facts), day)

    def inferred(self, read: Resolved | Unresolved) -> Dated | None:
        if any(self.iri(key) in self.entry.unread for key in ("words", *_GROUNDS)):
            return None  # it may be all there
        lacking = [f"`{key}`" for key in _GROUNDS if not self.has(key)]
        if lacking:
            self.findings.error(
                "G308",
                f"the date does not follow from the words and lacks {', '.join(lacking)}",
                self.stated[1] if self.stated else self.entry.place,
                notes=[
                    "an inferred date states what it rests on, and stays recognisable in the graph"
                ],
                help="state value, basis, reason and confidence, or leave the date out",
            )
            return None
        value = self.stated[0] if self.stated else ""
        facts = [*self.known(read), *self.value(value), self.fact("rule", self.text("inference"))]
        if not read.granularity:
            facts.append(self.fact("granularity", self.named(_GRANULARITY[len(value)])))
        return Dated(self.iri("InferredTime"), tuple(facts), None)

    def known(self, read: Resolved | Unresolved) -> Iterator[Fact]:
        """What the words themselves say, with or without a value."""
        if read.granularity:
            yield self.fact("granularity", self.named(read.granularity))
        if read.part_of_day:
            yield self.fact("partOfDay", self.named(read.part_of_day))
        if read.weekday is not None:
            weekday = NamedNode(TIME + WEEKDAYS[read.weekday])
            yield Fact(TIME + "dayOfWeek", weekday, self.entry.place)

    def value(self, value: str) -> Iterator[Fact]:
        earliest, latest = bounds(value)
        yield self.fact("value", Literal(value, datatype=NamedNode(XSD + _DATATYPES[len(value)])))
        for name, day in (("earliest", earliest), ("latest", latest)):
            yield self.fact(name, Literal(day.isoformat(), datatype=NamedNode(XSD + "date")))

    def contradiction(self, wrong: Contradiction, place: Location) -> None:
        words = f"the words are `{self.words}`" if self.words else "no words are given"
        base = f", counted from {named(self.anchor.day)}" if self.anchor else ""
        self.findings.error(
            "G307",
            wrong.message,
            place,
            notes=[words + base, *calendar_facts(wrong)],
            help="correct or delete `value`"
            if self.stated and place == self.stated[1]
            else "leave the time out if the article itself is wrong",
        )

    def unread(self, read: Unresolved) -> None:
        words = self.words or ""
        part = readable_part(words)
        quote = f"quote `{part}` alone, if that is the time" if part else "quote a time expression"
        self.findings.error(
            "G306",
            f"no rule reads `{self.words}`: {read.reason}",
            self.entry.place,
            notes=[] if part else [readable_forms(words)],
            help=f"{quote}, or keep it undated by stating a `reason`",
        )

    def repeats(self, key: str) -> bool:
        claims = [claim for claim in self.entry.claims if claim.property.iri == self.iri(key)]
        if len(claims) > 1:
            self.findings.error(
                "D105", f"a time has several `{key}`, expected one", claims[1].place
            )
        return len(claims) > 1

    def literal(self, key: str) -> tuple[str, Location] | None:
        for claim in self.entry.claims:
            if claim.property.iri == self.iri(key) and isinstance(claim.value, Literal):
                return claim.value.value, claim.place
        return None

    def has(self, key: str) -> bool:
        return any(claim.property.iri == self.iri(key) for claim in self.entry.claims)

    def fact(self, predicate: str, object_: NamedNode | Literal) -> Fact:
        return Fact(self.iri(predicate), object_, self.entry.place)

    def iri(self, name: str) -> str:
        return self.text(name).value

    def named(self, individual: str) -> NamedNode:
        """An individual of the text layer, such as a rule or a part of the day."""
        return NamedNode(self.text.namespace + individual)
