"""Values of a result as the protocol's rows hold them, column by column: in text or in binary.

Text is what Redshift prints, binary what PostgreSQL's ``*send`` functions write. Times count from
2000-01-01. Source: https://www.postgresql.org/docs/current/protocol-overview.html
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from datetime import time
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.engine.redshift.types import GEOMETRY, Type
from labkit.cloud.redshift.data_api import far
from labkit.cloud.redshift.data_api.text import shown_value
from labkit.cloud.redshift.system.oids import LENGTHS, OIDS, modifier
from labkit.cloud.redshift.warehouse import Column
from labkit.cloud.redshift.wire.messages import message, text

BATCH = 2000
DAYS_TO_2000, MICROS_TO_2000 = 10_957, 946_684_800_000_000
_NULL = b"\xff\xff\xff\xff"
#: Types that have another number here than in the catalog. Source: ``GEOMETRYHEX`` in
#: https://github.com/aws/amazon-redshift-python-driver/blob/master/redshift_connector/utils/oids.py
_WIRE_OIDS = {"geometry": 3999}
Encoder = Callable[[pa.ChunkedArray, Type], list[bytes | None]]


def row_description(columns: Sequence[Column], formats: Sequence[int] = ()) -> bytes:
    """RowDescription: names, types and formats of a result's columns."""
    body = struct.pack("!h", len(columns))
    for column, how in zip(columns, all_formats(formats, len(columns)), strict=True):
        kind = column.type
        number = _WIRE_OIDS.get(kind.short) or OIDS[kind.short]
        shape = (0, 0, number, LENGTHS.get(kind.short, -1), modifier(kind), how)
        body += text(column.name) + struct.pack("!ihihih", *shape)
    return message(b"T", body)


def all_formats(formats: Sequence[int], count: int) -> list[int]:
    """A format a column: one stands for all, none is text.

    Raises:
        RedshiftError: there are more or fewer, as of a cursor of another query than was described.
    """
    if len(formats) <= 1:
        return [*(formats or [0])] * count
    if len(formats) != count:
        message = f"bind message has {len(formats)} formats but there are {count}"
        raise RedshiftError(message, "08P01")
    return list(formats)


def data_rows(
    columns: Sequence[Column],
    rows: pa.Table,
    formats: Sequence[int],
    digits: int,
    *,
    of_aws: bool = False,
) -> Iterator[bytes]:
    """The rows as DataRow messages, in pieces of some thousand.

    Args:
        digits: how many more than usual a floating-point number has, as text.
        of_aws: whether Redshift's own driver reads them, which knows shorter intervals.
    """
    wanted = all_formats(formats, len(columns))
    encoders = [
        _encoder(column.type, how, digits, of_aws)
        for column, how in zip(columns, wanted, strict=True)
    ]
    head = struct.pack("!h", len(columns))
    for at in range(0, rows.num_rows, BATCH):
        part = rows.slice(at, BATCH)
        cells = [
            _cells(part.column(place), column.type, encode)
            for place, (column, encode) in enumerate(zip(columns, encoders, strict=True))
        ]
        yield b"".join(_row(head, row) for row in zip(*cells, strict=True))


def _row(head: bytes, cells: tuple[bytes, ...]) -> bytes:
    body = head + b"".join(cells)
    return b"D" + (len(body) + 4).to_bytes(4) + body


def _encoder(kind: Type, how: int, digits: int, of_aws: bool) -> Encoder:
    if not how and kind.base in _DIGITS:
        return _floats(max(1, _DIGITS[kind.base] + digits))
    if how and kind.short == "interval" and not of_aws:
        return _each(_three_parts)
    return (_BINARY if how else _TEXT).get(kind.base, _as_text)


def _cells(values: pa.ChunkedArray, kind: Type, encode: Encoder) -> list[bytes]:
    return [
        _NULL if each is None else len(each).to_bytes(4) + each for each in encode(values, kind)
    ]


def _encoded(values: list[str | None]) -> list[bytes | None]:
    return [None if each is None else each.encode() for each in values]


def _as_text(values: pa.ChunkedArray, kind: Type) -> list[bytes | None]:
    return _encoded(pc.cast(values, pa.string()).to_pylist())


def _as_shown(values: pa.ChunkedArray, kind: Type) -> list[bytes | None]:
    return _encoded([shown_value(each, kind) for each in values.to_pylist()])


def _boolean(values: pa.ChunkedArray, kind: Type) -> list[bytes | None]:
    return _as_text(pc.if_else(values, "t", "f"), kind)


def _moment(values: pa.ChunkedArray, kind: Type) -> list[bytes | None]:
    """Without the zeros after the seconds."""
    if (getattr(values.type, "tz", None) or "UTC") != "UTC":
        return _as_shown(values, kind)
    if not far.is_near(values):
        return _encoded(far.texts(values))
    found = _as_text(values, kind)
    zone = b"+00" if kind.base == "timestamptz" else b""
    return [
        None if each is None else each.rstrip(b"Z").rstrip(b"0").rstrip(b".") + zone
        if b"." in each else each.rstrip(b"Z") + zone
        for each in found
    ]  # fmt: skip


def _date(values: pa.ChunkedArray, kind: Type) -> list[bytes | None]:
    return _as_text(values, kind) if far.is_near(values) else _encoded(far.texts(values))


_SPECIAL = {b"nan": b"NaN", b"inf": b"Infinity", b"-inf": b"-Infinity"}
#: How many digits a number has as text where ``extra_float_digits`` is 0.
_DIGITS = {"float4": 6, "float8": 15}


def _floats(digits: int) -> Encoder:
    """Source: https://docs.aws.amazon.com/redshift/latest/dg/r_extra_float_digits.html"""
    form = f"%.{digits}g".encode()

    def encode(values: pa.ChunkedArray, kind: Type) -> list[bytes | None]:
        texts = (None if each is None else form % each for each in values.to_pylist())
        return [_SPECIAL.get(each, each) if each else None for each in texts]

    return encode


_TEXT: dict[str, Encoder] = {
    "bool": _boolean,
    "date": _date,
    "time": _moment,
    "timestamp": _moment,
    "timestamptz": _moment,
    **dict.fromkeys(("numeric", "bpchar", "interval", "varbyte", "timetz", "geometry"), _as_shown),
}


def _packed(form: str) -> Encoder:
    return _each(struct.Struct(form).pack)


def _counted(form: str, width: Any, offset: int) -> Encoder:
    """Days or microseconds, from 2000 on."""
    pack = struct.Struct(form).pack

    def encode(values: pa.ChunkedArray, kind: Type) -> list[bytes | None]:
        numbers = pc.cast(values, width).to_pylist()
        return [None if each is None else pack(each - offset) for each in numbers]

    return encode


def _each(render: Callable[[Any], bytes]) -> Encoder:
    def encode(values: pa.ChunkedArray, kind: Type) -> list[bytes | None]:
        return [None if each is None else render(each) for each in values.to_pylist()]

    return encode


def numeric_bytes(value: Decimal) -> bytes:
    """PostgreSQL's numeric: digits to the base of 10,000, the weight of the first, sign, scale."""
    sign, digits, exponent = value.as_tuple()
    scale = max(0, -int(exponent))
    plain = "".join(map(str, digits)).rjust(scale + 1, "0")
    whole, part = plain[: len(plain) - scale], plain[len(plain) - scale :]
    whole = whole.zfill(-(-len(whole) // 4) * 4)
    part = part.ljust(-(-len(part) // 4) * 4, "0")
    groups = [int(f"{whole}{part}"[at : at + 4]) for at in range(0, len(whole + part), 4)]
    weight = len(whole) // 4 - 1
    while groups and groups[0] == 0:
        groups, weight = groups[1:], weight - 1
    while groups and groups[-1] == 0:
        groups.pop()
    weight = weight if groups else 0
    head = struct.pack("!hhHh", len(groups), weight, 0x4000 if sign and groups else 0, scale)
    return head + struct.pack(f"!{len(groups)}h", *groups)


def _zoned(value: Any) -> bytes:
    """``timetz``: microseconds, and seconds west of UTC.

    >>> struct.unpack("!qi", _zoned("24:00:00-08:00"))
    (86400000000, 28800)
    """
    hours, rest = int(str(value)[:2]), str(value)[2:]  # of which Python has no 24
    told = time.fromisoformat(f"00{rest}")
    micros = ((hours * 60 + told.minute) * 60 + told.second) * 1_000_000 + told.microsecond
    offset = told.utcoffset()
    return struct.pack("!qi", micros, -int(offset.total_seconds()) if offset else 0)


def _intervals(values: pa.ChunkedArray, kind: Type) -> list[bytes | None]:
    """Microseconds, days among them, and months: PostgreSQL 8.0's, as redshift_connector reads it.

    Of an interval of Redshift's own types there is the one or the other.
    Source: ``interval_recv_integer`` and its neighbours in
    https://github.com/aws/amazon-redshift-python-driver/blob/master/redshift_connector/utils/type_utils.py
    """
    parts = {"intervaly2m": slice(1, 2), "intervald2s": slice(0, 1)}.get(kind.short, slice(2))
    pack = struct.Struct("!" + "qi"[parts]).pack
    return [
        None if each is None
        else pack(*(each.days * 86_400_000_000 + each.nanoseconds // 1000, each.months)[parts])
        for each in values.to_pylist()
    ]  # fmt: skip


def _three_parts(value: Any) -> bytes:
    """Microseconds, days and months, as PostgreSQL's drivers of today read an interval."""
    return struct.pack("!qii", value.nanoseconds // 1000, value.days, value.months)


def _smallints(value: str) -> bytes:
    """``{1,2}``: one dimension, no NULLs, of ``int2``, so many from 1; each with its length."""
    numbers = [int(each) for each in value.strip("{}").split(",") if each]
    head = struct.pack("!iiiii", 1, 0, 21, len(numbers), 1)
    return head + b"".join(struct.pack("!ih", 2, number) for number in numbers)


def _ewkb(value: str) -> bytes:
    """A geometry's bytes, whose hexadecimal digits are its text."""
    return bytes.fromhex(str(shown_value(value, GEOMETRY)))


_BINARY: dict[str, Encoder] = {
    "_int2": _each(_smallints),
    "bool": _packed("!?"),
    "int2": _packed("!h"),
    "int4": _packed("!i"),
    "int8": _packed("!q"),
    "oid": _packed("!I"),
    "float4": _packed("!f"),
    "float8": _packed("!d"),
    "date": _counted("!i", pa.int32(), DAYS_TO_2000),
    "time": _counted("!q", pa.int64(), 0),
    "timestamp": _counted("!q", pa.int64(), MICROS_TO_2000),
    "timestamptz": _counted("!q", pa.int64(), MICROS_TO_2000),
    "timetz": _each(_zoned),
    "numeric": _each(numeric_bytes),
    "interval": _intervals,
    "varbyte": _each(bytes),
    "bpchar": _as_shown,
    "geometry": _each(_ewkb),
}
