"""The shape of the engine: one ladder of modules, no word of a domain, prints only at the edge."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

import kg
from kg.project.settings import load_project
from kg.terms import local_name

ROOT = Path(__file__).resolve().parent.parent
FILES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted((ROOT / "kg").rglob("*.py"))
}
TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in FILES.items()}

# A package imports from packages above its own, and a module from lines above its own besides, so
# that nothing imports upward or sideways.
LADDER = """
kg
    bounded diagnostics hints patience terms textlayer upward
    files
kg.text
    circles quotes times
    extension likeness names sentences time_hints typography
kg.rdf
    dataset labels rdflib_terms
    turtle
    cells
kg.sparql
    grammar graphs plan
    excess explaining phrases solutions
    answers paths patterns written
    algebra loading query rewriting witness
    meaning
    updating
kg.project
    manifest marks settings shelves starting stems surrogates
    generations
    freshness scalars strays wording
    malformed watching
    documents
    seeds
kg.findings
    catalogue excerpts recording
    rendering reports
    annotations junit
    sarif
kg.ontology
    descriptions expressions rules
    axioms malformed soundness
    declarations
    meaning
kg.store
    tables
    embedded origins rdflib_view
    renewal statistics
    provenance
kg.mapping
    outline
    individuals
    entries
kg.grounding
    grounded mismatch
    dating evidence generate jsonld
    naming
    ground
kg.reasoning
    axiom_words clashes hermit minimal showing steps
    backward forms closure
    consistency stored streaming
    changes derivations justifications
    contradictions
    entailment
kg.shapes
    constraints property_paths shacl term_text vocabulary
    demands facts report wholes
    following
    compiling
    components
    screening
    judging
    validation
    faults
    violations
kg.advising
    absent joins literals scopes suspicion
    conditions mistakes
    trials
    blame
    emptiness
kg.exporting
    compaction folders packing selection
    describing facts placing syntaxes
    premises
    nanopubs reification
    profiles
    splitting
kg.answers
    authentication kinds media metering naming pages sources tables
    endpoint results
kg.building
    across citing common doubt passages
    lenders outcome
    workshop
    pieces
    articles
    sharing writing
    flow
kg.cluster
    shards storage
    gathered inputs workplace
    hands
    archive
kg.coverage
    measures
    page
kg.schema
    formulas words
    rules
    values
    entries
    groups
    writing
kg.conflicts
    comparing
    accounts
    differences
    rendering
kg.why
    declared view
    checks proofs resolving
    reasons
    card inquiry rendering support
    card_rendering rows
    opening support_rendering
kg.diffing
    blanks spooling
    sides
    causes comparing
    knowing moving patch places
    changes
    opening records text
kg.figures
    kinds lettering moments
    drawing
    columns
    bars network timeline
    plot
kg.pushing
    updates verdict web
    stores
    remote
    records
    plan
    transfer
kg.questions
    binding
    parameters
    auditing named
    competency
kg.checking
    expansion fixes surplus threshold undeclared unused
    check
kg.shell
    statements suggestions
    proposals
kg.commands
    asking bundling completing conflicts init interrupting limiting mending
    planning schema showing suggesting
    guarding
    opening
    build check completion coverage diff expand explain export listing measuring mistaking push
    show sourcing stats transferring why working
    advising updating watching
    directing plotting query
    prompting sharding shell
kg
    cli
    __main__
"""


def rungs(ladder: str) -> dict[str, int]:
    """Each package and module with the number of its line; a module stands under its package."""
    package, found = "", {}
    for number, line in enumerate(ladder.strip().splitlines()):
        package = package if line.startswith(" ") else line
        names = [f"{package}.{name}" for name in line.split()] if line != package else [package]
        found |= {name: number for name in names if name not in found}
    return found


RUNGS = rungs(LADDER)
EDGE = RUNGS["kg.commands"]  # from here on, modules may print
# Words that the engine has for itself and an ontology for something else.
OWN_WORDS = {
    "assertion": "a part of a nanopublication",
    "place": "a part of a diagnostic",
    "time": "the prefix of OWL-Time",
    "warning": "a severity",
    "Group": "a rule of the grammar of SPARQL",
    "Verdict": "of the reasoner",
}


def runtime(tree: ast.AST) -> Iterator[ast.AST]:
    """All nodes but those under `if TYPE_CHECKING:`."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        yield node
        yield from runtime(node)


def own_imports(tree: ast.AST) -> Iterator[tuple[ast.stmt, str]]:
    """The imports of the engine's own modules: the statement, and the module that it names."""
    for node in runtime(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [name if name in FILES else str(node.module) for name in inner]
        else:
            continue
        yield from ((node, name) for name in dict.fromkeys(names) if name.split(".")[0] == "kg")


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Every call, with the last part of what is called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func).rpartition(".")[2], node


# One ladder


def test_every_module_has_its_rung() -> None:
    assert set(FILES) == set(RUNGS)


@pytest.mark.parametrize("module", sorted(FILES))
def test_imports_lead_down_the_ladder(module: str) -> None:
    upward = {name for _, name in own_imports(TREES[module]) if RUNGS[name] >= RUNGS[module]}
    assert upward == set(), f"{module} imports what does not stand below it"


def test_the_ladder_sees_an_import_that_leads_upward() -> None:
    tree = ast.parse("from kg.building import flow\nfrom kg.cli import show\nimport kg.terms")
    assert [name for _, name in own_imports(tree)] == ["kg.building.flow", "kg.cli", "kg.terms"]
    assert (
        RUNGS["kg.building.flow"]
        > RUNGS["kg.grounding.ground"]
        > RUNGS["kg.mapping.entries"]
        > RUNGS["kg.terms"]
    )


@pytest.mark.parametrize("module", sorted(FILES))
def test_own_modules_are_imported_at_the_top(module: str) -> None:
    deferred = [ast.unparse(s) for s, _ in own_imports(TREES[module]) if s.col_offset]
    assert deferred == []


def test_only_the_edge_loads_modules_by_name() -> None:
    """When they are needed: so queries, help and completion start fast."""
    by_name = {m for m, tree in TREES.items() if any(c == "import_module" for c, _ in calls(tree))}
    # Plain queries do without the modules of all others, and start fast.
    assert {module for module in by_name if RUNGS[module] < EDGE} <= {"kg", "kg.sparql.query"}


# No word of a domain


def strings(tree: ast.AST) -> set[str]:
    """The string constants of a module, docstrings apart."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docs = {ast.get_docstring(n, clean=False) for n in ast.walk(tree) if isinstance(n, documented)}
    found = (n.value for n in ast.walk(tree) if isinstance(n, ast.Constant))
    return {text for text in found if isinstance(text, str)} - docs


def domain_words(project: Path) -> set[str]:
    """The local names that the modules of a project declare, its text layer apart."""
    settings = load_project(project)
    own = tuple(ns for prefix, ns in settings.namespaces.items() if prefix != "text")
    words, layer = set(), set()
    for path in [*settings.ontology(), ROOT / "ontology/text.ttl"]:
        for quad in parse(path=str(path), format=RdfFormat.TURTLE):
            iri = getattr(quad.subject, "value", "")
            layer |= {local_name(iri)} if iri.startswith(settings.namespaces["text"]) else set()
            words |= {local_name(iri)} if iri.startswith(own) else set()
    return words - layer - {""}


@pytest.mark.parametrize("project", [ROOT, ROOT / "tests/projects/court"], ids=lambda p: p.name)
def test_the_engine_names_no_word_of_the_domain(project: Path) -> None:
    words = domain_words(project)
    assert len(words) > 40
    unmistakable = {word for word in words if re.search(r"[a-z][A-Z]", word)}
    for module, tree in TREES.items():
        named = strings(tree) & words - set(OWN_WORDS)
        assert named == set(), f"{module} names terms of an ontology"
        source = FILES[module].read_text(encoding="utf-8")
        assert not set(re.findall(r"\w+", source)) & unmistakable, module


@pytest.mark.parametrize("module", sorted(FILES))
def test_the_engine_names_no_namespace_of_a_project(module: str) -> None:
    prefixes = ("news:", "law:", "example.org/newskg", "example.org/rulings")
    assert [s for s in strings(TREES[module]) if any(p in s for p in prefixes)] == []


# Printing only at the edge

PRINTING = {"print", "echo", "secho", "pprint"}


@pytest.mark.parametrize("module", sorted(FILES))
def test_only_the_command_prints(module: str) -> None:
    if RUNGS[module] >= EDGE:
        return
    printed = [ast.unparse(call) for name, call in calls(TREES[module]) if name in PRINTING]
    own = [call for call in printed if not call.startswith("console.print")]  # into a given stream
    assert own == []


# A light start

PROBE = """
import json, sys
from kg.cli import main
sys.argv = ["kg", *sys.argv[1:]]
try:
    main()
finally:
    print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""
HEAVY = {"rdflib", "pyshacl", "owlready2", "rich", "oxrdflib", "multiprocessing.pool"} | {
    *("fast_sugiyama", "fontTools", "resvg_py"),
}


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (("query", "SELECT ?s { ?s a news:Meeting } LIMIT 1"), "?s"),
        (("build",), "nothing was done"),
        (("export", "-F", "nt"), "<https://"),
        (("--help",), "Commands:"),
        (("--version",), "version"),
    ],
    ids=lambda value: value[0],
)
def test_light_commands_load_no_heavy_library(arguments, shown: str, real) -> None:
    result = subprocess.run(
        [sys.executable, "-c", PROBE, *arguments],
        cwd=real.folder,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert shown in result.stdout
    loaded = set(json.loads(result.stderr.splitlines()[-1]))
    assert "kg.cli" in loaded
    assert loaded & HEAVY == set()


def test_importing_the_package_loads_nothing() -> None:
    code = (
        "import sys, kg; print([m for m in sys.modules if m.startswith(('kg.', 'pyoxi', 'rdfl'))])"
    )
    environment = {"PYTHONPATH": str(ROOT), "PATH": ""}
    command = [sys.executable, "-c", code]
    found = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"


def test_every_name_of_the_package_can_be_used() -> None:
    for name in kg.__all__:
        assert getattr(kg, name).__doc__, name
    with pytest.raises(AttributeError, match="nothing_like_it"):
        _ = kg.nothing_like_it


# Said in words


def documented(tree: ast.AST, *, inside: str = "") -> Iterator[tuple[str, ast.AST]]:
    """The public functions, classes and methods of a module."""
    for node in ast.iter_child_nodes(tree):
        kinds = (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)
        if isinstance(node, kinds) and not node.name.startswith("_"):
            yield inside + node.name, node
            if isinstance(node, ast.ClassDef):
                yield from documented(node, inside=f"{node.name}.")


@pytest.mark.parametrize("module", sorted(FILES))
def test_what_is_public_is_documented(module: str) -> None:
    assert ast.get_docstring(TREES[module]), "the module says not what it is"
    silent = [name for name, node in documented(TREES[module]) if not ast.get_docstring(node)]
    assert silent == []


@pytest.mark.parametrize("module", [m for m in sorted(FILES) if RUNGS[m] < EDGE])
def test_modules_say_what_comes_in_and_goes_out(module: str) -> None:
    if module == "kg":
        return
    said = ast.get_docstring(TREES[module]) or ""
    assert re.search(r"^In: ", said, re.MULTILINE)
    assert re.search(r"\bOut: ", said)


@pytest.mark.parametrize("module", sorted(FILES))
def test_modules_and_functions_are_short(module: str) -> None:
    assert FILES[module].read_text(encoding="utf-8").count("\n") <= 400
    functions = (n for n in ast.walk(TREES[module]) if isinstance(n, ast.FunctionDef))
    long = {f.name: f.end_lineno - f.lineno + 1 for f in functions if f.end_lineno - f.lineno >= 60}
    assert long == {}


def test_functions_are_short_on_the_whole() -> None:
    nodes = (n for tree in TREES.values() for n in ast.walk(tree))
    lengths = sorted(n.end_lineno - n.lineno + 1 for n in nodes if isinstance(n, ast.FunctionDef))
    assert lengths[len(lengths) // 2] <= 8
    assert lengths[len(lengths) * 9 // 10] <= 30
