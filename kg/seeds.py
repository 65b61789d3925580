"""Articles as given: the exact characters, and the digest that pins them.

In: a text file. Out: a `Seed`. Refuses: what is not UTF-8 text (D101) and an empty article (S101).
Nothing is normalised: an offset counts the code points of the file as stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from kg.diagnostics import Findings, Location
from kg.documents import decode


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
