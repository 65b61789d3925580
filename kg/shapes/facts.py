"""Triples by subject, by predicate and by object: a few in a layer of their own, over many others.

In: rows of terms as N-Triples writes them, and the facts beneath them, which stay as they are.
Out: what is said of a node and what names it, as in one graph of both. Refuses (`OddFactsError`):
triple terms, and literals that rdflib takes for others.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

from pyoxigraph import Quad, Triple

from kg.shapes.term_text import LITERAL, Term
from kg.store.origins import Row, Statements
from kg.terms import RDF, RDFS, XSD

Seen = Term | tuple[Term, Term]
"""A node of which something was asked, a property with a value of which the subjects were, or a
class with `rdfs:subClassOf` of which all above it were."""
TYPE = f"<{RDF}type>"
BROADER = f"<{RDFS}subClassOf>"
_ODD = (f"^^<{XSD}normalizedString>", f"^^<{XSD}token>", "--ltr", "--rtl")
"""What ends a literal of which rdflib changes the white space or loses the direction."""


class OddFactsError(Exception):
    """To rdflib, the triples are not what they are."""


def to_rows(statements: Statements | Iterable[Triple | Quad]) -> Iterable[Row]:
    """Subject, predicate and object of each triple as text.

    Raises:
        OddFactsError: an object is a triple.
    """
    if isinstance(statements, Statements):
        return statements.rows
    statements = list(statements)
    if any(isinstance(triple.object, Triple) for triple in statements):
        raise OddFactsError
    return [(str(t.subject), str(t.predicate), str(t.object)) for t in statements]


class Facts:
    """A graph in two layers, of which the lower one lies on no other.

    Attributes:
        unsure: set by whoever meets something there that it does not know exactly.
        reclassifies: whether the upper layer says which class is a subclass of which.
    """

    def __init__(self, rows: Iterable[Row], beneath: Facts | None = None) -> None:
        """Index rows, over those of `beneath`.

        Raises:
            OddFactsError: rdflib would take a term for another.
        """
        self.unsure = False
        self._beneath = beneath
        self._under = beneath._said if beneath else {}
        self._said: dict[Term, dict[Term, dict[Term, None]]] = {}
        self._pairs: dict[Term, list[tuple[Term, Term]]] = {}
        self._named: dict[Term, dict[Term, list[Term]]] = {}
        self._index(rows)
        self.reclassifies = BROADER in self._pairs
        shares = beneath is not None and not self.reclassifies
        self._broader: dict[Term, frozenset[Term]] = beneath._broader if shares else {}  # type: ignore[union-attr]
        self._classes: dict[Term, frozenset[Term]] = {}

    def _index(self, rows: Iterable[Row]) -> None:
        every, all_pairs, lower = self._said, self._pairs, self._under
        for subject, predicate, value in rows:
            if value[0] == LITERAL and value.endswith(_ODD):
                raise OddFactsError(value)
            said = every.get(subject)
            if said is None:
                said = every[subject] = {}
            values = said.get(predicate)
            if values is None:
                values = said[predicate] = {}
            under = lower.get(subject)
            if value in values or (under and value in under.get(predicate, ())):
                continue
            values[value] = None
            pairs = all_pairs.get(predicate)
            if pairs is None:
                pairs = all_pairs[predicate] = []
            pairs.append((subject, value))

    # What is said

    def objects(self, node: Term, predicate: Term) -> Collection[Term]:
        """The values of a property of a node, each once."""
        own, under = self._said.get(node), self._under.get(node)
        if under is None:
            return own.get(predicate, ()) if own else ()
        found = under.get(predicate, ())
        return [*found, *own.get(predicate, ())] if own else found

    def subjects(self, predicate: Term, node: Term) -> Collection[Term]:
        """The nodes that have a node as value of a property, each once."""
        own = self._by_value(predicate).get(node, ())
        under = self._beneath.subjects(predicate, node) if self._beneath else ()
        return [*under, *own] if own and under else own or under

    def _by_value(self, predicate: Term) -> dict[Term, list[Term]]:
        found = self._named.get(predicate)
        if found is None:
            found = self._named[predicate] = {}
            for subject, value in self._pairs.get(predicate, ()):
                found.setdefault(value, []).append(subject)
        return found

    def said(self, node: Term) -> Iterator[tuple[Term, Term]]:
        """All properties of a node with their values."""
        if self._beneath is not None:
            yield from self._beneath.said(node)
        for predicate, values in self._said.get(node, {}).items():
            yield from ((predicate, value) for value in values)

    def pairs(self, predicate: Term) -> Iterator[tuple[Term, Term]]:
        """Subject and object of each triple with a predicate."""
        if self._beneath is not None:
            yield from self._beneath.pairs(predicate)
        yield from self.own_pairs(predicate)

    def rows(self) -> Iterator[Row]:
        """All rows of the upper layer."""
        for subject, said in self._said.items():
            for predicate, values in said.items():
                yield from ((subject, predicate, value) for value in values)

    # The upper layer

    def own_pairs(self, predicate: Term) -> Collection[tuple[Term, Term]]:
        """Subject and object of each triple of the upper layer with a predicate."""
        return self._pairs.get(predicate, ())

    def own_nodes(self) -> Collection[Term]:
        """The nodes that the upper layer says something of."""
        return self._said.keys()

    # Classes

    def broader(self, class_: Term) -> frozenset[Term]:
        """A class and all that it is a subclass of."""
        found = self._broader.get(class_)
        if found is None:
            found = frozenset(_reached(class_, lambda node: Facts.objects(self, node, BROADER)))
            self._broader[class_] = found
        return found

    def narrower(self, class_: Term) -> set[Term]:
        """A class and all its subclasses."""
        return _reached(class_, lambda node: self.subjects(BROADER, node))

    def classes(self, node: Term) -> frozenset[Term]:
        """The classes that a node is a SHACL instance of (section 1.1, SHACL instance)."""
        found = self._classes.get(node)
        if found is None:
            types = self.objects(node, TYPE)
            found = self._classes[node] = frozenset().union(*map(self.broader, types))
        return found


class Watched(Facts):
    """Facts that note what is looked at (`Seen`)."""

    def __init__(self, rows: Iterable[Row], beneath: Facts) -> None:
        """Watch facts; see `Facts`."""
        super().__init__(rows, beneath)
        self.seen: set[Seen] = set()

    def objects(self, node: Term, predicate: Term) -> Collection[Term]:
        """As `Facts.objects`."""
        self.seen.add(node)
        return super().objects(node, predicate)

    def broader(self, class_: Term) -> frozenset[Term]:
        """As `Facts.broader`."""
        self.seen.add((class_, BROADER))
        return super().broader(class_)

    def classes(self, node: Term) -> frozenset[Term]:
        """As `Facts.classes`."""
        self.seen.add(node)
        return super().classes(node)

    def subjects(self, predicate: Term, node: Term) -> Collection[Term]:
        """As `Facts.subjects`."""
        self.seen.add((predicate, node))
        return super().subjects(predicate, node)

    def said(self, node: Term) -> Iterator[tuple[Term, Term]]:
        """As `Facts.said`."""
        self.seen.add(node)
        return super().said(node)


def _reached(start: Term, further: Callable[[Term], Iterable[Term]]) -> set[Term]:
    found: set[Term] = set()
    open_ = [start]
    while open_:
        node = open_.pop()
        if node not in found:
            found.add(node)
            open_ += further(node)
    return found
