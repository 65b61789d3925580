"""SPARQL queries over a store, answered as SPARQL says, with their faults as diagnostics.

In: a store and which of its graphs to see, the text of a query, prefixes. Out: an `Answer`,
evaluated while its rows are read.
Refuses: a query that is not well formed (Q601, with its place), that cannot be evaluated (Q602) or
not rightly (Q606), or that would reach the network by SERVICE without leave (Q605).

Most queries are plain, and are answered without what the others need.

https://www.w3.org/TR/sparql11-query/
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import import_module

from pyoxigraph import Store

from kg.diagnostics import ContentError
from kg.sparql.answers import INLINE, Answer, Context, evaluation, to_answer
from kg.sparql.graphs import View

SHORT = 2000
"""Characters of a query that cannot have too many parts."""
FEW = 100
"""Brackets of a query that cannot be nested too deeply."""
WORDS = ("GRAPH", "FROM", "SERVICE", "GROUP_CONCAT", "BNODE", "STRDT", "^^")
# What paths are made of (a variable is a `?` with a name), and numbers that may not be kept.
MARKS = r"\*|(?<!\|)\|(?!\|)|\?(?!\w)|!\s*\(|\+\d|\b0\d|\.\d|\d\.|\d[eE]"


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
    """Start to answer a query over a store of `kg.store.embedded`, whose default graph is a merge.

    Args:
        store: the store.
        text: the query.
        prefixes: known without declaration; a declaration in the query wins.
        union: whether patterns outside GRAPH see the merge of all graphs, or an empty graph.
        base: base IRI of relative IRIs; a BASE in the query wins.
        name: the query's path, for places.
        allow_service: let SERVICE reach the network.

    Raises:
        ContentError: the query is not well formed or cannot be evaluated.
    """
    view = View(store, None if union else ())
    return ask(view, text, Context(prefixes, base, name, allow_service))


def ask(view: View, text: str, context: Context) -> Answer:
    """Start to answer a query over a view of a store.

    Raises:
        ContentError: the query is not well formed or cannot be evaluated.
    """
    with evaluation():
        try:
            if _is_plain(text) and not view.is_coded and len(view.default or ()) < 2:
                return to_answer(view.ask(text, context.prefixes, context.base))
            answer: Answer = import_module("kg.sparql.meaning").ask_rightly(view, text, context)
            return answer
        except SyntaxError as error:
            explain = import_module("kg.sparql.explaining").explain
            found = explain(text, str(error), context.prefixes, context.name)
            raise ContentError(found, {context.name: text}) from error


def _is_plain(text: str) -> bool:
    """Whether a query has nothing that the engine may answer otherwise than SPARQL says."""
    if len(text) > SHORT or sum(map(text.count, "{[(")) > FEW:
        return False
    upper = text.upper()
    return not any(word in upper for word in WORDS) and not re.search(MARKS, text)
