"""IRIs in diagnostics as people know them.

In: a diagnostic with IRIs in angle brackets, and the project. Out: the same with CURIEs, or with
IRIs relative to the base of the data.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from kg.diagnostics import ContentError, Diagnostic
from kg.project.settings import Project
from kg.terms import PUBLISHED, to_curie

# The line that declares a prefix is to be copied as it is.
_IRI = re.compile(r"`?<([^<>\s]+:[^<>\s]+)>`?|`@prefix [^`]*`")


def worded(diagnostic: Diagnostic, project: Project) -> Diagnostic:
    """The diagnostic with short names for IRIs."""
    prefixes = {**PUBLISHED, **project.namespaces}

    def short(match: re.Match[str]) -> str:
        if (iri := match[1]) is None:
            return match[0]
        curie = to_curie(iri, prefixes)
        return f"`{iri.removeprefix(project.base) if curie.startswith('<') else curie}`"

    return replace(
        diagnostic,
        message=_IRI.sub(short, diagnostic.message),
        notes=tuple(_IRI.sub(short, note) for note in diagnostic.notes),
        help=diagnostic.help and _IRI.sub(short, diagnostic.help),
        related=tuple((_IRI.sub(short, text), place) for text, place in diagnostic.related),
    )


@contextmanager
def wording(project: Project) -> Iterator[None]:
    """Word the findings of every error that leaves the block."""
    try:
        yield
    except ContentError as error:
        found = [worded(diagnostic, project) for diagnostic in error.diagnostics]
        raise type(error)(found, error.sources) from error
