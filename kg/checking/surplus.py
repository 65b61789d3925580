"""The lines of mappings behind a row of an answer that nobody expected.

In: a question, one of its rows, a store and what knows where triples are from. Out: places of
mappings. Refuses nothing: of a row that cannot be traced there are none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode

from kg.bounded import in_time
from kg.diagnostics import ContentError, Location
from kg.questions.competency import Row
from kg.reasoning.contradictions import Tracer
from kg.sparql.answers import Context
from kg.sparql.graphs import Term, View
from kg.sparql.query import ask
from kg.store.embedded import Build
from kg.why.support import Support

SECONDS = 5.0
MOST = 3
"""Lines that are shown: with all that a row rests on, nobody would find the one that is wrong."""


class Behind(NamedTuple):
    """Finds what rows rest on.

    Attributes:
        draft: the folder with the store of what is checked.
        base: of the project.
        prefixes: known to its queries.
        tracer: knows the lines of triples.
    """

    draft: Path
    base: str
    prefixes: Mapping[str, str]
    tracer: Tracer

    def lines(self, query: str, name: str, row: Row) -> list[tuple[str, Location]]:
        """The lines behind a row of a question."""
        return in_time(partial(self._lines, query, name, row), SECONDS).results

    def _lines(self, query: str, name: str, row: Row) -> Iterator[tuple[str, Location]]:
        build = Build.known(self.draft, {"base": self.base, "prefixes": dict(self.prefixes)})
        try:
            answer = ask(View(build.store), query, Context(self.prefixes, self.base, name))
            support = Support(build, query, answer, name)
            found = next((s for s in support.rows() if tuple(map(_cell, s.row)) == row), None)
        except ContentError:
            return
        triples = [statement.triple for statement in found.statements] if found else []
        traces = self.tracer(triples)
        places = [t.place for one in triples for t in traces.get(one, ()) if t.place is not None]
        for place in list(dict.fromkeys(places))[:MOST]:
            yield f"behind `{', '.join(row)}`", place


def _cell(term: Term | None) -> str:
    """A term as CSV has it."""
    return term.value if isinstance(term, NamedNode | Literal) else ""
