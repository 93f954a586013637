"""One field of a file as one value of a column: what COPY makes of a text, with its complaints.

The careful half of COPY; `fast` says the same in SQL for files where nothing is wrong. Sources:
https://docs.aws.amazon.com/redshift/latest/dg/copy-parameters-data-conversion.html and
https://docs.aws.amazon.com/redshift/latest/dg/r_DATEFORMAT_and_TIMEFORMAT_strings.html
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal

from labkit.cloud.engine.redshift import datetimes, formats, shapes, zones
from labkit.cloud.engine.redshift.errors import unsupported
from labkit.cloud.engine.redshift.functions.documents import dump, load
from labkit.cloud.engine.redshift.types import Type
from labkit.cloud.redshift.copying.load_errors import (
    BAD_BOOLEAN,
    BAD_SHAPE,
    BAD_SUPER,
    CHAR_TOO_LONG,
    SHORT_DATE,
    TOO_LONG,
    BadValue,
    bad_date,
    bad_timestamp,
    invalid_digit,
    overflow,
)
from labkit.cloud.redshift.copying.options import CopyOptions

TRUE, FALSE = ("t", "true", "y", "yes", "1", "on"), ("f", "false", "n", "no", "0", "off")
BLANKS = " \t\n\v\f\r"
LAST_YEAR = 294_246  #: of timestamps
SIZES = {"int2": 15, "int4": 31, "int8": 63, "oid": 31}
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\d(?: \d\d:\d\d:\d\d(?:\.\d{1,6})?)?")
_INTEGER = re.compile(r"\s*[+-]?\d+\s*", re.ASCII)
_NUMBER = re.compile(r"\s*[+-]?(?:\d+\.?\d*|\.\d+)\s*", re.ASCII)
_FLOAT = re.compile(
    r"\s*[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|nan|inf(?:inity)?)\s*", re.I | re.ASCII
)
_MONTH = re.compile(rf"\b({'|'.join(m[:3] for m in formats.MONTHS)})[a-z]+", re.I)
_OFFSET = re.compile(r"""(?:OF|TZ|"Z"|(?<=S)Z)$""", re.I)
_TAIL = re.compile(r"(?P<fraction>\.\d+)?\s*(?P<zone>Z|[+-]\d\d(?::?\d\d)?)?\s*$", re.I)
_HEX = re.compile("(?:[0-9a-f]{2})*", re.I)
_EXACT = Context(prec=100)
Converter = Callable[[str, Type, CopyOptions], str | None]


def convert(text: str | None, kind: Type, options: CopyOptions) -> str | None:
    """The value of a field, as text that DuckDB casts to the column's type.

    Raises:
        BadValue: the column cannot take it.
    """
    if text is None or text == options.null_as:
        return None
    if kind.base in ("varchar", "bpchar", "name"):
        return _character(text, kind, options)
    if not text.strip():
        return None
    return _CONVERTERS.get(kind.base, _as_it_is)(text, kind, options)


def _character(text: str, kind: Type, options: CopyOptions) -> str | None:
    if (options.empty_as_null and not text) or (options.blanks_as_null and not text.strip(BLANKS)):
        return None
    text = text.rstrip(" ") if options.trim_blanks or kind.base == "bpchar" else text
    data = text.encode()
    if kind.base == "bpchar" and len(data) > len(text):
        first = next(each for each in text if ord(each) > 127)
        raise BadValue(1220, multibyte(first.encode().hex(" ")))
    if not kind.size or len(data) <= kind.size:
        return text
    if options.truncate_columns:
        return data[: kind.size].decode(errors="ignore")
    raise BadValue(*(CHAR_TOO_LONG if kind.base == "bpchar" else TOO_LONG))


def multibyte(told: str) -> str:
    """What is said of bytes in a CHAR, told in hexadecimal, that are not ASCII's."""
    return (
        "Multibyte character not supported for CHAR (Hint: Try using VARCHAR). "
        f"Invalid char: {told}"
    )


def _integer(text: str, kind: Type, options: CopyOptions) -> str:
    if not _INTEGER.fullmatch(text):
        raise invalid_digit(text, kind.base)
    bits = SIZES[kind.base]
    if not -(1 << bits) <= int(text) < 1 << bits:
        raise overflow(kind.base)
    return str(int(text))


def _decimal(text: str, kind: Type, options: CopyOptions) -> str:
    if not _NUMBER.fullmatch(text):
        raise invalid_digit(text, "numeric")
    rounding = ROUND_HALF_UP if options.round_decimals else ROUND_DOWN
    exact = Decimal(text.strip()).quantize(
        Decimal(1).scaleb(-kind.scale), rounding=rounding, context=_EXACT
    )
    if exact.copy_abs() >= Decimal(10) ** (kind.size - kind.scale):
        raise BadValue(1204, f"Numeric Overflow. Possible ranges for {kind.size}, {kind.scale}")
    return f"{exact:f}"


def _float(text: str, kind: Type, options: CopyOptions) -> str:
    if not _FLOAT.fullmatch(text):
        raise invalid_digit(text, kind.base)
    number = abs(float(text))
    if number > _LARGEST[kind.base] and text.strip(" +-")[0] in "0123456789.":
        raise overflow(kind.base)
    return text.strip()


_LARGEST = {"float4": 2.0**128 * (1 - 2.0**-25), "float8": sys.float_info.max}


def _boolean(text: str, kind: Type, options: CopyOptions) -> str:
    word = text.strip().lower()
    if word not in TRUE and word not in FALSE:
        raise BadValue(*BAD_BOOLEAN)
    return str(word in TRUE).lower()


def _date(text: str, kind: Type, options: CopyOptions) -> str | None:
    try:
        return _read_date(text, options).isoformat()
    except BadValue:
        if options.accept_any_date:
            return None
        raise


def _read_date(text: str, options: CopyOptions) -> date:
    pattern = options.date_format
    try:
        if pattern.lower() == "auto":
            return datetimes.read(text)[0].date()
        if pattern:
            return _by_pattern(text.strip(), pattern).date()
        if len(text.strip()) < 10:
            raise BadValue(*SHORT_DATE)
        return date.fromisoformat(text.strip()[:10])
    except (ValueError, OverflowError) as error:
        raise bad_date(pattern if pattern.lower() != "auto" else "") from error


def _timestamp(text: str, kind: Type, options: CopyOptions) -> str | None:
    try:
        if _is_epoch(options):
            return _since_1970(text, options)
        return _read_timestamp(text, options).isoformat(" ")
    except BadValue:
        if options.accept_any_date:
            return None
        raise


def _timestamptz(text: str, kind: Type, options: CopyOptions) -> str | None:
    if options.time_format.lower() not in _READ and not _OFFSET.search(options.time_format):
        found = _timestamp(text, kind, options)
        found = found and found + _zone_after(text, options.time_format)
    else:
        try:
            moment, zone = datetimes.read(text)
            if zone is not None:
                return f"{zones.instant(moment, zone).isoformat(' ')}+00"
        except (ValueError, OverflowError) as error:
            if options.accept_any_date:
                return None
            raise bad_timestamp(options.time_format) from error
        found = moment.isoformat(" ")
    if found and _is_epoch(options):
        return f"{found}+00"
    return found  # DuckDB takes it for the session's


def _is_epoch(options: CopyOptions) -> bool:
    return options.time_format.lower() in _EPOCHS


_EPOCHS = {"epochsecs": 1, "epochmillisecs": 1000}
#: Formats of moments with a zone that are read as a cast reads them.
_READ = ("", "auto", "yyyy-mm-dd hh:mi:ss", "yyyy-mm-dd hh24:mi:ss")


#: Microseconds of 400 years, after which the calendar is the same.
_CYCLE = 146_097 * 86_400_000_000


def _since_1970(text: str, options: CopyOptions) -> str:
    if not _NUMBER.fullmatch(text):
        raise bad_timestamp(options.time_format)
    micros = int(Decimal(text.strip()) * (1_000_000 // _EPOCHS[options.time_format.lower()]))
    cycles, rest = divmod(micros, _CYCLE)
    moment = datetime(1970, 1, 1) + timedelta(microseconds=rest)
    year = moment.year + 400 * cycles
    if not 1 <= year <= LAST_YEAR:
        raise bad_timestamp(options.time_format)
    return f"{year:04}{moment:-%m-%d %H:%M:%S.%f}"


def _read_timestamp(text: str, options: CopyOptions) -> datetime:
    pattern = options.time_format
    try:
        if pattern.lower() == "auto":
            return datetimes.read(text)[0]
        if pattern:
            return _by_pattern(text.strip(), pattern)
        if not TIMESTAMP.fullmatch(text.strip()):
            raise ValueError(text)
        return datetimes.read(text)[0] if " 24:" in text else datetime.fromisoformat(text.strip())
    except (ValueError, ArithmeticError) as error:
        raise bad_timestamp("" if pattern.lower() == "auto" else pattern) from error


def plain_format(pattern: str) -> str:
    """A format of COPY's as TO_TIMESTAMP's: seconds have a fraction, T and Z are letters.

    >>> plain_format("YYYY-MM-DDTHH:MI:SS.SSSZ")
    'YYYY-MM-DD"T"HH:MI:SS'
    """
    told = _OFFSET.sub("", re.sub(r"SS\.S+", "SS", pattern, flags=re.I))
    return re.sub(r"(?<!MON)T(?=HH)", '"T"', told, flags=re.I)


def _by_pattern(text: str, pattern: str) -> datetime:
    told = plain_format(pattern)
    tail = _tail(text, told)
    body = text[: tail.start()] if tail else text
    if "MONTH" not in told.upper():
        body = _MONTH.sub(r"\1", body)
    found = formats.to_timestamp(body, told)
    if tail and tail["fraction"]:
        found += timedelta(seconds=float(tail["fraction"]))
    return found


def _tail(text: str, plain: str) -> re.Match[str] | None:
    """What follows the seconds, where a format ends with them."""
    return _TAIL.search(text) if plain[-2:].upper() == "SS" else None


def _zone_after(text: str, pattern: str) -> str:
    tail = _tail(text, plain_format(pattern))
    if tail and not text[: tail.start()][-1:].isdigit():
        raise bad_timestamp(pattern)  # a zone by its name
    zone = (tail["zone"] if tail else "") or ""
    return f"{zone[:3]}:{zone[3:]}" if len(zone) == len("+0530") else zone


def _time(text: str, kind: Type, options: CopyOptions) -> str:
    try:
        datetimes.parse_timetz(text, "UTC")
    except ValueError as error:
        raise bad_timestamp("HH:MI:SS") from error
    return text


def _nowhere(text: str, kind: Type, options: CopyOptions) -> str:
    raise unsupported(f"a {kind.base} in COPY")


def _shape(text: str, kind: Type, options: CopyOptions) -> str:
    try:
        shapes.read(text)
    except ValueError as error:
        raise BadValue(*BAD_SHAPE) from error
    return text


def _super(text: str, kind: Type, options: CopyOptions) -> str | None:
    try:
        found = load(text)
    except (ValueError, RecursionError) as error:
        raise BadValue(*BAD_SUPER) from error
    return None if found is None else dump(found)


def _bytes(text: str, kind: Type, options: CopyOptions) -> str:
    if not _HEX.fullmatch(text.strip()):
        raise BadValue(1219, "Invalid hexadecimal data")
    if kind.size and len(text.strip()) > 2 * kind.size:
        raise BadValue(*TOO_LONG)
    return text.strip()


def _as_it_is(text: str, kind: Type, options: CopyOptions) -> str:
    return text


_CONVERTERS: dict[str, Converter] = {
    **dict.fromkeys(SIZES, _integer),
    "numeric": _decimal,
    "float4": _float,
    "float8": _float,
    "bool": _boolean,
    "date": _date,
    "timestamp": _timestamp,
    "timestamptz": _timestamptz,
    "time": _time,
    "timetz": _time,
    "super": _super,
    "varbyte": _bytes,
    "geometry": _shape,
    "geography": _nowhere,
}


_READERS = {
    "varbyte": "unhex({0})",
    "time": "rs_time({0})",
    "timetz": "CAST(rs_parse_timetz({0}, current_setting('TimeZone')) AS TIMETZ)",
}


def sql_of(name: str, kind: Type) -> str:
    """DuckDB SQL of a value that `convert` gave."""
    if kind.base in _READERS:
        return _READERS[kind.base].format(name)
    return f"CAST({name} AS {kind.duckdb})"
