"""The evidence of the rows of an answer: the triples that each row has matched.

In: a query, its answer, a build. Out: rows with the statements under each, in the order of the
query. Refuses: what has no rows (Q607).

A row's statements are those that the patterns of the query match in the solutions that give the
row: none less, and none more. They are found by the witness of the query, for a page of rows at
once. A statement outside GRAPH is that of every graph that has it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, QuerySolution, QuerySolutions, Triple

from kg.diagnostics import Diagnostic, Location, Misuse, Severity
from kg.sparql.answers import Answer, evaluation
from kg.sparql.graphs import Term
from kg.sparql.patterns import Pattern
from kg.sparql.query import run
from kg.sparql.witness import Witness, to_witness
from kg.store.embedded import Build
from kg.store.provenance import Quote
from kg.why.reasons import Explainer, Reason

PAGE = 100
"""Rows that are looked up together."""
WIDEST = 100_000
"""So many solutions are read for a page; a pattern that hangs together has far fewer."""
Row = tuple[Term | None, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """A triple that a pattern has matched, and the graph that it was looked for in.

    `graph` is None for the merge of all graphs.
    """

    triple: Triple
    graph: NamedNode | None = None


@dataclass(frozen=True, slots=True)
class Supported:
    """A row of an answer and what it rests on."""

    row: Row
    statements: tuple[Statement, ...]


class Support:
    """Finds the statements under the rows of one query."""

    def __init__(self, build: Build, query: str, answer: Answer, name: str) -> None:
        """Prepare for the rows of an answer.

        Args:
            build: that was asked.
            query: its text.
            answer: to it; is read by `rows`.
            name: the query's path, for places.

        Raises:
            Misuse: Q607, the query has no rows.
        """
        if not isinstance(answer.result, QuerySolutions):
            message = "evidence belongs to rows, and this query has none"
            raise Misuse([Diagnostic("Q607", message, Location(name), help="ask by SELECT")])
        self.build, self.name = build, name
        self.answer, self.variables = answer, answer.variables
        self._solutions = answer.result
        self._known: dict[Row, tuple[Statement, ...]] = {}
        self._cut = False
        self.witness: Witness = to_witness(query, name, answer.variables)

    @property
    def notes(self) -> tuple[Diagnostic, ...]:
        """What cannot be told, as warnings (W905)."""
        return self.witness.notes

    def cuts(self) -> tuple[Diagnostic, ...]:
        """What the rows that have been read lack (W905)."""
        message = f"some rows rest on more than {WIDEST:,} solutions, of which the first are shown"
        help_ = "join the parts of the pattern by a variable"
        warning = Diagnostic("W905", message, Location(self.name), (), help_)
        return (replace(warning, severity=Severity.WARNING),) if self._cut else ()

    def rows(self) -> Iterator[Supported]:
        """The rows in the order of the answer."""
        found = (tuple(solution[name] for name in self.variables) for solution in self._solutions)
        while page := list(islice(found, PAGE)):
            yield from self._page(page)

    def _page(self, page: list[Row]) -> Iterator[Supported]:
        keys = [self._key(row) for row in page]
        if new := [key for key in dict.fromkeys(keys) if key not in self._known]:
            self._known.update(self._look_up(new))
        for row, key in zip(page, keys, strict=True):
            yield Supported(row, self._known[key])

    def _look_up(self, keys: Iterable[Row]) -> Iterator[tuple[Row, tuple[Statement, ...]]]:
        found: dict[Row, set[tuple[int, Statement]]] = {key: set() for key in keys}
        for solution in self._solve(found):
            key = tuple(_own(solution, *names) for names in self.witness.keys)
            if key in found:
                found[key].update(self._matched(solution))
        for key, matched in found.items():
            ordered = (statement for _, statement in sorted(matched, key=_order))
            yield key, tuple(dict.fromkeys(ordered))

    def _key(self, row: Row) -> Row:
        cells = dict(zip(self.variables, row, strict=True))
        return tuple(cells[name] for name, _ in self.witness.keys)

    def _solve(self, keys: Iterable[Row]) -> Iterator[QuerySolution]:
        witness = self.witness
        names = " ".join(f"?{name}" for name, _ in witness.keys)
        rows = " ".join(f"({' '.join(map(_given, key))})" for key in keys)
        given = f"VALUES ({names}) {{ {rows} }}" if names else ""
        query = f"{witness.head} WHERE {{ {given} {witness.body} }}"
        build = self.build
        with evaluation():
            answer = run(build.store, query, build.prefixes, base=build.base, name=self.name)
            for count, solution in enumerate(answer.result):  # type: ignore[arg-type]
                if count == WIDEST:
                    self._cut = True
                    return
                yield solution

    def _matched(self, solution: QuerySolution) -> Iterator[tuple[int, Statement]]:
        """The statements of a solution, each with the number of its pattern."""
        for number, pattern in enumerate(self.witness.patterns):
            if all(solution[mark] is not None for mark in pattern.marks):
                for statement in self._statements(pattern, solution):
                    yield number, statement

    def _statements(self, pattern: Pattern, solution: QuerySolution) -> Iterator[Statement]:
        subject, predicate, object_ = (
            solution[name] for name in (pattern.subject, pattern.predicate, pattern.object)
        )
        if not isinstance(subject, NamedNode | BlankNode) or not isinstance(predicate, NamedNode):
            return
        triple = Triple(subject, predicate, object_)
        within = [pattern.graph] if pattern.graph else self.witness.sources
        if not within:
            yield Statement(triple)
        for column in within:
            graph = solution[column]
            if isinstance(graph, NamedNode) and self._has(triple, graph):
                yield Statement(triple, graph)

    def _has(self, triple: Triple, graph: NamedNode) -> bool:
        return Quad(triple.subject, triple.predicate, triple.object, graph) in self.build.store

    def reason(self, statement: Statement, explainer: Explainer) -> Reason | None:
        """Why a statement is there, as the graphs that it was looked for in say it.

        None for a part of an axiom of the ontology, which has no name.
        """
        if isinstance(statement.triple.subject, BlankNode):
            return None
        if isinstance(statement.triple.object, BlankNode):
            return None
        reason = explainer.reason(statement.triple)
        if statement.graph is None:
            return reason
        graph = statement.graph.value.removeprefix(f"{self.build.base}graph/")
        kept = tuple(source for source in reason.sources if source.graph == graph)
        return Reason(reason.triple, kept, reason.step, reason.time)


def _order(found: tuple[int, Statement]) -> tuple[int, str, str]:
    """By the patterns of the query, for an engine gives solutions in any order."""
    number, statement = found
    return number, str(statement.triple), str(statement.graph)


def words_under(reasons: Iterable[Reason]) -> list[Quote]:
    """The words that reasons rest on, in their order; one that is part of another is left out."""
    quotes = dict.fromkeys(q for reason in reasons for q in reason.quotes() if not q.whole)
    return [quote for quote in quotes if not _is_part(quote, quotes)]


def _is_part(quote: Quote, quotes: Iterable[Quote]) -> bool:
    return any(
        other.article == quote.article
        and other.span != quote.span
        and other.span.covers(quote.span)
        for other in quotes
    )


def _own(solution: QuerySolution, name: str, bound: str) -> Term | None:
    """The value that the pattern gives a column: it may have one from the row alone."""
    own: Literal = solution[bound]
    return solution[name] if own.value == "true" else None


def _given(term: Term | None) -> str:
    """A cell of VALUES; blank nodes cannot stand there, and are compared afterwards."""
    return "UNDEF" if term is None or isinstance(term, BlankNode) else str(term)
