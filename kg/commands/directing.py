"""What is typed at the prompt, as command lines of `kg`.

In: a statement: a query in SPARQL, the name of one, or a command that begins with a full stop. Out:
the command line that does it. Nothing is answered or written here: every verb does its own work.
Refuses: commands that are unknown or wrongly used (`click.UsageError`).
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path

import click

from kg.answers.results import FORMATS, GRAPHS, READABLE, STANDARD
from kg.commands.asking import split_words
from kg.commands.working import Run
from kg.hints import did_you_mean
from kg.shell.statements import END, is_call, is_command
from kg.sparql.answers import FORMS
from kg.sparql.grammar import scan

VERBS = {
    ".run": ("query",),
    ".queries": ("query", "--list"),
    ".show": ("show",),
    ".why": ("why",),
    ".explain": ("explain",),
}
"""Commands that are verbs of `kg`, with the same arguments and options."""
COMMANDS = {
    ".run": "ask a query that has a name: NAME [--PARAMETER VALUE]...; its name alone does, too",
    ".queries": "list the queries that have a name",
    ".show": "all that the graph has on a node: NAME",
    ".why": "the words behind it: SUBJECT [PREDICATE [VALUE]], or --row N of the last query",
    ".explain": "what the code of a finding means: CODE",
    ".format": "how answers are written from now on: " + ", ".join(FORMATS),
    ".time": "how long each step of a query takes: on or off",
    ".help": "this list",
    ".quit": "leave; so does Ctrl-D",
}
KEYS = """\
A query is asked when it is whole; until then Enter begins a new line, and Alt-Enter always does.
Tab completes, Ctrl-R looks for earlier ones. Ctrl-C gives up what is typed, or the query that runs.
"""
OF_BUILD = (".show", ".why")
INSTEAD = ("--data", "--named", "--endpoint", "--at")
ELSEWHERE = frozenset((*INSTEAD, "--asserted", "--inferred", "--graph", "--no-union"))
"""Options of queries that are not asked of the whole build, which alone knows why it has a row."""
SWITCH = ("on", "off")
LEAVE = -1
WRONG_USE = 2


class Session:
    """What holds from one statement to the next.

    Attributes:
        project: its folder.
        timed: whether times are told.
    """

    def __init__(self, project: Path, options: Sequence[str] = (), timed: bool = False) -> None:
        """Begin; `options` are of the verb `query`, and hold for every query."""
        self.project, self.timed = project, timed
        self._options = tuple(options)
        self._formats: dict[bool, str] = {}
        self._last: tuple[str, ...] = ()

    def do(self, statement: str, run: Run) -> int:
        """Do what a statement says; its exit status, or `LEAVE`."""
        try:
            if is_call(statement):
                return self._command(".run", _split(statement), run)
            if not is_command(statement):
                return run(self._query(statement.strip()))
            name, *words = _split(statement)
            return self._command(name, words, run)
        except click.UsageError as error:
            error.show()
            return WRONG_USE

    @property
    def others(self) -> list[str]:
        """What is asked instead of a build: files, or an endpoint."""
        pairs = (option.partition("=") for option in self._options)
        return [value for name, _, value in pairs if name in INSTEAD]

    def of_verb(self, name: str, words: Sequence[str]) -> list[str]:
        """The command line of a command that is a verb."""
        own = self._of_queries(rows=True) if name == ".run" else []
        return ["--project", str(self.project), *VERBS[name], *own, *words]

    def set_format(self, name: str) -> None:
        """Write answers in a format from now on: rows, graphs or both, whichever it can be."""
        if name not in FORMATS:
            help_ = did_you_mean(name, FORMATS) or f"expected one of {', '.join(FORMATS)}"
            raise click.UsageError(f"there is no format `{name}`; {help_}")
        fitting = {True: (*READABLE, *STANDARD), False: tuple(GRAPHS)}
        self._formats |= {rows: name for rows, names in fitting.items() if name in names}

    def _query(self, text: str) -> list[str]:
        form = next((token.keyword for token in scan(text) if token.keyword in FORMS), "")
        own = self._of_queries(rows=form not in ("CONSTRUCT", "DESCRIBE"))
        self._last = ("--query", text)
        return ["--project", str(self.project), "query", *own, text]

    def _of_queries(self, *, rows: bool) -> list[str]:
        format_ = [f"--format={self._formats[rows]}"] if rows in self._formats else []
        return [*self._options, *format_, *(["--time"] if self.timed else [])]

    def _command(self, name: str, words: list[str], run: Run) -> int:
        if name == ".run":
            self._last = _named(words)
        if name == ".why" and any(word.partition("=")[0] == "--row" for word in words):
            words = [*words, *self._asked()]
        if name in OF_BUILD:
            self._refuse_others(name, words)
        if name in VERBS:
            return run(self.of_verb(name, words))
        if name not in COMMANDS:
            help_ = did_you_mean(name, COMMANDS) or "`.help` lists them"
            raise click.UsageError(f"there is no command `{name}`; {help_}")
        if name == ".quit":
            return LEAVE
        if name == ".help":
            click.echo("\n".join(_help()))
        elif name == ".format":
            self._format(words)
        else:
            self._time(words)
        return 0

    def _asked(self) -> tuple[str, ...]:
        """The last query, as `kg why` takes it.

        Raises:
            click.UsageError: there is none, or it was not asked of the whole build.
        """
        if not self._last:
            raise click.UsageError("no query has been asked yet whose rows could be explained")
        if other := [o for o in self._options if o.partition("=")[0] in ELSEWHERE]:
            message = f"`.why --row` explains rows of the whole build, and `{other[0]}` asks others"
            raise click.UsageError(message)
        return self._last

    def _refuse_others(self, name: str, words: Sequence[str]) -> None:
        """Tell nothing of the build of the project where it is not what is asked.

        Raises:
            click.UsageError: queries are asked of something else.
        """
        if other := next((o for o in self._options if o.partition("=")[0] in INSTEAD), None):
            what = words[0] if words else "NAME"
            help_ = f"`DESCRIBE <...>` gives the triples of a node; `kg {name[1:]} {what}` asks "
            message = f"`{name}` tells of the build of the project, and `{other}` asks others"
            raise click.UsageError(f"{message}: {help_}the build")

    def _format(self, words: list[str]) -> None:
        for word in words:
            self.set_format(word)
        rows, graphs = self._formats.get(True, "table"), self._formats.get(False, "ttl")
        click.echo(f"rows as {rows}, graphs as {graphs}", err=True)

    def _time(self, words: list[str]) -> None:
        if words not in ([], ["on"], ["off"]):
            raise click.UsageError(f"found `{' '.join(words)}`, expected `.time on` or `.time off`")
        self.timed = words == ["on"] if words else not self.timed
        click.echo(f"times are {'told' if self.timed else 'not told'}", err=True)


def _named(words: Sequence[str]) -> tuple[str, ...]:
    """The query of `.run` and its values, as `kg why` takes them; nothing if there is none."""
    verb: click.Command = import_module("kg.commands.query").command
    context = verb.make_context("query", list(words), resilient_parsing=True)
    query, values = split_words(context.params["words"], context.params["pairs"])
    file = context.params["file"]
    if query is None and file is None:
        return ()
    asked = ("--query", query) if query is not None else ("--file", str(file))
    return (*asked, *(f"--with={name}={value}" for name, value in values.items()))


def _split(statement: str) -> list[str]:
    try:
        return shlex.split(statement.rstrip().removesuffix(END))
    except ValueError as error:
        raise click.UsageError(f"`{statement.strip()}`: {str(error).lower()}") from error


def _help() -> Iterator[str]:
    width = max(map(len, COMMANDS))
    yield from (f"  {name:{width}}  {words}" for name, words in COMMANDS.items())
    yield from ("", *(f"  {line}" for line in KEYS.splitlines()))
