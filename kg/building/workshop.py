"""One article at a time: read, ground, generate, validate.

In: a project, and the stem of an article. Out: an `ArticleWork`: canonical N-Quads, origins,
counts and findings. Each article depends only on itself and on the shared part (ontology, shapes,
authority), so articles can be cached one by one and worked on by several processes.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from pyoxigraph import Quad

from kg.building.citing import cites, rests
from kg.building.common import Uses, uses
from kg.building.doubt import Doubt, Trust, doubt
from kg.building.outcome import ArticleWork, Checked
from kg.building.passages import fingerprints
from kg.diagnostics import ContentError, Diagnostic, Findings, Location, Severity
from kg.files import read_bytes
from kg.grounding.generate import generate, generate_authority
from kg.grounding.ground import ground, ground_authority
from kg.grounding.grounded import GroundedArticle, GroundedNode
from kg.grounding.naming import names_of
from kg.mapping.entries import Mapping, read_mapping
from kg.mapping.individuals import Declared, Individual, declare
from kg.mapping.outline import Outline, glimpse, outline
from kg.ontology.declarations import Ontology, load_ontology
from kg.ontology.meaning import meanings
from kg.project.documents import read_yaml
from kg.project.seeds import Seed, open_seed, some_seeds
from kg.project.settings import Project
from kg.rdf.dataset import read_triples
from kg.shapes.demands import Demands
from kg.shapes.judging import Judgement
from kg.shapes.shacl import Result
from kg.shapes.validation import Validator
from kg.shapes.violations import Ends, Reporter, merge
from kg.shapes.vocabulary import Vocabulary
from kg.store.origins import Origin, Row, Statements, to_files
from kg.text.names import NameIndex

_Validated = TypeVar("_Validated")


@dataclass(frozen=True, slots=True)
class _Reading:
    """A mapping file as read: its form, the ids that it declares, and what it says."""

    outline: Outline
    declared: Declared
    mapping: Mapping


class Workshop:
    """The shared part of a project, loaded once, and the work on single articles."""

    def __init__(
        self,
        project: Project,
        findings: Findings | None = None,
        *,
        drafts: AbstractMapping[str, bytes] | None = None,
        stems: Iterable[str] | None = None,
    ) -> None:
        """Load ontology and authority files.

        Args:
            project: the project.
            findings: takes the errors of the authority files; whatever is sound in them is used.
                Without it, they are raised.
            drafts: what mapping files, by name, are to be taken to hold instead of what they do.
            stems: the names of all articles, where not all of them lie in the folder.

        Raises:
            ContentError: the ontology has errors, or the authority files have.
        """
        self.project, self.drafts = project, {} if drafts is None else drafts
        self.ontology: Ontology = load_ontology(project)
        found = Findings()
        self.articles = dict.fromkeys(project.articles() if stems is None else stems)
        self.individuals = self._published()
        self._displaced: frozenset[str] = frozenset()
        self._readings = self._read_authority(found)
        self.doubt = self._doubt(found)
        if findings is None:
            found.raise_errors()
        else:
            findings.extend(found)
        self.authority: list[Mapping] = [reading.mapping for reading in self._readings]
        entries = [entry for mapping in self.authority for entry in mapping.entries]
        self.named = set(names_of(entries, self.individuals, self.ontology))
        self.names = NameIndex(self.named)

    # The shared part

    def _published(self) -> dict[str, Individual]:
        """Individuals of the ontology, and the articles themselves, which entries may name."""
        ontology, base = self.ontology, self.project.base
        known = {
            name: Individual(iri, tuple(ontology.types(iri)), names=ontology.graph.labels(iri))
            for name, iri in ontology.individuals.items()
        }
        article = (ontology.text("Article").value,)
        articles = {stem: Individual(f"{base}article/{stem}", article) for stem in self.articles}
        return known | articles

    def _read_authority(self, findings: Findings) -> list[_Reading]:
        """All files; an individual may be named in a file before the one that declares it."""
        found = []
        for path in self.project.authority():
            shape = self._outline(path, findings) or self._glimpse(path)
            for item in shape.items:
                if not item.shared:
                    message = "the entry has no id, expected ids with keys"
                    findings.error("D105", message, item.place)
            declared = self._declare(shape, "authority", self.individuals, findings)
            self.individuals |= declared.individuals
            self._displaced |= declared.displaced
            found.append((shape, declared))
        return [
            _Reading(shape, declared, self._read(shape, self.individuals, (), findings))
            for shape, declared in found
        ]

    def _doubt(self, findings: Findings) -> Doubt:
        """What the errors of the authority files put in doubt."""
        base, ontology = self.project.base, self.ontology
        self.authority_nodes = [
            node
            for reading in self._readings
            for node in ground_authority(reading.mapping, base, ontology, findings)
        ]
        errors, total = findings.errors(), Doubt()
        for reading in self._readings:
            total |= doubt(
                reading.outline, reading.declared, self.authority_nodes, errors, ontology
            )
        return total

    @cached_property
    def authority_quads(self) -> Statements:
        """What the authority's named graph says."""
        return generate_authority(self.authority_nodes, self.project.base, self.ontology.text)

    @cached_property
    def validator(self) -> Validator:
        """The shapes, and what all articles share.

        Raises:
            ContentError: the shapes are not well formed.
        """
        return Validator(self.project, [*self.ontology.core, *self.authority_quads])

    def shared(self) -> ArticleWork:
        """What all articles share, validated: the individuals of authority and ontology."""
        findings = Findings()
        quads, nodes = self.authority_quads, self.authority_nodes
        results = self.tried(lambda validator: validator.shared, findings)
        believed = self._believed(results or (), quads, nodes, self.doubt)
        told = self._told(believed, quads, None, findings)
        nquads, origins = to_files(self.doubt.spread(believed, nodes).sound(quads))
        return ArticleWork(
            stem="authority",
            nquads=nquads,
            origins=origins,
            findings=tuple(findings),
            results=None if results is None else told,
        )

    def _told(
        self,
        results: Sequence[Result],
        quads: AbstractMapping[Quad, Origin],
        seed: Seed | None,
        findings: Findings,
    ) -> tuple[Result, ...]:
        """Results as findings; the same results, each with a message."""
        if not results:
            return ()
        ends = Ends(
            own=quads,
            shared=self.authority_quads,
            seed=seed,
            ontology=self.ontology.sources,
            shapes=self.validator.sources,
            language=self.project.language,
        )
        words = Vocabulary(self.ontology, self.individuals)
        reporter = Reporter(ends, Demands(self.validator.shapes.graph, words), words)
        findings.extend(merge(map(reporter.diagnostic, results)))
        return tuple(map(reporter.spoken, results))

    def tried(
        self, validate: Callable[[Validator], _Validated], findings: Findings
    ) -> _Validated | None:
        """What SHACL says; shapes that cannot be applied are a finding, too."""
        try:
            return validate(self.validator)
        except ContentError as error:
            findings.extend(error.diagnostics)
            return None

    def _believed(
        self,
        results: Sequence[Result],
        quads: Iterable[Quad],
        nodes: Iterable[GroundedNode],
        doubt: Doubt,
    ) -> list[Result]:
        """The results that no fault elsewhere brings about."""
        if not results:
            return []
        trust = Trust(doubt, [*quads, *self.authority_quads], self.validator.shapes.graph)
        return trust.believed(results, nodes)

    # One article

    def article(self, stem: str) -> ArticleWork:
        """Read, ground, generate and validate one article."""
        findings = Findings()
        seed, reading = open_seed(self.project, stem, findings), self._reading(stem, findings)
        if seed is None or reading is None:
            return ArticleWork(stem, *to_files(Statements("", {})), findings=tuple(findings))
        grounded = self._ground(reading, seed, findings)
        quads = generate(grounded, self.project.base, self.ontology.text)
        _refuse_ungrounded(quads.rows, findings)
        unsure = self.doubt | self._article_doubt(reading, grounded, findings)
        judged = self.tried(lambda validator: validator.article(quads), findings)
        results = judged.results if judged else None
        believed = self._believed(results or (), quads, grounded.nodes, unsure)
        told = self._told(believed, quads, seed, findings)
        doubtful = findings or unsure  # else there is nothing to leave out
        sound = unsure.spread(believed, grounded.nodes).sound(quads) if doubtful else quads
        nquads, origins = to_files(sound)
        return ArticleWork(
            stem=stem,
            nquads=nquads,
            origins=origins,
            counts=_counts(grounded, len(quads)),
            cites=tuple(sorted(cites(grounded, self.project.base, self.articles))),
            ids=tuple(sorted(reading.declared.individuals)),
            shares=grounded.shares(),
            rests=rests(grounded, self.ontology.text),
            findings=tuple(findings),
            results=None if results is None else told,
            uses=None if doubtful else self._uses(quads.rows, judged),
            prints=fingerprints(seed.text),
        )

    def check(self, stem: str, nquads: Path) -> Checked | None:
        """Validate an article of an earlier build again; None if SHACL has something to say.

        Args:
            stem: of the article.
            nquads: its named graph, in which nothing is doubtful.
        """
        triples = (triple.decode().split(" ", 2) for triple in read_triples(nquads))
        rows: dict[Row, Origin] = {(s, p, o): Origin(None) for s, p, o in triples}
        judged = self.tried(lambda v: v.article(Statements("", rows)), Findings())
        if judged is None or judged.results:
            return None
        return Checked(stem, self._uses(rows, judged))

    def _uses(self, rows: Iterable[Row], judged: Judgement | None) -> Uses | None:
        """What an article used of what articles share, if that can be told."""
        if judged is None or judged.look is None:
            return None
        used = {term for row in rows for term in row}
        terms = (term.strip("<>") for term in used & self._terms)
        return uses(judged.look, used & self._individual_terms, terms)

    @cached_property
    def _individual_terms(self) -> frozenset[str]:
        return frozenset(f"<{found.iri}>" for found in self.individuals.values())

    @cached_property
    def _terms(self) -> frozenset[str]:
        """What an article can be written with, but for what every article is."""
        terms, text = meanings(self.ontology), self.ontology.text
        return frozenset(f"<{iri}>" for iri in terms if not text.owns(iri))

    def ground(self, stem: str, findings: Findings) -> GroundedArticle | None:
        """One article tied to its words; `None` if its files cannot be read at all."""
        seed, reading = open_seed(self.project, stem, findings), self._reading(stem, findings)
        return self._ground(reading, seed, findings) if seed and reading else None

    def _reading(self, stem: str, findings: Findings) -> _Reading | None:
        shape = self._outline(self.project.folder / "mappings" / f"{stem}.yaml", findings)
        if shape is None:
            return None
        declared = self._declare(shape, stem, self.individuals, findings)
        known = ChainMap(declared.individuals, self.individuals)
        return _Reading(shape, declared, self._read(shape, known, declared.displaced, findings))

    def _ground(self, reading: _Reading, seed: Seed, findings: Findings) -> GroundedArticle:
        own = reading.declared.individuals
        return ground(
            reading.mapping,
            seed,
            base=self.project.base,
            language=self.project.language,
            ontology=self.ontology,
            names=self.names,
            own_names=list(names_of(reading.mapping.entries, own, self.ontology)),
            findings=findings,
            others=lambda: self._seeds,
        )

    def _article_doubt(
        self, reading: _Reading, article: GroundedArticle, findings: Findings
    ) -> Doubt:
        """What the errors of an article's mapping put in doubt; without its date, all its times."""
        time = (self.ontology.text("Time").value,)
        nodes = [article.iri] if article.undated else []
        nodes += [
            node.iri
            for node in article.nodes
            if article.undated and self.ontology.is_a(node.types, time)
        ]
        errors = findings.errors()
        found = doubt(reading.outline, reading.declared, article.nodes, errors, self.ontology)
        return found | Doubt(frozenset(nodes))

    @cached_property
    def _seeds(self) -> tuple[Seed, ...]:
        return some_seeds(self.project)

    def _outline(self, path: Path, findings: Findings) -> Outline | None:
        name = self.project.name(path)
        content = self.drafts[name] if name in self.drafts else read_bytes(path, name)
        document = read_yaml(content, name, findings)
        if document is None:
            return None
        if not document.pairs:
            findings.add(_silent(document.place))
        return outline(document, self.ontology, findings)

    def _glimpse(self, path: Path) -> Outline:
        name = self.project.name(path)
        content = self.drafts[name] if name in self.drafts else read_bytes(path, name)
        return glimpse(content.decode(errors="replace"), name, self.ontology)

    def _declare(
        self, found: Outline, stem: str, known: dict[str, Individual], findings: Findings
    ) -> Declared:
        base, ontology = self.project.base, self.ontology
        return declare(
            found, stem=stem, base=base, ontology=ontology, known=known, findings=findings
        )

    def _read(
        self,
        found: Outline,
        known: ChainMap[str, Individual] | dict[str, Individual],
        displaced: Iterable[str],
        findings: Findings,
    ) -> Mapping:
        return read_mapping(
            found,
            language=self.project.language,
            ontology=self.ontology,
            individuals=known,
            displaced=self._displaced.union(displaced),
            findings=findings,
        )


def _silent(place: Location) -> Diagnostic:
    message = "the file says nothing"
    help_ = "write its entries, or delete it; a mapping may say `article: {}`"
    return Diagnostic("S104", message, place, help=help_, severity=Severity.WARNING)


def _refuse_ungrounded(rows: AbstractMapping[Row, Origin], findings: Findings) -> None:
    for (subject, predicate, _), origin in rows.items():
        if not origin.spans:
            findings.error(
                "G309",
                f"{subject} {predicate} has no words of the article under it",
                origin.place,
                help="add a quote to the entry",
            )


def _counts(article: GroundedArticle, quads: int) -> dict[str, int]:
    return {
        "entries": article.entries,
        "nodes": len(article.nodes),
        "spans": len(article.spans()),
        "mentions": len(article.names),
        "quads": quads,
    }
