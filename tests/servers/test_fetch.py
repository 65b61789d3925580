"""The servers of tests are the ones that are meant, to the byte."""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import ModuleType

import pytest

DIGEST = hashlib.sha256(b"the server").hexdigest()


def test_a_file_with_another_digest_is_refused(fetching: ModuleType, tmp_path: Path) -> None:
    artifact = fetching.artifacts()["fuseki"]._replace(sha256=DIGEST)
    path = tmp_path / artifact.file_name
    assert "is missing" in artifact.fault(path)
    path.write_bytes(b"the server")
    assert artifact.fault(path) == ""
    path.write_bytes(b"another server")
    assert f"expected {artifact.sha256}" in artifact.fault(path)


@pytest.mark.parametrize(("content", "kept"), [(b"the server", True), (b"another", False)])
def test_what_maven_brings_is_kept_only_with_its_digest(
    content: bytes,
    kept: bool,
    fetching: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    artifact = fetching.artifacts()["fuseki"]._replace(sha256=DIGEST)
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    (bin_ / "content").write_bytes(content)
    (bin_ / "mvn").write_text(
        f'#!/bin/sh\nfor a; do case "$a" in -DoutputDirectory=*) cp {bin_}/content '
        f'"${{a#*=}}/{artifact.file_name}";; esac; done\n'
    )
    (bin_ / "mvn").chmod(0o755)
    monkeypatch.setenv("PATH", str(bin_), prepend=":")
    folder = tmp_path / "servers"
    if kept:
        fetching.fetch(artifact, folder)
        (bin_ / "mvn").unlink()
        fetching.fetch(artifact, folder)  # what is there already is not fetched again
        assert [path.name for path in folder.iterdir()] == [artifact.file_name]
        return
    with pytest.raises(SystemExit, match="SHA-256"):
        fetching.fetch(artifact, folder)
    assert list(folder.iterdir()) == []
