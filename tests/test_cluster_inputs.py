"""Projects that lie elsewhere: built as if they were here, with places as the user knows them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path

import fsspec
import pytest

from kg.cluster.archive import Archive, build_shards
from kg.cluster.hands import here
from kg.diagnostics import ContentError, Diagnostic
from kg.findings.rendering import render
from kg.project.settings import NoProject

ROOT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.usefixtures("quick")
URL = "memory://project"


@pytest.fixture
def put() -> Iterator[Callable[[Path], str]]:
    """Put a project into a memory of this process: what workers here read as others read S3."""
    memory = fsspec.filesystem("memory")

    def copied(folder: Path) -> str:
        for path in folder.rglob("*"):
            name = path.relative_to(folder).as_posix()
            if path.is_file() and not name.startswith("build/"):
                memory.pipe_file(f"/project/{name}", path.read_bytes())
        return URL

    yield copied
    memory.rm("/project", recursive=True)


def shard(place: Path | str, target: Path) -> Archive:
    return build_shards(place, str(target), nullcontext(here), per=2)


def contents(target: Path) -> dict[str, bytes]:
    files = (path for path in target.rglob("*") if path.is_file())
    return {path.relative_to(target).as_posix(): path.read_bytes() for path in files}


def refused(place: Path | str, target: Path) -> ContentError:
    with pytest.raises(ContentError) as raised:
        shard(place, target)
    return raised.value


def shown(findings: tuple[Diagnostic, ...], texts: dict[str, str]) -> str:
    """As a terminal shows them, where there is no project at all."""
    return render(findings, Path("/nowhere"), texts)


def test_a_project_elsewhere_gives_the_same_shards(real, put, tmp_path: Path) -> None:
    shard(real.folder, tmp_path / "here")
    shard(put(real.folder), tmp_path / "there")
    shard(f"file://{real.folder}", tmp_path / "shared")
    assert contents(tmp_path / "there") == contents(tmp_path / "here")
    assert contents(tmp_path / "shared") == contents(tmp_path / "here")


def test_a_change_elsewhere_is_seen(real, put, tmp_path: Path) -> None:
    url, target = put(real.folder), tmp_path / "target"
    shards = len(shard(url, target).manifest["shards"])
    assert shard(url, target).kept == shards
    mapping = min((real.folder / "mappings").glob("*.yaml"))
    more = mapping.read_bytes() + b"# seen\n"
    fsspec.filesystem("memory").pipe_file(f"/project/mappings/{mapping.name}", more)
    assert shard(url, target).kept == shards - 1


@pytest.mark.parametrize(
    "case", ["facts-contradict-across-files", "faults-in-every-stage", "ontology-lacks-text-term"]
)
def test_findings_name_urls_and_show_lines(case: str, lay, put, tmp_path: Path) -> None:
    folder = lay(ROOT / "tests/cases" / case)
    local = refused(folder, tmp_path / "target")
    there = refused(put(folder), tmp_path / "target")
    expected = render(local.diagnostics, folder)
    for name in ("mappings", "ontology", "seeds"):
        for arrow in ("--> ", "::: "):
            expected = expected.replace(f"{arrow}{name}/", f"{arrow}{URL}/{name}/")
    assert shown(there.diagnostics, there.sources) == expected


def test_what_is_left_out_is_told_as_here(lay, put, tmp_path: Path) -> None:
    extra = {"seeds/more.txt": "An article.\n", "mappings/notes.csv": "a,b\n"}
    folder = lay(files=extra)
    local = shard(folder, tmp_path / "here").findings
    there = shard(put(folder), tmp_path / "there").findings
    assert len(local) >= 2
    assert [found.message for found in there] == [found.message for found in local]
    assert all(str(found.place).startswith(f"{URL}/") for found in there if found.place)


def test_a_folder_that_is_missing_there(lay, put, tmp_path: Path) -> None:
    folder = lay()
    shutil.rmtree(folder / "seeds")
    shutil.rmtree(folder / "mappings")
    error = refused(put(folder), tmp_path / "target")
    assert {(found.code, str(found.place)) for found in error.diagnostics} == {
        ("S105", f"{URL}/seeds"),
        ("S105", f"{URL}/mappings"),
    }


@pytest.mark.parametrize("files", [{}, {"pyproject.toml": "[tool.other]\n"}])
def test_a_location_without_a_project(files: dict[str, str], put, tmp_path: Path) -> None:
    (tmp_path / "folder/seeds").mkdir(parents=True)
    for name, content in {"seeds/one.txt": "One.\n", **files}.items():
        (tmp_path / "folder" / name).write_text(content)
    with pytest.raises(NoProject, match=f"X701 `{URL}` is not a project folder$"):
        shard(put(tmp_path / "folder"), tmp_path / "target")


def test_settings_that_are_wrong(put, lay, tmp_path: Path) -> None:
    folder = lay()
    settings = next(folder.glob("*.toml"))
    settings.write_text(settings.read_text(encoding="utf-8") + "\nnonsense\n", encoding="utf-8")
    error = refused(put(folder), tmp_path / "target")
    assert f"--> {URL}/{settings.name}:" in shown(error.diagnostics, error.sources)
    assert "| nonsense" in shown(error.diagnostics, error.sources)


def test_an_address_of_a_project_needs_a_cluster(kg, tmp_path: Path) -> None:
    done = kg("build", "--from", URL, folder=tmp_path)
    assert done.returncode == 2
    assert "go together" in done.stderr
