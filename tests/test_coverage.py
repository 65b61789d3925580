"""Coverage: figures by hand, what lowers them, the gate, and a page that shows and escapes all."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import kg.coverage.measures as measuring
from kg.building.workshop import Workshop
from kg.commands.coverage import command
from kg.coverage.measures import Coverage, Sentence, Tally, Word, cover
from kg.coverage.page import to_html
from kg.diagnostics import ContentError, Misuse
from kg.project.settings import load_project
from kg.store.origins import Statements
from kg.text.quotes import Span

Lay = Callable[..., Path]

# The base article has five sentences: a headline, a dateline, and three that report.
DATE = "article:\n  date: Wednesday, 12 February 2025\n"
MEETING = """events:
  tower-meeting:
    a: Meeting
    label: Meeting at the tower
    participant: [ada-brandt, iven-holm]
    time: on Monday evening
    quote: Ada Brandt met Iven Holm at the old tower on Monday evening.
"""
REMARKS = """remarks:
  - speaker: ada-brandt
    cue: said
    verdict: {on: star-club, marks: 7}
    quote: “We will mend the dome,” Brandt said after the meeting.
"""
LEAK = """  - speaker: ada-brandt
    cue: added
    quote: She added that the dome leaks.
"""
HEADLINE = "background:\n  - quote: OBSERVATORY OPENS\n    reason: says less than the report\n"
MAPPING = DATE + MEETING + REMARKS + LEAK + HEADLINE


def project(lay: Lay, mapping: str = MAPPING, **files: str) -> Path:
    return lay(files={"mappings/tower.yaml": mapping, **files})


def measure(folder: Path, *stems: str) -> Coverage:
    return cover(Workshop(load_project(folder)), stems)


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(command, arguments, obj=folder)


# ---------------------------------------------------------------- figures


def test_figures_are_those_counted_by_hand(lay: Lay):
    figures = measure(project(lay)).figures
    assert figures.sentences == Tally(total=5, held=4, apart=1)
    assert figures.whole == 3  # of the dateline, VESSEL HILL is not quoted
    assert figures.characters == Tally(total=163, held=137, apart=16)
    assert figures.sentences.percent == 100
    assert figures.characters.percent == 93.1
    assert figures.entries == (("article", 1), ("background", 1), ("events", 1), ("remarks", 2))
    assert figures.spans == 6  # the date, the evening, three reports, the headline


def test_uncovered_words_and_those_set_aside_are_listed_with_their_places(lay: Lay):
    (article,) = measure(project(lay)).articles
    shown = [(str(p.place), p.text, p.reason) for p in (*article.uncovered, *article.aside)]
    assert shown == [
        ("seeds/tower.txt:3:1", "VESSEL HILL", None),
        ("seeds/tower.txt:1:1", "OBSERVATORY OPENS", "says less than the report"),
    ]


def test_an_entry_less_lowers_the_figures_and_lists_its_words(lay: Lay):
    (article,) = measure(project(lay, DATE + MEETING + REMARKS + HEADLINE)).articles
    assert article.figures.sentences == Tally(total=5, held=3, apart=1)
    assert article.figures.sentences.percent == 75
    assert article.figures.characters == Tally(total=163, held=113, apart=16)
    assert dict(article.figures.entries)["remarks"] == 1
    place = "seeds/tower.txt:3:160"
    assert [(str(p.place), p.text) for p in article.uncovered][1:] == [
        (place, "She added that the dome leaks")
    ]


def test_without_statements_the_real_articles_are_covered_less(
    copy_project: Callable[..., Path], tmp_path: Path
):
    folder = copy_project(tmp_path)
    before = measure(folder)
    for path in (folder / "mappings").glob("*.yaml"):
        mapping = path.read_text(encoding="utf-8")
        without = re.sub(r"(?m)^statements:\n(?:[ #].*\n|\n)*", "", mapping)
        assert without != mapping
        path.write_text(without, encoding="utf-8")
    for full, less in zip(before.articles, measure(folder).articles, strict=True):
        assert less.figures.sentences.held < full.figures.sentences.held
        assert less.figures.characters.held < full.figures.characters.held
        said = [s for c in full.carriers if c.kind == "statements" for s in c.spans]
        lost = {p.span for p in less.uncovered} - {p.span for p in full.uncovered}
        assert lost
        assert all(any(p.start < s.end and s.start < p.end for s in said) for p in lost)


def test_without_background_the_passage_is_uncovered(lay: Lay):
    figures = measure(project(lay, DATE + MEETING + REMARKS + LEAK)).figures
    assert figures.sentences == Tally(total=5, held=4, apart=0)
    assert figures.sentences.percent == 80
    assert figures.characters.apart == 0


def test_what_carries_is_not_also_set_aside(lay: Lay):
    aside = "  - quote: the old tower on Monday evening.\n    reason: said above\n"
    figures = measure(project(lay, MAPPING + aside)).figures
    assert figures.sentences == Tally(total=5, held=4, apart=1)
    assert figures.characters == Tally(total=163, held=137, apart=16)


def test_names_are_no_evidence(lay: Lay):
    (article,) = measure(project(lay, "mentions:\n  old tower: vessel-hill\n")).articles
    assert {name.span.exact(article.article.seed.text) for name in article.article.names} >= {
        "Ada Brandt",
        "old tower",
    }
    assert article.figures.sentences == Tally(total=5, held=0, apart=0)
    assert article.figures.characters.held == 0
    assert len(article.uncovered) == 5


def test_words_that_a_quote_elides_count_as_quoted(lay: Lay):
    mapping = MAPPING.replace("met Iven Holm at the old tower", "met …")
    assert "met … on Monday" in mapping
    assert measure(project(lay, mapping)).figures == measure(project(lay)).figures


@pytest.mark.parametrize(
    ("states", "carries", "aside", "whole"),
    [
        ("cccc", True, False, True),
        ("ccca", True, False, False),
        ("cc..", True, False, False),
        ("c...", False, False, False),
        ("c.a.", False, True, False),
        ("caaa", False, True, False),
        ("aaaa", False, True, False),
        ("a...", False, False, False),
        ("ccc...", True, False, False),
        ("cc...", False, False, False),
    ],
)
def test_half_of_the_words_decide(states: str, carries: bool, aside: bool, whole: bool):
    words = tuple(Word(Span(n, n + 1), s == "c", s == "a") for n, s in enumerate(states))
    sentence = Sentence(Span(0, len(states)), words)
    assert (sentence.carries, sentence.is_aside, sentence.is_whole) == (carries, aside, whole)
    runs = [match.span() for match in re.finditer(r"\.+", states)]
    assert [(span.start, span.end) for span in sentence.uncovered()] == runs


def test_a_line_without_words_is_no_sentence_to_cover(lay: Lay):
    text = "* * *\n\nAda Brandt met him.\n"
    mapping = "events:\n  e:\n    participant: ada-brandt\n    quote: Ada Brandt met him.\n"
    folder = project(lay, mapping, **{"seeds/tower.txt": text})
    assert measure(folder).figures.sentences == Tally(total=1, held=1, apart=0)


def test_places_in_an_article_with_windows_line_ends(lay: Lay):
    text = "Headline here\r\n\r\nAda Brandt met him. Nobody else came.\r\n"
    mapping = "events:\n  e:\n    participant: ada-brandt\n    quote: Ada Brandt met him.\n"
    folder = project(lay, mapping, **{"seeds/tower.txt": text})
    shown = [(str(p.place), p.text) for a in measure(folder).articles for p in a.uncovered]
    assert shown == [
        ("seeds/tower.txt:1:1", "Headline here"),
        ("seeds/tower.txt:3:21", "Nobody else came"),
    ]
    assert "   |                     ^^^^^^^^^^^^^^^^\n" in run(folder).output


def test_shares_are_rounded_down_and_compared_exactly():
    assert Tally(3000, 2999, 0).percent == 99.9
    assert Tally(3000, 2999, 0).falls_below(100)
    assert Tally(3000, 2999, 1).percent == 100
    assert not Tally(3000, 2999, 1).falls_below(100)
    assert Tally(0, 0, 0).percent == 100
    assert not Tally(2, 0, 2).falls_below(100)
    assert Tally(5, 2, 1).missing == 2


def test_the_corpus_is_the_sum_of_its_articles(root: Path):
    coverage = measure(root)
    assert len(coverage.articles) == 5
    for name in ("sentences", "characters", "triples"):
        tallies = [getattr(article.figures, name) for article in coverage.articles]
        total = getattr(coverage.figures, name)
        assert total.total == sum(tally.total for tally in tallies) > 0
        assert total.held == sum(tally.held for tally in tallies)
    assert dict(coverage.figures.entries)["statements"] == sum(
        dict(article.figures.entries)["statements"] for article in coverage.articles
    )


def test_the_five_articles_are_covered(root: Path):
    figures = measure(root).figures
    assert figures.sentences.total == 64
    assert figures.sentences.missing == 0
    assert figures.sentences.apart <= 3
    assert figures.triples.missing == 0


# ---------------------------------------------------------------- the other direction


def test_every_triple_is_counted_and_grounded(lay: Lay):
    folder = project(lay)
    workshop = Workshop(load_project(folder))
    triples = cover(workshop).figures.triples
    assert triples.total == workshop.article("tower").counts["quads"]
    assert triples.apart == 4  # class, label, digest and length of the article
    assert triples.missing == 0


def test_a_triple_without_words_is_listed(lay: Lay, monkeypatch: pytest.MonkeyPatch):
    generate = measuring.generate

    def forget(*arguments):
        found = generate(*arguments)
        rows = {
            row: origin._replace(spans=()) if "participant" in row[1] else origin
            for row, origin in found.rows.items()
        }
        return Statements(found.graph, rows)

    monkeypatch.setattr(measuring, "generate", forget)
    folder = project(lay)
    (article,) = measure(folder).articles
    assert [(str(item.place), item.text) for item in article.ungrounded] == [
        ("mappings/tower.yaml:7:19", "tower-meeting participant ada-brandt"),
        ("mappings/tower.yaml:7:31", "tower-meeting participant iven-holm"),
    ]
    assert article.figures.triples.missing == 2
    assert article.figures.triples.percent < 100
    shown = "mappings/tower.yaml:7:31: no words carry `tower-meeting participant iven-holm`\n"
    assert shown in run(folder).output


# ---------------------------------------------------------------- the command

TEXT = """\
sentences     carrying facts  whole  set aside  characters
tower      5     4 = 100.0 %      3          1      93.1 %
corpus     5     4 = 100.0 %      3          1      93.1 %

entries  article  background  events  remarks  spans quoted
tower          1           1       1        2             6
corpus         1           1       1        2             6

{total} triples: {held} rest on words, 4 on an article as a whole, 0 on nothing (100.0 % grounded)

seeds/tower.txt:3:1: no entry carries these words
   | {line}
   | ^^^^^^^^^^^

seeds/tower.txt:1:1: set aside: says less than the report
   | OBSERVATORY OPENS
   | ^^^^^^^^^^^^^^^^^
"""


def test_text(lay: Lay):
    folder = project(lay)
    triples = measure(folder).figures.triples
    line = articles(folder)[0].splitlines()[2][:100]
    result = run(folder)
    assert result.exit_code == 0
    assert result.stdout == TEXT.format(total=triples.total, held=triples.held, line=line)


def test_a_long_line_is_shown_around_the_passage(lay: Lay):
    output = run(project(lay, DATE + MEETING + REMARKS + HEADLINE)).output
    line, carets = re.search(r":160: .*\n   \| (….*)\n   \| (.*)", output).groups()
    assert line.startswith("… after the meeting. ")
    assert line[carets.index("^") :] == "She added that the dome leaks."
    assert carets.strip() == "^" * len("She added that the dome leaks")


def test_json(lay: Lay):
    folder = project(lay)
    triples = measure(folder).figures.triples
    figures = {
        "sentences": {
            "total": 5,
            "carrying": 4,
            "set_aside": 1,
            "uncovered": 0,
            "percent": 100.0,
            "whole": 3,
        },
        "characters": {
            "total": 163,
            "carried": 137,
            "set_aside": 16,
            "uncovered": 10,
            "percent": 93.1,
        },
        "triples": {
            "total": triples.total,
            "grounded": triples.held,
            "of_whole_article": 4,
            "ungrounded": 0,
            "percent": 100.0,
        },
        "entries": {"article": 1, "background": 1, "events": 1, "remarks": 2},
        "spans": 6,
    }
    result = run(folder, "--format", "json")
    assert json.loads(result.stdout) == {
        "corpus": figures,
        "articles": [
            {
                "article": "tower",
                "path": "seeds/tower.txt",
                **figures,
                "uncovered_passages": [
                    {"line": 3, "column": 1, "start": 19, "end": 30, "text": "VESSEL HILL"}
                ],
                "set_aside_passages": [
                    {
                        "line": 1,
                        "column": 1,
                        "start": 0,
                        "end": 17,
                        "text": "OBSERVATORY OPENS",
                        "reason": "says less than the report",
                    }
                ],
                "ungrounded_triples": [],
            }
        ],
    }


@pytest.mark.parametrize(
    ("percent", "status"), [("100", 1), ("75.1", 1), ("75", 0), ("50", 0), ("0", 0)]
)
def test_fail_under(lay: Lay, percent: str, status: int):
    folder = project(lay, DATE + MEETING + REMARKS + HEADLINE)
    result = run(folder, "--fail-under", percent)
    assert result.exit_code == status
    assert result.stdout.startswith("sentences ")
    expected = f"75.0 % of sentences carry facts, expected at least {percent} %\n"
    assert result.stderr == (expected if status else "")


def test_what_is_set_aside_passes_the_gate(lay: Lay):
    assert run(project(lay), "--fail-under", "100").exit_code == 0
    without = project(lay, DATE + MEETING + REMARKS + LEAK)
    assert run(without, "--fail-under", "100").exit_code == 1


@pytest.mark.parametrize("percent", ["-1", "101", "all"])
def test_a_share_that_is_none_is_wrong_use(lay: Lay, percent: str):
    assert run(project(lay), "--fail-under", percent).exit_code == 2


@pytest.mark.parametrize("form", ["text", "json", "html"])
def test_a_file_gets_what_standard_output_would(lay: Lay, tmp_path: Path, form: str):
    folder, target = project(lay), tmp_path / "report"
    result = run(folder, "--format", form, "-o", str(target))
    assert result.output == ""
    assert target.read_bytes() == run(folder, "--format", form).stdout_bytes != b""


def test_single_articles(root: Path):
    stems = ["003_73cb7c800c9f6d9a", "001_e03186edf4a8495b", "003_73cb7c800c9f6d9a"]
    document = json.loads(run(root, *stems, "--format", "json").stdout)
    assert [article["article"] for article in document["articles"]] == stems[:2]
    assert document["corpus"]["sentences"]["total"] == 14 + 9


def test_an_unknown_article_is_refused(lay: Lay):
    with pytest.raises(Misuse) as error:
        measure(project(lay), "towr")
    (finding,) = error.value.diagnostics
    assert (finding.code, finding.help) == ("S101", "did you mean `tower`?")


def test_the_errors_of_all_mappings_are_reported_at_once(lay: Lay):
    wrong = "events:\n  {}:\n    label: Nothing\n"
    files = {"mappings/other.yaml": wrong.format("one"), "seeds/other.txt": "Some words.\n"}
    folder = project(lay, wrong.format("two"), **files)
    with pytest.raises(ContentError) as error:
        measure(folder)
    found = [(finding.code, finding.place.path) for finding in error.value.diagnostics]
    assert found == [("G303", "mappings/other.yaml"), ("G303", "mappings/tower.yaml")]


# ---------------------------------------------------------------- the page


class Page(HTMLParser):
    """A page as a browser reads it: elements with attributes and text, in order."""

    def __init__(self, document: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[dict] = []
        self.elements: list[dict] = []
        self.feed(document)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = {"tag": tag, "text": "", **dict(attrs)}
        assert len(dict(attrs)) == len(attrs)
        self.elements.append(element)
        if tag != "meta":
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop()["tag"] == tag

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element["text"] += data

    def all(self, tag: str, cls: str = "") -> list[dict]:
        wanted = set(cls.split())
        return [
            element
            for element in self.elements
            if element["tag"] == tag and wanted <= set(element.get("class", "").split())
        ]

    def classes(self, text: str) -> set[str]:
        (piece,) = [a for a in self.all("a", "w") if a["text"] == text]
        return set(piece["class"].split())


def page(folder: Path) -> Page:
    result = run(folder, "--format", "html")
    assert result.exit_code == 0, result.exception
    read = Page(result.stdout)
    assert not read.open
    return read


def articles(folder: Path) -> list[str]:
    paths = sorted((folder / "seeds").glob("*.txt"))
    return [path.read_bytes().decode("utf-8") for path in paths]


def test_the_page_holds_every_word_of_every_article_in_order(root: Path):
    shown = [element["text"] for element in page(root).all("div", "text")]
    assert len(shown) == 5
    for text, article in zip(shown, articles(root), strict=True):
        assert "".join(text.split()) == "".join(article.split())
        lines = [line.strip() for line in article.splitlines() if line.strip()]
        assert all(line in text for line in lines)


def test_the_page_is_one_file(root: Path):
    read = page(root)
    assert {element["tag"] for element in read.elements}.isdisjoint(
        {"link", "img", "iframe", "object", "embed", "base", "form", "svg"}
    )
    (style,), (script,) = read.all("style"), read.all("script")
    assert not re.search(r"url\(|@import|https?:|//[a-z]", style["text"])
    assert not re.search(r"fetch|XMLHttp|import\b|eval|innerHTML|https?:", script["text"])
    assert not any({"src", "style", "srcset"} & element.keys() for element in read.elements)
    assert not any(key.startswith("on") for element in read.elements for key in element)
    assert all(e["href"].startswith("#") for e in read.elements if "href" in e)


def test_the_policy_of_the_page_allows_its_own_script_alone(root: Path):
    read = page(root)
    (policy,) = [m["content"] for m in read.all("meta") if "http-equiv" in m]
    digest = b64encode(sha256(read.all("script")[0]["text"].encode()).digest()).decode()
    assert policy.startswith("default-src 'none';")
    assert f"script-src 'sha256-{digest}'" in policy


def test_links_of_the_page_lead_somewhere(root: Path):
    read = page(root)
    ids = [element["id"] for element in read.elements if "id" in element]
    assert len(ids) == len(set(ids)) > 100
    assert {e["href"][1:] for e in read.elements if "href" in e} <= set(ids)
    assert {one for e in read.all("a", "w") for one in e["data-e"].split()} <= set(ids)
    assert all(piece["href"] == "#" + piece["data-e"].split()[0] for piece in read.all("a", "w"))


def test_pieces_bear_the_colours_of_what_they_carry(lay: Lay):
    read = page(project(lay))
    # lanes in alphabetical order: article, events, remarks, time
    assert read.classes("Ada Brandt met Iven Holm at the old tower ") == {"w", "k1", "t1"}
    assert read.classes("on Monday evening") == {"w", "k1", "k3", "t3"}
    assert read.classes("She added that the dome leaks.") == {"w", "k2", "t2"}
    assert read.classes("OBSERVATORY OPENS") == {"w", "apart"}
    (missing,) = [m for m in read.all("mark") if m["text"] != "uncovered"]
    assert (missing["text"], missing["title"]) == ("VESSEL HILL", "no entry carries these words")


def test_overlapping_entries_of_one_kind_are_marked(lay: Lay):
    inner = "  - speaker: ada-brandt\n    quote: We will mend the dome\n"
    read = page(project(lay, DATE + MEETING + REMARKS + inner + HEADLINE))
    assert read.classes("We will mend the dome") == {"w", "k2", "m2", "t2"}
    assert read.classes("“") == {"w", "k2", "t2"}
    (piece,) = [a for a in read.all("a", "w") if a["text"] == "We will mend the dome"]
    nearest, other = (card for one in piece["data-e"].split() for card in cards(read, one))
    assert "cue" not in nearest["text"]
    assert "cue" in other["text"]


def cards(read: Page, name: str) -> list[dict]:
    return [element for element in read.all("article") if element["id"] == name]


def test_entries_show_their_facts(lay: Lay):
    read = page(project(lay))
    shown = [" ".join(element["text"].split()) for element in read.all("article")]
    assert len(shown) == 7
    (meeting,) = [text for text in shown if "Meeting at the tower" in text]
    assert meeting.startswith("events Meeting")
    assert "participantAda BrandtIven Holm" in meeting
    assert "timeon Monday evening" in meeting
    assert "mappings/tower.yaml:4:3" in meeting
    (remark,) = [text for text in shown if "verdict" in text]
    assert "cuesaid" in remark
    assert "verdictonStar Clubmarks7" in remark
    assert "2025-02-10" in " ".join(text for text in shown if text.startswith("time"))
    names = {(e["text"], e["title"]) for e in read.all("span", "name") if "title" in e}
    assert {("Brandt", "Ada Brandt"), ("Iven Holm", "Iven Holm")} <= names


def test_the_legend_counts(lay: Lay):
    read = page(project(lay))
    shown = [element["text"] for element in read.all("li")]
    assert shown[:-1] == [
        "article 1",
        "events 1",
        "remarks 2",
        "time 2",
        "uncovered 1",
        "set aside 1",
    ]


HOSTILE = """<script>alert("x")</script> & </p></div> opens.

VESSEL HILL, Wednesday, 12 February 2025. Ada Brandt met "Iven Holm" <img src=x onerror='alert(1)'>
at the old &amp; tower <!-- on Monday evening. ]]> She said </style><b>no</b> &lt;yes&gt; 'no'.
"""
HOSTILE_MAPPING = """events:
  tower-meeting:
    label: "<b onclick='x'>Tower</b> \\"& </script>"
    motto: </dd><script>alert(2)</script>
    participant: ada-brandt
    quote: Ada Brandt met "Iven Holm" <img src=x onerror='alert(1)'>
background:
  - quote: "<script>alert(\\"x\\")</script> & </p></div> opens."
    reason: "\\" onmouseover='x' <i>odd</i>"
"""
HOSTILE_NAMES = """persons:
  ada-brandt:
    label: Ada Brandt
    alias: "<b>no</b>"
  iven-holm:
    label: "\\" onfocus='y' <u>Holm</u>"
    alias: Iven Holm
"""


def test_nothing_is_taken_for_markup(lay: Lay):
    files = {"seeds/tower.txt": HOSTILE, "mappings/authority/all.yaml": HOSTILE_NAMES}
    folder = project(lay, HOSTILE_MAPPING, **files)
    read, clean = page(folder), page(project(lay))
    (shown,) = read.all("div", "text")
    assert "".join(shown["text"].split()) == "".join(HOSTILE.split())
    assert len(read.all("script")) == 1
    assert read.all("script")[0]["text"] == clean.all("script")[0]["text"]
    tags = {element["tag"] for element in read.elements}
    assert tags <= {element["tag"] for element in clean.elements}
    keys = {key for element in clean.elements for key in element}
    assert {key for element in read.elements for key in element} <= keys
    assert any("onfocus='y' <u>Holm</u>" in e.get("title", "") for e in read.all("span", "name"))
    said = " ".join(element["text"] for element in read.all("article"))
    assert "<b onclick='x'>Tower</b> \"& </script>" in said
    assert "</dd><script>alert(2)</script>" in said
    assert "\" onmouseover='x' <i>odd</i>" in said


def test_the_page_is_the_same_each_time(lay: Lay):
    folder = project(lay)
    one, other = (
        to_html(cover(workshop), workshop)
        for workshop in (Workshop(load_project(folder)), Workshop(load_project(folder)))
    )
    assert one == other
