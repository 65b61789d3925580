"""The articles that others have worked on, as a build on one machine has its own.

In: shards, in any order. Out: N-Quads of each article in a draft folder, the fingerprints of its
text, and what is needed of its record.
Refuses nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from kg.building.articles import Articles
from kg.cluster.shards import ARTICLES, PRINTS, Shard
from kg.project.freshness import Fingerprint
from kg.project.settings import Project
from kg.project.shelves import NQUADS

COUNTED = ("entries", "nodes", "spans", "mentions", "quads")
_KNOWN = ("findings", "shares", "rests")
"""What is kept in memory of the record of an article."""


class Gathered(Articles):
    """The articles of a build, whoever worked on them.

    Attributes:
        counts: of all articles together.
    """

    def __init__(self, project: Project, prints: Fingerprint, draft: Path) -> None:
        super().__init__(project, prints, None, (), draft, None)
        self.counts: Counter[str] = Counter()
        self._made: set[Path] = set()

    def take(self, shard: Shard) -> None:
        """Take up what a shard holds."""
        nquads = memoryview(shard.contents[ARTICLES])
        prints = memoryview(shard.contents[PRINTS]).cast("Q")
        at = first = 0
        for stem in sorted(shard.articles):
            record = shard.articles[stem]
            self._write(stem, nquads[at : at + record["bytes"]])
            self._prints[stem] = prints[first : first + record["prints"]]
            at, first = at + record["bytes"], first + record["prints"]
            self.counts.update({name: record.get(name, 0) for name in COUNTED})
            self.records[stem] = {name: record[name] for name in _KNOWN}

    def _write(self, stem: str, nquads: memoryview) -> None:
        folder = self.folder(stem)
        if folder not in self._made:
            folder.mkdir(parents=True, exist_ok=True)
            self._made.add(folder)
        (folder / f"{stem}{NQUADS}").write_bytes(nquads)

    def prints(self) -> dict[str, Sequence[int]]:
        """The fingerprints of all articles, by name; they are let go."""
        found, self._prints = self._prints, {}
        return dict(sorted(found.items()))
