"""What a query means, and how it is evaluated: `kg query --explain`.

In: a query that is well formed, and its source. Out: lines of text.
Refuses: nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kg.answers.sources import Source, Stored
from kg.sparql.algebra import algebra
from kg.sparql.answers import Context
from kg.sparql.grammar import Tree, parse, scan
from kg.sparql.meaning import rephrased
from kg.sparql.plan import plan


def explained(source: Source, text: str, name: str, store: Path | None) -> Iterator[str]:
    """The algebra of a query, that of the query which is asked in its place, and the plan.

    Args:
        source: that is asked.
        text: the query.
        name: its path, for places.
        store: the folder of the store, if all of it is asked.
    """
    yield from ["algebra", "", _algebra(text), ""]
    if not isinstance(source, Stored):
        yield "an endpoint does not say how it evaluates a query"
        return
    context = Context(source.prefixes, source.base, name, source.allow_service)
    asked = rephrased(source.view, text, context)
    if [token.text for token in scan(asked.text)] != [token.text for token in scan(text)]:
        yield from ["what the engine is asked, which answers this rightly", ""]
        yield from [_algebra(asked.text), ""]
    yield from ["plan of the engine, each operator with those below it", ""]
    if store is None:
        yield "it is shown for whole builds"
    elif asked.functions or asked.aggregates:
        yield "it is not shown for a query that calls functions of ours"
    else:
        yield from plan(store, asked.text, source.prefixes, source.base)


def _algebra(text: str) -> str:
    query = parse(scan(text))
    return algebra(query) if isinstance(query, Tree) else text
