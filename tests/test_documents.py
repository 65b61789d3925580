"""Strict YAML: every key and value with its place, nothing guessed, nothing silently dropped."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kg.diagnostics import Findings, Location
from kg.project.documents import MAX_DEPTH, List, Map, Node, Text, decode, read_yaml


def read(text: str | bytes) -> tuple[Map | None, list[str]]:
    findings = Findings()
    content = text if isinstance(text, bytes) else text.encode()
    return read_yaml(content, "m.yaml", findings), [finding.code for finding in findings]


def plain(node: Node | None) -> object:
    """A tree without its places."""
    if isinstance(node, Map):
        return {key.text: plain(value) for key, value in node.pairs}
    if isinstance(node, List):
        return [plain(item) for item in node.items]
    return node.text if node else None


def test_every_scalar_is_the_text_that_was_written() -> None:
    """What YAML 1.1 would guess to be false, a date, a sexagesimal or octal number, null."""
    text = "[no, 2025-02-12, 12:30, 0123, ~, null, 1e3, 0x1F, .inf, 'yes', \"a\\tb\", =, <<]"
    root, codes = read(f"a: {text}")
    assert codes == []
    guessed = ["no", "2025-02-12", "12:30", "0123", "~", "null", "1e3", "0x1F", ".inf"]
    values = [*guessed, "yes", "a\tb", "=", "<<"]
    assert plain(root) == {"a": values}


def test_keys_are_text_too() -> None:
    assert plain(read("no: 1\n2025-02-12: 2\n12:30: 3\n~: 4\n")[0]) == {
        "no": "1",
        "2025-02-12": "2",
        "12:30": "3",
        "~": "4",
    }


def test_a_character_may_be_written_as_json_writes_it() -> None:
    """Only in double quotation marks, and not behind a backslash that is escaped."""
    pair = r"\ud83c\udf0c"
    text = rf"""{{"{pair}": "a{pair}\\ud83c{pair}b\/", c: '{pair}', d: {pair}, "e": "{pair} 
        \uD83D\uDD2D"}} # {pair}"""
    root, codes = read(text)
    assert codes == []
    assert plain(root) == {
        "🌌": "a🌌\\ud83c🌌b/",
        "c": pair,
        "d": pair,
        "e": "🌌  🔭",
    }
    assert root
    assert (root.pairs[1][0].place.line, root.pairs[1][0].place.column) == (1, 57)


@pytest.mark.parametrize(
    "half", [r"\ud83c", r"\udf0c", r"\udf0c\ud83c", r"\ud83cx\udf0c", r"\U0000d83c"]
)
def test_half_a_character_is_refused(half: str) -> None:
    findings = Findings()
    whole = r"\ud83d\udd2d"
    assert read_yaml(f'a: "{whole}{half}"'.encode(), "m.yaml", findings) is None
    (found,) = findings
    assert (found.code, found.place.column) == ("D103", 17)  # type: ignore[union-attr]
    assert found.message.endswith(" is half a character")
    assert found.help == "write the character itself, or both of its halves"


def test_places_are_those_of_the_characters() -> None:
    root, _ = read("événements:\n  - mot: “ça va”\n    list: [a, 'b']\n")
    assert root is not None
    key, entries = root.pairs[0]
    assert key.place == Location("m.yaml", 1, 1, 1, 11)
    assert isinstance(entries, List)
    entry = entries.items[0]
    assert isinstance(entry, Map)
    assert entry.get("mot") == Text("“ça va”", Location("m.yaml", 2, 10, 2, 17))
    assert entry.key("list") == Text("list", Location("m.yaml", 3, 5, 3, 9))
    second = entry.get("list")
    assert isinstance(second, List)
    assert second.place == Location("m.yaml", 3, 11, 3, 19)
    assert second.items[1] == Text("b", Location("m.yaml", 3, 15, 3, 18))
    assert entry.get("other") is None
    assert entry.key("other") is None


def test_long_values_may_run_over_lines() -> None:
    root, codes = read("quote: one\n  two\n\n  three\n")
    assert (plain(root), codes) == ({"quote": "one two\nthree"}, [])


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n", "\n\n"])
def test_an_empty_file_is_an_empty_mapping_or_told(text: str) -> None:
    root, codes = read(text)
    assert (plain(root), codes) in (({}, []), (None, ["D105"]))


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("a: 1\na: 2\n", ["D102"]),
        ("a: {b: 1, b: 2}\nc: {d: 1, 'd': 2, \"d\": 3}\n", ["D102"] * 3),
        ("a: &x 1\nb: *x\n", ["D104", "D104"]),
        ("a: !!str 1\nb: !own 2\n", ["D104", "D104"]),
        ("a: |\n  b\nc: >\n  d\n", ["D104", "D104"]),
        ("a: 1\n---\nb: 2\n", ["D104"]),
        ("- a\n", ["D105"]),
        ("just text\n", ["D105"]),
        ("? [a, b]\n: c\n", ["D105"]),
        ("? {a: b}\n: c\n", ["D105"]),
        ("a: {'': b, ' ': c}\n", ["D105"] * 2),
        ("a: [1, 2\n", ["D103"]),
        ("a: b: c\n", ["D103"]),
        ("a: 'b\n", ["D103"]),
        ('a: "\\q"\n', ["D103"]),
        ("a:\n\tb: 1\n", ["D103"]),
        ("%YAML 9.9\n---\na: 1\n", ["D103"]),
        ("a: @b\n", ["D103"]),
        ("a: \x07\n", ["D103"]),
        ("a: " + "[" * (MAX_DEPTH + 2) + "]" * (MAX_DEPTH + 2), ["D104"]),
        ("{" * 5000, ["D104"]),
        (b"a: \xff\n", ["D101"]),
        (b"\xef\xbb\xbfa: 1\n", ["D101"]),
        ("a: 1".encode("utf-16"), ["D101"]),
        (b"a: \x00\n", ["D101"]),
    ],
)
def test_what_is_refused(text: str | bytes, codes: list[str]) -> None:
    assert read(text)[1] == codes


def test_nesting_up_to_the_limit_is_read() -> None:
    depth = MAX_DEPTH - 1
    assert read("a: " + "[" * depth + "]" * depth)[1] == []


def test_both_places_of_a_duplicate_key_are_told() -> None:
    findings = Findings()
    read_yaml(b"a: 1\nb: 2\na: 3\n", "m.yaml", findings)
    (found,) = findings
    assert found.place == Location("m.yaml", 3, 1, 3, 2)
    assert found.related == (("first used here", Location("m.yaml", 1, 1, 1, 2)),)


def test_the_place_of_a_bad_byte_counts_characters() -> None:
    findings = Findings()
    assert decode("é: 1\r\n“x” ".encode() + b"\xe9", "m.yaml", findings) is None
    assert [finding.place for finding in findings] == [Location("m.yaml", 2, 5)]


WORDS = st.text(st.sampled_from("ab:-#[]{}&*!|>'\"%@`, \n\té…\u2028\\?~<="), max_size=40)


@given(WORDS)
@example("? \n: ")
@example("- - - a")
@example("a: !<tag> b")
def test_no_text_ends_in_a_traceback(text: str) -> None:
    root, codes = read(text)
    assert root is not None or codes
    assert set(codes) <= {"D101", "D102", "D103", "D104", "D105"}


@given(st.binary(max_size=60))
def test_no_bytes_end_in_a_traceback(content: bytes) -> None:
    root, codes = read(content)
    assert root is not None or codes
