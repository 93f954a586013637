"""Avro files, streamed block by block.

The table's ``avro.schema.literal`` is the reader's schema; without one, each file's own is.
Columns are found by name, missing ones are NULL. Of logical types Hive knows days, decimals and
moments; a time of day or a local moment is the number that it is stored as. Sources:
https://docs.aws.amazon.com/athena/latest/ug/avro-serde.html and Trino's HiveAvroTypeBlockHandler
"""

from __future__ import annotations

import json
import os
import struct
import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

import fastavro
from fastavro.read import LOGICAL_READERS, SchemaResolutionError

from labkit.cloud.engine.formats.avro_names import as_written
from labkit.cloud.engine.formats.model import File, FormatError, Session, Table
from labkit.cloud.engine.formats.stream import row_relation
from labkit.cloud.engine.types import (
    BIGINT,
    BOOLEAN,
    DATE,
    DOUBLE,
    INTEGER,
    REAL,
    TIMESTAMP,
    VARBINARY,
    VARCHAR,
    Type,
)

#: A UUID stays the text that it is: Hive's SerDe knows no such type.
LOGICAL_READERS["string-uuid"] = lambda text, *_: text
SYNC = 16
_EPOCH = datetime(1970, 1, 1)
_MILLI, _MICRO = timedelta(milliseconds=1), timedelta(microseconds=1)
#: Logical types that are none to Hive.
_UNITS = {
    "time-millis": _MILLI,
    "time-micros": _MICRO,
    "timestamp-micros": _MICRO,
    "local-timestamp-millis": _MILLI,
    "local-timestamp-micros": _MICRO,
}
_WHOLE = frozenset(("integer", "bigint"))
_BROKEN = (ValueError, EOFError, OSError, struct.error, zlib.error, LookupError, OverflowError)
_PYTHON: dict[str, tuple[type, ...]] = {
    "boolean": (bool,),
    **dict.fromkeys(("tinyint", "smallint", "integer", "bigint"), (int,)),
    **dict.fromkeys(("real", "double"), (int, float)),
    **dict.fromkeys(("varchar", "char"), (str,)),
    "varbinary": (bytes,),
    "decimal": (Decimal,),
    "date": (date,),
    "timestamp": (datetime,),
}


def relation(session: Session, table: Table, files: Sequence[File], wanted: frozenset[str]) -> str:
    """Relation of the wanted columns."""
    schema = reader_schema(table)
    columns = [(name.lower(), kind) for _, name, kind in table.wanted(wanted)]

    def rows(file: File) -> Iterator[list[Any]]:
        units = _units(writer_schema(file))
        numbers = {n: units[n] for n, kind in columns if kind.base in _WHOLE and n in units}
        for record in records(file, schema):
            found = {key.lower(): value for key, value in record.items()}
            for name, unit in numbers.items():
                found[name] = _number(found.get(name), unit)
            yield [_value(found.get(name), kind, name, file) for name, kind in columns]

    return row_relation(session, table, files, wanted, rows)


def reader_schema(table: Table) -> Any:
    """The schema that the table gives, ``None`` for none.

    Raises:
        FormatError: it is not valid, or stands at an address.
    """
    if table.option("avro.schema.url"):
        raise FormatError("HIVE_UNSUPPORTED_FORMAT", "avro.schema.url is not supported")
    text = table.option("avro.schema.literal")
    try:
        return fastavro.parse_schema(json.loads(text)) if text else None
    except (ValueError, fastavro.schema.SchemaParseException) as error:
        raise FormatError("HIVE_INVALID_METADATA", f"Bad avro.schema.literal: {error}") from error


def records(file: File, schema: Any = None) -> Iterator[dict[str, Any]]:
    """The file's records, resolved to a reader's schema.

    Raises:
        FormatError: HIVE_BAD_DATA, a damaged file or one whose schema does not resolve.
    """
    try:
        count(file)
        if schema is not None:
            asked = as_written(plain_schema(schema), plain_schema(writer_schema(file)))
            schema = fastavro.parse_schema(asked)
        with Path(file.path).open("rb") as raw:
            for record in fastavro.reader(raw, reader_schema=schema):
                yield record if isinstance(record, dict) else {}
    except (SchemaResolutionError, *_BROKEN) as error:
        raise _unreadable(file, error) from error


def writer_schema(file: File) -> Any:
    """The schema that stands in the file."""
    try:
        with Path(file.path).open("rb") as raw:
            return fastavro.reader(raw).writer_schema
    except _BROKEN as error:
        raise _unreadable(file, error) from error


def _units(schema: Any) -> dict[str, timedelta]:
    """The units of those fields of a record that are counted in one to Hive."""
    found = {}
    for each in schema["fields"] if isinstance(schema, dict) and "fields" in schema else ():
        branches = each["type"] if isinstance(each["type"], list) else [each["type"]]
        named = (b.get("logicalType") for b in branches if isinstance(b, dict))
        if unit := next((_UNITS[name] for name in named if name in _UNITS), None):
            found[each["name"].lower()] = unit
    return found


def _number(value: Any, unit: timedelta) -> Any:
    """The number that a time of day or a moment is stored as."""
    if isinstance(value, time):
        value = datetime.combine(_EPOCH, value)
    return (_plain(value) - _EPOCH) // unit if isinstance(value, datetime) else value


def _plain(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _value(value: Any, kind: Type, name: str, file: File) -> Any:
    if value is None:
        return None
    match kind.base:
        case "array" if isinstance(value, list):
            return [_value(v, kind.element, name, file) for v in value]
        case "map" if isinstance(value, dict):
            return [(k, _value(v, kind.types[1], name, file)) for k, v in value.items()]
        case "row" if isinstance(value, dict):
            keyed = {k.lower(): v for k, v in value.items()}
            return {n: _value(keyed.get(str(n).lower()), t, name, file) for n, t in kind.fields}
    if not _fits(value, kind):
        raise FormatError(
            "HIVE_BAD_DATA",
            f"Field {name}'s type {type(value).__name__} in Avro file {file.name} is incompatible "
            f"with type {kind} defined in table schema",
        )
    return _plain(value) if isinstance(value, datetime) else value


def _fits(value: Any, kind: Type) -> bool:
    wanted = _PYTHON.get(kind.base, ())
    if isinstance(value, bool) or kind.base == "boolean":
        return isinstance(value, bool) and kind.base == "boolean"
    if isinstance(value, datetime) and kind.base == "date":
        return False
    return isinstance(value, wanted)


def count(file: File) -> int:
    """Records of the file, from its blocks' heads alone.

    Raises:
        FormatError: HIVE_BAD_DATA, a block that says what cannot be.
    """
    try:
        with Path(file.path).open("rb") as raw:
            fastavro.reader(raw)  # leaves it at the first block
            return sum(_blocks(raw, os.fstat(raw.fileno()).st_size))
    except _BROKEN as error:
        raise _unreadable(file, error) from error


def _blocks(raw: BinaryIO, end: int) -> Iterator[int]:
    """The records of each block, which is to lie within the file."""
    while raw.tell() < end:
        records, size = _long(raw), _long(raw)
        if records < 0 or not 0 <= size <= end - raw.tell() - SYNC:
            raise ValueError(f"Block size invalid: {size} bytes, {records} records")
        raw.seek(size + SYNC, os.SEEK_CUR)
        yield records


def _long(raw: BinaryIO) -> int:
    """A number in Avro's zigzag, seven bits a byte."""
    found = 0
    for shift in range(0, 70, 7):
        byte = raw.read(1)[0]
        found |= (byte & 127) << shift
        if byte < 128:
            return (found >> 1) ^ -(found & 1)
    raise ValueError("Invalid long encoding")


def _unreadable(file: File, error: Exception) -> FormatError:
    why = str(error) or "Unexpected end of file"
    return FormatError("HIVE_BAD_DATA", f"Error reading Avro file {file.name}: {why}")


def plain_schema(schema: Any) -> Any:
    """A schema without what fastavro noted in it."""
    if isinstance(schema, dict):
        return {k: plain_schema(v) for k, v in schema.items() if not k.startswith("__fastavro")}
    return [plain_schema(s) for s in schema] if isinstance(schema, list) else schema


def kind_of(schema: Any, known: dict[str, Type] | None = None) -> Type:
    """The type of an Avro schema; a union with null is the type of the other branch.

    Args:
        known: gets the types of names, for those that stand for them further on.
    """
    known = {} if known is None else known
    if isinstance(schema, list):
        kinds = [kind_of(s, known) for s in schema if s != "null"]
        return kinds[0] if len(kinds) == 1 else VARCHAR
    if not isinstance(schema, dict):
        return _KINDS.get(schema) or known.get(schema, VARCHAR)
    found = _kind(schema, known)
    if "name" in schema:
        known[schema["name"]] = found
    return found


def _kind(schema: dict[str, Any], known: dict[str, Type]) -> Type:
    logical, kind = schema.get("logicalType"), schema["type"]
    if isinstance(kind, str) and (found := _LOGICAL.get((kind, logical))):
        return found
    match kind:
        case "array":
            return Type("array", (kind_of(schema["items"], known),))
        case "map":
            return Type("map", (VARCHAR, kind_of(schema["values"], known)))
        case "record":
            fields = schema["fields"]
            inner = tuple(kind_of(f["type"], known) for f in fields)
            return Type("row", inner, tuple(f["name"] for f in fields))
        case "bytes" | "fixed" if logical == "decimal":
            return Type("decimal", (schema["precision"], schema.get("scale", 0)))
    return kind_of(kind, known)


_KINDS = {
    "int": INTEGER,
    "long": BIGINT,
    "float": REAL,
    "double": DOUBLE,
    "boolean": BOOLEAN,
    "string": VARCHAR,
    "enum": VARCHAR,
    "null": VARCHAR,
    "bytes": VARBINARY,
    "fixed": VARBINARY,
}
#: What a logical type makes of a type; with others it is what it is without, as is Iceberg's map of
#: an array: https://avro.apache.org/docs/1.11.1/specification/#logical-types
_LOGICAL: dict[tuple[str, Any], Type] = {
    ("int", "date"): DATE,
    ("long", "timestamp-millis"): TIMESTAMP,
    ("long", "timestamp-micros"): TIMESTAMP,
}
