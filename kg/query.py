"""SPARQL queries over a store of `kg.store`, with the faults of a query as diagnostics.

In: a store, the text of a query, prefixes. Out: an `Answer`, evaluated while its rows are read.
Refuses: a query that is not well formed (Q601, with its place), that cannot be evaluated (Q602), or
that would reach the network by SERVICE without leave (Q605).

https://www.w3.org/TR/sparql11-query/
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    NamedNode,
    QueryBoolean,
    QuerySolutions,
    QueryTriples,
    Store,
)

from kg.diagnostics import ContentError, Diagnostic, Findings, Location, Severity
from kg.grammar import DEEPEST, Fault, Token, excess, first_fault, scan
from kg.hints import did_you_mean

INLINE = "<query>"
Result = QuerySolutions | QueryBoolean | QueryTriples

SELECTORS = ("DISTINCT", "REDUCED")
QUOTES = "close it on the same line, or use three quotation marks"
DIVIDE = "ask several queries, or list what is asked for with VALUES"
SHORT = 2000
"""Characters of a query that cannot have too many parts."""
# More than so many possibilities are no help to a reader.
MOST = 8


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
        result: the engine's result, evaluated while it is read.
        warnings: what in the query is known to be answered otherwise than SPARQL says.
    """

    form: Form
    variables: tuple[str, ...]
    result: Result
    warnings: tuple[Diagnostic, ...] = ()


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
    """Start to answer a query.

    Args:
        store: a store of `kg.store`, whose default graph is the merge of all graphs.
        text: the query.
        prefixes: known without declaration; a declaration in the query wins.
        union: whether patterns outside GRAPH see the merge of all graphs, or an empty graph.
        base: base IRI of relative IRIs; a BASE in the query wins.
        name: the query's path, for places.
        allow_service: let SERVICE reach the network.

    Raises:
        ContentError: the query is not well formed or cannot be evaluated.
    """
    tokens = scan(text) if needs_scan(text) else []
    if (too_much := excess(tokens)) is not None:
        where = place(text, name, too_much.start, len(too_much.text))
        message = "the query is nested too deeply, or has too many parts"
        raise ContentError([Diagnostic("Q601", message, where, help=DIVIDE)], {name: text})
    if not allow_service:
        _refuse_service(tokens, text, name)
    words = {token.keyword for token in tokens}
    # An empty list of graphs: the default graph of the store is the merge.
    default: list[NamedNode | BlankNode | DefaultGraph] | None = (
        None if union or "FROM" in words else []
    )

    def ask(query: str) -> Result:
        return store.query(query, prefixes=dict(prefixes), base_iri=base, default_graph=default)

    try:
        with evaluation():
            result = ask(text)
            if isinstance(result, QuerySolutions) and (order := _text_order(result, tokens)):
                star = _star(tokens)
                result = ask(f"{text[:star]} {order} {text[star + 1 :]}") if star >= 0 else result
    except SyntaxError as error:
        raise ContentError(explain(text, str(error), prefixes, name), {name: text}) from error
    return _answer(result, tuple(_traps(tokens, text, name)))


def _answer(result: Result, warnings: tuple[Diagnostic, ...]) -> Answer:
    if isinstance(result, QuerySolutions):
        variables = tuple(variable.value for variable in result.variables)
        return Answer(Form.SOLUTIONS, variables, result, warnings)
    form = Form.BOOLEAN if isinstance(result, QueryBoolean) else Form.GRAPH
    return Answer(form, (), result, warnings)


@contextmanager
def evaluation() -> Iterator[None]:
    """Turn what the engine raises while an answer is read into a diagnostic (Q602).

    Raises:
        ContentError: the query could not be answered.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except (OSError, RuntimeError, ValueError) as error:
        raise ContentError([_unanswered(str(error))]) from error


def _unanswered(reason: str) -> Diagnostic:
    """Q602 with the engine's reason, and a way out where there is one."""
    message = f"the query could not be answered: {reason[:1].lower()}{reason[1:]}"
    unknown = "custom function" in reason
    return Diagnostic("Q602", message, help="use a function of SPARQL 1.1" if unknown else None)


def needs_scan(text: str) -> bool:
    """Whether a query has anything that the engine alone does not handle as wanted."""
    upper = text.upper()
    if len(text) > SHORT or sum(map(text.count, "{[(")) > DEEPEST:
        return True
    return "*" in text or any(word in upper for word in ("SERVICE", "GRAPH", "FROM"))


def _star(tokens: Sequence[Token]) -> int:
    """Offset of the `*` of a query that begins with SELECT *, or -1."""
    for index, token in enumerate(tokens):
        if token.keyword == "SELECT":
            rest = [t for t in tokens[index + 1 : index + 3] if t.keyword not in SELECTORS]
            return rest[0].start if rest and rest[0].text == "*" else -1
    return -1


def _text_order(result: QuerySolutions, tokens: Sequence[Token]) -> str:
    """The columns in order of first appearance; empty if that is the engine's order already.

    The engine sorts the columns of SELECT * by name. Naming them in the query keeps its own
    serializers in use.
    """
    columns = [variable.value for variable in result.variables]
    seen = dict.fromkeys(token.text[1:] for token in tokens if token.kind == "variable")
    ordered = [name for name in seen if name in columns]
    return "" if ordered == columns else " ".join(f"?{name}" for name in ordered)


def place(text: str, name: str, start: int, length: int = 1) -> Location:
    """The place of a stretch within one line of a query."""
    line = text.count("\n", 0, start) + 1
    column = start - (text.rfind("\n", 0, start) + 1) + 1
    return Location(name, line, column, line, column + length)


def _refuse_service(tokens: Sequence[Token], text: str, name: str) -> None:
    findings = Findings()
    for token in tokens:
        if token.keyword == "SERVICE":
            findings.error(
                "Q605",
                "the query asks another endpoint by SERVICE, which is not allowed here",
                place(text, name, token.start, len(token.text)),
                notes=["queries read the build only and never reach the network"],
                help="ask that endpoint itself, or allow SERVICE",
            )
    findings.raise_errors()


def _traps(tokens: Sequence[Token], text: str, name: str) -> Iterator[Diagnostic]:
    """Forms that the engine answers otherwise than SPARQL says (seen with pyoxigraph 0.5.13)."""
    depth, inside = 0, []
    for index, token in enumerate(tokens):
        if token.text == "{":
            depth += 1
            if index > 1 and tokens[index - 2].keyword == "GRAPH":
                inside += [depth] if tokens[index - 1].kind == "variable" else []
        elif token.text == "}":
            inside = [level for level in inside if level != depth]
            depth -= 1
        elif inside and token.keyword in TRAPS:
            yield _warning(TRAPS[token.keyword], place(text, name, token.start, len(token.text)))
    sources = [
        token
        for token, after in pairwise(tokens)
        if token.keyword == "FROM" and after.keyword != "NAMED"
    ]
    if len(sources) > 1:
        yield _warning(MERGE, place(text, name, sources[1].start, 4))


TRAPS = {
    "SELECT": (
        "a sub-SELECT inside GRAPH with a variable is evaluated over all graphs at once",
        "put GRAPH inside the sub-SELECT, and GROUP BY the graph",
    ),
    "MINUS": (
        "MINUS inside GRAPH with a variable removes every row",
        "use FILTER NOT EXISTS { ... } instead",
    ),
}
MERGE = (
    "a statement of several FROM graphs is answered once for each of them",
    "use SELECT DISTINCT, or COUNT(DISTINCT ...)",
)


def _warning(words: tuple[str, str], where: Location) -> Diagnostic:
    return Diagnostic("Q606", words[0], where, help=words[1], severity=Severity.WARNING)


def explain(
    text: str, message: str, prefixes: Mapping[str, str], name: str
) -> Iterator[Diagnostic]:
    """What is wrong with a query that the engine refuses, in the most telling way known.

    Args:
        text: the query.
        message: the engine's message, `error at LINE:COLUMN: expected ...`.
        prefixes: known without declaration.
        name: the query's path, for places.
    """
    tokens = scan(text)
    if unclosed := _unclosed(tokens, text, name):
        return iter([unclosed])
    fault = first_fault(tokens)
    sound = tokens[: fault.at] if fault else tokens
    unknown = list(_unknown_prefixes(sound, text, prefixes, name))
    if fault:
        unknown.append(_unexpected(tokens, fault, text, name))
    return iter(unknown or [Diagnostic("Q601", _sentence(message), Location(name))])


def _unknown_prefixes(
    tokens: Sequence[Token], text: str, prefixes: Mapping[str, str], name: str
) -> Iterator[Diagnostic]:
    declared = {after.text[:-1] for token, after in pairwise(tokens) if token.keyword == "PREFIX"}
    known = declared | set(prefixes)
    for token in tokens:
        prefix = token.text.partition(":")[0]
        if token.kind == "name" and prefix not in known:
            yield Diagnostic(
                "Q601",
                f"unknown prefix `{prefix}:` in query",
                place(text, name, token.start, len(prefix) + 1),
                (f"known prefixes are {', '.join(f'`{p}:`' for p in sorted(known))}",),
                _suggestion(prefix, known),
            )


def _suggestion(prefix: str, known: set[str]) -> str:
    meant = did_you_mean(f"{prefix}:", [f"{candidate}:" for candidate in known])
    return meant or f"declare it: `PREFIX {prefix}: <...>`"


def _unclosed(tokens: Sequence[Token], text: str, name: str) -> Diagnostic | None:
    quote = next((t for t in tokens if t.kind == "mark" and t.text in "\"'"), None)
    if quote is None:
        return None
    end = text.find("\n", quote.start)
    where = place(text, name, quote.start, (len(text) if end < 0 else end) - quote.start)
    return Diagnostic("Q601", "a string is not closed", where, help=QUOTES)


def _unexpected(tokens: Sequence[Token], fault: Fault, text: str, name: str) -> Diagnostic:
    expected = ", ".join(fault.expected[:-1]) + " or " * (len(fault.expected) > 1)
    notes = (f"expected {expected}{fault.expected[-1]}",) if len(fault.expected) <= MOST else ()
    if fault.at == len(tokens):
        where = place(text, name, len(text.rstrip()))
        return Diagnostic("Q601", "the query ends too early", where, notes)
    token = tokens[fault.at]
    where = place(text, name, token.start, len(token.text.partition("\n")[0]))
    help_ = did_you_mean(token.text, [word.strip("`") for word in fault.expected if word[0] == "`"])
    return Diagnostic("Q601", f"unexpected `{token.text}` in query", where, notes, help_)


def _sentence(message: str) -> str:
    """What the engine says of a query that keeps to the grammar, without its character classes."""
    words = re.sub(r"\[[^\]]*\](?: \|)?\s*", "", message.partition("expected ")[2])
    parts = re.sub(r"^one of ", "", words).split(", ")
    sentence = next((part for part in parts if re.match(r"(?:[A-Z][a-z]+|IRI) \w", part)), "")
    if sentence.startswith("IRI parsing"):
        return "an IRI of the query cannot be resolved"
    return sentence[:1].lower() + sentence[1:] if sentence else "the query is not well formed"
