"""The rows of results as files, so that they outlive the process, for a day as on AWS.

A result may have 500 MB and a row of it 64 KB. Source:
https://docs.aws.amazon.com/redshift/latest/mgmt/data-api-troubleshooting.html
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.ipc as ipc

from labkit.cloud.cloud import Cloud
from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.engine.redshift.types import Type
from labkit.cloud.redshift.warehouse import Column, Result

MOST_BYTES, MOST_ROW_BYTES = 500 << 20, 64 << 10


def _path(cloud: Cloud, number: str) -> Path:
    return cloud.home / "redshift" / "results" / f"{number.replace(':', '_')}.arrow"


def save(cloud: Cloud, number: str, result: Result) -> int:
    """Keep a result's rows; their size in bytes.

    Raises:
        RedshiftError: they are too large for the API.
    """
    path = _path(cloud, number)
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = result.rows
    assert rows is not None
    _check_size(rows)
    told = [[c.name, c.type.base, c.type.size, c.type.scale] for c in result.columns]
    table = rows.replace_schema_metadata({"columns": json.dumps(told)})
    aside = path.with_suffix(".part")
    with ipc.new_file(str(aside), table.schema) as file:
        file.write_table(table)
    aside.rename(path)
    return int(rows.nbytes)


def load(cloud: Cloud, number: str) -> tuple[tuple[Column, ...], pa.Table]:
    """The columns and rows of a result."""
    with ipc.open_file(_path(cloud, number).read_bytes()) as file:
        table = file.read_all()
    told = json.loads(table.schema.metadata[b"columns"])
    return tuple(Column(name, Type(*kind)) for name, *kind in told), table


def drop(cloud: Cloud, number: str) -> None:
    """Remove a statement's result, and those of a batch's parts."""
    folder = _path(cloud, number).parent
    for path in folder.glob(f"{number}*.arrow"):
        path.unlink(missing_ok=True)


def _check_size(rows: pa.Table) -> None:
    if rows.nbytes > MOST_BYTES:
        raise RedshiftError("Database response exceeded size limit")
    if rows.nbytes > MOST_ROW_BYTES and _longest_row(rows) > MOST_ROW_BYTES:
        raise RedshiftError("Packet for query is too large")


def _longest_row(rows: pa.Table) -> int:
    """The bytes of the texts of the longest row."""
    texts = [c for c in rows.columns if pa.types.is_string(c.type) or pa.types.is_binary(c.type)]
    total: Any = 0
    for column in texts:
        total = pc.add(pc.fill_null(pc.binary_length(column), 0), total)
    return int(pc.max(total).as_py()) if texts else 0
