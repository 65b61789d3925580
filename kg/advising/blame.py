"""What is wrong with the condition of a query that leaves no rows, as far as its values tell.

In: a condition, and how many rows there are without it. Out: one finding: a literal of another kind
than the values that it is compared with (Q625), else that no row passes, with values that would
(Q626).
Refuses: nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from pyoxigraph import Literal

from kg.advising.conditions import Condition
from kg.advising.literals import (
    SAME,
    Comparison,
    agreeing,
    comparisons,
    in_words,
    kind,
    literals,
    near,
    of_iris,
)
from kg.advising.mistakes import Query
from kg.advising.trials import MOST_ROWS, Trials
from kg.diagnostics import Diagnostic, Severity
from kg.rdf.turtle import Shortener
from kg.sparql.grammar import Token
from kg.sparql.graphs import Term, View
from kg.sparql.meaning import Reader
from kg.sparql.phrases import tokens_of
from kg.terms import XSD

MOST_VALUES = 1000
"""Values of a variable that are looked at."""
SHOWN = 3
SUBJECT, PROPERTY, VALUE = "?kg_subject", "?kg_property", "?kg_value"
GRAPH = "?kg_graph"


class Verdict(NamedTuple):
    """What trials have shown of a condition.

    Attributes:
        condition: that was tried.
        dead: it is a pattern that no triple matches.
        without: how many rows there are without it; None if that is not known.
    """

    condition: Condition
    dead: bool
    without: int | None = None


class Case(NamedTuple):
    """A query without rows, and what is known about it.

    Attributes:
        query: itself.
        trials: of it.
        view: that it was asked of.
        reader: of its terms.
        shorten: writes terms as the query would.
    """

    query: Query
    trials: Trials
    view: View
    reader: Reader
    shorten: Shortener


def blame(case: Case, verdict: Verdict) -> Diagnostic:
    """What is wrong with a condition."""
    notes = tuple(without(verdict))
    found = next(_other_kinds(case, verdict.condition), None) or _emptying(case, verdict)
    return replace(found, notes=(*notes, *found.notes))


def has_other_kind(case: Case, verdict: Verdict) -> bool:
    """Whether a literal is all that is wrong with a condition."""
    return next(_other_kinds(case, verdict.condition), None) is not None


def without(verdict: Verdict) -> Iterator[str]:
    """How many rows there are without a condition, if there are any."""
    if verdict.without:
        word = "pattern" if verdict.condition.triple else verdict.condition.word
        yield f"without this {word} {there_are(verdict.without)}"


def there_are(rows: int) -> str:
    """So many rows, in a sentence."""
    if rows > MOST_ROWS:
        return f"there are more than {MOST_ROWS:,} rows"
    return "there is 1 row" if rows == 1 else f"there are {rows:,} rows"


# Literals


def _other_kinds(case: Case, condition: Condition) -> Iterator[Diagnostic]:
    if condition.triple is not None:
        for tokens in literals(condition.triple.at):
            yield from _other_form(case, condition, tokens)
    elif condition.word in ("FILTER", "VALUES") and not condition.inner:
        for comparison in comparisons(condition.phrase):
            yield from _other_kind(case, condition, comparison)


def _other_form(
    case: Case, condition: Condition, tokens: tuple[Token, ...]
) -> Iterator[Diagnostic]:
    """A literal of a pattern that the data have in another language or of another datatype."""
    literal = _read(case, tokens)
    ends = (None, None, VALUE)
    found = case.trials.alone(condition, ends, words=literal.value, most=MOST_VALUES)
    same = dict.fromkeys(row[VALUE[1:]] for row in found)
    message = "the data have {}{} there, and not {}"
    if literal in same:  # which are others' then
        same = {one: None for one in same if case.trials.rows(given=instead(tokens, str(one)))}
        message = "there are rows with {}{}, and none with {}"
    if others := [one for one in same if isinstance(one, Literal) and one != literal]:
        shown = _shown(case, others[0]), _and_others(case, others[1:]), _shown(case, literal)
        yield _corrected(case, message.format(*shown), tokens, others[0])


def _and_others(case: Case, others: Sequence[Literal]) -> str:
    return f" and {_list(case, others)}" if others else ""


def _other_kind(case: Case, condition: Condition, comparison: Comparison) -> Iterator[Diagnostic]:
    """A literal that cannot agree with any value of the variable, or has another form than one."""
    literal = _read(case, comparison.literal)
    same = _written_so(case, condition, comparison.variable, literal)
    is_term = comparison.sign == "VALUES"  # which equal values of two datatypes do not pass
    values = _values(case, condition, comparison.variable)
    kinds = {kind(value) for value in values}
    if any(one == literal if is_term else kind(one) == kind(literal) for one in same):
        return
    if kinds and kind(literal) not in kinds:
        held = " and ".join(in_words(one) for one in sorted(kinds)[:SHOWN])
        message = f"`?{comparison.variable}` holds {held}, and is compared with "
        message += _shown(case, literal)
        meant = agreeing(literal, same or values)
        yield _corrected(case, message, comparison.literal, meant)
    elif same and comparison.sign in SAME:
        message = f"`?{comparison.variable}` holds {_list(case, same)}, and not "
        message += _shown(case, literal)
        yield _corrected(case, message, comparison.literal, same[0])


def _written_so(case: Case, condition: Condition, variable: str, literal: Literal) -> list[Literal]:
    """The values of a variable without a condition that have the words of a literal."""
    words = Literal(literal.value)
    given = instead(condition.tokens, f"FILTER(STR(?{variable}) = {words})")
    found = case.trials.values(variable, MOST_VALUES, given=given)
    return [value for value in found if isinstance(value, Literal)]


def _corrected(
    case: Case, message: str, tokens: Sequence[Token], other: Literal | None
) -> Diagnostic:
    found = case.query.warning("Q625", message, case.query.place_of(tokens))
    if other is None:
        return replace(found, help="compare with a value of the same kind, or with `STR(...)`")
    rows = case.trials.rows(given=instead(tokens, str(other)))
    notes = (f"with {_shown(case, other)} {there_are(rows)}",) if rows else ()
    return replace(found, help=f"write {_shown(case, other)}", notes=notes)


def instead(tokens: Sequence[Token], text: str) -> Mapping[int, str]:
    """Other text for some tokens, for trials."""
    first, *others = tokens
    return {first.start: text, **{token.start: "" for token in others}}


def _read(case: Case, tokens: Sequence[Token]) -> Literal:
    return case.reader.literal("".join(token.text for token in tokens))


def _values(case: Case, condition: Condition, variable: str) -> list[Term]:
    """The values of a variable without a condition."""
    return case.trials.values(variable, MOST_VALUES, [condition])


# What no row passes


def _emptying(case: Case, verdict: Verdict) -> Diagnostic:
    condition = verdict.condition
    at = case.query.place_of(condition.tokens)
    if verdict.dead:
        message = "no triple matches this pattern"
        notes, help_ = tuple(_about_pattern(case, condition)), _meant(case, condition)
    else:
        word = "pattern" if condition.triple else condition.word
        message = f"no row passes this {word}"
        notes, help_ = tuple(_about_filter(case, condition)), _of_strings(case, condition)
    return Diagnostic("Q626", message, at, notes, help_, (), Severity.NOTE)


def _about_pattern(case: Case, condition: Condition) -> Iterator[str]:
    """What there is instead of the triples that a pattern looks for."""
    triple, trials = condition.triple, case.trials
    assert triple is not None
    if condition.graph and trials.alone(condition, graph=""):
        yield "outside this GRAPH there are triples that match it"
    elif _is_partial(case, condition) and (others := _holding(case, condition)):
        yield f"triples that match it are in graphs that are not asked: {others}"
        return
    verb = tokens_of(triple.path)
    if len(verb) > 1 or verb[0].kind == "variable":
        return
    if not (values := _reached(case, condition)):
        yield f"no triple has the property `{verb[0].text}`"
        return
    if fitting := _fitting(case, condition):
        yield f"there are rows with {_list(case, fitting)} instead"
    elif not _is_variable(triple.value):
        yield f"`{verb[0].text}` leads to {_list(case, values)}"
    if not _is_variable(triple.subject):
        found = trials.alone(condition, (None, PROPERTY, VALUE), most=MOST_VALUES)
        has = _list(case, (row[PROPERTY[1:]] for row in found)) or "no triples of its own"
        yield f"`{triple.subject}` has {has}"


def _holding(case: Case, condition: Condition) -> str:
    """The graphs that have triples of a pattern."""
    found = case.trials.alone(condition, graph=GRAPH, most=MOST_VALUES)
    return _list(case, (row[GRAPH[1:]] for row in found))


def _is_partial(case: Case, condition: Condition) -> bool:
    """Whether a pattern is not asked of all graphs."""
    return condition.graph is None and case.view.default is not None


def _reached(case: Case, condition: Condition) -> list[Term]:
    """The ends of the path of a pattern."""
    rows = case.trials.alone(condition, (SUBJECT, None, VALUE), most=MOST_VALUES)
    return [row[VALUE[1:]] for row in rows]


def _fitting(case: Case, condition: Condition) -> list[Term]:
    """The terms with which there would be rows, in the place of the object of a pattern."""
    assert condition.triple is not None
    if condition.inner or _is_variable(condition.triple.value):
        return []
    given = instead(tokens_of(condition.triple.at), f" {VALUE} ")
    return case.trials.values(VALUE[1:], MOST_VALUES, given=given)


def _meant(case: Case, condition: Condition) -> str | None:
    """The literal whose words are the most like those of a pattern."""
    assert condition.triple is not None
    for tokens in literals(condition.triple.at):
        literal = _read(case, tokens)
        if not (literal.language or literal.datatype.value == XSD + "string"):
            return None
        meant = near(literal, _fitting(case, condition)) or near(literal, _reached(case, condition))
        return f"did you mean {_shown(case, meant)}?" if meant is not None else None
    return None


def _about_filter(case: Case, condition: Condition) -> Iterator[str]:
    """Values of the variables of a filter without it."""
    if condition.word != "FILTER" or condition.inner:
        return
    for name in _names(condition):
        if shown := _list(case, _values(case, condition, name)):
            yield f"`?{name}` is {shown}"


def _names(condition: Condition) -> list[str]:
    """The variables of a filter, but for one that looks for patterns."""
    if any(token.keyword == "EXISTS" for token in condition.tokens):
        return []
    names = (token.text[1:] for token in condition.tokens if token.kind == "variable")
    return list(dict.fromkeys(names))[:SHOWN]


def _of_strings(case: Case, condition: Condition) -> str | None:
    if condition.word != "FILTER" or condition.inner:
        return None
    for token, function in of_iris(condition.phrase):
        values = _values(case, condition, token.text[1:])
        if values and {kind(value) for value in values} == {"IRI"}:
            return f"{function} takes strings: write `STR({token.text})`, or ask for its label"
    return None


def _is_variable(text: str) -> bool:
    return text.startswith(("?", "$", "_:"))


def _list(case: Case, terms: Iterable[Term]) -> str:
    """The first few of some terms, in a sentence."""
    different = sorted({str(term) for term in terms})
    shown = [f"`{case.shorten(term)}`" for term in different[:SHOWN]]
    return ", ".join(shown) + (", ..." if len(different) > SHOWN else "")


def _shown(case: Case, term: Term) -> str:
    return f"`{case.shorten(str(term))}`"
