"""What the verb `query` says about a query besides its answer: warnings, and why it has no rows.

In: a query and its source, and how much the user wants to hear. Out: findings on standard error.
Refuses: with `--strict`, whatever would be a warning otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from importlib import import_module
from io import BufferedIOBase, BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

import click

from kg.advising.suspicion import may_be_odd, may_be_unknown
from kg.answers.results import write_answer
from kg.answers.sources import Source, Stored
from kg.commands.asking import Asked
from kg.commands.measuring import parses
from kg.commands.showing import show
from kg.commands.sourcing import Choice
from kg.diagnostics import ContentError, Diagnostic, Location, Severity
from kg.rdf.cells import Wording
from kg.sparql.answers import Answer, Context, Form
from kg.sparql.solutions import solutions
from kg.terms import PUBLISHED

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

    from kg.advising.mistakes import Query

OPTIONS = (
    click.option("--strict", is_flag=True, help="Take warnings for errors."),
    click.option("--quiet", is_flag=True, help="Give no warnings, and no reasons for no rows."),
)


T = TypeVar("T")
SECONDS = 2.0
"""So long the reasons for an empty answer are looked for."""
MOST_BYTES = 1 << 16
"""An answer that is longer has rows."""
# One row of all solutions, which is there though there are none.
TOTAL = r"(?i)\b(AVG|COUNT|GROUP_CONCAT|MAX|MIN|SAMPLE|SUM)\s*\("
OF_NONE = r"(?i)\b(GROUP_CONCAT|MAX|MIN|SAMPLE)\b"
ZERO = rb"(?<![\w.:/-])0(?![\w.:/-])"
GROUPED = r"(?i)\bGROUP\s+BY\b"


class Beginning(BufferedIOBase):
    """A stream that knows the beginning of what was written to it."""

    def __init__(self, out: BinaryIO, *, is_terminal: bool) -> None:
        """Write to another stream, as for a terminal or not."""
        self._out, self.is_terminal = out, is_terminal
        self.head, self.is_whole = b"", True

    def writable(self) -> bool:
        """It is."""
        return True

    def isatty(self) -> bool:
        """Whether it is read on a terminal."""
        return self.is_terminal

    def write(self, content: ReadableBuffer) -> int:
        """Write as to the other stream."""
        if self.is_whole:
            piece = bytes(content)
            self.is_whole = len(self.head) + len(piece) <= MOST_BYTES
            self.head += piece if self.is_whole else b""
        return self._out.write(content)

    def flush(self) -> None:
        """Flush the other stream."""
        if not self._out.closed:
            self._out.flush()


class Adviser:
    """Tells what is odd about one query.

    Attributes:
        project: its folder.
        asked: the query.
        form: that the answer had, if it was empty.
    """

    def __init__(
        self,
        project: Path,
        source: Source,
        asked: Asked,
        choice: Choice,
        strict: bool = False,
        quiet: bool = False,
    ) -> None:
        """Be asked about one query.

        Args:
            project: the folder.
            source: that is asked.
            asked: the query.
            choice: the options that have chosen the source.
            strict: warnings are errors.
            quiet: warnings are not shown.
        """
        self.project, self.asked = project, asked
        self.form: Form | None = None
        self._source, self._choice, self._strict, self._quiet = source, choice, strict, quiet

    def tell(self, found: Iterable[Diagnostic]) -> None:
        """Show findings, as far as they are wanted.

        Raises:
            ContentError: there are warnings, and they are errors here.
        """
        graver = [_as_error(finding) if self._strict else finding for finding in found]
        errors = [finding for finding in graver if finding.severity is Severity.ERROR]
        others = [finding for finding in graver if finding.severity is not Severity.ERROR]
        if others and not self._quiet:
            written = {self.asked.name: self.asked.written}
            show(self.asked.told(others), self.project, written)
        if errors:
            raise ContentError(errors, {self.asked.name: self.asked.text})

    def before(self) -> None:
        """Tell what is odd about a query that is well formed, before it is asked.

        The answer may be long in coming, and what is odd may be the reason.

        Raises:
            ContentError: see `tell`.
        """
        if self._listens:
            self.tell(self._mistakes())

    def write(self, answer: Answer, format_: str, out: BinaryIO, wording: Wording) -> None:
        """Write an answer as `kg.answers.results` does, and remember whether it is empty."""
        beginning = Beginning(out, is_terminal=out.isatty())
        write_answer(answer, format_, beginning, wording)  # type: ignore[arg-type]
        if self._listens and self._has_none(answer, format_, beginning, wording):
            self.form = answer.form

    def watch(self, rows: Iterable[T]) -> Iterator[T]:
        """The rows of an answer, which is empty until there is one."""
        self.form = Form.SOLUTIONS if self._listens else None
        for row in rows:
            self.form = None
            yield row

    def after(self, *, expected: bool = False) -> None:
        """Tell why an answer that has been written is empty, or which terms of the query are odd.

        Args:
            expected: that there are no rows is what is hoped for, so that only mistakes are told.

        Raises:
            ContentError: see `tell`.
        """
        found: Iterable[Diagnostic] = ()
        given_up: list[Diagnostic] = []
        if self.form is not None and (query := self._read()) is not None:
            reasons, is_whole = self._reasons(query)
            # That something is not so is an answer: only mistakes are told.
            is_answer = expected or self.form is Form.BOOLEAN
            found = [one for one in reasons if not is_answer or one.severity is Severity.WARNING]
            given_up = [] if is_whole else [_given_up(self.asked.name)]
        if not found and self._listens and not self._strict:
            found = self._unknown_terms()
        self.tell((*found, *given_up))

    def _reasons(self, query: Query) -> tuple[list[Diagnostic], bool]:
        """What is found in time, and whether that is all; what is said last of a place has more."""
        if not isinstance(source := self._source, Stored):
            return self._of_endpoint(query), True
        reasons = import_module("kg.advising.emptiness").reasons
        work = partial(reasons, query, source.view, self._context(), self._choice.narrowing)
        found, is_whole = import_module("kg.bounded").in_time(work, SECONDS)
        last = {(one.code, one.place): one for one in found}
        return sorted(last.values(), key=Diagnostic.sort_key), is_whole

    def _of_endpoint(self, query: Query) -> list[Diagnostic]:
        """What is found of an endpoint, which is asked as little as can be."""
        advice = import_module("kg.advising.mistakes")
        found: list[Diagnostic] = advice.unused_prefixes(query)
        if advice.asks_default_graph(query):
            found += import_module("kg.answers.endpoint").hidden(self._source, self.asked.name)
        return found

    @property
    def _listens(self) -> bool:
        return self._strict or not self._quiet

    def _context(self) -> Context:
        return Context(self._source.prefixes, self._source.base, self.asked.name)

    def _read(self) -> Query | None:
        """The query as phrases, which most queries never become."""
        read = import_module("kg.advising.mistakes").read
        query: Query | None = read(self.asked.text, self.asked.name)
        return query

    def _mistakes(self) -> Iterator[Diagnostic]:
        if not (self._strict or may_be_odd(self.asked.text)) or (query := self._read()) is None:
            return
        if not parses(self._source, self.asked.text):  # then what is wrong is told when it is asked
            return
        advice = import_module("kg.advising.mistakes")
        yield from advice.mistakes(query)
        if self._strict:
            yield from advice.unused_prefixes(query)
            yield from self._unknown_terms()

    def _unknown_terms(self) -> Iterator[Diagnostic]:
        """Names in the namespaces of the project that its ontology does not have."""
        if not (namespaces := self._own()) or (query := self._read()) is None:
            return
        assert isinstance(self._source, Stored)
        look = import_module("kg.advising.emptiness").unknown_terms
        yield from look(query, self._source.view, self._context(), namespaces)

    def _own(self) -> list[str]:
        """The namespaces of the ontology, if the query has a name that it may not declare."""
        if not (self._choice.is_build and isinstance(self._source, Stored)):
            return []
        known = self._source.prefixes.items()
        own = {prefix: iri for prefix, iri in known if prefix not in PUBLISHED}
        found = may_be_unknown(self.asked.text, self._source.view.store, own)
        return list(own.values()) if found else []

    def _has_none(
        self, answer: Answer, format_: str, beginning: Beginning, wording: Wording
    ) -> bool:
        """Whether an answer that has been written has no rows, or counts none."""
        if answer.form is Form.BOOLEAN:
            return not answer.result
        if not beginning.is_whole or (answer.form is Form.SOLUTIONS and not answer.variables):
            return False
        text = self.asked.text
        if "(" in text and not re.search(GROUPED, text) and re.search(TOTAL, text):
            # Whether it counts none is seen when reasons are looked for.
            may_be = re.search(ZERO, beginning.head) or re.search(OF_NONE, text)
            return bool(may_be)
        rows: Any = solutions(answer.variables, ()) if answer.form is Form.SOLUTIONS else iter(())
        nothing = Beginning(BytesIO(), is_terminal=beginning.is_terminal)
        write_answer(answer._replace(result=rows), format_, nothing, wording)  # type: ignore[arg-type]
        return nothing.head == beginning.head


def advice_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a verb the options that say how much of advice is wanted."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def _given_up(name: str) -> Diagnostic:
    message = f"the search for why no row passes was given up after {SECONDS:g} seconds"
    help_ = "ask with fewer conditions, or of fewer data, such as one `--graph`"
    return Diagnostic("Q626", message, Location(name), (), help_, severity=Severity.NOTE)


def _as_error(finding: Diagnostic) -> Diagnostic:
    is_warning = finding.severity is Severity.WARNING
    return replace(finding, severity=Severity.ERROR) if is_warning else finding
