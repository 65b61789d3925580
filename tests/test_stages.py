"""One fault is one finding; several faults are the sum of their findings, whatever the stage."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.building.flow import build
from kg.building.workshop import Workshop
from kg.checking.check import check
from kg.diagnostics import (
    CODES,
    ContentError,
    Diagnostic,
    Edit,
    Findings,
    Location,
    Severity,
)
from kg.findings.recording import from_records, to_records
from kg.project.settings import load_project

Lay = Callable[..., Path]
Said = frozenset[tuple[str, str]]
CASES = Path(__file__).parent / "cases"
TOWER, MORE = "mappings/tower.yaml", "mappings/authority/more.yaml"
FILES = {
    "seeds/tower.txt": (
        "VESSEL HILL, Wednesday, 12 February 2025. Ada Brandt met Iven Holm at the old tower on "
        "Monday evening. “We will mend the dome,” Brandt said. Holm said that the dome leaks. "
        "Lena Holm called for a new roof. On Tuesday Brandt left for the coast. "
        "Rolf Dahl was calm about it. The mayor was angry.\n"
    ),
    TOWER: """article:
  date: Wednesday, 12 February 2025
events:
  tower-meeting:
    a: Meeting
    host: ada-brandt
    participant: iven-holm
    place: old-tower
    seats: 12
    time: on Monday evening
    quote: Ada Brandt met Iven Holm at the old tower on Monday evening
  coast-visit:
    a: Visit
    participant: ada-brandt
    time: {words: On Tuesday, value: 2025-02-11}
    quote: On Tuesday Brandt left for the coast
  dome-repair:
    quote: left for the coast
remarks:
  - id: mending
    speaker: ada-brandt
    occasion: tower-meeting
    cue: said
    tone: calm
    about: coast-visit
    verdict: {on: iven-holm, marks: 3}
    quote: “We will mend the dome,” Brandt said
  - speaker: iven-holm
    occasion: tower-meeting
    tone: angry
    quote: Holm said that the dome leaks
  - speaker: lena-holm
    tone: angry
    quote: Lena Holm called for a new roof
  - speaker: rolf-dahl
    tone: calm
    about: star-club
    quote: Rolf Dahl was calm about it
mentions:
  The mayor: rolf-dahl
""",
    MORE: """persons:
  rolf-dahl:
    label: Rolf Dahl
places:
  old-tower:
    label: old tower
""",
}


@dataclass(frozen=True)
class Fault:
    """A word of the project changed: where, in which entry, what it was and is, and its code."""

    code: str
    entry: str
    old: str
    new: str
    file: str = TOWER


FAULTS = [
    Fault("M202", "article", "  date: Wed", "  dat: Wed"),
    Fault("G301", "article", "date: Wednesday", "date: Thursday"),
    Fault("M210", "meeting", "a: Meeting", "a: Meting"),
    Fault("M202", "meeting", "    host:", "    hoste:"),
    Fault("M203", "meeting", "participant: iven-holm", "participant: iven-hulm"),
    Fault("M205", "meeting", "seats: 12", "seats: twelve"),
    Fault("V401", "meeting", "seats: 12", "seats: 120"),
    Fault("G301", "meeting", "time: on Monday", "time: on Sunday"),
    Fault("G301", "meeting", "quote: Ada Brandt met", "quote: Ada Brandt saw"),
    Fault("D102", "meeting", "    participant: iven", "    host: iven"),
    Fault("M203", "meeting", "  tower-meeting:\n", "  tower-meting:\n"),
    Fault("M206", "meeting", "  tower-meeting:\n", "  Tower meeting:\n"),
    Fault("M206", "meeting", "  tower-meeting:\n", "  star-club:\n"),
    Fault("D102", "visit", "  coast-visit:\n", "  dome-repair:\n"),
    Fault("G307", "visit", "value: 2025-02-11", "value: 2025-02-12"),
    Fault("G308", "visit", "words: On Tuesday, value", "reason: On Tuesday, value"),
    Fault(
        "M204", "visit", "participant: ada-brandt\n    time", "participant: vessel-hill\n    time"
    ),
    Fault("V401", "mending", "    speaker: ada-brandt\n", ""),
    Fault("M203", "mending", "speaker: ada-brandt", "speaker: ada-bramdt"),
    Fault("G301", "mending", "cue: said", "cue: says"),
    Fault("M204", "mending", "occasion: tower-meeting\n    cue", "occasion: vessel-hill\n    cue"),
    Fault("M202", "mending", "marks: 3", "mark: 3"),
    Fault("M206", "mending", "- id: mending", "- id: Mending"),
    Fault("M202", "mending", "    quote: “We", "    quotes: “We"),
    Fault(
        "D105", "mending", "    quote: “We will mend the dome,” Brandt said\n", "    quote: ''\n"
    ),
    Fault("G303", "holm", "    quote: Holm said that the dome leaks\n", ""),
    Fault("G302", "holm", "quote: Holm said that the dome leaks", "quote: the dome"),
    Fault("M203", "holm", "tone: angry\n    quote: Holm", "tone: angrey\n    quote: Holm"),
    Fault("V401", "lena", "- speaker: lena-holm\n    tone", "- tone"),
    Fault("M207", "lena", "    tone: angry\n    quote: Lena", "    seats: 4\n    quote: Lena"),
    Fault("D105", "lena", "tone: angry\n    quote: Lena", "tone: ''\n    quote: Lena"),
    Fault("G305", "mentions", "  The mayor:", "  The major:"),
    Fault("M203", "mentions", "  The mayor: rolf-dahl", "  The mayor: rolf-dal"),
    Fault("M202", "authority", "    label: old", "    labl: old", MORE),
    Fault("M206", "authority", "  rolf-dahl:", "  Rolf-Dahl:", MORE),
    Fault("M201", "authority", "places:\n  old-tower", "place:\n  old-tower", MORE),
    Fault("D103", "authority", "    label: old tower", '    label: "old tower', MORE),
    Fault("D105", "authority", "  rolf-dahl:\n    label: Rolf Dahl", "  rolf-dahl:\n    # L", MORE),
]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, laid_out: Lay) -> Path:
    return laid_out(tmp_path_factory.mktemp("stages") / "project", files=FILES)


def found(project: Path, texts: Mapping[str, str]) -> list[Diagnostic]:
    """What reading, grounding and SHACL say if the mapping files hold these texts."""
    findings = Findings()
    drafts = {name: text.encode() for name, text in texts.items()}
    workshop = Workshop(load_project(project), findings, drafts=drafts)
    findings.extend(workshop.shared().findings)
    findings.extend(workshop.article("tower").findings)
    return list(findings)


def broken(project: Path, faults: Iterable[Fault]) -> list[Diagnostic]:
    """What is said of the project with these faults."""
    return found(project, with_faults(faults))


@cache
def alone(project: Path, fault: Fault) -> Said:
    """What is said of one fault: many sums have it."""
    return said(broken(project, [fault]))


def with_faults(faults: Iterable[Fault]) -> dict[str, str]:
    texts = {name: FILES[name] for name in (TOWER, MORE)}
    for fault in faults:
        assert texts[fault.file].count(fault.old) == 1, fault
        texts[fault.file] = texts[fault.file].replace(fault.old, fault.new)
    return texts


def said(findings: Iterable[Diagnostic]) -> Said:
    return frozenset((finding.code, finding.message) for finding in findings)


def test_the_project_has_no_fault(project: Path) -> None:
    assert broken(project, []) == []


@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: f"{f.code}-{f.entry}-{f.new.strip()[:20]}")
def test_one_fault_is_one_finding(project: Path, fault: Fault) -> None:
    assert [finding.code for finding in broken(project, [fault])] == [fault.code]


def sums() -> st.SearchStrategy[list[Fault]]:
    """Some faults, at most one in an entry."""
    by_entry: dict[str, list[Fault]] = {}
    for fault in FAULTS:
        by_entry.setdefault(fault.entry, []).append(fault)
    maybe = [st.none() | st.sampled_from(faults) for faults in by_entry.values()]
    return st.tuples(*maybe).map(lambda chosen: [fault for fault in chosen if fault])


def are_the_sum(together: Said, single: list[Said], *, dated: bool) -> None:
    """All findings together are those of each fault alone, but for what cannot be known: an unknown
    id may be meant for an entry that has lost its own, and a time may count from the date of the
    article.
    """
    each = Said().union(*single)
    displaced = {"M203"} if {"D102", "M203", "M206"} & codes(each) else set()
    undated = set() if dated else {"G307", "G308"}
    assert codes(together - each) <= undated - {"G308"}
    assert codes(each - together) <= displaced | undated


def codes(findings: Said) -> set[str]:
    return {code for code, _ in findings}


@given(sums())
@settings(max_examples=30, deadline=None)
def test_several_faults_are_the_sum_of_their_findings(project: Path, faults: list[Fault]) -> None:
    single = [alone(project, fault) for fault in faults]
    dated = not any(fault.entry == "article" for fault in faults)
    are_the_sum(said(broken(project, faults)), single, dated=dated)


@dataclass(frozen=True)
class Slip:
    """Another letter in a file: the number of a line, the letter's place in it, and what it is."""

    file: str
    line: int
    column: int
    letter: str


def entries() -> list[tuple[str, list[int]]]:
    """The lines of each entry of both files; that of the article first."""
    found: list[tuple[str, list[int]]] = []
    for file in (TOWER, MORE):
        for number, line in enumerate(FILES[file].splitlines()):
            if re.match(r"  \S", line):
                found.append((file, []))
            if line.startswith(" "):
                found[-1][1].append(number)
    return found


@st.composite
def slips(draw: st.DrawFn) -> list[Slip]:
    """Two or three letters of different entries exchanged for others."""
    chosen = draw(
        st.lists(st.sampled_from(range(len(entries()))), min_size=2, max_size=3, unique=True)
    )
    result = []
    for file, lines in (entries()[index] for index in chosen):
        number = draw(st.sampled_from(lines))
        line = FILES[file].splitlines()[number]
        column = draw(st.sampled_from([i for i, char in enumerate(line) if char.isalnum()]))
        letters = "0123456789" if line[column].isdigit() else "abcdefghijklmnopqrstuvwxyzAZ"
        letter = draw(st.sampled_from([char for char in letters if char != line[column]]))
        result.append(Slip(file, number, column, letter))
    return result


def with_slips(slips: Iterable[Slip]) -> dict[str, str]:
    lines = {file: FILES[file].splitlines(keepends=True) for file in (TOWER, MORE)}
    for slip in slips:
        line = lines[slip.file][slip.line]
        lines[slip.file][slip.line] = line[: slip.column] + slip.letter + line[slip.column + 1 :]
    return {file: "".join(found) for file, found in lines.items()}


@given(slips())
@settings(max_examples=20, deadline=None)
def test_slips_anywhere_are_the_sum_of_their_findings(project: Path, slips: list[Slip]) -> None:
    single = [said(found(project, with_slips([slip]))) for slip in slips]
    assert [len(findings) for findings in single if len(findings) > 1] == []
    dated = not any((slip.file, slip.line) == (TOWER, 1) for slip in slips)
    are_the_sum(said(found(project, with_slips(slips))), single, dated=dated)


def test_findings_are_sorted_and_told_once(lay: Lay) -> None:
    """An id that several files name and nobody declares is one finding, with each of its lines."""
    wrong = "remarks:\n  - {speaker: nobody, tone: calm, quote: The dome leaks}\n"
    files = {f"seeds/{stem}.txt": "The dome leaks.\n" for stem in ("one", "two")}
    folder = lay(files=files | {f"mappings/{stem}.yaml": wrong for stem in ("one", "two")})
    [finding] = check(folder)
    assert str(finding.place) == "mappings/one.yaml:2:15"
    assert [str(place) for _, place in finding.related] == ["mappings/two.yaml:2:15"]


WRONG = {
    "words": with_faults([FAULTS[0], FAULTS[6], FAULTS[-2]]),
    "everywhere": CASES / "faults-in-every-stage",
    "reasoning": CASES / "facts-contradict-across-files",
    "hermit": CASES / "facts-contradict-for-hermit-only",
    "articles": CASES / "dates-that-rest-on-one-another",
    "ontology": {"ontology/extra.ttl": "broken", "ontology/shapes/odd.ttl": "broken"},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_build_that_fails_tells_what_a_check_tells(
    wrong: Path | dict[str, str], lay: Lay
) -> None:
    """Errors alone are raised; and only a check asks the competency questions."""
    folder = lay(wrong) if isinstance(wrong, Path) else lay(files={**FILES, **wrong})
    before = {path for path in (folder / "build").rglob("*") if path.is_file()}
    errors = [f for f in check(folder) if f.severity == "error" and f.code[0] != "Q"]
    with pytest.raises(ContentError) as refused:
        build(folder)
    assert errors
    assert list(refused.value.diagnostics) == errors
    assert {p for p in (folder / "build").rglob("*") if p.is_file()} <= before | marks(folder)


def marks(folder: Path) -> set[Path]:
    """What a build leaves besides what it builds."""
    return {folder / "build" / ".gitignore", folder / "build" / ".lock"}


def test_without_an_ontology_the_form_of_all_files_is_checked(lay: Lay) -> None:
    files = {
        "ontology/extra.ttl": "broken",
        "ontology/shapes/odd.ttl": "broken",
        "ontology/questions/01-who.rq": "SELECT",
        "mappings/tower.yaml": 'article: "',
        "mappings/none.yaml": "article: {}\n",
        "mappings/authority/all.yaml": "\tpersons: {}\n",
        "seeds/tower.txt": b"\xff",
    }
    codes = [finding.code for finding in check(lay(files=files))]
    assert codes == ["D103", "S101", "D103", "O101", "Q604", "Q601", "O101", "D101"]


def test_what_several_articles_say_of_one_line_is_one_finding(lay: Lay) -> None:
    """A shape that looks from a person at the remarks about it, which two articles make."""
    shape = (
        "@prefix club: <https://example.org/case/ontology#> .\n"
        "@prefix sh: <http://www.w3.org/ns/shacl#> .\n"
        "club:Praised sh:targetObjectsOf club:about ; a sh:NodeShape ; sh:property [\n"
        "    sh:path club:code ; sh:minCount 1 ] .\n"
    )
    remark = "remarks:\n  - {speaker: ada-brandt, tone: calm, about: iven-holm, quote: The dome}\n"
    files = {f"seeds/{stem}.txt": "The dome leaks.\n" for stem in ("one", "two")}
    files |= {f"mappings/{stem}.yaml": remark for stem in ("one", "two")}
    folder = lay(files=files | {"ontology/shapes/praised.ttl": shape})
    [finding] = check(folder)
    assert finding.code == "V401"
    assert str(finding.place).startswith("mappings/authority/all.yaml:")


def test_warnings_of_what_is_taken_over_are_told_again(lay: Lay) -> None:
    remark = "remarks:\n  - speaker: ada-brandt\n    quote: Ada Brandt met Iven Holm\n"
    folder = lay(files={TOWER: remark})
    shutil.rmtree(folder / "build")  # it says that the shapes are legal, and is no build
    first = build(folder)
    assert [finding.code for finding in first.findings] == ["V402"]
    assert build(folder).findings == first.findings
    (folder / "seeds/late.txt").write_text("The dome is mended.\n", encoding="utf-8")
    again = build(folder)
    assert again.reused == 1
    assert [finding.code for finding in again.findings] == ["V402", "S102"]
    assert [f for f in check(folder) if f.code in "V402 S102"] == list(again.findings)


TEXTS, NUMBERS = st.text(max_size=9), st.integers(0, 99)
PLACES = st.builds(Location, TEXTS, NUMBERS, NUMBERS, NUMBERS, NUMBERS)
DIAGNOSTICS = st.builds(
    Diagnostic,
    st.sampled_from(sorted(CODES)),
    TEXTS,
    st.none() | PLACES,
    st.lists(TEXTS, max_size=2).map(tuple),
    st.none() | TEXTS,
    st.lists(st.tuples(TEXTS, PLACES), max_size=2).map(tuple),
    st.sampled_from(Severity),
    st.lists(st.builds(Edit, PLACES, TEXTS), max_size=2).map(tuple),
)


@given(st.lists(DIAGNOSTICS, max_size=3))
def test_findings_come_back_from_their_records_as_they_were(findings: list[Diagnostic]) -> None:
    assert from_records(json.loads(json.dumps(to_records(findings)))) == findings


def test_a_verb_finds_the_project_that_its_folder_is_in(lay: Lay, kg: Callable) -> None:
    folder = lay()
    shutil.rmtree(folder / "mappings/authority")
    asked = kg("coverage", "-F", "json", folder=folder / "seeds")
    assert asked.returncode == 0, asked.stderr
    named = kg("--project", str(folder / "seeds"), "coverage", folder=folder)
    assert named.returncode == 3
    assert "it lies in the project" in named.stderr
    (folder / TOWER).write_text("event: {}\n", encoding="utf-8")
    wrong = kg("coverage", folder=folder / "ontology" / "shapes")
    assert "--> mappings/tower.yaml:1:1\n   | event: {}" in wrong.stderr
