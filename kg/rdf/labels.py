"""Words for IRIs: their labels, a batch at a time.

In: IRIs, and what answers SPARQL. Out: for each IRI that has a label, the one that suits best.
Refuses: nothing; what has no label is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from pyoxigraph import Literal, NamedNode, Store

from kg.terms import RDFS, SKOS

Row = Sequence[object]
Ask = Callable[[str], Iterable[Row]]
# In the order in which they are preferred.
PROPERTIES = (SKOS + "prefLabel", RDFS + "label")
BATCH = 1000
KEPT = 50_000


class Labels:
    """Looks labels up, and remembers them."""

    def __init__(self, ask: Ask, language: str) -> None:
        """Look up by queries; labels in `language` are preferred to others."""
        self._ask, self._language = ask, language
        self._known: dict[str, str | None] = {}

    def __call__(self, iris: Collection[str]) -> Mapping[str, str]:
        """The labels of those IRIs that have one; one query for a property and `BATCH` IRIs."""
        if len(self._known) > KEPT:
            self._known.clear()
        wanted = sorted(set(iris) - self._known.keys())
        for start in range(0, len(wanted), BATCH):
            self._look_up(wanted[start : start + BATCH])
        return {iri: label for iri in iris if (label := self._known[iri]) is not None}

    def _look_up(self, iris: Sequence[str]) -> None:
        # Of one IRI the last in this order wins.
        found = sorted(self._found(iris), reverse=True)
        self._known |= dict.fromkeys(iris) | {iri: label for *_, label, iri in found}

    def _found(self, iris: Sequence[str]) -> Iterator[tuple[bool, bool, int, str, str]]:
        values = " ".join(f"<{iri}>" for iri in iris)
        for rank, property_ in enumerate(PROPERTIES):
            # A second list of values would make the engine try all labels with all IRIs.
            text = f"SELECT ?s ?label {{ VALUES ?s {{ {values} }} ?s <{property_}> ?label }}"
            for subject, label in self._ask(text):
                if isinstance(subject, NamedNode) and isinstance(label, Literal):
                    foreign = label.language != self._language
                    yield foreign, bool(label.language), rank, label.value, subject.value


def labels_of(store: Store, language: str) -> Labels:
    """The labels in all graphs of a store."""

    def ask(text: str) -> Iterable[Row]:
        return store.query(text, use_default_graph_as_union=True)  # type: ignore[return-value]

    return Labels(ask, language)
