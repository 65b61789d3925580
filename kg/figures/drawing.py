"""Figures as SVG, PNG and HTML: the shapes, tones and letters that all figures are made of.

In: a `Heading` and the body of a figure. Out: its bytes, the same for the same figure.
Refuses: nothing.

Every element has its colours for a light page as attributes, which all readers of SVG know; a style
sheet changes them where a reader prefers dark pages. The colours are those of Okabe and Ito, which
people who are colour-blind can tell apart; shapes say the same.

https://www.w3.org/TR/SVG2/, https://jfly.uni-koeln.de/color/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from math import cos, pi, sin
from typing import NamedTuple
from xml.etree import ElementTree as Xml

from resvg_py import svg_to_bytes

from kg.figures.lettering import FAMILY, FONT, has_all, is_rightward, width, wrap

Element = Xml.Element

WIDTH = 960.0
MARGIN = 24.0
SIZE = 12.5
"""Of letters."""
SMALL = 10.5
LEADING = 1.35
"""From line to line, in sizes."""
# Light, dark.
TONES = {
    "paper": ("#ffffff", "#15181d"),
    "ink": ("#1b1f24", "#e8eaed"),
    "dim": ("#5a626c", "#a9b1bb"),
    "grid": ("#dfe3e8", "#333a43"),
    "c0": ("#0072b2", "#56a8e0"),
    "c1": ("#d55e00", "#f0904e"),
    "c2": ("#009e73", "#35c59c"),
    "c3": ("#b8578f", "#e09cc4"),
    "c4": ("#b07c00", "#f0c04a"),
    "c5": ("#3f9bd1", "#9ad4f7"),
    "c6": ("#7a7a7a", "#a6a6a6"),
    "c7": ("#1b1f24", "#ffffff"),
}
COLOURS = 8
# Corners, the angle of the first one, and how much farther out than the rim of a circle they are.
_SHAPES = ((4, pi / 4, 1.25), (3, -pi / 2, 1.3), (4, 0.0, 1.3), (3, pi / 2, 1.3))
_FAMILIES = f"'Helvetica Neue', Arial, 'Noto Sans', '{FAMILY}', sans-serif"
_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
# What XML cannot hold.
_UNFIT = "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
_LARGEST = 40_000_000  # pixels of a picture


class Entry(NamedTuple):
    """A line of a legend.

    Attributes:
        words: what it stands for.
        number: of the colour and the shape; None: those of no kind.
        hollow: whether its marks are outlines.
        dashed: whether their lines are broken.
        line: whether it is lines that it explains.
    """

    words: str
    number: int | None = None
    hollow: bool = False
    dashed: bool = False
    line: bool = False


class Heading(NamedTuple):
    """What stands around a figure.

    Attributes:
        title: of the figure.
        subtitle: what narrows it.
        source: what it was made from.
        language: tag of the texts.
    """

    title: str
    subtitle: str = ""
    source: str = ""
    language: str = "en"


class Body(NamedTuple):
    """A figure without its heading.

    Attributes:
        group: what is drawn; its origin is the left upper corner.
        width: its own.
        height: its own.
        legend: what the marks mean.
        told: each row in words, for readers who do not see the figure.
    """

    group: Element
    width: float
    height: float
    legend: Sequence[Entry]
    told: Sequence[str]


def element(name: str, parent: Element | None = None, **attributes: str | float) -> Element:
    """An element of SVG; `text_anchor` stands for `text-anchor`, `class_` for `class`."""
    pairs = {key.rstrip("_").replace("_", "-"): _value(value) for key, value in attributes.items()}
    if parent is None:
        return Element(name, pairs)
    return Xml.SubElement(parent, name, pairs)


def _value(value: str | float) -> str:
    if isinstance(value, str):
        return clean(value)
    return f"{value:.2f}".rstrip("0").rstrip(".").replace("-0", "-0" if value <= -0.005 else "0", 1)


def clean(text: str) -> str:
    """A text that XML can hold."""
    return re.sub(_UNFIT, "\ufffd", text)


def fill(tone: str) -> dict[str, str]:
    """The attributes of what is filled."""
    return {"class_": f"f-{tone}", "fill": TONES[tone][0]}


def stroke(tone: str, thick: float = 1.0, *, dashed: bool = False) -> dict[str, str | float]:
    """The attributes of what is drawn as a line."""
    line: dict[str, str | float] = {"stroke": TONES[tone][0], "stroke_width": thick}
    broken = {"stroke_dasharray": "2.6 2.6"} if dashed else {}
    return {"class_": f"s-{tone}", "fill": "none", **line, **broken}


def titled(parent: Element, words: str, class_: str = "row") -> Element:
    """A group that shows words when it is pointed at."""
    group = element("g", parent, class_=class_)
    element("title", group).text = clean(words)
    return group


def write(
    parent: Element,
    lines: Iterable[str],
    x: float,
    y: float,
    *,
    size: float = SIZE,
    tone: str = "ink",
    anchor: str = "start",
) -> float:
    """Write lines whose first has its middle at `y`; gives the height of all of them."""
    lines = list(lines)
    rightward = is_rightward(" ".join(lines))
    for number, line in enumerate(lines):
        at = y + size * 0.36 + number * size * LEADING
        text = element("text", parent, x=x, y=at, font_size=size, **fill(tone))
        if anchor != "start":
            text.set("text-anchor", anchor)
        # An isolate keeps the order of words, and leaves the place of the line alone.
        text.text = clean(f"\u2067{line}\u2069" if rightward else line)
    return len(lines) * size * LEADING


def mark(parent: Element, entry: Entry, x: float, y: float, radius: float = 5.0) -> None:
    """A mark: each kind has its shape and its colour; see `paint`."""
    _shape(parent, entry, x, y, radius, paint(entry))
    if entry.dashed and not entry.hollow:
        _shape(parent, entry, x, y, radius * 0.45, paint(entry._replace(dashed=False)))


def tone_of(entry: Entry) -> str:
    """The colour of a kind."""
    return "dim" if entry.number is None else f"c{entry.number % COLOURS}"


def paint(entry: Entry) -> dict[str, str | float]:
    """The look of a mark: filled, or an outline on paper, so that no line behind it shows."""
    tone = tone_of(entry)
    filled = "paper" if entry.hollow or entry.dashed else tone
    line = stroke(tone, 1.4, dashed=entry.dashed)
    return {**line, "class_": f"s-{tone} f-{filled}", "fill": TONES[filled][0]}


def _shape(
    parent: Element,
    entry: Entry,
    x: float,
    y: float,
    radius: float,
    look: Mapping[str, str | float],
) -> None:
    shape = (entry.number or 0) % (len(_SHAPES) + 1)
    if shape == 0:
        element("circle", parent, cx=x, cy=y, r=radius, **look)
        return
    corners, turn, scale = _SHAPES[shape - 1]
    angles = (turn + 2 * pi * corner / corners for corner in range(corners))
    places = ((x + radius * scale * cos(a), y + radius * scale * sin(a)) for a in angles)
    points = " ".join(f"{_value(across)},{_value(down)}" for across, down in places)
    element("polygon", parent, points=points, **look)


def to_svg(heading: Heading, body: Body, *, dark: bool = True) -> Element:
    """The whole figure.

    Args:
        heading: around it.
        body: of it.
        dark: whether it has a style for dark pages.
    """
    broad = max(WIDTH, body.width + 2 * MARGIN)
    svg = element("svg", xmlns="http://www.w3.org/2000/svg", role="img", lang=heading.language)
    svg.attrib |= {"aria-labelledby": "title", "aria-describedby": "desc"}
    element("title", svg, id="title").text = clean(heading.title)
    told = (
        (f"{heading.subtitle}.", *body.told, heading.source)
        if heading.subtitle
        else (*body.told, heading.source)
    )
    element("desc", svg, id="desc").text = clean("\n".join(told))
    if dark:
        element("style", svg).text = _style()
    paper = element("rect", svg, **fill("paper"))
    y = _head(svg, heading, broad)
    y = _legend(svg, body.legend, broad, y)
    body.group.set("transform", f"translate({_value(MARGIN)} {_value(y)})")
    svg.append(body.group)
    y += body.height + 20
    lines = wrap(heading.source, broad - 2 * MARGIN, SMALL, 3)
    y += write(svg, lines, MARGIN, y, size=SMALL, tone="dim") + MARGIN - SMALL
    svg.attrib |= {
        "width": _value(broad),
        "height": _value(y),
        "viewBox": f"0 0 {_value(broad)} {_value(y)}",
    }
    svg.set("font-family", _FAMILIES)
    paper.attrib |= {"width": _value(broad), "height": _value(y)}
    return svg


def _style() -> str:
    rules = [
        f".f-{name}{{fill:{dark}}}.s-{name}{{stroke:{dark}}}" for name, (_, dark) in TONES.items()
    ]
    return f"@media (prefers-color-scheme:dark){{{''.join(rules)}}}"


def _head(svg: Element, heading: Heading, broad: float) -> float:
    y = MARGIN + 10
    room = broad - 2 * MARGIN
    y += write(svg, wrap(heading.title, room, 19, 3), MARGIN, y, size=19)
    if heading.subtitle:
        y += write(svg, wrap(heading.subtitle, room, SIZE, 3), MARGIN, y, tone="dim")
    return y + 6


def _legend(svg: Element, entries: Sequence[Entry], broad: float, y: float) -> float:
    if not entries:
        return y
    group, x = element("g", svg, class_="legend"), MARGIN
    for entry in entries:
        (words,) = wrap(entry.words, broad - 2 * MARGIN - 20, SIZE, 1)
        room = width(words, SIZE) + 44
        if x > MARGIN and x + room - 24 > broad - MARGIN:
            x, y = MARGIN, y + SIZE * LEADING + 4
        item = element("g", group)
        _swatch(item, entry, x + 6, y)
        write(item, [words], x + 18, y)
        x += room
    return y + SIZE * LEADING + 10


def _swatch(item: Element, entry: Entry, x: float, y: float) -> None:
    if entry.line:
        look = stroke(tone_of(entry), 1.6, dashed=entry.hollow)
        element("line", item, x1=x - 6, x2=x + 8, y1=y, y2=y, **look)
    else:
        mark(item, entry, x, y)


def svg_bytes(heading: Heading, body: Body) -> bytes:
    """The figure as a file of SVG."""
    svg = to_svg(heading, body)
    return f"{_XML}{Xml.tostring(svg, encoding='unicode')}\n".encode()


def png_bytes(heading: Heading, body: Body) -> bytes:
    """The figure as a picture, two pixels to a point unless it is very large."""
    svg = to_svg(heading, body, dark=False)
    area = float(svg.get("width", 0)) * float(svg.get("height", 0))
    # Only where the letters of this font do not suffice does a picture depend on the machine.
    enough = all(has_all(node.text or "") for node in svg.iter("text"))
    return svg_to_bytes(
        svg_string=Xml.tostring(svg, encoding="unicode"),
        zoom=2 if area * 4 <= _LARGEST else 1,
        font_files=[str(FONT)],
        font_family=FAMILY,
        sans_serif_family=FAMILY,
        skip_system_fonts=enough,
    )


def html_bytes(
    heading: Heading, body: Body, head: Sequence[str], rows: Iterable[Sequence[str]]
) -> bytes:
    """The figure as a page that needs nothing else, with its rows as a table."""
    svg = Xml.tostring(to_svg(heading, body), encoding="unicode")
    title = escape(clean(heading.title))
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    names = "".join(f'<th scope="col">{_cell(name)}</th>' for name in head)
    lines = "\n".join(
        f"<tr>{''.join(f'<td>{_cell(cell)}</td>' for cell in row)}</tr>" for row in rows
    )
    return (
        f'<!doctype html>\n<html lang="{escape(heading.language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">'
        f"<title>{title}</title><style>{_PAGE}</style></head>\n<body>\n<figure>{svg}</figure>\n"
        f"<details><summary>{_cell('The rows of this figure')}</summary>\n"
        f"<div><table><thead><tr>{names}</tr></thead>\n<tbody>\n{lines}\n</tbody></table></div>\n"
        "</details>\n</body></html>\n"
    ).encode()


def _cell(text: str) -> str:
    return f"<bdi>{escape(clean(text))}</bdi>"


_PAGE = (
    ":root{color-scheme:light dark}"
    "body{margin:1rem;font:15px/1.45 system-ui,sans-serif;background:#fff;color:#1b1f24}"
    "figure{margin:0;overflow-x:auto}svg{max-width:none}"
    "table{border-collapse:collapse}td,th{text-align:start;vertical-align:top;padding:.2rem .8rem"
    " .2rem 0;border-bottom:1px solid #8884}details>div{overflow-x:auto}"
    "@media (prefers-color-scheme:dark){body{background:#15181d;color:#e8eaed}}"
)
