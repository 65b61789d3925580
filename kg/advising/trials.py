"""Trials of a query: how many rows it has without one of its conditions, or with another term.

In: a query, and what answers queries. Out: numbers of rows, and values of variables.
Refuses: nothing; a trial that cannot be answered has no number.

The rows of a query that is no SELECT, and of one that makes one row of all solutions, are the
solutions of its pattern.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import islice

from pyoxigraph import Literal, QuerySolution

from kg.advising.conditions import Condition, is_opened
from kg.diagnostics import ContentError
from kg.sparql.grammar import Token, Tree
from kg.sparql.graphs import Term
from kg.sparql.paths import unfolded
from kg.sparql.phrases import Part, Renderer, text_of

MOST_ROWS = 10_000
"""Rows are counted as far as one more than these."""
Ask = Callable[[str], Iterable[QuerySolution]]
NOTHING: Mapping[int, str] = {}


class Trials:
    """Tries variants of one query."""

    def __init__(self, text: str, query: Tree, ask: Ask) -> None:
        """Try variants.

        Args:
            text: the query.
            query: its phrases.
            ask: answers SELECT queries.
        """
        self._text, self._query, self._ask = text, query, ask
        self._prologue, self._form = (text_of(query.parts[0], " "), query.trees()[1])

    def rows(
        self, without: Collection[Condition] = (), given: Mapping[int, str] = NOTHING
    ) -> int | None:
        """How many rows a variant has; None if that cannot be told.

        Args:
            without: conditions that are left out.
            given: other text for tokens, by where they start.
        """
        variant = _Variant(self._text, self._query, without, given)
        columns = "*" if is_opened(self._form) else None
        return self._count(variant.written(columns))

    def values(
        self,
        name: str,
        most: int,
        without: Collection[Condition] = (),
        given: Mapping[int, str] = NOTHING,
    ) -> list[Term]:
        """Different values of a variable in the pattern of a variant; see `rows`."""
        variant = _Variant(self._text, self._query, without, given)
        rows = self._solutions(variant.written(f"DISTINCT ?{name}"), most)
        return [value for row in rows if (value := row[name]) is not None]

    def alone(
        self,
        condition: Condition,
        ends: Sequence[str | None] = (None, None, None),
        *,
        graph: str | None = None,
        words: str | None = None,
        most: int = 1,
    ) -> list[QuerySolution]:
        """The first solutions of a triple pattern by itself.

        Args:
            condition: a pattern.
            ends: what to write instead of its subject, path and object.
            graph: what to write instead of the GRAPH that it stands in; empty for none.
            words: the lexical form that its object must have.
            most: how many.
        """
        return self._solutions(self._alone(condition, ends, graph, words), most)

    def _alone(
        self,
        condition: Condition,
        ends: Sequence[str | None] = (None, None, None),
        graph: str | None = None,
        words: str | None = None,
    ) -> str:
        triple = condition.triple
        assert triple is not None
        own = (triple.subject, text_of(triple.path, " "), triple.value)
        written = [new or old for new, old in zip(ends, own, strict=True)]
        same = "" if words is None else f"FILTER(STR({written[2]}) = {Literal(words)})"
        pattern = f"{{ {' '.join(written)} {same} }}"
        if within := condition.graph if graph is None else graph:
            pattern = f"{{ GRAPH {within} {pattern} }}"
        clauses = " ".join(text_of(clause, " ") for clause in self._form.trees("DatasetClause"))
        return f"{self._prologue} SELECT * {clauses} {pattern}"

    def is_dead(self, condition: Condition) -> bool:
        """Whether a condition is a pattern that no triple matches."""
        return condition.triple is not None and self._count(self._alone(condition), 1) == 0

    def _solutions(self, text: str, most: int) -> list[QuerySolution]:
        try:
            return list(islice(self._ask(text), most))
        except (ContentError, OSError, RuntimeError, ValueError):
            return []

    def _count(self, text: str, most: int = MOST_ROWS + 1) -> int | None:
        try:
            return sum(1 for _ in islice(self._ask(text), most))
        except (ContentError, OSError, RuntimeError, ValueError):
            return None


class _Variant(Renderer[None]):
    """Writes a query without some conditions, and with other tokens."""

    def __init__(
        self,
        text: str,
        query: Tree,
        without: Collection[Condition],
        given: Mapping[int, str],
    ) -> None:
        super().__init__(text, query)
        self._query, self._given = query, given
        self._left_out = {id(one.phrase) for one in without if one.triple is None}
        self._numbers: dict[int, set[int]] = {}
        for one in without:
            if one.triple is not None:
                self._numbers.setdefault(id(one.phrase), set()).add(one.number)

    def written(self, columns: str | None = None) -> str:
        """The text; with columns, a SELECT of these over the same pattern."""
        prologue, form, values = self._query.parts
        assert isinstance(form, Tree)
        if columns is None:
            return self.render(self._query, None)
        shown = form.trees("DatasetClause", "WhereClause", "ShortConstruct")
        pattern = "".join(self.render(part, None) for part in shown)
        head = self.render(prologue, None)
        return f"{head} SELECT {columns} {pattern} {self.render(values, None)}"

    def render(self, part: Part, scope: None) -> str:
        """See `Renderer`."""
        if id(part) in self._left_out:
            return " "
        if id(part) in self._numbers and isinstance(part, Tree):
            return self._block(part, self._numbers[id(part)])
        return super().render(part, scope)

    def _block(self, block: Tree, omitted: set[int]) -> str:
        triples = (t for number, (_, t) in enumerate(unfolded(block)) if number not in omitted)
        return "".join(f" {t.subject} {text_of(t.path, ' ')} {t.value} ." for t in triples)

    def word(self, token: Token, scope: None) -> str:  # noqa: ARG002
        """See `Renderer`."""
        return self._given.get(token.start, token.text)
