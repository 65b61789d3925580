"""Advice about the queries that a project keeps, before somebody asks them.

In: query files, and once there is a graph, that graph. Out: warnings, at the places of the files:
what is most probably a mistake in any query (Q622 to Q624, Q627, Q628), terms that the graph and
its ontology lack (Q621), and literals of another kind where an answer has no rows (Q625).
Refuses: nothing; a query that is not well formed has no advice.

A parameter that must have a value has one: some term of its type. One that may be left open is
left open, as it is for whoever asks without it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import partial

from pyoxigraph import Literal, NamedNode, Store

from kg.advising.emptiness import reasons, unknown_terms
from kg.advising.mistakes import Query, mistakes, read, unused_prefixes
from kg.bounded import in_time
from kg.diagnostics import Diagnostic, Severity
from kg.questions.binding import Bound, Term, bind
from kg.questions.parameters import Parameter, read_header
from kg.sparql.answers import Context
from kg.sparql.graphs import View
from kg.terms import DATATYPES, RDF

SECONDS = 2.0
"""So long the reasons for an answer without rows are looked for."""
_SOMEBODY = NamedNode("urn:x-kg:somebody")


def with_some_values(text: str, name: str, prefixes: Mapping[str, str]) -> Bound:
    """A query in which each parameter that must have a value has one of its type.

    Raises:
        ContentError: Q611, its head is not well formed.
    """
    parameters = read_header(text, name, prefixes).parameters.values()
    return bind(text, {each.name: _some(each) for each in parameters if not each.open})


def _some(parameter: Parameter) -> Term:
    if parameter.type == RDF + "langString":
        return Literal("", language="en")
    is_literal = parameter.type in DATATYPES
    return Literal("", datatype=NamedNode(parameter.type)) if is_literal else _SOMEBODY


def mistakes_in(bound: Bound, name: str) -> Iterator[Diagnostic]:
    """What the text alone shows."""
    if query := read(bound.text, name):
        found = [*mistakes(query), *unused_prefixes(query)]
        yield from (bound.told(one, name) for one in found)


def unknown_in(
    bound: Bound, store: Store, context: Context, namespaces: Collection[str]
) -> Iterator[Diagnostic]:
    """The terms in the namespaces of the project that its graph and its ontology do not have."""
    if query := read(bound.text, context.name):
        found = unknown_terms(query, View(store), context, namespaces)
        yield from (bound.told(one, context.name) for one in found)


def mistakes_of_no_rows(bound: Bound, store: Store, context: Context) -> Iterator[Diagnostic]:
    """The mistakes for which an answer has no rows; that it has none may be what is hoped for."""
    if query := read(bound.text, context.name):
        found = in_time(partial(_warnings, query, store, context), SECONDS).results
        last = {(one.code, one.place): one for one in found}
        yield from (bound.told(one, context.name) for one in last.values())


def _warnings(query: Query, store: Store, context: Context) -> Iterator[Diagnostic]:
    found = reasons(query, View(store), context)
    return (one for one in found if one.severity is Severity.WARNING)
