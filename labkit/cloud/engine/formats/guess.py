"""Types from values: what is common to all guessing of schemas.

An integer and a double make a double, an int and a bigint a bigint, two decimals one that holds
both, two structs the union of their fields; what has nothing in common is a string. Source:
https://docs.aws.amazon.com/glue/latest/dg/crawler-schema-changes-prevent.html
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

import pyarrow as pa

from labkit.cloud.engine.types import (
    BIGINT,
    BOOLEAN,
    DATE,
    DOUBLE,
    INTEGER,
    REAL,
    SMALLINT,
    TIMESTAMP,
    TINYINT,
    UNKNOWN,
    VARBINARY,
    VARCHAR,
    Type,
)

Columns = tuple[tuple[str, Type], ...]
MOST_DIGITS = 38
_NUMBERS = [k.base for k in (TINYINT, SMALLINT, INTEGER, BIGINT, REAL, DOUBLE)]
_ARROW = {
    pa.bool_(): BOOLEAN,
    pa.int8(): TINYINT,
    pa.int16(): SMALLINT,
    pa.int32(): INTEGER,
    pa.int64(): BIGINT,
    pa.uint8(): SMALLINT,
    pa.uint16(): INTEGER,
    pa.uint32(): BIGINT,
    pa.uint64(): Type("decimal", (20, 0)),
    pa.float16(): REAL,
    pa.float32(): REAL,
    pa.float64(): DOUBLE,
    pa.date32(): DATE,
    pa.date64(): DATE,
    pa.string(): VARCHAR,
    pa.large_string(): VARCHAR,
    pa.binary(): VARBINARY,
    pa.large_binary(): VARBINARY,
}


def widen(left: Type, right: Type) -> Type:
    """The narrowest type for values of both.

    >>> str(widen(Type("integer"), Type("double")))
    'double'
    >>> str(widen(Type("integer"), Type("varchar")))
    'varchar'
    """
    if left == right or right == UNKNOWN:
        return left
    if left == UNKNOWN:
        return right
    if left.base in _NUMBERS and right.base in _NUMBERS:
        return max((left, right), key=lambda kind: _NUMBERS.index(kind.base))
    if left.base == right.base == "decimal" and (both := _decimal(left, right)):
        return both
    if left.base == right.base == "array":
        return Type("array", (widen(left.element, right.element),))
    if left.base == right.base == "map" and left.types[0] == right.types[0]:
        return Type("map", (left.types[0], widen(left.types[1], right.types[1])))
    if left.base == right.base == "row":
        return struct(merge([_named(left), _named(right)]))
    return VARCHAR


def _decimal(left: Type, right: Type) -> Type | None:
    """The decimal that holds all digits of two, if there is one."""
    sizes = [tuple(each for each in kind.args if isinstance(each, int)) for kind in (left, right)]
    scale = max(after for _, after in sizes)
    digits = max(every - after for every, after in sizes) + scale
    return Type("decimal", (digits, scale)) if digits <= MOST_DIGITS else None


def struct(columns: Columns) -> Type:
    """The row type of these fields."""
    return Type("row", tuple(k for _, k in columns), tuple(n for n, _ in columns))


def merge(schemas: Iterable[Columns]) -> Columns:
    """One schema for files of several: all columns in order of first sight, types widened.

    Names that differ in case alone are one, as first spelt: readers find them in any case.

    >>> merge([(("A", INTEGER),), (("a", BIGINT),)]) == (("A", BIGINT),)
    True
    """
    return tuple(reduce(_with, schemas, dict[str, tuple[str, Type]]()).values())


def _with(known: dict[str, tuple[str, Type]], schema: Columns) -> dict[str, tuple[str, Type]]:
    found = dict(known)
    for name, kind in schema:
        first, own = found.get(name.lower(), (name, kind))
        found[name.lower()] = first, widen(own, kind)
    return found


def similarity(left: Columns, right: Columns) -> float:
    """How much of two schemas is the same: columns of one name and of types that widen, to 1.

    >>> similarity((("a", INTEGER), ("b", VARCHAR)), (("a", BIGINT),))
    0.5
    """
    others = dict(right)
    same = sum(n in others and _related(k, others[n]) for n, k in left)
    return same / max(len(left), len(right), 1)


def settled(kind: Type) -> Type:
    """The type with a string wherever nothing was seen."""
    if kind == UNKNOWN:
        return VARCHAR
    return Type(
        kind.base, tuple(settled(a) if isinstance(a, Type) else a for a in kind.args), kind.names
    )


def arrow_kind(kind: pa.DataType, *, nothing: Type = VARCHAR) -> Type:
    """The type of an Arrow column; of one that holds NULL alone it is `nothing`."""

    def within(inner: pa.DataType) -> Type:
        return arrow_kind(inner, nothing=nothing)

    if pa.types.is_null(kind):
        return nothing
    if isinstance(kind, pa.BaseExtensionType):
        return within(kind.storage_type)
    if kind in _ARROW:
        return _ARROW[kind]
    if pa.types.is_timestamp(kind):
        return TIMESTAMP
    if pa.types.is_decimal(kind):
        return Type("decimal", (kind.precision, kind.scale))
    if pa.types.is_struct(kind):
        return struct(tuple((field.name, within(field.type)) for field in kind))
    if pa.types.is_map(kind):
        return Type("map", (within(kind.key_type), within(kind.item_type)))
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return Type("array", (within(kind.value_type),))
    if pa.types.is_fixed_size_binary(kind):
        return VARBINARY
    if pa.types.is_time64(kind) or pa.types.is_duration(kind):
        return BIGINT
    return INTEGER if pa.types.is_time32(kind) else VARCHAR


def _related(left: Type, right: Type) -> bool:
    return left == right or UNKNOWN in (left, right) or widen(left, right) != VARCHAR


def _named(kind: Type) -> Columns:
    return tuple((str(name), field) for name, field in kind.fields)
