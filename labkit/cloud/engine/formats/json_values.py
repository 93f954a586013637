"""JSON's values as the scalars of a column's type: numbers, moments and bytes of the two SerDes.

A number with a fraction is cut to an integer, as Trino's readers and Hive's own cut it; a text is
one only to OpenX. Source: TestJsonFormat and TestOpenxJsonFormat of
https://github.com/trinodb/trino (``lib/trino-hive-formats``).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from functools import partial
from typing import Any

from labkit.cloud.engine.formats import text
from labkit.cloud.engine.types import Type

Parse = Callable[[Any], Any]


class Number(str):
    """A JSON number as it was written."""


class Bad(ValueError):
    """A JSON value that is none of its column's type."""


def in_utf8(value: str) -> str:
    r"""A text as Java writes it down: half of a pair of surrogates alone is a question mark.

    >>> in_utf8("\ud800")
    '?'
    """
    return value if value.isascii() else value.encode(errors="replace").decode()


def _whole(kind: Type) -> Parse:
    """Integers; a text may be hexadecimal (``0x1F``) or octal (``017``) to OpenX."""
    limit = 1 << (text.BITS[kind.base] - 1)

    def read(value: str) -> int:
        number = _based(value)
        if number is None:
            if not text.NUMBER.fullmatch(value):
                raise Bad
            number = Decimal(value).to_integral_value(ROUND_DOWN)
        if not -limit <= number < limit:
            raise Bad
        return int(number)

    return read


def _based(value: str) -> Decimal | None:
    found = _BASED.fullmatch(value)
    return Decimal(int(found[1] or found[2], 16 if found[1] else 8)) if found else None


def _some(read: Parse) -> Parse:
    """A reader of text that refuses what it cannot read."""

    def parse(value: str) -> Any:
        found = read(str(value))
        if found is None:
            raise Bad
        return found

    return parse


def _date(value: str) -> date:
    found = text.lenient_date(value)
    if found is not None:
        return found
    days = _based(value)
    if days is None and not _DAYS.fullmatch(value):
        raise Bad
    try:
        return date(1970, 1, 1) + timedelta(days=int(value if days is None else days))
    except OverflowError as error:  # milliseconds, perhaps
        raise Bad from error


def _timestamp(value: str, fraction: int) -> datetime:
    """A local time, a time with a zone (told in UTC), or a number of seconds or milliseconds."""
    digits = value.strip().lstrip("+-").replace(".", "", 1)
    try:
        if digits.isdigit():
            millis = "." not in value and len(value.strip()) >= 13
            span = Decimal(value) if millis else Decimal(value) * 1000
            return datetime(1970, 1, 1) + timedelta(milliseconds=int(span))
        if not _WITH_SECONDS.match(value):
            raise Bad
        if (found := text.timestamp(value, fraction)) is not None:
            return found
        zoned = datetime.fromisoformat(value.strip().upper())
        return zoned.astimezone(UTC).replace(tzinfo=None) if zoned.tzinfo else zoned
    except (ValueError, OverflowError) as error:
        raise Bad from error


def _base64(value: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Bad from error


_BASED = re.compile(r"0[xX]([0-9a-fA-F]+)|0([0-7]+)", re.ASCII)
_DAYS = re.compile(r"[+-]?\d+", re.ASCII)
_WITH_SECONDS = re.compile(r"\s*\d+-\d+-\d+[ Tt]\d+:\d+:\d")
NUMBERS = frozenset(text.BITS) | {"real", "double"}
#: By the name of a type, what reads its values of OpenX's SerDe.
OPENX: dict[str, Callable[[Type], Parse]] = {
    **dict.fromkeys(text.BITS, _whole),
    **dict.fromkeys(("real", "double", "decimal"), lambda k: _some(text.parser(k))),
    "varbinary": lambda _: _base64,
    "boolean": lambda _: lambda value: value.lower() == "true",
    "date": lambda _: _date,
    "timestamp": lambda k: partial(_timestamp, fraction=text.fraction(k)),
}
#: The same by Hive's SerDe, to which a number is no day or moment, and bytes are the text's own.
HIVE = OPENX | {
    **dict.fromkeys(("date", "timestamp"), lambda k: _some(text.parser(k))),
    "varbinary": lambda _: lambda value: str(value).encode(errors="replace"),
}
