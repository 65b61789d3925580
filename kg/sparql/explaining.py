"""What is wrong with a query that the engine refuses, at the place where it is wrong.

In: the text of a query, known prefixes. Out: diagnostics (Q601).
Refuses: nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from kg.diagnostics import Diagnostic, Location
from kg.hints import did_you_mean
from kg.sparql.grammar import Fault, Token, first_fault, scan

QUOTES = "close it on the same line, or use three quotation marks"
# More than so many possibilities are no help to a reader.
MOST = 8


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
