"""What shells can offer for the arguments and options of verbs.

In: the context of a command line that is being written, whose object is the list of its words so
far, and the beginning of a word. Out: words.
Refuses: nothing; where there is no project, no build, or a build that is damaged, there is nothing
to offer.

What is called here is loaded when a key is pressed, so that verbs start as fast as without.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.diagnostics import ContentError
from kg.upward import find_project

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from kg.questions.named import NamedQuery
    from kg.questions.parameters import Parameter
    from kg.shell.suggestions import Suggestion, Suggestions

    Items = list[CompletionItem[str]]

AUTHORITY = "authority"
BOOLEANS = ("false", "true")
LONGEST = 200
"""Characters of a title."""


def files(ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:  # noqa: ARG001
    """Files, as the shell has them."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="file")]


def nodes(ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:
    """What `kg show` and `kg why` take: individuals and articles; of a query, its values."""
    if _is_of_query(ctx):
        return parameters(ctx, param, incomplete)
    return _offer(ctx, incomplete, lambda build: build.nodes())


def keys(ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:
    """The properties of the subject that was named before."""
    if _is_of_query(ctx):
        return parameters(ctx, param, incomplete)
    subject = ctx.params.get("subject") or ""
    return _offer(ctx, incomplete, lambda build: build.keys(subject))


def values(ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:
    """The values of the subject and the property that were named before."""
    if _is_of_query(ctx):
        return parameters(ctx, param, incomplete)
    subject, key = ctx.params.get("subject") or "", ctx.params.get("predicate") or ""
    return _offer(ctx, incomplete, lambda build: build.values(subject, key))


def graphs(ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:  # noqa: ARG001
    """The named graphs of the build."""
    return _offer(ctx, incomplete, lambda build: build.graphs)


def codes(ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:  # noqa: ARG001
    """The codes of findings."""
    found = import_module("kg.findings.catalogue").explanations().values()
    beginning = incomplete.upper()
    return _items((each.code, each.title) for each in found if each.code.startswith(beginning))


def articles(ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:  # noqa: ARG001
    """The articles that have a mapping."""
    found: list[str] = []
    with _quietly():
        project = import_module("kg.project.settings").load_project(_folder(ctx))
        found = project.stems()
    return _items((stem, "") for stem in found if stem.startswith(incomplete))


def mappings(ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:
    """What `kg expand` takes: articles, and the authority files as one."""
    shared = _items([(AUTHORITY, "")] if AUTHORITY.startswith(incomplete) else [])
    return [*articles(ctx, param, incomplete), *shared]


def figures(ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:  # noqa: ARG001
    """The figures that an answer can be drawn as, then `ROLE=COLUMN` of a figure."""
    known = import_module("kg.figures.kinds").FIGURES
    figure, colon, rest = incomplete.partition(":")
    if not colon:
        return _items((name, "") for name in known if name.startswith(figure))
    before, comma, last = rest.rpartition(",")
    role, equals, column = last.partition("=")
    start = f"{figure}:{before}{comma}"
    if equals:
        found = (name for name in _columns(ctx) if name.startswith(column))
        return _items((f"{start}{role}={name}", "") for name in found)
    roles = (each for each in known.get(figure, ()) if each.name.startswith(role))
    return _items((f"{start}{each.name}=", " or ".join(each.kinds)) for each in roles)


def formats(ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:  # noqa: ARG001
    """The formats of graphs, packed or not."""
    syntaxes = import_module("kg.exporting.syntaxes").SYNTAXES
    packed = ("", *import_module("kg.exporting.packing").PACKINGS)
    # Those that are packed are for whoever has written the full stop.
    ends = packed if "." in incomplete else packed[:1]
    found = (f"{syntax}{end}" for syntax in syntaxes for end in ends)
    return _items((name, "") for name in found if name.startswith(incomplete))


def among(words: Iterable[str]) -> Callable[[click.Context, click.Parameter, str], Items]:
    """Some words, where others may be written too."""

    def offer(ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:  # noqa: ARG001
        return _items((word, "") for word in words if word.startswith(incomplete))

    return offer


def syntaxes(ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:  # noqa: ARG001
    """The syntaxes of RDF files that can be read."""
    known = import_module("kg.sparql.loading").SYNTAXES
    return _items((name, "") for name in known if name.startswith(incomplete))


def builds(ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:
    """The builds that a project keeps, else folders."""
    kept = _folder(ctx) / "build" / ".generations"
    found = sorted(path.name for path in kept.glob("*") if path.name.startswith(incomplete))
    return _items((name, "") for name in found) or click.Path(file_okay=False).shell_complete(
        ctx, param, incomplete
    )


def words(ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:
    """The name of a query; after it, its parameters and their values."""
    last = ctx.obj[-1]
    if last.startswith("--") and "=" not in last:
        return parameters(ctx, param, incomplete)
    if ctx.params.get("words"):
        return _items(_options_of_query(ctx, incomplete))
    return names(ctx, param, incomplete)


def names(ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:  # noqa: ARG001
    """The names of queries."""
    found = titles(_folder(ctx)).items()
    return _items((name, title) for name, title in found if name.startswith(incomplete))


def parameters(ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:  # noqa: ARG001
    """The values of the parameter that the word before names: `--NAME`."""
    last = ctx.obj[-1]
    is_name = last.startswith("--") and "=" not in last
    return _values_of(ctx, last[2:], incomplete) if is_name else []


def pairs(ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:  # noqa: ARG001
    """`NAME=` of a parameter, then its values."""
    name, equals, value = incomplete.partition("=")
    if not equals:
        known = ((f"{each.name}=", each.words) for each in _parameters(ctx))
        return _items((text, words) for text, words in known if text.startswith(name))
    found = _values_of(ctx, name, value)
    for item in found:
        item.value = f"{name}={item.value}"
    return found


class Asking(click.Command):
    """A verb that has the parameters of the query that it is given as options."""

    def shell_complete(self, ctx: click.Context, incomplete: str) -> Items:
        """The options of the verb, those of the query first."""
        options: Items = super().shell_complete(ctx, incomplete)
        if not incomplete.startswith("-"):
            return options
        return [*_items(_options_of_query(ctx, incomplete)), *options]


def _options_of_query(ctx: click.Context, incomplete: str) -> Iterator[tuple[str, str]]:
    """The parameters of the query as options, but for those that the verb has itself."""
    taken = {name for parameter in ctx.command.params for name in parameter.opts}
    for each in _parameters(ctx):
        option = f"--{each.name}"
        if option not in taken and option.startswith(incomplete):
            yield option, each.words


def _folder(ctx: click.Context) -> Path:
    folder: Path | None = ctx.find_root().params.get("project")
    return find_project(Path()) if folder is None else folder


def _is_of_query(ctx: click.Context) -> bool:
    """Whether the verb is given a query, so that its words are values of parameters."""
    return bool(ctx.params.get("query") or ctx.params.get("file"))


def _offer(
    ctx: click.Context, incomplete: str, of: Callable[[Suggestions], Iterable[Suggestion]]
) -> Items:
    """What a build has, if there is one."""
    found: list[Suggestion] = []
    with _quietly():
        build = import_module("kg.store.embedded").open_build(_folder(ctx) / "build")
        suggestions = import_module("kg.shell.suggestions")
        found = suggestions.matching(of(suggestions.Suggestions(build)), incomplete)
    return _items((each.text, each.label) for each in found)


@contextmanager
def _quietly() -> Iterator[None]:
    """Offer nothing where something cannot be read: the user has asked nothing yet."""
    try:
        yield
    except (ContentError, OSError):
        return


def _items(found: Iterable[tuple[str, str]]) -> Items:
    from click.shell_completion import CompletionItem

    return [CompletionItem(text, help=words or None) for text, words in found]


# Queries that have a name


def titles(project: Path) -> dict[str, str]:
    """The names of the queries of a project, and what each answers."""
    with _quietly():
        return {name: _title(query.path) for name, query in _queries(project).items()}
    return {}


def _queries(project: Path) -> Mapping[str, NamedQuery]:
    named: Mapping[str, NamedQuery] = import_module("kg.commands.asking").queries_of(project)
    return named


def _title(path: Path) -> str:
    """What a query answers, by its first line; the whole head of each would take too long."""
    with path.open(encoding="utf-8", errors="replace") as text:
        return text.readline(LONGEST).removeprefix("# title:").strip("# \n")


def _parameters(ctx: click.Context) -> tuple[Parameter, ...]:
    """The parameters of the query that is asked; none if it cannot be read."""
    with _quietly():
        if file := _file(ctx):
            project = import_module("kg.project.settings").load_project(_folder(ctx))
            prefixes = {**import_module("kg.terms").PUBLISHED, **project.namespaces}
            text, name = import_module("kg.commands.asking").read_query(None, file)
            header = import_module("kg.questions.parameters").read_header(text, name, prefixes)
            return tuple(header.parameters.values())
    return ()


def _file(ctx: click.Context) -> Path | None:
    """The file of the query that is asked, if it has one."""
    known = _queries(_folder(ctx))
    asked = [ctx.params["query"]] if "query" in ctx.params else ctx.obj
    named = (known[word].path for word in asked if word in known)
    file: Path | None = ctx.params.get("file") or next(named, None)
    return file


def _columns(ctx: click.Context) -> tuple[str, ...]:
    """The columns of the query that is asked, as far as its SELECT clause names them."""
    with _quietly():
        asking = import_module("kg.commands.asking")
        words = [word for word in ctx.obj if "{" in word]
        file = _file(ctx)
        text = asking.read_query(None, file)[0] if file else " ".join(words)
        lines = (line for line in text.splitlines() if not line.startswith("#"))
        return _selected(" ".join(lines).partition("{")[0])
    return ()


def _selected(clause: str) -> tuple[str, ...]:
    """The columns of a SELECT clause: variables, and what expressions are named as."""
    shorter = ""
    while shorter != clause:  # expressions, the inner ones first
        clause, shorter = re.sub(r"\((?:(?!\bAS\b)[^()])*\)", "", clause, flags=re.I), clause
    named = re.sub(r"\([^()]*\bAS\b([^()]*)\)", r"\1", clause, flags=re.I)
    return tuple(dict.fromkeys(re.findall(r"[?$](\w+)", named)))


def _values_of(ctx: click.Context, name: str, incomplete: str) -> Items:
    """The values of a parameter: those that it allows, truth values, or individuals."""
    parameter = next((each for each in _parameters(ctx) if each.name == name), None)
    if parameter is None:
        return []
    if parameter.type not in import_module("kg.terms").DATATYPES and not parameter.choices:
        return _offer(ctx, incomplete, lambda build: build.members(parameter.type))
    found = parameter.choices or (BOOLEANS if parameter.shown == "xsd:boolean" else ())
    found = found or ((parameter.default,) if parameter.default else ())
    return _items((value, "") for value in found if value.startswith(incomplete))
