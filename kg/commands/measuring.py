"""How much of an answer is shown, what is told of it, and what its exit status says.

In: options, and a `Meter` that has watched an answer. Out: what is to be said of it, a status.
Refuses: nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import NamedTuple

import click
from pyoxigraph import Store

from kg.answers.metering import Meter
from kg.answers.sources import Source, Stored
from kg.commands.bundling import bundled
from kg.commands.showing import count
from kg.diagnostics import ContentError, Diagnostic, Misuse, Severity
from kg.sparql.graphs import View

OPTIONS = (
    click.option(
        "--limit", type=click.IntRange(1), metavar="N",
        help="Show the first N rows, or statements of a graph, and tell if there are more.",
    ),
    click.option(
        "--exit-code", is_flag=True,
        help="End with status 1 if the answer is false, or has a row that should not be there; "
        "with 2 or 3 if there is no answer.",
    ),
    click.option("--time", "timed", is_flag=True, help="Tell how long each step has taken."),
    click.option(
        "--explain", "explained", is_flag=True,
        help="Tell what the query means, how it is evaluated, and how long each part takes.",
    ),
)  # fmt: skip
FAILED = 1
WRITTEN = "written"


class Measure(NamedTuple):
    """The options, as the command line has them."""

    limit: int | None
    exit_code: bool
    timed: bool
    explained: bool

    @property
    def is_any(self) -> bool:
        """Whether an answer has to be watched."""
        return self.limit is not None or self.exit_code or self.timed

    def status(self, meter: Meter) -> int:
        """The exit status: what a query asks (ASK) must hold, what it finds must not be there."""
        fails = meter.rows > 0 if meter.holds is None else not meter.holds
        return FAILED if self.exit_code and fails else 0

    @contextmanager
    def told_apart(self) -> Iterator[None]:
        """Where the exit status is the answer, keep it apart from that of a query without one.

        Raises:
            Misuse: instead of what would look like an answer.
        """
        try:
            yield
        except ContentError as error:
            if self.exit_code and error.exit_status == FAILED:
                raise Misuse(error.diagnostics, error.sources) from error
            raise


measure_options = bundled("measure", Measure, OPTIONS)


class Clock:
    """Takes the time of the steps of a query, one after another."""

    def __init__(self) -> None:
        """Begin with the first step."""
        self._began = perf_counter()
        self.steps: dict[str, float] = {}

    def step(self, name: str) -> None:
        """End a step."""
        now = perf_counter()
        self.steps[name], self._began = now - self._began, now


def parses(source: Source, text: str) -> bool:
    """Whether the engine can parse and plan a query; of endpoints, nothing is known.

    What is wrong with one that is not well formed is told when it is asked.
    """
    if isinstance(source, Stored) and "SERVICE" not in text.upper():
        try:
            View(Store()).ask(text, source.prefixes, source.base)
        except (SyntaxError, RuntimeError):
            return False
    return True


def cut(meter: Meter) -> list[Diagnostic]:
    """Q616, if an answer has more rows than its limit allows."""
    if not meter.is_cut:
        return []
    message = f"the answer has more than the {count(meter.rows, meter.unit)} that `--limit` allows"
    help_ = "give a higher `--limit`, or leave it out"
    return [Diagnostic("Q616", message, help=help_, severity=Severity.NOTE)]


def told(meter: Meter, clock: Clock) -> str:
    """The times of the steps of a query, which `kg/docs/query.md` explains."""
    steps = dict(clock.steps)
    written = steps.pop(WRITTEN)
    if meter.holds is not None:
        steps["evaluated"] = meter.seconds
    else:
        steps |= {} if meter.first is None else {"first row": meter.first}
        steps[f"all {count(meter.rows, meter.unit)}"] = meter.seconds
    steps[WRITTEN] = written
    shown = (f"{name} {seconds * 1000:.1f} ms" for name, seconds in steps.items())
    return f"  {' · '.join(shown)}"
