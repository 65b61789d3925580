"""Turtle and TriG that people like to read, the same to the byte each time.

In: statements as N-Triples tokens (`kg.rdf.dataset.split`), all statements of a subject together.
Out: bytes on a stream: the prefixes that are used, then one block a subject, `a` and labels first.
Refuses: nothing; every token is kept or shortened to one that reads back as the same term.

https://www.w3.org/TR/turtle/ and https://www.w3.org/TR/trig/
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from types import MappingProxyType
from typing import Any, BinaryIO, NamedTuple

from kg.rdf.dataset import Tokens

RDF_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
XSD = "http://www.w3.org/2001/XMLSchema#"
FIRST = (
    RDF_TYPE,
    "<http://www.w3.org/2000/01/rdf-schema#label>",
    "<http://www.w3.org/2004/02/skos/core#prefLabel>",
    "<http://www.w3.org/2004/02/skos/core#altLabel>",
    "<http://www.w3.org/1999/02/22-rdf-syntax-ns#subject>",
    "<http://www.w3.org/1999/02/22-rdf-syntax-ns#predicate>",
    "<http://www.w3.org/1999/02/22-rdf-syntax-ns#object>",
)
# Only forms that every reader gives back unchanged are written without quotation marks.
BARE = {XSD + "integer": r"0|-?[1-9][0-9]*", XSD + "boolean": r"true|false"}
# Patterns stay texts: `re` compiles and keeps them when needed, which most queries never do.
NAME = r"[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*"
# A relative IRI that resolves by mere joining: no scheme, no authority, no dot segments.
RELATIVE = r"(?!.*(?:^|/)\.\.?(?:[/?#]|$))[A-Za-z0-9][^:/?#]*(?:[/?#].*)?"
WIDTH = 100
CACHED = 50_000
# Articles first, then what the text layer makes of them last; everything else by name.
KINDS = ("article", "*", "time", "fact", "article#")


class Style(NamedTuple):
    """How a graph is written: prefixes, base IRI for relative IRIs, subject order, head comment.

    `kinds` orders the subjects by the path segment after the base; `*` stands for all kinds that
    are not listed, and a kind with `#` for the IRIs of that kind that have a fragment. `context` is
    that of JSON-LD; without one, JSON-LD has no words of its own.
    """

    prefixes: Mapping[str, str] = MappingProxyType({})
    base: str = ""
    kinds: tuple[str, ...] = KINDS
    head: str = ""
    context: Mapping[str, Any] = MappingProxyType({})


class Shortener:
    """N-Triples tokens as Turtle tokens; remembers which prefixes it has used."""

    def __init__(self, prefixes: Mapping[str, str], base: str = "") -> None:
        """Shorten with these prefixes, and relative to `base` if it ends in a slash."""
        # The longest namespace wins; of two equal ones, the first prefix by name.
        self._namespaces = sorted(prefixes.items(), key=lambda item: (-len(item[1]), item[0]))
        # An IRI is resolved against the last slash of the base: only then joining is resolving.
        self._base = base if base.endswith("/") else ""
        self._known: dict[str, str] = {}
        self.used: dict[str, str] = {}
        self.relative = False

    def __call__(self, token: str) -> str:
        """The shortest token for the same term."""
        if token[0] == "<":
            return self.iri(token[1:-1])
        if token[0] == '"' and token[-1] == ">":
            form, _, datatype = token.rpartition("^^")
            bare = BARE.get(datatype[1:-1])
            if bare and re.fullmatch(bare, form[1:-1]):
                return form[1:-1]
            return f"{form}^^{self.iri(datatype[1:-1])}"
        return token

    def iri(self, iri: str) -> str:
        """An IRI as CURIE, relative IRI or IRI in angle brackets."""
        short = self._known.get(iri)
        if short is None:
            if len(self._known) > CACHED:
                self._known.clear()
            short = self._known[iri] = self._shorten(iri)
        return short

    def _shorten(self, iri: str) -> str:
        for prefix, namespace in self._namespaces:
            if iri.startswith(namespace) and re.fullmatch(NAME, iri[len(namespace) :]):
                self.used[prefix] = namespace
                return f"{prefix}:{iri[len(namespace) :]}"
        if self._base and iri.startswith(self._base):
            rest = iri[len(self._base) :]
            if re.fullmatch(RELATIVE, rest):
                self.relative = True
                return f"<{rest}>"
        return f"<{iri}>"


def subject_key(style: Style) -> Callable[[bytes], bytes]:
    """The sort key of an N-Quads line: kind of the subject, then its IRI, then the rest.

    The closing bracket of the subject is left out, so that an IRI comes before its own fragments.
    """
    base = f"<{style.base}".encode()
    listed = {kind.encode(): rank for rank, kind in enumerate(style.kinds, 1)}
    others = listed.get(b"*", len(listed) + 1)

    def key(line: bytes) -> bytes:
        subject, _, rest = line.partition(b" ")
        rank = 254
        if subject.startswith(base):
            kind, slash, local = subject[len(base) :].partition(b"/")
            rank = listed.get(kind + b"#" if slash and b"#" in local else kind, others)
        elif subject.startswith(b"_:"):
            rank = 255
        return b"%c%s %s" % (rank, subject.rstrip(b">"), rest)

    return key


def write_turtle(statements: Iterable[Tokens], out: BinaryIO, style: Style) -> None:
    """Write one graph; graph names are left out.

    Args:
        statements: sorted by subject; a statement that comes twice in its group is written once.
        out: binary stream.
        style: prefixes, base and head comment.
    """
    short = Shortener(style.prefixes, style.base)
    blocks = ("\n" + _block(s, group, short, "") for s, group in groupby(statements, itemgetter(0)))
    _write(blocks, out, short, style)


def write_trig(graphs: Iterable[tuple[str, Iterable[Tokens]]], out: BinaryIO, style: Style) -> None:
    """Write named graphs: pairs of a graph name (empty for the default graph) and its content."""
    short = Shortener(style.prefixes, style.base)
    _write(_graph_blocks(graphs, short), out, short, style)


def _graph_blocks(
    graphs: Iterable[tuple[str, Iterable[Tokens]]], short: Shortener
) -> Iterator[str]:
    for name, statements in graphs:
        yield f"\n{short(name)} {{\n" if name else "\n{\n"
        for subject, group in groupby(statements, key=itemgetter(0)):
            yield _block(subject, group, short, "    ")
        yield "}\n"


def _block(subject: str, group: Iterable[Tokens], short: Shortener, indent: str) -> str:
    found: dict[str, set[str]] = {}
    for _, predicate, value, _ in group:
        found.setdefault(predicate, set()).add(short(value))
    inner = indent + "    "
    lines = [_objects(_verb(p, short), sorted(found[p]), inner) for p in _in_order(found, short)]
    return f"{indent}{short(subject)} " + f" ;\n{inner}".join(lines) + " .\n"


def _in_order(predicates: Iterable[str], short: Shortener) -> list[str]:
    def rank(predicate: str) -> tuple[int, str]:
        return FIRST.index(predicate) if predicate in FIRST else len(FIRST), short(predicate)

    return sorted(predicates, key=rank)


def _verb(predicate: str, short: Shortener) -> str:
    return "a" if predicate == RDF_TYPE else short(predicate)


def _objects(verb: str, values: list[str], indent: str) -> str:
    line = ", ".join(values)
    if len(values) == 1 or len(indent) + len(verb) + len(line) < WIDTH:
        return f"{verb} {line}"
    return verb + ",".join(f"\n{indent}    {value}" for value in values)


def _write(blocks: Iterable[str], out: BinaryIO, short: Shortener, style: Style) -> None:
    """The body goes to a spool first, because only the body tells which prefixes are used."""
    import tempfile  # 5 ms that queries for rows do without

    with tempfile.SpooledTemporaryFile(max_size=1 << 24) as body:
        for block in blocks:
            body.write(block.encode())
        out.write(_header(short, style).encode())
        body.seek(0)
        while chunk := body.read(1 << 20):
            out.write(chunk)


def _header(short: Shortener, style: Style) -> str:
    lines = [f"# {line}".rstrip() for line in style.head.splitlines()]
    if short.relative:
        lines.append(f"@base <{style.base}> .")
    lines += [f"@prefix {prefix}: <{iri}> ." for prefix, iri in sorted(short.used.items())]
    return "".join(f"{line}\n" for line in lines)
