"""The rows of results as files, so that they outlive the process, for a day as on AWS."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.feather as feather

from labkit.cloud.cloud import Cloud
from labkit.cloud.engine.redshift.types import Type
from labkit.cloud.redshift.warehouse import Column, Result


def _path(cloud: Cloud, number: str) -> Path:
    return cloud.home / "redshift" / "results" / f"{number.replace(':', '_')}.arrow"


def save(cloud: Cloud, number: str, result: Result) -> int:
    """Keep a result's rows; their size in bytes."""
    path = _path(cloud, number)
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = result.rows
    assert rows is not None
    told = [[c.name, c.type.base, c.type.size, c.type.scale] for c in result.columns]
    table = rows.replace_schema_metadata({"columns": json.dumps(told)})
    aside = path.with_suffix(".part")
    feather.write_feather(table, str(aside), compression="uncompressed")
    aside.rename(path)
    return int(rows.nbytes)


def load(cloud: Cloud, number: str) -> tuple[tuple[Column, ...], pa.Table]:
    """The columns and rows of a result."""
    table = feather.read_table(str(_path(cloud, number)), memory_map=False)
    told = json.loads(table.schema.metadata[b"columns"])
    return tuple(Column(name, Type(*kind)) for name, *kind in told), table
