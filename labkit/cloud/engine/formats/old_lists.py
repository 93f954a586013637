"""Lists of Parquet files as parquet-avro writes them: a repeated group is the element itself.

Newer files have one group more. Where the element has but one field DuckDB takes the old group for
the new one, and shows the field's values without their struct. The group's name tells them apart:
https://github.com/apache/parquet-format/blob/master/LogicalTypes.md#lists
"""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa


def stripped(schema: Iterable[pa.Field]) -> str | None:
    """The first column within which DuckDB leaves out structs.

    >>> inner = pa.field("array", pa.struct([("s", pa.string())]))
    >>> stripped(pa.schema([("a", pa.list_(pa.string())), ("b", pa.list_(inner))]))
    'b'
    """
    return next((field.name for field in schema if _is_stripped(field)), None)


def _is_stripped(field: pa.Field) -> bool:
    kind = field.type
    inner = [kind.field(at) for at in range(kind.num_fields)] if pa.types.is_nested(kind) else []
    if pa.types.is_list(kind):
        (item,) = inner
        old = item.name in ("array", f"{field.name}_tuple")
        if old and pa.types.is_struct(item.type) and item.type.num_fields == 1:
            return True
    return any(map(_is_stripped, inner))
