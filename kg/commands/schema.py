"""`kg schema`: JSON Schema for mapping files, for editors and drafting tools."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import click

from kg.exporting.syntaxes import destination

KINDS = ("mapping", "authority")


@click.command(
    help="Print the JSON Schema of mapping files, made from ontology, shapes and authority; or "
    "write those of mapping and authority files to where their first lines look for them."
)
@click.argument("kind", type=click.Choice(KINDS), default="mapping")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="File.")
@click.option("--write", is_flag=True, help="Write both schemas into the project.")
@click.pass_obj
def command(folder: Path, kind: str, output: Path | None, write: bool) -> None:
    """Print one schema, or write both."""
    making = import_module("kg.schema.writing")  # validators take a second, which help does without
    if write:
        for name in making.write_schemas(folder):
            click.echo(f"wrote {name}", err=True)
        return
    text: str = making.schemas(folder)[making.Kind(kind)]
    with destination(output) as out:
        out.write(text.encode())
