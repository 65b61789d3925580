"""What must hold of any input: of the YAML reader, quotes, times and the fault finder.

Each function takes what a fuzzer makes up and raises if the engine breaks a promise. The fuzzer
(`tests/fuzz/run.py`) looks for inputs by the coverage of the code; `tests/test_fuzz.py` gives the
same functions to hypothesis.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from datetime import date, timedelta
from itertools import pairwise

import yaml

from kg.diagnostics import Findings, Location
from kg.project.documents import List, Map, Node, Text, read_yaml
from kg.project.surrogates import PAIR
from kg.sparql.grammar import first_fault, scan
from kg.text.quotes import Lines, Span, anchors_of, at_boundary, find, fold
from kg.text.times import Contradiction, Resolved, bounds, check, resolve

# Takes every scalar for a string; written in C, as the one that the reader has its events from.
STRINGS = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

Json = str | list["Json"] | dict[str, "Json"]


def yaml_document(content: bytes) -> None:
    """Findings have places in the file; what is accepted is what PyYAML reads, and reads again."""
    findings = Findings()
    tree = read_yaml(content, "fuzz.yaml", findings)
    text = content.decode("utf-8-sig", errors="replace")
    lines = Lines(text)
    for finding in findings:
        assert finding.place, finding
        _inside(finding.place, text, lines)
    if findings.errors() or tree is None:
        assert findings.errors(), "nothing was read, and nothing was said"
        return
    plain = _plain(tree, text, lines)
    if not re.search(PAIR, text):  # which JSON has, and PyYAML refuses
        theirs = yaml.load(text, Loader=STRINGS)
        assert plain == (theirs or {}), "PyYAML reads another document"
    for escaped in (False, True):
        written = json.dumps(plain, ensure_ascii=escaped)
        again = read_yaml(written.encode(), "again.yaml", Findings())
        assert again is not None
        assert _plain(again) == plain, "the document changes when it is written and read"


def _inside(place: Location, text: str, lines: Lines) -> None:
    if place.line:
        assert 0 <= lines.offset(place.line, place.column) <= len(text), place
        assert (place.end_line, place.end_column) == (0, 0) or (
            (place.line, place.column) <= (place.end_line, place.end_column)
        ), place


def _plain(node: Node, text: str = "", lines: Lines | None = None) -> Json:
    if lines:
        _inside(node.place, text, lines)
    if isinstance(node, Text):
        return node.text
    if isinstance(node, List):
        return [_plain(item, text, lines) for item in node.items]
    assert isinstance(node, Map)
    return {key.text: _plain(value, text, lines) for key, value in node.pairs}


def quote(words: str, text: str) -> None:
    """The spans are those that a slow search finds, and each covers what was quoted."""
    try:
        anchors = anchors_of(words)
    except ValueError:
        return
    found = find(words, text)
    assert found == _slowly(anchors, text)
    for span in found:
        assert 0 <= span.start < span.end <= len(text)
        exact = fold(span.exact(text)).text
        assert exact.startswith(anchors[0])
        assert exact.endswith(anchors[-1])
    assert find(words, text, [Span(0, len(text))]) == found


def _slowly(anchors: list[str], text: str) -> list[Span]:
    """The definition, word for word: every hit of the first anchor, each next one nearest."""
    folded = fold(text)
    places = [
        [
            at
            for at in range(len(folded.text))
            if folded.text.startswith(anchor, at)
            and at_boundary(folded.text, at)
            and at_boundary(folded.text, at + len(anchor))
        ]
        for anchor in anchors
    ]
    found = []
    for start in places[0]:
        end: int | None = start + len(anchors[0])
        for anchor, hits in zip(anchors[1:], places[1:], strict=True):
            ahead = bisect_left(hits, end) if end is not None else len(hits)
            end = hits[ahead] + len(anchor) if ahead < len(hits) else None
        if end is not None:
            found.append(Span(folded.origin(start), folded.origin(end)))
    return found


def folding(text: str) -> None:
    """Offsets go from the text to its folded form and back."""
    folded = fold(text)
    assert len(folded.text) <= len(text)
    assert folded.origin(len(folded.text)) == len(text)
    for index in range(len(folded.text)):
        start, end = folded.origin(index), folded.origin(index + 1)
        assert start < end
        assert fold(text[start:end]).text[-1] == folded.text[index]
        assert folded.index(start) == index


def time_expression(words: str, anchor: date | None) -> None:
    """A value is in the calendar, agrees with its bounds, and follows again from its proof."""
    result = resolve(words, anchor)
    if not isinstance(result, Resolved):
        return
    assert bounds(result.value) == (result.earliest, result.latest)
    assert not isinstance(check(result, result.value), Contradiction)
    assert result.weekday in (None, result.earliest.weekday())
    assert result.month in (None, result.earliest.month)
    assert result.day in (None, result.earliest.day)
    assert resolve(f"  {words.upper()} ", anchor) == result, "case or space matters"
    if not result.needs_anchor:
        assert resolve(words, None) == result
        assert resolve(words, date(1999, 12, 31)) == result
    elif result.granularity == "day":
        assert anchor is not None
        wrong = (result.earliest + timedelta(days=1 if anchor < date.max else -1)).isoformat()
        assert isinstance(check(result, wrong), Contradiction)


def sparql(text: str) -> None:
    """Every character of a query is accounted for, and a fault is at one of its tokens."""
    tokens = scan(text)
    assert all(text.startswith(token.text, token.start) for token in tokens)
    assert all(a.start + len(a.text) <= b.start for a, b in pairwise(tokens))
    fault = first_fault(tokens)
    assert fault is None or (0 <= fault.at <= len(tokens) and fault.expected)
