"""A build on its way into a triple store, as `kg push` shows it.

In: a build, the address of a store, what is wished. Out: what has been done, or would be, on
standard output; progress on standard error, if that is a terminal.
Refuses: what `kg.pushing` refuses.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import NamedTuple

import click

from kg.answers.endpoint import check_address
from kg.commands.showing import count
from kg.pushing.plan import Action, Step, graphs_of, make_plan
from kg.pushing.records import read_records
from kg.pushing.remote import Remote
from kg.pushing.stores import doubting, find_store
from kg.pushing.transfer import Outcome, Transfer, Watch, untouched
from kg.pushing.web import Client
from kg.store.embedded import Build

WORDS = {Action.KEEP: "unchanged", Action.REMOVE: "removed", Action.LEAVE: "left"}


class Wishes(NamedTuple):
    """What is wished of a push.

    Attributes:
        store: the kind of the store by name; None: as it tells.
        dry_run: show the plan alone.
        prune: remove graphs that the build has no more.
        verify: read back and compare every graph.
        take_over: replace graphs of our names that no push has written.
        updates: where the store takes updates; empty: where such stores do.
    """

    store: str | None
    dry_run: bool
    prune: bool
    verify: bool
    take_over: bool
    updates: str = ""


def push(build: Build, url: str, wishes: Wishes, timeout: float, attempts: int) -> None:
    """Load a build into the store at an address, and tell what has been done.

    Args:
        build: the build.
        url: address of the store.
        wishes: what is wished.
        timeout: seconds to wait for each piece of an answer.
        attempts: how often to send what fails for the moment.

    Raises:
        Misuse: what is wished cannot be. Unavailable: the store does not do it.
    """
    client = Client(check_address(url), timeout, attempts, _prompt(url), _tell)
    if wishes.updates:
        check_address(wishes.updates)
    with doubting(client, wishes.store):
        _push(client, build, wishes)


def _push(client: Client, build: Build, wishes: Wishes) -> None:
    graphs = graphs_of(build)
    with untouched():
        remote = Remote(client, find_store(client, wishes.store, wishes.updates))
        records = read_records(remote, build.base)
        choice = {"prune": wishes.prune, "take_over": wishes.take_over}
        steps = make_plan(graphs, records, remote, build.base, **choice)
    if wishes.dry_run:
        click.echo("\n".join(_plan(steps, remote, build.base)))
        return
    with _progress(steps) as watch:
        transfer = Transfer(remote, build.base, steps, verify=wishes.verify, watch=watch)
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
