"""The command `kg`: finds the verb, shows errors, sets the exit status.

In: the command line. Out: data on stdout, messages on stderr, exit status 0 (fine), 1 (the content
has errors), 2 (wrong use), 3 (the environment cannot do it), 130 (Ctrl-C).
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg import __version__
from kg.commands.bundling import ARGUMENTS
from kg.commands.showing import environment, tell
from kg.diagnostics import ContentError
from kg.upward import find_project

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

VERBS = {
    "build": "Build the knowledge graph of a project.",
    "check": "Report everything that a build would refuse, and unanswered questions.",
    "completion": "Print the script that completes command lines in a shell.",
    "conflicts": "Show what articles state differently of one thing.",
    "coverage": "Measure which words of the articles carry facts.",
    "diff": "Show what has changed between two builds or exports.",
    "explain": "Explain the code of a finding.",
    "expand": "Print a mapping as JSON-LD.",
    "export": "Write the graph in an RDF format.",
    "init": "Make a new project.",
    "push": "Load the graph into a triple store.",
    "query": "Ask the graph in SPARQL.",
    "schema": "Print the JSON Schema of mapping files, for editors.",
    "shell": "Ask the graph at a prompt.",
    "show": "Show all that the graph has on one node.",
    "stats": "Tell how much the graph holds.",
    "why": "Show the lines and words behind a node, a fact or an answer.",
}


class Verbs(click.Group):
    """A group whose commands live in `kg.commands` and are imported by name when called."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Keep the command line for a verb that hands it on."""
        ctx.meta[ARGUMENTS] = tuple(args)
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The verbs in alphabetical order."""
        return sorted(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The verb of that name."""
        if cmd_name not in VERBS:
            return None
        command: click.Command = import_module(f"kg.commands.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The verb and its words; a word that is no verb is told with the verb that is like it."""
        word = args[0]
        if word in VERBS or word.startswith("-") or ctx.resilient_parsing:
            return super().resolve_command(ctx, args)
        hints = import_module("kg.hints")  # only slips need it
        help_ = hints.did_you_mean(word, VERBS) or "`kg --help` lists them"
        raise click.UsageError(f"there is no verb `{word}`; {help_}", ctx)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The verbs with one line each, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(VERBS.items()))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem[str]]:
        """The verbs that begin so, without importing them, and options."""
        from click.shell_completion import CompletionItem  # only a shell needs it

        verbs = [name for name in sorted(VERBS) if name.startswith(incomplete)]
        options = click.Command.shell_complete(self, ctx, incomplete)
        return [*(CompletionItem(name, help=VERBS[name]) for name in verbs), *options]

    def invoke(self, ctx: click.Context) -> object:
        """Run the verb; what is wrong with the user's files is shown, and gives the exit status."""
        try:
            return super().invoke(ctx)
        except ContentError as error:
            failure = error
        except BrokenPipeError:  # whoever read the output has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            return ctx.exit(0)
        except KeyboardInterrupt:
            return ctx.exit(130)  # 128 and the number of the signal, as shells have it
        except (OSError, RuntimeError) as error:
            failure = environment(error)
        tell(failure, ctx.obj)
        return ctx.exit(failure.exit_status)


@click.group(cls=Verbs)
@click.version_option(__version__, prog_name="kg")
@click.option(
    "--project",
    type=click.Path(file_okay=False, path_type=Path),
    help="Project folder; by default the one that the current folder is in.",
)
@click.pass_context
def main(ctx: click.Context, project: Path | None) -> None:
    """News articles to a knowledge graph that can be trusted line by line."""
    ctx.obj = find_project(Path()) if project is None else project


def run() -> None:
    """Run the command line as a process of its own, and end it at once.

    Tearing the interpreter down would take a tenth of the time of a query.
    """
    _prepare_streams()
    try:
        if "_KG_COMPLETE" in os.environ:  # a shell asks what could come next
            import_module("kg.commands.completing").complete(main)
        main()
    except SystemExit as end:
        with suppress(OSError):  # whoever read the output is gone, or has no room for it
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(end.code if isinstance(end.code, int) else 1)
    except OSError as error:  # `--help` and `--version` write before any verb is there
        failure = environment(error)
        tell(failure, Path())
        os._exit(failure.exit_status)


def _prepare_streams() -> None:
    """Make up for streams that are closed, and for an encoding that lacks a character.

    What is written to a closed standard output is refused, and does not end up in the file that
    would get its number.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            opened = os.open(os.devnull, os.O_WRONLY if name == "stderr" else os.O_RDONLY)
            if opened != number:
                os.dup2(opened, number)
            mode = "r" if name == "stdin" else "w"
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8"))
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
