"""The terms of the text layer: the one module of an ontology whose names the engine knows.

In: the namespace that a project gives it. Out: its terms. Refuses: a name that is not listed here
(`KeyError`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from pyoxigraph import NamedNode

TEXT_TERMS = frozenset(
    """
    Article Background Fact InferredTime Mention Settlement Span Time anchor basis basisArticle
    between characters compared comparedBy concerns confidence date denotes earliest evidence
    generated granularity inArticle inference key latest namesCompared partOfDay quote reason rule
    sameWordingAs section settles sha256 timeScoped value words
    """.split()  # noqa: SIM905  (a list of words reads best as words)
)
"""Local names that the engine writes or reads; `ontology/text.ttl` declares them."""


@dataclass(frozen=True, slots=True)
class TextLayer:
    """The namespace of the text layer; `text("Span")` is the IRI of one of its terms."""

    namespace: str

    def __call__(self, name: str) -> NamedNode:
        """The term of that local name.

        Raises:
            KeyError: the engine does not list the name in `TEXT_TERMS`.
        """
        return _term(self.namespace, name)

    def owns(self, iri: str) -> bool:
        """Whether a term is of this namespace, listed here or not."""
        return iri.startswith(self.namespace)


@cache
def _term(namespace: str, name: str) -> NamedNode:
    if name not in TEXT_TERMS:
        raise KeyError(name)
    return NamedNode(namespace + name)
