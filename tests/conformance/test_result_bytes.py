"""The W3C examples of results in CSV, TSV and JSON, compared as they are written by `kg query`.

The tests lie outside the project; see `test_sparql.py`, which compares what the results mean.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from kg.commands.query import command

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = Path(os.environ.get("KG_CONFORMANCE") or ROOT.parent / "shared/conformance") / "sparql11"
TABLES = [
    (query, data, f"csvtsv0{number}.{format_}")
    for number, query, data in [
        (1, "csvtsv01.rq", "data.ttl"),
        (2, "csvtsv02.rq", "data.ttl"),
        (3, "csvtsv01.rq", "data2.ttl"),
    ]
    for format_ in ("csv", "tsv")
]


def written(folder: str, query: str, data: str, format_: str) -> str:
    place = FOLDER.resolve() / folder
    if not place.is_dir():
        pytest.skip(f"not run: {folder}/{query}; there is no folder {place}")
    arguments = ["--data", str(place / data), "-f", str(place / query), "-F", format_]
    done = CliRunner().invoke(command, arguments, obj=place)
    assert done.exit_code == 0, done.output
    return done.stdout_bytes.decode()


@pytest.mark.parametrize(("query", "data", "expected"), TABLES, ids=lambda value: value)
def test_csv_and_tsv(query: str, data: str, expected: str) -> None:
    format_ = expected.rpartition(".")[2]
    found = written("csv-tsv-res", query, data, format_)
    example = (FOLDER / "csv-tsv-res" / expected).read_text(encoding="utf-8")
    if format_ == "csv":  # RFC 4180 ends lines in CRLF, the files of the suite do not
        example = example.replace("\n", "\r\n")
    # Labels of blank nodes are free. The data has 1.0E6, and so has the example in CSV.
    example = re.sub(r"_:\w+", "_:o6", example).replace("1.0e6", "1.0E6")
    assert found == example


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_json(number: int) -> None:
    found = written("json-res", f"jsonres0{number}.rq", "data.ttl", "json")
    example = json.loads((FOLDER / "json-res" / f"jsonres0{number}.srj").read_text("utf-8"))
    same = json.dumps(example).replace('"value": "b0"', '"value": "o6"')
    assert json.loads(found) == json.loads(same)
