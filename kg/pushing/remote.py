"""The graphs of a triple store: put, read, counted and removed.

In: a store, names of graphs, statements. Out: what the store answers, read as it is meant.
Refuses: what is no answer to the request (P903, X717).

https://www.w3.org/TR/sparql11-http-rdf-update/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, starmap
from pathlib import Path
from typing import Any, NamedTuple, cast
from urllib.parse import urlencode

import requests
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from kg.answers.media import GRAPHS, ROWS, TRIPLES, is_page, media_type, read_answer
from kg.diagnostics import Diagnostic, Unavailable
from kg.pushing.stores import Store
from kg.pushing.updates import DROP, insertions, joined, replacing
from kg.pushing.web import Client, Request, says, status

BLOCK = 1 << 20
# N-Triples is a part of Turtle, and every store reads Turtle; those that read N-Quads read
# N-Triples, and do so faster.
TURTLE, NTRIPLES, NQUADS = "text/turtle", "application/n-triples", "application/n-quads"
# How many graphs one query counts; with more, some stores take longer for each.
COUNTED = 50
FORM = "application/x-www-form-urlencoded"
UPDATE = "application/sparql-update"
CONSTRUCT = "CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{0}> {{ ?s ?p ?o }} }}"
COUNT = "{{ SELECT (<{0}> AS ?g) (COUNT(*) AS ?n) {{ GRAPH <{0}> {{ ?s ?p ?o }} }} }}"
HELPS = {
    404: "see that the address is that of the store; `kg push --help` has an example of each kind",
    405: "start the store so that it can be written to; if it is by updates, `--store update`",
    413: "let the server take larger requests",
    429: "wait until the store has time, and push again",
    503: "wait until the store has time, and push again",
    507: "make room for the store, and push again",
}


@dataclass(frozen=True, slots=True)
class Body:
    """The statements of a file that holds one graph; each iteration reads anew.

    A statement ends its line, and no literal of canonical N-Quads holds a line end: so the name of
    the graph can be changed in whole blocks of lines.

    Attributes:
        path: of the file.
        graph: its name, as it stands there.
        triples: how many there are.
        place: the name that it is given in N-Quads; empty: they are N-Triples.
    """

    path: Path
    graph: str
    triples: int
    place: str = ""

    def __len__(self) -> int:
        return self.path.stat().st_size + self.triples * (len(self._new) - len(self._end))

    def __iter__(self) -> Iterator[bytes]:
        with self.path.open("rb") as stream:
            while lines := stream.readlines(BLOCK):
                block = b"".join(lines)
                yield block if self._new == self._end else block.replace(self._end, self._new)

    @property
    def _end(self) -> bytes:
        return f" <{self.graph}> .\n".encode()

    @property
    def _new(self) -> bytes:
        return f" <{self.place}> .\n".encode() if self.place else b" .\n"


@dataclass(frozen=True, slots=True)
class Batch:
    """The statements of several graphs as N-Quads; each iteration reads anew."""

    bodies: Sequence[Body]

    def __len__(self) -> int:
        return sum(map(len, self.bodies))

    def __iter__(self) -> Iterator[bytes]:
        return chain.from_iterable(self.bodies)


class Remote(NamedTuple):
    """A store that can be spoken to."""

    client: Client
    store: Store

    def put(self, graph: str, body: Body | bytes) -> None:
        """Give a graph other triples than it had.

        Raises:
            Unavailable: the store does not say that it has done so.
        """
        if self.store.graphs is None:
            self._insert(graph, body, anew=True)
        else:
            self._change("PUT", graph, body, "take")

    def add(self, graph: str, body: Body | bytes) -> None:
        """Give a graph further triples, none of them with blank nodes."""
        if self.store.graphs is None:
            self._insert(graph, body, anew=False)
        else:
            self._change("POST", graph, body, "take")

    def add_all(self, batch: Batch) -> None:
        """Give graphs further triples, none of them with blank nodes: all of them or none.

        Raises:
            Unavailable: the store does not say that it has done so.
        """
        assert self.store.quads is not None
        headers = (("Content-Type", NQUADS),)
        request = Request("POST", self.store.quads, body=batch, headers=headers)
        _expect_done(self.client.send(request), "take", f"{len(batch.bodies):,} graphs at once")

    def replace(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Give graphs the content of others, which stay; one without a name has no content.

        Where updates are transactions, all is done or nothing. To do it again changes nothing.

        Args:
            pairs: names of graphs, and of those whose content they get.

        Raises:
            Unavailable: the store does not say that it has done so.
        """
        self._update(joined(starmap(replacing, pairs)), "replace", _named(pairs))

    def drop(self, graphs: Sequence[str]) -> None:
        """Remove graphs, some of which may not be there."""
        if self.store.update is None:
            for graph in graphs:
                self._change("DELETE", graph, None, "remove")
            return
        for at in range(0, len(graphs), COUNTED):
            piece = graphs[at : at + COUNTED]
            self._update(joined(map(DROP.format, piece)), "remove", _named(piece))

    def _insert(self, graph: str, body: Body | bytes, *, anew: bool) -> None:
        blocks = [body] if isinstance(body, bytes) else body
        for text in insertions(graph, blocks, anew=anew):
            self._update(text, "take", f"`{graph}`")

    def _update(self, text: str, doing: str, what: str) -> None:
        assert self.store.update is not None
        headers = (("Content-Type", UPDATE),)
        request = Request("POST", self.store.update, (), text.encode(), headers)
        _expect_done(self.client.send(request), doing, what)

    def _change(self, method: str, graph: str, body: Body | bytes | None, doing: str) -> None:
        media = NTRIPLES if self.store.quads else TURTLE
        headers = (("Content-Type", media),) if body is not None else ()
        assert self.store.graphs is not None
        request = Request(method, self.store.graphs, (("graph", graph),), body, headers)
        response = self.client.send(request)
        if method == "DELETE" and response.status_code == 404:
            return
        _expect_done(response, doing, f"`{graph}`")

    def read(self, graph: str) -> Iterator[Quad]:
        """The triples of a graph; none if there is no such graph.

        Raises:
            Unavailable: the store does not give them, or gives something else.
        """
        response = self.client.send(self._reading(graph))
        if response.status_code == 404:
            return iter(())
        if response.status_code != 200:
            raise _refusal(response, f"does not give `{graph}`")
        if is_page(media_type(response), response.content):
            raise _page(f"answers with a web page instead of `{graph}`")
        return _parsed(response, graph)

    def _reading(self, graph: str) -> Request:
        headers = (("Accept", TRIPLES),)
        if self.store.graphs is not None:
            return Request("GET", self.store.graphs, (("graph", graph),), headers=headers)
        assert self.store.query is not None
        text = CONSTRUCT.format(graph)
        return Request("GET", self.store.query, (("query", text),), headers=headers)

    def count(self, graph: str) -> int:
        """How many triples a graph has.

        Raises:
            Unavailable: X717 or P903, the store gives no number.
        """
        if self.store.query is None:
            return len({quad.triple for quad in self.read(graph)})
        text = f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"
        headers = (("Accept", ROWS),)
        request = Request("GET", self.store.query, (("query", text),), headers=headers)
        rows = _rows(self.client.send(request), graph)
        if len(rows) != 1 or len(rows[0]) != 1:
            raise _uncounted(graph)
        return _number(rows[0][0], graph)

    def counts(self, graphs: Sequence[str]) -> dict[str, int]:
        """How many triples graphs have, each of which must be named once.

        Raises:
            Unavailable: X717 or P903, the store gives other than a number for each.
        """
        if self.store.quads is None or len(graphs) == 1:
            return {graph: self.count(graph) for graph in graphs}
        pieces = (graphs[at : at + COUNTED] for at in range(0, len(graphs), COUNTED))
        return {name: number for piece in pieces for name, number in self._counts(piece)}

    def _counts(self, graphs: Sequence[str]) -> Iterator[tuple[str, int]]:
        assert self.store.query is not None
        # Grouped, stores would pass over graphs that are not there, or read all that they have.
        parts = " UNION ".join(map(COUNT.format, graphs))
        body = urlencode({"query": f"SELECT ?g ?n {{ {parts} }}"}).encode()
        headers = (("Accept", ROWS), ("Content-Type", FORM))
        request = Request("POST", self.store.query, (), body, headers)
        rows = _rows(self.client.send(request), graphs[0])
        found = {row[0].value: row[1] for row in rows if _is_pair(row)}
        if missing := [graph for graph in graphs if graph not in found]:
            raise _uncounted(missing[0])
        yield from ((graph, _number(found[graph], graph)) for graph in graphs)


def _named(what: Sequence[object]) -> str:
    return "1 graph" if len(what) == 1 else f"{len(what):,} graphs"


def _expect_done(response: requests.Response, doing: str, what: str) -> None:
    if not 200 <= response.status_code < 300:
        raise _refusal(response, f"does not {doing} {what}")
    # Some say that an empty answer is a web page.
    if response.content and is_page(media_type(response), response.content):
        raise _page(f"answers with a web page instead of saying that it has {what}")


def _rows(response: requests.Response, graph: str) -> list[tuple[Any, ...]]:
    if response.status_code != 200:
        raise _refusal(response, f"does not count the triples of `{graph}`")
    try:
        answer = read_answer(response, is_graph=False, is_ask=False)
        return [tuple(row) for row in cast(Iterable[Any], answer.result)]
    except SyntaxError as error:
        raise _uncounted(graph) from error


def _is_pair(row: tuple[Any, ...]) -> bool:
    return len(row) == 2 and isinstance(row[0], NamedNode)


def _number(term: object, graph: str) -> int:
    if not isinstance(term, Literal) or not term.value.isdecimal():
        raise _uncounted(graph)
    return int(term.value)


def _uncounted(graph: str) -> Unavailable:
    message = f"the store does not say how many triples `{graph}` has"
    return Unavailable([Diagnostic("P903", message)])


def _parsed(response: requests.Response, graph: str) -> Iterator[Quad]:
    format_ = GRAPHS.get(media_type(response), RdfFormat.N_TRIPLES)
    try:
        yield from parse(response.content, format_, base_iri=graph)
    except SyntaxError as error:
        message = f"what the store gives as `{graph}` cannot be read: {error}"
        raise Unavailable([Diagnostic("P903", message)]) from error


def _refusal(response: requests.Response, what: str) -> Unavailable:
    message = f"the store {what}: {status(response)}"
    help_ = HELPS.get(response.status_code)
    return Unavailable([Diagnostic("P903", message, notes=says(response), help=help_)])


def _page(what: str) -> Unavailable:
    help_ = "is this the address of the store itself? `kg push --help` has an example of each kind"
    return Unavailable([Diagnostic("P903", f"the store {what}", help=help_)])
