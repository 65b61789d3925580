"""Literals as they are written: `007`, `1.50` or an xsd:int, which the engine would make `7`, `1.5`
and an xsd:integer.

In: literals; a query as phrases; answers. Out: literals that the engine keeps, which stand for
those that it would not; the query that treats them as SPARQL treats the others; the answers with
the literals as written.
Refuses: nothing.

A literal that the engine would rewrite is stored with a datatype of our own, which it keeps. Where
a query takes terms as they are (patterns, sameTerm, STR, grouping, columns), that is right as it
stands. Where it takes values (comparison, arithmetic, order), a function gives the value.

https://www.w3.org/TR/rdf11-concepts/#section-Graph-Literal: two literals are the same term only if
their lexical forms are the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any, NamedTuple

from pyoxigraph import Literal, NamedNode, Quad, Store, Triple

from kg.sparql.grammar import LEVELS, Token, Tree
from kg.sparql.graphs import Term
from kg.sparql.phrases import Renderer, child, first_token, text_of

XSD = "http://www.w3.org/2001/XMLSchema#"
MARK = "urn:x-kg:as-written:"
VALUE, DATATYPE, TYPED = (NamedNode(f"urn:x-kg:{name}") for name in ("value", "datatype", "typed"))
# What the engine is known to keep; anything else is tried.
KEPT = {
    XSD + "integer": r"0|-?[1-9][0-9]{0,17}",
    XSD + "decimal": r"0|-?(?:0\.[0-9]*[1-9]|[1-9][0-9]{0,9}(?:\.[0-9]{0,6}[1-9])?)",
    XSD + "boolean": r"true|false",
    XSD + "dateTime": r"[1-9][0-9]{3}-[01][0-9]-[0-3][0-9]T(?:[01][0-9]|2[0-3]):[0-5][0-9]"
    r":[0-5][0-9](?:\.[0-9]{0,5}[1-9])?Z?",
}
# Functions and aggregates that take terms as they are.
AS_TERMS = {
    *("BOUND", "COUNT", "DATATYPE", "GROUP_CONCAT", "ISBLANK", "ISIRI", "ISLITERAL", "ISURI"),
    *("LANG", "SAMETERM", "SAMPLE", "STR"),
}
INHERITING = {"COALESCE", "IF"}


def is_kept(literal: Literal) -> bool:
    """Whether the engine's store keeps a literal as it is written."""
    datatype = literal.datatype.value
    if not datatype.startswith(XSD) or datatype == XSD + "string":
        return True
    known = KEPT.get(datatype)
    return bool(known and re.fullmatch(known, literal.value)) or _survives(literal)


@lru_cache(1 << 16)
def _survives(literal: Literal) -> bool:
    store = Store()
    store.add(Quad(VALUE, VALUE, literal))
    return bool(next(iter(store)).object == literal)


def to_stored(literal: Literal) -> Literal:
    """The literal itself if the engine keeps it, else the one that stands for it."""
    if is_kept(literal):
        return literal
    return Literal(literal.value, datatype=NamedNode(MARK + literal.datatype.value))


def from_stored(term: Any) -> Any:  # noqa: ANN401  (terms of any kind, and None)
    """The term as written that a term of the store stands for."""
    if isinstance(term, Literal) and term.datatype.value.startswith(MARK):
        return _as_written(term)
    return term


@lru_cache(1 << 16)
def _as_written(literal: Literal) -> Literal:
    datatype = literal.datatype.value.removeprefix(MARK)
    return Literal(literal.value, datatype=NamedNode(datatype))


def triple_from_stored(triple: Triple) -> Triple:
    """A triple with its object as written."""
    return Triple(triple.subject, triple.predicate, from_stored(triple.object))


class Encoded(NamedTuple):
    """A query over stored literals, and the functions and aggregates that it calls, by IRI."""

    text: str
    functions: dict[NamedNode, Callable[..., Any]]
    aggregates: dict[NamedNode, Callable[[], Any]]


def encode(text: str, query: Tree, read: Callable[[str], Literal]) -> Encoded:
    """The query to ask of stored literals.

    Args:
        text: the query.
        query: its phrases.
        read: gives the literal that tokens of the query mean.
    """
    encoder = _Encoder(text, query, read)
    found = encoder.render(query, False)
    return Encoded(found, FUNCTIONS, encoder.aggregates)


def _datatype(term: Term) -> NamedNode | None:
    written = from_stored(term)
    return written.datatype if isinstance(written, Literal) else None


def _typed(form: Term, datatype: Term) -> Literal | None:
    if not isinstance(form, Literal) or not isinstance(datatype, NamedNode):
        return None
    if form.datatype.value != XSD + "string":
        return None
    return to_stored(Literal(form.value, datatype=datatype))


FUNCTIONS: dict[NamedNode, Callable[..., Any]] = {
    VALUE: from_stored,
    DATATYPE: _datatype,
    TYPED: _typed,
}


class Chosen:
    """An aggregate over different terms as written, evaluated by their values: MIN, MAX, SUM, AVG.

    The least of `1.50` and `2` is `1.50`, not `1.5`; the sum of the different terms `1.5` and
    `1.50` is 3.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._terms: dict[Term, None] = {}

    def accumulate(self, term: Term) -> None:
        """Take one more term."""
        self._terms[term] = None

    def finish(self) -> Term | None:
        """The term, or the number, that the aggregate gives; None for an error."""
        rows = " ".join(f"({term} {from_stored(term)})" for term in self._terms)
        data = f"{{ VALUES (?term ?value) {{ {rows} }} }}"
        if self._name in ("SUM", "AVG"):
            return self._first(f"SELECT ({self._name}(?value) AS ?found) {data}")
        order = "DESC" if self._name == "MAX" else "ASC"
        return self._first(f"SELECT (?term AS ?found) {data} ORDER BY {order}(?value) LIMIT 1")

    def _first(self, query: str) -> Term | None:
        found: Any = Store().query(query)
        return next((row["found"] for row in found), None)


class _Encoder(Renderer[bool]):
    """Renders a query; the scope is whether an expression is taken as a term or as its value."""

    def __init__(self, text: str, query: Tree, read: Callable[[str], Literal]) -> None:
        super().__init__(text, query)
        self._read = read
        self.aggregates: dict[NamedNode, Callable[[], Any]] = {}
        whole = ("Bind", "SelectClause", "GroupClause")
        self.changes = {
            **{rule: lambda phrase, _: self.parts(phrase, True) for rule in whole},
            **{rule: lambda phrase, _: self.parts(phrase, False) for rule in LEVELS},
            "OrderClause": self._order,
            "Expression": self._expression,
            "Primary": self._primary,
            "Arguments": lambda phrase, _: self.parts(phrase, False),
            "BuiltIn": self._built_in,
            "Literal": lambda phrase, _: self._literal(phrase),
            "Service": lambda phrase, _: self.as_written(phrase),
        }

    def _expression(self, phrase: Tree, whole: bool) -> str:
        return self.parts(phrase, whole and len(phrase.parts) == 1)

    def _order(self, clause: Tree, _: bool) -> str:
        return "".join(
            f" {VALUE}({text_of(part)})"
            if isinstance(part, Tree) and part.rule == "Var"
            else self.render(part, False)
            for part in clause.parts
        )

    def _primary(self, primary: Tree, whole: bool) -> str:
        first, *rest = primary.parts
        if isinstance(first, Tree) and first.rule == "Var":
            return self.render(first, whole) if whole else f" {VALUE}({text_of(first)})"
        if not rest and (isinstance(first, Token) or first.rule == "Text"):
            return self._literal(primary) if whole else self.parts(primary, False)
        return self.parts(primary, whole)

    def _literal(self, phrase: Tree) -> str:
        return f" {to_stored(self._read(text_of(phrase)))} "

    def _built_in(self, call: Tree, whole: bool) -> str:
        name = first_token(call).keyword
        if name == "IF":
            return self._if(call, whole)
        if name in ("MIN", "MAX") or (name in ("SUM", "AVG") and "DISTINCT" in _words(call)):
            return self._aggregate(name, call, whole)
        if name == "SAMPLE" and not whole:
            return f" {VALUE}({self._built_in(call, True)})"
        renamed = {"DATATYPE": DATATYPE, "STRDT": TYPED}.get(name)
        as_terms = name in AS_TERMS or (whole and name in INHERITING)
        rest = "".join(self.render(part, as_terms) for part in call.parts[1:])
        return f" {renamed or text_of(call.parts[0])}{rest}"

    def _if(self, call: Tree, whole: bool) -> str:
        _, _, arguments, _ = call.parts
        assert isinstance(arguments, Tree)
        rendered = [self.render(part, whole and n > 0) for n, part in enumerate(arguments.parts)]
        return f" IF({''.join(rendered)})"

    def _aggregate(self, name: str, call: Tree, whole: bool) -> str:
        iri = NamedNode(f"urn:x-kg:{name.lower()}")
        self.aggregates[iri] = partial(Chosen, name)
        arguments = child(call, "ArgumentList")
        found = f"{iri}({self.render(arguments, True) if arguments else ''})"
        return f" {found}" if whole else f" {VALUE}({found})"


def _words(call: Tree) -> set[str]:
    return {part.keyword for part in call.parts if isinstance(part, Token)}
