"""Answers to queries, and what queries are read with.

In: what the engine finds. Out: an `Answer`, evaluated while its rows are read, with its columns in
the order of the query.
Refuses: what the engine cannot evaluate (Q602), and an answer that is cut off (X717).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from typing import NamedTuple

from pyoxigraph import QueryBoolean, QuerySolutions, Triple

from kg.diagnostics import DAMAGE, ContentError, Diagnostic, Unavailable
from kg.sparql.graphs import Result
from kg.sparql.solutions import solutions

INLINE = "<query>"
FORMS = ("SELECT", "CONSTRUCT", "DESCRIBE", "ASK")


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
