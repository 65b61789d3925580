"""SHACL validation of one article's quads, with the mapping line behind every result.

In: quads, the shared quads that they refer to, and the shapes graph. Out: `Violation`s, and from
them diagnostics that name the mapping line and the words of the article. pySHACL decides.
Refuses: a shapes graph that the SHACL-SHACL shapes refuse (O104).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode, Quad
from pyshacl.entrypoints import meta_validate
from rdflib import BNode, Graph, URIRef
from rdflib.namespace import SH
from rdflib.term import Node

from kg.diagnostics import ContentError, Diagnostic, Findings, Location, Severity
from kg.generate import TYPE
from kg.ontology import load_turtle
from kg.origins import Origin
from kg.project import Project
from kg.quotes import Lines
from kg.rdflib_terms import from_rdflib, to_graph
from kg.seeds import Seed
from kg.shacl import InapplicableError, Result, Shapes, results
from kg.terms import local_name

_SEVERITY: dict[Node, Severity] = {SH.Violation: Severity.ERROR, SH.Warning: Severity.WARNING}
_CODE = {Severity.ERROR: "V401", Severity.WARNING: "V402", Severity.NOTE: "V402"}


@dataclass(frozen=True, slots=True)
class Violation:
    """One SHACL validation result, in the terms of the data.

    Attributes:
        focus: IRI of the focus node.
        path: the predicate of the result path; empty for a node constraint or a complex path.
        value: the value node, if the result names one.
        message: of the shape.
        severity: of the shape.
        component: local name of the constraint component, such as `MinCountConstraintComponent`.
        shape: IRI of the node shape or the property shape's owner, as far as it has one.
    """

    focus: str
    path: str
    value: NamedNode | BlankNode | Literal | None
    message: str
    severity: Severity
    component: str
    shape: str


def load_shapes(project: Project) -> Shapes:
    """The shapes graph of a project.

    Raises:
        ContentError: O101.
    """
    findings = Findings()
    triples = [
        t for path in project.shapes() for t in load_turtle(path, project.name(path), findings)
    ]
    findings.raise_errors()
    return Shapes(to_graph(triples))


def check_shapes(project: Project) -> list[Diagnostic]:
    """What the shapes that describe SHACL (SHACL section C) find in each file of shapes: O104."""
    findings = Findings()
    for path in project.shapes():
        name = project.name(path)
        shapes = to_graph(load_turtle(path, name, findings))
        _, report, _ = meta_validate(shapes, inference="none")
        for result in results(report):
            found = _violation(result, Graph())
            findings.error(
                "O104",
                f"{_owner(shapes, found.focus)} is not a legal shape",
                Location(name),
                notes=[f"{found.component} of SHACL's own shapes" + _on(found.path)],
                help="see the syntax rules in the SHACL specification, appendix C",
            )
    return list(findings)


def _owner(shapes: Graph, focus: str) -> str:
    """The shape with a name that a node of a shapes graph belongs to."""
    node: Node | None = BNode(focus) if (BNode(focus), None, None) in shapes else URIRef(focus)
    seen: set[Node] = set()
    while isinstance(node, BNode):
        seen.add(node)  # shapes without a name may refer to one another in a circle
        node = min(set(shapes.subjects(None, node)) - seen, default=None, key=str)
    return f"<{node}>" if node else "a shape without a name"


def _on(path: str) -> str:
    return f" for <{path}>" if path else ""


def validate(quads: Iterable[Quad], shared: Graph, shapes: Shapes) -> list[Violation]:
    """Validate the nodes that are subjects of `quads`.

    Args:
        quads: of one article, or of the authority.
        shared: what they refer to: the authority and the class hierarchy.
        shapes: the shapes graph.

    Raises:
        ContentError: O106, a shape cannot be applied.
    """
    own = to_graph(quads)
    subjects = {str(subject) for subject in own.subjects()}
    try:
        results = shapes.validate(own + shared)
    except InapplicableError as error:
        raise ContentError([_inapplicable(error)]) from error
    found = (_violation(result, shapes.graph) for result in results)
    return sorted(
        (violation for violation in found if violation.focus in subjects),
        key=lambda v: (v.focus, v.path, v.component, str(v.value), v.message),
    )


def _inapplicable(error: InapplicableError) -> Diagnostic:
    shape = f"the shape <{error.shape}>" if error.shape else "one of the shapes"
    return Diagnostic(
        "O106",
        f"{shape} cannot be applied to the data",
        Location("ontology/shapes"),
        notes=(f"pySHACL says: {error}",) if str(error) else (),
        help="correct the shape",
    )


def _violation(result: Result, shapes: Graph) -> Violation:
    shape = result.shape
    owner = shape if isinstance(shape, URIRef) else shapes.value(None, SH.property, shape)
    value = None if isinstance(result.value, BNode | None) else from_rdflib(result.value)
    return Violation(
        focus=str(result.focus),
        path=str(result.path) if isinstance(result.path, URIRef) else "",
        value=value,
        message=" ".join(map(str, result.messages)),
        severity=_SEVERITY.get(result.severity, Severity.NOTE),
        component=local_name(str(result.component)),
        shape=str(owner or ""),
    )


def to_diagnostics(
    violations: Iterable[Violation],
    origins: Mapping[Quad, Origin],
    seed: Seed | None,
) -> list[Diagnostic]:
    """Results as findings at the mapping line that made, or should have made, the triple.

    Args:
        violations: from `validate`.
        origins: why each quad of the validated graph is there.
        seed: the article, for the place of the words.
    """
    by_subject: dict[str, list[tuple[Quad, Origin]]] = defaultdict(list)
    for quad, origin in origins.items():
        by_subject[quad.subject.value].append((quad, origin))  # type: ignore[union-attr]
    lines = Lines(seed.text) if seed else None
    return [_to_diagnostic(v, _locate(v, by_subject[v.focus]), seed, lines) for v in violations]


def _locate(violation: Violation, quads: list[tuple[Quad, Origin]]) -> Origin:
    """The origin nearest to a result: the triple, else its predicate, else the focus node."""

    def nearness(item: tuple[Quad, Origin]) -> tuple[bool, bool, bool, bool]:
        quad, origin = item
        on_path = quad.predicate.value == violation.path
        is_value = violation.value is not None and quad.object == violation.value
        return origin.place is None, not (on_path and is_value), not on_path, quad.predicate != TYPE

    return min(quads, key=nearness)[1] if quads else Origin(None)


def _to_diagnostic(
    violation: Violation,
    origin: Origin,
    seed: Seed | None,
    lines: Lines | None,
) -> Diagnostic:
    related = []
    if seed and lines and origin.spans:
        span = origin.spans[0]
        words = Location(seed.name, *lines.position(span.start), *lines.position(span.end))
        related.append(("the words", words))
    shape = f"<{violation.shape}>" if violation.shape else "without a name"
    return Diagnostic(
        code=_CODE[violation.severity],
        message=violation.message,
        place=origin.place,
        notes=(
            f"focus node <{violation.focus}>",
            f"shape {shape}, {violation.component}{_on(violation.path)}",
        ),
        related=tuple(related),
        severity=violation.severity,
    )
