"""Partition transforms: ``day(ts)``, ``bucket(16, id)``, ``truncate(4, name)``, or a column.

Sources: https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-creating-tables.html and
https://iceberg.apache.org/spec/#partition-transforms
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from pyiceberg.expressions.literals import literal
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.transforms import (
    DayTransform,
    HourTransform,
    MonthTransform,
    TimeTransform,
    Transform,
    TruncateTransform,
    VoidTransform,
    YearTransform,
    parse_transform,
)
from pyiceberg.types import (
    DoubleType,
    FloatType,
    IcebergType,
    IntegerType,
    LongType,
    StringType,
    TimestamptzType,
)

from labkit.cloud.engine import QueryFailed
from labkit.cloud.engine.quoting import quoted_name

_NAME = r"""(?:`([^`]+)`|"([^"]+)"|(\w+))"""
_FORMS = (
    re.compile(rf"(?P<name>){_NAME}()"),
    re.compile(rf"(?P<name>year|month|day|hour)\(\s*{_NAME}\s*\)()", re.IGNORECASE),
    re.compile(rf"(?P<name>bucket|truncate)\(\s*{_NAME}\s*,\s*(\d+)\s*\)", re.IGNORECASE),
)
_COUNT_FIRST = re.compile(rf"(bucket|truncate)\(\s*(\d+)\s*,\s*{_NAME}\s*\)", re.IGNORECASE)
#: Types whose values Python and Iceberg have in the same form.
_AS_THEY_ARE = (IntegerType, LongType, StringType, FloatType, DoubleType)
_SUFFIXES = {"identity": "", "truncate": "_trunc"}


def partition_spec(transforms: Iterable[str], schema: Schema) -> PartitionSpec:
    """The partitioning that ``PARTITIONED BY`` or ``partitioning`` asks for.

    Raises:
        QueryFailed: no such transform or column, or one that does not fit the column.
    """
    fields: list[PartitionField] = []
    for text in transforms:
        fields.append(_field(text.strip(), schema, 1000 + len(fields)))
    names = [field.name for field in fields]
    if len(set(names)) < len(names):
        raise _invalid(f"Cannot use partition name more than once: {names}")
    _check_redundant(fields)
    return PartitionSpec(*fields)


def _check_redundant(fields: Sequence[PartitionField]) -> None:
    """A column's years and months are redundant: PartitionSpec.Builder in Iceberg."""
    known: dict[int, PartitionField] = {}
    for field in fields:
        if isinstance(field.transform, TimeTransform):
            other = known.setdefault(field.source_id, field)
            if other is not field:
                raise _invalid(f"Cannot add redundant partition: {other} conflicts with {field}")


def described(spec: PartitionSpec, schema: Schema, quote: str = "") -> list[tuple[str, str, str]]:
    """Name, transform and column of each partition field."""
    return [
        (
            field.name,
            str(field.transform),
            f"{quote}{schema.find_column_name(field.source_id)}{quote}",
        )
        for field in spec.fields
        if not isinstance(field.transform, VoidTransform)
    ]


def clause(field: tuple[str, str, str]) -> str:
    """A partition field as ``PARTITIONED BY`` has it."""
    _, transform, column = field
    if transform == "identity":
        return column
    counted = re.fullmatch(r"(\w+)\[(\d+)\]", transform)
    return f"{counted[1]}({counted[2]}, {column})" if counted else f"{transform}({column})"


def key_sql(transform: Transform[Any, Any], column: str, kind: IcebergType) -> str:
    """DuckDB SQL that is equal for rows of one partition; a bucket's rows by their value."""
    column = instant_sql(column, kind)
    if isinstance(transform, YearTransform):
        return f"year({column})"
    if isinstance(transform, MonthTransform):
        return f"date_trunc('month', {column})"
    if isinstance(transform, DayTransform):
        return f"CAST({column} AS DATE)"
    if isinstance(transform, HourTransform):
        return f"date_trunc('hour', {column})"
    if isinstance(transform, TruncateTransform) and isinstance(kind, StringType):
        return f"left({column}, {transform.width})"
    return column


def instant_sql(column: str, kind: IcebergType) -> str:
    """A column as a plain value: of a timestamp with time zone its instant."""
    return f"struct_extract({column}, 'instant')" if isinstance(kind, TimestamptzType) else column


def partition_function(field: PartitionField, schema: Schema) -> Callable[[Any], Any]:
    """What makes a partition's value of a value of the source column."""
    kind: Any = schema.find_type(field.source_id)
    transform = field.transform.transform(kind)
    if isinstance(kind, _AS_THEY_ARE):
        return transform
    return lambda value: None if value is None else transform(literal(value).to(kind).value)


def source_column(field: PartitionField, schema: Schema) -> str:
    """How a query names a partition field's source column."""
    name = schema.find_column_name(field.source_id) or ""
    if "." in name and name not in [f.name for f in schema.fields]:
        raise QueryFailed("NOT_SUPPORTED", f"Partitioning by nested field is unsupported: {name}")
    return quoted_name(name.lower())


def _field(text: str, schema: Schema, number: int) -> PartitionField:
    transform, column = _parsed(text)
    found = next((f for f in schema.fields if f.name == column.lower()), None)
    if found is None:
        raise _invalid(f"Column not found: {column}")
    if not transform.can_transform(found.field_type):
        raise _invalid(f"Invalid source type {found.field_type} for transform: {transform}")
    kind = re.sub(r"\W.*", "", str(transform))
    name = column.lower() + _SUFFIXES.get(kind, f"_{kind}")
    return PartitionField(found.field_id, number, transform, name)


def _parsed(text: str) -> tuple[Transform[Any, Any], str]:
    counted = _COUNT_FIRST.fullmatch(text)
    if counted and int(counted[2]) > 0:
        column = next(name for name in counted.groups()[2:] if name)
        return parse_transform(f"{counted[1].lower()}[{counted[2]}]"), column
    found = next((m for form in _FORMS if (m := form.fullmatch(text))), None)
    if found is None:
        raise _invalid(f"Invalid partition field declaration: {text}")
    transform, *names, count = found.groups()
    column = next(name for name in names if name)
    if count:
        return parse_transform(f"{transform.lower()}[{count}]"), column
    return parse_transform(transform.lower() or "identity"), column


def _invalid(why: str) -> QueryFailed:
    return QueryFailed("INVALID_TABLE_PROPERTY", f"Unable to parse partitioning value: {why}")
