"""Sentences: the five articles by hand, hard cases in a table, properties of made-up texts."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.text.quotes import Span
from kg.text.sentences import split, words

SEEDS = Path(__file__).parent.parent / "seeds"


def sentences(text: str) -> list[str]:
    return [span.exact(text) for span in split(text)]


# ---------------------------------------------------------------- the articles, split by hand

# How each sentence begins and ends; together with the properties below this fixes every boundary.
BY_HAND = {
    "000": [
        ("date 2025-02-12 TEHRAN – Senior", "the two nations."),
        ("During a meeting in the Iranian capital", "bilateral and regional levels."),
        ("The Omani military chief also met", "on Tuesday evening."),
        ("The discussions between the two sides", "mutual respect and trust."),
        ("Officials from both countries", "historical and social bonds."),
        ("They also emphasized", "defense and security."),
        ("In their meetings", "issues of mutual interest."),
        ("They also discussed", "stability in the region."),
        ("Vice Admiral Al Raisi arrived", "Iranian Armed Forces."),
        ("Back in October 2024", "Strait of Hormuz."),
        ("Held within Oman’s", "established training plan."),
    ],
    "001": [
        ("date 2023-05-08 Major General", "early on Monday."),
        ("Major General Bagheri thanked", "brotherly and deep-rooted."),
        ("Describing the Persian Gulf", "in recent years."),
        ("Pointing to the friendly ties", "field of counternarcotics."),
        ("Defense cooperation between", "naval joint drills."),
        ("He underscored that", "training, and operation."),
        ("Bagheri also called", "sovereignty is clear."),
        ("Khamis Arraisi, for his part", "can be ensured."),
        ("Expressing satisfaction", "regional security."),
    ],
    "002": [
        ("Major General Bagheri made", "that country’s ports."),
        ("“In recent years", "increased greatly,” Gen. Bagheri said."),
        ("The Chief of General Staff of the Iranian Armed Forces emph", "including Oman."),
        ("Therefore, we are ready", "this sinister phenomenon.”"),
        ("“Foreigners always try", "the top Iranian general continued."),
        ("“The relations between", "Major General\u00a0Bagheri further pointed out."),
        ("The Chief of General Staff of the Iranian Armed Forces invited", "the two countries."),
        ("Shihab bin Tariq Al Said, for his part", "Sultan of Oman to Iran.”"),
        ("The Omani official stated", "threats through cooperation.”"),
        ("The Deputy Prime Minister of Oman", "your experiences and facilities.”"),
        ("Elsewhere in his remarks", "to prevail in this region.”"),
        ("The Omani official concluded", "between the two sides.”"),
    ],
    "003": [
        ("Iranian military chief urges", "unity to confront Israel"),
        ("Iran’s Chief of Staff", "among regional countries."),
        ("Baqeri made the remarks", "in Tehran, IRNA reported."),
        ("During the meeting", "from the Gaza Strip."),
        ("US President Donald Trump", "“we just clean out that whole thing.”"),
        ("He added that", "population of 2.3 million could be temporary or long term."),
        ("Trump’s plan", "the region’s Arab states."),
        ("Baqeri said that ties", "more than ever."),
        ("He also underlined", "ensure maritime security."),
        ("Iran and Oman share", "Gulf of Oman."),
        ("Baqeri invited Oman", "hosted by Iran."),
        ("Back in October 2024", "Strait of Hormuz."),
        ("The Omani official, for his part", "maritime security police."),
        ("Al Raisi underlined", "among regional countries."),
    ],
    "004": [
        ("TEHRAN – Iran’s highest-ranking", "is regional unity."),
        ("Major General Mohammad Baqeri", "Oman’s Armed Forces."),
        ("The meeting took place", "regional security concerns."),
        ('Describing Israel as an "occupying and terrorist regime," Gen', "regional stability."),
        ("“Given the barbaric", "of the region,” he stated."),
        ("Baqeri also highlighted", "“historical and continuously developing.”"),
        ("While noting that", "current geopolitical climate."),
        ("A key focus", "Sea of Oman."),
        ("Baqeri underscored", "safety of regional waters."),
        ("To this end", "among regional navies."),
        ("The Iranian general also", "broader defense cooperation."),
        ("“There are numerous areas", "exercises,” Baqeri noted."),
        ("For his part", "nations that inhabit it."),
        ("“The countries of this region", "against external interference."),
        ("Al Raisi also acknowledged", "is built on “mutual trust.”"),
        ("He reiterated", "and economic stability."),
        ("Al Raisi arrived", "Major General Baqeri."),
        ("During his visit", "Iranian military commanders."),
    ],
}


@pytest.mark.parametrize("number", BY_HAND)
def test_articles_are_split_as_by_hand(number: str):
    (path,) = SEEDS.glob(f"{number}_*.txt")
    found = sentences(path.read_bytes().decode("utf-8"))
    expected = BY_HAND[number]
    ends = [
        (sentence[: len(head)], sentence[-len(tail) :])
        for sentence, (head, tail) in zip(found, expected, strict=False)
    ]
    assert ends == expected
    assert len(found) == len(expected)


# ---------------------------------------------------------------- hard cases; `|` is the boundary

CASES = [
    # titles, ranks, initials
    "“It grew,” Gen. Bagheri said.|He left.",
    "Maj. Gen. Holm met Adm. Brandt and Lt. Col. Roe.|They spoke.",
    "Gen.\u00a0Holm spoke.|Mr. Roe and Dr. Poe did not.",
    "Mrs. The spoke.|Prof. J. R. Poe wrote it.|J. Roe read it.",
    "It was plan B.|The other failed.",
    # abbreviations
    "The U.S. Navy left.|It was in the U.S.|The navy left.",
    "Ships, e.g. Oman’s, came (cf. Roe).|See i.e. Poe.",
    "He paid Roe Inc. Tuesday.|He works for Roe Inc.|She does not.",
    "At 6 p.m. Monday it began.|It ended at 9 p.m. Nobody knew.",
    "At 6 p.m.|It began.",
    "On Feb. 12 it began.|It ended in Dec.|They left.",
    "It is No. 5 of No. 7.|No.|It is not.",
    "WASHINGTON, D.C. – The drill began.|It ended.",
    "TEHRAN, Feb. 12 (IRNA) – The drill began.",
    "TEHRAN – Senior officials met.|They spoke.",
    # numbers
    "It rose by 2.3 million.|It fell by 1,000.50 in 2023.|300 stayed.",
    "1. Ports are open.|2. Roads are not.",
    # quotations
    "“We left,” he said.|“We came.”|He smiled.",
    "He said, “We left.|Therefore, we are here.|We stay.”|Roe agreed.",
    'He said, "We left. |We stay." |Roe called it "so.", and went.',
    "“Is it so?” he asked.|“Stop!” she said.",
    "“I was told, ‘Go.’”|He went.",
    "He called it “the U.S.”|Roe agreed.",
    "“I was told, ‘Go.’\u00a0”|He went.",
    "He called it “mutual trust”.|It is not.",
    "(He left.)|[She came.]|They met.",
    "«\u00a0Go.\u00a0»|He went.",
    "«\u00a0On part.\u00a0»|«\u00a0Bien.\u00a0»",
    # ellipses
    "He waited…|Then he left.|She waited...|They left.",
    "“We will … Iran and Oman ... go on.”|He left.",
    "... and so on.|… The rest is known.",
    "He waited… and left.",
    # other marks, white space
    "Really?!|Yes!|No?|– It is.",
    "It is over.|– Roe.",
    "One.\u00a0|Two.\u202f|Three.\u2003|Four.\t|Five.",
    "Tehran.ir is a site.|Version 2.Final is out.",
    "he left. then he came.",
    # line ends
    "Headline without stop|\nFirst line.|\r\nSecond line,|\rwhich goes on|\u2028and on.|\n\n",
    "First.|\n\n  \n|  Last.  ",
    "",
    " \n\u00a0\n",
]


@pytest.mark.parametrize("marked", CASES)
def test_hard_cases(marked: str):
    expected = [part.strip() for part in marked.split("|") if part.strip()]
    parts = marked.split("|")
    text = "".join(part + (" " if part and not part[-1].isspace() else "") for part in parts)
    assert sentences(text) == expected


def test_what_is_a_word():
    text = "“Iran’s US-Israeli plan” – 2.3 million (1,000) … don't, No. 5."
    found = [span.exact(text) for span in words(text, Span(0, len(text)))]
    assert found == ["Iran’s", "US-Israeli", "plan", "2.3", "million", "1,000", "don't", "No", "5"]
    assert [span.exact(text) for span in words(text, Span(8, 18))] == ["US-Israeli"]


# ---------------------------------------------------------------- properties

PIECES = st.sampled_from(
    [
        *" \n\u00a0\u2028\t.!?…,;:“”‘’\"'()[]–-«»",
        "...",
        ". ",
        ".” ",
        "Gen. ",
        "U.S. ",
        "No. 5",
        "Iran ",
        "he ",
        "He ",
        "I. ",
        "2.3",
        "伊朗。",
        "É. ",
        "\r\n",
        "\u200b",
        "🎉",
    ]
)
TEXTS = st.lists(PIECES, max_size=40).map("".join) | st.text(max_size=60)


@given(TEXTS)
def test_sentences_are_ordered_disjoint_trimmed_and_hold_everything(text: str):
    found = split(text)
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert all(span.exact(text) == span.exact(text).strip() != "" for span in found)
    held = {at for span in found for at in range(span.start, span.end)}
    assert {at for at, char in enumerate(text) if not char.isspace()} <= held


@given(TEXTS)
def test_no_sentence_runs_over_a_line_end(text: str):
    assert all(len(sentence.splitlines()) == 1 for sentence in sentences(text))


@given(TEXTS, TEXTS)
def test_a_line_is_split_by_itself(one: str, other: str):
    assert sentences(f"{one}\n{other}") == sentences(one) + sentences(other)


@given(TEXTS)
def test_a_sentence_that_ends_before_the_next_has_a_letter_and_a_mark(text: str):
    for line in text.splitlines():
        for sentence in sentences(line)[:-1]:
            assert any(char.isalpha() for char in sentence)
            assert sentence.rstrip("”’»\"')]\u00a0\u2009\u202f")[-1] in ".!?…"


@pytest.mark.parametrize(
    "piece", [".", "1. ", "Gen. ", "“", ".” ", "a", "a.", "… ", "He left. ", ". ", "'", "”\u00a0"]
)
def test_time_is_linear_whatever_the_text(piece: str):
    text = piece * (400_000 // len(piece))
    start = time.perf_counter()
    split(text)
    assert time.perf_counter() - start < 5
