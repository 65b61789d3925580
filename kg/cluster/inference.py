"""What follows from the facts of one article, and of what all articles share.

In: the ontology, the N-Quads of the authority and what follows from them; those of an article.
Out: the triples that are inferred with the article and not without it; whether facts clash.
Refuses nothing.

Each article is taken for a change of a build that holds only what is shared, so that its cost is
that of its own facts, and the result that of a closure over both.
"""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Store, Triple, parse

from kg.ontology.axioms import compile_axioms
from kg.ontology.declarations import Ontology
from kg.reasoning.changes import update
from kg.reasoning.stored import Stored
from kg.terms import RDFS

_ARTICLE = "article"


class Inference:
    """The closure of what articles share, to which one article at a time is added."""

    def __init__(
        self,
        ontology: Ontology,
        base: str,
        subclasses: Iterable[Iterable[str]],
        authority: bytes,
        inferred: Iterable[bytes],
    ) -> None:
        """Take up what is shared.

        Args:
            ontology: the axioms.
            base: IRI that the IRIs of the data begin with.
            subclasses: pairs of classes, the first below the second, as only HermiT saw it.
            authority: N-Quads of the authority.
            inferred: what follows from it, as N-Triples without the final dot.
        """
        self._base, self._own = base, ontology.assertions()
        below = NamedNode(RDFS + "subClassOf")
        seen = [Triple(NamedNode(a), below, NamedNode(b)) for a, b in subclasses]
        self._axioms = compile_axioms([*ontology.core, *seen])
        self._store = Store()
        lines = b"".join(b"%b .\n" % line for line in inferred)
        self._add("ontology", ontology.graph.triples)
        self._add("authority", (q.triple for q in parse(authority, RdfFormat.N_QUADS)))
        self._add("inferred", (q.triple for q in parse(lines, RdfFormat.N_TRIPLES)))
        self.renew()

    def _add(self, name: str, triples: Iterable[Triple]) -> None:
        """State triples in a graph, and in the merge of all."""
        graph = NamedNode(f"{self._base}graph/{name}")
        for t in triples:
            for where in (graph, DefaultGraph()):
                self._store.add(Quad(t.subject, t.predicate, t.object, where))

    def renew(self) -> None:
        """Forget the terms of earlier articles, which would fill the memory."""
        self._stored = Stored(self._store, self._base, self._axioms, self._own)

    def article(self, nquads: bytes) -> tuple[list[bytes], bool]:
        """What follows from an article, as sorted lines without the final dot, and if facts clash.

        Args:
            nquads: of the article.
        """
        stated = [quad.triple for quad in parse(nquads, RdfFormat.N_QUADS)]
        change = update(self._stored, {_ARTICLE: stated})
        return change.added, change.clashing
