"""`kg push`: the build into a triple store.

In: the build, the address of a store. Out: what has been done, or with `--dry-run` would be, on
standard output; progress on standard error, if that is a terminal.
Refuses: what `kg.pushing` refuses.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import click

from kg.answers.endpoint import check_address
from kg.commands.opening import open_project
from kg.commands.showing import count
from kg.pushing.plan import Action, Step, graphs_of, make_plan
from kg.pushing.records import read_records
from kg.pushing.remote import Remote
from kg.pushing.stores import KINDS, find_store
from kg.pushing.transfer import Outcome, Transfer, Watch, untouched
from kg.pushing.web import ATTEMPTS, WAITING, Client

WORDS = {Action.KEEP: "unchanged", Action.REMOVE: "removed", Action.LEAVE: "left"}


@click.command("push")
@click.argument("url")
@click.option("--store", type=click.Choice(list(KINDS)), help="What kind of store it is.")
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
    build = open_project(project)
    client = Client(check_address(url), timeout, attempts, _prompt(url), _tell)
    graphs = graphs_of(build)
    with untouched():
        remote = Remote(client, find_store(client, store))
        records = read_records(remote, build.base)
        steps = make_plan(graphs, records, remote, prune=prune, take_over=take_over)
    if dry_run:
        click.echo("\n".join(_plan(steps, remote, build.base)))
        return
    with _progress(steps) as watch:
        transfer = Transfer(remote, build.base, steps, verify=verify, watch=watch)
        outcome = _run(transfer)
    click.echo("\n".join(_told(outcome, remote)))


def _run(transfer: Transfer) -> Outcome:
    try:
        return transfer.run()
    except KeyboardInterrupt:
        for sentence in transfer.state():
            click.echo(f"interrupted: {sentence}", err=True)
        raise


def _tell(sentence: str) -> None:
    click.echo(sentence, err=True)


def _prompt(url: str) -> Callable[[], tuple[str, str]] | None:
    if not sys.stdin.isatty():
        return None

    def ask() -> tuple[str, str]:
        user: str = click.prompt(f"User name for {url}", err=True)
        return user, click.prompt("Password", hide_input=True, err=True)

    return ask


@contextmanager
def _progress(steps: Sequence[Step]) -> Iterator[Watch]:
    if not sys.stderr.isatty():
        yield lambda _, __: None
        return
    rich = import_module("rich.progress")
    console = import_module("rich.console").Console(stderr=True)
    with rich.Progress(console=console, transient=True) as bar:
        task = bar.add_task("", total=sum(s.graph.triples for s in steps if s.graph) or None)
        yield lambda name, triples: bar.update(task, advance=triples, description=name[-40:])


def _plan(steps: Sequence[Step], remote: Remote, base: str) -> Iterator[str]:
    yield f"  {remote.client.url}: {remote.store.title}"
    yield ""
    for step in steps:
        triples = f"{step.graph.triples:,} triples" if step.graph else ""
        name = step.name.removeprefix(base)
        yield f"  {step.action:<7} {name:<40} {triples:>16}  {step.reason}".rstrip()


def _told(outcome: Outcome, remote: Remote) -> Iterator[str]:
    number = outcome.number(Action.SEND)
    sent = f"{count(number, 'graph')} sent" if number else "nothing to send"
    others = [f"{outcome.number(a)} {word}" for a, word in WORDS.items() if outcome.number(a)]
    yield f"  {remote.client.url}: {remote.store.title}"
    yield f"  {', '.join([sent, *others])}; {outcome.triples:,} triples, as in the build"
    if outcome.compared:
        yield f"  {count(outcome.compared, 'graph')} read back: the same"
    yield from (f"    {rewrite}" for rewrite in sorted(outcome.rewritten))
    if outcome.number(Action.LEAVE):
        yield "  what was left is no longer in the build: `--prune` removes it"
