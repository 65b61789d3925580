"""What the files of a build say of each statement: who asserts it, where, and in which words.

In: a build and the project's folder. Out: the graphs of a triple; for each the origin of the triple
(a line of a mapping, spans of an article); texts of files.
Refuses: a build whose files lack something (X703). A file is read when it is first asked for, so
that one triple costs no more than the files of the graphs that have it.

The places are those of the build: of a file that has changed since, no line is shown.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Triple

from kg.diagnostics import Diagnostic, Location, Unavailable
from kg.store.embedded import Build
from kg.store.origins import Origin, line_origins
from kg.text.quotes import Lines, Span
from kg.text.sentences import split

SHARED, PASSAGES, INFERRED, ONTOLOGY = "authority", "passages", "inferred", "ontology"
"""Names of the graphs that are of no single article."""
_ORDER = {SHARED: 0, PASSAGES: 2, ONTOLOGY: 3, INFERRED: 4}


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of an article, in the sentence that they stand in.

    Attributes:
        article: stem.
        span: of the words.
        words: exactly as the article has them.
        place: in the file of the article; None if that has changed since the build.
        sentence: the sentence, or the sentences, that hold the words.
        start: where the words begin in `sentence`.
        whole: whether this is all of the article.
    """

    article: str
    span: Span
    words: str
    place: Location | None
    sentence: str
    start: int
    whole: bool = False


@dataclass(frozen=True, slots=True)
class _Article:
    """An article as it was when the build was made."""

    text: str
    lines: Lines
    sentences: tuple[Span, ...]


class Provenance:
    """The origins in one build."""

    def __init__(self, build: Build, folder: Path) -> None:
        """Read nothing yet.

        Args:
            build: whose statements.
            folder: of the project, for its articles and mappings.
        """
        self.build, self.folder = build, folder
        self.changed: dict[str, None] = {}
        self._lines: dict[str, list[bytes]] = {}
        self._origins: dict[str, list[Origin]] = {}
        self._articles: dict[str, _Article | None] = {}
        self._texts: dict[str, str | None] = {}

    # Statements

    def graphs(self, triple: Triple) -> list[str]:
        """The names of the graphs that have a triple: authority, articles, others."""
        found = self.build.store.quads_for_pattern(triple.subject, triple.predicate, triple.object)
        start = f"{self.build.base}graph/"
        names = {
            quad.graph_name.value.removeprefix(start)
            for quad in found
            if isinstance(quad.graph_name, NamedNode)
        }
        return sorted(names, key=lambda name: (_ORDER.get(name, 1), name))

    def origin(self, graph: str, triple: Triple) -> Origin:
        """The origin of a triple in a graph of what the inputs say.

        Raises:
            Unavailable: X703, the files of the build do not have it.
        """
        if graph not in self._origins:
            path = self._path(graph)
            self._origins[graph] = line_origins(self._read(path.with_name(f"{graph}.origins.json")))
        return self._origins[graph][self._line(graph, triple)]

    def _path(self, graph: str) -> Path:
        return self.build.file(graph)

    def _read_lines(self, graph: str) -> list[bytes]:
        if graph not in self._lines:
            self._lines[graph] = self._read(self._path(graph)).split(b"\n")[:-1]
        return self._lines[graph]

    def _line(self, graph: str, triple: Triple) -> int:
        """The number of the line, from 0: canonical N-Quads are sorted."""
        line = f"{triple} <{self.build.base}graph/{graph}> .".encode()
        lines = self._read_lines(graph)
        number = bisect_left(lines, line)
        if number == len(lines) or lines[number] != line:
            raise _damaged(self._path(graph), "does not have what the store has")
        return number

    def _read(self, path: Path) -> bytes:
        return self.build.read(path.relative_to(self.build.folder).as_posix())

    # Files

    def text(self, name: str) -> str | None:
        """The text of an input file; None, and noted in `changed`, unless it is as it was built."""
        if name not in self._texts:
            self._texts[name] = self._unchanged(name)
            if self._texts[name] is None:
                self.changed[name] = None
        return self._texts[name]

    def _unchanged(self, name: str) -> str | None:
        from hashlib import sha256  # loads OpenSSL, which queries do without

        try:
            content = (self.folder / name).read_bytes()
        except OSError:
            return None
        if sha256(content).hexdigest() != self.build.input(name):
            return None
        return content.decode("utf-8-sig" if name.endswith(".ttl") else "utf-8")

    def quote(self, article: str, span: Span) -> Quote:
        """A span of an article as words in their sentence."""
        found = self._article(article)
        if found is None:
            words = self._stored(article, span)
            return Quote(article, span, words, None, words, 0)
        first, last = _around(span, found.sentences)
        lines = (found.lines.position(span.start), found.lines.position(span.end))
        place = Location(f"seeds/{article}.txt", *lines[0], *lines[1])
        whole = span == Span(0, len(found.text))
        sentence = found.text[first:last]
        return Quote(
            article, span, span.exact(found.text), place, sentence, span.start - first, whole
        )

    def _article(self, stem: str) -> _Article | None:
        if stem not in self._articles:
            text = self.text(f"seeds/{stem}.txt")
            found = None if text is None else _Article(text, Lines(text), tuple(split(text)))
            self._articles[stem] = found
        return self._articles[stem]

    def _stored(self, article: str, span: Span) -> str:
        """The words as the store has them, whatever became of the article."""
        node = NamedNode(f"{self.build.base}article/{article}#char={span.start},{span.end}")
        label = NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
        quads = self.build.store.quads_for_pattern(node, label, None)
        return next((q.object.value for q in quads if isinstance(q.object, Literal)), "")


def _around(span: Span, sentences: tuple[Span, ...]) -> tuple[int, int]:
    """From the first sentence that the span touches to the end of the last one."""
    touched = [s for s in sentences if s.start < span.end and span.start < s.end]
    first = min([span.start, *(s.start for s in touched)])
    return first, max([span.end, *(s.end for s in touched)])


def _damaged(path: Path, message: str) -> Unavailable:
    place, help_ = Location(str(path)), "run `kg build --force`"
    return Unavailable([Diagnostic("X703", f"`{path.name}` {message}", place, help=help_)])
