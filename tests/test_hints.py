"""Near misses: how often the right word is offered for a typical slip, and never for garbage."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from kg.building.workshop import Workshop
from kg.hints import did_you_mean, nearest_of, slips
from kg.project.settings import load_project

ROOT = Path(__file__).resolve().parent.parent
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@pytest.mark.parametrize(
    ("word", "candidates", "expected"),
    [
        ("speeker", ["speaker", "cue"], "did you mean `speaker`?"),
        ("spaeker", ["speaker", "cue"], "did you mean `speaker`?"),
        ("Topic", ["topic", "tourOf"], "did you mean `topic`?"),
        ("in_response_to", ["inResponseTo"], "did you mean `inResponseTo`?"),
        ("brandt", ["ada-brandt", "iven-holm"], "did you mean `ada-brandt`?"),
        ("holm", ["iven-holm", "lena-holm"], "did you mean `iven-holm` or `lena-holm`?"),
        ("brandt-ada", ["ada-brandt", "iven-holm"], "did you mean `ada-brandt`?"),
        ("ada-brand", ["ada-brandt", "iven-holm"], "did you mean `ada-brandt`?"),
        ("angri", ["angry", "calm"], "did you mean `angry`?"),
        ("são-tome", ["sao-tome"], "did you mean `sao-tome`?"),
        ("due", ["cue", "tie"], "did you mean `cue`?"),
        ("ab", ["ac"], None),
        ("zzz", ["a", "cue", "zoom"], None),
        ("", ["a", ""], None),
        ("gentle", ["angry", "calm"], None),
        ("a-of-the", ["out-of-the-way", "king-of-the-hill"], None),
        ("meeting", [f"meeting-{n}" for n in range(9)], None),  # too many to be a help
    ],
)
def test_a_suggestion(word: str, candidates: list[str], expected: str | None) -> None:
    assert did_you_mean(word, candidates) == expected


def test_a_name_leads_to_the_id() -> None:
    names = {"mohammad-baqeri": ("Mohammad Baqeri", "Bagheri"), "abdullah-al-raisi": ("Arraisi",)}
    assert did_you_mean("bagheri", names, names) == (
        "`bagheri` is a name of `mohammad-baqeri`: write the id"
    )
    assert did_you_mean("arraissi", names, names) == "did you mean `abdullah-al-raisi`?"
    both = {"iven-holm": ("Holm",), "lena-holm": ("Holm",)}
    assert did_you_mean("Holm", both, both) == (
        "`Holm` is a name of `iven-holm` and of `lena-holm`: write the id"
    )


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("", "", 0),
        ("abc", "abc", 0),
        ("abc", "acb", 1),
        ("abc", "ab", 1),
        ("abc", "xbc", 1),
        ("abc", "abxc", 1),
        ("abcd", "badc", 2),
        ("ca", "abc", 3),
        ("kitten", "sitting", 3),
    ],
)
def test_slips_are_counted(one: str, other: str, expected: int) -> None:
    assert slips(one, other, 9) == slips(other, one, 9) == expected
    assert slips(one, other, 1) == min(expected, 2)


def test_a_shape_names_the_id_that_was_meant(lay: Callable[..., Path]) -> None:
    shape = (
        "@prefix club: <https://example.org/case/ontology#> .\n"
        "@prefix sh: <http://www.w3.org/ns/shacl#> .\n"
        "club:Toward a sh:NodeShape ; sh:targetClass club:Remark ;\n"
        "    sh:property [ sh:path club:about ; sh:class club:Person ] .\n"
    )
    remark = "  - {speaker: ada-brandt, tone: calm, about: star-club, quote: the dome leaks}\n"
    files = {
        "ontology/shapes/toward.ttl": shape,
        "mappings/authority/more.yaml": "persons:\n  head-of-the-star-club: {label: Rolf Dahl}\n",
        "mappings/tower.yaml": f"remarks:\n{remark}",
    }
    [finding] = Workshop(load_project(lay(files=files))).article("tower").findings
    assert (finding.code, finding.help) == (
        "V401",
        "did you mean `head-of-the-star-club`? else write `ada-brandt`, `head-of-the-star-club`, "
        "`iven-holm` or `lena-holm` (a `Person`)",
    )


# A measurement: typical slips in the words of the project itself


def transposed(word: str, choose: random.Random) -> str:
    at = choose.choice([i for i in range(len(word) - 1) if word[i] != word[i + 1]])
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def dropped(word: str, choose: random.Random) -> str:
    at = choose.randrange(1, len(word))
    return word[:at] + word[at + 1 :]


def inserted(word: str, choose: random.Random) -> str:
    at = choose.randrange(1, len(word) + 1)
    return word[:at] + choose.choice(LETTERS) + word[at:]


def replaced(word: str, choose: random.Random) -> str:
    at = choose.randrange(1, len(word))
    return word[:at] + choose.choice(LETTERS) + word[at + 1 :]


def doubled(word: str, choose: random.Random) -> str:
    at = choose.randrange(len(word))
    return word[:at] + word[at] + word[at:]


def joined_otherwise(word: str, choose: random.Random) -> str:
    parts = re.findall(r"[A-Z]?[a-z]+|\d+", word)
    made = ("_".join(parts), "-".join(parts), "".join(p.capitalize() for p in parts), word.upper())
    return choose.choice([other for other in made if other != word])


def turned_round(word: str, choose: random.Random) -> str:
    parts = word.split("-")
    return "-".join([*parts[1:], parts[0]]) if len(parts) > 1 else f"{word}s"


SLIPS: list[Callable[[str, random.Random], str]] = [
    transposed,
    dropped,
    inserted,
    replaced,
    doubled,
    joined_otherwise,
    turned_round,
]


@pytest.fixture(scope="module")
def words() -> dict[str, dict[str, tuple[str, ...]]]:
    """Keys, ids and classes of the project, each with its names."""
    workshop = Workshop(load_project(ROOT))
    ontology = workshop.ontology
    return {
        "keys": dict.fromkeys(ontology.properties, ()),
        "ids": {name: known.names for name, known in workshop.individuals.items()},
        "classes": dict.fromkeys(ontology.class_names, ()),
    }


def test_the_right_word_is_offered_for_most_slips(
    words: dict[str, dict[str, tuple[str, ...]]],
) -> None:
    """Sixty slips, twenty of each kind of word. A word that is itself right is no slip."""
    choose, missed, count = random.Random(60), [], 0
    for known in words.values():
        for _ in range(20):
            right = choose.choice([word for word in sorted(known) if len(word) > 3])
            slip = choose.choice(SLIPS)(right, choose)
            if slip in known:
                continue
            count += 1
            if right not in nearest_of(slip, known, known):
                missed.append((right, slip, nearest_of(slip, known, known)))
    assert count > 55
    assert len(missed) <= 2, missed


def test_nothing_is_offered_for_garbage(words: dict[str, dict[str, tuple[str, ...]]]) -> None:
    choose = random.Random(40)
    garbage = ["".join(choose.choices(LETTERS, k=choose.randint(4, 14))) for _ in range(40)]
    garbage += ["foo", "bar", "xyzzy", "lorem-ipsum", "123456", "hello-world", "n/a", "???", "tbd"]
    garbage += ["banana", "spaceship", "undefined", "null", "some-person", "unknown-speaker-1"]
    for known in words.values():
        offered = {word: found for word in garbage if (found := nearest_of(word, known, known))}
        assert offered == {}
