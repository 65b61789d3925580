"""The query that a verb is given.

In: an argument, a file, standard input or the name of a query, and values for its parameters. Out:
the text with terms in the place of parameters, and the name that places have.
Refuses: no query or two of them, a file that cannot be read (D101, D107, X703), and what
`kg.questions.named` and `kg.questions.parameters` refuse (Q611 to Q614).
"""

from __future__ import annotations

import os
import re
import sys
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import click

from kg.answers.sources import Source, Stored
from kg.diagnostics import ContentError, Diagnostic, Location, Misuse, Unavailable
from kg.files import LARGEST, meant
from kg.hints import nearest_of
from kg.sparql.answers import FORMS, INLINE

if TYPE_CHECKING:
    from kg.answers.naming import Ask, Namer
    from kg.questions.binding import Bound
    from kg.questions.named import NamedQuery

QUESTIONS = "ontology/questions"
PATH = r"[^\s{}()<>\"']*[./\\][^\s{}()<>\"']*"
"""What could be a file, and is no query."""


def split_words(words: Sequence[str], pairs: Sequence[str]) -> tuple[str | None, dict[str, str]]:
    """The query among the words of a command line, and the values of `--NAME VALUE` and `pairs`.

    Raises:
        click.UsageError: two queries, an option without a value or with two, a pair without `=`,
            an option that there is not.
    """
    queries: list[str] = []
    given: list[tuple[str, str]] = []
    rest = iter(words)
    for word in rest:
        if len(word) > 2 and word.startswith("--"):
            name, equals, value = word[2:].partition("=")
            given.append((name, value if equals else _next(rest, word)))
        elif word.startswith("-") and word != "-":  # which no query does
            raise no_option(word)
        else:
            queries.append(word)
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise click.UsageError(f"`--with {pair}` has no value, expected `--with {pair}=...`")
        given.append((name, value))
    values = dict(given)
    for name in values:
        if sum(name == other for other, _ in given) > 1:
            raise click.UsageError(f"`--{name}` is given twice, expected one value")
    if len(queries) > 1:
        raise click.UsageError(f"give one query, found {len(queries)}: quote what belongs together")
    return (queries[0] if queries else None), values


def _next(words: Iterator[str], option: str) -> str:
    value = next(words, None)
    if value is None:
        raise no_option(option) if _like(option) else click.UsageError(f"`{option}` has no value")
    return value


def no_option(option: str) -> click.NoSuchOption:
    """An option that the verb does not have, told with those that are like it."""
    return click.NoSuchOption(option, possibilities=_like(option))


def _like(option: str) -> list[str]:
    """The options of the verb that are like a word."""
    context = click.get_current_context()
    names = (name for each in context.command.get_params(context) for name in each.opts)
    found = nearest_of(option.lstrip("-"), [name[2:] for name in names if name.startswith("--")])
    return [f"--{name}" for name in found]


def check_taken(values: Mapping[str, str]) -> None:
    """Refuse a misspelt option that has taken the query for its value, as no other is there.

    Raises:
        click.NoSuchOption: an option that the verb does not have.
    """
    taken = (name for name, value in values.items() if "{" in value or _like(name))
    if wrong := next(taken, None):
        raise no_option(f"--{wrong}")


def locate(query: str | None, file: Path | None, folder: Path) -> tuple[str | None, Path | None]:
    """The same; for a query that is called by its name, which none in SPARQL looks like, its file.

    Raises:
        Misuse: Q613, no query of the project has that name; Q609, it is a file of data.
    """
    if file is not None and (file.suffix != ".rq" or not file.exists()):
        import_module("kg.commands.mistaking").check_file(file, folder)
    if query is None or query == "-" or "{" in query:  # no name or file has a brace
        return query, file
    if file is None and re.fullmatch(PATH, query):
        import_module("kg.commands.mistaking").check_word(query, folder)
    if not re.fullmatch(r"[\w-]+", query):
        return query, file
    if file is not None or query.upper() in FORMS:
        return query, file  # two queries, or the beginning of one, which reading refuses
    return None, import_module("kg.questions.named").find_query(query, queries_of(folder)).path


def queries_of(folder: Path) -> Mapping[str, NamedQuery]:
    """The queries of a project by their names; without settings, its competency questions.

    Raises:
        ContentError: Q614, two have one name; D106, the settings are wrong.
    """
    named = import_module("kg.questions.named")  # only names need these
    settings = import_module("kg.project.settings")
    try:
        others = settings.load_project(folder).queries
    except settings.NoProject:
        others = ()
    found: Mapping[str, NamedQuery] = named.named_queries([folder / QUESTIONS, *others])
    return found


class Asked(NamedTuple):
    """A query that is asked.

    Attributes:
        text: as the source reads it.
        name: its path, for places.
        bound: how it came from what its author wrote, if it has parameters.
    """

    text: str
    name: str
    bound: Bound | None = None

    @property
    def written(self) -> str:
        """The text as its author wrote it."""
        return self.bound.written if self.bound else self.text

    def told(self, found: Iterable[Diagnostic]) -> list[Diagnostic]:
        """Findings at the places of the written text."""
        return [self.bound.told(one, self.name) if self.bound else one for one in found]

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Have errors told at the places of the written text.

        Raises:
            ContentError: whatever is raised within.
        """
        try:
            yield
        except ContentError as error:
            if self.bound is None:
                raise
            raise self.bound.failure(error, self.name) from error


def with_values(text: str, name: str, values: Mapping[str, str], source: Source) -> Asked:
    """The query with terms in the place of its parameters.

    Args:
        text: the query.
        name: its path, for places.
        values: what was given on the command line.
        source: has the individuals that values can name.

    Raises:
        click.NoSuchOption: values for a query without parameters, a misspelt option.
        ContentError: Q611, its head is not well formed; Q612, a value is missing or wrong.
    """
    if not text.startswith("#") and not values:
        return Asked(text, name)
    parameters = import_module("kg.questions.parameters")  # only queries with a head need it
    header = parameters.read_header(text, name, source.prefixes)
    for given in values:
        if not header.parameters or (not nearest_of(given, header.parameters) and _like(given)):
            raise no_option(f"--{given}")
    find = import_module("kg.questions.named").finder(_namer(source), source.prefixes)
    try:
        terms = parameters.to_terms(header, values, find, source.language)
    except Misuse as error:
        raise Misuse([*error.diagnostics, *_hidden(source, name)]) from error
    bound: Bound = import_module("kg.questions.binding").bind(text, terms)
    return Asked(bound.text, name, bound)


def _hidden(source: Source, name: str) -> list[Diagnostic]:
    """What may be the reason that a source knows no names."""
    if isinstance(source, Stored):
        return []
    found: list[Diagnostic] = import_module("kg.answers.endpoint").hidden(source, name)
    return found


def _namer(source: Source) -> Namer:
    """What looks words up in a source; in one that is a store, whatever the query sees of it."""
    naming = import_module("kg.answers.naming")
    ask: Ask = partial(_rows, source)
    if isinstance(source, Stored):
        ask = naming.asking(source.view.store)
    found: Namer = naming.Namer(ask, source.prefixes, source.base or "", source.language)
    return found


def _rows(source: Source, query: str) -> Iterator[tuple[str, ...]]:
    """The rows of a query as text."""
    for row in cast(Any, source.answer(query, INLINE).result):
        yield tuple(term.value if term else "" for term in row)


def read_query(query: str | None, file: Path | None) -> tuple[str, str]:
    """The text of a query and its name, from an argument, a file or standard input."""
    if (query is None) == (file is None):
        raise click.UsageError(
            "give one query: as an argument, by name, with -f FILE, or - for standard input"
        )
    if query == "-":
        content, name = sys.stdin.buffer.read(LARGEST + 1), "<stdin>"
    elif file is None:
        content, name = os.fsencode(query or ""), INLINE
    else:
        content, name = _read_file(file), str(file)
    return _decode(content, name), name


def _read_file(file: Path) -> bytes:
    """As much of a query as any has; it may come through a pipe, and a device need not end."""
    try:
        with file.open("rb") as stream:
            return stream.read(LARGEST + 1)
    except OSError as error:
        message = f"the query cannot be read: {(error.strerror or str(error)).lower()}"
        found = Diagnostic("X703", message, Location(str(file)), help=meant(file))
        raise Unavailable([found]) from error


def _decode(content: bytes, name: str) -> str:
    if len(content) > LARGEST:
        message = f"the query has more than {LARGEST >> 20} MiB, which no query needs"
        raise ContentError([Diagnostic("D107", message, Location(name))])
    try:
        return content.removeprefix(BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        message = f"the query is not UTF-8: found byte 0x{error.object[error.start]:02x}"
        raise ContentError([Diagnostic("D101", message, Location(name))]) from error
