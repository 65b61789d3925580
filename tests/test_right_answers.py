"""Right answers: random queries over small datasets, answered as SPARQL's definitions say.

The second evaluator below follows section 18 of https://www.w3.org/TR/sparql11-query/ to the letter
and shares no code with the engine: a query is made as a tree, evaluated as a tree, and written out
as text only for `kg query`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store

from kg.sparql.answers import Context
from kg.sparql.graphs import View
from kg.sparql.query import ask

NAMES = ("a", "b", "c", "absent")
IRIS = [NamedNode(f"x:{name}") for name in NAMES[:3]]
ABSENT = NamedNode("x:absent")
PROPERTIES = [NamedNode("x:p"), NamedNode("x:q")]
GRAPHS = [NamedNode("x:a"), NamedNode("x:g"), NamedNode("x:h")]
NUMBERS = [Literal(1), Literal(2)]
VARIABLES = ("s", "t", "u", "g")

Term = NamedNode | Literal
Row = tuple[tuple[str, Term], ...]  # sorted by variable
Rows = Counter
Graph = frozenset


class Var(NamedTuple):
    """A variable."""

    name: str


# Queries as trees. Each knows its text, its solutions (`rows`), and what variables it may bind.


@dataclass(frozen=True)
class Dataset:
    default: Graph
    named: dict[Term, Graph]


def text_of(end: Var | Term) -> str:
    return f"?{end.name}" if isinstance(end, Var) else str(end)


def merge(left: Row, right: Row) -> Row | None:
    both = dict(left)
    for name, term in right:
        if both.setdefault(name, term) != term:
            return None
    return tuple(sorted(both.items()))


def join(left: Rows, right: Rows) -> Rows:
    found: Rows = Counter()
    for a, times in left.items():
        for b, again in right.items():
            if (both := merge(a, b)) is not None:
                found[both] += times * again
    return found


def value(end: Var | Term, row: Row) -> Term | None:
    return dict(row).get(end.name) if isinstance(end, Var) else end


def match(ends: tuple[Var | Term, Term], pair: tuple[Term, Term]) -> Row | None:
    row: Row = ()
    for end, term in zip(ends, pair, strict=True):
        if isinstance(end, Var):
            found = merge(row, ((end.name, term),))
            if found is None:
                return None
            row = found
        elif end != term:
            return None
    return row


# Paths between two ends, each a term or None for a variable (section 18.4). A sequence joins over a
# variable, which ranges over nodes of the graph only; a closure reaches its end even if it is none.

End = Term | None
Pairs = Counter


def nodes_of(graph: Graph) -> set[Term]:
    return {end for s, _, o in graph for end in (s, o)}


def kept(pairs: Iterable[tuple[Term, Term]], start: End, end: End) -> Pairs:
    return Counter((s, o) for s, o in pairs if start in (None, s) and end in (None, o))


class Link(NamedTuple):
    iri: NamedNode

    def __str__(self) -> str:
        return str(self.iri)

    def pairs(self, graph: Graph, start: End, end: End) -> Pairs:
        return kept(((s, o) for s, p, o in graph if p == self.iri), start, end)


class Inverse(NamedTuple):
    path: Path

    def __str__(self) -> str:
        return f"^({self.path})"

    def pairs(self, graph: Graph, start: End, end: End) -> Pairs:
        return Counter({(o, s): n for (s, o), n in self.path.pairs(graph, end, start).items()})


class Either(NamedTuple):
    left: Path
    right: Path

    def __str__(self) -> str:
        return f"({self.left}|{self.right})"

    def pairs(self, graph: Graph, start: End, end: End) -> Pairs:
        return self.left.pairs(graph, start, end) + self.right.pairs(graph, start, end)


class Then(NamedTuple):
    left: Path
    right: Path

    def __str__(self) -> str:
        return f"{self.left}/{self.right}"

    def pairs(self, graph: Graph, start: End, end: End) -> Pairs:
        found: Pairs = Counter()
        for (s, m), n in self.left.pairs(graph, start, None).items():
            for (k, o), again in self.right.pairs(graph, None, end).items():
                found[s, o] += n * again if m == k else 0
        return +found


class Not(NamedTuple):
    forward: tuple[NamedNode, ...]
    backward: tuple[NamedNode, ...]

    def __str__(self) -> str:
        return f"!({'|'.join([*map(str, self.forward), *(f'^{iri}' for iri in self.backward)])})"

    def pairs(self, graph: Graph, start: End, end: End) -> Pairs:
        found = [(s, o) for s, p, o in graph if self.forward and p not in self.forward]
        found += [(o, s) for s, p, o in graph if self.backward and p not in self.backward]
        return kept(found, start, end)


class Closure(NamedTuple):
    path: Path
    sign: str

    def __str__(self) -> str:
        return f"({self.path}){self.sign}"

    def pairs(self, graph: Graph, start: End, end: End) -> Pairs:
        if start is None and end is not None:
            turned = Closure(Inverse(self.path), self.sign).pairs(graph, end, None)
            return Counter((o, s) for s, o in turned)
        starts = nodes_of(graph) if start is None else {start}
        return kept(((s, o) for s in starts for o in self._reached(graph, s)), start, end)

    def _reached(self, graph: Graph, start: Term) -> set[Term]:
        found = {start} if self.sign in "?*" else set()
        waiting = [start]
        while waiting:
            more = {o for _, o in self.path.pairs(graph, waiting.pop(), None)} - found
            found |= more
            waiting += more if self.sign in "*+" else []
        return found


Path = Link | Inverse | Either | Then | Not | Closure


# Patterns


@dataclass(frozen=True)
class Pattern:
    subject: Var | Term
    path: Path | Var
    object: Var | Term

    def __str__(self) -> str:
        path = text_of(self.path) if isinstance(self.path, Var) else str(self.path)
        return f"{text_of(self.subject)} {path} {text_of(self.object)} ."

    def rows(self, data: Dataset, graph: Graph) -> Rows:
        ends = (self.subject, self.object)
        found: Rows = Counter()
        if isinstance(self.path, Var):
            for s, p, o in graph:
                row = match((*ends, self.path), (s, o, p))
                found += Counter({row: 1}) if row is not None else Counter()
            return found
        start, end = (None if isinstance(e, Var) else e for e in ends)
        for pair, times in self.path.pairs(graph, start, end).items():
            row = match(ends, pair)
            found += Counter({row: times}) if row is not None else Counter()
        return found

    def names(self) -> set[str]:
        return {e.name for e in (self.subject, self.path, self.object) if isinstance(e, Var)}


def left_join(left: Rows, right: Rows, holds: Callable[[Row], bool]) -> Rows:
    found: Rows = Counter()
    for a, times in left.items():
        matched = False
        for b, again in right.items():
            both = merge(a, b)
            if both is not None and holds(both):
                matched = True
                found[both] += times * again
        if not matched:
            found[a] += times
    return found


@dataclass(frozen=True)
class Optional:
    group: Group

    def __str__(self) -> str:
        return f"OPTIONAL {self.group}"

    def after(self, left: Rows, data: Dataset, graph: Graph) -> Rows:
        # Section 18.2.2.6: the filters of the optional group see the rows of the left side.
        inner = Group(tuple(e for e in self.group.elements if not isinstance(e, Filter)))
        filters = [e for e in self.group.elements if isinstance(e, Filter)]
        right = inner.rows(data, graph)
        return left_join(
            left, right, lambda row: all(f.test.holds(row, data, graph) is True for f in filters)
        )

    def names(self) -> set[str]:
        return self.group.names()


@dataclass(frozen=True)
class Minus:
    group: Group

    def __str__(self) -> str:
        return f"MINUS {self.group}"

    def after(self, left: Rows, data: Dataset, graph: Graph) -> Rows:
        right = self.group.rows(data, graph)
        return Counter({a: n for a, n in left.items() if not any(self._cuts(a, b) for b in right)})

    def _cuts(self, left: Row, right: Row) -> bool:
        return bool(dict(left).keys() & dict(right).keys()) and merge(left, right) is not None

    def names(self) -> set[str]:
        return set()


@dataclass(frozen=True)
class Union:
    groups: tuple[Group, ...]

    def __str__(self) -> str:
        return " UNION ".join(map(str, self.groups))

    def rows(self, data: Dataset, graph: Graph) -> Rows:
        found: Rows = Counter()
        for group in self.groups:
            found.update(group.rows(data, graph))
        return found

    def names(self) -> set[str]:
        return set().union(*(group.names() for group in self.groups))


@dataclass(frozen=True)
class InGraph:
    name: Var | Term
    group: Group

    def __str__(self) -> str:
        return f"GRAPH {text_of(self.name)} {self.group}"

    def rows(self, data: Dataset, graph: Graph) -> Rows:
        if not isinstance(self.name, Var):
            inside = data.named.get(self.name)
            return Counter() if inside is None else self.group.rows(data, inside)
        found: Rows = Counter()
        for name, inside in data.named.items():
            found += join(self.group.rows(data, inside), Counter({((self.name.name, name),): 1}))
        return found

    def names(self) -> set[str]:
        return self.group.names() | ({self.name.name} if isinstance(self.name, Var) else set())


@dataclass(frozen=True)
class Values:
    names_: tuple[str, ...]
    lines: tuple[tuple[Term | None, ...], ...]

    def __str__(self) -> str:
        lines = " ".join(
            "(" + " ".join("UNDEF" if t is None else str(t) for t in line) + ")"
            for line in self.lines
        )
        return f"VALUES ({' '.join(f'?{name}' for name in self.names_)}) {{ {lines} }}"

    def rows(self, data: Dataset, graph: Graph) -> Rows:
        return Counter(
            tuple(sorted((n, t) for n, t in zip(self.names_, line, strict=True) if t is not None))
            for line in self.lines
        )

    def names(self) -> set[str]:
        return set(self.names_)


@dataclass(frozen=True)
class Bind:
    source: Var | Term
    name: str

    def __str__(self) -> str:
        return f"BIND({text_of(self.source)} AS ?{self.name})"

    def after(self, left: Rows, data: Dataset, graph: Graph) -> Rows:
        found: Rows = Counter()
        for row, times in left.items():
            term = value(self.source, row)
            found[row if term is None else merge(row, ((self.name, term),))] += times
        return found

    def names(self) -> set[str]:
        return {self.name}


# Expressions: True, False or None for an error (section 17.2)


@dataclass(frozen=True)
class Bound:
    name: str

    def __str__(self) -> str:
        return f"BOUND(?{self.name})"

    def holds(self, row: Row, data: Dataset, graph: Graph) -> bool | None:
        return self.name in dict(row)


@dataclass(frozen=True)
class Same:
    left: Var | Term
    right: Var | Term

    def __str__(self) -> str:
        return f"sameTerm({text_of(self.left)}, {text_of(self.right)})"

    def holds(self, row: Row, data: Dataset, graph: Graph) -> bool | None:
        left, right = value(self.left, row), value(self.right, row)
        return None if left is None or right is None else left == right


@dataclass(frozen=True)
class Never:
    test: Test

    def __str__(self) -> str:
        return f"(!{self.test})"

    def holds(self, row: Row, data: Dataset, graph: Graph) -> bool | None:
        found = self.test.holds(row, data, graph)
        return None if found is None else not found


@dataclass(frozen=True)
class Any:
    tests: tuple[Test, ...]

    def __str__(self) -> str:
        return f"({' || '.join(map(str, self.tests))})"

    def holds(self, row: Row, data: Dataset, graph: Graph) -> bool | None:
        found = [test.holds(row, data, graph) for test in self.tests]
        return True if True in found else None if None in found else False


@dataclass(frozen=True)
class Exists:
    """Its group is one of triple patterns only, in GRAPH or not, where substitution is clear."""

    group: Group

    def __str__(self) -> str:
        return f"EXISTS {self.group}"

    def holds(self, row: Row, data: Dataset, graph: Graph) -> bool | None:
        return bool(join(Counter({row: 1}), self.group.rows(data, graph)))


Test = Bound | Same | Never | Any | Exists


@dataclass(frozen=True)
class Filter:
    test: Test

    def __str__(self) -> str:
        return f"FILTER({self.test})"

    def names(self) -> set[str]:
        return set()


@dataclass(frozen=True)
class Group:
    elements: tuple[Element, ...]

    def __str__(self) -> str:
        return "{ " + " ".join(map(str, self.elements)) + " }"

    def rows(self, data: Dataset, graph: Graph) -> Rows:
        found: Rows = Counter({(): 1})
        for element in self.elements:
            if isinstance(element, Optional | Minus | Bind):
                found = element.after(found, data, graph)
            elif not isinstance(element, Filter):
                found = join(found, element.rows(data, graph))
        tests = [e.test for e in self.elements if isinstance(e, Filter)]
        return Counter(
            {
                row: times
                for row, times in found.items()
                if all(test.holds(row, data, graph) is True for test in tests)
            }
        )

    def names(self) -> set[str]:
        return set().union(*(element.names() for element in self.elements))


@dataclass(frozen=True)
class Select:
    """SELECT of variables or of a count, as a query or in braces as a sub-SELECT."""

    group: Group
    columns: tuple[str, ...]
    distinct: bool = False
    count: str = ""

    def __str__(self) -> str:
        shown = [f"?{name}" for name in self.columns]
        shown += [f"(COUNT(*) AS ?{self.count})"] if self.count else []
        grouped = " GROUP BY " + " ".join(shown[:-1]) if self.count and self.columns else ""
        word = "DISTINCT " if self.distinct else ""
        return f"SELECT {word}{' '.join(shown)} {self.group}{grouped}"

    def rows(self, data: Dataset, graph: Graph) -> Rows:
        found: Rows = Counter()
        for row, times in self.group.rows(data, graph).items():
            found[tuple(item for item in row if item[0] in self.columns)] += times
        if self.count:
            found = found if self.columns else Counter({(): found.total()})
            rows = ((row, Literal(n)) for row, n in found.items())
            return Counter(tuple(sorted([*row, (self.count, n)])) for row, n in rows)
        return Counter(dict.fromkeys(found, 1)) if self.distinct else found

    def names(self) -> set[str]:
        return {*self.columns, *([self.count] if self.count else [])}


@dataclass(frozen=True)
class Braces:
    select: Select

    def __str__(self) -> str:
        return f"{{ {self.select} }}"

    def rows(self, data: Dataset, graph: Graph) -> Rows:
        return self.select.rows(data, graph)

    def names(self) -> set[str]:
        return self.select.names()


Element = Pattern | Optional | Minus | Union | InGraph | Values | Bind | Filter | Braces


# Random datasets and queries

triples = st.tuples(
    st.sampled_from(IRIS), st.sampled_from(PROPERTIES), st.sampled_from([*IRIS, *NUMBERS])
)
graphs = st.frozensets(triples, max_size=4)
datasets = st.builds(
    Dataset, graphs, st.dictionaries(st.sampled_from(GRAPHS), graphs, min_size=1, max_size=3)
)
variables = st.sampled_from(VARIABLES).map(Var)
nodes = st.one_of(variables, st.sampled_from([*IRIS, ABSENT, NUMBERS[0]]))
subjects = st.one_of(variables, st.sampled_from([*IRIS, ABSENT]))
some = st.lists(st.sampled_from(PROPERTIES), max_size=2, unique=True).map(tuple)
paths = st.recursive(
    st.one_of(
        st.sampled_from(PROPERTIES).map(Link),
        st.builds(Not, some, some).filter(lambda path: path.forward or path.backward),
    ),
    lambda inner: st.one_of(
        st.builds(Inverse, inner),
        st.builds(Either, inner, inner),
        st.builds(Then, inner, inner),
        st.builds(Closure, inner, st.sampled_from("?*+")),
    ),
    max_leaves=3,
)
links = st.sampled_from(PROPERTIES).map(Link)
plain = st.builds(Pattern, subjects, st.one_of(variables, links), nodes)
patterns = st.one_of(plain, st.builds(Pattern, subjects, paths, nodes))
values = st.lists(
    st.tuples(
        st.one_of(st.none(), st.sampled_from(IRIS)), st.one_of(st.none(), st.sampled_from(GRAPHS))
    ),
    max_size=2,
).map(lambda lines: Values(("s", "g"), tuple(lines)))
simple_groups = st.lists(plain, min_size=1, max_size=2).map(tuple).map(Group)
tests = st.recursive(
    st.one_of(
        st.sampled_from(VARIABLES).map(Bound),
        st.builds(Same, variables, nodes),
        st.builds(Exists, simple_groups),
        st.builds(
            lambda name, group: Exists(Group((InGraph(name, group),))),
            st.one_of(variables, st.sampled_from(GRAPHS)),
            simple_groups,
        ),
    ),
    lambda inner: st.one_of(st.builds(Never, inner), st.builds(lambda *t: Any(t), inner, inner)),
    max_leaves=2,
)


def extend(inner: st.SearchStrategy[Group]) -> st.SearchStrategy[Group]:
    element = st.one_of(
        patterns,
        st.builds(Optional, inner),
        st.builds(Minus, inner),
        st.lists(inner, min_size=1, max_size=2).map(tuple).map(Union),
        st.builds(InGraph, st.one_of(variables, variables, st.sampled_from(GRAPHS)), inner),
        values,
        st.builds(Filter, tests),
        st.builds(Bind, nodes, st.just("v")),
        inner.flatmap(selects).map(Braces),
    )
    return st.lists(element, min_size=1, max_size=3).map(tuple).map(Group)


def selects(group: Group) -> st.SearchStrategy[Select]:
    names = sorted(group.names() - {"n"}) or ["s"]
    chosen = st.lists(st.sampled_from(names), min_size=1, unique=True).map(tuple)
    counted = st.lists(st.sampled_from(names), unique=True).map(tuple)
    return st.one_of(
        st.builds(Select, st.just(group), chosen, st.booleans()),
        st.builds(lambda c: Select(group, c, count="n"), counted),
    )


groups = st.recursive(
    st.lists(patterns, max_size=2).map(tuple).map(Group), extend, max_leaves=5
).filter(lambda group: is_legal(group))


def is_legal(group: Group) -> bool:
    """What a variable is bound to by BIND or COUNT is bound nowhere else."""
    text = str(group)
    return all(text.count(f"AS ?{name})") < 2 for name in "nv")


questions = groups.flatmap(selects).filter(lambda select: is_legal(select.group))


def answer(data: Dataset, text: str) -> Rows:
    store = Store()
    store.extend(Quad(*triple, DefaultGraph()) for triple in data.default)
    for name, graph in data.named.items():
        store.add_graph(name)
        store.extend(Quad(*triple, name) for triple in graph)
    found = ask(View(store), text, Context({}))
    rows = Counter()
    for solution in found.result:
        bound = ((name, solution[name]) for name in found.variables)
        rows[tuple(sorted((name, term) for name, term in bound if term is not None))] += 1
    return rows


def expected(data: Dataset, select: Select) -> Rows:
    return +select.rows(data, data.default)


@settings(max_examples=500, deadline=None)
@given(datasets, questions)
def test_a_random_query_is_answered_as_the_definitions_say(data, select):
    assert answer(data, str(select)) == expected(data, select), str(select)
