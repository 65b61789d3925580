"""Names of a text to the individuals that they denote.

In: the project's names, and the lines of a mapping's `mentions`. Out: `MentionedName`s, in text
order.
Refuses: a name that could denote several individuals and is not settled (G304), and words under
`mentions` that the article does not have (G305).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as AbstractMapping

from pyoxigraph import Literal

from kg.diagnostics import Findings
from kg.grounding.evidence import Evidence
from kg.grounding.grounded import MentionedName
from kg.mapping.entries import Entry, Mapping, NameRule
from kg.mapping.individuals import Individual
from kg.ontology.declarations import Ontology
from kg.terms import LABELS, local_name
from kg.text.names import NameHit, NameIndex
from kg.text.quotes import Span, find_marked


def names_of(
    entries: Iterable[Entry], individuals: AbstractMapping[str, Individual], ontology: Ontology
) -> Iterator[tuple[str, str]]:
    """The words to look for in texts, each with the IRI of what it names.

    Labels of SKOS concepts are left out: a topic called `training` is not named by that word.
    """
    for entry in entries:
        if entry.id and entry.id in individuals and not ontology.is_notion(entry.types):
            for claim in entry.claims:
                if claim.property.iri in LABELS and isinstance(claim.value, Literal):
                    yield claim.value.value, individuals[entry.id].iri


def find_names(
    mapping: Mapping,
    own_names: Iterable[tuple[str, str]],
    evidence: Evidence,
    names: NameIndex,
    findings: Findings,
) -> list[MentionedName]:
    """All names in one article.

    A line of `mentions` with brackets, `[he] underlined`, marks one place; a line without stands
    for every place where its words occur, and wins over the names of the project.
    """
    marked = [n for r in mapping.names if "[" in r.words for n in _marked(r, evidence, findings)]
    plain = {rule.words: rule for rule in mapping.names if "[" not in rule.words and rule.denotes}
    settled: dict[str, set[str]] = {}
    for words, iri in own_names:
        settled.setdefault(words, set(_named_elsewhere(words, names))).add(iri)
    hits = names.find(
        evidence.seed.text, settled | {words: set(rule.denotes) for words, rule in plain.items()}
    )
    absent = _refuse_absent(plain, hits, findings)
    free = [hit for hit in hits if not any(_overlap(hit.span, name.span) for name in marked)]
    unclear = [hit for hit in free if hit.surface not in plain and len(hit.keys) > 1]
    _refuse_unclear([h for h in unclear if not _meant(h, mapping, absent)], evidence, findings)
    found = [
        MentionedName(
            hit.span, hit.keys, plain[hit.surface].place if hit.surface in plain else None
        )
        for hit in free
        if hit not in unclear
    ]
    return sorted([*marked, *found], key=lambda name: name.span)


def _marked(rule: NameRule, evidence: Evidence, findings: Findings) -> Iterator[MentionedName]:
    try:
        spans = find_marked(rule.words, evidence.seed.text)
    except ValueError as error:
        findings.error("D105", f"`{rule.words}` cannot be read: {error}", rule.place)
        return
    if len(spans) == 1:
        yield MentionedName(spans[0], rule.denotes, rule.place)
        return
    if not spans:
        findings.error("G305", f"`{rule.words}` is not in the article", rule.place, help=_COPY)
        return
    findings.error(
        "G305",
        f"`{rule.words}` occurs {len(spans)} times in the article, expected once",
        rule.place,
        help="put more words of the article round the brackets",
        related=[("it occurs here", evidence.place(span)) for span in spans],
    )


_COPY = "copy the words exactly as the article has them, or delete the line"


def _refuse_absent(
    plain: dict[str, NameRule], hits: list[NameHit], findings: Findings
) -> list[NameRule]:
    used = {hit.surface for hit in hits if hit.settled}
    absent = [rule for words, rule in plain.items() if words not in used]
    for rule in absent:
        findings.error(
            "G305",
            f"`{rule.words}` is not in the article, or only inside a longer name",
            rule.place,
            help=_COPY,
        )
    return absent


def _meant(hit: NameHit, mapping: Mapping, absent: list[NameRule]) -> bool:
    """Whether a line of `mentions` that cannot be used may be meant to settle a name."""
    lost = mapping.partial and not mapping.names
    return lost or any(set(rule.denotes) <= set(hit.keys) for rule in absent)


def _named_elsewhere(words: str, names: NameIndex) -> Iterator[str]:
    """Individuals of the project that bear a name of this article: the name does not say which."""
    for hit in names.find(words):
        if hit.span == Span(0, len(words)):
            yield from hit.keys


def _refuse_unclear(hits: list[NameHit], evidence: Evidence, findings: Findings) -> None:
    """One finding a name, however often it occurs."""
    for surface in dict.fromkeys(hit.surface for hit in hits):
        first, *others = [hit for hit in hits if hit.surface == surface]
        ids = [local_name(key) for key in first.keys]
        findings.error(
            "G304",
            f"`{surface}` could be {' or '.join(f'`{id_}`' for id_ in ids)}",
            evidence.place(first.span),
            help=f"say which under `mentions`, for instance `{surface}: {ids[0]}`",
            related=[("and here", evidence.place(hit.span)) for hit in others],
        )


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end
