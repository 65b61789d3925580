"""A validation result in words: what was found, what was expected, and what an author can write.

In: a `Result`, the quads that it is about, and the shapes in words. Out: a `Fault`, a note, help.
Refuses nothing: of a constraint that it does not know it says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode
from rdflib import URIRef
from rdflib.namespace import SH

from kg.rdf.rdflib_terms import from_rdflib
from kg.shapes.demands import COMPARED, Demands
from kg.shapes.property_paths import NOWHERE, Links, Path, Sequence, Step, Trail, read_path
from kg.shapes.shacl import Result
from kg.shapes.vocabulary import Vocabulary, listed
from kg.terms import local_name

MISSING = frozenset({SH.minCount, SH.qualifiedMinCount, SH.hasValue})
"""Parameters that ask for values which are not there."""
TOO_MANY = frozenset({SH.maxCount, SH.qualifiedMaxCount, SH.uniqueLang})
_LISTED = 5


@dataclass(frozen=True, slots=True)
class Fault:
    """A result and what it is about in the data.

    Attributes:
        result: the result.
        parameter: of the constraint component, such as sh:minCount.
        focus: the focus node.
        path: of the property shape; `NOWHERE` for a node shape.
        value: the value node, if the result names one.
        trails: to the value nodes.
        at: the node where something is to be added: the focus node, or the one node that the first
            part of a path leads to.
        rest: the part of the path from there.
    """

    result: Result
    parameter: URIRef
    focus: object
    path: Path
    value: object
    trails: tuple[Trail, ...]
    at: object
    rest: Path


class Faults:
    """Puts results on some quads into words."""

    def __init__(self, demands: Demands, words: Vocabulary, links: Links) -> None:
        """Words for results on the quads of `links`."""
        self._demands, self._words, self._links = demands, words, links

    def read(self, result: Result) -> Fault:
        """What a result is about."""
        focus = from_rdflib(result.focus)
        path = read_path(self._demands.shapes, result.path) if result.path else NOWHERE
        name = local_name(str(result.component)).removesuffix("ConstraintComponent")
        parameter = SH.sparql if name == "SPARQL" else SH[name[:1].lower() + name[1:]]
        at, rest = self._reached(focus, path) if parameter in MISSING else (focus, path)
        return Fault(
            result=result,
            parameter=parameter,
            focus=focus,
            path=path,
            value=None if result.value is None else from_rdflib(result.value),
            trails=tuple(self._links.follow(path, focus)),
            at=at,
            rest=rest,
        )

    def _reached(self, focus: object, path: Path) -> tuple[object, Path]:
        """Where a path that leads to no value ends, if its first parts lead to one node."""
        parts = path.parts if isinstance(path, Sequence) else ()
        at, rest = focus, path
        for number in range(1, len(parts)):
            ends = self._links.follow(Sequence(parts[:number]), focus)
            if len(ends) != 1:
                break
            at, rest = ends[0].end, Sequence(parts[number:])
        return at, rest

    # Found and expected

    def note(self, fault: Fault) -> str:
        """What was found and what was expected; empty if the constraint says nothing of it."""
        return next((tell(self, fault) for kinds, tell in _NOTES if fault.parameter in kinds), "")

    def _counted(self, fault: Fault) -> str:
        found = [trail.end for trail in fault.trails]
        number = self._demands.number(fault.result.shape, SH.minCount, SH.maxCount)
        count = f"{len(found)} value{'' if len(found) == 1 else 's'}"
        values = f" ({self._listed(found)})" if found else ""
        expected = "none" if number == "no" else number
        return f"found {count} of {self._demands.path(fault.path)}{values}, expected {expected}"

    def _qualified(self, fault: Fault) -> str:
        shape, path = fault.result.shape, self._demands.path(fault.path)
        values = self._listed(trail.end for trail in fault.trails)
        return f"found {values} as {path}, expected {self._demands.qualified(shape)}"

    def _languages(self, fault: Fault) -> str:
        values = self._listed(trail.end for trail in fault.trails)
        return f"found {values} as {self._demands.path(fault.path)}, expected one in each language"

    def _given(self, fault: Fault) -> str:
        found = self._listed(trail.end for trail in fault.trails) if fault.trails else "no value"
        expected = self._demands.phrase(fault.result.shape, SH.hasValue)
        on = f" as {self._demands.path(fault.path)}" if fault.path != NOWHERE else ""
        return f"found {found}{on}, expected {expected}"

    def _closed(self, fault: Fault) -> str:
        allowed = listed(map(self._demands.term, self._demands.allowed(fault.result.shape)))
        return f"found {self._demands.path(fault.path)}, expected no other property than {allowed}"

    def _compared(self, fault: Fault) -> str:
        others = [self._listed(ends) for _, ends in self.compared(fault) if ends]
        values = f" ({'; '.join(others)})" if others else ""
        return f"{self._valued(fault)}{values}"

    def compared(self, fault: Fault) -> list[tuple[Step, list[object]]]:
        """The properties that a constraint compares the values with, and their values."""
        names = self._demands.all(fault.result.shape, fault.parameter)
        steps = [Step(str(name)) for name in names]
        follow = self._links.follow
        return [(step, [trail.end for trail in follow(step, fault.focus)]) for step in steps]

    def _valued(self, fault: Fault) -> str:
        if fault.path == NOWHERE and (options := self._options(fault)):
            return f"expected {options}"
        expected = self._demands.phrase(fault.result.shape, fault.parameter)
        if not expected or fault.value is None:
            return ""
        return f"found {self._words.term(fault.value)}{self._kind(fault)}, expected {expected}"

    def _kind(self, fault: Fault) -> str:
        """What sort of thing the value is, where that is what is wrong."""
        value = fault.value
        if fault.parameter == SH.datatype and isinstance(value, Literal):
            return f" (<{value.datatype.value}>)"
        if fault.parameter == SH.languageIn and isinstance(value, Literal):
            return f" in `{value.language}`" if value.language else " without a language"
        if fault.parameter in (SH["class"], SH["or"], SH.xone) and isinstance(value, NamedNode):
            types = self._types(value)
            return f" ({self._words.classes(types)})" if types else ""
        return ""

    def _types(self, node: object) -> list[str]:
        return self._links.types(node) or self._words.types(node)

    def _listed(self, terms: Iterable[object]) -> str:
        words = [self._words.term(term) for term in terms]
        more = [f"{len(words) - _LISTED} more"] if len(words) > _LISTED else []
        return listed([*words[:_LISTED], *more], "and") if words else "nothing"

    # Help

    def help(self, fault: Fault) -> str | None:
        """One action that satisfies the shape, if its parameters say one."""
        text = next((tell(self, fault) for kinds, tell in _HELP if fault.parameter in kinds), "")
        return text or None

    def _add(self, fault: Fault) -> str:
        options = self._demands.additions(
            fault.rest, self._types(fault.at), self._demands.wanted(fault.result.shape)
        )
        return f"add {'; or '.join(options)}" if options else ""

    def _fewer(self, fault: Fault) -> str:
        most = next(iter(self._demands.all(fault.result.shape, fault.parameter)), None)
        if fault.parameter == SH.uniqueLang:
            return "keep one of them"
        return "delete this" if str(most) == "0" else f"keep {most} of these values"

    def _write(self, fault: Fault) -> str:
        writable = self._demands.writable(fault.result.shape)
        if not writable or fault.path == NOWHERE:
            return self._see(fault)
        meant = self._demands.meant(fault.result.shape, fault.value)
        return f"{meant} else write {writable}" if meant else f"write {writable}"

    def _see(self, fault: Fault) -> str:
        options = self._options(fault)
        return f"give it {options}" if options else ""

    def _options(self, fault: Fault) -> str:
        """What a constraint that is made of shapes asks of a node."""
        shape, parameter = fault.result.shape, fault.parameter
        if parameter not in (SH["or"], SH.xone, SH["and"], SH.node):
            return ""
        if parameter == SH.node:
            return self._demands.inner(shape)
        options = self._demands.alternatives(shape, parameter)
        joint = ", and " if parameter == SH["and"] else ", or "
        return joint.join(dict.fromkeys(options)) if all(options) else ""

    def _delete(self, _fault: Fault) -> str:
        return "delete it, or let the shape allow it"


_Teller = tuple[frozenset[URIRef], Callable[[Faults, Fault], str]]
_VALUED = frozenset(
    {
        *(SH["in"], SH["class"], SH.nodeKind, SH.datatype, SH.pattern, SH.languageIn, SH["not"]),
        *(SH.minLength, SH.maxLength, SH.minInclusive, SH.maxInclusive),
        *(SH.minExclusive, SH.maxExclusive, SH["or"], SH.xone, SH["and"], SH.node),
    }
)
_NOTES: tuple[_Teller, ...] = (
    (frozenset({SH.minCount, SH.maxCount}), Faults._counted),
    (frozenset({SH.qualifiedMinCount, SH.qualifiedMaxCount}), Faults._qualified),
    (frozenset({SH.uniqueLang}), Faults._languages),
    (frozenset({SH.hasValue}), Faults._given),
    (frozenset({SH.closed}), Faults._closed),
    (frozenset(COMPARED), Faults._compared),
    (_VALUED, Faults._valued),
)
_HELP: tuple[_Teller, ...] = (
    (MISSING, Faults._add),
    (TOO_MANY, Faults._fewer),
    (frozenset({SH["in"], SH["class"], SH["or"], SH.xone}), Faults._write),
    (frozenset({SH["and"], SH.node}), Faults._see),
    (frozenset({SH.closed}), Faults._delete),
)
