"""SHACL validation of a graph; pySHACL decides.

In: a data graph and a shapes graph of rdflib. Out: `Result`s, in no order.
Refuses: shapes that pySHACL cannot apply, such as a query that SHACL forbids
(`InapplicableError`), or does not come to an end with, such as a pattern of repeats inside repeats
(`EndlessError`).

https://www.w3.org/TR/shacl/
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property, partial
from types import FrameType
from typing import Any

from rdflib import Dataset, Graph, Literal, URIRef
from rdflib.graph import DATASET_DEFAULT_GRAPH_ID
from rdflib.namespace import OWL, RDF, SH, XSD
from rdflib.plugins.sparql.sparql import Query
from rdflib.plugins.stores.memory import Memory
from rdflib.query import Processor
from rdflib.query import Result as Answer
from rdflib.term import Identifier, Node

from kg.patience import LateError, patience
from kg.rdf.rdflib_terms import to_rdflib
from kg.terms import SH as NAMESPACE

SHAPES_GRAPH = URIRef("urn:kg:shapes")
PATIENCE = 120
"""Seconds of computing; an article takes a fiftieth of one, tens of thousands of triples some."""
_FLAGS = (
    SH.closed,
    SH.deactivated,
    SH.optional,
    SH.qualifiedValueShapesDisjoint,
    SH.uniqueLang,
)
_TRUE = Literal("true", datatype=XSD.boolean)
_QUERIES = (SH.ask, SH.select)
_VARIABLE, _OWN_VARIABLE = "shapesGraph", "graphOfShapes"


# What pySHACL logs it says with its exceptions, too.
logging.getLogger("pyshacl").addHandler(logging.NullHandler())
logging.getLogger("pyshacl-validate").addFilter(lambda _: False)


@dataclass(frozen=True, slots=True)
class Result:
    """A validation result (section 3.6.2); nodes without an IRI are those of the graphs validated.

    Attributes:
        focus: the focus node.
        path: the IRI or the node of the shapes graph that describes a property path, if any.
        value: the value node, if the result names one.
        severity: `sh:Violation`, `sh:Warning`, `sh:Info` or one of the user's own.
        component: the constraint component.
        shape: the shape that was violated, a node of the shapes graph.
        constraint: the node of a SPARQL-based constraint.
        messages: of the shape or the constraint, if they have any.
    """

    focus: Node
    path: Node | None
    value: Node | None
    severity: Node
    component: Node
    shape: Node
    constraint: Node | None
    messages: tuple[Node, ...]


class InapplicableError(Exception):
    """pySHACL cannot apply the shapes; says why, and which shape it is if that can be told."""

    def __init__(self, reason: str, shape: Node | None = None) -> None:
        self.shape = shape
        super().__init__(" ".join(reason.split("For reference")[0].split()).rstrip("."))


class EndlessError(InapplicableError):
    """A shape took longer than `PATIENCE`."""


class Shapes:
    """A shapes graph, ready to be applied to many data graphs.

    pySHACL departs from the specification in three points that are put right here: it takes any
    form of a true flag for `true` (the W3C tests let only that form activate a constraint), does
    not follow owl:imports from sh:prefixes (section 5.2.1), and does not know $shapesGraph.
    """

    def __init__(self, graph: Graph) -> None:
        """Prepare a shapes graph; the given one stays as it is."""
        self.graph = graph
        self._asked = False
        self._endless: EndlessError | None = None
        self.ready = Graph(bind_namespaces="none")
        for triple in graph:
            self.ready.add(self._plain(*triple))
        for prefixes in set(graph.objects(None, SH.prefixes)):
            for ontology in graph.transitive_objects(prefixes, OWL.imports):
                for declaration in graph.objects(ontology, SH.declare):
                    self.ready.add((prefixes, SH.declare, declaration))

    def _plain(self, s: Node, p: Node, o: Node) -> tuple[Node, Node, Node]:
        """A triple as pySHACL takes it: flags are true or not, $shapesGraph has another name."""
        if p in _FLAGS:
            return s, p, Literal("true" if o == _TRUE else "false", datatype=XSD.boolean)
        if p not in _QUERIES or _VARIABLE not in str(o):
            return s, p, o
        self._asked = True
        return s, p, Literal(str(o).replace(_VARIABLE, _OWN_VARIABLE))

    def validate(
        self, data: Graph, doubts: Mapping[Node, Iterable[object]] | None = None
    ) -> list[Result]:
        """Apply shapes to a data graph.

        Args:
            data: the graph.
            doubts: shapes, with the focus nodes (terms of pyoxigraph) that are to be looked at;
                all shapes with all their targets, if it is left out.

        Raises:
            InapplicableError: pySHACL cannot apply a shape. EndlessError: it does not come to an
                end, with these data or with others before.
        """
        data = _BesideShapes(data, self.graph) if self._asked else data
        try:
            with self.in_time(), _refused():
                report = self._applied(data) if doubts is None else self._decided(data, doubts)
        except EndlessError:
            raise
        except InapplicableError as error:
            raise InapplicableError(str(error), self._culprit(data)) from error
        return list(map(self._own_words, results(report)))

    @contextmanager
    def in_time(self) -> Iterator[None]:
        """Look at data, for as long as `PATIENCE` allows.

        Raises:
            EndlessError: that was not enough, now or before.
        """
        if self._endless:
            raise self._endless
        try:
            with patience(PATIENCE, _shape_at):
                yield
        except LateError as error:
            reason = f"it computes for more than {PATIENCE} seconds"
            shape = error.where if isinstance(error.where, URIRef) else None
            self._endless = EndlessError(reason, shape)
            raise self._endless from error

    def _applied(self, data: Graph, *shapes: str | URIRef) -> Graph:
        """The report on all focus nodes."""
        import pyshacl  # a fifth of a second, which a project that certainly conforms does without

        apply = partial(pyshacl.validate, inference="none", inplace=True)
        _, report, text = apply(data, shacl_graph=self.ready, use_shapes=list(shapes))
        if not isinstance(report, Graph):
            raise InapplicableError(text.removeprefix("Validation Failure - "))
        return report

    def _decided(self, data: Graph, doubts: Mapping[Node, Iterable[object]]) -> Graph:
        """The report on some focus nodes, as `_applied` would have it.

        Not by `focus_nodes`: pySHACL 0.40 skips with it whatever inner shapes say of other nodes.
        """
        from pyshacl.graph_abstraction import DataGraph
        from pyshacl.monkey import apply_patches
        from pyshacl.validator import Validator

        apply_patches()  # type: ignore[no-untyped-call]  # as `pyshacl.validate` does
        validator = Validator(
            DataGraph.from_rdflib(data), shacl_graph=self.ready, options={"inplace": True}
        )
        found = []
        for node, focus_nodes in doubts.items():
            shape, nodes = self._loaded[node], list(map(to_rdflib, focus_nodes))
            found += shape.validate(validator.make_executor(), validator.data_graph, nodes)[1]
        report, _ = validator.create_validation_report(validator.shacl_graph, not found, found)
        return report  # type: ignore[no-any-return]

    @cached_property
    def _loaded(self) -> dict[Node, Any]:
        """The shapes as pySHACL reads them; that takes longer than to apply a few."""
        from pyshacl.shapes_graph import ShapesGraph

        return {shape.node: shape for shape in ShapesGraph(self.ready).shapes}

    def _own_words(self, result: Result) -> Result:
        """A result without what pySHACL says where shape and constraint say nothing.

        Its sentences are remembered by the address of a graph in memory, and may be of another one.
        """
        owners = filter(None, (result.shape, result.constraint))
        said = ((owner, SH.message, None) in self.graph for owner in owners)
        is_custom = not str(result.component).startswith(NAMESPACE)
        return result if is_custom or any(said) else replace(result, messages=())

    def _culprit(self, data: Graph) -> Node | None:
        """The first shape with a name that cannot be applied by itself."""
        for shape in sorted(set(self.graph.subjects(RDF.type, SH.NodeShape)), key=str):
            try:
                if isinstance(shape, URIRef):
                    with _refused():
                        self._applied(data, shape)
            except InapplicableError:
                return shape
        return None


def _shape_at(frame: FrameType | None) -> URIRef | None:
    """The outermost shape with a name that is being applied where a frame is."""
    found: URIRef | None = None
    while frame:
        node = getattr(frame.f_locals.get("self"), "node", None)  # of a shape here or of pySHACL
        found = node if isinstance(node, URIRef) else found
        frame = frame.f_back
    return found


@contextmanager
def _refused() -> Iterator[None]:
    """What pySHACL raises at shapes that it cannot apply: what it pleases, bare `Exception` too."""
    try:
        yield
    except InapplicableError:
        raise
    except RecursionError as error:
        raise InapplicableError("it is nested too deeply, or has too many parts") from error
    except Exception as error:
        raise InapplicableError(str(getattr(error, "message", error))) from error


def results(report: Graph) -> Iterator[Result]:
    """The results of a validation report; those that only detail others (`sh:detail`) are not."""
    for node in report.objects(None, SH.result):
        said = dict(report.predicate_objects(node))
        yield Result(
            focus=said[SH.focusNode],
            path=said.get(SH.resultPath),
            value=said.get(SH.value),
            severity=said[SH.resultSeverity],
            component=said[SH.sourceConstraintComponent],
            shape=said[SH.sourceShape],
            constraint=said.get(SH.sourceConstraint),
            messages=tuple(sorted(report.objects(node, SH.resultMessage), key=str)),
        )


def owner(shapes: Graph, shape: Node) -> URIRef | None:
    """The shape with a name that a node of a shapes graph belongs to."""
    node: Node | None = shape
    seen: set[Node] = set()
    while node is not None and not isinstance(node, URIRef):
        seen.add(node)  # shapes without a name may refer to one another in a circle
        node = min(set(shapes.subjects(None, node)) - seen, default=None, key=str)
    return node


class _BesideShapes(Graph):
    """Data that queries see as the default graph of a dataset, the shapes graph beside it."""

    def __init__(self, data: Graph, shapes: Graph) -> None:
        store = Memory()
        super().__init__(store, DATASET_DEFAULT_GRAPH_ID, bind_namespaces="none")
        self += data
        self._dataset = Dataset(store)
        named = self._dataset.graph(SHAPES_GRAPH)
        named += shapes

    def query(
        self,
        query_object: str | Query,
        processor: str | Processor = "sparql",
        result: str | type[Answer] = "sparql",
        initNs: Mapping[str, Any] | None = None,  # noqa: N803  (names of rdflib)
        initBindings: Mapping[str, Identifier] | None = None,  # noqa: N803
        use_store_provided: bool = True,
        **options: Any,  # noqa: ANN401
    ) -> Answer:
        """Query the dataset, with $shapesGraph bound beforehand (section 5.3.1)."""
        bound = {**(initBindings or {}), _OWN_VARIABLE: SHAPES_GRAPH}
        return self._dataset.query(
            query_object, processor, result, initNs, bound, use_store_provided, **options
        )
