"""SPARQL queries over a store, answered as SPARQL says, with their faults as diagnostics.

In: a store and which of its graphs to see, the text of a query, prefixes. Out: an `Answer`,
evaluated while its rows are read.
Refuses: a query that is not well formed (Q601, with its place), that cannot be evaluated (Q602) or
not rightly (Q606), or that would reach the network by SERVICE without leave (Q605).

https://www.w3.org/TR/sparql11-query/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from itertools import takewhile
from typing import NamedTuple

from pyoxigraph import (
    Literal,
    NamedNode,
    QueryBoolean,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    Triple,
    parse,
)

from kg import grammar
from kg.diagnostics import DAMAGE, ContentError, Diagnostic, Findings, Unavailable
from kg.excess import DEEPEST, excess
from kg.explaining import explain, place
from kg.grammar import Token, Tree, scan
from kg.graphs import Result, Term, View
from kg.phrases import keywords, text_of, walk
from kg.rewriting import Setting, counts_rows, equivalent
from kg.solutions import solutions
from kg.written import Encoded, encode, from_stored, is_kept, triple_from_stored

INLINE = "<query>"
DIVIDE = "ask several queries, or list what is asked for with VALUES"
SHORT = 2000
"""Characters of a query that cannot have too many parts."""
FORMS = ("SELECT", "CONSTRUCT", "DESCRIBE", "ASK")
WORDS = ("GRAPH", "FROM", "SERVICE", "GROUP_CONCAT", "BNODE", "STRDT", "^^")
# What paths are made of (a variable is a `?` with a name), and numbers that may not be kept.
MARKS = r"\*|(?<!\|)\|(?!\|)|\?(?!\w)|!\s*\(|\+\d|\b0\d|\.\d|\d\.|\d[eE]"
# Stands for literals that are made while a query is evaluated.
UNKEPT = Literal("01", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#integer"))


class Form(StrEnum):
    """What kind of answer a query has."""

    SOLUTIONS = "solutions"
    BOOLEAN = "boolean"
    GRAPH = "graph"


class Answer(NamedTuple):
    """The answer to a query; it can be read once.

    Attributes:
        form: solutions (SELECT), boolean (ASK) or graph (CONSTRUCT, DESCRIBE).
        variables: names of the columns in the order of the query text; empty for other forms.
        result: solutions, a boolean or triples, evaluated while they are read.
        warnings: what should be known of the answer.
    """

    form: Form
    variables: tuple[str, ...]
    result: QuerySolutions | QueryBoolean | Iterable[Triple]
    warnings: tuple[Diagnostic, ...] = ()


class Context(NamedTuple):
    """What a query is read with.

    Attributes:
        prefixes: known without declaration; a declaration in the query wins.
        base: base IRI of relative IRIs; a BASE in the query wins.
        name: the query's path, for places.
        allow_service: let SERVICE reach the network.
    """

    prefixes: Mapping[str, str]
    base: str | None = None
    name: str = INLINE
    allow_service: bool = False


def run(
    store: Store,
    text: str,
    prefixes: Mapping[str, str],
    union: bool = True,
    *,
    base: str | None = None,
    name: str = INLINE,
    allow_service: bool = False,
) -> Answer:
    """Start to answer a query over a store of `kg.store`, whose default graph is a merge.

    Args:
        store: the store.
        text: the query.
        prefixes: known without declaration; a declaration in the query wins.
        union: whether patterns outside GRAPH see the merge of all graphs, or an empty graph.
        base: base IRI of relative IRIs; a BASE in the query wins.
        name: the query's path, for places.
        allow_service: let SERVICE reach the network.

    Raises:
        ContentError: the query is not well formed or cannot be evaluated.
    """
    view = View(store, None if union else ())
    return ask(view, text, Context(prefixes, base, name, allow_service))


def ask(view: View, text: str, context: Context) -> Answer:
    """Start to answer a query over a view of a store.

    Raises:
        ContentError: the query is not well formed or cannot be evaluated.
    """
    with evaluation():
        try:
            if _is_plain(text) and not view.is_coded and len(view.default or ()) < 2:
                return to_answer(view.ask(text, context.prefixes, context.base))
            return _ask_rightly(view, text, context)
        except SyntaxError as error:
            found = explain(text, str(error), context.prefixes, context.name)
            raise ContentError(found, {context.name: text}) from error


def to_answer(result: Result) -> Answer:
    """What the engine found, as an answer."""
    if isinstance(result, QuerySolutions):
        variables = tuple(variable.value for variable in result.variables)
        return Answer(Form.SOLUTIONS, variables, result)
    return Answer(Form.BOOLEAN if isinstance(result, QueryBoolean) else Form.GRAPH, (), result)


def ordered(answer: Answer, names: Iterable[str]) -> Answer:
    """The answer with its columns in another order; columns that are not named come last."""
    seen = dict.fromkeys([*names, *answer.variables])
    order = [name for name in seen if name in answer.variables]
    if tuple(order) == answer.variables or not isinstance(answer.result, QuerySolutions):
        return answer
    rows = ([row[name] for name in order] for row in answer.result)
    return answer._replace(variables=tuple(order), result=solutions(order, rows))


@contextmanager
def evaluation() -> Iterator[None]:
    """Turn what the engine raises while an answer is read into a diagnostic (Q602).

    Raises:
        ContentError: the query could not be answered.
    """
    try:
        yield
    except BrokenPipeError:  # whoever read the answer has seen enough
        raise
    except RecursionError as error:
        raise ContentError([Diagnostic("Q602", "the query is nested too deeply")]) from error
    except SyntaxError as error:
        message = f"the answer is cut off or not well formed: {error.msg}"
        raise Unavailable([Diagnostic("X717", message)]) from error
    except (OSError, RuntimeError, ValueError) as error:
        if getattr(error, "errno", None) or str(error).startswith(DAMAGE):
            raise  # of the stream that is written to, or of the store: no fault of the query
        raise ContentError([_unanswered(str(error))]) from error


def _unanswered(reason: str) -> Diagnostic:
    """Q602 with the engine's reason, and a way out where there is one."""
    message = f"the query could not be answered: {reason[:1].lower()}{reason[1:]}"
    unknown = "custom function" in reason
    return Diagnostic("Q602", message, help="use a function of SPARQL 1.1" if unknown else None)


def _is_plain(text: str) -> bool:
    """Whether a query has nothing that the engine may answer otherwise than SPARQL says."""
    if len(text) > SHORT or sum(map(text.count, "{[(")) > DEEPEST:
        return False
    upper = text.upper()
    return not any(word in upper for word in WORDS) and not re.search(MARKS, text)


def _ask_rightly(view: View, text: str, context: Context) -> Answer:
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
    try:
        result = view.ask(asked.text, context.prefixes, context.base, functions, aggregates)
    except SyntaxError as error:
        raise AssertionError(f"an equivalent is not well formed: {asked.text}") from error
    return _decoded(result) if coded.functions else to_answer(result)


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
                sign = tokens[index - 1].text if index and tokens[index - 1].text in "+-" else ""
                yield self.literal(sign + token.text)
            elif token.text == "^^":
                yield self.literal(f"{tokens[index - 1].text}^^{tokens[index + 1].text}")
            elif token.keyword == "STRDT":
                yield UNKEPT


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
    findings = Findings()
    for token in () if context.allow_service else tokens:
        if token.keyword == "SERVICE":
            findings.error(
                "Q605",
                "the query asks another endpoint by SERVICE, which is not allowed here",
                place(text, context.name, token.start, len(token.text)),
                notes=["without leave, a query reaches no other endpoint"],
                help="ask that endpoint itself with `--endpoint`, or allow SERVICE with "
                "`--allow-service`",
            )
    findings.raise_errors()
