"""Articles as given: the exact characters, and the digest that pins them.

In: a text file. Out: a `Seed`. Refuses: what is not UTF-8 text (D101), an empty article, and a
mapping without article (S101).
Nothing is normalised: an offset counts the code points of the file as stored.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256

from kg.diagnostics import Findings, Location
from kg.files import read_bytes
from kg.project.documents import decode
from kg.project.settings import Project

MOST = 1000
"""So many articles are searched for the quotes that another lacks."""


@dataclass(frozen=True, slots=True)
class Seed:
    """One article.

    Attributes:
        stem: file name without suffix; names the article in IRIs.
        name: path as places show it.
        text: the decoded file, untouched.
        sha256: of the bytes, hexadecimal.
    """

    stem: str
    name: str
    text: str
    sha256: str


def read_seed(content: bytes, stem: str, name: str, findings: Findings) -> Seed | None:
    """The article in these bytes, or `None` with a finding."""
    text = decode(content, name, findings)
    if text is None:
        return None
    if not text.strip():
        findings.error("S101", "the article is empty, expected text", Location(name))
        return None
    return Seed(stem, name, text, sha256(content).hexdigest())


def open_seed(project: Project, stem: str, findings: Findings) -> Seed | None:
    """The article of a mapping, or `None` with a finding if it cannot be read.

    Args:
        project: the project.
        stem: of the mapping.
        findings: takes D101 and S101.
    """
    path = project.folder / "seeds" / f"{stem}.txt"
    name = project.name(path)
    if path.is_file():
        return read_seed(read_bytes(path, name), stem, name, findings)
    findings.error(
        "S101",
        f"there is no article `{name}` for this mapping",
        Location(f"mappings/{stem}.yaml", 1, 1),
        help="give mapping and article the same name, or delete the mapping",
    )
    return None


def read_words(project: Project, stem: str) -> str:
    """The text of an article, so far as to see whether it has some words; empty if it has none.

    Offsets are not to be told from it: a file that is not as it should be is read as best it can.
    """
    with suppress(OSError):
        return (project.folder / "seeds" / f"{stem}.txt").read_text("utf-8", errors="replace")
    return ""


def some_seeds(project: Project) -> tuple[Seed, ...]:
    """The first articles of a project that can be read, in which to look for stray quotes."""
    stems = project.articles()[:MOST]
    return tuple(seed for stem in stems if (seed := open_seed(project, stem, Findings())))
