"""A made-up archive: a project of any number of articles, made from a seed, to measure builds with.

    python tests/bench/corpus.py FOLDER --articles 1000 --seed 1 [--faults 0.01]

In: the ontology of this project, its topics, ranks and states, and words and turns of its articles
(`corpus.toml`).
Out: a project that builds: articles of 2 to 4 KB, each with a mapping that makes 140 to 240 triples
(185 on average), and an authority that grows with their number (100,000 articles: 12,000
individuals with 20,000 aliases). The same arguments give the same bytes.

One article in four reports the event of another one; one in twenty does so in its very words. All
other sentences are put together at random, so that hardly two of them share eight words.

With `--faults`, that share of the articles has one fault each. `faults.tsv` lists them: code, file
and line of what `kg check` must tell, and nothing else.
"""

from __future__ import annotations

import argparse
import re
import shutil
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain, product
from pathlib import Path
from random import Random

import yaml

ROOT = Path(__file__).resolve().parents[2]
SIZES = (2000, 3800)
EPOCH = date(2015, 1, 1)
DAYS = 3650
SETTINGS = """\
base = "https://example.org/archive/"
language = "en"

[namespaces]
news = "https://example.org/newskg/ontology#"
text = "https://example.org/newskg/text#"
"""

_SAID = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
WORDS = {key: value.split() for key, value in _SAID.items() if isinstance(value, str)}
CUES: dict[str, str] = _SAID["cues"]


@dataclass(frozen=True)
class Person:
    """An official: one of the two heads of the command of a town."""

    given: str
    family: str
    town: str
    deputy: bool
    rank: str

    @property
    def id(self) -> str:
        return f"{self.given}-{self.family}".lower()

    @property
    def name(self) -> str:
        return f"{self.given} {self.family}"

    @property
    def body(self) -> str:
        return f"{self.town.lower()}-command"

    @property
    def title(self) -> str:
        return f"{'Deputy ' * self.deputy}Head of {self.town} Command"

    @property
    def post(self) -> str:
        return self.title.lower().replace(" ", "-")


@dataclass(frozen=True)
class Archive:
    """What the articles have in common; `ranks` are labels by id."""

    seed: int
    people: Sequence[Person]
    towns: Sequence[str]
    topics: Sequence[str]
    ranks: dict[str, str]

    def person(self, number: int) -> Person:
        return self.people[number % len(self.people)]


@dataclass(frozen=True)
class Event:
    """What one article or several report: all of its entry but the quote, and how they begin."""

    entry: str
    told: str


def plural(noun: str) -> str:
    if noun.endswith("y") and noun[-2] not in "aeou":
        return noun[:-1] + "ies"
    return noun + ("es" if noun.endswith(("s", "sh", "ch", "x")) else "s")


def cut(turns: Sequence[str]) -> list[list[tuple[bool, str]]]:
    """Turns as literal words and, where the flag is set, slots."""
    parts = [turn.replace("}", "{").split("{") for turn in turns]
    return [[(bool(n % 2), part) for n, part in enumerate(turn) if part] for turn in parts]


WORDS["plurals"] = [plural(noun) for noun in WORDS["nouns"]]
TURNS, RESTS = cut(_SAID["turns"]), cut(_SAID["rests"])


class Words:
    """Sentences of random words."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.slots: dict[str, Callable[[], str]] = {
            "a": lambda: self.word("adjectives"),
            "an": lambda: with_article(self.word("adjectives")),
            "n": lambda: self.word("nouns"),
            "s": lambda: self.word("plurals"),
            "g": lambda: self.word("gerunds"),
            "num": lambda: str(self.below(9000) + 2),
            "year": lambda: str(self.below(60) + 1950),
            "month": lambda: self.word("months"),
            "day": lambda: self.word("weekdays"),
            "town": lambda: self.name("elsewhere"),
            "who": lambda: f"{self.word('given')} {self.name('strangers')}",
        }

    def below(self, end: int) -> int:
        return int(self.random.random() * end)

    def word(self, kind: str) -> str:
        words = WORDS[kind]
        return words[self.below(len(words))]

    def name(self, ends: str) -> str:
        return (self.word("syllables") + self.word("syllables") + self.word(ends)).capitalize()

    def of(self, turns: Sequence[Sequence[tuple[bool, str]]]) -> str:
        """One of the turns, filled in."""
        slots = self.slots
        turn = turns[self.below(len(turns))]
        return "".join([slots[part]() if slot else part for slot, part in turn])

    def sentence(self) -> str:
        text = self.of(TURNS)
        return text[0].upper() + text[1:]


def with_article(word: str) -> str:
    return f"{'an' if word[0] in 'aeio' else 'a'} {word}"


def shuffled(ends: str, random: Random) -> list[str]:
    """All names of two syllables and one of these ends, each once, in an order of their own."""
    parts = product(WORDS["syllables"], WORDS["syllables"], WORDS[ends])
    names = list(dict.fromkeys("".join(each).capitalize() for each in parts))
    return random.sample(names, len(names))


# ------------------------------------------------------------------------------- the authority


def entries(name: str) -> dict[str, dict[str, str]]:
    """The entries of a file of shared individuals of this project."""
    text = (ROOT / "mappings/authority" / f"{name}.yaml").read_text(encoding="utf-8")
    return yaml.load(text, yaml.BaseLoader)[name]


def make_archive(articles: int, seed: int) -> Archive:
    """The shared individuals of so many articles: a person for each 25 of them."""
    random = Random(f"{seed}/authority")
    families = shuffled("people", random)[: max(4, articles // 25)]
    towns = shuffled("towns", random)[: len(families) // 2]
    ranks = {id_: entry["label"] for id_, entry in entries("ranks").items()}
    people = [
        Person(
            random.choice(WORDS["given"]),
            family,
            towns[number % len(towns)],
            number >= len(towns),
            sorted(ranks)[number % len(ranks)],
        )
        for number, family in enumerate(families[: 2 * len(towns)])
    ]
    return Archive(seed, people, towns, sorted(entries("topics")), ranks)


def write_authority(folder: Path, archive: Archive) -> None:
    """The files of shared individuals."""
    folder.mkdir(parents=True)
    for name in ("ranks", "topics"):
        shutil.copyfile(ROOT / f"mappings/authority/{name}.yaml", folder / f"{name}.yaml")
    for name, lines in authority(archive).items():
        text = f"{name}:\n" + "".join(f"  {line}\n" for line in lines)
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")


def authority(archive: Archive) -> dict[str, Iterator[str]]:
    """A line for each shared individual, by section."""
    states = entries("states")
    nations = sorted(states)

    def nation(number: int) -> str:
        return nations[number % len(nations)]

    return {
        "states": (
            f"{id_}: {{label: {entry['label']}, territory: {id_}-territory}}"
            for id_, entry in states.items()
        ),
        "persons": (
            f"{one.id}: {{label: {one.name}, alias: [{', '.join(aliases(one))}],"
            f" nationality: {nation(number)}}}"
            for number, one in enumerate(archive.people)
        ),
        "places": chain(
            (f"{id_}-territory: {{a: Territory, label: land of {id_}}}" for id_ in nations),
            (
                f"{town.lower()}: {{a: City, label: {town}, alias: City of {town},"
                f" within: {nation(number)}-territory}}"
                for number, town in enumerate(archive.towns)
            ),
        ),
        "organizations": (
            f"{town.lower()}-command: {{a: MilitaryOrganization, label: {town} Command,"
            f" alias: Command of {town}, ofState: {nation(number)}}}"
            for number, town in enumerate(archive.towns)
        ),
        "posts": (
            f"{one.post}: {{label: {one.title}, postIn: {one.body}}}" for one in archive.people
        ),
    }


def aliases(one: Person) -> tuple[str, ...]:
    given = WORDS["given"]
    middle = given[(given.index(one.given) + 7) % len(given)]
    return (
        one.family,
        f"{one.given[0]}. {one.family}",
        f"{one.given} {middle[0]}. {one.family}",
        f"{one.given} bin {middle} {one.family}",
    )


# --------------------------------------------------------------------------------- an article


def make_event(archive: Archive, number: int) -> Event:
    """The event that the article of this number is the first to report."""
    random = Random(f"{archive.seed}/event/{number}")
    one = archive.person(number)
    other = archive.person(number + random.randrange(1, len(archive.people)))
    town, day = random.choice(archive.towns), random.choice(WORDS["weekdays"])
    dated = random.random() < 0.25
    kind = ("Meeting", "Visit", "Exercise", "Agreement")[number % 5 % 4]
    roles, told = {
        "Meeting": (f"participant: [{one.id}, {other.id}]", f"{one.name} met {other.name}"),
        "Visit": (f"visitor: {one.id}\n    place: {town.lower()}", f"{one.name} visited {town}"),
        "Exercise": (f"organizer: {one.body}", f"{one.town} Command held a drill"),
        "Agreement": (
            f"participant: [{one.id}, {other.id}]",
            f"{one.name} and {other.name} agreed",
        ),
    }[kind]
    entry = (
        f"  event-{number:06}:\n    a: {kind}\n    label: {kind} {number:06}\n    {roles}\n"
        + (f"    time: on {day}\n" if dated else "")
        + "    modality: occurred\n"
    )
    return Event(entry, told + (f" on {day}" if dated else ""))


def make_article(archive: Archive, number: int) -> tuple[str, str]:
    """The text and the mapping of one article."""
    random = Random(f"{archive.seed}/{number}")
    words, speaker = Words(random), archive.person(number)
    day = EPOCH + timedelta(days=random.randrange(DAYS))
    again = number % 4 == 3
    event = make_event(archive, number - again)
    copied = not again or number % 20 == 3
    wording = Words(Random(f"{archive.seed}/wording/{number - again}")) if copied else words
    lead = f"{event.told}, {wording.of(RESTS)}."
    cue = random.choice(list(CUES))
    said, spoken = speech(words, speaker, cue)
    head = f"{words.name('elsewhere').upper()}, {day} – "
    mapping = (
        f"article:\n  date: {day}\n"
        + (tenure(archive, speaker) if number < len(archive.people) else "")
        + f"events:\n{event.entry}    quote: {lead}\n"
        + f"statements:\n  - speaker: {speaker.id}\n    cue: {cue}\n    act: {CUES[cue]}\n"
        + f"    topic: {archive.topics[number % len(archive.topics)]}\n{spoken}    quote: {said}\n"
    )
    texts = [head + words.sentence(), lead, said]
    if number < len(archive.people):
        texts.append(introduction(archive, speaker))
    return body(words, texts, random.randint(*SIZES)), mapping


def speech(words: Words, speaker: Person, cue: str) -> tuple[str, str]:
    """A sentence that reports speech, and what its mapping has beyond speaker, cue and topic."""
    if words.random.random() < 0.75:
        return f"{speaker.family} {cue} {words.of(RESTS)}.", "    mode: indirect\n"
    quoted = words.sentence()[:-1] + ","
    spoken = f"    mode: direct\n    quotation: {quoted}\n"
    return f"“{quoted}” {speaker.family} {cue}.", spoken


def introduction(archive: Archive, person: Person) -> str:
    return f"{archive.ranks[person.rank]} {person.name} is {person.title}."


def tenure(archive: Archive, person: Person) -> str:
    return (
        f"tenures:\n  - holder: {person.id}\n    rank: {person.rank}\n    post: {person.post}\n"
        f"    quote: {introduction(archive, person)}\n"
    )


def body(words: Words, texts: Sequence[str], size: int) -> str:
    """The sentences of an article, in paragraphs, filled up to a number of characters."""
    paragraphs, total = list(texts), sum(map(len, texts))
    while total < size:
        paragraph = " ".join(words.sentence() for _ in range(words.random.randint(1, 3)))
        total += len(paragraph)
        paragraphs.append(paragraph)
    return "\n\n".join(paragraphs) + "\n"


# -------------------------------------------------------------------------------------- faults

FAULTS = (  # code, what is written otherwise, and how the line begins that the finding points to
    ("M202", r"    cue: .*", r"\g<0>\n    tone: calm", "    tone: "),
    ("M203", r"speaker: .*", "speaker: nobody-{}", "  - speaker: "),
    ("M204", r"topic: .*", "topic: oman", "    topic: "),
    ("G301", r"    quote: (.*)\.\n\Z", r"    quote: \1 nowhere.\n", "    quote: "),
    ("G307", r"date: (.*)", r"date: {words: \1, value: 1999-01-01}", "  date: "),
    ("V401", r"    modality: .*\n", "", "  event-"),
    ("V401", r"    mode: .*\n", "", "  - speaker: "),
    ("V401", r"    act: .*\n", "", "  - speaker: "),
    ("V401", r"    topic: .*\n", "", "  - speaker: "),
)


def spoil(mapping: str, number: int) -> tuple[str, str, int]:
    """A mapping with the fault of a number, the code of what is told of it, and the line."""
    code, pattern, replacement, begins = FAULTS[number % len(FAULTS)]
    # An id that several articles name and none declares is told once: no two faults share one.
    spoilt = re.sub(pattern, replacement.replace("{}", str(number)), mapping, count=1)
    lines = spoilt.splitlines()
    # Of several lines that begin so, the last is meant: that of the statement.
    return spoilt, code, max(n for n, line in enumerate(lines, 1) if line.startswith(begins))


# ------------------------------------------------------------------------------------- a project


def write_project(folder: Path, articles: int, seed: int, faults: float) -> None:
    """Write all files of a project into a folder that is not there yet."""
    archive = make_archive(articles, seed)
    write_authority(folder / "mappings/authority", archive)
    ontology = shutil.ignore_patterns("questions")  # their answers are those of other articles
    shutil.copytree(ROOT / "ontology", folder / "ontology", ignore=ontology)
    (folder / "kg.toml").write_text(SETTINGS, encoding="utf-8")
    (folder / "seeds").mkdir()
    made: list[str] = []
    for number in range(articles):
        text, mapping = make_article(archive, number)
        if Random(f"{seed}/fault/{number}").random() < faults:
            mapping, code, line = spoil(mapping, len(made))
            made.append(f"{code}\tmappings/{number:06}.yaml\t{line}\n")
        (folder / f"seeds/{number:06}.txt").write_text(text, encoding="utf-8")
        (folder / f"mappings/{number:06}.yaml").write_text(mapping, encoding="utf-8")
    (folder / "faults.tsv").write_text("".join(made), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description="Make a project of made-up articles.")
    parser.add_argument("folder", type=Path, help="must not be there yet")
    parser.add_argument("--articles", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--faults", type=float, default=0, help="share of articles with a fault")
    said = parser.parse_args()
    write_project(said.folder, said.articles, said.seed, said.faults)


if __name__ == "__main__":
    main()
