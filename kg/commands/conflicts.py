"""`kg conflicts`: what articles state differently, side by side, with the words of both.

In: the build, which must be up to date. Out: differences by thing and key on standard output.
Refuses: a build older than its inputs. Exit status 1 with `--unsettled` if any conflict is open.
"""

from __future__ import annotations

import json
from importlib import import_module

import click

from kg.building.passages import WORDS


@click.command("conflicts")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.option(
    "--unsettled",
    is_flag=True,
    help="Only conflicts of value or attribution that no settlement covers; exit status 1 if any.",
)
@click.option(
    "--words",
    type=click.IntRange(1),
    default=WORDS,
    show_default=True,
    help="The fewest words of a passage that counts as shared.",
)
@click.pass_context
def command(ctx: click.Context, form: str, unsettled: bool, words: int) -> None:
    """Show what articles state differently of one thing.

    Differences are of `value`, of `attribution`, `time-scoped` (the articles are of different
    dates) or of precision (`more specific`); `same wording` means that articles agree in a passage
    that both have, which is one source and not two. The author settles differences in an authority
    file, under `settlements`.
    """
    # Graphs take time to load, which help and completion do without.
    rendering = import_module("kg.conflicts.rendering")
    found = import_module("kg.conflicts.differences").find_conflicts(ctx.obj, words=words)
    if unsettled:
        found = found.unsettled()
    if form == "json":
        click.echo(json.dumps(rendering.to_json(found), indent=1, ensure_ascii=False))
    else:
        click.echo(rendering.to_text(found))
    ctx.exit(1 if unsettled and found.differences else 0)
