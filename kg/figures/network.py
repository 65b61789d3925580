"""A graph: a box for each node, for each row a line with its words, in layers from left to right.

In: rows with two nodes each. Out: the body of a figure.
Refuses: nothing; an end that a row does not have is a box of its own.

The layers, and the order in them, are those of Sugiyama's method (fast-sugiyama). The words of a
line are laid out like nodes, and lines run between layers only, so that nothing covers words.

https://doi.org/10.1109/TSMC.1981.4308636
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, pairwise, zip_longest
from math import log2
from typing import NamedTuple, cast

from fast_sugiyama import from_edges

from kg.figures.columns import Rows
from kg.figures.drawing import (
    COLOURS,
    LEADING,
    MARGIN,
    SMALL,
    WIDTH,
    Body,
    Element,
    element,
    fill,
    stroke,
    titled,
    write,
)
from kg.figures.lettering import width, wrap

SIZE = 12.0
NODE, LABEL = 165.0, 125.0
"""Width of words in boxes and on lines."""
ACROSS, BETWEEN, APART = 46.0, 9.0, 26.0
"""Between layers, between the nodes of a layer, and between parts that nothing joins."""
_SPACING = 72.0
"""Between ranks, and between neighbours, as the library has them."""
_PITCH = 30.0
_MISSING = "–"


class _Edge(NamedTuple):
    """A row: its ends, and what stands on its line, by number; the layout may turn it round."""

    at: int
    start: int
    label: int
    end: int
    turned: bool = False


Positions = list[tuple[int, tuple[float, float]]]
Parts = list[tuple[Positions, float, float, list[tuple[int, int]] | None]]


class _Box(NamedTuple):
    """Something that has a place of its own: a node, or the words of a line."""

    lines: Sequence[str]
    size: float
    broad: float
    high: float


class _Place(NamedTuple):
    """Where a box is: its edges, its middle and its height."""

    left: float
    right: float
    y: float
    high: float


_BEND = _Box((), 0.0, 0.0, 8.0)
"""Where a long line passes a layer."""


def network(rows: Rows) -> Body:
    """The graph of rows that have the columns `from` and `to`."""
    names, edges = _edges(rows)
    edges = _without_cycles(edges)
    boxes = {number: _node_box(words) for number, words in names.items()}
    boxes |= {edge.label: _label_box(_label(rows, edge.at)) for edge in edges}
    layout = _layout(edges, boxes)
    group = element("g")
    lines, list_ = element("g", group), element("g", group)
    tones = _tones(rows)
    for edge in edges:
        _draw_edge(lines, rows, edge, boxes[edge.label], layout, tones)
    for number, words in names.items():
        _draw_node(list_, words, boxes[number], layout.places[number])
    told = [
        f"A graph of {len(names)} nodes and {len(edges)} edges.",
        *(_told(rows, edge.at) for edge in edges),
    ]
    legend = [entry._replace(number=None, line=True) for entry in rows.legend()]
    return Body(group, layout.broad, layout.high, legend, told)


def _edges(rows: Rows) -> tuple[dict[int, str], list[_Edge]]:
    """The words of each node by its number, and the rows as edges."""
    numbers: dict[str, int] = {}
    names: dict[int, str] = {}

    def node(at: int, role: str) -> int:
        term = rows.term(at, role)
        key = str(term) if term is not None else f"{role} {at}"
        number = numbers.setdefault(key, len(numbers))
        names.setdefault(number, rows.words(at, role) or _MISSING)
        return number

    pairs = [(node(at, "from"), node(at, "to")) for at in range(len(rows.cells))]
    return names, [_Edge(at, start, len(names) + at, end) for at, (start, end) in enumerate(pairs)]


def _without_cycles(edges: Sequence[_Edge]) -> list[_Edge]:
    """The edges; those that lead back to where the search came from are turned."""
    after: dict[int, list[int]] = {}
    for edge in edges:
        after.setdefault(edge.start, []).append(edge.end)
    order: dict[int, int] = {}
    for start in after:
        _visit(start, after, order)
    return [edge._replace(turned=order[edge.start] < order[edge.end]) for edge in edges]


def _visit(start: int, after: Mapping[int, Sequence[int]], order: dict[int, int]) -> None:
    """Number nodes when all that follows them has a number: in a graph without cycles, backward."""
    seen, stack = {start} | order.keys(), [] if start in order else [(start, iter(after[start]))]
    while stack:
        node, rest = stack[-1]
        if (following := next((n for n in rest if n not in seen), None)) is not None:
            seen.add(following)
            stack.append((following, iter(after.get(following, ()))))
        else:
            order[node] = len(order)
            stack.pop()


def _node_box(words: str) -> _Box:
    lines = wrap(words, NODE, SIZE, 4)
    broad = max(width(line, SIZE) for line in lines) + 18
    return _Box(lines, SIZE, broad, len(lines) * SIZE * LEADING + 10)


def _label_box(words: str) -> _Box:
    lines = wrap(words, LABEL, SMALL, 4) if words else []
    broad = max((width(line, SMALL) for line in lines), default=0.0)
    return _Box(lines, SMALL, broad + 8 * bool(lines), len(lines) * SMALL * LEADING)


def _label(rows: Rows, at: int) -> str:
    count = rows.words(at, "count")
    return f"{rows.words(at, 'edge')}{f' ({count})' if count else ''}".strip()


# Where everything is


class _Layout(NamedTuple):
    """Where each box is, and through which boxes each line runs."""

    places: dict[int, _Place]
    paths: dict[tuple[int, int], list[_Place]]
    broad: float
    high: float


def _layout(edges: Sequence[_Edge], boxes: Mapping[int, _Box]) -> _Layout:
    pairs = [pair for edge in edges for pair in _pairs(edge)]
    # Parts come in an order that says nothing; nodes are numbered as they come in the rows.
    parts = cast(Parts, from_edges(pairs, dummy_vertices=True, dummy_size=0.4))
    parts = sorted(parts, key=lambda part: min(number for number, _ in part[0]))
    layered = [_layers(positions) for positions, *_ in parts]
    spans = _spans(layered, boxes)
    found = _Layout({}, {}, spans[-1][1], 0.0)
    for layers, (_, _, _, joined) in zip(layered, parts, strict=True):
        places = _places(layers, spans, boxes, found.high + APART if found.places else 0.0)
        found.paths.update(_paths(joined or pairs, places, boxes))
        found.places.update((number, place) for number, place in places.items() if number in boxes)
        found = found._replace(high=max(p.y + p.high / 2 for p in places.values()))
    return found


def _pairs(edge: _Edge) -> list[tuple[int, int]]:
    if edge.start == edge.end:
        return [(edge.start, edge.label)]
    first, last = (edge.end, edge.start) if edge.turned else (edge.start, edge.end)
    return [(first, edge.label), (edge.label, last)]


def _layers(positions: Positions) -> list[list[tuple[float, int]]]:
    """The nodes of each layer from left to right, from top to bottom, each with its wish."""
    layers: dict[float, list[tuple[float, int]]] = {}
    for number, (x, y) in positions:
        layers.setdefault(-y, []).append((x * _PITCH / _SPACING, number))
    return [sorted(layer) for _, layer in sorted(layers.items())]


def _spans(
    parts: Sequence[Sequence[Sequence[tuple[float, int]]]], boxes: Mapping[int, _Box]
) -> list[tuple[float, float]]:
    """From where to where each layer goes, so that the figure is as wide as others if it can be."""
    broad = [
        max(boxes.get(number, _BEND).broad for layer in layers for _, number in layer)
        for layers in zip_longest(*parts, fillvalue=())
    ]
    room = (WIDTH - 2 * MARGIN - sum(broad)) / (len(broad) - 1)
    gap = min(max(room, ACROSS), 2.5 * ACROSS)
    lefts = accumulate((own + gap for own in broad), initial=0.0)
    return [(left, left + own) for left, own in zip(lefts, broad, strict=False)]


def _places(
    layers: Sequence[Sequence[tuple[float, int]]],
    spans: Sequence[tuple[float, float]],
    boxes: Mapping[int, _Box],
    top: float,
) -> dict[int, _Place]:
    """The places of nodes that lines join, from an upper edge on."""
    found: dict[int, _Place] = {}
    for layer, (left, right) in zip(layers, spans, strict=False):
        sizes = [boxes.get(number, _BEND) for _, number in layer]
        middles = spread([wish for wish, _ in layer], [box.high + BETWEEN for box in sizes])
        for (_, number), box, y in zip(layer, sizes, middles, strict=True):
            inset = 0.0 if box is _BEND else (right - left - box.broad) / 2
            found[number] = _Place(left + inset, right - inset, y, box.high)
    lift = top - min(place.y - place.high / 2 for place in found.values())
    return {number: place._replace(y=place.y + lift) for number, place in found.items()}


def spread(wishes: Sequence[float], sizes: Sequence[float]) -> list[float]:
    """Middles that keep the order and their distance, and are as near to the wishes as can be.

    By pooling neighbours that are in each other's way (least squares, isotonic regression).
    """
    offsets, total = [], 0.0
    for size in sizes:
        offsets.append(total + size / 2)
        total += size
    pools: list[tuple[float, int]] = []
    for wish, offset in zip(wishes, offsets, strict=True):
        mean, count = wish - offset, 1
        while pools and pools[-1][0] >= mean:
            above, more = pools.pop()
            mean, count = (mean * count + above * more) / (count + more), count + more
        pools.append((mean, count))
    starts = [mean for mean, count in pools for _ in range(count)]
    return [start + offset for start, offset in zip(starts, offsets, strict=True)]


def _paths(
    joined: Iterable[tuple[int, int]], places: Mapping[int, _Place], boxes: Mapping[int, _Box]
) -> Iterator[tuple[tuple[int, int], list[_Place]]]:
    """The places through which each line runs, from its first box to its last."""
    joined = list(joined)
    bends = {start: end for start, end in joined if start not in boxes}
    for start, end in joined:
        if start in boxes:
            path = [start, end]
            while path[-1] not in boxes:
                path.append(bends[path[-1]])
            yield (start, path[-1]), [places[number] for number in path]


# What it looks like


def _tones(rows: Rows) -> dict[str, str]:
    """A colour for each word of the lines, if there are few of them."""
    words = rows.values("edge")
    few = 1 < len(words) <= COLOURS
    return {word: f"c{number}" for number, word in enumerate(words)} if few else {}


def _draw_node(parent: Element, words: str, box: _Box, place: _Place) -> None:
    item = titled(parent, words, "node")
    look = {**stroke("dim", 1.2), **fill("paper"), "class_": "s-dim f-paper"}
    y = place.y - box.high / 2
    element("rect", item, x=place.left, y=y, width=box.broad, height=box.high, rx=5, **look)
    middle = (place.left + place.right) / 2
    write(item, box.lines, middle, _first(box, place.y), size=SIZE, anchor="middle")


def _first(box: _Box, y: float) -> float:
    """The middle of the first line of a box."""
    return y - (len(box.lines) - 1) * box.size * LEADING / 2


def _draw_edge(
    parent: Element, rows: Rows, edge: _Edge, box: _Box, layout: _Layout, tones: Mapping[str, str]
) -> None:
    item = titled(parent, rows.told(edge.at))
    tone = tones.get(rows.words(edge.at, "edge"), "dim")
    count = float(getattr(rows.term(edge.at, "count"), "value", "1"))
    thick = min(1.2 + 0.6 * log2(count), 4.0) if count > 1 else 1.2
    line = stroke(tone, thick, dashed=rows.looks[edge.at].hollow)
    if edge.start == edge.end:
        _draw_loop(item, layout.paths[edge.start, edge.label], line, tone)
    else:
        runs = [layout.paths[pair] for pair in _pairs(edge)]
        for run in runs:
            element("path", item, d=_curve(run), **line)
        if edge.turned:
            _head(item, runs[0][0].right, runs[0][0].y, tone, -1)
        else:
            _head(item, runs[1][-1].left, runs[1][-1].y, tone, 1)
    place = layout.places[edge.label]
    middle = (place.left + place.right) / 2
    write(item, box.lines, middle, _first(box, place.y), size=SMALL, tone=tone, anchor="middle")


def _curve(run: Sequence[_Place]) -> str:
    """A line from the right of the first place to the left of the last, through those between."""
    pieces = [f"M{run[0].right:.1f} {run[0].y:.1f}"]
    for before, after in pairwise(run):
        x, y = (before.right + after.left) / 2, after.y
        pieces.append(f"C{x:.1f} {before.y:.1f} {x:.1f} {y:.1f} {after.left:.1f} {y:.1f}")
        pieces += [f"H{after.right:.1f}"] if after is not run[-1] else []
    return "".join(pieces)


def _draw_loop(
    item: Element, run: Sequence[_Place], line: dict[str, str | float], tone: str
) -> None:
    """From a box to the words at its right and back."""
    start, end = run[0], run[-1]
    middle = (start.right + end.left) / 2
    for away in (-5, 5):
        d = (
            f"M{start.right:.1f} {start.y + away:.1f}C{middle:.1f} {start.y + away:.1f} "
            f"{middle:.1f} {end.y + away:.1f} {end.left:.1f} {end.y + away / 2:.1f}"
        )
        element("path", item, d=d, **line)
    _head(item, start.right, start.y + 5, tone, -1)


def _head(item: Element, x: float, y: float, tone: str, way: int) -> None:
    """The head of an arrow, whose point is at `x`."""
    points = f"{x:.1f},{y:.1f} {x - 8 * way:.1f},{y - 4:.1f} {x - 8 * way:.1f},{y + 4:.1f}"
    element("polygon", item, points=points, **fill(tone))


def _told(rows: Rows, at: int) -> str:
    ends = (rows.words(at, role) or _MISSING for role in ("from", "to"))
    words = _label(rows, at)
    return (f" – {words} → " if words else " → ").join(ends)
