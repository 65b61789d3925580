"""`kg build --on ADDRESS --to URL`: a build by a cluster, into shards."""

from __future__ import annotations

import gc
from pathlib import Path

import click

from kg.cluster.archive import Archive, build_shards
from kg.cluster.hands import cluster
from kg.cluster.shards import PER
from kg.commands.build import figures, progress, spent, tell


def build(
    folder: Path, address: str, target: str, *, workers: int | None, force: bool, per: int | None
) -> None:
    """Build, and say what was done."""
    gc.enable()  # the command starts without
    with progress() as (report, progressed):
        result = build_shards(
            folder,
            target,
            cluster(address, workers),
            per=per or PER,
            force=force,
            report=report,
            progress=progressed,
        )
    tell(result.findings, folder)
    click.echo(summary(result, target) + "\n\n" + spent(result.seconds))


def summary(result: Archive, target: str) -> str:
    """The figures of a build of shards in a few lines."""
    owl, shards = result.manifest["owl"]["engine"], len(result.manifest["shards"])
    ontology = f"ontology consistent ({owl})" if owl else "ontology not checked by HermiT (no Java)"
    kept = f", {result.kept:,} taken over" if result.kept else ""
    return "\n".join(
        [
            *figures(result.manifest),
            f"  OWL    {ontology};",
            "         no contradiction by the rules of OWL 2 RL in any one article",
            f"  files  {target}: manifest.json, shards/*.nq ({shards:,} shards{kept})",
        ]
    )
