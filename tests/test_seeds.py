"""The articles are given: byte for byte those of the suite, and read without a change."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from kg.diagnostics import Findings
from kg.project.seeds import read_seed

DIGESTS = {
    "000_ad8a7268f9b90791.txt": "07b368918bffbeed678c402a5bb59500f37fb8ad26cca107e384371208e62725",
    "001_e03186edf4a8495b.txt": "8d5d722b1ee84f2e510a4a48791c1f1055eac9eb8c11f3fccf2ca9df696e5321",
    "002_f6744408a5accc09.txt": "d72dc1f094e02937df511c8710646de161a60798b90501231b8062de15989ed9",
    "003_73cb7c800c9f6d9a.txt": "cef05e0bb00e846e61a5870481bb47f60d83a3b426eaaf50f4dfe6adbb98327b",
    "004_9614a30015a03f39.txt": "3c851e129e9ebbb2dbfa7fcf324bb0ea3f64f389b1956084e86556a488860951",
}


def test_articles_are_untouched(root: Path) -> None:
    files = (root / "seeds").glob("*.txt")
    found = {path.name: sha256(path.read_bytes()).hexdigest() for path in files}
    assert found == DIGESTS


def test_text_is_the_bytes_decoded(root: Path) -> None:
    for name, digest in DIGESTS.items():
        content = (root / "seeds" / name).read_bytes()
        seed = read_seed(content, Path(name).stem, f"seeds/{name}", Findings())
        assert seed is not None
        assert (seed.stem, seed.sha256) == (Path(name).stem, digest)
        assert seed.text.encode() == content


@pytest.mark.parametrize("text", ["a\r\nb", "a\rb\n", "\u00a0a\u2028b", "e\u0301", "\U0001f52d"])
def test_nothing_is_normalised(text: str) -> None:
    seed = read_seed(text.encode(), "s", "seeds/s.txt", Findings())
    assert seed is not None
    assert seed.text == text


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "S101"),
        (b" \n\t\xc2\xa0\n", "S101"),
        (b"caf\xe9", "D101"),
        (b"\xff\xfea\x00", "D101"),
        (b"\xef\xbb\xbftext", "D101"),
        (b"a\x00b", "D101"),
        (b"\xed\xa0\x80", "D101"),
    ],
)
def test_what_is_no_text_is_refused(content: bytes, code: str) -> None:
    findings = Findings()
    assert read_seed(content, "s", "seeds/s.txt", findings) is None
    assert [finding.code for finding in findings] == [code]
