"""`kg build`: the whole flow, with a short summary."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.commands.showing import show
from kg.diagnostics import Diagnostic
from kg.findings.recording import from_records
from kg.project.freshness import fresh_manifest
from kg.project.manifest import Manifest
from kg.project.settings import load_project

if TYPE_CHECKING:
    from kg.building.flow import Summary

UNCHANGED = "\n\n  nothing has changed since; nothing was done"
EACH = 50
"""After so many articles the line is written anew."""
_COUNTED = ("articles", "entries", "spans", "mentions")
STAGES = {
    "cluster": "starting or joining the cluster",
    "read": "reading ontology and authority",
    "documents": "reading the form of files",
    "articles": "grounding and validating articles",
    "reason": "reasoning",
    "write": "writing graph and store",
}


@click.command(help="Build the knowledge graph of a project into its build/ folder.")
@click.option("--force", is_flag=True, help="Redo everything, even what has not changed.")
@click.option(
    "--workers",
    type=click.IntRange(1),
    help="Processes for the articles; by default one a processor, if there are articles enough.",
)
@click.option(
    "--wait",
    type=click.FloatRange(0),
    metavar="SECONDS",
    help="How long to wait for another build of the project; as long as it takes by default.",
)
@click.option(
    "--watch",
    is_flag=True,
    help="Go on: build again whenever a file is saved, until Ctrl-C. With --force: once.",
)
@click.option(
    "--on",
    metavar="ADDRESS",
    help="Have a Ray cluster work on the articles: `local`, `auto` or HOST:PORT.",
)
@click.option(
    "--from", "source", metavar="URL", help="Where the project is that a cluster is to build."
)
@click.option("--to", metavar="URL", help="Where the shards go that a cluster makes.")
@click.option(
    "--per-shard", type=click.IntRange(1), metavar="N", help="Articles in a shard, on average."
)
@click.pass_obj
def command(
    folder: Path,
    force: bool,
    workers: int | None,
    wait: float | None,
    watch: bool,
    on: str | None,
    source: str | None,
    to: str | None,
    per_shard: int | None,
) -> None:
    """Build; an unchanged project is recognised before anything heavy is loaded."""
    elsewhere = any(given is not None for given in (on, source, to, per_shard))
    if watch and elsewhere:
        raise click.UsageError("--watch is for builds on this machine, without --on and --to")
    if on is not None and to is not None:
        sharding = import_module("kg.commands.sharding")
        sharding.build(source or folder, on, to, workers=workers, force=force, per=per_shard)
        return
    if elsewhere:
        raise click.UsageError("`--on ADDRESS` and `--to URL` go together, other options with both")
    run = partial(_build, folder, workers, -1 if wait is None else wait)
    if watch:
        import_module("kg.commands.watching").watch(folder, run, force)
        return
    manifest = None if force else fresh_manifest(load_project(folder))
    if manifest:
        tell(from_records(manifest["findings"]), folder)
        click.echo(summary(manifest) + UNCHANGED)
        return
    show_result(run(force), folder)


def _build(folder: Path, workers: int | None, waiting: float, force: bool) -> Summary:
    gc.enable()  # the command starts without, but a build makes garbage worth collecting
    with progress() as (report, progressed):
        result: Summary = import_module("kg.building.flow").build(
            folder,
            force=force,
            workers=workers,
            waiting=waiting,
            report=report,
            progress=progressed,
        )
    return result


def show_result(result: Summary, folder: Path, *, whole: bool = True) -> None:
    """Show the findings of a build, and the whole summary if it is wanted."""
    tell(result.findings, folder)
    if not whole:
        return
    end = UNCHANGED if result.fresh else "\n\n" + spent(result.seconds)
    click.echo(summary(result.manifest) + end)
    if result.reused:
        again = f", {result.checked:,} of them validated again" if result.checked else ""
        click.echo(f"  {result.reused:,} unchanged articles taken over{again}")


def spent(seconds: dict[str, float]) -> str:
    """What each stage took."""
    return "  " + " · ".join(f"{name} {taken:.1f} s" for name, taken in seconds.items())


def tell(findings: Sequence[Diagnostic], folder: Path) -> None:
    """Show warnings and notes, those of what was taken over included."""
    if findings:
        show(findings, folder)


def summary(manifest: Manifest) -> str:
    """The figures of a build in a few lines."""
    return "\n".join(
        [
            *figures(manifest),
            f"  files  build/: {', '.join(map(_shown, manifest['parts']))}",
        ]
    )


def figures(manifest: Manifest) -> list[str]:
    """What there is, that it conforms, and what was reasoned on."""
    counts = manifest["counts"]
    return [
        "  " + ", ".join(f"{counts[name]:,} {name}" for name in _COUNTED),
        f"  {counts['asserted']:,} triples asserted, {counts['inferred']:,} inferred",
        "",
        f"  SHACL  conforms ({manifest['shacl']['engine']})",
        f"  OWL    {_reasoner(manifest['owl'], counts['articles'])}",
    ]


def _reasoner(owl: Manifest, articles: int) -> str:
    """What was checked, and by what."""
    if not owl["engine"]:
        return "not checked by HermiT (no Java)"
    if owl["articles"] == articles:
        return f"consistent ({owl['engine']})"
    return (
        f"no contradiction by the rules of OWL 2 RL; consistent ({owl['engine']}):\n"
        f"         the ontology and the facts of {owl['articles']:,} of {articles:,} articles"
    )


def _shown(part: str) -> str:
    """A part of a build as people may look for it."""
    return {"articles": "articles/*.nq", "store": "store/"}.get(part, part)


@contextmanager
def progress() -> Iterator[tuple[Callable[[str], None], Callable[[int, int], None]]]:
    """A line on stderr that names the stage while it lasts, and how far it is; on a terminal."""
    if not sys.stderr.isatty():
        # Without a terminal only what is out of the ordinary is said, such as a wait.
        yield lambda stage: click.echo(stage, err=True) if stage not in STAGES else None, _silent
        return
    console = import_module("rich.console").Console(stderr=True)
    with console.status("starting") as status:
        line = _Line(status.update)
        yield line.stage, line.progress


def _silent(done: int, of: int) -> None:
    """Nobody reads along."""


class _Line:
    """What the line on a terminal says."""

    def __init__(self, show: Callable[[str], None]) -> None:
        self._show, self._words, self._start = show, "", 0.0

    def stage(self, name: str) -> None:
        """A stage begins, or something else is to be said."""
        self._words, self._start = STAGES.get(name, name), time.monotonic()
        self._show(self._words)

    def progress(self, done: int, of: int) -> None:
        """So many articles are done."""
        passed = time.monotonic() - self._start
        if (done % EACH and done != of) or not passed:
            return
        rate = done / passed
        left = timedelta(seconds=round((of - done) / rate))
        self._show(f"{self._words}: {done:,} of {of:,}, {rate:,.0f} a second, {left} left")
