"""Queries that have a name: files that a project keeps, and the individuals that they ask about.

In: folders, the name of a query, and a source. Out: the query; an individual for a word.
Refuses: a name that no query has (Q613), two queries of one name (Q614), and a word that no
individual of a class goes by, or several do (Q612).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import NamedNode

from kg.answers.naming import SPAN, Namer
from kg.diagnostics import ContentError, Diagnostic, Location, Misuse
from kg.hints import did_you_mean
from kg.questions.parameters import Resolve
from kg.terms import to_curie

NAME = re.compile(r"[\w-]+")
_FEW = 12


@dataclass(frozen=True, slots=True)
class NamedQuery:
    """A query in a file.

    Attributes:
        name: of the file, without the number that it may begin with.
        path: the file.
        question: it has a number, and so is a competency question of the project.
    """

    name: str
    path: Path
    question: bool


def named_queries(folders: Iterable[Path]) -> dict[str, NamedQuery]:
    """The queries of some folders, those without a number first.

    Raises:
        ContentError: Q614, two have one name.
    """
    found: dict[str, NamedQuery] = {}
    for path in sorted(path for folder in folders for path in folder.glob("*.rq")):
        number, name = re.fullmatch(r"(\d+-)?(.*)", path.stem, re.DOTALL).groups()  # type: ignore[union-attr]
        query = NamedQuery(name, path, bool(number))
        if found.setdefault(name, query) is not query:
            message = f"two queries are named `{name}`"
            place = Location(str(path))
            related = [("the other one", Location(str(found[name].path)))]
            raise ContentError([Diagnostic("Q614", message, place, related=tuple(related))])
    return dict(sorted(found.items(), key=lambda item: (item[1].question, item[1].path.name)))


def find_query(name: str, queries: Mapping[str, NamedQuery]) -> NamedQuery:
    """The query of a name.

    Raises:
        Misuse: Q613.
    """
    if name not in queries:
        help_ = did_you_mean(name, queries) or "see `kg query --list`, or write a query in SPARQL"
        raise Misuse([Diagnostic("Q613", f"there is no query named `{name}`", help=help_)])
    return queries[name]


def finder(namer: Namer, prefixes: Mapping[str, str]) -> Resolve:
    """What finds individuals of classes in a source.

    Args:
        namer: looks words up in the source.
        prefixes: by which findings name classes.
    """

    def find(word: str, class_: str) -> NamedNode:
        found = namer.called(word, class_)
        if not found and not namer.ids(class_):
            # A source without the ontology does not say what the individuals of the ontology are.
            found = namer.called(word)
        if len(found) == 1:
            return NamedNode(next(iter(found)))
        shown = to_curie(class_, prefixes)
        raise Misuse(
            [_several(word, found, namer) if found else _nobody(word, class_, shown, namer)]
        )

    return find


def _nobody(word: str, class_: str, shown: str, namer: Namer) -> Diagnostic:
    message = f"`{word}` is no individual of `{shown}`"
    others = {iri: label for iri, label in namer.called(word).items() if SPAN not in iri}
    notes = (f"it is the name of {', '.join(namer.candidates(others))}",) if others else ()
    help_ = namer.meant(word, class_)
    if help_ is None:
        short = [name for name in namer.ids(class_) if NAME.fullmatch(name)]
        help_ = f"use one of {', '.join(short)}" if 0 < len(short) <= _FEW else None
    return Diagnostic("Q612", message, notes=notes, help=help_)


def _several(word: str, found: Mapping[str, str], namer: Namer) -> Diagnostic:
    message = f"`{word}` is the name of {len(found)} individuals"
    return Diagnostic("Q612", message, None, namer.candidates(found), "write one of these IRIs")
