"""Timestamps of Parquet, ORC and Avro files under a type that is coarser than they are.

Athena's Hive tables have ``timestamp(3)``: what pandas, Spark or Arrow wrote in microseconds or
nanoseconds is rounded to milliseconds, half up, before a condition sees it. Sources:
https://docs.aws.amazon.com/athena/latest/ug/data-types-timestamps.html and
https://github.com/trinodb/trino/blob/master/lib/trino-parquet/src/main/java/io/trino/parquet/reader/decoders/TransformingValueDecoders.java
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from labkit.cloud.engine.formats import parquet
from labkit.cloud.engine.formats.model import File, Table
from labkit.cloud.engine.nested import NESTED, within
from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.engine.types import Type

#: Microseconds from 17,719 BC on, so that a division goes down before the year 1 too.
_BEFORE_1970 = 621_355_968_000_000_000
_FINER = re.compile(r"timestamp\[[un]s")


def coarse(table: Table, files: Sequence[File], wanted: frozenset[str], relation: str) -> str:
    """The relation with timestamps as the table's type has them."""
    if table.digits > 3 or table.format not in ("parquet", "orc", "avro"):
        return relation
    rounded = [
        f"{_rounded(quoted_name(name), kind)} AS {quoted_name(name)}"
        for _, name, kind in table.wanted(wanted)
        if _holds_moments(kind) and _is_finer(table, files, name)
    ]
    return f"(SELECT * REPLACE ({', '.join(rounded)}) FROM {relation})" if rounded else relation


def _is_finer(table: Table, files: Sequence[File], name: str) -> bool:
    if table.format != "parquet":
        return True
    columns = (parquet.stored(table, file, name) for file in files)
    return any(column and _FINER.search(column.detail) for column in columns)


def _holds_moments(kind: Type) -> bool:
    return kind.base == "timestamp" or any(map(_holds_moments, kind.types))


def _rounded(sql: str, kind: Type) -> str:
    """A value whose timestamps are of whole milliseconds."""
    if not _holds_moments(kind):
        return sql
    if kind.base in NESTED:
        return within(sql, kind, _rounded)
    return milliseconds(sql)


def milliseconds(sql: str) -> str:
    """A timestamp rounded to milliseconds, half up.

    >>> milliseconds("x")
    'make_timestamp_ms((epoch_us(x) + 621355968000000500) // 1000 - 621355968000000)'
    """
    micros = f"epoch_us({sql}) + {_BEFORE_1970 + 500}"
    return f"make_timestamp_ms(({micros}) // 1000 - {_BEFORE_1970 // 1000})"
