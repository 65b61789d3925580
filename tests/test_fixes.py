"""`kg check --fix`: what is mended, what is left alone, and that nothing else in a file changes."""

from __future__ import annotations

import json
import random
import re
import stat
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from kg.building.workshop import Workshop
from kg.checking.check import check
from kg.checking.fixes import apply, diff, mend, write
from kg.diagnostics import Edit, Findings, Location, Unavailable
from kg.grounding.generate import generate
from kg.project.documents import List, Map, Node, Text, read_yaml
from kg.project.scalars import edits
from kg.project.settings import load_project
from kg.store.origins import to_files
from kg.text.quotes import Lines, find
from kg.text.typography import Change, applied, changes

ARTICLE = (
    "Ada Brandt – the owner – said on 3–4 May: “It is the ﬁnal dome.” Iven Holm's co\u00adoperation"
    " helped… and the well-known tower stands.\n\nAt the café «Star» she added — twice — that"
    " ‘all is well’. Well known is the tower. The dome leaks. The dome – so she said – leaks."
)

# What is typography, and what is not


@pytest.mark.parametrize(
    ("quote", "mended"),
    [
        ("Ada Brandt - the owner", "Ada Brandt – the owner"),
        ("Ada Brandt—the owner", "Ada Brandt – the owner"),
        ("on 3-4 May", "on 3–4 May"),
        ("well–known tower", "well-known tower"),
        ("It is the final dome", "It is the ﬁnal dome"),
        ("cooperation helped", "co\u00adoperation helped"),
        ("''It is the ﬁnal", "“It is the ﬁnal"),
        ("<<Star>> she", "«Star» she"),
        ('the café "Star"', "the café «Star»"),
        ("the cafe\u0301", "the café"),
        ("that “all is well”", "that ‘all is well’"),
        ("Ada Brandt [...] said on", "Ada Brandt … said on"),
        ("Ada Brandt . . . on 3-4 May", "Ada Brandt … on 3–4 May"),
        ("… she added — twice …", "she added — twice"),
        ("she\u200b added -- twice", "she added — twice"),
        ("she added --\n    twice", "she added —\n    twice"),
        ("Ada Brandt - the … 3-4 May", "Ada Brandt – the … 3–4 May"),
        ("[…] the well–known tower", "the well-known tower"),
    ],
)
def test_a_quote_of_the_same_words_is_set_as_in_the_article(quote: str, mended: str) -> None:
    found = changes(quote, ARTICLE)
    assert found
    assert applied(quote, found) == mended
    assert changes(mended, ARTICLE) is None, "nothing is left to change"


@pytest.mark.parametrize(
    "quote",
    [
        "ada Brandt - the owner",  # letter case
        "Ada Brandt - an owner",
        "the cafe «Star»",  # an accent is part of the spelling
        "The dome",  # twice
        "the tower",  # once as it is: nothing is wrong
        "twice … she added",
        "wellknown",
        "…",
        "",
    ],
)
def test_other_words_or_several_places_are_left_alone(quote: str) -> None:
    assert changes(quote, ARTICLE) is None


def test_only_places_inside_the_enclosing_quote_count() -> None:
    text = "the dome – old. Again: the dome — old."
    assert changes("the dome - old", text) is None
    inside = find("Again: the dome — old.", text)
    assert changes("the dome - old", text, inside) == (Change(9, 10, "—"),)


def test_words_that_stand_elsewhere_as_they_are_stay_as_they_are() -> None:
    text = "a well-known dome. Again: a well–known dome."
    assert changes("well-known", text, find("Again: a well–known dome.", text)) is None


# How a value is written


def values(node: Node) -> Iterator[Text]:
    """All values under a node."""
    if isinstance(node, Text):
        yield node
    for inner in node.items if isinstance(node, List) else ():
        yield from values(inner)
    for _, inner in node.pairs if isinstance(node, Map) else ():
        yield from values(inner)


def first_value(yaml: str) -> Text:
    document = read_yaml(yaml.encode(), "m.yaml", Findings())
    assert document
    return next(values(document))


def rewritten(yaml: str, wanted: tuple[Change, ...]) -> str:
    value = first_value(yaml)
    assert value.written
    return apply(yaml.encode(), edits(value.written, "m.yaml", value.text, wanted)).decode()


@pytest.mark.parametrize(
    ("yaml", "expected"),
    [
        ("q: on 3-4 May   # a day\nb: c\n", "q: on 3–4 May   # a day\nb: c\n"),
        (
            "q: 'dome.” Iven Holm''s cooperation' # a\n",
            "q: 'dome.” Iven Holm''s co\u00adoperation' # a\n",
        ),
        ('q: "on 3-4\\\n   \\x20May: \\"It"\n', 'q: "on 3–4\\\n   \\x20May: \\"It"\n'),
        ("q: on\r\n   3-4\r\n   May\r\n", "q: on\r\n   3–4\r\n   May\r\n"),
        ("q: >-\n  on\n  3-4 May\nb: c", "q: >-\n  on\n  3–4 May\nb: c"),
        ("q: |\n   on\n   3-4 May\n", "q: |\n   on\n   3–4 May\n"),
        ("q: [on 3-4 May, b]\n", "q: [on 3–4 May, b]\n"),
        ("q: {a: on 3-4 May}\n", "q: {a: on 3–4 May}\n"),
        ("q:\n  - Star» she added -- twice\n", "q:\n  - Star» she added — twice\n"),
        ("q: … well-known\n", "q: well-known\n"),
        ("q: «all is well»\n", "q: ‘all is well’\n"),
        ("q: 'that «all is well»'\n", "q: 'that ‘all is well’'\n"),
        ("q:\n- It\n  is the\n  final\n", "q:\n- It\n  is the\n  ﬁnal\n"),
    ],
)
def test_a_value_keeps_its_style(yaml: str, expected: str) -> None:
    found = changes(first_value(yaml).text, ARTICLE)
    assert found
    assert rewritten(yaml, found) == expected


@pytest.mark.parametrize(
    ("yaml", "wanted", "expected"),
    [
        ("q: –all\n  is well # a\n", Change(0, 1, "- "), "q: '- all is well' # a\n"),
        ("q: it's –: a\n", Change(5, 6, "'"), None),  # not a value to begin with
        ("q: it's –\n", Change(5, 6, "a: b #c"), 'q: "it\'s a: b #c"\n'),
        ("q: [–a, b]\n", Change(0, 1, "x, "), "q: ['x, a', b]\n"),
        ("q: 'a-b'\n", Change(1, 2, "'"), "q: 'a''b'\n"),
        ('q: "a-b"\n', Change(1, 2, '"\\'), 'q: "a\\"\\\\b"\n'),
        ("q: |\n  a-b\n", Change(1, 2, "\n\n"), "q: |\n  a\n\nb\n"),
    ],
)
def test_a_value_that_its_style_cannot_hold_gets_quotation_marks(
    yaml: str, wanted: Change, expected: str | None
) -> None:
    if expected is None:
        with pytest.raises(AssertionError):
            first_value(yaml)
    elif yaml.startswith("q: |"):  # a block has no marks to get: it is left alone
        assert rewritten(yaml, (wanted,)) == yaml
    else:
        assert rewritten(yaml, (wanted,)) == expected


SOURCES = st.text(alphabet="ab-–'\"\\ #:,[]{}…é\n|>", max_size=12)


@given(SOURCES, SOURCES, st.integers(0, 12))
def test_edits_of_a_value_change_that_value_and_nothing_else(value: str, new: str, at: int) -> None:
    """Whatever is put where in a value of whatever style: it reads so, or it is left alone."""
    text = f"a: b\nq: {json.dumps(value)} # c\nd: [e, 'f']\n"
    for yaml in (text, text.replace(json.dumps(value), value)):
        document = read_yaml(yaml.encode(), "m.yaml", Findings())
        node = document.get("q") if document else None
        if isinstance(node, Text) and node.written and node.text.strip():
            at = min(at, len(node.text))
            wanted = (Change(at, min(at + 1, len(node.text)), new),)
            found = edits(node.written, "m.yaml", node.text, wanted)
            after = read_yaml(apply(yaml.encode(), found), "m.yaml", Findings())
            words = [value.text.split() for value in values(after)] if after else None
            expected = {"q": applied(node.text, wanted) if found else node.text}
            assert words == [
                expected.get(key.text, value.text).split()
                for key, inner in (document.pairs if document else ())
                for value in values(inner)
            ]


@given(st.lists(st.sampled_from([*"ab:-'\"#[]{},|>*&!%@`?\\\t \n\r…", "a: ", "  ", "- ", "\n"])))
def test_what_is_not_yaml_is_refused_with_a_place_and_an_action(parts: list[str]) -> None:
    text = "".join(parts)
    findings = Findings()
    read_yaml(text.encode(), "m.yaml", findings)
    for finding in findings:
        if finding.code == "D103":
            assert finding.help
            assert finding.place
            start, end = (
                Lines(text).offset(*at) for at in (finding.place[1:3], finding.place[3:5])
            )
            assert 0 <= start <= end <= len(text)
            left = Findings()
            read_yaml(apply(text.encode(), finding.fixes), "m.yaml", left)
            assert not finding.fixes or "D103" not in {other.code for other in left}


TABS = [
    ("a:\n\tb: c\n\td:\n\t\t- e\n", "a:\n  b: c\n  d:\n    - e\n"),
    ("a:\n  b: c\n\td: e\n", None),  # beside b or beside a, as wide as the tab is
    ("a:\n- b:\n\t\tc: d\n", "a:\n- b:\n    c: d\n"),
    ("a:\n\tb: c\n  d: e\n", None),  # a tab of two or of none
]


@pytest.mark.parametrize(("text", "expected"), TABS)
def test_tabs_are_mended_where_their_width_does_not_matter(text: str, expected: str | None) -> None:
    findings = Findings()
    assert read_yaml(text.encode(), "m.yaml", findings) is None
    (finding,) = findings
    assert "tab" in finding.message
    mended = apply(text.encode(), finding.fixes).decode() if finding.fixes else None
    assert mended == expected


def test_edits_count_characters_and_lines_as_places_do() -> None:
    content = "a\r\n😀é\rb\u2028c\nd".encode()
    found = [
        Edit(Location("f", 2, 2, 2, 3), "e"),
        Edit(Location("f", 3, 3, 3, 4), "C"),
        Edit(Location("f", 4, 1, 4, 1), "x"),
    ]
    assert apply(content, found).decode() == "a\r\n😀e\rb\u2028C\nxd"


# Files

TOWER = "mappings/tower.yaml"
MEETING = """\
article:
  date: Wednesday, 12 February 2025
events:
  tower-meeting:     # the first
    a: Meeting
    label: meeting
    quote: Ada Brandt met Iven Holm at the old tower on Monday evening.  # all of it
remarks:
  - speaker: ada-brandt
    tone: calm        # in her words
    quote: «We will mend the dome,» Brandt said
"""
MENDED = MEETING.replace("«We", "“We").replace(",»", ",”")


def test_a_file_is_mended_and_all_else_in_it_stays(lay: Callable[..., Path]) -> None:
    folder = lay(files={TOWER: MEETING})
    files = mend(folder)
    assert [(file.name, file.after.decode()) for file in files] == [(TOWER, MENDED)]
    assert (folder / TOWER).read_text() == MEETING, "nothing is written before `write`"
    assert [finding.code for finding in check(folder)] == ["G301"]
    write(files)
    assert (folder / TOWER).read_bytes() == MENDED.encode()
    assert check(folder) == ()
    assert mend(folder) == (), "a second run finds nothing"


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_stay(lay: Callable[..., Path], end: str) -> None:
    content = MEETING.rstrip().replace("\n", end).encode()
    folder = lay(files={TOWER: content})
    write(mend(folder))
    assert (folder / TOWER).read_bytes() == MENDED.rstrip().replace("\n", end).encode()


def test_permissions_and_links_stay(lay: Callable[..., Path], tmp_path: Path) -> None:
    folder = lay(files={"real.yaml": MEETING})
    (folder / "real.yaml").chmod(0o640)
    (folder / TOWER).unlink()
    (folder / TOWER).symlink_to("../real.yaml")
    write(mend(folder))
    assert (folder / TOWER).is_symlink()
    assert (folder / "real.yaml").read_text() == MENDED
    assert stat.S_IMODE((folder / "real.yaml").stat().st_mode) == 0o640
    assert {path.name for path in folder.glob("**/.*")} == set(), "no drafts are left"


def test_what_changes_in_the_meantime_is_not_overwritten(lay: Callable[..., Path]) -> None:
    folder = lay(files={TOWER: MEETING})
    files = mend(folder)
    (folder / TOWER).write_text("# other\n")
    with pytest.raises(Unavailable, match="X703"):
        write(files)
    assert (folder / TOWER).read_text() == "# other\n"


def test_the_diff_can_be_applied_by_others(lay: Callable[..., Path]) -> None:
    folder = lay(files={TOWER: MEETING.rstrip()})
    text = diff(mend(folder))
    assert text.splitlines()[:2] == [f"--- a/{TOWER}", f"+++ b/{TOWER}"]
    assert text.endswith(
        "-    quote: «We will mend the dome,» Brandt said\n\\ No newline at end of file\n"
        "+    quote: “We will mend the dome,” Brandt said\n\\ No newline at end of file\n"
    )


def test_all_files_are_mended_and_fixes_that_come_to_light(lay: Callable[..., Path]) -> None:
    """The cue is looked for once the quote is found."""
    text = MEETING.replace("  - speaker", "  - cue: Brandt said …\n    speaker")
    seed = "Iven Holm said: “All – is well.”\n"
    second = (
        "remarks:\n  - speaker: iven-holm\n    tone: calm\n    quote: >-\n      All - is well\n"
    )
    folder = lay(files={TOWER: text, "seeds/two.txt": seed, "mappings/two.yaml": second})
    write(mend(folder))
    assert check(folder) == ()
    assert "cue: Brandt said\n" in (folder / TOWER).read_text()
    assert (folder / "mappings/two.yaml").read_text().endswith("quote: All – is well\n")


def test_a_fix_that_mends_nothing_is_not_made(lay: Callable[..., Path]) -> None:
    """Two entries that would then rest on the same words and differ: no error fewer."""
    second = "  - {speaker: iven-holm, tone: calm, quote: '“We will mend the dome,” Brandt said'}\n"
    text = MEETING + second
    folder = lay(files={TOWER: text})
    assert [finding.fixes != () for finding in check(folder)] == [True]
    assert mend(folder) == ()


def test_errors_that_are_not_certain_to_mend_stay(lay: Callable[..., Path]) -> None:
    text = MEETING.replace("Iven Holm", "Iwen Holm").replace("Brandt said", "Brandt added")
    assert mend(lay(files={TOWER: text})) == ()


def test_the_command_shows_a_diff_and_then_what_is_left(lay: Callable[..., Path], kg) -> None:
    text = MEETING + "  - speaker: nobody\n    tone: calm\n    quote: the dome leaks\n"
    folder = lay(files={TOWER: text})
    shown = kg("check", "--diff", folder=folder)
    assert shown.returncode == 1
    assert shown.stdout.startswith(f"--- a/{TOWER}\n+++ b/{TOWER}\n@@ ")
    assert (folder / TOWER).read_text() == text
    assert "2 errors" in shown.stdout
    fixed = kg("check", "--fix", "--format", "json", folder=folder)
    assert fixed.returncode == 1
    assert [finding["code"] for finding in json.loads(fixed.stdout)["findings"]] == ["M203"]
    assert fixed.stderr == shown.stdout[: len(fixed.stderr)]
    again = kg("check", "--fix", folder=folder)
    assert again.returncode == 1
    assert again.stdout.startswith("1 mapping: 1 error, 0 warnings"), "no diff"


# The real mappings, damaged

DASHES, SINGLE, DOUBLE = "-‐‑‒–—―−", "'‘’‚‛′`´", '"“”„‟″«»'
SPACES = " \u00a0\u202f\u2009"


def damages(words: str) -> list[tuple[int, int, str]]:
    """All single typographic damages of a quote: start, end, what stands there instead."""
    found = []
    for kind in (DASHES, SINGLE + DOUBLE, SPACES):
        for match in re.finditer(f"[{kind}]", words):
            found += [(*match.span(), other) for other in kind if other != match[0]]
    for match in re.finditer(r"(?<=\S) (?=\S)", words):
        found += [(*match.span(), "  "), (*match.span(), " \u200b")]
    for match in re.finditer("…", words):
        found += [(*match.span(), other) for other in ("...", ". . .", "[…]", "[...]", "⋯")]
    for plain, form in (("ffi", "ﬃ"), ("fi", "ﬁ"), ("fl", "ﬂ"), ("ff", "ﬀ")):
        found += [(*match.span(), form) for match in re.finditer(plain, words)]
    return found


def quotes_of(content: str) -> list[Text]:
    """The values of a mapping that are quotes, words of it included."""
    found: list[Text] = []

    def walk(node: Node) -> None:
        for key, inner in node.pairs if isinstance(node, Map) else ():
            if key.text in ("quote", "quotation", "cue"):
                found.extend(values(inner))
            walk(inner)
        for inner in node.items if isinstance(node, List) else ():
            walk(inner)

    document = read_yaml(content.encode(), "m.yaml", Findings())
    assert document
    walk(document)
    return found


def quads(workshop: Workshop, stem: str) -> str:
    findings = Findings()
    grounded = workshop.ground(stem, findings)
    findings.raise_errors()
    assert grounded
    nquads, _ = to_files(generate(grounded, workshop.project.base, workshop.ontology.text))
    return sha256(nquads).hexdigest()


@pytest.fixture(scope="module")
def real_copy(
    tmp_path_factory: pytest.TempPathFactory, copy_project: Callable[..., Path]
) -> tuple[Path, dict[str, str]]:
    folder = copy_project(tmp_path_factory.mktemp("real"))
    workshop = Workshop(load_project(folder))
    stems = [path.stem for path in workshop.project.mappings()]
    return folder, {stem: quads(workshop, stem) for stem in stems}


FEW = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def damaged(folder: Path, stem: str, chosen: Text, start: int, end: int, new: str) -> Path:
    """The mapping with one value changed, written anew in double quotation marks."""
    path = folder / "mappings" / f"{stem}.yaml"
    content = path.read_text("utf-8")
    assert chosen.written
    text = chosen.text[:start] + new + chosen.text[end:]
    value = json.dumps(text, ensure_ascii=False)
    w = chosen.written
    path.write_text(content[: w.start] + value + content[w.end :], "utf-8", newline="")
    return path


@FEW
@given(seed=st.integers(0, 2**32))
def test_any_typographic_damage_of_a_quote_is_mended(
    real_copy: tuple[Path, dict[str, str]], seed: int
) -> None:
    folder, expected = real_copy
    choose = random.Random(seed)
    stem = choose.choice(sorted(expected))
    path = folder / "mappings" / f"{stem}.yaml"
    before = path.read_bytes()
    chosen = choose.choice([q for q in quotes_of(before.decode()) if damages(q.text)])
    damage = choose.choice(damages(chosen.text))
    try:
        damaged(folder, stem, chosen, *damage)
        write(mend(folder))
        assert quads(Workshop(load_project(folder)), stem) == expected[stem], (chosen, damage)
        assert mend(folder) == ()
    finally:
        path.write_bytes(before)


@FEW
@given(seed=st.integers(0, 2**32))
def test_a_change_of_words_is_never_mended(
    real_copy: tuple[Path, dict[str, str]], seed: int
) -> None:
    folder, expected = real_copy
    choose = random.Random(seed)
    stem = choose.choice(sorted(expected))
    path = folder / "mappings" / f"{stem}.yaml"
    before = path.read_bytes()
    chosen = choose.choice(quotes_of(before.decode()))
    letters = [m.start() for m in re.finditer(r"[^\W\d_]", chosen.text)]
    assume(letters)
    at = choose.choice(letters)
    new = choose.choice(["", "q", chosen.text[at].swapcase(), f"{chosen.text[at]} x"])
    try:
        damaged(folder, stem, chosen, at, at + 1, new)
        assert mend(folder) == (), (chosen, at, new)
    finally:
        path.write_bytes(before)
