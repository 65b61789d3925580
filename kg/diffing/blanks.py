"""Blank nodes named by what is said of them, so that those of two datasets can be compared.

In: statements with blank nodes. Out: the same statements, in which a blank node has a label that
only depends on its component: the statements that blank nodes tie together. Two datasets have the
same lines if, and only if, they are isomorphic.
Refuses: more statements with blank nodes than can be held in memory (X710).

A component is canonicalised by itself (RDFC-1.0), so that an axiom that is new leaves the names of
all others as they were; in the canonical form of the whole, it would move their numbers.
https://www.w3.org/TR/rdf-canon/
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, Quad, Triple

from kg.diagnostics import Diagnostic, Unavailable
from kg.terms import digest

MOST = 500_000
"""Statements with blank nodes of one side: about 500 MB."""
_TOKEN = re.compile(r'_:c14n(\d+)|"(?:[^"\\]|\\.)*"|<[^<>"{}|^`\\\s]*>')


def blank_nodes(quad: Quad) -> list[BlankNode]:
    """The blank nodes of a statement, those of triple terms included."""
    found: list[BlankNode] = []
    pending: list[object] = [quad.subject, quad.object, quad.graph_name]
    while pending:
        term = pending.pop()
        if isinstance(term, BlankNode):
            found.append(term)
        elif isinstance(term, Triple):
            pending += [term.subject, term.object]
    return found


def check_number(number: int, name: str) -> None:
    """Refuse so many statements with blank nodes.

    Raises:
        Unavailable: X710, there are too many.
    """
    if number > MOST:
        message = f"`{name}` has more than {MOST:,} statements with blank nodes"
        help_ = "compare parts of it, or replace its blank nodes by IRIs (skolemise them)"
        raise Unavailable([Diagnostic("X710", message, help=help_)])


def named_by_content(quads: Iterable[Quad]) -> Iterator[bytes]:
    """Statements with blank nodes as N-Quads lines whose labels do not depend on other statements.

    Args:
        quads: all statements of a dataset that have blank nodes.
    """
    seen: Counter[str] = Counter()
    for component in _components(quads):
        dataset = Dataset(component)
        dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
        text = "".join(sorted(f"{quad} .\n" for quad in dataset))
        name = digest(text)
        seen[name] += 1  # of two components that say the same, each counts
        prefix = f"_:x{name}" + (f"r{seen[name]}" if seen[name] > 1 else "")
        yield from (line + b"\n" for line in _renamed(text, prefix).encode().split(b"\n")[:-1])


def _renamed(text: str, prefix: str) -> str:
    """Canonical labels behind a prefix; what looks like one in a literal or an IRI stays."""
    return _TOKEN.sub(lambda found: f"{prefix}n{found[1]}" if found[1] else found[0], text)


def _components(quads: Iterable[Quad]) -> Iterable[list[Quad]]:
    """The statements that share blank nodes, directly or by way of others."""
    leaders: dict[BlankNode, BlankNode] = {}
    members: list[tuple[BlankNode, Quad]] = []
    for quad in quads:
        first, *others = blank_nodes(quad)
        members.append((first, quad))
        for other in others:
            leaders[_leader(leaders, other)] = _leader(leaders, first)
    found: dict[BlankNode, list[Quad]] = defaultdict(list)
    for node, quad in members:
        found[_leader(leaders, node)].append(quad)
    return found.values()


def _leader(leaders: dict[BlankNode, BlankNode], node: BlankNode) -> BlankNode:
    """The node that stands for the component of a node; the way to it gets shorter."""
    while (above := leaders.setdefault(node, node)) != node:
        leaders[node] = node = leaders[above]
    return node
