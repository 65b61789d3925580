"""What a build says of itself as a data set: VoID, DCAT and PROV.

In: a build, files that it was exported to. Out: N-Quads lines of one graph: counts by class and
property, graphs, prefixes, the inputs with their digests, the versions of ontology and tools, the
verdicts, the licence; the files with their media types, sizes and checksums.
Refuses nothing.

https://www.w3.org/TR/void/, https://www.w3.org/TR/vocab-dcat-3/ and https://www.w3.org/TR/prov-o/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode

from kg.exporting.selection import ONTOLOGY
from kg.rdf.dataset import read_lines, split
from kg.rdf.turtle import RDF_TYPE
from kg.store.embedded import Build
from kg.store.statistics import graph_sizes, statistics_of
from kg.terms import DCTERMS, OWL, PROV, RDF, RDFS, SH, XSD, digest, to_curie

DATASET = "dataset"
DCAT, VOID = "http://www.w3.org/ns/dcat#", "http://rdfs.org/ns/void#"
SPDX = "http://spdx.org/rdf/terms#"
MEDIA = "https://www.iana.org/assignments/media-types/"
Row = tuple[str, str, str]


class Exported(NamedTuple):
    """A file that a build was exported to.

    Attributes:
        path: of the file.
        media: its media type, unpacked.
        packed: the media type of its packing; empty: it is not packed.
    """

    path: Path
    media: str
    packed: str = ""


def dataset_iri(build: Build) -> str:
    """The IRI of the data set that a build is."""
    return f"{build.base}{DATASET}"


def describe(build: Build, files: Iterable[Exported] = ()) -> Iterator[bytes]:
    """The description of a build, in a graph of its own.

    Args:
        build: what is described.
        files: those that have all of it, together.
    """
    writer = _Description(build)
    graph = f"<{dataset_iri(build)}#description>"
    for row in chain(writer.rows(), *map(writer.distribution, files)):
        yield "{} {} {} {} .\n".format(*row, graph).encode()


class _Description:
    """Writes the rows of a description: subject, predicate and object as tokens."""

    def __init__(self, build: Build) -> None:
        self.build, self.manifest = build, build.manifest
        self.iri = dataset_iri(build)
        self.files = {path.stem: path for path in build.files()}

    def rows(self) -> Iterator[Row]:
        """All of it."""
        yield from self._dataset()
        yield from self._counts()
        yield from self._graphs()
        yield from self._prefixes()
        yield from self._activity()
        yield from self._inputs()
        yield from self._vocabulary()
        yield from self._verdicts()

    def distribution(self, file: Exported) -> Iterator[Row]:
        """A file, as DCAT and SPDX put it."""
        from hashlib import file_digest  # loads OpenSSL, which queries do without

        name = file.path.name
        node, checksum = self.node(f"file-{name}"), self.node(f"checksum-{name}")
        with file.path.open("rb") as stream:
            sha256 = file_digest(stream, "sha256").hexdigest()
        yield f"<{self.iri}>", _dcat("distribution"), node
        yield from _typed(node, DCAT + "Distribution")
        yield node, _dcterms("title"), _text(name)
        yield node, _dcat("mediaType"), f"<{MEDIA}{file.media}>"
        if file.packed:
            yield node, _dcat("compressFormat"), f"<{MEDIA}{file.packed}>"
        size = _typed_text(str(file.path.stat().st_size), XSD + "nonNegativeInteger")
        yield node, _dcat("byteSize"), size
        yield node, f"<{SPDX}checksum>", checksum
        yield from _typed(checksum, SPDX + "Checksum")
        yield checksum, f"<{SPDX}algorithm>", f"<{SPDX}checksumAlgorithm_sha256>"
        yield checksum, f"<{SPDX}checksumValue>", _typed_text(sha256, XSD + "hexBinary")

    def node(self, local: str) -> str:
        """A node of the description."""
        return f"<{self.iri}#{quote(local, safe='-._')}>"

    def _dataset(self) -> Iterator[Row]:
        me, counts = f"<{self.iri}>", self.manifest["counts"]
        yield from _typed(me, VOID + "Dataset", DCAT + "Dataset", PROV + "Entity")
        words = ", ".join(f"{number} {name}" for name, number in sorted(counts.items()))
        yield me, _dcterms("description"), _text(words)
        yield me, _dcterms("identifier"), _text(f"SHA-256 {self.manifest['hash']}")
        title = Literal(f"Knowledge graph of {counts['articles']} articles", language="en")
        yield me, _dcterms("title"), str(title)
        yield me, _void("uriSpace"), _text(self.build.base)
        if licence := self.manifest.get("licence"):
            yield me, _dcterms("license"), f"<{licence}>"
        yield me, _prov("wasGeneratedBy"), self.node("build")

    def _counts(self) -> Iterator[Row]:
        me, found = f"<{self.iri}>", statistics_of(self.build)
        yield me, _void("triples"), _integer(found.triples.total)
        yield me, _void("distinctSubjects"), _integer(found.subjects)
        yield me, _void("classes"), _integer(len(found.classes))
        yield me, _void("properties"), _integer(len(found.properties))
        for link, term, measure, numbers in (
            ("classPartition", "class", "entities", found.classes),
            ("propertyPartition", "property", "triples", found.properties),
        ):
            for iri, number in numbers.items():
                part = self.node(f"{term}-{self._short(iri)}")
                yield me, _void(link), part
                yield from _typed(part, VOID + "Dataset")
                yield part, _void(term), f"<{iri}>"
                yield part, _void(measure), _integer(number.total)

    def _short(self, iri: str) -> str:
        curie = to_curie(iri, self.build.prefixes)
        return digest(curie) if curie.startswith("<") else curie.replace(":", "-", 1)

    def _graphs(self) -> Iterator[Row]:
        for name, number in graph_sizes(self.build):
            if not number:
                continue
            graph = f"<{self.build.base}graph/{name}>"
            yield f"<{self.iri}>", _void("subset"), graph
            yield from _typed(graph, VOID + "Dataset")
            yield graph, _void("triples"), _integer(number)
            hash_ = f"RDFC-1.0 SHA-256 {self.build.digest(self.files[name])}"
            yield graph, _dcterms("identifier"), _text(hash_)

    def _prefixes(self) -> Iterator[Row]:
        for prefix, namespace in self.build.prefixes.items():
            node = self.node(f"prefix-{prefix}")
            yield f"<{self.iri}>", f"<{SH}declare>", node
            yield from _typed(node, SH + "PrefixDeclaration")
            yield node, f"<{SH}prefix>", _text(prefix)
            yield node, f"<{SH}namespace>", _typed_text(namespace, XSD + "anyURI")

    def _activity(self) -> Iterator[Row]:
        activity = self.node("build")
        yield from _typed(activity, PROV + "Activity")
        for name, number in self.manifest["tools"].items():
            yield from self._agent(activity, name, f"{name} {number}")

    def _agent(self, activity: str, name: str, label: str) -> Iterator[Row]:
        agent = self.node(f"tool-{name}")
        yield activity, _prov("wasAssociatedWith"), agent
        yield from _typed(agent, PROV + "SoftwareAgent")
        yield agent, f"<{RDFS}label>", _text(label)

    def _inputs(self) -> Iterator[Row]:
        for name, sha256 in self.build.inputs.items():
            file = f"<{self.build.base}{quote(name)}>"
            yield self.node("build"), _prov("used"), file
            yield from _typed(file, PROV + "Entity")
            yield file, f"<{RDFS}label>", _text(name)
            yield file, _dcterms("identifier"), _text(f"SHA-256 {sha256}")

    def _vocabulary(self) -> Iterator[Row]:
        version, ontology = f"<{OWL}versionInfo>", f"<{OWL}Ontology>"
        files = [path for stem, path in self.files.items() if stem == ONTOLOGY]
        for subject, predicate, value, _ in map(split, read_lines(files)):
            if predicate == RDF_TYPE and value == ontology:
                yield f"<{self.iri}>", _void("vocabulary"), subject
                yield f"<{self.iri}>", _dcterms("conformsTo"), subject
            if predicate == version:
                yield subject, predicate, value

    def _verdicts(self) -> Iterator[Row]:
        shacl, owl = self.manifest["shacl"], self.manifest["owl"]
        report = self.node("validation")
        yield from _typed(report, SH + "ValidationReport", PROV + "Entity")
        yield report, f"<{SH}conforms>", _boolean(shacl["conforms"])
        yield report, _dcterms("description"), _text(f"SHACL by {shacl['engine']}")
        yield report, _dcterms("identifier"), _text(f"SHA-256 {self.manifest['shapes']} (shapes)")
        yield report, _prov("wasDerivedFrom"), f"<{self.iri}>"
        verdict = self.node("reasoning")
        yield from _typed(verdict, PROV + "Entity")
        # Which Java ran it is of the machine, and not of the data.
        said = "consistent" if owl["consistent"] else "inconsistent"
        engine = owl["engine"].partition(", Java")[0]
        yield verdict, _dcterms("description"), _text(f"OWL 2 DL: {said}, by {engine}")
        yield verdict, _prov("wasDerivedFrom"), f"<{self.iri}>"


def _typed(node: str, *classes: str) -> Iterator[Row]:
    yield from ((node, f"<{RDF}type>", f"<{cls}>") for cls in classes)


def _void(name: str) -> str:
    return f"<{VOID}{name}>"


def _dcat(name: str) -> str:
    return f"<{DCAT}{name}>"


def _dcterms(name: str) -> str:
    return f"<{DCTERMS}{name}>"


def _prov(name: str) -> str:
    return f"<{PROV}{name}>"


def _text(value: str) -> str:
    return str(Literal(value))


def _typed_text(value: str, datatype: str) -> str:
    return str(Literal(value, datatype=NamedNode(datatype)))


def _integer(number: int) -> str:
    return _typed_text(str(number), XSD + "integer")


def _boolean(value: bool) -> str:
    return _typed_text(str(value).lower(), XSD + "boolean")
