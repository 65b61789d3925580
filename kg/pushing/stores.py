"""A triple store at an address: of which kind it is, and where its parts listen.

In: an address, and what answers there. Out: a `Store`.
Refuses: a server that gives no sign of what it is (P906).

A store that has no Graph Store Protocol is written to by updates.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import NamedTuple

from kg.answers.kinds import KINDS, Kind, Sign, root, told_by_address, told_by_headers
from kg.answers.media import RESULTS, ROWS
from kg.diagnostics import ContentError, Diagnostic, Misuse
from kg.pushing.web import Client, Request

UPDATE = "update"
REFUSALS = frozenset({404, 405, 501})
MISTAKEN = ("P903", "P904", "P905", "X717")
"""What goes wrong with a store that is spoken to as if it were another."""


class Store(NamedTuple):
    """A store: its kind, and the addresses of its parts; `updates` where it is at no usual one."""

    kind: Kind
    url: str
    version: str = ""
    updates: str = ""

    @property
    def title(self) -> str:
        """What it is, with its version if it tells that."""
        manner = ", by SPARQL UPDATE" if self.graphs is None and self.kind.parts else ""
        return f"{self.kind.title} {self.version}".strip() + manner

    @property
    def graphs(self) -> str | None:
        """Where graphs are put and read, if there is such a place."""
        return None if self.kind.graphs is None else self.url + self.kind.graphs

    @property
    def query(self) -> str | None:
        """Where queries are answered, if that is known."""
        return None if self.kind.query is None else self.url + self.kind.query

    @property
    def update(self) -> str | None:
        """Where updates are taken, if that is known."""
        return self.updates or (None if self.kind.update is None else self.url + self.kind.update)

    @property
    def quads(self) -> str | None:
        """Where several graphs are added by one request, if there is such a place."""
        return None if self.kind.quads is None else self.url + self.kind.quads


def find_store(client: Client, name: str | None, updates: str = "") -> Store:
    """The store at the address of a client.

    Args:
        client: speaks to it.
        name: of its kind; None: as its answers and its address tell.
        updates: where it takes updates; it is then written to by them, and asked at the address of
            the client itself.

    Raises:
        Misuse: P906, it gives no sign of what it is. Unavailable: it cannot be asked.
    """
    if name not in (None, UPDATE):
        return Store(KINDS[name], root(client.url, KINDS[name]), updates=updates)
    known, unknown = _told(client), Store(KINDS[UPDATE], client.url)
    if updates:
        kind = replace((known or unknown).kind, graphs=None, quads=None, query="")
        return (known or unknown)._replace(kind=kind, url=client.url, updates=updates)
    if name is None and known is not None and _speaks_protocol(client, known):
        return known
    if name is None and known is None and not _takes_updates(client):
        raise _unknown(client.url)
    return known._replace(kind=replace(known.kind, graphs=None, quads=None)) if known else unknown


def _speaks_protocol(client: Client, store: Store) -> bool:
    """Whether a store speaks the Graph Store Protocol; of the default graph, all that do know."""
    request = Request("HEAD", str(store.graphs), (("default", ""),))
    return client.hurried().send(request).status_code not in REFUSALS


def _takes_updates(client: Client) -> bool:
    """Whether queries are answered at an address, and an update that does nothing is taken."""
    asked = (("query", "SELECT * { }"),)
    answer = client.send(Request("GET", client.url, asked, headers=(("Accept", ROWS),)))
    if answer.headers.get("Content-Type", "").partition(";")[0] not in RESULTS:
        return False
    headers = (("Content-Type", "application/sparql-update"),)
    return client.send(Request("POST", client.url, (), b"INSERT DATA { }", headers)).ok


def _told(client: Client) -> Store | None:
    """The store that its address or its answers say that it is."""
    sign = told_by_address(client.url)
    return _store(sign) if sign else _signed(client)


def _signed(client: Client) -> Store | None:
    """The store that a server says that it is."""
    # Some stores answer GET with all that they hold.
    sign = told_by_headers(client.url, client.send(Request("HEAD", client.url)).headers)
    return _store(sign) if sign else None


def _store(sign: Sign) -> Store:
    return Store(sign.kind, sign.root, sign.version)


@contextmanager
def doubting(client: Client, name: str | None) -> Iterator[None]:
    """Where a store fails in the block that was said to be of a kind, say if it is of another."""
    try:
        yield
    except ContentError as error:
        first, *others = error.diagnostics
        store = _other(client, name) if first.code in MISTAKEN else None
        if store is None:
            raise
        note = f"the server says that it is `{store.title}`, and `--store` says `{name}`"
        told = replace(first, notes=(*first.notes, note), help="push again without `--store`")
        raise type(error)([told, *others], error.sources) from error


def _other(client: Client, name: str | None) -> Store | None:
    """The store that a server says that it is, if that is not of a kind."""
    with suppress(ContentError):
        store = _signed(client.hurried()) if name is not None else None
        return None if store is None or store.kind.name == name else store
    return None


def _unknown(url: str) -> Misuse:
    message = f"`{url}` gives no sign of what kind of store it is"
    help_ = f"say so with `--store`: {', '.join(KINDS)}"
    return Misuse([Diagnostic("P906", message, help=help_)])
