"""Why a query has no rows: terms that the data lack, literals of another kind, what no row passes.

In: a query that has no rows, and the view that it was asked of. Out: warnings (Q621, Q625) for what
is most probably a mistake, and notes (Q626) for what is so.
Refuses: nothing.

Conditions are left out one at a time, and the query is asked again: that alone tells which of them
leaves no rows. What is cheap comes first, for whoever asks may not wait for all of it; what is said
of a place later replaces what was said of it before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from pyoxigraph import NamedNode, QuerySolution

from kg.advising.absent import Absent, Vocabulary, absent, knows
from kg.advising.blame import Case, Verdict, blame, has_other_kind, there_are, without
from kg.advising.conditions import Condition, elements, is_opened
from kg.advising.mistakes import Query, unused_prefixes
from kg.advising.trials import Trials
from kg.diagnostics import Diagnostic, Location, Severity
from kg.rdf.turtle import Shortener
from kg.sparql.answers import Context
from kg.sparql.grammar import Tree
from kg.sparql.graphs import View
from kg.sparql.meaning import Reader
from kg.sparql.query import ask

MOST_CONDITIONS = 40
MOST_FINDINGS = 4
OTHERS = {
    "--asserted": "with what is inferred",
    "--inferred": "with what is asserted",
    "--graph": "in all graphs",
    "--no-union": "in the merge of all graphs",
}
"""What the options leave out that choose graphs."""


def reasons(
    query: Query, view: View, context: Context, narrowing: str | None = None
) -> Iterator[Diagnostic]:
    """Why a query has no rows; nothing if it counts some after all.

    Args:
        query: whose answer has no rows, or is one row that is made of all solutions.
        view: that it was asked of.
        context: that it is read with.
        narrowing: the option that has left graphs out of the view.
    """
    examiner = _Examiner(query, view, context)
    if not examiner.is_certain and examiner.trials.rows() != 0:
        return
    yield from unused_prefixes(query)
    yield from examiner.terms()
    if not examiner.reaches_out and examiner.trials.rows() == 0:
        if narrowing is not None:
            yield from _elsewhere(query, view._replace(default=None), context, narrowing)
        yield from examiner.corrections()
        yield from examiner.verdicts()


def _elsewhere(query: Query, whole: View, context: Context, option: str) -> Iterator[Diagnostic]:
    """That there are rows in graphs that an option leaves out."""
    rows = _trials(query, whole, context).rows()
    if rows:
        message = f"the answer is empty because of `{option}`: {OTHERS[option]} {there_are(rows)}"
        help_, at = f"leave `{option}` out", Location(query.name)
        yield Diagnostic("Q626", message, at, (), help_, severity=Severity.NOTE)


def _trials(query: Query, view: View, context: Context) -> Trials:
    return Trials(query.text, query.tree, lambda text: _rows(ask(view, text, context).result))


def unknown_terms(
    query: Query, view: View, context: Context, namespaces: Collection[str]
) -> Iterator[Diagnostic]:
    """The terms in some namespaces that the data do not have, with what was probably meant."""
    terms = _Terms(query, view, context)
    own = tuple(namespaces)
    terms.missing = [t for t in terms.missing if t.iri.startswith(own) and t.iri not in own]
    meant = terms.meant()
    return (terms.said(term, meant.get(term.token.start)) for term in terms.missing)


class _Terms:
    """The terms of a query that the data do not have."""

    def __init__(self, query: Query, view: View, context: Context) -> None:
        self.reader = Reader(query.tree.tokens(), context)
        self.shorten = Shortener(_prefixes(query.tree, self.reader, context), context.base or "")
        self.missing = absent(query.tree, view.store, self.reader)
        self._query, self._store, self._known = query, view.store, context.prefixes

    def meant(self) -> dict[int, str]:
        """What was probably meant, by where the token starts."""
        if not self.missing:
            return {}
        vocabulary = Vocabulary(self._store)
        found = {
            term.token.start: self._usual(term)
            or vocabulary.meant(term.iri, is_property=term.is_property)
            for term in self.missing
        }
        return {start: iri for start, iri in found.items() if iri}

    def _usual(self, term: Absent) -> str | None:
        """The same name with the prefix as everybody else has it, if the data have that."""
        prefix, colon, name = term.token.text.partition(":")
        if term.token.kind != "name" or not colon or prefix not in self._known:
            return None
        node = NamedNode(self._known[prefix] + name)
        return node.value if knows(self._store, node) else None

    def said(self, term: Absent, meant: str | None, notes: tuple[str, ...] = ()) -> Diagnostic:
        """The finding for a term."""
        written, at = term.token.text, self._query.place(term.token)
        message = f"neither the data nor their ontology have `{written}`"
        found = replace(self._query.warning("Q621", message, at), notes=notes)
        if meant is None:
            return found
        short = self.shorten(f"<{meant}>")
        usual = f"the data have <{meant}>, which is in another namespace"
        is_same = short == written or self._usual(term) == meant
        return replace(found, help=usual if is_same else f"did you mean `{short}`?")


class _Examiner:
    """Examines one query."""

    def __init__(self, query: Query, view: View, context: Context) -> None:
        tokens = query.tree.tokens()
        form = query.tree.trees()[1]
        self.is_certain = form.rule == "AskQuery" or not is_opened(form)
        self.reaches_out = any(token.keyword == "SERVICE" for token in tokens)
        self.trials = _trials(query, view, context)
        self._terms = _Terms(query, view, context)
        self._case = Case(query, self.trials, view, self._terms.reader, self._terms.shorten)
        self._elements = elements(query.tree)
        self._conditions = [one for one in self._elements if one.restricts][:MOST_CONDITIONS]
        self._said: dict[int, Diagnostic] = {}

    def terms(self) -> Iterator[Diagnostic]:
        """The terms that the data do not have."""
        for term in self._terms.missing:
            self._said[term.token.start] = self._terms.said(term, None)
            yield self._said[term.token.start]

    def corrections(self) -> Iterator[Diagnostic]:
        """The same with what was probably meant."""
        meant = self._terms.meant()
        rows = self.trials.rows(given={at: f"<{iri}>" for at, iri in meant.items()}) if meant else 0
        known = [f"`{self._terms.shorten(f'<{iri}>')}`" for iri in meant.values()]
        what = " and ".join(known)
        notes = (f"with {what} {there_are(rows)}",) if rows else ()
        for term in self._terms.missing:
            start = term.token.start
            iri = meant.get(start)
            self._said[start] = self._terms.said(term, iri, notes if iri else ())
            yield self._said[start]

    # Conditions

    def verdicts(self) -> Iterator[Diagnostic]:
        """What is wrong with the conditions."""
        dead = [one for one in self._conditions if self.trials.is_dead(one)]
        yield from (self._blamed([Verdict(one, dead=True)]) for one in dead[:MOST_FINDINGS])
        tried = [Verdict(one, one in dead, self._without(one)) for one in self._conditions]
        blamed = [verdict for verdict in tried if verdict.dead or verdict.without]
        yield from map(self._blamed, self._grouped(blamed))
        if not blamed:
            yield from self._last_straw()

    def _grouped(self, blamed: Sequence[Verdict]) -> Iterator[list[Verdict]]:
        """What has a reason of its own, and then all conditions that only together leave no row."""
        together = [one for one in blamed if not one.dead and not self._has_own(one)]
        yield from ([one] for one in blamed[:MOST_FINDINGS] if one not in together)
        if together:
            yield sorted(together, key=lambda one: one.without or 0)[:MOST_FINDINGS]

    def _has_own(self, verdict: Verdict) -> bool:
        return self._term_in(verdict) is not None or has_other_kind(self._case, verdict)

    def _without(self, condition: Condition) -> int | None:
        """The rows without a condition, unless that leaves nothing to ask."""
        return self.trials.rows([condition]) if len(self._conditions) > 1 else None

    def _term_in(self, verdict: Verdict) -> Diagnostic | None:
        """What is said of a term that a condition has."""
        said = (one for start, one in self._said.items() if verdict.condition.holds(start))
        return next(said, None)

    def _blamed(self, verdicts: Sequence[Verdict]) -> Diagnostic:
        """One finding; the first of several conditions is the one without which rows are fewest."""
        first, *others = verdicts
        if (said := self._term_in(first)) is not None:
            return replace(said, notes=(*without(first), *said.notes))
        return replace(blame(self._case, first), related=tuple(self._beside(others)))

    def _beside(self, verdicts: Iterable[Verdict]) -> Iterator[tuple[str, Location]]:
        for verdict in sorted(verdicts, key=lambda one: one.condition.tokens[0].start):
            place = self._case.query.place_of(verdict.condition.tokens)
            yield from ((words, place) for words in without(verdict))

    def _last_straw(self) -> Iterator[Diagnostic]:
        """The condition after which no row is left, where leaving out any single one is no use."""
        left: int | None = None
        for count, element in enumerate(self._elements[:MOST_CONDITIONS]):
            rows = self.trials.rows(self._elements[count + 1 :])
            if rows == 0 and left and element.restricts:
                yield self._straw(element, left)
            if not rows:
                return
            left = rows

    def _straw(self, condition: Condition, left: int) -> Diagnostic:
        word = "pattern" if condition.triple else condition.word
        message = f"this {word} leaves no row of those that the ones before it give"
        notes = (f"with those alone {there_are(left)}", "conditions behind it leave no row, either")
        at = self._case.query.place_of(condition.tokens)
        return Diagnostic("Q626", message, at, notes, None, (), Severity.NOTE)


def _rows(result: object) -> Iterator[QuerySolution]:
    return iter(result)  # type: ignore[call-overload,no-any-return]


def _prefixes(tree: Tree, reader: Reader, context: Context) -> dict[str, str]:
    """Those that a query knows, its own first."""
    tokens = tree.trees("Prologue")[0].tokens()
    pairs = ((after, iri) for after, iri in pairwise(tokens) if after.kind == "name")
    own = {name.text[:-1]: reader.iri(iri.text).value for name, iri in pairs}
    return {**context.prefixes, **own}
