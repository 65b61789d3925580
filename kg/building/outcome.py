"""What the work on one article brings.

In: nothing. Out: the classes `ArticleWork` and `Checked`, and what a build keeps of them.
Refuses nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from kg.building.common import Uses, recorded
from kg.diagnostics import Diagnostic, Location, Severity
from kg.findings.recording import to_records
from kg.project.shelves import Record
from kg.shapes.shacl import Result


@dataclass(frozen=True, slots=True)
class ArticleWork:
    """What the work on one article brought.

    Attributes:
        stem: of the article.
        nquads: canonical N-Quads of its named graph.
        origins: JSON with the origin of each line.
        counts: entries, nodes, spans, mentions and quads.
        cites: other articles that it names.
        ids: all that it declares; no article can have such a name.
        shares: the ids that it declares for all articles: IRI, label and place of each.
        rests: other articles that its date is borrowed from, and where it says so.
        findings: errors and warnings; with errors the quads are not to be used.
        results: what SHACL says of the quads; None where there are none to validate.
        uses: what it used of what articles share; None if that cannot be told.
        prints: of the text, by which passages are found that articles share.
    """

    stem: str
    nquads: bytes
    origins: bytes
    counts: dict[str, int] = field(default_factory=dict)
    cites: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    shares: dict[str, tuple[str, str, Location]] = field(default_factory=dict)
    rests: dict[str, Location] = field(default_factory=dict)
    findings: tuple[Diagnostic, ...] = ()
    results: tuple[Result, ...] | None = None
    uses: Uses | None = None
    prints: Sequence[int] = ()

    def record(self, inputs: Sequence[str]) -> Record:
        """What a build keeps of it besides the files.

        Args:
            inputs: digests of article and mapping; with errors they are left out, so that nobody
                takes the work over.
        """
        sound = not any(found.severity is Severity.ERROR for found in self.findings)
        return {
            "inputs": list(inputs) if sound else [],
            "files": [sha256(content).hexdigest() for content in (self.nquads, self.origins)],
            "cites": list(self.cites),
            "ids": list(self.ids),
            "shares": {id_: [iri, name, *at] for id_, (iri, name, at) in self.shares.items()},
            "rests": {other: list(place) for other, place in self.rests.items()},
            **recorded(self.uses),
            "findings": to_records(self.findings),
            "prints": len(self.prints),
            **self.counts,
        }


@dataclass(frozen=True, slots=True)
class Checked:
    """An article of an earlier build that SHACL has nothing to say of now.

    Attributes:
        stem: of the article.
        uses: as of `ArticleWork`.
    """

    stem: str
    uses: Uses | None
