"""SHACL validation of a project, article by article.

In: the shapes of a project; the quads of one article or of the authority. Out: the `Result`s that
they are at fault for, and what was looked at (`kg.shapes.judging`).
Refuses: Turtle that does not parse (O101), a shapes graph that the SHACL-SHACL shapes refuse
(O104), and shapes that cannot be applied (O106).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from pyoxigraph import BlankNode, NamedNode, Quad, Triple
from rdflib import Graph, URIRef
from rdflib.term import Node

from kg.diagnostics import ContentError, Diagnostic, Findings, Location
from kg.ontology.declarations import load_turtle
from kg.ontology.descriptions import Sources
from kg.project.settings import Project
from kg.rdf.rdflib_terms import from_rdflib, to_graph
from kg.shapes.constraints import check_constraints
from kg.shapes.facts import Seen
from kg.shapes.judging import Judge, Judgement
from kg.shapes.shacl import EndlessError, InapplicableError, Result, Shapes, owner, results
from kg.shapes.term_text import Term
from kg.store.origins import Statements
from kg.terms import local_name


class Validator:
    """The shapes of a project, and what all its articles share."""

    def __init__(self, project: Project, shared: Iterable[Triple | Quad]) -> None:
        """Load the shapes.

        Args:
            project: with the shapes.
            shared: the authority and the declarations of the ontology.

        Raises:
            ContentError: O101.
        """
        self.sources = Sources((path, project.name(path)) for path in project.shapes())
        self.shapes = load_shapes(project)
        self._judge = Judge(self.shapes, shared)

    @property
    def shared(self) -> tuple[Result, ...]:
        """What is wrong with the shared part by itself.

        Raises:
            ContentError: O106.
        """
        with self._told():
            return tuple(dict.fromkeys(self._judge.shared))

    def article(self, quads: Statements | Iterable[Quad]) -> Judgement:
        """What is wrong with the quads of an article, seen with all that they refer to.

        Raises:
            ContentError: O106.
        """
        with self._told():
            found = self._judge.article(quads)
            return found._replace(results=tuple(dict.fromkeys(found.results)))

    def said(self) -> dict[Seen, str]:
        """Digests of all that can be looked at in the shared part; empty if nobody could tell.

        Raises:
            ContentError: O106.
        """
        with self._told():
            return self._judge.said() if self._judge.is_sure else {}

    def aims(self) -> dict[str, frozenset[Term] | None]:
        """See `Judge.aims`.

        Raises:
            ContentError: O106.
        """
        with self._told():
            return self._judge.aims()

    def around(self, changed: Callable[[Seen], bool]) -> set[Seen]:
        """See `Judge.around`.

        Raises:
            ContentError: O106.
        """
        with self._told():
            return self._judge.around(changed)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except InapplicableError as error:
            raise ContentError([self._inapplicable(error)]) from error

    def _inapplicable(self, error: InapplicableError) -> Diagnostic:
        place = self.sources.begin(NamedNode(str(error.shape))) if error.shape else None
        shape = f"the shape <{error.shape}>" if error.shape else "one of the shapes"
        help_, note = "correct the shape", f"pySHACL says: {error}"
        if isinstance(error, EndlessError):
            help_ = (
                "simplify it: take repeats out of repeats in a pattern, join the parts of a query"
            )
            note = str(error)
        return Diagnostic(
            "O106",
            f"{shape} cannot be applied to the data",
            place or Location("ontology/shapes"),
            notes=(note,) if str(error) else (),
            help=help_,
        )


def load_shapes(project: Project) -> Shapes:
    """The shapes graph of a project.

    Raises:
        ContentError: O101, O104, O110.
    """
    findings = Findings()
    triples: list[Triple] = []
    for path in project.shapes():
        name = project.name(path)
        found = load_turtle(path, name, findings)
        text = path.read_text(encoding="utf-8-sig", errors="replace")
        check_constraints(found, text, name, findings)
        triples += found
    findings.raise_errors()
    return Shapes(to_graph(triples))


def check_shapes(project: Project) -> list[Diagnostic]:
    """What the shapes that describe SHACL (SHACL section C) find in each file of shapes: O104."""
    from pyshacl.entrypoints import meta_validate  # slow to load, and only changed shapes need it

    findings = Findings()
    for path in project.shapes():
        name = project.name(path)
        told = Findings()  # what cannot be read is told when the shapes are loaded
        triples = load_turtle(path, name, told)
        if told.errors():
            continue
        shapes = to_graph(triples)
        _, report, _ = meta_validate(shapes, inference="none")
        sources = Sources([(path, name)])
        for result in results(report):
            component = local_name(str(result.component))
            findings.error(
                "O104",
                f"{_named(owner(shapes, result.focus))} is not a legal shape",
                _place(result, shapes, sources) or Location(name),
                notes=[f"{component} of SHACL's own shapes{_on(result.path)}"],
                help="see the syntax rules in the SHACL specification, appendix C",
            )
    return list(findings)


def _place(result: Result, shapes: Graph, sources: Sources) -> Location | None:
    """Where the parameter at fault stands, else the shape, else the shape that has it."""
    focus = from_rdflib(result.focus)
    if not isinstance(focus, NamedNode | BlankNode):
        return None
    for value in shapes.objects(result.focus, result.path) if result.path else ():
        if result.value in (None, value):
            stated = Triple(focus, NamedNode(str(result.path)), from_rdflib(value))
            return sources.stated(stated)
    return sources.begin(focus)


def _named(shape: URIRef | None) -> str:
    return f"<{shape}>" if shape else "a shape without a name"


def _on(path: Node | None) -> str:
    return f" for <{path}>" if isinstance(path, URIRef) else ""
