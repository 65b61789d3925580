"""The source that a query is asked of, by the options of the command line.

In: the options and the project folder. Out: a `Source`: the project's build, files, or an endpoint.
Refuses: options that do not go together.
"""

from __future__ import annotations

import stat
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from kg.answers.sources import LANGUAGE, Source, Stored, Wanted, view_of_build, with_graphs
from kg.commands.bundling import bundled
from kg.commands.opening import open_at
from kg.commands.suggesting import builds, files, graphs, syntaxes
from kg.diagnostics import ContentError, Unavailable
from kg.store.embedded import Build, open_build

if TYPE_CHECKING:
    from kg.sparql.loading import Data

DATA = "Ask an RDF file instead of the build, compressed or not; `-`: standard input. Repeatable."
NAMED = "Ask an RDF file that is a named graph, of its `file:` IRI. Repeatable."
ENDPOINT = "Ask a SPARQL endpoint. Credentials: KG_ENDPOINT_USER and KG_ENDPOINT_PASSWORD, "
OPTIONS = (
    click.option("--data", multiple=True, metavar="FILE", shell_complete=files, help=DATA),
    click.option("--named", multiple=True, metavar="FILE", shell_complete=files, help=NAMED),
    click.option(
        "--data-format", metavar="SYNTAX", shell_complete=syntaxes,
        help="Syntax of the files; else by extension.",
    ),
    click.option("--endpoint", metavar="URL", help=f"{ENDPOINT}KG_ENDPOINT_TOKEN, or netrc."),
    click.option(
        "--at", metavar="BUILD", shell_complete=builds, help="Ask another build, or project."
    ),
    click.option("--asserted", is_flag=True, help="See only what is asserted."),
    click.option("--inferred", is_flag=True, help="See only what is inferred."),
    click.option(
        "--graph", multiple=True, metavar="NAME", shell_complete=graphs,
        help="See only this graph. Repeatable.",
    ),
    click.option("--no-union", is_flag=True, help="See no graph but with GRAPH."),
    click.option(
        "--union", is_flag=True, help="See all graphs of an endpoint, as of builds and files."
    ),
    click.option("--allow-service", is_flag=True, help="Let SERVICE reach other endpoints."),
    click.option(
        "--timeout", type=click.FloatRange(0, min_open=True), metavar="SECONDS",
        help="End the query, whatever it does, after so long.",
    ),
)  # fmt: skip


class Choice(NamedTuple):
    """The options that choose a source, as the command line has them."""

    data: tuple[str, ...]
    named: tuple[str, ...]
    data_format: str | None
    endpoint: str | None
    at: str | None
    asserted: bool
    inferred: bool
    graph: tuple[str, ...]
    no_union: bool
    union: bool
    allow_service: bool
    timeout: float | None

    @property
    def is_build(self) -> bool:
        """Whether it is a build that is asked."""
        return not (self.data or self.named or self.endpoint)

    @property
    def has_files(self) -> bool:
        """Whether files are asked."""
        return bool(self.data or self.named)

    @property
    def wanted(self) -> Wanted:
        """Which graphs are wanted."""
        return Wanted(self.asserted, self.inferred, self.graph, not self.no_union)

    @property
    def narrowing(self) -> str | None:
        """The option that leaves some graphs out."""
        options = {
            "--asserted": self.asserted,
            "--inferred": self.inferred,
            "--graph": self.graph,
            "--no-union": self.no_union,
        }
        return next((option for option, is_given in options.items() if is_given), None)


source_options = bundled("choice", Choice, OPTIONS)


def open_source(project: Path, choice: Choice) -> Source:
    """The source that the options name.

    Raises:
        ContentError: it cannot be opened.
    """
    _check(choice)
    if choice.endpoint:
        return _endpoint(project, choice)
    if not choice.is_build:
        return _files(project, choice)
    build = open_chosen_build(project, choice)
    view = view_of_build(build, choice.wanted)
    return Stored(view, build.prefixes, build.base, build.language, choice.allow_service)


def open_chosen_build(project: Path, choice: Choice) -> Build:
    """The build of the project, or the one that `--at` names."""
    return open_at(project, choice.at)


def _check(choice: Choice) -> None:
    files = bool(choice.data or choice.named)
    if sum([files, choice.endpoint is not None, choice.at is not None]) > 1:
        raise click.UsageError("ask one source: --data and --named, --endpoint, or --at")
    if (choice.asserted or choice.inferred) and not choice.is_build:
        raise click.UsageError("only builds tell what is asserted from what is inferred")
    views = [choice.asserted, choice.inferred, bool(choice.graph), choice.no_union, choice.union]
    if sum(views) > 1:
        raise click.UsageError(
            "choose one of --asserted, --inferred, --graph, --union and --no-union"
        )
    if choice.no_union and choice.endpoint:
        raise click.UsageError("what an endpoint sees without GRAPH is its own choice")
    if choice.data_format and not files:
        raise click.UsageError("--data-format is for --data and --named")


def _files(project: Path, choice: Choice) -> Source:
    known = known_of(project)
    data = _read(choice)
    prefixes = {**known.prefixes, **data.prefixes}
    base = data.base or Path.cwd().as_uri() + "/"
    view = with_graphs(data.view, choice.graph, prefixes, base) if choice.graph else data.view
    return Stored(view, prefixes, base, known.language, choice.allow_service)


class Kept(NamedTuple):
    """Files that have been read, as they were then: a prompt asks them again and again.

    Attributes:
        options: how they were read.
        states: of each file.
        data: what they hold.
    """

    options: tuple[object, ...]
    states: tuple[object, ...]
    data: Data


_kept: list[Kept] = []


def _read(choice: Choice) -> Data:
    """What the files hold, read once; again if one of them has changed, which is told."""
    options = (choice.data, choice.named, choice.data_format, choice.no_union)
    paths = (*choice.data, *choice.named)
    states = tuple(map(_state, paths))
    before = next((kept for kept in _kept if kept.options == options), None)
    if before and before.states == states:
        return before.data
    _kept.clear()  # memory for two is not asked for
    if before:
        pairs = zip(paths, states, before.states, strict=True)
        changed = ", ".join(path for path, now, then in pairs if now != then)
        click.echo(f"what has changed is read again: {changed}", err=True)
    loading = import_module("kg.sparql.loading")
    sources = [loading.Source(path) for path in choice.data]
    sources += [loading.Source(path, is_named=True) for path in choice.named]
    data: Data = loading.load(sources, choice.data_format, union=not choice.no_union)
    _kept.append(Kept(options, states, data))
    return data


def _state(path: str) -> object:
    """What changes when a file does; a pipe is read once, whatever happens to it."""
    with suppress(OSError):
        found = Path(path).stat()
        if stat.S_ISREG(found.st_mode):
            return found.st_mtime_ns, found.st_size, found.st_ino
    return None


def _endpoint(project: Path, choice: Choice) -> Source:
    endpoint = import_module("kg.answers.endpoint")
    waiting = max(choice.timeout or 0, endpoint.WAITING)
    whole = endpoint.Endpoint(
        choice.endpoint, *known_of(project), (), choice.allow_service, waiting
    )
    source: Source = whole.in_union() if choice.union else whole.of_graphs(choice.graph)
    return source


class Known(NamedTuple):
    """What the project says of queries; without a project, what is published."""

    prefixes: Mapping[str, str]
    base: str | None
    language: str


def known_of(project: Path) -> Known:
    """What the project, if there is one, says of queries."""
    try:
        build = open_build(project / "build")
    except Unavailable:
        return _of_settings(project)
    return Known(build.prefixes, build.base, build.language)


def _of_settings(project: Path) -> Known:
    published: dict[str, str] = import_module("kg.terms").PUBLISHED
    try:
        settings = import_module("kg.project.settings").load_project(project)
    except ContentError:
        return Known(published, None, LANGUAGE)
    return Known({**published, **settings.namespaces}, settings.base, settings.language)
