"""`kg query --plot`: the answer as a figure in a file.

In: a query and its source. Out: a picture in a file.
Refuses: no file to write to, and an installation without the extra `plot` (X720).
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import click

from kg.answers.sources import Source
from kg.commands.advising import Adviser
from kg.commands.sourcing import Choice, open_chosen_build
from kg.diagnostics import Diagnostic, Unavailable
from kg.questions.parameters import Header, read_header
from kg.rdf.cells import Wording
from kg.sparql.answers import INLINE, Answer

LIBRARIES = {"fast_sugiyama": "fast-sugiyama", "fontTools": "fonttools", "resvg_py": "resvg-py"}


class Figure(NamedTuple):
    """A figure that is wanted, with what stands around it.

    Attributes:
        request: a `kg.figures.plot.Request`.
        title: of the query.
        subtitle: the values of its parameters.
        language: of the texts.
        suffix: of the file.
    """

    request: Any
    title: str
    subtitle: str
    language: str
    suffix: str

    @classmethod
    def of(
        cls,
        wanted: str,
        output: Path | None,
        text: str,
        name: str,
        values: Mapping[str, str],
        source: Source,
    ) -> Figure:
        """The figure that `--plot` asks for.

        Args:
            wanted: what `--plot` says.
            output: the file.
            text: the query, before terms stand in the place of its parameters.
            name: of the query, for places.
            values: of the parameters.
            source: what is asked.

        Raises:
            click.UsageError: there is no file.
            Misuse: Q607, it is no picture; Q630, there is no such figure.
            Unavailable: X720.
        """
        if output is None:
            raise click.UsageError("--plot needs a file: -o FILE.svg, FILE.png or FILE.html")
        _check_libraries()
        plot = import_module("kg.figures.plot")
        plot.check_suffix(output)
        header = read_header(text, name, source.prefixes)
        request = plot.read_request(wanted, header.plots)
        title = header.title or ("" if name == INLINE else Path(name).stem)
        subtitle = " · ".join(f"{key} {value}" for key, value in _given(header, values).items())
        title = title or plot.TITLES[request.figure]
        return cls(request, title, subtitle, source.language, output.suffix.lower())

    def write(
        self, answer: Answer, out: BinaryIO, choice: Choice, adviser: Adviser, wording: Wording
    ) -> None:
        """Draw an answer; see `kg.figures.plot.write_plot`. Of one without rows, tell why."""
        heading = import_module("kg.figures.drawing").Heading(
            self.title, self.subtitle, _origin(adviser.project, choice), self.language
        )
        plot = import_module("kg.figures.plot")
        try:
            plot.write_plot(answer, self.request, heading, self.suffix, out, wording)
        except plot.NothingToDraw:
            adviser.form = answer.form
            adviser.after()
            raise


def _check_libraries() -> None:
    if missing := [name for module, name in LIBRARIES.items() if find_spec(module) is None]:
        message = f"figures need {', '.join(missing)}, which {_is(missing)} not installed"
        help_ = "install the extra `plot`: `pip install 'newskg[plot]'`"
        raise Unavailable([Diagnostic("X720", message, help=help_)])


def _is(names: list[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _given(header: Header, values: Mapping[str, str]) -> dict[str, str]:
    """The values of the parameters, defaults included."""
    found = {name: values.get(name, p.default) for name, p in header.parameters.items()}
    return {name: value for name, value in found.items() if value is not None}


def _origin(project: Path, choice: Choice) -> str:
    """What is asked, as the line below a figure says it."""
    if choice.endpoint:
        return choice.endpoint
    if not choice.is_build:
        return ", ".join(Path(name).name for name in (*choice.data, *choice.named))
    build = open_chosen_build(project, choice)
    return f"{build.base} · build {build.manifest['hash'][:16]}"
