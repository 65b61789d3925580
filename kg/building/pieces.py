"""The pieces of what articles share, as a workshop has them.

In: a `Workshop`, digests of its files. Out: `Common`, and what looks around in it.
Refuses nothing: shapes that cannot be applied tell of nothing.
"""

from __future__ import annotations

from kg.building.common import Around, Common, mark
from kg.building.workshop import Workshop
from kg.diagnostics import Findings
from kg.ontology.meaning import meanings
from kg.terms import digest


def common(workshop: Workshop, exact: str, settings: str, shapes: str) -> Common:
    """What articles share, in pieces.

    Args:
        workshop: has the shared part.
        exact: digest of all files.
        settings: digest of the settings and the engine.
        shapes: digest of the shapes.
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
        shapes=shapes if told else "",
        terms=terms,
        individuals=individuals,
        said={of: " ".join(sorted(words)) for of, words in sorted(said.items())},
        names=sorted(map(list, workshop.named)),
    )


def around(workshop: Workshop) -> Around:
    """Tells what an article must not tell of if it is not to be validated again."""

    def look(changed: set[str]) -> set[str]:
        found = workshop.tried(lambda v: v.around(lambda seen: mark(seen) in changed), Findings())
        return set(map(mark, found or ()))

    return look
