"""Questions about one build that SPARQL does not answer: why is this in the graph?

In: a build, the project's folder, and words as a person types them. Out: `Why`.
Refuses: names that the build does not know (W901) or knows several of (W902), and a triple that the
graph does not have (W903).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Triple

from kg.diagnostics import ContentError, Diagnostic, Location, Severity
from kg.store.embedded import HELP, Build
from kg.store.provenance import Provenance
from kg.why.reasons import Explainer, Individual, Reason, individual, missing
from kg.why.resolving import Resolver
from kg.why.view import BuildView


@dataclass(frozen=True, slots=True)
class Why:
    """An answer to the question why something is in the graph.

    Attributes:
        individual: what was asked about, if it was a node.
        reasons: of the triples that were asked about.
    """

    individual: Individual | None = None
    reasons: tuple[Reason, ...] = ()


class Inquiry:
    """Asks one build."""

    def __init__(self, build: Build, folder: Path) -> None:
        """Ask a build.

        Args:
            build: to ask.
            folder: of the project, whose articles and mappings supply the lines.
        """
        self.view = BuildView(build)
        self.provenance = Provenance(build, folder)
        self.explainer = Explainer(self.provenance, self.view)
        self.resolver = Resolver(self.view)

    def why(self, subject: str, predicate: str | None = None, value: str | None = None) -> Why:
        """Why a node, the values of a property, or a triple are in the graph.

        Args:
            subject: an id, IRI, CURIE, relative IRI or label.
            predicate: a key of the mapping language, CURIE or IRI.
            value: as `subject`, or a literal.

        Raises:
            Misuse: W901, W902.
            ContentError: W903.
            Unavailable: X703, the files of the build are damaged.
        """
        node = self.resolver.node(subject)
        if predicate is None:
            return Why(individual(node, self.explainer))
        property_ = self.resolver.property(predicate)
        among = self.view.objects(node, property_)
        values = among if value is None else self.resolver.values(value, among)
        if not values:
            message = f"the graph gives {self.view.short(node)} no {self.view.short(property_)}"
            help_ = f"see what it says: `kg show {self.view.short(node).strip('<>')}`"
            raise ContentError([Diagnostic("W903", message, help=help_)])
        triples = [Triple(node, property_, value) for value in values]
        absent = [missing(triple, self.view) for triple in triples if not self.view.has(triple)]
        if absent:
            raise ContentError(absent)
        return Why(None, tuple(self.explainer.reason(triple) for triple in triples))

    def warnings(self) -> list[Diagnostic]:
        """Files whose lines could not be shown in the answers so far."""
        return [
            Diagnostic(
                "W906",
                f"`{name}` is not what it was when the graph was built",
                Location(name),
                ("its lines are not shown",),
                HELP,
                severity=Severity.WARNING,
            )
            for name in self.provenance.changed
        ]
