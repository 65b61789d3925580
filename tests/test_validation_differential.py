"""What a build finds article by article is what pySHACL by itself finds on the merged graph.

Each mutant is a real article, mutated for each of 12 shapes where the shape looks, and at random
elsewhere. `KG_MUTANTS` says how many there are; 36 have some 1,000 mutations. They are validated as
a build does it, and by bare pySHACL over the graph that a store would hold (the mutant, the
authority and the ontology, parsed by rdflib), with no code of the project in between.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pyshacl
import pytest
from pyoxigraph import Literal, NamedNode, Quad
from rdflib import BNode, Graph
from rdflib.namespace import RDF, SH
from rdflib.term import Node as Term
from rdflib.term import URIRef

from kg.building.workshop import Workshop
from kg.diagnostics import Findings
from kg.grounding.generate import TYPE, generate
from kg.project.settings import load_project
from kg.rdf.dataset import to_nquads
from kg.shapes.shacl import Result, owner, results
from kg.terms import XSD

ROOT = Path(__file__).resolve().parent.parent
MUTANTS = int(os.environ.get("KG_MUTANTS", "36"))
MORE = 20
"""Mutants beyond these, at most, until every shape has been violated."""
AIMS = 12
"""Shapes that a mutant is mutated for."""

LITERALS = [
    Literal("words"),
    Literal("words", language="en"),
    Literal(""),
    Literal("-12", datatype=NamedNode(XSD + "integer")),
    Literal("2025-02-30", datatype=NamedNode(XSD + "date")),
]
Mutation = Callable[[list[Quad], NamedNode, NamedNode, Random], None]


def article_quads(shop: Workshop) -> list[list[Quad]]:
    found = []
    for path in shop.project.mappings():
        article = shop.ground(path.stem, Findings())
        assert article
        found.append(list(generate(article, shop.project.base, shop.ontology.text)))
    return found


# Mutants


def add(quads: list[Quad], *triple: object) -> None:
    quads.append(Quad(*triple, quads[0].graph_name))  # type: ignore[arg-type]


def drop(quads: list[Quad], focus: NamedNode, predicate: NamedNode, random: Random) -> None:
    """No value, in neither direction."""
    quads[:] = [q for q in quads if q.predicate != predicate or focus not in (q.subject, q.object)]


def repeat(quads: list[Quad], focus: NamedNode, predicate: NamedNode, random: Random) -> None:
    """Another value, which some other triple has, perhaps one of the same predicate."""
    like = [quad for quad in quads if quad.predicate == predicate]
    add(quads, focus, predicate, random.choice(random.choice([quads, like or quads])).object)


def refer(quads: list[Quad], focus: NamedNode, predicate: NamedNode, random: Random) -> None:
    """Another node, whose value this one is."""
    add(quads, random.choice(quads).subject, predicate, focus)


def write(quads: list[Quad], focus: NamedNode, predicate: NamedNode, random: Random) -> None:
    """Another value: a literal."""
    add(quads, focus, predicate, random.choice(LITERALS))


def replace(quads: list[Quad], focus: NamedNode, predicate: NamedNode, random: Random) -> None:
    drop(quads, focus, predicate, random)
    random.choice([repeat, write])(quads, focus, predicate, random)


def retype(quads: list[Quad], focus: NamedNode, predicate: NamedNode, random: Random) -> None:
    """Another class, which some other node has."""
    add(quads, focus, TYPE, random.choice([q.object for q in quads if q.predicate == TYPE]))


MUTATIONS: list[Mutation] = [drop, drop, repeat, refer, write, replace, retype]


@dataclass(frozen=True)
class Target:
    """What a shape applies to, and the predicates that it looks at."""

    shape: URIRef
    classes: list[NamedNode]
    subjects_of: list[NamedNode]
    predicates: list[NamedNode]


def targets(shapes: Graph) -> list[Target]:
    return [
        Target(
            shape,
            named(shapes.objects(shape, SH.targetClass)),
            named(shapes.objects(shape, SH.targetSubjectsOf)),
            named(looked_at(shapes, shape)),
        )
        for shape in sorted(shapes.subjects(None, SH.NodeShape), key=str)
        if isinstance(shape, URIRef)
    ]


def named(nodes: Iterable[Term]) -> list[NamedNode]:
    return sorted(map(NamedNode, nodes), key=str)


def looked_at(shapes: Graph, shape: URIRef) -> set[Term]:
    """The predicates in the paths of a shape."""
    below = set(shapes.transitive_objects(shape, None))
    heads = {head for node in below for head in shapes.objects(node, SH.path)}
    steps = {step for head in heads for step in shapes.transitive_objects(head, None)}
    return {step for step in steps if isinstance(step, URIRef) and step != RDF.nil}


def is_target(quad: Quad, target: Target) -> bool:
    if quad.predicate == TYPE:
        return quad.object in target.classes
    return quad.predicate in target.subjects_of


def strip(quads: list[Quad], focus: NamedNode, target: Target, random: Random) -> None:
    """No values of most predicates that a shape looks at."""
    for predicate in target.predicates:
        if random.random() < 0.7:
            drop(quads, focus, predicate, random)


def some_node(quads: list[Quad], target: Target, random: Random) -> NamedNode:
    """A node that a shape applies to, or one that it would look at if it did, or any."""
    fitting = [q.subject for q in quads if is_target(q, target)]
    seen = [q for q in quads if q.predicate in target.predicates]
    near = [term for q in seen for term in (q.subject, q.object) if isinstance(term, NamedNode)]
    every = [quad.subject for quad in quads]
    kind = random.choice([fitting, near, near, every])
    return random.choice(list(dict.fromkeys(kind or every)))


def aim(quads: list[Quad], target: Target, random: Random) -> int:
    """Mutate a node that a shape applies to from now on; how many mutations change something."""
    focus, made = some_node(quads, target, random), 0
    if target.classes:
        add(quads, focus, TYPE, random.choice(target.classes))
    else:
        repeat(quads, focus, random.choice(target.subjects_of), random)
    for _ in range(random.randint(1, 3)):
        before = set(quads)
        if random.random() < 0.2:
            strip(quads, focus, target, random)
        else:
            mutate(quads, focus, random.choice(target.predicates), random)
        made += set(quads) != before
    return made


def mutate(quads: list[Quad], focus: NamedNode, predicate: NamedNode, random: Random) -> None:
    random.choice(MUTATIONS)(quads, focus, predicate, random)


def mutant(seed: int, articles: list[list[Quad]], aims: list[Target]) -> tuple[list[Quad], int]:
    """An article mutated; how many mutations change something."""
    random, quads = Random(seed), list(articles[seed % len(articles)])
    chosen = [aims[(seed * AIMS + number) % len(aims)] for number in range(AIMS)]
    made = sum(aim(quads, target, random) for target in chosen)
    for _ in range(AIMS):
        quad, before = random.choice(quads), set(quads)
        mutate(quads, quad.subject, quad.predicate, random)
        made += set(quads) != before
    return list(dict.fromkeys(quads)), made


# Both ways of validation


def graph_of(quads: Iterable[object]) -> Graph:
    """A graph as a store gives it out: nothing of the project's conversion of terms."""
    triples = (Quad(q.subject, q.predicate, q.object) for q in quads)  # type: ignore[attr-defined]
    return Graph().parse(data=to_nquads(triples).decode(), format="nt")


def described(graph: Graph, node: Term | None) -> object:
    """A node, or what is said of it where it has no name."""
    if not isinstance(node, BNode):
        return str(node), str(getattr(node, "datatype", None) or XSD + "string")
    said = ((str(p), described(graph, o)) for p, o in graph.predicate_objects(node))
    return tuple(sorted(said, key=repr))


def keys(found: Iterable[Result], shapes: Graph) -> Counter[object]:
    return Counter(
        (
            *map(str, (result.focus, result.component, result.severity)),
            described(shapes, result.value),
            described(shapes, result.path),
            described(shapes, result.shape),
        )
        for result in found
    )


def bare(data: Graph, shapes: Graph) -> list[Result]:
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes, inference="none")
    return list(results(report))


@dataclass
class Comparison:
    """All mutants, validated in both ways."""

    different: list[int] = field(default_factory=list)
    mutations: int = 0
    results: int = 0
    hits: Counter[Term | None] = field(default_factory=Counter)
    components: Counter[Term] = field(default_factory=Counter)


@pytest.fixture(scope="module")
def shop() -> Workshop:
    return Workshop(load_project(ROOT))


@pytest.fixture(scope="module")
def articles(shop: Workshop) -> list[list[Quad]]:
    return article_quads(shop)


@pytest.fixture(scope="module")
def shapes(shop: Workshop) -> Graph:
    graph = Graph()
    for path in shop.project.shapes():
        graph.parse(path)
    return graph


@pytest.fixture(scope="module")
def shared(shop: Workshop) -> Graph:
    return graph_of([*shop.authority_quads, *shop.ontology.core])


@pytest.fixture(scope="module")
def comparison(
    shop: Workshop, articles: list[list[Quad]], shapes: Graph, shared: Graph
) -> Comparison:
    made, aims = Comparison(), targets(shapes)
    for seed in range(MUTANTS + MORE):
        missing = [target for target in aims if target.shape not in made.hits]
        if seed >= MUTANTS and not missing:
            break
        quads, count = mutant(seed, articles, aims if seed < MUTANTS else missing)
        ours = [*shop.validator.shared, *shop.validator.article(quads).results]
        theirs = bare(shared + graph_of(quads), shapes)
        if keys(ours, shop.validator.shapes.graph) != keys(theirs, shapes):
            made.different.append(seed)
        made.mutations += count
        made.results += len(theirs)
        made.hits.update({owner(shapes, result.shape) for result in theirs})
        made.components.update({result.component for result in theirs})
    return made


def test_a_mutant_by_itself_gives_the_results_of_the_merged_graph(comparison: Comparison) -> None:
    assert comparison.different == []


def test_every_shape_is_violated_by_a_mutant(comparison: Comparison, shapes: Graph) -> None:
    """The comparison is not of nothing with nothing."""
    assert {target.shape for target in targets(shapes)} - set(comparison.hits) == set()
    assert len(comparison.components) >= 10
    assert comparison.mutations >= 2 * AIMS * MUTANTS
    assert comparison.results >= 20 * MUTANTS


def test_the_graph_of_all_articles_differs_only_where_articles_do(
    shop: Workshop, articles: list[list[Quad]], shapes: Graph, shared: Graph
) -> None:
    """What a shape allows once in an article may differ between articles that name the thing."""
    assert [shop.validator.article(quads).results for quads in articles] == [()] * 5
    assert shop.validator.shared == ()
    everything = shared + graph_of([quad for quads in articles for quad in quads])
    for result in bare(everything, shapes):
        values = [
            {q.object for q in quads if (q.subject.value, q.predicate.value) == said}
            for said in [(str(result.focus), str(result.path))]
            for quads in articles
        ]
        assert result.component == SH.MaxCountConstraintComponent
        assert max(map(len, values)) == 1
