"""Files that a query need not read, by the least and greatest values that the log tells of each.

Conditions are read as those of Iceberg's tables are. Source:
https://github.com/delta-io/delta/blob/master/PROTOCOL.md#per-file-statistics
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from pyiceberg import types as ice
from pyiceberg.conversions import to_bytes
from pyiceberg.expressions.visitors import _InclusiveMetricsEvaluator
from pyiceberg.manifest import DataFile
from pyiceberg.schema import Schema

from labkit.cloud.delta.log import Action
from labkit.cloud.delta.schema import Field
from labkit.cloud.engine import PartitionFilter
from labkit.cloud.engine.types import Type
from labkit.cloud.iceberg.pruning import row_filter

#: Types whose bounds are exact: doubles may hold NaN, and instants are cut to milliseconds.
_EXACT: dict[str, ice.PrimitiveType] = {
    **dict.fromkeys(("tinyint", "smallint", "integer"), ice.IntegerType()),
    "bigint": ice.LongType(),
    "varchar": ice.StringType(),
    "date": ice.DateType(),
}
_READS: dict[type, Callable[[Any, Any], Any]] = {
    ice.DateType: lambda value, kind: datetime.date.fromisoformat(value),
    ice.DecimalType: lambda value, kind: Decimal(value).quantize(Decimal(1).scaleb(-kind.scale)),
}


def has_bounds(kind: Type) -> bool:
    """Whether the bounds of a column of this type say which files hold a value."""
    return kind.base in _EXACT or kind.base == "decimal"


def needed(
    added: Sequence[Action],
    fields: Sequence[Field],
    filters: Sequence[PartitionFilter],
    session: Any,
) -> list[Action]:
    """The files that may hold a row which meets all filters."""
    bounded = [field for field in fields if has_bounds(field.type)]
    if not any(f.keys & {field.name for field in bounded} for f in filters):
        return list(added)
    numbered = [
        ice.NestedField(number, field.name, _iceberg(field.type), required=False)
        for number, field in enumerate(bounded, 1)
    ]
    schema = Schema(*numbered)
    condition = row_filter(filters, schema, session)
    judge = _InclusiveMetricsEvaluator(schema, condition).eval
    return [each for each in added if judge(_measured(each, bounded, numbered))]


def _iceberg(kind: Type) -> ice.PrimitiveType:
    if kind.base == "decimal":
        precision, scale = (a for a in kind.args if isinstance(a, int))
        return ice.DecimalType(precision, scale)
    return _EXACT[kind.base]


def _measured(
    added: Action, fields: Sequence[Field], numbered: Sequence[ice.NestedField]
) -> DataFile:
    """What the log tells of a file, as Iceberg's manifests do; nothing where it tells nothing."""
    stats = json.loads(added.get("stats") or "{}", parse_float=Decimal)
    bounds: dict[str, dict[int, bytes]] = {"minValues": {}, "maxValues": {}}
    nulls = {}
    for field, told in zip(fields, numbered, strict=True):
        kind, name = _iceberg(field.type), field.stored_name
        read = _READS.get(type(kind), lambda value, kind: value)
        for part, found in bounds.items():
            value = (stats.get(part) or {}).get(name)
            if value is not None:
                found[told.field_id] = to_bytes(kind, read(value, kind))
        count = (stats.get("nullCount") or {}).get(name)
        if count is not None:
            nulls[told.field_id] = int(count)
    rows = stats.get("numRecords")
    return DataFile.from_args(
        record_count=-1 if rows is None else int(rows),
        value_counts=dict.fromkeys(nulls, int(rows)) if rows is not None else {},
        null_value_counts=nulls,
        nan_value_counts={},
        lower_bounds=bounds["minValues"],
        upper_bounds=bounds["maxValues"],
    )
