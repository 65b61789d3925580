"""The passages that the articles of a build share, found anew or from those of the build before.

In: the articles of the draft, with the fingerprints of their texts; the build before. Out: the
passages, and the named graph that tells of them, in the draft.
Refuses: fingerprints that are damaged (X703).
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import NamedTuple

from kg.building.articles import Articles
from kg.building.outcome import ArticleWork
from kg.building.passages import (
    Passage,
    from_json,
    joined_passages,
    passage_quads,
    renewed_passages,
    to_json,
)
from kg.diagnostics import Findings, Unavailable
from kg.project.seeds import Seed, open_seed
from kg.project.settings import Project
from kg.project.shelves import NQUADS, ORIGINS
from kg.store.embedded import Build
from kg.store.origins import to_files
from kg.terms import PUBLISHED
from kg.textlayer import TextLayer

PASSAGES = "passages.json"
_FILES = (f"passages{NQUADS}", f"passages{ORIGINS}")


def share(articles: Articles, before: Build | None, text: TextLayer) -> None:
    """Write down which passages articles share.

    Args:
        articles: of the draft, all done.
        before: the build before, if there is one.
        text: names the terms.

    Raises:
        Unavailable: X703, what the draft knows of the texts is damaged.
    """
    project = articles.project
    earlier = _earlier(articles, before)
    found = _find(articles, earlier)
    if before and earlier and _is_same(found, earlier, before, project):
        for name in (PASSAGES, *_FILES):
            articles.keep(name, before.read(name))
        return
    seeds = [_seed(project, stem) for stem in sorted({s for p in found for s in (p.left, p.right)})]
    quads = passage_quads(found, seeds, base=project.base, language=project.language, text=text)
    articles.save(ArticleWork("passages", *to_files(quads)))
    articles.keep(PASSAGES, to_json(found))


class _Earlier(NamedTuple):
    """The passages of the build before, and the articles of which the text is another now."""

    passages: list[Passage]
    changed: set[str]


def _earlier(articles: Articles, before: Build | None) -> _Earlier | None:
    texts = articles.texts()
    with suppress(Unavailable, OSError, KeyError):  # a build before that is damaged is no help
        if before and before.manifest["engine"] == articles.engine:
            shelves = before.shelves
            known = {stem: shelves.record(stem)["inputs"][0] for stem in shelves.stems}
            for name in _FILES:
                before.read(name)
            changed = {stem for stem in {*known, *texts} if known.get(stem) != texts.get(stem)}
            return _Earlier(from_json(before.read(PASSAGES)), changed)
    return None


def _find(articles: Articles, earlier: _Earlier | None) -> list[Passage]:
    seed = partial(_seed, articles.project)
    if earlier is None:
        return joined_passages(articles.prints(), seed)
    if not earlier.changed:
        return earlier.passages
    return renewed_passages(earlier.passages, earlier.changed, articles.prints(), seed)


def _is_same(found: list[Passage], earlier: _Earlier, before: Build, project: Project) -> bool:
    """Whether the graph that tells of passages is that of the build before."""
    told = (before.base, before.manifest["language"], before.manifest["prefixes"])
    stems = {stem for passage in found for stem in (passage.left, passage.right)}
    return (
        found == earlier.passages
        and stems.isdisjoint(earlier.changed)
        and told == (project.base, project.language, {**PUBLISHED, **project.namespaces})
    )


def _seed(project: Project, stem: str) -> Seed:
    seed = open_seed(project, stem, Findings())
    assert seed  # an article that cannot be read has no fingerprints
    return seed
