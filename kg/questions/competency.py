"""Competency questions: queries whose full answers are written down beside them.

In: `NN-sentence.rq` files with an expected `.csv` each, and a store. Out: findings.
Refuses: a question that is not well formed (Q601) or without its expected answer (Q604), whatever
the graph holds; one that takes too long (Q602); and an answer that differs in any row (Q603). A
question with parameters is asked with the values of its example. Answers are compared as SPARQL CSV
results: as lists where the query has ORDER BY, else as multisets. Of all queries that a project
keeps, what `kg.questions.auditing` finds odd is a warning.
"""

from __future__ import annotations

import csv
import io
import re
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

from pyoxigraph import Store

from kg.answers.naming import Namer, asking
from kg.answers.results import write_answer
from kg.bounded import in_time
from kg.diagnostics import ContentError, Diagnostic, Findings, Location
from kg.files import LARGEST, read_bytes
from kg.project.documents import decode
from kg.project.settings import Project
from kg.questions.auditing import mistakes_in, mistakes_of_no_rows, unknown_in, with_some_values
from kg.questions.binding import Bound, bind
from kg.questions.named import finder
from kg.questions.parameters import read_header, to_terms
from kg.rdf.cells import Wording
from kg.sparql.answers import Context, Form
from kg.sparql.query import run

Row = tuple[str, ...]
Behind = Callable[[str, str, Row], list[tuple[str, Location]]]
_SHOWN = 5
PATIENCE = 60.0
"""Seconds for each question: the engine cannot be stopped from within."""


def check_questions(project: Project, prefixes: Mapping[str, str]) -> list[Diagnostic]:
    """Check the form of the queries that a project keeps, and of the answers to its questions.

    Nothing needs to be built.
    """
    findings = Findings()
    for path in project.questions():
        name, expected = project.name(path), path.with_suffix(".csv")
        if not expected.is_file():
            message = f"`{name}` has no expected answer `{expected.name}`"
            findings.error("Q604", message, Location(name))
            continue
        try:
            _read(expected, project.name(expected))
        except ContentError as error:
            findings.extend(error.diagnostics)
    nothing = Store()
    for path in _kept(project):
        name = project.name(path)
        try:
            text = _read(path, name)
            bound = with_some_values(text, name, prefixes)
            run(nothing, text, prefixes, base=project.base, name=name)
            findings.extend(mistakes_in(bound, name))
        except ContentError as error:
            findings.extend(error.diagnostics)
    return list(findings)


def _kept(project: Project) -> list[Path]:
    """The files of all queries that a project keeps: its questions, and those in its folders."""
    others = (path for folder in project.queries for path in sorted(folder.glob("*.rq")))
    return list(dict.fromkeys([*project.questions(), *others]))


def ask_questions(
    project: Project,
    store: Store,
    prefixes: Mapping[str, str],
    behind: Behind = lambda *_: [],
) -> list[Diagnostic]:
    """Ask every competency question of a project, and see that its queries know their terms.

    Args:
        project: names the queries, which `check_questions` finds well formed.
        store: with the merged default graph.
        prefixes: known without declaration.
        behind: tells the lines of mappings behind a row that nobody expected.
    """
    findings = Findings()
    for path in _kept(project):
        name = project.name(path)
        bound = with_some_values(_read(path, name), name, prefixes)
        context = Context(prefixes, project.base, name)
        findings.extend(unknown_in(bound, store, context, project.namespaces.values()))
    for path in project.questions():
        name, expected = project.name(path), path.with_suffix(".csv")
        try:
            text, answer = _read(path, name), _read(expected, project.name(expected))
            query = _with_example(text, name, project, store, prefixes)
            rows = _rows_of(query, name, project, store, prefixes)
        except ContentError as error:
            findings.extend(error.diagnostics)
            continue
        question = _Question(name, text, query.text, project.name(expected), answer)
        if (found := _compare(rows, _rows(answer), question, behind)) is not None:
            findings.add(found)
        if len(rows) < 2:  # the names of the columns alone, or a truth value
            context = Context(prefixes, project.base, name)
            findings.extend(mistakes_of_no_rows(query, store, context))
    return list(findings)


def _rows_of(
    query: Bound, name: str, project: Project, store: Store, prefixes: Mapping[str, str]
) -> list[Row]:
    """The answer to a question; what is wrong with it is told at the places of its file."""
    work = partial(answer_rows, store, query.text, prefixes, project.base, name)
    try:
        return _in_time(work, name)
    except ContentError as error:
        raise query.failure(error, name) from error


def _in_time(work: Callable[[], list[Row]], name: str) -> list[Row]:
    """The rows, if they can be had in time; where the system has no copies of processes, at last.

    Raises:
        ContentError: Q602, they cannot; and whatever is wrong with the question.
    """
    if sys.platform == "win32":
        return work()
    for outcome in in_time(lambda: [_outcome(work)], PATIENCE).results:
        if isinstance(outcome, ContentError):
            raise outcome
        return outcome
    message = f"the question could not be answered in {PATIENCE:g} seconds"
    help_ = "join its parts by a variable, or ask for less"
    raise ContentError([Diagnostic("Q602", message, Location(name, 1, 1), help=help_)])


def _outcome(work: Callable[[], list[Row]]) -> list[Row] | ContentError:
    try:
        return work()
    except ContentError as error:
        return error


def _read(path: Path, name: str) -> str:
    findings = Findings()
    text = decode(read_bytes(path, name), name, findings)
    findings.raise_errors()
    return text or ""


def _with_example(
    query: str, name: str, project: Project, store: Store, prefixes: Mapping[str, str]
) -> Bound:
    header = read_header(query, name, prefixes)
    namer = Namer(asking(store), prefixes, project.base, project.language)
    resolve = finder(namer, prefixes)
    try:
        return bind(query, to_terms(header, header.example, resolve, project.language))
    except ContentError as error:
        raise ContentError(_of_example(found, name) for found in error.diagnostics) from error


def _of_example(found: Diagnostic, name: str) -> Diagnostic:
    """What is wrong with a value, at the question whose head gives it."""
    help_ = "give each parameter a value in the head: `# example: NAME=VALUE`"
    return replace(found, place=found.place or Location(name, 1, 1), help=help_)


def answer_rows(
    store: Store, query: str, prefixes: Mapping[str, str], base: str, name: str
) -> list[Row]:
    """The answer to a SELECT or ASK query as rows of text, the names of the variables first.

    Raises:
        ContentError: the query is not well formed, asks for a graph, or has an endless answer.
    """
    answer, out = run(store, query, prefixes, base=base, name=name), _Bounded(name)
    if answer.form is Form.GRAPH:
        message = "a competency question asks for a graph, expected SELECT or ASK"
        raise ContentError([Diagnostic("Q604", message, Location(name, 1, 1))])
    write_answer(answer, "csv", out, Wording())
    return _rows(out.getvalue().decode())


class _Bounded(io.BytesIO):
    """Takes an answer as long as a person could have written it down."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def write(self, data: bytes) -> int:  # type: ignore[override]
        if self.tell() > LARGEST:
            message = f"the answer has more than {LARGEST >> 20} MiB, which nobody wrote down"
            help_ = "ask for fewer rows, or join the patterns"
            raise ContentError(
                [Diagnostic("Q602", message, Location(self._name, 1, 1), help=help_)]
            )
        return super().write(data)


def _rows(text: str) -> list[Row]:
    csv.field_size_limit(LARGEST)  # the module's own limit is 128 KiB
    return [tuple(row) for row in csv.reader(io.StringIO(text, newline=""))]


class _Question(NamedTuple):
    """A question that was asked.

    Attributes:
        name: the path of its query.
        text: of the query, as its author wrote it.
        bound: the same with values for parameters.
        csv: the path of the expected answer.
        written: the text of that.
    """

    name: str
    text: str
    bound: str
    csv: str
    written: str

    def asks(self) -> Location:
        """The line that says what is asked for."""
        found = re.search(r"(?im)^[^#\n]*?\b(?:SELECT|ASK)\b.*", self.text)
        line = self.text.count("\n", 0, found.start()) + 1 if found else 1
        return Location(self.name, line, 1, line, len(found[0].rstrip()) + 1 if found else 2)

    def row(self, row: Row) -> Location:
        """The line on which an expected row begins."""
        reader = csv.reader(io.StringIO(self.written, newline=""))
        before = 0
        for cells in reader:
            if tuple(cells) == row:
                break
            before = reader.line_num
        line = re.split(r"\r\n?|\n", self.written)[before]
        return Location(self.csv, before + 1, 1, before + 1, max(len(line), 1) + 1)


def _compare(
    found: list[Row], expected: list[Row], question: _Question, behind: Behind
) -> Diagnostic | None:
    """What is wrong with an answer: at the first row that is missing, else at the question."""
    ordered = re.search(r"\border\s+by\b", question.text, re.IGNORECASE)
    missing = list((Counter(expected) - Counter(found)).elements())
    surplus = list((Counter(found) - Counter(expected)).elements())
    if not (missing or surplus) and (not ordered or found == expected):
        return None
    notes = [f"expected but not found: {_shown(row)}" for row in missing[:_SHOWN]]
    notes += [f"found but not expected: {_shown(row)}" for row in surplus[:_SHOWN]]
    what = f"rows missing: {len(missing)}, too many: {len(surplus)}"
    asks = question.asks()
    related = [("the question", asks)] if missing else []
    related += behind(question.bound, question.name, surplus[0]) if surplus else []
    return Diagnostic(
        "Q603",
        f"the question is answered differently: {what if notes else 'the rows in another order'}",
        question.row(missing[0]) if missing else asks,
        tuple(notes),
        "see what the articles say; correct the mapping or the expected answer",
        tuple(related),
    )


def _shown(row: Row) -> str:
    return ", ".join(row) or "(an empty row)"
