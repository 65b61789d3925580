"""SPARQL endpoints: queries sent by the SPARQL 1.1 Protocol, answers read while they come in.

In: the address of an endpoint, or of a store whose kind is known, and a query. Out: an `Answer`, as
from a store on this machine.
Refuses: an address that is none (Q609), an endpoint that cannot be reached (X716), that refuses the
query (Q610), or whose answer cannot be read (X717).

https://www.w3.org/TR/sparql11-protocol/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import pairwise
from typing import Any, NamedTuple
from urllib.parse import urlencode, urljoin, urlsplit

import requests
from pyoxigraph import Store
from requests.auth import AuthBase

from kg.answers.authentication import Unsigned, credentials, host, token
from kg.answers.kinds import place_of_queries
from kg.answers.media import ROWS, TRIPLES, elsewhere, is_page, media_type, read_answer
from kg.answers.sources import LANGUAGE, Source, iris_of_graphs
from kg.diagnostics import ContentError, Diagnostic, Location, Misuse, Severity, Unavailable
from kg.sparql.answers import FORMS, INLINE, Answer, Context, Form, ordered
from kg.sparql.explaining import explain
from kg.sparql.grammar import Token, Tree, parse, scan
from kg.sparql.graphs import View
from kg.sparql.meaning import refuse_service
from kg.sparql.phrases import columns, star

# Addresses of this length pass everywhere; what is longer goes into the body.
LONGEST = 2000
MOST_REDIRECTS = 10
WAITING = 60.0
HURRY = 10.0
AGENT = "newskg"
GRAPHS = "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } } LIMIT 100000"
DEFAULT, SOME_NAMED = "ASK { ?s ?p ?o }", "ASK { GRAPH ?g { ?s ?p ?o } }"
HELP = "see that the address is right and that the endpoint runs"
CREDENTIALS = "set KG_ENDPOINT_USER and KG_ENDPOINT_PASSWORD, or KG_ENDPOINT_TOKEN, or use netrc"


class Endpoint(NamedTuple):
    """A source that is an endpoint.

    Attributes:
        url: its address; that of a store, or of another part of it, does where its kind is known.
        prefixes: known to its queries without declaration.
        base: base IRI of relative IRIs; None: the endpoint's own.
        language: see `kg.answers.sources.Source`.
        graphs: IRIs of the graphs whose merge is the default graph; none: as the endpoint has it.
        allow_service: let it ask other endpoints.
        waiting: seconds to wait for it to be reached, and for each piece of the answer.
        named: IRIs of the named graphs where `graphs` are said, which by the protocol leave no
            others.
    """

    url: str
    prefixes: Mapping[str, str]
    base: str | None = None
    language: str = LANGUAGE
    graphs: Sequence[str] = ()
    allow_service: bool = False
    waiting: float = WAITING
    named: Sequence[str] = ()

    def answer(self, text: str, name: str) -> Answer:
        """Start to answer a query; see `kg.answers.sources.Source`."""
        tokens = scan(text)
        context = Context(self.prefixes, self.base, name, self.allow_service)
        refuse_service(tokens, text, context)
        is_graph = _form(tokens) in ("CONSTRUCT", "DESCRIBE")
        response = self._found(declared(text, tokens, context), TRIPLES if is_graph else ROWS)
        if not response.ok:
            _raise_refusal(response, text, context)
        answer = read_answer(response, is_graph, is_ask=_form(tokens) == "ASK")
        return ordered(answer, _columns(tokens)) if answer.form is Form.SOLUTIONS else answer

    def of_graphs(self, graphs: Sequence[str]) -> Endpoint:
        """The endpoint with these graphs; it is asked which it has where one is no IRI or CURIE.

        Raises:
            ContentError: it has no such graph (X706), or it cannot tell.
        """
        written = [_written(graph, self.prefixes) for graph in graphs]
        if None not in written:
            return self._replace(graphs=[iri for iri in written if iri])
        found = iris_of_graphs(graphs, self._known(), self.prefixes, self.base)
        return self._replace(graphs=found)

    def in_union(self) -> Endpoint:
        """The endpoint with the merge of all its named graphs as the default graph."""
        known = sorted(self._known())
        return self._replace(graphs=known, named=known)

    def hides(self) -> bool:
        """Whether all that it has is in named graphs, and its default graph is empty."""
        return not self.graphs and not self._holds(DEFAULT) and self._holds(SOME_NAMED)

    def _holds(self, text: str) -> bool:
        return bool(self.answer(text, INLINE).result)

    def _known(self) -> set[str]:
        """The names of its graphs."""
        rows: Any = self.answer(GRAPHS, INLINE).result
        return {row[0].value for row in rows}

    def _found(self, text: str, accepted: str) -> requests.Response:
        """What answers a query at the address, or where the store that is there answers queries."""
        response = self._ask(text, accepted)
        status = 404 if is_page(media_type(response), b"") else response.status_code
        place = place_of_queries(self.url, status, response.headers)
        if place is None:
            return response
        response.close()
        return self._replace(url=place)._ask(text, accepted)

    def _ask(self, text: str, accepted: str) -> requests.Response:
        parameters = [("query", text), *(("default-graph-uri", graph) for graph in self.graphs)]
        parameters += [("named-graph-uri", graph) for graph in self.named]
        with requests.Session() as session:
            session.headers.update({"Accept": accepted, "User-Agent": AGENT})
            try:
                return _send(session, check_address(self.url), urlencode(parameters), self.waiting)
            except requests.RequestException as error:
                raise unreachable(self.url, error, self.waiting) from error


def hidden(source: Source, name: str) -> list[Diagnostic]:
    """That an endpoint has everything where a plain pattern does not look, if that is so (Q629).

    Args:
        source: that had nothing to answer.
        name: of the query, for places.
    """
    with suppress(ContentError):
        if isinstance(source, Endpoint) and source._replace(waiting=HURRY).hides():
            message = "the default graph of the endpoint is empty: what it has is in named graphs"
            help_ = "ask with `--union`, which makes their merge the default graph, or write GRAPH"
            place, severity = Location(name), Severity.WARNING
            return [Diagnostic("Q629", message, place, help=help_, severity=severity)]
    return []


def _written(graph: str, prefixes: Mapping[str, str]) -> str | None:
    """The IRI of a graph as far as what is written tells; None for a name."""
    prefix, colon, local = graph.partition(":")
    if graph.startswith("<") or (colon and prefix not in prefixes):
        return graph.removeprefix("<").removesuffix(">")
    return prefixes[prefix] + local if colon else None


def check_address(url: str) -> str:
    """The address of an endpoint, if it can be one.

    Raises:
        Misuse: Q609, it is no address, or it holds a password.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        message = f"`{url}` is not the address of an endpoint"
        help_ = "it begins with http:// or https://"
        raise Misuse([Diagnostic("Q609", message, help=help_)])
    if parts.username is not None or parts.password is not None:
        message = "the address of the endpoint holds credentials, which others can see there"
        raise Misuse([Diagnostic("Q609", message, help=CREDENTIALS)])
    return url


def _send(session: requests.Session, url: str, query: str, waiting: float) -> requests.Response:
    """Send a query, follow redirects, and answer a demand for credentials."""
    here, auth = url, token() or Unsigned()
    body = query if len(url) + len(query) > LONGEST else None
    target = url if body else _with_query(url, query)
    for _ in range(MOST_REDIRECTS):
        response = _once(session, target, body, auth, waiting)
        if response.is_redirect:
            target = urljoin(target, response.headers["Location"])
            target = target if body else _with_query(target, query)
            auth = auth if host(target) == host(here) else Unsigned()
        elif (
            response.status_code == 401
            and isinstance(auth, Unsigned)
            and (given := credentials(response, url))
        ):
            auth = given
        else:
            return response
    raise requests.TooManyRedirects


def _with_query(url: str, query: str) -> str:
    """An address with the query in it; some redirects forget it, others keep it."""
    held = urlsplit(url).query
    return url if "query=" in held else f"{url}{'&' if held else '?'}{query}"


def _once(
    session: requests.Session, url: str, body: str | None, auth: AuthBase, waiting: float
) -> requests.Response:
    # Redirects are followed by hand: a POST must stay one, with its query.
    return session.request(
        "GET" if body is None else "POST",
        url,
        data=body,
        headers={"Content-Type": "application/x-www-form-urlencoded"} if body else None,
        auth=auth,
        timeout=waiting,
        stream=True,
        allow_redirects=False,
    )


def unreachable(url: str, error: Exception, waiting: float) -> Unavailable:
    """Why an endpoint could not be asked, in words."""
    reason, help_ = explanation(error, waiting)
    message = f"the endpoint `{url}` cannot be asked: {reason}"
    return Unavailable([Diagnostic("X716", message, help=help_)])


def explanation(error: Exception, waiting: float) -> tuple[str, str]:
    """Why nothing came over the network, and what may help.

    Args:
        error: of the HTTP library.
        waiting: how many seconds have been waited.
    """
    help_ = HELP
    if isinstance(error, requests.exceptions.SSLError):
        reason = "its certificate is not trusted"
        help_ = "name the file of the certificate's authority in REQUESTS_CA_BUNDLE"
    elif isinstance(error, requests.Timeout):
        reason = f"it has not answered within {waiting:g} seconds"
        help_ = "give it longer with `--timeout`, or ask for less"
    elif isinstance(error, requests.TooManyRedirects):
        reason = f"it redirects more than {MOST_REDIRECTS} times"
    elif isinstance(error, requests.ConnectionError):
        reason = "no connection can be made"
    else:
        reason = str(error)
    return reason, help_


def _raise_refusal(response: requests.Response, text: str, context: Context) -> None:
    """Say what an endpoint that does not answer with a result says."""
    status, said = f"{response.status_code} {response.reason}".strip(), _said(response)
    notes = (f"it says: {said}",) if said else ()
    if response.status_code == 400:
        _check_well_formed(text, context)
    if response.status_code in (401, 403, 407):
        message = f"the endpoint asks for other credentials: {status}"
        raise Unavailable([Diagnostic("X716", message, notes=notes, help=CREDENTIALS)])
    if response.status_code >= 500 or response.status_code in (404, 405, 429):
        message = f"the endpoint fails: {status}"
        help_ = elsewhere(response.url) if response.status_code == 404 else HELP
        raise Unavailable([Diagnostic("X716", message, notes=notes, help=help_)])
    message = f"the endpoint refuses the query: {status}"
    raise ContentError([Diagnostic("Q610", message, notes=notes)], {context.name: text})


def _check_well_formed(text: str, context: Context) -> None:
    """Say what is wrong with a query that an endpoint refuses, if more than it says can be said."""
    try:
        View(Store()).ask(text, context.prefixes, context.base or "x:")
    except SyntaxError as error:
        found = explain(text, str(error), context.prefixes, context.name)
        raise ContentError(found, {context.name: text}) from error


def _said(response: requests.Response) -> str:
    """The first words of an answer that is meant for people; nothing of a web page."""
    try:
        content = response.raw.read(2000, decode_content=True)
    except Exception:
        return ""
    return first_words(content)


def first_words(content: bytes) -> str:
    """The first words of a text that is meant for people; nothing of a web page."""
    words = " ".join(content[:2000].decode("utf-8", errors="replace").split())
    return "" if words.startswith("<") else words[:300]


def declared(text: str, tokens: Sequence[Token], context: Context) -> str:
    """A query that declares the prefixes and the base that its endpoint does not know.

    They stand on the first line, so that lines that the endpoint names are those of the query.
    """
    own = {after.text[:-1] for token, after in pairwise(tokens) if token.keyword == "PREFIX"}
    used = {token.text.partition(":")[0] for token in tokens if token.kind == "name"} - own
    head = [
        f"PREFIX {prefix}: <{context.prefixes[prefix]}> "
        for prefix in sorted(used & set(context.prefixes))
    ]
    relative = any(t.kind == "iri" and not urlsplit(t.text[1:-1]).scheme for t in tokens)
    if relative and context.base and not any(token.keyword == "BASE" for token in tokens):
        head.insert(0, f"BASE <{context.base}> ")
    return "".join(head) + text


def _form(tokens: Sequence[Token]) -> str:
    return next((token.keyword for token in tokens if token.keyword in FORMS), "")


def _columns(tokens: Sequence[Token]) -> Iterator[str]:
    """The columns of SELECT * in the order of the query; nothing for other queries."""
    query = parse(tokens)
    if isinstance(query, Tree):
        for select in query.trees("SelectQuery"):
            (clause,) = select.trees("SelectClause")
            if star(clause):
                yield from columns(select, next(iter(query.trees("ValuesClause")), None))
