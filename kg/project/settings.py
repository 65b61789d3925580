"""Where a project is and what its settings say.

In: a folder with `[tool.kg]` in `pyproject.toml`, or a `kg.toml`. Out: a `Project`: folders, base
IRI, language, namespaces, and the input files in a fixed order.
Refuses: a folder without settings (X701), and settings that lack or mistype a value (D106).
"""

from __future__ import annotations

import os
import re
import tomllib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyoxigraph import Literal, NamedNode

from kg.diagnostics import ContentError, Diagnostic, Findings, Location, Unavailable
from kg.files import list_files, read_bytes
from kg.hints import closest, did_you_mean
from kg.terms import PUBLISHED
from kg.upward import find_project

TEXT_PREFIX = "text"
SETTINGS = {"kg.toml": (), "pyproject.toml": ("tool", "kg")}
"""Files of settings, and the table of each; the first that has it is read."""


class NoProject(Unavailable):
    """A folder has no settings (X701); exit status 3, as whatever is named and is not there."""


@dataclass(frozen=True, slots=True)
class Project:
    """A project folder and its settings.

    Attributes:
        folder: the root, absolute.
        settings: name of the settings file.
        base: IRI that the IRIs of the data begin with; ends in `/`.
        language: language tag of labels, lower case.
        namespaces: prefix to namespace of the ontology's own modules; `text` is always there.
        coverage: percent of the sentences that must carry facts; `None` if that is not asked for.
        licence: IRI of the licence that the data are under; empty if none is named.
        queries: folders of queries with a name, beside the competency questions.
    """

    folder: Path
    settings: str
    base: str
    language: str
    namespaces: dict[str, str]
    coverage: float | None = None
    licence: str = ""
    queries: tuple[Path, ...] = ()

    @property
    def build(self) -> Path:
        """The folder that `kg build` writes."""
        return self.folder / "build"

    def files(self, under: str, suffix: str) -> list[Path]:
        """The files of a folder of the project, sorted by path.

        Raises:
            Unavailable: X703, the folder cannot be read. ContentError: D108, a name is not UTF-8.
        """
        folder = self.folder / under
        return [folder / name for name in list_files(folder, under, suffix)]

    def names(self, under: str, suffix: str) -> list[str]:
        """The same files as names, as places show them."""
        return [f"{under}/{name}" for name in list_files(self.folder / under, under, suffix)]

    def articles(self) -> list[str]:
        """The names of the articles; files whose names cannot stand in an IRI are none."""
        return _stems(list_files(self.folder / "seeds", "seeds", ".txt"), ".txt")

    def seeds(self) -> list[Path]:
        """The files of the articles."""
        return [self.folder / "seeds" / f"{stem}.txt" for stem in self.articles()]

    def mappings(self) -> list[Path]:
        """The mapping files, one an article; `strays` refuses names that no article can have."""
        return [path for path in self.files("mappings", ".yaml") if is_stem(path.stem)]

    def stems(self) -> list[str]:
        """The names of the mapping files, without suffix: one an article."""
        return _stems(list_files(self.folder / "mappings", "mappings", ".yaml"), ".yaml")

    def authority(self) -> list[Path]:
        """The files of shared individuals."""
        return self.files("mappings/authority", ".yaml")

    def ontology(self) -> list[Path]:
        """The modules of the ontology; alignments included."""
        return self.files("ontology", ".ttl")

    def shapes(self) -> list[Path]:
        """The SHACL files."""
        return self.files("ontology/shapes", ".ttl")

    def questions(self) -> list[Path]:
        """The competency questions."""
        return self.files("ontology/questions", ".rq")

    def inputs(self) -> list[str]:
        """The names of all files that a build depends on, as places show them."""
        articles = [
            name
            for folder, suffix in (("seeds", ".txt"), ("mappings", ".yaml"))
            for name in self.names(folder, suffix)
            if is_stem(name[len(folder) + 1 : -len(suffix)])
        ]
        shared = (
            ("mappings/authority", ".yaml"),
            ("ontology", ".ttl"),
            ("ontology/shapes", ".ttl"),
        )
        return [
            self.settings,
            *articles,
            *(name for place in shared for name in self.names(*place)),
        ]

    def name(self, path: Path) -> str:
        """A path as places show it: relative to the project, with forward slashes."""
        return path.relative_to(self.folder).as_posix()


_STEM = re.compile(r"(?!(?:authority|inferred|ontology|passages)$)\w[\w.-]*")
_LONGEST_STEM = 200
"""Bytes; file systems allow 255, of which the files of a build need some for their endings."""


def is_stem(name: str) -> bool:
    """Whether a name can stand in an IRI, and is not the name of another graph of the build."""
    return bool(_STEM.fullmatch(name)) and len(name.encode()) <= _LONGEST_STEM


def _stems(names: list[str], suffix: str) -> list[str]:
    """Names without their ends, sorted: with them, `a-b` comes before `a`."""
    found = (name.removesuffix(suffix) for name in names)
    return sorted(stem for stem in found if is_stem(stem))


def load_project(folder: Path) -> Project:
    """Read the settings of a project folder.

    Raises:
        NoProject: X701, there are no settings here.
        ContentError: D106, a setting is missing or wrong; D107, X703, the file cannot be read.
    """
    folder = folder.absolute()
    for name, table in SETTINGS.items():
        path = folder / name
        if os.path.lexists(path) and (settings := _read_table(path, name, table)) is not None:
            return _to_project(folder, name, settings)
    raise NoProject([_no_project(folder)])


def hidden_settings(project: Project) -> Location | None:
    """Where settings begin that are not read, because those of `kg.toml` are."""
    name = "pyproject.toml"
    path = project.folder / name
    if project.settings == name or not path.is_file():
        return None
    with suppress(ContentError):
        if table := _read_table(path, name, SETTINGS[name]):
            return table.head()
    return None


def _no_project(folder: Path) -> Diagnostic:
    around = find_project(folder)
    found = "found neither `kg.toml` nor `[tool.kg]` in `pyproject.toml`"
    return Diagnostic(
        "X701",
        f"`{folder}` is not a project folder",
        notes=(f"{found}, there or in the folders above" if around == folder else found,),
        help="run `kg init DIR` to make a project, or name one with `--project DIR`"
        if around == folder
        else f"it lies in the project `{around}`: leave out `--project`, or name that folder",
    )


def _read_table(path: Path, name: str, keys: tuple[str, ...]) -> _Table | None:
    try:
        text = read_bytes(path, name).decode()
        table: Any = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise ContentError([_unreadable(error, name)]) from error
    for key in keys:
        table = table.get(key) if isinstance(table, dict) else None
    return _Table(table, name, text, ".".join(keys)) if isinstance(table, dict) else None


def _unreadable(error: Exception, name: str) -> Diagnostic:
    """D106, at the place that `tomllib` names at the end of its sentence, if it names one."""
    if isinstance(error, UnicodeDecodeError):
        return Diagnostic("D106", "the settings cannot be read: they are not UTF-8", Location(name))
    found = re.fullmatch(r"(.*?) \(at (?:line (\d+), column (\d+)|end of document)\)", str(error))
    if found is None:  # numbers of thousands of digits, thousands of lists inside one another
        message = "the settings cannot be read: a value is too long or nested too deeply"
        return Diagnostic("D106", message, Location(name))
    sentence, line, column = found.groups()
    place = Location(name, int(line), int(column)) if line else Location(name)
    message = f"the settings are not TOML: {sentence[:1].lower()}{sentence[1:]}"
    return Diagnostic("D106", message, place, help="see https://toml.io for how values are written")


def _to_project(folder: Path, name: str, table: _Table) -> Project:
    findings = Findings()
    reader = _Settings(table, findings)
    project = Project(
        folder=folder,
        settings=name,
        base=reader.base(),
        language=reader.language(),
        namespaces=reader.namespaces(),
        coverage=reader.coverage(),
        licence=reader.licence(),
        queries=reader.queries(folder),
    )
    reader.refuse_unknown({"base", "coverage", "language", "licence", "namespaces", "queries"})
    findings.raise_errors()
    return project


@dataclass(frozen=True, slots=True)
class _Table:
    """The settings as read, with the text to find their lines in; `name` is the file's."""

    values: dict[str, Any]
    name: str
    text: str
    header: str

    def head(self) -> Location:
        """The line that the settings begin with."""
        lines = enumerate(self.text.splitlines(), 1)
        found = (number for number, line in lines if line.startswith(f"[{self.header}"))
        return next((Location(self.name, number, 1) for number in found), Location(self.name))

    def place(self, key: str) -> Location:
        """The line that sets a key, searched below the header: TOML readers give no places."""
        pattern = re.compile(rf'\s*(?:"?{re.escape(key)}"?\s*=|\[[^\]]*\b{re.escape(key)}\])')
        inside = not self.header
        for number, line in enumerate(self.text.splitlines(), 1):
            inside = inside or line.startswith(f"[{self.header}")
            if inside and pattern.match(line):
                return Location(self.name, number, 1, number, len(line.rstrip()) + 1)
        return Location(self.name)


_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]*[/#]")
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
# Relative IRIs are joined to the base: dot segments and queries would make them others (RFC 3986).
_BASE = re.compile(r"(?!.*/\.\.?/)[^?#]*/")
_PREFIX = re.compile(r"[A-Za-z]([\w.-]*[\w-])?", re.ASCII)


def _is_namespace(value: str) -> bool:
    """Whether an IRI of data can begin so; RFC 3987 has more rules than a pattern can hold."""
    try:
        NamedNode(f"{value}x")
    except ValueError:
        return False
    return bool(_IRI.fullmatch(value))


def _is_licence(value: str) -> bool:
    """Whether a licence is named by an absolute IRI."""
    try:
        NamedNode(value)
    except ValueError:
        return False
    return bool(re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", value))


def _is_language(value: str) -> bool:
    """Whether a language tag is well formed (BCP 47)."""
    try:
        Literal("", language=value)
    except ValueError:
        return False
    return bool(_LANGUAGE.fullmatch(value))


class _Settings:
    """Checks single settings and keeps what is wrong with them."""

    def __init__(self, table: _Table, findings: Findings) -> None:
        self.table, self.settings, self.findings = table, table.values, findings

    def wrong(self, name: str, found: object, expected: str) -> None:
        shown = f"`{found}`" if isinstance(found, str | int | float) else "not a single value"
        is_ = "missing" if found is None else shown
        message = f"setting `{name}` is {is_}, expected {expected}"
        self.findings.error("D106", message, self.table.place(name.rpartition(".")[2]))

    def iri(self, name: str, value: object) -> str:
        if isinstance(value, str) and _is_namespace(value):
            return value
        self.wrong(name, value, "an IRI that ends in `/` or `#`")
        return ""

    def base(self) -> str:
        """The base of the data; without a fragment, because the IRIs of spans add one."""
        value = self.settings.get("base")
        if isinstance(value, str) and _is_namespace(value) and _BASE.fullmatch(value):
            return value
        plain = isinstance(value, str) and value.endswith("/") and _IRI.fullmatch(value)
        expected = "an IRI without `.`, `..`, `?` and `#`" if plain else "an IRI that ends in `/`"
        self.wrong("base", value, expected)
        return ""

    def language(self) -> str:
        value = self.settings.get("language", "en")
        if isinstance(value, str) and _is_language(value):
            return value.lower()
        self.wrong("language", value, "a language tag such as `en`")
        return ""

    def coverage(self) -> float | None:
        value = self.settings.get("coverage")
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 100:
            return value
        if value is not None:
            self.wrong("coverage", value, "a percentage from 0 to 100")
        return None

    def licence(self) -> str:
        """The licence of the data, by its address."""
        value = self.settings.get("licence")
        if isinstance(value, str) and _is_licence(value):
            return value
        if value is not None:
            expected = "an IRI such as https://creativecommons.org/licenses/by/4.0/"
            self.wrong("licence", value, expected)
        return ""

    def queries(self, project: Path) -> tuple[Path, ...]:
        value = self.settings.get("queries", [])
        names = value if isinstance(value, list) else [value]
        if any(not isinstance(name, str) or not (project / name).is_dir() for name in names):
            self.wrong("queries", names[0] if len(names) == 1 else names, "folders that are there")
            return ()
        return tuple(dict.fromkeys(project / name for name in names))

    def namespaces(self) -> dict[str, str]:
        table = self.settings.get("namespaces")
        if not isinstance(table, dict):
            self.wrong("namespaces", table, "a table of prefixes and namespaces")
            return {}
        for prefix in table:
            if not _PREFIX.fullmatch(prefix):
                expected = "a letter, then letters, digits and hyphens"
                self.error(f"prefix `{prefix}` is not usable, expected {expected}", prefix)
            elif PUBLISHED.get(prefix, table[prefix]) != table[prefix]:
                self.error(f"prefix `{prefix}` is taken by <{PUBLISHED[prefix]}>", prefix)
        if TEXT_PREFIX not in table:
            near = closest(TEXT_PREFIX, table)
            help_ = f"rename the prefix `{near}`, if that is meant" if near else None
            message = f"setting `namespaces` lacks the prefix `{TEXT_PREFIX}`"
            self.error(message, near or "namespaces", help_)
        return {prefix: self.iri(f"namespaces.{prefix}", iri) for prefix, iri in table.items()}

    def refuse_unknown(self, known: set[str]) -> None:
        for key in sorted(set(self.settings) - known):
            expected = ", ".join(sorted(known))
            help_ = did_you_mean(key, known)
            self.error(f"setting `{key}` is unknown, expected one of {expected}", key, help_)

    def error(self, message: str, key: str, help_: str | None = None) -> None:
        self.findings.error("D106", message, self.table.place(key), help=help_)
