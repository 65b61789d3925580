"""Whether a build is up to date: digests of everything that it depends on.

In: a `Project`. Out: a `Fingerprint`, and the manifest of the current build. Light on purpose: an
unchanged project is recognised without loading an RDF library, and without reading its files again.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from kg.diagnostics import ContentError
from kg.project.manifest import Manifest, read_manifest
from kg.project.marks import MARKS, Digests
from kg.project.settings import Project

FOLDERS = ("seeds", "mappings", "mappings/authority", "ontology", "ontology/shapes")
"""Where the inputs lie that are not the settings."""

PARTS = ("kg.ttl", "kg.trig", "manifest.json", "articles", "store")
"""What a build folder holds for people; the texts only if somebody could read them."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """SHA-256 digests: of each input file by its name, and of the engine's own code.

    Attributes:
        inputs: name to digest, in a fixed order.
        engine: another version may build otherwise.
        names: the other files in the input folders: of them a build says that it leaves them out.
    """

    inputs: dict[str, str]
    engine: str
    names: tuple[str, ...] = ()

    def of(self, *prefixes: str) -> str:
        """One digest for all inputs below some folders, and the engine."""
        chosen = [f"{name} {sha}" for name, sha in self.inputs.items() if name.startswith(prefixes)]
        return sha256("\n".join([self.engine, *chosen]).encode()).hexdigest()

    @property
    def whole(self) -> str:
        """One digest for everything."""
        return sha256("\n".join([self.of(""), *self.names]).encode()).hexdigest()


def fingerprint(project: Project, digests: Digests | None = None) -> Fingerprint:
    """Digest all inputs of a project.

    Args:
        project: the project.
        digests: what is remembered of its files; without it, what the last build remembered.

    Raises:
        Unavailable: an input cannot be read. ContentError: it is too large.
    """
    digests = digests or Digests(project.build / MARKS)
    names, folder = project.inputs(), f"{project.folder}/"
    inputs = {name: digests.of(name, folder + name) for name in names}
    every = {name for place in FOLDERS for name in project.names(place, "")}
    return Fingerprint(inputs, engine(), tuple(sorted(every - inputs.keys())))


@cache
def engine() -> str:
    """The digest of the engine's code, an input too: another version may build otherwise.

    Of this process, which stays what it is if another version is installed meanwhile.
    """
    total = sha256()
    for path in sorted(Path(__file__).parent.parent.rglob("*.py")):
        total.update(path.name.encode() + path.read_bytes())
    return total.hexdigest()


def current_manifest(project: Project) -> Manifest | None:
    """The manifest of the current build, if there is a whole one."""
    try:
        return read_manifest(project.build / "current")
    except (OSError, ValueError, ContentError):
        return None


def is_fresh(project: Project, manifest: Manifest | None, prints: Fingerprint) -> bool:
    """Whether a build is of these inputs, and all there."""
    if not manifest or manifest.get("fingerprint") != prints.whole:
        return False
    return all((project.build / part).exists() for part in manifest["parts"])


def fresh_manifest(project: Project) -> Manifest | None:
    """The manifest of the current build if nothing has changed since."""
    manifest = current_manifest(project)
    return manifest if is_fresh(project, manifest, fingerprint(project)) else None
