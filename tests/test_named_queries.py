"""Queries that are called by name, on the real articles, through the command."""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Protocol

import pytest

Command = Callable[..., CompletedProcess[str]]
QUESTIONS = Path(__file__).parent.parent / "ontology" / "questions"
NAMED = sorted(path.stem for path in QUESTIONS.glob("[a-z]*.rq"))


class Built(Protocol):
    folder: Path


def test_the_list_tells_what_each_query_answers_and_what_it_asks_for(
    real: Built, kg: Command
) -> None:
    listed = json.loads(kg("query", "--list", "-F", "json", folder=real.folder).stdout)
    named = [query for query in listed if not query["question"]]
    assert [query["name"] for query in named] == NAMED
    assert len(named) >= 12
    assert all(query["title"] and query["description"] for query in named)
    meetings = next(query for query in named if query["name"] == "meetings")
    person, since, _, modality = meetings["parameters"]
    assert person["type"] == "news:Agent"
    assert since == {
        "name": "since",
        "type": "xsd:date",
        "required": False,
        "choices": [],
        "default": None,
        "description": "only meetings on this day or later",
    }
    assert modality["default"] == "occurred"
    table = kg("query", "--list", "-F", "table", folder=real.folder).stdout
    assert "Who met whom, when and where" in table
    assert "…" not in table


def test_values_by_option_and_by_pair_are_the_same(real: Built, kg: Command) -> None:
    expected = (QUESTIONS / "meetings.csv").read_text(encoding="utf-8")
    for options in (
        ["--with", "person=mohammad-baqeri", "--with", "since=2025-01-01"],
        ["--person", "mohammad-baqeri", "--since", "2025-01-01"],
        ["--person=Mohammad Baqeri", "--with", "since=2025-01-01"],
        ["--person=person/mohammad-baqeri", "--since=2025-01-01"],
        ["--person=Bagheri", "--since=2025-01-01"],
    ):
        found = kg("query", "meetings", *options, "-F", "csv", folder=real.folder)
        assert found.stdout == expected, found.stderr


@pytest.mark.parametrize("name", NAMED)
def test_open_parameters_give_more_than_the_example(real: Built, kg: Command, name: str) -> None:
    if name == "sources":  # whose parameter must be given
        found = kg("query", name, folder=real.folder)
        assert (found.returncode, "parameter `of` has no value" in found.stderr) == (2, True)
        return
    rows = list(csv.reader(kg("query", name, "-F", "csv", folder=real.folder).stdout.splitlines()))
    with (QUESTIONS / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        example = list(csv.reader(stream))
    assert rows[0] == example[0]
    assert len(rows) >= len(example) > 1


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["meeting"], 2, "did you mean `meetings`?"),
        (["meetings", "--person", "baqeri-mohammad"], 2, "no individual of `news:Agent`"),
        (["meetings", "--since", "yesterday"], 2, "parameter `since` is `yesterday`"),
        (["meetings", "--whom", "x"], 2, "the query has no parameter `whom`"),
        (["meetings", "--with", "since"], 2, "expected `--with since=...`"),
        (["ASK {}", "--outptu", "x"], 2, "'--outptu'. Did you mean '--output'?"),
        (["--outptu", "x", "ASK {}"], 2, "'--outptu'. Did you mean '--output'?"),
        (["--formt", "csv", "meetings"], 2, "'--formt'. Did you mean '--format'?"),
        (["meetings", "--formt=csv"], 2, "'--formt'. Did you mean '--format'?"),
        (["meetings", "--persn", "x"], 2, "did you mean `person`?"),
        (["ASK {}", "--qiet"], 2, "'--qiet'. Did you mean '--quiet'?"),
        (["--qiet", "meetings"], 2, "'--qiet'. Did you mean '--quiet'?"),
        (["--unlike", "ASK {}"], 2, "No such option '--unlike'."),
        (["-z", "ASK {}"], 2, "No such option '-z'."),
        (["meetings", "ASK {}"], 2, "give one query, found 2"),
        (["meetings", "--person", "x> } DELETE { ?s"], 2, "no individual of `news:Agent`"),
    ],
)
def test_what_cannot_be_asked_says_what_could(
    real: Built, kg: Command, arguments: list[str], status: int, words: str
) -> None:
    found = kg("query", *arguments, folder=real.folder)
    assert found.returncode == status
    assert words in " ".join(found.stderr.split())
    assert not found.stdout


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["-f", "data.ttl"], 2, "Q609 `kg query --data data.ttl QUERY` asks these data"),
        (["data.ttl"], 2, "Q609 `kg query --data data.ttl QUERY` asks these data"),
        (["-f", "data.TTL.gz"], 2, "Q609 `kg query --data data.TTL.gz QUERY` asks these data"),
        (["data.ttx"], 2, "Q613 did you mean `data.ttl`?"),
        (["own.rq"], 2, "Q613 `-f own.rq` reads the file"),
        (["meetings.rq"], 2, "Q613 `kg query meetings` asks the query of that name"),
        (
            ["./topics.rq"],
            2,
            "Q613 `kg query topics` asks the query of that name; `-f ./topics.rq`",
        ),
        (["x/01-posts.rq"], 2, "Q613 `kg query posts` asks the query of that name"),
        (["-f", "meetings.rq"], 3, "X703 `kg query meetings` asks the query of that name"),
        (["-f", "meetings"], 3, "X703 `kg query meetings` asks the query of that name"),
        (["-f", "owm.rq"], 3, "X703 did you mean `own.rq`?"),
        (["nothing.rq"], 2, "Q613 see `kg query --list`"),
    ],
)
def test_a_file_in_the_place_of_a_query_is_told_how_it_is_asked(
    kg: Command, tmp_path: Path, arguments: list[str], status: int, words: str
) -> None:
    settings = 'base = "http://example.org/"\n[namespaces]\ntext = "https://x.example/#"\n'
    (tmp_path / "kg.toml").write_text(settings)
    (tmp_path / "data.ttl").write_text("<a:b> <c:d> 1 .")
    (tmp_path / "data.TTL.gz").write_bytes(gzip.compress(b"<a:b> <c:d> 1 ."))
    questions = tmp_path / "ontology/questions"
    questions.mkdir(parents=True)
    names = ("meetings.rq", "topics.rq", "01-posts.rq")
    for path in (
        *(questions / name for name in names),
        tmp_path / "own.rq",
        tmp_path / "topics.rq",
    ):
        path.write_text("ASK {}")
    found = kg("query", *arguments, folder=tmp_path)
    assert (found.returncode, found.stdout) == (status, "")
    code, _, help_ = words.partition(" ")
    assert f"error[{code}]" in found.stderr
    assert help_ in " ".join(found.stderr.split())


@pytest.mark.parametrize(
    ("word", "help_"), [("qeury", "did you mean `query`?"), ("meetings", "`kg --help` lists them")]
)
def test_a_misspelt_verb_is_told_with_the_verb(
    kg: Command, tmp_path: Path, word: str, help_: str
) -> None:
    found = kg(word, "ASK {}", folder=tmp_path)
    assert (found.returncode, found.stdout) == (2, "")
    assert f"there is no verb `{word}`; {help_}" in found.stderr


def test_a_name_is_known_where_the_query_sees_one_graph_only(real: Built, kg: Command) -> None:
    line = ("query", "meetings", "--person", "Bagheri", "--graph", "003", "-F", "csv")
    found = kg(*line, folder=real.folder)
    assert (found.returncode, "Q612" in found.stderr) == (0, False)


def test_parameters_and_why_know_the_same_names(real: Built, kg: Command) -> None:
    asked = ("query", "sources", "-F", "csv", "--of")
    for word in ("Bagheri", "003", "news:Meeting", "Mohammad Baqeri"):
        named = kg("why", word, folder=real.folder).stdout.split()[0]
        by_word = kg(*asked, word, folder=real.folder)
        assert by_word.stdout == kg(*asked, named, folder=real.folder).stdout
    unknown = "Mohamad Baqery"
    told = [kg(*line, unknown, folder=real.folder).stderr for line in (("why",), asked)]
    for stderr in told:
        assert "did you mean `Mohammad Baqeri` (<person/mohammad-baqeri>)?" in stderr


def test_a_text_is_never_read_as_sparql(real: Built, kg: Command) -> None:
    hostile = '") || true || CONTAINS("'
    found = kg("query", "quotations", "--containing", hostile, "-F", "csv", folder=real.folder)
    assert found.stdout.splitlines() == ["article,speaker,mode,words"]


def test_a_query_in_a_file_takes_values_too(real: Built, kg: Command, tmp_path: Path) -> None:
    query = tmp_path / "mine.rq"
    query.write_text("# param who: news:Person\nASK { $who news:nationality <state/oman> }")
    for who, answer in (("abdullah-al-raisi", "true"), ("mohammad-baqeri", "false")):
        found = kg("query", "-f", str(query), "--who", who, folder=real.folder)
        assert found.stdout.strip() == answer


@pytest.mark.parametrize("form", [None, "csv", "tsv", "markdown"])
def test_the_list_is_whole_in_formats_for_machines(
    real: Built, kg: Command, form: str | None
) -> None:
    options = ["-F", form] if form else []
    listed = kg("query", "--list", *options, folder=real.folder).stdout
    lines = [line.strip("| ") for line in listed.splitlines()]
    names = [re.match(r"[\w-]+", line.lstrip('"?'))[0] for line in lines if line[0] != "-"]  # type: ignore[index]
    assert names[: len(NAMED) + 1] == ["name", *NAMED]
    assert len(names) == 1 + len(list(QUESTIONS.glob("*.rq")))
    assert "…" not in listed
    assert "person? since? until? modality=occurred" in listed


def test_the_list_goes_into_a_file_in_the_format_of_its_name(
    real: Built, kg: Command, tmp_path: Path
) -> None:
    kg("query", "--list", "-o", str(tmp_path / "queries.csv"), folder=real.folder)
    with (tmp_path / "queries.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert rows[0] == {
        "name": "articles",
        "title": "What there is of each article",
        "parameters": "",
    }


def test_the_list_in_a_format_of_graphs_is_refused(real: Built, kg: Command) -> None:
    found = kg("query", "--list", "-F", "ttl", folder=real.folder)
    assert (found.returncode, found.stdout, "Q607" in found.stderr) == (2, "", True)


# Where something is wrong

PLACED = """# param who: news:Person
# param since?: xsd:date
SELECT ?day { ?m news:participant $who ; news:tiem ?day .
  FILTER(!BOUND( # a comment
    $since) || ?day > $since) FILTER(?dya > 1) }
"""


@pytest.mark.parametrize("values", [[], ["--since", "2023-01-01"]])
@pytest.mark.parametrize("strict", [[], ["--strict"]])
def test_findings_stand_where_the_author_wrote_them(
    real: Built, kg: Command, tmp_path: Path, values: list[str], strict: list[str]
) -> None:
    path = tmp_path / "mine.rq"
    path.write_text(PLACED)
    found = kg(
        *("query", "-f", str(path), "--who", "mohammad-baqeri", *values, *strict),
        folder=real.folder,
    )
    told = found.stderr.split("\n\n")
    unbound = next(part for part in told if "Q623" in part)
    unknown = next(part for part in told if "Q621" in part)
    assert f"--> {path}:5:38\n   |     $since) || ?day > $since) FILTER(?dya > 1) }}" in unbound
    assert f"--> {path}:3:42\n" in unknown
    assert "SELECT ?day { ?m news:participant $who ; news:tiem ?day ." in unknown
    assert "person/mohammad-baqeri" not in unbound + unknown
    assert found.returncode == len(strict)


def test_what_evidence_lacks_is_told_at_its_place_in_the_file(real: Built, kg: Command) -> None:
    options = ("--person", "mohammad-baqeri", "--since", "2025-01-01", "--evidence")
    told = kg("query", "meetings", *options, folder=real.folder).stderr
    text = (QUESTIONS / "meetings.rq").read_text(encoding="utf-8").splitlines()
    places = re.findall(r"ontology/questions/meetings.rq:(\d+):(\d+)", told)
    words = [re.match(r"\w+", text[int(line) - 1][int(column) - 1 :])[0] for line, column in places]  # type: ignore[index]
    assert words == ["GROUP_CONCAT", "EXISTS", "EXISTS"]


def test_why_a_row_of_a_named_query_is_there(real: Built, kg: Command) -> None:
    values = ("--person", "mohammad-baqeri", "--since", "2025-01-01")
    by_name = kg("why", "-q", "meetings", *values, "--row", "1", folder=real.folder)
    assert "a news:Meeting" in by_name.stdout
    assert "baqeri-al-raisi-meeting-2025" in by_name.stdout.splitlines()[0]
    pairs = ("--with", "person=mohammad-baqeri", "--with", "since=2025-01-01")
    file = ("-f", str(QUESTIONS / "meetings.rq"))
    assert kg("why", *file, *pairs, folder=real.folder).stdout == by_name.stdout
    assert "has 1 row, and no row 2" in (
        kg("why", "-q", "meetings", *values, "--row", "2", folder=real.folder).stderr
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-q", "meeting"], "did you mean `meetings`?"),
        (["-q", "meetings", "--whom", "x"], "the query has no parameter `whom`"),
        (["-q", "meetings", "mohammad-baqeri"], "not both"),
        (["mohammad-baqeri", "--row", "2"], "--row and --with are for a query"),
        (["mohammad-baqeri", "--wiht", "2"], "No such option '--wiht'. Did you mean '--with'?"),
        (["a", "b", "c", "d"], "found 4 words, expected SUBJECT, PREDICATE and VALUE"),
        ([], "name a SUBJECT"),
    ],
)
def test_what_why_cannot_tell_says_what_it_could(
    real: Built, kg: Command, arguments: list[str], words: str
) -> None:
    found = kg("why", *arguments, folder=real.folder)
    assert (found.returncode, found.stdout) == (2, "")
    assert words in " ".join(found.stderr.split())


def test_an_export_without_the_ontology_is_asked_as_the_build_is(
    real: Built, kg: Command, tmp_path: Path
) -> None:
    """There nothing says of what class the individuals of the ontology are."""
    exported = tmp_path / "graph.ttl"
    assert kg("export", "-o", str(exported), folder=real.folder).returncode == 0
    for query in ("meetings", "stances", "invitations"):
        there = kg("query", query, "--data", str(exported), "-F", "csv", folder=real.folder)
        here = kg("query", query, "-F", "csv", folder=real.folder)
        assert (there.returncode, there.stdout) == (0, here.stdout), there.stderr
        assert here.stdout.count("\n") > 2
    nobody = kg(
        "query", "meetings", "--data", str(exported), "--person", "nobody", folder=real.folder
    )
    assert "Q612" in nobody.stderr


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--person", "Bagheri", "--person", "Mousavi"], "`--person` is given twice"),
        (["--person", "Bagheri", "--with", "person=Mousavi"], "`--person` is given twice"),
        (["--person"], "`--person` has no value"),
    ],
)
def test_a_parameter_has_one_value(
    real: Built, kg: Command, arguments: list[str], expected: str
) -> None:
    """None is taken for another, and the last one does not win unseen."""
    result = kg("query", "meetings", *arguments, folder=real.folder)
    assert result.returncode == 2
    assert expected in result.stderr
