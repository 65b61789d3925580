"""The promises that the fuzzer holds the engine to, with inputs made up by hypothesis."""

from __future__ import annotations

import importlib.util
from datetime import date
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

_PATH = Path(__file__).parent / "fuzz" / "invariants.py"
_SPEC = importlib.util.spec_from_file_location("invariants", _PATH)
assert _SPEC
assert _SPEC.loader
promises = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(promises)

TEXT = st.text(st.sampled_from("ab c,.…-–'’“”\u00a0\u0301\n\r1é🌍\u200f"), max_size=40)
_SIGNS = [*"ab: -\n\"'#[]{},|>&*!?%@`~\t0é🌍\\", r"\ud83c\udf0c", r"\ud83c", r"\udf0c"]
YAML = st.lists(st.sampled_from(_SIGNS), max_size=60).map("".join)
PARTS = [
    "on",
    "last",
    "next",
    "early",
    "Monday",
    "may",
    "12",
    "Feb",
    "2024",
    "2025-02-12",
    "evening",
]
WORDS = st.lists(st.sampled_from(PARTS)).map(" ".join)


@given(YAML)
def test_documents(text: str) -> None:
    promises.yaml_document(text.encode())


@given(st.binary(max_size=60))
def test_documents_of_any_bytes(content: bytes) -> None:
    promises.yaml_document(content)


@given(TEXT, TEXT)
def test_quotes(words: str, text: str) -> None:
    promises.folding(text)
    promises.quote(words, text)


@given(TEXT, st.integers(0, 40), st.integers(1, 40))
def test_words_of_the_text_itself(text: str, start: int, length: int) -> None:
    promises.quote(text[start : start + length], text)


@given(WORDS, st.one_of(st.none(), st.dates()))
def test_time_expressions(words: str, anchor: date | None) -> None:
    promises.time_expression(words, anchor)


@given(st.text(st.sampled_from("SELECT WHERE{}()?xa:<>'\"\\#.;,/|^*+! \n"), max_size=60))
def test_queries(text: str) -> None:
    promises.sparql(text)
