"""Requests to one server: credentials, redirects, and further attempts.

In: requests, whose bodies can be sent again. Out: the server's responses, wholly read.
Refuses: a server that does not answer (P901), that asks for other credentials (P902), or that
redirects to another server (P903).

What fails for the moment is tried again, later each time: 429 and 5xx, a connection that breaks, a
wait that is too long. All requests made here have the same effect however often they are sent.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple
from urllib.parse import urljoin

import requests
from requests.auth import AuthBase

from kg.answers.authentication import Pair, Unsigned, host, known_pair, signed, token
from kg.answers.endpoint import AGENT, CREDENTIALS, MOST_REDIRECTS, explanation, first_words
from kg.answers.kinds import ATTEMPTS, WAITING
from kg.diagnostics import Diagnostic, Unavailable

CONNECTING = 30.0
HURRY = 10.0
LONGEST_PAUSE = 120.0
BUSY = frozenset({429, 500, 502, 503, 504})
DENIED = frozenset({401, 403, 407})


class Request(NamedTuple):
    """One request.

    Attributes:
        method: of HTTP.
        url: address.
        parameters: of the query part of the address.
        body: what is sent; read anew for each attempt.
        headers: besides those that every request has.
    """

    method: str
    url: str
    parameters: tuple[tuple[str, str], ...] = ()
    body: Iterable[bytes] | bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()


def _say_nothing(_: str) -> None:
    return


@dataclass
class Client:
    """Speaks to the server of an address.

    Attributes:
        url: as the user names it; credentials go to no other server.
        waiting: seconds to wait for each piece of an answer.
        attempts: how often a request is sent at most.
        prompt: asks the user for name and password; None: nobody can be asked.
        tell: told of each pause.
    """

    url: str
    waiting: float = WAITING
    attempts: int = ATTEMPTS
    prompt: Callable[[], Pair] | None = None
    tell: Callable[[str], None] = _say_nothing
    _session: requests.Session = field(default_factory=requests.Session)
    _auth: AuthBase = field(default_factory=lambda: token() or Unsigned())
    _answered: bool = False

    def send(self, request: Request) -> requests.Response:
        """Send a request until there is an answer that is one.

        Returns:
            A response of any status but 401, 403 and 407.

        Raises:
            Unavailable: P901, P902 or P903; see the module.
        """
        for attempt in range(1, self.attempts + 1):
            try:
                response = self._follow(request)
            except requests.RequestException as error:
                if attempt == self.attempts or not self._may_pass(error):
                    raise self._unreachable(error) from error
                reason, seconds = explanation(error, self.waiting)[0], back_off(attempt)
            else:
                self._answered = True
                if response.status_code not in BUSY or attempt == self.attempts:
                    return _admitted(response)
                reason = status(response)
                asked = retry_after(response)
                seconds = back_off(attempt) if asked is None else asked
                if seconds > LONGEST_PAUSE:
                    return response
            self.tell(f"{reason}; trying again in {seconds:g} s")
            pause(seconds)
        raise AssertionError("the last attempt returns or raises")

    def hurried(self) -> Client:
        """The same for what may fail: one attempt, and not much of a wait."""
        return replace(self, attempts=1, waiting=min(HURRY, self.waiting))

    def _may_pass(self, error: requests.RequestException) -> bool:
        """Whether it may be different in a moment; an address that never answered is wrong."""
        lasting = isinstance(error, requests.exceptions.SSLError | requests.TooManyRedirects)
        cut = requests.exceptions.ChunkedEncodingError
        passing = isinstance(error, requests.ConnectionError | requests.Timeout | cut)
        return self._answered and passing and not lasting

    def _unreachable(self, error: requests.RequestException) -> Unavailable:
        reason, help_ = explanation(error, self.waiting)
        message = f"the store `{self.url}` cannot be reached: {reason}"
        help_ = help_.replace("the endpoint runs", "the store runs")
        return Unavailable([Diagnostic("P901", message, help=help_)])

    def _follow(self, request: Request) -> requests.Response:
        url = request.url
        for _ in range(MOST_REDIRECTS):
            response = self._signed(request._replace(url=url))
            if not _redirects(response, request.method):
                return response
            url = urljoin(url, response.headers["Location"]).partition("?")[0]
            if host(url) != host(self.url):
                raise _elsewhere(url)
        raise requests.TooManyRedirects

    def _signed(self, request: Request) -> requests.Response:
        response = self._once(request)
        while response.status_code == 401 and isinstance(self._auth, Unsigned):
            known = known_pair(self.url) or (self.prompt() if self.prompt else None)
            if known is None:
                break
            self._auth = signed(response, known)
            response = self._once(request)
        return response

    def _once(self, request: Request) -> requests.Response:
        return self._session.request(
            request.method,
            request.url,
            params=list(request.parameters),
            data=request.body,
            headers={"User-Agent": AGENT, **dict(request.headers)},
            auth=self._auth if host(request.url) == host(self.url) else Unsigned(),
            timeout=(min(CONNECTING, self.waiting), self.waiting),
            allow_redirects=False,
        )


def _redirects(response: requests.Response, method: str) -> bool:
    """Whether to send the same elsewhere; 303 after a change only says where to read of it."""
    return response.is_redirect and (method in ("GET", "HEAD") or response.status_code != 303)


def _elsewhere(url: str) -> Unavailable:
    message = f"the store redirects to another server, `{url}`"
    help_ = "if that is the store, name its address"
    return Unavailable([Diagnostic("P903", message, help=help_)])


def _admitted(response: requests.Response) -> requests.Response:
    """Raise where the store wants to know who asks."""
    if response.status_code not in DENIED:
        return response
    message = f"the store asks for other credentials: {status(response)}"
    raise Unavailable([Diagnostic("P902", message, notes=says(response), help=CREDENTIALS)])


def status(response: requests.Response) -> str:
    """`503 Service Unavailable`."""
    return f"{response.status_code} {response.reason}".strip()


def says(response: requests.Response) -> tuple[str, ...]:
    """What a server says of its refusal, as a note; nothing if that is a web page."""
    words = first_words(response.content)
    return (f"it says: {words}",) if words else ()


def pause(seconds: float) -> None:
    """Wait before the next attempt."""
    time.sleep(seconds)


def back_off(attempt: int) -> float:
    """Seconds until the next attempt: 1, 2, 4, 8."""
    return float(2 ** (attempt - 1))


def retry_after(response: requests.Response) -> float | None:
    """The seconds that a server asks to wait; None if it does not say.

    https://www.rfc-editor.org/rfc/rfc9110#name-retry-after
    """
    value = response.headers.get("Retry-After", "").strip()
    if value.isdecimal():
        return float(value)
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())
