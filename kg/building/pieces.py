"""The pieces of what articles share, as a workshop has them.

In: a `Workshop`, digests of its files. Out: `Common`, and what looks around in it.
Refuses nothing: shapes that cannot be applied tell of nothing.
"""

from __future__ import annotations

from collections.abc import Collection

from kg.building.common import Around, Common, mark
from kg.building.workshop import Workshop
from kg.diagnostics import Findings
from kg.ontology.meaning import meanings
from kg.terms import digest


def common(workshop: Workshop, exact: str, settings: str) -> Common:
    """What articles share, in pieces.

    Args:
        workshop: has the shared part.
        exact: digest of all files.
        settings: digest of the settings and the engine.
    """
    told = workshop.tried(lambda validator: validator.said(), Findings()) or {}
    said: dict[str, list[str]] = {}
    for seen, words in told.items():
        said.setdefault(mark(seen), []).append(words)
    terms = meanings(workshop.ontology)
    # The text layer is used by every article, in ways that no fact of it tells.
    layer = [terms.pop(iri) for iri in sorted(terms) if workshop.ontology.text.owns(iri)]
    individuals = {
        id_: [found.iri, *found.types, "?" * found.vague]
        for id_, found in sorted(workshop.individuals.items())
        if id_ not in workshop.articles
    }
    return Common(
        exact,
        basis=digest("\n".join([settings, *layer]), 64),
        shapes=_aims(workshop, terms) if told else {},
        terms=terms,
        individuals=individuals,
        said={of: " ".join(sorted(words)) for of, words in sorted(said.items())},
        names=sorted(map(list, workshop.named)),
    )


def _aims(workshop: Workshop, terms: Collection[str]) -> dict[str, list[str] | None]:
    """The terms of articles that shapes are for; None if that cannot be told by these terms."""
    aims = workshop.tried(lambda validator: validator.aims(), Findings()) or {}
    found = {of: sorted(term.strip("<>") for term in aim or ()) for of, aim in sorted(aims.items())}
    return {of: aim if aim and set(aim) <= set(terms) else None for of, aim in found.items()}


def around(workshop: Workshop) -> Around:
    """Tells what an article must not tell of if it is not to be validated again."""

    def look(changed: set[str]) -> set[str]:
        found = workshop.tried(lambda v: v.around(lambda seen: mark(seen) in changed), Findings())
        return set(map(mark, found or ()))

    return look
