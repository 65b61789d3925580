"""The numbers of a build, against those that other readers count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest
from pyoxigraph import Quad, RdfFormat, parse

from kg.store import statistics
from kg.store.embedded import create, open_read_only
from kg.store.renewal import Change, renew
from kg.store.statistics import Number, Statistics, count, recount

BASE = "https://example.org/"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
GRAPHS = ("authority", "one", "two", "inferred", "ontology")


def line(graph: str, subject: str, predicate: str, value: str) -> bytes:
    return f"<{BASE}{subject}> <{predicate}> {value} <{BASE}graph/{graph}> .\n".encode()


def state(random: Random) -> set[bytes]:
    """Statements of a few nodes, most of them in several graphs."""
    found = set()
    for _ in range(60):
        graph, node = random.choice(GRAPHS), f"n{random.randint(1, 9)}"
        kinds = [
            (TYPE, f"<{BASE}C{random.randint(1, 3)}>"),
            (f"{BASE}p", f'"{random.randint(1, 3)}"'),
            (f"{BASE}q", f"<{BASE}n{random.randint(1, 9)}>"),
        ]
        found.add((node, *random.choice(kinds), graph))
    asserted = {(*triple,) for *triple, graph in found if graph in ("authority", "one", "two")}
    lines = {
        line(graph, *triple)
        for *triple, graph in found
        if graph != "inferred" or (*triple,) not in asserted  # what is asserted is never inferred
    }
    return lines | {line("ontology", "C1", TYPE, "<http://www.w3.org/2002/07/owl#Class>")}


def without(lines: set[bytes], random: Random) -> set[bytes]:
    """Some of the statements are gone."""
    return set(random.sample(sorted(lines), len(lines) // 2))


def counted(lines: set[bytes]) -> tuple[int, dict[str, Number], dict[str, Number]]:
    """The same numbers from the lines alone."""
    quads = list(parse(b"".join(lines), RdfFormat.N_QUADS))

    def of(*graphs: str) -> set:
        return {quad.triple for quad in quads if quad.graph_name.value.rpartition("/")[2] in graphs}

    asserted = of("authority", "one", "two")
    both = asserted, of("inferred") - asserted
    classes = [Counter(t.object.value for t in s if t.predicate.value == TYPE) for s in both]
    properties = [Counter(t.predicate.value for t in s) for s in both]
    joined = [
        {iri: Number(first[iri], second[iri]) for iri in {*first, *second}}
        for first, second in (classes, properties)
    ]
    return len({t.subject for s in both for t in s}), joined[0], joined[1]


def numbers(found: Statistics) -> tuple[int, dict[str, Number], dict[str, Number]]:
    return found.subjects, dict(found.classes), dict(found.properties)


def changes(old: set[bytes], new: set[bytes]) -> Sequence[Change]:
    return [Change(sorted(old - new), sorted(new - old))]


@pytest.mark.parametrize("seed", range(3))
def test_a_store_is_counted_as_its_lines_are(seed: int, tmp_path: Path) -> None:
    lines = state(Random(seed))
    (tmp_path / "all.nq").write_bytes(b"".join(sorted(lines)))
    create(tmp_path / "store", [tmp_path / "all.nq"])
    found = count(open_read_only(tmp_path / "store"), BASE, {"inferred": 7})
    assert numbers(found) == counted(lines)
    assert found.graphs == {"inferred": 7}
    assert statistics.from_json(found.to_json()) == found


@pytest.mark.parametrize("seed", range(4))
def test_numbers_that_are_kept_up_are_those_of_a_new_count(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statistics, "FEW", 0)
    random = Random(seed)
    lines = state(random)
    (tmp_path / "all.nq").write_bytes(b"".join(sorted(lines)))
    create(tmp_path / "0", [tmp_path / "all.nq"])
    store = open_read_only(tmp_path / "0")
    known = count(store, BASE, {})
    monkeypatch.setattr(statistics, "count", None)
    for number in range(1, 5):
        new = state(random) if number % 2 else without(lines, random)
        renew(tmp_path / str(number), tmp_path / str(number - 1), changes(lines, new))
        now = open_read_only(tmp_path / str(number))
        quads: list[Quad] = list(parse(b"".join(lines ^ new), RdfFormat.N_QUADS))
        known = recount((store, known), now, BASE, {}, (quad.triple for quad in quads))
        assert numbers(known) == counted(new)
        store, lines = now, new
