"""Literals that a query compares with values of another kind, and what would agree.

In: literals and the values that they are compared with. Out: kinds in words, and the literal that
was probably meant. Refuses: nothing.

Equality and order are defined between numbers, between strings without a language, and between
values of one datatype; texts are equal only in the same language.
https://www.w3.org/TR/sparql11-query/#OperatorMapping (section 17.3)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode

from kg.hints import closest
from kg.sparql.grammar import Token, Tree
from kg.sparql.graphs import Term
from kg.sparql.phrases import Part, first_token, tokens_of, walk
from kg.terms import XSD, to_literal

NUMBERS = ("byte", "decimal", "double", "float", "int", "integer", "long", "short")
SAME = ("=", "IN", "VALUES")
COMPARED = (*SAME, "<", ">", "<=", ">=")
# Functions that take strings, and so fail for IRIs.
OF_STRINGS = {
    *("CONTAINS", "LANG", "LANGMATCHES", "LCASE", "REGEX", "REPLACE", "STRAFTER", "STRBEFORE"),
    *("STRENDS", "STRLEN", "STRSTARTS", "SUBSTR", "UCASE"),
}
HOLDING = {
    *("DataBlock", "Expression", "Expressions", "Object", "PathObject", "Primary", "Value"),
    "VarOrTerm",
}


class Comparison(NamedTuple):
    """A variable compared with a literal, which has these tokens."""

    variable: str
    sign: str
    literal: tuple[Token, ...]


def comparisons(condition: Tree) -> Iterator[Comparison]:
    """The comparisons of variables with literals in a filter, or in VALUES of one variable."""
    for block in condition.trees("DataBlock"):
        name = first_token(block).text[1:]
        if _is_variable(block.parts[0]):
            yield from (Comparison(name, "VALUES", tokens) for tokens in literals(block))
    for relation in (phrase for phrase in walk(condition) if phrase.rule == "Relation"):
        left, *signs, right = relation.parts
        sign = "".join(token.text.upper() for token in signs if isinstance(token, Token))
        if sign not in COMPARED:
            continue
        for one, other in ((left, right), (right, left)):
            if _is_variable(one):
                name = first_token(one).text[1:]
                yield from (Comparison(name, sign, tokens) for tokens in literals(other))


def literals(part: Part) -> Iterator[tuple[Token, ...]]:
    """The tokens of each literal in a value, or in a list of values."""
    if isinstance(part, Token):
        if part.terminal in ("NUMBER", "STRING", "BOOLEAN"):
            yield (part,)
    elif part.rule in ("Literal", "Text"):
        yield tuple(part.tokens())
    elif part.rule in HOLDING:
        for inner in part.parts:
            yield from literals(inner)


def _is_variable(part: Part) -> bool:
    tokens = tokens_of(part)
    return len(tokens) == 1 and tokens[0].kind == "variable"


def kind(term: Term) -> str:
    """What a term can be compared with, the same word for terms that can be."""
    if not isinstance(term, Literal):
        return "IRI" if isinstance(term, NamedNode) else "blank node"
    if term.language:
        return f"@{term.language}"
    name = term.datatype.value.removeprefix(XSD)
    return "number" if name in NUMBERS else term.datatype.value


def in_words(kind: str) -> str:
    """A kind as the values of it are called."""
    if kind in ("IRI", "blank node", "number"):
        return f"{kind}s"
    if kind.startswith("@"):
        return f"texts with the language `{kind}`"
    if kind == XSD + "string":
        return "strings without a language"
    name = f"`xsd:{kind.removeprefix(XSD)}`" if kind.startswith(XSD) else f"<{kind}>"
    return f"values of {name}"


def agreeing(literal: Literal, values: Collection[Term]) -> Literal | None:
    """The literal as the values have it: in their language, or of their datatype.

    None if most are no literals, or do not allow what is written.
    """
    same = [
        value for value in values if isinstance(value, Literal) and value.value == literal.value
    ]
    if same:
        return same[0]
    tags = Counter((v.datatype.value, v.language) for v in values if isinstance(v, Literal))
    if sum(tags.values()) * 2 <= len(values):
        return None
    (((datatype, language), _),) = tags.most_common(1)
    if language:
        return Literal(literal.value, language=language)
    try:
        return to_literal(literal.value, datatype, "")
    except (KeyError, ValueError):
        return None


def near(literal: Literal, values: Collection[Term]) -> Literal | None:
    """The value whose words are most like those of a literal."""
    words = {value.value: value for value in values if isinstance(value, Literal)}
    found = closest(literal.value, words)
    return words[found] if found is not None else None


def of_iris(condition: Tree) -> Iterator[tuple[Token, str]]:
    """The variables that a filter hands to functions of strings, with the function."""
    for call in (phrase for phrase in walk(condition) if phrase.rule == "BuiltIn"):
        name = first_token(call).keyword
        for arguments in call.trees("ArgumentList") if name in OF_STRINGS else ():
            if _is_variable(arguments.parts[0]):
                yield first_token(arguments), name
