"""How Athena describes a result's columns: ``ColumnInfo``, and the ``.metadata`` file.

Precisions are those of the JDBC types (https://docs.aws.amazon.com/athena/latest/APIReference/API_ColumnInfo.html).
The metadata file is an undocumented protocol buffer; the field numbers are those that
https://github.com/burtcorp/athena-jdbc reads, and what is told of which type was measured on AWS:
https://github.com/aoyagikouhei/athena-local/blob/main/docs/dev/measurements/metadata.md
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from labkit.cloud.engine import Column
from labkit.cloud.engine.types import VARCHAR, Type

UNBOUNDED = 2147483647
_PRECISIONS = {
    "tinyint": 3, "smallint": 5, "integer": 10, "bigint": 19, "real": 17, "double": 17,
    "varchar": UNBOUNDED, "varbinary": 1073741824, "timestamp": 3, "timestamptz": 3,
    "time": 3,
}  # fmt: skip
_NAMES = {
    "real": "float",
    "timestamptz": "timestamp with time zone",
    "timetz": "time with time zone",
}


def column_info(column: Column) -> dict[str, Any]:
    """A result's column as ``ColumnInfo``."""
    precision, scale = _precision(column.type)
    return {
        "CatalogName": "hive",
        "SchemaName": "",
        "TableName": "",
        "Name": column.name,
        "Label": column.name,
        "Type": _NAMES.get(column.type.base, column.type.base),
        "Precision": precision,
        "Scale": scale,
        "Nullable": "UNKNOWN",
        "CaseSensitive": column.type.base in ("varchar", "char"),
    }


def text_info(name: str) -> dict[str, Any]:
    """The column of a DDL statement's text."""
    info = column_info(Column(name, VARCHAR))
    return info | {"Type": "string", "Precision": 0, "CaseSensitive": False}


def _precision(kind: Type) -> tuple[int, int]:
    numbers = [a for a in kind.args if isinstance(a, int)]
    if kind.base == "decimal":
        return numbers[0], numbers[1]
    if kind.base in ("varchar", "char") and numbers:
        return numbers[0], 0
    return _PRECISIONS.get(kind.base, 0), 0


def metadata_file(infos: Iterable[dict[str, Any]], number: str) -> bytes:
    """The content of ``<id>.csv.metadata``, which begins with the execution's id."""
    return _field(1, number.encode()) + b"".join(_field(4, _column(info)) for info in infos)


_TEXTS = ((1, "CatalogName"), (4, "Name"), (5, "Label"), (6, "Type"))
_NUMBERS = {"Precision": 7, "Scale": 8, "Nullable": 9, "CaseSensitive": 10}
_UNKNOWN = 3
#: The numbers of types of which not all are told.
_TOLD = {
    "date": ("Scale", "Nullable", "CaseSensitive"),
    **dict.fromkeys(
        ("boolean", "interval day to second", "interval year to month"),
        ("Nullable", "CaseSensitive"),
    ),
    **dict.fromkeys(("array", "map", "row", "json", "string", "uuid", "ipaddress"), ("Nullable",)),
}


def _column(info: dict[str, Any]) -> bytes:
    texts = b"".join(_field(number, info[name].encode()) for number, name in _TEXTS)
    values = info | {"Nullable": _UNKNOWN}
    told = _TOLD.get(info["Type"], tuple(_NUMBERS))
    return texts + b"".join(_varint(_NUMBERS[name] << 3) + _varint(values[name]) for name in told)


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    out = bytearray()
    number = int(number)
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes((*out, number))
