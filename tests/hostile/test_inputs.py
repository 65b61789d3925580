"""Hostile and broken inputs: each is refused with its code and place by a build and by a check,
and nothing in the project changes."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

MAPPING, SEED = "mappings/tower.yaml", "seeds/tower.txt"
AUTHORITY, ONTOLOGY = "mappings/authority/all.yaml", "ontology/club.ttl"
SHAPES, SETTINGS = "ontology/shapes/club.ttl", "kg.toml"
TURTLE = """
@prefix club: <https://example.org/case/ontology#> .
@prefix text: <https://example.org/newskg/text#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
BUILTIN = 'base = "https://example.org/case/"\n[namespaces]\n'
CLUB = 'club = "https://example.org/case/ontology#"\n'
TEXT = 'text = "https://example.org/newskg/text#"\n'


def link(target: str) -> Callable[[Path], None]:
    """A symbolic link."""
    return lambda path: path.symlink_to(target)


def folder(path: Path) -> None:
    """A folder where a file should be."""
    path.mkdir()


def fifo(path: Path) -> None:
    """A pipe, which nobody writes to: reading it would never end."""
    os.mkfifo(path)


def listener(path: Path) -> None:
    """A socket."""
    before = Path.cwd()
    os.chdir(path.parent)  # names of sockets are short
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(path.name)
    os.chdir(before)


def sparse(path: Path) -> None:
    """A file of eight gigabytes that takes no room."""
    with path.open("wb") as stream:
        stream.truncate(8 << 30)


def event(text: str) -> str:
    """A mapping whose one entry has these lines."""
    return (
        "events:\n  meeting:\n    a: Meeting\n"
        "    quote: Ada Brandt met Iven Holm at the old tower\n" + text
    )


# name -> files, and what must be among the errors
TEXTS = {
    "utf-16": ({MAPPING: "article:\n".encode("utf-16")}, f"D101 {MAPPING}:1:1"),
    "utf-32": ({MAPPING: "article:\n".encode("utf-32")}, f"D101 {MAPPING}:1:1"),
    "latin-1": ({MAPPING: "# caf\xe9\n".encode("latin-1")}, f"D101 {MAPPING}:1:6"),
    "latin-1-article": ({SEED: b"A caf\xe9.\n"}, f"D101 {SEED}:1:6"),
    "cut-inside-a-character": ({SEED: "A café".encode()[:-1]}, f"D101 {SEED}:1:6"),
    "overlong-utf-8": ({MAPPING: b"a: \xc0\xaf\n"}, f"D101 {MAPPING}:1:4"),
    "surrogates-in-utf-8": ({MAPPING: b"a: \xed\xa0\x80\n"}, f"D101 {MAPPING}:1:4"),
    "byte-order-mark": ({MAPPING: b"\xef\xbb\xbfarticle:\n"}, f"D101 {MAPPING}:1:1"),
    "byte-order-mark-article": ({SEED: b"\xef\xbb\xbfWords.\n"}, f"D101 {SEED}:1:1"),
    "byte-order-mark-inside": ({MAPPING: "a: \ufeffb\nzz: 1\n"}, f"M201 {MAPPING}:2:1"),
    "crlf": ({MAPPING: "a: 1\r\n\r\nzz: 2\r\n"}, f"M201 {MAPPING}:3:1"),
    "cr-alone": ({MAPPING: "a: 1\r\rzz: 2\r"}, f"M201 {MAPPING}:3:1"),
    "next-line-characters": (
        {MAPPING: "# a\u0085# b\u2028# c\u2029\nzz: 2\n"},
        f"M201 {MAPPING}:2:1",
    ),
    "nul": ({MAPPING: b"a: \x00\n"}, f"D101 {MAPPING}:1:4"),
    "nul-article": ({SEED: b"Words\x00.\n"}, f"D101 {SEED}:1:6"),
    "control-characters": ({MAPPING: "a: 1\nb: \x07\n"}, f"D103 {MAPPING}:2:4"),
    "not-a-character": ({MAPPING: "é: 1\nb: \ufffe\n"}, f"D103 {MAPPING}:2:4"),
    "empty-article": ({SEED: b""}, f"S101 {SEED}"),
    "white-article": ({SEED: " \n\t\u00a0\u2028\n"}, f"S101 {SEED}"),
    "binary": ({MAPPING: bytes(range(256)) * 40}, f"D101 {MAPPING}"),
    "binary-article": ({SEED: bytes(range(255, -1, -1)) * 40}, f"D101 {SEED}:1:1"),
    "gzip": ({MAPPING: b"\x1f\x8b\x08\x00\x00\x00\x00\x00"}, f"D101 {MAPPING}:1:2"),
    "ten-megabyte-line": ({MAPPING: event(f"    label: {'x' * 10_000_000}\n")}, f"D107 {MAPPING}"),
    "megabyte-quote": ({MAPPING: event(f"    place: {'x ' * 500_000}\n")}, f"M203 {MAPPING}:5:12"),
    "ten-megabyte-turtle": (
        {ONTOLOGY: f'{TURTLE}club:a club:b "{"x" * 10_000_000}'},
        f"O101 {ONTOLOGY}",
    ),
    "eight-gigabytes": ({MAPPING: sparse}, f"D107 {MAPPING}"),
    "eight-gigabyte-article": ({SEED: sparse}, f"D107 {SEED}"),
    "eight-gigabyte-ontology": ({ONTOLOGY: sparse}, f"D107 {ONTOLOGY}"),
    "eight-gigabyte-settings": ({SETTINGS: sparse}, f"D107 {SETTINGS}"),
}

YAML = {
    "tab": ("article:\n\tdate: x\n", "D103 {}:2:1"),
    "tab-behind-spaces": ("article:\n  \tdate: x\n", "D103 {}:2:3"),
    "duplicate-key": ("article:\n  date: x\n  date: y\n", "D102 {}:3:3"),
    "duplicate-section": ("events:\nevents:\n", "D102 {}:2:1"),
    "duplicate-key-quoted": ("'events': []\n\"events\": []\n", "D102 {}:2:1"),
    "anchor": ("events: &a []\n", "D104 {}:1:9"),
    "alias": ("events: &a []\nremarks: *a\n", "D104 {}:2:10"),
    "alias-of-nothing": ("events: *gone\n", "D104 {}:1:9"),
    "alias-as-key": ("&a b: 1\n*a : 2\n", "D104 {}:2:1"),
    "alias-of-itself": ("events: &a [*a]\n", "D104 {}:1:13"),
    "alias-bomb": (
        "a: &a [x, x]\n" + "".join(f"b{n}: &b{n} [{', '.join(['*a'] * 9)}]\n" for n in range(400)),
        "D104 {}:1:4",
    ),
    "billion-laughs": (
        "a0: &a0 lol\n"
        + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 30)),
        "D104 {}:2:5",
    ),
    "merge-key": ("a: &a {b: 1}\nevents: {<<: *a}\n", "D104 {}:2:14"),
    "merge-key-alone": ("article:\n  <<: {date: x}\n", "M202 {}:2:3"),
    "tag": ("events: !!set {}\n", "D104 {}:1:9"),
    "python-tag": ("a: !!python/object/apply:os.system ['touch owned']\n", "D104 {}:1:4"),
    "own-tag": ("article: !own {}\n", "D104 {}:1:10"),
    "tag-unknown-handle": ("article: !e!own {}\n", "D103 {}:1:10"),
    "binary-tag": ("article: !!binary aGk=\n", "D104 {}:1:10"),
    "directive": ("%YAML 3.0\n---\narticle: {}\n", "D103 {}:1:1"),
    "second-document": ("article: {}\n---\nevents: []\n", "D104 {}:2:1"),
    "many-documents": ("--- {}\n" * 20_000, "D104 {}:2:1"),
    "block-scalar": ("article: |\n  date\n", "D104 {}:1:10"),
    "folded-scalar": ("article: >\n  date\n", "D104 {}:1:10"),
    "root-a-list": ("- a\n", "D105 {}:1:1"),
    "root-a-word": ("words\n", "D105 {}:1:1"),
    "key-a-list": ("? [a]\n: b\n", "D105 {}:1:3"),
    "key-empty": ("'': 1\n", "D105 {}:1:1"),
    "flow-nesting": ("events: " + "[" * 10_000, "D104 {}:1:41"),
    "flow-nesting-closed": ("events: " + "[" * 10_000 + "]" * 10_000, "D104 {}:1:41"),
    "flow-nesting-of-keys": ("events: " + "{a: " * 10_000, "D104 {}:1:"),
    "block-nesting": ("".join(f"{' ' * n}a:\n" for n in range(3_000)), "D104 {}:33:33"),
    "block-nesting-of-lists": ("events:\n" + "- " * 10_000 + "a\n", "D104 {}:2:"),
    "nesting-of-questions": ("? " * 10_000, "D104 {}:1:"),
    "unclosed-quotation-mark": ("article:\n  date: 'x\n", "D103 {}:2:9"),
    "unclosed-list": ("events: [a, b\nremarks: []\n", "D103 {}"),
    "colon-in-value": ("article:\n  date: a: b\n", "D103 {}:2:10"),
    "reserved-sign": ("article: @x\n", "D103 {}:1:10"),
    "bad-escape": ('article: "\\q"\n', "D103 {}:1:11"),
    "escaped-surrogate": ('article: "\\ud800"\n', "D103 {}"),
    "escape-beyond-unicode": ('article: "\\U00110000"\n', "D103 {}"),
    "indentation": ("events:\n    a:\n  b:\n", "D103 {}:3:1"),
    "million-items": ("events: [" + "a," * 1_000_000 + "]\n", "D107 {}"),
    "million-keys": ("events:\n" + "".join(f" k{n}:\n" for n in range(300_000)), "D107 {}"),
    "thousands-of-duplicates": ("a: 1\n" * 100_000, "D102 {}:2:1"),
    "sections-all-unknown": ("".join(f"zz{n}: 1\n" for n in range(3000)), "M201 {}:3000:1"),
    "empty-everything": ("article:\nevents:\nremarks:\nmentions:\n", "D105 {}:2:8"),
}

MAPPINGS = {
    "unknown-everything": (
        "zz: 1\nevents:\n  Meeting 1:\n    a: Ghost\n    colour: red\n    participant: nobody\n"
        "    time: whenever\n    quote: never said\n",
        "M201 {0}:1:1\nM206 {0}:3:3\nM210 {0}:4:8\nM202 {0}:5:5\nM203 {0}:6:18\nG301 {0}:8:12",
    ),
    "id-with-path": (event("").replace("meeting", "../../meeting"), "M206 {}:2:3"),
    "id-absolute": (event("").replace("meeting", "/etc/passwd"), "M206 {}:2:3"),
    "id-of-dots": (event("").replace("meeting", ".."), "M206 {}:2:3"),
    "id-with-iri": (event("").replace("meeting", "'http://e.org/a b'"), "M206 {}:2:3"),
    "id-with-brackets": (event("").replace("meeting", "'<a>'"), "M206 {}:2:3"),
    "id-right-to-left": (event("").replace("meeting", "اجتماع"), "M206 {}:2:3"),
    "id-with-line-break": (event("").replace("meeting", '"a\\nb"'), "M206 {}:2:3"),
    "id-with-terminal-codes": (event("").replace("meeting", '"\\e[31m"'), "M206 {}:2:3"),
    "id-of-emoji": (event("").replace("meeting", "🔭"), "M206 {}:2:3"),
    "id-long": (event("").replace("meeting", "x" * 2000), "D103 {}:2:"),
    "id-no": (event("    participant: no\n"), "M203 {}:5:18"),
    "basis-with-path": (
        event(
            "    time: {words: on Monday evening, value: 2025-02-10, basis: meeting, reason: r, "
            "confidence: high, basisArticle: ../../etc/passwd}\n"
        ).replace(
            "quote: Ada Brandt met Iven Holm at the old tower",
            "quote: Ada Brandt met Iven Holm at the old tower on Monday evening",
        ),
        "M203 {}:5:116",
    ),
    "page-with-spaces": (event("    page: http://e.org/a b\n"), "M205 {}:5:11"),
    "page-relative": (event("    page: ../a\n"), "M205 {}:5:11"),
    "seats-true": (event("    seats: yes\n"), "M205 {}:5:12"),
    "seats-time": (event("    seats: 12:30\n"), "M205 {}:5:12"),
    "seats-hexadecimal": (event("    seats: 0x1F\n"), "M205 {}:5:12"),
    "seats-exponent": (event("    seats: 1e3\n"), "M205 {}:5:12"),
    "seats-arabic-digits": (event("    seats: ٣\n"), "M205 {}:5:12"),
    "seats-of-many-digits": (event(f"    seats: {'9' * 100_000}\n"), "M205 {}:5:12"),
    "fee-not-a-number": (event("    fee: .nan\n"), "M205 {}:5:10"),
    "fee-infinite": (event("    fee: .inf\n"), "M205 {}:5:10"),
    "open-no": (event("    open: no\n"), "M205 {}:5:11"),
    "open-null": (event("    open: ~\n"), "M205 {}:5:11"),
    "value-empty": (event("    participant:\n"), "D105 {}:5:17"),
    "values-none": (event("    participant: []\n"), "D105 {}:5:18"),
    "list-in-list": (event("    participant: [[ada-brandt]]\n"), "D105 {}:5:19"),
    "keys-in-list": (event("    participant: [{a: b}]\n"), "M210 {}:5:23"),
    "class-a-list-of-lists": (event("").replace("Meeting", "[[Meeting]]"), "D105 {}:3:9"),
    "quote-of-dots": (
        event("").replace("Ada Brandt met Iven Holm at the old tower", "…"),
        "D105 {}:4:12",
    ),
    "quote-a-list-of-keys": (
        event("").replace("Ada Brandt met Iven Holm at the old tower", "[{a: b}]"),
        "D105 {}:4:13",
    ),
    "quote-of-dots-a-thousand": (
        event("").replace("Ada Brandt met Iven Holm at the old tower", "a … " * 1000 + "b"),
        "G301 {}:4:12",
    ),
    "quote-of-zero-width-space": (
        event("").replace("Ada Brandt met Iven Holm at the old tower", '"\\u200b"'),
        "G301 {}:4:12",
    ),
    "quote-right-to-left": (
        event("").replace("Ada Brandt met Iven Holm at the old tower", "\u202eadA tdnarB\u202c"),
        "G301 {}:4:12",
    ),
    "date-not-in-calendar": ("article:\n  date: 31 February 2025\n", "G301 {}:2:9"),
    "mentions-a-list": ("mentions: [a]\n", "D105 {}:1:11"),
    "mention-of-brackets": ("mentions:\n  '[[': ada-brandt\n", "D105 {}:2:3"),
    "mention-of-empty-brackets": ("mentions:\n  '[]': ada-brandt\n", "D105 {}:2:3"),
    "mention-of-open-bracket": ("mentions:\n  'She [': ada-brandt\n", "D105 {}:2:3"),
    "mention-of-nobody": ("mentions:\n  She:\n", "D105 {}:2:7"),
    "group-of-groups": ("remarks:\n" + "- with: {tone: calm}\n  entries: x\n", "D105 {}:3:12"),
    "group-without-with": ("remarks:\n- entries: []\n", "D105 {}:2:3"),
    "name-of-article-as-id": (event("").replace("meeting", "tower"), "M206 {}:2:3"),
}

FILES = {
    "folder-as-mapping": ({MAPPING: folder}, f"X703 {MAPPING}"),
    "folder-as-article": ({SEED: folder}, f"X703 {SEED}"),
    "folder-as-authority": ({AUTHORITY: folder}, f"X703 {AUTHORITY}"),
    "folder-as-ontology": ({ONTOLOGY: folder}, f"X703 {ONTOLOGY}"),
    "folder-as-shapes": ({SHAPES: folder}, f"X703 {SHAPES}"),
    "folder-as-settings": ({SETTINGS: folder}, f"X703 {SETTINGS}"),
    "file-as-folder-of-articles": ({"seeds": "x"}, "X703 seeds"),
    "file-as-folder-of-mappings": ({"mappings": "x"}, "X703 mappings"),
    "file-as-folder-of-the-ontology": ({"ontology": "x"}, "X703 ontology"),
    "dangling-link": ({MAPPING: link("gone.yaml")}, f"X703 {MAPPING}"),
    "dangling-link-article": ({SEED: link("gone.txt")}, f"X703 {SEED}"),
    "dangling-link-ontology": ({ONTOLOGY: link("../../gone.ttl")}, f"X703 {ONTOLOGY}"),
    "dangling-link-settings": ({SETTINGS: link("gone")}, f"X703 {SETTINGS}"),
    "dangling-link-folder": ({"mappings": link("gone")}, "X703 mappings"),
    "link-loop": ({MAPPING: link("tower.yaml")}, f"X703 {MAPPING}"),
    "link-loop-article": ({SEED: link("tower.txt")}, f"X703 {SEED}"),
    "link-loop-folder": ({"ontology": link("ontology")}, "X703 ontology"),
    "link-to-a-folder": ({MAPPING: link("..")}, f"X703 {MAPPING}"),
    "pipe": ({MAPPING: fifo}, f"X703 {MAPPING}"),
    "pipe-article": ({SEED: fifo}, f"X703 {SEED}"),
    "pipe-ontology": ({ONTOLOGY: fifo}, f"X703 {ONTOLOGY}"),
    "pipe-shapes": ({SHAPES: fifo}, f"X703 {SHAPES}"),
    "pipe-settings": ({SETTINGS: fifo}, f"X703 {SETTINGS}"),
    "socket": ({MAPPING: listener}, f"X703 {MAPPING}"),
    "endless-device": ({MAPPING: link("/dev/zero")}, f"X703 {MAPPING}"),
    "endless-device-article": ({SEED: link("/dev/urandom")}, f"X703 {SEED}"),
    "endless-device-settings": ({SETTINGS: link("/dev/zero")}, f"X703 {SETTINGS}"),
    "empty-device": ({SEED: link("/dev/null")}, f"X703 {SEED}"),
    "name-not-utf-8": ({b"mappings/\xff.yaml": "article: {}\n"}, "D108 mappings"),
    "name-not-utf-8-article": ({b"seeds/\xff.txt": "Words.\n"}, "D108 seeds"),
    "name-not-utf-8-ontology": ({b"ontology/\xff.ttl": "x"}, "D108 ontology"),
    "name-with-space": ({"seeds/a b.txt": "Words.\n"}, "S101 seeds/a b.txt"),
    "name-with-line-break": ({"seeds/a\nb.txt": "Words.\n"}, "S101"),
    "name-with-brackets": ({"seeds/<a>.txt": "Words.\n"}, "S101 seeds/<a>.txt"),
    "name-with-number-sign": ({"seeds/a#b.txt": "Words.\n"}, "S101 seeds/a#b.txt"),
    "name-with-backslash": ({"seeds/a\\..\\b.txt": "Words.\n"}, "S101 seeds/a\\"),
    "name-right-to-left": ({"seeds/\u202ea.txt": "Words.\n"}, "S101"),
    "name-taken": ({"seeds/authority.txt": "Words.\n"}, "S101 seeds/authority.txt"),
    "name-very-long": (
        {f"seeds/{'x' * 250}.txt": "Words.\n", f"mappings/{'x' * 250}.yaml": "article: {}\n"},
        f"S101 seeds/{'x' * 250}.txt",
    ),
    "names-that-collide": (
        {"seeds/TOWER.txt": "Words.\n", "mappings/TOWER.yaml": "article: {}\n"},
        f"S101 {SEED}",
    ),
    "mapping-without-article": ({SEED: None}, f"S101 {MAPPING}:1:1"),
    "everything-missing": (
        {"seeds": None, "mappings": None, "ontology": None},
        "O103 ontology/text.ttl",
    ),
    "text-layer-missing": ({"ontology/text.ttl": None}, "O103 ontology/text.ttl"),
    "module-missing": ({ONTOLOGY: None}, f"M201 {AUTHORITY}:1:1"),
    "authority-missing": (
        {AUTHORITY: None, MAPPING: "mentions: {She: ada-brandt}\n"},
        f"M203 {MAPPING}:1:17",
    ),
}

ONTOLOGIES = {
    "syntax-error": ("club:a club:b\n", "O101 {}"),
    "prefix-unknown": ("clubb:a a owl:Class .\n", "O101 {}:9:1"),
    "iri-with-space": ("<http://e.org/a b> a owl:Class .\n", "O101 {}:9:1"),
    "iri-relative": ("<a> a owl:Class .\n", "O101 {}:9:1"),
    "string-unclosed": ('club:a rdfs:label "x .\n', "O101 {}"),
    "language-tag-malformed": ('club:a rdfs:label "x"@e_n .\n', "O101 {}"),
    "escaped-surrogate": ('club:a rdfs:label "\\uD800" .\n', "O101 {}"),
    "triple-term": ("club:a rdfs:seeAlso <<( club:a club:b club:c )>> .\n", "O101 {}"),
    "reified-triple": ("<< club:a club:b club:c >> rdfs:seeAlso club:d .\n", "O101 {}"),
    "annotated-triple": ("club:a club:b club:c {| club:d club:e |} .\n", "O101 {}"),
    "list-without-end": (
        "club:x a owl:ObjectProperty ; rdfs:range [ owl:unionOf [ rdf:first club:Agent ] ] .\n",
        "O110 {}",
    ),
    "list-in-a-circle": (
        "club:x a owl:ObjectProperty ; rdfs:range [ owl:unionOf _:l ] .\n"
        "_:l rdf:first club:Agent ; rdf:rest _:l .\n",
        "O110 {}",
    ),
    "list-with-two-ends": (
        "club:x a owl:ObjectProperty ; rdfs:range [ owl:unionOf _:l ] .\n"
        "_:l rdf:first club:Agent ; rdf:rest rdf:nil , ( club:Event ) .\n",
        "O110 {}",
    ),
    "class-without-local-name": (
        "<https://example.org/case/ontology#> a owl:Class ; text:section 'odd' .\n",
        "O110 {}",
    ),
    "section-claimed-twice": ("club:Tone text:section 'events' .\n", "O102 ontology"),
    "key-of-the-language": ("club:x a owl:ObjectProperty ; text:key 'with' .\n", "O102 ontology"),
    "class-of-nothing": (
        "club:Odd a owl:Class ; rdfs:subClassOf club:Person , club:Society .\n",
        "R502 ontology",
    ),
    "nesting-of-expressions": (
        "club:Odd a owl:Class ; rdfs:subClassOf "
        + "[ a owl:Class ; owl:complementOf " * 10_000
        + "club:Event"
        + " ]" * 10_000
        + " .\n",
        "O110 {}",
    ),
}

SHAPE = "club:Odd a sh:NodeShape ; sh:targetClass club:Meeting ; "
# Shapes that SHACL's own shapes refuse: they are checked in three seconds, so all at once.
ILLEGAL = {
    "path-missing": "sh:property [ sh:minCount 1 ]",
    "path-a-literal": 'sh:property [ sh:path "x" ]',
    "count-not-a-number": 'sh:property [ sh:path club:a ; sh:minCount "x" ]',
    "count-twice": "sh:property [ sh:path club:a ; sh:minCount 1 , 2 ]",
    "class-a-literal": 'sh:property [ sh:path club:a ; sh:class "x" ]',
    "in-not-a-list": "sh:property [ sh:path club:a ; sh:in club:b ]",
    "target-a-literal": 'sh:targetClass "Meeting"',
    "severity-a-literal": 'sh:severity "high"',
    "closed-a-word": 'sh:closed "perhaps"',
}
SHAPE_FILES = {
    "syntax-error": ("club:a club:b\n", "O101 {}"),
    "path-list-without-end": (
        SHAPE + "sh:property [ sh:path [ rdf:first club:a ] ] .",
        "O110 {}:9:",
    ),
    "or-list-in-a-circle": (
        SHAPE + "sh:or _:l . _:l rdf:first [ sh:class club:a ] ; rdf:rest _:l .",
        "O110 {}",
    ),
    "pattern-malformed": (
        SHAPE + 'sh:property [ sh:path club:code ; sh:pattern "[" ] .',
        "O104 {}:9:",
    ),
    "word-misspelt": (SHAPE + "sh:property [ sh:path club:a ; sh:minCuont 1 ] .", "O104 {}:9:"),
    "query-of-another-endpoint": (
        SHAPE + 'sh:sparql [ sh:select """SELECT $this { SERVICE <http://127.0.0.1:9/> '
        '{ $this ?p ?o } }""" ] .',
        "O104 {}:9:",
    ),
    "query-of-another-endpoint-in-escapes": (
        SHAPE + 'sh:sparql [ sh:select """SELECT $this { S\\\\u0045RVICE <http://127.0.0.1:9/> '
        '{ $this ?p ?o } }""" ] .',
        "O104 {}:9:",
    ),
    "query-of-a-file": (
        SHAPE
        + 'sh:sparql [ sh:select "SELECT $this FROM <file:///etc/passwd> { $this ?p ?o }" ] .',
        "O104 {}:9:",
    ),
    "path-in-a-circle": (
        SHAPE + "sh:property [ sh:path _:p ; sh:minCount 1 ] . _:p sh:inversePath _:p .",
        "O110 {}",
    ),
    "shape-inside-itself": (SHAPE + "sh:node club:Odd .", "O104 {}:9:1"),
    "shapes-inside-one-another": (
        SHAPE + "sh:property [ sh:path club:part ; sh:or ( [ sh:node club:Odd ] ) ] .",
        "O104 {}:9:1",
    ),
    "triple-term": ("club:a sh:node <<( club:a club:b club:c )>> .", "O101 {}:9:1"),
    "script": (SHAPE + 'sh:js [ sh:jsFunctionName "f" ] .', "O104 {}:9:"),
    "rule": (SHAPE + "sh:rule [ a sh:TripleRule ] .", "O104 {}:9:"),
}
# Shapes that only show their fault when they meet data.
APPLIED_SHAPES = {
    "query-malformed": 'sh:sparql [ sh:select "SELECT" ]',
    "query-not-a-select": 'sh:sparql [ sh:select "ASK {}" ]',
}

SETTING_FILES = {
    "empty": ("", "D106 {}"),
    "not-toml": ("base\n", "D106 {}:1:5"),
    "not-utf-8": (b"base = '\xff'\n", "D106 {}"),
    "nul": (b"base = '\x00'\n", "D106 {}"),
    "nesting": ("x = " + "[" * 10_000 + "]" * 10_000, "D106 {}"),
    "nesting-of-tables": ("x = " + "{a = " * 10_000, "D106 {}"),
    "number-of-many-digits": (f"x = {'9' * 5000}\n", "D106 {}"),
    "date-not-in-calendar": ("x = 2025-02-31\n", "D106 {}"),
    "duplicate-key": ("base = 'a'\nbase = 'b'\n", "D106 {}"),
    "unknown-key": (BUILTIN.replace("[", "basis = 1\n[") + CLUB + TEXT, "D106 {}:2:1"),
    "base-missing": ("[namespaces]\n" + CLUB + TEXT, "D106 {}"),
    "base-a-number": ("base = 1\n[namespaces]\n" + CLUB + TEXT, "D106 {}:1:1"),
    "base-a-list": ("base = ['a']\n[namespaces]\n" + CLUB + TEXT, "D106 {}:1:1"),
    "namespaces-a-list": ("base = 'https://e.org/'\nnamespaces = ['a']\n", "D106 {}:2:1"),
    "namespaces-of-numbers": (BUILTIN + "club = 1\n" + TEXT, "D106 {}:3:1"),
    "namespace-text-missing": (BUILTIN + CLUB, "D106 {}:2:1"),
    "prefix-taken": (BUILTIN + CLUB + TEXT + "owl = 'https://e.org/'\n", "D106 {}:5:1"),
    "prefix-with-space": (BUILTIN + CLUB + TEXT + "'a b' = 'https://e.org/'\n", "D106 {}"),
    "language-a-number": ("language = 3\n" + BUILTIN + CLUB + TEXT, "D106 {}:1:1"),
    "language-with-underscore": ("language = 'en_GB'\n" + BUILTIN + CLUB + TEXT, "D106 {}:1:1"),
    "language-of-one-letter": ("language = 'e'\n" + BUILTIN + CLUB + TEXT, "D106 {}:1:1"),
    "language-cut-off": ("language = 'en-x'\n" + BUILTIN + CLUB + TEXT, "D106 {}:1:1"),
}
BASES = {
    "relative": "data/",
    "path-escape": "../",
    "path-escape-inside": "https://e.org/../../",
    "dot-segment": "https://e.org/./a/",
    "dots-behind-a-query": "https://e.org/a?b/",
    "space": "https://e.org/a b/",
    "brackets": "https://e.org/<a>/",
    "quote": 'https://e.org/\\"/',
    "line-break": "https://e.org/\\n/",
    "fragment": "https://e.org/#",
    "without-slash": "https://e.org/a",
    "bad-percent": "https://e.org/%zz/",
    "bad-port": "https://e.org:port/",
    "bad-address": "https://[::g]/",
    "bad-brackets": "https://e.org/[a]/",
    "not-a-character": "https://e.org/\\uFFFF/",
    "control-character": "https://e.org/\\u0081/",
    "scheme-alone": "https:",
}
SETTING_FILES |= {
    f"base-{name}": (f'base = "{base}"\n[namespaces]\n' + CLUB + TEXT, "D106 {}:1:1")
    for name, base in BASES.items()
}

QUESTION = "ontology/questions/01-who.rq"
QUESTIONS = {
    "answer-missing": ({}, "Q604 {}"),
    "answer-a-folder": ({"csv": folder}, "Q604 {}"),
    "answer-not-utf-8": ({"csv": b"n\n\xff\n"}, "D101 ontology/questions/01-who.csv:2:1"),
    "answer-with-nul": ({"csv": b"n\n\x00\n"}, "D101 ontology/questions/01-who.csv:2:1"),
    "answer-a-pipe": ({"csv": fifo}, "Q604 {}"),
    "answer-endless": ({"csv": link("/dev/zero")}, "Q604 {}"),
    "answer-eight-gigabytes": ({"csv": sparse}, "D107 ontology/questions/01-who.csv"),
    "answer-field-of-a-megabyte": (
        {"csv": "n\n" + "x" * 1_000_000},
        "Q603 ontology/questions/01-who.csv",
    ),
    "answer-with-open-quote": ({"csv": 'n\n"x\n'}, "Q603 ontology/questions/01-who.csv"),
    "answer-empty": ({"csv": ""}, "Q603 {}"),
    "answer-other-columns": ({"csv": "m,n\n1,2\n"}, "Q603 ontology/questions/01-who.csv"),
    "query-a-pipe": ({"rq": fifo, "csv": "n\n"}, "X703 {}"),
    "query-not-utf-8": ({"rq": b"SELECT \xff", "csv": "n\n"}, "D101 {}:1:8"),
    "query-empty": ({"rq": "", "csv": "n\n"}, "Q601 {}"),
    "query-update": ({"rq": "DELETE WHERE { ?s ?p ?o }", "csv": "n\n"}, "Q601 {}:1:1"),
    "query-of-a-graph": (
        {"rq": "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }", "csv": "n\n"},
        "Q604 {}:1:1",
    ),
    "query-of-the-network": (
        {"rq": "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", "csv": "n\n"},
        "Q605 {}:1:12",
    ),
    "query-of-a-hundred-million-rows": (
        {"rq": "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", "csv": "n\n"},
        "Q602 {}",
    ),
    "query-of-a-thousand-patterns": (
        {"rq": f"SELECT * {{ {' '.join(f'?v{n} ?p ?v{n + 1} .' for n in range(1000))} }}"},
        "Q601 {}:1:",
    ),
    "query-nesting": ({"rq": "SELECT * " + "{" * 50_000 + "}" * 50_000, "csv": "n\n"}, "Q601 {}"),
    "query-nesting-of-brackets": (
        {"rq": "SELECT ?n { BIND(" + "(" * 50_000 + "1" + ")" * 50_000 + " AS ?n) }", "csv": "n\n"},
        "Q601 {}",
    ),
}


MEETING = event("    time: on Monday evening\n").replace("old tower", "old tower on Monday evening")


def table() -> list:
    """All cases: name, files, what is expected, and the verb that refuses."""
    rows = [(f"text {name}", *case, "build") for name, case in TEXTS.items()]
    rows += [
        (
            f"{kind} {name}",
            {file: before + content if before else content},
            expected.format(file),
            "build",
        )
        for kind, file, before, cases in (
            ("yaml", MAPPING, "", YAML),
            ("mapping", MAPPING, "", MAPPINGS),
            ("ontology", "ontology/odd.ttl", TURTLE, ONTOLOGIES),
            ("shapes", "ontology/shapes/odd.ttl", TURTLE, SHAPE_FILES),
            ("settings", SETTINGS, "", SETTING_FILES),
        )
        for name, (content, expected) in cases.items()
    ]
    rows += [(f"file {name}", *case, "build") for name, case in FILES.items()]
    for name, said in APPLIED_SHAPES.items():
        shapes = {"ontology/shapes/odd.ttl": f"{TURTLE}{SHAPE}{said} .", MAPPING: MEETING}
        rows.append((f"shapes {name}", shapes, "O106", "build"))
    for name, (files, expected) in QUESTIONS.items():
        named = {QUESTION.replace(".rq", f".{end}"): content for end, content in files.items()}
        query = {QUESTION: "SELECT ?n { ?s club:none ?n }"}
        rows.append((f"question {name}", query | named, expected.format(QUESTION), "check"))
    return rows


@pytest.mark.parametrize(
    ("files", "expected", "verb"), [pytest.param(*case, id=name) for name, *case in table()]
)
def test_input_is_refused(files, expected: str, verb: str, project, spoiling, refused) -> None:
    spoiling(project, files)
    refused(verb, cwd=project, expected=expected)


@pytest.mark.parametrize("name", [name for n, name in enumerate([*YAML, *MAPPINGS]) if n % 4 == 0])
def test_a_check_refuses_what_a_build_refuses(name: str, project, spoiling, refused) -> None:
    """Of each four cases one: both read through the same stages."""
    content, expected = (YAML | MAPPINGS)[name]
    spoiling(project, {MAPPING: content})
    refused("check", cwd=project, expected=expected.format(MAPPING))


def test_illegal_shapes_are_told_one_by_one(project, spoiling, refused) -> None:
    shapes = [f"club:Shape{n} a sh:NodeShape ; {said} ." for n, said in enumerate(ILLEGAL.values())]
    spoiling(project, {"ontology/shapes/odd.ttl": "\n".join([TURTLE, *shapes])})
    outcome = refused("check", cwd=project, expected="O104 ontology/shapes/odd.ttl")
    for number, name in enumerate(ILLEGAL):
        assert f"Shape{number}`" in outcome.err or f"Shape{number}>" in outcome.err, name
