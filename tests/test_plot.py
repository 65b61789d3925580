"""Figures of answers: what is drawn, where, that nothing covers words, and what cannot be drawn."""

from __future__ import annotations

import html
import json
import re
import subprocess
from collections.abc import Iterator
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from lxml import etree
from lxml import html as lxml_html

from kg.figures import lettering, moments
from kg.figures.network import spread
from kg.questions.named import named_queries
from kg.questions.parameters import read_header
from kg.terms import PUBLISHED

ROOT = Path(__file__).resolve().parent.parent
SVG = "{http://www.w3.org/2000/svg}"
DATA = """
@prefix : <http://example.org/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
:a rdfs:label "دیدار سرلشکر باقری با دریادار عبدالله بن خمیس الرئیسی رئیس ستاد نیروهای مسلح"@fa ;
  :at "2025-02"^^xsd:gYearMonth ; :by :p ; :size 3 .
:b rdfs:label "<b>& \\"Jubilee\\"</b>" ; :at "2024"^^xsd:gYear ; :by :q ; :size -1.5 .
:c rdfs:label "שיחות שלום" ; :at "2025-02-11T09:30:00+03:30"^^xsd:dateTime ; :by :p ; :size 12 .
:d rdfs:label "Zusammenarbeitsvereinbarungsverhandlungsteilnehmerlisten 北京 👩‍👩‍👧 \\u0007" ;
  :by :q ; :size 0 .
:p rdfs:label "محمد باقری"@fa ; :knows :q , :p . :q rdfs:label "عبد الله الرئيسي"@ar ; :knows :p .
:knows rdfs:label "می‌شناسد"@fa .
"""
EVENTS = "SELECT ?what ?when ?kind { ?what :by ?kind OPTIONAL { ?what :at ?when } }"
# All figures that the queries of the project offer, and a question whose columns are guessed.
QUERIES = [
    ("timeline", "timeline"),
    ("meetings", "timeline"),
    ("exercises", "timeline"),
    ("articles", "timeline"),
    ("articles", "bar"),
    ("stances", "bar"),
    ("stances", "graph"),
    ("invitations", "graph"),
    ("posts", "graph"),
    ("who-is-mentioned-in-how-many-articles", "bar"),
]


@pytest.fixture(scope="module")
def drawn(real, kg, tmp_path_factory):
    """Draw: `drawn("meetings", "--plot", "timeline", suffix=".svg")` gives the file."""
    folder, known = tmp_path_factory.mktemp("figures"), {}

    def draw(*arguments: str, suffix: str = ".svg") -> Path:
        key = (*arguments, suffix)
        if key not in known:
            path = folder / f"{len(known)}{suffix}"
            result = kg("query", *arguments, "-o", str(path), folder=real.folder)
            assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
            known[key] = path
        return known[key]

    return draw


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "data.ttl"
    path.write_text(DATA, encoding="utf-8")
    return path


def of_data(kg, data: Path, query: str, figure: str, suffix: str = ".svg") -> Path:
    path = data.with_suffix(suffix)
    result = kg(
        "query", "--data", str(data), query, "--plot", figure, "-o", str(path), folder=data.parent
    )
    assert (result.returncode, result.stderr) == (0, "")
    return path


def answer(kg, real, *arguments: str) -> list[dict[str, str]]:
    """The rows of a query, by column."""
    result = kg("query", *arguments, "-F", "json", folder=real.folder)
    rows = json.loads(result.stdout)["results"]["bindings"]
    return [{name: cell["value"] for name, cell in row.items()} for row in rows]


def items(path: Path) -> list[dict[str, str]]:
    """What each row says when it is pointed at, by column, in the order of the figure."""
    found = etree.parse(path).iterfind(f".//{SVG}g[@class='row']/{SVG}title")
    rows = ((title.text or "").split("\n") for title in found)
    return [dict(line.split(": ", 1) for line in row) for row in rows if ": " in row[0]]


def words_of(path: Path) -> str:
    """All that is written in a figure, a blank between lines, without marks of direction."""
    lines = (text.text or "" for text in etree.parse(path).iter(f"{SVG}text"))
    return re.sub("[\u2067\u2069]", "", " ".join(lines)).replace("\u00a0", " ")


def boxes(svg: etree._ElementTree) -> Iterator[tuple[str, float, float, float, float]]:
    """Words, and the corners of what they may take, groups that are moved included."""
    for text in svg.iter(f"{SVG}text"):
        x, y, size = (float(text.get(name)) for name in ("x", "y", "font-size"))
        for group in text.iterancestors(f"{SVG}g"):
            if moved := re.match(r"translate\((\S+) (\S+)\)", group.get("transform", "")):
                x, y = x + float(moved[1]), y + float(moved[2])
        broad = lettering.width(text.text or "", size)
        x -= {"start": 0.0, "middle": broad / 2, "end": broad}[text.get("text-anchor", "start")]
        yield text.text or "", x, y - 0.8 * size, x + broad, y + 0.22 * size


def covered(found: list[tuple[str, float, float, float, float]]) -> list[tuple[str, str]]:
    """Texts that touch each other."""
    return [
        (a[0], b[0])
        for a, b in combinations(found, 2)
        if a[1] < b[3] - 0.1 and b[1] < a[3] - 0.1 and a[2] < b[4] - 0.1 and b[2] < a[4] - 0.1
    ]


# What is drawn


def test_a_timeline_has_each_row_once_in_the_order_of_time(drawn, kg, real):
    rows = answer(kg, real, "timeline")
    found = items(drawn("timeline", "--plot", "timeline"))
    assert sorted(map(str, found)) == sorted(map(str, rows))
    times = [(row["from"], row["to"]) for row in found]
    assert times == sorted(times)
    assert len(set(times)) > 4


def marks(path: Path) -> dict[str, etree._Element]:
    """The mark of each row of a timeline, by its first column."""
    found = {}
    for item in etree.parse(path).iterfind(f".//{SVG}g[@class='row']"):
        shapes = [e for e in item if e.get("stroke-width") == "1.4"]
        if (title := item.find(f"{SVG}title")) is not None:
            found[(title.text or "").split("\n")[0].split(": ")[1]] = shapes[0]
    return found


def test_marks_stand_where_their_times_are(kg, data):
    path = of_data(kg, data, EVENTS, "timeline")
    found = marks(path)
    year, month, instant = list(found.values())[:3]
    assert [e.tag.removeprefix(SVG) for e in (year, month, instant)] == ["rect", "rect", "polygon"]
    ends = [float(e.get("x")) + float(e.get("width")) for e in (year, month)]
    assert float(year.get("x")) < ends[0] < float(month.get("x")) < ends[1]
    # 2024 has 366 days, and February of 2025 twenty-eight.
    assert float(year.get("width")) / float(month.get("width")) == pytest.approx(366 / 28, 0.01)
    corners = [float(pair.split(",")[0]) for pair in instant.get("points").split()]
    assert float(month.get("x")) < sum(corners) / len(corners) < ends[1]
    assert "no date" in words_of(path)


def test_what_is_no_fact_is_hollow_and_what_is_inferred_dashed(drawn):
    path = drawn("timeline", "--plot", "timeline")
    for item in etree.parse(path).iterfind(f".//{SVG}g[@class='row']"):
        text = item.findtext(f"{SVG}title") or ""
        if "told: " not in text:
            continue
        row = dict(line.split(": ", 1) for line in text.split("\n"))
        shapes = [e for e in item if e.get("stroke-width") == "1.4"]
        filled = [e for e in shapes if e.get("fill") != "#ffffff"]
        assert bool(filled) == (row["told"] == "occurred"), row
        assert ("stroke-dasharray" in shapes[0].attrib) == (row["inferred"] == "true"), row


def test_the_legend_tells_facts_from_the_rest(drawn):
    shown = words_of(drawn("exercises", "--plot", "timeline"))
    assert " occurred invited, planned " in shown


def test_bars_are_as_long_as_their_numbers(drawn, kg, real):
    rows = answer(kg, real, "stances")
    parts = etree.parse(drawn("stances", "--plot", "bar")).iterfind(f".//{SVG}g[@class='row']")
    lengths: dict[str, float] = {}
    for part in parts:
        if title := part.findtext(f"{SVG}title"):
            row = dict(line.split(": ", 1) for line in title.split("\n"))
            (bar,) = part.iterfind(f"{SVG}rect")
            each = (float(bar.get("width")) + 2.4) / int(row["statements"])
            lengths[title] = each
    assert len(lengths) == len(rows)
    assert max(lengths.values()) - min(lengths.values()) < 0.1
    total = sum(int(row["statements"]) for row in rows if row["who"] == "Mohammad Baqeri")
    assert f" {total} " in words_of(drawn("stances", "--plot", "bar"))


def test_an_axis_of_whole_numbers_has_no_fractions(kg, data):
    query = "SELECT ?who (COUNT(?what) AS ?n) { ?what :by ?who } GROUP BY ?who ORDER BY ?who"
    shown = words_of(of_data(kg, data, query, "bar"))
    assert shown.startswith("Bar chart 0 1 2 n ")
    halves = of_data(kg, data, "SELECT * { VALUES (?what ?n) { ('a' 0.5) ('b' 2) } }", "bar")
    assert " 0 0.5 1 1.5 2 n " in words_of(halves)


def test_bars_grow_to_both_sides_of_zero(kg, data):
    path = of_data(kg, data, "SELECT ?what ?n { ?what :size ?n } ORDER BY ?n", "bar")
    bars = [e for e in etree.parse(path).iter(f"{SVG}rect") if e.get("stroke-width") == "1.4"]
    (zero,) = (e for e in etree.parse(path).iter(f"{SVG}line") if e.get("class") == "s-dim")
    sides = [float(bar.get("x")) > float(zero.get("x1")) for bar in bars]
    assert sides == [False, True, True, True]
    assert re.search(r" -1\.5 .* 0 .* 3 .* 12 ", words_of(path))


def test_a_graph_has_a_line_for_each_row_and_a_box_for_each_node(drawn, kg, real):
    rows = answer(kg, real, "stances")
    path = drawn("stances", "--plot", "graph")
    assert sorted(map(str, items(path))) == sorted(map(str, rows))
    boxed = [t.text for t in etree.parse(path).iterfind(f".//{SVG}g[@class='node']/{SVG}title")]
    assert sorted(boxed) == sorted({row[end] for row in rows for end in ("who", "target")})
    heads = list(etree.parse(path).iter(f"{SVG}polygon"))
    assert len(heads) == len(rows)


def test_lines_run_forward_and_back_and_to_themselves(kg, data):
    query = "CONSTRUCT { ?s :knows ?o } { ?s :knows ?o }"
    path = of_data(kg, data, query, "graph")
    assert sorted((row["from"], row["to"]) for row in items(path)) == [
        ("عبد الله الرئيسي", "محمد باقری"),
        ("محمد باقری", "عبد الله الرئيسي"),
        ("محمد باقری", "محمد باقری"),
    ]
    heads = [
        [float(pair.split(",")[0]) for pair in e.get("points").split()]
        for e in etree.parse(path).iter(f"{SVG}polygon")
    ]
    assert sorted(head[0] > head[1] for head in heads) == [False, False, True]


@pytest.mark.parametrize(("name", "figure"), QUERIES)
def test_no_words_cover_others(name, figure, drawn):
    svg = etree.parse(drawn(name, "--plot", figure))
    found = list(boxes(svg))
    broad, high = (float(svg.getroot().get(side)) for side in ("width", "height"))
    assert covered(found) == []
    assert all(
        x >= 0 and y >= 0 and right <= broad and low <= high for _, x, y, right, low in found
    )


@pytest.mark.parametrize("figure", ["timeline", "bar:what=what,count=n", "graph:from=what,to=kind"])
def test_no_words_cover_others_in_any_script(figure, kg, data):
    query = (
        "SELECT ?what ?when ?n ?kind { ?what :by ?kind ; :size ?n OPTIONAL { ?what :at ?when } }"
    )
    path = of_data(kg, data, query, figure)
    assert covered(list(boxes(etree.parse(path)))) == []
    shown = words_of(path).replace(" ", "")
    assert "دیدارسرلشکرباقری" in shown
    assert '<b>&"Jubilee"</b>' in shown
    assert "\ufffd" in shown  # what XML cannot hold


def test_words_that_cover_others_are_seen():
    svg = etree.ElementTree(
        etree.fromstring(
            f'<svg xmlns="{SVG[1:-1]}"><g transform="translate(5 0)"><text x="0" '
            'y="20" font-size="10">abc</text></g><text x="9" y="24" font-size="10">abc</text></svg>'
        )
    )
    assert covered(list(boxes(svg))) == [("abc", "abc")]


def test_every_figure_that_a_query_offers_is_tested():
    queries = named_queries([ROOT / "ontology/questions"]).values()
    heads = {
        q.name: read_header(
            q.path.read_text("utf-8"), q.name, {**PUBLISHED, "news": "", "text": ""}
        )
        for q in queries
    }
    offered = {(name, figure) for name, head in heads.items() for figure in head.plots}
    assert offered == set(QUERIES) - {("who-is-mentioned-in-how-many-articles", "bar")}


# Around the figure


def test_title_parameters_and_source_stand_in_the_figure(drawn, real):
    path = drawn(
        "timeline", "--agent", "abdullah-al-raisi", "--since", "2025-02-01", "--plot", "timeline"
    )
    shown, root = words_of(path), etree.parse(path).getroot()
    hash_ = json.loads((real.current / "manifest.json").read_text("utf-8"))["hash"]
    assert shown.startswith(
        "What happened, and what was said, in order of time "
        "agent abdullah-al-raisi · since 2025-02-01 "
    )
    assert shown.endswith(f"build {hash_[:16]} · 17 rows")
    assert root.findtext(f"{SVG}title") == "What happened, and what was said, in order of time"
    told = (root.findtext(f"{SVG}desc") or "").split("\n")
    assert told[1] == "A timeline of 17 rows, 2025-02-10 to 2025-02-11, in the order of time."
    assert told[2] == "2025-02-10: Arrival of Al Raisi in Tehran, February 2025 (event, occurred)"
    assert len(told) == 2 + 17 + 1
    assert (root.get("role"), root.get("lang")) == ("img", "en")


def test_columns_may_be_told_in_order_by_name_or_guessed(drawn, kg, real):
    by_place = drawn("meetings", "--plot", "timeline:day,participants")
    by_name = drawn("meetings", "--plot", "timeline:what=participants,when=day")
    query = (
        "SELECT ?who ?at { ?e a news:Meeting ; news:participant ?who ; news:time/text:value ?at }"
    )
    assert by_place.read_bytes() == by_name.read_bytes()
    assert "Who met whom" in words_of(by_place)
    assert "Mohammad Baqeri" in words_of(drawn(query, "--plot", "timeline"))


def luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_words_and_marks_can_be_read_on_light_and_dark_pages(drawn):
    """Contrast as WCAG 2.2 asks for it: 4.5 for words, 3 for marks."""
    svg = drawn("stances", "--plot", "bar").read_text("utf-8")
    dark = dict(re.findall(r"\.f-(\w+)\{fill:(#\w+)\}", svg))
    light = dict(re.findall(r'class="f-(\w+)" fill="(#\w+)"', svg))
    light |= dict(re.findall(r'class="s-\w+ f-(\w+)"[^>]* fill="(#\w+)"', svg))
    light |= {
        name: fill for fill, name in re.findall(r'fill="(#\w+)"[^>]* class="s-\w+ f-(\w+)"', svg)
    }
    for tones in (light, dark):
        paper = luminance(tones["paper"])
        assert len(tones) > 9
        for name, colour in tones.items():
            low, high = sorted((luminance(colour), paper))
            least = {"ink": 4.5, "dim": 4.5, "paper": 1, "grid": 1}.get(name, 3)
            assert (high + 0.05) / (low + 0.05) >= least, name


@pytest.mark.parametrize("suffix", [".svg", ".png", ".html"])
@pytest.mark.parametrize("figure", ["timeline", "bar:article,statements", "graph:article,day"])
def test_the_same_answer_gives_the_same_bytes(figure, suffix, kg, real, tmp_path):
    files = []
    for seed in ("1", "2"):
        path = tmp_path / f"{seed}{suffix}"
        env = {"PYTHONHASHSEED": seed, "TZ": f"UTC+{seed}", "LC_ALL": "C"}
        arguments = ("query", "articles", "--plot", figure, "-o", str(path))
        assert kg(*arguments, folder=real.folder, env=env).returncode == 0
        files.append(path.read_bytes())
    assert files[0] == files[1]
    assert len(files[0]) > 2000


def test_a_picture_has_two_pixels_to_a_point(drawn):
    svg = etree.parse(drawn("meetings", "--plot", "timeline")).getroot()
    png = drawn("meetings", "--plot", "timeline", suffix=".png").read_bytes()
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert int.from_bytes(png[16:20], "big") == 2 * float(svg.get("width"))
    assert abs(int.from_bytes(png[20:24], "big") - 2 * float(svg.get("height"))) <= 1


def test_a_page_has_the_figure_and_its_rows_and_needs_nothing_else(drawn, kg, real):
    path = drawn("meetings", "--plot", "timeline", suffix=".html")
    page = lxml_html.fromstring(path.read_bytes())
    rows = [[cell.text_content() for cell in row] for row in page.iterfind(".//tbody/tr")]
    said = kg("query", "meetings", "-F", "json", folder=real.folder).stdout
    bindings = json.loads(said)["results"]["bindings"]
    names = json.loads(said)["head"]["vars"]
    assert rows == [[row.get(name, {"value": ""})["value"] for name in names] for row in bindings]
    assert page.findtext(".//title") == "Who met whom, when and where"
    links = [
        *page.iterfind(".//*[@href]"),
        *page.iterfind(".//*[@src]"),
        *page.iterfind(".//script"),
    ]
    assert links == []
    policy = page.find(".//meta[@http-equiv='Content-Security-Policy']").get("content")
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"
    drawing = path.read_text("utf-8").partition("<figure>")[2].partition("</figure>")[0]
    assert etree.fromstring(drawing).tag == f"{SVG}svg"


# Times, letters, places


@pytest.mark.parametrize(
    ("text", "words", "days"),
    [
        ("2025-02-11", "2025-02-11", 1),
        ("2025-02-11+03:30", "2025-02-11", 1),
        ("2024-02", "2024-02", 29),
        ("2025-02-05:00", "2025-02", 28),
        ("2024", "2024", 366),
        ("9999-12", "9999-12", 31),
        ("2025-02-11T23:00:00Z", "2025-02-11 23:00 Z", 0),
        ("2025-02-11T23:00:05.5", "2025-02-11 23:00:05.5", 0),
        ("2024-10-01/2024-10-31", "2024-10", 31),
        ("2023-01-01/2023-12-31", "2023", 365),
        ("2024-10-02/2024-10-31", "2024-10-02 – 2024-10-31", 30),
        ("2024-10-31/2024-10-02", "2024-10-31 – 2024-10-02", 30),
    ],
)
def test_times_are_as_long_as_they_are_inexact(text, words, days):
    moment = moments.read_moment(text)
    assert moment is not None
    assert (moment.words, moment.end - moment.start) == (words, days)


@pytest.mark.parametrize(
    "text",
    ["", "soon", "2025-02-30", "2025-13", "0000", "-0500", "12025", "20250211", "2025-01-01/", "/"],
)
def test_what_is_no_time_is_none(text):
    assert moments.read_moment(text) is None


def test_a_zone_moves_an_instant():
    east, west = (
        moments.read_moment(f"2025-02-11T12:00:00{zone}") for zone in ("+03:30", "-01:00")
    )
    assert (west.start - east.start) * 24 == pytest.approx(4.5)


@pytest.mark.parametrize(
    ("first", "last", "shown"),
    [
        ("2023-05-08", "2025-02-12", ["2023-07", "2024-01", "2024-07", "2025-01"]),
        ("2024-09-10", "2024-12-10", ["2024-10", "2024-11", "2024-12"]),
        ("2025-02-10", "2025-02-12", ["2025-02-10", "2025-02-11", "2025-02-12", "2025-02-13"]),
        ("2025-02-11T10:00:00", "2025-02-11T13:30:00", ["10:00", "11:00", "12:00", "13:00"]),
        ("1200", "1999", ["1500", "2000"]),
    ],
)
def test_an_axis_has_few_round_marks(first, last, shown):
    start, end = moments.read_moment(first).start, moments.read_moment(last).end
    found = moments.ticks(start, end, 4)
    assert [tick.words for tick in found] == shown
    assert all(a.at < b.at for a, b in pairwise(found))


def test_lines_are_as_wide_as_their_room_and_lose_no_word():
    text = "the quick brown fox " * 5 + "Donaudampfschifffahrtsgesellschaftskapitän"
    lines = lettering.wrap(text, 100, 12, 99)
    assert all(lettering.width(line, 12) <= 100 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    cut = lettering.wrap(text, 100, 12, 2)
    assert len(cut) == 2
    assert cut[1].endswith("…")
    assert lettering.width(cut[1], 12) <= 100


def test_neighbours_move_as_little_as_they_must():
    assert spread([0, 100], [10, 10]) == [0, 100]
    assert spread([0, 0], [10, 10]) == [-5, 5]
    assert spread([0, 50, 51], [10, 10, 10]) == [0, 45.5, 55.5]


# What cannot be drawn


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["meetings", "--plot", "pie"],
            "Q630]: there is no figure `pie`, expected one of timeline, bar, graph",
        ),
        (
            ["meetings", "--plot", "bar"],
            "Q630]: a bar needs a column of numbers (`count`), found `meeting` (text), `day`",
        ),
        (
            ["meetings", "--plot", "timeline:place"],
            "Q630]: column `place` holds text, expected times as `when`",
        ),
        (["meetings", "--plot", "timeline:dya"], "Q630]: the answer has no column `dya`"),
        (["meetings", "--plot", "timeline:when=day,wat=place"], "Q630]: a timeline has no `wat`"),
        (["ASK {}", "--plot", "bar"], "Q630]: a truth value has no figure"),
        (
            ["CONSTRUCT WHERE { ?s a ?o }", "--plot", "bar"],
            "Q630]: a graph cannot be drawn as a bar",
        ),
        (
            ["SELECT ?a ?b { VALUES (?a ?b) {} }", "--plot", "graph"],
            "Q630]: there is nothing to draw: the answer has no rows",
        ),
        (
            ["SELECT ?s ?o { ?s ?p ?o }", "--plot", "graph"],
            "Q630]: the answer has more than 400 rows",
        ),
        (
            [
                'SELECT ?w ?n { VALUES (?w ?n) { ("a" 1e0) ("b" "INF"^^xsd:double) } }',
                "--plot",
                "bar",
            ],
            "Q630]: `INF` in column `n` has no length",
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_a_way_out(arguments, said, kg, real, tmp_path):
    path = tmp_path / "figure.svg"
    result = kg("query", *arguments, "-o", str(path), folder=real.folder)
    assert result.returncode == 2
    assert said in re.sub(r"\n +\|? *", " ", result.stderr)
    assert "= help: " in result.stderr
    assert not path.exists()


@pytest.mark.parametrize(
    ("asked", "help_"),
    [
        (("names", "timeline"), "`--plot bar` fits these columns; else name the column with"),
        (("meetings", "bar"), "`--plot timeline` fits these columns; else name the column with"),
        (("statements", "bar"), "help: name the column with"),
    ],
)
def test_the_figure_that_columns_fit_is_named(asked, help_, kg, real, tmp_path):
    name, figure = asked
    path = tmp_path / "figure.svg"
    result = kg("query", name, "--plot", figure, "-o", str(path), folder=real.folder)
    assert (result.returncode, path.exists()) == (2, False)
    assert help_ in " ".join(result.stderr.split())


def test_why_there_is_nothing_to_draw_is_told(kg, real, tmp_path):
    path = tmp_path / "figure.svg"
    line = ("query", "meetings", "--since", "2099-01-01", "--plot", "timeline", "-o", str(path))
    result = kg(*line, folder=real.folder)
    assert (result.returncode, path.exists()) == (2, False)
    reason, error = result.stderr.split("\n\n")[:2]
    assert "note[Q626]: no row passes this FILTER" in reason
    assert "without this FILTER there are 5 rows" in reason
    assert "Q630]: there is nothing to draw" in error


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "--plot needs a file: -o FILE.svg, FILE.png or FILE.html"),
        (["-o", "figure.pdf"], "Q607]: the extension of `figure.pdf` names no picture"),
        (["-o", "figure.svg", "-F", "csv"], "--plot draws what -F and --evidence write"),
        (["-o", "figure.svg", "--evidence"], "--plot draws what -F and --evidence write"),
    ],
)
def test_a_figure_needs_a_file_of_its_own(options, said, kg, real):
    result = kg("query", "meetings", "--plot", "timeline", *options, folder=real.folder)
    assert result.returncode == 2
    assert said in result.stderr
    assert not list(real.folder.glob("figure.*"))


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("plot bar: what=thing count=n", "column `thing` of figure `bar` is not in the query"),
        ("plot bar: what=what size=n", "a bar has no `size`, expected one of what, count, kind"),
        ("plot pie: what=what", "there is no figure `pie`, expected one of timeline, bar, graph"),
        ("plot bar:", "figure `bar` has no columns, expected `ROLE=COLUMN`"),
    ],
)
def test_a_head_that_says_something_else_is_refused(head, said, kg, data):
    query = data.with_name("q.rq")
    query.write_text(f"# title: T\n# {head}\nSELECT ?what ?n {{ ?what :size ?n }}")
    arguments = ("query", "--data", str(data), "-f", str(query), "-F", "csv")
    result = kg(*arguments, folder=data.parent)
    assert result.returncode == 1
    assert f"error[Q611]: {said}" in result.stderr
    assert f"  --> {query}:2:1\n" in result.stderr


def test_a_column_that_is_told_may_be_empty(kg, data):
    query = "SELECT ?what ?day ?n { ?what :by ?who OPTIONAL { ?what :never ?day, ?n } }"
    shown = words_of(of_data(kg, data, query, "timeline:when=day,what=what"))
    assert "no date" in shown
    assert "שיחות שלום" in shown
    shown = words_of(of_data(kg, data, query, "bar:count=n,what=what"))
    assert shown.count(" 0 ") == 5


def test_a_limit_holds_for_figures(kg, data):
    arguments = ("query", "--data", str(data), EVENTS, "--plot", "timeline", "-o", "f.svg")
    result = kg(*arguments, "--limit", "2", "--time", folder=data.parent)
    assert (result.returncode, result.stdout) == (0, "")
    assert "note[Q616]" in result.stderr
    assert "2 rows" in result.stderr
    assert words_of(data.with_name("f.svg")).endswith("data.ttl · 2 rows")


def test_the_list_of_queries_tells_their_figures(kg, real):
    listed = json.loads(kg("query", "--list", "-F", "json", folder=real.folder).stdout)
    figures = {query["name"]: query["figures"] for query in listed}
    assert (figures["stances"], figures["names"]) == (["graph", "bar"], [])


# In a browser

MEASURE = """
<script>
const boxes = [...document.querySelectorAll("svg text")].map(t => {
  const b = t.getBoundingClientRect();
  return [t.textContent, b.left, b.top, b.right, b.bottom];
});
document.body.innerHTML = "<pre>" + JSON.stringify(boxes).replaceAll("<", "\\\\u003c") + "</pre>";
</script>
"""


def measured(path: Path) -> list[tuple[str, float, float, float, float]]:
    """The words of a page, and where a browser writes them with its own fonts."""
    page = path.with_name(f"measured-{path.name}")
    page.write_text(
        re.sub('<meta http-equiv="Content-Security[^>]*>', "", path.read_text("utf-8")) + MEASURE,
        encoding="utf-8",
    )
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"]
    done = subprocess.run(
        [*command, page.as_uri()], capture_output=True, text=True, timeout=120, check=True
    )
    found = re.search(r"<pre>(.*)</pre>", done.stdout, re.DOTALL)
    return [tuple(box) for box in json.loads(html.unescape(found[1]))]


@pytest.mark.parametrize(("name", "figure"), QUERIES)
def test_no_words_cover_others_in_a_browser(name, figure, drawn):
    found = measured(drawn(name, "--plot", figure, suffix=".html"))
    inset = [(words, x, y + 1.5, right, low - 1.5) for words, x, y, right, low in found]
    assert len(inset) > 10
    assert covered(inset) == []


@pytest.mark.parametrize("figure", ["timeline", "graph:from=what,to=kind"])
def test_letters_of_a_browser_have_room(figure, kg, data):
    path = of_data(kg, data, EVENTS, figure, ".html")
    svg = path.read_text("utf-8").partition("<figure>")[2].partition("</figure>")[0]
    reserved = [right - x for _, x, _, right, _ in boxes(etree.ElementTree(etree.fromstring(svg)))]
    taken = [right - x for _, x, _, right, _ in measured(path)]
    assert len(taken) == len(reserved) > 8
    assert all(own <= room + 0.5 for own, room in zip(taken, reserved, strict=True))
