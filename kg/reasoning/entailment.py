"""What follows from the facts: the closure that is written, and HermiT's word on consistency.

In: the ontology and the N-Quads of all articles and of what they share. Out: an `Entailment`:
inferred triples and the verdict, or findings. The closure covers everything. HermiT sees the
ontology, and of the facts what `kg.reasoning.showing` chooses, because its cost explodes with the
number of individuals; the record says how much that was.
Refuses: facts that contradict the ontology (R501) and classes that can have no members (R502).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyoxigraph import NamedNode, Store, Triple

from kg.diagnostics import Diagnostic, Severity
from kg.ontology.axioms import compile_axioms
from kg.ontology.declarations import Ontology
from kg.reasoning.changes import update
from kg.reasoning.consistency import Checker, Verdict, find_java, reason
from kg.reasoning.contradictions import Contradictions, Tracer
from kg.reasoning.justifications import Justification, justify, justify_empty, justify_hidden
from kg.reasoning.showing import LIMIT, Shown, show
from kg.reasoning.stored import Stored
from kg.reasoning.streaming import stream
from kg.terms import RDFS, digest

SUBCLASS = NamedNode(RDFS + "subClassOf")
Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Entailment:
    """What reasoning brought.

    Attributes:
        lines: triples that nobody wrote, as N-Triples without the final dot, sorted.
        axioms: what they follow by: the ontology, and subsumptions that only HermiT saw.
        record: the verdict for the manifest; `ontology` and `key` say what it was reached on, and
            `individuals` and `articles` of how many HermiT saw the facts.
        findings: contradictions; notes where HermiT was not run.
        hidden: waits for HermiT, and gives the contradictions that only it sees.
    """

    lines: list[bytes] = field(default_factory=list)
    axioms: list[Triple] = field(default_factory=list)
    record: Record = field(default_factory=dict)
    findings: tuple[Diagnostic, ...] = ()
    hidden: Callable[[], Sequence[Diagnostic]] = tuple


@dataclass(frozen=True, slots=True)
class Earlier:
    """What an earlier build of the same ontology knows, and what has changed since.

    Attributes:
        store: of the build.
        base: IRI that the IRIs of the data begin with.
        lines: gives what was inferred then, as `Entailment.lines`.
        changed: the name of each graph that has changed, to all triples that it states now.
    """

    store: Store
    base: str
    lines: Callable[[], Iterable[bytes]]
    changed: Mapping[str, Iterable[Triple]]


def entail(
    ontology: Ontology,
    articles: Sequence[Path],
    shared: Sequence[Path],
    beside: Executor,
    *,
    basis: str,
    previous: Record | None,
    tracer: Tracer,
    earlier: Earlier | None = None,
    limit: int = LIMIT,
) -> Entailment:
    """Close the facts under the ontology, and have HermiT check them.

    Args:
        ontology: the axioms; alignments are left out.
        articles: N-Quads files, one an article.
        shared: the others: authority and shared passages.
        beside: has HermiT check the facts while the closure is made, and whatever comes after.
        basis: digest of the ontology's files and the engine.
        previous: the record of an earlier build; its verdict stands if nothing it rests on changed.
        tracer: finds the lines and words behind asserted triples, for messages.
        earlier: the build of that record; only what its changes change is looked at.
        limit: of how many individuals HermiT is shown facts.

    Raises:
        ContentError: the ontology is not in OWL 2 DL (R503); a file cannot be read (X703).
        Unavailable: Java failed or took too long (R503).
    """
    telling = Contradictions(ontology.core, ontology.sources, tracer)
    verdict = _classified(ontology, basis, previous or {})
    axioms = [*ontology.core, *_subsumptions(verdict)]
    shown = show(ontology, articles, shared, limit)
    record = {
        "ontology": basis,
        "key": digest("\n".join([basis, *sorted(map(str, shown.facts))]), 64),
        "engine": verdict.engine if verdict else None,
        "consistent": verdict.consistent if verdict else None,
        "individuals": shown.individuals,
        "articles": shown.articles,
        "subclasses": _pairs(verdict),
    }
    stands = verdict is None or _stands(record, previous or {})
    asked = beside.submit(_refusals, verdict, ontology, shown, telling, stands)
    same = bool(previous) and (previous or {}).get("subclasses") == _pairs(verdict)
    lines = _changed(earlier, ontology, axioms) if earlier and same else None
    if lines is None:
        found = stream(compile_axioms(axioms), [*shared, *articles], ontology.assertions())
        if found.around.clashes:
            return Entailment(findings=tuple(telling.facts(justify(found.around, axioms))))
        lines = found.lines
    notes = (_NO_JAVA,) if verdict is None else ()
    return Entailment(lines, axioms, record, notes, asked.result)


def _changed(earlier: Earlier, ontology: Ontology, axioms: list[Triple]) -> list[bytes] | None:
    """What is inferred now; None if facts clash, which only a look at all of them can tell."""
    own = ontology.assertions()
    before = Stored(earlier.store, earlier.base, compile_axioms(axioms), own)
    change = update(before, earlier.changed)
    if change.clashing:
        return None
    gone = set(change.removed)
    return sorted([*(line for line in earlier.lines() if line not in gone), *change.added])


def _classified(ontology: Ontology, basis: str, previous: Record) -> Verdict | None:
    """HermiT's word on the ontology alone, that of an earlier build if there is one."""
    if previous.get("engine") and previous.get("ontology") == basis:
        pairs = frozenset((below, above) for below, above in previous["subclasses"])
        return Verdict(previous["engine"], consistent=True, subclasses=pairs)
    return reason(ontology.core, ()) if find_java() else None


def _pairs(verdict: Verdict | None) -> list[list[str]]:
    """The subsumptions between named classes that only HermiT saw."""
    return sorted(map(list, verdict.subclasses)) if verdict else []


def _subsumptions(verdict: Verdict | None) -> list[Triple]:
    return [Triple(NamedNode(b), SUBCLASS, NamedNode(above)) for b, above in _pairs(verdict)]


def _stands(record: Record, previous: Record) -> bool:
    """Whether an earlier verdict on the same facts stands."""
    return bool(previous.get("engine")) and previous.get("key") == record["key"]


_NO_JAVA = Diagnostic(
    "R503",
    "HermiT was not run because there is no Java; the OWL RL closure found no contradiction",
    notes=(
        "the closure is complete for hierarchies, inverses and chains, not for all of OWL 2 DL",
    ),
    help="install the extra `reason`, which brings a Java runtime, or any Java from version 11 on",
    severity=Severity.NOTE,
)


def _refusals(
    verdict: Verdict | None, ontology: Ontology, shown: Shown, telling: Contradictions, stands: bool
) -> list[Diagnostic]:
    core = ontology.core
    if verdict is None:
        return []
    if verdict.unsatisfiable:
        return [telling.empty(cls, justify_empty(core, cls)) for cls in verdict.unsatisfiable]
    if not verdict.consistent:
        return telling.facts([Justification((), ())])
    if stands or not Checker(shown.facts).contradicts(core):
        return []
    return telling.facts(justify_hidden(core, shown.facts))
