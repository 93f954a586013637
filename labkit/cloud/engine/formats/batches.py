"""A query's rows as Arrow's batches, for the formats that DuckDB does not write."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from labkit.cloud.engine.formats.model import Session, Table
from labkit.cloud.engine.formats.stream import arrow_type

_ROWS = 50_000


def schema_of(table: Table) -> pa.Schema:
    """A table's columns as Arrow has them."""
    return pa.schema([pa.field(name, arrow_type(kind)) for name, kind in table.columns])


def batches(session: Session, sql: str, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """A query's rows in these types, some thousands at a time."""
    reader = session.con.sql(sql).to_arrow_reader(_ROWS)
    for batch in reader:
        yield from pa.Table.from_batches([batch]).cast(schema).to_batches()
