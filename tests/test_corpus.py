"""The made-up archive of the benchmarks: it builds, and what is wrong with it is what it says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from kg.building import articles
from kg.building.flow import build
from kg.building.passages import shared_passages
from kg.checking.check import check
from kg.diagnostics import Findings, Severity
from kg.project.seeds import open_seed
from kg.project.settings import load_project

GENERATOR = Path(__file__).parent / "bench" / "corpus.py"


def make(folder: Path, *options: str) -> Path:
    subprocess.run([sys.executable, str(GENERATOR), str(folder), *options], check=True)
    return folder


def content(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_an_archive_without_faults_has_none_and_about_so_many_triples(tmp_path: Path) -> None:
    counts = build(make(tmp_path / "archive", "--articles", "20")).manifest["counts"]
    assert counts["articles"] == 20
    assert 150 * 20 <= counts["asserted"] <= 250 * 20


def test_no_two_names_of_a_large_archive_are_the_same() -> None:
    script = "import corpus\nfor name in corpus.shuffled('towns', corpus.Random(1)): print(name)"
    run = [sys.executable, "-c", script]
    names = subprocess.run(
        run, cwd=GENERATOR.parent, capture_output=True, check=True, text=True
    ).stdout.split()
    assert len(names) == len(set(names)) > 4000


def test_a_terminal_shows_how_far_a_build_is(tmp_path: Path, terminal) -> None:
    folder = make(tmp_path / "archive", "--articles", "120")
    screen = terminal([sys.executable, "-m", "kg", "build"], folder=folder)
    shown = screen.await_("of 120")
    assert re.search(r"articles: (50|100|120) of 120, [\d,]+ a second, \d:\d\d:\d\d left", shown)
    screen.await_("120 articles")
    assert screen.end() == 0


def test_processes_share_articles_if_there_are_enough(tmp_path: Path, monkeypatch) -> None:
    """By default as many as are worth it; what they make is the same."""
    folder = make(tmp_path / "archive", "--articles", "40")
    alone = build(folder).manifest
    monkeypatch.setattr(articles, "WORTH", 20)
    monkeypatch.setattr(articles.os, "cpu_count", lambda: 2)
    started: list[int] = []
    spread = articles.Articles._spread

    def noted(self, stems: list[str], workers: int):
        started.append(workers)
        return spread(self, stems, workers)

    monkeypatch.setattr(articles.Articles, "_spread", noted)
    assert build(folder, force=True).manifest == alone
    assert started == [2]


def test_the_faults_that_are_recorded_are_told_and_no_others(tmp_path: Path) -> None:
    folder = make(tmp_path / "archive", "--articles", "20", "--faults", "0.7")
    recorded = (folder / "faults.tsv").read_text(encoding="utf-8").splitlines()
    errors = (f for f in check(folder) if f.severity is Severity.ERROR)
    places = sorted((p.path, f.code, p.line) for f in errors if (p := f.place))
    assert [f"{code}\t{path}\t{line}" for path, code, line in places] == recorded
    assert {code for _, code, _ in places} >= {"M202", "M203", "M204", "G301", "G307", "V401"}


def test_the_same_seed_gives_the_same_bytes_and_another_one_another_archive(tmp_path: Path) -> None:
    one, same, other = (
        content(make(tmp_path / name, "--articles", "20", "--seed", seed))
        for name, seed in (("one", "1"), ("same", "1"), ("other", "2"))
    )
    assert one == same
    assert one["seeds/000000.txt"] != other["seeds/000000.txt"]


def test_few_articles_share_words_and_each_is_of_the_size_of_an_article(tmp_path: Path) -> None:
    project = load_project(make(tmp_path / "archive", "--articles", "400"))
    found = (open_seed(project, path.stem, Findings()) for path in project.mappings())
    seeds = [seed for seed in found if seed]
    assert all(1900 <= len(seed.text) <= 4600 for seed in seeds)
    pairs = {(passage.left, passage.right) for passage in shared_passages(seeds)}
    assert 400 // 20 <= len(pairs) <= 400 // 8
