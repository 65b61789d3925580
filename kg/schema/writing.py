"""JSON Schema for mapping files and authority files, for editors and for drafting tools.

In: a project's ontology, shapes, articles and authority files. Out: a schema for each kind of file,
in draft-07, which every YAML language server reads; `unevaluatedProperties` of later drafts is
passed over in silence by many, and unknown keys with it.
Refuses: what the ontology and the authority files are refused for. A schema takes what a build
takes; what it cannot see is said in `kg/docs/drafting.md`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from kg.building.workshop import Workshop
from kg.diagnostics import Diagnostic, Findings, Location, Severity
from kg.exporting.syntaxes import destination
from kg.files import read_bytes
from kg.ontology.declarations import Graph, Section, load_turtle
from kg.project.settings import Project, load_project
from kg.schema.entries import Entries
from kg.schema.groups import Groups
from kg.schema.rules import Rules, read_rules
from kg.schema.values import Values, reference
from kg.schema.words import Known, Words

Json = dict[str, Any]

DRAFT = "http://json-schema.org/draft-07/schema#"
_COMMENT = "Written by `kg schema --write` from the ontology, the shapes and the authority files."


class Kind(StrEnum):
    """A kind of file, by the name of its schema."""

    MAPPING = "mapping"
    AUTHORITY = "authority"


FILES = {
    Kind.MAPPING: "mappings/mapping.schema.json",
    Kind.AUTHORITY: "mappings/authority/authority.schema.json",
}
"""Where a project keeps its schemas: beside the files that name them in their first line."""

_SAID = {
    Kind.MAPPING: "What one article says: entries by section, each with its words.",
    Kind.AUTHORITY: "Individuals that articles share, by section and id.",
}


def schemas(folder: Path | str = ".") -> dict[Kind, str]:
    """The schemas of a project as JSON text, the same bytes for the same inputs.

    Raises:
        NoProject: X701, not a project.
        ContentError: with the errors of the settings, the ontology, the shapes or the authority.
    """
    return schemas_of(Workshop(load_project(Path(folder))))


def schemas_of(workshop: Workshop) -> dict[Kind, str]:
    """The schemas of a project whose shared part is loaded.

    Raises:
        ContentError: O101, a file of shapes is not well formed.
    """
    words = Words(workshop.ontology, workshop.project.language)
    entries = [entry for mapping in workshop.authority for entry in mapping.entries]
    known = list(words.known(workshop.individuals, entries))
    ids = {each.iri: each.name for each in known}
    rules = cache(read_rules(_shapes(workshop.project), workshop.ontology, ids))
    found = {kind: _Writer(kind, known, rules, words).schema() for kind in Kind}
    return {kind: _to_text(schema) for kind, schema in found.items()}


def _to_text(schema: Json) -> str:
    """One definition a line, so that a change of one shows as one."""
    parts = {**schema, "properties": {}, "definitions": {}}
    text = json.dumps(parts, indent=1, ensure_ascii=False)
    for name in ("properties", "definitions"):
        lines = (f"  {_compact(key)}: {_compact(part)}" for key, part in schema[name].items())
        text = text.replace(f'"{name}": {{}}', f'"{name}": {{\n' + ",\n".join(lines) + "\n }", 1)
    return text + "\n"


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def write_schemas(folder: Path | str = ".") -> list[str]:
    """Write the schemas where the project keeps them.

    Returns:
        The names of the files that changed.

    Raises:
        NoProject: X701, not a project.
        ContentError: as for `schemas`.
        Unavailable: X703, a file cannot be written.
    """
    project = load_project(Path(folder))
    changed = []
    for kind, text in schemas(folder).items():
        path = project.folder / FILES[kind]
        if not path.is_file() or path.read_bytes() != text.encode():
            path.parent.mkdir(parents=True, exist_ok=True)
            with destination(path) as out:
                out.write(text.encode())
            changed.append(FILES[kind])
    return changed


def stale_schemas(workshop: Workshop) -> list[Diagnostic]:
    """A note (S110) if a schema that a project keeps is not what it would be now.

    Raises:
        ContentError: O101, a file of shapes is not well formed.
    """
    folder = workshop.project.folder
    kept = {kind: folder / name for kind, name in FILES.items() if (folder / name).is_file()}
    fresh = schemas_of(workshop) if kept else {}
    stale = [k for k, path in kept.items() if read_bytes(path, FILES[k]) != fresh[k].encode()]
    if not stale:
        return []
    places = [Location(FILES[kind]) for kind in stale]
    message = f"`{places[0]}` is not what ontology, shapes, articles and authority files give now"
    return [
        Diagnostic(
            "S110",
            message,
            places[0],
            ("editors complete and check mappings by it",),
            "run `kg schema --write`",
            tuple(("so is this", place) for place in places[1:]),
            Severity.NOTE,
        )
    ]


def _shapes(project: Project) -> Graph:
    findings = Findings()
    triples = [
        t for path in project.shapes() for t in load_turtle(path, project.name(path), findings)
    ]
    findings.raise_errors()
    return Graph(triples)


class _Writer:
    """Makes the schema of one kind of file."""

    def __init__(
        self, kind: Kind, known: list[Known], rules: Callable[[str], Rules], words: Words
    ) -> None:
        self.kind, self.words, self.ontology = kind, words, words.ontology
        self.of_article = kind is Kind.MAPPING
        sections = [s.iri for s in self.ontology.sections.values()]
        found = self.ontology.class_names.values()
        declarable = [cls for cls in found if self.ontology.is_a((cls,), sections)]
        self.values = Values(known, self.ontology, declarable)
        self.entries = Entries(self.values, rules, words, of_article=self.of_article)
        self.groups = Groups(self.entries)

    def schema(self) -> Json:
        properties = dict(self.sections())
        defined = self.values.definitions(of_article=self.of_article) | self.entries.definitions
        return {
            "$schema": DRAFT,
            "$comment": _COMMENT,
            "title": self.kind.value,
            "description": _SAID[self.kind],
            "type": ["object", "null"],
            "properties": properties,
            "additionalProperties": False,
            "definitions": dict(sorted(defined.items())),
        }

    def sections(self) -> Iterator[tuple[str, Json]]:
        for key, section in sorted(self.ontology.sections.items()):
            if section.iri == self.ontology.text("Mention").value:
                found = self.values.mentions() if self.of_article else None
            elif section.iri == self.ontology.text("Article").value:
                found = self.article(section) if self.of_article else None
            else:
                found = self.section(section)
            if found:
                yield key, {"title": key, **self.words.of(section.iri), **found}

    def article(self, section: Section) -> Json:
        return {"allOf": [self.entries.entry(section.iri), {"properties": {"id": False}}]}

    def section(self, section: Section) -> Json | None:
        """Entries by id or, in the mapping of an article, in a list; `None` if none can be."""
        if not self.entries.usable(section.iri):
            return None
        entry = {"allOf": [self.entries.entry(section.iri), {"properties": {"id": False}}]}
        by_id: Json = {
            "propertyNames": {"title": "id", "allOf": [reference("id")]},
            "additionalProperties": entry,
            "defaultSnippets": self.entries.snippets(section.iri, by_id=True),
        }
        if not self.of_article:
            return {"type": "object", **by_id}
        items = {
            "items": self.groups.item(section.iri),
            "defaultSnippets": self.entries.snippets(section.iri, by_id=False),
        }
        either = {"type": ["object", "array"], "if": {"type": "array"}}
        return {**either, "then": items, "else": {"type": "object", **by_id}}
