"""Every question of the project, asked of a second engine: ARQ, in Apache Jena Fuseki.

It reads the N-Quads files of a build and shares nothing with our store. Questions with parameters
are asked with the values of their example, and again with nothing but defaults. Answers are
compared as multisets of rows: the order of ties, and of terms that are no numbers, is each engine's
own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path

import pytest
import requests
from pyoxigraph import BlankNode, Literal, RdfFormat, parse, serialize

from kg.answers.naming import Namer, asking
from kg.questions.binding import bind
from kg.questions.named import finder
from kg.questions.parameters import Header, read_header, to_terms
from kg.sparql.answers import Context
from kg.sparql.graphs import View
from kg.sparql.query import ask
from kg.store.embedded import Build, open_build
from kg.terms import RDF, XSD

QUESTIONS = sorted((Path(__file__).parents[2] / "ontology/questions").glob("*.rq"))
NUMBERS = {XSD + name for name in ("integer", "decimal", "double")}
Row = tuple[tuple[str, ...], ...]


def head(path: Path, prefixes: Mapping[str, str]) -> Header:
    return read_header(path.read_text(encoding="utf-8"), path.name, prefixes)


def asks_by_default(path: Path) -> bool:
    """Whether a question has parameters, all of which may be left out."""
    parameters = head(path, Anything()).parameters.values()
    return bool(parameters) and all(p.open or p.default is not None for p in parameters)


class Anything(dict[str, str]):
    """Prefixes, before there is a build that has them."""

    def __contains__(self, key: object) -> bool:
        return True

    def __missing__(self, key: str) -> str:
        return f"urn:{key}:"


ASKED = [(path, True) for path in QUESTIONS] + [(p, False) for p in QUESTIONS if asks_by_default(p)]


@pytest.fixture(scope="module")
def build(real) -> Build:
    return open_build(real.folder / "build")


@pytest.fixture(scope="module")
def running(build: Build, fuseki: Callable, tmp_path_factory) -> Iterator[str]:
    """ARQ over the graphs of a build; the default graph holds all that they hold."""
    data = tmp_path_factory.mktemp("data") / "build.nq"
    with data.open("wb") as file:
        for path in build.files():
            for quad in parse(path=path, format=RdfFormat.N_QUADS):
                serialize([quad, quad.triple], file, RdfFormat.N_QUADS)
    with fuseki("--file", str(data), "/kg") as url:
        yield f"{url}/kg"


@pytest.fixture
def engines(needs: Callable[[], None], request: pytest.FixtureRequest) -> tuple[Build, str]:
    """A build, and the address at which ARQ answers from it."""
    needs()
    return request.getfixturevalue("build"), request.getfixturevalue("running")


def bound(path: Path, build: Build, *, example: bool) -> str:
    """The text of a question, its parameters with values."""
    header = head(path, build.prefixes)
    given = header.example if example else {}
    namer = Namer(asking(build.store), build.prefixes, build.base, build.language)
    find = finder(namer, build.prefixes)
    terms = to_terms(header, given, find, build.manifest["language"])
    return bind(path.read_text(encoding="utf-8"), terms).text


def cell(kind: str, value: str, datatype: str, language: str) -> tuple[str, ...]:
    """A term; a number is its value, for what is computed has no one written form."""
    if datatype in NUMBERS:
        value = str(Decimal(value).normalize())
    return kind, value, datatype, language.lower()


def ours(text: str, build: Build) -> Counter[Row]:
    answer = ask(View(build.store), text, Context(build.prefixes, build.base))
    if answer.form == "boolean":
        return Counter([(("boolean", str(bool(answer.result)).lower()),)])

    def read(term: object) -> tuple[str, ...]:
        if isinstance(term, Literal):
            return cell("literal", term.value, term.datatype.value, term.language or "")
        assert not isinstance(term, BlankNode)
        return cell("uri", term.value, "", "") if term else ()

    return Counter(tuple(map(read, row)) for row in answer.result)


def theirs(text: str, build: Build, url: str) -> Counter[Row]:
    prefixes = "\n".join(f"PREFIX {name}: <{iri}>" for name, iri in build.prefixes.items())
    answer = requests.post(
        url,
        data={"query": f"BASE <{build.base}>\n{prefixes}\n{text}"},
        headers={"Accept": "application/sparql-results+json"},
        timeout=300,
    )
    assert answer.ok, answer.text
    found = answer.json()
    if "boolean" in found:
        return Counter([(("boolean", str(found["boolean"]).lower()),)])

    def read(term: dict[str, str] | None) -> tuple[str, ...]:
        if term is None:
            return ()
        language = term.get("xml:lang", "")
        plain = RDF + "langString" if language else XSD + "string"
        datatype = term.get("datatype", plain if term["type"] == "literal" else "")
        return cell(term["type"], term["value"], datatype, language)

    names = found["head"]["vars"]
    return Counter(tuple(read(row.get(n)) for n in names) for row in found["results"]["bindings"])


@pytest.mark.parametrize(
    ("path", "example"), ASKED, ids=[f"{p.stem}{'' if e else '-by-default'}" for p, e in ASKED]
)
def test_a_question_has_the_same_answer(
    path: Path, example: bool, engines: tuple[Build, str]
) -> None:
    build, url = engines
    text = bound(path, build, example=example)
    assert ours(text, build) == theirs(text, build, url)


def test_there_are_questions_and_most_have_answers(engines: tuple[Build, str]) -> None:
    """The comparison is not of nothing with nothing; some questions are right to have no answer."""
    build, url = engines
    texts = [bound(path, build, example=example) for path, example in ASKED]
    answered = [text for text in texts if theirs(text, build, url)]
    assert len(QUESTIONS) >= 108
    assert len(ASKED) > len(QUESTIONS)
    assert len(answered) > 0.75 * len(ASKED)
