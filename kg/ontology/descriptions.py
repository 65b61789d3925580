"""Where a Turtle document describes its nodes and states its triples.

In: well-formed Turtle documents. Out: for an IRI or a blank node, where its description begins;
for a triple, where its property and value stand. Refuses nothing: what is not found has no place.

Parsers keep no positions, so the document is read a second time, and only when something is to be
said about it. A node without a name is known by its way: the node that leads to it, the property,
and the number of the value. https://www.w3.org/TR/turtle/#sec-grammar
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urljoin

from pyoxigraph import BlankNode, NamedNode, RdfFormat, Triple, parse

from kg.diagnostics import Location
from kg.sparql.grammar import Token, scan
from kg.terms import RDF, digest
from kg.text.quotes import Lines

_TYPE, _FIRST, _REST, _NIL = (RDF + name for name in ("type", "first", "rest", "nil"))
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})|\\(.)")
_BLANK = "_:"
_LITERAL = ""


class Sources:
    """The Turtle files of a project, read when a place is asked for."""

    def __init__(self, files: Iterable[tuple[Path, str]]) -> None:
        """Files, each with the name that places show."""
        self._files = list(files)

    def begin(self, node: NamedNode | BlankNode) -> Location | None:
        """Where the first file that describes a node does so."""
        return next((found for file in self._read if (found := file.begin(node))), None)

    def stated(self, triple: Triple) -> Location | None:
        """Where the first file that states a triple does so."""
        return next((found for file in self._read if (found := file.stated(triple))), None)

    @cached_property
    def _read(self) -> list[Descriptions]:
        return [
            Descriptions(name, path.read_bytes().decode("utf-8-sig", errors="replace"))
            for path, name in self._files
        ]


def read_triples(content: bytes, name: str) -> list[Triple]:
    """The triples of a Turtle document, its blank nodes labelled by document and number.

    So the same document gives the same labels each time it is read, and no two documents share any.

    Raises:
        SyntaxError: it is not well formed.
    """
    labels: defaultdict[BlankNode, BlankNode] = defaultdict(
        lambda: BlankNode(f"x{digest(name, 8)}n{len(labels)}")
    )

    def labelled(term: Any) -> Any:  # noqa: ANN401  (each position has a type of its own)
        return labels[term] if isinstance(term, BlankNode) else term

    parsed = parse(content, format=RdfFormat.TURTLE, rename_blank_nodes=True)
    return [Triple(labelled(q.subject), q.predicate, labelled(q.object)) for q in parsed]


class Descriptions:
    """The places of one Turtle document."""

    def __init__(self, name: str, text: str) -> None:
        """Places in `text`, shown under the name of its file."""
        self._name, self._text = name, text

    def begin(self, node: NamedNode | BlankNode) -> Location | None:
        """Where a node is described: the statement that gives it a class, else the first one."""
        return self._place(self._begins.get(self._known.get(node, "")))

    def stated(self, triple: Triple) -> Location | None:
        """Where a triple is stated: its property and value."""
        way = self._known.get(triple.subject, "")  # type: ignore[arg-type]
        number = self._number.get(triple, 0)
        return self._place(self._stated.get((way, triple.predicate.value, number)))

    @cached_property
    def _triples(self) -> list[Triple]:
        with suppress(SyntaxError):
            return read_triples(self._text.encode(), self._name)
        return []

    @cached_property
    def _known(self) -> dict[NamedNode | BlankNode, str]:
        found = _ways((_name(t.subject), t.predicate.value, _name(t.object)) for t in self._triples)
        return {t.subject: found[_name(t.subject)] for t in self._triples}  # type: ignore[misc]

    @cached_property
    def _number(self) -> dict[Triple, int]:
        numbers: Counter[object] = Counter()
        found: dict[Triple, int] = {}
        for triple in self._triples:
            found[triple] = numbers[triple.subject, triple.predicate]
            numbers[triple.subject, triple.predicate] += 1
        return found

    def _place(self, span: tuple[int, int] | None) -> Location | None:
        if span is None:
            return None
        start, end = map(self._lines.position, span)
        return Location(self._name, *start, *end)

    @cached_property
    def _lines(self) -> Lines:
        return Lines(self._text)

    @cached_property
    def _statements(self) -> list[_Statement]:
        reader = _Reader()
        for token in scan(self._text):
            reader.take(token)
        return reader.statements

    @cached_property
    def _ways(self) -> dict[str, str]:
        return _ways((s.subject, s.predicate, s.object) for s in self._statements)

    @cached_property
    def _begins(self) -> dict[str, tuple[int, int]]:
        found: dict[str, tuple[int, int]] = {}
        for statement in sorted(self._statements, key=lambda s: (s.predicate != _TYPE, s.begin)):
            found.setdefault(self._ways[statement.subject], statement.begin)
        return found

    @cached_property
    def _stated(self) -> dict[tuple[str, str, int], tuple[int, int]]:
        numbers: Counter[tuple[str, str]] = Counter()
        found: dict[tuple[str, str, int], tuple[int, int]] = {}
        for statement in self._statements:
            s, p = statement.subject, statement.predicate
            found[self._ways[s], p, numbers[s, p]] = statement.span
            numbers[s, p] += 1
        return found


def _name(term: object) -> str:
    if isinstance(term, BlankNode):
        return _BLANK + term.value
    return term.value if isinstance(term, NamedNode) else _LITERAL


def _ways(triples: Iterable[tuple[str, str, str]]) -> dict[str, str]:
    """The way to each subject: an IRI, the number of a blank node that nothing leads to, or the
    digest of the way before, property and number."""
    numbers: Counter[tuple[str, str]] = Counter()
    leads: dict[str, tuple[str, str, int]] = {}
    subjects: dict[str, None] = {}
    for s, p, o in triples:
        subjects[s] = None
        if o.startswith(_BLANK):
            leads.setdefault(o, (s, p, numbers[s, p]))
        numbers[s, p] += 1
    found = {node: node for node in subjects if not node.startswith(_BLANK)}
    nameless = (node for node in subjects if node not in found and node not in leads)
    found |= {node: f"{_BLANK}{number}" for number, node in enumerate(nameless)}
    for node in subjects:
        _climb(node, leads, found)
    return found


def _climb(node: str, leads: dict[str, tuple[str, str, int]], found: dict[str, str]) -> None:
    """Find the way to a node from the nearest node whose way is known; a circle has no such."""
    trail: dict[str, None] = {}
    while node not in found and node not in trail:
        trail[node] = None
        node = leads[node][0]
    way = found.get(node, _BLANK)
    for below in reversed(trail):
        _, predicate, number = leads[below]
        way = found[below] = digest(f"{way} {predicate} {number}", 32)


class _Statement(NamedTuple):
    """A triple, where its property and value stand, and where its subject begins."""

    subject: str
    predicate: str
    object: str
    span: tuple[int, int]
    begin: tuple[int, int]


@dataclass(slots=True)
class _Open:
    """A statement, a bracket or a list that is being read; `at` is where a property stands."""

    begin: tuple[int, int] | None = None
    subject: str = ""
    predicate: str = ""
    at: int | None = None
    is_list: bool = False
    cell: str = ""


class _Reader:
    """Takes tokens and collects statements; its own stack, so that no nesting is too deep."""

    def __init__(self) -> None:
        self.statements: list[_Statement] = []
        self._prefixes: dict[str, str] = {}
        self._base = ""
        self._stack = [_Open()]
        self._directive: list[Token] = []
        self._numbers = count()
        self._typed = False

    def take(self, token: Token) -> None:
        """Read on by one token."""
        if self._directive or token.text.lower() in ("@prefix", "@base", "prefix", "base"):
            self._declare(token)
        elif token.kind == "mark":
            self._mark(token)
        elif self._typed:  # the datatype of a literal
            self._typed = False
        elif token.kind != "tag":
            self._node(self._term(token), (token.start, token.start + len(token.text)))

    def _declare(self, token: Token) -> None:
        self._directive.append(token)
        if token.kind == "iri":
            iri = self._term(token)
            if len(self._directive) == 2:
                self._base = iri
            else:
                self._prefixes[self._directive[1].text] = iri
            self._directive = []

    def _term(self, token: Token) -> str:
        if token.kind == "iri":
            return self._absolute(_unescaped(token.text[1:-1]))
        if token.kind == "name":
            prefix, _, local = token.text.partition(":")
            return self._prefixes.get(prefix + ":", "") + _unescaped(local)
        if token.kind == "label":
            return _BLANK + token.text
        return _TYPE if token.text == "a" else _LITERAL

    def _absolute(self, iri: str) -> str:
        if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", iri):
            return iri
        return urljoin(self._base, iri) + ("#" if iri.endswith("#") else "")

    def _mark(self, token: Token) -> None:
        span = token.start, token.start + len(token.text)
        self._typed = token.text == "^^"
        if token.text == "[":
            self._stack.append(_Open(span, self._blank()))
        elif token.text == "(":
            self._stack.append(_Open(span, is_list=True))
        elif token.text in ("]", ")"):
            self._close(span[1])
        elif token.terminal in ("ANON", "NIL"):
            self._node(self._blank() if token.terminal == "ANON" else _NIL, span)
        elif token.text == ";":
            self._stack[-1].predicate = ""
        elif token.text == ".":
            self._stack[-1] = _Open()

    def _blank(self) -> str:
        return f"{_BLANK}{next(self._numbers)}"

    def _close(self, end: int) -> None:
        done = self._stack.pop()
        begin = done.begin or (end, end)
        if done.is_list:
            self._state(done.cell, _REST, _NIL, (end - 1, end), begin)
        self._node(done.subject, (begin[0], end))

    def _node(self, node: str, span: tuple[int, int]) -> None:
        """A node has been read: subject, property or value of what is open, or member of a list."""
        open_ = self._stack[-1]
        if open_.is_list:
            self._member(open_, node, span)
        elif open_.begin is None:
            open_.subject, open_.begin = node, span
        elif not open_.predicate:
            open_.predicate, open_.at = node, span[0]
        else:
            start = span[0] if open_.at is None else open_.at
            self._state(open_.subject, open_.predicate, node, (start, span[1]), open_.begin)
            open_.at = None

    def _member(self, open_: _Open, node: str, span: tuple[int, int]) -> None:
        cell = self._blank()
        if open_.cell:
            self._state(open_.cell, _REST, cell, span, span)
        open_.subject, open_.cell = open_.subject or cell, cell
        self._state(cell, _FIRST, node, span, span)

    def _state(
        self, s: str, p: str, o: str, span: tuple[int, int], begin: tuple[int, int] | None
    ) -> None:
        self.statements.append(_Statement(s, p, o, span, begin or span))


def _unescaped(text: str) -> str:
    """A name or an IRI without the escapes of Turtle (section 6.4)."""

    def plain(match: re.Match[str]) -> str:
        code = match[1] or match[2]
        return chr(int(code, 16)) if code else match[3]

    return _ESCAPE.sub(plain, text) if "\\" in text else text
