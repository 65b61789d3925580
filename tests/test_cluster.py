"""Builds by a cluster: the same as by one machine, to the byte, whatever happens in between."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.building.flow import build
from kg.cluster.archive import Archive, build_shards
from kg.cluster.hands import here
from kg.cluster.shards import divide
from kg.diagnostics import ContentError
from kg.project.shelves import Shelves
from kg.rdf.dataset import read_triples

ROOT = Path(__file__).resolve().parent.parent
GENERATOR = ROOT / "tests/bench/corpus.py"
QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_DEDUP_LOGS": "0"}


def shard(project: Path, target: Path | str, per: int = 5, **options: Any) -> Archive:
    """Build into shards, in this process."""
    return build_shards(project, str(target), nullcontext(here), per=per, **options)


def manifest(target: Path) -> dict[str, Any]:
    return json.loads((target / "manifest.json").read_bytes())


def articles(target: Path) -> bytes:
    """The shards, one after another as the manifest has them."""
    files = [target / "shards" / f"{entry['name']}.nq" for entry in manifest(target)["shards"]]
    return b"".join(path.read_bytes() for path in files)


def local_articles(project: Path) -> bytes:
    """The articles of a build, one after another."""
    folder = (project / "build/current").resolve()
    shelves = Shelves(folder, json.loads((folder / "manifest.json").read_bytes()))
    return b"".join(shelves.nquads(stem).read_bytes() for stem in shelves.stems)


def contents(target: Path) -> dict[str, bytes]:
    """All files of a location."""
    files = (path for path in target.rglob("*") if path.is_file())
    return {path.relative_to(target).as_posix(): path.read_bytes() for path in files}


def inferred(target: Path) -> set[bytes]:
    """What shards say is inferred, without the graph."""
    paths = [*target.glob("shards/*.inferred.nq"), *target.glob("shards/inferred-*.nq")]
    return {line for path in paths for line in read_triples(path)}


def whole(target: Path, stems: Sequence[str]) -> None:
    """Each article is in one shard, and every file is as the manifest says; there are no others."""
    said = manifest(target)
    names = {"manifest.json"}
    found: list[str] = []
    for entry in said["shards"]:
        record = json.loads((target / "shards" / f"{entry['name']}.json").read_bytes())
        found += record["articles"]
        names.add(f"shards/{entry['name']}.json")
        for kind, end in (("articles", ".nq"), ("inferred", ".inferred.nq")):
            name = f"shards/{entry['name']}{end}"
            content = (target / name).read_bytes()
            assert sha256(content).hexdigest() == entry["files"][kind]["sha256"]
            assert content.count(b"\n") == entry["files"][kind]["lines"]
            names.add(name)
    names |= {f"shards/{entry['name']}.nq" for entry in said["shared"].values()}
    assert found == sorted(stems)
    assert set(contents(target)) == names


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up archive, built on one machine."""
    folder = tmp_path_factory.mktemp("cluster") / "archive"
    command = [sys.executable, str(GENERATOR), str(folder), "--articles", "60"]
    subprocess.run(command, check=True)
    build(folder)
    return folder


@pytest.fixture
def edited(archive: Path, tmp_path: Path) -> Path:
    """A copy of the archive to change."""
    copy = tmp_path / "archive"
    return shutil.copytree(archive, copy, ignore=shutil.ignore_patterns("build"))


def stems_of(project: Path) -> list[str]:
    return sorted(path.stem for path in (project / "mappings").glob("*.yaml"))


# How articles are divided


@given(st.sets(st.text("abcdefgh0123456789", min_size=1), max_size=200), st.integers(1, 20))
def test_each_article_is_in_one_shard_in_the_order_of_names(names: set[str], per: int) -> None:
    shards = list(divide(sorted(names), per))
    assert [stem for shard in shards for stem in shard] == sorted(names)
    assert all(0 < len(shard) <= 4 * per for shard in shards)


def test_an_article_that_comes_changes_one_shard() -> None:
    names = sorted(f"{number:05}" for number in range(5000))
    before = set(divide(names, 50))
    assert 60 < len(before) < 160
    after = set(divide(sorted([*names, "02500-more"]), 50))
    assert len(after - before) <= 2
    assert len(before - after) <= 2


# The same as on one machine


def test_five_articles_are_those_of_a_build(real, tmp_path: Path) -> None:
    for per in (1, 3, 100):
        target = tmp_path / str(per)
        shard(real.folder, target, per)
        assert articles(target) == local_articles(real.folder)
        whole(target, stems_of(real.folder))
        shared = manifest(target)["shared"]
        for name in ("authority", "ontology"):
            content = (target / "shards" / f"{shared[name]['name']}.nq").read_bytes()
            assert content == (real.current / f"{name}.nq").read_bytes()


def test_what_follows_from_an_article_follows_from_all(real, archive: Path, tmp_path: Path) -> None:
    """Of what a build infers, only what takes two articles is missing."""
    for number, project in enumerate((real.folder, archive)):
        target = tmp_path / str(number)
        shard(project, target)
        current = project / "build/current"
        everything = {line for path in current.glob("**/*.nq") for line in read_triples(path)}
        assert inferred(target) <= everything
        known = set(read_triples(current / "inferred.nq"))
        assert len(known & inferred(target)) > 0.85 * len(known)


def test_how_many_shards_there_are_changes_nothing(archive: Path, tmp_path: Path) -> None:
    shard(archive, tmp_path / "a", 1)
    shard(archive, tmp_path / "b", 100)
    assert articles(tmp_path / "a") == articles(tmp_path / "b") == local_articles(archive)
    assert inferred(tmp_path / "a") == inferred(tmp_path / "b")


def test_findings_are_those_of_a_build(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    command = [sys.executable, str(GENERATOR), str(folder), "--articles", "60", "--faults", "0.2"]
    subprocess.run(command, check=True)
    with pytest.raises(ContentError) as local:
        build(folder)
    with pytest.raises(ContentError) as ours:
        shard(folder, tmp_path / "target")
    assert len(local.value.diagnostics) >= 9
    assert ours.value.diagnostics == local.value.diagnostics
    assert not (tmp_path / "target/manifest.json").exists()
