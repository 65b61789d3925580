"""`kg push`: the build into a triple store.

In: the build, the address of a store. Out: what has been done, or with `--dry-run` would be, on
standard output; progress on standard error, if that is a terminal.
Refuses: what `kg.pushing` refuses.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import click

from kg.answers.kinds import ATTEMPTS, KINDS, WAITING
from kg.commands.opening import open_project


@click.command("push")
@click.argument("url")
@click.option("--store", type=click.Choice(list(KINDS)), help="What kind of store it is.")
@click.option(
    "--update",
    "updates",
    metavar="ADDRESS",
    default="",
    help="Where it takes SPARQL UPDATE; URL is then where it answers queries.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be done, and change nothing.")
@click.option("--prune", is_flag=True, help="Remove graphs that the build has no more.")
@click.option("--verify", is_flag=True, help="Read every graph back and compare it.")
@click.option(
    "--take-over", is_flag=True, help="Replace graphs of our names that no push has written."
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=WAITING,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for each piece of an answer.",
)
@click.option(
    "--attempts",
    type=click.IntRange(1),
    default=ATTEMPTS,
    show_default=True,
    help="How often to send what fails for the moment.",
)
@click.pass_obj
def command(
    project: Path,
    url: str,
    store: str | None,
    updates: str,
    dry_run: bool,
    prune: bool,
    verify: bool,
    take_over: bool,
    timeout: float,
    attempts: int,
) -> None:
    """Load the last build into the triple store at URL, one named graph after another.

    Only what has changed since the last push is sent; graphs that are not of this project are
    never touched. Each graph is counted in the store before it is recorded as loaded.

    \b
    Oxigraph server:    kg push http://localhost:7878
    Apache Jena Fuseki: kg push http://localhost:3030/DATASET
    RDF4J, GraphDB:     kg push http://localhost:8080/rdf4j-server/repositories/ID
    Virtuoso:           kg push http://localhost:8890

    Credentials come from KG_ENDPOINT_USER and KG_ENDPOINT_PASSWORD, from KG_ENDPOINT_TOKEN, from
    the netrc file, or are asked for on a terminal.
    """
    transferring = import_module("kg.commands.transferring")  # it brings what speaks HTTP
    wishes = transferring.Wishes(store, dry_run, prune, verify, take_over, updates)
    transferring.push(open_project(project), url, wishes, timeout, attempts)
