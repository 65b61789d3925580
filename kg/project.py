"""Where a project is and what its settings say.

In: a folder with `[tool.kg]` in `pyproject.toml`, or a `kg.toml`. Out: a `Project`: folders, base
IRI, language, namespaces, and the input files in a fixed order.
Refuses: a folder without settings (X701) and settings that lack or mistype a value (D106).
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg.diagnostics import ContentError, Findings, Misuse, Place

TEXT_PREFIX = "text"


@dataclass(frozen=True, slots=True)
class Project:
    """A project folder and its settings.

    Attributes:
        folder: the root, absolute.
        settings: name of the settings file.
        base: IRI that the IRIs of the data begin with; ends in `/` or `#`.
        language: language tag of labels, lower case.
        namespaces: prefix to namespace of the ontology's own modules; `text` is always there.
    """

    folder: Path
    settings: str
    base: str
    language: str
    namespaces: dict[str, str]

    @property
    def build(self) -> Path:
        """The folder that `kg build` writes."""
        return self.folder / "build"

    def files(self, under: str, suffix: str, *, deep: bool = False) -> list[Path]:
        """The files of a folder of the project, sorted by path."""
        root = self.folder / under
        found = root.rglob(f"*{suffix}") if deep else root.glob(f"*{suffix}")
        return sorted(path for path in found if not path.name.startswith("."))

    def seeds(self) -> list[Path]:
        """The articles."""
        return self.files("seeds", ".txt")

    def mappings(self) -> list[Path]:
        """The mapping files, one an article."""
        return self.files("mappings", ".yaml")

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

    def inputs(self) -> list[Path]:
        """Every file that a build depends on."""
        groups = (self.seeds, self.mappings, self.authority, self.ontology, self.shapes)
        return [self.folder / self.settings, *(path for group in groups for path in group())]

    def name(self, path: Path) -> str:
        """A path as places show it: relative to the project, with forward slashes."""
        return path.relative_to(self.folder).as_posix()


def load_project(folder: Path) -> Project:
    """Read the settings of a project folder.

    Raises:
        Misuse: X701, there are no settings here.
        ContentError: D106, a setting is missing or wrong.
    """
    folder = folder.absolute()
    for name, table in (("kg.toml", ()), ("pyproject.toml", ("tool", "kg"))):
        path = folder / name
        if path.is_file() and (settings := _read_table(path, name, table)) is not None:
            return _to_project(folder, name, settings)
    findings = Findings()
    findings.error(
        "X701",
        f"`{folder}` is not a project folder",
        notes=["found neither `kg.toml` nor `[tool.kg]` in `pyproject.toml`"],
        help="run `kg init DIR` to make a project, or name one with `--project DIR`",
    )
    raise Misuse(findings)


def _read_table(path: Path, name: str, keys: tuple[str, ...]) -> dict[str, Any] | None:
    try:
        table: Any = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        findings = Findings()
        findings.error("D106", f"the settings cannot be read: {error}", Place(name))
        raise ContentError(findings) from error
    for key in keys:
        table = table.get(key) if isinstance(table, dict) else None
    return table if isinstance(table, dict) else None


def _to_project(folder: Path, name: str, settings: dict[str, Any]) -> Project:
    findings = Findings()
    reader = _Settings(settings, name, findings)
    project = Project(
        folder=folder,
        settings=name,
        base=reader.iri("base", settings.get("base")),
        language=reader.language(),
        namespaces=reader.namespaces(),
    )
    reader.refuse_unknown({"base", "language", "namespaces"})
    findings.raise_errors()
    return project


class _Settings:
    """Checks single settings and keeps what is wrong with them."""

    def __init__(self, settings: dict[str, Any], name: str, findings: Findings) -> None:
        self.settings, self.name, self.findings = settings, name, findings

    def wrong(self, key: str, found: object, expected: str) -> None:
        message = (
            f"setting `{key}` is missing" if found is None else f"setting `{key}` is {found!r}"
        )
        self.findings.error("D106", f"{message}, expected {expected}", Place(self.name))

    def iri(self, key: str, value: object) -> str:
        if isinstance(value, str) and ":" in value and value[-1:] in "/#" and " " not in value:
            return value
        self.wrong(key, value, "an IRI that ends in `/` or `#`")
        return ""

    def language(self) -> str:
        value = self.settings.get("language", "en")
        if isinstance(value, str) and value.replace("-", "").isalnum():
            return value.lower()
        self.wrong("language", value, "a language tag such as `en`")
        return ""

    def namespaces(self) -> dict[str, str]:
        table = self.settings.get("namespaces")
        if not isinstance(table, dict) or TEXT_PREFIX not in table:
            self.wrong("namespaces", table, f"a table of prefixes, `{TEXT_PREFIX}` among them")
            return {}
        return {prefix: self.iri(f"namespaces.{prefix}", iri) for prefix, iri in table.items()}

    def refuse_unknown(self, known: set[str]) -> None:
        for key in sorted(set(self.settings) - known):
            self.findings.error(
                "D106",
                f"setting `{key}` is unknown, expected one of {', '.join(sorted(known))}",
                Place(self.name),
            )
