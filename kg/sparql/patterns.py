"""Triple patterns of a query, written so that each of their terms has a column of its own.

In: parts of a query by the grammar. Out: text for a group of the witness (`kg.sparql.witness`), the
`Pattern`s in it, and notes on paths that cannot be followed. Refuses nothing.

Constants become columns of the answer, blank nodes and the nodes between the steps of a path
become variables.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from kg.diagnostics import Diagnostic, Severity
from kg.sparql.explaining import place
from kg.sparql.grammar import Token, Tree
from kg.terms import RDF

_FIRST, _REST, _NIL = (f"<{RDF}{name}>" for name in ("first", "rest", "nil"))
Names = Mapping[str, str]
"""Variables of a sub-SELECT that have another name in the witness."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A triple pattern: names of the columns of its terms and its graph.

    Attributes:
        subject: column of the subject.
        predicate: of the predicate.
        object: of the object.
        graph: of the graph that it is looked for in; None for the merge of all.
        marks: columns that must have a value, or the pattern has not matched.
    """

    subject: str
    predicate: str
    object: str
    graph: str | None
    marks: tuple[str, ...]


def emit(tokens: Iterable[Token], names: Names | None = None) -> str:
    """Tokens as text, apart where they are apart, with other names for some variables."""
    parts: list[str] = []
    end = -1
    for token in tokens:
        shown = token.text
        if token.kind == "variable" and names:
            shown = f"?{names.get(shown[1:], shown[1:])}"
        parts += [shown] if token.start == end or not parts else [" ", shown]
        end = token.start + len(token.text)
    return "".join(parts)


@dataclass(slots=True)
class Scope:
    """Where a pattern stands: its graph, the marks of what is round it, other names."""

    graph: str | None = None
    marks: tuple[str, ...] = ()
    names: dict[str, str] = field(default_factory=dict)

    def marked(self, mark: str) -> Scope:
        """The same inside a part that has a mark."""
        return Scope(self.graph, (*self.marks, mark), self.names)


class PatternWriter:
    """Writes patterns, and keeps what they need."""

    def __init__(self, text: str, name: str) -> None:
        self.text, self.name = text, name
        self.prefix = "w_"
        while f"?{self.prefix}" in text or f"${self.prefix}" in text:
            self.prefix += "_"
        self.count = 0
        self.constants: dict[str, str] = {}
        self.labels: dict[str, str] = {}
        self.columns: dict[str, None] = {}
        self.patterns: list[Pattern] = []
        self.notes: dict[Diagnostic, None] = {}

    def fresh(self, kind: str) -> str:
        """A name that nothing has yet."""
        self.count += 1
        return f"{self.prefix}{kind}{self.count}"

    def note(self, message: str, token: Token) -> None:
        """Say that something cannot be told, and where it stands."""
        where = place(self.text, self.name, token.start, len(token.text))
        note = Diagnostic("W905", message, where, severity=Severity.WARNING)
        self.notes[note] = None

    def mark(self) -> str:
        """A column that has a value where a part has matched."""
        mark = self.fresh("m")
        self.columns[mark] = None
        return mark

    # Triple patterns

    def triples(self, block: Tree, scope: Scope) -> Iterator[str]:
        """A block of triple patterns."""
        for same in block.trees("SameSubjectPath"):
            written: list[str] = []
            first = same.trees()[0]
            node = self.node(first, scope, written)
            for properties in same.trees("PathProperties"):
                self.properties(node, properties, scope, written)
            yield from written

    def properties(self, node: str, tree: Tree, scope: Scope, written: list[str]) -> None:
        """What is asked of one node."""
        for verb, objects in zip(tree.trees("PathVerb"), tree.trees("PathObjects"), strict=True):
            for item in objects.trees("PathObject"):
                self.path(node, verb.trees()[0], self.node(item, scope, written), scope, written)

    def node(self, tree: Tree, scope: Scope, written: list[str]) -> str:
        """A term as text; of a list or a node in brackets, the patterns are written first."""
        while tree.rule in ("PathObject", "VarOrTerm") and tree.trees():
            tree = tree.trees()[0]
        if tree.rule != "PathNode":
            return self.written(tree.tokens(), scope)
        if tree.trees("PathProperties"):
            node = f"?{self.variable('b')}"
            self.properties(node, tree.trees("PathProperties")[0], scope, written)
            return node
        items = [self.node(item, scope, written) for item in tree.trees("PathObject")]
        cells = [f"?{self.variable('b')}" for _ in items]
        for cell, item, rest in zip(cells, items, [*cells[1:], _NIL], strict=True):
            self.triple(cell, _FIRST, item, scope, written)
            self.triple(cell, _REST, rest, scope, written)
        return cells[0]

    def written(self, tokens: Sequence[Token], scope: Scope) -> str:
        """A variable or constant; a blank node is a variable of its own."""
        kind, text = tokens[0].kind, tokens[0].text
        if kind == "label":
            return f"?{self.labels.setdefault(text, self.variable('b'))}"
        if kind == "mark" and text[0] in "([" and len(tokens) == 1:
            return _NIL if text[0] == "(" else f"?{self.variable('b')}"
        return emit(tokens, scope.names)

    def variable(self, kind: str) -> str:
        """A variable with a column."""
        name = self.fresh(kind)
        self.columns[name] = None
        return name

    # Paths

    def path(self, start: str, path: Tree, end: str, scope: Scope, written: list[str]) -> None:
        """A path from one node to another: alternatives with a mark each."""
        if path.rule == "Var":
            self.triple(start, emit(path.tokens(), scope.names), end, scope, written)
            return
        sequences = path.trees("PathSequence")
        if len(sequences) == 1:
            self.sequence(start, sequences[0], end, scope, written)
            return
        branches = []
        for sequence in sequences:
            mark = self.mark()
            inner: list[str] = []
            self.sequence(start, sequence, end, scope.marked(mark), inner)
            branches.append(" ".join(["{", *inner, f"BIND(true AS ?{mark})", "}"]))
        written.append(" UNION ".join(branches))

    def sequence(self, start: str, tree: Tree, end: str, scope: Scope, written: list[str]) -> None:
        """Steps one after another."""
        steps = tree.trees("PathStep")
        between = [f"?{self.variable('n')}" for _ in steps[1:]]
        ends = zip([start, *between], steps, [*between, end], strict=True)
        for here, step, there in ends:
            self.step(here, step, there, scope, written)

    def step(self, start: str, step: Tree, end: str, scope: Scope, written: list[str]) -> None:
        """One step, in either direction; one of any length is left as it is."""
        signs = [part.text for part in step.parts if isinstance(part, Token)]
        primary = step.trees("PathPrimary")[0]
        first = primary.tokens()[0]
        endless = [sign for sign in signs if sign in ("?", "*", "+")]
        if endless or first.text == "!":
            sign = endless[0] if endless else "!"
            self.note(f"what a path with `{sign}` passes through is not shown", first)
            written.append(f"{start} {emit(step.tokens())} {end} .")
            return
        here, there = (end, start) if "^" in signs else (start, end)
        if inner := primary.trees("Path"):
            self.path(here, inner[0], there, scope, written)
        else:
            self.triple(here, emit(primary.tokens()), there, scope, written)

    def triple(
        self, subject: str, predicate: str, object_: str, scope: Scope, written: list[str]
    ) -> None:
        """One triple pattern."""
        s, p, o = map(self.column, (subject, predicate, object_))
        self.patterns.append(Pattern(s, p, o, scope.graph, scope.marks))
        written.append(f"{subject} {predicate} {object_} .")

    def term(self, tokens: Sequence[Token], scope: Scope) -> str:
        """The column of a variable or a constant."""
        return self.column(self.written(tokens, scope))

    def constant(self, part: Tree | Token) -> str:
        """The column of a constant."""
        tokens = part.tokens() if isinstance(part, Tree) else [part]
        return self.column(emit(tokens))

    def column(self, text: str) -> str:
        """The column of a term: a variable has its own, a constant gets one."""
        if text.startswith(("?", "$")):
            self.columns[text[1:]] = None
            return text[1:]
        text = f"<{RDF}type>" if text == "a" else text
        if text not in self.constants:
            self.constants[text] = self.fresh("k")
        return self.constants[text]
