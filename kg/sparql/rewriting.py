"""Equivalents of queries: the same answer by SPARQL, in a form that the engine answers rightly.

In: a query as phrases (`kg.sparql.grammar`), and what is known of the data. Out: the text of
another query, and the functions that it calls. Refuses: a query for which no equivalent is known
(Q606).

What the engine answers otherwise than SPARQL says, seen with pyoxigraph 0.5.13:

- `GRAPH ?g { P }` binds ?g within P, so that MINUS, VALUES, a sub-SELECT or a filter there see it.
  The equivalent is the definition (SPARQL 1.1, section 18.6): a union over the named graphs.
- `GRAPH <g> { P }` finds what P finds without a graph, though there is no graph <g>.
- `:p|:q` and `!(:p|^:q)` lose duplicates. The equivalent is a union.
- `?s :p* :o` has no answer if the data do not have `:o`. The equivalent is the term itself.
- GROUP_CONCAT fails for what is no string; BNODE(x) gives one node for all rows.
- The columns of SELECT * are sorted by name. The equivalent names them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import Any, NamedTuple

from pyoxigraph import BlankNode, Literal, NamedNode

from kg.diagnostics import ContentError, Diagnostic
from kg.sparql.grammar import Token, Tree
from kg.sparql.graphs import Term
from kg.sparql.paths import RDF, Step, Triple, Unfolding, size, steps
from kg.sparql.phrases import (
    Part,
    Renderer,
    child,
    columns,
    first_token,
    keywords,
    star,
    text_of,
    tokens_of,
    walk,
)

# What sees the variable of GRAPH though it stands inside.
SEEING = {"MINUS", "SELECT", "VALUES", "GRAPH", "SERVICE"}
COUNTING = {"COUNT", "SUM", "AVG", "SAMPLE", "GROUP_CONCAT", "MIN", "MAX", "GROUP"}
NODE = NamedNode("urn:x-kg:node-of-row")
JOINED = "urn:x-kg:group-concat-distinct:"


class Setting(NamedTuple):
    """What an equivalent depends on besides the query.

    Attributes:
        graphs: gives the IRIs of the named graphs.
        has_graph: whether a named graph is there, given as it is written in the query.
        has: whether the default graph has a term, given as it is written in the query.
        string: the characters of a string, given as it is written in the query.
    """

    graphs: Callable[[], Sequence[str]]
    has_graph: Callable[[str], bool]
    has: Callable[[str], bool]
    string: Callable[[str], str]


class Equivalent(NamedTuple):
    """A query to ask instead, and the functions and aggregates that it calls, by IRI."""

    text: str
    functions: dict[NamedNode, Callable[..., Any]]
    aggregates: dict[NamedNode, Callable[[], Joined]]


class Scope(NamedTuple):
    """Where a phrase stands: inside GRAPH, in which copy of a group, in a template."""

    in_graph: bool = False
    copy: str = ""
    template: bool = False


def equivalent(text: str, query: Tree, setting: Setting) -> Equivalent:
    """The query to ask instead of one.

    Raises:
        ContentError: Q606, none is known.
    """
    rewriter = _Rewriter(text, query, setting)
    found = rewriter.render(query, Scope())
    return Equivalent(found, rewriter.functions, rewriter.aggregates)


def counts_rows(query: Tree) -> bool:
    """Whether the answer depends on how often a solution is found, not only on whether it is."""
    if any(phrase.rule == "SubSelect" for phrase in walk(query)) or keywords(query) & COUNTING:
        return True
    if select := child(query, "SelectQuery"):
        return not keywords(select.parts[0]) & {"DISTINCT", "REDUCED"}
    if construct := child(query, "ConstructQuery"):
        nodes = any(t.kind == "label" or t.terminal == "ANON" for t in tokens_of(construct))
        return nodes or bool(keywords(construct) & {"LIMIT", "OFFSET"})
    return False


class Joined:
    """GROUP_CONCAT(DISTINCT ...): different terms, each as its string."""

    def __init__(self, separator: str) -> None:
        self._separator = separator
        self._terms: dict[Term, None] = {}

    def accumulate(self, term: Term) -> None:
        """Take one more term."""
        self._terms[term] = None

    def finish(self) -> Literal:
        """The strings joined."""
        return Literal(self._separator.join(str(term.value) for term in self._terms))


def node_of_row(row: Term, label: Term) -> BlankNode:
    """BNODE(label): the same node for the same label, but in the same row only."""
    return BlankNode(f"{row.value}x{str(label).encode().hex()}")


class _Rewriter(Renderer[Scope]):
    """Renders one query, changed where need be."""

    def __init__(self, text: str, query: Tree, setting: Setting) -> None:
        super().__init__(text, query)
        self.functions: dict[NamedNode, Callable[..., Any]] = {}
        self.aggregates: dict[NamedNode, Callable[[], Joined]] = {}
        self._setting = setting
        self._fresh = "kg_"
        while self._fresh in text:
            self._fresh = f"_{self._fresh}"
        self._numbers = count(1)
        self._counts = counts_rows(query)
        self._columns = _stars(query)
        self._calls = [p for p in walk(query) if _is_node_call(p)]
        self._unfolding = Unfolding(self._term, self._variable)
        self._labels = any(self._is_special(p, Scope(in_graph=True)) for p in _subjects(query))
        self.changes = {
            "BuiltIn": self._built_in,
            "Graph": self._graph,
            "SelectClause": self._select,
            "SelectQuery": self._select_query,
            "Service": lambda phrase, _: self.as_written(phrase),
            "Template": lambda phrase, scope: self.parts(phrase, scope._replace(template=True)),
            "TriplesBlock": self._triples,
            "DatasetClause": lambda _phrase, _scope: "",
        }
        if self._labels and any(_is_distinct_count(phrase) for phrase in walk(query)):
            raise _refusal("COUNT(DISTINCT *) over blank nodes and alternative paths")

    def word(self, token: Token, scope: Scope) -> str:
        """Labels of blank nodes are variables where blocks are split, and differ between copies."""
        if token.kind != "label" or scope.template:
            return token.text
        return self._term(token) if self._labels else token.text + scope.copy

    def _variable(self) -> str:
        return f"?{self._fresh}{next(self._numbers)}"

    def _term(self, part: Part) -> str:
        token = first_token(part)
        if token.kind == "label":
            return f"?{self._fresh}{token.text.encode().hex()}"
        if token.terminal == "ANON":
            return self._variable()
        if token.terminal == "NIL":
            return f"<{RDF}nil>"
        return text_of(part)

    # SELECT

    def _select(self, clause: Tree, scope: Scope) -> str:
        names = self._columns.get(id(clause))
        if not names:
            return self.parts(clause, scope)
        *words, _ = clause.parts
        return "".join(self.render(word, scope) for word in words) + f" {_variables(names)}"

    def _select_query(self, query: Tree, scope: Scope) -> str:
        if not self._is_by_row(query):
            return self.parts(query, scope)
        self.functions[NODE] = node_of_row
        row = f"?{self._fresh}row"
        where = child(query, "WhereClause")
        return "".join(
            f" {{ {self.render(part.parts[-1], scope)} BIND(BNODE() AS {row}) }}"
            if part is where and isinstance(part, Tree)
            else self.render(part, scope)
            for part in query.parts
        )

    def _is_by_row(self, query: Tree) -> bool:
        """Whether all calls of BNODE stand in the SELECT clause of a query without groups."""
        inside = {id(phrase) for phrase in walk(query.parts[0])}
        rows = all(id(call) in inside for call in self._calls)
        return len(self._calls) > 1 and rows and not keywords(query) & COUNTING

    # Functions

    def _built_in(self, call: Tree, scope: Scope) -> str:
        name = first_token(call).keyword
        if name == "GROUP_CONCAT":
            return self._group_concat(call, scope)
        if not _is_node_call(call):
            return self.parts(call, scope)
        if len(self._calls) == 1:
            return " BNODE()"
        if NODE not in self.functions:
            raise _refusal("BNODE with an argument, called in several places,")
        inner = self._arguments(call, scope)
        return f" <{NODE.value}>(?{self._fresh}row, {inner})"

    def _arguments(self, call: Tree, scope: Scope) -> str:
        arguments = child(call, "ArgumentList")
        return self.render(arguments, scope) if arguments else ""

    def _group_concat(self, call: Tree, scope: Scope) -> str:
        inner, separator = self._arguments(call, scope), child(call, "Separator")
        if "DISTINCT" not in {p.keyword for p in call.parts if isinstance(p, Token)}:
            ending = self.render(separator, scope) if separator else ""
            return f" GROUP_CONCAT(STR({inner}){ending})"
        between = self._setting.string(first_token(separator.parts[-1]).text) if separator else " "
        function = NamedNode(JOINED + between.encode().hex())
        self.aggregates[function] = lambda: Joined(between)
        return f" <{function.value}>({inner})"

    # GRAPH

    def _graph(self, graph: Tree, scope: Scope) -> str:
        _, name, group = graph.parts
        inside, token = scope._replace(in_graph=True), first_token(name)
        if token.kind != "variable" and not self._setting.has_graph(text_of(name)):
            return f" {{ VALUES {self._variable()} {{ }} }} "
        if token.kind != "variable" or not self._is_seen(token.text[1:], group):
            return self.parts(graph, inside)
        iris = self._setting.graphs()
        copies = [
            f"{{ GRAPH <{iri}> {self._copy(group, inside, number)} "
            f"VALUES {token.text} {{ <{iri}> }} }}"
            for number, iri in enumerate(iris)
        ]
        return f" {_union(copies)} " if copies else f" {{ VALUES {token.text} {{ }} }} "

    def _copy(self, group: Part, scope: Scope, number: int) -> str:
        """A group with blank nodes of its own: two groups may not share labels."""
        return self.render(group, scope._replace(copy=f"{scope.copy}_{number}"))

    def _is_seen(self, variable: str, group: Part) -> bool:
        tokens = list(tokens_of(group))
        named = any(t.kind == "variable" and t.text[1:] == variable for t in tokens)
        special = any(self._is_zero(triple, Scope(in_graph=True)) for triple in self._all(group))
        return named or special or any(token.keyword in SEEING for token in tokens)

    # Paths

    def _all(self, part: Part) -> Iterator[Triple]:
        for subject in _subjects(part):
            yield from self._unfolding.triples(subject)

    def _is_special(self, subject: Tree, scope: Scope) -> bool:
        return any(
            (self._counts and size(triple.path) > 1) or self._is_zero(triple, scope)
            for triple in self._unfolding.triples(subject)
        )

    def _is_zero(self, triple: Triple, scope: Scope) -> bool:
        """Whether a path of length zero may start or end at a term that the data do not have."""
        constants = triple.constants()
        if triple.path.rule != "Path" or not constants:
            return False
        if all(step.ends > len(constants) for step in steps(triple.path)):
            return False
        return scope.in_graph or not all(map(self._setting.has, constants))

    def _triples(self, block: Tree, scope: Scope) -> str:
        if not any(self._is_special(subject, scope) for subject in _subjects(block)):
            return self.parts(block, scope)
        return " ".join(self._triple(triple, scope) for triple in self._all(block))

    def _triple(self, triple: Triple, scope: Scope) -> str:
        if triple.path.rule != "Path":
            return f" {triple.subject} {self._term(triple.path)} {triple.value} ."
        if not self._counts and not self._is_zero(triple, scope):
            return f" {triple.subject} {text_of(triple.path)} {triple.value} ."
        copies = [self._step(triple, step, scope) for step in steps(triple.path)]
        return f" {_union(copies)}"

    def _step(self, triple: Triple, step: Step, scope: Scope) -> str:
        found = f"{{ {triple.subject} {step.text} {triple.value} }}"
        if step.ends > len(triple.constants()) or not self._is_zero(triple, scope):
            return found
        zero = _equal(triple)
        if not scope.in_graph:
            return f"{{ {zero} }}"
        absent = " ".join(
            f"FILTER NOT EXISTS {{ {{ {end} ?{self._fresh}p ?{self._fresh}o }} UNION "
            f"{{ ?{self._fresh}s ?{self._fresh}p {end} }} }}"
            for end in triple.constants()
        )
        return f"{{ {found} UNION {{ {zero} {absent} }} }}"


def _equal(triple: Triple) -> str:
    """A pattern for a path of length zero: both ends are the same term."""
    constants = triple.constants()
    if len(constants) == 2:
        return f"FILTER(sameTerm({constants[0]}, {constants[1]}))"
    variable = triple.value if triple.subject in constants else triple.subject
    return f"VALUES {variable} {{ {constants[0]} }}"


def _union(copies: Sequence[str]) -> str:
    """A union that is as deep as the logarithm of its length: the engine is recursive."""
    if len(copies) == 1:
        return copies[0]
    half = len(copies) // 2
    return f"{{ {_union(copies[:half])} UNION {_union(copies[half:])} }}"


def _stars(query: Tree) -> dict[int, list[str]]:
    """The columns of each SELECT *, by the identity of its clause."""
    values = child(query, "ValuesClause")
    found = {}
    for phrase in walk(query):
        if phrase.rule in ("SelectQuery", "SubSelect"):
            clause = phrase.parts[0]
            if isinstance(clause, Tree) and star(clause):
                after = values if phrase.rule == "SelectQuery" else None
                found[id(clause)] = list(columns(phrase, after))
    return found


def _variables(names: Sequence[str]) -> str:
    return " ".join(f"?{name}" for name in names)


def _subjects(part: Part) -> Iterator[Tree]:
    return (phrase for phrase in walk(part) if phrase.rule == "SameSubjectPath")


def _is_node_call(phrase: Tree) -> bool:
    return (
        phrase.rule == "BuiltIn"
        and first_token(phrase).keyword == "BNODE"
        and child(phrase, "ArgumentList") is not None
    )


def _is_distinct_count(phrase: Tree) -> bool:
    return phrase.rule == "BuiltIn" and [t.text.upper() for t in tokens_of(phrase)] == [
        "COUNT",
        "(",
        "DISTINCT",
        "*",
        ")",
    ]


def _refusal(what: str) -> ContentError:
    message = f"{what} cannot be answered rightly"
    return ContentError([Diagnostic("Q606", message, help="write the query in another way")])
