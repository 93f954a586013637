"""Types of columns: DataBrew's names for them, and what DuckDB tells of a query.

Source: https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.CHANGE_DATA_TYPE.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.engine.types import BIGINT, DOUBLE, REAL, VARBINARY, VARCHAR, Type

#: DataBrew's names of types, as ``columnDataType`` gives them.
NAMES = {
    "byte": Type("tinyint"),
    "short": Type("smallint"),
    "int": Type("integer"),
    "integer": Type("integer"),
    "long": BIGINT,
    "bigint": BIGINT,
    "float": REAL,
    "double": DOUBLE,
    "number": DOUBLE,
    "decimal": Type("decimal", (38, 18)),
    "string": VARCHAR,
    "boolean": Type("boolean"),
    "timestamp": Type("timestamp"),
    "datetime": Type("timestamp"),
    "date": Type("date"),
}
_SHOWN = {
    "tinyint": "byte",
    "smallint": "short",
    "integer": "int",
    "bigint": "long",
    "real": "float",
    "varchar": "string",
    "char": "string",
    "row": "struct",
    "timestamptz": "timestamp",
}
_OTHERS = {
    "float": REAL,
    "hugeint": Type("decimal", (38, 0)),
    "uhugeint": Type("decimal", (38, 0)),
    "utinyint": Type("smallint"),
    "usmallint": Type("integer"),
    "uinteger": BIGINT,
    "ubigint": Type("decimal", (20, 0)),
    "blob": VARBINARY,
    "timestamp_s": Type("timestamp"),
    "timestamp_ms": Type("timestamp"),
    "timestamp_ns": Type("timestamp", (9,)),
    "timestamp with time zone": Type("timestamp"),
    "time with time zone": Type("time"),
    "time_ns": Type("time"),
    "null": VARCHAR,
    "sqlnull": VARCHAR,
    "enum": VARCHAR,
    "bit": VARCHAR,
    "interval": VARCHAR,
}


def shown(kind: Type) -> str:
    """DataBrew's name of a type.

    >>> shown(BIGINT), shown(VARCHAR)
    ('long', 'string')
    """
    return _SHOWN.get(kind.base, kind.base)


def type_of(found: Any) -> Type:
    """DuckDB's type of a column (a ``DuckDBPyType``) as ours."""
    kind = found.id
    if kind in ("list", "array"):
        return Type("array", (type_of(found.children[0][1]),))
    if kind == "map":
        return Type("map", tuple(type_of(child) for _, child in found.children))
    if kind == "struct":
        names = tuple(name for name, _ in found.children)
        return Type("row", tuple(type_of(child) for _, child in found.children), names)
    if kind == "decimal":
        parts = dict(found.children)
        return Type("decimal", (int(parts["precision"]), int(parts["scale"])))
    return _OTHERS.get(kind, Type(kind))
