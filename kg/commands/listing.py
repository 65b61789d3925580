"""The queries of a project that have a name, as a list.

In: a project. Out: name, title and parameters of each query on standard output, or JSON.
Refuses: a head that is not well formed (Q611).
"""

from __future__ import annotations

import json
from pathlib import Path

import click
from rich.table import Table

from kg.commands.asking import queries_of, read_query
from kg.commands.showing import console
from kg.project.settings import load_project
from kg.questions.named import NamedQuery
from kg.questions.parameters import Header, Parameter, read_header
from kg.terms import PUBLISHED


def list_queries(folder: Path, form: str | None) -> None:
    """Print the queries that have a name, competency questions last."""
    project = load_project(folder)
    prefixes = {**PUBLISHED, **project.namespaces}
    found: list[tuple[NamedQuery, Header]] = []
    for query in queries_of(project.folder).values():
        text, name = read_query(None, query.path)
        found.append((query, read_header(text, name, prefixes)))
    if form == "json":
        rows = [_to_json(query, header) for query, header in found]
        click.echo(json.dumps(rows, indent=1, ensure_ascii=False))
    else:
        console().print(_table(found))


def _table(found: list[tuple[NamedQuery, Header]]) -> Table:
    table = Table("name", "what it answers", "parameters", box=None, pad_edge=False)
    for query, header in found:
        table.add_row(query.name, header.title, " ".join(map(_shown, header.parameters.values())))
    return table


def _shown(parameter: Parameter) -> str:
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
