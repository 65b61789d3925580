"""`kg completion`: the script by which a shell completes command lines of `kg`.

In: the name of a shell. Out: its script on standard output. Refuses: another shell.
"""

from __future__ import annotations

import click

from kg.commands.completing import SHELLS, script


@click.command("completion")
@click.argument("shell", type=click.Choice(list(SHELLS)))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print what makes a SHELL complete verbs, options, names of queries and ids.

    \b
    bash   in ~/.bashrc:  eval "$(kg completion bash)"
    zsh    in ~/.zshrc, after compinit:  eval "$(kg completion zsh)"
    fish   kg completion fish > ~/.config/fish/completions/kg.fish
    """
    click.echo(script(shell, ctx.find_root().command), nl=False)
