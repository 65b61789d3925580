"""A triple store at an address: of which kind it is, and where its parts listen.

In: an address, and what answers there. Out: a `Store`.
Refuses: a server that gives no sign of what it is (P906).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import NamedTuple
from urllib.parse import urlsplit

from kg.diagnostics import ContentError, Diagnostic, Misuse
from kg.pushing.kinds import KINDS, Kind
from kg.pushing.web import Client, Request

MISTAKEN = ("P903", "P904", "P905", "X717")
"""What goes wrong with a store that is spoken to as if it were another."""


class Store(NamedTuple):
    """A store: its kind, and the addresses of its parts."""

    kind: Kind
    url: str
    version: str = ""

    @property
    def title(self) -> str:
        """What it is, with its version if it tells that."""
        return f"{self.kind.title} {self.version}".strip()

    @property
    def graphs(self) -> str:
        """Where graphs are put and read."""
        return self.url + self.kind.graphs

    @property
    def query(self) -> str | None:
        """Where queries are answered, if that is known."""
        return None if self.kind.query is None else self.url + self.kind.query

    @property
    def update(self) -> str | None:
        """Where updates are taken, if that is known."""
        return None if self.kind.update is None else self.url + self.kind.update

    @property
    def quads(self) -> str | None:
        """Where several graphs are added by one request, if there is such a place."""
        return None if self.kind.quads is None else self.url + self.kind.quads


def find_store(client: Client, name: str | None) -> Store:
    """The store at the address of a client.

    Args:
        client: speaks to it.
        name: of its kind; None: as its answers and its address tell.

    Raises:
        Misuse: P906, it gives no sign of what it is. Unavailable: it cannot be asked.
    """
    if name is not None:
        return Store(KINDS[name], _root(client.url, KINDS[name]))
    path = urlsplit(client.url).path
    for kind in KINDS.values():
        if kind.path and re.search(kind.path, path):
            return Store(kind, _root(client.url, kind))
    if (store := _signed(client)) is None:
        raise _unknown(client.url)
    return store


def _signed(client: Client) -> Store | None:
    """The store that a server says that it is."""
    # Some stores answer GET with all that they hold.
    headers = client.send(Request("HEAD", client.url)).headers
    for kind in KINDS.values():
        for header, pattern in kind.signs:
            if header in headers and (found := re.search(pattern, headers[header])):
                version = found[1] if found.groups() else ""
                return Store(kind, _root(client.url, kind), version)
    return None


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


def _root(url: str, kind: Kind) -> str:
    root = url.partition("#")[0].partition("?")[0].rstrip("/")
    for part in kind.parts:
        root = root.removesuffix(part)
    return root


def _unknown(url: str) -> Misuse:
    message = f"`{url}` gives no sign of what kind of store it is"
    help_ = f"say so with `--store`: {', '.join(KINDS)}"
    return Misuse([Diagnostic("P906", message, help=help_)])
