"""Avro files, written row by row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import fastavro

from labkit.cloud.engine.formats.batches import batches, schema_of
from labkit.cloud.engine.formats.model import FormatError, Session, Table, Target
from labkit.cloud.engine.types import Type

_TYPES: dict[str, Any] = {
    "boolean": "boolean",
    **dict.fromkeys(("tinyint", "smallint", "integer"), "int"),
    "bigint": "long",
    "real": "float",
    "double": "double",
    **dict.fromkeys(("varchar", "char"), "string"),
    "varbinary": "bytes",
    "date": {"type": "int", "logicalType": "date"},
    "timestamp": {"type": "long", "logicalType": "timestamp-millis"},
}


def write_avro(session: Session, sql: str, table: Table, codec: str, target: Target) -> int:
    """Write a query's rows. Returns how many there were."""
    fields = [{"name": n, "type": ["null", _type(k, n)], "default": None} for n, k in table.columns]
    schema = {"type": "record", "name": "hive_record", "fields": fields}
    found = batches(session, sql, schema_of(table))
    rows = _Counted(row for b in found for row in b.to_pylist(maps_as_pydicts="strict"))
    with Path(target.path).open("wb") as file:
        fastavro.writer(file, fastavro.parse_schema(schema), rows, codec=codec)
    return rows.count


class _Counted:
    """Rows as they pass, counted; times get their zone."""

    def __init__(self, rows: Iterable[dict[str, Any]]) -> None:
        self.rows, self.count = rows, 0

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for row in self.rows:
            self.count += 1
            yield {name: _value(value) for name, value in row.items()}


def _value(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _value(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_value(v) for v in value]
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC)  # fastavro takes a naive time for a local one
    return value


def _type(kind: Type, name: str) -> Any:
    """The Avro schema of a type; a record is named after its column."""
    match kind.base:
        case "array":
            return {"type": "array", "items": ["null", _type(kind.element, f"{name}_item")]}
        case "map" if kind.types[0].base not in ("varchar", "char"):
            raise FormatError("NOT_SUPPORTED", "Key of Map can only be a String")
        case "map":
            return {"type": "map", "values": ["null", _type(kind.types[1], f"{name}_value")]}
        case "row":
            fields = [
                {"name": str(n), "type": ["null", _type(t, f"{name}_{n}")], "default": None}
                for n, t in kind.fields
            ]
            return {"type": "record", "name": f"{name}_record", "fields": fields}
        case "timestamp" if kind.args == (6,):
            return {"type": "long", "logicalType": "timestamp-micros"}
        case "decimal":
            precision, scale = kind.args
            return {
                "type": "bytes",
                "logicalType": "decimal",
                "precision": precision,
                "scale": scale,
            }
    if kind.base not in _TYPES:
        raise FormatError("NOT_SUPPORTED", f"Avro has no columns of type {kind}")
    return _TYPES[kind.base]
