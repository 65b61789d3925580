"""The catalogue of codes in words: what each means, an example that triggers it, and what mends it.

In: `docs/errors.md`, which is part of this package. Out: one `Explanation` for each code.
Refuses: a code that the catalogue does not have (`KeyError`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kg.diagnostics import Severity

DOCUMENT = Path(__file__).parent.parent / "docs" / "errors.md"
_SECTION = re.compile(r"^### ([A-Z]\d{3})\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
_STAGE = re.compile(r"^## ([A-Z]): (.+)$", re.MULTILINE)
_TITLE = re.compile(r"\*\*(error|warning|note): (.+)\*\*\n")
_MENDING = "**What mends it.** "
_GAP = re.compile(r"\n{3,}")
_COMMENT = re.compile(r"^<!--.*?-->\n", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Explanation:
    """What the catalogue says of one code.

    Attributes:
        code: such as `D101`.
        severity: that its findings have.
        title: one line, as in `kg.diagnostics.CODES`.
        meaning: the first paragraph.
        mending: what mends it, without its heading.
        body: all that follows the title, as Markdown.
    """

    code: str
    severity: Severity
    title: str
    meaning: str
    mending: str
    body: str

    @property
    def markdown(self) -> str:
        """The whole section."""
        return f"### {self.code}\n\n**{self.severity}: {self.title}**\n\n{self.body}\n"


@cache
def explanations() -> dict[str, Explanation]:
    """Every section of the catalogue by its code, in the order of the document."""
    text = DOCUMENT.read_text(encoding="utf-8")
    return {code: _explanation(code, section) for code, section in _SECTION.findall(text)}


@cache
def stages() -> dict[str, str]:
    """What each letter stands for, in the order in which a check gets there."""
    return dict(_STAGE.findall(DOCUMENT.read_text(encoding="utf-8")))


def _explanation(code: str, section: str) -> Explanation:
    title = _TITLE.search(section)
    if title is None:
        raise ValueError(f"the section of {code} has no title")
    body = _GAP.sub("\n\n", _COMMENT.sub("", section[title.end() :])).strip()
    meaning, mending = body.partition("\n\n")[0], body.rpartition(_MENDING)[2]
    return Explanation(code, Severity(title[1]), title[2], meaning, mending, body)
