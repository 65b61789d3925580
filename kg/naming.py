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
from kg.evidence import Evidence
from kg.grounded import MentionedName
from kg.mapping import Entry, Individual, Mapping, NameRule
from kg.names import NameHit, NameIndex
from kg.ontology import Ontology
from kg.quotes import Span, find_marked
from kg.terms import SKOS

LABELS = (SKOS + "prefLabel", SKOS + "altLabel", SKOS + "hiddenLabel")


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
        settled.setdefault(words, set()).add(iri)
    hits = names.find(
        evidence.seed.text, settled | {words: set(rule.denotes) for words, rule in plain.items()}
    )
    _refuse_absent(plain, hits, findings)
    found = [
        MentionedName(
            hit.span, hit.keys, plain[hit.surface].place if hit.surface in plain else None
        )
        for hit in hits
        if not any(_overlap(hit.span, name.span) for name in marked)
        and (hit.surface in plain or _is_clear(hit, evidence, findings))
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
    findings.error(
        "G305",
        f"`{rule.words}` occurs {len(spans)} times in the article, expected once",
        rule.place,
        help="put more words of the article round the brackets",
        related=[("it occurs here", evidence.place(span)) for span in spans],
    )


def _refuse_absent(plain: dict[str, NameRule], hits: list[NameHit], findings: Findings) -> None:
    used = {hit.surface for hit in hits if hit.settled}
    for words, rule in plain.items():
        if words not in used:
            findings.error(
                "G305",
                f"`{words}` is not in the article, or only inside a longer name",
                rule.place,
                help="copy the words exactly as the article has them, or delete the line",
            )


def _is_clear(hit: NameHit, evidence: Evidence, findings: Findings) -> bool:
    if len(hit.keys) > 1:
        findings.error(
            "G304",
            f"`{hit.surface}` could be {' or '.join(f'<{key}>' for key in hit.keys)}",
            evidence.place(hit.span),
            help="say which under `mentions`",
        )
    return len(hit.keys) == 1


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end
