"""`kg init`: a new project that builds at once."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import click

from kg.project.starting import start_project


@click.command(help="Make a new project in DIR: settings, ontology, shapes and one short example.")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def command(folder: Path) -> None:
    """Make the project and say what to do next."""
    files = start_project(folder)
    # Validators take a second to load, which help and completion do without.
    files += import_module("kg.schema.writing").write_schemas(folder)
    click.echo(f"{len(files)} files in {folder}")
    click.echo(f"next: cd {folder} && kg check && kg build")
