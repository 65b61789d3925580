"""What is wrong with a query that the engine refuses, at the place where it is wrong.

In: the text of a query, known prefixes. Out: diagnostics (Q601).
Refuses: nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import dropwhile, pairwise, takewhile

from kg.diagnostics import Diagnostic, Location
from kg.hints import did_you_mean
from kg.sparql.grammar import Fault, Token, first_fault, scan

QUOTES = "close it on the same line, or use three quotation marks"
# More than so many possibilities are no help to a reader.
MOST = 8
UPDATES = frozenset(
    {"ADD", "CLEAR", "COPY", "CREATE", "DELETE", "DROP", "INSERT", "LOAD", "MOVE", "WITH"}
)
UNCHANGED = "a query changes nothing; what a build holds follows from its articles and mappings"
INSTEAD = (
    "CONSTRUCT gives what a change would make; of files (`--data`), an update writes the whole"
)
AGGREGATES = frozenset({"COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"})


def place(text: str, name: str, start: int, length: int = 1) -> Location:
    """The place of a stretch within one line of a query."""
    line = text.count("\n", 0, start) + 1
    column = start - (text.rfind("\n", 0, start) + 1) + 1
    return Location(name, line, column, line, column + length)


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
    unknown = list(unknown_prefixes(sound, text, prefixes, name))
    if fault:
        unknown.append(_unexpected(tokens, fault, text, name))
    unknown = unknown or list(_ungrouped(tokens, text, name))
    return iter(unknown or [Diagnostic("Q601", _sentence(message), Location(name))])


def unknown_prefixes(
    tokens: Sequence[Token], text: str, prefixes: Mapping[str, str], name: str
) -> Iterator[Diagnostic]:
    """The prefixes of a query that nothing declares (Q601)."""
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
    if token.keyword in UPDATES and "`SELECT`" in fault.expected:
        message = f"`{token.text}` begins an update, expected a query"
        return Diagnostic("Q601", message, where, (UNCHANGED,), INSTEAD)
    help_ = did_you_mean(token.text, [word.strip("`") for word in fault.expected if word[0] == "`"])
    return Diagnostic("Q601", f"unexpected `{token.text}` in query", where, notes, help_)


def _ungrouped(tokens: Sequence[Token], text: str, name: str) -> Iterator[Diagnostic]:
    """Variables that are shown beside groups of rows, and have no one value in a group."""
    for at, token in enumerate(tokens):
        if token.keyword != "SELECT":
            continue
        own = list(_own(tokens[at + 1 :]))
        shown = list(takewhile(lambda pair: pair[0].keyword != "WHERE", own))
        keys = [t for t, _ in dropwhile(lambda pair: pair[0].keyword != "GROUP", own)]
        if not keys and not any(t.keyword in AGGREGATES for t, _ in shown):
            continue
        grouped = {t.text[1:] for t in keys if t.kind == "variable"}
        for variable, depth in shown:
            if variable.kind == "variable" and not depth and variable.text[1:] not in grouped:
                message = f"`{variable.text}` is shown beside an aggregate, and is not grouped by"
                where = place(text, name, variable.start, len(variable.text))
                help_ = f"add `GROUP BY {variable.text}` behind the last brace, or aggregate it"
                yield Diagnostic("Q601", message, where, help=help_)


def _own(tokens: Iterable[Token]) -> Iterator[tuple[Token, int]]:
    """The tokens of a SELECT outside its braces, and in how many parentheses; a WHERE for them."""
    braces = parentheses = 0
    for token in tokens:
        braces += (token.text == "{") - (token.text == "}")
        parentheses += (token.text == "(") - (token.text == ")")
        if braces < 0:
            return
        if token.text == "{" and braces == 1:
            yield Token("word", "WHERE", token.start), 0
        elif not braces:
            yield token, parentheses


def _sentence(message: str) -> str:
    """What the engine says of a query that keeps to the grammar, without its character classes."""
    words = re.sub(r"\[[^\]]*\](?: \|)?\s*", "", message.partition("expected ")[2])
    parts = re.sub(r"^one of ", "", words).split(", ")
    sentence = next((part for part in parts if re.match(r"(?:[A-Z][a-z]+|IRI) \w", part)), "")
    if sentence.startswith("IRI parsing"):
        return "an IRI of the query cannot be resolved"
    return sentence[:1].lower() + sentence[1:] if sentence else "the query is not well formed"
