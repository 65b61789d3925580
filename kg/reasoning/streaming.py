"""What follows from graphs of any size, read file after file.

In: an ontology's axioms, N-Quads files of one graph each, and triples of the ontology itself.
Out: `Streamed`: the inferred triples as lines, and the closure of the few triples around each
contradiction. Refuses: files that cannot be read (`ContentError`, X703).

Most triples lead to others by themselves, and are let go as soon as these are written. In memory
stay what was inferred, the facts that rules join with others, and of the nodes that several files
speak of what constraints speak of. A second reading takes away what is asserted elsewhere.
Equal to `kg.reasoning.closure.close` on all triples at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pyoxigraph import RdfFormat, Triple, parse

from kg.ontology.rules import Axioms, Fact
from kg.rdf.dataset import read_triples
from kg.reasoning.clashes import Facts, find_clashes
from kg.reasoning.closure import Chase, Closure, close, collection_paused
from kg.reasoning.forms import SUBJECT, Form, Forms, datatype_of

BATCH = 20_000
"""So many facts are checked against the constraints at a time."""


@dataclass(frozen=True, slots=True)
class Streamed:
    """What follows.

    Attributes:
        lines: inferred triples that nobody asserts, sorted, as N-Triples without the final dot.
        around: the closure of the asserted triples around contradictions; without clashes if there
            are none.
    """

    lines: list[bytes]
    around: Closure


def stream(
    axioms: Axioms, files: Sequence[Path], own: Iterable[Triple], *, batch: int = BATCH
) -> Streamed:
    """Derive what follows from files.

    Args:
        axioms: of the ontology.
        files: canonical N-Quads without blank nodes, each of one graph.
        own: what the ontology says of its individuals.
        batch: how many facts are checked against the constraints at a time.

    Raises:
        ContentError: a file cannot be read.
    """
    with collection_paused():
        run = _Run(axioms, files, [str(triple).encode() for triple in own], batch)
        return run.streamed()


class _Numbers(dict[bytes, int]):
    """The numbers of terms, given as they are met; those of the ontology come first."""

    def __init__(self, forms: Forms) -> None:
        super().__init__(forms.numbers)
        self.tokens = list(forms.tokens)
        self.literals = {n for token, n in forms.numbers.items() if token[0] == 34}

    def __missing__(self, token: bytes) -> int:
        number = self[token] = len(self.tokens)
        self.tokens.append(token)
        if token[0] == 34:
            self.literals.add(number)
        return number


def _instances(facts: Iterable[Fact], start: int, end: int) -> Iterator[Fact]:
    """The facts of a form for the ends of a triple."""
    for s, p, o in facts:
        yield (
            start if s == SUBJECT else end if s < 0 else s,
            p,
            start if o == SUBJECT else end if o < 0 else o,
        )


class _Watch:
    """Facts that constraints speak of.

    It looks at tokens, not at values, and asks for no classes of what is counted, so that it
    suspects more than what clashes.
    """

    def __init__(self, forms: Forms) -> None:
        axioms = forms.axioms
        at_most: list[tuple[int, int, int, int | None]]
        at_most = [(*entry[:3], None) for entry in axioms.at_most]
        self._axioms = replace(axioms, at_most=at_most)
        self._both = {*axioms.inverse_functional, *axioms.asymmetric}
        self._counted = {role for _, _, role, class_ in axioms.at_most if class_ is not None}
        self.numbers = _Numbers(forms)
        self.facts: dict[Fact, None] = {}

    def nodes(self, fact: Fact) -> tuple[int, ...]:
        """The ends at which constraints look for other facts."""
        return (fact[0], fact[2]) if fact[1] in self._both else (fact[0],)

    def concerns(self, fact: Fact, here: bool, there: bool) -> bool:
        """Whether a fact of a form has the subject or the object of the triple among its nodes."""
        return any(here if node == SUBJECT else there for node in self.nodes(fact) if node < 0)

    def copy(self, fact: Fact, tokens: Sequence[bytes | None]) -> None:
        """Take over a fact in which terms have other numbers."""
        s, p, o = fact
        self.facts[self._number(s, tokens), p, self._number(o, tokens)] = None

    def _number(self, number: int, tokens: Sequence[bytes | None]) -> int:
        token = tokens[number]
        return number if token is None else self.numbers[token]

    def tokens(self, facts: Iterable[Fact]) -> set[bytes]:
        """The nodes of facts."""
        found = (self.numbers.tokens[node] for fact in facts for node in self.nodes(fact))
        return {token for token in found if token is not None}

    def suspects(self) -> set[bytes]:
        """The nodes where facts may clash."""
        names = ["" if token is None else token.decode() for token in self.numbers.tokens]
        facts = Facts(self.facts, [None] * len(names), names)
        found = {fact for _, _, premises in find_clashes(self._axioms, facts) for fact in premises}
        # Which values count depends on the classes of these.
        values = (self.numbers.tokens[fact[2]] for fact in found if fact[1] in self._counted)
        return self.tokens(found).union(filter(None, values))


class _Run:
    """The two readings, and a third where something clashes."""

    def __init__(self, axioms: Axioms, files: Sequence[Path], own: list[bytes], batch: int) -> None:
        self._axioms, self._files, self._own, self._limit = axioms, files, own, batch
        self._forms = Forms(axioms)
        self._numbers = _Numbers(self._forms)
        self._inferred: set[bytes] = set()
        self._joining: set[Fact] = set()
        self._batch = _Watch(self._forms)
        self._late = _Watch(self._forms)
        self._seen: set[int] = set()  # hashes: of most nodes no more is ever needed
        self._shared: set[bytes] = set()
        self._suspects: set[bytes] = set()

    def streamed(self) -> Streamed:
        """Everything."""
        for triples in self._chunks():
            self._take(triples)
        self._flush()
        chase = Chase(self._axioms, sorted(self._joining), self._numbers.literals)
        chase.run()
        self._add_derived(fact for fact, why in chase.facts.items() if why)
        for triples in self._chunks():
            self._look_again(triples)
        self._suspects |= self._late.suspects()
        around = close(self._around(chase), self._axioms) if self._suspects else Closure()
        return Streamed(sorted(self._inferred), around)

    def _chunks(self) -> Iterator[list[bytes]]:
        yield self._own
        yield from map(read_triples, self._files)

    def _forms_of(self, triples: Iterable[bytes]) -> Iterator[tuple[bytes, bytes, Form]]:
        find = self._forms.of
        for triple in triples:
            subject, predicate, object_ = triple.split(b" ", 2)
            if form := find(subject, predicate, object_):
                yield subject, object_, form

    # The first reading

    def _take(self, triples: list[bytes]) -> None:
        """Write what follows from each triple, and keep what more may follow from."""
        found: set[bytes] = set()
        numbers = self._numbers
        for subject, object_, form in self._forms_of(triples):
            ends = subject, object_, b""
            found.update([ends[i] + text + ends[j] for i, text, j in form.pieces])
            if form.joins:
                self._joining.update(_instances(form.joins, numbers[subject], numbers[object_]))
            if form.watched:
                self._watch(subject, object_, form)
            if form.datatypes is not None and _misfits(object_, form.datatypes):
                self._suspects.add(subject)
        self._inferred |= found.difference(triples)
        if len(self._batch.facts) > self._limit:
            self._flush()

    def _watch(self, subject: bytes, object_: bytes, form: Form) -> None:
        numbers = self._batch.numbers
        facts = _instances(form.watched, numbers[subject], numbers[object_])
        self._batch.facts.update(dict.fromkeys(facts))

    def _flush(self) -> None:
        """Check the facts of some files, and note which nodes have been met before."""
        batch, self._batch = self._batch, _Watch(self._forms)
        self._suspects |= batch.suspects()
        for node in batch.tokens(batch.facts):
            number = hash(node)
            if number in self._seen:
                self._shared.add(node)
            self._seen.add(number)
        first = len(self._forms.tokens)
        for fact in batch.facts:
            if any(node < first for node in batch.nodes(fact)):
                self._late.copy(fact, batch.numbers.tokens)

    # Between the readings

    def _add_derived(self, facts: Iterable[Fact]) -> None:
        """Write what follows from several facts, and have its nodes looked at again."""
        tokens, forms = self._numbers.tokens, self._forms
        for fact in facts:
            s, p, o = (tokens[number] for number in fact)
            if s and p and o and not forms.hides(fact):
                self._inferred.add(b"%b %b %b" % (s, p, o))
            if forms.watches(fact):
                self._late.copy(fact, tokens)
                self._shared.update(filter(None, (s, o)))
            if s and forms.misfits(fact[1], o):
                self._suspects.add(s)

    # The second reading

    def _look_again(self, triples: list[bytes]) -> None:
        """Take away what is asserted, and gather what is said of nodes in several files."""
        self._inferred.difference_update(triples)
        shared, late = self._shared, self._late
        for triple in triples:
            subject, predicate, object_ = triple.split(b" ", 2)
            here, there = subject in shared, object_ in shared
            if (here or there) and (form := self._forms.of(subject, predicate, object_)):
                facts = [f for f in form.watched if late.concerns(f, here, there)]
                if facts:
                    ends = late.numbers[subject], late.numbers[object_]
                    late.facts.update(dict.fromkeys(_instances(facts, *ends)))

    # The third reading, which only contradictions need

    def _around(self, chase: Chase) -> list[Triple]:
        """The asserted triples on the nodes in question, and those that facts on them come from."""
        needed = self._grounds(chase)
        kept = [t for triples in self._chunks() for t in triples if self._leads(t, needed)]
        text = b"".join(b"%b .\n" % triple for triple in kept)
        return [quad.triple for quad in parse(text, RdfFormat.N_TRIPLES)]

    def _leads(self, triple: bytes, needed: set[Fact]) -> bool:
        """Whether a triple tells of a node in question, or leads to a fact that is needed."""
        subject, predicate, object_ = triple.split(b" ", 2)
        if not self._suspects.isdisjoint((subject, object_)):
            return True  # of classes from which nothing follows, too: values of a class are counted
        form, numbers = self._forms.of(subject, predicate, object_), self._numbers
        if form is None:
            return False
        kinds = form.joins + form.watched
        facts = list(_instances(kinds, numbers[subject], numbers[object_]))
        ends = {numbers.tokens[end] for fact in facts for end in (fact[0], fact[2])}
        return not self._suspects.isdisjoint(ends) or not needed.isdisjoint(facts)

    def _grounds(self, chase: Chase) -> set[Fact]:
        """The facts from which those on the nodes in question were derived."""
        tokens, suspects = self._numbers.tokens, self._suspects
        open_ = [
            fact
            for fact, why in chase.facts.items()
            if why and (tokens[fact[0]] in suspects or tokens[fact[2]] in suspects)
        ]
        found = set(open_)
        while open_:
            why = chase.facts[open_.pop()]
            new = set(why[1] if why else ()) - found
            found |= new
            open_.extend(new)
        return found


def _misfits(object_: bytes, datatypes: frozenset[str]) -> bool:
    return object_[:1] != b'"' or datatype_of(object_) not in datatypes
