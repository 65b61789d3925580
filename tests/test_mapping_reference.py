"""The reference of the mapping language: its examples are run, its tables compared with the code.

In `mappings/README.md` a ```text block under a line such as "`seeds/ferries.txt`:" is an article,
and a ```yaml block under "`mappings/authority/harbour.yaml`:" is an authority file. Any other
```yaml block is a mapping of the last article before it. What follows says what must come of it:

- ```console: these errors, as `kg` shows them, and no others. Without it: nothing to find, not even
  for SHACL;
- ```turtle: some of its triples; ```json: a node of what `kg expand` prints.

Tables stand between `<!-- name -->` and `<!-- /name -->`.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from pyoxigraph import RdfFormat, Triple, parse

from kg.building.workshop import ArticleWork, Workshop
from kg.cli import main
from kg.diagnostics import CODES
from kg.findings.rendering import render
from kg.ontology.declarations import KEYWORDS, Ontology, Property, ValueKind, load_ontology
from kg.project.settings import Project, load_project
from kg.store.origins import from_files
from kg.terms import local_name
from kg.text.times import Resolved, resolve

ROOT = Path(__file__).parent.parent
REFERENCE = (ROOT / "mappings" / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(
    r"(?:^`(?P<name>[\w/.-]+)`:\n\n)?^```(?P<kind>\w+)\n(?P<body>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
STAGES = "DSMGVR"


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its kind, the file that it is, if it is one, its text and its line."""

    kind: str
    name: str
    body: str
    line: int


@dataclass(frozen=True, slots=True)
class Example:
    """A mapping in the reference, its article, and the blocks after it."""

    mapping: str
    stem: str
    line: int
    proofs: tuple[Block, ...]

    def __str__(self) -> str:
        return f"line-{self.line}"

    def proof(self, kind: str) -> str:
        return next((block.body for block in self.proofs if block.kind == kind), "")


def read_blocks() -> list[Block]:
    return [
        Block(m["kind"], m["name"] or "", m["body"], REFERENCE[: m.start("body")].count("\n"))
        for m in BLOCK.finditer(REFERENCE)
    ]


BLOCKS = read_blocks()
FILES = [block for block in BLOCKS if block.name]


def read_examples(blocks: list[Block]) -> list[Example]:
    found: list[Example] = []
    stem = ""
    for number, block in enumerate(blocks):
        if block.name.startswith("seeds/"):
            stem = Path(block.name).stem
        elif block.kind == "yaml" and not block.name:
            after = blocks[number + 1 :]
            end = next((n for n, b in enumerate(after) if b.name or b.kind == "yaml"), len(after))
            found.append(Example(block.body, stem, block.line, tuple(after[:end])))
    return found


EXAMPLES = read_examples(BLOCKS)
SHOWN = [example for example in EXAMPLES if example.proof("turtle")]
EXPANDED = [example for example in EXAMPLES if example.proof("json")]


class Bench:
    """A project with the articles and authority files of the reference beside those of this one."""

    def __init__(self, folder: Path) -> None:
        settings = load_project(ROOT)
        spaces = "".join(f'{p} = "{iri}"\n' for p, iri in settings.namespaces.items())
        head = f'base = "{settings.base}"\nlanguage = "{settings.language}"\n'
        (folder / "kg.toml").write_text(f"{head}[namespaces]\n{spaces}", encoding="utf-8")
        ignored = shutil.ignore_patterns("examples", "questions")
        shutil.copytree(ROOT / "ontology", folder / "ontology", ignore=ignored)
        shutil.copytree(ROOT / "mappings" / "authority", folder / "mappings" / "authority")
        (folder / "seeds").mkdir()
        for block in FILES:
            (folder / block.name).write_text(block.body, encoding="utf-8")
        self.project: Project = load_project(folder)
        self.shop = Workshop(self.project)

    def work(self, example: Example) -> ArticleWork:
        path = self.project.folder / "mappings" / f"{example.stem}.yaml"
        path.write_text(example.mapping, encoding="utf-8")
        return self.shop.article(example.stem)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("reference"))


@pytest.fixture(scope="module")
def ontology() -> Ontology:
    return load_ontology(load_project(ROOT))


# ---------------------------------------------------------------- examples


def test_every_block_is_a_file_an_example_or_the_proof_of_one():
    proofs = [block for example in EXAMPLES for block in example.proofs]
    assert len(FILES) + len(EXAMPLES) + len(proofs) == len(BLOCKS) == REFERENCE.count("\n```\n")
    assert len(EXAMPLES) >= 15
    assert all(example.stem and example.mapping for example in EXAMPLES)
    kinds = {block.kind for block in proofs}
    assert kinds == {"console", "turtle", "json", "sh"}


def test_the_shared_individuals_conform(bench: Bench):
    assert bench.shop.shared().findings == ()


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_an_example_brings_what_the_reference_says(example: Example, bench: Bench):
    work = bench.work(example)
    assert render(work.findings, bench.project.folder) == example.proof("console").strip()


@pytest.mark.parametrize("example", SHOWN, ids=str)
def test_triples_of_the_reference_are_generated(example: Example, bench: Bench):
    work = bench.work(example)
    quads = list(parse(work.nquads, format=RdfFormat.N_QUADS))
    shown: set[Triple] = {
        quad.triple for quad in parse(example.proof("turtle").encode(), format=RdfFormat.TURTLE)
    }
    assert shown
    assert shown <= {quad.triple for quad in quads}
    assert len(from_files(quads, work.origins)) == len(quads)


@pytest.mark.parametrize("example", EXPANDED, ids=str)
def test_the_command_of_the_reference_prints_the_node(example: Example, bench: Bench):
    bench.work(example)
    command, *arguments = shlex.split(example.proof("sh"))
    result = CliRunner().invoke(main, ["--project", str(bench.project.folder), *arguments])
    assert (command, result.exit_code) == ("kg", 0)
    assert json.loads(example.proof("json")) in json.loads(result.stdout)["@graph"]


# ---------------------------------------------------------------- tables


def table(name: str) -> list[str]:
    return REFERENCE.split(f"<!-- {name} -->\n")[1].split(f"<!-- /{name} -->")[0].splitlines()


def rows(head: Iterable[str], body: Iterable[Iterable[str]]) -> list[str]:
    head = list(head)
    return [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *body)]


def ticked(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def sections_table(ontology: Ontology) -> list[str]:
    body = []
    for key, section in sorted(ontology.sections.items()):
        below = sorted(
            name
            for name, iri in ontology.class_names.items()
            if iri != section.iri and ontology.is_a((iri,), (section.iri,))
        )
        body.append((f"`{key}`", local_name(section.iri), ", ".join(below)))
    return rows(("section", "class", "kinds for `a`"), body)


def value_of(property_: Property) -> str:
    if property_.kind is ValueKind.QUOTE:
        return "words of the article"
    if property_.kind is ValueKind.TIME:
        return "time"
    if property_.kind is ValueKind.LITERAL:
        return "text"
    return ", ".join(map(local_name, property_.range)) or "any individual"


def keys_table(ontology: Ontology) -> list[str]:
    body = [
        (f"`{key}`", ", ".join(map(local_name, p.domain)) or "any", value_of(p))
        for key, p in sorted(ontology.properties.items())
    ]
    return rows(("key", "in entries of", "value"), body)


def concepts_table(ontology: Ontology) -> list[str]:
    """The individuals of the ontology that a key can name: of the ranges that have no section."""
    sections = {section.iri for section in ontology.sections.values()}
    body = []
    for key, property_ in sorted(ontology.properties.items()):
        if property_.kind is ValueKind.REFERENCE and property_.range:
            named = [
                name
                for name, iri in ontology.individuals.items()
                if ontology.is_a(ontology.types(iri), property_.range)
            ]
            own = all(iri.startswith(tuple(ontology.prefixes.values())) for iri in property_.range)
            if named and own and not sections & set(property_.range):
                body.append((f"`{key}`", ticked(sorted(named))))
    return rows(("key", "ids"), body)


def codes_table() -> list[str]:
    found = [(f"`{code}`", text) for code, text in CODES.items() if code[0] in STAGES]
    return rows(("code", "meaning"), found)


def test_the_table_of_sections_is_that_of_the_ontology(ontology: Ontology):
    assert table("sections") == sections_table(ontology)


def test_the_table_of_keys_is_that_of_the_ontology(ontology: Ontology):
    assert table("keys") == keys_table(ontology)
    assert {f"`{word}`" for word in KEYWORDS} == set(re.findall(r"^- (`\w+`):", REFERENCE, re.M))


def test_the_table_of_concepts_is_that_of_the_ontology(ontology: Ontology):
    assert table("concepts") == concepts_table(ontology)


def test_the_table_of_codes_is_the_catalogue():
    assert table("codes") == codes_table()


def test_the_times_of_the_reference_are_read_so():
    found = [re.findall(r"`([^`]+)`", row) for row in table("times")[2:]]
    assert len(found) >= 15
    for words, day, value, rule in found:
        result = resolve(words, date.fromisoformat(day) if day != "none" else None)
        assert isinstance(result, Resolved), words
        assert (result.value, result.rule) == (value, rule), words
    assert {rule for *_, rule in found} == {
        "calendarDate",
        "monthName",
        "monthOfYear",
        "relativeDay",
        "relativeMonth",
        "relativeYear",
        "weekday",
        "yearNumber",
    }


def test_every_mapping_with_comments_has_its_judgement_calls_listed():
    listed = re.findall(r"^- (\d{3}|authority): ", REFERENCE, re.M)
    project = load_project(ROOT)
    commented = {p.stem[:3] for p in project.mappings() if "# " in p.read_text(encoding="utf-8")}
    assert commented <= set(listed) <= {*(p.stem[:3] for p in project.mappings()), "authority"}


def test_the_glossary_has_ten_lines():
    section = REFERENCE.split("## Glossary\n")[1].split("\n## ")[0]
    assert len(re.findall(r"^- \*\*[^*]+\*\*: ", section, re.M)) == 10
