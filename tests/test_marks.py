"""Files that have not changed are not read again, and no change goes unseen."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

import pytest

from kg.diagnostics import Unavailable
from kg.project import marks
from kg.project.marks import TICK, Digests


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.txt"
    path.write_bytes(b"one")
    return path


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files were written long ago: the clock has gone on."""
    now = marks.time.time_ns()
    monkeypatch.setattr(marks.time, "time_ns", lambda: now + 10 * TICK)


def digest(file: Path) -> str:
    """The digest as a new process finds it, which is remembered."""
    digests = Digests(file.with_name(".inputs"))
    found = digests.of(file.name, str(file))
    digests.remember()
    return found


def of(content: bytes) -> str:
    return sha256(content).hexdigest()


def lie(file: Path, about: bytes) -> None:
    """Have the memory say another digest, which shows whether a file was read."""
    memory = file.with_name(".inputs")
    memory.write_text(memory.read_text().replace(of(file.read_bytes()), of(about)))


def test_a_file_is_read_once(file: Path, later: None) -> None:
    assert digest(file) == of(b"one")
    lie(file, b"not read")
    assert digest(file) == of(b"not read")


def test_a_file_that_was_just_written_is_read_again(file: Path) -> None:
    """Within one tick of the clock it could be written twice."""
    assert digest(file) == of(b"one")
    lie(file, b"not read")
    assert digest(file) == of(b"one")


def test_a_change_that_keeps_size_and_time_is_seen(file: Path, later: None) -> None:
    before = file.stat()
    assert digest(file) == of(b"one")
    file.write_bytes(b"two")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert digest(file) == of(b"two")


def test_a_file_that_another_took_the_place_of_is_seen(file: Path, later: None) -> None:
    assert digest(file) == of(b"one")
    other = file.with_name("other")
    other.write_bytes(b"two")
    os.utime(other, ns=(file.stat().st_atime_ns, file.stat().st_mtime_ns))
    other.replace(file)
    assert digest(file) == of(b"two")


@pytest.mark.parametrize("memory", [b"", b"\xff", b"one line\n", b"a b\nc d e f\n" * 3])
def test_a_memory_that_is_none_is_not_believed(memory: bytes, file: Path, later: None) -> None:
    file.with_name(".inputs").write_bytes(memory)
    assert digest(file) == of(b"one")


def test_a_file_that_is_gone_is_told_though_it_is_remembered(file: Path, later: None) -> None:
    digest(file)
    file.unlink()
    with pytest.raises(Unavailable) as raised:
        digest(file)
    assert [found.code for found in raised.value.diagnostics] == ["X703"]


def test_what_is_no_longer_asked_for_is_forgotten(file: Path, later: None) -> None:
    digest(file)
    memory = file.with_name(".inputs")
    Digests(memory).remember()
    assert memory.read_text() == ""
