"""One fault has one finding, with all that follows from it; several faults have one each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path

import pytest

from kg.building.workshop import Workshop
from kg.diagnostics import Diagnostic
from kg.project.settings import load_project

CASE = Path(__file__).parent / "cases" / "shape-violated-by-what-a-group-says"
MESSAGE = "no `speaker` found among those who took part, expected at least 1"
WORDS = [
    "“We will mend the dome,” Brandt said after the meeting.",
    "She added that the dome leaks.",
    "the dome leaks",
    "Ada Brandt met Iven Holm",
]


def findings(folder: Path, mapping: str) -> list[Diagnostic]:
    head = (CASE / "mappings" / "tower.yaml").read_text(encoding="utf-8").split("remarks:")[0]
    (folder / "mappings" / "tower.yaml").write_text(head + mapping, encoding="utf-8")
    work = Workshop(load_project(folder)).article("tower")
    return [finding for finding in work.findings if finding.message == MESSAGE]


def lines(found: list[Diagnostic]) -> Iterator[str]:
    """The text at the places of findings, and at all that is said to follow from them."""
    for finding in found:
        entries = [place for text, place in finding.related if text == "said of this entry"]
        for place in entries or [finding.place]:
            yield f"{place}"


def remarks(wrong: tuple[int, ...]) -> str:
    """Remarks of their own, some by one who was not there."""
    names = ["iven-holm" if number in wrong else "ada-brandt" for number in range(len(WORDS))]
    entries = [
        f"  - speaker: {name}\n    occasion: tower-meeting\n    tone: calm\n    quote: {words}\n"
        for name, words in zip(names, WORDS, strict=True)
    ]
    return "remarks:\n" + "".join(entries)


def test_faults_in_several_entries_are_the_union_of_the_single_ones(lay: Callable) -> None:
    folder = lay(CASE)
    every = range(len(WORDS))
    single = {n: set(lines(findings(folder, remarks((n,))))) for n in every}
    assert all(len(found) == 1 for found in single.values())
    for size in (0, 2, 3, 4):
        for wrong in combinations(every, size):
            found = findings(folder, remarks(wrong))
            assert len(found) == size
            assert set(lines(found)) == set().union(*(single[n] for n in wrong))


def group(*entries: str) -> str:
    head = "remarks:\n  - with: {speaker: iven-holm, occasion: tower-meeting, tone: calm}\n"
    pairs = zip(entries, WORDS, strict=False)
    return (
        head
        + "    entries:\n"
        + "".join(f"      - {own}\n        quote: {words}\n" for own, words in pairs)
    )


def test_a_group_is_one_finding_that_lists_its_entries(lay: Callable) -> None:
    (found,) = findings(lay(CASE), group(*["subject: comets"] * 4))
    assert len(list(lines([found]))) == 4


@pytest.mark.parametrize("own", ["speaker: lena-holm", "occasion: other-meeting"])
def test_an_entry_that_says_it_by_itself_has_a_finding_of_its_own(own: str, lay: Callable) -> None:
    other = (
        "  other-meeting:\n    a: Meeting\n    participant: ada-brandt\n"
        "    quote: after the meeting\n\n"
    )
    found = findings(lay(CASE), other + group("subject: comets", own, "subject: comets"))
    assert len(found) == 2
    assert len(set(lines(found))) == 3
