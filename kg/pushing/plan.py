"""What a push has to do: which graphs to send, to leave as they are, or to remove.

In: a build, and what a store holds. Out: a step for each graph.
Refuses: a graph of the store that no push has written and that has the name of ours (P905).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from kg.diagnostics import Diagnostic, Misuse, Unavailable
from kg.exporting.selection import check_whole
from kg.pushing.records import Record, Records, is_staging, staging_graph
from kg.pushing.remote import BLOCK, Body, Remote
from kg.pushing.verdict import judge
from kg.rdf.dataset import split
from kg.store.embedded import Build


class Graph(NamedTuple):
    """A graph of a build.

    Attributes:
        name: its IRI.
        path: its file, of canonical N-Quads.
        digest: SHA-256 of the file.
        triples: how many it has.
        is_plain: whether it surely has no blank nodes.
    """

    name: str
    path: Path
    digest: str
    triples: int
    is_plain: bool = True

    def body(self, place: str = "") -> Body:
        """What is sent of it: N-Quads with the name of a graph, or N-Triples."""
        return Body(self.path, self.name, self.triples, place)


class Action(StrEnum):
    """What is done with a graph of the store."""

    SEND = "send"
    KEEP = "keep"
    REMOVE = "remove"
    LEAVE = "leave"
    DISCARD = "discard"


class Step(NamedTuple):
    """What is done with one graph, and why.

    Attributes:
        action: what is done.
        name: of the graph.
        reason: in words.
        graph: of the build; None: the build has none of that name.
        record: what the store has recorded of it.
        there: how many triples the store has of it.
        place: the graph in which new content waits until that of all graphs is there; empty: it is
            put at once where it belongs.
        waiting: the record of what waits there already.
    """

    action: Action
    name: str
    reason: str
    graph: Graph | None = None
    record: Record | None = None
    there: int = 0
    place: str = ""
    waiting: Record | None = None

    @property
    def target(self) -> str:
        """Where the graph is sent."""
        return self.place or self.name


def triples(number: int) -> str:
    """A number of triples in words."""
    return "1 triple" if number == 1 else f"{number:,} triples"


def graphs_of(build: Build) -> list[Graph]:
    """The graphs of a build, in its order; each file holds one.

    Raises:
        Unavailable: X703, a file is not as the build wrote it.
    """
    check_whole(build, build.files())
    return [_graph(build, path) for path in build.files()]


def _graph(build: Build, path: Path) -> Graph:
    name, number, is_plain = f"{build.base}graph/{path.stem}", 0, True
    end = f" <{name}> .\n".encode()
    with path.open("rb") as stream:
        while lines := stream.readlines(BLOCK):
            number += len(lines)
            is_plain = is_plain and b"_:" not in b"".join(lines)
            if strange := next((line for line in lines if not line.endswith(end)), None):
                raise _strange(path, strange)
    digest = build.digest(path)
    return Graph(name, path, digest, number, is_plain)


def _strange(path: Path, line: bytes) -> Unavailable:
    message = f"`{path.name}` of the build holds a statement of another graph: {split(line)[3]}"
    return Unavailable([Diagnostic("X703", message, help="run `kg build --force`")])


def make_plan(
    graphs: Sequence[Graph],
    records: Records,
    remote: Remote,
    base: str,
    *,
    prune: bool = False,
    take_over: bool = False,
) -> list[Step]:
    """What to do so that a store holds the graphs of a build.

    Args:
        graphs: of the build.
        records: of the store.
        remote: the store; its graphs are counted.
        base: of the project.
        prune: remove graphs of earlier pushes that the build has no more.
        take_over: replace graphs of our names that no push has written.

    Raises:
        Misuse: P905, there are such graphs, and they are other than ours.
    """
    staged = {name: record for name, record in records.items() if is_staging(base, name)}
    waiting = [name for name, record in staged.items() if record.digest]
    there = remote.counts([*(graph.name for graph in graphs), *waiting])
    steps = [
        _step(graph, there[graph.name], records.get(graph.name), remote, take_over)
        for graph in graphs
    ]
    if foreign := [step for step in steps if step.action is Action.LEAVE]:
        raise Misuse(map(_foreign, foreign))
    if remote.store.update is not None:
        whole = {name: staged[name] for name in waiting if there[name] == staged[name].triples}
        steps = [_placed(step, staging_graph(base, step.name), whole) for step in steps]
    names = {graph.name for graph in graphs} | staged.keys()
    return [*_stale(staged, steps), *steps, *_gone(names, records, prune)]


def _placed(step: Step, place: str, whole: Records) -> Step:
    """A step that changes what the store has, so that all that changes does so at once."""
    if step.action is not Action.SEND or not step.there or step.graph is None:
        return step
    found = whole.get(place)
    is_same = found is not None and found.digest == step.graph.digest
    return step._replace(place=place, waiting=found if is_same else None)


def _stale(staged: Records, steps: Iterable[Step]) -> Iterator[Step]:
    """What waits for nothing any more."""
    used = {step.place for step in steps if step.waiting is not None}
    for name in sorted(staged.keys() - used):
        yield Step(Action.DISCARD, name, "left by a push that was not seen through")


def _step(graph: Graph, there: int, record: Record | None, remote: Remote, take_over: bool) -> Step:
    if record is None:
        return _first(graph, there, remote, take_over)
    if not record.digest:
        reason = "an earlier push was not seen through"
    elif record.digest != graph.digest:
        reason = "changed"
    elif record.triples != there:
        reason = f"changed by others: {triples(there)}, {record.triples:,} were sent"
    else:
        return Step(Action.KEEP, graph.name, "unchanged", graph, record, there)
    return Step(Action.SEND, graph.name, reason, graph, record, there)


def _first(graph: Graph, there: int, remote: Remote, take_over: bool) -> Step:
    """The step for a graph that no push has written; to send again what is there harms nobody."""
    if not there:
        return Step(Action.SEND, graph.name, "new", graph)
    if take_over:
        return Step(Action.SEND, graph.name, "taken over", graph, there=there)
    if not differs(graph, remote):
        return Step(Action.SEND, graph.name, "there, but by no push", graph, there=there)
    reason = f"{triples(there)}, others than ours"
    return Step(Action.LEAVE, graph.name, reason, graph, there=there)


def differs(graph: Graph, remote: Remote) -> bool:
    """Whether a store has other content of a graph than the build."""
    rewrites = remote.store.kind.rewrites
    return not judge(graph.path, remote.read(graph.name), rewrites).is_same


def _gone(names: Iterable[str], records: Records, prune: bool) -> Iterator[Step]:
    action = Action.REMOVE if prune else Action.LEAVE
    for name in sorted(records.keys() - set(names)):
        yield Step(action, name, "no longer in the build", record=records[name])


def _foreign(step: Step) -> Diagnostic:
    message = f"the store has a graph `{step.name}` that no push has written: {step.reason}"
    help_ = "if it may be replaced, push with `--take-over`"
    return Diagnostic("P905", message, help=help_)
