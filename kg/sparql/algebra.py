"""The algebra that a query means by SPARQL, as nested lists.

In: the phrases of a query. Out: text such as `(project (?s) (bgp (triple ?s a news:Event)))`: the
notation of Apache Jena's `arq --explain`, with terms as the query writes them.
Refuses: nothing.

https://www.w3.org/TR/sparql11-query/#sparqlQuery (section 18.2)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import reduce
from itertools import takewhile
from typing import NamedTuple

from kg.sparql.grammar import Token, Tree
from kg.sparql.paths import unfolded
from kg.sparql.phrases import Part, child, first_token, star, text_of, tokens_of

WIDTH = 90
AGGREGATES = {"AVG", "COUNT", "GROUP_CONCAT", "MAX", "MIN", "SAMPLE", "SUM"}


class Lists(NamedTuple):
    """A list of texts and lists."""

    parts: tuple[Lists | str, ...]

    def __str__(self) -> str:
        return f"({' '.join(map(str, self.parts))})"


def op(name: str, *parts: Lists | str) -> Lists:
    """An operator and what it works on."""
    return Lists((name, *parts))


UNIT = op("unit")


def _lines(part: Lists | str, indent: int = 0) -> str:
    """A list in one line if it is short, else with a line for each list in it."""
    text = " " * indent + str(part)
    if len(text) <= WIDTH or isinstance(part, str):
        return text
    plain = list(takewhile(lambda one: len(str(one)) <= WIDTH // 2, part.parts[:-1]))
    head = " " * indent + f"({' '.join(map(str, plain))}"
    inner = (_lines(one, indent + 2) for one in part.parts[len(plain) :])
    return "\n".join([head, *inner]) + ")"


def algebra(query: Tree) -> str:
    """The algebra of a query, a line for each operator that is long."""
    form = query.trees()[1]
    values = child(query, "ValuesClause")
    return _lines(_FORMS[form.rule](form, child(values, "DataBlock") if values else None))


# Forms of queries


class _Calls(dict[Lists, str]):
    """Aggregates that a query calls, each once, by the variables that hold their values."""

    def name(self, call: Lists) -> str:
        """The variable of an aggregate."""
        return self.setdefault(call, f"?.{len(self)}")


def _select(select: Tree, values: Tree | None) -> Lists:
    clause, calls = select.parts[0], _Calls()
    assert isinstance(clause, Tree)
    values = values or next(
        (v for part in select.trees("ValuesClause") for v in part.trees()), None
    )
    columns = list(_columns(clause, calls))
    solved = _modified(select, calls, values)
    named = [Lists((name, value)) for name, value in columns if value is not None]
    found = op("extend", Lists(tuple(named)), solved) if named else solved
    if order := list(_keys(select, "OrderClause", calls)):
        found = op("order", Lists(tuple(order)), found)
    if not star(clause):
        found = op("project", Lists(tuple(name for name, _ in columns)), found)
    words = {token.keyword for token in clause.parts if isinstance(token, Token)}
    for word in words & {"DISTINCT", "REDUCED"}:
        found = op(word.lower(), found)
    return _sliced(select, found)


def _modified(form: Tree, calls: _Calls, values: Tree | None) -> Lists:
    """The pattern of a query, in groups, with its HAVING and the VALUES that stand after it."""
    keys = list(_keys(form, "GroupClause", calls))
    having = list(_keys(form, "HavingClause", calls))
    list(_keys(form, "OrderClause", calls))  # may call aggregates, too
    found = _where(form)
    if keys or calls:
        held = Lists(tuple(Lists((name, call)) for call, name in calls.items()))
        found = op("group", Lists(tuple(keys)), held, found)
    found = op("filter", *having, found) if having else found
    return _joined(found, op("table", text_of(values, " "))) if values else found


def _ask(form: Tree, values: Tree | None) -> Lists:
    return op("ask", _modified(form, _Calls(), values))


def _construct(form: Tree, values: Tree | None) -> Lists:
    template = child(form, "Template") or child(form.trees()[0], "Template")
    assert template is not None
    pattern = text_of(template, " ")
    if child(form, "WhereClause") is None:  # the template is the pattern
        return _sliced(form, op("construct", pattern, op("bgp", pattern)))
    return _sliced(form, op("construct", pattern, _modified(form, _Calls(), values)))


def _describe(form: Tree, values: Tree | None) -> Lists:
    terms = [text_of(part) for part in form.trees("VarOrIri")] or ["*"]
    found = _modified(form, _Calls(), values) if child(form, "WhereClause") else UNIT
    return _sliced(form, op("describe", Lists(tuple(terms)), found))


_FORMS: dict[str, Callable[[Tree, Tree | None], Lists]] = {
    "SelectQuery": _select,
    "AskQuery": _ask,
    "ConstructQuery": _construct,
    "DescribeQuery": _describe,
}


def _columns(clause: Tree, calls: _Calls) -> Iterator[tuple[str, Lists | str | None]]:
    """The columns of a SELECT clause, and what they are computed from."""
    value = None
    for part in clause.trees():
        if part.rule == "Expression":
            value = _expression(part, calls)
        else:
            yield text_of(part), value
            value = None


def _keys(form: Tree, rule: str, calls: _Calls) -> Iterator[Lists | str]:
    """What a clause of the modifiers lists."""
    modifier = child(form, "Modifier")
    clause = child(modifier, rule) if modifier else None
    direction, expression = "", None
    for part in clause.parts if clause else ():
        if isinstance(part, Token):
            direction = part.keyword.lower() if part.keyword in ("ASC", "DESC") else direction
            if part.text == ")" and expression is not None:
                yield op(direction, expression) if direction else expression
                direction, expression = "", None
        elif part.rule == "Expression":
            expression = _expression(part, calls)
        elif expression is not None:  # after AS
            expression = Lists((text_of(part), expression))
        else:
            yield _expression(part, calls)


def _sliced(form: Tree, found: Lists) -> Lists:
    modifier = child(form, "Modifier")
    if modifier is None:
        return found
    numbers = {part.rule: text_of(part.parts[-1]) for part in modifier.trees("Limit", "Offset")}
    if not numbers:
        return found
    return op("slice", numbers.get("Offset", "_"), numbers.get("Limit", "_"), found)


# Patterns


def _where(form: Tree) -> Lists:
    where = child(form, "WhereClause")
    assert where is not None
    return _group(where.parts[-1])


def _group(group: Part) -> Lists:
    assert isinstance(group, Tree)
    inner = group.parts[1]
    assert isinstance(inner, Tree)
    if inner.rule == "SubSelect":
        return _select(inner, None)
    found, conditions = UNIT, list[Lists | str]()
    for part in inner.trees():
        if part.rule == "TriplesBlock":
            found = _joined(found, _block(part))
        elif first_token(part).keyword == "FILTER":
            conditions.append(_expression(part.trees()[0].parts[-1], _Calls()))
        else:
            found = _extended(found, part)
    return op("filter", *conditions, found) if conditions else found


def _joined(left: Lists, right: Lists) -> Lists:
    return right if left == UNIT else op("join", left, right)


def _block(block: Tree) -> Lists:
    triples, found = list[Lists](), UNIT
    for _, triple in unfolded(block):
        ends = triple.subject, text_of(triple.path), triple.value
        if len(tokens_of(triple.path)) == 1:
            triples.append(op("triple", *ends))
        else:
            found = _joined(found, op("path", *ends))
    if not triples:
        return found
    return op("bgp", *triples) if found == UNIT else op("join", op("bgp", *triples), found)


def _extended(found: Lists, pattern: Tree) -> Lists:
    """What a pattern that is no triple makes of what stands before it."""
    inner = pattern.parts[0]
    if isinstance(inner, Token):  # VALUES
        return _joined(found, op("table", text_of(pattern.parts[1], " ")))
    last = inner.parts[-1]
    if inner.rule == "Optional":
        return _optional(found, _group(last))
    if inner.rule == "Minus":
        return op("minus", found, _group(last))
    if inner.rule == "Bind":
        expression, variable = inner.trees()
        named = Lists((text_of(variable), _expression(expression, _Calls())))
        return op("extend", Lists((named,)), found)
    if inner.rule == "Union":
        return _joined(found, reduce(lambda a, b: op("union", a, b), map(_group, inner.trees())))
    silent = ["silent"] if "SILENT" in {token.keyword for token in _tokens(inner)} else []
    one = op(inner.rule.lower(), *silent, text_of(inner.parts[-2]), _group(last))
    return _joined(found, one)


def _tokens(phrase: Tree) -> list[Token]:
    return [part for part in phrase.parts if isinstance(part, Token)]


def _optional(left: Lists, right: Lists) -> Lists:
    """A filter of the optional part sees what stands before it."""
    if right.parts[0] != "filter":
        return op("leftjoin", left, right)
    *conditions, inner = right.parts[1:]
    return op("leftjoin", left, inner, *conditions)


# Expressions


def _expression(part: Part, calls: _Calls) -> Lists | str:
    if isinstance(part, Token):
        return part.text
    if part.rule in ("Expression", "And", "Relation", "Sum", "Product"):
        return _operation(part, calls)
    if part.rule == "Unary":
        return op(first_token(part).text, _expression(part.parts[-1], calls))
    if part.rule == "BuiltIn":
        return _built_in(part, calls)
    if arguments := child(part, "Arguments"):
        return op(text_of(part.parts[0]), *_arguments(arguments, calls))
    inner = part.trees("Expression", "BuiltIn", "FunctionCall")
    return _expression(inner[0], calls) if inner else text_of(part)


def _operation(part: Tree, calls: _Calls) -> Lists | str:
    first, *rest = part.parts
    found, last = _expression(first, calls), part.parts[-1]
    if isinstance(last, Tree) and last.rule == "Expressions":
        members = Lists(tuple(_expression(member, calls) for member in last.trees()))
        return op("in" if len(rest) == 2 else "notin", found, members)
    for sign, other in zip(rest[::2], rest[1::2], strict=True):
        found = op(text_of(sign), found, _expression(other, calls))
    return found


def _built_in(call: Tree, calls: _Calls) -> Lists | str:
    words = [token.keyword for token in _tokens(call)]
    if "EXISTS" in words:
        return op("notexists" if "NOT" in words else "exists", _group(call.parts[-1]))
    distinct = ["distinct"] if "DISTINCT" in words else []
    arguments = [found for part in call.trees() for found in _arguments(part, calls)]
    found = op(words[0].lower(), *distinct, *arguments)
    return calls.name(found) if words[0] in AGGREGATES else found


def _arguments(part: Tree, calls: _Calls) -> Iterator[Lists | str]:
    if part.rule == "Separator":
        yield op("separator", text_of(part.parts[-1]))
    elif (text := text_of(part)) == "*":
        yield text
    else:
        yield from (_expression(argument, calls) for argument in part.trees())
