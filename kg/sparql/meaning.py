"""Queries that the engine may answer otherwise than SPARQL says, answered as SPARQL says.

In: a view of a store, the text of a query, and what it is read with. Out: an `Answer`.
Refuses: a query that is nested too deeply (Q601), that cannot be answered rightly (Q606), or that
would reach the network by SERVICE without leave (Q605).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Any, NamedTuple

from pyoxigraph import Literal, NamedNode, QuerySolutions, QueryTriples, RdfFormat, Store, parse

from kg.diagnostics import ContentError, Diagnostic
from kg.sparql import grammar
from kg.sparql.answers import FORMS, Answer, Context, to_answer
from kg.sparql.excess import excess
from kg.sparql.explaining import place
from kg.sparql.grammar import Token, Tree, scan
from kg.sparql.graphs import Result, Term, View
from kg.sparql.phrases import keywords, text_of, walk
from kg.sparql.rewriting import Setting, counts_rows, equivalent
from kg.sparql.solutions import solutions
from kg.sparql.written import Encoded, encode, from_stored, is_kept, triple_from_stored

DIVIDE = "ask several queries, or list what is asked for with VALUES"
VALUES = ("number", "variable")
# Stands for literals that are made while a query is evaluated.
UNKEPT = Literal("01", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#integer"))


class Rephrased(NamedTuple):
    """A query that the engine answers rightly, and what it is asked of.

    Attributes:
        view: which graphs it sees.
        text: of the query.
        functions: that it calls, by IRI.
        aggregates: that it calls, by IRI.
        is_coded: whether terms of its answer stand for others (`kg.sparql.written`).
    """

    view: View
    text: str
    functions: Mapping[NamedNode, Callable[..., Any]]
    aggregates: Mapping[NamedNode, Callable[[], Any]]
    is_coded: bool


def ask_rightly(view: View, text: str, context: Context) -> Answer:
    """Start to answer a query; see `rephrased`."""
    view, asked, functions, aggregates, is_coded = rephrased(view, text, context)
    try:
        result = view.ask(asked, context.prefixes, context.base, functions, aggregates)
    except SyntaxError as error:
        raise AssertionError(f"an equivalent is not well formed: {asked}") from error
    return _decoded(result) if is_coded else to_answer(result)


def rephrased(view: View, text: str, context: Context) -> Rephrased:
    """The query to ask instead of one.

    Raises:
        ContentError: Q601, Q605, Q606.
        SyntaxError: the engine says that the query is not well formed.
    """
    tokens = scan(text)
    _refuse_excess(tokens, text, context)
    refuse_service(tokens, text, context)
    if not any(token.keyword == "SERVICE" for token in tokens):
        # Whether a query is well formed is said of what the user wrote.
        View(Store()).ask(text, context.prefixes, context.base)
    query, reader = parse_query(tokens), Reader(tokens, context)
    coded = Encoded(text, {}, {})
    if view.is_coded or any(not is_kept(literal) for literal in reader.literals(tokens)):
        coded = encode(text, query, reader.literal)
        query = parse_query(scan(coded.text))
    view = _with_dataset(view, query, reader)
    view = view.merged() if counts_rows(query) else view
    asked = equivalent(coded.text, query, _setting(view, reader))
    functions, aggregates = coded.functions | asked.functions, coded.aggregates | asked.aggregates
    return Rephrased(view, asked.text, functions, aggregates, bool(coded.functions))


def _decoded(result: Result) -> Answer:
    """The answer with literals as they are written."""
    answer = to_answer(result)
    if isinstance(result, QuerySolutions) and answer.variables:
        rows = ([from_stored(term) for term in row] for row in result)
        return answer._replace(result=solutions(answer.variables, rows))
    if isinstance(result, QueryTriples):
        return answer._replace(result=map(triple_from_stored, result))
    return answer


def _setting(view: View, reader: Reader) -> Setting:
    return Setting(
        lambda: _names(view),
        lambda iri: view.has_graph(reader.iri(iri)),
        lambda term: view.has(reader.term(term)),
        reader.string,
    )


def parse_query(tokens: Sequence[Token]) -> Tree:
    """The phrases of a query that the engine accepts.

    Raises:
        ContentError: Q606, the query uses what came after SPARQL 1.1.
    """
    query = grammar.parse(tokens)
    if isinstance(query, Tree):
        return query
    message = "the query uses syntax beyond SPARQL 1.1, so that its answer cannot be vouched for"
    raise ContentError([Diagnostic("Q606", message)])


class Reader:
    """Reads terms as they are written in a query, with its prefixes and its base."""

    def __init__(self, tokens: Sequence[Token], context: Context) -> None:
        """Read terms of a query."""
        known = (f"PREFIX {prefix}: <{iri}>" for prefix, iri in context.prefixes.items())
        prologue = takewhile(lambda token: token.keyword not in FORMS, tokens)
        self._head = "\n".join([*known, " ".join(token.text for token in prologue)])
        self._base = context.base

    def term(self, text: str) -> Term:
        """The term that a token, or the tokens of a literal, mean."""
        turtle = f"{self._head}\n<x:> <x:> {text} ."
        (quad,) = parse(turtle, RdfFormat.TURTLE, base_iri=self._base)
        term: Term = quad.object
        return term

    def iri(self, text: str) -> NamedNode:
        """The IRI that a token means."""
        term = self.term(text)
        assert isinstance(term, NamedNode)
        return term

    def literal(self, text: str) -> Literal:
        """The literal that tokens mean."""
        term = self.term(text)
        assert isinstance(term, Literal)
        return term

    def string(self, text: str) -> str:
        """The characters of a string."""
        return self.literal(text).value

    def literals(self, tokens: Sequence[Token]) -> Iterator[Literal]:
        """The numbers and literals with a datatype of a query; of a function, what it makes."""
        for index, token in enumerate(tokens):
            if token.kind == "number":
                yield self.literal(_sign(tokens[max(0, index - 2) : index]) + token.text)
            elif token.text == "^^":
                yield self.literal(f"{tokens[index - 1].text}^^{tokens[index + 1].text}")
            elif token.keyword == "STRDT":
                yield UNKEPT


def _sign(before: Sequence[Token]) -> str:
    """The sign of a number by the tokens before it; what adds or subtracts is none."""
    if not before or before[-1].text not in ("+", "-"):
        return ""
    is_operator = len(before) > 1 and (before[-2].kind in VALUES or before[-2].text == ")")
    return "" if is_operator else before[-1].text


def _with_dataset(view: View, query: Tree, reader: Reader) -> View:
    """The view that the FROM clauses of a query choose."""
    clauses = [phrase for phrase in walk(query) if phrase.rule == "DatasetClause"]
    if not clauses:
        return view
    graphs: dict[bool, dict[NamedNode, None]] = {True: {}, False: {}}
    for clause in clauses:
        graphs["NAMED" in keywords(clause)][reader.iri(text_of(clause.parts[-1]))] = None
    return View(view.store, list(graphs[False]), list(graphs[True]), view.is_coded)


def _names(view: View) -> list[str]:
    names = view.graphs()
    if not all(isinstance(name, NamedNode) for name in names):
        message = "GRAPH over graphs that blank nodes name cannot be answered rightly"
        raise ContentError([Diagnostic("Q606", message)])
    return sorted(name.value for name in names)


def _refuse_excess(tokens: Sequence[Token], text: str, context: Context) -> None:
    if (too_much := excess(tokens)) is not None:
        where = place(text, context.name, too_much.start, len(too_much.text))
        message = "the query is nested too deeply, or has too many parts"
        raise ContentError([Diagnostic("Q601", message, where, help=DIVIDE)], {context.name: text})


def refuse_service(tokens: Sequence[Token], text: str, context: Context) -> None:
    """Refuse SERVICE where it is not allowed.

    Raises:
        ContentError: Q605, with each place.
    """
    services = [token for token in tokens if token.keyword == "SERVICE"]
    if services and not context.allow_service:
        message = "the query asks another endpoint by SERVICE, which is not allowed here"
        note = "without leave, a query reaches no other endpoint"
        help_ = "ask that endpoint itself with `--endpoint`, or allow SERVICE with "
        help_ += "`--allow-service`"
        places = [place(text, context.name, one.start, len(one.text)) for one in services]
        found = [Diagnostic("Q605", message, at, (note,), help_) for at in places]
        raise ContentError(found, {context.name: text})
