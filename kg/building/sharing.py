"""The passages that the articles of a build share, found anew or from those of the build before.

In: the articles of the draft, with the fingerprints of their texts; the build before. Out: the
passages, and the named graph that tells of them, in the draft.
Refuses: fingerprints that are damaged (X703).
"""

from __future__ import annotations

from contextlib import suppress

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
from kg.store.embedded import Build
from kg.store.origins import to_files
from kg.textlayer import TextLayer

PASSAGES = "passages.json"


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
    found = _find(articles, before)
    seeds = [_seed(project, stem) for stem in sorted({s for p in found for s in (p.left, p.right)})]
    quads = passage_quads(found, seeds, base=project.base, language=project.language, text=text)
    articles.save(ArticleWork("passages", *to_files(quads)))
    articles.keep(PASSAGES, to_json(found))


def _find(articles: Articles, before: Build | None) -> list[Passage]:
    project, prints, texts = articles.project, articles.prints(), articles.texts()
    with suppress(Unavailable, OSError, KeyError):  # a build before that is damaged is no help
        if before and before.manifest["engine"] == articles.engine:
            known = {
                stem: before.shelves.record(stem)["inputs"][0] for stem in before.shelves.stems
            }
            changed = {stem for stem in {*known, *texts} if known.get(stem) != texts.get(stem)}
            earlier = from_json(before.read(PASSAGES))
            return renewed_passages(earlier, changed, prints, lambda stem: _seed(project, stem))
    return joined_passages(prints, lambda stem: _seed(project, stem))


def _seed(project: Project, stem: str) -> Seed:
    seed = open_seed(project, stem, Findings())
    assert seed  # an article that cannot be read has no fingerprints
    return seed
