"""What the verb `query` says about a query besides its answer: warnings, and why it has no rows.

In: a query and its source, and how much the user wants to hear. Out: findings on standard error.
Refuses: with `--strict`, whatever would be a warning otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from kg.commands.showing import show
from kg.diagnostics import ContentError, Diagnostic, Severity
from kg.suspicion import may_be_odd

OPTIONS = (
    click.option("--strict", is_flag=True, help="Take warnings for errors."),
    click.option("--quiet", is_flag=True, help="Give no warnings, and no reasons for no rows."),
)


@dataclass(frozen=True, slots=True)
class Adviser:
    """Tells what is odd about one query.

    Attributes:
        project: its folder.
        text: of the query.
        name: its path, for places.
        strict: warnings are errors.
        quiet: warnings are not shown.
    """

    project: Path
    text: str
    name: str
    strict: bool = False
    quiet: bool = False

    def tell(self, found: Iterable[Diagnostic]) -> None:
        """Show findings, as far as they are wanted.

        Raises:
            ContentError: there are warnings, and they are errors here.
        """
        sources = {self.name: self.text}
        graver = [_as_error(finding) if self.strict else finding for finding in found]
        if any(finding.severity is Severity.ERROR for finding in graver):
            raise ContentError(graver, sources)
        if graver and not self.quiet:
            show(graver, self.project, sources)

    def before(self, known: Iterable[Diagnostic] = ()) -> None:
        """Tell what is odd about a query that is well formed, before its rows are read.

        Args:
            known: what is known already.

        Raises:
            ContentError: see `tell`.
        """
        self.tell([*known, *self._mistakes()])

    def _mistakes(self) -> list[Diagnostic]:
        if not self.strict and (self.quiet or not may_be_odd(self.text)):
            return []
        advice = import_module("kg.advice")  # most queries need none
        query = advice.read(self.text, self.name)
        if query is None:
            return []
        unused = advice.unused_prefixes(query) if self.strict else []
        return [*advice.mistakes(query), *unused]


def advice_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a verb the options that say how much of advice is wanted."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def _as_error(finding: Diagnostic) -> Diagnostic:
    is_warning = finding.severity is Severity.WARNING
    return replace(finding, severity=Severity.ERROR) if is_warning else finding
