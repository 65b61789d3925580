"""One article at a time: read, ground, generate, validate.

In: a project, and the stem of an article. Out: an `ArticleWork`: canonical N-Quads, origins,
counts and findings. Each article depends only on itself and on the shared part (ontology, shapes,
authority), so articles can be cached one by one and worked on by several processes.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from pyoxigraph import Quad

from kg.demands import Demands
from kg.diagnostics import ContentError, Diagnostic, Findings, Location
from kg.documents import read_yaml
from kg.files import read_bytes
from kg.generate import generate, generate_authority
from kg.ground import ground, ground_authority
from kg.grounded import GroundedArticle, GroundedNode
from kg.mapping import Individual, Mapping, declare, read_mapping
from kg.names import NameIndex
from kg.naming import names_of
from kg.ontology import Ontology, load_ontology
from kg.origins import Origin, to_files
from kg.outline import Outline, outline
from kg.project import Project
from kg.seeds import Seed, read_seed
from kg.shacl import Result
from kg.terms import SKOS
from kg.validation import Validator
from kg.violations import Ends, to_diagnostics
from kg.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class ArticleWork:
    """What the work on one article brought.

    Attributes:
        stem: of the article.
        nquads: canonical N-Quads of its named graph.
        origins: JSON with the origin of each line.
        counts: entries, nodes, spans, mentions and quads.
        cites: other articles that it names.
        shares: the ids that it declares for all articles: IRI, label and place of each.
        findings: errors and warnings; with errors the quads are not to be used.
        results: what SHACL says of the quads; None where there are none to validate.
    """

    stem: str
    nquads: bytes = b""
    origins: bytes = b""
    counts: dict[str, int] = field(default_factory=dict)
    cites: tuple[str, ...] = ()
    shares: dict[str, tuple[str, str, Location]] = field(default_factory=dict)
    findings: tuple[Diagnostic, ...] = ()
    results: tuple[Result, ...] | None = None


class Workshop:
    """The shared part of a project, loaded once, and the work on single articles."""

    def __init__(self, project: Project, drafts: AbstractMapping[str, bytes] | None = None) -> None:
        """Load ontology and authority files.

        Args:
            project: the folder.
            drafts: what mapping files, by name, are to be taken to hold instead of what they do.

        Raises:
            ContentError: with every error of the shared part that can be found.
        """
        self.project, self.drafts = project, {} if drafts is None else drafts
        self.ontology: Ontology = load_ontology(project)
        findings = Findings()
        self.individuals = self._published()
        self.authority: list[Mapping] = self._read_authority(findings)
        findings.raise_errors()
        entries = [entry for mapping in self.authority for entry in mapping.entries]
        self.names = NameIndex(names_of(entries, self.individuals, self.ontology))

    # The shared part

    def _published(self) -> dict[str, Individual]:
        """Individuals of the ontology, and the articles themselves, which entries may name."""
        ontology, base = self.ontology, self.project.base
        known = {
            n: Individual(i, tuple(ontology.types(i))) for n, i in ontology.individuals.items()
        }
        article = (ontology.text("Article").value,)
        stems = [path.stem for path in self.project.seeds()]
        return known | {stem: Individual(f"{base}article/{stem}", article) for stem in stems}

    def _read_authority(self, findings: Findings) -> list[Mapping]:
        outlines = [
            found for path in self.project.authority() if (found := self._outline(path, findings))
        ]
        for found in outlines:
            for item in found.items:
                if not item.shared:
                    findings.error(
                        "D105", "the entry has no id, expected ids with keys", item.place
                    )
            self.individuals |= self._declare(found, "authority", self.individuals, findings)
        return [self._read(found, self.individuals, findings) for found in outlines]

    def authority_nodes(self) -> list[GroundedNode]:
        """The shared individuals as nodes."""
        base = self.project.base
        return [n for m in self.authority for n in ground_authority(m, base, self.ontology)]

    @cached_property
    def authority_quads(self) -> dict[Quad, Origin]:
        """The quads of the authority's named graph."""
        return generate_authority(self.authority_nodes(), self.project.base, self.ontology.text)

    @cached_property
    def validator(self) -> Validator:
        """The shapes, and what all articles share.

        Raises:
            ContentError: the shapes are not well formed.
        """
        return Validator(self.project, [*self.ontology.core, *self.authority_quads])

    def validate_authority(self) -> list[Diagnostic]:
        """SHACL results on what articles share: the individuals of authority and ontology."""
        return self._told(self.validator.shared, self.authority_quads)

    def _told(
        self,
        results: Iterable[Result],
        quads: AbstractMapping[Quad, Origin],
        seed: Seed | None = None,
    ) -> list[Diagnostic]:
        ends = Ends(
            own=quads,
            shared=self.authority_quads,
            seed=seed,
            ontology=self.ontology.sources,
            shapes=self.validator.sources,
            language=self.project.language,
        )
        words = Vocabulary(self.ontology, self.individuals)
        demands = Demands(self.validator.shapes.graph, words)
        return to_diagnostics(results, ends, demands, words)

    # One article

    def article(self, stem: str) -> ArticleWork:
        """Read, ground, generate and validate one article."""
        findings = Findings()
        grounded = self.ground(stem, findings)
        if grounded is None or findings.errors():
            return ArticleWork(stem, findings=tuple(findings))
        quads = generate(grounded, self.project.base, self.ontology.text)
        _refuse_ungrounded(quads, findings)
        results = self._results(quads, findings)
        findings.extend(self._told(results or (), quads, grounded.seed))
        nquads, origins = to_files(quads)
        return ArticleWork(
            stem=stem,
            nquads=nquads,
            origins=origins,
            counts=_counts(grounded, quads) | {"warnings": len(findings)},
            cites=tuple(sorted(self._cites(quads, stem))),
            shares=_shares(grounded),
            findings=tuple(findings),
            results=results,
        )

    def _results(self, quads: dict[Quad, Origin], findings: Findings) -> tuple[Result, ...] | None:
        """SHACL results on an article; shapes that cannot be applied are a finding, too."""
        try:
            return self.validator.article(quads)
        except ContentError as error:
            findings.extend(error.diagnostics)
            return None

    def ground(self, stem: str, findings: Findings) -> GroundedArticle | None:
        """One article tied to its words; `None` if its files cannot be read at all."""
        seed = self.seed(stem, findings)
        found = self._outline(self.project.folder / "mappings" / f"{stem}.yaml", findings)
        if seed is None or found is None:
            return None
        own = self._declare(found, stem, self.individuals, findings)
        known = ChainMap(own, self.individuals)
        mapping = self._read(found, known, findings)
        own_names = list(names_of(mapping.entries, own, self.ontology))
        return ground(
            mapping,
            seed,
            base=self.project.base,
            language=self.project.language,
            ontology=self.ontology,
            names=self.names,
            own_names=own_names,
            findings=findings,
        )

    def seed(self, stem: str, findings: Findings) -> Seed | None:
        """An article as given; `None` with a finding if it cannot be read."""
        path = self.project.folder / "seeds" / f"{stem}.txt"
        name = self.project.name(path)
        if not path.is_file():
            findings.error(
                "S101",
                f"there is no article `{name}` for this mapping",
                Location(f"mappings/{stem}.yaml", 1, 1),
                help="give mapping and article the same name, or delete the mapping",
            )
            return None
        return read_seed(read_bytes(path, name), stem, name, findings)

    def _outline(self, path: Path, findings: Findings) -> Outline | None:
        name = self.project.name(path)
        content = self.drafts[name] if name in self.drafts else read_bytes(path, name)
        document = read_yaml(content, name, findings)
        return outline(document, self.ontology, findings) if document else None

    def _declare(
        self, found: Outline, stem: str, known: dict[str, Individual], findings: Findings
    ) -> dict[str, Individual]:
        return declare(
            found,
            stem=stem,
            base=self.project.base,
            ontology=self.ontology,
            known=known,
            findings=findings,
        )

    def _read(
        self,
        found: Outline,
        known: ChainMap[str, Individual] | dict[str, Individual],
        findings: Findings,
    ) -> Mapping:
        return read_mapping(
            found,
            language=self.project.language,
            ontology=self.ontology,
            individuals=known,
            findings=findings,
        )

    def _cites(self, quads: dict[Quad, Origin], stem: str) -> Iterator[str]:
        articles = {self.individuals[path.stem].iri: path.stem for path in self.project.seeds()}
        cited = {articles.get(quad.object.value) for quad in quads}  # type: ignore[union-attr]
        yield from (found for found in cited if found and found != stem)


def _refuse_ungrounded(quads: dict[Quad, Origin], findings: Findings) -> None:
    for quad, origin in quads.items():
        if not origin.spans:
            findings.error(
                "G309",
                f"{quad.subject} {quad.predicate} has no words of the article under it",
                origin.place,
                help="add a quote to the entry",
            )


def _shares(article: GroundedArticle) -> dict[str, tuple[str, str, Location]]:
    shared = (node for node in article.nodes if node.shared)
    return {node.iri.rpartition("/")[2]: (node.iri, _label(node), node.place) for node in shared}


def _label(node: GroundedNode) -> str:
    labels = (f.object.value for f in node.facts if f.predicate == SKOS + "prefLabel")  # type: ignore[union-attr]
    return next(labels, "")


def _counts(article: GroundedArticle, quads: dict[Quad, Origin]) -> dict[str, int]:
    return {
        "entries": article.entries,
        "nodes": len(article.nodes),
        "spans": len(article.spans()),
        "mentions": len(article.names),
        "quads": len(quads),
    }
