"""`kg stats`: how much a build holds, in all, or by class, property, graph or article.

In: a build. Out: rows in any format that queries have; as JSON, objects.
Refuses: a format that is not one of rows (Q607), and a build that is damaged (X703).

Nothing is counted: the numbers are those that the build wrote down.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import click
from pyoxigraph import Literal, NamedNode

from kg.answers.results import READABLE, STANDARD, choose_format, write_answer
from kg.commands.interrupting import written
from kg.commands.opening import open_at
from kg.commands.suggesting import builds
from kg.rdf.cells import Wording
from kg.rdf.labels import labels_of
from kg.rdf.turtle import Style
from kg.sparql.answers import Answer, Form
from kg.sparql.solutions import solutions
from kg.store.embedded import Build
from kg.store.statistics import Number, graph_sizes, statistics_of
from kg.terms import XSD, to_curie

FORMATS = (*READABLE, *STANDARD)
Value = NamedNode | str | int
Json = dict[str, object] | list[dict[str, object]]
COLUMNS = {
    None: ("of", "number"),
    "class": ("class", "asserted", "inferred"),
    "property": ("property", "asserted", "inferred"),
    "graph": ("graph", "statements"),
    "article": ("article", "entries", "nodes", "spans", "mentions", "statements"),
}
_COUNTED = ("articles", "entries", "nodes", "spans", "mentions")


@click.command("stats")
@click.option(
    "--by",
    type=click.Choice([name for name in COLUMNS if name]),
    help="A row for each class, property, graph or article.",
)
@click.option("--at", metavar="BUILD", shell_complete=builds, help="Another build: its folder.")
@click.option(
    "-F",
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    help="Without it: the extension of -o; else a table on a terminal, TSV in a pipe.",
)
@click.option("--full", is_flag=True, help="For people, too: terms in N-Triples, not in words.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to a file.")
@click.pass_obj
def command(
    project: Path,
    by: str | None,
    at: str | None,
    format_: str | None,
    full: bool,
    output: Path | None,
) -> None:
    """Tell how much the last build holds.

    A node counts once for each of its classes, and a triple once for its property, however many
    articles say the same; statements are counted in each graph that has them. The ontology counts
    only as a graph.
    """
    build = open_at(project, at)
    columns, rows = COLUMNS[by], list(table(build, by))
    answer = Answer(Form.SOLUTIONS, columns, solutions(columns, _terms(rows)))
    chosen = choose_format(answer, format_, output, sys.stdout.isatty())
    with written(output) as out:
        if chosen == "json":
            document = _document(by, rows, build.prefixes)
            out.write(f"{json.dumps(document, indent=1, ensure_ascii=False)}\n".encode())
        else:
            write_answer(
                answer,
                chosen,
                out,
                _wording(build, full) if by and chosen in READABLE else Wording(),
            )


def table(build: Build, by: str | None = None) -> Iterator[Sequence[Value]]:
    """The numbers of a build.

    Args:
        build: a finished build.
        by: a key of `COLUMNS`, which names the columns.

    Raises:
        Unavailable: X703, the build is damaged.
    """
    if by == "article":
        return _articles(build)
    if by == "graph":
        return ((NamedNode(f"{build.base}graph/{name}"), n) for name, n in graph_sizes(build))
    if by is None:
        return iter(_whole(build).items())
    found = statistics_of(build)
    return _ordered(found.classes if by == "class" else found.properties)


def _wording(build: Build, full: bool) -> Wording:
    labels = labels_of(build.store, build.language)
    return Wording(Style(build.prefixes, build.base), labels, full)


def _whole(build: Build) -> dict[str, int]:
    counts, found = build.manifest["counts"], statistics_of(build)
    return {
        **{name: counts[name] for name in _COUNTED},
        "graphs": counts["articles"] + len(found.graphs),
        "statements": counts["asserted"] + counts["inferred"],
        "different triples asserted": found.triples.asserted,
        "different triples inferred": found.triples.inferred,
        "subjects": found.subjects,
        "classes": len(found.classes),
        "properties": len(found.properties),
    }


def _ordered(found: Mapping[str, Number]) -> Iterator[Sequence[Value]]:
    """The largest first."""
    for iri, number in sorted(found.items(), key=lambda item: (-item[1].total, item[0])):
        yield NamedNode(iri), *number


def _articles(build: Build) -> Iterator[Sequence[Value]]:
    for stem in build.shelves.stems:
        record = build.shelves.record(stem)
        counted = (record[name] for name in (*_COUNTED[1:], "quads"))
        yield NamedNode(f"{build.base}article/{stem}"), *counted


def _terms(rows: Iterable[Sequence[Value]]) -> Iterator[list[NamedNode | Literal]]:
    integer = NamedNode(f"{XSD}integer")
    for row in rows:
        yield [
            Literal(str(value), datatype=integer)
            if isinstance(value, int)
            else Literal(value)
            if isinstance(value, str)
            else value
            for value in row
        ]


def _document(by: str | None, rows: Sequence[Sequence[Value]], prefixes: Mapping[str, str]) -> Json:
    """An object for each row; one for all, if the rows are a number each."""
    if by is None:
        return {str(name): number for name, number in rows}
    return [_object(COLUMNS[by], row, prefixes) for row in rows]


def _object(
    columns: Sequence[str], row: Sequence[Value], prefixes: Mapping[str, str]
) -> dict[str, object]:
    """A row by the names of the columns; a term as its IRI, with the short form if there is one."""
    cells: dict[str, object] = {}
    for column, value in zip(columns, row, strict=True):
        cells[column] = value.value if isinstance(value, NamedNode) else value
        short = to_curie(value.value, prefixes) if isinstance(value, NamedNode) else "<"
        cells |= {} if short.startswith("<") else {"curie": short}
    return cells
