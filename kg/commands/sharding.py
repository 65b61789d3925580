"""`kg build --on ADDRESS --to URL`: a build by a cluster, into shards."""

from __future__ import annotations

import gc
from pathlib import Path

import click

from kg.cluster.archive import Archive, build_shards
from kg.cluster.hands import cluster
from kg.cluster.shards import PER
from kg.commands.build import figures, progress, spent
from kg.commands.showing import count, show


def build(
    place: Path | str,
    address: str,
    target: str,
    *,
    workers: int | None,
    force: bool,
    per: int | None,
) -> None:
    """Build, and say what was done."""
    gc.enable()  # the command starts without
    with progress() as (report, progressed):
        result = build_shards(
            place,
            target,
            cluster(address, workers),
            per=per or PER,
            force=force,
            report=report,
            progress=progressed,
        )
    if result.findings:
        show(result.findings, Path(place), result.sources)
    click.echo(summary(result, target) + "\n\n" + spent(result.seconds))


def summary(result: Archive, target: str) -> str:
    """The figures of a build of shards in a few lines."""
    shards = count(len(result.manifest["shards"]), "shard")
    kept = f", {result.kept:,} taken over" if result.kept else ""
    files = f"  files  {target}: manifest.json, shards/*.nq ({shards}{kept})"
    return "\n".join([*figures(result.manifest), files])
