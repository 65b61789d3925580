"""Mistakes that can be seen in the text of a query, before it is asked.

In: the text of a query that is well formed, and what it is read with. Out: warnings: variables
without a value (Q623) or that resemble another (Q624), parts that nothing joins (Q627), MINUS that
takes nothing away (Q628), prefixes that are not used (Q622).
Refuses: nothing. What is not SPARQL 1.1 has no findings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise, takewhile
from typing import NamedTuple

from kg.advising.joins import products
from kg.advising.scopes import Idle, Unbound, oddities
from kg.advising.suspicion import SHORT
from kg.diagnostics import Diagnostic, Location, Severity
from kg.hints import closest, did_you_mean
from kg.sparql.excess import excess
from kg.sparql.explaining import place
from kg.sparql.grammar import Token, Tree, parse, scan
from kg.sparql.phrases import Part, tokens_of, walk

Names = frozenset[str]
PLAIN = ("TriplesBlock", "ShortConstruct", "DescribeQuery")
"""What is matched with the default graph, unless it is in GRAPH."""


class Query(NamedTuple):
    """A query as text and as phrases, and the name that its places have."""

    text: str
    name: str
    tree: Tree

    def warning(
        self,
        code: str,
        message: str,
        at: Location,
        help_: str | None = None,
        related: tuple[tuple[str, Location], ...] = (),
    ) -> Diagnostic:
        """A finding in this query that is most probably a mistake."""
        return Diagnostic(code, message, at, (), help_, related, Severity.WARNING)

    def place(self, part: Part) -> Location:
        """Where a part stands, as far as its first line."""
        return self.place_of(tokens_of(part))

    def place_of(self, tokens: Sequence[Token]) -> Location:
        """Where some tokens stand, as far as their first line."""
        start, end = tokens[0].start, tokens[-1].start + len(tokens[-1].text)
        (line, *_) = self.text[start:end].splitlines()
        return place(self.text, self.name, start, len(line.rstrip()))


def read(text: str, name: str) -> Query | None:
    """A query as phrases; nothing if it is not of SPARQL 1.1, or too much for the engine."""
    tokens = scan(text)
    tree = None if excess(tokens) else parse(tokens)
    return Query(text, name, tree) if isinstance(tree, Tree) else None


def mistakes(query: Query) -> list[Diagnostic]:
    """What is most probably a mistake, whatever the data are."""
    found, unbound = list[Diagnostic](), dict[str, Unbound]()
    for oddity in oddities(query.tree):
        if isinstance(oddity, Idle):
            found.append(_idle(query, oddity))
        else:
            unbound.setdefault(oddity.token.text[1:], oddity)
    found += [_unbound(query, use) for use in unbound.values()]
    alike = [pair for pair in _alike(query.tree) if not {pair[0].text[1:], pair[1]} & set(unbound)]
    found += [_similar(query, token, other) for token, other in alike]
    same = [frozenset((token.text[1:], other)) for token, other in alike]
    found += [_apart(query, first, second) for first, second in products(query.tree, same)]
    return sorted(found, key=Diagnostic.sort_key)


def unused_prefixes(query: Query) -> list[Diagnostic]:
    """Prefixes that the query declares, and does not use."""
    tokens = query.tree.tokens()
    pairs = [(after, token) for token, after in pairwise(tokens) if token.keyword == "PREFIX"]
    declared = {after.start for after, _ in pairs}
    uses = (t for t in tokens if t.kind == "name" and t.start not in declared)
    used = {token.text.partition(":")[0] for token in uses}
    return [
        query.warning(
            "Q622",
            f"prefix `{name.text}` is declared and not used",
            query.place(name),
            "leave the declaration out, or use the prefix",
        )
        for name, _ in pairs
        if name.text[:-1] not in used
    ]


def asks_default_graph(query: Query) -> bool:
    """Whether a query looks into the default graph of whatever it is asked of."""
    chosen = any(phrase.rule == "DatasetClause" for phrase in walk(query.tree))
    return not chosen and _is_outside(query.tree)


def _is_outside(part: Part) -> bool:
    if isinstance(part, Token) or part.rule in ("Graph", "Service"):
        return False
    return part.rule in PLAIN or any(map(_is_outside, part.parts))


# Variables


def _alike(tree: Tree) -> Iterator[tuple[Token, str]]:
    """Variables that stand once in the patterns of a query, with another that they resemble."""
    tokens = [token for token in tree.tokens() if token.kind == "variable"]
    times = Counter(token.text[1:] for token in tokens)
    last = {token.text[1:]: token.start for token in tokens}
    patterns = {t.start for p in walk(tree) if p.rule == "TriplesBlock" for t in p.tokens()}
    for token in tokens:
        name = token.text[1:]
        if times[name] == 1 and token.start in patterns and len(name) >= SHORT:
            near = closest(name, [other for other in times if _is_near(name, other)])
            # Of two that stand once and resemble each other, the second is reported.
            if near is not None and not (times[near] == 1 and last[near] > token.start):
                yield token, near


def _is_near(name: str, other: str) -> bool:
    """Whether one name is the other with a letter added, left out, changed or moved.

    Names that differ in a number or by the ending of a plural are meant to differ.
    """
    one, two = name.casefold(), other.casefold()
    if name == other or one.rstrip("0123456789_") == two.rstrip("0123456789_"):
        return name != other and one == two
    if one == two + "s" or two == one + "s":
        return False
    pairs = zip(one, two, strict=False)
    same = len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))
    rest, others = one[same:], two[same:]
    moved = rest[:2] == others[:2][::-1] and rest[2:] == others[2:]
    changed = rest[1:] in (others, others[1:]) or rest == others[1:]
    return (moved or changed) and not (rest + others)[:1].isdigit()


def _similar(query: Query, token: Token, other: str) -> Diagnostic:
    message = f"`{token.text}` stands in the query only once, and resembles `?{other}`"
    help_ = f"did you mean `?{other}`? if not, a name that differs more says so"
    return query.warning("Q624", message, query.place(token), help_)


def _unbound(query: Query, use: Unbound) -> Diagnostic:
    name, seen = use.token.text[1:], sorted(use.seen)
    where = "" if use.shown else " here"
    message = f"`{use.token.text}` never has a value{where}"
    bound = [t for t in _bound(query.tree) if t.text[1:] == name and t.start != use.token.start]
    if use.later:
        help_ = "move the BIND behind the pattern that gives it a value"
    elif bound and not use.shown:
        help_ = "move the condition to where it has a value: braces hide it"
    else:
        near = did_you_mean(f"?{name}", [f"?{other}" for other in seen])
        help_ = near or "use a variable that a pattern gives a value"
        bound = bound if use.shown else []
    related = tuple(("it has one there", query.place(token)) for token in bound[:1])
    return query.warning("Q623", message, query.place(use.token), help_, related)


def _bound(tree: Tree) -> Iterator[Token]:
    """Variables in the patterns of a query, which give them values."""
    for phrase in walk(tree):
        if phrase.rule == "TriplesBlock":
            yield from (token for token in phrase.tokens() if token.kind == "variable")


# Groups


def _idle(query: Query, minus: Idle) -> Diagnostic:
    message = "this MINUS takes nothing away: it shares no variable with what stands before it"
    help_ = "use a variable of the pattern before it, or FILTER NOT EXISTS"
    return query.warning("Q628", message, query.place(minus.token), help_)


def _apart(query: Query, first: Part, second: Part) -> Diagnostic:
    message = "nothing joins this part to the one before: every row of one goes with every other"
    related = (("the other part", query.place(first)),)
    help_ = "use a variable in both, or compare theirs in a FILTER"
    return query.warning("Q627", message, query.place(second), help_, related)
