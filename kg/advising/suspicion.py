"""Whether a query is worth reading for mistakes; one of plain patterns that agree is left alone.

In: the text of a query, and the store of a build. Out: whether `kg.advising.mistakes` or
`kg.advising.absent` may find something in it. Refuses: nothing.

What says no is certain; what says yes need not be. It costs a tenth of what reading costs.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from pyoxigraph import NamedNode, Store

VARIABLE = re.compile(r"[?$](\w+)")
# What only reading tells the meaning of.
WORDS = re.compile(
    r"BIND|CONSTRUCT|DESCRIBE|EXISTS|FILTER|FROM|HAVING|MINUS|OPTIONAL|UNION|VALUES",
    re.IGNORECASE,
)
IRI = r"<[^<>\"{}|^`\\\s]*>"
NAME = re.compile(r"(?<![\w:<])([A-Za-z][\w-]*):([A-Za-z][\w-]*)")
NAMED = re.compile(r"\bAS\s+[?$](\w+)", re.IGNORECASE)
SHORT = 4
"""Names that are shorter resemble one another without being meant to."""


def may_be_odd(text: str) -> bool:
    """Whether a query may hold one of the mistakes that can be seen in its text."""
    text = re.sub(IRI, "<>", text)  # they hold full stops and number signs
    if text.count("{") != 1 or WORDS.search(text):
        return True
    head, _, rest = text.partition("{")
    if "#" in rest:  # a comment may name variables
        return True
    body, _, tail = rest.rpartition("}")
    bound = Counter(VARIABLE.findall(body))
    used = set(VARIABLE.findall(head + tail)) - _named(head)
    once = {name for name, times in bound.items() if times == 1 and len(name) >= SHORT}
    return not used <= bound.keys() or bool(once - used) or not _hangs_together(body)


def _named(head: str) -> set[str]:
    """The columns that a SELECT clause itself gives values, and does not use besides."""
    times = Counter(VARIABLE.findall(head))
    return {name for name in NAMED.findall(head) if times[name] == 1}


def _hangs_together(body: str) -> bool:
    """Whether all variables are joined, by sentences that are cut at each full stop."""
    groups: list[set[str]] = []
    for sentence in body.split("."):
        names = set(VARIABLE.findall(sentence))
        joined = [group for group in groups if group & names]
        rest = [group for group in groups if not group & names]
        groups = [*rest, names.union(*joined)] if names else groups
    return len(groups) < 2


def may_be_unknown(text: str, store: Store, namespaces: Mapping[str, str]) -> bool:
    """Whether a query may have names that an ontology does not declare.

    Args:
        text: the query.
        store: has the ontology.
        namespaces: of the ontology, by prefix.
    """
    names = {pair for pair in NAME.findall(text) if pair[0] in namespaces}
    nodes = (NamedNode(namespaces[prefix] + name) for prefix, name in names)
    return any(next(store.quads_for_pattern(n, None, None), None) is None for n in nodes)
