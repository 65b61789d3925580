"""Which nodes certainly conform to the shapes that apply to them, so that pySHACL is not asked.

In: a shapes graph; the facts that all articles share; those of one article. Out: `Doubts`: the
shapes, with the focus nodes of each that may not conform. Refuses (`UnscreenedError`,
`OddFactsError`): shapes graphs that pySHACL might refuse, and facts that rdflib sees otherwise.

A focus node of the shared facts is looked at again for an article only if the article says
something that the first look would have seen. Likewise, an article need be looked at again after
the shared facts have changed only if its first look would have seen something of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import OWL, RDF, RDFS, SH
from rdflib.term import Node

from kg.shapes.compiling import Compiler, Conforms, to_text
from kg.shapes.components import COMPONENTS
from kg.shapes.facts import BROADER, TYPE, Facts, Seen, Watched
from kg.shapes.following import UnscreenedError, members
from kg.shapes.term_text import Term
from kg.shapes.wholes import wholes
from kg.store.origins import Row

Doubts = Mapping[Node, list[Term]]
"""Focus nodes that pySHACL has to decide about, by shape."""

_TARGETS = (SH.targetNode, SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf)
_OF_SHAPES = (SH.property, SH.node, SH["not"], SH.qualifiedValueShape)
_OF_LISTS = (SH["and"], SH["or"], SH.xone)


@dataclass(frozen=True, slots=True, eq=False)
class Screened:
    """A shape with targets (section 2.1.3); without `conforms`, pySHACL decides in any case."""

    node: Node
    conforms: Conforms | None
    nodes: list[Term] = field(default_factory=list)
    classes: list[Term] = field(default_factory=list)
    subjects_of: list[Term] = field(default_factory=list)
    objects_of: list[Term] = field(default_factory=list)

    def focus_nodes(self, facts: Facts) -> dict[Term, None]:
        """The focus nodes in both layers of the facts."""
        classes = {narrow for class_ in self.classes for narrow in facts.narrower(class_)}
        found = dict.fromkeys(self.nodes)
        found |= dict.fromkeys(node for c in classes for node in facts.subjects(TYPE, c))
        found |= dict.fromkeys(s for p in self.subjects_of for s, _ in facts.pairs(p))
        return found | dict.fromkeys(o for p in self.objects_of for _, o in facts.pairs(p))

    def certain(self, facts: Facts, node: Term) -> bool:
        """Whether a node conforms beyond doubt."""
        if self.conforms is None:
            return False
        facts.unsure = False
        return self.conforms(facts, node) and not facts.unsure


class Screen:
    """The shapes of a shapes graph, compiled."""

    def __init__(self, graph: Graph) -> None:
        """Compile the shapes.

        Args:
            graph: with flags that are `true` or `false` and nothing else.

        Raises:
            UnscreenedError: pySHACL might refuse the graph as a whole.
        """
        self.graph = graph
        compiler = Compiler(graph, COMPONENTS)
        for shape in set(_shapes(graph)):
            _refuse_odd(graph, shape)
        active = [shape for shape in _aimed(graph) if not compiler.has(shape, SH.deactivated)]
        self.shapes = [_screened(compiler, shape) for shape in active]
        self._subjects_of = _by(self.shapes, lambda shape: shape.subjects_of)
        self._objects_of = _by(self.shapes, lambda shape: shape.objects_of)
        self._of_class = _by(self.shapes, lambda shape: shape.classes)
        self.inverse = {to_text(property_) for property_ in graph.objects(None, SH.inversePath)}

    def new_targets(self, facts: Facts) -> Iterator[tuple[Screened, Term]]:
        """Shapes, with nodes that triples of the upper layer make focus nodes of them.

        The upper layer must not say which class is a subclass of which.
        """
        for node, class_ in facts.own_pairs(TYPE):
            for broad in facts.broader(class_):
                yield from ((shape, node) for shape in self._of_class.get(broad, ()))
        for predicate, shapes in self._subjects_of.items():
            for node, _ in facts.own_pairs(predicate):
                yield from ((shape, node) for shape in shapes)
        for predicate, shapes in self._objects_of.items():
            for _, node in facts.own_pairs(predicate):
                yield from ((shape, node) for shape in shapes)


class Look(NamedTuple):
    """What a look at an article brought.

    Attributes:
        doubts: focus nodes that may have results with the article which the shared part has not.
        seen: what was looked at, but for nodes that only the article speaks of, and that shared
            facts must not come to speak of.
        told: what the article says that a look at the shared facts may see.
        is_partial: whether it was seen what not to look at; else all focus nodes were looked at.
    """

    doubts: Doubts
    seen: set[Seen]
    told: set[Seen]
    is_partial: bool


class Ground:
    """What all articles share, screened, and what each look at it has seen."""

    def __init__(self, screen: Screen, shared: Iterable[Row]) -> None:
        """Screen the shared facts.

        Raises:
            OddFactsError: rdflib would take them for others.
        """
        self._screen, self._facts = screen, Facts(sorted(shared))
        self.doubts: dict[Node, list[Term]] = {}
        """The focus nodes of the shared facts that are not certain to conform."""
        self.unscreened: list[tuple[Screened, Term]] = []
        """Those that pySHACL has to look at with every article."""
        self._seen: dict[Seen, list[tuple[Screened, Term]]] = {}
        self._inverse = screen.inverse
        self._on_shared: set[Screened] = set()
        for shape in screen.shapes:
            for node in shape.focus_nodes(self._facts):
                self._on_shared.add(shape)
                self._look(shape, node)

    def _look(self, shape: Screened, node: Term) -> None:
        watched = Watched((), self._facts)
        if shape.classes:
            watched.classes(node)  # that it is a focus node rests on them
        if not shape.certain(watched, node):
            self.doubts.setdefault(shape.node, []).append(node)
        if shape.conforms is None:
            self.unscreened.append((shape, node))
        for seen in watched.seen:
            self._seen.setdefault(seen, []).append((shape, node))

    def said(self) -> dict[Seen, str]:
        """Digests of what the shared facts say of what can be looked at.

        That is a node, a value of a property that paths invert, or a class with those above it.
        """
        found: dict[Seen, list[str]] = {}
        for subject, predicate, value in self._facts.rows():
            found.setdefault(subject, []).append(f"{predicate} {value}")
            if predicate in self._inverse:
                found.setdefault((predicate, value), []).append(subject)
        for class_ in dict.fromkeys(narrow for narrow, _ in self._facts.own_pairs(BROADER)):
            found[class_, BROADER] = list(self._facts.broader(class_))
        return {seen: _digest(lines) for seen, lines in found.items()}

    def aims(self) -> dict[str, frozenset[Term] | None]:
        """Digests of shapes; the classes and properties by which articles have focus nodes of each.

        None for those that also have others, and for the properties that paths invert.
        """
        shapes = self._screen.shapes
        digests = wholes(self._screen.graph, [shape.node for shape in shapes])
        inverse = _digest(list(self._inverse))
        found = {digests[shape.node]: self._aim(shape) for shape in shapes}
        return {**found, inverse: None}

    def _aim(self, shape: Screened) -> frozenset[Term] | None:
        if shape.conforms is None or shape in self._on_shared:
            return None
        classes = {narrow for class_ in shape.classes for narrow in self._facts.narrower(class_)}
        return frozenset(classes.union(shape.subjects_of, shape.objects_of))

    def around(self, changed: Callable[[Seen], bool]) -> set[Seen]:
        """All that is seen by those looks at shared focus nodes that see something that changed."""
        looks = {
            (id(shape), node)
            for seen, by in self._seen.items()
            if changed(seen)
            for shape, node in by
        }
        return {
            seen
            for seen, by in self._seen.items()
            if any((id(shape), node) in looks for shape, node in by)
        }

    def article(self, rows: Iterable[Row]) -> Look:
        """Look at an article.

        Raises:
            OddFactsError: rdflib would take the rows for others.
        """
        facts = Watched(sorted(rows), self._facts)
        found: dict[Screened, dict[Term, None]] = {}
        pairs = self._all(facts) if facts.reclassifies else self._touched(facts)
        for shape, node in pairs:
            found.setdefault(shape, {})[node] = None
        doubts = {
            shape.node: [node for node in nodes if not shape.certain(facts, node)]
            for shape, nodes in found.items()
        }
        left = {shape: nodes for shape, nodes in doubts.items() if nodes}
        own = set(facts.own_nodes()).difference(self._facts.own_nodes())
        told: set[Seen] = {*facts.own_nodes()}
        for predicate in self._inverse:
            told |= {(predicate, value) for _, value in facts.own_pairs(predicate)}
        seen = _elsewhere(facts.seen, own)
        return Look(left, seen, _elsewhere(told, own), not facts.reclassifies)

    def _touched(self, facts: Facts) -> Iterator[tuple[Screened, Term]]:
        yield from self.unscreened
        yield from self._screen.new_targets(facts)
        for node in facts.own_nodes():
            yield from self._seen.get(node, ())
        for predicate in self._inverse:
            for _, value in facts.own_pairs(predicate):
                yield from self._seen.get((predicate, value), ())

    def _all(self, facts: Facts) -> Iterator[tuple[Screened, Term]]:
        for shape in self._screen.shapes:
            yield from ((shape, node) for node in shape.focus_nodes(facts))


def _elsewhere(seen: Iterable[Seen], own: set[Term]) -> set[Seen]:
    """What is not about nodes that an article alone speaks of."""
    return {s for s in seen if (s[1] if isinstance(s, tuple) else s) not in own}


def _digest(lines: list[str]) -> str:
    return sha256("\n".join(sorted(lines)).encode()).hexdigest()[:16]


def _by(
    shapes: list[Screened], keys: Callable[[Screened], Iterable[Term]]
) -> dict[Term, list[Screened]]:
    found: dict[Term, list[Screened]] = {}
    for shape in shapes:
        for key in keys(shape):
            found.setdefault(key, []).append(shape)
    return found


def _screened(compiler: Compiler, shape: Node) -> Screened:
    try:
        conforms = compiler.conforms(shape)
    except UnscreenedError:
        conforms = None
    implicit = [to_text(shape)] if _is_class(compiler.graph, shape) else []
    return Screened(
        shape,
        conforms,
        compiler.terms(shape, SH.targetNode),
        [*compiler.terms(shape, SH.targetClass), *implicit],
        compiler.properties(shape, SH.targetSubjectsOf),
        compiler.properties(shape, SH.targetObjectsOf),
    )


def _is_class(graph: Graph, shape: Node) -> bool:
    """Whether a shape is a class, too, and so its own target (section 2.1.3.3)."""
    classes = {RDFS.Class, OWL.Class, *graph.subjects(RDFS.subClassOf, RDFS.Class)}
    return not classes.isdisjoint(graph.objects(shape, RDF.type))


def _aimed(graph: Graph) -> Iterator[Node]:
    """The shapes with targets."""
    for shape in dict.fromkeys(_shapes(graph)):
        if _is_class(graph, shape) or any((shape, target, None) in graph for target in _TARGETS):
            yield shape


def _shapes(graph: Graph) -> Iterator[Node]:
    """What pySHACL takes for shapes (section 2.1)."""
    for kind in (SH.NodeShape, SH.PropertyShape):
        yield from graph.subjects(RDF.type, kind)
    for parameter in (*_TARGETS, SH.property, SH.node):
        yield from graph.subjects(parameter, None)
    for parameter in _OF_SHAPES:
        yield from graph.objects(None, parameter)
    for parameter in _OF_LISTS:
        for head in graph.objects(None, parameter):
            yield from members(graph, head)


def _refuse_odd(graph: Graph, shape: Node) -> None:
    """Refuse what pySHACL may not load, whether anything is a focus node of it or not."""
    paths = len(list(graph.objects(shape, SH.path)))
    kinds = set(graph.objects(shape, RDF.type))
    mixed = paths and SH.NodeShape in kinds
    pathless = not paths and SH.PropertyShape in kinds
    flags = list(graph.objects(shape, SH.deactivated))
    lists = [head for parameter in _OF_LISTS for head in graph.objects(shape, parameter)]
    if (
        not isinstance(shape, URIRef | BNode)
        or mixed
        or pathless
        or paths > 1
        or len(flags) > 1
        or not all(isinstance(flag, Literal) for flag in flags)
        or RDF.nil in lists
    ):
        raise UnscreenedError(shape)
