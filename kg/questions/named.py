"""Queries that have a name: files that a project keeps, and the individuals that they ask about.

In: a project, the name of a query, and something to ask. Out: the query; an individual for a word.
Refuses: a name that no query has (Q613), two queries of one name (Q614), and a word that no
individual of a class goes by (Q612).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import NamedNode, Store

from kg.diagnostics import ContentError, Diagnostic, Location, Misuse
from kg.hints import did_you_mean
from kg.questions.parameters import Resolve
from kg.terms import RDFS, to_curie

# Rows of text: what a SELECT query answers.
Ask = Callable[[str], Iterable[tuple[str, ...]]]
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


def finder(store: Store, prefixes: Mapping[str, str], base: str) -> Resolve:
    """What finds individuals in a store."""

    def ask(query: str) -> Iterator[tuple[str, ...]]:
        for row in store.query(query):  # type: ignore[union-attr]  # the rows of a SELECT query
            yield tuple(term.value if term else "" for term in row)

    return lambda word, class_: find_individual(word, class_, ask, prefixes, base)


def find_individual(
    word: str, class_: str, ask: Ask, prefixes: Mapping[str, str], base: str = ""
) -> NamedNode:
    """The individual of a class that a word means.

    Args:
        word: its id, its IRI (whole, or relative to the base), its CURIE or its label.
        class_: IRI of the class; everything is an rdfs:Resource.
        ask: answers SELECT queries.
        prefixes: for CURIEs.
        base: that IRIs are relative to.

    Raises:
        Misuse: Q612, no individual or several go by it.
    """
    iris: dict[str, set[str]] = {}
    members = "?class" if class_ == RDFS + "Resource" else str(NamedNode(class_))
    for iri, label in ask(_MEMBERS.format(members)):
        for name in {iri, iri.removeprefix(base), re.split(r"[/#]", iri)[-1], label} - {""}:
            iris.setdefault(name, set()).add(iri)
    prefix, _, local = word.partition(":")
    wanted = iris.get(word) or iris.get(prefixes.get(prefix, prefix + ":") + local) or set()
    if len(wanted) == 1:
        return NamedNode(wanted.pop())
    raise Misuse(
        [
            _several(word, wanted, prefixes)
            if wanted
            else _nobody(word, to_curie(class_, prefixes), iris)
        ]
    )


# Spans have their words as labels, which name what is spoken of there.
_MEMBERS = """SELECT DISTINCT ?i ?label {{
  ?i a {} FILTER(isIRI(?i) && !CONTAINS(STR(?i), "#char="))
  OPTIONAL {{ ?i <http://www.w3.org/2000/01/rdf-schema#label> ?label }}
}}"""


def _nobody(word: str, class_: str, names: Mapping[str, object]) -> Diagnostic:
    short = sorted(name for name in names if NAME.fullmatch(name))
    few = f"use one of {', '.join(short)}" if 0 < len(short) <= _FEW else None
    message = f"`{word}` is no individual of `{class_}`"
    return Diagnostic("Q612", message, help=did_you_mean(word, names) or few)


def _several(word: str, iris: set[str], prefixes: Mapping[str, str]) -> Diagnostic:
    message = f"`{word}` is the name of several individuals"
    help_ = f"use one of {', '.join(to_curie(iri, prefixes) for iri in sorted(iris))}"
    return Diagnostic("Q612", message, help=help_)
