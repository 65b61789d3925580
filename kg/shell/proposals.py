"""What could be written at the cursor of a query.

In: the query up to the cursor, what a build has, and the names of queries. Out: `Proposal`s, best
first. Refuses: nothing; inside of strings and comments there is nothing to propose.

What fits the place comes first: the grammar says whether a class, a property or a value stands
there, and the ontology whose individuals are the values of the property before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from kg.shell.suggestions import RESOURCE, Suggestion, Suggestions, has_word
from kg.sparql.grammar import FUNCTIONS, TOKEN, Fault, Token, parse, scan
from kg.terms import RDF

MOST = 200
WORD = re.compile(r"(?:<[^<>\s\"{}|^`\\]*|[?$]\w*|(?:[^\W\d_][\w.-]*)?:[\w.%-]*|[^\W\d][\w-]*|)$")
PATTERNS = ("OPTIONAL", "FILTER", "BIND", "VALUES", "MINUS", "UNION", "GRAPH", "SERVICE")
_VARIABLES = {"a variable", "a variable or an IRI", "a variable or a term", "an object"}
_PROPERTIES = {"a property", "`a`"}
_NODES = {"an object", "a value", "a triple pattern", "an expression", "a variable or an IRI"}


class Proposal(NamedTuple):
    """Something to write in the place of the word at the cursor.

    Attributes:
        text: to write.
        length: of the word that gives way to it.
        label: what it is.
    """

    text: str
    length: int
    label: str


class Place(NamedTuple):
    """Where a word stands.

    Attributes:
        tokens: before it.
        expected: what the grammar says can stand there; empty if the query has a fault before.
    """

    tokens: tuple[Token, ...]
    expected: frozenset[str]

    def takes(self, kinds: set[str]) -> bool:
        """Whether something of the kind can stand there; of a query with a fault, all can."""
        return not self.expected or not self.expected.isdisjoint(kinds)


def propose(
    before: str, after: str, build: Suggestions | None, queries: Mapping[str, str]
) -> list[Proposal]:
    """What could be written at the cursor.

    Args:
        before: the query up to the cursor.
        after: the rest.
        build: what there is to speak of; None if there is no build.
        queries: names of queries, and what they answer.
    """
    match = WORD.search(before)
    word = match[0] if match else ""
    start = before[: len(before) - len(word)]
    if _is_quiet(start):
        return []
    place = _place(start)
    found = chain(
        _names(place, queries),
        _of_build(place, build) if build else (),
        _variables(place, f"{start} {after}"),
        _keywords(place),
    )
    unique = dict.fromkeys(each for each in found if _fits(each, word))
    ordered = sorted(unique, key=lambda each: not _begins(each, word))
    return [Proposal(each.text, len(word), _words(each)) for each in ordered[:MOST]]


def _is_quiet(text: str) -> bool:
    """Whether a text ends in a comment or in a string that is not closed."""
    kinds = list(re.finditer(TOKEN, text, re.VERBOSE | re.DOTALL))
    if kinds and kinds[-1].lastgroup == "comment" and not text.endswith("\n"):
        return True
    return any(match.lastgroup == "mark" and match[0] in "\"'" for match in kinds)


def _place(start: str) -> Place:
    tokens = scan(start)
    nothing = Token("mark", "\0", len(start))
    found = parse((*tokens, nothing))
    at_end = isinstance(found, Fault) and found.at == len(tokens)
    return Place(tokens, frozenset(found.expected if at_end else ()))  # type: ignore[union-attr]


def _fits(found: Suggestion, word: str) -> bool:
    """Whether something is what a word begins, by its text or by a word of its label."""
    kind = word[:1]
    if kind in ("?", "$"):
        return found.text[0] == "?" and found.text[1:].startswith(word[1:])
    named = has_word(found, word.removeprefix("<").casefold())
    if kind == "<":
        return found.text[0] == "<" and (_begins(found, word) or named)
    return _begins(found, word) or (named and ":" not in word)


def _begins(found: Suggestion, word: str) -> bool:
    return found.text.casefold().startswith(word.casefold())


def _words(found: Suggestion) -> str:
    return " - ".join(filter(None, (found.label, found.meaning)))


# What there is


def _names(place: Place, queries: Mapping[str, str]) -> Iterator[Suggestion]:
    """Queries that have a name, where a query begins."""
    if not place.tokens:
        yield from (Suggestion(name, title) for name, title in queries.items())


def _variables(place: Place, text: str) -> Iterator[Suggestion]:
    """The variables of the query."""
    if place.takes(_VARIABLES | _NODES):
        names = (token.text[1:] for token in scan(text) if token.kind == "variable")
        yield from (Suggestion(f"?{name}") for name in dict.fromkeys(names))


def _of_build(place: Place, build: Suggestions) -> Iterator[Suggestion]:
    """Terms and individuals, those that the place is for first."""
    if place.takes(_PROPERTIES):
        yield from build.properties
    if "a property" in place.expected:
        yield Suggestion("a", "is of the class")
        return
    if place.takes(_NODES | {"an IRI"}):
        verb = _verb(place.tokens) if "an object" in place.expected else None
        iri = _expanded(verb, build) if verb else None
        if iri != RDF + "type":
            yield from _individuals(iri, build)
        yield from build.classes
        yield from () if iri else build.properties
    for prefix in build.build.prefixes:
        yield Suggestion(f"{prefix}:", build.build.prefixes[prefix])


def _individuals(property_: str | None, build: Suggestions) -> Iterator[Suggestion]:
    """Individuals as IRIs; those that can be values of the property first."""
    classes = [*(build.range(property_) if property_ else ()), RESOURCE]
    found = dict.fromkeys(each for class_ in classes for each in build.members(class_))
    for each in found:
        yield each._replace(text=build.view.short_token(f"<{each.iri}>"))


def _verb(tokens: Sequence[Token]) -> Token | None:
    """The property that a value stands behind, also behind other values of it."""
    last = len(tokens) - 1
    while last > 1 and tokens[last].text == ",":
        last -= 2
    token = tokens[last] if tokens else None
    return token if token and (token.kind in ("name", "iri") or token.text == "a") else None


def _expanded(token: Token, build: Suggestions) -> str | None:
    """The IRI of a property, if its prefix is known."""
    if token.text == "a":
        return RDF + "type"
    if token.kind == "iri":
        return token.text[1:-1]
    prefix, _, local = token.text.partition(":")
    known = build.build.prefixes
    return known[prefix] + local if prefix in known else None


def _keywords(place: Place) -> Iterator[Suggestion]:
    """Words of SPARQL that can stand there."""
    words = [word.strip("`") for word in sorted(place.expected) if word[1:-1].isalpha()]
    words += PATTERNS if "another pattern" in place.expected else ()
    if not place.expected.isdisjoint({"an expression", "a function"}):
        words += sorted(FUNCTIONS)
    yield from map(Suggestion, words)
