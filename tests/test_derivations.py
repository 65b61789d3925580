"""Derivations that are found backward, compared with those of closing everything."""

from __future__ import annotations

from typing import Any

import pytest
from pyoxigraph import RdfFormat, Triple, parse

from kg.ontology.axioms import compile_axioms
from kg.ontology.expressions import Source
from kg.reasoning.closure import close
from kg.reasoning.derivations import Derivation, Derivations
from kg.store.embedded import Build, open_build
from kg.store.origins import Axiom


@pytest.fixture(scope="module")
def build(real: Any) -> Build:
    return open_build(real.folder / "build")


@pytest.fixture(scope="module")
def expected(build: Build) -> dict[Triple, Derivation]:
    """Those of everything at once."""
    files = [path for path in build.files() if path.stem not in ("inferred", "ontology")]
    asserted = {q.triple for path in files for q in parse(path=path, format=RdfFormat.N_QUADS)}
    axioms = read(build, "axioms.nt")
    inferred = close([*asserted, *read(build, "individuals.nt")], compile_axioms(axioms)).inferred
    name = Source(axioms).name
    return {
        triple: Derivation(
            why.rule, why.axiom and Axiom(*map(name, parts(why.axiom))), why.premises
        )
        for triple, why in inferred.items()
    }


def read(build: Build, name: str) -> list[Triple]:
    return [quad.triple for quad in parse(build.read(name), RdfFormat.N_TRIPLES)]


def parts(axiom: Triple) -> tuple[Any, ...]:
    return axiom.subject, axiom.predicate, axiom.object


def test_derivations_are_those_of_closing_everything(
    build: Build, expected: dict[Triple, Derivation]
) -> None:
    assert Derivations(build).all(list(expected)) == expected


def test_a_derivation_alone_is_that_of_closing_everything(
    build: Build, expected: dict[Triple, Derivation]
) -> None:
    derivations = Derivations(build)
    for triple in list(expected)[::7]:
        assert derivations.of(triple) == expected[triple]
