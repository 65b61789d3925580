"""`kg explain`: what a code means, an example that triggers it, and what mends it.

In: codes. Out: their sections of the catalogue, laid out on a terminal and as Markdown in a pipe;
without a code, the list of all of them by stage. Refuses: a code that the catalogue does not have.
"""

from __future__ import annotations

import sys

import click

from kg.commands import suggesting
from kg.commands.showing import coloured
from kg.findings.catalogue import explanations, stages
from kg.hints import did_you_mean


@click.command(help="Explain the code of a finding; without a code, list them all.")
@click.argument("codes", nargs=-1, metavar="[CODE]...", shell_complete=suggesting.codes)
def command(codes: tuple[str, ...]) -> None:
    """Print what the catalogue says of each code."""
    known = explanations()
    wanted = [code.strip("[]").upper() for code in codes]
    if unknown := next((code for code in wanted if code not in known), None):
        help_ = did_you_mean(unknown, known) or "`kg explain` lists all codes"
        raise click.UsageError(f"there is no code `{unknown}`; {help_}")
    if wanted:
        _print("\n".join(known[code].markdown for code in wanted))
    else:
        click.echo(_listed())


def _listed() -> str:
    """All codes by stage, one line each."""
    parts = []
    for letter, stage in stages().items():
        said = [found for code, found in explanations().items() if code[0] == letter]
        parts.append("\n".join([stage, *(f"  {found.code}  {found.title}" for found in said)]))
    return "\n\n".join(parts)


def _print(markdown: str) -> None:
    if sys.stdout.isatty():
        from rich.console import Console  # 50 ms that only text for people is worth
        from rich.markdown import Markdown

        console = Console(no_color=not coloured(sys.stdout))
        console.print(Markdown(markdown, code_theme="ansi_dark"))
    else:
        click.echo(markdown, nl=False)
