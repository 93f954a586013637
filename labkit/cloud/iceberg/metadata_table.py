"""A table of an Iceberg table's metadata, as the engine's source, and values in it.

Columns: https://trino.io/docs/current/connector/iceberg.html#metadata-tables
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
from pyiceberg import types as ice
from pyiceberg.transforms import IdentityTransform

from labkit.cloud.engine import Column, Scan
from labkit.cloud.engine.trino.functions.documents import java_double
from labkit.cloud.engine.types import Type

Row = dict[str, Any]


@dataclass(frozen=True)
class MetadataTable:
    """Rows under columns, as a source."""

    columns: Sequence[Column]
    rows: Sequence[Row]
    partition_keys: Sequence[str] = ()
    hidden: Sequence[Column] = ()
    versioned: bool = False
    name: str = field(default_factory=lambda: f"metadata_{uuid.uuid4().hex}")

    def relation(self, session: Any, scan: Scan) -> str:
        """The rows, known to the session under a name of their own."""
        schema = pa.schema([(column.name, arrow_type(column.type)) for column in self.columns])
        session.connection.register(self.name, pa.Table.from_pylist(list(self.rows), schema))
        return f"SELECT * FROM {self.name}"


def plain(kind: Any, value: Any) -> Any:
    """Iceberg's own form of a value as Python's: days become a date, a UUID its text."""
    if isinstance(kind, ice.UUIDType) and isinstance(value, bytes):
        value = uuid.UUID(bytes=value)
    if isinstance(value, uuid.UUID):
        return str(value)
    if value is None or not isinstance(value, int):
        return value
    if isinstance(kind, ice.DateType):
        return datetime.date(1970, 1, 1) + datetime.timedelta(days=value)
    if isinstance(kind, ice.TimestampType):
        return datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=value)
    if isinstance(kind, ice.TimestamptzType):
        return moment(value / 1000)
    return value


def moment(milliseconds: float) -> Row:
    """A timestamp with time zone as the engine keeps it."""
    start = datetime.datetime(1970, 1, 1)
    return {"instant": start + datetime.timedelta(milliseconds=milliseconds), "zone": "UTC"}


def bound_text(kind: Any, value: Any) -> str:
    """A value as bounds show it, as Java does: ``true``, ``1.0E10``, bytes in Base64.

    >>> bound_text(ice.FloatType(), 1.2000000476837158), bound_text(ice.BooleanType(), True)
    ('1.2', 'true')
    """
    if isinstance(value, float):
        shortest = pa.scalar(value, pa.float32()).cast(pa.string()).as_py()
        return java_double(float(shortest) if isinstance(kind, ice.FloatType) else value)
    if isinstance(kind, ice.UUIDType):
        return str(plain(kind, value))
    return str(IdentityTransform().to_human_string(kind, value))


_PLAIN = {
    "boolean": pa.bool_(), "integer": pa.int32(), "bigint": pa.int64(), "real": pa.float32(),
    "double": pa.float64(), "varchar": pa.string(), "varbinary": pa.binary(),
    "date": pa.date32(), "timestamp": pa.timestamp("us"), "time": pa.time64("us"),
    "uuid": pa.string(),
    "timestamptz": pa.struct([("instant", pa.timestamp("us")), ("zone", pa.string())]),
}  # fmt: skip


def arrow_type(kind: Type) -> pa.DataType:
    """Arrow's type for a column."""
    if kind.base == "row":
        return pa.struct([(name, arrow_type(part)) for name, part in kind.fields])
    if kind.base == "array":
        return pa.list_(arrow_type(kind.element))
    if kind.base == "map":
        return pa.map_(arrow_type(kind.types[0]), arrow_type(kind.types[1]))
    if kind.base == "decimal":
        return pa.decimal128(*(a for a in kind.args if isinstance(a, int)))
    return _PLAIN[kind.base]
