"""The command `kg`: finds the verb, shows errors, sets the exit status.

In: the command line. Out: data on stdout, messages on stderr, exit status 0 (fine), 1 (the content
has errors), 2 (wrong use), 3 (the environment cannot do it).
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import click

from kg import __version__
from kg.commands.showing import count, more, show
from kg.diagnostics import ContentError

VERBS = {
    "build": "Build the knowledge graph of a project.",
    "check": "Report everything that a build would refuse, and unanswered questions.",
    "conflicts": "Show what articles state differently of one thing.",
    "coverage": "Measure which words of the articles carry facts.",
    "explain": "Explain the code of a finding.",
    "expand": "Print a mapping as JSON-LD.",
    "export": "Write the graph in an RDF format.",
    "init": "Make a new project.",
    "query": "Ask the graph in SPARQL.",
    "schema": "Print the JSON Schema of mapping files, for editors.",
    "show": "Show all that the graph has on one node.",
    "why": "Show the lines and words behind a node, a fact or an answer.",
}


class Verbs(click.Group):
    """A group whose commands live in `kg.commands` and are imported by name when called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The verbs in alphabetical order."""
        return sorted(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The verb of that name."""
        if cmd_name not in VERBS:
            return None
        command: click.Command = import_module(f"kg.commands.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The verbs with one line each, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(VERBS.items()))

    def invoke(self, ctx: click.Context) -> object:
        """Run the verb; what is wrong with the user's files is shown, and gives the exit status."""
        try:
            return super().invoke(ctx)
        except ContentError as error:
            show(error.diagnostics, ctx.params["project"], error.sources)
            click.echo(count(len(error.diagnostics), "error") + more(error.diagnostics), err=True)
            ctx.exit(error.exit_status)


@click.group(cls=Verbs)
@click.version_option(__version__, prog_name="kg")
@click.option(
    "--project",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="Project folder; the current one by default.",
)
@click.pass_context
def main(ctx: click.Context, project: Path) -> None:
    """News articles to a knowledge graph that can be trusted line by line."""
    ctx.obj = project


def run() -> None:
    """Run the command line as a process of its own, and end it at once.

    Tearing the interpreter down would take a tenth of the time of a query.
    """
    try:
        main()
    except SystemExit as end:
        with suppress(OSError):  # whoever read the output is gone, or has no room for it
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(end.code if isinstance(end.code, int) else 1)
