"""A plan carried out: graphs sent, seen to be there, and recorded as such in the store.

In: a plan and a store. Out: what has been done; at any moment, what the store holds.
Refuses: to go on where the store fails (P901-P903), and to call a graph loaded that the store does
not hold as it was sent (P904).

Before a graph is touched, the store has it on record as one that is not seen through; its digest
is recorded when it has been counted (and compared, if that is asked for). So an end at any moment
leaves nothing on record that is not there, and the next push goes on where this one ended.

What the store has already stays until all that is new is there and verified: new content waits in
graphs of its own, and then takes its place by one update, together with what is removed. Where
updates are no transactions, it does so graph by graph; a store that takes none is given a graph
where it belongs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from kg.answers.kinds import Rewrite
from kg.diagnostics import ContentError, Diagnostic, Unavailable
from kg.pushing.plan import Action, Graph, Step, differs, triples
from kg.pushing.records import Record, add_records, read_records, records_graph, write_records
from kg.pushing.remote import Batch, Remote
from kg.pushing.verdict import Verdict, judge

# So much is done again at most if a push is killed; to record each graph would cost a request each.
UNRECORDED_GRAPHS = 20
UNRECORDED_TRIPLES = 20_000
# What goes in one request is done again if that fails; a store holds it in memory.
BATCH_TRIPLES = 250_000
# A transaction holds what it replaces in memory, too: some 5 KB a triple in Oxigraph on a disk.
SWITCHED_TRIPLES = 500_000
SHOWN = 5
UNTOUCHED = "no graph of the store has been changed"
CHANGES = frozenset({Action.SEND, Action.REMOVE, Action.DISCARD})
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
    _touched: dict[str, Step] = field(default_factory=dict)
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
        changes = [s for s in self.steps if s.action in CHANGES]
        self._records = {s.name: s.record for s in self.steps if s.record is not None}
        self._records |= {s.place: s.waiting for s in self.steps if s.waiting is not None}
        if changes:
            self._announce(changes)
        for group in self._groups():
            self._settle(group)
        if not self._faults:
            self._switch([s for s in changes if s.place or s.action is Action.REMOVE])
        if changes:
            self._close()

    def _hurry(self) -> None:
        """Save what can be saved, from a store that may be gone."""
        self.remote = self.remote._replace(client=self.remote.client.hurried())
        with suppress(ContentError):
            self._record()

    def _announce(self, changes: Sequence[Step]) -> None:
        """Put on record what will be written, and remove what waits for nothing."""
        sent = [s.target for s in changes if s.action is Action.SEND and s.waiting is None]
        stale = [s.name for s in changes if s.action is Action.DISCARD]
        self._records |= {name: Record() for name in [*sent, *stale]}
        write_records(self.remote, self.base, self._records)
        self.remote.drop(stale)
        for name in set(stale) - set(sent):
            del self._records[name]

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
        is_new = step.action is Action.SEND and (bool(step.place) or not step.there)
        is_sent = is_new and step.waiting is None
        return self.remote.store.quads is not None and is_sent and graph.is_plain

    def _settle(self, steps: Sequence[Step]) -> None:
        """Send graphs if they are to be sent, and see that the store has them."""
        is_sent = steps[0].action is Action.SEND and steps[0].waiting is None
        if is_sent:
            self._touched |= {step.name: step for step in steps if not step.place}
            self._send(steps)
            counted = self.remote.counts([step.target for step in steps])
        else:
            counted = {s.target: s.waiting.triples if s.waiting else s.there for s in steps}
        for step in steps:
            assert step.graph is not None
            if is_sent or self.verify:
                self._check(step, step.graph, counted[step.target])
            self.watch(step.name, step.graph.triples)
        waiting = sum(record.triples for record in self._fresh.values())
        if len(self._fresh) >= UNRECORDED_GRAPHS or waiting >= UNRECORDED_TRIPLES:
            self._record()

    def _send(self, steps: Sequence[Step]) -> None:
        """A graph without triples is none, in most stores."""
        graph = steps[0].graph
        assert graph is not None
        if len(steps) > 1:
            self.remote.add_all(Batch([s.graph.body(s.target) for s in steps if s.graph]))
        elif graph.triples:
            self.remote.put(steps[0].target, graph.body())
        else:
            self.remote.drop([steps[0].target])

    def _check(self, step: Step, graph: Graph, counted: int) -> None:
        verdict = Verdict()
        if self.verify or counted != graph.triples:
            # Where literals are rewritten, two statements may become one.
            kind = self.remote.store.kind
            verdict = judge(graph.path, self.remote.read(step.target), kind.rewrites)
            self._compared += 1
            self._rewritten |= verdict.rewritten
        if not verdict.is_same or (counted != graph.triples and not verdict.rewritten):
            self._doubt(step, _fault(graph, counted, verdict))
            return
        self._records[step.target] = Record(graph.digest, counted)
        if step.action is Action.SEND:
            self._fresh[step.target] = self._records[step.target]
        if not step.place:
            self._done.add(step.name)

    def _doubt(self, step: Step, fault: Diagnostic) -> None:
        """Keep a fault; a graph that was on record is no longer."""
        self._faults[step.name] = fault
        self._records[step.target] = Record()
        if step.action is not Action.SEND:
            write_records(self.remote, self.base, self._records)
            self._fresh.clear()

    def _record(self) -> None:
        if self._fresh:
            add_records(self.remote, self.base, self._fresh)
            self._fresh.clear()

    def _switch(self, steps: Sequence[Step]) -> None:
        """Let new content take the place of the old, and remove what is gone."""
        if not steps:
            return
        waiting = {step.name: self._records.get(step.place, Record()) for step in steps}
        self._records |= {step.name: Record() for step in steps}
        write_records(self.remote, self.base, self._records)
        self._fresh.clear()
        for piece in self._pieces(steps):
            self._touched |= {step.name: step for step in piece}
            if self.remote.store.update is None:
                self.remote.drop([step.name for step in piece])
            else:
                self.remote.replace([(step.name, step.place) for step in piece])
            counted = self.remote.counts([step.name for step in piece])
            for step in piece:
                self._see_switched(step, waiting[step.name], counted[step.name])
        places = [step.place for step in steps if step.place]
        self.remote.drop(places)
        for place in places:
            del self._records[place]

    def _pieces(self, steps: Sequence[Step]) -> Iterator[list[Step]]:
        """As many graphs as can be switched at once."""
        piece: list[Step] = []
        size = 0
        for step in steps:
            number = step.graph.triples if step.graph else 0
            is_full = len(piece) == self.remote.store.kind.switched
            if piece and (is_full or size + number > SWITCHED_TRIPLES):
                yield piece
                piece, size = [], 0
            piece.append(step)
            size += number
        yield piece

    def _see_switched(self, step: Step, record: Record, counted: int) -> None:
        is_other = self.verify and step.graph is not None and differs(step.graph, self.remote)
        if counted != record.triples or is_other:
            doing = "given its new content to" if step.place else "removed"
            message = f"the store has not {doing} `{step.name}`"
            is_count = counted != record.triples
            note = f"it has {triples(counted)}, expected {record.triples or 'none'}"
            notes = (note,) if is_count else ("they are as many, and others",)
            self._faults[step.name] = Diagnostic("P904", message, notes=notes)
            return
        self._done.add(step.name)
        if step.place:
            self._records[step.name] = record
        else:
            self._records.pop(step.name)
            self.watch(step.name, 0)

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
            return [UNTOUCHED, *self._waiting()]
        changes = sum(step.action in (Action.SEND, Action.REMOVE) for step in self.steps)
        verified = sum(name in self._done for name in self._touched)
        numbers = {"graphs to change": changes, "changed and verified": verified}
        numbers["as they were"] = changes - len(self._touched)
        numbers["verified, but not on record, so that they will be sent again"] = len(self._fresh)
        return [
            "; ".join(f"{what}: {n}" for what, n in numbers.items() if n),
            *self._doubts(),
            *self._waiting(),
        ]

    def _waiting(self) -> Iterator[str]:
        """What is said of new content that is no graph of the build yet."""
        places = {step.place for step in self.steps if step.place}
        number = sum(
            bool(record.digest) for name, record in self._records.items() if name in places
        )
        if number:
            where = f"under `{records_graph(self.base)}/`"
            yield f"graphs whose new content waits {where} for the next push: {number:,}"

    def _doubts(self) -> Iterator[str]:
        """What is said of graphs that are neither verified nor known to be wrong."""
        known = self._done | self._faults.keys()
        doubtful = [name for name in self._touched if name not in known]
        for name in doubtful[:SHOWN]:
            yield f"`{name}` {self._seen(self._touched[name])}"
        if doubtful[SHOWN:]:
            yield f"{len(doubtful) - SHOWN:,} more graphs are not verified"

    def _seen(self, step: Step) -> str:
        expected = f"{step.graph.triples:,}" if step.graph else "none"
        try:
            counted = self.remote.count(step.name)
            if step.place and step.graph and not differs(step.graph, self.remote):
                return "has its new content, which is not on record"
        except ContentError:
            return "may be as it was, new, or a part of either: the store does not say"
        if step.place and counted == step.there:
            return "is as it was"
        return f"is not verified: it has {triples(counted)}, expected {expected}"


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
