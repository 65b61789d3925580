"""Whatever ontology a project has: a mapping that can be read is a mapping that the schema takes.

Ontologies are drawn at random (classes, sections, keys with their domains and ranges, individuals),
and documents by their keys. Of each document that `kg` reads without a finding, and whose entries
have their quotes, the schema must take both the text and what YAML readers make of it.
"""

from __future__ import annotations

import json
import random
import re
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from kg.building.workshop import Workshop
from kg.diagnostics import Findings
from kg.mapping.entries import read_mapping
from kg.mapping.individuals import declare
from kg.mapping.outline import outline
from kg.ontology.declarations import Ontology, Property, ValueKind
from kg.project.documents import read_yaml
from kg.project.settings import load_project
from kg.schema.rules import datatype
from kg.schema.writing import Kind, schemas_of
from kg.terms import XSD

ROOT = Path(__file__).parent.parent
HEAD = """@prefix x: <https://example.org/x#> .
@prefix text: <https://example.org/newskg/text#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
SETTINGS = """base = "https://example.org/d/"
[namespaces]
x = "https://example.org/x#"
text = "https://example.org/newskg/text#"
"""
FORMS = {
    "integer": ["7", "-3", "007"],
    "decimal": ["2.5", ".5", "3"],
    "boolean": ["true", "false"],
    "date": ["2024-02-29"],
    "gYearMonth": ["2024-10"],
    "gYear": ["2024"],
    "dateTime": ["2025-02-11T18:30:00Z"],
    "anyURI": ["https://example.org/page?q=1"],
    "string": ["some words", "no", "12:30", "0123"],
}


class Draw:
    """A project and documents for it, from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.classes = [f"C{n}" for n in range(self.random.randint(2, 6))]

    def some(self, *choices: Any) -> Any:
        return self.random.choice(choices)

    def ontology(self) -> str:
        lines = [HEAD]
        for n, cls in enumerate(self.classes):
            above = self.some(None, *self.classes[:n]) if n else None
            section = n == 0 or self.some(True, False)
            lines.append(
                f"x:{cls} a owl:Class"
                + (f" ; rdfs:subClassOf x:{above}" if above else "")
                + (f' ; text:section "s{n}"' if section else "")
                + " ."
            )
        lines += [self.property(n) for n in range(self.random.randint(1, 8))]
        for n in range(self.random.randint(0, 4)):
            lines.append(
                f"x:{self.some('i', 'true-', '4')}{n} a owl:NamedIndividual , {self.one()} ."
            )
        return "\n".join(lines)

    def one(self) -> str:
        return "x:" + self.some(*self.classes)

    def classes_of(self) -> str:
        return self.some(self.one(), f"[ a owl:Class ; owl:unionOf ( {self.one()} {self.one()} ) ]")

    def property(self, number: int) -> str:
        literal = self.some(True, False, False)
        reach = (
            self.some(*(f"xsd:{name}" for name in FORMS), "rdf:langString", None)
            if literal
            else self.some("text:Span", "text:Time", self.classes_of(), self.classes_of(), None)
        )
        domain = self.some(None, self.classes_of())
        return (
            f"x:p{number} a owl:{'Datatype' if literal else 'Object'}Property"
            + (f" ; rdfs:domain {domain}" if domain else "")
            + (f" ; rdfs:range {reach}" if reach else "")
            + " ."
        )

    # Documents

    def document(self, ontology: Ontology, known: list[str]) -> dict[str, Any]:
        self.vocabulary, self.known, self.own = ontology, known, 0
        sections = [s for s in ontology.sections.values() if s.key.startswith("s")]
        keys = self.random.sample(sections, min(len(sections), 2))
        found = {s.key: self.section(s.iri) for s in keys if re.fullmatch(r"s\d", s.key)}
        return found | self.some(
            {}, {"article": {"date": "2024-03-06"}}, {"mentions": {"he": "i0"}}
        )

    def section(self, cls: str) -> Any:
        if self.some(True, False):
            return {self.name(): self.entry(cls) for _ in range(2)}
        return [self.item(cls) for _ in range(2)]

    def name(self) -> str:
        self.own += 1
        return f"own-{self.own}"

    def item(self, cls: str, depth: int = 0) -> dict[str, Any]:
        if depth < 2 and self.some(True, False, False):
            shared = self.entry(cls)
            own = [self.item(cls, depth + 1) for _ in range(2)]
            return {"with": shared, "entries": own}
        return self.entry(cls) | self.some({}, {"id": self.name()})

    def entry(self, cls: str, *, nested: int = 0) -> dict[str, Any]:
        ontology = self.vocabulary
        below = [n for n, iri in ontology.class_names.items() if ontology.is_a((iri,), (cls,))]
        kind = self.some(None, *below) if below else None
        types = (ontology.class_names[kind],) if kind else (cls,)
        fitting = [
            p
            for p in ontology.properties.values()
            if p.key.startswith("p") and (not p.domain or ontology.is_a(types, p.domain))
        ]
        keys = self.random.sample(fitting, min(len(fitting), self.random.randint(0, 4)))
        found = {p.key: self.several(p, nested) for p in keys}
        if kind:
            found["a"] = self.some(kind, kind, [kind, *below[:1]])
        return found if nested else {**found, "quote": self.some("some words", ["a", "b"])}

    def several(self, key: Property, nested: int) -> Any:
        return self.some(self.value(key, nested), [self.value(key, nested) for _ in range(2)])

    def value(self, key: Property, nested: int) -> Any:
        if key.kind is ValueKind.QUOTE:
            return self.some("some words", "2024", "… on")
        if key.kind is ValueKind.TIME:
            grounds = {"basis": "i0", "reason": "r", "confidence": "low"}
            inferred = {"value": self.some("2024", "2024-10", "2024-10-02"), **grounds}
            return self.some("on Monday", {"words": "in 2024"}, inferred)
        if key.kind is ValueKind.LITERAL:
            return self.some(*FORMS.get(datatype(key).removeprefix(XSD), FORMS["string"]))
        if nested < 2 and key.range and self.some(True, False, False):
            cls = self.some(*key.range)
            inner = self.entry(cls, nested=nested + 1)
            return inner if len(key.range) == 1 or "a" in inner else {"a": cls[-2:], **inner}
        return self.some(*self.known, "own-1", "own-2")


def guess(value: Any) -> Any:
    """A value as YAML readers take it; those of our documents are all text."""
    if isinstance(value, dict):
        return {key: guess(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [guess(inner) for inner in value]
    if re.fullmatch(r"[-+]?[0-9]+", value):
        return int(value)
    if re.fullmatch(r"[-+]?[0-9]*\.[0-9]+", value):
        return float(value)
    return {"true": True, "false": False, "no": False}.get(value, value)


def is_read(document: dict[str, Any], shop: Workshop) -> bool:
    findings = Findings()
    tree = read_yaml(json.dumps(document).encode(), "a.yaml", findings)
    assert tree is not None
    found = outline(tree, shop.ontology, findings)
    base = shop.project.base
    known = shop.individuals
    own = declare(
        found, stem="a", base=base, ontology=shop.ontology, known=known, findings=findings
    )
    read_mapping(
        found,
        language="en",
        ontology=shop.ontology,
        individuals=known | own.individuals,
        displaced=own.displaced,
        findings=findings,
    )
    return not findings.errors()


def lay(folder: Path, ontology: str) -> Workshop:
    (folder / "kg.toml").write_text(SETTINGS, encoding="utf-8")
    (folder / "ontology").mkdir()
    shutil.copyfile(ROOT / "ontology/text.ttl", folder / "ontology/text.ttl")
    (folder / "ontology/x.ttl").write_text(ontology, encoding="utf-8")
    (folder / "seeds").mkdir()
    (folder / "seeds/a.txt").write_text("Some words.", encoding="utf-8")
    shared = folder / "mappings/authority"
    shared.mkdir(parents=True)
    (shared / "all.yaml").write_text("s0: {shared: {label: S}, '12': {label: T}}", encoding="utf-8")
    return Workshop(load_project(folder))


TAKEN: list[int] = []


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(st.integers(0, 2**32))
def test_what_can_be_read_is_taken(seed: int) -> None:
    draw = Draw(seed)
    with TemporaryDirectory() as place:
        shop = lay(Path(place), draw.ontology())
        schema = json.loads(schemas_of(shop)[Kind.MAPPING])
        Draft7Validator.check_schema(schema)
        validator = Draft7Validator(schema)
        names = [name for name in shop.individuals if name not in ("a",)][:60]
        documents = [draw.document(shop.ontology, names) for _ in range(40)]
        read = [document for document in documents if is_read(document, shop)]
    TAKEN.append(len(read))
    for document in read:
        for form in (document, guess(document)):
            found = [f"{e.json_path}: {e.message}" for e in validator.iter_errors(form)]
            assert found == [], json.dumps(document)


def test_documents_were_read() -> None:
    assert sum(TAKEN) > 300
