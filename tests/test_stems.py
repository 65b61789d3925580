"""Names of articles as people type them."""

from __future__ import annotations

import pytest

from kg.diagnostics import Misuse
from kg.project.stems import find_stem

KNOWN = ["authority", "001_e03186", "002_f67444", "002_f6"]


@pytest.mark.parametrize(
    ("word", "stem"),
    [
        ("001", "001_e03186"),
        ("mappings/001_e03186.yaml", "001_e03186"),
        ("002_f6", "002_f6"),
        ("002_f67", "002_f67444"),
        ("auth", "authority"),
    ],
)
def test_a_unique_beginning_is_enough(word: str, stem: str) -> None:
    assert find_stem(word, KNOWN) == stem


@pytest.mark.parametrize(("word", "said"), [("00", "could"), ("9", "no mapping"), ("", "no map")])
def test_what_fits_none_or_several_is_refused(word: str, said: str) -> None:
    with pytest.raises(Misuse, match=f"S101 .*{said}"):
        find_stem(word, KNOWN)
