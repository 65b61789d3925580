"""Fetch the triple stores that tests run, by Maven: `python tests/servers/fetch.py FOLDER`.

In: `artifacts.toml`, which has coordinates and digests; the settings of Maven say where files come
from (Maven Central, if nothing else). Out: the files, in a folder outside the repository; what is
there already is not fetched again. Refuses: a file whose digest is not the one written down.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import NamedTuple

ARTIFACTS = Path(__file__).with_name("artifacts.toml")
COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
OPTIONS = ["-q", "-B", "-Dmdep.useBaseVersion=true"]


class Artifact(NamedTuple):
    """One file of a Maven repository, and the digest that it must have."""

    group: str
    artifact: str
    version: str
    extension: str
    sha256: str

    @property
    def coordinates(self) -> str:
        return f"{self.group}:{self.artifact}:{self.version}:{self.extension}"

    @property
    def file_name(self) -> str:
        return f"{self.artifact}-{self.version}.{self.extension}"

    def fault(self, path: Path) -> str:
        """What is wrong with a file; nothing if it is the artifact."""
        if not path.is_file():
            return f"{path} is missing"
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found == self.sha256:
            return ""
        return f"{path} has the SHA-256 digest {found}, expected {self.sha256}"


def artifacts() -> dict[str, Artifact]:
    tables = tomllib.loads(ARTIFACTS.read_text(encoding="utf-8"))
    return {name: Artifact(**table) for name, table in tables.items()}


def fetch(artifact: Artifact, folder: Path) -> None:
    """Put an artifact into a folder, unless it is there.

    Raises:
        SystemExit: Maven fails, or gives something else.
    """
    target = folder / artifact.file_name
    if not artifact.fault(target):
        return
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as place:
        where = [f"-Dartifact={artifact.coordinates}", f"-DoutputDirectory={place}"]
        # Elsewhere than in a project of Maven's, so that it reads no pom.xml of anybody.
        if subprocess.run(["mvn", *OPTIONS, COPY, *where], cwd=place, check=False).returncode:
            sys.exit(f"Maven cannot fetch {artifact.coordinates}")
        if fault := artifact.fault(Path(place) / artifact.file_name):
            sys.exit(fault)
        os.replace(Path(place) / artifact.file_name, target)  # noqa: PTH105


if __name__ == "__main__":
    if len(sys.argv) != 2 or not shutil.which("mvn"):
        sys.exit("usage: python tests/servers/fetch.py FOLDER (Maven must be installed)")
    for each in artifacts().values():
        fetch(each, Path(sys.argv[1]).resolve())
