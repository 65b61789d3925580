"""How the engine evaluates a query: its operators, each with its rows and its time.

In: a store on disk and a query. Out: lines of text, an operator a line; nothing where the engine's
own command is not installed: to Python, the engine does not say.
Refuses: nothing.

https://github.com/oxigraph/oxigraph/tree/main/cli
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from kg.rdf.turtle import Shortener

PROGRAM = "oxigraph"
INSTALL = "to Python, the engine gives no plan; its command does: `pip install 'newskg[explain]'`"
# Variables that the engine makes up.
MADE = r"\?[0-9a-f]{30,32}\b"


def program() -> str | None:
    """The engine's own command, beside this interpreter or on the path."""
    beside = str(Path(sys.executable).parent)
    return shutil.which(PROGRAM, path=os.pathsep.join([beside, os.environ.get("PATH", "")]))


def plan(store: Path, text: str, prefixes: Mapping[str, str], base: str | None) -> list[str]:
    """The plan of a query, which is evaluated once more for it.

    Args:
        store: its folder.
        text: the query.
        prefixes: known to it without declaration.
        base: of its relative IRIs.
    """
    if (command := program()) is None:
        return [INSTALL]
    declared = "".join(f"PREFIX {prefix}: <{iri}> " for prefix, iri in prefixes.items())
    with TemporaryDirectory() as place:
        file = Path(place) / "plan.json"
        line = [command, "query", "--location", str(store), "--query", declared + text, "--stats"]
        line += ["--explain-file", str(file), "--results-format", _format(text)]
        line += ["--query-base", base] if base else []
        done = subprocess.run(line, capture_output=True, text=True, check=False)
        if done.returncode or not file.is_file():
            return [f"the engine's command gives no plan: {done.stderr.strip()}"]
        said = json.loads(file.read_bytes())
    return _table(said["plan"], Shortener(prefixes, base or ""))


def _format(text: str) -> str:
    return "nt" if re.search(r"\b(CONSTRUCT|DESCRIBE)\b", text, re.IGNORECASE) else "tsv"


def _table(root: Mapping[str, Any], shorten: Shortener) -> list[str]:
    numbers, names = count(), dict[str, str]()

    def name(found: re.Match[str]) -> str:
        return names.setdefault(found[0], f"?.{next(numbers)}")

    lines = [f"{'rows':>9}  {'time':>11}  operator"]
    for depth, node in _nodes(root):
        shown = re.sub(r"<[^<>\s]*>", lambda iri: shorten(iri[0]), node["name"])
        seconds = f"{node['duration in seconds'] * 1000:.1f} ms"
        rows = f"{node['number of results']:,}"
        lines.append(f"{rows:>9}  {seconds:>11}  {'  ' * depth}{re.sub(MADE, name, shown)}")
    return lines


def _nodes(node: Mapping[str, Any], depth: int = 0) -> Iterator[tuple[int, Mapping[str, Any]]]:
    yield depth, node
    for inner in node["children"]:
        yield from _nodes(inner, depth + 1)
