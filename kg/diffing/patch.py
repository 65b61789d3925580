"""Changes as an RDF Patch, which a triple store can apply.

In: a comparison. Out: the text form of the format that Apache Jena publishes: one transaction that
deletes and adds, prefixes included. Applied to the old side it gives the new one.
Refuses: changes of statements with blank nodes, which no other store knows by these labels (X712).

https://jena.apache.org/documentation/rdf-patch/
"""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import Literal, RdfFormat, parse

from kg.diagnostics import Diagnostic, Misuse
from kg.diffing.blanks import blank_nodes
from kg.diffing.comparing import Comparison

_CODES = {b"-": b"D ", b"+": b"A "}


def to_patch(comparison: Comparison) -> Iterator[bytes]:
    """The lines of a patch; without changes, a transaction that changes nothing.

    Raises:
        Misuse: X712, a change is of a blank node.
    """
    for change in comparison.changes:
        _refuse_blank(change[1:])
    yield b"TX .\n"
    yield from _prefixes(comparison)
    for change in comparison.changes:
        yield _CODES[change[:1]] + change[1:]
    yield b"TC .\n"


def _prefixes(comparison: Comparison) -> Iterator[bytes]:
    """What the new side declares otherwise than the old one, where both declare any."""
    old, new = comparison.old.prefixes, comparison.new.prefixes
    for prefix in sorted(new) if old else ():
        if new[prefix] != old.get(prefix):
            yield f"PA {Literal(prefix)} {Literal(new[prefix])} .\n".encode()


def _refuse_blank(line: bytes) -> None:
    if b"_:" in line and blank_nodes(next(iter(parse(line, RdfFormat.N_QUADS)))):
        message = "a patch cannot tell the blank nodes of a triple store apart"
        notes = (f"a change is of `{line.decode().rstrip()}`",)
        help_ = "leave the ontology out with `--no-ontology`, or send whole graphs with `kg push`"
        raise Misuse([Diagnostic("X712", message, notes=notes, help=help_)])
