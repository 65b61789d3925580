"""Which columns of an answer a figure shows, and as what: told by name, or guessed by type.

In: the rows of an answer, the name of a figure, and what was said of its columns. Out: `Roles`.
Refuses: an answer without the columns that the figure needs, and columns that do not fit (Q630).

A column is guessed by its name first (a variable `?until` is the `until` of a timeline), then by
the type of what it holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from pyoxigraph import Literal

from kg.diagnostics import Diagnostic, Misuse
from kg.figures.drawing import Entry
from kg.figures.kinds import AND, FACT, FIGURES, Kind, Role
from kg.figures.moments import DATATYPES, read_moment
from kg.hints import did_you_mean
from kg.rdf.cells import Cell, Row, Term

XSD = "http://www.w3.org/2001/XMLSchema#"
NUMBERS = frozenset(
    XSD + name
    for name in (
        *("integer", "decimal", "double", "float", "long", "int", "short", "byte"),
        *("nonNegativeInteger", "positiveInteger", "nonPositiveInteger", "negativeInteger"),
        *("unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte"),
    )
)
BETWEEN = "·"
"""Between the words of several columns; no line begins with it."""
Roles = Mapping[str, tuple[int, ...]]


def kind_of(terms: Sequence[Term | None]) -> Kind:
    """What a column holds: all its terms are of that kind."""
    kinds = {_kind(term) for term in terms if term is not None}
    if len(kinds) <= 1:
        return kinds.pop() if kinds else Kind.NOTHING
    return Kind.TEXT


def _kind(term: Term) -> Kind:
    if not isinstance(term, Literal):
        return Kind.NODE
    datatype = term.datatype.value
    if datatype in DATATYPES:
        return Kind.TIME
    if datatype in NUMBERS:
        return Kind.NUMBER
    if datatype == XSD + "boolean":
        return Kind.TRUTH
    # A bare number is no year unless its datatype says so.
    return Kind.TIME if "-" in term.value and read_moment(term.value) else Kind.TEXT


class Columns(NamedTuple):
    """The columns of an answer: their names, and what they hold."""

    names: Sequence[str]
    kinds: Sequence[Kind]

    @classmethod
    def of(cls, names: Sequence[str], rows: Sequence[Row]) -> Columns:
        """The columns of some rows."""
        return cls(names, [kind_of([row[at] for row in rows]) for at in range(len(names))])

    def shown(self) -> str:
        """Each column with what it holds."""
        held = (f"`{n}` ({k})" for n, k in zip(self.names, self.kinds, strict=True))
        return ", ".join(held) or "no columns"


@dataclass(frozen=True)
class Rows:
    """The rows of a figure, and what each column is to it.

    Attributes:
        names: of the columns.
        terms: of each row.
        cells: the same in words.
        roles: the columns of each role.
        facts: what the column `told` says of facts; empty if nothing says so.
    """

    # No slots: looks are found once and kept in the instance's dictionary.
    names: Sequence[str]
    terms: Sequence[Row]
    cells: Sequence[Sequence[Cell]]
    roles: Roles
    facts: frozenset[str] = frozenset()

    def words(self, at: int, role: str) -> str:
        """What a row says in a role."""
        found = (_words(self.cells[at][column]) for column in self.roles.get(role, ()))
        return f"\u00a0{BETWEEN} ".join(filter(None, found))

    def term(self, at: int, role: str) -> Term | None:
        """The term of a row in a role."""
        columns = self.roles.get(role, ())
        return self.terms[at][columns[0]] if columns else None

    def told(self, at: int) -> str:
        """The whole row in words."""
        pairs = zip(self.names, self.cells[at], strict=True)
        return "\n".join(f"{name}: {_words(cell)}" for name, cell in pairs if cell.words)

    def values(self, role: str) -> list[str]:
        """What the rows say in a role, each once, as they come."""
        found = dict.fromkeys(self.words(at, role) for at in range(len(self.cells)))
        return [words for words in found if words]

    @cached_property
    def looks(self) -> Sequence[Entry]:
        """The look of each row: its kind gives colour and shape, what is no fact is hollow."""
        numbers = {kind: number for number, kind in enumerate(self.values("kind"))}
        return [self._look(at, numbers) for at in range(len(self.cells))]

    def _look(self, at: int, numbers: Mapping[str, int]) -> Entry:
        kind = self.words(at, "kind")
        number = numbers.get(kind) if numbers else 0
        inferred = getattr(self.term(at, "inferred"), "value", "") in ("true", "1")
        return Entry(kind, number, not self._is_fact(at), inferred)

    def _is_fact(self, at: int) -> bool:
        return not self.facts or self.words(at, "told") in self.facts

    def legend(self) -> list[Entry]:
        """What the looks of the rows mean, if there is more than one."""
        found = [Entry(kind, number) for number, kind in enumerate(self.values("kind"))]
        if self.facts:
            found += self._told_apart()
        if any(look.dashed for look in self.looks):
            found.append(Entry("inferred", None, dashed=True))
        return found

    def _told_apart(self) -> list[Entry]:
        told = self.values("told")
        sides = {
            fact: [word for word in told if (word in self.facts) == fact] for fact in (True, False)
        }
        return [Entry(", ".join(words), None, not fact) for fact, words in sides.items() if words]


def _words(cell: Cell) -> str:
    words = " ".join(cell.words.split())
    return f"{words} ({cell.id})" if cell.shared else words


def choose(figure: str, given: Mapping[str, str], columns: Columns) -> Roles:
    """The columns of each role of a figure.

    Args:
        figure: of `FIGURES`.
        given: columns by role, several with `+` between them.
        columns: of the answer.

    Raises:
        Misuse: Q630, a role or a column is unknown, or does not fit, or is missing.
    """
    roles = FIGURES[figure]
    known = {role.name: role for role in roles}
    if unknown := [name for name in given if name not in known and name != FACT]:
        expected = ", ".join(known)
        help_ = did_you_mean(unknown[0], known) or f"say one of {expected}"
        raise refusal(f"a {figure} has no `{unknown[0]}`, expected one of {expected}", help_)
    found = {
        name: tuple(_told(known[name], column, columns) for column in value.split(AND))
        for name, value in given.items()
        if name != FACT
    }
    found = _taken(roles, columns, found)
    if missing := _lacking(roles, found):
        raise _missing(figure, missing, columns)
    return found


def _taken(roles: Sequence[Role], columns: Columns, told: Roles) -> dict[str, tuple[int, ...]]:
    """The columns that are told, and those that are taken by their names or by what they hold."""
    found = {**told, **_named(roles, columns, told)}
    return found | _guessed(roles, columns, found)


def _lacking(roles: Sequence[Role], found: Roles) -> list[Role]:
    return [role for role in roles if role.needed and role.name not in found]


def _told(role: Role, column: str, columns: Columns) -> int:
    if column not in columns.names:
        help_ = did_you_mean(column, columns.names)
        message = f"the answer has no column `{column}`, found {columns.shown()}"
        raise refusal(message, help_ or f"say which column is `{role.name}`")
    at = list(columns.names).index(column)
    if columns.kinds[at] not in (*role.kinds, Kind.NOTHING):
        expected = " or ".join(role.kinds)
        message = (
            f"column `{column}` holds {columns.kinds[at]}, expected {expected} as `{role.name}`"
        )
        raise refusal(message, f"choose another column, found {columns.shown()}")
    return at


def _named(roles: Sequence[Role], columns: Columns, found: Roles) -> dict[str, tuple[int, ...]]:
    """Columns that have the name of a role."""
    taken = {at for places in found.values() for at in places}
    names = {name.lower(): at for at, name in reversed(list(enumerate(columns.names)))}
    fitting = {
        role.name: names[name]
        for role in roles
        for name in reversed((role.name, *role.also))
        if name in names
    }
    return {
        role.name: (fitting[role.name],)
        for role in roles
        if role.name in fitting
        and role.name not in found
        and fitting[role.name] not in taken
        and columns.kinds[fitting[role.name]] in role.kinds
    }


def _guessed(roles: Sequence[Role], columns: Columns, found: Roles) -> dict[str, tuple[int, ...]]:
    """The first columns that no role has and that hold what a role needs."""
    taken = {at for places in found.values() for at in places}
    more: dict[str, tuple[int, ...]] = {}
    for role in _in_order(roles, columns):
        free = (
            at for at, kind in enumerate(columns.kinds) if kind in role.guessed and at not in taken
        )
        if role.name not in found and (at := next(free, None)) is not None:
            more[role.name] = (at,)
            taken.add(at)
    return more


def _in_order(roles: Sequence[Role], columns: Columns) -> Sequence[Role]:
    """The roles; of three columns of nodes the one in the middle is the edge."""
    nodes = sum(kind is Kind.NODE for kind in columns.kinds)
    return [
        r._replace(guessed=(Kind.NODE,)) if r.name == "edge" and nodes > 2 else r for r in roles
    ]


def _missing(figure: str, roles: Sequence[Role], columns: Columns) -> Misuse:
    needed = " and ".join(
        f"a column of {' or '.join(role.guessed)} (`{role.name}`)" for role in roles
    )
    told = ",".join(f"{role.name}=COLUMN" for role in roles)
    message = f"a {figure} needs {needed}, found {columns.shown()}"
    others = [f"`--plot {name}`" for name in FIGURES if _fits(name, columns)]
    fitting = f"{' or '.join(others)} fits these columns; else " if others else ""
    help_ = f"{fitting}name the column with `--plot {figure}:{told}`, or ask for one more"
    return refusal(message, help_)


def _fits(figure: str, columns: Columns) -> bool:
    """Whether a figure finds what it needs among some columns."""
    return not _lacking(FIGURES[figure], _taken(FIGURES[figure], columns, {}))


def refusal(message: str, help_: str) -> Misuse:
    """Q630: why an answer cannot be drawn so."""
    return Misuse([Diagnostic("Q630", message, help=help_)])
