"""Which statistics a column's type has, and the query that tells them, one pass over a table.

They are of all rows, whatever the sample, and their counts of distinct values exact: AWS estimates.

Source: https://docs.aws.amazon.com/glue/latest/webapi/API_ColumnStatisticsData.html
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.glue.asking import Asker

Statistics = dict[str, Any]

_NULLS = ("NumberOfNulls", "count(*) - count({0})")
_DISTINCT = ("NumberOfDistinctValues", "count(DISTINCT {0})")
_ENDS = (("MinimumValue", "min({0})"), ("MaximumValue", "max({0})"))
_LENGTHS = (
    ("MaximumLength", "coalesce(max(length({0})), 0)"),
    ("AverageLength", "coalesce(avg(length({0})), 0)"),
)


def _decimal(value: Decimal) -> Statistics:
    """A decimal as Glue tells it: an integer's bytes in two's complement, and the scale."""
    sign, digits, exponent = value.as_tuple()
    number = int("".join(map(str, digits))) * (-1 if sign else 1)
    size = number.bit_length() // 8 + 1
    return {"UnscaledValue": number.to_bytes(size, "big", signed=True), "Scale": -int(exponent)}


def _moment(value: datetime.date) -> float:
    at = datetime.datetime(value.year, value.month, value.day)
    if isinstance(value, datetime.datetime):
        at = value.replace(tzinfo=None)
    return at.replace(tzinfo=datetime.UTC).timestamp()


def _is_told(value: Any) -> bool:
    """Whether JSON has a word for a value."""
    return value is not None and not (isinstance(value, float) and not math.isfinite(value))


@dataclass(frozen=True)
class Kind:
    """The statistics of a family of types.

    Args:
        name: as Glue calls it.
        told: member and aggregate of each.
        shown: what becomes of a least or greatest value.
    """

    name: str
    told: tuple[tuple[str, str], ...]
    shown: Callable[[Any], Any] = lambda value: value

    def data(self, found: Sequence[Any]) -> Statistics:
        """``StatisticsData`` of the aggregates' values; of no values there is no least one."""
        known = [(m, v) for (m, _), v in zip(self.told, found, strict=True) if _is_told(v)]
        data = {m: self.shown(v) if m.endswith("Value") else v for m, v in known}
        return {"Type": self.name, f"{self.name.capitalize()}ColumnStatisticsData": data}


_TRUTHS = (("NumberOfTrues", "count_if({0})"), ("NumberOfFalses", "count_if(NOT {0})"))
_LONG = Kind("LONG", (*_ENDS, _NULLS, _DISTINCT))
_DOUBLE = Kind("DOUBLE", _LONG.told)
_DATE = Kind("DATE", _LONG.told, _moment)
_STRING = Kind("STRING", (*_LENGTHS, _NULLS, _DISTINCT))
#: Hive's types, without their arguments; others have no statistics.
KINDS = {
    **dict.fromkeys(("tinyint", "smallint", "int", "integer", "bigint"), _LONG),
    **dict.fromkeys(("float", "double"), _DOUBLE),
    **dict.fromkeys(("date", "timestamp"), _DATE),
    **dict.fromkeys(("string", "varchar", "char"), _STRING),
    "binary": Kind("BINARY", (*_LENGTHS, _NULLS)),
    "boolean": Kind("BOOLEAN", (*_TRUTHS, _NULLS)),
    "decimal": Kind("DECIMAL", _LONG.told, _decimal),
}


def kind_of(hive: str) -> Kind | None:
    """The statistics of a type.

    >>> kind_of("decimal(10,2)").name
    'DECIMAL'
    >>> kind_of("array<int>")
    """
    return KINDS.get(hive.lower().partition("(")[0].strip())


def computed(
    asker: Asker, table: str, columns: Sequence[dict[str, Any]], moment: float
) -> list[Statistics]:
    """The statistics of those of the columns whose types have them.

    Args:
        table: its name in SQL.
        columns: their names and Hive's types, as the catalog has them.

    Raises:
        QueryFailed: the table cannot be read.
    """
    kinds = [(each, kind) for each in columns if (kind := kind_of(each.get("Type") or "string"))]
    if not kinds:
        return []
    asked = [
        sql.format(quoted_name(each["Name"].lower()))
        for each, kind in kinds
        for _, sql in kind.told
    ]
    shown = ", ".join(f"{sql} AS s{at}" for at, sql in enumerate(asked))
    (row,) = asker.rows(f"SELECT {shown} FROM {table}")
    found = iter(row.values())
    return [
        {
            "ColumnName": each["Name"],
            "ColumnType": each.get("Type") or "string",
            "AnalyzedTime": moment,
            "StatisticsData": kind.data([next(found) for _ in kind.told]),
        }
        for each, kind in kinds
    ]
