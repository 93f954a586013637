"""Types: Iceberg's, and what Athena calls them.

Athena has no ``tinyint``, ``smallint`` or ``char`` in Iceberg tables, and timestamps have six
digits; ``time`` and ``timestamptz`` columns of other writers can be read, but not declared.
Source: https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-supported-data-types.html
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

from pyiceberg import types as ice
from pyiceberg.schema import Schema

from labkit.cloud.engine import Column, QueryFailed
from labkit.cloud.engine.types import Type

_TO_TRINO: dict[type, Type] = {
    ice.BooleanType: Type("boolean"),
    ice.IntegerType: Type("integer"),
    ice.LongType: Type("bigint"),
    ice.FloatType: Type("real"),
    ice.DoubleType: Type("double"),
    ice.DateType: Type("date"),
    ice.TimeType: Type("time", (6,)),
    ice.TimestampType: Type("timestamp", (6,)),
    ice.TimestamptzType: Type("timestamptz", (6,)),
    ice.StringType: Type("varchar"),
    ice.UUIDType: Type("uuid"),
    ice.BinaryType: Type("varbinary"),
    ice.FixedType: Type("varbinary"),
}
_TO_ICEBERG: dict[str, ice.PrimitiveType] = {
    "boolean": ice.BooleanType(),
    "integer": ice.IntegerType(),
    "bigint": ice.LongType(),
    "real": ice.FloatType(),
    "double": ice.DoubleType(),
    "date": ice.DateType(),
    "varchar": ice.StringType(),
    "varbinary": ice.BinaryType(),
    "uuid": ice.UUIDType(),
    "timestamp": ice.TimestampType(),
    "timestamptz": ice.TimestamptzType(),
    "time": ice.TimeType(),
}
#: Types that ``CREATE TABLE AS`` makes of a query's columns and DDL does not.
_QUERIES_ONLY = ("uuid", "timestamptz", "time")
_WITH_PRECISION = ("timestamp", "timestamptz", "time")


def trino_type(kind: ice.IcebergType) -> Type:
    """The type that queries see.

    Raises:
        QueryFailed: a type that is not readable, such as those of version 3.
    """
    if isinstance(kind, ice.DecimalType):
        return Type("decimal", (kind.precision, kind.scale))
    if isinstance(kind, ice.ListType):
        return Type("array", (trino_type(kind.element_type),))
    if isinstance(kind, ice.MapType):
        return Type("map", (trino_type(kind.key_type), trino_type(kind.value_type)))
    if isinstance(kind, ice.StructType):
        types = tuple(trino_type(field.field_type) for field in kind.fields)
        return Type("row", types, tuple(field.name.lower() for field in kind.fields))
    if type(kind) not in _TO_TRINO:
        raise QueryFailed("NOT_SUPPORTED", f"Iceberg type {kind} is not supported")
    return _TO_TRINO[type(kind)]


def columns_of(schema: Schema) -> tuple[Column, ...]:
    """A table's columns as queries see them.

    Raises:
        QueryFailed: GENERIC_INTERNAL_ERROR, names that differ in capitals alone.
    """
    names = [field.name.lower() for field in schema.fields]
    for at, name in enumerate(names):
        if name in names[:at]:
            raise QueryFailed("GENERIC_INTERNAL_ERROR", f"Multiple entries with same key: {name}")
    return tuple(
        Column(name, trino_type(field.field_type), field.doc)
        for name, field in zip(names, schema.fields, strict=True)
    )


def declared_type(kind: Type, ids: Callable[[], int]) -> ice.IcebergType:
    """The type of a column that DDL declares.

    Raises:
        QueryFailed: Athena has no such Iceberg columns.
    """
    if kind.base in _QUERIES_ONLY or (kind.base == "varchar" and kind.args):
        raise unsupported(kind)
    return iceberg_type(kind, ids)


def queried_type(kind: Type, ids: Callable[[], int]) -> ice.IcebergType:
    """The type of a column that a query's result becomes.

    Raises:
        QueryFailed: there is no such type in Iceberg, or a precision other than 6.
    """
    for part in _parts(kind):
        precision = part.args[0] if part.args else 3
        if part.base in _WITH_PRECISION and precision != 6:
            name = {"timestamp": "Timestamp", "time": "Time"}.get(part.base, "Timestamp")
            wanted = Type(part.base, (6,))
            raise QueryFailed(
                "NOT_SUPPORTED",
                f'{name} precision ({precision}) not supported for Iceberg. Use "{wanted}" '
                "instead.",
            )
    return iceberg_type(kind, ids)


def iceberg_type(kind: Type, ids: Callable[[], int]) -> ice.IcebergType:
    """The Iceberg type, nested fields numbered by ``ids``."""
    if kind.base == "decimal":
        precision, scale = (a for a in kind.args if isinstance(a, int))
        return ice.DecimalType(precision, scale)
    if kind.base == "array":
        return ice.ListType(ids(), iceberg_type(kind.element, ids), element_required=False)
    if kind.base == "map":
        key, value = (iceberg_type(part, ids) for part in kind.types)
        return ice.MapType(ids(), key, ids(), value, value_required=False)
    if kind.base == "row":
        return ice.StructType(*(_field(name, part, ids) for name, part in kind.fields))
    if kind.base not in _TO_ICEBERG:
        raise unsupported(kind)
    return _TO_ICEBERG[kind.base]


def schema_of(
    columns: tuple[Column, ...], convert: Callable[[Type, Callable[[], int]], ice.IcebergType]
) -> Schema:
    """The schema of new columns; ``convert`` is `declared_type` or `queried_type`."""
    numbers = itertools.count(1)

    def ids() -> int:
        return next(numbers)

    fields = [
        ice.NestedField(ids(), c.name, convert(c.type, ids), required=False, doc=c.comment)
        for c in columns
    ]
    return Schema(*fields)


def unsupported(kind: Type) -> QueryFailed:
    """The failure for a type that Iceberg tables of Athena do not have."""
    return QueryFailed("NOT_SUPPORTED", f"Type not supported for Iceberg: {kind}")


def _field(name: str | None, kind: Type, ids: Callable[[], int]) -> ice.NestedField:
    if name is None:
        raise QueryFailed("NOT_SUPPORTED", "Row type field does not have a name: row")
    return ice.NestedField(ids(), name, iceberg_type(kind, ids), required=False)


def _parts(kind: Type) -> Iterator[Type]:
    yield kind
    for part in kind.types:
        yield from _parts(part)
