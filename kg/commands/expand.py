"""`kg expand`: the meaning of a mapping as JSON-LD 1.1."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path

import click

from kg.commands.suggesting import mappings


@click.command(
    help="Print a mapping as a JSON-LD 1.1 document: defaults filled in, identifiers minted, "
    "context generated from the ontology. MAPPING is the stem of an article, or `authority`."
)
@click.argument("mapping", shell_complete=mappings)
@click.pass_obj
def command(folder: Path, mapping: str) -> None:
    """Print the document on stdout."""
    # Validators take a second to load, which help and completion do without.
    document = import_module("kg.checking.expansion").expand_mapping(folder, mapping)
    click.echo(json.dumps(document, indent=2, ensure_ascii=False))
