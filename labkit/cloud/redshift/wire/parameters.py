"""Parameters of a statement: what Bind sends for ``$1``, ``$2``, ... with the types of Parse.

A type that is not told, and text, is a literal that takes the type of what it meets.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Context, Decimal, InvalidOperation

from labkit.cloud.engine.redshift import types
from labkit.cloud.engine.redshift.casts import coerce
from labkit.cloud.engine.redshift.errors import BAD_TEXT, RedshiftError
from labkit.cloud.engine.redshift.literals import Given
from labkit.cloud.engine.redshift.literals import parameter as literal
from labkit.cloud.engine.redshift.scope import Typed
from labkit.cloud.engine.redshift.types import Type
from labkit.cloud.redshift.system.oids import OIDS
from labkit.cloud.redshift.wire.messages import decoded

_EPOCH = datetime(2000, 1, 1)
_TYPED = ("bool", "int2", "int4", "int8", "float4", "float8", "date", "time", "timetz",
          "timestamp", "timestamptz", "varbyte")  # fmt: skip
#: PostgreSQL's numbers of the types that a parameter may have.
KINDS: dict[int, Type] = {
    **{OIDS[base]: Type(base) for base in _TYPED},
    OIDS["numeric"]: types.numeric(38, 10),
    OIDS["oid"]: types.INT8,
    17: types.VARBYTE,
    **dict.fromkeys((1186, 1188, 1190), types.INTERVAL),
}
UNTYPED = 705
_DIGITS = Context(prec=38)
#: Types whose binary form is their text.
_TEXTS = (0, 18, 19, 25, 114, UNTYPED, 1042, 1043, OIDS["super"])


def declared(oid: int, told: Callable[[Type], None] | None = None) -> Typed:
    """A parameter whose value is not known yet.

    Args:
        told: hears its type, where ``oid`` is none and the statement tells it.
    """
    return Typed("NULL", KINDS.get(oid, types.UNKNOWN), told=None if oid in KINDS else told)


def given(oid: int, how: int, data: bytes | None, *, inferred: bool) -> Typed:
    """A parameter's value.

    Args:
        how: 0 for text, 1 for binary.
        inferred: whether the client has left the type to the statement: its text has none.

    Raises:
        RedshiftError: the value is none of its type.
    """
    if data is None:
        return declared(oid)
    value = _binary(oid, data) if how else decoded(data)
    kind = KINDS.get(oid) if how or not inferred else None
    if kind is None:
        return literal(value)
    if kind.base == "numeric":
        found = _numeric(value)
        return Given(found.sql, found.type, text=value)
    if kind.base == "varbyte":
        shown = value if how else _hexadecimal(value)
        return Typed(f"from_hex('{shown}')", kind)
    return Given(coerce(literal(value), kind).sql, kind, text=value)


def _numeric(value: str) -> Typed:
    """As a decimal of 38 digits, which is the most that one has."""
    try:
        found = _DIGITS.create_decimal(value)
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite():
        raise RedshiftError(f'invalid input syntax for type numeric: "{value}"', BAD_TEXT)
    small = found.adjusted() < 0 and int(found.as_tuple().exponent) < -_DIGITS.prec
    told = literal(found.quantize(Decimal("1e-38"), context=_DIGITS) if small else found)
    return told if told.type.base == "numeric" else coerce(told, types.numeric(38, 0))


def _hexadecimal(value: str) -> str:
    """Bytes in text: ``\\x`` and hexadecimal digits, or the letters themselves."""
    if not value.startswith("\\x"):
        return value.encode().hex()
    try:
        return bytes.fromhex(value[2:]).hex()
    except ValueError as error:
        raise RedshiftError(f'invalid hexadecimal data: "{value}"', "22023") from error


def _binary(oid: int, data: bytes) -> str:
    read = decoded if oid in _TEXTS else _READERS.get(oid)
    if read is None:
        raise RedshiftError(f"binary parameters of type {oid} are not supported here", "0A000")
    try:
        return read(data)
    except (struct.error, OverflowError, ValueError) as error:
        raise RedshiftError(f"incorrect binary data format in bind parameter: {oid}", "22P03"
                            ) from error  # fmt: skip


def _number(form: str) -> Callable[[bytes], str]:
    return lambda data: str(struct.unpack(form, data)[0])


def _date(data: bytes) -> str:
    return (date(2000, 1, 1) + timedelta(days=struct.unpack("!i", data)[0])).isoformat()


def _micros(data: bytes) -> datetime:
    return _EPOCH + timedelta(microseconds=struct.unpack("!q", data)[0])


def _clock(micros: int) -> str:
    """A time of day, whose last Python has not.

    >>> _clock(86_400_000_000), _clock(1_500_000)
    ('24:00:00', '00:00:01.500000')
    """
    moment = _EPOCH + timedelta(microseconds=micros)
    if moment == _EPOCH + timedelta(days=1):
        return "24:00:00"
    if moment.date() != _EPOCH.date():
        raise ValueError(micros)
    return str(moment.time())


def _timetz(data: bytes) -> str:
    micros, west = struct.unpack("!qi", data)
    sign, minutes = "-" if west > 0 else "+", abs(west) // 60
    return f"{_clock(micros)}{sign}{minutes // 60:02}:{minutes % 60:02}"


def _decimal(data: bytes) -> str:
    count, weight, sign, scale = struct.unpack_from("!hhHh", data)
    if sign not in (0, 0x4000):
        return "NaN"
    groups = struct.unpack_from(f"!{count}h", data, 8)
    plain = "".join(f"{each:04}" for each in groups)
    found = Decimal(f"{plain or 0}e{4 * (weight + 1 - count)}")
    shown = found.quantize(Decimal(f"1e-{scale}"), context=Context(prec=1000))
    return f"{'-' if sign else ''}{shown:f}"


def _interval(data: bytes) -> str:
    """Redshift's drivers leave out the days, as PostgreSQL 8.0 did."""
    micros, *days, months = struct.unpack("!qi" if len(data) == 12 else "!qii", data)
    return f"{months} months {sum(days)} days {micros} microseconds"


def _array(data: bytes) -> str:
    """An array of one dimension as the catalog's text: ``{16,23}``."""
    dimensions, _, oid, *_ = struct.unpack_from("!iii", data)
    if dimensions > 1:
        raise RedshiftError("arrays of arrays are not supported", "0A000")
    found, at = [], 20
    while at < len(data):
        size = struct.unpack_from("!i", data, at)[0]
        at += 4 + max(size, 0)
        found.append("NULL" if size < 0 else _binary(oid, data[at - size : at]))
    return "{" + ",".join(found) + "}"


_ARRAYS = (1000, 1005, 1007, 1009, 1015, 1016, 1021, 1022, 1028)
_READERS: dict[int, Callable[[bytes], str]] = {
    16: lambda data: str(data != b"\0").lower(),
    17: bytes.hex,
    20: _number("!q"),
    21: _number("!h"),
    23: _number("!i"),
    26: _number("!I"),
    700: _number("!f"),
    701: _number("!d"),
    1082: _date,
    1083: lambda data: _clock(*struct.unpack("!q", data)),
    1114: lambda data: str(_micros(data)),
    1184: lambda data: f"{_micros(data)}+00",
    1186: _interval,
    1188: lambda data: f"{struct.unpack('!i', data)[0]} months",
    1190: lambda data: f"{struct.unpack('!q', data)[0]} microseconds",
    1266: _timetz,
    1700: _decimal,
    6551: bytes.hex,
    **dict.fromkeys(_ARRAYS, _array),
}
