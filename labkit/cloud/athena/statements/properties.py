"""``WITH (name = value, ...)`` of ``CREATE TABLE AS`` and ``UNLOAD``, checked.

Source: https://docs.aws.amazon.com/athena/latest/ug/create-table-as.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from labkit.cloud.engine import QueryFailed
from labkit.cloud.engine.trino.cursor import Cursor

#: Format names, the engine's name of each, and the SerDe option of its field delimiter.
FORMATS = {"PARQUET": "parquet", "ORC": "orc", "AVRO": "avro", "JSON": "json", "TEXTFILE": "csv"}


def read_properties(cursor: Cursor) -> dict[str, Any]:
    """``(format = 'ORC', partitioned_by = ARRAY['dt'])``; names in lower case."""
    cursor.expect("(")
    found = dict(cursor.many(lambda: _property(cursor)))
    cursor.expect(")")
    return found


def check_names(properties: Mapping[str, Any], known: Iterable[str], what: str) -> None:
    """Refuse a property that there is not.

    Raises:
        QueryFailed: INVALID_TABLE_PROPERTY.
    """
    unknown = sorted(set(properties) - set(known))
    if unknown:
        raise QueryFailed(
            "INVALID_TABLE_PROPERTY",
            f"Catalog 'awsdatacatalog' {what} property '{unknown[0]}' does not exist",
            1,
            1,
        )


def format_of(properties: Mapping[str, Any]) -> str:
    """The format's name in Athena's spelling.

    Raises:
        QueryFailed: there is none of that name.
    """
    name = str(properties.get("format", "PARQUET")).upper()
    if name not in FORMATS:
        raise QueryFailed(
            "INVALID_TABLE_PROPERTY",
            f"Unable to set table property 'format' to ['{name}']: Invalid value [{name}]. "
            f"Valid values: [{', '.join(FORMATS)}]",
            1,
            1,
        )
    return name


def columns_of(properties: Mapping[str, Any], name: str) -> list[str]:
    """The columns that a property names, in lower case.

    Raises:
        QueryFailed: it is no array of texts.
    """
    value = properties.get(name, [])
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        said = f"'{value}'" if isinstance(value, str) else value
        raise QueryFailed(
            "INVALID_TABLE_PROPERTY",
            f"Invalid value for table property '{name}': Cannot convert [{said}] to array(varchar)",
            1,
            1,
        )
    return [each.lower() for each in value]


def compression_of(properties: Mapping[str, Any], format_name: str) -> str:
    """The compression asked for, in lower case; empty for the format's default."""
    names = ("write_compression", "compression", f"{format_name.lower()}_compression")
    return str(next((properties[n] for n in names if n in properties), "")).lower()


def _property(cursor: Cursor) -> tuple[str, Any]:
    name = cursor.name()
    cursor.expect("=")
    return name, _value(cursor)


def _value(cursor: Cursor) -> Any:
    if cursor.accept("ARRAY"):
        cursor.expect("[")
        items = () if cursor.peek("]") else cursor.many(lambda: _value(cursor))
        cursor.expect("]")
        return list(items)
    if cursor.accept("TRUE"):
        return True
    if cursor.accept("FALSE"):
        return False
    if cursor.token.kind == "integer":
        return int(cursor.take("integer", "<integer>"))
    return cursor.take("string", "<string>")
