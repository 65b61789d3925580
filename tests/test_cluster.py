"""Builds by a cluster: the same as by one machine, to the byte, whatever happens in between."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.building.flow import build
from kg.cluster.archive import Archive, build_shards
from kg.cluster.hands import here
from kg.cluster.shards import Parcel, Shard, divide
from kg.cluster.storage import Storage
from kg.cluster.workplace import Work
from kg.commands.sharding import summary
from kg.diagnostics import ContentError, Unavailable
from kg.project.shelves import Shelves
from kg.reasoning.consistency import find_java

ROOT = Path(__file__).resolve().parent.parent
GENERATOR = ROOT / "tests/bench/corpus.py"
# The clusters of these tests are on the loopback interface.
OPEN = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_AUTH_MODE": "disabled"}
QUICK = ROOT / "tests/quick_kg.py"
pytestmark = pytest.mark.usefixtures("quick")


def made(folder: Path, *options: str) -> Path:
    """A made-up archive."""
    subprocess.run([sys.executable, str(GENERATOR), str(folder), *options], check=True)
    return folder


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


def graphs(target: Path) -> dict[str, bytes]:
    """The graphs that articles share."""
    shared = manifest(target)["shared"]
    return {
        name: (target / f"shards/{said['name']}.nq").read_bytes() for name, said in shared.items()
    }


def local_graphs(project: Path) -> dict[str, bytes]:
    """The same graphs of a build."""
    names = ("authority", "inferred", "ontology", "passages")
    return {name: (project / f"build/current/{name}.nq").read_bytes() for name in names}


def whole(target: Path, stems: Sequence[str]) -> None:
    """Each article is in one shard, and every file is as the manifest says; there are no others."""
    said = manifest(target)
    names = {"manifest.json"}
    found: list[str] = []
    for entry in said["shards"]:
        record = json.loads((target / "shards" / f"{entry['name']}.json").read_bytes())
        found += record["articles"]
        names.add(f"shards/{entry['name']}.json")
        for kind, end in (("articles", ".nq"), ("prints", ".prints")):
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
    build(made(folder, "--articles", "60"))
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


def test_the_whole_of_five_articles_is_that_of_a_build(real, tmp_path: Path) -> None:
    for per in (1, 3, 100):
        target = tmp_path / str(per)
        shard(real.folder, target, per)
        assert articles(target) == local_articles(real.folder)
        assert graphs(target) == local_graphs(real.folder)
        whole(target, stems_of(real.folder))
    said = json.loads((real.current / "manifest.json").read_bytes())
    assert manifest(target)["counts"] == said["counts"]


def test_how_many_shards_there_are_changes_nothing(archive: Path, tmp_path: Path) -> None:
    for per in (1, 7, 100):
        target = tmp_path / str(per)
        shard(archive, target, per)
        assert articles(target) == local_articles(archive)
        assert graphs(target) == local_graphs(archive)


def test_findings_are_those_of_a_build(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    made(folder, "--articles", "60", "--faults", "0.2")
    with pytest.raises(ContentError) as local:
        build(folder)
    with pytest.raises(ContentError) as ours:
        shard(folder, tmp_path / "target")
    assert len(local.value.diagnostics) >= 9
    assert ours.value.diagnostics == local.value.diagnostics
    assert not (tmp_path / "target/manifest.json").exists()


@pytest.mark.parametrize(
    "case",
    [
        "facts-contradict-across-files",
        "facts-contradict-for-hermit-only",
        "faults-in-every-stage",
        "ontology-lacks-text-term",
    ],
)
def test_what_contradicts_is_told_as_by_a_build(
    case: str, lay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Across articles, too: the places, the words, the axiom; and what only HermiT sees."""
    if case.endswith("hermit-only"):
        monkeypatch.setattr("kg.reasoning.entailment.find_java", find_java)
    folder = lay(ROOT / "tests/cases" / case)
    with pytest.raises(ContentError) as local:
        build(folder)
    with pytest.raises(ContentError) as ours:
        shard(folder, tmp_path / "target", 1)
    assert ours.value.diagnostics == local.value.diagnostics


def test_one_shard_is_no_shards(real, tmp_path: Path) -> None:
    result = shard(real.folder, tmp_path, 100)
    assert summary(result, "there").endswith("  files  there: manifest.json, shards/*.nq (1 shard)")


# What was made is kept


def test_what_has_not_changed_is_not_made_again(edited: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    first = shard(edited, target)
    before = contents(target)
    assert (first.kept, shard(edited, target).kept) == (0, len(first.manifest["shards"]))
    assert contents(target) == before
    mapping = min((edited / "mappings").glob("*.yaml"))
    mapping.write_text(mapping.read_text(encoding="utf-8") + "# seen\n", encoding="utf-8")
    assert shard(edited, target).kept == len(first.manifest["shards"]) - 1
    whole(target, stems_of(edited))
    assert shard(edited, target, force=True).kept == 0


def test_an_authority_that_changed_changes_all(edited: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    shard(edited, target)
    authority = min((edited / "mappings/authority").glob("*.yaml"))
    authority.write_text(authority.read_text(encoding="utf-8") + "# seen\n", encoding="utf-8")
    assert shard(edited, target).kept == 0
    whole(target, stems_of(edited))


def test_articles_that_come_and_go(archive: Path, edited: Path, tmp_path: Path) -> None:
    """What is left is what a build into an empty folder has."""
    target, fresh = tmp_path / "target", tmp_path / "fresh"
    shard(edited, target)
    for stem in stems_of(edited)[10:40:3]:
        (edited / f"mappings/{stem}.yaml").unlink()
        (edited / f"seeds/{stem}.txt").unlink()
    for name in ("mappings/{}.yaml", "seeds/{}.txt"):  # every passage of it is in both, then
        shutil.copy(edited / name.format(stems_of(archive)[0]), edited / name.format("again"))
    shard(edited, fresh)
    assert shard(edited, target).kept > 0
    assert contents(target) == contents(fresh)
    build(edited)
    assert graphs(target) == local_graphs(edited)
    assert b"article/again#" in graphs(target)["passages"]


def leave(project: Path, stem: str) -> None:
    (project / f"mappings/{stem}.yaml").unlink()
    (project / f"seeds/{stem}.txt").unlink()


def repeat(project: Path, stem: str) -> None:
    for name in ("mappings/{}.yaml", "seeds/{}.txt"):
        shutil.copy(project / name.format(stem), project / name.format(f"{stem}-again"))


def rewrite(project: Path, stem: str) -> None:
    """Words that nothing quotes, and that other articles have when this was done to them."""
    with (project / f"seeds/{stem}.txt").open("a", encoding="utf-8") as out:
        out.write("\nNobody in the town had heard of any of this before the evening.\n")


def imply(project: Path, stem: str) -> None:
    """Another axiom: whoever is named by an article is a thing of a class of its own."""
    ontology = min((project / "ontology").glob("*.ttl"))
    number = len(ontology.read_bytes())
    axiom = (
        f"\n<https://example.org/more#Thing{number}> a <http://www.w3.org/2002/07/owl#Class> .\n"
        "<https://example.org/newskg/ontology#Person> "
        "<http://www.w3.org/2000/01/rdf-schema#subClassOf> "
        f"<https://example.org/more#Thing{number}> .\n"
    )
    with ontology.open("a", encoding="utf-8") as out:
        out.write(axiom)


def name(project: Path, stem: str) -> None:
    """Another file of the authority."""
    path = project / f"mappings/authority/{stem}.yaml"
    path.write_text("persons:\n  nobody: {label: No Body, nationality: iran}\n", encoding="utf-8")


EDITS = (leave, repeat, rewrite, imply, name)


@pytest.mark.parametrize("seed", [1, 2])
def test_edits_one_after_another_are_one_build(edited: Path, tmp_path: Path, seed: int) -> None:
    random, target = Random(seed), tmp_path / "target"
    for stem in stems_of(edited)[20:]:
        leave(edited, stem)
    edits = random.sample(EDITS, len(EDITS))
    for number, edit in enumerate(edits):
        shard(edited, target)
        edit(edited, random.choice(stems_of(edited)))
        if number % 2:
            shard(edited, target)
    shard(edited, target)
    fresh = tmp_path / "fresh"
    shard(edited, fresh)
    build(edited)
    assert contents(target) == contents(fresh)
    assert articles(target) == local_articles(edited)
    assert graphs(target) == local_graphs(edited)


def test_a_shard_that_is_damaged_or_gone_is_made_again(archive: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    first = shard(archive, target)
    before = contents(target)
    names = [entry["name"] for entry in first.manifest["shards"]]
    assert len(names) > 4
    path = target / f"shards/{names[0]}.nq"
    path.write_bytes(path.read_bytes().replace(b"a", b"b", 1))
    (target / f"shards/{names[1]}.prints").unlink()
    (target / f"shards/{names[2]}.json").write_bytes(b"[]")
    (target / f"shards/{names[3]}.json").unlink()
    assert shard(archive, target).kept == len(names) - 4
    assert contents(target) == before


def test_a_build_that_was_ended_goes_on(archive: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"

    def ended(work: Work, parcels: Iterable[Parcel]) -> Iterator[Shard]:
        for number, made in enumerate(here(work, parcels)):
            if number == 3:
                raise KeyboardInterrupt
            yield made

    with pytest.raises(KeyboardInterrupt):
        build_shards(archive, str(target), nullcontext(ended), per=5)
    assert not (target / "manifest.json").exists()
    assert shard(archive, target).kept == 4
    whole(target, stems_of(archive))


def test_a_build_with_errors_leaves_the_one_before(edited: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    shard(edited, target)
    before = contents(target)
    mapping = min((edited / "mappings").glob("*.yaml"))
    sound = mapping.read_text(encoding="utf-8")
    mapping.write_text(sound.replace("act: ", "tact: ", 1), encoding="utf-8")
    with pytest.raises(ContentError, match="tact"):
        shard(edited, target)
    assert contents(target) == before
    mapping.write_text(sound, encoding="utf-8")
    shards = len(manifest(target)["shards"])
    assert shard(edited, target).kept == shards


def test_what_ended_processes_left_is_removed_and_nothing_else(
    archive: Path, tmp_path: Path
) -> None:
    target = tmp_path / "target"
    (target / "shards").mkdir(parents=True)
    stale = [f"{'0' * 32}.nq", f"{'0' * 32}.json", f"{'a' * 32}.prints.{'b' * 32}.part"]
    for name in [*stale, "notes.nq"]:
        (target / "shards" / name).write_text("x")
    shard(archive, target)
    assert not [name for name in stale if (target / "shards" / name).exists()]
    assert (target / "shards/notes.nq").read_text() == "x"


# Where shards go


def test_a_manifest_of_something_else_is_left_alone(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"format": 6}')
    with pytest.raises(Unavailable, match="X722"):
        shard(archive, tmp_path)
    assert contents(tmp_path) == {"manifest.json": b'{"format": 6}'}


def test_a_location_that_machines_do_not_share_is_told(archive: Path, tmp_path: Path) -> None:
    """A memory that each process has for itself: what workers wrote there, nobody else sees."""
    target = tmp_path / "target"

    def elsewhere(work: Work, parcels: Iterable[Parcel]) -> Iterator[Shard]:
        yield from here(replace(work, target=str(tmp_path / "other")), parcels)

    with pytest.raises(Unavailable, match=r"X722 .*lacks"):
        build_shards(archive, str(target), nullcontext(elsewhere), per=5)
    assert not (target / "manifest.json").exists()


def test_any_location_of_fsspec_will_do(archive: Path, tmp_path: Path) -> None:
    shard(archive, tmp_path)
    shard(archive, "memory://archive")
    storage = Storage("memory://archive")
    for name, content in contents(tmp_path).items():
        assert storage.read(name) == content
    assert storage.sizes("shards").keys() == {path.name for path in (tmp_path / "shards").iterdir()}
    assert storage.read("shards/none") is None
    assert storage.sizes("none") == {}


def test_a_location_that_cannot_be_written(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "target").write_text("a file")
    with pytest.raises(Unavailable, match="X722"):
        shard(archive, tmp_path / "target/shards")


# What the extra brings


@pytest.mark.parametrize("lacking", ["ray", "fsspec"])
def test_without_the_extra_the_way_to_it_is_told(real, tmp_path: Path, lacking: str) -> None:
    code = f"import sys; sys.modules[{lacking!r}] = None; from kg.__main__ import run; run()"
    arguments = ["build", "--on", "local", "--to", str(tmp_path / "target")]
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=real.folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert "error[X721]" in done.stderr
    assert "pip install 'newskg[cluster]'" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("address", ["head", "head:port", ":6379", "127.0.0.1:99999"])
def test_an_address_that_is_none(address: str, real, tmp_path: Path, kg) -> None:
    done = kg("build", "--on", address, "--to", str(tmp_path / "target"), folder=real.folder)
    assert done.returncode in (2, 3)
    assert "error[X721]" in done.stderr
    assert not (tmp_path / "target").exists()


# A cluster of several processes


@dataclass(frozen=True)
class Cluster:
    """Two nodes with addresses of their own on this machine, each with two workers."""

    address: str
    nodes: Any

    def busy(self) -> list[int]:
        """The processes that make a shard at the moment."""
        pids = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
        return [pid for pid in pids if self._is_busy(pid)]

    def _is_busy(self, pid: int) -> bool:
        try:
            title = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return False
        return title.startswith(b"ray::_make") and os.getpid() in ancestors(pid)


def ancestors(pid: int) -> Iterator[int]:
    while pid > 1:
        try:
            stat = Path(f"/proc/{pid}/stat").read_text()
        except OSError:
            return
        pid = int(stat.rpartition(")")[2].split()[1])
        yield pid


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A cluster on the loopback interface."""
    small = {"num_cpus": 2, "object_store_memory": 80 << 20, "include_dashboard": False}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in OPEN.items():
            patch.setenv(name, value)
        from ray.cluster_utils import Cluster as Nodes

        head = {**small, "node_ip_address": "127.0.0.2"}
        nodes = Nodes(initialize_head=True, head_node_args=head)
        nodes.add_node(**small, node_ip_address="127.0.0.3")
        yield Cluster(nodes.address, nodes)
        nodes.shutdown()


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive that takes some seconds."""
    return made(tmp_path_factory.mktemp("large") / "archive", "--articles", "200")


@pytest.fixture(scope="module")
def expected(large: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What must come of it: in this process, and on one machine."""
    target = tmp_path_factory.mktemp("large") / "target"
    shard(large, target)
    build(large)
    assert articles(target) == local_articles(large)
    assert graphs(target) == local_graphs(large)
    return contents(target)


def start(project: Path, cluster: Cluster, target: Path) -> subprocess.Popen[str]:
    """The command, as a process of its own."""
    words = ["build", "--on", cluster.address, "--to", str(target), "--per-shard", "5"]
    return subprocess.Popen(
        [sys.executable, str(QUICK), *words],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def await_shards(target: Path, number: int, process: subprocess.Popen[str]) -> None:
    """Wait until so many shards are whole; the build must not be through."""
    deadline = time.monotonic() + 120
    while len(list(target.glob("shards/*.json"))) < number:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert not (target / "manifest.json").exists()


def ended_well(process: subprocess.Popen[str]) -> str:
    output, errors = process.communicate(timeout=180)
    assert process.returncode == 0, errors + output
    return output


def test_a_cluster_makes_what_one_process_makes(
    cluster: Cluster, large: Path, expected: dict[str, bytes], tmp_path: Path
) -> None:
    output = ended_well(start(large, cluster, tmp_path))
    assert "200 articles" in output
    assert contents(tmp_path) == expected
    assert f"{len(manifest(tmp_path)['shards'])} taken over" in ended_well(
        start(large, cluster, tmp_path)
    )
    assert contents(tmp_path) == expected


def test_processes_that_are_killed_leave_no_gap(
    cluster: Cluster, large: Path, expected: dict[str, bytes], tmp_path: Path
) -> None:
    process = start(large, cluster, tmp_path)
    killed = set()
    for number in (1, 8, 16):
        await_shards(tmp_path, number, process)
        victims = [pid for pid in cluster.busy() if pid not in killed][:2]
        for pid in victims:
            os.kill(pid, signal.SIGKILL)
        killed |= set(victims)
    assert killed
    ended_well(process)
    assert contents(tmp_path) == expected


def test_a_machine_that_is_lost_leaves_no_gap(
    cluster: Cluster, large: Path, expected: dict[str, bytes], tmp_path: Path
) -> None:
    more = cluster.nodes.add_node(
        num_cpus=2, object_store_memory=80 << 20, node_ip_address="127.0.0.4"
    )
    process = start(large, cluster, tmp_path)
    await_shards(tmp_path, 4, process)
    cluster.nodes.remove_node(more, allow_graceful=False)
    ended_well(process)
    assert contents(tmp_path) == expected


def test_a_build_that_was_killed_goes_on(
    cluster: Cluster, large: Path, expected: dict[str, bytes], tmp_path: Path
) -> None:
    process = start(large, cluster, tmp_path)
    await_shards(tmp_path, 5, process)
    process.kill()
    process.communicate()
    output = ended_well(start(large, cluster, tmp_path))
    kept = re.search(r"(\d+) taken over", output)
    assert kept
    assert int(kept[1]) >= 5
    assert contents(tmp_path) == expected


def test_a_cluster_of_one_command(real, tmp_path: Path, kg) -> None:
    """`local`: started for the build, and gone after it."""
    words = ["--on", "local", "--to", str(tmp_path), "--per-shard", "1", "--workers", "2"]
    done = kg("build", *words, folder=real.folder, env=OPEN)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    local = kg("build", folder=real.folder)
    figures = local.stdout.partition("  files")[0]
    assert figures.count("\n") >= 5
    assert done.stdout.startswith(f"{figures}  files  {tmp_path}: manifest.json, shards/*.nq (5")
    assert articles(tmp_path) == local_articles(real.folder)
    whole(tmp_path, stems_of(real.folder))
