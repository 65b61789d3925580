"""The other articles of which an article speaks.

In: a `GroundedArticle`. Out: the names of those that it cites, and of those that its date is
borrowed from. Refuses nothing.
"""

from __future__ import annotations

from collections.abc import Collection

from pyoxigraph import NamedNode

from kg.diagnostics import Location
from kg.grounding.grounded import GroundedArticle
from kg.textlayer import TextLayer


def cites(article: GroundedArticle, base: str, stems: Collection[str]) -> set[str]:
    """The other articles that it names.

    Args:
        article: any.
        base: IRI that the IRIs of the data begin with.
        stems: the names of all articles.
    """
    named = {iri for name in article.names for iri in name.denotes}
    for node in article.nodes:
        named.update(f.object.value for f in node.facts if isinstance(f.object, NamedNode))
    start = f"{base}article/"
    found = {iri.removeprefix(start) for iri in named if iri.startswith(start)}
    return {stem for stem in found if stem in stems and start + stem != article.iri}


def rests(article: GroundedArticle, text: TextLayer) -> dict[str, Location]:
    """The other articles that its date is borrowed from, and where it says so."""
    date, basis = text("date").value, text("basisArticle").value
    facts = {node.iri: node.facts for node in article.nodes}
    dates = [f.object.value for f in facts.get(article.iri, ()) if f.predicate == date]  # type: ignore[union-attr]
    found: dict[str, Location] = {}
    for fact in (fact for iri in dates for fact in facts.get(iri, ())):
        if fact.predicate == basis:
            found.setdefault(fact.object.value.rpartition("/")[2], fact.place)  # type: ignore[union-attr]
    return found
