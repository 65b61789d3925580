"""`kg query`: a SPARQL query over the build, over files, or over an endpoint.

In: a query as argument, file or standard input. Out: the answer on standard output or in a file.
Refuses: no query or two of them, and options that do not go together.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import BinaryIO, NamedTuple

import click

from kg.answers.metering import Meter
from kg.answers.results import FORMATS, choose_format
from kg.answers.sources import Source, Stored, Wanted
from kg.commands import suggesting
from kg.commands.advising import Adviser, advice_options
from kg.commands.asking import (
    check_taken,
    locate,
    no_option,
    read_query,
    split_words,
    with_values,
)
from kg.commands.bundling import ARGUMENTS, bundled
from kg.commands.interrupting import interruptible, written
from kg.commands.measuring import WRITTEN, Clock, Measure, cut, measure_options, parses, told
from kg.commands.sourcing import Choice, open_chosen_build, open_source, source_options
from kg.rdf.cells import Wording
from kg.rdf.labels import labels_of
from kg.rdf.turtle import Style
from kg.sparql.answers import Answer

OPTIONS = (
    click.option(
        "-F", "--format", "format_", type=click.Choice(FORMATS),
        help="Format of the answer. Without it: the extension of -o; else a table on a terminal, "
        "TSV in a pipe, and Turtle for a graph.",
    ),
    click.option("--full", is_flag=True, help="For people, too: terms in N-Triples, not in words."),
    click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to a file."),
    click.option("--evidence", is_flag=True, help="With each row, the words that it rests on."),
    click.option(
        "--quotes", type=click.IntRange(0), default=10, show_default=True,
        help="Show at most so many quotes with a row; 0 means all.",
    ),
    click.option(
        "--plot", metavar="FIGURE[:COLUMNS]", shell_complete=suggesting.figures,
        help="Draw the answer into the file of -o (SVG, PNG or HTML): timeline, bar or graph.",
    ),
)  # fmt: skip


class Writing(NamedTuple):
    """How an answer is written, as the command line has it."""

    format_: str | None
    full: bool
    output: Path | None
    evidence: bool
    quotes: int
    plot: str | None

    def format_of(self, answer: Answer) -> str:
        """The format for an answer."""
        return choose_format(answer, self.format_, self.output, sys.stdout.isatty())


class Question(NamedTuple):
    """What is asked, of what, and who tells what is odd about it."""

    adviser: Adviser
    source: Source
    choice: Choice


@click.command("query", cls=suggesting.Asking, context_settings={"ignore_unknown_options": True})
@click.argument(
    "words",
    nargs=-1,
    type=click.UNPROCESSED,
    metavar="[QUERY | NAME]",
    shell_complete=suggesting.words,
)
@click.option("-f", "--file", type=click.Path(path_type=Path), help="Read the query from a file.")
@click.option("--list", "listed", is_flag=True, help="Show the queries that have a name.")
@click.option(
    "--with",
    "pairs",
    multiple=True,
    metavar="NAME=VALUE",
    shell_complete=suggesting.pairs,
    help="Give a parameter its value.",
)
@bundled("writing", Writing, OPTIONS)
@measure_options
@advice_options
@source_options
@click.pass_context
def command(
    context: click.Context,
    words: tuple[str, ...],
    file: Path | None,
    listed: bool,
    pairs: tuple[str, ...],
    writing: Writing,
    measure: Measure,
    strict: bool,
    quiet: bool,
    choice: Choice,
) -> None:
    """Answer a SPARQL QUERY (`-`: from standard input) over the last build.

    Patterns see all graphs at once; GRAPH looks into single ones. The project's prefixes and the
    usual published ones need no declaration; relative IRIs such as <person/...> mean the data.

    A query with a NAME is a file of the project (`--list`); `--with NAME=VALUE`, or `--NAME VALUE`
    for short, gives its parameters their values: ids, labels or IRIs of individuals, or literals.

    Of files (--data), an update writes what they would hold after it; they stay as they are.
    """
    query, values = split_words(words, pairs)
    if listed:
        import_module("kg.commands.listing").list_queries(
            context.obj, writing.format_, writing.output
        )
        return
    if query is None and file is None:
        check_taken(values)
    if query == "-" and "-" in (*choice.data, *choice.named):
        raise click.UsageError("standard input holds the query or the data, not both")
    if writing.evidence and not (choice.is_build and choice.wanted == Wanted()):
        raise click.UsageError("--evidence is for whole builds")
    if writing.plot and (writing.evidence or writing.format_):
        raise click.UsageError("--plot draws what -F and --evidence write: choose one")
    with measure.told_apart():
        if choice.timeout and not (limiting := import_module("kg.commands.limiting")).is_limited():
            line = context.meta[ARGUMENTS]
            context.exit(limiting.run_limited(line, choice.timeout, writing.output))
        clock = Clock()
        text, name = read_query(*locate(query, file, context.obj))
        context.with_resource(interruptible())
        if _updates(context.obj, choice, (text, name), values, writing, measure):
            return
        source = open_source(context.obj, choice)
        write = _with_evidence if writing.evidence else _write
        if writing.plot:
            plotting = import_module("kg.commands.plotting")  # only figures need it
            figure = plotting.Figure.of(writing.plot, writing.output, text, name, values, source)
            write = partial(_draw, figure.write)
        asked = with_values(text, name, values, source)
        clock.step("open")
        adviser = Adviser(context.obj, source, asked, choice, strict, quiet)
        with asked.in_place():
            question = Question(adviser, source, choice)
            context.exit(_answer(question, writing, measure, clock, write))


def _updates(
    project: Path,
    choice: Choice,
    given: tuple[str, str],
    values: Mapping[str, str],
    writing: Writing,
    measure: Measure,
) -> bool:
    """Whether the text, which has a name, is an update of files; what they would hold is written.

    Raises:
        click.UsageError: options that are for answers.
    """
    if not (choice.has_files and import_module("kg.sparql.updating").is_update(given[0])):
        return False
    for name in values:
        raise no_option(f"--{name}")
    if measure.is_any or measure.explained or writing.plot:
        raise click.UsageError(
            "an update has no rows: leave out --limit, --exit-code, --time, --explain and --plot"
        )
    updating = import_module("kg.commands.updating")  # only updates need it
    updating.write_updated(project, choice, *given, writing.format_, writing.output)
    return True


Write = Callable[[Question, Writing, Meter | None], None]


def _answer(
    question: Question, writing: Writing, measure: Measure, clock: Clock, write: Write
) -> int:
    """Write the answer, and tell what is wanted besides; the exit status."""
    adviser, source, choice = question
    meter, asked = Meter(measure.limit), adviser.asked
    if measure.timed:
        parses(source, asked.text)
        clock.step("parse")
    write(question, writing, meter if measure.is_any else None)
    clock.step(WRITTEN)
    adviser.tell(cut(meter))
    adviser.after(expected=measure.exit_code)
    if measure.timed:
        click.echo(told(meter, clock), err=True)
    if measure.explained:
        store = _store(adviser.project, choice)
        planning = import_module("kg.commands.planning")  # only explanations need it
        lines = planning.explained(source, asked.text, asked.name, store)
        click.echo("\n".join(lines), err=True)
    return measure.status(meter)


def _store(project: Path, choice: Choice) -> Path | None:
    """The folder of the store, where all of a build is asked."""
    if not (choice.is_build and choice.wanted == Wanted()):
        return None
    return open_chosen_build(project, choice).folder / "store"


def _start(question: Question, meter: Meter | None) -> Answer:
    adviser = question.adviser
    start = partial(question.source.answer, adviser.asked.text, adviser.asked.name)
    adviser.before()
    answer = meter.watch(start) if meter else start()
    adviser.tell(answer.warnings)
    return answer


def _write(question: Question, writing: Writing, meter: Meter | None) -> None:
    answer = _start(question, meter)
    chosen = writing.format_of(answer)
    with written(writing.output) as out:
        question.adviser.write(answer, chosen, out, _wording(question.source, writing.full))


def _draw(
    draw: Callable[[Answer, BinaryIO, Choice, Adviser, Wording], None],
    question: Question,
    writing: Writing,
    meter: Meter | None,
) -> None:
    answer, wording = _start(question, meter), _wording(question.source, False)
    with written(writing.output) as out:
        draw(answer, out, question.choice, question.adviser, wording)


def _wording(source: Source, full: bool) -> Wording:
    style = Style(source.prefixes, source.base or "")
    # What an endpoint is asked is what the user asks, and nothing else.
    labels = labels_of(source.view.store, source.language) if isinstance(source, Stored) else None
    return Wording(style, labels, full)


def _with_evidence(question: Question, writing: Writing, meter: Meter | None) -> None:
    rendering = import_module("kg.why.support_rendering")  # only evidence needs it
    adviser = question.adviser
    adviser.before()
    build = open_chosen_build(adviser.project, question.choice)
    inquiry = import_module("kg.why.inquiry").Inquiry(build, adviser.project)
    asked = adviser.asked
    support, rows = import_module("kg.why.rows").evidence(inquiry, asked.text, asked.name)
    adviser.tell((*support.answer.warnings, *support.notes))
    chosen, wording = writing.format_of(support.answer), _wording(question.source, writing.full)
    rows, most = adviser.watch(meter.timed(rows) if meter else rows), writing.quotes
    with written(writing.output) as out:
        if chosen == "table":
            rendering.write_table(support.variables, rows, out, wording, most=most)
        else:
            rendering.write_results(
                support.variables, rows, out, build.base, format_=chosen, wording=wording, most=most
            )
    adviser.tell((*support.cuts(), *inquiry.warnings()))
