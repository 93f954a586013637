"""Stored columns as the types that queries see, in DuckDB's SQL.

A type may have been widened since, fields of rows renamed, moved, dropped or added: they are found
by id. Sources: https://iceberg.apache.org/spec/#schema-evolution and
https://iceberg.apache.org/spec/#name-mapping-serialization
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
from pyiceberg import types as ice
from pyiceberg.table.name_mapping import MappedField

from labkit.cloud.engine import QueryFailed
from labkit.cloud.engine.nested import EACH, KEY, VALUE, listed, mapped, packed, part
from labkit.cloud.engine.quoting import quoted_text
from labkit.cloud.iceberg.types import trino_type

_FIELD_ID = b"PARQUET:field_id"
_STORED = {
    "bool": "boolean", "int32": "integer", "int64": "bigint", "float": "real",
    "double": "double", "date32[day]": "date", "timestamp[us]": "timestamp",
    "string": "varchar", "large_string": "varchar", "binary": "varbinary",
    "large_binary": "varbinary", "time64[us]": "time",
}  # fmt: skip


def value_sql(ref: str, stored: pa.Field, wanted: ice.IcebergType) -> str:
    """A stored column as the type that queries see; nested fields are found by id."""
    kind = stored.type
    if isinstance(wanted, ice.StructType) and pa.types.is_struct(kind):
        return _struct(ref, kind, wanted)
    if isinstance(wanted, ice.ListType) and hasattr(kind, "value_field"):
        inner = value_sql(EACH, kind.value_field, wanted.element_type)
        return ref if inner == EACH else listed(ref, inner)
    if isinstance(wanted, ice.MapType) and pa.types.is_map(kind):
        return _map(ref, kind, wanted)
    if isinstance(wanted, ice.TimestamptzType):
        moment = f"timezone('UTC', CAST({ref} AS TIMESTAMPTZ))"  # files may have nanoseconds
        return packed(ref, (("instant", moment), ("zone", "'UTC'")))
    return _plain(ref, kind, wanted)


def _plain(ref: str, kind: pa.DataType, wanted: ice.IcebergType) -> str:
    target = trino_type(wanted)
    if _STORED.get(str(kind)) == target.base:
        return ref
    if target.base == "decimal" and str(kind) == f"decimal128({target.args[0]}, {target.args[1]})":
        return ref
    if target.base == "varchar" and str(kind).endswith("binary"):
        return f"decode({ref})"
    return ref if target.base == "varbinary" else f"CAST({ref} AS {target.duckdb})"


def _struct(ref: str, kind: pa.DataType, wanted: ice.StructType) -> str:
    stored = {field_id(field): field for field in kind}
    values = []
    for field in wanted.fields:
        found, name = stored.get(field.field_id), field.name.lower()
        if found is None:
            missing = f"CAST({default_sql(field)} AS {trino_type(field.field_type).duckdb})"
            values.append((name, missing))
        else:
            own = part(ref, found.name)
            values.append((name, value_sql(own, found, field.field_type)))
    same = [(field.name, part(ref, field.name)) for field in kind]
    return ref if values == same else packed(ref, values)


def _map(ref: str, kind: pa.DataType, wanted: ice.MapType) -> str:
    key = value_sql(KEY, kind.key_field, wanted.key_type)
    value = value_sql(VALUE, kind.item_field, wanted.value_type)
    return ref if (key, value) == (KEY, VALUE) else mapped(ref, key, value)


def way_to(fields: Sequence[ice.NestedField], number: int) -> list[ice.NestedField]:
    """A field of this id behind the fields that it is within, none where there is none."""
    for field in fields:
        if field.field_id == number:
            return [field]
        inner = field.field_type
        if isinstance(inner, ice.StructType) and (way := way_to(inner.fields, number)):
            return [field, *way]
    return []


def field_id(field: pa.Field) -> int:
    """The Iceberg id of a stored column, -1 when it has none."""
    return int((field.metadata or {}).get(_FIELD_ID, b"-1"))


def numbered(field: pa.Field, named: MappedField) -> pa.Field:
    """A column of a file without ids, and what is within it, with those of a name mapping."""
    below = {name: each for each in named.fields for name in each.names}
    kind = field.type

    def inner(own: pa.Field, name: str) -> pa.Field:
        return numbered(own, below[name]) if name in below else own

    if pa.types.is_struct(kind):
        kind = pa.struct([inner(own, own.name) for own in kind])
    elif pa.types.is_map(kind):
        kind = pa.map_(inner(kind.key_field, "key"), inner(kind.item_field, "value"))
    elif hasattr(kind, "value_field"):
        kind = pa.list_(inner(kind.value_field, "element"))
    return pa.field(field.name, kind, field.nullable, {_FIELD_ID: str(named.field_id)})


def default_sql(field: ice.NestedField) -> str:
    """The value of a column that a file lacks."""
    value = field.initial_default
    return "NULL" if value is None else literal_sql(value, field.field_type)


def literal_sql(value: Any, kind: ice.IcebergType) -> str:
    """A value in Iceberg's own form: days, microseconds, text."""
    if isinstance(kind, ice.DateType) and isinstance(value, int):
        return f"(DATE '1970-01-01' + {value})"
    if isinstance(kind, ice.TimestampType) and isinstance(value, int):
        return f"make_timestamp({value})"
    if isinstance(kind, ice.PrimitiveType) and not isinstance(value, bytes):
        return quoted_text(str(value))
    raise QueryFailed("NOT_SUPPORTED", f"A constant column of type {kind} cannot be read here")
