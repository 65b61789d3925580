"""The two sides of a comparison: a build, or files of RDF in any syntax.

In: what a person calls a side: a project, the folder of a build, the name of a build that the
project keeps, a file, `-`, or a folder of files. Out: a `Side`: its statements as sorted lines.
Refuses: a project without a build (X702), a folder without RDF (X703), files that cannot be read
(X703, Q608, Q609), and too many blank nodes (X710).

Blank nodes are named by their content (`kg.diffing.blanks`). Statements that do not fit into memory
are sorted in runs on disk.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path
from urllib.parse import unquote

from pyoxigraph import DefaultGraph, Quad, RdfFormat, parse

from kg.diagnostics import Diagnostic, Location, Misuse
from kg.diffing.blanks import blank_nodes, check_number, named_by_content
from kg.diffing.spooling import Spool
from kg.exporting.describing import DATASET
from kg.exporting.folders import SUMS
from kg.exporting.selection import check_whole
from kg.project.generations import previous
from kg.rdf.dataset import read_lines, sort_lines, split
from kg.sparql.loading import EXTENSIONS, PACKED, STDIN, Source, parsing
from kg.store.embedded import Build, build_folder, open_build
from kg.terms import DCTERMS, LABELS, OWL, PROV, RDF, RDFS
from kg.upward import find_project

NOTED = tuple(f"<{iri}>".encode() for iri in (RDF + "type", RDFS + "label", LABELS[0]))
"""The properties by which a reader knows a node: its classes and its labels."""
DESCRIPTION = f"{DATASET}#description>"
"""How the name of a graph ends that describes a data set."""
_DESCRIBING = f"{DESCRIPTION} .\n".encode()
VOID = "void.ttl"
"""The file beside the files of an export that describes them all."""
_ONTOLOGY = f"<{RDF}type> <{OWL}Ontology>".encode()
_USED, _IDENTIFIER = f"<{PROV}used>", f"<{DCTERMS}identifier>"

Choice = Callable[[str], bool]


class Side(ABC):
    """One side of a comparison.

    Attributes:
        name: as a person called it.
        build: if it is a build.
        is_named: whether its statements have names of graphs.
        has_ontology: whether the ontology is among them.
        prefixes: that it declares.
        inputs: the digests of the files that it was built from, as far as it tells.
    """

    name: str
    build: Build | None
    is_named: bool
    has_ontology: bool
    prefixes: dict[str, str]
    inputs: dict[str, str]

    @abstractmethod
    def lines(self, wanted: Choice | None, known: Collection[str]) -> Iterator[bytes]:
        """The statements, sorted, each once; may be asked for once.

        Args:
            wanted: of the name of a graph (a token), whether it is wanted; None: all are.
            known: digests of files that may be left out, for the other side has them, too.
        """

    @abstractmethod
    def notes(self) -> Iterator[bytes]:
        """The statements that tell classes and labels, in no order."""


class BuildSide(Side):
    """A build; see `Side`."""

    build: Build
    is_named = has_ontology = True

    def __init__(self, name: str, build: Build) -> None:
        self.name = name
        self.build = build
        self.prefixes = build.prefixes
        self.inputs = build.inputs

    @property
    def project(self) -> Path:
        """The folder of its project, as far as can be told."""
        return find_project(self.build.folder)

    def digests(self) -> dict[Path, str]:
        """The digest of each file with statements."""
        return {path: self.build.digest(path) for path in self.build.files()}

    def graph(self, path: Path) -> str:
        """The name of the graph that a file holds, as a token."""
        return f"<{self.build.base}graph/{path.stem}>"

    def lines(self, wanted: Choice | None, known: Collection[str]) -> Iterator[bytes]:
        """See `Side`."""
        chosen = {
            path: sha
            for path, sha in self.digests().items()
            if wanted is None or wanted(self.graph(path))
        }
        files = [path for path, sha in chosen.items() if sha not in known]
        check_whole(self.build, files)
        return sort_lines(_named_in_files(files, self.name))

    def notes(self) -> Iterator[bytes]:
        """See `Side`."""
        return (line for line in read_lines(self.build.files()) if is_note(line))


def is_note(line: bytes) -> bool:
    """Whether a statement tells a class or a label."""
    return line.split(b" ", 2)[1] in NOTED


def _named_in_files(files: Iterable[Path], name: str) -> Iterator[bytes]:
    """The lines of canonical N-Quads, with blank nodes named by content."""
    labelled: list[Quad] = []
    for line in read_lines(files):
        if b"_:" in line:
            quad = next(iter(parse(line, RdfFormat.N_QUADS)))
            if blank_nodes(quad):
                labelled.append(quad)
                check_number(len(labelled), name)
                continue
        yield line
    yield from named_by_content(labelled, name)


class FilesSide(Side):
    """Files of RDF; see `Side`."""

    build = None

    def __init__(self, name: str, sources: Sequence[Source], syntax: str | None) -> None:
        """Read files whole.

        Raises:
            ContentError: X703, Q608, X710. Misuse: Q609.
        """
        self.name = name
        self.is_named = self.has_ontology = False
        self.prefixes, self.inputs = {}, {}
        self._used: set[str] = set()
        self._notes = Spool()
        self._is_empty = True
        self._sorted = sort_lines(self._read(sources, syntax))
        self.is_named = self.is_named or self._is_empty
        self.inputs = {file: sha for file, sha in self.inputs.items() if file in self._used}

    def lines(self, wanted: Choice | None, known: Collection[str]) -> Iterator[bytes]:  # noqa: ARG002
        """See `Side`."""
        if wanted is None:
            return self._sorted
        return (line for line in self._sorted if wanted(split(line)[3]))

    def notes(self) -> Iterator[bytes]:
        """See `Side`."""
        return iter(self._notes)

    def _read(self, sources: Sequence[Source], syntax: str | None) -> Iterator[bytes]:
        labelled: list[Quad] = []
        for source in sources:
            # Blank nodes of one file are never those of another.
            with parsing(source, syntax, rename=True) as parser:
                yield from self._plain(parser, labelled)
            self.prefixes = parser.prefixes | self.prefixes
        for line in named_by_content(labelled, self.name):
            self._note(line)
            yield line

    def _plain(self, quads: Iterable[Quad], labelled: list[Quad]) -> Iterator[bytes]:
        default = DefaultGraph()
        for quad in quads:
            if not self.is_named and quad.graph_name != default:
                self.is_named = True
            self._is_empty = False
            line = f"{quad} .\n".encode()
            if b"_:" in line and blank_nodes(quad):
                labelled.append(quad)
                check_number(len(labelled), self.name)
                continue
            self._note(line)
            yield line

    def _note(self, line: bytes) -> None:
        if is_note(line):
            self._notes.write(line)
            self.has_ontology = self.has_ontology or _ONTOLOGY in line
        elif line.endswith(_DESCRIBING):
            self._describe(line)

    def _describe(self, line: bytes) -> None:
        """What the description of a data set says of the files that it was built from."""
        subject, predicate, value, graph = split(line)
        base = graph.removesuffix(DESCRIPTION)
        if predicate == _USED:
            self._used.add(unquote(value[len(base) : -1]))
        elif predicate == _IDENTIFIER and (sha := re.match(r'"SHA-256 (\w{64})"', value)):
            self.inputs[unquote(subject[len(base) : -1])] = sha[1]


def open_side(name: str, project: Path, syntax: str | None = None) -> Side:
    """What a person calls a side of a comparison.

    Args:
        name: see the module.
        project: the folder whose kept builds go by their names.
        syntax: of files, if their extension does not tell it.

    Raises:
        Unavailable: X702, X703. ContentError: Q608. Misuse: Q609.
    """
    path = Path(name)
    if name != STDIN and (folder := build_folder(name, project)) is not None:
        return BuildSide(name, open_build(folder))
    if not path.is_dir():
        return FilesSide(name, [Source(name)], syntax)
    if any((path / part).is_file() for part in ("kg.toml", "pyproject.toml")):
        return BuildSide(name, open_build(path / "build"))
    return FilesSide(name, _in_folder(path, syntax), syntax)


def _in_folder(folder: Path, syntax: str | None) -> list[Source]:
    files = sorted(path for path in folder.iterdir() if path.is_file())
    files = [path for path in files if path.name not in (SUMS, VOID)]
    chosen = [path for path in files if syntax or _extension(path) in EXTENSIONS]
    if chosen:
        return [Source(str(path)) for path in chosen]
    message = f"`{folder}` is neither a project nor a build, and has no files of RDF"
    help_ = "name a project, a file, or the folder of an export"
    raise Misuse([Diagnostic("X703", message, Location(str(folder)), help=help_)])


def _extension(path: Path) -> str:
    packed = path.suffix.lower() in PACKED
    return (Path(path.stem).suffix if packed else path.suffix).lower()


def open_previous(project: Path) -> Side | None:
    """The build before the current one, as long as the project keeps it."""
    before = previous(project / "build")
    return BuildSide("the build before", open_build(before)) if before else None
