"""What files would hold after an update, as the verb `query` writes it.

In: files, the text of an update, options. Out: the data set as it is then, on standard output or in
a file; the files themselves stay as they are.
Refuses: options that are for answers, an output that is one of the files, and a syntax that cannot
hold the named graphs that there are (Q607).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
from pyoxigraph import DefaultGraph, Quad

from kg.answers.results import EXTENSIONS, GRAPHS
from kg.commands.interrupting import written
from kg.commands.sourcing import Choice, known_of
from kg.diagnostics import Diagnostic, Misuse
from kg.exporting.syntaxes import NAMED, write_lines
from kg.rdf.turtle import Style
from kg.sparql.answers import Context
from kg.sparql.loading import Source, load
from kg.sparql.updating import update

WHOLE = "trig"


def write_updated(
    project: Path, choice: Choice, text: str, name: str, format_: str | None, output: Path | None
) -> None:
    """Write what the files of a choice would hold after an update.

    Args:
        project: its prefixes are known to the update.
        choice: the files, and whether the network may be reached.
        text: the update.
        name: its path, for places.
        format_: as the command line names it; None: by the extension of the output, else TriG.
        output: a file; None: standard output.

    Raises:
        click.UsageError: the output is one of the files.
        ContentError: the files cannot be read; what `kg.sparql.updating` refuses; Q607.
    """
    files = [path for path in (*choice.data, *choice.named) if output and Path(path).exists()]
    if output and output.exists() and any(output.samefile(path) for path in files):
        raise click.UsageError(f"{output} is one of the files, which stay as they are")
    wanted = format_ or (EXTENSIONS.get(output.suffix.lower()) if output else WHOLE)
    if wanted not in GRAPHS:
        raise click.UsageError(f"an update gives a graph: choose one of {', '.join(GRAPHS)}")
    known, sources = known_of(project), [Source(path) for path in choice.data]
    sources += [Source(path, is_named=True) for path in choice.named]
    data = load(sources, choice.data_format, union=False)
    prefixes, base = {**known.prefixes, **data.prefixes}, data.base or Path.cwd().as_uri() + "/"
    quads = list(update(data.view, text, Context(prefixes, base, name, choice.allow_service)))
    _check_fit(quads, GRAPHS[wanted], wanted)
    with written(output) as out:
        write_lines(map(_line, quads), GRAPHS[wanted], out, Style(prefixes, data.base or ""))


def _line(quad: Quad) -> bytes:
    return f"{quad} .\n".encode()


def _check_fit(quads: Sequence[Quad], syntax: str, wanted: str) -> None:
    if syntax not in NAMED and any(quad.graph_name != DefaultGraph() for quad in quads):
        message = f"format `{wanted}` cannot hold the named graphs that there are"
        known = ", ".join(name for name, syntax in GRAPHS.items() if syntax in NAMED)
        raise Misuse([Diagnostic("Q607", message, help=f"choose one of {known}")])
