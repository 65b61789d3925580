"""Conflicts: what articles state differently of one thing, classified, and settled by the author.

In: a project and its current build. Out: `Conflicts`: every pair of articles that differ in what
the ontology has compared, or that agree only because they share a passage, with words and lines.
Refuses: a build that is missing, damaged (X703) or older than its inputs (X702), because the places
in the files would be wrong.

A difference that the dates of the articles explain, or that is one of precision, needs no
settlement.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import combinations
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad

from kg.building.passages import WORDS, Passage, shared_passages
from kg.conflicts.accounts import (
    CLASSES,
    NAMES,
    Account,
    Facts,
    Said,
    Value,
    accounts,
    period,
    to_facts,
    to_individuals,
)
from kg.conflicts.comparing import Comparison, Interval, Order
from kg.diagnostics import Findings, Location, Unavailable
from kg.files import LARGEST_GRAPH, read_bytes
from kg.grounding.generate import LABEL, TYPE
from kg.ontology.declarations import Graph, Ontology, load_ontology
from kg.project.freshness import fingerprint
from kg.project.seeds import Seed, read_seed
from kg.project.settings import Project, load_project
from kg.rdf.dataset import read_quads
from kg.store.embedded import HELP, Build, open_build
from kg.store.origins import Origin, from_files
from kg.terms import SKOS, local_name
from kg.text.quotes import Lines, Span

PREFERRED = NamedNode(SKOS + "prefLabel")
# Articles that agree in the class or the name of a thing confirm nothing, in whatever words.
_UNWORDED = (CLASSES, NAMES)


class Kind(StrEnum):
    """How two articles differ; the first that applies."""

    SAME_WORDING = "same wording"
    MORE_SPECIFIC = "more specific"
    TIME_SCOPED = "time-scoped"
    ATTRIBUTION = "attribution"
    VALUE = "value"


CONFLICTING = (Kind.ATTRIBUTION, Kind.VALUE)
SETTLED = (*CONFLICTING, Kind.TIME_SCOPED)
"""What a settlement can speak of: to say more, or the same, is no disagreement."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """What the author makes of a difference.

    Attributes:
        id: as the authority file names it.
        concerns: id of the thing.
        settles: the key.
        between: stems of the articles that it is limited to; empty for all.
        reason: in the author's words.
        place: of the entry.
    """

    id: str
    concerns: str
    settles: str
    between: frozenset[str]
    reason: str
    place: Location | None

    def covers(self, difference: Difference) -> bool:
        """Whether it settles a difference in what it speaks of."""
        articles = {difference.left.article, difference.right.article}
        return difference.kind in SETTLED and (not self.between or articles <= self.between)


@dataclass(frozen=True, slots=True)
class Difference:
    """What two articles say of one thing in one aspect.

    Attributes:
        kind: how they differ.
        left: the article whose stem sorts first.
        right: the other one.
        settlement: what the author makes of it.
        passage: the wording that both rest on, for `same wording`.
        closer: the article that says more, for `more specific`.
    """

    kind: Kind
    left: Account
    right: Account
    settlement: Settlement | None = None
    passage: Passage | None = None
    closer: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is a conflict that the author has not settled."""
        return self.kind in CONFLICTING and self.settlement is None


@dataclass(frozen=True)
class Conflicts:
    """All differences of a build, by thing, key and articles, and what it takes to show them.

    Attributes:
        differences: those that agree in shared words included.
        unused: settlements of what is no difference.
        labels: of things and values, by IRI.
        base: IRI that the IRIs of the data begin with.
        seeds: the articles, by stem.
    """

    differences: tuple[Difference, ...]
    unused: tuple[Settlement, ...]
    labels: Mapping[str, str]
    base: str
    seeds: Mapping[str, Seed]

    def unsettled(self) -> Conflicts:
        """The same with nothing but the conflicts that the author has not settled."""
        return replace(self, differences=tuple(d for d in self.differences if d.is_open))

    def label(self, term: NamedNode | Literal) -> str:
        """A thing or a value in words."""
        if isinstance(term, Literal):
            return term.value
        return self.labels.get(term.value) or term.value.removeprefix(self.base)

    def place(self, article: str, span: Span) -> Location:
        """Where words stand in the file of their article."""
        seed = self.seeds[article]
        lines = Lines(seed.text)
        return Location(seed.name, *lines.position(span.start), *lines.position(span.end))

    def words(self, article: str, span: Span) -> str:
        """The words themselves, on one line."""
        return " ".join(span.exact(self.seeds[article].text).split())


def find_conflicts(folder: Path | str = ".", *, words: int = WORDS) -> Conflicts:
    """Compare the articles of the current build.

    Args:
        folder: the project.
        words: the fewest words of a shared passage.

    Raises:
        NoProject: X701, not a project.
        Unavailable: there is no build, or it is damaged or older than its inputs.
        ContentError: D105, an annotation of the ontology is wrong.
    """
    project = load_project(Path(folder))
    build = open_build(project.build)
    _refuse_stale(project, build)
    return _Search(project, build, load_ontology(project)).conflicts(words)


def _refuse_stale(project: Project, build: Build) -> None:
    built, now = build.inputs, fingerprint(project).inputs
    findings = Findings()
    for name in sorted(built.keys() | now.keys()):
        if built.get(name) != now.get(name):
            message = f"the build is older than `{name}`"
            findings.error("X702", message, Location(name), help=f"{HELP} again")
    if findings:
        raise Unavailable(findings)


def read_origins(path: Path) -> dict[Quad, Origin]:
    """The quads of an N-Quads file of a build, with the origins kept beside it.

    Raises:
        ContentError: a file cannot be read.
    """
    beside = path.with_name(f"{path.stem}.origins.json")
    return from_files(read_quads(path), read_bytes(beside, beside.name, LARGEST_GRAPH))


class _Wordings:
    """The passages that two articles share, and whether what they say rests on one."""

    def __init__(self, passages: Iterable[Passage]) -> None:
        self.between: defaultdict[tuple[str, str], list[Passage]] = defaultdict(list)
        for passage in passages:
            self.between[passage.left, passage.right].append(passage)

    def under(self, left: Account, right: Account) -> Passage | None:
        """A passage that carries every value of two accounts that agree."""
        found = None
        others = {value.content: value for value in right.values}
        for value in left.values:
            found = self._carrying(left, value, right, others[value.content])
            if found is None:
                return None
        return found

    def _carrying(self, left: Account, here: Value, right: Account, there: Value) -> Passage | None:
        for passage in self.between.get((left.article, right.article), ()):
            if _rests_on(here.spans, passage.left_span) and _rests_on(
                there.spans, passage.right_span
            ):
                return passage
        return None


def _rests_on(spans: Iterable[Span], passage: Span) -> bool:
    """Whether a passage makes up at least half of some span."""
    return any(
        2 * (min(span.end, passage.end) - max(span.start, passage.start)) >= span.end - span.start
        for span in spans
    )


class _Search:
    """Reads one article after another, keeps what can be compared, and compares it."""

    def __init__(self, project: Project, build: Build, ontology: Ontology) -> None:
        """Read what is not of one article: ontology, authority, and what lies within what."""
        self.project, self.build, self.ontology = project, build, ontology
        self.comparison, self.order = Comparison(ontology), Order(ontology)
        authority = read_origins(build.folder / "authority.nq")
        self.order.learn([*authority, *read_quads(build.folder / "inferred.nq")])
        self.authority = to_facts(authority)
        self.individuals = to_individuals(self.authority)
        self.labels: dict[str, str] = {}
        self.periods: dict[str, Interval] = {}
        self.seeds: dict[str, Seed] = {}
        self.said: defaultdict[tuple[str, str], list[Account]] = defaultdict(list)

    def conflicts(self, words: int) -> Conflicts:
        for stem in self.build.shelves.stems:
            self.article(self.build.shelves.nquads(stem))
        wordings = _Wordings(shared_passages(self.seeds.values(), words))
        settlements = list(self.settlements())
        found = tuple(self.differences(wordings, settlements))
        used = {difference.settlement for difference in found}
        unused = tuple(settlement for settlement in settlements if settlement not in used)
        return Conflicts(found, unused, self.labels, self.build.base, self.seeds)

    def article(self, path: Path) -> None:
        stem, quads = path.stem, read_origins(path)
        self.order.learn(quads)
        facts = to_facts(quads)
        self.seeds[stem] = self.seed(stem)
        article = f"{self.build.base}article/{stem}"
        self.periods[stem] = period(article, facts, self.ontology.text)
        for account in accounts(stem, facts, self.individuals, self.comparison):
            self.said[account.thing, account.aspect.key].append(account)
            self.learn_label(account.thing, facts)
            for value in account.values:
                if isinstance(value.term, NamedNode):
                    self.learn_label(value.term.value, facts)

    def seed(self, stem: str) -> Seed:
        name, findings = f"seeds/{stem}.txt", Findings()
        seed = read_seed(read_bytes(self.project.folder / name, name), stem, name, findings)
        findings.raise_errors()
        assert seed  # what cannot be read has been raised
        return seed

    def learn_label(self, iri: str, facts: Facts) -> None:
        """Keep the label of a thing or a value; of a time its value, too."""
        if iri not in self.labels:
            label = self.label(iri, facts)
            days = _first(facts.get(iri, {}), self.ontology.text("value"))
            self.labels[iri] = f"{days} (“{label}”)" if days and label else days or label

    def label(self, iri: str, facts: Facts) -> str:
        """The label that the authority, the article or the ontology gives."""
        for said in (self.authority.get(iri, {}), facts.get(iri, {})):
            if found := _first(said, PREFERRED) or _first(said, LABEL):
                return found
        graph = self.ontology.graph
        stated = [label for key in (PREFERRED, LABEL) for label in _objects(graph, iri, key)]
        return stated[0] if stated else ""

    def settlements(self) -> Iterator[Settlement]:
        """The settlements in the authority, by id."""
        text = self.ontology.text
        for iri, said in sorted(self.authority.items()):
            for cls, origin in said.get(TYPE.value, ()):
                if cls == text("Settlement"):
                    articles = said.get(text("between").value, ())
                    yield Settlement(
                        id=local_name(iri),
                        concerns=_first(said, text("concerns")),
                        settles=_first(said, text("settles")),
                        between=frozenset(article.value for article, _ in articles),
                        reason=_first(said, text("reason")),
                        place=origin.place,
                    )

    def differences(
        self, wordings: _Wordings, settlements: Iterable[Settlement]
    ) -> Iterator[Difference]:
        """All pairs of articles that differ, by thing, key and articles."""
        about: defaultdict[tuple[str, str], list[Settlement]] = defaultdict(list)
        for settlement in settlements:
            about[settlement.concerns, settlement.settles].append(settlement)
        for (thing, key), known in sorted(self.said.items()):
            for left, right in combinations(known, 2):
                if left.article != right.article and (
                    found := self.difference(left, right, wordings)
                ):
                    settling = (s for s in about[local_name(thing), key] if s.covers(found))
                    yield replace(found, settlement=next(settling, None))

    def difference(self, left: Account, right: Account, wordings: _Wordings) -> Difference | None:
        """How two articles differ, if they do."""
        if left.contents == right.contents:
            passage = None if left.aspect in _UNWORDED else wordings.under(left, right)
            same = Difference(Kind.SAME_WORDING, left, right, passage=passage)
            return same if passage else None
        for one, other in ((left, right), (right, left)):
            if self.order.says_more(one.contents, other.contents):
                return Difference(Kind.MORE_SPECIFIC, left, right, closer=one.article)
        scoped = left.aspect.time_scoped and right.aspect.time_scoped
        if scoped and self.periods[left.article].is_apart_from(self.periods[right.article]):
            return Difference(Kind.TIME_SCOPED, left, right)
        return Difference(Kind(left.aspect.means), left, right)


def _first(said: Said, predicate: NamedNode) -> str:
    found = said.get(predicate.value)
    return found[0][0].value if found else ""


def _objects(graph: Graph, iri: str, predicate: NamedNode) -> list[str]:
    return [label.value for label in graph.objects(NamedNode(iri), predicate.value)]
