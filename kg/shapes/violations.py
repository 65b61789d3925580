"""Validation results as findings at both ends: the mapping line and the words, and the shape.

In: `Result`s on the quads of one article or of the authority, and where each quad is from.
Out: diagnostics. Each stands at the line that made the triple at fault, or should have made it;
beside it stand the words of the article, other lines that have a part in it, and the shape.
Refuses nothing.
"""

from __future__ import annotations

import re
from collections import ChainMap, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from pyoxigraph import BlankNode, NamedNode, Quad, Triple
from rdflib import Literal, URIRef
from rdflib.namespace import SH
from rdflib.term import Node

from kg.diagnostics import Diagnostic, Location, Severity
from kg.grounding.generate import TYPE
from kg.ontology.descriptions import Sources
from kg.project.seeds import Seed
from kg.rdf.rdflib_terms import from_rdflib
from kg.shapes.demands import COMPARED, Demands
from kg.shapes.faults import MISSING, Fault, Faults
from kg.shapes.property_paths import NOWHERE, Links, Step, Trail, first
from kg.shapes.shacl import Result, owner
from kg.shapes.vocabulary import Vocabulary
from kg.store.origins import Origin
from kg.terms import local_name
from kg.text.quotes import Lines, Span

# A severity of the user's own is taken for an error: to SHACL, no result of any severity conforms.
_SEVERITY: dict[Node, Severity] = {SH.Warning: Severity.WARNING, SH.Info: Severity.NOTE}
_ENTRY, _SHAPE = "said of this entry", "the shape"
_SEEN = 4
_CODE = {Severity.ERROR: "V401", Severity.WARNING: "V402", Severity.NOTE: "V403"}


@dataclass(frozen=True, slots=True)
class Ends:
    """What results are traced back to.

    Attributes:
        own: where each quad of the article is from, or of the authority.
        shared: where each quad is from that those refer to.
        seed: the article, for the words; None for the authority.
        ontology: where its own individuals are declared.
        shapes: where the shapes are described.
        language: of messages, where a shape has several.
    """

    own: Mapping[Quad, Origin]
    shared: Mapping[Quad, Origin]
    seed: Seed | None
    ontology: Sources
    shapes: Sources
    language: str


def merge(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Findings of which no two say the same of one place."""
    merged: dict[tuple[object, ...], Diagnostic] = {}
    for found in diagnostics:
        key = found.code, found.message, found.place, found.severity, found.fixes
        merged[key] = _both(merged[key], found) if key in merged else found
    return list(merged.values())


def _both(one: Diagnostic, other: Diagnostic) -> Diagnostic:
    related = dict.fromkeys([*one.related, *other.related])
    return replace(
        one,
        notes=tuple(dict.fromkeys([*one.notes, *other.notes])),
        related=tuple(sorted(related, key=lambda item: item[0] == _SHAPE)),
        help=one.help or other.help,
    )


class Reporter:
    """Traces results back to both ends."""

    def __init__(self, ends: Ends, demands: Demands, words: Vocabulary) -> None:
        """Findings on the data of `ends`, in the words of shapes and of mapping files."""
        self._ends, self._demands = ends, demands
        self._origins = ChainMap(dict(ends.own), dict(ends.shared))
        self._links = Links(self._origins)
        self._faults = Faults(demands, words, self._links)
        self._lines = Lines(ends.seed.text) if ends.seed else None

    def spoken(self, result: Result) -> Result:
        """A result with a message, if the shape has none."""
        note = "" if result.messages else self._faults.note(self._faults.read(result))
        return replace(result, messages=(Literal(note, lang="en"),)) if note else result

    def diagnostic(self, result: Result) -> Diagnostic:
        """A result as a finding."""
        fault = self._faults.read(result)
        severity = _SEVERITY.get(result.severity, Severity.ERROR)
        note = self._faults.note(fault)
        message = self._message(result) or note or f"<{result.focus}> does not conform to a shape"
        origin, beside = self._spot(fault)
        words = self._quoted(origin.spans)
        help_ = self._faults.help(fault)
        places = [("the words", words), *beside, (_SHAPE, self._shape(fault))]
        place = origin.place or words or self._declared(fault.focus)
        told = note if fault.path != NOWHERE or not help_ else ""  # else help says the same
        # Where a line is said of all entries, they are listed with their places.
        node = "" if _ENTRY in dict(beside) else f"focus node <{result.focus}>"
        notes = (told, node, self._constraint(fault))
        return Diagnostic(
            code=_CODE[severity],
            message=message,
            place=place,
            notes=tuple(text for text in notes if text and text != message),
            help=help_,
            related=tuple((text, at) for text, at in dict.fromkeys(places) if at and at != place),
            severity=severity,
        )

    def _message(self, result: Result) -> str:
        """What the shape or the constraint says, in the project's language if it does."""
        language = self._ends.language
        fitting = [m for m in result.messages if getattr(m, "language", None) == language]
        text = " ".join(map(str, fitting or result.messages))
        for node in (result.focus, result.value):
            if isinstance(node, URIRef):  # a query's message may have had a variable filled in
                text = re.sub(rf"<?(?<![^\s<]){re.escape(node)}(?![^\s>.,;)])>?", f"<{node}>", text)
        return text

    def _constraint(self, fault: Fault) -> str:
        name = owner(self._demands.shapes, fault.result.shape)
        component = local_name(str(fault.result.component))
        shape = f"shape {f'<{name}>' if name else 'without a name'}, {component}"
        if isinstance(fault.path, Step) and not fault.path.inverse:
            return f"{shape} for <{fault.path.iri}>"
        return shape if fault.path == NOWHERE else f"{shape} for {self._demands.path(fault.path)}"

    # The mapping and the article

    def _spot(self, fault: Fault) -> tuple[Origin, list[tuple[str, Location | None]]]:
        """Where the triple at fault is made, or should be, and other lines with a part in it."""
        if fault.parameter in MISSING:
            return self._entry(fault.at), self._through(fault)
        if fault.parameter == SH.node and self._is_shared(fault.value):
            named = [self._trail(trail) for trail in fault.trails if trail.end == fault.value]
            return self._entry(fault.value), [("named here", origin.place) for origin in named]
        direct = [Trail(q.object, (q,)) for q in self._links.leaving(fault.focus)]
        at_value = [trail for trail in fault.trails or direct if trail.end == fault.value]
        if fault.value is not None and at_value:
            return self._trail(at_value[0]), self._others(fault)
        if fault.value is None and fault.trails:
            origin, *rest = map(self._trail, fault.trails)
            return origin, [("another value", other.place) for other in rest]
        if fault.path == NOWHERE and (said := self._of_all(fault)):
            return said
        return self._entry(fault.focus), []

    def _of_all(self, fault: Fault) -> tuple[Origin, list[tuple[str, Location | None]]] | None:
        """The lines of a group, if the constraint sees nothing that the entry says by itself.

        Whatever it finds in one entry of the group it finds in the others for the same reason.
        """
        paths = self._demands.paths(fault.result.shape, fault.parameter)
        firsts = [self._links.follow(first(path), fault.focus) for path in paths]
        quads = [trail.quads[0] for trails in firsts for trail in trails if trail.quads]
        if not all(firsts) or not quads or not all(map(self._is_of_all, quads)):
            return None
        ends = [trail for path in paths for trail in self._links.follow(path, fault.focus)]
        seen = [self._origins[q].place for q in quads] + [self._trail(end).place for end in ends]
        place, *rest = dict.fromkeys(seen)
        beside = [("together with this", other) for other in rest[:_SEEN]]
        return Origin(place), [*beside, (_ENTRY, self._entry(fault.focus).place)]

    def _is_of_all(self, quad: Quad) -> bool:
        """Whether a line says the same of several entries."""
        return len(self._subjects[quad.predicate, self._origins[quad].place]) > 1

    @cached_property
    def _subjects(self) -> Mapping[object, set[object]]:
        """What each line says something of, by property and line."""
        found: defaultdict[object, set[object]] = defaultdict(set)
        for quad, origin in self._ends.own.items():
            found[quad.predicate, origin.place].add(quad.subject)
        return found

    def _is_shared(self, node: object) -> bool:
        """Whether an article names a node and says nothing of it."""
        quads = self._links.leaving(node)
        return bool(quads) and not any(quad in self._ends.own for quad in quads)

    def _through(self, fault: Fault) -> list[tuple[str, Location | None]]:
        """The line that names the node that lacks something, where it is not the focus node."""
        if fault.at == fault.focus:
            return []
        return [("named here", self._entry(fault.focus).place)]

    def _others(self, fault: Fault) -> list[tuple[str, Location | None]]:
        """The lines of the values that a value is compared with."""
        if fault.parameter not in COMPARED:
            return []
        trails = [
            trail
            for step, _ in self._faults.compared(fault)
            for trail in self._links.follow(step, fault.focus)
        ]
        return [("compared with this", self._trail(trail).place) for trail in trails[:3]]

    def _trail(self, trail: Trail) -> Origin:
        """The last line on a trail."""
        origins = [self._origins[quad] for quad in reversed(trail.quads)]
        return next((o for o in origins if o.place), origins[0] if origins else Origin(None))

    def _entry(self, node: object) -> Origin:
        """The entry that describes a node, else the line that leads to it."""
        about = sorted(self._links.leaving(node), key=lambda quad: quad.predicate != TYPE)
        origins = [self._origins[q] for q in (*about, *self._links.reaching(node))]
        return next((o for o in origins if o.place), origins[0] if origins else Origin(None))

    def _quoted(self, spans: tuple[Span, ...]) -> Location | None:
        if not (self._lines and self._ends.seed and spans):
            return None
        start, end = map(self._lines.position, (spans[0].start, spans[0].end))
        return Location(self._ends.seed.name, *start, *end)

    def _declared(self, node: object) -> Location | None:
        named = isinstance(node, NamedNode | BlankNode)
        return self._ends.ontology.begin(node) if named else None  # type: ignore[arg-type]

    # The shape

    def _shape(self, fault: Fault) -> Location | None:
        """Where the parameter of the constraint stands, else where the shape is described."""
        node = from_rdflib(fault.result.shape)
        if not isinstance(node, NamedNode | BlankNode):
            return None
        for value in self._demands.all(fault.result.shape, fault.parameter):
            stated = Triple(node, NamedNode(fault.parameter), from_rdflib(value))
            if place := self._ends.shapes.stated(stated):
                return place
        return self._ends.shapes.begin(node)
