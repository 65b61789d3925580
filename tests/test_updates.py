"""The texts of updates, read by an engine."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, Store

from kg.pushing.updates import insertions, replacing

GRAPH, PLACE = "https://example.org/graph/g", "https://example.org/pushed/graph/g"
S, P = NamedNode("https://example.org/s"), NamedNode("https://example.org/p")


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))))
def test_any_text_is_what_it_was(texts: list[str]) -> None:
    lines = [f"{S} {P} {Literal(text)} .\n".encode() for text in texts]
    store = Store()
    for update in insertions(GRAPH, lines, anew=True):
        store.update(update)
    assert {quad.object.value for quad in store} == set(texts)
    assert {quad.graph_name for quad in store} <= {NamedNode(GRAPH)}


def test_a_code_point_behind_a_backslash_means_the_same_wherever_escapes_are_read() -> None:
    (update,) = insertions(GRAPH, [rb'<x:s> <x:p> "\\u0041 \u0042 \\\u0043" .' + b"\n"], anew=False)
    assert r'"\\\u0075' + r'0041 \u0042 \\\u0043"' in update


def test_what_blank_nodes_tie_together_goes_in_one_update() -> None:
    lines = [f'<x:s{n}> <x:p> "{n}" .\n'.encode() for n in range(2500)]
    chain = [f"_:b{n} <x:p> _:b{n + 1} .\n".encode() for n in range(1500)]
    mixed = [line for pair in zip(lines, [*chain, *lines], strict=False) for line in pair]
    updates = list(insertions(GRAPH, [b"".join(mixed)], anew=True))
    assert [update.count("_:b0 ") for update in updates] == [1, *[0] * (len(updates) - 1)]
    assert updates[0].count("_:") == 3000
    assert max(update.count("\n") for update in updates[1:]) < 1100
    assert updates[0].startswith(f"DROP SILENT GRAPH <{GRAPH}> ;")


def test_a_graph_gets_the_content_of_another_and_nothing_of_its_own() -> None:
    store = Store()
    new, old = Quad(S, P, Literal("new"), NamedNode(PLACE)), Quad(S, P, S, NamedNode(GRAPH))
    store.extend([new, old])
    for _ in range(2):
        store.update(replacing(GRAPH, PLACE))
        assert set(store) == {new, Quad(S, P, Literal("new"), NamedNode(GRAPH))}
    store.update(replacing(GRAPH, ""))
    assert set(store) == {new}
