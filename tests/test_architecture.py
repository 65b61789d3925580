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
from kg.project import load_project
from kg.terms import local_name

ROOT = Path(__file__).resolve().parent.parent
FILES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted((ROOT / "kg").rglob("*.py"))
}
TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in FILES.items()}

# A module imports from the lines above its own only, so that nothing imports upward or sideways.
LADDER = """
kg
authentication patience surrogates
diagnostics grammar graphs hints quotes schema_formulas terms textlayer times
bounded circles excess explaining extension figures files lettering likeness moments phrases
recording solutions suspicion typography
folders packing
answers drawing manifest upward
labels scalars paths scopes written
malformed
catalogue dataset documents excerpts expressions generations hermit loading names project
rdflib_view
joins rewriting rules sentences
advice algebra conditions meaning
descriptions parameters rdflib_terms rendering reports shacl
constraints property_paths shacl_report soundness
annotations axioms clashes freshness junit
literals named ontology query seeds origins starting store strays time_hints turtle wording stems
compaction
absent axiom_words cells closure comparing export grounded outline media patterns provenance sarif
selection sources trials
view
blame checks columns declared endpoint metering pages plan proofs resolving tables witness
statements
describing facts placing
premises
nanopubs reification
profiles
splitting
bars emptiness network results timeline
plot why
card support why_rendering
card_rendering individuals inquiry suggestions
proposals
rows
support_rendering
jsonld mapping minimal generate opening
reasoning
justifications
contradictions
schema_rules schema_words
schema_values
schema_entries
schema_groups
mismatch
accounts dating entailment evidence passages questions validation
vocabulary
demands
faults
violations
conflicts naming
conflict_rendering ground
doubt
workshop
articles coverage expansion fixes
flow
schema
threshold unused
checking coverage_page
pushing pushing.web
pushing.stores
pushing.remote
pushing.records pushing.verdict
pushing.plan
pushing.transfer
commands.bundling commands.interrupting commands.limiting
commands.asking commands.mending commands.opening commands.showing commands.suggesting
commands.advising commands.completing commands.measuring commands.planning commands.sourcing
commands.working
commands.directing
commands.prompting
commands
cli
__main__
"""
RUNGS = {
    "kg" if name == "kg" else f"kg.{name}": number
    for number, line in enumerate(LADDER.strip().splitlines())
    for name in line.split()
}
EDGE = RUNGS["kg.commands.showing"]  # from here on, modules may print
# Words that the engine has for itself and an ontology for something else.
OWN_WORDS = {
    "assertion": "a part of a nanopublication",
    "place": "a part of a diagnostic",
    "time": "the prefix of OWL-Time",
    "warning": "a severity",
    "Group": "a rule of the grammar of SPARQL",
    "Verdict": "of the reasoner",
}


def rung(module: str) -> int:
    return RUNGS.get(module, RUNGS["kg.commands"])


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
    verbs = {name for name in FILES if name.startswith("kg.commands.") and name not in RUNGS}
    assert set(FILES) - verbs == set(RUNGS)


@pytest.mark.parametrize("module", sorted(FILES))
def test_imports_lead_down_the_ladder(module: str) -> None:
    upward = {name for _, name in own_imports(TREES[module]) if rung(name) >= rung(module)}
    assert upward == set(), f"{module} imports what does not stand below it"


def test_the_ladder_sees_an_import_that_leads_upward() -> None:
    tree = ast.parse("from kg import flow\nfrom kg.cli import show\nimport kg.terms")
    assert [name for _, name in own_imports(tree)] == ["kg.flow", "kg.cli", "kg.terms"]
    assert rung("kg.flow") > rung("kg.ground") > rung("kg.mapping") > rung("kg.terms")


@pytest.mark.parametrize("module", sorted(FILES))
def test_own_modules_are_imported_at_the_top(module: str) -> None:
    deferred = [ast.unparse(s) for s, _ in own_imports(TREES[module]) if s.col_offset]
    assert deferred == []


def test_only_the_edge_loads_modules_by_name() -> None:
    """When they are needed: so queries, help and completion start fast."""
    by_name = {m for m, tree in TREES.items() if any(c == "import_module" for c, _ in calls(tree))}
    # Plain queries do without the modules of all others, and start fast.
    assert {module for module in by_name if rung(module) < EDGE} <= {"kg", "kg.query"}


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
    if rung(module) >= EDGE:
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


@pytest.mark.parametrize("module", [m for m in sorted(FILES) if rung(m) < EDGE])
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
