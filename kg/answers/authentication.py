"""Credentials for servers, by the scheme that a server asks for.

In: the environment (`KG_ENDPOINT_TOKEN`, or `KG_ENDPOINT_USER` and `KG_ENDPOINT_PASSWORD`), the
netrc file. Out: what signs requests: Bearer, Basic, Digest, or nothing.
Refuses: to sign for another host than the one that was named.

But for a token, credentials are only sent when the server asks for them.

https://www.rfc-editor.org/rfc/rfc7235
"""

from __future__ import annotations

import os
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase, HTTPBasicAuth, HTTPDigestAuth
from requests.utils import get_netrc_auth

Pair = tuple[str, str]


class Unsigned(AuthBase):
    """No credentials; without it, those of netrc would be sent unasked."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Leave a request as it is."""
        return request


class _Bearer(AuthBase):
    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def token() -> AuthBase | None:
    """What signs with the token of the environment; None if it has none."""
    found = os.environ.get("KG_ENDPOINT_TOKEN")
    return _Bearer(found) if found else None


def credentials(response: requests.Response, url: str) -> AuthBase | None:
    """What the host that was named asks for, if it is known.

    Args:
        response: that asks for credentials.
        url: the address that was named.
    """
    if host(response.url) != host(url):
        return None
    known = known_pair(url)
    return signed(response, known) if known else None


def known_pair(url: str) -> Pair | None:
    """User and password for an address, from the environment or the netrc file."""
    user, password = os.environ.get("KG_ENDPOINT_USER"), os.environ.get("KG_ENDPOINT_PASSWORD")
    return (user, password or "") if user else get_netrc_auth(url)


def signed(response: requests.Response, known: Pair) -> AuthBase:
    """User and password in the scheme that a response asks for."""
    if response.headers.get("WWW-Authenticate", "").lower().startswith("digest"):
        return HTTPDigestAuth(*known)
    # As text, Basic would be sent as Latin-1 (RFC 7617 has UTF-8).
    user, password = known
    return HTTPBasicAuth(user.encode(), password.encode())


def host(url: str) -> tuple[str, str | None, int | None]:
    """What two addresses of one server share: scheme, name and port."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port
