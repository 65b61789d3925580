"""Updates of data in memory: what files would hold if they were changed so.

In: a view of data that nobody else has, the text of an update, what it is read with. Out: the
statements after it.
Refuses: an update that is not well formed (Q601), that cannot be done (Q602), that would reach the
network without leave (Q605), or whose conditions the engine may read otherwise than SPARQL says
(Q606): its queries are given equivalents then, and there are none for updates.

https://www.w3.org/TR/sparql11-update/
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from pyoxigraph import Quad, Store

from kg.diagnostics import ContentError, Diagnostic, Location
from kg.sparql.answers import Context, evaluation
from kg.sparql.explaining import UPDATES, place, unknown_prefixes
from kg.sparql.grammar import Token, scan
from kg.sparql.graphs import View
from kg.sparql.meaning import Reader, parse_query, refuse_service, rephrased
from kg.sparql.phrases import walk
from kg.sparql.written import from_stored, is_kept

PROBE = "CREATE GRAPH <urn:x-kg:probe> ; CREATE GRAPH <urn:x-kg:probe> ; "
"""Fails before anything of what stands behind it is done, once all of it has been parsed."""
# What takes the value of a literal, and not the literal itself.
VALUING = frozenset({"BIND", "FILTER", "HAVING", "SELECT"})


def is_update(text: str) -> bool:
    """Whether a text is an update, by the first word behind its prefixes."""
    words = (token.keyword for token in scan(text) if token.kind == "word")
    return next((word for word in words if word not in ("BASE", "PREFIX")), "") in UPDATES


def update(view: View, text: str, context: Context) -> Iterator[Quad]:
    """Change data, and give all statements as they are then; those of files stay as they are.

    Raises:
        ContentError: Q601, Q602, Q605, Q606; see the module. Nothing is changed then.
    """
    tokens = scan(text)
    _check_form(tokens, text, context)
    _refuse_network(tokens, text, context)
    if unknown := list(unknown_prefixes(tokens, text, context.prefixes, context.name)):
        raise ContentError(unknown, {context.name: text})
    _check_meaning(view, tokens, text, context)
    with evaluation():
        view.store.update(text, base_iri=context.base, prefixes=dict(context.prefixes))
    return (
        Quad(quad.subject, quad.predicate, from_stored(quad.object), quad.graph_name)
        for quad in view.store
    )


def _check_form(tokens: Sequence[Token], text: str, context: Context) -> None:
    """Refuse an update that is not well formed, without doing any of it."""
    start = next(token.start for token in tokens if token.keyword in UPDATES)
    probe = f"{text[:start]}{PROBE}{text[start:]}"
    try:
        Store().update(probe, base_iri=context.base, prefixes=dict(context.prefixes))
    except SyntaxError as error:
        raise ContentError(
            [_malformed(error, text, start, context)], {context.name: text}
        ) from error
    except (OSError, RuntimeError, ValueError):  # the probe
        return


def _check_meaning(view: View, tokens: Sequence[Token], text: str, context: Context) -> None:
    """Refuse an update that the engine may read otherwise than SPARQL says."""
    prologue = [token for declaration in _prologue(tokens) for token in declaration]
    reader = Reader(prologue, context)
    valuing = any(token.keyword in VALUING for token in tokens)
    if (view.is_coded and valuing) or not all(map(is_kept, reader.literals(tokens))):
        raise _doubtful("literals such as `007`, which the engine would write otherwise", context)
    # What there is when a condition is tried depends on what was done before it.
    named = [reader.iri(b.text) for a, b in pairwise(tokens) if a.keyword == "GRAPH" and _is_iri(b)]
    for query in _conditions(tokens, text):
        asked = rephrased(View(Store(), named=named), query, context)
        if asked.text != query or _has_bare_graph(query):
            raise _doubtful("conditions that the engine reads otherwise than SPARQL says", context)


def _has_bare_graph(query: str) -> bool:
    """Whether something in GRAPH needs no triple, which the engine finds in no graph, too."""
    found = (phrase for phrase in walk(parse_query(scan(query))) if phrase.rule == "Graph")
    return any(all(inner.rule != "TriplesBlock" for inner in walk(each)) for each in found)


def _is_iri(token: Token) -> bool:
    return token.kind in ("iri", "name")


def _conditions(tokens: Sequence[Token], text: str) -> Iterator[str]:
    """The condition of each operation as a query that asks whether it holds."""
    head = " ".join(token.text for declaration in _prologue(tokens) for token in declaration)
    depth, start = 0, None
    for before, token in pairwise(tokens):
        depth += (token.text == "{") - (token.text == "}")
        if before.keyword == "WHERE" and token.text == "{" and depth == 1:
            start = token.start
        if token.text == "}" and depth == 0 and start is not None:
            yield f"{head} ASK {text[start : token.start + 1]}"
            start = None


def _prologue(tokens: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """The tokens of each declaration."""
    for index, token in enumerate(tokens):
        if token.keyword in ("BASE", "PREFIX"):
            yield tokens[index : index + (2 if token.keyword == "BASE" else 3)]


def _refuse_network(tokens: Sequence[Token], text: str, context: Context) -> None:
    refuse_service(tokens, text, context)
    loads = [token for token in tokens if token.keyword == "LOAD"]
    if loads and not context.allow_service:
        message = "the update reads from the network by LOAD, which is not allowed here"
        help_ = "give the data with `--data`, or allow LOAD with `--allow-service`"
        where = place(text, context.name, loads[0].start, len("LOAD"))
        raise ContentError([Diagnostic("Q605", message, where, help=help_)], {context.name: text})


def _doubtful(what: str, context: Context) -> ContentError:
    message = f"the update has {what}, so that what it does cannot be vouched for"
    return ContentError([Diagnostic("Q606", message, Location(context.name))])


def _malformed(error: SyntaxError, text: str, start: int, context: Context) -> Diagnostic:
    """Q601 where the engine stopped reading, in the text without the probe at `start`."""
    found = re.match(r"error at (\d+):(\d+): ", str(error.msg))
    if found is None:
        message = f"the update is not well formed: {error.msg}"
        return Diagnostic("Q601", message, Location(context.name))
    first = place(text, context.name, start)
    line, column = int(found[1]), int(found[2])
    column -= len(PROBE) if line == first.line and column > first.column else 0
    where = Location(context.name, line, column, line, column + 1)
    return Diagnostic("Q601", "the update is not well formed here", where)
