"""Property paths: triple patterns one by one, and what of their paths the engine gets wrong.

In: the phrases of a triples block. Out: triple patterns with a path each; the paths without
alternatives that a path is the union of, and when they can be of length zero.
Refuses: a path that is the union of more paths than anybody writes (Q606).

https://www.w3.org/TR/sparql11-query/#sparqlTranslatePathExpressions (section 18.2.2.4)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import count, pairwise, product
from math import prod
from typing import NamedTuple

from kg.diagnostics import ContentError, Diagnostic
from kg.sparql.grammar import Token, Tree
from kg.sparql.phrases import Part, first_token, text_of

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
MOST = 256
NEVER = 3


class Triple(NamedTuple):
    """A triple pattern: subject and object as text, and the phrase of its path or variable.

    `at` is the phrase of its object; of a member of a list, that of the member.
    """

    subject: str
    path: Tree
    value: str
    at: Part

    def constants(self) -> list[str]:
        """Its ends that are terms."""
        return [end for end in (self.subject, self.value) if end[0] not in "?$"]


class Step(NamedTuple):
    """A path without alternatives.

    Attributes:
        text: the path.
        ends: how many ends must be terms for it to be of length zero at a term that the data do
            not have; `NEVER` if it cannot. A path between variables is one between nodes of the
            graph, so that in `:p*/:q*` both outer ends must be terms.
    """

    text: str
    ends: int


class Unfolding(NamedTuple):
    """Takes the triple patterns of a block apart; a blank node becomes a variable.

    Attributes:
        term: the text for a variable or term.
        fresh: a new variable.
    """

    term: Callable[[Part], str]
    fresh: Callable[[], str]

    def triples(self, subject: Tree) -> list[Triple]:
        """The triple patterns of a SameSubjectPath."""
        head, *rest = subject.parts
        assert isinstance(head, Tree)
        name, found = self._end(head)
        for properties in rest:
            found += self._properties(name, properties)
        return found

    def _end(self, part: Part) -> tuple[str, list[Triple]]:
        """The name of a PathObject, PathNode or term, and the triple patterns inside it."""
        if isinstance(part, Tree) and part.rule == "PathObject":
            part = part.parts[0]
        if not isinstance(part, Tree) or part.rule != "PathNode":
            return self.term(part), []
        _, *inner, _ = part.parts
        if isinstance(inner[0], Tree) and inner[0].rule == "PathProperties":
            name = self.fresh()
            return name, self._properties(name, inner[0])
        return self._collection(inner)

    def _collection(self, members: list[Part]) -> tuple[str, list[Triple]]:
        cells = [self.fresh() for _ in members]
        found: list[Triple] = []
        for (cell, rest), member in zip(pairwise([*cells, f"<{RDF}nil>"]), members, strict=True):
            name, inner = self._end(member)
            found.append(Triple(cell, _iri("first"), name, member))
            found += [Triple(cell, _iri("rest"), rest, member), *inner]
        return cells[0], found

    def _properties(self, subject: str, properties: Part) -> list[Triple]:
        assert isinstance(properties, Tree)
        found: list[Triple] = []
        path = properties
        for part in properties.parts:
            if isinstance(part, Tree) and part.rule == "PathVerb":
                (inner,) = part.parts
                assert isinstance(inner, Tree)
                path = inner
            elif isinstance(part, Tree):
                for member in part.parts:
                    if isinstance(member, Tree):
                        value, inside = self._end(member)
                        found += [Triple(subject, path, value, member), *inside]
        return found


def unfolded(block: Tree) -> list[tuple[Tree, Triple]]:
    """The triple patterns of a block, each with the phrase whose subject comes first.

    A blank node without a label gets one that no other block has.
    """
    numbers, start = count(1), first_token(block).start

    def fresh() -> str:
        return f"_:kg{start}_{next(numbers)}"

    def term(part: Part) -> str:
        return fresh() if first_token(part).terminal == "ANON" else text_of(part)

    unfolding = Unfolding(term, fresh)
    subjects = block.trees("SameSubjectPath")
    return [(subject, triple) for subject in subjects for triple in unfolding.triples(subject)]


def _iri(name: str) -> Tree:
    return Tree("Iri", (Token("iri", f"<{RDF}{name}>", -1),))


def size(path: Part) -> int:
    """Of how many paths without alternatives a path is the union, duplicates kept."""
    if isinstance(path, Token):
        return 1
    inner = [part for part in path.parts if isinstance(part, Tree)]
    if path.rule == "Path":
        return sum(map(size, inner))
    if path.rule == "PathStep" and _modifier(path):
        return 1  # a closure has no duplicates
    if path.rule == "PathPrimary" and _is_negated(path):
        return 2 if all(_directions(path)) else 1
    return prod(map(size, inner))


def steps(path: Tree) -> list[Step]:
    """The paths whose union, duplicates kept, a path is.

    Raises:
        ContentError: Q606, there are too many.
    """
    if size(path) > MOST:
        message = f"a path with more than {MOST} alternatives cannot be answered rightly"
        raise ContentError([Diagnostic("Q606", message)])
    return list(_steps(path))


def _steps(path: Part) -> Iterator[Step]:
    if isinstance(path, Token):
        return
    inner = [part for part in path.parts if isinstance(part, Tree)]
    if path.rule == "Path":
        for part in inner:
            yield from _steps(part)
    elif path.rule == "PathSequence":
        yield from map(_joined, product(*map(_steps, inner)))
    elif path.rule == "PathStep":
        yield from _repeated(path, inner[0])
    elif _is_negated(path):
        yield from (Step(text, NEVER) for text in _halves(path))
    elif path.rule == "PathPrimary" and isinstance(path.parts[0], Token) and inner:
        yield from (Step(f"({step.text})", step.ends) for step in _steps(inner[0]))
    else:
        yield Step(text_of(path), NEVER)


def _joined(chosen: Sequence[Step]) -> Step:
    if len(chosen) == 1:
        return chosen[0]
    both = len(chosen) == 2 and all(step.ends == 1 for step in chosen)
    return Step("/".join(step.text for step in chosen), 2 if both else NEVER)


def _repeated(step: Tree, primary: Tree) -> Iterator[Step]:
    first, *_, last = step.parts if len(step.parts) > 1 else (primary, primary)
    sign = first.text if isinstance(first, Token) else ""
    modifier = last.text if isinstance(last, Token) else ""
    if modifier:
        zero = modifier != "+" or any(inner.ends == 1 for inner in _steps(primary))
        yield Step(text_of(step), 1 if zero else NEVER)
    else:
        yield from (Step(sign + inner.text, inner.ends) for inner in _steps(primary))


def _modifier(step: Tree) -> str:
    last = step.parts[-1]
    return last.text if isinstance(last, Token) and last.text in ("?", "*", "+") else ""


def _is_negated(primary: Tree) -> bool:
    return isinstance(primary.parts[0], Token) and primary.parts[0].text == "!"


def _directions(primary: Tree) -> tuple[list[str], list[str]]:
    """The properties of a negated set: those read forward, and those read backward."""
    texts = [text_of(part) for part in primary.parts if isinstance(part, Tree)]
    forward = [text for text in texts if not text.startswith("^")]
    return forward, [text.removeprefix("^") for text in texts if text.startswith("^")]


def _halves(primary: Tree) -> Iterator[str]:
    forward, backward = _directions(primary)
    if forward or not backward:
        yield f"!({'|'.join(forward)})"
    if backward:
        yield f"^(!({'|'.join(backward)}))"
