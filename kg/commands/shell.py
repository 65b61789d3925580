"""`kg shell`: a prompt for queries, and for what `kg show` and `kg why` tell.

In: statements from a terminal, or from a file or pipe on standard input. Out: what the verbs print.
Refuses: nothing by itself; from a pipe, the exit status is that of the gravest failure.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from importlib import import_module

import click

from kg.answers.results import FORMATS
from kg.commands.advising import advice_options
from kg.commands.directing import LEAVE, Session
from kg.commands.measuring import measure_options
from kg.commands.sourcing import source_options
from kg.commands.working import INTERRUPTED, run_here
from kg.shell.statements import statements

OWN = ("format_", "timed")


@click.command("shell")
@click.option("-F", "--format", "format_", type=click.Choice(FORMATS), help="Format of answers.")
@measure_options
@advice_options
@source_options
@click.pass_context
def command(ctx: click.Context, /, format_: str | None, **_: object) -> None:
    """Ask queries at a prompt; `.help` tells what else it can do.

    Options are those of `kg query`, and hold for every query. If standard input is no terminal, the
    statements come from there: queries, one after another, names of queries, and commands.
    """
    if "-" in (*ctx.params["data"], *ctx.params["named"]):
        raise click.UsageError("standard input holds the statements: give the data as a file")
    session = Session(ctx.obj, tuple(_given(ctx)), timed=ctx.params["timed"])
    if format_:
        session.set_format(format_)
    if sys.stdin.isatty():
        import_module("kg.commands.prompting").converse(session)
    else:
        ctx.exit(_read(session))


def _given(ctx: click.Context) -> Iterator[str]:
    """The options for every query, as they can be handed on."""
    for option in ctx.command.params:
        value = ctx.params.get(option.name or "")
        if not value or option.name in OWN or not isinstance(option, click.Option):
            continue
        if option.is_flag:
            yield option.opts[-1]
        else:
            yield from (f"{option.opts[-1]}={v}" for v in (value if option.multiple else [value]))


def _read(session: Session) -> int:
    """Do all that standard input says; the exit status is that of the gravest failure."""
    gravest = 0
    with io.TextIOWrapper(sys.stdin.buffer, "utf-8-sig", errors="surrogateescape") as lines:
        for statement in statements(lines):
            status = session.do(statement, run_here)
            if status in (LEAVE, INTERRUPTED):
                return gravest if status == LEAVE else status
            gravest = max(gravest, status)
    return gravest
