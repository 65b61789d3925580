"""Patches of `kg diff`, applied by the engine that the format is from: Apache Jena, in Fuseki."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

import pytest
import requests

ARTICLE = "seeds/001_e03186edf4a8495b.txt"
NAMED = {"Content-Type": "application/n-quads", "Accept": "application/n-quads"}


def test_jena_makes_the_new_build_of_the_old_one(
    needs: Callable[[], None], request: pytest.FixtureRequest, real, kg, tmp_path: Path
) -> None:
    """The text of an article gets longer, so that thousands of statements have other offsets."""
    needs()
    folder, patch = tmp_path / "new", tmp_path / "changes.rdfp"
    shutil.copytree(real.folder, folder, symlinks=True)
    text = (folder / ARTICLE).read_text(encoding="utf-8")
    longer = text.replace("2023-05-08 Major", "2023-05-08 TEHRAN - Major")
    assert longer != text
    (folder / ARTICLE).write_text(longer, encoding="utf-8")
    assert kg("build", folder=folder).returncode == 0
    told = kg("diff", "--no-ontology", "-F", "rdfpatch", "-o", str(patch), folder=folder)
    assert (told.stderr, told.returncode) == ("", 1)
    before, after = tmp_path / "before.nq", tmp_path / "after.nq"
    assert kg("export", "-o", str(before), folder=real.folder).returncode == 0
    with request.getfixturevalue("fuseki")("--update", "--mem", "/kg") as url:
        requests.post(f"{url}/kg/data", before.read_bytes(), headers=NAMED, timeout=60)
        patched = requests.patch(
            f"{url}/kg/patch",
            patch.read_bytes(),
            headers={"Content-Type": "application/rdf-patch"},
            timeout=60,
        )
        assert patched.status_code == HTTPStatus.OK
        after.write_bytes(requests.get(f"{url}/kg/data", headers=NAMED, timeout=60).content)
    same = kg("diff", str(after), folder=folder)
    assert (same.stdout, same.stderr, same.returncode) == ("", "", 0)
    assert kg("diff", str(after), folder=real.folder).returncode == 1
