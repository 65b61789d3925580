"""The witness of a query: another query that also tells which triples each row has matched.

In: the text of a SELECT query. Out: a `Witness`: a query whose columns are the terms of every
triple pattern, the patterns as names of these columns, and what cannot be told.
Refuses: a query that is no SELECT, or that the grammar of SPARQL 1.1 does not have (Q607).

The engine itself evaluates the witness, so filters, bindings and optional parts mean what they mean
in the query. What changes: all variables are seen; blank nodes and the steps of a path of fixed
length become variables; each branch of UNION, OPTIONAL and a path with `|`, and each FILTER EXISTS,
binds a mark that says that it has matched; a sub-SELECT becomes a group whose hidden variables have
other names. Of aggregates, paths of any length, LIMIT in a sub-SELECT and what must be absent,
nothing can be told, and a note says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from kg.diagnostics import Diagnostic, Location, Misuse
from kg.sparql.grammar import Token, Tree, parse, scan
from kg.sparql.patterns import Pattern, PatternWriter, Scope, emit

_AGGREGATES = frozenset(["AVG", "COUNT", "GROUP_CONCAT", "MAX", "MIN", "SAMPLE", "SUM"])


@dataclass(frozen=True, slots=True)
class Witness:
    """A query that tells what the rows of another one rest on.

    Attributes:
        head: from the beginning to the columns.
        body: the pattern, in braces.
        patterns: in the order of the query.
        keys: the columns of the rows by which their solutions are found again, each with a column
            that says whether the pattern itself gives it a value.
        sources: columns with the graphs of FROM, if the query has any.
        notes: what cannot be told.
    """

    head: str
    body: str
    patterns: tuple[Pattern, ...]
    keys: tuple[tuple[str, str], ...]
    sources: tuple[str, ...]
    notes: tuple[Diagnostic, ...]


def to_witness(text: str, name: str, columns: Sequence[str]) -> Witness:
    """The witness of a SELECT query.

    Args:
        text: of the query, which the engine has accepted.
        name: the query's path, for places.
        columns: the variables of its rows.

    Raises:
        Misuse: Q607, no evidence can be had for this form of query.
    """
    tree = parse(scan(text))
    select = next(iter(tree.trees("SelectQuery")), None) if isinstance(tree, Tree) else None
    if not isinstance(tree, Tree) or select is None:
        message = "evidence can be shown for SELECT queries of SPARQL 1.1 only"
        help_ = "ask for the rows that the answer rests on"
        raise Misuse([Diagnostic("Q607", message, Location(name), help=help_)])
    return _Writer(text, name).witness(tree, select, columns)


class _Writer(PatternWriter):
    """Writes the witness of one query."""

    # The whole query

    def witness(self, tree: Tree, select: Tree, columns: Sequence[str]) -> Witness:
        prologue = emit(tree.trees("Prologue")[0].tokens())
        dataset = select.trees("DatasetClause")
        sources = [self.constant(d.parts[-1]) for d in dataset if len(d.parts) == 2]
        body, keys = self.select(select, columns, Scope())
        values = [f"{{ {emit(v.tokens())} }}" for v in tree.trees("ValuesClause") if v.parts]
        pairs = [(column, self.mark()) for column in columns if column in keys]
        binds = (f"BIND(BOUND(?{column}) AS ?{mark})" for column, mark in pairs)
        given = [f"({text} AS ?{column})" for text, column in self.constants.items()]
        shown = dict.fromkeys([*columns, *self.columns])
        names = [f"?{column}" for column in shown if column not in self.constants.values()]
        clauses = " ".join(emit(clause.tokens()) for clause in dataset)
        head = f"{prologue} SELECT {' '.join([*names, *given])} {clauses}"
        return Witness(
            head,
            " ".join(["{", body, *values, *binds, "}"]),
            tuple(self.patterns),
            tuple(pairs),
            tuple(sources),
            tuple(self.notes),
        )

    def select(
        self, select: Tree, columns: Sequence[str], scope: Scope
    ) -> tuple[str, frozenset[str]]:
        """The pattern of a SELECT as a group, and the columns that its solutions determine."""
        clause, modifier = select.trees("SelectClause")[0], select.trees("Modifier")[0]
        grouping = modifier.trees("GroupClause")
        aggregate = next((t for t in _own(select) if t.keyword in _AGGREGATES), None)
        bound = list(_aliases(clause)) if not (grouping or aggregate) else []
        keys = frozenset(columns)
        if grouping or aggregate:
            where = aggregate or grouping[0].tokens()[0]
            self.note("behind an aggregate stand the words of all that it was made of", where)
            bound = [alias for group in grouping for alias in _aliases(group)]
            keys = frozenset(_keys(grouping[0]) if grouping else ())
        body = self.group(select.trees("WhereClause")[0].trees("Group")[0], scope)
        binds = (f"BIND({emit(e, scope.names)} AS {emit([v], scope.names)})" for e, v in bound)
        return " ".join(["{", body, *binds, "}"]), keys

    # Groups

    def group(self, group: Tree, scope: Scope, mark: str | None = None) -> str:
        """A group; with a mark, one that says that it has matched."""
        inner = " ".join(self.parts(group, scope))
        marking = f" BIND(true AS ?{mark})" if mark else ""
        return f"{{ {inner}{marking} }}"

    def parts(self, group: Tree, scope: Scope) -> Iterator[str]:
        for select in group.trees("SubSelect"):
            yield self.sub_select(select, scope)
        for patterns in group.trees("Patterns"):
            items = patterns.trees()
            for item in items:
                if item.rule == "TriplesBlock":
                    yield from self.triples(item, scope)
                else:
                    yield self.other(item.trees()[0], item, scope)
            for item in items:
                if item.trees()[0].rule == "Filter":
                    yield self.existing(item, [i for i in items if i is not item], scope)

    def other(self, part: Tree, item: Tree, scope: Scope) -> str:
        """What is no triple pattern."""
        if part.rule == "Union":
            return self.union(part, scope)
        if part.rule == "Optional":
            mark = self.mark()
            return f"OPTIONAL {self.group(part.trees()[0], scope.marked(mark), mark)}"
        if part.rule == "Graph":
            term = part.trees("VarOrIri")[0]
            inner = Scope(self.term(term.tokens(), scope), scope.marks, scope.names)
            named = emit(term.tokens(), scope.names)
            return f"GRAPH {named} {self.group(part.trees('Group')[0], inner)}"
        if part.rule in ("Minus", "Service"):
            self.note("what must be absent, or is asked elsewhere, has no words", part.tokens()[0])
        return emit(item.tokens(), scope.names)

    def union(self, union: Tree, scope: Scope) -> str:
        groups = union.trees("Group")
        if len(groups) == 1:
            return self.group(groups[0], scope)
        marks = [self.mark() for _ in groups]
        pairs = zip(groups, marks, strict=True)
        return " UNION ".join(self.group(g, scope.marked(mark), mark) for g, mark in pairs)

    def existing(self, part: Tree, others: Iterable[Tree], scope: Scope) -> str:
        """What a filter says exists, matched once more at the end of the group, to be seen."""
        tokens = part.tokens()
        exists = next((token for token in tokens if token.keyword == "EXISTS"), None)
        if exists is None:
            return ""
        if tokens[1] is not exists:
            self.note("what must not exist, or is one of several conditions, has no words", exists)
            return ""
        known = {t.text for other in others for t in other.tokens() if t.kind == "variable"}
        inner = sorted({t.text for t in tokens if t.kind == "variable"} - known)
        names = {name[1:]: f"{self.fresh('h')}_{name[1:]}" for name in inner}
        mark = self.mark()
        within = Scope(scope.graph, (*scope.marks, mark), {**scope.names, **names})
        group = next(tree for tree in _below(part) if tree.rule == "Group")
        return f"OPTIONAL {self.group(group, within, mark)}"

    def sub_select(self, select: Tree, scope: Scope) -> str:
        limit = next((t for t in _own(select) if t.keyword in ("LIMIT", "OFFSET")), None)
        grouping = select.trees("Modifier")[0].trees("GroupClause")
        aggregate = next((t for t in _own(select) if t.keyword in _AGGREGATES), None)
        if opaque := limit or aggregate or (grouping and grouping[0].tokens()[0]):
            self.note("what a sub-SELECT with aggregates or LIMIT matched is not shown", opaque)
            return f"{{ {emit(select.tokens(), scope.names)} }}"
        names = self.hidden(select, scope)
        body, _ = self.select(select, (), Scope(scope.graph, scope.marks, names))
        values = (emit(v.tokens(), names) for v in select.trees("ValuesClause") if v.parts)
        return " ".join(["{", body, *values, "}"])

    def hidden(self, select: Tree, scope: Scope) -> dict[str, str]:
        """Other names for the variables that a sub-SELECT does not hand on."""
        clause = select.trees("SelectClause")[0]
        seen = {token.text[1:] for token in select.tokens() if token.kind == "variable"}
        if any(getattr(part, "text", "") == "*" for part in clause.parts):
            return scope.names
        shown = {tree.tokens()[0].text[1:] for tree in clause.trees("Var")}
        names = {name: f"{self.fresh('h')}_{name}" for name in sorted(seen - shown)}
        return {**scope.names, **names}


def _below(tree: Tree) -> Iterator[Tree]:
    """All trees below, outer ones first."""
    for part in tree.trees():
        yield part
        yield from _below(part)


def _own(select: Tree) -> Iterator[Token]:
    """The tokens of a SELECT without those of its pattern."""
    return chain.from_iterable(tree.tokens() for tree in select.trees("SelectClause", "Modifier"))


def _aliases(tree: Tree) -> Iterator[tuple[list[Token], Token]]:
    """Expressions with the variables that they are bound to: `(expression AS ?v)`."""
    parts = tree.parts
    for at, part in enumerate(parts):
        if isinstance(part, Token) and part.keyword == "AS":
            expression, variable = parts[at - 1], parts[at + 1]
            if isinstance(expression, Tree) and isinstance(variable, Tree):
                yield expression.tokens(), variable.tokens()[0]


def _keys(grouping: Tree) -> Iterator[str]:
    """The variables that rows are grouped by."""
    for tree in grouping.trees("Var"):
        yield tree.tokens()[0].text[1:]
