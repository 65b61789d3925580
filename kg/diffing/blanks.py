"""Blank nodes named by what is said of them, so that those of two datasets can be compared.

In: statements with blank nodes. Out: the same statements, in which a blank node has a label that
only depends on its component: the statements that blank nodes tie together. Two datasets have the
same lines if, and only if, they are isomorphic.
Refuses: more statements with blank nodes than can be held in memory, and blank nodes that take too
long to tell apart (X710).

A component is canonicalised by itself (RDFC-1.0), so that an axiom that is new leaves the names of
all others as they were; in the canonical form of the whole, it would move their numbers.
https://www.w3.org/TR/rdf-canon/
"""

from __future__ import annotations

import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, Quad, Triple

from kg.bounded import in_time
from kg.diagnostics import Diagnostic, Unavailable
from kg.terms import digest

MOST = 500_000
"""Statements with blank nodes of one side: about 500 MB."""
PATIENCE = 60.0
"""Seconds for what is hard to tell apart on one side: a clique of ten would take hours."""
# So many blank nodes of which the same is said are told apart in a tenth of a second at most.
ALIKE = 6
_BLANK = re.compile(r"_:(?!me )\S+")
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


def named_by_content(quads: Iterable[Quad], where: str) -> Iterator[bytes]:
    """Statements with blank nodes as N-Quads lines whose labels do not depend on other statements.

    Args:
        quads: all statements of a dataset that have blank nodes.
        where: its name.

    Raises:
        Unavailable: X710, they cannot be told apart.
    """
    seen: Counter[str] = Counter()
    end = time.monotonic() + PATIENCE
    for component in _components(quads):
        if (alike := _alike(component)) <= ALIKE:
            text = _canonical(component)
        else:
            text = _in_time(component, end - time.monotonic(), alike, where)
        name = digest(text)
        seen[name] += 1  # of two components that say the same, each counts
        prefix = f"_:x{name}" + (f"r{seen[name]}" if seen[name] > 1 else "")
        yield from (line + b"\n" for line in _renamed(text, prefix).encode().split(b"\n")[:-1])


def _canonical(component: Sequence[Quad]) -> str:
    dataset = Dataset(component)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return "".join(sorted(f"{quad} .\n" for quad in dataset))


def _in_time(component: Sequence[Quad], seconds: float, alike: int, where: str) -> str:
    """The canonical form, in another process, for the engine gives no control back meanwhile."""
    found = in_time(lambda: [_canonical(component)], max(0.0, seconds))
    if found.results:
        return found.results[0]
    message = f"`{where}` has {alike:,} blank nodes that take too long to tell apart"
    note = "only other blank nodes tell them apart, of which the same is true"
    help_ = "compare parts of it, or replace its blank nodes by IRIs (skolemise them)"
    raise Unavailable([Diagnostic("X710", message, notes=(note,), help=help_)])


def _alike(component: Iterable[Quad]) -> int:
    """How many blank nodes there are at most of which the same is said, their names left aside."""
    said: dict[BlankNode, list[str]] = defaultdict(list)
    for quad in component:
        for node in set(blank_nodes(quad)):
            text = f"{quad} ".replace(f"{node} ", "_:me ")
            said[node].append(_BLANK.sub("_:other", text))
    alike = Counter(tuple(sorted(statements)) for statements in said.values())
    return max(alike.values())


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
