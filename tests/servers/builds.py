"""What tests push: builds made by hand, one of them of all that stores stumble over.

In: N-Quads as text. Out: a project folder whose build holds them.
"""

from __future__ import annotations

from hashlib import sha256
from itertools import pairwise
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from kg.project.manifest import FORMAT, write_manifest
from kg.project.shelves import RECORDS, Records, dump_records
from kg.rdf.dataset import to_nquads

BASE = "https://example.org/pushed/"
XSD = "http://www.w3.org/2001/XMLSchema#"
VALUE = NamedNode(f"{BASE}value")
TEXTS = [
    "",
    " ",
    "a\nb\r\nc\td",
    "back\\slash, \"quotes\", 'marks', “curly”",
    f'" <{BASE}graph/hard> .\n<x:s> <x:p> "',
    "سرلشکر باقری با دریابان الرئیسی دیدار کرد",
    "اللواء محمد باقري: «علاقات راسخة»",
    "\u200fright\u200e to left \u202e and back\u202c, zero\u200cwidth",
    "é as two: e\u0301, and as one: \u00e9; ﷺ",
    "beyond the basic plane: 🕊𝔎𐎠",
    "$dollars ${in} {{braces}} %percent% &amp; <b>tags</b> ]]>",
    "no escapes: \\u0041 \\\\u0041 \\U00000041",
    "long " * 3000,
    "line\n" * 50_000,
]
TYPED = [
    ("2023-05-08", "date"),
    ("2023-05-08Z", "date"),
    ("2023-05", "gYearMonth"),
    ("2023-05Z", "gYearMonth"),
    ("2023", "gYear"),
    ("--05-08", "gMonthDay"),
    ("2023-05-08T09:30:00", "dateTime"),
    ("2023-05-08T09:30:00.12+03:30", "dateTime"),
    ("09:30:00", "time"),
    ("P1DT2H", "duration"),
    ("P1Y", "yearMonthDuration"),
    ("PT1M", "dayTimeDuration"),
    ("41", "integer"),
    ("-7", "integer"),
    ("12345678901234567890", "integer"),
    ("7", "nonNegativeInteger"),
    ("1.5", "decimal"),
    ("0.1", "decimal"),
    ("true", "boolean"),
    ("https://example.org/a b", "anyURI"),
    ("SGVsbG8=", "base64Binary"),
]
IRIS = [
    f"{BASE}article/001#char=17,148",
    f"{BASE}person/%D9%85%D8%AD%D9%85%D8%AF",
    f"{BASE}person/محمد",
    f"{BASE}a(b)'c*d;e=f,g!$&h~i@j:k?l=m&n=%20#o/p?q",
    "urn:isbn:0-486-27557-4",
    "mailto:someone@example.org",
    f"{BASE}trailing.",
    f"{BASE}🕊",
]
LANGUAGES = ["en", "fa", "ar", "en-gb", "zh-hant-tw"]


def hard() -> bytes:
    """A graph of all that stores stumble over, in the forms that builds have."""
    objects: list[Literal | NamedNode] = [Literal(text) for text in TEXTS]
    objects += [Literal(value, datatype=NamedNode(XSD + name)) for value, name in TYPED]
    objects += [Literal("قانون", language=language) for language in LANGUAGES]
    objects += [Literal("x", datatype=NamedNode(f"{BASE}own")), *map(NamedNode, IRIS)]
    subjects = [NamedNode(f"{BASE}s"), *map(NamedNode, IRIS)]
    graph = NamedNode(f"{BASE}graph/hard")
    quads = [Quad(NamedNode(f"{BASE}n{n}"), VALUE, o, graph) for n, o in enumerate(objects)]
    quads += [Quad(subject, VALUE, Literal("s"), graph) for subject in subjects]
    quads += _chain(graph)
    return to_nquads(quads)


def _chain(graph: NamedNode) -> list[Quad]:
    """Blank nodes that only their place in a list tells apart."""
    nodes = [BlankNode(f"b{n}") for n in range(20)]
    links = [Quad(a, VALUE, b, graph) for a, b in pairwise(nodes)]
    return [Quad(NamedNode(f"{BASE}s"), VALUE, nodes[0], graph), *links]


def plain(name: str, *values: str) -> bytes:
    """A graph with a statement for each value."""
    graph = NamedNode(f"{BASE}graph/{name}")
    return to_nquads(Quad(NamedNode(f"{BASE}{name}"), VALUE, Literal(v), graph) for v in values)


def typed(name: str, *values: tuple[str, str]) -> bytes:
    """A graph with a statement for each value and its datatype."""
    graph, quads = NamedNode(f"{BASE}graph/{name}"), []
    for number, (value, datatype) in enumerate(values):
        literal = Literal(value, datatype=NamedNode(XSD + datatype))
        quads.append(Quad(NamedNode(f"{BASE}{number}"), VALUE, literal, graph))
    return to_nquads(quads)


def make_build(project: Path, graphs: dict[str, bytes]) -> Path:
    """Give a project a build of some graphs; their names are those of their files."""
    current = project / "build" / "current"
    current.mkdir(parents=True, exist_ok=True)
    shared = ("authority", "inferred", "ontology", "passages")
    files = {f"{'' if n in shared else 'articles/'}{n}.nq": text for n, text in graphs.items()}
    for path in [*current.glob("*.nq"), *current.glob("articles/*.nq")]:
        path.unlink()
    for name, text in files.items():
        (current / name).parent.mkdir(exist_ok=True)
        (current / name).write_bytes(text)
    digests = {name: sha256(text).hexdigest() for name, text in graphs.items()}
    articles = {n: {"inputs": [], "files": [digests[n], ""]} for n in graphs if n not in shared}
    records = dump_records(Records("", articles))
    (current / "articles").mkdir(exist_ok=True)
    (current / "articles" / RECORDS).write_bytes(records)
    said = {"format": FORMAT, "base": BASE, "prefixes": {}, "articles": sorted(articles)}
    said["files"] = {f"{name}.nq": digests[name] for name in graphs if name in shared}
    write_manifest(current, said | {"shelves": {"": sha256(records).hexdigest()}})
    return project
