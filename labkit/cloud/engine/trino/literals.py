"""Literals: their exact types, and the errors of those that do not read.

``1`` is an integer, ``3000000000`` a bigint, ``DECIMAL '1.50'`` a decimal(3,2), ``'abc'`` a
varchar(3). A number with a point is a double, as is ``1e0``: to Trino ``1.50`` is a decimal unless
``parse-decimal-literals-as-double`` is set, and Athena has it set (``1 / 0.0`` is Infinity there).
``TIME '13:24:11'`` has no digits behind its seconds, as awswrangler's tests find it on Athena.
Sources: https://trino.io/docs/current/language/types.html,
https://docs.aws.amazon.com/athena/latest/ug/data-types-considerations.html,
https://github.com/pyathena-dev/PyAthena/pull/753,
https://github.com/aws/aws-sdk-pandas/blob/main/tests/unit/test_athena.py
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from labkit.cloud.engine.quoting import quoted_text
from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.functions.dates import zone_name
from labkit.cloud.engine.trino.functions.documents import parse_document
from labkit.cloud.engine.trino.scope import Scope, Typed
from labkit.cloud.engine.types import (
    BIGINT,
    BOOLEAN,
    DATE,
    DAY_SECOND,
    DOUBLE,
    INTEGER,
    TIME,
    TIMESTAMP,
    TIMESTAMPTZ,
    UNKNOWN,
    VARBINARY,
    YEAR_MONTH,
    Type,
)

_CLOCK = r"(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,12}))?)?"
_DATE = r"[+-]?\d{4,}-\d{1,2}-\d{1,2}"
_DAY = re.compile(r"\s*[+-]?\d{1,9}-\d{1,2}-\d{1,2}\s*")  # Joda's, whose years may be short
_TIME = re.compile(rf"\s*{_CLOCK}\s*")
_ZONED_TIME = re.compile(rf"\s*{_CLOCK}\s*[+-]\d\d?(:\d\d)?\s*")
_TIMESTAMP = re.compile(rf"\s*({_DATE})(?: {_CLOCK})?(?:\s*([A-Za-z+-][\w/+:-]*))?\s*")
_SPANS = {"DAY": 86_400_000, "HOUR": 3_600_000, "MINUTE": 60_000, "SECOND": 1_000}
_UNITS = ("YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND")


def literal(node: tree.Literal, scope: Scope) -> Typed:
    """A literal's value."""
    if node.kind == "typed":
        return typed_literal(node, scope)
    return _PLAIN[node.kind](node, scope)


def _null(node: tree.Literal, scope: Scope) -> Typed:
    return Typed("NULL", UNKNOWN)


def _boolean(node: tree.Literal, scope: Scope) -> Typed:
    return Typed(node.text, BOOLEAN)


def _integer(node: tree.Literal, scope: Scope) -> Typed:
    value = int(node.text)
    if value >= 1 << 63:
        raise scope.fail(node, "INVALID_LITERAL", f"Invalid numeric literal: {node.text}")
    return Typed(str(value), INTEGER if value < 1 << 31 else BIGINT)


def _decimal(node: tree.Literal, scope: Scope) -> Typed:
    """Digits as a decimal of just their precision: leading zeros do not count."""
    text = node.text
    whole, _, fraction = text.strip().lstrip("+-").partition(".")
    precision = max(1, len(whole.lstrip("0")) + len(fraction))
    valid = re.fullmatch(r"\s*[+-]?(\d+\.?\d*|\.\d+)\s*", text)
    if not valid or precision > 38:
        raise scope.fail(node, "INVALID_LITERAL", f"Invalid decimal literal: {text}")
    kind = Type("decimal", (precision, len(fraction)))
    return Typed(f"CAST('{text.strip()}' AS {kind.duckdb})", kind)


def _double(node: tree.Literal, scope: Scope) -> Typed:
    return Typed(f"CAST('{node.text}' AS DOUBLE)", DOUBLE)


def _string(node: tree.Literal, scope: Scope) -> Typed:
    return Typed(quoted_text(node.text), Type("varchar", (len(node.text),)))


def _binary(node: tree.Literal, scope: Scope) -> Typed:
    digits = re.sub(r"\s", "", node.text).upper()
    if len(digits) % 2 or not re.fullmatch("[0-9A-F]*", digits):
        wrong = "Binary literal can only contain hexadecimal digits"
        raise scope.fail(node, "SYNTAX_ERROR", wrong)
    return Typed(f"unhex('{digits}')", VARBINARY)


_PLAIN: dict[str, Callable[[tree.Literal, Scope], Typed]] = {
    "null": _null,
    "boolean": _boolean,
    "integer": _integer,
    "decimal": _double,
    "double": _double,
    "string": _string,
    "binary": _binary,
}


def typed_literal(node: tree.Literal, scope: Scope) -> Typed:
    """``DATE '2024-01-01'`` and its kin; types without a reader of their own are cast from text."""
    assert node.type is not None
    reader = _READERS.get(node.type.base)
    if reader is None:
        from_text = tree.Literal(node.start, node.end, "string", node.text)
        cast = tree.Cast(node.start, node.end, from_text, node.type, False)
        return scope.value(cast)
    found = reader(node, scope)
    if found is None:
        message = f"'{node.text}' is not a valid {node.type} literal"
        raise scope.fail(node, "INVALID_LITERAL", message)
    return found


def _number(node: tree.Literal, scope: Scope) -> Typed | None:
    """A number or truth value whose text is looked at here, where a cast would fail later."""
    assert node.type is not None
    valid = _VALID[node.type.base].fullmatch(node.text)
    bits = _BITS.get(node.type.base)
    if not valid or (bits and not -(1 << bits) <= int(node.text) < 1 << bits):
        return None
    text = tree.Literal(node.start, node.end, "string", node.text)
    return scope.value(tree.Cast(node.start, node.end, text, node.type, False))


_BITS = {"tinyint": 7, "smallint": 15, "integer": 31, "bigint": 63}
_FLOAT = re.compile(r"\s*([+-]?((\d+\.?\d*|\.\d+)([eE][+-]?\d+)?[dDfF]?|Infinity)|NaN)\s*")
_VALID = {
    **dict.fromkeys(_BITS, re.compile("[+-]?[0-9]+")),
    **dict.fromkeys(("real", "double"), _FLOAT),
    "boolean": re.compile("t|true|1|f|false|0", re.IGNORECASE),
}


def _date(node: tree.Literal, scope: Scope) -> Typed | None:
    day = _iso_day(node.text) if _DAY.fullmatch(node.text) else None
    return Typed(f"DATE '{day}'", DATE) if day else None


def _iso_day(text: str) -> str | None:
    year, month, day = map(int, text.strip().rsplit("-", 2))
    try:
        date(2000 + year % 400, month, day)
    except ValueError:
        return None
    return f"{'-' if year < 0 else ''}{abs(year):04}-{month:02}-{day:02}"


def _time(node: tree.Literal, scope: Scope) -> Typed | None:
    found = _TIME.fullmatch(node.text)
    if not found and _ZONED_TIME.fullmatch(node.text):
        raise scope.fail(node, "NOT_SUPPORTED", "There is no time with a zone here")
    clock = _iso_clock(*found.groups()) if found else None
    _check_fraction(node, found[4] if found else None, scope)
    if not clock or not found:
        return None
    return Typed(f"TIME '{clock}'", Type(TIME.base, (len(found[4] or ""),)))


def _timestamp(node: tree.Literal, scope: Scope) -> Typed | None:
    found = _TIMESTAMP.fullmatch(node.text)
    day = _iso_day(found[1]) if found else None
    if not found or not day:
        return None
    clock = _iso_clock(*found.groups()[1:5]) if found[2] else "00:00:00"
    if not clock:
        return None
    _check_fraction(node, found[5], scope)
    sql = f"TIMESTAMP '{day} {clock}'"
    if not found[6]:
        return Typed(sql, _precise(TIMESTAMP, found))
    zone = zone_name(found[6])
    if not zone or _left_out(f"{day} {clock}", zone):
        return None
    instant = f"trino_to_instant({sql}, '{zone}')"
    return Typed(f"trino_zoned({instant}, '{zone}')", _precise(TIMESTAMPTZ, found))


def _left_out(moment: str, zone: str) -> bool:
    """Whether the clocks of a zone leave a time out, in the hour that goes missing in spring."""
    if zone[0] in "+-" or not re.match(r"\d{4}-", moment) or moment < "0002":
        return False
    local = datetime.fromisoformat(moment[:19])
    there = local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).astimezone(ZoneInfo(zone))
    return there.replace(tzinfo=None) != local


def _check_fraction(node: tree.Literal, fraction: str | None, scope: Scope) -> None:
    """DuckDB's moments are of microseconds."""
    if fraction and fraction[6:].strip("0"):
        message = "Fractions of a microsecond are not supported here"
        raise scope.fail(node, "NOT_SUPPORTED", message)


def _precise(kind: Type, found: re.Match[str]) -> Type:
    """Athena's own precision of moments is milliseconds; longer fractions say so."""
    fraction = found[5] or ""
    return Type(kind.base, (len(fraction),)) if len(fraction) > 3 else kind


def _iso_clock(hour: str, minute: str, second: str | None, fraction: str | None) -> str | None:
    text = f"{int(hour):02}:{int(minute):02}:{int(second or 0):02}"
    try:
        datetime.strptime(text, "%H:%M:%S")
    except ValueError:
        return None
    return f"{text}.{fraction}" if fraction else text


def _char(node: tree.Literal, scope: Scope) -> Typed | None:
    """``CHAR 'ab'`` is as long as its text."""
    text = tree.Literal(node.start, node.end, "string", node.text)
    kind = Type("char", node.type.args if node.type and node.type.args else (len(node.text),))
    return scope.value(tree.Cast(node.start, node.end, text, kind, False))


def _json(node: tree.Literal, scope: Scope) -> Typed | None:
    """Text that is parsed, where a cast would make a JSON string of it."""
    try:
        parse_document(node.text)
    except (ValueError, RecursionError):
        return None
    text = tree.Literal(node.start, node.end, "string", node.text)
    return scope.value(tree.Call(node.start, node.end, "json_parse", (text,)))


_READERS: dict[str, Callable[[tree.Literal, Scope], Typed | None]] = {
    **dict.fromkeys(_VALID, _number),
    "date": _date,
    "time": _time,
    "timestamp": _timestamp,
    "decimal": _decimal,
    "char": _char,
    "json": _json,
}


def interval(node: tree.Interval, scope: Scope) -> Typed:
    """``INTERVAL '2' DAY``, ``INTERVAL '1-2' YEAR TO MONTH``, ``INTERVAL '1 02' DAY TO HOUR``."""
    found = _interval_value(node)
    if found is None:
        span = node.first + (f" TO {node.last}" if node.last else "")
        raise scope.fail(
            node, "INVALID_LITERAL", f"'{node.text}' is not a valid INTERVAL {span} literal"
        )
    value, kind = found
    return Typed(f"CAST({node.sign * value} AS {kind.duckdb})", kind)


def _interval_value(node: tree.Interval) -> tuple[int, Type] | None:
    """The least parts of an interval may be missing: ``INTERVAL '12 10' DAY TO SECOND``."""
    first, last = _UNITS.index(node.first), _UNITS.index(node.last or node.first)
    numbers = re.fullmatch(r"\s*([+-]?)(\d+(?:[-: ]\d+)*)(?:\.(\d{1,3}))?\s*", node.text)
    units = _UNITS[first : last + 1]
    if not numbers or (first < 2) != (last < 2) or not units:
        return None
    sign = -1 if numbers[1] == "-" else 1
    values = [int(n) for n in re.split(r"[-: ]", numbers[2])]
    if len(values) > len(units) or (numbers[3] and units[: len(values)][-1] != "SECOND"):
        return None
    if first < 2:
        months = {"YEAR": 12, "MONTH": 1}
        return sign * sum(n * months[u] for n, u in zip(values, units, strict=False)), YEAR_MONTH
    total = sum(n * _SPANS[u] for n, u in zip(values, units, strict=False))
    return sign * (total + int((numbers[3] or "0").ljust(3, "0"))), DAY_SECOND
