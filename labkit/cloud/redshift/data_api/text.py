"""A result's values: as typed fields and as text.

Integers, floats and booleans have members of their own, all else is text, as AWS's page says:
https://docs.aws.amazon.com/redshift-data/latest/APIReference/API_Field.html
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import pyarrow as pa

from labkit.cloud.engine.redshift import shapes
from labkit.cloud.engine.redshift.types import Type
from labkit.cloud.protocol import NOT_FINITE
from labkit.cloud.redshift.data_api import far
from labkit.cloud.redshift.warehouse import Column

Field = dict[str, Any]


def rows_of(columns: tuple[Column, ...], table: pa.Table) -> list[list[Any]]:
    """The rows as Python values, text where AWS gives text."""
    shown = [
        [shown_value(value, column.type) for value in _values(table.column(at))]
        for at, column in enumerate(columns)
    ]
    return [list(row) for row in zip(*shown, strict=True)]


def _values(values: pa.ChunkedArray) -> list[Any]:
    """Python's values; texts where it has none."""
    return list(values.to_pylist() if far.is_near(values) else far.texts(values))


def shown_value(value: Any, kind: Type) -> Any:
    """A value as Redshift writes it; numbers and booleans as they are."""
    if value is None or (isinstance(value, str) and kind.base in _MOMENTS):
        return value
    render = _RENDER.get(kind.base)
    return render(value, kind) if render else value


def _pad(value: Any, kind: Type) -> str:
    text = str(value)
    return text + " " * (kind.size - len(text.encode()))


def _moment(value: datetime, kind: Type) -> str:
    text = value.replace(tzinfo=None).isoformat(" ")
    return text.rstrip("0") if value.microsecond else text


def _clock(value: time, kind: Type) -> str:
    text = value.isoformat()
    return text.rstrip("0") if value.microsecond else text


def _instant(value: datetime, kind: Type) -> str:
    offset = value.strftime("%z")
    minutes = f":{offset[3:5]}" if offset[3:5] not in ("", "00") else ""
    return f"{_moment(value, kind)}{offset[:3] or '+00'}{minutes}"


def _interval(value: Any, kind: Type) -> str:
    """``1 year 2 mons 3 days 04:05:06``; what is positive after a negative has its sign.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/r_intervalstyle.html
    """
    if isinstance(value, timedelta):
        months, days, seconds = 0, value.days, value.seconds + value.microseconds / 1e6
    else:
        months, days, seconds = value.months, value.days, value.nanoseconds / 1e9
    years, months = int(months / 12), int(math.fmod(months, 12))
    parts = [(years, " year"), (months, " mon"), (days, " day"), (seconds, "")]
    told = [(n, unit) for n, unit in parts if n] or [(0.0, "")]
    signs = ["", *("+" if n < 0 else "" for n, _ in told)]
    return " ".join(
        (sign if n > 0 else "") + (f"{n}{unit}{'s' * (n != 1)}" if unit else _duration(n))
        for sign, (n, unit) in zip(signs, told, strict=False)
    )


def _duration(seconds: float) -> str:
    sign = "-" if seconds < 0 else ""
    whole, rest = divmod(abs(seconds), 60)
    clock = f"{sign}{int(whole) // 60:02}:{int(whole) % 60:02}:"
    return clock + (f"{int(rest):02}" if rest == int(rest) else f"{rest:09.6f}".rstrip("0"))


_MOMENTS = ("date", "time", "timestamp", "timestamptz")
_RENDER: dict[str, Callable[[Any, Type], Any]] = {
    "numeric": lambda value, kind: f"{value:f}",
    "bpchar": _pad,
    "date": lambda value, kind: value.isoformat(),
    "timestamp": _moment,
    "timestamptz": _instant,
    "time": _clock,
    "timetz": lambda value, kind: re.sub(r"(\.\d*?)0+(?=[+-])", r"\1", f"{value}"),
    "interval": _interval,
    "varbyte": lambda value, kind: value.hex(),
    "geometry": lambda value, kind: shapes.hexadecimal(shapes.read(value)),
}


def field(value: Any) -> Field:
    """A value as the API's typed field."""
    if value is None:
        return {"isNull": True}
    if isinstance(value, bool):
        return {"booleanValue": value}
    if isinstance(value, int):
        return {"longValue": value}
    if isinstance(value, float):
        return {"doubleValue": value}
    return {"stringValue": str(value)}


def metadata(column: Column) -> Field:
    """A column as ``ColumnMetadata``.

    Source: https://docs.aws.amazon.com/redshift-data/latest/APIReference/API_ColumnMetadata.html
    """
    kind = column.type
    signed = kind.base in ("int2", "int4", "int8", "float4", "float8", "numeric")
    return {
        "isCaseSensitive": kind.base in ("varchar", "bpchar", "super"),
        "isCurrency": False,
        "isSigned": signed,
        "label": column.name,
        "length": 0,
        "name": column.name,
        "nullable": 1,
        "precision": kind.size or _PRECISION.get(kind.base, 0),
        "scale": kind.scale or (6 if kind.base in ("timestamp", "timestamptz") else 0),
        "schemaName": "",
        "tableName": "",
        "typeName": kind.base,
    }


_PRECISION = {
    "int2": 5, "int4": 10, "int8": 19, "float4": 8, "float8": 17, "bool": 1, "date": 13,
    "timestamp": 29, "timestamptz": 35, "varchar": 65535, "name": 128, "super": 16777216,
}  # fmt: skip


def csv_text(columns: tuple[Column, ...], rows: list[list[Any]]) -> str:
    """Rows as the CSV of GetStatementResultV2, with a header."""
    lines = [",".join(_quoted(column.name) for column in columns)]
    lines += [",".join(_csv(value) for value in row) for row in rows]
    return "\r\n".join(lines) + "\r\n"


def _csv(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return NOT_FINITE.get(str(value), str(value))
    return str(value).lower() if isinstance(value, bool) else _quoted(str(value))


def _quoted(text: str) -> str:
    special = any(mark in text for mark in ',"\r\n') or text == ""
    return '"' + text.replace('"', '""') + '"' if special else text
