"""Files as the file system has them: what cannot be read is told, never waited for."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from kg.diagnostics import ContentError, Unavailable
from kg.files import list_files, read_bytes


def test_a_file_that_cannot_be_read_is_the_environments_fault(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    for path in (tmp_path / "gone.yaml", tmp_path, pipe, Path("/dev/null")):
        with pytest.raises(Unavailable) as raised:
            read_bytes(path, "mappings/gone.yaml")
        assert [(d.code, d.place and d.place.path) for d in raised.value.diagnostics] == [
            ("X703", "mappings/gone.yaml")
        ]
        assert raised.value.exit_status == 3


def test_size_is_bounded(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(b"x" * 10)
    assert read_bytes(file, "a.txt", 10) == b"x" * 10
    with pytest.raises(ContentError) as raised:
        read_bytes(file, "a.txt", 9)
    assert [d.code for d in raised.value.diagnostics] == ["D107"]


def test_files_are_listed_by_their_ending(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", ".c.txt", "d.yaml"):
        (tmp_path / name).write_text("")
    assert list_files(tmp_path, "seeds", ".txt") == ["a.txt", "b.txt"]
    assert list_files(tmp_path / "gone", "gone", ".txt") == []


def test_a_folder_that_cannot_be_listed_is_not_empty(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "dangling").symlink_to("gone")
    (tmp_path / "loop").symlink_to("loop")
    for name in ("file", "dangling", "loop"):
        with pytest.raises(Unavailable) as raised:
            list_files(tmp_path / name, name, ".txt")
        assert [d.code for d in raised.value.diagnostics] == ["X703"]


def test_names_are_utf_8(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"\xff.txt")).write_text("")
    with pytest.raises(ContentError) as raised:
        list_files(tmp_path, "seeds", ".txt")
    (found,) = raised.value.diagnostics
    assert found.code == "D108"
    assert "\\udcff" in found.message


def test_a_file_that_grows_while_it_is_read_is_read_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(b"x" * 10)
    before = os.stat_result([stat.S_IFREG, 0, 0, 0, 0, 0, 4, 0, 0, 0])
    monkeypatch.setattr(os, "fstat", lambda _: before)
    assert read_bytes(file, "a.txt", 10) == b"x" * 10
    with pytest.raises(ContentError) as raised:
        read_bytes(file, "a.txt", 9)
    assert [d.code for d in raised.value.diagnostics] == ["D107"]
