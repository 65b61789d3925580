"""`kg show`: all that the graph has on one node, as a card.

In: a name as a person types it. Out: the card on standard output.
Refuses: a name that the build does not know, or knows several of.
"""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path

import click

from kg.commands.opening import open_project
from kg.commands.showing import console, show
from kg.commands.suggesting import nodes


@click.command("show")
@click.argument("name", shell_complete=nodes)
@click.option(
    "-F", "--format", "form", type=click.Choice(["text", "markdown", "json"]), default="text"
)
@click.option("--all", "everything", is_flag=True, help="Show long lists in full.")
@click.pass_obj
def command(project: Path, name: str, form: str, everything: bool) -> None:
    """Show the card of NAME: an id of the mappings, a CURIE, an IRI, or a label.

    Labels, names as written, facts, what each article states by itself, and what links here, in
    time order, each with its articles. A date with a question mark is inferred.
    """
    rendering = import_module("kg.why.card_rendering")  # help and completion do without
    inquiry = import_module("kg.why.inquiry").Inquiry(open_project(project), project)
    card = import_module("kg.why.card").make_card(inquiry.resolver.node(name), inquiry.explainer)
    if form == "json":
        click.echo(json.dumps(rendering.to_json(card), indent=1, ensure_ascii=False))
    elif form == "markdown":
        click.echo(rendering.to_markdown(card, inquiry.view), nl=False)
    else:
        console().print(rendering.to_text(card, inquiry.view, everything=everything))
    if warnings := inquiry.warnings():
        show(warnings, project)
