"""What is wrong, as data: codes, places in the user's files, notes and help.

In: nothing. Out: `Diagnostic` values, collected in a `Findings` and raised together as
`ContentError`.
Refuses: a code that the catalogue below does not list. Rendering lives in `kg.findings.rendering`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

# One line a code; the letter is the stage. A code is never used again for another fault.
CODES: dict[str, str] = {
    "D101": "a file cannot be read as UTF-8 text",
    "D102": "a key appears twice in one YAML mapping",
    "D103": "the YAML is not well formed",
    "D104": "a YAML feature that mapping files do not use",
    "D105": "a value has the wrong form",
    "D106": "the settings are incomplete or wrong",
    "D107": "a file is larger than any file of its kind",
    "D108": "the name of a file cannot be used",
    "S101": "a mapping has no article, or an article is not usable",
    "S102": "an article has no mapping",
    "S103": "a file that nothing reads",
    "S104": "a file that says nothing",
    "S105": "a folder of inputs is missing",
    "S110": "a schema for editors is out of date",
    "O101": "a Turtle file is not well formed",
    "O102": "two declarations of the ontology collide",
    "O103": "the ontology lacks a declaration that the engine relies on",
    "O104": "the shapes graph is not a legal shapes graph",
    "O105": "terms of the ontology that nothing uses",
    "O106": "a shape that cannot be applied",
    "O107": "a shape names a term that nothing declares",
    "O110": "a node of the ontology or of the shapes that cannot be read",
    "M201": "an unknown section",
    "M202": "an unknown key",
    "M203": "an unknown individual",
    "M204": "a value of the wrong class",
    "M205": "a literal that its datatype does not allow",
    "M206": "an identifier that cannot be used or that is taken",
    "M207": "a key that does not belong to this class",
    "M208": "two entries that cannot be told apart",
    "M210": "an unknown class",
    "M211": "an individual that nothing names",
    "G301": "a quote is not in the article",
    "G302": "a quote occurs more than once in the article",
    "G303": "an entry without words that carry it",
    "G304": "a name that could denote several individuals",
    "G305": "words under `mentions` that are not in the article",
    "G306": "a time expression that no rule reads",
    "G307": "a date that the calendar or the words contradict",
    "G308": "an inferred date without its grounds",
    "G309": "a triple without words that carry it",
    "V401": "the data do not conform to a shape",
    "V402": "the data fall short of a recommendation",
    "V403": "a shape has a remark on the data",
    "R501": "the facts contradict the ontology",
    "R502": "a class of the ontology can have no members",
    "R503": "HermiT was not run",
    "Q601": "a query is not well formed",
    "Q602": "a query could not be answered",
    "Q603": "a competency question is answered differently from what is expected",
    "Q604": "a competency question is incomplete",
    "Q605": "a query asks another endpoint by SERVICE",
    "Q606": "a pattern that the engine answers otherwise than SPARQL says",
    "Q607": "a format that does not fit the query",
    "Q608": "data to query are not well formed",
    "Q609": "a source that cannot be queried so",
    "Q610": "an endpoint refuses the query",
    "Q611": "the head of a query file says something that cannot be used",
    "Q612": "a parameter of a query has no value, or one that it does not allow",
    "Q613": "a query that nobody has named so",
    "Q614": "two queries have one name",
    "Q615": "a query takes longer than it may",
    "Q616": "an answer has more rows than are shown",
    "Q621": "a term that neither the data nor their ontology have",
    "Q622": "a prefix that a query declares and does not use",
    "Q623": "a variable that has no value where a query uses it",
    "Q624": "a variable that a query has once, and that resembles another",
    "Q625": "a literal that the data have with another datatype or language",
    "Q626": "a part of a query that leaves no rows",
    "Q627": "parts of a query that nothing joins",
    "Q628": "a MINUS that takes nothing away",
    "Q629": "an endpoint whose default graph is empty",
    "Q630": "an answer that cannot be drawn so",
    "P901": "a triple store cannot be reached",
    "P902": "a triple store asks for other credentials",
    "P903": "a triple store fails, or refuses what is asked of it",
    "P904": "a triple store does not hold what was sent",
    "P905": "a graph of a triple store that no push has written",
    "P906": "a triple store of an unknown kind",
    "W901": "the build knows nothing of that name",
    "W902": "a name that could be several things",
    "W903": "the graph does not say so",
    "W904": "an answer has no such row",
    "W905": "a part of a query whose evidence cannot be shown",
    "W906": "a file has changed since the build",
    "X701": "this is not a project folder",
    "X702": "there is no build to read",
    "X703": "a file or folder cannot be read or written",
    "X704": "another build is running",
    "X705": "the project folder is not empty",
    "X706": "the build has no such graph",
    "X707": "RDF/XML cannot hold a term",
    "X708": "a process that did the work was ended",
    "X710": "too many blank nodes to compare",
    "X711": "graphs that have no names to choose by",
    "X712": "a patch cannot tell blank nodes apart",
    "X716": "an endpoint cannot be reached",
    "X717": "the answer of an endpoint cannot be read",
    "X720": "figures cannot be drawn on this machine",
    "X721": "a cluster cannot be used",
    "X722": "a location cannot be read or written",
    "X725": "a project cannot be watched on this machine",
    "C801": "too few sentences of the articles carry facts",
}


DAMAGE = "Corruption"
"""How the store's engine begins to say that its files are damaged, which it may see late."""


class Severity(StrEnum):
    """How grave a finding is; only errors stop a build."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Location(NamedTuple):
    """A stretch of a text file: path as the user knows it, counted from 1, end exclusive."""

    path: str
    line: int = 0
    column: int = 0
    end_line: int = 0
    end_column: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}" if self.line else self.path


class Edit(NamedTuple):
    """Other text for a stretch of a file of the user.

    `place` has an end, and counts as every `Location` does: code points of the decoded text, lines
    ending with a line feed, a carriage return, or both. Where start and end are the same, `text` is
    inserted. `text` is what the file shall have there: quotation marks and escapes of the file's
    own language are already in it.
    """

    place: Location
    text: str


@dataclass(frozen=True)
class Diagnostic:
    """One finding: code, sentence, place, and what a person can do about it.

    `fixes` are the edits that certainly mend it, all of them together; what a person has to decide
    is in `help` only. Edits of one finding do not overlap.
    """

    code: str
    message: str
    place: Location | None = None
    notes: tuple[str, ...] = ()
    help: str | None = None
    related: tuple[tuple[str, Location], ...] = ()
    severity: Severity = Severity.ERROR
    fixes: tuple[Edit, ...] = ()

    def __post_init__(self) -> None:
        if self.code not in CODES:
            raise ValueError(f"diagnostic code {self.code} is not in the catalogue")

    def sort_key(self) -> tuple[str, int, int, str, str]:
        """Order of presentation: by file, line and column, then by code."""
        place = self.place or Location("")
        return place.path, place.line, place.column, self.code, self.message


class ContentError(Exception):
    """The user's files have errors: exit status 1. Carries every finding of the stage.

    `sources` holds by name what was not read from the project, such as a query on the command line.
    """

    exit_status = 1

    def __init__(
        self, diagnostics: Iterable[Diagnostic], sources: Mapping[str, str] | None = None
    ) -> None:
        self.sources = dict(sources or {})
        self.diagnostics = tuple(sorted(diagnostics, key=Diagnostic.sort_key))
        super().__init__("; ".join(f"{d.code} {d.message}" for d in self.diagnostics))

    def __reduce__(self) -> tuple[type[ContentError], tuple[object, ...]]:
        """How it crosses from a worker process."""
        return type(self), (self.diagnostics, self.sources)


class Misuse(ContentError):
    """The command was used wrongly: exit status 2."""

    exit_status = 2


class Unavailable(ContentError):
    """The environment cannot do it: exit status 3."""

    exit_status = 3


def joined(errors: Iterable[ContentError]) -> ContentError:
    """Several errors as one, with the exit status of the gravest."""
    kept = sorted(errors, key=lambda error: error.exit_status)
    found = [diagnostic for error in kept for diagnostic in error.diagnostics]
    sources = {name: text for error in kept for name, text in error.sources.items()}
    return type(kept[-1])(found, sources)


class Findings:
    """Collects the findings of a stage, so that all are reported at once."""

    def __init__(self) -> None:
        self._found: dict[Diagnostic, None] = {}  # what is said twice is one finding

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(sorted(self._found, key=Diagnostic.sort_key))

    def __len__(self) -> int:
        return len(self._found)

    def add(self, diagnostic: Diagnostic) -> None:
        """Keep one finding."""
        self._found[diagnostic] = None

    def error(
        self,
        code: str,
        message: str,
        place: Location | None = None,
        *,
        notes: Iterable[str] = (),
        help: str | None = None,  # noqa: A002  (the word users see)
        related: Iterable[tuple[str, Location]] = (),
        fixes: Iterable[Edit] = (),
    ) -> None:
        """Keep one error."""
        found = Diagnostic(code, message, place, tuple(notes), help, tuple(related))
        self.add(replace(found, fixes=tuple(fixes)))

    def extend(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Keep several findings."""
        self._found.update(dict.fromkeys(diagnostics))

    def errors(self) -> list[Diagnostic]:
        """The findings that stop a build."""
        return [d for d in self if d.severity is Severity.ERROR]

    def raise_errors(self) -> None:
        """End the stage if it has errors.

        Raises:
            ContentError: with all errors found so far.
        """
        if errors := self.errors():
            raise ContentError(errors)
