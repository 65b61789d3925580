"""The prompt of `kg shell` on a terminal: editing, history, colours and completion.

In: what is typed. Out: statements, which the `Session` does.
Refuses: nothing; what is wrong is told, and the prompt lives on.
"""

from __future__ import annotations

import gc
import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import click
from click.shell_completion import split_arg_string
from prompt_toolkit import PromptSession
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.enums import DEFAULT_BUFFER
from prompt_toolkit.filters import has_focus
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.lexers import DynamicLexer, Lexer, PygmentsLexer, SimpleLexer
from prompt_toolkit.output import ColorDepth, create_output
from pygments.lexers.rdf import SparqlLexer

from kg.answers.results import FORMATS
from kg.commands.completing import PROGRAM, VARIABLE, Whole
from kg.commands.directing import COMMANDS, LEAVE, SWITCH, VERBS, Session
from kg.commands.showing import coloured, count, show
from kg.commands.suggesting import titles
from kg.commands.working import INTERRUPTED, Run, Worker
from kg.diagnostics import ContentError
from kg.shell.proposals import WORD, propose
from kg.shell.statements import State, is_call, is_command, pieces, state
from kg.shell.suggestions import Suggestions
from kg.store.embedded import Build, open_build

PROMPT, MORE = "kg> ", "... "
HIDDEN = 0o700
"""Of the folder of the history: nobody else may read what was asked."""


def converse(session: Session) -> None:
    """Read statements and do them, until the user leaves."""
    gc.enable()  # the command starts without, but this one may live for days
    newest = Newest(session.project)
    _greet(newest, session.others)
    worker, prompt = Worker(session.project), _prompt(session, newest)
    while (status := _next(prompt, session, worker)) != LEAVE:
        if status == INTERRUPTED:
            click.echo("\ninterrupted", err=True)


def _next(prompt: PromptSession[str], session: Session, run: Run) -> int:
    """Read what is typed and do it; the last exit status, or `LEAVE`."""
    try:
        statement = prompt.prompt()
    except KeyboardInterrupt:
        return 0
    except EOFError:
        return LEAVE
    status = 0
    for piece in pieces(statement):
        if status not in (LEAVE, INTERRUPTED) and state(piece) is not State.EMPTY:
            status = _do(session, piece, run)
    return status


def _do(session: Session, statement: str, run: Run) -> int:
    try:
        return session.do(statement, run)
    except KeyboardInterrupt:  # before the work began
        return INTERRUPTED


class Newest:
    """The newest build of a project, and what it has to offer."""

    def __init__(self, project: Path) -> None:
        """Look for builds of a project; none is opened yet."""
        self.project = project
        self._place: Path | None = None
        self._found: Suggestions | None = None

    def build(self) -> Build:
        """The build of now.

        Raises:
            Unavailable: there is none, or it is damaged.
        """
        return open_build(self.project / "build")

    def __call__(self) -> Suggestions | None:
        """What the build of now has; None if there is no build that can be read."""
        place = (self.project / "build" / "current").resolve()
        if place != self._place:
            self._place, self._found = place, None
            with suppress(ContentError):
                self._found = Suggestions(self.build())
        return self._found


def _greet(newest: Newest, others: list[str]) -> None:
    if others:
        click.echo(f"asks {', '.join(others)}; `.help` lists commands, Ctrl-D leaves", err=True)
        return
    try:
        counts = newest.build().manifest["counts"]
    except ContentError as error:
        show(error.diagnostics, newest.project)
    else:
        triples = counts["asserted"] + counts["inferred"]
        has = f"{count(counts['articles'], 'article')}, {count(triples, 'triple')}"
        click.echo(f"{has}; `.help` lists commands, Ctrl-D leaves", err=True)


def _prompt(session: Session, newest: Newest) -> PromptSession[str]:
    tab = Tab()
    prompt: PromptSession[str] = PromptSession(
        PROMPT,
        multiline=True,
        prompt_continuation=MORE,
        history=_history(),
        completer=Words(session, newest, tab),
        complete_in_thread=True,
        lexer=DynamicLexer(_lexer),
        color_depth=None if coloured(sys.stdout) else ColorDepth.DEPTH_1_BIT,
        output=create_output(always_prefer_tty=True),
    )
    tab.watch(prompt.default_buffer)
    prompt.key_bindings = _keys(prompt.default_buffer, tab)
    return prompt


# History


class Kept(FileHistory):
    """A history that a full disk does not end."""

    def store_string(self, string: str) -> None:
        """Keep a statement, if that can be done."""
        with suppress(OSError):
            super().store_string(string)


def _history() -> History:
    """In the folder for such things (XDG Base Directory Specification); else for this time only."""
    try:
        stated = Path(os.environ.get("XDG_STATE_HOME", ""))
        state_home = stated if stated.is_absolute() else Path.home() / ".local" / "state"
        folder = state_home / "kg"
        folder.mkdir(mode=HIDDEN, parents=True, exist_ok=True)
        (folder / "history").touch()
    except (OSError, RuntimeError):  # no home, or one that cannot be written
        return InMemoryHistory()
    return Kept(folder / "history")


# Editing

_SPARQL, _PLAIN = PygmentsLexer(SparqlLexer), SimpleLexer()


def _lexer() -> Lexer:
    application = import_module("prompt_toolkit.application").get_app()
    return _PLAIN if is_command(application.current_buffer.text) else _SPARQL


def _keys(buffer: Buffer, tab: Tab) -> KeyBindings:
    keys = KeyBindings()

    @keys.add("enter")
    def _(_: KeyPressEvent) -> None:
        _enter(buffer)

    @keys.add("escape", "enter")
    def _(_: KeyPressEvent) -> None:
        buffer.newline()

    @keys.add("tab", filter=has_focus(DEFAULT_BUFFER))
    def _(_: KeyPressEvent) -> None:
        tab.press(buffer)

    return keys


class Tab:
    """The key that takes the first word that is offered, also if it comes later than the key.

    Attributes:
        waits: the key was pressed, and nothing has been offered yet.
    """

    def __init__(self) -> None:
        """Wait for nothing."""
        self.waits = False

    def watch(self, buffer: Buffer) -> None:
        """See what is typed into a buffer, and what is offered for it."""
        buffer.on_text_changed += self._forget
        buffer.on_completions_changed += self._take

    def press(self, buffer: Buffer) -> None:
        """Take the next word of those that are offered, else ask for words."""
        if buffer.complete_state:
            buffer.complete_next()
        else:
            self.waits = True
            buffer.start_completion()

    def _forget(self, _: Buffer) -> None:
        self.waits = False

    def _take(self, buffer: Buffer) -> None:
        menu = buffer.complete_state
        if self.waits and menu and menu.completions:
            self.waits = False
            buffer.go_to_completion(0)


def _enter(buffer: Buffer) -> None:
    """Take the word that is chosen, begin a new line, or hand the statement in.

    An empty line at the end hands in what is not whole, too: the answer says what is missing.
    """
    menu = buffer.complete_state
    if menu and menu.current_completion:
        buffer.complete_state = None
    elif state(buffer.text) is State.OPEN and buffer.document.current_line.strip():
        buffer.newline()
    else:
        buffer.validate_and_handle()


# Completion


class Words(Completer):
    """Completes queries by what stands there in SPARQL, and commands as shells do."""

    def __init__(self, session: Session, newest: Newest, tab: Tab) -> None:
        """Complete what is typed in a session, from the newest build."""
        self._session, self._newest, self._tab = session, newest, tab

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterator[Completion]:
        """What could stand at the cursor; unasked, nothing where no word has begun."""
        before = document.text_before_cursor
        word = WORD.search(before)
        asked = complete_event.completion_requested or self._tab.waits
        # A fault of ours must not write over what somebody is typing.
        with suppress(Exception):
            if document.text.lstrip().startswith("."):
                yield from self._of_command(before.lstrip())
            elif is_call(document.text) and " " in before.lstrip():
                yield from self._of_command(f".run {before.lstrip()}")
            elif asked or (word and word[0]):
                yield from self._of_query(before, document.text_after_cursor)

    def _of_query(self, before: str, after: str) -> Iterator[Completion]:
        names = titles(self._session.project)
        for found in propose(before, after, self._newest(), names):
            yield Completion(found.text, -found.length, display_meta=found.label)

    def _of_command(self, before: str) -> Iterator[Completion]:
        name, space, rest = before.partition(" ")
        words = split_arg_string(rest)
        incomplete = words.pop() if words and not rest[-1].isspace() else ""
        if not space:
            found = COMMANDS.items()
            yield from (
                Completion(n, -len(name), display_meta=w) for n, w in found if n.startswith(name)
            )
        elif name in VERBS:
            program = import_module("kg.cli").main
            line = self._session.of_verb(name, words)
            for item in Whole(program, {}, PROGRAM, VARIABLE).get_completions(line, incomplete):
                if item.type == "plain":
                    text, meaning = shlex.quote(item.value), item.help or ""
                    yield Completion(text, -len(incomplete), display_meta=meaning)
        else:
            choices = {".format": FORMATS, ".time": SWITCH}.get(name, ())
            fitting = (choice for choice in choices if choice.startswith(incomplete))
            yield from (Completion(choice, -len(incomplete)) for choice in fitting)
