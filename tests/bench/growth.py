"""How the cost of single steps grows: given twenty times more, they should cost about so much more.

python tests/bench/growth.py
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from kg.building.passages import shared_passages
from kg.ontology.axioms import compile_axioms
from kg.project.seeds import Seed
from kg.reasoning.closure import close
from kg.text.names import NameIndex

AXIOMS = """
@prefix : <https://example.org/> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
:A rdfs:subClassOf :B . :B rdfs:subClassOf :C . :p owl:inverseOf :q .
:r owl:propertyChainAxiom ( :p :s ) . :s rdfs:range :A .
"""


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def closure(size: int) -> float:
    axioms = compile_axioms(q.triple for q in parse(AXIOMS, format=RdfFormat.TURTLE))
    nodes = [NamedNode(f"https://example.org/{n}") for n in range(size + 1)]
    roles = [NamedNode("https://example.org/p"), NamedNode("https://example.org/s")]
    facts = [Triple(nodes[n], roles[n % 2], nodes[n + 1]) for n in range(size)]
    return seconds(lambda: close(facts, axioms))


def names(size: int) -> float:
    index = NameIndex({f"General {n} of Arms": [str(n)] for n in range(size)})
    text = "General 7 of Arms met General Staff officers in the city. " * 5_000
    return seconds(lambda: index.find(text))


def passages(size: int) -> float:
    source = random.Random(1)
    texts = [" ".join(f"w{source.randrange(5000)}" for _ in range(300)) for _ in range(size)]
    seeds = [Seed(f"{n:05}", f"seeds/{n:05}.txt", text, "") for n, text in enumerate(texts)]
    return seconds(lambda: shared_passages(seeds))


def main() -> None:
    print(f"{'step':32} {'small':>9} {'20 x more':>9} {'ratio':>6}")
    for title, step, size in (
        ("closure of 2,000 triples", closure, 2_000),
        ("names in one text, of 2,500", names, 2_500),
        ("passages shared by 200 articles", passages, 200),
    ):
        small, large = step(size), step(size * 20)
        print(f"{title:32} {small * 1000:6.0f} ms {large * 1000:6.0f} ms {large / small:6.1f}")


if __name__ == "__main__":
    main()
