"""A mapping of a project, expanded.

In: a project folder and the stem of an article, or `authority`. Out: a JSON-LD document.
Refuses: an unknown stem, and whatever reading and grounding refuse.
"""

from __future__ import annotations

from pathlib import Path

from kg.building.workshop import Workshop
from kg.diagnostics import Findings
from kg.grounding.jsonld import Json, expand, expand_authority
from kg.project.settings import Project, load_project
from kg.project.stems import find_stem
from kg.project.wording import wording

AUTHORITY = "authority"


def expand_mapping(folder: Path, stem: str) -> Json:
    """The meaning of one mapping as JSON-LD 1.1.

    Args:
        folder: the project.
        stem: of an article with a mapping, or a beginning that no other has; or `authority`
            for all shared individuals.

    Raises:
        Misuse: there is no such mapping.
        ContentError: the mapping has errors.
    """
    project = load_project(folder)
    known = [AUTHORITY, *project.stems()]
    with wording(project):
        return _expand(project, find_stem(stem, known))


def _expand(project: Project, stem: str) -> Json:
    workshop = Workshop(project)
    settings = (workshop.ontology, project.base, project.language)
    if stem == AUTHORITY:
        return expand_authority(workshop.authority_nodes, *settings)
    findings = Findings()
    article = workshop.ground(stem, findings)
    findings.raise_errors()
    assert article is not None  # unreadable files are errors
    return expand(article, *settings)
