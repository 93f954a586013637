"""Columns that ``CREATE TABLE AS`` can give a table of Hive's kind.

Source: HiveTypeTranslator, HiveMetadata and HiveStorageFormat of
https://github.com/trinodb/trino/tree/master/plugin/trino-hive
"""

from __future__ import annotations

import re

from labkit.cloud.engine import Column, QueryFailed
from labkit.cloud.engine.types import Type

_LONGEST = {
    "varchar": (65_535, "VARCHAR types: VARCHAR(<=65535), VARCHAR."),
    "char": (255, "CHAR types: CHAR(<=255)."),
}
_STORABLE = frozenset(
    "boolean tinyint smallint integer bigint real double decimal varchar char varbinary date "
    "timestamp array map row".split()
)
_NAMES = (("^ ", "start with a space"), (" $", "end with a space"), (",", "contain commas"))


def check_stored(column: Column, format_name: str) -> None:
    """Refuse a column that Hive, or the format, does not know.

    Raises:
        QueryFailed: NOT_SUPPORTED.
    """
    for pattern, what in _NAMES:
        if re.search(pattern, column.name):
            raise _refused(f"Hive column names must not {what}: '{column.name}'")
    _check_type(column.type, column.name)
    if format_name == "AVRO":
        _check_avro(column.type, column.name)


def _check_type(kind: Type, column: str) -> None:
    """A type that Hive has, as have its parts; the fields of a row have names."""
    if kind.base not in _STORABLE:
        raise _refused(f"Unsupported Hive type: {kind.display}")
    if kind.base == "timestamp" and kind.display != "timestamp(3)":
        raise _refused(
            f"Incorrect timestamp precision for {kind}; the configured precision is MILLISECONDS; "
            f"column name: {column}",
        )
    longest, supported = _LONGEST.get(kind.base, (0, ""))
    if longest and kind.args and int(str(kind.args[0])) > longest:
        raise _refused(f"Unsupported Hive type: {kind}. Supported {supported}")
    if None in kind.names:
        words = "Anonymous row type is not supported in Hive. Please give each field a name"
        raise _refused(f"{words}: {kind}")
    for part in kind.types:
        _check_type(part, column)


def _check_avro(kind: Type, column: str) -> None:
    if kind.base in ("tinyint", "smallint"):
        words = f"is {kind}, which is not supported by Avro. Use integer instead."
        raise _refused(f"Column '{column}' {words}")
    if kind.base == "map" and kind.types[0].base != "varchar":
        words = "has a non-varchar map key, which is not supported by Avro"
        raise _refused(f"Column '{column}' {words}")
    for part in kind.types:
        _check_avro(part, column)


def _refused(message: str) -> QueryFailed:
    return QueryFailed("NOT_SUPPORTED", message)
