"""A plan carried out: graphs sent, seen to be there, and recorded as such in the store.

In: a plan and a store. Out: what has been done; at any moment, what the store holds.
Refuses: to go on where the store fails (P901-P903), and to call a graph loaded that the store does
not hold as it was sent (P904).

Before a graph is touched, the store has it on record as one that is not seen through; its digest
is recorded when it has been counted (and compared, if that is asked for). So an end at any moment
leaves nothing on record that is not there, and the next push goes on where this one ended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from kg.diagnostics import ContentError, Diagnostic, Unavailable
from kg.pushing.kinds import Rewrite
from kg.pushing.plan import Action, Graph, Step, triples
from kg.pushing.records import Record, add_records, read_records, write_records
from kg.pushing.remote import Batch, Remote
from kg.pushing.verdict import Verdict, judge

# So much is done again at most if a push is killed; to record each graph would cost a request each.
UNRECORDED_GRAPHS = 20
UNRECORDED_TRIPLES = 20_000
# What goes in one request is done again if that fails; a store holds it in memory.
BATCH_TRIPLES = 250_000
SHOWN = 5
UNTOUCHED = "no graph of the store has been changed"
Watch = Callable[[str, int], None]


def _watch_nothing(_: str, __: int) -> None:
    return


class Outcome(NamedTuple):
    """What a push has done.

    Attributes:
        steps: the plan.
        triples: how many the graphs of the build have in the store.
        compared: how many graphs were read back.
        rewritten: what the store writes otherwise, of what was read back.
    """

    steps: Sequence[Step]
    triples: int
    compared: int
    rewritten: frozenset[Rewrite]

    def number(self, action: Action) -> int:
        """How many graphs an action was done with."""
        return sum(step.action is action for step in self.steps)


@dataclass
class Transfer:
    """A push that is under way.

    Attributes:
        remote: the store.
        base: of the project.
        steps: the plan.
        verify: read every graph back and compare it.
        watch: told of each graph that is done, and its triples.
    """

    remote: Remote
    base: str
    steps: Sequence[Step]
    verify: bool = False
    watch: Watch = _watch_nothing
    _records: dict[str, Record] = field(default_factory=dict)
    _fresh: dict[str, Record] = field(default_factory=dict)
    _touched: dict[str, Graph | None] = field(default_factory=dict)
    _done: set[str] = field(default_factory=set)
    _faults: dict[str, Diagnostic] = field(default_factory=dict)
    _rewritten: set[Rewrite] = field(default_factory=set)
    _compared: int = 0

    def run(self) -> Outcome:
        """Do what the plan says.

        Raises:
            Unavailable: the store fails. ContentError: P904, it holds other than was sent.
                Either says what state the store is in.
        """
        try:
            self._run()
        except ContentError as error:
            self._hurry()
            found = [*error.diagnostics, *self._faults.values()]
            raise self._explained(type(error)(found, error.sources)) from error
        except KeyboardInterrupt:
            self._hurry()
            raise
        if self._faults:
            raise self._explained(ContentError(self._faults.values()))
        number = sum(self._records[s.name].triples for s in self.steps if s.graph)
        rewritten = frozenset(self._rewritten)
        return Outcome(self.steps, number, self._compared, rewritten)

    def _run(self) -> None:
        changes = [s for s in self.steps if s.action in (Action.SEND, Action.REMOVE)]
        self._records = {s.name: s.record for s in self.steps if s.record is not None}
        if changes:
            self._announce(changes)
        for group in self._groups():
            self._settle(group)
        for step in changes:
            if step.action is Action.REMOVE:
                self._remove(step.name)
        if changes:
            self._close()

    def _hurry(self) -> None:
        """Save what can be saved, from a store that may be gone."""
        self.remote = self.remote._replace(client=self.remote.client.hurried())
        with suppress(ContentError):
            self._record()

    def _announce(self, changes: Iterable[Step]) -> None:
        self._records |= {step.name: Record() for step in changes}
        write_records(self.remote, self.base, self._records)

    def _groups(self) -> Iterator[list[Step]]:
        """The graphs of the build: new ones that can go in one request together, others alone."""
        group: list[Step] = []
        size = 0
        for step in self.steps:
            if step.graph is None:
                continue
            if not self._goes_along(step, step.graph):
                yield [step]
                continue
            if group and size + step.graph.triples > BATCH_TRIPLES:
                yield group
                group, size = [], 0
            group.append(step)
            size += step.graph.triples
        if group:
            yield group

    def _goes_along(self, step: Step, graph: Graph) -> bool:
        """Whether adding is putting; blank nodes that are added again would be others."""
        is_new = step.action is Action.SEND and not step.there
        return self.remote.store.quads is not None and is_new and graph.is_plain

    def _settle(self, steps: Sequence[Step]) -> None:
        """Send graphs if they are to be sent, and see that the store has them."""
        graphs = [step.graph for step in steps if step.graph is not None]
        is_sent = steps[0].action is Action.SEND
        if is_sent:
            self._touched |= {graph.name: graph for graph in graphs}
            self._send(graphs)
        counted = {step.name: step.there for step in steps}
        if is_sent:
            counted = self.remote.counts(list(counted))
        for graph in graphs:
            if is_sent or self.verify:
                self._check(graph, counted[graph.name])
            self.watch(graph.name, graph.triples)
        waiting = sum(record.triples for record in self._fresh.values())
        if len(self._fresh) >= UNRECORDED_GRAPHS or waiting >= UNRECORDED_TRIPLES:
            self._record()

    def _send(self, graphs: Sequence[Graph]) -> None:
        """A graph without triples is none, in most stores."""
        if len(graphs) > 1:
            self.remote.add_all(Batch([graph.path for graph in graphs]))
        elif graphs[0].triples:
            self.remote.put(graphs[0].name, graphs[0].body)
        else:
            self.remote.remove(graphs[0].name)

    def _check(self, graph: Graph, counted: int) -> None:
        verdict = Verdict()
        if self.verify or counted != graph.triples:
            # Where literals are rewritten, two statements may become one.
            kind = self.remote.store.kind
            verdict = judge(graph.path, self.remote.read(graph.name), kind.rewrites)
            self._compared += 1
            self._rewritten |= verdict.rewritten
        if not verdict.is_same or (counted != graph.triples and not verdict.rewritten):
            self._doubt(graph, _fault(graph, counted, verdict))
            return
        self._done.add(graph.name)
        self._records[graph.name] = Record(graph.digest, counted)
        if graph.name in self._touched:
            self._fresh[graph.name] = self._records[graph.name]

    def _doubt(self, graph: Graph, fault: Diagnostic) -> None:
        """Keep a fault; a graph that was on record is no longer."""
        self._faults[graph.name] = fault
        self._records[graph.name] = Record()
        if graph.name not in self._touched:
            write_records(self.remote, self.base, self._records)
            self._fresh.clear()

    def _record(self) -> None:
        if self._fresh:
            add_records(self.remote, self.base, self._fresh)
            self._fresh.clear()

    def _remove(self, name: str) -> None:
        self._touched[name] = None
        self.remote.remove(name)
        if counted := self.remote.count(name):
            message = f"the store has not removed `{name}`: it has {triples(counted)}"
            self._faults[name] = Diagnostic("P904", message)
            return
        self._done.add(name)
        self._records.pop(name, None)
        self.watch(name, 0)

    def _close(self) -> None:
        """Write all records anew, and see that the store has them, too."""
        write_records(self.remote, self.base, self._records)
        self._fresh.clear()
        if read_records(self.remote, self.base) != self._records:
            message = "the store does not hold the records of this push as they were sent"
            self._faults[""] = Diagnostic("P904", message)

    # What state the store is in

    def _explained(self, error: ContentError) -> ContentError:
        state = tuple(self.state())
        first, *others = error.diagnostics
        told = replace(first, notes=(*first.notes, *state))
        return type(error)([told, *others], error.sources)

    def state(self) -> list[str]:
        """What the store holds now, in sentences, as far as it is known."""
        if not self._touched:
            return [UNTOUCHED]
        changes = sum(step.action in (Action.SEND, Action.REMOVE) for step in self.steps)
        verified = sum(name in self._done for name in self._touched)
        numbers = {"graphs to change": changes, "changed and verified": verified}
        numbers["as they were"] = changes - len(self._touched)
        numbers["verified, but not on record, so that they will be sent again"] = len(self._fresh)
        return ["; ".join(f"{what}: {n}" for what, n in numbers.items() if n), *self._doubts()]

    def _doubts(self) -> Iterator[str]:
        """What is said of graphs that are neither verified nor known to be wrong."""
        known = self._done | self._faults.keys()
        doubtful = [name for name in self._touched if name not in known]
        for name in doubtful[:SHOWN]:
            yield f"`{name}` {self._seen(name, self._touched[name])}"
        if doubtful[SHOWN:]:
            yield f"{len(doubtful) - SHOWN:,} more graphs are not verified"

    def _seen(self, name: str, graph: Graph | None) -> str:
        expected = f"{graph.triples:,}" if graph else "none"
        try:
            counted = triples(self.remote.count(name))
        except ContentError:
            return "may be as it was, new, or a part of either: the store does not say"
        return f"is not verified: it has {counted}, expected {expected}"


def _fault(graph: Graph, counted: int, verdict: Verdict) -> Diagnostic:
    message = f"the store does not hold `{graph.name}` as it was sent"
    notes = [f"it has {triples(counted)}, expected {graph.triples:,}"]
    for title, lines in (("missing", verdict.missing), ("not sent", verdict.extra)):
        shown = lines[:SHOWN] if counted else ()
        notes += [f"{title}: {line}" for line in shown]
        notes += [f"{title}: {len(lines) - SHOWN:,} more"] if shown and lines[SHOWN:] else []
    help_ = "see what the store logs, and push again"
    return Diagnostic("P904", message, notes=tuple(notes), help=help_)


@contextmanager
def untouched() -> Iterator[None]:
    """Say of a store that fails in the block that nothing in it has been changed."""
    try:
        yield
    except Unavailable as error:
        first, *others = error.diagnostics
        told = replace(first, notes=(*first.notes, UNTOUCHED))
        raise Unavailable([told, *others], error.sources) from error
