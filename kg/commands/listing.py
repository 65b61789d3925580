"""The queries of a project that have a name, as a list.

In: a project. Out: name, title and parameters of each query, in any format of rows; as JSON, all
that their heads say.
Refuses: a head that is not well formed (Q611), and a format that is not one of rows (Q607).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from pyoxigraph import Literal

from kg.answers.results import choose_format, write_answer
from kg.commands.asking import queries_of, read_query
from kg.commands.interrupting import written
from kg.project.settings import load_project
from kg.questions.named import NamedQuery
from kg.questions.parameters import Header, Parameter, read_header
from kg.rdf.cells import Wording
from kg.sparql.answers import Answer, Form
from kg.sparql.solutions import solutions
from kg.terms import PUBLISHED

COLUMNS = ("name", "title", "parameters")
Listed = tuple[NamedQuery, Header]


def list_queries(folder: Path, form: str | None, output: Path | None) -> None:
    """Write the queries that have a name, competency questions last.

    Args:
        folder: of the project.
        form: as `-F` names it; without, as for answers of queries.
        output: the file; without, standard output.

    Raises:
        ContentError: Q611, Q614; D106, the settings are wrong.
        Misuse: Q607.
    """
    found = list(_listed(folder))
    cells = ((query.name, header.title, _shown(header)) for query, header in found)
    rows = ([Literal(cell) if cell else None for cell in row] for row in cells)
    answer = Answer(Form.SOLUTIONS, COLUMNS, solutions(COLUMNS, rows))
    chosen = choose_format(answer, form, output, sys.stdout.isatty())
    with written(output) as out:
        if chosen == "json":
            described = [_to_json(query, header) for query, header in found]
            out.write(f"{json.dumps(described, indent=1, ensure_ascii=False)}\n".encode())
        else:
            write_answer(answer, chosen, out, Wording())


def _listed(folder: Path) -> Iterator[Listed]:
    project = load_project(folder)
    prefixes = {**PUBLISHED, **project.namespaces}
    for query in queries_of(project.folder).values():
        text, name = read_query(None, query.path)
        yield query, read_header(text, name, prefixes)


def _shown(header: Header) -> str:
    """The parameters: with their values if none is given, with `?` if they may be left open."""
    return " ".join(map(_parameter, header.parameters.values()))


def _parameter(parameter: Parameter) -> str:
    if parameter.default:
        return f"{parameter.name}={parameter.default}"
    return f"{parameter.name}?" if parameter.open else parameter.name


def _to_json(query: NamedQuery, header: Header) -> dict[str, object]:
    return {
        "name": query.name,
        "title": header.title,
        "description": header.description,
        "question": query.question,
        "figures": list(header.plots),
        "parameters": [
            {
                "name": parameter.name,
                "type": parameter.shown,
                "required": not parameter.open and parameter.default is None,
                "choices": list(parameter.choices),
                "default": parameter.default,
                "description": parameter.words,
            }
            for parameter in header.parameters.values()
        ],
    }
