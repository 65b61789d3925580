"""Files and names that are given where a query is expected, and what was meant.

In: a word or a file of a command line. Out: nothing.
Refuses: a file of data, or a file, in the place of a query (Q609, Q613), and a file that is not
there where the project has a query of its name (X703).
"""

from __future__ import annotations

from pathlib import Path

from kg.commands.asking import queries_of
from kg.diagnostics import Diagnostic, Location, Misuse, Unavailable
from kg.files import meant
from kg.sparql.loading import EXTENSIONS, PACKED

ELSE = "see `kg query --list`, or write a query in SPARQL"


def check_word(word: str, project: Path) -> None:
    """Refuse a word that could be a file, and no query.

    Raises:
        Misuse: Q609, it is a file of data; Q613, it is none, or it holds a query.
    """
    file = Path(word)
    _refuse_data(file)
    ways = [_named(file, project), f"`-f {word}` reads the file" if file.is_file() else None]
    help_ = "; ".join(way for way in ways if way) or meant(file) or ELSE
    raise Misuse([Diagnostic("Q613", f"there is no query named `{word}`", help=help_)])


def check_file(file: Path, project: Path) -> None:
    """Refuse a file that is none of a query, if it is known what was meant.

    Raises:
        Misuse: Q609, it holds data. Unavailable: X703, it is not there, but a query has its name.
    """
    _refuse_data(file)
    if not file.exists() and (help_ := _named(file, project)):
        message = "the query cannot be read: no such file or directory"
        raise Unavailable([Diagnostic("X703", message, Location(str(file)), help=help_)])


def _refuse_data(file: Path) -> None:
    ends = [end.lower() for end in file.suffixes]
    extension = "".join(ends[-2:-1] if ends[-1:] and ends[-1] in PACKED else ends[-1:])
    if extension in EXTENSIONS and file.is_file():
        help_ = f"`kg query --data {file} QUERY` asks these data"
        raise Misuse([Diagnostic("Q609", f"`{file}` holds data, and no query", help=help_)])


def _named(file: Path, project: Path) -> str | None:
    """What asks the query of the project that has the name of a file."""
    queries = queries_of(project).items() if file.suffix in ("", ".rq") else ()
    found = (name for name, query in queries if file.stem in (name, query.path.stem))
    name = next(found, None)
    return f"`kg query {name}` asks the query of that name" if name else None
