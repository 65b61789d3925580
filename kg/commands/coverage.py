"""`kg coverage`: how much of the articles the graph holds, as text, JSON or a page to read.

In: a project. Out: the report on standard output or in a file; exit status 1 if fewer sentences
carry facts than asked for. Refuses: a stem without mapping, and a mapping with errors.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click import unstyle

from kg.commands.suggesting import articles
from kg.exporting.syntaxes import destination
from kg.findings.excerpts import excerpt
from kg.project.settings import load_project

if TYPE_CHECKING:
    from kg.coverage.measures import ArticleCoverage, Coverage, Figures, Passage, Tally

Json = dict[str, Any]


@click.command("coverage")
@click.argument("stems", nargs=-1, metavar="[STEM]...", shell_complete=articles)
@click.option("-F", "--format", "form", type=click.Choice(["text", "json", "html"]), default="text")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to a file.")
@click.option(
    "--fail-under",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="Exit with status 1 if fewer sentences of the corpus carry facts.",
)
@click.pass_context
def command(
    ctx: click.Context, stems: tuple[str, ...], form: str, output: Path | None, fail_under: float
) -> None:
    """Measure which words of the articles carry facts, and which facts have words.

    Without STEM, all articles that have a mapping. The HTML page is one file: it shows each article
    in the colours of what it says.
    """
    project = load_project(ctx.obj)
    # Validators take a second to load, which help and completion do without.
    with import_module("kg.project.wording").wording(project):
        workshop = import_module("kg.building.workshop").Workshop(project)
        coverage = import_module("kg.coverage.measures").cover(workshop, stems)
    if form == "html":
        document = import_module("kg.coverage.page").to_html(coverage, workshop)
    elif form == "json":
        document = json.dumps(to_json(coverage), indent=1, ensure_ascii=False) + "\n"
    else:
        document = to_text(coverage)
    with destination(output) as out:
        out.write(document.encode())
    sentences = coverage.figures.sentences
    if fail_under is not None and sentences.falls_below(fail_under):
        expected = (
            f"{sentences.percent} % of sentences carry facts, expected at least {fail_under:g} %"
        )
        click.echo(expected, err=True)
        ctx.exit(1)


# Text


def to_text(coverage: Coverage) -> str:
    """Tables of figures, then every passage and triple to look at, with its place."""
    named = [(article.stem, article.figures) for article in coverage.articles]
    rows = [*named, ("corpus", coverage.figures)]
    sections = [section for section, _ in coverage.figures.entries]
    figures = [[name, *_cells(found)] for name, found in rows]
    entries = [
        [
            name,
            *(str(dict(found.entries).get(section, 0)) for section in sections),
            str(found.spans),
        ]
        for name, found in rows
    ]
    blocks = [
        _table(["sentences", "", "carrying facts", "whole", "set aside", "characters"], figures),
        _table(["entries", *sections, "spans quoted"], entries),
        _grounding(coverage.figures.triples),
        *(block for article in coverage.articles for block in _findings(article)),
    ]
    return "\n\n".join(blocks) + "\n"


def _cells(figures: Figures) -> list[str]:
    sentences = figures.sentences
    return [
        str(sentences.total),
        f"{sentences.held} = {sentences.percent} %",
        str(figures.whole),
        str(sentences.apart),
        f"{figures.characters.percent} %",
    ]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if number else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def _grounding(triples: Tally) -> str:
    held, apart, missing = f"{triples.held:,}", f"{triples.apart:,}", f"{triples.missing:,}"
    return (
        f"{triples.total:,} triples: {held} rest on words, {apart} on an article as a whole, "
        f"{missing} on nothing ({triples.percent} % grounded)"
    )


def _findings(article: ArticleCoverage) -> Iterator[str]:
    lines = re.split(r"\r\n?|\n", article.article.seed.text)
    for passage in article.uncovered:
        yield _shown(passage, "no entry carries these words", lines)
    for passage in article.aside:
        yield _shown(passage, f"set aside: {passage.reason}", lines)
    for item in article.ungrounded:
        yield f"{item.place}: no words carry `{item.text}`"


def _shown(passage: Passage, message: str, lines: Sequence[str]) -> str:
    """A passage like a finding: its place, and the line with carets; a window of a long line."""
    shown = map(unstyle, excerpt(passage.place, lambda _: list(lines)))
    return "\n".join([f"{passage.place}: {message}", *shown])


# JSON


def to_json(coverage: Coverage) -> Json:
    """The figures of the corpus, and each article with its figures and passages.

    Offsets are code points from 0, end exclusive; lines and columns count from 1.
    """
    return {
        "corpus": _figures_json(coverage.figures),
        "articles": [_article_json(article) for article in coverage.articles],
    }


def _article_json(found: ArticleCoverage) -> Json:
    return {
        "article": found.stem,
        "path": found.article.seed.name,
        **_figures_json(found.figures),
        "uncovered_passages": [_passage_json(passage) for passage in found.uncovered],
        "set_aside_passages": [
            {**_passage_json(passage), "reason": passage.reason} for passage in found.aside
        ],
        "ungrounded_triples": [
            {"path": item.place.path, "line": item.place.line, "triple": item.text}
            for item in found.ungrounded
        ],
    }


def _figures_json(figures: Figures) -> Json:
    sentences = _tally_json(figures.sentences, "carrying", "set_aside", "uncovered")
    return {
        "sentences": {**sentences, "whole": figures.whole},
        "characters": _tally_json(figures.characters, "carried", "set_aside", "uncovered"),
        "triples": _tally_json(figures.triples, "grounded", "of_whole_article", "ungrounded"),
        "entries": dict(figures.entries),
        "spans": figures.spans,
    }


def _tally_json(tally: Tally, held: str, apart: str, missing: str) -> Json:
    return {
        "total": tally.total,
        held: tally.held,
        apart: tally.apart,
        missing: tally.missing,
        "percent": tally.percent,
    }


def _passage_json(passage: Passage) -> Json:
    return {
        "line": passage.place.line,
        "column": passage.place.column,
        "start": passage.span.start,
        "end": passage.span.end,
        "text": passage.text,
    }
