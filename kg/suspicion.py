"""Whether a query is worth reading for mistakes; one of plain patterns that agree is left alone.

In: the text of a query. Out: whether `kg.advice` may find something in it. Refuses: nothing.

What says no is certain; what says yes need not be. It costs a tenth of what reading costs.
"""

from __future__ import annotations

import re
from collections import Counter

VARIABLE = re.compile(r"[?$](\w+)")
# What only reading tells the meaning of.
WORDS = re.compile(
    r"BIND|CONSTRUCT|DESCRIBE|EXISTS|FILTER|FROM|HAVING|MINUS|OPTIONAL|UNION|VALUES",
    re.IGNORECASE,
)
SHORT = 4
"""Names that are shorter resemble one another without being meant to."""


def may_be_odd(text: str) -> bool:
    """Whether a query may hold one of the mistakes that can be seen in its text."""
    if text.count("{") != 1 or WORDS.search(text):
        return True
    head, _, rest = text.partition("{")
    if "#" in rest:  # a comment may name variables
        return True
    body, _, tail = rest.rpartition("}")
    bound = Counter(VARIABLE.findall(body))
    used = set(VARIABLE.findall(head + tail))
    once = {name for name, times in bound.items() if times == 1 and len(name) >= SHORT}
    return not used <= bound.keys() or bool(once - used) or not _hangs_together(body)


def _hangs_together(body: str) -> bool:
    """Whether all variables are joined, by sentences that are cut at each full stop."""
    groups: list[set[str]] = []
    for sentence in body.split("."):
        names = set(VARIABLE.findall(sentence))
        joined = [group for group in groups if group & names]
        rest = [group for group in groups if not group & names]
        groups = [*rest, names.union(*joined)] if names else groups
    return len(groups) < 2
